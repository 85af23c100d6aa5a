#include "schema/registration.h"

#include <string.h>

#include "schema/people/consent.h"
#include "schema/delegation.h"
#include "schema/places_private.h"

#define TICKET_DRAWS   4 /* a second collision of 45 random bits in a row is a bug, not bad luck */
#define SECONDS_A_DAY  (24 * 60 * 60)
#define EMERGENCY_DAYS 2

Registration *
registration_new(void)
{
	Registration *registration = g_new0(Registration, 1);
	registration->places = g_array_new(FALSE, TRUE, sizeof(Place));
	return registration;
}

void
registration_free(Registration *registration)
{
	if (registration == NULL)
		return;
	for (guint i = 0; i < registration->places->len; i++) {
		Place *place = &g_array_index(registration->places, Place, i);
		for (guint class = 0; class < SEALED_CLASSES; class ++)
			g_clear_pointer(&place->sealed[class], g_bytes_unref);
	}
	g_array_unref(registration->places);
	g_free(registration);
}

/* ---- places ---- */

static gboolean
chosen_has(const ChosenSession *chosen, guint n, guint16 session_no)
{
	for (guint i = 0; i < n; i++)
		if (chosen[i].session_no == session_no)
			return TRUE;
	return FALSE;
}

/* Takes all that all of them want, or nothing. */
static gboolean
take_all(Db *db, const Event *event, Registration *asked, PlacesAnswer *full, gboolean *ret_room,
        GError **error)
{
	g_autoptr(GArray) counters = counters_new();

	for (guint i = 0; i < asked->places->len; i++) {
		Place *place = &g_array_index(asked->places, Place, i);
		place->option_waits = FALSE;
		place->sessions_wait = 0;
		counters_add_option(counters, event, place->option_no);
		for (guint j = 0; j < place->chosen_n; j++)
			counters_add_booking(counters, event, place->chosen[j].session_no,
			        place->chosen[j].stop_no);
	}
	return counters_take(db, event, counters, full, ret_room, error);
}

/* Takes @counters, and adds them to @held by @held_by; or they wait, where there is a list. @ret_room FALSE: neither. */
static gboolean
take_or_wait(Db *db, const Event *event, GArray *counters, gboolean has_list, PlacesAnswer *full,
        gboolean *ret_waits, gboolean *ret_room, GError **error)
{
	gboolean taken = FALSE;

	if (!counters_take(db, event, counters, full, &taken, error))
		return FALSE;
	*ret_waits = !taken && has_list;
	*ret_room = taken || has_list;
	return TRUE;
}

/* One person: what is full and has a waiting list is waited for. @held is told what was taken. */
static gboolean
take_one(Db *db, const Event *event, Place *place, gint64 now, GArray *held, PlacesAnswer *full,
        gboolean *ret_room, GError **error)
{
	g_autoptr(GArray) counters = counters_new();

	counters_add_option(counters, event, place->option_no);
	if (!take_or_wait(db, event, counters, places_has_list(event, place->option_no, 0, now),
	            full, &place->option_waits, ret_room, error))
		return FALSE;
	if (!*ret_room)
		return TRUE;
	if (place->option_waits) {
		place->sessions_wait = G_MAXUINT32; /* all that was chosen of it */
		return TRUE;
	}
	counters_add_option(held, event, place->option_no);
	for (guint i = 0; *ret_room && i < place->chosen_n; i++) {
		const ChosenSession *chosen = &place->chosen[i];
		g_autoptr(GArray) booking = counters_new();
		gboolean waits = FALSE;

		counters_add_booking(booking, event, chosen->session_no, chosen->stop_no);
		if (!take_or_wait(db, event, booking,
		            places_has_list(event, 0, chosen->session_no, now), full, &waits,
		            ret_room, error))
			return FALSE;
		if (waits)
			place->sessions_wait |= 1u << i;
		else if (*ret_room)
			counters_add_booking(held, event, chosen->session_no, chosen->stop_no);
	}
	return TRUE;
}

/* Not all can have all that they want: each, in the form's order, takes what there is and waits for the rest. */
static gboolean
take_each(Db *db, const Event *event, Registration *asked, gint64 now, PlacesAnswer *full,
        gboolean *ret_room, GError **error)
{
	g_autoptr(GArray) held = counters_new();

	*ret_room = TRUE;
	for (guint i = 0; *ret_room && i < asked->places->len; i++)
		if (!take_one(db, event, &g_array_index(asked->places, Place, i), now, held, full,
		            ret_room, error))
			return FALSE;
	return *ret_room || counters_give(db, event, held, error);
}

static gboolean
take_places(Db *db, const Event *event, Registration *asked, gint64 now, PlaceAnswer *answer,
        GError **error)
{
	PlacesAnswer full = { 0 };
	gboolean room = FALSE;

	if (!take_all(db, event, asked, &full, &room, error))
		return FALSE;
	if (room)
		return TRUE;
	/* at the door nobody waits for a letter */
	answer->outcome = PLACE_FULL;
	if (!asked->walk_in) {
		if (!take_each(db, event, asked, now, &full, &room, error))
			return FALSE;
		if (room)
			answer->outcome = PLACE_WAITLISTED;
	}
	answer->full_option = full.full_option;
	answer->full_session = full.full_session;
	answer->full_stop = full.full_stop;
	return TRUE;
}

/* What @place books by name: the chosen sessions and the returns of the chosen buses. */
static guint
bookings_of(
        const Event *event, const Place *place, ChosenSession bookings[2 * ATTENDEE_SESSIONS_MAX])
{
	guint n = place->chosen_n;

	memcpy(bookings, place->chosen, n * sizeof *bookings);
	for (guint i = 0; i < place->chosen_n; i++) {
		const EventSession *session = event_session(event, place->chosen[i].session_no);
		if (session == NULL || session->return_no == 0)
			continue;
		if (!chosen_has(bookings, n, session->return_no))
			bookings[n++] = (ChosenSession){ .session_no = session->return_no };
	}
	return n;
}

/* ---- the rows ---- */

static gboolean
numbers_give_back(Db *db, const Event *event, gint64 numbers, GError **error)
{
	return db_run(db, "UPDATE event SET last_no = last_no - $2 WHERE id = $1",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(numbers)), NULL, error);
}

/* Adds the registration, unless its submission was here before. */
static gboolean
registration_add(Db *db, const Event *event, const Registration *asked, gint64 now,
        gboolean *ret_new, GError **error)
{
	gint64 added;

	/* counted, not RETURNING: SQLite would make a table for that one row */
	if (!db_run(db,
	            "INSERT INTO registration (id, event, submission, content_hash, email_hash, "
	            "lang,"
	            " made, entered) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
	            " ON CONFLICT (event, submission) DO NOTHING",
	            DB_ARGS(db_int(asked->id), db_bytes(event->id, EVENT_ID_BYTES),
	                    db_bytes(asked->submission, SUBMISSION_BYTES),
	                    db_bytes(asked->content_hash, HASH_BYTES),
	                    db_bytes(asked->has_email ? asked->email_hash : NULL, EMAIL_HASH_BYTES),
	                    db_text(asked->lang), db_int(now),
	                    db_int(asked->entered || asked->walk_in)),
	            &added, error))
		return FALSE;
	*ret_new = added > 0;
	return TRUE;
}

/* The first answer to a submission that comes again. */
static gboolean
registration_repeat(
        Db *db, const Event *event, const Registration *asked, PlaceAnswer *ret, GError **error)
{
	g_autoptr(DbRows) rows = NULL;

	if (!db_query_row(db,
	            "SELECT id, link_no, content_hash FROM registration"
	            " WHERE event = $1 AND submission = $2",
	            DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES),
	                    db_bytes(asked->submission, SUBMISSION_BYTES)),
	            &rows, error))
		return FALSE;
	if (rows == NULL) {
		g_set_error_literal(error, DB_ERROR, DB_ERROR_BROKEN,
		        "a submission is both there and not there");
		return FALSE;
	}
	gsize length = 0;
	gconstpointer hash = db_column_bytes(rows, 2, &length);
	ret->registration = db_column_int(rows, 0);
	ret->link_no = db_column_int(rows, 1);
	ret->outcome = length == HASH_BYTES && memcmp(hash, asked->content_hash, HASH_BYTES) == 0
	        ? PLACE_TAKEN_BEFORE
	        : PLACE_OTHER;
	return TRUE;
}

/* @ret_added FALSE: its id is there already, or its mark or typed code, current or replaced. */
static gboolean
attendee_insert(Db *db, const Event *event, const Registration *asked, const Place *place,
        gint64 no, gint64 version, gint64 queue, gboolean *ret_added, GError **error)
{
	const EventOption *option = event_option(event, place->option_no);
	const TicketIdentity *ticket = &place->ticket;
	gint64 replaced = 0, added = 0;

	/* asked apart: of an INSERT that selects SQLite copies every page, should it fail midway */
	if (!db_ask_int(db,
	            "SELECT 1 FROM old_ticket WHERE event = $1 AND (mark = $2 OR typed_code = $3)",
	            DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(ticket->mark),
	                    db_text(ticket->typed_code)),
	            0, &replaced, error))
		return FALSE;
	if (replaced != 0) {
		*ret_added = FALSE;
		return TRUE;
	}
	if (!db_run(db,
	            "INSERT INTO attendee (id, event, no, registration, delegation_no, asked_no, "
	            "region_no,"
	            " option_no, option_state, option_queue, lang, age_band, walk_in, fee_state, "
	            "state, changed,"
	            " mark, typed_code, ticket_id, ticket_class, ticket_minute, key_no)"
	            " VALUES ($1, $2, $3, $4, $5, $21, $6, $7, $8, $9, $10, $11, $12, $13, "
	            "'active',"
	            " $14, $15, $16, $17, $18, $19, $20) ON CONFLICT DO NOTHING",
	            DB_ARGS(db_int(place->id), db_bytes(event->id, EVENT_ID_BYTES), db_int(no),
	                    db_int(asked->id),
	                    place->delegation_no && !place->asks ? db_int(place->delegation_no)
	                                                         : db_null(),
	                    db_int(place->region_no), db_int(place->option_no),
	                    db_text(place->option_waits ? "waitlisted" : "confirmed"),
	                    place->option_waits ? db_int(queue) : db_null(), db_text(asked->lang),
	                    db_int(place->age_band), db_int(asked->walk_in ? 1 : 0),
	                    db_text(option->fee_amount > 0 ? "due" : "free"), db_int(version),
	                    db_int(ticket->mark), db_text(ticket->typed_code),
	                    db_bytes(ticket->id, TICKET_ID_BYTES), db_int(ticket->class),
	                    db_int(ticket->minute), db_int(ticket->key_no),
	                    place->asks ? db_int(place->delegation_no) : db_null()),
	            &added, error))
		return FALSE;
	*ret_added = added > 0;
	return TRUE;
}

static gboolean
attendee_add(Db *db, const Event *event, const Registration *asked, Place *place, gint64 no,
        gint64 version, gint64 queue, GError **error)
{
	for (guint draw = 0; draw < TICKET_DRAWS; draw++) {
		gboolean added = FALSE;

		if (!attendee_insert(db, event, asked, place, no, version, queue, &added, error))
			return FALSE;
		if (added)
			return TRUE;
		ticket_identity_redraw(event->salt, &place->ticket);
	}
	g_set_error_literal(error, DB_ERROR, DB_ERROR_CONFLICT, "an attendee's id is taken");
	return FALSE;
}

static gboolean
booking_waits(const Event *event, const Place *place, guint i, guint16 session_no)
{
	if (i < place->chosen_n)
		return (place->sessions_wait & 1u << i) != 0;
	for (guint j = 0; j < place->chosen_n; j++)
		if (event_session(event, place->chosen[j].session_no)->return_no == session_no)
			return (place->sessions_wait & 1u << j) != 0;
	return FALSE;
}

/* The chosen ones first, then their returns, which stand as their buses and have no line of their own. */
static gboolean
bookings_add(Db *db, const Event *event, const Place *place, gint64 queue, GError **error)
{
	ChosenSession bookings[2 * ATTENDEE_SESSIONS_MAX];
	guint n = bookings_of(event, place, bookings);

	for (guint i = 0; i < n; i++) {
		gboolean waits = booking_waits(event, place, i, bookings[i].session_no);
		if (!db_run(db,
		            "INSERT INTO booking (attendee, event, session_no, stop_no, state,"
		            " queue) VALUES ($1, $2, $3, $4, $5, $6)",
		            DB_ARGS(db_int(place->id), db_bytes(event->id, EVENT_ID_BYTES),
		                    db_int(bookings[i].session_no),
		                    bookings[i].stop_no ? db_int(bookings[i].stop_no) : db_null(),
		                    db_text(waits ? "waitlisted" : "confirmed"),
		                    waits && i < place->chosen_n ? db_int(queue) : db_null()),
		            NULL, error))
			return FALSE;
	}
	return TRUE;
}

static gint64
sealed_expires(const Event *event, SealedClass class)
{
	switch (class) {
	case SEALED_IDENTITY:
		return event->ends + (gint64)event->identity_days * SECONDS_A_DAY;
	case SEALED_LOGISTICS:
		return event->ends + (gint64)event->logistics_days * SECONDS_A_DAY;
	case SEALED_EMERGENCY:
		return event->ends + (gint64)EMERGENCY_DAYS * SECONDS_A_DAY;
	}
	g_return_val_if_reached(0);
}

static gboolean
sealed_add(Db *db, const Event *event, const Place *place, GError **error)
{
	for (guint class = 0; class < SEALED_CLASSES; class ++) {
		gsize length = 0;
		gconstpointer value;

		if (place->sealed[class] == NULL)
			continue;
		value = g_bytes_get_data(place->sealed[class], &length);
		if (!db_run(db,
		            "INSERT INTO sealed (owner, class, expires, value)"
		            " VALUES ($1, $2, $3, $4)",
		            DB_ARGS(db_int(place->id), db_int(class),
		                    db_int(sealed_expires(event, class)), db_bytes(value, length)),
		            NULL, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean
consents_add(Db *db, Registration *asked, const Place *place, gint64 now, GError **error)
{
	for (guint kind = CONSENT_KEEP_INFORMED; kind <= CONSENT_SHARE_REGIONAL; kind++) {
		gint64 version = 0;

		if ((place->consents & (1u << kind)) == 0)
			continue;
		if (!consent_version(db, (ConsentKind)kind, asked->lang, &asked->shown[kind], now,
		            &version, error) ||
		        !db_run(db,
		                "INSERT INTO consent (attendee, kind, given, at, text_version,"
		                " lang) VALUES ($1, $2, 1, $3, $4, $5)",
		                DB_ARGS(db_int(place->id), db_int(kind), db_int(now),
		                        db_int(version), db_text(asked->lang)),
		                NULL, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean
places_add(Db *db, const Event *event, Registration *asked, gint64 first_no, gint64 version,
        gint64 now, GError **error)
{
	for (guint i = 0; i < asked->places->len; i++) {
		Place *place = &g_array_index(asked->places, Place, i);
		gint64 queue = queue_number(version, i);
		if (!attendee_add(db, event, asked, place, first_no + i, version, queue, error) ||
		        !bookings_add(db, event, place, queue, error) ||
		        !sealed_add(db, event, place, error) ||
		        !consents_add(db, asked, place, now, error) ||
		        !delegation_add_captain(db, event, place, error))
			return FALSE;
	}
	return TRUE;
}

/* The letter with the tickets, or that they wait when nobody has a place. Who gave no address and has a phone is called, but
 * for a walk-in, who has it all, and who waits, who is called when there is something to say. */
static gboolean
confirmation_add(Db *db, const Event *event, const Registration *asked, gint64 now, GError **error)
{
	gboolean waits = TRUE;
	char id[ID_HEX_LENGTH + 1];

	for (guint i = 0; i < asked->places->len; i++)
		waits = waits && g_array_index(asked->places, Place, i).option_waits;
	if (!asked->has_email && (!asked->has_phone || asked->walk_in || waits))
		return TRUE;
	id_to_hex(asked->id, id);
	g_autofree char *cause = g_strconcat(waits ? "waitlisted:" : "confirm:", id, NULL);
	return outbox_add_as(db, event, waits ? OUTBOX_WAITLISTED : OUTBOX_CONFIRMATION,
	        asked->has_email ? OUTBOX_WAITING : OUTBOX_CALL,
	        g_array_index(asked->places, Place, 0).id, cause, now, error);
}

static gboolean
all_open(const Event *event, const Registration *asked, gint64 now, PlaceAnswer *answer)
{
	for (guint i = 0; !asked->walk_in && i < asked->places->len; i++) {
		const Place *place = &g_array_index(asked->places, Place, i);
		const EventOption *option = event_option(event, place->option_no);
		if (option == NULL || !event_option_open(event, option, now)) {
			answer->closed_option = place->option_no;
			return FALSE;
		}
	}
	return TRUE;
}

static gboolean
submission_forget(Db *db, const Event *event, const Registration *asked, GError **error)
{
	return db_run(db, "DELETE FROM registration WHERE id = $1", DB_ARGS(db_int(asked->id)),
	               NULL, error) &&
	        numbers_give_back(db, event, asked->places->len, error);
}

gboolean
registration_take_place(Db *db, const Event *event, Registration *asked, gint64 now,
        PlaceAnswer *ret, GError **error)
{
	gint64 version = 0, last_no = 0, edition = 0;
	gint64 numbers = asked->places->len;
	gboolean fresh = FALSE, joins = FALSE;
	PlaceAnswer answer = { .outcome = PLACE_TAKEN, .registration = asked->id, .link_no = 1 };

	g_return_val_if_fail(numbers >= 1 && numbers <= REGISTRATION_ATTENDEES_MAX, FALSE);
	if (!places_raise(db, event, numbers, &version, &last_no, &edition, error) ||
	        !registration_add(db, event, asked, now, &fresh, error))
		return FALSE;
	if (!fresh) {
		if (!numbers_give_back(db, event, numbers, error) ||
		        !registration_repeat(db, event, asked, &answer, error))
			return FALSE;
		*ret = answer;
		return TRUE;
	}
	if (!delegations_settle(db, event, asked, &joins, error))
		return FALSE;
	if (edition != event->edition || !joins) {
		answer.outcome = PLACE_CHANGED;
	} else if (!all_open(event, asked, now, &answer)) {
		answer.outcome = PLACE_CLOSED;
	} else if (!take_places(db, event, asked, now, &answer, error)) {
		return FALSE;
	}
	if (answer.outcome == PLACE_TAKEN || answer.outcome == PLACE_WAITLISTED) {
		if (!places_add(db, event, asked, last_no - numbers + 1, version, now, error) ||
		        !confirmation_add(db, event, asked, now, error))
			return FALSE;
	} else {
		answer.registration = 0;
		if (!submission_forget(db, event, asked, error))
			return FALSE;
	}
	*ret = answer;
	return TRUE;
}

gboolean
registration_work(Db *db, gpointer data, GError **error)
{
	PlaceWork *work = data;
	return registration_take_place(
	        db, work->event, work->asked, work->now, &work->answer, error);
}
