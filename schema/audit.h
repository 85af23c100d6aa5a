/*
 * The audit: sign-ins, exports, roles, devices, corrections; who did what, and when. Append-only, and
 * each line's hash is over the one before, so that a line changed, taken out or put in is found by
 * `turnout schema verify`.
 *
 *   hash = SHA-256(hash of the line before, or nothing; then no, at (8 bytes each, big-endian), event, who,
 *          act, detail, each with its length before it (4 bytes, big-endian))
 *
 * `who` is the name that a person signs in with, or "operator" for a command. No line holds a name of an
 * attendee, a contact or an answer.
 */
#pragma once

#include "schema/db.h"
#include "schema/vault.h"

#define AUDIT_OPERATOR   "operator"
#define AUDIT_DETAIL_MAX 400 /* characters; the rest is cut off */

/* Adds a line, inside the transaction of what it tells. @event is NULL for what belongs to none. */
gboolean audit_add(Db *db, const guint8 *event, const char *who, const char *act,
        const char *detail, gint64 now, GError **error);

typedef struct {
	gint64 no, at;
	const char *who, *act, *detail; /* lent until the next line */
} AuditLine;
typedef void (*AuditSeen)(const AuditLine *line, gpointer data);
/* The last @most lines of @event, the newest first. */
gboolean audit_list(Db *db, const guint8 event[EVENT_ID_BYTES], guint most, AuditSeen seen,
        gpointer data, GError **error);

/* Walks the chain and adds what is wrong to @found. */
gboolean audit_verify(Db *db, Faults *found, gint64 *ret_lines, GError **error);
