/* `turnout schema spare make | list`. */
#include "schema/spare.h"

#include <stdio.h>
#include <string.h>

#include "schema/asked.h"
#include "schema/audit.h"
#include "schema/settings.h"

#define WORK_DRAWS 4 /* of ids, when another process has drawn the same */

/* ---- make ---- */

static SpareWork *
make(Record *record, const Event *event, const char *ref, guint16 region_no, guint n, gint64 now,
        GError **error)
{
	VaultEvent *keys = vault_event(record_vault(record), event->id, error);

	for (guint draw = 0; keys != NULL; draw++) {
		g_autoptr(GError) trouble = NULL;
		g_autoptr(SpareWork) work =
		        spare_work_new(event, keys, AUDIT_OPERATOR, ref, region_no, n, now);
		if (writer_run(record_writer(record), spare_work, work, &trouble))
			return g_steal_pointer(&work);
		if (draw + 1 < WORK_DRAWS &&
		        g_error_matches(trouble, DB_ERROR, DB_ERROR_CONSTRAINT))
			continue;
		g_propagate_error(error, g_steal_pointer(&trouble));
		break;
	}
	return NULL;
}

json_t *
spare_operation_make(Record *record, const json_t *asked, gint64 now, GError **error)
{
	const char *ref = asked_text(asked, "ref"), *code = asked_text(asked, "region");
	const json_int_t n = json_integer_value(json_object_get(asked, "n"));
	guint16 region_no = 0;

	if (n < 1 || n > SPARES_MAX) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "a sheet has 1 to %d spare tickets", SPARES_MAX);
		return NULL;
	}
	if (ref != NULL && !spare_ref_check(ref, error))
		return NULL;
	g_autoptr(Event) event = asked_event(record, asked_text_or_empty(asked, "event"), error);
	if (event == NULL)
		return NULL;
	if (code != NULL) {
		const EventRegion *region = asked_region(event, code, error);
		if (region == NULL)
			return NULL;
		region_no = region->no;
	}
	g_autoptr(SpareWork) work = make(record, event, ref, region_no, (guint)n, now, error);
	if (work == NULL)
		return NULL;
	switch (work->outcome) {
	case SPARE_MADE:
	case SPARE_MADE_BEFORE:
		return json_pack("{s:b, s:s, s:I}", "made", work->outcome == SPARE_MADE, "ref",
		        work->made_ref, "first", (json_int_t)work->first_no);
	case SPARE_OTHER:
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "the sheet \"%s\" is there already, with another number or region; take "
		        "another --ref",
		        ref);
		return NULL;
	case SPARE_TOO_MANY:
		break;
	}
	g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
	        "the event has no room for so many holders");
	return NULL;
}

/* ---- list ---- */

static const char *
region_code(const Event *event, guint16 no)
{
	const EventRegion *region = event_region(event, no);

	return region ? region->code : "-";
}

static gboolean
print_sheets(Db *db, const Event *event, GError **error)
{
	g_autoptr(GPtrArray) sheets = NULL;

	if (!spare_sheets(db, event, &sheets, error))
		return FALSE;
	puts("ref\tregion\tfirst\tlast\tfree\twith_person");
	for (guint i = 0; i < sheets->len; i++) {
		const SpareSheet *sheet = g_ptr_array_index(sheets, i);
		printf("%s\t%s\t%" G_GINT64_FORMAT "\t%" G_GINT64_FORMAT "\t%u\t%u\n", sheet->ref,
		        region_code(event, sheet->region_no), sheet->first_no,
		        sheet->first_no + sheet->n - 1, sheet->free, sheet->with_person);
	}
	return TRUE;
}

static gboolean
print_tickets(Db *db, const Event *event, const char *ref, GError **error)
{
	static const char *const states[] = {
		[SPARE_FREE] = "free", [SPARE_USED] = "used", [SPARE_WITH_PERSON] = "with person"
	};
	g_autoptr(GArray) tickets = NULL;

	if (!spare_tickets(db, event, ref, &tickets, error))
		return FALSE;
	if (tickets->len == 0) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT,
		        "event %s has no sheet \"%s\"", event->slug, ref);
		return FALSE;
	}
	puts("number\tcode\tregion\tstate");
	for (guint i = 0; i < tickets->len; i++) {
		const SpareTicket *ticket = &g_array_index(tickets, SpareTicket, i);
		char code[TYPED_CODE_SHOWN_LENGTH + 1];
		typed_code_show(ticket->ticket.typed_code, code);
		printf("%" G_GINT64_FORMAT "\t%s\t%s\t%s\n", ticket->no, code,
		        region_code(event, ticket->region_no), states[ticket->state]);
	}
	return TRUE;
}

static gboolean
list(const RecordPlace *place, const char *slug, const char *ref, GError **error)
{
	g_autoptr(Record) record = record_open(place, RECORD_READ, error);
	g_autoptr(Db) db = record ? record_reader(record, error) : NULL;

	if (db == NULL || !db_begin(db, error))
		return FALSE;
	g_autoptr(Event) event = event_read(db, slug, error);
	gboolean ok = event != NULL &&
	        (ref ? print_tickets(db, event, ref, error) : print_sheets(db, event, error));
	db_rollback(db);
	return ok;
}

/* ---- the command ---- */

static gboolean
ask(const RecordPlace *place, const char *event, const char *count, const char *region,
        const char *ref, gint64 now, GError **error)
{
	static const ControlEntry entry = { "spare.make", spare_operation_make };
	gint64 n = 0;

	if (!g_ascii_string_to_signed(count, 10, 1, SPARES_MAX, &n, NULL)) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "a sheet has 1 to %d spare tickets, not \"%s\"", SPARES_MAX, count);
		return FALSE;
	}
	json_auto_t *answer = control_call(place, &entry,
	        json_pack("{s:s, s:I, s:s*, s:s*}", "event", event, "n", (json_int_t)n, "region",
	                region, "ref", ref),
	        now, error);
	if (answer == NULL)
		return FALSE;
	const json_int_t first = json_integer_value(json_object_get(answer, "first"));
	printf("sheet %s%s: spare tickets %" JSON_INTEGER_FORMAT " to %" JSON_INTEGER_FORMAT "\n",
	        asked_text(answer, "ref"),
	        json_is_true(json_object_get(answer, "made")) ? "" : " was there already", first,
	        first + n - 1);
	return TRUE;
}

int
spare_command(int argc, char **argv)
{
	g_autofree char *event = NULL, *region = NULL, *ref = NULL;
	const GOptionEntry entries[] = {
		{ "event", 0, 0, G_OPTION_ARG_STRING, &event, "the event", "SLUG" },
		{ "region", 0, 0, G_OPTION_ARG_STRING, &region,
		        "where they count until a region is tapped at the door", "CODE" },
		{ "ref", 0, 0, G_OPTION_ARG_STRING, &ref,
		        "a name for the sheet: asked for again, it is not made twice", "NAME" },
		{ NULL },
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(Settings) settings = settings_take(&argc, &argv, entries,
	        "spare make N | list: tickets without a name, to be printed in advance", FALSE,
	        &error);
	if (settings == NULL)
		return error_report(error);
	RecordPlace place = settings_place(settings);
	const char *verb = argc > 1 ? argv[1] : "";
	gboolean ok = FALSE;

	if (strcmp(verb, "make") == 0 && argc == 3 && event)
		ok = ask(&place, event, argv[2], region, ref, g_get_real_time() / G_USEC_PER_SEC,
		        &error);
	else if (strcmp(verb, "list") == 0 && argc == 2 && event && !region)
		ok = list(&place, event, ref, &error);
	else
		g_set_error_literal(&error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "say spare make N --event E [--region R] [--ref NAME], or spare list "
		        "--event E [--ref NAME]");
	return ok ? 0 : error_report(error);
}
