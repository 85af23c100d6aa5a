/*
 * What is done about one person at /staff/people/:no: let in by name, admitted with a reason, undone, another ticket,
 * a spare ticket that gets its person, two holders who are one. Each is one work, with a line in the audit, and leads back
 * to the page, which says what became of it.
 */
#include <string.h>

#include "schema/device.h"
#include "schema/text.h"
#include "web/routes.h"
#include "web/staff/desk.h"
#include "web/walk_in.h"

#define ACT_BODY_MAX 4096

/* ---- in, and out again ---- */

/* The session's first checkpoint; NULL when the form names none of this event's. */
static const EventCheckpoint *
place_of_form(Request *request, const Event *event)
{
	const char *code = fields_get(request_form(request), "session");
	const EventSession *session = code ? event_session_by_code(event, code) : NULL;

	return session ? event_first_checkpoint(event, session->no) : NULL;
}

static const char *
done_word(const ScanWork *scan)
{
	switch ((DoorDecision)scan->answer.decision) {
	case DOOR_ADMIT:
	case DOOR_ADMIT_PROVISIONAL:
		return "checked-in";
	case DOOR_ADMIT_OVERRIDE:
		return "admitted";
	case DOOR_AGAIN:
		return "was-in";
	case DOOR_REJECT_USED:
		return "used";
	case DOOR_REJECT_NOT_BOOKED:
		return "not-listed";
	case DOOR_LEAVE:
	case DOOR_REJECT_SIGNATURE:
	case DOOR_REJECT_ELSEWHERE:
	case DOOR_REJECT_REVOKED:
	case DOOR_VOID:
	case DOOR_COUNT:
	case DOOR_INTERRUPTED:
		break;
	}
	return "not-valid";
}

static Reply *
checked_in(Request *request, gpointer data, const GError *error)
{
	const DeskJob *job = data;
	Reply *failed = desk_job_failed(request, job, error);

	return failed ? failed : desk_see(request, job->no, done_word(&job->check_in.scan));
}

/* @override: the reason code of the log; NULL: only who is on the list. */
static Reply *
let_in(Request *request, const char *override, const char *why)
{
	Desk desk;
	Reply *refused = NULL;
	if (!desk_open_person(request, &desk, &refused))
		return refused;
	const EventCheckpoint *place = place_of_form(request, desk.event);
	if (place == NULL)
		return reply_status(request, 400);
	const gint64 mark = desk.person.ticket.mark;
	DeskJob *job = desk_job_new(request, &desk, desk_check_in_work, mark);
	job->check_in = (DeskCheckIn){ .act = desk_act(request, &desk),
		.why = why,
		.scan = { .event = desk.event,
		        .keys = desk.keys,
		        .row = desk_row(
		                desk_number_of_form(request), place, mark, request_now_ms(request)),
		        .signature = DOOR_SIGNATURE_HOLDS, /* the record knows its own tickets */
		        .override = override,
		        .now = request_now(request) } };
	return reply_after(request, region_work, checked_in, job, desk_job_free);
}

static Reply *
person_check_in(Request *request)
{
	return let_in(request, NULL, NULL);
}

/* Why somebody is admitted who is not on the list: fixed words, so that nobody is named in the audit. */
static Reply *
person_admit(Request *request)
{
	static const char *const known[] = { "list_wrong", "place_free", "companion", "another" };
	const char *why = fields_get(request_form(request), "why");

	for (guint i = 0; why != NULL && i < G_N_ELEMENTS(known); i++)
		if (g_str_equal(why, known[i]))
			return let_in(request, "supervisor", known[i]);
	return reply_status(request, 400);
}

static Reply *
undone(Request *request, gpointer data, const GError *error)
{
	const DeskJob *job = data;
	Reply *failed = desk_job_failed(request, job, error);

	if (failed != NULL)
		return failed;
	return desk_see(request, job->no, job->undo.outcome == HOLDER_DONE ? "undone" : "nothing");
}

static Reply *
person_undo(Request *request)
{
	static const LogReason known[] = { LOG_REASON_DOUBLE, LOG_REASON_WRONG_PERSON,
		LOG_REASON_OTHER };
	const char *why = fields_get(request_form(request), "why");
	LogReason reason = LOG_REASON_NONE;
	Desk desk;
	Reply *refused = NULL;
	for (guint i = 0; i < G_N_ELEMENTS(known); i++)
		if (g_strcmp0(why, log_reason_name((guint8)known[i])) == 0)
			reason = known[i];
	if (reason == LOG_REASON_NONE)
		return reply_status(request, 400);
	if (!desk_open_person(request, &desk, &refused))
		return refused;
	const EventCheckpoint *place = place_of_form(request, desk.event);
	if (place == NULL)
		return reply_status(request, 400);
	DeskJob *job = desk_job_new(request, &desk, desk_undo_work, desk.person.ticket.mark);
	job->undo = (DeskUndo){ .act = desk_act(request, &desk),
		.mark = desk.person.ticket.mark,
		.epoch = desk_number(),
		.session_no = place->session_no,
		.reason = reason };
	return reply_after(request, region_work, undone, job, desk_job_free);
}

/* ---- a lost ticket ---- */

static Reply *
reissued(Request *request, gpointer data, const GError *error)
{
	const DeskJob *job = data;
	Reply *failed = desk_job_failed(request, job, error);

	if (failed != NULL)
		return failed;
	g_autofree char *url = g_strdup_printf("/staff/people/%u/ticket?done=reissued", job->no);
	return reply_see_other(request, url);
}

static Reply *
person_reissue(Request *request)
{
	Desk desk;
	Reply *refused = NULL;
	if (!desk_open_person(request, &desk, &refused))
		return refused;
	DeskJob *job = desk_job_new(request, &desk, reissue_work, desk.person.ticket.mark);
	job->reissue =
	        (ReissueWork){ .act = desk_act(request, &desk), .mark = desk.person.ticket.mark };
	return reply_after(request, region_work, reissued, job, desk_job_free);
}

/* ---- a spare ticket's person ---- */

static Reply *
attached(Request *request, gpointer data, const GError *error)
{
	const DeskJob *job = data;
	Reply *failed = desk_job_failed(request, job, error);

	if (failed != NULL)
		return failed;
	return desk_see(
	        request, job->no, job->attach.outcome == HOLDER_DONE ? "attached" : "no-spare");
}

static Reply *
person_attach(Request *request)
{
	const Fields *form = request_form(request);
	const char *name = fields_get(form, "name"), *code = fields_get(form, "region");
	GError *error = NULL;
	Desk desk;
	Reply *refused = NULL;
	if (!desk_open_person(request, &desk, &refused))
		return refused;
	const EventRegion *region = code ? event_region_by_code(desk.event, code) : NULL;
	if (name == NULL || *name == '\0' ||
	        (desk.region_no != 0 && region != NULL && region->no != desk.region_no))
		return desk_see(request, desk.person.no, "no-spare");
	DeskJob *job = desk_job_new(request, &desk, attach_work, desk.person.ticket.mark);
	const WalkInSaid said = { .name = name };
	if (!walk_in_seal(desk.keys, &said, desk.person.id, job->sealed, &error)) {
		desk_job_free(job);
		return reply_error(request, error);
	}
	job->attach = (AttachWork){ .act = desk_act(request, &desk),
		.mark = desk.person.ticket.mark,
		.attendee = desk.person.id,
		.region_no = region ? region->no : 0,
		.lang = desk.event->languages[0] };
	memcpy(job->attach.sealed, job->sealed, sizeof job->sealed);
	return reply_after(request, region_work, attached, job, desk_job_free);
}

/* ---- two who are one ---- */

static Reply *
merged(Request *request, gpointer data, const GError *error)
{
	const DeskJob *job = data;
	Reply *failed = desk_job_failed(request, job, error);

	if (failed != NULL)
		return failed;
	return desk_see(request, job->no, job->merge.outcome == HOLDER_DONE ? "merged" : "same");
}

/* Whom the typed code is of; FALSE with the answer. */
static gboolean
find_other(Request *request, const Desk *desk, DeskPerson *ret, Reply **ret_refused)
{
	const char *typed = fields_get(request_form(request), "code");
	char code[TYPED_CODE_LENGTH + 1];
	GError *error = NULL;
	gint64 mark = 0, attendee = 0;
	gboolean found = FALSE;

	if (typed != NULL && typed_code_parse(typed, code) &&
	        (!scan_mark_of_code(desk->db, desk->event, code, &mark, &found, &error) ||
	                (found &&
	                        (!scan_holder_id(desk->db, desk->event, mark, &attendee, &error) ||
	                                !desk_person_by_id(desk->db, desk->event, desk->region_no,
	                                        attendee, ret, &found, &error))))) {
		*ret_refused = reply_error(request, error);
		return FALSE;
	}
	if (!found)
		*ret_refused = desk_see(request, desk->person.no, "no-code");
	else if (ret->id == desk->person.id)
		*ret_refused = desk_see(request, desk->person.no, "same");
	return found && ret->id != desk->person.id;
}

static json_t *
one_of_two(const Locale *locale, const Desk *desk, const DeskPerson *person, const char *name)
{
	const EventRegion *region = event_region(desk->event, person->region_no);
	const EventDelegation *delegation = event_delegation(desk->event, person->delegation_no);

	return json_pack("{s:s, s:o, s:s, s:s}", "name",
	        name ? name : locale_text(locale, "desk_nameless"), "code",
	        desk_code_json(person->ticket.typed_code), "region",
	        region ? event_text(desk->event, region->name, locale_code(locale)) : "",
	        "delegation", delegation ? delegation->name : "");
}

/* Two people who both have a name are looked at once more: it can't be undone. */
static Reply *
ask_whether_sure(Request *request, const Desk *desk, const DeskPerson *other)
{
	const Locale *locale = request_locale(request);
	g_auto(HolderPerson) this = { 0 }, that = { 0 };
	GError *error = NULL;

	if (!holder_person(desk->db, desk->keys, desk->person.id, &this, &error) ||
	        !holder_person(desk->db, desk->keys, other->id, &that, &error))
		return reply_error(request, error);
	json_t *data = staff_frame(request, desk->event, "desk_merge_title", "/staff/people");
	json_object_set_new(data, "no", json_integer(desk->person.no));
	json_object_set_new(data, "code", desk_code_json(other->ticket.typed_code));
	json_object_set_new(data, "two",
	        json_pack("[o, o]", one_of_two(locale, desk, &desk->person, this.person->name),
	                one_of_two(locale, desk, other, that.person->name)));
	return desk_look(request, desk, "person.look", g_strdup_printf("holder %u", other->no),
	        "staff_merge", data);
}

static Reply *
person_merge(Request *request)
{
	const char *sure = fields_get(request_form(request), "sure");
	Desk desk;
	DeskPerson other;
	Reply *refused = NULL;
	if (!desk_open_person(request, &desk, &refused))
		return refused;
	if (!find_other(request, &desk, &other, &refused))
		return refused;
	if (!other.spare && g_strcmp0(sure, "yes") != 0)
		return ask_whether_sure(request, &desk, &other);
	DeskJob *job = desk_job_new(request, &desk, holder_merge_work, desk.person.ticket.mark);
	job->bound.marks[job->bound.marks_n++] = other.ticket.mark;
	job->merge = (HolderMergeWork){ .act = desk_act(request, &desk),
		.from = other.ticket.mark,
		.into = desk.person.ticket.mark };
	return reply_after(request, region_work, merged, job, desk_job_free);
}

/* ---- who asks to join a group ---- */

static Reply *
answered(Request *request, gpointer data, const GError *error)
{
	const DeskJob *job = data;
	Reply *failed = desk_job_failed(request, job, error);

	if (failed != NULL)
		return failed;
	return desk_see(request, job->no,
	        job->asked.outcome != DELEGATION_DONE ? "nothing"
	                : job->asked.yes              ? "joined"
	                                              : "not-joined");
}

static Reply *
person_asked(Request *request)
{
	const gboolean yes = fields_get(request_form(request), "approve") != NULL;
	Desk desk;
	Reply *refused = NULL;
	if (!yes && fields_get(request_form(request), "refuse") == NULL)
		return reply_status(request, 400);
	if (!desk_open_person(request, &desk, &refused))
		return refused;
	DeskJob *job = desk_job_new(request, &desk, delegation_asked_work, desk.person.ticket.mark);
	job->asked = (AskedWork){ .event = desk.event,
		.who = request_staff(request)->name,
		.attendee = desk.person.id,
		.yes = yes,
		.now = request_now(request) };
	return reply_after(request, region_work, answered, job, desk_job_free);
}

#define ACT FOR_STAFF, .body_max = ACT_BODY_MAX, .roles = ROLES_DESK
const Route staff_person_routes[] = {
	{ HTTP_POST, "/staff/people/:no/check-in", ACT, .page = person_check_in },
	{ HTTP_POST, "/staff/people/:no/admit", ACT, .page = person_admit },
	{ HTTP_POST, "/staff/people/:no/undo", ACT, .page = person_undo },
	{ HTTP_POST, "/staff/people/:no/reissue", ACT, .page = person_reissue },
	{ HTTP_POST, "/staff/people/:no/attach", ACT, .page = person_attach },
	{ HTTP_POST, "/staff/people/:no/asked", ACT, .page = person_asked },
	{ HTTP_POST, "/staff/people/:no/merge", ACT, .page = person_merge },
	{ 0 },
};
