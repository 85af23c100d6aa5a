/*
 * What the operations of commands share: reading what was asked for, and the event it is about.
 */
#pragma once

#include "schema/event.h"
#include "schema/record.h"

/* A member of @asked that is text; NULL when it isn't there. Lent by @asked. */
const char *asked_text(const json_t *asked, const char *name);
/* The same, "" when it isn't there. */
const char *asked_text_or_empty(const json_t *asked, const char *name);

/* The event @slug, read by a connection of its own. ABSENT when there is none. */
Event *asked_event(const Record *record, const char *slug, GError **error);
/* The same, or with @slug NULL the only event there is; INPUT when there are more, or none. */
Event *asked_event_or_only(const Record *record, const char *slug, GError **error);

/* The region @code; NULL and INPUT, which names those there are, when it is none of them. @code is nullable. */
const EventRegion *asked_region(const Event *event, const char *code, GError **error);
