/* What has been kept for its days goes: rows, keys, people into counts; what holds keep stays. On both engines. */
#include "reports/report.h"
#include "schema/db_driver.h"
#include "schema/erase_private.h"
#include "schema/expire.h"
#include "schema/hold.h"
#include "schema/places.h"

#include <string.h>

#include "tests/fixtures/log_fixture.h"

#define HOUR G_GINT64_CONSTANT(3600)
#define DAY  (24 * HOUR)

static ExpireCounts
expires(const Door *door, gint64 now)
{
	g_autoptr(GError) error = NULL;
	ExpireCounts counts = { 0 };

	expire_run(door->record, NULL, now, &counts, &error);
	g_assert_no_error(error);
	return counts;
}

static char *
report(const Door *door, const char *name)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Db) db = record_reader(door->record, &error);
	const Report *found = report_find(name);
	const ReportAsked asked = { .record = door->record, .db = db, .event = door->event };
	GString *text = g_string_new(NULL);
	Cell cells[16];
	Table table;
	gboolean row = TRUE;

	g_assert_no_error(error);
	g_assert_true(found->open(&asked, &table, &error));
	while (table.next(table.data, cells, &row, &error) && row)
		for (guint i = 0; i < table.columns_n; i++)
			if (table.columns[i].type == COLUMN_TEXT)
				g_string_append_printf(text, "%s%s",
				        cells[i].text ? cells[i].text : "",
				        i + 1 < table.columns_n ? "," : "\n");
			else
				g_string_append_printf(text, "%" G_GINT64_FORMAT "%s",
				        cells[i].number, i + 1 < table.columns_n ? "," : "\n");
	g_assert_no_error(error);
	found->close(&table);
	return g_string_free(text, FALSE);
}

static gboolean
key_there(const Door *door, const char *name)
{
	char hex[2 * EVENT_ID_BYTES + 1];

	for (guint i = 0; i < EVENT_ID_BYTES; i++)
		g_snprintf(hex + 2 * i, 3, "%02x", door->event->id[i]);
	g_autofree char *path = g_build_filename(record_dir(door->record), "keys", hex, name, NULL);
	return g_file_test(path, G_FILE_TEST_EXISTS);
}

static void
comes(const Door *door, const Guest *guest, const char *session, guint64 seq)
{
	take_one(door, PHONE, record(door, PHONE, seq, session, guest->ticket.mark, DOOR_ADMIT));
}

static gint64
rows(const Door *door, const char *table)
{
	g_autofree char *sql = g_strdup_printf("SELECT count(*) FROM %s", table);
	return engine_ask(door->engine, sql);
}

static gint64
of_class(const Door *door, SealedClass class)
{
	g_autofree char *sql =
	        g_strdup_printf("SELECT count(*) FROM sealed WHERE class = %d", (int)class);
	return engine_ask(door->engine, sql);
}

static void
cancels(const Door *door, const Guest *guest)
{
	g_autoptr(GError) error = NULL;
	PlacesWork work = { .event = door->event, .who = { 0, guest->id }, .now = ENGINE_NOW };

	writer_run(record_writer(door->record), places_cancel_work, &work, &error);
	g_assert_no_error(error);
}

/* Three people: one comes to the day and lunch, one to the day, one cancels. */
static void
open_story(Door *door, Engine *engine, Guest guests[3])
{
	open_day(door, engine);
	guests[0] = door_guest_who(door, "full", TICKET_ATTENDEE, "no", "es");
	guests[1] = door_guest_who(door, "general", TICKET_ATTENDEE, "yes", "asl");
	guests[2] = door_guest(door, "full", NULL, TICKET_ATTENDEE);
	comes(door, &guests[0], "day", 1);
	comes(door, &guests[0], "lunch", 2);
	comes(door, &guests[1], "day", 3);
	comes(door, &guests[1], "training", 4);
	LogRecord counted = record(door, PHONE, 5, "day", 0, DOOR_COUNT);
	counted.has_mark = 0;
	counted.region = 1;
	counted.count = 7;
	take_one(door, PHONE, counted);
	cancels(door, &guests[2]);
}

static void
each_class_goes_at_its_time(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	Guest guests[3];
	open_story(&door, engine, guests);
	const gint64 ends = door.event->ends;

	ExpireCounts none = expires(&door, ends + 48 * HOUR - 1);
	g_assert_cmpint(none.events, ==, 0);
	ExpireCounts two_days = expires(&door, ends + 48 * HOUR);
	g_assert_cmpint(two_days.cancelled, ==, 1);
	g_assert_cmpuint(two_days.keys, ==, 1);
	g_assert_false(key_there(&door, "emergency-1"));
	g_assert_true(key_there(&door, "logistics-1"));
	g_assert_cmpint(of_class(&door, SEALED_IDENTITY), ==, 2);
	verified(&door);

	ExpireCounts week = expires(&door, ends + 7 * DAY);
	g_assert_cmpint(week.values[SEALED_LOGISTICS], ==, 2);
	g_assert_cmpint(of_class(&door, SEALED_LOGISTICS), ==, 0);
	g_assert_false(key_there(&door, "logistics-1"));
	g_assert_cmpint(of_class(&door, SEALED_IDENTITY), ==, 2);
	verified(&door);
	/* a run with nothing to do does nothing */
	g_assert_cmpint(expires(&door, ends + 30 * DAY - 1).events, ==, 0);
}

static void
people_become_counts_and_the_reports_stay_the_same(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	Guest guests[3];
	open_story(&door, engine, guests);
	g_autofree char *attendance = report(&door, "attendance");
	g_autofree char *arrivals = report(&door, "arrivals");
	const gint64 now = door.event->ends + 30 * DAY;

	ExpireCounts counts = expires(&door, now);
	g_assert_cmpint(counts.people, ==, 3);
	g_assert_cmpint(counts.scans, ==, 5);
	g_assert_cmpuint(counts.keys, ==, 3);
	static const char *const tables[] = { "attendee", "sealed", "booking", "consent",
		"registration", "presence", "presence_gone", "old_ticket", "outbox", "scan",
		"verdict", "quarantine" };
	for (guint i = 0; i < G_N_ELEMENTS(tables); i++)
		g_assert_cmpint(rows(&door, tables[i]), ==, 0);
	g_autofree char *attendance_after = report(&door, "attendance");
	g_autofree char *arrivals_after = report(&door, "arrivals");
	g_assert_cmpstr(attendance, ==, attendance_after);
	g_assert_cmpstr(arrivals, ==, arrivals_after);
	g_assert_false(key_there(&door, "identity-1"));
	verified(&door);
	g_assert_cmpint(expires(&door, now + DAY).events, ==, 0);

	/* what a phone brings now is a number of its own */
	g_assert_cmpint(take_one(&door, PHONE,
	                        record(&door, PHONE, 9, "day", guests[0].ticket.mark, DOOR_ADMIT)),
	        ==, LOG_LATE);
	g_autofree char *late = report(&door, "attendance");
	g_assert_cmpstr(attendance, ==, late);
	g_assert_cmpint(rows(&door, "late_scan"), ==, 1);
	g_assert_cmpint(
	        engine_ask(engine, "SELECT count(*) FROM scan WHERE mark IS NOT NULL"), ==, 0);
	verified(&door);
}

static void
nothing_outlives_a_name_that_is_kept_for_a_day(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	Guest guests[3];
	open_story(&door, engine, guests);
	engine_must(engine,
	        "UPDATE definition SET text = replace(replace(text, '\"logistics_days\":7',"
	        " '\"logistics_days\":1'), '\"identity_days\":30', '\"identity_days\":1')");
	g_assert_cmpint(expires(&door, door.event->ends + DAY - 1).events, ==, 0);
	g_assert_cmpint(expires(&door, door.event->ends + DAY).people, ==, 3);
	g_assert_false(key_there(&door, "emergency-1"));
	g_assert_false(key_there(&door, "logistics-1"));
	g_assert_false(key_there(&door, "identity-1"));
	verified(&door);
}

static void
one_event_s_trouble_keeps_no_other_from_expiring(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	g_autoptr(GError) error = NULL;
	Guest guests[3];
	ExpireCounts counts = { 0 };
	open_story(&door, engine, guests);
	engine_must(engine,
	        "INSERT INTO event (id, slug, zone, state, edition, history, salt, starts,"
	        " ends) SELECT salt, 'a-broken-one', zone, state, 1, 1, salt, starts, ends"
	        " FROM event");
	engine_must(engine,
	        "INSERT INTO definition (event, text) SELECT e.id, replace(d.text,"
	        " '\"slug\":\"door\"', '\"slug\":\"a-broken-one\"') FROM event e, definition d"
	        " WHERE e.slug = 'a-broken-one'");
	g_assert_false(expire_run(door.record, NULL, door.event->ends + 30 * DAY, &counts, &error));
	g_assert_nonnull(error);
	g_assert_cmpint(counts.people, ==, 3);
}

static char *
holds(const Door *door, json_t *scope)
{
	g_autoptr(GError) error = NULL;
	json_auto_t *asked = json_pack("{s:s, s:s}", "event", "door", "reason", "Case 12");
	json_object_update(asked, scope);
	json_decref(scope);
	json_auto_t *answer = hold_operation_add(door->record, asked, ENGINE_NOW, &error);

	g_assert_no_error(error);
	return g_strdup(json_string_value(json_object_get(answer, "hold")));
}

static void
releases(const Door *door, const char *hold)
{
	g_autoptr(GError) error = NULL;
	json_auto_t *asked = json_pack("{s:s}", "hold", hold);
	json_auto_t *answer = hold_operation_release(door->record, asked, ENGINE_NOW, &error);

	g_assert_no_error(error);
	g_assert_nonnull(answer);
}

static void
who_is_held_stays_readable_under_a_key_of_its_own(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	Guest guests[3];
	open_story(&door, engine, guests);
	const gint64 now = door.event->ends + 30 * DAY;
	g_autofree char *attendance = report(&door, "attendance");
	g_autofree char *arrivals = report(&door, "arrivals");
	g_autofree char *hold = holds(&door, json_pack("{s:i}", "person", 1));

	ExpireCounts counts = expires(&door, now);
	g_assert_cmpint(counts.people, ==, 2);
	g_assert_cmpint(counts.held, ==, 2);
	g_assert_cmpint(of_class(&door, SEALED_IDENTITY), ==, 1);
	g_assert_false(key_there(&door, "identity-1"));
	g_assert_true(key_there(&door, "identity-2"));
	g_assert_false(key_there(&door, "emergency-1"));
	/* each value is opened there, the log and presence compared */
	verified(&door);
	g_assert_cmpint(rows(&door, "attendee"), ==, 1);
	g_assert_cmpint(rows(&door, "presence"), ==, 2);
	g_autofree char *held = report(&door, "attendance");
	g_assert_cmpstr(attendance, ==, held);
	g_autofree char *held_arrivals = report(&door, "arrivals");
	g_assert_cmpstr(arrivals, ==, held_arrivals);
	g_assert_cmpint(expires(&door, now + HOUR).events, ==, 0);

	/* opened by another process, as after a restart */
	engine_close(engine);
	g_auto(Door) again = {
		.engine = engine, .record = engine_record(engine), .event = event_ref(door.event)
	};
	releases(&again, hold);
	g_assert_cmpint(expires(&again, now + 2 * HOUR).people, ==, 1);
	g_assert_cmpint(rows(&again, "attendee"), ==, 0);
	g_assert_false(key_there(&again, "identity-2"));
	g_autofree char *released = report(&again, "attendance");
	g_assert_cmpstr(attendance, ==, released);
	g_autofree char *released_arrivals = report(&again, "arrivals");
	g_assert_cmpstr(arrivals, ==, released_arrivals);
	door.record = again.record;
	verified(&again);
}

static void
a_hold_of_the_whole_event_keeps_all_of_it(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	Guest guests[3];
	open_story(&door, engine, guests);
	const gint64 now = door.event->ends + 30 * DAY;
	g_autofree char *hold = holds(&door, json_object());
	g_assert_cmpint(expires(&door, now).events, ==, 0);
	g_assert_cmpint(of_class(&door, SEALED_IDENTITY), ==, 3);
	g_assert_true(key_there(&door, "identity-1"));
	releases(&door, hold);
	g_assert_cmpint(expires(&door, now).people, ==, 3);
	verified(&door);
}

static void
who_is_merged_with_one_who_is_held_is_held(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	Guest guests[3];
	open_story(&door, engine, guests);
	g_autofree char *merge =
	        g_strdup_printf("UPDATE attendee SET merged_into = %" G_GINT64_FORMAT
	                        ", changed = 9 WHERE id = %" G_GINT64_FORMAT,
	                guests[2].id, guests[1].id);
	g_autofree char *presence =
	        g_strdup_printf("UPDATE presence SET attendee = %" G_GINT64_FORMAT
	                        " WHERE attendee = %" G_GINT64_FORMAT,
	                guests[2].id, guests[1].id);
	engine_must(engine, merge);
	engine_must(engine, presence);
	g_autofree char *hold = holds(&door, json_pack("{s:i}", "person", 2));
	expires(&door, door.event->ends + 30 * DAY);
	g_assert_cmpint(rows(&door, "attendee"), ==, 2);
	g_assert_cmpint(of_class(&door, SEALED_IDENTITY), ==, 2);
	verified(&door);
}

/* A statement that fails stands for a kill there: what was committed stays, the rest is gone. */
static void
wherever_it_is_cut_short_the_next_run_ends_it(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	Guest guests[3];
	open_story(&door, engine, guests);
	g_autofree char *attendance = report(&door, "attendance");
	const gint64 now = door.event->ends + 30 * DAY;
	gboolean failed = TRUE;
	guint cuts = 0;

	for (gint step = 1; failed; step += 3) {
		g_autoptr(GError) error = NULL;
		ExpireCounts counts = { 0 };
		db_set_fault(step, DB_ERROR_UNAVAILABLE, TRUE);
		failed = !expire_run(door.record, NULL, now, &counts, &error);
		db_set_fault(0, DB_ERROR_UNAVAILABLE, FALSE);
		cuts += failed;
		verified(&door);
		g_autofree char *between = report(&door, "attendance");
		g_assert_cmpstr(attendance, ==, between);
	}
	g_assert_cmpuint(cuts, >, 10);
	g_assert_cmpint(rows(&door, "attendee"), ==, 0);
	g_assert_false(key_there(&door, "identity-1"));
	g_assert_cmpint(expires(&door, now + HOUR).events, ==, 0);
}

static void
another_process_forgets_the_keys_too(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	g_autoptr(GError) error = NULL;
	Guest guests[3];
	open_story(&door, engine, guests);
	g_autoptr(Record) other = record_open(&engine->place, RECORD_READ, &error);
	g_assert_no_error(error);
	VaultEvent *keys = vault_event(record_vault(other), door.event->id, &error);
	g_assert_no_error(error);
	g_autoptr(GBytes) sealed =
	        vault_seal(keys, SEALED_IDENTITY, guests[0].id, "{\"name\":\"Ana\"}");
	gsize length = 0;
	gconstpointer value = g_bytes_get_data(sealed, &length);

	expires(&door, door.event->ends + 30 * DAY);
	/* it holds them until it looks at the master's file, within the minute */
	char *text = vault_unseal(keys, SEALED_IDENTITY, guests[0].id, value, length, &error);
	g_assert_nonnull(text);
	sealed_text_free(text);
	g_assert_true(vault_refresh(record_vault(other), &error));
	g_assert_null(vault_unseal(keys, SEALED_IDENTITY, guests[0].id, value, length, &error));
	g_assert_error(error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT);
	g_assert_null(vault_seal(keys, SEALED_IDENTITY, guests[0].id, "{}"));
}

static void
the_audit_says_what_was_done_as_counts(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	Guest guests[3];
	open_story(&door, engine, guests);
	expires(&door, door.event->ends + 30 * DAY);
	static const char *const told[] = { "1 people who had cancelled",
		"emergency: 0 values, 0 held", "logistics: 2 values, 0 held",
		"identity: 2 values, 0 held", "3 people into counts, 5 lines of the log" };
	for (guint i = 0; i < G_N_ELEMENTS(told); i++) {
		g_autofree char *sql = g_strdup_printf(
		        "SELECT count(*) FROM audit WHERE act = 'expire' AND detail = '%s'",
		        told[i]);
		g_assert_cmpint(engine_ask(engine, sql), ==, 1);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define TEST(name) engine_add_test(#name, name)
	TEST(each_class_goes_at_its_time);
	TEST(people_become_counts_and_the_reports_stay_the_same);
	TEST(nothing_outlives_a_name_that_is_kept_for_a_day);
	TEST(one_event_s_trouble_keeps_no_other_from_expiring);
	TEST(who_is_held_stays_readable_under_a_key_of_its_own);
	TEST(a_hold_of_the_whole_event_keeps_all_of_it);
	TEST(who_is_merged_with_one_who_is_held_is_held);
	TEST(wherever_it_is_cut_short_the_next_run_ends_it);
	TEST(another_process_forgets_the_keys_too);
	TEST(the_audit_says_what_was_done_as_counts);
	return engine_run();
}
