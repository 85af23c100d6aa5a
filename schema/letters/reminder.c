/* The reminder before the event: how it stands, and stopping it or sending it now. */
#include "schema/reminder.h"

#include "schema/audit.h"

#define DAY_S (24 * 60 * 60)

static DbValue
event_id(const Event *event)
{
	return db_bytes(event->id, EVENT_ID_BYTES);
}

gint64
reminder_time(const Event *event)
{
	return event->reminder_days > 0 ? event->starts - (gint64)event->reminder_days * DAY_S : 0;
}

gboolean
reminder_row(Db *db, const Event *event, gboolean *ret_there, gint64 *ret_at, gint64 *ret_told,
        GError **error)
{
	g_autoptr(DbRows) rows = NULL;

	if (!db_query_row(db, "SELECT at, told FROM reminder WHERE event = $1 AND starts = $2",
	            DB_ARGS(event_id(event), db_int(event->starts)), &rows, error))
		return FALSE;
	if (rows == NULL) {
		*ret_there = FALSE;
		return TRUE;
	}
	*ret_there = TRUE;
	*ret_at = db_column_int(rows, 0);
	*ret_told = db_column_int(rows, 1);
	return TRUE;
}

/* Whom message_spread() would choose who registered before @before. */
static gboolean
count(Db *db, const Event *event, guint16 region_no, gint64 before, Reminder *reminder,
        GError **error)
{
	DbStep step;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT CASE WHEN r.email_hash IS NULL THEN 0 ELSE 1 END, count(DISTINCT r.id)"
	        " FROM attendee a JOIN registration r ON r.id = a.registration"
	        " WHERE a.event = $1 AND a.state = 'active' AND a.merged_into IS NULL"
	        " AND a.option_state = 'confirmed' AND r.made < $2"
	        " AND ($3 = 0 OR a.region_no = $3) GROUP BY 1",
	        DB_ARGS(event_id(event), db_int(before), db_int(region_no)), error);

	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW)
		*(db_column_int(rows, 0) != 0 ? &reminder->letters : &reminder->calls) =
		        db_column_int(rows, 1);
	return step == DB_NO_ROW;
}

gboolean
reminder_read(
        Db *db, const Event *event, guint16 region_no, gint64 now, Reminder *ret, GError **error)
{
	const gint64 time = reminder_time(event);
	gboolean there = FALSE;
	gint64 before = now + 1;

	*ret = (Reminder){ 0 };
	if (!reminder_row(db, event, &there, &ret->at, &ret->told, error))
		return FALSE;
	if (there)
		ret->state = ret->told == REMINDER_IS_STOPPED ? REMINDER_STOPPED
		        : ret->told == REMINDER_IS_ASKED      ? REMINDER_ASKED
		                                              : REMINDER_GONE;
	else
		ret->state = time != 0 ? REMINDER_PLANNED : REMINDER_NEVER;
	if (ret->state != REMINDER_GONE && now >= event->starts)
		ret->state = REMINDER_OVER;
	if (ret->state == REMINDER_GONE || ret->state == REMINDER_OVER)
		return TRUE;
	if (ret->state == REMINDER_PLANNED) {
		ret->at = time;
		before = MIN(before, time); /* past its time: who came since then isn't reminded */
	} else if (ret->state == REMINDER_ASKED) {
		before = ret->at + 1;
	}
	return count(db, event, region_no, before, ret, error);
}

/* ---- what staff do ---- */

static gboolean
set_row(Db *db, const ReminderWork *work, gint64 told, gint64 instead_of, gint64 *ret_n,
        GError **error)
{
	return db_run(db,
	        "INSERT INTO reminder (event, starts, at, told) VALUES ($1, $2, $3, $4)"
	        " ON CONFLICT (event, starts) DO UPDATE SET at = excluded.at, told = excluded.told"
	        " WHERE reminder.told = $5",
	        DB_ARGS(event_id(work->event), db_int(work->event->starts), db_int(work->now),
	                db_int(told), db_int(instead_of)),
	        ret_n, error);
}

gboolean
reminder_work(Db *db, gpointer data, GError **error)
{
	static const char *const deeds[] = { [REMINDER_SEND] = "reminder.send",
		[REMINDER_STOP] = "reminder.stop",
		[REMINDER_RESUME] = "reminder.resume" };
	ReminderWork *work = data;
	gboolean ran = TRUE;
	gint64 n = 0;

	work->done = FALSE;
	if (work->now >= work->event->starts)
		return TRUE;
	switch (work->act) {
	case REMINDER_SEND:
		ran = set_row(db, work, REMINDER_IS_ASKED, REMINDER_IS_STOPPED, &n, error);
		break;
	case REMINDER_STOP:
		ran = set_row(db, work, REMINDER_IS_STOPPED, REMINDER_IS_ASKED, &n, error);
		break;
	case REMINDER_RESUME:
		ran = db_run(db,
		        "DELETE FROM reminder WHERE event = $1 AND starts = $2 AND told = $3",
		        DB_ARGS(event_id(work->event), db_int(work->event->starts),
		                db_int(REMINDER_IS_STOPPED)),
		        &n, error);
		break;
	}
	work->done = n > 0;
	return ran &&
	        (n == 0 ||
	                audit_add(db, work->event->id, work->who, deeds[work->act], "", work->now,
	                        error));
}
