#include "schema/audit.h"

#include <string.h>

#include "schema/text.h"

typedef struct {
	gint64 no, at;
	const guint8 *event; /* NULL: none */
	const char *who, *act, *detail;
} Line;

static void
put_number(GByteArray *bytes, gint64 number)
{
	guint64 bits = GUINT64_TO_BE((guint64)number);

	g_byte_array_append(bytes, (const guint8 *)&bits, sizeof bits);
}

static void
put_part(GByteArray *bytes, gconstpointer part, gsize length)
{
	guint32 bits = GUINT32_TO_BE((guint32)length);

	g_byte_array_append(bytes, (const guint8 *)&bits, sizeof bits);
	if (length > 0)
		g_byte_array_append(bytes, part, (guint)length);
}

static void
line_hash(const guint8 *before, gsize before_length, const Line *line, guint8 ret_hash[32])
{
	g_autoptr(GByteArray) bytes = g_byte_array_new();

	if (before_length > 0)
		g_byte_array_append(bytes, before, (guint)before_length);
	put_number(bytes, line->no);
	put_number(bytes, line->at);
	put_part(bytes, line->event, line->event ? EVENT_ID_BYTES : 0);
	put_part(bytes, line->who, strlen(line->who));
	put_part(bytes, line->act, strlen(line->act));
	put_part(bytes, line->detail, strlen(line->detail));
	hash_sha256(bytes->data, bytes->len, ret_hash);
}

/* Holds the head until the transaction ends; gives the next number and the last line's hash. */
static gboolean
take_head(Db *db, gint64 *ret_no, guint8 ret_hash[32], gsize *ret_length, GError **error)
{
	g_autoptr(DbRows) rows = NULL;
	gsize length = 0;

	if (!db_query_row(db, "UPDATE audit_head SET no = no + 1 WHERE one = 1 RETURNING no, hash",
	            DB_NO_ARGS, &rows, error))
		return FALSE;
	if (rows == NULL) {
		g_set_error_literal(error, DB_ERROR, DB_ERROR_BROKEN, "the audit has no head");
		return FALSE;
	}
	gconstpointer hash = db_column_bytes(rows, 1, &length);
	*ret_no = db_column_int(rows, 0);
	*ret_length = hash ? MIN(length, 32) : 0;
	if (*ret_length > 0)
		memcpy(ret_hash, hash, *ret_length);
	return TRUE;
}

/* At most AUDIT_DETAIL_MAX characters of it. */
static char *
shorten(const char *detail)
{
	if (g_utf8_strlen(detail, -1) <= AUDIT_DETAIL_MAX)
		return g_strdup(detail);
	return g_utf8_substring(detail, 0, AUDIT_DETAIL_MAX);
}

gboolean
audit_add(Db *db, const guint8 *event, const char *who, const char *act, const char *detail,
        gint64 now, GError **error)
{
	g_autofree char *told = shorten(detail);
	Line line = { .at = now, .event = event, .who = who, .act = act, .detail = told };
	guint8 before[32], hash[32];
	gsize before_length = 0;

	if (!take_head(db, &line.no, before, &before_length, error))
		return FALSE;
	line_hash(before, before_length, &line, hash);
	return db_run(db,
	               "INSERT INTO audit (no, event, at, who, act, detail, hash)"
	               " VALUES ($1, $2, $3, $4, $5, $6, $7)",
	               DB_ARGS(db_int(line.no), db_bytes(event, event ? EVENT_ID_BYTES : 0),
	                       db_int(now), db_text(who), db_text(act), db_text(told),
	                       db_bytes(hash, sizeof hash)),
	               NULL, error) &&
	        db_run(db, "UPDATE audit_head SET hash = $1 WHERE one = 1",
	                DB_ARGS(db_bytes(hash, sizeof hash)), NULL, error);
}

gboolean
audit_list(Db *db, const guint8 event[EVENT_ID_BYTES], guint most, AuditSeen seen, gpointer data,
        GError **error)
{
	DbStep step = DB_ERROR_ROW;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT no, at, who, act, detail FROM audit"
	        " WHERE event = $1 OR event IS NULL ORDER BY no DESC LIMIT $2",
	        DB_ARGS(db_bytes(event, EVENT_ID_BYTES), db_int(most)), error);

	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		const AuditLine line = { .no = db_column_int(rows, 0),
			.at = db_column_int(rows, 1),
			.who = db_column_text(rows, 2),
			.act = db_column_text(rows, 3),
			.detail = db_column_text(rows, 4) };
		seen(&line, data);
	}
	return step == DB_NO_ROW;
}

/* ---- verify ---- */

static void
fault(Faults *found, gint64 no, const char *what)
{
	g_autofree char *where = g_strdup_printf("audit line %" G_GINT64_FORMAT, no);

	faults_add(found, where, "%s", what);
}

/* Checks the current row against the hash before it, and puts its own there. */
static void
check_line(DbRows *row, guint8 hash[32], gsize *hash_length, gint64 expected, Faults *found)
{
	gsize event_length = 0, kept_length = 0;
	gconstpointer event = db_column_bytes(row, 1, &event_length);
	gconstpointer kept = db_column_bytes(row, 6, &kept_length);
	const Line line = { .no = db_column_int(row, 0),
		.at = db_column_int(row, 2),
		.event = event_length == EVENT_ID_BYTES ? event : NULL,
		.who = db_column_text(row, 3),
		.act = db_column_text(row, 4),
		.detail = db_column_text(row, 5) };
	guint8 ours[32];

	if (line.no != expected)
		fault(found, line.no, "follows a line that is not there any more");
	line_hash(hash, *hash_length, &line, ours);
	if (kept_length != sizeof ours || memcmp(kept, ours, sizeof ours) != 0)
		fault(found, line.no, "or the one before it was changed");
	*hash_length = MIN(kept_length, 32);
	memcpy(hash, kept, *hash_length);
}

static gboolean
check_head(
        Db *db, gint64 last, const guint8 *hash, gsize hash_length, Faults *found, GError **error)
{
	g_autoptr(DbRows) rows =
	        db_query(db, "SELECT no, hash FROM audit_head WHERE one = 1", DB_NO_ARGS, error);
	gsize length = 0;

	if (rows == NULL)
		return FALSE;
	switch (db_next(rows, error)) {
	case DB_ERROR_ROW:
		return FALSE;
	case DB_NO_ROW:
		faults_add(found, "audit", "its head is not there");
		return TRUE;
	case DB_ROW:
		break;
	}
	gconstpointer head = db_column_bytes(rows, 1, &length);
	if (db_column_int(rows, 0) != last || length != hash_length ||
	        (length > 0 && memcmp(head, hash, length) != 0))
		faults_add(found, "audit", "its last lines are not there any more");
	return TRUE;
}

gboolean
audit_verify(Db *db, Faults *found, gint64 *ret_lines, GError **error)
{
	guint8 hash[32];
	gsize hash_length = 0;
	gint64 lines = 0, last = 0;
	DbStep step = DB_ERROR_ROW;
	g_autoptr(DbRows) rows =
	        db_query(db, "SELECT no, event, at, who, act, detail, hash FROM audit ORDER BY no",
	                DB_NO_ARGS, error);

	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		check_line(rows, hash, &hash_length, last + 1, found);
		last = db_column_int(rows, 0);
		lines++;
	}
	if (step != DB_NO_ROW || !check_head(db, last, hash, hash_length, found, error))
		return FALSE;
	*ret_lines = lines;
	return TRUE;
}
