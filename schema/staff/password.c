#include "schema/password.h"

#include <string.h>

#include "schema/embed.h"
#include "schema/text.h"

#define REPEATED_MAX 6 /* a piece this long, again and again, is no password */

/* The words, folded, read once. */
static GHashTable *
common_words(void)
{
	static GHashTable *words;

	if (g_once_init_enter(&words)) {
		GHashTable *read = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
		const Embedded *list = embedded_find(embedded_data, "common-passwords.txt");
		g_auto(GStrv) lines = g_strsplit(list->text, "\n", 0);
		for (char **line = lines; *line != NULL; line++)
			if (**line != '\0' && **line != '#')
				g_hash_table_add(read, g_strdup(*line));
		g_once_init_leave(&words, read);
	}
	return words;
}

/* The letters that a digit or sign stands for where people replace them. */
static void
undo_replaced(char *text)
{
	static const char replaced[] = "@$0134578!", meant[] = "asoleastbi";

	for (; *text != '\0'; text++) {
		const char *at = strchr(replaced, *text);
		if (at != NULL)
			*text = meant[at - replaced];
	}
}

/* Without the digits, blanks and signs around it. */
static char *
bare(const char *text)
{
	gsize from = 0, to = strlen(text);

	while (from < to && g_ascii_isprint(text[from]) && !g_ascii_isalpha(text[from]))
		from++;
	while (to > from && g_ascii_isprint(text[to - 1]) && !g_ascii_isalpha(text[to - 1]))
		to--;
	return g_strndup(text + from, to - from);
}

/* Is it one short piece, or one common word, again and again? */
static gboolean
is_repetition(const char *text)
{
	const gsize length = strlen(text);

	for (gsize piece = 1; piece <= (length + 1) / 2;
	        piece++) { /* the last blank may be missing */
		gsize at = piece;
		while (at < length && text[at] == text[at % piece])
			at++;
		if (at < length)
			continue;
		g_autofree char *whole = g_strndup(text, piece);
		g_autofree char *word = bare(whole);
		if (piece <= REPEATED_MAX || g_hash_table_contains(common_words(), whole) ||
		        g_hash_table_contains(common_words(), word))
			return TRUE;
	}
	return FALSE;
}

/* "abcdefghijkl", "123456789012", and backwards. */
static gboolean
is_sequence(const char *text)
{
	gsize ups = 0, downs = 0, length = strlen(text);

	for (gsize i = 1; i < length; i++) {
		const int step = text[i] - text[i - 1];
		ups += step == 1 || step == -9;
		downs += step == -1 || step == 9;
	}
	return ups + 2 >= length || downs + 2 >= length;
}

static gboolean
is_common(const char *folded)
{
	g_autofree char *plain = bare(folded);
	g_autofree char *meant = g_strdup(folded);
	undo_replaced(meant);
	g_autofree char *meant_plain = bare(meant);
	g_autofree char *plain_meant = g_strdup(plain);
	undo_replaced(plain_meant);
	const char *const forms[] = { folded, plain, meant, meant_plain, plain_meant };

	if (is_sequence(folded) || is_repetition(folded))
		return TRUE;
	for (guint i = 0; i < G_N_ELEMENTS(forms); i++)
		if (strlen(forms[i]) < 4 || g_hash_table_contains(common_words(), forms[i]) ||
		        is_repetition(forms[i])) {
			/* few letters among many digits may still be a good one */
			if (strlen(forms[i]) >= 4 || strlen(folded) < PASSWORD_MIN + 4)
				return TRUE;
		}
	return FALSE;
}

gboolean
password_check(const char *password, const char *name, GError **error)
{
	if (!g_utf8_validate(password, -1, NULL) || strlen(password) > PASSWORD_MAX) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "a password is UTF-8 of at most %d bytes", PASSWORD_MAX);
		return FALSE;
	}
	if (text_length(password) < PASSWORD_MIN) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "a password has at least %d characters; three or four words that don't "
		        "belong together make a good one",
		        PASSWORD_MIN);
		return FALSE;
	}
	g_autofree char *folded = text_fold(password);
	g_autofree char *folded_name = text_fold(name);
	const gboolean holds_name = strlen(folded_name) >= 4 &&
	        strlen(folded) < strlen(folded_name) + 8 && strstr(folded, folded_name) != NULL;
	if (!holds_name && !is_common(folded))
		return TRUE;
	g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
	        "this password is among the first that anybody tries; take three or four words "
	        "that don't belong together");
	return FALSE;
}
