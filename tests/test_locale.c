/*
 * Languages: plurals, dates, numbers and lists as each has them, which one a browser asks for, and which
 * ones an event is open in.
 */
#include <string.h>

#include "web/locale.h"

#define THREADS                   8
#define ROUNDS                    200
#define APRIL_6_8AM_PACIFIC       1807023600 /* 2027-04-06 15:00 UTC */
#define MARCH_15_MIDNIGHT_PACIFIC 1805094000 /* the night after clocks went forward */
#define APRIL_7_1AM_UTC           1807059600 /* still the 6th in Sacramento */

static Event *
sacramento(void)
{
	static Event event = { .zone = "America/Los_Angeles" };
	if (event.time_zone == NULL)
		event.time_zone = g_time_zone_new_identifier(event.zone);
	return &event;
}

#define assert_says(text, expected)                                                                \
	do {                                                                                       \
		g_autofree char *said_ = (text);                                                   \
		g_assert_cmpstr(said_, ==, (expected));                                            \
	} while (0)

static void
a_count_has_the_plural_of_its_language(void)
{
	const Locale *en = locale_find("en"), *es = locale_find("es"), *ar = locale_find("ar");
	assert_says(locale_plural(en, "option_left", 0, NULL), "0 places left");
	assert_says(locale_plural(en, "option_left", 1, NULL), "1 place left");
	assert_says(locale_plural(en, "option_left", 1400, NULL), "1,400 places left");
	assert_says(locale_plural(es, "option_left", 1, NULL), "Queda 1 lugar");
	assert_says(locale_plural(es, "option_left", 0, NULL), "Quedan 0 lugares");
	assert_says(locale_plural(es, "option_left", 1000000, NULL), "Quedan 1,000,000 de lugares");
	static const struct {
		gint64 count;
		const char *said;
	} arabic[] = { { 0, "لم يبقَ أي مكان" }, { 1, "بقي مكان واحد" }, { 2, "بقي مكانان" },
		{ 3, "بقيت 3 أماكن" }, { 11, "بقي 11 مكانًا" }, { 100, "بقي 100 مكان" },
		{ 103, "بقيت 103 أماكن" } };
	for (guint i = 0; i < G_N_ELEMENTS(arabic); i++)
		assert_says(
		        locale_plural(ar, "option_left", arabic[i].count, NULL), arabic[i].said);
	assert_says(locale_plural(locale_find("zh-Hans"), "option_left", 1, NULL), "还剩1个名额");
}

static void
a_number_has_the_digits_that_all_readers_of_its_language_know(void)
{
	assert_says(locale_number(locale_find("ar"), 1045), "1,045");
	assert_says(locale_number(locale_find("fa"), 1045), "۱٬۰۴۵");
	assert_says(locale_number(locale_find("vi"), 1045), "1.045");
}

/* Gregorian, in Sacramento's time, and the clock of twelve hours that stands on walls here. */
static const struct {
	const char *lang, *begin, *hours, *days, *fee, *list;
} told[] = {
	{ "zh-Hans", "2027年4月6日星期二 下午6:00", "上午8:00至下午6:00", "2027年4月6日至7日",
	        "$15", "A、B和C" },
	{ "zh-Hant", "2027年4月6日 星期二 下午6:00", "上午8:00至下午6:00", "2027年4月6日至7日",
	        "$15", "A、B和C" },
	{ "vi", "lúc 6:00 CH Thứ Ba, 6 tháng 4, 2027", "8:00 SA – 6:00 CH", "6 – 7 tháng 4, 2027",
	        "15 $", "A, B và C" },
	{ "tl", "Martes, Abril 6, 2027 nang 6:00 PM", "8:00 AM – 6:00 PM", "Abril 6–7, 2027", "$15",
	        "A, B, at C" },
	{ "ko", "2027년 4월 6일 화요일 오후 6:00", "오전 8:00 ~ 오후 6:00", "2027년 4월 6일~7일",
	        "$15", "A, B 및 C" },
	{ "hy", "2027 թ. ապրիլի 6, երեքշաբթի, 6:00 PM", "8:00 AM – 6:00 PM",
	        "06–07 ապրիլի, 2027 թ.", "15 $", "A, B և C" },
	{ "fa", "سه‌شنبه ۶ آوریل ۲۰۲۷ ساعت ۶:۰۰ بعدازظهر",
	        "۸:۰۰ قبل‌ازظهر تا ۶:۰۰ بعدازظهر", "۶ تا ۷ آوریل ۲۰۲۷",
	        "$۱۵", "A، B، و C" },
	{ "ar", "الثلاثاء، 6 أبريل 2027 في 6:00 م", "8:00 ص – 6:00 م", "6–7 أبريل، 2027", "15 $",
	        "A وB وC" },
};

/* Without marks of direction, and every blank a plain one. */
#define assert_plainly(text, expected)                                                             \
	do {                                                                                       \
		g_autofree char *full_ = (text);                                                   \
		g_autoptr(GString) plain_ = g_string_new(full_);                                   \
		g_string_replace(plain_, "\u200e", "", 0);                                         \
		g_string_replace(plain_, "\u200f", "", 0);                                         \
		g_string_replace(plain_, "\u00a0", " ", 0);                                        \
		g_assert_cmpstr(plain_->str, ==, (expected));                                      \
	} while (0)

static void
every_language_tells_dates_money_and_lists_its_own_way(void)
{
	static const char *const things[] = { "A", "B", "C", NULL };
	const Event *event = sacramento();
	for (guint i = 0; i < G_N_ELEMENTS(told); i++) {
		const Locale *locale = locale_find(told[i].lang);
		const gint64 from = APRIL_6_8AM_PACIFIC, to = APRIL_7_1AM_UTC;
		g_test_message("%s", told[i].lang);
		assert_plainly(locale_date_time(locale, event, to), told[i].begin);
		assert_plainly(locale_time_range(locale, event, from, to), told[i].hours);
		assert_plainly(locale_date_range(locale, event, from, from + 86400), told[i].days);
		assert_plainly(locale_money(locale, 1500, "USD"), told[i].fee);
		assert_plainly(locale_list(locale, things, 3), told[i].list);
	}
}

static void
a_missing_text_shows_its_key(void)
{
	const Locale *en = locale_find("en");
	g_assert_cmpstr(locale_text(en, "no_such_text"), ==, "no_such_text");
	assert_says(locale_format(en, "no_such_text", "name", "x", NULL), "no_such_text");
	assert_says(locale_plural(en, "no_such_text", 2, NULL), "no_such_text");
}

static void
placeholders_are_filled_by_name_and_never_twice(void)
{
	const Locale *en = locale_find("en"), *es = locale_find("es");
	assert_says(locale_format(en, "ticket_stop", "time", "8", "place", "A", NULL),
	        "Get on at A, 8");
	assert_says(
	        locale_format(es, "ticket_stop", "place", "A", "time", "8", NULL), "Suba en A, 8");
	assert_says(locale_format(en, "ticket_stop", "place", "{{time}}", "time", "8", NULL),
	        "Get on at {{time}}, 8");
	assert_says(locale_format(en, "ticket_stop", "place", "A", NULL), "Get on at A, {{time}}");
}

static void
a_date_is_told_in_the_zone_of_the_event(void)
{
	const Locale *en = locale_find("en"), *es = locale_find("es");
	const Event *event = sacramento();
	assert_says(locale_long_date(en, event, APRIL_6_8AM_PACIFIC), "Tuesday, April 6, 2027");
	assert_says(locale_long_date(es, event, APRIL_6_8AM_PACIFIC), "martes, 6 de abril de 2027");
	assert_says(locale_long_date(en, event, APRIL_7_1AM_UTC), "Tuesday, April 6, 2027");
	assert_says(locale_date_time(en, event, APRIL_7_1AM_UTC),
	        "Tuesday, April 6, 2027 at 6:00\u00a0PM");
	assert_says(locale_date_range(en, event, APRIL_6_8AM_PACIFIC, APRIL_6_8AM_PACIFIC + 86400),
	        "April 6\u00a0– 7, 2027");
	assert_says(locale_date_range(es, event, APRIL_6_8AM_PACIFIC, APRIL_6_8AM_PACIFIC + 86400),
	        "6–7 de abril de 2027");
	assert_says(locale_date_range(en, event, APRIL_6_8AM_PACIFIC, APRIL_7_1AM_UTC),
	        "April 6, 2027");
	assert_says(locale_time_range(en, event, APRIL_6_8AM_PACIFIC, APRIL_7_1AM_UTC),
	        "8:00\u00a0AM\u00a0– 6:00\u00a0PM");
	assert_says(locale_time(en, event, APRIL_6_8AM_PACIFIC), "8:00\u00a0AM");
	assert_says(locale_time(es, event, APRIL_6_8AM_PACIFIC), "8:00\u00a0a.\u00a0m.");
}

/* where it breaks, the half of the day would stand alone on a line */
static void
a_clock_and_its_half_of_the_day_stay_on_one_line(void)
{
	const Event *event = sacramento();
	const Locale *ar = locale_find("ar"), *ko = locale_find("ko"), *fa = locale_find("fa");
	assert_says(locale_time(ar, event, APRIL_6_8AM_PACIFIC), "8:00\u00a0ص");
	assert_says(locale_time(fa, event, APRIL_6_8AM_PACIFIC), "۸:۰۰\u00a0قبل\u200cازظهر");
	assert_says(locale_date_time(ko, event, APRIL_7_1AM_UTC),
	        "2027년 4월 6일 화요일 오후\u00a06:00");
	assert_says(locale_time_range(ko, event, APRIL_6_8AM_PACIFIC, APRIL_7_1AM_UTC),
	        "오전\u00a08:00\u00a0~ 오후\u00a06:00");
}

static void
an_end_at_midnight_is_told_as_the_day_before(void)
{
	const Locale *en = locale_find("en"), *es = locale_find("es");
	const Event *event = sacramento();
	assert_says(locale_end(en, event, "option_open_until", MARCH_15_MIDNIGHT_PACIFIC),
	        "Open through Sunday, March 14, 2027");
	assert_says(locale_end(es, event, "option_open_until", MARCH_15_MIDNIGHT_PACIFIC),
	        "Abierto hasta el domingo, 14 de marzo de 2027 inclusive");
	assert_says(locale_end(en, event, "option_open_until", APRIL_6_8AM_PACIFIC),
	        "Open until Tuesday, April 6, 2027 at 8:00\u00a0AM");
	assert_says(locale_begin(en, event, "option_opens", MARCH_15_MIDNIGHT_PACIFIC),
	        "Opens on Monday, March 15, 2027");
	assert_says(locale_begin(en, event, "option_opens", APRIL_6_8AM_PACIFIC),
	        "Opens on Tuesday, April 6, 2027 at 8:00\u00a0AM");
}

static void
a_fee_is_told_as_people_write_money(void)
{
	assert_says(locale_money(locale_find("en"), 1500, "USD"), "$15");
	assert_says(locale_money(locale_find("es"), 500, "USD"), "$5");
	assert_says(locale_money(locale_find("en"), 1550, "USD"), "$15.50");
	assert_says(locale_money(locale_find("en"), 1500, "USD"), "$15");
	assert_says(locale_money(locale_find("en"), 1500, "JPY"), "¥1,500");
}

static void
things_are_told_in_one_sentence(void)
{
	static const char *const things[] = { "Conference", "Lunch", "Bus", NULL };
	assert_says(locale_list(locale_find("en"), things, 3), "Conference, Lunch, and Bus");
	assert_says(locale_list(locale_find("es"), things, 3), "Conference, Lunch y Bus");
	assert_says(locale_list_or(locale_find("en"), things, 3), "Conference, Lunch, or Bus");
	assert_says(locale_list_or(locale_find("es"), things, 3), "Conference, Lunch o Bus");
	assert_says(locale_list(locale_find("en"), things + 2, 1), "Bus");
	assert_says(locale_list(locale_find("en"), things + 3, 0), "");
}

static const char *
accepted(const char *header)
{
	const Locale *locale = locale_accept(header, LOCALES_ALL);
	return locale != NULL ? locale_code(locale) : NULL;
}

static void
a_browser_gets_the_language_it_asks_for(void)
{
	g_assert_cmpstr(accepted("es"), ==, "es");
	g_assert_cmpstr(accepted("es-MX,es;q=0.9,en;q=0.8"), ==, "es");
	g_assert_cmpstr(accepted("en;q=0.5, es ; q=0.7"), ==, "es");
	g_assert_cmpstr(accepted("fr-CH, fr;q=0.9, en;q=0.3"), ==, "en");
	g_assert_cmpstr(accepted("es;q=0, en;q=0.1"), ==, "en");
	g_assert_cmpstr(accepted("zh-TW"), ==, "zh-Hant");
	g_assert_cmpstr(accepted("zh-Hant-HK"), ==, "zh-Hant");
	g_assert_cmpstr(accepted("zh-CN,en;q=0.1"), ==, "zh-Hans");
	g_assert_cmpstr(accepted("zh-HK"), ==, "zh-Hant");
	g_assert_cmpstr(accepted("zh"), ==, "zh-Hans");
	g_assert_cmpstr(accepted("ar-EG"), ==, "ar");
	g_assert_cmpstr(accepted("fil-PH,fil;q=0.9"), ==, "tl");
	g_assert_cmpstr(accepted("tl"), ==, "tl");
	g_assert_cmpstr(accepted("ko-KR"), ==, "ko");
	g_assert_cmpstr(accepted("hy"), ==, "hy");
	g_assert_cmpstr(accepted("fa-AF"), ==, "fa");
	g_assert_cmpstr(accepted("vi-VN;q=0.8, en;q=0.7"), ==, "vi");
}

/* "en es" for a set. */
static char *
named(LocaleSet set)
{
	guint n;
	const Locale *const *all = locales_all(&n);
	g_autoptr(GString) names = g_string_new(NULL);
	for (guint i = 0; i < n; i++)
		if (locale_among(all[i], set))
			g_string_append_printf(
			        names, "%s%s", names->len > 0 ? " " : "", locale_code(all[i]));
	return g_string_free(g_steal_pointer(&names), FALSE);
}

static void
an_event_is_read_in_the_languages_that_it_is_open_in(void)
{
	char *some[] = { "en", "ar", NULL }, *strange[] = { "xx", NULL };
	Event event = { .languages = some, .languages_said = TRUE };
	const LocaleSet set = locales_of_event(&event);
	assert_says(named(set), "en ar");
	g_assert_cmpstr(locale_code(locale_accept("es, ar;q=0.3, en;q=0.2", set)), ==, "ar");
	g_assert_cmpstr(locale_code(locale_accept("es, ar;q=0.3", LOCALES_ALL)), ==, "es");
	g_assert_null(locale_accept("es, ko", set));
	event.languages = strange; /* there is always one that a page can be in */
	assert_says(named(locales_of_event(&event)), "en");
	assert_says(named(locales_staff()), "en es");
}

static void
a_name_of_the_other_direction_is_kept_apart(void)
{
	const Locale *en = locale_find("en"), *ar = locale_find("ar");
	assert_says(locale_format(en, "option_includes", "what", "Ana, 8:00", NULL),
	        "Includes: Ana, 8:00");
	assert_says(locale_format(en, "option_includes", "what", "ليلى", NULL),
	        "Includes: \u2068ليلى\u2069");
	g_autofree char *mixed = locale_format(ar, "option_includes", "what", "Ana", NULL);
	g_assert_nonnull(strstr(mixed, "\u2068Ana\u2069"));
	g_autofree char *both = locale_format(ar, "option_includes", "what", "Plaza، فريسنو", NULL);
	g_assert_nonnull(strstr(both, "\u2067Plaza، فريسنو\u2069")); /* and runs as Arabic does */
	g_autofree char *plain = locale_format(ar, "option_includes", "what", "ليلى 8:00", NULL);
	g_assert_null(strstr(plain, "\u2068"));
}

static void
a_header_that_makes_no_sense_asks_for_nothing(void)
{
	static const char *const headers[] = { NULL, "", "*", ",,,", ";q=1", "es;q=2", "es;q=x",
		"es;level=1", "xx", "e s", "-", "en-", "no\xff", "fr", "es;q=nan", "es;q=-1" };
	for (guint i = 0; i < G_N_ELEMENTS(headers); i++)
		if (accepted(headers[i]) != NULL)
			g_error("\"%s\" gave %s", headers[i], accepted(headers[i]));
	/* more of them than a thread remembers, and the answer is still right */
	for (guint i = 0; i < 200; i++) {
		g_autofree char *many = g_strdup_printf("fr;q=0.%u, es;q=0.%u", i % 9 + 1, 100 + i);
		g_assert_cmpstr(accepted(many), ==, "es");
		g_assert_cmpstr(accepted(many), ==, "es");
	}
	g_autofree char *endless = g_strnfill(1 << 20, ',');
	g_assert_null(accepted(endless));
}

static void
catalogues_say_their_name_and_direction(void)
{
	guint n;
	const Locale *const *all = locales_all(&n);
	g_assert_cmpuint(n, ==, 10);
	g_assert_true(all[0] == locale_default());
	g_assert_cmpstr(locale_code(all[1]), ==, "es");
	g_assert_cmpstr(locale_name(all[1]), ==, "Español");
	g_assert_false(locale_right_to_left(all[1]));
	g_assert_true(locale_right_to_left(locale_find("ar")));
	g_assert_null(locale_find("xx"));
	g_assert_null(locale_find(NULL));
}

static gpointer
speak(gpointer data)
{
	guint n;
	const Locale *const *all = locales_all(&n);
	GString *said = g_string_new(NULL);
	for (guint round = 0; round < ROUNDS; round++) {
		if (round == ROUNDS - 1)
			g_string_truncate(said, 0);
		for (guint i = 0; i < n; i++) {
			g_autofree char *date =
			        locale_long_date(all[i], sacramento(), APRIL_6_8AM_PACIFIC);
			g_autofree char *time =
			        locale_time(all[i], sacramento(), APRIL_6_8AM_PACIFIC);
			g_autofree char *count =
			        locale_plural(all[i], "option_left", 1 + round % 3, NULL);
			g_autofree char *fee = locale_money(all[i], 1500, "USD");
			g_string_append_printf(said, "%s %s %s %s\n", date, time, count, fee);
		}
	}
	return g_string_free(said, FALSE);
}

static void
eight_threads_say_the_same(void)
{
	GThread *threads[THREADS];
	g_autofree char *alone = speak(NULL);
	for (guint i = 0; i < THREADS; i++)
		threads[i] = g_thread_new("speaker", speak, NULL);
	for (guint i = 0; i < THREADS; i++) {
		g_autofree char *said = g_thread_join(threads[i]);
		g_assert_cmpstr(said, ==, alone);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_autoptr(GError) error = NULL;
	if (!locales_load(&error))
		g_error("%s", error->message);
	sacramento();
#define TEST(name) g_test_add_func("/locale/" #name, name)
	TEST(a_count_has_the_plural_of_its_language);
	TEST(a_number_has_the_digits_that_all_readers_of_its_language_know);
	TEST(every_language_tells_dates_money_and_lists_its_own_way);
	TEST(a_missing_text_shows_its_key);
	TEST(placeholders_are_filled_by_name_and_never_twice);
	TEST(a_date_is_told_in_the_zone_of_the_event);
	TEST(a_clock_and_its_half_of_the_day_stay_on_one_line);
	TEST(an_end_at_midnight_is_told_as_the_day_before);
	TEST(a_fee_is_told_as_people_write_money);
	TEST(things_are_told_in_one_sentence);
	TEST(a_browser_gets_the_language_it_asks_for);
	TEST(an_event_is_read_in_the_languages_that_it_is_open_in);
	TEST(a_name_of_the_other_direction_is_kept_apart);
	TEST(a_header_that_makes_no_sense_asks_for_nothing);
	TEST(catalogues_say_their_name_and_direction);
	TEST(eight_threads_say_the_same);
	return g_test_run();
}
