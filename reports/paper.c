#include "reports/paper.h"

#include <string.h>

#define INK    0x211a29
#define SOFT   0x5b5264
#define ORANGE 0xf27405
#define WARN   0xa63c00
#define LINE   0xd8cfc2

#define MARGIN 48.0 /* what any printer can print on, and a hand holds */
#define QUIET  4    /* modules */

struct Paper {
	Pdf *pdf;
	PaperLayout layout;
	PaperWords words;
	PdfBox page;
	guint on_page; /* tickets on the page that is being filled */
};

gboolean
paper_layout_parse(const char *word, PaperLayout *ret)
{
	static const char *const words[PAPER_LAYOUTS] = { "pages", "sheet", "badges" };
	for (guint i = 0; i < PAPER_LAYOUTS; i++)
		if (strcmp(word, words[i]) == 0) {
			*ret = (PaperLayout)i;
			return TRUE;
		}
	return FALSE;
}

gboolean
paper_size_parse(const char *word, PdfSize *ret)
{
	gboolean a4 = strcmp(word, "a4") == 0;
	if (!a4 && strcmp(word, "letter") != 0)
		return FALSE;
	*ret = a4 ? PDF_A4 : PDF_LETTER;
	return TRUE;
}

Paper *
paper_new(PaperLayout layout, PdfSize size, const PaperWords *words, gint64 made, GString *out)
{
	const PdfAsked asked = { .title = words->title,
		.lang = words->lang,
		.right_to_left = words->right_to_left,
		.size = size,
		.made = made };
	Paper *paper = g_new0(Paper, 1);
	paper->pdf = pdf_new(&asked, out);
	paper->layout = layout;
	paper->words = *words;
	paper->page = pdf_page(paper->pdf);
	return paper;
}

void
paper_free(Paper *paper)
{
	if (paper == NULL)
		return;
	pdf_free(paper->pdf);
	g_free(paper);
}

Pdf *
paper_pdf(Paper *paper)
{
	return paper->pdf;
}

static void
end_page(Paper *paper)
{
	pdf_end_page(paper->pdf);
	paper->on_page = 0;
}

/* ---- pieces ---- */

/* Layouts are written from left to right; a document that is read the other way is their mirror. */
static PdfBox
place(const Paper *paper, double x, double y, double width, double height)
{
	if (paper->words.right_to_left)
		x = paper->page.width - x - width;
	return (PdfBox){ x, y, width, height };
}

/* Nothing is drawn of a text that is not there. Returns the height that it took. */
static double
put(Paper *paper, const char *text, PdfBox box, PdfStyle style)
{
	if (text == NULL || *text == '\0')
		return 0;
	return pdf_text(paper->pdf, text, &box, &style).height;
}

static void
draw_code(Paper *paper, const PaperCode *code, PdfBox box)
{
	pdf_modules(paper->pdf, code->modules, code->side, QUIET, &box);
}

static void
rule(Paper *paper, double y, double thickness, guint32 colour)
{
	PdfBox box = { MARGIN, y, paper->page.width - 2 * MARGIN, thickness };
	pdf_fill(paper->pdf, &box, colour);
}

/* ---- one a page ---- */

#define CODE_SIDE  236.0
#define CODE_ALONE 320.0 /* when nothing else is on the page */
#define FOOT_ROOM  46.0
#define SLACK      0.1 /* points that rounding may take */

static void
draw_foot(Paper *paper)
{
	double width = paper->page.width - 2 * MARGIN;
	double y = paper->page.height - MARGIN - FOOT_ROOM;
	rule(paper, y, 0.75, LINE);
	y += 8;
	y += put(paper, paper->words.show, place(paper, MARGIN, y, width, 27),
	        (PdfStyle){ .size = 10.5, .size_min = 7, .colour = INK });
	put(paper, paper->words.help, place(paper, MARGIN, y, width, 27),
	        (PdfStyle){ .size = 10.5, .size_min = 7, .colour = SOFT });
}

/* The band and the words above a page's own. Returns where those begin. */
static double
draw_head(Paper *paper, const char *title)
{
	double width = paper->page.width - 2 * MARGIN, y = MARGIN + 16;
	rule(paper, MARGIN, 4, ORANGE);
	put(paper, title, place(paper, MARGIN, y, width / 2 - 10, 22),
	        (PdfStyle){ .size = 12, .size_min = 8, .colour = SOFT, .one_line = TRUE });
	put(paper, paper->words.heading,
	        place(paper, MARGIN + width / 2 - 10, y, width / 2 + 10, 22),
	        (PdfStyle){ .size = 12,
	                .size_min = 6,
	                .colour = SOFT,
	                .align = PDF_END,
	                .bold = TRUE });
	return y + 28;
}

/* What on one side, when and under it where on the other. 0: there is no room for it down to @until. */
static double
draw_line(Paper *paper, const PaperLine *line, double y, double until)
{
	double width = paper->page.width - 2 * MARGIN, split = width * 0.36;
	const char *where = line->where ? line->where : "";
	const PdfStyle bold = { .size = 10.5, .size_min = 7, .colour = INK, .bold = TRUE };
	const PdfStyle plain = { .size = 10.5, .size_min = 7, .colour = INK };
	const PdfStyle soft = { .size = 9.5, .size_min = 7, .colour = SOFT };
	PdfBox left = place(paper, MARGIN, y, split - 12, 60);
	PdfBox right = place(paper, MARGIN + split, y, width - split, 40);
	double when_height = pdf_measure(paper->pdf, line->when, &right, &plain).height;
	double where_height = *where ? pdf_measure(paper->pdf, where, &right, &soft).height : 0;
	double height = MAX(pdf_measure(paper->pdf, line->what, &left, &bold).height,
	        when_height + where_height);
	if (y + height > until)
		return 0;
	left.height = height + SLACK;
	put(paper, line->what, left, bold);
	right.height = when_height + SLACK;
	put(paper, line->when, right, plain);
	right.y += when_height;
	right.height = where_height + SLACK;
	put(paper, where, right, soft);
	return height + 5;
}

/* What a holder is booked for, on further pages when there is much. */
static void
draw_lines(Paper *paper, const PaperTicket *ticket, double y)
{
	double width = paper->page.width - 2 * MARGIN;
	double until = paper->page.height - MARGIN - FOOT_ROOM - 8;
	for (guint i = 0; i < ticket->lines_n; i++) {
		double took = draw_line(paper, &ticket->lines[i], y, until);
		if (took == 0) {
			end_page(paper);
			y = draw_head(paper, paper->words.title);
			y += put(paper, ticket->name, place(paper, MARGIN, y, width, 60),
			             (PdfStyle){ .size = 20,
			                     .size_min = 9,
			                     .colour = INK,
			                     .bold = TRUE,
			                     .lang = ticket->lang }) +
			        12;
			draw_foot(paper);
			took = draw_line(paper, &ticket->lines[i], y, until);
		}
		y += took;
	}
}

static void
draw_page(Paper *paper, const PaperTicket *ticket)
{
	double width = paper->page.width - 2 * MARGIN;
	double centre = paper->page.width / 2;
	double side = ticket->lines_n > 0 ? CODE_SIDE : CODE_ALONE;
	double y = draw_head(paper, paper->words.title);

	put(paper, ticket->name, place(paper, MARGIN, y, width, 92),
	        (PdfStyle){ .size = 38,
	                .size_min = 11,
	                .colour = INK,
	                .bold = TRUE,
	                .middle = TRUE,
	                .align = PDF_CENTRE,
	                .lang = ticket->lang });
	y += 96;
	put(paper, ticket->group, place(paper, MARGIN, y, width, 20),
	        (PdfStyle){ .size = 14, .size_min = 7, .colour = SOFT, .align = PDF_CENTRE });
	y += ticket->group ? 22 : 0;
	put(paper, ticket->note, place(paper, MARGIN, y, width, 32),
	        (PdfStyle){ .size = 12,
	                .size_min = 8,
	                .colour = WARN,
	                .bold = TRUE,
	                .align = PDF_CENTRE });
	y += ticket->note ? 34 : 0;
	draw_code(paper, &ticket->code, place(paper, centre - side / 2, y, side, side));
	y += side;
	put(paper, paper->words.typed, place(paper, MARGIN, y, width, 20),
	        (PdfStyle){ .size = 10.5, .size_min = 7, .colour = SOFT, .align = PDF_CENTRE });
	put(paper, ticket->typed, place(paper, MARGIN, y + 20, width, 34),
	        (PdfStyle){ .size = 22,
	                .size_min = 12,
	                .colour = INK,
	                .bold = TRUE,
	                .spaced = TRUE,
	                .one_line = TRUE,
	                .align = PDF_CENTRE });
	draw_foot(paper);
	draw_lines(paper, ticket, y + 68);
	end_page(paper);
}

/* ---- several a page ---- */

typedef struct {
	double width, height;
	guint columns, rows;
} Grid;

/* The cell of the @n-th of a page; a grid stands in the middle of the paper. */
static PdfBox
cell(const Paper *paper, const Grid *grid, guint n)
{
	double left = (paper->page.width - grid->width * grid->columns) / 2;
	double top = (paper->page.height - grid->height * grid->rows) / 2;
	return (PdfBox){ left + grid->width * (n % grid->columns),
		top + grid->height * (n / grid->columns), grid->width, grid->height };
}

#define CARD_CODE 128.0

static void
draw_card(Paper *paper, const PaperTicket *ticket, PdfBox at)
{
	double x = at.x + 8, y = at.y + 10, bottom = at.y + at.height;
	double text_x = x + CARD_CODE + 6, text_width = at.x + at.width - text_x - 10;
	double until = bottom - 12, name_y = y + 2;

	draw_code(paper, &ticket->code,
	        place(paper, x, at.y + (at.height - CARD_CODE) / 2, CARD_CODE, CARD_CODE));
	name_y += paper->words.heading ? 24 : 14;
	put(paper, paper->words.heading ? paper->words.heading : paper->words.title,
	        place(paper, text_x, y, text_width, name_y - y - 2),
	        (PdfStyle){ .size = 8, .size_min = 5.5, .colour = SOFT });
	until -= 19;
	put(paper, ticket->typed, place(paper, text_x, until, text_width, 20),
	        (PdfStyle){ .size = 13,
	                .size_min = 7,
	                .colour = INK,
	                .bold = TRUE,
	                .spaced = TRUE,
	                .one_line = TRUE });
	until -= 12;
	put(paper, paper->words.typed, place(paper, text_x, until, text_width, 12),
	        (PdfStyle){ .size = 7, .size_min = 4.5, .colour = SOFT, .one_line = TRUE });
	until -= ticket->group ? 22 : 0;
	put(paper, ticket->group, place(paper, text_x, until, text_width, 20),
	        (PdfStyle){ .size = 8.5, .size_min = 5.5, .colour = SOFT });
	until -= ticket->note ? 24 : 0;
	put(paper, ticket->note, place(paper, text_x, until, text_width, 22),
	        (PdfStyle){ .size = 8, .size_min = 5.5, .colour = WARN, .bold = TRUE });
	put(paper, ticket->name, place(paper, text_x, name_y, text_width, until - 4 - name_y),
	        (PdfStyle){ .size = 18,
	                .size_min = 5.5,
	                .colour = INK,
	                .bold = TRUE,
	                .lang = ticket->lang });
}

#define BADGE_CODE 96.0

static void
draw_badge(Paper *paper, const PaperTicket *ticket, PdfBox at)
{
	double inner = at.width - 28, x = at.x + 14, y = at.y + 12;
	double low = at.y + at.height - 10 - BADGE_CODE;
	double side_width = inner - BADGE_CODE - 8;
	PdfBox band = place(paper, at.x + 0.5, at.y + 0.5, at.width - 1, 5);

	pdf_fill(paper->pdf, &band, ORANGE);
	put(paper, paper->words.heading, place(paper, x, y, inner, 16),
	        (PdfStyle){ .size = 9.5, .size_min = 5.5, .colour = SOFT, .align = PDF_CENTRE });
	y += paper->words.heading ? 16 : 2;
	put(paper, ticket->name, place(paper, x, y, inner, low - 4 - y),
	        (PdfStyle){ .size = 34,
	                .size_min = 6,
	                .colour = INK,
	                .bold = TRUE,
	                .middle = TRUE,
	                .align = PDF_CENTRE,
	                .lang = ticket->lang });
	draw_code(paper, &ticket->code,
	        place(paper, x + inner - BADGE_CODE + 6, low, BADGE_CODE, BADGE_CODE));
	put(paper, ticket->group, place(paper, x, low + 4, side_width, 34),
	        (PdfStyle){ .size = 12, .size_min = 6, .colour = INK });
	put(paper, ticket->note, place(paper, x, low + 40, side_width, 20),
	        (PdfStyle){ .size = 8, .size_min = 5, .colour = WARN, .bold = TRUE });
	put(paper, paper->words.typed, place(paper, x, low + 61, side_width, 11),
	        (PdfStyle){ .size = 7.5, .size_min = 4.5, .colour = SOFT, .one_line = TRUE });
	put(paper, ticket->typed, place(paper, x, low + 72, side_width, 20),
	        (PdfStyle){ .size = 13,
	                .size_min = 7,
	                .colour = INK,
	                .bold = TRUE,
	                .spaced = TRUE,
	                .one_line = TRUE });
}

static void
draw_on_grid(Paper *paper, const PaperTicket *ticket)
{
	static const Grid cards = { 264, 178, 2, 4 }, badges = { 288, 216, 2, 3 };
	const Grid *grid = paper->layout == PAPER_SHEET ? &cards : &badges;
	PdfBox at = cell(paper, grid, paper->on_page);
	PdfBox mirrored = place(paper, at.x, at.y, at.width, at.height);

	pdf_cut_line(paper->pdf, &mirrored);
	if (paper->layout == PAPER_SHEET)
		draw_card(paper, ticket, at);
	else
		draw_badge(paper, ticket, at);
	if (++paper->on_page == grid->columns * grid->rows)
		end_page(paper);
}

void
paper_add(Paper *paper, const PaperTicket *ticket)
{
	if (paper->layout == PAPER_PAGES)
		draw_page(paper, ticket);
	else
		draw_on_grid(paper, ticket);
}

gboolean
paper_end(Paper *paper, GError **error)
{
	if (paper->on_page > 0)
		end_page(paper);
	return pdf_end(paper->pdf, error);
}

/* ---- the cover of a packet ---- */

#define NAME_ROW 21.0

/* The names that fit on this page, in two columns, down and then over. Returns how many. */
static guint
draw_names(Paper *paper, const PaperCover *cover, guint from, double y)
{
	double width = (paper->page.width - 2 * MARGIN - 24) / 2;
	guint rows = (guint)((paper->page.height - MARGIN - 24 - y) / NAME_ROW);
	guint left = cover->names_n - from, n = MIN(left, rows * 2);
	guint column = MAX(MIN(rows, n), (n + 1) / 2);
	for (guint i = 0; i < n; i++) {
		double x = MARGIN + (i / column) * (width + 24);
		double top = y + (i % column) * NAME_ROW;
		g_autofree char *no = g_strdup_printf("%u", from + i + 1);
		PdfBox tick = place(paper, x, top + 4, 10, 10);
		pdf_tick_box(paper->pdf, &tick);
		put(paper, no, place(paper, x + 14, top + 1, 26, 16),
		        (PdfStyle){ .size = 9,
		                .size_min = 6,
		                .colour = SOFT,
		                .middle = TRUE,
		                .align = PDF_END });
		put(paper, cover->names[from + i],
		        place(paper, x + 46, top + 0.5, width - 46, NAME_ROW - 1),
		        (PdfStyle){ .size = 10.5, .size_min = 6, .colour = INK, .middle = TRUE });
	}
	return n;
}

static void
draw_page_number(Paper *paper, guint number)
{
	g_autofree char *text = g_strdup_printf("%u", number);
	put(paper, text,
	        place(paper, MARGIN, paper->page.height - MARGIN - 14,
	                paper->page.width - 2 * MARGIN, 14),
	        (PdfStyle){ .size = 9, .colour = SOFT, .align = PDF_END });
}

void
paper_cover(Paper *paper, const PaperCover *cover)
{
	double width = paper->page.width - 2 * MARGIN;
	double y = draw_head(paper, paper->words.title) + 14;
	y += put(paper, cover->title, place(paper, MARGIN, y, width, 60),
	             (PdfStyle){ .size = 30, .size_min = 12, .colour = INK, .bold = TRUE }) +
	        4;
	y += put(paper, cover->group, place(paper, MARGIN, y, width, 60),
	        (PdfStyle){ .size = 20, .size_min = 9, .colour = INK });
	y += put(paper, cover->count, place(paper, MARGIN, y, width, 26),
	             (PdfStyle){ .size = 16, .size_min = 9, .colour = SOFT }) +
	        8;
	y += put(paper, cover->note, place(paper, MARGIN, y, width, 60),
	             (PdfStyle){ .size = 11, .size_min = 8, .colour = INK }) +
	        12;
	guint told = 0, number = 1;
	do {
		told += draw_names(paper, cover, told, y);
		draw_page_number(paper, number++);
		end_page(paper);
		if (told < cover->names_n)
			y = draw_head(paper, cover->title);
	} while (told < cover->names_n);
}
