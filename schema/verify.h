/*
 * `turnout schema verify`: whether what is remembered still holds together. Reads only, in one
 * transaction, also beside a running server.
 *
 *   database    pages, indexes, references and migrations' checksums (backup/verify_database.h)
 *   keys        every event's keys open
 *   sealed      every sealed value opens, and every person has one; none belongs to nobody
 *   scan log    every line has its check value
 *   presence    is what the log says: door.md, "The scan log"
 *   counts      taken is what is booked
 *   audit       the chain has all its lines (audit.h)
 */
#pragma once

#include "schema/record.h"

typedef struct {
	gint64 events, sealed, scans, presences, counts, audit;
} VerifyCounts;

/* Adds what is wrong to @found, with its place. FALSE with @error when the question went
 * unanswered. */
gboolean verify_record(Record *record, Faults *found, VerifyCounts *ret, GError **error);

/* Prints every finding on a line of its own, and at last how much was looked at. Returns
 * the exit status: EXIT_STATUS_NO when anything was found. */
int verify_command(int argc, char **argv);
