/*
 * Legal holds: what a court or a lawyer forbids to delete. A hold has a scope (the event, a region, a delegation, a person)
 * and a reason, is set and released by the owner's command, and stops inside its scope both deletion (schema/erase.h)
 * and expiry (schema/expire.h).
 *
 *   turnout schema hold add --event E [--region R | --delegation D | --person NO] --reason TEXT
 *   turnout schema hold list [--event E]
 *   turnout schema hold release ID
 */
#pragma once

#include "schema/event.h"
#include "schema/record.h"

#define HOLD_REASON_MAX 200 /* characters */

/* Whether a hold keeps @attendee now: of the event, of their region or delegation, or of themselves. Inside a transaction. */
gboolean
hold_keeps(Db *db, const Event *event, gint64 attendee, gboolean *ret_kept, GError **error);
/* Whether there is any hold in the event. */
gboolean hold_any(Db *db, const guint8 event[EVENT_ID_BYTES], gboolean *ret_any, GError **error);

/* A condition on attendee a, for statements whose $1 is the event: TRUE when a hold keeps them. */
#define HOLD_KEEPS_A                                                                               \
	"EXISTS (SELECT 1 FROM hold h WHERE h.event = $1 AND h.released IS NULL"                   \
	" AND (h.scope = 'event' OR (h.scope = 'region' AND h.no = a.region_no)"                   \
	" OR (h.scope = 'delegation' AND h.no = a.delegation_no)"                                  \
	" OR (h.scope = 'person' AND h.no = a.no)))"

json_t *hold_operation_add(Record *record, const json_t *asked, gint64 now, GError **error);
json_t *hold_operation_release(Record *record, const json_t *asked, gint64 now, GError **error);
int hold_command(int argc, char **argv);
