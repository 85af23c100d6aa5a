/* All rows of one moment into a SQLite file, and out of one. */
#include "schema/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "schema/migrate.h"

#define AT_ONCE 2000 /* rows */

typedef struct {
	char *name;
	GPtrArray *columns; /* of char * */
	GArray *types;      /* of guint8: the first letter of the type */
} CopiedTable;

static void
table_free(gpointer data)
{
	CopiedTable *table = data;
	g_free(table->name);
	g_ptr_array_unref(table->columns);
	g_array_unref(table->types);
	g_free(table);
}

/* Not copied: what the migrations write themselves, and what says who is signed in or was heard of. */
static gboolean
is_left_out(const char *table)
{
	static const char *const names[] = { "schema_version", "staff_session", "device_seen",
		NULL };
	return g_strv_contains(names, table);
}

/* The tables of a SQLite file, in the order in which they were made, so that a row finds what it refers to. */
static GPtrArray *
read_tables(Db *sqlite, GError **error)
{
	DbStep step;
	CopiedTable *table = NULL;
	g_autoptr(GPtrArray) tables = g_ptr_array_new_with_free_func(table_free);
	g_autoptr(DbRows) rows = db_query(sqlite,
	        "SELECT m.name, c.name, c.type FROM sqlite_schema m JOIN pragma_table_info(m.name) "
	        "c"
	        " WHERE m.type = 'table' AND substr(m.name, 1, 7) <> 'sqlite_'"
	        " ORDER BY m.rowid, c.cid",
	        DB_NO_ARGS, error);
	if (rows == NULL)
		return NULL;
	while ((step = db_next(rows, error)) == DB_ROW) {
		const char *name = db_column_text(rows, 0);
		const char *declared = db_column_text(rows, 2);
		const guint8 type = strcmp(declared, "TEXT") == 0 ? 'T'
		        : strcmp(declared, "BLOB") == 0           ? 'B'
		                                                  : 'I';
		if (is_left_out(name))
			continue;
		if (table == NULL || strcmp(table->name, name) != 0) {
			table = g_new0(CopiedTable, 1);
			table->name = g_strdup(name);
			table->columns = g_ptr_array_new_with_free_func(g_free);
			table->types = g_array_new(FALSE, FALSE, 1);
			g_ptr_array_add(tables, table);
		}
		g_ptr_array_add(table->columns, g_strdup(db_column_text(rows, 1)));
		g_array_append_val(table->types, type);
	}
	return step == DB_NO_ROW ? g_steal_pointer(&tables) : NULL;
}

/* ---- a table ---- */

typedef struct {
	Db *from, *to;
	GPtrArray *
	        texts; /* statements are known by their address: they stay until the connections go */
} Copy;

static const char *
keep(Copy *copy, char *text)
{
	g_ptr_array_add(copy->texts, text);
	return text;
}

static char *
insert_text(const CopiedTable *table, const char *columns)
{
	GString *text = g_string_new(NULL);

	g_string_append_printf(text, "INSERT INTO %s (%s) VALUES (", table->name, columns);
	for (guint i = 1; i <= table->columns->len; i++)
		g_string_append_printf(text, "%s$%u", i == 1 ? "" : ", ", i);
	return g_string_free(g_string_append_c(text, ')'), FALSE);
}

static gboolean
copy_row(Copy *copy, const CopiedTable *table, const char *insert, DbRows *row, GError **error)
{
	DbValue values[DB_VALUES_MAX];

	for (guint i = 0; i < table->columns->len; i++) {
		gsize length = 0;
		if (db_column_is_null(row, i)) {
			values[i] = db_null();
			continue;
		}
		switch (g_array_index(table->types, guint8, i)) {
		case 'T':
			values[i] = db_text(db_column_text(row, i));
			break;
		case 'B':
			values[i] = db_bytes(db_column_bytes(row, i, &length), 0);
			values[i].length = length;
			break;
		default:
			values[i] = db_int(db_column_int(row, i));
		}
	}
	return db_run(copy->to, insert, values, table->columns->len, NULL, error);
}

/* All rows that @select finds; @ret_n is how many. */
static gboolean
copy_found(Copy *copy, const CopiedTable *table, const char *select, const char *insert,
        gint64 *ret_n, GError **error)
{
	DbStep step;
	g_autoptr(DbRows) rows = db_query(copy->from, select, DB_NO_ARGS, error);

	*ret_n = 0;
	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		if (!copy_row(copy, table, insert, rows, error))
			return FALSE;
		(*ret_n)++;
	}
	return step == DB_NO_ROW;
}

static gboolean
copy_table(Copy *copy, const CopiedTable *table, GError **error)
{
	g_ptr_array_add(table->columns, NULL);
	g_autofree char *columns = g_strjoinv(", ", (char **)table->columns->pdata);
	g_ptr_array_set_size(table->columns, (gint)table->columns->len - 1);
	char *select = g_strdup_printf("SELECT %s FROM %s", columns, table->name);
	const char *insert = keep(copy, insert_text(table, columns));
	gint64 n = 0;

	if (table->columns->len > DB_VALUES_MAX) {
		g_free(select);
		g_set_error(error, DB_ERROR, DB_ERROR_BROKEN, "%s has more than %d columns",
		        table->name, DB_VALUES_MAX);
		return FALSE;
	}
	if (db_engine(copy->from) == DB_SQLITE)
		return copy_found(copy, table, keep(copy, select), insert, &n, error);
	/* libpq holds a whole answer in memory: a million rows come a piece at a time */
	const char *declare =
	        keep(copy, g_strdup_printf("DECLARE copied NO SCROLL CURSOR FOR %s", select));
	const char *fetch =
	        keep(copy, g_strdup_printf("FETCH %d FROM copied -- %s", AT_ONCE, table->name));
	g_free(select);
	gboolean done = db_run(copy->from, declare, DB_NO_ARGS, NULL, error);
	do
		done = done && copy_found(copy, table, fetch, insert, &n, error);
	while (done && n > 0);
	return done && db_run(copy->from, "CLOSE copied", DB_NO_ARGS, NULL, error);
}

static gboolean
copy_tables(Copy *copy, const GPtrArray *tables, GError **error)
{
	if (!db_begin(copy->from, error))
		return FALSE;
	gboolean copied = db_begin(copy->to, error);
	/* a fresh database has this row already */
	copied = copied && db_run(copy->to, "DELETE FROM audit_head", DB_NO_ARGS, NULL, error);
	for (guint i = 0; copied && i < tables->len; i++)
		copied = copy_table(copy, g_ptr_array_index(tables, i), error);
	if (copied)
		copied = db_commit(copy->to, error);
	else
		db_rollback(copy->to);
	db_rollback(copy->from);
	return copied;
}

/* Takes both connections, since the statements' texts have to outlive them. */
static gboolean
copy_rows(Db *from, Db *to, GError **error)
{
	Copy copy = { from, to, g_ptr_array_new_with_free_func(g_free) };
	Db *sqlite = db_engine(to) == DB_SQLITE ? to : from;
	g_autoptr(GPtrArray) tables = NULL;
	gboolean copied = FALSE;

	if (db_begin(sqlite, error)) {
		tables = read_tables(sqlite, error);
		db_rollback(sqlite);
	}
	copied = tables != NULL && copy_tables(&copy, tables, error);
	db_free(from);
	db_free(to);
	g_ptr_array_unref(copy.texts);
	return copied;
}

gboolean
backup_copy_rows(const char *from_url, const char *to_url, GError **error)
{
	g_autoptr(Db) from = db_open(from_url, DB_READ, error);
	g_autoptr(Db) to = from ? db_open(to_url, DB_WRITE, error) : NULL;

	return to != NULL && migrate(to, error) &&
	        copy_rows(g_steal_pointer(&from), g_steal_pointer(&to), error);
}

/* ---- the file ---- */

void
backup_remove(const char *path)
{
	static const char *const ends[] = { "", "-wal", "-shm" };

	for (guint i = 0; i < G_N_ELEMENTS(ends); i++) {
		g_autofree char *file = g_strconcat(path, ends[i], NULL);
		g_unlink(file);
	}
}

static gboolean
flush(const char *path, GError **error)
{
	const int file = open(path, O_RDONLY | O_CLOEXEC);
	gboolean flushed = file >= 0 && fsync(file) == 0;

	if (!flushed)
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD, "cannot flush %s: %s", path,
		        g_strerror(errno));
	if (file >= 0)
		close(file);
	return flushed;
}

gboolean
backup_write(Record *record, const char *path, GError **error)
{
	g_autofree char *fresh = g_strconcat(path, ".new", NULL);
	g_autofree char *url = g_strconcat("sqlite:", fresh, NULL);
	g_autofree char *folder = g_path_get_dirname(path);

	if (g_access(path, F_OK) == 0) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "%s is there already and is not written over", path);
		return FALSE;
	}
	backup_remove(fresh);
	gboolean written =
	        backup_copy_rows(record_database_url(record), url, error) && flush(fresh, error);
	if (written && g_rename(fresh, path) != 0) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD, "cannot write %s: %s", path,
		        g_strerror(errno));
		written = FALSE;
	}
	if (!written)
		backup_remove(fresh);
	return written && flush(folder, error);
}
