/*
 * Everybody of an event by name, one at a time, in the order in which they registered.
 *
 * Read in pages by key, each in a short transaction of its own, so that a slow reader holds nothing
 * up and a million people need no memory. Names are opened as they are read.
 */
#pragma once

#include "schema/people.h"

#define ROSTER_PAGE 2000

typedef struct RosterRows RosterRows;

/* Lent until the next one. */
typedef struct {
	const PeopleRow *person;
	const char *name;              /* NULL: never given, or its key is gone */
	const guint8 *expected, *came; /* by index in event->sessions, 0 or 1 */
} RosterRow;

/* @db is a read connection outside a transaction; @session_no and @region_no keep those who are
 * expected or came there, and those of that region (0: everybody). Deleted and merged people and
 * practice tickets are left out, and so are spare tickets that nobody used. */
RosterRows *roster_rows_open(Db *db, const Event *event, Vault *vault, guint16 session_no,
        guint16 region_no, GError **error);
/* The next one, or *ret NULL after the last. INPUT, with the person's number, for a name that was
 * tampered with. */
gboolean roster_rows_next(RosterRows *rows, const RosterRow **ret, GError **error);
void roster_rows_free(RosterRows *rows);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RosterRows, roster_rows_free)
