/*
 * /t/{token}/data: all that is kept about the people of a registration, in words; data.json: the same for programs;
 * event.ics: when they are expected.
 *
 * Everything is told that is theirs: what they said, where they have places, what they agreed to and when, which letters
 * were made, when their tickets were scanned and where, and until when it is kept.
 */
#include <string.h>

#include "schema/self.h"
#include "web/calendar.h"
#include "web/form.h"
#include "web/letter.h"
#include "web/routes.h"
#include "web/ticket_own.h"

/* What is said of a person: its name in the JSON, its label, how its value is put in words. */
typedef struct {
	const char *name, *label;
	gsize offset;       /* of a char * in Person */
	const char *prefix; /* of the value's text in the catalogue; NULL: as it is */
} Said;

static const Said saids[] = {
	{ "name", "field_name", G_STRUCT_OFFSET(Person, name), NULL },
	{ "contact", "field_contact", G_STRUCT_OFFSET(Person, contact), "contact_" },
	{ "email", "field_email", G_STRUCT_OFFSET(Person, email), NULL },
	{ "phone", "field_phone", G_STRUCT_OFFSET(Person, phone), NULL },
	{ "county", "field_county", G_STRUCT_OFFSET(Person, county), NULL },
	{ "zip", "field_zip", G_STRUCT_OFFSET(Person, zip), NULL },
	{ "assembly_district", "field_assembly_district",
	        G_STRUCT_OFFSET(Person, assembly_district), NULL },
	{ "senate_district", "field_senate_district", G_STRUCT_OFFSET(Person, senate_district),
	        NULL },
	{ "guardian", "field_guardian", G_STRUCT_OFFSET(Person, guardian_note), "guardian_" },
	{ "photo", "field_photo", G_STRUCT_OFFSET(Person, photo), "photo_" },
	{ "interpretation", "field_interpretation", G_STRUCT_OFFSET(Person, interpretation),
	        "interpretation_" },
	{ "meal", "field_meal", G_STRUCT_OFFSET(Person, meal), "meal_" },
	{ "access_text", "field_access_text", G_STRUCT_OFFSET(Person, access_text), NULL },
	{ "childcare", "field_childcare", G_STRUCT_OFFSET(Person, childcare), NULL },
	{ "first_time", "field_first_time", G_STRUCT_OFFSET(Person, first_time), "form_" },
	{ "emergency_name", "section_emergency", G_STRUCT_OFFSET(Person, emergency_name), NULL },
	{ "emergency_phone", "section_emergency", G_STRUCT_OFFSET(Person, emergency_phone), NULL },
};

static const char *
said_of(const Person *person, const Said *said)
{
	return *(char *const *)((const char *)person + said->offset);
}

/* All that is known of one attendee. */
typedef struct {
	const Own *own;
	const Locale *locale;
	const Attendee *attendee;
	SelfPerson self;
	SelfKept kept;
} Known;

static void
known_clear(Known *known)
{
	self_person_clear(&known->self);
	self_kept_clear(&known->kept);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Known, known_clear)

static gboolean
know(const Own *own, const Locale *locale, const Attendee *attendee, Known *ret, GError **error)
{
	*ret = (Known){ .own = own, .locale = locale, .attendee = attendee };
	return self_person(own->db, own->keys, attendee->id, &ret->self, error) &&
	        self_kept(own->db, own->event, attendee->id, &ret->kept, error);
}

static const char *
session_code(const Event *event, guint16 no)
{
	const EventSession *session = event_session(event, no);

	return session != NULL ? session->code : "";
}

static const char *const consent_names[] = {
	[CONSENT_KEEP_INFORMED] = "keep_informed",
	[CONSENT_SHARE_REGIONAL] = "share_regional",
};

/* ---- for programs ---- */

static json_t *
time_json(gint64 time)
{
	g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(time);
	g_autofree char *text =
	        date != NULL ? g_date_time_format(date, "%Y-%m-%dT%H:%M:%SZ") : NULL;

	return text != NULL ? json_string(text) : json_null();
}

static json_t *
said_json(const Known *known)
{
	const Person *person = known->self.person;
	json_t *said = json_object(), *needs = json_array(), *answers = json_object();

	for (guint i = 0; i < G_N_ELEMENTS(saids); i++)
		if (said_of(person, &saids[i]) != NULL)
			json_object_set_new(
			        said, saids[i].name, json_string(said_of(person, &saids[i])));
	for (char **need = person->access; need != NULL && *need != NULL; need++)
		json_array_append_new(needs, json_string(*need));
	for (guint class = 0; class < SEALED_CLASSES; class ++) {
		char **list = person->answers[class];
		for (guint i = 0; list != NULL && list[i] != NULL && list[i + 1] != NULL; i += 2)
			json_object_set_new(answers, list[i], json_string(list[i + 1]));
	}
	json_object_set_new(said, "age_band", json_string(intake_age_bands[known->self.age_band]));
	json_object_set_new(said, "access", needs);
	json_object_set_new(said, "questions", answers);
	return said;
}

static json_t *
bookings_json(const Known *known)
{
	json_t *list = json_array();

	for (guint i = 0; i < known->kept.bookings->len; i++) {
		const SelfBooking *booking = &g_array_index(known->kept.bookings, SelfBooking, i);
		json_array_append_new(list,
		        json_pack("{s:s, s:i, s:s, s:o}", "session",
		                session_code(known->own->event, booking->session_no), "stop",
		                (int)booking->stop_no, "state",
		                booking->confirmed ? "confirmed" : "waitlisted", "offered_until",
		                booking->offer != 0 ? time_json(booking->offer) : json_null()));
	}
	return list;
}

static json_t *
scans_json(const Known *known)
{
	json_t *list = json_array();

	for (guint i = 0; i < known->kept.scans->len; i++) {
		const SelfScan *scan = &g_array_index(known->kept.scans, SelfScan, i);
		const EventCheckpoint *place =
		        event_checkpoint(known->own->event, scan->checkpoint_no);
		json_array_append_new(list,
		        json_pack("{s:o, s:s, s:s, s:s}", "at", time_json(scan->at / 1000),
		                "session", session_code(known->own->event, scan->session_no),
		                "checkpoint", place != NULL ? place->name : "", "decision",
		                scan->decision));
	}
	return list;
}

static json_t *
consents_json(const Known *known)
{
	json_t *list = json_array();

	for (guint i = 0; i < known->kept.consents->len; i++) {
		const SelfConsent *consent = &g_array_index(known->kept.consents, SelfConsent, i);
		json_array_append_new(list,
		        json_pack("{s:s, s:b, s:o, s:I, s:s, s:s?}", "kind",
		                consent_names[consent->kind], "given", consent->given, "at",
		                time_json(consent->at), "text_version",
		                (json_int_t)consent->text_version, "language", consent->lang,
		                "text", consent->text));
	}
	return list;
}

static json_t *
letters_json(const Known *known)
{
	json_t *list = json_array();

	for (guint i = 0; i < known->kept.letters->len; i++) {
		const SelfLetterKept *letter =
		        &g_array_index(known->kept.letters, SelfLetterKept, i);
		json_array_append_new(list,
		        json_pack("{s:s, s:s, s:o}", "kind", outbox_kind_name(letter->kind),
		                "state", outbox_state_name(letter->state), "made",
		                time_json(letter->made)));
	}
	return list;
}

static json_t *
kept_until_json(const Known *known)
{
	json_t *until = json_object();

	for (guint class = 0; class < SEALED_CLASSES; class ++)
		if (known->self.expires[class] != 0)
			json_object_set_new(until, sealed_class_name((SealedClass) class),
			        time_json(known->self.expires[class]));
	return until;
}

static json_t *
person_json(const Known *known)
{
	const Event *event = known->own->event;
	const Attendee *attendee = known->attendee;
	const EventRegion *region = event_region(event, attendee->region_no);
	const EventDelegation *delegation = event_delegation(event, attendee->delegation_no);
	const EventOption *option = event_option(event, attendee->option_no);
	char code[TYPED_CODE_SHOWN_LENGTH + 1];

	typed_code_show(attendee->ticket.typed_code, code);
	return json_pack(
	        "{s:i, s:s, s:s, s:o, s:s?, s:s?, s:s?, s:s?, s:s, s:o, s:o, s:o, s:o, s:o}",
	        "number", (int)attendee->no, "ticket_code", code, "state",
	        attendee->cancelled ? "cancelled" : "active", "said", said_json(known), "region",
	        region != NULL ? region->code : NULL, "delegation",
	        delegation != NULL ? delegation->code : NULL, "option",
	        option != NULL ? option->code : NULL, "option_state",
	        option == NULL                          ? NULL
	                : known->kept.option_waitlisted ? "waitlisted"
	                                                : "confirmed",
	        "fee", attendee->fee, "bookings", bookings_json(known), "scans", scans_json(known),
	        "consents", consents_json(known), "letters", letters_json(known), "kept_until",
	        kept_until_json(known));
}

static Reply *
data_file(Request *request)
{
	GError *error = NULL;
	g_auto(Own) own = { 0 };
	Reply *refused = NULL;
	gint64 made = 0;
	char lang[12] = "";
	if (!own_open(request, &own, &refused))
		return refused;
	json_auto_t *people = json_array();
	for (guint i = 0; i < own.page->attendees->len; i++) {
		g_auto(Known) known = { 0 };
		if (!know(&own, request_locale(request), g_ptr_array_index(own.page->attendees, i),
		            &known, &error))
			return reply_error(request, error);
		made = known.kept.made;
		g_strlcpy(lang, known.self.lang, sizeof lang);
		json_array_append_new(people, person_json(&known));
	}
	json_t *all = json_pack("{s:o, s:s, s:o, s:s, s:O}", "exported",
	        time_json(request_now(request)), "event", own.event->slug, "registered",
	        time_json(made), "language", lang, "people", people);
	Reply *reply = reply_json(request, 200, all);
	reply_header(reply, "Content-Disposition", "attachment; filename=\"my-data.json\"");
	return reply;
}

/* ---- in words ---- */

static void
add_row(json_t *rows, const char *label, const char *value)
{
	if (value != NULL && *value != '\0')
		json_array_append_new(
		        rows, json_pack("{s:s, s:s}", "label", label, "value", value));
}

static const char *
in_words(const Locale *locale, const char *prefix, const char *code)
{
	if (prefix == NULL || code == NULL)
		return code;
	if (strcmp(prefix, "guardian_") == 0) /* a name, or one of two words */
		return strcmp(code, GUARDIAN_PAPER) == 0 ? locale_text(locale, "guardian_on_paper")
		        : strcmp(code, GUARDIAN_DELEGATION) == 0
		        ? locale_text(locale, "guardian_chaperone")
		        : code;
	g_autofree char *key = g_strconcat(prefix, code, NULL);
	const char *text = locale_text(locale, key);
	return text != key ? text : code;
}

static char *
in_words_all(const Locale *locale, const char *prefix, char **codes)
{
	g_autoptr(GPtrArray) texts = g_ptr_array_new();

	for (; codes != NULL && *codes != NULL; codes++)
		g_ptr_array_add(texts, (gpointer)in_words(locale, prefix, *codes));
	guint n = texts->len;
	g_ptr_array_add(texts, NULL);
	return n > 0 ? locale_list(locale, (const char *const *)texts->pdata, n) : NULL;
}

static void
add_answer(const Known *known, const char *code, const char *answer, json_t *rows)
{
	const Event *event = known->own->event;
	const EventQuestion *question = event_question_by_code(event, code);
	g_autofree char *text = question != NULL
	        ? form_answer_text(known->locale, event, question, answer)
	        : g_strdup(answer);

	add_row(rows,
	        question != NULL ? event_text(event, question->label, locale_code(known->locale))
	                         : code,
	        text);
}

static json_t *
said_rows(const Known *known)
{
	const Locale *locale = known->locale;
	const Person *person = known->self.person;
	g_autofree char *needs = in_words_all(locale, "access_", person->access);
	json_t *rows = json_array();

	for (guint i = 0; i < G_N_ELEMENTS(saids); i++)
		add_row(rows, locale_text(locale, saids[i].label),
		        in_words(locale, saids[i].prefix, said_of(person, &saids[i])));
	add_row(rows, locale_text(locale, "field_age_band"),
	        in_words(locale, "age_", intake_age_bands[known->self.age_band]));
	add_row(rows, locale_text(locale, "field_access"), needs);
	for (guint class = 0; class < SEALED_CLASSES; class ++) {
		char **list = person->answers[class];
		for (guint i = 0; list != NULL && list[i] != NULL && list[i + 1] != NULL; i += 2)
			add_answer(known, list[i], list[i + 1], rows);
	}
	return rows;
}

static json_t *
place_rows(const Known *known)
{
	const Locale *locale = known->locale;
	const Event *event = known->own->event;
	const char *lang = locale_code(locale);
	const Attendee *attendee = known->attendee;
	const EventRegion *region = event_region(event, attendee->region_no);
	const EventDelegation *delegation = event_delegation(event, attendee->delegation_no);
	const EventOption *option = event_option(event, attendee->option_no);
	char code[TYPED_CODE_SHOWN_LENGTH + 1];
	json_t *rows = json_array();

	typed_code_show(attendee->ticket.typed_code, code);
	add_row(rows, locale_text(locale, "own_data_code"), code);
	add_row(rows, locale_text(locale, "field_region"),
	        region != NULL ? event_text(event, region->name, lang) : NULL);
	add_row(rows, locale_text(locale, "field_delegation"),
	        delegation != NULL ? delegation->name : NULL);
	add_row(rows, locale_text(locale, "field_option"),
	        option != NULL ? event_text(event, option->title, lang) : NULL);
	for (guint i = 0; i < known->kept.bookings->len; i++) {
		const SelfBooking *booking = &g_array_index(known->kept.bookings, SelfBooking, i);
		const EventSession *session = event_session(event, booking->session_no);
		if (session != NULL)
			add_row(rows, event_text(event, session->title, lang),
			        locale_text(locale,
			                booking->confirmed ? "own_data_place" : "own_data_waits"));
	}
	add_row(rows, locale_text(locale, "own_data_fee"), own_fee_text(locale, attendee->fee));
	return rows;
}

static json_t *
event_rows(const Known *known)
{
	const Locale *locale = known->locale;
	const Event *event = known->own->event;
	json_t *rows = json_array();
	g_autofree char *made = locale_date_time(locale, event, known->kept.made);

	add_row(rows, made, locale_text(locale, "own_data_registered"));
	for (guint i = 0; i < known->kept.consents->len; i++) {
		const SelfConsent *consent = &g_array_index(known->kept.consents, SelfConsent, i);
		g_autofree char *when = locale_date_time(locale, event, consent->at);
		g_autofree char *key = g_strconcat("field_", consent_names[consent->kind], NULL);
		g_autofree char *version = locale_number(locale, consent->text_version);
		g_autofree char *text = locale_format(locale,
		        consent->given ? "own_data_agreed" : "own_data_withdrawn", "what",
		        consent->text != NULL ? consent->text : locale_text(locale, key), "version",
		        version, NULL);
		add_row(rows, when, text);
	}
	for (guint i = 0; i < known->kept.letters->len; i++) {
		const SelfLetterKept *letter =
		        &g_array_index(known->kept.letters, SelfLetterKept, i);
		g_autofree char *when = locale_date_time(locale, event, letter->made);
		g_autofree char *text = locale_format(locale, "own_data_letter", "what",
		        letter_kind_text(locale, letter->kind), NULL);
		add_row(rows, when, text);
	}
	for (guint i = 0; i < known->kept.scans->len; i++) {
		const SelfScan *scan = &g_array_index(known->kept.scans, SelfScan, i);
		const EventSession *session = event_session(event, scan->session_no);
		const EventCheckpoint *place = event_checkpoint(event, scan->checkpoint_no);
		g_autofree char *when = locale_date_time(locale, event, scan->at / 1000);
		g_autofree char *text = locale_format(locale, "own_data_scan", "session",
		        session != NULL ? event_text(event, session->title, locale_code(locale))
		                        : "",
		        "place", place != NULL ? place->name : "", NULL);
		add_row(rows, when, text);
	}
	return rows;
}

static json_t *
until_rows(const Known *known)
{
	static const char *const labels[SEALED_CLASSES] = {
		[SEALED_IDENTITY] = "own_data_identity",
		[SEALED_LOGISTICS] = "own_data_logistics",
		[SEALED_EMERGENCY] = "own_data_emergency",
	};
	json_t *rows = json_array();

	for (guint class = 0; class < SEALED_CLASSES; class ++) {
		if (known->self.expires[class] == 0)
			continue;
		g_autofree char *when = locale_date_time(
		        known->locale, known->own->event, known->self.expires[class]);
		add_row(rows, locale_text(known->locale, labels[class]), when);
	}
	return rows;
}

static void
add_group(const Locale *locale, json_t *groups, const char *heading, json_t *rows)
{
	if (json_array_size(rows) > 0)
		json_array_append_new(groups,
		        json_pack("{s:s, s:O}", "heading", locale_text(locale, heading), "rows",
		                rows));
	json_decref(rows);
}

static json_t *
person_data(const Known *known)
{
	const Locale *locale = known->locale;
	json_t *groups = json_array();

	add_group(locale, groups, "own_data_said", said_rows(known));
	add_group(locale, groups, "own_data_places", place_rows(known));
	add_group(locale, groups, "own_data_events", event_rows(known));
	add_group(locale, groups, "own_data_until", until_rows(known));
	return json_pack("{s:o, s:i, s:o}", "name", own_name(known->own, locale, known->attendee),
	        "no", (int)known->attendee->no, "groups", groups);
}

static Reply *
data_page(Request *request)
{
	GError *error = NULL;
	g_auto(Own) own = { 0 };
	Reply *refused = NULL;
	if (!own_open(request, &own, &refused))
		return refused;
	json_auto_t *people = json_array();
	for (guint i = 0; i < own.page->attendees->len; i++) {
		g_auto(Known) known = { 0 };
		if (!know(&own, request_locale(request), g_ptr_array_index(own.page->attendees, i),
		            &known, &error))
			return reply_error(request, error);
		json_array_append_new(people, person_data(&known));
	}
	g_autofree char *file = own_path(own.token, "/data.json");
	json_t *data = own_frame(request, &own, "own_data_title");
	json_object_set(data, "people", people);
	json_object_set_new(data, "file", json_string(file));
	return reply_page(request, 200, "ticket_data", data);
}

/* ---- the calendar ---- */

/* Where somebody of the registration has a place, each session once. */
static GArray *
sessions_of(const Own *own)
{
	GArray *all = g_array_new(FALSE, FALSE, sizeof(ChosenSession));

	for (guint i = 0; i < own->page->attendees->len; i++) {
		const Attendee *attendee = g_ptr_array_index(own->page->attendees, i);
		if (attendee->cancelled || attendee->option_waitlisted)
			continue;
		g_autoptr(GArray) theirs = attendee_sessions(own->event, attendee);
		for (guint j = 0; j < theirs->len; j++) {
			const ChosenSession *one = &g_array_index(theirs, ChosenSession, j);
			gboolean there = FALSE;
			for (guint k = 0; k < all->len && !there; k++)
				there = g_array_index(all, ChosenSession, k).session_no ==
				        one->session_no;
			if (!there)
				g_array_append_val(all, *one);
		}
	}
	return all;
}

/* The same for the same registration, so that a file that is opened again replaces its entries; it tells nothing. */
static void
uid_of(const Own *own, char ret_uid[33])
{
	g_autofree char *named = g_strdup_printf("calendar %" G_GINT64_FORMAT, own->page->id);
	guint8 hash[32];

	hash_sha256(named, strlen(named), hash);
	for (guint i = 0; i < 16; i++)
		g_snprintf(ret_uid + 2 * i, 3, "%02x", hash[i]);
}

static Reply *
calendar_file(Request *request)
{
	g_auto(Own) own = { 0 };
	Reply *refused = NULL;
	char uid[33];
	if (!own_open(request, &own, &refused))
		return refused;
	const Locale *locale = request_locale(request);
	g_autoptr(GArray) sessions = sessions_of(&own);
	uid_of(&own, uid);
	GBytes *bytes = calendar_make(own.event, sessions, locale_text(locale, "calendar_title"),
	        uid, request_now(request));
	if (bytes == NULL)
		return reply_status(request, 404);
	Reply *reply = reply_bytes(request, 200, "text/calendar; charset=utf-8", bytes);
	reply_header(reply, "Content-Disposition", "attachment; filename=\"calendar.ics\"");
	return reply;
}

const Route ticket_data_routes[] = {
	{ HTTP_GET, "/t/:token/data", FOR_HOLDER, data_page },
	{ HTTP_GET, "/t/:token/data.json", FOR_HOLDER, data_file },
	{ HTTP_GET, "/t/:token/event.ics", FOR_HOLDER, calendar_file },
	{ 0 },
};
