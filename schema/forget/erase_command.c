/* `turnout schema erase`: for who asks by letter or at the desk. */
#include "schema/erase_private.h"

#include <stdio.h>

#include "schema/audit.h"
#include "schema/control.h"
#include "schema/hold.h"
#include "schema/settings.h"

#define EVENT_TRIES 3

gboolean
erase_is_kept(Record *record, const guint8 event[EVENT_ID_BYTES], gint64 attendee,
        gboolean *ret_kept, GError **error)
{
	g_autoptr(Db) db = record_reader(record, error);
	Event named = { 0 };
	gboolean kept = FALSE, asked = FALSE;

	if (db == NULL || !db_begin(db, error))
		return FALSE;
	for (guint i = 0; i < EVENT_ID_BYTES; i++)
		named.id[i] = event[i];
	asked = hold_keeps(db, &named, attendee, &kept, error);
	db_rollback(db);
	*ret_kept = kept;
	return asked;
}

typedef struct {
	const char *slug;
	Vault *vault;
	gint64 no, now;
	EraseAnswer answer;
} Erasing;

/* The event is read where it can't change. */
static gboolean
erase_by_no(Db *db, gpointer data, GError **error)
{
	Erasing *erasing = data;
	gint64 attendee = 0;
	g_autoptr(Event) event = event_read(db, erasing->slug, error);

	erasing->answer.outcome = ERASE_NOBODY;
	if (event == NULL ||
	        !db_ask_int(db, "SELECT id FROM attendee WHERE event = $1 AND no = $2",
	                DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(erasing->no)), 0,
	                &attendee, error))
		return FALSE;
	if (attendee == 0)
		return TRUE;
	VaultEvent *keys = vault_event(erasing->vault, event->id, error);
	return keys != NULL &&
	        erase_person(db, event, keys, attendee, AUDIT_OPERATOR, erasing->now,
	                &erasing->answer, error);
}

json_t *
erase_operation(Record *record, const json_t *asked, gint64 now, GError **error)
{
	const char *slug = json_string_value(json_object_get(asked, "event"));
	Erasing erasing = { .slug = slug ? slug : "",
		.vault = record_vault(record),
		.no = json_integer_value(json_object_get(asked, "holder")),
		.now = now };

	erasing.answer.outcome = ERASE_EVENT_CHANGED;
	for (guint i = 0; i < EVENT_TRIES && erasing.answer.outcome == ERASE_EVENT_CHANGED; i++)
		if (!writer_run(record_writer(record), erase_by_no, &erasing, error))
			return NULL;
	if (erasing.answer.outcome == ERASE_NOBODY) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT,
		        "there is no holder number %" G_GINT64_FORMAT ", or they are deleted",
		        erasing.no);
		return NULL;
	}
	if (!erase_settle(record, now, NULL, error))
		return NULL;
	return json_pack("{s:b}", "held", erasing.answer.outcome == ERASE_HELD);
}

int
erase_command(int argc, char **argv)
{
	static const ControlEntry entry = { "person.erase", erase_operation };
	g_autofree char *event = NULL;
	gint64 no = 0;
	const GOptionEntry entries[] = {
		{ "event", 0, 0, G_OPTION_ARG_STRING, &event, "the event", "SLUG" },
		{ NULL },
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(Settings) settings = settings_take(&argc, &argv, entries,
	        "erase NO: deletes the person who holds this number, everywhere", FALSE, &error);
	if (settings == NULL)
		return error_report(error);
	if (argc != 2 || event == NULL ||
	        !g_ascii_string_to_signed(argv[1], 10, 1, G_MAXINT32, &no, NULL)) {
		g_set_error_literal(&error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "say erase NO --event E: the holder's number, as lists of people show it");
		return error_report(error);
	}
	const RecordPlace place = settings_place(settings);
	json_auto_t *answer = control_call(&place, &entry,
	        json_pack("{s:s, s:I}", "event", event, "holder", (json_int_t)no),
	        g_get_real_time() / G_USEC_PER_SEC, &error);
	if (answer == NULL)
		return error_report(error);
	puts(json_is_true(json_object_get(answer, "held"))
	                ? "hidden: a legal hold keeps the rest until it is released"
	                : "deleted");
	return 0;
}
