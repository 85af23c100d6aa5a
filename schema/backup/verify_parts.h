/* The parts of verify_record(), for backup/verify.c alone. Each adds what is wrong to @found. */
#pragma once

#include "schema/event.h"
#include "schema/vault.h"

typedef struct {
	guint8 event[EVENT_ID_BYTES];
	char *slug;
	gboolean expired; /* keys may be destroyed */
	VaultEvent *keys;
} VerifiedEvent;

/* The event's scan log and the presence that follows from it. */
gboolean verify_log(Db *db, const VerifiedEvent *event, Faults *found, gint64 *ret_scans,
        gint64 *ret_presences, GError **error);

/* What is taken of every option, session and stop that has a capacity, in all events. */
gboolean verify_counts(Db *db, Faults *found, gint64 *ret_counts, GError **error);
