/*
 * A list that a spreadsheet saved as text, whichever way: UTF-8, UTF-16 or Windows-1252; commas, semicolons or tabs;
 * with a line of names for the columns, in any of our languages, or without.
 */
#include <string.h>

#include "schema/roster.h"
#include "schema/text.h"
#include "web/captain.h"

/* ---- bytes to text ---- */

/* Windows-1252 from 0x80 to 0x9f; the rest is as in Latin-1. 0: no character. */
static const gunichar windows[32] = { 0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
	0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d,
	0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178 };

static char *
of_windows(const char *bytes, gsize length)
{
	g_autoptr(GString) text = g_string_sized_new(length + length / 4);

	for (gsize i = 0; i < length; i++) {
		const guint8 byte = (guint8)bytes[i];
		const gunichar c = byte >= 0x80 && byte < 0xa0 ? windows[byte - 0x80] : byte;
		if (c == 0)
			return NULL;
		g_string_append_unichar(text, c);
	}
	return g_string_free(g_steal_pointer(&text), FALSE);
}

static char *
of_utf16(const char *bytes, gsize length, gboolean big)
{
	const gsize n = length / 2;
	g_autofree gunichar2 *units = g_new(gunichar2, n + 1);

	for (gsize i = 0; i < n; i++) {
		const guint8 first = (guint8)bytes[2 * i], second = (guint8)bytes[2 * i + 1];
		units[i] = (gunichar2)(big ? first << 8 | second : second << 8 | first);
		if (units[i] == 0)
			return NULL;
	}
	units[n] = 0;
	return g_utf16_to_utf8(units, (glong)n, NULL, NULL, NULL);
}

static gboolean
begins(const char *bytes, gsize length, const char *with, gsize n)
{
	return length >= n && memcmp(bytes, with, n) == 0;
}

/* Owned; NULL when it is no text. */
static char *
to_text(const char *bytes, gsize length, gboolean *ret_guessed)
{
	*ret_guessed = FALSE;
	if (begins(bytes, length, "\xff\xfe", 2))
		return of_utf16(bytes + 2, length - 2, FALSE);
	if (begins(bytes, length, "\xfe\xff", 2))
		return of_utf16(bytes + 2, length - 2, TRUE);
	if (begins(bytes, length, "\xef\xbb\xbf", 3)) {
		bytes += 3;
		length -= 3;
	}
	if (memchr(bytes, '\0', length) != NULL)
		return NULL;
	if (g_utf8_validate(bytes, (gssize)length, NULL))
		return g_strndup(bytes, length);
	*ret_guessed = TRUE;
	return of_windows(bytes, length);
}

/* A list has lines and tabs, and no other control. */
static gboolean
is_list(const char *text)
{
	for (; *text != '\0'; text++)
		if ((guint8)*text < 0x20 && strchr("\t\r\n", *text) == NULL)
			return FALSE;
	return TRUE;
}

/* ---- text to rows ---- */

#define HEAD_ROWS 10 /* so far down the names of the columns may stand: titles are above them */

/* What cuts one of the first lines into the most cells; @ret_text moves behind Excel's "sep=;". */
static char
find_separator(const char **ret_text)
{
	static const char known[] = ";\t,";
	const char *text = *ret_text;
	guint most[3] = { 0 }, n[3] = { 0 }, lines = 0;
	gboolean quoted = FALSE;

	if (g_ascii_strncasecmp(text, "sep=", 4) == 0 && text[4] != '\0') {
		*ret_text = text + 5 + strspn(text + 5, "\r\n");
		return text[4];
	}
	for (; *text != '\0' && lines < HEAD_ROWS; text++) {
		const char *found = strchr(known, *text);
		quoted = quoted != (*text == '"');
		if (!quoted && found != NULL)
			most[found - known] = MAX(most[found - known], ++n[found - known]);
		if (!quoted && *text == '\n') {
			memset(n, 0, sizeof n);
			lines++;
		}
	}
	guint best = 2;
	for (guint i = 0; i < 3; i++)
		if (most[i] > most[best])
			best = i;
	return known[best];
}

/* ---- columns ---- */

#define FIRST_NAME "first_name"
#define LAST_NAME  "last_name"

static const struct {
	const char *field, *key; /* key: words in each language, with "|" between them */
} columns[] = {
	{ "name", "captain_columns_name" },
	{ FIRST_NAME, "captain_columns_first" },
	{ LAST_NAME, "captain_columns_last" },
	{ "email", "captain_columns_email" },
	{ "phone", "captain_columns_phone" },
	{ "age_band", "captain_columns_age" },
	{ "guardian", "captain_columns_guardian" },
	{ "option", "captain_columns_option" },
	{ "stop", "captain_columns_stop" },
};

static gboolean
is_word(const char *words, const char *folded)
{
	g_auto(GStrv) each = g_strsplit(words, "|", -1);

	for (guint i = 0; each[i] != NULL; i++) {
		g_autofree char *word = text_fold(each[i]);
		if (g_strcmp0(word, folded) == 0)
			return TRUE;
	}
	return FALSE;
}

/* The field that a column is named after; NULL when it is none. Owned. */
static char *
field_of(const Event *event, const char *cell)
{
	static const char *const codes[] = { "interpretation", "meal", "lang", NULL };
	guint n = 0;
	const Locale *const *locales = locales_all(&n);
	g_autofree char *folded = text_fold(cell), *lower = g_ascii_strdown(cell, -1);
	g_auto(GStrv) fields = captain_fields(event);

	if (folded == NULL || *folded == '\0')
		return NULL;
	if (g_strv_contains((const char *const *)fields, lower) || g_strv_contains(codes, lower))
		return g_steal_pointer(&lower);
	for (guint i = 0; i < G_N_ELEMENTS(columns); i++) {
		if (strcmp(columns[i].field, lower) == 0)
			return g_steal_pointer(&lower);
		for (guint j = 0; j < n; j++)
			if (is_word(locale_text(locales[j], columns[i].key), folded))
				return g_strdup(columns[i].field);
	}
	return NULL;
}

/* What the cells of @row name; @ret_known: how many of them, @ret_unused: the others (NULL: none). */
static GPtrArray *
read_header(const Event *event, const json_t *row, guint *ret_known, char **ret_unused)
{
	g_autoptr(GPtrArray) fields = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GString) unused = g_string_new(NULL);

	*ret_known = 0;
	for (gsize i = 1; i < json_array_size(row); i++) {
		const char *cell = json_string_value(json_array_get(row, i));
		char *field = field_of(event, cell);
		*ret_known += field != NULL;
		if (field == NULL && *cell != '\0')
			g_string_append_printf(unused, "%s%s", unused->len > 0 ? ", " : "", cell);
		g_ptr_array_add(fields, field);
	}
	*ret_unused = unused->len > 0 ? g_string_free(g_steal_pointer(&unused), FALSE) : NULL;
	return g_steal_pointer(&fields);
}

static gboolean
has_field(const GPtrArray *fields, const char *wanted)
{
	for (guint i = 0; i < fields->len; i++)
		if (g_strcmp0(g_ptr_array_index(fields, i), wanted) == 0)
			return TRUE;
	return FALSE;
}

static gboolean
names_people(const GPtrArray *fields)
{
	return has_field(fields, "name") || has_field(fields, FIRST_NAME) ||
	        has_field(fields, LAST_NAME);
}

/* The line of columns: the first one, or one below titles that names the name and something else. NULL when there is
 * none, so that the first line is a person. */
static GPtrArray *
take_header(const Event *event, const json_t *rows, gsize *ret_row, char **ret_unused)
{
	for (gsize i = 0; i < MIN(json_array_size(rows), HEAD_ROWS); i++) {
		guint known = 0;
		g_autofree char *unused = NULL;
		g_autoptr(GPtrArray) fields =
		        read_header(event, json_array_get(rows, i), &known, &unused);
		if (!names_people(fields) || (i > 0 && known < 2))
			continue;
		*ret_row = i;
		*ret_unused = g_steal_pointer(&unused);
		return g_steal_pointer(&fields);
	}
	guint known = 0;
	*ret_row = 0;
	g_autoptr(GPtrArray) first =
	        read_header(event, json_array_get(rows, 0), &known, ret_unused);
	if (known > 0)
		return g_steal_pointer(&first);
	g_clear_pointer(ret_unused, g_free);
	return NULL;
}

/* "Total", in any of our languages, is nobody's name. */
static gboolean
is_total(const json_t *row)
{
	guint n = 0;
	const Locale *const *locales = locales_all(&n);
	const char *cell = "";

	for (gsize i = 1; i < json_array_size(row) && *cell == '\0'; i++)
		cell = json_string_value(json_array_get(row, i));
	g_autofree char *word = g_strstrip(g_strdup(cell));
	if (g_str_has_suffix(word, ":"))
		word[strlen(word) - 1] = '\0';
	g_autofree char *folded = text_fold(word);
	for (guint i = 0; folded != NULL && *folded != '\0' && i < n; i++)
		if (is_word(locale_text(locales[i], "captain_columns_total"), folded))
			return TRUE;
	return FALSE;
}

/* ---- people ---- */

static void
take_row(const json_t *row, const GPtrArray *fields, CaptainLine *line)
{
	for (gsize i = 1; i < json_array_size(row); i++) {
		const char *cell = json_string_value(json_array_get(row, i));
		const char *field = fields != NULL
		        ? (i - 1 < fields->len ? g_ptr_array_index(fields, i - 1) : NULL)
		        : (i == 1 ? "name" : NULL);
		if (field != NULL && captain_line_get(line, field) == NULL)
			captain_line_set(line, field, cell);
	}
	const char *first = captain_line_get(line, FIRST_NAME);
	const char *last = captain_line_get(line, LAST_NAME);
	if ((first != NULL || last != NULL) && captain_line_get(line, "name") == NULL) {
		g_autofree char *whole = g_strdup_printf(
		        "%s%s%s", first ? first : "", first && last ? " " : "", last ? last : "");
		captain_line_set(line, "name", whole);
	}
	captain_line_set(line, FIRST_NAME, "");
	captain_line_set(line, LAST_NAME, "");
}

CaptainFile
captain_file_read(
        const Event *event, const char *bytes, gsize length, GPtrArray *lines, CaptainFileSaid *ret)
{
	gboolean more = FALSE;

	if (begins(bytes, length, "PK\x03\x04", 4) || begins(bytes, length, "\xd0\xcf\x11\xe0", 4))
		return FILE_WORKBOOK;
	g_autofree char *text = to_text(bytes, length, &ret->guessed);
	if (text == NULL || !is_list(text))
		return FILE_NOT_TEXT;
	const char *at = text;
	const char separator = find_separator(&at);
	json_auto_t *rows =
	        roster_cells(at, strlen(at), separator, CAPTAIN_ROWS_MAX + HEAD_ROWS + 1, &more);
	gsize head = 0;
	if (more)
		return FILE_TOO_MANY;
	if (json_array_size(rows) == 0)
		return FILE_EMPTY;
	g_autoptr(GPtrArray) fields = take_header(event, rows, &head, &ret->unused);
	if (fields != NULL && !names_people(fields))
		return FILE_NO_NAMES;
	for (gsize i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		const guint number = (guint)json_integer_value(json_array_get(row, 0));
		if (fields != NULL && i == head)
			continue;
		if (i < head || (fields != NULL && is_total(row)))
			g_array_append_val(ret->left, number);
		else
			take_row(row, fields, captain_lines_add(lines, number));
	}
	if (lines->len > CAPTAIN_ROWS_MAX)
		return FILE_TOO_MANY;
	return lines->len > 0 ? FILE_READ : FILE_EMPTY;
}
