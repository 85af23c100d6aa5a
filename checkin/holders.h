/*
 * What supervisors and staff do to holders and to the log, as works of the writer. Each raises the
 * event's version first, writes a line of the audit, and derives presence anew.
 */
#pragma once

#include "checkin/merge.h"
#include "schema/holder.h"

typedef enum {
	HOLDER_DONE,
	HOLDER_NOBODY, /* no ticket of this mark */
	HOLDER_OTHER, /* not of the kind that this can be done to (no spare, the same holder twice) */
} HolderOutcome;

/* Who does it, for the audit: the name that a person signs in with, or "device HEX". */
typedef struct {
	const Event *event; /* lent until the work is done */
	VaultEvent *keys;
	const char *who;
	gint64 now; /* UTC seconds */
} HolderAct;

/* A lost ticket: the holder of @mark gets another, the old one is revoked. They stay in where they are in. */
typedef struct {
	HolderAct act;
	gint64 mark;
	/* the answer */
	HolderOutcome outcome;
	TicketIdentity ticket;
	gint64 attendee;
} ReissueWork;
gboolean reissue_work(Db *db, gpointer data, GError **error);

/* The holder of @from is the holder of @into: tickets and scans of both are one's. */
typedef struct {
	HolderAct act;
	gint64 from, into; /* marks */
	HolderOutcome outcome;
} HolderMergeWork;
gboolean holder_merge_work(Db *db, gpointer data, GError **error);

/* The spare ticket @mark gets its person. @sealed is made for @attendee, which the caller has looked up. */
typedef struct {
	HolderAct act;
	gint64 mark, attendee;
	guint16 region_no; /* 0: as it is */
	const char *lang;
	GBytes *sealed[SEALED_CLASSES];
	HolderOutcome outcome;
} AttachWork;
gboolean attach_work(Db *db, gpointer data, GError **error);

/* A look at someone, as a line of the audit; nothing else is written. */
typedef struct {
	HolderAct act;
	const char *deed, *detail;
} AuditWork;
gboolean audit_work(Db *db, gpointer data, GError **error);

/* A supervisor's undo, over the server: the device's own voids are taken in first (none is fine), then it is told what an
 * undo must still name. */
typedef struct {
	MergeWork merge; /* first: it is the work's answer too */
	guint16 session_no;
	gint64 mark;
	GArray *named; /* of LogRecord; made by the work, freed by undo_work_clear() */
} UndoWork;
gboolean undo_work(Db *db, gpointer data, GError **error);
void undo_work_clear(UndoWork *work);

/* Quarantined lines of a device that staff vouch for: @epoch, @seq (0: all of them) and @reason (NULL: any) narrow it. Each gets a further
 * verdict, in the name of who does it. Those that can't be a line of the log can't be released. */
typedef struct {
	HolderAct act;
	gint64 device, epoch, seq;
	const char *reason; /* lent until the work is done */
	gint64 released;    /* the answer */
} ReleaseWork;
gboolean release_work(Db *db, gpointer data, GError **error);

/* What was scanned for trial: everything of (device, epoch) up to @seq is void, what arrives later too. */
typedef struct {
	HolderAct act;
	gint64 device, epoch, seq;
	gint64 void_epoch; /* drawn by the caller: the number of this act */
	HolderOutcome outcome;
} TrialWork;
gboolean trial_work(Db *db, gpointer data, GError **error);
