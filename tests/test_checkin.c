/*
 * `turnout checkin` as a volunteer's laptop runs it.   test_checkin TURNOUT
 * The program itself, in a process of its own, alone with the data folder and beside a server that comes and
 * goes. On both engines.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "checkin/ticket.h"
#include "schema/device.h"

#include "tests/door_fixture.h"

#define PATIENCE_MS 20000

static const char *turnout;

/* ---- processes ---- */

typedef struct {
	GPid pid;
	int in, out; /* -1: closed */
} Process;

/* Starts `turnout` with the engine's folder and @words (NULL at the end). */
static Process
start(const Engine *engine, const char *const *words)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	g_autoptr(GError) error = NULL;
	Process process;

	g_ptr_array_add(argv, (gpointer)turnout);
	for (guint i = 0; words[i] != NULL; i++)
		g_ptr_array_add(argv, (gpointer)words[i]);
	g_ptr_array_add(argv, (gpointer) "--data");
	g_ptr_array_add(argv, (gpointer)engine->place.dir);
	if (engine->place.database != NULL) {
		g_ptr_array_add(argv, (gpointer) "--database");
		g_ptr_array_add(argv, (gpointer)engine->place.database);
	}
	g_ptr_array_add(argv, NULL);
	g_spawn_async_with_pipes(NULL, (char **)argv->pdata, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL,
	        NULL, &process.pid, &process.in, &process.out, NULL, &error);
	g_assert_no_error(error);
	return process;
}

static void
shut_input(Process *process)
{
	if (process->in >= 0)
		close(process->in);
	process->in = -1;
}

/* Its exit status, or minus the signal that ended it. */
static int
finish(Process *process)
{
	int status = 0;

	shut_input(process);
	while (waitpid(process->pid, &status, 0) < 0 && errno == EINTR)
		;
	close(process->out);
	g_spawn_close_pid(process->pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void
say(Process *process, const char *line)
{
	g_autofree char *whole = g_strconcat(line, "\n", NULL);
	gsize length = strlen(whole), done = 0;

	while (done < length) {
		gssize n = write(process->in, whole + done, length - done);
		g_assert_cmpint(n, >, 0);
		done += (gsize)n;
	}
}

/* The next line of its answer; NULL at the end. The test ends when none comes for PATIENCE_MS. */
static char *
hear(Process *process)
{
	g_autoptr(GString) line = g_string_new(NULL);

	for (;;) {
		struct pollfd out = { .fd = process->out, .events = POLLIN };
		char c;
		g_assert_cmpint(poll(&out, 1, PATIENCE_MS), ==, 1);
		gssize n = read(process->out, &c, 1);
		g_assert_cmpint(n, >=, 0);
		if (n == 0)
			return line->len ? g_string_free(g_steal_pointer(&line), FALSE) : NULL;
		if (c == '\n')
			return g_string_free(g_steal_pointer(&line), FALSE);
		g_string_append_c(line, c);
	}
}

/* One line in, one line out. */
static void
must_answer(Process *process, const char *line, const char *expected)
{
	say(process, line);
	g_autofree char *answer = hear(process);
	if (!g_pattern_match_simple(expected, answer))
		g_error("%s: %s, expected %s", line, answer, expected);
}

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
	return start(door->engine, words);
}

static Process
start_server(const Engine *engine)
{
	const char *words[] = { "web", "--listen", "127.0.0.1:0", NULL };
	Process server = start(engine, words);
	g_autofree char *line = hear(&server);

	g_assert_true(g_str_has_prefix(line, "listening on http://"));
	return server;
}

static void
kill_server(Process *server)
{
	kill(server->pid, SIGKILL);
	g_assert_cmpint(finish(server), ==, -SIGKILL);
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

/* Log, check values and presence agree, as the record itself sees it. */
static void
must_verify(const Engine *engine)
{
	const char *words[] = { "schema", "verify", NULL };
	Process verify = start(engine, words);
	g_autofree char *line = hear(&verify);

	g_assert_true(g_str_has_prefix(line, "all holds"));
	g_assert_cmpint(finish(&verify), ==, 0);
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

	must_answer(&terminal, ticket, "green admit Welcome");
	must_answer(&terminal, ticket, "green again Welcome back, first in at ??:??");
	must_answer(&terminal, typed, "green again Welcome back, first in at ??:??");
	must_answer(&terminal, code, "green again Welcome back, first in at ??:??");
	must_answer(&terminal, changed, "red reject_signature Not our ticket");
	must_answer(&terminal, "hello", "red reject_signature Not our ticket");
	must_answer(&terminal, "", "red reject_signature Not our ticket");
	must_answer(&terminal, "\xff\xfe\x01", "red reject_signature Not our ticket");
	must_answer(&terminal, "K7QF-3M2X-9T", "red reject_signature Not our ticket");
	g_autofree char *endless = g_strnfill(100000, 'T');
	must_answer(&terminal, endless, "red reject_signature Not our ticket");
	must_answer(&terminal, ticket, "green again Welcome back, first in at ??:??");
	shut_input(&terminal);
	g_assert_null(hear(&terminal));
	g_assert_cmpint(finish(&terminal), ==, 1); /* some were refused */
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
		must_answer(&terminal, ticket, i ? "green again *" : "green admit Welcome");
		g_assert_cmpint(finish(&terminal), ==, 0);
	}
	g_assert_cmpint(engine_ask(engine, "SELECT count(DISTINCT epoch) FROM scan"), ==, 2);
	/* the last line needs no end */
	Process terminal = start_checkin(&door, "training", NULL, FALSE);
	g_assert_cmpint(write(terminal.in, ticket, strlen(ticket)), ==, (gssize)strlen(ticket));
	shut_input(&terminal);
	g_autofree char *answer = hear(&terminal);
	g_assert_cmpstr(answer, ==, "green admit Welcome");
	g_assert_cmpint(finish(&terminal), ==, 0);
	/* nobody comes */
	terminal = start_checkin(&door, "day", NULL, FALSE);
	g_assert_cmpint(finish(&terminal), ==, 0);
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

	must_answer(&terminal, ticket,
	        "{\"shown\":\"green\",\"decision\":\"admit\",\"first_at\":null,\"place\":null}");
	must_answer(&terminal, ticket,
	        "{\"shown\":\"red\",\"decision\":\"reject_used\",\"first_at\":1????????????,"
	        "\"place\":\"lunch B\"}");
	g_assert_cmpint(finish(&terminal), ==, 1);
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

	must_answer(&terminal, ticket,
	        "red reject_elsewhere This ticket is for another event: Event other");
	g_assert_cmpint(finish(&terminal), ==, 1);
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
		Process terminal = start(engine, cases[i].words);
		g_assert_null(hear(&terminal)); /* it does not wait for a line */
		g_assert_cmpint(finish(&terminal), ==, cases[i].status);
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
	Process server = start_server(engine);
	Process terminal = start_checkin(&door, "lunch", NULL, FALSE);

	must_answer(&terminal, ticket, "green admit Welcome");
	must_answer(&terminal, ticket, "red reject_used Already used ??:??, lunch A");
	g_assert_cmpint(finish(&terminal), ==, 1);
	kill(server.pid, SIGTERM);
	g_assert_cmpint(finish(&server), ==, 0);
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
	Process server = start_server(engine);
	Process terminal = start_checkin(&door, "day", NULL, FALSE);
	guint lines = 2;

	must_answer(&terminal, ticket, "green admit Welcome");
	kill_server(&server);
	server = start_server(engine);
	must_answer(&terminal, ticket, "green again *");
	for (guint round = 0; round < 3; round++) {
		for (guint i = 0; i < 20; i++, lines++)
			say(&terminal, ticket);
		g_usleep((gulong)g_test_rand_int_range(1000, 60000));
		kill_server(&server);
		for (guint i = 0; i < 20; i++) {
			g_autofree char *answer = hear(&terminal);
			g_assert_true(g_str_has_prefix(answer, "green again "));
		}
		g_usleep(1500 * 1000); /* the terminal gives the folder back */
		server = start_server(engine);
	}
	g_assert_cmpint(finish(&terminal), ==, 0);
	kill(server.pid, SIGTERM);
	g_assert_cmpint(finish(&server), ==, 0);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM scan"), ==, lines);
	g_assert_cmpint(engine_ask(engine, "SELECT max(seq) FROM scan"), ==, lines);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM presence"), ==, 1);
	must_verify(engine);
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

	must_answer(&terminal, ticket, "green admit Welcome");
	g_usleep(1500 * 1000);
	Process server = start_server(engine);
	must_answer(&terminal, ticket, "green again *");
	g_assert_cmpint(finish(&terminal), ==, 0);
	kill(server.pid, SIGTERM);
	g_assert_cmpint(finish(&server), ==, 0);
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
	Process server = start_server(engine);
	Process terminals[] = { start_checkin(&door, "lunch", "lunch A", FALSE),
		start_checkin(&door, "lunch", "lunch B", FALSE) };

	for (guint i = 0; i < tickets->len; i++)
		for (guint t = 0; t < 2; t++)
			say(&terminals[t], g_ptr_array_index(tickets, i));
	for (guint i = 0; i < tickets->len; i++)
		for (guint t = 0; t < 2; t++) {
			g_autofree char *answer = hear(&terminals[t]);
			green += g_str_has_prefix(answer, "green admit ");
			used += g_str_has_prefix(answer, "red reject_used ");
		}
	g_assert_cmpuint(green, ==, tickets->len);
	g_assert_cmpuint(used, ==, tickets->len);
	finish(&terminals[0]);
	finish(&terminals[1]);
	kill(server.pid, SIGTERM);
	g_assert_cmpint(finish(&server), ==, 0);
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
	must_answer(&terminal, ticket, "green admit Welcome");
	g_usleep(1500 * 1000);
	engine_record(engine);
	say(&terminal, ticket);
	g_assert_null(hear(&terminal)); /* no colour */
	g_assert_cmpint(finish(&terminal), ==, 3);
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

	Process process = start(engine, add);
	g_autofree char *first = hear(&process), *code = hear(&process);
	g_assert_null(hear(&process));
	g_assert_cmpint(finish(&process), ==, 0);
	guint8 hash[TOKEN_HASH_BYTES];
	g_assert_true(pairing_code_hash(code, hash));
	process = start(engine, list);
	g_autofree char *head = hear(&process), *line = hear(&process), *other = hear(&process);
	g_assert_null(hear(&process));
	g_assert_cmpint(finish(&process), ==, 0);
	must_verify(engine);
	g_assert_true(g_str_has_prefix(head, "device\tstate\t"));
	g_assert_nonnull(other); /* a line a checkpoint */
	g_auto(GStrv) columns = g_strsplit(line, "\t", -1);
	g_assert_cmpuint(g_strv_length(columns), ==, 8);
	g_assert_cmpstr(columns[1], ==, "to be paired");
	g_assert_cmpstr(columns[6], ==, "lunch A");
	g_assert_cmpstr(columns[7], ==, "Door B-2");
	const char *revoke[] = { "schema", "device", "revoke", columns[0], NULL };
	process = start(engine, revoke);
	g_assert_cmpint(finish(&process), ==, 0);
	process = start(engine, list);
	g_autofree char *skipped = hear(&process), *after = hear(&process);
	g_assert_nonnull(strstr(after, "\trevoked\t"));
	g_assert_cmpint(finish(&process), ==, 0);
	const char *wrong[] = { "schema", "device", "revoke", "12", NULL };
	process = start(engine, wrong);
	g_assert_cmpint(finish(&process), ==, 2);
}

#define CHECKIN_TEST(name) engine_add_test("checkin/" #name, name)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_cmpint(argc, ==, 2);
	turnout = argv[1];
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
