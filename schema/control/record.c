#include "schema/record.h"
#include "schema/lock.h"
#include "schema/migrate.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <unistd.h>

#define DATABASE_FILE "turnout.db"

struct Record {
	char *dir;
	char *url;
	DbEngine engine;
	int lock; /* -1: none */
	Vault *vault;
	Writer *writer;
};

static char *
database_file(const char *dir)
{
	return g_build_filename(dir, DATABASE_FILE, NULL);
}

static char *
url_of(const RecordPlace *place)
{
	if (place->database != NULL)
		return g_strdup(place->database);
	g_autofree char *file = database_file(place->dir);
	return g_strconcat("sqlite:", file, NULL);
}

static gboolean
make_folder(const char *dir, GError **error)
{
	if (g_mkdir_with_parents(dir, 0700) == 0)
		return TRUE;
	g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD, "%s: %s", dir, g_strerror(errno));
	return FALSE;
}

static gboolean
refuse_existing(const char *dir, const char *name, GError **error)
{
	g_autofree char *path = g_build_filename(dir, name, NULL);

	if (g_access(path, F_OK) != 0)
		return TRUE;
	g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
	        "%s exists already: choose another folder", path);
	return FALSE;
}

/* Makes the tables. One that has them, and no event yet, may be taken over. */
static gboolean
make_tables(const char *url, GError **error)
{
	gint64 events;
	g_autoptr(Db) db = db_open(url, DB_WRITE, error);

	if (db == NULL || !migrate(db, error) ||
	        !db_ask_int(db, "SELECT count(*) FROM event", DB_NO_ARGS, 0, &events, error))
		return FALSE;
	if (events == 0)
		return TRUE;
	g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
	        "the database has events already: choose another database");
	return FALSE;
}

/* Only what a failed record_create() has made itself. */
static void
remove_database(const char *dir)
{
	static const char *const names[] = { DATABASE_FILE, DATABASE_FILE "-wal",
		DATABASE_FILE "-shm" };

	for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = g_build_filename(dir, names[i], NULL);
		g_unlink(path);
	}
}

gboolean
record_create(const RecordPlace *place, GError **error)
{
	g_autofree char *url = url_of(place);

	if (!make_folder(place->dir, error))
		return FALSE;
	int lock = lock_take(place->dir, error);
	if (lock < 0)
		return FALSE;
	gboolean made = refuse_existing(place->dir, "keys", error) &&
	        (place->database != NULL || refuse_existing(place->dir, DATABASE_FILE, error));
	if (made) {
		made = make_tables(url, error) &&
		        vault_create(place->dir, place->master_file, error);
		if (!made && place->database == NULL)
			remove_database(place->dir);
	}
	close(lock);
	return made;
}

static gboolean
demand_database(const RecordPlace *place, GError **error)
{
	g_autofree char *file = database_file(place->dir);

	if (place->database != NULL || g_access(file, F_OK) == 0)
		return TRUE;
	g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT,
	        "%s is not there: turnout schema init makes a data folder", file);
	return FALSE;
}

static gboolean
bring_up_to_date(const Record *record, GError **error)
{
	g_autoptr(Db) db = db_open(record->url, DB_WRITE, error);

	return db != NULL && migrate(db, error);
}

static gboolean
look_up_to_date(const Record *record, GError **error)
{
	g_autoptr(Db) db = record_reader(record, error);

	return db != NULL && migrate_check(db, error);
}

Record *
record_open(const RecordPlace *place, RecordMode mode, GError **error)
{
	if (!demand_database(place, error))
		return NULL;
	g_autoptr(Record) record = g_new0(Record, 1);
	record->dir = g_strdup(place->dir);
	record->url = url_of(place);
	record->engine = place->database ? DB_POSTGRES : DB_SQLITE;
	record->lock = -1;
	/* PostgreSQL has many writers, and locks of its own */
	if (mode == RECORD_WRITE && record->engine == DB_SQLITE) {
		record->lock = lock_take(record->dir, error);
		if (record->lock < 0)
			return NULL;
	}
	record->vault = vault_open(place->dir, place->master_file, error);
	if (record->vault == NULL)
		return NULL;
	if (mode == RECORD_READ)
		return look_up_to_date(record, error) ? g_steal_pointer(&record) : NULL;
	if (!bring_up_to_date(record, error))
		return NULL;
	record->writer = writer_new(record->url, error);
	return record->writer ? g_steal_pointer(&record) : NULL;
}

void
record_free(Record *record)
{
	if (record == NULL)
		return;
	writer_free(record->writer);
	g_clear_pointer(&record->vault, vault_unref);
	if (record->lock >= 0)
		close(record->lock); /* the last: who waits for it finds everything written */
	g_free(record->dir);
	g_free(record->url);
	g_free(record);
}

const char *
record_dir(const Record *record)
{
	return record->dir;
}

const char *
record_database_url(const Record *record)
{
	return record->url;
}

DbEngine
record_engine(const Record *record)
{
	return record->engine;
}

Vault *
record_vault(const Record *record)
{
	return record->vault;
}

Writer *
record_writer(const Record *record)
{
	return record->writer;
}

Db *
record_reader(const Record *record, GError **error)
{
	return db_open(record->url, DB_READ, error);
}
