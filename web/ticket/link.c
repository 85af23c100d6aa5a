/*
 * /t/{token}/send: the letter once more. /t/{token}/link: another link, when this one got into the wrong hands; the old one
 * stops working at once.
 */
#include "schema/self.h"
#include "web/routes.h"
#include "web/ticket_own.h"

/* ---- the letter once more ---- */

typedef struct {
	SelfLetter letter; /* first: it is what the writer is given */
	Event *event;
} LetterJob;

static void
letter_job_free(gpointer data)
{
	LetterJob *job = data;

	g_clear_pointer(&job->event, event_unref);
	g_free(job);
}

static Reply *
sent(Request *request, gpointer data, const GError *error)
{
	static const char *const done[] = {
		[SELF_DONE] = "sent",
		[SELF_MEANWHILE] = "sent-before",
		[SELF_NOBODY] = "no-address",
	};
	const LetterJob *job = data;

	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	return own_see(request, request_param(request, "token"), done[job->letter.outcome]);
}

static Reply *
send_letter(Request *request)
{
	g_auto(Own) own = { 0 };
	gboolean stale = FALSE;
	Reply *refused = NULL;
	if (!own_open_form(request, &own, &stale, &refused))
		return refused;
	if (stale)
		return own_see(request, own.token, "again");
	LetterJob *job = g_new0(LetterJob, 1);
	job->event = event_ref((Event *)own.event);
	job->letter = (SelfLetter){
		.event = job->event, .registration = own.page->id, .now = request_now(request)
	};
	return reply_after(request, self_letter_work, sent, job, letter_job_free);
}

/* ---- another link ---- */

static Reply *
ask(Request *request, const Own *own)
{
	static const char *const told[] = { "own_link_old", "own_link_new", "own_link_tickets" };
	const Locale *locale = request_locale(request);
	json_t *data = own_frame(request, own, "own_link_title"), *points = json_array();

	for (guint i = 0; i < G_N_ELEMENTS(told); i++)
		json_array_append_new(points, json_string(locale_text(locale, told[i])));
	json_object_set_new(data, "lead", json_string(locale_text(locale, "own_link_lead")));
	json_object_set_new(data, "has_people", json_false());
	json_object_set_new(data, "people", json_array());
	json_object_set_new(data, "has_points", json_true());
	json_object_set_new(data, "points", points);
	json_object_set_new(data, "can", json_true());
	json_object_set_new(data, "no", json_string(""));
	json_object_set_new(data, "submit", json_string(locale_text(locale, "own_link_button")));
	return reply_page(request, 200, "ticket_ask", data);
}

static Reply *
link_ask(Request *request)
{
	g_auto(Own) own = { 0 };
	Reply *refused = NULL;

	return own_open(request, &own, &refused) ? ask(request, &own) : refused;
}

typedef struct {
	SelfLink link; /* first: it is what the writer is given */
	Event *event;
	VaultEvent *keys; /* lent by the vault */
} LinkJob;

static void
link_job_free(gpointer data)
{
	LinkJob *job = data;

	g_clear_pointer(&job->event, event_unref);
	g_free(job);
}

/* When another was quicker, this link is the old one by now: its page isn't there, and the letter has the new one. */
static Reply *
linked(Request *request, gpointer data, const GError *error)
{
	const LinkJob *job = data;
	char token[LINK_TOKEN_LENGTH + 1];

	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	if (job->link.outcome != SELF_DONE)
		return reply_status(request, 404);
	vault_link(job->keys, LINK_TICKET, job->link.registration, job->link.link_no + 1, token);
	return own_see(request, token, "new-link");
}

static Reply *
link_do(Request *request)
{
	g_auto(Own) own = { 0 };
	gboolean stale = FALSE;
	Reply *refused = NULL;
	if (!own_open_form(request, &own, &stale, &refused))
		return refused;
	if (fields_get(request_form(request), "sure") == NULL)
		return reply_status(request, 400);
	if (stale)
		return ask(request, &own);
	LinkJob *job = g_new0(LinkJob, 1);
	job->event = event_ref((Event *)own.event);
	job->keys = own.keys;
	job->link = (SelfLink){ .event = job->event,
		.registration = own.page->id,
		.link_no = own.page->link_no,
		.now = request_now(request) };
	return reply_after(request, self_link_work, linked, job, link_job_free);
}

const Route ticket_link_routes[] = {
	{ HTTP_POST, "/t/:token/send", FOR_HOLDER, send_letter, .body_max = 4096 },
	{ HTTP_GET, "/t/:token/link", FOR_HOLDER, link_ask },
	{ HTTP_POST, "/t/:token/link", FOR_HOLDER, link_do, .body_max = 4096 },
	{ 0 },
};
