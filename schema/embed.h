/*
 * Files that are part of the program, put in by schema/embed.mjs when it is built.
 */
#pragma once

#include <glib.h>

typedef struct {
	const char *name; /* the file's, without its folder: "0001.sql" */
	const char *text; /* ends with NUL */
	gsize length;
} Embedded;

/* Each ends with a name of NULL, and is in the order of names. */
extern const Embedded embedded_migrations[];
extern const Embedded embedded_data[];

/* NULL when there is none of that name. */
static inline const Embedded *
embedded_find(const Embedded *table, const char *name)
{
	for (; table->name != NULL; table++)
		if (g_str_equal(table->name, name))
			return table;
	return NULL;
}
