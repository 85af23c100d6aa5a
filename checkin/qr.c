#include "checkin/qr.h"

#include <png.h>
#include <qrencode.h>
#include <string.h>

#include "schema/error.h"

/* A ticket's 45 modules fill their bytes badly; the picture is small anyway, and level 6 costs ten
 * times the whole code. */
#define PNG_LEVEL     1
#define PNG_SCALE_MAX 64

G_DEFINE_AUTOPTR_CLEANUP_FUNC(QRcode, QRcode_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QRinput, QRinput_free)

/* In alphanumeric mode, which is asked for by name: the library's simple call may choose bytes, and
 * then a ticket would be version 9. */
static QRcode *
encode(const char *text, GError **error)
{
	g_autoptr(QRinput) input = QRinput_new2(0, QR_ECLEVEL_Q);
	QRcode *code = NULL;

	if (input != NULL &&
	        QRinput_append(input, QR_MODE_AN, (int)strlen(text), (const guint8 *)text) == 0)
		code = QRcode_encodeInput(input);
	if (code == NULL)
		g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "the text can't be a QR code: use digits, capital letters and $%*+-./: "
		        "only, "
		        "and fewer of them");
	return code;
}

static gboolean
is_dark(const QRcode *code, int x, int y)
{
	return code->data[y * code->width + x] & 1;
}

/* Each run of dark modules in a row is one rectangle of the path. */
static void
append_path(GString *svg, const QRcode *code)
{
	for (int y = 0; y < code->width; y++)
		for (int x = 0; x < code->width; x++) {
			int from = x;
			while (x < code->width && is_dark(code, x, y))
				x++;
			if (x > from)
				g_string_append_printf(svg, "M%d %dh%dv1h-%dz", from + QR_QUIET,
				        y + QR_QUIET, x - from, x - from);
		}
}

static GBytes *
svg_of(const QRcode *code, const char *title_text)
{
	int side = code->width + 2 * QR_QUIET;
	g_autoptr(GString) svg = g_string_sized_new(16 * 1024);

	g_string_append_printf(svg,
	        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\""
	        " shape-rendering=\"crispEdges\">",
	        side, side);
	if (title_text != NULL) {
		g_autofree char *title = g_markup_escape_text(title_text, -1);
		g_string_append_printf(svg, "<title>%s</title>", title);
	}
	/* the white ground is part of the code: scanners need it in dark mode as well */
	g_string_append_printf(svg,
	        "<path fill=\"#fff\" d=\"M0 0h%dv%dh-%dz\"/><path fill=\"#000\" d=\"", side, side,
	        side);
	append_path(svg, code);
	g_string_append(svg, "\"/></svg>\n");
	return g_string_free_to_bytes(g_steal_pointer(&svg));
}

GBytes *
qr_svg(const char *text, const char *title_text, GError **error)
{
	g_autoptr(QRcode) code = encode(text, error);

	return code ? svg_of(code, title_text) : NULL;
}

GBytes *
qr_svg_link(const char *link, GError **error)
{
	g_autoptr(QRcode) code = QRcode_encodeString8bit(link, 0, QR_ECLEVEL_M);

	if (code == NULL) {
		g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "the link is too long for a QR code");
		return NULL;
	}
	return svg_of(code, NULL);
}

static void
png_append(png_structp png, png_bytep data, size_t length)
{
	g_byte_array_append(png_get_io_ptr(png), data, (guint)length);
}

static void
png_flush_nothing(png_structp png)
{
}

/* A row of pixels, one bit each, 1 white. @y is in modules, the quiet zone included. */
static void
fill_row(const QRcode *code, int y, guint scale, guint8 *ret_row, gsize length)
{
	memset(ret_row, 0xff, length);
	y -= QR_QUIET;
	if (y < 0 || y >= code->width)
		return;
	for (int x = 0; x < code->width; x++) {
		if (!is_dark(code, x, y))
			continue;
		guint from = (guint)(x + QR_QUIET) * scale;
		for (guint i = from; i < from + scale; i++)
			ret_row[i / 8] &= (guint8) ~(0x80 >> i % 8);
	}
}

/* No allocation of ours lives across libpng's longjmp: @out and @row are the caller's. */
static gboolean
write_png(const QRcode *code, guint scale, GByteArray *out, guint8 *row, gsize row_length)
{
	guint side = (guint)(code->width + 2 * QR_QUIET);
	png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
	png_infop info = png ? png_create_info_struct(png) : NULL;

	if (info == NULL || setjmp(png_jmpbuf(png))) {
		png_destroy_write_struct(&png, &info);
		return FALSE;
	}
	png_set_write_fn(png, out, png_append, png_flush_nothing);
	png_set_compression_level(png, PNG_LEVEL);
	png_set_filter(png, 0, PNG_FILTER_NONE);
	png_set_IHDR(png, info, side * scale, side * scale, 1, PNG_COLOR_TYPE_GRAY,
	        PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	png_write_info(png, info);
	for (guint y = 0; y < side; y++) {
		fill_row(code, (int)y, scale, row, row_length);
		for (guint i = 0; i < scale; i++)
			png_write_row(png, row);
	}
	png_write_end(png, info);
	png_destroy_write_struct(&png, &info);
	return TRUE;
}

GBytes *
qr_png(const char *text, guint scale, GError **error)
{
	g_return_val_if_fail(scale >= 1 && scale <= PNG_SCALE_MAX, NULL);
	g_autoptr(QRcode) code = encode(text, error);
	if (code == NULL)
		return NULL;
	gsize row_length = ((guint)(code->width + 2 * QR_QUIET) * scale + 7) / 8;
	g_autofree guint8 *row = g_malloc(row_length);
	g_autoptr(GByteArray) out = g_byte_array_sized_new(4096);

	if (!write_png(code, scale, out, row, row_length)) {
		g_set_error_literal(
		        error, TURNOUT_ERROR, TURNOUT_ERROR_BUG, "the PNG could not be written");
		return NULL;
	}
	return g_byte_array_free_to_bytes(g_steal_pointer(&out));
}

GBytes *
qr_modules(const char *text, guint *ret_side, GError **error)
{
	g_autoptr(QRcode) code = encode(text, error);
	if (code == NULL)
		return NULL;
	gsize n = (gsize)code->width * (gsize)code->width;
	guint8 *modules = g_malloc(n);
	for (gsize i = 0; i < n; i++)
		modules[i] = code->data[i] & 1;
	*ret_side = (guint)code->width;
	return g_bytes_new_take(modules, n);
}
