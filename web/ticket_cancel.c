/*
 * /t/{token}/cancel?no=: one person, or all of the registration without a number. Two steps: the first says plainly what
 * happens, the second does it. Who has cancelled already is no trouble.
 */
#include "schema/places.h"
#include "web/routes.h"
#include "web/ticket_own.h"

/* ---- the question ---- */

/* Whom it is about: @one, or all who are active. */
static json_t *
people_of(const Own *own, const Locale *locale, const Attendee *one)
{
	json_t *people = json_array();

	for (guint i = 0; i < own->page->attendees->len; i++) {
		const Attendee *attendee = g_ptr_array_index(own->page->attendees, i);
		if (!attendee->cancelled && (one == NULL || attendee == one))
			json_array_append_new(people, own_name(own, locale, attendee));
	}
	return people;
}

static Reply *
ask(Request *request, const Own *own, const Attendee *one)
{
	static const char *const told[] = { "own_cancel_place", "own_cancel_ticket",
		"own_cancel_final", "own_cancel_data" };
	const Locale *locale = request_locale(request);
	json_t *data = own_frame(request, own, "own_cancel_title");
	json_t *people = people_of(own, locale, one), *points = json_array();
	gsize n = json_array_size(people);
	gboolean can = n > 0 && own_may_act(own, request_now(request));
	const char *lead = can ? "own_cancel_lead"
	        : n > 0        ? "own_correct_over"
	                       : "own_done_cancelled_before";
	g_autofree char *button = locale_plural(locale, "own_cancel_button", (gint64)n, NULL);

	for (guint i = 0; can && i < G_N_ELEMENTS(told); i++)
		json_array_append_new(points, json_string(locale_text(locale, told[i])));
	json_object_set_new(data, "lead", json_string(locale_text(locale, lead)));
	json_object_set_new(data, "has_people", json_boolean(n > 0));
	json_object_set_new(data, "people", people);
	json_object_set_new(data, "has_points", json_boolean(can));
	json_object_set_new(data, "points", points);
	json_object_set_new(data, "can", json_boolean(can));
	json_object_set_new(data, "submit", json_string(button));
	g_autofree char *no = one != NULL ? g_strdup_printf("%u", one->no) : g_strdup("");
	json_object_set_new(data, "no", json_string(no));
	return reply_page(request, 200, "ticket_ask", data);
}

/* @no "" or absent: all. FALSE: a number of nobody here. */
static gboolean
one_of(const Own *own, const char *no, const Attendee **ret)
{
	*ret = NULL;
	if (no == NULL || *no == '\0')
		return TRUE;
	*ret = own_attendee(own, no);
	return *ret != NULL;
}

static Reply *
cancel_ask(Request *request)
{
	g_auto(Own) own = { 0 };
	Reply *refused = NULL;
	const Attendee *one = NULL;
	if (!own_open(request, &own, &refused))
		return refused;
	if (!one_of(&own, fields_get(request_query(request), "no"), &one))
		return reply_status(request, 404);
	return ask(request, &own, one);
}

/* ---- the answer ---- */

typedef struct {
	PlacesWork work; /* first: it is what the writer is given */
	Event *event;
} Job;

static void
job_free(gpointer data)
{
	Job *job = data;

	g_clear_pointer(&job->event, event_unref);
	g_free(job);
}

static Reply *
cancelled(Request *request, gpointer data, const GError *error)
{
	const Job *job = data;
	const char *token = request_param(request, "token"), *done = "again";

	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	if (job->work.answer.outcome == PLACES_DONE)
		done = "cancelled";
	else if (job->work.answer.outcome == PLACES_NOTHING)
		done = "cancelled-before";
	return own_see(request, token, done);
}

static Reply *
cancel_do(Request *request)
{
	const Fields *form = request_form(request);
	g_auto(Own) own = { 0 };
	gboolean stale = FALSE;
	Reply *refused = NULL;
	const Attendee *one = NULL;
	if (!own_open_form(request, &own, &stale, &refused))
		return refused;
	if (!one_of(&own, fields_get(form, "no"), &one) || fields_get(form, "sure") == NULL)
		return reply_status(request, 400);
	if (stale || !own_may_act(&own, request_now(request)))
		return ask(request, &own, one);
	Job *job = g_new0(Job, 1);
	job->event = event_ref((Event *)own.event);
	job->work = (PlacesWork){ .event = job->event,
		.who = { own.page->id, one != NULL ? one->id : 0 },
		.now = request_now(request) };
	return reply_after(request, places_cancel_work, cancelled, job, job_free);
}

const Route ticket_cancel_routes[] = {
	{ HTTP_GET, "/t/:token/cancel", FOR_HOLDER, cancel_ask },
	{ HTTP_POST, "/t/:token/cancel", FOR_HOLDER, cancel_do, .body_max = 4096 },
	{ 0 },
};
