#include "schema/definition_command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/asked.h"
#include "schema/definition.h"
#include "schema/settings.h"

/* ---- load ---- */

static Event *
parse(const char *text, gsize length, const char *starts, const char *source, GError **error)
{
	g_autoptr(GPtrArray) faults = faults_new();
	Event *event = definition_parse(text, length, starts, faults);

	if (event == NULL)
		faults_none(faults, source, error);
	return event;
}

json_t *
definition_operation_load(Record *record, const json_t *asked, gint64 now, GError **error)
{
	const json_t *definition = json_object_get(asked, "definition");
	const char *source = json_string_value(json_object_get(asked, "source"));
	const char *starts = json_string_value(json_object_get(asked, "starts"));
	DefinitionStored stored;

	if (!json_is_string(definition) || source == NULL) {
		g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "schema.load wants a definition and its source");
		return NULL;
	}
	g_autoptr(Event) event = parse(json_string_value(definition),
	        json_string_length(definition), starts, source, error);
	if (event == NULL || !definition_store(record, event, now, &stored, error))
		return NULL;
	return json_pack("{s:s, s:b, s:b, s:I, s:i, s:i, s:i}", "event", event->slug, "created",
	        stored.created, "changed", stored.changed, "edition", (json_int_t)stored.edition,
	        "sessions", (int)event->sessions->len, "options", (int)event->options->len,
	        "delegations", (int)event->delegations->len);
}

static const ControlEntry load_entry = { "schema.load", definition_operation_load };

/* A file as text, or what comes in when its name is "-"; at most one byte more than is allowed, so that
 * the parser can tell. */
static char *
read_file(const char *name, gsize *ret_length, GError **error)
{
	gboolean given = strcmp(name, "-") == 0;
	FILE *file = given ? stdin : fopen(name, "rb");
	int trouble = file == NULL ? errno : 0;
	g_autofree char *text = g_malloc(DEFINITION_MAX + 1);

	if (file != NULL) {
		*ret_length = fread(text, 1, DEFINITION_MAX + 1, file);
		trouble = ferror(file) ? errno : 0;
		if (!given)
			fclose(file);
	}
	if (trouble == 0)
		return g_steal_pointer(&text);
	g_set_error(error, TURNOUT_ERROR,
	        trouble == ENOENT ? TURNOUT_ERROR_ABSENT : TURNOUT_ERROR_WORLD,
	        "%s can't be read: %s", name, g_strerror(trouble));
	return NULL;
}

static void
print_answer(const json_t *answer)
{
	gboolean created = json_is_true(json_object_get(answer, "created"));
	gboolean changed = json_is_true(json_object_get(answer, "changed"));

	printf("%s event %s: edition %" JSON_INTEGER_FORMAT ", %" JSON_INTEGER_FORMAT
	       " sessions, %" JSON_INTEGER_FORMAT " options, %" JSON_INTEGER_FORMAT
	       " delegations\n",
	        created           ? "made"
	                : changed ? "changed"
	                          : "unchanged:",
	        json_string_value(json_object_get(answer, "event")),
	        json_integer_value(json_object_get(answer, "edition")),
	        json_integer_value(json_object_get(answer, "sessions")),
	        json_integer_value(json_object_get(answer, "options")),
	        json_integer_value(json_object_get(answer, "delegations")));
}

#define UNTOLD_SHOWN 5 /* of a language; who translates the first sees the others next */

/* What guests will read in another language than the page's, for each language that is offered. */
static void
print_untold(const Event *event)
{
	for (guint i = 1; event->languages[i] != NULL; i++) {
		g_autoptr(GPtrArray) paths = definition_untold(event, event->languages[i]);

		if (paths->len == 0)
			continue;
		printf("%s lacks %u text%s, shown in %s:", event->languages[i], paths->len,
		        paths->len > 1 ? "s" : "", event->languages[0]);
		for (guint j = 0; j < paths->len && j < UNTOLD_SHOWN; j++)
			printf("%s %s", j > 0 ? "," : "", (char *)g_ptr_array_index(paths, j));
		puts(paths->len > UNTOLD_SHOWN ? " …" : "");
	}
}

static gboolean
load(const RecordPlace *place, const char *file, const char *starts, gint64 now, GError **error)
{
	gsize length = 0;
	g_autofree char *text = read_file(file, &length, error);

	if (text == NULL)
		return FALSE;
	/* faults are told here, where the file is; what passes is text that JSON can carry */
	g_autoptr(Event) event = parse(text, length, starts, file, error);
	if (event == NULL)
		return FALSE;
	json_auto_t *answer = control_call(place, &load_entry,
	        json_pack("{s:s%, s:s, s:s*}", "definition", text, length, "source", file, "starts",
	                starts),
	        now, error);
	if (answer == NULL)
		return FALSE;
	print_answer(answer);
	print_untold(event);
	return TRUE;
}

int
load_command(int argc, char **argv)
{
	g_autofree char *starts = NULL;
	const GOptionEntry entries[] = {
		{ "starts", 0, 0, G_OPTION_ARG_STRING, &starts,
		        "Move every time so that the event's first day is this one", "DATE" },
		{ NULL },
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(Settings) settings = settings_take(&argc, &argv, entries,
	        "FILE: make or update an event from its definition (- reads what comes in)", FALSE,
	        &error);
	if (settings == NULL)
		return error_report(error);
	RecordPlace place = settings_place(settings);
	if (argc != 2)
		g_set_error_literal(
		        &error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT, "say load FILE, with one file");
	else if (load(&place, argv[1], starts, g_get_real_time() / G_USEC_PER_SEC, &error))
		return 0;
	return error_report(error);
}

/* ---- export ---- */

int
export_command(int argc, char **argv)
{
	g_autofree char *slug = NULL;
	const GOptionEntry entries[] = {
		{ "event", 0, 0, G_OPTION_ARG_STRING, &slug, "The event", "SLUG" },
		{ NULL },
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(Settings) settings = settings_take(&argc, &argv, entries,
	        "print an event's definition, which loads again", FALSE, &error);
	if (settings == NULL)
		return error_report(error);
	RecordPlace place = settings_place(settings);
	if (argc != 1 || slug == NULL) {
		g_set_error_literal(
		        &error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT, "say export --event SLUG");
		return error_report(error);
	}
	g_autoptr(Record) record = record_open(&place, RECORD_READ, &error);
	g_autoptr(Event) event = record ? asked_event(record, slug, &error) : NULL;
	if (event == NULL)
		return error_report(error);
	json_auto_t *definition = definition_export(event);
	if (json_dumpf(definition, stdout, JSON_INDENT(2)) != 0 || putchar('\n') == EOF ||
	        fflush(stdout) != 0) {
		g_set_error(&error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD, "can't write: %s",
		        g_strerror(errno));
		return error_report(error);
	}
	return 0;
}
