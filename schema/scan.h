/*
 * The door's rows: who a mark is, who is in, and the scan log. What they mean is decided in
 * checkin/ (scan.h there), whose works call these inside the writer's transaction.
 *
 * Times are UTC milliseconds. Marks, devices, epochs and numbers are 64 bits kept as signed integers
 * and ordered as unsigned ones.
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
	const char *decision;                /* a word of door_decision_name() */
	const char *reason;                  /* nullable */
	gint64 wall, mono, skew, skew_error; /* milliseconds; corrected time = wall + skew */
	gint64 manifest_version;
	gboolean online;
	guint16 region_no;     /* 0: none */
	guint16 delegation_no; /* of a count: whose group; 0: none */
	gboolean has_void;
	gint64 void_device, void_epoch, void_seq;
	gint64 count;   /* 0: none */
	gint64 arrival; /* the event's version */
} ScanRow;

/* A word of the log as a constant; NULL for what is none. */
const char *scan_word(const char *word);

/* Reasons of admitting lines that make nobody present. */
#define SCAN_REASON_PRACTICE  "practice"
#define SCAN_REASON_REHEARSAL "rehearsal"

/* First statement of every work that touches log or presence: on PostgreSQL it is the lock, so
 * that what is read after it stays true until the commit. ABSENT when the event is gone. */
gboolean scan_raise_version(Db *db, const Event *event, gint64 *ret_version, GError **error);

typedef enum {
	HOLDER_NOT_BOOKED = 0,
	HOLDER_BOOKED = 1,
	HOLDER_WAITLISTED = 2,
	HOLDER_CANCELLED = 3,
	HOLDER_REVOKED = 4,
	HOLDER_ABSENT = 5, /* no ticket of this mark */
} HolderState;             /* numbered as DoorEntry */

typedef struct {
	HolderState state; /* for the session that was asked */
	gint64 attendee;   /* whose ticket it is, after merges; 0 when ABSENT */
	guint32 no;        /* holder number */
	guint16 region_no;
	TicketClass class;     /* of a current ticket; a replaced one's is not kept (ATTENDEE) */
	guint32 ticket_minute; /* of a current ticket */
	gboolean minor, fee_due;
	char lang[12];
	gboolean in; /* present at the session */
	gint64 first_at;
	guint16 first_checkpoint;
	gint64 first_device, first_epoch, first_seq; /* the line that put them in */
} Holder;

/* One look-up by mark for one session: ticket, booking and presence together. BOOKED when the option is
 * confirmed and includes the session, or a booking of it is confirmed; else WAITLISTED when either
 * waits. A replaced ticket is REVOKED, its holder is told all the same. */
gboolean scan_holder(
        Db *db, const Event *event, guint16 session_no, gint64 mark, Holder *ret, GError **error);
/* The holder's sealed logistics, as they are kept; @ret NULL when there are none. */
gboolean holder_logistics(Db *db, gint64 attendee, GBytes **ret, GError **error);
/* The state of an attendee at a session by the columns of their row and their booking there (nullable). */
HolderState holder_state(const Event *event, guint16 session_no, const char *state,
        guint16 option_no, const char *option_state, const char *booking);
/* What the holder asked for at registration and the door should know: no photos, a headset for
 * interpretation. Opens @logistics (nullable); no database, any thread. What can't be opened (its key was
 * destroyed, or somebody changed it, which `turnout schema verify` tells) is as if nothing were
 * known, which means no photos: the guest stands at the door and must be answered. */
void holder_wishes(VaultEvent *keys, gint64 attendee, GBytes *logistics, gboolean *ret_photo_no,
        gboolean *ret_headset);
/* The mark of the event's ticket, current or replaced, with this typed code (typed_code_parse()). */
gboolean scan_mark_of_code(Db *db, const Event *event, const char *code, gint64 *ret_mark,
        gboolean *ret_found, GError **error);

/* Adds a line with its check value (schema/scan_check.h); @ret_new FALSE when the key and rev are
 * there already (nothing is changed then). */
gboolean scan_add(Db *db, const Event *event, VaultEvent *keys, const ScanRow *row,
        gboolean *ret_new, GError **error);
/* The stored line of a key with @rev or a higher one, the highest of them; @ret_found FALSE when there is none. The
 * decision is a constant; the reason is not read back (NULL). */
gboolean scan_find(Db *db, gint64 device, gint64 epoch, gint64 seq, guint8 rev, ScanRow *ret,
        gboolean *ret_found, GError **error);

/* Puts the holder in by the admitting line @by, unless they are: of two at once one is first. */
gboolean presence_take(Db *db, const Event *event, gint64 attendee, const ScanRow *by,
        gboolean *ret_first, GError **error);
/* A further admitting line of a holder who is in: first is the least (corrected time, device,
 * epoch, seq), whatever order lines arrive in, so an earlier one takes its place. */
gboolean
presence_lower(Db *db, const Event *event, const Holder *holder, const ScanRow *by, GError **error);
