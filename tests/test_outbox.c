/* Letters that wait: once for a cause, one hand at a time, nothing forgotten. */
#include <string.h>

#include "schema/outbox.h"
#include "tests/fixtures/engine.h"

#define MINUTE 60

/* The outbox asks nothing of an event but its id. */
static Event *
any_event(void)
{
	Event *event = event_new();

	memset(event->id, 7, EVENT_ID_BYTES);
	return event;
}

static void
add(Engine *engine, const Event *event, const char *cause, gint64 now)
{
	g_autoptr(GError) error = NULL;
	Db *db = engine_db(engine);

	g_assert_true(db_begin(db, &error));
	outbox_add_as(db, event, OUTBOX_CONFIRMATION, OUTBOX_WAITING, 5, cause, now, &error);
	g_assert_no_error(error);
	g_assert_true(db_commit(db, &error));
}

static GArray *
claim(Db *db, gint64 by, guint most, gint64 now)
{
	g_autoptr(GError) error = NULL;
	GArray *rows = g_array_new(FALSE, FALSE, sizeof(OutboxRow));

	g_assert_true(db_begin(db, &error));
	outbox_claim(db, by, most, now, rows, &error);
	g_assert_no_error(error);
	g_assert_true(db_commit(db, &error));
	return rows;
}

static gboolean
settle(Engine *engine, OutboxEnd end)
{
	g_autoptr(GError) error = NULL;
	gboolean held = FALSE;
	Db *db = engine_db(engine);

	g_assert_true(db_begin(db, &error));
	outbox_settle(db, &end, &held, &error);
	g_assert_no_error(error);
	g_assert_true(db_commit(db, &error));
	return held;
}

static OutboxRow
row_of(Engine *engine, const Event *event, const char *cause)
{
	g_autoptr(GError) error = NULL;
	gboolean found = FALSE;
	OutboxRow row = { 0 };
	Db *db = engine_reader(engine);

	g_assert_true(db_begin(db, &error));
	outbox_read(db, event->id, cause, &row, &found, &error);
	g_assert_no_error(error);
	db_rollback(db);
	g_assert_true(found);
	return row;
}

static gint64
retry(Engine *engine, const Event *event, const char *cause, gint64 now)
{
	g_autoptr(GError) error = NULL;
	gint64 changed = 0;
	Db *db = engine_db(engine);

	g_assert_true(db_begin(db, &error));
	outbox_retry(db, event->id, cause, now, &changed, &error);
	g_assert_no_error(error);
	g_assert_true(db_commit(db, &error));
	return changed;
}

static void
one_cause_is_one_letter(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = any_event();

	add(engine, event, "confirm:1", ENGINE_NOW);
	add(engine, event, "confirm:1", ENGINE_NOW + MINUTE);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM outbox"), ==, 1);
	g_assert_cmpint(row_of(engine, event, "confirm:1").made, ==, ENGINE_NOW);

	/* not even when it has gone already */
	g_autoptr(GArray) rows = claim(engine_db(engine), 1, 9, ENGINE_NOW);
	g_assert_true(settle(engine,
	        (OutboxEnd){ .cause = "confirm:1",
	                .claim = 1,
	                .state = OUTBOX_SENT,
	                .now = ENGINE_NOW }));
	add(engine, event, "confirm:1", ENGINE_NOW + MINUTE);
	g_assert_cmpint(row_of(engine, event, "confirm:1").state, ==, OUTBOX_SENT);
}

static void
a_person_without_an_address_is_called(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = any_event();
	g_autoptr(GError) error = NULL;
	Db *db = engine_db(engine);

	g_assert_true(db_begin(db, &error));
	outbox_add(db, event, OUTBOX_PLACE_FREE, 5, "offer:5:1", ENGINE_NOW, &error);
	g_assert_no_error(error);
	g_assert_true(db_commit(db, &error));
	g_assert_cmpint(row_of(engine, event, "offer:5:1").state, ==, OUTBOX_CALL);
	g_autoptr(GArray) rows = claim(db, 1, 9, ENGINE_NOW + MINUTE);
	g_assert_cmpuint(rows->len, ==, 0); /* no letter to nobody */

	for (guint i = 0; i < 2; i++) {
		gboolean changed = FALSE;
		g_assert_true(db_begin(db, &error));
		outbox_call_done(db, event->id, 0, "offer:5:1", "vera", ENGINE_NOW + MINUTE + i,
		        &changed, &error);
		g_assert_no_error(error);
		g_assert_true(db_commit(db, &error));
		g_assert_cmpint(changed, ==, i == 0); /* the first who calls says when */
	}
	OutboxRow row = row_of(engine, event, "offer:5:1");
	g_assert_cmpint(row.state, ==, OUTBOX_CALLED);
	g_assert_cmpint(row.done, ==, ENGINE_NOW + MINUTE);
}

static gboolean
undo(Engine *engine, const Event *event, const char *cause, gint64 now, gboolean *ret_told)
{
	g_autoptr(GError) error = NULL;
	gboolean changed = FALSE;
	Db *db = engine_db(engine);

	g_assert_true(db_begin(db, &error));
	outbox_call_undo(db, event->id, 0, cause, now, &changed, ret_told, &error);
	g_assert_no_error(error);
	g_assert_true(db_commit(db, &error));
	return changed;
}

static void
mark(Engine *engine, const Event *event, const char *cause, gint64 now)
{
	g_autoptr(GError) error = NULL;
	gboolean changed = FALSE;
	Db *db = engine_db(engine);

	g_assert_true(db_begin(db, &error));
	outbox_add_as(db, event, OUTBOX_PLACE_FREE, OUTBOX_CALL, 5, cause, ENGINE_NOW, &error);
	outbox_call_done(db, event->id, 0, cause, "vera", now, &changed, &error);
	g_assert_no_error(error);
	g_assert_true(db_commit(db, &error));
	g_assert_true(changed);
}

static void
a_mark_made_by_mistake_is_taken_back_within_the_hour(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = any_event();
	g_autoptr(GArray) made = g_array_new(FALSE, FALSE, sizeof(OutboxRow));
	g_autoptr(GError) error = NULL;
	gboolean told = FALSE;

	mark(engine, event, "offer:5:1", ENGINE_NOW);
	Db *db = engine_reader(engine);
	g_assert_true(db_begin(db, &error));
	outbox_calls_made(db, event->id, 0, ENGINE_NOW + OUTBOX_UNDO_S - 1, 9, made, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(made->len, ==, 1);
	outbox_calls_made(db, event->id, 0, ENGINE_NOW + OUTBOX_UNDO_S, 9, made, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(made->len, ==, 1); /* too late: none more */
	db_rollback(db);

	g_assert_false(undo(engine, event, "offer:5:1", ENGINE_NOW + OUTBOX_UNDO_S, &told));
	g_assert_true(undo(engine, event, "offer:5:1", ENGINE_NOW + OUTBOX_UNDO_S - 1, &told));
	g_assert_false(told);
	g_assert_cmpint(row_of(engine, event, "offer:5:1").state, ==, OUTBOX_CALL);
	g_assert_false(undo(engine, event, "offer:5:1", ENGINE_NOW + 1, &told));

	/* another call about a place told them all the same */
	mark(engine, event, "offer:5:1", ENGINE_NOW);
	mark(engine, event, "offer:5:2", ENGINE_NOW);
	g_assert_true(undo(engine, event, "offer:5:1", ENGINE_NOW + 1, &told));
	g_assert_true(told);
}

static void
two_senders_never_have_the_same_letter(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = any_event();
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < 10; i++) {
		g_autofree char *cause = g_strdup_printf("confirm:%u", i);
		add(engine, event, cause, ENGINE_NOW + i);
	}
	for (guint by = 1; by <= 4; by++) {
		g_autoptr(GArray) rows = claim(engine_db(engine), by, 3, ENGINE_NOW + 20);
		g_assert_cmpuint(rows->len, ==, by < 4 ? 3 : 1);
		for (guint i = 0; i < rows->len; i++)
			g_assert_true(g_hash_table_add(
			        seen, g_strdup(g_array_index(rows, OutboxRow, i).cause)));
	}
	g_assert_cmpuint(g_hash_table_size(seen), ==, 10);
}

/* PostgreSQL: the second asks while the first's claim is not committed. */
static gpointer
claim_meanwhile(gpointer data)
{
	return claim(data, 2, 9, ENGINE_NOW);
}

static void
two_processes_that_ask_at_once_share_nothing(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = any_event();
	g_autoptr(GError) error = NULL;
	g_autoptr(GArray) first = g_array_new(FALSE, FALSE, sizeof(OutboxRow));
	Db *db = engine_db(engine);

	add(engine, event, "confirm:1", ENGINE_NOW);
	add(engine, event, "confirm:2", ENGINE_NOW);
	g_autoptr(Db) other = db_open(engine->url, DB_WRITE, &error);
	g_assert_no_error(error);
	g_assert_true(db_begin(db, &error));
	outbox_claim(db, 1, 1, ENGINE_NOW, first, &error);
	g_assert_no_error(error);
	GThread *thread = g_thread_new("other", claim_meanwhile, other);
	g_usleep(50 * 1000); /* most often it waits for the row by then; either order is right */
	g_assert_true(db_commit(db, &error));
	g_autoptr(GArray) second = g_thread_join(thread);
	g_assert_cmpuint(first->len, ==, 1);
	for (guint i = 0; i < second->len; i++)
		g_assert_cmpstr(g_array_index(second, OutboxRow, i).cause, !=,
		        g_array_index(first, OutboxRow, 0).cause);
}

static void
a_letter_in_a_dead_hand_is_taken_up_again(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = any_event();
	gint64 late = ENGINE_NOW + OUTBOX_LEASE_S;

	add(engine, event, "confirm:1", ENGINE_NOW);
	g_autoptr(GArray) dead = claim(engine_db(engine), 1, 9, ENGINE_NOW);
	g_assert_cmpuint(dead->len, ==, 1);
	g_autoptr(GArray) early = claim(engine_db(engine), 2, 9, late - 1);
	g_assert_cmpuint(early->len, ==, 0);
	g_autoptr(GArray) heir = claim(engine_db(engine), 3, 9, late);
	g_assert_cmpuint(heir->len, ==, 1);
	g_assert_cmpint(g_array_index(heir, OutboxRow, 0).tries, ==, 2);
	g_assert_cmpint(g_array_index(heir, OutboxRow, 0).begun, ==, ENGINE_NOW);

	/* who was thought dead and is not has nothing to say any more */
	g_assert_false(settle(engine,
	        (OutboxEnd){
	                .cause = "confirm:1", .claim = 1, .state = OUTBOX_GIVEN_UP, .now = late }));
	g_assert_true(settle(engine,
	        (OutboxEnd){
	                .cause = "confirm:1", .claim = 3, .state = OUTBOX_SENT, .now = late }));
	g_assert_cmpint(row_of(engine, event, "confirm:1").state, ==, OUTBOX_SENT);
}

static void
a_failed_attempt_waits_for_its_time(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = any_event();
	g_autoptr(GError) error = NULL;
	gint64 due = 0;

	add(engine, event, "confirm:1", ENGINE_NOW);
	g_autoptr(GArray) rows = claim(engine_db(engine), 1, 9, ENGINE_NOW);
	g_assert_true(settle(engine,
	        (OutboxEnd){ .cause = "confirm:1",
	                .claim = 1,
	                .state = OUTBOX_WAITING,
	                .due = ENGINE_NOW + 7,
	                .trouble = "refused 451",
	                .now = ENGINE_NOW + 2 }));
	Db *db = engine_reader(engine);
	g_assert_true(db_begin(db, &error));
	g_assert_true(outbox_next_due(db, &due, &error));
	db_rollback(db);
	g_assert_cmpint(due, ==, ENGINE_NOW + 7);
	OutboxRow row = row_of(engine, event, "confirm:1");
	g_assert_cmpstr(row.trouble, ==, "refused 451");
	g_assert_cmpint(row.tries, ==, 1);
	g_assert_cmpint(row.done, ==, 0);

	/* the server was not to be reached: that is no try of this letter */
	g_autoptr(GArray) again = claim(engine_db(engine), 2, 9, due);
	g_assert_true(settle(engine,
	        (OutboxEnd){ .cause = "confirm:1",
	                .claim = 2,
	                .state = OUTBOX_WAITING,
	                .due = due + 60,
	                .untried = TRUE,
	                .now = due }));
	g_assert_cmpint(row_of(engine, event, "confirm:1").tries, ==, 1);
	g_assert_cmpint(row_of(engine, event, "confirm:1").begun, ==, ENGINE_NOW);
}

static void
staff_see_what_was_given_up_and_try_again(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = any_event();
	g_autoptr(GError) error = NULL;
	OutboxCounts counts;

	add(engine, event, "confirm:1", ENGINE_NOW);
	add(engine, event, "confirm:2", ENGINE_NOW + 1);
	add(engine, event, "confirm:3", ENGINE_NOW + 2);
	g_autoptr(GArray) rows = claim(engine_db(engine), 1, 2, ENGINE_NOW + 5);
	g_assert_cmpuint(rows->len, ==, 2);
	g_assert_true(settle(engine,
	        (OutboxEnd){ .cause = "confirm:1",
	                .claim = 1,
	                .state = OUTBOX_GIVEN_UP,
	                .trouble = "refused 550",
	                .now = ENGINE_NOW + 6 }));
	Db *db = engine_reader(engine);
	g_autoptr(GArray) given_up = g_array_new(FALSE, FALSE, sizeof(OutboxRow));
	g_assert_true(db_begin(db, &error));
	g_assert_true(outbox_counts(db, event->id, &counts, &error));
	g_assert_true(outbox_list(db, event->id, OUTBOX_GIVEN_UP, 9, given_up, &error));
	db_rollback(db);
	g_assert_cmpint(counts.n[OUTBOX_WAITING], ==, 2);
	g_assert_cmpint(counts.n[OUTBOX_GIVEN_UP], ==, 1);
	g_assert_cmpint(counts.oldest_waiting, ==, ENGINE_NOW + 1);
	g_assert_cmpuint(given_up->len, ==, 1);
	g_assert_cmpstr(g_array_index(given_up, OutboxRow, 0).trouble, ==, "refused 550");

	/* confirm:2 is in hand: trying again leaves it there */
	g_assert_cmpint(retry(engine, event, "confirm:1", ENGINE_NOW + 10), ==, 1);
	g_assert_cmpint(retry(engine, event, "confirm:2", ENGINE_NOW + 10), ==, 0);
	OutboxRow row = row_of(engine, event, "confirm:1");
	g_assert_cmpint(row.state, ==, OUTBOX_WAITING);
	g_assert_cmpint(row.due, ==, ENGINE_NOW + 10);
	g_assert_cmpint(row.begun, ==, 0);
	g_assert_cmpint(retry(engine, event, NULL, ENGINE_NOW + 11), ==, 2);
}

static void
who_is_deleted_is_written_to_no_more(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = any_event();
	g_autoptr(GError) error = NULL;
	Db *db = engine_db(engine);

	add(engine, event, "confirm:1", ENGINE_NOW);
	g_assert_true(db_begin(db, &error));
	g_assert_true(outbox_forget(db, 6, &error));
	g_assert_true(db_commit(db, &error));
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM outbox"), ==, 1);
	g_assert_true(db_begin(db, &error));
	g_assert_true(outbox_forget(db, 5, &error));
	g_assert_true(db_commit(db, &error));
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM outbox"), ==, 0);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define TEST(name) engine_add_test(#name, name)
	TEST(one_cause_is_one_letter);
	TEST(a_person_without_an_address_is_called);
	TEST(a_mark_made_by_mistake_is_taken_back_within_the_hour);
	TEST(two_senders_never_have_the_same_letter);
	TEST(a_letter_in_a_dead_hand_is_taken_up_again);
	TEST(a_failed_attempt_waits_for_its_time);
	TEST(staff_see_what_was_given_up_and_try_again);
	TEST(who_is_deleted_is_written_to_no_more);
	engine_add_test_on(DB_POSTGRES, "two_processes_that_ask_at_once_share_nothing",
	        two_processes_that_ask_at_once_share_nothing);
	return engine_run();
}
