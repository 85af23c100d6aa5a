/* From what was typed to a registration, and what is told when something is wrong. */
#include <string.h>

#include "schema/definition.h"
#include "schema/intake.h"

#define NOW  G_GINT64_CONSTANT(1801440000) /* 2027-02-01 */
#define LATE G_GINT64_CONSTANT(1806000000) /* 2027-03-26: only "late" is open */

static const char definition[] =
        "{ 'slug': 'day', 'zone': 'America/Los_Angeles', 'title': {'en': 'Day', 'es': 'Día'},"
        " 'text': {}, 'contact': 'hello@example.org', 'starts': '2027-04-06T08:00',"
        " 'ends': '2027-04-07T20:00',"
        " 'registration': {'opens': '2026-10-01T00:00', 'closes': '2027-04-06T00:00'},"
        " 'retention': {'logistics_days': 7, 'identity_days': 30},"
        " 'regions': [{'code': 'bay', 'name': {'en': 'Bay'}, 'counties': ['Alameda', 'Marin']},"
        "  {'code': 'south', 'name': {'en': 'South'}, 'counties': ['San Diego']}],"
        " 'sessions': ["
        "  {'code': 'action', 'kind': 'day', 'title': {'en': 'Action'}, 'place': {'en': 'Capitol'},"
        "   'starts': '2027-04-07T08:00', 'ends': '2027-04-07T16:00', 'door': 'open',"
        "   'reentry': 'again', 'checkpoints': [{'name': 'Door'}]},"
        "  {'code': 'bus-bay', 'kind': 'bus', 'title': {'en': 'Bus'}, 'place': {'en': 'Oakland'},"
        "   'starts': '2027-04-07T05:00', 'ends': '2027-04-07T08:00', 'door': 'listed',"
        "   'reentry': 'once', 'checkpoints': [{'name': 'Door'}], 'stops': ["
        "   {'no': 1, 'place': {'en': 'Oakland'}, 'departs': '2027-04-07T05:00'},"
        "   {'no': 2, 'place': {'en': 'Vallejo'}, 'departs': '2027-04-07T06:00'}]},"
        "  {'code': 'bus-south', 'kind': 'bus', 'title': {'en': 'Bus'}, 'place': {'en': 'San "
        "Diego'},"
        "   'starts': '2027-04-06T05:00', 'ends': '2027-04-06T18:00', 'door': 'listed',"
        "   'reentry': 'once', 'checkpoints': [{'name': 'Door'}], 'stops': ["
        "   {'no': 1, 'place': {'en': 'San Diego'}, 'departs': '2027-04-06T05:00'}]},"
        "  {'code': 'talk-a', 'kind': 'visit', 'title': {'en': 'A'}, 'place': {'en': 'Capitol'},"
        "   'starts': '2027-04-07T09:00', 'ends': '2027-04-07T10:00', 'door': 'open',"
        "   'reentry': 'again', 'checkpoints': [{'name': 'Door'}]},"
        "  {'code': 'talk-b', 'kind': 'visit', 'title': {'en': 'B'}, 'place': {'en': 'Capitol'},"
        "   'starts': '2027-04-07T10:00', 'ends': '2027-04-07T11:00', 'door': 'open',"
        "   'reentry': 'again', 'checkpoints': [{'name': 'Door'}]},"
        "  {'code': 'talk-c', 'kind': 'visit', 'title': {'en': 'C'}, 'place': {'en': 'Capitol'},"
        "   'starts': '2027-04-07T11:00', 'ends': '2027-04-07T12:00', 'door': 'open',"
        "   'reentry': 'again', 'checkpoints': [{'name': 'Door'}]}],"
        " 'options': ["
        "  {'code': 'travel', 'title': {'en': 'Travel'}, 'includes': ['action'],"
        "   'closes': '2027-03-10T00:00',"
        "   'choose': [{'code': 'bus', 'of': ['bus-bay', 'bus-south'], 'min': 1, 'max': 1},"
        "    {'code': 'talk', 'of': ['talk-a', 'talk-b', 'talk-c'], 'min': 0, 'max': 2}]},"
        "  {'code': 'general', 'title': {'en': 'General'}, 'includes': ['action'],"
        "   'closes': '2027-03-10T00:00'},"
        "  {'code': 'one-way', 'title': {'en': 'One way'}, 'includes': ['action'],"
        "   'closes': '2027-03-10T00:00',"
        "   'choose': [{'code': 'bus', 'of': ['bus-south'], 'min': 1, 'max': 1}]},"
        "  {'code': 'late', 'title': {'en': 'Late'}, 'includes': ['action'],"
        "   'opens': '2027-03-10T00:00'}],"
        " 'delegations': [{'code': 'CHOIR', 'name': 'A choir', 'region': 'south'}],"
        " 'questions': ["
        "  {'code': 'shirt', 'type': 'choice', 'label': {'en': 'Shirt'}, 'required': true,"
        "   'choices': [{'code': 's', 'label': {'en': 'S'}}, {'code': 'l', 'label': {'en': 'L'}}],"
        "   'purpose': {'en': 'Shirts'}, 'seen_by': ['staff'], 'days_kept': 3},"
        "  {'code': 'skills', 'type': 'choices', 'label': {'en': 'Skills'}, 'required': false,"
        "   'choices': [{'code': 'drum', 'label': {'en': 'D'}}, {'code': 'sing', 'label': {'en': "
        "'S'}}],"
        "   'purpose': {'en': 'Music'}, 'seen_by': ['staff'], 'days_kept': 20}],"
        " 'partners': [{'region': 'bay', 'name': {'en': 'Bay Network'}}],"
        " 'links': [] }";

static const guint8 submission[SUBMISSION_BYTES] = { 1, 2, 3 };

typedef struct {
	char *dir;
	Vault *vault;
	VaultEvent *keys;
	Event *event;
	GArray *faults;
	IntakeAsked asked;
} Fixture;

/* @data is a list of "name=value", ended by NULL. */
static const char *
typed(gpointer data, const char *name, guint nth)
{
	gsize length = strlen(name);
	for (const char *const *pair = data; *pair != NULL; pair++)
		if (strncmp(*pair, name, length) == 0 && (*pair)[length] == '=' && nth-- == 0)
			return *pair + length + 1;
	return NULL;
}

static void
set_up(Fixture *f, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) faults = faults_new();
	g_autofree char *json = g_strdelimit(g_strdup(definition), "'", '"');
	f->event = definition_parse(json, strlen(json), NULL, faults);
	faults_none(faults, "definition", &error);
	g_assert_no_error(error);
	memcpy(f->event->id, "the first event.", EVENT_ID_BYTES);
	f->dir = g_dir_make_tmp("turnout-intake-XXXXXX", NULL);
	g_assert_true(vault_create(f->dir, NULL, NULL));
	f->vault = vault_open(f->dir, NULL, NULL);
	g_assert_true(vault_create_event(f->vault, f->event->id, NOW - 3600, NULL));
	f->keys = vault_event(f->vault, f->event->id, NULL);
	f->faults = intake_faults_new();
	f->asked = (IntakeAsked){ .event = f->event,
		.keys = f->keys,
		.get = typed,
		.lang = "es",
		.submission = submission,
		.first_id = 100,
		.now = NOW };
}

static void
tear_down(Fixture *f, gconstpointer data)
{
	g_array_unref(f->faults);
	event_unref(f->event);
	vault_unref(f->vault);
	char *command[] = { (char *)"rm", (char *)"-r", f->dir, NULL };
	g_assert_true(g_spawn_sync(
	        NULL, command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL));
	g_free(f->dir);
}

static Registration *
take(Fixture *f, const char *const *form)
{
	g_autoptr(GError) error = NULL;
	g_array_set_size(f->faults, 0);
	f->asked.data = (gpointer)form;
	Registration *registration = intake_take(&f->asked, f->faults, &error);
	g_assert_no_error(error);
	g_assert_true((registration == NULL) == (f->faults->len > 0));
	return registration;
}
#define FORM(...) ((const char *const[]){ __VA_ARGS__, NULL })

static Registration *
taken(Fixture *f, const char *const *form)
{
	Registration *registration = take(f, form);
	if (f->faults->len > 0) {
		const IntakeFault *fault = &g_array_index(f->faults, IntakeFault, 0);
		g_autofree char *text = intake_fault_text(fault);
		g_error("%s %s", fault->field, text);
	}
	return registration;
}

static const Place *
place_of(const Registration *registration, guint i)
{
	g_assert_cmpuint(registration->places->len, >, i);
	return &g_array_index(registration->places, Place, i);
}

static Person *
person_of(Fixture *f, const Registration *registration, guint i)
{
	const Place *place = place_of(registration, i);
	Person *person = person_new();
	for (int class = 0; class < SEALED_CLASSES; class ++) {
		if (place->sealed[class] == NULL)
			continue;
		gsize length;
		gconstpointer value = g_bytes_get_data(place->sealed[class], &length);
		g_assert_true(person_unseal(
		        person, f->keys, (SealedClass) class, place->id, value, length, NULL));
	}
	return person;
}

/* The form has this fault at @field; nothing else is at fault when @alone. */
static void
faulted(Fixture *f, const char *const *form, const char *field, IntakeCode code, guint n)
{
	g_autoptr(Registration) registration = take(f, form);
	g_assert_null(registration);
	for (guint i = 0; i < f->faults->len; i++) {
		const IntakeFault *fault = &g_array_index(f->faults, IntakeFault, i);
		if (strcmp(fault->field, field) != 0)
			continue;
		g_assert_cmpint(fault->code, ==, code);
		g_assert_cmpuint(f->faults->len, ==, n);
		return;
	}
	g_error("no fault at %s", field);
}

#define GOOD "name=Ana", "contact=none", "region=bay", "option=general", "question_shirt=s"

/* ---- what is taken ---- */

static void
a_short_form_is_a_registration(Fixture *f, gconstpointer data)
{
	g_autoptr(Registration) registration = taken(f, FORM(GOOD));
	const Place *place = place_of(registration, 0);
	g_autoptr(Person) person = person_of(f, registration, 0);
	g_assert_cmpint(registration->id, ==, 100);
	g_assert_cmpmem(registration->submission, SUBMISSION_BYTES, submission, SUBMISSION_BYTES);
	g_assert_cmpstr(registration->lang, ==, "es");
	g_assert_false(registration->has_email);
	g_assert_cmpint(place->id, ==, 100);
	g_assert_cmpint(place->region_no, ==, 1);
	g_assert_cmpint(place->option_no, ==, 2);
	g_assert_cmpint(place->delegation_no, ==, 0);
	g_assert_cmpint(place->age_band, ==, AGE_ADULT);
	g_assert_cmpint(place->ticket.class, ==, TICKET_ATTENDEE);
	g_assert_cmpint(place->ticket.minute, ==, 60);
	g_assert_cmpuint(place->chosen_n, ==, 0);
	g_assert_cmpuint(place->consents, ==, 0);
	g_assert_null(place->sealed[SEALED_EMERGENCY]);
	g_assert_cmpstr(person->name, ==, "Ana");
	g_assert_cmpstr(person->photo, ==, "no");
	g_assert_cmpstr(person->contact, ==, "none");
}

static void
everything_that_was_typed_is_kept(Fixture *f, gconstpointer data)
{
	g_autoptr(Registration) registration = taken(f,
	        FORM("name=  María   López ", "contact=email", "email= Maria@Example.org ",
	                "phone=(۵۱۰) 555-0100", "interpretation=mixteco", "county=marin",
	                "zip=94901", "assembly_district=12", "senate_district=2", "option=travel",
	                "session_bus=bus-bay", "stop=bus-bay/2", "session_talk=talk-a",
	                "session_talk=talk-c", "photo=ask", "meal=vegan", "access=captions",
	                "access=asl", "access=captions", "access_text=No stairs", "childcare=2",
	                "first_time=yes", "emergency_name=Rosa", "emergency_phone=+52 951 555 0100",
	                "keep_informed=yes", "share_regional=on", "question_shirt=l",
	                "question_skills=drum", "question_skills=sing"));
	const Place *place = place_of(registration, 0);
	g_autoptr(Person) person = person_of(f, registration, 0);
	guint8 hash[EMAIL_HASH_BYTES];
	vault_hash_email(f->keys, "maria@example.org", hash);
	g_assert_true(registration->has_email);
	g_assert_cmpmem(registration->email_hash, sizeof hash, hash, sizeof hash);
	g_assert_cmpint(place->region_no, ==, 1);
	g_assert_cmpuint(place->chosen_n, ==, 3);
	g_assert_cmpint(place->chosen[0].session_no, ==, 2);
	g_assert_cmpint(place->chosen[0].stop_no, ==, 2);
	g_assert_cmpint(place->chosen[1].session_no, ==, 4);
	g_assert_cmpint(place->chosen[2].session_no, ==, 6);
	g_assert_cmpuint(
	        place->consents, ==, 1 << CONSENT_KEEP_INFORMED | 1 << CONSENT_SHARE_REGIONAL);
	g_assert_cmpstr(person->name, ==, "María López");
	g_assert_cmpstr(person->email, ==, "maria@example.org");
	g_assert_cmpstr(person->phone, ==, "(510) 555-0100");
	g_assert_cmpstr(person->county, ==, "marin");
	g_assert_cmpstr(person->zip, ==, "94901");
	g_assert_cmpstr(person->assembly_district, ==, "12");
	g_assert_cmpstr(person->interpretation, ==, "mixteco");
	g_assert_cmpstr(person->photo, ==, "ask");
	g_assert_cmpstr(person->meal, ==, "vegan");
	g_assert_cmpuint(g_strv_length(person->access), ==, 2);
	g_assert_cmpstr(person->access_text, ==, "No stairs");
	g_assert_cmpstr(person->childcare, ==, "2");
	g_assert_cmpstr(person->first_time, ==, "yes");
	g_assert_cmpstr(person->emergency_name, ==, "Rosa");
	g_assert_cmpstr(person->answers[SEALED_LOGISTICS][1], ==, "l");
	g_assert_cmpstr(person->answers[SEALED_IDENTITY][0], ==, "skills");
	g_assert_cmpstr(person->answers[SEALED_IDENTITY][1], ==, "drum,sing");
}

static void
a_delegation_sets_the_region_and_then_a_county_does(Fixture *f, gconstpointer data)
{
	g_autoptr(Registration) choir = taken(f, FORM(GOOD, "delegation=choir", "county=Marin"));
	g_assert_cmpint(place_of(choir, 0)->region_no, ==, 2);
	g_assert_cmpint(place_of(choir, 0)->delegation_no, ==, 1);
	g_autoptr(Registration) county = taken(f, FORM(GOOD, "county=San Diego"));
	g_assert_cmpint(place_of(county, 0)->region_no, ==, 2);
	g_autoptr(Registration) elsewhere = taken(f, FORM(GOOD, "county=Clark", "delegation="));
	g_assert_cmpint(place_of(elsewhere, 0)->region_no, ==, 1);
}

static void
what_has_one_choice_is_preset(Fixture *f, gconstpointer data)
{
	g_autoptr(Registration) one = taken(f,
	        FORM("name=Ana", "contact=none", "region=bay", "option=one-way",
	                "question_shirt=s"));
	g_assert_cmpuint(place_of(one, 0)->chosen_n, ==, 1);
	g_assert_cmpint(place_of(one, 0)->chosen[0].session_no, ==, 3);
	g_assert_cmpint(place_of(one, 0)->chosen[0].stop_no, ==, 1);
	f->asked.now = LATE;
	g_autoptr(Registration) late =
	        taken(f, FORM("name=Ana", "contact=none", "region=bay", "question_shirt=s"));
	g_assert_cmpint(place_of(late, 0)->option_no, ==, 4);
}

static void
what_the_option_has_no_use_for_is_ignored(Fixture *f, gconstpointer data)
{
	g_autoptr(Registration) registration = taken(
	        f, FORM(GOOD, "session_bus=bus-bay", "session_talk=talk-a", "stop=bus-bay/1"));
	g_assert_cmpuint(place_of(registration, 0)->chosen_n, ==, 0);
	/* a stop of the bus that was not chosen, a session of another option's group */
	g_autoptr(Registration) one_way = taken(f,
	        FORM("name=Ana", "contact=none", "region=bay", "option=one-way", "question_shirt=s",
	                "session_bus=bus-bay", "stop=bus-bay/2"));
	g_assert_cmpint(place_of(one_way, 0)->chosen[0].session_no, ==, 3);
	g_assert_cmpint(place_of(one_way, 0)->chosen[0].stop_no, ==, 1);
}

static void
an_address_is_kept_only_when_it_is_to_be_used(Fixture *f, gconstpointer data)
{
	g_autoptr(Registration) none = taken(f, FORM(GOOD, "email=ana@example.org"));
	g_autoptr(Person) person = person_of(f, none, 0);
	g_assert_false(none->has_email);
	g_assert_null(person->email);
	g_autoptr(Registration) derived = taken(f,
	        FORM("name=Ana", "email=ana@example.org", "region=bay", "option=general",
	                "question_shirt=s"));
	g_assert_true(derived->has_email);
}

static void
a_family_comes_on_one_form(Fixture *f, gconstpointer data)
{
	g_autoptr(Registration) registration = taken(f,
	        FORM("name=Ana", "contact=none", "region=bay", "option=travel",
	                "session_bus=bus-bay", "stop=bus-bay/2", "session_talk=talk-a",
	                "question_shirt=s", "name_2=Beto", "age_band_2=under-16", "meal_2=vegan",
	                "stop_2=bus-bay/1", "name_3=", "meal_3=vegan", "name_5=Carla",
	                "option_5=general", "age_band_5=16-17", "guardian_5=paper"));
	g_assert_cmpuint(registration->places->len, ==, 3);
	g_autoptr(Person) beto = person_of(f, registration, 1);
	g_autoptr(Person) carla = person_of(f, registration, 2);
	g_assert_cmpint(place_of(registration, 1)->id, ==, 101);
	g_assert_cmpint(place_of(registration, 1)->option_no, ==, 1);
	g_assert_cmpint(place_of(registration, 1)->age_band, ==, AGE_UNDER_16);
	g_assert_cmpuint(place_of(registration, 1)->chosen_n, ==, 2);
	g_assert_cmpint(place_of(registration, 1)->chosen[0].stop_no, ==, 1);
	g_assert_cmpint(place_of(registration, 1)->chosen[1].session_no, ==, 4);
	g_assert_cmpstr(beto->name, ==, "Beto");
	g_assert_cmpstr(beto->guardian_note, ==, "Ana");
	g_assert_cmpstr(beto->meal, ==, "vegan");
	g_assert_cmpint(place_of(registration, 2)->option_no, ==, 2);
	g_assert_cmpuint(place_of(registration, 2)->chosen_n, ==, 0);
	g_assert_cmpstr(carla->guardian_note, ==, "paper");
}

static void
a_family_s_adults_are_known_by_the_numbers_of_their_fields(Fixture *f, gconstpointer data)
{
	/* who was to be the second has been left out: the third is still the third */
	g_autoptr(Registration) registration = taken(f,
	        FORM(GOOD, "name_2=", "name_3=Beto", "name_4=Carla", "age_band_4=under-16",
	                "guardian_4=3"));
	g_autoptr(Person) carla = person_of(f, registration, 2);
	g_assert_cmpstr(carla->guardian_note, ==, "Beto");
	faulted(f, FORM(GOOD, "name_3=Beto", "name_4=Carla", "age_band_4=under-16", "guardian_4=2"),
	        "guardian_4", INTAKE_UNKNOWN, 1);
}

static void
who_wants_none_of_it_does_not_get_what_the_first_chose(Fixture *f, gconstpointer data)
{
	g_autoptr(Registration) registration = taken(f,
	        FORM("name=Ana", "contact=none", "region=bay", "option=travel",
	                "session_bus=bus-bay", "stop=bus-bay/2", "session_talk=talk-a",
	                "session_talk=talk-b", "question_shirt=s", "name_2=Beto", "option_2=travel",
	                "session_talk_2=none", "name_3=Carla", "option_3=travel",
	                "session_talk_3=none", "session_talk_3=talk-c"));
	g_assert_cmpuint(place_of(registration, 0)->chosen_n, ==, 3);
	g_assert_cmpuint(place_of(registration, 1)->chosen_n, ==, 1); /* the bus */
	g_assert_cmpuint(place_of(registration, 2)->chosen_n, ==, 2);
	g_assert_cmpint(place_of(registration, 2)->chosen[1].session_no, ==, 6);
	faulted(f,
	        FORM("name=Ana", "contact=none", "region=bay", "option=travel",
	                "session_bus=bus-bay", "stop=bus-bay/2", "question_shirt=s", "name_2=Beto",
	                "option_2=travel", "session_bus_2=none"),
	        "session_bus_2", INTAKE_CHOOSE_AT_LEAST, 1);
}

static void
only_staff_make_captains(Fixture *f, gconstpointer data)
{
	g_autoptr(Registration) public = taken(f, FORM(GOOD, "captain=yes"));
	g_assert_cmpint(place_of(public, 0)->ticket.class, ==, TICKET_ATTENDEE);
	f->asked.by_staff = TRUE;
	g_autoptr(Registration) staff = taken(f, FORM(GOOD, "captain=yes"));
	g_assert_cmpint(place_of(staff, 0)->ticket.class, ==, TICKET_CAPTAIN);
}

static void
the_same_content_has_the_same_hash(Fixture *f, gconstpointer data)
{
	g_autoptr(Registration) one = taken(f, FORM(GOOD, "meal=vegan"));
	g_autoptr(Registration) same = taken(f,
	        FORM("meal=vegan", "question_shirt=s", "option=general", "region=bay",
	                "contact=none", "name= Ana ", "access_text="));
	g_autoptr(Registration) other = taken(f, FORM(GOOD, "meal=vegetarian"));
	f->asked.check_only = TRUE;
	g_autoptr(Registration) checked = taken(f, FORM(GOOD, "meal=vegan"));
	g_assert_cmpmem(one->content_hash, HASH_BYTES, same->content_hash, HASH_BYTES);
	g_assert_cmpmem(one->content_hash, HASH_BYTES, checked->content_hash, HASH_BYTES);
	g_assert_true(memcmp(one->content_hash, other->content_hash, HASH_BYTES) != 0);
	g_assert_null(place_of(checked, 0)->sealed[SEALED_IDENTITY]);
	/* what moved from one field to the next is not the same */
	g_autoptr(Registration) swapped = taken(f, FORM(GOOD, "emergency_name=x", "access_text=y"));
	g_autoptr(Registration) unswapped =
	        taken(f, FORM(GOOD, "emergency_name=y", "access_text=x"));
	g_assert_true(memcmp(swapped->content_hash, unswapped->content_hash, HASH_BYTES) != 0);
}

static void
an_option_that_closed_is_left_to_the_record(Fixture *f, gconstpointer data)
{
	f->asked.now = LATE;
	g_autoptr(Registration) registration = taken(f, FORM(GOOD));
	g_assert_cmpint(place_of(registration, 0)->option_no, ==, 2);
}

/* ---- what is wrong ---- */

typedef struct {
	const char *form[8]; /* in front of a good form, so that it is what is seen */
	const char *field;
	IntakeCode code;
} WrongForm;

static const WrongForm wrong_forms[] = {
	{ { "name= " }, "name", INTAKE_MISSING },
	{ { "name=\xe2\x80\xae" }, "name", INTAKE_MISSING }, /* nothing that is seen */
	{ { "name=Ana\xff" }, "name", INTAKE_NOT_TEXT },
	{ { "contact=pigeon" }, "contact", INTAKE_UNKNOWN },
	{ { "contact=" }, "contact", INTAKE_MISSING },
	{ { "contact=email" }, "email", INTAKE_MISSING },
	{ { "contact=email", "email=ana" }, "email", INTAKE_NOT_EMAIL },
	{ { "contact=phone" }, "phone", INTAKE_MISSING },
	{ { "contact=phone", "phone=12345" }, "phone", INTAKE_NOT_PHONE },
	{ { "contact=phone", "phone=1234567890123456" }, "phone", INTAKE_NOT_PHONE },
	{ { "contact=phone", "phone=call me 5551234" }, "phone", INTAKE_NOT_PHONE },
	{ { "contact=captain" }, "delegation", INTAKE_MISSING },
	{ { "delegation=nobody" }, "delegation", INTAKE_UNKNOWN },
	{ { "region=" }, "region", INTAKE_MISSING },
	{ { "region=mars" }, "region", INTAKE_UNKNOWN },
	{ { "region=", "county=Clark" }, "county", INTAKE_UNKNOWN },
	{ { "zip=9490" }, "zip", INTAKE_NOT_ZIP },
	{ { "zip=94901-12345" }, "zip", INTAKE_NOT_ZIP },
	{ { "assembly_district=81" }, "assembly_district", INTAKE_NOT_NUMBER },
	{ { "senate_district=two" }, "senate_district", INTAKE_NOT_NUMBER },
	{ { "option=nothing" }, "option", INTAKE_UNKNOWN },
	{ { "option=" }, "option", INTAKE_MISSING },
	{ { "option=travel" }, "session_bus", INTAKE_CHOOSE_AT_LEAST },
	{ { "option=travel", "session_bus=bus-mars" }, "session_bus", INTAKE_UNKNOWN },
	{ { "option=travel", "session_bus=talk-a" }, "session_bus", INTAKE_UNKNOWN },
	{ { "option=travel", "session_bus=bus-bay", "session_bus=bus-south", "stop=bus-bay/1" },
	        "session_bus", INTAKE_CHOOSE_AT_MOST },
	{ { "option=travel", "session_bus=bus-bay", "stop=bus-bay/1", "session_talk=talk-a",
	          "session_talk=talk-b", "session_talk=talk-c" },
	        "session_talk", INTAKE_CHOOSE_AT_MOST },
	{ { "option=travel", "session_bus=bus-bay" }, "stop", INTAKE_STOP_MISSING },
	{ { "option=travel", "session_bus=bus-bay", "stop=bus-south/1" }, "stop",
	        INTAKE_STOP_MISSING },
	{ { "option=travel", "session_bus=bus-bay", "stop=bus-bay/3" }, "stop", INTAKE_UNKNOWN },
	{ { "age_band=child" }, "age_band", INTAKE_UNKNOWN },
	{ { "age_band=16-17" }, "guardian", INTAKE_GUARDIAN_MISSING },
	{ { "age_band=under-16", "guardian=paper" }, "guardian", INTAKE_NO_PAPER },
	{ { "age_band=under-16", "guardian=delegation" }, "guardian", INTAKE_UNKNOWN },
	{ { "age_band=under-16", "guardian=1" }, "guardian", INTAKE_UNKNOWN },
	{ { "age_band=under-16", "guardian=7" }, "guardian", INTAKE_UNKNOWN },
	{ { "photo=maybe" }, "photo", INTAKE_UNKNOWN },
	{ { "meal=steak" }, "meal", INTAKE_UNKNOWN },
	{ { "access=asl", "access=elevator" }, "access", INTAKE_UNKNOWN },
	{ { "interpretation=latin" }, "interpretation", INTAKE_UNKNOWN },
	{ { "childcare=10" }, "childcare", INTAKE_NOT_NUMBER },
	{ { "first_time=perhaps" }, "first_time", INTAKE_UNKNOWN },
	{ { "emergency_phone=none" }, "emergency_phone", INTAKE_NOT_PHONE },
	{ { "keep_informed=perhaps" }, "keep_informed", INTAKE_UNKNOWN },
	{ { "question_shirt=" }, "question_shirt", INTAKE_MISSING },
	{ { "question_shirt=xxl" }, "question_shirt", INTAKE_UNKNOWN },
	{ { "question_skills=sing", "question_skills=fly" }, "question_skills", INTAKE_UNKNOWN },
	{ { "name_2=\xff" }, "name_2", INTAKE_NOT_TEXT },
	{ { "name_2=Ben", "meal_2=steak" }, "meal_2", INTAKE_UNKNOWN },
	{ { "name_2=Ben", "option_2=travel" }, "session_bus_2", INTAKE_CHOOSE_AT_LEAST },
	{ { "name_21=Ben" }, "name_21", INTAKE_TOO_MANY },
};

static void
each_fault_is_told_at_its_field(Fixture *f, gconstpointer data)
{
	for (guint i = 0; i < G_N_ELEMENTS(wrong_forms); i++) {
		const WrongForm *wrong = &wrong_forms[i];
		const char *form[16] = { NULL };
		guint n = 0;
		for (; wrong->form[n] != NULL; n++)
			form[n] = wrong->form[n];
		const char *const good[] = { GOOD };
		for (guint j = 0; j < G_N_ELEMENTS(good); j++) {
			gsize name = strcspn(good[j], "=") + 1;
			gboolean replaced = FALSE;
			for (guint k = 0; k < n && !replaced; k++)
				replaced = strncmp(form[k], good[j], name) == 0;
			if (!replaced)
				form[n++] = good[j];
		}
		g_test_message("%s", wrong->form[0]);
		faulted(f, form, wrong->field, wrong->code, 1);
	}
}

static void
texts_have_their_longest(Fixture *f, gconstpointer data)
{
	static const struct {
		const char *field;
		guint most;
	} texts[] = { { "name", NAME_MAX_CHARACTERS }, { "access_text", NOTE_MAX_CHARACTERS },
		{ "county", COUNTY_MAX_CHARACTERS }, { "emergency_name", NAME_MAX_CHARACTERS } };
	for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GString) text = g_string_new(texts[i].field);
		g_string_append_c(text, '=');
		for (guint j = 0; j < texts[i].most; j++)
			g_string_append(text, "é");
		g_autoptr(Registration) longest = taken(f, FORM(text->str, GOOD));
		g_string_append(text, "é");
		faulted(f, FORM(text->str, GOOD), texts[i].field, INTAKE_TOO_LONG, 1);
		g_assert_cmpint(g_array_index(f->faults, IntakeFault, 0).most, ==, texts[i].most);
	}
	/* one character heaped with accents */
	g_autoptr(GString) heap = g_string_new("name=e");
	for (guint j = 0; j < 2000; j++)
		g_string_append(heap, "\xcc\x81");
	faulted(f, FORM(heap->str, GOOD), "name", INTAKE_TOO_LONG, 1);
}

static void
all_faults_are_told_at_once_and_one_a_field(Fixture *f, gconstpointer data)
{
	g_autoptr(Registration) nothing = take(f, FORM("meal=steak"));
	const char *const fields[] = { "name", "contact", "region", "option", "meal",
		"question_shirt" };
	g_assert_null(nothing);
	g_assert_cmpuint(f->faults->len, ==, G_N_ELEMENTS(fields));
	for (guint i = 0; i < f->faults->len; i++)
		g_assert_cmpstr(g_array_index(f->faults, IntakeFault, i).field, ==, fields[i]);
}

static void
when_nothing_is_open_that_is_said(Fixture *f, gconstpointer data)
{
	f->asked.now = NOW + 400 * 24 * 3600;
	faulted(f, FORM("name=Ana", "contact=none", "region=bay", "question_shirt=s"), "option",
	        INTAKE_OPTION_CLOSED, 1);
}

static void
every_fault_has_its_words(void)
{
	for (int code = 0; code < INTAKE_CODES; code++) {
		IntakeFault fault = { .code = (IntakeCode)code, .least = 7, .most = 15 };
		g_autofree char *text = intake_fault_text(&fault);
		g_assert_cmpuint(strlen(text), >, 0);
		g_assert_null(strchr(text, '%'));
	}
	IntakeFault phone = { .code = INTAKE_NOT_PHONE, .least = 7, .most = 15 };
	g_autofree char *text = intake_fault_text(&phone);
	g_assert_cmpstr(text, ==, "is not a phone number of 7 to 15 digits");
}

#define ADD(name) g_test_add("/intake/" #name, Fixture, NULL, set_up, name, tear_down)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD(a_short_form_is_a_registration);
	ADD(everything_that_was_typed_is_kept);
	ADD(a_delegation_sets_the_region_and_then_a_county_does);
	ADD(what_has_one_choice_is_preset);
	ADD(what_the_option_has_no_use_for_is_ignored);
	ADD(an_address_is_kept_only_when_it_is_to_be_used);
	ADD(a_family_comes_on_one_form);
	ADD(a_family_s_adults_are_known_by_the_numbers_of_their_fields);
	ADD(who_wants_none_of_it_does_not_get_what_the_first_chose);
	ADD(only_staff_make_captains);
	ADD(the_same_content_has_the_same_hash);
	ADD(an_option_that_closed_is_left_to_the_record);
	ADD(each_fault_is_told_at_its_field);
	ADD(texts_have_their_longest);
	ADD(all_faults_are_told_at_once_and_one_a_field);
	ADD(when_nothing_is_open_that_is_said);
	g_test_add_func("/intake/every_fault_has_its_words", every_fault_has_its_words);
	return g_test_run();
}
