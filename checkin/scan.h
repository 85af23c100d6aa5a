/*
 * A scan at the server, online: look the mark up, decide, write rev 0 (or, for the terminal that
 * shares the data folder, rev 1), put the holder in. One work in the writer's transaction.
 */
#pragma once

#include "checkin/door.h"
#include "checkin/merge.h"
#include "schema/control.h"
#include "schema/scan.h"

typedef enum {
	SCAN_DECIDED,
	SCAN_REPEATED, /* this key was there, or a rev above it: the stored answer */
	SCAN_OTHER, /* this key was there with another mark, session or checkpoint: nothing was done */
} ScanOutcome;

typedef struct {
	const Event *event; /* lent until the work is done */
	VaultEvent *keys;
	ScanRow row; /* given but for decision, reason and arrival; a manifest_version below 0 stands for
	              * the version of this work */
	DoorSignature signature; /* a mark whose signature doesn't hold is not looked up */
	/* What the ticket's text says of itself; asked only when the record has no such ticket. Who did
	 * not read the text leaves 0: a ticket that is not there counts as old then. */
	TicketClass ticket_class;
	guint32 ticket_minute;
	gboolean leaving;
	const char *override; /* a supervisor admits: the reason code; NULL: nobody does */
	gint64 now;           /* UTC seconds: the record is a manifest issued at this moment */
	MergeWork *waiting;   /* nullable: records that ride along, taken in before the question */
	/* the answer */
	ScanOutcome outcome;
	DoorAnswer answer;        /* when REPEATED: decision, shown and first_at_ms only */
	guint16 first_checkpoint; /* where they came in, for AGAIN and REJECT_USED; else 0 */
	gboolean wants_logistics; /* asked: bring the sealed logistics of who is let in along */
	GBytes *logistics;        /* the caller's to free; NULL when there are none */
	Holder holder;            /* as it was before; ABSENT when nobody was looked up */
} ScanWork;

/* A DbWork; @data is a ScanWork. May run twice. */
gboolean scan_work(Db *db, gpointer data, GError **error);

/* The words of an answer in English, for the terminal ("Welcome", "Already used 12:10, lunch tent"); times in the
 * event's zone. @elsewhere (nullable) names the event that a REJECT_ELSEWHERE belongs to. */
char *scan_words(const Event *event, const DoorAnswer *answer, guint16 first_checkpoint,
        const char *elsewhere);

/* checkin.scan: {event, session, checkpoint?, epoch, seq, text, wall, mono}, `text` being what was
 * scanned (T1 or typed code, "" for anything else), `event`, `session` and `checkpoint` as on the command
 * line; answers {shown, decision, first_at, place, words}. The same epoch and seq get the same answer. */
extern const ControlEntry checkin_operations[];
int checkin_command(int argc, char **argv);
