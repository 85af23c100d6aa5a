#include "web/letter.h"

#include <string.h>

#include "checkin/qr.h"
#include "checkin/ticket.h"
#include "web/calendar.h"
#include "schema/informed.h"
#include "schema/message.h"
#include "schema/places.h"
#include "web/letters/mail_header.h"
#include "web/templates.h"
#include "web/ticket_paper.h"

#define PNG_SCALE   6 /* pixels a module: 318 in all */
#define ID_HASH_HEX 32
#define ID_HASH_TAG "message-id\n"

/* What a kind of letter says and has with it. */
static const struct {
	const char *name, *subject, *text;
	gboolean tickets;   /* pictures and calendar */
	gboolean cancelled; /* goes to people who are not coming */
} kinds[OUTBOX_KINDS] = {
	[OUTBOX_CONFIRMATION] = { "letter_confirmation", "letter_confirmation_subject",
	        "letter_confirmation_text", TRUE, FALSE },
	[OUTBOX_WAITLISTED] = { "letter_waitlisted", "letter_waitlisted_subject",
	        "letter_waitlisted_text", FALSE, FALSE },
	[OUTBOX_PLACE_FREE] = { "letter_place_free", "letter_place_free_subject",
	        "letter_place_free_text", FALSE, FALSE },
	[OUTBOX_CHANGED] = { "letter_changed", "letter_changed_subject", "letter_changed_text",
	        TRUE, FALSE },
	[OUTBOX_CANCELLED] = { "letter_cancelled", "letter_cancelled_subject",
	        "letter_cancelled_text", FALSE, TRUE },
	[OUTBOX_REMINDER] = { "letter_reminder", "letter_reminder_subject", "letter_reminder_text",
	        TRUE, FALSE },
	[OUTBOX_LINK_AGAIN] = { "letter_link", "letter_link_subject", "letter_link_text", TRUE,
	        TRUE },
	[OUTBOX_INFORMED_ASK] = { "letter_informed", "letter_informed_subject",
	        "letter_informed_text", FALSE, FALSE },
	[OUTBOX_INFORMED_KNOWN] = { "letter_informed", "letter_informed_known_subject",
	        "letter_informed_known_text", FALSE, FALSE },
	[OUTBOX_STAFF_MESSAGE] = { "letter_message", "letter_message_subject",
	        "letter_message_text", FALSE, FALSE },
};

const char *
letter_kind_text(const Locale *locale, OutboxKind kind)
{
	return locale_text(locale, kinds[kind].name);
}

static void
picture_free(gpointer data)
{
	LetterPicture *picture = data;

	g_free(picture->id);
	g_free(picture->file);
	g_clear_pointer(&picture->png, g_bytes_unref);
	g_free(picture);
}

void
letter_free(Letter *letter)
{
	if (letter == NULL)
		return;
	g_free(letter->to);
	g_free(letter->message_id);
	g_free(letter->subject);
	g_free(letter->text);
	g_free(letter->html);
	g_free(letter->calendar_file);
	g_clear_pointer(&letter->pictures, g_ptr_array_unref);
	g_clear_pointer(&letter->calendar, g_bytes_unref);
	g_free(letter->leave_url);
	g_clear_pointer(&letter->paper, g_bytes_unref);
	g_free(letter);
}

static void
wipe(char *text)
{
	if (text != NULL)
		explicit_bzero(text, strlen(text));
	g_free(text);
}

void
letter_call_free(LetterCall *call)
{
	if (call == NULL)
		return;
	wipe(call->name);
	wipe(call->email);
	wipe(call->phone);
	wipe(call->words);
	g_free(call);
}

/* ---- what is known ---- */

typedef struct {
	RegistrationPage *page;
	Event *event;
	VaultEvent *keys;
	const Locale *locale;
	OutboxKind kind;
	char *url;
	Message *message; /* of staff; nullable */
	char *subject, *body;
	const Locale *spoken; /* that subject and body are in */
	char *wish_url;       /* where they confirm that they want to stay informed; nullable */
	char *until;          /* until when a place is theirs to take; nullable */
	GPtrArray *holders;   /* of Attendee, lent: who has a ticket to show */
	guint alive;          /* who has not cancelled */
} Known;

static void
known_clear(Known *known)
{
	g_clear_pointer(&known->page, registration_page_free);
	g_clear_pointer(&known->event, event_unref);
	g_clear_pointer(&known->holders, g_ptr_array_unref);
	g_clear_pointer(&known->url, g_free);
	g_clear_pointer(&known->until, g_free);
	g_clear_pointer(&known->message, message_free);
	g_clear_pointer(&known->subject, g_free);
	g_clear_pointer(&known->body, g_free);
	g_clear_pointer(&known->wish_url, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Known, known_clear)

static const Locale *
locale_of(const Event *event, const char *lang)
{
	const Locale *locale = lang != NULL ? locale_find(lang) : NULL;

	if (locale != NULL && !locale_among(locale, locales_of_event(event)))
		locale = NULL;
	if (locale == NULL && event->languages != NULL && event->languages[0] != NULL)
		locale = locale_find(event->languages[0]);
	return locale != NULL ? locale : locale_default();
}

static void
sort_people(Known *known)
{
	known->holders = g_ptr_array_new();
	for (guint i = 0; i < known->page->attendees->len; i++) {
		Attendee *attendee = g_ptr_array_index(known->page->attendees, i);
		if (attendee->cancelled)
			continue;
		known->alive++;
		if (!attendee->option_waitlisted)
			g_ptr_array_add(known->holders, attendee);
	}
	/* who waits in the row must not read that all is settled */
	if (known->kind == OUTBOX_CONFIRMATION && known->holders->len == 0)
		known->kind = OUTBOX_WAITLISTED;
}

/* "Until … it is kept for you. The time zone is PDT." */
static char *
until_text(const Known *known, gint64 offer)
{
	const Event *event = known->event;
	g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(offer);
	g_autoptr(GDateTime) local =
	        utc != NULL ? g_date_time_to_timezone(utc, event->time_zone) : NULL;
	g_autofree char *until = locale_end(known->locale, event, "letter_until", offer);
	if (local == NULL)
		return g_steal_pointer(&until);
	g_autofree char *zone = locale_format(known->locale, "letter_zone", "zone",
	        g_date_time_get_timezone_abbreviation(local), NULL);
	return g_strdup_printf("%s %s", until, zone);
}

/* What is free for @attendee, and until when: the first of their offers that ends. @ret_offered FALSE: none, any more.
 * Of who is called the time begins to run when they have been told. */
static gboolean
look_at_offers(const LetterDesk *desk, gint64 attendee, Known *known, gboolean *ret_offered,
        GError **error)
{
	const Person *contact = registration_contact(known->page);
	g_autoptr(GArray) waits = places_waits(desk->db, known->event, known->page->id, error);
	gint64 first = G_MAXINT64;

	if (waits == NULL)
		return FALSE;
	for (guint i = 0; i < waits->len; i++) {
		const PlacesWait *wait = &g_array_index(waits, PlacesWait, i);
		if (wait->attendee == attendee && wait->offer > desk->now)
			first = MIN(first, wait->offer);
	}
	*ret_offered = first < G_MAXINT64;
	if (contact == NULL || contact->email == NULL)
		first = MIN(first, desk->now + (gint64)known->event->offer_hours * 60 * 60);
	if (*ret_offered)
		known->until = until_text(known, first);
	return TRUE;
}

/* Who ticked "keep me informed" confirms it by a link that this letter alone has. */
static gboolean
look_at_wish(const LetterDesk *desk, Known *known, GError **error)
{
	InformedWish wish;
	gboolean found = FALSE;
	char token[LINK_TOKEN_LENGTH + 1];

	if (!informed_wish(desk->db, known->page->id, &wish, &found, error))
		return FALSE;
	if (found) {
		vault_link(known->keys, LINK_INFORMED_WISH, known->page->id, known->page->link_no,
		        token);
		known->wish_url = g_strdup_printf("%s/stay-informed/from/%s?lang=%s",
		        desk->base_url, token, locale_code(known->locale));
	}
	return TRUE;
}

/* @text with {name} and {link} filled. */
static char *
fill(const Known *known, const char *text)
{
	const Person *contact = registration_contact(known->page);
	GString *filled = g_string_new(text);

	g_string_replace(filled, "{link}", known->url, 0);
	g_string_replace(
	        filled, "{name}", contact != NULL && contact->name != NULL ? contact->name : "", 0);
	return g_string_free(filled, FALSE);
}

/* In the person's language, else in the event's own, else in any that it was written in. */
static const char *
words_lang(const Known *known)
{
	const json_t *words = known->message->words;
	const char *lang;
	json_t *one;

	if (json_object_get(words, locale_code(known->locale)) != NULL)
		return locale_code(known->locale);
	if (json_object_get(words, known->event->languages[0]) != NULL)
		return known->event->languages[0];
	json_object_foreach ((json_t *)words, lang, one)
		return lang;
	return NULL;
}

/* What staff wrote. *@ret_there FALSE: the words have expired, or whom they are for has none of it any more. */
static gboolean
look_at_message(const LetterDesk *desk, const OutboxRow *row, Known *known, gboolean *ret_there,
        GError **error)
{
	g_autoptr(GError) failure = NULL;

	known->message = message_of_cause(desk->db, known->keys, row->cause, &failure);
	if (failure != NULL) {
		g_propagate_error(error, g_steal_pointer(&failure));
		return FALSE;
	}
	const char *lang = known->message != NULL ? words_lang(known) : NULL;
	*ret_there = lang != NULL && registration_contact(known->page) != NULL &&
	        (known->alive > 0 || known->message->filter.to == MESSAGE_TO_CANCELLED);
	if (!*ret_there)
		return TRUE;
	const json_t *words = json_object_get(known->message->words, lang);
	known->spoken = locale_find(lang) != NULL ? locale_find(lang) : known->locale;
	known->subject = fill(known, json_string_value(json_object_get(words, "subject")));
	known->body = fill(known, json_string_value(json_object_get(words, "body")));
	return TRUE;
}

/* @ret_there FALSE: nobody to write to; else @ret is filled. */
static gboolean
know(const LetterDesk *desk, const OutboxRow *row, Known *ret, gboolean *ret_there, GError **error)
{
	g_autoptr(GError) trouble = NULL;
	char token[LINK_TOKEN_LENGTH + 1];

	*ret_there = FALSE;
	ret->kind = row->kind;
	ret->page = registration_read_of(desk->db, desk->vault, row->attendee, &trouble);
	if (ret->page != NULL)
		ret->event = event_shelf_take_by_id(
		        desk->shelf, desk->db, ret->page->event, desk->now, &trouble);
	if (ret->event != NULL)
		ret->keys = vault_event(desk->vault, ret->page->event, &trouble);
	if (g_error_matches(trouble, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT))
		return TRUE;
	if (ret->keys == NULL) {
		g_propagate_error(error, g_steal_pointer(&trouble));
		return FALSE;
	}
	sort_people(ret);
	ret->locale = locale_of(ret->event, ret->page->lang);
	vault_link(ret->keys, LINK_TICKET, ret->page->id, ret->page->link_no, token);
	ret->url = g_strdup_printf("%s/t/%s", desk->base_url, token);
	*ret_there = (ret->alive > 0 || kinds[ret->kind].cancelled) &&
	        registration_contact(ret->page) != NULL;
	if (row->kind == OUTBOX_STAFF_MESSAGE)
		return look_at_message(desk, row, ret, ret_there, error);
	if (row->kind == OUTBOX_CONFIRMATION || row->kind == OUTBOX_WAITLISTED)
		return look_at_wish(desk, ret, error);
	/* an offer that was answered, or ran out, needs no letter */
	return !*ret_there || ret->kind != OUTBOX_PLACE_FREE ||
	        look_at_offers(desk, row->attendee, ret, ret_there, error);
}

/* ---- parts ---- */

char *
letter_message_id(VaultEvent *keys, const char *cause, const char *domain)
{
	g_autofree char *content = g_strconcat(ID_HASH_TAG, cause, NULL);
	guint8 hash[CONTENT_HASH_BYTES];
	char hex[ID_HASH_HEX + 1];

	vault_hash_content(keys, content, strlen(content), hash);
	for (guint i = 0; i < ID_HASH_HEX / 2; i++)
		g_snprintf(hex + 2 * i, 3, "%02x", hash[i]);
	return g_strdup_printf("%s@%s", hex, domain);
}

static gboolean
add_pictures(const Known *known, const char *domain, Letter *letter, GError **error)
{
	for (guint i = 0; i < known->holders->len; i++) {
		const Attendee *attendee = g_ptr_array_index(known->holders, i);
		LetterPicture *picture = g_new0(LetterPicture, 1);
		char text[T1_TEXT_LENGTH + 1];

		g_ptr_array_add(letter->pictures, picture);
		picture->id = g_strdup_printf("ticket-%u@%s", i + 1, domain);
		picture->file = g_strdup_printf(
		        "%s-%u.png", locale_text(known->locale, "ticket_file"), i + 1);
		ticket_text(known->event, known->keys, &attendee->ticket, text);
		picture->png = qr_png(text, PNG_SCALE, error);
		if (picture->png == NULL)
			return FALSE;
	}
	return TRUE;
}

static void
add_calendar(const Known *known, gint64 now, Letter *letter)
{
	g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(ChosenSession));

	for (guint i = 0; i < known->holders->len; i++) {
		g_autoptr(GArray) sessions =
		        attendee_sessions(known->event, g_ptr_array_index(known->holders, i));
		for (guint j = 0; j < sessions->len; j++) {
			ChosenSession one = g_array_index(sessions, ChosenSession, j);
			gboolean there = FALSE;
			for (guint k = 0; k < all->len && !there; k++)
				there = g_array_index(all, ChosenSession, k).session_no ==
				        one.session_no;
			if (!there)
				g_array_append_val(all, one);
		}
	}
	letter->calendar = calendar_make(known->event, all,
	        locale_text(known->locale, "calendar_title"), letter->message_id, now);
	letter->calendar_file =
	        g_strdup_printf("%s.ics", locale_text(known->locale, "calendar_file"));
}

static gboolean
add_paper(const Known *known, gint64 now, Letter *letter, GError **error)
{
	g_autoptr(TicketPaper) paper = ticket_paper_new_neutral(
	        known->event, known->keys, known->locale, known->page, now);
	g_autoptr(GBytes) pdf = NULL;

	if (paper == NULL)
		return TRUE;
	pdf = ticket_paper_pdf(paper, error);
	if (pdf == NULL)
		return FALSE;
	if (g_bytes_get_size(pdf) <= LETTER_PAPER_MAX) {
		letter->paper = g_steal_pointer(&pdf);
		letter->paper_file = LETTER_PAPER_FILE;
	}
	return TRUE;
}

/* "Ticket 1, code K7MQ-2XRT-9" */
static char *
code_line(const Known *known, guint i)
{
	const Attendee *attendee = g_ptr_array_index(known->holders, i);
	char typed[TYPED_CODE_SHOWN_LENGTH + 1];
	g_autofree char *number = locale_number(known->locale, i + 1);

	typed_code_show(attendee->ticket.typed_code, typed);
	return locale_format(known->locale, "letter_code", "number", number, "code", typed, NULL);
}

static char *
text_part(const Known *known, const LetterDesk *desk, const Letter *letter)
{
	const Locale *locale = known->locale;
	const gboolean tickets = kinds[known->kind].tickets;
	GString *text = g_string_new(NULL);

	g_string_append_printf(text, "%s\n\n%s\n", locale_text(locale, "letter_hello"),
	        known->body != NULL ? known->body : locale_text(locale, kinds[known->kind].text));
	if (known->until != NULL)
		g_string_append_printf(text, "%s\n", known->until);
	g_string_append_printf(text, "\n%s\n%s\n", locale_text(locale, "letter_page"), known->url);
	for (guint i = 0; tickets && i < known->holders->len; i++) {
		g_autofree char *line = code_line(known, i);
		g_string_append_printf(text, "%s%s\n", i == 0 ? "\n" : "", line);
	}
	if (tickets && known->holders->len > 0)
		g_string_append_printf(text, "%s\n", locale_text(locale, "letter_code_help"));
	if (letter->paper != NULL)
		g_string_append_printf(text, "\n%s\n", locale_text(locale, "letter_paper"));
	if (letter->calendar != NULL)
		g_string_append_printf(text, "\n%s\n", locale_text(locale, "letter_calendar"));
	if (known->wish_url != NULL)
		g_string_append_printf(
		        text, "\n%s\n%s\n", locale_text(locale, "letter_wish"), known->wish_url);
	g_string_append_printf(text, "\n%s\n%s\n", locale_text(locale, "letter_private"),
	        locale_text(locale, "letter_why"));
	if (desk->answered)
		g_string_append_printf(text, "%s\n", locale_text(locale, "letter_answer"));
	return g_string_free(text, FALSE);
}

/* Each line is a paragraph. */
static void
set_body(json_t *data, const Known *known)
{
	g_auto(GStrv) lines = g_strsplit(known->body, "\n", -1);
	json_t *paragraphs = json_array();

	for (guint i = 0; lines[i] != NULL; i++)
		if (*g_strstrip(lines[i]) != '\0')
			json_array_append_new(paragraphs, json_string(lines[i]));
	json_object_set_new(data, "message",
	        json_pack("{s:o, s:s, s:s}", "paragraphs", paragraphs, "lang",
	                locale_code(known->spoken), "dir",
	                locale_right_to_left(known->spoken) ? "rtl" : "ltr"));
}

static char *
html_part(const Known *known, const LetterDesk *desk, const Letter *letter)
{
	const Locale *locale = known->locale;
	json_t *tickets = json_array();
	GString *html = g_string_sized_new(4096);

	for (guint i = 0; i < letter->pictures->len; i++) {
		const LetterPicture *picture = g_ptr_array_index(letter->pictures, i);
		g_autofree char *line = code_line(known, i);
		json_array_append_new(
		        tickets, json_pack("{s:s, s:s}", "picture", picture->id, "code", line));
	}
	json_auto_t *data =
	        json_pack("{s:O, s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:b, s:o, s:b, s:s?}", "_",
	                locale_catalogue(locale), "lang", locale_code(locale), "dir",
	                locale_right_to_left(locale) ? "rtl" : "ltr", "subject", letter->subject,
	                "text", locale_text(locale, kinds[known->kind].text), "url", known->url,
	                "has_tickets", letter->pictures->len > 0, "calendar",
	                letter->calendar != NULL, "answered", desk->answered, "tickets", tickets,
	                "paper", letter->paper != NULL, "until", known->until);
	if (known->body != NULL)
		set_body(data, known);
	if (known->wish_url != NULL)
		json_object_set_new(data, "wish_url", json_string(known->wish_url));
	template_render(template_find(web_templates, "letter"), data, html);
	return g_string_free(html, FALSE);
}

gboolean
letter_make(const LetterDesk *desk, const OutboxRow *row, Letter **ret, LetterOutcome *ret_outcome,
        GError **error)
{
	g_auto(Known) known = { 0 };
	gboolean there = FALSE;

	if (row->kind == OUTBOX_INFORMED_ASK || row->kind == OUTBOX_INFORMED_KNOWN)
		return letter_informed_make(desk, row, ret, ret_outcome, error);
	if (!know(desk, row, &known, &there, error))
		return FALSE;
	const Person *contact = there ? registration_contact(known.page) : NULL;
	if (contact == NULL || contact->email == NULL || !mail_address_is_fit(contact->email)) {
		*ret_outcome = contact == NULL ? LETTER_NOBODY : LETTER_NO_ADDRESS;
		return TRUE;
	}
	g_autoptr(Letter) letter = g_new0(Letter, 1);
	letter->to = g_strdup(contact->email);
	letter->subject = g_strdup(known.subject != NULL
	                ? known.subject
	                : locale_text(known.locale, kinds[known.kind].subject));
	letter->message_id = letter_message_id(known.keys, row->cause, desk->domain);
	letter->pictures = g_ptr_array_new_with_free_func(picture_free);
	if (kinds[known.kind].tickets) {
		if (!add_pictures(&known, desk->domain, letter, error))
			return FALSE;
		add_calendar(&known, desk->now, letter);
		if (!add_paper(&known, desk->now, letter, error))
			return FALSE;
	}
	letter->text = text_part(&known, desk, letter);
	letter->html = html_part(&known, desk, letter);
	*ret = g_steal_pointer(&letter);
	*ret_outcome = LETTER_MADE;
	return TRUE;
}

/* ---- for who calls ---- */

static char *
call_words(const Known *known)
{
	GString *words = g_string_new(NULL);

	g_string_append_printf(words, "%s %s %s%s%s", locale_text(known->locale, "letter_hello"),
	        known->body != NULL ? known->body
	                            : locale_text(known->locale, kinds[known->kind].text),
	        known->until != NULL ? known->until : "", known->until != NULL ? " " : "",
	        known->url);
	for (guint i = 0; kinds[known->kind].tickets && i < known->holders->len; i++) {
		g_autofree char *line = code_line(known, i);
		g_string_append_printf(words, "\n%s", line);
	}
	return g_string_free(words, FALSE);
}

gboolean
letter_call(const LetterDesk *desk, const OutboxRow *row, LetterCall **ret, GError **error)
{
	g_auto(Known) known = { 0 };
	gboolean there = FALSE;

	*ret = NULL;
	if (!know(desk, row, &known, &there, error))
		return FALSE;
	if (!there)
		return TRUE;
	const Person *contact = registration_contact(known.page);
	const Attendee *first = g_ptr_array_index(known.page->attendees, 0);
	LetterCall *call = g_new0(LetterCall, 1);
	call->name = g_strdup(contact->name);
	call->email = g_strdup(contact->email);
	call->phone = g_strdup(contact->phone);
	call->words = call_words(&known);
	call->locale = known.locale;
	call->region_no = first->region_no;
	call->delegation_no = first->delegation_no;
	*ret = call;
	return TRUE;
}
