/*
 * What the people of a ticket page wait for: their place in the line, and the answer to an offer.
 */
#pragma once

#include "schema/registration.h"
#include "web/page.h"

/* Of each attendee of @page, in its order, a list of {title, text, heading, offered, in_line, left, no, session}; @ret_waiting is
 * whether everybody waits for what they chose. NULL with @error. */
json_t *ticket_waits(Request *request, const Event *event, const RegistrationPage *page,
        gboolean *ret_waiting, GError **error);

/* The proof that forms of the page carry, by the registration and its link. */
void ticket_csrf(Request *request, VaultEvent *keys, const RegistrationPage *page,
        char ret_csrf[CSRF_TEXT_LENGTH + 1]);
/* FALSE for a form that isn't ours; @ret_stale for one that is too old. */
gboolean ticket_csrf_holds(
        Request *request, VaultEvent *keys, const RegistrationPage *page, gboolean *ret_stale);
