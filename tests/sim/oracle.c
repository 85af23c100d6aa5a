/* The twelve invariants of the door, and the truth they are judged by: what was durable, shown,
 * voided and acknowledged, kept beside the program. */
#include "sim.h"

#include <string.h>

/* ---- 1 and 5: what records mean ---- */

static void
shuffle(Sim *sim, LogEntry *entries, uint32_t n)
{
	for (uint32_t i = n; i > 1; i--) {
		uint32_t j = sim_below(sim, i);
		LogEntry other = entries[i - 1];
		entries[i - 1] = entries[j];
		entries[j] = other;
	}
}

static int
same_presence(const LogPresence *a, const LogPresence *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

static LogEntry scratch[2 * GATHER_MAX];

static void
any_order_means_the_same(Sim *sim, const LogEntry *entries, uint32_t n, const LogPresence *presence)
{
	LogPresence again;
	uint32_t twice = 0;

	memcpy(scratch, entries, n * sizeof *entries);
	/* some of them came twice */
	for (uint32_t i = 0; i < n; i++)
		if (sim_chance(sim, 200))
			scratch[n + twice++] = entries[i];
	shuffle(sim, scratch, n + twice);
	log_derive(scratch, n + twice, &again);
	ENSURE(sim, 1, same_presence(&again, presence),
	        "%u records in another order: present %d at %lld, was %d at %lld", n, again.present,
	        (long long)again.first_at, presence->present, (long long)presence->first_at);
}

static void
clocks_decide_nothing(Sim *sim, const LogEntry *entries, uint32_t n, const LogPresence *presence)
{
	LogPresence again;

	memcpy(scratch, entries, n * sizeof *entries);
	for (uint32_t i = 0; i < n; i++) {
		scratch[i].record.wall += (int64_t)sim_below(sim, 1u << 30) - (1 << 29);
		scratch[i].record.skew = (int64_t)sim_below(sim, 1u << 30) - (1 << 29);
	}
	log_derive(scratch, n, &again);
	ENSURE(sim, 5, again.present == presence->present && again.records == presence->records,
	        "other clocks change who is present");
}

/* What the derivation must say, told in another way: key by key. */
static int
is_present(const LogEntry *entries, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		const LogRecord *record = &entries[i].record;
		int counts = entries[i].accepted && record->has_mark &&
		        door_decision_admits(record->decision) &&
		        record->reason != LOG_REASON_PRACTICE &&
		        record->reason != LOG_REASON_REHEARSAL;
		for (uint32_t j = 0; counts && j < n; j++) {
			const LogRecord *other = &entries[j].record;
			if (!entries[j].accepted)
				continue;
			if (other->device == record->device && other->epoch == record->epoch &&
			        other->seq == record->seq && other->rev > record->rev)
				counts = 0;
			if (other->decision == DOOR_VOID && entries[j].by_supervisor &&
			        other->void_device == record->device &&
			        other->void_epoch == record->epoch &&
			        (other->void_seq == record->seq ||
			                (other->reason == LOG_REASON_TRIAL &&
			                        record->seq < other->void_seq)))
				counts = 0;
		}
		if (counts)
			return 1;
	}
	return 0;
}

void
oracle_derived(Sim *sim, int session, uint32_t holder, const LogPresence *was,
        const LogEntry *entries, uint32_t n, int may_fall)
{
	const LogPresence *presence = &sim->server.known[session][holder].presence;

	ENSURE(sim, 5, presence->present == is_present(entries, n),
	        "holder %u at session %d: present %d", holder, session + 1, presence->present);
	any_order_means_the_same(sim, entries, n, presence);
	clocks_decide_nothing(sim, entries, n, presence);
	ENSURE(sim, 5, presence->present || !was->present || may_fall,
	        "holder %u is present at session %d no more, and nothing says why", holder,
	        session + 1);
}

/* ---- 3, 10, 11: what arrives ---- */

static int
server_keeps(const Server *server, const LogRecord *record)
{
	for (int i = 0; i < server->kept_n; i++)
		if (log_same_key(&server->kept[i], record))
			return 1;
	for (int i = 0; i < server->late_n; i++)
		if (log_same_key(&server->late_keys[i], record))
			return 1;
	return 0;
}

void
oracle_put(Sim *sim, const LogRecord *record, int token, LogVerdict verdict)
{
	const Server *server = &sim->server;
	int row = server_find(server, record, record->rev), same = 0;

	if (row >= 0) {
		for (uint32_t slot = 0; slot < ROW_SLOTS && same < 2 && sim->steps % 64 == 0;
		        slot++)
			same += server->slots[slot] >= 0 &&
			        server->rows[server->slots[slot]].record.rev == record->rev &&
			        log_same_key(&server->rows[server->slots[slot]].record, record);
		ENSURE(sim, 3, same <= 1, "a key is stored twice");
		/* the newest row of its slots is found last: the one found is what was first */
		ENSURE(sim, 3,
		        log_same_content(&server->rows[row].record, record) ||
		                log_is_quarantine(verdict) || verdict == LOG_LATE_REV_0,
		        "other content under a key that is taken, and not in quarantine");
		ENSURE(sim, 3,
		        log_same_content(&server->rows[row].record, record) ||
		                verdict == LOG_LATE_REV_0 || server_keeps(server, record),
		        "other content under a key that is taken was dropped");
	}
	int other = server_find(server, record, record->rev ^ 1);
	if (other >= 0 && verdict == LOG_ACCEPT)
		ENSURE(sim, 3,
		        server->rows[other].record.mark == record->mark &&
		                server->rows[other].record.session == record->session,
		        "two revs of one key speak of two scans");
	if (!log_is_quarantine(verdict) && verdict != LOG_REPEAT && verdict != LOG_LATE_REV_0)
		ENSURE(sim, 11,
		        !server->revoked[token] && record->device == sim->phones[token].device,
		        "a record of a device that was revoked, or of another, counts");
	if (verdict == LOG_ACCEPT && record->decision == DOOR_VOID)
		ENSURE(sim, 5, sim->phones[token].place.supervisor, "a volunteer's void counts");
	if (server->collapsed)
		ENSURE(sim, 10, server->rows_n == 0, "a late record brings a ticket back");
}

/* ---- 2: what was acknowledged ---- */

static int
server_has(const Server *server, const LogRecord *record)
{
	int row = server_find(server, record, record->rev);

	if (row >= 0 && log_same_content(&server->rows[row].record, record))
		return 1;
	return server_keeps(server, record) || server->collapsed;
}

/* Of what has just left the queue the server must have everything, when it is still the one that
 * answered. */
void
oracle_acknowledged(Sim *sim, Phone *phone, const Message *message)
{
	static LogRecord waiting[DEVICE_BATCH_MAX];

	if (message->history != sim->server.history || message->sent_n == 0)
		return;
	uint32_t n = device_batch(phone->memory, waiting, DEVICE_BATCH_MAX);
	for (uint32_t i = 0; i < message->sent_n; i++) {
		int waits = 0;
		for (uint32_t j = 0; j < n; j++)
			waits |= log_same_key(&waiting[j], &message->sent[i]);
		ENSURE(sim, 2, waits || server_has(&sim->server, &message->sent[i]),
		        "seq %d of phone %d left the queue, and the server hasn't it",
		        (int)message->sent[i].seq, phone->no);
	}
}

/* Everything that is durable on the phone is either waiting, or the server has it. (Of a server
 * that was restored and has not been met since nothing can be said yet.) */
void
oracle_queue(Sim *sim, Phone *phone)
{
	DeviceStatus status;
	uint32_t waiting = 0;

	device_status(phone->memory, &status);
	if (status.history != sim->server.history)
		return;
	for (int i = 0; i < phone->disk_n; i++) {
		if (phone->there[i] == status.history || phone->disk[i].state == DEVICE_INTENT)
			continue;
		if (server_has(&sim->server, &phone->disk[i].record))
			phone->there[i] =
			        status.history; /* and will have it: at the end all are looked up */
		else
			waiting++;
	}
	ENSURE(sim, 2, status.waiting >= waiting,
	        "phone %d has %u records that the server hasn't, and only %u wait", phone->no,
	        waiting, status.waiting);
}

void
oracle_gaps(Sim *sim, int phone, uint64_t epoch, const LogGap *gaps, uint32_t n)
{
	static uint8_t there[ROWS_MAX];
	const Server *server = &sim->server;
	uint64_t highest = 0;
	uint32_t gap = 0;

	memset(there, 0, sizeof there);
	for (int at = server->first_of_device[phone]; at >= 0;
	        at = server->rows[at].next_of_device) {
		const LogRecord *record = &server->rows[at].record;
		if (record->epoch != epoch || record->seq >= ROWS_MAX)
			continue;
		there[record->seq] = 1;
		highest = record->seq > highest ? record->seq : highest;
	}
	for (uint64_t seq = 1; seq < highest; seq++) {
		if (there[seq] || (seq > 1 && !there[seq - 1]))
			continue;
		ENSURE(sim, 8, gap < n && gaps[gap].from == seq, "a gap at seq %d is not reported",
		        (int)seq);
		uint64_t to = seq;
		while (!there[to + 1])
			to++;
		ENSURE(sim, 8, gaps[gap].to == to, "a gap's end is wrong");
		gap++;
	}
	ENSURE(sim, 8, gap == n, "a gap is reported that isn't there");
}

/* ---- 4, 6, 7: what was shown ---- */

/* Whether the person of @first was taken out again by @until, as far as anybody said. */
static int
voided_since(const Sim *sim, const Phone *phone, const Shown *first)
{
	for (int i = 0; i < sim->voids_n; i++) {
		const LogRecord *voiding = &sim->voids[i];
		if (log_voids(voiding, &first->record))
			return 1;
		if (sim->void_at[i] < first->at || !voiding->has_mark ||
		        voiding->session != first->record.session)
			continue;
		int one = sim_ticket_of(sim, voiding->mark);
		int other = sim_ticket_of(sim, first->record.mark);
		if (one == other ||
		        (server_holder_of(&sim->server, one) != 0 &&
		                server_holder_of(&sim->server, one) ==
		                        server_holder_of(&sim->server, other)))
			return 1;
	}
	return 0;
}

/* An answer is judged by what the phone knew when it was decided: that two are one may be learned while
 * it is being written, as it may be learned after it was shown. */
void
oracle_decided(Phone *phone, const DeviceItem *item)
{
	DeviceStatus status;

	if (item->state != DEVICE_WAITING || !log_admits(&item->record))
		return;
	device_status(phone->memory, &status);
	phone->decided.n = status.tickets;
	memcpy(phone->decided.entries, device_manifest(phone->memory),
	        (size_t)status.tickets * MANIFEST_ENTRY_BYTES);
}

static uint32_t
holder_on(const Phone *phone, uint64_t mark)
{
	const uint8_t *entries = phone->decided.entries;

	for (uint32_t i = 0; i < phone->decided.n; i++, entries += MANIFEST_ENTRY_BYTES) {
		uint64_t here = 0;
		for (int j = 0; j < 8; j++)
			here = here << 8 | entries[j];
		if (here == mark)
			return (uint32_t)entries[8] << 16 | (uint32_t)entries[9] << 8 | entries[10];
	}
	return 0;
}

static void
first_only_once_a_phone(Sim *sim, Phone *phone, const Shown *shown)
{
	uint32_t holder = holder_on(phone, shown->record.mark);

	for (int i = 0; i < phone->shown_n; i++) {
		const Shown *first = &phone->shown[i];
		if (first->record.session != shown->record.session)
			continue;
		if (first->record.mark != shown->record.mark &&
		        (holder == 0 || holder_on(phone, first->record.mark) != holder))
			continue;
		ENSURE(sim, 6, voided_since(sim, phone, first),
		        "phone %d shows a first green again: seq %d, earlier seq %d", phone->no,
		        (int)shown->record.seq, (int)first->record.seq);
	}
	phone->shown[phone->shown_n++] = *shown;
}

/* Whether the server knew a void of the person between two of its answers. */
static int
voided_at_server(const Sim *sim, const Shown *first)
{
	const Server *server = &sim->server;

	if (server->known[first->record.session - 1][first->holder].voided_at >= first->version)
		return 1;
	for (int i = 0; i < server->voids_n; i++)
		if (log_voids(&server->rows[server->voids[i]].record, &first->record))
			return 1;
	return 0;
}

static void
first_only_once_a_server(Sim *sim, const Shown *shown)
{
	for (int i = 0; i < sim->answers_n; i++) {
		const Shown *first = &sim->answers[i];
		if (first->holder != shown->holder || first->history != shown->history ||
		        first->record.session != shown->record.session)
			continue;
		ENSURE(sim, 7,
		        shown->history != sim->server.history || voided_at_server(sim, first),
		        "the server lets holder %u in twice at session %d", shown->holder,
		        shown->record.session);
	}
	if (sim->answers_n < ROWS_MAX)
		sim->answers[sim->answers_n++] = *shown;
}

void
oracle_shown(Sim *sim, Phone *phone, const DeviceItem *item, const DeviceAnswer *answer)
{
	const DeviceItem *durable = phone_on_disk(phone, &item->record);
	const LogRecord *record = &item->record;
	Shown shown = { .record = *record, .at = sim->now };

	sim->shown_n++;
	sim_trace(sim, "phone %d: seq %d shows %s, %s%s", phone->no, (int)record->seq,
	        door_shown_name(answer->shown), door_decision_name(answer->decision),
	        answer->online ? " (server)" : "");
	ENSURE(sim, 4,
	        durable != NULL && durable->state == DEVICE_WAITING && durable->record.rev == 1 &&
	                durable->record.decision == answer->decision,
	        "phone %d shows %s, and no record of it is durable", phone->no,
	        door_decision_name(answer->decision));
	if (answer->decision > DOOR_ADMIT_OVERRIDE || answer->decision == DOOR_AGAIN)
		return;
	sim->admitted_n++;
	if (!log_admits(record))
		return;
	first_only_once_a_phone(sim, phone, &shown);
	if (!answer->online || phone->reply_holder == 0)
		return;
	shown.holder = phone->reply_holder;
	shown.version = phone->reply_version;
	shown.history = phone->reply_history;
	first_only_once_a_server(sim, &shown);
}

/* ---- 12: what all agree on ---- */

/* Whether the phone holds a record of this person that the server set aside. */
static int
set_aside(const Sim *sim, const Phone *phone, uint32_t holder)
{
	for (int i = 0; i < phone->disk_n; i++) {
		const LogRecord *record = &phone->disk[i].record;
		int row = server_find(&sim->server, record, 1);
		if (!record->has_mark || record->session != phone->place.session ||
		        server_holder_of(&sim->server, sim_ticket_of(sim, record->mark)) != holder)
			continue;
		if (row < 0 || !sim->server.rows[row].accepted ||
		        !log_same_content(&sim->server.rows[row].record, record))
			return 1;
	}
	return 0;
}

static void
phone_agrees(Sim *sim, Phone *phone)
{
	static uint8_t entries[TICKETS_MAX * MANIFEST_ENTRY_BYTES];
	const Server *server = &sim->server;
	int session = phone->place.session - 1;
	DeviceStatus status;

	device_status(phone->memory, &status);
	ENSURE(sim, 12, status.history == server->history, "phone %d knows another history",
	        phone->no);
	uint32_t n = server_manifest(sim, session, 0, entries);
	ENSURE(sim, 12,
	        status.tickets == n &&
	                memcmp(entries, device_manifest(phone->memory), n * MANIFEST_ENTRY_BYTES) ==
	                        0,
	        "phone %d has another manifest", phone->no);
	if (phone->place.rehearsal)
		return;
	for (int ticket = 0; ticket < server->tickets_n; ticket++) {
		uint32_t holder = server_holder_of(server, ticket);
		if (holder == 0 || server->holders[holder].deleted || set_aside(sim, phone, holder))
			continue;
		int present = server->known[session][holder].presence.present;
		ENSURE(sim, 12, device_is_in(phone->memory, sim->tickets[ticket].mark) == present,
		        "phone %d: ticket %d of holder %u at session %d is %sin, the server says "
		        "%d",
		        phone->no, ticket, holder, session + 1, present ? "not " : "", present);
	}
}

static void
all_rows_mean_the_same(Sim *sim)
{
	static LogEntry entries[GATHER_MAX];
	Server *server = &sim->server;

	for (int session = 0; session < sim->sessions_n; session++)
		for (uint32_t no = 1; no <= server->last_no && !server->collapsed; no++) {
			const LogPresence *presence = &server->known[session][no].presence;
			if (server->holders[no].deleted || server->holders[no].merged_into != 0)
				continue;
			uint32_t n = server_gather(sim, session, no, entries);
			any_order_means_the_same(sim, entries, n, presence);
		}
}

static void
registrations_are_there(Sim *sim)
{
	for (int i = 0; i < sim->acknowledged_n; i++) {
		int there = 0;
		if (sim->acknowledged_history[i] != sim->server.history)
			continue; /* a restored server may have lost it */
		for (uint32_t no = 1; no <= sim->server.last_no; no++)
			there += sim->server.holders[no].submission == sim->acknowledged[i];
		ENSURE(sim, 9, there == 1, "a registration is there %d times", there);
	}
}

void
oracle_end(Sim *sim)
{
	all_rows_mean_the_same(sim);
	registrations_are_there(sim);
	for (int i = 0; i < sim->phones_n; i++) {
		Phone *phone = &sim->phones[i];
		DeviceStatus status;
		device_status(phone->memory, &status);
		ENSURE(sim, 12, status.waiting == 0 && phone->writes == 0,
		        "phone %d has still %u waiting after three rounds", i, status.waiting);
		for (int at = 0; at < phone->disk_n; at++) {
			const DeviceItem *item = &phone->disk[at];
			ENSURE(sim, 2, item->state != DEVICE_INTENT,
			        "seq %d of phone %d is an intent for ever", (int)item->record.seq,
			        i);
			ENSURE(sim, 2, server_has(&sim->server, &item->record),
			        "seq %d of phone %d is nowhere", (int)item->record.seq, i);
		}
		if (!sim->server.revoked[i] && !sim->server.collapsed)
			phone_agrees(sim, phone);
	}
}
