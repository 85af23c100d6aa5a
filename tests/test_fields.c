/*
 * Forms and queries, as browsers send them and as they don't.
 */
#include <string.h>

#include "web/fields.h"

static const struct {
	const char *name, *text;
	gsize length;      /* 0: the text's own */
	const char *shown; /* "name=value|name=value"; NULL: it is no form */
} cases[] = {
	{ "nothing", "", 0, "" },
	{ "one-field", "a=1", 0, "a=1" },
	{ "two-of-a-name", "a=1&a=2", 0, "a=1|a=2" },
	{ "without-a-value", "a&b=", 0, "a=|b=" },
	{ "without-a-name", "=1", 0, "=1" },
	{ "plus-is-a-blank", "a+b=c+d", 0, "a b=c d" },
	{ "escapes", "na%6De=%41%26%3D%2B", 0, "name=A&=+" },
	{ "lower-case-hex", "a=%c3%b1", 0, "a=ñ" },
	{ "accents-as-they-are", "a=ñ", 0, "a=ñ" },
	{ "more-equals-signs", "a=b=c", 0, "a=b=c" },
	{ "empty-pieces", "&&a=1&&b=2&", 0, "a=1|b=2" },
	{ "line-breaks", "a=1%0D%0A2", 0, "a=1\r\n2" },
	{ "half-an-escape", "a=%4", 0, NULL },
	{ "no-hex", "a=%zz", 0, NULL },
	{ "a-percent-at-the-end", "a=%", 0, NULL },
	{ "an-escape-over-the-border", "a=%4&1=2", 0, NULL },
	{ "an-encoded-nul", "a=%00", 0, NULL },
	{ "a-nul", "a=\0b", 4, NULL },
	{ "not-utf-8", "a=%ff", 0, NULL },
	{ "a-name-that-is-not-utf-8", "%ff=a", 0, NULL },
	{ "an-overlong-slash", "a=%c0%af", 0, NULL },
	{ "half-a-pair-of-surrogates", "a=%ed%a0%80", 0, NULL },
};

static void
a_form_reads_as_the_browser_meant_it(gconstpointer data)
{
	const guint i = GPOINTER_TO_UINT(data);
	const gsize length = cases[i].length ? cases[i].length : strlen(cases[i].text);
	/* in memory of its own, so that a read past the end is seen */
	g_autofree char *text = g_memdup2(cases[i].text, length);
	g_autoptr(Fields) fields = fields_parse(text, length);
	if (cases[i].shown == NULL) {
		g_assert_null(fields);
		return;
	}
	g_assert_nonnull(fields);
	g_autoptr(GString) shown = g_string_new(NULL);
	for (guint at = 0; at < fields_count(fields); at++) {
		const char *name, *value;
		fields_at(fields, at, &name, &value);
		g_string_append_printf(shown, "%s%s=%s", at ? "|" : "", name, value);
	}
	g_assert_cmpstr(shown->str, ==, cases[i].shown);
}

static void
the_first_of_a_name_and_each_after_it_are_found(void)
{
	const char *text = "access=ramp&name=Ana&access=quiet";
	g_autoptr(Fields) fields = fields_parse(text, strlen(text));
	g_assert_cmpstr(fields_get(fields, "name"), ==, "Ana");
	g_assert_cmpstr(fields_get(fields, "access"), ==, "ramp");
	g_assert_cmpstr(fields_nth(fields, "access", 1), ==, "quiet");
	g_assert_null(fields_nth(fields, "access", 2));
	g_assert_null(fields_get(fields, "nam"));
	g_assert_null(fields_get(fields, "names"));
	g_assert_null(fields_get(fields, ""));
}

static void
fields_that_are_added_stand_behind_those_that_came(void)
{
	g_autoptr(Fields) fields = fields_parse("a=1", 3);
	char value[] = "2";
	fields_add(fields, "a", value);
	value[0] = 'x'; /* it was copied */
	g_assert_cmpstr(fields_get(fields, "a"), ==, "1");
	g_assert_cmpstr(fields_nth(fields, "a", 1), ==, "2");
	g_assert_cmpuint(fields_count(fields), ==, 2);
}

static void
a_form_of_too_many_fields_is_refused(void)
{
	g_autoptr(GString) text = g_string_new("a");
	for (guint i = 1; i < FIELDS_MAX; i++)
		g_string_append(text, "&a");
	g_autoptr(Fields) most = fields_parse(text->str, text->len);
	g_assert_nonnull(most);
	g_assert_cmpuint(fields_count(most), ==, FIELDS_MAX);
	g_string_append(text, "&a");
	g_assert_null(fields_parse(text->str, text->len));
}

/* Whatever comes: it is refused, or all of it is UTF-8 without NUL. */
static void
no_noise_gets_in(void)
{
	g_autoptr(GRand) noise = g_rand_new_with_seed(7);
	guint taken = 0;
	for (guint run = 0; run < 200000; run++) {
		static const char letters[] = "a&=+%0412fFcC3b1\xc3\xb1\0";
		char text[24];
		const gsize length = (gsize)g_rand_int_range(noise, 0, sizeof(text) + 1);
		for (gsize i = 0; i < length; i++)
			text[i] = letters[g_rand_int_range(noise, 0, sizeof(letters) - 1)];
		g_autofree char *exact = g_memdup2(text, length);
		g_autoptr(Fields) fields = fields_parse(exact, length);
		if (fields == NULL)
			continue;
		taken++;
		for (guint at = 0; at < fields_count(fields); at++) {
			const char *name, *value;
			fields_at(fields, at, &name, &value);
			g_assert_true(g_utf8_validate(name, -1, NULL));
			g_assert_true(g_utf8_validate(value, -1, NULL));
		}
	}
	g_assert_cmpuint(taken, >, 2000); /* the noise isn't all refused */
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *path = g_strdup_printf(
		        "/fields/a_form_reads_as_the_browser_meant_it/%s", cases[i].name);
		g_test_add_data_func(
		        path, GUINT_TO_POINTER(i), a_form_reads_as_the_browser_meant_it);
	}
#define TEST(name) g_test_add_func("/fields/" #name, name)
	TEST(the_first_of_a_name_and_each_after_it_are_found);
	TEST(fields_that_are_added_stand_behind_those_that_came);
	TEST(a_form_of_too_many_fields_is_refused);
	TEST(no_noise_gets_in);
	return g_test_run();
}
