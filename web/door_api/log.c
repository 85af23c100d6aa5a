#include "web/door_log.h"

#include <string.h>

#include "checkin/log_rows.h"
#include "schema/id.h"
#include "web/door_api/record.h"

/* ---- one record ---- */

static gboolean
take_number(const json_t *object, const char *name, gint64 min, gint64 max, gint64 *ret)
{
	const json_t *value = json_object_get(object, name);

	if (!json_is_integer(value))
		return FALSE;
	gint64 number = json_integer_value(value);
	*ret = number;
	return number >= min && number <= max;
}

static gboolean
is_absent(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);
	return value == NULL || json_is_null(value);
}

static gboolean
take_hex(const json_t *object, const char *name, guint64 *ret)
{
	const char *text = json_string_value(json_object_get(object, name));
	gint64 number = 0;

	if (text == NULL || strlen(text) != ID_HEX_LENGTH || !id_from_hex(text, &number))
		return FALSE;
	*ret = (guint64)number;
	return TRUE;
}

static gboolean
take_seq(const json_t *object, guint64 *ret)
{
	gint64 seq = 0;

	if (!take_number(object, "seq", 1, LOG_NUMBER_MAX, &seq))
		return FALSE;
	*ret = (guint64)seq;
	return TRUE;
}

static gboolean
take_key(const json_t *object, LogRecord *record)
{
	gint64 rev = 0;

	if (!take_hex(object, "device", &record->device) ||
	        !take_hex(object, "epoch", &record->epoch) || !take_seq(object, &record->seq) ||
	        !take_number(object, "rev", 0, 255, &rev))
		return FALSE;
	record->rev = (guint8)rev;
	return TRUE;
}

static gboolean
take_words(const json_t *object, LogRecord *record)
{
	const char *decision = json_string_value(json_object_get(object, "decision"));
	const json_t *reason = json_object_get(object, "reason");

	for (record->decision = 0; record->decision < DOOR_DECISIONS; record->decision++)
		if (g_strcmp0(decision, door_decision_name(record->decision)) == 0)
			break;
	if (record->decision == DOOR_DECISIONS)
		return FALSE;
	if (reason == NULL || json_is_null(reason))
		return TRUE;
	if (!json_is_string(reason))
		return FALSE;
	record->reason = (guint8)log_reason_of(json_string_value(reason));
	return TRUE;
}

static gboolean
take_clocks(const json_t *object, LogRecord *record)
{
	const gint64 least = -LOG_NUMBER_MAX, most = LOG_NUMBER_MAX;
	const json_t *online = json_object_get(object, "online");

	record->online = json_is_true(online);
	return json_is_boolean(online) && take_number(object, "wall", least, most, &record->wall) &&
	        take_number(object, "mono", least, most, &record->mono) &&
	        take_number(object, "skew", least, most, &record->skew) &&
	        take_number(object, "skew_error", 0, most, &record->skew_error) &&
	        take_number(object, "manifest_version", 0, most, &record->manifest_version);
}

/* FALSE for what can't be; what the event hasn't leaves @ret_known FALSE and a 0. */
static gboolean
take_place(const json_t *object, const Event *event, LogRecord *record, gboolean *ret_known)
{
	const char *session_code = json_string_value(json_object_get(object, "session"));
	const char *region_code = json_string_value(json_object_get(object, "region"));
	gint64 checkpoint_no = 0, delegation_no = 0;

	if (session_code == NULL || (region_code == NULL && !is_absent(object, "region")) ||
	        !take_number(object, "checkpoint", 1, G_MAXUINT16, &checkpoint_no) ||
	        (!is_absent(object, "delegation") &&
	                !take_number(object, "delegation", 0, G_MAXUINT16, &delegation_no)))
		return FALSE;
	const EventSession *session = event_session_by_code(event, session_code);
	const EventCheckpoint *checkpoint = event_checkpoint(event, (guint16)checkpoint_no);
	const EventRegion *region = region_code ? event_region_by_code(event, region_code) : NULL;
	record->session = session ? session->no : 0;
	record->checkpoint = (guint16)checkpoint_no;
	record->region = region ? region->no : 0;
	record->delegation = (guint16)delegation_no;
	*ret_known = session != NULL && checkpoint != NULL &&
	        checkpoint->session_no == session->no && (region_code == NULL || region != NULL) &&
	        (delegation_no == 0 || event_delegation(event, (guint16)delegation_no) != NULL);
	return TRUE;
}

static gboolean
take_about(const json_t *object, LogRecord *record)
{
	const json_t *voided = json_object_get(object, "void_of");

	if (!is_absent(object, "mark")) {
		if (!take_hex(object, "mark", &record->mark))
			return FALSE;
		record->has_mark = 1;
	}
	if (!is_absent(object, "void_of")) {
		if (!json_is_object(voided) || !take_hex(voided, "device", &record->void_device) ||
		        !take_hex(voided, "epoch", &record->void_epoch) ||
		        !take_seq(voided, &record->void_seq))
			return FALSE;
		record->has_void = 1;
	}
	return is_absent(object, "count") ||
	        take_number(object, "count", 0, LOG_COUNT_MAX, &record->count);
}

static gboolean
read_record(const json_t *object, const Event *event, LogRecord *ret, gboolean *ret_place_known)
{
	static const char *const known[] = { "v", "device", "epoch", "seq", "rev", "session",
		"checkpoint", "mark", "decision", "reason", "wall", "mono", "skew", "skew_error",
		"manifest_version", "online", "region", "delegation", "void_of", "count", NULL };
	gint64 version = 0;

	/* what isn't known here would be lost: as quarantine it is kept */
	return json_is_object(object) && door_members_known(object, known, NULL) &&
	        take_number(object, "v", 1, 1, &version) && take_key(object, ret) &&
	        take_words(object, ret) && take_clocks(object, ret) &&
	        take_place(object, event, ret, ret_place_known) && take_about(object, ret);
}

void
door_records_read(const json_t *records, const Event *event, gint64 device, GArray *items)
{
	gsize index;
	json_t *each;

	json_array_foreach ((json_t *)records, index, each) {
		char *text = json_dumps(each, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
		char *content = g_strdup(text);
		LogRecord record = { 0 };
		gboolean place_known = FALSE;
		free(text);
		if (read_record(each, event, &record, &place_known))
			merge_item_add(items, device, &record, place_known, content);
		else
			merge_item_garbled(items, device, content);
	}
}

/* ---- the answer ---- */

static json_t *
key_json(guint index, const LogRecord *record)
{
	char device[ID_HEX_LENGTH + 1], epoch[ID_HEX_LENGTH + 1];

	id_to_hex((gint64)record->device, device);
	id_to_hex((gint64)record->epoch, epoch);
	return json_pack("{s:i, s:s, s:s, s:I, s:i}", "index", (int)index, "device", device,
	        "epoch", epoch, "seq", (json_int_t)record->seq, "rev", (int)record->rev);
}

/* One of the two lists; every index is in one of them. */
static json_t *
named(const MergeWork *work, gboolean quarantined)
{
	json_t *list = json_array();

	for (guint i = 0; i < work->items->len; i++) {
		const MergeItem *item = &g_array_index(work->items, MergeItem, i);
		if (log_is_quarantine((guint8)item->verdict) != quarantined)
			continue;
		json_t *entry = item->readable ? key_json(i, &item->record)
		                               : json_pack("{s:i}", "index", (int)i);
		if (quarantined)
			json_object_set_new(entry, "reason",
			        json_string(log_verdict_name((guint8)item->verdict)));
		json_array_append_new(list, entry);
	}
	return list;
}

json_t *
door_durable(const MergeWork *work)
{
	return named(work, FALSE);
}

json_t *
door_merge_answer(const MergeWork *work)
{
	char history[ID_HEX_LENGTH + 1];
	json_t *gaps = json_array();

	id_to_hex(work->history, history);
	for (guint i = 0; work->gaps != NULL && i < work->gaps->len; i++) {
		const ScanGap *gap = &g_array_index(work->gaps, ScanGap, i);
		char device[ID_HEX_LENGTH + 1], epoch[ID_HEX_LENGTH + 1];
		id_to_hex(gap->device, device);
		id_to_hex(gap->epoch, epoch);
		json_array_append_new(gaps,
		        json_pack("{s:s, s:s, s:I, s:I}", "device", device, "epoch", epoch, "from",
		                (json_int_t)gap->from, "to", (json_int_t)gap->to));
	}
	return json_pack("{s:o, s:o, s:o, s:I, s:s}", "durable", named(work, FALSE), "quarantined",
	        named(work, TRUE), "gaps", gaps, "version", (json_int_t)work->version, "history",
	        history);
}

/* ---- the page ---- */

static void
merge_work_free(gpointer data)
{
	MergeWork *work = data;
	merge_work_clear(work);
	g_free(work);
}

static Reply *
merged(Request *request, gpointer data, const GError *error)
{
	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	return reply_json(request, 202, door_merge_answer(data));
}

/* What came in a body that is no {records[]}: one thing, kept as it is. */
static void
read_garbled_body(Request *request, gint64 device, GArray *items)
{
	gsize length = 0;
	const char *body = request_body(request, &length);
	g_autofree char *text = g_utf8_make_valid(body ? body : "", (gssize)length);
	json_t *quoted = json_string(text);
	char *content = json_dumps(quoted, JSON_ENCODE_ANY);

	merge_item_garbled(items, device, g_strdup(content ? content : "\"\""));
	free(content);
	json_decref(quoted);
}

/* Nothing of it is named: the phone keeps all that it sent. */
static Reply *
merged_garbled(Request *request, gpointer data, const GError *error)
{
	MergeWork *work = data;

	if (error == NULL)
		g_array_set_size(work->items, 0);
	return merged(request, work, error);
}

Reply *
door_scans(Request *request)
{
	const Device *device = request_device(request);
	GError *error = NULL;

	json_auto_t *body = door_body(request, NULL);
	const json_t *records = json_object_get(body, "records");
	if (json_array_size(records) > MERGE_ITEMS_MAX)
		return door_refuse(
		        request, 413, "too-large", "at most 500 records at once; send half");
	const Event *event = request_event_by_id(request, device->event, &error);
	if (event == NULL)
		return reply_error(request, error);
	VaultEvent *keys = vault_event(record_vault(request_record(request)), event->id, &error);
	if (keys == NULL)
		return reply_error(request, error);
	MergeWork *work = g_new0(MergeWork, 1);
	*work = (MergeWork){ .event = event,
		.keys = keys,
		.device = device->id,
		.items = merge_items_new(),
		.now = request_now(request) };
	if (json_is_array(records)) {
		door_records_read(records, event, device->id, work->items);
		return reply_after(request, merge_work, merged, work, merge_work_free);
	}
	read_garbled_body(request, device->id, work->items);
	return reply_after(request, merge_work, merged_garbled, work, merge_work_free);
}
