/* The mark, and the code that a person types when the camera fails. */
#include <string.h>

#include "schema/mark.h"
#include "schema/vault.h"

static const guint8 salt[SALT_BYTES] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };

static void
a_mark_is_the_beginning_of_a_sha_256(void)
{
	const guint8 id[TICKET_ID_BYTES] = { 16, 17, 18, 19, 20, 21, 22, 23 };
	guint8 bytes[MARK_BYTES];
	/* SHA-256 of the 24 bytes 00 01 … 17, by sha256sum */
	const guint8 expected[MARK_BYTES] = { 0x1d, 0x64, 0xad, 0xd2, 0xa6, 0x38, 0x83, 0x67 };
	mark_to_bytes(mark_of(salt, id), bytes);
	g_assert_cmpmem(bytes, sizeof bytes, expected, sizeof expected);
}

static void
a_mark_with_its_high_bit_set_comes_back_the_same(void)
{
	const guint8 bytes[MARK_BYTES] = { 0xff, 0x80, 0, 1, 2, 3, 4, 0xfe };
	guint8 back[MARK_BYTES];
	gint64 mark = mark_from_bytes(bytes);
	g_assert_cmpint(mark, <, 0);
	mark_to_bytes(mark, back);
	g_assert_cmpmem(back, sizeof back, bytes, sizeof bytes);
}

/* By hand. Digits from the left, the last one doubled and then every second to the left; what is
 * above 31 counts as its two digits to the base 32.
 *   000000000: sum 0, check 0.
 *   000000001: 2 × 1 = 2; 32 − 2 = 30 = Y.
 *   00000000Z: Z = 31, 2 × 31 = 62 = 1·32 + 30, counts 31; 32 − 31 = 1.
 *   000000010: the eighth isn't doubled: 1; 32 − 1 = 31 = Z.
 *   ZZZZZZZZZ: five doubled count 31 each, four 31: 9 × 31 = 279 = 8·32 + 23; 32 − 23 = 9.
 *   123456789: doubled 9 7 5 3 1 give 18 14 10 6 2 = 50, the others 8 6 4 2 = 20; 70 − 64 = 6;
 *              32 − 6 = 26 = T. */
static const struct {
	guint64 bits; /* the 45, at the low end */
	const char *code;
} codes[] = {
	{ 0, "0000000000" },
	{ 1, "000000001Y" },
	{ 31, "00000000Z1" },
	{ 32, "000000010Z" },
	{ (G_GUINT64_CONSTANT(1) << 45) - 1, "ZZZZZZZZZ9" },
	{ G_GUINT64_CONSTANT(0x110c8531d09), "123456789T" },
};

static void
a_typed_code_is_what_was_computed_by_hand(void)
{
	char code[TYPED_CODE_LENGTH + 1];
	for (guint i = 0; i < G_N_ELEMENTS(codes); i++) {
		typed_code_of((gint64)(codes[i].bits << 19 | 0x7ffff), code);
		g_assert_cmpstr(code, ==, codes[i].code);
		g_assert_true(typed_code_parse(codes[i].code, code));
		/* as the database reckons it, where a mark is signed */
		g_assert_cmpint(typed_code_bits(code), ==,
		        (gint64)(codes[i].bits << 19 | 0x12345) >> TYPED_CODE_SHIFT);
	}
}

static void
a_code_is_read_as_people_type_it(void)
{
	char code[TYPED_CODE_LENGTH + 1], shown[TYPED_CODE_SHOWN_LENGTH + 1];
	g_assert_true(typed_code_parse(" i234-5678 9t\n", code));
	g_assert_cmpstr(code, ==, "123456789T");
	g_assert_true(typed_code_parse("oOo0-0000-ly", code));
	g_assert_cmpstr(code, ==, "000000001Y");
	typed_code_show(code, shown);
	g_assert_cmpstr(shown, ==, "0000-0000-1Y");
}

static void
no_single_wrong_character_is_taken(void)
{
	static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	const char *right = "123456789T";
	char wrong[TYPED_CODE_LENGTH + 1], code[TYPED_CODE_LENGTH + 1];
	for (guint at = 0; at < TYPED_CODE_LENGTH; at++)
		for (const char *c = alphabet; *c != '\0'; c++) {
			g_strlcpy(wrong, right, sizeof wrong);
			wrong[at] = *c;
			g_assert_cmpint(typed_code_parse(wrong, code), ==, *c == right[at]);
		}
}

static void
what_is_no_code_is_refused(void)
{
	static const char *const wrong[] = { "", "-", "123456789", "123456789TT", "123456789T0",
		"12345678UT", "12345*789T", "123456789\xc3\xa9", "1234 5678" };
	char code[TYPED_CODE_LENGTH + 1] = "untouched";
	for (guint i = 0; i < G_N_ELEMENTS(wrong); i++)
		g_assert_false(typed_code_parse(wrong[i], code));
	g_assert_cmpstr(code, ==, "untouched");
}

static void
a_new_ticket_has_its_mark_its_code_and_its_minute(void)
{
	TicketIdentity one, other;
	char code[TYPED_CODE_LENGTH + 1];
	ticket_identity_new(salt, TICKET_CAPTAIN, 1, 1000, 1000 + 61 * 60 + 59, &one);
	ticket_identity_new(salt, TICKET_ATTENDEE, 1, 1000, 900, &other);
	g_assert_cmpint(one.class, ==, TICKET_CAPTAIN);
	g_assert_cmpuint(one.minute, ==, 61);
	g_assert_cmpuint(other.minute, ==, 0); /* a clock that went back */
	g_assert_cmpint(one.mark, ==, mark_of(salt, one.id));
	g_assert_cmpint(one.mark, !=, other.mark);
	typed_code_of(one.mark, code);
	g_assert_cmpstr(one.typed_code, ==, code);
	ticket_identity_new(salt, TICKET_ATTENDEE, 1, 0, G_MAXINT32 * G_GINT64_CONSTANT(100), &one);
	g_assert_cmpuint(one.minute, ==, TICKET_MINUTE_MAX);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func(
	        "/mark/a_mark_is_the_beginning_of_a_sha_256", a_mark_is_the_beginning_of_a_sha_256);
	g_test_add_func("/mark/a_mark_with_its_high_bit_set_comes_back_the_same",
	        a_mark_with_its_high_bit_set_comes_back_the_same);
	g_test_add_func("/mark/a_typed_code_is_what_was_computed_by_hand",
	        a_typed_code_is_what_was_computed_by_hand);
	g_test_add_func("/mark/a_code_is_read_as_people_type_it", a_code_is_read_as_people_type_it);
	g_test_add_func(
	        "/mark/no_single_wrong_character_is_taken", no_single_wrong_character_is_taken);
	g_test_add_func("/mark/what_is_no_code_is_refused", what_is_no_code_is_refused);
	g_test_add_func("/mark/a_new_ticket_has_its_mark_its_code_and_its_minute",
	        a_new_ticket_has_its_mark_its_code_and_its_minute);
	return g_test_run();
}
