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
/* What the tickets' page says of what has just been done (?done=): {title, text, wait}, or null. */
json_t *own_notice(Request *request);

/* What is done in two steps, to one person or to all: the page that says plainly what happens, and asks. Texts by
 * their keys. */
#define OWN_POINTS 4
typedef struct {
	const char *title, *lead, *points[OWN_POINTS];
	const char *button;   /* plural, by how many people it is about */
	const char *nobody;   /* instead of lead, when it is about nobody (any more) */
	const char *refused;  /* instead of lead, when it can't be done now; else NULL */
	const Attendee *one;  /* NULL: all */
	gboolean active_only; /* of all, those who have not cancelled */
	gboolean again;       /* 409: what it is about has changed meanwhile */
} OwnQuestion;
Reply *own_ask(Request *request, const Own *own, const OwnQuestion *question);
/* Whom it is about: @no "" or absent is all (@ret NULL). FALSE: a number of nobody here. */
gboolean own_one_of(const Own *own, const char *no, const Attendee **ret);

/* {page_title, title, home, contact, has_languages, csrf, action, back, notice: null, …} */
json_t *own_frame(Request *request, const Own *own, const char *title_key);
/* The name that somebody goes by, or "Ticket 2". */
json_t *own_name(const Own *own, const Locale *locale, const Attendee *attendee);
/* The text for a state of a fee, by its key. */
const char *own_fee_text(const Locale *locale, const char *state);
/* A word on top: @text is nullable, @wait whether it can be waited for. */
json_t *own_word(const char *title, const char *text, gboolean wait);
