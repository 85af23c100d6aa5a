/* What follows a deletion outside its transaction: the list beside the keys, the names held, what a hold kept, the log. */
#include "schema/erase_private.h"

#include <string.h>

#include "schema/audit.h"
#include "schema/find.h"
#include "schema/hold.h"

/* ---- the list ---- */

static void
take_event(DbRows *rows, guint column, guint8 ret_event[EVENT_ID_BYTES])
{
	gsize length = 0;
	gconstpointer event = db_column_bytes(rows, column, &length);

	memcpy(ret_event, event, MIN(length, EVENT_ID_BYTES));
}

static gboolean
unlisted_erasures(Db *db, GArray *ret, GError **error)
{
	DbStep step;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT event, attendee FROM erasure WHERE listed = 0 ORDER BY attendee",
	        DB_NO_ARGS, error);
	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		Listed listed = { .kind = LISTED_ERASE, .id = db_column_int(rows, 1) };
		take_event(rows, 0, listed.event);
		g_array_append_val(ret, listed);
	}
	return step == DB_NO_ROW;
}

/* One that was released before it was listed gets both lines. */
static gboolean
unlisted_holds(Db *db, GArray *ret, GError **error)
{
	DbStep step;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT event, id, scope, no, CASE WHEN released IS NULL THEN 0 ELSE 1 END"
	        " FROM hold WHERE listed = 0 ORDER BY id",
	        DB_NO_ARGS, error);
	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		Listed listed = { .kind = LISTED_HOLD,
			.id = db_column_int(rows, 1),
			.no = db_column_int(rows, 3) };
		take_event(rows, 0, listed.event);
		g_strlcpy(listed.scope, db_column_text(rows, 2), sizeof listed.scope);
		g_array_append_val(ret, listed);
		listed.kind = LISTED_RELEASE;
		if (db_column_int(rows, 4) != 0)
			g_array_append_val(ret, listed);
	}
	return step == DB_NO_ROW;
}

static gboolean
unlisted_forgotten(Db *db, GArray *ret, GError **error)
{
	DbStep step;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT event, hash FROM forgotten WHERE listed = 0 ORDER BY event, hash",
	        DB_NO_ARGS, error);

	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		Listed listed = { .kind = LISTED_FORGOTTEN };
		gsize length = 0;
		gconstpointer hash = db_column_bytes(rows, 1, &length);
		take_event(rows, 0, listed.event);
		memcpy(listed.hash, hash, MIN(length, KNOWN_AS_BYTES));
		g_array_append_val(ret, listed);
	}
	return step == DB_NO_ROW;
}

static gboolean
list_unlisted(Record *record, GArray *ret, GError **error)
{
	g_autoptr(Db) db = record_reader(record, error);

	if (db == NULL || !db_begin(db, error))
		return FALSE;
	/* holds first: whoever restores must know them before the deletions */
	gboolean read = unlisted_holds(db, ret, error) && unlisted_erasures(db, ret, error) &&
	        unlisted_forgotten(db, ret, error);
	db_rollback(db);
	return read && erase_list_add(record_dir(record), ret, error);
}

gboolean
erase_acknowledge(Record *record, GError **error)
{
	g_autoptr(GArray) lines = g_array_new(FALSE, FALSE, sizeof(Listed));

	find_forget();
	return list_unlisted(record, lines, error);
}

/* @data is a GArray of Listed that stand in the list now. */
static gboolean
mark_listed(Db *db, gpointer data, GError **error)
{
	const GArray *lines = data;

	for (guint i = 0; i < lines->len; i++) {
		const Listed *listed = &g_array_index(lines, Listed, i);
		const DbValue id = db_int(listed->id);
		gboolean done = FALSE;
		switch (listed->kind) {
		case LISTED_ERASE:
			done = db_run(db, "UPDATE erasure SET listed = 1 WHERE attendee = $1",
			        DB_ARGS(id), NULL, error);
			break;
		case LISTED_HOLD: /* not one that was released since it was read */
			done = db_run(db,
			        "UPDATE hold SET listed = 1 WHERE id = $1 AND released IS NULL",
			        DB_ARGS(id), NULL, error);
			break;
		case LISTED_RELEASE:
			done = db_run(db, "UPDATE hold SET listed = 1 WHERE id = $1", DB_ARGS(id),
			        NULL, error);
			break;
		case LISTED_FORGOTTEN:
			done = db_run(db,
			        "UPDATE forgotten SET listed = 1 WHERE event = $1 AND hash = $2",
			        DB_ARGS(db_bytes(listed->event, EVENT_ID_BYTES),
			                db_bytes(listed->hash, KNOWN_AS_BYTES)),
			        NULL, error);
			break;
		}
		if (!done)
			return FALSE;
	}
	return TRUE;
}

/* ---- what a hold kept ---- */

typedef struct {
	guint8 event[EVENT_ID_BYTES];
	gint64 attendee;
} Queued;

/* Who waits to be deleted, each person once. */
static gboolean
read_queue(Record *record, GArray *ret, GError **error)
{
	DbStep step = DB_ERROR_ROW;
	g_autoptr(Db) db = record_reader(record, error);

	if (db == NULL || !db_begin(db, error))
		return FALSE;
	DbRows *rows = db_query(db,
	        "SELECT e.event, e.attendee FROM erasure e JOIN attendee a ON a.id = e.attendee"
	        " WHERE e.done IS NULL AND a.merged_into IS NULL ORDER BY e.attendee",
	        DB_NO_ARGS, error);
	while (rows != NULL && (step = db_next(rows, error)) == DB_ROW) {
		Queued queued = { .attendee = db_column_int(rows, 1) };
		take_event(rows, 0, queued.event);
		g_array_append_val(ret, queued);
	}
	db_rows_free(rows);
	db_rollback(db);
	return rows != NULL && step == DB_NO_ROW;
}

typedef struct {
	const Queued *queued;
	VaultEvent *keys;
	gint64 now;
	EraseAnswer answer;
} CarryOut;

static gboolean
carry_out_one(Db *db, gpointer data, GError **error)
{
	CarryOut *carry = data;
	g_autoptr(Event) event = event_read_by_id(db, carry->queued->event, error);

	return event != NULL &&
	        erase_person(db, event, carry->keys, carry->queued->attendee, AUDIT_OPERATOR,
	                carry->now, &carry->answer, error);
}

static gboolean
carry_out(Record *record, gint64 now, guint *ret_n, GError **error)
{
	g_autoptr(GArray) queue = g_array_new(FALSE, FALSE, sizeof(Queued));

	if (!read_queue(record, queue, error))
		return FALSE;
	for (guint i = 0; i < queue->len; i++) {
		CarryOut carry = { .queued = &g_array_index(queue, Queued, i), .now = now };
		gboolean kept = FALSE;
		if (!erase_is_kept(
		            record, carry.queued->event, carry.queued->attendee, &kept, error))
			return FALSE;
		if (kept)
			continue;
		carry.keys = vault_event(record_vault(record), carry.queued->event, error);
		if (carry.keys == NULL)
			return FALSE;
		if (!writer_run(record_writer(record), carry_out_one, &carry, error))
			return FALSE;
		*ret_n += carry.answer.outcome == ERASE_DONE;
	}
	return TRUE;
}

gboolean
erase_settle(Record *record, gint64 now, guint *ret_n, GError **error)
{
	g_autoptr(GArray) lines = g_array_new(FALSE, FALSE, sizeof(Listed));
	guint n = 0;

	if (!carry_out(record, now, &n, error) || !list_unlisted(record, lines, error))
		return FALSE;
	if (ret_n != NULL)
		*ret_n = n;
	if (lines->len == 0)
		return TRUE;
	find_forget();
	/* while a reader stays on an old state they stay unlisted, and a minute later this comes again */
	return !writer_cut_log(record_writer(record), NULL) ||
	        writer_run(record_writer(record), mark_listed, lines, error);
}
