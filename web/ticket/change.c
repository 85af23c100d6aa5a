/*
 * /t/{token}/change/{no}, and a captain's /g/{token}/{no}/change: another option, other sessions. What is full says so, and
 * whether it can be waited for; nobody is put on a waiting list without it being said so. What was typed is never lost.
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
lead_of(const Form *form, const PlacesOwn *own, gboolean by_captain)
{
	const EventOption *option = event_option(form->event, own->option_no);

	if (option == NULL || form_option_open(form, option))
		return g_strdup(locale_text(
		        form->locale, by_captain ? "captain_change_lead" : "own_change_lead"));
	gint64 closes = option->closes != NO_TIME ? option->closes : form->event->closes;
	return locale_begin(form->locale, form->event,
	        by_captain ? "captain_change_closed" : "own_change_closed", closes);
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
refused_word(const Form *form, const PlacesAnswer *answer, gboolean by_captain)
{
	const Locale *locale = form->locale;
	const char *wait = by_captain ? "captain_full_wait" : "own_full_wait",
	           *full = by_captain ? "captain_full_text" : "own_full_text";
	g_autofree char *title = NULL;

	switch (answer->outcome) {
	case PLACES_FULL:
		title = locale_format(
		        locale, "notice_full_title", "what", form_refused_title(form), NULL);
		return own_word(title, locale_text(locale, answer->may_wait ? wait : full),
		        answer->may_wait);
	case PLACES_CLOSED:
		title = locale_format(
		        locale, "notice_shut_title", "what", form_refused_title(form), NULL);
		return own_word(title, locale_text(locale, full), FALSE);
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
		json_object_set_new(data, "notice",
		        refused_word(&form, changing->refused, changing->by_captain));
		if (form.refused == NULL)
			form.faults = NULL;
	}
	json_t *part = form_part_data(&form, FORM_CHOICE);
	json_object_update(data, part);
	json_decref(part);
	json_object_set_new(data, "wait_text",
	        changing->by_captain || changing->by_staff
	                ? json_string(locale_text(form.locale, "captain_wait"))
	                : json_null());
	id_to_hex(own.changed, seen);
	json_object_set_new(data, "seen", json_string(seen));
	g_autofree char *lead = lead_of(&form, &own, changing->by_captain);
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

/* ---- the page ---- */

static Changing
changing_of(const ChangeOf *of)
{
	return (Changing){ .event = of->event,
		.db = of->db,
		.attendee = of->attendee,
		.by_captain = of->captain != NULL };
}

static Reply *
show(Request *request, const ChangeWay *way, const ChangeOf *of, int status,
        const Changing *changing)
{
	GError *error = NULL;
	const Locale *locale = request_locale(request);
	gboolean active = FALSE;
	json_t *data = way->frame(request, of);

	if (!changing_add(request, changing, data, &active, &error)) {
		json_decref(data);
		return reply_error(request, error);
	}
	if (!active) {
		json_decref(data);
		return way->see(request, CHANGE_NOBODY);
	}
	if (of->over)
		json_object_set_new(data, "can", json_false());
	if (json_is_false(json_object_get(data, "can")))
		json_object_set_new(
		        data, "lead", json_string(locale_text(locale, "own_change_over")));
	json_object_set_new(data, "submit", json_string(locale_text(locale, "own_change_button")));
	return reply_page(request, status, "ticket_form", data);
}

Reply *
change_show(Request *request, const ChangeWay *way)
{
	ChangeOf of = { 0 };
	Reply *refused = NULL;
	if (!way->open(request, FALSE, &of, &refused))
		return refused;
	const Changing changing = changing_of(&of);
	Reply *reply = show(request, way, &of, 200, &changing);
	way->close(&of);
	return reply;
}

typedef struct {
	const ChangeWay *way;
	Event *event;
	gboolean by_captain;
	CaptainChangeWork work;
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
	Job *job = data;

	return job->by_captain ? captain_change_work(db, &job->work, error)
	                       : places_change_work(db, &job->work.places, error);
}

static Reply *
changed(Request *request, gpointer data, const GError *error)
{
	const Job *job = data;
	const PlacesAnswer *answer = &job->work.places.answer;
	ChangeOf of = { 0 };
	Reply *refused = NULL;

	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	switch (answer->outcome) {
	case PLACES_DONE:
		return job->way->see(request, CHANGE_DONE);
	case PLACES_WAITLISTED:
		return job->way->see(request, CHANGE_WAITS);
	case PLACES_NOTHING:
		return job->way->see(request, CHANGE_NOBODY);
	case PLACES_FULL:
	case PLACES_CLOSED:
	case PLACES_CHOICE:
	case PLACES_EVENT_CHANGED:
	case PLACES_MEANWHILE:
		break;
	}
	if (!job->way->open(request, FALSE, &of, &refused))
		return refused;
	Changing changing = changing_of(&of);
	changing.typed = request_form(request);
	changing.refused = answer;
	Reply *reply = show(request, job->way, &of, 409, &changing);
	job->way->close(&of);
	return reply;
}

static Job *
job_new(Request *request, const ChangeWay *way, const ChangeOf *of, const PlacesWish *wish)
{
	Job *job = g_new0(Job, 1);

	job->way = way;
	job->event = event_ref((Event *)of->event);
	job->by_captain = of->captain != NULL;
	if (of->captain != NULL) {
		job->work.captain = *of->captain;
		job->work.captain.event = job->event;
	}
	job->work.places = (PlacesWork){ .event = job->event,
		.who = { of->registration, of->attendee },
		.wish = *wish,
		.now = request_now(request) };
	return job;
}

/* Of a form whose proof holds. */
static Reply *
take(Request *request, const ChangeWay *way, const ChangeOf *of)
{
	GError *error = NULL;
	const Fields *typed = request_form(request);
	g_auto(PlacesOwn) has = { 0 };
	g_autoptr(GArray) faults = intake_faults_new();
	PlacesWish wish;
	Changing changing = changing_of(of);

	changing.typed = typed;
	if (fields_get(typed, "switch") != NULL)
		return show(request, way, of, 200, &changing);
	if (of->stale || of->over)
		return show(request, way, of, 422, &changing);
	if (!changing_take(request, &changing, of->keys, &wish, faults)) {
		changing.faults = faults;
		return show(request, way, of, 422, &changing);
	}
	if (!places_own(of->db, of->event, of->attendee, &has, &error))
		return reply_error(request, error);
	if (changing_is_same(&has, &wish) && wish.seen == has.changed)
		return way->see(request, CHANGE_SAME);
	return reply_after(
	        request, change_work, changed, job_new(request, way, of, &wish), job_free);
}

Reply *
change_take(Request *request, const ChangeWay *way)
{
	ChangeOf of = { 0 };
	Reply *refused = NULL;
	if (!way->open(request, TRUE, &of, &refused))
		return refused;
	Reply *reply = take(request, way, &of);
	way->close(&of);
	return reply;
}

/* ---- their own ---- */

static void
own_close(ChangeOf *of)
{
	own_clear(of->whose);
	g_clear_pointer(&of->whose, g_free);
}

static gboolean
own_change_open(Request *request, gboolean form, ChangeOf *ret, Reply **ret_refused)
{
	g_autofree Own *own = g_new0(Own, 1);

	if (!(form ? own_open_form(request, own, &ret->stale, ret_refused)
	           : own_open(request, own, ret_refused)))
		return FALSE;
	const Attendee *attendee = own_attendee(own, request_param(request, "no"));
	if (attendee == NULL) {
		own_clear(own);
		*ret_refused = reply_status(request, 404);
		return FALSE;
	}
	ret->event = own->event;
	ret->keys = own->keys;
	ret->db = own->db;
	ret->registration = own->page->id;
	ret->attendee = attendee->id;
	ret->over = !own_may_act(own, request_now(request));
	ret->whose = g_steal_pointer(&own);
	return TRUE;
}

static json_t *
own_change_frame(Request *request, const ChangeOf *of)
{
	const Own *own = of->whose;
	json_t *data = own_frame(request, own, "own_change_title");

	json_object_set_new(data, "who",
	        own_name(own, request_locale(request),
	                own_attendee(own, request_param(request, "no"))));
	return data;
}

static Reply *
own_change_see(Request *request, ChangeDone done)
{
	static const char *const words[] = { [CHANGE_DONE] = "changed",
		[CHANGE_WAITS] = "waits",
		[CHANGE_SAME] = "same",
		[CHANGE_NOBODY] = "cancelled-before" };

	return own_see(request, request_param(request, "token"), words[done]);
}

static const ChangeWay own_way = { own_change_open, own_close, own_change_frame, own_change_see };

static Reply *
change_form(Request *request)
{
	return change_show(request, &own_way);
}

static Reply *
change_submit(Request *request)
{
	return change_take(request, &own_way);
}

const Route ticket_change_routes[] = {
	{ HTTP_GET, "/t/:token/change/:no", FOR_HOLDER, change_form },
	{ HTTP_POST, "/t/:token/change/:no", FOR_HOLDER, change_submit },
	{ 0 },
};
