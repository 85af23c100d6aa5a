/* A form that brings a file along: what browsers send is read, and anything else is refused whole. */
#include <string.h>

#include "web/http/multipart.h"

#define TYPE      "multipart/form-data; boundary=X"
#define FIELD(n)  "Content-Disposition: form-data; name=\"" n "\"\r\n\r\n"
#define FILE_PART "Content-Disposition: form-data; name=\"f\"; filename=\"a.json\"\r\n"
#define IS_JSON   "Content-Type: application/json\r\n\r\n"
#define GOOD      "--X\r\n" FIELD("csrf") "abc\r\n--X\r\n" FILE_PART IS_JSON "{}\r\n--X--\r\n"

static void
a_field_and_a_file_are_read(void)
{
	MultipartFile file = { 0 };
	g_autoptr(Fields) fields = multipart_parse(TYPE, GOOD, strlen(GOOD), &file);

	g_assert_nonnull(fields);
	g_assert_cmpstr(fields_get(fields, "csrf"), ==, "abc");
	g_assert_null(fields_get(fields, "f"));
	g_assert_cmpmem(file.bytes, file.length, "{}", 2);
}

static void
a_file_may_hold_what_looks_like_a_boundary_and_any_byte(void)
{
	static const char body[] = "--X\r\n" FILE_PART IS_JSON "\0--X\r \xff\r\n--Y\r\n\r\n--X--";
	MultipartFile file = { 0 };
	g_autoptr(Fields) fields = multipart_parse(
	        "Multipart/Form-Data; Boundary=\"X\"", body, sizeof body - 1, &file);

	g_assert_nonnull(fields);
	g_assert_cmpmem(file.bytes, file.length, "\0--X\r \xff\r\n--Y\r\n", 14);
}

static const struct {
	const char *type, *body;
} bad[] = {
	{ "multipart/form-data", GOOD }, { "multipart/form-data; boundary=", GOOD },
	{ "multipart/form-data; boundary=\"X", GOOD },
	{ "multipart/form-data; boundary=0123456789012345678901234567890123456789"
	  "0123456789012345678901234567890",
	        GOOD },
	{ "multipart/form-data; boundary=Y", GOOD }, { TYPE, "" }, { TYPE, "--X" },
	{ TYPE, "--X\r\n" }, { TYPE, "preamble\r\n" GOOD },
	{ TYPE, "--X\r\n" FIELD("a") "b" },                     /* cut off */
	{ TYPE, "--X\r\n" FIELD("a") "b--X--" },                /* no line end before it */
	{ TYPE, "--X\r\nContent-Type: a/b\r\n\r\nb\r\n--X--" }, /* no name */
	{ TYPE, "--X\r\nb\r\n--X--" },                          /* no header */
	{ TYPE, "--X\r\n" FIELD("a") "\xff\r\n--X--" },         /* not UTF-8 */
};

static void
what_is_no_such_form_is_refused_whole(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
		MultipartFile file = { 0 };
		g_test_message("%u", i);
		g_assert_null(
		        multipart_parse(bad[i].type, bad[i].body, strlen(bad[i].body), &file));
		g_assert_null(file.bytes);
	}
}

static void
parts_headers_and_fields_have_bounds(void)
{
	g_autoptr(GString) many = g_string_new(NULL), wide = g_string_new("--X\r\nA: "),
	                   long_field = g_string_new("--X\r\n" FIELD("a"));
	MultipartFile file = { 0 };

	for (guint i = 0; i <= MULTIPART_PARTS; i++)
		g_string_append(many, "--X\r\n" FIELD("a") "b\r\n");
	g_string_append(many, "--X--");
	g_assert_null(multipart_parse(TYPE, many->str, many->len, &file));
	for (guint i = 0; i < MULTIPART_HEADER; i++)
		g_string_append_c(wide, 'x');
	g_string_append(wide, "\r\n" FIELD("a") "b\r\n--X--");
	g_assert_null(multipart_parse(TYPE, wide->str, wide->len, &file));
	for (guint i = 0; i <= MULTIPART_FIELD; i++)
		g_string_append_c(long_field, 'x');
	g_string_append(long_field, "\r\n--X--");
	g_assert_null(multipart_parse(TYPE, long_field->str, long_field->len, &file));
}

/* Every cut of a good body, and every byte of it changed, ends in a form or in none, and reads nothing beyond. */
static void
no_cut_and_no_wrong_byte_reads_beyond_the_body(void)
{
	for (gsize length = 0; length <= strlen(GOOD); length++) {
		g_autofree char *exact = g_memdup2(GOOD, MAX(length, 1));
		MultipartFile file = { 0 };
		fields_free(multipart_parse(TYPE, exact, length, &file));
	}
	for (gsize at = 0; at < strlen(GOOD); at++) {
		g_autofree char *changed = g_memdup2(GOOD, strlen(GOOD));
		MultipartFile file = { 0 };
		changed[at] = (char)(changed[at] ^ 0x2d);
		fields_free(multipart_parse(TYPE, changed, strlen(GOOD), &file));
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/multipart/" #name, name)
	TEST(a_field_and_a_file_are_read);
	TEST(a_file_may_hold_what_looks_like_a_boundary_and_any_byte);
	TEST(what_is_no_such_form_is_refused_whole);
	TEST(parts_headers_and_fields_have_bounds);
	TEST(no_cut_and_no_wrong_byte_reads_beyond_the_body);
	return g_test_run();
}
