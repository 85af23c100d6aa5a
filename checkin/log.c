#include "checkin/log.h"

#include <stddef.h>

/* The phone and the tests read and write records by place, in another machine's memory. */
_Static_assert(offsetof(LogRecord, mark) == 24, "crosses to WebAssembly");
_Static_assert(offsetof(LogRecord, void_device) == 32, "crosses to WebAssembly");
_Static_assert(offsetof(LogRecord, wall) == 56, "crosses to WebAssembly");
_Static_assert(offsetof(LogRecord, manifest_version) == 88, "crosses to WebAssembly");
_Static_assert(offsetof(LogRecord, count) == 96, "crosses to WebAssembly");
_Static_assert(offsetof(LogRecord, session) == 104, "crosses to WebAssembly");
_Static_assert(offsetof(LogRecord, rev) == 110, "crosses to WebAssembly");
_Static_assert(offsetof(LogRecord, has_mark) == 113, "crosses to WebAssembly");
_Static_assert(offsetof(LogRecord, delegation) == 116, "crosses to WebAssembly");
_Static_assert(sizeof(LogRecord) == 120, "crosses to WebAssembly");
_Static_assert(offsetof(LogEntry, accepted) == 120, "crosses to WebAssembly");
_Static_assert(sizeof(LogEntry) == 128, "crosses to WebAssembly");
_Static_assert(offsetof(LogPresence, records) == 32, "crosses to WebAssembly");
_Static_assert(offsetof(LogPresence, present) == 40, "crosses to WebAssembly");
_Static_assert(sizeof(LogPresence) == 48, "crosses to WebAssembly");

/* ---- words ---- */

const char *
log_reason_name(uint8_t reason)
{
	static const char *const names[LOG_REASONS] = {
		[LOG_REASON_PRACTICE] = "practice",
		[LOG_REASON_REHEARSAL] = "rehearsal",
		[LOG_REASON_GROUP] = "group",
		[LOG_REASON_SPARE] = "spare",
		[LOG_REASON_SUPERVISOR] = "supervisor",
		[LOG_REASON_DOUBLE] = "double",
		[LOG_REASON_WRONG_PERSON] = "wrong_person",
		[LOG_REASON_TRIAL] = "trial",
		[LOG_REASON_OTHER] = "other",
	};

	return reason < LOG_REASONS ? names[reason] : NULL;
}

const char *
log_verdict_name(uint8_t verdict)
{
	static const char *const names[LOG_VERDICTS] = {
		[LOG_ACCEPT] = "accepted",
		[LOG_REPEAT] = "repeated",
		[LOG_LATE_REV_0] = "late_rev_0",
		[LOG_LATE] = "late",
		[LOG_QUARANTINE_GARBLED] = "garbled",
		[LOG_QUARANTINE_DEVICE] = "device",
		[LOG_QUARANTINE_REVOKED] = "revoked",
		[LOG_QUARANTINE_PLACE] = "place",
		[LOG_QUARANTINE_CONFLICT] = "conflict",
		[LOG_QUARANTINE_OTHER_REV] = "other_rev",
		[LOG_QUARANTINE_ROLE] = "role",
	};

	return verdict < LOG_VERDICTS ? names[verdict] : NULL;
}

int
log_is_quarantine(uint8_t verdict)
{
	return verdict >= LOG_QUARANTINE_GARBLED && verdict < LOG_VERDICTS;
}

/* ---- two records ---- */

int
log_same_key(const LogRecord *a, const LogRecord *b)
{
	return a->device == b->device && a->epoch == b->epoch && a->seq == b->seq;
}

int
log_same_content(const LogRecord *a, const LogRecord *b)
{
	return log_same_key(a, b) && a->rev == b->rev && a->has_mark == b->has_mark &&
	        a->mark == b->mark && a->has_void == b->has_void &&
	        a->void_device == b->void_device && a->void_epoch == b->void_epoch &&
	        a->void_seq == b->void_seq && a->wall == b->wall && a->mono == b->mono &&
	        a->skew == b->skew && a->skew_error == b->skew_error &&
	        a->manifest_version == b->manifest_version && a->count == b->count &&
	        a->session == b->session && a->checkpoint == b->checkpoint &&
	        a->region == b->region && a->delegation == b->delegation &&
	        a->decision == b->decision && a->reason == b->reason && a->online == b->online;
}

int64_t
log_corrected(const LogRecord *record)
{
	int64_t sum;

	if (__builtin_add_overflow(record->wall, record->skew, &sum))
		return record->wall < 0 ? INT64_MIN : INT64_MAX;
	return sum;
}

static int
compare_unsigned(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

int
log_compare_first(const LogRecord *a, const LogRecord *b)
{
	int64_t at = log_corrected(a), other = log_corrected(b);
	int order = (at > other) - (at < other);

	if (order == 0)
		order = compare_unsigned(a->device, b->device);
	if (order == 0)
		order = compare_unsigned(a->epoch, b->epoch);
	if (order == 0)
		order = compare_unsigned(a->seq, b->seq);
	return order;
}

int
log_voids(const LogRecord *voiding, const LogRecord *record)
{
	if (voiding->decision != DOOR_VOID || !voiding->has_void ||
	        voiding->void_device != record->device || voiding->void_epoch != record->epoch)
		return 0;
	/* a trial is a stretch: what arrives later from it is void as well */
	return voiding->reason == LOG_REASON_TRIAL ? record->seq <= voiding->void_seq
	                                           : record->seq == voiding->void_seq;
}

int
log_admits(const LogRecord *record)
{
	return door_decision_admits(record->decision) && record->has_mark &&
	        record->reason != LOG_REASON_PRACTICE && record->reason != LOG_REASON_REHEARSAL;
}

/* ---- the verdict ---- */

static int
beyond(int64_t number, int64_t least)
{
	return number < least || number > LOG_NUMBER_MAX;
}

static int
is_garbled(const LogRecord *record, int from_server)
{
	int64_t least = -LOG_NUMBER_MAX;

	if (record->rev > 1 || (record->rev == 0 && !from_server))
		return 1;
	if (record->decision >= DOOR_DECISIONS || record->reason >= LOG_REASONS ||
	        record->has_mark > 1 || record->has_void > 1 || record->online > 1)
		return 1;
	if (record->seq < 1 || record->seq > LOG_NUMBER_MAX || beyond(record->wall, least) ||
	        beyond(record->mono, least) || beyond(record->skew, least) ||
	        beyond(record->skew_error, 0) || beyond(record->manifest_version, 0))
		return 1;
	if (door_decision_admits(record->decision) && !record->has_mark)
		return 1;
	if ((record->decision == DOOR_VOID) != record->has_void)
		return 1;
	if (record->decision == DOOR_COUNT)
		return record->count < 1 || record->count > LOG_COUNT_MAX;
	return record->count != 0;
}

/* Of two revs of one key the later must speak of the same ticket at the same session. */
static int
is_another_scan(const LogRecord *a, const LogRecord *b)
{
	return a->session != b->session || a->has_mark != b->has_mark || a->mark != b->mark;
}

LogVerdict
log_judge(const LogRecord *record, const LogFacts *facts)
{
	if (facts->same != NULL && log_same_content(record, facts->same))
		return LOG_REPEAT;
	if (facts->from_server && record->rev == 0 && facts->other != NULL)
		return LOG_LATE_REV_0;
	/* what can't be a row of the log, whoever sent it */
	if (is_garbled(record, facts->from_server))
		return LOG_QUARANTINE_GARBLED;
	if (!facts->device_known || !facts->device_own)
		return LOG_QUARANTINE_DEVICE;
	if (!facts->place_known)
		return LOG_QUARANTINE_PLACE;
	if (facts->same != NULL)
		return LOG_QUARANTINE_CONFLICT;
	/* rows that don't count */
	if (facts->device_revoked)
		return LOG_QUARANTINE_REVOKED;
	if (facts->collapsed)
		return LOG_LATE;
	if (facts->other != NULL && is_another_scan(record, facts->other))
		return LOG_QUARANTINE_OTHER_REV;
	if ((record->decision == DOOR_VOID || record->decision == DOOR_ADMIT_OVERRIDE) &&
	        !facts->device_supervisor)
		return LOG_QUARANTINE_ROLE;
	return LOG_ACCEPT;
}

/* ---- a set of records ---- */

/* The effective record of its key: accepted, with no higher accepted rev beside it, and the first
 * of its like when it is there more than once. */
static int
is_effective(const LogEntry *entries, uint32_t n, uint32_t at)
{
	const LogEntry *entry = &entries[at];

	if (!entry->accepted)
		return 0;
	for (uint32_t i = 0; i < n; i++) {
		const LogEntry *other = &entries[i];
		if (i == at || !other->accepted || !log_same_key(&other->record, &entry->record))
			continue;
		if (other->record.rev > entry->record.rev ||
		        (other->record.rev == entry->record.rev && i < at))
			return 0;
	}
	return 1;
}

static int
is_voided(const LogEntry *entries, uint32_t n, const LogRecord *record)
{
	for (uint32_t i = 0; i < n; i++)
		if (entries[i].accepted && entries[i].by_supervisor &&
		        log_voids(&entries[i].record, record))
			return 1;
	return 0;
}

int
log_counts(const LogEntry *entries, uint32_t n, uint32_t at)
{
	return log_admits(&entries[at].record) && is_effective(entries, n, at) &&
	        !is_voided(entries, n, &entries[at].record);
}

void
log_derive(const LogEntry *entries, uint32_t n, LogPresence *ret)
{
	const LogRecord *first = NULL;
	uint32_t records = 0;

	for (uint32_t i = 0; i < n; i++) {
		if (!log_counts(entries, n, i))
			continue;
		records++;
		if (first == NULL || log_compare_first(&entries[i].record, first) < 0)
			first = &entries[i].record;
	}
	*ret = (LogPresence){ .records = records };
	if (first == NULL)
		return;
	ret->present = 1;
	ret->first_at = log_corrected(first);
	ret->device = first->device;
	ret->epoch = first->epoch;
	ret->seq = first->seq;
	ret->checkpoint = first->checkpoint;
	ret->region = first->region;
}

int64_t
log_tally(const LogEntry *entries, uint32_t n)
{
	int64_t sum = 0;

	for (uint32_t i = 0; i < n; i++)
		if (entries[i].record.decision == DOOR_COUNT && is_effective(entries, n, i) &&
		        !is_voided(entries, n, &entries[i].record))
			sum += entries[i].record.count;
	return sum;
}

uint32_t
log_gaps(const uint64_t *seqs, uint32_t n, LogGap *ret, uint32_t max)
{
	uint32_t gaps = 0;
	uint64_t next = 1;

	for (uint32_t i = 0; i < n; next = seqs[i++] + 1) {
		if (seqs[i] <= next)
			continue;
		if (gaps < max)
			ret[gaps] = (LogGap){ next, seqs[i] - 1 };
		gaps++;
	}
	return gaps;
}
