/*
 * Text of a laid-out paragraph on a PDF, also by fonts that cairo 1.16 cannot embed in parts.
 *
 * Fonts with CFF outlines (Noto Sans CJK) have their subroutines thinned out by cairo, and it counts them wrong: of some
 * of their characters nothing is left on the page ("如"), and others end the program by an assertion. Such a font's
 * glyphs are embedded as drawings instead; the text can still be searched and copied.
 */
#pragma once

#include <pango/pangocairo.h>

/* Fonts that are drawn, made when first needed; of one document, freed after it. */
GHashTable *pdf_glyphs_new(void);
/* As pango_cairo_show_layout() does, at the current point. */
void pdf_glyphs_show(GHashTable *drawn, cairo_t *cairo, PangoLayout *layout);
