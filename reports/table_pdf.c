/*
 * A table for paper. Widths are those of the first TABLE_SAMPLE rows; what doesn't fit into them wraps.
 */
#include <string.h>

#include "reports/pdf.h"
#include "reports/table_private.h"

#define INK    0x211a29
#define SOFT   0x5b5264
#define ORANGE 0xf27405
#define LINE   0xe5dccd

#define MARGIN     36.0
#define HEAD_ROOM  28.0
#define FOOT_ROOM  20.0
#define GAP        10.0 /* between columns, */
#define GAP_MAX    24.0 /* and where there is room */
#define SIZE       8.5
#define SIZE_LEAST 6.0
#define CELL_MAX   96.0 /* the height of a cell; what is longer ends in "…" */
#define PADDING    2.5
#define SLACK      0.1 /* points that rounding may take */

typedef struct {
	const Table *table;
	Pdf *pdf;
	PdfBox page;
	GString *bytes;
	FILE *out;
	double *widths;
	char *when; /* it was made */
	double size, gap, y;
	guint number; /* of the page */
} Sheets;

static PdfStyle
style_of(const Sheets *sheets, guint column, gboolean bold)
{
	return (PdfStyle){ .size = sheets->size,
		.colour = INK,
		.bold = bold,
		.align = column_is_counted(&sheets->table->columns[column]) ? PDF_END : PDF_START };
}

static char **
row_texts(const Table *table, const Cell *cells)
{
	char **texts = g_new0(char *, table->columns_n + 1);
	for (guint i = 0; i < table->columns_n; i++) {
		GString *text = g_string_new(NULL);
		table_append_shown(table, table->columns[i].type, &cells[i], text);
		texts[i] = g_string_free(text, FALSE);
	}
	return texts;
}

/* ---- how wide ---- */

static void
widen(Sheets *sheets, guint column, const char *text, gboolean bold)
{
	const PdfBox wide = { 0, 0, 4000, CELL_MAX };
	const PdfStyle style = style_of(sheets, column, bold);
	double width = pdf_measure(sheets->pdf, text, &wide, &style).width + SLACK;
	sheets->widths[column] = MAX(sheets->widths[column], width);
}

static double
total(const Sheets *sheets)
{
	double sum = sheets->gap * (sheets->table->columns_n - 1);
	for (guint i = 0; i < sheets->table->columns_n; i++)
		sum += sheets->widths[i];
	return sum;
}

/* Columns that are narrower than an even share stay as they are; the others share the rest. */
static void
share(Sheets *sheets, double room)
{
	guint n = sheets->table->columns_n, wide = n, before = 0;
	double rest = room - sheets->gap * (n - 1), each = rest / n;
	while (wide != before && wide > 0) {
		before = wide;
		rest = room - sheets->gap * (n - 1);
		wide = 0;
		for (guint i = 0; i < n; i++)
			if (sheets->widths[i] > each)
				wide++;
			else
				rest -= sheets->widths[i];
		if (wide > 0)
			each = rest / wide;
	}
	for (guint i = 0; i < n; i++)
		sheets->widths[i] = MIN(sheets->widths[i], each);
}

static void
measure(Sheets *sheets, const GPtrArray *sample)
{
	for (guint i = 0; i < sheets->table->columns_n; i++) {
		sheets->widths[i] = 0;
		widen(sheets, i, sheets->table->columns[i].name, TRUE);
		for (guint row = 0; row < sample->len; row++)
			widen(sheets, i, ((char **)g_ptr_array_index(sample, row))[i], FALSE);
	}
}

/* ---- pages ---- */

static gboolean
flush(Sheets *sheets, GError **error)
{
	gboolean written = table_write(sheets->out, sheets->bytes->str, sheets->bytes->len, error);
	g_string_truncate(sheets->bytes, 0);
	return written;
}

static double
row_height(Sheets *sheets, char *const *texts, gboolean bold)
{
	double height = 0;
	for (guint i = 0; i < sheets->table->columns_n; i++) {
		const PdfBox box = { 0, 0, sheets->widths[i], CELL_MAX };
		const PdfStyle style = style_of(sheets, i, bold);
		if (*texts[i] != '\0')
			height = MAX(
			        height, pdf_measure(sheets->pdf, texts[i], &box, &style).height);
	}
	return height;
}

static void
draw_row(Sheets *sheets, char *const *texts, double height, gboolean bold)
{
	double x = MARGIN;
	for (guint i = 0; i < sheets->table->columns_n; i++) {
		const PdfBox box = { x, sheets->y + PADDING, sheets->widths[i], height + SLACK };
		const PdfStyle style = style_of(sheets, i, bold);
		if (*texts[i] != '\0')
			pdf_text(sheets->pdf, texts[i], &box, &style);
		x += sheets->widths[i] + sheets->gap;
	}
	sheets->y += height + 2 * PADDING;
	const PdfBox line = { MARGIN, sheets->y - (bold ? 0.75 : 0.4),
		sheets->page.width - 2 * MARGIN, bold ? 0.75 : 0.4 };
	pdf_fill(sheets->pdf, &line, bold ? INK : LINE);
}

static void
begin_page(Sheets *sheets)
{
	const PdfStyle plain = { .size = 9, .size_min = 5, .colour = SOFT, .one_line = TRUE };
	PdfStyle bold = {
		.size = 11, .size_min = 5, .colour = INK, .bold = TRUE, .one_line = TRUE
	};
	PdfStyle number = { .size = 9, .colour = SOFT, .align = PDF_END };
	PdfStyle when = plain;
	double width = sheets->page.width - 2 * MARGIN;
	const PdfBox band = { MARGIN, MARGIN - 6, width, 2 };
	const PdfBox left = { MARGIN, MARGIN, width / 2, 18 };
	const PdfBox right = { MARGIN + width / 2, MARGIN, width / 2, 18 };
	const PdfBox foot = { MARGIN, sheets->page.height - MARGIN - 14, width, 14 };
	g_autofree char *page = g_strdup_printf("%u", ++sheets->number);
	g_autofree char **heads = g_new0(char *, sheets->table->columns_n);

	when.align = PDF_END;
	pdf_fill(sheets->pdf, &band, ORANGE);
	if (sheets->table->title != NULL)
		pdf_text(sheets->pdf, sheets->table->title, &left, &bold);
	pdf_text(sheets->pdf, sheets->when, &right, &when);
	pdf_text(sheets->pdf, page, &foot, &number);
	for (guint i = 0; i < sheets->table->columns_n; i++)
		heads[i] = (char *)sheets->table->columns[i].name;
	sheets->y = MARGIN + HEAD_ROOM;
	draw_row(sheets, heads, row_height(sheets, heads, TRUE), TRUE);
}

static gboolean
put_row(Sheets *sheets, char *const *texts, GError **error)
{
	double height = row_height(sheets, texts, FALSE);
	if (sheets->y + height + 2 * PADDING > sheets->page.height - MARGIN - FOOT_ROOM) {
		pdf_end_page(sheets->pdf);
		if (!flush(sheets, error))
			return FALSE;
		begin_page(sheets);
	}
	draw_row(sheets, texts, height, FALSE);
	return TRUE;
}

static gboolean
put_all(Sheets *sheets, const GPtrArray *sample, Next next, Cell *cells, GError **error)
{
	begin_page(sheets);
	for (guint i = 0; i < sample->len; i++)
		if (!put_row(sheets, g_ptr_array_index(sample, i), error))
			return FALSE;
	while (next == NEXT_ROW && (next = table_next(sheets->table, cells, error)) == NEXT_ROW) {
		g_auto(GStrv) texts = row_texts(sheets->table, cells);
		if (!put_row(sheets, texts, error))
			return FALSE;
	}
	if (next == NEXT_ERROR)
		return FALSE;
	if (sample->len == 0) {
		const PdfBox box = { MARGIN, sheets->y + 8, 300, 16 };
		const PdfStyle style = { .size = 10, .colour = SOFT };
		pdf_text(sheets->pdf, "no rows", &box, &style);
	}
	pdf_end_page(sheets->pdf);
	return TRUE;
}

/* Upright when it fits, else lying; then smaller, then with lines that wrap. */
static void
open_sheets(Sheets *sheets, const GPtrArray *sample)
{
	PdfAsked asked = { .title = "Report", .lang = "en", .made = sheets->table->made };
	sheets->size = SIZE;
	sheets->gap = GAP;
	for (;;) {
		g_string_truncate(sheets->bytes, 0);
		sheets->pdf = pdf_new(&asked, sheets->bytes);
		sheets->page = pdf_page(sheets->pdf);
		measure(sheets, sample);
		if (asked.landscape || total(sheets) <= sheets->page.width - 2 * MARGIN)
			break;
		pdf_free(sheets->pdf);
		asked.landscape = TRUE;
	}
	double room = sheets->page.width - 2 * MARGIN;
	while (total(sheets) > room && sheets->size > SIZE_LEAST) {
		sheets->size = MAX(SIZE_LEAST, sheets->size - 0.5);
		measure(sheets, sample);
	}
	if (total(sheets) > room)
		share(sheets, room);
	else if (sheets->table->columns_n > 1)
		sheets->gap =
		        MIN(GAP_MAX, GAP + (room - total(sheets)) / (sheets->table->columns_n - 1));
}

gboolean
table_print_pdf(const Table *table, FILE *out, GError **error)
{
	g_autoptr(GPtrArray) sample = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
	g_autofree Cell *cells = g_new0(Cell, table->columns_n);
	g_autofree double *widths = g_new0(double, table->columns_n);
	g_autoptr(GString) bytes = g_string_new(NULL);
	g_autoptr(GString) when = g_string_new(NULL);
	const Cell made = { .number = table->made };
	Next next = NEXT_END;
	while (sample->len < TABLE_SAMPLE && (next = table_next(table, cells, error)) == NEXT_ROW)
		g_ptr_array_add(sample, row_texts(table, cells));
	if (next == NEXT_ERROR)
		return FALSE;
	table_append_shown(table, COLUMN_TIME, &made, when);
	g_string_truncate(when, strlen("2027-04-06T08:00"));
	when->str[strlen("2027-04-06")] = ' ';
	Sheets sheets = {
		.table = table, .bytes = bytes, .out = out, .widths = widths, .when = when->str
	};
	open_sheets(&sheets, sample);
	gboolean whole = put_all(&sheets, sample, next, cells, error) &&
	        pdf_end(sheets.pdf, error) && flush(&sheets, error);
	pdf_free(sheets.pdf);
	return whole && table_flush(out, error);
}
