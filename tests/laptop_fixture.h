/*
 * A paired laptop, its server and the network between them, all of them real: the program in processes of its own.
 */
#pragma once

#include "tests/door_fixture.h"
#include "tests/process.h"
#include "tests/relay.h"

#define TICKETS 14

typedef struct {
	Door door;
	Relay *relay;
	Process server;
	gboolean serving;
	const char *role;       /* of laptops that are paired from now on */
	char *token_file;       /* in the engine's folder */
	char *tickets[TICKETS]; /* texts, each of somebody with lunch */
	char *codes[TICKETS];   /* typed codes of the same */
} Desk;

/* For main(): takes the program, which is the one word on the command line. */
void desk_tests(int argc, char **argv);

gint64 desk_lines(Engine *engine);   /* of the log, rev 1 */
gint64 desk_present(Engine *engine); /* people, at all sessions */
/* A server that is slow just now gets it a moment later. */
void desk_wait_until_present(Engine *engine, gint64 n);

/* The event with its people, a server, and a laptop that is paired for @session as @role; desk_open(): "scan". */
void desk_open_as(Desk *desk, Engine *engine, const char *session, const char *role);
void desk_open(Desk *desk, Engine *engine, const char *session);
void desk_close(Desk *desk);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Desk, desk_close)

void desk_serve(Desk *desk);    /* starts the server */
void desk_unplug(Desk *desk);   /* kills it, as when the plug is pulled */
void desk_put_away(Desk *desk); /* ends it, and looks whether all holds */

/* `turnout checkin` with --server, --token-file and @more words (NULL at the end). */
Process desk_checkin(const Desk *desk, const char *const *more);
/* Scanning at @session. */
Process desk_scan_at(const Desk *desk, const char *session);
/* `checkin sync`; its exit status. */
int desk_sync(const Desk *desk);
/* How many records `checkin file` hands out. */
gsize desk_file(const Desk *desk);
/* The name of a file in the laptop's folder; owned. */
char *desk_path(const Desk *desk, const char *name);
/* A pairing code for @session. */
char *desk_code(const Desk *desk, const char *session);
