#include "schema/staff.h"

#include <string.h>

#include "schema/audit.h"
#include "schema/staff_code.h"
#include "schema/text.h"

static const struct {
	const char *word;
	StaffRole role;
} role_words[] = {
	{ "owner", ROLE_OWNER },
	{ "staff", ROLE_STAFF },
	{ "region", ROLE_REGION },
	{ "viewer", ROLE_VIEWER },
};

const char *
staff_role_name(StaffRole role)
{
	for (guint i = 0; i < G_N_ELEMENTS(role_words); i++)
		if (role_words[i].role == role)
			return role_words[i].word;
	return "";
}

StaffRole
staff_role_parse(const char *word)
{
	for (guint i = 0; word != NULL && i < G_N_ELEMENTS(role_words); i++)
		if (strcmp(role_words[i].word, word) == 0)
			return role_words[i].role;
	return ROLE_NOBODY;
}

char *
staff_name_fold(const char *name)
{
	g_autofree char *tidy = g_utf8_validate(name, -1, NULL) ? text_tidy(name) : NULL;

	if (tidy == NULL || *tidy == '\0' || text_length(tidy) > STAFF_NAME_MAX)
		return NULL;
	for (const char *c = tidy; *c != '\0'; c = g_utf8_next_char(c))
		if (!g_unichar_isalnum(g_utf8_get_char(c)) && strchr("._-@", *c) == NULL)
			return NULL;
	return g_utf8_strdown(tidy, -1);
}

void
staff_known_clear(StaffKnown *known)
{
	g_free(known->name);
	password_wipe(known->password);
	g_clear_pointer(&known->totp, g_bytes_unref);
	*known = (StaffKnown){ 0 };
}

gboolean
staff_find(Db *db, const char *name, StaffKnown *ret, GError **error)
{
	g_autofree char *folded = staff_name_fold(name);

	*ret = (StaffKnown){ 0 };
	g_autoptr(DbRows) rows = NULL;

	if (!db_query_row(db,
	            "SELECT id, name, password, totp_sealed, totp_step FROM staff"
	            " WHERE name = $1 AND disabled = 0",
	            DB_ARGS(db_text(folded ? folded : "")), &rows, error))
		return FALSE;
	if (rows == NULL)
		return TRUE;
	gsize length = 0;
	gconstpointer totp = db_column_bytes(rows, 3, &length);
	*ret = (StaffKnown){ .found = TRUE,
		.id = db_column_int(rows, 0),
		.name = g_strdup(db_column_text(rows, 1)),
		.password = g_strdup(db_column_text(rows, 2)),
		.totp = totp != NULL ? g_bytes_new(totp, length) : NULL,
		.totp_step = db_column_int(rows, 4) };
	return TRUE;
}

/* ---- sessions ---- */

void
staff_session_free(StaffSession *session)
{
	if (session == NULL)
		return;
	g_free(session->name);
	g_free(session);
}

static gboolean
take_session(DbRows *row, StaffSession **ret, GError **error)
{
	gsize length = 0;
	gconstpointer event = db_column_bytes(row, 3, &length);

	if (length != EVENT_ID_BYTES) {
		g_set_error_literal(
		        error, DB_ERROR, DB_ERROR_BROKEN, "a role without an event's id");
		return FALSE;
	}
	StaffSession *session = g_new0(StaffSession, 1);
	session->staff = db_column_int(row, 0);
	session->started = db_column_int(row, 1);
	session->seen = db_column_int(row, 2);
	memcpy(session->event, event, EVENT_ID_BYTES);
	session->role = staff_role_parse(db_column_text(row, 4));
	session->region_no = (guint16)db_column_int(row, 5);
	session->name = g_strdup(db_column_text(row, 6));
	session->roles = (guint)db_column_int(row, 7);
	session->has_code = db_column_int(row, 8) != 0;
	*ret = session;
	return TRUE;
}

gboolean
staff_session_read(Db *db, const guint8 id_hash[TOKEN_HASH_BYTES], gint64 now, StaffSession **ret,
        GError **error)
{
	g_autoptr(StaffSession) session = NULL;
	g_autoptr(DbRows) rows = NULL;

	if (!db_query_row(db,
	            "SELECT s.staff, s.started, s.seen, r.event, r.role, r.region_no, p.name,"
	            " (SELECT count(*) FROM staff_role o WHERE o.staff = s.staff),"
	            " CASE WHEN p.totp_sealed IS NULL THEN 0 ELSE 1 END"
	            " FROM staff_session s JOIN staff p ON p.id = s.staff"
	            " JOIN staff_role r ON r.staff = s.staff AND r.event = s.event"
	            " WHERE s.id_hash = $1 AND p.disabled = 0 AND s.started > $2 AND s.seen > $3",
	            DB_ARGS(db_bytes(id_hash, TOKEN_HASH_BYTES), db_int(now - STAFF_SESSION_S),
	                    db_int(now - STAFF_IDLE_S)),
	            &rows, error))
		return FALSE;
	if (rows == NULL) {
		*ret = NULL;
		return TRUE;
	}
	if (!take_session(rows, &session, error))
		return FALSE;
	/* a region lead without a region would be one of all regions */
	const gboolean holds = session->role != ROLE_NOBODY &&
	        (session->role == ROLE_REGION) == (session->region_no != 0);
	memcpy(session->id_hash, id_hash, TOKEN_HASH_BYTES);
	*ret = holds ? g_steal_pointer(&session) : NULL;
	return TRUE;
}

/* The event that a sign-in is about. */
static gboolean
first_event(Db *db, gint64 staff, gint64 now, guint8 ret_event[EVENT_ID_BYTES], gboolean *ret_found,
        GError **error)
{
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT r.event FROM staff_role r JOIN event e ON e.id = r.event"
	        " WHERE r.staff = $1 ORDER BY CASE WHEN e.ends > $2 THEN 0 ELSE 1 END,"
	        " CASE WHEN e.ends > $2 THEN e.ends ELSE -e.ends END, e.slug LIMIT 1",
	        DB_ARGS(db_int(staff), db_int(now)), error);
	gsize length = 0;

	if (rows == NULL)
		return FALSE;
	DbStep step = db_next(rows, error);
	if (step == DB_ERROR_ROW)
		return FALSE;
	gconstpointer event = step == DB_ROW ? db_column_bytes(rows, 0, &length) : NULL;
	*ret_found = length == EVENT_ID_BYTES;
	if (*ret_found)
		memcpy(ret_event, event, EVENT_ID_BYTES);
	return TRUE;
}

gboolean
staff_session_begin(Db *db, gpointer data, GError **error)
{
	StaffBegin *begin = data;
	guint8 event[EVENT_ID_BYTES];
	static const char *const proofs[] = { [PROOF_NOT_ASKED] = "",
		[PROOF_WRONG] = "",
		[PROOF_CODE] = "code",
		[PROOF_PAPER] = "code on paper" };
	gboolean found = FALSE, spent = FALSE;
	gint64 inserted = 0;

	begin->begun = FALSE;
	if (!first_event(db, begin->staff, begin->now, event, &found, error))
		return FALSE;
	if (!found)
		return TRUE;
	if (!db_run(db, "DELETE FROM staff_session WHERE started <= $1 OR seen <= $2",
	            DB_ARGS(db_int(begin->now - STAFF_SESSION_S),
	                    db_int(begin->now - STAFF_IDLE_S)),
	            NULL, error) ||
	        !staff_proof_spend(db, begin->staff, &begin->proof, &spent, error))
		return FALSE;
	if (!spent)
		return TRUE;
	if (!db_run(db,
	            "INSERT INTO staff_session (id_hash, staff, started, seen, event)"
	            " SELECT $1, id, CAST($2 AS BIGINT), CAST($2 AS BIGINT), $3 FROM staff"
	            " WHERE id = $4 AND password = $5 AND disabled = 0"
	            " AND (totp_sealed IS NULL OR CAST($6 AS BIGINT) = 1)",
	            DB_ARGS(db_bytes(begin->id_hash, TOKEN_HASH_BYTES), db_int(begin->now),
	                    db_bytes(event, EVENT_ID_BYTES), db_int(begin->staff),
	                    db_text(begin->password), db_int(begin->proof.kind != PROOF_NOT_ASKED)),
	            &inserted, error))
		return FALSE;
	if (inserted == 0)
		return TRUE;
	begin->begun = TRUE;
	return audit_add(
	        db, event, begin->name, "sign-in", proofs[begin->proof.kind], begin->now, error);
}

gboolean
staff_proof_refused(Db *db, gpointer data, GError **error)
{
	const StaffRefused *refused = data;
	guint8 event[EVENT_ID_BYTES];
	gboolean found = FALSE;

	return first_event(db, refused->staff, refused->now, event, &found, error) &&
	        audit_add(db, found ? event : NULL, refused->name, "sign-in.wrong-code", "",
	                refused->now, error);
}

gboolean
staff_session_touch(Db *db, gpointer data, GError **error)
{
	const StaffChange *change = data;

	return db_run(db, "UPDATE staff_session SET seen = $2 WHERE id_hash = $1 AND seen < $2",
	        DB_ARGS(db_bytes(change->id_hash, TOKEN_HASH_BYTES), db_int(change->now)), NULL,
	        error);
}

gboolean
staff_session_end(Db *db, gpointer data, GError **error)
{
	const StaffChange *change = data;
	gint64 ended = 0;

	if (!db_run(db, "DELETE FROM staff_session WHERE id_hash = $1",
	            DB_ARGS(db_bytes(change->id_hash, TOKEN_HASH_BYTES)), &ended, error))
		return FALSE;
	return ended == 0 ||
	        audit_add(db, change->event, change->name, "sign-out", "", change->now, error);
}

gboolean
staff_session_choose(Db *db, gpointer data, GError **error)
{
	const StaffChange *change = data;

	return db_run(db,
	        "UPDATE staff_session SET event = $2 WHERE id_hash = $1 AND EXISTS"
	        " (SELECT 1 FROM staff_role r WHERE r.staff = staff_session.staff AND r.event = "
	        "$2)",
	        DB_ARGS(db_bytes(change->id_hash, TOKEN_HASH_BYTES),
	                db_bytes(change->event, EVENT_ID_BYTES)),
	        NULL, error);
}

gboolean
staff_note(Db *db, gpointer data, GError **error)
{
	const StaffNote *note = data;

	return audit_add(db, note->event, note->who, note->act, note->detail, note->now, error);
}

gboolean
staff_events(Db *db, gint64 staff, GPtrArray **ret_slugs, GError **error)
{
	g_autoptr(GPtrArray) slugs = g_ptr_array_new_with_free_func(g_free);
	DbStep step = DB_ERROR_ROW;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT e.slug FROM staff_role r JOIN event e ON e.id = r.event"
	        " WHERE r.staff = $1 ORDER BY e.starts, e.slug",
	        DB_ARGS(db_int(staff)), error);

	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW)
		g_ptr_array_add(slugs, g_strdup(db_column_text(rows, 0)));
	if (step != DB_NO_ROW)
		return FALSE;
	*ret_slugs = g_steal_pointer(&slugs);
	return TRUE;
}
