/*
 * How many may ask in a minute for a letter that anybody may ask for, of one process: each is work for the database
 * and for the mail server. Counted by the minute; no more is remembered of who asks.
 */
#pragma once

#include <glib.h>

#define ASKED_A_MINUTE 300
#define ASKING_RETRY_S "60" /* what "Retry-After" says */

/* One more asks, at @now (UTC seconds). */
gboolean asking_is_too_many(gint64 now);
