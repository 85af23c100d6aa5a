#include "schema/event_now.h"

gboolean
event_now_read(Db *db, const Event *event, EventNow *ret, GError **error)
{
	g_autoptr(DbRows) row = db_query(db,
	        "SELECT version, last_no, edition, history, definition_version, key_version,"
	        " key_no, state FROM event WHERE id = $1",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES)), error);
	if (row == NULL)
		return FALSE;
	switch (db_next(row, error)) {
	case DB_ERROR_ROW:
		return FALSE;
	case DB_NO_ROW:
		g_set_error_literal(
		        error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT, "the event is gone");
		return FALSE;
	case DB_ROW:
		*ret = (EventNow){ .version = db_column_int(row, 0),
			.last_no = db_column_int(row, 1),
			.edition = db_column_int(row, 2),
			.history = db_column_int(row, 3),
			.definition_version = db_column_int(row, 4),
			.key_version = db_column_int(row, 5),
			.key_no = (guint16)db_column_int(row, 6),
			.collapsed = g_strcmp0(db_column_text(row, 7), "expired") == 0 };
		return TRUE;
	}
	g_return_val_if_reached(FALSE);
}

gboolean
event_now_raise(Db *db, const Event *event, gint64 numbers, EventNow *ret, GError **error)
{
	/* asked for, not RETURNING: that is a trigger to SQLite, which copies the page for it */
	return db_run(db,
	               "UPDATE event SET version = version + 1, last_no = last_no + $2 WHERE id = "
	               "$1",
	               DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(numbers)), NULL,
	               error) &&
	        event_now_read(db, event, ret, error);
}
