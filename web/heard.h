/*
 * When each device was last heard of, and how many scans it said it holds (header "Turnout-Waiting"): in memory
 * at once, in the database at most once a minute, so that the way of a scan costs nothing more.
 */
#pragma once

#include "web/page.h"

#define HEARD_WRITE_MS 60000
#define HEARD_WAITING  "Turnout-Waiting"

/* The device of @request is there. */
void heard_note(Request *request, gint64 device);
/* What this process knows of @device; FALSE when nothing. */
gboolean heard_of(Request *request, gint64 device, gint64 *ret_seen, gint64 *ret_waiting);
