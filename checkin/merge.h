/*
 * The server's side of the scan log: taking records in, and what follows from them. Works of the
 * writer; what the log means is checkin/log.h's, what is kept schema/scan_log.h's.
 *
 * Taking in is a union: the same batch again, in another order, in pieces, changes nothing. What a
 * record touches (a holder at a session, a cell of the tally) is derived anew from all its lines, so no
 * order of arrival matters.
 */
#pragma once

#include "checkin/log.h"
#include "schema/event_now.h"
#include "schema/scan_log.h"

/* One record as it arrived. */
typedef struct {
	gboolean readable; /* FALSE: what came is no record */
	LogRecord record;  /* session and checkpoint 0 when the event hasn't them */
	gboolean place_known;
	char *content; /* owned: what came, as JSON */
	guint8 hash[32];
	/* the answer */
	LogVerdict verdict;
} MergeItem;

void merge_items_free(GArray *items); /* NULL is fine */
/* of MergeItem; cleared when it is freed */
GArray *merge_items_new(void);
/* Adds what can't be read; @content is taken. @device is whose token it came with, 0 for none. */
void merge_item_garbled(GArray *items, gint64 device, char *content);
/* Adds a record; @content is taken. */
void merge_item_add(
        GArray *items, gint64 device, const LogRecord *record, gboolean place_known, char *content);

typedef struct {
	const Event *event; /* lent until the work is done */
	VaultEvent *keys;
	gint64 device; /* whose token it is; 0: staff take in a file, of any device */
	GArray *items; /* of MergeItem, at most MERGE_ITEMS_MAX */
	gint64 now;    /* UTC seconds */
	/* the answer */
	gint64 version, history;
	GArray *gaps; /* of ScanGap; made by the work, freed by merge_work_clear() */
} MergeWork;

#define MERGE_ITEMS_MAX 500

/* A DbWork; @data is a MergeWork. Every item has a verdict then, and what it says is durable with
 * the commit. */
gboolean merge_work(Db *db, gpointer data, GError **error);
/* The same inside another work, which has raised the version: @now. */
gboolean merge_take(Db *db, MergeWork *work, const EventNow *now, GError **error);
void merge_work_clear(MergeWork *work); /* the answer and the items */

/* The presence of a holder at a session from its lines, whatever was written before. */
gboolean presence_rebuild(Db *db, const Event *event, guint16 session_no, gint64 attendee,
        gint64 version, GError **error);
/* The same at every session that a line of one of their tickets speaks of, or where they are present. */
gboolean
presence_rebuild_all(Db *db, const Event *event, gint64 attendee, gint64 version, GError **error);

/* Nobody is @attendee any more: every presence of theirs goes, and devices are told. */
gboolean
presence_forget_all(Db *db, const Event *event, gint64 attendee, gint64 version, GError **error);
/* All that @lines (of ScanEntry, in the log already) touch, derived anew: after a release or a void. */
gboolean merge_rederive(Db *db, const Event *event, GArray *lines, gint64 version, GError **error);

/* What an undo names: the effective admitting lines of the holder at the session that are not voided, of
 * LogRecord. */
gboolean merge_undo_list(Db *db, const Event *event, guint16 session_no, gint64 attendee,
        GArray *ret_records, GError **error);
