/*
 * /t/{token}: the tickets of a registration, and each as a file: {n}.svg, {n}.png, {n}.txt, {n}.pdf; all.pdf is all
 * of them.
 *
 * The token is all that is asked for; one that doesn't hold is a page that doesn't exist. Nothing of it is kept by
 * anyone on the way, and the title names no event.
 */
#include <string.h>

#include "checkin/qr.h"
#include "checkin/ticket.h"
#include "schema/delegation.h"
#include "schema/self.h"
#include "web/event_page.h"
#include "web/form.h"
#include "web/routes.h"
#include "web/ticket_own.h"
#include "web/ticket_paper.h"
#include "web/ticket/places.h"

#define PNG_SCALE 8 /* pixels a module: 424 in all, sharp on paper and on a screen */

typedef struct {
	RegistrationPage *page;
	const Event *event;
	const Locale *locale;
	const char *token;
} Shown;

/* FALSE with @error set. The caller frees @ret->page. */
static gboolean
find_page(Request *request, Shown *ret, GError **error)
{
	Vault *vault = record_vault(request_record(request));
	Db *db = request_db(request, error);
	if (db == NULL)
		return FALSE;
	ret->token = request_param(request, "token");
	ret->locale = request_locale(request);
	g_autoptr(RegistrationPage) page = registration_read(db, vault, ret->token, error);
	if (page == NULL)
		return FALSE;
	ret->event = request_event_by_id(request, page->event, error);
	if (ret->event == NULL)
		return FALSE;
	ret->page = g_steal_pointer(&page);
	return TRUE;
}

/* ---- what they are registered for ---- */

static json_t *
string(const char *text)
{
	return text != NULL && *text != '\0' ? json_string(text) : json_null();
}

static json_t *
taken_string(char *text)
{
	json_t *value = string(text);
	g_free(text);
	return value;
}

static const char *
told(const Shown *shown, const json_t *texts)
{
	return event_text(shown->event, texts, locale_code(shown->locale));
}

/* A bus is met at its stop, at the stop's time; anything else from its start to its end. */
static json_t *
session_data(const Shown *shown, const Attendee *attendee, const ChosenSession *chosen)
{
	const EventSession *session = event_session(shown->event, chosen->session_no);
	const EventStop *stop = event_stop(session, chosen->stop_no);
	gint64 from = stop != NULL ? stop->departs : session->starts;
	json_t *data = json_object();
	json_object_set_new(data, "title", string(told(shown, session->title)));
	json_object_set_new(
	        data, "date", taken_string(locale_long_date(shown->locale, shown->event, from)));
	json_object_set_new(data, "time", json_null());
	json_object_set_new(data, "place", json_null());
	json_object_set_new(data, "stop", json_null());
	/* where a group meets is told to who is of it */
	if (attendee->asked_no != 0)
		return data;
	if (stop != NULL) {
		g_autofree char *time = locale_time(shown->locale, shown->event, from);
		json_object_set_new(data, "stop",
		        taken_string(locale_format(shown->locale, "ticket_stop", "place",
		                told(shown, stop->place), "time", time, NULL)));
	} else {
		json_object_set_new(data, "time",
		        taken_string(locale_time_range(
		                shown->locale, shown->event, from, session->ends)));
		json_object_set_new(data, "place", string(told(shown, session->place)));
	}
	return data;
}

static json_t *
sessions_data(const Shown *shown, const Attendee *attendee)
{
	g_autoptr(GArray) sessions = attendee_sessions(shown->event, attendee);
	json_t *list = json_array();
	for (guint i = 0; i < sessions->len; i++)
		json_array_append_new(list,
		        session_data(shown, attendee, &g_array_index(sessions, ChosenSession, i)));
	return list;
}

/* ---- the page ---- */

/* What it costs, and whether it is paid; nobody is turned away for it. */
static json_t *
fee_data(const Shown *shown, const Attendee *attendee, const EventOption *option)
{
	if (option == NULL || option->fee_amount == 0 || attendee->cancelled ||
	        strcmp(attendee->fee, "free") == 0)
		return json_null();
	g_autofree char *money =
	        locale_money(shown->locale, option->fee_amount, option->fee_currency);
	gboolean due = strcmp(attendee->fee, "due") == 0;
	return json_pack("{s:s, s:s, s:s?, s:s?}", "money", money, "state",
	        own_fee_text(shown->locale, attendee->fee), "text",
	        due ? told(shown, option->fee_text) : NULL, "welcome",
	        due ? locale_text(shown->locale, "fee_welcome") : NULL);
}

static json_t *
attendee_data(const Shown *shown, const Attendee *attendee, guint n)
{
	const EventOption *option = event_option(shown->event, attendee->option_no);
	const EventRegion *region = event_region(shown->event, attendee->region_no);
	const EventDelegation *delegation = event_delegation(shown->event, attendee->delegation_no);
	char typed[TYPED_CODE_SHOWN_LENGTH + 1];
	char number[12];
	json_t *data = json_object();
	g_snprintf(number, sizeof number, "%u", n);
	typed_code_show(attendee->ticket.typed_code, typed);
	json_object_set_new(data, "n", json_integer(n));
	json_object_set_new(data, "who",
	        attendee->person != NULL && attendee->person->name != NULL
	                ? json_string(attendee->person->name)
	                : taken_string(locale_format(
	                          shown->locale, "ticket_unnamed", "number", number, NULL)));
	json_object_set_new(
	        data, "picture", taken_string(g_strdup_printf("/t/%s/%u", shown->token, n)));
	json_object_set_new(data, "typed", json_string(typed));
	json_object_set_new(data, "cancelled", json_boolean(attendee->cancelled));
	json_object_set_new(
	        data, "option", option != NULL ? string(told(shown, option->title)) : json_null());
	json_object_set_new(data, "fee", fee_data(shown, attendee, option));
	json_object_set_new(data, "no", json_integer(attendee->no));
	json_object_set_new(data, "own", taken_string(own_path(shown->token, "")));
	json_object_set_new(
	        data, "region", region != NULL ? string(told(shown, region->name)) : json_null());
	json_object_set_new(
	        data, "delegation", delegation != NULL ? string(delegation->name) : json_null());
	json_object_set_new(data, "sessions", sessions_data(shown, attendee));
	const EventDelegation *asked = event_delegation(shown->event, attendee->asked_no);
	json_object_set_new(data, "asked",
	        asked != NULL ? taken_string(locale_format(
	                                shown->locale, "ticket_asked", "group", asked->name, NULL))
	                      : json_null());
	json_object_set_new(data, "group", json_null());
	return data;
}

/* What the page says first: that they come, wait, or come no more, and then how they may again. */
static void
add_heading(const Shown *shown, guint holders, gboolean waiting, json_t *data)
{
	const char *title = holders == 0 ? "ticket_over_title" : waiting ? "wait_title" : NULL;
	const char *lead = holders == 0 ? "ticket_over_lead"
	        : waiting               ? "wait_lead"
	                                : "ticket_keep_page";
	json_object_set_new(data, "title",
	        title != NULL ? json_string(locale_text(shown->locale, title))
	                      : taken_string(locale_plural(
	                                shown->locale, "ticket_title", holders, NULL)));
	json_object_set_new(data, "lead", json_string(locale_text(shown->locale, lead)));
	json_object_set_new(data, "has_holders", json_boolean(holders > 0));
	json_object_set_new(data, "again",
	        holders == 0 ? taken_string(g_strdup_printf("/e/%s/register", shown->event->slug))
	                     : json_null());
}

/* Who is a captain has the way to their group's page here. */
static gboolean
add_group(Request *request, const Shown *shown, VaultEvent *keys, const Attendee *attendee,
        json_t *data, GError **error)
{
	char token[LINK_TOKEN_LENGTH + 1];

	if (attendee->ticket.class != TICKET_CAPTAIN || attendee->delegation_no == 0)
		return TRUE;
	Db *db = request_db(request, error);
	g_autoptr(GPtrArray) list = db != NULL
	        ? delegations_read(db, shown->event, 0, attendee->delegation_no, error)
	        : NULL;
	if (list == NULL)
		return FALSE;
	const Delegation *group = list->len > 0 ? g_ptr_array_index(list, 0) : NULL;
	if (group == NULL || group->closed || group->captain != attendee->id)
		return TRUE;
	delegation_link(shown->event, keys, group->no, group->link_no, token);
	json_object_set_new(data, "group",
	        json_pack("{s:o, s:o}", "url", taken_string(g_strdup_printf("/g/%s", token)),
	                "text",
	                taken_string(locale_format(
	                        shown->locale, "ticket_captain", "group", group->name, NULL))));
	return TRUE;
}

/* What they can do about it, and until when. */
static gboolean
add_own(Request *request, const Shown *shown, guint holders, json_t *data, GError **error)
{
	gint64 now = request_now(request);
	gboolean open = now < shown->event->ends, has_email = FALSE;
	Db *db = request_db(request, error);

	if (db == NULL || !self_has_email(db, shown->page->id, &has_email, error))
		return FALSE;
	json_object_set_new(data, "notice", own_notice(request));
	json_object_set_new(data, "base", taken_string(own_path(shown->token, "")));
	json_object_set_new(data, "may_act", json_boolean(open && holders > 0));
	json_object_set_new(data, "may_change",
	        json_boolean(open && holders > 0 && form_is_open(shown->event, now)));
	json_object_set_new(data, "several", json_boolean(holders > 1));
	json_object_set_new(data, "has_email", json_boolean(has_email));
	json_object_set_new(data, "own_over",
	        !open ? json_string(locale_text(shown->locale, "own_correct_over"))
	                : form_is_open(shown->event, now)
	                ? json_null()
	                : json_string(locale_text(shown->locale, "own_change_over")));
	return TRUE;
}

static Reply *
ticket_page(Request *request)
{
	GError *error = NULL;
	Shown shown = { 0 };
	if (!find_page(request, &shown, &error))
		return reply_error(request, error);
	g_autoptr(RegistrationPage) page = shown.page;
	VaultEvent *keys =
	        vault_event(record_vault(request_record(request)), shown.event->id, &error);
	if (keys == NULL)
		return reply_error(request, error);
	char csrf[CSRF_TEXT_LENGTH + 1];
	ticket_csrf(request, keys, page, csrf);
	gboolean waiting = FALSE;
	json_t *waits = ticket_waits(request, shown.event, page, &waiting, &error);
	if (waits == NULL)
		return reply_error(request, error);
	json_t *data = json_object(), *attendees = json_array();
	json_t *links = event_links_data(shown.event, shown.locale);
	guint holders = 0, times = 0;
	for (guint i = 0; i < page->attendees->len; i++) {
		const Attendee *attendee = g_ptr_array_index(page->attendees, i);
		json_t *shown_one = attendee_data(&shown, attendee, i + 1);
		json_object_set(shown_one, "waits", json_array_get(waits, i));
		json_array_append_new(attendees, shown_one);
		if (!add_group(request, &shown, keys, attendee, shown_one, &error)) {
			json_decref(waits);
			json_decref(attendees);
			json_decref(links);
			json_decref(data);
			return reply_error(request, error);
		}
		holders += !attendee->cancelled;
		times += !attendee->cancelled && !attendee->option_waitlisted &&
		        json_array_size(json_object_get(shown_one, "sessions")) > 0;
	}
	json_decref(waits);
	json_object_set_new(data, "csrf", json_string(csrf));
	json_object_set_new(
	        data, "place_url", taken_string(g_strdup_printf("/t/%s/place", shown.token)));
	json_object_set_new(
	        data, "page_title", json_string(locale_text(shown.locale, "ticket_page")));
	json_object_set_new(data, "has_languages", json_true());
	add_heading(&shown, holders, waiting, data);
	json_object_set_new(data, "event_title", string(told(&shown, shown.event->title)));
	json_object_set_new(data, "contact", string(shown.event->contact));
	json_object_set_new(data, "attendees", attendees);
	json_object_set_new(data, "all",
	        holders > 1 ? taken_string(g_strdup_printf("/t/%s/all.pdf", shown.token))
	                    : json_null());
	json_object_set_new(data, "has_times", json_boolean(times > 0));
	if (!add_own(request, &shown, holders, data, &error)) {
		json_decref(links);
		json_decref(data);
		return reply_error(request, error);
	}
	json_object_set_new(data, "has_links", json_boolean(json_array_size(links) > 0));
	json_object_set_new(data, "links", links);
	return reply_page(request, 200, "ticket", data);
}

/* ---- files ---- */

/* "2.svg": the second attendee, and the kind. NULL when there is none, or they have cancelled. */
static const Attendee *
attendee_of_file(const RegistrationPage *page, const char *file, const char **ret_kind)
{
	const char *dot = strchr(file, '.');
	guint64 n;
	if (dot == NULL || *file == '0')
		return NULL;
	g_autofree char *number = g_strndup(file, dot - file);
	if (!g_ascii_string_to_unsigned(number, 10, 1, page->attendees->len, &n, NULL))
		return NULL;
	const Attendee *attendee = g_ptr_array_index(page->attendees, n - 1);
	*ret_kind = dot + 1;
	return attendee->cancelled ? NULL : attendee;
}

static Reply *
reply_file(Request *request, const char *kind, const char *text)
{
	GError *error = NULL;
	const char *type = NULL;
	GBytes *bytes = NULL;
	if (strcmp(kind, "svg") == 0) {
		type = "image/svg+xml";
		bytes = qr_svg(text, NULL, &error);
	} else if (strcmp(kind, "png") == 0) {
		type = "image/png";
		bytes = qr_png(text, PNG_SCALE, &error);
	} else if (strcmp(kind, "txt") == 0) {
		type = "text/plain; charset=us-ascii";
		g_autofree char *line = g_strconcat(text, "\n", NULL);
		bytes = g_bytes_new(line, strlen(line));
	} else {
		return reply_status(request, 404);
	}
	return bytes != NULL ? reply_bytes(request, 200, type, bytes) : reply_error(request, error);
}

static Reply *
ticket_file(Request *request)
{
	GError *error = NULL;
	Shown shown = { 0 };
	const char *kind = NULL, *file = request_param(request, "file");
	char text[T1_TEXT_LENGTH + 1];
	if (!find_page(request, &shown, &error))
		return reply_error(request, error);
	g_autoptr(RegistrationPage) page = shown.page;
	VaultEvent *keys =
	        vault_event(record_vault(request_record(request)), shown.event->id, &error);
	if (keys == NULL)
		return reply_error(request, error);
	if (strcmp(file, "all.pdf") == 0)
		return ticket_paper_reply(request, shown.event, keys, page, NULL);
	const Attendee *attendee = attendee_of_file(page, file, &kind);
	if (attendee == NULL)
		return reply_status(request, 404);
	if (strcmp(kind, "pdf") == 0)
		return ticket_paper_reply(request, shown.event, keys, page, attendee);
	ticket_text(shown.event, keys, &attendee->ticket, text);
	return reply_file(request, kind, text);
}

const Route ticket_routes[] = {
	{ HTTP_GET, "/t/:token", FOR_HOLDER, ticket_page },
	{ HTTP_GET, "/t/:token/:file", FOR_HOLDER, ticket_file },
	{ 0 },
};
