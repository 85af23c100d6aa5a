/*
 * `turnout checkin` as a volunteer's laptop runs it.   test_checkin TURNOUT
 * The program itself, in a process of its own, alone with the data folder and beside a server that comes and
 * goes. On both engines.
 */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "checkin/ticket.h"
#include "schema/device.h"

#include "tests/fixtures/door_fixture.h"
#include "tests/fixtures/process.h"

static Process
start_checkin(const Door *door, const char *session, const char *checkpoint, gboolean json)
{
	const char *words[10] = { "checkin", "--event", door->event->slug, "--session", session };
	guint n = 5;

	if (checkpoint != NULL) {
		words[n++] = "--checkpoint";
		words[n++] = checkpoint;
	}
	if (json)
		words[n++] = "--json";
	return process_start(door->engine, words);
}

static char *
text_of(const Door *door, const Guest *guest)
{
	char text[T1_TEXT_LENGTH + 1];

	ticket_text(door->event, door->keys, &guest->ticket, text);
	return g_strdup(text);
}

/* Lets the folder go, so that the program may take it. */
static void
leave_folder(Door *door)
{
	engine_close(door->engine);
	door->record = NULL;
	door->keys = NULL;
}

/* ---- tests ---- */

static void
a_laptop_answers_line_by_line(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	door_open(&door, engine, "door");
	Guest guest = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	g_autofree char *ticket = text_of(&door, &guest);
	g_autofree char *small = g_ascii_strdown(ticket, -1);
	g_autofree char *typed = g_strdup_printf("  %s\r", small);
	g_autofree char *changed = g_strdup(ticket);
	char code[TYPED_CODE_SHOWN_LENGTH + 1];
	changed[60] = changed[60] == 'A' ? 'B' : 'A';
	typed_code_show(guest.ticket.typed_code, code);
	leave_folder(&door);
	Process terminal = start_checkin(&door, "day", NULL, FALSE);

	process_must_answer(&terminal, ticket, "green admit Welcome");
	process_must_answer(&terminal, ticket, "green again Welcome back, first in at ??:??");
	process_must_answer(&terminal, typed, "green again Welcome back, first in at ??:??");
	process_must_answer(&terminal, code, "green again Welcome back, first in at ??:??");
	process_must_answer(&terminal, changed, "red reject_signature Not our ticket");
	process_must_answer(&terminal, "hello", "red reject_signature Not our ticket");
	process_must_answer(&terminal, "", "red reject_signature Not our ticket");
	process_must_answer(&terminal, "\xff\xfe\x01", "red reject_signature Not our ticket");
	process_must_answer(&terminal, "K7QF-3M2X-9T", "red reject_signature Not our ticket");
	g_autofree char *endless = g_strnfill(100000, 'T');
	process_must_answer(&terminal, endless, "red reject_signature Not our ticket");
	process_must_answer(&terminal, ticket, "green again Welcome back, first in at ??:??");
	process_shut_input(&terminal);
	g_assert_null(process_hear(&terminal));
	g_assert_cmpint(process_finish(&terminal), ==, 1); /* some were refused */
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM scan"), ==, 11);
	g_assert_cmpint(
	        engine_ask(engine, "SELECT count(*) FROM scan WHERE rev = 1 AND device = 1"), ==,
	        11);
	g_assert_cmpint(engine_ask(engine, "SELECT count(DISTINCT epoch) FROM scan"), ==, 1);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM presence"), ==, 1);
}

static void
a_day_without_refusal_ends_well(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	door_open(&door, engine, "door");
	Guest guest = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	g_autofree char *ticket = text_of(&door, &guest);
	leave_folder(&door);

	for (guint i = 0; i < 2; i++) {
		Process terminal = start_checkin(&door, "day", NULL, FALSE);
		process_must_answer(&terminal, ticket, i ? "green again *" : "green admit Welcome");
		g_assert_cmpint(process_finish(&terminal), ==, 0);
	}
	g_assert_cmpint(engine_ask(engine, "SELECT count(DISTINCT epoch) FROM scan"), ==, 2);
	/* the last line needs no end */
	Process terminal = start_checkin(&door, "training", NULL, FALSE);
	g_assert_cmpint(write(terminal.in, ticket, strlen(ticket)), ==, (gssize)strlen(ticket));
	process_shut_input(&terminal);
	g_autofree char *answer = process_hear(&terminal);
	g_assert_cmpstr(answer, ==, "green admit Welcome");
	g_assert_cmpint(process_finish(&terminal), ==, 0);
	/* nobody comes */
	terminal = start_checkin(&door, "day", NULL, FALSE);
	g_assert_cmpint(process_finish(&terminal), ==, 0);
}

static void
json_says_since_when_and_where(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	door_open(&door, engine, "door");
	Guest guest = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	g_autofree char *ticket = text_of(&door, &guest);
	leave_folder(&door);
	Process terminal = start_checkin(&door, "lunch", "lunch b", TRUE);

	process_must_answer(&terminal, ticket,
	        "{\"shown\":\"green\",\"decision\":\"admit\",\"first_at\":null,\"place\":null}");
	process_must_answer(&terminal, ticket,
	        "{\"shown\":\"red\",\"decision\":\"reject_used\",\"first_at\":1????????????,"
	        "\"place\":\"lunch B\"}");
	g_assert_cmpint(process_finish(&terminal), ==, 1);
}

static void
a_ticket_of_a_neighbour_names_its_event(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 }, other = { 0 };
	door_open(&door, engine, "door");
	door_open(&other, engine, "other");
	Guest guest = door_guest(&other, "full", NULL, TICKET_ATTENDEE);
	g_autofree char *ticket = text_of(&other, &guest);
	leave_folder(&door);
	Process terminal = start_checkin(&door, "day", NULL, FALSE);

	process_must_answer(&terminal, ticket,
	        "red reject_elsewhere This ticket is for another event: Event other");
	g_assert_cmpint(process_finish(&terminal), ==, 1);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM scan WHERE mark IS NULL"), ==, 1);
}

static void
a_place_that_is_not_there_is_told_before_the_first_guest(Engine *engine, gconstpointer data)
{
	static const struct {
		const char *words[10];
		int status;
	} cases[] = {
		{ { "checkin", "--event", "nowhere", "--session", "day", NULL }, 2 },
		{ { "checkin", "--event", "door", "--session", "dinner", NULL }, 2 },
		{ { "checkin", "--event", "door", "--session", "day", "--checkpoint", "9", NULL },
		        2 },
		{ { "checkin", "--event", "door", NULL }, 2 },
		{ { "checkin", "--session", "day", NULL }, 2 },
		{ { "checkin", "--event", "door", "--session", "day", "now", NULL }, 2 },
		{ { "checkin", "--event", "door", "--session", "day", "--server", "http://x",
		          NULL },
		        2 },
	};
	g_auto(Door) door = { 0 };
	door_open(&door, engine, "door");
	leave_folder(&door);

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		Process terminal = process_start(engine, cases[i].words);
		g_assert_null(process_hear(&terminal)); /* it does not wait for a line */
		g_assert_cmpint(process_finish(&terminal), ==, cases[i].status);
	}
}

static void
a_laptop_scans_through_the_server_that_runs(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	door_open(&door, engine, "door");
	Guest guest = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	g_autofree char *ticket = text_of(&door, &guest);
	leave_folder(&door);
	Process server = process_start_server(engine, NULL);
	Process terminal = start_checkin(&door, "lunch", NULL, FALSE);

	process_must_answer(&terminal, ticket, "green admit Welcome");
	process_must_answer(&terminal, ticket, "red reject_used Already used ??:??, lunch A");
	g_assert_cmpint(process_finish(&terminal), ==, 1);
	kill(server.pid, SIGTERM);
	g_assert_cmpint(process_finish(&server), ==, 0);
}

/* The server is killed between scans, comes back, and is killed again under a crowd of lines; every
 * line is answered, and counted once. */
static void
a_server_that_dies_and_returns_costs_no_scan(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	door_open(&door, engine, "door");
	Guest guest = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	g_autofree char *ticket = text_of(&door, &guest);
	leave_folder(&door);
	Process server = process_start_server(engine, NULL);
	Process terminal = start_checkin(&door, "day", NULL, FALSE);
	guint lines = 2;

	process_must_answer(&terminal, ticket, "green admit Welcome");
	process_kill(&server);
	server = process_start_server(engine, NULL);
	process_must_answer(&terminal, ticket, "green again *");
	for (guint round = 0; round < 3; round++) {
		for (guint i = 0; i < 20; i++, lines++)
			process_say(&terminal, ticket);
		g_usleep((gulong)g_test_rand_int_range(1000, 60000));
		process_kill(&server);
		for (guint i = 0; i < 20; i++) {
			g_autofree char *answer = process_hear(&terminal);
			g_assert_true(g_str_has_prefix(answer, "green again "));
		}
		g_usleep(1500 * 1000); /* the terminal gives the folder back */
		server = process_start_server(engine, NULL);
	}
	g_assert_cmpint(process_finish(&terminal), ==, 0);
	kill(server.pid, SIGTERM);
	g_assert_cmpint(process_finish(&server), ==, 0);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM scan"), ==, lines);
	g_assert_cmpint(engine_ask(engine, "SELECT max(seq) FROM scan"), ==, lines);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM presence"), ==, 1);
	process_must_verify(engine);
}

static void
a_resting_laptop_lets_a_server_start(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	door_open(&door, engine, "door");
	Guest guest = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	g_autofree char *ticket = text_of(&door, &guest);
	leave_folder(&door);
	Process terminal = start_checkin(&door, "day", NULL, FALSE);

	process_must_answer(&terminal, ticket, "green admit Welcome");
	g_usleep(1500 * 1000);
	Process server = process_start_server(engine, NULL);
	process_must_answer(&terminal, ticket, "green again *");
	g_assert_cmpint(process_finish(&terminal), ==, 0);
	kill(server.pid, SIGTERM);
	g_assert_cmpint(process_finish(&server), ==, 0);
}

static void
two_laptops_share_a_lunch_tent(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	door_open(&door, engine, "door");
	Guest guests[10];
	guint green = 0, used = 0;
	for (guint i = 0; i < G_N_ELEMENTS(guests); i++)
		guests[i] = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	g_autoptr(GPtrArray) tickets = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < G_N_ELEMENTS(guests); i++)
		g_ptr_array_add(tickets, text_of(&door, &guests[i]));
	leave_folder(&door);
	Process server = process_start_server(engine, NULL);
	Process terminals[] = { start_checkin(&door, "lunch", "lunch A", FALSE),
		start_checkin(&door, "lunch", "lunch B", FALSE) };

	for (guint i = 0; i < tickets->len; i++)
		for (guint t = 0; t < 2; t++)
			process_say(&terminals[t], g_ptr_array_index(tickets, i));
	for (guint i = 0; i < tickets->len; i++)
		for (guint t = 0; t < 2; t++) {
			g_autofree char *answer = process_hear(&terminals[t]);
			green += g_str_has_prefix(answer, "green admit ");
			used += g_str_has_prefix(answer, "red reject_used ");
		}
	g_assert_cmpuint(green, ==, tickets->len);
	g_assert_cmpuint(used, ==, tickets->len);
	process_finish(&terminals[0]);
	process_finish(&terminals[1]);
	kill(server.pid, SIGTERM);
	g_assert_cmpint(process_finish(&server), ==, 0);
}

/* Somebody holds the folder and takes no commands. */
static void
a_scan_without_an_answer_is_told_as_such(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	door_open(&door, engine, "door");
	Guest guest = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	g_autofree char *ticket = text_of(&door, &guest);
	leave_folder(&door);

	Process terminal = start_checkin(&door, "day", NULL, FALSE);
	process_must_answer(&terminal, ticket, "green admit Welcome");
	g_usleep(1500 * 1000);
	engine_record(engine);
	process_say(&terminal, ticket);
	g_assert_null(process_hear(&terminal)); /* no colour */
	g_assert_cmpint(process_finish(&terminal), ==, 3);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM scan"), ==, 1);
}

static void
commands_add_list_and_revoke_a_device(Engine *engine, gconstpointer data)
{
	const char *add[] = { "schema", "device", "add", "Door B-2", "--event", "door", "--session",
		"lunch", "--role", "scan", NULL };
	const char *list[] = { "schema", "device", "list", NULL };
	g_auto(Door) door = { 0 };
	door_open(&door, engine, "door");
	leave_folder(&door);

	Process process = process_start(engine, add);
	g_autofree char *first = process_hear(&process), *code = process_hear(&process);
	g_assert_null(process_hear(&process));
	g_assert_cmpint(process_finish(&process), ==, 0);
	guint8 hash[TOKEN_HASH_BYTES];
	g_assert_true(pairing_code_hash(code, hash));
	process = process_start(engine, list);
	g_autofree char *head = process_hear(&process), *line = process_hear(&process),
	                *other = process_hear(&process);
	g_assert_null(process_hear(&process));
	g_assert_cmpint(process_finish(&process), ==, 0);
	process_must_verify(engine);
	g_assert_true(g_str_has_prefix(head, "device\tstate\t"));
	g_assert_nonnull(other); /* a line a checkpoint */
	g_auto(GStrv) columns = g_strsplit(line, "\t", -1);
	g_assert_cmpuint(g_strv_length(columns), ==, 8);
	g_assert_cmpstr(columns[1], ==, "to be paired");
	g_assert_cmpstr(columns[6], ==, "lunch A");
	g_assert_cmpstr(columns[7], ==, "Door B-2");
	const char *revoke[] = { "schema", "device", "revoke", columns[0], NULL };
	process = process_start(engine, revoke);
	g_assert_cmpint(process_finish(&process), ==, 0);
	process = process_start(engine, list);
	g_autofree char *skipped = process_hear(&process), *after = process_hear(&process);
	g_assert_nonnull(strstr(after, "\trevoked\t"));
	g_assert_cmpint(process_finish(&process), ==, 0);
	const char *wrong[] = { "schema", "device", "revoke", "12", NULL };
	process = process_start(engine, wrong);
	g_assert_cmpint(process_finish(&process), ==, 2);
}

#define CHECKIN_TEST(name) engine_add_test("checkin/" #name, name)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_cmpint(argc, ==, 2);
	process_program = argv[1];
	signal(SIGPIPE, SIG_IGN);
	CHECKIN_TEST(a_laptop_answers_line_by_line);
	CHECKIN_TEST(a_day_without_refusal_ends_well);
	CHECKIN_TEST(json_says_since_when_and_where);
	CHECKIN_TEST(a_ticket_of_a_neighbour_names_its_event);
	CHECKIN_TEST(a_place_that_is_not_there_is_told_before_the_first_guest);
	CHECKIN_TEST(a_laptop_scans_through_the_server_that_runs);
	CHECKIN_TEST(a_server_that_dies_and_returns_costs_no_scan);
	CHECKIN_TEST(a_resting_laptop_lets_a_server_start);
	CHECKIN_TEST(two_laptops_share_a_lunch_tent);
	/* on PostgreSQL nobody holds the folder */
	engine_add_test_on(DB_SQLITE, "checkin/a_scan_without_an_answer_is_told_as_such",
	        a_scan_without_an_answer_is_told_as_such);
	CHECKIN_TEST(commands_add_list_and_revoke_a_device);
	return engine_run();
}
