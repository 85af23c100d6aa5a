/* The form's parts for who is registered already. */
#include "web/form_private.h"

static const FormSection person[] = {
	{ "section_you", NULL, { "name" } },
	{ "section_questions", NULL, { "required questions" } },
	{ "section_person", NULL, { "age_band", "guardian", "photo" } },
	{ "section_language", NULL, { "interpretation" } },
	{ "section_food", "section_food_note", { "meal", "access", "access_text" } },
	{ "section_children", NULL, { "childcare" } },
	{ "section_emergency", "section_emergency_note", { "emergency_name", "emergency_phone" } },
	{ "section_questions", NULL, { "first_time", "other questions" } },
};

static const FormSection contact[] = {
	{ "section_you", NULL, { "contact", "email", "phone", "language" } },
	{ "section_from", NULL, { "region" } },
	{ "section_place", "section_place_note",
	        { "county", "zip", "assembly_district", "senate_district" } },
	{ "section_touch", NULL, { "keep_informed", "share_regional" } },
};

static const FormSection contact_in_group[] = {
	{ "section_you", NULL, { "contact", "email", "phone", "language" } },
	{ "section_touch", NULL, { "keep_informed", "share_regional" } },
};

static const FormSection choice[] = {
	{ "section_option", NULL, { "option", "sessions" } },
};

static const struct {
	const FormSection *sections;
	guint n;
} parts[] = {
	[FORM_PERSON] = { person, G_N_ELEMENTS(person) },
	[FORM_CONTACT] = { contact, G_N_ELEMENTS(contact) },
	[FORM_CHOICE] = { choice, G_N_ELEMENTS(choice) },
	[FORM_CONTACT_IN_GROUP] = { contact_in_group, G_N_ELEMENTS(contact_in_group) },
};

json_t *
form_language(const Form *form)
{
	guint n = 0;
	const Locale *const *all = locales_all(&n);
	json_t *field = form_field(form, FIELD_SELECT, "language",
	        locale_text(form->locale, "field_language"),
	        locale_text(form->locale, "field_language_hint"));

	for (guint i = 0; i < n; i++) {
		const char *code = locale_code(all[i]);
		if (!locale_among(all[i], locales_of_event(form->event)) &&
		        !form_typed_has(form, "language", code))
			continue;
		form_choice(field,
		        &(FormChoice){ code, locale_name(all[i]), .lang = code,
		                .checked = form_typed_has(form, "language", code) });
	}
	return field;
}

json_t *
form_part_data(const Form *form, FormPart part)
{
	json_t *data = json_object(), *faults = json_array();
	json_t *sections = form_make_sections(form, parts[part].sections, parts[part].n);

	form_list_faults(sections, faults);
	const gint64 n = (gint64)json_array_size(faults);
	g_autofree char *title = locale_plural(form->locale, "fault_title", n, NULL);
	json_object_set_new(data, "sections", sections);
	json_object_set_new(data, "has_faults", json_boolean(n > 0 && form->refused == NULL));
	json_object_set_new(data, "faults_title", json_string(title));
	json_object_set_new(data, "faults", faults);
	return data;
}
