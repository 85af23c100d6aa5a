/*
 * Names and values of a query or a form body (application/x-www-form-urlencoded, as WHATWG URL
 * says), in order; a name may come again. Only valid UTF-8 without NUL gets in.
 */
#pragma once

#include <glib.h>

#define FIELDS_MAX 2000

typedef struct Fields Fields;

/* NULL when @text is not such a form: bad escapes, NUL, not UTF-8, more than FIELDS_MAX. */
Fields *fields_parse(const char *text, gsize length);
Fields *fields_new(void); /* empty */
void fields_free(Fields *fields);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fields, fields_free)

const char *fields_get(const Fields *fields, const char *name); /* the first; NULL when absent */
const char *fields_nth(const Fields *fields, const char *name, guint n); /* of those of that name */
void fields_add(Fields *fields, const char *name, const char *value);
guint fields_count(const Fields *fields);
void fields_at(const Fields *fields, guint i, const char **ret_name, const char **ret_value);
