/* What the files of laptop.h share; nobody else includes it. */
#pragma once

#include "checkin/device_store.h"
#include "checkin/laptop.h"
#include "checkin/record_json.h"
#include "checkin/remote.h"

typedef enum {
	STEP_REST,
	STEP_UPLOAD,
	STEP_MANIFEST,
	STEP_KNOWN,
} SyncStep;

/* Where a round with the server is. */
typedef struct {
	SyncStep step;
	RemoteCall *call;
	GArray *sent;     /* of LogRecord, of an upload */
	guint32 question; /* device_status() when it was asked */
	gint64 since;
	guint rounds;    /* lists asked for again, since one wanted the other first */
	gboolean whole;  /* the whole manifest is asked for */
	gboolean failed; /* the last round */
	guint batch_max;
	gint64 due; /* monotonic ms: when the next one begins */
} Sync;

/* What `undo` without a ticket takes back. */
typedef struct {
	GArray *marks;    /* of guint64, let in by the last scan or group; NULL: none */
	gboolean counted; /* the last was people without a ticket: */
	LogRecord count;
} LaptopLast;

struct Laptop {
	LaptopOptions options;
	DeviceStore *store;
	Remote *remote;
	json_t *self; /* who it is: {device, role, event{}, checkpoints[], sessions[], token} */
	json_t *head; /* of the manifest: {keys[], salt, event, regions[]}; NULL while there is none */
	const json_t *checkpoint; /* where it scans, of self */
	RecordNames names;
	DeviceMemory *memory;
	gpointer block;
	DevicePlace place;
	GTimeZone *zone;
	guint16 region;
	guint16 group; /* the delegation of the captain scanned last; 0: none */
	LaptopLast last;
	gboolean lost; /* something could not be stored: device_recover() is due */
	guint damaged, let_in;
	int refused;
	gint64 last_sync;
	Sync sync;
};

/* Stores and tells the memory; @ret_answers (nullable) has one per item. FALSE when it could not be stored: then nothing of
 * it is shown. */
gboolean laptop_store(Laptop *laptop, const DeviceItem *items, guint n, DeviceAnswer *ret_answers,
        GError **error);
/* Hands @body's acknowledgements of @sent to the memory. */
void laptop_acknowledge(Laptop *laptop, const GArray *sent, const json_t *body, guint32 question);
/* The mark of a ticket or typed code of this event. FALSE for anything else. */
gboolean laptop_mark(Laptop *laptop, const char *line, gsize length, guint64 *ret_mark);
/* A scan is over: it is what `undo` takes back, when it let somebody in. */
void laptop_last_scan(Laptop *laptop, guint64 mark, gboolean admitted);
void laptop_last_clear(Laptop *laptop);
/* "4 here, 2 missing", of the group. */
char *laptop_group_words(const Laptop *laptop);
/* The place with the event's key, once that is known. */
void laptop_place(Laptop *laptop);

/* The lists of the place's session, as an earlier start kept them. */
void laptop_recall(Laptop *laptop);
/* Goes on with the round, if there is one to go on with or to begin. */
void sync_step(Laptop *laptop);
void sync_clear(Sync *sync);
