/*
 * What people do about their own registration by its link, beside places.h (places) and erase.h (deleting): see what is
 * kept, correct it, get the letter again, get another link.
 *
 * Sealing, hashing and parsing is done before, on the page's thread; the works are rows only. Each asks whether
 * what it was made from is still so: of two pages that are open at once, the second is told, and overwrites nothing.
 */
#pragma once

#include "schema/outbox.h"
#include "schema/places.h"

#define SELF_SEEN_BYTES 16

/* All that is known of one person; what was sealed under a key that is gone is missing. */
typedef struct {
	Person *person; /* never NULL */
	AgeBand age_band;
	guint16 region_no, delegation_no;
	char lang[12];                  /* of the registration */
	guint8 consents;                /* those given: bits 1 << ConsentKind */
	gint64 expires[SEALED_CLASSES]; /* 0: nothing of that class */
	guint8 seen[SELF_SEEN_BYTES];   /* follows from all of these as they are kept */
} SelfPerson;
/* Of an attendee who is there; ABSENT for nobody's id. Inside a reading transaction. */
gboolean self_person(Db *db, VaultEvent *keys, gint64 attendee, SelfPerson *ret, GError **error);
void self_person_clear(SelfPerson *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SelfPerson, self_person_clear)

/* What they agreed to, as it stood on the page; NULL with @ret_lang empty when they were told elsewhere, or agreed to nothing. */
gboolean self_consent_words(Db *db, gint64 attendee, ConsentKind kind, char ret_lang[12],
        char **ret_words, GError **error);

typedef enum {
	SELF_DONE,
	SELF_MEANWHILE, /* it is not as it was seen: nothing was changed */
	SELF_NOBODY, /* nobody of this registration, cancelled or deleted meanwhile; no address to write to */
} SelfOutcome;

/* How a registration is reached, and what it agrees to; with the person who has the address. */
typedef struct {
	gboolean has_email;
	guint8 email_hash[EMAIL_HASH_BYTES];
	const char *lang;  /* lent */
	guint16 region_no; /* of all who are in no delegation; 0: as it is */
	guint8 consents; /* of this person; a change is kept with its time, the text's version and language */
	guint8 renewed; /* of those: given before too, to another text */
} SelfContact;

/* What an attendee said anew. A class that is NULL has nothing any more. A new e-mail address gets a letter. */
typedef struct {
	const Event *event;
	gint64 registration, attendee;
	guint8 seen[SELF_SEEN_BYTES];
	GBytes *sealed[SEALED_CLASSES]; /* made for this attendee */
	AgeBand age_band;
	const SelfContact *contact;        /* nullable: nothing of it changes */
	const char *page_lang;             /* of the page that the texts were read on; lent */
	ConsentShown shown[CONSENT_KINDS]; /* those texts, by ConsentKind */
	gint64 now;
	SelfOutcome outcome;
} SelfCorrection;
gboolean self_correct(Db *db, SelfCorrection *correction, GError **error);
gboolean self_correct_work(Db *db, gpointer data, GError **error);

/* Another link; the one of @link_no holds no longer. @staff (nullable) has a line of the audit. Whoever has an address
 * gets it by letter. */
typedef struct {
	const Event *event;
	gint64 registration, link_no;
	const char *staff; /* lent */
	gint64 now;
	SelfOutcome outcome;
} SelfLink;
gboolean self_link_work(Db *db, gpointer data, GError **error);

/* The letter with link and tickets once more: at most one in OUTBOX_AGAIN_S, with those of a lost link (MEANWHILE: it
 * was made already). NOBODY: no address. */
typedef struct {
	const Event *event;
	gint64 registration;
	gint64 now;
	SelfOutcome outcome;
} SelfLetter;
gboolean self_letter_work(Db *db, gpointer data, GError **error);

/* The registration that somebody came by, and the number of its link. @ret_found FALSE: none. */
gboolean self_link_of(Db *db, gint64 attendee, gint64 *ret_registration, gint64 *ret_link_no,
        gboolean *ret_found, GError **error);

/* Is there an address to write to? */
gboolean self_has_email(Db *db, gint64 registration, gboolean *ret_has_email, GError **error);

/* ---- what is kept (people/self_data.c) ---- */

/* Where and when a ticket of theirs was scanned. */
typedef struct {
	guint16 session_no, checkpoint_no;
	gint64 at; /* ms */
	char decision[24];
} SelfScan;
typedef struct {
	ConsentKind kind;
	gboolean given;
	gint64 at, text_version;
	char lang[12];
	char *text; /* as it stood on the page (schema/people/consent.h); NULL: they were told elsewhere */
} SelfConsent;
typedef struct {
	OutboxKind kind;
	OutboxState state;
	gint64 made;
} SelfLetterKept;
typedef struct {
	guint16 session_no, stop_no;
	gboolean confirmed;
	gint64 offer; /* until when; 0: none */
} SelfBooking;
typedef struct {
	gint64 made; /* of the registration */
	gboolean option_waitlisted;
	GArray *bookings; /* of SelfBooking */
	GArray *scans;    /* of SelfScan, by time */
	GArray *consents; /* of SelfConsent */
	GArray *letters;  /* of SelfLetterKept, by time */
} SelfKept;
/* The plain rows about an attendee. */
gboolean self_kept(Db *db, const Event *event, gint64 attendee, SelfKept *ret, GError **error);
void self_kept_clear(SelfKept *kept);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SelfKept, self_kept_clear)
