#include "schema/intake.h"

#include <string.h>

#include "schema/forgotten.h"
#include "schema/people/intake_field.h"
#include "schema/people/intake_place.h"
#include "schema/text.h"

#define EMAIL_MAX_CHARACTERS 254

const char *const intake_contacts[] = { "email", "phone", "captain", "none", NULL };
const char *const intake_age_bands[] = { "adult", "16-17", "under-16", NULL };
const char *const intake_photos[] = { "no", "yes", "ask", NULL };
const char *const intake_interpretations[] = { "es", "mixteco", "zapoteco", "triqui", "mam", "asl",
	"yue", "cmn", "vi", "tl", "ko", "hy", "fa", "ar", "en", NULL };
const char *const intake_meals[] = { "any", "vegetarian", "vegan", "halal", "kosher", "gluten-free",
	"none", NULL };
const char *const intake_access[] = { "lift-seat", "companion-seat", "asl", "captions",
	"quiet-room", "large-print", "child-seat", NULL };

static const struct {
	IntakeCode code;
	const char *text; /* %L: @least, %M: @most */
} fault_texts[INTAKE_CODES] = {
	{ INTAKE_MISSING, "is missing" },
	{ INTAKE_TOO_LONG, "has more than %M characters" },
	{ INTAKE_NOT_TEXT, "is not UTF-8 text" },
	{ INTAKE_NOT_EMAIL, "is not an e-mail address" },
	{ INTAKE_NOT_PHONE, "is not a phone number of %L to %M digits" },
	{ INTAKE_NOT_NUMBER, "is not a number from %L to %M" },
	{ INTAKE_NOT_ZIP, "is not a ZIP code" },
	{ INTAKE_UNKNOWN, "is not one of the choices" },
	{ INTAKE_OPTION_CLOSED, "is missing, and no option is open now" },
	{ INTAKE_CHOOSE_AT_LEAST, "needs at least %L chosen" },
	{ INTAKE_CHOOSE_AT_MOST, "takes at most %M chosen" },
	{ INTAKE_STOP_MISSING, "is missing: say where to board, as SESSION/NO" },
	{ INTAKE_GUARDIAN_MISSING, "is missing: a minor needs a responsible adult" },
	{ INTAKE_NO_PAPER, "can be \"paper\" at 16 and 17 only" },
	{ INTAKE_TOO_MANY, "is more than the %M that are taken at once" },
};

char *
intake_fault_text(const IntakeFault *fault)
{
	GString *text = g_string_new(NULL);
	g_return_val_if_fail(fault->code < INTAKE_CODES, g_string_free(text, FALSE));
	for (const char *at = fault_texts[fault->code].text; *at != '\0'; at++) {
		if (at[0] == '%' && (at[1] == 'L' || at[1] == 'M')) {
			gint64 number = at[1] == 'L' ? fault->least : fault->most;
			g_string_append_printf(text, "%" G_GINT64_FORMAT, number);
			at++;
		} else {
			g_string_append_c(text, *at);
		}
	}
	return g_string_free(text, FALSE);
}

GArray *
intake_faults_new(void)
{
	return g_array_new(FALSE, TRUE, sizeof(IntakeFault));
}

/* ---- what is asked once ---- */

static char *
take_email(IntakeReader *reader)
{
	g_autofree char *typed = intake_text(reader, "email", EMAIL_MAX_CHARACTERS);
	char *folded = typed == NULL ? NULL : text_fold_email(typed);
	if (typed != NULL && folded == NULL)
		intake_fault(reader, "email", INTAKE_NOT_EMAIL, 0, 0);
	return folded;
}

/* How to reach them: what they chose must be there; what the choice has no use for is not kept. */
static void
take_contact(IntakeReader *reader, Person *person, Registration *registration)
{
	const char *derived = intake_raw(reader, "email", 0) != NULL ? "email"
	        : intake_raw(reader, "phone", 0) != NULL             ? "phone"
	                                                             : NULL;
	const char *contact = intake_choice(reader, "contact", intake_contacts, derived);
	if (contact == NULL) {
		intake_fault(reader, "contact", INTAKE_MISSING, 0, 0);
		return;
	}
	person->contact = g_strdup(contact);
	if (strcmp(contact, "captain") == 0 && intake_raw(reader, "delegation", 0) == NULL)
		intake_fault(reader, "delegation", INTAKE_MISSING, 0, 0);
	if (strcmp(contact, "email") != 0 && strcmp(contact, "phone") != 0)
		return;
	person->email = take_email(reader);
	person->phone = intake_phone(reader, "phone");
	if (strcmp(contact, "email") == 0 && person->email == NULL)
		intake_fault(reader, "email", INTAKE_MISSING, 0, 0);
	if (strcmp(contact, "phone") == 0 && person->phone == NULL)
		intake_fault(reader, "phone", INTAKE_MISSING, 0, 0);
	registration->has_phone = person->phone != NULL;
	registration->has_email = person->email != NULL;
	if (person->email != NULL)
		vault_hash_email(reader->asked->keys, person->email, registration->email_hash);
}

static void
take_consents(IntakeReader *reader, Place *place)
{
	if (intake_yes(reader, "keep_informed"))
		place->consents |= 1u << CONSENT_KEEP_INFORMED;
	/* nobody agrees to share with an organization that isn't named */
	if (intake_yes(reader, "share_regional") &&
	        event_partner(reader->asked->event, place->region_no) != NULL)
		place->consents |= 1u << CONSENT_SHARE_REGIONAL;
}

/* ---- what is asked of each person ---- */

static const char *
named(const IntakeReader *reader, const char *field, char name[FIELD_NAME_MAX])
{
	intake_name(reader, field, name);
	return name;
}

static void
take_needs(IntakeReader *reader, Person *person)
{
	char name[FIELD_NAME_MAX];
	person->interpretation = g_strdup(intake_choice(
	        reader, named(reader, "interpretation", name), intake_interpretations, NULL));
	person->photo =
	        g_strdup(intake_choice(reader, named(reader, "photo", name), intake_photos, "no"));
	person->meal =
	        g_strdup(intake_choice(reader, named(reader, "meal", name), intake_meals, NULL));
	person->access = intake_choices(reader, named(reader, "access", name), intake_access);
	person->access_text =
	        intake_text(reader, named(reader, "access_text", name), NOTE_MAX_CHARACTERS);
	person->childcare =
	        intake_number(reader, named(reader, "childcare", name), 0, CHILDREN_MAX);
	named(reader, "first_time", name);
	if (intake_raw(reader, name, 0) != NULL)
		person->first_time = g_strdup(intake_yes(reader, name) ? "yes" : "no");
	person->emergency_name =
	        intake_text(reader, named(reader, "emergency_name", name), NAME_MAX_CHARACTERS);
	person->emergency_phone = intake_phone(reader, named(reader, "emergency_phone", name));
}

/* The codes of a question's choices, ended by NULL, lent. */
static const char **
question_codes(const EventQuestion *question)
{
	gsize i;
	json_t *choice;
	const char **codes = g_new0(const char *, json_array_size(question->choices) + 1);
	json_array_foreach (question->choices, i, choice)
		codes[i] = json_string_value(json_object_get(choice, "code"));
	return codes;
}

static char *
take_answer(IntakeReader *reader, const EventQuestion *question, const char *name)
{
	static const char *const yes_no[] = { "yes", "no", NULL };
	g_autofree const char **codes = question_codes(question);
	if (strcmp(question->type, "choice") == 0)
		return g_strdup(intake_choice(reader, name, codes, NULL));
	if (strcmp(question->type, "choices") == 0) {
		g_auto(GStrv) chosen = intake_choices(reader, name, codes);
		return chosen == NULL ? NULL : g_strjoinv(",", chosen);
	}
	if (strcmp(question->type, "yes-no") == 0)
		return g_strdup(intake_choice(reader, name, yes_no, NULL));
	if (strcmp(question->type, "number") == 0)
		return intake_number(reader, name, -ANSWER_NUMBER_MAX, ANSWER_NUMBER_MAX);
	return intake_text(reader, name, ANSWER_MAX_CHARACTERS);
}

/* An answer goes into the class that keeps it as long as its question says. Emergency is for
 * the emergency contact alone, whatever the days. */
static SealedClass
answer_class(const Event *event, const EventQuestion *question)
{
	return question->days_kept > event->logistics_days ? SEALED_IDENTITY : SEALED_LOGISTICS;
}

static void
take_answers(IntakeReader *reader, Person *person, gboolean required)
{
	const Event *event = reader->asked->event;
	GPtrArray *answers[SEALED_CLASSES] = { NULL };
	for (guint i = 0; i < event->questions->len; i++) {
		const EventQuestion *question = g_ptr_array_index(event->questions, i);
		SealedClass class = answer_class(event, question);
		char name[FIELD_NAME_MAX];
		g_autofree char *field = g_strconcat("question_", question->code, NULL);
		char *answer = take_answer(reader, question, named(reader, field, name));
		if (answer == NULL) {
			if (question->required && required)
				intake_fault(reader, name, INTAKE_MISSING, 0, 0);
			continue;
		}
		if (answers[class] == NULL)
			answers[class] = g_ptr_array_new();
		g_ptr_array_add(answers[class], g_strdup(question->code));
		g_ptr_array_add(answers[class], answer);
	}
	for (guint class = 0; class < SEALED_CLASSES; class ++) {
		if (answers[class] == NULL)
			continue;
		g_ptr_array_add(answers[class], NULL);
		person->answers[class] = (char **)g_ptr_array_free(answers[class], FALSE);
	}
}

/* ---- all of them ---- */

typedef struct {
	Person *person;
	guint number;   /* of their fields: further people may have been left out before them */
	char *guardian; /* as it was typed */
} Companion;

static void
companion_clear(gpointer data)
{
	Companion *companion = data;
	person_free(companion->person);
	g_free(companion->guardian);
}

static void
take_band(IntakeReader *reader, Place *place, Companion *companion)
{
	char name[FIELD_NAME_MAX];
	const char *band = intake_choice(
	        reader, named(reader, "age_band", name), intake_age_bands, intake_age_bands[0]);

	while (intake_age_bands[place->age_band] != band)
		place->age_band++;
	if (place->age_band != AGE_ADULT)
		companion->guardian =
		        intake_text(reader, named(reader, "guardian", name), NAME_MAX_CHARACTERS);
}

static void
take_person(IntakeReader *reader, Registration *registration, GArray *companions, const Home *home)
{
	Place place = { .region_no = home->region_no, .delegation_no = home->delegation_no };
	Companion *companion = &g_array_index(companions, Companion, companions->len - 1);
	Person *person = companion->person;

	place.id = reader->asked->first_id + registration->places->len;
	intake_take_option(reader,
	        registration->places->len > 0 ? &g_array_index(registration->places, Place, 0)
	                                      : NULL,
	        &place);
	take_band(reader, &place, companion);
	take_needs(reader, person);
	take_answers(reader, person, reader->person == 1);
	if (reader->person == 1)
		take_consents(reader, &place);
	g_array_append_val(registration->places, place);
}

static void
take_first(IntakeReader *reader, Registration *registration, GArray *companions, Home *ret_home)
{
	Companion first = { .person = person_new(), .number = 1 };
	reader->person = 1;
	first.person->name = intake_text_required(reader, "name", NAME_MAX_CHARACTERS);
	g_array_append_val(companions, first);
	take_contact(reader, first.person, registration);
	intake_take_home(reader, first.person, ret_home);
	take_person(reader, registration, companions, ret_home);
}

static void
take_others(IntakeReader *reader, Registration *registration, GArray *companions, const Home *home)
{
	char name[FIELD_NAME_MAX];
	const guint beyond = REGISTRATION_ATTENDEES_MAX + 1;
	const guint last = reader->asked->last_person > 0 ? reader->asked->last_person : beyond;
	for (guint n = 2; n <= MIN(last, REGISTRATION_ATTENDEES_MAX); n++) {
		reader->person = n;
		named(reader, "name", name);
		if (intake_raw(reader, name, 0) == NULL)
			continue;
		Companion other = { .person = person_new(), .number = n };
		other.person->name = intake_text_required(reader, name, NAME_MAX_CHARACTERS);
		g_array_append_val(companions, other);
		take_person(reader, registration, companions, home);
	}
	if (last < beyond)
		return;
	reader->person = beyond;
	named(reader, "name", name);
	if (intake_raw(reader, name, 0) != NULL)
		intake_fault(reader, name, INTAKE_TOO_MANY, 0, REGISTRATION_ATTENDEES_MAX);
}

/* ---- minors ---- */

static const Person *
adult_at(const Registration *registration, const GArray *companions, guint i)
{
	if (i >= companions->len ||
	        g_array_index(registration->places, Place, i).age_band != AGE_ADULT)
		return NULL;
	return g_array_index(companions, Companion, i).person;
}

static const Person *
adult_numbered(const Registration *registration, const GArray *companions, guint64 number)
{
	for (guint i = 0; i < companions->len; i++)
		if (g_array_index(companions, Companion, i).number == number)
			return adult_at(registration, companions, i);
	return NULL;
}

static const Person *
first_adult(const Registration *registration, const GArray *companions)
{
	for (guint i = 0; i < companions->len; i++)
		if (adult_at(registration, companions, i) != NULL)
			return adult_at(registration, companions, i);
	return NULL;
}

/* Who answers for a minor, by name where it is a person of the same form. */
static char *
guardian_of(IntakeReader *reader, const Registration *registration, const GArray *companions,
        guint minor, const char *field)
{
	const Place *place = &g_array_index(registration->places, Place, minor);
	const char *typed = g_array_index(companions, Companion, minor).guardian;
	const Person *adult = first_adult(registration, companions);
	guint64 number;

	if (typed == NULL && adult != NULL)
		return g_strdup(adult->name);
	if (typed == NULL && place->delegation_no != 0)
		return g_strdup(GUARDIAN_DELEGATION);
	if (typed == NULL) {
		intake_fault(reader, field, INTAKE_GUARDIAN_MISSING, 0, 0);
		return NULL;
	}
	if (strcmp(typed, GUARDIAN_PAPER) == 0 && place->age_band == AGE_UNDER_16) {
		intake_fault(reader, field, INTAKE_NO_PAPER, 0, 0);
		return NULL;
	}
	if (strcmp(typed, GUARDIAN_DELEGATION) == 0 && place->delegation_no == 0) {
		intake_fault(reader, field, INTAKE_UNKNOWN, 0, 0);
		return NULL;
	}
	if (!g_ascii_string_to_unsigned(typed, 10, 0, G_MAXUINT, &number, NULL))
		return g_strdup(typed);
	adult = adult_numbered(registration, companions, number);
	if (adult == NULL)
		intake_fault(reader, field, INTAKE_UNKNOWN, 0, 0);
	return adult == NULL ? NULL : g_strdup(adult->name);
}

static void
tie_minors(IntakeReader *reader, const Registration *registration, GArray *companions)
{
	char name[FIELD_NAME_MAX];
	for (guint i = 0; i < companions->len; i++) {
		if (g_array_index(registration->places, Place, i).age_band == AGE_ADULT)
			continue;
		reader->person = g_array_index(companions, Companion, i).number;
		g_array_index(companions, Companion, i).person->guardian_note = guardian_of(
		        reader, registration, companions, i, named(reader, "guardian", name));
	}
}

/* ---- one who is registered already ---- */

static void
reader_end(IntakeReader *reader)
{
	explicit_bzero(reader->content->str, reader->content->len);
	g_string_free(reader->content, TRUE);
}

gboolean
intake_take_person(const IntakeAsked *asked, gboolean companion, guint16 delegation_no,
        Person *person, AgeBand *ret_band, GArray *faults)
{
	guint before = faults->len;
	IntakeReader reader = {
		.asked = asked, .faults = faults, .content = g_string_new(NULL), .person = 1
	};
	g_autoptr(Registration) alone = registration_new();
	g_autoptr(GArray) companions = g_array_new(FALSE, TRUE, sizeof(Companion));
	Companion one = { .person = person, .number = 1 };
	Place place = { .delegation_no = delegation_no };

	person->name = intake_text_required(&reader, "name", NAME_MAX_CHARACTERS);
	take_band(&reader, &place, &one);
	take_needs(&reader, person);
	take_answers(&reader, person, !companion);
	g_array_append_val(alone->places, place);
	g_array_append_val(companions, one);
	tie_minors(&reader, alone, companions);
	g_free(one.guardian);
	reader_end(&reader);
	*ret_band = place.age_band;
	return faults->len == before;
}

gboolean
intake_take_contact(const IntakeAsked *asked, guint16 delegation_no, Person *person,
        Registration *ret, guint16 *ret_region_no, guint8 *ret_consents, GArray *faults)
{
	guint before = faults->len;
	IntakeReader reader = {
		.asked = asked, .faults = faults, .content = g_string_new(NULL), .person = 1
	};
	const EventDelegation *delegation = event_delegation(asked->event, delegation_no);
	Home home = { 0 };
	Place place = { .region_no = delegation != NULL ? delegation->region_no : 0 };

	take_contact(&reader, person, ret);
	if (delegation_no == 0) {
		intake_take_home(&reader, person, &home);
		place.region_no = home.region_no;
	}
	take_consents(&reader, &place);
	reader_end(&reader);
	*ret_region_no = home.region_no;
	*ret_consents = place.consents;
	return faults->len == before;
}

gboolean
intake_take_choice(const IntakeAsked *asked, Place *ret, GArray *faults)
{
	guint before = faults->len;
	IntakeReader reader = {
		.asked = asked, .faults = faults, .content = g_string_new(NULL), .person = 1
	};

	intake_take_option(&reader, NULL, ret);
	reader_end(&reader);
	return faults->len == before;
}

/* ---- sealing ---- */

static gboolean
has_of_class(const Person *person, SealedClass class)
{
	return class != SEALED_EMERGENCY || person->emergency_name != NULL ||
	        person->emergency_phone != NULL;
}

static gboolean
finish_place(const IntakeAsked *asked, const Person *person, TicketClass class, Place *place,
        GError **error)
{
	event_ticket_new(asked->event, asked->keys, class, asked->now, &place->ticket);
	for (guint i = 0; i < SEALED_CLASSES; i++) {
		place->sealed[i] = person_seal(person, asked->keys, (SealedClass)i, place->id);
		if (place->sealed[i] == NULL && has_of_class(person, (SealedClass)i)) {
			g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT,
			        "the event is over: its keys were destroyed");
			return FALSE;
		}
	}
	return TRUE;
}

static Registration *
read_fields(IntakeReader *reader, GArray *companions, TicketClass *ret_class)
{
	const IntakeAsked *asked = reader->asked;
	g_autoptr(Registration) registration = registration_new();
	Home home = { 0 };

	registration->id = asked->first_id;
	registration->walk_in = asked->walk_in;
	memcpy(registration->submission, asked->submission, SUBMISSION_BYTES);
	g_strlcpy(registration->lang, asked->lang, sizeof registration->lang);
	take_first(reader, registration, companions, &home);
	*ret_class =
	        asked->by_staff && intake_yes(reader, "captain") ? TICKET_CAPTAIN : TICKET_ATTENDEE;
	take_others(reader, registration, companions, &home);
	tie_minors(reader, registration, companions);
	vault_hash_content(asked->keys, reader->content->str, reader->content->len,
	        registration->content_hash);
	return g_steal_pointer(&registration);
}

/* Whoever was deleted is not known by a group that another asks to join, but by the one they were of. */
static void
know_first(const IntakeAsked *asked, const Person *person, Registration *registration)
{
	Place *place = &g_array_index(registration->places, Place, 0);

	place->known_as_n = forgotten_known_as(
	        asked->keys, person, place->delegation_no, place->region_no, place->known_as);
}

Registration *
intake_take(const IntakeAsked *asked, GArray *faults, GError **error)
{
	guint before = faults->len;
	TicketClass class = TICKET_ATTENDEE;
	IntakeReader reader = {
		.asked = asked, .faults = faults, .content = g_string_sized_new(512), .person = 1
	};
	g_autoptr(GArray) companions = g_array_new(FALSE, TRUE, sizeof(Companion));
	g_array_set_clear_func(companions, companion_clear);

	g_autoptr(Registration) registration = read_fields(&reader, companions, &class);
	explicit_bzero(reader.content->str, reader.content->len);
	g_string_free(reader.content, TRUE);
	if (faults->len > before)
		return NULL;
	if (asked->from_list)
		know_first(asked, g_array_index(companions, Companion, 0).person, registration);
	for (guint i = 0; !asked->check_only && i < companions->len; i++) {
		Place *place = &g_array_index(registration->places, Place, i);
		const Person *person = g_array_index(companions, Companion, i).person;
		if (!finish_place(asked, person, i == 0 ? class : TICKET_ATTENDEE, place, error))
			return NULL;
	}
	return g_steal_pointer(&registration);
}
