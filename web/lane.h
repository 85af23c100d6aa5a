/*
 * The slow lane: how often forms may be sent in from one address before whoever sends one is asked to wait a moment
 * and press again. Nobody is refused: who comes again at the time that they were told goes on, however many others
 * come from there. LANE_FREE at once and one each LANE_EACH_MS go on unhindered, so that a community centre, a school
 * or a bus behind one address does not notice; a robot gets less and less.
 *
 * An address is known by a keyed hash, in memory only; of IPv6 by its first half, which is one household's. The forwarded address
 * of a trusted proxy counts, and where it says none nobody is slowed. A form that has to wait carries when, with a
 * keyed proof, so that waiting takes no memory.
 */
#pragma once

#include "web/page.h"

#define LANE_FREE        80
#define LANE_EACH_MS     5000
#define LANE_WAIT_MAX_MS 60000 /* the longest that anybody is asked to wait */
#define LANE_ADDRESSES   4096  /* more push out those that count no more, and then all */
#define LANE_PROOF_MAX   40

typedef struct Lane Lane;
Lane *lane_new(void);
void lane_free(Lane *lane); /* NULL is fine */

/* The form @submission is sent from @address (a text) at @now_ms and carries @proof (nullable). TRUE: it goes on, and counts. FALSE: with
 * the milliseconds to wait, and the proof that it is to carry. Any thread. */
gboolean lane_enter(Lane *lane, const char *address, const char *submission, const char *proof,
        gint64 now_ms, gint64 *ret_wait_ms, char ret_proof[LANE_PROOF_MAX]);
guint lane_addresses(Lane *lane); /* that are remembered */

/* The same for who sends @request; TRUE where nothing tells who that is. */
gboolean lane_request(Request *request, const char *submission, const char *proof,
        gint64 *ret_wait_ms, char ret_proof[LANE_PROOF_MAX]);
