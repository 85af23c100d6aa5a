/* `turnout schema import`: reads the file here, and sends its rows to where they are written. */
#include "schema/roster.h"

#include <errno.h>
#include <string.h>

#include "schema/control.h"
#include "schema/settings.h"

#define LINES_TOLD 40

static const ControlEntry import_entry = { ROSTER_OPERATION, roster_import };

static json_t *
read_roster(const char *path, GError **error)
{
	FILE *file = fopen(path, "re");
	if (file == NULL) {
		int code = errno;
		g_set_error(error, TURNOUT_ERROR,
		        code == ENOENT ? TURNOUT_ERROR_ABSENT : TURNOUT_ERROR_WORLD,
		        "cannot read %s: %s", path, g_strerror(code));
		return NULL;
	}
	json_t *roster = roster_parse(file, path, error);
	fclose(file);
	return roster;
}

/* By line, since a name belongs in no terminal's memory. */
static void
tell_left_out(const json_t *lines)
{
	const gsize n = json_array_size(lines);
	g_autoptr(GString) said = g_string_new(NULL);

	if (n == 0)
		return;
	for (gsize i = 0; i < MIN(n, LINES_TOLD); i++)
		g_string_append_printf(said, "%s%" JSON_INTEGER_FORMAT, i > 0 ? ", " : "",
		        json_integer_value(json_array_get(lines, i)));
	if (n > LINES_TOLD)
		g_string_append_printf(said, " and %zu more", n - LINES_TOLD);
	printf("%zu %s left out: line %s. --agreed-anew takes them in, when they have agreed "
	       "anew\n",
	        n,
	        n == 1 ? "row is of somebody who was deleted, and"
	               : "rows are of people who were deleted, and",
	        said->str);
}

static gboolean
import(const RecordPlace *place, const char *path, const char *event, gboolean dry_run,
        gboolean agreed_anew, gint64 now, GError **error)
{
	json_t *asked = read_roster(path, error);
	if (asked == NULL)
		return FALSE;
	json_object_set_new(asked, "event", json_string(event));
	json_object_set_new(asked, "source", json_string(path));
	json_object_set_new(asked, "dry_run", json_boolean(dry_run));
	json_object_set_new(asked, "agreed_anew", json_boolean(agreed_anew));
	json_t *answer = control_call(place, &import_entry, asked, now, error);
	if (answer == NULL)
		return FALSE;
	json_int_t registered = json_integer_value(json_object_get(answer, "registered"));
	json_int_t already = json_integer_value(json_object_get(answer, "already"));
	printf("%s%" JSON_INTEGER_FORMAT " registered, %" JSON_INTEGER_FORMAT
	       " were registered before\n",
	        dry_run ? "dry run: " : "", registered, already);
	tell_left_out(json_object_get(answer, "left_out"));
	json_decref(answer);
	return TRUE;
}

int
roster_command(int argc, char **argv)
{
	g_autofree char *event = NULL;
	gboolean dry_run = FALSE, agreed_anew = FALSE;
	const GOptionEntry entries[] = {
		{ "event", 0, 0, G_OPTION_ARG_STRING, &event, "The event", "SLUG" },
		{ "dry-run", 0, 0, G_OPTION_ARG_NONE, &dry_run, "Find all faults, register nobody",
		        NULL },
		{ "agreed-anew", 0, 0, G_OPTION_ARG_NONE, &agreed_anew,
		        "Take in people who were deleted too: they have agreed anew", NULL },
		{ NULL },
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(Settings) settings = settings_take(&argc, &argv, entries,
	        "ROSTER.csv: registers a list of people, all or nothing", FALSE, &error);
	if (settings == NULL)
		return error_report(error);
	if (argc != 2 || event == NULL) {
		fputs("turnout: import takes one file and --event: turnout schema import"
		      " ROSTER.csv --event SLUG\n",
		        stderr);
		return EXIT_STATUS_USE;
	}
	RecordPlace place = settings_place(settings);
	gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	return import(&place, argv[1], event, dry_run, agreed_anew, now, &error)
	        ? 0
	        : error_report(error);
}
