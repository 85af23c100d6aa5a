#include "checkin/merge.h"

#include <string.h>

#include "checkin/log_rows.h"
#include "schema/device.h"
#include "schema/id.h"

/* ---- items ---- */

static void
item_clear(gpointer data)
{
	MergeItem *item = data;
	g_free(item->content);
}

GArray *
merge_items_new(void)
{
	GArray *items = g_array_new(FALSE, TRUE, sizeof(MergeItem));
	g_array_set_clear_func(items, item_clear);
	return items;
}

void
merge_items_free(GArray *items)
{
	if (items != NULL)
		g_array_unref(items);
}

void
merge_item_add(
        GArray *items, gint64 device, const LogRecord *record, gboolean place_known, char *content)
{
	MergeItem item = { .place_known = place_known, .content = content };
	g_autofree char *kept =
	        g_strdup_printf("%016" G_GINT64_MODIFIER "x %s", (guint64)device, content);

	if (record != NULL) {
		item.readable = TRUE;
		item.record = *record;
	}
	hash_sha256(kept, strlen(kept), item.hash);
	g_array_append_val(items, item);
}

void
merge_item_garbled(GArray *items, gint64 device, char *content)
{
	merge_item_add(items, device, NULL, FALSE, content);
}

void
merge_work_clear(MergeWork *work)
{
	g_clear_pointer(&work->items, g_array_unref);
	g_clear_pointer(&work->gaps, g_array_unref);
}

/* ---- what is derived ---- */

/* The lines as log.h takes them. A key whose line speaks of another ticket or session has its say on which rev counts
 * and nothing else: @is_ours tells. */
typedef gboolean (*IsOurs)(const ScanRow *row, gconstpointer data);

static gboolean
log_entries(GArray *lines, IsOurs is_ours, gconstpointer data, GArray **ret, GError **error)
{
	g_autoptr(GArray) entries = g_array_sized_new(FALSE, TRUE, sizeof(LogEntry), lines->len);

	for (guint i = 0; i < lines->len; i++) {
		ScanEntry *line = &g_array_index(lines, ScanEntry, i);
		LogEntry entry = { .accepted = line->accepted != 0,
			.by_supervisor = line->by_supervisor != 0 };
		line->row.reason = *line->reason ? line->reason : NULL;
		if (!log_record_of_row(&line->row, &entry.record)) {
			g_set_error_literal(error, DB_ERROR, DB_ERROR_BROKEN,
			        "the scan log holds a decision that is no word of it");
			return FALSE;
		}
		if (entry.record.decision != DOOR_VOID && !is_ours(&line->row, data))
			entry.record.decision = DOOR_INTERRUPTED;
		g_array_append_val(entries, entry);
	}
	*ret = g_steal_pointer(&entries);
	return TRUE;
}

typedef struct {
	guint16 session_no;
	GArray *marks;
} HolderAt;

static gboolean
is_holder_s(const ScanRow *row, gconstpointer data)
{
	const HolderAt *at = data;

	if (!row->has_mark || row->session_no != at->session_no)
		return FALSE;
	for (guint i = 0; i < at->marks->len; i++)
		if (g_array_index(at->marks, gint64, i) == row->mark)
			return TRUE;
	return FALSE;
}

static gboolean
holder_entries(Db *db, const Event *event, guint16 session_no, gint64 attendee, GArray **ret,
        GError **error)
{
	g_autoptr(GArray) marks = g_array_new(FALSE, FALSE, sizeof(gint64));
	g_autoptr(GArray) lines = g_array_new(FALSE, FALSE, sizeof(ScanEntry));
	const HolderAt at = { session_no, marks };

	return scan_marks_of_holder(db, event, attendee, marks, error) &&
	        scan_lines_of_holder(db, event, session_no, attendee, lines, error) &&
	        log_entries(lines, is_holder_s, &at, ret, error);
}

gboolean
presence_rebuild(Db *db, const Event *event, guint16 session_no, gint64 attendee, gint64 version,
        GError **error)
{
	g_autoptr(GArray) entries = NULL;
	LogPresence presence;
	gboolean was_there = FALSE;

	if (!holder_entries(db, event, session_no, attendee, &entries, error))
		return FALSE;
	for (guint i = 0; i < entries->len; i++)
		was_there |= log_admits(&g_array_index(entries, LogEntry, i).record);
	log_derive((const LogEntry *)entries->data, entries->len, &presence);
	const PresenceBy by = { presence.first_at, (gint64)presence.device, (gint64)presence.epoch,
		(gint64)presence.seq, presence.checkpoint };
	return presence_write(db, event, session_no, attendee, presence.present ? &by : NULL,
	               was_there, version, error) &&
	        spare_region_write(db, attendee, presence.region, version, error);
}

gboolean
merge_undo_list(Db *db, const Event *event, guint16 session_no, gint64 attendee,
        GArray *ret_records, GError **error)
{
	g_autoptr(GArray) entries = NULL;

	if (!holder_entries(db, event, session_no, attendee, &entries, error))
		return FALSE;
	for (guint i = 0; i < entries->len; i++)
		if (log_counts((const LogEntry *)entries->data, entries->len, i))
			g_array_append_val(ret_records, g_array_index(entries, LogEntry, i).record);
	return TRUE;
}

typedef struct {
	guint16 session_no, region_no, delegation_no;
} Cell;

static gboolean
is_of_cell(const ScanRow *row, gconstpointer data)
{
	const Cell *cell = data;

	return row->session_no == cell->session_no && row->region_no == cell->region_no &&
	        row->delegation_no == cell->delegation_no;
}

static gboolean
tally_rebuild(Db *db, const Event *event, const Cell *cell, GError **error)
{
	g_autoptr(GArray) lines = g_array_new(FALSE, FALSE, sizeof(ScanEntry));
	g_autoptr(GArray) entries = NULL;

	if (!scan_lines_of_tally(db, event, cell->session_no, cell->region_no, cell->delegation_no,
	            lines, error) ||
	        !log_entries(lines, is_of_cell, cell, &entries, error))
		return FALSE;
	return tally_write(db, event, cell->session_no, cell->region_no, cell->delegation_no,
	        log_tally((const LogEntry *)entries->data, entries->len), error);
}

/* ---- what was touched, once each ---- */

typedef struct {
	gint64 attendee; /* 0: a cell of the tally */
	Cell cell;       /* of a holder only the session */
} Touched;

static guint
touched_hash(gconstpointer data)
{
	const Touched *touched = data;
	return (guint)(touched->attendee ^ touched->attendee >> 20) * 31 +
	        touched->cell.session_no * 7u + touched->cell.region_no * 3u +
	        touched->cell.delegation_no;
}

static gboolean
touched_equal(gconstpointer a, gconstpointer b)
{
	const Touched *one = a, *other = b;
	return one->attendee == other->attendee &&
	        memcmp(&one->cell, &other->cell, sizeof one->cell) == 0;
}

typedef struct {
	gint64 id;
	gboolean known, revoked, supervisor;
} Sender;

typedef struct {
	Db *db;
	MergeWork *work;
	gint64 version;
	gboolean collapsed;
	GArray *senders;     /* of Sender */
	GHashTable *touched; /* set of Touched */
} Merge;

static void
touch(Merge *merge, const Touched *touched)
{
	if (!g_hash_table_contains(merge->touched, touched))
		g_hash_table_add(merge->touched, g_memdup2(touched, sizeof *touched));
}

static gboolean
touch_mark(Merge *merge, guint16 session_no, gint64 mark, GError **error)
{
	Touched touched = { .cell.session_no = session_no };

	if (!scan_holder_id(merge->db, merge->work->event, mark, &touched.attendee, error))
		return FALSE;
	if (touched.attendee != 0)
		touch(merge, &touched);
	return TRUE;
}

static gboolean
touch_voided(Merge *merge, const LogRecord *record, GError **error)
{
	g_autoptr(GArray) named = g_array_new(FALSE, FALSE, sizeof(ScanTouched));

	if (!scan_lines_named(merge->db, merge->work->event, (gint64)record->void_device,
	            (gint64)record->void_epoch, (gint64)record->void_seq,
	            record->reason == LOG_REASON_TRIAL, named, error))
		return FALSE;
	for (guint i = 0; i < named->len; i++) {
		const ScanTouched *line = &g_array_index(named, ScanTouched, i);
		const Touched cell = { .cell = { line->session_no, line->region_no,
			                       line->delegation_no } };
		if (line->is_count)
			touch(merge, &cell);
		else if (!touch_mark(merge, line->session_no, line->mark, error))
			return FALSE;
	}
	return TRUE;
}

/* What @record, now a line, may have changed; @overrules: its other rev is there. */
static gboolean
touch_record(Merge *merge, const LogRecord *record, gboolean overrules, GError **error)
{
	if (record->decision == DOOR_VOID)
		return touch_voided(merge, record, error);
	if (record->decision == DOOR_COUNT) {
		const Touched cell = { .cell = { record->session, record->region,
			                       record->delegation } };
		touch(merge, &cell);
		return TRUE;
	}
	if (!record->has_mark || !(overrules || door_decision_admits(record->decision)))
		return TRUE;
	return touch_mark(merge, record->session, (gint64)record->mark, error);
}

static gboolean
rebuild_touched(Merge *merge, GError **error)
{
	GHashTableIter each;
	gpointer key;

	g_hash_table_iter_init(&each, merge->touched);
	while (g_hash_table_iter_next(&each, &key, NULL)) {
		const Touched *touched = key;
		if (touched->attendee == 0) {
			if (!tally_rebuild(merge->db, merge->work->event, &touched->cell, error))
				return FALSE;
		} else if (!presence_rebuild(merge->db, merge->work->event,
		                   touched->cell.session_no, touched->attendee, merge->version,
		                   error)) {
			return FALSE;
		}
	}
	return TRUE;
}

static gboolean
sessions_of(Db *db, const Event *event, gint64 attendee, GHashTable *ret_sessions, GError **error)
{
	g_autoptr(GArray) marks = g_array_new(FALSE, FALSE, sizeof(gint64));

	return scan_marks_of_holder(db, event, attendee, marks, error) &&
	        scan_sessions_of(db, event, marks, attendee, ret_sessions, error);
}

gboolean
presence_rebuild_all(Db *db, const Event *event, gint64 attendee, gint64 version, GError **error)
{
	g_autoptr(GHashTable) sessions = g_hash_table_new(NULL, NULL);
	GHashTableIter each;
	gpointer session;

	if (!sessions_of(db, event, attendee, sessions, error))
		return FALSE;
	g_hash_table_iter_init(&each, sessions);
	while (g_hash_table_iter_next(&each, &session, NULL))
		if (!presence_rebuild(db, event, (guint16)GPOINTER_TO_UINT(session), attendee,
		            version, error))
			return FALSE;
	return TRUE;
}

gboolean
presence_forget_all(Db *db, const Event *event, gint64 attendee, gint64 version, GError **error)
{
	g_autoptr(GHashTable) sessions = g_hash_table_new(NULL, NULL);
	GHashTableIter each;
	gpointer session;

	if (!sessions_of(db, event, attendee, sessions, error))
		return FALSE;
	g_hash_table_iter_init(&each, sessions);
	while (g_hash_table_iter_next(&each, &session, NULL))
		if (!presence_write(db, event, (guint16)GPOINTER_TO_UINT(session), attendee, NULL,
		            FALSE, version, error))
			return FALSE;
	return TRUE;
}

/* Of both revs: any may overrule the other now. */
static gboolean
touch_key(Merge *merge, const ScanRow *key, GError **error)
{
	g_autoptr(GArray) revs = g_array_new(FALSE, FALSE, sizeof(ScanEntry));

	if (!scan_lines_of_key(merge->db, key->device, key->epoch, key->seq, revs, error))
		return FALSE;
	for (guint i = 0; i < revs->len; i++) {
		ScanEntry *line = &g_array_index(revs, ScanEntry, i);
		LogRecord record;
		line->row.reason = *line->reason ? line->reason : NULL;
		if (log_record_of_row(&line->row, &record) &&
		        !touch_record(merge, &record, TRUE, error))
			return FALSE;
	}
	return TRUE;
}

gboolean
merge_rederive(Db *db, const Event *event, GArray *lines, gint64 version, GError **error)
{
	MergeWork work = { .event = event };
	Merge merge = { .db = db, .work = &work, .version = version };
	gboolean done = TRUE;

	merge.touched = g_hash_table_new_full(touched_hash, touched_equal, g_free, NULL);
	for (guint i = 0; done && i < lines->len; i++)
		done = touch_key(&merge, &g_array_index(lines, ScanEntry, i).row, error);
	done = done && rebuild_touched(&merge, error);
	g_hash_table_unref(merge.touched);
	return done;
}

/* ---- judging ---- */

static gboolean
find_sender(Merge *merge, gint64 device, Sender *ret, GError **error)
{
	for (guint i = 0; i < merge->senders->len; i++) {
		const Sender *sender = &g_array_index(merge->senders, Sender, i);
		if (sender->id == device) {
			*ret = *sender;
			return TRUE;
		}
	}
	Sender fresh = { .id = device };
	if (!device_standing(merge->db, device, merge->work->event->id, &fresh.known,
	            &fresh.supervisor, &fresh.revoked, error))
		return FALSE;
	g_array_append_val(merge->senders, fresh);
	*ret = fresh;
	return TRUE;
}

/* The stored line of each rev. */
static gboolean
find_stored(
        Db *db, const LogRecord *record, LogRecord ret[2], gboolean ret_found[2], GError **error)
{
	g_autoptr(GArray) lines = g_array_new(FALSE, FALSE, sizeof(ScanEntry));

	ret_found[0] = ret_found[1] = FALSE;
	if (!scan_lines_of_key(db, (gint64)record->device, (gint64)record->epoch,
	            (gint64)record->seq, lines, error))
		return FALSE;
	for (guint i = 0; i < lines->len; i++) {
		ScanEntry *line = &g_array_index(lines, ScanEntry, i);
		line->row.reason = *line->reason ? line->reason : NULL;
		ret_found[line->row.rev & 1] =
		        log_record_of_row(&line->row, &ret[line->row.rev & 1]);
	}
	return TRUE;
}

static gboolean
keep_apart(Merge *merge, const MergeItem *item, GError **error)
{
	return quarantine_add(merge->db, merge->work->event, id_new(merge->work->now * 1000),
	        item->readable ? (gint64)item->record.device : merge->work->device, item->hash,
	        item->content, log_verdict_name(item->verdict), merge->work->now, error);
}

/* A line of the log, with a verdict when it isn't simply accepted. */
static gboolean
write_line(Merge *merge, const MergeItem *item, gboolean overrules, GError **error)
{
	ScanRow row;
	gboolean new = FALSE;

	if (!log_record_to_row(&item->record, &row)) {
		g_set_error_literal(error, DB_ERROR, DB_ERROR_BROKEN, "a record was misjudged");
		return FALSE;
	}
	row.arrival = merge->version;
	if (item->verdict == LOG_LATE) { /* nothing of a person comes back */
		row.has_mark = FALSE;
		row.mark = 0;
		if (!late_scan_add(merge->db, merge->work->event, row.session_no, error))
			return FALSE;
	}
	if (!scan_add(merge->db, merge->work->event, merge->work->keys, &row, &new, error))
		return FALSE;
	if (!new) {
		g_set_error_literal(
		        error, DB_ERROR, DB_ERROR_CONFLICT, "another merge came between");
		return FALSE;
	}
	if (item->verdict != LOG_ACCEPT &&
	        !verdict_add(merge->db, merge->work->event, &row, FALSE,
	                log_verdict_name(item->verdict), NULL, merge->work->now, error))
		return FALSE;
	return item->verdict == LOG_LATE || touch_record(merge, &item->record, overrules, error);
}

static gboolean
take_item(Merge *merge, MergeItem *item, GError **error)
{
	const MergeWork *work = merge->work;
	LogRecord stored[2];
	gboolean found[2];
	Sender sender;

	item->verdict = LOG_QUARANTINE_GARBLED;
	if (!item->readable)
		return keep_apart(merge, item, error);
	const LogRecord *record = &item->record;
	guint rev = record->rev & 1;
	if (!find_sender(merge, (gint64)record->device, &sender, error) ||
	        !find_stored(merge->db, record, stored, found, error))
		return FALSE;
	const LogFacts facts = {
		.device_known = sender.known != 0,
		.device_own = work->device == 0 || work->device == (gint64)record->device,
		.device_revoked = sender.revoked != 0,
		.device_supervisor = sender.supervisor != 0,
		.place_known = item->place_known != 0,
		.from_server = work->device == DEVICE_STAFF,
		.collapsed = merge->collapsed != 0,
		.same = found[rev] ? &stored[rev] : NULL,
		.other = found[!rev] ? &stored[!rev] : NULL,
	};
	/* after the collapse a line is without its mark: its key alone tells that it came before */
	item->verdict =
	        merge->collapsed && facts.same != NULL ? LOG_REPEAT : log_judge(record, &facts);
	switch (item->verdict) {
	case LOG_REPEAT:
	case LOG_LATE_REV_0:
		return TRUE;
	case LOG_QUARANTINE_GARBLED:
	case LOG_QUARANTINE_DEVICE:
	case LOG_QUARANTINE_PLACE:
	case LOG_QUARANTINE_CONFLICT:
		return keep_apart(merge, item, error);
	case LOG_ACCEPT:
	case LOG_LATE:
	case LOG_QUARANTINE_REVOKED:
	case LOG_QUARANTINE_OTHER_REV:
	case LOG_QUARANTINE_ROLE:
		break;
	}
	return write_line(merge, item, facts.other != NULL, error);
}

/* ---- the work ---- */

/* Of every stretch that the batch speaks of, once. */
static gboolean
find_gaps(Merge *merge, GError **error)
{
	const GArray *items = merge->work->items;

	for (guint i = 0; i < items->len; i++) {
		const MergeItem *item = &g_array_index(items, MergeItem, i);
		gboolean seen = !item->readable || item->verdict == LOG_QUARANTINE_DEVICE;
		for (guint before = 0; before < i && !seen; before++) {
			const MergeItem *other = &g_array_index(items, MergeItem, before);
			seen = other->readable && other->record.device == item->record.device &&
			        other->record.epoch == item->record.epoch;
		}
		if (!seen &&
		        !scan_gaps(merge->db, (gint64)item->record.device,
		                (gint64)item->record.epoch, merge->work->gaps, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean
take_all(Merge *merge, GError **error)
{
	for (guint i = 0; i < merge->work->items->len; i++)
		if (!take_item(merge, &g_array_index(merge->work->items, MergeItem, i), error))
			return FALSE;
	return rebuild_touched(merge, error) && find_gaps(merge, error);
}

gboolean
merge_take(Db *db, MergeWork *work, const EventNow *now, GError **error)
{
	Merge merge = {
		.db = db, .work = work, .version = now->version, .collapsed = now->collapsed
	};

	work->version = now->version;
	work->history = now->history;
	g_clear_pointer(&work->gaps, g_array_unref);
	work->gaps = g_array_new(FALSE, FALSE, sizeof(ScanGap));
	merge.senders = g_array_new(FALSE, FALSE, sizeof(Sender));
	merge.touched = g_hash_table_new_full(touched_hash, touched_equal, g_free, NULL);
	gboolean taken = take_all(&merge, error);
	g_array_unref(merge.senders);
	g_hash_table_unref(merge.touched);
	return taken;
}

gboolean
merge_work(Db *db, gpointer data, GError **error)
{
	MergeWork *work = data;
	EventNow now;

	return event_now_raise(db, work->event, 0, &now, error) &&
	        merge_take(db, work, &now, error);
}
