/* With db/sqlite_log.c the only file that knows SQLite. */
#include "schema/db_driver.h"
#include "schema/db/sqlite_log.h"

#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#define CACHE_WRITE_KIB 32768
#define CACHE_READ_KIB  8192
#define LOG_KEPT_BYTES  67108864 /* of the write-ahead log's file, once it starts over */

typedef struct {
	Db base;
	sqlite3 *handle;
	sqlite3_stmt *controls[DB_CONTROLS];
	sqlite3_stmt *release_undone;
	int log_pages;   /* in the write-ahead log after the last commit */
	int moved_pages; /* of them, in the database already */
	gboolean flush_failed;
} SqliteDb;

typedef struct {
	DbRows base;
	sqlite3_stmt *statement;
	int changed;
	int parameters;
	int index[]; /* SQLite numbers $2, $1 by first appearance: where $1, $2 … are */
} SqliteRows;

static const char *const control_sql[DB_CONTROLS] = {
	[DB_CONTROL_BEGIN] = "BEGIN IMMEDIATE",
	[DB_CONTROL_COMMIT] = "COMMIT",
	[DB_CONTROL_ROLLBACK] = "ROLLBACK",
	[DB_CONTROL_SAVEPOINT] = "SAVEPOINT work",
	[DB_CONTROL_RELEASE] = "RELEASE work",
	[DB_CONTROL_UNDO] = "ROLLBACK TO work",
};

static DbErrorCode
code_of(const SqliteDb *db, int status)
{
	switch (status & 0xff) {
	case SQLITE_BUSY:
		return status == SQLITE_BUSY_SNAPSHOT ? DB_ERROR_CONFLICT : DB_ERROR_UNAVAILABLE;
	case SQLITE_CONSTRAINT:
		return DB_ERROR_CONSTRAINT;
	case SQLITE_READONLY: /* of a reader it is a bug, of the writer a disk */
		return db->base.mode == DB_READ ? DB_ERROR_BROKEN : DB_ERROR_UNAVAILABLE;
	case SQLITE_FULL:
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
	case SQLITE_NOMEM:
	case SQLITE_LOCKED:
	case SQLITE_INTERRUPT:
	case SQLITE_PROTOCOL:
		return DB_ERROR_UNAVAILABLE;
	default:
		return DB_ERROR_BROKEN;
	}
}

static void
set_error(SqliteDb *db, DbErrorCode code, GError **error)
{
	int status = sqlite3_extended_errcode(db->handle);

	g_set_error(error, DB_ERROR, (int)code, "the database: %s (SQLite %d)",
	        sqlite3_errmsg(db->handle), status);
}

/* After a flush that failed the kernel may have dropped what it could not write, and a later flush
 * would succeed without it: nothing is written any more until the program starts again and reads
 * what truly is on the disk. */
static void
note_flush(SqliteDb *db, int status)
{
	if (status != SQLITE_IOERR_FSYNC && status != SQLITE_IOERR_DIR_FSYNC)
		return;
	db->flush_failed = TRUE;
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
}

static gboolean
fail(SqliteDb *db, int status, GError **error)
{
	status = sqlite3_extended_errcode(db->handle) ?: status;
	note_flush(db, status);
	set_error(db, code_of(db, status), error);
	return FALSE;
}

static void
sqlite_close(Db *base)
{
	SqliteDb *db = (SqliteDb *)base;

	for (guint i = 0; i < DB_CONTROLS; i++)
		sqlite3_finalize(db->controls[i]);
	sqlite3_finalize(db->release_undone);
	sqlite3_close(db->handle);
	g_free(db);
}

static DbRows *
sqlite_prepare(Db *base, const char *sql, GError **error)
{
	SqliteDb *db = (SqliteDb *)base;
	sqlite3_stmt *statement;

	int status = sqlite3_prepare_v3(
	        db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);
	if (status != SQLITE_OK) {
		fail(db, status, error);
		return NULL;
	}
	int n = sqlite3_bind_parameter_count(statement);
	SqliteRows *rows = g_malloc0(sizeof *rows + (gsize)n * sizeof rows->index[0]);
	rows->statement = statement;
	rows->parameters = n;
	for (int i = 0; i < n; i++) {
		char name[16];
		g_snprintf(name, sizeof name, "$%d", i + 1);
		rows->index[i] = sqlite3_bind_parameter_index(statement, name);
	}
	return &rows->base;
}

static gboolean
sqlite_bind(DbRows *base, const DbValue *values, gsize n, GError **error)
{
	SqliteRows *rows = (SqliteRows *)base;
	int status = SQLITE_OK;

	if (n != (gsize)rows->parameters) {
		g_set_error(error, DB_ERROR, DB_ERROR_BROKEN, "%d values wanted, %d given: %s",
		        rows->parameters, (int)n, base->sql);
		return FALSE;
	}
	for (gsize i = 0; i < n && status == SQLITE_OK; i++) {
		int index = rows->index[i];
		switch (values[i].type) {
		case DB_VALUE_NULL:
			status = sqlite3_bind_null(rows->statement, index);
			break;
		case DB_VALUE_INT:
			status = sqlite3_bind_int64(rows->statement, index, values[i].number);
			break;
		case DB_VALUE_TEXT:
			status = sqlite3_bind_text(
			        rows->statement, index, values[i].data, -1, SQLITE_STATIC);
			break;
		case DB_VALUE_BYTES:
			status = sqlite3_bind_blob64(rows->statement, index, values[i].data,
			        values[i].length, SQLITE_STATIC);
			break;
		}
	}
	return status == SQLITE_OK || fail((SqliteDb *)base->db, status, error);
}

static DbStep
sqlite_step(DbRows *base, GError **error)
{
	SqliteRows *rows = (SqliteRows *)base;
	SqliteDb *db = (SqliteDb *)base->db;

	int status = sqlite3_step(rows->statement);
	switch (status) {
	case SQLITE_ROW:
		return DB_ROW;
	case SQLITE_DONE:
		rows->changed = sqlite3_changes(db->handle);
		return DB_NO_ROW;
	default:
		fail(db, status, error);
		return DB_ERROR_ROW;
	}
}

static gint64
sqlite_changed(DbRows *base)
{
	return ((SqliteRows *)base)->changed;
}

static void
sqlite_reset(DbRows *base)
{
	sqlite3_reset(((SqliteRows *)base)->statement);
}

static void
sqlite_finalize(DbRows *base)
{
	SqliteRows *rows = (SqliteRows *)base;

	sqlite3_finalize(rows->statement);
	g_free(rows);
}

static gboolean
sqlite_column_is_null(DbRows *base, guint column)
{
	return sqlite3_column_type(((SqliteRows *)base)->statement, (int)column) == SQLITE_NULL;
}

static gint64
sqlite_column_int(DbRows *base, guint column)
{
	return sqlite3_column_int64(((SqliteRows *)base)->statement, (int)column);
}

static const char *
sqlite_column_text(DbRows *base, guint column)
{
	return (const char *)sqlite3_column_text(((SqliteRows *)base)->statement, (int)column);
}

static gconstpointer
sqlite_column_bytes(DbRows *base, guint column, gsize *ret_length)
{
	sqlite3_stmt *statement = ((SqliteRows *)base)->statement;

	/* SQLite gives NULL for empty bytes too */
	gconstpointer bytes = sqlite3_column_blob(statement, (int)column);
	*ret_length = (gsize)sqlite3_column_bytes(statement, (int)column);
	if (bytes == NULL && sqlite3_column_type(statement, (int)column) != SQLITE_NULL)
		bytes = "";
	return bytes;
}

static int
run_kept(SqliteDb *db, sqlite3_stmt **kept, const char *sql)
{
	if (*kept == NULL) {
		int status = sqlite3_prepare_v3(
		        db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, kept, NULL);
		if (status != SQLITE_OK)
			return status;
	}
	int status = sqlite3_step(*kept);
	sqlite3_reset(*kept); /* it says the same status again */
	return status == SQLITE_DONE ? SQLITE_OK : status;
}

/* Frames that were written and not flushed may be found by the next start: nobody knows. */
static gboolean
commit_failed(SqliteDb *db, GError **error)
{
	int status = sqlite3_extended_errcode(db->handle);

	note_flush(db, status);
	set_error(db, (status & 0xff) == SQLITE_IOERR ? DB_ERROR_UNCERTAIN : code_of(db, status),
	        error);
	return FALSE;
}

static gboolean
sqlite_control(Db *base, DbControl what, GError **error)
{
	SqliteDb *db = (SqliteDb *)base;
	const char *sql = control_sql[what];

	if (what == DB_CONTROL_BEGIN) {
		if (db->flush_failed) {
			g_set_error_literal(error, DB_ERROR, DB_ERROR_UNAVAILABLE,
			        "a flush to the disk failed before: nothing is written until the "
			        "program starts again");
			return FALSE;
		}
		if (base->mode == DB_READ)
			sql = "BEGIN";
	} else if (sqlite3_get_autocommit(db->handle)) {
		/* some failures roll the whole transaction back by themselves */
		g_set_error_literal(error, DB_ERROR, DB_ERROR_UNAVAILABLE,
		        "the database gave the whole transaction up");
		return FALSE;
	}
	int status = run_kept(db, &db->controls[what], sql);
	if (status == SQLITE_OK && what == DB_CONTROL_UNDO)
		status = run_kept(db, &db->release_undone, control_sql[DB_CONTROL_RELEASE]);
	if (status == SQLITE_OK)
		return TRUE;
	return what == DB_CONTROL_COMMIT ? commit_failed(db, error) : fail(db, status, error);
}

static gboolean
sqlite_script(Db *base, const char *sql, GError **error)
{
	SqliteDb *db = (SqliteDb *)base;

	int status = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
	return status == SQLITE_OK || fail(db, status, error);
}

/* A writing transaction keeps everybody else out anyhow. */
static gboolean
sqlite_lock_schema(Db *base, GError **error)
{
	return TRUE;
}

static gboolean
sqlite_verify(Db *base, Faults *found, GError **error)
{
	g_autoptr(DbRows) damage = db_query(base, "PRAGMA integrity_check", DB_NO_ARGS, error);
	if (damage == NULL)
		return FALSE;
	DbStep step;
	while ((step = db_next(damage, error)) == DB_ROW)
		if (g_strcmp0(db_column_text(damage, 0), "ok") != 0)
			faults_add(found, "database", "%s", db_column_text(damage, 0));
	if (step == DB_ERROR_ROW)
		return FALSE;
	g_autoptr(DbRows) orphans = db_query(base, "PRAGMA foreign_key_check", DB_NO_ARGS, error);
	if (orphans == NULL)
		return FALSE;
	while ((step = db_next(orphans, error)) == DB_ROW)
		faults_add(found, "database", "a row of %s names one of %s that is not there",
		        db_column_text(orphans, 0), db_column_text(orphans, 2));
	return step == DB_NO_ROW;
}

static int
count_pages(void *data, sqlite3 *handle, const char *name, int pages)
{
	SqliteDb *db = data;

	if (pages < db->log_pages) /* the log started over */
		db->moved_pages = 0;
	db->log_pages = pages;
	return SQLITE_OK;
}

static gboolean
sqlite_checkpoint(Db *base, DbCheckpoint how, GError **error)
{
	static const int modes[] = { [DB_CHECKPOINT_PASSIVE] = SQLITE_CHECKPOINT_PASSIVE,
		[DB_CHECKPOINT_WHOLE] = SQLITE_CHECKPOINT_RESTART,
		[DB_CHECKPOINT_CUT] = SQLITE_CHECKPOINT_TRUNCATE };
	SqliteDb *db = (SqliteDb *)base;
	int in_log = 0, moved = 0;

	if (db->flush_failed)
		return TRUE;
	int status = sqlite3_wal_checkpoint_v2(db->handle, NULL, modes[how], &in_log, &moved);
	if (status != SQLITE_OK && (status != SQLITE_BUSY || how == DB_CHECKPOINT_CUT))
		return fail(db, status, error); /* busy: readers need the rest still */
	db->log_pages = MAX(in_log, 0);
	db->moved_pages = MAX(moved, 0);
	return TRUE;
}

static gint64
sqlite_wal_pages(const Db *base)
{
	const SqliteDb *db = (const SqliteDb *)base;

	return db->log_pages - db->moved_pages;
}

static const DbDriver sqlite_driver = {
	.engine = DB_SQLITE,
	.id_type = "INTEGER",
	.bytes_type = "BLOB",
	.clustered = "WITHOUT ROWID",
	.close = sqlite_close,
	.prepare = sqlite_prepare,
	.bind = sqlite_bind,
	.step = sqlite_step,
	.changed = sqlite_changed,
	.reset = sqlite_reset,
	.finalize = sqlite_finalize,
	.column_is_null = sqlite_column_is_null,
	.column_int = sqlite_column_int,
	.column_text = sqlite_column_text,
	.column_bytes = sqlite_column_bytes,
	.control = sqlite_control,
	.script = sqlite_script,
	.lock_schema = sqlite_lock_schema,
	.look_sql = "SELECT coalesce(max(name = $1), 0), count(*) FROM sqlite_schema WHERE type = "
	            "'table'",
	.verify = sqlite_verify,
	.checkpoint = sqlite_checkpoint,
	.wal_pages = sqlite_wal_pages,
};

static const char *vfs; /* NULL: SQLite's own */

static void
configure_once(void)
{
	/* its memory statistics would be one lock for all threads */
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	sqlite3_initialize();
	vfs = db_sqlite_log_vfs();
}

static gboolean
configure(SqliteDb *db, GError **error)
{
	g_autofree char *settings = g_strdup_printf("PRAGMA temp_store = MEMORY;"
	                                            "PRAGMA trusted_schema = OFF;"
	                                            "PRAGMA cell_size_check = ON;"
	                                            "PRAGMA foreign_keys = ON;"
	                                            "PRAGMA cache_size = -%d;"
	                                            "%s",
	        db->base.mode == DB_READ ? CACHE_READ_KIB : CACHE_WRITE_KIB,
	        db->base.mode == DB_READ
	                ? "PRAGMA query_only = ON;"
	                : "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA "
	                  "secure_delete = ON;"
	                  "PRAGMA journal_size_limit = " G_STRINGIFY(LOG_KEPT_BYTES) ";");
	sqlite3_extended_result_codes(db->handle, 1);
	sqlite3_busy_timeout(db->handle, DB_BUSY_MS);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
	int status = sqlite3_exec(db->handle, settings, NULL, NULL, NULL);
	if (status != SQLITE_OK)
		return fail(db, status, error);
	if (db->base.mode == DB_READ) {
		/* checkpoints are the writer's alone */
		sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
		return TRUE;
	}
	sqlite3_wal_hook(db->handle, count_pages, db); /* in place of automatic checkpoints */
	g_autoptr(DbRows) journal = db_query(&db->base, "PRAGMA journal_mode", DB_NO_ARGS, error);
	if (journal == NULL || db_next(journal, error) == DB_ERROR_ROW)
		return FALSE;
	if (g_strcmp0(db_column_text(journal, 0), "wal") == 0)
		return TRUE;
	g_set_error_literal(error, DB_ERROR, DB_ERROR_UNAVAILABLE,
	        "the file system of the data folder allows no write-ahead log");
	return FALSE;
}

/* A new database is nobody else's to read; its log takes its mode. (Closing one that was there would
 * take away the locks that this process holds on it.) */
static void
make_file(const char *path)
{
	int file = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);

	if (file >= 0)
		close(file);
}

Db *
db_sqlite_open(const char *path, DbMode mode, GError **error)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	SqliteDb *db = g_new0(SqliteDb, 1);

	pthread_once(&once, configure_once);
	db->base.driver = &sqlite_driver;
	db->base.mode = mode;
	if (mode == DB_WRITE)
		make_file(path);
	int status = sqlite3_open_v2(path, &db->handle,
	        SQLITE_OPEN_NOMUTEX |
	                (mode == DB_READ ? SQLITE_OPEN_READONLY
	                                 : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE),
	        vfs);
	if (status != SQLITE_OK)
		fail(db, status, error);
	if (status != SQLITE_OK || !configure(db, error)) {
		db_free(&db->base);
		return NULL;
	}
	return &db->base;
}
