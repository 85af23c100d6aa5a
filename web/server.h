/*
 * HTTP in and out: the only user of libmicrohttpd. What it refuses, and its deadlines, stand in
 * http/server.c's table.
 */
#pragma once

#include "schema/record.h"
#include "schema/settings.h"
#include "web/routes.h"

typedef struct Server Server;

typedef struct {
	Record *record;
	const Settings *settings;
	const Route *const *routes; /* tables, NULL at the end */
	gint64 (*now_ms)(void);     /* the clock; tests bring their own */
	gint64 header_ms, body_ms;  /* how long a header and a body may take; 0: 10 s and 30 s */
} ServerOptions;

/* Binds and serves; port 0 picks one. */
Server *server_start(const ServerOptions *options, GError **error);
const char *server_url(const Server *server); /* "http://127.0.0.1:8080" */
const char *
server_base_url(const Server *server); /* that links begin with: public_url, else the same */
/* Stops accepting, answers what is under way (at most SERVER_DRAIN_S), closes. FALSE when the
 * writer is stuck: then nothing was freed, and only the end of the process is left. */
#define SERVER_DRAIN_S 10
gboolean server_stop(Server *server);

int web_command(int argc, char **argv);
