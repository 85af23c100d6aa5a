/*
 * The people who sign in: a name, a password (as its hash), and one role in each event that they work
 * for; a region lead's role has a region. And their sessions: a random id that the browser keeps and
 * that is stored as its hash, good for STAFF_IDLE_S without a sign of life and STAFF_SESSION_S in all.
 *
 * Whoever's role or password changes, or who is disabled, is signed out everywhere with the same commit.
 */
#pragma once

#include "schema/control.h"
#include "schema/event.h"
#include "schema/password.h"

typedef enum {
	ROLE_NOBODY = 0,
	ROLE_VIEWER = 1 << 0, /* sees the numbers */
	ROLE_REGION = 1 << 1, /* sees and takes out what is of their region */
	ROLE_STAFF = 1 << 2,
	ROLE_OWNER = 1 << 3,
} StaffRole;                                  /* bits, so that a route can name several */
const char *staff_role_name(StaffRole role);  /* "region" */
StaffRole staff_role_parse(const char *word); /* ROLE_NOBODY for any other */

#define STAFF_IDLE_S    (30 * 60)
#define STAFF_SESSION_S (12 * 60 * 60)
#define STAFF_TOUCH_S   60 /* how exactly the last sign of life is known */
#define STAFF_NAME_MAX  60 /* characters; letters, digits, and . _ - @ */

/* A session that holds, and what its person may do in the event that they look at. */
typedef struct {
	gint64 staff;
	char *name;
	guint8 event[EVENT_ID_BYTES];
	StaffRole role;
	guint16 region_no; /* of a region lead; 0: all */
	gint64 started, seen;
	guint roles;       /* in how many events they have one */
	gboolean has_code; /* they sign in with a code as well (schema/staff_code.h) */
	guint8 id_hash[TOKEN_HASH_BYTES];
} StaffSession;
void staff_session_free(StaffSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StaffSession, staff_session_free)

/* The session of a hash; *ret is NULL when there is none that holds, or nothing is left of their role. */
gboolean staff_session_read(Db *db, const guint8 id_hash[TOKEN_HASH_BYTES], gint64 now,
        StaffSession **ret, GError **error);

/* Who is asked for when somebody signs in. Owned: clear by staff_known_clear(). */
typedef struct {
	gboolean found; /* and not disabled */
	gint64 id;
	char *name;
	char *password; /* its hash; NULL when not found */
	GBytes *totp;   /* their secret, sealed; NULL: they sign in without a code */
	gint64 totp_step;
} StaffKnown;
gboolean staff_find(Db *db, const char *name, StaffKnown *ret, GError **error);
void staff_known_clear(StaffKnown *known);

/* Names are kept and asked for without regard to case. NULL when it can't be a name. */
char *staff_name_fold(const char *name);

/* ---- works of the writer ---- */
/* By what somebody shows that it is them, beside their password (schema/staff_code.h). */
typedef enum {
	PROOF_NOT_ASKED = 0,
	PROOF_WRONG,
	PROOF_CODE,  /* of half minute @step */
	PROOF_PAPER, /* the code on paper with that hash */
} StaffProofKind;
typedef struct {
	StaffProofKind kind;
	gint64 step;
	guint8 paper[CONTENT_HASH_BYTES];
} StaffProof;
/* So that it is good no more; *ret_spent FALSE when it was good no more before. Inside a transaction. */
gboolean staff_proof_spend(
        Db *db, gint64 staff, const StaffProof *proof, gboolean *ret_spent, GError **error);

/* A session begins, at the event of theirs that ends next (else the last that was). The password is looked at
 * again, since it may have changed meanwhile, and the proof is spent: @begun is FALSE when it is another one, or the
 * code was taken by somebody else. */
typedef struct {
	gint64 staff;
	const char *name, *password; /* lent; the hash that was compared with */
	StaffProof proof;
	guint8 id_hash[TOKEN_HASH_BYTES];
	gint64 now;
	gboolean begun;
} StaffBegin;
gboolean staff_session_begin(Db *db, gpointer data, GError **error);

/* A sign of life, or the end (with a line in the audit), or another event of theirs (does nothing when they
 * have no role there). */
typedef struct {
	guint8 id_hash[TOKEN_HASH_BYTES];
	const char *name; /* lent; for the audit */
	guint8 event[EVENT_ID_BYTES];
	gint64 now;
} StaffChange;
gboolean staff_session_touch(Db *db, gpointer data, GError **error);
gboolean staff_session_end(Db *db, gpointer data, GError **error);
gboolean staff_session_choose(Db *db, gpointer data, GError **error);

/* A line of the audit by itself, as for an export. */
typedef struct {
	guint8 event[EVENT_ID_BYTES];
	char *who, *act, *detail; /* owned by the caller */
	gint64 now;
} StaffNote;
gboolean staff_note(Db *db, gpointer data, GError **error);

/* The events that @staff has a role in, as slugs, in the order of their start. */
gboolean staff_events(Db *db, gint64 staff, GPtrArray **ret_slugs, GError **error);

/* ---- commands ---- */
/* `turnout schema staff add | disable | reset-code | list`; the first word of @argv is "schema staff". */
int staff_command(int argc, char **argv);
/* {"name", "role", "region"?, "event"?, "password"} (the password's hash), {"name"}. */
json_t *staff_operation_add(Record *record, const json_t *asked, gint64 now, GError **error);
json_t *staff_operation_disable(Record *record, const json_t *asked, gint64 now, GError **error);
