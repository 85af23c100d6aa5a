#include "tests/log_fixture.h"

#include <string.h>

#include "schema/verify.h"

static void
add_device(const Door *door, gint64 id, const char *role)
{
	g_autofree char *sql = g_strdup_printf(
	        "INSERT INTO device (id, event, name, role, expires) SELECT %" G_GINT64_FORMAT
	        ", id, 'Door %" G_GINT64_FORMAT "', '%s', ends FROM event",
	        id, id, role);
	engine_must(door->engine, sql);
}

void
open_day(Door *door, Engine *engine)
{
	door_open(door, engine, "door");
	add_device(door, PHONE, "scan");
	add_device(door, OTHER, "scan");
	add_device(door, SUPERVISOR, "supervisor");
}

LogRecord
record(const Door *door, gint64 device, guint64 seq, const char *session, gint64 mark,
        DoorDecision decision)
{
	return (LogRecord){
		.device = (guint64)device,
		.epoch = EPOCH,
		.seq = seq,
		.rev = 1,
		.has_mark = 1,
		.mark = (guint64)mark,
		.session = door_session(door, session),
		.checkpoint = door_checkpoint(door, session, 0),
		.decision = (guint8)decision,
		.wall = DOOR_WALL + (gint64)seq * 1000,
		.mono = 5,
	};
}

LogRecord
void_of(const Door *door, gint64 device, guint64 seq, const LogRecord *named, LogReason reason)
{
	LogRecord made = record(door, device, seq, "day", (gint64)named->mark, DOOR_VOID);
	made.session = named->session;
	made.checkpoint = named->checkpoint;
	made.has_void = 1;
	made.void_device = named->device;
	made.void_epoch = named->epoch;
	made.void_seq = named->seq;
	made.reason = (guint8)reason;
	return made;
}

void
take(const Door *door, gint64 token, const LogRecord *records, guint n, LogVerdict *ret_verdicts)
{
	g_autoptr(GError) error = NULL;
	MergeWork work = { .event = door->event,
		.keys = door->keys,
		.device = token,
		.items = merge_items_new(),
		.now = ENGINE_NOW };

	for (guint i = 0; i < n; i++)
		merge_item_add(work.items, token, &records[i],
		        event_session(door->event, records[i].session) != NULL,
		        g_strdup_printf("{\"seq\":%" G_GUINT64_FORMAT "}", records[i].seq));
	writer_run(record_writer(door->record), merge_work, &work, &error);
	g_assert_no_error(error);
	for (guint i = 0; i < n && ret_verdicts != NULL; i++)
		ret_verdicts[i] = g_array_index(work.items, MergeItem, i).verdict;
	merge_work_clear(&work);
}

LogVerdict
take_one(const Door *door, gint64 token, LogRecord one)
{
	LogVerdict verdict = LOG_VERDICTS;
	take(door, token, &one, 1, &verdict);
	return verdict;
}

void
verified(const Door *door)
{
	g_autoptr(GPtrArray) found = faults_new();
	g_autoptr(GError) error = NULL;
	VerifyCounts counts = { 0 };

	verify_record(door->record, found, &counts, &error);
	g_assert_no_error(error);
	for (guint i = 0; i < found->len; i++) {
		const Fault *fault = g_ptr_array_index(found, i);
		g_test_message("%s: %s", fault->where, fault->what);
	}
	g_assert_cmpuint(found->len, ==, 0);
}

gint64
first_at(const Door *door)
{
	return engine_ask(door->engine, "SELECT first_at FROM presence");
}
