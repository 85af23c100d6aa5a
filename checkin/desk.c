#include "checkin/desk.h"

#include "checkin/log_rows.h"
#include "schema/audit.h"
#include "schema/desk.h"
#include "schema/device.h"

gboolean
region_work(Db *db, gpointer data, GError **error)
{
	RegionWork *work = data;
	gint64 version = 0;

	work->refused = FALSE;
	/* first of all, so that nobody moves to another region before the commit */
	if (!scan_raise_version(db, work->event, &version, error))
		return FALSE;
	for (guint i = 0; i < work->marks_n; i++) {
		gboolean is = FALSE;
		if (!desk_is_of_region(
		            db, work->event, work->marks[i], work->region_no, &is, error))
			return FALSE;
		if (!is) {
			work->refused = TRUE;
			return TRUE;
		}
	}
	return work->work(db, work->data, error);
}

/* "holder 12, lunch: double" */
static gboolean
told(Db *db, const HolderAct *act, const char *deed, gint64 attendee, guint16 session_no,
        const char *why, GError **error)
{
	const EventSession *session = event_session(act->event, session_no);
	gint64 no = 0;

	if (!holder_no(db, attendee, &no, error))
		return FALSE;
	g_autofree char *detail = g_strdup_printf("holder %" G_GINT64_FORMAT "%s%s%s%s", no,
	        session ? ", " : "", session ? session->code : "", why ? ": " : "", why ? why : "");
	return audit_add(db, act->event->id, act->who, deed, detail, act->now, error);
}

/* ---- in ---- */

ScanRow
desk_row(gint64 epoch, const EventCheckpoint *checkpoint, gint64 mark, gint64 now_ms)
{
	return (ScanRow){
		.device = DEVICE_STAFF,
		.epoch = epoch,
		.seq = 1,
		.rev = 1,
		.session_no = checkpoint->session_no,
		.checkpoint_no = checkpoint->no,
		.has_mark = TRUE,
		.mark = mark,
		.wall = now_ms,
		.manifest_version = -1, /* that of the work */
		.online = TRUE,
	};
}

gboolean
desk_check_in_work(Db *db, gpointer data, GError **error)
{
	DeskCheckIn *work = data;

	if (!scan_work(db, &work->scan, error))
		return FALSE;
	if (work->scan.outcome != SCAN_DECIDED || work->scan.holder.attendee == 0)
		return TRUE;
	return told(db, &work->act,
	        work->scan.override != NULL ? "presence.admit" : "presence.check_in",
	        work->scan.holder.attendee, work->scan.row.session_no, work->why, error);
}

/* ---- out again ---- */

static gboolean
void_line(Db *db, const DeskUndo *work, const LogRecord *named, guint seq, gint64 version,
        GError **error)
{
	const ScanRow row = {
		.device = DEVICE_STAFF,
		.epoch = work->epoch,
		.seq = seq,
		.rev = 1,
		.session_no = work->session_no,
		.checkpoint_no = named->checkpoint,
		.decision = "void",
		.reason = log_reason_name((guint8)work->reason),
		.wall = work->act.now * 1000,
		.manifest_version = version,
		.online = TRUE,
		.has_void = TRUE,
		.void_device = (gint64)named->device,
		.void_epoch = (gint64)named->epoch,
		.void_seq = (gint64)named->seq,
		.arrival = version,
	};
	gboolean new = FALSE;

	return scan_add(db, work->act.event, work->act.keys, &row, &new, error);
}

gboolean
desk_undo_work(Db *db, gpointer data, GError **error)
{
	DeskUndo *work = data;
	const Event *event = work->act.event;
	g_autoptr(GArray) named = g_array_new(FALSE, FALSE, sizeof(LogRecord));
	gint64 version = 0, attendee = 0;

	work->outcome = HOLDER_NOBODY;
	work->voided = 0;
	if (!scan_raise_version(db, event, &version, error) ||
	        !scan_holder_id(db, event, work->mark, &attendee, error))
		return FALSE;
	if (attendee == 0)
		return TRUE;
	if (!merge_undo_list(db, event, work->session_no, attendee, named, error))
		return FALSE;
	work->outcome = HOLDER_OTHER;
	if (named->len == 0)
		return TRUE;
	for (guint i = 0; i < named->len; i++)
		if (!void_line(
		            db, work, &g_array_index(named, LogRecord, i), i + 1, version, error))
			return FALSE;
	if (!presence_rebuild(db, event, work->session_no, attendee, version, error))
		return FALSE;
	work->outcome = HOLDER_DONE;
	work->voided = named->len;
	return told(db, &work->act, "presence.undo", attendee, work->session_no,
	        log_reason_name((guint8)work->reason), error);
}

/* ---- a walk-in ---- */

gboolean
desk_walk_in_work(Db *db, gpointer data, GError **error)
{
	DeskWalkIn *work = data;
	const PlaceAnswer *answer = &work->place.answer;
	gint64 version = 0;

	work->no = 0;
	/* the lock, as of every work that touches presence */
	if (!scan_raise_version(db, work->act.event, &version, error) ||
	        !registration_work(db, &work->place, error))
		return FALSE;
	if (answer->outcome != PLACE_TAKEN && answer->outcome != PLACE_TAKEN_BEFORE)
		return TRUE;
	if (!desk_no_of_registration(db, answer->registration, &work->no, error))
		return FALSE;
	if (answer->outcome == PLACE_TAKEN_BEFORE)
		return TRUE;
	const Place *place = &g_array_index(work->place.asked->places, Place, 0);
	if (!told(db, &work->act, "person.walk_in", place->id, 0, NULL, error))
		return FALSE;
	work->check_in.scan.row.mark = place->ticket.mark; /* it may have been drawn anew */
	return work->check_in.scan.row.checkpoint_no == 0 ||
	        desk_check_in_work(db, &work->check_in, error);
}
