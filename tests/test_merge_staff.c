/* What staff do to the log: releasing what was set aside, voiding a trial, merging holders. On both
 * engines, and always checked by `schema verify`, whose derivation is another. */
#include "checkin/holders.h"

#include "tests/fixtures/log_fixture.h"

/* ---- staff ---- */

#define ACT(door)                                                                                  \
	{                                                                                          \
		.event = (door)->event, .keys = (door)->keys, .who = "ruth", .now = ENGINE_NOW     \
	}

static void
run(const Door *door, DbWork work, gpointer data)
{
	g_autoptr(GError) error = NULL;
	writer_run(record_writer(door->record), work, data, &error);
	g_assert_no_error(error);
}

static void
a_stranded_phone_s_scans_are_released_by_a_named_person(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	open_day(&door, engine);
	Guest ana = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	Guest ben = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	engine_must(engine, "UPDATE device SET revoked_at = 1 WHERE id = 71");
	take_one(&door, PHONE, record(&door, PHONE, 1, "lunch", ana.ticket.mark, DOOR_ADMIT));
	take_one(&door, PHONE, record(&door, PHONE, 2, "lunch", ben.ticket.mark, DOOR_ADMIT));
	g_assert_cmpint(door_present(&door, "lunch"), ==, 0);

	ReleaseWork one = { .act = ACT(&door), .device = PHONE, .epoch = (gint64)EPOCH, .seq = 1 };
	run(&door, release_work, &one);
	g_assert_cmpint(one.released, ==, 1);
	g_assert_cmpint(door_present(&door, "lunch"), ==, 1);
	ReleaseWork all = { .act = ACT(&door), .device = PHONE };
	run(&door, release_work, &all);
	g_assert_cmpint(all.released, ==, 1);
	run(&door, release_work, &all);
	g_assert_cmpint(all.released, ==, 0);
	g_assert_cmpint(door_present(&door, "lunch"), ==, 2);
	g_assert_cmpint(engine_ask(engine,
	                        "SELECT count(*) FROM verdict WHERE who = 'ruth'"
	                        " AND verdict = 'accepted'"),
	        ==, 2);
	/* uploaded once more, it is what it is */
	g_assert_cmpint(take_one(&door, PHONE,
	                        record(&door, PHONE, 1, "lunch", ana.ticket.mark, DOOR_ADMIT)),
	        ==, LOG_REPEAT);
	verified(&door);
}

static void
a_released_record_overrules_the_server_s_answer(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	open_day(&door, engine);
	Guest ana = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	Guest ben = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	ScanWork asked = door_question(&door, "lunch", ana.ticket.mark, 1);
	asked.row.device = PHONE;
	asked.row.epoch = (gint64)EPOCH;
	door_ask(&door, &asked);
	take_one(&door, PHONE, record(&door, PHONE, 1, "lunch", ben.ticket.mark, DOOR_ADMIT));
	g_assert_cmpint(door_present(&door, "lunch"), ==, 1);

	ReleaseWork work = { .act = ACT(&door), .device = PHONE };
	run(&door, release_work, &work);
	g_autofree char *whose = g_strdup_printf(
	        "SELECT count(*) FROM presence WHERE attendee = %" G_GINT64_FORMAT, ben.id);
	g_assert_cmpint(door_present(&door, "lunch"), ==, 1);
	g_assert_cmpint(engine_ask(engine, whose), ==, 1);
	verified(&door);
}

static void
staff_void_a_trial_from_their_pages(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	open_day(&door, engine);
	Guest ana = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	take_one(&door, PHONE, record(&door, PHONE, 3, "day", ana.ticket.mark, DOOR_ADMIT));
	TrialWork work = { .act = ACT(&door),
		.device = PHONE,
		.epoch = (gint64)EPOCH,
		.seq = 5,
		.void_epoch = 4711 };

	run(&door, trial_work, &work);
	g_assert_cmpint(work.outcome, ==, HOLDER_DONE);
	g_assert_cmpint(door_present(&door, "day"), ==, 0);
	run(&door, trial_work, &work); /* pressed twice */
	take_one(&door, PHONE, record(&door, PHONE, 4, "day", ana.ticket.mark, DOOR_ADMIT));
	g_assert_cmpint(door_present(&door, "day"), ==, 0);
	verified(&door);
	TrialWork none = { .act = ACT(&door), .device = OTHER, .epoch = 1, .seq = 5 };
	run(&door, trial_work, &none);
	g_assert_cmpint(none.outcome, ==, HOLDER_NOBODY);
}

static void
two_holders_who_are_one_came_once(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	open_day(&door, engine);
	Guest ana = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	Guest twin = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	gint64 twins_fresh = door_reissue(&door, &twin);
	take_one(&door, PHONE, record(&door, PHONE, 1, "lunch", ana.ticket.mark, DOOR_ADMIT));
	LogRecord earlier = record(&door, OTHER, 1, "lunch", twin.ticket.mark, DOOR_ADMIT);
	earlier.wall -= 60000;
	take_one(&door, OTHER, earlier);
	take_one(&door, OTHER, record(&door, OTHER, 2, "day", twins_fresh, DOOR_ADMIT));
	g_assert_cmpint(door_present(&door, "lunch"), ==, 2);
	HolderMergeWork work = { .act = ACT(&door), .from = twins_fresh, .into = ana.ticket.mark };

	run(&door, holder_merge_work, &work);
	g_assert_cmpint(work.outcome, ==, HOLDER_DONE);
	g_assert_cmpint(door_present(&door, "lunch"), ==, 1);
	g_assert_cmpint(door_present(&door, "day"), ==, 1);
	g_assert_cmpint(engine_ask(engine, "SELECT min(first_at) FROM presence"), ==, earlier.wall);
	g_assert_cmpstr(door_scan(&door, "lunch", twins_fresh, 9), ==, "reject_used");
	verified(&door);
	run(&door, holder_merge_work, &work);
	g_assert_cmpint(work.outcome, ==, HOLDER_OTHER);
	HolderMergeWork nobody = { .act = ACT(&door), .from = 5, .into = ana.ticket.mark };
	run(&door, holder_merge_work, &nobody);
	g_assert_cmpint(nobody.outcome, ==, HOLDER_NOBODY);
	verified(&door);
}

#define STAFF_TEST(name) engine_add_test("merge-staff/" #name, name)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	STAFF_TEST(a_stranded_phone_s_scans_are_released_by_a_named_person);
	STAFF_TEST(a_released_record_overrules_the_server_s_answer);
	STAFF_TEST(staff_void_a_trial_from_their_pages);
	STAFF_TEST(two_holders_who_are_one_came_once);
	return engine_run();
}
