/*
 * The numbers that an event's tables know its parts by. A part keeps its number through every
 * edition of the definition; a new one gets the next after the highest there is.
 */
#pragma once

#include "schema/event.h"

typedef enum {
	PART_REGION,     /* by code */
	PART_SESSION,    /* by code */
	PART_OPTION,     /* by code */
	PART_DELEGATION, /* by code, any case */
	PART_CHECKPOINT, /* by its session's number and its name */
#define PARTS 5
} EventPart;

typedef struct EventNumbers EventNumbers;

/* Those of the event with this id; none when it has no rows. @db is inside a transaction. */
EventNumbers *event_numbers_read(Db *db, const guint8 id[EVENT_ID_BYTES], GError **error);
void event_numbers_free(EventNumbers *numbers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EventNumbers, event_numbers_free)

/* Puts them into @event, parts and references, in the place of those it has. A part without number gets
 * a new one when @give, else that is BROKEN. INPUT when there are more parts than numbers. */
gboolean event_numbers_apply(EventNumbers *numbers, Event *event, gboolean give, GError **error);

/* Calls @each for each number that was read and that event_numbers_apply() found no part for, until
 * it fails. @name is the part's code or name. */
typedef gboolean (*EventNumberEach)(guint16 no, const char *name, gpointer data, GError **error);
gboolean event_numbers_unused(const EventNumbers *numbers, EventPart part, EventNumberEach each,
        gpointer data, GError **error);
