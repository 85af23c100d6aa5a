/* Messages and the reminder: to whom they are for, once, and to who comes later as long as that is said. */
#include <string.h>

#include "schema/message.h"
#include "tests/fixtures/engine.h"
#include "tests/fixtures/places_fixture.h"

#define DAY_S (24 * 60 * 60)

typedef struct {
	Engine *engine;
	Event *event;
	gint64 ms;
} Hall;

static void
open_room(Hall *room, Engine *engine)
{
	const Capacities capacities = {
		.a = 2, .c = 9, .lunch = 9, .bus = 9, .home = 9, .van = 9, .car = 9, .stop = 9
	};

	*room = (Hall){ .engine = engine, .ms = ENGINE_NOW * 1000 };
	g_assert_true(places_store(engine, "few", &capacities, ENGINE_NOW));
	room->event = places_event(engine, "few");
}

static void
close_room(Hall *room)
{
	event_unref(room->event);
}

static PlaceAnswer
registers(Hall *room, guint16 option, guint people, gboolean has_email, gint64 now)
{
	g_autoptr(Registration) asked = places_registration(now, has_email);

	for (guint i = 0; i < people; i++) {
		Place *place = places_add_person(room->event, asked, option, now);
		if (option == OPTION_B)
			places_choose(place, CAR, 0);
	}
	return places_take(room->engine, room->event, asked, now);
}

static guint
targets(Hall *room, MessageFilter filter)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(MessageTarget));
	Db *db = engine_reader(room->engine);

	g_assert_true(db_begin(db, &error));
	message_targets(db, room->event, &filter, found, &error);
	g_assert_no_error(error);
	db_rollback(db);
	return found->len;
}

static gboolean
writes(Hall *room, MessageFilter filter, gint64 late_until, guint8 submission)
{
	g_autoptr(GError) error = NULL;
	json_auto_t *words =
	        json_pack("{s:{s:s, s:s}}", "en", "subject", "zzyzx", "body", "zzyzx {name}");
	VaultEvent *keys =
	        vault_event(record_vault(engine_record(room->engine)), room->event->id, &error);
	g_assert_no_error(error);
	MessageWork work = { .id = id_new(room->ms++),
		.event = room->event,
		.who = "olga",
		.filter = filter,
		.late_until = late_until,
		.now = ENGINE_NOW };
	memset(work.submission, submission, sizeof work.submission);
	work.sealed = message_seal(keys, work.id, words);
	writer_run(record_writer(engine_record(room->engine)), message_add_work, &work, &error);
	g_assert_no_error(error);
	g_bytes_unref(work.sealed);
	return work.added;
}

static void
spreads(Hall *room, gint64 now)
{
	g_autoptr(GError) error = NULL;

	message_spread(
	        engine_record(room->engine), engine_reader(room->engine), room->event, now, &error);
	g_assert_no_error(error);
}

static gint64
rows(Hall *room, const char *kind, const char *state)
{
	g_autofree char *sql = g_strdup_printf(
	        "SELECT count(*) FROM outbox WHERE kind = '%s' AND state = '%s'", kind, state);

	return engine_ask(room->engine, sql);
}

static void
a_filter_chooses_and_a_family_is_one(Engine *engine, gconstpointer data)
{
	Hall room;

	open_room(&room, engine);
	registers(&room, OPTION_A, 2, TRUE, ENGINE_NOW);
	registers(&room, OPTION_A, 1, TRUE, ENGINE_NOW); /* waits */
	registers(&room, OPTION_B, 1, FALSE, ENGINE_NOW);
	PlaceAnswer gone = registers(&room, OPTION_B, 1, TRUE, ENGINE_NOW);
	PlacesWork cancel = {
		.event = room.event, .who = { .registration = gone.registration }, .now = ENGINE_NOW
	};
	places_run(engine, places_cancel_work, &cancel);

	g_assert_cmpuint(targets(&room, (MessageFilter){ 0 }), ==, 3);
	g_assert_cmpuint(targets(&room, (MessageFilter){ .to = MESSAGE_TO_CONFIRMED }), ==, 2);
	g_assert_cmpuint(targets(&room, (MessageFilter){ .to = MESSAGE_TO_WAITLISTED }), ==, 1);
	g_assert_cmpuint(targets(&room, (MessageFilter){ .to = MESSAGE_TO_CANCELLED }), ==, 1);
	g_assert_cmpuint(targets(&room, (MessageFilter){ .option_no = OPTION_B }), ==, 1);
	g_assert_cmpuint(targets(&room, (MessageFilter){ .session_no = LUNCH }), ==, 1);
	g_assert_cmpuint(targets(&room, (MessageFilter){ .session_no = CAR }), ==, 1);
	g_assert_cmpuint(targets(&room, (MessageFilter){ .region_no = 9 }), ==, 0);
	g_assert_cmpuint(targets(&room, (MessageFilter){ .came = MESSAGE_CAME }), ==, 0);
	g_assert_cmpuint(targets(&room, (MessageFilter){ .came = MESSAGE_NOT_CAME }), ==, 2);
	g_autofree char *sql = g_strdup_printf(
	        "INSERT INTO presence (event, session_no, attendee, first_at, checkpoint_no,"
	        " device, epoch, seq, version) SELECT event, %d, id, 1, 1, 1, 1, 1, 1 FROM attendee"
	        " WHERE option_no = %d AND state = 'active'",
	        CAR, OPTION_B);
	engine_must(engine, sql);
	g_assert_cmpuint(targets(&room, (MessageFilter){ .came = MESSAGE_CAME }), ==, 1);
	g_assert_cmpuint(
	        targets(&room, (MessageFilter){ .came = MESSAGE_CAME, .session_no = LUNCH }), ==,
	        0);
	g_assert_cmpuint(targets(&room, (MessageFilter){ .came = MESSAGE_NOT_CAME }), ==, 1);
	close_room(&room);
}

static void
everybody_gets_it_once_and_who_comes_later_while_that_is_said(Engine *engine, gconstpointer data)
{
	Hall room;
	const gint64 until = ENGINE_NOW + 100;

	open_room(&room, engine);
	registers(&room, OPTION_A, 1, TRUE, ENGINE_NOW);
	registers(&room, OPTION_B, 1, FALSE, ENGINE_NOW);
	g_assert_true(writes(&room, (MessageFilter){ 0 }, until, 1));
	g_assert_false(writes(&room, (MessageFilter){ 0 }, until, 1)); /* pressed twice */
	g_assert_true(writes(&room, (MessageFilter){ 0 }, 0, 2));
	for (guint i = 0; i < 3; i++)
		spreads(&room, ENGINE_NOW + i);
	g_assert_cmpint(rows(&room, "staff-message", "waiting"), ==, 2);
	g_assert_cmpint(rows(&room, "staff-message", "call"), ==, 2);
	registers(&room, OPTION_B, 1, TRUE, ENGINE_NOW);
	spreads(&room, until - 1);
	g_assert_cmpint(rows(&room, "staff-message", "waiting"), ==, 3);
	registers(&room, OPTION_B, 1, TRUE, ENGINE_NOW);
	spreads(&room, until);
	g_assert_cmpint(rows(&room, "staff-message", "waiting"), ==, 3);
	g_assert_cmpint(engine_ask(engine, "SELECT sum(told) FROM message"), ==, 5);
	g_assert_cmpint(
	        engine_ask(engine, "SELECT count(*) FROM audit WHERE act = 'message'"), ==, 2);

	/* as a process that died amid it leaves it */
	engine_must(engine, "DELETE FROM outbox WHERE kind = 'staff-message' AND state = 'call'");
	engine_must(engine, "UPDATE message SET seen = NULL");
	spreads(&room, until + 1);
	g_assert_cmpint(rows(&room, "staff-message", "call"), ==, 2);
	close_room(&room);
}

static void
its_words_are_sealed_and_found_by_its_cause(Engine *engine, gconstpointer data)
{
	Hall room;
	g_autoptr(GError) error = NULL;

	open_room(&room, engine);
	registers(&room, OPTION_A, 1, TRUE, ENGINE_NOW);
	g_assert_true(writes(&room, (MessageFilter){ .option_no = OPTION_A }, 0, 1));
	spreads(&room, ENGINE_NOW);
	Db *db = engine_reader(engine);
	VaultEvent *keys = vault_event(record_vault(engine_record(engine)), room.event->id, &error);
	g_assert_true(db_begin(db, &error));
	g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(OutboxRow));
	g_assert_true(outbox_list(db, room.event->id, OUTBOX_WAITING, 9, all, &error));
	guint found = 0;
	for (guint i = 0; i < all->len; i++) {
		const OutboxRow *row = &g_array_index(all, OutboxRow, i);
		Message *message = message_of_cause(db, keys, row->cause, &error);
		g_assert_no_error(error);
		g_assert_cmpint(message != NULL, ==, row->kind == OUTBOX_STAFF_MESSAGE);
		if (message == NULL)
			continue;
		found++;
		g_assert_cmpstr(json_string_value(json_object_get(
		                        json_object_get(message->words, "en"), "body")),
		        ==, "zzyzx {name}");
		g_assert_cmpint(message->filter.option_no, ==, OPTION_A);
		message_free(message);
	}
	db_rollback(db);
	g_assert_cmpuint(found, ==, 1);
	close_room(&room);
}

static void
who_has_a_place_is_reminded_once_in_time(Engine *engine, gconstpointer data)
{
	Hall room;

	open_room(&room, engine);
	room.event->reminder_days = 3;
	const gint64 from = room.event->starts - 3 * DAY_S;
	registers(&room, OPTION_A, 2, TRUE, ENGINE_NOW);
	registers(&room, OPTION_A, 1, TRUE, ENGINE_NOW); /* waits */
	registers(&room, OPTION_B, 1, FALSE, ENGINE_NOW);
	registers(&room, OPTION_B, 1, TRUE, from + 1); /* has a fresh letter */
	spreads(&room, from - 1);
	g_assert_cmpint(rows(&room, "reminder", "waiting"), ==, 0);
	for (guint i = 0; i < 3; i++)
		spreads(&room, from + 2 + i);
	g_assert_cmpint(rows(&room, "reminder", "waiting"), ==, 1);
	g_assert_cmpint(rows(&room, "reminder", "call"), ==, 1);
	close_room(&room);

	open_room(&room, engine); /* without the days nobody is; nor once it has begun */
	spreads(&room, from + 9);
	room.event->reminder_days = 3;
	engine_must(engine, "DELETE FROM reminder");
	engine_must(engine, "DELETE FROM outbox");
	spreads(&room, room.event->starts);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM outbox"), ==, 0);
	close_room(&room);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define TEST(name) engine_add_test("message/" #name, name)
	TEST(a_filter_chooses_and_a_family_is_one);
	TEST(everybody_gets_it_once_and_who_comes_later_while_that_is_said);
	TEST(its_words_are_sealed_and_found_by_its_cause);
	TEST(who_has_a_place_is_reminded_once_in_time);
	return engine_run();
}
