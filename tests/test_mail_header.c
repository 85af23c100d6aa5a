/* The head of a letter: nobody writes a line of their own into it, and every script survives. */
#include <glib.h>
#include <string.h>

#include "web/letters/mail_header.h"

static void
a_line_break_never_gets_into_a_letters_head(void)
{
	static const char *const bad[] = { "a\r\nBcc: b@example.org", "a\nb", "a\rb", "a\tb",
		"a\x7f", "a\xc2\x85", "a\xe2\x80\xa8", "\xff" };
	static const char *const good[] = { "", "Your ticket", "Su boleto está aquí", "票" };

	for (guint i = 0; i < G_N_ELEMENTS(bad); i++)
		g_assert_false(mail_value_is_fit(bad[i]));
	for (guint i = 0; i < G_N_ELEMENTS(good); i++)
		g_assert_true(mail_value_is_fit(good[i]));
}

static void
an_address_is_one_plain_address(void)
{
	static const char *const bad[] = { "", "a", "@b", "a@", "a@b@c", "a b@c.org", "<a@b.org>",
		"a@b.org,c@d.org", "a@b.org;c@d.org", "\"a b\"@c.org", "a(x)@b.org", "-a@b.org",
		"a@b.org\r\n", "a:b@c.org", "a@[127.0.0.1]" };
	static const char *const good[] = { "a@b.org", "a+b.c_d-e'f@sub.example.org",
		"ñ@correo.mx" };

	for (guint i = 0; i < G_N_ELEMENTS(bad); i++)
		g_assert_false(mail_address_is_fit(bad[i]));
	for (guint i = 0; i < G_N_ELEMENTS(good); i++)
		g_assert_true(mail_address_is_fit(good[i]));
}

/* What a reader makes of encoded words that stand on lines of their own. */
static char *
decoded(const char *header)
{
	GString *text = g_string_new(NULL);
	g_auto(GStrv) words = g_strsplit(header, "\r\n ", -1);

	for (guint i = 0; words[i] != NULL; i++) {
		gsize length = strlen(words[i]), n = 0;
		g_assert_cmpuint(length, <=, 75);
		g_assert_true(g_str_has_prefix(words[i], "=?UTF-8?B?"));
		g_assert_true(g_str_has_suffix(words[i], "?="));
		g_autofree char *coded = g_strndup(words[i] + 10, length - 12);
		g_autofree guchar *part = g_base64_decode(coded, &n);
		g_assert_true(g_utf8_validate((char *)part, n, NULL)); /* whole characters */
		g_string_append_len(text, (char *)part, n);
	}
	return g_string_free(text, FALSE);
}

static void
a_subject_in_any_script_comes_back_whole(void)
{
	static const char *const subjects[] = { "Está en la lista de espera", "您的票",
		"Ձեր տոմսը պատրաստ է և սպասում է ձեզ մուտքի մոտ այս առավոտյան, խնդրում ենք",
		"👩‍👩‍👧‍👦 بلیت شما", "=?UTF-8?B?aGE=?=",
		"A subject in plain words that is longer than one line of a letter's head may well "
		"be" };

	for (guint i = 0; i < G_N_ELEMENTS(subjects); i++) {
		g_autofree char *header = mail_text(subjects[i]);
		g_autofree char *back = decoded(header);
		g_assert_cmpstr(back, ==, subjects[i]);
	}
	g_autofree char *plain = mail_text("Your ticket");
	g_assert_cmpstr(plain, ==, "Your ticket");
}

static void
a_date_is_written_as_mail_wants_it(void)
{
	g_autofree char *date = mail_date(1801440000);
	g_autofree char *leap = mail_date(1835438706);

	g_assert_cmpstr(date, ==, "Mon, 1 Feb 2027 00:00:00 +0000");
	g_assert_cmpstr(leap, ==, "Tue, 29 Feb 2028 12:05:06 +0000");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/mail_header/" #name, name)
	TEST(a_line_break_never_gets_into_a_letters_head);
	TEST(an_address_is_one_plain_address);
	TEST(a_subject_in_any_script_comes_back_whole);
	TEST(a_date_is_written_as_mail_wants_it);
	return g_test_run();
}
