#include "reports/table_private.h"

#include <errno.h>
#include <string.h>

#define BUFFER_FLUSH (64 * 1024)

typedef struct {
	const Table *table;
	FILE *out;
	GString *text;                    /* goes to @out when it is BUFFER_FLUSH long */
	guint *widths;                    /* of FORMAT_TABLE, by column: how wide, */
	GString **shown;                  /* what the row shows, */
	char **texts;                     /* and the same as an array with a NULL at the end */
	gint64 offset_from, offset_until; /* where @offset holds, UTC seconds */
	gint32 offset;
	guint64 rows;
} Print;

gboolean
table_format_parse(const char *word, TableFormat *ret)
{
	static const char *const words[FORMATS] = { "table", "csv", "json", "xlsx", "pdf" };
	for (guint i = 0; i < FORMATS; i++)
		if (strcmp(word, words[i]) == 0) {
			*ret = (TableFormat)i;
			return TRUE;
		}
	return FALSE;
}

static gboolean
unwritten(GError **error)
{
	g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD, "the report can't be written: %s",
	        g_strerror(errno));
	return FALSE;
}

gboolean
table_write(FILE *out, const char *bytes, gsize length, GError **error)
{
	return fwrite(bytes, 1, length, out) == length || unwritten(error);
}

gboolean
table_flush(FILE *out, GError **error)
{
	return fflush(out) == 0 || unwritten(error);
}

static gboolean
print_flush(Print *print, gsize keep, GError **error)
{
	if (keep > 0 && print->text->len <= keep)
		return TRUE;
	gboolean ok = table_write(print->out, print->text->str, print->text->len, error);
	g_string_truncate(print->text, 0);
	return ok && (keep > 0 || table_flush(print->out, error));
}

static void
append_number(GString *text, gint64 number)
{
	char digits[24];
	char *from = digits + sizeof digits;
	guint64 rest = number < 0 ? -(guint64)number : (guint64)number;
	do {
		*--from = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (number < 0)
		*--from = '-';
	g_string_append_len(text, from, digits + sizeof digits - from);
}

/* A GTimeZone is asked once per stretch between two changes of its clock, not once per cell. */
static gint32
zone_offset(Print *print, gint64 time)
{
	GTimeZone *zone = print->table->zone;
	if (zone == NULL)
		return 0;
	if (time < print->offset_from || time >= print->offset_until) {
		int interval = g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, time);
		print->offset = interval < 0 ? 0 : g_time_zone_get_offset(zone, interval);
		/* clocks change on the full quarter of an hour, wherever they do */
		print->offset_from = time - ((time % 900) + 900) % 900;
		print->offset_until = print->offset_from + 900;
	}
	return print->offset;
}

/* With a point, whatever a language has: 1500 with two decimals is 15.00. */
static void
append_money(GString *text, const Cell *cell)
{
	guint64 unit = 1;
	const guint64 amount = cell->number < 0 ? -(guint64)cell->number : (guint64)cell->number;

	for (guint i = 0; i < cell->decimals; i++)
		unit *= 10;
	g_string_append_printf(
	        text, "%s%" G_GUINT64_FORMAT, cell->number < 0 ? "-" : "", amount / unit);
	if (cell->decimals > 0)
		g_string_append_printf(
		        text, ".%0*" G_GUINT64_FORMAT, cell->decimals, amount % unit);
}

static void
append_time(Print *print, GString *text, gint64 time)
{
	gint32 offset = zone_offset(print, time);
	g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(time + offset);
	if (utc == NULL) /* beyond the year 9999 */
		return;
	g_string_append_printf(text, "%04d-%02d-%02dT%02d:%02d:%02d", g_date_time_get_year(utc),
	        g_date_time_get_month(utc), g_date_time_get_day_of_month(utc),
	        g_date_time_get_hour(utc), g_date_time_get_minute(utc),
	        g_date_time_get_second(utc));
	if (print->table->zone == NULL) {
		g_string_append_c(text, 'Z');
		return;
	}
	gint32 minutes = ABS(offset) / 60;
	g_string_append_printf(
	        text, "%c%02d:%02d", offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

/* ---- CSV ---- */

/* A spreadsheet takes such text for a formula, in the full-width forms too. */
static gboolean
computes(const char *text)
{
	if (strchr("=+-@\t\r", text[0]) != NULL)
		return text[0] != '\0';
	gunichar first = (guchar)text[0] < 0x80 ? 0 : g_utf8_get_char_validated(text, -1);
	return first == 0xff1d || first == 0xff0b || first == 0xff0d || first == 0xff20;
}

static void
csv_append_text(GString *out, const char *text)
{
	gboolean guarded = computes(text);
	if (text[strcspn(text, ",\"\r\n")] == '\0') {
		if (guarded)
			g_string_append_c(out, '\'');
		g_string_append(out, text);
		return;
	}
	g_string_append_c(out, '"');
	if (guarded)
		g_string_append_c(out, '\'');
	for (const char *from = text;;) {
		gsize plain = strcspn(from, "\"");
		g_string_append_len(out, from, plain);
		if (from[plain] == '\0')
			break;
		g_string_append(out, "\"\"");
		from += plain + 1;
	}
	g_string_append_c(out, '"');
}

static void
csv_head(Print *print)
{
	for (guint i = 0; i < print->table->columns_n; i++) {
		if (i > 0)
			g_string_append_c(print->text, ',');
		csv_append_text(print->text, print->table->columns[i].name);
	}
	g_string_append(print->text, "\r\n");
}

static void
csv_row(Print *print, const Cell *cells)
{
	const Table *table = print->table;
	for (guint i = 0; i < table->columns_n; i++) {
		if (i > 0)
			g_string_append_c(print->text, ',');
		if (cells[i].absent)
			continue;
		switch (table->columns[i].type) {
		case COLUMN_TEXT:
			if (cells[i].text != NULL)
				csv_append_text(print->text, cells[i].text);
			break;
		case COLUMN_NUMBER:
			append_number(print->text, cells[i].number);
			break;
		case COLUMN_MONEY:
			append_money(print->text, &cells[i]);
			break;
		case COLUMN_TIME:
			append_time(print, print->text, cells[i].number);
			break;
		}
	}
	g_string_append(print->text, "\r\n");
}

/* ---- JSON ---- */

static void
json_append_text(GString *out, const char *text)
{
	g_autofree char *valid =
	        g_utf8_validate(text, -1, NULL) ? NULL : g_utf8_make_valid(text, -1);
	g_string_append_c(out, '"');
	for (const guchar *c = (const guchar *)(valid ? valid : text); *c != '\0'; c++) {
		if (*c == '"' || *c == '\\') {
			g_string_append_c(out, '\\');
			g_string_append_c(out, (char)*c);
		} else if (*c < 0x20 || *c == 0x7f) {
			g_string_append_printf(out, "\\u%04x", *c);
		} else {
			g_string_append_c(out, (char)*c);
		}
	}
	g_string_append_c(out, '"');
}

static void
json_row(Print *print, const Cell *cells)
{
	const Table *table = print->table;
	g_string_append(print->text, print->rows == 0 ? "{" : ",\n{");
	for (guint i = 0; i < table->columns_n; i++) {
		if (i > 0)
			g_string_append_c(print->text, ',');
		json_append_text(print->text, table->columns[i].name);
		g_string_append_c(print->text, ':');
		if (cells[i].absent ||
		        (table->columns[i].type == COLUMN_TEXT && cells[i].text == NULL)) {
			g_string_append(print->text, "null");
			continue;
		}
		switch (table->columns[i].type) {
		case COLUMN_TEXT:
			json_append_text(print->text, cells[i].text);
			break;
		case COLUMN_NUMBER:
			append_number(print->text, cells[i].number);
			break;
		case COLUMN_MONEY:
			append_money(print->text, &cells[i]);
			break;
		case COLUMN_TIME:
			g_string_append_c(print->text, '"');
			append_time(print, print->text, cells[i].number);
			g_string_append_c(print->text, '"');
			break;
		}
	}
	g_string_append_c(print->text, '}');
}

/* ---- a terminal ---- */

/* Embeddings, overrides and isolates would turn the rest of a line around. */
static gboolean
turns_around(gunichar c)
{
	return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static guint
width_of(gunichar c)
{
	if (g_unichar_iszerowidth(c))
		return 0;
	return g_unichar_iswide(c) ? 2 : 1;
}

guint
text_width(const char *text)
{
	guint width = 0;
	for (const char *c = text; *c != '\0'; c = g_utf8_next_char(c))
		width += width_of(g_utf8_get_char(c));
	return width;
}

/* What a terminal or a page may be shown of @cell. */
static void
append_shown(Print *print, ColumnType type, const Cell *cell, GString *text)
{
	if (cell->absent)
		return;
	if (type == COLUMN_NUMBER)
		append_number(text, cell->number);
	if (type == COLUMN_MONEY)
		append_money(text, cell);
	if (type == COLUMN_TIME)
		append_time(print, text, cell->number);
	if (type != COLUMN_TEXT || cell->text == NULL)
		return;
	g_autofree char *valid =
	        g_utf8_validate(cell->text, -1, NULL) ? NULL : g_utf8_make_valid(cell->text, -1);
	for (const char *c = valid ? valid : cell->text; *c != '\0'; c = g_utf8_next_char(c)) {
		gunichar unit = g_utf8_get_char(c);
		if (g_unichar_iscntrl(unit))
			g_string_append_c(text, ' ');
		else if (!turns_around(unit))
			g_string_append_len(text, c, g_utf8_next_char(c) - c);
	}
}

void
table_append_shown(const Table *table, ColumnType type, const Cell *cell, GString *text)
{
	Print print = { .table = table };
	append_shown(&print, type, cell, text);
}

gint32
table_zone_offset(const Table *table, gint64 time)
{
	Print print = { .table = table };
	return zone_offset(&print, time);
}

static void
append_blanks(GString *out, guint n)
{
	while (n-- > 0)
		g_string_append_c(out, ' ');
}

/* Numbers stand to the right, all else to the left; no blanks at the end of a line. */
static void
table_line(Print *print, char *const *texts)
{
	const Table *table = print->table;
	guint owed = 0;
	for (guint i = 0; i < table->columns_n; i++) {
		guint width = text_width(texts[i]);
		guint blanks = print->widths[i] > width ? print->widths[i] - width : 0;
		gboolean right = column_is_counted(&table->columns[i]);
		if (width > 0) {
			append_blanks(print->text, owed + (right ? blanks : 0));
			g_string_append(print->text, texts[i]);
			owed = (right ? 0 : blanks) + 2;
		} else {
			owed += blanks + 2;
		}
	}
	g_string_append_c(print->text, '\n');
}

/* The row's texts, lent until the next row. */
static char *const *
shown_row(Print *print, const Cell *cells)
{
	for (guint i = 0; i < print->table->columns_n; i++) {
		g_string_truncate(print->shown[i], 0);
		append_shown(print, print->table->columns[i].type, &cells[i], print->shown[i]);
		print->texts[i] = print->shown[i]->str;
	}
	return print->texts;
}

static void
table_head(Print *print, GPtrArray *sample)
{
	const Table *table = print->table;
	g_auto(GStrv) names = g_new0(char *, table->columns_n + 1);
	g_auto(GStrv) rules = g_new0(char *, table->columns_n + 1);
	for (guint i = 0; i < table->columns_n; i++) {
		names[i] = g_strdup(table->columns[i].name);
		print->widths[i] = text_width(names[i]);
		for (guint row = 0; row < sample->len; row++) {
			char **texts = g_ptr_array_index(sample, row);
			print->widths[i] = MAX(print->widths[i], text_width(texts[i]));
		}
		rules[i] = g_strnfill(print->widths[i], '-');
	}
	table_line(print, names);
	table_line(print, rules);
	for (guint row = 0; row < sample->len; row++)
		table_line(print, g_ptr_array_index(sample, row));
}

/* ---- all of them ---- */

Next
table_next(const Table *table, Cell *cells, GError **error)
{
	gboolean row = FALSE;
	memset(cells, 0, table->columns_n * sizeof *cells);
	if (!table->next(table->data, cells, &row, error))
		return NEXT_ERROR;
	return row ? NEXT_ROW : NEXT_END;
}

static gboolean
print_aligned(Print *print, Cell *cells, GError **error)
{
	g_autoptr(GPtrArray) sample = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
	Next next = NEXT_END;
	while (sample->len < TABLE_SAMPLE &&
	        (next = table_next(print->table, cells, error)) == NEXT_ROW)
		g_ptr_array_add(sample, g_strdupv((char **)shown_row(print, cells)));
	if (next == NEXT_ERROR)
		return FALSE;
	table_head(print, sample);
	while (next == NEXT_ROW && (next = table_next(print->table, cells, error)) == NEXT_ROW) {
		table_line(print, shown_row(print, cells));
		if (!print_flush(print, BUFFER_FLUSH, error))
			return FALSE;
	}
	if (next == NEXT_ERROR)
		return FALSE;
	if (sample->len == 0)
		g_string_append(print->text, "no rows\n");
	return print_flush(print, 0, error);
}

static gboolean
print_stream(Print *print, TableFormat format, Cell *cells, GError **error)
{
	Next next;
	if (format == FORMAT_CSV)
		csv_head(print);
	else
		g_string_append(print->text, "[\n");
	while ((next = table_next(print->table, cells, error)) == NEXT_ROW) {
		if (format == FORMAT_CSV)
			csv_row(print, cells);
		else
			json_row(print, cells);
		print->rows++;
		if (!print_flush(print, BUFFER_FLUSH, error))
			return FALSE;
	}
	if (next == NEXT_ERROR) {
		print_flush(print, 0, NULL);
		return FALSE;
	}
	if (format == FORMAT_JSON)
		g_string_append(print->text, print->rows > 0 ? "\n]\n" : "]\n");
	return print_flush(print, 0, error);
}

/* Those that are made of text. */
static gboolean
print_text(const Table *table, TableFormat format, FILE *out, GError **error)
{
	guint n = table->columns_n;
	g_autoptr(GString) text = g_string_sized_new(BUFFER_FLUSH + 4096);
	g_autofree Cell *cells = g_new0(Cell, n);
	g_autofree guint *widths = g_new0(guint, n);
	g_autofree char **texts = g_new0(char *, n + 1);
	g_autofree GString **shown = g_new0(GString *, n);
	Print print = { .table = table,
		.out = out,
		.text = text,
		.widths = widths,
		.shown = shown,
		.texts = texts };
	if (format != FORMAT_TABLE)
		return print_stream(&print, format, cells, error);
	for (guint i = 0; i < n; i++)
		shown[i] = g_string_new(NULL);
	gboolean printed = print_aligned(&print, cells, error);
	for (guint i = 0; i < n; i++)
		g_string_free(shown[i], TRUE);
	return printed;
}

gboolean
table_print(const Table *table, TableFormat format, FILE *out, GError **error)
{
	switch (format) {
	case FORMAT_XLSX:
		return table_print_xlsx(table, out, error);
	case FORMAT_PDF:
		return table_print_pdf(table, out, error);
	case FORMAT_TABLE:
	case FORMAT_CSV:
	case FORMAT_JSON:
		break;
	}
	return print_text(table, format, out, error);
}

gboolean
table_csv_piece(const Table *table, gboolean first, gsize enough, GString *text, gboolean *ret_end,
        GError **error)
{
	g_autofree Cell *cells = g_new0(Cell, table->columns_n);
	Print print = { .table = table, .text = text };
	Next next = NEXT_ROW;

	if (first)
		csv_head(&print);
	while (text->len < enough && (next = table_next(table, cells, error)) == NEXT_ROW)
		csv_row(&print, cells);
	*ret_end = next == NEXT_END;
	return next != NEXT_ERROR;
}
