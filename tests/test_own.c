/*
 * What people may do with their own registration, by the clock: until the event is over, and with a page that was open for a
 * day. The rest is told by test_self.mjs.
 */
#include <string.h>

#include "tests/fixtures/visitor.h"

#define AFTER_MS (G_GINT64_CONSTANT(1807200000) * MS) /* after the example's end */

static char *
path_of(const Seen *sent, const char *rest)
{
	return g_strconcat(sent->where, rest, NULL);
}

/* Begins @form with what the page brought along itself. */
static void
begin(Filled *form, const char *page)
{
	static const char *const names[] = { "csrf", "seen", "no" };

	form->body = g_string_new(NULL);
	for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *tag = g_strdup_printf("name=\"%s\" value=", names[i]);
		if (strstr(page, tag) == NULL)
			continue;
		g_autofree char *value = hidden_value(page, names[i]);
		fill(form, names[i], value);
	}
}

static gint64
active(Engine *engine)
{
	return engine_ask(engine, "SELECT count(*) FROM attendee WHERE state = 'active'");
}

static void
after_the_event_all_is_seen_and_nothing_changed(Engine *engine, gconstpointer data)
{
	House house = house_with(engine, example_json(), "off");
	g_auto(Seen) sent = register_person(&house, "Ana", "general");
	g_autofree char *correct = path_of(&sent, "/correct/1"),
	                *cancel = path_of(&sent, "/cancel");
	g_auto(Seen) form = visit(&house, correct);
	g_auto(Seen) ask = visit(&house, cancel);
	must_show(&form, "name=\"name\"");
	must_show(&ask, "name=\"sure\"");
	clock_set(AFTER_MS);

	g_auto(Seen) ticket = visit(&house, sent.where);
	must_show(&ticket, "The event is over");
	must_not_show(&ticket, "/correct/1\"");
	must_not_show(&ticket, "/cancel?no=");
	must_show(&ticket, "/data\"");
	must_show(&ticket, "/delete\"");
	static const char *const closed[] = { "/correct/1", "/contact", "/change/1", "/cancel" };
	for (guint i = 0; i < G_N_ELEMENTS(closed); i++) {
		g_autofree char *path = path_of(&sent, closed[i]);
		g_auto(Seen) page = visit(&house, path);
		g_assert_cmpint(page.status, ==, 200);
		must_not_show(&page, "<p class=\"act\"><button");
	}
	/* by the proof that was good then, and by one of now */
	for (guint fresh = 0; fresh < 2; fresh++) {
		g_auto(Seen) data_page = visit(&house, fresh ? correct : cancel);
		Filled sending;
		begin(&sending, fresh ? data_page.page : ask.page);
		fill(&sending, "sure", "yes");
		g_auto(Seen) answer = send_form(&house, &sending, cancel);
		g_assert_cmpint(answer.status, ==, 200);
		must_show(&answer, "The event is over");
	}
	g_assert_cmpint(active(engine), ==, 1);
	house_shut(&house);
}

static void
a_page_that_was_open_for_a_day_is_kept_and_sent_again(Engine *engine, gconstpointer data)
{
	House house = house_with(engine, example_json(), "off");
	g_auto(Seen) sent = register_person(&house, "Ana", "general");
	g_autofree char *path = path_of(&sent, "/correct/1");
	g_auto(Seen) page = visit(&house, path);
	Filled form;
	begin(&form, page.page);
	fill(&form, "name", "Ana María");
	clock_pass(2 * DAY);
	g_auto(Seen) stale = send_form(&house, &form, path);
	g_assert_cmpint(stale.status, ==, 422);
	must_show(&stale, "value=\"Ana María\"");
	begin(&form, stale.page);
	fill(&form, "name", "Ana María");
	g_auto(Seen) saved = send_form(&house, &form, path);
	g_assert_cmpint(saved.status, ==, 303);
	g_auto(Seen) ticket = visit(&house, sent.where);
	must_show(&ticket, "Ana María");
	house_shut(&house);
}

static void
what_closed_stays_theirs_and_the_page_says_so(Engine *engine, gconstpointer data)
{
	House house = house_with(engine, example_json(), "off");
	clock_set(G_GINT64_CONSTANT(1805900000) * MS); /* two days before lunch closes */
	g_auto(Seen) sent = register_person(&house, "Ana", "lunch");
	g_autofree char *path = path_of(&sent, "/change/1");
	clock_pass(3 * DAY); /* general is open still */
	g_auto(Seen) page = visit(&house, path);
	must_show(&page, "closed for changes since");
	must_show(&page, "value=\"general\" id=\"option-3\"");
	must_not_show(&page, "id=\"option-3\" checked");
	house_shut(&house);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_autoptr(GError) error = NULL;
	if (!locales_load(&error))
		g_error("%s", error->message);
#define TEST(name) engine_add_test("own/" #name, name)
	TEST(after_the_event_all_is_seen_and_nothing_changed);
	TEST(a_page_that_was_open_for_a_day_is_kept_and_sent_again);
	TEST(what_closed_stays_theirs_and_the_page_says_so);
	return engine_run();
}
