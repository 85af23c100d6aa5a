#include "reports/pdf_glyphs.h"

#include <hb.h>

#define EM 1000.0 /* the size at which an outline is taken: fine enough for paper */

static const cairo_user_data_key_t original_key;

/* ---- a font that draws another's glyphs ---- */

/* What draws @face's outlines at EM, for as long as the caller keeps it. */
static cairo_t *
pen_of(cairo_font_face_t *face)
{
	cairo_surface_t *nowhere = cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1);
	cairo_t *pen = cairo_create(nowhere);
	cairo_font_options_t *options = cairo_font_options_create();
	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	cairo_set_font_options(pen, options);
	cairo_font_options_destroy(options);
	cairo_set_font_face(pen, face);
	cairo_set_font_size(pen, EM);
	cairo_surface_destroy(nowhere);
	return pen;
}

static cairo_status_t
draw_glyph(cairo_scaled_font_t *font, unsigned long index, cairo_t *cairo,
        cairo_text_extents_t *extents)
{
	cairo_font_face_t *original =
	        cairo_font_face_get_user_data(cairo_scaled_font_get_font_face(font), &original_key);
	const cairo_glyph_t glyph = { index, 0, 0 };
	cairo_text_extents_t size;
	cairo_t *pen = pen_of(original);
	cairo_glyph_path(pen, &glyph, 1);
	cairo_glyph_extents(pen, &glyph, 1, &size);
	cairo_path_t *path = cairo_copy_path(pen);
	extents->x_advance = size.x_advance / EM;
	cairo_scale(cairo, 1 / EM, 1 / EM);
	cairo_append_path(cairo, path);
	cairo_fill(cairo);
	cairo_path_destroy(path);
	const cairo_status_t status = cairo_status(pen);
	cairo_destroy(pen);
	return status;
}

static cairo_font_face_t *
drawing_of(GHashTable *drawn, cairo_font_face_t *original)
{
	cairo_font_face_t *drawing = g_hash_table_lookup(drawn, original);
	if (drawing != NULL)
		return drawing;
	drawing = cairo_user_font_face_create();
	cairo_user_font_face_set_render_glyph_func(drawing, draw_glyph);
	cairo_font_face_set_user_data(drawing, &original_key, cairo_font_face_reference(original),
	        (cairo_destroy_func_t)cairo_font_face_destroy);
	g_hash_table_insert(drawn, original, drawing);
	return drawing;
}

GHashTable *
pdf_glyphs_new(void)
{
	return g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)cairo_font_face_destroy);
}

/* ---- text ---- */

static gboolean
is_cff(PangoFont *font)
{
	hb_blob_t *table = hb_face_reference_table(
	        hb_font_get_face(pango_font_get_hb_font(font)), HB_TAG('C', 'F', 'F', ' '));
	const gboolean there = hb_blob_get_length(table) > 0;
	hb_blob_destroy(table);
	return there;
}

/* Where each glyph of @run stands from (@x, @y) on; the empty ones stay 0. */
static cairo_glyph_t *
placed(const PangoGlyphString *run, double x, double y)
{
	cairo_glyph_t *glyphs = g_new0(cairo_glyph_t, run->num_glyphs + 1);
	double from = x * PANGO_SCALE;
	for (int i = 0; i < run->num_glyphs; i++) {
		const PangoGlyphInfo *info = &run->glyphs[i];
		glyphs[i].index = info->glyph != PANGO_GLYPH_EMPTY ? info->glyph : 0;
		glyphs[i].x = (from + info->geometry.x_offset) / PANGO_SCALE;
		glyphs[i].y = y + (double)info->geometry.y_offset / PANGO_SCALE;
		from += info->geometry.width;
	}
	return glyphs;
}

/* A cluster at a time, with the letters that it stands for: so the page's text can be read again. */
static void
show_drawn(cairo_t *cairo, const char *text, PangoGlyphItem *item, double x, double y)
{
	g_autofree cairo_glyph_t *glyphs = placed(item->glyphs, x, y);
	PangoGlyphItemIter at;

	for (gboolean more = pango_glyph_item_iter_init_start(&at, item, text); more;
	        more = pango_glyph_item_iter_next_cluster(&at)) {
		const int first = MIN(at.start_glyph, at.end_glyph + 1);
		const int n = ABS(at.end_glyph - at.start_glyph);
		const int bytes = at.end_index - at.start_index;
		const cairo_text_cluster_t cluster = { bytes, n };
		if (n > 0 && glyphs[first].index != 0)
			cairo_show_text_glyphs(cairo, text + at.start_index, bytes, &glyphs[first],
			        n, &cluster, 1, 0);
	}
}

/* What no font has is a box that pango draws. */
static gboolean
is_whole(const PangoGlyphString *run)
{
	for (int i = 0; i < run->num_glyphs; i++)
		if (run->glyphs[i].glyph != PANGO_GLYPH_EMPTY &&
		        run->glyphs[i].glyph & PANGO_GLYPH_UNKNOWN_FLAG)
			return FALSE;
	return TRUE;
}

static void
show_run(GHashTable *drawn, cairo_t *cairo, const char *text, PangoGlyphItem *item, double x,
        double y)
{
	PangoFont *font = item->item->analysis.font;
	if (font == NULL || !is_cff(font) || !is_whole(item->glyphs)) {
		cairo_move_to(cairo, x, y);
		pango_cairo_show_glyph_item(cairo, text, item);
		return;
	}
	cairo_scaled_font_t *scaled = pango_cairo_font_get_scaled_font(PANGO_CAIRO_FONT(font));
	cairo_font_face_t *face = cairo_scaled_font_get_font_face(scaled);
	cairo_matrix_t size;
	cairo_scaled_font_get_font_matrix(scaled, &size);
	cairo_save(cairo);
	cairo_set_font_face(cairo, drawing_of(drawn, face));
	cairo_set_font_matrix(cairo, &size);
	show_drawn(cairo, text, item, x, y);
	cairo_restore(cairo);
}

void
pdf_glyphs_show(GHashTable *drawn, cairo_t *cairo, PangoLayout *layout)
{
	PangoLayoutIter *iter = pango_layout_get_iter(layout);
	double x, y;
	cairo_get_current_point(cairo, &x, &y);
	do {
		PangoGlyphItem *item = pango_layout_iter_get_run_readonly(iter);
		PangoRectangle box;
		pango_layout_iter_get_run_extents(iter, NULL, &box);
		if (item != NULL) /* a line's end is none */
			show_run(drawn, cairo, pango_layout_get_text(layout), item,
			        x + (double)box.x / PANGO_SCALE,
			        y + (double)pango_layout_iter_get_baseline(iter) / PANGO_SCALE);
	} while (pango_layout_iter_next_run(iter));
	pango_layout_iter_free(iter);
}
