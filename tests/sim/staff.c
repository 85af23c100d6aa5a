/* What staff do while the doors are open: late registrations, re-issues, merges, revocations,
 * deletions, releases from quarantine. */
#include "sim.h"

static uint16_t
some_delegation(Sim *sim)
{
	return sim_chance(sim, 600) ? (uint16_t)(1 + sim_below(sim, DELEGATIONS)) : 0;
}

static void
give_ticket(Sim *sim, uint32_t no, int ticket, uint16_t delegation)
{
	Server *server = &sim->server;

	/* what a restored server has forgotten stays forgotten */
	for (int i = server->tickets_n; i <= ticket; i++)
		server->tickets[i] = (ServerTicket){ 0 };
	server->tickets_n = ticket + 1;
	server->tickets[ticket] = (ServerTicket){
		.holder = no, .delegation = delegation, .changed = server->version
	};
}

/* A person, with a place while there is one; asking twice gives the same. */
static uint32_t
register_person(Sim *sim, uint64_t submission, uint8_t class)
{
	Server *server = &sim->server;

	for (uint32_t no = 1; no <= server->last_no; no++)
		if (server->holders[no].submission == submission)
			return no;
	int ticket = server->last_no + 1 < HOLDERS_MAX ? sim_print_ticket(sim, class) : -1;
	if (ticket < 0)
		return 0;
	server->version++;
	uint32_t no = ++server->last_no;
	ServerHolder *holder = &server->holders[no];
	int place = server->taken < server->capacity;
	server->taken += place;
	*holder = (ServerHolder){ .exists = 1, .submission = submission };
	for (int session = 0; session < SESSIONS_MAX; session++) {
		server->known[session][no] = (ServerKnown){ 0 };
		holder->entry[session] =
		        (uint8_t)(place ? DOOR_ENTRY_BOOKED
		                        : sim_below(sim, 2) * DOOR_ENTRY_WAITLISTED);
	}
	give_ticket(sim, no, ticket, class == TICKET_SPARE ? 0 : some_delegation(sim));
	ENSURE(sim, 9, server->taken <= server->capacity, "%d places of %d are taken",
	        server->taken, server->capacity);
	return no;
}

static void
late_registration(Sim *sim)
{
	uint64_t submission = sim_draw(sim) | 1;
	uint32_t no = register_person(sim, submission, TICKET_ATTENDEE);

	if (no == 0)
		return;
	sim_trace(sim, "holder %u registers late", no);
	/* the answer was lost: asked again */
	if (sim_chance(sim, 300))
		ENSURE(sim, 9, register_person(sim, submission, TICKET_ATTENDEE) == no,
		        "a registration that was sent twice is there twice");
	sim->acknowledged[sim->acknowledged_n] = submission;
	sim->acknowledged_history[sim->acknowledged_n++] = sim->server.history;
}

static uint32_t
some_holder(Sim *sim)
{
	uint32_t no = sim->server.last_no ? 1 + sim_below(sim, sim->server.last_no) : 0;
	const ServerHolder *holder = &sim->server.holders[no];

	return no != 0 && holder->merged_into == 0 && !holder->deleted ? no : 0;
}

static void
change_tickets(Sim *sim, uint32_t no)
{
	for (int ticket = 0; ticket < sim->server.tickets_n; ticket++)
		if (server_holder_of(&sim->server, ticket) == no)
			sim->server.tickets[ticket].changed = sim->server.version;
}

static void
reissue(Sim *sim, uint32_t no)
{
	Server *server = &sim->server;
	int ticket = sim_print_ticket(sim, TICKET_ATTENDEE);

	if (ticket < 0)
		return;
	server->version++;
	uint16_t delegation = 0;
	for (int i = 0; i < server->tickets_n; i++)
		if (server_holder_of(server, i) == no && !server->tickets[i].replaced) {
			server->tickets[i].replaced = 1;
			server->tickets[i].changed = server->version;
			delegation = server->tickets[i].delegation;
		}
	give_ticket(sim, no, ticket, delegation);
	sim_trace(sim, "holder %u gets a new ticket %d", no, ticket);
}

static void
merge(Sim *sim, uint32_t from, uint32_t into)
{
	if (from == into)
		return;
	sim->server.version++;
	sim->server.holders[from].merged_into = into;
	change_tickets(sim, into);
	sim_trace(sim, "holder %u is merged into %u", from, into);
	for (int session = 0; session < sim->sessions_n; session++) {
		ServerKnown *gone = &sim->server.known[session][from];
		int voided = gone->voided_at != 0;
		if (gone->touched == 0)
			continue;
		gone->presence = (LogPresence){ 0 };
		gone->touched = sim->server.version;
		server_touch(sim, session, into, FALL_MERGE | (voided ? FALL_VOID : 0));
	}
}

static void
release_one(Sim *sim)
{
	Server *server = &sim->server;

	for (int try = 0; server->rows_n > 0 && try < 8; try++) {
		int at = (int)sim_below(sim, (unsigned)server->rows_n);
		if (!server->rows[at].accepted) {
			server_release(sim, at);
			return;
		}
	}
}

static void
change_booking(Sim *sim, uint32_t no)
{
	ServerHolder *holder = &sim->server.holders[no];

	sim->server.version++;
	if (sim_chance(sim, 300))
		holder->cancelled = !holder->cancelled;
	else
		holder->entry[sim_below(sim, SESSIONS_MAX)] = (uint8_t)sim_below(sim, 3);
	change_tickets(sim, no);
}

static void
revoke_device(Sim *sim)
{
	int phone = (int)sim_below(sim, (unsigned)sim->phones_n);

	if (!sim_chance(sim, 400))
		return;
	sim->server.version++;
	sim->server.revoked[phone] = 1;
	sim_trace(sim, "phone %d is revoked", phone);
}

void
staff_act(Sim *sim)
{
	unsigned what = sim_below(sim, 100);
	uint32_t no = some_holder(sim);

	if (sim->server.collapsed)
		return;
	if (what < 30)
		late_registration(sim);
	else if (what < 40)
		revoke_device(sim);
	else if (what < 55)
		release_one(sim);
	else if (what < 57 && sim->steps > sim->steps_max / 2 && sim_chance(sim, 200))
		server_collapse(sim);
	else if (no == 0)
		return;
	else if (what < 70)
		reissue(sim, no);
	else if (what < 80) {
		uint32_t other = some_holder(sim);
		if (other != 0)
			merge(sim, no, other);
	} else if (what < 95)
		change_booking(sim, no);
	else
		server_delete(sim, no);
}

void
staff_begin(Sim *sim)
{
	int people = 3 + (int)sim_below(sim, 40);

	for (int i = 0; i < people; i++) {
		unsigned kind = sim_below(sim, 20);
		register_person(sim, sim_draw(sim) | 1,
		        kind < 3           ? TICKET_SPARE
		                : kind < 6 ? TICKET_CAPTAIN
		                           : TICKET_ATTENDEE);
	}
	/* practice tickets are in no manifest; another event's are nobody's here */
	for (int i = 0; i < 2; i++) {
		sim_print_ticket(sim, TICKET_PRACTICE);
		int other = sim_print_ticket(sim, TICKET_ATTENDEE);
		sim->tickets[other].elsewhere = 1;
	}
}
