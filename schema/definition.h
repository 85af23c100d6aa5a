/*
 * The event's definition: read, validated as a whole (all faults at once, each with its JSON
 * path), moved in time, stored, and given out again.
 */
#pragma once

#include "schema/event.h"
#include "schema/record.h"

#define DEFINITION_MAX (4 * 1024 * 1024) /* bytes */

/* Parses and validates; numbers within the event are not yet given (0). NULL when there are
 * faults. @starts (nullable) is a date YYYY-MM-DD that every time is moved to: the same whole days,
 * the wall clock kept in the event's zone. */
Event *definition_parse(const char *json, gsize length, const char *starts, Faults *faults);

/* The definition of @event as JSON that loads again to the same event. Owned by the caller. */
json_t *definition_export(const Event *event);

/* Stores @event as new, or as the next edition of the event of its slug: numbers of codes that were
 * there stay. Makes the keys of a new event first. INPUT when the change would take away what people
 * hold (a session with bookings, a capacity under what is taken). */
typedef struct {
	gboolean created;
	gint64 edition;
} DefinitionStored;
gboolean definition_store(Record *record, const Event *event, gint64 now, DefinitionStored *ret,
	GError **error);
