/*
 * The line: what is free goes to the first who can use it, until nobody can use anything more.
 *
 * Nothing that is given out frees anything, so each round looks anew for the lowest number that can be served.
 */
#include "schema/places_private.h"

#define SECONDS_AN_HOUR (60 * 60)

gint64
places_limit(const Event *event, guint16 session_no)
{
	const EventSession *session = session_no ? event_session(event, session_no) : NULL;

	return session != NULL ? MIN(event->starts, session->starts) : event->starts;
}

gboolean
places_has_list(const Event *event, guint16 option_no, guint16 session_no, gint64 now)
{
	const EventOption *option = option_no ? event_option(event, option_no) : NULL;
	const EventSession *session = session_no ? event_session(event, session_no) : NULL;

	return ((option != NULL && option->waitlist) || (session != NULL && session->waitlist)) &&
	        now < places_limit(event, session_no);
}

gint64
places_until(const Event *event, guint16 session_no, gboolean told, gint64 now)
{
	gint64 limit = places_limit(event, session_no);

	return told ? MIN(limit, now + (gint64)event->offer_hours * SECONDS_AN_HOUR) : limit;
}

/* ---- who is first ---- */

typedef struct {
	gint64 attendee;    /* 0: nobody */
	guint16 session_no; /* 0: the option */
	gint64 queue;
} Waiter;

static void
keep_first(Waiter *first, const Waiter *other)
{
	if (first->attendee == 0 || other->queue < first->queue)
		*first = *other;
}

static int
room_at_session(const Event *event, const Room *room, guint16 session_no)
{
	for (guint i = 0; i < event->sessions->len; i++)
		if (((const EventSession *)g_ptr_array_index(event->sessions, i))->no == session_no)
			return room->sessions[i];
	return 0;
}

static gboolean
option_has_room(const Event *event, const Room *room, guint i)
{
	const EventOption *option = g_ptr_array_index(event->options, i);

	if (room->options[i] == 0)
		return FALSE;
	for (guint j = 0; j < option->includes->len; j++)
		if (room_at_session(event, room, g_array_index(option->includes, guint16, j)) == 0)
			return FALSE;
	return TRUE;
}

static gboolean
session_has_room(const Event *event, const Room *room, const EventSession *session)
{
	return room_at_session(event, room, session->no) != 0 &&
	        (session->return_no == 0 || room_at_session(event, room, session->return_no) != 0);
}

/* All who wait for an option wait for the same places, so the first in line is the one. */
static gboolean
first_of_option(Db *db, const Event *event, guint16 option_no, Waiter *first, GError **error)
{
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT id, option_queue FROM attendee WHERE event = $1 AND option_no = $2"
	        " AND option_queue IS NOT NULL AND option_offer IS NULL AND state = 'active'"
	        " AND merged_into IS NULL ORDER BY option_queue LIMIT 1",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(option_no)), error);
	if (rows == NULL)
		return FALSE;
	DbStep step = db_next(rows, error);
	if (step == DB_ROW)
		keep_first(first, &(Waiter){ db_column_int(rows, 0), 0, db_column_int(rows, 1) });
	return step != DB_ERROR_ROW;
}

/* Whose stop is full is passed over, and so is who waits for the option first. */
static gboolean
first_of_session(Db *db, const Event *event, const Room *room, guint16 session_no, Waiter *first,
        GError **error)
{
	DbStep step;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT b.attendee, b.queue, b.stop_no FROM booking b"
	        " JOIN attendee a ON a.id = b.attendee"
	        " WHERE b.event = $1 AND b.session_no = $2 AND b.queue IS NOT NULL"
	        " AND b.offer IS NULL AND a.state = 'active' AND a.merged_into IS NULL"
	        " AND (a.option_state = 'confirmed' OR a.option_offer IS NOT NULL)"
	        " ORDER BY b.queue",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(session_no)), error);
	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		if (room_at_stop(room, session_no, (guint16)db_column_int(rows, 2)) == 0)
			continue;
		keep_first(first,
		        &(Waiter){ db_column_int(rows, 0), session_no, db_column_int(rows, 1) });
		break;
	}
	return step != DB_ERROR_ROW;
}

static gboolean
find_first(Db *db, const Event *event, gint64 now, Waiter *first, GError **error)
{
	g_autoptr(Room) room = room_read(db, event, error);
	if (room == NULL)
		return FALSE;
	for (guint i = 0; i < event->options->len; i++) {
		const EventOption *option = g_ptr_array_index(event->options, i);
		if (now < places_limit(event, 0) && option_has_room(event, room, i) &&
		        !first_of_option(db, event, option->no, first, error))
			return FALSE;
	}
	for (guint i = 0; i < event->sessions->len; i++) {
		const EventSession *session = g_ptr_array_index(event->sessions, i);
		if (now < places_limit(event, session->no) &&
		        session_has_room(event, room, session) &&
		        !first_of_session(db, event, room, session->no, first, error))
			return FALSE;
	}
	return TRUE;
}

/* ---- the offer ---- */

/* Takes a place at a session of @standing, who holds the option, where there is room. */
static gboolean
offer_session(Db *db, const Event *event, Standing *standing, guint16 session_no, gint64 now,
        gboolean *ret_taken, GError **error)
{
	StandingBooking *booking = standing_booking(standing, session_no);
	const EventSession *session = event_session(event, session_no);
	g_autoptr(GArray) counters = counters_new();
	PlacesAnswer full;

	counters_add_booking(counters, event, session_no, booking->stop_no);
	if (!counters_take(db, event, counters, &full, ret_taken, error))
		return FALSE;
	if (!*ret_taken)
		return TRUE;
	gint64 until = places_until(event, session_no, standing->has_email, now);
	/* with the option's offer, when that is still open: one answer for both */
	if (!standing->option_confirmed)
		until = MIN(standing->option_offer, places_limit(event, session_no));
	booking->offer = until;
	StandingBooking *back =
	        session->return_no ? standing_booking(standing, session->return_no) : NULL;
	if (back != NULL)
		back->offer = until;
	return TRUE;
}

/* The option, and of what was chosen with it all that there is room for. */
static gboolean
offer_option(Db *db, const Event *event, Standing *standing, gint64 now, gboolean *ret_taken,
        GError **error)
{
	g_autoptr(GArray) counters = counters_new();
	PlacesAnswer full;

	counters_add_option(counters, event, standing->option_no);
	if (!counters_take(db, event, counters, &full, ret_taken, error))
		return FALSE;
	if (!*ret_taken)
		return TRUE;
	standing->option_offer = places_until(event, 0, standing->has_email, now);
	for (guint i = 0; i < standing->bookings_n; i++) {
		const StandingBooking *booking = &standing->bookings[i];
		gboolean with_it = FALSE;
		if (booking->queue != 0 && booking->offer == 0 &&
		        now < places_limit(event, booking->session_no) &&
		        !offer_session(
		                db, event, standing, booking->session_no, now, &with_it, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean
serve(Db *db, const Event *event, const Waiter *waiter, gint64 version, gint64 now, GError **error)
{
	Standing standing;
	gboolean found = FALSE, taken = FALSE;

	if (!standing_read(db, event, waiter->attendee, &standing, &found, error))
		return FALSE;
	if (found && waiter->session_no == 0) {
		if (!offer_option(db, event, &standing, now, &taken, error))
			return FALSE;
	} else if (found &&
	        !offer_session(db, event, &standing, waiter->session_no, now, &taken, error)) {
		return FALSE;
	}
	if (!taken) { /* there was room a moment ago, and nobody else writes */
		g_set_error_literal(
		        error, DB_ERROR, DB_ERROR_BROKEN, "a free place can't be taken");
		return FALSE;
	}
	/* one letter for the option and what comes with it; the place in line is given out once */
	g_autofree char *what = waiter->session_no == 0
	        ? g_strdup("offer")
	        : g_strdup_printf("offer-%u", waiter->session_no);
	return standing_write(db, event, &standing, version, error) &&
	        standing_tell(
	                db, event, &standing, OUTBOX_PLACE_FREE, what, waiter->queue, now, error);
}

static gboolean
anybody_waits(Db *db, const Event *event, gboolean *ret, GError **error)
{
	gint64 one = 0;

	if (!db_ask_int(db,
	            "SELECT 1 FROM attendee WHERE event = $1 AND option_queue IS NOT NULL"
	            " AND option_offer IS NULL UNION ALL"
	            " SELECT 1 FROM booking WHERE event = $1 AND queue IS NOT NULL"
	            " AND offer IS NULL LIMIT 1",
	            DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES)), 0, &one, error))
		return FALSE;
	*ret = one != 0;
	return TRUE;
}

gboolean
places_fill(Db *db, const Event *event, gint64 version, gint64 now, GError **error)
{
	gboolean more = FALSE;

	if (!anybody_waits(db, event, &more, error))
		return FALSE;
	while (more) {
		Waiter first = { 0 };

		if (!find_first(db, event, now, &first, error))
			return FALSE;
		more = first.attendee != 0;
		if (more && !serve(db, event, &first, version, now, error))
			return FALSE;
	}
	return TRUE;
}
