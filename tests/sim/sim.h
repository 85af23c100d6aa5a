/*
 * The door's simulator: one thread, one 64-bit seed, one heap of events in virtual time. One
 * server that crashes, restarts and is restored from old backups; phones at sites that lose the
 * network, crash, lose or wind back their storage and have wrong clocks; staff who register, re-
 * issue, merge, revoke and release.
 *
 * What decides, judges, derives and remembers is the shipped code: checkin/door.c, log.c,
 * device*.c, t1.c and schema/door/mark.c. The server's tables are arrays here. oracle.c asserts the
 * twelve invariants of the door after every step; a seed that breaks one is told with its number,
 * and --seed replays it.
 */
#pragma once

#include <setjmp.h>
#include <stdint.h>

#include "checkin/device.h"
#include "checkin/log.h"
#include "checkin/t1.h"
#include "schema/mark.h"

#define PHONES_MAX   40
#define SITES_MAX    6
#define SESSIONS_MAX 3
#define TICKETS_MAX  192
#define HOLDERS_MAX  128
#define ROWS_MAX     4096
#define ROW_SLOTS    8192
#define KEPT_MAX     1024 /* what can't be a row: quarantine, late keys */
#define DISK_MAX     1024
#define BACKUPS_MAX  3
#define DELEGATIONS  4
#define REGIONS      5
#define DAY_MS       INT64_C(86400000)
#define KEY_CREATED  INT64_C(1790000000)
#define EVENT_STARTS (KEY_CREATED + 20 * 86400)

/* ---- events ---- */

typedef struct Sim Sim;
typedef struct Message Message;

typedef enum {
	EVENT_SCAN,    /* somebody comes to a phone */
	EVENT_DISK,    /* a phone's write is durable */
	EVENT_TIMEOUT, /* a phone waits no longer for an answer */
	EVENT_REQUEST, /* a message is at the server */
	EVENT_REPLY,   /* an answer is at the phone */
	EVENT_SYNC,    /* a phone uploads and asks for lists */
	EVENT_PHONE,   /* something happens to a phone */
	EVENT_BOOT,    /* a phone starts again */
	EVENT_STAFF,   /* staff do something */
	EVENT_SITE,    /* a site's network goes or comes */
	EVENT_SERVER,  /* something happens to the server */
} EventKind;

typedef struct {
	int64_t at;
	uint64_t order; /* among those of one moment */
	EventKind kind;
	int phone; /* or site */
	uint32_t boot;
	uint64_t seq;
	void *data;
} Event;

/* ---- tickets ---- */

/* Every ticket that was ever printed, whether the server remembers it or not. */
typedef struct {
	uint64_t mark;
	uint32_t minute;
	uint8_t class;
	uint8_t elsewhere; /* another event's */
	char text[T1_TEXT_LENGTH + 1];
	char code[TYPED_CODE_LENGTH + 1];
} Ticket;

/* ---- the server ---- */

typedef struct {
	LogRecord record;
	int64_t arrival;
	int ticket; /* -1: none */
	int next;   /* of the same ticket */
	int next_of_device;
	uint8_t verdict, accepted;
} Row;

typedef struct {
	uint32_t holder; /* 0: the server has no such ticket */
	uint16_t delegation;
	uint8_t replaced;
	int64_t changed;
} ServerTicket;

typedef struct {
	uint8_t exists, cancelled, deleted;
	uint8_t entry[SESSIONS_MAX]; /* DoorEntry: not booked, booked, waitlisted */
	uint32_t merged_into;
	uint64_t submission; /* 0: from before */
} ServerHolder;

typedef struct {
	LogPresence presence;
	int64_t touched;   /* version; 0: no record ever */
	int64_t voided_at; /* version of the last void */
} ServerKnown;

typedef struct {
	uint64_t history;
	int64_t version;
	uint32_t last_no;
	int tickets_n; /* that the server may know, a length of Sim.tickets */
	ServerTicket tickets[TICKETS_MAX];
	ServerHolder holders[HOLDERS_MAX];
	ServerKnown known[SESSIONS_MAX][HOLDERS_MAX];
	uint8_t revoked[PHONES_MAX];
	uint8_t collapsed;                  /* the people have become counts */
	int64_t people_tally[SESSIONS_MAX]; /* people who were deleted or collapsed, as counts */
	int64_t late;                       /* "late, not counted" */
	int capacity, taken;
	int voids[ROWS_MAX / 8], voids_n;
	LogRecord kept[KEPT_MAX]; /* quarantined, not rows */
	int kept_n;
	LogRecord late_keys[KEPT_MAX]; /* keys only */
	int late_n;
	int first_of_ticket[TICKETS_MAX];
	int first_of_device[PHONES_MAX];
	int rows_n;
	int slots[ROW_SLOTS]; /* hash of (key, rev); -1 empty */
	Row rows[ROWS_MAX];   /* last: a backup copies what is used */
} Server;

/* ---- phones ---- */

typedef struct {
	DeviceHead head;
	uint8_t *entries; /* or DeviceKnown */
	uint32_t n;
} SavedList;

/* A first admission that was shown. */
typedef struct {
	LogRecord record;
	int64_t at;
	uint32_t holder; /* by the server's numbers, of an answer of the server; else 0 */
	int64_t version;
	uint64_t history;
	uint8_t practice;
} Shown;

typedef struct {
	int no, site;
	uint64_t device;
	DevicePlace place;
	int alive;
	uint32_t boot;
	int64_t clock_off, skew;
	int64_t last_write; /* when the last write under way will be durable */
	DeviceMemory *memory;
	void *block;
	int writes; /* under way */
	DeviceItem disk[DISK_MAX];
	uint64_t there[DISK_MAX]; /* history of the server that was seen to have it */
	int disk_n;
	DeviceItem *copy; /* of an earlier moment */
	int copy_n;
	SavedList manifest, known;
	/* what the server said of the question under way, for the oracle */
	uint32_t reply_holder;
	int64_t reply_version;
	uint64_t reply_history;
	SavedList decided; /* the manifest by which the last answer was decided, for the oracle */
	Shown shown[DISK_MAX]; /* first admissions of this start */
	int shown_n;
} Phone;

struct Message {
	enum { ASK_SCAN, ASK_UPLOAD, ASK_MANIFEST, ASK_KNOWN } kind;
	int phone;
	uint32_t boot;
	uint16_t session;
	/* the question */
	LogRecord record;
	uint8_t leaving, override, ticket_class;
	uint32_t ticket_minute;
	LogRecord *sent;
	uint32_t sent_n;
	int64_t since;
	uint64_t asked_history;
	uint32_t question;
	/* the answer */
	int answered; /* HTTP status 2xx */
	uint64_t history;
	int64_t version;
	DeviceReply reply;
	uint32_t holder;
	DeviceAck *acks;
	uint32_t acks_n;
	DeviceHead head;
	uint8_t *entries;
	DeviceKnown *known;
	uint32_t n;
};

/* ---- the world ---- */

struct Sim {
	uint64_t seed, random;
	int tracing;
	jmp_buf failed;
	int invariant;
	char what[200];

	int64_t now; /* ms */
	uint64_t order;
	uint64_t steps, steps_max;
	Event *heap;
	int heap_n, heap_room;
	char *arena;
	size_t arena_used, arena_room;
	int healed; /* no more trouble: rounds of sync until all agree */

	uint8_t salt[SALT_BYTES];
	Ticket tickets[TICKETS_MAX];
	int tickets_n;
	uint8_t session_listed[SESSIONS_MAX], session_once[SESSIONS_MAX];
	int sessions_n, sites_n, phones_n;
	int site_up[SITES_MAX];
	int loss, duplication; /* per mille */
	int server_up;
	Server server;
	Server *backups[BACKUPS_MAX];
	int backups_n;
	Phone phones[PHONES_MAX];
	/* truth for the oracle */
	LogRecord voids[ROWS_MAX / 8];
	int64_t void_at[ROWS_MAX / 8];
	int voids_n;
	Shown answers[ROWS_MAX];
	int answers_n;
	uint64_t acknowledged[HOLDERS_MAX]; /* submissions */
	uint64_t acknowledged_history[HOLDERS_MAX];
	int acknowledged_n;
	uint64_t shown_n, admitted_n, restored_n;
};

/* world.c */
uint64_t sim_draw(Sim *sim);
unsigned sim_below(Sim *sim, unsigned n);
int sim_chance(Sim *sim, unsigned per_mille);
void *sim_alloc(Sim *sim, size_t size); /* until the seed's end, zeroed */
void sim_at(Sim *sim, int64_t at, EventKind kind, int phone, uint64_t seq, void *data);
__attribute__((format(printf, 2, 3))) void sim_trace(Sim *sim, const char *format, ...);
__attribute__((format(printf, 3, 4), noreturn)) void
sim_fail(Sim *sim, int invariant, const char *format, ...);
#define ENSURE(sim, invariant, condition, ...)                                                     \
	do {                                                                                       \
		if (!(condition))                                                                  \
			sim_fail(sim, invariant, __VA_ARGS__);                                     \
	} while (0)
int sim_ticket_of(const Sim *sim, uint64_t mark); /* -1: none */
int sim_print_ticket(Sim *sim, uint8_t class);    /* -1: no room */
/* Runs one seed. 0 when it held; else sim->invariant and sim->what say what didn't. */
int sim_run(Sim *sim, uint64_t seed, int tracing);

/* staff.c */
void staff_begin(Sim *sim);
void staff_act(Sim *sim);

/* server.c, server_rows.c, server_backup.c */
void server_begin(Sim *sim);
uint32_t server_holder_of(const Server *server, int ticket); /* after merges; 0 none */
void server_handle(Sim *sim, Message *message);
void server_event(Sim *sim);
void server_down(Sim *sim, const char *when);
/* What may make a presence fall. */
#define FALL_VOID  1
#define FALL_REV_1 2
#define FALL_MERGE 4
#define FALL_GONE  8 /* the person became a count */
void server_touch(Sim *sim, int session, uint32_t holder, int may_fall);
void server_delete(Sim *sim, uint32_t no);
void server_collapse(Sim *sim);
/* All records of the holder's tickets at the session, and all voids; at most GATHER_MAX. */
uint32_t server_gather(const Sim *sim, int session, uint32_t holder, LogEntry *ret);
int server_find(const Server *server, const LogRecord *key, uint8_t rev); /* a row, or -1 */
uint8_t server_entry(const Server *server, int ticket, int session);
uint32_t server_manifest(const Sim *sim, int session, int64_t since, uint8_t *ret);
LogVerdict server_put(Sim *sim, const LogRecord *record, int token, int from_server);
void server_release(Sim *sim, int row);
#define GATHER_MAX 2048

/* phone.c */
void phone_begin(Sim *sim, Phone *phone);
void phone_boot(Sim *sim, Phone *phone);
void phone_scan(Sim *sim, Phone *phone);
void phone_durable(Sim *sim, Phone *phone, DeviceItem *item);
void phone_reply(Sim *sim, Phone *phone, Message *message);
void phone_timeout(Sim *sim, Phone *phone, uint64_t seq);
void phone_sync(Sim *sim, Phone *phone);
void phone_event(Sim *sim, Phone *phone);
void phone_write(Sim *sim, Phone *phone, const DeviceItem *item);
DeviceItem *phone_on_disk(Phone *phone, const LogRecord *key);
int phone_linked(const Sim *sim, const Phone *phone);
DeviceClock phone_clock(const Sim *sim, const Phone *phone);

/* phone_act.c: what a volunteer does beside scanning */
void phone_undo(Sim *sim, Phone *phone);
void phone_trial(Sim *sim, Phone *phone);
void phone_count(Sim *sim, Phone *phone);
void phone_group(Sim *sim, Phone *phone, uint16_t delegation);

/* oracle.c */
void oracle_decided(Phone *phone, const DeviceItem *item);
void oracle_shown(Sim *sim, Phone *phone, const DeviceItem *item, const DeviceAnswer *answer);
void oracle_acknowledged(Sim *sim, Phone *phone, const Message *message);
void oracle_queue(Sim *sim, Phone *phone);
void oracle_derived(Sim *sim, int session, uint32_t holder, const LogPresence *was,
        const LogEntry *entries, uint32_t n, int may_fall);
void oracle_put(Sim *sim, const LogRecord *record, int token, LogVerdict verdict);
void oracle_gaps(Sim *sim, int phone, uint64_t epoch, const LogGap *gaps, uint32_t n);
void oracle_end(Sim *sim);
