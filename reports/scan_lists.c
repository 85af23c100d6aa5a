/*
 * What the scan log says, in lists: scans (every line), shared-tickets (two people may have used one), arrivals (who
 * came when, by the quarter of an hour). Marks and numbers, no names.
 */
#include "reports/report.h"
#include "schema/id.h"
#include "schema/scan_report.h"

static const char *
session_code(const Event *event, guint16 no)
{
	const EventSession *session = event_session(event, no);
	return session ? session->code : NULL;
}

static const char *
place_name(const Event *event, guint16 no)
{
	const EventCheckpoint *checkpoint = event_checkpoint(event, no);
	return checkpoint ? checkpoint->name : NULL;
}

static const char *
yes_no(gboolean yes)
{
	return yes ? "yes" : "no";
}

/* ---- scans ---- */

typedef struct {
	const Event *event;
	Db *db;
	ScanReport report;
	guint at;
	char mark[ID_HEX_LENGTH + 1], device[ID_HEX_LENGTH + 1], epoch[ID_HEX_LENGTH + 1];
} Scans;

static const Column scans_columns[] = {
	{ "at", COLUMN_TIME },
	{ "session", COLUMN_TEXT },
	{ "checkpoint", COLUMN_TEXT },
	{ "device_name", COLUMN_TEXT },
	{ "device", COLUMN_TEXT },
	{ "epoch", COLUMN_TEXT },
	{ "seq", COLUMN_NUMBER },
	{ "rev", COLUMN_NUMBER },
	{ "mark", COLUMN_TEXT },
	{ "holder", COLUMN_NUMBER },
	{ "decision", COLUMN_TEXT },
	{ "reason", COLUMN_TEXT },
	{ "online", COLUMN_TEXT },
	{ "count", COLUMN_NUMBER },
	{ "verdict", COLUMN_TEXT },
};

static gboolean
scans_page(Scans *scans, GError **error)
{
	if (!db_begin(scans->db, error))
		return FALSE;
	scans->at = 0;
	gboolean read = scan_report_next(&scans->report, scans->db, error);
	db_rollback(scans->db);
	return read;
}

static gboolean
scans_next(gpointer data, Cell *cells, gboolean *ret_row, GError **error)
{
	Scans *scans = data;

	if (scans->at == scans->report.rows->len && !scans_page(scans, error))
		return FALSE;
	*ret_row = scans->report.rows->len > 0;
	if (!*ret_row)
		return TRUE;
	const ScanReportRow *line = &g_array_index(scans->report.rows, ScanReportRow, scans->at++);
	const ScanRow *row = &line->entry.row;
	id_to_hex(row->mark, scans->mark);
	id_to_hex(row->device, scans->device);
	id_to_hex(row->epoch, scans->epoch);
	(cells++)->number = (row->wall + row->skew) / 1000;
	(cells++)->text = session_code(scans->event, row->session_no);
	(cells++)->text = place_name(scans->event, row->checkpoint_no);
	(cells++)->text = *line->device_name ? line->device_name : NULL;
	(cells++)->text = scans->device;
	(cells++)->text = scans->epoch;
	(cells++)->number = row->seq;
	(cells++)->number = row->rev;
	(cells++)->text = row->has_mark ? scans->mark : NULL;
	*cells++ = (Cell){ .number = line->holder, .absent = line->holder == 0 };
	(cells++)->text = row->decision;
	(cells++)->text = *line->entry.reason ? line->entry.reason : NULL;
	(cells++)->text = yes_no(row->online);
	*cells++ = (Cell){ .number = row->count, .absent = row->count == 0 };
	(cells++)->text = line->entry.accepted ? "accepted" : "quarantined";
	return TRUE;
}

gboolean
scans_open(const ReportAsked *asked, Table *ret, GError **error)
{
	Scans *scans = g_new0(Scans, 1);

	scans->event = asked->event;
	scans->db = asked->db;
	scan_report_init(&scans->report, asked->event, asked->session_no);
	*ret = (Table){ .columns = scans_columns,
		.columns_n = G_N_ELEMENTS(scans_columns),
		.zone = asked->event->time_zone,
		.next = scans_next,
		.data = scans };
	return TRUE;
}

void
scans_close(Table *table)
{
	Scans *scans = table->data;
	scan_report_clear(&scans->report);
	g_free(scans);
}

/* ---- lists that are read at once ---- */

typedef struct {
	const Event *event;
	guint16 session_no, region_no;
	GArray *rows;
	guint at;
	char mark[ID_HEX_LENGTH + 1], devices[2][ID_HEX_LENGTH + 1];
} List;

typedef gboolean (*ReadList)(Db *db, const Event *event, GArray *ret, GError **error);

static gboolean
list_open(const ReportAsked *asked, ReadList read, guint size, Table *ret, GError **error)
{
	g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, size);

	if (!db_begin(asked->db, error))
		return FALSE;
	gboolean answered = read(asked->db, asked->event, rows, error);
	db_rollback(asked->db);
	if (!answered)
		return FALSE;
	List *list = g_new0(List, 1);
	list->event = asked->event;
	list->session_no = asked->session_no;
	list->region_no = asked->region_no;
	list->rows = g_steal_pointer(&rows);
	ret->zone = asked->event->time_zone;
	ret->data = list;
	return TRUE;
}

static void
list_close(Table *table)
{
	List *list = table->data;
	g_array_unref(list->rows);
	g_free(list);
}

/* ---- arrivals ---- */

static const Column arrivals_columns[] = {
	{ "session", COLUMN_TEXT },
	{ "region_code", COLUMN_TEXT },
	{ "from", COLUMN_TIME },
	{ "came", COLUMN_NUMBER },
};

static gboolean
arrivals_next(gpointer data, Cell *cells, gboolean *ret_row, GError **error)
{
	List *list = data;

	for (; list->at < list->rows->len; list->at++) {
		const ArrivalCount *count = &g_array_index(list->rows, ArrivalCount, list->at);
		const EventRegion *region = event_region(list->event, count->region_no);
		if ((list->session_no && count->session_no != list->session_no) ||
		        (list->region_no && count->region_no != list->region_no))
			continue;
		list->at++;
		*ret_row = TRUE;
		(cells++)->text = session_code(list->event, count->session_no);
		(cells++)->text = region ? region->code : NULL;
		(cells++)->number = count->from;
		(cells++)->number = count->came;
		return TRUE;
	}
	*ret_row = FALSE;
	return TRUE;
}

gboolean
arrivals_open(const ReportAsked *asked, Table *ret, GError **error)
{
	*ret = (Table){ .columns = arrivals_columns,
		.columns_n = G_N_ELEMENTS(arrivals_columns),
		.next = arrivals_next };
	return list_open(asked, arrivals_read, sizeof(ArrivalCount), ret, error);
}

void
arrivals_close(Table *table)
{
	list_close(table);
}

/* ---- shared tickets ---- */

static const Column shared_columns[] = {
	{ "session", COLUMN_TEXT },
	{ "holder", COLUMN_NUMBER },
	{ "mark", COLUMN_TEXT },
	{ "first_at", COLUMN_TIME },
	{ "first_checkpoint", COLUMN_TEXT },
	{ "first_device", COLUMN_TEXT },
	{ "first_online", COLUMN_TEXT },
	{ "then_at", COLUMN_TIME },
	{ "then_checkpoint", COLUMN_TEXT },
	{ "then_device", COLUMN_TEXT },
	{ "then_online", COLUMN_TEXT },
};

static gboolean
shared_next(gpointer data, Cell *cells, gboolean *ret_row, GError **error)
{
	List *list = data;

	for (; list->at < list->rows->len; list->at++) {
		const SharedTicket *shared = &g_array_index(list->rows, SharedTicket, list->at);
		if (list->session_no && shared->session_no != list->session_no)
			continue;
		list->at++;
		*ret_row = TRUE;
		id_to_hex(shared->mark, list->mark);
		(cells++)->text = session_code(list->event, shared->session_no);
		*cells++ = (Cell){ .number = shared->holder, .absent = shared->holder == 0 };
		(cells++)->text = list->mark;
		for (guint k = 0; k < 2; k++) {
			id_to_hex(shared->device[k], list->devices[k]);
			(cells++)->number = shared->at[k] / 1000;
			(cells++)->text = place_name(list->event, shared->checkpoint_no[k]);
			(cells++)->text = list->devices[k];
			(cells++)->text = yes_no(shared->online[k]);
		}
		return TRUE;
	}
	*ret_row = FALSE;
	return TRUE;
}

gboolean
shared_open(const ReportAsked *asked, Table *ret, GError **error)
{
	*ret = (Table){ .columns = shared_columns,
		.columns_n = G_N_ELEMENTS(shared_columns),
		.next = shared_next };
	return list_open(asked, shared_tickets_read, sizeof(SharedTicket), ret, error);
}

void
shared_close(Table *table)
{
	list_close(table);
}
