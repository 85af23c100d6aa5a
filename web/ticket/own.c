#include "web/ticket_own.h"

#include <string.h>

#include "web/ticket/places.h"

/* ---- whose ---- */

void
own_clear(Own *own)
{
	g_clear_pointer(&own->page, registration_page_free);
}

gboolean
own_open(Request *request, Own *ret, Reply **ret_refused)
{
	GError *error = NULL;
	Vault *vault = record_vault(request_record(request));
	g_auto(Own) own = { .db = request_db(request, &error),
		.token = request_param(request, "token") };

	if (own.db != NULL)
		own.page = registration_read(own.db, vault, own.token, &error);
	if (own.page != NULL)
		own.event = request_event_by_id(request, own.page->event, &error);
	if (own.event != NULL)
		own.keys = vault_event(vault, own.event->id, &error);
	if (own.keys == NULL) {
		*ret_refused = reply_error(request, error);
		return FALSE;
	}
	*ret = own;
	own.page = NULL; /* given away */
	return TRUE;
}

gboolean
own_open_form(Request *request, Own *ret, gboolean *ret_stale, Reply **ret_refused)
{
	g_auto(Own) own = { 0 };

	if (!own_open(request, &own, ret_refused))
		return FALSE;
	if (!ticket_csrf_holds(request, own.keys, own.page, ret_stale)) {
		*ret_refused = reply_status(request, 403);
		return FALSE;
	}
	*ret = own;
	own.page = NULL; /* given away */
	return TRUE;
}

const Attendee *
own_attendee(const Own *own, const char *no)
{
	guint64 number = 0;

	if (no == NULL || !g_ascii_string_to_unsigned(no, 10, 1, 0xffffff, &number, NULL))
		return NULL;
	for (guint i = 0; i < own->page->attendees->len; i++) {
		const Attendee *attendee = g_ptr_array_index(own->page->attendees, i);
		if (attendee->no == number)
			return attendee;
	}
	return NULL;
}

gboolean
own_may_act(const Own *own, gint64 now)
{
	return now < own->event->ends;
}

/* ---- the way back, and what it says ---- */

char *
own_path(const char *token, const char *rest)
{
	return g_strdup_printf("/t/%s%s", token, rest);
}

static const struct {
	const char *word, *title, *text; /* keys of the catalogue; text is nullable */
} notices[] = {
	{ "changed", "own_done_changed", "own_done_letter" },
	{ "waits", "own_done_waits", "own_done_waits_text" },
	{ "same", "own_done_same", NULL },
	{ "corrected", "own_done_corrected", NULL },
	{ "cancelled", "own_done_cancelled", "own_done_cancelled_text" },
	{ "cancelled-before", "own_done_cancelled_before", NULL },
	{ "deleted", "own_done_deleted", NULL },
	{ "deleted-held", "own_done_deleted", "own_done_held_text" },
	{ "sent", "own_done_sent", "own_done_sent_text" },
	{ "sent-before", "own_done_sent_before", "own_done_sent_before_text" },
	{ "no-address", "own_done_no_address", NULL },
	{ "new-link", "own_done_link", "own_done_link_text" },
	{ "again", "own_done_again", NULL },
};

Reply *
own_see(Request *request, const char *token, const char *done)
{
	g_autofree char *url = g_strdup_printf("/t/%s?done=%s", token, done);

	return reply_see_other(request, url);
}

json_t *
own_notice(Request *request)
{
	const Locale *locale = request_locale(request);
	const char *done = fields_get(request_query(request), "done");

	for (guint i = 0; done != NULL && i < G_N_ELEMENTS(notices); i++)
		if (strcmp(done, notices[i].word) == 0)
			return own_word(locale_text(locale, notices[i].title),
			        notices[i].text != NULL ? locale_text(locale, notices[i].text)
			                                : NULL,
			        FALSE);
	return json_null();
}

/* ---- two steps ---- */

gboolean
own_one_of(const Own *own, const char *no, const Attendee **ret)
{
	*ret = NULL;
	if (no == NULL || *no == '\0')
		return TRUE;
	*ret = own_attendee(own, no);
	return *ret != NULL;
}

Reply *
own_ask(Request *request, const Own *own, const OwnQuestion *question)
{
	const Locale *locale = request_locale(request);
	json_t *data = own_frame(request, own, question->title);
	json_t *people = json_array(), *points = json_array();

	for (guint i = 0; i < own->page->attendees->len; i++) {
		const Attendee *attendee = g_ptr_array_index(own->page->attendees, i);
		if ((question->one == NULL || attendee == question->one) &&
		        !(question->active_only && attendee->cancelled))
			json_array_append_new(people, own_name(own, locale, attendee));
	}
	const gsize n = json_array_size(people);
	const gboolean can = n > 0 && question->refused == NULL;
	const char *lead = n == 0           ? question->nobody
	        : question->refused != NULL ? question->refused
	                                    : question->lead;
	g_autofree char *button = locale_plural(locale, question->button, (gint64)n, NULL);
	g_autofree char *no =
	        question->one != NULL ? g_strdup_printf("%u", question->one->no) : g_strdup("");

	for (guint i = 0; can && i < OWN_POINTS; i++)
		json_array_append_new(
		        points, json_string(locale_text(locale, question->points[i])));
	json_object_set_new(data, "lead", json_string(locale_text(locale, lead)));
	json_object_set_new(data, "has_people", json_boolean(n > 0));
	json_object_set_new(data, "people", people);
	json_object_set_new(data, "has_points", json_boolean(can));
	json_object_set_new(data, "points", points);
	json_object_set_new(data, "can", json_boolean(can));
	json_object_set_new(data, "no", json_string(no));
	json_object_set_new(data, "submit", json_string(button));
	if (question->again)
		json_object_set_new(data, "notice",
		        own_word(locale_text(locale, "own_done_again"), NULL, FALSE));
	return reply_page(request, question->again ? 409 : 200, "ticket_ask", data);
}

/* ---- the frame ---- */

json_t *
own_word(const char *title, const char *text, gboolean wait)
{
	return json_pack("{s:s, s:s?, s:b}", "title", title, "text", text, "wait", wait);
}

json_t *
own_frame(Request *request, const Own *own, const char *title_key)
{
	const Locale *locale = request_locale(request);
	g_autofree char *home = own_path(own->token, "");
	char csrf[CSRF_TEXT_LENGTH + 1];

	ticket_csrf(request, own->keys, own->page, csrf);
	json_t *data = json_pack("{s:s, s:s, s:{s:s, s:s}, s:b, s:s, s:s, s:n, s:n, s:n, s:n}",
	        "page_title", locale_text(locale, title_key), "title",
	        locale_text(locale, title_key), "home", "url", home, "title",
	        locale_text(locale, "ticket_page"), "has_languages", TRUE, "csrf", csrf, "action",
	        request_path(request), "notice", "lead", "who", "seen");
	json_object_set_new(data, "back_url", json_string(home));
	json_object_set_new(data, "back", json_string(locale_text(locale, "own_back")));
	json_object_set_new(data, "contact",
	        own->event->contact != NULL ? json_string(own->event->contact) : json_null());
	return data;
}

const char *
own_fee_text(const Locale *locale, const char *state)
{
	static const struct {
		const char *state, *key;
	} texts[] = { { "due", "fee_due" }, { "paid", "fee_paid" }, { "waived", "fee_waived" } };

	for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
		if (strcmp(texts[i].state, state) == 0)
			return locale_text(locale, texts[i].key);
	return locale_text(locale, "fee_free");
}

json_t *
own_name(const Own *own, const Locale *locale, const Attendee *attendee)
{
	char number[12];
	guint n = 1;

	if (attendee->person != NULL && attendee->person->name != NULL)
		return json_string(attendee->person->name);
	while (n <= own->page->attendees->len &&
	        g_ptr_array_index(own->page->attendees, n - 1) != attendee)
		n++;
	g_snprintf(number, sizeof number, "%u", n);
	g_autofree char *text = locale_format(locale, "ticket_unnamed", "number", number, NULL);
	return json_string(text);
}
