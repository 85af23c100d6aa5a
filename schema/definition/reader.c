#include "schema/definition/reader.h"

#include <string.h>

#include "schema/definition/forbidden.h"

#define QUOTED_CHARS 40
#define CODE_MAX     40

/* ---- faults and where they are ---- */

void
reader_fault(DefinitionReader *reader, const char *format, ...)
{
	g_autofree char *what = NULL;
	va_list arguments;

	if (reader->faults->len >= FAULTS_KEPT)
		return;
	va_start(arguments, format);
	what = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	faults_add(reader->faults, reader->path->str, "%s", what);
}

char *
reader_quote(const char *text)
{
	g_autofree char *shown =
	        g_utf8_substring(text, 0, MIN(g_utf8_strlen(text, -1), QUOTED_CHARS));
	g_autoptr(GString) quoted = g_string_new("\"");

	for (const char *at = shown; *at != '\0'; at = g_utf8_next_char(at)) {
		gunichar character = g_utf8_get_char(at);
		g_string_append_unichar(quoted, g_unichar_iscntrl(character) ? 0xfffd : character);
	}
	g_string_append(quoted, strlen(shown) < strlen(text) ? "…\"" : "\"");
	return g_string_free(g_steal_pointer(&quoted), FALSE);
}

static gboolean
key_is_plain(const char *key)
{
	gsize length = strlen(key);

	for (gsize i = 0; i < length; i++)
		if (!g_ascii_isalnum(key[i]) && strchr("_-", key[i]) == NULL)
			return FALSE;
	return length > 0 && length <= QUOTED_CHARS;
}

gsize
reader_enter(DefinitionReader *reader, const char *key)
{
	gsize before = reader->path->len;

	if (key_is_plain(key)) {
		g_string_append_printf(reader->path, ".%s", key);
	} else {
		g_autofree char *quoted = reader_quote(key);
		g_string_append_printf(reader->path, "[%s]", quoted);
	}
	return before;
}

gsize
reader_enter_item(DefinitionReader *reader, gsize index)
{
	gsize before = reader->path->len;

	g_string_append_printf(reader->path, "[%" G_GSIZE_FORMAT "]", index);
	return before;
}

void
reader_leave(DefinitionReader *reader, gsize before)
{
	g_string_truncate(reader->path, before);
}

/* ---- objects and lists ---- */

static const DefinitionField *
field_find(const DefinitionField *fields, const char *name)
{
	for (const DefinitionField *field = fields; field->name != NULL; field++)
		if (strcmp(field->name, name) == 0)
			return field;
	return NULL;
}

void
reader_object(
        DefinitionReader *reader, const DefinitionField *fields, json_t *value, gpointer target)
{
	const char *key;
	json_t *member;

	if (!json_is_object(value)) {
		reader_fault(reader, "must be an object");
		return;
	}
	for (const DefinitionField *field = fields; field->name != NULL; field++) {
		gsize before = reader_enter(reader, field->name);

		member = json_object_get(value, field->name);
		if (member != NULL)
			field->read(reader, field, member, target);
		else if (field->needed)
			reader_fault(reader, "is missing");
		reader_leave(reader, before);
	}
	json_object_foreach (value, key, member) {
		if (field_find(fields, key) != NULL)
			continue;
		gsize before = reader_enter(reader, key);
		reader_fault(reader, "is not known here");
		reader_leave(reader, before);
	}
}

gboolean
reader_check_list(DefinitionReader *reader, const DefinitionField *field, json_t *value)
{
	if (!json_is_array(value)) {
		reader_fault(reader, "must be a list");
		return FALSE;
	}
	if ((gint64)json_array_size(value) < field->least) {
		reader_fault(reader, "needs at least %" G_GINT64_FORMAT, field->least);
		return FALSE;
	}
	if ((gint64)json_array_size(value) > field->most) {
		reader_fault(reader,
		        "has %" G_GSIZE_FORMAT ", more than the %" G_GINT64_FORMAT
		        " that are allowed",
		        json_array_size(value), field->most);
		return FALSE;
	}
	return TRUE;
}

/* Codes are compared without case: people type them. */
static void
check_code_once(DefinitionReader *reader, GHashTable *seen, const char *code, gsize index)
{
	g_autofree char *lower = code != NULL ? g_ascii_strdown(code, -1) : NULL;
	gpointer first;

	if (lower == NULL)
		return;
	if (g_hash_table_lookup_extended(seen, lower, NULL, &first)) {
		gsize before = reader_enter(reader, "code");
		reader_fault(reader, "\"%s\" is the code of number %u of this list already", code,
		        GPOINTER_TO_UINT(first));
		reader_leave(reader, before);
		return;
	}
	g_hash_table_insert(seen, g_steal_pointer(&lower), GUINT_TO_POINTER((guint)index + 1));
}

void
read_list(DefinitionReader *reader, const DefinitionField *field, json_t *value, gpointer target)
{
	const DefinitionPart *part = field->detail;
	GPtrArray *list = G_STRUCT_MEMBER(GPtrArray *, target, field->offset);
	g_autoptr(GHashTable) codes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	gsize index;
	json_t *item;

	if (!reader_check_list(reader, field, value))
		return;
	json_array_foreach (value, index, item) {
		gpointer made = part->make();
		gsize before = reader_enter_item(reader, index);

		/* a faulty one counts too, so that places in list and file agree */
		g_ptr_array_add(list, made);
		if (part->no_at >= 0)
			G_STRUCT_MEMBER(guint16, made, part->no_at) = (guint16)(index + 1);
		reader_object(reader, part->fields, item, made);
		if (part->code_at >= 0)
			check_code_once(
			        reader, codes, G_STRUCT_MEMBER(char *, made, part->code_at), index);
		reader_leave(reader, before);
	}
}

/* ---- texts ---- */

static gboolean
text_is_blank(const char *text)
{
	for (; *text != '\0'; text = g_utf8_next_char(text))
		if (!g_unichar_isspace(g_utf8_get_char(text)))
			return FALSE;
	return TRUE;
}

gboolean
reader_check_text(
        DefinitionReader *reader, json_t *value, gint64 least, gint64 most, gboolean lines)
{
	const char *text = json_string_value(value);

	if (text == NULL) {
		reader_fault(reader, "must be a text");
		return FALSE;
	}
	if (least > 0 && text_is_blank(text)) {
		reader_fault(reader, "must not be empty");
		return FALSE;
	}
	if (g_utf8_strlen(text, -1) > most) {
		reader_fault(reader, "is longer than %" G_GINT64_FORMAT " characters", most);
		return FALSE;
	}
	for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
		if (g_unichar_iscntrl(g_utf8_get_char(at)) && !(lines && *at == '\n')) {
			reader_fault(reader, "must not have control characters%s",
			        lines ? " but line breaks" : " or line breaks");
			return FALSE;
		}
	}
	return TRUE;
}

gboolean
reader_check_texts(DefinitionReader *reader, json_t *value, gint64 most, gboolean lines)
{
	guint faults = reader->faults->len;
	const char *lang;
	json_t *text;

	if (!json_is_object(value)) {
		reader_fault(reader, "must be an object of language to text, like {\"en\": \"…\"}");
		return FALSE;
	}
	json_object_foreach (value, lang, text) {
		gsize before = reader_enter(reader, lang);
		if (!language_known(lang))
			reader_fault(reader, "is not a language we have (%s)", languages_listed());
		else
			reader_check_text(reader, text, 1, most, lines);
		reader_leave(reader, before);
	}
	if (reader->language != NULL && json_object_get(value, reader->language) == NULL)
		reader_fault(reader,
		        "needs the text in %s, the first language of the event's title",
		        reader->language);
	else if (json_object_size(value) == 0)
		reader_fault(reader, "needs the text in one language at least");
	return reader->faults->len == faults;
}

void
read_text(DefinitionReader *reader, const DefinitionField *field, json_t *value, gpointer target)
{
	if (!reader_check_text(reader, value, field->least, field->most, FALSE))
		return;
	G_STRUCT_MEMBER(char *, target, field->offset) = g_strdup(json_string_value(value));
}

static gboolean
code_is_plain(const char *code)
{
	gsize length = strlen(code);

	if (length == 0 || length > CODE_MAX || code[0] == '-' || code[length - 1] == '-')
		return FALSE;
	for (gsize i = 0; i < length; i++)
		if (!g_ascii_isalnum(code[i]) && code[i] != '-')
			return FALSE;
	return TRUE;
}

gboolean
reader_check_code(DefinitionReader *reader, json_t *value)
{
	if (!json_is_string(value)) {
		reader_fault(reader, "must be a text");
		return FALSE;
	}
	if (!code_is_plain(json_string_value(value))) {
		reader_fault(reader,
		        "must be a code: 1 to %d letters a to z, digits and inner hyphens",
		        CODE_MAX);
		return FALSE;
	}
	return TRUE;
}

/* Codes are in lower case, except where people know them otherwise (detail not NULL). */
void
read_code(DefinitionReader *reader, const DefinitionField *field, json_t *value, gpointer target)
{
	if (!reader_check_code(reader, value))
		return;
	for (const char *at = json_string_value(value); *at != '\0'; at++) {
		if (g_ascii_isupper(*at) && field->detail == NULL) {
			reader_fault(reader, "must be in lower case");
			return;
		}
	}
	G_STRUCT_MEMBER(char *, target, field->offset) = g_strdup(json_string_value(value));
}

void
read_texts(DefinitionReader *reader, const DefinitionField *field, json_t *value, gpointer target)
{
	if (reader_check_texts(reader, value, field->most, FALSE))
		G_STRUCT_MEMBER(json_t *, target, field->offset) = json_incref(value);
}

void
read_place(DefinitionReader *reader, const DefinitionField *field, json_t *value, gpointer target)
{
	if (!json_is_string(value)) {
		read_texts(reader, field, value, target);
		return;
	}
	if (!reader_check_text(reader, value, 1, field->most, FALSE))
		return;
	json_t *texts = json_object();
	json_object_set(texts, reader->language != NULL ? reader->language : "en", value);
	G_STRUCT_MEMBER(json_t *, target, field->offset) = texts;
}

/* ---- numbers and words ---- */

static gboolean
check_number(DefinitionReader *reader, const DefinitionField *field, json_t *value)
{
	if (!json_is_integer(value)) {
		reader_fault(reader, "must be a whole number");
		return FALSE;
	}
	if (json_integer_value(value) < field->least || json_integer_value(value) > field->most) {
		reader_fault(reader, "must be from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
		        field->least, field->most);
		return FALSE;
	}
	return TRUE;
}

void
read_int(DefinitionReader *reader, const DefinitionField *field, json_t *value, gpointer target)
{
	if (check_number(reader, field, value))
		G_STRUCT_MEMBER(int, target, field->offset) = (int)json_integer_value(value);
}

void
read_amount(DefinitionReader *reader, const DefinitionField *field, json_t *value, gpointer target)
{
	if (check_number(reader, field, value))
		G_STRUCT_MEMBER(gint64, target, field->offset) = json_integer_value(value);
}

void
read_no(DefinitionReader *reader, const DefinitionField *field, json_t *value, gpointer target)
{
	if (check_number(reader, field, value))
		G_STRUCT_MEMBER(guint16, target, field->offset) =
		        (guint16)json_integer_value(value);
}

void
read_boolean(DefinitionReader *reader, const DefinitionField *field, json_t *value, gpointer target)
{
	if (!json_is_boolean(value))
		reader_fault(reader, "must be true or false");
	else
		G_STRUCT_MEMBER(gboolean, target, field->offset) = json_is_true(value);
}

/* Enums of ours are as wide as int. */
void
read_word(DefinitionReader *reader, const DefinitionField *field, json_t *value, gpointer target)
{
	const char *const *names = field->detail;
	const char *word = json_string_value(value);
	g_autofree char *listed = NULL;

	for (guint i = 0; word != NULL && names[i] != NULL; i++) {
		if (strcmp(names[i], word) == 0) {
			G_STRUCT_MEMBER(guint, target, field->offset) = i;
			return;
		}
	}
	listed = g_strjoinv(", ", (char **)names);
	reader_fault(reader, "must be one of: %s", listed);
}
