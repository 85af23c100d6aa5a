/*
 * The log at the server: the bad moments of a day at the door, each with its outcome; and that no
 * order of arrival changes what follows. On both engines, and always checked by `schema verify`, whose
 * derivation is another.
 */
#include "tests/fixtures/log_fixture.h"

/* ---- the bad moments ---- */

static void
the_same_batch_five_times_is_there_once(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	open_day(&door, engine);
	Guest ana = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	Guest ben = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	const LogRecord batch[] = {
		record(&door, PHONE, 1, "lunch", ana.ticket.mark, DOOR_ADMIT),
		record(&door, PHONE, 2, "lunch", ben.ticket.mark, DOOR_ADMIT),
		record(&door, PHONE, 3, "lunch", ana.ticket.mark, DOOR_REJECT_USED),
	};
	LogVerdict verdicts[3];

	for (guint time = 0; time < 5; time++) {
		take(&door, PHONE, batch, 3, verdicts);
		for (guint i = 0; i < 3; i++)
			g_assert_cmpint(verdicts[i], ==, time == 0 ? LOG_ACCEPT : LOG_REPEAT);
	}
	g_assert_cmpint(door_lines(&door), ==, 3);
	g_assert_cmpint(door_present(&door, "lunch"), ==, 2);
	verified(&door);
}

static void
a_batch_from_tomorrow_counts_like_any_other(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	open_day(&door, engine);
	Guest ana = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	LogRecord tomorrow = record(&door, PHONE, 1, "day", ana.ticket.mark, DOOR_ADMIT);
	LogRecord yesterday = record(&door, OTHER, 1, "day", ana.ticket.mark, DOOR_ADMIT);
	tomorrow.wall += 24 * 3600 * 1000;
	yesterday.wall -= 24 * 3600 * 1000;

	g_assert_cmpint(take_one(&door, PHONE, tomorrow), ==, LOG_ACCEPT);
	g_assert_cmpint(first_at(&door), ==, tomorrow.wall);
	g_assert_cmpint(take_one(&door, OTHER, yesterday), ==, LOG_ACCEPT);
	g_assert_cmpint(first_at(&door), ==, yesterday.wall);
	g_assert_cmpint(door_present(&door, "day"), ==, 1);
	verified(&door);
}

static void
what_is_no_record_is_kept_as_it_came(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	open_day(&door, engine);

	for (guint time = 0; time < 5; time++) {
		g_autoptr(GError) error = NULL;
		MergeWork work = { .event = door.event,
			.keys = door.keys,
			.device = PHONE,
			.items = merge_items_new(),
			.now = ENGINE_NOW };
		merge_item_garbled(work.items, PHONE, g_strdup("{\"half\":\"a rec\"}"));
		writer_run(record_writer(door.record), merge_work, &work, &error);
		g_assert_no_error(error);
		g_assert_cmpint(g_array_index(work.items, MergeItem, 0).verdict, ==,
		        LOG_QUARANTINE_GARBLED);
		merge_work_clear(&work);
	}
	g_assert_cmpint(engine_ask(engine,
	                        "SELECT count(*) FROM quarantine WHERE reason = 'garbled'"
	                        " AND content = '{\"half\":\"a rec\"}'"),
	        ==, 1);
	verified(&door);
}

static void
a_revoked_phone_s_scans_are_kept_and_not_counted(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	open_day(&door, engine);
	Guest ana = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	LogRecord before = record(&door, PHONE, 1, "day", ana.ticket.mark, DOOR_ADMIT);
	LogRecord after = record(&door, PHONE, 2, "lunch", ana.ticket.mark, DOOR_ADMIT);

	g_assert_cmpint(take_one(&door, PHONE, before), ==, LOG_ACCEPT);
	engine_must(engine, "UPDATE device SET revoked_at = 1 WHERE id = 71");
	g_assert_cmpint(take_one(&door, PHONE, after), ==, LOG_QUARANTINE_REVOKED);
	g_assert_cmpint(take_one(&door, PHONE, after), ==, LOG_REPEAT);
	/* what was acknowledged before the revocation stands */
	g_assert_cmpint(door_present(&door, "day"), ==, 1);
	g_assert_cmpint(door_present(&door, "lunch"), ==, 0);
	g_assert_cmpint(door_lines(&door), ==, 2);
	verified(&door);
}

static void
an_answer_of_the_server_is_overruled_by_what_the_phone_showed(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	open_day(&door, engine);
	Guest ana = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	ScanWork asked = door_question(&door, "lunch", ana.ticket.mark, 1);
	asked.row.device = PHONE;
	asked.row.epoch = (gint64)EPOCH;
	door_ask(&door, &asked);
	g_assert_cmpint(asked.answer.decision, ==, DOOR_ADMIT);
	g_assert_cmpint(door_present(&door, "lunch"), ==, 1);

	LogRecord shown = record(&door, PHONE, 1, "lunch", ana.ticket.mark, DOOR_REJECT_USED);
	g_assert_cmpint(take_one(&door, PHONE, shown), ==, LOG_ACCEPT);
	g_assert_cmpint(door_present(&door, "lunch"), ==, 0);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM presence_gone"), ==, 1);
	/* after rev 1 the server writes no rev 0 */
	door_ask(&door, &asked);
	g_assert_cmpint(asked.outcome, ==, SCAN_REPEATED);
	g_assert_cmpint(asked.answer.decision, ==, DOOR_REJECT_USED);
	verified(&door);
}

static void
of_two_revs_that_speak_of_two_tickets_the_later_is_set_aside(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	open_day(&door, engine);
	Guest ana = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	Guest ben = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	ScanWork asked = door_question(&door, "lunch", ana.ticket.mark, 1);
	asked.row.device = PHONE;
	asked.row.epoch = (gint64)EPOCH;
	door_ask(&door, &asked);

	LogRecord other = record(&door, PHONE, 1, "lunch", ben.ticket.mark, DOOR_ADMIT);
	g_assert_cmpint(take_one(&door, PHONE, other), ==, LOG_QUARANTINE_OTHER_REV);
	g_assert_cmpint(door_present(&door, "lunch"), ==, 1);
	g_autofree char *whose = g_strdup_printf(
	        "SELECT count(*) FROM presence WHERE attendee = %" G_GINT64_FORMAT, ana.id);
	g_assert_cmpint(engine_ask(engine, whose), ==, 1);
	verified(&door);
}

static void
one_number_with_two_contents_keeps_the_first(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	open_day(&door, engine);
	Guest ana = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	LogRecord first = record(&door, PHONE, 1, "day", ana.ticket.mark, DOOR_ADMIT);
	LogRecord second = record(&door, PHONE, 1, "day", ana.ticket.mark, DOOR_AGAIN);

	g_assert_cmpint(take_one(&door, PHONE, first), ==, LOG_ACCEPT);
	g_assert_cmpint(take_one(&door, PHONE, second), ==, LOG_QUARANTINE_CONFLICT);
	g_assert_cmpint(take_one(&door, PHONE, second), ==, LOG_QUARANTINE_CONFLICT);
	g_assert_cmpint(door_lines(&door), ==, 1);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM quarantine"), ==, 1);
	verified(&door);
}

static void
what_the_server_can_t_place_is_kept_apart(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	open_day(&door, engine);
	Guest ana = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	LogRecord right = record(&door, PHONE, 1, "day", ana.ticket.mark, DOOR_ADMIT);
	LogRecord wrong[6];

	for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
		wrong[i] = right;
		wrong[i].seq += i;
	}
	wrong[0].session = 999;
	wrong[1].device = 424242; /* nobody's, and not the token's */
	wrong[2].device = OTHER;
	wrong[3].rev = 0; /* a phone writes no answers of the server */
	wrong[4].decision = DOOR_VOID;
	wrong[5].decision = DOOR_ADMIT_OVERRIDE;
	static const LogVerdict verdicts[] = { LOG_QUARANTINE_PLACE, LOG_QUARANTINE_DEVICE,
		LOG_QUARANTINE_DEVICE, LOG_QUARANTINE_GARBLED, LOG_QUARANTINE_GARBLED,
		LOG_QUARANTINE_ROLE };
	for (guint i = 0; i < G_N_ELEMENTS(wrong); i++)
		g_assert_cmpint(take_one(&door, PHONE, wrong[i]), ==, verdicts[i]);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM quarantine"), ==, 5);
	g_assert_cmpint(door_lines(&door), ==, 1); /* the override that was none */
	g_assert_cmpint(door_present(&door, "day"), ==, 0);
	verified(&door);
}

/* ---- voids ---- */

static void
a_void_may_come_before_what_it_voids(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	open_day(&door, engine);
	Guest ana = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	LogRecord admitted = record(&door, PHONE, 1, "lunch", ana.ticket.mark, DOOR_ADMIT);
	LogRecord undone = void_of(&door, SUPERVISOR, 1, &admitted, LOG_REASON_DOUBLE);

	g_assert_cmpint(take_one(&door, SUPERVISOR, undone), ==, LOG_ACCEPT);
	g_assert_cmpint(take_one(&door, PHONE, admitted), ==, LOG_ACCEPT);
	g_assert_cmpint(door_present(&door, "lunch"), ==, 0);
	/* the phone still shows them in: it must be told */
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM presence_gone"), ==, 1);
	verified(&door);
}

static void
a_void_can_t_be_voided_and_is_redone_by_an_override(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	open_day(&door, engine);
	Guest ana = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	LogRecord admitted = record(&door, PHONE, 1, "lunch", ana.ticket.mark, DOOR_ADMIT);
	LogRecord undone = void_of(&door, SUPERVISOR, 1, &admitted, LOG_REASON_DOUBLE);
	LogRecord undo_again = void_of(&door, SUPERVISOR, 2, &undone, LOG_REASON_OTHER);
	LogRecord redone =
	        record(&door, SUPERVISOR, 3, "lunch", ana.ticket.mark, DOOR_ADMIT_OVERRIDE);

	take_one(&door, PHONE, admitted);
	take_one(&door, SUPERVISOR, undone);
	g_assert_cmpint(door_present(&door, "lunch"), ==, 0);
	g_assert_cmpint(take_one(&door, SUPERVISOR, undo_again), ==, LOG_ACCEPT);
	g_assert_cmpint(door_present(&door, "lunch"), ==, 0);
	take_one(&door, SUPERVISOR, redone);
	g_assert_cmpint(door_present(&door, "lunch"), ==, 1);
	verified(&door);
}

static void
a_void_by_who_is_no_supervisor_is_set_aside(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	open_day(&door, engine);
	Guest ana = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	LogRecord admitted = record(&door, PHONE, 1, "lunch", ana.ticket.mark, DOOR_ADMIT);

	take_one(&door, PHONE, admitted);
	g_assert_cmpint(
	        take_one(&door, OTHER, void_of(&door, OTHER, 1, &admitted, LOG_REASON_DOUBLE)), ==,
	        LOG_QUARANTINE_ROLE);
	g_assert_cmpint(door_present(&door, "lunch"), ==, 1);
	verified(&door);
}

static void
an_undo_after_a_double_scan_takes_both_and_who_is_voided_is_let_in_anew(
        Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	open_day(&door, engine);
	Guest ana = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	take_one(&door, PHONE, record(&door, PHONE, 1, "lunch", ana.ticket.mark, DOOR_ADMIT));
	take_one(&door, OTHER, record(&door, OTHER, 1, "lunch", ana.ticket.mark, DOOR_ADMIT));
	g_autoptr(GArray) named = g_array_new(FALSE, FALSE, sizeof(LogRecord));
	g_autoptr(GError) error = NULL;
	g_autoptr(Db) db = record_reader(door.record, &error);
	g_assert_true(db_begin(db, &error));
	merge_undo_list(db, door.event, door_session(&door, "lunch"), ana.id, named, &error);
	g_assert_no_error(error);
	db_rollback(db);

	g_assert_cmpuint(named->len, ==, 2);
	for (guint i = 0; i < named->len; i++)
		take_one(&door, SUPERVISOR,
		        void_of(&door, SUPERVISOR, i + 1, &g_array_index(named, LogRecord, i),
		                LOG_REASON_DOUBLE));
	g_assert_cmpint(door_present(&door, "lunch"), ==, 0);
	verified(&door);
	g_assert_cmpstr(door_scan(&door, "lunch", ana.ticket.mark, 9), ==, "admit");
	g_assert_cmpint(door_present(&door, "lunch"), ==, 1);
	verified(&door);
}

static void
a_trial_is_voided_in_one_act_with_what_arrives_late(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	open_day(&door, engine);
	Guest ana = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	Guest ben = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	Guest eva = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	LogRecord one = record(&door, PHONE, 1, "day", ana.ticket.mark, DOOR_ADMIT);
	LogRecord late = record(&door, PHONE, 2, "day", ben.ticket.mark, DOOR_ADMIT);
	LogRecord last = record(&door, PHONE, 3, "day", ana.ticket.mark, DOOR_AGAIN);
	LogRecord real = record(&door, PHONE, 4, "day", eva.ticket.mark, DOOR_ADMIT);

	take_one(&door, PHONE, one);
	take_one(&door, PHONE, last);
	take_one(&door, SUPERVISOR, void_of(&door, SUPERVISOR, 1, &last, LOG_REASON_TRIAL));
	g_assert_cmpint(door_present(&door, "day"), ==, 0);
	take_one(&door, PHONE, late);
	g_assert_cmpint(door_present(&door, "day"), ==, 0);
	take_one(&door, PHONE, real);
	g_assert_cmpint(door_present(&door, "day"), ==, 1);
	verified(&door);
}

static void
a_rehearsal_uploaded_late_counts_nobody(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	open_day(&door, engine);
	Guest ana = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	LogRecord tried = record(&door, PHONE, 1, "day", ana.ticket.mark, DOOR_ADMIT);
	tried.reason = LOG_REASON_REHEARSAL;
	LogRecord practice = record(&door, PHONE, 2, "day", ana.ticket.mark, DOOR_ADMIT);
	practice.reason = LOG_REASON_PRACTICE;

	g_assert_cmpint(take_one(&door, PHONE, tried), ==, LOG_ACCEPT);
	g_assert_cmpint(take_one(&door, PHONE, practice), ==, LOG_ACCEPT);
	g_assert_cmpint(door_present(&door, "day"), ==, 0);
	verified(&door);
}

/* ---- whose ticket ---- */

static void
a_re_issued_ticket_eats_no_second_lunch(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	open_day(&door, engine);
	Guest ana = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	take_one(&door, PHONE, record(&door, PHONE, 1, "lunch", ana.ticket.mark, DOOR_ADMIT));
	gint64 fresh = door_reissue(&door, &ana);

	g_assert_cmpstr(door_scan(&door, "lunch", fresh, 1), ==, "reject_used");
	/* the old one, scanned offline by a phone that did not know, is the same holder's */
	take_one(&door, OTHER, record(&door, OTHER, 1, "lunch", ana.ticket.mark, DOOR_ADMIT));
	g_assert_cmpint(door_present(&door, "lunch"), ==, 1);
	verified(&door);
}

static void
an_offline_admission_that_rides_along_is_seen_by_the_question(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	open_day(&door, engine);
	Guest ana = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	LogRecord offline = record(&door, PHONE, 1, "lunch", ana.ticket.mark, DOOR_ADMIT);
	MergeWork waiting = { .event = door.event,
		.keys = door.keys,
		.device = PHONE,
		.items = merge_items_new(),
		.now = ENGINE_NOW };
	merge_item_add(waiting.items, PHONE, &offline, TRUE, g_strdup("{}"));
	ScanWork asked = door_question(&door, "lunch", ana.ticket.mark, 2);
	asked.waiting = &waiting;

	door_ask(&door, &asked);
	g_assert_cmpint(asked.answer.decision, ==, DOOR_REJECT_USED);
	g_assert_cmpint(g_array_index(waiting.items, MergeItem, 0).verdict, ==, LOG_ACCEPT);
	merge_work_clear(&waiting);
	verified(&door);
}

static void
people_counted_without_a_ticket_are_summed_and_taken_back(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	open_day(&door, engine);
	LogRecord counts[3];

	for (guint i = 0; i < 3; i++) {
		counts[i] = record(&door, PHONE, i + 1, "day", 0, DOOR_COUNT);
		counts[i].has_mark = 0;
		counts[i].count = i == 0 ? 1 : 10;
		counts[i].region = event_region_by_code(door.event, i < 2 ? "north" : "south")->no;
	}
	for (guint time = 0; time < 2; time++)
		take(&door, PHONE, counts, 3, NULL);
	g_assert_cmpint(engine_ask(engine, "SELECT sum(counted) FROM tally"), ==, 21);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM tally"), ==, 2);
	LogRecord undone = void_of(&door, SUPERVISOR, 1, &counts[1], LOG_REASON_OTHER);
	undone.has_mark = 0;
	g_assert_cmpint(take_one(&door, SUPERVISOR, undone), ==, LOG_ACCEPT);
	g_assert_cmpint(engine_ask(engine, "SELECT sum(counted) FROM tally"), ==, 11);
	verified(&door);
}

static void
a_scan_after_the_people_are_forgotten_is_a_number(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	open_day(&door, engine);
	Guest ana = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	LogRecord late = record(&door, PHONE, 1, "day", ana.ticket.mark, DOOR_ADMIT);
	engine_must(engine, "UPDATE event SET state = 'expired'");

	g_assert_cmpint(take_one(&door, PHONE, late), ==, LOG_LATE);
	g_assert_cmpint(take_one(&door, PHONE, late), ==, LOG_REPEAT);
	g_assert_cmpint(engine_ask(engine, "SELECT sum(counted) FROM late_scan"), ==, 1);
	g_assert_cmpint(
	        engine_ask(engine, "SELECT count(*) FROM scan WHERE mark IS NOT NULL"), ==, 0);
	g_assert_cmpint(door_present(&door, "day"), ==, 0);
}

/* ---- any order ---- */

#define RANDOM_RECORDS 60

static guint64
presence_digest(const Door *door)
{
	return (guint64)engine_ask(door->engine,
	        "SELECT coalesce(sum((first_at % 1000003) * (attendee % 10007 + 1)"
	        " + device * 31 + seq * 7 + session_no * 1009 + checkpoint_no), 0) FROM presence");
}

static void
no_order_of_arrival_changes_who_was_there(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	open_day(&door, engine);
	Guest guests[4];
	LogRecord records[RANDOM_RECORDS];
	static const gint64 devices[] = { PHONE, OTHER, SUPERVISOR };
	static const DoorDecision decisions[] = { DOOR_ADMIT, DOOR_AGAIN, DOOR_REJECT_USED,
		DOOR_ADMIT, DOOR_LEAVE, DOOR_VOID };
	guint64 digest = 0;
	g_autoptr(GRand) rand = g_rand_new_with_seed(20270406);

	for (guint i = 0; i < G_N_ELEMENTS(guests); i++)
		guests[i] = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	for (guint i = 0; i < RANDOM_RECORDS; i++) {
		DoorDecision decision = decisions[g_rand_int_range(rand, 0, 6)];
		gint64 device =
		        decision == DOOR_VOID ? SUPERVISOR : devices[g_rand_int_range(rand, 0, 3)];
		gint64 mark = guests[g_rand_int_range(rand, 0, 4)].ticket.mark;
		if (decision == DOOR_VOID && i > 0)
			records[i] = void_of(&door, device, i + 1,
			        &records[g_rand_int_range(rand, 0, (gint32)i)],
			        i % 20 == 19 ? LOG_REASON_TRIAL : LOG_REASON_OTHER);
		else
			records[i] = record(&door, device, i + 1, i % 2 ? "day" : "lunch", mark,
			        decision == DOOR_VOID ? DOOR_ADMIT : decision);
		records[i].wall += g_rand_int_range(rand, -50000, 50000);
	}
	for (guint order = 0; order < 4; order++) {
		engine_must(engine, "DELETE FROM scan");
		engine_must(engine, "DELETE FROM verdict");
		engine_must(engine, "DELETE FROM presence");
		for (guint i = 0; i < RANDOM_RECORDS; i++) {
			/* a shuffle, and some twice */
			guint other = (guint)g_rand_int_range(rand, 0, RANDOM_RECORDS);
			LogRecord moved = records[i];
			records[i] = records[other];
			records[other] = moved;
		}
		for (guint i = 0; i < RANDOM_RECORDS; i++) {
			take_one(&door, (gint64)records[i].device, records[i]);
			if (i % 9 == 0)
				take_one(&door, (gint64)records[i / 2].device, records[i / 2]);
		}
		verified(&door);
		if (order == 0)
			digest = presence_digest(&door);
		g_assert_cmpuint(presence_digest(&door), ==, digest);
	}
	g_assert_cmpuint(digest, !=, 0);
}
#define MERGE_TEST(name) engine_add_test("merge/" #name, name)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	MERGE_TEST(the_same_batch_five_times_is_there_once);
	MERGE_TEST(a_batch_from_tomorrow_counts_like_any_other);
	MERGE_TEST(what_is_no_record_is_kept_as_it_came);
	MERGE_TEST(a_revoked_phone_s_scans_are_kept_and_not_counted);
	MERGE_TEST(an_answer_of_the_server_is_overruled_by_what_the_phone_showed);
	MERGE_TEST(of_two_revs_that_speak_of_two_tickets_the_later_is_set_aside);
	MERGE_TEST(one_number_with_two_contents_keeps_the_first);
	MERGE_TEST(what_the_server_can_t_place_is_kept_apart);
	MERGE_TEST(a_void_may_come_before_what_it_voids);
	MERGE_TEST(a_void_can_t_be_voided_and_is_redone_by_an_override);
	MERGE_TEST(a_void_by_who_is_no_supervisor_is_set_aside);
	MERGE_TEST(an_undo_after_a_double_scan_takes_both_and_who_is_voided_is_let_in_anew);
	MERGE_TEST(a_trial_is_voided_in_one_act_with_what_arrives_late);
	MERGE_TEST(a_rehearsal_uploaded_late_counts_nobody);
	MERGE_TEST(a_re_issued_ticket_eats_no_second_lunch);
	MERGE_TEST(an_offline_admission_that_rides_along_is_seen_by_the_question);
	MERGE_TEST(people_counted_without_a_ticket_are_summed_and_taken_back);
	MERGE_TEST(a_scan_after_the_people_are_forgotten_is_a_number);
	MERGE_TEST(no_order_of_arrival_changes_who_was_there);
	return engine_run();
}
