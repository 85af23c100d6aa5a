#include "schema/counts.h"

/* Each part reads one large table once and gives a few rows per region and session. A person who holds
 * both the option and a booking is expected once: the second part leaves out whom the first has.
 * 7 is the class practice (schema/mark.h). */
static const char attendance_sql[] =
        "SELECT people.region_no, included.session_no, people.n, 0, 0, 0"
        " FROM (SELECT region_no, option_no, count(*) AS n FROM attendee"
        "   WHERE event = $1 AND state = 'active' AND option_state = 'confirmed' AND ticket_class "
        "<> 7"
        "   GROUP BY region_no, option_no) people"
        " JOIN option_session included ON included.event = $1"
        "  AND included.option_no = people.option_no AND included.choose = 0"
        " UNION ALL "
        "SELECT a.region_no, b.session_no, count(*), 0, 0, 0"
        " FROM booking b JOIN attendee a ON a.id = b.attendee"
        " LEFT JOIN option_session included ON included.event = $1 AND included.choose = 0"
        "  AND included.option_no = a.option_no AND included.session_no = b.session_no"
        "  AND a.option_state = 'confirmed'"
        " WHERE b.event = $1 AND b.state = 'confirmed' AND a.state = 'active'"
        "  AND a.ticket_class <> 7 AND included.session_no IS NULL"
        " GROUP BY a.region_no, b.session_no"
        " UNION ALL "
        "SELECT a.region_no, p.session_no, 0, count(*),"
        "  count(*) FILTER (WHERE a.state <> 'active'"
        "   OR (included.session_no IS NULL AND b.session_no IS NULL)), 0"
        " FROM presence p JOIN attendee a ON a.id = p.attendee"
        " LEFT JOIN option_session included ON included.event = $1 AND included.choose = 0"
        "  AND included.option_no = a.option_no AND included.session_no = p.session_no"
        "  AND a.option_state = 'confirmed'"
        " LEFT JOIN booking b ON b.attendee = p.attendee AND b.session_no = p.session_no"
        "  AND b.state = 'confirmed'"
        " WHERE p.event = $1 AND a.ticket_class <> 7"
        " GROUP BY a.region_no, p.session_no"
        " UNION ALL "
        "SELECT region_no, session_no, 0, 0, 0, counted FROM tally WHERE event = $1";

/* Where a region stands in the event's order; how many there are when it does not. */
static guint
region_index(const Event *event, gint64 no)
{
	for (guint i = 0; i < event->regions->len; i++)
		if (((const EventRegion *)g_ptr_array_index(event->regions, i))->no == no)
			return i;
	return event->regions->len;
}

guint
counts_session_index(const Event *event, gint64 no)
{
	for (guint i = 0; i < event->sessions->len; i++)
		if (((const EventSession *)g_ptr_array_index(event->sessions, i))->no == no)
			return i;
	return event->sessions->len;
}

static GArray *
counts_new(const Event *event)
{
	GArray *counts = g_array_new(FALSE, TRUE, sizeof(AttendanceCount));
	for (guint region = 0; region <= event->regions->len; region++)
		for (guint session = 0; session < event->sessions->len; session++) {
			const EventRegion *in = region < event->regions->len
			        ? g_ptr_array_index(event->regions, region)
			        : NULL;
			const EventSession *at = g_ptr_array_index(event->sessions, session);
			AttendanceCount count = { .region_no = in ? in->no : 0,
				.session_no = at->no };
			g_array_append_val(counts, count);
		}
	return counts;
}

/* Volunteers are welcome, and not an audience: whoever comes to a shift is no less and no more than
 * expected. */
static void
expect_nobody_at_shifts(const Event *event, GArray *counts)
{
	for (guint i = 0; i < counts->len; i++) {
		AttendanceCount *count = &g_array_index(counts, AttendanceCount, i);
		if (event_session(event, count->session_no)->kind == SESSION_SHIFT) {
			count->expected = 0;
			count->walk_in = count->came;
		}
	}
}

/* The rows of no region go when nobody is in them. */
static void
drop_empty_rest(const Event *event, GArray *counts)
{
	guint rest = event->regions->len * event->sessions->len;
	for (guint i = rest; i < counts->len; i++) {
		const AttendanceCount *count = &g_array_index(counts, AttendanceCount, i);
		if (count->expected || count->came || count->tally)
			return;
	}
	g_array_set_size(counts, rest);
}

gboolean
counts_attendance(Db *db, const Event *event, GArray **ret, GError **error)
{
	g_autoptr(GArray) counts = counts_new(event);
	g_autoptr(DbRows) rows =
	        db_query(db, attendance_sql, DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES)), error);
	if (rows == NULL)
		return FALSE;
	DbStep step;
	while ((step = db_next(rows, error)) == DB_ROW) {
		guint session = counts_session_index(event, db_column_int(rows, 1));
		if (session == event->sessions->len)
			continue; /* of an edition that is loaded anew just now */
		guint region = region_index(event, db_column_int(rows, 0));
		AttendanceCount *count = &g_array_index(
		        counts, AttendanceCount, region * event->sessions->len + session);
		count->expected += db_column_int(rows, 2);
		count->came += db_column_int(rows, 3);
		count->walk_in += db_column_int(rows, 4);
		count->tally += db_column_int(rows, 5);
	}
	if (step == DB_ERROR_ROW)
		return FALSE;
	expect_nobody_at_shifts(event, counts);
	drop_empty_rest(event, counts);
	*ret = g_steal_pointer(&counts);
	return TRUE;
}
