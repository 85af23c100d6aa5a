#include "checkin/device_memory.h"

/* The phone and the tests read and write these by place, in another machine's memory. */
_Static_assert(offsetof(DevicePlace, session) == 8, "crosses to WebAssembly");
_Static_assert(sizeof(DevicePlace) == 16, "crosses to WebAssembly");
_Static_assert(offsetof(DeviceItem, history) == 120, "crosses to WebAssembly");
_Static_assert(offsetof(DeviceItem, state) == 136, "crosses to WebAssembly");
_Static_assert(sizeof(DeviceItem) == 144, "crosses to WebAssembly");
_Static_assert(offsetof(DeviceScan, mark) == 32, "crosses to WebAssembly");
_Static_assert(offsetof(DeviceScan, region) == 44, "crosses to WebAssembly");
_Static_assert(sizeof(DeviceScan) == 56, "crosses to WebAssembly");
_Static_assert(sizeof(DeviceReply) == 16, "crosses to WebAssembly");
_Static_assert(offsetof(DeviceAnswer, holder) == 8, "crosses to WebAssembly");
_Static_assert(offsetof(DeviceAnswer, decision) == 16, "crosses to WebAssembly");
_Static_assert(sizeof(DeviceAnswer) == 24, "crosses to WebAssembly");
_Static_assert(offsetof(DeviceVoid, mark) == 56, "crosses to WebAssembly");
_Static_assert(sizeof(DeviceVoid) == 72, "crosses to WebAssembly");
_Static_assert(offsetof(DeviceHead, session) == 36, "crosses to WebAssembly");
_Static_assert(sizeof(DeviceHead) == 40, "crosses to WebAssembly");
_Static_assert(sizeof(DeviceKnown) == 12, "crosses to WebAssembly");
_Static_assert(offsetof(DeviceAck, index) == 24, "crosses to WebAssembly");
_Static_assert(sizeof(DeviceAck) == 32, "crosses to WebAssembly");
_Static_assert(sizeof(DeviceMember) == 16, "crosses to WebAssembly");
_Static_assert(offsetof(DeviceStatus, tickets) == 32, "crosses to WebAssembly");
_Static_assert(offsetof(DeviceStatus, next_seq) == 56, "crosses to WebAssembly");
_Static_assert(sizeof(DeviceStatus) == 72, "crosses to WebAssembly");
_Static_assert(sizeof(DeviceMemory) % 8 == 0, "what follows it is aligned");

#define ROOM_MAX (1u << 20)

static size_t
entries_size(const DeviceRoom *room)
{
	return ((size_t)room->tickets * MANIFEST_ENTRY_BYTES + 7) / 8 * 8;
}

size_t
device_size(const DeviceRoom *room)
{
	if (room->tickets > ROOM_MAX || room->holders > ROOM_MAX || room->records > ROOM_MAX)
		return 0;
	return sizeof(DeviceMemory) + room->records * sizeof(OwnRecord) +
	        room->holders * sizeof(KnownHolder) + entries_size(room);
}

DeviceMemory *
device_new(void *memory, size_t size, const DeviceRoom *room, uint64_t device, uint64_t epoch,
        const DevicePlace *place)
{
	DeviceMemory *new = memory;
	size_t needed = device_size(room);

	if (needed == 0 || size < needed || (uintptr_t)memory % 8 != 0)
		return NULL;
	*new = (DeviceMemory){ .device = device, .epoch = epoch, .next_seq = 1, .place = *place };
	new->own = (OwnRecord *)(new + 1);
	new->own_room = room->records;
	new->known = (KnownHolder *)(new->own + room->records);
	new->known_list.room = room->holders;
	new->entries = (uint8_t *)(new->known + room->holders);
	new->manifest.room = room->tickets;
	return new;
}

int
device_move(DeviceMemory *memory, const DevicePlace *place)
{
	if (memory->pending > 0)
		return 0;
	if (place->session != memory->place.session) {
		memory->manifest = (DeviceList){ .room = memory->manifest.room };
		memory->known_list = (DeviceList){ .room = memory->known_list.room };
	}
	memory->place = *place;
	return 1;
}

/* ---- the own log ---- */

OwnRecord *
device_own(DeviceMemory *memory, const LogRecord *key)
{
	/* what is asked for is mostly among the latest */
	for (uint32_t i = memory->own_n; i-- > 0;)
		if (log_same_key(&memory->own[i].item.record, key))
			return &memory->own[i];
	return NULL;
}

int
device_waits(const DeviceMemory *memory, const OwnRecord *own)
{
	const DeviceItem *item = &own->item;

	if (!own->stored || item->state == DEVICE_INTENT)
		return 0;
	/* another server than the one that named it: it may have lost it */
	return item->state == DEVICE_WAITING ||
	        (memory->history != 0 && item->history != memory->history);
}

OwnRecord *
device_begin(DeviceMemory *memory, const DeviceClock *clock)
{
	OwnRecord *own;

	if (memory->own_n == memory->own_room)
		return NULL;
	own = &memory->own[memory->own_n++];
	*own = (OwnRecord){ .item.state = DEVICE_WAITING };
	own->item.record = (LogRecord){
		.device = memory->device,
		.epoch = memory->epoch,
		.seq = memory->next_seq++,
		.rev = 1,
		.session = memory->place.session,
		.checkpoint = memory->place.checkpoint,
		.wall = clock->wall,
		.mono = clock->mono,
		.skew = clock->skew,
		.skew_error = clock->skew_error,
		.manifest_version = memory->manifest.version,
	};
	memory->pending++;
	return own;
}

int
device_restore(DeviceMemory *memory, const DeviceItem *item)
{
	OwnRecord *own = device_own(memory, &item->record);

	/* a number is never used twice: what bears this start's epoch was not stored by an earlier one */
	if (item->record.rev != 1 || item->record.seq == 0 || item->state > DEVICE_QUARANTINED ||
	        item->record.epoch == memory->epoch)
		return 0;
	if (own != NULL) {
		if (own->item.state < item->state)
			own->item = *item;
		return 1;
	}
	if (memory->own_n == memory->own_room)
		return 0;
	own = &memory->own[memory->own_n++];
	*own = (OwnRecord){ .item = *item, .stored = 1 };
	own->answer.decision = item->record.decision;
	return 1;
}

int
device_recover(DeviceMemory *memory, DeviceItem *ret)
{
	for (uint32_t i = 0; i < memory->own_n; i++) {
		OwnRecord *own = &memory->own[i];
		if (own->item.state != DEVICE_INTENT ||
		        (own->item.record.epoch == memory->epoch && !own->lost))
			continue;
		own->item.state = DEVICE_WAITING;
		own->item.record.decision = DOOR_INTERRUPTED;
		own->stored = 0;
		*ret = own->item;
		return 1;
	}
	return 0;
}

int
device_stored(DeviceMemory *memory, const DeviceItem *item, DeviceAnswer *ret)
{
	OwnRecord *own = device_own(memory, &item->record);

	/* an intent whose rev 1 has come meanwhile is not what will be shown */
	if (own == NULL || own->stored || own->item.state == DEVICE_INTENT ||
	        item->state != own->item.state ||
	        !log_same_content(&item->record, &own->item.record))
		return 0;
	own->stored = 1;
	if (own->item.record.epoch != memory->epoch || own->lost)
		return 0;
	memory->pending--;
	*ret = own->answer;
	return 1;
}

static void
make_intent(DeviceItem *item)
{
	item->state = DEVICE_INTENT;
	item->record.decision = DOOR_INTERRUPTED;
	item->record.reason = LOG_REASON_NONE;
	item->record.count = 0;
	item->record.has_void = 0;
	item->record.void_device = item->record.void_epoch = item->record.void_seq = 0;
}

void
device_not_stored(DeviceMemory *memory, const DeviceItem *item)
{
	OwnRecord *own = device_own(memory, &item->record);

	/* of an intent whose rev 1 has come meanwhile: that one's own write tells */
	if (own == NULL || own->stored || item->state != own->item.state ||
	        !log_same_content(&item->record, &own->item.record))
		return;
	if (own->item.record.epoch == memory->epoch && !own->lost) {
		if (memory->asking_seq == own->item.record.seq)
			memory->asking_seq = 0;
		memory->pending--;
		own->lost = 1;
	}
	/* nothing was shown: an intent that device_recover() hands out */
	own->stored = 1;
	make_intent(&own->item);
}

/* ---- uploading ---- */

uint32_t
device_batch(DeviceMemory *memory, LogRecord *ret, uint32_t max)
{
	uint32_t n = 0;

	if (max > DEVICE_BATCH_MAX)
		max = DEVICE_BATCH_MAX;
	for (uint32_t i = 0; i < memory->own_n && n < max; i++)
		if (device_waits(memory, &memory->own[i]))
			ret[n++] = memory->own[i].item.record;
	return n;
}

/* The own record that @ack is about, when it is exactly what was sent. */
static OwnRecord *
acknowledged(DeviceMemory *memory, const LogRecord *sent, uint32_t sent_n, const DeviceAck *ack)
{
	OwnRecord *own;

	if (ack->index >= sent_n)
		return NULL;
	const LogRecord *named = &sent[ack->index];
	if (!(ack->no_key && ack->quarantined) &&
	        (ack->device != named->device || ack->epoch != named->epoch ||
	                ack->seq != named->seq || ack->rev != named->rev))
		return NULL;
	own = device_own(memory, named);
	if (own == NULL || !own->stored || own->item.state == DEVICE_INTENT ||
	        !log_same_content(&own->item.record, named))
		return NULL;
	return own;
}

/* It came spoilt and was set aside, and came once more as it is. */
static int
taken_after_all(const OwnRecord *own, const DeviceAck *ack)
{
	return own->item.state == DEVICE_QUARANTINED && !ack->quarantined;
}

uint32_t
device_acknowledge(DeviceMemory *memory, const LogRecord *sent, uint32_t sent_n,
        const DeviceAck *acks, uint32_t acks_n, uint64_t history, int64_t version,
        uint32_t question)
{
	uint32_t gone = 0;

	device_history(memory, history, question);
	/* an answer of a server that is no more says nothing of the one that is */
	if (history == 0 || history != memory->history)
		return 0;
	for (uint32_t i = 0; i < acks_n; i++) {
		OwnRecord *own = acknowledged(memory, sent, sent_n, &acks[i]);
		if (own == NULL || !(device_waits(memory, own) || taken_after_all(own, &acks[i])))
			continue;
		if (acks[i].quarantined && acks[i].no_key && ++own->garbled < DEVICE_GARBLED_TRIES)
			continue;
		own->item.state = acks[i].quarantined ? DEVICE_QUARANTINED : DEVICE_DURABLE;
		own->item.history = history;
		own->item.version = version;
		own->garbled = 0;
		own->unsaved = 1;
		gone++;
	}
	return gone;
}

int
device_next_unsaved(DeviceMemory *memory, DeviceItem *ret)
{
	for (uint32_t i = 0; i < memory->own_n; i++) {
		if (!memory->own[i].unsaved)
			continue;
		memory->own[i].unsaved = 0;
		*ret = memory->own[i].item;
		return 1;
	}
	return 0;
}

int
device_item(const DeviceMemory *memory, uint32_t n, DeviceItem *ret)
{
	if (n >= memory->own_n)
		return 0;
	*ret = memory->own[n].item;
	if (!memory->own[n].stored)
		make_intent(ret);
	return 1;
}

void
device_status(const DeviceMemory *memory, DeviceStatus *ret)
{
	*ret = (DeviceStatus){
		.history = memory->history,
		.manifest_version = memory->manifest.stale ? 0 : memory->manifest.version,
		.known_version = memory->known_list.stale ? 0 : memory->known_list.version,
		.issued = memory->issued,
		.tickets = memory->manifest.n,
		.known = memory->known_list.n,
		.records = memory->own_n,
		.next_seq = memory->next_seq,
		.question = memory->question,
		.busy = memory->pending > 0,
	};
	for (uint32_t i = 0; i < memory->own_n; i++) {
		const OwnRecord *own = &memory->own[i];
		ret->waiting += device_waits(memory, own) || (!own->stored);
		ret->quarantined += own->item.state == DEVICE_QUARANTINED;
		ret->unsaved += own->unsaved;
	}
}
