#include "schema/alarms.h"

gboolean
alarms_count(Db *db, const guint8 event[EVENT_ID_BYTES], AlarmCounts *ret, GError **error)
{
	AlarmCounts counts = { 0 };

	if (!db_ask_int(db,
	            "SELECT count(*) FROM verdict v WHERE v.event = $1 AND v.verdict = "
	            "'quarantined'"
	            " AND NOT EXISTS (SELECT 1 FROM verdict l WHERE l.device = v.device"
	            " AND l.epoch = v.epoch AND l.seq = v.seq AND l.rev = v.rev AND l.no > v.no)",
	            DB_ARGS(db_bytes(event, EVENT_ID_BYTES)), 0, &counts.quarantined, error) ||
	        !db_ask_int(db, "SELECT count(*) FROM quarantine WHERE event = $1",
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

gboolean
alarms_list(Db *db, const guint8 event[EVENT_ID_BYTES], guint most, AlarmSeen seen, gpointer data,
        GError **error)
{
	DbStep step = DB_ERROR_ROW;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT v.device, v.epoch, v.seq, v.rev, v.reason, d.name, s.session_no, v.at"
	        " FROM verdict v LEFT JOIN device d ON d.id = v.device"
	        " LEFT JOIN scan s ON s.device = v.device AND s.epoch = v.epoch"
	        " AND s.seq = v.seq AND s.rev = v.rev"
	        " WHERE v.event = $1 AND v.verdict = 'quarantined'"
	        " AND NOT EXISTS (SELECT 1 FROM verdict l WHERE l.device = v.device"
	        " AND l.epoch = v.epoch AND l.seq = v.seq AND l.rev = v.rev AND l.no > v.no)"
	        " ORDER BY v.at DESC, v.device, v.epoch, v.seq DESC, v.rev LIMIT $2",
	        DB_ARGS(db_bytes(event, EVENT_ID_BYTES), db_int(most)), error);

	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		const Alarm alarm = { .device = db_column_int(rows, 0),
			.epoch = db_column_int(rows, 1),
			.seq = db_column_int(rows, 2),
			.rev = (int)db_column_int(rows, 3),
			.reason = db_column_text(rows, 4),
			.device_name = db_column_text(rows, 5),
			.session_no = (guint16)db_column_int(rows, 6),
			.at = db_column_int(rows, 7) };
		seen(&alarm, data);
	}
	return step == DB_NO_ROW;
}
