/*
 * attendance: expected, came, did not come, walk-in, counted without a ticket; one row per region ×
 * session, also when zero.
 */
#include "reports/report.h"
#include "schema/counts.h"

typedef struct {
	const Event *event;
	GArray *counts; /* of AttendanceCount: the rows */
	guint by;
	guint at;
} Attendance;

/* The numbers stand the same in each; only what rows are kept apart by differs. */
#define NUMBERS                                                                                    \
	{ "expected", COLUMN_NUMBER }, { "came", COLUMN_NUMBER }, { "no_show", COLUMN_NUMBER },    \
	        { "walk_in", COLUMN_NUMBER },                                                      \
	{                                                                                          \
		"tally", COLUMN_NUMBER                                                             \
	}

static const Column columns_by_both[] = { { "region_code", COLUMN_TEXT }, { "region", COLUMN_TEXT },
	{ "session", COLUMN_TEXT }, NUMBERS };
static const Column columns_by_region[] = { { "region_code", COLUMN_TEXT },
	{ "region", COLUMN_TEXT }, NUMBERS };
static const Column columns_by_session[] = { { "session", COLUMN_TEXT }, NUMBERS };

static gboolean
next(gpointer data, Cell *cells, gboolean *ret_row, GError **error)
{
	Attendance *attendance = data;
	*ret_row = attendance->at < attendance->counts->len;
	if (!*ret_row)
		return TRUE;
	const AttendanceCount *count =
	        &g_array_index(attendance->counts, AttendanceCount, attendance->at++);
	if (attendance->by & BY_REGION) {
		const EventRegion *region = event_region(attendance->event, count->region_no);
		(cells++)->text = region ? region->code : NULL;
		(cells++)->text = region ? event_text(attendance->event, region->name,
		                                   attendance->event->languages[0])
		                         : NULL;
	}
	if (attendance->by & BY_SESSION)
		(cells++)->text = event_session(attendance->event, count->session_no)->code;
	(cells++)->number = count->expected;
	(cells++)->number = count->came;
	(cells++)->number = count->expected - (count->came - count->walk_in);
	(cells++)->number = count->walk_in;
	(cells++)->number = count->tally;
	return TRUE;
}

static void
add(AttendanceCount *sum, const AttendanceCount *count)
{
	sum->expected += count->expected;
	sum->came += count->came;
	sum->walk_in += count->walk_in;
	sum->tally += count->tally;
}

/* Keeps the rows that were asked for; of all regions together when they aren't kept apart. */
static GArray *
choose(const ReportAsked *asked, guint by, const GArray *counts)
{
	GArray *chosen = g_array_new(FALSE, TRUE, sizeof(AttendanceCount));
	for (guint i = 0; i < counts->len; i++) {
		const AttendanceCount *count = &g_array_index(counts, AttendanceCount, i);
		if ((asked->session_no != 0 && count->session_no != asked->session_no) ||
		        (asked->region_no != 0 && count->region_no != asked->region_no))
			continue;
		AttendanceCount *same = NULL;
		for (guint k = 0; k < chosen->len && (by & BY_REGION) == 0; k++) {
			AttendanceCount *earlier = &g_array_index(chosen, AttendanceCount, k);
			if (earlier->session_no == count->session_no)
				same = earlier;
		}
		if (same != NULL)
			add(same, count);
		else
			g_array_append_vals(chosen, count, 1);
	}
	return chosen;
}

gboolean
attendance_open(const ReportAsked *asked, Table *ret, GError **error)
{
	guint by = asked->by ? asked->by : BY_REGION | BY_SESSION;
	if (by == BY_REGION && asked->session_no == 0) {
		g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "--by region would count a person once per session: name one with "
		        "--session");
		return FALSE;
	}
	g_autoptr(GArray) counts = NULL;
	if (!db_begin(asked->db, error))
		return FALSE;
	if (!counts_attendance(asked->db, asked->event, &counts, error)) {
		db_rollback(asked->db);
		return FALSE;
	}
	if (!db_commit(asked->db, error))
		return FALSE;
	Attendance *attendance = g_new0(Attendance, 1);
	attendance->event = asked->event;
	attendance->by = by;
	attendance->counts = choose(asked, by, counts);
	Table table = { .zone = asked->event->time_zone, .next = next, .data = attendance };
	switch (by) {
	case BY_REGION:
		table.columns = columns_by_region;
		table.columns_n = G_N_ELEMENTS(columns_by_region);
		break;
	case BY_SESSION:
		table.columns = columns_by_session;
		table.columns_n = G_N_ELEMENTS(columns_by_session);
		break;
	default:
		table.columns = columns_by_both;
		table.columns_n = G_N_ELEMENTS(columns_by_both);
		break;
	}
	*ret = table;
	return TRUE;
}

void
attendance_close(Table *table)
{
	Attendance *attendance = table->data;
	g_array_unref(attendance->counts);
	g_free(attendance);
}
