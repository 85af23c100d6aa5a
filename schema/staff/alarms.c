#include "schema/alarms.h"

#include <string.h>

#include "schema/audit.h"
#include "schema/id.h"

/* The last verdict on a line is that it stays aside. */
#define SET_ASIDE                                                                                  \
	"v.event = $1 AND v.verdict = 'quarantined'"                                               \
	" AND NOT EXISTS (SELECT 1 FROM verdict l WHERE l.device = v.device"                       \
	" AND l.epoch = v.epoch AND l.seq = v.seq AND l.rev = v.rev AND l.no > v.no)"

gboolean
alarms_count(Db *db, const guint8 event[EVENT_ID_BYTES], AlarmCounts *ret, GError **error)
{
	AlarmCounts counts = { 0 };

	if (!db_ask_int(db, "SELECT count(*) FROM verdict v WHERE " SET_ASIDE,
	            DB_ARGS(db_bytes(event, EVENT_ID_BYTES)), 0, &counts.quarantined, error) ||
	        !db_ask_int(db,
	                "SELECT count(*) FROM quarantine WHERE event = $1 AND seen_by IS NULL",
	                DB_ARGS(db_bytes(event, EVENT_ID_BYTES)), 0, &counts.unreadable, error) ||
	        !db_ask_int(db,
	                "SELECT CAST(COALESCE(SUM(missing), 0) AS BIGINT) FROM"
	                " (SELECT MAX(seq) - COUNT(DISTINCT seq) AS missing FROM scan"
	                " WHERE event = $1 GROUP BY device, epoch) stretches",
	                DB_ARGS(db_bytes(event, EVENT_ID_BYTES)), 0, &counts.gaps, error))
		return FALSE;
	*ret = counts;
	return TRUE;
}

/* ---- what was set aside ---- */

/* Columns: device, reason, the device's name, its revocation, how many, first, last. */
static gboolean
tell_groups(DbRows *given, AlarmSeen seen, gpointer data, GError **error)
{
	g_autoptr(DbRows) rows = given;
	DbStep step = DB_ERROR_ROW;

	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		const AlarmGroup group = { .device = db_column_int(rows, 0),
			.reason = db_column_text(rows, 1),
			.device_name = db_column_text(rows, 2),
			.device_revoked = !db_column_is_null(rows, 3),
			.n = db_column_int(rows, 4),
			.first = db_column_int(rows, 5),
			.last = db_column_int(rows, 6) };
		seen(&group, data);
	}
	return step == DB_NO_ROW;
}

gboolean
alarms_set_aside(Db *db, const guint8 event[EVENT_ID_BYTES], guint most, AlarmSeen seen,
        gpointer data, GError **error)
{
	return tell_groups(db_query(db,
	                           "SELECT v.device, v.reason, d.name, d.revoked_at, count(*),"
	                           " min(v.at), max(v.at) FROM verdict v"
	                           " LEFT JOIN device d ON d.id = v.device WHERE " SET_ASIDE
	                           " GROUP BY v.device, v.reason, d.name, d.revoked_at"
	                           " ORDER BY max(v.at) DESC, v.device, v.reason LIMIT $2",
	                           DB_ARGS(db_bytes(event, EVENT_ID_BYTES), db_int(most)), error),
	        seen, data, error);
}

gboolean
alarms_unreadable(Db *db, const guint8 event[EVENT_ID_BYTES], guint most, AlarmSeen seen,
        gpointer data, GError **error)
{
	return tell_groups(db_query(db,
	                           "SELECT q.device, q.reason, d.name, d.revoked_at, count(*),"
	                           " min(q.at), max(q.at) FROM quarantine q"
	                           " LEFT JOIN device d ON d.id = q.device AND d.event = $1"
	                           " WHERE q.event = $1 AND q.seen_by IS NULL"
	                           " GROUP BY q.device, q.reason, d.name, d.revoked_at"
	                           " ORDER BY max(q.at) DESC, q.device, q.reason LIMIT $2",
	                           DB_ARGS(db_bytes(event, EVENT_ID_BYTES), db_int(most)), error),
	        seen, data, error);
}

gboolean
alarms_look(Db *db, gpointer data, GError **error)
{
	AlarmLook *look = data;
	char hex[ID_HEX_LENGTH + 1];

	if (!db_run(db,
	            "UPDATE quarantine SET seen_by = $4 WHERE event = $1"
	            " AND coalesce(device, 0) = $2 AND reason = $3 AND seen_by IS NULL",
	            DB_ARGS(db_bytes(look->event, EVENT_ID_BYTES), db_int(look->device),
	                    db_text(look->reason), db_text(look->who)),
	            &look->looked_at, error))
		return FALSE;
	if (look->looked_at == 0)
		return TRUE;
	id_to_hex(look->device, hex);
	g_autofree char *detail = g_strdup_printf(
	        "device %s: %" G_GINT64_FORMAT " records, %s", hex, look->looked_at, look->reason);
	return audit_add(db, look->event, look->who, "log.look", detail, look->now, error);
}

/* ---- stretches ---- */

#define STRETCH                                                                                    \
	"SELECT s.device, s.epoch, d.name, count(DISTINCT s.seq), max(s.seq),"                     \
	" min(s.wall + s.skew), max(s.wall + s.skew),"                                             \
	" (SELECT max(v.void_seq) FROM scan v WHERE v.void_device = s.device"                      \
	" AND v.void_epoch = s.epoch AND v.decision = 'void' AND v.reason = 'trial')"              \
	" FROM scan s LEFT JOIN device d ON d.id = s.device WHERE s.event = $1"

static gboolean
tell_stretches(DbRows *given, AlarmStretchSeen seen, gpointer data, GError **error)
{
	g_autoptr(DbRows) rows = given;
	DbStep step = DB_ERROR_ROW;

	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		const AlarmStretch stretch = { .device = db_column_int(rows, 0),
			.epoch = db_column_int(rows, 1),
			.device_name = db_column_text(rows, 2),
			.n = db_column_int(rows, 3),
			.last_seq = db_column_int(rows, 4),
			.first_at = db_column_int(rows, 5),
			.last_at = db_column_int(rows, 6),
			.void_to = db_column_int(rows, 7) };
		seen(&stretch, data);
	}
	return step == DB_NO_ROW;
}

gboolean
alarms_gaps(Db *db, const guint8 event[EVENT_ID_BYTES], guint most, AlarmStretchSeen seen,
        gpointer data, GError **error)
{
	return tell_stretches(
	        db_query(db,
	                STRETCH " GROUP BY s.device, s.epoch, d.name"
	                        " HAVING max(s.seq) > count(DISTINCT s.seq)"
	                        " ORDER BY max(s.arrival) DESC LIMIT $2",
	                DB_ARGS(db_bytes(event, EVENT_ID_BYTES), db_int(most)), error),
	        seen, data, error);
}

gboolean
alarms_stretches(Db *db, const guint8 event[EVENT_ID_BYTES], gint64 device, guint most,
        AlarmStretchSeen seen, gpointer data, GError **error)
{
	return tell_stretches(
	        db_query(db,
	                STRETCH " AND s.device = $2 GROUP BY s.device, s.epoch, d.name"
	                        " ORDER BY max(s.arrival) DESC LIMIT $3",
	                DB_ARGS(db_bytes(event, EVENT_ID_BYTES), db_int(device), db_int(most)),
	                error),
	        seen, data, error);
}
