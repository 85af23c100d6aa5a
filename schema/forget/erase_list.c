/* The list beside the keys of who must not come back. */
#include "schema/erase_private.h"

#include <string.h>

#include "schema/id.h"
#include "schema/vault_files.h"

static const char *const kind_words[] = { "erase", "hold", "release", "forgotten" };

static char *
list_path(const char *dir)
{
	return g_build_filename(dir, "keys", ERASE_LIST_FILE, NULL);
}

G_STATIC_ASSERT(KNOWN_AS_BYTES == EVENT_ID_BYTES); /* both are written alike */
static void
bytes_hex(const guint8 bytes[EVENT_ID_BYTES], char ret_hex[2 * EVENT_ID_BYTES + 1])
{
	for (guint i = 0; i < EVENT_ID_BYTES; i++)
		g_snprintf(ret_hex + 2 * i, 3, "%02x", bytes[i]);
}

static gboolean
bytes_of_hex(const char *hex, guint8 ret_bytes[EVENT_ID_BYTES])
{
	if (strlen(hex) != 2 * EVENT_ID_BYTES)
		return FALSE;
	for (guint i = 0; i < EVENT_ID_BYTES; i++) {
		const int high = g_ascii_xdigit_value(hex[2 * i]),
		          low = g_ascii_xdigit_value(hex[2 * i + 1]);
		if (high < 0 || low < 0)
			return FALSE;
		ret_bytes[i] = (guint8)(high << 4 | low);
	}
	return TRUE;
}

static gboolean
line_parse(const char *line, Listed *ret)
{
	g_auto(GStrv) words = g_strsplit(line, " ", 6);
	const guint n = g_strv_length(words);
	Listed listed = { 0 };

	if (n < 3 || !bytes_of_hex(words[1], listed.event))
		return FALSE;
	while (g_strcmp0(words[0], kind_words[listed.kind]) != 0)
		if (++listed.kind == G_N_ELEMENTS(kind_words))
			return FALSE;
	if (!(listed.kind == LISTED_FORGOTTEN ? bytes_of_hex(words[2], listed.hash)
	                                      : id_from_hex(words[2], &listed.id)))
		return FALSE;
	if (n != (listed.kind == LISTED_HOLD ? 5 : 3))
		return FALSE;
	if (listed.kind == LISTED_HOLD) {
		if (strlen(words[3]) >= sizeof listed.scope ||
		        !g_ascii_string_to_signed(words[4], 10, 0, G_MAXINT64, &listed.no, NULL))
			return FALSE;
		g_strlcpy(listed.scope, words[3], sizeof listed.scope);
	}
	*ret = listed;
	return TRUE;
}

gboolean
erase_list_read(const char *dir, GArray *ret, GError **error)
{
	g_autofree char *path = list_path(dir), *text = NULL;
	g_autoptr(GError) trouble = NULL;

	if (!g_file_get_contents(path, &text, NULL, &trouble)) {
		if (g_error_matches(trouble, G_FILE_ERROR, G_FILE_ERROR_NOENT))
			return TRUE;
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD, "%s", trouble->message);
		return FALSE;
	}
	/* a line that a process died in is none; the next one begins anew */
	for (char *line = text, *end; line != NULL && *line != '\0'; line = end) {
		Listed listed;
		end = strchr(line, '\n');
		if (end != NULL)
			*end++ = '\0';
		if (end != NULL && line_parse(line, &listed))
			g_array_append_val(ret, listed);
	}
	return TRUE;
}

gboolean
erase_list_add(const char *dir, const GArray *lines, GError **error)
{
	g_autofree char *path = list_path(dir);
	g_autoptr(GString) text = g_string_new("\n");

	if (lines->len == 0)
		return TRUE;
	for (guint i = 0; i < lines->len; i++) {
		const Listed *listed = &g_array_index(lines, Listed, i);
		char event[2 * EVENT_ID_BYTES + 1], id[2 * KNOWN_AS_BYTES + 1];
		bytes_hex(listed->event, event);
		if (listed->kind == LISTED_FORGOTTEN)
			bytes_hex(listed->hash, id);
		else
			id_to_hex(listed->id, id);
		g_string_append_printf(text, "%s %s %s", kind_words[listed->kind], event, id);
		if (listed->kind == LISTED_HOLD)
			g_string_append_printf(
			        text, " %s %" G_GINT64_FORMAT, listed->scope, listed->no);
		g_string_append_c(text, '\n');
	}
	return key_file_append(path, text->str, text->len, error);
}
