#include "checkin/holders.h"

#include <string.h>

#include "schema/audit.h"
#include "schema/device.h"
#include "schema/id.h"

#define DRAWS 8

/* ---- of all of them ---- */

static gboolean
told(Db *db, const HolderAct *act, const char *deed, const char *detail, GError **error)
{
	return audit_add(db, act->event->id, act->who, deed, detail, act->now, error);
}

/* A line about a holder names their number, which is nobody's name. */
static gboolean
told_of(Db *db, const HolderAct *act, const char *deed, gint64 attendee, GError **error)
{
	gint64 no = 0;

	if (!holder_no(db, attendee, &no, error))
		return FALSE;
	g_autofree char *detail = g_strdup_printf("holder %" G_GINT64_FORMAT, no);
	return told(db, act, deed, detail, error);
}

gboolean
audit_work(Db *db, gpointer data, GError **error)
{
	const AuditWork *work = data;

	return told(db, &work->act, work->deed, work->detail, error);
}

/* ---- tickets ---- */

gboolean
reissue_work(Db *db, gpointer data, GError **error)
{
	ReissueWork *work = data;
	const Event *event = work->act.event;
	TicketIdentity old;
	gint64 version = 0;
	gboolean found = FALSE, free = FALSE;

	work->outcome = HOLDER_NOBODY;
	if (!scan_raise_version(db, event, &version, error) ||
	        !scan_holder_id(db, event, work->mark, &work->attendee, error))
		return FALSE;
	if (work->attendee == 0)
		return TRUE;
	if (!holder_ticket(db, event, work->attendee, &old, &found, error))
		return FALSE;
	for (guint draw = 0; draw < DRAWS && !free; draw++) {
		event_ticket_new(event, work->act.keys, old.class, work->act.now, &work->ticket);
		if (!holder_replace_ticket(db, event, work->attendee, &work->ticket, version,
		            work->act.now, &free, error))
			return FALSE;
	}
	if (!free) {
		g_set_error_literal(error, DB_ERROR, DB_ERROR_BROKEN, "no ticket is free");
		return FALSE;
	}
	work->outcome = HOLDER_DONE;
	return told_of(db, &work->act, "ticket.reissue", work->attendee, error);
}

/* ---- who is who ---- */

gboolean
holder_merge_work(Db *db, gpointer data, GError **error)
{
	HolderMergeWork *work = data;
	const Event *event = work->act.event;
	gint64 version = 0, from = 0, into = 0;

	work->outcome = HOLDER_NOBODY;
	if (!scan_raise_version(db, event, &version, error) ||
	        !scan_holder_id(db, event, work->from, &from, error) ||
	        !scan_holder_id(db, event, work->into, &into, error))
		return FALSE;
	if (from == 0 || into == 0)
		return TRUE;
	work->outcome = HOLDER_OTHER;
	if (from == into)
		return TRUE;
	/* where they were in before: their lines are the other's from now on */
	if (!holder_merge_rows(db, event, from, into, version, work->act.now, error) ||
	        !presence_forget_all(db, event, from, version, error) ||
	        !presence_rebuild_all(db, event, into, version, error))
		return FALSE;
	work->outcome = HOLDER_DONE;
	return told_of(db, &work->act, "holder.merge", into, error);
}

gboolean
attach_work(Db *db, gpointer data, GError **error)
{
	AttachWork *work = data;
	const Event *event = work->act.event;
	gint64 version = 0, attendee = 0;
	gboolean spare = FALSE;

	work->outcome = HOLDER_NOBODY;
	if (!scan_raise_version(db, event, &version, error) ||
	        !scan_holder_id(db, event, work->mark, &attendee, error))
		return FALSE;
	if (attendee == 0)
		return TRUE;
	work->outcome = HOLDER_OTHER;
	if (attendee != work->attendee)
		return TRUE; /* merged since it was looked up */
	if (!spare_fill_rows(db, event, attendee, work->region_no, work->lang, work->sealed,
	            version, &spare, error))
		return FALSE;
	if (!spare)
		return TRUE;
	work->outcome = HOLDER_DONE;
	return told_of(db, &work->act, "spare.attach", attendee, error);
}

/* ---- the log ---- */

gboolean
undo_work(Db *db, gpointer data, GError **error)
{
	UndoWork *work = data;
	gint64 attendee = 0;

	g_clear_pointer(&work->named, g_array_unref);
	work->named = g_array_new(FALSE, FALSE, sizeof(LogRecord));
	return merge_work(db, &work->merge, error) &&
	        scan_holder_id(db, work->merge.event, work->mark, &attendee, error) &&
	        (attendee == 0 ||
	                merge_undo_list(db, work->merge.event, work->session_no, attendee,
	                        work->named, error));
}

void
undo_work_clear(UndoWork *work)
{
	merge_work_clear(&work->merge);
	g_clear_pointer(&work->named, g_array_unref);
}

gboolean
release_work(Db *db, gpointer data, GError **error)
{
	ReleaseWork *work = data;
	const Event *event = work->act.event;
	g_autoptr(GArray) lines = g_array_new(FALSE, FALSE, sizeof(ScanEntry));
	gint64 version = 0;

	work->released = 0;
	if (!scan_raise_version(db, event, &version, error) ||
	        !scan_lines_quarantined(db, event, work->device, work->epoch, work->seq,
	                work->reason, lines, error))
		return FALSE;
	for (guint i = 0; i < lines->len; i++) {
		const ScanRow *row = &g_array_index(lines, ScanEntry, i).row;
		if (!verdict_add(
		            db, event, row, TRUE, "released", work->act.who, work->act.now, error))
			return FALSE;
	}
	if (!merge_rederive(db, event, lines, version, error))
		return FALSE;
	work->released = lines->len;
	char hex[ID_HEX_LENGTH + 1];
	id_to_hex(work->device, hex);
	g_autofree char *detail = g_strdup_printf("device %s: %u records", hex, lines->len);
	return told(db, &work->act, "log.release", detail, error);
}

/* The staff's own record: key (DEVICE_STAFF, the act's number, 1). */
static gboolean
trial_void(Db *db, TrialWork *work, gint64 version, const ScanRow *named, GError **error)
{
	ScanRow row = {
		.device = DEVICE_STAFF,
		.epoch = work->void_epoch,
		.seq = 1,
		.rev = 1,
		.session_no = named->session_no,
		.checkpoint_no = named->checkpoint_no,
		.decision = "void",
		.reason = "trial",
		.wall = work->act.now * 1000,
		.manifest_version = version,
		.online = TRUE,
		.has_void = TRUE,
		.void_device = work->device,
		.void_epoch = work->epoch,
		.void_seq = work->seq,
		.arrival = version,
	};
	gboolean new = FALSE;

	return scan_add(db, work->act.event, work->act.keys, &row, &new, error);
}

gboolean
trial_work(Db *db, gpointer data, GError **error)
{
	TrialWork *work = data;
	const Event *event = work->act.event;
	g_autoptr(GArray) lines = g_array_new(FALSE, FALSE, sizeof(ScanEntry));
	gint64 version = 0;

	work->outcome = HOLDER_NOBODY;
	if (!scan_raise_version(db, event, &version, error) ||
	        !scan_lines_of_stretch(
	                db, event, work->device, work->epoch, work->seq, lines, error))
		return FALSE;
	if (lines->len == 0)
		return TRUE;
	if (!trial_void(db, work, version, &g_array_index(lines, ScanEntry, 0).row, error) ||
	        !merge_rederive(db, event, lines, version, error))
		return FALSE;
	work->outcome = HOLDER_DONE;
	char hex[ID_HEX_LENGTH + 1];
	id_to_hex(work->device, hex);
	g_autofree char *detail =
	        g_strdup_printf("device %s, up to number %" G_GINT64_FORMAT, hex, work->seq);
	return told(db, &work->act, "log.trial", detail, error);
}
