/*
 * Lines that come in from a USB scanner, which types like a keyboard, or from a pipe. Nothing here waits: who waits for
 * the descriptor calls lines_read() when it can be read.
 */
#pragma once

#include "schema/error.h"

#define LINES_MAX                                                                                  \
	4096 /* bytes of a line; of a longer one the rest is thrown away: it is no ticket anyway */

typedef struct {
	int fd;
	char bytes[LINES_MAX];
	gsize length;   /* of what was read and not yet given out */
	gsize given;    /* of the line that was given out last, its end included */
	gboolean ended; /* no more comes */
	gboolean cut;   /* the line is longer than it may be */
} Lines;

typedef enum {
	LINE_READY,
	LINE_NONE, /* the next one is not whole: wait, and read on */
	LINE_END,
} LineState;

/* The next line without its end, lent until the next call. */
LineState lines_next(Lines *lines, const char **ret_line, gsize *ret_length);
gboolean lines_read(Lines *lines, GError **error);
