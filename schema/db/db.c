#include "schema/db_driver.h"

#include <stdatomic.h>
#include <string.h>

/* Both engines' scripts know these words. */
#define TYPE_ID        "DB_ID"
#define TYPE_BYTES     "DB_BYTES"
#define TYPE_CLUSTERED "DB_CLUSTERED"

#define SLOTS_FIRST 64

/* Fault injection, by tests only: one atomic load a step otherwise. */
static atomic_int fault_steps;
static atomic_bool fault_lasting;
static DbErrorCode fault_code;

gboolean
db_set_fault(gint nth, DbErrorCode code, gboolean lasting)
{
	fault_code = code;
	atomic_store(&fault_lasting, lasting);
	return atomic_exchange(&fault_steps, nth) <= 0;
}

static gboolean
fault_spares(const Db *db, GError **error)
{
	int left = atomic_load_explicit(&fault_steps, memory_order_relaxed);

	if (G_LIKELY(left == 0) || db->mode != DB_WRITE)
		return TRUE;
	if (left > 0)
		left = atomic_fetch_sub(&fault_steps, 1) - 1;
	if (left > 0 || (left < 0 && !atomic_load(&fault_lasting)))
		return TRUE;
	if (left == 0)
		atomic_store(&fault_steps, -1);
	g_set_error(error, DB_ERROR, (int)fault_code, "a fault that a test asked for");
	return FALSE;
}

Db *
db_open(const char *url, DbMode mode, GError **error)
{
	if (g_str_has_prefix(url, "sqlite:"))
		return db_sqlite_open(url + strlen("sqlite:"), mode, error);
	if (g_str_has_prefix(url, "postgresql://") || g_str_has_prefix(url, "postgres://"))
		return db_postgres_open(url, mode, error);
	/* the address may hold a password: it is not repeated */
	g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
	        "the database's address begins neither with \"postgresql://\" nor with "
	        "\"sqlite:\"");
	return NULL;
}

void
db_free(Db *db)
{
	if (db == NULL)
		return;
	for (guint i = 0; i < db->slots; i++) {
		DbRows *next;
		for (DbRows *rows = db->statements[i]; rows != NULL; rows = next) {
			next = rows->spare;
			g_free(rows->copies);
			db->driver->finalize(rows);
		}
	}
	g_free(db->statements);
	db->driver->close(db);
}

DbEngine
db_engine(const Db *db)
{
	return db->driver->engine;
}

static guint
slot_of(const Db *db, const char *sql)
{
	guint slot = (guint)((guint64)(guintptr)sql * G_GUINT64_CONSTANT(0x9e3779b97f4a7c15) >> 32);

	for (slot &= db->slots - 1; db->statements[slot] != NULL;
	        slot = (slot + 1) & (db->slots - 1))
		if (db->statements[slot]->sql == sql)
			break;
	return slot;
}

static void
grow(Db *db)
{
	DbRows **old = db->statements;
	guint old_slots = db->slots;

	db->slots = old_slots ? 2 * old_slots : SLOTS_FIRST;
	db->statements = g_new0(DbRows *, db->slots);
	for (guint i = 0; i < old_slots; i++)
		if (old[i] != NULL)
			db->statements[slot_of(db, old[i]->sql)] = old[i];
	g_free(old);
}

/* The kept statement of this text, or a new one; busy from now on. */
static DbRows *
take_statement(Db *db, const char *sql, GError **error)
{
	if (2 * (db->used + 1) > db->slots)
		grow(db);
	guint slot = slot_of(db, sql);
	DbRows *rows = db->statements[slot];
	while (rows != NULL && rows->busy)
		rows = rows->spare;
	if (rows == NULL) {
		rows = db->driver->prepare(db, sql, error);
		if (rows == NULL)
			return NULL;
		rows->db = db;
		rows->sql = sql;
		if (db->statements[slot] == NULL)
			db->used++;
		rows->spare = db->statements[slot];
		db->statements[slot] = rows;
	}
	rows->busy = TRUE;
	rows->ended = FALSE;
	return rows;
}

static void
statement_failed(Db *db)
{
	db->failed = db->in_transaction;
}

static DbRows *
start(Db *db, const char *sql, GError **error)
{
	DbRows *rows = NULL;

	if (db->failed) {
		g_set_error_literal(error, DB_ERROR, DB_ERROR_BROKEN,
		        "a statement after one that failed, without undo or rollback between");
		return NULL;
	}
	if (fault_spares(db, error))
		rows = take_statement(db, sql, error);
	if (rows == NULL)
		statement_failed(db);
	return rows;
}

static gboolean
bind(DbRows *rows, const DbValue *values, gsize n, GError **error)
{
	if (rows->db->driver->bind(rows, values, n, error))
		return TRUE;
	statement_failed(rows->db);
	return FALSE;
}

/* Gives @rows its own copy of what the values point to. */
static void
copy_values(DbRows *rows, const DbValue *values, gsize n, DbValue *ret_copies)
{
	gsize size = 0;

	for (gsize i = 0; i < n; i++) {
		ret_copies[i] = values[i];
		if (values[i].type == DB_VALUE_TEXT)
			ret_copies[i].length = strlen(values[i].data) + 1;
		size += ret_copies[i].length;
	}
	if (size > rows->copies_size) {
		rows->copies = g_realloc(rows->copies, size);
		rows->copies_size = size;
	}
	guint8 *to = rows->copies;
	for (gsize i = 0; i < n; i++)
		if (values[i].type == DB_VALUE_TEXT || values[i].type == DB_VALUE_BYTES) {
			if (ret_copies[i].length > 0)
				memcpy(to, values[i].data, ret_copies[i].length);
			/* empty bytes are not NULL */
			ret_copies[i].data = to ? (gconstpointer)to : (gconstpointer) "";
			to = to ? to + ret_copies[i].length : NULL;
		}
}

DbRows *
db_query(Db *db, const char *sql, const DbValue *values, gsize n, GError **error)
{
	DbValue copies[DB_VALUES_MAX];

	g_return_val_if_fail(n <= DB_VALUES_MAX, NULL);
	g_autoptr(DbRows) rows = start(db, sql, error);
	if (rows == NULL)
		return NULL;
	copy_values(rows, values, n, copies);
	if (!bind(rows, copies, n, error))
		return NULL;
	return g_steal_pointer(&rows);
}

DbStep
db_next(DbRows *rows, GError **error)
{
	if (rows->ended)
		return DB_NO_ROW;
	DbStep step = rows->db->driver->step(rows, error);
	if (step != DB_ROW)
		rows->ended = TRUE;
	if (step == DB_ERROR_ROW)
		statement_failed(rows->db);
	return step;
}

void
db_rows_free(DbRows *rows)
{
	if (rows == NULL)
		return;
	rows->db->driver->reset(rows);
	rows->busy = FALSE;
}

gboolean
db_column_is_null(DbRows *rows, guint column)
{
	return rows->db->driver->column_is_null(rows, column);
}

gint64
db_column_int(DbRows *rows, guint column)
{
	return rows->db->driver->column_int(rows, column);
}

const char *
db_column_text(DbRows *rows, guint column)
{
	return rows->db->driver->column_text(rows, column);
}

gconstpointer
db_column_bytes(DbRows *rows, guint column, gsize *ret_length)
{
	return rows->db->driver->column_bytes(rows, column, ret_length);
}

gboolean
db_run(Db *db, const char *sql, const DbValue *values, gsize n, gint64 *ret_changed, GError **error)
{
	g_autoptr(DbRows) rows = start(db, sql, error);
	if (rows == NULL || !bind(rows, values, n, error))
		return FALSE;
	DbStep step;
	do
		step = db_next(rows, error);
	while (step == DB_ROW);
	if (step == DB_ERROR_ROW)
		return FALSE;
	if (ret_changed != NULL)
		*ret_changed = db->driver->changed(rows);
	return TRUE;
}

gboolean
db_query_row(
        Db *db, const char *sql, const DbValue *values, gsize n, DbRows **ret_row, GError **error)
{
	g_autoptr(DbRows) rows = db_query(db, sql, values, n, error);
	if (rows == NULL)
		return FALSE;
	DbStep step = db_next(rows, error);
	if (step == DB_ERROR_ROW)
		return FALSE;
	*ret_row = step == DB_ROW ? g_steal_pointer(&rows) : NULL;
	return TRUE;
}

gboolean
db_ask_int(Db *db, const char *sql, const DbValue *values, gsize n, gint64 absent,
        gint64 *ret_number, GError **error)
{
	g_autoptr(DbRows) rows = start(db, sql, error);
	if (rows == NULL || !bind(rows, values, n, error))
		return FALSE;
	switch (db_next(rows, error)) {
	case DB_ERROR_ROW:
		return FALSE;
	case DB_NO_ROW:
		*ret_number = absent;
		return TRUE;
	case DB_ROW:
		break;
	}
	*ret_number = db_column_int(rows, 0);
	return TRUE;
}

static gboolean
control(Db *db, DbControl what, GError **error)
{
	if (db->failed && what != DB_CONTROL_UNDO) {
		g_set_error_literal(error, DB_ERROR, DB_ERROR_BROKEN,
		        "the transaction goes on after a statement that failed");
		return FALSE;
	}
	return fault_spares(db, error) && db->driver->control(db, what, error);
}

gboolean
db_begin(Db *db, GError **error)
{
	g_return_val_if_fail(!db->in_transaction, FALSE);
	db->failed = FALSE;
	if (!control(db, DB_CONTROL_BEGIN, error))
		return FALSE;
	db->in_transaction = TRUE;
	return TRUE;
}

gboolean
db_commit(Db *db, GError **error)
{
	g_return_val_if_fail(db->in_transaction, FALSE);
	if (!control(db, DB_CONTROL_COMMIT, error)) {
		db_rollback(db);
		return FALSE;
	}
	db->in_transaction = FALSE;
	return TRUE;
}

void
db_rollback(Db *db)
{
	if (db->in_transaction)
		db->driver->control(db, DB_CONTROL_ROLLBACK, NULL);
	db->in_transaction = FALSE;
	db->failed = FALSE;
}

gboolean
db_savepoint(Db *db, GError **error)
{
	g_return_val_if_fail(db->in_transaction, FALSE);
	if (control(db, DB_CONTROL_SAVEPOINT, error))
		return TRUE;
	statement_failed(db);
	return FALSE;
}

gboolean
db_release(Db *db, GError **error)
{
	if (control(db, DB_CONTROL_RELEASE, error))
		return TRUE;
	statement_failed(db);
	return FALSE;
}

gboolean
db_undo(Db *db, GError **error)
{
	if (!control(db, DB_CONTROL_UNDO, error)) {
		statement_failed(db);
		return FALSE;
	}
	db->failed = FALSE;
	return TRUE;
}

gboolean
db_transact(Db *db, DbWork work, gpointer data, GError **error)
{
	for (guint tries = 1;; tries++) {
		g_autoptr(GError) trouble = NULL;
		if (db_begin(db, &trouble) && work(db, data, &trouble) && db_commit(db, &trouble))
			return TRUE;
		db_rollback(db);
		if (tries == DB_TRIES || !g_error_matches(trouble, DB_ERROR, DB_ERROR_CONFLICT)) {
			g_propagate_error(error, g_steal_pointer(&trouble));
			return FALSE;
		}
		/* who met a deadlock waits a little, each another while */
		g_usleep((gulong)g_random_int_range(100, 1000) << tries);
	}
}

static void
substitute(GString *text, const char *word, const char *with)
{
	char *at = text->str;

	while ((at = strstr(at, word)) != NULL) {
		gssize offset = at - text->str;
		char after = at[strlen(word)];
		if (!g_ascii_isalnum(after) && after != '_') {
			g_string_erase(text, offset, (gssize)strlen(word));
			g_string_insert(text, offset, with);
		}
		at = text->str + offset + 1;
	}
}

gboolean
db_script(Db *db, const char *sql, GError **error)
{
	g_autoptr(GString) text = g_string_new(sql);

	substitute(text, TYPE_ID, db->driver->id_type);
	substitute(text, TYPE_BYTES, db->driver->bytes_type);
	substitute(text, TYPE_CLUSTERED, db->driver->clustered);
	if (fault_spares(db, error) && db->driver->script(db, text->str, error))
		return TRUE;
	statement_failed(db);
	return FALSE;
}

gboolean
db_lock_schema(Db *db, GError **error)
{
	if (db->driver->lock_schema(db, error))
		return TRUE;
	statement_failed(db);
	return FALSE;
}

gboolean
db_look(Db *db, const char *table, gboolean *ret_there, gboolean *ret_empty, GError **error)
{
	g_autoptr(DbRows) rows = db_query(db, db->driver->look_sql, DB_ARGS(db_text(table)), error);
	if (rows == NULL || db_next(rows, error) != DB_ROW)
		return FALSE;
	*ret_there = db_column_int(rows, 0) != 0;
	*ret_empty = db_column_int(rows, 1) == 0;
	return TRUE;
}

gboolean
db_verify(Db *db, Faults *found, GError **error)
{
	return db->driver->verify(db, found, error);
}

gboolean
db_checkpoint(Db *db, GError **error)
{
	return db->driver->checkpoint(db, DB_CHECKPOINT_PASSIVE, error);
}

gboolean
db_checkpoint_whole(Db *db, GError **error)
{
	return db->driver->checkpoint(db, DB_CHECKPOINT_WHOLE, error);
}

gboolean
db_checkpoint_cut(Db *db, GError **error)
{
	return db->driver->checkpoint(db, DB_CHECKPOINT_CUT, error);
}

gint64
db_wal_pages(const Db *db)
{
	return db->driver->wal_pages(db);
}
