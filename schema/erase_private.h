/* What the room forget/ and backup/restore.c share. */
#pragma once

#include "schema/erase.h"

/* Adds the first column of all rows of @given, which is freed, to @ret_ids. */
gboolean erase_ids(DbRows *given, GArray *ret_ids, GError **error);

/* One person who is merged into nobody, after the version was raised; adds to @answer. Frees places, but offers none: the
 * caller does (places_fill()). What was done before is not done again. @by NULL: one of many,
 * without a line of the audit, whose letters are gone already. @keys NULL: nothing is kept of what lists may know them by. */
gboolean erase_root(Db *db, const Event *event, VaultEvent *keys, gint64 root, const char *by,
        gint64 version, gint64 now, EraseAnswer *answer, GError **error);

/* Whether a hold keeps @attendee now; opens a connection of its own. */
gboolean erase_is_kept(Record *record, const guint8 event[EVENT_ID_BYTES], gint64 attendee,
        gboolean *ret_kept, GError **error);

/*
 * The list beside the keys, DIR/keys/list: what an older backup must not undo. Text, a line each, ids only:
 *   erase EVENT ATTENDEE        asked for (under a hold: hidden)
 *   hold EVENT HOLD SCOPE NO    set
 *   release EVENT HOLD
 *   forgotten EVENT HASH        what a list may know somebody by (schema/forgotten.h)
 *   left ID                     of the list of those who stay informed: written and read by letters/informed.c
 */
#define ERASE_LIST_FILE "list"
typedef enum {
	LISTED_ERASE,
	LISTED_HOLD,
	LISTED_RELEASE,
	LISTED_FORGOTTEN,
} ListedKind;
typedef struct {
	ListedKind kind;
	guint8 event[EVENT_ID_BYTES];
	gint64 id; /* attendee or hold */
	guint8 hash[KNOWN_AS_BYTES];
	char scope[12];
	gint64 no;
} Listed;
/* Adds every line that is one to @ret (of Listed), in order; no file is an empty list. */
gboolean erase_list_read(const char *dir, GArray *ret, GError **error);
/* Adds @lines (of Listed), flushed. */
gboolean erase_list_add(const char *dir, const GArray *lines, GError **error);
