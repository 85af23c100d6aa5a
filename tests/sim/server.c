/* What the server answers, one transaction a request. Its decisions are door_decide()'s. */
#include "sim.h"

#include <string.h>

/* ---- the online scan ---- */

static DoorAnswer
decide(const Sim *sim, const Message *message, int ticket, const ServerKnown *known)
{
	const Server *server = &sim->server;
	int session = message->record.session - 1;
	uint8_t entry = server_entry(server, ticket, session);
	int current = entry != DOOR_ENTRY_ABSENT && entry != DOOR_ENTRY_REVOKED;
	DoorAnswer answer;

	door_decide(
	        &(DoorQuestion){
	                .signature = DOOR_SIGNATURE_HOLDS,
	                .entry = entry,
	                .ticket_class =
	                        current ? sim->tickets[ticket].class : message->ticket_class,
	                .holder_in = known != NULL && known->presence.present,
	                .session_listed = sim->session_listed[session],
	                .session_once = sim->session_once[session],
	                .leaving = message->leaving,
	                .override = message->override,
	                .spare_region = message->record.region,
	                .ticket_minute =
	                        current ? sim->tickets[ticket].minute : message->ticket_minute,
	                .key_created = KEY_CREATED,
	                .manifest_issued = sim->now / 1000,
	                .now_ms = message->record.wall,
	                .first_at_ms = known != NULL ? known->presence.first_at : 0,
	        },
	        &answer);
	return answer;
}

static void
answer_with(Message *message, uint8_t decision, const ServerKnown *known)
{
	message->reply = (DeviceReply){ .decision = decision };
	if (known != NULL && (decision == DOOR_AGAIN || decision == DOOR_REJECT_USED)) {
		message->reply.first_at_ms = known->presence.first_at;
		message->reply.first_checkpoint = known->presence.checkpoint;
	}
	message->answered = 1;
}

static void
handle_scan(Sim *sim, Message *message)
{
	Server *server = &sim->server;
	LogRecord record = message->record;
	int ticket = sim_ticket_of(sim, record.mark), session = record.session - 1;
	uint32_t holder = server_holder_of(server, ticket);
	ServerKnown *known = holder ? &server->known[session][holder] : NULL;
	int stored = server_find(server, &record, 1);

	if (stored < 0)
		stored = server_find(server, &record, 0);
	message->holder = message->ticket_class == TICKET_PRACTICE ? 0 : holder;
	message->version = server->version;
	if (stored >= 0) {
		const LogRecord *there = &server->rows[stored].record;
		if (there->mark == record.mark && there->session == record.session)
			answer_with(message, there->decision, known);
		return;
	}
	DoorAnswer answer = decide(sim, message, ticket, known);
	record.rev = 0;
	record.online = 1;
	record.decision = answer.decision;
	record.reason = answer.practice                  ? LOG_REASON_PRACTICE
	        : answer.decision == DOOR_ADMIT_OVERRIDE ? message->override
	                                                 : LOG_REASON_NONE;
	answer_with(message, answer.decision, known);
	server_put(sim, &record, message->phone, 1);
}

/* ---- upload and lists ---- */

static void
answer_gaps(Sim *sim, int phone, uint64_t epoch)
{
	static uint64_t seqs[ROWS_MAX];
	static LogGap gaps[64];
	const Server *server = &sim->server;
	uint32_t n = 0;

	for (int at = server->first_of_device[phone]; at >= 0;
	        at = server->rows[at].next_of_device) {
		uint64_t seq = server->rows[at].record.seq;
		uint32_t i = n;
		if (server->rows[at].record.epoch != epoch)
			continue;
		while (i > 0 && seqs[i - 1] > seq)
			i--;
		if (i > 0 && seqs[i - 1] == seq)
			continue;
		memmove(&seqs[i + 1], &seqs[i], (n++ - i) * sizeof *seqs);
		seqs[i] = seq;
	}
	n = log_gaps(seqs, n, gaps, 64);
	oracle_gaps(sim, phone, epoch, gaps, n);
}

/* One record may be spoilt on its way out of the phone: the server can read no key. */
static LogRecord
as_arrived(Sim *sim, const LogRecord *sent)
{
	LogRecord record = *sent;

	if (!sim->healed && sim_chance(sim, 2))
		record.decision = 200;
	return record;
}

static void
put_batch(Sim *sim, Message *message)
{
	Server *server = &sim->server;

	message->acks = sim_alloc(sim, (message->sent_n + 1) * sizeof *message->acks);
	for (uint32_t i = 0; i < message->sent_n; i++) {
		LogRecord record = as_arrived(sim, &message->sent[i]);
		LogVerdict verdict = server_put(sim, &record, message->phone, 0);
		int row = server_find(server, &record, record.rev);
		message->acks[message->acks_n++] = (DeviceAck){
			.device = record.device,
			.epoch = record.epoch,
			.seq = record.seq,
			.index = i,
			.rev = record.rev,
			.no_key = verdict == LOG_QUARANTINE_GARBLED,
			.quarantined = log_is_quarantine(verdict) ||
			        (verdict == LOG_REPEAT && row >= 0 && !server->rows[row].accepted),
		};
	}
	for (uint32_t i = 0; i < message->sent_n; i++)
		if (i == 0 || message->sent[i].epoch != message->sent[i - 1].epoch)
			answer_gaps(sim, message->phone, message->sent[i].epoch);
}

static void
handle_upload(Sim *sim, Message *message)
{
	put_batch(sim, message);
	message->answered = 1;
	/* an answer that names what was not sent must move nothing */
	if (message->sent_n > 0 && sim_chance(sim, 20)) {
		DeviceAck *extra = &message->acks[message->acks_n++];
		*extra = message->acks[0];
		extra->no_key = 0;
		switch (sim_below(sim, 3)) {
		case 0:
			extra->seq++;
			extra->index = 0;
			break;
		case 1:
			extra->index = message->sent_n;
			break;
		default:
			extra->rev = 0;
		}
	}
}

uint32_t
server_manifest(const Sim *sim, int session, int64_t since, uint8_t *ret)
{
	const Server *server = &sim->server;
	uint32_t n = 0;

	for (int ticket = 0; ticket < server->tickets_n; ticket++) {
		const ServerTicket *held = &server->tickets[ticket];
		uint32_t holder = server_holder_of(server, ticket);
		uint64_t mark = sim->tickets[ticket].mark;
		if (holder == 0 || held->changed <= since)
			continue;
		uint32_t at = n++;
		for (; at > 0; at--) {
			uint8_t *before = ret + (at - 1) * MANIFEST_ENTRY_BYTES;
			uint64_t other = 0;
			for (int i = 0; i < 8; i++)
				other = other << 8 | before[i];
			if (other < mark)
				break;
			memcpy(before + MANIFEST_ENTRY_BYTES, before, MANIFEST_ENTRY_BYTES);
		}
		uint8_t *entry = ret + at * MANIFEST_ENTRY_BYTES;
		for (int i = 0; i < 8; i++)
			entry[i] = (uint8_t)(mark >> (56 - 8 * i));
		entry[8] = (uint8_t)(holder >> 16);
		entry[9] = (uint8_t)(holder >> 8);
		entry[10] = (uint8_t)holder;
		entry[11] = (uint8_t)(held->delegation >> 8);
		entry[12] = (uint8_t)held->delegation;
		entry[13] = server_entry(server, ticket, session);
		entry[14] = (uint8_t)(mark & 0x1f);
	}
	return n;
}

static void
handle_list(Sim *sim, Message *message)
{
	const Server *server = &sim->server;
	int full = message->since == 0 || message->asked_history != server->history;
	int64_t since = full ? 0 : message->since;
	int session = message->session - 1;

	message->head = (DeviceHead){ .history = server->history,
		.version = server->version,
		.since = since,
		.issued = sim->now / 1000,
		.question = message->question,
		.session = message->session,
		.full = (uint8_t)full };
	message->answered = 1;
	if (message->kind == ASK_MANIFEST) {
		message->entries =
		        sim_alloc(sim, (size_t)(server->tickets_n + 1) * MANIFEST_ENTRY_BYTES);
		message->n = server_manifest(sim, session, since, message->entries);
		return;
	}
	message->known = sim_alloc(sim, (server->last_no + 1) * sizeof *message->known);
	for (uint32_t no = 1; no <= server->last_no; no++) {
		const ServerKnown *known = &server->known[session][no];
		const ServerHolder *holder = &server->holders[no];
		int gone = holder->merged_into != 0 || holder->deleted;
		if (known->touched <= since)
			continue;
		message->known[message->n++] = (DeviceKnown){ .holder = no,
			.minute = (uint32_t)(known->presence.first_at / 60000),
			.checkpoint = known->presence.checkpoint,
			.in = gone ? DEVICE_GONE : known->presence.present };
	}
}

/* ---- the request ---- */

void
server_down(Sim *sim, const char *when)
{
	sim_trace(sim, "the server dies%s", when);
	sim->server_up = 0;
	sim_at(sim, sim->now + 2000 + sim_below(sim, 600000), EVENT_SERVER, 0, 0, NULL);
}

static void
send_back(Sim *sim, Message *message)
{
	const Phone *phone = &sim->phones[message->phone];
	int copies = 1 + sim_chance(sim, (unsigned)sim->duplication);

	if (!sim->site_up[phone->site] || (!sim->healed && sim_chance(sim, (unsigned)sim->loss)))
		return;
	while (copies-- > 0) {
		int64_t delay = 5 + sim_below(sim, 200);
		if (!sim->healed && sim_chance(sim, 50))
			delay += sim_below(sim, 20 * 60 * 1000);
		sim_at(sim, sim->now + delay, EVENT_REPLY, message->phone, 0, message);
	}
}

/* A message may come twice: each time it is answered anew. */
void
server_handle(Sim *sim, Message *asked)
{
	Server *server = &sim->server;
	int crash = sim->healed ? 0 : (int)sim_below(sim, 300);
	int scan = asked->kind == ASK_SCAN, upload = asked->kind == ASK_UPLOAD;

	if (!sim->server_up || !sim->site_up[sim->phones[asked->phone].site] ||
	        server->rows_n + DEVICE_BATCH_MAX + 2 > ROWS_MAX)
		return;
	if (crash == 1) {
		server_down(sim, " before it wrote");
		return;
	}
	Message *message = sim_alloc(sim, sizeof *message);
	*message = *asked;
	if (server->revoked[message->phone] && !upload)
		return; /* 403: nothing is shown by it */
	if (server->collapsed && !upload)
		return; /* the event is over */
	if (scan || upload)
		server->version++;
	/* records that wait ride along with the question */
	if (scan && message->sent_n > 0)
		put_batch(sim, message);
	if (scan)
		handle_scan(sim, message);
	else if (upload)
		handle_upload(sim, message);
	else
		handle_list(sim, message);
	message->history = server->history;
	if (message->kind != ASK_SCAN)
		message->version = server->version;
	if (crash == 2)
		server_down(sim, " after it wrote");
	else
		send_back(sim, message);
}
