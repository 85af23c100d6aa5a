/*
 * The scan log as a set: what a record is, whether the server takes it, and what a set of
 * records means. Freestanding C: no allocation, no clock, no library. The server's transaction,
 * `schema verify`, the terminal scanner, the phone (as WebAssembly) and the simulator all call
 * this file, so that the log has one meaning.
 *
 * The log is a grow-only set keyed (device, epoch, seq, rev); merging is union. door.md in short:
 *   - rev 0 is the server's answer to an online scan, rev 1 what the phone showed; the effective
 *     record of a key is its highest accepted rev;
 *   - a void names (device, epoch, seq) and voids all its revs, whether they are there yet or not;
 *     with the reason LOG_REASON_TRIAL it voids the stretch of that epoch up to and with that seq.
 *     A void can't be voided; only a supervisor's counts;
 *   - present(holder, session) = an effective admitting record of any ticket of the holder, not
 *     voided, neither practice nor rehearsal; first = the least (wall + skew, device, epoch,
 *     seq), the ids as unsigned numbers.
 */
#pragma once

#include <stdint.h>

#include "checkin/door.h"

/* Why a record says what it says. Never renumber: they cross to WebAssembly and lie on phones. */
typedef enum {
	LOG_REASON_NONE = 0,
	LOG_REASON_PRACTICE = 1,   /* a practice ticket: never present */
	LOG_REASON_REHEARSAL = 2,  /* the checkpoint rehearses: never counts */
	LOG_REASON_GROUP = 3,      /* admitted with a group pass */
	LOG_REASON_SPARE = 4,      /* a spare ticket */
	LOG_REASON_SUPERVISOR = 5, /* a supervisor admits: by name, a walk-in, not on the list */
	/* of voids */
	LOG_REASON_DOUBLE = 6,
	LOG_REASON_WRONG_PERSON = 7,
	LOG_REASON_TRIAL = 8, /* scanned for trial: the whole stretch up to the seq named */
	LOG_REASON_OTHER = 9,
#define LOG_REASONS 10
} LogReason;

/* Bounds: clocks, versions and seq are numbers that JavaScript can hold; a tally tap is small. */
#define LOG_NUMBER_MAX INT64_C(0x1fffffffffffff)
#define LOG_COUNT_MAX  1000

/* One record. Crosses to WebAssembly as bytes: the layout is asserted in log.c. */
typedef struct {
	uint64_t device, epoch, seq; /* seq from 1 */
	uint64_t mark;
	uint64_t void_device, void_epoch, void_seq;
	int64_t wall, mono, skew, skew_error; /* ms; corrected time = wall + skew */
	int64_t manifest_version;
	int64_t count;                        /* of DOOR_COUNT: 1 to LOG_COUNT_MAX */
	uint16_t session, checkpoint, region; /* region 0: none */
	uint8_t rev, decision, reason;        /* DoorDecision, LogReason */
	uint8_t has_mark, has_void, online;
	uint16_t delegation; /* of DOOR_COUNT: whose group, 0 none */
	uint8_t spare[2];    /* 0 */
} LogRecord;

/* "double" …; NULL when there is none such, and for LOG_REASON_NONE. */
const char *log_reason_name(uint8_t reason);

int log_same_key(const LogRecord *a, const LogRecord *b); /* device, epoch, seq; any rev */
/* Key, rev and everything else. */
int log_same_content(const LogRecord *a, const LogRecord *b);
/* -1, 0 or 1 by (wall + skew, device, epoch, seq). */
int log_compare_first(const LogRecord *a, const LogRecord *b);
/* Whether @voiding, a void, names @record's key. */
int log_voids(const LogRecord *voiding, const LogRecord *record);
/* Whether a record, when it is effective and not voided, makes its holder present. */
int log_admits(const LogRecord *record);
/* wall + skew, in ms; stays at the ends of 64 bits. */
int64_t log_corrected(const LogRecord *record);

/* ---- the server's verdict ---- */

/* What the server knows of a record's sender and place when it arrives. */
typedef struct {
	uint8_t device_known;
	uint8_t device_own; /* the record's device is the token's, or staff take in a file */
	uint8_t device_revoked;
	uint8_t device_supervisor;
	uint8_t place_known;    /* the event has the session, and the session the checkpoint */
	uint8_t from_server;    /* written by the server itself: an online scan's rev 0 */
	uint8_t collapsed;      /* the event's people have collapsed into counts */
	const LogRecord *same;  /* the stored record of this key and rev; NULL: none */
	const LogRecord *other; /* the stored record of this key's other rev; NULL: none */
} LogFacts;

typedef enum {
	LOG_ACCEPT = 0,
	LOG_REPEAT = 1, /* it is there already, the same: nothing to do, durable */
	LOG_LATE_REV_0 =
	        2, /* rev 1 is there: the server writes no rev 0, the stored answer stands */
	LOG_LATE =
	        3, /* after the people collapsed into counts: kept as a number, "late, not counted" */
	/* quarantined: durable, not counted, an alarm; staff may release it */
	LOG_QUARANTINE_GARBLED = 4,   /* a decision, rev or member that can't be */
	LOG_QUARANTINE_DEVICE = 5,    /* of a device that is not known, or not the token's own */
	LOG_QUARANTINE_REVOKED = 6,   /* the device was revoked before this arrived */
	LOG_QUARANTINE_PLACE = 7,     /* a session or checkpoint that the event hasn't */
	LOG_QUARANTINE_CONFLICT = 8,  /* its key and rev are taken by other content */
	LOG_QUARANTINE_OTHER_REV = 9, /* its other rev has another mark or session */
	LOG_QUARANTINE_ROLE = 10,     /* a void or an override by a device that is no supervisor */
#define LOG_VERDICTS 11
} LogVerdict;
/* "garbled" …: the reason that quarantine shows; NULL when there is none such. */
const char *log_verdict_name(uint8_t verdict);
int log_is_quarantine(uint8_t verdict);

/*
 * The verdict at arrival. It is stored and never changed (a release by staff is a further
 * verdict). GARBLED, DEVICE, PLACE and CONFLICT can't be a row of the log: they are kept as what
 * arrived; REVOKED, OTHER_REV and ROLE are rows with a verdict. Once people have collapsed
 * nothing is a row any more: of LOG_LATE and of what is set aside then only key and reason are
 * kept, so that a repetition is known and no ticket comes back. Everything but LOG_LATE_REV_0 is
 * durable once it is committed, so that the phone may let it go.
 */
LogVerdict log_judge(const LogRecord *record, const LogFacts *facts);

/* ---- what a set of records means ---- */

/* A record with its verdict. */
typedef struct {
	LogRecord record;
	uint8_t accepted;      /* LOG_ACCEPT, or released by staff */
	uint8_t by_supervisor; /* its device is a supervisor's; asked of voids */
	uint8_t spare[6];
} LogEntry;

typedef struct {
	int64_t first_at;            /* ms, corrected; 0 when not present */
	uint64_t device, epoch, seq; /* the record that put them in */
	uint32_t records;            /* effective admitting records, not voided */
	uint16_t checkpoint;         /* where they came in */
	uint16_t region;             /* of that record: a spare's region; 0 none */
	uint8_t present;
	uint8_t spare[7];
} LogPresence;

/*
 * What @entries mean: all records of one holder's tickets at one session, of any rev, and all
 * voids that may name one of them, in any order; a record may be there twice. An effective record
 * is looked for among all entries of its key.
 */
void log_derive(const LogEntry *entries, uint32_t n, LogPresence *ret);
/* Whether entry @at is effective, admits, and is not voided: what an undo must name. */
int log_counts(const LogEntry *entries, uint32_t n, uint32_t at);
/* The tally of @entries: the sum of effective counts that are not voided. */
int64_t log_tally(const LogEntry *entries, uint32_t n);

/* Numbers that are missing between 1 and the highest: @seqs, all of one (device, epoch) that the
 * server has of any rev, quarantined ones too, ascending, once each. Returns how many stretches
 * are missing, writes at most @max. */
typedef struct {
	uint64_t from, to; /* both missing */
} LogGap;
uint32_t log_gaps(const uint64_t *seqs, uint32_t n, LogGap *ret, uint32_t max);
