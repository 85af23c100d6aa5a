/*
 * The program in a process of its own, as a person runs it: lines in, lines out, an exit status.
 */
#pragma once

#include <glib.h>

#include "tests/engine.h"

extern const char *process_program; /* build/turnout */

typedef struct {
	GPid pid;
	int in, out; /* -1: closed */
} Process;

/* Starts it with the engine's folder and @words (NULL at the end). */
Process process_start(const Engine *engine, const char *const *words);
void process_shut_input(Process *process);
/* Its exit status, or minus the signal that ended it. */
int process_finish(Process *process);
void process_say(Process *process, const char *line);
/* The next line of its answer; NULL at the end. The test ends when none comes for 20 seconds. */
char *process_hear(Process *process);
/* One line in, one line out. */
void process_must_answer(Process *process, const char *line, const char *expected);

/* `turnout web` on a free port; @ret_url (nullable) is where, owned. */
Process process_start_server(const Engine *engine, char **ret_url);
/* As when the plug is pulled. */
void process_kill(Process *process);
/* `schema verify`: log, check values and presence agree, as the record itself sees it. */
void process_must_verify(const Engine *engine);
