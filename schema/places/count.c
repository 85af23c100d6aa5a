/* Counters: they move only while there is room, so two last guests cannot both win. */
#include "schema/places_private.h"

/* One counter of the event and how many of it are wanted. */
typedef struct {
	guint16 option_no, session_no, stop_no; /* an option's: sessions 0; a session's: stop 0 */
	guint wanted;
} Counter;

GArray *
counters_new(void)
{
	return g_array_new(FALSE, FALSE, sizeof(Counter));
}

static void
count(GArray *counters, guint16 option_no, guint16 session_no, guint16 stop_no)
{
	for (guint i = 0; i < counters->len; i++) {
		Counter *counter = &g_array_index(counters, Counter, i);
		if (counter->option_no == option_no && counter->session_no == session_no &&
		        counter->stop_no == stop_no) {
			counter->wanted++;
			return;
		}
	}
	Counter fresh = {
		.option_no = option_no, .session_no = session_no, .stop_no = stop_no, .wanted = 1
	};
	g_array_append_val(counters, fresh);
}

void
counters_add_session(GArray *counters, const Event *event, guint16 session_no)
{
	const EventSession *session = event_session(event, session_no);

	if (session != NULL && session->capacity != NO_CAPACITY)
		count(counters, 0, session_no, 0);
}

void
counters_add_stop(GArray *counters, const Event *event, guint16 session_no, guint16 stop_no)
{
	const EventSession *session = event_session(event, session_no);
	const EventStop *stop = session && stop_no ? event_stop(session, stop_no) : NULL;

	if (stop != NULL && stop->capacity != NO_CAPACITY)
		count(counters, 0, session_no, stop_no);
}

void
counters_add_booking(GArray *counters, const Event *event, guint16 session_no, guint16 stop_no)
{
	const EventSession *session = event_session(event, session_no);

	counters_add_session(counters, event, session_no);
	counters_add_stop(counters, event, session_no, stop_no);
	if (session != NULL && session->return_no != 0)
		counters_add_session(counters, event, session->return_no);
}

void
counters_add_option(GArray *counters, const Event *event, guint16 option_no)
{
	const EventOption *option = event_option(event, option_no);

	if (option == NULL)
		return;
	if (option->capacity != NO_CAPACITY)
		count(counters, option_no, 0, 0);
	for (guint i = 0; i < option->includes->len; i++)
		counters_add_session(counters, event, g_array_index(option->includes, guint16, i));
}

static int
counter_compare(gconstpointer a, gconstpointer b)
{
	const Counter *left = a, *right = b;

	/* options have session 0, so they come first; a session comes before its stops */
	if (left->session_no != right->session_no)
		return left->session_no < right->session_no ? -1 : 1;
	if (left->stop_no != right->stop_no)
		return left->stop_no < right->stop_no ? -1 : 1;
	return (left->option_no > right->option_no) - (left->option_no < right->option_no);
}

/* ---- rows ---- */

static DbRows *
counter_move(Db *db, const Event *event, const Counter *counter, gint64 by, GError **error)
{
	DbValue id = db_bytes(event->id, EVENT_ID_BYTES);

	if (counter->session_no == 0)
		return db_query(db,
		        "UPDATE option SET taken = taken + $3 WHERE event = $1 AND no = $2"
		        " AND (capacity IS NULL OR taken + $3 <= capacity) RETURNING taken",
		        DB_ARGS(id, db_int(counter->option_no), db_int(by)), error);
	if (counter->stop_no == 0)
		return db_query(db,
		        "UPDATE session SET taken = taken + $3 WHERE event = $1 AND no = $2"
		        " AND (capacity IS NULL OR taken + $3 <= capacity) RETURNING taken",
		        DB_ARGS(id, db_int(counter->session_no), db_int(by)), error);
	return db_query(db,
	        "UPDATE stop SET taken = taken + $4 WHERE event = $1 AND session_no = $2 AND no = "
	        "$3"
	        " AND (capacity IS NULL OR taken + $4 <= capacity) RETURNING taken",
	        DB_ARGS(id, db_int(counter->session_no), db_int(counter->stop_no), db_int(by)),
	        error);
}

static gboolean
counter_take(Db *db, const Event *event, const Counter *counter, gint64 by, gboolean *ret_room,
        GError **error)
{
	g_autoptr(DbRows) rows = counter_move(db, event, counter, by, error);
	if (rows == NULL)
		return FALSE;
	switch (db_next(rows, error)) {
	case DB_ERROR_ROW:
		return FALSE;
	case DB_NO_ROW:
		*ret_room = FALSE;
		return TRUE;
	case DB_ROW:
		*ret_room = TRUE;
	}
	return TRUE;
}

/* Of the first @n. A count that is not there was not taken either. */
static gboolean
give_back(Db *db, const Event *event, const GArray *counters, guint n, GError **error)
{
	for (guint i = 0; i < n; i++) {
		const Counter *taken = &g_array_index(counters, Counter, i);
		gboolean back = FALSE;
		if (!counter_take(db, event, taken, -(gint64)taken->wanted, &back, error))
			return FALSE;
	}
	return TRUE;
}

gboolean
counters_take(Db *db, const Event *event, GArray *counters, PlacesAnswer *ret, gboolean *ret_room,
        GError **error)
{
	g_array_sort(counters, counter_compare);
	for (guint i = 0; i < counters->len; i++) {
		const Counter *full = &g_array_index(counters, Counter, i);
		gboolean room = FALSE;

		if (!counter_take(db, event, full, full->wanted, &room, error))
			return FALSE;
		if (room)
			continue;
		ret->full_option = full->option_no;
		ret->full_session = full->session_no;
		ret->full_stop = full->stop_no;
		*ret_room = FALSE;
		return give_back(db, event, counters, i, error);
	}
	*ret_room = TRUE;
	return TRUE;
}

gboolean
counters_give(Db *db, const Event *event, GArray *counters, GError **error)
{
	g_array_sort(counters, counter_compare);
	return give_back(db, event, counters, counters->len, error);
}
