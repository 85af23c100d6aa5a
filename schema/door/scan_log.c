#include "schema/scan_log.h"

#include <string.h>

#include "schema/device.h"
#include "schema/scan_row.h"

#define MERGES_MAX 16

/* ---- lines ---- */

/* The columns that take_entry() reads, of scan as s. Staff's own acts are a supervisor's (DEVICE_STAFF). */
#define ENTRY_COLUMNS                                                                              \
	SCAN_ROW_COLUMNS                                                                           \
	", coalesce((SELECT v.verdict FROM verdict v WHERE v.device = s.device"                    \
	" AND v.epoch = s.epoch AND v.seq = s.seq AND v.rev = s.rev ORDER BY v.no DESC LIMIT 1),"  \
	" 'accepted'),"                                                                            \
	" CASE WHEN s.device = 2 OR EXISTS (SELECT 1 FROM device d WHERE d.id = s.device"          \
	" AND d.role = 'supervisor') THEN 1 ELSE 0 END"
G_STATIC_ASSERT(DEVICE_STAFF == 2);

static gboolean
take_entry(DbRows *row, ScanEntry *ret, GError **error)
{
	ScanEntry entry = { 0 };

	scan_row_read(row, &entry.row);
	g_strlcpy(entry.reason, entry.row.reason ? entry.row.reason : "", sizeof entry.reason);
	entry.row.reason = NULL;
	entry.row.decision = scan_word(entry.row.decision);
	if (entry.row.decision == NULL) {
		g_set_error_literal(error, DB_ERROR, DB_ERROR_BROKEN,
		        "the scan log holds a decision that is no word of it");
		return FALSE;
	}
	entry.accepted = g_strcmp0(db_column_text(row, SCAN_ROW_N), "accepted") == 0;
	entry.by_supervisor = db_column_int(row, SCAN_ROW_N + 1) != 0;
	*ret = entry;
	return TRUE;
}

/* Adds all of @given, which is freed. */
static gboolean
take_entries(DbRows *given, GArray *ret_entries, GError **error)
{
	g_autoptr(DbRows) rows = given;
	DbStep step;

	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		ScanEntry entry;
		if (!take_entry(rows, &entry, error))
			return FALSE;
		g_array_append_val(ret_entries, entry);
	}
	return step == DB_NO_ROW;
}

gboolean
scan_lines_of_key(
        Db *db, gint64 device, gint64 epoch, gint64 seq, GArray *ret_entries, GError **error)
{
	return take_entries(
	        db_query(db,
	                "SELECT " ENTRY_COLUMNS " FROM scan s"
	                " WHERE s.device = $1 AND s.epoch = $2 AND s.seq = $3 ORDER BY s.rev",
	                DB_ARGS(db_int(device), db_int(epoch), db_int(seq)), error),
	        ret_entries, error);
}

/* The voids that may name one of the @n first of @entries, by the stretches that those are of. */
static gboolean
add_voids(Db *db, GArray *entries, GError **error)
{
	guint n = entries->len;

	for (guint i = 0; i < n; i++) {
		const ScanRow row = g_array_index(entries, ScanEntry, i).row;
		gboolean seen = FALSE;
		for (guint before = 0; before < i && !seen; before++) {
			const ScanRow *other = &g_array_index(entries, ScanEntry, before).row;
			seen = other->device == row.device && other->epoch == row.epoch;
		}
		if (!seen &&
		        !take_entries(
		                db_query(db,
		                        "SELECT " ENTRY_COLUMNS " FROM scan s"
		                        " WHERE s.void_device = $1 AND s.void_epoch = $2",
		                        DB_ARGS(db_int(row.device), db_int(row.epoch)), error),
		                entries, error))
			return FALSE;
	}
	return TRUE;
}

gboolean
scan_marks_of_holder(Db *db, const Event *event, gint64 attendee, GArray *ret_marks, GError **error)
{
	DbStep step;
	g_autoptr(DbRows) rows = db_query(db,
	        "WITH RECURSIVE who (id) AS (SELECT CAST($2 AS BIGINT)"
	        " UNION SELECT a.id FROM attendee a JOIN who ON a.merged_into = who.id)"
	        " SELECT a.mark FROM who JOIN attendee a ON a.id = who.id WHERE a.event = $1"
	        " UNION SELECT o.mark FROM who JOIN old_ticket o ON o.attendee = who.id"
	        " WHERE o.event = $1",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(attendee)), error);
	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		gint64 mark = db_column_int(rows, 0);
		g_array_append_val(ret_marks, mark);
	}
	return step == DB_NO_ROW;
}

gboolean
scan_lines_of_holder(Db *db, const Event *event, guint16 session_no, gint64 attendee,
        GArray *ret_entries, GError **error)
{
	g_autoptr(GArray) marks = g_array_new(FALSE, FALSE, sizeof(gint64));

	if (!scan_marks_of_holder(db, event, attendee, marks, error))
		return FALSE;
	for (guint i = 0; i < marks->len; i++)
		if (!take_entries(
		            db_query(db,
		                    "SELECT " ENTRY_COLUMNS " FROM (SELECT DISTINCT device, epoch,"
		                    " seq FROM scan WHERE event = $1 AND session_no = $2"
		                    " AND mark = $3) k JOIN scan s ON s.device = k.device"
		                    " AND s.epoch = k.epoch AND s.seq = k.seq",
		                    DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(session_no),
		                            db_int(g_array_index(marks, gint64, i))),
		                    error),
		            ret_entries, error))
			return FALSE;
	return add_voids(db, ret_entries, error);
}

gboolean
scan_lines_of_tally(Db *db, const Event *event, guint16 session_no, guint16 region_no,
        guint16 delegation_no, GArray *ret_entries, GError **error)
{
	return take_entries(
	               db_query(db,
	                       "SELECT " ENTRY_COLUMNS " FROM (SELECT DISTINCT device, epoch, seq"
	                       " FROM scan WHERE event = $1 AND session_no = $2 AND mark IS NULL"
	                       " AND decision = 'count' AND coalesce(region_no, 0) = $3"
	                       " AND coalesce(delegation_no, 0) = $4) k"
	                       " JOIN scan s ON s.device = k.device"
	                       " AND s.epoch = k.epoch AND s.seq = k.seq",
	                       DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(session_no),
	                               db_int(region_no), db_int(delegation_no)),
	                       error),
	               ret_entries, error) &&
	        add_voids(db, ret_entries, error);
}

gboolean
scan_lines_after(Db *db, const Event *event, guint16 session_no, const ScanRow *last, gint64 limit,
        GArray *ret_entries, GError **error)
{
	return take_entries(db_query(db,
	                            "SELECT " ENTRY_COLUMNS " FROM scan s WHERE s.event = $1"
	                            " AND ($2 = 0 OR s.session_no = $2)"
	                            " AND (s.device, s.epoch, s.seq, s.rev) > ($3, $4, $5, $6)"
	                            " ORDER BY s.device, s.epoch, s.seq, s.rev LIMIT $7",
	                            DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(session_no),
	                                    db_int(last ? last->device : G_MININT64),
	                                    db_int(last ? last->epoch : G_MININT64),
	                                    db_int(last ? last->seq : -1),
	                                    db_int(last ? last->rev : -1), db_int(limit)),
	                            error),
	        ret_entries, error);
}

gboolean
scan_lines_of_mark(Db *db, const Event *event, guint16 session_no, gint64 mark, GArray *ret_entries,
        GError **error)
{
	return take_entries(db_query(db,
	                            "SELECT " ENTRY_COLUMNS " FROM scan s WHERE s.event = $1"
	                            " AND s.session_no = $2 AND s.mark = $3",
	                            DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(session_no),
	                                    db_int(mark)),
	                            error),
	        ret_entries, error);
}

gboolean
scan_lines_quarantined(Db *db, const Event *event, gint64 device, gint64 epoch, gint64 seq,
        const char *reason, GArray *ret_entries, GError **error)
{
	g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(ScanEntry));

	if (!take_entries(
	            db_query(db,
	                    "SELECT " ENTRY_COLUMNS " FROM scan s WHERE s.event = $1"
	                    " AND s.device = $2 AND ($3 = 0 OR s.epoch = $3)"
	                    " AND ($4 = 0 OR s.seq = $4) AND EXISTS (SELECT 1 FROM verdict v"
	                    " WHERE v.device = s.device AND v.epoch = s.epoch AND v.seq = s.seq"
	                    " AND v.rev = s.rev AND ($5 = '' OR v.reason = $5))"
	                    " ORDER BY s.epoch, s.seq, s.rev",
	                    DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(device),
	                            db_int(epoch), db_int(seq), db_text(reason ? reason : "")),
	                    error),
	            all, error))
		return FALSE;
	for (guint i = 0; i < all->len; i++)
		if (!g_array_index(all, ScanEntry, i).accepted)
			g_array_append_val(ret_entries, g_array_index(all, ScanEntry, i));
	return TRUE;
}

gboolean
scan_lines_of_stretch(Db *db, const Event *event, gint64 device, gint64 epoch, gint64 seq,
        GArray *ret_entries, GError **error)
{
	return take_entries(
	        db_query(db,
	                "SELECT " ENTRY_COLUMNS " FROM scan s WHERE s.event = $1 AND s.device = $2"
	                " AND s.epoch = $3 AND s.seq <= $4 ORDER BY s.seq, s.rev",
	                DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(device), db_int(epoch),
	                        db_int(seq)),
	                error),
	        ret_entries, error);
}

/* ---- whose ---- */

gboolean
scan_holder_id(Db *db, const Event *event, gint64 mark, gint64 *ret_attendee, GError **error)
{
	gint64 attendee = 0;

	if (!db_ask_int(db,
	            "SELECT id FROM attendee WHERE event = $1 AND (mark >> 19) = ($2 >> 19)"
	            " AND +mark = $2" /* the index is on the first term */
	            " UNION ALL SELECT attendee FROM old_ticket WHERE event = $1 AND mark = $2",
	            DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(mark)), 0, &attendee,
	            error))
		return FALSE;
	gint64 next = attendee;
	for (guint i = 0; next != 0 && i < MERGES_MAX; i++) {
		attendee = next;
		if (!db_ask_int(db, "SELECT merged_into FROM attendee WHERE id = $1",
		            DB_ARGS(db_int(attendee)), 0, &next, error))
			return FALSE;
	}
	*ret_attendee = attendee;
	return TRUE;
}

static gboolean
take_sessions(DbRows *given, GHashTable *ret_sessions, GError **error)
{
	g_autoptr(DbRows) rows = given;
	DbStep step;

	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW)
		g_hash_table_add(ret_sessions, GUINT_TO_POINTER((guint)db_column_int(rows, 0)));
	return step == DB_NO_ROW;
}

gboolean
scan_sessions_of(Db *db, const Event *event, GArray *marks, gint64 attendee,
        GHashTable *ret_sessions, GError **error)
{
	for (guint i = 0; i < event->sessions->len; i++) {
		const EventSession *session = g_ptr_array_index(event->sessions, i);
		for (guint k = 0; k < marks->len; k++)
			if (!take_sessions(db_query(db,
			                           "SELECT session_no FROM scan WHERE event = $1"
			                           " AND session_no = $2 AND mark = $3 LIMIT 1",
			                           DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES),
			                                   db_int(session->no),
			                                   db_int(g_array_index(marks, gint64, k))),
			                           error),
			            ret_sessions, error))
				return FALSE;
		if (!take_sessions(db_query(db,
		                           "SELECT session_no FROM presence WHERE event = $1"
		                           " AND session_no = $2 AND attendee = $3",
		                           DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES),
		                                   db_int(session->no), db_int(attendee)),
		                           error),
		            ret_sessions, error))
			return FALSE;
	}
	return TRUE;
}

/* ---- voids ---- */

gboolean
scan_lines_named(Db *db, const Event *event, gint64 device, gint64 epoch, gint64 seq,
        gboolean stretch, GArray *ret_touched, GError **error)
{
	DbStep step;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT DISTINCT session_no, mark, CASE WHEN decision = 'count' THEN 1 ELSE 0 END, "
	        "region_no, delegation_no"
	        " FROM scan WHERE event = $1 AND device = $2 AND epoch = $3 AND seq <= $4"
	        " AND (seq = $4 OR $5 <> 0) AND (mark IS NOT NULL OR decision = 'count')",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(device), db_int(epoch),
	                db_int(seq), db_int(stretch ? 1 : 0)),
	        error);
	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		ScanTouched touched = {
			.session_no = (guint16)db_column_int(rows, 0),
			.has_mark = !db_column_is_null(rows, 1),
			.mark = db_column_int(rows, 1),
			.is_count = db_column_int(rows, 2) != 0,
			.region_no = (guint16)db_column_int(rows, 3),
			.delegation_no = (guint16)db_column_int(rows, 4),
		};
		g_array_append_val(ret_touched, touched);
	}
	return step == DB_NO_ROW;
}

gboolean
scan_is_voided(
        Db *db, gint64 device, gint64 epoch, gint64 seq, gboolean *ret_voided, GError **error)
{
	g_autoptr(GArray) entries = g_array_new(FALSE, FALSE, sizeof(ScanEntry));

	if (!take_entries(
	            db_query(db,
	                    "SELECT " ENTRY_COLUMNS " FROM scan s WHERE s.void_device = $1"
	                    " AND s.void_epoch = $2 AND s.decision = 'void'"
	                    " AND (s.void_seq = $3 OR (s.reason = 'trial' AND s.void_seq > $3))",
	                    DB_ARGS(db_int(device), db_int(epoch), db_int(seq)), error),
	            entries, error))
		return FALSE;
	*ret_voided = FALSE;
	for (guint i = 0; i < entries->len; i++) {
		const ScanEntry *entry = &g_array_index(entries, ScanEntry, i);
		if (entry->accepted && entry->by_supervisor)
			*ret_voided = TRUE;
	}
	return TRUE;
}

/* ---- gaps ---- */

gboolean
scan_gaps(Db *db, gint64 device, gint64 epoch, GArray *ret_gaps, GError **error)
{
	DbStep step;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT before, seq FROM (SELECT seq, lag(seq, 1, 0) OVER (ORDER BY seq) AS before"
	        " FROM (SELECT DISTINCT seq FROM scan WHERE device = $1 AND epoch = $2) s) g"
	        " WHERE seq > before + 1 ORDER BY seq",
	        DB_ARGS(db_int(device), db_int(epoch)), error);
	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		ScanGap gap = { device, epoch, db_column_int(rows, 0) + 1,
			db_column_int(rows, 1) - 1 };
		if (ret_gaps->len < SCAN_GAPS_MAX)
			g_array_append_val(ret_gaps, gap);
	}
	return step == DB_NO_ROW;
}
