/*
 * Who stands at the door without a ticket that works: a walk-in, a lost ticket, a spare one that gets its person.
 */
#include <string.h>

#include "checkin/holders.h"
#include "checkin/qr.h"
#include "checkin/ticket.h"
#include "schema/id.h"
#include "schema/intake.h"
#include "schema/text.h"
#include "web/door_api/record.h"
#include "web/door_api/supervisor.h"
#include "web/walk_in.h"

typedef struct {
	union {
		PlaceWork place;
		ReissueWork reissue;
		AttachWork attach;
		HolderMergeWork merge;
	}; /* first: it is what the writer is given */
	const Event *event;
	VaultEvent *keys;
	Registration *asked;
	GBytes *sealed[SEALED_CLASSES];
	char *who, *lang;
} Job;

static void
job_free(gpointer data)
{
	Job *job = data;
	registration_free(job->asked);
	for (guint i = 0; i < SEALED_CLASSES; i++)
		g_clear_pointer(&job->sealed[i], g_bytes_unref);
	g_free(job->who);
	g_free(job->lang);
	g_free(job);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Job, job_free)

static Job *
job_new(Request *request, HolderAct *ret_act, GError **error)
{
	const Device *device = request_device(request);
	char hex[ID_HEX_LENGTH + 1];
	const Event *event = request_event_by_id(request, device->event, error);
	VaultEvent *keys =
	        event ? vault_event(record_vault(request_record(request)), event->id, error) : NULL;

	if (keys == NULL)
		return NULL;
	id_to_hex(device->id, hex);
	Job *job = g_new0(Job, 1);
	job->event = event;
	job->keys = keys;
	job->who = g_strdup_printf("device %s", hex);
	*ret_act = (HolderAct){ event, keys, job->who, request_now(request) };
	return job;
}

/* For the phone's screen: mark, code, text and picture of a ticket that was just made. */
static Reply *
ticket_answer(Request *request, int status, const Job *job, const TicketIdentity *ticket)
{
	char mark[ID_HEX_LENGTH + 1], code[TYPED_CODE_SHOWN_LENGTH + 1];
	char text[T1_TEXT_LENGTH + 1];
	GError *error = NULL;

	id_to_hex(ticket->mark, mark);
	typed_code_show(ticket->typed_code, code);
	ticket_text(job->event, job->keys, ticket, text);
	g_autoptr(GBytes) svg = qr_svg(text, NULL, &error);
	if (svg == NULL)
		return reply_error(request, error);
	return reply_json(request, status,
	        json_pack("{s:s, s:s, s:s, s:s%}", "mark", mark, "code", code, "ticket", text,
	                "svg", (const char *)g_bytes_get_data(svg, NULL), g_bytes_get_size(svg)));
}

/* ---- what a person is ---- */

static gboolean
take_said(const json_t *body, const Event *event, WalkInSaid *ret, GError **error)
{
	const char *region_code = NULL;

	if (!door_text(body, "name", FALSE, 4 * NAME_MAX_CHARACTERS, &ret->name, error) ||
	        !door_text(body, "lang", FALSE, 11, &ret->lang, error) ||
	        !door_text(body, "region", FALSE, 100, &region_code, error))
		return FALSE;
	const EventRegion *region = region_code ? event_region_by_code(event, region_code) : NULL;
	if (region_code != NULL && region == NULL) {
		g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "region: the event has no such region");
		return FALSE;
	}
	ret->region_no = region ? region->no : 0;
	return TRUE;
}

/* ---- a walk-in ---- */

/* The first answer was lost: the same ticket again. */
static Reply *
walked_in_before(Request *request, const Job *job)
{
	TicketIdentity ticket;
	gboolean found = FALSE;
	GError *error = NULL;
	Db *db = request_db(request, &error);

	if (db == NULL ||
	        !holder_ticket(db, job->event, walk_in_attendee(job->place.answer.registration),
	                &ticket, &found, &error))
		return reply_error(request, error);
	if (!found)
		return door_refuse(request, 409, "conflict",
		        "this submission was used; look the person up by name");
	return ticket_answer(request, 200, job, &ticket);
}

static Reply *
walked_in(Request *request, gpointer data, const GError *error)
{
	const Job *job = data;

	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	switch (job->place.answer.outcome) {
	case PLACE_TAKEN:
	case PLACE_WAITLISTED: /* who walks in never waits */
		return ticket_answer(
		        request, 201, job, &g_array_index(job->asked->places, Place, 0).ticket);
	case PLACE_FULL:
		return door_refuse(request, 409, "full",
		        "this option is full; take another, or a spare ticket");
	case PLACE_TAKEN_BEFORE:
		return walked_in_before(request, job);
	case PLACE_OTHER:
		return door_refuse(request, 409, "conflict",
		        "this submission was used; look the person up by name");
	case PLACE_CLOSED:
	case PLACE_CHANGED:
		break;
	}
	return door_refuse(request, 409, "changed", "the event was changed just now; try again");
}

static gboolean
take_walkin(Request *request, Job *job, const json_t *body, GError **error)
{
	static const char *const known[] = { "submission", "session", "name", "lang", "region",
		"option", NULL };
	const char *submission = NULL, *session_code = NULL, *option_code = NULL;
	WalkInSaid said = { 0 };

	if (!door_members_known(body, known, error) ||
	        !door_text(body, "submission", TRUE, SUBMISSION_TEXT_LENGTH, &submission, error) ||
	        !door_text(body, "session", TRUE, 100, &session_code, error) ||
	        !door_text(body, "option", FALSE, 100, &option_code, error) ||
	        !take_said(body, job->event, &said, error))
		return FALSE;
	const EventSession *session = event_session_by_code(job->event, session_code);
	const EventOption *option = option_code
	        ? event_option_by_code(job->event, option_code)
	        : walk_in_option(job->event, session ? session->no : 0, request_now(request));
	guint8 bytes[SUBMISSION_BYTES];
	if (session == NULL || option == NULL || !submission_parse(submission, bytes)) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "%s: is none of this event's",
		        session == NULL          ? "session"
		                : option == NULL ? "option"
		                                 : "submission");
		return FALSE;
	}
	job->asked = walk_in_prepare(request, job->event, job->keys, &said, option, error);
	if (job->asked == NULL)
		return FALSE;
	memcpy(job->asked->submission, bytes, sizeof bytes);
	char *content = json_dumps(body, JSON_COMPACT | JSON_SORT_KEYS);
	vault_hash_content(job->keys, content, strlen(content), job->asked->content_hash);
	free(content);
	return TRUE;
}

Reply *
door_walkin(Request *request)
{
	GError *error = NULL;
	HolderAct act;

	json_auto_t *body = door_body(request, &error);
	g_autoptr(Job) job = body ? job_new(request, &act, &error) : NULL;
	if (job == NULL || !take_walkin(request, job, body, &error))
		return reply_error(request, error);
	job->place = (PlaceWork){ .event = job->event, .asked = job->asked, .now = act.now };
	return reply_after(request, registration_work, walked_in, g_steal_pointer(&job), job_free);
}

/* ---- a lost ticket ---- */

static Reply *
outcome_refused(Request *request, HolderOutcome outcome, const char *other)
{
	if (outcome == HOLDER_NOBODY)
		return door_refuse(request, 404, "absent", "nobody has this ticket");
	return door_refuse(request, 409, "conflict", other);
}

static Reply *
reissued(Request *request, gpointer data, const GError *error)
{
	const Job *job = data;

	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	if (job->reissue.outcome != HOLDER_DONE)
		return outcome_refused(request, job->reissue.outcome, "");
	return ticket_answer(request, 200, job, &job->reissue.ticket);
}

Reply *
door_new_ticket(Request *request)
{
	static const char *const known[] = { "mark", NULL };
	GError *error = NULL;
	HolderAct act;
	gint64 mark = 0;

	json_auto_t *body = door_body(request, &error);
	if (body == NULL || !door_members_known(body, known, &error) ||
	        !door_hex(body, "mark", &mark, &error))
		return reply_error(request, error);
	Job *job = job_new(request, &act, &error);
	if (job == NULL)
		return reply_error(request, error);
	job->reissue = (ReissueWork){ .act = act, .mark = mark };
	return reply_after(request, reissue_work, reissued, job, job_free);
}

/* ---- a spare ticket's person ---- */

static Reply *
merged_into(Request *request, gpointer data, const GError *error)
{
	const Job *job = data;

	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	if (job->merge.outcome != HOLDER_DONE)
		return outcome_refused(
		        request, job->merge.outcome, "both tickets are one holder's");
	return reply_json(request, 200, json_object());
}

static Reply *
attached(Request *request, gpointer data, const GError *error)
{
	const Job *job = data;

	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	if (job->attach.outcome != HOLDER_DONE)
		return outcome_refused(request, job->attach.outcome,
		        "this is no spare ticket, or it has a person");
	return reply_json(request, 200, json_object());
}

/* Only a spare's holder may be merged at the door: two people who registered are the staff's to judge. */
static gboolean
is_bare_spare(Request *request, const Event *event, gint64 mark, gint64 *ret_attendee,
        gboolean *ret_spare, GError **error)
{
	Db *db = request_db(request, error);

	*ret_spare = FALSE;
	return db != NULL && scan_holder_id(db, event, mark, ret_attendee, error) &&
	        (*ret_attendee == 0 || spare_is_bare(db, *ret_attendee, ret_spare, error));
}

Reply *
door_attach(Request *request)
{
	static const char *const known[] = { "mark", "into", "name", "lang", "region", NULL };
	GError *error = NULL;
	HolderAct act;
	WalkInSaid said = { 0 };
	gint64 mark = 0, into = 0, attendee = 0;
	gboolean spare = FALSE;

	json_auto_t *body = door_body(request, &error);
	g_autoptr(Job) job = body ? job_new(request, &act, &error) : NULL;
	const gboolean merging = json_object_get(body, "into") != NULL;
	if (job == NULL || !door_members_known(body, known, &error) ||
	        !door_hex(body, "mark", &mark, &error) ||
	        (merging && !door_hex(body, "into", &into, &error)) ||
	        !take_said(body, job->event, &said, &error) ||
	        !is_bare_spare(request, job->event, mark, &attendee, &spare, &error))
		return reply_error(request, error);
	if (!spare)
		return outcome_refused(request, attendee ? HOLDER_OTHER : HOLDER_NOBODY,
		        "this is no spare ticket, or it has a person");
	if (merging) {
		job->merge = (HolderMergeWork){ .act = act, .from = mark, .into = into };
		return reply_after(
		        request, holder_merge_work, merged_into, g_steal_pointer(&job), job_free);
	}
	if (!walk_in_seal(job->keys, &said, attendee, job->sealed, &error))
		return reply_error(request, error);
	job->lang = g_strdup(said.lang ? said.lang : job->event->languages[0]);
	job->attach = (AttachWork){ .act = act,
		.mark = mark,
		.attendee = attendee,
		.region_no = said.region_no,
		.lang = job->lang };
	memcpy(job->attach.sealed, job->sealed, sizeof job->sealed);
	return reply_after(request, attach_work, attached, g_steal_pointer(&job), job_free);
}
