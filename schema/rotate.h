/*
 * Another key for an event's tickets. New tickets are signed with the next key; those of earlier keys stay valid, and
 * their texts stay what they are. Devices know the next key beforehand, so that the first ticket of it is known at
 * a door without network too; after a rotation there is a next one again.
 *
 * The key's file is written first, its row after: cut between, the event goes on with the key it had, and the next
 * rotation takes the file that is there.
 */
#pragma once

#include "schema/control.h"
#include "schema/event.h"

typedef struct {
	const Event *event; /* lent */
	const char *who;    /* for the audit */
	gint64 now;
	guint16 from, to; /* numbers of keys that are there, files and all */
	gboolean moved;   /* FALSE: another rotation came between, nothing was changed */
} RotateWork;
/* A DbWork; @data is a RotateWork. */
gboolean rotate_work(Db *db, gpointer data, GError **error);

/* key.rotate: {event}; answers {event, key_no, earlier}: how many tickets earlier keys have signed. */
json_t *rotate_operation(Record *record, const json_t *asked, gint64 now, GError **error);
int rotate_command(int argc, char **argv);
