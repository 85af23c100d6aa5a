/*
 * Row ids: in time order, never twice, each with a run of its own.
 */
#include <stdlib.h>
#include <string.h>

#include "schema/id.h"

#define MANY 20000

static gint64 made[4][MANY];

static gpointer
make_ids(gpointer data)
{
	gint64 *ids = data;
	for (guint i = 0; i < MANY; i++)
		ids[i] = id_new(1000000); /* all in one millisecond */
	return NULL;
}

static int
by_value(gconstpointer a, gconstpointer b)
{
	const gint64 *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

static void
no_id_falls_into_the_run_of_another_however_many_are_made_at_once(void)
{
	GThread *threads[G_N_ELEMENTS(made)];
	for (guint i = 0; i < G_N_ELEMENTS(made); i++)
		threads[i] = g_thread_new("ids", make_ids, made[i]);
	for (guint i = 0; i < G_N_ELEMENTS(made); i++)
		g_thread_join(threads[i]);
	gint64 *all = &made[0][0];
	const guint n = G_N_ELEMENTS(made) * MANY;
	qsort(all, n, sizeof(gint64), by_value);
	for (guint i = 1; i < n; i++)
		g_assert_cmpint(all[i] - all[i - 1], >=, ID_RUN);
}

static void
a_later_id_is_greater_even_when_the_clock_goes_back(void)
{
	gint64 before = id_new(5000000);
	g_assert_cmpint(before >> 20, ==, 5000000);
	const gint64 times[] = { 5000000, 5000001, 4999999, 5000100 };
	for (guint i = 0; i < G_N_ELEMENTS(times); i++) {
		const gint64 id = id_new(times[i]);
		g_assert_cmpint(id, >, before);
		before = id;
	}
	g_assert_cmpint(before >> 20, ==, 5000100);
}

static void
an_id_reads_back_from_its_hex(void)
{
	char hex[ID_HEX_LENGTH + 1];
	gint64 back = 0;
	id_to_hex(G_GINT64_CONSTANT(0x0123456789abcdef), hex);
	g_assert_cmpstr(hex, ==, "0123456789abcdef");
	g_assert_true(id_from_hex(hex, &back));
	g_assert_cmpint(back, ==, G_GINT64_CONSTANT(0x0123456789abcdef));
	g_assert_false(id_from_hex("0123456789ABCDEF", &back));
	g_assert_false(id_from_hex("0123456789abcde", &back));
	g_assert_false(id_from_hex("0123456789abcdef0", &back));
	g_assert_false(id_from_hex("", &back));
}

static void
a_submission_reads_back_and_nothing_else_does(void)
{
	char text[SUBMISSION_TEXT_LENGTH + 1], wrong[SUBMISSION_TEXT_LENGTH + 1];
	guint8 bytes[SUBMISSION_BYTES];
	submission_new(0x0123456789ab, text);
	g_assert_cmpuint(strlen(text), ==, SUBMISSION_TEXT_LENGTH);
	g_assert_true(submission_parse(text, bytes));
	const guint8 time[] = { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab };
	g_assert_cmpmem(bytes, 6, time, 6);
	g_assert_false(submission_parse("", bytes));
	memcpy(wrong, text, sizeof(wrong));
	wrong[3] = '+';
	g_assert_false(submission_parse(wrong, bytes));
	memcpy(wrong, text, sizeof(wrong));
	wrong[SUBMISSION_TEXT_LENGTH - 1] = 'B'; /* a spare bit is set */
	g_assert_false(submission_parse(wrong, bytes));
	wrong[SUBMISSION_TEXT_LENGTH - 1] = '\0';
	g_assert_false(submission_parse(wrong, bytes));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/id/" #name, name)
	TEST(no_id_falls_into_the_run_of_another_however_many_are_made_at_once);
	TEST(a_later_id_is_greater_even_when_the_clock_goes_back);
	TEST(an_id_reads_back_from_its_hex);
	TEST(a_submission_reads_back_and_nothing_else_does);
	return g_test_run();
}
