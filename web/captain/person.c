/*
 * /g/{token}/{no}: one of the group; /g/{token}/{no}/change: another option or other sessions for whom the captain or the
 * staff entered.
 */
#include <string.h>

#include "schema/holder.h"
#include "web/captain.h"
#include "web/form.h"
#include "web/routes.h"
#include "web/staff_page.h"
#include "web/ticket_change.h"

#define CORRECTED_N 3
static const char *const corrected[] = { "name", "age_band", "guardian", NULL };

/* The person of the path; NULL when they are none of the group. */
static const Member *
member_of_path(Request *request, const Captain *captain)
{
	guint64 no = 0;

	return g_ascii_string_to_unsigned(
	               request_param(request, "no"), 10, 1, G_MAXUINT32, &no, NULL)
	        ? delegation_member(captain->members, (guint32)no)
	        : NULL;
}

static void
add_sessions(const Captain *captain, const Member *member, json_t *data)
{
	g_autoptr(GArray) sessions = attendee_sessions(captain->event, member->attendee);
	const char *lang = locale_code(captain->locale);
	json_t *list = json_array();

	for (guint i = 0; i < sessions->len; i++) {
		const ChosenSession *chosen = &g_array_index(sessions, ChosenSession, i);
		const EventSession *session = event_session(captain->event, chosen->session_no);
		const EventStop *stop = event_stop(session, chosen->stop_no);
		const gint64 from = stop != NULL ? stop->departs : session->starts;
		json_array_append_new(list,
		        json_pack("{s:s, s:o, s:s, s:b}", "title",
		                event_text(captain->event, session->title, lang), "when",
		                staff_taken(
		                        locale_date_time(captain->locale, captain->event, from)),
		                "place",
		                event_text(
		                        captain->event, stop ? stop->place : session->place, lang),
		                "here", captain_is_in(member, session->no)));
	}
	json_object_set_new(data, "sessions", list);
}

static json_t *
answers_json(const Captain *captain, const Member *member)
{
	json_t *list = json_array();

	for (guint i = 0; i < captain->event->questions->len; i++) {
		const EventQuestion *question = g_ptr_array_index(captain->event->questions, i);
		const char *said = member_answer(member, question->code);
		if (said != NULL)
			json_array_append_new(list,
			        json_pack("{s:s, s:o}", "label",
			                event_text(captain->event, question->label,
			                        locale_code(captain->locale)),
			                "value",
			                staff_taken(form_answer_text(
			                        captain->locale, captain->event, question, said))));
	}
	return list;
}

static Reply *
person_page(Request *request, int status, const Captain *captain, const Member *member,
        const CaptainLine *typed)
{
	GError *error = NULL;
	g_auto(HolderPerson) known = { 0 };
	if (!holder_person(captain->db, captain->keys, member->attendee->id, &known, &error))
		return reply_error(request, error);
	json_t *data = captain_frame(captain, "");
	json_t *fields = json_array(), *shown = captain_member_json(captain, member, 0);

	json_object_set(data, "title", json_object_get(shown, "who"));
	json_object_update_new(data, shown);
	for (guint i = 0; i < CORRECTED_N; i++) {
		const char *value = typed != NULL ? captain_line_get(typed, corrected[i])
		        : i == 0                  ? member->attendee->person->name
		        : i == 1                  ? intake_age_bands[member->attendee->age_band]
		        : member->attendee->age_band == 0 ? NULL
		                                          : known.person->guardian_note;
		g_autofree char *fault = NULL;
		for (guint j = 0; typed != NULL && j < typed->faults->len; j++) {
			const IntakeFault *one = &g_array_index(typed->faults, IntakeFault, j);
			if (fault == NULL && strcmp(one->field, corrected[i]) == 0)
				fault = captain_fault(captain->locale, one);
		}
		json_array_append_new(fields,
		        captain_field(
		                captain, corrected[i], corrected[i], corrected[i], value, fault));
	}
	json_object_set_new(data, "fields", fields);
	json_object_set_new(data, "own", json_boolean(!member->entered));
	json_object_set_new(data, "can_cancel", json_boolean(captain_may_cancel(member)));
	json_object_set_new(data, "asked", json_boolean(member->asked));
	json_object_set_new(data, "is_captain", json_boolean(member->captain));
	json_object_set_new(data, "has_answers", json_boolean(member->answers->len > 0));
	json_object_set_new(data, "answers", answers_json(captain, member));
	/* who was entered without an address has their page by the captain; who registered themselves wrote there for others' eyes */
	json_object_set_new(data, "ticket", json_null());
	if (member->entered && !member->own_contact && !member->asked) {
		char token[LINK_TOKEN_LENGTH + 1];
		vault_link(
		        captain->keys, LINK_TICKET, member->registration, member->link_no, token);
		json_object_set_new(data, "ticket", staff_taken(g_strconcat("/t/", token, NULL)));
	}
	add_sessions(captain, member, data);
	return reply_page(request, status, "captain_person", data);
}

static Reply *
captain_person(Request *request)
{
	g_auto(Captain) captain = { 0 };
	Reply *refused = NULL;
	if (!captain_open(request, FALSE, &captain, &refused))
		return refused;
	const Member *member = member_of_path(request, &captain);
	return member != NULL ? person_page(request, 200, &captain, member, NULL)
	                      : reply_status(request, 404);
}

/* Seals the person anew, with what the form changed; what it doesn't ask for stays. */
static gboolean
reseal(const Captain *captain, const Member *member, const CaptainLine *typed, CaptainWork *work,
        GError **error)
{
	g_auto(HolderPerson) known = { 0 };
	const char *age = captain_line_get(typed, "age_band");
	const char *guardian = captain_line_get(typed, "guardian");

	if (!holder_person(captain->db, captain->keys, member->attendee->id, &known, error))
		return FALSE;
	while (age != NULL && work->age_band < AGE_UNDER_16 &&
	        strcmp(intake_age_bands[work->age_band], age) != 0)
		work->age_band++;
	g_free(known.person->name);
	known.person->name = g_strdup(captain_line_get(typed, "name"));
	g_free(known.person->guardian_note);
	known.person->guardian_note = work->age_band == AGE_ADULT
	        ? NULL
	        : g_strdup(guardian != NULL ? guardian : GUARDIAN_DELEGATION);
	work->sealed[SEALED_IDENTITY] =
	        person_seal(known.person, captain->keys, SEALED_IDENTITY, member->attendee->id);
	work->sealed[SEALED_LOGISTICS] =
	        person_seal(known.person, captain->keys, SEALED_LOGISTICS, member->attendee->id);
	return TRUE;
}

static Reply *
captain_person_edit(Request *request)
{
	g_auto(Captain) captain = { 0 };
	g_autoptr(GPtrArray) lines = captain_lines_new();
	GError *error = NULL;
	Reply *refused = NULL;
	if (!captain_open(request, TRUE, &captain, &refused))
		return refused;
	const Member *member = member_of_path(request, &captain);
	if (member == NULL || !member->entered || member->asked)
		return reply_status(request, 404);
	CaptainLine *typed = captain_lines_add(lines, 1);
	for (guint i = 0; i < CORRECTED_N; i++) {
		const char *value = fields_get(request_form(request), corrected[i]);
		if (value != NULL)
			captain_line_set(typed, corrected[i], value);
	}
	/* their option is not asked for here */
	g_autoptr(Registration) checked =
	        captain_line_prepare(&captain, typed, 1, TRUE, typed->faults, &error);
	if (error != NULL)
		return reply_error(request, error);
	for (guint i = 0; i < typed->faults->len; i++)
		if (g_strv_contains(corrected, g_array_index(typed->faults, IntakeFault, i).field))
			return person_page(request, 422, &captain, member, typed);
	CaptainAct *act =
	        captain_act_new(&captain, captain_edit_work, member->attendee->id, "changed");
	if (!reseal(&captain, member, typed, &act->captain, &error)) {
		captain_act_free(act);
		return reply_error(request, error);
	}
	return captain_act_do(request, act);
}

/* ---- another option, other sessions ---- */

typedef struct {
	Captain captain;
	CaptainWork work;
	const Member *member;
} Whose;

static Reply *
change_see(Request *request, ChangeDone done)
{
	static const char *const words[] = { [CHANGE_DONE] = "changed",
		[CHANGE_WAITS] = "waits",
		[CHANGE_SAME] = "nothing",
		[CHANGE_NOBODY] = "gone" };
	g_autofree char *path = captain_path(request_param(request, "token"), words[done]);

	return reply_see_other(request, path);
}

static void
change_close(ChangeOf *of)
{
	captain_clear(&((Whose *)of->whose)->captain);
	g_clear_pointer(&of->whose, g_free);
}

static gboolean
change_open(Request *request, gboolean form, ChangeOf *ret, Reply **ret_refused)
{
	g_autofree Whose *whose = g_new0(Whose, 1);
	Captain *captain = &whose->captain;

	if (!(form ? captain_open_form(request, captain, &ret->stale, ret_refused)
	           : captain_open(request, FALSE, captain, ret_refused))) {
		captain_clear(captain);
		return FALSE;
	}
	whose->member = member_of_path(request, captain);
	if (whose->member == NULL || !whose->member->entered || whose->member->asked) {
		/* of a form that was open a while: they have left meanwhile */
		*ret_refused = form && whose->member == NULL ? change_see(request, CHANGE_NOBODY)
		                                             : reply_status(request, 404);
		captain_clear(captain);
		return FALSE;
	}
	whose->work = captain_work(captain, whose->member->attendee->id);
	ret->event = captain->event;
	ret->keys = captain->keys;
	ret->db = captain->db;
	ret->registration = whose->member->registration;
	ret->attendee = whose->member->attendee->id;
	ret->captain = &whose->work;
	ret->over = captain->now >= captain->event->ends;
	ret->whose = g_steal_pointer(&whose);
	return TRUE;
}

static json_t *
change_frame(Request *request, const ChangeOf *of)
{
	const Whose *whose = of->whose;
	const Locale *locale = request_locale(request);
	json_t *data = captain_frame(&whose->captain, locale_text(locale, "own_change_title"));

	json_object_set_new(data, "home",
	        json_pack("{s:o, s:s}", "url",
	                staff_taken(g_strdup_printf(
	                        "/g/%s/%u", whose->captain.token, whose->member->attendee->no)),
	                "title", locale_text(locale, "captain_title")));
	json_object_set_new(data, "back", json_string(locale_text(locale, "captain_back_without")));
	json_object_set_new(data, "action", json_string(request_path(request)));
	json_object_set_new(data, "lead", json_null());
	json_object_set_new(
	        data, "who", staff_taken(captain_member_name(&whose->captain, whose->member)));
	return data;
}

static const ChangeWay change_way = { change_open, change_close, change_frame, change_see };

static Reply *
captain_person_change(Request *request)
{
	return change_show(request, &change_way);
}

static Reply *
captain_person_changed(Request *request)
{
	return change_take(request, &change_way);
}

const Route captain_person_routes[] = {
	{ HTTP_GET, "/g/:token/:no", FOR_CAPTAIN, captain_person },
	{ HTTP_POST, "/g/:token/:no", FOR_CAPTAIN, captain_person_edit, .body_max = 16384 },
	{ HTTP_GET, "/g/:token/:no/change", FOR_CAPTAIN, captain_person_change },
	{ HTTP_POST, "/g/:token/:no/change", FOR_CAPTAIN, captain_person_changed },
	{ 0 },
};
