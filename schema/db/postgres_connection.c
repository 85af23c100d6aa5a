#include "schema/db/postgres.h"

#include <poll.h>
#include <string.h>

#define SERVER_OLDEST 150000 /* 15.0 */
#define READ_ONLY     "25006"

/* SQLSTATEs by remedy; the first that fits counts, and what fits none is BROKEN. */
static const struct {
	const char *prefix;
	DbErrorCode code;
} remedies[] = {
	{ "40003", DB_ERROR_UNCERTAIN },     /* statement completion unknown */
	{ "08007", DB_ERROR_UNCERTAIN },     /* transaction resolution unknown */
	{ "40", DB_ERROR_CONFLICT },         /* serialisation failure, deadlock */
	{ "55P03", DB_ERROR_CONFLICT },      /* lock not available */
	{ "55006", DB_ERROR_UNAVAILABLE },   /* object in use */
	{ "23", DB_ERROR_CONSTRAINT },       /* a rule of the tables */
	{ "08", DB_ERROR_UNAVAILABLE },      /* connection */
	{ READ_ONLY, DB_ERROR_UNAVAILABLE }, /* a standby, until it is the primary */
	{ "25P03", DB_ERROR_UNAVAILABLE },   /* idle in transaction for too long */
	{ "28", DB_ERROR_UNAVAILABLE },      /* not let in */
	{ "3D", DB_ERROR_UNAVAILABLE },      /* no such database */
	{ "53", DB_ERROR_UNAVAILABLE },      /* disk full, out of memory, too many connections */
	{ "57", DB_ERROR_UNAVAILABLE },      /* shut down, starting up, cancelled */
	{ "58", DB_ERROR_UNAVAILABLE },      /* input and output */
};

static DbErrorCode
code_of(const PostgresDb *db, const char *state)
{
	/* a reader that writes is a bug */
	if (db->base.mode == DB_READ && g_strcmp0(state, READ_ONLY) == 0)
		return DB_ERROR_BROKEN;
	for (guint i = 0; state != NULL && i < G_N_ELEMENTS(remedies); i++)
		if (g_str_has_prefix(state, remedies[i].prefix))
			return remedies[i].code;
	return DB_ERROR_BROKEN;
}

gboolean
postgres_is_lost(const PostgresDb *db)
{
	return db->connection == NULL || PQstatus(db->connection) != CONNECTION_OK;
}

void
postgres_set_error(const PostgresDb *db, DbErrorCode code, const PGresult *result, GError **error)
{
	const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
	const char *message = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;

	if (state == NULL)
		message = postgres_is_lost(db) ? "the connection is lost" : "no answer";
	else if (g_str_has_prefix(state, "22"))
		message = "a value does not fit"; /* the server's words would repeat the value */
	g_set_error(error, DB_ERROR, (int)code, "the database: %s (PostgreSQL %s)",
	        message ? message : "no reason given", state ? state : "-");
}

gboolean
postgres_fail(PostgresDb *db, const PGresult *result, GError **error)
{
	const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
	DbErrorCode code = state ? code_of(db, state) : DB_ERROR_UNAVAILABLE;

	if (db->base.mode == DB_WRITE && g_strcmp0(state, READ_ONLY) == 0)
		db->unfit = TRUE; /* a primary that became a standby */
	if (postgres_is_lost(db)) {
		/* outside a transaction the statement was its own commit */
		gboolean own_commit = db->base.mode == DB_WRITE && !db->base.in_transaction;
		code = own_commit ? DB_ERROR_UNCERTAIN : DB_ERROR_UNAVAILABLE;
	}
	postgres_set_error(db, code, result, error);
	return FALSE;
}

static void
swallow_notice(void *data, const PGresult *result)
{
}

void
postgres_disconnect(PostgresDb *db)
{
	g_clear_pointer(&db->connection, PQfinish);
}

PGresult *
postgres_next_result(PostgresDb *db)
{
	while (db->connection != NULL && PQisBusy(db->connection) &&
	        PQsocket(db->connection) >= 0) {
		struct pollfd answer = { .fd = PQsocket(db->connection), .events = POLLIN };
		int ready = poll(&answer, 1, db->patience_ms);
		if (ready < 0)
			continue; /* a signal */
		if (ready == 0 || !PQconsumeInput(db->connection)) {
			if (ready == 0)
				postgres_disconnect(db);
			break;
		}
	}
	return db->connection ? PQgetResult(db->connection) : NULL;
}

PGresult *
postgres_run_text(PostgresDb *db, const char *sql)
{
	PGresult *last = NULL, *result;

	if (db->connection == NULL || !PQsendQuery(db->connection, sql))
		return NULL;
	while ((result = postgres_next_result(db)) != NULL) {
		if (last == NULL || PQresultStatus(last) != PGRES_FATAL_ERROR) {
			PQclear(last);
			last = result;
		} else {
			PQclear(result);
		}
		if (postgres_is_lost(db))
			break;
	}
	return last;
}

gboolean
postgres_is_good(const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

gboolean
postgres_refuse(GError **error, const char *why)
{
	g_set_error_literal(error, DB_ERROR, DB_ERROR_BROKEN, why);
	return FALSE;
}

/* While a connection is being made nothing was asked of it yet: nothing is uncertain. */
static gboolean
fail_connecting(PostgresDb *db, const PGresult *result, GError **error)
{
	if (!postgres_is_lost(db))
		return postgres_fail(db, result, error);
	postgres_set_error(db, DB_ERROR_UNAVAILABLE, result, error);
	return FALSE;
}

/* Is it a server that keeps its promises, and a database whose text sorts by bytes? */
static gboolean
suits(PostgresDb *db, GError **error)
{
	if (PQserverVersion(db->connection) < SERVER_OLDEST)
		return postgres_refuse(error, "the PostgreSQL server is older than 15");
	PGresult *result = postgres_run_text(db,
	        "SELECT datcollate IN ('C', 'POSIX', 'C.UTF-8', 'C.utf8') AND datlocprovider = 'c',"
	        " pg_encoding_to_char(encoding) = 'UTF8' FROM pg_database WHERE datname = "
	        "current_database()");
	gboolean read = result != NULL && PQntuples(result) == 1;
	gboolean sorts = read && *PQgetvalue(result, 0, 0) == 't';
	gboolean utf8 = read && *PQgetvalue(result, 0, 1) == 't';
	if (!read)
		fail_connecting(db, result, error);
	PQclear(result);
	if (!read)
		return FALSE;
	if (!sorts)
		return postgres_refuse(error,
		        "the PostgreSQL database sorts text by a language; make it with LC_COLLATE "
		        "'C.UTF-8'");
	return utf8 || postgres_refuse(error, "the PostgreSQL database is not in UTF-8");
}

static gboolean
settle(PostgresDb *db, GError **error)
{
	g_autofree char *sql = g_strdup_printf(
	        "SET client_min_messages = error; SET standard_conforming_strings = on;"
	        "SET default_transaction_isolation = 'read committed';"
	        "SET lock_timeout = %d; SET default_transaction_read_only = %s;"
	        /* a stricter promise of the server's stands */
	        "SELECT set_config('synchronous_commit', 'on', false)"
	        " WHERE current_setting('synchronous_commit') IN ('off', 'local')",
	        DB_BUSY_MS, db->base.mode == DB_READ ? "on" : "off");

	PGresult *result = postgres_run_text(db, sql);
	gboolean good = postgres_is_good(result) || fail_connecting(db, result, error);
	PQclear(result);
	return good;
}

gboolean
postgres_connect(PostgresDb *db, GError **error)
{
	/* what stands before dbname, the address may say otherwise */
	static const char *const keys[] = { "target_session_attrs", "connect_timeout",
		"fallback_application_name", "keepalives_idle", "tcp_user_timeout", "dbname",
		"client_encoding", NULL };
	const char *const values[] = { db->base.mode == DB_WRITE ? "primary" : "any", "5",
		"turnout", "10", "10000", db->url, "UTF8", NULL };

	postgres_disconnect(db);
	db->connection = PQconnectdbParams(keys, values, 1);
	db->connections++;
	db->release_waits = db->savepoint_waits = db->unfit = FALSE;
	if (PQstatus(db->connection) != CONNECTION_OK) {
		/* libpq's own words may repeat the address and its password */
		g_set_error_literal(error, DB_ERROR, DB_ERROR_UNAVAILABLE,
		        "no connection to the PostgreSQL server");
		postgres_disconnect(db);
		return FALSE;
	}
	PQsetNoticeReceiver(db->connection, swallow_notice, NULL);
	if (suits(db, error) && settle(db, error))
		return TRUE;
	postgres_disconnect(db);
	return FALSE;
}

gboolean
postgres_run_control(PostgresDb *db, const char *sql, GError **error)
{
	if (postgres_is_lost(db))
		return postgres_fail(db, NULL, error);
	PGresult *result = postgres_run_text(db, sql);
	gboolean good = postgres_is_good(result) || postgres_fail(db, result, error);
	PQclear(result);
	return good;
}
