#include "tests/bench/served.h"

#include <jansson.h>

/* The event of the definition that the stage has loaded. */
static Event *
read_event(Db *db, const char *definition, GError **error)
{
	g_autofree char *text = NULL;
	gsize length = 0;
	if (!g_file_get_contents(definition, &text, &length, error) || !db_begin(db, error))
		return NULL;
	json_auto_t *json = json_loadb(text, length, 0, NULL);
	const char *slug = json_string_value(json_object_get(json, "slug"));
	Event *event = event_read(db, slug == NULL ? "" : slug, error);
	db_rollback(db);
	return event;
}

static gboolean
open_record(Served *served, const char *definition, GError **error)
{
	const RecordPlace place = { served->stage.dir, served->stage.database, NULL };
	served->record = record_open(&place, RECORD_READ, error);
	if (served->record == NULL)
		return FALSE;
	served->reader = record_reader(served->record, error);
	if (served->reader == NULL)
		return FALSE;
	served->event = read_event(served->reader, definition, error);
	if (served->event == NULL)
		return FALSE;
	VaultEvent *keys = vault_event(record_vault(served->record), served->event->id, error);
	if (keys == NULL)
		return FALSE;
	works_init(&served->works, served->event, keys);
	return TRUE;
}

gboolean
served_open(Served *ret, const char *program, const char *definition, const char *database, int cpu,
        GError **error)
{
	*ret = (Served){ 0 };
	if (!stage_open(&ret->stage, program, definition, database, cpu, error))
		return FALSE;
	if (open_record(ret, definition, error))
		return TRUE;
	served_close(ret);
	return FALSE;
}

void
served_close(Served *served)
{
	works_clear(&served->works);
	g_clear_pointer(&served->event, event_unref);
	g_clear_pointer(&served->reader, db_free);
	g_clear_pointer(&served->record, record_free);
	stage_close(&served->stage);
}
