#include "reports/pdf.h"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>
#include <string.h>

#include "reports/pdf_glyphs.h"
#include "schema/error.h"

#define SHRINK  0.93 /* from one size to the next */
#define SPACING 0.08 /* of the size, between the letters of a code */
#define WRAP_SURE                                                                                  \
	0.6 /* down to this part of its size a text shrinks before one of its words is broken */
#define INK_SLACK 1.0 /* points that ink may stand out of its box */

struct Pdf {
	GString *out;
	cairo_surface_t *surface;
	cairo_t *cairo;
	PangoContext *context;
	PangoLayout *layout;
	GHashTable *drawn; /* fonts whose glyphs are drawn */
	char *lang;
	gboolean right_to_left;
	PdfBox page;
	guint page_no;
	PdfWatch watch;
	gpointer watch_data;
};

/* ---- the document ---- */

static cairo_status_t
append(void *data, const unsigned char *bytes, unsigned int length)
{
	g_string_append_len(((Pdf *)data)->out, (const char *)bytes, length);
	return CAIRO_STATUS_SUCCESS;
}

/* Which shapes a Chinese character has depends on the language; the other families are for what the first has not.
 * "Noto Sans" alone would give Japanese shapes and other makers' letters. */
static char *
families_of(const char *lang)
{
	const char *cjk = "Noto Sans CJK SC, Noto Sans CJK KR";
	if (g_str_has_prefix(lang, "ko"))
		cjk = "Noto Sans CJK KR, Noto Sans CJK SC";
	else if (g_str_has_prefix(lang, "ja"))
		cjk = "Noto Sans CJK JP, Noto Sans CJK KR";
	else if (g_str_has_prefix(lang, "zh-Hant") || g_str_has_prefix(lang, "zh-TW") ||
	        g_str_has_prefix(lang, "zh-HK"))
		cjk = "Noto Sans CJK TC, Noto Sans CJK KR";
	return g_strconcat("Noto Sans, Noto Sans Arabic, Noto Sans Armenian, ", cjk,
	        ", Noto Sans Symbols, Noto Sans Symbols2", NULL);
}

static void
describe(Pdf *pdf, const PdfAsked *asked)
{
	g_autoptr(GDateTime) made = g_date_time_new_from_unix_utc(asked->made);
	g_autofree char *when = made ? g_date_time_format(made, "%Y-%m-%dT%H:%M:%SZ") : NULL;
	cairo_pdf_surface_set_metadata(pdf->surface, CAIRO_PDF_METADATA_TITLE, asked->title);
	cairo_pdf_surface_set_metadata(pdf->surface, CAIRO_PDF_METADATA_CREATOR, "turnout");
	cairo_pdf_surface_set_metadata(
	        pdf->surface, CAIRO_PDF_METADATA_CREATE_DATE, when ? when : "1970-01-01T00:00:00Z");
}

Pdf *
pdf_new(const PdfAsked *asked, GString *out)
{
	Pdf *pdf = g_new0(Pdf, 1);
	double width = asked->size == PDF_A4 ? 210 / 25.4 * 72 : 612;
	double height = asked->size == PDF_A4 ? 297 / 25.4 * 72 : 792;
	pdf->out = out;
	pdf->lang = g_strdup(asked->lang);
	pdf->page_no = 1;
	pdf->right_to_left = asked->right_to_left;
	pdf->page = (PdfBox){ 0, 0, asked->landscape ? height : width,
		asked->landscape ? width : height };
	pdf->surface =
	        cairo_pdf_surface_create_for_stream(append, pdf, pdf->page.width, pdf->page.height);
	describe(pdf, asked);
	pdf->cairo = cairo_create(pdf->surface);
	pdf->context = pango_cairo_create_context(pdf->cairo);
	pango_context_set_base_dir(
	        pdf->context, pdf->right_to_left ? PANGO_DIRECTION_RTL : PANGO_DIRECTION_LTR);
	/* widths as on paper, not as on a screen's pixels */
	pango_context_set_round_glyph_positions(pdf->context, FALSE);
	cairo_font_options_t *options = cairo_font_options_create();
	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	pango_cairo_context_set_font_options(pdf->context, options);
	cairo_font_options_destroy(options);
	pdf->layout = pango_layout_new(pdf->context);
	pdf->drawn = pdf_glyphs_new();
	return pdf;
}

void
pdf_free(Pdf *pdf)
{
	if (pdf == NULL)
		return;
	g_hash_table_unref(pdf->drawn);
	g_object_unref(pdf->layout);
	g_object_unref(pdf->context);
	cairo_destroy(pdf->cairo);
	cairo_surface_destroy(pdf->surface);
	g_free(pdf->lang);
	g_free(pdf);
}

PdfBox
pdf_page(const Pdf *pdf)
{
	return pdf->page;
}

void
pdf_watch(Pdf *pdf, PdfWatch watch, gpointer data)
{
	pdf->watch = watch;
	pdf->watch_data = data;
}

/* ---- text ---- */

/* Overrides and isolates would turn other letters around; breaks and control characters would make lines. */
static char *
tidied(const char *text)
{
	g_autofree char *valid =
	        g_utf8_validate(text, -1, NULL) ? NULL : g_utf8_make_valid(text, -1);
	GString *tidy = g_string_new(NULL);
	for (const char *c = valid ? valid : text; *c != '\0'; c = g_utf8_next_char(c)) {
		gunichar unit = g_utf8_get_char(c);
		if (g_unichar_iscntrl(unit) || unit == 0x2028 || unit == 0x2029)
			g_string_append_c(tidy, ' ');
		else if (!(unit >= 0x202a && unit <= 0x202e) && !(unit >= 0x2066 && unit <= 0x2069))
			g_string_append_len(tidy, c, g_utf8_next_char(c) - c);
	}
	return g_string_free(tidy, FALSE);
}

static void
set_font(Pdf *pdf, const PdfStyle *style, double size)
{
	g_autofree char *families = families_of(style->lang ? style->lang : pdf->lang);
	PangoFontDescription *font = pango_font_description_new();
	pango_font_description_set_family(font, families);
	pango_font_description_set_weight(
	        font, style->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
	pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
	pango_layout_set_font_description(pdf->layout, font);
	pango_font_description_free(font);

	PangoAttrList *attributes = pango_attr_list_new();
	pango_attr_list_insert(attributes,
	        pango_attr_language_new(
	                pango_language_from_string(style->lang ? style->lang : pdf->lang)));
	/* a name has the hyphens that its bearer gave it */
	pango_attr_list_insert(attributes, pango_attr_insert_hyphens_new(FALSE));
	if (style->spaced)
		pango_attr_list_insert(attributes,
		        pango_attr_letter_spacing_new((int)(size * SPACING * PANGO_SCALE)));
	pango_layout_set_attributes(pdf->layout, attributes);
	pango_attr_list_unref(attributes);
}

/* pango turns left and right around where a text runs against the page; a column of names has one edge. */
static PangoAlignment
alignment(const Pdf *pdf, const PdfStyle *style)
{
	PangoLayoutLine *line = pango_layout_get_line_readonly(pdf->layout, 0);
	gboolean right = (style->align == PDF_END) != pdf->right_to_left;
	if (style->align == PDF_CENTRE)
		return PANGO_ALIGN_CENTER;
	if (pango_layout_get_auto_dir(pdf->layout) &&
	        pango_layout_line_get_resolved_direction(line) !=
	                pango_context_get_base_dir(pdf->context))
		right = !right;
	return right ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT;
}

static gboolean
fits(Pdf *pdf, const PdfBox *box, const PdfStyle *style, double size, PangoWrapMode wrap)
{
	PangoRectangle logical;
	set_font(pdf, style, size);
	pango_layout_set_wrap(pdf->layout, wrap);
	pango_layout_get_extents(pdf->layout, NULL, &logical);
	return logical.width <= box->width * PANGO_SCALE &&
	        logical.height <= box->height * PANGO_SCALE &&
	        (!style->one_line || pango_layout_get_line_count(pdf->layout) == 1);
}

/* The largest size at which the text fits, words whole if that can be had. 0: it doesn't fit. */
static double
size_that_fits(Pdf *pdf, const PdfBox *box, const PdfStyle *style)
{
	double min = style->size_min > 0 ? style->size_min : style->size;
	double sure = MAX(min, style->size * WRAP_SURE);
	for (double size = style->size; size >= sure; size *= SHRINK)
		if (fits(pdf, box, style, size, PANGO_WRAP_WORD))
			return size;
	for (double size = style->size; size > min; size *= SHRINK)
		if (fits(pdf, box, style, size, PANGO_WRAP_WORD_CHAR))
			return size;
	return fits(pdf, box, style, min, PANGO_WRAP_WORD_CHAR) ? min : 0;
}

/* Leaves the layout as it is to be drawn. */
static PdfFit
lay_out(Pdf *pdf, const char *text, const PdfBox *box, const PdfStyle *style)
{
	PdfFit fit = { 0 };
	PangoRectangle logical;
	PangoLayout *layout = pdf->layout;

	pango_layout_set_text(layout, text, -1);
	pango_layout_set_auto_dir(layout, !style->spaced);
	pango_layout_set_alignment(layout, alignment(pdf, style));
	pango_layout_set_width(layout, (int)(box->width * PANGO_SCALE));
	pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_NONE);
	pango_layout_set_height(layout, -1);
	fit.size = size_that_fits(pdf, box, style);
	if (fit.size == 0) {
		fit.size = style->size_min > 0 ? style->size_min : style->size;
		set_font(pdf, style, fit.size);
		pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
		pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
		pango_layout_set_height(
		        layout, style->one_line ? -1 : (int)(box->height * PANGO_SCALE));
	}
	pango_layout_get_extents(layout, NULL, &logical);
	fit.width = (double)logical.width / PANGO_SCALE;
	fit.height = (double)logical.height / PANGO_SCALE;
	fit.lines = (guint)pango_layout_get_line_count(layout);
	fit.cut = pango_layout_is_ellipsized(layout);
	fit.missing = (guint)pango_layout_get_unknown_glyphs_count(layout);
	return fit;
}

PdfFit
pdf_measure(Pdf *pdf, const char *text, const PdfBox *box, const PdfStyle *style)
{
	g_autofree char *tidy = tidied(text);
	return lay_out(pdf, tidy, box, style);
}

static void
set_colour(Pdf *pdf, guint32 colour)
{
	cairo_set_source_rgb(pdf->cairo, (colour >> 16 & 0xff) / 255.0,
	        (colour >> 8 & 0xff) / 255.0, (colour & 0xff) / 255.0);
}

PdfFit
pdf_text(Pdf *pdf, const char *text, const PdfBox *box, const PdfStyle *style)
{
	g_autofree char *tidy = tidied(text);
	PdfFit fit = lay_out(pdf, tidy, box, style);
	fit.y = box->y + (style->middle ? MAX(0, (box->height - fit.height) / 2) : 0);

	cairo_save(pdf->cairo);
	cairo_rectangle(pdf->cairo, box->x - INK_SLACK, box->y - INK_SLACK,
	        box->width + 2 * INK_SLACK, box->height + 2 * INK_SLACK);
	cairo_clip(pdf->cairo);
	set_colour(pdf, style->colour);
	cairo_move_to(pdf->cairo, box->x, fit.y);
	pdf_glyphs_show(pdf->drawn, pdf->cairo, pdf->layout);
	cairo_restore(pdf->cairo);
	if (pdf->watch != NULL)
		pdf->watch(pdf->watch_data, pdf->page_no, tidy, box, &fit);
	return fit;
}

/* ---- what is no text ---- */

void
pdf_fill(Pdf *pdf, const PdfBox *box, guint32 colour)
{
	set_colour(pdf, colour);
	cairo_rectangle(pdf->cairo, box->x, box->y, box->width, box->height);
	cairo_fill(pdf->cairo);
}

static void
outline(Pdf *pdf, const PdfBox *box, double width, guint32 colour)
{
	set_colour(pdf, colour);
	cairo_set_line_width(pdf->cairo, width);
	cairo_rectangle(pdf->cairo, box->x, box->y, box->width, box->height);
	cairo_stroke(pdf->cairo);
}

void
pdf_cut_line(Pdf *pdf, const PdfBox *box)
{
	static const double dashes[] = { 3, 3 };
	cairo_set_dash(pdf->cairo, dashes, G_N_ELEMENTS(dashes), 0);
	outline(pdf, box, 0.5, 0xa49bab);
	cairo_set_dash(pdf->cairo, NULL, 0, 0);
}

void
pdf_tick_box(Pdf *pdf, const PdfBox *box)
{
	outline(pdf, box, 0.75, 0x5b5264);
}

/* One path of all dark runs, filled at once: shapes filled one by one would show seams between the rows. */
void
pdf_modules(Pdf *pdf, const guint8 *modules, guint side, guint quiet, const PdfBox *box)
{
	double module = box->width / (side + 2 * quiet);
	pdf_fill(pdf, box, 0xffffff); /* the white around it is part of the code */
	set_colour(pdf, 0x000000);
	for (guint y = 0; y < side; y++)
		for (guint x = 0; x < side; x++) {
			guint from = x;
			while (x < side && modules[y * side + x])
				x++;
			if (x > from)
				cairo_rectangle(pdf->cairo, box->x + (from + quiet) * module,
				        box->y + (y + quiet) * module, (x - from) * module, module);
		}
	cairo_fill(pdf->cairo);
	if (pdf->watch != NULL)
		pdf->watch(pdf->watch_data, pdf->page_no, NULL, box, NULL);
}

void
pdf_end_page(Pdf *pdf)
{
	cairo_show_page(pdf->cairo);
	pdf->page_no++;
}

/* ---- the end ---- */

static char *
find(const GString *text, gsize from, const char *what)
{
	return memmem(text->str + from, text->len - from, what, strlen(what));
}

/* cairo 1.16 says no language of the document. Its catalogue is the last object before the table of places, which
 * alone moves when a word is put in. FALSE when the end does not look so. */
static gboolean
say_language(Pdf *pdf, gsize from)
{
	static const char kind[] = "<< /Type /Catalog\n", start[] = "startxref\n";
	g_autofree char *said = g_strdup_printf(
	        "   /Lang (%s)\n   /ViewerPreferences << /DisplayDocTitle true >>\n", pdf->lang);
	char *catalogue = find(pdf->out, from, kind);
	if (catalogue == NULL)
		return FALSE;
	gsize place = catalogue - pdf->out->str + sizeof kind - 1;
	char *last = find(pdf->out, place, start);
	if (last == NULL || find(pdf->out, place, "endobj\nxref\n") == NULL)
		return FALSE;
	gsize number = last - pdf->out->str + sizeof start - 1;
	guint64 table = g_ascii_strtoull(pdf->out->str + number, NULL, 10);
	g_string_truncate(pdf->out, number);
	g_string_append_printf(pdf->out, "%" G_GUINT64_FORMAT "\n%%%%EOF\n", table + strlen(said));
	g_string_insert(pdf->out, place, said);
	return TRUE;
}

gboolean
pdf_end(Pdf *pdf, GError **error)
{
	gsize from = pdf->out->len;
	cairo_surface_finish(pdf->surface);
	cairo_status_t status = cairo_surface_status(pdf->surface);
	if (status == CAIRO_STATUS_SUCCESS &&
	        cairo_status(pdf->cairo) != CAIRO_STATUS_SURFACE_FINISHED)
		status = cairo_status(pdf->cairo);
	if (status != CAIRO_STATUS_SUCCESS) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD, "the PDF can't be made: %s",
		        cairo_status_to_string(status));
		return FALSE;
	}
	if (!say_language(pdf, from)) {
		g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_BUG,
		        "the PDF ends in another way than it is known to");
		return FALSE;
	}
	return TRUE;
}
