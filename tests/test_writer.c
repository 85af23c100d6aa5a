#include <pthread.h>
#include <string.h>

#include "schema/db_driver.h"
#include "tests/fixtures/engine.h"

#define CROWD 64

static const char insert[] = "INSERT INTO thing (id, by) VALUES ($1, $2)";

static Writer *
writer(Engine *engine)
{
	g_autoptr(GError) error = NULL;

	engine_must(engine, "CREATE TABLE thing (id DB_ID NOT NULL PRIMARY KEY, by BIGINT)");
	engine_close(engine); /* one connection writes */
	Writer *made = writer_new(engine->url, &error);
	g_assert_no_error(error);
	return made;
}

/* ---- works ---- */

typedef struct {
	gint64 id, by;
	guint conflicts; /* to meet before it goes well */
	guint runs;
	guint answers;
	GError *error;
	guint order; /* of the answer */
} Work;

static guint answered; /* on the writer's thread; read when it is gone */

static gboolean
add(Db *db, gpointer data, GError **error)
{
	Work *work = data;

	work->runs++;
	if (!db_run(db, insert, DB_ARGS(db_int(work->id), db_int(work->by)), NULL, error))
		return FALSE;
	if (work->conflicts == 0)
		return TRUE;
	work->conflicts--;
	g_set_error_literal(error, DB_ERROR, DB_ERROR_CONFLICT, "a number that exists");
	return FALSE;
}

static void
done(gpointer data, const GError *error)
{
	Work *work = data;

	work->answers++;
	work->order = ++answered;
	work->error = error ? g_error_copy(error) : NULL;
}

/* A work that waits inside the writer until it is let go, so that others gather behind it. */
typedef struct {
	pthread_mutex_t lock;
	pthread_cond_t change;
	gboolean inside, go, answered;
} Gate;

#define GATE                                                                                       \
	{                                                                                          \
		PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, FALSE, FALSE, FALSE           \
	}

static gboolean
wait_at_gate(Db *db, gpointer data, GError **error)
{
	Gate *gate = data;

	pthread_mutex_lock(&gate->lock);
	gate->inside = TRUE;
	pthread_cond_broadcast(&gate->change);
	while (!gate->go)
		pthread_cond_wait(&gate->change, &gate->lock);
	pthread_mutex_unlock(&gate->lock);
	return TRUE;
}

static void
ignore(gpointer data, const GError *error)
{
}

/* For a gate that is open: tells that the writer has answered. */
static void
gate_done(gpointer data, const GError *error)
{
	Gate *gate = data;

	pthread_mutex_lock(&gate->lock);
	gate->answered = TRUE;
	pthread_cond_broadcast(&gate->change);
	pthread_mutex_unlock(&gate->lock);
}

static void
wait_until_answered(Gate *gate)
{
	pthread_mutex_lock(&gate->lock);
	while (!gate->answered)
		pthread_cond_wait(&gate->change, &gate->lock);
	pthread_mutex_unlock(&gate->lock);
}

static void
shut(Writer *writer, Gate *gate)
{
	writer_submit(writer, wait_at_gate, ignore, gate);
	pthread_mutex_lock(&gate->lock);
	while (!gate->inside)
		pthread_cond_wait(&gate->change, &gate->lock);
	pthread_mutex_unlock(&gate->lock);
}

static void
open_gate(Gate *gate)
{
	pthread_mutex_lock(&gate->lock);
	gate->go = TRUE;
	pthread_cond_broadcast(&gate->change);
	pthread_mutex_unlock(&gate->lock);
}

/* Submits @n works behind a gate, so that they are one group; returns how many commits they took. */
static guint64
run_group(Writer *writer, Work *works, guint n)
{
	Gate gate = GATE;

	shut(writer, &gate);
	for (guint i = 0; i < n; i++)
		writer_submit(writer, add, done, &works[i]);
	WriterCounts before = writer_counts(writer);
	g_assert_cmpint(before.waiting, ==, n);
	open_gate(&gate);
	/* behind all of them; and once more, behind those that run alone after their group */
	for (guint i = 0; i < 2; i++) {
		g_autoptr(GError) error = NULL;
		Work last = { .id = 1000000 + (gint64)before.works + i };
		writer_run(writer, add, &last, &error);
		g_assert_no_error(error);
	}
	for (guint i = 0; i < n; i++)
		g_assert_cmpint(works[i].answers, ==, 1);
	return writer_counts(writer).commits - before.commits -
	        3; /* the gate's and the last ones' */
}

static void
fill(Work *works, guint n)
{
	memset(works, 0, n * sizeof *works);
	for (guint i = 0; i < n; i++)
		works[i].id = i + 1;
}

static gboolean
fail(Db *db, gpointer data, GError **error)
{
	g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT, "nothing to do");
	return FALSE;
}

/* Groups get savepoints from now on, for a while. */
static void
make_careful(Writer *writer)
{
	g_autoptr(GError) error = NULL;

	g_assert_false(writer_run(writer, fail, NULL, &error));
	g_assert_error(error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT);
}

/* ---- what is seen ---- */

static void
works_that_wait_share_one_commit(Engine *engine, gconstpointer data)
{
	g_autoptr(Writer) w = writer(engine);
	Work works[WRITER_GROUP];

	fill(works, G_N_ELEMENTS(works));
	g_assert_cmpint(run_group(w, works, WRITER_GROUP), <=, 1);
	for (guint i = 0; i < WRITER_GROUP; i++) {
		g_assert_no_error(works[i].error);
		g_assert_cmpint(works[i].runs, ==, 1);
		if (i > 0)
			g_assert_cmpint(works[i].order, >, works[i - 1].order);
	}
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM thing WHERE id <= 256"), ==, 256);
}

typedef struct {
	Writer *writer;
	guint first, n;
} Crowd;

static void *
register_many(void *data)
{
	Crowd *crowd = data;

	for (guint i = 0; i < crowd->n; i++) {
		g_autoptr(GError) error = NULL;
		Work work = { .id = crowd->first + i };
		writer_run(crowd->writer, add, &work, &error);
		g_assert_no_error(error);
	}
	return NULL;
}

static void
a_crowd_takes_far_fewer_commits_than_works(Engine *engine, gconstpointer data)
{
	g_autoptr(Writer) w = writer(engine);
	pthread_t threads[CROWD];
	Crowd crowds[CROWD];

	for (guint i = 0; i < CROWD; i++) {
		crowds[i] = (Crowd){ w, 1 + 50 * i, 50 };
		g_assert_cmpint(
		        pthread_create(&threads[i], NULL, register_many, &crowds[i]), ==, 0);
	}
	for (guint i = 0; i < CROWD; i++)
		pthread_join(threads[i], NULL);
	WriterCounts counts = writer_counts(w);
	g_test_message("%d works, %d commits", (int)counts.works, (int)counts.commits);
	g_assert_cmpint(counts.works, ==, CROWD * 50);
	g_assert_cmpint(counts.commits * 4, <, counts.works);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM thing"), ==, CROWD * 50);
}

static void
one_refused_work_does_not_hurt_its_group(Engine *engine, gconstpointer data)
{
	g_autoptr(Writer) w = writer(engine);
	Work works[9];

	fill(works, 9);
	works[4].id = 2; /* taken by works[1] of the same group */
	g_assert_cmpint(run_group(w, works, 9), <=, 1);
	for (guint i = 0; i < 9; i++)
		if (i == 4)
			g_assert_error(works[i].error, DB_ERROR, DB_ERROR_CONSTRAINT);
		else
			g_assert_no_error(works[i].error);
	/* those before it ran without a savepoint, in vain */
	g_assert_cmpint(works[0].runs, ==, 2);
	g_assert_cmpint(works[5].runs, ==, 1);
	g_clear_error(&works[4].error);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM thing WHERE id < 100"), ==, 8);
}

static void
a_work_that_meets_a_conflict_runs_again(Engine *engine, gconstpointer data)
{
	g_autoptr(Writer) w = writer(engine);
	Work works[4];

	make_careful(w);
	fill(works, 4);
	works[1].conflicts = 1;         /* goes well within the group */
	works[2].conflicts = 5;         /* alone, after it */
	works[3].conflicts = G_MAXUINT; /* never */
	run_group(w, works, 4);
	for (guint i = 0; i < 3; i++)
		g_assert_no_error(works[i].error);
	g_assert_cmpint(works[0].runs, ==, 1);
	g_assert_cmpint(works[1].runs, ==, 2);
	g_assert_cmpint(works[2].runs, ==, 6);
	g_assert_error(works[3].error, DB_ERROR, DB_ERROR_CONFLICT);
	g_clear_error(&works[3].error);
	g_assert_cmpint(works[3].runs, ==, 2 + DB_TRIES);
	g_assert_cmpint(engine_ask(engine, "SELECT sum(id) FROM thing WHERE id < 100"), ==, 6);
}

static gboolean
wipe(Db *db, gpointer data, GError **error)
{
	return db_run(db, "DELETE FROM thing", DB_NO_ARGS, NULL, error);
}

/* The @nth step of a group fails; how many of its works were refused. */
static guint
fail_step(Engine *engine, Writer *w, gint nth, DbErrorCode code)
{
	Gate gate = GATE;
	Work works[3] = { { .id = 1 }, { .id = 2 }, { .id = 3 } };
	Work clean = { .id = 99 };
	guint refused = 0;

	shut(w, &gate);
	for (guint i = 0; i < 3; i++)
		writer_submit(w, add, done, &works[i]);
	db_set_fault(nth, code, FALSE);
	open_gate(&gate);
	g_autoptr(GError) any = NULL;
	writer_run(w, add, &clean, &any);
	db_set_fault(0, code, FALSE);
	for (guint i = 0; i < 3; i++) {
		g_autofree char *sql =
		        g_strdup_printf("SELECT count(*) FROM thing WHERE id = %d", (int)i + 1);
		g_assert_cmpint(works[i].answers, ==, 1);
		g_assert_cmpint(engine_ask(engine, sql), ==, works[i].error == NULL);
		refused += works[i].error != NULL;
		g_clear_error(&works[i].error);
	}
	g_autoptr(GError) none = NULL;
	writer_run(w, wipe, NULL, &none);
	g_assert_no_error(none);
	return refused;
}

/* Each step of a group fails once, in each way: every work is answered once, and is there if and only if it
 * was told so. */
static void
whatever_fails_each_is_answered_by_the_truth(Engine *engine, gconstpointer data)
{
	g_autoptr(Writer) w = writer(engine);
	guint torn = 0, refused = 0;

	for (DbErrorCode code = DB_ERROR_UNAVAILABLE; code <= DB_ERROR_BROKEN; code++)
		for (gint nth = 1; nth <= 14; nth++, torn++) {
			make_careful(w);
			refused += fail_step(engine, w, nth, code);
		}
	g_test_message("%u groups torn, %u works refused", torn, refused);
	g_assert_cmpint(refused, >, torn / 2);
}

/* The same without savepoints: what fails before the commit goes well at the second try. */
static void
a_step_that_fails_without_a_savepoint_is_tried_again(Engine *engine, gconstpointer data)
{
	for (DbErrorCode code = DB_ERROR_UNAVAILABLE; code <= DB_ERROR_BROKEN; code++)
		for (gint nth = 1; nth <= 8; nth++) {
			g_autoptr(Writer) w = nth == 1 && code == DB_ERROR_UNAVAILABLE
			        ? writer(engine)
			        : writer_new(engine->url, NULL);
			guint refused = fail_step(engine, w, nth, code);
			/* the gate's commit; begin; three inserts; what follows depends on who came when */
			if (nth >= 3 && nth <= 5)
				g_assert_cmpint(refused, ==, 0);
		}
}

/* One that always fails doesn't make every group run twice. */
static void
after_a_failure_groups_get_savepoints_for_a_while(Engine *engine, gconstpointer data)
{
	g_autoptr(Writer) w = writer(engine);
	guint twice = 0;

	for (guint i = 0; i < 256; i++) {
		Work works[2] = { { .id = 2 * i + 1 }, { .id = 1, .by = 1 } };
		run_group(w, works, 2);
		g_assert_no_error(works[0].error);
		if (i > 0)
			g_assert_error(works[1].error, DB_ERROR, DB_ERROR_CONSTRAINT);
		g_clear_error(&works[1].error);
		twice += works[0].runs == 2;
	}
	g_assert_cmpint(twice, >=, 1);
	g_assert_cmpint(twice, <=, 20);
}

static void
a_lost_answer_is_told_to_the_whole_group(Engine *engine, gconstpointer data)
{
	g_autoptr(Writer) w = writer(engine);
	Work works[3] = { { .id = 1 }, { .id = 2 }, { .id = 2 } };
	Gate gate = GATE;

	make_careful(w);
	shut(w, &gate);
	for (guint i = 0; i < 3; i++)
		writer_submit(w, add, done, &works[i]);
	Gate answered_all = GATE;
	writer_submit(w, wait_at_gate, gate_done, &answered_all);
	/* the gate's release and commit; begin; savepoint, insert, release twice; savepoint, insert,
	 * undo; savepoint, release; commit */
	db_set_fault(2 + 1 + 3 + 3 + 3 + 2 + 1, DB_ERROR_UNCERTAIN, FALSE);
	answered_all.go = TRUE; /* this one does not hold anybody up */
	open_gate(&gate);
	wait_until_answered(&answered_all);
	g_assert_true(db_set_fault(0, DB_ERROR_UNCERTAIN, FALSE));
	for (guint i = 0; i < 3; i++) {
		g_assert_error(works[i].error, DB_ERROR, DB_ERROR_UNCERTAIN);
		g_clear_error(&works[i].error);
	}
}

static gboolean
only_count(Db *db, gpointer data, GError **error)
{
	Work *work = data;

	work->runs++;
	return TRUE;
}

static void
more_than_may_wait_are_refused(Engine *engine, gconstpointer data)
{
	g_autoptr(Writer) w = writer(engine);
	g_autofree Work *works = g_new0(Work, WRITER_WAITING_MAX + 3);
	Gate gate = GATE;
	guint refused = 0;

	shut(w, &gate);
	for (guint i = 0; i < WRITER_WAITING_MAX + 3; i++) {
		writer_submit(w, only_count, done, &works[i]);
	}
	g_assert_cmpint(writer_counts(w).waiting, ==, WRITER_WAITING_MAX);
	open_gate(&gate);
	writer_free(g_steal_pointer(&w)); /* finishes what waits */
	for (guint i = 0; i < WRITER_WAITING_MAX + 3; i++) {
		g_assert_cmpint(works[i].answers, ==, 1);
		g_assert_cmpint(works[i].runs, ==, works[i].error == NULL);
		if (works[i].error != NULL) {
			g_assert_error(works[i].error, DB_ERROR, DB_ERROR_UNAVAILABLE);
			g_assert_cmpint(i, >=, WRITER_WAITING_MAX);
			g_clear_error(&works[i].error);
			refused++;
		}
	}
	g_assert_cmpint(refused, ==, 3);
}

static void
who_waited_too_long_is_not_begun(Engine *engine, gconstpointer data)
{
	g_autoptr(Writer) w = writer(engine);
	Work late = { .id = 1 };
	Gate gate = GATE;

	shut(w, &gate);
	writer_submit(w, add, done, &late);
	g_usleep(WRITER_PATIENCE_US + 100000);
	open_gate(&gate);
	writer_free(g_steal_pointer(&w));
	g_assert_error(late.error, DB_ERROR, DB_ERROR_UNAVAILABLE);
	g_clear_error(&late.error);
	g_assert_cmpint(late.runs, ==, 0);
}

/* ---- one engine's ---- */

static gboolean
allow_pages(Db *db, gpointer data, GError **error)
{
	return db_script(db, data, error);
}

static gboolean
add_large(Db *db, gpointer data, GError **error)
{
	return db_run(db,
	        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
	        " INSERT INTO thing (id, by) SELECT i, i FROM n",
	        DB_NO_ARGS, NULL, error);
}

static void
a_full_disk_is_a_refusal_and_no_end(Engine *engine, gconstpointer data)
{
	g_autoptr(Writer) w = writer(engine);
	g_autoptr(GError) full = NULL, error = NULL;
	g_autofree char *tight = g_strdup_printf(
	        "PRAGMA max_page_count = %d", (int)engine_ask(engine, "PRAGMA page_count") + 2);

	g_assert_true(writer_run(w, allow_pages, tight, &error));
	g_assert_false(writer_run(w, add_large, NULL, &full));
	g_assert_error(full, DB_ERROR, DB_ERROR_UNAVAILABLE);
	Work small = { .id = 1 };
	g_assert_true(writer_run(w, add, &small, &error));
	g_assert_true(writer_run(w, wipe, NULL, &error));
	g_assert_true(
	        writer_run(w, allow_pages, (gpointer) "PRAGMA max_page_count = 1000000", &error));
	g_assert_true(writer_run(w, add_large, NULL, &error));
	g_assert_no_error(error);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM thing"), ==, 20000);
}

static gsize
size_of(Engine *engine)
{
	g_autofree char *path = g_build_filename(engine->place.dir, "turnout.db", NULL);
	g_autofree char *text = NULL;
	gsize length = 0;

	g_assert_true(g_file_get_contents(path, &text, &length, NULL));
	return length;
}

static void
an_idle_writer_moves_its_log_into_the_database(Engine *engine, gconstpointer data)
{
	g_autoptr(Writer) w = writer(engine);

	gsize before = size_of(engine);
	g_assert_true(writer_run(w, add_large, NULL, NULL));
	g_assert_cmpint(size_of(engine), ==, before);
	for (guint i = 0; i < 50 && size_of(engine) == before; i++)
		g_usleep(100000);
	g_assert_cmpint(size_of(engine), >, before);
}

static void
a_server_that_comes_back_is_written_to_again(Engine *engine, gconstpointer data)
{
	g_autoptr(Writer) w = writer(engine);
	g_autoptr(GError) error = NULL;
	Work works[4];
	Gate gate = GATE;

	fill(works, 4);
	g_assert_true(writer_run(w, add, &works[0], &error));
	shut(w, &gate);
	for (guint i = 1; i < 4; i++)
		writer_submit(w, add, done, &works[i]);
	engine_ask(engine,
	        "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
	        " WHERE datname = current_database() AND pid <> pg_backend_pid()");
	open_gate(&gate);
	Work last = { .id = 9 };
	g_assert_true(writer_run(w, add, &last, &error));
	g_assert_no_error(error);
	for (guint i = 1; i < 4; i++)
		g_assert_no_error(works[i].error);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM thing"), ==, 5);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	engine_add_test("works_that_wait_share_one_commit", works_that_wait_share_one_commit);
	engine_add_test("a_crowd_takes_far_fewer_commits_than_works",
	        a_crowd_takes_far_fewer_commits_than_works);
	engine_add_test("one_refused_work_does_not_hurt_its_group",
	        one_refused_work_does_not_hurt_its_group);
	engine_add_test(
	        "a_work_that_meets_a_conflict_runs_again", a_work_that_meets_a_conflict_runs_again);
	engine_add_test("whatever_fails_each_is_answered_by_the_truth",
	        whatever_fails_each_is_answered_by_the_truth);
	engine_add_test("a_step_that_fails_without_a_savepoint_is_tried_again",
	        a_step_that_fails_without_a_savepoint_is_tried_again);
	engine_add_test("after_a_failure_groups_get_savepoints_for_a_while",
	        after_a_failure_groups_get_savepoints_for_a_while);
	engine_add_test("a_lost_answer_is_told_to_the_whole_group",
	        a_lost_answer_is_told_to_the_whole_group);
	engine_add_test("more_than_may_wait_are_refused", more_than_may_wait_are_refused);
	engine_add_test_on(
	        DB_SQLITE, "who_waited_too_long_is_not_begun", who_waited_too_long_is_not_begun);
	engine_add_test_on(DB_SQLITE, "a_full_disk_is_a_refusal_and_no_end",
	        a_full_disk_is_a_refusal_and_no_end);
	engine_add_test_on(DB_SQLITE, "an_idle_writer_moves_its_log_into_the_database",
	        an_idle_writer_moves_its_log_into_the_database);
	engine_add_test_on(DB_POSTGRES, "a_server_that_comes_back_is_written_to_again",
	        a_server_that_comes_back_is_written_to_again);
	return engine_run();
}
