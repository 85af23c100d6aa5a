/*
 * reports/paper and reports/pdf: what is laid out on paper stays where it belongs, whatever people are called.
 */
#include <string.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "reports/paper.h"
#include "tests/fixtures/memory.h"

#define SIDE 45

static const char *const names[] = {
	"Ana Morales",
	"王小明",
	"陳美玲 (Mei-Ling)",
	"Nguyễn Thị Ánh Tuyết",
	"김민지",
	"Արամ Խաչատրյան",
	"فاطمة الزهراء بنت محمد",
	"محمد رضا شجریان",
	"Zoë Quetzalcóatl",
	"Wolfeschlegelsteinhausenbergerdorff",
	"María de los Ángeles Guadalupe Hernández Castañeda de la Cruz y Santiago",
	"Tuyết Z\u0338\u0322\u031b\u0316\u032c\u0330algo",
	"Ana (مرحبا) Bo",
	"=1+1",
	" ",
};

static const char *const emoji = "Zoë 🦋🌵 👩🏽‍🌾👨‍👩‍👧‍👦🇲🇽";

static const PaperWords english = { .lang = "en",
	.title = "Ticket",
	.typed = "Or say this code",
	.show = "Show the code on your phone or on paper. It works without internet.",
	.help = "If your phone is off or the paper is lost, tell the help desk the code or your "
	        "name." };

static const PaperWords arabic = { .lang = "ar",
	.right_to_left = TRUE,
	.title = "تذكرة",
	.heading = "يوم العمل للمهاجرين في سكرامنتو، السادس والسابع من نيسان",
	.typed = "أو قل هذا الرمز",
	.show = "أظهر هذا الرمز عند الباب، على الورق أو على هاتفك. يعمل بدون إنترنت.",
	.help = "إذا ضاعت الورقة فأخبر مكتب المساعدة بالرمز أو باسمك." };

static const PaperLine lines[] = {
	{ "Training, Fresno", "Saturday, March 13, 2027 · 10:00 AM – 12:00 PM",
	        "Fulton Street 123" },
	{ "Bus from Fresno", "Tuesday, April 6, 2027 · 5:30 AM",
	        "Fulton Mall, before the library" },
	{ "Conference, with a title that goes on and on, since nobody found a shorter one for it",
	        "Tuesday, April 6, 2027 · 9:00 AM – 5:00 PM", "Convention Center" },
	{ "Lunch", "Tuesday, April 6, 2027 · 12:00 PM – 1:30 PM", NULL },
};

/* ---- what was drawn ---- */

typedef struct {
	guint page;
	char *text; /* NULL: a code */
	PdfBox box, lies;
	PdfFit fit;
} Drawn;

static void
drawn_free(gpointer data)
{
	g_free(((Drawn *)data)->text);
	g_free(data);
}

static void
note(gpointer data, guint page, const char *text, const PdfBox *box, const PdfFit *fit)
{
	Drawn *drawn = g_new0(Drawn, 1);
	drawn->page = page;
	drawn->text = g_strdup(text);
	drawn->box = drawn->lies = *box;
	if (fit != NULL) {
		drawn->fit = *fit;
		drawn->lies.y = fit->y;
		drawn->lies.height = fit->height;
	}
	g_ptr_array_add(data, drawn);
}

static gboolean
inside(const PdfBox *inner, const PdfBox *outer)
{
	const double slack = 0.01;
	return inner->x >= outer->x - slack && inner->y >= outer->y - slack &&
	        inner->x + inner->width <= outer->x + outer->width + slack &&
	        inner->y + inner->height <= outer->y + outer->height + slack;
}

static gboolean
overlap(const PdfBox *a, const PdfBox *b)
{
	const double slack = 0.3;
	return a->x + slack < b->x + b->width && b->x + slack < a->x + a->width &&
	        a->y + slack < b->y + b->height && b->y + slack < a->y + a->height;
}

static void
assert_lies_well(const GPtrArray *all, const PdfBox *page)
{
	for (guint i = 0; i < all->len; i++) {
		const Drawn *one = g_ptr_array_index(all, i);
		const char *text = one->text ? one->text : "(code)";
		if (!inside(&one->box, page))
			g_error("\"%s\" leaves page %u", text, one->page);
		if (one->fit.width > one->box.width + 0.01 || !inside(&one->lies, &one->box))
			g_error("\"%s\" leaves its box: %f × %f in %f × %f", text, one->fit.width,
			        one->fit.height, one->box.width, one->box.height);
		for (guint j = i + 1; j < all->len; j++) {
			const Drawn *other = g_ptr_array_index(all, j);
			if (one->page == other->page && overlap(&one->lies, &other->lies))
				g_error("\"%s\" lies on \"%s\" on page %u", text,
				        other->text ? other->text : "(code)", one->page);
		}
	}
}

static GPtrArray *
drawn_new(void)
{
	return g_ptr_array_new_with_free_func(drawn_free);
}

static guint
count_text(const GPtrArray *all, const char *text)
{
	guint n = 0;
	for (guint i = 0; i < all->len; i++)
		n += g_strcmp0(((const Drawn *)g_ptr_array_index(all, i))->text, text) == 0;
	return n;
}

/* ---- tickets ---- */

static const guint8 *
modules(void)
{
	static guint8 made[SIDE * SIDE];
	for (guint i = 0; i < sizeof made; i++)
		made[i] = (i * 7 / 3) % 2;
	return made;
}

static PaperTicket
ticket_of(const char *name, gboolean full)
{
	return (PaperTicket){ .name = name,
		.lang = "en",
		.group = full ? "Coalición por los Derechos Humanos del Valle Central" : NULL,
		.note = full ? "You are on the waiting list. This ticket counts as soon as a place "
		               "is free."
		             : NULL,
		.typed = "K7PX-M2QD-9R",
		.code = { modules(), SIDE },
		.lines = lines,
		.lines_n = full ? G_N_ELEMENTS(lines) : 0 };
}

/* All names, and what was drawn of them; the bytes in @out. */
static GPtrArray *
draw_all(PaperLayout layout, PdfSize size, const PaperWords *words, gboolean full, GString *out)
{
	GPtrArray *all = drawn_new();
	g_autoptr(GError) error = NULL;
	g_autoptr(Paper) paper = paper_new(layout, size, words, 1800000000, out);
	pdf_watch(paper_pdf(paper), note, all);
	if (full) {
		const PaperCover cover = { .title = "Tickets of a group",
			.group = names[10],
			.count = "15 tickets",
			.note = "Give each person the ticket with their name.",
			.names = names,
			.names_n = G_N_ELEMENTS(names) };
		paper_cover(paper, &cover);
	}
	for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
		const PaperTicket ticket = ticket_of(names[i], full);
		paper_add(paper, &ticket);
	}
	const PdfBox page = pdf_page(paper_pdf(paper));
	paper_end(paper, &error);
	g_assert_no_error(error);
	assert_lies_well(all, &page);
	return all;
}

static void
assert_layout(PaperLayout layout, PdfSize size, const PaperWords *words, gboolean full)
{
	g_autoptr(GString) out = g_string_new(NULL);
	g_autoptr(GPtrArray) all = draw_all(layout, size, words, full, out);
	g_assert_cmpuint(count_text(all, "김민지"), ==, full ? 2 : 1);
	g_assert_cmpuint(count_text(all, NULL), ==, G_N_ELEMENTS(names));
}

static void
nothing_leaves_its_place_in_any_layout(void)
{
	for (guint layout = 0; layout < PAPER_LAYOUTS; layout++)
		for (guint size = PDF_LETTER; size <= PDF_A4; size++) {
			assert_layout((PaperLayout)layout, (PdfSize)size, &english, FALSE);
			assert_layout((PaperLayout)layout, (PdfSize)size, &arabic, TRUE);
		}
}

static void
each_script_has_its_letters(void)
{
	g_autoptr(GString) out = g_string_new(NULL);
	g_autoptr(GPtrArray) all = draw_all(PAPER_PAGES, PDF_LETTER, &arabic, TRUE, out);
	for (guint i = 0; i < all->len; i++) {
		const Drawn *drawn = g_ptr_array_index(all, i);
		if (drawn->fit.missing > 0)
			g_error("no font for \"%s\"", drawn->text);
	}
}

static char *
repeated(const char *word, guint characters)
{
	GString *text = g_string_new(NULL);
	for (glong n = g_utf8_strlen(word, -1); g_utf8_strlen(text->str, -1) + n <= characters;)
		g_string_append(text, word);
	return g_string_free(text, FALSE);
}

/* Two hundred characters are what a name may have. */
static void
a_name_of_two_hundred_characters_is_not_cut(void)
{
	static const char *const words[] = { "王小明", "Ana María ", "Wolfeschlegelstein", "فاطمة ",
		"김민지", "Արամ " };
	for (guint layout = 0; layout < PAPER_LAYOUTS; layout++)
		for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
			g_autofree char *name = repeated(words[i], 200);
			g_autoptr(GString) out = g_string_new(NULL);
			g_autoptr(GPtrArray) all = drawn_new();
			g_autoptr(GError) error = NULL;
			g_autoptr(Paper) paper = paper_new(
			        (PaperLayout)layout, PDF_LETTER, &english, 1800000000, out);
			const PaperTicket ticket = ticket_of(name, FALSE);
			pdf_watch(paper_pdf(paper), note, all);
			paper_add(paper, &ticket);
			const PdfBox page = pdf_page(paper_pdf(paper));
			g_assert_true(paper_end(paper, &error));
			assert_lies_well(all, &page);
			for (guint j = 0; j < all->len; j++)
				g_assert_false(((const Drawn *)g_ptr_array_index(all, j))->fit.cut);
		}
}

static Pdf *
english_pdf(GString *out)
{
	const PdfAsked asked = { .title = "Ticket", .lang = "en", .made = 1800000000 };
	return pdf_new(&asked, out);
}

static void
what_is_too_long_for_any_size_ends_in_an_ellipsis(void)
{
	static const char *const words[] = { "Ana María ", "王", "🦋", "ffffffffff" };
	g_autoptr(GString) out = g_string_new(NULL);
	g_autoptr(Pdf) pdf = english_pdf(out);
	const PdfBox box = { 72, 72, 90, 40 };
	const PdfStyle style = { .size = 30, .size_min = 10 };
	for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
		g_autofree char *text = repeated(words[i], 1000);
		PdfFit fit = pdf_text(pdf, text, &box, &style);
		g_assert_true(fit.cut);
		g_assert_cmpfloat(fit.size, ==, 10);
		g_assert_cmpfloat(fit.width, <=, box.width);
		g_assert_cmpfloat(fit.height, <=, box.height);
	}
}

static void
a_short_name_is_written_large_and_a_longer_one_smaller(void)
{
	g_autoptr(GString) out = g_string_new(NULL);
	g_autoptr(Pdf) pdf = english_pdf(out);
	const PdfBox box = { 72, 72, 300, 44 };
	const PdfStyle style = { .size = 30, .size_min = 8 };
	PdfFit ana = pdf_measure(pdf, "Ana", &box, &style);
	PdfFit maria = pdf_measure(pdf, names[10], &box, &style);
	PdfFit butterfly = pdf_measure(pdf, emoji, &box, &style);
	g_assert_cmpfloat(ana.size, ==, 30);
	g_assert_cmpuint(ana.lines, ==, 1);
	g_assert_cmpfloat(maria.size, <, 20);
	g_assert_false(maria.cut);
	g_assert_cmpuint(butterfly.missing, ==, 0);
	g_assert_cmpfloat(butterfly.height, <=, box.height);
}

/* Somebody with such signs in their name would turn around what is written beside them. */
static void
a_name_turns_nothing_around_and_makes_no_lines(void)
{
	g_autoptr(GString) out = g_string_new(NULL);
	g_autoptr(GPtrArray) all = drawn_new();
	g_autoptr(Pdf) pdf = english_pdf(out);
	const PdfBox box = { 72, 72, 400, 40 };
	const PdfStyle style = { .size = 12 };
	pdf_watch(pdf, note, all);
	pdf_text(pdf, "A\u202eB\u2066C\nD\tE\u2028F\xff", &box, &style);
	g_assert_cmpuint(count_text(all, "ABC D E F\uFFFD"), ==, 1);
}

/* Pages of @pdf as grey pictures at 72 dots an inch, as another program sees them (PGM, one after the other). */
static char *
seen(const GString *pdf, gsize *ret_length)
{
	g_autofree char *path =
	        g_strdup_printf("%s/turnout-paper-%d.pdf", g_get_tmp_dir(), (int)getpid());
	const char *argv[] = { "pdftoppm", "-gray", "-r", "72", path, NULL };
	const char *text_argv[] = { "pdftotext", path, "-", NULL };
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;
	int out;
	g_assert_true(g_file_set_contents(path, pdf->str, (gssize)pdf->len, &error));
	g_assert_true(g_spawn_sync(NULL, (char **)text_argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
	        &text, NULL, NULL, &error));
	g_assert_nonnull(strstr(text, "如果手机没电"));
	g_assert_nonnull(strstr(text, "駲騷"));
	g_assert_true(g_spawn_async_with_pipes(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL,
	        NULL, NULL, NULL, &out, NULL, &error));
	g_autoptr(GIOChannel) channel = g_io_channel_unix_new(out);
	char *picture = NULL;
	g_io_channel_set_encoding(channel, NULL, NULL);
	g_assert_cmpint(g_io_channel_read_to_end(channel, &picture, ret_length, NULL), ==,
	        G_IO_STATUS_NORMAL);
	g_unlink(path);
	return picture;
}

/* cairo 1.16 leaves nothing of the first, and ends at the others, when it embeds a part of their font. */
static void
no_character_is_lost_and_none_ends_the_program(void)
{
	static const struct {
		const char *text, *lang;
		gboolean bold;
	} cases[] = { { "如果手机没电", "zh-Hans", FALSE }, { "駲騷", "zh-Hant", TRUE } };
	g_autoptr(GString) out = g_string_new(NULL);
	g_autoptr(GError) error = NULL;
	g_autoptr(Pdf) pdf = english_pdf(out);
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		const PdfStyle style = { .size = 20, .bold = cases[i].bold, .lang = cases[i].lang };
		pdf_text(pdf, cases[i].text, &(PdfBox){ 100, 100 + 100 * i, 300, 40 }, &style);
	}
	pdf_end_page(pdf);
	g_assert_true(pdf_end(pdf, &error));

	gsize length;
	g_autofree char *picture = seen(out, &length);
	g_assert_true(g_str_has_prefix(picture, "P5\n612 792\n255\n"));
	const guint8 *pixels = (const guint8 *)picture + strlen("P5\n612 792\n255\n");
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
		for (guint x = 100; x < 100 + 20 * (guint)g_utf8_strlen(cases[i].text, -1);
		        x += 20) {
			guint dark = 0;
			for (guint y = 0; y < 30; y++)
				for (guint j = 2; j < 18; j++)
					dark += pixels[(100 + 100 * i + y) * 612 + x + j] < 160;
			g_assert_cmpuint(dark, >, 20);
		}
}

static void
the_same_tickets_are_the_same_bytes(void)
{
	g_autoptr(GString) one = g_string_new(NULL), other = g_string_new(NULL);
	g_autoptr(GPtrArray) first = draw_all(PAPER_SHEET, PDF_A4, &english, FALSE, one);
	g_autoptr(GPtrArray) again = draw_all(PAPER_SHEET, PDF_A4, &english, FALSE, other);
	g_assert_cmpmem(one->str, one->len, other->str, other->len);
	g_assert_nonnull(memmem(one->str, one->len, "/Lang (en)", 10));
	g_assert_nonnull(memmem(one->str, one->len, "/Title (Ticket)", 15));
	g_assert_nonnull(memmem(one->str, one->len, "(20270115080000Z)", 17));
}

/* A delegation of five hundred: cover, list, tickets; the bytes are taken away as they come. */
static void
five_hundred_tickets_take_no_more_memory_than_fifty(void)
{
	g_autoptr(GString) out = g_string_new(NULL);
	g_autoptr(GError) error = NULL;
	g_autofree const char **called = g_new0(const char *, 500);
	g_autoptr(Paper) paper = paper_new(PAPER_PAGES, PDF_LETTER, &english, 1800000000, out);
	size_t after_fifty = 0;
	gsize largest = 0, whole = 0;
	for (guint i = 0; i < 500; i++)
		called[i] = names[i % G_N_ELEMENTS(names)];
	const PaperCover cover = { .title = "Tickets of a group",
		.count = "500 tickets",
		.names = called,
		.names_n = 500 };
	paper_cover(paper, &cover);
	for (guint i = 0; i < 500; i++) {
		const PaperTicket ticket = ticket_of(called[i], FALSE);
		paper_add(paper, &ticket);
		if (i > 0)
			largest = MAX(largest, out->len);
		whole += out->len;
		g_string_truncate(out, 0);
		if (i == 50)
			after_fifty = memory_taken();
	}
	g_assert_cmpuint(memory_taken(), <, after_fifty + 1024 * 1024);
	g_assert_cmpuint(largest, <, 32 * 1024);
	g_assert_true(paper_end(paper, &error));
	g_assert_cmpuint(whole + out->len, <, 4 * 1024 * 1024);
}

static void
layouts_and_sizes_have_names(void)
{
	PaperLayout layout = PAPER_PAGES;
	PdfSize size = PDF_LETTER;
	g_assert_true(paper_layout_parse("badges", &layout));
	g_assert_cmpint(layout, ==, PAPER_BADGES);
	g_assert_true(paper_size_parse("a4", &size));
	g_assert_cmpint(size, ==, PDF_A4);
	g_assert_false(paper_layout_parse("poster", &layout));
	g_assert_false(paper_size_parse("A4", &size));
	g_assert_cmpint(layout, ==, PAPER_BADGES);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/paper/nothing_leaves_its_place_in_any_layout",
	        nothing_leaves_its_place_in_any_layout);
	g_test_add_func("/paper/each_script_has_its_letters", each_script_has_its_letters);
	g_test_add_func("/paper/a_name_of_two_hundred_characters_is_not_cut",
	        a_name_of_two_hundred_characters_is_not_cut);
	g_test_add_func("/paper/what_is_too_long_for_any_size_ends_in_an_ellipsis",
	        what_is_too_long_for_any_size_ends_in_an_ellipsis);
	g_test_add_func("/paper/a_short_name_is_written_large_and_a_longer_one_smaller",
	        a_short_name_is_written_large_and_a_longer_one_smaller);
	g_test_add_func("/paper/a_name_turns_nothing_around_and_makes_no_lines",
	        a_name_turns_nothing_around_and_makes_no_lines);
	g_test_add_func(
	        "/paper/the_same_tickets_are_the_same_bytes", the_same_tickets_are_the_same_bytes);
	g_test_add_func("/paper/no_character_is_lost_and_none_ends_the_program",
	        no_character_is_lost_and_none_ends_the_program);
	g_test_add_func("/paper/five_hundred_tickets_take_no_more_memory_than_fifty",
	        five_hundred_tickets_take_no_more_memory_than_fifty);
	g_test_add_func("/paper/layouts_and_sizes_have_names", layouts_and_sizes_have_names);
	return g_test_run();
}
