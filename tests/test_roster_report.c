/*
 * The roster: who is listed, with what.
 */
#include <string.h>

#include "schema/roster_rows.h"
#include "tests/fixtures/small_event.h"

#define ROSTER_HEAD                                                                                \
	"no,name,region_code,region,delegation,option,state,age_band,lang,expected_at,came_to\n"

static void
the_roster_names_people_and_their_sessions(Engine *engine, gconstpointer data)
{
	small_event_define(engine, "day");
	somebody_enters(engine, 1,
	        &(Somebody){ .region = NORTH,
	                .option = FULL,
	                .name = "Ana Pérez",
	                .delegation = 1,
	                .booked = 1 << BUS | 1 << SHIFT,
	                .came = 1 << DAY | 1 << SHIFT });
	somebody_enters(engine, 2,
	        &(Somebody){ .region = SOUTH,
	                .option = PLAIN,
	                .option_state = "waitlisted",
	                .name = "=1+1",
	                .age_band = 1 });
	somebody_enters(engine, 3,
	        &(Somebody){
	                .region = SOUTH, .option = PLAIN, .state = "cancelled", .name = "王小明" });
	somebody_enters(engine, 4, &(Somebody){ .region = SOUTH, .came = 1 << DAY, .age_band = 2 });
	g_autofree char *csv = ask_csv(engine, "roster", 0, 0, 0);
	g_assert_cmpstr(csv, ==,
	        ROSTER_HEAD "1,Ana Pérez,north,The North,RIVER,full,confirmed,adult,es,day lunch "
	                    "bus,day shift\n"
	                    "2,'=1+1,south,The South,,plain,waitlisted,16-17,es,,\n"
	                    "3,王小明,south,The South,,plain,cancelled,adult,es,,\n"
	                    "4,,south,The South,,,no-option,under-16,es,,day\n");
}

static void
deleted_people_practice_and_unused_spares_are_not_listed(Engine *engine, gconstpointer data)
{
	small_event_define(engine, "day");
	somebody_enters(
	        engine, 1, &(Somebody){ .region = NORTH, .option = PLAIN, .state = "deleted" });
	somebody_enters(engine, 2,
	        &(Somebody){ .region = NORTH, .class = TICKET_PRACTICE, .came = 1 << DAY });
	somebody_enters(engine, 3, &(Somebody){ .region = NORTH, .class = TICKET_SPARE });
	somebody_enters(
	        engine, 4, &(Somebody){ .region = NORTH, .class = TICKET_SPARE, .came = 1 << DAY });
	somebody_enters(
	        engine, 5, &(Somebody){ .region = NORTH, .class = TICKET_SPARE, .name = "Ben" });
	g_autofree char *csv = ask_csv(engine, "roster", 0, 0, 0);
	g_assert_cmpstr(csv, ==,
	        ROSTER_HEAD "4,,north,The North,,,no-option,adult,es,,day\n"
	                    "5,Ben,north,The North,,,no-option,adult,es,,\n");
}

static void
a_session_lists_who_is_expected_or_came(Engine *engine, gconstpointer data)
{
	small_event_define(engine, "day");
	somebody_enters(
	        engine, 1, &(Somebody){ .region = NORTH, .option = FULL, .booked = 1 << BUS });
	somebody_enters(
	        engine, 2, &(Somebody){ .region = NORTH, .option = FULL, .waiting = 1 << BUS });
	somebody_enters(
	        engine, 3, &(Somebody){ .region = SOUTH, .option = FULL, .came = 1 << BUS });
	g_autofree char *csv = ask_csv(engine, "roster", BUS, 0, 0);
	g_assert_cmpstr(csv, ==,
	        ROSTER_HEAD "1,,north,The North,,full,confirmed,adult,es,day lunch bus,\n"
	                    "3,,south,The South,,full,confirmed,adult,es,day lunch,bus\n");
	g_autofree char *south = ask_csv(engine, "roster", BUS, SOUTH, 0);
	g_assert_cmpstr(south, ==,
	        ROSTER_HEAD "3,,south,The South,,full,confirmed,adult,es,day lunch,bus\n");
}

/* Over several pages, between people of another event. */
static void
everybody_is_listed_once_in_order(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	const guint n = 2 * ROSTER_PAGE + 3;
	small_event_define(engine, "day");
	small_event_define(engine, "other");
	g_autofree char *sql = g_strdup_printf(
	        "INSERT INTO attendee (id, event, no, region_no, option_no, option_state, lang, "
	        "age_band,"
	        " fee_state, state, changed, mark, typed_code, ticket_id, ticket_class, "
	        "ticket_minute)"
	        " WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE "
	        "n < %u)"
	        " SELECT 2 * n + CASE slug WHEN 'day' THEN 0 ELSE 1 END, id, n, 1, 2, 'confirmed', "
	        "'es', 0, 'free', 'active', 1, n * CAST(524288 AS BIGINT),"
	        "  'CODE' || n, salt, 0, 1 FROM number, event",
	        n);
	engine_must(engine, sql);
	engine_must(engine,
	        "INSERT INTO presence (event, session_no, attendee, first_at, checkpoint_no,"
	        " device, epoch, seq, version)"
	        " SELECT event, 1, id, 0, 1, 1, 1, 1, 1 FROM attendee WHERE no % 3 = 0");
	Asking asking;
	asking_begin(engine, "day", &asking);
	g_autoptr(RosterRows) rows = roster_rows_open(
	        asking.db, asking.event, record_vault(asking.record), 0, 0, &error);
	g_assert_no_error(error);
	const RosterRow *row = NULL;
	for (guint no = 1; no <= n; no++) {
		g_assert_true(roster_rows_next(rows, &row, &error));
		g_assert_nonnull(row);
		g_assert_cmpuint(row->person->no, ==, no);
		g_assert_cmpint(row->came[0], ==, no % 3 == 0 ? 1 : 0);
		g_assert_true(row->expected[0]);
		g_assert_false(row->expected[1]);
	}
	g_assert_true(roster_rows_next(rows, &row, &error));
	g_assert_null(row);
	asking_end(&asking);
}

/* More of them than one thread opens. */
static void
everybody_has_their_own_name(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	Rows people = rows_new();
	small_event_define(engine, "day");
	for (guint no = 1; no <= 300; no++) {
		g_autofree char *name = no % 7 ? g_strdup_printf("Ana %u", no) : NULL;
		rows_add(engine, &people, no,
		        &(Somebody){ .region = NORTH, .option = PLAIN, .name = name });
	}
	rows_enter(engine, &people);
	Asking asking;
	asking_begin(engine, "day", &asking);
	g_autoptr(RosterRows) rows = roster_rows_open(
	        asking.db, asking.event, record_vault(asking.record), 0, 0, &error);
	const RosterRow *row = NULL;
	for (guint no = 1; no <= 300; no++) {
		g_autofree char *name = no % 7 ? g_strdup_printf("Ana %u", no) : NULL;
		roster_rows_next(rows, &row, &error);
		g_assert_no_error(error);
		g_assert_cmpuint(row->person->no, ==, no);
		g_assert_cmpstr(row->name, ==, name);
	}
	asking_end(&asking);
}

/* Whichever thread comes upon them first. */
static void
the_first_of_many_tampered_names_is_told(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	Rows people = rows_new();
	small_event_define(engine, "day");
	for (guint no = 1; no <= 300; no++)
		rows_add(engine, &people, no,
		        &(Somebody){ .region = NORTH, .option = PLAIN, .name = "Ana" });
	rows_enter(engine, &people);
	g_autofree char *sql =
	        g_strdup_printf("UPDATE sealed SET value = (SELECT value FROM sealed WHERE owner = "
	                        "%" G_GINT64_FORMAT ") WHERE owner >= %" G_GINT64_FORMAT,
	                somebody_id(1), somebody_id(42));
	engine_must(engine, sql);
	Asking asking;
	asking_begin(engine, "day", &asking);
	g_autoptr(RosterRows) rows = roster_rows_open(
	        asking.db, asking.event, record_vault(asking.record), 0, 0, &error);
	const RosterRow *row = NULL;
	g_assert_false(roster_rows_next(rows, &row, &error));
	g_assert_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT);
	g_assert_true(g_str_has_prefix(error->message, "person number 42: "));
	asking_end(&asking);
}

static void
a_tampered_name_stops_the_roster(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	small_event_define(engine, "day");
	somebody_enters(engine, 1, &(Somebody){ .region = NORTH, .option = PLAIN, .name = "Ana" });
	somebody_enters(engine, 2, &(Somebody){ .region = NORTH, .option = PLAIN });
	g_autofree char *sql =
	        g_strdup_printf("UPDATE sealed SET owner = %" G_GINT64_FORMAT, somebody_id(2));
	engine_must(engine, sql);
	Asking asking;
	asking_begin(engine, "day", &asking);
	g_autoptr(RosterRows) rows = roster_rows_open(
	        asking.db, asking.event, record_vault(asking.record), 0, 0, &error);
	const RosterRow *row = NULL;
	g_assert_false(roster_rows_next(rows, &row, &error));
	g_assert_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT);
	g_assert_nonnull(strstr(error->message, "number 2"));
	asking_end(&asking);
}

#define ENGINE(test) engine_add_test("roster/" #test, test)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ENGINE(the_roster_names_people_and_their_sessions);
	ENGINE(deleted_people_practice_and_unused_spares_are_not_listed);
	ENGINE(a_session_lists_who_is_expected_or_came);
	ENGINE(everybody_is_listed_once_in_order);
	ENGINE(everybody_has_their_own_name);
	ENGINE(the_first_of_many_tampered_names_is_told);
	ENGINE(a_tampered_name_stops_the_roster);
	return engine_run();
}
