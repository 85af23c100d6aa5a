/* A phone as the app on it behaves: it runs checkin/device*.c, stores what that hands out, and
 * speaks with the server. Its storage keeps what was durable; a crash loses the rest. */
#include "sim.h"

#include <glib.h>
#include <string.h>

static const DeviceRoom room = { TICKETS_MAX, HOLDERS_MAX, DISK_MAX };

/* ---- clocks, network, storage ---- */

DeviceClock
phone_clock(const Sim *sim, const Phone *phone)
{
	return (DeviceClock){ .wall = sim->now + phone->clock_off,
		.mono = sim->now - EVENT_STARTS * 1000,
		.skew = phone->skew,
		.skew_error = 50 };
}

int
phone_linked(const Sim *sim, const Phone *phone)
{
	return sim->site_up[phone->site];
}

DeviceItem *
phone_on_disk(Phone *phone, const LogRecord *key)
{
	for (int i = phone->disk_n; i-- > 0;)
		if (log_same_key(&phone->disk[i].record, key))
			return &phone->disk[i];
	return NULL;
}

static void
put_on_disk(Phone *phone, const DeviceItem *item)
{
	DeviceItem *there = phone_on_disk(phone, &item->record);

	if (there == NULL && phone->disk_n < DISK_MAX)
		there = &phone->disk[phone->disk_n++];
	if (there != NULL) {
		*there = *item;
		phone->there[there - phone->disk] = 0;
	}
}

/* A strict write begins; writes end in their order. */
void
phone_write(Sim *sim, Phone *phone, const DeviceItem *item)
{
	DeviceItem *copy = sim_alloc(sim, sizeof *copy);

	*copy = *item;
	oracle_decided(phone, item);
	int64_t done = sim->now + 1 + sim_below(sim, 30);
	phone->last_write = MAX(phone->last_write, done);
	phone->writes++;
	sim_at(sim, phone->last_write, EVENT_DISK, phone->no, 0, copy);
}

static void
forget(Sim *sim, Phone *phone, const DeviceItem *item)
{
	sim_trace(sim, "phone %d: seq %d could not be stored", phone->no, (int)item->record.seq);
	device_not_stored(phone->memory, item);
}

void
phone_durable(Sim *sim, Phone *phone, DeviceItem *item)
{
	DeviceAnswer answer;

	phone->writes--;
	if (!sim->healed && sim_chance(sim, 5)) {
		forget(sim, phone, item);
		return;
	}
	put_on_disk(phone, item);
	if (device_stored(phone->memory, item, &answer))
		oracle_shown(sim, phone, item, &answer);
	oracle_queue(sim, phone);
}

/* Intents of an earlier start, also those whose write has failed since. */
static void
recover(Sim *sim, Phone *phone)
{
	DeviceItem item;

	while (device_recover(phone->memory, &item))
		phone_write(sim, phone, &item);
}

/* ---- messages ---- */

static Message *
message_new(Sim *sim, const Phone *phone, int kind)
{
	Message *message = sim_alloc(sim, sizeof *message);
	DeviceStatus status;

	message->kind = kind;
	message->phone = phone->no;
	message->boot = phone->boot;
	message->session = phone->place.session;
	device_status(phone->memory, &status);
	message->question = status.question;
	return message;
}

static void
send_off(Sim *sim, const Phone *phone, Message *message)
{
	int copies = 1 + sim_chance(sim, (unsigned)sim->duplication);

	if (!phone_linked(sim, phone) || (!sim->healed && sim_chance(sim, (unsigned)sim->loss)))
		return;
	while (copies-- > 0) {
		int64_t delay = 5 + sim_below(sim, 200);
		if (!sim->healed && sim_chance(sim, 50))
			delay += sim_below(sim, 20 * 60 * 1000);
		sim_at(sim, sim->now + delay, EVENT_REQUEST, phone->no, 0, message);
	}
}

static void
take_batch(Sim *sim, Phone *phone, Message *message, uint32_t max)
{
	message->sent = sim_alloc(sim, max * sizeof *message->sent);
	message->sent_n = device_batch(phone->memory, message->sent, max);
}

static uint32_t
batch_max(Sim *sim)
{
	return sim->healed ? DEVICE_BATCH_MAX : 1 + sim_below(sim, 40);
}

void
phone_sync(Sim *sim, Phone *phone)
{
	DeviceStatus status;
	Message *upload;

	if (phone->writes == 0)
		recover(sim, phone);
	if (!phone_linked(sim, phone))
		return;
	phone->skew = sim_chance(sim, 500) ? -phone->clock_off : phone->skew;
	device_status(phone->memory, &status);
	/* an empty one too: its answer carries the history, also to who gets no lists any more */
	upload = message_new(sim, phone, ASK_UPLOAD);
	take_batch(sim, phone, upload, batch_max(sim));
	send_off(sim, phone, upload);
	for (int kind = ASK_MANIFEST; kind <= ASK_KNOWN; kind++) {
		if (!sim->healed && sim_chance(sim, 300))
			continue;
		Message *ask = message_new(sim, phone, kind);
		ask->since = kind == ASK_MANIFEST ? status.manifest_version : status.known_version;
		ask->asked_history = status.history;
		send_off(sim, phone, ask);
	}
}

/* ---- answers ---- */

static void
save_lists(Sim *sim, Phone *phone)
{
	DeviceStatus status;
	DeviceHead head;

	device_status(phone->memory, &status);
	head = (DeviceHead){ .history = status.history,
		.version = status.manifest_version,
		.issued = status.issued,
		.session = phone->place.session,
		.full = 1 };
	if (status.manifest_version == 0 || sim_chance(sim, 300))
		return; /* of a history that was left: not worth storing; or the write was too slow */
	phone->manifest.head = head;
	phone->manifest.n = status.tickets;
	memcpy(phone->manifest.entries, device_manifest(phone->memory),
	        (size_t)status.tickets * MANIFEST_ENTRY_BYTES);
	if (status.known_version == 0)
		return;
	head.version = status.known_version;
	phone->known.head = head;
	phone->known.n = status.known;
	for (uint32_t i = 0; i < status.known; i++)
		device_known(phone->memory, i, (DeviceKnown *)phone->known.entries + i);
}

static void
ask_whole(Sim *sim, Phone *phone, int kind)
{
	DeviceStatus status;
	Message *ask = message_new(sim, phone, kind);

	device_status(phone->memory, &status);
	ask->asked_history = status.history;
	send_off(sim, phone, ask);
}

static void
take_list(Sim *sim, Phone *phone, const Message *message)
{
	DeviceTake take = message->kind == ASK_MANIFEST
	        ? device_take_manifest(
	                  phone->memory, &message->head, message->entries, message->n, NULL, 0)
	        : device_take_known(phone->memory, &message->head, message->known, message->n);

	ENSURE(sim, 12, take != DEVICE_MALFORMED && take != DEVICE_NO_ROOM,
	        "phone %d can't take a list: %d", phone->no, take);
	if (take == DEVICE_WANT_FULL)
		ask_whole(sim, phone, message->kind);
	if (take == DEVICE_WANT_MANIFEST) /* and the known list with the next sync */
		ask_whole(sim, phone, ASK_MANIFEST);
	if (take == DEVICE_TAKEN)
		save_lists(sim, phone);
}

static void
take_acks(Sim *sim, Phone *phone, const Message *message)
{
	DeviceItem item;

	device_acknowledge(phone->memory, message->sent, message->sent_n, message->acks,
	        message->acks_n, message->history, message->version, message->question);
	oracle_acknowledged(sim, phone, message);
	while (device_next_unsaved(phone->memory, &item))
		if (!sim_chance(sim, 100)) /* lost, it is only offered again */
			phone_write(sim, phone, &item);
}

void
phone_reply(Sim *sim, Phone *phone, Message *message)
{
	DeviceItem item;

	if (!phone_linked(sim, phone))
		return;
	device_history(phone->memory, message->history, message->question);
	if (message->kind == ASK_MANIFEST || message->kind == ASK_KNOWN) {
		take_list(sim, phone, message);
		oracle_queue(sim, phone);
		return;
	}
	take_acks(sim, phone, message);
	if (message->kind == ASK_SCAN && message->answered &&
	        device_answered(phone->memory, message->record.seq, &message->reply, &item)) {
		phone->reply_holder = message->holder;
		phone->reply_version = message->version;
		phone->reply_history = message->history;
		phone_write(sim, phone, &item);
	}
	oracle_queue(sim, phone);
}

void
phone_timeout(Sim *sim, Phone *phone, uint64_t seq)
{
	DeviceItem item;

	if (!device_alone(phone->memory, seq, &item))
		return;
	sim_trace(sim, "phone %d: no answer for seq %d in time", phone->no, (int)seq);
	phone_write(sim, phone, &item);
}

/* ---- scanning ---- */

/* What the camera, or who types, gives. */
static int
read_ticket(Sim *sim, Phone *phone, int ticket, DeviceScan *ret)
{
	const Ticket *printed = &sim->tickets[ticket];
	T1 t1;

	if (sim_chance(sim, 100)) {
		if (device_find_code(phone->memory, printed->code, TYPED_CODE_LENGTH,
		            ret->clock.mono, &ret->mark) != DEVICE_CODE_FOUND)
			return 0;
		ret->signature = DOOR_SIGNATURE_HOLDS;
		return 1;
	}
	if (!t1_parse(printed->text, T1_TEXT_LENGTH, &t1))
		return 0;
	ret->signature = printed->elsewhere ? DOOR_SIGNATURE_ELSEWHERE
	        : sim_chance(sim, 20)       ? DOOR_SIGNATURE_NONE /* forged */
	                                    : DOOR_SIGNATURE_HOLDS;
	ret->mark = printed->mark;
	ret->ticket_class = t1.class;
	ret->ticket_minute = t1.minute;
	return 1;
}

static void
ask_server(Sim *sim, Phone *phone, const DeviceScan *scan, const DeviceItem *item)
{
	Message *message = message_new(sim, phone, ASK_SCAN);

	message->record = item->record;
	message->leaving = scan->leaving;
	message->override = scan->override;
	message->ticket_class = scan->ticket_class;
	message->ticket_minute = scan->ticket_minute;
	if (sim_chance(sim, 500))
		take_batch(sim, phone, message, 20);
	send_off(sim, phone, message);
	sim_at(sim, sim->now + DEVICE_WAIT_MS, EVENT_TIMEOUT, phone->no, item->record.seq, NULL);
}

void
phone_scan(Sim *sim, Phone *phone)
{
	/* a few people come again and again, and to other doors: clones */
	unsigned n = (unsigned)sim->tickets_n;
	int ticket =
	        (int)(sim_chance(sim, 500) ? sim_below(sim, n < 8 ? n : 8) : sim_below(sim, n));
	DeviceScan scan = { .clock = phone_clock(sim, phone) };
	DeviceItem item;
	DeviceOutcome outcome;

	if (phone->disk_n + 64 > DISK_MAX)
		return;
	scan.online = phone_linked(sim, phone) || sim_chance(sim, 300);
	scan.leaving = sim_chance(sim, 30);
	scan.override = phone->place.supervisor && sim_chance(sim, 200) ? LOG_REASON_SUPERVISOR
	                                                                : LOG_REASON_NONE;
	if (!read_ticket(sim, phone, ticket, &scan))
		return;
	outcome = device_scan(phone->memory, &scan, &item);
	if (outcome == DEVICE_ASK_REGION) {
		scan.region = (uint16_t)(1 + sim_below(sim, REGIONS));
		outcome = device_scan(phone->memory, &scan, &item);
	}
	if (outcome != DEVICE_DECIDED && outcome != DEVICE_ASK)
		return;
	sim_trace(sim, "phone %d: ticket %d scanned, seq %d%s", phone->no, ticket,
	        (int)item.record.seq, outcome == DEVICE_ASK ? ", asking" : "");
	if (outcome == DEVICE_ASK)
		ask_server(sim, phone, &scan, &item);
	phone_write(sim, phone, &item);
	if (outcome == DEVICE_DECIDED && scan.ticket_class == TICKET_CAPTAIN) {
		const uint8_t *entries = device_manifest(phone->memory);
		DeviceStatus status;
		device_status(phone->memory, &status);
		if (status.tickets > 0 && status.busy == 0)
			phone_group(sim, phone, entries[12]);
	}
}

/* ---- a phone's bad moments ---- */

static void
crash(Sim *sim, Phone *phone)
{
	sim_trace(sim, "phone %d dies", phone->no);
	phone->alive = 0;
	phone->boot++; /* what is under way reaches nobody */
	sim_at(sim, sim->now + 1000 + sim_below(sim, 300000), EVENT_BOOT, phone->no, 0, NULL);
}

static void
copy_storage(Sim *sim, Phone *phone)
{
	phone->copy = sim_alloc(sim, (size_t)phone->disk_n * sizeof *phone->copy + 1);
	memcpy(phone->copy, phone->disk, (size_t)phone->disk_n * sizeof *phone->copy);
	phone->copy_n = phone->disk_n;
}

static void
spoil_storage(Sim *sim, Phone *phone)
{
	if (sim_chance(sim, 500)) {
		sim_trace(sim, "phone %d: storage wiped", phone->no);
		phone->disk_n = 0;
		phone->manifest.n = phone->known.n = 0;
		phone->manifest.head.full = phone->known.head.full = 0;
	} else if (phone->copy != NULL) {
		sim_trace(sim, "phone %d: storage as it was earlier", phone->no);
		memcpy(phone->disk, phone->copy, (size_t)phone->copy_n * sizeof *phone->copy);
		phone->disk_n = phone->copy_n;
		memset(phone->there, 0, sizeof phone->there);
	}
}

static void
move(Sim *sim, Phone *phone)
{
	DevicePlace place = phone->place;

	place.session = (uint16_t)(1 + sim_below(sim, (unsigned)sim->sessions_n));
	place.checkpoint = (uint16_t)(1 + (place.session - 1) * SITES_MAX + phone->site);
	place.session_listed = sim->session_listed[place.session - 1];
	place.session_once = sim->session_once[place.session - 1];
	place.rehearsal = sim_chance(sim, 50);
	if (!device_move(phone->memory, &place))
		return;
	phone->place = place;
	phone->manifest.head.full = phone->known.head.full = 0;
	sim_trace(sim, "phone %d: now at session %d%s", phone->no, place.session,
	        place.rehearsal ? ", rehearsing" : "");
}

void
phone_event(Sim *sim, Phone *phone)
{
	unsigned what = sim_below(sim, 100);

	if (sim->healed || !phone->alive)
		return;
	if (what < 25)
		crash(sim, phone);
	else if (what < 30) {
		crash(sim, phone);
		spoil_storage(sim, phone);
	} else if (what < 40)
		copy_storage(sim, phone);
	else if (what < 50)
		move(sim, phone);
	else if (what < 60)
		phone->clock_off = (int64_t)(sim_draw(sim) % (10 * DAY_MS)) - 5 * DAY_MS;
	else if (what < 75)
		phone_undo(sim, phone);
	else if (what < 78)
		phone_trial(sim, phone);
	else if (what < 90)
		phone_count(sim, phone);
	else
		phone_group(sim, phone, (uint16_t)(1 + sim_below(sim, DELEGATIONS)));
}

/* ---- starting ---- */

void
phone_boot(Sim *sim, Phone *phone)
{
	phone->alive = 1;
	phone->shown_n = phone->writes = 0;
	phone->last_write = 0;
	phone->memory = device_new(phone->block, device_size(&room), &room, phone->device,
	        sim_draw(sim), &phone->place);
	for (int i = 0; i < phone->disk_n; i++)
		device_restore(phone->memory, &phone->disk[i]);
	if (phone->manifest.head.full)
		device_take_manifest(phone->memory, &phone->manifest.head, phone->manifest.entries,
		        phone->manifest.n, NULL, 0);
	if (phone->known.head.full)
		device_take_known(phone->memory, &phone->known.head,
		        (const DeviceKnown *)phone->known.entries, phone->known.n);
	recover(sim, phone);
	oracle_queue(sim, phone);
	sim_trace(sim, "phone %d starts with %d records", phone->no, phone->disk_n);
}

void
phone_begin(Sim *sim, Phone *phone)
{
	int no = (int)(phone - sim->phones);
	void *block = phone->block;
	uint8_t *entries = phone->manifest.entries, *known = phone->known.entries;
	uint8_t *decided = phone->decided.entries;
	int session = (int)sim_below(sim, (unsigned)sim->sessions_n);

	memset(phone, 0, offsetof(Phone, disk));
	phone->disk_n = phone->copy_n = phone->shown_n = 0;
	phone->copy = NULL;
	phone->block = block ? block : g_malloc(device_size(&room));
	phone->manifest =
	        (SavedList){ .entries = entries ? entries
		                                : g_malloc(TICKETS_MAX * MANIFEST_ENTRY_BYTES) };
	phone->known =
	        (SavedList){ .entries =
		                     known ? known : g_malloc(HOLDERS_MAX * sizeof(DeviceKnown)) };
	phone->decided =
	        (SavedList){ .entries = decided ? decided
		                                : g_malloc(TICKETS_MAX * MANIFEST_ENTRY_BYTES) };
	phone->no = no;
	phone->site = (int)sim_below(sim, (unsigned)sim->sites_n);
	phone->device = sim_draw(sim);
	phone->clock_off = sim_chance(sim, 300)
	        ? (int64_t)(sim_draw(sim) % (10 * DAY_MS)) - 5 * DAY_MS
	        : (int64_t)sim_below(sim, 4000) - 2000;
	phone->place = (DevicePlace){ .key_created = KEY_CREATED,
		.session = (uint16_t)(session + 1),
		.checkpoint = (uint16_t)(1 + session * SITES_MAX + phone->site),
		.supervisor = sim_chance(sim, 400),
		.session_listed = sim->session_listed[session],
		.session_once = sim->session_once[session],
		.rehearsal = sim_chance(sim, 30) };
	phone_boot(sim, phone);
	/* paired where there is a network: most have seen the lists once */
	if (sim_chance(sim, 800)) {
		phone->manifest.head = (DeviceHead){ .history = sim->server.history,
			.version = sim->server.version,
			.issued = sim->now / 1000,
			.session = phone->place.session,
			.full = 1 };
		phone->manifest.n = server_manifest(sim, session, 0, phone->manifest.entries);
		device_take_manifest(phone->memory, &phone->manifest.head, phone->manifest.entries,
		        phone->manifest.n, NULL, 0);
	}
}
