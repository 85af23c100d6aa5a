/* `turnout schema expire`. */
#include "schema/expire.h"

#include <stdio.h>
#include <string.h>

#include "schema/asked.h"
#include "schema/control.h"
#include "schema/settings.h"

json_t *
expire_operation(Record *record, const json_t *asked, gint64 now, GError **error)
{
	const char *slug = asked_text(asked, "event");
	const json_t *when = json_object_get(asked, "when");
	ExpireCounts counts = { 0 };

	if (slug != NULL) {
		g_autoptr(Event) event = asked_event(record, slug, error);
		if (event == NULL)
			return NULL;
	}
	if (!expire_run(record, slug, when ? json_integer_value(when) : now, &counts, error))
		return NULL;
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:i}", "cancelled",
	        (json_int_t)counts.cancelled, "emergency",
	        (json_int_t)counts.values[SEALED_EMERGENCY], "logistics",
	        (json_int_t)counts.values[SEALED_LOGISTICS], "identity",
	        (json_int_t)counts.values[SEALED_IDENTITY], "people", (json_int_t)counts.people,
	        "scans", (json_int_t)counts.scans, "held", (json_int_t)counts.held, "keys",
	        (int)counts.keys);
}

static void
print_counts(const json_t *answer)
{
	static const struct {
		const char *name, *words;
	} lines[] = {
		{ "cancelled", "people who had cancelled, deleted" },
		{ "emergency", "emergency contacts deleted" },
		{ "logistics", "logistics of people deleted" },
		{ "identity", "identities deleted" },
		{ "people", "people who are counts now" },
		{ "scans", "lines of the scan log deleted" },
		{ "keys", "keys destroyed" },
		{ "held", "values that legal holds keep" },
	};

	for (guint i = 0; i < G_N_ELEMENTS(lines); i++)
		printf("%8" JSON_INTEGER_FORMAT " %s\n",
		        json_integer_value(json_object_get(answer, lines[i].name)), lines[i].words);
	if (json_integer_value(json_object_get(answer, "keys")) > 0)
		fputs("Keys are gone: make the copy of the keys anew (turnout schema backup-keys) "
		      "and "
		      "destroy the old one.\n",
		        stderr);
}

/* A time with its zone: 2027-04-06T08:00:00Z. */
static gboolean
parse_time(const char *text, gint64 *ret_time, GError **error)
{
	g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(text, NULL);

	if (time == NULL) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "--now is a time with its zone, as 2027-05-08T08:00:00Z, not \"%s\"", text);
		return FALSE;
	}
	*ret_time = g_date_time_to_unix(time);
	return TRUE;
}

int
expire_command(int argc, char **argv)
{
	static const ControlEntry entry = { "schema.expire", expire_operation };
	g_autofree char *event = NULL, *when = NULL;
	gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	const GOptionEntry entries[] = {
		{ "event", 0, 0, G_OPTION_ARG_STRING, &event, "only this event", "SLUG" },
		{ "now", 0, 0, G_OPTION_ARG_STRING, &when,
		        "as if it were this time: what is deleted stays deleted", "TIME" },
		{ NULL },
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(Settings) settings = settings_take(&argc, &argv, entries,
	        "expire: deletes what has been kept for its days, and destroys its keys", FALSE,
	        &error);
	if (settings == NULL)
		return error_report(error);
	if (argc > 1) {
		g_set_error(&error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "expire takes no words, only options: \"%s\"", argv[1]);
		return error_report(error);
	}
	if (when != NULL && !parse_time(when, &now, &error))
		return error_report(error);
	const RecordPlace place = settings_place(settings);
	json_auto_t *answer = control_call(&place, &entry,
	        json_pack("{s:s*, s:I}", "event", event, "when", (json_int_t)now),
	        g_get_real_time() / G_USEC_PER_SEC, &error);
	if (answer == NULL)
		return error_report(error);
	print_counts(answer);
	return 0;
}
