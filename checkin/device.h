/*
 * What a scanning device remembers, queues, deletes and merges: one state machine, freestanding C.
 * The phone runs it as WebAssembly; the terminal scanner and the simulator link it. It does no
 * I/O and has no clock: the host gives it what came in, and stores what it hands out.
 *
 * One scan:
 *   device_scan()      DEVICE_DECIDED: the answer is known; store the item.
 *                      DEVICE_ASK: store the item (an intent), and ask the server at the same
 *                      time, for at most DEVICE_WAIT_MS, with the item's record as rev 0.
 *   device_answered()  with the server's answer, or device_alone() when none came: store the item.
 *   device_stored()    when an item is strictly durable. Of a decided scan it gives the answer:
 *                      this is the only way to a colour (door.md, invariant 4).
 *
 * Items are stored under (epoch, seq); a later item of a key takes the earlier one's place, so the
 * host writes them in the order in which it got them. At start the host gives all stored items of
 * all epochs back (device_restore, any order), then the manifest and known list it kept
 * (device_take_…), then calls device_recover() until it returns 0. Nothing is deleted before the
 * event ends: what the server has named durable leaves the queue, and is offered again to a server
 * with another history.
 *
 * A device scans at one session's checkpoint at a time; device_move() changes it. Everything lives
 * in one block that the host gives. Structs cross to WebAssembly as bytes: layouts are asserted in
 * device.c.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "checkin/door.h"
#include "checkin/log.h"

#define DEVICE_WAIT_MS        1000
#define DEVICE_BATCH_MAX      500
#define DEVICE_CODE_TRIES     5 /* typed codes in DEVICE_CODE_WINDOW_MS */
#define DEVICE_CODE_WINDOW_MS 60000
#define DEVICE_GARBLED_TRIES  3 /* then a record that the server can't read stays with it */
#define MANIFEST_ENTRY_BYTES  15

/* Not "Device": that is the paired device in schema/device.h. */
typedef struct DeviceMemory DeviceMemory;

/* ---- to start ---- */

/* How much it can hold. */
typedef struct {
	uint32_t tickets; /* of the manifest */
	uint32_t holders; /* of the known list */
	uint32_t records; /* of the own log */
} DeviceRoom;
size_t device_size(const DeviceRoom *room);

/* Where it scans. */
typedef struct {
	int64_t key_created; /* of the event's key, UTC seconds */
	uint16_t session, checkpoint;
	uint8_t supervisor;     /* its role */
	uint8_t session_listed; /* door rule: 1 listed, 0 open */
	uint8_t session_once;   /* re-entry: 1 once, 0 again */
	uint8_t rehearsal; /* the checkpoint rehearses: nothing counts, the server isn't asked */
} DevicePlace;

/* @memory: device_size() bytes, aligned to 8. @epoch: 64 random bits drawn for this start. NULL
 * when @size is too small. */
DeviceMemory *device_new(void *memory, size_t size, const DeviceRoom *room, uint64_t device,
        uint64_t epoch, const DevicePlace *place);
/* Another place. Manifest and known list of another session are forgotten: take them again. 0
 * while a scan is under way. */
int device_move(DeviceMemory *memory, const DevicePlace *place);

/* What the host stores. */
typedef enum {
	DEVICE_INTENT = 0,      /* asked, not answered; its record says `interrupted` */
	DEVICE_WAITING = 1,     /* rev 1, to be uploaded */
	DEVICE_DURABLE = 2,     /* the server named it durable */
	DEVICE_QUARANTINED = 3, /* durable, but in quarantine: staff look at it */
} DeviceItemState;
typedef struct {
	LogRecord record;
	uint64_t history; /* of the server that named it durable; 0: none */
	int64_t version;  /* of its answer */
	uint8_t state;    /* DeviceItemState */
	uint8_t spare[7];
} DeviceItem;

/* An item found in storage. 0 when it can't be one, or there is no room; of two of one key the
 * later state wins. */
int device_restore(DeviceMemory *memory, const DeviceItem *item);
/* The next intent that will get no answer any more (of an earlier start, or of a write that
 * failed), made rev 1 `interrupted`: store it, then device_stored(). 0 when there is none. */
int device_recover(DeviceMemory *memory, DeviceItem *ret);

/* ---- scanning ---- */

/* A spare counts where it was printed for: nobody is there to tap. */
#define DEVICE_REGION_PRINTED 0xffff

/* The host's clocks now. */
typedef struct {
	int64_t wall, mono, skew, skew_error; /* ms */
} DeviceClock;

typedef struct {
	DeviceClock clock;
	uint64_t mark;          /* when the signature holds */
	uint32_t ticket_minute; /* of the ticket's text; 0 when a code was typed */
	uint16_t region;   /* tapped for a spare, 0 none yet; DEVICE_REGION_PRINTED: none will be */
	uint8_t signature; /* DoorSignature; a code found by device_find_code() HOLDS */
	uint8_t ticket_class; /* TicketClass */
	uint8_t leaving;      /* the door is set to leaving */
	uint8_t override;     /* a supervisor admits: LogReason; 0 nobody does */
	uint8_t online;       /* there is a server to ask */
	uint8_t group;        /* one of a group pass: decided here, many before one store */
	uint8_t spare[4];
} DeviceScan;

typedef enum {
	DEVICE_DECIDED = 0,
	DEVICE_ASK = 1,
	DEVICE_ASK_REGION =
	        2,       /* a spare that would be admitted: scan it again with the region tapped */
	DEVICE_BUSY = 3, /* an earlier scan is not stored yet */
	DEVICE_FULL = 4, /* no room for a record: nothing may be admitted */
	DEVICE_FORBIDDEN = 5, /* a supervisor's act */
	DEVICE_NOTHING = 6,   /* nothing to do */
} DeviceOutcome;

/* Group scans (@scan->group) may follow one another before they are stored, in one write. */
DeviceOutcome device_scan(DeviceMemory *memory, const DeviceScan *scan, DeviceItem *ret);

/* What the server answered to an asked scan. */
typedef struct {
	int64_t first_at_ms; /* 0 none */
	uint16_t first_checkpoint;
	uint8_t decision; /* DoorDecision; anything else counts as no answer */
	uint8_t hint;
	uint8_t spare[4];
} DeviceReply;
/* 1 with the rev 1 to store; 0 when nothing of this seq is being asked (any more): the answer is
 * late, and the phone has decided by itself. It is by itself too when a list that came meanwhile
 * shows that the own log has the holder in. */
int device_answered(DeviceMemory *memory, uint64_t seq, const DeviceReply *reply, DeviceItem *ret);
int device_alone(DeviceMemory *memory, uint64_t seq, DeviceItem *ret);

/* What to show. */
typedef struct {
	int64_t first_at_ms; /* of `again` and `reject_used`: when they came in; 0 not known */
	uint32_t holder;     /* 0 not known */
	uint16_t first_checkpoint; /* 0 not known */
	uint16_t delegation;       /* 0 none; with a captain's ticket: offer the group pass */
	uint8_t decision;          /* DoorDecision */
	uint8_t shown;             /* DoorShown; of a void or a count nothing is shown */
	uint8_t hint;              /* door.md, of who is let in */
	uint8_t practice;
	uint8_t online; /* the server's answer */
	uint8_t spare[3];
} DeviceAnswer;

/* The item is strictly durable. 1 with the answer when it is a decided scan, a void or a count; 0
 * when there is nothing to show (an intent, an acknowledgement, or an item that a later one has
 * replaced). */
int device_stored(DeviceMemory *memory, const DeviceItem *item, DeviceAnswer *ret);
/* It could not be stored: nothing is shown but the trouble, and it lets nobody in. It is an
 * intent again, which device_recover() hands out as `interrupted`: call that when storing works
 * again. */
void device_not_stored(DeviceMemory *memory, const DeviceItem *item);

/* People without a ticket: +@n (1 to LOG_COUNT_MAX), by region or delegation. */
DeviceOutcome device_count(DeviceMemory *memory, const DeviceClock *clock, uint16_t region,
        uint16_t delegation, uint32_t n, DeviceItem *ret);

/* A supervisor voids the record (@device, @epoch, @seq) of the ticket @mark (of a count:
 * @has_mark 0); with LOG_REASON_TRIAL all of that epoch up to it. */
typedef struct {
	DeviceClock clock;
	uint64_t device, epoch, seq;
	uint64_t mark;
	uint8_t has_mark;
	uint8_t reason; /* LogReason */
	uint8_t spare[6];
} DeviceVoid;
DeviceOutcome device_void(DeviceMemory *memory, const DeviceVoid *what, DeviceItem *ret);
/* Undo: the next effective admitting record of the holder of @mark at this session in the own
 * log, voided. To be called until DEVICE_NOTHING; then the records of other devices that the
 * server told of, each with device_void(). May follow one another before they are stored. */
DeviceOutcome device_undo(DeviceMemory *memory, const DeviceClock *clock, uint64_t mark,
        uint8_t reason, DeviceItem *ret);

/* ---- manifest and known list ---- */

typedef enum {
	DEVICE_TAKEN = 0,
	/* older than what is held, of another session, or of a server that is no more */
	DEVICE_STALE = 1,
	/* a difference to something else than what is held: ask with since=0 */
	DEVICE_WANT_FULL = 2,
	/* nothing was changed */
	DEVICE_NO_ROOM = 3,
	DEVICE_MALFORMED = 4,
	/* the manifest of this history first: it says whose the numbers are */
	DEVICE_WANT_MANIFEST = 5,
} DeviceTake;

/*
 * Histories have no order, and an answer may come late: of a server that is no more. So each
 * question bears the number that device_status() gives when it is asked (`question`), and its
 * answer is handed in with it. An answer to a question that was asked before another history was
 * learned can't change the history back.
 */

/* The head of an answer of /manifest or /known. */
typedef struct {
	uint64_t history;
	int64_t version;   /* what it is up to */
	int64_t since;     /* what was asked; of a full one 0 */
	int64_t issued;    /* of a manifest, UTC seconds */
	uint32_t question; /* device_status() when it was asked */
	uint16_t session;
	uint8_t full;
	uint8_t spare;
} DeviceHead;

/* Manifest entries as door.md has them, @n of them sorted by mark; @gone: marks that left. */
DeviceTake device_take_manifest(DeviceMemory *memory, const DeviceHead *head,
        const uint8_t *entries, uint32_t n, const uint64_t *gone, uint32_t gone_n);

typedef enum {
	DEVICE_OUT = 0, /* was in, or somebody tried, and is not in */
	DEVICE_IN = 1,
	DEVICE_GONE = 2, /* the number is nobody's any more: deleted, or merged into another */
} DeviceKnownIn;
typedef struct {
	uint32_t holder; /* holder number */
	uint32_t minute; /* UTC minutes since 1970 when they came in */
	uint16_t checkpoint;
	uint8_t in; /* DeviceKnownIn */
	uint8_t spare;
} DeviceKnown;
/*
 * Who is in at the session. A full list names every holder whom any record of the session is
 * about, those who are not in too; a difference every holder whom a record, void, merge, deletion
 * or release has touched since, whether it changed anything or not. So all lines are true up to
 * the list's version, and a void made elsewhere overrules the own log: by OUT in a list not older
 * than the answer that named the own record durable. An empty difference says something too: that
 * the list is true up to its version.
 */
DeviceTake device_take_known(
        DeviceMemory *memory, const DeviceHead *head, const DeviceKnown *known, uint32_t n);

/* Any other answer's history (upload, scan). 1 when it is another than the one held: both lists
 * are to be asked anew, and the whole own log is offered again. */
int device_history(DeviceMemory *memory, uint64_t history, uint32_t question);

/* What is held, for `since` and `history` of the next question, and to store the lists. */
typedef struct {
	uint64_t history;
	int64_t manifest_version, known_version; /* 0: ask for the whole */
	int64_t issued;
	uint32_t tickets, known; /* entries held */
	uint32_t records;        /* of the own log */
	uint32_t waiting;        /* to be uploaded */
	uint32_t quarantined;
	uint32_t unsaved; /* for device_next_unsaved() */
	uint64_t next_seq;
	uint32_t question; /* of what is asked now */
	uint8_t busy;
	uint8_t spare[3];
} DeviceStatus;
void device_status(const DeviceMemory *memory, DeviceStatus *ret);
/* The manifest held: device_status()'s `tickets` entries. Lent until the next call. */
const uint8_t *device_manifest(const DeviceMemory *memory);
/* The n-th of the known list; 0 beyond the end. */
int device_known(const DeviceMemory *memory, uint32_t n, DeviceKnown *ret);

/* ---- uploading ---- */

/* Up to @max (at most DEVICE_BATCH_MAX) records that wait, oldest first: stored rev 1s that the
 * server of this history has not named durable. They also ride along with a question (`waiting`).
 * A sync uploads even when there are none: the answer carries the history, and only so does a
 * device that gets no lists any more (a revoked one) learn that a restored server has lost what
 * it sent. */
uint32_t device_batch(DeviceMemory *memory, LogRecord *ret, uint32_t max);

/* What an answer to @sent names durable, by place in the batch and key. */
typedef struct {
	uint64_t device, epoch, seq;
	uint32_t index;
	uint8_t rev;
	uint8_t quarantined;
	uint8_t no_key; /* quarantined as garbled: the server could read no key */
	uint8_t spare;
} DeviceAck;
/* @history and @version of the answer, @question of when it was asked. What was not sent, or is
 * named with another key or rev, stays in the queue; so does what the server could not read, until it
 * said so DEVICE_GARBLED_TRIES times: it may have been spoilt on its way, and be there whole from an
 * earlier try whose answer was lost. Returns how many left it; store them when
 * there is time (device_next_unsaved): lost, they are only offered again. */
uint32_t device_acknowledge(DeviceMemory *memory, const LogRecord *sent, uint32_t sent_n,
        const DeviceAck *acks, uint32_t acks_n, uint64_t history, int64_t version,
        uint32_t question);
/* The next item whose state changed since it was stored; 0 when none. */
int device_next_unsaved(DeviceMemory *memory, DeviceItem *ret);
/* The n-th item of the own log, oldest first, for a host whose storage was wiped under it and is written anew. One that is
 * not stored yet is given as an intent: its own write is still to come. 0 beyond the end. */
int device_item(const DeviceMemory *memory, uint32_t n, DeviceItem *ret);

/* ---- looking ---- */

typedef enum {
	DEVICE_CODE_FOUND = 0,
	DEVICE_CODE_NONE = 1,      /* no code, or its check character is wrong */
	DEVICE_CODE_UNKNOWN = 2,   /* none of the manifest */
	DEVICE_CODE_TOO_OFTEN = 3, /* DEVICE_CODE_TRIES in a minute */
} DeviceCode;
/* The typed code under a ticket, found in the manifest: any case, blanks and hyphens anywhere, O
 * as 0, I and L as 1. */
DeviceCode device_find_code(
        DeviceMemory *memory, const char *text, uint32_t length, int64_t mono, uint64_t *ret_mark);

typedef struct {
	uint64_t mark; /* of a ticket that holds */
	uint32_t holder;
	uint8_t in;    /* at this session */
	uint8_t entry; /* DoorEntry */
	uint8_t hint;
	uint8_t spare;
} DeviceMember;
/* The group pass: the @delegation's people by the manifest, one line a holder, cancelled and
 * revoked ones left out. Returns how many there are, writes at most @max. */
uint32_t
device_group(const DeviceMemory *memory, uint16_t delegation, DeviceMember *ret, uint32_t max);
/* Whether the holder of @mark is in at this session, as device_scan() would take it. */
int device_is_in(const DeviceMemory *memory, uint64_t mark);
/* What this device has counted at this session without tickets. */
int64_t device_tally(const DeviceMemory *memory);
