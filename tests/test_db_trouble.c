/* What the world does to a database: full disks, lost servers, strangers' tables. */
#include <glib/gstdio.h>
#include <pthread.h>
#include <string.h>

#include "schema/db_driver.h"
#include "schema/migrate.h"
#include "tests/fixtures/engine.h"

static const char insert[] = "INSERT INTO thing (id, note) VALUES ($1, $2)";

static Db *
thing(Engine *engine)
{
	engine_must(engine, "CREATE TABLE thing (id DB_ID NOT NULL PRIMARY KEY, note TEXT)");
	return engine_db(engine);
}

static gboolean
add(Db *db, gint64 id, GError **error)
{
	return db_run(db, insert, DB_ARGS(db_int(id), db_text("x")), NULL, error);
}

static gboolean
add_large(Db *db, gint64 id, GError **error)
{
	g_autofree char *note = g_strnfill(1 << 20, 'x');

	return db_run(db, insert, DB_ARGS(db_int(id), db_text(note)), NULL, error);
}

/* ---- SQLite ---- */

static void
a_full_disk_refuses_and_recovers(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) full = NULL, error = NULL;
	Db *db = thing(engine);

	g_assert_true(add(db, 1, &error));
	g_autofree char *tight = g_strdup_printf(
	        "PRAGMA max_page_count = %d", (int)engine_ask(engine, "PRAGMA page_count") + 8);
	g_assert_true(db_script(db, tight, &error));
	g_assert_true(db_begin(db, &error));
	g_assert_true(add(db, 2, &error));
	g_assert_false(add_large(db, 3, &full));
	g_assert_error(full, DB_ERROR, DB_ERROR_UNAVAILABLE);
	db_rollback(db);
	g_assert_true(add(db, 4, &error)); /* there is room for a small one */
	g_assert_true(db_script(db, "PRAGMA max_page_count = 1000000", &error));
	g_assert_true(add_large(db, 5, &error));
	g_assert_no_error(error);
	g_assert_cmpint(engine_ask(engine, "SELECT sum(id) FROM thing"), ==, 1 + 4 + 5);
}

/* Pages that find no room in the cache go to the log before the commit, and come back from it. */
static void
a_work_larger_than_the_cache_is_whole_or_undone(Engine *engine, gconstpointer data)
{
	static const char ask[] = "SELECT coalesce(sum(length(note)), 0) FROM thing";
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) faults = faults_new();
	Db *db = thing(engine);
	g_autoptr(Db) other = db_open(engine->url, DB_READ, &error);
	gint64 wrote = 0, read = -1;

	g_assert_no_error(error);
	g_assert_true(db_script(db, "PRAGMA cache_size = 10", &error));
	for (guint turn = 0; turn < 3; turn++) {
		g_assert_true(db_begin(db, &error));
		for (guint i = 0; i < 500; i++) {
			g_autofree char *note = g_strnfill(1 + i * 31 % 5000, 'x');
			wrote += (gint64)strlen(note);
			g_assert_true(db_run(db, insert,
			        DB_ARGS(db_int(1 + i * 7919 % 500 + turn * 500), db_text(note)),
			        NULL, &error));
		}
		g_assert_true(db_ask_int(db, ask, DB_NO_ARGS, -1, &read, &error));
		g_assert_cmpint(read, ==, wrote); /* its own, uncommitted */
		if (turn == 1) {
			db_rollback(db);
			wrote /= 2;
		} else {
			g_assert_true(db_commit(db, &error));
		}
		g_assert_true(db_ask_int(other, ask, DB_NO_ARGS, -1, &read, &error));
		g_assert_cmpint(read, ==, wrote);
	}
	g_assert_true(db_verify(db, faults, &error));
	g_assert_cmpuint(faults->len, ==, 0);
	g_assert_true(db_checkpoint(db, &error));
	g_assert_true(db_ask_int(other, ask, DB_NO_ARGS, -1, &read, &error));
	g_assert_cmpint(read, ==, wrote);
}

static void
a_file_that_is_no_database_is_told(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) read = NULL, write = NULL, absent = NULL;
	g_autofree char *path = g_build_filename(engine->dir, "other", NULL);
	g_autofree char *url = g_strconcat("sqlite:", path, NULL);

	g_assert_null(db_open(url, DB_READ, &absent));
	g_assert_error(absent, DB_ERROR, DB_ERROR_UNAVAILABLE);
	g_autofree char *junk = g_strnfill(8192, 'j');
	g_assert_true(g_file_set_contents(path, junk, 8192, NULL));
	g_assert_null(db_open(url, DB_WRITE, &write));
	g_assert_error(write, DB_ERROR, DB_ERROR_BROKEN);
	g_autoptr(Db) db = db_open(url, DB_READ, &read);
	g_assert_true(db == NULL || !migrate_check(db, &read));
	g_assert_error(read, DB_ERROR, DB_ERROR_BROKEN);
}

/* ---- PostgreSQL ---- */

/* Ends every session on the test's database but the one that asks. */
static void
kill_sessions(Engine *engine)
{
	engine_ask(engine,
	        "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
	        " WHERE datname = current_database() AND pid <> pg_backend_pid()");
}

static void
a_connection_that_died_idle_is_opened_again_unseen(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	Db *db = thing(engine);
	Db *reader = engine_reader(engine);
	gint64 n;

	g_assert_true(add(db, 1, &error)); /* prepared on the connection that dies */
	kill_sessions(engine);
	g_assert_true(db_begin(db, &error));
	g_assert_true(add(db, 2, &error));
	g_assert_true(db_commit(db, &error));
	g_assert_true(db_begin(reader, &error));
	g_assert_true(db_ask_int(reader, "SELECT count(*) FROM thing", DB_NO_ARGS, -1, &n, &error));
	g_assert_cmpint(n, ==, 2);
}

static void
a_connection_lost_in_a_transaction_is_unavailable_and_heals(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) lost = NULL, after = NULL, error = NULL;
	Db *db = thing(engine);

	g_assert_true(db_begin(db, &error));
	g_assert_true(db_savepoint(db, &error));
	g_assert_true(add(db, 1, &error));
	kill_sessions(engine);
	g_assert_false(add(db, 2, &lost));
	g_assert_error(lost, DB_ERROR, DB_ERROR_UNAVAILABLE);
	g_assert_false(db_undo(db, &after));
	g_assert_error(after, DB_ERROR, DB_ERROR_UNAVAILABLE);
	db_rollback(db);
	g_assert_true(db_begin(db, &error));
	g_assert_true(add(db, 4, &error));
	g_assert_true(db_commit(db, &error));
	g_assert_no_error(error);
	g_assert_cmpint(engine_ask(engine, "SELECT sum(id) FROM thing"), ==, 4);
}

static void
a_commit_whose_answer_is_lost_is_uncertain(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) lost = NULL, error = NULL;
	Db *db = thing(engine);

	g_assert_true(db_begin(db, &error));
	g_assert_true(add(db, 1, &error));
	kill_sessions(engine);
	g_assert_false(db_commit(db, &lost));
	g_assert_error(lost, DB_ERROR, DB_ERROR_UNCERTAIN);
	g_assert_true(db_begin(db, &error));
	g_assert_true(db_commit(db, &error));
	g_assert_no_error(error);
}

static gint64
session_of(Db *db)
{
	g_autoptr(GError) error = NULL;
	gint64 pid;

	db_ask_int(db, "SELECT pg_backend_pid()", DB_NO_ARGS, -1, &pid, &error);
	g_assert_no_error(error);
	return pid;
}

static void
a_server_that_may_no_longer_write_is_left(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) standby = NULL, error = NULL;
	Db *db = thing(engine);
	gint64 before = session_of(db);

	g_assert_true(db_begin(db, &error));
	g_assert_true(db_script(db, "SET TRANSACTION READ ONLY", &error)); /* as on a standby */
	g_assert_false(add(db, 1, &standby));
	g_assert_error(standby, DB_ERROR, DB_ERROR_UNAVAILABLE);
	db_rollback(db);
	g_assert_true(db_begin(db, &error));
	g_assert_true(add(db, 2, &error));
	g_assert_true(db_commit(db, &error));
	g_assert_no_error(error);
	g_assert_cmpint(session_of(db), !=, before);
}

static void
two_that_wait_for_each_other_are_a_conflict(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) late = NULL, error = NULL;
	Db *db = thing(engine);
	g_autoptr(Db) other = db_open(engine->url, DB_WRITE, &error);

	g_assert_true(add(db, 1, &error));
	g_assert_true(db_begin(other, &error));
	g_assert_true(db_script(other, "UPDATE thing SET note = 'mine'", &error));
	g_assert_true(db_begin(db, &error));
	g_assert_true(db_script(db, "SET LOCAL lock_timeout = 50", &error));
	g_assert_false(db_run(db, "UPDATE thing SET note = 'late'", DB_NO_ARGS, NULL, &late));
	g_assert_error(late, DB_ERROR, DB_ERROR_CONFLICT);
	db_rollback(db);
	db_rollback(other);
}

static char *
other_database(Engine *engine, const char *how)
{
	g_autoptr(GError) error = NULL;
	const char *end = strchr(engine->url, '?');
	const char *name = end;

	while (name[-1] != '/')
		name--;
	g_autofree char *other = g_strdup_printf("%.*s_other", (int)(end - name), name);
	g_autofree char *sql =
	        g_strdup_printf("CREATE DATABASE %s TEMPLATE template0 %s", other, how);
	db_script(engine_db(engine), sql, &error);
	g_assert_no_error(error);
	return g_strdup_printf("%.*s%s%s", (int)(name - engine->url), engine->url, other, end);
}

static void
a_database_that_sorts_by_a_language_is_refused(Engine *engine, gconstpointer data)
{
	static const char *const refused[] = { "LOCALE_PROVIDER icu ICU_LOCALE 'en'",
		"ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'" };

	for (guint i = 0; i < G_N_ELEMENTS(refused); i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *url = other_database(engine, refused[i]);
		g_assert_null(db_open(url, DB_WRITE, &error));
		g_assert_error(error, DB_ERROR, DB_ERROR_BROKEN);
		const char *name = strrchr(url, '/');
		name = strstr(url, "/t") ?: name;
		g_autofree char *drop = g_strdup_printf(
		        "DROP DATABASE %.*s", (int)(strchr(name, '?') - name - 1), name + 1);
		g_assert_true(db_script(engine_db(engine), drop, NULL));
	}
}

static void
an_address_that_leads_nowhere_is_unavailable(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) nowhere = NULL, strange = NULL;

	g_assert_null(db_open("postgresql://who:secret@127.0.0.1:1/x", DB_READ, &nowhere));
	g_assert_error(nowhere, DB_ERROR, DB_ERROR_UNAVAILABLE);
	g_assert_null(strstr(nowhere->message, "secret"));
	g_assert_null(db_open("mysql://who:secret@h/x", DB_READ, &strange));
	g_assert_error(strange, TURNOUT_ERROR, TURNOUT_ERROR_INPUT);
	g_assert_null(strstr(strange->message, "secret"));
}

/* ---- migrations, on both ---- */

static const Embedded two[] = {
	{ "0001.sql", "CREATE TABLE first (id DB_ID NOT NULL PRIMARY KEY);", 0 },
	{ "0002.sql",
	        "CREATE TABLE second (id DB_ID NOT NULL PRIMARY KEY, of DB_ID REFERENCES first);"
	        "INSERT INTO first (id) VALUES (1); INSERT INTO second (id, of) VALUES (2, 1);",
	        0 },
	{ NULL },
};

static void
with_lengths(const Embedded *from, guint n, Embedded *to)
{
	for (guint i = 0; i < n; i++)
		to[i] = (Embedded){ from[i].name, from[i].text, strlen(from[i].text) };
	to[n] = (Embedded){ 0 };
}

static Db *
empty(Engine *engine)
{
	g_autoptr(GError) error = NULL;

	g_mkdir_with_parents(engine->place.dir, 0700);
	engine->db = db_open(engine->url, DB_WRITE, &error);
	g_assert_no_error(error);
	return engine->db;
}

static void
migrations_apply_once_and_in_order(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	Embedded one[2], both[3];
	Db *db = empty(engine);

	with_lengths(two, 1, one);
	with_lengths(two, 2, both);
	g_assert_true(migrate_with(db, one, &error));
	g_assert_true(migrate_with(db, both, &error));
	g_assert_true(migrate_with(db, both, &error));
	g_assert_no_error(error);
	g_assert_cmpint(engine_ask(engine, "SELECT of FROM second"), ==, 1);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM schema_version"), ==, 2);
}

static void *
migrate_too(void *data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Db) db = db_open(data, DB_WRITE, &error);

	g_assert_no_error(error);
	g_assert_true(migrate(db, &error));
	g_assert_no_error(error);
	return NULL;
}

static void
servers_that_start_at_once_make_the_tables_once(Engine *engine, gconstpointer data)
{
	pthread_t threads[4];

	for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
		g_assert_cmpint(pthread_create(&threads[i], NULL, migrate_too, engine->url), ==, 0);
	for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
		pthread_join(threads[i], NULL);
	g_assert_cmpint(
	        engine_ask(engine, "SELECT count(*) FROM schema_version WHERE no = 1"), ==, 1);
}

static void
a_migration_that_fails_leaves_nothing(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) broken = NULL, error = NULL;
	Embedded both[3];
	Db *db = empty(engine);

	with_lengths(two, 2, both);
	both[1].text = "CREATE TABLE third (id DB_ID NOT NULL PRIMARY KEY); INSERT INTO nowhere "
	               "VALUES (1);";
	both[1].length = strlen(both[1].text);
	g_assert_false(migrate_with(db, both, &broken));
	g_assert_error(broken, DB_ERROR, DB_ERROR_BROKEN);
	g_assert_nonnull(strstr(broken->message, "0002.sql"));
	with_lengths(two, 2, both);
	g_assert_true(migrate_with(db, both, &error)); /* as if nothing had been tried */
	g_assert_no_error(error);
}

static void
a_newer_database_is_refused(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) write = NULL, read = NULL;
	Db *db = engine_db(engine);

	engine_must(engine,
	        "INSERT INTO schema_version (no, name, checksum)"
	        " SELECT count(*) + 1, '9999.sql', 'x' FROM schema_version");
	g_assert_false(migrate(db, &write));
	g_assert_error(write, TURNOUT_ERROR, TURNOUT_ERROR_INPUT);
	g_assert_nonnull(strstr(write->message, "newer"));
	g_assert_false(migrate_check(engine_reader(engine), &read));
	g_assert_error(read, TURNOUT_ERROR, TURNOUT_ERROR_INPUT);
}

static void
a_migration_that_was_tampered_with_is_named(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) write = NULL, error = NULL;
	g_autoptr(GPtrArray) none = faults_new(), found = faults_new();
	Db *db = engine_db(engine);

	g_assert_true(migrate_verify(engine_reader(engine), none, &error));
	g_assert_true(db_verify(engine_reader(engine), none, &error));
	g_assert_no_error(error);
	g_assert_cmpint(none->len, ==, 0);
	engine_must(engine, "UPDATE schema_version SET checksum = 'f00' WHERE no = 1");
	g_assert_true(migrate_verify(engine_reader(engine), found, &error));
	g_assert_cmpint(found->len, ==, 1);
	g_assert_nonnull(strstr(((Fault *)g_ptr_array_index(found, 0))->what, "0001.sql"));
	g_assert_false(migrate(db, &write));
	g_assert_error(write, DB_ERROR, DB_ERROR_BROKEN);
	g_assert_nonnull(strstr(write->message, "0001.sql"));
}

static void
tables_of_somebody_else_are_left_alone(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) error = NULL, absent = NULL;
	Db *db = empty(engine);

	g_assert_false(migrate_check(db, &absent));
	g_assert_error(absent, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT);
	g_assert_true(db_script(db, "CREATE TABLE theirs (id TEXT)", NULL));
	g_assert_false(migrate(db, &error));
	g_assert_error(error, DB_ERROR, DB_ERROR_BROKEN);
	g_assert_true(db_script(db, "DROP TABLE theirs", NULL));
}

static void
a_row_without_what_it_names_is_found(Engine *engine, gconstpointer data)
{
	g_autoptr(GPtrArray) found = faults_new();
	g_autoptr(GError) error = NULL;

	engine_must(engine,
	        "CREATE TABLE thing (id DB_ID NOT NULL PRIMARY KEY, of DB_ID REFERENCES thing)");
	g_assert_true(db_script(engine_db(engine),
	        "PRAGMA foreign_keys = OFF; INSERT INTO thing (id, of) VALUES (1, 7);", &error));
	g_assert_true(db_verify(engine_reader(engine), found, &error));
	g_assert_cmpint(found->len, ==, 1);
	g_assert_nonnull(strstr(((Fault *)g_ptr_array_index(found, 0))->what, "thing"));
}

static void
on_sqlite(const char *name, EngineTest test)
{
	engine_add_test_on(DB_SQLITE, name, test);
}

static void
on_postgres(const char *name, EngineTest test)
{
	engine_add_test_on(DB_POSTGRES, name, test);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	on_sqlite("a_full_disk_refuses_and_recovers", a_full_disk_refuses_and_recovers);
	on_sqlite("a_work_larger_than_the_cache_is_whole_or_undone",
	        a_work_larger_than_the_cache_is_whole_or_undone);
	on_sqlite("a_file_that_is_no_database_is_told", a_file_that_is_no_database_is_told);
	on_sqlite("a_row_without_what_it_names_is_found", a_row_without_what_it_names_is_found);
	on_postgres("a_connection_that_died_idle_is_opened_again_unseen",
	        a_connection_that_died_idle_is_opened_again_unseen);
	on_postgres("a_connection_lost_in_a_transaction_is_unavailable_and_heals",
	        a_connection_lost_in_a_transaction_is_unavailable_and_heals);
	on_postgres("a_commit_whose_answer_is_lost_is_uncertain",
	        a_commit_whose_answer_is_lost_is_uncertain);
	on_postgres("a_server_that_may_no_longer_write_is_left",
	        a_server_that_may_no_longer_write_is_left);
	on_postgres("two_that_wait_for_each_other_are_a_conflict",
	        two_that_wait_for_each_other_are_a_conflict);
	on_postgres("a_database_that_sorts_by_a_language_is_refused",
	        a_database_that_sorts_by_a_language_is_refused);
	on_postgres("an_address_that_leads_nowhere_is_unavailable",
	        an_address_that_leads_nowhere_is_unavailable);
	on_postgres("servers_that_start_at_once_make_the_tables_once",
	        servers_that_start_at_once_make_the_tables_once);
	engine_add_test("migrations_apply_once_and_in_order", migrations_apply_once_and_in_order);
	engine_add_test(
	        "a_migration_that_fails_leaves_nothing", a_migration_that_fails_leaves_nothing);
	engine_add_test("a_newer_database_is_refused", a_newer_database_is_refused);
	engine_add_test("a_migration_that_was_tampered_with_is_named",
	        a_migration_that_was_tampered_with_is_named);
	engine_add_test(
	        "tables_of_somebody_else_are_left_alone", tables_of_somebody_else_are_left_alone);
	return engine_run();
}
