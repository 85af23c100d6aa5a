/*
 * The only way to the database: open, query, next, transact.
 *
 * SQL stands in the function that asks the question, as constant text that both
 * SQLite >= 3.40 and PostgreSQL 15 run; values come only by $1, $2 …. What differs between the
 * engines lives in db/sqlite.c and db/postgres.c.
 *
 * A Db is one connection and belongs to one thread at a time.
 */
#pragma once

#include "schema/error.h"

typedef struct Db Db;
typedef struct DbRows DbRows;

typedef enum {
	DB_READ,  /* cannot write, by the engine's own guard */
	DB_WRITE, /* one such connection per process: the writer's */
} DbMode;

typedef enum {
	DB_SQLITE,
	DB_POSTGRES,
} DbEngine;

/* Opens @url: "sqlite:PATH" or "postgresql://…" (as libpq reads it). A connection to PostgreSQL
 * that was lost is opened again by itself at the next transaction.
 * Errors: UNAVAILABLE; BROKEN for a database that is not ours or has a wrong collation. */
Db *db_open(const char *url, DbMode mode, GError **error);
void db_free(Db *db);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Db, db_free)
DbEngine db_engine(const Db *db);

/* One value bound to a statement. Text and bytes are lent until the call returns. */
typedef struct {
	enum { DB_VALUE_NULL, DB_VALUE_INT, DB_VALUE_TEXT, DB_VALUE_BYTES } type;
	gint64 number;
	gconstpointer data;
	gsize length;
} DbValue;

static inline DbValue
db_null(void)
{
	return (DbValue){ .type = DB_VALUE_NULL };
}

static inline DbValue
db_int(gint64 number)
{
	return (DbValue){ .type = DB_VALUE_INT, .number = number };
}

/* NULL binds NULL. */
static inline DbValue
db_text(const char *text)
{
	return (DbValue){ .type = text ? DB_VALUE_TEXT : DB_VALUE_NULL, .data = text };
}

/* NULL binds NULL. */
static inline DbValue
db_bytes(gconstpointer data, gsize length)
{
	return (DbValue){
		.type = data ? DB_VALUE_BYTES : DB_VALUE_NULL, .data = data, .length = length
	};
}

#define DB_VALUES_MAX 64

/* The two last arguments but one of db_query() and db_run(): the values and how many. */
#define DB_ARGS(...)                                                                               \
	((const DbValue[]){ __VA_ARGS__ }), G_N_ELEMENTS(((const DbValue[]){ __VA_ARGS__ }))
#define DB_NO_ARGS NULL, 0

/* Prepares @sql (a string literal: statements are kept per connection by its address), binds
 * the values; nothing runs before the first db_next(). Free the rows before the transaction
 * ends. NULL with @error on failure. */
DbRows *db_query(Db *db, const char *sql, const DbValue *values, gsize n, GError **error);

typedef enum {
	DB_ERROR_ROW = -1,
	DB_NO_ROW = 0,
	DB_ROW = 1,
} DbStep;

/* A failed read is not an empty one. */
DbStep db_next(DbRows *rows, GError **error);
void db_rows_free(DbRows *rows);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DbRows, db_rows_free)

/* Columns of the current row, from 0. NULL reads as 0, NULL text and NULL bytes. Text and bytes
 * are lent until the next db_next(). */
gboolean db_column_is_null(DbRows *rows, guint column);
gint64 db_column_int(DbRows *rows, guint column);
const char *db_column_text(DbRows *rows, guint column);
gconstpointer db_column_bytes(DbRows *rows, guint column, gsize *ret_length);

/* Asks for one row, and stands on it: *ret_row is owned by the caller, NULL when there is none. */
gboolean db_query_row(
        Db *db, const char *sql, const DbValue *values, gsize n, DbRows **ret_row, GError **error);

/* Runs a statement to its end; @ret_changed (nullable) is how many rows it wrote. */
gboolean db_run(Db *db, const char *sql, const DbValue *values, gsize n, gint64 *ret_changed,
        GError **error);

/* The first column of the first row as a number, or @absent when there is no row. */
gboolean db_ask_int(Db *db, const char *sql, const DbValue *values, gsize n, gint64 absent,
        gint64 *ret_number, GError **error);

/* How long a statement waits for another process's lock before it is UNAVAILABLE. */
#define DB_BUSY_MS 5000

/* After a statement that failed inside a transaction nothing runs (BROKEN) until db_undo() or
 * db_rollback(), on both engines.
 *
 * Transactions. Reading ones see one state of the database from begin to end; writing ones begin
 * IMMEDIATE. db_commit() fails with UNCERTAIN when the answer was lost after the commit was sent;
 * when it fails, the transaction is rolled back already. */
gboolean db_begin(Db *db, GError **error);
gboolean db_commit(Db *db, GError **error);
void db_rollback(Db *db);

/* One level of savepoint inside a transaction: the writer runs each work in one. */
gboolean db_savepoint(Db *db, GError **error);
gboolean db_release(Db *db, GError **error);
gboolean db_undo(Db *db, GError **error); /* back to the savepoint, which is gone then */

/* A work touches nothing but rows, since it may run twice. */
typedef gboolean (*DbWork)(Db *db, gpointer data, GError **error);

/* Runs @work in a transaction of its own, again (at most DB_TRIES times) after CONFLICT. */
#define DB_TRIES 8
gboolean db_transact(Db *db, DbWork work, gpointer data, GError **error);

/* Runs a text of several statements (migrations only). DB_ID becomes INTEGER or BIGINT, DB_BYTES
 * BLOB or BYTEA, and DB_CLUSTERED behind a table's bracket, for rows that lie in the order of a key
 * which is no id, WITHOUT ROWID or nothing. */
gboolean db_script(Db *db, const char *sql, GError **error);

/* SQLite: moves the write-ahead log into the database, as far as readers let it. Nothing on
 * PostgreSQL. Only the one DB_WRITE connection may. */
gboolean db_checkpoint(Db *db, GError **error);
/* The same, but waits for readers (DB_BUSY_MS at most), so that the log starts over. */
gboolean db_checkpoint_whole(Db *db, GError **error);
/* As the last, and the log's file is empty then. UNAVAILABLE when a reader doesn't let it. */
gboolean db_checkpoint_cut(Db *db, GError **error);
/* SQLite: pages waiting in the write-ahead log after the last commit. 0 on PostgreSQL. */
gint64 db_wal_pages(const Db *db);
