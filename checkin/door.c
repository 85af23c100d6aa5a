#include "checkin/door.h"

#include <stddef.h>

/* The phone and the tests read and write these structs by place, in another machine's memory. */
_Static_assert(offsetof(DoorQuestion, spare_region) == 8, "crosses to WebAssembly");
_Static_assert(offsetof(DoorQuestion, ticket_minute) == 12, "crosses to WebAssembly");
_Static_assert(offsetof(DoorQuestion, key_created) == 16, "crosses to WebAssembly");
_Static_assert(sizeof(DoorQuestion) == 48, "crosses to WebAssembly");
_Static_assert(offsetof(DoorAnswer, now_ms) == 8, "crosses to WebAssembly");
_Static_assert(sizeof(DoorAnswer) == 24, "crosses to WebAssembly");

#define CLASS_SPARE    6 /* TICKET_SPARE and TICKET_PRACTICE of schema/mark.h */
#define CLASS_PRACTICE 7

/* Whether the ticket was made so long before the manifest that the manifest must have had it. Sums
 * that leave 64 bits stay at their end, since any bits are a valid question. */
static int
made_before_manifest(const DoorQuestion *question)
{
	int64_t made, limit;

	if (__builtin_add_overflow(
	            question->key_created, (int64_t)question->ticket_minute * 60, &made))
		made = INT64_MAX;
	if (__builtin_sub_overflow(question->manifest_issued, DOOR_MANIFEST_SLACK_S, &limit))
		limit = INT64_MIN;
	return made < limit;
}

/* The first row that holds. What is out of range is the most careful value: no signature, absent. */
static DoorRow
row_of(const DoorQuestion *question)
{
	uint8_t entry = question->entry;
	int absent = entry >= DOOR_ENTRY_ABSENT;

	if (question->signature == DOOR_SIGNATURE_ELSEWHERE)
		return DOOR_ROW_ELSEWHERE;
	if (question->signature != DOOR_SIGNATURE_HOLDS)
		return DOOR_ROW_SIGNATURE;
	if (entry == DOOR_ENTRY_REVOKED || entry == DOOR_ENTRY_CANCELLED)
		return DOOR_ROW_REVOKED;
	if (question->leaving)
		return DOOR_ROW_LEAVING;
	if (question->holder_in)
		return question->session_once ? DOOR_ROW_USED : DOOR_ROW_AGAIN;
	if (absent && made_before_manifest(question))
		return DOOR_ROW_GONE;
	if (question->ticket_class == CLASS_SPARE)
		return DOOR_ROW_SPARE;
	if (absent && !question->session_listed)
		return DOOR_ROW_NEW;
	if (entry == DOOR_ENTRY_BOOKED || !question->session_listed)
		return DOOR_ROW_WELCOME;
	return question->override ? DOOR_ROW_OVERRIDE : DOOR_ROW_NOT_LISTED;
}

static const struct {
	uint8_t decision, shown;
} rows[DOOR_ROWS] = {
	[DOOR_ROW_SIGNATURE] = { DOOR_REJECT_SIGNATURE, DOOR_SHOWN_RED },
	[DOOR_ROW_ELSEWHERE] = { DOOR_REJECT_ELSEWHERE, DOOR_SHOWN_RED },
	[DOOR_ROW_REVOKED] = { DOOR_REJECT_REVOKED, DOOR_SHOWN_RED },
	[DOOR_ROW_LEAVING] = { DOOR_LEAVE, DOOR_SHOWN_BLUE },
	[DOOR_ROW_AGAIN] = { DOOR_AGAIN, DOOR_SHOWN_GREEN },
	[DOOR_ROW_USED] = { DOOR_REJECT_USED, DOOR_SHOWN_RED },
	[DOOR_ROW_GONE] = { DOOR_REJECT_REVOKED, DOOR_SHOWN_RED },
	[DOOR_ROW_SPARE] = { DOOR_ADMIT, DOOR_SHOWN_GREEN },
	[DOOR_ROW_NEW] = { DOOR_ADMIT_PROVISIONAL, DOOR_SHOWN_AMBER },
	[DOOR_ROW_WELCOME] = { DOOR_ADMIT, DOOR_SHOWN_GREEN },
	[DOOR_ROW_NOT_LISTED] = { DOOR_REJECT_NOT_BOOKED, DOOR_SHOWN_AMBER },
	[DOOR_ROW_OVERRIDE] = { DOOR_ADMIT_OVERRIDE, DOOR_SHOWN_AMBER },
};

void
door_decide(const DoorQuestion *question, DoorAnswer *ret)
{
	DoorRow row = row_of(question);
	int ours = question->signature == DOOR_SIGNATURE_HOLDS;

	ret->decision = rows[row].decision;
	ret->shown = rows[row].shown;
	ret->row = (uint8_t)row;
	/* the class of a ticket that is not ours is only a claim */
	ret->practice = ours && question->ticket_class == CLASS_PRACTICE;
	ret->ask_region = row == DOOR_ROW_SPARE && question->spare_region == 0;
	ret->now_ms = question->now_ms;
	ret->first_at_ms =
	        row == DOOR_ROW_AGAIN || row == DOOR_ROW_USED ? question->first_at_ms : 0;
}

int
door_decision_admits(uint8_t decision)
{
	return decision == DOOR_ADMIT || decision == DOOR_AGAIN ||
	        decision == DOOR_ADMIT_PROVISIONAL || decision == DOOR_ADMIT_OVERRIDE;
}

uint8_t
door_decision_shown(uint8_t decision)
{
	for (unsigned row = 0; row < DOOR_ROWS; row++)
		if (rows[row].decision == decision)
			return rows[row].shown;
	return DOOR_SHOWN_RED;
}

static const char *const decision_names[DOOR_DECISIONS] = {
	[DOOR_ADMIT] = "admit",
	[DOOR_AGAIN] = "again",
	[DOOR_ADMIT_PROVISIONAL] = "admit_provisional",
	[DOOR_ADMIT_OVERRIDE] = "admit_override",
	[DOOR_LEAVE] = "leave",
	[DOOR_REJECT_SIGNATURE] = "reject_signature",
	[DOOR_REJECT_ELSEWHERE] = "reject_elsewhere",
	[DOOR_REJECT_REVOKED] = "reject_revoked",
	[DOOR_REJECT_USED] = "reject_used",
	[DOOR_REJECT_NOT_BOOKED] = "reject_not_booked",
	[DOOR_VOID] = "void",
	[DOOR_COUNT] = "count",
	[DOOR_INTERRUPTED] = "interrupted",
};

const char *
door_decision_name(uint8_t decision)
{
	return decision < DOOR_DECISIONS ? decision_names[decision] : NULL;
}

const char *
door_shown_name(uint8_t shown)
{
	static const char *const names[] = { "green", "amber", "red", "blue" };

	return shown < sizeof names / sizeof *names ? names[shown] : NULL;
}
