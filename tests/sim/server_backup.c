/* The server's bad moments and its end: backups, restores, deletion and collapse into counts. */
#include "sim.h"

#include <stddef.h>
#include <string.h>

static size_t
used_size(const Server *server)
{
	return offsetof(Server, rows) + (size_t)server->rows_n * sizeof(Row);
}

static void
back_up(Sim *sim)
{
	Server *copy;

	if (sim->server.collapsed)
		return;
	if (sim->backups_n == BACKUPS_MAX)
		copy = sim->backups[sim_below(sim, BACKUPS_MAX)];
	else
		copy = sim->backups[sim->backups_n++] = sim_alloc(sim, sizeof *copy);
	memcpy(copy, &sim->server, used_size(&sim->server));
	sim_trace(sim, "a backup of version %d", (int)sim->server.version);
}

static void
restore(Sim *sim)
{
	static uint8_t deleted[HOLDERS_MAX];
	static uint64_t submission[HOLDERS_MAX];
	Server *server = &sim->server;

	if (sim->backups_n == 0 || server->collapsed)
		return;
	for (uint32_t no = 0; no <= server->last_no; no++) {
		deleted[no] = server->holders[no].deleted;
		submission[no] = server->holders[no].submission;
	}
	const Server *copy = sim->backups[sim_below(sim, (unsigned)sim->backups_n)];
	uint32_t last_no = server->last_no;
	memcpy(server, copy, used_size(copy));
	server->history = sim_draw(sim) | 1;
	sim->restored_n++;
	sim_trace(sim, "the server is restored from a backup of version %d", (int)copy->version);
	/* the list of deleted people lies beside the keys and is applied */
	for (uint32_t no = 1; no <= server->last_no && no <= last_no; no++)
		if (deleted[no] && server->holders[no].submission == submission[no])
			server_delete(sim, no);
}

void
server_delete(Sim *sim, uint32_t no)
{
	Server *server = &sim->server;

	if (server->holders[no].deleted || server->holders[no].merged_into != 0)
		return;
	server->version++;
	for (int session = 0; session < sim->sessions_n; session++) {
		LogPresence *presence = &server->known[session][no].presence;
		server->people_tally[session] += presence->present;
		*presence = (LogPresence){ 0 };
		server->known[session][no].touched = server->version;
	}
	server->holders[no].deleted = 1;
	for (int ticket = 0; ticket < server->tickets_n; ticket++)
		if (server_holder_of(server, ticket) == no)
			server->tickets[ticket].changed = server->version;
}

/* Identity expires: people, tickets and scans become counts. */
void
server_collapse(Sim *sim)
{
	Server *server = &sim->server;

	server->version++;
	for (int session = 0; session < sim->sessions_n; session++)
		for (uint32_t no = 1; no <= server->last_no; no++) {
			LogPresence *presence = &server->known[session][no].presence;
			server->people_tally[session] += presence->present;
			*presence = (LogPresence){ 0 };
		}
	server->collapsed = 1;
	server->rows_n = server->voids_n = 0;
	memset(server->slots, 0xff, sizeof server->slots);
	memset(server->first_of_ticket, 0xff, sizeof server->first_of_ticket);
	memset(server->first_of_device, 0xff, sizeof server->first_of_device);
	sim_trace(sim, "the event is over: people become counts");
}

void
server_event(Sim *sim)
{
	if (sim->healed)
		return;
	if (!sim->server_up) {
		if (sim_chance(sim, 300))
			restore(sim);
		sim->server_up = 1;
		sim_trace(sim, "the server is up");
	} else if (sim_chance(sim, 600)) {
		back_up(sim);
	} else {
		server_down(sim, "");
	}
}

void
server_begin(Sim *sim)
{
	Server *server = &sim->server;

	memset(server, 0, offsetof(Server, kept));
	server->kept_n = server->late_n = server->rows_n = 0;
	memset(server->slots, 0xff, sizeof server->slots);
	memset(server->first_of_ticket, 0xff, sizeof server->first_of_ticket);
	memset(server->first_of_device, 0xff, sizeof server->first_of_device);
	server->history = sim_draw(sim) | 1;
	server->version = 1;
	server->capacity = 5 + (int)sim_below(sim, 40);
}
