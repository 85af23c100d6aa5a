/* `turnout schema device add | revoke | list`. */
#include "schema/device.h"

#include <stdio.h>
#include <string.h>

#include "schema/asked.h"
#include "schema/id.h"
#include "schema/settings.h"
#include "schema/text.h"

#define ID_DRAWS 4

/* ---- add ---- */

/* Fills the checkpoints: the one that was named, or all of the session. */
static gboolean
take_checkpoints(
        DeviceAsked *device, const EventSession *session, const char *named, GError **error)
{
	const EventCheckpoint *one = checkpoint_find(device->event, session, named, error);
	if (one == NULL)
		return FALSE;
	if (named != NULL) {
		device->checkpoints[device->checkpoints_n++] = one->no;
		return TRUE;
	}
	for (guint i = 0; i < device->event->checkpoints->len; i++) {
		const EventCheckpoint *each = g_ptr_array_index(device->event->checkpoints, i);
		if (each->session_no != session->no)
			continue;
		if (device->checkpoints_n == DEVICE_CHECKPOINTS_MAX) {
			g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
			        "session %s has more than %d checkpoints; name one with "
			        "--checkpoint",
			        session->code, DEVICE_CHECKPOINTS_MAX);
			return FALSE;
		}
		device->checkpoints[device->checkpoints_n++] = each->no;
	}
	return TRUE;
}

static gboolean
check_name(const char *name, GError **error)
{
	gsize length = name ? text_length(name) : 0;

	if (length >= 1 && length <= DEVICE_NAME_MAX)
		return TRUE;
	g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
	        "name the device after its place (\"Door B-2\"), in 1 to %d characters",
	        DEVICE_NAME_MAX);
	return FALSE;
}

/* The device's rows, under a fresh id: two of one millisecond may draw the same. */
static gboolean
store(Record *record, DeviceAsked *device, GError **error)
{
	for (guint draw = 0;; draw++) {
		g_autoptr(GError) trouble = NULL;
		device->id = id_new(device->now * 1000);
		if (writer_run(record_writer(record), device_add, device, &trouble))
			return TRUE;
		if (draw + 1 < ID_DRAWS && g_error_matches(trouble, DB_ERROR, DB_ERROR_CONSTRAINT))
			continue;
		g_propagate_error(error, g_steal_pointer(&trouble));
		return FALSE;
	}
}

json_t *
device_operation_add(Record *record, const json_t *asked, gint64 now, GError **error)
{
	g_autofree char *name = text_tidy(asked_text_or_empty(asked, "name"));
	const char *role = asked_text(asked, "role");
	g_autoptr(Event) event = NULL;
	DeviceAsked device = { .name = name, .now = now };
	char code[PAIRING_CODE_LENGTH + 1], hex[ID_HEX_LENGTH + 1];

	if (!check_name(name, error))
		return NULL;
	device.supervisor = g_strcmp0(role, "supervisor") == 0;
	if (!device.supervisor && g_strcmp0(role, "scan") != 0) {
		g_set_error_literal(
		        error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT, "--role is scan or supervisor");
		return NULL;
	}
	event = asked_event(record, asked_text_or_empty(asked, "event"), error);
	if (event == NULL)
		return NULL;
	device.event = event;
	const EventSession *session =
	        event_session_by_code(event, asked_text_or_empty(asked, "session"));
	if (session == NULL) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT,
		        "event %s has no session \"%s\"", event->slug,
		        asked_text_or_empty(asked, "session"));
		return NULL;
	}
	if (!take_checkpoints(&device, session, asked_text(asked, "checkpoint"), error))
		return NULL;
	if (event->ends + DEVICE_AFTER_S <= now) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "event %s is over: a device paired now could not scan", event->slug);
		return NULL;
	}
	pairing_code_new(code);
	pairing_code_hash(code, device.code_hash);
	if (!store(record, &device, error))
		return NULL;
	id_to_hex(device.id, hex);
	return json_pack("{s:s, s:s}", "device", hex, "code", code);
}
const ControlEntry device_add_entry = { "device.add", device_operation_add };

/* ---- revoke ---- */

typedef struct {
	gint64 id, now;
	gboolean found;
} Revoking;

static gboolean
revoke_device(Db *db, gpointer data, GError **error)
{
	Revoking *revoking = data;
	gint64 changed = 0;

	/* the first revocation stands: what arrived since then was judged by it */
	if (!db_run(db, "UPDATE device SET revoked_at = COALESCE(revoked_at, $2) WHERE id = $1",
	            DB_ARGS(db_int(revoking->id), db_int(revoking->now)), &changed, error))
		return FALSE;
	revoking->found = changed == 1;
	return TRUE;
}

json_t *
device_operation_revoke(Record *record, const json_t *asked, gint64 now, GError **error)
{
	const char *hex = asked_text(asked, "device");
	Revoking revoking = { .now = now };

	if (hex == NULL || !id_from_hex(hex, &revoking.id)) {
		g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "a device's id is 16 hex digits, as `turnout schema device list` shows it");
		return NULL;
	}
	if (!writer_run(record_writer(record), revoke_device, &revoking, error))
		return NULL;
	if (!revoking.found) {
		g_set_error(
		        error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT, "there is no device %s", hex);
		return NULL;
	}
	return json_object();
}
const ControlEntry device_revoke_entry = { "device.revoke", device_operation_revoke };

/* ---- list ---- */

static const char *
state_of(DbRows *row, gint64 now)
{
	gboolean revoked = !db_column_is_null(row, 6), paired = !db_column_is_null(row, 7);

	if (revoked)
		return "revoked";
	if (db_column_int(row, 5) <= now)
		return "expired";
	if (paired)
		return "paired";
	return db_column_int(row, 4) > now ? "to be paired" : "code expired";
}

/* One line a device and checkpoint. */
static gboolean
print_list(Db *db, gint64 now, GError **error)
{
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT d.id, d.name, d.role, e.slug, d.pairing_expires, d.expires, d.revoked_at,"
	        " d.paired_at, k.no, k.name, s.code"
	        " FROM device d JOIN event e ON e.id = d.event"
	        " LEFT JOIN device_checkpoint c ON c.device = d.id"
	        " LEFT JOIN checkpoint k ON k.event = c.event AND k.no = c.checkpoint_no"
	        " LEFT JOIN session s ON s.event = k.event AND s.no = k.session_no"
	        " ORDER BY e.slug, d.id, k.no",
	        DB_NO_ARGS, error);
	DbStep step = DB_ERROR_ROW;

	if (rows == NULL)
		return FALSE;
	puts("device\tstate\trole\tevent\tsession\tcheckpoint\tplace\tname");
	while ((step = db_next(rows, error)) == DB_ROW) {
		char hex[ID_HEX_LENGTH + 1];
		const char *session = db_column_text(rows, 10), *place = db_column_text(rows, 9);
		id_to_hex(db_column_int(rows, 0), hex);
		printf("%s\t%s\t%s\t%s\t%s\t%" G_GINT64_FORMAT "\t%s\t%s\n", hex,
		        state_of(rows, now), db_column_text(rows, 2), db_column_text(rows, 3),
		        session ? session : "-", db_column_int(rows, 8), place ? place : "-",
		        db_column_text(rows, 1));
	}
	return step == DB_NO_ROW;
}

static gboolean
list(const RecordPlace *place, gint64 now, GError **error)
{
	g_autoptr(Record) record = record_open(place, RECORD_READ, error);
	g_autoptr(Db) db = record ? record_reader(record, error) : NULL;

	if (db == NULL || !db_begin(db, error))
		return FALSE;
	gboolean ok = print_list(db, now, error);
	db_rollback(db);
	return ok;
}

/* ---- the command ---- */

static gboolean
misused(GError **error)
{
	g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
	        "say device add NAME --event E --session S [--checkpoint C] --role "
	        "scan|supervisor, "
	        "device revoke ID, or device list");
	return FALSE;
}

static gboolean
add(const RecordPlace *place, json_t *asked, gint64 now, GError **error)
{
	json_auto_t *answer = control_call(place, &device_add_entry, asked, now, error);
	if (answer == NULL)
		return FALSE;
	printf("Device %s. Its pairing code, good once and for %d minutes:\n%s\n",
	        asked_text(answer, "device"), DEVICE_PAIRING_S / 60, asked_text(answer, "code"));
	return TRUE;
}

static gboolean
take_back(const RecordPlace *place, const char *id, gint64 now, GError **error)
{
	json_auto_t *answer = control_call(
	        place, &device_revoke_entry, json_pack("{s:s}", "device", id), now, error);

	return answer != NULL;
}

int
device_command(int argc, char **argv)
{
	g_autofree char *event = NULL, *session = NULL, *checkpoint = NULL, *role = NULL;
	const GOptionEntry entries[] = {
		{ "event", 0, 0, G_OPTION_ARG_STRING, &event, "the event", "SLUG" },
		{ "session", 0, 0, G_OPTION_ARG_STRING, &session, "the session", "CODE" },
		{ "checkpoint", 0, 0, G_OPTION_ARG_STRING, &checkpoint,
		        "one checkpoint, by number or name (else all of the session)", "C" },
		{ "role", 0, 0, G_OPTION_ARG_STRING, &role, "scan or supervisor", "ROLE" },
		{ NULL },
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(Settings) settings = settings_take(&argc, &argv, entries,
	        "device add NAME | revoke ID | list: phones and laptops that scan", FALSE, &error);
	if (settings == NULL)
		return error_report(error);
	RecordPlace place = settings_place(settings);
	gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	const char *verb = argc > 1 ? argv[1] : "";
	gboolean ok;

	if (strcmp(verb, "add") == 0 && argc == 3 && event && session && role)
		ok = add(&place,
		        json_pack("{s:s, s:s, s:s, s:s*, s:s}", "name", argv[2], "event", event,
		                "session", session, "checkpoint", checkpoint, "role", role),
		        now, &error);
	else if (strcmp(verb, "revoke") == 0 && argc == 3)
		ok = take_back(&place, argv[2], now, &error);
	else if (strcmp(verb, "list") == 0 && argc == 2)
		ok = list(&place, now, &error);
	else
		ok = misused(&error);
	return ok ? 0 : error_report(error);
}
