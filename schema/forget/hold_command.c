/* `turnout schema hold add | list | release`. */
#include "schema/hold.h"

#include <stdio.h>
#include <string.h>

#include "schema/control.h"
#include "schema/id.h"
#include "schema/settings.h"

static gboolean
misused(GError **error)
{
	g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
	        "say hold add --event E [--region R | --delegation D | --person NO] --reason TEXT, "
	        "hold list [--event E], hold release ID, or hold export --hold ID --output FILE");
	return FALSE;
}

typedef struct {
	char *event, *region, *delegation, *reason, *hold, *output, *format;
	gint64 person;
} Flags;

static gboolean
add(const RecordPlace *place, const Flags *flags, gint64 now, GError **error)
{
	static const ControlEntry entry = { "hold.add", hold_operation_add };
	json_t *asked = json_pack("{s:s, s:s*, s:s*, s:s}", "event", flags->event, "region",
	        flags->region, "delegation", flags->delegation, "reason", flags->reason);

	if (flags->person != 0)
		json_object_set_new(asked, "person", json_integer(flags->person));
	json_auto_t *answer = control_call(place, &entry, asked, now, error);
	if (answer == NULL)
		return FALSE;
	printf("hold %s: nobody in its scope is deleted or expires until it is released\n",
	        json_string_value(json_object_get(answer, "hold")));
	return TRUE;
}

static gboolean
release(const RecordPlace *place, const char *id, gint64 now, GError **error)
{
	static const ControlEntry entry = { "hold.release", hold_operation_release };
	json_auto_t *answer =
	        control_call(place, &entry, json_pack("{s:s}", "hold", id), now, error);

	if (answer == NULL)
		return FALSE;
	printf("released; people who had asked to be deleted and are now: "
	       "%" JSON_INTEGER_FORMAT "\n",
	        json_integer_value(json_object_get(answer, "erased")));
	return TRUE;
}

static void
print_hold(DbRows *row)
{
	char hex[ID_HEX_LENGTH + 1];
	g_autoptr(GDateTime) made = g_date_time_new_from_unix_utc(db_column_int(row, 5));
	g_autofree char *when = g_date_time_format(made, "%Y-%m-%dT%H:%M:%SZ");

	id_to_hex(db_column_int(row, 0), hex);
	printf("%s\t%s\t%s\t%" G_GINT64_FORMAT "\t%" G_GINT64_FORMAT "\t%s\t%s\t%s\n", hex,
	        db_column_text(row, 1), db_column_text(row, 2), db_column_int(row, 3),
	        db_column_int(row, 7), when, db_column_int(row, 6) != 0 ? "released" : "holds",
	        db_column_text(row, 4));
}

static gboolean
print_holds(Db *db, const char *event, GError **error)
{
	DbStep step = DB_ERROR_ROW;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT h.id, e.slug, h.scope, h.no, h.reason, h.made, coalesce(h.released, 0),"
	        " (SELECT count(*) FROM erasure x JOIN attendee a ON a.id = x.attendee"
	        "  WHERE x.event = h.event AND x.done IS NULL AND a.merged_into IS NULL"
	        "  AND (h.scope = 'event' OR (h.scope = 'region' AND h.no = a.region_no)"
	        "  OR (h.scope = 'delegation' AND h.no = a.delegation_no)"
	        "  OR (h.scope = 'person' AND h.no = a.no)))"
	        " FROM hold h JOIN event e ON e.id = h.event"
	        " WHERE CAST($1 AS TEXT) IS NULL OR e.slug = $1 ORDER BY e.slug, h.id",
	        DB_ARGS(db_text(event)), error);

	if (rows == NULL)
		return FALSE;
	puts("hold\tevent\tscope\tnumber\twaiting\tset\tstate\treason");
	while ((step = db_next(rows, error)) == DB_ROW)
		print_hold(rows);
	return step == DB_NO_ROW;
}

static gboolean
list(const RecordPlace *place, const char *event, GError **error)
{
	g_autoptr(Record) record = record_open(place, RECORD_READ, error);
	g_autoptr(Db) db = record ? record_reader(record, error) : NULL;

	if (db == NULL || !db_begin(db, error))
		return FALSE;
	gboolean ok = print_holds(db, event, error);
	db_rollback(db);
	return ok;
}

int
hold_command(int argc, char **argv)
{
	Flags flags = { 0 };
	const GOptionEntry entries[] = {
		{ "event", 0, 0, G_OPTION_ARG_STRING, &flags.event, "the event", "SLUG" },
		{ "region", 0, 0, G_OPTION_ARG_STRING, &flags.region, "only people of this region",
		        "CODE" },
		{ "delegation", 0, 0, G_OPTION_ARG_STRING, &flags.delegation,
		        "only people of this delegation", "CODE" },
		{ "person", 0, 0, G_OPTION_ARG_INT64, &flags.person,
		        "only the holder with this number", "NO" },
		{ "reason", 0, 0, G_OPTION_ARG_STRING, &flags.reason, "why, without a name",
		        "TEXT" },
		{ "hold", 0, 0, G_OPTION_ARG_STRING, &flags.hold, "which hold is exported", "ID" },
		{ "output", 0, 0, G_OPTION_ARG_STRING, &flags.output,
		        "the file that is made, for its owner alone", "FILE" },
		{ "format", 0, 0, G_OPTION_ARG_STRING, &flags.format, "json or csv", "FORMAT" },
		{ NULL },
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(Settings) settings = settings_take(&argc, &argv, entries,
	        "hold add | list | release ID | export: what must not be deleted, and why", FALSE,
	        &error);
	if (settings == NULL)
		return error_report(error);
	const RecordPlace place = settings_place(settings);
	const gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	const guint scopes =
	        (flags.region != NULL) + (flags.delegation != NULL) + (flags.person != 0);
	const char *verb = argc > 1 ? argv[1] : "";
	int status = 0;
	gboolean ok;

	if (strcmp(verb, "export") == 0 && argc == 2 && flags.hold && flags.output) {
		status = hold_export_command(&place, flags.hold, flags.output, flags.format, now);
		ok = TRUE;
	} else if (strcmp(verb, "add") == 0 && argc == 2 && flags.event && flags.reason &&
	        scopes <= 1)
		ok = add(&place, &flags, now, &error);
	else if (strcmp(verb, "list") == 0 && argc == 2 && scopes == 0)
		ok = list(&place, flags.event, &error);
	else if (strcmp(verb, "release") == 0 && argc == 3)
		ok = release(&place, argv[2], now, &error);
	else
		ok = misused(&error);
	g_free(flags.event);
	g_free(flags.region);
	g_free(flags.delegation);
	g_free(flags.reason);
	g_free(flags.hold);
	g_free(flags.output);
	g_free(flags.format);
	return ok ? status : error_report(error);
}
