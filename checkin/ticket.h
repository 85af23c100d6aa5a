/*
 * Tickets as people and doors hold them: signing and verifying with the event's keys. The text is
 * never stored: Ed25519 is deterministic, so it is signed again when asked for.
 */
#pragma once

#include "checkin/t1.h"
#include "schema/event.h"

/* The T1 text of a ticket that the record keeps, by the key that signed it first: so the text stays the same
 * when newer tickets have another key. If that one is lost, by one that devices know. */
void ticket_text(const Event *event, VaultEvent *keys, const TicketIdentity *ticket,
        char ret_text[T1_TEXT_LENGTH + 1]);

typedef enum {
	TICKET_OURS,
	TICKET_NOT_OURS, /* not a T1, or no key of ours verifies it */
} TicketVerdict;

/* Reads and verifies @text; fills @ret and @ret_mark (both nullable) when it is a T1 of @event, and
 * leaves them alone otherwise. The minute in @ret is counted from when the event's first key was made,
 * as devices give it. */
TicketVerdict ticket_check(const Event *event, VaultEvent *keys, const char *text, gsize length,
        T1 *ret, gint64 *ret_mark);
