/*
 * /staff/devices: phones and laptops that scan. A device is added for a place and paired by a code; the next
 * phone of that place is one press away.
 */
#include <string.h>

#include "checkin/qr.h"
#include "schema/device_room.h"
#include "schema/id.h"
#include "schema/text.h"
#include "web/heard.h"
#include "web/routes.h"
#include "web/staff_page.h"

/* ---- words ---- */

static const char *
state_key(DeviceState state)
{
	switch (state) {
	case DEVICE_TO_BE_PAIRED:
		return "device_to_be_paired";
	case DEVICE_CODE_EXPIRED:
		return "device_code_expired";
	case DEVICE_PAIRED:
		return "device_paired";
	case DEVICE_EXPIRED:
		return "device_expired";
	case DEVICE_REVOKED:
		break;
	}
	return "device_revoked";
}

/* "Conference: North entrance" */
static char *
checkpoint_shown(const Locale *locale, const Event *event, guint16 no)
{
	const EventCheckpoint *checkpoint = event_checkpoint(event, no);
	const EventSession *session =
	        checkpoint ? event_session(event, checkpoint->session_no) : NULL;
	if (session == NULL)
		return g_strdup("");
	return g_strdup_printf(
	        "%s: %s", event_text(event, session->title, locale_code(locale)), checkpoint->name);
}

/* One checkpoint by its name, all of a session's by the session's. */
static char *
place_shown(const Locale *locale, const Event *event, const DeviceListed *device)
{
	if (device->checkpoints_n == 0)
		return g_strdup("");
	const EventCheckpoint *first = event_checkpoint(event, device->checkpoints[0]);
	if (device->checkpoints_n == 1 || first == NULL)
		return checkpoint_shown(locale, event, device->checkpoints[0]);
	const EventSession *session = event_session(event, first->session_no);
	return g_strdup(event_text(event, session->title, locale_code(locale)));
}

static json_t *
device_data(Request *request, const Event *event, const DeviceListed *device)
{
	const Locale *locale = request_locale(request);
	gint64 seen = device->seen, waiting = device->waiting;
	char hex[ID_HEX_LENGTH + 1];
	id_to_hex(device->id, hex);
	if (device->state == DEVICE_PAIRED)
		heard_of(request, device->id, &seen, &waiting);
	const gboolean open =
	        device->state == DEVICE_TO_BE_PAIRED || device->state == DEVICE_CODE_EXPIRED;
	return json_pack("{s:s, s:s, s:o, s:s, s:s, s:o, s:o, s:b, s:b, s:b}", "id", hex, "name",
	        device->name, "place", staff_taken(place_shown(locale, event, device)), "may",
	        locale_text(locale, device->supervisor ? "device_supervisor" : "device_scan"),
	        "state", locale_text(locale, state_key(device->state)), "seen",
	        seen ? staff_taken(staff_ago(locale, seen, request_now(request))) : json_null(),
	        "waiting", waiting ? staff_taken(locale_number(locale, waiting)) : json_null(),
	        "to_pair", open, "revocable", device->state != DEVICE_REVOKED, "shut",
	        device->state == DEVICE_REVOKED || device->state == DEVICE_EXPIRED);
}

/* ---- the list, and the form ---- */

/* Every session that has checkpoints, whole and by checkpoint. */
static json_t *
places_data(const Locale *locale, const Event *event, const char *chosen)
{
	json_t *places = json_array();
	for (guint i = 0; i < event->sessions->len; i++) {
		const EventSession *session = g_ptr_array_index(event->sessions, i);
		if (event_first_checkpoint(event, session->no) == NULL)
			continue;
		g_autofree char *code = g_strdup_printf("s%u", session->no);
		json_array_append_new(places,
		        json_pack("{s:s, s:s, s:b}", "code", code, "text",
		                event_text(event, session->title, locale_code(locale)), "checked",
		                g_strcmp0(code, chosen) == 0));
		for (guint k = 0; k < event->checkpoints->len; k++) {
			const EventCheckpoint *each = g_ptr_array_index(event->checkpoints, k);
			if (each->session_no != session->no)
				continue;
			g_autofree char *one = g_strdup_printf("c%u", each->no);
			json_array_append_new(places,
			        json_pack("{s:s, s:o, s:b}", "code", one, "text",
			                staff_taken(checkpoint_shown(locale, event, each->no)),
			                "checked", g_strcmp0(one, chosen) == 0));
		}
	}
	return places;
}

static Reply *
show_devices(Request *request, int status, const char *fault_key)
{
	GError *error = NULL;
	g_autoptr(GPtrArray) devices = NULL;
	const Locale *locale = request_locale(request);
	const Fields *form = request_form(request);
	const char *name = fields_get(form, "name"), *role = fields_get(form, "role");
	const Event *event = staff_event(request, &error);
	Db *db = event ? request_db(request, &error) : NULL;
	if (db == NULL ||
	        !device_room_list(db, event->id, 0, request_now(request), &devices, &error))
		return reply_error(request, error);
	json_t *data = staff_frame(request, event, "staff_room_devices", "/staff/devices");
	json_t *list = json_array();
	for (guint i = 0; i < devices->len; i++)
		json_array_append_new(
		        list, device_data(request, event, g_ptr_array_index(devices, i)));
	json_object_set_new(data, "has_devices", json_boolean(devices->len > 0));
	json_object_set_new(data, "devices", list);
	json_object_set_new(data, "places", places_data(locale, event, fields_get(form, "place")));
	json_object_set_new(data, "name", json_string(name ? name : ""));
	json_object_set_new(data, "supervisor", json_boolean(g_strcmp0(role, "supervisor") == 0));
	json_object_set_new(data, "fault",
	        fault_key ? json_string(locale_text(locale, fault_key)) : json_null());
	return staff_reply(request, status, "staff_devices", data);
}

static Reply *
devices_page(Request *request)
{
	return show_devices(request, 200, NULL);
}

/* ---- adding ---- */

static void
room_add_free(gpointer data)
{
	DeviceRoomAdd *add = data;

	event_unref((Event *)add->asked.event);
	g_free(add->who);
	g_free(add->name);
	g_free(add);
}

static Reply *
see_pairing(Request *request, gint64 device)
{
	char hex[ID_HEX_LENGTH + 1];
	id_to_hex(device, hex);
	g_autofree char *url = g_strdup_printf("/staff/devices/%s/pair", hex);
	return reply_see_other(request, url);
}

static Reply *
added(Request *request, gpointer data, const GError *error)
{
	const DeviceRoomAdd *add = data;
	return error != NULL ? reply_error(request, g_error_copy(error))
	                     : see_pairing(request, add->asked.id);
}

/* Takes @add, whose name, role and checkpoints are set. */
static Reply *
add_device(Request *request, const Event *event, DeviceRoomAdd *add)
{
	GError *error = NULL;
	char code[PAIRING_CODE_LENGTH + 1];
	const gint64 now = request_now(request);
	VaultEvent *keys = vault_event(record_vault(request_record(request)), event->id, &error);
	add->asked.event = event_ref((Event *)event);
	add->asked.name = add->name;
	add->asked.now = now;
	add->asked.id = id_new(request_now_ms(request));
	add->who = g_strdup(request_staff(request)->name);
	if (keys == NULL || event->ends + DEVICE_AFTER_S <= now) {
		room_add_free(add);
		return keys == NULL ? reply_error(request, error)
		                    : show_devices(request, 422, "device_fault_over");
	}
	device_room_code(keys, add->asked.id, now + DEVICE_PAIRING_S, code);
	pairing_code_hash(code, add->asked.code_hash);
	return reply_after(request, device_room_add, added, add, room_add_free);
}

/* "s3": all checkpoints of the session 3; "c5": that one. FALSE when there is no such place. */
static gboolean
take_place(const Event *event, const char *place, DeviceAsked *ret)
{
	guint64 no = 0;
	if (place == NULL || strchr("sc", place[0]) == NULL || place[0] == '\0' ||
	        !g_ascii_string_to_unsigned(place + 1, 10, 1, G_MAXUINT16, &no, NULL))
		return FALSE;
	for (guint i = 0; i < event->checkpoints->len; i++) {
		const EventCheckpoint *each = g_ptr_array_index(event->checkpoints, i);
		const gboolean meant = place[0] == 's' ? each->session_no == no : each->no == no;
		if (meant && ret->checkpoints_n < DEVICE_CHECKPOINTS_MAX)
			ret->checkpoints[ret->checkpoints_n++] = each->no;
	}
	return ret->checkpoints_n > 0;
}

static Reply *
devices_add(Request *request)
{
	const Fields *form = request_form(request);
	const char *role = fields_get(form, "role"), *given = fields_get(form, "name");
	GError *error = NULL;
	DeviceAsked asked = { 0 };
	const Event *event = staff_event(request, &error);
	if (event == NULL)
		return reply_error(request, error);
	g_autofree char *name = given ? text_tidy(given) : NULL;
	if (name == NULL || *name == '\0' || text_length(name) > DEVICE_NAME_MAX)
		return show_devices(request, 422, "device_fault_name");
	if (!take_place(event, fields_get(form, "place"), &asked))
		return show_devices(request, 422, "device_fault_place");
	asked.supervisor = g_strcmp0(role, "supervisor") == 0;
	if (!asked.supervisor && g_strcmp0(role, "scan") != 0)
		return show_devices(request, 422, "device_fault_role");
	DeviceRoomAdd *add = g_new0(DeviceRoomAdd, 1);
	add->asked = asked;
	add->name = g_steal_pointer(&name);
	return add_device(request, event, add);
}

/* ---- one device ---- */

/* The device of the path, of the session's event. Owned; NULL with *ret_refused. */
static GPtrArray *
find_device(Request *request, const Event **ret_event, Reply **ret_refused)
{
	GError *error = NULL;
	gint64 id = 0;
	g_autoptr(GPtrArray) devices = NULL;
	if (!id_from_hex(request_param(request, "device"), &id) || id == 0) {
		*ret_refused = reply_status(request, 404);
		return NULL;
	}
	const Event *event = staff_event(request, &error);
	Db *db = event ? request_db(request, &error) : NULL;
	if (db == NULL ||
	        !device_room_list(db, event->id, id, request_now(request), &devices, &error)) {
		*ret_refused = reply_error(request, error);
		return NULL;
	}
	if (devices->len == 0) {
		*ret_refused = reply_status(request, 404);
		return NULL;
	}
	*ret_event = event;
	return g_steal_pointer(&devices);
}

/* What a phone's camera reads; FALSE with @error when the keys are not there. */
static gboolean
pairing_url(Request *request, const Event *event, const DeviceListed *device,
        char ret_code[PAIRING_CODE_LENGTH + 1], char **ret_url, GError **error)
{
	VaultEvent *keys = vault_event(record_vault(request_record(request)), event->id, error);
	if (keys == NULL)
		return FALSE;
	device_room_code(keys, device->id, device->pairing_expires, ret_code);
	*ret_url = g_strdup_printf("%s/door/#pair=%s", request_base_url(request), ret_code);
	return TRUE;
}

static Reply *
pair_page(Request *request)
{
	GError *error = NULL;
	Reply *refused = NULL;
	const Event *event = NULL;
	char code[PAIRING_CODE_LENGTH + 1];
	g_autofree char *url = NULL;
	g_autoptr(GPtrArray) found = find_device(request, &event, &refused);
	if (found == NULL)
		return refused;
	const DeviceListed *device = g_ptr_array_index(found, 0);
	if (!pairing_url(request, event, device, code, &url, &error))
		return reply_error(request, error);
	const Locale *locale = request_locale(request);
	const gboolean showing = device->state == DEVICE_TO_BE_PAIRED;
	g_autofree char *until = locale_time(locale, event, device->pairing_expires);
	json_t *data = staff_frame(request, event, "pair_title", "/staff/devices");
	json_object_update_new(data, device_data(request, event, device));
	json_object_set_new(data, "showing", json_boolean(showing));
	json_object_set_new(data, "expired", json_boolean(device->state == DEVICE_CODE_EXPIRED));
	json_object_set_new(data, "paired", json_boolean(device->state == DEVICE_PAIRED));
	json_object_set_new(data, "code", showing ? json_string(code) : json_null());
	json_object_set_new(data, "door", showing ? json_string(url) : json_null());
	json_object_set_new(data, "until",
	        staff_taken(locale_format(locale, "pair_until", "time", until, NULL)));
	return staff_reply(request, 200, "staff_pair", data);
}

static Reply *
pair_picture(Request *request)
{
	GError *error = NULL;
	Reply *refused = NULL;
	const Event *event = NULL;
	char code[PAIRING_CODE_LENGTH + 1];
	g_autofree char *url = NULL;
	g_autoptr(GPtrArray) found = find_device(request, &event, &refused);
	if (found == NULL)
		return refused;
	const DeviceListed *device = g_ptr_array_index(found, 0);
	if (device->state != DEVICE_TO_BE_PAIRED)
		return reply_status(request, 404);
	if (!pairing_url(request, event, device, code, &url, &error))
		return reply_error(request, error);
	GBytes *picture = qr_svg_link(url, &error);
	return picture ? reply_bytes(request, 200, "image/svg+xml", picture)
	               : reply_error(request, error);
}

static Reply *
pair_state(Request *request)
{
	Reply *refused = NULL;
	const Event *event = NULL;
	g_autoptr(GPtrArray) found = find_device(request, &event, &refused);
	if (found == NULL)
		return refused;
	const DeviceListed *device = g_ptr_array_index(found, 0);
	return reply_json(request, 200,
	        json_pack("{s:b, s:b}", "paired", device->state == DEVICE_PAIRED, "open",
	                device->state == DEVICE_TO_BE_PAIRED));
}

/* "Door B-2" is followed by "Door B-3", "Door B" by "Door B-2". */
static char *
next_name(const char *name)
{
	const char *dash = strrchr(name, '-');
	guint64 number = 1;
	gsize length = strlen(name);
	if (dash != NULL && g_ascii_string_to_unsigned(dash + 1, 10, 1, 9999, &number, NULL))
		length = (gsize)(dash - name);
	return g_strdup_printf("%.*s-%" G_GUINT64_FORMAT, (int)length, name, number + 1);
}

/* A further device like this one. */
static Reply *
pair_next(Request *request)
{
	Reply *refused = NULL;
	const Event *event = NULL;
	g_autoptr(GPtrArray) found = find_device(request, &event, &refused);
	if (found == NULL)
		return refused;
	const DeviceListed *device = g_ptr_array_index(found, 0);
	DeviceRoomAdd *add = g_new0(DeviceRoomAdd, 1);
	add->name = next_name(device->name);
	if (text_length(add->name) > DEVICE_NAME_MAX) {
		g_free(add->name);
		add->name = g_strdup(device->name);
	}
	add->asked.supervisor = device->supervisor;
	add->asked.checkpoints_n = device->checkpoints_n;
	memcpy(add->asked.checkpoints, device->checkpoints, sizeof device->checkpoints);
	return add_device(request, event, add);
}

static void
act_free(gpointer data)
{
	g_free(((DeviceRoomAct *)data)->who);
	g_free(data);
}

static DeviceRoomAct *
act_new(Request *request, const DeviceListed *device)
{
	DeviceRoomAct *act = g_new0(DeviceRoomAct, 1);
	act->device = device->id;
	memcpy(act->event, request_staff(request)->event, EVENT_ID_BYTES);
	act->who = g_strdup(request_staff(request)->name);
	act->now = request_now(request);
	return act;
}

static Reply *
renewed(Request *request, gpointer data, const GError *error)
{
	const DeviceRoomAct *act = data;
	return error != NULL ? reply_error(request, g_error_copy(error))
	                     : see_pairing(request, act->device);
}

static Reply *
pair_renew(Request *request)
{
	GError *error = NULL;
	Reply *refused = NULL;
	const Event *event = NULL;
	char code[PAIRING_CODE_LENGTH + 1];
	g_autoptr(GPtrArray) found = find_device(request, &event, &refused);
	if (found == NULL)
		return refused;
	VaultEvent *keys = vault_event(record_vault(request_record(request)), event->id, &error);
	if (keys == NULL)
		return reply_error(request, error);
	DeviceRoomAct *act = act_new(request, g_ptr_array_index(found, 0));
	act->expires = act->now + DEVICE_PAIRING_S;
	device_room_code(keys, act->device, act->expires, code);
	pairing_code_hash(code, act->code_hash);
	return reply_after(request, device_room_renew, renewed, act, act_free);
}

static Reply *
revoked(Request *request, gpointer data, const GError *error)
{
	return error != NULL ? reply_error(request, g_error_copy(error))
	                     : reply_see_other(request, "/staff/devices");
}

static Reply *
device_revoke(Request *request)
{
	Reply *refused = NULL;
	const Event *event = NULL;
	g_autoptr(GPtrArray) found = find_device(request, &event, &refused);
	if (found == NULL)
		return refused;
	return reply_after(request, device_room_revoke, revoked,
	        act_new(request, g_ptr_array_index(found, 0)), act_free);
}

const Route staff_devices_routes[] = {
	{ HTTP_GET, "/staff/devices", FOR_STAFF, devices_page, .roles = ROLES_CENTRE },
	{ HTTP_POST, "/staff/devices", FOR_STAFF, devices_add, .roles = ROLES_CENTRE },
	{ HTTP_GET, "/staff/devices/:device/pair", FOR_STAFF, pair_page, .roles = ROLES_CENTRE },
	{ HTTP_GET, "/staff/devices/:device/qr.svg", FOR_STAFF, pair_picture,
	        .roles = ROLES_CENTRE },
	{ HTTP_GET, "/staff/devices/:device/state.json", FOR_STAFF, pair_state,
	        .roles = ROLES_CENTRE, .quiet = TRUE },
	{ HTTP_POST, "/staff/devices/:device/next", FOR_STAFF, pair_next, .roles = ROLES_CENTRE },
	{ HTTP_POST, "/staff/devices/:device/renew", FOR_STAFF, pair_renew, .roles = ROLES_CENTRE },
	{ HTTP_POST, "/staff/devices/:device/revoke", FOR_STAFF, device_revoke,
	        .roles = ROLES_CENTRE },
	{ 0 },
};
