/*
 * The door's decision: one function, everywhere. Freestanding C: no allocation, no clock, no I/O,
 * no library; the server and the terminal link it, the phone runs it as WebAssembly.
 *
 * The rows are tried in the order of door.md; the first whose condition holds decides.
 * No row asks what time it is: clocks lie, and buses come early.
 */
#pragma once

#include <stdint.h>

typedef enum {
	DOOR_SIGNATURE_NONE,      /* not a T1, or no known key verifies it */
	DOOR_SIGNATURE_HOLDS,     /* this event's key verifies it */
	DOOR_SIGNATURE_ELSEWHERE, /* a neighbouring event's key does */
} DoorSignature;

typedef enum {
	DOOR_ENTRY_NOT_BOOKED = 0,
	DOOR_ENTRY_BOOKED = 1,
	DOOR_ENTRY_WAITLISTED = 2,
	DOOR_ENTRY_CANCELLED = 3,
	DOOR_ENTRY_REVOKED = 4,
	DOOR_ENTRY_ABSENT = 5, /* not in the manifest */
} DoorEntry;

/* What the decision asks. All small numbers, so that a random one is a valid input. */
typedef struct {
	uint8_t signature;       /* DoorSignature */
	uint8_t entry;           /* DoorEntry */
	uint8_t ticket_class;    /* TicketClass */
	uint8_t holder_in;       /* known to be in at this session */
	uint8_t session_listed;  /* door rule: 1 listed, 0 open */
	uint8_t session_once;    /* re-entry: 1 once, 0 again */
	uint8_t leaving;         /* the door is set to leaving */
	uint8_t override;        /* a supervisor admits, with a reason */
	uint16_t spare_region;   /* tapped region, 0 none yet */
	uint32_t ticket_minute;  /* issue time, minutes since the key was made */
	int64_t key_created;     /* UTC seconds */
	int64_t manifest_issued; /* UTC seconds */
	int64_t now_ms;          /* the record's time: carried into the answer, never judged */
	int64_t first_at_ms;     /* when the holder came in; 0 not known */
} DoorQuestion;

typedef enum {
	DOOR_SHOWN_GREEN = 0,
	DOOR_SHOWN_AMBER = 1,
	DOOR_SHOWN_RED = 2,
	DOOR_SHOWN_BLUE = 3,
} DoorShown;

/* Stored as words (door_decision_name); never renumber: they cross to WebAssembly. */
typedef enum {
	DOOR_ADMIT = 0,
	DOOR_AGAIN = 1,
	DOOR_ADMIT_PROVISIONAL = 2,
	DOOR_ADMIT_OVERRIDE = 3,
	DOOR_LEAVE = 4,
	DOOR_REJECT_SIGNATURE = 5,
	DOOR_REJECT_ELSEWHERE = 6,
	DOOR_REJECT_REVOKED = 7,
	DOOR_REJECT_USED = 8,
	DOOR_REJECT_NOT_BOOKED = 9,
	/* other words of the log; door_decide() never answers them */
	DOOR_VOID = 10,
	DOOR_COUNT = 11,
	DOOR_INTERRUPTED = 12,
#define DOOR_DECISIONS 13
} DoorDecision;

/* Which row of the table decided; tests count each. */
typedef enum {
	DOOR_ROW_SIGNATURE,
	DOOR_ROW_ELSEWHERE,
	DOOR_ROW_REVOKED,
	DOOR_ROW_LEAVING,
	DOOR_ROW_AGAIN,
	DOOR_ROW_USED,
	DOOR_ROW_GONE, /* not in the manifest, issued before it */
	DOOR_ROW_SPARE,
	DOOR_ROW_NEW, /* not in the manifest, later, door open */
	DOOR_ROW_WELCOME,
	DOOR_ROW_NOT_LISTED,
	DOOR_ROW_OVERRIDE, /* not on the list, a supervisor admits */
#define DOOR_ROWS 12
} DoorRow;

#define DOOR_MANIFEST_SLACK_S (10 * 60)

typedef struct {
	uint8_t decision;   /* DoorDecision */
	uint8_t shown;      /* DoorShown */
	uint8_t row;        /* DoorRow */
	uint8_t practice;   /* reason `practice`: never present anywhere */
	uint8_t ask_region; /* a spare that wants a region tapped */
	int64_t now_ms;
	int64_t first_at_ms; /* for "first in at 08:02"; 0 not known */
} DoorAnswer;

void door_decide(const DoorQuestion *question, DoorAnswer *ret);

/* Whether a decision makes its holder present (admit, again, provisional, override). */
int door_decision_admits(uint8_t decision);
/* The colour (DoorShown) that goes with a decision; red for words that door_decide() never answers. */
uint8_t door_decision_shown(uint8_t decision);
/* "admit_provisional" …; NULL when there is none such. */
const char *door_decision_name(uint8_t decision);
/* "green" …; NULL when there is none such. */
const char *door_shown_name(uint8_t shown);
