#include "checkin/record_json.h"

#include <string.h>

#include "schema/id.h"

static json_t *
hex_json(guint64 id)
{
	char hex[ID_HEX_LENGTH + 1];

	id_to_hex((gint64)id, hex);
	return json_string(hex);
}

/* ---- numbers and codes ---- */

guint16
record_session_no(const RecordNames *names, const char *code)
{
	for (gsize i = 0; i < json_array_size(names->sessions); i++)
		if (g_strcmp0(json_string_value(json_array_get(names->sessions, i)), code) == 0)
			return (guint16)(i + 1);
	return 0;
}

const char *
record_session_code(const RecordNames *names, guint16 no)
{
	const char *code =
	        no > 0 ? json_string_value(json_array_get(names->sessions, no - 1u)) : NULL;

	return code ? code : "";
}

static gint64
number_in(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

guint16
record_region_no(const RecordNames *names, const char *code)
{
	gsize i;
	json_t *region;

	json_array_foreach ((json_t *)names->regions, i, region)
		if (g_strcmp0(json_string_value(json_object_get(region, "code")), code) == 0)
			return (guint16)number_in(region, "no");
	return 0;
}

static const char *
region_code(const RecordNames *names, guint16 no)
{
	gsize i;
	json_t *region;

	if (no == 0)
		return NULL;
	json_array_foreach ((json_t *)names->regions, i, region)
		if (number_in(region, "no") == no)
			return json_string_value(json_object_get(region, "code"));
	return NULL;
}

/* ---- a record ---- */

static json_t *
shared(const LogRecord *record, const RecordNames *names, int rev)
{
	const char *region = region_code(names, record->region);
	json_t *made =
	        json_pack("{s:i, s:o, s:o, s:I, s:i, s:s, s:i, s:I, s:I, s:I, s:I, s:I, s:b}", "v",
	                1, "device", hex_json(record->device), "epoch", hex_json(record->epoch),
	                "seq", (json_int_t)record->seq, "rev", rev, "session",
	                record_session_code(names, record->session), "checkpoint",
	                (int)record->checkpoint, "wall", (json_int_t)record->wall, "mono",
	                (json_int_t)record->mono, "skew", (json_int_t)record->skew, "skew_error",
	                (json_int_t)record->skew_error, "manifest_version",
	                (json_int_t)record->manifest_version, "online", (int)record->online);

	if (record->has_mark)
		json_object_set_new(made, "mark", hex_json(record->mark));
	if (region != NULL)
		json_object_set_new(made, "region", json_string(region));
	return made;
}

json_t *
record_json(const LogRecord *record, const RecordNames *names)
{
	json_t *made = shared(record, names, record->rev);
	const char *reason = log_reason_name(record->reason);

	json_object_set_new(made, "decision", json_string(door_decision_name(record->decision)));
	if (reason != NULL)
		json_object_set_new(made, "reason", json_string(reason));
	if (record->delegation != 0)
		json_object_set_new(made, "delegation", json_integer(record->delegation));
	if (record->has_void)
		json_object_set_new(made, "void_of",
		        json_pack("{s:o, s:o, s:I}", "device", hex_json(record->void_device),
		                "epoch", hex_json(record->void_epoch), "seq",
		                (json_int_t)record->void_seq));
	if (record->decision == DOOR_COUNT)
		json_object_set_new(made, "count", json_integer(record->count));
	return made;
}

json_t *
record_question_json(const LogRecord *record, const RecordNames *names, const DeviceScan *scan)
{
	json_t *made = shared(record, names, 0);
	const char *override = log_reason_name(scan->override);

	if (scan->leaving)
		json_object_set_new(made, "leaving", json_true());
	if (override != NULL)
		json_object_set_new(made, "override", json_string(override));
	json_object_set_new(made, "ticket_class", json_integer(scan->ticket_class));
	json_object_set_new(made, "ticket_minute", json_integer(scan->ticket_minute));
	return made;
}

/* ---- answers ---- */

guint64
record_id(const json_t *value)
{
	const char *text = json_string_value(value);
	gint64 id = 0;

	return text != NULL && id_from_hex(text, &id) ? (guint64)id : 0;
}

guint8
record_decision(const char *word)
{
	guint8 decision = 0;

	while (decision < DOOR_DECISIONS && g_strcmp0(word, door_decision_name(decision)) != 0)
		decision++;
	return decision;
}

static void
add_acks(GArray *acks, const json_t *list, gboolean quarantined)
{
	gsize i;
	json_t *named;

	json_array_foreach ((json_t *)list, i, named) {
		const json_int_t index = number_in(named, "index"), seq = number_in(named, "seq"),
		                 rev = number_in(named, "rev");
		if (index < 0 || index >= DEVICE_BATCH_MAX || seq < 0 || rev < 0 || rev > 255)
			continue;
		const DeviceAck ack = {
			.index = (guint32)index,
			.device = record_id(json_object_get(named, "device")),
			.epoch = record_id(json_object_get(named, "epoch")),
			.seq = (guint64)seq,
			.rev = (guint8)rev,
			.quarantined = quarantined != 0,
			.no_key = json_object_get(named, "device") == NULL,
		};
		g_array_append_val(acks, ack);
	}
}

GArray *
record_acks(const json_t *answer)
{
	GArray *acks = g_array_new(FALSE, FALSE, sizeof(DeviceAck));

	add_acks(acks, json_object_get(answer, "durable"), FALSE);
	add_acks(acks, json_object_get(answer, "quarantined"), TRUE);
	return acks;
}
