/* What somebody has or waits for, for the form by which they change it. */
#include "schema/places_private.h"

static void
give_session(const Event *event, Room *room, guint16 session_no)
{
	for (guint i = 0; i < event->sessions->len; i++)
		if (((const EventSession *)g_ptr_array_index(event->sessions, i))->no ==
		                session_no &&
		        room->sessions[i] != NO_CAPACITY)
			room->sessions[i]++;
}

static void
give_stop(Room *room, guint16 session_no, guint16 stop_no)
{
	int left = stop_no != 0 ? room_at_stop(room, session_no, stop_no) : NO_CAPACITY;

	if (left != NO_CAPACITY)
		g_hash_table_insert(
		        room->stops, room_stop_key(session_no, stop_no), GINT_TO_POINTER(left + 1));
}

static gboolean
includes(const EventOption *option, guint16 session_no)
{
	for (guint i = 0; option != NULL && i < option->includes->len; i++)
		if (g_array_index(option->includes, guint16, i) == session_no)
			return TRUE;
	return FALSE;
}

static void
give_option(const Event *event, Room *room, const EventOption *option)
{
	for (guint i = 0; i < event->options->len; i++)
		if (g_ptr_array_index(event->options, i) == option &&
		        room->options[i] != NO_CAPACITY)
			room->options[i]++;
	for (guint i = 0; i < option->includes->len; i++)
		give_session(event, room, g_array_index(option->includes, guint16, i));
}

/* As if it was given back already. */
static void
give_own(const Event *event, const Standing *standing, Room *room)
{
	const EventOption *held =
	        standing_holds_option(standing) ? event_option(event, standing->option_no) : NULL;

	if (held != NULL)
		give_option(event, room, held);
	for (guint i = 0; i < standing->bookings_n; i++) {
		const StandingBooking *booking = &standing->bookings[i];
		if (!booking_is_held(booking))
			continue;
		if (!includes(held, booking->session_no))
			give_session(event, room, booking->session_no);
		give_stop(room, booking->session_no, booking->stop_no);
	}
}

gboolean
places_own(Db *db, const Event *event, gint64 attendee, PlacesOwn *ret, GError **error)
{
	Standing standing;
	gboolean found = FALSE;
	PlacesOwn own = { 0 };

	if (!standing_read(db, event, attendee, &standing, &found, error))
		return FALSE;
	own.room = room_read(db, event, error);
	if (own.room == NULL)
		return FALSE;
	if (found && standing.active) {
		own.active = TRUE;
		own.registration = standing.registration;
		own.option_no = standing.option_no;
		own.option_held = standing_holds_option(&standing);
		own.changed = standing.changed;
		g_strlcpy(own.fee, standing.fee, sizeof own.fee);
		for (guint i = 0; i < standing.bookings_n; i++) {
			const StandingBooking *booking = &standing.bookings[i];
			if (own.chosen_n < ATTENDEE_SESSIONS_MAX &&
			        !event_is_return(event, booking->session_no))
				own.chosen[own.chosen_n++] =
				        (ChosenSession){ booking->session_no, booking->stop_no };
		}
		give_own(event, &standing, own.room);
	}
	*ret = own;
	return TRUE;
}

void
places_own_clear(PlacesOwn *own)
{
	g_clear_pointer(&own->room, room_free);
}
