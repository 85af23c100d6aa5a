/* The small event (tests/events/small.json), for targets that read what speaks of one. */
#pragma once

#include "schema/definition.h"

/* Made at first use, never freed. */
static inline const Event *
small_event(void)
{
	static Event *made;
	g_autofree char *text = NULL;
	g_autoptr(GPtrArray) faults = NULL;
	gsize length = 0;

	if (made != NULL)
		return made;
	faults = faults_new();
	if (g_file_get_contents(SMALL_EVENT, &text, &length, NULL))
		made = definition_parse(text, length, NULL, faults);
	if (made == NULL)
		g_error("%s is no event", SMALL_EVENT);
	return made;
}
