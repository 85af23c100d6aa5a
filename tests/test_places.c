/* Places after the registration: waiting, offers, cancelling, changing, fees, as stories, and a crowd at once. */
#include "schema/scan.h"

#include <pthread.h>

#include "schema/db_driver.h"
#include "schema/backup/verify_parts.h"
#include "tests/fixtures/places_fixture.h"

#define HOUR  G_GINT64_CONSTANT(3600)
#define START (ENGINE_NOW + (5 * 24 + 8) * HOUR)

typedef struct {
	gint64 registration, id, mark;
} Guest;

static const Capacities one_each = {
	.a = 1, .c = 1, .lunch = 10, .bus = 1, .home = 1, .van = 1, .car = 1, .stop = 1
};

static Event *
define(Engine *engine, const Capacities *capacities)
{
	g_assert_true(places_store(engine, "few", capacities, ENGINE_NOW));
	return places_event(engine, "few");
}

static PlaceOutcome
comes(Engine *engine, const Event *event, guint16 option_no, guint16 session_no, gboolean email,
        Guest *ret)
{
	g_autoptr(Registration) asked = places_registration(ENGINE_NOW, email);
	Place *place = places_add_person(event, asked, option_no, ENGINE_NOW);

	if (session_no != 0)
		places_choose(place, session_no, session_no == BUS ? 1 : 0);
	*ret = (Guest){ asked->id, place->id, 0 };
	PlaceOutcome outcome = places_take(engine, event, asked, ENGINE_NOW).outcome;
	ret->mark = place->ticket.mark; /* it may have been drawn anew */
	return outcome;
}

static PlacesWork
about(const Event *event, const Guest *guest)
{
	return (PlacesWork){
		.event = event, .who = { guest->registration, guest->id }, .now = ENGINE_NOW
	};
}

static PlacesOutcome
cancels(Engine *engine, const Event *event, const Guest *guest)
{
	PlacesWork work = about(event, guest);
	places_run(engine, places_cancel_work, &work);
	return work.answer.outcome;
}

static PlacesOutcome
answers(Engine *engine, const Event *event, const Guest *guest, guint16 session_no,
        PlacesReply reply, gint64 now)
{
	PlacesWork work = about(event, guest);
	work.session_no = session_no;
	work.reply = reply;
	work.now = now;
	places_run(engine, places_answer_work, &work);
	return work.answer.outcome;
}

/* What the door is told of them. */
static HolderState
at_door(Engine *engine, const Event *event, const Guest *guest, guint16 session_no)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Db) db = record_reader(engine_record(engine), &error);
	Holder holder;

	g_assert_no_error(error);
	g_assert_true(db_begin(db, &error));
	g_assert_true(scan_holder(db, event, session_no, guest->mark, &holder, &error));
	db_rollback(db);
	return holder.state;
}

static gint64
number_of(Engine *engine, const char *column, gint64 attendee)
{
	g_autofree char *sql = g_strdup_printf(
	        "SELECT %s FROM attendee WHERE id = %" G_GINT64_FORMAT, column, attendee);
	return engine_ask(engine, sql);
}

static gint64
letters(Engine *engine, const char *kind, const char *state)
{
	g_autofree char *sql = g_strdup_printf(
	        "SELECT count(*) FROM outbox WHERE kind = '%s' AND state = '%s'", kind, state);
	return engine_ask(engine, sql);
}

static void
who_finds_it_full_waits_and_gets_the_place_that_frees(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = define(engine, &one_each);
	Guest ana, ben, cai;

	g_assert_cmpint(comes(engine, event, OPTION_A, 0, TRUE, &ana), ==, PLACE_TAKEN);
	g_assert_cmpint(comes(engine, event, OPTION_A, 0, TRUE, &ben), ==, PLACE_WAITLISTED);
	g_assert_cmpint(comes(engine, event, OPTION_A, 0, TRUE, &cai), ==, PLACE_WAITLISTED);
	g_assert_cmpint(letters(engine, "waitlisted", "waiting"), ==, 2);
	g_assert_cmpint(at_door(engine, event, &ana, LUNCH), ==, HOLDER_BOOKED);
	g_assert_cmpint(at_door(engine, event, &ben, LUNCH), ==, HOLDER_WAITLISTED);

	gint64 changed = number_of(engine, "changed", ben.id);
	g_assert_cmpint(cancels(engine, event, &ana), ==, PLACES_DONE);
	g_assert_cmpint(cancels(engine, event, &ana), ==, PLACES_NOTHING);
	g_assert_cmpint(at_door(engine, event, &ana, LUNCH), ==, HOLDER_CANCELLED);
	g_assert_cmpint(number_of(engine, "option_offer", ben.id), ==, ENGINE_NOW + 24 * HOUR);
	g_assert_cmpint(number_of(engine, "changed", ben.id), >, changed);
	g_assert_cmpint(letters(engine, "place-free", "waiting"), ==, 1);
	g_assert_cmpint(letters(engine, "cancelled", "waiting"), ==, 1);
	/* offered is not theirs yet, and nobody else's either */
	g_assert_cmpint(at_door(engine, event, &ben, LUNCH), ==, HOLDER_WAITLISTED);
	g_assert_cmpint(
	        answers(engine, event, &cai, 0, PLACES_CONFIRM, ENGINE_NOW), ==, PLACES_NOTHING);
	places_verified(engine);

	g_assert_cmpint(
	        answers(engine, event, &ben, 0, PLACES_CONFIRM, ENGINE_NOW), ==, PLACES_DONE);
	g_assert_cmpint(at_door(engine, event, &ben, LUNCH), ==, HOLDER_BOOKED);
	g_assert_cmpint(
	        answers(engine, event, &ben, 0, PLACES_CONFIRM, ENGINE_NOW), ==, PLACES_NOTHING);
	places_verified(engine);
}

static void
an_offer_that_nobody_answers_goes_to_the_next(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = define(engine, &one_each);
	Guest ana, ben, cai;

	comes(engine, event, OPTION_A, 0, TRUE, &ana);
	comes(engine, event, OPTION_A, 0, TRUE, &ben);
	comes(engine, event, OPTION_A, 0, TRUE, &cai);
	cancels(engine, event, &ana);
	PlacesWork sweep = { .event = event, .now = ENGINE_NOW + 24 * HOUR - 1 };
	places_run(engine, places_sweep_work, &sweep);
	g_assert_cmpint(sweep.answer.outcome, ==, PLACES_NOTHING);
	/* the last second is theirs, the next is not, swept or not */
	sweep.now++;
	g_assert_cmpint(
	        answers(engine, event, &ben, 0, PLACES_CONFIRM, sweep.now), ==, PLACES_NOTHING);
	places_run(engine, places_sweep_work, &sweep);
	g_assert_cmpuint(sweep.answer.n, ==, 1);
	g_assert_cmpint(number_of(engine, "option_offer", cai.id), ==, sweep.now + 24 * HOUR);
	/* ben is out of the line, not cancelled, and may go to its end */
	g_assert_cmpint(at_door(engine, event, &ben, LUNCH), ==, HOLDER_WAITLISTED);
	g_assert_cmpint(answers(engine, event, &ben, 0, PLACES_REJOIN, sweep.now), ==, PLACES_DONE);
	g_assert_cmpint(number_of(engine, "option_queue", ben.id), >,
	        number_of(engine, "option_queue", cai.id));
	places_verified(engine);
}

static void
who_can_t_be_written_to_has_time_until_somebody_called(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = define(engine, &one_each);
	Guest ana, ben;

	comes(engine, event, OPTION_A, 0, TRUE, &ana);
	comes(engine, event, OPTION_A, 0, FALSE, &ben);
	cancels(engine, event, &ana);
	g_assert_cmpint(letters(engine, "place-free", "call"), ==, 1);
	g_assert_cmpint(number_of(engine, "option_offer", ben.id), ==, START);
	PlacesWork told = about(event, &ben);
	told.now = ENGINE_NOW + HOUR;
	places_run(engine, places_told_work, &told);
	g_assert_cmpint(told.answer.outcome, ==, PLACES_DONE);
	g_assert_cmpint(number_of(engine, "option_offer", ben.id), ==, told.now + 24 * HOUR);
}

static gboolean
untold_work(Db *db, gpointer data, GError **error)
{
	PlacesWork *work = data;

	return places_untold(db, work->event, work->who.attendee, work->now, &work->answer, error);
}

static void
who_was_not_called_after_all_has_time_again_while_the_offer_stands(
        Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = define(engine, &one_each);
	Guest ana, ben;

	comes(engine, event, OPTION_A, 0, TRUE, &ana);
	comes(engine, event, OPTION_A, 0, FALSE, &ben);
	cancels(engine, event, &ana);
	PlacesWork call = about(event, &ben);
	call.now = ENGINE_NOW + HOUR;
	places_run(engine, places_told_work, &call);
	call.now += HOUR / 2;
	places_run(engine, untold_work, &call);
	g_assert_cmpint(call.answer.outcome, ==, PLACES_DONE);
	g_assert_cmpint(number_of(engine, "option_offer", ben.id), ==, START);
	places_run(engine, places_told_work, &call);
	g_assert_cmpint(number_of(engine, "option_offer", ben.id), ==, call.now + 24 * HOUR);
	/* what ran out is the next one's, and nobody brings it back */
	call.now += 24 * HOUR;
	places_run(engine, untold_work, &call);
	g_assert_cmpint(call.answer.outcome, ==, PLACES_NOTHING);
	g_assert_cmpint(number_of(engine, "option_offer", ben.id), ==, call.now);
	places_verified(engine);
}

static void
no_offer_is_made_once_it_has_begun(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = define(engine, &one_each);
	Guest ana, ben;

	comes(engine, event, OPTION_A, 0, TRUE, &ana);
	comes(engine, event, OPTION_A, 0, TRUE, &ben);
	PlacesWork work = about(event, &ana);
	work.now = START;
	places_run(engine, places_cancel_work, &work);
	g_assert_cmpint(number_of(engine, "coalesce(option_offer, 0)", ben.id), ==, 0);
	/* what is free then goes to who asks; full again, nobody can wait any more */
	g_autoptr(Registration) late = places_registration(START, TRUE);
	places_add_person(event, late, OPTION_A, START);
	g_assert_cmpint(places_take(engine, event, late, START).outcome, ==, PLACE_TAKEN);
	g_autoptr(Registration) later = places_registration(START, TRUE);
	places_add_person(event, later, OPTION_A, START);
	g_assert_cmpint(places_take(engine, event, later, START).outcome, ==, PLACE_FULL);
}

static void
who_walks_in_never_waits(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = define(engine, &one_each);
	g_autoptr(Registration) asked = places_registration(ENGINE_NOW, TRUE);
	Guest ana;

	comes(engine, event, OPTION_A, 0, TRUE, &ana);
	places_add_person(event, asked, OPTION_A, ENGINE_NOW);
	asked->walk_in = TRUE;
	g_assert_cmpint(places_take(engine, event, asked, ENGINE_NOW).outcome, ==, PLACE_FULL);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM attendee"), ==, 1);
}

static void
a_change_gives_up_nothing_unless_it_was_asked_for(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = define(engine, &one_each);
	Guest ana, ben;

	comes(engine, event, OPTION_B, BUS, TRUE, &ana);
	g_assert_cmpint(comes(engine, event, OPTION_B, VAN, TRUE, &ben), ==, PLACE_TAKEN);
	PlacesWork work = about(event, &ben);
	work.wish = (PlacesWish){ .option_no = OPTION_B, .chosen = { { BUS, 1 } }, .chosen_n = 1 };
	places_run(engine, places_change_work, &work);
	g_assert_cmpint(work.answer.outcome, ==, PLACES_FULL);
	g_assert_cmpint(work.answer.full_session, ==, BUS);
	g_assert_true(work.answer.may_wait);
	g_assert_cmpint(at_door(engine, event, &ben, VAN), ==, HOLDER_BOOKED);

	work.wish.may_wait = TRUE;
	places_run(engine, places_change_work, &work);
	g_assert_cmpint(work.answer.outcome, ==, PLACES_WAITLISTED);
	g_assert_cmpint(at_door(engine, event, &ben, VAN), ==, HOLDER_NOT_BOOKED);
	g_assert_cmpint(at_door(engine, event, &ben, BUS), ==, HOLDER_WAITLISTED);

	/* ana moves to the van; her seat on the bus is ben's to confirm, and the one home */
	work = about(event, &ana);
	work.wish = (PlacesWish){ .option_no = OPTION_B, .chosen = { { VAN, 0 } }, .chosen_n = 1 };
	places_run(engine, places_change_work, &work);
	g_assert_cmpint(work.answer.outcome, ==, PLACES_DONE);
	g_assert_cmpint(
	        answers(engine, event, &ben, BUS, PLACES_CONFIRM, ENGINE_NOW), ==, PLACES_DONE);
	g_assert_cmpint(at_door(engine, event, &ben, BUS), ==, HOLDER_BOOKED);
	g_assert_cmpint(at_door(engine, event, &ben, HOME), ==, HOLDER_BOOKED);

	/* two cars are one too many, another option's choice is none of this one's */
	work.wish = (PlacesWish){ .option_no = OPTION_C, .chosen = { { CAR, 0 } }, .chosen_n = 1 };
	places_run(engine, places_change_work, &work);
	g_assert_cmpint(work.answer.outcome, ==, PLACES_CHOICE);
	work.wish = (PlacesWish){ .option_no = OPTION_B, .chosen = { { BUS, 0 } }, .chosen_n = 1 };
	places_run(engine, places_change_work, &work);
	g_assert_cmpint(work.answer.outcome, ==, PLACES_CHOICE);
	places_verified(engine);
}

static void
another_s_ticket_can_t_be_cancelled(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = define(engine, &one_each);
	Guest ana, ben;

	comes(engine, event, OPTION_B, 0, TRUE, &ana);
	comes(engine, event, OPTION_B, 0, TRUE, &ben);
	PlacesWork work = about(event, &ana);
	work.who.attendee = ben.id;
	places_run(engine, places_cancel_work, &work);
	g_assert_cmpint(work.answer.outcome, ==, PLACES_NOTHING);
	places_run(engine, places_answer_work, &work);
	g_assert_cmpint(work.answer.outcome, ==, PLACES_NOTHING);
	work.who = (PlacesWho){ 0, 0 };
	places_run(engine, places_cancel_work, &work);
	g_assert_cmpint(work.answer.outcome, ==, PLACES_NOTHING);
	g_assert_cmpint(
	        engine_ask(engine, "SELECT count(*) FROM attendee WHERE state = 'active'"), ==, 2);
}

static gboolean
set_fee(Db *db, gpointer data, GError **error)
{
	PlacesWork *work = data;
	return places_set_fee(db, work->event, work->who.attendee, work->session_no, FEE_WAIVED,
	        "ruth", work->now, &work->answer, error);
}

static void
a_fee_is_waived_by_a_named_person(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = define(engine, &one_each);
	Guest ana, ben;

	comes(engine, event, OPTION_A, 0, TRUE, &ana);
	comes(engine, event, OPTION_B, 0, TRUE, &ben);
	PlacesWork work = about(event, &ana);
	places_run(engine, set_fee, &work);
	g_assert_cmpuint(work.answer.n, ==, 1);
	places_run(engine, set_fee, &work); /* it is so already */
	g_assert_cmpuint(work.answer.n, ==, 0);
	work = about(event, &ben); /* who owes nothing */
	places_run(engine, set_fee, &work);
	g_assert_cmpuint(work.answer.n, ==, 0);
	g_assert_cmpint(
	        engine_ask(engine, "SELECT count(*) FROM attendee WHERE fee_state = 'waived'"), ==,
	        1);
	g_assert_cmpint(engine_ask(engine,
	                        "SELECT count(*) FROM audit WHERE act = 'fee.set'"
	                        " AND who = 'ruth' AND detail = 'waived, holder 1'"),
	        ==, 1);
	/* a whole delegation by one act */
	engine_must(engine, "UPDATE attendee SET delegation_no = 1, fee_state = 'due'");
	work = (PlacesWork){ .event = event, .session_no = 1, .now = ENGINE_NOW };
	places_run(engine, set_fee, &work);
	g_assert_cmpuint(work.answer.n, ==, 2);
	g_assert_cmpint(engine_ask(engine,
	                        "SELECT count(*) FROM audit WHERE act = 'fee.set'"
	                        " AND detail = 'waived, 2 people of delegation CHOIR'"),
	        ==, 1);
}

static void
a_step_of_moving_up_that_fails_changes_nothing(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = define(engine, &one_each);
	Guest ana, ben;
	guint failures = 0;

	comes(engine, event, OPTION_C, BUS, TRUE, &ana);
	g_assert_cmpint(comes(engine, event, OPTION_C, BUS, TRUE, &ben), ==, PLACE_WAITLISTED);
	for (gint nth = 1; nth < 200; nth++) {
		PlacesWork work = about(event, &ana);
		g_autoptr(GError) error = NULL;

		/* and all after it, or the writer would try again with a savepoint */
		db_set_fault(nth, DB_ERROR_BROKEN, TRUE);
		gboolean done = writer_run(
		        record_writer(engine_record(engine)), places_cancel_work, &work, &error);
		gboolean met = db_set_fault(0, DB_ERROR_BROKEN, FALSE);
		if (done) {
			g_assert_false(met);
			break;
		}
		failures++;
		g_assert_cmpint(at_door(engine, event, &ana, BUS), ==, HOLDER_BOOKED);
		places_verified(engine);
	}
	g_assert_cmpuint(failures, >, 15);
	g_assert_cmpint(number_of(engine, "option_offer", ben.id), ==, ENGINE_NOW + 24 * HOUR);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM booking WHERE offer > 0"), ==, 2);
	places_verified(engine);
}

static void
a_count_that_forgets_an_offer_is_found(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = define(engine, &one_each);
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) found = faults_new();
	Guest ana, ben;
	gint64 counts = 0;

	comes(engine, event, OPTION_A, 0, TRUE, &ana);
	comes(engine, event, OPTION_A, 0, TRUE, &ben);
	cancels(engine, event, &ana);
	engine_must(engine, "UPDATE option SET taken = 0 WHERE no = 1");
	g_autoptr(Db) db = record_reader(engine_record(engine), &error);
	g_assert_true(db_begin(db, &error));
	g_assert_true(verify_counts(db, found, &counts, &error));
	db_rollback(db);
	g_assert_cmpuint(found->len, ==, 1);
}

/* ---- the race ---- */

#define CLIENTS 500
#define SEATS   100
#define THREADS 25

typedef struct {
	Engine *engine;
	const Event *event;
	guint32 seed;
	guint taken, waiting, cancelled;
} Crowd;

static gpointer
crowd_run(gpointer data)
{
	Crowd *crowd = data;
	GRand *random = g_rand_new_with_seed(crowd->seed);

	for (guint i = 0; i < CLIENTS / THREADS; i++) {
		g_autoptr(Registration) asked = places_registration(ENGINE_NOW, TRUE);
		const Place *place = places_add_person(crowd->event, asked, OPTION_A, ENGINE_NOW);
		PlacesWork work = {
			.event = crowd->event, .who = { asked->id, place->id }, .now = ENGINE_NOW
		};
		switch (places_take(crowd->engine, crowd->event, asked, ENGINE_NOW).outcome) {
		case PLACE_TAKEN:
			crowd->taken++;
			break;
		case PLACE_WAITLISTED:
			crowd->waiting++;
			break;
		default:
			g_error("somebody was neither seated nor put on the list");
		}
		if (g_rand_int_range(random, 0, 4) != 0)
			continue;
		places_run(crowd->engine, places_cancel_work, &work);
		crowd->cancelled += work.answer.n;
	}
	g_rand_free(random);
	return NULL;
}

static void
five_hundred_want_a_hundred_seats_and_some_change_their_mind(Engine *engine, gconstpointer data)
{
	Capacities room = { .a = SEATS, .c = 2, .lunch = CLIENTS, .bus = 2, .home = 2 };
	g_assert_true(places_store(engine, "few", &room, ENGINE_NOW));
	g_autoptr(Event) event = places_event(engine, "few");
	Crowd crowds[THREADS], all = { 0 };
	pthread_t threads[THREADS];

	for (guint i = 0; i < THREADS; i++) {
		crowds[i] = (Crowd){ .engine = engine, .event = event, .seed = i + 1 };
		g_assert_cmpint(pthread_create(&threads[i], NULL, crowd_run, &crowds[i]), ==, 0);
	}
	for (guint i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		all.taken += crowds[i].taken;
		all.waiting += crowds[i].waiting;
		all.cancelled += crowds[i].cancelled;
	}
	g_assert_cmpuint(all.taken + all.waiting, ==, CLIENTS);
	g_assert_cmpuint(all.cancelled, >, 50);
	g_assert_cmpint(engine_ask(engine, "SELECT taken FROM option WHERE no = 1"), ==, SEATS);
	g_assert_cmpint(engine_ask(engine,
	                        "SELECT count(*) FROM attendee WHERE state = 'active'"
	                        " AND (option_state = 'confirmed' OR option_offer IS NOT NULL)"),
	        ==, SEATS);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM attendee WHERE state = 'active'"),
	        ==, CLIENTS - (gint64)all.cancelled);
	/* in order: whoever has an offer came before whoever waits */
	gint64 offered = engine_ask(
	        engine, "SELECT max(option_queue) FROM attendee WHERE option_offer IS NOT NULL");
	gint64 waiting = engine_ask(
	        engine, "SELECT min(option_queue) FROM attendee WHERE option_offer IS NULL");
	g_assert_cmpint(offered, >, 0);
	g_assert_cmpint(offered, <, waiting);
	/* one letter for each offer, whoever cancelled it afterwards */
	g_assert_cmpint(engine_ask(engine,
	                        "SELECT count(*) FROM outbox WHERE kind = 'place-free'"
	                        " AND attendee IN (SELECT id FROM attendee"
	                        " WHERE state = 'active')"),
	        ==,
	        engine_ask(engine, "SELECT count(*) FROM attendee WHERE option_offer IS NOT NULL"));
	places_verified(engine);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define TEST(name) engine_add_test(#name, name)
	TEST(who_finds_it_full_waits_and_gets_the_place_that_frees);
	TEST(an_offer_that_nobody_answers_goes_to_the_next);
	TEST(who_can_t_be_written_to_has_time_until_somebody_called);
	TEST(who_was_not_called_after_all_has_time_again_while_the_offer_stands);
	TEST(no_offer_is_made_once_it_has_begun);
	TEST(who_walks_in_never_waits);
	TEST(a_change_gives_up_nothing_unless_it_was_asked_for);
	TEST(another_s_ticket_can_t_be_cancelled);
	TEST(a_fee_is_waived_by_a_named_person);
	TEST(a_step_of_moving_up_that_fails_changes_nothing);
	TEST(a_count_that_forgets_an_offer_is_found);
	TEST(five_hundred_want_a_hundred_seats_and_some_change_their_mind);
	return engine_run();
}
