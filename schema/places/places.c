/* Cancelling, answering an offer, offers that run out, fees. */
#include "schema/audit.h"
#include "schema/holder.h"
#include "schema/places_private.h"

#define CANCELLED_SECONDS (48 * 60 * 60) /* sealed data of who cancelled, after the event's end */

/* ---- whom it is about ---- */

static GArray *
ids_take(DbRows *given, GError **error)
{
	g_autoptr(DbRows) rows = given;
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
	DbStep step;

	if (rows == NULL)
		return NULL;
	while ((step = db_next(rows, error)) == DB_ROW) {
		gint64 id = db_column_int(rows, 0);
		g_array_append_val(ids, id);
	}
	return step == DB_NO_ROW ? g_steal_pointer(&ids) : NULL;
}

/* The active ones of @who, in the order of their numbers. */
static GArray *
people_of(Db *db, const Event *event, const PlacesWho *who, GError **error)
{
	return ids_take(db_query(db,
	                        "SELECT id FROM attendee WHERE event = $1 AND state = 'active'"
	                        " AND merged_into IS NULL AND ($2 = 0 OR registration = $2)"
	                        " AND ($3 = 0 OR id = $3) AND ($2 <> 0 OR $3 <> 0) ORDER BY no",
	                        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES),
	                                db_int(who->registration), db_int(who->attendee)),
	                        error),
	        error);
}

/* Raises the version; @ret_same FALSE: the definition is another one by now, which @ret tells. */
static gboolean
begin(Db *db, const Event *event, gint64 *ret_version, gboolean *ret_same, PlacesAnswer *ret,
        GError **error)
{
	gint64 last_no, edition;

	*ret = (PlacesAnswer){ .outcome = PLACES_NOTHING };
	if (!places_raise(db, event, 0, ret_version, &last_no, &edition, error))
		return FALSE;
	*ret_same = edition == event->edition;
	if (!*ret_same)
		ret->outcome = PLACES_EVENT_CHANGED;
	return TRUE;
}

/* ---- cancelling ---- */

/* In @standing and the counters; the caller writes it. */
static gboolean
let_go(Db *db, const Event *event, Standing *standing, GError **error)
{
	g_autoptr(GArray) held = counters_new();

	standing_count(standing, event, held);
	standing->option_queue = standing->option_offer = 0;
	for (guint i = 0; i < standing->bookings_n; i++)
		standing->bookings[i].queue = standing->bookings[i].offer = 0;
	return counters_give(db, event, held, error);
}

static gboolean
cancel_one(Db *db, const Event *event, gint64 attendee, gint64 version, gint64 now, GError **error)
{
	Standing standing;
	gboolean found = FALSE;

	return standing_read(db, event, attendee, &standing, &found, error) &&
	        let_go(db, event, &standing, error) &&
	        standing_write(db, event, &standing, version, error) &&
	        db_run(db, "UPDATE attendee SET state = 'cancelled' WHERE id = $1",
	                DB_ARGS(db_int(attendee)), NULL, error) &&
	        db_run(db, "UPDATE sealed SET expires = $2 WHERE owner = $1 AND expires > $2",
	                DB_ARGS(db_int(attendee), db_int(event->ends + CANCELLED_SECONDS)), NULL,
	                error) &&
	        standing_tell(
	                db, event, &standing, OUTBOX_CANCELLED, "cancelled", version, now, error);
}

gboolean
places_cancel(Db *db, const Event *event, const PlacesWho *who, gint64 now, PlacesAnswer *ret,
        GError **error)
{
	gint64 version = 0;
	gboolean same = FALSE;
	PlacesAnswer answer;

	if (!begin(db, event, &version, &same, &answer, error))
		return FALSE;
	if (same) {
		g_autoptr(GArray) people = people_of(db, event, who, error);
		if (people == NULL)
			return FALSE;
		for (guint i = 0; i < people->len; i++)
			if (!cancel_one(db, event, g_array_index(people, gint64, i), version, now,
			            error))
				return FALSE;
		answer.n = people->len;
		answer.outcome = people->len > 0 ? PLACES_DONE : PLACES_NOTHING;
		if (people->len > 0 && !places_fill(db, event, version, now, error))
			return FALSE;
	}
	*ret = answer;
	return TRUE;
}

gboolean
places_release(Db *db, const Event *event, gint64 attendee, GError **error)
{
	Standing standing;
	gboolean found = FALSE;
	g_autoptr(GArray) held = counters_new();

	if (!standing_read(db, event, attendee, &standing, &found, error))
		return FALSE;
	if (!found || !standing.active)
		return TRUE;
	standing_count(&standing, event, held);
	return counters_give(db, event, held, error) &&
	        db_run(db,
	                "UPDATE attendee SET option_queue = NULL, option_offer = NULL"
	                " WHERE id = $1",
	                DB_ARGS(db_int(attendee)), NULL, error) &&
	        db_run(db,
	                "UPDATE booking SET queue = NULL, offer = NULL WHERE attendee = $1"
	                " AND (queue IS NOT NULL OR offer IS NOT NULL)",
	                DB_ARGS(db_int(attendee)), NULL, error);
}

/* ---- answers to an offer ---- */

static StandingBooking *
way_back(const Event *event, Standing *standing, const StandingBooking *booking)
{
	const EventSession *session = event_session(event, booking->session_no);

	return session != NULL && session->return_no != 0
	        ? standing_booking(standing, session->return_no)
	        : NULL;
}

static void
confirm_booking(StandingBooking *booking)
{
	if (booking == NULL)
		return;
	booking->confirmed = TRUE;
	booking->queue = booking->offer = 0;
}

/* The option's with all that was offered with it; a session's alone, once the option is theirs. */
static gboolean
confirm(const Event *event, Standing *standing, guint16 session_no, gint64 now)
{
	if (session_no == 0) {
		if (standing->option_offer <= now)
			return FALSE;
		standing->option_confirmed = TRUE;
		standing->option_queue = standing->option_offer = 0;
		for (guint i = 0; i < standing->bookings_n; i++)
			if (standing->bookings[i].offer > now)
				confirm_booking(&standing->bookings[i]);
		return TRUE;
	}
	StandingBooking *booking = standing_booking(standing, session_no);
	if (booking == NULL || booking->offer <= now || !standing->option_confirmed)
		return FALSE;
	confirm_booking(booking);
	confirm_booking(way_back(event, standing, booking));
	return TRUE;
}

/* Out of the line of the option, with all that hangs on it, or of one session. */
static gboolean
leave(Db *db, const Event *event, Standing *standing, guint16 session_no, gboolean *ret_left,
        GError **error)
{
	g_autoptr(GArray) held = counters_new();
	StandingBooking *booking = session_no ? standing_booking(standing, session_no) : NULL;

	*ret_left = FALSE;
	if (session_no == 0) {
		if (standing->option_confirmed || standing->option_queue == 0)
			return TRUE;
		*ret_left = TRUE;
		return let_go(db, event, standing, error);
	}
	if (booking == NULL || booking->confirmed || booking->queue == 0)
		return TRUE;
	*ret_left = TRUE;
	if (booking->offer != 0)
		counters_add_booking(held, event, session_no, booking->stop_no);
	booking->queue = booking->offer = 0;
	StandingBooking *back = way_back(event, standing, booking);
	if (back != NULL)
		back->offer = 0;
	return counters_give(db, event, held, error);
}

/* To the end of the line. */
static gboolean
rejoin(const Event *event, Standing *standing, guint16 session_no, gint64 queue)
{
	StandingBooking *booking = session_no ? standing_booking(standing, session_no) : NULL;

	if (session_no == 0) {
		if (standing->option_no == 0 || standing->option_confirmed ||
		        standing->option_queue != 0)
			return FALSE;
		standing->option_queue = queue;
		for (guint i = 0; i < standing->bookings_n; i++)
			if (!event_is_return(event, standing->bookings[i].session_no))
				standing->bookings[i].queue = queue;
		return TRUE;
	}
	if (booking == NULL || booking->confirmed || booking->queue != 0 ||
	        !standing_holds_option(standing) || event_is_return(event, session_no))
		return FALSE;
	booking->queue = queue;
	return TRUE;
}

static gboolean
answer_one(Db *db, const Event *event, Standing *standing, guint16 session_no, PlacesReply reply,
        gint64 version, gint64 now, gboolean *ret_done, GError **error)
{
	switch (reply) {
	case PLACES_CONFIRM:
		*ret_done = confirm(event, standing, session_no, now);
		break;
	case PLACES_REJOIN:
		*ret_done = rejoin(event, standing, session_no, queue_number(version, 0));
		break;
	case PLACES_LEAVE:
		if (!leave(db, event, standing, session_no, ret_done, error))
			return FALSE;
	}
	if (*ret_done && !standing_write(db, event, standing, version, error))
		return FALSE;
	/* with the place they get the ticket by letter */
	return !*ret_done || reply != PLACES_CONFIRM ||
	        standing_tell(
	                db, event, standing, OUTBOX_CONFIRMATION, "confirm", version, now, error);
}

gboolean
places_answer(Db *db, const Event *event, const PlacesWho *who, guint16 session_no,
        PlacesReply reply, gint64 now, PlacesAnswer *ret, GError **error)
{
	gint64 version = 0;
	gboolean same = FALSE, found = FALSE, done = FALSE;
	Standing standing;
	PlacesAnswer answer;

	if (!begin(db, event, &version, &same, &answer, error))
		return FALSE;
	if (same && !standing_read(db, event, who->attendee, &standing, &found, error))
		return FALSE;
	if (found && standing.active &&
	        (who->registration == 0 || who->registration == standing.registration)) {
		if (!answer_one(
		            db, event, &standing, session_no, reply, version, now, &done, error) ||
		        (done && !places_fill(db, event, version, now, error)))
			return FALSE;
		if (done)
			answer = (PlacesAnswer){ .outcome = PLACES_DONE, .n = 1 };
	}
	*ret = answer;
	return TRUE;
}

/* ---- time ---- */

static gint64
new_end(const Event *event, guint16 session_no, gint64 offer, gboolean told, gint64 now)
{
	gint64 until = places_until(event, session_no, told, now);

	return told ? MIN(offer, until) : until;
}

static gboolean
set_clock(Db *db, const Event *event, gint64 attendee, gboolean told, gint64 now, PlacesAnswer *ret,
        GError **error)
{
	gint64 version = 0;
	gboolean same = FALSE, found = FALSE;
	Standing standing;
	PlacesAnswer answer;

	if (!begin(db, event, &version, &same, &answer, error))
		return FALSE;
	if (same && !standing_read(db, event, attendee, &standing, &found, error))
		return FALSE;
	if (found && standing.active && !standing.has_email) {
		if (standing.option_offer > now) {
			standing.option_offer = new_end(event, 0, standing.option_offer, told, now);
			answer.n++;
		}
		for (guint i = 0; i < standing.bookings_n; i++) {
			StandingBooking *booking = &standing.bookings[i];
			if (booking->offer <= now)
				continue;
			booking->offer =
			        new_end(event, booking->session_no, booking->offer, told, now);
			answer.n++;
		}
	}
	if (answer.n > 0) {
		answer.outcome = PLACES_DONE;
		if (!standing_write(db, event, &standing, version, error))
			return FALSE;
	}
	*ret = answer;
	return TRUE;
}

gboolean
places_told(
        Db *db, const Event *event, gint64 attendee, gint64 now, PlacesAnswer *ret, GError **error)
{
	return set_clock(db, event, attendee, TRUE, now, ret, error);
}

gboolean
places_untold(
        Db *db, const Event *event, gint64 attendee, gint64 now, PlacesAnswer *ret, GError **error)
{
	return set_clock(db, event, attendee, FALSE, now, ret, error);
}

/* Who has an offer that is over by @now; each once. */
static GArray *
find_due(Db *db, const Event *event, gint64 now, GError **error)
{
	return ids_take(db_query(db,
	                        "SELECT id FROM attendee WHERE event = $1"
	                        " AND option_offer IS NOT NULL AND option_offer <= $2"
	                        " UNION SELECT attendee FROM booking WHERE event = $1"
	                        " AND offer IS NOT NULL AND offer <= $2 ORDER BY 1",
	                        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(now)), error),
	        error);
}

static gboolean
run_out(Db *db, const Event *event, gint64 attendee, gint64 version, gint64 now, guint *n,
        GError **error)
{
	Standing standing;
	gboolean found = FALSE, left = FALSE;

	if (!standing_read(db, event, attendee, &standing, &found, error))
		return FALSE;
	if (standing.option_offer != 0 && standing.option_offer <= now) {
		if (!leave(db, event, &standing, 0, &left, error))
			return FALSE;
		*n += left;
	}
	for (guint i = 0; i < standing.bookings_n; i++) {
		const StandingBooking *booking = &standing.bookings[i];
		if (booking->offer == 0 || booking->offer > now)
			continue;
		if (!leave(db, event, &standing, booking->session_no, &left, error))
			return FALSE;
		*n += left;
	}
	return standing_write(db, event, &standing, version, error);
}

gboolean
places_sweep(Db *db, const Event *event, gint64 now, PlacesAnswer *ret, GError **error)
{
	gint64 version = 0;
	gboolean same = FALSE;
	PlacesAnswer answer = { .outcome = PLACES_NOTHING };
	g_autoptr(GArray) due = find_due(db, event, now, error);

	if (due == NULL)
		return FALSE;
	if (due->len > 0) {
		if (!begin(db, event, &version, &same, &answer, error))
			return FALSE;
		/* as it is now that the event's row is ours */
		g_clear_pointer(&due, g_array_unref);
		due = find_due(db, event, now, error);
		if (due == NULL)
			return FALSE;
		for (guint i = 0; same && i < due->len; i++)
			if (!run_out(db, event, g_array_index(due, gint64, i), version, now,
			            &answer.n, error))
				return FALSE;
		if (answer.n > 0)
			answer.outcome = PLACES_DONE;
		if (same && !places_fill(db, event, version, now, error))
			return FALSE;
	}
	*ret = answer;
	return TRUE;
}

gboolean
places_cancel_by(Db *db, const Event *event, const PlacesWho *who, const char *staff, gint64 now,
        PlacesAnswer *ret, GError **error)
{
	gint64 no = 0;

	if (!places_cancel(db, event, who, now, ret, error) ||
	        !holder_no(db, who->attendee, &no, error))
		return FALSE;
	if (ret->outcome != PLACES_DONE)
		return TRUE;
	g_autofree char *detail = g_strdup_printf("holder %" G_GINT64_FORMAT, no);
	return audit_add(db, event->id, staff, "places.cancel", detail, now, error);
}

/* ---- as works ---- */

gboolean
places_cancel_work(Db *db, gpointer data, GError **error)
{
	PlacesWork *work = data;
	if (work->staff != NULL)
		return places_cancel_by(
		        db, work->event, &work->who, work->staff, work->now, &work->answer, error);
	return places_cancel(db, work->event, &work->who, work->now, &work->answer, error);
}

gboolean
places_answer_work(Db *db, gpointer data, GError **error)
{
	PlacesWork *work = data;
	return places_answer(db, work->event, &work->who, work->session_no, work->reply, work->now,
	        &work->answer, error);
}

gboolean
places_told_work(Db *db, gpointer data, GError **error)
{
	PlacesWork *work = data;
	return places_told(db, work->event, work->who.attendee, work->now, &work->answer, error);
}

gboolean
places_sweep_work(Db *db, gpointer data, GError **error)
{
	PlacesWork *work = data;
	return places_sweep(db, work->event, work->now, &work->answer, error);
}
