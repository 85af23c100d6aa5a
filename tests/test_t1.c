/* The text of a ticket: one ticket, one text. */
#include <glib.h>
#include <string.h>

#include "checkin/t1.h"

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* Made by another program (big integers of Python) from the bytes of example_ticket(). */
static const char example_text[] =
        "T1B80G40R40M30E23TQKFCHJYET7ADFPPXW3HYDTFCXZSFBY7VZR0G81RA1M8165GS3GFJ49985CQ32D1Q78"
        "YM0GT69564YMJNB1DNWRB4CXN6TW3KESWQRZW2GM";

static T1
example_ticket(void)
{
	T1 ticket = { .key_hint = 0x5a, .class = 7, .minute = 0xabcde };

	for (guint i = 0; i < sizeof ticket.id; i++)
		ticket.id[i] = (guint8)(i + 1);
	for (guint i = 0; i < sizeof ticket.signature; i++)
		ticket.signature[i] = (guint8)(200 + 3 * i);
	return ticket;
}

static gboolean
same(const T1 *a, const T1 *b)
{
	return a->key_hint == b->key_hint && a->class == b->class && a->minute == b->minute &&
	        memcmp(a->id, b->id, sizeof a->id) == 0 &&
	        memcmp(a->signature, b->signature, sizeof a->signature) == 0;
}

static gboolean
reads(const char *text, T1 *ret)
{
	return t1_parse(text, strlen(text), ret);
}

static T1
random_ticket(void)
{
	T1 ticket = { .key_hint = (guint8)g_test_rand_int(),
		.class = g_test_rand_int() & 15,
		.minute = g_test_rand_int() & 0xfffff };

	for (guint i = 0; i < sizeof ticket.id; i++)
		ticket.id[i] = (guint8)g_test_rand_int();
	for (guint i = 0; i < sizeof ticket.signature; i++)
		ticket.signature[i] = (guint8)g_test_rand_int();
	return ticket;
}

static void
a_ticket_is_written_as_the_design_says(void)
{
	T1 ticket = example_ticket(), read;
	char text[T1_TEXT_LENGTH + 1];

	t1_write(&ticket, text);
	g_assert_cmpstr(text, ==, example_text);
	g_assert_cmpuint(strlen(text), ==, T1_TEXT_LENGTH);
	g_assert_true(reads(example_text, &read));
	g_assert_true(same(&read, &ticket));
}

static void
every_ticket_comes_back_from_its_text(void)
{
	for (guint i = 0; i < 20000; i++) {
		T1 ticket = random_ticket(), read;
		char text[T1_TEXT_LENGTH + 1];
		t1_write(&ticket, text);
		g_assert_true(reads(text, &read));
		g_assert_true(same(&read, &ticket));
	}
}

/* Every other character at every place, all 255 of them: the text is refused or is of another
 * ticket, but for the same letter in small. */
static void
no_second_text_is_read_as_the_same_ticket(void)
{
	T1 ticket = example_ticket(), read;
	char text[T1_TEXT_LENGTH + 1];
	guint refused = 0, others = 0;

	t1_write(&ticket, text);
	for (guint at = 0; at < T1_TEXT_LENGTH; at++) {
		char right = text[at];
		for (guint c = 0; c < 256; c++) {
			if ((char)c == right)
				continue;
			text[at] = (char)c;
			if (!t1_parse(text, T1_TEXT_LENGTH, &read))
				refused++;
			else if (g_ascii_toupper((char)c) == right)
				g_assert_true(same(&read, &ticket));
			else {
				g_assert_false(same(&read, &ticket));
				others++;
			}
		}
		text[at] = right;
	}
	g_assert_cmpuint(others, >, 121 * 31);
	g_assert_cmpuint(refused, >, T1_TEXT_LENGTH * 190);
}

/* What is read is written as the text it was read from: so reading is one to one. */
static void
a_text_that_is_read_is_written_the_same(void)
{
	guint read_n = 0;

	for (guint i = 0; i < 20000; i++) {
		char text[T1_TEXT_LENGTH + 1] = "T1", again[T1_TEXT_LENGTH + 1];
		T1 ticket;
		for (guint k = 2; k < T1_TEXT_LENGTH; k++)
			text[k] = alphabet[g_test_rand_int_range(0, 32)];
		if (!reads(text, &ticket))
			continue;
		read_n++;
		t1_write(&ticket, again);
		g_assert_cmpstr(again, ==, text);
	}
	/* one in four: the two left-over bits */
	g_assert_cmpuint(read_n, >, 4000);
	g_assert_cmpuint(read_n, <, 6000);
}

static void
left_over_bits_must_be_zero(void)
{
	T1 ticket = example_ticket(), read;
	char text[T1_TEXT_LENGTH + 1];
	guint good = 0;

	t1_write(&ticket, text);
	for (guint i = 0; i < 32; i++) {
		text[T1_TEXT_LENGTH - 1] = alphabet[i];
		gboolean ok = reads(text, &read);
		g_assert_cmpint(ok, ==, i % 4 == 0);
		good += ok;
	}
	g_assert_cmpuint(good, ==, 8);
}

static void
letters_that_look_like_digits_are_refused(void)
{
	static const char confusing[] = "OoIiLlUu-";
	T1 read;

	for (const char *c = confusing; *c; c++) {
		g_autofree char *text = g_strdup(example_text);
		text[50] = *c;
		g_assert_false(reads(text, &read));
	}
}

static void
any_case_and_blanks_around_are_read(void)
{
	T1 ticket = example_ticket(), read;
	g_autofree char *small = g_ascii_strdown(example_text, -1);
	g_autofree char *around = g_strdup_printf(" \t%s\r\n", example_text);
	g_autofree char *many = g_strdup_printf("\n\n   %s      \r\n\r\n", small);

	g_assert_true(reads(small, &read));
	g_assert_true(same(&read, &ticket));
	g_assert_true(reads(around, &read));
	g_assert_true(same(&read, &ticket));
	g_assert_true(reads(many, &read));
	g_assert_true(same(&read, &ticket));
}

static void
everything_else_is_not_a_ticket(void)
{
	static const char *const bad[] = { "", " ", "\n", "T", "T1", "hello",
		"https://example.org/", "K7QF-3M2X-9T", "T1B80G40R40M30E23TQK" };
	T1 read;

	for (guint i = 0; i < G_N_ELEMENTS(bad); i++)
		g_assert_false(reads(bad[i], &read));
	for (gsize n = 0; n < T1_TEXT_LENGTH; n++)
		g_assert_false(t1_parse(example_text, n, &read));
	g_autofree char *longer = g_strdup_printf("%s0", example_text);
	g_assert_false(reads(longer, &read));
	g_autofree char *twice = g_strdup_printf("%s%s", example_text, example_text);
	g_assert_false(reads(twice, &read));
	g_autofree char *inside = g_strdup_printf("%.60s %s", example_text, example_text + 60);
	g_assert_false(reads(inside, &read));
	/* a blank in the place of a character, not around */
	g_autofree char *gap = g_strdup(example_text);
	gap[60] = ' ';
	g_assert_false(reads(gap, &read));
	g_autofree char *other_version = g_strdup(example_text);
	other_version[1] = '2';
	g_assert_false(reads(other_version, &read));
	/* NUL, other white space and a byte-order mark aren't blanks */
	char nul[T1_TEXT_LENGTH + 1];
	memcpy(nul, example_text, sizeof nul);
	g_assert_false(t1_parse(nul, sizeof nul, &read));
	g_autofree char *feed = g_strdup_printf("\f%s", example_text);
	g_assert_false(reads(feed, &read));
	g_autofree char *bom = g_strdup_printf("\xef\xbb\xbf%s", example_text);
	g_assert_false(reads(bom, &read));
}

static void
a_text_that_is_refused_leaves_the_answer_alone(void)
{
	T1 before = example_ticket(), read = before;
	g_autofree char *text = g_strdup(example_text);

	text[T1_TEXT_LENGTH - 1] = '1';
	g_assert_false(reads(text, &read));
	g_assert_true(same(&read, &before));
}

static void
what_is_signed_holds_the_event(void)
{
	T1 ticket = example_ticket();
	guint8 event[16], message[T1_MESSAGE_BYTES];

	for (guint i = 0; i < sizeof event; i++)
		event[i] = (guint8)(0xe0 + i);
	t1_message(&ticket, event, message);
	g_assert_cmpmem(message, 11, "turnout-T1\0", 11);
	g_assert_cmpmem(message + 11, 16, event, 16);
	static const guint8 head[T1_SIGNED_BYTES] = { 0x5a, 1, 2, 3, 4, 5, 6, 7, 8, 0x7a, 0xbc,
		0xde };
	g_assert_cmpmem(message + 27, T1_SIGNED_BYTES, head, sizeof head);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/t1/a_ticket_is_written_as_the_design_says",
	        a_ticket_is_written_as_the_design_says);
	g_test_add_func(
	        "/t1/every_ticket_comes_back_from_its_text", every_ticket_comes_back_from_its_text);
	g_test_add_func("/t1/no_second_text_is_read_as_the_same_ticket",
	        no_second_text_is_read_as_the_same_ticket);
	g_test_add_func("/t1/a_text_that_is_read_is_written_the_same",
	        a_text_that_is_read_is_written_the_same);
	g_test_add_func("/t1/left_over_bits_must_be_zero", left_over_bits_must_be_zero);
	g_test_add_func("/t1/letters_that_look_like_digits_are_refused",
	        letters_that_look_like_digits_are_refused);
	g_test_add_func(
	        "/t1/any_case_and_blanks_around_are_read", any_case_and_blanks_around_are_read);
	g_test_add_func("/t1/everything_else_is_not_a_ticket", everything_else_is_not_a_ticket);
	g_test_add_func("/t1/a_text_that_is_refused_leaves_the_answer_alone",
	        a_text_that_is_refused_leaves_the_answer_alone);
	g_test_add_func("/t1/what_is_signed_holds_the_event", what_is_signed_holds_the_event);
	return g_test_run();
}
