#include "tests/small_event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/definition.h"
#include "schema/person.h"

gint64
somebody_id(guint no)
{
	return G_GINT64_CONSTANT(0x1000000000) + (gint64)no * 7;
}

static void
append_row(GString *rows, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_string_append(rows, rows->len > 0 ? ", (" : "(");
	g_string_append_vprintf(rows, format, arguments);
	g_string_append_c(rows, ')');
	va_end(arguments);
}

static void
append_sessions(Rows *rows, const char *event, guint no, const Somebody *who)
{
	for (guint session = DAY; session < SESSIONS_END; session++) {
		const char *state = who->booked & 1u << session ? "confirmed"
		        : who->waiting & 1u << session          ? "waitlisted"
		                                                : NULL;
		if (state != NULL)
			append_row(rows->bookings, "%" G_GINT64_FORMAT ", %s, %u, '%s'",
			        somebody_id(no), event, session, state);
		if (who->came & 1u << session)
			append_row(rows->presences,
			        "%s, %u, %" G_GINT64_FORMAT ", 0, 1, 1, 1, %u, 1", event, session,
			        somebody_id(no), no);
	}
}

/* Their name, sealed with the event's keys. */
static void
append_name(Engine *engine, Rows *rows, guint no, const Somebody *who)
{
	g_autoptr(GError) error = NULL;
	if (rows->slug == NULL) {
		rows->slug = who->slug ? who->slug : "day";
		asking_begin(engine, rows->slug, &rows->asking);
	}
	g_assert_cmpstr(rows->slug, ==, who->slug ? who->slug : "day");
	VaultEvent *keys =
	        vault_event(record_vault(rows->asking.record), rows->asking.event->id, &error);
	g_assert_no_error(error);
	g_autoptr(Person) person = person_new();
	person->name = g_strdup(who->name);
	g_autoptr(GBytes) value = person_seal(person, keys, SEALED_IDENTITY, somebody_id(no));
	g_autoptr(GString) hex = g_string_new(NULL);
	gsize length = 0;
	const guint8 *bytes = g_bytes_get_data(value, &length);
	for (gsize i = 0; i < length; i++)
		g_string_append_printf(hex, "%02x", bytes[i]);
	append_row(rows->names,
	        engine->engine == DB_SQLITE ? "%" G_GINT64_FORMAT ", 0, 0, x'%s'"
	                                    : "%" G_GINT64_FORMAT ", 0, 0, decode('%s', 'hex')",
	        somebody_id(no), hex->str);
}

void
rows_add(Engine *engine, Rows *rows, guint no, const Somebody *who)
{
	g_autofree char *event = g_strdup_printf(
	        "(SELECT id FROM event WHERE slug = '%s')", who->slug ? who->slug : "day");
	g_autofree char *option = who->option
	        ? g_strdup_printf("%u, '%s'", who->option,
	                  who->option_state ? who->option_state : "confirmed")
	        : g_strdup("NULL, NULL");
	g_autofree char *delegation =
	        who->delegation ? g_strdup_printf("%u", who->delegation) : g_strdup("NULL");
	append_row(rows->attendees,
	        "%" G_GINT64_FORMAT ", %s, %u, %u, %s, 'es', %d, 'free', '%s', 1,"
	        " %u * CAST(524288 AS BIGINT), 'CODE%u',"
	        " (SELECT salt FROM event WHERE slug = 'day'), %d, 1, %s",
	        somebody_id(no), event, no, who->region, option, who->age_band,
	        who->state ? who->state : "active", no, no, who->class, delegation);
	append_sessions(rows, event, no, who);
	if (who->name != NULL)
		append_name(engine, rows, no, who);
}

void
rows_enter(Engine *engine, Rows *rows)
{
	struct {
		const char *into;
		GString *values;
	} tables[] = {
		{ "attendee (id, event, no, region_no, option_no, option_state, lang, age_band, "
		  "fee_state,"
		  " state, changed, mark, typed_code, ticket_id, ticket_class, ticket_minute,"
		  " delegation_no)",
		        rows->attendees },
		{ "booking (attendee, event, session_no, state)", rows->bookings },
		{ "presence (event, session_no, attendee, first_at, checkpoint_no, device, epoch, "
		  "seq,"
		  " version)",
		        rows->presences },
		{ "sealed (owner, class, expires, value)", rows->names },
	};
	for (guint i = 0; i < G_N_ELEMENTS(tables); i++) {
		g_autofree char *sql = g_strdup_printf(
		        "INSERT INTO %s VALUES %s", tables[i].into, tables[i].values->str);
		if (tables[i].values->len > 0)
			engine_must(engine, sql);
		g_string_free(tables[i].values, TRUE);
	}
	if (rows->slug != NULL)
		asking_end(&rows->asking);
}

Rows
rows_new(void)
{
	return (Rows){ .attendees = g_string_new(NULL),
		.bookings = g_string_new(NULL),
		.presences = g_string_new(NULL),
		.names = g_string_new(NULL) };
}

void
somebody_enters(Engine *engine, guint no, const Somebody *who)
{
	Rows rows = rows_new();
	rows_add(engine, &rows, no, who);
	rows_enter(engine, &rows);
}

void
small_event_define(Engine *engine, const char *slug)
{
	json_error_t trouble;
	json_t *root = json_load_file(SMALL_EVENT, 0, &trouble);
	g_assert_nonnull(root);
	json_object_set_new(root, "slug", json_string(slug));
	char *definition = json_dumps(root, JSON_COMPACT);
	json_decref(root);
	g_autoptr(GPtrArray) faults = faults_new();
	g_autoptr(GError) error = NULL;
	g_autoptr(Event) event = definition_parse(definition, strlen(definition), NULL, faults);
	free(definition);
	faults_none(faults, "definition", &error);
	g_assert_no_error(error);
	DefinitionStored stored;
	definition_store(engine_record(engine), event, ENGINE_NOW, &stored, &error);
	g_assert_no_error(error);
}

/* ---- asking ---- */

void
asking_begin(Engine *engine, const char *slug, Asking *ret)
{
	g_autoptr(GError) error = NULL;
	ret->record = engine_record(engine);
	ret->db = record_reader(ret->record, &error);
	g_assert_no_error(error);
	g_assert_true(db_begin(ret->db, &error));
	ret->event = event_read(ret->db, slug, &error);
	g_assert_no_error(error);
	db_rollback(ret->db);
}

void
asking_end(Asking *asking)
{
	event_unref(asking->event);
	db_free(asking->db);
}

/* The report as CSV, without carriage returns. */
char *
ask_csv(Engine *engine, const char *name, guint16 session_no, guint16 region_no, guint by)
{
	g_autoptr(GError) error = NULL;
	Asking asking;
	asking_begin(engine, "day", &asking);
	const Report *report = report_find(name);
	const ReportAsked asked = { .record = asking.record,
		.db = asking.db,
		.event = asking.event,
		.session_no = session_no,
		.region_no = region_no,
		.by = by,
		.now = ENGINE_NOW };
	Table table = { 0 };
	report->open(&asked, &table, &error);
	g_assert_no_error(error);
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	table_print(&table, FORMAT_CSV, out, &error);
	g_assert_no_error(error);
	fclose(out);
	report->close(&table);
	asking_end(&asking);
	g_auto(GStrv) lines = g_strsplit(text, "\r\n", 0);
	free(text);
	return g_strjoinv("\n", lines);
}

void
assert_row(const char *csv, const char *row)
{
	g_autofree char *line = g_strdup_printf("\n%s\n", row);
	if (strstr(csv, line) == NULL)
		g_error("no row \"%s\" in:\n%s", row, csv);
}
