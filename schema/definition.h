/*
 * The event's definition: read, validated as a whole (all faults at once, each with its JSON
 * path), moved in time, stored, and given out again.
 */
#pragma once

#include "schema/event.h"
#include "schema/record.h"

#define DEFINITION_MAX (4 * 1024 * 1024) /* bytes */

/* Parses and validates. NULL when there are faults: all of them at once, each with its JSON path,
 * at most FAULTS_KEPT. Numbers within the event are by place in the lists, from 1: the tables give the
 * lasting ones (event_read()). @starts (nullable) is a date YYYY-MM-DD: every time moves by the
 * whole days from the event's own first day to that one, the wall clock kept in the event's zone. */
#define FAULTS_KEPT 2000
Event *definition_parse(const char *json, gsize length, const char *starts, Faults *faults);

/* The definition of @event as JSON that loads again to the same event. Owned by the caller. */
json_t *definition_export(const Event *event);

/* The JSON paths of the texts that aren't in @lang, so that a page in it shows the event's own language there. Owned. */
GPtrArray *definition_untold(const Event *event, const char *lang);

/* Stores @event as new, or as the next edition of the event of its slug: numbers of codes that were
 * there stay (of regions, sessions, options, delegations by code; of checkpoints by session and
 * name; a stop's number is its own). The same definition again changes nothing. Makes the keys of
 * a new event before its row. INPUT, with everything that is wrong, when the change would take away
 * what people hold (a session with bookings, a capacity under what is taken), or would move to
 * another date an event that has people in it. */
typedef struct {
	gboolean created; /* no event had this slug */
	gboolean changed; /* FALSE: it was stored just so before */
	gint64 edition;
	guint8 id[EVENT_ID_BYTES];
} DefinitionStored;
gboolean definition_store(
        Record *record, const Event *event, gint64 now, DefinitionStored *ret, GError **error);
