/*
 * What a scanning device is told: the event's tickets as marks and numbers (door.md, "Manifest and known
 * list"), and who is in. Whole, or what changed since a version. No names.
 */
#pragma once

#include "schema/scan.h"

#define MANIFEST_ENTRY_BYTES 15

/* The number of a language, 0 to 15, for the hint. */
typedef guint (*ManifestLanguage)(const char *lang);

/* Adds an entry for every ticket, current, replaced and spare ones, that changed after @since (0: for all), sorted by
 * mark as unsigned bytes. Opens sealed logistics for the hint. @db is in a reading transaction. */
gboolean manifest_read(Db *db, const Event *event, VaultEvent *keys, guint16 session_no,
        gint64 since, ManifestLanguage language, GByteArray *ret_entries, GError **error);

typedef struct {
	guint32 holder; /* attendee.no */
	gint64 minute;  /* since 1970, when they came in; 0 when not in */
	guint16 checkpoint_no;
	gboolean in;
	gboolean gone; /* the number is nobody's any more: deleted, or merged into another */
} KnownEntry;

/* Adds who is in at the session and who is not any more, touched after @since (0: all); of KnownEntry. */
gboolean known_read(Db *db, const Event *event, guint16 session_no, gint64 since, GArray *ret_known,
        GError **error);
