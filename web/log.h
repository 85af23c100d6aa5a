/*
 * The log: one line per event on stderr, "TIME LEVEL what key=value …". Never personal data, an
 * address, a path of a request (its route's pattern instead) or anything that a client sent.
 * At most LOG_LINES_PER_SECOND; how many were left out is told by the next line.
 */
#pragma once

#include <glib.h>

#define LOG_LINES_PER_SECOND 100

typedef enum {
	LOG_LEVEL_INFO,    /* started, stopped */
	LOG_LEVEL_WARNING, /* the world: will pass, or needs the operator */
	LOG_LEVEL_ERROR,   /* ours */
} LogLevel;

void log_line(LogLevel level, const char *format, ...) G_GNUC_PRINTF(2, 3);
