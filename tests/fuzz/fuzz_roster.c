/* A roster that is imported (CSV): all of it or faults; what is read, written again, reads as the same. */
#include <stdio.h>
#include <string.h>

#include "schema/roster.h"
#include "tests/fuzz/fuzz.h"

static json_t *
parse(const void *bytes, gsize length, GError **error)
{
	FILE *file = fmemopen((void *)bytes, length, "r");
	json_t *roster = roster_parse(file, "a list", error);

	fclose(file);
	return roster;
}

static void
write_cell(GString *text, const json_t *cell, gboolean first)
{
	g_autoptr(GString) quoted = g_string_new(json_string_value(cell));

	g_string_replace(quoted, "\"", "\"\"", 0);
	g_string_append_printf(text, "%s\"%s\"", first ? "" : ",", quoted->str);
}

static void
write_row(GString *text, const json_t *row, gsize from)
{
	for (gsize i = from; i < json_array_size(row); i++) {
		fuzz_holds(json_is_string(json_array_get(row, i)));
		write_cell(text, json_array_get(row, i), i == from);
	}
	g_string_append(text, "\r\n");
}

static void
must_be_same(const json_t *one, const json_t *other, gsize from)
{
	fuzz_holds(json_array_size(one) == json_array_size(other));
	for (gsize i = from; i < json_array_size(one); i++)
		fuzz_holds(json_equal(json_array_get(one, i), json_array_get(other, i)));
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize length)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GString) text = g_string_new(NULL);

	if (length == 0)
		return 0;
	json_auto_t *roster = parse(data, length, &error);
	fuzz_holds((roster == NULL) == (error != NULL));
	if (roster == NULL)
		return 0;
	const json_t *header = json_object_get(roster, "header");
	const json_t *rows = json_object_get(roster, "rows");
	write_row(text, header, 0);
	for (gsize i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		fuzz_holds(json_array_size(row) == json_array_size(header) + 1);
		fuzz_holds(json_integer_value(json_array_get(row, 0)) > 0);
		write_row(text, row, 1);
	}
	json_auto_t *again = parse(text->str, text->len, &error);
	if (again == NULL)
		g_error("%s", error->message);
	must_be_same(header, json_object_get(again, "header"), 0);
	fuzz_holds(json_array_size(rows) == json_array_size(json_object_get(again, "rows")));
	for (gsize i = 0; i < json_array_size(rows); i++)
		must_be_same(json_array_get(rows, i),
		        json_array_get(json_object_get(again, "rows"), i), 1);
	return 0;
}
