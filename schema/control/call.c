/* The commands' side of the control socket. */
#include "schema/control.h"
#include "schema/control/wire.h"
#include "schema/lock.h"

#include <unistd.h>

#define PATIENCE_US (5 * G_USEC_PER_SEC) /* for a server that starts, or a command that ends */
#define PAUSE_US    (G_USEC_PER_SEC / 20)

struct ControlLine {
	Record *record; /* NULL: through the socket */
	int socket;
};

/* Opens the folder here, or the way to who has it; whichever comes first. */
static gboolean
try_once(const RecordPlace *place, ControlLine *line, gboolean *ret_held, GError **error)
{
	*ret_held = lock_held(place->dir, NULL);
	if (*ret_held) {
		line->socket = wire_connect(place->dir, error);
		return line->socket >= 0;
	}
	line->record = record_open(place, RECORD_WRITE, error);
	if (line->record == NULL)
		*ret_held = lock_held(place->dir, NULL); /* somebody was quicker */
	return line->record != NULL;
}

ControlLine *
control_line_open(const RecordPlace *place, GError **error)
{
	g_autoptr(ControlLine) line = g_new0(ControlLine, 1);
	gint64 deadline = g_get_monotonic_time() + PATIENCE_US;
	gint64 holder = 0;

	line->socket = -1;
	for (;;) {
		g_autoptr(GError) trouble = NULL;
		gboolean held;
		if (try_once(place, line, &held, &trouble))
			return g_steal_pointer(&line);
		if (!held) {
			g_propagate_error(error, g_steal_pointer(&trouble));
			return NULL;
		}
		if (g_get_monotonic_time() > deadline)
			break;
		g_usleep(PAUSE_US);
	}
	lock_held(place->dir, &holder);
	g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD,
	        "%s is in use by process %" G_GINT64_FORMAT
	        ", which takes no commands: stop it first",
	        place->dir, holder);
	return NULL;
}

static json_t *
read_answer(int socket, GError **error)
{
	g_autoptr(GError) trouble = NULL;
	/* an operation may take its time; a server that dies closes the socket */
	json_t *message = wire_read(socket, &trouble);
	json_t *answer = json_incref(json_object_get(message, "answer"));

	if (message == NULL)
		g_set_error(error, DB_ERROR, DB_ERROR_UNCERTAIN,
		        "the server went away before it answered, and may have done it%s%s: look, "
		        "then try again",
		        trouble ? ": " : "", trouble ? trouble->message : "");
	else if (answer == NULL)
		wire_unpack_error(json_object_get(message, "error"), error);
	json_decref(message);
	return answer;
}

json_t *
control_line_call(
        ControlLine *line, const ControlEntry *entry, json_t *asked, gint64 now, GError **error)
{
	json_t *answer = NULL;

	if (line->record != NULL) {
		answer = entry->operation(line->record, asked, now, error);
		json_decref(asked);
		return answer;
	}
	json_t *message = json_pack("{s:s, s:o, s:I}", "operation", entry->name, "asked", asked,
	        "now", (json_int_t)now);
	if (message == NULL)
		g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_BUG,
		        "what a command asks cannot be written as JSON");
	else if (wire_write(line->socket, message, error))
		answer = read_answer(line->socket, error);
	json_decref(message);
	return answer;
}

void
control_line_free(ControlLine *line)
{
	if (line == NULL)
		return;
	record_free(line->record);
	if (line->socket >= 0)
		close(line->socket);
	g_free(line);
}

json_t *
control_call(const RecordPlace *place, const ControlEntry *entry, json_t *asked, gint64 now,
        GError **error)
{
	g_autoptr(ControlLine) line = control_line_open(place, error);

	if (line == NULL) {
		json_decref(asked);
		return NULL;
	}
	return control_line_call(line, entry, asked, now, error);
}
