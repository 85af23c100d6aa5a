#include "tests/engine.h"
#include "schema/migrate.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAINTENANCE "/postgres"

static struct {
	char *url;      /* of the database "postgres" */
	GPid pid;       /* of the cluster, when it is ours */
	int held;       /* it runs while this is open */
	char *database; /* of this program */
	guint schemas;
} cluster;

static void
start_cluster(void)
{
	g_autofree char *script = g_strconcat(TURNOUT_TESTS, "/cluster.sh", NULL);
	const char *const argv[] = { script, NULL };
	g_autoptr(GError) error = NULL;
	char line[512];
	gsize n = 0;
	int said;

	const char *given = g_getenv("TURNOUT_TEST_POSTGRES");
	if (given != NULL || cluster.url != NULL) {
		if (cluster.url == NULL)
			cluster.url = g_strdup(given);
		return;
	}
	g_spawn_async_with_pipes(NULL, (char **)argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL,
	        &cluster.pid, &cluster.held, &said, NULL, &error);
	g_assert_no_error(error);
	while (n < sizeof line - 1) {
		gssize got = read(said, line + n, 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0 || line[n] == '\n')
			break;
		n++;
	}
	line[n] = '\0';
	close(said);
	if (n == 0)
		g_error("there is no PostgreSQL to test with");
	cluster.url = g_strdup(line);
}

static void
stop_cluster(void)
{
	if (cluster.pid != 0) {
		close(cluster.held);
		while (waitpid(cluster.pid, NULL, 0) < 0 && errno == EINTR)
			;
		g_spawn_close_pid(cluster.pid);
	}
	g_clear_pointer(&cluster.url, g_free);
}

static void
run_script_on(const char *url, const char *sql)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Db) db = db_open(url, DB_WRITE, &error);
	g_assert_no_error(error);
	db_script(db, sql, &error);
	g_assert_no_error(error);
}

/* One database for this program, since making one takes a second, and in it a schema of its own for
 * each test. */
static void
make_database(void)
{
	start_cluster();
	if (cluster.database != NULL)
		return;
	g_autofree char *name = g_strdup_printf("t%d", (int)getpid());
	g_autofree char *sql = g_strconcat("CREATE DATABASE ", name, NULL);
	const char *at = strstr(cluster.url, MAINTENANCE);
	g_assert_nonnull(at);
	run_script_on(cluster.url, sql);
	cluster.database = g_strdup_printf(
	        "%.*s/%s%s", (int)(at - cluster.url), cluster.url, name, at + strlen(MAINTENANCE));
}

static char *
make_schema(void)
{
	make_database();
	g_autofree char *sql = g_strdup_printf("CREATE SCHEMA s%u", ++cluster.schemas);
	run_script_on(cluster.database, sql);
	return g_strdup_printf("%s%coptions=-csearch_path%%3Ds%u", cluster.database,
	        strchr(cluster.database, '?') ? '&' : '?', cluster.schemas);
}

static void
drop_database(void)
{
	if (cluster.database != NULL && cluster.pid == 0) {
		g_autofree char *sql =
		        g_strdup_printf("DROP DATABASE t%d WITH (FORCE)", (int)getpid());
		run_script_on(cluster.url, sql);
	}
	g_clear_pointer(&cluster.database, g_free);
}

static void
set_up(Engine *engine, gconstpointer data)
{
	const char *const *words = (const char *const *)g_strsplit(g_test_get_path(), "/", 3);
	g_autoptr(GError) error = NULL;

	engine->engine = g_str_equal(words[1], "sqlite") ? DB_SQLITE : DB_POSTGRES;
	g_strfreev((char **)words);
	engine->dir = g_dir_make_tmp("turnout-test-XXXXXX", &error);
	g_assert_no_error(error);
	engine->place.dir = g_build_filename(engine->dir, "data", NULL);
	if (engine->engine == DB_POSTGRES) {
		engine->url = make_schema();
		engine->place.database = engine->url;
	} else {
		engine->url = g_strdup_printf("sqlite:%s/data/turnout.db", engine->dir);
	}
}

static void
remove_tree(const char *path)
{
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *inside = g_build_filename(path, name, NULL);
		if (g_file_test(inside, G_FILE_TEST_IS_DIR) &&
		        !g_file_test(inside, G_FILE_TEST_IS_SYMLINK))
			remove_tree(inside);
		else
			g_unlink(inside);
	}
	g_rmdir(path);
}

static void
tear_down(Engine *engine, gconstpointer data)
{
	engine_close(engine);
	remove_tree(engine->dir);
	g_free(engine->dir);
	g_free(engine->url);
	g_free((char *)engine->place.dir);
}

void
engine_close(Engine *engine)
{
	g_clear_pointer(&engine->reader, db_free);
	g_clear_pointer(&engine->asker, db_free);
	g_clear_pointer(&engine->db, db_free);
	g_clear_pointer(&engine->record, record_free);
}

static const char *const engines[] = { [DB_SQLITE] = "sqlite", [DB_POSTGRES] = "postgresql" };

static void
add_test(DbEngine engine, const char *name, EngineTest test, gconstpointer data)
{
	g_autofree char *path = g_strdup_printf("/%s/%s", engines[engine], name);

	g_test_add(path, Engine, data, set_up, test, tear_down);
}

void
engine_add_test_on(DbEngine engine, const char *name, EngineTest test)
{
	add_test(engine, name, test, NULL);
}

void
engine_add_data_test(const char *name, EngineTest test, gconstpointer data)
{
	add_test(DB_SQLITE, name, test, data);
	add_test(DB_POSTGRES, name, test, data);
}

void
engine_add_test(const char *name, EngineTest test)
{
	engine_add_data_test(name, test, NULL);
}

int
engine_run(void)
{
	int status = g_test_run();

	drop_database();
	stop_cluster();
	return status;
}

Db *
engine_db(Engine *engine)
{
	g_autoptr(GError) error = NULL;

	if (engine->db != NULL)
		return engine->db;
	g_assert_null(engine->engine == DB_SQLITE ? engine->record : NULL);
	g_assert_cmpint(g_mkdir_with_parents(engine->place.dir, 0700), ==, 0);
	engine->db = db_open(engine->url, DB_WRITE, &error);
	g_assert_no_error(error);
	migrate(engine->db, &error);
	g_assert_no_error(error);
	return engine->db;
}

Db *
engine_reader(Engine *engine)
{
	g_autoptr(GError) error = NULL;

	if (engine->reader == NULL) {
		engine->reader = db_open(engine->url, DB_READ, &error);
		g_assert_no_error(error);
	}
	return engine->reader;
}

gint64
engine_ask(Engine *engine, const char *sql)
{
	/* A connection of its own, which no test holds a transaction on. That to a server is kept, since it costs a process
	 * there; where it was lost, once more. */
	for (gboolean again = FALSE;; again = TRUE) {
		g_autoptr(GError) error = NULL;
		gint64 number = 0;
		if (engine->asker == NULL)
			engine->asker = db_open(engine->url, DB_READ, &error);
		g_assert_no_error(error);
		/* statements are kept by where their text lies, and that of a test may not outlive the call */
		gboolean asked = db_ask_int(
		        engine->asker, g_intern_string(sql), DB_NO_ARGS, -1, &number, &error);
		if (engine->engine == DB_SQLITE || !asked)
			g_clear_pointer(&engine->asker, db_free);
		if (asked)
			return number;
		if (again || engine->engine == DB_SQLITE)
			g_assert_no_error(error);
	}
}

Record *
engine_record(Engine *engine)
{
	g_autoptr(GError) error = NULL;

	if (engine->record != NULL)
		return engine->record;
	g_assert_null(engine->engine == DB_SQLITE ? engine->db : NULL);
	g_autofree char *keys = g_build_filename(engine->place.dir, "keys", NULL);
	if (!g_file_test(keys, G_FILE_TEST_IS_DIR))
		record_create(&engine->place, &error);
	g_assert_no_error(error);
	engine->record = record_open(&engine->place, RECORD_WRITE, &error);
	g_assert_no_error(error);
	return engine->record;
}

static gboolean
run_script(Db *db, gpointer sql, GError **error)
{
	return db_script(db, sql, error);
}

void
engine_must(Engine *engine, const char *sql)
{
	g_autoptr(GError) error = NULL;

	if (engine->record != NULL)
		writer_run(record_writer(engine->record), run_script, (gpointer)sql, &error);
	else
		db_transact(engine_db(engine), run_script, (gpointer)sql, &error);
	g_assert_no_error(error);
}
