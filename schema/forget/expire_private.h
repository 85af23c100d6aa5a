/* What the files of expire share. */
#pragma once

#include "schema/expire.h"

/* Whom holds keep, and whoever is one person with them by a merge: a set of gint64. Inside a transaction. */
GHashTable *expire_kept(Db *db, const Event *event, GError **error);

/* The event's people in pages by id, a transaction each, which raises the event's version. Of each page, @stretch is called
 * for those between two who are kept, with the first and the last id; nobody of the event between these is kept. It adds
 * how many it did to @ret_n. It touches nothing but rows, since it may run twice. */
typedef gboolean (*ExpireStretch)(Db *db, const Event *event, gint64 first, gint64 last,
        gpointer data, gint64 *ret_n, GError **error);
/* All pages; adds to @ret_n. */
gboolean expire_pages(Record *record, const Event *event, ExpireStretch stretch, gpointer data,
        gint64 *ret_n, GError **error);

typedef struct {
	gboolean there;
	gint64 key_no, at;
} ExpiryMarker;
#define EXPIRY_PEOPLE                                                                              \
	3 /* the part that is no class: people into counts; its key_no is the version of before */
gboolean expiry_marker(Db *db, const Event *event, gint64 part, ExpiryMarker *ret, GError **error);
gboolean
expiry_mark(Db *db, const Event *event, gint64 part, gint64 key_no, gint64 at, GError **error);

/* One class of sealed values that is due. */
gboolean expire_class(Record *record, const Event *event, SealedClass class, gint64 now,
        ExpireCounts *counts, GError **error);
/* The people of an event into counts, when identity is due. */
gboolean
expire_people(Record *record, const Event *event, gint64 now, ExpireCounts *counts, GError **error);
