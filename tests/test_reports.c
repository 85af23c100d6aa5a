/*
 * Attendance: who counts where. And the table of reports.
 */
#include <string.h>

#include "schema/counts.h"
#include "tests/fixtures/small_event.h"

static void
every_region_has_every_session_also_at_zero(Engine *engine, gconstpointer data)
{
	small_event_define(engine, "day");
	g_autofree char *csv = ask_csv(engine, "attendance", 0, 0, 0);
	g_assert_cmpstr(csv, ==,
	        "region_code,region,session,expected,came,no_show,walk_in,tally\n"
	        "north,The North,day,0,0,0,0,0\nnorth,The North,lunch,0,0,0,0,0\n"
	        "north,The North,bus,0,0,0,0,0\nnorth,The North,training,0,0,0,0,0\n"
	        "north,The North,shift,0,0,0,0,0\n"
	        "south,The South,day,0,0,0,0,0\nsouth,The South,lunch,0,0,0,0,0\n"
	        "south,The South,bus,0,0,0,0,0\nsouth,The South,training,0,0,0,0,0\n"
	        "south,The South,shift,0,0,0,0,0\n");
}

static void
an_option_expects_people_where_it_takes_them(Engine *engine, gconstpointer data)
{
	small_event_define(engine, "day");
	somebody_enters(
	        engine, 1, &(Somebody){ .region = NORTH, .option = FULL, .booked = 1 << BUS });
	somebody_enters(engine, 2, &(Somebody){ .region = NORTH, .option = FULL });
	somebody_enters(engine, 3, &(Somebody){ .region = NORTH, .option = PLAIN });
	somebody_enters(engine, 4,
	        &(Somebody){ .region = SOUTH, .option = PLAIN, .option_state = "waitlisted" });
	g_autofree char *csv = ask_csv(engine, "attendance", 0, 0, 0);
	assert_row(csv, "north,The North,day,3,0,3,0,0");
	assert_row(csv, "north,The North,lunch,2,0,2,0,0");
	assert_row(csv, "north,The North,bus,1,0,1,0,0"); /* left to choose: who chose it */
	assert_row(csv, "north,The North,training,0,0,0,0,0");
	assert_row(csv, "south,The South,day,0,0,0,0,0");
}

static void
a_booking_beside_the_option_counts_once(Engine *engine, gconstpointer data)
{
	small_event_define(engine, "day");
	somebody_enters(engine, 1,
	        &(Somebody){
	                .region = SOUTH, .option = FULL, .booked = 1 << DAY, .came = 1 << DAY });
	g_autofree char *csv = ask_csv(engine, "attendance", 0, 0, 0);
	assert_row(csv, "south,The South,day,1,1,0,0,0");
}

static void
who_comes_unexpected_is_a_walk_in(Engine *engine, gconstpointer data)
{
	small_event_define(engine, "day");
	somebody_enters(engine, 1,
	        &(Somebody){ .region = NORTH, .option = PLAIN, .came = 1 << DAY | 1 << LUNCH });
	somebody_enters(
	        engine, 2, &(Somebody){ .region = NORTH, .option = FULL }); /* stays at home */
	somebody_enters(engine, 3, &(Somebody){ .region = NORTH, .came = 1 << DAY });
	somebody_enters(engine, 4,
	        &(Somebody){
	                .region = NORTH, .option = PLAIN, .state = "cancelled", .came = 1 << DAY });
	somebody_enters(engine, 5,
	        &(Somebody){ .region = NORTH,
	                .option = FULL,
	                .option_state = "waitlisted",
	                .waiting = 1 << BUS,
	                .came = 1 << BUS | 1 << DAY });
	g_autofree char *csv = ask_csv(engine, "attendance", 0, 0, 0);
	assert_row(csv, "north,The North,day,2,4,1,3,0");
	assert_row(csv, "north,The North,lunch,1,1,1,1,0");
	assert_row(csv, "north,The North,bus,0,1,0,1,0");
}

static void
people_count_where_they_live(Engine *engine, gconstpointer data)
{
	small_event_define(engine, "day");
	somebody_enters(
	        engine, 1, &(Somebody){ .region = SOUTH, .option = PLAIN, .came = 1 << DAY });
	g_autofree char *csv = ask_csv(engine, "attendance", DAY, SOUTH, 0);
	g_assert_cmpstr(csv, ==,
	        "region_code,region,session,expected,came,no_show,walk_in,tally\n"
	        "south,The South,day,1,1,0,0,0\n");
}

static void
practice_tickets_never_count(Engine *engine, gconstpointer data)
{
	small_event_define(engine, "day");
	somebody_enters(engine, 1,
	        &(Somebody){ .region = NORTH,
	                .option = FULL,
	                .class = TICKET_PRACTICE,
	                .booked = 1 << BUS,
	                .came = 1 << DAY | 1 << BUS });
	g_autofree char *csv = ask_csv(engine, "attendance", 0, 0, BY_SESSION);
	g_assert_cmpstr(csv, ==,
	        "session,expected,came,no_show,walk_in,tally\nday,0,0,0,0,0\nlunch,0,0,0,0,0\n"
	        "bus,0,0,0,0,0\ntraining,0,0,0,0,0\nshift,0,0,0,0,0\n");
}

static void
nobody_is_expected_at_a_shift(Engine *engine, gconstpointer data)
{
	small_event_define(engine, "day");
	somebody_enters(engine, 1,
	        &(Somebody){ .region = NORTH, .booked = 1 << SHIFT, .came = 1 << SHIFT });
	somebody_enters(engine, 2, &(Somebody){ .region = NORTH, .booked = 1 << SHIFT });
	g_autofree char *csv = ask_csv(engine, "attendance", SHIFT, NORTH, 0);
	assert_row(csv, "north,The North,shift,0,1,0,1,0");
}

static void
the_tally_stands_apart(Engine *engine, gconstpointer data)
{
	small_event_define(engine, "day");
	somebody_enters(
	        engine, 1, &(Somebody){ .region = NORTH, .option = PLAIN, .came = 1 << DAY });
	engine_must(engine,
	        "INSERT INTO tally (event, session_no, region_no, delegation_no, counted)"
	        " SELECT id, 1, 1, 0, 12 FROM event");
	engine_must(engine,
	        "INSERT INTO tally (event, session_no, region_no, delegation_no, counted)"
	        " SELECT id, 1, 1, 1, 30 FROM event");
	g_autofree char *csv = ask_csv(engine, "attendance", 0, 0, 0);
	assert_row(csv, "north,The North,day,1,1,0,0,42");
}

static void
a_tally_without_a_region_is_not_lost(Engine *engine, gconstpointer data)
{
	small_event_define(engine, "day");
	engine_must(engine,
	        "INSERT INTO tally (event, session_no, region_no, delegation_no, counted)"
	        " SELECT id, 1, 0, 0, 5 FROM event");
	g_autofree char *csv = ask_csv(engine, "attendance", DAY, 0, 0);
	assert_row(csv, "south,The South,day,0,0,0,0,0");
	assert_row(csv, ",,day,0,0,0,0,5");
}

static void
another_event_counts_its_own(Engine *engine, gconstpointer data)
{
	small_event_define(engine, "day");
	small_event_define(engine, "other");
	somebody_enters(
	        engine, 1, &(Somebody){ .region = NORTH, .option = PLAIN, .came = 1 << DAY });
	somebody_enters(engine, 2,
	        &(Somebody){ .slug = "other",
	                .region = NORTH,
	                .option = FULL,
	                .booked = 1 << BUS,
	                .came = 1 << DAY | 1 << BUS });
	g_autofree char *csv = ask_csv(engine, "attendance", 0, NORTH, 0);
	assert_row(csv, "north,The North,day,1,1,0,0,0");
	assert_row(csv, "north,The North,lunch,0,0,0,0,0");
	assert_row(csv, "north,The North,bus,0,0,0,0,0");
}

/* By hand, one person at a time: the rule as the header says it. */
static void
count_by_hand(const Somebody *who, AttendanceCount counts[3][SESSIONS_END])
{
	gboolean active = who->state == NULL || strcmp(who->state, "active") == 0;
	gboolean deleted = g_strcmp0(who->state, "deleted") == 0;
	gboolean confirmed = who->option && who->option_state == NULL;
	if (who->class == TICKET_PRACTICE)
		return;
	for (guint session = DAY; session < SESSIONS_END; session++) {
		AttendanceCount *count = &counts[who->region][session];
		gboolean included =
		        confirmed && (session == DAY || (session == LUNCH && who->option == FULL));
		gboolean came = (who->came & 1u << session) != 0;
		gboolean expected = (active || (deleted && came)) && session != SHIFT &&
		        (included || (who->booked & 1u << session) != 0);
		count->expected += expected;
		count->came += came;
		count->walk_in += came && !expected;
	}
}

static void
the_counts_are_those_of_counting_by_hand(Engine *engine, gconstpointer data)
{
	static const char *const states[] = { NULL, NULL, NULL, NULL, "cancelled", "deleted" };
	g_autoptr(GError) error = NULL;
	AttendanceCount by_hand[3][SESSIONS_END] = { 0 };
	Rows rows = rows_new();
	small_event_define(engine, "day");
	for (guint no = 1; no <= 400; no++) {
		Somebody who = {
			.region = (guint16)g_test_rand_int_range(NORTH, SOUTH + 1),
			.option = (guint16)g_test_rand_int_range(0, PLAIN + 1),
			.option_state = g_test_rand_int_range(0, 5) ? NULL : "waitlisted",
			.state = states[g_test_rand_int_range(0, G_N_ELEMENTS(states))],
			.class = g_test_rand_int_range(0, 8),
			.booked = (guint)g_test_rand_int_range(0, 1 << SESSIONS_END),
			.waiting = (guint)g_test_rand_int_range(0, 1 << SESSIONS_END),
			.came = (guint)g_test_rand_int_range(0, 1 << SESSIONS_END),
		};
		rows_add(engine, &rows, no, &who);
		count_by_hand(&who, by_hand);
	}
	rows_enter(engine, &rows);

	Asking asking;
	asking_begin(engine, "day", &asking);
	g_autoptr(GArray) counts = NULL;
	g_assert_true(db_begin(asking.db, &error));
	g_assert_true(counts_attendance(asking.db, asking.event, &counts, &error));
	g_assert_cmpuint(counts->len, ==, 2 * (SESSIONS_END - 1));
	for (guint i = 0; i < counts->len; i++) {
		const AttendanceCount *count = &g_array_index(counts, AttendanceCount, i);
		const AttendanceCount *hand = &by_hand[count->region_no][count->session_no];
		g_assert_cmpint(count->expected, ==, hand->expected);
		g_assert_cmpint(count->came, ==, hand->came);
		g_assert_cmpint(count->walk_in, ==, hand->walk_in);
		g_assert_cmpint(count->walk_in, <=, count->came);
		g_assert_cmpint(count->came - count->walk_in, <=, count->expected);
	}
	db_rollback(asking.db);
	asking_end(&asking);
}

static void
regions_can_be_put_together(Engine *engine, gconstpointer data)
{
	small_event_define(engine, "day");
	somebody_enters(
	        engine, 1, &(Somebody){ .region = NORTH, .option = PLAIN, .came = 1 << DAY });
	somebody_enters(engine, 2, &(Somebody){ .region = SOUTH, .option = PLAIN });
	g_autofree char *csv = ask_csv(engine, "attendance", 0, 0, BY_SESSION);
	assert_row(csv, "day,2,1,1,0,0");
	g_autofree char *by_region = ask_csv(engine, "attendance", DAY, 0, BY_REGION);
	g_assert_cmpstr(by_region, ==,
	        "region_code,region,expected,came,no_show,walk_in,tally\n"
	        "north,The North,1,1,0,0,0\nsouth,The South,1,0,1,0,0\n");
}

static void
sessions_are_never_added_up(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	Asking asking;
	Table table = { 0 };
	small_event_define(engine, "day");
	asking_begin(engine, "day", &asking);
	const ReportAsked asked = {
		.record = asking.record, .db = asking.db, .event = asking.event, .by = BY_REGION
	};
	g_assert_false(report_find("attendance")->open(&asked, &table, &error));
	g_assert_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT);
	asking_end(&asking);
}

/* ---- the table of reports ---- */

static void
every_report_is_found_by_its_name(void)
{
	for (const Report *report = reports; report->name != NULL; report++) {
		g_assert_true(report_find(report->name) == report);
		g_assert_nonnull(report->summary);
		g_assert_nonnull(report->open);
		g_assert_nonnull(report->close);
	}
	g_assert_null(report_find("funder"));
	g_assert_null(report_find(""));
}

static void
by_takes_what_the_report_knows(void)
{
	g_autoptr(GError) error = NULL;
	guint by = 0;
	g_assert_true(report_by_parse(report_find("attendance"), "session,region", &by, &error));
	g_assert_cmpuint(by, ==, BY_REGION | BY_SESSION);
	g_assert_false(report_by_parse(report_find("attendance"), "county", &by, &error));
	g_assert_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT);
	g_clear_error(&error);
	g_assert_false(report_by_parse(report_find("attendance"), "region,", &by, &error));
	g_clear_error(&error);
	g_assert_false(report_by_parse(report_find("roster"), "region", &by, &error));
	g_assert_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT);
}

#define ENGINE(test) engine_add_test("reports/" #test, test)
#define PURE(test)   g_test_add_func("/reports/" #test, test)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ENGINE(every_region_has_every_session_also_at_zero);
	ENGINE(an_option_expects_people_where_it_takes_them);
	ENGINE(a_booking_beside_the_option_counts_once);
	ENGINE(who_comes_unexpected_is_a_walk_in);
	ENGINE(people_count_where_they_live);
	ENGINE(practice_tickets_never_count);
	ENGINE(nobody_is_expected_at_a_shift);
	ENGINE(the_tally_stands_apart);
	ENGINE(a_tally_without_a_region_is_not_lost);
	ENGINE(another_event_counts_its_own);
	ENGINE(the_counts_are_those_of_counting_by_hand);
	ENGINE(regions_can_be_put_together);
	ENGINE(sessions_are_never_added_up);
	PURE(every_report_is_found_by_its_name);
	PURE(by_takes_what_the_report_knows);
	return engine_run();
}
