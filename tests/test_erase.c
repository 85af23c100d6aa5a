/* Deleting people: gone from every table at once, while the door's log and the numbers stay what they are. On both engines,
 * and always checked by `schema verify`. */
#include "schema/counts.h"
#include "schema/erase_private.h"
#include "schema/hold.h"
#include "schema/holder.h"
#include "schema/id.h"

#include "tests/fixtures/log_fixture.h"

static EraseAnswer
erases(const Door *door, gint64 registration, gint64 attendee)
{
	g_autoptr(GError) error = NULL;
	EraseWork work = { .event = door->event,
		.keys = door->keys,
		.who = { registration, attendee },
		.by = ERASE_BY_LINK,
		.now = ENGINE_NOW };

	writer_run(record_writer(door->record), erase_work, &work, &error);
	g_assert_no_error(error);
	erase_acknowledge(door->record, &error);
	g_assert_no_error(error);
	return work.answer;
}

static guint
settles(const Door *door)
{
	g_autoptr(GError) error = NULL;
	guint n = 0;

	erase_settle(door->record, ENGINE_NOW, &n, &error);
	g_assert_no_error(error);
	return n;
}

/* Attendance, all of it, as one text. */
static char *
numbers(const Door *door)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Db) db = record_reader(door->record, &error);
	g_autoptr(GArray) counts = NULL;
	GString *text = g_string_new(NULL);

	g_assert_no_error(error);
	g_assert_true(db_begin(db, &error));
	counts_attendance(db, door->event, &counts, &error);
	g_assert_no_error(error);
	db_rollback(db);
	for (guint i = 0; i < counts->len; i++) {
		const AttendanceCount *count = &g_array_index(counts, AttendanceCount, i);
		g_string_append_printf(text, "%u.%u expected %u came %u walk-in %u tally %u\n",
		        count->region_no, count->session_no, (guint)count->expected,
		        (guint)count->came, (guint)count->walk_in, (guint)count->tally);
	}
	return g_string_free(text, FALSE);
}

static gint64
rows_of(Engine *engine, const char *table, const char *column, gint64 id)
{
	g_autofree char *sql = g_strdup_printf(
	        "SELECT count(*) FROM %s WHERE %s = %" G_GINT64_FORMAT, table, column, id);
	return engine_ask(engine, sql);
}

static gint64
registration_of(Engine *engine, gint64 attendee)
{
	g_autofree char *sql = g_strdup_printf("SELECT coalesce(registration, 0) FROM attendee"
	                                       " WHERE id = %" G_GINT64_FORMAT,
	        attendee);
	return engine_ask(engine, sql);
}

static gboolean
listed(const Door *door, gint64 attendee)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GArray) lines = g_array_new(FALSE, FALSE, sizeof(Listed));
	gboolean found = FALSE;

	erase_list_read(record_dir(door->record), lines, &error);
	g_assert_no_error(error);
	for (guint i = 0; i < lines->len; i++)
		found = found ||
		        (g_array_index(lines, Listed, i).kind == LISTED_ERASE &&
		                g_array_index(lines, Listed, i).id == attendee);
	return found;
}

static void
comes(const Door *door, const Guest *guest, const char *session, guint64 seq)
{
	take_one(door, PHONE, record(door, PHONE, seq, session, guest->ticket.mark, DOOR_ADMIT));
}

static void
who_is_deleted_after_coming_leaves_only_numbers(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	open_day(&door, engine);
	Guest ana = door_guest(&door, "full", "bus", TICKET_ATTENDEE);
	Guest ben = door_guest(&door, "general", NULL, TICKET_ATTENDEE);
	const gint64 registration = registration_of(engine, ana.id);
	comes(&door, &ana, "day", 1);
	comes(&door, &ana, "bus", 2);
	comes(&door, &ana, "training", 3); /* expected by nobody there */
	comes(&door, &ben, "day", 4);
	g_autofree char *before = numbers(&door);

	EraseAnswer answer = erases(&door, 0, ana.id);
	g_assert_cmpint(answer.outcome, ==, ERASE_DONE);
	g_assert_cmpuint(answer.n, ==, 1);
	g_assert_cmpint(rows_of(engine, "sealed", "owner", ana.id), ==, 0);
	g_assert_cmpint(rows_of(engine, "consent", "attendee", ana.id), ==, 0);
	g_assert_cmpint(rows_of(engine, "outbox", "attendee", ana.id), ==, 0);
	g_assert_cmpint(rows_of(engine, "registration", "id", registration), ==, 0);
	g_assert_cmpint(rows_of(engine, "sealed", "owner", ben.id), ==, 1);
	g_assert_true(listed(&door, ana.id));
	g_assert_cmpint(erases(&door, 0, ana.id).outcome, ==, ERASE_NOBODY);

	/* lunch, where she was expected and didn't come, expects her no more; the rest stays as it was */
	g_autofree char *after = numbers(&door);
	g_autofree char *lunch =
	        g_strdup_printf("%u.%u expected 1 came 0", 1u, door_session(&door, "lunch"));
	g_assert_nonnull(strstr(before, lunch));
	g_assert_null(strstr(after, lunch));
	char *where = strstr(before, lunch);
	where[strlen(lunch) - strlen("1 came 0")] = '0';
	g_assert_cmpstr(before, ==, after);
	verified(&door);

	g_assert_cmpstr(door_scan(&door, "day", ana.ticket.mark, 20), ==, "reject_revoked");
	verified(&door);
}

static void
what_phones_bring_later_counts_as_before(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	open_day(&door, engine);
	Guest ana = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	Guest ben = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	LogRecord in = record(&door, PHONE, 1, "day", ana.ticket.mark, DOOR_ADMIT);
	take_one(&door, PHONE, in);
	erases(&door, 0, ana.id);
	erases(&door, 0, ben.id);
	/* an offline phone's scan of before, and a supervisor's void of one that was wrong */
	comes(&door, &ben, "lunch", 2);
	g_assert_cmpint(door_present(&door, "lunch"), ==, 1);
	verified(&door);
	take_one(&door, SUPERVISOR, void_of(&door, SUPERVISOR, 1, &in, LOG_REASON_NONE));
	g_assert_cmpint(door_present(&door, "day"), ==, 0);
	verified(&door);
}

static void
a_replaced_ticket_that_was_scanned_is_still_refused(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	open_day(&door, engine);
	Guest ana = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	comes(&door, &ana, "day", 1);
	const gint64 second = door_reissue(&door, &ana);
	const Guest again = { ana.id, { .mark = second } };
	door_reissue(&door, &again); /* the second was never scanned */
	erases(&door, 0, ana.id);
	g_assert_cmpint(rows_of(engine, "old_ticket", "attendee", ana.id), ==, 1);
	g_assert_cmpint(door_present(&door, "day"), ==, 1);
	g_assert_cmpstr(door_scan(&door, "day", ana.ticket.mark, 20), ==, "reject_revoked");
	verified(&door);
}

static void
people_who_were_merged_into_one_go_together(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	open_day(&door, engine);
	Guest ana = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	Guest same = door_guest(&door, "general", NULL, TICKET_ATTENDEE);
	comes(&door, &same, "day", 1);
	g_autofree char *merge =
	        g_strdup_printf("UPDATE attendee SET merged_into = %" G_GINT64_FORMAT
	                        ", changed = 9 WHERE id = %" G_GINT64_FORMAT,
	                ana.id, same.id);
	g_autofree char *presence =
	        g_strdup_printf("UPDATE presence SET attendee = %" G_GINT64_FORMAT, ana.id);
	engine_must(engine, merge);
	engine_must(engine, presence);
	verified(&door);
	g_assert_cmpint(erases(&door, 0, same.id).n, ==, 1);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM sealed"), ==, 0);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM registration"), ==, 0);
	g_assert_cmpint(door_present(&door, "day"), ==, 1);
	verified(&door);
}

/* ---- holds ---- */

static char *
holds(const Door *door, const char *scope, const char *code)
{
	g_autoptr(GError) error = NULL;
	json_auto_t *asked = json_pack("{s:s, s:s}", "event", "door", "reason", "Case 12");
	if (scope != NULL)
		json_object_set_new(asked, scope, json_string(code));
	json_auto_t *answer = hold_operation_add(door->record, asked, ENGINE_NOW, &error);

	g_assert_no_error(error);
	return g_strdup(json_string_value(json_object_get(answer, "hold")));
}

static gint64
releases(const Door *door, const char *hold)
{
	g_autoptr(GError) error = NULL;
	json_auto_t *asked = json_pack("{s:s}", "hold", hold);
	json_auto_t *answer = hold_operation_release(door->record, asked, ENGINE_NOW, &error);

	g_assert_no_error(error);
	return json_integer_value(json_object_get(answer, "erased"));
}

static void
a_hold_hides_at_once_and_deletes_when_it_is_released(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	open_day(&door, engine);
	Guest ana = door_guest(&door, "full", "bus", TICKET_ATTENDEE);
	comes(&door, &ana, "day", 1);
	g_autofree char *region = holds(&door, "region", "north");
	g_autofree char *whole = holds(&door, NULL, NULL);
	g_autofree char *elsewhere = holds(&door, "region", "south");

	EraseAnswer answer = erases(&door, 0, ana.id);
	g_assert_cmpint(answer.outcome, ==, ERASE_HELD);
	g_assert_cmpuint(answer.held, ==, 1);
	g_assert_cmpint(erases(&door, 0, ana.id).outcome, ==, ERASE_NOBODY);
	g_assert_cmpint(rows_of(engine, "sealed", "owner", ana.id), ==, 1);
	g_assert_cmpint(rows_of(engine, "outbox", "attendee", ana.id), ==, 0);
	g_assert_cmpstr(door_scan(&door, "day", ana.ticket.mark, 20), ==, "reject_revoked");
	/* already in the list: a restored backup hides her too */
	g_assert_true(listed(&door, ana.id));
	verified(&door);

	/* who taps for a name at the door sees none */
	g_autoptr(GError) error = NULL;
	g_autoptr(Db) db = record_reader(door.record, &error);
	g_auto(HolderPerson) known = { 0 };
	g_assert_true(db_begin(db, &error));
	g_assert_true(holder_person(db, door.keys, ana.id, &known, &error));
	db_rollback(db);
	g_assert_null(known.person->name);

	g_assert_cmpint(settles(&door), ==, 0);
	g_assert_cmpint(releases(&door, elsewhere), ==, 0);
	g_assert_cmpint(releases(&door, region), ==, 0);
	g_assert_cmpint(rows_of(engine, "sealed", "owner", ana.id), ==, 1);
	g_assert_cmpint(releases(&door, whole), ==, 1);
	g_assert_cmpint(rows_of(engine, "sealed", "owner", ana.id), ==, 0);
	g_assert_cmpint(door_present(&door, "day"), ==, 1);
	verified(&door);
}

static void
a_hold_of_one_person_keeps_nobody_else(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	g_autoptr(GError) error = NULL;
	open_day(&door, engine);
	Guest ana = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	Guest ben = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	json_auto_t *asked =
	        json_pack("{s:s, s:s, s:i}", "event", "door", "reason", "Case 12", "person", 1);
	json_auto_t *answer = hold_operation_add(door.record, asked, ENGINE_NOW, &error);
	g_assert_no_error(error);
	g_assert_nonnull(answer);
	g_assert_cmpint(erases(&door, 0, ana.id).outcome, ==, ERASE_HELD);
	g_assert_cmpint(erases(&door, 0, ben.id).outcome, ==, ERASE_DONE);
	verified(&door);
}

static void
the_audit_says_who_without_saying_whom(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	open_day(&door, engine);
	Guest ana = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	erases(&door, 0, ana.id);
	g_assert_cmpint(engine_ask(engine,
	                        "SELECT count(*) FROM audit WHERE who = 'link'"
	                        " AND act = 'person.erase' AND detail = 'holder 1'"),
	        ==, 1);
}

static void
what_a_killed_process_left_is_listed_by_the_next(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	g_autoptr(GError) error = NULL;
	open_day(&door, engine);
	Guest ana = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	EraseWork work = { .event = door.event,
		.keys = door.keys,
		.who = { 0, ana.id },
		.by = ERASE_BY_LINK,
		.now = ENGINE_NOW };
	writer_run(record_writer(door.record), erase_work, &work, &error);
	g_assert_no_error(error);
	g_assert_false(listed(&door, ana.id));
	/* a line that somebody died in is none, and spoils no other */
	g_autofree char *path = g_build_filename(record_dir(door.record), "keys", "list", NULL);
	g_assert_true(g_file_set_contents(path, "erase 00112233", -1, NULL));
	settles(&door);
	settles(&door);
	g_assert_true(listed(&door, ana.id));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define TEST(name) engine_add_test(#name, name)
	TEST(who_is_deleted_after_coming_leaves_only_numbers);
	TEST(what_phones_bring_later_counts_as_before);
	TEST(a_replaced_ticket_that_was_scanned_is_still_refused);
	TEST(people_who_were_merged_into_one_go_together);
	TEST(a_hold_hides_at_once_and_deletes_when_it_is_released);
	TEST(a_hold_of_one_person_keeps_nobody_else);
	TEST(the_audit_says_who_without_saying_whom);
	TEST(what_a_killed_process_left_is_listed_by_the_next);
	return engine_run();
}
