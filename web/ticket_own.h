/*
 * What the pages of /t/{token}/… share, by which people look after their own registration: whose it is, the proof of
 * a form, the frame, the words for what has just been done.
 *
 * A person is named in a path by their number within the event ("no"), which stays the same whoever else of the
 * registration leaves; a number of another registration is nobody's here.
 */
#pragma once

#include "schema/registration.h"
#include "web/page.h"

typedef struct {
	RegistrationPage *page;
	const Event *event;
	VaultEvent *keys;
	Db *db;
	const char *token;
} Own;
/* By the token of the path; FALSE with the answer. */
gboolean own_open(Request *request, Own *ret, Reply **ret_refused);
/* The same for a form that was sent: 403 when it isn't ours. @ret_stale: too old, show it again. */
gboolean own_open_form(Request *request, Own *ret, gboolean *ret_stale, Reply **ret_refused);
void own_clear(Own *own);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Own, own_clear)

/* Whom @no (nullable) names; NULL when it is nobody of this registration. */
const Attendee *own_attendee(const Own *own, const char *no);
/* Can they still change what they signed up for, cancel, correct? Until the event is over. */
gboolean own_may_act(const Own *own, gint64 now);

/* "/t/TOKEN" and @rest. Owned by the caller. */
char *own_path(const char *token, const char *rest);
/* 303 to the tickets, which say @done: a word of own_notice(). */
Reply *own_see(Request *request, const char *token, const char *done);
/* What the tickets' page says of what has just been done (?done=): {title, text, good}, or null. */
json_t *own_notice(Request *request);

/* {page_title, title, home, contact, has_languages, csrf, action, back, notice: null, …} */
json_t *own_frame(Request *request, const Own *own, const char *title_key);
/* The name that somebody goes by, or "Ticket 2". */
json_t *own_name(const Own *own, const Locale *locale, const Attendee *attendee);
/* The text for a state of a fee, by its key. */
const char *own_fee_text(const Locale *locale, const char *state);
/* A word on top: @text is nullable, @wait whether it can be waited for. */
json_t *own_word(const char *title, const char *text, gboolean wait);
