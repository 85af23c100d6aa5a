/*
 * What a page says of what has just been done: an act ends with 303 to its page and ?done=WORD.
 */
#pragma once

#include "web/page.h"

typedef struct {
	const char *word;
	const char *key; /* of the text */
	gboolean good;   /* done; else it wasn't, and the text says why */
} Done;

/* {text, good} of the request's word, or null when it says none of @words. */
json_t *done_notice(Request *request, const Done *words, gsize n);
