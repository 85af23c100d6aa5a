/*
 * What devices send and what they are answered (JSON): a scan that asks, records of the log, acknowledgements. Nothing that is
 * uploaded is lost: it is a record or is kept as it came. A record that is written again is the same.
 */
#include <stdlib.h>
#include <string.h>

#include "checkin/record_json.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/small.h"
#include "web/door_api/record.h"
#include "web/door_log.h"

#define DEVICE 1

static void
try_question(const json_t *body, const Event *event)
{
	DoorAsked asked = { 0 };
	g_autoptr(GError) error = NULL;

	fuzz_holds(door_asked_read(body, event, &asked, &error) == (error == NULL));
	if (error != NULL) {
		fuzz_holds(g_error_matches(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT));
		return;
	}
	const EventCheckpoint *checkpoint = event_checkpoint(event, asked.row.checkpoint_no);
	fuzz_holds(checkpoint != NULL && checkpoint->session_no == asked.row.session_no);
	fuzz_holds(asked.row.seq >= 0 && asked.row.seq <= DOOR_NUMBER_MAX);
	fuzz_holds(asked.override == NULL || strlen(asked.override) <= DOOR_REASON_MAX);
	fuzz_holds(json_array_size(asked.waiting) <= DOOR_WAITING_MAX);
}

/* The codes of the event, as a device is told them. */
static RecordNames
names_of(const Event *event)
{
	json_t *sessions = json_array(), *regions = json_array();

	for (guint i = 0; i < event->sessions->len; i++) {
		const EventSession *session = g_ptr_array_index(event->sessions, i);
		json_array_append_new(sessions, json_string(session->code));
	}
	for (guint i = 0; i < event->regions->len; i++) {
		const EventRegion *region = g_ptr_array_index(event->regions, i);
		json_array_append_new(regions,
		        json_pack("{s:i, s:s}", "no", (int)region->no, "code", region->code));
	}
	return (RecordNames){ sessions, regions };
}

/* What came, as far as it means something, is in what is written. */
static void
must_hold(const json_t *written, const json_t *came)
{
	static const char *const otherwise[] = { "reason", "count", "delegation", NULL };
	const char *name;
	json_t *value;

	json_object_foreach ((json_t *)came, name, value)
		if (!json_is_null(value) && !g_strv_contains(otherwise, name))
			fuzz_holds(json_equal(value, json_object_get(written, name)));
}

static void
write_again(const MergeItem *item, const json_t *came, const Event *event, const RecordNames *names)
{
	json_auto_t *written = record_json(&item->record, names);
	json_auto_t *list = json_pack("[O]", written);
	g_autoptr(GArray) items = merge_items_new();

	must_hold(written, came);
	door_records_read(list, event, DEVICE, items);
	const MergeItem *again = &g_array_index(items, MergeItem, 0);
	fuzz_holds(again->readable && again->place_known);
	json_auto_t *written_again = record_json(&again->record, names);
	fuzz_holds(json_equal(written, written_again));
}

static void
try_records(const json_t *records, const Event *event)
{
	static RecordNames names;
	g_autoptr(GArray) items = merge_items_new();

	if (names.sessions == NULL)
		names = names_of(event);
	door_records_read(records, event, DEVICE, items);
	fuzz_holds(items->len == json_array_size(records));
	for (guint i = 0; i < items->len; i++) {
		const MergeItem *item = &g_array_index(items, MergeItem, i);
		json_auto_t *kept = json_loads(item->content, JSON_DECODE_ANY, NULL);
		fuzz_holds(json_equal(kept, json_array_get(records, i)));
		if (item->readable && item->place_known)
			write_again(item, kept, event, &names);
	}
}

static void
try_answer(const json_t *answer)
{
	g_autoptr(GArray) acks = record_acks(answer);

	for (guint i = 0; i < acks->len; i++)
		fuzz_holds(g_array_index(acks, DeviceAck, i).index < DEVICE_BATCH_MAX);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize length)
{
	const Event *event = small_event();
	json_auto_t *body = json_loadb((const char *)data, length, JSON_REJECT_DUPLICATES, NULL);

	if (body == NULL)
		return 0;
	if (json_is_object(body))
		try_question(body, event);
	try_records(json_object_get(body, "records"), event);
	try_records(body, event);
	try_answer(body);
	return 0;
}
