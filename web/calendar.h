/*
 * A calendar file (RFC 5545) of where somebody is expected. It has times and a neutral title, and neither place,
 * link nor name: calendars are shown to others and copied to their makers. The one file that knows libical is
 * letters/calendar.c.
 */
#pragma once

#include "schema/registration.h"

/* An entry for each of @sessions (of ChosenSession); a bus begins at its stop's time. @uid makes an entry that is
 * taken in again replace the first; it holds letters, digits, '-' and '@'. NULL when there is none. */
GBytes *calendar_make(
        const Event *event, const GArray *sessions, const char *title, const char *uid, gint64 now);
