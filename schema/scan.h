/*
 * The door's rows: who a mark is, who is in, and the scan log. What they mean is decided in
 * checkin/ (scan.h there), whose works call these inside the writer's transaction.
 */
#pragma once

#include "schema/event.h"

/* A line of the scan log, as it is stored (door.md, "The scan log"). */
typedef struct {
	gint64 device, epoch, seq;
	guint8 rev;
	guint16 session_no, checkpoint_no;
	gboolean has_mark;
	gint64 mark;
	const char *decision; /* a word of door_decision_name() */
	const char *reason;   /* nullable */
	gint64 wall, mono, skew, skew_error; /* milliseconds */
	gint64 manifest_version;
	gboolean online;
	guint16 region_no;    /* 0: none */
	gboolean has_void;
	gint64 void_device, void_epoch, void_seq;
	gint64 count;         /* 0: none */
	gint64 arrival;       /* the event's version */
} ScanRow;

/* First statement of every work that touches log or presence: on PostgreSQL it is the lock. */
gboolean scan_raise_version(Db *db, const Event *event, gint64 *ret_version, GError **error);

typedef enum {
	HOLDER_NOT_BOOKED = 0,
	HOLDER_BOOKED = 1,
	HOLDER_WAITLISTED = 2,
	HOLDER_CANCELLED = 3,
	HOLDER_REVOKED = 4,
	HOLDER_ABSENT = 5, /* no ticket of this mark */
} HolderState; /* numbered as DoorEntry */

typedef struct {
	HolderState state; /* for the session that was asked */
	gint64 attendee;   /* whose ticket it is, after merges */
	guint16 no_hint;
	guint16 region_no;
	TicketClass class;
	guint32 ticket_minute;
	gboolean in;       /* present at the session */
	gint64 first_at;   /* ms */
	guint16 first_checkpoint;
} Holder;

/* One look-up by mark for one session: ticket, booking and presence together. */
gboolean scan_holder(Db *db, const Event *event, guint16 session_no, gint64 mark, Holder *ret,
	GError **error);

/* Adds a line; @ret_new FALSE when the key is there already (nothing is changed then). */
gboolean scan_add(Db *db, const Event *event, const ScanRow *row, gboolean *ret_new, GError **error);
/* The stored line of a key; @ret_found FALSE when there is none. Words are interned. */
gboolean scan_find(Db *db, gint64 device, gint64 epoch, gint64 seq, guint8 rev, ScanRow *ret,
	gboolean *ret_found, GError **error);

/* Puts the holder in, unless they are: of two at once one is first. */
gboolean presence_take(Db *db, const Event *event, guint16 session_no, gint64 attendee,
	gint64 first_at, const ScanRow *by, gboolean *ret_first, GError **error);
