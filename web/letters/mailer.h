/*
 * One letter to the SMTP server of the settings, by libcurl. The one file that knows it for mail.
 *
 * TLS is verified: smtps://, or smtp:// with STARTTLS demanded; in the clear to this machine only. libcurl builds the
 * message (curl_mime), so no MIME is written by hand. What a server says beyond its reply code is kept nowhere: it may
 * repeat an address.
 */
#pragma once

#include "schema/outbox.h"
#include "schema/settings.h"
#include "web/letter.h"

#define MAILER_CONNECT_S 20
#define MAILER_LETTER_S  90 /* for one letter, all in all */

typedef struct Mailer Mailer;

/* *@ret is NULL when the settings name no server. */
gboolean mailer_new(const Settings *settings, Mailer **ret, GError **error);
void mailer_free(Mailer *mailer); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Mailer, mailer_free)
const char *mailer_domain(const Mailer *mailer); /* of the address that letters come from; lent */
gboolean mailer_answered(const Mailer *mailer);  /* is there an address for answers? */

typedef struct {
	OutboxState
	        state; /* SENT, GIVEN_UP (refused by 5xx after the recipient was named), WAITING (again later) */
	gboolean
	        server; /* the trouble is the server's and not this letter's: others would meet it too */
	gboolean untried; /* it came not as far as the letter */
	char trouble[64]; /* "refused 550": a word, and the reply code where there was one */
} MailOutcome;
/* The connection is kept for the next letter until mailer_hang_up(). */
MailOutcome mailer_send(Mailer *mailer, const Letter *letter);
void mailer_hang_up(Mailer *mailer);
/* From any thread: what is under way ends @after_us from now, and all after it at once. */
void mailer_break_off(Mailer *mailer, gint64 after_us);
