#include "schema/counts.h"
#include "schema/people.h"

/* Where a region stands in the event's order; how many there are when it does not. */
static guint
region_index(const Event *event, gint64 no)
{
	for (guint i = 0; i < event->regions->len; i++)
		if (((const EventRegion *)g_ptr_array_index(event->regions, i))->no == no)
			return i;
	return event->regions->len;
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

static void
count_page(const People *people, GArray *counts)
{
	guint n = people->sessions_n;
	for (guint i = 0; i < people->rows->len; i++) {
		const PeopleRow *row = people_row(people, i);
		if (row->class == TICKET_PRACTICE)
			continue;
		const guint8 *expected = people_expected(people, i);
		const guint8 *came = people_came(people, i);
		AttendanceCount *count = &g_array_index(
		        counts, AttendanceCount, region_index(people->event, row->region_no) * n);
		for (guint session = 0; session < n; session++, count++) {
			count->expected += expected[session];
			count->came += came[session];
			count->walk_in += came[session] & !expected[session];
		}
	}
}

static gboolean
count_people(Db *db, const Event *event, GArray *counts, GError **error)
{
	g_auto(People) people = { 0 };
	people_init(&people, event);
	do {
		if (!people_next(&people, db, COUNTS_PAGE, error))
			return FALSE;
		if (people.sessions_n > 0)
			count_page(&people, counts);
	} while (people.rows->len > 0);
	return TRUE;
}

static gboolean
count_tally(Db *db, const Event *event, GArray *counts, GError **error)
{
	g_autoptr(DbRows) rows =
	        db_query(db, "SELECT region_no, session_no, counted FROM tally WHERE event = $1",
	                DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES)), error);
	if (rows == NULL)
		return FALSE;
	DbStep step;
	while ((step = db_next(rows, error)) == DB_ROW) {
		guint region = region_index(event, db_column_int(rows, 0));
		guint session = people_session_index(event, db_column_int(rows, 1));
		if (session < event->sessions->len)
			g_array_index(
			        counts, AttendanceCount, region * event->sessions->len + session)
			        .tally += db_column_int(rows, 2);
	}
	return step == DB_NO_ROW;
}

/* Who was counted already, when their identity expired (schema/expire.h). */
static gboolean
count_counted(Db *db, const Event *event, GArray *counts, GError **error)
{
	DbStep step;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT region_no, session_no, expected, came, walk_in FROM counted"
	        " WHERE event = $1",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES)), error);
	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		guint region = region_index(event, db_column_int(rows, 0));
		guint session = people_session_index(event, db_column_int(rows, 1));
		if (session == event->sessions->len) /* 0: of the whole event */
			continue;
		AttendanceCount *count = &g_array_index(
		        counts, AttendanceCount, region * event->sessions->len + session);
		count->expected += db_column_int(rows, 2);
		count->came += db_column_int(rows, 3);
		count->walk_in += db_column_int(rows, 4);
	}
	return step == DB_NO_ROW;
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
	if (!count_people(db, event, counts, error) || !count_counted(db, event, counts, error) ||
	        !count_tally(db, event, counts, error))
		return FALSE;
	drop_empty_rest(event, counts);
	*ret = g_steal_pointer(&counts);
	return TRUE;
}

gboolean
counts_version(Db *db, const Event *event, gint64 *ret_version, GError **error)
{
	return db_ask_int(db, "SELECT version FROM event WHERE id = $1",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES)), 0, ret_version, error);
}
