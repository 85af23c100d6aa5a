#include "web/form_private.h"

#include <string.h>

/* The buttons, by their names. */
#define PRESS_ADD    "add"
#define PRESS_REMOVE "remove"
#define PRESS_OWN    "own"
#define PRESS_SAME   "same"

/* ---- who is on the form ---- */

typedef struct {
	guint numbers
	        [REGISTRATION_ATTENDEES_MAX]; /* of their fields, from 2; one that was removed leaves a gap */
	guint n;
	guint added; /* the one that is new on this page */
} Shown;

static const char *
typed_of(const Form *form, const char *field, guint person)
{
	const Form theirs = { .person = person };
	g_autofree char *name = form_name(&theirs, field);
	const char *typed = form->typed != NULL ? fields_get(form->typed, name) : NULL;
	return typed;
}

static Shown
people_shown(const Form *form)
{
	Shown shown = { .n = 0 };
	guint gap = 0;
	for (guint n = 2; n <= REGISTRATION_ATTENDEES_MAX; n++) {
		if (typed_of(form, "name", n) != NULL && n != form->press.remove)
			shown.numbers[shown.n++] = n;
		else if (gap == 0)
			gap = n;
	}
	if (!form->press.add || gap == 0)
		return shown;
	/* after the last one, so that who was there stays where they were */
	guint last = shown.n > 0 ? shown.numbers[shown.n - 1] : 1;
	shown.added = last < REGISTRATION_ATTENDEES_MAX ? last + 1 : gap;
	guint at = shown.n++;
	for (; at > 0 && shown.numbers[at - 1] > shown.added; at--)
		shown.numbers[at] = shown.numbers[at - 1];
	shown.numbers[at] = shown.added;
	return shown;
}

gboolean
form_can_add(const Form *form)
{
	return people_shown(form).n + 1 < REGISTRATION_ATTENDEES_MAX;
}

static guint
number_of(const Fields *typed, const char *name)
{
	const char *value = fields_get(typed, name);
	guint64 n;
	if (value == NULL ||
	        !g_ascii_string_to_unsigned(value, 10, 2, REGISTRATION_ATTENDEES_MAX, &n, NULL))
		return 0;
	return (guint)n;
}

gboolean
form_pressed(const Fields *typed, FormPress *ret)
{
	*ret = (FormPress){ .add = fields_get(typed, PRESS_ADD) != NULL,
		.remove = number_of(typed, PRESS_REMOVE),
		.own = number_of(typed, PRESS_OWN),
		.same = number_of(typed, PRESS_SAME) };
	return ret->add || ret->remove != 0 || ret->own != 0 || ret->same != 0;
}

/* How person number @number of the form is called; 1 is the first. */
static char *
who(const Form *form, guint number, guint place)
{
	const char *name = typed_of(form, "name", number);
	if (name != NULL && strspn(name, " ") < strlen(name))
		return g_strdup(name);
	g_autofree char *shown = locale_number(form->locale, place);
	return locale_format(form->locale, "people_person", "number", shown, NULL);
}

/* ---- responsible adults ---- */

static gboolean
is_adult(const Form *form, guint number)
{
	const char *band = typed_of(form, "age_band", number);
	return band == NULL || *band == '\0' || strcmp(band, intake_age_bands[AGE_ADULT]) == 0;
}

static void
add_adult(const Form *form, json_t *field, guint number, guint place, const char *typed,
        gboolean *first)
{
	if (number == MAX(form->person, 1) || !is_adult(form, number))
		return;
	char code[12];
	g_snprintf(code, sizeof code, "%u", number);
	g_autofree char *name = who(form, number, place);
	gboolean preset = *first && (typed == NULL || *typed == '\0');
	form_choice(field,
	        &(FormChoice){ code, name, .checked = preset || g_strcmp0(typed, code) == 0 });
	*first = FALSE;
}

void
form_guardian(const Form *form, json_t *fields)
{
	static const struct {
		const char *code, *key;
	} others[] = {
		{ GUARDIAN_DELEGATION, "guardian_chaperone" },
		{ GUARDIAN_PAPER, "guardian_on_paper" },
		{ GUARDIAN_NAMED, "guardian_another" },
	};
	g_autofree char *name = form_name(form, "guardian");
	const char *typed = form_typed(form, name);
	/* a name, as it is kept of who is registered */
	gboolean is_name =
	        typed != NULL && *typed != '\0' && strspn(typed, "0123456789") < strlen(typed);
	const char *label = form->person > 1 ? "people_guardian" : "field_guardian";
	json_t *field =
	        form_field(form, FIELD_SELECT, name, locale_text(form->locale, label), NULL);
	json_object_set_new(field, "class", json_string("when-minor"));
	form_choice(field, &(FormChoice){ "", locale_text(form->locale, "form_choose") });
	Shown shown = people_shown(form);
	gboolean first = TRUE;
	add_adult(form, field, 1, 1, typed, &first);
	for (guint i = 0; i < shown.n; i++)
		if (shown.numbers[i] != shown.added)
			add_adult(form, field, shown.numbers[i], i + 2, typed, &first);
	for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
		gboolean is_code = g_strcmp0(typed, others[i].code) == 0;
		gboolean is_last = i == G_N_ELEMENTS(others) - 1;
		form_choice(field,
		        &(FormChoice){ others[i].code, locale_text(form->locale, others[i].key),
		                .checked = is_code || (is_last && is_name) });
		is_name = is_name && !is_code;
	}
	json_array_append_new(fields, field);
	form_append(form, "guardian_name", fields);
	if (is_name)
		json_object_set_new(json_array_get(fields, json_array_size(fields) - 1), "value",
		        json_string(typed));
}

/* ---- one person ---- */

static const char *const needs[] = { "photo", "interpretation", "meal", "access", "access_text",
	"emergency_name", "emergency_phone", "first_time", "required questions",
	"other questions" };

/* Did they say anything of their own there? The preset is no answer. */
static gboolean
anything_typed(const Form *form, const char *prefix, guint person)
{
	g_autofree char *end = g_strdup_printf("_%u", person);
	guint n = form->typed != NULL ? fields_count(form->typed) : 0;
	for (guint i = 0; i < n; i++) {
		const char *name, *value;
		fields_at(form->typed, i, &name, &value);
		if (*value != '\0' && g_str_has_prefix(name, prefix) &&
		        g_str_has_suffix(name, end) && form_person_of(name) == person)
			return TRUE;
	}
	return FALSE;
}

static gboolean
needs_typed(const Form *form, guint person)
{
	static const char *const prefixes[] = { "interpretation", "meal", "access", "emergency_",
		"first_time", "question_" };
	const char *photo = typed_of(form, "photo", person);
	if (photo != NULL && *photo != '\0' && strcmp(photo, "no") != 0)
		return TRUE;
	for (guint i = 0; i < G_N_ELEMENTS(prefixes); i++)
		if (anything_typed(form, prefixes[i], person))
			return TRUE;
	return FALSE;
}

static gboolean
chooses_alone(const Form *form, guint person)
{
	static const char *const prefixes[] = { "own_", "option", "session_", "stop" };
	if (form->press.own == person)
		return TRUE;
	if (form->press.same == person)
		return FALSE;
	for (guint i = 0; i < G_N_ELEMENTS(prefixes); i++)
		if (anything_typed(form, prefixes[i], person))
			return TRUE;
	return FALSE;
}

static void
set_text(const Form *form, json_t *data, const char *into, const char *key, const char *number)
{
	g_autofree char *text = locale_format(form->locale, key, "number", number, NULL);
	json_object_set_new(data, into, json_string(text));
}

static json_t *
own_fields(const Form *form)
{
	json_t *fields = json_array();
	form_append(form, "option", fields);
	form_append(form, "sessions", fields);
	return fields;
}

static json_t *
person_data(const Form *all, const Shown *shown, guint i, json_t *faults)
{
	Form form = *all;
	form.person = shown->numbers[i];
	g_autofree char *number = locale_number(form.locale, i + 2);
	gboolean own = chooses_alone(&form, form.person);
	json_t *data = json_object(), *fields = json_array(), *folded = json_array();
	json_t *chosen = own ? own_fields(&form) : json_array();
	form_append(&form, "name", fields);
	form_append(&form, "age_band", fields);
	form_append(&form, "guardian", fields);
	for (guint j = 0; j < G_N_ELEMENTS(needs); j++)
		form_append(&form, needs[j], folded);
	json_object_set_new(
	        json_array_get(fields, 0), "focus", json_boolean(form.person == shown->added));
	form_list_field_faults(&form, fields, number, faults);
	form_list_field_faults(&form, chosen, number, faults);
	gboolean open = form_list_field_faults(&form, folded, number, faults);
	json_object_set_new(data, "n", json_integer(form.person));
	set_text(&form, data, "heading", "people_person", number);
	set_text(&form, data, "remove", "people_remove", number);
	json_object_set_new(data, "fields", fields);
	json_object_set_new(data, "own", json_boolean(own));
	json_object_set_new(data, "own_focus", json_boolean(form.press.own == form.person));
	json_object_set_new(data, "same_focus", json_boolean(form.press.same == form.person));
	json_object_set_new(data, "chosen", chosen);
	json_object_set_new(data, "needs", folded);
	json_object_set_new(
	        data, "needs_open", json_boolean(open || needs_typed(&form, form.person)));
	return data;
}

/* ---- all of them ---- */

static gboolean
is_told(const json_t *people, const char *field)
{
	static const char *const lists[] = { "fields", "chosen", "needs" };
	size_t i, j;
	json_t *person, *one;
	json_array_foreach (people, i, person)
		for (guint k = 0; k < G_N_ELEMENTS(lists); k++)
			json_array_foreach (json_object_get(person, lists[k]), j, one)
				if (strcmp(json_string_value(json_object_get(one, "id")), field) ==
				                0 ||
				        strcmp(json_string_value(json_object_get(one, "name")),
				                field) == 0)
					return TRUE;
	return FALSE;
}

/* What the page has no field for is told all the same. */
static void
list_the_rest(const Form *form, const json_t *people, json_t *faults)
{
	for (guint i = 0; form->faults != NULL && i < form->faults->len; i++) {
		const IntakeFault *trouble = &g_array_index(form->faults, IntakeFault, i);
		guint number = form_person_of(trouble->field);
		if (number == 0 || is_told(people, trouble->field))
			continue;
		g_autofree char *shown = locale_number(form->locale, number);
		g_autofree char *words = form_fault_text(form, trouble);
		g_autofree char *text = locale_format(
		        form->locale, "fault_of_person", "number", shown, "fault", words, NULL);
		json_t *fault = json_object();
		json_object_set_new(fault, "target", json_null());
		json_object_set_new(fault, "text", json_string(text));
		json_array_append_new(faults, fault);
	}
}

json_t *
form_people(const Form *form, json_t *faults)
{
	json_t *people = json_array();
	Shown shown = people_shown(form);
	for (guint i = 0; i < shown.n; i++)
		json_array_append_new(people, person_data(form, &shown, i, faults));
	list_the_rest(form, people, faults);
	return people;
}

guint
form_last_person(const Form *form)
{
	guint last = 1;

	for (guint i = 0; i < fields_count(form->typed); i++) {
		const char *field, *value;
		fields_at(form->typed, i, &field, &value);
		if (strncmp(field, "name_", strlen("name_")) == 0)
			last = MAX(last, form_person_of(field));
	}
	return last;
}

void
form_check_people(const Form *form, GArray *faults)
{
	guint32 seen = 0;

	/* by what came, not by all that might: nearly every form is one person's */
	for (guint i = 0; i < fields_count(form->typed); i++) {
		IntakeFault fault = { .code = INTAKE_MISSING };
		const char *field, *value;
		fields_at(form->typed, i, &field, &value);
		const guint n = strncmp(field, "person_", strlen("person_")) == 0
		        ? form_person_of(field)
		        : 0;
		if (n < 2 || n > REGISTRATION_ATTENDEES_MAX || (seen & (1u << n)) != 0)
			continue;
		seen |= 1u << n;
		const char *name = typed_of(form, "name", n);
		if (name == NULL || strspn(name, " ") < strlen(name) ||
		        (is_adult(form, n) && !needs_typed(form, n)))
			continue;
		g_snprintf(fault.field, sizeof fault.field, "name_%u", n);
		g_array_append_val(faults, fault);
	}
}
