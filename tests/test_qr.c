/* A ticket's code, read back by zbarimg from both of its forms. */
#include <glib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "checkin/qr.h"
#include "checkin/t1.h"
#include "schema/error.h"

#define TICKET_MODULES 45
#define LEVEL_Q        3 /* ISO/IEC 18004, table of error correction levels, in format bits: 11 */

typedef struct {
	guint side;    /* modules, the quiet zone included */
	guint8 *dark;  /* side × side */
	guint painted; /* modules that the path painted, twice counted if twice painted */
} Bitmap;

static void
bitmap_free(Bitmap *bitmap)
{
	g_free(bitmap->dark);
	g_free(bitmap);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Bitmap, bitmap_free)

/* Paints the SVG's last path, which has nothing but rectangles of one module's height. */
static Bitmap *
paint_svg(GBytes *svg)
{
	gsize length;
	const char *data = g_bytes_get_data(svg, &length);
	g_autofree char *text = g_strndup(data, length);
	g_autoptr(Bitmap) bitmap = g_new0(Bitmap, 1);
	guint width, height;

	const char *box = strstr(text, "viewBox=\"");
	g_assert_nonnull(box);
	g_assert_cmpint(sscanf(box, "viewBox=\"0 0 %u %u\"", &width, &height), ==, 2);
	g_assert_cmpuint(width, ==, height);
	bitmap->side = width;
	bitmap->dark = g_new0(guint8, width * width);
	const char *path = strstr(text, "fill=\"#000\" d=\"");
	g_assert_nonnull(path);
	path += strlen("fill=\"#000\" d=\"");
	while (*path == 'M') {
		guint x, y, run, back;
		int used = 0;
		g_assert_cmpint(
		        sscanf(path, "M%u %uh%uv1h-%uz%n", &x, &y, &run, &back, &used), ==, 4);
		g_assert_cmpuint(run, ==, back);
		g_assert_cmpuint(x + run, <=, width);
		g_assert_cmpuint(y, <, width);
		for (guint i = 0; i < run; i++)
			bitmap->dark[y * width + x + i] = 1;
		bitmap->painted += run;
		path += used;
	}
	g_assert_cmpint(*path, ==, '"');
	return g_steal_pointer(&bitmap);
}

/* The bitmap as a portable grey map of 4 pixels a module. */
static GBytes *
to_pgm(const Bitmap *bitmap)
{
	const guint scale = 4, side = bitmap->side * scale;
	g_autoptr(GString) out = g_string_new(NULL);

	g_string_append_printf(out, "P5\n%u %u\n255\n", side, side);
	for (guint y = 0; y < side; y++)
		for (guint x = 0; x < side; x++)
			g_string_append_c(out,
			        bitmap->dark[y / scale * bitmap->side + x / scale] ? 0 : (char)255);
	return g_string_free_to_bytes(g_steal_pointer(&out));
}

/* What zbarimg reads from a picture. */
static char *
decode(GBytes *picture, const char *suffix)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *dir = g_dir_make_tmp("turnout-qr-XXXXXX", &error);
	g_assert_no_error(error);
	g_autofree char *name = g_strconcat("code", suffix, NULL);
	g_autofree char *file = g_build_filename(dir, name, NULL);
	gsize length;
	const char *data = g_bytes_get_data(picture, &length);
	const char *command[] = { "zbarimg", "--quiet", "--raw", "--nodbus", file, NULL };
	char *out = NULL;
	int status;

	g_file_set_contents(file, data, (gssize)length, &error);
	g_assert_no_error(error);
	g_spawn_sync(NULL, (char **)command, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL,
	        NULL, NULL, &out, NULL, &status, &error);
	g_assert_no_error(error);
	g_assert_true(g_spawn_check_wait_status(status, NULL));
	g_unlink(file);
	g_rmdir(dir);
	return out;
}

static char *
a_ticket(void)
{
	T1 ticket = { .key_hint = (guint8)g_test_rand_int(),
		.minute = g_test_rand_int() & 0xfffff };
	char text[T1_TEXT_LENGTH + 1];

	for (guint i = 0; i < sizeof ticket.id; i++)
		ticket.id[i] = (guint8)g_test_rand_int();
	for (guint i = 0; i < sizeof ticket.signature; i++)
		ticket.signature[i] = (guint8)g_test_rand_int();
	t1_write(&ticket, text);
	return g_strdup(text);
}

static void
assert_reads(GBytes *picture, const char *suffix, const char *text)
{
	g_autofree char *read = decode(picture, suffix);

	g_assert_cmpstr(g_strchomp(read), ==, text);
}

static void
a_scanner_reads_the_picture(void)
{
	static const guint scales[] = { 2, 4, 8 };

	for (guint i = 0; i < G_N_ELEMENTS(scales); i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *text = a_ticket();
		g_autoptr(GBytes) png = qr_png(text, scales[i], &error);
		g_assert_no_error(error);
		assert_reads(png, ".png", text);
	}
}

static void
a_scanner_reads_the_vector(void)
{
	for (guint i = 0; i < 3; i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *text = a_ticket();
		g_autoptr(GBytes) svg = qr_svg(text, i ? "Ticket" : NULL, &error);
		g_assert_no_error(error);
		g_autoptr(Bitmap) bitmap = paint_svg(svg);
		g_autoptr(GBytes) picture = to_pgm(bitmap);
		assert_reads(picture, ".pgm", text);
	}
}

/* Its size tells the version; the level stands in the format bits beside the first finder pattern. */
static void
a_ticket_is_version_7_at_level_q_with_a_quiet_zone(void)
{
	for (guint n = 0; n < 200; n++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *text = a_ticket();
		g_autoptr(GBytes) svg = qr_svg(text, NULL, &error);
		g_assert_no_error(error);
		g_autoptr(Bitmap) bitmap = paint_svg(svg);
		guint side = bitmap->side, dark = 0;

		g_assert_cmpuint(side, ==, TICKET_MODULES + 2 * 4);
		for (guint y = 0; y < side; y++)
			for (guint x = 0; x < side; x++) {
				gboolean inside = x >= 4 && y >= 4 && x < side - 4 && y < side - 4;
				g_assert_true(inside || !bitmap->dark[y * side + x]);
				dark += bitmap->dark[y * side + x];
			}
		/* no module is painted twice, so no renderer shows seams */
		g_assert_cmpuint(dark, ==, bitmap->painted);
		const guint8 *format = bitmap->dark + (4 + 8) * side + 4;
		g_assert_cmpuint((guint)(format[0] ^ 1) << 1 | format[1], ==, LEVEL_Q);
	}
}

static guint
png_number(const guint8 *bytes)
{
	return (guint)bytes[0] << 24 | (guint)bytes[1] << 16 | (guint)bytes[2] << 8 | bytes[3];
}

static void
the_picture_is_one_bit_deep_and_small(void)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = a_ticket();
	g_autoptr(GBytes) png = qr_png(text, 8, &error);
	g_assert_no_error(error);
	gsize length;
	const guint8 *data = g_bytes_get_data(png, &length);

	g_assert_cmpuint(length, >, 33);
	g_assert_cmpmem(data, 8, "\x89PNG\r\n\x1a\n", 8);
	g_assert_cmpuint(png_number(data + 16), ==, 53 * 8);
	g_assert_cmpuint(png_number(data + 20), ==, 53 * 8);
	g_assert_cmpuint(data[24], ==, 1); /* bits */
	g_assert_cmpuint(data[25], ==, 0); /* grey */
	g_assert_cmpuint(length, <, 8 * 1024);
}

static void
the_title_is_text_and_not_markup(void)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = a_ticket();
	g_autoptr(GBytes) svg = qr_svg(text, "</title><script>\"&'", &error);
	g_assert_no_error(error);
	gsize length;
	const char *data = g_bytes_get_data(svg, &length);
	g_autofree char *whole = g_strndup(data, length);

	g_assert_null(strstr(whole, "<script"));
	g_assert_nonnull(
	        strstr(whole, "<title>&lt;/title&gt;&lt;script&gt;&quot;&amp;&apos;</title>"));
	/* the code holds the ticket, the document doesn't spell it out */
	g_assert_null(strstr(whole, text));
}

static void
what_can_not_be_a_code_is_told(void)
{
	g_autofree char *long_text = g_strnfill(4000, 'A');
	const char *const bad[] = { "", "small letters", "T1_", "\xc3\xa9", long_text };

	for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) error = NULL, other = NULL;
		g_assert_null(qr_svg(bad[i], NULL, &error));
		g_assert_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT);
		g_assert_null(qr_png(bad[i], 4, &other));
		g_assert_error(other, TURNOUT_ERROR, TURNOUT_ERROR_INPUT);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/qr/a_scanner_reads_the_picture", a_scanner_reads_the_picture);
	g_test_add_func("/qr/a_scanner_reads_the_vector", a_scanner_reads_the_vector);
	g_test_add_func("/qr/a_ticket_is_version_7_at_level_q_with_a_quiet_zone",
	        a_ticket_is_version_7_at_level_q_with_a_quiet_zone);
	g_test_add_func(
	        "/qr/the_picture_is_one_bit_deep_and_small", the_picture_is_one_bit_deep_and_small);
	g_test_add_func("/qr/the_title_is_text_and_not_markup", the_title_is_text_and_not_markup);
	g_test_add_func("/qr/what_can_not_be_a_code_is_told", what_can_not_be_a_code_is_told);
	return g_test_run();
}
