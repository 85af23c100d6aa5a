#include <string.h>

#include "schema/db_driver.h"
#include "schema/migrate.h"
#include "tests/fixtures/engine.h"

#define THING                                                                                      \
	"CREATE TABLE thing (id DB_ID NOT NULL PRIMARY KEY, small SMALLINT CHECK (small < 100),"   \
	" note TEXT, raw DB_BYTES UNIQUE, of DB_ID REFERENCES thing,"                              \
	" must SMALLINT NOT NULL DEFAULT 0, large DB_BYTES);"

static Db *
thing(Engine *engine)
{
	engine_must(engine, THING);
	return engine_db(engine);
}

static void
add(Db *db, gint64 id, gint64 small)
{
	g_autoptr(GError) error = NULL;

	db_run(db, "INSERT INTO thing (id, small) VALUES ($1, $2)",
	        DB_ARGS(db_int(id), db_int(small)), NULL, &error);
	g_assert_no_error(error);
}

static gint64
ask(Db *db, const char *sql)
{
	g_autoptr(GError) error = NULL;
	gint64 number = 0;

	db_ask_int(db, sql, DB_NO_ARGS, G_MININT64, &number, &error);
	g_assert_no_error(error);
	return number;
}

static void
values_come_back_as_they_went_in(Engine *engine, gconstpointer data)
{
	static const guint8 bytes[] = { 0, 1, 0, 255 };
	g_autoptr(GError) error = NULL;
	Db *db = thing(engine);
	gint64 changed;
	gsize length;

	/* $4 appears first, $1 last */
	db_run(db, "INSERT INTO thing (raw, note, id, small) VALUES ($4, $3, $1, $2)",
	        DB_ARGS(db_int(G_MAXINT64), db_int(-7), db_text("año"),
	                db_bytes(bytes, sizeof bytes)),
	        &changed, &error);
	g_assert_no_error(error);
	g_assert_cmpint(changed, ==, 1);
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT id, small, note, raw, of FROM thing WHERE note = $2 AND id = $1 AND note = "
	        "$2",
	        DB_ARGS(db_int(G_MAXINT64), db_text("año")), &error);
	g_assert_no_error(error);
	g_assert_cmpint(db_next(rows, &error), ==, DB_ROW);
	g_assert_cmpint(db_column_int(rows, 0), ==, G_MAXINT64);
	g_assert_cmpint(db_column_int(rows, 1), ==, -7);
	g_assert_cmpstr(db_column_text(rows, 2), ==, "año");
	gconstpointer raw = db_column_bytes(rows, 3, &length);
	g_assert_cmpmem(raw, length, bytes, sizeof bytes);
	g_assert_true(db_column_is_null(rows, 4));
	g_assert_cmpint(db_column_int(rows, 4), ==, 0);
	g_assert_cmpint(db_next(rows, &error), ==, DB_NO_ROW);
	g_assert_cmpint(db_next(rows, &error), ==, DB_NO_ROW); /* and goes on saying so */
}

static void
what_a_question_was_asked_with_may_go_before_the_answer(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	Db *db = thing(engine);
	char note[] = "kept";

	add(db, 1, 1);
	g_autoptr(DbRows) rows =
	        db_query(db, "SELECT $1 || note || $2 FROM (SELECT 'x' AS note) AS one",
	                DB_ARGS(db_text(note), db_text("")), &error);
	memset(note, '#', sizeof note - 1);
	g_assert_cmpint(db_next(rows, &error), ==, DB_ROW);
	g_assert_cmpstr(db_column_text(rows, 0), ==, "keptx");
}

static void
null_and_a_value_take_turns_in_one_statement(Engine *engine, gconstpointer data)
{
	static const char insert[] =
	        "INSERT INTO thing (id, small, note, large) VALUES ($1, $2, $3, $4)";
	g_autoptr(GError) error = NULL;
	Db *db = thing(engine);
	g_autofree guint8 *large = g_malloc(1 << 20);

	memset(large, 7, 1 << 20);
	for (gint64 id = 1; id <= 4; id++) {
		gboolean odd = id % 2;
		db_run(db, insert,
		        DB_ARGS(db_int(id), odd ? db_null() : db_int(id), db_text(odd ? NULL : "x"),
		                id == 4 ? db_bytes(large, 1 << 20)
		                        : db_bytes(odd ? NULL : large, 0)),
		        NULL, &error);
		g_assert_no_error(error);
	}
	g_assert_cmpint(ask(db,
	                        "SELECT count(*) FROM thing WHERE small IS NULL AND note IS NULL"
	                        " AND large IS NULL"),
	        ==, 2);
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT large FROM thing WHERE large IS NOT NULL ORDER BY id", DB_NO_ARGS, &error);
	gsize length;
	g_assert_cmpint(db_next(rows, &error), ==, DB_ROW);
	g_assert_nonnull(db_column_bytes(rows, 0, &length)); /* empty is not NULL */
	g_assert_cmpint(length, ==, 0);
	g_assert_cmpint(db_next(rows, &error), ==, DB_ROW);
	gconstpointer raw = db_column_bytes(rows, 0, &length);
	g_assert_cmpmem(raw, length, large, 1 << 20);
}

static void
a_question_about_nothing_is_cast(Engine *engine, gconstpointer data)
{
	static const char sql[] = "SELECT count(*) FROM thing WHERE CAST($1 AS TEXT) IS NULL OR "
	                          "note = CAST($1 AS TEXT)";
	g_autoptr(GError) error = NULL;
	Db *db = thing(engine);
	gint64 n;

	add(db, 1, 1);
	for (guint i = 0; i < 2; i++) {
		g_assert_true(db_ask_int(db, sql, DB_ARGS(db_text(NULL)), -1, &n, &error));
		g_assert_cmpint(n, ==, 1);
		g_assert_true(db_ask_int(db, sql, DB_ARGS(db_text("no")), -1, &n, &error));
		g_assert_cmpint(n, ==, 0);
	}
}

static void
sums_and_quarters_of_an_hour_are_whole_numbers(Engine *engine, gconstpointer data)
{
	Db *db = thing(engine);

	g_assert_cmpint(ask(db, "SELECT sum(id) FROM thing"), ==, 0); /* NULL reads as 0 */
	add(db, 123456789012345, 30);
	add(db, 100000000, -31);
	g_assert_cmpint(ask(db, "SELECT sum(id) FROM thing"), ==, 123456889012345);
	g_assert_cmpint(ask(db, "SELECT -sum(id) FROM thing"), ==, -123456889012345);
	g_assert_cmpint(ask(db, "SELECT sum(id) FROM thing WHERE small < 0"), ==, 100000000);
	g_assert_cmpint(ask(db, "SELECT sum(small) FROM thing"), ==, -1);
	g_assert_cmpint(ask(db, "SELECT small / 4 FROM thing WHERE small = 30"), ==, 7);
	g_assert_cmpint(ask(db, "SELECT id FROM thing WHERE id = 5"), ==, G_MININT64); /* @absent */
}

static void
the_last_place_goes_once(Engine *engine, gconstpointer data)
{
	static const char sql[] = "UPDATE thing SET small = small + 1 WHERE id = $1 AND small < $2"
	                          " RETURNING small";
	g_autoptr(GError) error = NULL;
	Db *db = thing(engine);
	gint64 taken;

	add(db, 1, 8);
	for (gint64 want = 9; want <= 10; want++) {
		g_assert_true(
		        db_ask_int(db, sql, DB_ARGS(db_int(1), db_int(10)), -1, &taken, &error));
		g_assert_cmpint(taken, ==, want);
	}
	g_assert_true(db_ask_int(db, sql, DB_ARGS(db_int(1), db_int(10)), -1, &taken, &error));
	g_assert_cmpint(taken, ==, -1);
	gint64 changed;
	g_assert_true(db_run(db, sql, DB_ARGS(db_int(1), db_int(90)), &changed, &error));
	g_assert_cmpint(changed, ==, 1);
	g_assert_true(db_run(db, "INSERT INTO thing (id) VALUES ($1) ON CONFLICT (id) DO NOTHING",
	        DB_ARGS(db_int(1)), &changed, &error));
	g_assert_cmpint(changed, ==, 0);
	g_assert_true(db_run(db, "UPDATE thing SET note = 'n'", DB_NO_ARGS, &changed, &error));
	g_assert_cmpint(changed, ==, 1);
}

static void
one_question_inside_another_of_the_same_text(Engine *engine, gconstpointer data)
{
	static const char sql[] = "SELECT id FROM thing WHERE id >= $1 ORDER BY id";
	g_autoptr(GError) error = NULL;
	Db *db = thing(engine);
	guint pairs = 0;

	for (gint64 id = 1; id <= 5; id++)
		add(db, id, 1);
	for (guint again = 0; again < 2; again++) {
		g_autoptr(DbRows) outer = db_query(db, sql, DB_ARGS(db_int(2)), &error);
		while (db_next(outer, &error) == DB_ROW) {
			gint64 from = db_column_int(outer, 0);
			g_autoptr(DbRows) inner = db_query(db, sql, DB_ARGS(db_int(from)), &error);
			while (db_next(inner, &error) == DB_ROW)
				pairs++;
			g_assert_cmpint(db_column_int(outer, 0), ==, from);
		}
	}
	g_assert_no_error(error);
	g_assert_cmpint(pairs, ==, 2 * (4 + 3 + 2 + 1));
}

static void
a_reader_sees_one_state_until_its_end(Engine *engine, gconstpointer data)
{
	static const char count[] = "SELECT count(*) FROM thing";
	g_autoptr(GError) error = NULL;
	Db *db = thing(engine);
	Db *reader = engine_reader(engine);

	add(db, 1, 1);
	g_assert_true(db_begin(reader, &error));
	g_assert_cmpint(ask(reader, count), ==, 1);
	add(db, 2, 1);
	g_assert_cmpint(ask(reader, count), ==, 1);
	g_assert_true(db_commit(reader, &error));
	g_assert_cmpint(ask(reader, count), ==, 2);
}

static void
a_reader_cannot_write(Engine *engine, gconstpointer data)
{
	Db *reader = (thing(engine), engine_reader(engine));

	for (guint in_transaction = 0; in_transaction < 2; in_transaction++) {
		g_autoptr(GError) error = NULL;
		if (in_transaction)
			g_assert_true(db_begin(reader, NULL));
		g_assert_false(db_run(
		        reader, "INSERT INTO thing (id) VALUES (1)", DB_NO_ARGS, NULL, &error));
		g_assert_error(error, DB_ERROR, DB_ERROR_BROKEN);
		db_rollback(reader);
	}
	g_assert_cmpint(ask(reader, "SELECT count(*) FROM thing"), ==, 0);
}

static void
rules_of_the_tables_refuse_rows(Engine *engine, gconstpointer data)
{
	static const char *const refused[] = {
		"INSERT INTO thing (id) VALUES (1)",             /* primary key */
		"INSERT INTO thing (id, small) VALUES (2, 100)", /* check */
		"UPDATE thing SET must = NULL",
		"INSERT INTO thing (id, raw) SELECT 3, raw FROM thing WHERE id = 1", /* unique */
		"INSERT INTO thing (id, of) VALUES (4, 9)",                          /* reference */
	};
	Db *db = thing(engine);

	engine_must(engine, "INSERT INTO thing (id, raw) SELECT 1, CAST('r' AS DB_BYTES)");
	for (guint i = 0; i < G_N_ELEMENTS(refused); i++) {
		g_autoptr(GError) error = NULL;
		g_assert_false(db_run(db, refused[i], DB_NO_ARGS, NULL, &error));
		g_assert_error(error, DB_ERROR, DB_ERROR_CONSTRAINT);
	}
	g_assert_cmpint(ask(db, "SELECT count(*) FROM thing"), ==, 1);
}

static void
after_a_failure_nothing_runs_until_it_is_undone(Engine *engine, gconstpointer data)
{
	static const char bad[] = "INSERT INTO thing (id, small) VALUES (2, 100)";
	Db *db = thing(engine);

	for (guint with_undo = 0; with_undo < 2; with_undo++) {
		g_autoptr(GError) first = NULL, second = NULL, third = NULL, none = NULL;
		g_assert_true(db_begin(db, NULL));
		add(db, 10 + with_undo, 1);
		g_assert_true(db_savepoint(db, NULL));
		add(db, 20 + with_undo, 1);
		g_assert_false(db_run(db, bad, DB_NO_ARGS, NULL, &first));
		g_assert_error(first, DB_ERROR, DB_ERROR_CONSTRAINT);
		g_assert_false(
		        db_run(db, "UPDATE thing SET note = 'never'", DB_NO_ARGS, NULL, &second));
		g_assert_error(second, DB_ERROR, DB_ERROR_BROKEN);
		if (with_undo) {
			g_assert_true(db_undo(db, &none));
			add(db, 30, 1);
			g_assert_true(db_commit(db, &none));
		} else {
			g_assert_false(db_commit(db, &third));
			g_assert_error(third, DB_ERROR, DB_ERROR_BROKEN);
		}
	}
	g_assert_cmpint(ask(db, "SELECT sum(id) FROM thing"), ==, 11 + 30);
}

static void
savepoints_keep_works_apart(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	Db *db = thing(engine);

	g_assert_true(db_begin(db, &error));
	for (gint64 id = 1; id <= 8; id++) {
		g_assert_true(db_savepoint(db, &error));
		if (id != 3) /* one that does nothing */
			add(db, id, id);
		g_assert_true(id % 2 ? db_release(db, &error) : db_undo(db, &error));
		g_assert_no_error(error);
	}
	g_assert_true(db_commit(db, &error));
	g_assert_cmpint(ask(db, "SELECT sum(id) FROM thing"), ==, 1 + 5 + 7);
}

static void
misuse_is_told_and_harms_nothing(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) few = NULL, syntax = NULL, table = NULL;
	Db *db = thing(engine);

	g_assert_false(db_run(db, "SELECT $1, $2", DB_ARGS(db_int(1)), NULL, &few));
	g_assert_error(few, DB_ERROR, DB_ERROR_BROKEN);
	g_assert_false(db_run(db, "SELEC 1", DB_NO_ARGS, NULL, &syntax));
	g_assert_error(syntax, DB_ERROR, DB_ERROR_BROKEN);
	g_assert_false(db_run(db, "SELECT 1 FROM nothing", DB_NO_ARGS, NULL, &table));
	g_assert_error(table, DB_ERROR, DB_ERROR_BROKEN);
	add(db, 1, 1);
}

static gboolean
add_pair(Db *db, gpointer data, GError **error)
{
	return db_run(db, "INSERT INTO thing (id, small) VALUES (1, 1)", DB_NO_ARGS, NULL, error) &&
	        db_savepoint(db, error) &&
	        db_run(db, "INSERT INTO thing (id, small) VALUES (2, 1)", DB_NO_ARGS, NULL,
	                error) &&
	        db_release(db, error) &&
	        db_run(db, "UPDATE thing SET small = 2", DB_NO_ARGS, NULL, error);
}

/* Every step fails in turn, in every way; all or nothing is there after it. */
static void
whatever_step_fails_all_or_nothing_happened(Engine *engine, gconstpointer data)
{
	Db *db = thing(engine);
	guint steps[5] = { 0 };

	for (DbErrorCode code = DB_ERROR_UNAVAILABLE; code <= DB_ERROR_BROKEN; code++)
		for (guint n = 1;; n++) {
			g_autoptr(GError) error = NULL;
			db_set_fault((gint)n, code, TRUE);
			gboolean done = db_transact(db, add_pair, NULL, &error);
			if (db_set_fault(0, code, FALSE) == FALSE) { /* past the last step */
				g_assert_no_error(error);
				g_assert_true(done);
				steps[code] = n - 1;
				engine_must(engine, "DELETE FROM thing");
				break;
			}
			g_assert_false(done);
			g_assert_error(error, DB_ERROR, (int)code);
			g_assert_cmpint(ask(db, "SELECT count(*) FROM thing"), ==, 0);
		}
	for (guint i = 0; i < G_N_ELEMENTS(steps); i++)
		g_assert_cmpint(steps[i], ==, 7);
}

static void
a_conflict_runs_the_whole_work_again(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	Db *db = thing(engine);

	db_set_fault(4, DB_ERROR_CONFLICT, FALSE);
	g_assert_true(db_transact(db, add_pair, NULL, &error));
	g_assert_true(db_set_fault(0, DB_ERROR_CONFLICT, FALSE));
	g_assert_cmpint(ask(db, "SELECT sum(small) FROM thing"), ==, 4);
}

static void
a_script_names_the_engines_types_and_no_others(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	Db *db = engine_db(engine);

	engine_must(engine,
	        "CREATE TABLE other (DB_IDS DB_ID, DB_BYTES_TOO DB_BYTES,"
	        " PRIMARY KEY (DB_IDS)) DB_CLUSTERED;"
	        "INSERT INTO other (DB_IDS) VALUES (5)");
	g_assert_cmpint(ask(db, "SELECT db_ids FROM other WHERE db_bytes_too IS NULL"), ==, 5);
	g_assert_false(
	        db_script(db, "CREATE TABLE more (a TEXT); CREATE TABLE other (b TEXT)", &error));
}

static void
text_sorts_by_its_bytes(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GString) sorted = g_string_new(NULL);
	Db *db = thing(engine);

	engine_must(engine,
	        "INSERT INTO thing (id, note) VALUES (1, 'b'), (2, 'B'), (3, 'ä'), (4, '-a')");
	g_autoptr(DbRows) rows =
	        db_query(db, "SELECT note FROM thing ORDER BY note", DB_NO_ARGS, &error);
	while (db_next(rows, &error) == DB_ROW)
		g_string_append(sorted, db_column_text(rows, 0));
	g_assert_cmpstr(sorted->str, ==, "-aBbä");
}

static void
the_log_of_changes_moves_into_the_database(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	Db *db = thing(engine);
	gboolean sqlite = engine->engine == DB_SQLITE;

	g_assert_cmpint(db_wal_pages(db) > 0, ==, sqlite);
	g_assert_true(db_checkpoint(db, &error));
	g_assert_cmpint(db_wal_pages(db), ==, 0);
	add(db, 1, 1);
	g_assert_cmpint(db_wal_pages(db) > 0, ==, sqlite);
	/* one that reads holds the end of the log back, and is not harmed */
	Db *reader = engine_reader(engine);
	g_assert_true(db_begin(reader, &error));
	g_assert_cmpint(ask(reader, "SELECT count(*) FROM thing"), ==, 1);
	add(db, 2, 1);
	g_assert_true(db_checkpoint(db, &error));
	g_assert_cmpint(db_wal_pages(db) > 0, ==, sqlite);
	g_assert_cmpint(ask(reader, "SELECT count(*) FROM thing"), ==, 1);
	db_rollback(reader);
	g_assert_true(db_checkpoint_whole(db, &error));
	g_assert_no_error(error);
	g_assert_cmpint(db_wal_pages(db), ==, 0);
	g_assert_cmpint(ask(reader, "SELECT count(*) FROM thing"), ==, 2);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	engine_add_test("values_come_back_as_they_went_in", values_come_back_as_they_went_in);
	engine_add_test("what_a_question_was_asked_with_may_go_before_the_answer",
	        what_a_question_was_asked_with_may_go_before_the_answer);
	engine_add_test("null_and_a_value_take_turns_in_one_statement",
	        null_and_a_value_take_turns_in_one_statement);
	engine_add_test("a_question_about_nothing_is_cast", a_question_about_nothing_is_cast);
	engine_add_test("sums_and_quarters_of_an_hour_are_whole_numbers",
	        sums_and_quarters_of_an_hour_are_whole_numbers);
	engine_add_test("the_last_place_goes_once", the_last_place_goes_once);
	engine_add_test("one_question_inside_another_of_the_same_text",
	        one_question_inside_another_of_the_same_text);
	engine_add_test(
	        "a_reader_sees_one_state_until_its_end", a_reader_sees_one_state_until_its_end);
	engine_add_test("a_reader_cannot_write", a_reader_cannot_write);
	engine_add_test("rules_of_the_tables_refuse_rows", rules_of_the_tables_refuse_rows);
	engine_add_test("after_a_failure_nothing_runs_until_it_is_undone",
	        after_a_failure_nothing_runs_until_it_is_undone);
	engine_add_test("savepoints_keep_works_apart", savepoints_keep_works_apart);
	engine_add_test("misuse_is_told_and_harms_nothing", misuse_is_told_and_harms_nothing);
	engine_add_test("whatever_step_fails_all_or_nothing_happened",
	        whatever_step_fails_all_or_nothing_happened);
	engine_add_test(
	        "a_conflict_runs_the_whole_work_again", a_conflict_runs_the_whole_work_again);
	engine_add_test("a_script_names_the_engines_types_and_no_others",
	        a_script_names_the_engines_types_and_no_others);
	engine_add_test("text_sorts_by_its_bytes", text_sorts_by_its_bytes);
	engine_add_test("the_log_of_changes_moves_into_the_database",
	        the_log_of_changes_moves_into_the_database);
	return engine_run();
}
