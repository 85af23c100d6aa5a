/*
 * The native twin of what door.wasm remembers: plays random calls to checkin/log.h and
 * checkin/device.h, and writes each with its inputs and what came of it, so that tests/device-
 * wasm.mjs can play the same in the WebAssembly.
 *
 *   device-native N SEED
 *
 * A call is written as: number of the call (4 bytes), value returned (4 bytes, signed), numbers
 * given (6 × 8 bytes), length of the bytes given (4) and they, length of the bytes that came back
 * (4) and they.
 */
#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "checkin/device.h"
#include "checkin/log.h"

#define ROOM_TICKETS 64
#define ROOM_HOLDERS 64
#define ROOM_RECORDS 256
#define MARKS        24
#define DEVICE       G_GUINT64_CONSTANT(0xfedcba9800000001)

typedef enum {
	CALL_NEW,
	CALL_RESTORE,
	CALL_RECOVER,
	CALL_SCAN,
	CALL_ANSWERED,
	CALL_ALONE,
	CALL_STORED,
	CALL_NOT_STORED,
	CALL_COUNT,
	CALL_VOID,
	CALL_UNDO,
	CALL_MANIFEST,
	CALL_KNOWN,
	CALL_BATCH,
	CALL_ACKNOWLEDGE,
	CALL_UNSAVED,
	CALL_STATUS,
	CALL_CODE,
	CALL_GROUP,
	CALL_IS_IN,
	CALL_MOVE,
	CALL_DERIVE,
	CALL_FIRST,
} Call;

static guint64 state;
static const DeviceRoom room = { ROOM_TICKETS, ROOM_HOLDERS, ROOM_RECORDS };
static DeviceMemory *memory;
static guint64 *block;
static DeviceItem disk[ROOM_RECORDS], latest;
static guint disk_n;
static gint64 version = 1;
static guint64 history = 5, epoch = 1;

static guint64
draw(void)
{
	guint64 z = state += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static guint
below(guint n)
{
	return (guint)((draw() >> 32) % n);
}

static void
put_bytes(gconstpointer bytes, gsize length)
{
	guint32 n = (guint32)length;
	fwrite(&n, sizeof n, 1, stdout);
	if (n > 0)
		fwrite(bytes, n, 1, stdout);
}

static void
tell(Call call, gint64 returned, const guint64 numbers[6], gconstpointer given, gsize given_n,
        gconstpointer back, gsize back_n)
{
	static const guint64 none[6];
	guint32 number = call;
	gint32 value = (gint32)returned;

	fwrite(&number, sizeof number, 1, stdout);
	fwrite(&value, sizeof value, 1, stdout);
	fwrite(numbers ? numbers : none, sizeof none, 1, stdout);
	put_bytes(given, given_n);
	put_bytes(back, back_n);
}

#define NUMBERS(...) ((const guint64[6]){ __VA_ARGS__ })

static guint64
some_mark(void)
{
	return (guint64)(below(MARKS) + 1) * G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);
}

static DeviceClock
clock_now(void)
{
	static gint64 ms;
	ms += below(100000);
	return (DeviceClock){ .wall = G_GINT64_CONSTANT(1791700000000) + ms,
		.mono = ms,
		.skew = (gint64)below(2000) - 1000,
		.skew_error = 50 };
}

static DevicePlace
some_place(void)
{
	return (DevicePlace){ .key_created = 1790000000,
		.session = (guint16)(1 + (below(8) == 0)),
		.checkpoint = 3,
		.supervisor = below(3) != 0,
		.session_listed = (guint8)below(2),
		.session_once = (guint8)below(2),
		.rehearsal = below(8) == 0 };
}

static DevicePlace place;

/* ---- calls ---- */

static void
start(void)
{
	place = some_place();
	epoch++;
	memory = device_new(block, device_size(&room), &room, DEVICE, epoch, &place);
	tell(CALL_NEW, memory != NULL, NUMBERS(DEVICE, epoch), &place, sizeof place, NULL, 0);
	for (guint i = 0; i < disk_n; i++)
		tell(CALL_RESTORE, device_restore(memory, &disk[i]), NULL, &disk[i], sizeof *disk,
		        NULL, 0);
}

static void
store(const DeviceItem *item)
{
	guint at = 0;

	while (at < disk_n && !log_same_key(&disk[at].record, &item->record))
		at++;
	if (at < ROOM_RECORDS) {
		disk[at] = *item;
		disk_n = MAX(disk_n, at + 1);
	}
}

static void
scan(void)
{
	DeviceScan given = { .clock = clock_now(),
		.mark = some_mark(),
		.ticket_minute = below(40000),
		.region = below(3) ? (guint16)below(5) : 0,
		.signature = below(6) ? DOOR_SIGNATURE_HOLDS : (guint8)below(3),
		.ticket_class = (guint8)below(8),
		.leaving = below(10) == 0,
		.override = below(6) == 0 ? LOG_REASON_SUPERVISOR : 0,
		.online = (guint8)below(2),
		.group = below(6) == 0 };
	DeviceItem item = { 0 };
	DeviceOutcome outcome = device_scan(memory, &given, &item);

	tell(CALL_SCAN, outcome, NULL, &given, sizeof given, &item, sizeof item);
	if (outcome == DEVICE_DECIDED || outcome == DEVICE_ASK)
		latest = item;
}

static void
answer(void)
{
	DeviceReply reply = { .first_at_ms = (gint64)below(1000000),
		.first_checkpoint = (guint16)below(9),
		.decision = (guint8)below(12),
		.hint = (guint8)below(256) };
	DeviceItem item = { 0 };
	guint64 seq = latest.record.seq;
	gboolean late = below(3) == 0;
	int taken = late ? device_alone(memory, seq, &item)
	                 : device_answered(memory, seq, &reply, &item);

	tell(late ? CALL_ALONE : CALL_ANSWERED, taken, NUMBERS(seq), &reply, sizeof reply, &item,
	        sizeof item);
	if (taken)
		latest = item;
}

static void
settle(void)
{
	DeviceAnswer shown = { 0 };

	if (below(12) == 0) {
		device_not_stored(memory, &latest);
		tell(CALL_NOT_STORED, 0, NULL, &latest, sizeof latest, NULL, 0);
		return;
	}
	int is_shown = device_stored(memory, &latest, &shown);
	store(&latest);
	tell(CALL_STORED, is_shown, NULL, &latest, sizeof latest, &shown, sizeof shown);
}

static void
act(void)
{
	DeviceClock now = clock_now();
	DeviceItem item = { 0 };
	DeviceOutcome outcome;
	guint64 mark = some_mark();
	guint32 n;

	switch (below(3)) {
	case 0:
		n = below(12);
		outcome = device_count(memory, &now, 4, 5, n, &item);
		tell(CALL_COUNT, outcome, NUMBERS(4, 5, n), &now, sizeof now, &item,
		        outcome == DEVICE_DECIDED ? sizeof item : 0);
		break;
	case 1: {
		DeviceVoid what = { .clock = now,
			.device = DEVICE,
			.epoch = epoch,
			.seq = 1 + below(20),
			.mark = mark,
			.has_mark = (guint8)below(2),
			.reason = (guint8)(LOG_REASON_DOUBLE + below(4)) };
		outcome = device_void(memory, &what, &item);
		tell(CALL_VOID, outcome, NULL, &what, sizeof what, &item, sizeof item);
		break;
	}
	default:
		outcome = device_undo(memory, &now, mark, LOG_REASON_OTHER, &item);
		tell(CALL_UNDO, outcome, NUMBERS(mark, LOG_REASON_OTHER), &now, sizeof now, &item,
		        sizeof item);
	}
	if (outcome == DEVICE_DECIDED)
		latest = item;
}

static DeviceHead
some_head(void)
{
	DeviceStatus status;

	device_status(memory, &status);
	version += below(3);
	if (below(40) == 0)
		history++;
	return (DeviceHead){ .history = below(10) ? history : history - 1,
		.version = version,
		.since = below(2) ? status.manifest_version : 0,
		.issued = 1791000000,
		.question = below(8) ? status.question : status.question - 1,
		.session = 1,
		.full = (guint8)below(2) };
}

static gint
by_bytes(gconstpointer a, gconstpointer b)
{
	return memcmp(a, b, 8);
}

static void
take_manifest(void)
{
	guint8 entries[MARKS * MANIFEST_ENTRY_BYTES];
	guint8 given[sizeof(DeviceHead) + sizeof entries];
	DeviceHead head = some_head();
	guint n = 0;

	for (guint i = 1; i <= MARKS; i++) {
		guint64 mark = GUINT64_TO_BE((guint64)i * G_GUINT64_CONSTANT(0x9e3779b97f4a7c15));
		guint8 *entry = entries + n * MANIFEST_ENTRY_BYTES;
		if (below(3) == 0)
			continue;
		memcpy(entry, &mark, 8);
		memset(entry + 8, 0, 7);
		entry[10] = (guint8)(1 + below(MARKS));
		entry[12] = (guint8)below(4);
		entry[13] = (guint8)below(5);
		entry[14] = (guint8)below(256);
		n++;
	}
	qsort(entries, n, MANIFEST_ENTRY_BYTES, by_bytes);
	if (n > 1 && below(12) == 0)
		entries[0] = 0xff;
	guint64 gone = some_mark();
	DeviceTake take = device_take_manifest(memory, &head, entries, n, &gone, 1);
	DeviceStatus status;
	device_status(memory, &status);
	memcpy(given, &head, sizeof head);
	memcpy(given + sizeof head, entries, n * MANIFEST_ENTRY_BYTES);
	tell(CALL_MANIFEST, take, NUMBERS(n, gone), given, sizeof head + n * MANIFEST_ENTRY_BYTES,
	        device_manifest(memory), status.tickets * MANIFEST_ENTRY_BYTES);
}

static void
take_known(void)
{
	struct {
		DeviceHead head;
		DeviceKnown known[MARKS];
	} given;
	DeviceKnown first = { 0 };
	guint n = below(MARKS);

	memset(&given, 0, sizeof given);
	given.head = some_head();
	for (guint i = 0; i < n; i++)
		given.known[i] = (DeviceKnown){ .holder = 1 + below(MARKS),
			.minute = 29861666 + below(100),
			.checkpoint = (guint16)below(9),
			.in = (guint8)below(3) };
	DeviceTake take = device_take_known(memory, &given.head, given.known, n);
	device_known(memory, 0, &first);
	tell(CALL_KNOWN, take, NUMBERS(n), &given, sizeof given.head + n * sizeof *given.known,
	        &first, sizeof first);
}

static void
upload(void)
{
	struct {
		LogRecord sent[8];
		DeviceAck acks[8];
	} given;
	DeviceStatus status;
	guint32 max = 1 + below(8);

	memset(&given, 0, sizeof given);
	guint32 n = device_batch(memory, given.sent, max);
	tell(CALL_BATCH, n, NUMBERS(max), NULL, 0, given.sent, n * sizeof *given.sent);
	device_status(memory, &status);
	for (guint32 i = 0; i < n; i++)
		given.acks[i] = (DeviceAck){ .device = given.sent[i].device,
			.epoch = given.sent[i].epoch,
			.seq = given.sent[i].seq + (below(10) == 0),
			.index = below(10) ? i : 8,
			.rev = below(10) != 0,
			.quarantined = below(5) == 0,
			.no_key = below(20) == 0 };
	guint32 gone = device_acknowledge(
	        memory, given.sent, n, given.acks, n, history, version, status.question);
	tell(CALL_ACKNOWLEDGE, gone, NUMBERS(n, history, (guint64)version, status.question), &given,
	        sizeof given, NULL, 0);
}

static void
look(void)
{
	DeviceStatus status;
	DeviceMember members[16];
	DeviceItem item;
	guint64 mark = some_mark(), found = 0;
	char code[11];
	gint64 mono = clock_now().mono;

	memset(members, 0, sizeof members);
	memset(&item, 0, sizeof item);
	device_status(memory, &status);
	tell(CALL_STATUS, 0, NULL, NULL, 0, &status, sizeof status);
	guint32 n = device_group(memory, 2, members, 16);
	tell(CALL_GROUP, n, NUMBERS(2), NULL, 0, members, MIN(n, 16) * sizeof *members);
	tell(CALL_IS_IN, device_is_in(memory, mark), NUMBERS(mark), NULL, 0, NULL, 0);
	for (guint i = 0; i < 10; i++)
		code[i] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"[below(32)];
	tell(CALL_CODE, device_find_code(memory, code, 10, mono, &found), NUMBERS((guint64)mono),
	        code, 10, &found, sizeof found);
	int unsaved = device_next_unsaved(memory, &item);
	if (unsaved)
		store(&item);
	tell(CALL_UNSAVED, unsaved, NULL, NULL, 0, &item, sizeof item);
	memset(&item, 0, sizeof item);
	int recovered = device_recover(memory, &item);
	tell(CALL_RECOVER, recovered, NULL, NULL, 0, &item, sizeof item);
	if (recovered)
		latest = item;
}

static void
derive(void)
{
	LogEntry entries[12];
	LogPresence presence;
	guint n = below(12);

	memset(entries, 0, sizeof entries);
	for (guint i = 0; i < n; i++) {
		LogRecord *record = &entries[i].record;
		record->device = below(2) ? G_MAXUINT64 : below(2);
		record->epoch = below(2);
		record->seq = 1 + below(4);
		record->rev = (guint8)below(2);
		record->decision = (guint8)below(DOOR_DECISIONS);
		record->reason = (guint8)below(LOG_REASONS);
		record->has_mark = below(5) != 0;
		record->wall = (gint64)below(4);
		record->skew = below(40) ? 0 : G_MAXINT64;
		record->region = (guint16)below(4);
		record->has_void = record->decision == DOOR_VOID;
		record->void_device = below(2) ? G_MAXUINT64 : below(2);
		record->void_epoch = below(2);
		record->void_seq = 1 + below(4);
		entries[i].accepted = below(4) != 0;
		entries[i].by_supervisor = (guint8)below(2);
	}
	log_derive(entries, n, &presence);
	tell(CALL_DERIVE, n, NUMBERS(n), entries, n * sizeof *entries, &presence, sizeof presence);
	if (n > 1)
		tell(CALL_FIRST, log_compare_first(&entries[0].record, &entries[1].record), NULL,
		        entries, 2 * sizeof *entries, NULL, 0);
}

static void
step(void)
{
	guint what = below(100);

	if (what < 25)
		scan();
	else if (what < 35)
		answer();
	else if (what < 60)
		settle();
	else if (what < 66)
		act();
	else if (what < 72)
		take_manifest();
	else if (what < 78)
		take_known();
	else if (what < 86)
		upload();
	else if (what < 94)
		look();
	else if (what < 98)
		derive();
	else if (what < 99) {
		DevicePlace other = some_place();
		tell(CALL_MOVE, device_move(memory, &other), NULL, &other, sizeof other, NULL, 0);
	} else {
		if (disk_n + 32 > ROOM_RECORDS)
			disk_n = 0;
		start();
	}
}

int
main(int argc, char **argv)
{
	guint64 n;

	if (argc != 3 || !g_ascii_string_to_unsigned(argv[1], 10, 0, 100000000, &n, NULL) ||
	        !g_ascii_string_to_unsigned(argv[2], 10, 0, G_MAXUINT64, &state, NULL)) {
		fputs("usage: device-native N SEED\n", stderr);
		return 2;
	}
	block = g_malloc0(device_size(&room));
	start();
	while (n-- > 0)
		step();
	g_free(block);
	return fflush(stdout) == 0 ? 0 : 3;
}
