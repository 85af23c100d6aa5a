/*
 * A laptop as a paired device, with a network and without one.   test_laptop TURNOUT
 * The program itself, a real server, and a network between them that can be cut. On both engines.
 */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checkin/t1.h"

#include "tests/fixtures/laptop_fixture.h"

static void
a_laptop_scans_on_when_the_server_is_gone(Engine *engine, gconstpointer data)
{
	g_auto(Desk) desk = { 0 };
	desk_open(&desk, engine, "lunch");
	Process laptop = desk_scan_at(&desk, "lunch");

	process_must_answer(&laptop, desk.tickets[0], "green admit Welcome");
	process_must_answer(
	        &laptop, desk.tickets[0], "red reject_used Already used ??:??, lunch A");
	desk_wait_until_present(engine, 1);
	desk_unplug(&desk);
	process_must_answer(&laptop, desk.tickets[1], "green admit Welcome");
	process_must_answer(&laptop, desk.codes[1], "red reject_used Already used ??:??, lunch A");
	process_must_answer(
	        &laptop, desk.tickets[0], "red reject_used Already used ??:??, lunch A");
	process_must_answer(&laptop, "nonsense", "red reject_signature Not our ticket");
	process_must_answer(&laptop, "K7QF-3M2X-9T", "red reject_signature Not our ticket");
	g_assert_cmpint(process_finish(&laptop), ==, 1); /* some were refused */

	/* started without a network, it knows what it knew */
	laptop = desk_scan_at(&desk, "lunch");
	process_must_answer(
	        &laptop, desk.tickets[1], "red reject_used Already used ??:??, lunch A");
	process_must_answer(&laptop, desk.tickets[2], "green admit Welcome");
	g_assert_cmpint(process_finish(&laptop), ==, 1);
	g_assert_cmpint(desk_sync(&desk), ==, 3);
	g_assert_cmpuint(desk_file(&desk), ==, 9);

	desk_serve(&desk);
	g_assert_cmpint(desk_sync(&desk), ==, 0);
	g_assert_cmpint(desk_lines(engine), ==, 9);
	g_assert_cmpint(desk_present(engine), ==, 3);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM verdict"), ==, 0);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM quarantine"), ==, 0);
	g_assert_cmpint(desk_sync(&desk), ==, 0); /* nothing is left */
	g_assert_cmpint(desk_lines(engine), ==, 9);
	desk_put_away(&desk);
}

static void
two_laptops_that_can_t_see_each_other_agree_afterwards(Engine *engine, gconstpointer data)
{
	g_auto(Desk) desk = { 0 };
	desk_open(&desk, engine, "lunch");
	g_autofree char *first = g_strdup(desk.token_file), *code = desk_code(&desk, "lunch");
	const char *words[] = { "pair", code, NULL };
	g_free(desk.token_file);
	desk.token_file = g_build_filename(engine->dir, "second", NULL);
	Process pairing = desk_checkin(&desk, words);
	g_assert_cmpint(process_finish(&pairing), ==, 0);
	g_assert_cmpint(desk_sync(&desk), ==, 0);
	Process two = desk_scan_at(&desk, "lunch");
	process_must_answer(&two, desk.tickets[0], "green admit *");
	desk_wait_until_present(engine, 1);
	char *second = g_steal_pointer(&desk.token_file);
	desk.token_file = g_strdup(first);
	Process one = desk_scan_at(&desk, "lunch");

	/* online, the other's guest is known at once */
	process_must_answer(&one, desk.tickets[0], "red reject_used Already used *");
	relay_set(desk.relay, RELAY_DEAD, NULL);
	process_must_answer(&one, desk.tickets[1], "green admit *");
	process_must_answer(&two, desk.tickets[1], "green admit *"); /* a ticket and its copy */
	process_must_answer(&two, desk.tickets[2], "green admit *");
	g_assert_cmpint(process_finish(&one), ==, 1);
	g_assert_cmpint(process_finish(&two), ==, 0);
	relay_set(desk.relay, RELAY_PASS, NULL);
	g_assert_cmpint(desk_sync(&desk), ==, 0);
	g_free(desk.token_file);
	desk.token_file = second;
	g_assert_cmpint(desk_sync(&desk), ==, 0);
	g_assert_cmpint(desk_present(engine), ==, 3);
	g_assert_cmpint(desk_lines(engine), ==, 5);
	desk_put_away(&desk);
}

static void
sync_before_the_bus_leaves_loads_every_list(Engine *engine, gconstpointer data)
{
	g_auto(Desk) desk = { 0 };
	const char *json[] = { "--json", "--checkpoint", "lunch b", NULL };
	desk_open(&desk, engine, "lunch");
	g_assert_cmpint(desk_sync(&desk), ==, 0);
	desk_unplug(&desk);

	Process laptop = desk_checkin(&desk, json);
	process_must_answer(&laptop, desk.tickets[0],
	        "{\"shown\":\"green\",\"decision\":\"admit\",\"first_at\":null,\"place\":null}");
	process_must_answer(&laptop, desk.tickets[0],
	        "{\"shown\":\"red\",\"decision\":\"reject_used\",\"first_at\":1????????????,"
	        "\"place\":\"lunch B\"}");
	g_assert_cmpint(process_finish(&laptop), ==, 1);
	/* only where it may scan, and only of its event */
	laptop = desk_scan_at(&desk, "day");
	g_assert_cmpint(process_finish(&laptop), ==, 2);
	const char *other[] = { "--event", "other", NULL };
	laptop = desk_checkin(&desk, other);
	g_assert_cmpint(process_finish(&laptop), ==, 2);
}

static void
a_laptop_that_never_met_its_server_says_so(Engine *engine, gconstpointer data)
{
	g_auto(Desk) desk = { 0 };
	desk_open(&desk, engine, "lunch");
	desk_unplug(&desk);
	Process laptop = desk_scan_at(&desk, "lunch");
	g_assert_null(process_hear(&laptop)); /* it has no list yet */
	g_assert_cmpint(process_finish(&laptop), ==, 3);

	/* a token alone is enough, once there is a network: who it is, the server says */
	desk_serve(&desk);
	g_autofree char *self = desk_path(&desk, "self.json");
	g_assert_cmpint(g_unlink(self), ==, 0);
	laptop = desk_scan_at(&desk, "lunch");
	process_must_answer(&laptop, desk.tickets[0], "green admit Welcome");
	g_assert_cmpint(process_finish(&laptop), ==, 0);
	g_assert_cmpint(desk_present(engine), ==, 1);
}

/* ---- pairing ---- */

static void
a_pairing_whose_answer_was_lost_is_asked_for_again(Engine *engine, gconstpointer data)
{
	g_auto(Desk) desk = { 0 };
	struct stat token;
	desk_open(&desk, engine, "lunch");
	g_autofree char *first = g_strdup(desk.token_file), *code = desk_code(&desk, "lunch");
	const char *words[] = { "pair", code, NULL };

	/* the file of another pairing is not written over */
	Process pairing = desk_checkin(&desk, words);
	g_assert_cmpint(process_finish(&pairing), ==, 2);
	g_free(desk.token_file);
	desk.token_file = g_build_filename(engine->dir, "second", NULL);
	relay_set(desk.relay, RELAY_SWALLOW, "/pair");
	pairing = desk_checkin(&desk, words);
	g_assert_cmpint(process_finish(&pairing), ==, 3);
	g_assert_cmpuint(relay_spoilt(desk.relay), >, 0);
	g_assert_false(g_file_test(desk.token_file, G_FILE_TEST_EXISTS));
	relay_set(desk.relay, RELAY_PASS, NULL);
	pairing = desk_checkin(&desk, words);
	g_assert_cmpint(process_finish(&pairing), ==, 0);
	g_assert_cmpint(stat(desk.token_file, &token), ==, 0);
	g_assert_cmpint(token.st_mode & 07777, ==, 0600);
	Process laptop = desk_scan_at(&desk, "lunch");
	process_must_answer(&laptop, desk.tickets[0], "green admit Welcome");
	g_assert_cmpint(process_finish(&laptop), ==, 0);

	/* another laptop has no use for it any more */
	g_free(desk.token_file);
	desk.token_file = g_build_filename(engine->dir, "third", NULL);
	pairing = desk_checkin(&desk, words);
	g_assert_cmpint(process_finish(&pairing), ==, 2);
	const char *wrong[] = { "pair", "AAAA-AAAA-AAAA-AAAA", NULL };
	pairing = desk_checkin(&desk, wrong);
	g_assert_cmpint(process_finish(&pairing), ==, 2);
	g_assert_false(g_file_test(desk.token_file, G_FILE_TEST_EXISTS));
	g_free(desk.token_file);
	desk.token_file = g_steal_pointer(&first);
}

static void
a_token_travels_to_the_same_machine_or_by_tls(Engine *engine, gconstpointer data)
{
	static const char *const addresses[] = { "http://192.0.2.1", "http://127.0.0.1.example.org",
		"ftp://127.0.0.1", "door.example.org", "https://me@door.example.org", "" };
	g_auto(Desk) desk = { 0 };
	desk_open(&desk, engine, "lunch");

	for (guint i = 0; i < G_N_ELEMENTS(addresses); i++) {
		const char *words[] = { "checkin", "--event", "door", "--server", addresses[i],
			"--token-file", desk.token_file, NULL };
		Process laptop = process_start(engine, words);
		g_assert_null(process_hear(&laptop));
		g_assert_cmpint(process_finish(&laptop), ==, 2);
	}
}

/* A server with a certificate of its own. */
static void
a_certificate_is_looked_at(Engine *engine, gconstpointer data)
{
	g_auto(Desk) desk = { 0 };
	g_autofree char *key = g_build_filename(engine->dir, "key.pem", NULL);
	g_autofree char *cert = g_build_filename(engine->dir, "cert.pem", NULL);
	const char *openssl[] = { "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
		"ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost",
		"-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert, NULL };
	const char *web[] = { "web", "--listen", "127.0.0.1:0", "--tls-cert", cert, "--tls-key",
		key, NULL };
	int status = -1;
	desk_open(&desk, engine, "lunch");
	desk_put_away(&desk);
	g_assert_true(g_spawn_sync(NULL, (char **)openssl, NULL,
	        G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL, NULL, &status,
	        NULL));
	g_assert_cmpint(status, ==, 0);
	Process server = process_start(engine, web);
	g_autofree char *said = process_hear(&server);
	const char *url = said + strlen("listening on ");
	g_assert_true(g_str_has_prefix(url, "https://"));

	const char *blind[] = { "checkin", "--server", url, "--token-file", desk.token_file, NULL };
	Process laptop = process_start(engine, blind);
	g_assert_null(process_hear(&laptop)); /* it has no list, and trusts nobody */
	g_assert_cmpint(process_finish(&laptop), ==, 3);
	const char *trusting[] = { "checkin", "--server", url, "--token-file", desk.token_file,
		"--ca-file", cert, NULL };
	laptop = process_start(engine, trusting);
	process_must_answer(&laptop, desk.tickets[0], "green admit Welcome");
	g_assert_cmpint(process_finish(&laptop), ==, 0);
	g_assert_cmpint(desk_present(engine), ==, 1);
	kill(server.pid, SIGTERM);
	g_assert_cmpint(process_finish(&server), ==, 0);
}

/* ---- spare tickets, typed codes ---- */

static char *
spare_text(const Desk *desk)
{
	const char *make[] = { "schema", "spare", "make", "1", "--event", "door", "--region",
		"south", "--ref", "tent", NULL };
	const char *list[] = { "schema", "spare", "list", "--event", "door", "--ref", "tent",
		NULL };
	Process process = process_start(desk->door.engine, make);
	g_autofree char *said = process_hear(&process);
	g_assert_cmpint(process_finish(&process), ==, 0);
	process = process_start(desk->door.engine, list);
	g_autofree char *head = process_hear(&process), *line = process_hear(&process);
	g_assert_cmpint(process_finish(&process), ==, 0);
	g_auto(GStrv) columns = g_strsplit(line, "\t", -1);
	g_assert_cmpstr(columns[3], ==, "free");
	return g_strdup(columns[1]);
}

static void
a_spare_ticket_counts_where_it_was_printed_for_or_where_the_laptop_stands(
        Engine *engine, gconstpointer data)
{
	g_auto(Desk) desk = { 0 };
	desk_open(&desk, engine, "day");
	g_autofree char *code = spare_text(&desk);
	Process laptop = desk_scan_at(&desk, "day");
	process_must_answer(&laptop, code, "green admit Welcome*");
	g_assert_cmpint(process_finish(&laptop), ==, 0);
	static const char where[] = "SELECT count(*) FROM attendee a JOIN region r"
	                            " ON r.event = a.event AND r.no = a.region_no"
	                            " WHERE a.walk_in = 1 AND r.code = ";
	g_autofree char *south = g_strconcat(where, "'south'", NULL);
	g_autofree char *north = g_strconcat(where, "'north'", NULL);
	g_assert_cmpint(engine_ask(engine, south), ==, 1);

	const char *tapped[] = { "--region", "north", NULL };
	laptop = desk_checkin(&desk, tapped);
	process_must_answer(&laptop, desk.tickets[0], "green admit Welcome");
	g_assert_cmpint(process_finish(&laptop), ==, 0);
	const char *nowhere[] = { "--region", "west", NULL };
	laptop = desk_checkin(&desk, nowhere);
	g_assert_null(process_hear(&laptop));
	g_assert_cmpint(process_finish(&laptop), ==, 2);
	g_assert_cmpint(engine_ask(engine, north), ==, 0);
	desk_put_away(&desk);
}

static void
somebody_who_guesses_codes_is_slowed(Engine *engine, gconstpointer data)
{
	g_auto(Desk) desk = { 0 };
	desk_open(&desk, engine, "day");
	Process laptop = desk_scan_at(&desk, "day");

	for (gint64 i = 1; i <= 6; i++) {
		char code[TYPED_CODE_LENGTH + 1];
		typed_code_of(i << 50, code);
		process_must_answer(&laptop, code,
		        i <= 5 ? "red reject_signature Not our ticket" : "none too-often *");
	}
	process_must_answer(&laptop, desk.tickets[5], "green admit Welcome");
	g_assert_cmpint(process_finish(&laptop), ==, 3); /* one line got no answer */
	g_assert_cmpint(desk_present(engine), ==, 1);
}

/* ---- the view ---- */

/* All that the program draws on a terminal of @kind while it scans one ticket. */
static char *
drawn(const Desk *desk, const char *ticket, const char *no_colour)
{
	const char *argv[] = { process_program, "checkin", "--server", relay_url(desk->relay),
		"--token-file", desk->token_file, NULL };
	g_auto(GStrv) environment = g_get_environ();
	struct winsize size = { .ws_row = 30, .ws_col = 100 };
	g_autoptr(GString) text = g_string_new(NULL);
	int terminal = posix_openpt(O_RDWR | O_NOCTTY), in = -1;
	GPid pid;

	g_assert_cmpint(grantpt(terminal) | unlockpt(terminal), ==, 0);
	int inside = open(ptsname(terminal), O_RDWR | O_NOCTTY | O_CLOEXEC);
	g_assert_cmpint(ioctl(terminal, TIOCSWINSZ, &size), ==, 0);
	environment = g_environ_setenv(environment, "TERM", "xterm-256color", TRUE);
	environment = g_environ_setenv(environment, "NO_COLOR", no_colour, TRUE);
	g_assert_true(g_spawn_async_with_pipes_and_fds(NULL, argv, (const char *const *)environment,
	        G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, -1, inside, -1, NULL, NULL, 0, &pid, &in,
	        NULL, NULL, NULL));
	close(inside);
	Process process = { .pid = pid, .in = in, .out = terminal };
	process_say(&process, ticket);
	process_shut_input(&process);
	for (char bytes[4096];;) {
		gssize n = read(terminal, bytes, sizeof bytes);
		if (n <= 0)
			break; /* the other end is closed */
		g_string_append_len(text, bytes, n);
	}
	g_assert_cmpint(process_finish(&process), ==, 0);
	return g_string_free(g_steal_pointer(&text), FALSE);
}

static void
on_a_terminal_the_answer_is_big_and_never_by_colour_alone(Engine *engine, gconstpointer data)
{
	g_auto(Desk) desk = { 0 };
	desk_open(&desk, engine, "day");
	g_autofree char *colours = drawn(&desk, desk.tickets[0], "");
	g_autofree char *plain = drawn(&desk, desk.tickets[0], "1");

	g_assert_nonnull(strstr(colours, "\033[48;5;28m"));
	g_assert_nonnull(strstr(colours, "Welcome"));
	g_assert_nonnull(strstr(colours, "day A   let in here: 1   saved on this laptop"));
	g_assert_null(strstr(plain, "\033[48"));
	g_assert_null(strstr(plain, "\033[38"));
	g_assert_nonnull(strstr(plain, "Welcome back, first in at "));
	g_assert_true(strstr(plain, "#####") != NULL || strstr(plain, "██") != NULL);
}

#define LAPTOP_TEST(name) engine_add_test("laptop/" #name, name)
/* the server's database has no part in it */
#define LAPTOP_ONLY_TEST(name) engine_add_test_on(DB_SQLITE, "laptop/" #name, name)

int
main(int argc, char **argv)
{
	desk_tests(argc, argv);
	LAPTOP_TEST(a_laptop_scans_on_when_the_server_is_gone);
	LAPTOP_TEST(two_laptops_that_can_t_see_each_other_agree_afterwards);
	LAPTOP_ONLY_TEST(sync_before_the_bus_leaves_loads_every_list);
	LAPTOP_TEST(a_laptop_that_never_met_its_server_says_so);
	LAPTOP_TEST(a_pairing_whose_answer_was_lost_is_asked_for_again);
	LAPTOP_ONLY_TEST(a_token_travels_to_the_same_machine_or_by_tls);
	LAPTOP_ONLY_TEST(a_certificate_is_looked_at);
	LAPTOP_TEST(a_spare_ticket_counts_where_it_was_printed_for_or_where_the_laptop_stands);
	LAPTOP_ONLY_TEST(somebody_who_guesses_codes_is_slowed);
	LAPTOP_ONLY_TEST(on_a_terminal_the_answer_is_big_and_never_by_colour_alone);
	return engine_run();
}
