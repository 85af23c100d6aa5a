/* Which texts of a definition a language lacks, that its pages are offered in. */
#include "schema/definition.h"

#include <string.h>

typedef struct {
	const char *own, *lang;
	GPtrArray *paths;
} Looking;

static void
look(const Looking *looking, json_t *at, const char *path)
{
	gsize i;
	const char *key;
	json_t *each;

	/* a text is the only object that has a language for a key */
	if (json_is_string(json_object_get(at, looking->own))) {
		if (json_object_get(at, looking->lang) == NULL)
			g_ptr_array_add(looking->paths, g_strdup(path));
		return;
	}
	json_array_foreach (at, i, each) {
		g_autofree char *below = g_strdup_printf("%s[%zu]", path, i);
		look(looking, each, below);
	}
	json_object_foreach (at, key, each) {
		g_autofree char *below = g_strdup_printf("%s.%s", path, key);
		look(looking, each, below);
	}
}

GPtrArray *
definition_untold(const Event *event, const char *lang)
{
	json_auto_t *definition = definition_export(event);
	Looking looking = { event->languages[0], lang, g_ptr_array_new_with_free_func(g_free) };

	look(&looking, definition, "$");
	return looking.paths;
}
