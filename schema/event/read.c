#include "schema/event.h"

#include <string.h>

#include "schema/definition.h"
#include "schema/delegation.h"
#include "schema/event_numbers.h"

/* What the row says; the rows are closed before the next question. */
static Event *
row_take(DbRows *rows, GError **error)
{
	g_autoptr(GPtrArray) faults = faults_new();
	const char *definition = db_column_text(rows, 4);
	gsize id_length = 0, salt_length = 0;
	gconstpointer id = db_column_bytes(rows, 0, &id_length);
	gconstpointer salt = db_column_bytes(rows, 1, &salt_length);
	g_autoptr(Event) event = definition_parse(definition, strlen(definition), NULL, faults);

	if (event == NULL || id_length != EVENT_ID_BYTES || salt_length != SALT_BYTES) {
		const Fault *fault = faults->len > 0 ? g_ptr_array_index(faults, 0) : NULL;
		g_set_error(error, DB_ERROR, DB_ERROR_BROKEN,
		        "an event of the database can't be read: %s: %s",
		        fault != NULL ? fault->where : "id",
		        fault != NULL ? fault->what : "length");
		return NULL;
	}
	memcpy(event->id, id, EVENT_ID_BYTES);
	memcpy(event->salt, salt, SALT_BYTES);
	event->history = db_column_int(rows, 2);
	event->edition = db_column_int(rows, 3);
	event->key_no = (guint16)db_column_int(rows, 5);
	event->group_version = db_column_int(rows, 6);
	return g_steal_pointer(&event);
}

/* Takes over @rows (NULL: the query failed) and makes the event of the first. */
static Event *
event_of(DbRows *taken, Db *db, const char *name, GError **error)
{
	g_autoptr(DbRows) rows = taken;
	g_autoptr(Event) event = NULL;
	g_autoptr(EventNumbers) numbers = NULL;

	if (rows == NULL)
		return NULL;
	switch (db_next(rows, error)) {
	case DB_ERROR_ROW:
		return NULL;
	case DB_NO_ROW:
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT, "there is no event \"%s\"",
		        name);
		return NULL;
	case DB_ROW:
		event = row_take(rows, error);
	}
	g_clear_pointer(&rows, db_rows_free);
	if (event == NULL)
		return NULL;
	numbers = event_numbers_read(db, event->id, error);
	if (numbers == NULL || !event_numbers_apply(numbers, event, FALSE, error) ||
	        !delegations_apply(db, event, error))
		return NULL;
	return g_steal_pointer(&event);
}

Event *
event_read(Db *db, const char *slug, GError **error)
{
	return event_of(db_query(db,
	                        "SELECT id, salt, history, edition, text, key_no,"
	                        " group_version FROM event"
	                        " JOIN definition ON event = id WHERE slug = $1",
	                        DB_ARGS(db_text(slug)), error),
	        db, slug, error);
}

Event *
event_read_by_id(Db *db, const guint8 id[EVENT_ID_BYTES], GError **error)
{
	return event_of(db_query(db,
	                        "SELECT id, salt, history, edition, text, key_no,"
	                        " group_version FROM event"
	                        " JOIN definition ON event = id WHERE id = $1",
	                        DB_ARGS(db_bytes(id, EVENT_ID_BYTES)), error),
	        db, "of this id", error);
}
