#include "schema/definition.h"

#include <stdlib.h>
#include <string.h>

#include "schema/definition/change.h"
#include "schema/places.h"

#define SECONDS_A_DAY (24 * 60 * 60)

typedef struct {
	Event *event;     /* our own: the tables' numbers are put into it */
	char *definition; /* as it is stored */
	gboolean found;   /* an event of this slug was there before the transaction */
	gint64 now;
	gint64 version; /* of an event that was there, raised */
	DefinitionStored answer;
} Store;

/* ---- the event's row ---- */

static gboolean
insert_event(Db *db, const Store *store, gboolean *ret_added, GError **error)
{
	const Event *event = store->event;
	DbValue id = db_bytes(event->id, EVENT_ID_BYTES);
	gint64 added;

	if (!db_run(db,
	            "INSERT INTO event (id, slug, zone, state, edition, history, salt, starts, "
	            "ends)"
	            " VALUES ($1, $2, $3, 'open', 1, $4, $5, $6, $7) ON CONFLICT (slug) DO NOTHING",
	            DB_ARGS(id, db_text(event->slug), db_text(event->zone), db_int(event->history),
	                    db_bytes(event->salt, SALT_BYTES), db_int(event->starts),
	                    db_int(event->ends)),
	            &added, error))
		return FALSE;
	*ret_added = added > 0;
	return added == 0 ||
	        db_run(db, "INSERT INTO definition (event, text) VALUES ($1, $2)",
	                DB_ARGS(id, db_text(store->definition)), NULL, error);
}

/* Whether the definition of the event, whose row is locked, is what is to be stored. */
static gboolean
compare_definition(Db *db, const Store *store, gboolean *ret_same, GError **error)
{
	g_autoptr(DbRows) rows = db_query(db, "SELECT text FROM definition WHERE event = $1",
	        DB_ARGS(db_bytes(store->event->id, EVENT_ID_BYTES)), error);
	if (rows == NULL)
		return FALSE;
	switch (db_next(rows, error)) {
	case DB_ERROR_ROW:
		return FALSE;
	case DB_NO_ROW:
		g_set_error_literal(
		        error, DB_ERROR, DB_ERROR_BROKEN, "an event is without its definition");
		return FALSE;
	case DB_ROW:
		*ret_same = strcmp(db_column_text(rows, 0), store->definition) == 0;
	}
	return TRUE;
}

/* Locks the event for the transaction. @ret_same: it is stored just so. */
static gboolean
lock_event(Db *db, Store *store, gboolean *ret_same, GError **error)
{
	g_autoptr(DbRows) rows = NULL;

	if (!db_query_row(db,
	            "UPDATE event SET version = version + 1, definition_version = version + 1"
	            " WHERE slug = $1"
	            " RETURNING id, edition, version",
	            DB_ARGS(db_text(store->event->slug)), &rows, error))
		return FALSE;
	if (rows == NULL) {
		g_set_error_literal(error, DB_ERROR, DB_ERROR_CONFLICT, "an event has gone away");
		return FALSE;
	}
	gsize length = 0;
	gconstpointer id = db_column_bytes(rows, 0, &length);
	if (length != EVENT_ID_BYTES) {
		g_set_error_literal(error, DB_ERROR, DB_ERROR_BROKEN, "an event's id is no id");
		return FALSE;
	}
	memcpy(store->event->id, id, EVENT_ID_BYTES);
	store->event->edition = db_column_int(rows, 1);
	store->version = db_column_int(rows, 2);
	return compare_definition(db, store, ret_same, error);
}

static gboolean
update_event(Db *db, const Store *store, GError **error)
{
	const Event *event = store->event;

	DbValue id = db_bytes(event->id, EVENT_ID_BYTES);

	return db_run(db,
	               "UPDATE event SET zone = $2, edition = edition + 1, starts = $3, ends = $4"
	               " WHERE id = $1",
	               DB_ARGS(id, db_text(event->zone), db_int(event->starts),
	                       db_int(event->ends)),
	               NULL, error) &&
	        db_run(db, "UPDATE definition SET text = $2 WHERE event = $1",
	                DB_ARGS(id, db_text(store->definition)), NULL, error);
}

/* What is sealed expires by the event's end and the days kept, which may both have changed. */
static gboolean
update_expiry(Db *db, const Event *event, GError **error)
{
	const struct {
		SealedClass class;
		int days;
	} kept[] = {
		{ SEALED_IDENTITY, event->identity_days },
		{ SEALED_LOGISTICS, event->logistics_days },
		{ SEALED_EMERGENCY, 2 },
	};

	for (guint i = 0; i < G_N_ELEMENTS(kept); i++)
		if (!db_run(db,
		            "UPDATE sealed SET expires = $3 WHERE class = $2 AND expires <> $3"
		            " AND owner IN (SELECT id FROM attendee"
		            "  WHERE event = $1 AND state = 'active')",
		            DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(kept[i].class),
		                    db_int(event->ends + (gint64)kept[i].days * SECONDS_A_DAY)),
		            NULL, error))
			return FALSE;
	return TRUE;
}

/* What there is more of now goes to those who wait. Who waits for a session that their option includes by now waits for it
 * by the option alone. */
static gboolean
fill_places(Db *db, const Store *store, GError **error)
{
	return db_run(db,
	               "DELETE FROM booking WHERE event = $1 AND state = 'waitlisted'"
	               " AND EXISTS (SELECT 1 FROM attendee a JOIN option_session o"
	               " ON o.event = a.event AND o.option_no = a.option_no AND o.choose = 0"
	               " WHERE a.id = booking.attendee AND o.session_no = booking.session_no)",
	               DB_ARGS(db_bytes(store->event->id, EVENT_ID_BYTES)), NULL, error) &&
	        places_fill(db, store->event, store->version, store->now, error);
}

/* ---- the transaction ---- */

static gboolean
check_moved(Db *db, const Event *event, Faults *faults, GError **error)
{
	gint64 people;

	if (!event->moved)
		return TRUE;
	if (!db_ask_int(db, "SELECT count(*) FROM attendee WHERE event = $1",
	            DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES)), 0, &people, error))
		return FALSE;
	if (people > 0)
		faults_add(faults, "--starts",
		        "the event \"%s\" has %" G_GINT64_FORMAT
		        " people in it; give the definition another slug",
		        event->slug, people);
	return TRUE;
}

static gboolean
write_parts(Db *db, Store *store, gboolean fresh, GError **error)
{
	g_autoptr(GPtrArray) faults = faults_new();
	g_autoptr(EventNumbers) numbers = event_numbers_read(db, store->event->id, error);
	DefinitionChange change = { db, store->event, numbers, fresh, faults };

	if (numbers == NULL || !event_numbers_apply(numbers, store->event, TRUE, error))
		return FALSE;
	if (!check_moved(db, store->event, faults, error) ||
	        !definition_find_losses(&change, error))
		return FALSE;
	/* with losses the rows are not written; without, they may still be too few places */
	if (faults->len == 0 && !definition_write_rows(&change, error))
		return FALSE;
	return faults_none(faults, store->event->slug, error);
}

static gboolean
store_work(Db *db, gpointer data, GError **error)
{
	Store *store = data;
	gboolean added = FALSE, same = FALSE;

	if (!store->found && !insert_event(db, store, &added, error))
		return FALSE;
	if (!added && !lock_event(db, store, &same, error))
		return FALSE;
	if (!same && !write_parts(db, store, added, error))
		return FALSE;
	if (!same && !added &&
	        !(update_event(db, store, error) && update_expiry(db, store->event, error) &&
	                fill_places(db, store, error)))
		return FALSE;
	store->answer.created = added;
	store->answer.changed = !same;
	store->answer.edition = added ? 1 : store->event->edition + (same ? 0 : 1);
	memcpy(store->answer.id, store->event->id, EVENT_ID_BYTES);
	return TRUE;
}

/* ---- before it ---- */

static gboolean
slug_is_there(Record *record, const char *slug, gboolean *ret_found, GError **error)
{
	g_autoptr(Db) db = record_reader(record, error);
	gint64 n = 0;

	if (db == NULL || !db_begin(db, error))
		return FALSE;
	gboolean asked = db_ask_int(db, "SELECT count(*) FROM event WHERE slug = $1",
	        DB_ARGS(db_text(slug)), 0, &n, error);
	db_rollback(db);
	*ret_found = n > 0;
	return asked;
}

/* Identity and keys of a new event. When the transaction then fails, keys of nobody remain. */
static gboolean
make_identity(Record *record, Event *event, gint64 now, GError **error)
{
	random_bytes(event->id, EVENT_ID_BYTES);
	random_bytes(event->salt, SALT_BYTES);
	random_bytes(&event->history, sizeof event->history);
	return vault_create_event(record_vault(record), event->id, now, error);
}

/* As text, and read again from it: what is stored is what will be read. */
static gboolean
store_begin(Store *store, const Event *event, GError **error)
{
	json_t *exported = definition_export(event);
	char *text = json_dumps(exported, JSON_COMPACT);
	g_autoptr(GPtrArray) faults = faults_new();

	json_decref(exported);
	store->definition = g_strdup(text);
	free(text);
	store->event = definition_parse(store->definition, strlen(store->definition), NULL, faults);
	if (store->event == NULL)
		return faults_none(faults, "what was exported", error);
	store->event->moved = event->moved;
	return TRUE;
}

gboolean
definition_store(
        Record *record, const Event *event, gint64 now, DefinitionStored *ret, GError **error)
{
	Store store = { .now = now };
	gboolean done = store_begin(&store, event, error) &&
	        slug_is_there(record, event->slug, &store.found, error) &&
	        (store.found || make_identity(record, store.event, now, error)) &&
	        writer_run(record_writer(record), store_work, &store, error);

	if (done)
		*ret = store.answer;
	event_unref(store.event);
	g_free(store.definition);
	return done;
}
