/*
 * A ticket's QR code (ISO/IEC 18004): alphanumeric mode, level Q, 124 characters make version 7,
 * 45 × 45 modules; quiet zone of 4; black on white, in dark mode too. The one file that knows
 * libqrencode and libpng is qr.c.
 */
#pragma once

#include <glib.h>

#define QR_QUIET 4

/* An SVG document (one path, in units of a module, with a title of @title_text, nullable). NULL with
 * @error when @text can't be a code. */
GBytes *qr_svg(const char *text, const char *title_text, GError **error);
/* The same of a link, in bytes and at level M, since case matters in it. */
GBytes *qr_svg_link(const char *link, GError **error);
/* A 1-bit grey PNG, @scale (1 to 64) pixels a module, at a low zlib level. */
GBytes *qr_png(const char *text, guint scale, GError **error);
/* The bare modules, for who draws the code elsewhere: *ret_side × *ret_side bytes in rows, 1 dark, without the quiet
 * zone. */
GBytes *qr_modules(const char *text, guint *ret_side, GError **error);
