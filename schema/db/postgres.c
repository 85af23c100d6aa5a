#include "schema/db/postgres.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

/* What pg_type.h calls the types that our statements give and get. */
#define OID_BOOL    16
#define OID_BYTEA   17
#define OID_NAME    19
#define OID_INT8    20
#define OID_INT2    21
#define OID_INT4    23
#define OID_TEXT    25
#define OID_OID     26
#define OID_UNKNOWN 705
#define OID_VARCHAR 1043
#define OID_NUMERIC 1700

#define SCHEMA_LOCK "8391733110577033"

typedef struct {
	DbRows base;
	char name[16];
	guint prepared_on; /* the connection's number; 0: not yet */
	PGresult *result;
	gboolean ran;
	int row, rows;
	gint64 changed;
	int n;
	Oid *types; /* 0 while only NULL was seen: the server takes it from the context */
	const char **data;
	int *lengths;
	int *formats;
	gint64 *numbers; /* big-endian */
} PostgresRows;

static const char *const control_sql[DB_CONTROLS] = {
	[DB_CONTROL_BEGIN] = "BEGIN ISOLATION LEVEL READ COMMITTED",
	[DB_CONTROL_COMMIT] = "COMMIT",
	[DB_CONTROL_ROLLBACK] = "ROLLBACK",
	[DB_CONTROL_SAVEPOINT] = "SAVEPOINT work",
	[DB_CONTROL_RELEASE] = "RELEASE SAVEPOINT work",
	[DB_CONTROL_UNDO] = "ROLLBACK TO SAVEPOINT work; RELEASE SAVEPOINT work",
};

static const char begin_reading[] = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

static void
postgres_close(Db *base)
{
	PostgresDb *db = (PostgresDb *)base;

	postgres_disconnect(db);
	g_free(db->url);
	g_free(db);
}

/* How many values a statement takes: the largest N of $N. */
static int
count_values(const char *sql)
{
	int n = 0;

	for (const char *at = sql; (at = strchr(at, '$')) != NULL; at++)
		n = MAX(n, (int)strtol(at + 1, NULL, 10));
	return n;
}

static DbRows *
postgres_prepare(Db *base, const char *sql, GError **error)
{
	PostgresDb *db = (PostgresDb *)base;
	PostgresRows *rows = g_new0(PostgresRows, 1);

	rows->n = count_values(sql);
	g_snprintf(rows->name, sizeof rows->name, "s%u", ++db->names);
	gsize n = (gsize)rows->n;
	rows->types = g_new0(Oid, n);
	rows->data = g_new0(const char *, n);
	rows->lengths = g_new0(int, n);
	rows->formats = g_new0(int, n);
	rows->numbers = g_new0(gint64, n);
	for (gsize i = 0; i < n; i++)
		rows->formats[i] = 1;
	return &rows->base;
}

static gboolean
postgres_bind(DbRows *base, const DbValue *values, gsize n, GError **error)
{
	static const Oid types[] = { [DB_VALUE_NULL] = 0,
		[DB_VALUE_INT] = OID_INT8,
		[DB_VALUE_TEXT] = OID_TEXT,
		[DB_VALUE_BYTES] = OID_BYTEA };
	PostgresRows *rows = (PostgresRows *)base;

	if (n != (gsize)rows->n) {
		g_set_error(error, DB_ERROR, DB_ERROR_BROKEN, "%d values wanted, %d given: %s",
		        rows->n, (int)n, base->sql);
		return FALSE;
	}
	for (gsize i = 0; i < n; i++) {
		const DbValue *value = &values[i];
		rows->data[i] = value->data;
		rows->lengths[i] = (int)value->length;
		if (value->type == DB_VALUE_NULL) {
			rows->data[i] = NULL;
			continue;
		}
		if (value->type == DB_VALUE_INT) {
			rows->numbers[i] = (gint64)htobe64((guint64)value->number);
			rows->data[i] = (const char *)&rows->numbers[i];
			rows->lengths[i] = sizeof rows->numbers[i];
		} else if (value->type == DB_VALUE_TEXT) {
			rows->lengths[i] = (int)strlen(value->data);
		}
		if (rows->types[i] != types[value->type]) {
			rows->types[i] = types[value->type];
			rows->prepared_on = 0; /* what was NULL so far has a type now */
		}
	}
	rows->ran = FALSE;
	return TRUE;
}

/* Sends the savepoints that wait by themselves, so that a failure to prepare is inside of them. */
static gboolean
send_savepoints(PostgresDb *db, GError **error)
{
	gboolean sent = TRUE;

	if (db->release_waits)
		sent = postgres_run_control(db, control_sql[DB_CONTROL_RELEASE], error);
	if (sent && db->savepoint_waits)
		sent = postgres_run_control(db, control_sql[DB_CONTROL_SAVEPOINT], error);
	if (sent)
		db->release_waits = db->savepoint_waits = FALSE;
	return sent;
}

static gboolean
prepare_here(PostgresDb *db, PostgresRows *rows, GError **error)
{
	if (rows->prepared_on == db->connections)
		return TRUE;
	if (!send_savepoints(db, error))
		return FALSE;
	/* a new name: the old one may stand for the same text with other types */
	g_snprintf(rows->name, sizeof rows->name, "s%u", ++db->names);
	PGresult *result = NULL;
	if (PQsendPrepare(db->connection, rows->name, rows->base.sql, rows->n, rows->types)) {
		result = postgres_next_result(db);
		if (result != NULL && !postgres_is_lost(db))
			PQclear(postgres_next_result(db));
	}
	gboolean good = postgres_is_good(result) || postgres_fail(db, result, error);
	PQclear(result);
	if (good)
		rows->prepared_on = db->connections;
	return good;
}

/* Sends the savepoints that wait, and then the statement, all at once. */
static PGresult *
run_with_savepoints(PostgresDb *db, PostgresRows *rows)
{
	PGresult *last = NULL, *result;
	const char *first[2];
	int sent = 0;

	if (db->release_waits)
		first[sent++] = control_sql[DB_CONTROL_RELEASE];
	if (db->savepoint_waits)
		first[sent++] = control_sql[DB_CONTROL_SAVEPOINT];
	db->release_waits = db->savepoint_waits = FALSE;
	gboolean good = PQenterPipelineMode(db->connection);
	for (int i = 0; good && i < sent; i++)
		good = PQsendQueryParams(db->connection, first[i], 0, NULL, NULL, NULL, NULL, 1);
	good = good &&
	        PQsendQueryPrepared(db->connection, rows->name, rows->n, rows->data, rows->lengths,
	                rows->formats, 1) &&
	        PQpipelineSync(db->connection);
	/* each statement's results end with a NULL; the first that failed, or the last, counts */
	for (int ended = 0; good && ended <= sent && !postgres_is_lost(db);) {
		result = postgres_next_result(db);
		if (result == NULL) {
			ended++;
		} else if (last == NULL || postgres_is_good(last)) {
			PQclear(last);
			last = result;
		} else {
			PQclear(result);
		}
	}
	if (good && !postgres_is_lost(db))
		PQclear(postgres_next_result(db)); /* the end of the pipeline */
	if (!postgres_is_lost(db) && !PQexitPipelineMode(db->connection))
		postgres_disconnect(db);
	return last;
}

static PGresult *
run_prepared(PostgresDb *db, PostgresRows *rows)
{
	if (db->release_waits || db->savepoint_waits)
		return run_with_savepoints(db, rows);
	if (!PQsendQueryPrepared(db->connection, rows->name, rows->n, rows->data, rows->lengths,
	            rows->formats, 1))
		return NULL;
	PGresult *result = postgres_next_result(db);
	while (result != NULL && !postgres_is_lost(db)) {
		PGresult *end = postgres_next_result(db);
		if (end == NULL)
			break;
		PQclear(end);
	}
	return result;
}

static gboolean
run(PostgresDb *db, PostgresRows *rows, GError **error)
{
	rows->ran = TRUE;
	rows->row = -1;
	rows->rows = 0;
	rows->changed = 0;
	if (postgres_is_lost(db)) {
		if (db->base.in_transaction)
			return postgres_fail(db, NULL, error);
		if (!postgres_connect(db, error))
			return FALSE;
	}
	if (!prepare_here(db, rows, error))
		return FALSE;
	rows->result = run_prepared(db, rows);
	if (!postgres_is_good(rows->result))
		return postgres_fail(db, rows->result, error);
	rows->rows = PQntuples(rows->result);
	rows->changed = g_ascii_strtoll(PQcmdTuples(rows->result), NULL, 10);
	return TRUE;
}

static DbStep
postgres_step(DbRows *base, GError **error)
{
	PostgresRows *rows = (PostgresRows *)base;

	if (!rows->ran && !run((PostgresDb *)base->db, rows, error))
		return DB_ERROR_ROW;
	rows->row++;
	return rows->row < rows->rows ? DB_ROW : DB_NO_ROW;
}

static gint64
postgres_changed(DbRows *base)
{
	return ((PostgresRows *)base)->changed;
}

static void
postgres_reset(DbRows *base)
{
	PostgresRows *rows = (PostgresRows *)base;

	g_clear_pointer(&rows->result, PQclear);
	rows->ran = FALSE;
}

static void
postgres_finalize(DbRows *base)
{
	PostgresRows *rows = (PostgresRows *)base;

	PQclear(rows->result);
	g_free(rows->types);
	g_free(rows->data);
	g_free(rows->lengths);
	g_free(rows->formats);
	g_free(rows->numbers);
	g_free(rows);
}

static gboolean
postgres_column_is_null(DbRows *base, guint column)
{
	PostgresRows *rows = (PostgresRows *)base;

	return PQgetisnull(rows->result, rows->row, (int)column);
}

static guint16
read_16(const char *bytes)
{
	guint16 number;

	memcpy(&number, bytes, sizeof number);
	return be16toh(number);
}

/* sum() of BIGINT is a NUMERIC: digits of base 10,000, most significant first. */
static gint64
read_numeric(const char *bytes)
{
	int digits = read_16(bytes), weight = (gint16)read_16(bytes + 2);
	gboolean negative = read_16(bytes + 4) == 0x4000;
	gint64 number = 0;

	for (int i = 0; i <= weight; i++)
		number = number * 10000 + (i < digits ? read_16(bytes + 8 + 2 * i) : 0);
	return negative ? -number : number;
}

static gint64
postgres_column_int(DbRows *base, guint column)
{
	PostgresRows *rows = (PostgresRows *)base;
	const char *bytes = PQgetvalue(rows->result, rows->row, (int)column);
	guint32 four;
	guint64 eight;

	if (PQgetisnull(rows->result, rows->row, (int)column))
		return 0;
	switch (PQftype(rows->result, (int)column)) {
	case OID_INT8:
		memcpy(&eight, bytes, sizeof eight);
		return (gint64)be64toh(eight);
	case OID_INT4:
		memcpy(&four, bytes, sizeof four);
		return (gint32)be32toh(four);
	case OID_OID:
		memcpy(&four, bytes, sizeof four);
		return be32toh(four);
	case OID_INT2:
		return (gint16)read_16(bytes);
	case OID_BOOL:
		return *bytes;
	case OID_NUMERIC:
		return read_numeric(bytes);
	default:
		g_return_val_if_reached(0);
	}
}

static const char *
postgres_column_text(DbRows *base, guint column)
{
	PostgresRows *rows = (PostgresRows *)base;

	if (PQgetisnull(rows->result, rows->row, (int)column))
		return NULL;
	switch (PQftype(rows->result, (int)column)) {
	case OID_TEXT:
	case OID_VARCHAR:
	case OID_NAME:
	case OID_UNKNOWN:
		return PQgetvalue(rows->result, rows->row, (int)column);
	default:
		g_return_val_if_reached(NULL);
	}
}

static gconstpointer
postgres_column_bytes(DbRows *base, guint column, gsize *ret_length)
{
	PostgresRows *rows = (PostgresRows *)base;

	*ret_length = (gsize)PQgetlength(rows->result, rows->row, (int)column);
	if (PQgetisnull(rows->result, rows->row, (int)column))
		return NULL;
	return PQgetvalue(rows->result, rows->row, (int)column);
}

static gboolean
begin(PostgresDb *db, GError **error)
{
	const char *sql = db->base.mode == DB_READ ? begin_reading : control_sql[DB_CONTROL_BEGIN];

	if (db->unfit)
		postgres_disconnect(db);
	if (!postgres_is_lost(db)) {
		PGresult *result = postgres_run_text(db, sql);
		gboolean good = postgres_is_good(result);
		if (!good && !postgres_is_lost(db))
			postgres_fail(db, result, error);
		PQclear(result);
		if (good || !postgres_is_lost(db))
			return good;
	}
	/* nothing was asked yet, so a connection that died while it was idle is no matter */
	if (!postgres_connect(db, error))
		return FALSE;
	PGresult *result = postgres_run_text(db, sql);
	gboolean good = postgres_is_good(result);
	if (!good)
		postgres_set_error(db, DB_ERROR_UNAVAILABLE, result, error);
	PQclear(result);
	return good;
}

static gboolean
commit(PostgresDb *db, GError **error)
{
	if (postgres_is_lost(db)) {
		postgres_set_error(
		        db, DB_ERROR_UNAVAILABLE, NULL, error); /* it was not even sent */
		return FALSE;
	}
	PGresult *result = postgres_run_text(db, "COMMIT");
	/* PostgreSQL answers ROLLBACK, and no error, when the transaction had failed already */
	gboolean done = postgres_is_good(result) && strcmp(PQcmdStatus(result), "COMMIT") == 0;
	if (!done && postgres_is_lost(db))
		postgres_set_error(db, DB_ERROR_UNCERTAIN, result, error);
	else if (!done && postgres_is_good(result))
		postgres_refuse(error, "the transaction was given up before its commit");
	else if (!done)
		postgres_fail(db, result, error);
	PQclear(result);
	return done;
}

/* A release and a savepoint are only noted: they go with the next statement, and what holds no
 * statement needs neither. */
static gboolean
undo(PostgresDb *db, GError **error)
{
	if (db->savepoint_waits) {
		db->savepoint_waits = FALSE;
		return !postgres_is_lost(db) || postgres_fail(db, NULL, error);
	}
	return postgres_run_control(db, control_sql[DB_CONTROL_UNDO], error);
}

static gboolean
postgres_control(Db *base, DbControl what, GError **error)
{
	PostgresDb *db = (PostgresDb *)base;

	switch (what) {
	case DB_CONTROL_BEGIN:
		db->release_waits = db->savepoint_waits = FALSE;
		return begin(db, error);
	case DB_CONTROL_COMMIT:
		db->release_waits = FALSE; /* the commit does it */
		return commit(db, error);
	case DB_CONTROL_ROLLBACK:
		db->release_waits = db->savepoint_waits = FALSE;
		if (!postgres_is_lost(db) && PQtransactionStatus(db->connection) != PQTRANS_IDLE)
			return postgres_run_control(db, control_sql[what], error);
		return TRUE;
	case DB_CONTROL_SAVEPOINT:
		db->savepoint_waits = TRUE;
		return TRUE;
	case DB_CONTROL_RELEASE:
		if (db->savepoint_waits)
			db->savepoint_waits = FALSE;
		else
			db->release_waits = TRUE;
		return TRUE;
	case DB_CONTROL_UNDO:
		return undo(db, error);
	}
	g_return_val_if_reached(FALSE);
}

static gboolean
postgres_script(Db *base, const char *sql, GError **error)
{
	PostgresDb *db = (PostgresDb *)base;
	int patience = db->patience_ms;

	db->patience_ms = POSTGRES_LONG_PATIENCE_MS;
	gboolean done = postgres_run_control(db, sql, error);
	db->patience_ms = patience;
	return done;
}

static gboolean
postgres_lock_schema(Db *base, GError **error)
{
	return postgres_run_control(
	        (PostgresDb *)base, "SELECT pg_advisory_xact_lock(" SCHEMA_LOCK ")", error);
}

static gboolean
postgres_verify(Db *base, Faults *found, GError **error)
{
	g_autoptr(DbRows) rows = db_query(base,
	        "SELECT CAST(indexrelid::regclass AS TEXT) FROM pg_index WHERE NOT indisvalid"
	        " UNION ALL SELECT CAST(conname AS TEXT) FROM pg_constraint WHERE NOT convalidated",
	        DB_NO_ARGS, error);
	if (rows == NULL)
		return FALSE;
	DbStep step;
	while ((step = db_next(rows, error)) == DB_ROW)
		faults_add(found, "database", "%s is not valid", db_column_text(rows, 0));
	return step == DB_NO_ROW;
}

static gboolean
postgres_checkpoint(Db *base, DbCheckpoint how, GError **error)
{
	return TRUE; /* the server's own business */
}

static gint64
postgres_wal_pages(const Db *base)
{
	return 0;
}

static const DbDriver postgres_driver = {
	.engine = DB_POSTGRES,
	.id_type = "BIGINT",
	.bytes_type = "BYTEA",
	.clustered = "",
	.close = postgres_close,
	.prepare = postgres_prepare,
	.bind = postgres_bind,
	.step = postgres_step,
	.changed = postgres_changed,
	.reset = postgres_reset,
	.finalize = postgres_finalize,
	.column_is_null = postgres_column_is_null,
	.column_int = postgres_column_int,
	.column_text = postgres_column_text,
	.column_bytes = postgres_column_bytes,
	.control = postgres_control,
	.script = postgres_script,
	.lock_schema = postgres_lock_schema,
	.look_sql = "SELECT count(*) FILTER (WHERE tablename = $1), count(*)"
	            " FROM pg_catalog.pg_tables WHERE schemaname = current_schema()",
	.verify = postgres_verify,
	.checkpoint = postgres_checkpoint,
	.wal_pages = postgres_wal_pages,
};

Db *
db_postgres_open(const char *url, DbMode mode, GError **error)
{
	PostgresDb *db = g_new0(PostgresDb, 1);

	db->base.driver = &postgres_driver;
	db->base.mode = mode;
	db->url = g_strdup(url);
	db->patience_ms = mode == DB_READ ? POSTGRES_LONG_PATIENCE_MS : POSTGRES_PATIENCE_MS;
	if (!postgres_connect(db, error)) {
		db_free(&db->base);
		return NULL;
	}
	return &db->base;
}
