/* Scans at the server: who is let in. On both engines. */
#include <string.h>

#include "tests/fixtures/door_fixture.h"

static void
a_guest_is_welcome_and_then_welcome_back(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	door_open(&door, engine, "door");
	Guest guest = door_guest(&door, "general", NULL, TICKET_ATTENDEE);
	ScanWork first = door_question(&door, "day", guest.ticket.mark, 1);
	ScanWork second = door_question(&door, "day", guest.ticket.mark, 2);

	door_ask(&door, &first);
	g_assert_cmpstr(first.row.decision, ==, "admit");
	g_assert_cmpint(first.answer.shown, ==, DOOR_SHOWN_GREEN);
	g_assert_cmpint(first.answer.first_at_ms, ==, 0);
	g_assert_cmpint(door_present(&door, "day"), ==, 1);
	second.row.checkpoint_no = door_checkpoint(&door, "day", 1);
	door_ask(&door, &second);
	g_assert_cmpstr(second.row.decision, ==, "again");
	g_assert_cmpint(second.answer.shown, ==, DOOR_SHOWN_GREEN);
	g_assert_cmpint(second.answer.first_at_ms, ==, DOOR_WALL + 1 + 5);
	g_assert_cmpint(second.first_checkpoint, ==, door_checkpoint(&door, "day", 0));
	g_assert_cmpint(door_present(&door, "day"), ==, 1);
	g_assert_cmpint(door_lines(&door), ==, 2);
}

static void
a_lunch_is_given_once(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	door_open(&door, engine, "door");
	Guest guest = door_guest(&door, "full", NULL, TICKET_ATTENDEE);

	g_assert_cmpstr(door_scan(&door, "lunch", guest.ticket.mark, 1), ==, "admit");
	ScanWork work = door_question(&door, "lunch", guest.ticket.mark, 2);
	work.row.checkpoint_no = door_checkpoint(&door, "lunch", 1);
	door_ask(&door, &work);
	g_assert_cmpstr(work.row.decision, ==, "reject_used");
	g_assert_cmpint(work.answer.first_at_ms, ==, DOOR_WALL + 1 + 5);
	g_assert_cmpint(work.first_checkpoint, ==, door_checkpoint(&door, "lunch", 0));
	g_assert_cmpint(door_present(&door, "lunch"), ==, 1);
	/* a lunch is no day: the same ticket opens the other door */
	g_assert_cmpstr(door_scan(&door, "day", guest.ticket.mark, 3), ==, "admit");
}

static void
a_list_lets_in_who_is_on_it(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	door_open(&door, engine, "door");
	Guest full = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	Guest rider = door_guest(&door, "full", "bus", TICKET_ATTENDEE);
	Guest general = door_guest(&door, "general", NULL, TICKET_ATTENDEE);

	/* lunch is included in full; the bus is only to be chosen of it */
	g_assert_cmpstr(door_scan(&door, "lunch", full.ticket.mark, 1), ==, "admit");
	g_assert_cmpstr(door_scan(&door, "lunch", general.ticket.mark, 2), ==, "reject_not_booked");
	g_assert_cmpstr(door_scan(&door, "bus", rider.ticket.mark, 3), ==, "admit");
	g_assert_cmpstr(door_scan(&door, "bus", full.ticket.mark, 4), ==, "reject_not_booked");
	/* everyone with a ticket is welcome at an open door */
	g_assert_cmpstr(door_scan(&door, "training", general.ticket.mark, 5), ==, "admit");
	g_assert_cmpint(door_present(&door, "lunch"), ==, 1);
	g_assert_cmpint(door_present(&door, "bus"), ==, 1);
	g_assert_cmpint(door_present(&door, "training"), ==, 1);
}

static void
who_waits_for_a_place_is_not_on_the_list(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	door_open(&door, engine, "door");
	Guest option = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	Guest booking = door_guest(&door, "full", "bus", TICKET_ATTENDEE);
	g_autofree char *first = g_strdup_printf(
	        "UPDATE attendee SET option_state = 'waitlisted' WHERE id = %" G_GINT64_FORMAT,
	        option.id);
	g_autofree char *second = g_strdup_printf(
	        "UPDATE booking SET state = 'waitlisted' WHERE attendee = %" G_GINT64_FORMAT,
	        booking.id);
	engine_must(engine, first);
	engine_must(engine, second);

	ScanWork work = door_question(&door, "lunch", option.ticket.mark, 1);
	door_ask(&door, &work);
	g_assert_cmpint(work.holder.state, ==, HOLDER_WAITLISTED);
	g_assert_cmpstr(work.row.decision, ==, "reject_not_booked");
	g_assert_cmpint(work.answer.shown, ==, DOOR_SHOWN_AMBER);
	work = door_question(&door, "bus", booking.ticket.mark, 2);
	door_ask(&door, &work);
	g_assert_cmpint(work.holder.state, ==, HOLDER_WAITLISTED);
	g_assert_cmpint(door_present(&door, "lunch") + door_present(&door, "bus"), ==, 0);
}

static void
a_supervisor_admits_with_a_reason(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	door_open(&door, engine, "door");
	Guest guest = door_guest(&door, "general", NULL, TICKET_ATTENDEE);
	ScanWork work = door_question(&door, "lunch", guest.ticket.mark, 1);

	work.override = "speaker";
	door_ask(&door, &work);
	g_assert_cmpstr(work.row.decision, ==, "admit_override");
	g_assert_cmpstr(work.row.reason, ==, "speaker");
	g_assert_cmpint(door_present(&door, "lunch"), ==, 1);
	g_assert_cmpint(
	        engine_ask(engine, "SELECT count(*) FROM scan WHERE reason = 'speaker'"), ==, 1);
	g_assert_cmpstr(door_scan(&door, "lunch", guest.ticket.mark, 2), ==, "reject_used");
}

static void
a_cancelled_guest_is_sent_to_the_help_desk(Engine *engine, gconstpointer data)
{
	static const char *const states[] = { "cancelled", "deleted" };
	g_auto(Door) door = { 0 };
	door_open(&door, engine, "door");

	for (guint i = 0; i < G_N_ELEMENTS(states); i++) {
		Guest guest = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
		g_autofree char *sql = g_strdup_printf(
		        "UPDATE attendee SET state = '%s' WHERE id = %" G_GINT64_FORMAT, states[i],
		        guest.id);
		engine_must(engine, sql);
		g_assert_cmpstr(
		        door_scan(&door, "day", guest.ticket.mark, i + 1), ==, "reject_revoked");
	}
	g_assert_cmpint(door_present(&door, "day"), ==, 0);
}

static void
a_replaced_ticket_is_refused_and_the_new_one_eats_no_second_lunch(
        Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	door_open(&door, engine, "door");
	Guest guest = door_guest(&door, "full", NULL, TICKET_ATTENDEE);

	g_assert_cmpstr(door_scan(&door, "lunch", guest.ticket.mark, 1), ==, "admit");
	gint64 fresh = door_reissue(&door, &guest);
	g_assert_cmpstr(door_scan(&door, "lunch", guest.ticket.mark, 2), ==, "reject_revoked");
	g_assert_cmpstr(door_scan(&door, "lunch", fresh, 3), ==, "reject_used");
	g_assert_cmpstr(door_scan(&door, "day", fresh, 4), ==, "admit");
	g_assert_cmpstr(door_scan(&door, "day", guest.ticket.mark, 5), ==, "reject_revoked");
	g_assert_cmpint(door_present(&door, "lunch"), ==, 1);
}

static void
merged_guests_are_one_at_the_door(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	door_open(&door, engine, "door");
	Guest one = door_guest(&door, "general", NULL, TICKET_ATTENDEE);
	Guest two = door_guest(&door, "general", NULL, TICKET_ATTENDEE);
	Guest three = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	g_autofree char *first = g_strdup_printf(
	        "UPDATE attendee SET merged_into = %" G_GINT64_FORMAT ", state = 'cancelled'"
	        " WHERE id = %" G_GINT64_FORMAT,
	        two.id, one.id);
	g_autofree char *second = g_strdup_printf(
	        "UPDATE attendee SET merged_into = %" G_GINT64_FORMAT ", state = 'cancelled'"
	        " WHERE id = %" G_GINT64_FORMAT,
	        three.id, two.id);
	engine_must(engine, first);
	engine_must(engine, second);

	ScanWork work = door_question(&door, "lunch", one.ticket.mark, 1);
	door_ask(&door, &work);
	g_assert_cmpstr(work.row.decision, ==, "admit"); /* the third one's option */
	g_assert_cmpint(work.holder.attendee, ==, three.id);
	g_assert_cmpstr(door_scan(&door, "lunch", three.ticket.mark, 2), ==, "reject_used");
	g_assert_cmpstr(door_scan(&door, "lunch", two.ticket.mark, 3), ==, "reject_used");
	g_assert_cmpint(door_present(&door, "lunch"), ==, 1);
}

static void
a_practice_ticket_is_decided_as_usual_and_never_present(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	door_open(&door, engine, "door");
	Guest guest = door_guest(&door, "full", NULL, TICKET_PRACTICE);

	for (gint64 seq = 1; seq <= 3; seq++) {
		ScanWork work = door_question(&door, "lunch", guest.ticket.mark, seq);
		door_ask(&door, &work);
		g_assert_cmpstr(work.row.decision, ==, "admit");
		g_assert_cmpstr(work.row.reason, ==, SCAN_REASON_PRACTICE);
		g_assert_true(work.answer.practice);
	}
	g_assert_cmpint(door_present(&door, "lunch"), ==, 0);
	g_assert_cmpint(door_lines(&door), ==, 3);
	g_assert_cmpint(
	        engine_ask(engine, "SELECT count(*) FROM scan WHERE reason = 'practice'"), ==, 3);
}

static void
who_leaves_is_told_goodbye_and_stays_counted(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	door_open(&door, engine, "door");
	Guest guest = door_guest(&door, "general", NULL, TICKET_ATTENDEE);
	g_assert_cmpstr(door_scan(&door, "day", guest.ticket.mark, 1), ==, "admit");
	ScanWork work = door_question(&door, "day", guest.ticket.mark, 2);

	work.leaving = TRUE;
	door_ask(&door, &work);
	g_assert_cmpstr(work.row.decision, ==, "leave");
	g_assert_cmpint(work.answer.shown, ==, DOOR_SHOWN_BLUE);
	g_assert_cmpint(door_present(&door, "day"), ==, 1);
	g_assert_cmpstr(door_scan(&door, "day", guest.ticket.mark, 3), ==, "again");
}

static void
what_is_not_ours_is_refused_and_no_mark_is_kept(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	door_open(&door, engine, "door");
	Guest guest = door_guest(&door, "general", NULL, TICKET_ATTENDEE);
	ScanWork garbage = door_question(&door, "day", 0, 1);
	ScanWork elsewhere = door_question(&door, "day", 0, 2);
	ScanWork forged = door_question(&door, "day", guest.ticket.mark, 3);

	garbage.row.has_mark = elsewhere.row.has_mark = FALSE;
	garbage.signature = forged.signature = DOOR_SIGNATURE_NONE;
	elsewhere.signature = DOOR_SIGNATURE_ELSEWHERE;
	door_ask(&door, &garbage);
	door_ask(&door, &elsewhere);
	door_ask(&door, &forged);
	g_assert_cmpstr(garbage.row.decision, ==, "reject_signature");
	g_assert_cmpstr(elsewhere.row.decision, ==, "reject_elsewhere");
	g_assert_cmpstr(forged.row.decision, ==, "reject_signature");
	g_assert_cmpint(forged.holder.attendee, ==, 0);
	g_assert_cmpint(door_present(&door, "day"), ==, 0);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM scan WHERE mark IS NULL"), ==, 2);
}

static void
a_ticket_that_is_not_there_is_new_or_gone(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	door_open(&door, engine, "door");
	gint64 minutes = (ENGINE_NOW - vault_key_created(door.keys)) / 60;

	/* the event's key is a moment old, so no ticket can be much older than what the record knows */
	g_assert_cmpstr(door_scan(&door, "day", 12345, 1), ==, "admit_provisional");
	/* an hour later: a ticket of the first minute must have been here */
	ScanWork old = door_question(&door, "day", 12346, 2);
	old.now = ENGINE_NOW + 3600;
	door_ask(&door, &old);
	g_assert_cmpstr(old.row.decision, ==, "reject_revoked");
	ScanWork new = door_question(&door, "day", 12347, 3);
	new.now = ENGINE_NOW + 3600;
	new.ticket_minute = (guint32)minutes + 55;
	door_ask(&door, &new);
	g_assert_cmpstr(new.row.decision, ==, "admit_provisional");
	g_assert_cmpint(new.answer.shown, ==, DOOR_SHOWN_AMBER);
	ScanWork listed = door_question(&door, "lunch", 12347, 4);
	listed.now = ENGINE_NOW + 3600;
	listed.ticket_minute = (guint32)minutes + 55;
	door_ask(&door, &listed);
	g_assert_cmpstr(listed.row.decision, ==, "reject_not_booked");
	/* nobody is known to be there */
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM presence"), ==, 0);
}

static void
a_spare_ticket_asks_for_a_region(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	door_open(&door, engine, "door");
	Guest spare = door_guest(&door, "general", NULL, TICKET_SPARE);
	Guest tapped = door_guest(&door, "general", NULL, TICKET_SPARE);
	ScanWork work = door_question(&door, "day", spare.ticket.mark, 1);

	door_ask(&door, &work);
	g_assert_cmpstr(work.row.decision, ==, "admit");
	g_assert_true(work.answer.ask_region);
	work = door_question(&door, "lunch", tapped.ticket.mark, 2);
	work.row.region_no = event_region_by_code(door.event, "south")->no;
	door_ask(&door, &work);
	g_assert_cmpstr(work.row.decision, ==, "admit"); /* spares are on every list */
	g_assert_false(work.answer.ask_region);
	g_assert_cmpint(
	        engine_ask(engine, "SELECT count(*) FROM scan WHERE region_no IS NOT NULL"), ==, 1);
}

#define SCAN_TEST(name) engine_add_test("scan/" #name, name)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	SCAN_TEST(a_guest_is_welcome_and_then_welcome_back);
	SCAN_TEST(a_lunch_is_given_once);
	SCAN_TEST(a_list_lets_in_who_is_on_it);
	SCAN_TEST(who_waits_for_a_place_is_not_on_the_list);
	SCAN_TEST(a_supervisor_admits_with_a_reason);
	SCAN_TEST(a_cancelled_guest_is_sent_to_the_help_desk);
	SCAN_TEST(a_replaced_ticket_is_refused_and_the_new_one_eats_no_second_lunch);
	SCAN_TEST(merged_guests_are_one_at_the_door);
	SCAN_TEST(a_practice_ticket_is_decided_as_usual_and_never_present);
	SCAN_TEST(who_leaves_is_told_goodbye_and_stays_counted);
	SCAN_TEST(what_is_not_ours_is_refused_and_no_mark_is_kept);
	SCAN_TEST(a_ticket_that_is_not_there_is_new_or_gone);
	SCAN_TEST(a_spare_ticket_asks_for_a_region);
	return engine_run();
}
