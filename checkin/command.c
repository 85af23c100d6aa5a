/*
 * `turnout checkin`: one line in, one line out. The lines come from a USB scanner, which types
 * like a keyboard, or from a pipe. On a terminal the answer is drawn big.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "checkin/laptop_command.h"
#include "checkin/lines.h"
#include "checkin/scan.h"
#include "checkin/t1.h"
#include "checkin/view.h"
#include "schema/device.h"
#include "schema/id.h"
#include "schema/settings.h"
#include "schema/text.h"

#define IDLE_MS     1000 /* without a scan for so long, the folder is given back */
#define TICK_MS     1000 /* how often a paired laptop's line of counts is looked at */
#define PATIENCE_US (10 * G_USEC_PER_SEC) /* a server that went away has so long to return */
#define RETRY_US    (G_USEC_PER_SEC / 10)

static const char summary[] =
        "[pair CODE | sync | file]: answers scanned tickets and typed codes, a line each: colour, "
        "decision, words";

typedef struct {
	RecordPlace place;
	const char *event, *session, *checkpoint;
	gboolean json;
	View *view;        /* NULL: plain lines */
	Laptop *laptop;    /* a paired device; else the record is asked: */
	ControlLine *line; /* NULL while nothing is asked */
	gint64 seq;
	char epoch[ID_HEX_LENGTH + 1];
	guint let_in;
	gboolean refused, unanswered; /* any line was */
} Terminal;

/* ---- asking ---- */

static json_t *
question(const Terminal *terminal, const char *text)
{
	return json_pack("{s:s, s:s, s:s*, s:s, s:I, s:s, s:I, s:I}", "event", terminal->event,
	        "session", terminal->session, "checkpoint", terminal->checkpoint, "epoch",
	        terminal->epoch, "seq", (json_int_t)terminal->seq, "text", text, "wall",
	        (json_int_t)(g_get_real_time() / 1000), "mono",
	        (json_int_t)(g_get_monotonic_time() / 1000));
}

static json_t *
ask_once(Terminal *terminal, const ControlEntry *entry, json_t *asked, GError **error)
{
	gint64 now = g_get_real_time() / G_USEC_PER_SEC;

	if (terminal->line == NULL)
		terminal->line = control_line_open(&terminal->place, error);
	if (terminal->line == NULL)
		return NULL;
	return control_line_call(terminal->line, entry, json_incref(asked), now, error);
}

/* Whether the same question may be answered in a moment: a server that was killed and comes back. */
static gboolean
may_pass(const GError *error)
{
	return error->domain == DB_ERROR
	        ? error->code == DB_ERROR_UNAVAILABLE || error->code == DB_ERROR_UNCERTAIN ||
	                error->code == DB_ERROR_CONFLICT
	        : g_error_matches(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD);
}

/* Asks, and asks again on a new line when the answer was lost: epoch and seq are the same, so the scan
 * is made once. */
static json_t *
ask(Terminal *terminal, const ControlEntry *entry, json_t *asked, gint64 patience_us,
        GError **error)
{
	gint64 until = g_get_monotonic_time() + patience_us;

	for (;;) {
		g_autoptr(GError) trouble = NULL;
		json_t *answer = ask_once(terminal, entry, asked, &trouble);
		if (answer != NULL)
			return answer;
		g_clear_pointer(&terminal->line, control_line_free);
		if (!may_pass(trouble) || g_get_monotonic_time() >= until) {
			g_propagate_error(error, g_steal_pointer(&trouble));
			return NULL;
		}
		g_usleep(RETRY_US);
	}
}

/* The session and checkpoint exist, before the first guest stands there. */
static gboolean
find_place(Terminal *terminal, GError **error)
{
	json_auto_t *asked = question(terminal, "");
	json_auto_t *answer = ask(terminal, &checkin_operations[0], asked, 0, error);

	return answer != NULL;
}

/* What the record needs to see of a line: a ticket in its one form, a typed code, or "". So no bytes
 * that are not text travel, nor does anything that somebody typed here by mistake. */
static void
normalise(const char *line, gsize length, char ret_text[T1_TEXT_LENGTH + 1])
{
	T1 ticket;

	ret_text[0] = '\0';
	if (t1_parse(line, length, &ticket)) {
		t1_write(&ticket, ret_text);
		return;
	}
	g_autofree char *typed = g_strndup(line, length);
	if (strlen(typed) == length && !typed_code_parse(typed, ret_text))
		ret_text[0] = '\0';
}

static gboolean
print_answer(Terminal *terminal, json_t *answer, GError **error)
{
	const char *shown = json_string_value(json_object_get(answer, "shown"));
	const char *decision = json_string_value(json_object_get(answer, "decision"));
	const char *trouble = json_string_value(json_object_get(answer, "trouble"));
	const char *words = json_string_value(json_object_get(answer, "words"));

	if (terminal->json) {
		json_object_del(answer, "words");
		json_dumpf(answer, stdout, JSON_COMPACT);
		putchar('\n');
	} else if (terminal->view != NULL)
		view_answer(terminal->view, answer);
	else {
		g_autofree char *plain = text_plain(words, FALSE);
		printf("%s %s %s\n", shown ? shown : "none", decision ? decision : trouble, plain);
	}
	if (fflush(stdout) == 0)
		return TRUE;
	g_set_error_literal(
	        error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD, "the answers can't be written");
	return FALSE;
}

static void
show_counts(Terminal *terminal)
{
	if (terminal->view == NULL)
		return;
	g_autofree char *status = terminal->laptop
	        ? laptop_command_status(terminal->laptop)
	        : g_strdup_printf(
	                  "%s   let in since the start: %u", terminal->session, terminal->let_in);
	view_status(terminal->view, status);
}

/* The record's answer. */
static json_t *
ask_record(Terminal *terminal, const char *line, gsize length, GError **error)
{
	char text[T1_TEXT_LENGTH + 1];

	normalise(line, length, text);
	json_auto_t *asked = question(terminal, text);
	json_t *answer = ask(terminal, &checkin_operations[1], asked, PATIENCE_US, error);
	if (answer == NULL) {
		g_prefix_error(error,
		        "line %" G_GINT64_FORMAT " got no answer, scan it again: ", terminal->seq);
		return NULL;
	}
	if (json_string_value(json_object_get(answer, "decision")) != NULL)
		return answer;
	json_decref(answer);
	g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_BUG,
	        "the answer has no decision: is the server of another version?");
	return NULL;
}

/* The paired laptop's answer: there is always one. */
static json_t *
ask_laptop(Terminal *terminal, const char *line, gsize length)
{
	g_autoptr(GError) why = NULL;
	json_t *answer = laptop_act(terminal->laptop, line, length, &why);

	if (answer == NULL)
		answer = laptop_scan(terminal->laptop, line, length, &why);

	if (why != NULL && terminal->view == NULL)
		error_report(why);
	return answer;
}

/* What was typed beside tickets made no sense, or isn't this laptop's to do: a no, and nothing that went wrong. */
static gboolean
was_misused(const json_t *answer)
{
	const char *trouble = json_string_value(json_object_get(answer, "trouble"));

	return g_strcmp0(trouble, "misused") == 0 || g_strcmp0(trouble, "forbidden") == 0;
}

static gboolean
answer_line(Terminal *terminal, const char *line, gsize length, GError **error)
{
	terminal->seq++;
	json_auto_t *answer = terminal->laptop ? ask_laptop(terminal, line, length)
	                                       : ask_record(terminal, line, length, error);
	if (answer == NULL)
		return FALSE;
	const char *decision = json_string_value(json_object_get(answer, "decision"));
	terminal->unanswered |= decision == NULL && !was_misused(answer);
	terminal->refused |=
	        decision == NULL ? was_misused(answer) : g_str_has_prefix(decision, "reject_");
	terminal->let_in += decision != NULL && g_str_has_prefix(decision, "admit");
	if (!print_answer(terminal, answer, error))
		return FALSE;
	show_counts(terminal);
	return TRUE;
}

/* Until the next line may be there; what is to be done beside scanning is done meanwhile. */
static void
wait_for_input(Terminal *terminal)
{
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };

	if (terminal->laptop != NULL) {
		while (!laptop_wait(terminal->laptop, STDIN_FILENO, TICK_MS))
			show_counts(terminal);
		return;
	}
	if (poll(&in, 1, terminal->line ? IDLE_MS : -1) != 0)
		return;
	g_clear_pointer(&terminal->line, control_line_free);
	poll(&in, 1, -1);
}

static gboolean
answer_all(Terminal *terminal, GError **error)
{
	g_autofree Lines *lines = g_new0(Lines, 1);
	const char *line;
	gsize length;

	lines->fd = STDIN_FILENO;
	show_counts(terminal);
	for (;;) {
		switch (lines_next(lines, &line, &length)) {
		case LINE_READY:
			if (terminal->laptop != NULL)
				laptop_wait(terminal->laptop, -1, 0);
			if (!answer_line(terminal, line, length, error))
				return FALSE;
			break;
		case LINE_NONE:
			wait_for_input(terminal);
			if (!lines_read(lines, error))
				return FALSE;
			break;
		case LINE_END:
			return TRUE;
		}
	}
}

/* ---- the command ---- */

typedef struct {
	char *event, *session, *checkpoint, *server, *token_file, *ca_file, *region, *name, *output;
	gboolean json;
} Given;

static void
given_clear(Given *given)
{
	char **texts[] = { &given->event, &given->session, &given->checkpoint, &given->server,
		&given->token_file, &given->ca_file, &given->region, &given->name, &given->output };

	for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
		g_clear_pointer(texts[i], g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Given, given_clear)

static gboolean
misused(GError **error, const char *words)
{
	g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT, words);
	return FALSE;
}

/* @verb: pair, sync, file, or NULL for scanning. */
static gboolean
check_use(const Given *given, const char *verb, int argc, char **argv, GError **error)
{
	const int words = g_strcmp0(verb, "pair") == 0 ? 3 : verb != NULL ? 2 : 1;

	if (g_strcmp0(verb, "pair") == 0 && argc < words)
		return misused(error, "say checkin pair CODE --server URL --token-file F");
	if (argc > words) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "checkin takes no such words: \"%s\"", argv[words]);
		return FALSE;
	}
	if ((given->name != NULL && g_strcmp0(verb, "pair") != 0) ||
	        (given->output != NULL && g_strcmp0(verb, "file") != 0))
		return misused(error, "--name goes with pair, --output with file");
	if (g_strcmp0(verb, "file") == 0)
		return given->token_file != NULL ||
		        misused(error, "say checkin file --token-file F [--output FILE]");
	if (verb != NULL && (given->server == NULL || given->token_file == NULL))
		return misused(error, "pair and sync want --server URL and --token-file F");
	if ((given->server != NULL) != (given->token_file != NULL))
		return misused(error, "--server and --token-file go together");
	if (given->server == NULL && (given->event == NULL || given->session == NULL))
		return misused(error, "say where: checkin --event E --session S [--checkpoint C]");
	if (given->server == NULL && (given->region != NULL || given->ca_file != NULL))
		return misused(error, "--region and --ca-file go with --server");
	return TRUE;
}

static int
scan_all(Terminal *terminal, GError **error)
{
	terminal->view = terminal->json ? NULL : view_new();
	const gboolean ok = answer_all(terminal, error);
	g_clear_pointer(&terminal->view, view_free);
	g_clear_pointer(&terminal->line, control_line_free);
	if (terminal->laptop != NULL)
		laptop_command_farewell(terminal->laptop);
	if (!ok)
		return error_report(*error);
	if (terminal->unanswered)
		return EXIT_STATUS_WORLD;
	return terminal->refused ? EXIT_STATUS_NO : 0;
}

static int
scan_with_laptop(Terminal *terminal, const LaptopOptions *options, GError **error)
{
	g_autoptr(Laptop) laptop = laptop_open(options, error);

	terminal->laptop = laptop;
	return laptop ? scan_all(terminal, error) : error_report(*error);
}

static int
scan_with_record(Terminal *terminal, GError **error)
{
	gint64 epoch;

	random_bytes(&epoch, sizeof epoch);
	id_to_hex(epoch, terminal->epoch);
	return find_place(terminal, error) ? scan_all(terminal, error) : error_report(*error);
}

static int
run(const Given *given, const char *verb, const char *code, const RecordPlace *place,
        GError **error)
{
	const LaptopOptions options = { .server = given->server,
		.ca_file = given->ca_file,
		.token_file = given->token_file,
		.event = given->event,
		.session = given->session,
		.checkpoint = given->checkpoint,
		.region = given->region,
		.now_ms = laptop_now_ms };
	Terminal terminal = { .place = *place,
		.event = given->event,
		.session = given->session,
		.checkpoint = given->checkpoint,
		.json = given->json };

	if (given->token_file != NULL) {
		/* a server that goes, and a file that may not grow, are answers and no end */
		signal(SIGPIPE, SIG_IGN);
		signal(SIGXFSZ, SIG_IGN);
	}
	if (g_strcmp0(verb, "pair") == 0)
		return laptop_command_pair(&options, code, given->name);
	if (g_strcmp0(verb, "sync") == 0)
		return laptop_command_sync(&options);
	if (g_strcmp0(verb, "file") == 0)
		return laptop_command_file(&options, given->output);
	if (given->server != NULL)
		return scan_with_laptop(&terminal, &options, error);
	return scan_with_record(&terminal, error);
}

int
checkin_command(int argc, char **argv)
{
	static const char *const verbs[] = { "pair", "sync", "file", NULL };
	g_auto(Given) given = { 0 };
	const GOptionEntry entries[] = {
		{ "event", 0, 0, G_OPTION_ARG_STRING, &given.event, "the event", "SLUG" },
		{ "session", 0, 0, G_OPTION_ARG_STRING, &given.session, "the session", "CODE" },
		{ "checkpoint", 0, 0, G_OPTION_ARG_STRING, &given.checkpoint,
		        "the checkpoint, by number or name (else the session's first)", "C" },
		{ "json", 0, 0, G_OPTION_ARG_NONE, &given.json, "answer in JSON", NULL },
		{ "server", 0, 0, G_OPTION_ARG_STRING, &given.server,
		        "be a paired device of this server, offline too", "URL" },
		{ "token-file", 0, 0, G_OPTION_ARG_FILENAME, &given.token_file,
		        "the device's token, which `pair` writes; its scans are in F.d", "F" },
		{ "ca-file", 0, 0, G_OPTION_ARG_FILENAME, &given.ca_file,
		        "the certificate to trust, of a server with its own", "FILE" },
		{ "region", 0, 0, G_OPTION_ARG_STRING, &given.region,
		        "where spare tickets count (else where they were printed for)", "CODE" },
		{ "name", 0, 0, G_OPTION_ARG_STRING, &given.name,
		        "pair: how the laptop is called, after its place", "NAME" },
		{ "output", 0, 0, G_OPTION_ARG_FILENAME, &given.output,
		        "file: where the scans are written to", "FILE" },
		{ NULL },
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(Settings) settings = settings_take(&argc, &argv, entries, summary, FALSE, &error);
	if (settings == NULL)
		return error_report(error);
	const RecordPlace place = settings_place(settings);
	const char *verb = argc > 1 && g_strv_contains(verbs, argv[1]) ? argv[1] : NULL;
	if (!check_use(&given, verb, argc, argv, &error))
		return error_report(error);
	return run(&given, verb, argc > 2 ? argv[2] : NULL, &place, &error);
}
