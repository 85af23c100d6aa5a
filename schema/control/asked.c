#include "schema/asked.h"

#include <string.h>

const char *
asked_text(const json_t *asked, const char *name)
{
	return json_string_value(json_object_get(asked, name));
}

const char *
asked_text_or_empty(const json_t *asked, const char *name)
{
	const char *text = asked_text(asked, name);

	return text ? text : "";
}

Event *
asked_event(const Record *record, const char *slug, GError **error)
{
	g_autoptr(Db) db = record_reader(record, error);

	if (db == NULL || !db_begin(db, error))
		return NULL;
	Event *event = event_read(db, slug, error);
	db_rollback(db);
	return event;
}

/* The slug of the only event. */
static char *
only_slug(Db *db, GError **error)
{
	g_autoptr(GString) known = g_string_new(NULL);
	g_autofree char *only = NULL;
	guint n = 0;
	DbStep step = DB_ERROR_ROW;

	g_autoptr(DbRows) rows =
	        db_query(db, "SELECT slug FROM event ORDER BY slug", DB_NO_ARGS, error);
	if (rows == NULL)
		return NULL;
	for (; (step = db_next(rows, error)) == DB_ROW; n++) {
		g_string_append_printf(known, "%s%s", n ? ", " : "", db_column_text(rows, 0));
		if (only == NULL)
			only = g_strdup(db_column_text(rows, 0));
	}
	if (step != DB_NO_ROW)
		return NULL;
	if (n == 1)
		return g_steal_pointer(&only);
	g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
	        n ? "say which event: --event %s"
	          : "there is no event yet: `turnout schema load` first%s",
	        known->str);
	return NULL;
}

Event *
asked_event_or_only(const Record *record, const char *slug, GError **error)
{
	if (slug != NULL)
		return asked_event(record, slug, error);
	g_autoptr(Db) db = record_reader(record, error);
	g_autofree char *only = NULL;
	Event *event = NULL;

	if (db == NULL || !db_begin(db, error))
		return NULL;
	only = only_slug(db, error);
	if (only != NULL)
		event = event_read(db, only, error);
	db_rollback(db);
	return event;
}

const EventRegion *
asked_region(const Event *event, const char *code, GError **error)
{
	g_autoptr(GString) known = g_string_new(NULL);
	const EventRegion *region = code ? event_region_by_code(event, code) : NULL;

	if (region != NULL)
		return region;
	for (guint i = 0; i < event->regions->len; i++)
		g_string_append_printf(known, "%s%s", i ? ", " : "",
		        ((const EventRegion *)g_ptr_array_index(event->regions, i))->code);
	g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT, "--region is one of %s", known->str);
	return NULL;
}
