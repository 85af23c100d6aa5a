/* What a volunteer does beside scanning: undo, a stretch scanned for trial, a tally, a group
 * pass. */
#include "sim.h"

static void
write_all(Sim *sim, Phone *phone, DeviceItem *item)
{
	if (item->record.decision == DOOR_VOID) {
		sim->voids[sim->voids_n] = item->record;
		sim->void_at[sim->voids_n++] = sim->now;
	}
	phone_write(sim, phone, item);
}

static int
full(const Sim *sim)
{
	return sim->voids_n + 64 > ROWS_MAX / 8;
}

/* Records of other devices that the server tells of. */
static void
void_others(Sim *sim, Phone *phone, uint64_t mark)
{
	static LogEntry entries[GATHER_MAX];
	int session = phone->place.session - 1;
	uint32_t holder = server_holder_of(&sim->server, sim_ticket_of(sim, mark));
	uint32_t n = holder ? server_gather(sim, session, holder, entries) : 0;
	DeviceItem item;

	for (uint32_t i = 0; i < n && !full(sim); i++) {
		const LogRecord *record = &entries[i].record;
		if (!log_counts(entries, n, i) || record->device == phone->device)
			continue;
		DeviceVoid what = { .clock = phone_clock(sim, phone),
			.device = record->device,
			.epoch = record->epoch,
			.seq = record->seq,
			.mark = mark,
			.has_mark = 1,
			.reason = LOG_REASON_DOUBLE };
		if (device_void(phone->memory, &what, &item) == DEVICE_DECIDED)
			write_all(sim, phone, &item);
	}
}

void
phone_undo(Sim *sim, Phone *phone)
{
	int ticket = (int)sim_below(sim, (unsigned)sim->tickets_n);
	uint64_t mark = sim->tickets[ticket].mark;
	DeviceClock clock = phone_clock(sim, phone);
	DeviceItem item;

	/* mostly of somebody whom this phone let in */
	if (phone->disk_n > 0 && sim_chance(sim, 700)) {
		const DeviceItem *some = &phone->disk[sim_below(sim, (unsigned)phone->disk_n)];
		if (some->record.has_mark)
			mark = some->record.mark;
	}
	if (!phone->place.supervisor) {
		ENSURE(sim, 5,
		        device_undo(phone->memory, &clock, mark, LOG_REASON_DOUBLE, &item) ==
		                DEVICE_FORBIDDEN,
		        "a volunteer voids");
		return;
	}
	if (full(sim))
		return;
	sim_trace(sim, "phone %d: undo", phone->no);
	while (!full(sim) &&
	        device_undo(phone->memory, &clock, mark, LOG_REASON_WRONG_PERSON, &item) ==
	                DEVICE_DECIDED)
		write_all(sim, phone, &item);
	if (phone_linked(sim, phone) && sim->server_up && !sim->server.collapsed)
		void_others(sim, phone, mark);
}

/* What some phone scanned up to now was for trial. */
void
phone_trial(Sim *sim, Phone *phone)
{
	DeviceItem item;

	if (full(sim) || phone->disk_n == 0 || !phone->place.supervisor)
		return;
	const LogRecord *some = &phone->disk[sim_below(sim, (unsigned)phone->disk_n)].record;
	DeviceVoid what = { .clock = phone_clock(sim, phone),
		.device = some->device,
		.epoch = some->epoch,
		.seq = some->seq,
		.reason = LOG_REASON_TRIAL };
	if (device_void(phone->memory, &what, &item) != DEVICE_DECIDED)
		return;
	sim_trace(
	        sim, "phone %d: the stretch up to seq %d was for trial", phone->no, (int)some->seq);
	write_all(sim, phone, &item);
}

void
phone_count(Sim *sim, Phone *phone)
{
	DeviceClock clock = phone_clock(sim, phone);
	int64_t before = device_tally(phone->memory);
	uint32_t n = sim_chance(sim, 500) ? 1 : 10;
	DeviceItem item;

	if (device_count(phone->memory, &clock, (uint16_t)(1 + sim_below(sim, REGIONS)), 0, n,
	            &item) != DEVICE_DECIDED)
		return;
	ENSURE(sim, 5, phone->place.rehearsal || device_tally(phone->memory) == before + n,
	        "phone %d counts wrongly", phone->no);
	phone_write(sim, phone, &item);
}

void
phone_group(Sim *sim, Phone *phone, uint16_t delegation)
{
	DeviceMember members[32];
	uint32_t n = device_group(phone->memory, delegation, members, 32);
	DeviceItem item;

	if (phone->disk_n + 96 > DISK_MAX)
		return;
	for (uint32_t i = 0; i < n && i < 32; i++) {
		DeviceScan scan = { .clock = phone_clock(sim, phone),
			.mark = members[i].mark,
			.signature = DOOR_SIGNATURE_HOLDS,
			.group = 1 };
		if (members[i].in || sim_chance(sim, 200)) /* switched off */
			continue;
		if (device_scan(phone->memory, &scan, &item) == DEVICE_DECIDED)
			phone_write(sim, phone, &item);
	}
	sim_trace(sim, "phone %d: group pass of delegation %d, %d people", phone->no, delegation,
	        (int)n);
}
