#include "checkin/scan.h"

#include <string.h>

#include "checkin/words.h"

/* ---- the work ---- */

static DoorQuestion
question_of(const ScanWork *work)
{
	const EventSession *session = event_session(work->event, work->row.session_no);
	const Holder *holder = &work->holder;
	gboolean known = holder->state != HOLDER_ABSENT && holder->state != HOLDER_REVOKED;

	return (DoorQuestion){
		.signature = (uint8_t)work->signature,
		.entry = (uint8_t)holder->state,
		.ticket_class = (uint8_t)(known ? holder->class : work->ticket_class),
		.holder_in = holder->in,
		.session_listed = session->door == DOOR_LISTED,
		.session_once = session->reentry == REENTRY_ONCE,
		.leaving = work->leaving != 0,
		.override = work->override != NULL,
		.spare_region = work->row.region_no,
		.ticket_minute = known ? holder->ticket_minute : work->ticket_minute,
		.key_created = vault_key_created(work->keys),
		.manifest_issued = work->now,
		.now_ms = work->row.wall + work->row.skew,
		.first_at_ms = holder->first_at,
	};
}

static gboolean
look_up(Db *db, ScanWork *work, GError **error)
{
	work->holder = (Holder){ .state = HOLDER_ABSENT };
	if (work->signature != DOOR_SIGNATURE_HOLDS || !work->row.has_mark)
		return TRUE;
	return scan_holder(
	        db, work->event, work->row.session_no, work->row.mark, &work->holder, error);
}

static gboolean
was_in(const DoorAnswer *answer)
{
	return answer->decision == DOOR_AGAIN || answer->decision == DOOR_REJECT_USED;
}

/* Puts the holder in, as the answer says. @ret_beaten: somebody put them in since they were looked up. */
static gboolean
put_in(Db *db, const ScanWork *work, gboolean *ret_beaten, GError **error)
{
	const Holder *holder = &work->holder;
	gboolean first = TRUE, voided = FALSE;

	*ret_beaten = FALSE;
	if (!door_decision_admits(work->answer.decision) || work->answer.practice ||
	        holder->attendee == 0)
		return TRUE;
	/* a trial's void stands before what it voids */
	if (!scan_is_voided(db, work->row.device, work->row.epoch, work->row.seq, &voided, error))
		return FALSE;
	if (voided)
		return TRUE;
	if (work->answer.decision == DOOR_AGAIN)
		return presence_lower(db, work->event, holder, &work->row, error);
	if (!presence_take(db, work->event, holder->attendee, &work->row, &first, error))
		return FALSE;
	*ret_beaten = !first;
	return TRUE;
}

static const char *
reason_of(const ScanWork *work)
{
	if (work->answer.practice)
		return SCAN_REASON_PRACTICE;
	return work->answer.decision == DOOR_ADMIT_OVERRIDE ? work->override : NULL;
}

static gboolean
decide(Db *db, ScanWork *work, GError **error)
{
	gboolean beaten = FALSE, new = FALSE;

	/* of two scanners the one whose row went in is first; the other looks again, and sees it */
	for (guint try = 0; try < 2; try++) {
		if (!look_up(db, work, error))
			return FALSE;
		DoorQuestion question = question_of(work);
		door_decide(&question, &work->answer);
		if (!put_in(db, work, &beaten, error))
			return FALSE;
		if (!beaten)
			break;
	}
	work->row.decision = door_decision_name(work->answer.decision);
	work->row.reason = reason_of(work);
	if (!beaten && !scan_add(db, work->event, work->keys, &work->row, &new, error))
		return FALSE;
	if (beaten || !new) {
		g_set_error_literal(
		        error, DB_ERROR, DB_ERROR_CONFLICT, "another scan came between");
		return FALSE;
	}
	/* a region was tapped for a spare: it is counted there */
	if (work->holder.class == TICKET_SPARE && work->holder.attendee != 0 &&
	        !presence_rebuild(db, work->event, work->row.session_no, work->holder.attendee,
	                work->row.arrival, error))
		return FALSE;
	work->outcome = SCAN_DECIDED;
	work->first_checkpoint = was_in(&work->answer) ? work->holder.first_checkpoint : 0;
	return TRUE;
}

/* The stored answer. When they came in is read anew: it is no part of the line. */
static gboolean
repeat(Db *db, ScanWork *work, const ScanRow *stored, GError **error)
{
	if (stored->session_no != work->row.session_no ||
	        stored->checkpoint_no != work->row.checkpoint_no ||
	        stored->has_mark != work->row.has_mark ||
	        (stored->has_mark && stored->mark != work->row.mark)) {
		work->outcome = SCAN_OTHER;
		return TRUE;
	}
	if (!look_up(db, work, error))
		return FALSE;
	work->outcome = SCAN_REPEATED;
	work->answer = (DoorAnswer){ .row = DOOR_ROWS };
	for (guint8 i = 0; i < DOOR_DECISIONS; i++)
		if (strcmp(stored->decision, door_decision_name(i)) == 0)
			work->answer.decision = i;
	work->answer.shown = door_decision_shown(work->answer.decision);
	if (was_in(&work->answer)) {
		work->answer.first_at_ms = work->holder.first_at;
		work->first_checkpoint = work->holder.first_checkpoint;
	}
	return TRUE;
}

gboolean
scan_work(Db *db, gpointer data, GError **error)
{
	ScanWork *work = data;
	ScanRow stored;
	EventNow now;
	gboolean found = FALSE;

	work->first_checkpoint = 0;
	g_clear_pointer(&work->logistics, g_bytes_unref); /* of a run that was undone */
	if (!event_now_raise(db, work->event, 0, &now, error))
		return FALSE;
	work->row.arrival = now.version;
	if (work->waiting != NULL && !merge_take(db, work->waiting, &now, error))
		return FALSE;
	if (!scan_find(db, work->row.device, work->row.epoch, work->row.seq, work->row.rev, &stored,
	            &found, error))
		return FALSE;
	if (work->row.manifest_version < 0)
		work->row.manifest_version = work->row.arrival;
	if (!(found ? repeat(db, work, &stored, error) : decide(db, work, error)))
		return FALSE;
	if (!work->wants_logistics || work->holder.attendee == 0 ||
	        !door_decision_admits(work->answer.decision))
		return TRUE;
	return holder_logistics(db, work->holder.attendee, &work->logistics, error);
}

char *
scan_words(const Event *event, const DoorAnswer *answer, guint16 first_checkpoint,
        const char *elsewhere)
{
	const EventCheckpoint *place = event_checkpoint(event, first_checkpoint);

	return door_words(&(DoorWords){ .decision = answer->decision,
	        .spare = answer->row == DOOR_ROW_SPARE,
	        .practice = answer->practice,
	        .first_at_ms = answer->first_at_ms,
	        .place = place ? place->name : NULL,
	        .elsewhere = elsewhere,
	        .zone = event->time_zone });
}
