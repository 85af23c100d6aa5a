/*
 * Forms and queries. One copy of the text is decoded in place, since a decoded text is never
 * longer; a hash of each name keeps look-ups of a form with forty fields cheap.
 */
#include "web/fields.h"

#include <string.h>

#define FIELDS_USUAL 32 /* a form's, without growing */

typedef struct {
	const char *name, *value;
	guint hash; /* of @name */
} Field;

struct Fields {
	GArray *entries; /* of Field */
	char *text;      /* what parsed entries point into */
	gsize length;
	GPtrArray *added; /* names and values of fields_add() */
};

static guint
name_hash(const char *name)
{
	guint hash = 2166136261u;
	for (const guchar *at = (const guchar *)name; *at; at++)
		hash = (hash ^ *at) * 16777619u;
	return hash;
}

static int
hex_digit(char digit)
{
	return g_ascii_xdigit_value(digit);
}

/* Decodes [@from, @end) to @to; returns the end of what was written, NULL for what can't be. */
static char *
decode(char *to, const char *from, const char *end)
{
	while (from < end) {
		char c = *from++;
		if (c == '+') {
			c = ' ';
		} else if (c == '%') {
			if (end - from < 2)
				return NULL;
			int high = hex_digit(from[0]), low = hex_digit(from[1]);
			if (high < 0 || low < 0)
				return NULL;
			c = (char)(high << 4 | low);
			from += 2;
		}
		if (c == '\0')
			return NULL;
		*to++ = c;
	}
	return to;
}

static void
append(Fields *fields, const char *name, const char *value)
{
	const Field field = { .name = name, .value = value, .hash = name_hash(name) };
	g_array_append_val(fields->entries, field);
}

/* One "name=value" of [@at, @end), where @at[-1] or later bytes may be overwritten up to @end. */
static gboolean
parse_pair(Fields *fields, char *at, char *end)
{
	char *equals = memchr(at, '=', (gsize)(end - at));
	char *name_end = decode(at, at, equals ? equals : end);
	if (name_end == NULL || !g_utf8_validate_len(at, (gsize)(name_end - at), NULL))
		return FALSE;
	char *value = "";
	if (equals != NULL) {
		value = equals + 1;
		char *value_end = decode(value, value, end);
		if (value_end == NULL ||
		        !g_utf8_validate_len(value, (gsize)(value_end - value), NULL))
			return FALSE;
		*value_end = '\0';
	}
	*name_end = '\0';
	append(fields, at, value);
	return fields->entries->len <= FIELDS_MAX;
}

Fields *
fields_new(void)
{
	Fields *fields = g_new0(Fields, 1);
	fields->entries = g_array_sized_new(FALSE, FALSE, sizeof(Field), FIELDS_USUAL);
	return fields;
}

Fields *
fields_parse(const char *text, gsize length)
{
	g_autoptr(Fields) fields = fields_new();
	fields->text = g_malloc(length + 1);
	fields->length = length;
	if (length > 0)
		memcpy(fields->text, text, length);
	fields->text[length] = '\0';

	char *end = fields->text + length;
	for (char *at = fields->text; at < end;) {
		char *pair_end = memchr(at, '&', (gsize)(end - at));
		if (pair_end == NULL)
			pair_end = end;
		if (pair_end > at && !parse_pair(fields, at, pair_end))
			return NULL;
		at = pair_end + 1;
	}
	return g_steal_pointer(&fields);
}

/* What people typed doesn't stay behind in freed memory. */
static void
wipe(char *text, gsize length)
{
	explicit_bzero(text, length);
	g_free(text);
}

void
fields_free(Fields *fields)
{
	if (fields == NULL)
		return;
	for (guint i = 0; fields->added != NULL && i < fields->added->len; i++) {
		char *text = g_ptr_array_index(fields->added, i);
		wipe(text, strlen(text));
	}
	if (fields->added != NULL)
		g_ptr_array_free(fields->added, TRUE);
	if (fields->text != NULL)
		wipe(fields->text, fields->length);
	g_array_free(fields->entries, TRUE);
	g_free(fields);
}

const char *
fields_nth(const Fields *fields, const char *name, guint n)
{
	const guint hash = name_hash(name);
	for (guint i = 0; i < fields->entries->len; i++) {
		const Field *field = &g_array_index(fields->entries, Field, i);
		if (field->hash == hash && strcmp(field->name, name) == 0 && n-- == 0)
			return field->value;
	}
	return NULL;
}

const char *
fields_get(const Fields *fields, const char *name)
{
	return fields_nth(fields, name, 0);
}

void
fields_add(Fields *fields, const char *name, const char *value)
{
	if (fields->added == NULL)
		fields->added = g_ptr_array_new();
	char *own_name = g_strdup(name), *own_value = g_strdup(value);
	g_ptr_array_add(fields->added, own_name);
	g_ptr_array_add(fields->added, own_value);
	append(fields, own_name, own_value);
}

guint
fields_count(const Fields *fields)
{
	return fields->entries->len;
}

void
fields_at(const Fields *fields, guint i, const char **ret_name, const char **ret_value)
{
	const Field *field = &g_array_index(fields->entries, Field, i);
	*ret_name = field->name;
	*ret_value = field->value;
}
