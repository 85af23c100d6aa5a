/* Who a laptop is, where it scans, and what it remembers, before the first guest. */
#include "checkin/laptop_private.h"

#include <string.h>

#include "schema/id.h"

#define HELLO_MS      1000 /* to hear what has changed; what is kept does otherwise */
#define FIRST_SYNC_MS 20000
#define NONCE_BYTES   16

static const DeviceRoom room = { .tickets = 40000, .holders = 40000, .records = 50000 };

static const char *
text_in(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

static gboolean
wrong(GError **error, TurnoutErrorCode code, const char *words)
{
	g_set_error_literal(error, TURNOUT_ERROR, (int)code, words);
	return FALSE;
}

/* ---- who it is ---- */

static RemoteCall *
ask(Remote *remote, const char *path, json_t *body, gint64 limit_ms)
{
	RemoteCall *call = remote_ask(remote, path, body, limit_ms);

	while (!remote_call_done(call))
		remote_wait(remote, -1, limit_ms);
	return call;
}

/* Adds the sessions' codes that @before has not: their places are the numbers that items bear, so none is ever
 * moved. */
static json_t *
sessions_of(const json_t *self, const json_t *before)
{
	json_t *sessions = json_array(), *checkpoint;
	RecordNames names = { .sessions = sessions };
	gsize i;

	json_array_extend(sessions, json_object_get(before, "sessions"));
	json_array_foreach (json_object_get(self, "checkpoints"), i, checkpoint) {
		const char *code = text_in(json_object_get(checkpoint, "session"), "code");
		if (record_session_no(&names, code) == 0)
			json_array_append_new(sessions, json_string(code));
	}
	return sessions;
}

static json_t *
token_mark(const char *token)
{
	guint8 hash[TOKEN_HASH_BYTES];
	char hex[17];

	token_hash(token, hash);
	for (guint i = 0; i < 8; i++)
		g_snprintf(hex + 2 * i, 3, "%02x", hash[i]);
	return json_string(hex);
}

/* What the server says of this device, to be kept. NULL when it isn't that. */
static json_t *
self_of(const json_t *body, const json_t *before, const char *token)
{
	if (json_array_size(json_object_get(body, "checkpoints")) == 0 ||
	        record_id(json_object_get(body, "device")) == 0)
		return NULL;
	return json_pack("{s:O, s:O, s:O, s:O, s:o, s:o}", "device",
	        json_object_get(body, "device"), "role", json_object_get(body, "role"), "event",
	        json_object_get(body, "event"), "checkpoints", json_object_get(body, "checkpoints"),
	        "sessions", sessions_of(body, before), "token", token_mark(token));
}

static gboolean
is_of_token(const json_t *self, const char *token)
{
	json_auto_t *mark = token_mark(token);

	return self != NULL && json_equal(json_object_get(self, "token"), mark);
}

/* Asks who this is; what was kept is good enough when nobody answers. */
static gboolean
learn_self(Laptop *laptop, const char *token, GError **error)
{
	json_t *kept = device_store_get(laptop->store, "self", NULL);
	const gboolean known = is_of_token(kept, token);

	laptop->self = kept; /* owned now */
	g_autoptr(RemoteCall) call =
	        ask(laptop->remote, "self", NULL, known ? HELLO_MS : REMOTE_LIMIT_MS);
	const int status = remote_call_status(call);
	json_t *fresh = status == 200 ? self_of(remote_call_body(call), kept, token) : NULL;
	if (status == 401 || status == 403)
		laptop->refused = status;
	if (fresh == NULL && known)
		return TRUE;
	if (fresh == NULL)
		return wrong(error, laptop->refused ? TURNOUT_ERROR_INPUT : TURNOUT_ERROR_WORLD,
		        laptop->refused
		                ? "the server does not know this token: pair the laptop anew"
		                : "the server can't be reached, and this laptop has not met it "
		                  "yet: connect it once");
	json_decref(kept);
	laptop->self = fresh;
	return device_store_set(laptop->store, "self", fresh, error);
}

/* ---- where it scans ---- */

static gboolean
is_wanted(const LaptopOptions *options, const json_t *checkpoint)
{
	const char *wanted = options->checkpoint;
	g_autofree char *no = g_strdup_printf(
	        "%" JSON_INTEGER_FORMAT, json_integer_value(json_object_get(checkpoint, "no")));

	if (options->session != NULL &&
	        strcmp(options->session, text_in(json_object_get(checkpoint, "session"), "code")) !=
	                0)
		return FALSE;
	return wanted == NULL || strcmp(wanted, no) == 0 ||
	        g_ascii_strcasecmp(wanted, text_in(checkpoint, "name")) == 0;
}

static gboolean
find_place(Laptop *laptop, GError **error)
{
	const LaptopOptions *options = &laptop->options;
	const char *slug = text_in(json_object_get(laptop->self, "event"), "slug");
	g_autoptr(GString) places = g_string_new(NULL);
	gsize i;
	json_t *each;

	if (options->event != NULL && strcmp(options->event, slug) != 0) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "this laptop is paired for event %s, not for %s", slug, options->event);
		return FALSE;
	}
	json_array_foreach (json_object_get(laptop->self, "checkpoints"), i, each) {
		if (laptop->checkpoint == NULL && is_wanted(options, each))
			laptop->checkpoint = each;
		g_string_append_printf(places, "%s%s of %s", i ? ", " : "", text_in(each, "name"),
		        text_in(json_object_get(each, "session"), "code"));
	}
	if (laptop->checkpoint == NULL)
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "this laptop may scan at: %s", places->str);
	return laptop->checkpoint != NULL;
}

void
laptop_place(Laptop *laptop)
{
	const json_t *session = json_object_get(laptop->checkpoint, "session");
	const json_t *ours = json_object_get(laptop->head, "event");
	gsize i;
	json_t *key;

	laptop->place = (DevicePlace){
		.session = record_session_no(&laptop->names, text_in(session, "code")),
		.checkpoint =
		        (guint16)json_integer_value(json_object_get(laptop->checkpoint, "no")),
		.supervisor = strcmp(text_in(laptop->self, "role"), "supervisor") == 0,
		.session_listed = strcmp(text_in(session, "door"), "listed") == 0,
		.session_once = strcmp(text_in(session, "reentry"), "once") == 0,
	};
	json_array_foreach (json_object_get(laptop->head, "keys"), i, key)
		if (laptop->place.key_created == 0 &&
		        json_equal(json_object_get(key, "event"), ours)) /* the first */
			laptop->place.key_created =
			        json_integer_value(json_object_get(key, "created"));
	if (laptop->memory != NULL)
		device_move(laptop->memory, &laptop->place);
}

/* ---- what it remembers ---- */

static gboolean
let_in(const Laptop *laptop, const DeviceItem *item)
{
	return item->record.session == laptop->place.session && log_admits(&item->record) &&
	        item->record.decision != DOOR_AGAIN && item->state != DEVICE_INTENT;
}

/* Whom this laptop let in and took back does not count as let in. */
static void
take_back(Laptop *laptop, const GArray *items, const LogRecord *voiding)
{
	for (guint i = 0; voiding->decision == DOOR_VOID && i < items->len; i++) {
		const DeviceItem *item = &g_array_index(items, DeviceItem, i);
		if (let_in(laptop, item) && log_voids(voiding, &item->record) && laptop->let_in > 0)
			laptop->let_in--;
	}
}

static gboolean
restore(Laptop *laptop, const GArray *items, guint64 device, GError **error)
{
	for (guint i = 0; i < items->len; i++) {
		const DeviceItem *item = &g_array_index(items, DeviceItem, i);
		const LogRecord *record = &item->record;
		if (record->device != device)
			return wrong(error, TURNOUT_ERROR_INPUT,
			        "the folder beside the token file holds another device's scans: "
			        "hand them out with `turnout checkin file`, then take another "
			        "token file");
		if (!device_restore(laptop->memory, item))
			return wrong(error, TURNOUT_ERROR_WORLD,
			        "this laptop's log is full: hand its scans out with `turnout "
			        "checkin file` and pair it anew");
		laptop->let_in += let_in(laptop, item);
	}
	for (guint i = 0; i < items->len; i++)
		take_back(laptop, items, &g_array_index(items, DeviceItem, i).record);
	return TRUE;
}

static gboolean
remember(Laptop *laptop, GError **error)
{
	const guint64 device = record_id(json_object_get(laptop->self, "device"));
	g_autoptr(GArray) items = NULL;
	const gsize size = device_size(&room);
	guint64 epoch;
	DeviceItem item;
	DeviceAnswer nothing;

	if (!device_store_items(laptop->store, &items, &laptop->damaged, error))
		return FALSE;
	random_bytes(&epoch, sizeof epoch);
	laptop->names.sessions = json_object_get(laptop->self, "sessions");
	laptop_place(laptop);
	laptop->block = g_malloc0(size);
	laptop->memory = device_new(laptop->block, size, &room, device, epoch, &laptop->place);
	g_assert(laptop->memory != NULL);
	if (!restore(laptop, items, device, error))
		return FALSE;
	laptop_recall(laptop);
	while (device_recover(laptop->memory, &item)) {
		if (!device_store_append(laptop->store, &item, 1, error))
			return FALSE; /* an intent still: the next start tries again */
		device_stored(laptop->memory, &item, &nothing);
	}
	return TRUE;
}

static gboolean
take_region(Laptop *laptop, GError **error)
{
	const char *code = laptop->options.region;
	g_autoptr(GString) known = g_string_new(NULL);
	gsize i;
	json_t *region;

	laptop->region = code ? record_region_no(&laptop->names, code) : 0;
	if (code == NULL || laptop->region != 0)
		return TRUE;
	json_array_foreach ((json_t *)laptop->names.regions, i, region)
		g_string_append_printf(known, "%s%s", i ? ", " : "", text_in(region, "code"));
	g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT, "--region is one of %s", known->str);
	return FALSE;
}

/* ---- to open ---- */

static gboolean
open_all(Laptop *laptop, const LaptopOptions *options, GError **error)
{
	laptop->store = device_store_open(options->token_file, TRUE, error);
	char *token = laptop->store ? device_store_token(laptop->store, error) : NULL;
	laptop->remote = token
	        ? remote_new(options->server, options->ca_file, options->now_ms, error)
	        : NULL;
	gboolean ok = laptop->remote != NULL;
	if (ok) {
		remote_set_token(laptop->remote, token);
		ok = learn_self(laptop, token, error);
	}
	if (token != NULL)
		explicit_bzero(token, strlen(token));
	g_free(token);
	return ok && find_place(laptop, error) && remember(laptop, error);
}

Laptop *
laptop_open(const LaptopOptions *options, GError **error)
{
	g_autoptr(Laptop) laptop = g_new0(Laptop, 1);

	laptop->options = *options;
	laptop->sync.batch_max = DEVICE_BATCH_MAX;
	if (!open_all(laptop, options, error))
		return NULL;
	laptop->zone =
	        g_time_zone_new_identifier(text_in(json_object_get(laptop->self, "event"), "zone"));
	if (laptop->zone == NULL)
		laptop->zone = g_time_zone_new_utc();
	if (laptop->head == NULL)
		laptop_sync(laptop, FIRST_SYNC_MS);
	if (laptop->head == NULL) {
		wrong(error, laptop->refused ? TURNOUT_ERROR_INPUT : TURNOUT_ERROR_WORLD,
		        laptop->refused ? "the server does not let this laptop scan any more"
		                        : "no list of tickets is here yet, and the server can't be "
		                          "reached: connect it once");
		return NULL;
	}
	return take_region(laptop, error) ? g_steal_pointer(&laptop) : NULL;
}

void
laptop_free(Laptop *laptop)
{
	if (laptop == NULL)
		return;
	sync_clear(&laptop->sync);
	remote_free(laptop->remote);
	device_store_free(laptop->store);
	json_decref(laptop->head);
	json_decref(laptop->self);
	laptop_last_clear(laptop);
	g_clear_pointer(&laptop->zone, g_time_zone_unref);
	g_free(laptop->block);
	g_free(laptop);
}

/* The first place of a session; NULL when there is none any more. */
static const json_t *
place_of(const Laptop *laptop, const char *session)
{
	gsize i;
	json_t *each;

	json_array_foreach (json_object_get(laptop->self, "checkpoints"), i, each)
		if (strcmp(text_in(json_object_get(each, "session"), "code"), session) == 0)
			return each;
	return NULL;
}

gboolean
laptop_sync_all(Laptop *laptop, GString *said)
{
	const char *wanted = laptop->options.session;
	gboolean ok = TRUE;
	gsize i;
	json_t *each;

	json_array_foreach ((json_t *)laptop->names.sessions, i, each) {
		const char *code = json_string_value(each);
		const json_t *place = place_of(laptop, code);
		LaptopState state;
		if (place == NULL || (wanted != NULL && strcmp(code, wanted) != 0))
			continue;
		laptop->checkpoint = place;
		laptop_place(laptop);
		laptop_recall(laptop);
		ok &= laptop_sync(laptop, 4 * REMOTE_LIMIT_MS);
		laptop_state(laptop, &state);
		g_string_append_printf(said, "%s: %u tickets\n", code, state.tickets);
	}
	return ok;
}

/* ---- pairing ---- */

/* The same for as long as one tries, so that a lost answer can be asked for again. NULL with @error when it can't be
 * kept. */
static char *
nonce_of(DeviceStore *store, GError **error)
{
	json_auto_t *kept = device_store_get(store, "pairing", NULL);
	guint8 bytes[NONCE_BYTES];
	char hex[2 * NONCE_BYTES + 1];

	if (json_is_string(json_object_get(kept, "nonce")))
		return g_strdup(text_in(kept, "nonce"));
	random_bytes(bytes, sizeof bytes);
	for (guint i = 0; i < NONCE_BYTES; i++)
		g_snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
	json_auto_t *fresh = json_pack("{s:s}", "nonce", hex);
	return device_store_set(store, "pairing", fresh, error) ? g_strdup(hex) : NULL;
}

static gboolean
pairing_refused(const RemoteCall *call, GError **error)
{
	switch (remote_call_status(call)) {
	case 0:
		return wrong(error, TURNOUT_ERROR_WORLD,
		        "the server can't be reached: try the same code again");
	case 404:
		return wrong(error, TURNOUT_ERROR_INPUT,
		        "there is no such pairing code; look for a typing mistake");
	case 410:
		return wrong(error, TURNOUT_ERROR_INPUT,
		        "this pairing code was used, or is too old; ask for a new one");
	case 429:
		return wrong(error, TURNOUT_ERROR_WORLD, "too many tries: wait a minute");
	default:
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD,
		        "the server does not pair just now (status %d): try the same code again",
		        remote_call_status(call));
		return FALSE;
	}
}

static gboolean
keep_pairing(DeviceStore *store, const json_t *body, char **ret_said, GError **error)
{
	const char *token = text_in(body, "token");
	json_auto_t *self = self_of(body, NULL, token);

	if (self == NULL || strlen(token) != TOKEN_TEXT_LENGTH)
		return wrong(error, TURNOUT_ERROR_WORLD, "the server's answer is no pairing");
	/* the token last: with it the laptop is paired */
	if (!device_store_set(store, "self", self, error) ||
	        !device_store_set_token(store, token, error))
		return FALSE;
	*ret_said = g_strdup_printf("paired: device %s, event %s, %zu places",
	        text_in(self, "device"), text_in(json_object_get(self, "event"), "slug"),
	        json_array_size(json_object_get(self, "checkpoints")));
	return TRUE;
}

gboolean
laptop_pair(const LaptopOptions *options, const char *code, const char *name, char **ret_said,
        GError **error)
{
	g_autoptr(Remote) remote =
	        remote_new(options->server, options->ca_file, options->now_ms, error);
	if (remote == NULL)
		return FALSE;
	if (g_file_test(options->token_file, G_FILE_TEST_EXISTS)) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "%s is there already: it is another pairing's, take another name",
		        options->token_file);
		return FALSE;
	}
	g_autoptr(DeviceStore) store = device_store_open(options->token_file, TRUE, error);
	g_autofree char *nonce = store ? nonce_of(store, error) : NULL;
	if (nonce == NULL)
		return FALSE;
	g_autoptr(RemoteCall) call = ask(remote, "pair",
	        json_pack("{s:s, s:s, s:s}", "code", code, "device_name", name, "nonce", nonce),
	        REMOTE_LIMIT_MS);
	if (remote_call_status(call) != 201)
		return pairing_refused(call, error);
	return keep_pairing(store, remote_call_body(call), ret_said, error);
}

/* ---- the file ---- */

/* The regions' codes, of any list that is kept; owned. NULL when none is. */
static json_t *
kept_regions(DeviceStore *store, const json_t *sessions)
{
	gsize i;
	json_t *code;

	json_array_foreach ((json_t *)sessions, i, code) {
		g_autofree char *name = g_strconcat("manifest-", json_string_value(code), NULL);
		json_auto_t *list = device_store_get(store, name, NULL);
		json_t *regions = json_object_get(json_object_get(list, "head"), "regions");
		if (regions != NULL)
			return json_incref(regions);
	}
	return NULL;
}

json_t *
laptop_file(const char *token_file, GError **error)
{
	g_autoptr(DeviceStore) store = device_store_open(token_file, FALSE, error);
	json_auto_t *self = store ? device_store_get(store, "self", error) : NULL;
	g_autoptr(GArray) items = NULL;
	guint damaged = 0;

	if (store == NULL || !device_store_items(store, &items, &damaged, error))
		return NULL;
	json_auto_t *regions = kept_regions(store, json_object_get(self, "sessions"));
	const RecordNames names = { .sessions = json_object_get(self, "sessions"),
		.regions = regions };
	json_t *records = json_array();
	for (guint i = 0; i < items->len; i++) {
		const DeviceItem *item = &g_array_index(items, DeviceItem, i);
		if (item->state != DEVICE_INTENT)
			json_array_append_new(records, record_json(&item->record, &names));
	}
	return json_pack("{s:s, s:s, s:o}", "event",
	        text_in(json_object_get(self, "event"), "slug"), "device", text_in(self, "device"),
	        "records", records);
}
