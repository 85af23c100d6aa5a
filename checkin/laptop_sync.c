/*
 * Keeping in step with the server: upload what waits, take what changed, every few seconds. No scan waits
 * for it.
 */
#include "checkin/laptop_private.h"

#include <string.h>

#define EVERY_MS         4000
#define AFTER_FAILURE_MS 8000
#define ROUNDS_MAX       3

static gint64
mono_ms(void)
{
	return g_get_monotonic_time() / 1000;
}

void
sync_clear(Sync *sync)
{
	g_clear_pointer(&sync->call, remote_call_free);
	g_clear_pointer(&sync->sent, g_array_unref);
	sync->step = STEP_REST;
}

static void
end_round(Laptop *laptop, gboolean ok)
{
	sync_clear(&laptop->sync);
	laptop->sync.failed = !ok;
	laptop->sync.due = mono_ms() + (ok ? EVERY_MS : AFTER_FAILURE_MS);
	if (ok)
		laptop->last_sync = laptop->options.now_ms();
}

/* 401: never issued, revoked or ended; 403: not for this device. All stays here, and is told. */
static gboolean
judge(Laptop *laptop, int status)
{
	if (status == 401 || status == 403)
		laptop->refused = status;
	else if (status > 0 && status < 400)
		laptop->refused = 0;
	return status > 0 && status < 400;
}

/* ---- asking ---- */

static void
ask_upload(Laptop *laptop)
{
	Sync *sync = &laptop->sync;
	json_t *records = json_array();
	DeviceStatus status;

	device_status(laptop->memory, &status);
	sync->step = STEP_UPLOAD;
	sync->question = status.question;
	g_clear_pointer(&sync->sent, g_array_unref);
	sync->sent = g_array_sized_new(FALSE, FALSE, sizeof(LogRecord), sync->batch_max);
	g_array_set_size(sync->sent, sync->batch_max);
	g_array_set_size(sync->sent,
	        device_batch(
	                laptop->memory, (LogRecord *)(void *)sync->sent->data, sync->batch_max));
	for (guint i = 0; i < sync->sent->len; i++)
		json_array_append_new(records,
		        record_json(&g_array_index(sync->sent, LogRecord, i), &laptop->names));
	sync->call = remote_ask(
	        laptop->remote, "scans", json_pack("{s:o}", "records", records), REMOTE_LIMIT_MS);
}

static void
ask_list(Laptop *laptop, SyncStep step)
{
	Sync *sync = &laptop->sync;
	DeviceStatus status;
	char history[17];

	device_status(laptop->memory, &status);
	sync->step = step;
	sync->question = status.question;
	sync->since = step == STEP_KNOWN ? status.known_version
	        : sync->whole            ? 0
	                                 : status.manifest_version;
	g_snprintf(history, sizeof history, "%016" G_GINT64_MODIFIER "x", status.history);
	g_autofree char *session = g_uri_escape_string(
	        record_session_code(&laptop->names, laptop->place.session), NULL, FALSE);
	g_autofree char *path =
	        g_strdup_printf("%s?session=%s&since=%" G_GINT64_FORMAT "&history=%s",
	                step == STEP_KNOWN ? "known" : "manifest", session, sync->since, history);
	sync->call = remote_ask(laptop->remote, path, NULL, REMOTE_LIMIT_MS);
}

/* ---- taking ---- */

static gint64
number_in(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

static DeviceHead
head_of(const Laptop *laptop, const json_t *body)
{
	const gboolean full = json_is_true(json_object_get(body, "full"));
	const json_t *since = json_object_get(body, "since");

	return (DeviceHead){
		.history = record_id(json_object_get(body, "history")),
		.version = number_in(body, "version"),
		.since = full                    ? 0
		        : json_is_integer(since) ? json_integer_value(since)
		                                 : laptop->sync.since,
		.issued = number_in(body, "issued"),
		.question = laptop->sync.question,
		.session = laptop->place.session,
		.full = full != 0,
	};
}

/* The part of a manifest's answer that is no entry; NULL when it has none. */
static json_t *
manifest_head(const json_t *body)
{
	const json_t *keys = json_object_get(body, "keys"),
	             *regions = json_object_get(body, "regions");

	if (!json_is_array(keys) || !json_is_string(json_object_get(body, "salt")) ||
	        !json_is_string(json_object_get(body, "event")))
		return NULL;
	return json_pack("{s:O, s:O, s:O, s:O?}", "keys", keys, "salt",
	        json_object_get(body, "salt"), "event", json_object_get(body, "event"), "regions",
	        regions);
}

static void
take_head(Laptop *laptop, json_t *head)
{
	json_decref(laptop->head);
	laptop->head = head;
	laptop->names.regions = json_object_get(head, "regions");
	laptop_place(laptop);
}

static DeviceTake
take_manifest_of(Laptop *laptop, const DeviceHead *head, const json_t *body)
{
	const char *packed = json_string_value(json_object_get(body, "entries"));
	const json_t *list = json_object_get(body, "gone");
	g_autoptr(GArray) gone = g_array_new(FALSE, FALSE, sizeof(guint64));
	gsize length = 0, i;
	json_t *each;

	if (packed == NULL)
		return DEVICE_MALFORMED;
	g_autofree guint8 *entries = g_base64_decode(packed, &length);
	json_array_foreach ((json_t *)list, i, each) {
		const guint64 mark = record_id(each);
		g_array_append_val(gone, mark);
	}
	return device_take_manifest(laptop->memory, head, entries,
	        (guint32)(length / MANIFEST_ENTRY_BYTES), (const guint64 *)(void *)gone->data,
	        gone->len);
}

static DeviceTake
take_known_of(Laptop *laptop, const DeviceHead *head, const json_t *list)
{
	g_autoptr(GArray) known = g_array_new(FALSE, FALSE, sizeof(DeviceKnown));
	gsize i;
	json_t *each;

	json_array_foreach ((json_t *)list, i, each) {
		const json_t *in = json_object_get(each, "in");
		const DeviceKnown entry = {
			.holder = (guint32)number_in(each, "holder"),
			.minute = (guint32)number_in(each, "minute"),
			.checkpoint = (guint16)number_in(each, "checkpoint"),
			.in = json_is_true(in)     ? DEVICE_IN
			        : json_is_null(in) ? DEVICE_GONE
			                           : DEVICE_OUT,
		};
		g_array_append_val(known, entry);
	}
	return device_take_known(
	        laptop->memory, head, (const DeviceKnown *)(void *)known->data, known->len);
}

/* ---- keeping ---- */

static char *
list_name(const Laptop *laptop, const char *kind)
{
	return g_strdup_printf(
	        "%s-%s", kind, record_session_code(&laptop->names, laptop->place.session));
}

static json_t *
history_json(const DeviceStatus *status)
{
	char hex[17];

	g_snprintf(hex, sizeof hex, "%016" G_GINT64_MODIFIER "x", status->history);
	return json_string(hex);
}

/* A list that can't be kept is asked for again at the next start; a full disk keeps nobody out. */
static void
keep(Laptop *laptop, const char *kind, json_t *list)
{
	g_autofree char *name = list_name(laptop, kind);

	device_store_set(laptop->store, name, list, NULL);
	json_decref(list);
}

static void
keep_manifest(Laptop *laptop)
{
	DeviceStatus status;

	device_status(laptop->memory, &status);
	g_autofree char *entries = g_base64_encode(
	        device_manifest(laptop->memory), (gsize)status.tickets * MANIFEST_ENTRY_BYTES);
	keep(laptop, "manifest",
	        json_pack("{s:O, s:o, s:I, s:I, s:s}", "head", laptop->head, "history",
	                history_json(&status), "version", (json_int_t)status.manifest_version,
	                "issued", (json_int_t)status.issued, "entries", entries));
}

static void
keep_known(Laptop *laptop)
{
	json_t *list = json_array();
	DeviceStatus status;
	DeviceKnown each;

	device_status(laptop->memory, &status);
	for (guint32 i = 0; device_known(laptop->memory, i, &each); i++)
		json_array_append_new(list,
		        json_pack("{s:I, s:I, s:i, s:o}", "holder", (json_int_t)each.holder,
		                "minute", (json_int_t)each.minute, "checkpoint",
		                (int)each.checkpoint, "in",
		                each.in == DEVICE_GONE ? json_null()
		                                       : json_boolean(each.in == DEVICE_IN)));
	keep(laptop, "known",
	        json_pack("{s:o, s:I, s:o}", "history", history_json(&status), "version",
	                (json_int_t)status.known_version, "known", list));
}

void
laptop_recall(Laptop *laptop)
{
	g_autofree char *manifest_name = list_name(laptop, "manifest");
	g_autofree char *known_name = list_name(laptop, "known");
	json_auto_t *manifest = device_store_get(laptop->store, manifest_name, NULL);
	json_auto_t *known = device_store_get(laptop->store, known_name, NULL);
	json_t *head = manifest_head(json_object_get(manifest, "head"));
	DeviceStatus status;

	if (head == NULL)
		return;
	take_head(laptop, head);
	device_status(laptop->memory, &status);
	DeviceHead kept = { .history = record_id(json_object_get(manifest, "history")),
		.version = number_in(manifest, "version"),
		.issued = number_in(manifest, "issued"),
		.question = status.question,
		.session = laptop->place.session,
		.full = 1 };
	if (take_manifest_of(laptop, &kept, manifest) != DEVICE_TAKEN)
		return;
	if (known == NULL || record_id(json_object_get(known, "history")) != kept.history)
		return;
	device_status(laptop->memory, &status);
	kept.question = status.question;
	kept.version = number_in(known, "version");
	take_known_of(laptop, &kept, json_object_get(known, "known"));
}

/* ---- the round ---- */

static void
save_acknowledged(Laptop *laptop)
{
	g_autoptr(GArray) items = g_array_new(FALSE, FALSE, sizeof(DeviceItem));
	DeviceItem item;

	while (device_next_unsaved(laptop->memory, &item))
		g_array_append_val(items, item);
	/* lost, they are only offered again */
	if (items->len > 0)
		device_store_append(
		        laptop->store, (const DeviceItem *)(void *)items->data, items->len, NULL);
}

void
laptop_acknowledge(Laptop *laptop, const GArray *sent, const json_t *body, guint32 question)
{
	g_autoptr(GArray) acks = record_acks(body);

	device_acknowledge(laptop->memory, (const LogRecord *)(const void *)sent->data, sent->len,
	        (const DeviceAck *)(void *)acks->data, acks->len,
	        record_id(json_object_get(body, "history")), number_in(body, "version"), question);
}

static void
uploaded(Laptop *laptop, int answered, const json_t *body)
{
	Sync *sync = &laptop->sync;
	DeviceStatus status;

	if (answered == 413 && sync->sent->len > 1) {
		sync->batch_max = (sync->sent->len + 1) / 2;
		ask_upload(laptop);
		return;
	}
	if (answered != 202) {
		judge(laptop, answered);
		end_round(laptop, FALSE);
		return;
	}
	laptop_acknowledge(laptop, sync->sent, body, sync->question);
	save_acknowledged(laptop);
	device_status(laptop->memory, &status);
	const gboolean named = json_array_size(json_object_get(body, "durable")) +
	                json_array_size(json_object_get(body, "quarantined")) >
	        0;
	if (sync->sent->len == 0 || status.waiting == 0)
		ask_list(laptop, STEP_MANIFEST);
	else if (named)
		ask_upload(laptop);
	else
		end_round(laptop, FALSE);
}

static void
manifest_came(Laptop *laptop, int answered, const json_t *body)
{
	Sync *sync = &laptop->sync;

	if (answered == 304) {
		ask_list(laptop, STEP_KNOWN);
		return;
	}
	json_t *fresh = judge(laptop, answered) ? manifest_head(body) : NULL;
	if (fresh == NULL) {
		end_round(laptop, FALSE);
		return;
	}
	const DeviceHead head = head_of(laptop, body);
	take_head(laptop, fresh);
	switch (take_manifest_of(laptop, &head, body)) {
	case DEVICE_TAKEN:
		sync->whole = FALSE;
		keep_manifest(laptop);
		ask_list(laptop, STEP_KNOWN);
		return;
	case DEVICE_STALE:
		ask_list(laptop, STEP_KNOWN);
		return;
	case DEVICE_WANT_FULL:
		if (sync->whole)
			break;
		sync->whole = TRUE;
		ask_list(laptop, STEP_MANIFEST);
		return;
	case DEVICE_NO_ROOM:
	case DEVICE_MALFORMED:
	case DEVICE_WANT_MANIFEST:
		break;
	}
	end_round(laptop, FALSE);
}

static void
known_came(Laptop *laptop, int answered, const json_t *body)
{
	if (answered == 304) {
		end_round(laptop, TRUE);
		return;
	}
	if (!judge(laptop, answered)) {
		end_round(laptop, FALSE);
		return;
	}
	const DeviceHead head = head_of(laptop, body);
	switch (take_known_of(laptop, &head, json_object_get(body, "known"))) {
	case DEVICE_TAKEN:
		keep_known(laptop);
		end_round(laptop, TRUE);
		return;
	case DEVICE_STALE:
		end_round(laptop, TRUE);
		return;
	case DEVICE_WANT_FULL:
	case DEVICE_WANT_MANIFEST: /* of another history: what it holds is marked so by now */
		if (++laptop->sync.rounds == ROUNDS_MAX)
			break;
		ask_list(laptop, STEP_MANIFEST);
		return;
	case DEVICE_NO_ROOM:
	case DEVICE_MALFORMED:
		break;
	}
	end_round(laptop, FALSE);
}

void
sync_step(Laptop *laptop)
{
	Sync *sync = &laptop->sync;

	if (sync->step == STEP_REST) {
		if (mono_ms() < sync->due)
			return;
		sync->rounds = 0;
		sync->whole = FALSE;
		ask_upload(laptop);
		return;
	}
	if (!remote_call_done(sync->call))
		return;
	g_autoptr(RemoteCall) call = g_steal_pointer(&sync->call);
	const int status = remote_call_status(call);
	const json_t *body = remote_call_body(call);
	switch (sync->step) {
	case STEP_UPLOAD:
		uploaded(laptop, status, body);
		return;
	case STEP_MANIFEST:
		manifest_came(laptop, status, body);
		return;
	case STEP_KNOWN:
		known_came(laptop, status, body);
		return;
	case STEP_REST:
		return;
	}
}
