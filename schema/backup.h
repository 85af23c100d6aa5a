/*
 * Backups of the database, of the keys, and the way back.
 *
 *   turnout schema backup FILE            all rows of one moment, beside a running server, as a SQLite file, from either
 *                                         engine and for either; no keys, so no names
 *   turnout schema backup-keys FILE       the keys and the list of who must not come back, under a passphrase
 *   turnout schema restore FILE --keys K  an empty data folder from both; K is such a file, or the keys folder that survived
 *
 * What restore does beside putting rows and keys in place: everybody of the list who was deleted since is deleted again, holds of the
 * list hold, what is due expires; each event gets another history, so phones take everything anew and offer their
 * whole log again (door.md); letters that waited then are given up, since they may have gone out since; nobody is signed in.
 */
#pragma once

#include "schema/record.h"

/* Writes all rows to @path, which must not be there; complete, or not there. */
gboolean backup_write(Record *record, const char *path, GError **error);

/* Copies all rows; one of the two is a SQLite file. The tables of @to_url are made, and empty before. */
gboolean backup_copy_rows(const char *from_url, const char *to_url, GError **error);
/* A SQLite file with what lies beside it. */
void backup_remove(const char *path);

typedef struct {
	gint64 erased;  /* people deleted again */
	gint64 hidden;  /* of them, kept by a hold */
	gint64 holds;   /* that were not in the backup */
	gint64 letters; /* given up */
	gint64 expired; /* sealed values whose time had come */
} RestoreCounts;
/* @place.dir must not be there, or be empty but for turnout.conf; its database too. @keys is a file of
 * backup-keys with its @passphrase, or a folder (then @passphrase is NULL). */
gboolean backup_restore(const RecordPlace *place, const char *path, const char *keys,
        const char *passphrase, gint64 now, RestoreCounts *ret, GError **error);

int backup_command(int argc, char **argv);
int backup_keys_command(int argc, char **argv);
int restore_command(int argc, char **argv);
