/* Taking places: all or none, once per submission, never more than there are. */
#include <pthread.h>
#include <string.h>

#include "schema/db_driver.h"
#include "schema/definition.h"
#include "schema/people/consent.h"
#include "schema/registration.h"
#include "tests/fixtures/engine.h"

/* One bus of three seats with a stop of one, its return, a lunch of two, a day without a bound. */
static const char definition[] =
        "{\"slug\": \"test\", \"zone\": \"America/Los_Angeles\", \"title\": {\"en\": \"Test\"},"
        " \"contact\": \"help@example.org\","
        " \"starts\": \"2027-04-06T08:00\", \"ends\": \"2027-04-07T17:00\","
        " \"registration\": {\"opens\": \"2026-10-01T00:00\", \"closes\": \"2027-04-07T12:00\"},"
        " \"regions\": \"california-2020\", \"sessions\": ["
        " {\"code\": \"day\", \"kind\": \"day\", \"title\": {\"en\": \"Day\"}, \"door\": \"open\","
        "  \"reentry\": \"again\", \"starts\": \"2027-04-06T08:00\", \"ends\": "
        "\"2027-04-06T17:00\","
        "  \"place\": {\"en\": \"Hall\"}, \"checkpoints\": [{\"name\": \"Door A\"}]},"
        " {\"code\": \"bus\", \"kind\": \"bus\", \"title\": {\"en\": \"Bus\"}, \"door\": "
        "\"listed\","
        "  \"reentry\": \"once\", \"starts\": \"2027-04-06T04:00\", \"ends\": \"2027-04-06T08:00\","
        "  \"place\": {\"en\": \"Road\"}, \"capacity\": 3, \"return\": \"home\","
        "  \"stops\": [{\"place\": {\"en\": \"Plaza\"}, \"departs\": \"2027-04-06T04:00\"},"
        "   {\"place\": {\"en\": \"Park\"}, \"departs\": \"2027-04-06T05:00\", \"capacity\": 1}],"
        "  \"checkpoints\": [{\"name\": \"Bus door\"}]},"
        " {\"code\": \"home\", \"kind\": \"bus\", \"title\": {\"en\": \"Home\"}, \"door\": "
        "\"listed\","
        "  \"reentry\": \"once\", \"starts\": \"2027-04-07T16:00\", \"ends\": \"2027-04-07T17:00\","
        "  \"place\": {\"en\": \"Road\"}, \"capacity\": 3, \"checkpoints\": [{\"name\": \"Bus "
        "door\"}]},"
        " {\"code\": \"lunch\", \"kind\": \"meal\", \"title\": {\"en\": \"Lunch\"}, \"door\": "
        "\"listed\","
        "  \"reentry\": \"once\", \"starts\": \"2027-04-06T12:00\", \"ends\": \"2027-04-06T13:00\","
        "  \"place\": {\"en\": \"Tent\"}, \"capacity\": 2, \"checkpoints\": [{\"name\": "
        "\"Tent\"}]}],"
        " \"options\": ["
        " {\"code\": \"travel\", \"title\": {\"en\": \"Travel\"}, \"includes\": [\"day\"],"
        "  \"choose\": [{\"code\": \"bus\", \"of\": [\"bus\"], \"min\": 1, \"max\": 1}],"
        "  \"fee\": {\"amount\": 1500, \"currency\": \"USD\"}},"
        " {\"code\": \"eat\", \"title\": {\"en\": \"Eat\"}, \"includes\": [\"day\", \"lunch\"]},"
        " {\"code\": \"general\", \"title\": {\"en\": \"General\"}, \"includes\": [\"day\"], "
        "\"capacity\": 50},"
        " {\"code\": \"early\", \"title\": {\"en\": \"Early\"}, \"includes\": [\"day\"],"
        "  \"closes\": \"2027-01-01T00:00\"}], \"delegations\": [], \"questions\": [], \"links\": "
        "[]}";

#define BEFORE_EARLY_CLOSED (ENGINE_NOW - 60 * 24 * 60 * 60)

static Event *
load(Engine *engine, const char *json)
{
	g_autoptr(GPtrArray) faults = faults_new();
	g_autoptr(GError) error = NULL;
	g_autoptr(Event) parsed = definition_parse(json, strlen(json), NULL, faults);
	DefinitionStored stored;

	faults_none(faults, "test", &error);
	g_assert_no_error(error);
	definition_store(engine_record(engine), parsed, ENGINE_NOW, &stored, &error);
	g_assert_no_error(error);
	g_autoptr(Db) db = record_reader(engine_record(engine), &error);
	g_assert_no_error(error);
	Event *event = event_read(db, "test", &error);
	g_assert_no_error(error);
	return event;
}

/* One person's submission, made whole but for what the test is about. */
static Registration *
submission_of(const Event *event, const char *who, const char *option)
{
	Registration *asked = registration_new();
	g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, who, -1);
	Place place = { .region_no = 1, .option_no = event_option_by_code(event, option)->no };

	asked->id = id_new(ENGINE_NOW * 1000);
	memcpy(asked->submission, hash, SUBMISSION_BYTES);
	memcpy(asked->content_hash, hash, HASH_BYTES);
	g_strlcpy(asked->lang, "es", sizeof asked->lang);
	place.id = asked->id + 1;
	ticket_identity_new(event->salt, TICKET_ATTENDEE, 1, ENGINE_NOW, ENGINE_NOW, &place.ticket);
	g_array_append_val(asked->places, place);
	return asked;
}

static Place *
first_place(Registration *asked)
{
	return &g_array_index(asked->places, Place, 0);
}

static void
choose(const Event *event, Registration *asked, const char *session, guint16 stop_no)
{
	Place *place = first_place(asked);
	place->chosen[place->chosen_n++] = (ChosenSession){
		.session_no = event_session_by_code(event, session)->no,
		.stop_no = stop_no,
	};
}

static void
add_person(const Event *event, Registration *asked)
{
	Place place = *first_place(asked);
	place.id = asked->id + 1 + asked->places->len;
	ticket_identity_new(event->salt, TICKET_ATTENDEE, 1, ENGINE_NOW, ENGINE_NOW, &place.ticket);
	g_array_append_val(asked->places, place);
}

static PlaceAnswer
take_at(Engine *engine, const Event *event, Registration *asked, gint64 now)
{
	PlaceWork work = { .event = event, .asked = asked, .now = now };
	g_autoptr(GError) error = NULL;

	writer_run(record_writer(engine_record(engine)), registration_work, &work, &error);
	g_assert_no_error(error);
	return work.answer;
}

static PlaceAnswer
take(Engine *engine, const Event *event, Registration *asked)
{
	return take_at(engine, event, asked, ENGINE_NOW);
}

static PlaceOutcome
take_seat(Engine *engine, const Event *event, const char *who, guint16 stop_no)
{
	g_autoptr(Registration) asked = submission_of(event, who, "travel");
	choose(event, asked, "bus", stop_no);
	return take(engine, event, asked).outcome;
}

static gint64
taken(Engine *engine, const char *session)
{
	g_autofree char *sql =
	        g_strdup_printf("SELECT taken FROM session WHERE code = '%s'", session);
	return engine_ask(engine, sql);
}

static void
the_last_seat_on_the_bus_goes_to_one_person(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = load(engine, definition);

	g_assert_cmpint(take_seat(engine, event, "ana", 1), ==, PLACE_TAKEN);
	g_assert_cmpint(take_seat(engine, event, "ben", 1), ==, PLACE_TAKEN);
	g_assert_cmpint(take_seat(engine, event, "cai", 1), ==, PLACE_TAKEN);

	g_autoptr(Registration) late = submission_of(event, "dee", "travel");
	choose(event, late, "bus", 1);
	PlaceAnswer answer = take(engine, event, late);
	g_assert_cmpint(answer.outcome, ==, PLACE_FULL);
	g_assert_cmpint(answer.full_session, ==, event_session_by_code(event, "bus")->no);
	g_assert_cmpint(taken(engine, "bus"), ==, 3);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM attendee"), ==, 3);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM registration"), ==, 3);
	g_assert_cmpint(engine_ask(engine, "SELECT last_no FROM event"), ==, 3);
}

static void
a_chosen_bus_brings_people_home_too(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = load(engine, definition);

	g_assert_cmpint(take_seat(engine, event, "ana", 1), ==, PLACE_TAKEN);
	g_assert_cmpint(taken(engine, "home"), ==, 1);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM booking"), ==, 2);
	g_assert_cmpint(
	        engine_ask(engine, "SELECT count(*) FROM attendee WHERE fee_state = 'due'"), ==, 1);
}

static void
a_full_stop_leaves_the_bus_as_it_was(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = load(engine, definition);

	g_assert_cmpint(take_seat(engine, event, "ana", 2), ==, PLACE_TAKEN);
	g_autoptr(Registration) late = submission_of(event, "ben", "travel");
	choose(event, late, "bus", 2);
	PlaceAnswer answer = take(engine, event, late);
	g_assert_cmpint(answer.outcome, ==, PLACE_FULL);
	g_assert_cmpint(answer.full_stop, ==, 2);
	g_assert_cmpint(taken(engine, "bus"), ==, 1);
	g_assert_cmpint(taken(engine, "home"), ==, 1);
	g_assert_cmpint(take_seat(engine, event, "ben", 1), ==, PLACE_TAKEN);
}

static void
a_family_is_taken_whole_or_not_at_all(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = load(engine, definition);
	g_autoptr(Registration) three = submission_of(event, "three", "eat");
	g_autoptr(Registration) two = submission_of(event, "two", "eat");

	add_person(event, three);
	add_person(event, three);
	PlaceAnswer answer = take(engine, event, three);
	g_assert_cmpint(answer.outcome, ==, PLACE_FULL);
	g_assert_cmpint(answer.full_session, ==, event_session_by_code(event, "lunch")->no);
	g_assert_cmpint(taken(engine, "lunch"), ==, 0);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM attendee"), ==, 0);
	add_person(event, two);
	g_assert_cmpint(take(engine, event, two).outcome, ==, PLACE_TAKEN);
	g_assert_cmpint(taken(engine, "lunch"), ==, 2);
}

static void
asking_twice_gives_the_first_answer(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = load(engine, definition);
	g_autoptr(Registration) first = submission_of(event, "ana", "general");
	g_autoptr(Registration) again = submission_of(event, "ana", "general");

	g_assert_cmpint(take(engine, event, first).outcome, ==, PLACE_TAKEN);
	PlaceAnswer answer = take(engine, event, again);
	g_assert_cmpint(answer.outcome, ==, PLACE_TAKEN_BEFORE);
	g_assert_cmpint(answer.registration, ==, first->id);
	g_assert_cmpint(answer.link_no, ==, 1);
	again->content_hash[0] ^= 1;
	answer = take(engine, event, again);
	g_assert_cmpint(answer.outcome, ==, PLACE_OTHER);
	g_assert_cmpint(answer.registration, ==, first->id);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM attendee"), ==, 1);
	g_assert_cmpint(
	        engine_ask(engine, "SELECT taken FROM option WHERE code = 'general'"), ==, 1);
	g_assert_cmpint(engine_ask(engine, "SELECT last_no FROM event"), ==, 1);
}

static void
a_closed_option_takes_nobody_but_keeps_its_word(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = load(engine, definition);
	g_autoptr(Registration) early = submission_of(event, "ana", "early");
	g_autoptr(Registration) again = submission_of(event, "ana", "early");
	g_autoptr(Registration) late = submission_of(event, "ben", "early");

	g_assert_cmpint(
	        take_at(engine, event, early, BEFORE_EARLY_CLOSED).outcome, ==, PLACE_TAKEN);
	PlaceAnswer answer = take(engine, event, late);
	g_assert_cmpint(answer.outcome, ==, PLACE_CLOSED);
	g_assert_cmpint(answer.closed_option, ==, event_option_by_code(event, "early")->no);
	g_assert_cmpint(take(engine, event, again).outcome, ==, PLACE_TAKEN_BEFORE);
	late->walk_in = TRUE;
	g_assert_cmpint(take(engine, event, late).outcome, ==, PLACE_TAKEN);
}

static void
a_definition_loaded_meanwhile_is_told(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = load(engine, definition);
	g_autoptr(GString) changed = g_string_new(definition);
	g_string_replace(changed, "help@example.org", "ask@example.org", 1);
	g_autoptr(Event) newer = load(engine, changed->str);
	g_autoptr(Registration) asked = submission_of(event, "ana", "general");

	g_assert_cmpint(newer->edition, >, event->edition);
	g_assert_cmpint(take(engine, event, asked).outcome, ==, PLACE_CHANGED);
	g_assert_cmpint(take(engine, newer, asked).outcome, ==, PLACE_TAKEN);
}

static void
a_typed_code_that_exists_is_drawn_again(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = load(engine, definition);
	g_autoptr(Registration) ana = submission_of(event, "ana", "general");
	g_autoptr(Registration) ben = submission_of(event, "ben", "general");
	g_autoptr(Registration) cai = submission_of(event, "cai", "general");

	g_assert_cmpint(take(engine, event, ana).outcome, ==, PLACE_TAKEN);
	first_place(ben)->ticket = first_place(ana)->ticket;
	g_assert_cmpint(take(engine, event, ben).outcome, ==, PLACE_TAKEN);
	g_assert_cmpint(first_place(ben)->ticket.mark, !=, first_place(ana)->ticket.mark);

	/* a replaced ticket's code is not given out again either */
	g_autofree char *old = g_strdup_printf(
	        "INSERT INTO old_ticket (event, mark, typed_code, attendee, revoked, changed)"
	        " SELECT event, mark + 1, '%s', id, 1, 1 FROM attendee WHERE no = 1",
	        first_place(cai)->ticket.typed_code);
	engine_must(engine, old);
	gint64 drawn = first_place(cai)->ticket.mark;
	g_assert_cmpint(take(engine, event, cai).outcome, ==, PLACE_TAKEN);
	g_assert_cmpint(first_place(cai)->ticket.mark, !=, drawn);
}

typedef struct {
	Engine *engine;
	const Event *event;
	guint thread, people;
	guint seated, turned_away;
} Crowd;

static void *
crowd_registers(void *data)
{
	Crowd *crowd = data;

	for (guint i = 0; i < crowd->people; i++) {
		g_autofree char *who = g_strdup_printf("%u of %u", i, crowd->thread);
		g_autoptr(Registration) asked = submission_of(crowd->event, who, "general");
		g_autoptr(Registration) again = submission_of(crowd->event, who, "general");
		PlaceOutcome outcome = take(crowd->engine, crowd->event, asked).outcome;
		PlaceOutcome repeated = take(crowd->engine, crowd->event, again).outcome;

		crowd->seated += outcome == PLACE_TAKEN;
		crowd->turned_away += outcome == PLACE_FULL;
		g_assert_cmpint(
		        repeated, ==, outcome == PLACE_TAKEN ? PLACE_TAKEN_BEFORE : PLACE_FULL);
	}
	return NULL;
}

static void
two_hundred_people_share_fifty_seats(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = load(engine, definition);
	Crowd crowds[20];
	pthread_t threads[G_N_ELEMENTS(crowds)];
	guint seated = 0, turned_away = 0;

	for (guint i = 0; i < G_N_ELEMENTS(crowds); i++) {
		crowds[i] = (Crowd){ .engine = engine, .event = event, .thread = i, .people = 10 };
		g_assert_cmpint(
		        pthread_create(&threads[i], NULL, crowd_registers, &crowds[i]), ==, 0);
	}
	for (guint i = 0; i < G_N_ELEMENTS(crowds); i++) {
		pthread_join(threads[i], NULL);
		seated += crowds[i].seated;
		turned_away += crowds[i].turned_away;
	}
	g_assert_cmpuint(seated, ==, 50);
	g_assert_cmpuint(turned_away, ==, 150);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM attendee"), ==, 50);
	g_assert_cmpint(engine_ask(engine, "SELECT max(no) FROM attendee"), ==, 50);
	g_assert_cmpint(
	        engine_ask(engine, "SELECT taken FROM option WHERE code = 'general'"), ==, 50);
}

/* ---- what was agreed to ---- */

static gint64
agree(Engine *engine, const Event *event, const char *text, gint64 known)
{
	g_autoptr(Registration) asked = submission_of(event, text, "general");
	PlaceWork work = { .event = event, .asked = asked, .now = ENGINE_NOW };
	g_autoptr(GError) error = NULL;

	first_place(asked)->consents = 1u << CONSENT_KEEP_INFORMED;
	g_strlcpy(asked->lang, "es", sizeof asked->lang);
	asked->shown[CONSENT_KEEP_INFORMED] = (ConsentShown){ .text = text, .version = known };
	g_assert_true(
	        writer_run(record_writer(engine_record(engine)), registration_work, &work, &error));
	g_assert_no_error(error);
	g_assert_cmpint(work.answer.outcome, ==, PLACE_TAKEN);
	return asked->shown[CONSENT_KEEP_INFORMED].found;
}

static void
the_words_that_were_agreed_to_can_be_read_again(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = load(engine, definition);
	g_autoptr(GError) error = NULL;

	g_assert_cmpint(agree(engine, event, "Escríbanme", 0), ==, 1);
	g_assert_cmpint(agree(engine, event, "Escríbanme, por favor", 0), ==, 2);
	g_assert_cmpint(agree(engine, event, "Escríbanme, por favor ", 2), ==,
	        2); /* known: not asked for */
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM consent_text"), ==, 2);
	g_assert_cmpint(
	        engine_ask(engine,
	                "SELECT count(*) FROM consent c JOIN consent_text t ON t.kind = c.kind"
	                " AND t.lang = c.lang AND t.version = c.text_version"
	                " WHERE c.given = 1 AND c.lang = 'es'"),
	        ==, 3);
	Db *db = engine_reader(engine);
	g_assert_true(db_begin(db, &error));
	g_autofree char *words = consent_text_read(db, CONSENT_KEEP_INFORMED, "es", 1, &error);
	g_assert_cmpstr(words, ==, "Escríbanme");
	g_assert_null(consent_text_read(db, CONSENT_KEEP_INFORMED, "en", 1, &error));
	g_assert_error(error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT);
	db_rollback(db);
}

static void
a_step_that_fails_changes_nothing(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = load(engine, definition);
	guint failures = 0;

	for (gint nth = 1; nth < 100; nth++) {
		g_autoptr(Registration) asked = submission_of(event, "ana", "travel");
		PlaceWork work = { .event = event, .asked = asked, .now = ENGINE_NOW };
		g_autoptr(GError) error = NULL;

		choose(event, asked, "bus", 2);
		first_place(asked)->sealed[SEALED_IDENTITY] = g_bytes_new_static("sealed", 6);
		first_place(asked)->consents = 1u << CONSENT_KEEP_INFORMED;
		asked->shown[CONSENT_KEEP_INFORMED].text = "Write to me";
		asked->has_email = TRUE;
		/* and all after it, or the writer would try again with a savepoint */
		db_set_fault(nth, DB_ERROR_BROKEN, TRUE);
		gboolean done = writer_run(
		        record_writer(engine_record(engine)), registration_work, &work, &error);
		gboolean met = db_set_fault(0, DB_ERROR_BROKEN, FALSE);
		if (done) {
			g_assert_false(met);
			break;
		}
		failures++;
		g_assert_nonnull(error);
		g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM registration"), ==, 0);
		g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM attendee"), ==, 0);
		g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM outbox"), ==, 0);
		g_assert_cmpint(taken(engine, "bus"), ==, 0);
		g_assert_cmpint(engine_ask(engine, "SELECT last_no FROM event"), ==, 0);
	}
	g_assert_cmpuint(failures, >, 10); /* every statement had its turn */
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM attendee"), ==, 1);
	g_assert_cmpint(taken(engine, "bus"), ==, 1);
}

/* By letter, by a volunteer, or not at all; and once, however often the form comes. */
static void
who_registers_is_told_once_and_as_they_wish(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = load(engine, definition);
	g_autoptr(Registration) by_mail = submission_of(event, "ana", "general");
	g_autoptr(Registration) by_phone = submission_of(event, "ben", "general");
	g_autoptr(Registration) at_the_door = submission_of(event, "cai", "general");
	g_autoptr(Registration) not_at_all = submission_of(event, "dee", "general");

	by_mail->has_email = by_mail->has_phone = by_phone->has_phone = at_the_door->has_phone =
	        TRUE;
	at_the_door->walk_in = TRUE;
	add_person(event, by_mail);
	g_assert_cmpint(take(engine, event, by_mail).outcome, ==, PLACE_TAKEN);
	g_assert_cmpint(take(engine, event, by_mail).outcome, ==, PLACE_TAKEN_BEFORE);
	g_assert_cmpint(take(engine, event, by_phone).outcome, ==, PLACE_TAKEN);
	g_assert_cmpint(take(engine, event, at_the_door).outcome, ==, PLACE_TAKEN);
	g_assert_cmpint(take(engine, event, not_at_all).outcome, ==, PLACE_TAKEN);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM outbox"), ==, 2);
	g_assert_cmpint(engine_ask(engine, "SELECT attendee FROM outbox WHERE state = 'waiting'"),
	        ==, first_place(by_mail)->id);
	g_assert_cmpint(engine_ask(engine, "SELECT attendee FROM outbox WHERE state = 'call'"), ==,
	        first_place(by_phone)->id);
}

static void
a_link_opens_one_registration_and_a_forged_one_none(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = load(engine, definition);
	g_autoptr(Registration) ana = submission_of(event, "ana", "travel");
	g_autoptr(Registration) ben = submission_of(event, "ben", "general");
	g_autoptr(GError) error = NULL;
	Vault *vault = record_vault(engine_record(engine));
	VaultEvent *keys = vault_event(vault, event->id, &error);
	Person person = { .name = (char *)"Ana" };
	char token[LINK_TOKEN_LENGTH + 1], other[LINK_TOKEN_LENGTH + 1];

	choose(event, ana, "bus", 1);
	first_place(ana)->sealed[SEALED_IDENTITY] =
	        person_seal(&person, keys, SEALED_IDENTITY, first_place(ana)->id);
	g_assert_cmpint(take(engine, event, ana).outcome, ==, PLACE_TAKEN);
	g_assert_cmpint(take(engine, event, ben).outcome, ==, PLACE_TAKEN);
	vault_link(keys, LINK_TICKET, ana->id, 1, token);
	vault_link(keys, LINK_TICKET, ben->id, 1, other);

	g_autoptr(Db) db = record_reader(engine_record(engine), &error);
	g_assert_no_error(error);
	g_assert_true(db_begin(db, &error));
	g_autoptr(RegistrationPage) page = registration_read(db, vault, token, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(page->attendees->len, ==, 1);
	const Attendee *attendee = g_ptr_array_index(page->attendees, 0);
	g_assert_cmpstr(attendee->person->name, ==, "Ana");
	g_assert_cmpint(attendee->ticket.mark, ==, first_place(ana)->ticket.mark);
	g_assert_cmpuint(attendee->bookings_n, ==, 2);

	memcpy(token, other, ID_HEX_LENGTH); /* ben's registration with ana's MAC */
	g_autoptr(RegistrationPage) forged = registration_read(db, vault, token, &error);
	g_assert_null(forged);
	g_assert_error(error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT);
	db_rollback(db);
}

static void
the_form_knows_what_is_left(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = load(engine, definition);
	g_autoptr(GError) error = NULL;

	g_assert_cmpint(take_seat(engine, event, "ana", 2), ==, PLACE_TAKEN);
	g_autoptr(Db) db = record_reader(engine_record(engine), &error);
	g_assert_no_error(error);
	g_assert_true(db_begin(db, &error));
	g_autoptr(Room) room = room_read(db, event, &error);
	g_assert_no_error(error);
	db_rollback(db);
	g_assert_cmpint(room->options[0], ==, NO_CAPACITY);
	g_assert_cmpint(room->options[2], ==, 50);
	g_assert_cmpint(room->sessions[0], ==, NO_CAPACITY);
	g_assert_cmpint(room->sessions[1], ==, 2);
	g_assert_cmpint(
	        room_at_stop(room, event_session_by_code(event, "bus")->no, 1), ==, NO_CAPACITY);
	g_assert_cmpint(room_at_stop(room, event_session_by_code(event, "bus")->no, 2), ==, 0);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define TEST(name) engine_add_test(#name, name)
	TEST(the_last_seat_on_the_bus_goes_to_one_person);
	TEST(a_chosen_bus_brings_people_home_too);
	TEST(a_full_stop_leaves_the_bus_as_it_was);
	TEST(a_family_is_taken_whole_or_not_at_all);
	TEST(asking_twice_gives_the_first_answer);
	TEST(a_closed_option_takes_nobody_but_keeps_its_word);
	TEST(a_definition_loaded_meanwhile_is_told);
	TEST(a_typed_code_that_exists_is_drawn_again);
	TEST(two_hundred_people_share_fifty_seats);
	TEST(the_words_that_were_agreed_to_can_be_read_again);
	TEST(a_step_that_fails_changes_nothing);
	TEST(who_registers_is_told_once_and_as_they_wish);
	TEST(a_link_opens_one_registration_and_a_forged_one_none);
	TEST(the_form_knows_what_is_left);
	return engine_run();
}
