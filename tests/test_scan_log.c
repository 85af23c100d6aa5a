/* Scans at the server: what the log holds, and who is first. On both engines. */
#include <string.h>

#include "schema/scan_check.h"

#include "tests/fixtures/door_fixture.h"

static void
a_question_asked_again_gets_the_same_answer(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	door_open(&door, engine, "door");
	Guest guest = door_guest(&door, "full", NULL, TICKET_ATTENDEE);

	g_assert_cmpstr(door_scan(&door, "lunch", guest.ticket.mark, 1), ==, "admit");
	ScanWork again = door_question(&door, "lunch", guest.ticket.mark, 1);
	door_ask(&door, &again);
	g_assert_cmpint(again.outcome, ==, SCAN_REPEATED);
	g_assert_cmpint(again.answer.decision, ==, DOOR_ADMIT);
	g_assert_cmpint(again.answer.shown, ==, DOOR_SHOWN_GREEN);
	g_assert_cmpint(again.answer.first_at_ms, ==, 0);
	g_assert_cmpint(door_lines(&door), ==, 1);
	g_assert_cmpstr(door_scan(&door, "lunch", guest.ticket.mark, 2), ==, "reject_used");
	again = door_question(&door, "lunch", guest.ticket.mark, 2);
	door_ask(&door, &again);
	g_assert_cmpint(again.answer.decision, ==, DOOR_REJECT_USED);
	g_assert_cmpint(again.answer.first_at_ms, ==, DOOR_WALL + 1 + 5);
	g_assert_cmpint(again.first_checkpoint, ==, door_checkpoint(&door, "lunch", 0));
	g_assert_cmpint(door_lines(&door), ==, 2);
}

static void
a_key_is_used_for_one_scan_only(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	door_open(&door, engine, "door");
	Guest one = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	Guest two = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	g_assert_cmpstr(door_scan(&door, "lunch", one.ticket.mark, 1), ==, "admit");
	ScanWork others[] = {
		door_question(&door, "lunch", two.ticket.mark, 1),
		door_question(&door, "day", one.ticket.mark, 1),
		door_question(&door, "lunch", one.ticket.mark, 1),
	};
	others[2].row.checkpoint_no = door_checkpoint(&door, "lunch", 1);

	for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
		door_ask(&door, &others[i]);
		g_assert_cmpint(others[i].outcome, ==, SCAN_OTHER);
	}
	g_assert_cmpint(door_lines(&door), ==, 1);
	g_assert_cmpint(door_present(&door, "lunch"), ==, 1);
	g_assert_cmpint(door_present(&door, "day"), ==, 0);
}

static void
after_the_phone_s_own_record_the_server_writes_none(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	door_open(&door, engine, "door");
	Guest guest = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	ScanWork own = door_question(&door, "lunch", guest.ticket.mark, 1);
	ScanWork late = door_question(&door, "lunch", guest.ticket.mark, 1);

	own.row.rev = 1;
	door_ask(&door, &own);
	g_assert_cmpint(own.outcome, ==, SCAN_DECIDED);
	door_ask(&door, &late);
	g_assert_cmpint(late.outcome, ==, SCAN_REPEATED);
	g_assert_cmpint(late.answer.decision, ==, DOOR_ADMIT);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM scan WHERE rev = 0"), ==, 0);
}

static void
the_earliest_scan_is_first_whatever_order_they_come_in(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	door_open(&door, engine, "door");
	Guest guest = door_guest(&door, "general", NULL, TICKET_ATTENDEE);
	ScanWork late = door_question(&door, "day", guest.ticket.mark, 9);
	ScanWork early = door_question(&door, "day", guest.ticket.mark, 2);
	ScanWork middle = door_question(&door, "day", guest.ticket.mark, 5);
	ScanWork twin = door_question(&door, "day", guest.ticket.mark, 2);
	ScanWork other_twin = door_question(&door, "day", guest.ticket.mark, 2);

	early.row.checkpoint_no = door_checkpoint(&door, "day", 1);
	twin.row.device = -5; /* the highest of unsigned numbers */
	other_twin.row.device = 6;
	door_ask(&door, &late);
	door_ask(&door, &early);
	g_assert_cmpstr(early.row.decision, ==, "again");
	door_ask(&door, &middle);
	g_assert_cmpint(middle.answer.first_at_ms, ==, DOOR_WALL + 2 + 5);
	g_assert_cmpint(middle.first_checkpoint, ==, door_checkpoint(&door, "day", 1));
	door_ask(&door, &twin);
	g_assert_cmpint(engine_ask(engine, "SELECT device FROM presence"), ==, 7);
	door_ask(&door, &other_twin);
	g_assert_cmpint(engine_ask(engine, "SELECT device FROM presence"), ==, 6);
	g_assert_cmpint(engine_ask(engine, "SELECT first_at FROM presence"), ==, DOOR_WALL + 2 + 5);
	g_assert_cmpint(door_present(&door, "day"), ==, 1);
}

/* ---- the rows by themselves ---- */

static gboolean
read_back(Db *db, gpointer data, GError **error)
{
	ScanRow *row = data;
	gboolean found = FALSE;

	g_assert_true(scan_find(db, row->device, row->epoch, row->seq, 0, row, &found, error));
	g_assert_true(found);
	return TRUE;
}

static void
a_line_is_kept_as_it_was_said(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	g_autoptr(GError) error = NULL;
	door_open(&door, engine, "door");
	Guest guest = door_guest(&door, "general", NULL, TICKET_ATTENDEE);
	ScanWork work = door_question(&door, "day", guest.ticket.mark, 1);
	ScanRow row;

	door_ask(&door, &work);
	row = (ScanRow){ .device = 7, .epoch = work.row.epoch, .seq = 1 };
	g_assert_true(writer_run(record_writer(door.record), read_back, &row, &error));
	g_assert_cmpint(row.rev, ==, 0);
	g_assert_cmpint(row.session_no, ==, work.row.session_no);
	g_assert_cmpint(row.checkpoint_no, ==, work.row.checkpoint_no);
	g_assert_true(row.has_mark);
	g_assert_cmpint(row.mark, ==, guest.ticket.mark);
	g_assert_cmpstr(row.decision, ==, "admit");
	g_assert_cmpint(row.wall, ==, DOOR_WALL + 1);
	g_assert_cmpint(row.mono, ==, 1);
	g_assert_cmpint(row.skew, ==, 5);
	g_assert_cmpint(row.skew_error, ==, 2);
	g_assert_cmpint(row.manifest_version, ==, 3);
	g_assert_true(row.online);
	g_assert_cmpint(row.region_no, ==, 0);
	g_assert_false(row.has_void);
	g_assert_cmpint(row.count, ==, 0);
	g_assert_cmpint(row.arrival, ==, engine_ask(engine, "SELECT version FROM event"));
	g_assert_cmpint(engine_ask(engine, "SELECT check_value FROM scan"), ==,
	        scan_row_check(door.keys, door.event->id, &work.row));
}

static void
a_typed_code_leads_to_its_ticket_also_when_it_was_replaced(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	g_autoptr(GError) error = NULL;
	door_open(&door, engine, "door");
	Guest guest = door_guest(&door, "general", NULL, TICKET_ATTENDEE);
	Db *db = engine_reader(engine);
	gboolean found = FALSE;
	gint64 mark = 0;

	g_assert_true(db_begin(db, &error));
	g_assert_true(
	        scan_mark_of_code(db, door.event, guest.ticket.typed_code, &mark, &found, &error));
	db_rollback(db);
	g_assert_true(found);
	g_assert_cmpint(mark, ==, guest.ticket.mark);
	door_reissue(&door, &guest);
	g_assert_true(db_begin(db, &error));
	g_assert_true(
	        scan_mark_of_code(db, door.event, guest.ticket.typed_code, &mark, &found, &error));
	g_assert_true(found);
	g_assert_cmpint(mark, ==, guest.ticket.mark);
	g_assert_true(scan_mark_of_code(db, door.event, "0000000000", &mark, &found, &error));
	g_assert_false(found);
	db_rollback(db);
}

static void
a_changed_wish_is_as_if_nothing_were_known(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	door_open(&door, engine, "door");
	Guest guest = door_guest_who(&door, "general", TICKET_ATTENDEE, "yes", "es");
	Guest other = door_guest_who(&door, "general", TICKET_ATTENDEE, "yes", "es");
	ScanWork work = door_question(&door, "day", guest.ticket.mark, 1);
	gboolean photo_no = FALSE, headset = TRUE;

	work.wants_logistics = TRUE;
	door_ask(&door, &work);
	/* sealed for another person, so it can't be opened */
	holder_wishes(door.keys, other.id, work.logistics, &photo_no, &headset);
	g_clear_pointer(&work.logistics, g_bytes_unref);
	g_assert_true(photo_no);
	g_assert_false(headset);
}

static void
a_door_knows_who_wants_no_photo(Engine *engine, gconstpointer data)
{
	static const struct {
		const char *photo, *interpretation;
		gboolean photo_no, headset;
	} cases[] = {
		{ "no", NULL, TRUE, FALSE },
		{ "yes", "es", FALSE, TRUE },
		{ "ask", "asl", FALSE, FALSE },
		{ NULL, NULL, TRUE, FALSE },
	};
	g_auto(Door) door = { 0 };
	door_open(&door, engine, "door");

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		Guest guest = door_guest_who(
		        &door, "general", TICKET_ATTENDEE, cases[i].photo, cases[i].interpretation);
		ScanWork work = door_question(&door, "day", guest.ticket.mark, i + 1);
		gboolean photo_no = -1, headset = -1;
		work.wants_logistics = TRUE;
		door_ask(&door, &work);
		holder_wishes(door.keys, guest.id, work.logistics, &photo_no, &headset);
		g_clear_pointer(&work.logistics, g_bytes_unref);
		g_assert_cmpint(photo_no, ==, cases[i].photo_no);
		g_assert_cmpint(headset, ==, cases[i].headset);
	}
}

/* ---- races ---- */

#define SCANNERS 50

typedef struct {
	ScanWork work;
	pthread_mutex_t *lock;
	pthread_cond_t *answered;
	guint *left;
	gboolean failed;
} Scanner;

static void
answered(gpointer data, const GError *error)
{
	Scanner *scanner = data;

	pthread_mutex_lock(scanner->lock);
	scanner->failed = error != NULL;
	--*scanner->left;
	pthread_cond_broadcast(scanner->answered);
	pthread_mutex_unlock(scanner->lock);
}

typedef struct {
	Writer *writer;
	Scanner *scanners;
	guint n;
} Crowd;

static gpointer
submit(gpointer data)
{
	const Crowd *crowd = data;

	for (guint i = 0; i < crowd->n; i++)
		writer_submit(crowd->writer, scan_work, answered, &crowd->scanners[i].work);
	return NULL;
}

G_STATIC_ASSERT(G_STRUCT_OFFSET(Scanner, work) == 0);

/* From 5 threads at once, and through two writers where the engine allows a second process. */
static void
fifty_scanners_with_one_ticket_show_one_green(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	g_autoptr(GError) error = NULL;
	door_open(&door, engine, "door");
	Guest guest = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
	Scanner scanners[SCANNERS];
	Crowd crowds[5];
	GThread *threads[5];
	guint left = SCANNERS, green = 0, used = 0;
	g_autoptr(Writer) second = engine->engine == DB_POSTGRES
	        ? writer_new(record_database_url(door.record), &error)
	        : NULL;

	g_assert_no_error(error);
	for (guint i = 0; i < SCANNERS; i++) {
		scanners[i] = (Scanner){ door_question(&door, "lunch", guest.ticket.mark, 1), &lock,
			&cond, &left, FALSE };
		scanners[i].work.row.device = 100 + i;
	}
	for (guint i = 0; i < 5; i++) {
		crowds[i] = (Crowd){ second && i % 2 ? second : record_writer(door.record),
			scanners + i * (SCANNERS / 5), SCANNERS / 5 };
		threads[i] = g_thread_new("crowd", submit, &crowds[i]);
	}
	for (guint i = 0; i < 5; i++)
		g_thread_join(threads[i]);
	pthread_mutex_lock(&lock);
	while (left > 0)
		pthread_cond_wait(&cond, &lock);
	pthread_mutex_unlock(&lock);
	for (guint i = 0; i < SCANNERS; i++) {
		g_assert_false(scanners[i].failed);
		green += scanners[i].work.answer.shown == DOOR_SHOWN_GREEN;
		used += scanners[i].work.answer.decision == DOOR_REJECT_USED;
	}
	g_assert_cmpuint(green, ==, 1);
	g_assert_cmpuint(used, ==, SCANNERS - 1);
	g_assert_cmpint(door_present(&door, "lunch"), ==, 1);
	g_assert_cmpint(door_lines(&door), ==, SCANNERS);
}

/* ---- words ---- */

static void
the_words_say_when_and_where(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	door_open(&door, engine, "door");
	const guint16 tent = door_checkpoint(&door, "lunch", 0);
	/* 2027-02-01T20:10Z is 12:10 in Sacramento */
	const gint64 at = (ENGINE_NOW + 20 * 3600 + 600) * 1000;
	const struct {
		DoorAnswer answer;
		guint16 checkpoint;
		const char *elsewhere, *words;
	} cases[] = {
		{ { .decision = DOOR_ADMIT, .row = DOOR_ROW_WELCOME }, 0, NULL, "Welcome" },
		{ { .decision = DOOR_ADMIT, .row = DOOR_ROW_WELCOME, .practice = 1 }, 0, NULL,
		        "Welcome (practice)" },
		{ { .decision = DOOR_ADMIT, .row = DOOR_ROW_SPARE }, 0, NULL,
		        "Welcome, spare ticket" },
		{ { .decision = DOOR_AGAIN, .first_at_ms = at }, tent, NULL,
		        "Welcome back, first in at 12:10" },
		{ { .decision = DOOR_REJECT_USED, .first_at_ms = at }, tent, NULL,
		        "Already used 12:10, lunch A" },
		{ { .decision = DOOR_REJECT_SIGNATURE }, 0, NULL, "Not our ticket" },
		{ { .decision = DOOR_REJECT_ELSEWHERE }, 0, "Training",
		        "This ticket is for another event: Training" },
		{ { .decision = DOOR_REJECT_REVOKED }, 0, NULL, "Please see the help desk" },
		{ { .decision = DOOR_REJECT_NOT_BOOKED }, 0, NULL,
		        "Not on this list, please see the help desk" },
		{ { .decision = DOOR_LEAVE }, 0, NULL, "Goodbye" },
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *words = scan_words(
		        door.event, &cases[i].answer, cases[i].checkpoint, cases[i].elsewhere);
		g_assert_cmpstr(words, ==, cases[i].words);
	}
}

#define SCAN_TEST(name) engine_add_test("scan_log/" #name, name)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	SCAN_TEST(a_question_asked_again_gets_the_same_answer);
	SCAN_TEST(a_key_is_used_for_one_scan_only);
	SCAN_TEST(after_the_phone_s_own_record_the_server_writes_none);
	SCAN_TEST(the_earliest_scan_is_first_whatever_order_they_come_in);
	SCAN_TEST(a_line_is_kept_as_it_was_said);
	SCAN_TEST(a_typed_code_leads_to_its_ticket_also_when_it_was_replaced);
	SCAN_TEST(a_door_knows_who_wants_no_photo);
	SCAN_TEST(a_changed_wish_is_as_if_nothing_were_known);
	SCAN_TEST(fifty_scanners_with_one_ticket_show_one_green);
	SCAN_TEST(the_words_say_when_and_where);
	return engine_run();
}
