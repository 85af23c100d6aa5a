/* The slow lane: many from one address go on unhindered, a robot is slowed down, and nobody is refused. */
#include <string.h>

#include "schema/id.h"
#include "tests/fixtures/visitor.h"
#include "web/http/private.h"

#define START G_GINT64_CONSTANT(1800000000000)

/* ---- one sender after another, with a clock of the test's own ---- */

typedef struct {
	Lane *lane;
	gint64 now_ms;
	guint sent;
	char submission[SUBMISSION_TEXT_LENGTH + 1];
	char proof[LANE_PROOF_MAX]; /* of the form that came back last */
	gint64 wait_ms;
} Street;

static Street
street_open(void)
{
	return (Street){ .lane = lane_new(), .now_ms = START };
}

/* A new form of somebody at @address. */
static gboolean
send_from(Street *street, const char *address)
{
	submission_new(street->now_ms + street->sent++, street->submission);
	return lane_enter(street->lane, address, street->submission, NULL, street->now_ms,
	        &street->wait_ms, street->proof);
}

static gboolean
press_again(Street *street, const char *address)
{
	return lane_enter(street->lane, address, street->submission, street->proof, street->now_ms,
	        &street->wait_ms, street->proof);
}

static void
sixty_in_ten_minutes_from_a_community_centre_are_not_hindered(void)
{
	for (guint apart_ms = 0; apart_ms <= 10000; apart_ms += 2500) {
		Street street = street_open();
		for (guint i = 0; i < 60; i++, street.now_ms += apart_ms)
			g_assert_true(send_from(&street, "centre"));
		lane_free(street.lane);
	}
}

static void
a_whole_day_of_people_one_after_another_is_not_hindered(void)
{
	Street street = street_open();
	for (guint i = 0; i < 10000; i++, street.now_ms += LANE_EACH_MS)
		g_assert_true(send_from(&street, "school"));
	lane_free(street.lane);
}

static void
of_a_robot_s_thousand_in_a_minute_few_go_on(void)
{
	Street street = street_open();
	guint went_on = 0;
	for (guint i = 0; i < 1000; i++, street.now_ms += 60) {
		/* it does what the page says, but at once */
		went_on += send_from(&street, "robot") || press_again(&street, "robot");
		g_assert_cmpint(street.wait_ms, <=, LANE_WAIT_MAX_MS);
	}
	g_assert_cmpuint(went_on, >=, LANE_FREE);
	g_assert_cmpuint(went_on, <=, LANE_FREE + 60000 / LANE_EACH_MS + 1);
	lane_free(street.lane);
}

static void
a_person_behind_a_robot_s_address_waits_a_minute_at_most_and_goes_on(void)
{
	Street street = street_open();
	for (guint i = 0; i < 5000; i++, street.now_ms += 60)
		send_from(&street, "shared");
	g_assert_false(send_from(&street, "shared"));
	gint64 told_ms = street.wait_ms;
	g_assert_cmpint(told_ms, >, 0);
	g_assert_cmpint(told_ms, <=, LANE_WAIT_MAX_MS);
	g_assert_true(lane_enter(street.lane, "elsewhere", "another form", NULL, street.now_ms,
	        &street.wait_ms, (char[LANE_PROOF_MAX]){ 0 }));
	/* too early: the time that was told stands */
	street.now_ms += told_ms - 1;
	g_assert_false(press_again(&street, "shared"));
	g_assert_cmpint(street.wait_ms, ==, 1);
	street.now_ms += 1;
	g_assert_true(press_again(&street, "shared"));
	lane_free(street.lane);
}

static void
when_the_robot_has_gone_its_address_is_as_any_other(void)
{
	Street street = street_open();
	for (guint i = 0; i < 100000; i++)
		send_from(&street, "shared");
	street.now_ms += LANE_WAIT_MAX_MS + (gint64)LANE_FREE * LANE_EACH_MS;
	for (guint i = 0; i < 60; i++)
		g_assert_true(send_from(&street, "shared"));
	lane_free(street.lane);
}

static void
a_proof_of_another_form_or_one_made_up_is_none(void)
{
	static const char *const made_up[] = { "", ".", "1.0000000000000000", "x.y",
		"ffffffffffffffff.0", "1a3185c5000.0123456789abcdef" };
	Street street = street_open();
	while (send_from(&street, "robot"))
		continue;
	char kept[LANE_PROOF_MAX];
	g_strlcpy(kept, street.proof, sizeof kept);
	for (guint i = 0; i < G_N_ELEMENTS(made_up); i++) {
		g_strlcpy(street.proof, made_up[i], sizeof street.proof);
		g_assert_false(press_again(&street, "robot"));
	}
	g_assert_false(send_from(&street, "robot"));
	g_strlcpy(street.proof, kept, sizeof street.proof);
	street.now_ms += LANE_EACH_MS;
	g_assert_false(press_again(&street, "robot"));
	lane_free(street.lane);
}

static void
what_is_remembered_has_a_bound(void)
{
	Street street = street_open();
	for (guint i = 0; i < 20 * LANE_ADDRESSES; i++) {
		char address[24];
		g_snprintf(address, sizeof address, "address %u", i);
		g_assert_true(send_from(&street, address));
		g_assert_cmpuint(lane_addresses(street.lane), <=, LANE_ADDRESSES);
	}
	lane_free(street.lane);
}

/* ---- through the form, on both engines ---- */

static gint64
people(Engine *engine)
{
	return engine_ask(engine, "SELECT count(*) FROM attendee");
}

/* Sends a form that was opened a minute ago. */
static Seen
register_from(const House *house, const char *headers, Filled *ret_again)
{
	g_auto(Seen) page = visit(house, FORM_PATH);
	Filled form;
	clock_pass(MINUTE_MS);
	carry_over(&form, page.page);
	fill_person(&form, "Ana", "general");
	Seen sent = send_form_with(house, &form, FORM_PATH, headers);
	clock_pass(-MINUTE_MS);
	if (sent.status == 422 && ret_again != NULL) {
		g_autofree char *slow = hidden_value(sent.page, "slow");
		carry_over(ret_again, sent.page);
		fill(ret_again, "slow", slow);
		fill_person(ret_again, "Ana", "general");
	}
	return sent;
}

/* As many as go on at once have come from @address already. */
static void
use_up(const House *house, const char *address)
{
	char proof[LANE_PROOF_MAX];
	gint64 wait_ms = 0;
	for (guint i = 0; i < LANE_FREE; i++)
		g_assert_true(lane_enter(house->server->lane, address, "another form", NULL,
		        house->server->now_ms() + MINUTE_MS, &wait_ms, proof));
}

static void
sixty_forms_from_one_address_become_tickets(Engine *engine, gconstpointer data)
{
	House house = house_with(engine, example_json(), "on");
	for (guint i = 0; i < 60; i++, clock_pass(10 * MS)) {
		g_auto(Seen) sent = register_from(&house, "", NULL);
		g_assert_cmpint(sent.status, ==, 303);
	}
	g_assert_cmpint(people(engine), ==, 60);
	house_shut(&house);
}

static void
who_is_slowed_presses_again_a_moment_later_and_is_registered(Engine *engine, gconstpointer data)
{
	House house = house_with(engine, example_json(), "on");
	Filled again, later;
	use_up(&house, "::ffff:127.0.0.1");
	g_auto(Seen) slowed = register_from(&house, "", &again);
	g_assert_cmpint(slowed.status, ==, 422);
	must_show(&slowed, "One moment, please");
	must_show(&slowed, "Please wait 5 seconds");
	must_show(&slowed, "value=\"Ana\"");
	g_assert_cmpint(people(engine), ==, 0);
	later.body = g_string_new(again.body->str);
	clock_pass(MINUTE_MS + 2 * MS);
	g_auto(Seen) early = send_form(&house, &again, FORM_PATH);
	g_assert_cmpint(early.status, ==, 422);
	must_show(&early, "Please wait 3 seconds");
	clock_pass(3 * MS);
	g_auto(Seen) sent = send_form(&house, &later, FORM_PATH);
	g_assert_cmpint(sent.status, ==, 303);
	g_assert_cmpint(people(engine), ==, 1);
	house_shut(&house);
}

static void
with_robots_off_nobody_is_slowed(Engine *engine, gconstpointer data)
{
	House house = house_with(engine, example_json(), "off");
	use_up(&house, "::ffff:127.0.0.1");
	g_auto(Seen) next = register_from(&house, "", NULL);
	g_assert_cmpint(next.status, ==, 303);
	house_shut(&house);
}

static void
behind_a_proxy_the_address_that_it_names_counts(Engine *engine, gconstpointer data)
{
	static const struct {
		const char *headers;
		int status;
	} senders[] = {
		{ "X-Forwarded-For: 203.0.113.7\r\n", 422 },
		{ "X-Forwarded-For: 198.51.100.1, 203.0.113.7\r\n",
		        422 }, /* what a client says itself */
		{ "X-Forwarded-For: 198.51.100.1\r\nX-Forwarded-For: 203.0.113.7, 127.0.0.1\r\n",
		        422 },
		{ "X-Forwarded-For: ::ffff:203.0.113.7\r\n", 422 },
		{ "X-Forwarded-For: 203.0.113.8\r\n", 303 },
		{ "X-Forwarded-For: 2001:db8::1\r\n", 303 },
		{ "", 303 },
		{ "X-Forwarded-For: nobody\r\n", 303 },
	};
	House house = house_behind(engine, example_json(), "on", "127.0.0.1, 10.0.0.1");
	use_up(&house, "::ffff:203.0.113.7");
	for (guint i = 0; i < G_N_ELEMENTS(senders); i++) {
		g_test_message("%s", senders[i].headers);
		g_auto(Seen) sent = register_from(&house, senders[i].headers, NULL);
		g_assert_cmpint(sent.status, ==, senders[i].status);
	}
	house_shut(&house);
}

static void
who_forwards_and_is_not_trusted_counts_by_itself(Engine *engine, gconstpointer data)
{
	House house = house_with(engine, example_json(), "on");
	use_up(&house, "::ffff:127.0.0.1");
	g_auto(Seen) sent = register_from(&house, "X-Forwarded-For: 203.0.113.8\r\n", NULL);
	g_assert_cmpint(sent.status, ==, 422);
	house_shut(&house);
}

static void
a_household_has_one_address_of_ipv6(Engine *engine, gconstpointer data)
{
	House house = house_behind(engine, example_json(), "on", "127.0.0.1");
	use_up(&house, "2001:db8:1:2::");
	g_auto(Seen) same =
	        register_from(&house, "X-Forwarded-For: 2001:db8:1:2:ffff::9\r\n", NULL);
	g_assert_cmpint(same.status, ==, 422);
	g_auto(Seen) next = register_from(&house, "X-Forwarded-For: 2001:db8:1:3::1\r\n", NULL);
	g_assert_cmpint(next.status, ==, 303);
	house_shut(&house);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_autoptr(GError) error = NULL;
	if (!locales_load(&error))
		g_error("%s", error->message);
#define ADD(name) g_test_add_func("/lane/" #name, name)
	ADD(sixty_in_ten_minutes_from_a_community_centre_are_not_hindered);
	ADD(a_whole_day_of_people_one_after_another_is_not_hindered);
	ADD(of_a_robot_s_thousand_in_a_minute_few_go_on);
	ADD(a_person_behind_a_robot_s_address_waits_a_minute_at_most_and_goes_on);
	ADD(when_the_robot_has_gone_its_address_is_as_any_other);
	ADD(a_proof_of_another_form_or_one_made_up_is_none);
	ADD(what_is_remembered_has_a_bound);
#define TEST(name) engine_add_test("lane/" #name, name)
	TEST(sixty_forms_from_one_address_become_tickets);
	TEST(who_is_slowed_presses_again_a_moment_later_and_is_registered);
	TEST(with_robots_off_nobody_is_slowed);
	TEST(behind_a_proxy_the_address_that_it_names_counts);
	TEST(who_forwards_and_is_not_trusted_counts_by_itself);
	TEST(a_household_has_one_address_of_ipv6);
	return engine_run();
}
