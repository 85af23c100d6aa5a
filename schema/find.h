/*
 * Finding people by name. Names are sealed and have no index: they are opened once, folded
 * (schema/text.h) and held in memory for FIND_KEPT_S after the last question, then wiped.
 */
#pragma once

#include "schema/event.h"

#define FIND_KEPT_S    300
#define FIND_MAX       50  /* of one question */
#define FIND_QUERY_MAX 200 /* bytes */

/* Adds the ids of active people of @event, of region @region_no (0: of any), whose name has every word of @query in it, in any script, case and accents
 * aside; those whose name's words begin so come first; FIND_MAX at most. A word under two letters finds nothing (one
 * of a script without cases does). Reads what changed since the last question from @db, which is in a reading
 * transaction. Thread-safe. */
gboolean find_people(Db *db, const Event *event, VaultEvent *keys, guint16 region_no,
        const char *query, GArray *ret_attendees, GError **error);
/* Wipes all names now: at the end of the process, and for tests. */
void find_forget(void);
/* Names held now. */
guint find_held(void);
