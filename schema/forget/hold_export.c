/* `turnout schema hold export`: all that a hold keeps, opened, into a file of its owner's alone. */
#include "schema/hold.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "schema/audit.h"
#include "schema/control.h"
#include "schema/id.h"
#include "schema/intake.h"
#include "schema/person.h"
#include "schema/self.h"

/* ---- one person ---- */

static json_t *
time_json(gint64 at)
{
	g_autoptr(GDateTime) when = at != 0 ? g_date_time_new_from_unix_utc(at) : NULL;
	g_autofree char *text = when ? g_date_time_format(when, "%Y-%m-%dT%H:%M:%SZ") : NULL;

	return text ? json_string(text) : json_null();
}

static const char *
session_code(const Event *event, guint16 no)
{
	const EventSession *session = event_session(event, no);

	return session != NULL ? session->code : "?";
}

static void
set_text(json_t *object, const char *key, const char *text)
{
	json_object_set_new(object, key, text != NULL ? json_string(text) : json_null());
}

static void
add_said(json_t *object, const Person *person)
{
	json_t *access = json_array(), *answers = json_object();

	set_text(object, "name", person->name);
	set_text(object, "email", person->email);
	set_text(object, "phone", person->phone);
	set_text(object, "contact", person->contact);
	set_text(object, "county", person->county);
	set_text(object, "zip", person->zip);
	set_text(object, "assembly_district", person->assembly_district);
	set_text(object, "senate_district", person->senate_district);
	set_text(object, "interpretation", person->interpretation);
	set_text(object, "meal", person->meal);
	set_text(object, "access_text", person->access_text);
	set_text(object, "childcare", person->childcare);
	set_text(object, "guardian", person->guardian_note);
	set_text(object, "photo", person->photo);
	set_text(object, "first_time", person->first_time);
	set_text(object, "emergency_name", person->emergency_name);
	set_text(object, "emergency_phone", person->emergency_phone);
	for (char **need = person->access; need != NULL && *need != NULL; need++)
		json_array_append_new(access, json_string(*need));
	json_object_set_new(object, "access", access);
	for (guint class = 0; class < SEALED_CLASSES; class ++)
		for (char **each = person->answers[class]; each != NULL && each[0] != NULL;
		        each += 2) {
			json_t *list = json_object_get(answers, each[0]);
			if (list == NULL) {
				list = json_array();
				json_object_set_new(answers, each[0], list);
			}
			json_array_append_new(list, json_string(each[1]));
		}
	json_object_set_new(object, "answers", answers);
}

static void
add_kept(json_t *object, const Event *event, const SelfKept *kept)
{
	json_t *bookings = json_array(), *scans = json_array(), *consents = json_array(),
	       *letters = json_array();

	for (guint i = 0; i < kept->bookings->len; i++) {
		const SelfBooking *booking = &g_array_index(kept->bookings, SelfBooking, i);
		json_array_append_new(bookings,
		        json_pack("{s:s, s:i, s:s}", "session",
		                session_code(event, booking->session_no), "stop", booking->stop_no,
		                "state", booking->confirmed ? "confirmed" : "waitlisted"));
	}
	for (guint i = 0; i < kept->scans->len; i++) {
		const SelfScan *scan = &g_array_index(kept->scans, SelfScan, i);
		json_array_append_new(scans,
		        json_pack("{s:s, s:o, s:s}", "session",
		                session_code(event, scan->session_no), "at",
		                time_json(scan->at / 1000), "decision", scan->decision));
	}
	for (guint i = 0; i < kept->consents->len; i++) {
		const SelfConsent *consent = &g_array_index(kept->consents, SelfConsent, i);
		json_array_append_new(consents,
		        json_pack("{s:s, s:b, s:o, s:s?}", "kind",
		                consent->kind == CONSENT_KEEP_INFORMED ? "keep_informed"
		                                                       : "share_regional",
		                "given", consent->given, "at", time_json(consent->at), "text",
		                consent->text));
	}
	for (guint i = 0; i < kept->letters->len; i++) {
		const SelfLetterKept *letter = &g_array_index(kept->letters, SelfLetterKept, i);
		json_array_append_new(letters,
		        json_pack("{s:s, s:s, s:o}", "kind", outbox_kind_name(letter->kind),
		                "state", outbox_state_name(letter->state), "made",
		                time_json(letter->made)));
	}
	json_object_set_new(object, "registered", time_json(kept->made));
	json_object_set_new(object, "bookings", bookings);
	json_object_set_new(object, "scans", scans);
	json_object_set_new(object, "consents", consents);
	json_object_set_new(object, "letters", letters);
}

/* What can't be opened any more, since its days were over before the hold, is left out. */
static gboolean
open_values(Db *db, VaultEvent *keys, gint64 attendee, Person *person, GError **error)
{
	DbStep step;
	g_autoptr(DbRows) rows =
	        db_query(db, "SELECT class, value FROM sealed WHERE owner = $1 ORDER BY class",
	                DB_ARGS(db_int(attendee)), error);

	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		gsize length = 0;
		const SealedClass class = (SealedClass)db_column_int(rows, 0);
		gconstpointer value = db_column_bytes(rows, 1, &length);
		g_autoptr(GError) closed = NULL;
		if (!person_unseal(person, keys, class, attendee, value, length, &closed) &&
		        !g_error_matches(closed, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT)) {
			g_propagate_error(error, g_steal_pointer(&closed));
			return FALSE;
		}
	}
	return step == DB_NO_ROW;
}

static json_t *
row_json(DbRows *row, const Event *event)
{
	const EventRegion *region = event_region(event, (guint16)db_column_int(row, 2));
	const EventDelegation *delegation = event_delegation(event, (guint16)db_column_int(row, 3));
	const EventOption *option = event_option(event, (guint16)db_column_int(row, 4));

	return json_pack("{s:I, s:s, s:b, s:s?, s:s?, s:s?, s:s?, s:s, s:s, s:s, s:b, s:I}", "no",
	        (json_int_t)db_column_int(row, 1), "state", db_column_text(row, 6),
	        "asked_to_be_deleted", db_column_int(row, 7) != 0, "region",
	        region ? region->code : NULL, "delegation", delegation ? delegation->code : NULL,
	        "option", option ? option->code : NULL, "option_state", db_column_text(row, 5),
	        "fee", db_column_text(row, 8), "language", db_column_text(row, 9), "age_band",
	        intake_age_bands[CLAMP(db_column_int(row, 10), 0, AGE_UNDER_16)], "walk_in",
	        db_column_int(row, 11) != 0, "merged_into", (json_int_t)db_column_int(row, 12));
}

static gboolean
give_person(Db *db, const Event *event, VaultEvent *keys, gint64 attendee, json_t *object,
        HoldPerson each, gpointer data, GError **error)
{
	g_autoptr(Person) person = person_new();
	g_auto(SelfKept) kept = { 0 };

	if (!open_values(db, keys, attendee, person, error) ||
	        !self_kept(db, event, attendee, &kept, error))
		return FALSE;
	add_said(object, person);
	add_kept(object, event, &kept);
	return each(object, data, error);
}

gboolean
hold_people(Db *db, const Event *event, VaultEvent *keys, const Hold *hold, HoldPerson each,
        gpointer data, GError **error)
{
	DbStep step;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT a.id, a.no, a.region_no, coalesce(a.delegation_no, 0),"
	        " coalesce(a.option_no, 0), a.option_state, a.state,"
	        " CASE WHEN x.attendee IS NULL THEN 0 ELSE 1 END, a.fee_state, a.lang, a.age_band,"
	        " a.walk_in, coalesce(m.no, 0)"
	        " FROM attendee a LEFT JOIN erasure x ON x.attendee = a.id"
	        " LEFT JOIN attendee m ON m.id = a.merged_into"
	        " WHERE a.event = $1 AND x.done IS NULL AND ($2 = 'event'"
	        " OR ($2 = 'region' AND a.region_no = $3)"
	        " OR ($2 = 'delegation' AND a.delegation_no = $3)"
	        " OR ($2 = 'person' AND a.no = $3)) ORDER BY a.no",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_text(hold->scope),
	                db_int(hold->no)),
	        error);

	if (rows == NULL)
		return FALSE;
	g_autoptr(GPtrArray) people = g_ptr_array_new_with_free_func((GDestroyNotify)json_decref);
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
	while ((step = db_next(rows, error)) == DB_ROW) {
		const gint64 id = db_column_int(rows, 0);
		g_array_append_val(ids, id);
		g_ptr_array_add(people, row_json(rows, event));
	}
	g_clear_pointer(&rows, db_rows_free);
	for (guint i = 0; step == DB_NO_ROW && i < ids->len; i++)
		if (!give_person(db, event, keys, g_array_index(ids, gint64, i),
		            g_ptr_array_index(people, i), each, data, error))
			return FALSE;
	return step == DB_NO_ROW;
}

/* ---- written down before anything is read ---- */

typedef struct {
	gint64 id, now;
	gboolean found;
} Telling;

static gboolean
tell_export(Db *db, gpointer data, GError **error)
{
	Telling *telling = data;
	guint8 event[EVENT_ID_BYTES];
	char hex[ID_HEX_LENGTH + 1];
	g_autoptr(Hold) hold = NULL;

	if (!hold_read(db, telling->id, &hold, event, error))
		return FALSE;
	telling->found = hold != NULL && hold->released == 0;
	if (!telling->found)
		return TRUE;
	id_to_hex(telling->id, hex);
	g_autofree char *detail =
	        g_strdup_printf("hold %s: %" G_GINT64_FORMAT " people", hex, hold->kept);
	return audit_add(db, event, AUDIT_OPERATOR, "hold.export", detail, telling->now, error);
}

json_t *
hold_operation_export(Record *record, const json_t *asked, gint64 now, GError **error)
{
	const char *hex = json_string_value(json_object_get(asked, "hold"));
	Telling telling = { .now = now };

	if (hex == NULL || !id_from_hex(hex, &telling.id)) {
		g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "a hold is named by its id, as hold list shows it");
		return NULL;
	}
	if (!writer_run(record_writer(record), tell_export, &telling, error))
		return NULL;
	if (!telling.found) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT,
		        "there is no hold %s, or it was released", hex);
		return NULL;
	}
	return json_object();
}

/* ---- files ---- */

typedef struct {
	FILE *file;
	gboolean csv;
	guint n;
} Output;

static const char *const columns[] = { "no", "state", "asked_to_be_deleted", "merged_into",
	"region", "delegation", "option", "option_state", "fee", "language", "age_band", "walk_in",
	"registered", "name", "email", "phone", "contact", "county", "zip", "assembly_district",
	"senate_district", "interpretation", "meal", "access", "access_text", "childcare",
	"guardian", "photo", "first_time", "emergency_name", "emergency_phone", "answers",
	"bookings", "scans", "consents", "letters", NULL };

/* A spreadsheet calculates what begins like a formula: such a text is made one. */
static void
put_cell(FILE *file, const json_t *value)
{
	g_autofree char *number = NULL;
	char *made = NULL;
	const char *text = json_string_value(value);

	if (json_is_integer(value))
		text = number = g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (json_is_boolean(value))
		text = json_is_true(value) ? "yes" : "no";
	else if (json_is_object(value) || json_is_array(value))
		text = made = json_dumps(value, JSON_COMPACT);
	putc('"', file);
	if (text != NULL && *text != '\0' && strchr("=+-@\t\r", *text) != NULL)
		putc('\'', file);
	for (const char *at = text; at != NULL && *at != '\0'; at++) {
		if (*at == '"')
			putc('"', file);
		putc(*at, file);
	}
	putc('"', file);
	if (made != NULL)
		explicit_bzero(made, strlen(made));
	free(made);
}

static gboolean
put_person(json_t *person, gpointer data, GError **error)
{
	Output *output = data;

	output->n++;
	if (!output->csv) {
		fputs(output->n > 1 ? ",\n" : "\n", output->file);
		json_dumpf(person, output->file, JSON_COMPACT);
	}
	for (guint i = 0; output->csv && columns[i] != NULL; i++) {
		if (i > 0)
			putc(',', output->file);
		put_cell(output->file, json_object_get(person, columns[i]));
	}
	if (output->csv)
		fputs("\r\n", output->file);
	if (!ferror(output->file))
		return TRUE;
	g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD, "the file can't be written: %s",
	        g_strerror(errno));
	return FALSE;
}

static void
put_head(const Output *output, const Event *event, const Hold *hold, gint64 now)
{
	char hex[ID_HEX_LENGTH + 1];

	for (guint i = 0; output->csv && columns[i] != NULL; i++)
		fprintf(output->file, "%s%s", i > 0 ? "," : "", columns[i]);
	if (output->csv) {
		fputs("\r\n", output->file);
		return;
	}
	id_to_hex(hold->id, hex);
	json_auto_t *head =
	        json_pack("{s:s, s:s, s:I, s:s, s:o}", "id", hex, "scope", hold->scope, "number",
	                (json_int_t)hold->no, "reason", hold->reason, "set", time_json(hold->made));
	json_auto_t *made = time_json(now);
	fprintf(output->file, "{\"event\":\"%s\",\"made\":\"%s\",\"hold\":", event->slug,
	        json_string_value(made));
	json_dumpf(head, output->file, JSON_COMPACT);
	fputs(",\"people\":[", output->file);
}

static gboolean
write_people(Record *record, gint64 id, Output *output, gint64 now, GError **error)
{
	guint8 event_id[EVENT_ID_BYTES];
	g_autoptr(Hold) hold = NULL;
	g_autoptr(Db) db = record_reader(record, error);

	if (db == NULL || !db_begin(db, error))
		return FALSE;
	gboolean ok = hold_read(db, id, &hold, event_id, error) && hold != NULL;
	g_autoptr(Event) event = ok ? event_read_by_id(db, event_id, error) : NULL;
	VaultEvent *keys = event ? vault_event(record_vault(record), event_id, error) : NULL;
	if (keys != NULL)
		put_head(output, event, hold, now);
	ok = keys != NULL && hold_people(db, event, keys, hold, put_person, output, error);
	db_rollback(db);
	if (ok && !output->csv)
		fputs("\n]}\n", output->file);
	return ok;
}

static gboolean
write_file(const RecordPlace *place, gint64 id, const char *path, gboolean csv, gint64 now,
        guint *ret_n, GError **error)
{
	const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	Output output = { .file = fd >= 0 ? fdopen(fd, "w") : NULL, .csv = csv };

	if (output.file == NULL) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD, "%s: %s", path,
		        g_strerror(errno));
		return FALSE;
	}
	g_autoptr(Record) record = record_open(place, RECORD_READ, error);
	gboolean ok = record != NULL && write_people(record, id, &output, now, error);
	if (ok && (fflush(output.file) != 0 || fsync(fd) != 0)) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD, "%s: %s", path,
		        g_strerror(errno));
		ok = FALSE;
	}
	fclose(output.file);
	if (!ok) /* half of it is no answer to a court */
		unlink(path);
	*ret_n = output.n;
	return ok;
}

int
hold_export_command(const RecordPlace *place, const char *hold, const char *output,
        const char *format, gint64 now)
{
	static const ControlEntry entry = { "hold.export", hold_operation_export };
	const gboolean csv = g_strcmp0(format, "csv") == 0;
	g_autoptr(GError) error = NULL;
	gint64 id = 0;
	guint n = 0;

	if (!id_from_hex(hold, &id) || !(csv || format == NULL || strcmp(format, "json") == 0)) {
		g_set_error_literal(&error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "a hold is named by its id, as hold list shows it; the format is json or "
		        "csv");
		return error_report(error);
	}
	if (access(output, F_OK) == 0) {
		g_set_error(&error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "%s is there already: name another file", output);
		return error_report(error);
	}
	json_auto_t *answer =
	        control_call(place, &entry, json_pack("{s:s}", "hold", hold), now, &error);
	if (answer == NULL || !write_file(place, id, output, csv, now, &n, &error))
		return error_report(error);
	printf("%u people written to %s: what they said stands there as it is, so keep it as the "
	       "court says\n",
	        n, output);
	return 0;
}
