/*
 * /t/{token}/change/{no}: another option, other sessions. What is full says so, and whether it can be waited for;
 * nobody is put on a waiting list without having said so. What was typed is never lost.
 */
#include "web/ticket_change.h"

#include <string.h>

#include "schema/id.h"
#include "web/form_private.h"
#include "web/routes.h"
#include "web/ticket_own.h"

/* ---- the form ---- */

static const EventChoice *
choice_of(const EventOption *option, guint16 session_no)
{
	for (guint i = 0; option != NULL && i < option->choices->len; i++) {
		const EventChoice *choice = g_ptr_array_index(option->choices, i);
		for (guint j = 0; j < choice->sessions->len; j++)
			if (g_array_index(choice->sessions, guint16, j) == session_no)
				return choice;
	}
	return NULL;
}

/* As if they had just filled it in. */
static Fields *
fields_of(const Event *event, const PlacesOwn *own)
{
	const EventOption *option = event_option(event, own->option_no);
	Fields *fields = fields_new();

	if (option != NULL)
		fields_add(fields, "option", option->code);
	for (guint i = 0; i < own->chosen_n; i++) {
		const ChosenSession *chosen = &own->chosen[i];
		const EventSession *session = event_session(event, chosen->session_no);
		const EventChoice *choice = choice_of(option, chosen->session_no);
		if (session == NULL || choice == NULL)
			continue;
		g_autofree char *name = g_strconcat("session_", choice->code, NULL);
		fields_add(fields, name, session->code);
		if (chosen->stop_no != 0) {
			g_autofree char *stop =
			        g_strdup_printf("%s/%u", session->code, chosen->stop_no);
			fields_add(fields, "stop", stop);
		}
	}
	return fields;
}

/* What can still be done, when it isn't all. */
static char *
lead_of(const Form *form, const PlacesOwn *own)
{
	const EventOption *option = event_option(form->event, own->option_no);

	if (option == NULL || form_option_open(form, option))
		return g_strdup(locale_text(form->locale, "own_change_lead"));
	gint64 closes = option->closes != NO_TIME ? option->closes : form->event->closes;
	return locale_begin(form->locale, form->event, "own_change_closed", closes);
}

static PlaceAnswer
refusal_of(const PlacesAnswer *answer, const Fields *typed, const Event *event)
{
	PlaceAnswer refused = { .outcome = PLACE_FULL,
		.full_option = answer->full_option,
		.full_session = answer->full_session,
		.full_stop = answer->full_stop };

	if (answer->outcome == PLACES_CLOSED) {
		const char *code = fields_get(typed, "option");
		const EventOption *option = code != NULL ? event_option_by_code(event, code) : NULL;
		refused.outcome = PLACE_CLOSED;
		refused.closed_option = option != NULL ? option->no : 0;
	}
	return refused;
}

/* The word on top of a form that was refused. */
static json_t *
refused_word(const Form *form, const PlacesAnswer *answer)
{
	const Locale *locale = form->locale;
	g_autofree char *title = NULL;

	switch (answer->outcome) {
	case PLACES_FULL:
		title = locale_format(
		        locale, "notice_full_title", "what", form_refused_title(form), NULL);
		return own_word(title,
		        locale_text(locale, answer->may_wait ? "own_full_wait" : "own_full_text"),
		        answer->may_wait);
	case PLACES_CLOSED:
		title = locale_format(
		        locale, "notice_shut_title", "what", form_refused_title(form), NULL);
		return own_word(title, locale_text(locale, "notice_shut_text"), FALSE);
	case PLACES_MEANWHILE:
		return own_word(locale_text(locale, "own_meanwhile"),
		        locale_text(locale, "own_meanwhile_text"), FALSE);
	case PLACES_DONE:
	case PLACES_WAITLISTED:
	case PLACES_NOTHING:
	case PLACES_CHOICE:
	case PLACES_EVENT_CHANGED:
		break;
	}
	return own_word(locale_text(locale, "notice_changed_title"),
	        locale_text(locale, "notice_changed_text"), FALSE);
}

gboolean
changing_add(Request *request, const Changing *changing, json_t *data, gboolean *ret_active,
        GError **error)
{
	g_auto(PlacesOwn) own = { 0 };
	PlaceAnswer refused;
	char seen[ID_HEX_LENGTH + 1];

	if (!places_own(changing->db, changing->event, changing->attendee, &own, error))
		return FALSE;
	*ret_active = own.active;
	g_autoptr(Fields) kept = fields_of(changing->event, &own);
	Form form = { .event = changing->event,
		.locale = request_locale(request),
		.room = own.room,
		.now = request_now(request),
		.typed = changing->typed != NULL ? changing->typed : kept,
		.faults = changing->faults,
		.registered = TRUE,
		.by_staff = changing->by_staff };
	if (changing->refused != NULL) {
		refused = refusal_of(changing->refused, form.typed, form.event);
		if (changing->refused->outcome == PLACES_FULL ||
		        changing->refused->outcome == PLACES_CLOSED)
			form.refused = &refused;
		json_object_set_new(data, "notice", refused_word(&form, changing->refused));
		if (form.refused == NULL)
			form.faults = NULL;
	}
	json_t *part = form_part_data(&form, FORM_CHOICE);
	json_object_update(data, part);
	json_decref(part);
	id_to_hex(own.changed, seen);
	json_object_set_new(data, "seen", json_string(seen));
	g_autofree char *lead = lead_of(&form, &own);
	json_object_set_new(data, "lead", json_string(lead));
	json_object_set_new(
	        data, "can", json_boolean(form.by_staff || form_is_open(form.event, form.now)));
	return TRUE;
}

gboolean
changing_take(Request *request, const Changing *changing, VaultEvent *keys, PlacesWish *ret,
        GArray *faults)
{
	const Fields *typed = request_form(request);
	const char *stop = fields_get(typed, "stop"), *seen = fields_get(typed, "seen");
	Form form = { .event = changing->event,
		.locale = request_locale(request),
		.now = request_now(request),
		.typed = typed };
	const IntakeAsked asked = { .event = changing->event,
		.keys = keys,
		.get = form_get,
		.data = &form,
		.lang = locale_code(form.locale),
		.now = form.now,
		.walk_in = changing->by_staff };
	Place place = { 0 };

	if (stop != NULL && *stop != '\0')
		form.stop_group = form_stop_group(form.event);
	if (!intake_take_choice(&asked, &place, faults))
		return FALSE;
	*ret = (PlacesWish){ .option_no = place.option_no,
		.chosen_n = place.chosen_n,
		.may_wait = fields_get(typed, "wait") != NULL,
		.by_staff = changing->by_staff };
	memcpy(ret->chosen, place.chosen, sizeof ret->chosen);
	if (seen == NULL || !id_from_hex(seen, &ret->seen))
		ret->seen = -1; /* no number that there is */
	return TRUE;
}

gboolean
changing_is_same(const PlacesOwn *own, const PlacesWish *wish)
{
	if (own->option_no != wish->option_no || own->chosen_n != wish->chosen_n)
		return FALSE;
	for (guint i = 0; i < wish->chosen_n; i++) {
		gboolean there = FALSE;
		for (guint j = 0; j < own->chosen_n && !there; j++)
			there = own->chosen[j].session_no == wish->chosen[i].session_no &&
			        own->chosen[j].stop_no == wish->chosen[i].stop_no;
		if (!there)
			return FALSE;
	}
	return TRUE;
}

/* ---- their own page ---- */

static Reply *
show(Request *request, const Own *own, const Attendee *attendee, int status, const Fields *typed,
        GArray *faults, const PlacesAnswer *refused)
{
	GError *error = NULL;
	const Locale *locale = request_locale(request);
	gboolean active = FALSE;
	const Changing changing = { .event = own->event,
		.db = own->db,
		.attendee = attendee->id,
		.typed = typed,
		.faults = faults,
		.refused = refused };
	json_t *data = own_frame(request, own, "own_change_title");

	if (!changing_add(request, &changing, data, &active, &error)) {
		json_decref(data);
		return reply_error(request, error);
	}
	if (!active) {
		json_decref(data);
		return own_see(request, own->token, "cancelled-before");
	}
	if (!own_may_act(own, request_now(request)))
		json_object_set_new(data, "can", json_false());
	if (json_is_false(json_object_get(data, "can")))
		json_object_set_new(
		        data, "lead", json_string(locale_text(locale, "own_change_over")));
	json_object_set_new(data, "who", own_name(own, locale, attendee));
	json_object_set_new(data, "submit", json_string(locale_text(locale, "own_change_button")));
	return reply_page(request, status, "ticket_form", data);
}

static Reply *
change_form(Request *request)
{
	g_auto(Own) own = { 0 };
	Reply *refused = NULL;
	if (!own_open(request, &own, &refused))
		return refused;
	const Attendee *attendee = own_attendee(&own, request_param(request, "no"));
	if (attendee == NULL)
		return reply_status(request, 404);
	return show(request, &own, attendee, 200, NULL, NULL, NULL);
}

typedef struct {
	Event *event;
	PlacesWork work;
} Job;

static void
job_free(gpointer data)
{
	Job *job = data;

	g_clear_pointer(&job->event, event_unref);
	g_free(job);
}

static gboolean
change_work(Db *db, gpointer data, GError **error)
{
	return places_change_work(db, &((Job *)data)->work, error);
}

static Reply *
changed(Request *request, gpointer data, const GError *error)
{
	const Job *job = data;
	const char *token = request_param(request, "token");

	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	switch (job->work.answer.outcome) {
	case PLACES_DONE:
		return own_see(request, token, "changed");
	case PLACES_WAITLISTED:
		return own_see(request, token, "waits");
	case PLACES_NOTHING:
		return own_see(request, token, "cancelled-before");
	case PLACES_FULL:
	case PLACES_CLOSED:
	case PLACES_CHOICE:
	case PLACES_EVENT_CHANGED:
	case PLACES_MEANWHILE:
		break;
	}
	g_auto(Own) own = { 0 };
	Reply *refused = NULL;
	if (!own_open(request, &own, &refused))
		return refused;
	const Attendee *attendee = own_attendee(&own, request_param(request, "no"));
	if (attendee == NULL)
		return reply_status(request, 404);
	return show(request, &own, attendee, 409, request_form(request), NULL, &job->work.answer);
}

static Reply *
change_submit(Request *request)
{
	GError *error = NULL;
	const Fields *typed = request_form(request);
	g_auto(Own) own = { 0 };
	g_auto(PlacesOwn) has = { 0 };
	g_autoptr(GArray) faults = intake_faults_new();
	gboolean stale = FALSE;
	Reply *refused = NULL;
	PlacesWish wish;
	if (!own_open_form(request, &own, &stale, &refused))
		return refused;
	const Attendee *attendee = own_attendee(&own, request_param(request, "no"));
	if (attendee == NULL)
		return reply_status(request, 404);
	if (fields_get(typed, "switch") != NULL)
		return show(request, &own, attendee, 200, typed, NULL, NULL);
	if (stale || !own_may_act(&own, request_now(request)))
		return show(request, &own, attendee, 422, typed, NULL, NULL);
	const Changing changing = { .event = own.event, .db = own.db, .attendee = attendee->id };
	if (!changing_take(request, &changing, own.keys, &wish, faults))
		return show(request, &own, attendee, 422, typed, faults, NULL);
	if (!places_own(own.db, own.event, attendee->id, &has, &error))
		return reply_error(request, error);
	if (changing_is_same(&has, &wish) && wish.seen == has.changed)
		return own_see(request, own.token, "same");
	Job *job = g_new0(Job, 1);
	job->event = event_ref((Event *)own.event);
	job->work = (PlacesWork){ .event = job->event,
		.who = { own.page->id, attendee->id },
		.wish = wish,
		.now = request_now(request) };
	return reply_after(request, change_work, changed, job, job_free);
}

const Route ticket_change_routes[] = {
	{ HTTP_GET, "/t/:token/change/:no", FOR_HOLDER, change_form },
	{ HTTP_POST, "/t/:token/change/:no", FOR_HOLDER, change_submit },
	{ 0 },
};
