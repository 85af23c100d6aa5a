/*
 * A small house for tests of the server: pages that answer, write, wait and fail, served from a
 * real record.
 */
#pragma once

#include "tests/client.h"
#include "web/server.h"
#include "tests/engine.h"

#define H    "Host: x\r\n"
#define FORM "Content-Type: application/x-www-form-urlencoded\r\n"

/* How often a page ran; atomic. */
extern gint pages_run;
/* While it is set, the writer's thread is held, as a slow disk does; atomic. */
extern gint gate_shut;
#define PREPARED_TEXT          "many words "
#define PREPARED_TEXT_REPEATED 400

typedef struct {
	Server *server;
	Settings *settings;
	const char *url;
} Running;

/* Serves @engine's record on a free port, with one more command-line option when @option isn't NULL.
 * A header may take 0.7 s, a body 1.5 s. */
Running house_open(Engine *engine, const char *option, const char *value);
void house_close(Running *running);
/* It still serves. */
void must_live(const Running *running);
int status_of(const Running *running, const char *bytes);
