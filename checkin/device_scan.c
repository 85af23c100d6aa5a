/* What a device decides and writes down: scans, voids, counts. */
#include "checkin/device_memory.h"

#define CLASS_SPARE    6 /* TICKET_SPARE and TICKET_PRACTICE of schema/mark.h */
#define CLASS_PRACTICE 7

/* ---- who is in ---- */

static uint32_t
holder_of(const DeviceMemory *memory, uint64_t mark)
{
	const uint8_t *entry = device_entry(memory, mark);

	return entry ? device_entry_holder(entry) : 0;
}

/* Whether two tickets are one person's, as far as the manifest says. */
static int
same_person(const DeviceMemory *memory, uint64_t mark, uint32_t holder, const LogRecord *record)
{
	if (!record->has_mark || record->session != memory->place.session)
		return 0;
	return record->mark == mark || (holder != 0 && holder_of(memory, record->mark) == holder);
}

/* Whether a record puts its holder in for this device: while it rehearses, also a rehearsal's. */
static int
puts_in(const DeviceMemory *memory, const LogRecord *record)
{
	return log_admits(record) ||
	        (memory->place.rehearsal && record->reason == LOG_REASON_REHEARSAL &&
	                door_decision_admits(record->decision));
}

static int
voided_here(const DeviceMemory *memory, const LogRecord *record)
{
	for (uint32_t i = 0; i < memory->own_n; i++)
		if (log_voids(&memory->own[i].item.record, record))
			return 1;
	return 0;
}

/* Whether the known list is of a server that has judged this record already: what it says of the
 * holder, it says in spite of it. It is up to its version in all its lines, since differences
 * bring what changed. */
static int
is_weighed(const DeviceMemory *memory, const DeviceItem *item)
{
	return item->state >= DEVICE_DURABLE && item->history == memory->history &&
	        !memory->known_list.stale && memory->known_list.version >= item->version;
}

static void
take_first(DeviceIn *ret, int64_t at, uint16_t checkpoint)
{
	if (!ret->in || at < ret->first_at) {
		ret->first_at = at;
		ret->checkpoint = checkpoint;
	}
	ret->in = 1;
}

void
device_look(const DeviceMemory *memory, uint64_t mark, DeviceIn *ret)
{
	uint32_t holder = holder_of(memory, mark);
	const KnownHolder *known = holder ? device_known_holder(memory, holder) : NULL;
	int believed = known != NULL && known->in, out = known != NULL && !known->in;

	*ret = (DeviceIn){ 0 };
	for (uint32_t i = 0; i < memory->own_n; i++) {
		const OwnRecord *own = &memory->own[i];
		const LogRecord *record = &own->item.record;
		if (own->item.state == DEVICE_INTENT || !same_person(memory, mark, holder, record))
			continue;
		/* a void of this device that the list doesn't know of yet */
		if (record->decision == DOOR_VOID && !is_weighed(memory, &own->item))
			believed = 0;
		if (!puts_in(memory, record) || voided_here(memory, record))
			continue;
		/* a void made elsewhere; but of what is in quarantine nothing was weighed */
		if (out && own->item.state == DEVICE_DURABLE && is_weighed(memory, &own->item))
			continue;
		take_first(ret, log_corrected(record), record->checkpoint);
		ret->own = 1;
	}
	if (believed)
		take_first(ret, (int64_t)known->minute * 60000, known->checkpoint);
}

int
device_is_in(const DeviceMemory *memory, uint64_t mark)
{
	DeviceIn in;

	device_look(memory, mark, &in);
	return in.in;
}

/* ---- the decision ---- */

static void
decide(const DeviceMemory *memory, const DeviceScan *scan, DeviceIn *ret_in, DoorAnswer *ret)
{
	int holds = scan->signature == DOOR_SIGNATURE_HOLDS;
	const uint8_t *entry = holds ? device_entry(memory, scan->mark) : NULL;

	*ret_in = (DeviceIn){ 0 };
	if (holds && scan->ticket_class != CLASS_PRACTICE)
		device_look(memory, scan->mark, ret_in);
	door_decide(
	        &(DoorQuestion){
	                .signature = scan->signature,
	                .entry = entry ? ENTRY_STATE(entry) : DOOR_ENTRY_ABSENT,
	                .ticket_class = scan->ticket_class,
	                .holder_in = ret_in->in,
	                .session_listed = memory->place.session_listed,
	                .session_once = memory->place.session_once,
	                .leaving = scan->leaving,
	                .override = scan->override != LOG_REASON_NONE,
	                .spare_region = scan->region,
	                .ticket_minute = scan->ticket_minute,
	                .key_created = memory->place.key_created,
	                .manifest_issued = memory->issued,
	                .now_ms = scan->clock.wall,
	                .first_at_ms = ret_in->first_at,
	        },
	        ret);
}

static uint8_t
reason_of(const DeviceMemory *memory, const DeviceScan *scan, uint8_t decision)
{
	if (scan->signature != DOOR_SIGNATURE_HOLDS)
		return LOG_REASON_NONE;
	if (scan->ticket_class == CLASS_PRACTICE)
		return LOG_REASON_PRACTICE;
	if (memory->place.rehearsal)
		return LOG_REASON_REHEARSAL;
	if (decision == DOOR_ADMIT_OVERRIDE)
		return scan->override != LOG_REASON_NONE ? scan->override : LOG_REASON_SUPERVISOR;
	if (scan->group)
		return LOG_REASON_GROUP;
	return decision == DOOR_ADMIT && scan->ticket_class == CLASS_SPARE ? LOG_REASON_SPARE
	                                                                   : LOG_REASON_NONE;
}

/* Makes @own the rev 1 of @scan with this decision. */
static void
settle(DeviceMemory *memory, const DeviceScan *scan, OwnRecord *own, uint8_t decision,
        DeviceItem *ret)
{
	LogRecord *record = &own->item.record;
	int holds = scan->signature == DOOR_SIGNATURE_HOLDS;
	const uint8_t *entry = holds ? device_entry(memory, scan->mark) : NULL;

	own->item.state = DEVICE_WAITING;
	record->decision = decision;
	record->reason = reason_of(memory, scan, decision);
	own->answer.decision = decision;
	own->answer.shown = door_decision_shown(decision);
	own->answer.practice = record->reason == LOG_REASON_PRACTICE;
	own->answer.holder = entry ? device_entry_holder(entry) : 0;
	own->answer.delegation = entry ? device_entry_delegation(entry) : 0;
	if (entry && door_decision_admits(decision))
		own->answer.hint = ENTRY_HINT(entry);
	*ret = own->item;
}

/* As the phone by itself says. */
static void
settle_alone(DeviceMemory *memory, const DeviceScan *scan, OwnRecord *own, const DoorAnswer *answer,
        const DeviceIn *in, DeviceItem *ret)
{
	own->item.record.online = 0;
	own->answer = (DeviceAnswer){ .first_at_ms = answer->first_at_ms };
	if (answer->first_at_ms != 0)
		own->answer.first_checkpoint = in->checkpoint;
	settle(memory, scan, own, answer->decision, ret);
}

/* Whether a record may follow those that are not stored yet. */
static int
may_begin(const DeviceMemory *memory, int many)
{
	return memory->pending == 0 || (many && memory->pending_many);
}

DeviceOutcome
device_scan(DeviceMemory *memory, const DeviceScan *scan, DeviceItem *ret)
{
	DoorAnswer answer;
	DeviceIn in;
	OwnRecord *own;
	int holds = scan->signature == DOOR_SIGNATURE_HOLDS;

	if (!may_begin(memory, scan->group))
		return DEVICE_BUSY;
	if (scan->override != LOG_REASON_NONE && !memory->place.supervisor)
		return DEVICE_FORBIDDEN;
	if (memory->own_n == memory->own_room)
		return DEVICE_FULL;
	decide(memory, scan, &in, &answer);
	if (answer.ask_region)
		return DEVICE_ASK_REGION;
	own = device_begin(memory, &scan->clock);
	memory->pending_many = scan->group;
	own->item.record.has_mark = (uint8_t)holds;
	own->item.record.mark = holds ? scan->mark : 0;
	own->item.record.region = scan->region == DEVICE_REGION_PRINTED ? 0 : scan->region;
	/* the own log is looked at first: if it has the holder in, that is what is shown */
	if (!holds || in.own || scan->group || !scan->online || memory->place.rehearsal) {
		settle_alone(memory, scan, own, &answer, &in, ret);
		return DEVICE_DECIDED;
	}
	own->item.state = DEVICE_INTENT;
	own->item.record.decision = DOOR_INTERRUPTED;
	own->item.record.reason = reason_of(memory, scan, DOOR_INTERRUPTED);
	own->item.record.online = 1;
	memory->asking = *scan;
	memory->asking_seq = own->item.record.seq;
	*ret = own->item;
	return DEVICE_ASK;
}

/* The asked scan of this seq, asked no more; NULL when it isn't. */
static OwnRecord *
asked(DeviceMemory *memory, uint64_t seq)
{
	LogRecord key = { .device = memory->device, .epoch = memory->epoch, .seq = seq };

	if (seq == 0 || memory->asking_seq != seq)
		return NULL;
	memory->asking_seq = 0;
	return device_own(memory, &key);
}

int
device_alone(DeviceMemory *memory, uint64_t seq, DeviceItem *ret)
{
	OwnRecord *own = asked(memory, seq);
	DoorAnswer answer;
	DeviceIn in;

	if (own == NULL)
		return 0;
	decide(memory, &memory->asking, &in, &answer);
	settle_alone(memory, &memory->asking, own, &answer, &in, ret);
	return 1;
}

int
device_answered(DeviceMemory *memory, uint64_t seq, const DeviceReply *reply, DeviceItem *ret)
{
	OwnRecord *own;
	DeviceIn in = { 0 };

	/* a list that came meanwhile may say that this is who was let in here under another ticket:
	 * the own log is looked at first, and the server may not have it yet */
	if (memory->asking_seq == seq && memory->asking.ticket_class != CLASS_PRACTICE)
		device_look(memory, memory->asking.mark, &in);
	if (reply->decision >= DOOR_VOID || in.own)
		return device_alone(memory, seq, ret);
	own = asked(memory, seq);
	if (own == NULL)
		return 0;
	own->answer = (DeviceAnswer){ .online = 1 };
	if (reply->decision == DOOR_AGAIN || reply->decision == DOOR_REJECT_USED) {
		own->answer.first_at_ms = reply->first_at_ms;
		own->answer.first_checkpoint = reply->first_checkpoint;
	}
	settle(memory, &memory->asking, own, reply->decision, ret);
	if (door_decision_admits(reply->decision))
		own->answer.hint = reply->hint;
	return 1;
}

/* ---- what a person does beside scanning ---- */

DeviceOutcome
device_count(DeviceMemory *memory, const DeviceClock *clock, uint16_t region, uint16_t delegation,
        uint32_t n, DeviceItem *ret)
{
	OwnRecord *own;

	if (n < 1 || n > LOG_COUNT_MAX)
		return DEVICE_NOTHING;
	if (!may_begin(memory, 0))
		return DEVICE_BUSY;
	own = device_begin(memory, clock);
	if (own == NULL)
		return DEVICE_FULL;
	memory->pending_many = 0;
	own->item.record.decision = own->answer.decision = DOOR_COUNT;
	own->item.record.reason = memory->place.rehearsal ? LOG_REASON_REHEARSAL : LOG_REASON_NONE;
	own->item.record.count = n;
	own->item.record.region = region;
	own->item.record.delegation = delegation;
	*ret = own->item;
	return DEVICE_DECIDED;
}

DeviceOutcome
device_void(DeviceMemory *memory, const DeviceVoid *what, DeviceItem *ret)
{
	OwnRecord *own;

	if (!memory->place.supervisor)
		return DEVICE_FORBIDDEN;
	if (!may_begin(memory, 1))
		return DEVICE_BUSY;
	own = device_begin(memory, &what->clock);
	if (own == NULL)
		return DEVICE_FULL;
	memory->pending_many = 1;
	own->item.record.decision = own->answer.decision = DOOR_VOID;
	own->item.record.reason = what->reason;
	own->item.record.has_void = 1;
	own->item.record.void_device = what->device;
	own->item.record.void_epoch = what->epoch;
	own->item.record.void_seq = what->seq;
	own->item.record.has_mark = what->has_mark != 0;
	own->item.record.mark = what->has_mark ? what->mark : 0;
	*ret = own->item;
	return DEVICE_DECIDED;
}

DeviceOutcome
device_undo(DeviceMemory *memory, const DeviceClock *clock, uint64_t mark, uint8_t reason,
        DeviceItem *ret)
{
	uint32_t holder = holder_of(memory, mark);

	if (!memory->place.supervisor)
		return DEVICE_FORBIDDEN;
	for (uint32_t i = 0; i < memory->own_n; i++) {
		const LogRecord *record = &memory->own[i].item.record;
		if (memory->own[i].item.state == DEVICE_INTENT ||
		        !same_person(memory, mark, holder, record) || !puts_in(memory, record) ||
		        voided_here(memory, record))
			continue;
		return device_void(memory,
		        &(DeviceVoid){ .clock = *clock,
		                .device = record->device,
		                .epoch = record->epoch,
		                .seq = record->seq,
		                .mark = mark,
		                .has_mark = 1,
		                .reason = reason },
		        ret);
	}
	return DEVICE_NOTHING;
}

int64_t
device_tally(const DeviceMemory *memory)
{
	int64_t sum = 0;

	for (uint32_t i = 0; i < memory->own_n; i++) {
		const LogRecord *record = &memory->own[i].item.record;
		if (record->decision == DOOR_COUNT && record->session == memory->place.session &&
		        record->reason != LOG_REASON_REHEARSAL && !voided_here(memory, record))
			sum += record->count;
	}
	return sum;
}
