/*
 * The log at the server: the bad moments of a day at the door, each with its outcome; and that no
 * order of arrival changes what follows. On both engines, and always checked by `schema verify`, whose
 * derivation is another.
 */
#include <string.h>

#include "checkin/holders.h"
#include "schema/device.h"
#include "schema/id.h"
#include "schema/verify.h"

#include "tests/door_fixture.h"

#define PHONE      71
#define OTHER      72
#define SUPERVISOR 73
#define EPOCH      G_GUINT64_CONSTANT(0xfedcba9876543210)

/* ---- what tests say ---- */

static void
add_device(const Door *door, gint64 id, const char *role)
{
	g_autofree char *sql = g_strdup_printf(
	        "INSERT INTO device (id, event, name, role, expires) SELECT %" G_GINT64_FORMAT
	        ", id, 'Door %" G_GINT64_FORMAT "', '%s', ends FROM event",
	        id, id, role);
	engine_must(door->engine, sql);
}

static void
open_day(Door *door, Engine *engine)
{
	door_open(door, engine, "door");
	add_device(door, PHONE, "scan");
	add_device(door, OTHER, "scan");
	add_device(door, SUPERVISOR, "supervisor");
}

static LogRecord
record(const Door *door, gint64 device, guint64 seq, const char *session, gint64 mark,
        DoorDecision decision)
{
	return (LogRecord){
		.device = (guint64)device,
		.epoch = EPOCH,
		.seq = seq,
		.rev = 1,
		.has_mark = 1,
		.mark = (guint64)mark,
		.session = door_session(door, session),
		.checkpoint = door_checkpoint(door, session, 0),
		.decision = (guint8)decision,
		.wall = DOOR_WALL + (gint64)seq * 1000,
		.mono = 5,
	};
}

static LogRecord
void_of(const Door *door, gint64 device, guint64 seq, const LogRecord *named, LogReason reason)
{
	LogRecord made = record(door, device, seq, "day", (gint64)named->mark, DOOR_VOID);
	made.session = named->session;
	made.checkpoint = named->checkpoint;
	made.has_void = 1;
	made.void_device = named->device;
	made.void_epoch = named->epoch;
	made.void_seq = named->seq;
	made.reason = (guint8)reason;
	return made;
}

static void
take(const Door *door, gint64 token, const LogRecord *records, guint n, LogVerdict *ret_verdicts)
{
	g_autoptr(GError) error = NULL;
	MergeWork work = { .event = door->event,
		.keys = door->keys,
		.device = token,
		.items = merge_items_new(),
		.now = ENGINE_NOW };

	for (guint i = 0; i < n; i++)
		merge_item_add(work.items, token, &records[i],
		        event_session(door->event, records[i].session) != NULL,
		        g_strdup_printf("{\"seq\":%" G_GUINT64_FORMAT "}", records[i].seq));
	writer_run(record_writer(door->record), merge_work, &work, &error);
	g_assert_no_error(error);
	for (guint i = 0; i < n && ret_verdicts != NULL; i++)
		ret_verdicts[i] = g_array_index(work.items, MergeItem, i).verdict;
	merge_work_clear(&work);
}

static LogVerdict
take_one(const Door *door, gint64 token, LogRecord one)
{
	LogVerdict verdict = LOG_VERDICTS;
	take(door, token, &one, 1, &verdict);
	return verdict;
}

/* The other derivation agrees with all that was written. */
static void
verified(const Door *door)
{
	g_autoptr(GPtrArray) found = faults_new();
	g_autoptr(GError) error = NULL;
	VerifyCounts counts = { 0 };

	verify_record(door->record, found, &counts, &error);
	g_assert_no_error(error);
	for (guint i = 0; i < found->len; i++) {
		const Fault *fault = g_ptr_array_index(found, i);
		g_test_message("%s: %s", fault->where, fault->what);
	}
	g_assert_cmpuint(found->len, ==, 0);
}

static gint64
first_at(const Door *door)
{
	return engine_ask(door->engine, "SELECT first_at FROM presence");
}

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
	MERGE_TEST(a_stranded_phone_s_scans_are_released_by_a_named_person);
	MERGE_TEST(a_released_record_overrules_the_server_s_answer);
	MERGE_TEST(staff_void_a_trial_from_their_pages);
	MERGE_TEST(two_holders_who_are_one_came_once);
	MERGE_TEST(no_order_of_arrival_changes_who_was_there);
	return engine_run();
}
