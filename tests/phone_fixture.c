#include "phone_fixture.h"

#include <string.h>

#define SESSION    1
#define CHECKPOINT 1
#define CREATED    G_GINT64_CONSTANT(1790000000)
#define MORNING    (G_GINT64_CONSTANT(1791700000) * 1000)

static const DeviceRoom room = { 64, 64, 96 };

/* ---- the server ---- */

void
desk_begin(Desk *desk)
{
	memset(desk, 0, sizeof *desk);
	desk->history = 0xa0;
	desk->version = 1;
}

void
desk_guest(Desk *desk, guint64 mark, guint32 holder, guint8 entry)
{
	guint at = 0;

	while (at < desk->guests_n && desk->guests[at].mark != mark)
		at++;
	if (at == desk->guests_n)
		desk->guests_n++;
	desk->guests[at] = (Guest){ .mark = mark, .holder = holder, .entry = entry };
	desk->version++;
}

static const Guest *
guest_of(const Desk *desk, guint64 mark)
{
	for (guint i = 0; i < desk->guests_n; i++)
		if (desk->guests[i].mark == mark)
			return &desk->guests[i];
	return NULL;
}

static const LogRecord *
stored(const Desk *desk, const LogRecord *key, guint8 rev)
{
	for (guint i = 0; i < desk->rows_n; i++)
		if (desk->rows[i].record.rev == rev && log_same_key(&desk->rows[i].record, key))
			return &desk->rows[i].record;
	return NULL;
}

LogVerdict
desk_put(Desk *desk, const LogRecord *record, guint64 token, gboolean from_server)
{
	LogFacts facts = {
		.device_known = 1,
		.device_own = record->device == token,
		.device_revoked = record->device == desk->revoked,
		.device_supervisor = record->device % 2,
		.place_known = record->session == SESSION && record->checkpoint == CHECKPOINT,
		.from_server = from_server != FALSE,
		.collapsed = desk->collapsed != FALSE,
		.same = stored(desk, record, record->rev),
		.other = stored(desk, record, record->rev ^ 1),
	};
	LogVerdict verdict = log_judge(record, &facts);

	desk->version++;
	if (verdict == LOG_ACCEPT || verdict == LOG_QUARANTINE_REVOKED ||
	        verdict == LOG_QUARANTINE_OTHER_REV || verdict == LOG_QUARANTINE_ROLE) {
		desk->verdicts[desk->rows_n] = verdict;
		desk->rows[desk->rows_n++] = (LogEntry){ .record = *record,
			.accepted = verdict == LOG_ACCEPT,
			.by_supervisor = record->device % 2 };
	} else if (log_is_quarantine(verdict)) {
		desk->aside[desk->aside_n++] = *record;
	}
	desk->late += verdict == LOG_LATE;
	return verdict;
}

void
desk_release(Desk *desk, const LogRecord *of)
{
	for (guint i = 0; i < desk->rows_n; i++)
		if (log_same_content(&desk->rows[i].record, of))
			desk->rows[i].accepted = 1;
	desk->version++;
}

LogPresence
desk_presence(const Desk *desk, guint32 holder)
{
	LogEntry entries[STORE_MAX];
	LogPresence presence;
	guint n = 0;

	for (guint i = 0; i < desk->rows_n; i++) {
		const LogRecord *record = &desk->rows[i].record;
		const Guest *guest = record->has_mark ? guest_of(desk, record->mark) : NULL;
		if (record->decision == DOOR_VOID || (guest != NULL && guest->holder == holder))
			entries[n++] = desk->rows[i];
	}
	log_derive(entries, n, &presence);
	return presence;
}

DeviceReply
desk_answer(Desk *desk, const LogRecord *asked)
{
	const Guest *guest = guest_of(desk, asked->mark);
	LogPresence presence = { 0 };
	LogRecord record = *asked;
	DoorAnswer answer;

	if (guest != NULL)
		presence = desk_presence(desk, guest->holder);
	door_decide(&(DoorQuestion){ .signature = DOOR_SIGNATURE_HOLDS,
	                    .entry = guest ? guest->entry : DOOR_ENTRY_ABSENT,
	                    .holder_in = presence.present,
	                    .session_once = 1,
	                    .manifest_issued = CREATED,
	                    .key_created = CREATED,
	                    .first_at_ms = presence.first_at },
	        &answer);
	record.rev = 0;
	record.decision = answer.decision;
	record.reason = LOG_REASON_NONE;
	record.online = 1;
	desk_put(desk, &record, record.device, TRUE);
	return (DeviceReply){ .decision = answer.decision, .first_at_ms = answer.first_at_ms };
}

/* ---- the phone ---- */

void
hand_begin(Hand *hand, guint64 device, gboolean once)
{
	memset(hand, 0, sizeof *hand);
	hand->device = device;
	hand->now = MORNING;
	hand->place = (DevicePlace){ .key_created = CREATED,
		.session = SESSION,
		.checkpoint = CHECKPOINT,
		.supervisor = device % 2,
		.session_once = once != FALSE };
	hand->block = g_malloc0(device_size(&room));
	hand_restart(hand, 100 * device);
}

void
hand_end(Hand *hand)
{
	g_clear_pointer(&hand->block, g_free);
}

void
hand_restart(Hand *hand, guint64 epoch)
{
	DeviceItem item;

	hand->memory = device_new(
	        hand->block, device_size(&room), &room, hand->device, epoch, &hand->place);
	g_assert_nonnull(hand->memory);
	for (guint i = 0; i < hand->disk_n; i++)
		g_assert_true(device_restore(hand->memory, &hand->disk[i]));
	while (device_recover(hand->memory, &item))
		g_assert_null(hand_store(hand, &item));
}

DeviceScan
hand_scan_of(Hand *hand, guint64 mark, gboolean online)
{
	hand->now += 1000;
	return (DeviceScan){ .clock = { .wall = hand->now, .mono = hand->now - MORNING },
		.mark = mark,
		.signature = DOOR_SIGNATURE_HOLDS,
		.online = online != FALSE };
}

const DeviceAnswer *
hand_store(Hand *hand, const DeviceItem *item)
{
	static DeviceAnswer answer;
	guint at = 0;

	while (at < hand->disk_n && !log_same_key(&hand->disk[at].record, &item->record))
		at++;
	if (at == hand->disk_n)
		hand->disk_n++;
	hand->disk[at] = *item;
	return device_stored(hand->memory, item, &answer) ? &answer : NULL;
}

DeviceAnswer
hand_scan(Hand *hand, guint64 mark)
{
	DeviceScan scan = hand_scan_of(hand, mark, FALSE);
	DeviceItem item;

	g_assert_cmpint(device_scan(hand->memory, &scan, &item), ==, DEVICE_DECIDED);
	const DeviceAnswer *answer = hand_store(hand, &item);
	g_assert_nonnull(answer);
	return *answer;
}

DeviceAnswer
hand_ask(Hand *hand, Desk *desk, guint64 mark)
{
	DeviceScan scan = hand_scan_of(hand, mark, TRUE);
	DeviceItem item;

	if (device_scan(hand->memory, &scan, &item) == DEVICE_ASK) {
		g_assert_null(hand_store(hand, &item));
		DeviceReply reply = desk_answer(desk, &item.record);
		g_assert_true(device_answered(hand->memory, item.record.seq, &reply, &item));
	}
	const DeviceAnswer *answer = hand_store(hand, &item);
	g_assert_nonnull(answer);
	return *answer;
}

guint
hand_undo(Hand *hand, guint64 mark)
{
	DeviceClock clock = { .wall = hand->now += 1000 };
	DeviceItem items[STORE_MAX];
	guint n = 0;

	while (device_undo(hand->memory, &clock, mark, LOG_REASON_DOUBLE, &items[n]) ==
	        DEVICE_DECIDED)
		n++;
	for (guint i = 0; i < n; i++)
		g_assert_nonnull(hand_store(hand, &items[i]));
	return n;
}

guint
hand_upload(Hand *hand, Desk *desk)
{
	LogRecord sent[DEVICE_BATCH_MAX];
	DeviceAck acks[STORE_MAX];
	DeviceItem item;
	DeviceStatus status;
	guint32 n = device_batch(hand->memory, sent, DEVICE_BATCH_MAX);

	device_status(hand->memory, &status);
	for (guint32 i = 0; i < n; i++) {
		LogVerdict verdict = desk_put(desk, &sent[i], hand->device, FALSE);
		acks[i] = (DeviceAck){ .device = sent[i].device,
			.epoch = sent[i].epoch,
			.seq = sent[i].seq,
			.index = i,
			.rev = 1,
			.quarantined = (guint8)log_is_quarantine(verdict) };
	}
	guint gone = device_acknowledge(
	        hand->memory, sent, n, acks, n, desk->history, desk->version, status.question);
	while (device_next_unsaved(hand->memory, &item))
		g_assert_null(hand_store(hand, &item));
	return gone;
}

static gint
by_mark(gconstpointer a, gconstpointer b)
{
	guint64 one = ((const Guest *)a)->mark, other = ((const Guest *)b)->mark;
	return (one > other) - (one < other);
}

static void
write_entry(guint8 *to, const Guest *guest)
{
	guint64 mark = GUINT64_TO_BE(guest->mark);

	memcpy(to, &mark, 8);
	to[8] = (guint8)(guest->holder >> 16);
	to[9] = (guint8)(guest->holder >> 8);
	to[10] = (guint8)guest->holder;
	to[11] = (guint8)(guest->delegation >> 8);
	to[12] = (guint8)guest->delegation;
	to[13] = guest->entry;
	to[14] = guest->hint;
}

void
hand_lists(Hand *hand, Desk *desk)
{
	guint8 entries[32 * MANIFEST_ENTRY_BYTES];
	DeviceKnown known[32];
	DeviceStatus status;
	guint32 n = 0;

	qsort(desk->guests, desk->guests_n, sizeof *desk->guests, by_mark);
	for (guint i = 0; i < desk->guests_n; i++)
		write_entry(entries + i * MANIFEST_ENTRY_BYTES, &desk->guests[i]);
	device_status(hand->memory, &status);
	DeviceHead head = { .history = desk->history,
		.version = desk->version,
		.issued = hand->now / 1000,
		.question = status.question,
		.session = SESSION,
		.full = 1 };
	g_assert_cmpint(device_take_manifest(hand->memory, &head, entries, desk->guests_n, NULL, 0),
	        ==, DEVICE_TAKEN);
	for (guint i = 0; i < desk->guests_n; i++) {
		LogPresence presence = desk_presence(desk, desk->guests[i].holder);
		known[n++] = (DeviceKnown){ .holder = desk->guests[i].holder,
			.minute = (guint32)(presence.first_at / 60000),
			.checkpoint = presence.checkpoint,
			.in = presence.present };
	}
	device_status(hand->memory, &status);
	head.question = status.question;
	g_assert_cmpint(device_take_known(hand->memory, &head, known, n), ==, DEVICE_TAKEN);
}

guint
hand_waiting(Hand *hand)
{
	DeviceStatus status;

	device_status(hand->memory, &status);
	return status.waiting;
}
