/*
 * The list of who wants to stay informed: the organisation's own sign-up for e-mails, one for an installation. It belongs
 * to no event and outlives them: its keys are a ring of their own in DIR/keys, made when the first person asks.
 *
 * Nobody is on the list whose own hand hasn't confirmed it from a letter to that address (double opt-in). Who asks and
 * doesn't confirm is forgotten after INFORMED_ASK_S. Leaving deletes the row and what the outbox remembers; the id alone goes
 * to DIR/keys/list, so that an older backup doesn't bring them back.
 *
 * What is kept for proof: when it was asked and confirmed, which version of the text was agreed to, and in which language.
 */
#pragma once

#include "schema/db.h"
#include "schema/outbox.h"
#include "schema/record.h"

#define INFORMED_TEXT_VERSION 1 /* of informed_consent; raise it when those words change */
#define INFORMED_ASK_S        (48 * 60 * 60) /* from the last asking on */
#define INFORMED_AGAIN_S      (60 * 60) /* at most one letter in that time for who is not confirmed */
#define INFORMED_KNOWN_S      (24 * 60 * 60) /* and for who is */
#define INFORMED_REGION_MAX   64             /* bytes of a code */
#define INFORMED_LINK_NO      1

/* The id under which the vault and the outbox know the list; no event has it. */
extern const guint8 informed_list[EVENT_ID_BYTES];
/* The list's keys. ABSENT when nobody has asked yet. Lent until the vault goes. */
VaultEvent *informed_keys(Vault *vault, GError **error);
/* The same, made when there are none. Not for a work. */
VaultEvent *informed_keys_make(Vault *vault, gint64 now, GError **error);

typedef enum {
	INFORMED_FORM,         /* /stay-informed */
	INFORMED_REGISTRATION, /* "keep me informed", when registering for an event */
#define INFORMED_SOURCES 2
} InformedSource;
const char *informed_source_name(InformedSource source);

typedef struct {
	gint64 id; /* made by the caller; the sealed address is bound to it */
	guint8 hash[EMAIL_HASH_BYTES];
	GBytes *sealed;
	char lang[12];                        /* that they want letters in */
	char region[INFORMED_REGION_MAX + 1]; /* a code, or "" */
	InformedSource source;
	gint64 text_version;
	char text_lang[12]; /* that they read the text in */
	gint64 asked, now;
} InformedAsk;
/* Seals and hashes @folded (text_fold_email()); @id is from id_new(). The rest is the caller's to fill. */
InformedAsk *informed_ask_new(VaultEvent *keys, const char *folded, gint64 id);
void informed_ask_free(InformedAsk *ask); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(InformedAsk, informed_ask_free)

/* DbWork; @data is an InformedAsk. Causes the letter to confirm, or, for who is on the list already, one with
 * their link. */
gboolean informed_ask_work(Db *db, gpointer data, GError **error);
/* The same for who has shown already that the address is theirs: they are on the list at once, under the id that @data->id
 * says then. */
gboolean informed_join_work(Db *db, gpointer data, GError **error);

typedef struct {
	gint64 id, asked, confirmed; /* confirmed 0: not yet */
	char *email;                 /* wiped when cleared; NULL when it can't be opened */
	char *lang, *region, *text_lang;
	InformedSource source;
	gint64 text_version;
} Informed;
void informed_clear(Informed *informed);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Informed, informed_clear)

/* @ret_found FALSE: there is none (any more). */
gboolean informed_read(
        Db *db, VaultEvent *keys, gint64 id, Informed *ret, gboolean *ret_found, GError **error);
/* By the token of their link; FALSE in @ret_found also for one that doesn't hold. */
gboolean informed_read_link(Db *db, VaultEvent *keys, const char *token, Informed *ret,
        gboolean *ret_found, GError **error);
void informed_link(VaultEvent *keys, gint64 id, char ret_token[LINK_TOKEN_LENGTH + 1]);

/* @ret_there FALSE: nobody of that id any more. Confirming twice keeps the first time. */
gboolean informed_confirm(Db *db, gint64 id, gint64 now, gboolean *ret_there, GError **error);
/* Takes them off the list, by the record's writer; waits for the commit, so not on the writer's thread. That there is nobody
 * of that id is fine. */
gboolean informed_leave(Record *record, gint64 id, GError **error);
/* The same of whoever has that address, as text_fold_email() gives it; @ret_there FALSE: nobody has. */
gboolean
informed_leave_address(Record *record, const char *folded, gboolean *ret_there, GError **error);
/* When a server starts: takes off whoever left since the backup that was restored. */
gboolean informed_settle(Record *record, GError **error);
/* DbWork for each minute; @data is a gint64: now. Forgets who didn't confirm. */
gboolean informed_sweep_work(Db *db, gpointer data, GError **error);

/* How many are confirmed, of @region (NULL: all). */
gboolean informed_count(Db *db, const char *region, gint64 *ret, GError **error);
/* The next at most @limit confirmed ones after @after, by id; @region NULL: all. Adds to @ret (of Informed, cleared by it). */
GArray *informed_array_new(void);
gboolean informed_list_next(Db *db, VaultEvent *keys, const char *region, gint64 after, guint limit,
        GArray *ret, GError **error);

/* "Keep me informed", as somebody of a registration agreed to it. @ret_found FALSE: nobody did. */
typedef struct {
	gint64 attendee, at, text_version;
	char lang[12];
	guint16 region_no;
} InformedWish;
gboolean
informed_wish(Db *db, gint64 registration, InformedWish *ret, gboolean *ret_found, GError **error);
