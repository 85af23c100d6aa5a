#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xlsxwriter.h>

#include "reports/table_private.h"

#define WIDTH_MAX   60                /* of a column, in letters */
#define NUMBER_MAX  ((gint64)1 << 53) /* what a sheet's numbers hold to the last digit */
#define TEXT_MAX    32767             /* characters of a cell */
#define DAY_SECONDS ((gint64)24 * 60 * 60)
#define DAYS_BEFORE 25569      /* a sheet's days to 1970 */
#define SCRATCH     "/dev/shm" /* memory, and no disk */

typedef struct {
	const Table *table;
	lxw_workbook *book;
	lxw_worksheet *sheet;
	lxw_format *bold, *time, *money;
	guint *widths;
	GString *text;
	guint rows;
} Sheet;

static gboolean
failed(GError **error, const char *why)
{
	g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD, "the workbook can't be written: %s",
	        why);
	return FALSE;
}

/* A reader takes _x0041_ for a letter by its number: such a text says so of its own underscore. */
static gboolean
looks_escaped(const char *text)
{
	if (text[0] != '_' || text[1] != 'x')
		return FALSE;
	for (guint i = 2; i < 6; i++)
		if (!g_ascii_isxdigit(text[i]))
			return FALSE;
	return text[6] == '_';
}

/* Lent until the next. */
static const char *
sheet_text(Sheet *sheet, const char *given)
{
	g_autofree char *valid =
	        g_utf8_validate(given, -1, NULL) ? NULL : g_utf8_make_valid(given, -1);
	glong length = 0;
	g_string_truncate(sheet->text, 0);
	for (const char *c = valid ? valid : given; *c != '\0' && length < TEXT_MAX;
	        c = g_utf8_next_char(c), length++) {
		gunichar unit = g_utf8_get_char(c);
		if (unit != '\n' && g_unichar_iscntrl(unit)) {
			g_string_append_c(sheet->text, ' ');
			continue;
		}
		if (looks_escaped(c)) {
			g_string_append(sheet->text, "_x005F");
			length += 6;
		}
		g_string_append_len(sheet->text, c, g_utf8_next_char(c) - c);
	}
	return sheet->text->str;
}

static void
widen(Sheet *sheet, guint column, guint width)
{
	if (sheet->rows <= TABLE_SAMPLE)
		sheet->widths[column] = MAX(sheet->widths[column], MIN(width, WIDTH_MAX));
}

static void
put_text(Sheet *sheet, guint column, const char *given)
{
	const char *text = sheet_text(sheet, given);
	worksheet_write_string(sheet->sheet, sheet->rows, (lxw_col_t)column, text, NULL);
	widen(sheet, column, text_width(text));
}

static void
put_number(Sheet *sheet, guint column, gint64 number)
{
	char digits[24];
	g_snprintf(digits, sizeof digits, "%" G_GINT64_FORMAT, number);
	if (number > NUMBER_MAX || number < -NUMBER_MAX)
		worksheet_write_string(sheet->sheet, sheet->rows, (lxw_col_t)column, digits, NULL);
	else
		worksheet_write_number(
		        sheet->sheet, sheet->rows, (lxw_col_t)column, (double)number, NULL);
	widen(sheet, column, (guint)strlen(digits));
}

static void
put_money(Sheet *sheet, guint column, const Cell *cell)
{
	g_autoptr(GString) shown = g_string_new(NULL);

	table_append_shown(sheet->table, COLUMN_MONEY, cell, shown);
	worksheet_write_number(sheet->sheet, sheet->rows, (lxw_col_t)column,
	        g_ascii_strtod(shown->str, NULL), cell->decimals == 2 ? sheet->money : NULL);
	widen(sheet, column, (guint)shown->len);
}

/* As the clock on the wall says it; a sheet knows no zones. */
static void
put_time(Sheet *sheet, guint column, gint64 time)
{
	gint64 wall = time + table_zone_offset(sheet->table, time);
	worksheet_write_number(sheet->sheet, sheet->rows, (lxw_col_t)column,
	        DAYS_BEFORE + (double)wall / DAY_SECONDS, sheet->time);
	widen(sheet, column, (guint)strlen("2027-04-06 08:00:00"));
}

static void
put_row(Sheet *sheet, const Cell *cells)
{
	for (guint i = 0; i < sheet->table->columns_n; i++) {
		if (cells[i].absent)
			continue;
		switch (sheet->table->columns[i].type) {
		case COLUMN_TEXT:
			if (cells[i].text != NULL)
				put_text(sheet, i, cells[i].text);
			break;
		case COLUMN_NUMBER:
			put_number(sheet, i, cells[i].number);
			break;
		case COLUMN_MONEY:
			put_money(sheet, i, &cells[i]);
			break;
		case COLUMN_TIME:
			put_time(sheet, i, cells[i].number);
			break;
		}
	}
}

static void
put_head(Sheet *sheet)
{
	for (guint i = 0; i < sheet->table->columns_n; i++) {
		const char *name = sheet->table->columns[i].name;
		worksheet_write_string(sheet->sheet, 0, (lxw_col_t)i, name, sheet->bold);
		widen(sheet, i, text_width(name) + 2); /* the button of the filter */
	}
	worksheet_freeze_panes(sheet->sheet, 1, 0);
}

static gboolean
put_all(Sheet *sheet, GError **error)
{
	g_autofree Cell *cells = g_new0(Cell, sheet->table->columns_n);
	Next next;
	put_head(sheet);
	while ((next = table_next(sheet->table, cells, error)) == NEXT_ROW) {
		if (++sheet->rows == LXW_ROW_MAX) {
			g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
			        "more rows than a sheet holds: use --format csv");
			return FALSE;
		}
		put_row(sheet, cells);
	}
	for (guint i = 0; i < sheet->table->columns_n; i++)
		worksheet_set_column(
		        sheet->sheet, (lxw_col_t)i, (lxw_col_t)i, sheet->widths[i] + 1, NULL);
	worksheet_autofilter(
	        sheet->sheet, 0, 0, sheet->rows, (lxw_col_t)(sheet->table->columns_n - 1));
	return next == NEXT_END;
}

/* Makes the workbook in the file that @path leads to. */
static gboolean
make_book(const Table *table, const char *path, GError **error)
{
	/* rows go out as they come, through nameless files in shared memory: a large report is never whole anywhere but
	 * in its file, and no name reaches a disk's folder for temporary files, from whose free blocks it could be read */
	lxw_workbook_options options = { .constant_memory = LXW_TRUE, .tmpdir = SCRATCH };
	lxw_doc_properties about = { .title = table->title ? (char *)table->title : (char *)"",
		.created = (time_t)table->made };
	g_autofree guint *widths = g_new0(guint, table->columns_n);
	g_autoptr(GString) text = g_string_new(NULL);
	Sheet sheet = { .table = table, .widths = widths, .text = text };
	/* the library would take another folder without a word */
	if (access(SCRATCH, W_OK | X_OK) != 0)
		return failed(error, SCRATCH " can't be written to");
	sheet.book = workbook_new_opt(path, &options);
	if (sheet.book == NULL)
		return failed(error, g_strerror(errno));
	workbook_set_properties(sheet.book, &about);
	sheet.sheet = workbook_add_worksheet(sheet.book, table->title);
	if (sheet.sheet == NULL) {
		lxw_workbook_free(sheet.book);
		return failed(error, "its sheet can't be made");
	}
	sheet.bold = workbook_add_format(sheet.book);
	format_set_bold(sheet.bold);
	format_set_bottom(sheet.bold, LXW_BORDER_THIN);
	sheet.money = workbook_add_format(sheet.book);
	format_set_num_format(sheet.money, "0.00");
	sheet.time = workbook_add_format(sheet.book);
	format_set_num_format(sheet.time, "yyyy-mm-dd hh:mm:ss");
	gboolean whole = put_all(&sheet, error);
	lxw_error closed = workbook_close(sheet.book);
	if (whole && closed != LXW_NO_ERROR)
		return failed(error, lxw_strerror(closed));
	return whole;
}

static gboolean
copy(int fd, FILE *out, GError **error)
{
	char bytes[64 * 1024];
	ssize_t n = 0;
	while ((n = read(fd, bytes, sizeof bytes)) > 0)
		if (!table_write(out, bytes, (gsize)n, error))
			return FALSE;
	return n < 0 ? failed(error, g_strerror(errno)) : table_flush(out, error);
}

/* The library wants a path and goes back and forth in its file; a file in memory has both, and a pipe can be written to
 * as well. */
gboolean
table_print_xlsx(const Table *table, FILE *out, GError **error)
{
	int fd = memfd_create("workbook", MFD_CLOEXEC);
	if (fd < 0)
		return failed(error, g_strerror(errno));
	g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);
	gboolean done = make_book(table, path, error) && copy(fd, out, error);
	close(fd);
	return done;
}
