/*
 * The key of tickets rotated by the program itself: beside a running server, with a laptop that was paired before;
 * and killed in the middle.   test_rotate_program TURNOUT
 */
#include <signal.h>
#include <string.h>

#include "checkin/ticket.h"
#include "schema/spare.h"

#include "tests/fixtures/laptop_fixture.h"

#define KILLS 10

static int
run(const Engine *engine, const char *const *words)
{
	Process process = process_start(engine, words);

	for (char *line; (line = process_hear(&process)) != NULL; g_free(line))
		;
	return process_finish(&process);
}

static int
rotate(const Engine *engine)
{
	const char *words[] = { "schema", "rotate-key", "--event", "door", NULL };

	return run(engine, words);
}

/* Two spare tickets of the newest key, made through whoever holds the folder, as texts. */
static void
make_spares(const Desk *desk, const char *ref, guint16 key_no, char *ret_texts[2])
{
	const Engine *engine = desk->door.engine;
	const char *words[] = { "schema", "spare", "make", "2", "--event", "door", "--ref", ref,
		"--region", "south", NULL };
	g_autoptr(GError) error = NULL;
	g_autoptr(GArray) tickets = NULL;

	g_assert_cmpint(run(engine, words), ==, 0);
	g_autoptr(Record) record = record_open(&engine->place, RECORD_READ, &error);
	g_assert_no_error(error);
	g_autoptr(Db) db = record_reader(record, &error);
	g_autoptr(Event) event = event_read(db, "door", &error);
	VaultEvent *keys = vault_event(record_vault(record), event->id, &error);
	g_assert_true(spare_tickets(db, event, ref, &tickets, &error));
	g_assert_no_error(error);
	g_assert_cmpint(event->key_no, ==, key_no);
	for (guint i = 0; i < 2; i++) {
		const SpareTicket *ticket = &g_array_index(tickets, SpareTicket, i);
		char text[T1_TEXT_LENGTH + 1];
		g_assert_cmpint(ticket->ticket.key_no, ==, key_no);
		ticket_text(event, keys, &ticket->ticket, text);
		ret_texts[i] = g_strdup(text);
	}
}

static void
free_texts(char *texts[2])
{
	g_clear_pointer(&texts[0], g_free);
	g_clear_pointer(&texts[1], g_free);
}

static void
a_laptop_paired_before_scans_tickets_of_both_keys(Engine *engine, gconstpointer data)
{
	g_auto(Desk) desk = { 0 };
	char *second[2], *third[2];
	desk_open(&desk, engine, "lunch");
	g_assert_cmpint(desk_sync(&desk), ==, 0);
	g_assert_cmpint(rotate(engine), ==, 0); /* in the server */
	make_spares(&desk, "second", 2, second);

	/* it has heard of nothing since, and has no network */
	relay_set(desk.relay, RELAY_DEAD, NULL);
	Process laptop = desk_scan_at(&desk, "lunch");
	process_must_answer(&laptop, desk.tickets[0], "green admit Welcome");
	process_must_answer(&laptop, second[0], "green admit Welcome*");
	process_must_answer(&laptop, second[0], "red reject_used *");
	g_assert_cmpint(process_finish(&laptop), ==, 1);

	/* again in touch: what it let in counts, and what is new is admitted by the server */
	relay_set(desk.relay, RELAY_PASS, NULL);
	g_assert_cmpint(desk_sync(&desk), ==, 0);
	g_assert_cmpint(desk_present(engine), ==, 2);
	g_assert_cmpint(rotate(engine), ==, 0);
	make_spares(&desk, "third", 3, third);
	laptop = desk_scan_at(&desk, "lunch");
	process_must_answer(&laptop, third[0], "green admit Welcome*");
	process_must_answer(&laptop, second[1], "green admit Welcome*");
	process_must_answer(&laptop, desk.tickets[1], "green admit Welcome");
	g_assert_cmpint(process_finish(&laptop), ==, 0);
	g_assert_cmpint(desk_present(engine), ==, 5);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM verdict"), ==, 0);
	free_texts(second);
	free_texts(third);
	desk_put_away(&desk);
}

static void
a_rotation_killed_at_any_moment_leaves_a_working_event(Engine *engine, gconstpointer data)
{
	const char *words[] = { "schema", "rotate-key", "--event", "door", NULL };
	g_auto(Desk) desk = { .relay = relay_new() };
	char *texts[2];
	door_open(&desk.door, engine, "door");
	Guest guest = door_guest(&desk.door, "full", NULL, TICKET_ATTENDEE);
	char printed[T1_TEXT_LENGTH + 1];
	ticket_text(desk.door.event, desk.door.keys, &guest.ticket, printed);
	engine_close(engine);
	desk.door.record = NULL;
	desk.door.keys = NULL;
	const gint64 begin = g_get_monotonic_time();
	g_assert_cmpint(rotate(engine), ==, 0);
	const gint64 whole = g_get_monotonic_time() - begin;
	for (guint i = 1; i <= KILLS; i++) {
		Process process = process_start(engine, words);
		g_usleep((gulong)(whole * i / KILLS));
		kill(process.pid, SIGKILL);
		process_finish(&process); /* the last may have been done before */
	}
	process_must_verify(engine);
	g_assert_cmpint(rotate(engine), ==, 0);
	const gint64 key_no = engine_ask(engine, "SELECT key_no FROM event");
	g_assert_cmpint(key_no, >=, 3);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM audit WHERE act = 'key.rotate'"),
	        ==, key_no - 1);
	make_spares(&desk, "sheet", (guint16)key_no, texts);
	const char *door[] = { "checkin", "--event", "door", "--session", "lunch", NULL };
	Process scanner = process_start(engine, door);
	process_must_answer(&scanner, printed, "green admit Welcome");
	process_must_answer(&scanner, texts[0], "green admit *");
	g_assert_cmpint(process_finish(&scanner), ==, 0);
	process_must_verify(engine);
	free_texts(texts);
}

int
main(int argc, char **argv)
{
	desk_tests(argc, argv);
#define ADD(test) engine_add_test("rotate_program/" #test, test)
	ADD(a_laptop_paired_before_scans_tickets_of_both_keys);
	ADD(a_rotation_killed_at_any_moment_leaves_a_working_event);
#undef ADD
	return engine_run();
}
