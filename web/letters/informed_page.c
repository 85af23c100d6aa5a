/*
 * /stay-informed: the organisation's sign-up for e-mails, with double opt-in, and the way out by one click (RFC 8058).
 *
 * Opening a link changes nothing, since programs that look through mail open links too: a button does. The answer to an
 * address is the same whether or not it is known, and given before it is looked for. Who ticked "keep me
 * informed" when registering confirms by a link of their letter alone, so that their address is shown to be theirs too.
 */
#include <string.h>

#include "schema/informed.h"
#include "schema/registration.h"
#include "schema/text.h"
#include "schema/writer.h"
#include "web/asking.h"
#include "web/log.h"
#include "web/routes.h"
#include "web/page.h"

#define EMAIL_MAX 254
#define FORM      "/stay-informed"

/* ---- the form ---- */

/* The regions that the form offers: of the next event that isn't over, else of the last. */
static const Event *
event_of(const GPtrArray *events, gint64 now)
{
	for (guint i = 0; i < events->len; i++) {
		const Event *event = g_ptr_array_index(events, i);
		if (event->ends > now)
			return event;
	}
	return events->len > 0 ? g_ptr_array_index(events, events->len - 1) : NULL;
}

static json_t *
languages_data(const char *chosen)
{
	json_t *list = json_array();
	guint n = 0;
	const Locale *const *all = locales_all(&n);

	for (guint i = 0; i < n; i++)
		json_array_append_new(list,
		        json_pack("{s:s, s:s, s:b}", "code", locale_code(all[i]), "text",
		                locale_name(all[i]), "checked",
		                g_strcmp0(locale_code(all[i]), chosen) == 0));
	return list;
}

static json_t *
regions_data(const Locale *locale, const Event *event, const char *chosen)
{
	json_t *list = json_array();

	json_array_append_new(list,
	        json_pack("{s:s, s:s, s:b}", "code", "", "text",
	                locale_text(locale, "informed_no_region"), "checked", FALSE));
	for (guint i = 0; event != NULL && i < event->regions->len; i++) {
		const EventRegion *region = g_ptr_array_index(event->regions, i);
		if (!g_str_equal(region->code, "unsaid"))
			json_array_append_new(list,
			        json_pack("{s:s, s:s, s:b}", "code", region->code, "text",
			                event_text(event, region->name, locale_code(locale)),
			                "checked", g_strcmp0(region->code, chosen) == 0));
	}
	return list;
}

typedef struct {
	int status;
	const char *fault_key;
	gboolean press;
} Shown;

static json_t *
frame(Request *request, const char *title_key)
{
	const char *title = locale_text(request_locale(request), title_key);

	return json_pack("{s:s, s:s, s:b, s:s}", "page_title", title, "title", title,
	        "has_languages", TRUE, "privacy",
	        locale_text(request_locale(request), "informed_privacy"));
}

static void
set_form(Request *request, json_t *data, const Event *event, const Shown *shown)
{
	const Locale *locale = request_locale(request);
	const Fields *typed = request_form(request);
	const char *email = fields_get(typed, "email"), *language = fields_get(typed, "language");

	json_object_set_new(data, "public", json_true());
	json_object_set_new(data, "no_server",
	        json_boolean(settings_get(request_settings(request), SETTING_MAIL_URL) == NULL));
	if (event != NULL) {
		g_autofree char *url = g_strdup_printf("/e/%s", event->slug);
		json_object_set_new(data, "home",
		        json_pack("{s:s, s:s}", "url", url, "title",
		                event_text(event, event->title, locale_code(locale))));
	}
	json_object_set_new(data, "email", json_string(email != NULL ? email : ""));
	json_object_set_new(
	        data, "choices", languages_data(language != NULL ? language : locale_code(locale)));
	json_object_set_new(data, "has_regions", json_boolean(event != NULL));
	json_object_set_new(
	        data, "regions", regions_data(locale, event, fields_get(typed, "region")));
	json_object_set_new(data, "press", json_boolean(shown->press));
	json_object_set_new(data, "fault",
	        shown->fault_key ? json_string(locale_text(locale, shown->fault_key))
	                         : json_null());
	json_object_set_new(data, "contact",
	        event != NULL && event->contact != NULL ? json_string(event->contact)
	                                                : json_null());
}

static Reply *
show_form(Request *request, const Shown *shown)
{
	GError *error = NULL;
	Db *db = request_db(request, &error);
	g_autoptr(GPtrArray) events = db
	        ? event_shelf_list(request_shelf(request), db, request_now(request), &error)
	        : NULL;
	if (events == NULL)
		return reply_error(request, error);
	json_t *data = frame(request, "informed_title");
	set_form(request, data, event_of(events, request_now(request)), shown);
	return reply_page(request, shown->status, "stay_informed", data);
}

/* A page of a few words, and at most two buttons. */
static json_t *
words(Request *request, const char *title_key, const char *text_key)
{
	json_t *data = frame(request, title_key);

	json_object_set_new(
	        data, "text", json_string(locale_text(request_locale(request), text_key)));
	return data;
}

static Reply *
informed_page(Request *request)
{
	if (fields_get(request_query(request), "asked") == NULL)
		return show_form(request, &(Shown){ .status = 200 });
	return reply_page(request, 200, "stay_informed_link",
	        words(request, "informed_asked_title", "informed_asked_text"));
}

/* ---- asking ---- */

static void
was_asked(gpointer data, const GError *error)
{
	if (error != NULL)
		log_line(LOG_LEVEL_WARNING, "a sign-up was not kept: %s", error->message);
	informed_ask_free(data);
}

/* A language that we have, else the page's; a region by what could be its code, of whichever event. */
static void
take_choices(Request *request, InformedAsk *ask)
{
	const Fields *form = request_form(request);
	const char *language = fields_get(form, "language"), *region = fields_get(form, "region");
	const char *page = locale_code(request_locale(request));

	g_strlcpy(ask->lang, language != NULL && locale_find(language) != NULL ? language : page,
	        sizeof ask->lang);
	g_strlcpy(ask->text_lang, page, sizeof ask->text_lang);
	if (region != NULL && strlen(region) <= INFORMED_REGION_MAX &&
	        strspn(region,
	                "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") ==
	                strlen(region))
		g_strlcpy(ask->region, region, sizeof ask->region);
}

static gboolean
seems_robot(Request *request)
{
	const char *website = fields_get(request_form(request), "website");

	return request_robots(request) && website != NULL && *website != '\0' &&
	        fields_get(request_form(request), "again") == NULL;
}

static Reply *
informed_ask(Request *request)
{
	const Fields *form = request_form(request);
	const char *email = fields_get(form, "email");
	const gint64 now = request_now(request);
	GError *error = NULL;
	if (fields_get(form, "switch") != NULL)
		return show_form(request, &(Shown){ .status = 200 });
	g_autofree char *folded =
	        email != NULL && strlen(email) <= EMAIL_MAX ? text_fold_email(email) : NULL;
	if (folded == NULL)
		return show_form(
		        request, &(Shown){ .status = 422, .fault_key = "fault_not_email" });
	if (seems_robot(request))
		return show_form(request, &(Shown){ .status = 422, .press = TRUE });
	if (asking_is_too_many(now)) {
		Reply *reply =
		        show_form(request, &(Shown){ .status = 429, .fault_key = "lost_wait" });
		reply_header(reply, "Retry-After", ASKING_RETRY_S);
		return reply;
	}
	VaultEvent *keys = informed_keys_make(record_vault(request_record(request)), now, &error);
	if (keys == NULL)
		return reply_error(request, error);
	InformedAsk *ask = informed_ask_new(keys, folded, id_new(request_now_ms(request)));
	take_choices(request, ask);
	ask->source = INFORMED_FORM;
	ask->asked = ask->now = now;
	writer_submit(record_writer(request_record(request)), informed_ask_work, was_asked, ask);
	return reply_see_other(request, FORM "?asked=1");
}

/* ---- one's own link ---- */

static void
set_button(json_t *data, const Locale *locale, const char *name, const char *key, char *url)
{
	json_object_set_new(data, name,
	        json_pack("{s:s, s:s, s:s}", "url", url, "label", locale_text(locale, key), "class",
	                json_object_get(data, "yes") != NULL ? "quiet" : ""));
	g_free(url);
}

static Reply *
gone_page(Request *request)
{
	json_t *data = words(request, "informed_gone_title", "informed_gone_text");

	json_object_set_new(data, "again", json_true());
	return reply_page(request, 404, "stay_informed_link", data);
}

static Reply *
left_page(Request *request)
{
	json_t *data = words(request, "informed_left_title", "informed_left_text");

	json_object_set_new(data, "again", json_true());
	return reply_page(request, 200, "stay_informed_link", data);
}

/* *@ret_found FALSE: no such address, or not theirs. FALSE with @error set. */
static gboolean
find(Request *request, Informed *ret, gboolean *ret_found, GError **error)
{
	g_autoptr(GError) none = NULL;
	VaultEvent *keys = informed_keys(record_vault(request_record(request)), &none);
	Db *db = keys != NULL ? request_db(request, error) : NULL;

	*ret_found = FALSE;
	if (keys == NULL && g_error_matches(none, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT))
		return TRUE;
	if (keys == NULL) {
		g_propagate_error(error, g_steal_pointer(&none));
		return FALSE;
	}
	return db != NULL &&
	        informed_read_link(
	                db, keys, request_param(request, "token"), ret, ret_found, error);
}

static Reply *
link_page(Request *request)
{
	GError *error = NULL;
	g_auto(Informed) who = { 0 };
	gboolean found = FALSE;
	const Locale *locale = request_locale(request);
	const char *token = request_param(request, "token");
	if (!find(request, &who, &found, &error))
		return reply_error(request, error);
	if (!found)
		return gone_page(request);
	json_t *data = who.confirmed != 0
	        ? words(request, "informed_on_title", "informed_on_text")
	        : words(request, "informed_confirm_title", "informed_confirm_text");
	json_object_set_new(data, "email", who.email ? json_string(who.email) : json_null());
	json_object_set_new(data, "consent", json_boolean(who.confirmed == 0));
	if (who.confirmed == 0)
		set_button(data, locale, "yes", "informed_confirm",
		        g_strdup_printf(FORM "/%s/confirm", token));
	set_button(data, locale, "no", who.confirmed != 0 ? "informed_leave" : "informed_not_me",
	        g_strdup_printf(FORM "/%s/leave", token));
	return reply_page(request, 200, "stay_informed_link", data);
}

typedef struct {
	gint64 id, now;
	gboolean there;
	char token[LINK_TOKEN_LENGTH + 1];
} Act;

static Act *
act_new(Request *request, gint64 id)
{
	Act *act = g_new0(Act, 1);

	act->id = id;
	act->now = request_now(request);
	g_strlcpy(act->token, request_param(request, "token"), sizeof act->token);
	return act;
}

static gboolean
confirm_work(Db *db, gpointer data, GError **error)
{
	Act *act = data;

	return informed_confirm(db, act->id, act->now, &act->there, error);
}

static Reply *
confirmed(Request *request, gpointer data, const GError *error)
{
	const Act *act = data;
	g_autofree char *url = g_strdup_printf(FORM "/%s", act->token);

	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	return act->there ? reply_see_other(request, url) : gone_page(request);
}

static Reply *
link_confirm(Request *request)
{
	GError *error = NULL;
	g_auto(Informed) who = { 0 };
	gboolean found = FALSE;
	if (!find(request, &who, &found, &error))
		return reply_error(request, error);
	if (!found)
		return gone_page(request);
	return reply_after(request, confirm_work, confirmed, act_new(request, who.id), g_free);
}

static Reply *
leave_page(Request *request)
{
	GError *error = NULL;
	g_auto(Informed) who = { 0 };
	gboolean found = FALSE;
	if (!find(request, &who, &found, &error))
		return reply_error(request, error);
	if (!found)
		return left_page(request);
	json_t *data = words(request, "informed_leave_title", "informed_leave_text");
	json_object_set_new(data, "email", who.email ? json_string(who.email) : json_null());
	set_button(data, request_locale(request), "no", "informed_leave",
	        g_strdup_printf(FORM "/%s/leave", request_param(request, "token")));
	return reply_page(request, 200, "stay_informed_link", data);
}

typedef struct {
	Record *record;
	gint64 id;
	GError *error;
} Leaving;

static void
leaving_free(gpointer data)
{
	Leaving *leaving = data;

	g_clear_error(&leaving->error);
	g_free(leaving);
}

static void
leave(gpointer data)
{
	Leaving *leaving = data;

	informed_leave(leaving->record, leaving->id, &leaving->error);
}

static Reply *
left(Request *request, gpointer data, const GError *error)
{
	Leaving *leaving = data;

	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	return leaving->error != NULL ? reply_error(request, g_steal_pointer(&leaving->error))
	                              : left_page(request);
}

/* No redirect (RFC 8058, 3.2), and no other answer to who has left already. */
static Reply *
link_leave(Request *request)
{
	GError *error = NULL;
	g_auto(Informed) who = { 0 };
	gboolean found = FALSE;
	if (!find(request, &who, &found, &error))
		return reply_error(request, error);
	if (!found)
		return left_page(request);
	Leaving *leaving = g_new0(Leaving, 1);
	leaving->record = request_record(request);
	leaving->id = who.id;
	return reply_slow(request, FALSE, leave, left, leaving, leaving_free);
}

/* ---- from a registration ---- */

/* The registration's contact, when somebody of it ticked "keep me informed". NULL with @error. */
static InformedAsk *
ask_of_wish(Request *request, GError **error)
{
	Vault *vault = record_vault(request_record(request));
	InformedWish wish;
	gboolean wished = FALSE;
	Db *db = request_db(request, error);
	g_autoptr(RegistrationPage) page = db
	        ? registration_read_linked(
	                  db, vault, LINK_INFORMED_WISH, request_param(request, "token"), error)
	        : NULL;
	const Event *event = page ? request_event_by_id(request, page->event, error) : NULL;
	if (event == NULL || !informed_wish(db, page->id, &wish, &wished, error))
		return NULL;
	const Person *contact = registration_contact(page);
	g_autofree char *folded = wished && contact != NULL && contact->email != NULL
	        ? text_fold_email(contact->email)
	        : NULL;
	if (folded == NULL) {
		g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT, "no such wish");
		return NULL;
	}
	VaultEvent *keys = informed_keys_make(vault, request_now(request), error);
	if (keys == NULL)
		return NULL;
	const EventRegion *region = event_region(event, wish.region_no);
	InformedAsk *ask = informed_ask_new(keys, folded, id_new(request_now_ms(request)));
	g_strlcpy(ask->lang, page->lang, sizeof ask->lang);
	g_strlcpy(ask->region, region != NULL ? region->code : "", sizeof ask->region);
	g_strlcpy(ask->text_lang, wish.lang, sizeof ask->text_lang);
	ask->source = INFORMED_REGISTRATION;
	ask->text_version = wish.text_version;
	ask->asked = wish.at;
	ask->now = request_now(request);
	return ask;
}

static Reply *
wish_page(Request *request)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(InformedAsk) ask = ask_of_wish(request, &error);
	if (ask == NULL)
		return g_error_matches(error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT)
		        ? gone_page(request)
		        : reply_error(request, g_steal_pointer(&error));
	json_t *data = words(request, "informed_confirm_title", "informed_confirm_text");
	json_object_set_new(data, "consent", json_true());
	set_button(data, request_locale(request), "yes", "informed_confirm",
	        g_strdup_printf(FORM "/from/%s", request_param(request, "token")));
	return reply_page(request, 200, "stay_informed_link", data);
}

static Reply *
joined(Request *request, gpointer data, const GError *error)
{
	const InformedAsk *ask = data;
	char token[LINK_TOKEN_LENGTH + 1];
	GError *failure = NULL;
	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	VaultEvent *keys = informed_keys(record_vault(request_record(request)), &failure);
	if (keys == NULL)
		return reply_error(request, failure);
	informed_link(keys, ask->id, token);
	g_autofree char *url = g_strconcat(FORM "/", token, NULL);
	return reply_see_other(request, url);
}

static void
ask_free(gpointer data)
{
	informed_ask_free(data);
}

static Reply *
wish_confirm(Request *request)
{
	g_autoptr(GError) error = NULL;
	InformedAsk *ask = ask_of_wish(request, &error);
	if (ask == NULL)
		return g_error_matches(error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT)
		        ? gone_page(request)
		        : reply_error(request, g_steal_pointer(&error));
	return reply_after(request, informed_join_work, joined, ask, ask_free);
}

const Route informed_routes[] = {
	{ HTTP_GET, FORM, FOR_ANYONE, informed_page },
	{ HTTP_POST, FORM, FOR_ASKING, informed_ask, .body_max = 4096 },
	{ HTTP_GET, FORM "/from/:token", FOR_HOLDER, wish_page },
	{ HTTP_POST, FORM "/from/:token", FOR_HOLDER, wish_confirm, .body_max = 4096 },
	{ HTTP_GET, FORM "/:token", FOR_HOLDER, link_page },
	{ HTTP_GET, FORM "/:token/leave", FOR_HOLDER, leave_page },
	{ HTTP_POST, FORM "/:token/confirm", FOR_HOLDER, link_confirm, .body_max = 4096 },
	{ HTTP_POST, FORM "/:token/leave", FOR_ONE_CLICK, link_leave, .body_max = 4096,
	        .upload = TRUE },
	{ 0 },
};
