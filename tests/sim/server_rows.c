/* The server's tables, as arrays. Verdicts are log_judge()'s, presence is log_derive()'s. */
#include "sim.h"

#include <stddef.h>
#include <string.h>

/* ---- rows ---- */

static uint32_t
slot_of(const LogRecord *key, uint8_t rev)
{
	uint64_t mixed = key->device * 0x9e3779b97f4a7c15u ^ key->epoch * 0xc2b2ae3d27d4eb4fu ^
	        (key->seq << 1 | rev) * 0x165667b19e3779f9u;
	return (uint32_t)(mixed >> 40) % ROW_SLOTS;
}

int
server_find(const Server *server, const LogRecord *key, uint8_t rev)
{
	for (uint32_t slot = slot_of(key, rev); server->slots[slot] >= 0;
	        slot = (slot + 1) % ROW_SLOTS) {
		const LogRecord *record = &server->rows[server->slots[slot]].record;
		if (record->rev == rev && log_same_key(record, key))
			return server->slots[slot];
	}
	return -1;
}

static int
phone_of(const Sim *sim, uint64_t device)
{
	for (int i = 0; i < sim->phones_n; i++)
		if (sim->phones[i].device == device)
			return i;
	return -1;
}

static void
add_row(Sim *sim, const LogRecord *record, LogVerdict verdict)
{
	Server *server = &sim->server;
	int at = server->rows_n++, device = phone_of(sim, record->device);
	Row *row = &server->rows[at];
	uint32_t slot = slot_of(record, record->rev);

	*row = (Row){ .record = *record,
		.arrival = server->version,
		.verdict = verdict,
		.accepted = verdict == LOG_ACCEPT,
		.ticket = record->has_mark ? sim_ticket_of(sim, record->mark) : -1,
		.next = -1 };
	if (row->ticket >= 0) {
		row->next = server->first_of_ticket[row->ticket];
		server->first_of_ticket[row->ticket] = at;
	}
	row->next_of_device = server->first_of_device[device];
	server->first_of_device[device] = at;
	if (record->decision == DOOR_VOID)
		server->voids[server->voids_n++] = at;
	while (server->slots[slot] >= 0)
		slot = (slot + 1) % ROW_SLOTS;
	server->slots[slot] = at;
}

/* ---- holders and presence ---- */

uint32_t
server_holder_of(const Server *server, int ticket)
{
	uint32_t holder =
	        ticket >= 0 && ticket < server->tickets_n ? server->tickets[ticket].holder : 0;

	while (holder != 0 && server->holders[holder].merged_into != 0)
		holder = server->holders[holder].merged_into;
	return holder;
}

uint8_t
server_entry(const Server *server, int ticket, int session)
{
	uint32_t no = server_holder_of(server, ticket);

	if (no == 0)
		return DOOR_ENTRY_ABSENT;
	if (server->tickets[ticket].replaced)
		return DOOR_ENTRY_REVOKED;
	if (server->holders[no].cancelled || server->holders[no].deleted)
		return DOOR_ENTRY_CANCELLED;
	return server->holders[no].entry[session];
}

static LogEntry
entry_of(const Sim *sim, const Row *row)
{
	int device = phone_of(sim, row->record.device);

	return (LogEntry){ .record = row->record,
		.accepted = row->accepted,
		.by_supervisor = device >= 0 && sim->phones[device].place.supervisor };
}

uint32_t
server_gather(const Sim *sim, int session, uint32_t holder, LogEntry *ret)
{
	const Server *server = &sim->server;
	uint32_t n = 0;

	for (int ticket = 0; ticket < server->tickets_n; ticket++) {
		if (server->tickets[ticket].holder == 0 ||
		        server_holder_of(server, ticket) != holder)
			continue;
		for (int at = server->first_of_ticket[ticket]; at >= 0 && n < GATHER_MAX;
		        at = server->rows[at].next)
			if (server->rows[at].record.session == session + 1 &&
			        server->rows[at].record.decision != DOOR_VOID)
				ret[n++] = entry_of(sim, &server->rows[at]);
	}
	for (int i = 0; n > 0 && i < server->voids_n && n < GATHER_MAX; i++)
		ret[n++] = entry_of(sim, &server->rows[server->voids[i]]);
	return n;
}

static LogEntry gathered[GATHER_MAX];

/* The derived row of a holder at a session anew, in the running transaction. */
void
server_touch(Sim *sim, int session, uint32_t holder, int may_fall)
{
	ServerKnown *known = &sim->server.known[session][holder];
	LogPresence was = known->presence;

	if (holder == 0 || sim->server.holders[holder].deleted || sim->server.collapsed)
		return;
	uint32_t n = server_gather(sim, session, holder, gathered);
	log_derive(gathered, n, &known->presence);
	known->touched = sim->server.version;
	if (may_fall & FALL_VOID)
		known->voided_at = sim->server.version;
	oracle_derived(sim, session, holder, &was, gathered, n, may_fall);
}

/* What a new row, or one released, changes. */
static void
touch_of(Sim *sim, int at)
{
	Server *server = &sim->server;
	const Row *row = &server->rows[at];
	const LogRecord *record = &row->record;
	int session = record->session - 1;
	int may_fall = record->rev == 1 && !door_decision_admits(record->decision) ? FALL_REV_1 : 0;

	if (record->decision != DOOR_VOID) {
		server_touch(sim, session, server_holder_of(server, row->ticket), may_fall);
		return;
	}
	for (int i = server->rows_n - 1; i >= 0; i--)
		if (i != at && log_voids(record, &server->rows[i].record))
			server_touch(sim, server->rows[i].record.session - 1,
			        server_holder_of(server, server->rows[i].ticket), FALL_VOID);
	if (row->ticket >= 0)
		server_touch(sim, session, server_holder_of(server, row->ticket), FALL_VOID);
}

void
server_release(Sim *sim, int at)
{
	sim->server.version++;
	sim->server.rows[at].accepted = 1;
	sim_trace(sim, "staff release seq %d of phone %d", (int)sim->server.rows[at].record.seq,
	        phone_of(sim, sim->server.rows[at].record.device));
	touch_of(sim, at);
}

/* ---- arrival ---- */

static int
is_kept(const Server *server, const LogRecord *record)
{
	for (int i = 0; i < server->kept_n; i++)
		if (log_same_content(&server->kept[i], record))
			return 1;
	return 0;
}

/* A person's rows are gone: only the key is kept, so that a repetition is known. */
static void
keep_key(Server *server, const LogRecord *record)
{
	if (server->late_n < KEPT_MAX)
		server->late_keys[server->late_n++] = (LogRecord){ .device = record->device,
			.epoch = record->epoch,
			.seq = record->seq,
			.rev = record->rev };
}

static int
is_late_key(const Server *server, const LogRecord *record)
{
	for (int i = 0; i < server->late_n; i++)
		if (server->late_keys[i].rev == record->rev &&
		        log_same_key(&server->late_keys[i], record))
			return 1;
	return 0;
}

static const LogRecord *
record_at(const Server *server, int at)
{
	return at >= 0 ? &server->rows[at].record : NULL;
}

/* @token: whose token it came with. */
LogVerdict
server_put(Sim *sim, const LogRecord *record, int token, int from_server)
{
	Server *server = &sim->server;
	int device = phone_of(sim, record->device);
	int same = server_find(server, record, record->rev);
	int other = server_find(server, record, record->rev ^ 1);
	int ticket = record->has_mark ? sim_ticket_of(sim, record->mark) : -1;
	uint32_t holder = server_holder_of(server, ticket);
	LogFacts facts = {
		.device_known = device >= 0,
		.device_own = device == token,
		.device_revoked = device >= 0 && server->revoked[device],
		.device_supervisor = device >= 0 && sim->phones[device].place.supervisor,
		.place_known = record->session >= 1 && record->session <= sim->sessions_n &&
		        record->checkpoint >= 1 &&
		        (record->checkpoint - 1) / SITES_MAX == record->session - 1,
		.from_server = (uint8_t)from_server,
		.collapsed = server->collapsed || (holder && server->holders[holder].deleted),
		.same = record_at(server, same),
		.other = record_at(server, other),
	};
	LogVerdict verdict;

	if (is_late_key(server, record))
		return LOG_REPEAT;
	verdict = log_judge(record, &facts);
	switch (verdict) {
	case LOG_REPEAT:
	case LOG_LATE_REV_0:
		break;
	case LOG_LATE:
		server->late++;
		keep_key(server, record);
		break;
	case LOG_ACCEPT:
		add_row(sim, record, verdict);
		break;
	case LOG_QUARANTINE_REVOKED:
	case LOG_QUARANTINE_OTHER_REV:
	case LOG_QUARANTINE_ROLE:
		if (server->collapsed)
			keep_key(server, record);
		else
			add_row(sim, record, verdict);
		break;
	default:
		if (server->collapsed)
			keep_key(server, record);
		else if (!is_kept(server, record) && server->kept_n < KEPT_MAX)
			server->kept[server->kept_n++] = *record;
	}
	oracle_put(sim, record, token, verdict);
	if (verdict == LOG_ACCEPT)
		touch_of(sim, server->rows_n - 1);
	return verdict;
}
