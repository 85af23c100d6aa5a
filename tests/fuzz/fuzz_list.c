/*
 * A captain's list, in whatever way a spreadsheet saved it, and the lines as the form carries them along: what is read goes
 * into the form and comes back as it was.
 */
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/small.h"
#include "tests/fuzz/speak.h"
#include "web/captain.h"

static void
must_be_text(const CaptainLine *line)
{
	GHashTableIter iter;
	gpointer field, text;

	g_hash_table_iter_init(&iter, line->values);
	while (g_hash_table_iter_next(&iter, &field, &text)) {
		fuzz_holds(g_utf8_validate(text, -1, NULL) && *(char *)text != '\0');
		for (const guchar *c = text; *c != '\0'; c++)
			fuzz_holds(*c >= ' ' && *c != 0x7f);
	}
}

static void
must_come_back(const GPtrArray *lines)
{
	g_autofree char *carried = captain_lines_json(lines);
	g_autoptr(GPtrArray) back = captain_lines_new();

	fuzz_holds(carried != NULL && captain_lines_parse(back, carried));
	fuzz_holds(back->len == lines->len);
	g_autofree char *again = captain_lines_json(back);
	fuzz_holds(strcmp(carried, again) == 0);
}

/* A line is a person or is left out. */
static void
must_be_told_apart(const GPtrArray *lines, const GArray *left)
{
	for (guint i = 0; i < lines->len; i++)
		for (guint k = 0; k < left->len; k++)
			fuzz_holds(((const CaptainLine *)lines->pdata[i])->line !=
			        g_array_index(left, guint, k));
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize length)
{
	g_autoptr(GPtrArray) lines = captain_lines_new(), carried = captain_lines_new();
	g_autoptr(GArray) left = g_array_new(FALSE, FALSE, sizeof(guint));
	g_autofree char *text = g_strndup((const char *)data, length);
	CaptainFileSaid said = { .left = left };

	fuzz_speak();
	const CaptainFile read =
	        captain_file_read(small_event(), (const char *)data, length, lines, &said);
	g_autofree char *unused = said.unused;
	fuzz_holds(unused == NULL || g_utf8_validate(unused, -1, NULL));
	must_be_told_apart(lines, left);
	for (guint i = 0; i < lines->len; i++)
		must_be_text(g_ptr_array_index(lines, i));
	if (read == FILE_READ) {
		fuzz_holds(lines->len > 0 && lines->len <= CAPTAIN_ROWS_MAX);
		must_come_back(lines);
	}
	if (captain_lines_parse(carried, text)) /* what the form might bring back instead */
		must_come_back(carried);
	return 0;
}
