/*
 * The pages of the example event, served from a real record on both engines, with a clock of the
 * test's own: what a person is told at each moment.
 */
#include <string.h>

#include "tests/fixtures/visitor.h"

static gint64
people(Engine *engine)
{
	return engine_ask(engine, "SELECT count(*) FROM attendee");
}

/* ---- registering ---- */

static void
a_person_registers_and_sees_the_ticket(Engine *engine, gconstpointer data)
{
	House house = house_with(engine, example_json(), "on");
	g_auto(Seen) sent = register_person(&house, "Ana <b>María</b>", "lunch");
	g_assert_cmpint(sent.status, ==, 303);
	g_assert_true(g_str_has_prefix(sent.where, "/t/"));
	g_auto(Seen) ticket = visit(&house, sent.where);
	g_assert_cmpint(ticket.status, ==, 200);
	must_show(&ticket, "Ana &lt;b&gt;María&lt;/b&gt;");
	must_show(&ticket, "<title>Your ticket</title>");
	must_show(&ticket, "/1.svg\"");
	must_show(&ticket, "$5");
	must_show(&ticket, "Wednesday, April 7, 2027");
	must_show(&ticket, "https://www.ilrc.org/redcards");
	must_say(&ticket, "Cache-Control: no-store");
	static const char *const files[][2] = { { "1.svg", "image/svg+xml" },
		{ "1.png", "image/png" }, { "1.txt", "text/plain" } };
	for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *path = g_strconcat(sent.where, "/", files[i][0], NULL);
		g_auto(Seen) file = visit(&house, path);
		g_assert_cmpint(file.status, ==, 200);
		must_say(&file, files[i][1]);
		must_say(&file, "Cache-Control: no-store");
		if (i == 2) {
			g_assert_true(g_str_has_prefix(file.page, "T1"));
			g_assert_cmpuint(strlen(file.page), ==, 125);
		}
	}
	house_shut(&house);
}

static void
a_ticket_is_seen_by_its_whole_link_only(Engine *engine, gconstpointer data)
{
	House house = house_with(engine, example_json(), "on");
	g_auto(Seen) sent = register_person(&house, "Ana", "general");
	static const char *const ends[] = { "/2.svg", "/0.svg", "/01.svg", "/1.gif", "/1",
		"/1.svg/x", "/-1.svg", "/1.svg.png", "x" };
	for (guint i = 0; i < G_N_ELEMENTS(ends); i++) {
		g_autofree char *path = g_strconcat(sent.where, ends[i], NULL);
		g_auto(Seen) nothing = visit(&house, path);
		g_assert_cmpint(nothing.status, ==, 404);
	}
	for (gsize i = strlen("/t/"); i < strlen(sent.where); i++) {
		g_autofree char *path = g_strdup(sent.where);
		path[i] = path[i] == 'A' ? 'B' : 'A';
		g_auto(Seen) nothing = visit(&house, path);
		g_assert_cmpint(nothing.status, ==, 404);
		must_not_show(&nothing, "Ana");
	}
	house_shut(&house);
}

static void
a_wrong_answer_is_told_and_the_rest_is_kept(Engine *engine, gconstpointer data)
{
	House house = house_with(engine, example_json(), "on");
	g_auto(Seen) page = visit(&house, FORM_PATH "?lang=es");
	Filled form;
	clock_pass(MINUTE_MS);
	carry_over(&form, page.page);
	fill(&form, "name", "Ana María");
	fill(&form, "contact", "email");
	fill(&form, "email", "ana at home");
	fill(&form, "option", "travel-lunch");
	fill(&form, "stop", "bus-valley/2");
	g_auto(Seen) wrong = send_form(&house, &form, FORM_PATH "?lang=es");
	g_assert_cmpint(wrong.status, ==, 422);
	must_show(&wrong, "<html lang=\"es\"");
	must_show(&wrong, "Revise 2 respuestas");
	must_show(&wrong, "id=\"email-fault\">Esto no parece un correo");
	must_show(&wrong, "id=\"region-fault\">Elija su región");
	must_show(&wrong, "value=\"Ana María\"");
	must_show(&wrong, "value=\"ana at home\"");
	must_show(&wrong, "value=\"bus-valley/2\" id=\"session_bus-bus-valley-2\" checked");
	g_autofree char *submission = hidden_value(page.page, "submission");
	must_show(&wrong, submission);

	/* mended and sent at once: it counts */
	carry_over(&form, wrong.page);
	fill(&form, "name", "Ana María");
	fill(&form, "contact", "email");
	fill(&form, "email", "ana@home.example");
	fill(&form, "region", "4");
	fill(&form, "option", "travel-lunch");
	fill(&form, "stop", "bus-valley/2");
	g_auto(Seen) mended = send_form(&house, &form, FORM_PATH "?lang=es");
	g_assert_cmpint(mended.status, ==, 303);
	g_autofree char *path = g_strconcat(mended.where, "?lang=es", NULL);
	g_auto(Seen) ticket = visit(&house, path);
	must_show(&ticket, "Suba en Merced, Bob Hart Square");
	must_show(&ticket, "Autobús de regreso al Valle Central");
	g_assert_cmpint(people(engine), ==, 1);
	house_shut(&house);
}

static void
each_fresh_form_has_an_id_and_a_proof_of_its_own(Engine *engine, gconstpointer data)
{
	House house = house_with(engine, example_json(), "off");
	g_auto(Seen) one = visit(&house, FORM_PATH);
	g_auto(Seen) other = visit(&house, FORM_PATH);
	g_autofree char *submission = hidden_value(one.page, "submission");
	g_autofree char *csrf = hidden_value(one.page, "csrf");
	must_show(&one, submission);
	must_not_show(&other, submission);
	must_not_show(&other, csrf);
	must_say(&other, "Cache-Control: no-store");
	g_assert_cmpuint(strlen(one.page), ==, strlen(other.page));
	Filled form;
	carry_over(&form, other.page);
	fill_person(&form, "Ben", "general");
	g_auto(Seen) sent = send_form(&house, &form, FORM_PATH);
	g_assert_cmpint(sent.status, ==, 303);
	house_shut(&house);
}

static void
another_language_keeps_what_was_typed_and_registers_nobody(Engine *engine, gconstpointer data)
{
	House house = house_with(engine, example_json(), "on");
	g_auto(Seen) page = visit(&house, FORM_PATH);
	must_show(&page, "name=\"switch\" value=\"es\" formaction=\"?lang=es\"");
	Filled form;
	clock_pass(MINUTE_MS);
	carry_over(&form, page.page);
	fill_person(&form, "Ana María", "general");
	fill(&form, "access_text", "una rampa");
	fill(&form, "switch", "es");
	g_auto(Seen) other = send_form(&house, &form, FORM_PATH "?lang=es");
	g_assert_cmpint(other.status, ==, 200);
	must_show(&other, "<html lang=\"es\"");
	must_show(&other, "value=\"Ana María\"");
	must_show(&other, ">una rampa</textarea>");
	must_show(&other, "value=\"general\" id=\"option-3\" checked");
	must_not_show(&other, "role=\"alert\"");
	g_assert_cmpint(people(engine), ==, 0);
	carry_over(&form, other.page);
	fill_person(&form, "Ana María", "general");
	g_auto(Seen) sent = send_form(&house, &form, FORM_PATH);
	g_assert_cmpint(sent.status, ==, 303);
	house_shut(&house);
}

/* ---- robots, and those who look like one ---- */

static void
press_again(Engine *engine, const char *website, gint64 waited_ms)
{
	House house = house_with(engine, example_json(), "on");
	g_auto(Seen) page = visit(&house, FORM_PATH);
	Filled form;
	clock_pass(waited_ms);
	carry_over(&form, page.page);
	fill_person(&form, "Ana María", "general");
	fill(&form, "website", website);
	g_auto(Seen) again = send_form(&house, &form, FORM_PATH);
	g_assert_cmpint(again.status, ==, 422);
	must_show(&again, "Please press “Register” once more");
	must_show(&again, "value=\"Ana María\"");
	g_assert_cmpint(people(engine), ==, 0);
	carry_over(&form, again.page);
	fill_person(&form, "Ana María", "general");
	fill(&form, "website", website);
	g_auto(Seen) sent = send_form(&house, &form, FORM_PATH);
	g_assert_cmpint(sent.status, ==, 303);
	g_assert_cmpint(people(engine), ==, 1);
	house_shut(&house);
}

static void
who_is_faster_than_people_presses_once_more(Engine *engine, gconstpointer data)
{
	press_again(engine, "", 500);
}

static void
who_fills_the_hidden_field_presses_once_more(Engine *engine, gconstpointer data)
{
	press_again(engine, "https://x.example", MINUTE_MS);
}

static void
without_the_trap_the_first_press_counts(Engine *engine, gconstpointer data)
{
	House house = house_with(engine, example_json(), "off");
	g_auto(Seen) page = visit(&house, FORM_PATH);
	Filled form;
	carry_over(&form, page.page);
	fill_person(&form, "Ana", "general");
	fill(&form, "website", "https://x.example");
	g_auto(Seen) sent = send_form(&house, &form, FORM_PATH);
	g_assert_cmpint(sent.status, ==, 303);
	house_shut(&house);
}

/* ---- consents ---- */

static void
agree_in(House *house, const char *lang)
{
	g_autofree char *path = g_strconcat(FORM_PATH "?lang=", lang, NULL);
	g_auto(Seen) page = visit(house, path);
	Filled form;
	carry_over(&form, page.page);
	fill_person(&form, "Ana", "general");
	fill(&form, "keep_informed", "yes");
	g_auto(Seen) sent = send_form(house, &form, path);
	g_assert_cmpint(sent.status, ==, 303);
}

static void
what_was_agreed_to_is_kept_as_it_was_shown(Engine *engine, gconstpointer data)
{
	static const char *const shown[] = { "en", "es" };
	House house = house_with(engine, example_json(), "off");
	for (guint i = 0; i < G_N_ELEMENTS(shown); i++) {
		agree_in(&house, shown[i]);
		agree_in(&house, shown[i]);
		g_autofree char *count = g_strdup_printf(
		        "SELECT count(*) FROM consent c JOIN consent_text t ON t.kind = c.kind AND"
		        " t.lang = c.lang AND t.version = c.text_version WHERE c.kind = 1 AND"
		        " c.lang = '%s' AND c.at >= %" G_GINT64_FORMAT " AND t.words = '%s'",
		        shown[i], (gint64)ENGINE_NOW,
		        locale_text(locale_find(shown[i]), "field_keep_informed"));
		g_assert_cmpint(engine_ask(engine, count), ==, 2);
	}
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM consent_text"), ==, 2);
	house_shut(&house);
}

/* ---- old, false and repeated forms ---- */

static void
a_form_left_open_for_a_day_is_kept_and_sent_again(Engine *engine, gconstpointer data)
{
	House house = house_with(engine, example_json(), "on");
	g_auto(Seen) page = visit(&house, FORM_PATH);
	Filled form;
	clock_pass(25 * HOUR);
	carry_over(&form, page.page);
	fill_person(&form, "Ana María", "general");
	g_auto(Seen) stale = send_form(&house, &form, FORM_PATH);
	g_assert_cmpint(stale.status, ==, 422);
	must_show(&stale, "This page was open for a long time");
	must_show(&stale, "value=\"Ana María\"");
	carry_over(&form, stale.page);
	fill_person(&form, "Ana María", "general");
	g_auto(Seen) sent = send_form(&house, &form, FORM_PATH);
	g_assert_cmpint(sent.status, ==, 303);
	house_shut(&house);
}

static void
a_form_that_is_not_ours_is_refused(Engine *engine, gconstpointer data)
{
	House house = house_with(engine, example_json(), "on");
	g_auto(Seen) page = visit(&house, FORM_PATH);
	g_autofree char *csrf = hidden_value(page.page, "csrf");
	Filled form = { g_string_new(NULL) };
	fill(&form, "submission", "AAAAAAAAAAAAAAAAAAAAAA");
	fill(&form, "csrf", csrf);
	fill_person(&form, "Ana", "general");
	g_auto(Seen) sent = send_form(&house, &form, FORM_PATH);
	g_assert_cmpint(sent.status, ==, 403);
	g_assert_cmpint(people(engine), ==, 0);
	house_shut(&house);
}

static void
the_same_form_twice_gives_one_ticket_and_another_one_is_told_where_it_is(
        Engine *engine, gconstpointer data)
{
	House house = house_with(engine, example_json(), "on");
	g_auto(Seen) page = visit(&house, FORM_PATH);
	Filled form;
	clock_pass(MINUTE_MS);
	carry_over(&form, page.page);
	fill_person(&form, "Ana", "general");
	g_auto(Seen) first = send_form(&house, &form, FORM_PATH);
	carry_over(&form, page.page);
	fill_person(&form, "Ana", "general");
	g_auto(Seen) second = send_form(&house, &form, FORM_PATH);
	g_assert_cmpint(second.status, ==, 303);
	g_assert_cmpstr(first.where, ==, second.where);

	carry_over(&form, page.page);
	fill_person(&form, "Ben", "lunch");
	g_auto(Seen) other = send_form(&house, &form, FORM_PATH);
	g_autofree char *link = g_strdup_printf("<a href=\"%s\">", first.where);
	g_assert_cmpint(other.status, ==, 409);
	must_show(&other, "You are registered already");
	must_show(&other, link);
	must_show(&other, "value=\"Ben\"");
	g_assert_cmpint(people(engine), ==, 1);
	house_shut(&house);
}

/* ---- full, closed, not yet open ---- */

static void
what_is_full_is_told_and_what_is_open_stands_first(Engine *engine, gconstpointer data)
{
	json_t *root = example_json();
	example_put(root, "$.options[1].capacity", json_integer(1));
	House house = house_with(engine, root, "on");
	g_auto(Seen) page = visit(&house, FORM_PATH); /* while there was a place */
	must_show(&page, "1 place left");
	g_auto(Seen) first = register_person(&house, "Ana", "lunch");
	g_assert_cmpint(first.status, ==, 303);
	Filled form;
	carry_over(&form, page.page);
	fill_person(&form, "Ben María", "lunch");
	g_auto(Seen) full = send_form(&house, &form, FORM_PATH);
	g_assert_cmpint(full.status, ==, 409);
	must_show(&full, "” is full</h2>");
	must_show(&full, "id=\"option-fault\">This is full.");
	must_show(&full, "value=\"lunch\" id=\"option-2\" disabled");
	must_show(&full, "value=\"Ben María\"");
	g_assert_true(strstr(full.page, "id=\"option-3\"") < strstr(full.page, "id=\"option-2\""));
	g_assert_cmpint(people(engine), ==, 1);
	carry_over(&form, full.page);
	fill_person(&form, "Ben María", "general");
	g_auto(Seen) second = send_form(&house, &form, FORM_PATH);
	g_assert_cmpint(second.status, ==, 303);
	house_shut(&house);
}

static void
what_closed_meanwhile_is_told_and_what_is_open_stands_first(Engine *engine, gconstpointer data)
{
	House house = house_with(engine, example_json(), "on");
	clock_set(G_GINT64_CONSTANT(1806735600000) - HOUR);
	g_auto(Seen) page = visit(&house, FORM_PATH); /* an hour before general closes */
	must_show(&page, "value=\"general\" id=\"option-3\" checked");
	Filled form;
	clock_pass(2 * HOUR);
	carry_over(&form, page.page);
	fill_person(&form, "Ana María", "general");
	g_auto(Seen) closed = send_form(&house, &form, FORM_PATH);
	g_assert_cmpint(closed.status, ==, 409);
	must_show(&closed, "” is not open now</h2>");
	must_show(&closed, "value=\"late\" id=\"option-4\" checked");
	must_show(&closed, "value=\"general\" id=\"option-3\" disabled");
	must_show(&closed, "value=\"Ana María\"");
	house_shut(&house);
}

static void
before_and_after_registration_the_page_says_when(Engine *engine, gconstpointer data)
{
	House house = house_with(engine, example_json(), "on");
	clock_set((ENGINE_NOW - 200 * 86400) * MS);
	g_auto(Seen) early = visit(&house, FORM_PATH);
	g_assert_cmpint(early.status, ==, 200);
	must_show(&early, "Registration opens on Thursday, October 1, 2026");
	must_not_show(&early, "<form");
	g_auto(Seen) event = visit(&house, EVENT);
	must_show(&event, "Registration opens on");
	must_not_show(&event, "href=\"" FORM_PATH "\"");
	clock_pass(270 * DAY);
	g_auto(Seen) late = visit(&house, FORM_PATH);
	must_show(&late, "Registration is closed");
	must_not_show(&late, "<form");
	g_auto(Seen) over = visit(&house, EVENT);
	must_show(&over, "This event is over");
	house_shut(&house);
}

/* ---- the event's page ---- */

static void
the_event_page_says_what_people_ask_and_is_asked_for_once(Engine *engine, gconstpointer data)
{
	House house = house_with(engine, example_json(), "on");
	g_auto(Seen) page = visit(&house, EVENT);
	static const char *const parts[] = { "Immigrant Day of Action\n</h1>",
		"April 6\u00a0– 7, 2027", "Is it safe?", "Do I need an ID?", "Know your rights",
		"When and where", "Sacramento Convention Center", "$15",
		"Open through Wednesday, March 17, 2027", "Opens on Saturday, April 3, 2027",
		"Lincoln Park", "href=\"" FORM_PATH "\"" };
	for (guint i = 0; i < G_N_ELEMENTS(parts); i++)
		must_show(&page, parts[i]);
	Answered same = { .header = page.header };
	g_autofree char *known =
	        g_strdup_printf("If-None-Match: %s\r\n", answered_header(&same, "ETag"));
	g_auto(Seen) unchanged = seen_of(client_get(house.url, EVENT, known));
	g_assert_cmpint(unchanged.status, ==, 304);
	g_auto(Seen) spanish = seen_of(client_get(house.url, EVENT, "Accept-Language: es-MX\r\n"));
	must_show(&spanish, "¿Necesito una identificación?");

	/* an option closes: the page is another */
	clock_pass(50 * DAY);
	g_auto(Seen) later = seen_of(client_get(house.url, EVENT, known));
	g_assert_cmpint(later.status, ==, 200);
	must_show(&later, "Closed since Thursday, March 18, 2027");
	house_shut(&house);
}

static void
a_page_is_in_a_language_of_its_event_and_says_where_it_is_not(Engine *engine, gconstpointer data)
{
	json_t *root = example_json();
	example_put(root, "$.languages", json_loads("[\"en\"]", 0, NULL));
	House house = house_with(engine, root, "on");
	g_auto(Seen) only = visit(&house, EVENT "?lang=es");
	must_show(&only, "<html lang=\"en\"");
	must_not_show(&only, "Español");
	house_shut(&house);

	root = example_json();
	example_put(root, "$.languages", json_loads("[\"en\", \"es\"]", 0, NULL));
	example_put(root, "$.title.es", NULL);
	example_put(root, "$.text.what.es", NULL);
	house = house_with(engine, root, "on");
	g_auto(Seen) page = visit(&house, EVENT "?lang=es");
	must_show(&page, "<html lang=\"es\"");
	must_show(&page, "<bdi lang=\"en\">Immigrant Day of Action</bdi>");
	must_show(&page, "<p class=\"lead\" lang=\"en\" dir=\"ltr\">Two days together");
	must_show(&page, "<h3>Visitas y mitin en el Capitolio");
	house_shut(&house);
}

static Seen
send_with_last(House *house, const char *last)
{
	g_auto(Seen) page = visit(house, FORM_PATH);
	Filled form;
	carry_over(&form, page.page);
	fill(&form, last, "Zoe"); /* a browser may send what it likes first */
	fill_person(&form, "Ana", "general");
	fill(&form, "name_5", "Ben");
	return send_form(house, &form, FORM_PATH);
}

static void
a_form_s_last_person_comes_along_and_one_too_many_is_told(Engine *engine, gconstpointer data)
{
	House house = house_with(engine, example_json(), "off");
	g_auto(Seen) sent = send_with_last(&house, "name_20");
	g_assert_cmpint(sent.status, ==, 303);
	g_auto(Seen) ticket = visit(&house, sent.where);
	must_show(&ticket, "Ana");
	must_show(&ticket, "Ben");
	must_show(&ticket, "Zoe");
	g_auto(Seen) refused = send_with_last(&house, "name_21");
	g_assert_cmpint(refused.status, ==, 422);
	house_shut(&house);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_autoptr(GError) error = NULL;
	if (!locales_load(&error))
		g_error("%s", error->message);
#define TEST(name) engine_add_test("pages/" #name, name)
	TEST(a_page_is_in_a_language_of_its_event_and_says_where_it_is_not);
	TEST(a_person_registers_and_sees_the_ticket);
	TEST(a_form_s_last_person_comes_along_and_one_too_many_is_told);
	TEST(a_ticket_is_seen_by_its_whole_link_only);
	TEST(a_wrong_answer_is_told_and_the_rest_is_kept);
	TEST(each_fresh_form_has_an_id_and_a_proof_of_its_own);
	TEST(another_language_keeps_what_was_typed_and_registers_nobody);
	TEST(who_is_faster_than_people_presses_once_more);
	TEST(who_fills_the_hidden_field_presses_once_more);
	TEST(without_the_trap_the_first_press_counts);
	TEST(what_was_agreed_to_is_kept_as_it_was_shown);
	TEST(a_form_left_open_for_a_day_is_kept_and_sent_again);
	TEST(a_form_that_is_not_ours_is_refused);
	TEST(the_same_form_twice_gives_one_ticket_and_another_one_is_told_where_it_is);
	TEST(what_is_full_is_told_and_what_is_open_stands_first);
	TEST(what_closed_meanwhile_is_told_and_what_is_open_stands_first);
	TEST(before_and_after_registration_the_page_says_when);
	TEST(the_event_page_says_what_people_ask_and_is_asked_for_once);
	return engine_run();
}
