/* What the people of a registration wait for, as their page tells it. */
#include "schema/places.h"

/* Takes over @given. A way back stands as its way there. */
static GArray *
waits_take(DbRows *given, const Event *event, GError **error)
{
	g_autoptr(DbRows) rows = given;
	g_autoptr(GArray) waits = g_array_new(FALSE, FALSE, sizeof(PlacesWait));
	DbStep step;

	if (rows == NULL)
		return NULL;
	while ((step = db_next(rows, error)) == DB_ROW) {
		PlacesWait wait = {
			.attendee = db_column_int(rows, 1),
			.session_no = (guint16)db_column_int(rows, 2),
			.queue = db_column_int(rows, 3),
			.offer = db_column_int(rows, 4),
		};
		if (wait.session_no == 0 || !event_is_return(event, wait.session_no))
			g_array_append_val(waits, wait);
	}
	return step == DB_NO_ROW ? g_steal_pointer(&waits) : NULL;
}

static gboolean
count_ahead(Db *db, const Event *event, PlacesWait *wait, GError **error)
{
	DbValue id = db_bytes(event->id, EVENT_ID_BYTES);
	gint64 ahead = 0;

	if (wait->queue == 0 || wait->offer != 0)
		return TRUE;
	gboolean asked = wait->session_no == 0
	        ? db_ask_int(db,
	                  "SELECT count(*) FROM attendee WHERE event = $1 AND option_no ="
	                  " (SELECT option_no FROM attendee WHERE id = $2)"
	                  " AND option_queue IS NOT NULL AND option_queue < $3"
	                  " AND option_offer IS NULL",
	                  DB_ARGS(id, db_int(wait->attendee), db_int(wait->queue)), 0, &ahead,
	                  error)
	        : db_ask_int(db,
	                  "SELECT count(*) FROM booking WHERE event = $1 AND session_no = $2"
	                  " AND queue IS NOT NULL AND queue < $3 AND offer IS NULL",
	                  DB_ARGS(id, db_int(wait->session_no), db_int(wait->queue)), 0, &ahead,
	                  error);
	wait->ahead = (guint)ahead;
	return asked;
}

GArray *
places_waits(Db *db, const Event *event, gint64 registration, GError **error)
{
	g_autoptr(GArray) waits = waits_take(
	        db_query(db,
	                "SELECT a.no, a.id, 0, a.option_queue, a.option_offer FROM attendee a"
	                " WHERE a.registration = $1 AND a.state = 'active'"
	                " AND a.option_state = 'waitlisted'"
	                " UNION ALL SELECT a.no, a.id, b.session_no, b.queue, b.offer"
	                " FROM attendee a JOIN booking b ON b.attendee = a.id"
	                " WHERE a.registration = $1 AND a.state = 'active'"
	                " AND a.option_state = 'confirmed' AND b.state = 'waitlisted'"
	                " ORDER BY 1, 3",
	                DB_ARGS(db_int(registration)), error),
	        event, error);

	for (guint i = 0; waits != NULL && i < waits->len; i++)
		if (!count_ahead(db, event, &g_array_index(waits, PlacesWait, i), error))
			return NULL;
	return g_steal_pointer(&waits);
}
