/* Spare tickets, made in advance by the sheet. On both engines. */
#include "checkin/holders.h"
#include "checkin/ticket.h"
#include "schema/scan_log.h"
#include "schema/spare.h"

#include "tests/fixtures/log_fixture.h"

static SpareOutcome
make(const Door *door, const char *ref, const char *region, guint n, gint64 *ret_first)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(SpareWork) work = spare_work_new(door->event, door->keys, "ruth", ref,
	        region ? event_region_by_code(door->event, region)->no : 0, n, ENGINE_NOW);

	writer_run(record_writer(door->record), spare_work, work, &error);
	g_assert_no_error(error);
	*ret_first = work->first_no;
	return work->outcome;
}

static GArray *
tickets_of(const Door *door, const char *ref)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Db) db = record_reader(door->record, &error);
	GArray *tickets = NULL;

	g_assert_no_error(error);
	g_assert_true(db_begin(db, &error));
	spare_tickets(db, door->event, ref, &tickets, &error);
	g_assert_no_error(error);
	return tickets;
}

static SpareTicket *
nth(GArray *tickets, guint i)
{
	return &g_array_index(tickets, SpareTicket, i);
}

static GPtrArray *
sheets_of(const Door *door)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Db) db = record_reader(door->record, &error);
	GPtrArray *sheets = NULL;

	g_assert_no_error(error);
	g_assert_true(db_begin(db, &error));
	spare_sheets(db, door->event, &sheets, &error);
	g_assert_no_error(error);
	return sheets;
}

static void
a_sheet_asked_for_twice_is_made_once(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	gint64 first = 0;

	open_day(&door, engine);
	door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	g_assert_cmpint(make(&door, "bus north", "north", 3, &first), ==, SPARE_MADE);
	g_assert_cmpint(first, ==, 1);
	g_assert_cmpint(make(&door, NULL, "south", 40, &first), ==, SPARE_MADE);
	g_assert_cmpint(first, ==, 4);
	g_assert_cmpint(make(&door, "bus north", "north", 3, &first), ==, SPARE_MADE_BEFORE);
	g_assert_cmpint(first, ==, 1);
	g_assert_cmpint(make(&door, "bus north", "north", 4, &first), ==, SPARE_OTHER);
	g_assert_cmpint(make(&door, "bus north", "south", 3, &first), ==, SPARE_OTHER);
	g_assert_cmpint(
	        engine_ask(engine, "SELECT count(*) FROM attendee WHERE walk_in = 1"), ==, 43);
	g_assert_cmpint(
	        engine_ask(engine, "SELECT count(*) FROM audit WHERE act = 'spare.make'"), ==, 2);
	/* a number that was given is not given again: who registers now gets the next */
	door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	g_assert_cmpint(engine_ask(engine, "SELECT max(no) FROM attendee"), ==, 45);

	g_autoptr(GPtrArray) sheets = sheets_of(&door);
	g_assert_cmpuint(sheets->len, ==, 2);
	const SpareSheet *by_number = g_ptr_array_index(sheets, 1);
	g_assert_cmpstr(by_number->ref, ==, "4-43");
	g_assert_cmpuint(by_number->free, ==, 40);
	verified(&door);
}

static void
a_printed_spare_is_signed_and_let_in_at_a_listed_door(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	gint64 first = 0;

	open_day(&door, engine);
	make(&door, "sheet", "north", 2, &first);
	g_autoptr(GArray) tickets = tickets_of(&door, "sheet");
	g_assert_cmpuint(tickets->len, ==, 2);
	for (guint i = 0; i < tickets->len; i++) {
		char text[T1_TEXT_LENGTH + 1];
		gint64 mark = 0;
		T1 read;
		g_assert_cmpint(nth(tickets, i)->no, ==, i + 1);
		ticket_text(door.event, door.keys, &nth(tickets, i)->ticket, text);
		g_assert_cmpint(
		        ticket_check(door.event, door.keys, text, T1_TEXT_LENGTH, &read, &mark), ==,
		        TICKET_OURS);
		g_assert_cmpint(mark, ==, nth(tickets, i)->ticket.mark);
		g_assert_cmpint(read.class, ==, TICKET_SPARE);
	}
	g_assert_cmpstr(door_scan(&door, "lunch", nth(tickets, 0)->ticket.mark, 1), ==, "admit");
	g_assert_cmpstr(
	        door_scan(&door, "lunch", nth(tickets, 0)->ticket.mark, 2), ==, "reject_used");
	g_assert_cmpint(door_present(&door, "lunch"), ==, 1);
	verified(&door);
}

static void
a_spare_counts_where_it_was_tapped_and_may_get_a_person_later(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	gint64 first = 0;

	open_day(&door, engine);
	make(&door, "sheet", "north", 4, &first);
	g_autoptr(GArray) printed = tickets_of(&door, "sheet");
	LogRecord tapped = record(&door, PHONE, 1, "day", nth(printed, 0)->ticket.mark, DOOR_ADMIT);
	tapped.region = event_region_by_code(door.event, "south")->no;
	take_one(&door, PHONE, tapped);
	take_one(&door, PHONE,
	        record(&door, PHONE, 2, "day", nth(printed, 1)->ticket.mark, DOOR_ADMIT));
	AttachWork named = {
		.act = { .event = door.event, .keys = door.keys, .who = "ruth", .now = ENGINE_NOW },
		.mark = nth(printed, 1)->ticket.mark,
		.attendee = nth(printed, 1)->attendee,
		.lang = "en",
	};
	g_autoptr(GError) error = NULL;
	writer_run(record_writer(door.record), attach_work, &named, &error);
	g_assert_no_error(error);
	g_assert_cmpint(named.outcome, ==, HOLDER_DONE);

	g_autoptr(GArray) now = tickets_of(&door, "sheet");
	g_assert_cmpint(nth(now, 0)->state, ==, SPARE_USED);
	g_assert_cmpint(nth(now, 0)->region_no, ==, tapped.region);
	g_assert_cmpint(nth(now, 1)->state, ==, SPARE_WITH_PERSON);
	g_assert_cmpint(nth(now, 2)->state, ==, SPARE_FREE);
	g_autoptr(GPtrArray) sheets = sheets_of(&door);
	const SpareSheet *sheet = g_ptr_array_index(sheets, 0);
	g_assert_cmpuint(sheet->free, ==, 2);
	g_assert_cmpuint(sheet->with_person, ==, 1);
	verified(&door);
}

static void
an_event_runs_out_of_holder_numbers_and_says_so(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	gint64 first = 0;

	open_day(&door, engine);
	engine_must(engine, "UPDATE event SET last_no = 16777213");
	g_assert_cmpint(make(&door, "three", NULL, 3, &first), ==, SPARE_TOO_MANY);
	g_assert_cmpint(make(&door, "two", NULL, 2, &first), ==, SPARE_MADE);
}

/* ---- the command ---- */

static json_t *
ask(const Door *door, int n, const char *region, const char *ref, GError **error)
{
	json_auto_t *asked = json_pack("{s:s, s:i, s:s*, s:s*}", "event", door->event->slug, "n", n,
	        "region", region, "ref", ref);

	return spare_operation_make(door->record, asked, ENGINE_NOW, error);
}

static void
refused(const Door *door, int n, const char *region, const char *ref, const char *words)
{
	g_autoptr(GError) error = NULL;

	g_assert_null(ask(door, n, region, ref, &error));
	g_assert_nonnull(strstr(error->message, words));
}

static void
the_command_says_what_is_wrong(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };

	open_day(&door, engine);
	refused(&door, 0, NULL, NULL, "1 to 1000");
	refused(&door, 1001, NULL, NULL, "1 to 1000");
	refused(&door, 5, "west", NULL, "north, south");
	refused(&door, 5, NULL, "5-9", "begins with a letter");
	refused(&door, 5, NULL, "a\tb", "begins with a letter");
	refused(&door, 5, NULL, "a ", "begins with a letter");
	json_auto_t *made = ask(&door, 5, "south", "Bus 7 spare", NULL);
	g_assert_true(json_is_true(json_object_get(made, "made")));
	json_auto_t *again = ask(&door, 5, "south", "Bus 7 spare", NULL);
	g_assert_true(json_is_false(json_object_get(again, "made")));
	refused(&door, 6, "south", "Bus 7 spare", "another --ref");
}

#define SPARE_TEST(name) engine_add_test("spare/" #name, name)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	SPARE_TEST(a_sheet_asked_for_twice_is_made_once);
	SPARE_TEST(a_printed_spare_is_signed_and_let_in_at_a_listed_door);
	SPARE_TEST(a_spare_counts_where_it_was_tapped_and_may_get_a_person_later);
	SPARE_TEST(an_event_runs_out_of_holder_numbers_and_says_so);
	SPARE_TEST(the_command_says_what_is_wrong);
	return engine_run();
}
