/*
 * The second thing by which somebody signs in: a code of six digits that an app on their phone makes anew each half
 * minute (TOTP, RFC 6238: SHA-1, 30 seconds, 6 digits, as every app has it), or one of ten codes of twelve digits that
 * they keep on paper. Up to each person; a setting can ask it of whole roles.
 *
 * The secret is sealed under keys that belong to no event, the codes on paper are keyed hashes under them. A code counts
 * once, and for a half minute before and after its own, since clocks differ. Secrets are passed about in base 32.
 */
#pragma once

#include "schema/staff.h"

#define STAFF_SECRET_BYTES 20
#define STAFF_SECRET_TEXT  32 /* letters of base 32 */
#define STAFF_STEP_S       30
#define STAFF_CODE_DIGITS  6
#define STAFF_PAPER_CODES  10
#define STAFF_PAPER_DIGITS 12
#define STAFF_SETUP_S      (15 * 60) /* from the password to the first code of a new secret */

void staff_secret_new(char ret_secret[STAFF_SECRET_TEXT + 1]);
/* The half minute, counted from 1970, that @typed is the code of, among that of @now and its neighbours, if it is a later
 * one than @after; 0: none. Blanks in @typed don't count. */
gint64 staff_code_step(const char *secret, const char *typed, gint64 now, gint64 after);

/* The secret of @staff as it is kept, and back; wiped and freed by sealed_text_free(). NULL with @error. */
GBytes *
staff_secret_seal(Vault *vault, gint64 staff, const char *secret, gint64 now, GError **error);
char *staff_secret_open(Vault *vault, gint64 staff, GBytes *sealed, GError **error);

/* The secret that is being set up, as a text for the form that brings it back, and back: NULL when it is not this
 * person's, was changed, or STAFF_SETUP_S are over. */
char *staff_setup_text(Vault *vault, gint64 staff, const char *secret, gint64 now, GError **error);
char *staff_setup_secret(Vault *vault, gint64 staff, const char *text, gint64 now);

/* Whether what was typed into the field for the code will do, for the person as they were found: nothing is spent yet.
 * Who has no secret needs none, and what they typed is not looked at. A database or keys that don't answer: @error. */
gboolean staff_proof_check(Db *db, Vault *vault, const StaffKnown *known, const char *typed,
        gint64 now, StaffProof *ret, GError **error);
/* Right password, wrong code: a line in the audit, of the event that they would have seen. Work of the writer. */
typedef struct {
	gint64 staff, now;
	char *name; /* owned by the caller */
} StaffRefused;
gboolean staff_proof_refused(Db *db, gpointer data, GError **error);

/* Ten fresh codes, and how they are kept. Those of before are void with the change that follows. */
typedef struct {
	char codes[STAFF_PAPER_CODES][STAFF_PAPER_DIGITS + 1];
	guint8 hashes[STAFF_PAPER_CODES][CONTENT_HASH_BYTES];
} StaffPaper;
gboolean staff_paper_new(Vault *vault, gint64 staff, gint64 now, StaffPaper *ret, GError **error);
gboolean staff_paper_left(Db *db, gint64 staff, gint64 *ret_n, GError **error);

/* ---- work of the writer ---- */
/* What somebody changes about their own code. All their other sessions end with the same commit, and the audit has
 * a line. @done is FALSE, and nothing was written, when their password has changed meanwhile. */
typedef enum {
	STAFF_CODE_SET, /* @sealed and @step, and codes on paper */
	STAFF_CODE_PAPER,
	STAFF_CODE_OFF,
} StaffCodeAct;
typedef struct {
	StaffCodeAct act;
	gint64 staff, step, now;
	const char *name, *password;      /* lent; the password's hash */
	GBytes *sealed;                   /* lent */
	const StaffPaper *paper;          /* lent */
	guint8 session[TOKEN_HASH_BYTES]; /* which goes on */
	guint8 event[EVENT_ID_BYTES];     /* whose audit */
	gboolean done;
} StaffCodeChange;
gboolean staff_code_change(Db *db, gpointer data, GError **error);

/* `turnout schema staff reset-code NAME`: {"name"}. For who lost both phone and paper; signed out everywhere. */
json_t *staff_operation_reset_code(Record *record, const json_t *asked, gint64 now, GError **error);

/* Adds each secret that does not open to @found. */
gboolean staff_codes_verify(Db *db, Vault *vault, Faults *found, GError **error);
