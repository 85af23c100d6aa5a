#include "schema/scan_report.h"

#include <string.h>

/* ---- lines ---- */

void
scan_report_init(ScanReport *report, const Event *event, guint16 session_no)
{
	*report = (ScanReport){ .event = event,
		.session_no = session_no,
		.rows = g_array_new(FALSE, TRUE, sizeof(ScanReportRow)) };
}

void
scan_report_clear(ScanReport *report)
{
	g_clear_pointer(&report->rows, g_array_unref);
}

static gboolean
read_beside(Db *db, const Event *event, ScanReportRow *row, GError **error)
{
	gint64 attendee = 0, no = 0;
	g_autoptr(DbRows) device = db_query(db, "SELECT name FROM device WHERE id = $1",
	        DB_ARGS(db_int(row->entry.row.device)), error);

	if (device == NULL)
		return FALSE;
	switch (db_next(device, error)) {
	case DB_ERROR_ROW:
		return FALSE;
	case DB_ROW:
		g_strlcpy(row->device_name, db_column_text(device, 0), sizeof row->device_name);
		break;
	case DB_NO_ROW:
		break;
	}
	if (!row->entry.row.has_mark)
		return TRUE;
	if (!scan_holder_id(db, event, row->entry.row.mark, &attendee, error) ||
	        (attendee != 0 &&
	                !db_ask_int(db, "SELECT no FROM attendee WHERE id = $1",
	                        DB_ARGS(db_int(attendee)), 0, &no, error)))
		return FALSE;
	row->holder = (guint32)no;
	return TRUE;
}

gboolean
scan_report_next(ScanReport *report, Db *db, GError **error)
{
	g_autoptr(GArray) entries = g_array_new(FALSE, FALSE, sizeof(ScanEntry));
	ScanRow last = { 0 };

	if (report->begun && report->rows->len > 0)
		last = g_array_index(report->rows, ScanReportRow, report->rows->len - 1).entry.row;
	g_array_set_size(report->rows, 0);
	if (report->ended)
		return TRUE;
	if (!scan_lines_after(db, report->event, report->session_no, report->begun ? &last : NULL,
	            SCAN_REPORT_PAGE, entries, error))
		return FALSE;
	report->begun = TRUE;
	report->ended = entries->len < SCAN_REPORT_PAGE;
	for (guint i = 0; i < entries->len; i++) {
		ScanReportRow row = { .entry = g_array_index(entries, ScanEntry, i) };
		if (!read_beside(db, report->event, &row, error))
			return FALSE;
		g_array_append_val(report->rows, row);
	}
	return TRUE;
}

/* ---- arrivals ---- */

gboolean
arrivals_read(Db *db, const Event *event, GArray *ret_counts, GError **error)
{
	DbStep step;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT session_no, region_no, slot, CAST(sum(came) AS BIGINT) FROM"
	        " (SELECT p.session_no AS session_no, a.region_no AS region_no,"
	        " p.first_at / 900000 AS slot, count(*) AS came FROM presence p"
	        " JOIN attendee a ON a.id = p.attendee WHERE p.event = $1"
	        " GROUP BY p.session_no, a.region_no, p.first_at / 900000"
	        " UNION ALL SELECT session_no, region_no, slot, came FROM counted_arrival"
	        " WHERE event = $1) AS arrivals"
	        " GROUP BY session_no, region_no, slot ORDER BY session_no, region_no, slot",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES)), error);
	G_STATIC_ASSERT(ARRIVALS_S == 900);
	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		const ArrivalCount count = {
			.session_no = (guint16)db_column_int(rows, 0),
			.region_no = (guint16)db_column_int(rows, 1),
			.from = db_column_int(rows, 2) * ARRIVALS_S,
			.came = db_column_int(rows, 3),
		};
		g_array_append_val(ret_counts, count);
	}
	return step == DB_NO_ROW;
}

/* ---- shared tickets ---- */

/* First what may be: admitting lines of one mark on two devices, of the log's own words. What they mean is
 * looked at one by one, since there are few. */
static gboolean
read_candidates(Db *db, const Event *event, GArray *ret_keys, GError **error)
{
	DbStep step;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT session_no, mark FROM scan WHERE event = $1 AND mark IS NOT NULL"
	        " AND decision IN ('admit', 'again', 'admit_provisional')"
	        " GROUP BY session_no, mark HAVING count(DISTINCT device) > 1"
	        " ORDER BY session_no, mark",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES)), error);
	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		const SharedTicket key = { .session_no = (guint16)db_column_int(rows, 0),
			.mark = db_column_int(rows, 1) };
		g_array_append_val(ret_keys, key);
	}
	return step == DB_NO_ROW;
}

static gboolean
is_first_welcome(const ScanRow *row)
{
	return strcmp(row->decision, "admit") == 0 ||
	        strcmp(row->decision, "admit_provisional") == 0;
}

/* Whether the line at @at lets someone in: accepted, of the highest accepted rev, not voided, no override. */
static gboolean
lets_in(Db *db, const GArray *lines, guint at, gboolean *ret, GError **error)
{
	const ScanEntry *line = &g_array_index(lines, ScanEntry, at);
	gboolean voided = FALSE;

	*ret = FALSE;
	if (!line->accepted ||
	        !(is_first_welcome(&line->row) || strcmp(line->row.decision, "again") == 0) ||
	        strcmp(line->reason, SCAN_REASON_PRACTICE) == 0 ||
	        strcmp(line->reason, SCAN_REASON_REHEARSAL) == 0)
		return TRUE;
	for (guint i = 0; i < lines->len; i++) {
		const ScanEntry *other = &g_array_index(lines, ScanEntry, i);
		if (other->accepted && other->row.rev > line->row.rev &&
		        other->row.device == line->row.device &&
		        other->row.epoch == line->row.epoch && other->row.seq == line->row.seq)
			return TRUE;
	}
	if (!scan_is_voided(db, line->row.device, line->row.epoch, line->row.seq, &voided, error))
		return FALSE;
	*ret = !voided;
	return TRUE;
}

static gint64
corrected(const ScanRow *row)
{
	return row->wall + row->skew;
}

static gint
by_time(gconstpointer a, gconstpointer b)
{
	const ScanRow *one = &((const ScanEntry *)a)->row, *other = &((const ScanEntry *)b)->row;
	gint64 at = corrected(one), other_at = corrected(other);
	return (at > other_at) - (at < other_at);
}

static gboolean
are_shared(const ScanRow *one, const ScanRow *other)
{
	return one->device != other->device &&
	        ((is_first_welcome(one) && is_first_welcome(other)) ||
	                ABS(corrected(one) - corrected(other)) < SHARED_TOO_SHORT_MS);
}

static gboolean
add_shared(Db *db, const Event *event, SharedTicket shared, GArray *ret_shared, GError **error)
{
	g_autoptr(GArray) lines = g_array_new(FALSE, FALSE, sizeof(ScanEntry));
	g_autoptr(GArray) let_in = g_array_new(FALSE, FALSE, sizeof(ScanEntry));
	gint64 attendee = 0, no = 0;

	if (!scan_lines_of_mark(db, event, shared.session_no, shared.mark, lines, error))
		return FALSE;
	for (guint i = 0; i < lines->len; i++) {
		gboolean lets = FALSE;
		if (!lets_in(db, lines, i, &lets, error))
			return FALSE;
		if (lets)
			g_array_append_val(let_in, g_array_index(lines, ScanEntry, i));
	}
	g_array_sort(let_in, by_time);
	for (guint i = 1; i < let_in->len; i++) {
		const ScanRow *pair[2] = { &g_array_index(let_in, ScanEntry, i - 1).row,
			&g_array_index(let_in, ScanEntry, i).row };
		if (!are_shared(pair[0], pair[1]))
			continue;
		if (attendee == 0 &&
		        (!scan_holder_id(db, event, shared.mark, &attendee, error) ||
		                !db_ask_int(db, "SELECT no FROM attendee WHERE id = $1",
		                        DB_ARGS(db_int(attendee)), 0, &no, error)))
			return FALSE;
		shared.holder = (guint32)no;
		for (guint k = 0; k < 2; k++) {
			shared.at[k] = corrected(pair[k]);
			shared.device[k] = pair[k]->device;
			shared.checkpoint_no[k] = pair[k]->checkpoint_no;
			shared.online[k] = pair[k]->online;
		}
		g_array_append_val(ret_shared, shared);
	}
	return TRUE;
}

gboolean
shared_tickets_read(Db *db, const Event *event, GArray *ret_shared, GError **error)
{
	g_autoptr(GArray) keys = g_array_new(FALSE, FALSE, sizeof(SharedTicket));

	if (!read_candidates(db, event, keys, error))
		return FALSE;
	for (guint i = 0; i < keys->len; i++)
		if (!add_shared(db, event, g_array_index(keys, SharedTicket, i), ret_shared, error))
			return FALSE;
	return TRUE;
}
