/* An event's definition: an event or faults, never both; what is loaded, given out and loaded again is the same. */
#include <stdlib.h>
#include <string.h>

#include "schema/definition.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize length)
{
	g_autoptr(GPtrArray) faults = faults_new(), none = faults_new();
	g_autoptr(Event) event = definition_parse((const char *)data, length, NULL, faults);

	fuzz_holds((event == NULL) == (faults->len > 0));
	if (event == NULL)
		return 0;
	json_auto_t *given = definition_export(event);
	char *text = json_dumps(given, 0);
	fuzz_holds(text != NULL);
	g_autoptr(Event) again = definition_parse(text, strlen(text), NULL, none);
	if (again == NULL)
		g_error("%s: %s", ((Fault *)none->pdata[0])->where,
		        ((Fault *)none->pdata[0])->what);
	json_auto_t *given_again = definition_export(again);
	fuzz_holds(json_equal(given, given_again));
	free(text);
	return 0;
}
