/* What the files of device.h share; nobody else includes it. */
#pragma once

#include "checkin/device.h"

/* A record of the own log. */
typedef struct {
	DeviceItem item;
	DeviceAnswer answer; /* to show, once it is stored */
	uint8_t stored;      /* strictly durable as it is, an acknowledgement apart */
	uint8_t unsaved;     /* acknowledged since it was stored */
	uint8_t lost;        /* of this start, and could not be stored */
	uint8_t garbled;     /* answers of this start that could not read it */
	uint8_t spare[4];
} OwnRecord;

typedef struct {
	uint32_t holder, minute;
	uint16_t checkpoint;
	uint8_t in;
	uint8_t spare[5];
} KnownHolder;

typedef struct {
	int64_t version;
	uint32_t n, room;
	uint8_t held;  /* there is one, of this session */
	uint8_t stale; /* to be asked anew, in use until then: of a history that was left, or told of
	                * holders who are others now */
	uint8_t spare[6];
} DeviceList;

struct DeviceMemory {
	uint64_t device, epoch, next_seq;
	uint64_t history;
	int64_t issued;
	int64_t tries[DEVICE_CODE_TRIES]; /* a ring */
	DevicePlace place;
	DeviceScan asking;   /* what the server is being asked */
	uint64_t asking_seq; /* 0: nothing */
	DeviceList manifest, known_list;
	uint8_t *entries;   /* MANIFEST_ENTRY_BYTES each, sorted by mark */
	KnownHolder *known; /* sorted by holder */
	OwnRecord *own;
	uint32_t own_n, own_room;
	uint32_t tries_n;
	uint32_t question;     /* how often another history was learned */
	uint32_t pending;      /* records of this start that are not stored yet, intents too */
	uint32_t pending_many; /* whether they are of a kind of which more may follow */
};

/* A holder's presence, as this device knows it. */
typedef struct {
	int64_t first_at; /* ms; 0 not known */
	uint16_t checkpoint;
	uint8_t in;
	uint8_t own; /* by the own log */
} DeviceIn;

const uint8_t *device_entry(const DeviceMemory *memory, uint64_t mark); /* NULL: none */
uint64_t device_entry_mark(const uint8_t *entry);
uint32_t device_entry_holder(const uint8_t *entry);
uint16_t device_entry_delegation(const uint8_t *entry);
#define ENTRY_STATE(entry) ((entry)[13])
#define ENTRY_HINT(entry)  ((entry)[14])

const KnownHolder *device_known_holder(const DeviceMemory *memory, uint32_t holder);

void device_look(const DeviceMemory *memory, uint64_t mark, DeviceIn *ret);
OwnRecord *device_own(DeviceMemory *memory, const LogRecord *key);
/* Whether it is to be uploaded. */
int device_waits(const DeviceMemory *memory, const OwnRecord *own);
/* A fresh record of this start, pending; NULL: no room. */
OwnRecord *device_begin(DeviceMemory *memory, const DeviceClock *clock);
