/*
 * What the merge of the log writes beside its lines: verdicts, what can't be a line, presence, tally.
 */
#include "schema/scan_log.h"

/* ---- verdicts and quarantine ---- */

gboolean
verdict_add(Db *db, const Event *event, const ScanRow *row, gboolean accepted, const char *reason,
        const char *who, gint64 now, GError **error)
{
	return db_run(db,
	        "INSERT INTO verdict (device, epoch, seq, rev, no, event, verdict, reason, who, at)"
	        " SELECT $1, $2, $3, $4, coalesce(max(no) + 1, 0), $5, $6, $7, $8, $9 FROM verdict"
	        " WHERE device = $1 AND epoch = $2 AND seq = $3 AND rev = $4",
	        DB_ARGS(db_int(row->device), db_int(row->epoch), db_int(row->seq), db_int(row->rev),
	                db_bytes(event->id, EVENT_ID_BYTES),
	                db_text(accepted ? "accepted" : "quarantined"), db_text(reason),
	                db_text(who), db_int(now)),
	        NULL, error);
}

gboolean
quarantine_add(Db *db, const Event *event, gint64 id, gint64 device, const guint8 hash[32],
        const char *content, const char *reason, gint64 now, GError **error)
{
	return db_run(db,
	        "INSERT INTO quarantine (id, event, device, content_hash, content, reason, at)"
	        " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (content_hash) DO NOTHING",
	        DB_ARGS(db_int(id), db_bytes(event->id, EVENT_ID_BYTES),
	                device ? db_int(device) : db_null(), db_bytes(hash, 32), db_text(content),
	                db_text(reason), db_int(now)),
	        NULL, error);
}

gboolean
late_scan_add(Db *db, const Event *event, guint16 session_no, GError **error)
{
	return db_run(db,
	        "INSERT INTO late_scan (event, session_no, counted) VALUES ($1, $2, 1)"
	        " ON CONFLICT (event, session_no) DO UPDATE SET counted = late_scan.counted + 1",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(session_no)), NULL, error);
}

/* ---- presence ---- */

static gboolean
presence_put(Db *db, const Event *event, guint16 session_no, gint64 attendee, const PresenceBy *by,
        gint64 version, GError **error)
{
	return db_run(db,
	        "INSERT INTO presence (event, session_no, attendee, first_at, checkpoint_no,"
	        " device, epoch, seq, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
	        " ON CONFLICT (event, session_no, attendee) DO UPDATE SET first_at = $4,"
	        " checkpoint_no = $5, device = $6, epoch = $7, seq = $8, version = $9",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(session_no), db_int(attendee),
	                db_int(by->first_at), db_int(by->checkpoint_no), db_int(by->device),
	                db_int(by->epoch), db_int(by->seq), db_int(version)),
	        NULL, error);
}

gboolean
presence_write(Db *db, const Event *event, guint16 session_no, gint64 attendee,
        const PresenceBy *by, gboolean was_there, gint64 version, GError **error)
{
	gint64 gone = 0;

	if (by != NULL)
		return presence_put(db, event, session_no, attendee, by, version, error) &&
		        db_run(db,
		                "DELETE FROM presence_gone"
		                " WHERE event = $1 AND session_no = $2 AND attendee = $3",
		                DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(session_no),
		                        db_int(attendee)),
		                NULL, error);
	if (!db_run(db,
	            "DELETE FROM presence WHERE event = $1 AND session_no = $2 AND attendee = $3",
	            DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(session_no),
	                    db_int(attendee)),
	            &gone, error))
		return FALSE;
	if (gone == 0 && !was_there)
		return TRUE;
	return db_run(db,
	        "INSERT INTO presence_gone (event, session_no, attendee, version)"
	        " VALUES ($1, $2, $3, $4)"
	        " ON CONFLICT (event, session_no, attendee) DO UPDATE SET version = $4",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(session_no), db_int(attendee),
	                db_int(version)),
	        NULL, error);
}

gboolean
spare_region_write(Db *db, gint64 attendee, guint16 region_no, gint64 version, GError **error)
{
	return db_run(db,
	        "UPDATE attendee SET region_no = CASE WHEN $2 = 0 THEN spare_region_no ELSE $2 END,"
	        " changed = $3 WHERE id = $1 AND spare_region_no IS NOT NULL"
	        " AND region_no <> CASE WHEN $2 = 0 THEN spare_region_no ELSE $2 END",
	        DB_ARGS(db_int(attendee), db_int(region_no), db_int(version)), NULL, error);
}

gboolean
tally_write(Db *db, const Event *event, guint16 session_no, guint16 region_no,
        guint16 delegation_no, gint64 counted, GError **error)
{
	if (counted == 0)
		return db_run(db,
		        "DELETE FROM tally WHERE event = $1 AND session_no = $2 AND region_no = $3"
		        " AND delegation_no = $4",
		        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(session_no),
		                db_int(region_no), db_int(delegation_no)),
		        NULL, error);
	return db_run(db,
	        "INSERT INTO tally (event, session_no, region_no, delegation_no, counted)"
	        " VALUES ($1, $2, $3, $4, $5)"
	        " ON CONFLICT (event, session_no, region_no, delegation_no)"
	        " DO UPDATE SET counted = $5",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(session_no), db_int(region_no),
	                db_int(delegation_no), db_int(counted)),
	        NULL, error);
}
