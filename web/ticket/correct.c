/*
 * /t/{token}/correct/{no}: what somebody said about themselves, anew. /t/{token}/contact: how the registration is reached, its
 * language, where its people come from, what it agrees to. Both by the form's own rules (schema/intake.h).
 *
 * A form says what it was made from: when that was changed meanwhile, nothing is overwritten, and what was typed stays.
 */
#include <string.h>

#include "schema/self.h"
#include "web/form.h"
#include "web/routes.h"
#include "web/ticket_own.h"

#define SEEN_HEX (2 * SELF_SEEN_BYTES)

/* ---- from what is kept to a form ---- */

static void
add(Fields *fields, const char *name, const char *value)
{
	if (value != NULL && *value != '\0')
		fields_add(fields, name, value);
}

static gboolean
has_choices(const Event *event, const char *code)
{
	for (guint i = 0; i < event->questions->len; i++) {
		const EventQuestion *question = g_ptr_array_index(event->questions, i);
		if (strcmp(question->code, code) == 0)
			return strcmp(question->type, "choices") == 0;
	}
	return FALSE;
}

static void
add_answers(const Event *event, const Person *person, Fields *fields)
{
	for (guint class = 0; class < SEALED_CLASSES; class ++) {
		char **answers = person->answers[class];
		for (guint i = 0; answers != NULL && answers[i] != NULL && answers[i + 1] != NULL;
		        i += 2) {
			g_autofree char *name = g_strconcat("question_", answers[i], NULL);
			if (!has_choices(event, answers[i])) {
				add(fields, name, answers[i + 1]);
				continue;
			}
			g_auto(GStrv) chosen = g_strsplit(answers[i + 1], ",", -1);
			for (guint j = 0; chosen[j] != NULL; j++)
				add(fields, name, chosen[j]);
		}
	}
}

static Fields *
fields_of_person(const Event *event, const SelfPerson *self)
{
	const Person *person = self->person;
	Fields *fields = fields_new();

	add(fields, "name", person->name);
	add(fields, "age_band", intake_age_bands[self->age_band]);
	add(fields, "guardian", person->guardian_note);
	add(fields, "photo", person->photo);
	add(fields, "interpretation", person->interpretation);
	add(fields, "meal", person->meal);
	for (char **need = person->access; need != NULL && *need != NULL; need++)
		add(fields, "access", *need);
	add(fields, "access_text", person->access_text);
	add(fields, "childcare", person->childcare);
	add(fields, "first_time", person->first_time);
	add(fields, "emergency_name", person->emergency_name);
	add(fields, "emergency_phone", person->emergency_phone);
	add_answers(event, person, fields);
	return fields;
}

/* Did they agree to what stands there now? A box is preset only then: who agreed to share with one organization has not agreed
 * to share with the next. */
static gboolean
shares_still(Db *db, const Event *event, gint64 attendee, const SelfPerson *self, gboolean *ret,
        GError **error)
{
	g_autofree char *words = NULL, *now = NULL;
	char lang[12];

	*ret = (self->consents & (1u << CONSENT_SHARE_REGIONAL)) != 0;
	if (!self_consent_words(db, attendee, CONSENT_SHARE_REGIONAL, lang, &words, error))
		return FALSE;
	const Locale *locale = locale_find(lang);
	if (words != NULL && locale != NULL)
		now = form_share_text(locale, event);
	if (words != NULL && g_strcmp0(words, now) != 0)
		*ret = FALSE;
	return TRUE;
}

static Fields *
fields_of_contact(const Event *event, const SelfPerson *self, gboolean shares)
{
	const Person *person = self->person;
	const EventRegion *region = event_region(event, self->region_no);
	Fields *fields = fields_new();

	add(fields, "contact", person->contact);
	add(fields, "email", person->email);
	add(fields, "phone", person->phone);
	add(fields, "language", self->lang);
	add(fields, "region", region != NULL ? region->code : NULL);
	add(fields, "county", person->county);
	add(fields, "zip", person->zip);
	add(fields, "assembly_district", person->assembly_district);
	add(fields, "senate_district", person->senate_district);
	if ((self->consents & (1u << CONSENT_KEEP_INFORMED)) != 0)
		fields_add(fields, "keep_informed", "yes");
	if (shares)
		fields_add(fields, "share_regional", "yes");
	return fields;
}

/* Whose contact is the registration's: who has an address, else a phone, else the first; NULL when all have left. */
static const Attendee *
contact_holder(const RegistrationPage *page)
{
	const Attendee *with_phone = NULL, *first = NULL;

	for (guint i = 0; i < page->attendees->len; i++) {
		const Attendee *attendee = g_ptr_array_index(page->attendees, i);
		const Person *person = attendee->person;
		if (attendee->cancelled)
			continue;
		if (person != NULL && person->email != NULL)
			return attendee;
		if (with_phone == NULL && person != NULL && person->phone != NULL)
			with_phone = attendee;
		if (first == NULL)
			first = attendee;
	}
	return with_phone != NULL ? with_phone : first;
}

/* ---- the page ---- */

/* Which of the two pages. */
typedef struct {
	gboolean contact;
	const Attendee *attendee;
} Which;

/* FALSE: there is nobody (any more). */
static gboolean
which_of(Request *request, const Own *own, gboolean contact, Which *ret)
{
	*ret = (Which){ .contact = contact,
		.attendee = contact ? contact_holder(own->page)
		                    : own_attendee(own, request_param(request, "no")) };
	return ret->attendee != NULL;
}

static void
seen_to_hex(const SelfPerson *self, char hex[SEEN_HEX + 1])
{
	for (guint i = 0; i < SELF_SEEN_BYTES; i++)
		g_snprintf(hex + 2 * i, 3, "%02x", self->seen[i]);
}

static void
seen_of_hex(const char *hex, guint8 ret[SELF_SEEN_BYTES])
{
	memset(ret, 0, SELF_SEEN_BYTES); /* which nothing hashes to */
	if (hex == NULL || strlen(hex) != SEEN_HEX)
		return;
	for (guint i = 0; i < SEEN_HEX; i++)
		if (!g_ascii_isxdigit(hex[i]))
			return;
	for (guint i = 0; i < SELF_SEEN_BYTES; i++)
		ret[i] = (guint8)(g_ascii_xdigit_value(hex[2 * i]) << 4 |
		        g_ascii_xdigit_value(hex[2 * i + 1]));
}

/* Who was entered without an address has this page by their captain, who can open it too. */
static gboolean
captain_sees(const Own *own, const Attendee *attendee)
{
	const Person *contact = registration_contact(own->page);

	return own->page->entered && attendee->delegation_no != 0 &&
	        (contact == NULL || (contact->email == NULL && contact->phone == NULL));
}

static Reply *
show(Request *request, const Own *own, const Which *which, int status, const Fields *typed,
        GArray *faults, json_t *word)
{
	GError *error = NULL;
	const Locale *locale = request_locale(request);
	g_auto(SelfPerson) self = { 0 };
	char seen[SEEN_HEX + 1];

	gboolean shares = FALSE;
	if (!self_person(own->db, own->keys, which->attendee->id, &self, &error) ||
	        !shares_still(own->db, own->event, which->attendee->id, &self, &shares, &error)) {
		json_decref(word);
		return reply_error(request, error);
	}
	g_autoptr(Fields) kept = which->contact ? fields_of_contact(own->event, &self, shares)
	                                        : fields_of_person(own->event, &self);
	const Form form = { .event = own->event,
		.locale = locale,
		.now = request_now(request),
		.typed = typed != NULL ? typed : kept,
		.captain_sees = captain_sees(own, which->attendee),
		.faults = faults };
	const char *title = which->contact ? "own_contact_title" : "own_correct_title";
	json_t *data = own_frame(request, own, title);
	json_t *part = form_part_data(&form,
	        !which->contact                   ? FORM_PERSON
	                : self.delegation_no != 0 ? FORM_CONTACT_IN_GROUP
	                                          : FORM_CONTACT);
	json_object_update(data, part);
	json_decref(part);
	seen_to_hex(&self, seen);
	json_object_set_new(data, "seen", json_string(seen));
	gboolean can = own_may_act(own, form.now) && !which->attendee->cancelled;
	json_object_set_new(data, "can", json_boolean(can));
	json_object_set_new(data, "lead",
	        json_string(locale_text(locale,
	                !can                     ? "own_correct_over"
	                        : which->contact ? "own_contact_lead"
	                                         : "own_correct_lead")));
	json_object_set_new(data, "submit", json_string(locale_text(locale, "own_save")));
	if (!which->contact)
		json_object_set_new(data, "who", own_name(own, locale, which->attendee));
	if (word != NULL)
		json_object_set_new(data, "notice", word);
	return reply_page(request, status, "ticket_form", data);
}

static Reply *
form_page(Request *request, gboolean contact)
{
	g_auto(Own) own = { 0 };
	Reply *refused = NULL;
	Which which;
	if (!own_open(request, &own, &refused))
		return refused;
	if (!which_of(request, &own, contact, &which))
		return reply_status(request, 404);
	return show(request, &own, &which, 200, NULL, NULL, NULL);
}

static Reply *
correct_form(Request *request)
{
	return form_page(request, FALSE);
}

static Reply *
contact_form(Request *request)
{
	return form_page(request, TRUE);
}

/* ---- what was sent ---- */

typedef struct {
	SelfCorrection correction; /* first: it is what the writer is given */
	SelfContact contact;
	Event *event;
	gboolean is_contact;
	char lang[12], page_lang[12];
	char *share; /* with whom is shared, as it stood on the page */
} Job;

static void
job_free(gpointer data)
{
	Job *job = data;

	for (guint i = 0; i < SEALED_CLASSES; i++)
		g_clear_pointer(&job->correction.sealed[i], g_bytes_unref);
	g_clear_pointer(&job->event, event_unref);
	g_free(job->share);
	g_free(job);
}

static Reply *
corrected(Request *request, gpointer data, const GError *error)
{
	const Job *job = data;
	const char *token = request_param(request, "token");
	const Locale *locale = request_locale(request);

	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	switch (job->correction.outcome) {
	case SELF_DONE:
		return own_see(request, token, "corrected");
	case SELF_NOBODY:
		return own_see(request, token, "cancelled-before");
	case SELF_MEANWHILE:
		break;
	}
	g_auto(Own) own = { 0 };
	Reply *refused = NULL;
	Which which;
	if (!own_open(request, &own, &refused))
		return refused;
	if (!which_of(request, &own, job->is_contact, &which))
		return reply_status(request, 404);
	return show(request, &own, &which, 409, request_form(request), NULL,
	        own_word(locale_text(locale, "own_meanwhile"),
	                locale_text(locale, "own_meanwhile_text"), FALSE));
}

/* What the other page asks stays as it is. */
static void
move(char **from, char **to)
{
	if (*to == NULL)
		*to = g_steal_pointer(from);
}

static void
keep_contact(Person *kept, Person *person)
{
	move(&kept->contact, &person->contact);
	move(&kept->email, &person->email);
	move(&kept->phone, &person->phone);
	move(&kept->county, &person->county);
	move(&kept->zip, &person->zip);
	move(&kept->assembly_district, &person->assembly_district);
	move(&kept->senate_district, &person->senate_district);
}

static void
keep_person(Person *kept, Person *person)
{
	move(&kept->name, &person->name);
	move(&kept->guardian_note, &person->guardian_note);
	move(&kept->photo, &person->photo);
	move(&kept->interpretation, &person->interpretation);
	move(&kept->meal, &person->meal);
	move(&kept->access_text, &person->access_text);
	move(&kept->childcare, &person->childcare);
	move(&kept->first_time, &person->first_time);
	move(&kept->emergency_name, &person->emergency_name);
	move(&kept->emergency_phone, &person->emergency_phone);
	person->access = g_steal_pointer(&kept->access);
	for (guint i = 0; i < SEALED_CLASSES; i++)
		person->answers[i] = g_steal_pointer(&kept->answers[i]);
}

/* In a delegation the region stays what it was, and so does what else was said of the place. */
static void
keep_place(Person *kept, Person *person)
{
	move(&kept->county, &person->county);
	move(&kept->zip, &person->zip);
	move(&kept->assembly_district, &person->assembly_district);
	move(&kept->senate_district, &person->senate_district);
}

static gboolean
take_contact(const IntakeAsked *asked, const Fields *typed, SelfPerson *self, Person *person,
        Job *job, GArray *faults)
{
	g_autoptr(Registration) reached = registration_new();
	const char *lang = fields_get(typed, "language");
	const Locale *chosen = lang != NULL ? locale_find(lang) : NULL;
	SelfContact *contact = &job->contact;

	if (!intake_take_contact(asked, self->delegation_no, person, reached, &contact->region_no,
	            &contact->consents, faults))
		return FALSE;
	keep_person(self->person, person);
	if (self->delegation_no != 0)
		keep_place(self->person, person);
	contact->has_email = reached->has_email;
	memcpy(contact->email_hash, reached->email_hash, EMAIL_HASH_BYTES);
	g_strlcpy(job->lang, chosen != NULL ? locale_code(chosen) : self->lang, sizeof job->lang);
	contact->lang = job->lang;
	job->correction.contact = contact;
	job->correction.age_band = self->age_band;
	return TRUE;
}

static gboolean
seal(const Own *own, const Person *person, gint64 attendee, Job *job)
{
	for (guint i = 0; i < SEALED_CLASSES; i++)
		job->correction.sealed[i] =
		        person_seal(person, own->keys, (SealedClass)i, attendee);
	return job->correction.sealed[SEALED_IDENTITY] != NULL;
}

/* A job from what was typed; NULL with @faults, or with @error. */
static Job *
take(Request *request, const Own *own, const Which *which, GArray *faults, GError **error)
{
	const Fields *typed = request_form(request);
	g_auto(SelfPerson) self = { 0 };
	g_autoptr(Person) person = person_new();
	Form form = { .event = own->event,
		.locale = request_locale(request),
		.now = request_now(request),
		.typed = typed };
	const IntakeAsked asked = { .event = own->event,
		.keys = own->keys,
		.get = form_get,
		.data = &form,
		.lang = locale_code(form.locale),
		.now = form.now };

	gboolean shares = FALSE;
	if (!self_person(own->db, own->keys, which->attendee->id, &self, error) ||
	        !shares_still(own->db, own->event, which->attendee->id, &self, &shares, error))
		return NULL;
	Job *job = g_new0(Job, 1);
	gboolean taken = which->contact
	        ? take_contact(&asked, typed, &self, person, job, faults)
	        : intake_take_person(&asked,
	                  which->attendee != g_ptr_array_index(own->page->attendees, 0),
	                  self.delegation_no, person, &job->correction.age_band, faults);
	if (taken && !which->contact)
		keep_contact(self.person, person);
	if (taken && !seal(own, person, which->attendee->id, job))
		g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT,
		        "the event is over: its keys were destroyed");
	if (!taken || job->correction.sealed[SEALED_IDENTITY] == NULL) {
		job_free(job);
		return NULL;
	}
	job->event = event_ref((Event *)own->event);
	job->is_contact = which->contact;
	g_strlcpy(job->page_lang, locale_code(form.locale), sizeof job->page_lang);
	job->correction.event = job->event;
	job->correction.registration = own->page->id;
	job->correction.attendee = which->attendee->id;
	job->correction.page_lang = job->page_lang;
	job->share = form_share_text(form.locale, own->event);
	job->correction.shown[CONSENT_KEEP_INFORMED] =
	        request_consent(request, CONSENT_KEEP_INFORMED);
	job->correction.shown[CONSENT_SHARE_REGIONAL] = (ConsentShown){ .text = job->share };
	if (!shares)
		job->contact.renewed =
		        job->contact.consents & self.consents & (1u << CONSENT_SHARE_REGIONAL);
	job->correction.now = form.now;
	seen_of_hex(fields_get(typed, "seen"), job->correction.seen);
	return job;
}

static Reply *
form_sent(Request *request, gboolean contact)
{
	GError *error = NULL;
	const Fields *typed = request_form(request);
	g_auto(Own) own = { 0 };
	g_autoptr(GArray) faults = intake_faults_new();
	gboolean stale = FALSE;
	Reply *refused = NULL;
	Which which;
	if (!own_open_form(request, &own, &stale, &refused))
		return refused;
	if (!which_of(request, &own, contact, &which))
		return reply_status(request, 404);
	if (fields_get(typed, "switch") != NULL)
		return show(request, &own, &which, 200, typed, NULL, NULL);
	if (stale || !own_may_act(&own, request_now(request)))
		return show(request, &own, &which, 422, typed, NULL, NULL);
	if (contact && form_share_is_old(own.event, typed)) {
		const Locale *locale = request_locale(request);
		return show(request, &own, &which, 409, typed, NULL,
		        own_word(locale_text(locale, "own_meanwhile"),
		                locale_text(locale, "own_meanwhile_text"), FALSE));
	}
	Job *job = take(request, &own, &which, faults, &error);
	if (error != NULL)
		return reply_error(request, error);
	if (job == NULL)
		return show(request, &own, &which, 422, typed, faults, NULL);
	return reply_after(request, self_correct_work, corrected, job, job_free);
}

static Reply *
correct_submit(Request *request)
{
	return form_sent(request, FALSE);
}

static Reply *
contact_submit(Request *request)
{
	return form_sent(request, TRUE);
}

const Route ticket_correct_routes[] = {
	{ HTTP_GET, "/t/:token/correct/:no", FOR_HOLDER, correct_form },
	{ HTTP_POST, "/t/:token/correct/:no", FOR_HOLDER, correct_submit },
	{ HTTP_GET, "/t/:token/contact", FOR_HOLDER, contact_form },
	{ HTTP_POST, "/t/:token/contact", FOR_HOLDER, contact_submit },
	{ 0 },
};
