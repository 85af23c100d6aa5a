/*
 * How often a password may be tried: THROTTLE_FREE times at once for a name, then once in
 * THROTTLE_EACH_MS; and SIGN_INS_WAITING at a time in all. Nobody is locked out: whoever waits that long may try
 * again, whatever others did. Names that aren't anybody's are counted alike, and kept as a keyed hash, in memory
 * only.
 */
#pragma once

#include "web/page.h"

#define THROTTLE_FREE    5
#define THROTTLE_EACH_MS 10000
#define THROTTLE_NAMES   4096 /* more push out those that waited longest */
#define SIGN_INS_WAITING 16

/* May @name be tried now? It counts then; throttle_end() when the answer is known (@right: the name's tries are
 * forgotten). FALSE with the seconds to wait. */
gboolean throttle_begin(Request *request, const char *name, int *ret_wait_s);
void throttle_end(Request *request, const char *name, gboolean right);
