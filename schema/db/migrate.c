#include "schema/migrate.h"
#include "schema/db_driver.h"

#include <string.h>

typedef struct {
	const Embedded *migrations;
	GPtrArray *checksums; /* of those that the database has, by number from 1 */
} Migrating;

static guint
count(const Embedded *migrations)
{
	guint n = 0;

	while (migrations[n].name != NULL)
		n++;
	return n;
}

static char *
checksum(const Embedded *migration)
{
	return g_compute_checksum_for_data(
	        G_CHECKSUM_SHA256, (const guchar *)migration->text, migration->length);
}

/* The checksums that the database has; none when it is empty. @with_lock: inside a transaction that
 * writes, and nobody else migrates until its end. */
static GPtrArray *
read_checksums(Db *db, gboolean with_lock, GError **error)
{
	g_autoptr(GPtrArray) checksums = g_ptr_array_new_with_free_func(g_free);

	if (with_lock && !db_lock_schema(db, error))
		return NULL;
	gboolean ours, empty;
	if (!db_look(db, "schema_version", &ours, &empty, error))
		return NULL;
	if (!ours && !empty) {
		g_set_error_literal(error, DB_ERROR, DB_ERROR_BROKEN,
		        "the database holds tables that are not turnout's; give it one of its own");
		return NULL;
	}
	if (!ours)
		return g_steal_pointer(&checksums);
	g_autoptr(DbRows) rows = db_query(
	        db, "SELECT no, checksum FROM schema_version ORDER BY no", DB_NO_ARGS, error);
	if (rows == NULL)
		return NULL;
	DbStep step;
	while ((step = db_next(rows, error)) == DB_ROW) {
		g_ptr_array_add(checksums, g_strdup(db_column_text(rows, 1)));
		if (db_column_int(rows, 0) != checksums->len) {
			g_set_error_literal(error, DB_ERROR, DB_ERROR_BROKEN,
			        "the database's list of migrations has a gap");
			return NULL;
		}
	}
	return step == DB_NO_ROW ? g_steal_pointer(&checksums) : NULL;
}

/* Which migration differs from the database's, from 1; 0: none. */
static guint
differing(const Embedded *migrations, const GPtrArray *checksums, guint after)
{
	for (guint i = after; i < checksums->len && migrations[i].name != NULL; i++) {
		g_autofree char *here = checksum(&migrations[i]);
		if (strcmp(here, g_ptr_array_index(checksums, i)) != 0)
			return i + 1;
	}
	return 0;
}

static gboolean
check(const Embedded *migrations, const GPtrArray *checksums, GError **error)
{
	if (checksums->len > count(migrations)) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "the database is of a newer turnout (schema %u, this program knows %u): "
		        "use that one",
		        checksums->len, count(migrations));
		return FALSE;
	}
	guint no = differing(migrations, checksums, 0);
	if (no == 0)
		return TRUE;
	g_set_error(error, DB_ERROR, DB_ERROR_BROKEN,
	        "migration %s in the database is not this program's: its checksum differs",
	        migrations[no - 1].name);
	return FALSE;
}

static gboolean
apply(Db *db, gpointer data, GError **error)
{
	Migrating *migrating = data;

	g_clear_pointer(&migrating->checksums, g_ptr_array_unref);
	migrating->checksums = read_checksums(db, TRUE, error);
	if (migrating->checksums == NULL ||
	        !check(migrating->migrations, migrating->checksums, error))
		return FALSE;
	if (migrating->checksums->len == 0 &&
	        !db_script(db,
	                "CREATE TABLE schema_version (no DB_ID NOT NULL PRIMARY KEY,"
	                " name TEXT NOT NULL, checksum TEXT NOT NULL)",
	                error))
		return FALSE;
	for (guint i = migrating->checksums->len; migrating->migrations[i].name != NULL; i++) {
		const Embedded *migration = &migrating->migrations[i];
		g_autofree char *sum = checksum(migration);
		if (!db_script(db, migration->text, error)) {
			g_prefix_error(error, "migration %s: ", migration->name);
			return FALSE;
		}
		if (!db_run(db,
		            "INSERT INTO schema_version (no, name, checksum) VALUES ($1, $2, $3)",
		            DB_ARGS(db_int(i + 1), db_text(migration->name), db_text(sum)), NULL,
		            error))
			return FALSE;
	}
	return TRUE;
}

gboolean
migrate_with(Db *db, const Embedded *migrations, GError **error)
{
	Migrating migrating = { .migrations = migrations };

	gboolean done = db_transact(db, apply, &migrating, error);
	g_clear_pointer(&migrating.checksums, g_ptr_array_unref);
	return done;
}

gboolean
migrate(Db *db, GError **error)
{
	return migrate_with(db, embedded_migrations, error);
}

gboolean
migrate_check(Db *db, GError **error)
{
	g_autoptr(GPtrArray) checksums = read_checksums(db, FALSE, error);

	if (checksums == NULL || !check(embedded_migrations, checksums, error))
		return FALSE;
	if (checksums->len == 0) {
		g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT,
		        "the database is empty: run turnout schema init");
		return FALSE;
	}
	if (checksums->len == count(embedded_migrations))
		return TRUE;
	g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
	        "the database is of an older turnout (schema %u, this program needs %u):"
	        " start turnout web once, which brings it up to date",
	        checksums->len, count(embedded_migrations));
	return FALSE;
}

gboolean
migrate_verify(Db *db, Faults *found, GError **error)
{
	g_autoptr(GPtrArray) checksums = read_checksums(db, FALSE, error);

	if (checksums == NULL)
		return FALSE;
	for (guint no = 0; (no = differing(embedded_migrations, checksums, no)) != 0;)
		faults_add(found, "schema_version",
		        "the checksum of migration %s is not the program's",
		        embedded_migrations[no - 1].name);
	return TRUE;
}
