/* `turnout schema rotate-key`. */
#include "schema/rotate.h"

#include <stdio.h>

#include "schema/settings.h"

static gboolean
ask(const RecordPlace *place, const char *event, gint64 now, GError **error)
{
	static const ControlEntry entry = { "key.rotate", rotate_operation };
	json_auto_t *answer =
	        control_call(place, &entry, json_pack("{s:s}", "event", event), now, error);

	if (answer == NULL)
		return FALSE;
	printf("event %s: key %d signs new tickets; %" JSON_INTEGER_FORMAT
	       " tickets of earlier keys stay valid\n"
	       "there are new files in the folder of keys: back the keys up again\n",
	        event, (int)json_integer_value(json_object_get(answer, "key_no")),
	        json_integer_value(json_object_get(answer, "earlier")));
	return TRUE;
}

int
rotate_command(int argc, char **argv)
{
	g_autofree char *event = NULL;
	const GOptionEntry entries[] = {
		{ "event", 0, 0, G_OPTION_ARG_STRING, &event, "the event", "SLUG" },
		{ NULL },
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(Settings) settings = settings_take(&argc, &argv, entries,
	        "--event E: another key for new tickets. Those that are out stay valid, on paper "
	        "and as pictures",
	        FALSE, &error);
	if (settings == NULL)
		return error_report(error);
	RecordPlace place = settings_place(settings);
	gboolean ok = FALSE;

	if (argc == 1 && event)
		ok = ask(&place, event, g_get_real_time() / G_USEC_PER_SEC, &error);
	else
		g_set_error_literal(
		        &error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT, "say rotate-key --event E");
	return ok ? 0 : error_report(error);
}
