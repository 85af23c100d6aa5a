/*
 * An open record: the data folder with its keys, the database beside or behind it, and, when this
 * process may write, the writer.
 *
 *   DIR/turnout.conf   settings           DIR/keys/       the vault
 *   DIR/turnout.db     SQLite, by default  DIR/lock        held by who writes on SQLite
 *   DIR/control.sock   mode 0600, while the server runs
 */
#pragma once

#include <jansson.h>
#include "schema/db.h"
#include "schema/vault.h"
#include "schema/writer.h"

typedef struct Record Record;

/* Where a record lies: of the common options, see schema/settings.h. */
typedef struct {
	const char *dir;         /* the data folder */
	const char *database;    /* postgresql://…, or NULL for SQLite in the folder */
	const char *master_file; /* nullable */
} RecordPlace;

typedef enum {
	RECORD_READ,  /* no lock, no writer; works beside a running server and after a kill -9 */
	RECORD_WRITE, /* takes the lock (on SQLite), and has a writer */
} RecordMode;

/* Makes folder, keys and database (all migrations); refuses to overwrite (INPUT). */
gboolean record_create(const RecordPlace *place, GError **error);
/* Opens; WRITE brings the database up to date first. A held folder is WORLD, in one line that
 * names the holder's process; a database newer than the program is INPUT. */
Record *record_open(const RecordPlace *place, RecordMode mode, GError **error);
void record_free(Record *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Record, record_free)

const char *record_dir(const Record *record);
const char *record_database_url(const Record *record); /* as db_open() takes it */
DbEngine record_engine(const Record *record);
Vault *record_vault(const Record *record);
Writer *record_writer(const Record *record); /* NULL when opened for reading */
/* A read connection of the caller's own. */
Db *record_reader(const Record *record, GError **error);
