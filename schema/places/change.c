/* Another option, other sessions: what they have is given back, what they want is taken, or nothing at all. */
#include "schema/places_private.h"

#include <string.h>

#include "schema/audit.h"
#include "schema/holder.h"

typedef struct {
	Db *db;
	const Event *event;
	const PlacesWish *wish;
	gint64 version, now;
	Standing before, after;
	gboolean room, waits;
	PlacesAnswer *answer;
} Change;

/* ---- the rules ---- */

static guint
chosen_of(const PlacesWish *wish, const EventChoice *choice)
{
	guint n = 0;

	for (guint i = 0; i < wish->chosen_n; i++)
		for (guint j = 0; j < choice->sessions->len; j++)
			n += g_array_index(choice->sessions, guint16, j) ==
			        wish->chosen[i].session_no;
	return n;
}

static gboolean
stop_holds(const Event *event, const ChosenSession *chosen)
{
	const EventSession *session = event_session(event, chosen->session_no);

	if (session == NULL)
		return FALSE;
	return session->stops->len == 0 ? chosen->stop_no == 0
	                                : event_stop(session, chosen->stop_no) != NULL;
}

/* Each group has as many as it wants, and every session is of a group, once. */
static gboolean
choice_holds(const Event *event, const PlacesWish *wish)
{
	const EventOption *option = event_option(event, wish->option_no);
	guint n = 0;

	if (option == NULL)
		return FALSE;
	for (guint i = 0; i < option->choices->len; i++) {
		const EventChoice *choice = g_ptr_array_index(option->choices, i);
		guint chosen = chosen_of(wish, choice);
		if (chosen < (guint)choice->min || chosen > (guint)choice->max)
			return FALSE;
		n += chosen;
	}
	for (guint i = 0; i < wish->chosen_n; i++) {
		if (!stop_holds(event, &wish->chosen[i]))
			return FALSE;
		for (guint j = 0; j < i; j++)
			if (wish->chosen[j].session_no == wish->chosen[i].session_no)
				return FALSE;
	}
	return n == wish->chosen_n;
}

/* ---- taking ---- */

/* Without room, and without a list to wait on, the change is over. */
static gboolean
take(Change *change, GArray *counters, gboolean has_list, gboolean *ret_taken, GError **error)
{
	if (!counters_take(change->db, change->event, counters, change->answer, ret_taken, error))
		return FALSE;
	if (!*ret_taken && !(has_list && change->wish->may_wait)) {
		change->room = FALSE;
		change->answer->may_wait = has_list;
	}
	return TRUE;
}

static gboolean
take_option(Change *change, GError **error)
{
	const EventOption *option = event_option(change->event, change->wish->option_no);
	const Standing *before = &change->before;
	Standing *after = &change->after;
	g_autoptr(GArray) counters = counters_new();
	gboolean same = before->option_no == option->no, taken = FALSE;

	after->option_no = option->no;
	counters_add_option(counters, change->event, option->no);
	if (same && !standing_holds_option(before)) {
		after->option_queue = before->option_queue;
		return TRUE;
	}
	/* when it is the same: their own, given back a moment ago */
	if (!take(change, counters,
	            !same && places_has_list(change->event, option->no, 0, change->now), &taken,
	            error))
		return FALSE;
	if (same && taken) {
		after->option_confirmed = before->option_confirmed;
		after->option_queue = before->option_queue;
		after->option_offer = before->option_offer;
	} else {
		after->option_confirmed = taken;
		after->option_queue = taken ? 0 : queue_number(change->version, 0);
		change->waits = !taken;
	}
	return TRUE;
}

/* As the option stands: taken with it, offered with it, waiting with it. */
static gboolean
take_new_session(Change *change, StandingBooking *booking, GError **error)
{
	const EventSession *session = event_session(change->event, booking->session_no);
	const Standing *after = &change->after;
	g_autoptr(GArray) counters = counters_new();
	gboolean taken = FALSE;

	if (!standing_holds_option(after)) {
		booking->queue = after->option_queue;
		return TRUE;
	}
	counters_add_booking(counters, change->event, session->no, booking->stop_no);
	if (!take(change, counters, places_has_list(change->event, 0, session->no, change->now),
	            &taken, error))
		return FALSE;
	if (!taken) {
		booking->queue = queue_number(change->version, 0);
		change->waits = TRUE;
	} else if (after->option_confirmed) {
		booking->confirmed = TRUE;
	} else {
		booking->queue = after->option_queue;
		booking->offer =
		        MIN(after->option_offer, places_limit(change->event, booking->session_no));
	}
	return TRUE;
}

/* Their own again, given back a moment ago, or the place in the line that they have. */
static gboolean
take_kept_session(
        Change *change, StandingBooking *booking, const StandingBooking *had, GError **error)
{
	g_autoptr(GArray) counters = counters_new();
	gboolean taken = FALSE;

	booking->queue = had->queue;
	if (!booking_is_held(had))
		return TRUE;
	counters_add_booking(counters, change->event, booking->session_no, booking->stop_no);
	if (!take(change, counters, FALSE, &taken, error) || !taken)
		return FALSE;
	/* what was offered with an option needs no answer when another one is theirs at once */
	booking->confirmed = had->confirmed ||
	        (!change->before.option_confirmed && change->after.option_confirmed);
	booking->offer = booking->confirmed ? 0 : had->offer;
	if (booking->confirmed)
		booking->queue = 0;
	return TRUE;
}

static void
add_return(Change *change, const StandingBooking *booking)
{
	const EventSession *session = event_session(change->event, booking->session_no);
	Standing *after = &change->after;

	if (session->return_no != 0)
		after->bookings[after->bookings_n++] = (StandingBooking){
			.session_no = session->return_no,
			.confirmed = booking->confirmed,
			.offer = booking->offer,
		};
}

static gboolean
take_session(Change *change, const ChosenSession *chosen, GError **error)
{
	Standing *after = &change->after;
	StandingBooking booking = { .session_no = chosen->session_no, .stop_no = chosen->stop_no };
	const StandingBooking *had = standing_booking(&change->before, chosen->session_no);
	gboolean kept = had != NULL && standing_holds_option(after) &&
	        (booking_is_held(had)
	                        ? had->stop_no == chosen->stop_no
	                        : had->queue != 0 || change->before.option_no == after->option_no);

	if (kept ? !take_kept_session(change, &booking, had, error)
	         : !take_new_session(change, &booking, error))
		return FALSE;
	if (!change->room)
		return TRUE;
	after->bookings[after->bookings_n++] = booking;
	add_return(change, &booking);
	return TRUE;
}

/* ---- the change ---- */

static void
set_fee(const Event *event, const Standing *before, Standing *after)
{
	const EventOption *from = event_option(event, before->option_no);
	const EventOption *to = event_option(event, after->option_no);
	gint64 was = from != NULL ? from->fee_amount : 0;

	/* who has paid less than is due now owes the rest; who has paid stays so, until staff give it back */
	if (to->fee_amount == 0 && strcmp(before->fee, "due") == 0)
		g_strlcpy(after->fee, "free", sizeof after->fee);
	else if (to->fee_amount > was && strcmp(before->fee, "waived") != 0)
		g_strlcpy(after->fee, "due", sizeof after->fee);
}

static gboolean
move_counters(Change *change, const Standing *standing, gboolean back, GError **error)
{
	g_autoptr(GArray) counters = counters_new();
	PlacesAnswer full;
	gboolean room = TRUE;

	standing_count(standing, change->event, counters);
	if (back)
		return counters_give(change->db, change->event, counters, error);
	if (!counters_take(change->db, change->event, counters, &full, &room, error))
		return FALSE;
	if (!room)
		g_set_error_literal(error, DB_ERROR, DB_ERROR_BROKEN,
		        "what was given back a moment ago can't be taken");
	return room;
}

/* The rows of sessions that are chosen no more. */
static gboolean
drop_others(Change *change, GError **error)
{
	for (guint i = 0; i < change->before.bookings_n; i++) {
		guint16 session_no = change->before.bookings[i].session_no;
		if (standing_booking(&change->after, session_no) == NULL &&
		        !db_run(change->db,
		                "DELETE FROM booking WHERE attendee = $1 AND session_no = $2",
		                DB_ARGS(db_int(change->after.id), db_int(session_no)), NULL, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean
exchange(Change *change, GError **error)
{
	Standing *after = &change->after;

	*after = change->before;
	after->bookings_n = 0;
	after->option_confirmed = FALSE;
	after->option_queue = after->option_offer = 0;
	change->room = TRUE;
	if (!move_counters(change, &change->before, TRUE, error) || !take_option(change, error))
		return FALSE;
	for (guint i = 0; change->room && i < change->wish->chosen_n; i++)
		if (!take_session(change, &change->wish->chosen[i], error))
			return FALSE;
	if (!change->room)
		return move_counters(change, after, TRUE, error) &&
		        move_counters(change, &change->before, FALSE, error);
	set_fee(change->event, &change->before, after);
	return drop_others(change, error) &&
	        standing_write(change->db, change->event, after, change->version, error) &&
	        standing_tell(change->db, change->event, after, OUTBOX_CHANGED, "changed",
	                change->version, change->now, error);
}

static gboolean
tell_audit(const Change *change, GError **error)
{
	gint64 no = 0;

	if (change->wish->who == NULL)
		return TRUE;
	if (!holder_no(change->db, change->after.id, &no, error))
		return FALSE;
	g_autofree char *detail = g_strdup_printf("holder %" G_GINT64_FORMAT, no);
	return audit_add(change->db, change->event->id, change->wish->who, "places.change", detail,
	        change->now, error);
}

static gboolean
may_change(Change *change)
{
	const EventOption *option = event_option(change->event, change->wish->option_no);

	if (option == NULL || !choice_holds(change->event, change->wish))
		change->answer->outcome = PLACES_CHOICE;
	else if (!change->wish->by_staff && !event_option_open(change->event, option, change->now))
		change->answer->outcome = PLACES_CLOSED;
	else
		return TRUE;
	return FALSE;
}

gboolean
places_change(Db *db, const Event *event, const PlacesWho *who, const PlacesWish *wish, gint64 now,
        PlacesAnswer *ret, GError **error)
{
	PlacesAnswer answer = { .outcome = PLACES_NOTHING };
	Change change = { .db = db, .event = event, .wish = wish, .now = now, .answer = &answer };
	gint64 last_no, edition;
	gboolean found = FALSE;

	if (!places_raise(db, event, 0, &change.version, &last_no, &edition, error) ||
	        !standing_read(db, event, who->attendee, &change.before, &found, error))
		return FALSE;
	if (edition != event->edition) {
		answer.outcome = PLACES_EVENT_CHANGED;
	} else if (found && wish->seen != 0 && wish->seen != change.before.changed) {
		answer.outcome = PLACES_MEANWHILE;
	} else if (found && change.before.active &&
	        (who->registration == 0 || who->registration == change.before.registration) &&
	        may_change(&change)) {
		if (!exchange(&change, error))
			return FALSE;
		answer.outcome = !change.room ? PLACES_FULL
		        : change.waits        ? PLACES_WAITLISTED
		                              : PLACES_DONE;
		answer.n = change.room;
		if (change.room &&
		        (!tell_audit(&change, error) ||
		                !places_fill(db, event, change.version, now, error)))
			return FALSE;
	}
	*ret = answer;
	return TRUE;
}

gboolean
places_change_work(Db *db, gpointer data, GError **error)
{
	PlacesWork *work = data;
	return places_change(
	        db, work->event, &work->who, &work->wish, work->now, &work->answer, error);
}
