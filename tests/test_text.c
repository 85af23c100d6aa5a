/* Words as people write them. */
#include <string.h>

#include "schema/text.h"

typedef struct {
	const char *text, *expected;
} Pair;

static void
each_is(char *(*function)(const char *), const Pair *pairs, guint n)
{
	for (guint i = 0; i < n; i++) {
		g_autofree char *got = function(pairs[i].text);
		g_assert_cmpstr(got, ==, pairs[i].expected);
	}
}

static void
names_are_tidied_and_otherwise_left_alone(void)
{
	static const Pair pairs[] = {
		{ "", "" }, { " \t\r\n ", "" }, { "  Ana  María \t López\n", "Ana María López" },
		{ "  plain   words ", "plain words" }, { "Jose\xcc\x81", "José" }, /* composed */
		{ "a\x01"
		  "b\x7f"
		  "c",
		        "abc" }, /* controls */
		{ "a\xc2\x85"
		  "b\xe2\x80\xa8"
		  "c",
		        "a b c" }, /* NEL, line separator are white space */
		{ "\xe3\x80\x80王\xe3\x80\x80明\xe3\x80\x80", "王 明" },
		{ "é\xe2\x80\xae"
		  "fdp",
		        "éfdp" },                               /* right-to-left override */
		{ "علی\xe2\x80\x8cرضا", "علی\xe2\x80\x8cرضا" }, /* a joiner that the name needs */
		{ "\xef\xbb\xbf"
		  "é",
		        "é" }, /* byte order mark */
		{ "😀 é", "😀 é" }, { "\xff", NULL }, { "a\xc3", NULL },
		{ "\xed\xa0\x80", NULL }, /* half of a surrogate pair */
	};
	each_is(text_tidy, pairs, G_N_ELEMENTS(pairs));
}

static void
nothing_on_a_terminal_moves_the_cursor(void)
{
	static const struct {
		const char *text, *line, *lines;
	} cases[] = {
		{ "Tent A", "Tent A", "Tent A" },
		{ "مريم 王 🦋", "مريم 王 🦋", "مريم 王 🦋" },
		{ "a\033[2Jb", "a?[2Jb", "a?[2Jb" },
		{ "a\xc2\x9b"
		  "1Ab", /* the same in one character */
		        "a?1Ab", "a?1Ab" },
		{ "a\r\nb\tc\x7f", "a??b?c?", "a?\nb?c?" },
		{ "a\xe2\x80\xa8"
		  "b",
		        "a?b", "a?b" },
		{ "a\xff"
		  "b",
		        "a\xef\xbf\xbd"
		        "b",
		        "a\xef\xbf\xbd"
		        "b" },
	};
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *line = text_plain(cases[i].text, FALSE);
		g_autofree char *lines = text_plain(cases[i].text, TRUE);
		g_assert_cmpstr(line, ==, cases[i].line);
		g_assert_cmpstr(lines, ==, cases[i].lines);
	}
}

static void
accents_and_case_do_not_hide_a_name(void)
{
	static const Pair pairs[] = {
		{ "JOSE", "jose" },
		{ "José", "jose" },
		{ "Jose\xcc\x81", "jose" },
		{ "Nguyễn Đặng", "nguyen dang" },
		{ "Straße", "strasse" },
		{ "Łukasz Ørsted", "lukasz orsted" },
		{ "ＡＢＣ", "abc" },
		{ "محمّد", "محمد" },
		{ "김민수", "김민수" },
		{ "Մարիա", "մարիա" },
		{ "\xc3", NULL },
	};
	each_is(text_fold, pairs, G_N_ELEMENTS(pairs));
}

static void
an_address_is_read_in_lower_case(void)
{
	static const Pair pairs[] = {
		{ " Ana.Lopez+day@Example.ORG ", "ana.lopez+day@example.org" },
		{ "a@b.co", "a@b.co" },
		{ "o'brien@mail.example.com", "o'brien@mail.example.com" },
	};
	each_is(text_fold_email, pairs, G_N_ELEMENTS(pairs));
}

static void
what_is_no_address_is_refused(void)
{
	static const char *const wrong[] = { "", "@", "ana", "ana@", "@example.org", "ana@example",
		"ana@@example.org", "ana@exa mple.org", "ana@example..org", "ana@.example.org",
		"ana@example.org.", ".ana@example.org", "ana.@example.org", "a..b@example.org",
		"ana@-example.org", "ana@example-.org", "ana@1.2.3.4", "ana\n@example.org",
		"ana@example.org\nBcc: x@example.org", "ana@example.org, ben@example.org",
		"<ana@example.org>", "\"ana\"@example.org", "ána@example.org", "ana@exämple.org",
		"1234567890123456789012345678901234567890123456789012345678901234x@example.org" };
	for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_autofree char *got = text_fold_email(wrong[i]);
		g_assert_null(got);
	}
	g_autoptr(GString) longest = g_string_new("a@");
	while (longest->len < 250)
		g_string_append(longest, "12345678.");
	g_string_append(longest, "org");
	g_assert_cmpuint(longest->len, >, 254);
	g_autofree char *got = text_fold_email(longest->str);
	g_assert_null(got);
}

static void
characters_are_counted_as_people_see_them(void)
{
	g_assert_cmpuint(text_length(""), ==, 0);
	g_assert_cmpuint(text_length("Ana"), ==, 3);
	g_assert_cmpuint(text_length("José"), ==, 4);
	g_assert_cmpuint(text_length("Jose\xcc\x81"), ==, 4);
	g_assert_cmpuint(text_length("王明"), ==, 2);
	g_assert_cmpuint(text_length("👩‍👩‍👧 é"), ==, 3);
}

static void
lists_are_in_the_order_of_their_readers(void)
{
	g_assert_cmpint(text_compare("es", "naranja", "ñandú"), <, 0);
	g_assert_cmpint(text_compare("es", "nz", "ñandú"), <, 0);
	g_assert_cmpint(text_compare("en", "nz", "ñandú"), >, 0);
	g_assert_cmpint(text_compare("en", "Ábel", "Zoe"), <, 0);
	g_assert_cmpint(text_compare("en", "ana", "ana"), ==, 0);
	g_assert_cmpint(text_compare("xx-nonsense", "a", "b"), <, 0);
}

static gpointer
compare_much(gpointer data)
{
	for (guint i = 0; i < 500; i++) {
		g_assert_cmpint(text_compare(data, "a", "b"), <, 0);
		g_assert_cmpuint(text_length("José"), ==, 4);
	}
	return NULL;
}

static void
threads_compare_at_once(void)
{
	GThread *threads[4];
	for (guint i = 0; i < 4; i++)
		threads[i] = g_thread_new(NULL, compare_much, (gpointer)(i % 2 ? "es" : "vi"));
	for (guint i = 0; i < 4; i++)
		g_thread_join(threads[i]);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/text/names_are_tidied_and_otherwise_left_alone",
	        names_are_tidied_and_otherwise_left_alone);
	g_test_add_func("/text/nothing_on_a_terminal_moves_the_cursor",
	        nothing_on_a_terminal_moves_the_cursor);
	g_test_add_func(
	        "/text/accents_and_case_do_not_hide_a_name", accents_and_case_do_not_hide_a_name);
	g_test_add_func("/text/an_address_is_read_in_lower_case", an_address_is_read_in_lower_case);
	g_test_add_func("/text/what_is_no_address_is_refused", what_is_no_address_is_refused);
	g_test_add_func("/text/characters_are_counted_as_people_see_them",
	        characters_are_counted_as_people_see_them);
	g_test_add_func("/text/lists_are_in_the_order_of_their_readers",
	        lists_are_in_the_order_of_their_readers);
	g_test_add_func("/text/threads_compare_at_once", threads_compare_at_once);
	return g_test_run();
}
