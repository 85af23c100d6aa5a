#include "schema/staff_code.h"

#include <string.h>

#include "schema/audit.h"
#include "schema/staff/totp.h"

/* A secret that is being set up is sealed as another class than one that is kept, so neither passes for the other. */
#define KEPT  SEALED_IDENTITY
#define SETUP SEALED_LOGISTICS

/* "staff", in bytes; an event's id is random. */
static const guint8 staff_ring[EVENT_ID_BYTES] = "staff\0\0\0\0\0\0\0\0\0\0";

static VaultEvent *
ring(Vault *vault, GError **error)
{
	return vault_event(vault, staff_ring, error);
}

/* The same, made when they are not there. */
static VaultEvent *
ring_made(Vault *vault, gint64 now, GError **error)
{
	g_autoptr(GError) failure = NULL;
	VaultEvent *keys = ring(vault, &failure);

	if (keys != NULL || !g_error_matches(failure, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT)) {
		if (keys == NULL)
			g_propagate_error(error, g_steal_pointer(&failure));
		return keys;
	}
	g_clear_error(&failure);
	/* another process may have made them this moment */
	if (!vault_create_event(vault, staff_ring, now, &failure) &&
	        !g_error_matches(failure, TURNOUT_ERROR, TURNOUT_ERROR_INPUT)) {
		g_propagate_error(error, g_steal_pointer(&failure));
		return NULL;
	}
	return ring(vault, error);
}

/* ---- codes ---- */

void
staff_secret_new(char ret_secret[STAFF_SECRET_TEXT + 1])
{
	guint8 secret[STAFF_SECRET_BYTES];

	random_bytes(secret, sizeof secret);
	totp_secret_text(secret, ret_secret);
	explicit_bzero(secret, sizeof secret);
}

/* The digits of what was typed, blanks left out; 0 when there is anything else, or too much. */
static guint
digits_of(const char *typed, char ret_digits[STAFF_PAPER_DIGITS + 1])
{
	guint n = 0;

	for (const char *c = typed; *c != '\0'; c++) {
		if (*c == ' ' || *c == '-')
			continue;
		if (!g_ascii_isdigit(*c) || n == STAFF_PAPER_DIGITS)
			return 0;
		ret_digits[n++] = *c;
	}
	ret_digits[n] = '\0';
	return n;
}

/* In a time that tells nothing of where they differ. */
static gboolean
same_code(const char *a, const char *b)
{
	guint differs = 0;

	for (guint i = 0; i < STAFF_CODE_DIGITS; i++)
		differs |= (guint)(a[i] ^ b[i]);
	return differs == 0;
}

gint64
staff_code_step(const char *secret, const char *typed, gint64 now, gint64 after)
{
	char digits[STAFF_PAPER_DIGITS + 1], code[STAFF_CODE_DIGITS + 1];
	const gint64 here = now / STAFF_STEP_S;
	gint64 found = 0;

	if (digits_of(typed, digits) != STAFF_CODE_DIGITS)
		return 0;
	for (gint64 step = here - 1; step <= here + 1; step++)
		if (step > after && totp_code(secret, step, code) && same_code(code, digits))
			found = step;
	explicit_bzero(code, sizeof code);
	return found;
}

/* ---- the secret, kept and on its way ---- */

GBytes *
staff_secret_seal(Vault *vault, gint64 staff, const char *secret, gint64 now, GError **error)
{
	VaultEvent *keys = ring_made(vault, now, error);

	return keys != NULL ? vault_seal(keys, KEPT, staff, secret) : NULL;
}

char *
staff_secret_open(Vault *vault, gint64 staff, GBytes *sealed, GError **error)
{
	gsize length = 0;
	gconstpointer value = g_bytes_get_data(sealed, &length);
	VaultEvent *keys = ring(vault, error);

	return keys != NULL ? vault_unseal(keys, KEPT, staff, value, length, error) : NULL;
}

char *
staff_setup_text(Vault *vault, gint64 staff, const char *secret, gint64 now, GError **error)
{
	VaultEvent *keys = ring_made(vault, now, error);
	gsize length = 0;

	if (keys == NULL)
		return NULL;
	char *text = g_strdup_printf("%" G_GINT64_FORMAT " %s", now, secret);
	g_autoptr(GBytes) sealed = vault_seal(keys, SETUP, staff, text);
	sealed_text_free(text);
	gconstpointer value = g_bytes_get_data(sealed, &length);
	return g_base64_encode(value, length);
}

char *
staff_setup_secret(Vault *vault, gint64 staff, const char *text, gint64 now)
{
	gsize length = 0;
	g_autofree guchar *value = g_base64_decode(text, &length);
	VaultEvent *keys = ring(vault, NULL);
	char *opened = keys != NULL && value != NULL
	        ? vault_unseal(keys, SETUP, staff, value, length, NULL)
	        : NULL;
	char *secret = NULL, *end = NULL;

	if (opened == NULL)
		return NULL;
	const gint64 at = g_ascii_strtoll(opened, &end, 10);
	if (*end == ' ' && at <= now && now - at <= STAFF_SETUP_S)
		secret = g_strdup(end + 1);
	sealed_text_free(opened);
	return secret;
}

/* ---- on paper ---- */

static void
paper_hash(VaultEvent *keys, gint64 staff, const char *code, guint8 ret_hash[CONTENT_HASH_BYTES])
{
	g_autofree char *text =
	        g_strdup_printf("staff %" G_GINT64_FORMAT " on paper %s", staff, code);

	vault_hash_content(keys, text, strlen(text), ret_hash);
	explicit_bzero(text, strlen(text));
}

gboolean
staff_paper_new(Vault *vault, gint64 staff, gint64 now, StaffPaper *ret, GError **error)
{
	VaultEvent *keys = ring_made(vault, now, error);
	guint64 drawn = 0, most = 1;

	if (keys == NULL)
		return FALSE;
	for (guint i = 0; i < STAFF_PAPER_DIGITS; i++)
		most *= 10;
	for (guint i = 0; i < STAFF_PAPER_CODES; i++) {
		random_bytes(
		        &drawn, sizeof drawn); /* 64 bits: no digit is likelier by more than 10⁻⁷ */
		g_snprintf(ret->codes[i], sizeof ret->codes[i], "%0*" G_GUINT64_FORMAT,
		        STAFF_PAPER_DIGITS, drawn % most);
		paper_hash(keys, staff, ret->codes[i], ret->hashes[i]);
	}
	return TRUE;
}

gboolean
staff_paper_left(Db *db, gint64 staff, gint64 *ret_n, GError **error)
{
	return db_ask_int(db, "SELECT count(*) FROM staff_recovery WHERE staff = $1",
	        DB_ARGS(db_int(staff)), 0, ret_n, error);
}

/* ---- when somebody signs in ---- */

static gboolean
check_paper(
        Db *db, VaultEvent *keys, gint64 staff, const char *digits, StaffProof *ret, GError **error)
{
	gint64 n = 0;

	paper_hash(keys, staff, digits, ret->paper);
	if (!db_ask_int(db,
	            "SELECT count(*) FROM staff_recovery WHERE staff = $1 AND code_hash = $2",
	            DB_ARGS(db_int(staff), db_bytes(ret->paper, CONTENT_HASH_BYTES)), 0, &n, error))
		return FALSE;
	ret->kind = n > 0 ? PROOF_PAPER : PROOF_WRONG;
	return TRUE;
}

gboolean
staff_proof_check(Db *db, Vault *vault, const StaffKnown *known, const char *typed, gint64 now,
        StaffProof *ret, GError **error)
{
	char digits[STAFF_PAPER_DIGITS + 1];

	*ret = (StaffProof){ .kind = PROOF_NOT_ASKED };
	if (known->totp == NULL)
		return TRUE;
	ret->kind = PROOF_WRONG;
	VaultEvent *keys = ring(vault, error);
	if (keys == NULL)
		return FALSE;
	if (digits_of(typed, digits) == STAFF_PAPER_DIGITS)
		return check_paper(db, keys, known->id, digits, ret, error);
	char *secret = staff_secret_open(vault, known->id, known->totp, error);
	if (secret == NULL)
		return FALSE;
	ret->step = staff_code_step(secret, typed, now, known->totp_step);
	sealed_text_free(secret);
	if (ret->step != 0)
		ret->kind = PROOF_CODE;
	return TRUE;
}

gboolean
staff_proof_spend(
        Db *db, gint64 staff, const StaffProof *proof, gboolean *ret_spent, GError **error)
{
	gint64 n = 1;
	gboolean asked = TRUE;

	/* the guard is in the write: of two that come with one code, one gets in */
	if (proof->kind == PROOF_CODE)
		asked = db_run(db,
		        "UPDATE staff SET totp_step = $2 WHERE id = $1 AND totp_step < $2"
		        " AND totp_sealed IS NOT NULL",
		        DB_ARGS(db_int(staff), db_int(proof->step)), &n, error);
	else if (proof->kind == PROOF_PAPER)
		asked = db_run(db, "DELETE FROM staff_recovery WHERE staff = $1 AND code_hash = $2",
		        DB_ARGS(db_int(staff), db_bytes(proof->paper, CONTENT_HASH_BYTES)), &n,
		        error);
	*ret_spent = proof->kind != PROOF_WRONG && n > 0;
	return asked;
}

/* ---- changed by themselves ---- */

static gboolean
write_paper(Db *db, const StaffCodeChange *change, GError **error)
{
	if (!db_run(db, "DELETE FROM staff_recovery WHERE staff = $1",
	            DB_ARGS(db_int(change->staff)), NULL, error))
		return FALSE;
	for (guint i = 0; change->act != STAFF_CODE_OFF && i < STAFF_PAPER_CODES; i++)
		if (!db_run(db,
		            "INSERT INTO staff_recovery (staff, code_hash, made)"
		            " VALUES ($1, $2, $3)",
		            DB_ARGS(db_int(change->staff),
		                    db_bytes(change->paper->hashes[i], CONTENT_HASH_BYTES),
		                    db_int(change->now)),
		            NULL, error))
			return FALSE;
	return TRUE;
}

/* The person's row; @ret_n is 0 when it isn't as it was. */
static gboolean
write_secret(Db *db, const StaffCodeChange *change, gint64 *ret_n, GError **error)
{
	gsize length = 0;
	gconstpointer sealed = change->sealed ? g_bytes_get_data(change->sealed, &length) : NULL;

	switch (change->act) {
	case STAFF_CODE_SET:
		return db_run(db,
		        "UPDATE staff SET totp_sealed = $3, totp_step = $4 WHERE id = $1"
		        " AND password = $2",
		        DB_ARGS(db_int(change->staff), db_text(change->password),
		                db_bytes(sealed, length), db_int(change->step)),
		        ret_n, error);
	case STAFF_CODE_PAPER:
		return db_ask_int(db,
		        "SELECT count(*) FROM staff WHERE id = $1 AND password = $2"
		        " AND totp_sealed IS NOT NULL",
		        DB_ARGS(db_int(change->staff), db_text(change->password)), 0, ret_n, error);
	case STAFF_CODE_OFF:
		break;
	}
	return db_run(db, "UPDATE staff SET totp_sealed = NULL WHERE id = $1 AND password = $2",
	        DB_ARGS(db_int(change->staff), db_text(change->password)), ret_n, error);
}

gboolean
staff_code_change(Db *db, gpointer data, GError **error)
{
	static const char *const acts[] = { [STAFF_CODE_SET] = "code.on",
		[STAFF_CODE_PAPER] = "code.paper",
		[STAFF_CODE_OFF] = "code.off" };
	StaffCodeChange *change = data;
	gint64 n = 0;

	change->done = FALSE;
	if (!write_secret(db, change, &n, error))
		return FALSE;
	if (n == 0)
		return TRUE;
	change->done = TRUE;
	return write_paper(db, change, error) &&
	        db_run(db, "DELETE FROM staff_session WHERE staff = $1 AND id_hash <> $2",
	                DB_ARGS(db_int(change->staff), db_bytes(change->session, TOKEN_HASH_BYTES)),
	                NULL, error) &&
	        audit_add(
	                db, change->event, change->name, acts[change->act], "", change->now, error);
}

/* ---- verified ---- */

gboolean
staff_codes_verify(Db *db, Vault *vault, Faults *found, GError **error)
{
	DbStep step = DB_ERROR_ROW;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT id, name, totp_sealed FROM staff WHERE totp_sealed IS NOT NULL"
	        " ORDER BY name",
	        DB_NO_ARGS, error);

	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		gsize length = 0;
		gconstpointer value = db_column_bytes(rows, 2, &length);
		g_autoptr(GBytes) sealed = g_bytes_new(value, length);
		g_autoptr(GError) refused = NULL;
		char *secret = staff_secret_open(vault, db_column_int(rows, 0), sealed, &refused);
		if (secret == NULL) {
			g_autofree char *where =
			        g_strdup_printf("code of staff %s", db_column_text(rows, 1));
			faults_add(found, where, "%s", refused->message);
		}
		sealed_text_free(secret);
	}
	return step == DB_NO_ROW;
}
