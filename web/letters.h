/*
 * The thread that sends the letters of the outbox.
 *
 * A letter is claimed in the database (schema/outbox.h) before it goes, so several processes never have one at once,
 * and settled right after the server's answer. When the server accepts and the process dies before it has written
 * that down, the letter goes again after the lease, under the same Message-ID, by which mail systems know a repeat:
 * SMTP leaves no better (RFC 5321, 6.1), and the other order would lose letters.
 *
 * Refused for good (5xx) after the recipient was named: given up, for staff to see. Refused for the moment (4xx), or
 * broken off: again after 5 s, doubled each time up to LETTERS_LATER_MAX_S, with up to half as much more by chance, and
 * given up OUTBOX_PATIENCE_S after the first attempt. Anything before that (no server, no trust, no sign-in, the sender
 * refused) is no letter's fault: all wait, 5 s and doubled up to LETTERS_PAUSE_MAX_S, however long it takes.
 */
#pragma once

#include "schema/record.h"
#include "schema/settings.h"

#define LETTERS_FIRST_S     5
#define LETTERS_LATER_MAX_S (60 * 60)
#define LETTERS_PAUSE_MAX_S 60
#define LETTERS_BATCH       16
#define LETTERS_POLL_MS     1000

typedef struct Letters Letters;

/* *@ret is NULL when the settings name no server: then letters wait. @base_url is lent until letters_stop(). */
gboolean letters_start(Record *record, const Settings *settings, const char *base_url,
        Letters **ret, GError **error);
/* Ends the thread; a letter under way has LETTERS_STOP_S, then is broken off and stays in the outbox. NULL is fine. */
#define LETTERS_STOP_S 5
void letters_stop(Letters *letters);
