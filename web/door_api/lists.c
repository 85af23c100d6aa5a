/*
 * What a phone keeps to work by itself: the manifest and the known list, whole or what changed.
 */
#include <string.h>

#include "schema/event_now.h"
#include "schema/id.h"
#include "schema/manifest.h"
#include "web/door_api/lists.h"
#include "web/door_api/record.h"
#include "web/page.h"

#define NEIGHBOURS_MAX 50 /* other events whose tickets a phone can name */

typedef struct {
	const Event *event;
	const EventSession *session;
	Db *db;
	EventNow now;
	gint64 since;
	gboolean full;
} Asked;

static gboolean
scans_at(const Device *device, const Event *event, guint16 session_no)
{
	for (guint i = 0; i < device->checkpoints_n; i++) {
		const EventCheckpoint *checkpoint = event_checkpoint(event, device->checkpoints[i]);
		if (checkpoint != NULL && checkpoint->session_no == session_no)
			return TRUE;
	}
	return FALSE;
}

/* A whole number that was asked; 0 for none, and for what is none: then everything is sent. */
static gint64
number_of(const char *text)
{
	guint64 number = 0;

	if (text == NULL ||
	        !g_ascii_string_to_unsigned(text, 10, 0, (guint64)DOOR_NUMBER_MAX, &number, NULL))
		return 0;
	return (gint64)number;
}

/* NULL with @ret filled, or the answer that refuses. */
static Reply *
take_asked(Request *request, Asked *ret)
{
	const Device *device = request_device(request);
	const Fields *query = request_query(request);
	const char *code = fields_get(query, "session"), *history = fields_get(query, "history");
	gint64 known_history = 0;
	GError *error = NULL;

	ret->event = request_event_by_id(request, device->event, &error);
	if (ret->event == NULL)
		return reply_error(request, error);
	ret->session = code ? event_session_by_code(ret->event, code) : NULL;
	if (ret->session == NULL)
		return door_refuse(request, 404, "absent", "session: the event has none such");
	if (!scans_at(device, ret->event, ret->session->no))
		return door_refuse(
		        request, 403, "forbidden", "session: this device scans elsewhere");
	ret->db = request_db(request, &error);
	if (ret->db == NULL || !event_now_read(ret->db, ret->event, &ret->now, &error))
		return reply_error(request, error);
	ret->since = number_of(fields_get(query, "since"));
	/* another history, a definition loaded since, or a version of nobody's: all is told */
	ret->full = ret->since == 0 || ret->since < ret->now.definition_version ||
	        ret->since > ret->now.version || history == NULL ||
	        !id_from_hex(history, &known_history) || known_history != ret->now.history;
	if (ret->full)
		ret->since = 0;
	return NULL;
}

static Reply *
nothing_new(Request *request)
{
	return reply_bytes(request, 304, "application/json", g_bytes_new_static("", 0));
}

static char *
hex_of(gconstpointer data, gsize length)
{
	GString *hex = g_string_sized_new(2 * length + 1);

	for (gsize i = 0; i < length; i++)
		g_string_append_printf(hex, "%02x", ((const guint8 *)data)[i]);
	return g_string_free(hex, FALSE);
}

/* ---- keys ---- */

static json_t *
key_json(const Event *event, const SigningKey *key)
{
	guint8 hash[32];

	hash_sha256(key->public_key, sizeof key->public_key, hash);
	g_autofree char *id = hex_of(event->id, EVENT_ID_BYTES);
	g_autofree char *text = g_base64_encode(key->public_key, sizeof key->public_key);
	g_strdelimit(text, "+", '-');
	g_strdelimit(text, "/", '_');
	text[strcspn(text, "=")] = '\0';
	return json_pack("{s:i, s:s, s:I, s:s, s:O}", "hint", hash[0], "key", text, "created",
	        (json_int_t)key->created, "event", id, "title", event->title);
}

/* All that tickets were signed with, the first one first since minutes are counted from it, and the next, so
 * that a phone without network at the rotation knows it. Nothing when the event has no keys any more. */
static void
add_keys(Request *request, const Event *event, guint16 key_no, json_t *list)
{
	VaultEvent *keys = vault_event(record_vault(request_record(request)), event->id, NULL);
	SigningKey key;

	for (guint no = 1; keys != NULL && no <= key_no + 1u; no++)
		if (vault_signing_key(keys, (guint16)no, &key))
			json_array_append_new(list, key_json(event, &key));
}

/* This event's first, then those of the neighbours, so that their tickets can be sent to the right place. */
static json_t *
keys_json(Request *request, const Asked *asked, GError **error)
{
	g_autoptr(GPtrArray) events =
	        event_shelf_list(request_shelf(request), asked->db, request_now(request), error);
	if (events == NULL)
		return NULL;
	json_t *list = json_array();
	add_keys(request, asked->event, asked->now.key_no, list);
	for (guint i = 0; i < MIN(events->len, NEIGHBOURS_MAX); i++) {
		const Event *event = g_ptr_array_index(events, i);
		if (memcmp(event->id, asked->event->id, EVENT_ID_BYTES) != 0)
			add_keys(request, event, event->key_no, list);
	}
	return list;
}

/* ---- the manifest ---- */

guint
door_language(const char *lang)
{
	guint n = 0;
	const Locale *const *all = locales_all(&n);

	for (guint i = 0; i < n; i++)
		if (strcmp(locale_code(all[i]), lang) == 0)
			return MIN(i, 15);
	return 0;
}

/* For the taps on a spare ticket and the tally. */
static json_t *
regions_json(const Event *event)
{
	json_t *list = json_array();

	for (guint i = 0; i < event->regions->len; i++) {
		const EventRegion *region = g_ptr_array_index(event->regions, i);
		json_array_append_new(list,
		        json_pack("{s:i, s:s, s:O}", "no", region->no, "code", region->code, "name",
		                region->name));
	}
	return list;
}

static Reply *
manifest_answer(Request *request, const Asked *asked, const GByteArray *entries)
{
	GError *error = NULL;
	json_t *keys = keys_json(request, asked, &error);
	if (keys == NULL)
		return reply_error(request, error);
	char history[ID_HEX_LENGTH + 1];
	id_to_hex(asked->now.history, history);
	g_autofree char *event_id = hex_of(asked->event->id, EVENT_ID_BYTES);
	g_autofree char *salt = hex_of(asked->event->salt, SALT_BYTES);
	g_autofree char *packed = g_base64_encode(entries->data, entries->len);
	Reply *reply = reply_json(request, 200,
	        json_pack("{s:I, s:s, s:I, s:I, s:s, s:s, s:o, s:s, s:b, s:I, s:s, s:[], s:o}",
	                "version", (json_int_t)asked->now.version, "history", history, "issued",
	                (json_int_t)request_now(request), "expires",
	                (json_int_t)(asked->event->ends + DEVICE_AFTER_S), "event", event_id,
	                "salt", salt, "keys", keys, "session", asked->session->code, "full",
	                asked->full, "since", (json_int_t)asked->since, "entries", packed, "gone",
	                "regions", regions_json(asked->event)));
	reply_compress(reply);
	return reply;
}

Reply *
door_manifest(Request *request)
{
	g_autoptr(GByteArray) entries = g_byte_array_new();
	GError *error = NULL;
	Asked asked = { 0 };

	Reply *refused = take_asked(request, &asked);
	if (refused != NULL)
		return refused;
	VaultEvent *keys =
	        vault_event(record_vault(request_record(request)), asked.event->id, &error);
	if (keys == NULL ||
	        !manifest_read(asked.db, asked.event, keys, asked.session->no, asked.since,
	                door_language, entries, &error))
		return reply_error(request, error);
	if (!asked.full && entries->len == 0 && asked.since >= asked.now.key_version)
		return nothing_new(request);
	return manifest_answer(request, &asked, entries);
}

/* ---- the known list ---- */

static json_t *
known_json(const GArray *known)
{
	json_t *list = json_array();

	for (guint i = 0; i < known->len; i++) {
		const KnownEntry *entry = &g_array_index(known, KnownEntry, i);
		json_array_append_new(list,
		        json_pack("{s:i, s:I, s:i, s:o}", "holder", (int)entry->holder, "minute",
		                (json_int_t)entry->minute, "checkpoint", entry->checkpoint_no, "in",
		                entry->gone ? json_null() : json_boolean(entry->in)));
	}
	return list;
}

Reply *
door_known(Request *request)
{
	g_autoptr(GArray) known = g_array_new(FALSE, FALSE, sizeof(KnownEntry));
	char history[ID_HEX_LENGTH + 1];
	GError *error = NULL;
	Asked asked = { 0 };

	Reply *refused = take_asked(request, &asked);
	if (refused != NULL)
		return refused;
	if (!known_read(asked.db, asked.event, asked.session->no, asked.since, known, &error))
		return reply_error(request, error);
	/* an empty difference is told: it makes the phone's list true up to its version */
	if (!asked.full && known->len == 0 && asked.since == asked.now.version)
		return nothing_new(request);
	id_to_hex(asked.now.history, history);
	Reply *reply = reply_json(request, 200,
	        json_pack("{s:I, s:s, s:b, s:I, s:o}", "version", (json_int_t)asked.now.version,
	                "history", history, "full", asked.full, "since", (json_int_t)asked.since,
	                "known", known_json(known)));
	reply_compress(reply);
	return reply;
}

/* ---- groups ---- */

Reply *
door_delegations(Request *request)
{
	GError *error = NULL;
	const Event *event = request_event_by_id(request, request_device(request)->event, &error);
	if (event == NULL)
		return reply_error(request, error);
	json_t *list = json_array();
	for (guint i = 0; i < event->delegations->len; i++) {
		const EventDelegation *delegation = g_ptr_array_index(event->delegations, i);
		const EventRegion *region = event_region(event, delegation->region_no);
		json_array_append_new(list,
		        json_pack("{s:i, s:s, s:s?}", "no", delegation->no, "name",
		                delegation->name, "region", region ? region->code : NULL));
	}
	return reply_json(request, 200, json_pack("{s:o}", "delegations", list));
}
