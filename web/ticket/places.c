/*
 * /t/{token}/place: the answer to an offer, and leaving or joining a waiting list. A form of the ticket's page posts it; the
 * answer is that page again, which says how things stand, also when the offer was over meanwhile.
 */
#include "web/ticket/places.h"

#include <string.h>

#include "schema/places.h"
#include "web/routes.h"
#include "web/ticket_own.h"

/* ---- the proof ---- */

/* In place of a submission, which is drawn at random: who has the page's link knows it anyway. */
static void
proof_bytes(const RegistrationPage *page, guint8 ret_bytes[SUBMISSION_BYTES])
{
	memset(ret_bytes, 0, SUBMISSION_BYTES);
	memcpy(ret_bytes, &page->id, sizeof page->id);
	memcpy(ret_bytes + sizeof page->id, &page->link_no, SUBMISSION_BYTES - sizeof page->id);
}

void
ticket_csrf(Request *request, VaultEvent *keys, const RegistrationPage *page,
        char ret_csrf[CSRF_TEXT_LENGTH + 1])
{
	guint8 bytes[SUBMISSION_BYTES];

	proof_bytes(page, bytes);
	vault_csrf(keys, bytes, request_now(request), ret_csrf);
}

gboolean
ticket_csrf_holds(
        Request *request, VaultEvent *keys, const RegistrationPage *page, gboolean *ret_stale)
{
	guint8 bytes[SUBMISSION_BYTES];
	const char *given = fields_get(request_form(request), "csrf");

	*ret_stale = FALSE;
	if (given == NULL)
		return FALSE;
	proof_bytes(page, bytes);
	CsrfState state = vault_csrf_check(keys, bytes, given, request_now(request));
	*ret_stale = state == CSRF_STALE;
	return state != CSRF_FALSE;
}

/* ---- what the page shows ---- */

static const char *
title_of(const Event *event, const Locale *locale, guint16 option_no, guint16 session_no)
{
	const EventSession *session = session_no ? event_session(event, session_no) : NULL;
	const EventOption *option = event_option(event, option_no);

	if (session != NULL)
		return event_text(event, session->title, locale_code(locale));
	return option != NULL ? event_text(event, option->title, locale_code(locale)) : "";
}

static json_t *
wait_data(Request *request, const Event *event, const Attendee *attendee, const PlacesWait *wait)
{
	const Locale *locale = request_locale(request);
	const EventSession *session =
	        wait->session_no ? event_session(event, wait->session_no) : NULL;
	g_autofree char *number = locale_number(locale, (gint64)wait->ahead + 1);
	gboolean offered = wait->offer > request_now(request);
	gboolean waits = wait->queue != 0 && wait->offer == 0;
	g_autofree char *text = offered ? locale_end(locale, event, "wait_until", wait->offer)
	        : waits ? locale_format(locale, "wait_in_line", "number", number, NULL)
	                : g_strdup(locale_text(locale, "wait_left_text"));
	json_t *data = json_object();

	json_object_set_new(data, "title",
	        json_string(title_of(event, locale, attendee->option_no, wait->session_no)));
	json_object_set_new(data, "heading",
	        json_string(locale_text(locale,
	                offered         ? "wait_offered"
	                        : waits ? "wait_waits"
	                                : "wait_left")));
	json_object_set_new(data, "text", json_string(text));
	json_object_set_new(data, "offered", json_boolean(offered));
	json_object_set_new(data, "in_line", json_boolean(waits));
	json_object_set_new(data, "left", json_boolean(!offered && !waits));
	json_object_set_new(data, "no", json_integer(attendee->no));
	json_object_set_new(data, "session", json_string(session != NULL ? session->code : ""));
	return data;
}

json_t *
ticket_waits(Request *request, const Event *event, const RegistrationPage *page,
        gboolean *ret_waiting, GError **error)
{
	Db *db = request_db(request, error);
	g_autoptr(GArray) waits = db != NULL ? places_waits(db, event, page->id, error) : NULL;
	if (waits == NULL)
		return NULL;
	json_t *all = json_array();
	guint holders = 0, placed = 0;
	for (guint i = 0; i < page->attendees->len; i++) {
		const Attendee *attendee = g_ptr_array_index(page->attendees, i);
		json_t *list = json_array();
		for (guint j = 0; j < waits->len; j++) {
			const PlacesWait *wait = &g_array_index(waits, PlacesWait, j);
			if (wait->attendee == attendee->id)
				json_array_append_new(
				        list, wait_data(request, event, attendee, wait));
		}
		holders += !attendee->cancelled;
		placed += !attendee->cancelled && !attendee->option_waitlisted;
		json_array_append_new(all, list);
	}
	*ret_waiting = holders > 0 && placed == 0;
	return all;
}

/* ---- the answer ---- */

typedef struct {
	char *path;
	Event *event;
	PlacesWork work;
} Job;

static void
job_free(gpointer data)
{
	Job *job = data;
	g_clear_pointer(&job->event, event_unref);
	g_free(job->path);
	g_free(job);
}

static gboolean
answer_work(Db *db, gpointer data, GError **error)
{
	return places_answer_work(db, &((Job *)data)->work, error);
}

static Reply *
answered(Request *request, gpointer data, const GError *error)
{
	const Job *job = data;

	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	/* whatever came of it, their page says how they stand; when the definition was loaded this second, that they are asked
	 * once more */
	return reply_see_other(request, job->path);
}

/* The button that was pressed: one of them. */
static gboolean
take_reply(const Fields *form, PlacesReply *ret)
{
	static const char *const buttons[] = {
		[PLACES_CONFIRM] = "confirm",
		[PLACES_LEAVE] = "leave",
		[PLACES_REJOIN] = "rejoin",
	};
	guint pressed = 0;

	for (guint i = 0; i < G_N_ELEMENTS(buttons); i++)
		if (fields_get(form, buttons[i]) != NULL) {
			*ret = (PlacesReply)i;
			pressed++;
		}
	return pressed == 1;
}

/* Reads whose place, which and what; FALSE when it is none that our page could have sent. */
static gboolean
take_answer(Request *request, const Own *own, PlacesWork *ret)
{
	const Fields *form = request_form(request);
	const char *code = fields_get(form, "session");
	const Attendee *attendee = own_attendee(own, fields_get(form, "no"));

	if (attendee == NULL || code == NULL || !take_reply(form, &ret->reply))
		return FALSE;
	if (*code != '\0') {
		const EventSession *session = event_session_by_code(own->event, code);
		if (session == NULL)
			return FALSE;
		ret->session_no = session->no;
	}
	ret->who.registration = own->page->id;
	ret->who.attendee = attendee->id;
	ret->now = request_now(request);
	return TRUE;
}

static Reply *
place_answer(Request *request)
{
	g_auto(Own) own = { 0 };
	gboolean stale = FALSE;
	Reply *refused = NULL;
	PlacesWork work = { 0 };
	if (!own_open_form(request, &own, &stale, &refused))
		return refused;
	g_autofree char *path = own_path(own.token, "");
	if (stale) /* the page is shown anew, with a fresh proof */
		return reply_see_other(request, path);
	if (!take_answer(request, &own, &work))
		return reply_status(request, 400);
	Job *job = g_new0(Job, 1);
	job->path = g_steal_pointer(&path);
	job->event = event_ref((Event *)own.event);
	job->work = work;
	job->work.event = job->event;
	return reply_after(request, answer_work, answered, job, job_free);
}

const Route ticket_places_routes[] = {
	{ HTTP_POST, "/t/:token/place", FOR_HOLDER, place_answer },
	{ 0 },
};
