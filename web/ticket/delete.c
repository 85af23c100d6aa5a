/*
 * /t/{token}/delete?no=: all that is kept about one person, or about all of the registration without a number, at once
 * (schema/erase.h). Two steps: the first says plainly what happens, the second does it. /deleted says so when nobody is left
 * whose page could.
 */
#include <string.h>

#include "schema/erase.h"
#include "web/log.h"
#include "web/routes.h"
#include "web/ticket_own.h"

/* ---- the question ---- */

static Reply *
ask(Request *request, const Own *own, const Attendee *one, gboolean again)
{
	const OwnQuestion question = {
		.title = "own_delete_title",
		.lead = "own_delete_lead",
		.points = { "own_delete_all", "own_delete_ticket", "own_delete_counts",
		        "own_delete_final" },
		.button = "own_delete_button",
		.nobody = "own_done_deleted",
		.one = one,
		.again = again,
	};

	return own_ask(request, own, &question);
}

static Reply *
delete_ask(Request *request)
{
	g_auto(Own) own = { 0 };
	Reply *refused = NULL;
	const Attendee *one = NULL;
	if (!own_open(request, &own, &refused))
		return refused;
	if (!own_one_of(&own, fields_get(request_query(request), "no"), &one))
		return reply_status(request, 404);
	return ask(request, &own, one, FALSE);
}

/* ---- the answer ---- */

typedef struct {
	EraseWork work; /* first: it is what the writer is given */
	Event *event;
	gboolean all; /* nobody is left afterwards */
} Job;

static void
job_free(gpointer data)
{
	Job *job = data;

	g_clear_pointer(&job->event, event_unref);
	g_free(job);
}

static Reply *
deleted_again(Request *request)
{
	g_auto(Own) own = { 0 };
	Reply *refused = NULL;
	const Attendee *one = NULL;
	if (!own_open(request, &own, &refused))
		return refused;
	if (!own_one_of(&own, fields_get(request_form(request), "no"), &one))
		return reply_status(request, 404);
	return ask(request, &own, one, TRUE);
}

static Reply *
deleted(Request *request, gpointer data, const GError *error)
{
	const Job *job = data;
	const EraseAnswer *answer = &job->work.answer;
	g_autoptr(GError) trouble = NULL;

	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	if (answer->outcome == ERASE_EVENT_CHANGED)
		return deleted_again(request);
	/* before anybody is told; when it fails, the server does it within the minute */
	if (!erase_acknowledge(request_record(request), &trouble))
		log_line(LOG_LEVEL_WARNING, "the list of who was deleted waits: %s",
		        trouble->message);
	const gboolean held = answer->outcome == ERASE_HELD;
	if (job->all)
		return reply_see_other(request, held ? "/deleted?kept=1" : "/deleted");
	return own_see(request, request_param(request, "token"), held ? "deleted-held" : "deleted");
}

static Reply *
delete_do(Request *request)
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
	if (stale)
		return ask(request, &own, one, FALSE);
	Job *job = g_new0(Job, 1);
	job->event = event_ref((Event *)own.event);
	job->all = one == NULL || own.page->attendees->len == 1;
	job->work = (EraseWork){ .event = job->event,
		.keys = own.keys,
		.who = { own.page->id, one != NULL ? one->id : 0 },
		.by = ERASE_BY_LINK,
		.now = request_now(request) };
	return reply_after(request, erase_work, deleted, job, job_free);
}

/* It knows nobody: whoever opens it reads the same. */
static Reply *
deleted_page(Request *request)
{
	const Locale *locale = request_locale(request);
	gboolean kept = fields_get(request_query(request), "kept") != NULL;
	json_t *data = json_pack("{s:s, s:s, s:b, s:n, s:s, s:b, s:b, s:b, s:n}", "page_title",
	        locale_text(locale, "own_done_deleted"), "title",
	        locale_text(locale, "own_done_deleted"), "has_languages", TRUE, "notice", "lead",
	        locale_text(locale, kept ? "own_done_held_text" : "own_deleted_text"), "has_people",
	        FALSE, "has_points", FALSE, "can", FALSE, "home");

	return reply_page(request, 200, "ticket_ask", data);
}

const Route ticket_delete_routes[] = {
	{ HTTP_GET, "/t/:token/delete", FOR_HOLDER, delete_ask },
	{ HTTP_POST, "/t/:token/delete", FOR_HOLDER, delete_do, .body_max = 4096 },
	{ HTTP_GET, "/deleted", FOR_ANYONE, deleted_page },
	{ 0 },
};
