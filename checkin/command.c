/*
 * `turnout checkin`: one line in, one line out. The lines come from a USB scanner, which types
 * like a keyboard, or from a pipe.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "checkin/scan.h"
#include "checkin/t1.h"
#include "schema/device.h"
#include "schema/id.h"
#include "schema/settings.h"

#define LINE_MAX_BYTES 4096 /* of a longer line the rest is thrown away: it is no ticket anyway */
#define IDLE_MS        1000 /* without a scan for so long, the folder is given back */
#define PATIENCE_US    (10 * G_USEC_PER_SEC) /* a server that went away has so long to return */
#define RETRY_US       (G_USEC_PER_SEC / 10)

static const char summary[] =
        "answers scanned tickets and typed codes, a line each: colour, decision, words";

typedef struct {
	RecordPlace place;
	const char *event, *session, *checkpoint;
	gboolean json;
	ControlLine *line; /* NULL while nothing is asked */
	gint64 seq;
	char epoch[ID_HEX_LENGTH + 1];
	gboolean refused; /* any line was */
} Terminal;

/* ---- lines ---- */

typedef struct {
	char bytes[LINE_MAX_BYTES];
	gsize length;   /* of what was read and not yet given out */
	gsize given;    /* of the line that was given out last, its end included */
	gboolean ended; /* no more comes */
	gboolean cut;   /* the line is longer than it may be */
} Lines;

typedef enum {
	LINE_READY,
	LINE_IDLE, /* nothing came for IDLE_MS */
	LINE_END,
	LINE_FAILED,
} LineState;

/* One more read; FALSE when there is nothing to wait for, with @ret_state. */
static gboolean
lines_fill(Lines *lines, int patience_ms, LineState *ret_state, GError **error)
{
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
	int ready = poll(&in, 1, patience_ms);

	if (ready == 0) {
		*ret_state = LINE_IDLE;
		return FALSE;
	}
	gssize n = ready < 0 ? -1
	                     : read(STDIN_FILENO, lines->bytes + lines->length,
	                               sizeof lines->bytes - lines->length);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return TRUE;
	if (n < 0) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD,
		        "the standard input can't be read: %s", g_strerror(errno));
		*ret_state = LINE_FAILED;
		return FALSE;
	}
	lines->ended = n == 0;
	lines->length += (gsize)n;
	return TRUE;
}

/* The next line without its end, lent until the next call. Waits at most @patience_ms (-1: as long as
 * it takes). */
static LineState
lines_next(Lines *lines, int patience_ms, const char **ret_line, gsize *ret_length, GError **error)
{
	LineState state = LINE_READY;

	memmove(lines->bytes, lines->bytes + lines->given, lines->length - lines->given);
	lines->length -= lines->given;
	lines->given = 0;
	for (;;) {
		const char *end = memchr(lines->bytes, '\n', lines->length);
		if (end != NULL || (lines->ended && lines->length > 0)) {
			gsize length = end ? (gsize)(end - lines->bytes) : lines->length;
			lines->given = length + (end != NULL);
			*ret_line = lines->bytes;
			*ret_length = lines->cut ? 0 : length;
			lines->cut = FALSE;
			return LINE_READY;
		}
		if (lines->ended)
			return LINE_END;
		if (lines->length == sizeof lines->bytes) {
			lines->cut = TRUE;
			lines->length =
			        1; /* it goes on, and is still a line when it ends at once */
		}
		if (!lines_fill(lines, patience_ms, &state, error))
			return state;
	}
}

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

static void
print_answer(const Terminal *terminal, json_t *answer)
{
	const char *shown = json_string_value(json_object_get(answer, "shown"));
	const char *decision = json_string_value(json_object_get(answer, "decision"));
	const char *words = json_string_value(json_object_get(answer, "words"));

	if (terminal->json) {
		json_object_del(answer, "words");
		json_dumpf(answer, stdout, JSON_COMPACT);
		putchar('\n');
	} else
		printf("%s %s %s\n", shown, decision, words);
	fflush(stdout);
}

static gboolean
answer_line(Terminal *terminal, const char *line, gsize length, GError **error)
{
	char text[T1_TEXT_LENGTH + 1];

	terminal->seq++;
	normalise(line, length, text);
	json_auto_t *asked = question(terminal, text);
	json_auto_t *answer = ask(terminal, &checkin_operations[1], asked, PATIENCE_US, error);
	if (answer == NULL) {
		g_prefix_error(error,
		        "line %" G_GINT64_FORMAT " got no answer, scan it again: ", terminal->seq);
		return FALSE;
	}
	const char *decision = json_string_value(json_object_get(answer, "decision"));
	if (decision == NULL) {
		g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_BUG,
		        "the answer has no decision: is the server of another version?");
		return FALSE;
	}
	terminal->refused |= g_str_has_prefix(decision, "reject_");
	print_answer(terminal, answer);
	return TRUE;
}

static gboolean
answer_all(Terminal *terminal, GError **error)
{
	g_autofree Lines *lines = g_new0(Lines, 1);
	const char *line;
	gsize length;

	for (;;) {
		switch (lines_next(lines, terminal->line ? IDLE_MS : -1, &line, &length, error)) {
		case LINE_READY:
			if (!answer_line(terminal, line, length, error))
				return FALSE;
			break;
		case LINE_IDLE:
			g_clear_pointer(&terminal->line, control_line_free);
			break;
		case LINE_END:
			return TRUE;
		case LINE_FAILED:
			return FALSE;
		}
	}
}

/* ---- the command ---- */

static gboolean
check_use(const Terminal *terminal, int argc, char **argv, GError **error)
{
	if (argc > 1) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "checkin takes no words, only options: \"%s\"", argv[1]);
		return FALSE;
	}
	if (terminal->event == NULL || terminal->session == NULL) {
		g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "say where: checkin --event E --session S [--checkpoint C]");
		return FALSE;
	}
	return TRUE;
}

int
checkin_command(int argc, char **argv)
{
	g_autofree char *event = NULL, *session = NULL, *checkpoint = NULL;
	Terminal terminal = { 0 };
	const GOptionEntry entries[] = {
		{ "event", 0, 0, G_OPTION_ARG_STRING, &event, "the event", "SLUG" },
		{ "session", 0, 0, G_OPTION_ARG_STRING, &session, "the session", "CODE" },
		{ "checkpoint", 0, 0, G_OPTION_ARG_STRING, &checkpoint,
		        "the checkpoint, by number or name (else the session's first)", "C" },
		{ "json", 0, 0, G_OPTION_ARG_NONE, &terminal.json, "answer in JSON", NULL },
		{ NULL },
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(Settings) settings = settings_take(&argc, &argv, entries, summary, FALSE, &error);
	if (settings == NULL)
		return error_report(error);
	gint64 epoch;

	terminal.place = settings_place(settings);
	terminal.event = event;
	terminal.session = session;
	terminal.checkpoint = checkpoint;
	random_bytes(&epoch, sizeof epoch);
	id_to_hex(epoch, terminal.epoch);
	gboolean ok = check_use(&terminal, argc, argv, &error) && find_place(&terminal, &error) &&
	        answer_all(&terminal, &error);
	g_clear_pointer(&terminal.line, control_line_free);
	if (!ok)
		return error_report(error);
	return terminal.refused ? EXIT_STATUS_NO : 0;
}
