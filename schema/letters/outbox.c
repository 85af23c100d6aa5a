#include "schema/outbox.h"

#include <string.h>

static const char *const kind_names[OUTBOX_KINDS] = {
	[OUTBOX_CONFIRMATION] = "confirmation",
	[OUTBOX_WAITLISTED] = "waitlisted",
	[OUTBOX_PLACE_FREE] = "place-free",
	[OUTBOX_CHANGED] = "changed",
	[OUTBOX_CANCELLED] = "cancelled",
	[OUTBOX_REMINDER] = "reminder",
	[OUTBOX_LINK_AGAIN] = "link-again",
	[OUTBOX_STAFF_MESSAGE] = "staff-message",
	[OUTBOX_INFORMED_ASK] = "informed-ask",
	[OUTBOX_INFORMED_KNOWN] = "informed-known",
};

static const char *const state_names[OUTBOX_STATES] = {
	[OUTBOX_WAITING] = "waiting",
	[OUTBOX_SENT] = "sent",
	[OUTBOX_GIVEN_UP] = "given-up",
	[OUTBOX_CALL] = "call",
	[OUTBOX_CALLED] = "called",
	[OUTBOX_DROPPED] = "dropped",
};

#define ROW_COLUMNS " cause, event, kind, state, attendee, made, due, begun, done, tries, trouble"

const char *
outbox_kind_name(OutboxKind kind)
{
	g_return_val_if_fail((guint)kind < OUTBOX_KINDS, NULL);
	return kind_names[kind];
}

const char *
outbox_state_name(OutboxState state)
{
	g_return_val_if_fail((guint)state < OUTBOX_STATES, NULL);
	return state_names[state];
}

static gboolean
index_of(const char *const *names, guint n, const char *name, guint *ret)
{
	for (guint i = 0; i < n; i++)
		if (g_strcmp0(names[i], name) == 0) {
			*ret = i;
			return TRUE;
		}
	return FALSE;
}

static gboolean
cause_is_fit(const char *cause)
{
	gsize length =
	        strspn(cause, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-._");

	return length > 0 && cause[length] == '\0' && length <= OUTBOX_CAUSE_MAX;
}

/* ---- adding ---- */

gboolean
outbox_add_new(Db *db, const Event *event, OutboxKind kind, OutboxState state, gint64 attendee,
        const char *cause, gint64 now, gboolean *ret_added, GError **error)
{
	gint64 added = 0;

	g_return_val_if_fail(cause_is_fit(cause), FALSE);
	if (!db_run(db,
	            "INSERT INTO outbox (cause, event, kind, attendee, made, due, state)"
	            " VALUES ($1, $2, $3, $4, $5, $5, $6) ON CONFLICT (cause) DO NOTHING",
	            DB_ARGS(db_text(cause), db_bytes(event->id, EVENT_ID_BYTES),
	                    db_text(outbox_kind_name(kind)), db_int(attendee), db_int(now),
	                    db_text(outbox_state_name(state))),
	            &added, error))
		return FALSE;
	*ret_added = added > 0;
	return TRUE;
}

gboolean
outbox_add_as(Db *db, const Event *event, OutboxKind kind, OutboxState state, gint64 attendee,
        const char *cause, gint64 now, GError **error)
{
	gboolean added = FALSE;

	return outbox_add_new(db, event, kind, state, attendee, cause, now, &added, error);
}

gboolean
outbox_add(Db *db, const Event *event, OutboxKind kind, gint64 attendee, const char *cause,
        gint64 now, GError **error)
{
	gint64 has_address = 0;

	if (!db_ask_int(db,
	            "SELECT 1 FROM attendee a JOIN registration r ON r.id = a.registration"
	            " WHERE a.id = $1 AND r.email_hash IS NOT NULL",
	            DB_ARGS(db_int(attendee)), 0, &has_address, error))
		return FALSE;
	return outbox_add_as(db, event, kind, has_address ? OUTBOX_WAITING : OUTBOX_CALL, attendee,
	        cause, now, error);
}

gboolean
outbox_add_link_again(Db *db, const Event *event, const guint8 email_hash[EMAIL_HASH_BYTES],
        gint64 now, GError **error)
{
	struct {
		gint64 registration, attendee;
	} found[OUTBOX_AGAIN_MAX];
	guint n = 0;
	DbStep step;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT r.id, min(a.id) FROM registration r JOIN attendee a ON a.registration = "
	        "r.id"
	        " WHERE r.event = $1 AND r.email_hash = $2 AND a.state <> 'deleted'"
	        " GROUP BY r.id ORDER BY r.id DESC LIMIT $3",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_bytes(email_hash, EMAIL_HASH_BYTES),
	                db_int(OUTBOX_AGAIN_MAX)),
	        error);

	if (rows == NULL)
		return FALSE;
	while (n < OUTBOX_AGAIN_MAX && (step = db_next(rows, error)) == DB_ROW) {
		found[n].registration = db_column_int(rows, 0);
		found[n++].attendee = db_column_int(rows, 1);
	}
	if (n < OUTBOX_AGAIN_MAX && step == DB_ERROR_ROW)
		return FALSE;
	g_clear_pointer(&rows, db_rows_free);
	for (guint i = 0; i < n; i++) {
		char hex[ID_HEX_LENGTH + 1];
		id_to_hex(found[i].registration, hex);
		g_autofree char *cause =
		        g_strdup_printf("again:%s:%" G_GINT64_FORMAT, hex, now / OUTBOX_AGAIN_S);
		if (!outbox_add_as(db, event, OUTBOX_LINK_AGAIN, OUTBOX_WAITING, found[i].attendee,
		            cause, now, error))
			return FALSE;
	}
	return TRUE;
}

gboolean
outbox_forget(Db *db, gint64 attendee, GError **error)
{
	return db_run(db, "DELETE FROM outbox WHERE attendee = $1", DB_ARGS(db_int(attendee)), NULL,
	        error);
}

/* ---- reading ---- */

static gboolean
row_take(DbRows *rows, OutboxRow *ret, GError **error)
{
	OutboxRow row = { .attendee = db_column_int(rows, 4),
		.made = db_column_int(rows, 5),
		.due = db_column_int(rows, 6),
		.begun = db_column_int(rows, 7),
		.done = db_column_int(rows, 8),
		.tries = db_column_int(rows, 9) };
	gsize length = 0;
	gconstpointer event = db_column_bytes(rows, 1, &length);
	guint kind = 0, state = 0;

	if (length != EVENT_ID_BYTES ||
	        !index_of(kind_names, OUTBOX_KINDS, db_column_text(rows, 2), &kind) ||
	        !index_of(state_names, OUTBOX_STATES, db_column_text(rows, 3), &state)) {
		g_set_error_literal(
		        error, DB_ERROR, DB_ERROR_BROKEN, "a letter of a kind that is not known");
		return FALSE;
	}
	memcpy(row.event, event, EVENT_ID_BYTES);
	row.kind = (OutboxKind)kind;
	row.state = (OutboxState)state;
	g_strlcpy(row.cause, db_column_text(rows, 0), sizeof row.cause);
	if (!db_column_is_null(rows, 10))
		g_strlcpy(row.trouble, db_column_text(rows, 10), sizeof row.trouble);
	*ret = row;
	return TRUE;
}

static gboolean
rows_take(DbRows *rows, GArray *ret_rows, GError **error)
{
	DbStep step;

	while ((step = db_next(rows, error)) == DB_ROW) {
		OutboxRow row;
		if (!row_take(rows, &row, error))
			return FALSE;
		g_array_append_val(ret_rows, row);
	}
	return step == DB_NO_ROW;
}

gboolean
outbox_read(Db *db, const guint8 event[EVENT_ID_BYTES], const char *cause, OutboxRow *ret,
        gboolean *ret_found, GError **error)
{
	g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(OutboxRow));
	g_autoptr(DbRows) rows =
	        db_query(db, "SELECT" ROW_COLUMNS " FROM outbox WHERE cause = $1 AND event = $2",
	                DB_ARGS(db_text(cause), db_bytes(event, EVENT_ID_BYTES)), error);

	if (rows == NULL || !rows_take(rows, found, error))
		return FALSE;
	*ret_found = found->len > 0;
	if (found->len > 0)
		*ret = g_array_index(found, OutboxRow, 0);
	return TRUE;
}

/* A state stands in the statement itself where an index is kept for it alone. */
static DbRows *
list_query(Db *db, const DbValue *event, OutboxState state, guint most, GError **error)
{
	switch (state) {
	case OUTBOX_WAITING:
		return db_query(db,
		        "SELECT" ROW_COLUMNS " FROM outbox WHERE state = 'waiting' AND event = $1"
		        " ORDER BY due, cause LIMIT $2",
		        DB_ARGS(*event, db_int(most)), error);
	case OUTBOX_GIVEN_UP:
		return db_query(db,
		        "SELECT" ROW_COLUMNS " FROM outbox WHERE state = 'given-up' AND event = $1"
		        " ORDER BY made, cause LIMIT $2",
		        DB_ARGS(*event, db_int(most)), error);
	case OUTBOX_CALL:
		return db_query(db,
		        "SELECT" ROW_COLUMNS " FROM outbox WHERE state = 'call' AND event = $1"
		        " ORDER BY made, cause LIMIT $2",
		        DB_ARGS(*event, db_int(most)), error);
	case OUTBOX_SENT:
	case OUTBOX_CALLED:
	case OUTBOX_DROPPED:
		break;
	}
	return db_query(db,
	        "SELECT" ROW_COLUMNS " FROM outbox WHERE state = $3 AND event = $1"
	        " ORDER BY done DESC, cause LIMIT $2",
	        DB_ARGS(*event, db_int(most), db_text(outbox_state_name(state))), error);
}

gboolean
outbox_list(Db *db, const guint8 event[EVENT_ID_BYTES], OutboxState state, guint most,
        GArray *ret_rows, GError **error)
{
	DbValue id = db_bytes(event, EVENT_ID_BYTES);
	g_autoptr(DbRows) rows = list_query(db, &id, state, most, error);

	return rows != NULL && rows_take(rows, ret_rows, error);
}

gboolean
outbox_counts(Db *db, const guint8 event[EVENT_ID_BYTES], OutboxCounts *ret, GError **error)
{
	OutboxCounts counts = { 0 };
	DbStep step;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT state, count(*), min(made) FROM outbox WHERE event = $1 GROUP BY state",
	        DB_ARGS(db_bytes(event, EVENT_ID_BYTES)), error);

	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		guint state = 0;
		if (!index_of(state_names, OUTBOX_STATES, db_column_text(rows, 0), &state))
			continue;
		counts.n[state] = db_column_int(rows, 1);
		if (state == OUTBOX_WAITING)
			counts.oldest_waiting = db_column_int(rows, 2);
	}
	if (step == DB_ERROR_ROW)
		return FALSE;
	*ret = counts;
	return TRUE;
}

gboolean
outbox_given_up(Db *db, const guint8 event[EVENT_ID_BYTES], gint64 *ret_n, GError **error)
{
	return db_ask_int(db, "SELECT count(*) FROM outbox WHERE event = $1 AND state = 'given-up'",
	        DB_ARGS(db_bytes(event, EVENT_ID_BYTES)), 0, ret_n, error);
}

gboolean
outbox_next_due(Db *db, gint64 *ret_due, GError **error)
{
	return db_ask_int(db, "SELECT due FROM outbox WHERE state = 'waiting' ORDER BY due LIMIT 1",
	        DB_NO_ARGS, G_MAXINT64, ret_due, error);
}

/* ---- sending ---- */

gboolean
outbox_claim(Db *db, gint64 claim, guint most, gint64 now, GArray *ret_rows, GError **error)
{
	g_return_val_if_fail(claim != 0 && most <= OUTBOX_CLAIM_MAX, FALSE);

	/* asked again in the outer condition: on PostgreSQL another process may have taken one meanwhile */
	g_autoptr(DbRows) rows = db_query(db,
	        "UPDATE outbox SET claim = $1, due = $3, tries = tries + 1,"
	        " begun = COALESCE(begun, $2)"
	        " WHERE cause IN (SELECT cause FROM outbox WHERE state = 'waiting' AND due <= $2"
	        " ORDER BY due LIMIT $4) AND state = 'waiting' AND due <= $2 RETURNING" ROW_COLUMNS,
	        DB_ARGS(db_int(claim), db_int(now), db_int(now + OUTBOX_LEASE_S), db_int(most)),
	        error);
	return rows != NULL && rows_take(rows, ret_rows, error);
}

gboolean
outbox_settle(Db *db, const OutboxEnd *end, gboolean *ret_held, GError **error)
{
	gboolean again = end->state == OUTBOX_WAITING, over = !again && end->state != OUTBOX_CALL;
	gint64 changed = 0;

	if (!db_run(db,
	            "UPDATE outbox SET state = $3, due = $4, done = $5, trouble = $7,"
	            " claim = NULL, tries = tries - $6,"
	            " begun = CASE WHEN $6 = 1 AND tries = 1 THEN NULL ELSE begun END"
	            " WHERE cause = $1 AND claim = $2 AND state = 'waiting'",
	            DB_ARGS(db_text(end->cause), db_int(end->claim),
	                    db_text(outbox_state_name(end->state)),
	                    db_int(again ? end->due : end->now),
	                    over ? db_int(end->now) : db_null(),
	                    db_int(again && end->untried ? 1 : 0), db_text(end->trouble)),
	            &changed, error))
		return FALSE;
	*ret_held = changed > 0;
	return TRUE;
}

/* ---- staff and volunteers ---- */

gboolean
outbox_retry(Db *db, const guint8 event[EVENT_ID_BYTES], const char *cause, gint64 now,
        gint64 *ret_changed, GError **error)
{
	DbValue id = db_bytes(event, EVENT_ID_BYTES);
	gint64 waiting = 0, given_up = 0;

	/* a claim whose lease is over is nobody's; one that lasts has due after now */
	if (!db_run(db,
	            "UPDATE outbox SET due = $2, begun = NULL, claim = NULL"
	            " WHERE event = $1 AND state = 'waiting' AND (claim IS NULL OR due <= $2)"
	            " AND (CAST($3 AS TEXT) IS NULL OR cause = $3)",
	            DB_ARGS(id, db_int(now), db_text(cause)), &waiting, error) ||
	        !db_run(db,
	                "UPDATE outbox SET state = 'waiting', due = $2, begun = NULL, done = NULL,"
	                " claim = NULL WHERE event = $1 AND state = 'given-up'"
	                " AND (CAST($3 AS TEXT) IS NULL OR cause = $3)",
	                DB_ARGS(id, db_int(now), db_text(cause)), &given_up, error))
		return FALSE;
	*ret_changed = waiting + given_up;
	return TRUE;
}

gboolean
outbox_calls(Db *db, const guint8 event[EVENT_ID_BYTES], guint16 region_no, guint most,
        GArray *ret_rows, gint64 *ret_all, GError **error)
{
	DbValue id = db_bytes(event, EVENT_ID_BYTES);

	if (!db_ask_int(db,
	            "SELECT count(*) FROM outbox WHERE state = 'call' AND event = $1 AND ($2 = 0"
	            " OR EXISTS (SELECT 1 FROM attendee a WHERE a.id = outbox.attendee"
	            " AND a.region_no = $2))",
	            DB_ARGS(id, db_int(region_no)), 0, ret_all, error))
		return FALSE;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT" ROW_COLUMNS " FROM outbox WHERE state = 'call' AND event = $1"
	        " AND ($2 = 0 OR EXISTS (SELECT 1 FROM attendee a WHERE a.id = outbox.attendee"
	        " AND a.region_no = $2)) ORDER BY made, cause LIMIT $3",
	        DB_ARGS(id, db_int(region_no), db_int(most)), error);
	return rows != NULL && rows_take(rows, ret_rows, error);
}

gboolean
outbox_call_done(Db *db, const guint8 event[EVENT_ID_BYTES], guint16 region_no, const char *cause,
        const char *who, gint64 now, gboolean *ret_changed, GError **error)
{
	gint64 changed = 0;

	if (!db_run(db,
	            "UPDATE outbox SET state = 'called', done = $3, who = $4"
	            " WHERE cause = $1 AND event = $2 AND state = 'call' AND ($5 = 0"
	            " OR EXISTS (SELECT 1 FROM attendee a WHERE a.id = outbox.attendee"
	            " AND a.region_no = $5))",
	            DB_ARGS(db_text(cause), db_bytes(event, EVENT_ID_BYTES), db_int(now),
	                    db_text(who), db_int(region_no)),
	            &changed, error))
		return FALSE;
	*ret_changed = changed > 0;
	return TRUE;
}

gboolean
outbox_call_undo(Db *db, const guint8 event[EVENT_ID_BYTES], guint16 region_no, const char *cause,
        gint64 now, gboolean *ret_changed, gboolean *ret_told, GError **error)
{
	DbValue id = db_bytes(event, EVENT_ID_BYTES);
	gint64 changed = 0, told = 0;

	if (!db_run(db,
	            "UPDATE outbox SET state = 'call', done = NULL, who = NULL"
	            " WHERE cause = $1 AND event = $2 AND state = 'called' AND done > $3 AND ($4 = "
	            "0"
	            " OR EXISTS (SELECT 1 FROM attendee a WHERE a.id = outbox.attendee"
	            " AND a.region_no = $4))",
	            DB_ARGS(db_text(cause), id, db_int(now - OUTBOX_UNDO_S), db_int(region_no)),
	            &changed, error) ||
	        !db_ask_int(db,
	                "SELECT 1 FROM outbox o JOIN outbox u ON u.attendee = o.attendee"
	                " WHERE u.cause = $1 AND o.event = $2 AND o.state = 'called'"
	                " AND o.kind = 'place-free' LIMIT 1",
	                DB_ARGS(db_text(cause), id), 0, &told, error))
		return FALSE;
	*ret_changed = changed > 0;
	*ret_told = told != 0;
	return TRUE;
}

gboolean
outbox_calls_made(Db *db, const guint8 event[EVENT_ID_BYTES], guint16 region_no, gint64 now,
        guint most, GArray *ret_rows, GError **error)
{
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT" ROW_COLUMNS " FROM outbox WHERE state = 'called' AND event = $1"
	        " AND done > $2 AND ($3 = 0 OR EXISTS (SELECT 1 FROM attendee a"
	        " WHERE a.id = outbox.attendee AND a.region_no = $3))"
	        " ORDER BY done DESC, cause LIMIT $4",
	        DB_ARGS(db_bytes(event, EVENT_ID_BYTES), db_int(now - OUTBOX_UNDO_S),
	                db_int(region_no), db_int(most)),
	        error);
	return rows != NULL && rows_take(rows, ret_rows, error);
}
