/*
 * /e/{event}/register: the form, and what becomes of it.
 *
 * The worker reads, seals and signs; the writer takes the place; then the outcome becomes the answer. What was
 * typed is never lost: every answer but the ticket's page is the form as it was sent, with a word on top.
 */
#include <string.h>

#include "schema/id.h"
#include "web/form.h"
#include "web/lane.h"
#include "web/routes.h"

/* Nobody reads and answers the form this fast. */
#define TRAP_MS 2000
/* How often a work is prepared anew: the definition was loaded meanwhile, or an id was taken. */
#define PREPARE_MAX 3

/* ---- the form as a page ---- */

typedef struct {
	const char *title, *text; /* of the word on top; nullable */
	const char *url, *link;   /* a link in it; nullable */
	gboolean press;           /* all that is wanted is to send the form once more */
	const char *slow;         /* what lane.h wants to be carried; nullable */
} Notice;

/* The form's own id and its proof. */
typedef struct {
	char submission[SUBMISSION_TEXT_LENGTH + 1];
	guint8 bytes[SUBMISSION_BYTES];
} Ticketed;

static VaultEvent *
keys_of(const Request *request, const Event *event, GError **error)
{
	return vault_event(record_vault(request_record(request)), event->id, error);
}

static void
set_frame(Request *request, const Event *event, json_t *data)
{
	const Locale *locale = request_locale(request);
	const char *title = event_text(event, event->title, locale_code(locale));
	g_autofree char *page_title =
	        g_strdup_printf("%s · %s", locale_text(locale, "form_title"), title);
	g_autofree char *url = g_strdup_printf("/e/%s", event->slug);
	json_t *home = json_object();
	json_object_set_new(home, "url", json_string(url));
	json_object_set_new(home, "title", json_string(title));
	json_object_set_new(data, "home", home);
	json_object_set_new(data, "page_title", json_string(page_title));
	json_object_set_new(data, "has_languages", json_true());
	json_object_set_new(data, "contact",
	        event->contact != NULL ? json_string(event->contact) : json_null());
}

/* Who waits goes on waiting for the same moment, though they mend something meanwhile. */
static void
set_slow(json_t *data, const Form *form, const Notice *notice)
{
	const char *carried = form->typed != NULL ? fields_get(form->typed, "slow") : NULL;
	const char *slow = notice != NULL && notice->slow != NULL ? notice->slow : carried;
	if (slow != NULL && strlen(slow) < LANE_PROOF_MAX)
		json_object_set_new(data, "slow", json_string(slow));
}

static void
set_notice(json_t *data, const Notice *notice)
{
	json_t *shown = json_object();
	if (notice == NULL || notice->title == NULL) {
		json_decref(shown);
		return;
	}
	json_object_set_new(shown, "title", json_string(notice->title));
	json_object_set_new(shown, "text", json_string(notice->text));
	if (notice->url != NULL) {
		json_t *link = json_object();
		json_object_set_new(link, "url", json_string(notice->url));
		json_object_set_new(link, "label", json_string(notice->link));
		json_object_set_new(shown, "link", link);
	}
	json_object_set_new(shown, "press", json_boolean(notice->press));
	json_object_set_new(data, "notice", shown);
}

static json_t *
page_data(Request *request, const Form *form, const char *submission, const char *csrf)
{
	g_autofree char *action = g_strdup_printf("/e/%s/register", form->event->slug);
	json_t *data = form_data(form);
	json_object_set_new(data, "open", json_true());
	json_object_set_new(data, "action", json_string(action));
	json_object_set_new(data, "submission", json_string(submission));
	json_object_set_new(data, "csrf", json_string(csrf));
	set_frame(request, form->event, data);
	return data;
}

/* Reads what is left and makes a fresh proof; FALSE with @error set. */
static gboolean
read_room(Request *request, const Form *form, const Ticketed *own, Room **ret_room,
        char ret_csrf[CSRF_TEXT_LENGTH + 1], GError **error)
{
	VaultEvent *keys = keys_of(request, form->event, error);
	Db *db = keys != NULL ? request_db(request, error) : NULL;
	Room *room = db != NULL ? room_read(db, form->event, error) : NULL;
	if (room == NULL)
		return FALSE;
	vault_csrf(keys, own->bytes, request_now(request), ret_csrf);
	*ret_room = room;
	return TRUE;
}

static Reply *
form_page(Request *request, int status, Form *form, const Ticketed *own, gboolean asked_again,
        const Notice *notice)
{
	GError *error = NULL;
	g_autoptr(Room) room = NULL;
	char csrf[CSRF_TEXT_LENGTH + 1];
	if (!read_room(request, form, own, &room, csrf, &error))
		return reply_error(request, error);
	form->room = room;
	json_t *data = page_data(request, form, own->submission, csrf);
	json_object_set_new(data, "asked_again", json_boolean(asked_again));
	set_slow(data, form, notice);
	set_notice(data, notice);
	return reply_page(request, status, "form", data);
}

/* A fresh form is the same for everyone but for its id and its proof, which take the places of these. */
#define STAND_IN_SUBMISSION "@submission@submission"
#define STAND_IN_CSRF       "@csrf@csrf@csrf@csrf@csrf@csrf"
G_STATIC_ASSERT(sizeof STAND_IN_SUBMISSION == SUBMISSION_TEXT_LENGTH + 1);
G_STATIC_ASSERT(sizeof STAND_IN_CSRF == CSRF_TEXT_LENGTH + 1);

static Reply *
fresh_page(Request *request, Form *form, const Ticketed *own)
{
	GError *error = NULL;
	g_autoptr(Room) room = NULL;
	char csrf[CSRF_TEXT_LENGTH + 1];
	if (!read_room(request, form, own, &room, csrf, &error))
		return reply_error(request, error);
	form->room = room;
	g_autofree char *state = form_state(form);
	g_autofree char *key = g_strdup_printf("form %s %s %" G_GINT64_FORMAT "%s",
	        form->event->slug, locale_code(form->locale), form->event->edition, state);
	Prepared *prepared = request_kept(request, key);
	if (prepared == NULL)
		prepared = request_keep(request, key,
		        prepared_page(request, "form",
		                page_data(request, form, STAND_IN_SUBMISSION, STAND_IN_CSRF), 0));
	const Filling fillings[] = { { STAND_IN_SUBMISSION, own->submission },
		{ STAND_IN_CSRF, csrf } };
	return reply_filled(request, prepared, fillings, G_N_ELEMENTS(fillings));
}

/* Nothing is open: say so, and since or until when. */
static Reply *
shut_page(Request *request, const Event *event, int status)
{
	const Locale *locale = request_locale(request);
	gboolean early = request_now(request) < event->opens;
	g_autofree char *text = early ? locale_begin(locale, event, "event_opens", event->opens)
	                              : locale_begin(locale, event, "event_closed", event->closes);
	Notice notice = { .title = locale_text(
		                  locale, early ? "notice_early_title" : "notice_closed_title"),
		.text = text };
	json_t *data = json_object();
	json_object_set_new(data, "open", json_false());
	set_frame(request, event, data);
	set_notice(data, &notice);
	return reply_page(request, status, "form", data);
}

static Reply *
registration_form(Request *request)
{
	GError *error = NULL;
	Ticketed own;
	const Event *event = request_event(request, &error);
	if (event == NULL)
		return reply_error(request, error);
	if (!form_is_open(event, request_now(request)))
		return shut_page(request, event, 200);
	submission_new(request_now_ms(request), own.submission);
	submission_parse(own.submission, own.bytes);
	Form form = { .event = event,
		.locale = request_locale(request),
		.now = request_now(request),
		.preset = request_query(request) };
	if (fields_get(form.preset, "option") == NULL &&
	        fields_get(form.preset, "delegation") == NULL)
		return fresh_page(request, &form, &own);
	return form_page(request, 200, &form, &own, FALSE, NULL);
}

/* ---- the form that was sent ---- */

typedef struct {
	Form form;
	Ticketed own;
	VaultEvent *keys; /* lent by the vault */
	Registration *registration;
	PlaceWork work;
	char *share; /* with whom is shared, as it stood on the page */
	guint prepared;
} Sent;

static void
sent_free(gpointer data)
{
	Sent *sent = data;
	registration_free(sent->registration);
	g_free(sent->share);
	g_clear_pointer(&sent->form.faults, g_array_unref);
	g_free(sent);
}

/* The form again, with a word on top by its keys. */
static Reply *
ask_again(Request *request, int status, Sent *sent, const char *title_key, const char *text_key)
{
	const Locale *locale = request_locale(request);
	Notice notice = { .title = locale_text(locale, title_key),
		.text = locale_text(locale, text_key),
		.press = TRUE };
	return form_page(request, status, &sent->form, &sent->own, TRUE, &notice);
}

/* A robot fills what people don't see, and is faster than they are. It may as well be a person: so the form comes
 * back once, and the second time it counts. */
static gboolean
seems_robot(Request *request, const Sent *sent)
{
	const Fields *typed = sent->form.typed;
	const char *website = fields_get(typed, "website");
	const char *again = fields_get(typed, "again");
	if (!request_robots(request) || (again != NULL && *again != '\0'))
		return FALSE;
	gint64 made_ms = 0;
	for (guint i = 0; i < 6; i++)
		made_ms = made_ms << 8 | sent->own.bytes[i];
	gint64 age_ms = request_now_ms(request) - made_ms;
	return (website != NULL && *website != '\0') || (age_ms >= 0 && age_ms < TRAP_MS);
}

/* Many come from where this one comes from: it comes back once more, a little later. NULL: it goes on. */
static Reply *
slow_down(Request *request, Sent *sent)
{
	char proof[LANE_PROOF_MAX];
	gint64 wait_ms = 0;
	const Locale *locale = request_locale(request);
	if (!request_robots(request) ||
	        lane_request(request, sent->own.submission, fields_get(sent->form.typed, "slow"),
	                &wait_ms, proof))
		return NULL;
	g_autofree char *text =
	        locale_plural(locale, "notice_slow_text", (wait_ms + 999) / 1000, NULL);
	Notice notice = { .title = locale_text(locale, "notice_slow_title"),
		.text = text,
		.press = TRUE,
		.slow = proof };
	return form_page(request, 422, &sent->form, &sent->own, TRUE, &notice);
}

static Reply *prepare(Request *request, Sent *taken);

/* Once more from the start: what was prepared can't be used twice. */
static Sent *
sent_again(const Sent *sent)
{
	Sent *again = g_new0(Sent, 1);
	again->form = sent->form;
	again->form.faults = NULL;
	again->own = sent->own;
	again->keys = sent->keys;
	again->prepared = sent->prepared;
	return again;
}

static Reply *
refused_page(Request *request, Sent *sent)
{
	const Locale *locale = request_locale(request);
	const PlaceAnswer *answer = &sent->work.answer;
	gboolean full = answer->outcome == PLACE_FULL;
	if (!full && !form_is_open(sent->form.event, request_now(request)))
		return shut_page(request, sent->form.event, 409);
	sent->form.refused = answer;
	g_autofree char *title =
	        locale_format(locale, full ? "notice_full_title" : "notice_shut_title", "what",
	                form_refused_title(&sent->form), NULL);
	Notice notice = { title,
		locale_text(locale, full ? "notice_full_text" : "notice_shut_text") };
	return form_page(request, 409, &sent->form, &sent->own, TRUE, &notice);
}

static char *
ticket_path(const Sent *sent)
{
	char token[LINK_TOKEN_LENGTH + 1];
	vault_link(sent->keys, LINK_TICKET, sent->work.answer.registration,
	        sent->work.answer.link_no, token);
	return g_strconcat("/t/", token, NULL);
}

static Reply *
registration_done(Request *request, gpointer data, const GError *error)
{
	Sent *sent = data;
	const Locale *locale = request_locale(request);
	if (g_error_matches(error, DB_ERROR, DB_ERROR_CONFLICT) && sent->prepared < PREPARE_MAX)
		return prepare(request, sent_again(sent));
	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	request_keep_consent(request, CONSENT_KEEP_INFORMED,
	        sent->registration->shown[CONSENT_KEEP_INFORMED].found);
	g_autofree char *path = NULL;
	switch (sent->work.answer.outcome) {
	case PLACE_TAKEN:
	case PLACE_WAITLISTED: /* the ticket's page says for what */
	case PLACE_TAKEN_BEFORE:
		path = ticket_path(sent);
		return reply_see_other(request, path);
	case PLACE_OTHER: {
		path = ticket_path(sent);
		Notice notice = { locale_text(locale, "notice_other_title"),
			locale_text(locale, "notice_other_text"), path,
			locale_text(locale, "notice_other_link") };
		return form_page(request, 409, &sent->form, &sent->own, TRUE, &notice);
	}
	case PLACE_FULL:
	case PLACE_CLOSED:
		return refused_page(request, sent);
	case PLACE_CHANGED:
		break;
	}
	return ask_again(request, 409, sent, "notice_changed_title", "notice_changed_text");
}

/* A DbWork. */
static gboolean
take_place(Db *db, gpointer data, GError **error)
{
	return registration_work(db, &((Sent *)data)->work, error);
}

/* Reads, seals and signs, and hands the work to the writer. Takes @taken. */
static Reply *
prepare(Request *request, Sent *taken)
{
	Sent *sent = taken;
	GError *error = NULL;
	Reply *reply;
	IntakeAsked asked = { .event = sent->form.event,
		.keys = sent->keys,
		.get = form_get,
		.data = &sent->form,
		.lang = locale_code(sent->form.locale),
		.submission = sent->own.bytes,
		.first_id = id_new(request_now_ms(request)),
		.now = request_now(request),
		.last_person = form_last_person(&sent->form) };
	sent->prepared++;
	sent->form.faults = intake_faults_new();
	form_check_people(&sent->form, sent->form.faults);
	if (sent->form.faults->len > 0) /* the rest is told with it */
		asked.check_only = TRUE;
	sent->registration = intake_take(&asked, sent->form.faults, &error);
	if (sent->registration == NULL || sent->form.faults->len > 0) {
		reply = error != NULL
		        ? reply_error(request, error)
		        : form_page(request, 422, &sent->form, &sent->own, TRUE, NULL);
		sent_free(sent);
		return reply;
	}
	reply = sent->prepared == 1 ? slow_down(request, sent) : NULL;
	if (reply != NULL) {
		sent_free(sent);
		return reply;
	}
	/* only the first one is asked */
	const Place *first = &g_array_index(sent->registration->places, Place, 0);
	if ((first->consents & 1u << CONSENT_SHARE_REGIONAL) != 0)
		sent->share = form_share_text(sent->form.locale, sent->form.event);
	sent->registration->shown[CONSENT_KEEP_INFORMED] =
	        request_consent(request, CONSENT_KEEP_INFORMED);
	sent->registration->shown[CONSENT_SHARE_REGIONAL] = (ConsentShown){ .text = sent->share };
	sent->work = (PlaceWork){
		.event = sent->form.event, .asked = sent->registration, .now = request_now(request)
	};
	return reply_after(request, take_place, registration_done, sent, sent_free);
}

static Reply *
registration_submit(Request *request)
{
	GError *error = NULL;
	const Event *event = request_event(request, &error);
	VaultEvent *keys = event != NULL ? keys_of(request, event, &error) : NULL;
	if (keys == NULL)
		return reply_error(request, error);
	Sent *sent = g_new0(Sent, 1);
	sent->keys = keys;
	sent->form = (Form){ .event = event,
		.locale = request_locale(request),
		.now = request_now(request),
		.typed = request_form(request) };
	const char *stop = fields_get(sent->form.typed, "stop");
	if ((stop != NULL && *stop != '\0') || fields_get(sent->form.typed, "name_2") != NULL)
		sent->form.stop_group = form_stop_group(event);
	/* the guard has seen that it is one of ours */
	g_strlcpy(sent->own.submission, fields_get(sent->form.typed, "submission"),
	        sizeof sent->own.submission);
	submission_parse(sent->own.submission, sent->own.bytes);

	Reply *reply = NULL;
	const char *other_language = fields_get(sent->form.typed, "switch");
	gboolean again = fields_get(sent->form.typed, "again") != NULL;
	if (other_language != NULL || form_pressed(sent->form.typed, &sent->form.press))
		reply = form_page(request, 200, &sent->form, &sent->own, again, NULL);
	else if (request_csrf(request) == CSRF_STALE)
		reply = ask_again(request, 422, sent, "notice_stale_title", "notice_stale_text");
	else if (form_share_is_old(event, sent->form.typed))
		reply = ask_again(
		        request, 409, sent, "notice_changed_title", "notice_changed_text");
	else if (seems_robot(request, sent))
		reply = ask_again(request, 422, sent, "notice_again_title", "notice_again_text");
	if (reply == NULL)
		return prepare(request, sent);
	sent_free(sent);
	return reply;
}

const Route registration_routes[] = {
	{ HTTP_GET, "/e/:event/register", FOR_ANYONE, registration_form },
	{ HTTP_POST, "/e/:event/register", FOR_ANYONE, registration_submit },
	{ 0 },
};
