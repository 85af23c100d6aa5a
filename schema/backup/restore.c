/* An empty data folder from a backup and the keys. */
#include "schema/backup.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "schema/audit.h"
#include "schema/erase_private.h"
#include "schema/expire.h"
#include "schema/informed.h"
#include "schema/migrate.h"
#include "schema/vault_copy.h"
#include "schema/vault_files.h"

#define DATABASE_FILE "turnout.db"

static gboolean
world(GError **error, const char *path)
{
	g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD, "%s: %s", path, g_strerror(errno));
	return FALSE;
}

/* ---- what came after the backup ---- */

typedef struct {
	const GArray *list; /* of Listed */
	gint64 now;
	RestoreCounts *counts;
	const Listed *line; /* of one work */
	VaultEvent *keys;   /* of its event; NULL: they are gone */
	EraseOutcome outcome;
} Restoring;

static gboolean
is_released(const GArray *list, gint64 hold)
{
	for (guint i = 0; i < list->len; i++)
		if (g_array_index(list, Listed, i).kind == LISTED_RELEASE &&
		        g_array_index(list, Listed, i).id == hold)
			return TRUE;
	return FALSE;
}

/* A hold of after the backup holds again; its reason is known to who set it. */
static gboolean
restore_hold(Db *db, const Restoring *restoring, const Listed *hold, GError **error)
{
	const DbValue released =
	        is_released(restoring->list, hold->id) ? db_int(restoring->now) : db_null();
	gint64 there = 0;

	if (!db_ask_int(db, "SELECT 1 FROM event WHERE id = $1",
	            DB_ARGS(db_bytes(hold->event, EVENT_ID_BYTES)), 0, &there, error))
		return FALSE;
	if (there == 0)
		return TRUE;
	gint64 added = 0;
	if (!db_run(db,
	            "INSERT INTO hold (id, event, scope, no, reason, made, released, listed)"
	            " VALUES ($1, $2, $3, $4, 'set after the backup', $5, $6, 1)"
	            " ON CONFLICT (id) DO NOTHING",
	            DB_ARGS(db_int(hold->id), db_bytes(hold->event, EVENT_ID_BYTES),
	                    db_text(hold->scope), db_int(hold->no), db_int(restoring->now),
	                    released),
	            &added, error))
		return FALSE;
	restoring->counts->holds += added;
	return is_released(restoring->list, hold->id)
	        ? db_run(db, "UPDATE hold SET released = $2 WHERE id = $1 AND released IS NULL",
	                  DB_ARGS(db_int(hold->id), db_int(restoring->now)), NULL, error)
	        : TRUE;
}

/* Of an event that the backup has; who came after the backup and was deleted stays known too. */
static gboolean
restore_forgotten(Db *db, const Listed *known, GError **error)
{
	const DbValue event = db_bytes(known->event, EVENT_ID_BYTES);
	gint64 there = 0;

	if (!db_ask_int(db, "SELECT 1 FROM event WHERE id = $1", DB_ARGS(event), 0, &there, error))
		return FALSE;
	return there == 0 ||
	        db_run(db,
	                "INSERT INTO forgotten (event, hash, listed) VALUES ($1, $2, 1)"
	                " ON CONFLICT (event, hash) DO NOTHING",
	                DB_ARGS(event, db_bytes(known->hash, KNOWN_AS_BYTES)), NULL, error);
}

/* Another history for each event: phones know by it that the server is older than they are. */
static gboolean
restore_events(Db *db, GError **error)
{
	g_autoptr(GPtrArray) events = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	DbStep step;
	g_autoptr(DbRows) rows = db_query(db, "SELECT id FROM event", DB_NO_ARGS, error);
	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		gsize length = 0;
		gconstpointer id = db_column_bytes(rows, 0, &length);
		g_ptr_array_add(events, g_bytes_new(id, length));
	}
	g_clear_pointer(&rows, db_rows_free);
	for (guint i = 0; step == DB_NO_ROW && i < events->len; i++) {
		gsize length = 0;
		gconstpointer id = g_bytes_get_data(g_ptr_array_index(events, i), &length);
		gint64 history;
		random_bytes(&history, sizeof history);
		if (!db_run(db,
		            "UPDATE event SET history = $2, version = version + 1,"
		            " definition_version = version + 1 WHERE id = $1",
		            DB_ARGS(db_bytes(id, length), db_int(history)), NULL, error))
			return FALSE;
	}
	return step == DB_NO_ROW;
}

static gboolean
restore_rows(Db *db, gpointer data, GError **error)
{
	Restoring *restoring = data;

	restoring->counts->holds = 0;
	if (!restore_events(db, error) ||
	        /* what waited then may have gone out since, and nothing goes out twice */
	        !db_run(db,
	                "UPDATE outbox SET state = 'given-up', claim = NULL, trouble = 'restored'"
	                " WHERE state = 'waiting'",
	                DB_NO_ARGS, &restoring->counts->letters, error))
		return FALSE;
	for (guint i = 0; i < restoring->list->len; i++) {
		const Listed *line = &g_array_index(restoring->list, Listed, i);
		if ((line->kind == LISTED_HOLD && !restore_hold(db, restoring, line, error)) ||
		        (line->kind == LISTED_FORGOTTEN && !restore_forgotten(db, line, error)))
			return FALSE;
	}
	return TRUE;
}

/* An id that the backup hasn't is of somebody who came after it. */
static gboolean
erase_again(Db *db, gpointer data, GError **error)
{
	Restoring *restoring = data;
	EraseAnswer answer = { .outcome = ERASE_NOBODY };
	gint64 there = 0;

	restoring->outcome = ERASE_NOBODY;
	if (!db_ask_int(db, "SELECT 1 FROM attendee WHERE id = $1 AND event = $2",
	            DB_ARGS(db_int(restoring->line->id),
	                    db_bytes(restoring->line->event, EVENT_ID_BYTES)),
	            0, &there, error))
		return FALSE;
	if (there == 0)
		return TRUE;
	g_autoptr(Event) event = event_read_by_id(db, restoring->line->event, error);
	if (event == NULL ||
	        !erase_person(db, event, restoring->keys, restoring->line->id, AUDIT_OPERATOR,
	                restoring->now, &answer, error))
		return FALSE;
	restoring->outcome = answer.outcome;
	return TRUE;
}

static gboolean
told(Db *db, gpointer data, GError **error)
{
	const Restoring *restoring = data;
	g_autofree char *detail = g_strdup_printf(
	        "%" G_GINT64_FORMAT " people deleted again, %" G_GINT64_FORMAT " letters given up",
	        restoring->counts->erased, restoring->counts->letters);

	return audit_add(db, NULL, AUDIT_OPERATOR, "restore", detail, restoring->now, error);
}

/* Of a class whose keys are gone the days were over, whatever this machine's clock says. */
static gint64
over_since(Record *record, const Event *event, gint64 now, GError **error)
{
	VaultEvent *keys = vault_event(record_vault(record), event->id, error);

	if (keys == NULL)
		return -1;
	for (guint class = 0; class < SEALED_CLASSES; class ++) {
		g_autoptr(GArray) numbers = vault_class_keys(keys, (SealedClass) class);
		if (numbers->len == 0)
			now = MAX(now, expire_due(event, (SealedClass) class));
	}
	return now;
}

static GPtrArray *
read_events(Record *record, GError **error)
{
	DbStep step = DB_ERROR_ROW;
	g_autoptr(GPtrArray) slugs = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) events = g_ptr_array_new_with_free_func((GDestroyNotify)event_unref);
	g_autoptr(Db) db = record_reader(record, error);

	if (db == NULL || !db_begin(db, error))
		return NULL;
	DbRows *rows = db_query(db, "SELECT slug FROM event ORDER BY slug", DB_NO_ARGS, error);
	while (rows != NULL && (step = db_next(rows, error)) == DB_ROW)
		g_ptr_array_add(slugs, g_strdup(db_column_text(rows, 0)));
	db_rows_free(rows);
	for (guint i = 0; step == DB_NO_ROW && i < slugs->len; i++) {
		Event *event = event_read(db, g_ptr_array_index(slugs, i), error);
		if (event == NULL)
			step = DB_ERROR_ROW;
		else
			g_ptr_array_add(events, event);
	}
	db_rollback(db);
	return step == DB_NO_ROW ? g_steal_pointer(&events) : NULL;
}

static gboolean
expire_events(Record *record, gint64 now, ExpireCounts *counts, GError **error)
{
	g_autoptr(GPtrArray) events = read_events(record, error);

	for (guint i = 0; events != NULL && i < events->len; i++) {
		const Event *event = g_ptr_array_index(events, i);
		const gint64 then = over_since(record, event, now, error);
		if (then < 0 || !expire_run(record, event->slug, then, counts, error))
			return FALSE;
	}
	return events != NULL;
}

static gboolean
catch_up(Record *record, gint64 now, RestoreCounts *counts, GError **error)
{
	g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(Listed));
	Restoring restoring = { .list = list, .now = now, .counts = counts };
	Writer *writer = record_writer(record);
	ExpireCounts expired = { 0 };

	if (!erase_list_read(record_dir(record), list, error) ||
	        !writer_run(writer, restore_rows, &restoring, error))
		return FALSE;
	for (guint i = 0; i < list->len; i++) {
		restoring.line = &g_array_index(list, Listed, i);
		if (restoring.line->kind != LISTED_ERASE)
			continue;
		restoring.keys = vault_event(record_vault(record), restoring.line->event, NULL);
		if (!writer_run(writer, erase_again, &restoring, error))
			return FALSE;
		counts->erased +=
		        restoring.outcome == ERASE_DONE || restoring.outcome == ERASE_HELD;
		counts->hidden += restoring.outcome == ERASE_HELD;
	}
	if (!informed_settle(record, error) || !erase_settle(record, now, NULL, error) ||
	        !expire_events(record, now, &expired, error) ||
	        !writer_run(writer, told, &restoring, error))
		return FALSE;
	for (guint class = 0; class < SEALED_CLASSES; class ++)
		counts->expired += expired.values[class];
	return writer_cut_log(writer, error);
}

/* ---- files ---- */

static gboolean
refuse_used(const char *dir, GError **error)
{
	g_autoptr(GDir) names = g_dir_open(dir, 0, NULL);

	for (const char *name; names != NULL && (name = g_dir_read_name(names)) != NULL;)
		if (strcmp(name, "turnout.conf") != 0 && strcmp(name, "lock") != 0) {
			g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
			        "%s is not empty: restore makes a new data folder", dir);
			return FALSE;
		}
	return TRUE;
}

static gboolean
copy_file(const char *from, const char *to, GError **error)
{
	FILE *in = g_fopen(from, "rbe"), *out = in ? g_fopen(to, "wbxe") : NULL;
	guint8 bytes[65536];
	gboolean copied = out != NULL;

	for (gsize n = 1; copied && n > 0;) {
		n = fread(bytes, 1, sizeof bytes, in);
		copied = !ferror(in) && fwrite(bytes, 1, n, out) == n;
	}
	if (!copied)
		world(error, in == NULL ? from : to);
	if (out != NULL && fclose(out) != 0 && copied)
		copied = world(error, to);
	if (in != NULL)
		fclose(in);
	return copied;
}

/* The backup as it is in @work, brought up to date; on PostgreSQL its rows go on into the database. */
static gboolean
place_database(const RecordPlace *place, const char *path, GError **error)
{
	g_autofree char *file = g_build_filename(place->dir, DATABASE_FILE, NULL);
	g_autofree char *url = g_strconcat("sqlite:", file, NULL);
	gint64 events = 0;

	if (!copy_file(path, file, error))
		return FALSE;
	{
		g_autoptr(Db) db = db_open(url, DB_WRITE, error);
		if (db == NULL || !migrate(db, error))
			return FALSE;
	}
	if (place->database == NULL)
		return TRUE;
	{
		g_autoptr(Db) db = db_open(place->database, DB_WRITE, error);
		if (db == NULL || !migrate(db, error) ||
		        !db_ask_int(
		                db, "SELECT count(*) FROM event", DB_NO_ARGS, 0, &events, error))
			return FALSE;
	}
	if (events > 0) {
		g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "the database has events already: choose another database");
		return FALSE;
	}
	gboolean copied = backup_copy_rows(url, place->database, error);
	backup_remove(file);
	return copied;
}

static gboolean
build(const RecordPlace *work, const char *path, const char *keys, const char *passphrase,
        gint64 now, RestoreCounts *counts, GError **error)
{
	gboolean placed = passphrase != NULL
	        ? vault_copy_restore(work->dir, work->master_file, keys, passphrase, error)
	        : vault_copy_folder(work->dir, work->master_file, keys, error);
	if (!placed || !place_database(work, path, error))
		return FALSE;
	g_autoptr(Record) record = record_open(work, RECORD_WRITE, error);
	return record != NULL && catch_up(record, now, counts, error);
}

/* All that @work holds, one rename each, the keys last: without them the folder is none. */
static gboolean
move_in_place(const char *work, const char *dir, GError **error)
{
	static const char *const names[] = { DATABASE_FILE, "keys" };

	for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *from = g_build_filename(work, names[i], NULL);
		g_autofree char *to = g_build_filename(dir, names[i], NULL);
		if (g_rename(from, to) != 0 && !(i == 0 && errno == ENOENT))
			return world(error, to);
	}
	return key_folder_flush(dir, error);
}

static void
remove_work(const char *work)
{
	g_autofree char *keys = g_build_filename(work, "keys", NULL);
	g_autofree char *database = g_build_filename(work, DATABASE_FILE, NULL);
	GDir *names = g_dir_open(keys, 0, NULL);

	for (const char *name; names != NULL && (name = g_dir_read_name(names)) != NULL;) {
		g_autofree char *event = g_build_filename(keys, name, NULL);
		key_folder_remove(event);
	}
	if (names != NULL)
		g_dir_close(names);
	key_folder_remove(keys);
	backup_remove(database);
	key_folder_remove(work);
}

gboolean
backup_restore(const RecordPlace *place, const char *path, const char *keys, const char *passphrase,
        gint64 now, RestoreCounts *ret, GError **error)
{
	g_autofree char *dir = g_canonicalize_filename(place->dir, NULL);
	g_autofree char *work_dir = g_strconcat(dir, ".restoring", NULL);
	const RecordPlace work = {
		.dir = work_dir, .database = place->database, .master_file = place->master_file
	};
	RestoreCounts counts = { 0 };

	if (!refuse_used(place->dir, error))
		return FALSE;
	remove_work(work_dir); /* of one that was cut short */
	if (g_mkdir_with_parents(place->dir, 0700) != 0)
		return world(error, place->dir);
	if (!key_folder_make(work_dir, error))
		return FALSE;
	gboolean done = build(&work, path, keys, passphrase, now, &counts, error) &&
	        move_in_place(work_dir, place->dir, error);
	remove_work(work_dir);
	if (done)
		*ret = counts;
	return done;
}
