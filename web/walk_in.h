/*
 * Somebody who just comes: what they sign up for, and what little is known of them. The door's API and the staff's desk
 * make them of the same parts.
 */
#pragma once

#include "schema/registration.h"
#include "web/page.h"

typedef struct {
	const char *name, *lang; /* lent; NULL when not said */
	guint16 region_no;       /* 0 when not said */
} WalkInSaid;

/* What someone who just comes signs up for: what includes the session, costs nothing, is open, and is not
 * counted, as far as there is such a one. NULL for an event without options. */
const EventOption *walk_in_option(const Event *event, guint16 session_no, gint64 now);

/* Seals a name for who gets it; without one nothing is. INPUT when it is no text or too long. */
gboolean walk_in_seal(VaultEvent *keys, const WalkInSaid *said, gint64 attendee,
        GBytes *ret[SEALED_CLASSES], GError **error);

/* The one attendee of a walk-in's registration. */
gint64 walk_in_attendee(gint64 registration);

/* A registration of one person, with a ticket drawn; its submission and content hash are the caller's to
 * fill in. NULL with @error (INPUT). */
Registration *walk_in_prepare(Request *request, const Event *event, VaultEvent *keys,
        const WalkInSaid *said, const EventOption *option, GError **error);
