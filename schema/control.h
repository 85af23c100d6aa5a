/*
 * Commands while the server runs.
 *
 * A writing command is an operation: JSON in, JSON out, on an open Record. control_call() runs it
 * here when nobody serves the folder (known by its lock, not by a left-over socket) and asks the
 * server to run it otherwise. Rows cross the socket, files don't. On PostgreSQL the same holds
 * while a server runs on this folder; without one, commands write by themselves.
 *
 * On the wire (DIR/control.sock, a stream): 4 bytes of length, big-endian, then JSON:
 * {"operation", "asked", "now"} and {"answer"} or {"error": {"domain", "code", "message"}}.
 */
#pragma once

#include "schema/record.h"

#define CONTROL_MESSAGE_MAX (64 * 1024 * 1024)
#define CONTROL_CALLERS_MAX 16 /* at once; more are told so */

/* Returns the answer (owned by the caller) or NULL with @error. @now is UTC seconds. */
typedef json_t *(*ControlOperation)(
        Record *record, const json_t *asked, gint64 now, GError **error);

typedef struct {
	const char *name; /* "schema.load" */
	ControlOperation operation;
} ControlEntry; /* tables end with { NULL } */

/* The operations of this folder; checkin/ has a table of its own. */
extern const ControlEntry schema_operations[];

/* @entry's operation, wherever it must run. Takes the reference of @asked. */
json_t *control_call(const RecordPlace *place, const ControlEntry *entry, json_t *asked, gint64 now,
        GError **error);

/* A session of several calls that keeps the folder open (the terminal scanner's). */
typedef struct ControlLine ControlLine;
ControlLine *control_line_open(const RecordPlace *place, GError **error);
json_t *control_line_call(
        ControlLine *line, const ControlEntry *entry, json_t *asked, gint64 now, GError **error);
void control_line_free(ControlLine *line);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ControlLine, control_line_free)

/* The server's side: a thread that accepts, one more per caller. @tables ends with NULL. Of several
 * servers that share a folder on PostgreSQL the first listens. */
typedef struct Control Control;
Control *control_listen(Record *record, const ControlEntry *const tables[], GError **error);
void control_free(Control *control); /* stops accepting, waits for operations under way */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Control, control_free)
