#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "schema/migrate.h"
#include "schema/backup/verify_database.h"
#include "tests/fixtures/engine.h"

static void
a_record_opens_again_with_what_was_written(Engine *engine, gconstpointer data)
{
	engine_record(engine);
	engine_must(engine,
	        "CREATE TABLE thing (id DB_ID NOT NULL PRIMARY KEY);"
	        "INSERT INTO thing (id) VALUES (5)");
	engine_close(engine);
	engine_record(engine);
	g_assert_cmpint(engine_ask(engine, "SELECT id FROM thing"), ==, 5);
	g_assert_cmpint(record_engine(engine->record), ==, engine->engine);
	g_assert_cmpstr(record_dir(engine->record), ==, engine->place.dir);
	g_assert_nonnull(record_vault(engine->record));
}

static void
making_a_record_twice_is_refused(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) again = NULL, other = NULL;

	engine_record(engine);
	engine_close(engine);
	g_assert_false(record_create(&engine->place, &again));
	g_assert_error(again, TURNOUT_ERROR, TURNOUT_ERROR_INPUT);
	engine_record(engine);
	engine_must(engine,
	        "INSERT INTO event (id, slug, zone, state, edition, history, salt, starts, ends)"
	        " SELECT CAST('0123456789abcdef' AS DB_BYTES), 'day', 'UTC', 'open', 1, 1,"
	        " CAST('0123456789abcdef' AS DB_BYTES), 1, 2");
	engine_close(engine);
	if (engine->engine == DB_SQLITE)
		return;
	/* another folder, but a database with events in it */
	g_autofree char *dir = g_build_filename(engine->dir, "other", NULL);
	const RecordPlace place = { .dir = dir, .database = engine->url };
	g_assert_false(record_create(&place, &other));
	g_assert_error(other, TURNOUT_ERROR, TURNOUT_ERROR_INPUT);
}

static void
a_folder_without_a_record_says_what_to_do(Engine *engine, gconstpointer data)
{
	for (RecordMode mode = RECORD_READ; mode <= RECORD_WRITE; mode++) {
		g_autoptr(GError) error = NULL;
		g_assert_null(record_open(&engine->place, mode, &error));
		g_assert_true(error->domain == TURNOUT_ERROR);
		g_assert_null(strchr(error->message, '\n'));
	}
	g_assert_false(g_file_test(engine->place.dir, G_FILE_TEST_EXISTS));
}

static void
a_held_folder_names_its_holder(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) held = NULL, error = NULL;
	g_autofree char *pid = g_strdup_printf("process %d", (int)getpid());

	engine_record(engine);
	g_autoptr(Record) second = record_open(&engine->place, RECORD_WRITE, &held);
	if (engine->engine == DB_POSTGRES) {
		g_assert_nonnull(second); /* many may write there */
		return;
	}
	g_assert_null(second);
	g_assert_error(held, TURNOUT_ERROR, TURNOUT_ERROR_WORLD);
	g_assert_nonnull(strstr(held->message, pid));
	g_assert_null(strchr(held->message, '\n'));
	/* who only reads is let in */
	g_autoptr(Record) reader = record_open(&engine->place, RECORD_READ, &error);
	g_assert_no_error(error);
	g_assert_null(record_writer(reader));
	g_autoptr(Db) db = record_reader(reader, &error);
	g_assert_no_error(error);
	engine_close(engine);
	engine_record(engine); /* a reader keeps no writer out */
}

static void
a_killed_holder_leaves_the_folder_free(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	int ready[2];
	char byte;

	engine_record(engine);
	engine_must(engine, "CREATE TABLE thing (id DB_ID NOT NULL PRIMARY KEY)");
	engine_close(engine);
	g_assert_cmpint(pipe(ready), ==, 0);
	pid_t child = fork();
	if (child == 0) {
		Record *record = record_open(&engine->place, RECORD_WRITE, NULL);
		engine->record = record;
		engine_must(engine, "INSERT INTO thing (id) VALUES (7)");
		if (write(ready[1], "r", 1) == 1)
			pause();
		_exit(1);
	}
	g_assert_cmpint(read(ready[0], &byte, 1), ==, 1);
	kill(child, SIGKILL);
	g_assert_cmpint(waitpid(child, NULL, 0), ==, child);
	close(ready[0]);
	close(ready[1]);
	g_autoptr(Record) reader = record_open(&engine->place, RECORD_READ, &error);
	g_assert_no_error(error);
	g_assert_cmpint(engine_ask(engine, "SELECT id FROM thing"), ==, 7);
	engine_record(engine);
	g_assert_cmpint(engine_ask(engine, "SELECT id FROM thing"), ==, 7);
}

static void
nobody_else_may_read_the_database(Engine *engine, gconstpointer data)
{
	static const char *const names[] = { "turnout.db", "turnout.db-wal", "turnout.db-shm",
		"lock" };

	engine_record(engine);
	for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = g_build_filename(engine->place.dir, names[i], NULL);
		GStatBuf what;
		g_assert_cmpint(g_stat(path, &what), ==, 0);
		g_assert_cmpint(what.st_mode & 077, ==, 0);
	}
}

static void
a_newer_record_is_refused_whoever_asks(Engine *engine, gconstpointer data)
{
	engine_record(engine);
	engine_must(engine,
	        "INSERT INTO schema_version (no, name, checksum)"
	        " SELECT count(*) + 1, '9999.sql', 'x' FROM schema_version");
	engine_close(engine);
	for (RecordMode mode = RECORD_READ; mode <= RECORD_WRITE; mode++) {
		g_autoptr(GError) error = NULL;
		g_assert_null(record_open(&engine->place, mode, &error));
		g_assert_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT);
		g_assert_nonnull(strstr(error->message, "newer"));
	}
}

static void
verify_names_a_tampered_migration(Engine *engine, gconstpointer data)
{
	g_autoptr(GPtrArray) none = faults_new(), found = faults_new();
	g_autoptr(GError) error = NULL;
	Record *record = engine_record(engine);

	g_assert_true(verify_database(record, none, &error));
	g_assert_no_error(error);
	g_assert_cmpint(none->len, ==, 0);
	engine_must(engine, "UPDATE schema_version SET checksum = 'f00' WHERE no = 1");
	g_assert_true(verify_database(record, found, &error));
	g_assert_cmpint(found->len, ==, 1);
	const Fault *fault = g_ptr_array_index(found, 0);
	g_assert_cmpstr(fault->where, ==, "schema_version");
	g_assert_nonnull(strstr(fault->what, "0001.sql"));
}

static void
verify_finds_a_damaged_page(Engine *engine, gconstpointer data)
{
	g_autofree char *path = g_build_filename(engine->place.dir, "turnout.db", NULL);
	g_autoptr(GPtrArray) found = faults_new();
	g_autoptr(GError) error = NULL;
	g_autofree char *bytes = NULL;
	gsize length;

	engine_record(engine);
	engine_must(engine,
	        "CREATE TABLE thing (id DB_ID NOT NULL PRIMARY KEY, note TEXT UNIQUE);"
	        "INSERT INTO thing (id, note) VALUES (1, 'needle-in-the-index')");
	engine_close(engine); /* all of it is in the one file now */
	g_assert_true(g_file_get_contents(path, &bytes, &length, NULL));
	char *needle = memmem(bytes, length, "needle-in-the-index", 19);
	g_assert_nonnull(needle);
	*needle = 'N';
	g_assert_true(g_file_set_contents_full(
	        path, bytes, (gssize)length, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
	g_autoptr(Record) record = record_open(&engine->place, RECORD_READ, &error);
	g_assert_no_error(error);
	g_assert_true(verify_database(record, found, &error));
	g_assert_cmpint(found->len, >, 0);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	/* first, while this process has no other thread */
	engine_add_test(
	        "a_killed_holder_leaves_the_folder_free", a_killed_holder_leaves_the_folder_free);
	engine_add_test("a_record_opens_again_with_what_was_written",
	        a_record_opens_again_with_what_was_written);
	engine_add_test("making_a_record_twice_is_refused", making_a_record_twice_is_refused);
	engine_add_test("a_folder_without_a_record_says_what_to_do",
	        a_folder_without_a_record_says_what_to_do);
	engine_add_test("a_held_folder_names_its_holder", a_held_folder_names_its_holder);
	engine_add_test(
	        "a_newer_record_is_refused_whoever_asks", a_newer_record_is_refused_whoever_asks);
	engine_add_test("verify_names_a_tampered_migration", verify_names_a_tampered_migration);
	engine_add_test_on(
	        DB_SQLITE, "nobody_else_may_read_the_database", nobody_else_may_read_the_database);
	engine_add_test_on(DB_SQLITE, "verify_finds_a_damaged_page", verify_finds_a_damaged_page);
	return engine_run();
}
