/*
 * What an engine's driver provides to db/db.c. Nobody else includes this, but for tests that want a
 * statement to fail.
 */
#pragma once

#include "schema/db.h"

typedef enum {
	DB_CONTROL_BEGIN,
	DB_CONTROL_COMMIT,
	DB_CONTROL_ROLLBACK, /* never fails: what cannot be rolled back is gone */
	DB_CONTROL_SAVEPOINT,
	DB_CONTROL_RELEASE,
	DB_CONTROL_UNDO,
#define DB_CONTROLS 6
} DbControl;

typedef enum {
	DB_CHECKPOINT_PASSIVE, /* as far as readers let it */
	DB_CHECKPOINT_WHOLE,   /* waits for them, so that the log starts over */
	DB_CHECKPOINT_CUT,     /* and its file is empty then, or it failed */
} DbCheckpoint;

/* A kept statement and, while it is busy, its result. Drivers put theirs around it. */
struct DbRows {
	Db *db;
	const char *sql;
	DbRows *spare; /* another one of the same text, for when this one is busy */
	gboolean busy;
	gboolean ended; /* no row will come any more */
	guint8 *copies; /* what the values of db_query() point to, kept between uses */
	gsize copies_size;
};

typedef struct {
	DbEngine engine;
	const char *id_type, *bytes_type, *clustered; /* for db_script() */
	void (*close)(Db *db);
	DbRows *(*prepare)(Db *db, const char *sql, GError **error);
	/* @values stay where they are until reset(). */
	gboolean (*bind)(DbRows *rows, const DbValue *values, gsize n, GError **error);
	DbStep (*step)(DbRows *rows, GError **error);
	gint64 (*changed)(DbRows *rows);
	void (*reset)(DbRows *rows);
	void (*finalize)(DbRows *rows);
	gboolean (*column_is_null)(DbRows *rows, guint column);
	gint64 (*column_int)(DbRows *rows, guint column);
	const char *(*column_text)(DbRows *rows, guint column);
	gconstpointer (*column_bytes)(DbRows *rows, guint column, gsize *ret_length);
	gboolean (*control)(Db *db, DbControl what, GError **error);
	gboolean (*script)(Db *db, const char *sql, GError **error);
	/* Keeps other programs from migrating at the same time, until the transaction ends. */
	gboolean (*lock_schema)(Db *db, GError **error);
	const char *look_sql; /* (of a table of name $1, of any table): 1 or 0 each */
	/* Adds what the engine's own check of the database finds. */
	gboolean (*verify)(Db *db, Faults *found, GError **error);
	gboolean (*checkpoint)(Db *db, DbCheckpoint how, GError **error);
	gint64 (*wal_pages)(const Db *db);
} DbDriver;

/* Drivers put their own fields behind it. */
struct Db {
	const DbDriver *driver;
	DbMode mode;
	gboolean in_transaction;
	gboolean failed;     /* a statement failed: nothing runs until undo or rollback */
	DbRows **statements; /* open addressing by the text's address */
	guint slots, used;
};

Db *db_sqlite_open(const char *path, DbMode mode, GError **error);
Db *db_postgres_open(const char *url, DbMode mode, GError **error);

/* For db/migrate.c and backup/verify_database.c. */
gboolean db_lock_schema(Db *db, GError **error);
gboolean
db_look(Db *db, const char *table, gboolean *ret_there, gboolean *ret_empty, GError **error);
gboolean db_verify(Db *db, Faults *found, GError **error);

/* For tests: the @nth step from now (1 is the next) on any writing connection of this process
 * fails with @code, and those after it too while @lasting. A step is a begin, commit, savepoint,
 * release, undo, or a statement that begins to run. 0 ends it. Returns whether the last one asked for
 * came to pass. */
gboolean db_set_fault(gint nth, DbErrorCode code, gboolean lasting);
