/*
 * /staff/messages: a message to whom a filter chooses. Written in the event's languages, seen with its number of people before it
 * goes, and then in the log with what became of it. A region lead writes to their own region.
 */
#include <string.h>

#include "schema/message.h"
#include "schema/text.h"
#include "web/routes.h"
#include "web/page.h"
#include "web/staff/messages.h"
#include "web/staff_page.h"

#define ROLES_WRITE (ROLES_CENTRE | ROLE_REGION)
#define SHOWN       20
#define FORM_MAX    (256 * 1024) /* ten languages of MESSAGE_BODY_MAX, escaped */
#define PATH        "/staff/messages"
#define BETWEEN     " · "
#define LATE_STARTS "starts"
#define LATE_ENDS   "ends"

/* ---- the form ---- */

typedef struct {
	const Event *event;
	const Fields *typed;
	const StaffSession *session;
	const Locale *locale;
	MessageFilter filter;
	gint64 late_until;
	json_t *words;         /* {lang: {subject, body}} */
	const char *fault_key; /* NULL: fit */
	const char *fault_id;
} Draft;

static void
draft_clear(Draft *draft)
{
	json_decref(draft->words);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Draft, draft_clear)

static guint
index_of(const char *const *names, const char *word)
{
	for (guint i = 0; word != NULL && names[i] != NULL; i++)
		if (g_str_equal(names[i], word))
			return i;
	return 0;
}

static void
take_filter(Draft *draft)
{
	const Event *event = draft->event;
	const char *region = fields_get(draft->typed, "region"),
	           *session = fields_get(draft->typed, "session"),
	           *option = fields_get(draft->typed, "option"),
	           *delegation = fields_get(draft->typed, "delegation"),
	           *late = fields_get(draft->typed, "late");
	const EventRegion *in = region ? event_region_by_code(event, region) : NULL;
	const EventSession *at = session ? event_session_by_code(event, session) : NULL;
	const EventOption *with = option ? event_option_by_code(event, option) : NULL;
	const EventDelegation *of = delegation ? event_delegation_by_code(event, delegation) : NULL;

	/* a lead's own, whatever was asked */
	draft->filter = (MessageFilter){
		.to = (MessageTo)index_of(message_to_names, fields_get(draft->typed, "to")),
		.came = (MessageCame)index_of(message_came_names, fields_get(draft->typed, "came")),
		.region_no = draft->session->region_no ? draft->session->region_no
		        : in != NULL                   ? in->no
		                                       : 0,
		.session_no = at != NULL ? at->no : 0,
		.option_no = with != NULL ? with->no : 0,
		.delegation_no = of != NULL ? of->no : 0,
	};
	draft->late_until = g_strcmp0(late, LATE_STARTS) == 0 ? event->starts
	        : g_strcmp0(late, LATE_ENDS) == 0             ? event->ends
	                                                      : 0;
}

static char *
field_name(const char *what, const char *lang)
{
	return g_strconcat(what, "_", lang, NULL);
}

/* Lines stay lines; what else is no letter goes. NULL when it isn't UTF-8. */
static char *
tidy_body(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	g_autoptr(GString) body = g_string_new(NULL);

	for (guint i = 0; lines[i] != NULL; i++) {
		g_autofree char *line = text_tidy(lines[i]);
		if (line == NULL)
			return NULL;
		g_string_append_printf(body, "%s%s", i > 0 ? "\n" : "", line);
	}
	return g_strdup(g_strstrip(body->str));
}

static void
fault(Draft *draft, const char *key, const char *what)
{
	if (draft->fault_key == NULL) {
		draft->fault_key = key;
		draft->fault_id = what;
	}
}

/* A language with neither is left out; one with only one of them is a fault. */
static void
take_words_of(Draft *draft, const char *lang)
{
	g_autofree char *subject_name = field_name("subject", lang);
	g_autofree char *body_name = field_name("body", lang);
	const char *subject_given = fields_get(draft->typed, subject_name);
	const char *body_given = fields_get(draft->typed, body_name);
	g_autofree char *subject = subject_given != NULL ? text_tidy(subject_given) : NULL;
	g_autofree char *body = body_given != NULL ? tidy_body(body_given) : NULL;
	const gsize subject_n = subject != NULL ? text_length(subject) : 0,
	            body_n = body != NULL ? text_length(body) : 0;
	const gboolean own = g_str_equal(lang, draft->event->languages[0]);

	if (subject_n == 0 && body_n == 0 && !own)
		return;
	if (subject_n == 0 || subject_n > MESSAGE_SUBJECT_MAX)
		fault(draft, "staff_message_fault_subject", "subject");
	if (body_n == 0 || body_n > MESSAGE_BODY_MAX)
		fault(draft, "staff_message_fault_body", "body");
	json_object_set_new(draft->words, lang,
	        json_pack(
	                "{s:s, s:s}", "subject", subject ? subject : "", "body", body ? body : ""));
}

static gboolean
draft_take(Request *request, Draft *draft, GError **error)
{
	draft->event = staff_event(request, error);
	if (draft->event == NULL)
		return FALSE;
	draft->typed = request_form(request);
	draft->session = request_staff(request);
	draft->locale = request_locale(request);
	draft->words = json_object();
	take_filter(draft);
	for (char **lang = draft->event->languages; *lang != NULL; lang++)
		take_words_of(draft, *lang);
	return TRUE;
}

/* ---- what the page shows ---- */

static void
add_choice(json_t *list, const char *code, const char *text, gboolean checked)
{
	json_array_append_new(
	        list, json_pack("{s:s, s:s, s:b}", "code", code, "text", text, "checked", checked));
}

static json_t *
select_data(const Draft *draft, const char *name, const char *label_key, json_t *choices)
{
	return json_pack("{s:s, s:s, s:s, s:o}", "id", name, "name", name, "label",
	        locale_text(draft->locale, label_key), "choices", choices);
}

static json_t *
words_select(const Draft *draft, const char *name, const char *label_key, const char *const *codes,
        const char *const *keys, guint n)
{
	json_t *choices = json_array();
	const char *typed = fields_get(draft->typed, name);

	for (guint i = 0; i < n; i++)
		add_choice(choices, codes[i], locale_text(draft->locale, keys[i]),
		        g_strcmp0(codes[i], typed) == 0);
	return select_data(draft, name, label_key, choices);
}

static const char *
told(const Draft *draft, const json_t *texts)
{
	return event_text(draft->event, texts, locale_code(draft->locale));
}

static json_t *
event_select(const Draft *draft, const char *name, const char *label_key, const char *any_key,
        const GPtrArray *parts, const char *(*code)(gconstpointer part),
        const char *(*title)(const Draft *draft, gconstpointer part))
{
	json_t *choices = json_array();
	const char *typed = fields_get(draft->typed, name);

	add_choice(choices, "", locale_text(draft->locale, any_key), FALSE);
	for (guint i = 0; i < parts->len; i++) {
		gconstpointer part = g_ptr_array_index(parts, i);
		add_choice(
		        choices, code(part), title(draft, part), g_strcmp0(code(part), typed) == 0);
	}
	return select_data(draft, name, label_key, choices);
}

static const char *
region_code(gconstpointer part)
{
	return ((const EventRegion *)part)->code;
}

static const char *
region_title(const Draft *draft, gconstpointer part)
{
	return told(draft, ((const EventRegion *)part)->name);
}

static const char *
session_code(gconstpointer part)
{
	return ((const EventSession *)part)->code;
}

static const char *
session_title(const Draft *draft, gconstpointer part)
{
	return told(draft, ((const EventSession *)part)->title);
}

static const char *
option_code(gconstpointer part)
{
	return ((const EventOption *)part)->code;
}

static const char *
option_title(const Draft *draft, gconstpointer part)
{
	return told(draft, ((const EventOption *)part)->title);
}

static const char *
delegation_code(gconstpointer part)
{
	return ((const EventDelegation *)part)->code;
}

static const char *
delegation_title(const Draft *draft, gconstpointer part)
{
	return ((const EventDelegation *)part)->name;
}

static json_t *
selects_data(const Draft *draft)
{
	static const char *const to_keys[MESSAGE_TOS] = { "staff_message_to_active",
		"staff_message_to_confirmed", "staff_message_to_waitlisted",
		"staff_message_to_cancelled" };
	static const char *const came_keys[MESSAGE_CAMES] = { "staff_message_came_any",
		"staff_message_came_yes", "staff_message_came_no" };
	static const char *const late_codes[] = { "", LATE_STARTS, LATE_ENDS };
	static const char *const late_keys[] = { "staff_message_late_no",
		"staff_message_late_starts", "staff_message_late_ends" };
	const Event *event = draft->event;
	json_t *list = json_array();

	if (draft->session->region_no == 0)
		json_array_append_new(list,
		        event_select(draft, "region", "staff_message_region", "staff_message_all",
		                event->regions, region_code, region_title));
	json_array_append_new(list,
	        words_select(
	                draft, "to", "staff_message_to", message_to_names, to_keys, MESSAGE_TOS));
	json_array_append_new(list,
	        event_select(draft, "option", "staff_message_option", "staff_message_all",
	                event->options, option_code, option_title));
	json_array_append_new(list,
	        event_select(draft, "session", "staff_message_session", "staff_message_all",
	                event->sessions, session_code, session_title));
	json_array_append_new(list,
	        words_select(draft, "came", "staff_message_came", message_came_names, came_keys,
	                MESSAGE_CAMES));
	if (event->delegations->len > 0)
		json_array_append_new(list,
		        event_select(draft, "delegation", "staff_message_delegation",
		                "staff_message_all", event->delegations, delegation_code,
		                delegation_title));
	json_array_append_new(list,
	        words_select(draft, "late", "staff_message_late", late_codes, late_keys,
	                G_N_ELEMENTS(late_codes)));
	return list;
}

/* The event's languages but its own; and its own. */
static json_t *
language_data(const Draft *draft, const char *lang)
{
	const Locale *spoken = locale_find(lang);
	g_autofree char *subject_name = field_name("subject", lang);
	g_autofree char *body_name = field_name("body", lang);
	const char *subject = fields_get(draft->typed, subject_name);
	const char *body = fields_get(draft->typed, body_name);

	return json_pack("{s:s, s:s, s:s, s:s, s:s}", "lang", lang, "dir",
	        spoken != NULL && locale_right_to_left(spoken) ? "rtl" : "ltr", "language",
	        spoken != NULL ? locale_name(spoken) : lang, "subject", subject ? subject : "",
	        "body", body ? body : "");
}

/* Does somebody who sees the screen learn what it is about? */
static gboolean
tells_much(const Draft *draft)
{
	const char *lang;
	const json_t *words;

	json_object_foreach (draft->words, lang, words) {
		g_autofree char *subject =
		        text_fold(json_string_value(json_object_get(words, "subject")));
		g_autofree char *title =
		        text_fold(event_text(draft->event, draft->event->title, lang));
		if (subject != NULL && title != NULL && *title != '\0' &&
		        strstr(subject, title) != NULL)
			return TRUE;
	}
	return FALSE;
}

/* "with a place · Bay Area · Lunch" */
static json_t *
filter_words(const Event *event, const Locale *locale, const MessageFilter *filter)
{
	static const char *const to_keys[MESSAGE_TOS] = { "staff_message_to_active",
		"staff_message_to_confirmed", "staff_message_to_waitlisted",
		"staff_message_to_cancelled" };
	static const char *const came_keys[MESSAGE_CAMES] = { NULL, "staff_message_came_yes",
		"staff_message_came_no" };
	const char *lang = locale_code(locale);
	const EventRegion *region = event_region(event, filter->region_no);
	const EventSession *session = event_session(event, filter->session_no);
	const EventOption *option = event_option(event, filter->option_no);
	const EventDelegation *delegation = event_delegation(event, filter->delegation_no);
	GString *words = g_string_new(locale_text(locale, to_keys[filter->to]));

	if (region != NULL)
		g_string_append_printf(words, BETWEEN "%s", event_text(event, region->name, lang));
	if (option != NULL)
		g_string_append_printf(words, BETWEEN "%s", event_text(event, option->title, lang));
	if (session != NULL)
		g_string_append_printf(
		        words, BETWEEN "%s", event_text(event, session->title, lang));
	if (came_keys[filter->came] != NULL)
		g_string_append_printf(
		        words, BETWEEN "%s", locale_text(locale, came_keys[filter->came]));
	if (delegation != NULL)
		g_string_append_printf(words, BETWEEN "%s", delegation->name);
	return staff_taken(g_string_free(words, FALSE));
}

static json_t *
log_data(Request *request, const Event *event, const GPtrArray *messages)
{
	const Locale *locale = request_locale(request);
	json_t *list = json_array();

	for (guint i = 0; i < messages->len; i++) {
		const Message *message = g_ptr_array_index(messages, i);
		const json_t *words = json_object_get(message->words, locale_code(locale));
		if (words == NULL)
			words = json_object_get(message->words, event->languages[0]);
		const char *subject = json_string_value(json_object_get(words, "subject"));
		json_t *one = json_pack("{s:s, s:s, s:o, s:o, s:b}", "subject",
		        subject != NULL ? subject : "–", "who", message->who, "made",
		        staff_taken(staff_ago(locale, message->made, request_now(request))), "told",
		        staff_taken(
		                locale_plural(locale, "staff_message_told", message->told, NULL)),
		        "under_way", !message->done);
		json_object_set_new(one, "late",
		        message->late_until > request_now(request)
		                ? staff_taken(locale_end(locale, event, "staff_message_late_until",
		                          message->late_until))
		                : json_null());
		json_object_set_new(one, "filters", filter_words(event, locale, &message->filter));
		json_array_append_new(list, one);
	}
	return list;
}

/* @data is the frame. */
static Reply *
show(Request *request, int status, const Draft *draft, const GArray *targets)
{
	GError *error = NULL;
	const Event *event = draft->event;
	const Locale *locale = draft->locale;
	Db *db = request_db(request, &error);
	VaultEvent *keys =
	        db ? vault_event(record_vault(request_record(request)), event->id, &error) : NULL;
	g_autoptr(GPtrArray) messages = keys
	        ? message_list(db, keys, event->id, draft->session->region_no, SHOWN, &error)
	        : NULL;
	if (messages == NULL)
		return reply_error(request, error);
	json_t *data = staff_frame(request, event, "staff_room_messages", PATH);
	json_t *others = json_array();
	char submission[SUBMISSION_TEXT_LENGTH + 1];
	submission_new(request_now_ms(request), submission);
	for (char **lang = event->languages + 1; *lang != NULL; lang++)
		json_array_append_new(others, language_data(draft, *lang));
	json_object_set_new(data, "submission", json_string(submission));
	json_object_set_new(data, "selects", selects_data(draft));
	json_object_set_new(data, "own", language_data(draft, event->languages[0]));
	json_object_set_new(data, "others_open", json_boolean(json_object_size(draft->words) > 1));
	json_object_set_new(data, "has_others", json_boolean(json_array_size(others) > 0));
	json_object_set_new(data, "others", others);
	json_object_set_new(data, "log", log_data(request, event, messages));
	json_object_set_new(data, "has_log", json_boolean(messages->len > 0));
	if (!staff_reminder_add(request, db, event, data, &error)) {
		json_decref(data);
		return reply_error(request, error);
	}
	json_object_set_new(
	        data, "sent", json_boolean(fields_get(request_query(request), "sent") != NULL));
	json_object_set_new(data, "fault",
	        draft->fault_key ? json_string(locale_text(locale, draft->fault_key))
	                         : json_null());
	json_object_set_new(data, "fault_id",
	        draft->fault_id ? staff_taken(field_name(draft->fault_id, event->languages[0]))
	                        : json_null());
	json_object_set_new(data, "preview", json_boolean(targets != NULL));
	if (targets != NULL) {
		guint letters = 0;
		for (guint i = 0; i < targets->len; i++)
			letters += g_array_index(targets, MessageTarget, i).has_email;
		json_object_set_new(data, "letters",
		        staff_taken(locale_plural(locale, "staff_message_letters", letters, NULL)));
		json_object_set_new(data, "calls",
		        staff_taken(locale_plural(
		                locale, "staff_message_calls", targets->len - letters, NULL)));
		json_object_set_new(
		        data, "may_send", json_boolean(targets->len > 0 || draft->late_until != 0));
		json_object_set_new(data, "tells_much", json_boolean(tells_much(draft)));
		json_object_set_new(data, "filters", filter_words(event, locale, &draft->filter));
	}
	return staff_reply(request, status, "staff_messages", data);
}

static Reply *
messages_page(Request *request)
{
	GError *error = NULL;
	g_auto(Draft) draft = { 0 };
	if (!draft_take(request, &draft, &error))
		return reply_error(request, error);
	draft.fault_key = draft.fault_id = NULL; /* nothing was typed yet */
	return show(request, 200, &draft, NULL);
}

static Reply *
messages_preview(Request *request)
{
	GError *error = NULL;
	g_auto(Draft) draft = { 0 };
	g_autoptr(GArray) targets = g_array_new(FALSE, FALSE, sizeof(MessageTarget));
	if (!draft_take(request, &draft, &error))
		return reply_error(request, error);
	if (draft.fault_key != NULL)
		return show(request, 422, &draft, NULL);
	Db *db = request_db(request, &error);
	if (db == NULL || !message_targets(db, draft.event, &draft.filter, targets, &error))
		return reply_error(request, error);
	return show(request, 200, &draft, targets);
}

/* ---- sending ---- */

static void
work_free(gpointer data)
{
	MessageWork *work = data;

	event_unref((Event *)work->event);
	g_free((char *)work->who);
	g_bytes_unref(work->sealed);
	g_free(work);
}

static Reply *
added(Request *request, gpointer data, const GError *error)
{
	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	request_hurry_minutes(request);
	return reply_see_other(request, PATH "?sent=1");
}

static Reply *
messages_send(Request *request)
{
	GError *error = NULL;
	g_auto(Draft) draft = { 0 };
	guint8 submission[SUBMISSION_BYTES];
	const char *given = fields_get(request_form(request), "submission");
	if (given == NULL || !submission_parse(given, submission))
		return reply_status(request, 400);
	if (!draft_take(request, &draft, &error))
		return reply_error(request, error);
	if (draft.fault_key != NULL)
		return show(request, 422, &draft, NULL);
	VaultEvent *keys =
	        vault_event(record_vault(request_record(request)), draft.event->id, &error);
	if (keys == NULL)
		return reply_error(request, error);
	const gint64 id = id_new(request_now_ms(request));
	GBytes *sealed = message_seal(keys, id, draft.words);
	if (sealed == NULL) /* the people are gone */
		return reply_status(request, 409);
	MessageWork *work = g_new0(MessageWork, 1);
	work->id = id;
	work->event = event_ref((Event *)draft.event);
	memcpy(work->submission, submission, sizeof submission);
	work->who = g_strdup(draft.session->name);
	work->filter = draft.filter;
	work->sealed = sealed;
	work->late_until = draft.late_until;
	work->now = request_now(request);
	return reply_after(request, message_add_work, added, work, work_free);
}

const Route staff_messages_routes[] = {
	{ HTTP_GET, PATH, FOR_STAFF, messages_page, .roles = ROLES_WRITE },
	{ HTTP_POST, PATH, FOR_STAFF, messages_preview, .body_max = FORM_MAX,
	        .roles = ROLES_WRITE },
	{ HTTP_POST, PATH "/send", FOR_STAFF, messages_send, .body_max = FORM_MAX,
	        .roles = ROLES_WRITE },
	{ 0 },
};
