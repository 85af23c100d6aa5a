/*
 * The form of the example event, as HTML: trouble beside the field in the person's language, what was typed
 * kept, what can't be had shown with the reason.
 */
#include <string.h>

#include "schema/definition.h"
#include "web/form.h"
#include "web/templates.h"

#define OPEN_AT 1800000000 /* 15 January 2027: general, lunch and travel are open */
#define LATE_AT 1806750000 /* 3 April 2027, in the morning: only the late option is */

static Event *event;

static Room *
endless_room(void)
{
	Room *room = g_new0(Room, 1);
	room->options = g_new(int, event->options->len);
	room->sessions = g_new(int, event->sessions->len);
	room->stops = g_hash_table_new(NULL, NULL);
	for (guint i = 0; i < event->options->len; i++)
		room->options[i] = NO_CAPACITY;
	for (guint i = 0; i < event->sessions->len; i++)
		room->sessions[i] = NO_CAPACITY;
	return room;
}

static int *
session_room(Room *room, const char *code)
{
	for (guint i = 0; i < event->sessions->len; i++)
		if (strcmp(((EventSession *)g_ptr_array_index(event->sessions, i))->code, code) ==
		        0)
			return &room->sessions[i];
	g_assert_not_reached();
}

typedef struct {
	Room *room;
	Fields *typed;
	Form form;
	char *page;
} Fixture;

static void
set_up(Fixture *f, gconstpointer data)
{
	f->room = endless_room();
	f->form = (Form){ .event = event,
		.locale = locale_find("en"),
		.room = f->room,
		.now = OPEN_AT,
		.stop_group = form_stop_group(event) };
}

static void
tear_down(Fixture *f, gconstpointer data)
{
	room_free(f->room);
	fields_free(f->typed);
	g_free(f->page);
}

static void
type(Fixture *f, const char *name, const char *value)
{
	if (f->typed == NULL)
		f->typed = fields_new();
	fields_add(f->typed, name, value);
	f->form.typed = f->typed;
}

static const char *
render(Fixture *f)
{
	GString *page = g_string_new(NULL);
	json_t *data = form_data(&f->form);
	json_object_set_new(data, "open", json_true());
	json_object_set(data, "_", locale_catalogue(f->form.locale));
	template_render(template_find(web_templates, "form"), data, page);
	json_decref(data);
	g_free(f->page);
	f->page = g_string_free(page, FALSE);
	return f->page;
}

static void
assert_has(const char *page, const char *part)
{
	if (strstr(page, part) == NULL)
		g_error("there is no \"%s\" in %s", part, page);
}

static void
assert_lacks(const char *page, const char *part)
{
	const char *at = strstr(page, part);
	if (at != NULL)
		g_error("\"%s\": %.200s", part, at);
}

/* ---- faults ---- */

static const struct {
	const char *field;
	IntakeCode code;
	gint64 least, most;
	const char *target; /* where the list on top leads */
	const char *en, *es;
} faults[] = {
	{ "name", INTAKE_MISSING, 0, 0, "name", "tell us what to call you",
	        "quiere que le llamemos" },
	{ "name", INTAKE_TOO_LONG, 0, 200, "name", "at most 200 characters", "200 caracteres" },
	{ "name", INTAKE_NOT_TEXT, 0, 0, "name", "can&#39;t be read", "no se pueden leer" },
	{ "contact", INTAKE_MISSING, 0, 0, "contact-email", "how we can reach you",
	        "comunicarnos" },
	{ "email", INTAKE_MISSING, 0, 0, "email", "write your e-mail", "Escriba su correo" },
	{ "email", INTAKE_NOT_EMAIL, 0, 0, "email", "like an e-mail", "no parece un correo" },
	{ "phone", INTAKE_MISSING, 0, 0, "phone", "write your phone", "Escriba su número" },
	{ "phone", INTAKE_NOT_PHONE, 7, 15, "phone", "7 to 15 digits", "7 a 15 dígitos" },
	{ "region", INTAKE_MISSING, 0, 0, "region", "choose your region", "Elija su región" },
	{ "region", INTAKE_UNKNOWN, 0, 0, "region", "not one of the choices", "de las opciones" },
	{ "delegation", INTAKE_UNKNOWN, 0, 0, "delegation", "know this code", "este código" },
	{ "delegation", INTAKE_MISSING, 0, 0, "delegation", "the code of your group",
	        "código de su grupo" },
	{ "option", INTAKE_MISSING, 0, 0, "option-1", "how you will take part",
	        "cómo va a participar" },
	{ "option", INTAKE_UNKNOWN, 0, 0, "option-1", "not one of the choices", "de las opciones" },
	{ "option", INTAKE_OPTION_CLOSED, 0, 0, "option-1", "not open now", "no está abierto" },
	{ "session_bus", INTAKE_CHOOSE_AT_LEAST, 1, 1, "session_bus-bus-south-1", "at least 1",
	        "al menos 1" },
	{ "session_training", INTAKE_CHOOSE_AT_MOST, 0, 1, "session_training-training-south",
	        "only 1", "solo 1" },
	{ "session_visit", INTAKE_CHOOSE_AT_MOST, 0, 2, "session_visit-visit-morning", "at most 2",
	        "2 como máximo" },
	{ "stop", INTAKE_STOP_MISSING, 0, 0, "stop-bus-south-1", "get on the bus",
	        "sube al autobús" },
	{ "age_band", INTAKE_UNKNOWN, 0, 0, "age_band-adult", "not one of the choices",
	        "de las opciones" },
	{ "guardian", INTAKE_GUARDIAN_MISSING, 0, 0, "guardian", "name the adult",
	        "persona adulta" },
	{ "guardian", INTAKE_NO_PAPER, 0, 0, "guardian", "at 16 or 17 only", "solo con 16 o 17" },
	{ "photo", INTAKE_UNKNOWN, 0, 0, "photo-no", "not one of the choices", "de las opciones" },
	{ "interpretation", INTAKE_UNKNOWN, 0, 0, "interpretation", "not one of",
	        "de las opciones" },
	{ "meal", INTAKE_UNKNOWN, 0, 0, "meal", "not one of", "de las opciones" },
	{ "access", INTAKE_TOO_MANY, 0, 7, "access-lift-seat", "At most 7", "7 como máximo" },
	{ "access_text", INTAKE_TOO_LONG, 0, 500, "access_text", "500 characters",
	        "500 caracteres" },
	{ "childcare", INTAKE_NOT_NUMBER, 0, 9, "childcare", "from 0 to 9", "de 0 a 9" },
	{ "zip", INTAKE_NOT_ZIP, 0, 0, "zip", "five digits", "cinco dígitos" },
	{ "county", INTAKE_UNKNOWN, 0, 0, "county", "know this county", "este condado" },
	{ "assembly_district", INTAKE_NOT_NUMBER, 1, 80, "assembly_district", "from 1 to 80",
	        "de 1 a 80" },
	{ "senate_district", INTAKE_NOT_NUMBER, 1, 40, "senate_district", "from 1 to 40",
	        "de 1 a 40" },
	{ "emergency_phone", INTAKE_NOT_PHONE, 7, 15, "emergency_phone", "7 to 15", "7 a 15" },
	{ "question_car-seats", INTAKE_NOT_NUMBER, 0, 0, "question_car-seats", "write a number",
	        "Escriba un número" },
	{ "question_hope", INTAKE_TOO_LONG, 0, 1000, "question_hope", "1,000 characters",
	        "1,000 caracteres" },
	{ "question_issues", INTAKE_UNKNOWN, 0, 0, "question_issues-health", "not one of",
	        "de las opciones" },
};

static void
fault_is_told_beside_its_field(Fixture *f, guint row, const char *lang, const char *words)
{
	IntakeFault fault = {
		.code = faults[row].code, .least = faults[row].least, .most = faults[row].most
	};
	g_strlcpy(fault.field, faults[row].field, sizeof fault.field);
	f->form.faults = intake_faults_new();
	g_array_append_val(f->form.faults, fault);
	f->form.locale = locale_find(lang);
	const char *page = render(f);
	g_autofree char *beside =
	        g_strdup_printf("<p class=\"fault\" id=\"%s-fault\">", fault.field);
	g_autofree char *link = g_strdup_printf("<a href=\"#%s\">", faults[row].target);
	g_autofree char *target = g_strdup_printf(" id=\"%s\"", faults[row].target);
	g_autofree char *described = g_strdup_printf("%s-fault\"", fault.field);
	assert_has(page, beside);
	assert_has(strstr(page, beside), words);
	assert_has(page, link);
	assert_has(page, target);
	assert_has(strstr(page, "aria-describedby"), described);
	g_clear_pointer(&f->form.faults, g_array_unref);
}

static void
every_fault_is_told_beside_its_field_in_both_languages(Fixture *f, gconstpointer data)
{
	gboolean told[INTAKE_CODES] = { FALSE };
	for (guint row = 0; row < G_N_ELEMENTS(faults); row++) {
		fault_is_told_beside_its_field(f, row, "en", faults[row].en);
		fault_is_told_beside_its_field(f, row, "es", faults[row].es);
		told[faults[row].code] = TRUE;
	}
	for (guint code = 0; code < INTAKE_CODES; code++)
		if (!told[code])
			g_error("no case tells code %u", code);
}

/* ---- the people who come along ---- */

static void
a_fault_of_a_further_person_is_told_and_what_they_typed_is_kept(Fixture *f, gconstpointer data)
{
	IntakeFault fault = { .field = "age_band_2", .code = INTAKE_UNKNOWN };
	type(f, "name", "Ana");
	type(f, "name_2", "Ben \"B\"");
	type(f, "age_band_2", "old");
	type(f, "photo_2", "ask");
	f->form.faults = intake_faults_new();
	g_array_append_val(f->form.faults, fault);
	const char *page = render(f);
	assert_has(page, "<a href=\"#age_band_2-adult\">Person 2: This is not one of the choices");
	assert_has(page, "id=\"age_band_2-fault\">This is not one");
	assert_has(page, "name=\"name_2\" type=\"text\" value=\"Ben &quot;B&quot;\"");
	assert_has(page, "id=\"photo_2-ask\" checked");
	g_clear_pointer(&f->form.faults, g_array_unref);
}

static void
a_fault_that_has_no_field_on_the_page_is_told_all_the_same(Fixture *f, gconstpointer data)
{
	IntakeFault fault = { .field = "childcare_3", .code = INTAKE_NOT_NUMBER, .most = 9 };
	type(f, "name_3", "Ben");
	f->form.faults = intake_faults_new();
	g_array_append_val(f->form.faults, fault);
	assert_has(render(f), "<li>Person 3: Please write a number from 0 to 9.</li>");
	g_clear_pointer(&f->form.faults, g_array_unref);
}

static void
press(Fixture *f, const char *button, const char *value)
{
	g_autoptr(Fields) pressed = fields_new();
	fields_add(pressed, button, value);
	g_assert_true(form_pressed(pressed, &f->form.press));
}

static void
nineteen_come_along_and_no_more(Fixture *f, gconstpointer data)
{
	type(f, "name", "Ana");
	for (guint n = 2; n <= 19; n++) {
		char name[12];
		g_snprintf(name, sizeof name, "name_%u", n);
		type(f, name, "Ben");
	}
	assert_has(render(f), "name=\"add\"");
	press(f, "add", "1");
	const char *page = render(f);
	assert_has(page, "name=\"name_20\"");
	assert_lacks(page, "name=\"add\"");
	assert_lacks(page, "name=\"name_21\"");
}

static void
who_is_added_after_one_was_removed_comes_last(Fixture *f, gconstpointer data)
{
	type(f, "name_2", "Ben");
	type(f, "name_3", "Zenobia");
	type(f, "name_4", "Dao");
	press(f, "remove", "3");
	const char *page = render(f);
	assert_lacks(page, "Zenobia");
	assert_has(page, "Person 3</h2>"); /* who was the fourth */
	assert_lacks(page, "Person 4</h2>");
	press(f, "add", "1");
	page = render(f);
	assert_has(page, "name=\"name_5\" type=\"text\" value=\"\"");
	g_assert_true(strstr(page, "name_4") < strstr(page, "name_5"));
}

static void
another_button_is_none_of_these(Fixture *f, gconstpointer data)
{
	static const char *const values[] = { "", "1", "0", "21", "-2", "two", "2 " };
	g_autoptr(Fields) none = fields_new();
	g_assert_false(form_pressed(none, &f->form.press));
	for (guint i = 0; i < G_N_ELEMENTS(values); i++) {
		g_autoptr(Fields) typed = fields_new();
		fields_add(typed, "remove", values[i]);
		g_assert_false(form_pressed(typed, &f->form.press));
	}
}

static void
who_chooses_alone_begins_with_what_the_first_chose(Fixture *f, gconstpointer data)
{
	type(f, "name", "Ana");
	type(f, "option", "travel-lunch");
	type(f, "stop", "bus-valley/2");
	type(f, "session_visit", "visit-morning");
	type(f, "name_2", "Ben");
	assert_lacks(render(f), "name=\"option_2\"");
	press(f, "own", "2");
	const char *page = render(f);
	assert_has(page, "value=\"travel-lunch\" id=\"option_2-1\" checked");
	assert_has(page,
	        "name=\"stop_2\" value=\"bus-valley/2\" id=\"session_bus_2-bus-valley-2\" checked");
	assert_has(page,
	        "name=\"session_visit_2\" value=\"visit-morning\" "
	        "id=\"session_visit_2-visit-morning\" checked");
	assert_has(page, "name=\"session_visit_2\" value=\"none\"");
	f->form.press = (FormPress){ 0 };
	type(f, "option_2", "lunch");
	assert_has(render(f), "value=\"lunch\" id=\"option_2-2\" checked");
	press(f, "same", "2");
	assert_lacks(render(f), "name=\"option_2\"");
}

static void
the_stop_of_each_stands_for_their_bus(Fixture *f, gconstpointer data)
{
	type(f, "stop", "bus-bay/2");
	type(f, "stop_2", "bus-south/1");
	type(f, "stop_3", "none");
	g_assert_cmpstr(form_get(&f->form, "session_bus", 0), ==, "bus-bay");
	g_assert_cmpstr(form_get(&f->form, "session_bus_2", 0), ==, "bus-south");
	g_assert_cmpstr(form_get(&f->form, "session_bus_3", 0), ==, "none");
	g_assert_null(form_get(&f->form, "session_bus_4", 0));
	g_assert_null(form_get(&f->form, "session_bus_x", 0));
	g_assert_null(form_get(&f->form, "session_buses_2", 0));
}

static void
an_adult_who_is_not_on_the_form_is_named_beside(Fixture *f, gconstpointer data)
{
	type(f, "guardian", "named");
	type(f, "guardian_name", "Tía Rosa");
	type(f, "guardian_2", "paper");
	type(f, "guardian_name_2", "left from before");
	type(f, "guardian_name_3", "Abuela");
	g_assert_cmpstr(form_get(&f->form, "guardian", 0), ==, "Tía Rosa");
	g_assert_cmpstr(form_get(&f->form, "guardian_2", 0), ==, "paper");
	g_assert_cmpstr(form_get(&f->form, "guardian_3", 0), ==, "Abuela");
	g_assert_null(form_get(&f->form, "guardian_4", 0));
}

static void
who_has_answers_and_no_name_is_not_left_out_silently(Fixture *f, gconstpointer data)
{
	g_autoptr(GArray) found = intake_faults_new();
	type(f, "person_2", "yes"); /* an empty one is nobody */
	type(f, "name_2", " ");
	type(f, "age_band_2", "adult");
	type(f, "photo_2", "no");
	type(f, "person_3", "yes");
	type(f, "name_3", "");
	type(f, "age_band_3", "under-16");
	type(f, "name_4", ""); /* of a form that is not ours */
	type(f, "age_band_4", "under-16");
	form_check_people(&f->form, found);
	g_assert_cmpuint(found->len, ==, 1);
	const IntakeFault *fault = &g_array_index(found, IntakeFault, 0);
	g_assert_cmpstr(fault->field, ==, "name_3");
	f->form.faults = found;
	assert_has(render(f), "Person 3: Please write a name, or remove this person.");
}

/* ---- what was typed ---- */

static void
what_was_typed_is_still_there(Fixture *f, gconstpointer data)
{
	type(f, "name", "Ana <b>María</b>");
	type(f, "contact", "phone");
	type(f, "phone", "+1 213 555 0100");
	type(f, "region", "8");
	type(f, "option", "lunch");
	type(f, "stop", "bus-valley/2");
	type(f, "age_band", "16-17");
	type(f, "photo", "ask");
	type(f, "access", "asl");
	type(f, "access", "large-print");
	type(f, "access_text", "a ramp\nand a chair");
	type(f, "county", "Nowhere");
	type(f, "keep_informed", "yes");
	type(f, "question_hope", "all & more");
	type(f, "question_shirt", "m");
	const char *page = render(f);
	static const char *const kept[] = { "value=\"Ana &lt;b&gt;María&lt;/b&gt;\"",
		"value=\"phone\" id=\"contact-phone\" checked", "value=\"+1 213 555 0100\"",
		"<option value=\"8\" selected>", "value=\"lunch\" id=\"option-2\" checked",
		"value=\"bus-valley/2\" id=\"session_bus-bus-valley-2\" checked",
		"id=\"age_band-16-17\" checked", "id=\"photo-ask\" checked",
		"id=\"access-asl\" checked", "id=\"access-large-print\" checked",
		">a ramp\nand a chair</textarea>", "<option value=\"Nowhere\" selected>",
		"id=\"keep_informed\" checked", ">all &amp; more</textarea>",
		"id=\"question_shirt-m\" checked", "<details class=\"more\" open>" };
	for (guint i = 0; i < G_N_ELEMENTS(kept); i++)
		assert_has(page, kept[i]);
	assert_lacks(page, "id=\"contact-email\" checked");
	assert_lacks(page, "id=\"photo-no\" checked");
	assert_lacks(page, "id=\"session_bus-bus-south-1\" checked");
}

static void
a_fresh_form_asks_little_and_presets_no_consent(Fixture *f, gconstpointer data)
{
	const char *page = render(f);
	assert_has(page, "id=\"contact-email\" checked");
	assert_has(page, "id=\"age_band-adult\" checked");
	assert_has(page, "id=\"photo-no\" checked");
	assert_has(page, "id=\"session_training-none\" checked");
	assert_has(page, "id=\"session_bus-bus-south-1\" checked");
	assert_has(page, "<details class=\"more\">");
	assert_has(page, "name=\"keep_informed\" value=\"yes\"");
	assert_lacks(page, "id=\"keep_informed\" checked");
	assert_lacks(page, "id=\"share_regional\" checked");
	assert_lacks(page, "id=\"option-1\" checked");
	assert_lacks(page, "role=\"alert\"");
}

static guint
count(const char *page, const char *part)
{
	guint n = 0;
	for (const char *at = strstr(page, part); at != NULL; at = strstr(at + 1, part))
		n++;
	return n;
}

static void
beside_every_free_text_stands_what_not_to_write(Fixture *f, gconstpointer data)
{
	const char *page = render(f);
	/* access_text, the event's question and the responsible adult */
	g_assert_cmpuint(count(page, "<textarea"), ==, 2);
	g_assert_cmpuint(count(page, "Please don&#39;t write about immigration status."), ==, 3);
}

static void
each_question_says_why_who_sees_it_and_how_long(Fixture *f, gconstpointer data)
{
	const char *page = render(f);
	/* text, number, choice, choices, yes-no */
	static const char *const codes[] = { "hope", "car-seats", "shirt", "issues",
		"visited-before" };
	for (guint i = 0; i < G_N_ELEMENTS(codes); i++) {
		g_autofree char *hint = g_strdup_printf("id=\"question_%s-hint\">", codes[i]);
		assert_has(page, hint);
		g_autofree char *lines =
		        g_strndup(strstr(page, hint), strcspn(strstr(page, hint), "/"));
		assert_has(lines, "Why we ask: ");
		assert_has(lines, "\nWho sees it: the staff of the event");
		assert_has(lines,
		        i == 0 ? "\nIt is deleted 30 days after the event."
		               : "\nIt is deleted 7 days after the event.");
	}
	assert_has(page, "the staff of the event and the lead of your region");
}

static void
the_query_presets_an_option_and_a_group(Fixture *f, gconstpointer data)
{
	g_autoptr(Fields) query = fields_new();
	fields_add(query, "option", "general");
	fields_add(query, "delegation", "DELTA");
	f->form.preset = query;
	const char *page = render(f);
	assert_has(page, "id=\"option-3\" checked");
	assert_has(page, "name=\"delegation\" type=\"text\" value=\"DELTA\"");
}

/* ---- what can't be had ---- */

static void
the_only_open_option_is_preset_and_others_say_since_when_they_are_closed(
        Fixture *f, gconstpointer data)
{
	f->form.now = LATE_AT;
	const char *page = render(f);
	assert_has(page, "value=\"late\" id=\"option-4\" checked");
	assert_has(page, "value=\"lunch\" id=\"option-2\" disabled");
	assert_has(page, "Closed since");
	/* the trainings were in March */
	assert_lacks(page, "id=\"session_training\"");
	assert_has(page, "id=\"session_visit-visit-morning\"");
	g_assert_true(strstr(page, "id=\"option-4\"") < strstr(page, "id=\"option-1\""));
}

static void
a_full_bus_is_shown_shut_and_the_next_one_is_preset(Fixture *f, gconstpointer data)
{
	*session_room(f->room, "bus-south") = 0;
	*session_room(f->room, "bus-valley") = 3;
	const char *page = render(f);
	assert_has(page, "value=\"bus-south/1\" id=\"session_bus-bus-south-1\" disabled");
	assert_has(page, "id=\"session_bus-bus-valley-1\" checked");
	assert_has(page, "3 places left");
}

static void
what_filled_up_meanwhile_is_told_at_its_field(Fixture *f, gconstpointer data)
{
	PlaceAnswer refused = { .outcome = PLACE_FULL };
	refused.full_session = event_session_by_code(event, "bus-valley")->no;
	f->form.refused = &refused;
	g_assert_cmpstr(form_refused_title(&f->form), ==, "Bus from the Central Valley");
	const char *page = render(f);
	assert_has(page, "id=\"session_bus-fault\">This is full.");
	refused = (PlaceAnswer){ .outcome = PLACE_CLOSED, .closed_option = 1 };
	f->form.locale = locale_find("es");
	g_assert_cmpstr(form_refused_title(&f->form), ==, "Viaje y almuerzo");
	page = render(f);
	assert_has(page, "id=\"option-fault\">Esto no está abierto");
}

/* ---- the stop stands for its bus ---- */

static void
a_bus_is_chosen_by_its_stop(Fixture *f, gconstpointer data)
{
	type(f, "stop", "bus-bay/2");
	g_assert_cmpstr(form_get(&f->form, "session_bus", 0), ==, "bus-bay");
	g_assert_null(form_get(&f->form, "session_bus", 1));
	g_assert_null(form_get(&f->form, "session_visit", 0));
	g_assert_cmpstr(form_get(&f->form, "stop", 0), ==, "bus-bay/2");
}

static void
a_bus_that_was_named_counts_more_than_the_stop(Fixture *f, gconstpointer data)
{
	type(f, "stop", "bus-bay/2");
	type(f, "session_bus", "bus-south");
	g_assert_cmpstr(form_get(&f->form, "session_bus", 0), ==, "bus-south");
}

static void
a_stop_of_no_bus_chooses_nothing(Fixture *f, gconstpointer data)
{
	static const char *const stops[] = { "", "/", "nowhere/1", "bus-bay", "/1" };
	for (guint i = 0; i < G_N_ELEMENTS(stops); i++) {
		g_autoptr(Fields) typed = fields_new();
		fields_add(typed, "stop", stops[i]);
		f->form.typed = typed;
		g_assert_null(form_get(&f->form, "session_bus", 0));
	}
	f->form.typed = NULL;
}

static void
read_example(void)
{
	g_autofree char *json = NULL;
	gsize length;
	g_autoptr(GError) error = NULL;
	Faults *found = faults_new();
	g_file_get_contents(EXAMPLE, &json, &length, &error);
	g_assert_no_error(error);
	event = definition_parse(json, length, NULL, found);
	g_assert_nonnull(event);
	g_ptr_array_unref(found);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_autoptr(GError) error = NULL;
	if (!locales_load(&error))
		g_error("%s", error->message);
	read_example();
#define TEST(name) g_test_add("/form/" #name, Fixture, NULL, set_up, name, tear_down)
	TEST(every_fault_is_told_beside_its_field_in_both_languages);
	TEST(a_fault_of_a_further_person_is_told_and_what_they_typed_is_kept);
	TEST(a_fault_that_has_no_field_on_the_page_is_told_all_the_same);
	TEST(nineteen_come_along_and_no_more);
	TEST(who_is_added_after_one_was_removed_comes_last);
	TEST(another_button_is_none_of_these);
	TEST(who_chooses_alone_begins_with_what_the_first_chose);
	TEST(the_stop_of_each_stands_for_their_bus);
	TEST(an_adult_who_is_not_on_the_form_is_named_beside);
	TEST(who_has_answers_and_no_name_is_not_left_out_silently);
	TEST(what_was_typed_is_still_there);
	TEST(a_fresh_form_asks_little_and_presets_no_consent);
	TEST(beside_every_free_text_stands_what_not_to_write);
	TEST(each_question_says_why_who_sees_it_and_how_long);
	TEST(the_query_presets_an_option_and_a_group);
	TEST(the_only_open_option_is_preset_and_others_say_since_when_they_are_closed);
	TEST(a_full_bus_is_shown_shut_and_the_next_one_is_preset);
	TEST(what_filled_up_meanwhile_is_told_at_its_field);
	TEST(a_bus_is_chosen_by_its_stop);
	TEST(a_bus_that_was_named_counts_more_than_the_stop);
	TEST(a_stop_of_no_bus_chooses_nothing);
	int status = g_test_run();
	event_unref(event);
	return status;
}
