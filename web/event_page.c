/*
 * /e/{event}: what, when, where, is it safe, do I need an ID, know your rights, and the way to the form.
 *
 * The same for everyone who reads the same language, so it is made once per worker, edition, language and state
 * of the options (which open and close with time), and sent many times.
 */
#include <string.h>

#include "web/event_page.h"
#include "web/form.h"
#include "web/routes.h"

typedef struct {
	const Event *event;
	const Locale *locale;
	gint64 now;
} Look;

static json_t *
string(const char *text)
{
	return text != NULL && *text != '\0' ? json_string(text) : json_null();
}

static const char *
told(const Look *look, const json_t *texts)
{
	return event_text(look->event, texts, locale_code(look->locale));
}

/* A text of the event, with the language that it is in where that isn't the page's. */
static json_t *
said(const Look *look, const json_t *texts, const char *text)
{
	const char *lang = event_text_lang(look->event, texts, locale_code(look->locale));
	json_t *data = json_object();
	const Locale *own = lang != NULL ? locale_find(lang) : NULL;
	gboolean foreign = lang != NULL && g_strcmp0(lang, locale_code(look->locale)) != 0;
	json_object_set_new(data, "text", json_string(text));
	json_object_set_new(data, "own_lang", foreign ? json_string(lang) : json_null());
	json_object_set_new(
	        data, "own_dir", json_string(own && locale_right_to_left(own) ? "rtl" : "ltr"));
	return data;
}

static json_t *
said_whole(const Look *look, const json_t *texts)
{
	const char *text = told(look, texts);
	return *text != '\0' ? said(look, texts, text) : json_null();
}

static json_t *
taken_string(char *text)
{
	json_t *value = string(text);
	g_free(text);
	return value;
}

/* The paragraphs of a passage; an empty line parts them. NULL when the event has no such passage. */
static json_t *
paragraphs(const Look *look, const char *key)
{
	const json_t *texts = json_object_get(look->event->text, key);
	if (texts == NULL)
		return NULL;
	g_auto(GStrv) parts = g_strsplit(told(look, texts), "\n\n", -1);
	json_t *list = json_array();
	for (guint i = 0; parts[i] != NULL; i++)
		if (*g_strstrip(parts[i]) != '\0')
			json_array_append_new(list, said(look, texts, parts[i]));
	return list;
}

static void
set_paragraphs(const Look *look, json_t *data, const char *name, const char *key)
{
	json_t *list = paragraphs(look, key);
	json_object_set_new(data, name, list != NULL ? list : json_array());
}

/* ---- when and where ---- */

static json_t *
session_data(const Look *look, const EventSession *session)
{
	json_t *data = json_object();
	json_object_set_new(data, "title", said_whole(look, session->title));
	json_object_set_new(data, "place", said_whole(look, session->place));
	json_object_set_new(data, "date",
	        taken_string(locale_long_date(look->locale, look->event, session->starts)));
	json_object_set_new(data, "time",
	        taken_string(locale_time_range(
	                look->locale, look->event, session->starts, session->ends)));
	return data;
}

static json_t *
sessions_of_kind(const Look *look, SessionKind kind)
{
	json_t *list = json_array();
	for (guint i = 0; i < look->event->sessions->len; i++) {
		const EventSession *session = g_ptr_array_index(look->event->sessions, i);
		if (session->kind == kind)
			json_array_append_new(list, session_data(look, session));
	}
	return list;
}

static json_t *
bus_data(const Look *look, const EventSession *bus)
{
	json_t *data = session_data(look, bus);
	json_t *stops = json_array();
	for (guint i = 0; i < bus->stops->len; i++) {
		const EventStop *stop = g_ptr_array_index(bus->stops, i);
		json_t *item = json_object();
		json_object_set_new(item, "place", said_whole(look, stop->place));
		json_object_set_new(item, "time",
		        taken_string(locale_time(look->locale, look->event, stop->departs)));
		json_array_append_new(stops, item);
	}
	json_object_set_new(data, "stops", stops);
	json_object_set_new(data, "back", json_null());
	const EventSession *back = event_session(look->event, bus->return_no);
	if (back != NULL) {
		g_autofree char *when = locale_date_time(look->locale, look->event, back->starts);
		json_object_set_new(data, "back",
		        taken_string(
		                locale_format(look->locale, "event_bus_back", "when", when, NULL)));
	}
	return data;
}

static json_t *
buses_data(const Look *look)
{
	json_t *list = json_array();
	for (guint i = 0; i < look->event->sessions->len; i++) {
		const EventSession *session = g_ptr_array_index(look->event->sessions, i);
		if (session->kind == SESSION_BUS && !event_is_return(look->event, session->no))
			json_array_append_new(list, bus_data(look, session));
	}
	return list;
}

/* ---- options ---- */

static char *
titles_of(const Look *look, const GArray *sessions, gboolean any)
{
	g_autoptr(GPtrArray) titles = g_ptr_array_new();
	for (guint i = 0; i < sessions->len; i++) {
		const EventSession *session =
		        event_session(look->event, g_array_index(sessions, guint16, i));
		if (session != NULL)
			g_ptr_array_add(titles, (gpointer)told(look, session->title));
	}
	guint n = titles->len;
	g_ptr_array_add(titles, NULL);
	const char *const *items = (const char *const *)titles->pdata;
	return any ? locale_list_or(look->locale, items, n) : locale_list(look->locale, items, n);
}

static char *
state_of(const Look *look, const EventOption *option)
{
	const Event *event = look->event;
	gint64 opens = option->opens != NO_TIME ? option->opens : event->opens;
	gint64 closes = option->closes != NO_TIME ? option->closes : event->closes;
	if (event_option_open(event, option, look->now))
		return locale_end(look->locale, event, "option_open_until", closes);
	if (look->now < opens)
		return locale_begin(look->locale, event, "option_opens", opens);
	return locale_begin(look->locale, event, "option_closed", closes);
}

static json_t *
option_data(const Look *look, const EventOption *option)
{
	json_t *data = json_object(), *choices = json_array();
	g_autofree char *includes = titles_of(look, option->includes, FALSE);
	gboolean open = event_option_open(look->event, option, look->now);
	for (guint i = 0; i < option->choices->len; i++) {
		const EventChoice *choice = g_ptr_array_index(option->choices, i);
		g_autofree char *what = titles_of(look, choice->sessions, TRUE);
		json_array_append_new(choices,
		        taken_string(
		                locale_format(look->locale, "option_choose", "what", what, NULL)));
	}
	json_object_set_new(data, "title", said_whole(look, option->title));
	json_object_set_new(data, "includes",
	        *includes != '\0' ? taken_string(locale_format(look->locale, "option_includes",
	                                    "what", includes, NULL))
	                          : json_null());
	json_object_set_new(data, "choices", choices);
	json_object_set_new(data, "fee",
	        option->fee_amount > 0 ? taken_string(locale_money(look->locale, option->fee_amount,
	                                         option->fee_currency))
	                               : string(locale_text(look->locale, "option_free")));
	json_object_set_new(data, "fee_text",
	        option->fee_amount > 0 ? said_whole(look, option->fee_text) : json_null());
	json_object_set_new(data, "open", json_boolean(open));
	json_object_set_new(data, "state", taken_string(state_of(look, option)));
	return data;
}

/* ---- the whole ---- */

static json_t *
answers_data(const Look *look)
{
	static const struct {
		const char *passage, *question;
	} known[] = {
		{ "safe", "event_question_safe" },
		{ "id", "event_question_id" },
	};
	json_t *list = json_array();
	for (guint i = 0; i < G_N_ELEMENTS(known); i++) {
		json_t *answer = paragraphs(look, known[i].passage);
		if (answer == NULL)
			continue;
		json_t *item = json_object();
		json_object_set_new(
		        item, "question", string(locale_text(look->locale, known[i].question)));
		json_object_set_new(item, "paragraphs", answer);
		json_array_append_new(list, item);
	}
	return list;
}

json_t *
event_links_data(const Event *event, const Locale *locale)
{
	json_t *list = json_array();
	for (guint i = 0; i < event->links->len; i++) {
		const EventLink *link = g_ptr_array_index(event->links, i);
		/* never a script's address, whatever a definition says */
		if (!g_str_has_prefix(link->url, "https://") &&
		        !g_str_has_prefix(link->url, "http://"))
			continue;
		json_t *item = json_object();
		json_object_set_new(item, "title",
		        json_string(event_text(event, link->title, locale_code(locale))));
		json_object_set_new(item, "url", json_string(link->url));
		json_array_append_new(list, item);
	}
	return list;
}

/* Until when the last option is open, or why none is. */
static char *
open_text(const Look *look, gboolean open)
{
	const Event *event = look->event;
	gint64 last = event->closes;
	for (guint i = 0; i < event->options->len; i++) {
		const EventOption *option = g_ptr_array_index(event->options, i);
		if (option->closes != NO_TIME)
			last = MAX(last, option->closes);
	}
	if (look->now >= event->ends)
		return g_strdup(locale_text(look->locale, "event_over"));
	if (open)
		return locale_end(look->locale, event, "event_open_until", last);
	if (look->now < event->opens)
		return locale_begin(look->locale, event, "event_opens", event->opens);
	return locale_begin(look->locale, event, "event_closed", last);
}

static void
set_list(json_t *data, const char *name, const char *flag, json_t *list)
{
	json_object_set_new(data, flag, json_boolean(json_array_size(list) > 0));
	json_object_set_new(data, name, list);
}

static json_t *
event_data(const Look *look)
{
	const Event *event = look->event;
	gboolean open = form_is_open(event, look->now);
	json_t *data = json_object(), *options = json_array();
	json_object_set_new(data, "public", json_true());
	json_object_set_new(data, "has_languages", json_true());
	json_object_set_new(data, "title", said_whole(look, event->title));
	json_object_set_new(data, "page_title", string(told(look, event->title)));
	json_object_set_new(data, "contact", string(event->contact));
	json_object_set_new(data, "dates",
	        taken_string(
	                locale_date_range(look->locale, event, event->starts, event->ends - 1)));
	json_object_set_new(data, "open", json_boolean(open));
	json_object_set_new(data, "open_text", taken_string(open_text(look, open)));
	json_object_set_new(
	        data, "register_url", taken_string(g_strdup_printf("/e/%s/register", event->slug)));
	json_object_set_new(
	        data, "group_url", taken_string(g_strdup_printf("/e/%s/delegation", event->slug)));
	set_paragraphs(look, data, "about", "what");
	set_paragraphs(look, data, "when_text", "when");
	set_paragraphs(look, data, "where_text", "where");
	set_paragraphs(look, data, "rights_text", "rights");
	json_object_set_new(data, "days", sessions_of_kind(look, SESSION_DAY));
	set_list(data, "answers", "has_answers", answers_data(look));
	json_t *links = event_links_data(event, look->locale);
	json_object_set_new(data, "has_rights",
	        json_boolean(json_array_size(links) > 0 ||
	                json_array_size(json_object_get(data, "rights_text")) > 0));
	json_object_set_new(data, "links", links);
	for (guint i = 0; i < event->options->len; i++)
		json_array_append_new(
		        options, option_data(look, g_ptr_array_index(event->options, i)));
	json_object_set_new(data, "options", options);
	set_list(data, "buses", "has_buses", buses_data(look));
	set_list(data, "trainings", "has_trainings", sessions_of_kind(look, SESSION_TRAINING));
	return data;
}

/* What the page depends on besides the edition: which options are open, early or over, and the event's end. */
static char *
page_key(const Look *look)
{
	const Event *event = look->event;
	g_autoptr(GString) key = g_string_new(NULL);
	g_string_append_printf(key, "event %s %s %" G_GINT64_FORMAT " %c", event->slug,
	        locale_code(look->locale), event->edition,
	        look->now >= event->ends           ? 'o'
	                : look->now < event->opens ? 'e'
	                                           : 'n');
	for (guint i = 0; i < event->options->len; i++) {
		const EventOption *option = g_ptr_array_index(event->options, i);
		gint64 opens = option->opens != NO_TIME ? option->opens : event->opens;
		g_string_append_c(key,
		        event_option_open(event, option, look->now) ? '1'
		                : look->now < opens                 ? '0'
		                                                    : '2');
	}
	return g_string_free(g_steal_pointer(&key), FALSE);
}

static Reply *
event_page(Request *request)
{
	GError *error = NULL;
	const Event *event = request_event(request, &error);
	if (event == NULL)
		return reply_error(request, error);
	Look look = { event, request_locale(request), request_now(request) };
	g_autofree char *key = page_key(&look);
	Prepared *prepared = request_kept(request, key);
	if (prepared == NULL)
		prepared = request_keep(
		        request, key, prepared_page(request, "event", event_data(&look), 0));
	return reply_prepared(request, prepared);
}

const Route event_routes[] = {
	{ HTTP_GET, "/e/:event", FOR_ANYONE, event_page },
	{ 0 },
};
