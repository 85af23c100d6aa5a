/*
 * /t/{token}/cancel?no=: one person, or all of the registration without a number. Two steps: the first says plainly what
 * happens, the second does it. Who has cancelled already is no trouble.
 */
#include "schema/places.h"
#include "web/routes.h"
#include "web/ticket_own.h"

/* ---- the question ---- */

static Reply *
ask(Request *request, const Own *own, const Attendee *one)
{
	const OwnQuestion question = {
		.title = "own_cancel_title",
		.lead = "own_cancel_lead",
		.points = { "own_cancel_place", "own_cancel_ticket", "own_cancel_final",
		        "own_cancel_data" },
		.button = "own_cancel_button",
		.nobody = "own_done_cancelled_before",
		.refused = own_may_act(own, request_now(request)) ? NULL : "own_correct_over",
		.one = one,
		.active_only = TRUE,
	};

	return own_ask(request, own, &question);
}

static Reply *
cancel_ask(Request *request)
{
	g_auto(Own) own = { 0 };
	Reply *refused = NULL;
	const Attendee *one = NULL;
	if (!own_open(request, &own, &refused))
		return refused;
	if (!own_one_of(&own, fields_get(request_query(request), "no"), &one))
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
	if (!own_one_of(&own, fields_get(form, "no"), &one) || fields_get(form, "sure") == NULL)
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
