/*
 * A network between a laptop and its server that a test can spoil: it listens on an address of its own, so that the
 * server may die and come back elsewhere.
 */
#pragma once

#include <glib.h>

typedef enum {
	RELAY_PASS,
	RELAY_DEAD,    /* connections are closed at once */
	RELAY_MUTE,    /* they are taken, and nothing is ever answered */
	RELAY_SWALLOW, /* the server answers, and its answer is lost */
	RELAY_HALF,    /* its answer breaks off in the middle */
} RelayMode;

typedef struct Relay Relay;

Relay *relay_new(void);
void relay_free(Relay *relay);
const char *relay_url(const Relay *relay); /* "http://127.0.0.1:PORT" */
/* Where the server is now ("http://127.0.0.1:PORT"). */
void relay_lead_to(Relay *relay, const char *url);
/* @only (nullable, a constant): but for requests whose line has it, all passes. */
void relay_set(Relay *relay, RelayMode mode, const char *only);
/* How many answers were spoilt since the last relay_set(). */
guint relay_spoilt(Relay *relay);
