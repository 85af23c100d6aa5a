#include "tests/engine.h"

static void
values_come_back_as_they_went_in(Engine *engine, gconstpointer data)
{
	static const guint8 bytes[] = { 0, 1, 0, 255 };
	g_autoptr(GError) error = NULL;
	Db *db = engine_db(engine);
	gsize length;

	engine_must(engine,
	        "CREATE TABLE thing (id DB_ID NOT NULL PRIMARY KEY, small SMALLINT, note TEXT, raw "
	        "DB_BYTES)");
	gint64 changed;
	g_assert_true(db_run(db, "INSERT INTO thing (raw, note, id, small) VALUES ($4, $3, $1, $2)",
	        DB_ARGS(db_int(G_MAXINT64), db_int(-7), db_text("año"),
	                db_bytes(bytes, sizeof bytes)),
	        &changed, &error));
	g_assert_no_error(error);
	g_assert_cmpint(changed, ==, 1);
	g_autoptr(DbRows) rows =
	        db_query(db, "SELECT id, small, note, raw, NULL FROM thing WHERE note = $1",
	                DB_ARGS(db_text("año")), &error);
	g_assert_no_error(error);
	g_assert_cmpint(db_next(rows, &error), ==, DB_ROW);
	g_assert_cmpint(db_column_int(rows, 0), ==, G_MAXINT64);
	g_assert_cmpint(db_column_int(rows, 1), ==, -7);
	g_assert_cmpstr(db_column_text(rows, 2), ==, "año");
	gconstpointer raw = db_column_bytes(rows, 3, &length);
	g_assert_cmpmem(raw, length, bytes, sizeof bytes);
	g_assert_true(db_column_is_null(rows, 4));
	g_assert_cmpint(db_next(rows, &error), ==, DB_NO_ROW);
}

static void
a_record_opens_again(Engine *engine, gconstpointer data)
{
	engine_record(engine);
	engine_close(engine);
	g_assert_nonnull(record_writer(engine_record(engine)));
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM event"), ==, 0);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	engine_add_test("values_come_back_as_they_went_in", values_come_back_as_they_went_in);
	engine_add_test("a_record_opens_again", a_record_opens_again);
	return engine_run();
}
