#include "checkin/view.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "checkin/door.h"

#define GLYPH_COLUMNS 5
#define GLYPH_ROWS    7
#define ROWS_BELOW    4 /* counts, a blank line, two for what the scanner types */
#define LEAST_ROWS    14
#define LEAST_COLUMNS 40

struct View {
	char *status;
	char shown[8]; /* "" before the first answer and when there is no colour */
	char *word, *words;
	char sign;
	gboolean colours;
	int columns, rows;
};

/* ---- letters ---- */

/* Columns from the left, the lowest bit on top. Other signs: v a tick, x a cross, > an arrow. */
static const struct {
	char letter;
	guint8 columns[GLYPH_COLUMNS];
} glyphs[] = {
	{ 'A', { 0x7e, 0x11, 0x11, 0x11, 0x7e } },
	{ 'B', { 0x7f, 0x49, 0x49, 0x49, 0x36 } },
	{ 'C', { 0x3e, 0x41, 0x41, 0x41, 0x22 } },
	{ 'D', { 0x7f, 0x41, 0x41, 0x41, 0x3e } },
	{ 'E', { 0x7f, 0x49, 0x49, 0x49, 0x41 } },
	{ 'F', { 0x7f, 0x09, 0x09, 0x09, 0x01 } },
	{ 'G', { 0x3e, 0x41, 0x41, 0x51, 0x73 } },
	{ 'H', { 0x7f, 0x08, 0x08, 0x08, 0x7f } },
	{ 'I', { 0x00, 0x41, 0x7f, 0x41, 0x00 } },
	{ 'K', { 0x7f, 0x08, 0x14, 0x22, 0x41 } },
	{ 'L', { 0x7f, 0x40, 0x40, 0x40, 0x40 } },
	{ 'M', { 0x7f, 0x02, 0x1c, 0x02, 0x7f } },
	{ 'N', { 0x7f, 0x04, 0x08, 0x10, 0x7f } },
	{ 'O', { 0x3e, 0x41, 0x41, 0x41, 0x3e } },
	{ 'P', { 0x7f, 0x09, 0x09, 0x09, 0x06 } },
	{ 'R', { 0x7f, 0x09, 0x19, 0x29, 0x46 } },
	{ 'S', { 0x26, 0x49, 0x49, 0x49, 0x32 } },
	{ 'T', { 0x03, 0x01, 0x7f, 0x01, 0x03 } },
	{ 'U', { 0x3f, 0x40, 0x40, 0x40, 0x3f } },
	{ 'V', { 0x1f, 0x20, 0x40, 0x20, 0x1f } },
	{ 'W', { 0x3f, 0x40, 0x38, 0x40, 0x3f } },
	{ 'Y', { 0x03, 0x04, 0x78, 0x04, 0x03 } },
	{ 'v', { 0x10, 0x20, 0x10, 0x08, 0x04 } },
	{ 'x', { 0x22, 0x14, 0x08, 0x14, 0x22 } },
	{ '!', { 0x00, 0x00, 0x5f, 0x00, 0x00 } },
	{ '>', { 0x08, 0x08, 0x2a, 0x1c, 0x08 } },
};

static gboolean
pixel(char letter, guint column, guint row)
{
	for (guint i = 0; i < G_N_ELEMENTS(glyphs); i++)
		if (glyphs[i].letter == letter)
			return (glyphs[i].columns[column] >> row & 1) != 0;
	return FALSE;
}

/* ---- what an answer looks like ---- */

static const struct {
	const char *shown, *colour, *ink; /* of the background; of the letters, as a background */
	const char *text;
} looks[] = {
	{ "green", "\033[48;5;28m", "\033[48;5;231m", "\033[38;5;231m" },
	{ "amber", "\033[48;5;214m", "\033[48;5;16m", "\033[38;5;16m" },
	{ "red", "\033[48;5;160m", "\033[48;5;231m", "\033[38;5;231m" },
	{ "blue", "\033[48;5;25m", "\033[48;5;231m", "\033[38;5;231m" },
	{ "", "", "\033[7m", "" },
};

static const struct {
	const char *code, *word; /* a decision's, or a trouble's */
	char sign;
} big[] = {
	{ "admit", "WELCOME", 'v' },
	{ "again", "BACK", 'v' },
	{ "admit_provisional", "WELCOME", '!' },
	{ "admit_override", "WELCOME", '!' },
	{ "leave", "GOODBYE", '>' },
	{ "reject_signature", "NO TICKET", 'x' },
	{ "reject_elsewhere", "ELSEWHERE", 'x' },
	{ "reject_revoked", "DESK", 'x' },
	{ "reject_used", "USED", 'x' },
	{ "reject_not_booked", "NO PLACE", '!' },
	{ "count", "COUNTED", 'v' },
	{ "group", "GROUP", '>' },
	{ "void", "UNDONE", 'v' },
	{ "misused", "NOT SO", '!' },
	{ "forbidden", "NOT HERE", '!' },
	{ "not-saved", "NOT SAVED", '!' },
	{ "full", "LOG FULL", '!' },
	{ "too-often", "WAIT", '!' },
};

/* ---- drawing ---- */

static void
measure(View *view)
{
	struct winsize size = { 0 };

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
		size = (struct winsize){ .ws_row = 24, .ws_col = 80 };
	view->columns = MAX(size.ws_col, LEAST_COLUMNS);
	view->rows = MAX(size.ws_row, LEAST_ROWS);
}

/* Names come from afar: nothing in them moves the cursor. Returns how many columns it took, roughly. */
static int
put_text(GString *out, const char *text, int most)
{
	int n = 0;

	for (const char *c = text; *c != '\0' && n < most; c = g_utf8_next_char(c)) {
		gunichar letter = g_utf8_get_char_validated(c, -1);
		if (letter >= (gunichar)-2 || g_unichar_iscntrl(letter)) {
			g_string_append_c(out, '?');
			n++;
			if (letter >= (gunichar)-2)
				break;
			continue;
		}
		g_string_append_unichar(out, letter);
		n += g_unichar_iswide(letter) ? 2 : g_unichar_iszerowidth(letter) ? 0 : 1;
	}
	return n;
}

static const char *
solid(void)
{
	return g_get_charset(NULL) ? "█" : "#";
}

/* One row of big letters, in the middle of the line. */
static void
put_letters(const View *view, GString *out, const char *text, guint row, guint look)
{
	const int glyph = GLYPH_COLUMNS + 1, length = (int)strlen(text);
	const int width = length * glyph * 2 <= view->columns ? 2 : 1;
	int left = MAX((view->columns - length * glyph * width) / 2, 0), used = left;

	g_string_append_printf(out, "%*s", left, "");
	for (int i = 0; i < length && used + glyph * width <= view->columns; i++) {
		for (guint column = 0; column < (guint)glyph; column++) {
			const gboolean on = column < GLYPH_COLUMNS && pixel(text[i], column, row);
			if (on && view->colours)
				g_string_append(out, looks[look].ink);
			for (int k = 0; k < width; k++)
				g_string_append(out, on && !view->colours ? solid() : " ");
			if (on && view->colours) {
				g_string_append(out, "\033[0m");
				g_string_append(out, looks[look].colour);
			}
		}
		used += glyph * width;
	}
	g_string_append_printf(out, "%*s", MAX(view->columns - used, 0), "");
}

static void
put_middle(const View *view, GString *out, const char *text)
{
	g_autoptr(GString) line = g_string_new(NULL);
	const int width = put_text(line, text, view->columns), left = (view->columns - width) / 2;

	g_string_append_printf(
	        out, "%*s%s%*s", left, "", line->str, view->columns - width - left, "");
}

static void
put_status(const View *view, GString *out)
{
	g_string_append_printf(out, "\033[%d;1H\033[0m\033[K", view->rows - ROWS_BELOW + 1);
	put_text(out, view->status ? view->status : "", view->columns);
	g_string_append_printf(out, "\033[%d;1H", view->rows - 1);
}

static void
flush(const GString *out)
{
	fwrite(out->str, 1, out->len, stdout);
	fflush(stdout);
}

static void
draw(View *view)
{
	g_autoptr(GString) out = g_string_new("\033[0m\033[2J\033[H");
	g_autofree char *letters = g_strdup_printf("%c %s", view->sign, view->word);
	const int body = view->rows - ROWS_BELOW, top = MAX((body - GLYPH_ROWS - 2) / 2, 0);
	guint look = 0;

	while (look + 1 < G_N_ELEMENTS(looks) && strcmp(looks[look].shown, view->shown) != 0)
		look++;
	for (int row = 0; row < body; row++) {
		g_string_append_printf(out, "\033[%d;1H", row + 1);
		if (view->colours) {
			g_string_append(out, looks[look].colour);
			g_string_append(out, looks[look].text);
		}
		if (row >= top && row < top + GLYPH_ROWS)
			put_letters(view, out, letters, (guint)(row - top), look);
		else if (row == top + GLYPH_ROWS + 1)
			put_middle(view, out, view->words);
		else
			put_middle(view, out, "");
		g_string_append(out, "\033[0m");
	}
	put_status(view, out);
	flush(out);
}

/* ---- what others call ---- */

View *
view_new(void)
{
	const char *kind = g_getenv("TERM"), *no_colour = g_getenv("NO_COLOR");

	if (!isatty(STDOUT_FILENO) || kind == NULL || strcmp(kind, "dumb") == 0)
		return NULL;
	View *view = g_new0(View, 1);
	view->colours = no_colour == NULL || *no_colour == '\0';
	view->word = g_strdup("");
	view->words = g_strdup("Scan a ticket, or type its code");
	view->sign = '>';
	measure(view);
	draw(view);
	return view;
}

void
view_free(View *view)
{
	if (view == NULL)
		return;
	fputs("\033[0m\n", stdout);
	g_free(view->status);
	g_free(view->word);
	g_free(view->words);
	g_free(view);
}

void
view_answer(View *view, const json_t *answer)
{
	const char *shown = json_string_value(json_object_get(answer, "shown"));
	const char *decision = json_string_value(json_object_get(answer, "decision"));
	const char *trouble = json_string_value(json_object_get(answer, "trouble"));
	const char *words = json_string_value(json_object_get(answer, "words"));
	const char *word = "";

	for (guint i = 0; i < G_N_ELEMENTS(big); i++)
		if (g_strcmp0(big[i].code, decision ? decision : trouble) == 0) {
			word = big[i].word;
			view->sign = big[i].sign;
		}
	g_strlcpy(view->shown, shown ? shown : "", sizeof view->shown);
	g_free(view->word);
	g_free(view->words);
	view->word = g_strdup(word);
	view->words = g_strdup(words ? words : "");
	measure(view);
	draw(view);
	if (strcmp(view->shown, "green") != 0)
		fputc('\a', stdout); /* to be heard without looking */
	fflush(stdout);
}

void
view_status(View *view, const char *status)
{
	g_autoptr(GString) out = g_string_new(NULL);

	if (g_strcmp0(view->status, status) == 0)
		return;
	g_free(view->status);
	view->status = g_strdup(status);
	/* what somebody is typing stays where it is */
	g_string_append(out, "\0337");
	put_status(view, out);
	g_string_append(out, "\0338");
	flush(out);
}
