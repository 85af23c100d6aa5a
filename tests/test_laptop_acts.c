/*
 * What is typed at a laptop beside tickets: counting, a group, taking back.   test_laptop_acts TURNOUT
 * The program itself and a real server, with a network and without one. On both engines.
 */
#include <string.h>

#include "checkin/ticket.h"
#include "schema/delegation.h"
#include "schema/holder.h"

#include "tests/fixtures/laptop_fixture.h"

#define GROUP 5 /* the first of the desk's people; the first of them is the captain */

static void
scan(Process *laptop, const char *line, const char *expected)
{
	process_must_answer(laptop, line, expected);
}

static gint64
counted(Engine *engine)
{
	return engine_ask(engine, "SELECT coalesce(sum(counted), 0) FROM tally");
}

/* Makes the first people of the desk a delegation with a captain, whose ticket is made anew. */
static void
make_group(Desk *desk)
{
	Engine *engine = desk->door.engine;
	g_autoptr(GError) error = NULL;
	char text[T1_TEXT_LENGTH + 1];
	TicketIdentity captain;
	gboolean found = FALSE;

	desk_put_away(desk);
	DelegationWork made = { .event = desk->door.event,
		.who = "ruth",
		.now = ENGINE_NOW,
		.name = "Sierra House",
		.in_region = 1,
		.expected = GROUP };
	writer_run(record_writer(engine_record(engine)), delegation_make_work, &made, &error);
	g_assert_no_error(error);
	g_assert_cmpint(made.outcome, ==, DELEGATION_DONE);
	engine_must(engine, "UPDATE event SET version = version + 1");
	engine_must(engine,
	        "UPDATE attendee SET changed = (SELECT version FROM event), delegation_no ="
	        " (SELECT no FROM delegation) WHERE no <= " G_STRINGIFY(GROUP));
	engine_must(engine, "UPDATE attendee SET ticket_class = 1 WHERE no = 1");
	const gint64 id = engine_ask(engine, "SELECT id FROM attendee WHERE no = 1");
	engine_close(engine);
	g_autoptr(Record) record = record_open(&engine->place, RECORD_READ, &error);
	g_assert_no_error(error);
	g_autoptr(Db) db = record_reader(record, &error);
	VaultEvent *keys = vault_event(record_vault(record), desk->door.event->id, &error);
	g_assert_true(holder_ticket(db, desk->door.event, id, &captain, &found, &error));
	ticket_text(desk->door.event, keys, &captain, text);
	g_free(desk->tickets[0]);
	desk->tickets[0] = g_strdup(text);
	desk_serve(desk);
	g_assert_cmpint(desk_sync(desk), ==, 0);
}

static void
people_without_a_ticket_are_counted_by_region_or_group(Engine *engine, gconstpointer data)
{
	g_auto(Desk) desk = { 0 };
	desk_open(&desk, engine, "day");
	make_group(&desk);
	Process laptop = desk_scan_at(&desk, "day");

	scan(&laptop, "+1", "none count 1 more, 1 here without a ticket");
	scan(&laptop, "+10 south", "none count 10 more, 11 here without a ticket");
	scan(&laptop, "+10 west", "none misused There is no such region");
	scan(&laptop, "+0", "none misused *");
	scan(&laptop, "+1 group", "none misused Scan a captain's ticket first*");
	scan(&laptop, "undo", "none forbidden Only a laptop that was paired as a supervisor's*");
	scan(&laptop, desk.tickets[0], "green admit Welcome; group: 1 here, 4 missing");
	relay_set(desk.relay, RELAY_DEAD, NULL);
	scan(&laptop, " +10  GROUP ", "none count 10 more, 21 here without a ticket");
	g_assert_cmpint(process_finish(&laptop), ==, 1); /* some made no sense */

	relay_set(desk.relay, RELAY_PASS, NULL);
	g_assert_cmpint(desk_sync(&desk), ==, 0);
	g_assert_cmpint(counted(engine), ==, 21);
	g_assert_cmpint(engine_ask(engine,
	                        "SELECT counted FROM tally JOIN region r ON r.no = region_no"
	                        " WHERE code = 'south'"),
	        ==, 10);
	g_assert_cmpint(
	        engine_ask(engine, "SELECT counted FROM tally WHERE delegation_no <> 0"), ==, 10);
	g_assert_cmpint(desk_present(engine), ==, 1);
	desk_put_away(&desk);
}

static void
a_captain_s_ticket_lets_the_rest_of_the_group_in(Engine *engine, gconstpointer data)
{
	g_auto(Desk) desk = { 0 };
	desk_open_as(&desk, engine, "lunch", "supervisor");
	make_group(&desk);
	Process laptop = desk_scan_at(&desk, "lunch");

	scan(&laptop, "group", "none misused Scan a captain's ticket first*");
	scan(&laptop, desk.tickets[2], "green admit Welcome");
	relay_set(desk.relay, RELAY_DEAD, NULL);
	scan(&laptop, desk.tickets[0], "green admit Welcome; group: 2 here, 3 missing");
	scan(&laptop, "group", "none group 2 here, 3 missing: 2 4 5");
	scan(&laptop, "group in 4", "none misused *");
	scan(&laptop, "group in -4", "green admit 2 let in: 4 here, 1 missing");
	scan(&laptop, desk.tickets[1], "red reject_used *");
	scan(&laptop, "group in", "green admit 1 let in: 5 here, 0 missing");
	scan(&laptop, "group in", "none group 0 let in: 5 here, 0 missing");
	g_assert_cmpint(process_finish(&laptop), ==, 1);

	relay_set(desk.relay, RELAY_PASS, NULL);
	g_assert_cmpint(desk_sync(&desk), ==, 0);
	g_assert_cmpint(desk_present(engine), ==, GROUP);
	g_assert_cmpint(
	        engine_ask(engine, "SELECT count(*) FROM scan WHERE reason = 'group'"), ==, 3);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM verdict"), ==, 0);
	desk_put_away(&desk);
}

static void
a_supervisor_s_laptop_takes_back_what_was_done(Engine *engine, gconstpointer data)
{
	g_auto(Desk) desk = { 0 };
	g_autofree char *by_code = NULL, *by_ticket = NULL, *nobody = NULL;
	desk_open_as(&desk, engine, "lunch", "supervisor");
	make_group(&desk);
	Process laptop = desk_scan_at(&desk, "lunch");
	by_code = g_strconcat("undo wrong ", desk.codes[8], NULL);
	by_ticket = g_strconcat("undo ", desk.tickets[9], NULL);
	nobody = g_strconcat("undo double ", desk.codes[10], NULL);

	scan(&laptop, "undo", "none misused There is nothing to take back*");
	scan(&laptop, desk.tickets[8], "green admit Welcome");
	scan(&laptop, desk.tickets[9], "green admit Welcome");
	scan(&laptop, "undo", "none void 1 taken back");
	scan(&laptop, desk.tickets[9], "green admit Welcome");
	scan(&laptop, by_code, "none void 1 taken back");
	scan(&laptop, nobody, "none void Nobody was in");
	scan(&laptop, "undo K7QF-3M2X-9T", "none misused Not our ticket*");
	scan(&laptop, "+10 north", "none count 10 more, 10 here without a ticket");
	scan(&laptop, "undo", "none void 10 fewer, 0 here without a ticket");
	scan(&laptop, desk.tickets[0], "green admit *");
	scan(&laptop, "group in", "green admit 4 let in: 5 here, 0 missing");
	scan(&laptop, "undo", "none void 4 taken back");
	scan(&laptop, "group", "none group 1 here, 4 missing: 2 3 4 5");

	/* without a network it is taken back here, and everywhere later */
	relay_set(desk.relay, RELAY_DEAD, NULL);
	scan(&laptop, desk.tickets[11], "green admit Welcome");
	scan(&laptop, "undo double", "none void 1 taken back, on this laptop*");
	scan(&laptop, by_ticket, "none void 1 taken back, on this laptop*");
	g_assert_cmpint(process_finish(&laptop), ==, 1);
	relay_set(desk.relay, RELAY_PASS, NULL);
	g_assert_cmpint(desk_sync(&desk), ==, 0);
	g_assert_cmpint(desk_present(engine), ==, 1);
	g_assert_cmpint(counted(engine), ==, 0);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM verdict"), ==, 0);
	desk_put_away(&desk);
}

/* What another device has let in is named by the server, and taken back too. */
static void
an_undo_takes_back_what_another_device_let_in(Engine *engine, gconstpointer data)
{
	g_auto(Desk) desk = { 0 };
	g_autofree char *undo = NULL;
	desk_open_as(&desk, engine, "lunch", "supervisor");
	undo = g_strconcat("undo ", desk.codes[3], NULL);
	g_assert_cmpint(desk_sync(&desk), ==, 0);
	const char *local[] = { "checkin", "--event", "door", "--session", "lunch", NULL };
	Process other = process_start(engine, local);
	scan(&other, desk.tickets[3], "green admit Welcome");
	g_assert_cmpint(process_finish(&other), ==, 0);
	g_assert_cmpint(desk_present(engine), ==, 1);

	Process laptop = desk_scan_at(&desk, "lunch");
	scan(&laptop, undo, "none void 1 taken back");
	g_assert_cmpint(process_finish(&laptop), ==, 0);
	g_assert_cmpint(desk_sync(&desk), ==, 0);
	g_assert_cmpint(desk_present(engine), ==, 0);
	desk_put_away(&desk);
}

int
main(int argc, char **argv)
{
	desk_tests(argc, argv);
#define ADD(test) engine_add_test("laptop_acts/" #test, test)
	ADD(people_without_a_ticket_are_counted_by_region_or_group);
	ADD(a_captain_s_ticket_lets_the_rest_of_the_group_in);
	ADD(a_supervisor_s_laptop_takes_back_what_was_done);
	ADD(an_undo_takes_back_what_another_device_let_in);
#undef ADD
	return engine_run();
}
