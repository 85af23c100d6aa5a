/* The world: chance, time, the heap of events, tickets, and one seed from begin to end. */
#include "sim.h"

#include <glib.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- chance ---- */

uint64_t
sim_draw(Sim *sim)
{
	uint64_t z = sim->random += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

unsigned
sim_below(Sim *sim, unsigned n)
{
	return (unsigned)((sim_draw(sim) >> 32) * n >> 32);
}

int
sim_chance(Sim *sim, unsigned per_mille)
{
	return sim_below(sim, 1000) < per_mille;
}

/* ---- memory, words ---- */

void *
sim_alloc(Sim *sim, size_t size)
{
	void *block = sim->arena + sim->arena_used;

	size = (size + 15) & ~(size_t)15;
	sim->arena_used += size;
	if (sim->arena_used > sim->arena_room) /* a day takes a few megabytes */
		sim_fail(sim, 12, "the messages have no end");
	memset(block, 0, size);
	return block;
}

void
sim_trace(Sim *sim, const char *format, ...)
{
	va_list list;

	if (!sim->tracing)
		return;
	int64_t ms = sim->now - EVENT_STARTS * 1000;
	printf("%6d %3d:%02d:%02d.%03d ", (int)sim->steps, (int)(ms / 3600000),
	        (int)(ms / 60000 % 60), (int)(ms / 1000 % 60), (int)(ms % 1000));
	va_start(list, format);
	vprintf(format, list);
	va_end(list);
	putchar('\n');
}

void
sim_fail(Sim *sim, int invariant, const char *format, ...)
{
	va_list list;

	sim->invariant = invariant;
	va_start(list, format);
	g_vsnprintf(sim->what, sizeof sim->what, format, list);
	va_end(list);
	sim_trace(sim, "INVARIANT %d: %s", invariant, sim->what);
	longjmp(sim->failed, 1);
}

/* ---- the heap ---- */

static int
is_before(const Event *a, const Event *b)
{
	return a->at != b->at ? a->at < b->at : a->order < b->order;
}

void
sim_at(Sim *sim, int64_t at, EventKind kind, int phone, uint64_t seq, void *data)
{
	int i = sim->heap_n++;
	Event event = { .at = at < sim->now ? sim->now : at,
		.order = sim->order++,
		.kind = kind,
		.phone = phone,
		.seq = seq,
		.data = data };

	if (sim->heap_n > sim->heap_room) {
		sim->heap_room = sim->heap_room ? 2 * sim->heap_room : 1024;
		sim->heap = g_renew(Event, sim->heap, (gsize)sim->heap_room);
	}
	if (kind != EVENT_SITE && kind != EVENT_STAFF && kind != EVENT_SERVER)
		event.boot = sim->phones[phone].boot;
	for (; i > 0 && is_before(&event, &sim->heap[(i - 1) / 2]); i = (i - 1) / 2)
		sim->heap[i] = sim->heap[(i - 1) / 2];
	sim->heap[i] = event;
}

static Event
take_event(Sim *sim)
{
	Event top = sim->heap[0], last = sim->heap[--sim->heap_n];
	int i = 0;

	for (;;) {
		int child = 2 * i + 1;
		if (child >= sim->heap_n)
			break;
		if (child + 1 < sim->heap_n && is_before(&sim->heap[child + 1], &sim->heap[child]))
			child++;
		if (!is_before(&sim->heap[child], &last))
			break;
		sim->heap[i] = sim->heap[child];
		i = child;
	}
	sim->heap[i] = last;
	return top;
}

/* ---- tickets ---- */

int
sim_ticket_of(const Sim *sim, uint64_t mark)
{
	for (int i = 0; i < sim->tickets_n; i++)
		if (sim->tickets[i].mark == mark)
			return i;
	return -1;
}

int
sim_print_ticket(Sim *sim, uint8_t class)
{
	T1 t1 = { .key_hint = 7, .class = class };
	Ticket *ticket = &sim->tickets[sim->tickets_n];

	if (sim->tickets_n == TICKETS_MAX)
		return -1;
	uint64_t id = sim_draw(sim);
	memcpy(t1.id, &id, sizeof t1.id);
	int64_t minute = (sim->now / 1000 - KEY_CREATED) / 60;
	t1.minute = (uint32_t)minute & TICKET_MINUTE_MAX;
	for (size_t i = 0; i < sizeof t1.signature; i += 8) {
		uint64_t bits = sim_draw(sim);
		memcpy(t1.signature + i, &bits, 8);
	}
	*ticket = (Ticket){ .class = class, .minute = t1.minute };
	ticket->mark = (uint64_t)mark_of(sim->salt, t1.id);
	t1_write(&t1, ticket->text);
	typed_code_of((gint64)ticket->mark, ticket->code);
	return sim->tickets_n++;
}

/* ---- a seed ---- */

static void
begin(Sim *sim, uint64_t seed, int tracing)
{
	Event *heap = sim->heap;
	char *arena = sim->arena;
	int heap_room = sim->heap_room;
	size_t arena_room = sim->arena_room;

	/* the big tables are not cleared: their lengths say what is in them */
	memset(sim, 0, offsetof(Sim, tickets));
	sim->heap = heap;
	sim->arena = arena;
	sim->heap_room = heap_room;
	sim->arena_room = arena_room;
	if (arena == NULL) {
		sim->arena_room = (size_t)192 << 20;
		sim->arena = g_malloc(sim->arena_room);
	}
	sim->seed = sim->random = seed;
	sim->tracing = tracing;
	sim->now = EVENT_STARTS * 1000;
	sim->tickets_n = sim->voids_n = sim->answers_n = sim->acknowledged_n = 0;
	sim->backups_n = 0;
	sim->shown_n = sim->admitted_n = sim->restored_n = 0;
	for (int i = 0; i < SALT_BYTES; i++)
		sim->salt[i] = (uint8_t)sim_draw(sim);
	/* from a handful of steps to a long day: short ones are easy to read, long ones find more */
	sim->steps_max = 40u << sim_below(sim, 6);
	sim->sessions_n = 1 + (int)sim_below(sim, SESSIONS_MAX);
	sim->sites_n = 1 + (int)sim_below(sim, SITES_MAX);
	sim->phones_n = 2 + (int)sim_below(sim, sim_chance(sim, 200) ? PHONES_MAX - 1 : 7);
	sim->loss = sim_chance(sim, 500) ? (int)sim_below(sim, 300) : 0;
	sim->duplication = sim_chance(sim, 500) ? (int)sim_below(sim, 300) : 0;
	sim->server_up = 1;
	for (int i = 0; i < sim->sessions_n; i++) {
		sim->session_listed[i] = (uint8_t)sim_below(sim, 2);
		sim->session_once[i] = (uint8_t)sim_below(sim, 2);
	}
	for (int i = 0; i < sim->sites_n; i++)
		sim->site_up[i] = sim_chance(sim, 800);
}

static void
plan(Sim *sim)
{
	/* the day is as long as its steps: a few seconds to some minutes between them */
	int64_t gap = INT64_C(200) << sim_below(sim, 10);

	server_begin(sim);
	staff_begin(sim);
	for (int i = 0; i < sim->phones_n; i++)
		phone_begin(sim, &sim->phones[i]);
	for (uint64_t i = 0; i < sim->steps_max; i++) {
		int64_t at = sim->now + (int64_t)i * gap + sim_below(sim, 1000);
		int phone = (int)sim_below(sim, (unsigned)sim->phones_n);
		unsigned what = sim_below(sim, 100);
		EventKind kind = what < 55 ? EVENT_SCAN
		        : what < 77        ? EVENT_SYNC
		        : what < 87        ? EVENT_PHONE
		        : what < 94        ? EVENT_STAFF
		        : what < 97        ? EVENT_SITE
		                           : EVENT_SERVER;
		if (kind == EVENT_SITE)
			phone = (int)sim_below(sim, (unsigned)sim->sites_n);
		sim_at(sim, at, kind, phone, 0, NULL);
	}
}

static void
toggle_site(Sim *sim, int site)
{
	sim->site_up[site] = !sim->site_up[site];
	sim_trace(sim, "site %d: network %s", site, sim->site_up[site] ? "up" : "down");
}

static void
take_step(Sim *sim, const Event *event)
{
	Phone *phone = &sim->phones[event->phone];
	int here = phone->alive && phone->boot == event->boot;

	switch (event->kind) {
	case EVENT_SCAN:
		if (phone->alive)
			phone_scan(sim, phone);
		break;
	case EVENT_DISK:
		if (here)
			phone_durable(sim, phone, event->data);
		break;
	case EVENT_TIMEOUT:
		if (here)
			phone_timeout(sim, phone, event->seq);
		break;
	case EVENT_REQUEST:
		server_handle(sim, event->data);
		break;
	case EVENT_REPLY:
		if (phone->alive && ((Message *)event->data)->boot == phone->boot)
			phone_reply(sim, phone, event->data);
		break;
	case EVENT_SYNC:
		if (phone->alive)
			phone_sync(sim, phone);
		break;
	case EVENT_PHONE:
		phone_event(sim, phone);
		break;
	case EVENT_BOOT:
		if (!phone->alive && phone->boot == event->boot)
			phone_boot(sim, phone);
		break;
	case EVENT_STAFF:
		if (sim->server_up && !sim->healed)
			staff_act(sim);
		break;
	case EVENT_SITE:
		if (!sim->healed)
			toggle_site(sim, event->phone);
		break;
	case EVENT_SERVER:
		server_event(sim);
		break;
	}
}

static void
run_out(Sim *sim)
{
	while (sim->heap_n > 0) {
		Event event = take_event(sim);
		sim->now = event.at;
		sim->steps++;
		take_step(sim, &event);
	}
}

/* The network heals, everything runs again; three rounds later all must agree. */
static void
heal(Sim *sim)
{
	sim->healed = 1;
	sim->server_up = 1;
	sim_trace(sim, "all is well again");
	for (int i = 0; i < sim->sites_n; i++)
		sim->site_up[i] = 1;
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < sim->phones_n; i++) {
			Phone *phone = &sim->phones[i];
			if (!phone->alive)
				phone_boot(sim, phone);
		}
		run_out(sim);
		for (int i = 0; i < sim->phones_n; i++)
			sim_at(sim, sim->now + 1 + (int)sim_below(sim, 1000), EVENT_SYNC, i, 0,
			        NULL);
		run_out(sim);
	}
}

int
sim_run(Sim *sim, uint64_t seed, int tracing)
{
	begin(sim, seed, tracing);
	if (setjmp(sim->failed) != 0)
		return 1;
	plan(sim);
	run_out(sim);
	heal(sim);
	oracle_end(sim);
	return 0;
}
