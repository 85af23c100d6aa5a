/*
 * A connection to PostgreSQL and what went wrong with it. This and its two .c files are all that
 * knows libpq.
 */
#pragma once

#include "schema/db_driver.h"

#include <libpq-fe.h>

typedef struct {
	Db base;
	char *url;
	PGconn *connection; /* NULL: none now */
	guint connections;  /* how many there were: what was prepared on an older one is gone */
	gboolean
	        unfit; /* it leads to a server that may not write: the next transaction looks for another */
	guint names;
	/* Savepoints travel with the next statement, so that they cost no way of their own. */
	gboolean release_waits, savepoint_waits;
	int patience_ms; /* a server that says nothing for so long is gone */
} PostgresDb;

#define POSTGRES_PATIENCE_MS      60000  /* while the writer works */
#define POSTGRES_LONG_PATIENCE_MS 900000 /* while a reader counts, or a migration runs */

/* Opens @db's connection, in place of the one it had, and looks whether server and database suit:
 * UNAVAILABLE, or BROKEN. */
gboolean postgres_connect(PostgresDb *db, GError **error);
void postgres_disconnect(PostgresDb *db);
gboolean postgres_is_lost(const PostgresDb *db);

/* The next result of the connection, or NULL at the end of a statement's, or when the server went
 * away or says nothing (postgres_is_lost() then). */
PGresult *postgres_next_result(PostgresDb *db);
/* Runs a text without values; the last statement's result, the first that failed, or NULL. */
PGresult *postgres_run_text(PostgresDb *db, const char *sql);
gboolean postgres_run_control(PostgresDb *db, const char *sql, GError **error);
gboolean postgres_is_good(const PGresult *result);

/* These return FALSE. @result (nullable) is the answer that says why; not that of a commit. */
gboolean postgres_fail(PostgresDb *db, const PGresult *result, GError **error);
gboolean postgres_refuse(GError **error, const char *why); /* BROKEN */
void
postgres_set_error(const PostgresDb *db, DbErrorCode code, const PGresult *result, GError **error);
