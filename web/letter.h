/*
 * A letter's words, made when it goes: in the person's language, from the sealed person and the event.
 *
 * Neutral: neither subject, text, file name nor calendar names the event, a delegation, a place or a person, in case
 * a screen is seen. The link and the tickets say all.
 */
#pragma once

#include "schema/outbox.h"
#include "schema/registration.h"
#include "web/locale.h"

typedef struct {
	char *id;   /* "ticket-1", the picture's name in the HTML part ("cid:ticket-1@…" there) */
	char *file; /* "ticket-1.png", in the letter's language */
	GBytes *png;
} LetterPicture;

/* A PDF that is larger stays at home: the link leads to it. Of twenty people it has some tenth of this. */
#define LETTER_PAPER_MAX  (2 * 1024 * 1024)
#define LETTER_PAPER_FILE "ticket.pdf" /* the same in every language */

typedef struct {
	char *to;         /* the address, as mail_address_is_fit() wants it */
	char *message_id; /* without < and >; follows from the cause alone, so a repeat is known */
	char *subject;
	char *text, *html;
	GPtrArray *pictures; /* of LetterPicture */
	GBytes *calendar;    /* nullable */
	char *calendar_file;
	char *leave_url; /* where one click leaves the list (RFC 8058); nullable */
	GBytes *paper;   /* the tickets as a PDF; nullable */
	const char *paper_file;
} Letter;

/* What the makers of letters share. */
typedef struct {
	Db *db; /* inside a transaction */
	Vault *vault;
	EventShelf *shelf;
	const char *base_url; /* that links begin with */
	const char *domain;   /* of the sender's address, for message ids */
	gboolean answered;    /* somebody reads what is written back */
	gint64 now;
} LetterDesk;

typedef enum {
	LETTER_MADE,
	LETTER_NOBODY,     /* deleted, cancelled or expired meanwhile */
	LETTER_NO_ADDRESS, /* a volunteer has to call */
} LetterOutcome;

/* FALSE with @error: ask again later. */
gboolean letter_make(const LetterDesk *desk, const OutboxRow *row, Letter **ret,
        LetterOutcome *ret_outcome, GError **error);
void letter_free(Letter *letter); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Letter, letter_free)

/* The same for who calls or texts. */
typedef struct {
	char *name, *email, *phone; /* nullable; wiped when freed */
	char *words;                /* in their language, with link and codes */
	const Locale *locale;
	guint16 region_no, delegation_no;
} LetterCall;
/* *@ret is NULL when there is nobody any more. */
gboolean
letter_call(const LetterDesk *desk, const OutboxRow *row, LetterCall **ret, GError **error);
void letter_call_free(LetterCall *call); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LetterCall, letter_call_free)

/* Only the keys can make it from the cause, which is ids. */
char *letter_message_id(VaultEvent *keys, const char *cause, const char *domain);
/* letters/letter_informed.c: letters of the list of schema/informed.h. */
gboolean letter_informed_make(const LetterDesk *desk, const OutboxRow *row, Letter **ret,
        LetterOutcome *ret_outcome, GError **error);

/* The text under which staff read of such a letter ("confirmation", "link sent again"). */
const char *letter_kind_text(const Locale *locale, OutboxKind kind);
