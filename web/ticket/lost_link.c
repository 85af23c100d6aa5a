/*
 * /lost-link: the link to one's tickets once more, by letter. The answer is the same whether or not anybody has that
 * address, and given before it is looked for, so that its time tells nothing either.
 */
#include <string.h>

#include "schema/outbox.h"
#include "schema/text.h"
#include "schema/writer.h"
#include "web/asking.h"
#include "web/log.h"
#include "web/routes.h"
#include "web/page.h"

#define EMAIL_MAX 254

static Reply *
show_form(Request *request, int status, const char *fault_key, const char *email, gboolean asked)
{
	const Locale *locale = request_locale(request);
	GError *error = NULL;
	Db *db = request_db(request, &error);
	g_autoptr(GPtrArray) events = db
	        ? event_shelf_list(request_shelf(request), db, request_now(request), &error)
	        : NULL;
	if (events == NULL)
		return reply_error(request, error);
	const Event *event = events->len > 0 ? g_ptr_array_index(events, 0) : NULL;
	json_t *data = json_pack("{s:s, s:s, s:b, s:s, s:b, s:b}", "page_title",
	        locale_text(locale, "lost_title"), "title", locale_text(locale, "lost_title"),
	        "has_languages", TRUE, "email", email, "asked", asked, "no_server",
	        settings_get(request_settings(request), SETTING_MAIL_URL) == NULL);
	json_object_set_new(data, "contact",
	        event != NULL && event->contact != NULL ? json_string(event->contact)
	                                                : json_null());
	json_object_set_new(data, "fault",
	        fault_key ? json_string(locale_text(locale, fault_key)) : json_null());
	return reply_page(request, status, "lost_link", data);
}

static Reply *
lost_link_page(Request *request)
{
	return show_form(
	        request, 200, NULL, "", fields_get(request_query(request), "asked") != NULL);
}

/* ---- asking ---- */

typedef struct {
	GPtrArray *events;  /* of Event */
	GByteArray *hashes; /* of the address, one for each of them */
	gint64 now;
} Asked;

static void
asked_free(Asked *asked)
{
	g_ptr_array_unref(asked->events);
	g_byte_array_unref(asked->hashes);
	g_free(asked);
}

static gboolean
ask(Db *db, gpointer data, GError **error)
{
	const Asked *asked = data;

	for (guint i = 0; i < asked->events->len; i++)
		if (!outbox_add_link_again(db, g_ptr_array_index(asked->events, i),
		            asked->hashes->data + i * EMAIL_HASH_BYTES, asked->now, error))
			return FALSE;
	return TRUE;
}

static void
was_asked(gpointer data, const GError *error)
{
	if (error != NULL)
		log_line(LOG_LEVEL_WARNING, "a lost link was not looked for: %s", error->message);
	asked_free(data);
}

static void
event_release(gpointer event)
{
	event_unref(event);
}

/* The address as each event's keys hash it; an event whose keys are gone knows nobody. */
static Asked *
asked_new(Request *request, GPtrArray *events, const char *folded)
{
	Asked *asked = g_new0(Asked, 1);

	asked->events = g_ptr_array_new_with_free_func(event_release);
	asked->hashes = g_byte_array_new();
	asked->now = request_now(request);
	for (guint i = 0; i < events->len; i++) {
		Event *event = g_ptr_array_index(events, i);
		guint8 hash[EMAIL_HASH_BYTES];
		VaultEvent *keys =
		        vault_event(record_vault(request_record(request)), event->id, NULL);
		if (keys == NULL)
			continue;
		vault_hash_email(keys, folded, hash);
		g_ptr_array_add(asked->events, event_ref(event));
		g_byte_array_append(asked->hashes, hash, sizeof hash);
	}
	return asked;
}

static Reply *
lost_link_ask(Request *request)
{
	const char *email = fields_get(request_form(request), "email");
	GError *error = NULL;
	g_autofree char *folded =
	        email != NULL && strlen(email) <= EMAIL_MAX ? text_fold_email(email) : NULL;
	if (folded == NULL)
		return show_form(
		        request, 422, "fault_not_email", email != NULL ? email : "", FALSE);
	if (asking_is_too_many(request_now(request))) {
		Reply *reply = show_form(request, 429, "lost_wait", folded, FALSE);
		reply_header(reply, "Retry-After", ASKING_RETRY_S);
		return reply;
	}
	Db *db = request_db(request, &error);
	g_autoptr(GPtrArray) events = db
	        ? event_shelf_list(request_shelf(request), db, request_now(request), &error)
	        : NULL;
	if (events == NULL)
		return reply_error(request, error);
	writer_submit(record_writer(request_record(request)), ask, was_asked,
	        asked_new(request, events, folded));
	return reply_see_other(request, "/lost-link?asked=1");
}

const Route lost_link_routes[] = {
	{ HTTP_GET, "/lost-link", FOR_ANYONE, lost_link_page },
	{ HTTP_POST, "/lost-link", FOR_ASKING, lost_link_ask, .body_max = 4096 },
	{ 0 },
};
