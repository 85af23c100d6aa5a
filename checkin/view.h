/*
 * The terminal at arm's length: the last answer as a colour, a sign and a big word, its words, and a line of counts. Only on
 * a terminal; in a pipe there are plain lines. Without colours (NO_COLOR) sign and words say all of it.
 */
#pragma once

#include <jansson.h>

#include "schema/error.h"

typedef struct View View;

/* NULL when the standard output is no terminal that can be drawn on. */
View *view_new(void);
void view_free(View *view); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(View, view_free)

/* An answer as the terminal has it: {shown, decision, words, trouble?}. */
void view_answer(View *view, const json_t *answer);
/* The line of counts; drawn when it is another. */
void view_status(View *view, const char *status);
