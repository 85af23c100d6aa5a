#include "web/form_private.h"

#include <string.h>

#include "schema/places.h"

/* ---- fields as JSON ---- */

static const char *const kind_flags[] = {
	[FIELD_INPUT] = "is_input",
	[FIELD_TEXT] = "is_text",
	[FIELD_CONSENT] = "is_consent",
	[FIELD_SELECT] = "is_select",
	[FIELD_RADIO] = "is_choices",
	[FIELD_CHECK] = "is_choices",
};

/* Null where there is nothing to say. */
static json_t *
text_or_null(const char *text)
{
	return text != NULL && *text != '\0' ? json_string(text) : json_null();
}

json_t *
form_field(const Form *form, FieldKind kind, const char *name, const char *label, const char *hint)
{
	static const char *const silent[] = { "optional", "required", "class", "autocomplete",
		"inputmode", "maxlength", "runs", "heading", "is_input", "is_text", "is_select",
		"is_choices", "is_consent", "checked", "shown", "value", "focus", "none", NULL };
	const IntakeFault *fault = form_fault(form, name);
	g_autofree char *trouble =
	        fault != NULL ? form_fault_text(form, fault) : g_strdup(form_refusal(form, name));
	json_t *field = json_object();
	for (guint i = 0; silent[i] != NULL; i++)
		json_object_set_new(field, silent[i], json_null());
	g_autofree char *described = g_strdup_printf("%s%s%s%s%s", hint != NULL ? name : "",
	        hint != NULL ? "-hint" : "", hint != NULL && trouble != NULL ? " " : "",
	        trouble != NULL ? name : "", trouble != NULL ? "-fault" : "");
	json_object_set_new(field, "id", json_string(name));
	json_object_set_new(field, "name", json_string(name));
	json_object_set_new(field, "label", json_string(label));
	json_object_set_new(field, "hint", text_or_null(hint));
	json_object_set_new(field, "fault", text_or_null(trouble));
	json_object_set_new(field, "described", text_or_null(described));
	json_object_set_new(field, kind_flags[kind], json_true());
	json_object_set_new(field, "type", json_string("text"));
	json_object_set_new(field, "kind", json_string(kind == FIELD_CHECK ? "checkbox" : "radio"));
	json_object_set_new(field, "choices", json_array());
	json_object_set_new(field, "groups", json_array());
	return field;
}

void
form_field_optional(json_t *field)
{
	json_object_set_new(field, "optional", json_true());
}

const char *
form_typed(const Form *form, const char *name)
{
	if (form->typed == NULL)
		return NULL;
	const char *value = fields_get(form->typed, name);
	return value != NULL ? value : "";
}

char *
form_name(const Form *form, const char *field)
{
	return form->person < 2 ? g_strdup(field) : g_strdup_printf("%s_%u", field, form->person);
}

char *
form_chosen_name(const Form *form, const char *field)
{
	char *name = form_name(form, field);
	if (form->person < 2 || form->typed == NULL || fields_get(form->typed, name) != NULL)
		return name;
	g_free(name);
	return g_strdup(field);
}

guint
form_person_of(const char *name)
{
	const char *number = strrchr(name, '_');
	guint64 n;
	if (number == NULL ||
	        !g_ascii_string_to_unsigned(
	                number + 1, 10, 2, REGISTRATION_ATTENDEES_MAX + 1, &n, NULL))
		return 0;
	/* a question or a group may have a number for its code */
	if ((g_str_has_prefix(name, "question_") || g_str_has_prefix(name, "session_")) &&
	        strchr(name, '_') == number)
		return 0;
	return (guint)n;
}

gboolean
form_typed_has(const Form *form, const char *name, const char *value)
{
	const char *typed;
	if (form->typed == NULL)
		return FALSE;
	for (guint n = 0; (typed = fields_nth(form->typed, name, n)) != NULL; n++)
		if (strcmp(typed, value) == 0)
			return TRUE;
	return FALSE;
}

void
form_group(json_t *field, const char *heading)
{
	json_t *group = json_object();
	json_object_set_new(group, "heading", text_or_null(heading));
	json_object_set_new(group, "choices", json_array());
	json_array_append_new(json_object_get(field, "groups"), group);
}

/* The id of a choice: its field's and its code, with what a selector would trip over made a hyphen. */
static char *
choice_key(const json_t *field, const char *code)
{
	char *key = g_strdup_printf("%s-%s", json_string_value(json_object_get(field, "id")),
	        *code != '\0' ? code : "none");
	return g_strcanon(
	        key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-", '-');
}

static json_t *
lines_of(const char *text)
{
	json_t *list = json_array();
	g_auto(GStrv) lines = g_strsplit(text != NULL ? text : "", "\n", -1);
	for (guint i = 0; lines[i] != NULL; i++)
		json_array_append_new(list, json_string(lines[i]));
	return list;
}

void
form_choice(json_t *field, const FormChoice *choice)
{
	json_t *groups = json_object_get(field, "groups");
	gboolean is_select = json_is_true(json_object_get(field, "is_select"));
	if (!is_select && json_array_size(groups) == 0)
		form_group(field, NULL);
	json_t *group = is_select ? field : json_array_get(groups, json_array_size(groups) - 1);
	g_autofree char *key = choice_key(field, choice->code);
	json_t *item = json_object();
	json_object_set_new(item, "code", json_string(choice->code));
	json_object_set_new(item, "key", json_string(key));
	json_object_set_new(item, "text", json_string(choice->text));
	json_object_set_new(item, "notes", lines_of(choice->note));
	json_object_set_new(
	        item, "tall", json_boolean(choice->note != NULL || choice->side != NULL));
	json_object_set_new(item, "side", text_or_null(choice->side));
	json_object_set_new(item, "place", json_null());
	json_object_set_new(item, "own_lang", text_or_null(choice->lang));
	json_object_set_new(item, "checked", json_boolean(choice->checked && !choice->disabled));
	json_object_set_new(item, "disabled", json_boolean(choice->disabled));
	json_array_append_new(json_object_get(group, "choices"), item);
}

/* ---- what every event asks ---- */

#define REQUIRED  1u
#define OPTIONAL  2u
#define FREE_TEXT 4u /* "Please don't write about immigration status." */

typedef struct {
	const char *name;
	FieldKind kind;
	unsigned flags;
	const char *hint; /* key of the catalogue; the label's is "field_" and the name */
	const char *type, *autocomplete, *inputmode;
	int maxlength;
	const char *class;
	const char *const *codes; /* of a choice; its text is @prefix and the code */
	const char *prefix;
	const char *preset;
	const char *none;  /* key of the answer "" of a select */
	const char *other; /* key of the label where a further person is asked about */
} Asked;

static const char *const yes_no[] = { "yes", "no", NULL };

static const Asked asked[] = {
	{ "name", FIELD_INPUT, REQUIRED, "field_name_hint", "text", "name", NULL,
	        NAME_MAX_CHARACTERS, .other = "people_name" },
	{ "contact", FIELD_RADIO, 0, .codes = intake_contacts, .prefix = "contact_",
	        .preset = "email" },
	{ "email", FIELD_INPUT, 0, NULL, "email", "email", "email", 254, "when-email" },
	{ "phone", FIELD_INPUT, 0, NULL, "tel", "tel", "tel", 40, "when-phone" },
	{ "delegation", FIELD_INPUT, OPTIONAL, "field_delegation_hint", "text", "off", NULL, 64 },
	{ "age_band", FIELD_RADIO, 0, .codes = intake_age_bands, .prefix = "age_",
	        .preset = "adult", .other = "people_age" },
	{ "guardian_name", FIELD_INPUT, FREE_TEXT, NULL, "text", "off", NULL, NAME_MAX_CHARACTERS,
	        "when-minor when-named" },
	{ "photo", FIELD_RADIO, 0, "field_photo_hint", .codes = intake_photos, .prefix = "photo_",
	        .preset = "no", .other = "people_photo" },
	{ "interpretation", FIELD_SELECT, 0, .codes = intake_interpretations,
	        .prefix = "interpretation_", .none = "interpretation_not" },
	{ "meal", FIELD_SELECT, 0, .codes = intake_meals, .prefix = "meal_",
	        .none = "form_no_answer" },
	{ "access", FIELD_CHECK, 0, .codes = intake_access, .prefix = "access_",
	        .other = "people_access" },
	{ "access_text", FIELD_TEXT, FREE_TEXT, .maxlength = NOTE_MAX_CHARACTERS },
	{ "childcare", FIELD_INPUT, 0, NULL, "text", "off", "numeric", 2 },
	{ "first_time", FIELD_SELECT, 0, .codes = yes_no, .prefix = "form_",
	        .none = "form_no_answer", .other = "people_first_time" },
	{ "zip", FIELD_INPUT, 0, NULL, "text", "postal-code", "numeric", 10 },
	{ "assembly_district", FIELD_INPUT, 0, NULL, "text", "off", "numeric", 2 },
	{ "senate_district", FIELD_INPUT, 0, NULL, "text", "off", "numeric", 2 },
	{ "emergency_name", FIELD_INPUT, 0, NULL, "text", "off", NULL, NAME_MAX_CHARACTERS,
	        .other = "people_emergency_name" },
	{ "emergency_phone", FIELD_INPUT, 0, NULL, "tel", "off", "tel", 40,
	        .other = "people_emergency_phone" },
	{ "keep_informed", FIELD_CONSENT, 0 },
};

static char *
hint_of(const Form *form, const Asked *row)
{
	/* what a name may be is told once */
	gboolean told = form->person > 1 && row->flags & REQUIRED;
	const char *own = row->hint != NULL && !told ? locale_text(form->locale, row->hint) : NULL;
	const char *free_text =
	        row->flags & FREE_TEXT ? locale_text(form->locale, "form_no_status") : NULL;
	if (own != NULL && free_text != NULL)
		return g_strdup_printf("%s %s", own, free_text);
	return g_strdup(own != NULL ? own : free_text);
}

static void
set_text(json_t *field, const char *key, const char *value)
{
	if (value != NULL)
		json_object_set_new(field, key, json_string(value));
}

static void
set_choices(const Form *form, const Asked *row, json_t *field)
{
	g_autofree char *name = form_name(form, row->name);
	const char *typed = form_typed(form, name);
	if (row->none != NULL)
		form_choice(field, &(FormChoice){ "", locale_text(form->locale, row->none) });
	for (guint i = 0; row->codes != NULL && row->codes[i] != NULL; i++) {
		const char *code = row->codes[i];
		g_autofree char *key = g_strconcat(row->prefix, code, NULL);
		gboolean preset =
		        g_strcmp0(row->preset, code) == 0 && (typed == NULL || *typed == '\0');
		form_choice(field,
		        &(FormChoice){ code, locale_text(form->locale, key),
		                .checked = preset || form_typed_has(form, name, code) });
	}
}

static json_t *
ask(const Form *form, const Asked *row)
{
	g_autofree char *label = form->person > 1 && row->other != NULL
	        ? g_strdup(row->other)
	        : g_strconcat("field_", row->name, NULL);
	g_autofree char *hint = hint_of(form, row);
	g_autofree char *name = form_name(form, row->name);
	json_t *field = form_field(form, row->kind, name, locale_text(form->locale, label), hint);
	const char *typed = form_typed(form, name);
	if (typed == NULL && form->preset != NULL && strcmp(name, "delegation") == 0)
		typed = fields_get(form->preset, name);
	set_text(field, "value", typed != NULL ? typed : "");
	set_text(field, "type", row->type);
	/* the browser knows one person's data only */
	set_text(field, "autocomplete", form->person > 1 ? "off" : row->autocomplete);
	set_text(field, "inputmode", row->inputmode);
	/* what is written from left to right in every language; a name runs as its letters do */
	set_text(field, "runs", row->inputmode != NULL ? "ltr" : "auto");
	set_text(field, "class", row->class);
	if (row->maxlength > 0)
		json_object_set_new(field, "maxlength", json_integer(row->maxlength));
	if (row->kind == FIELD_CONSENT)
		json_object_set_new(
		        field, "checked", json_boolean(form_typed_has(form, name, "yes")));
	if (row->flags & OPTIONAL)
		form_field_optional(field);
	if (row->flags & REQUIRED)
		json_object_set_new(field, "required", json_true());
	if (row->kind >= FIELD_SELECT)
		set_choices(form, row, field);
	return field;
}

/* ---- sections ---- */

void
form_append(const Form *form, const char *name, json_t *fields)
{
	if (strcmp(name, "region") == 0)
		json_array_append_new(fields, form_region(form));
	else if (strcmp(name, "county") == 0)
		json_array_append_new(fields, form_county(form));
	else if (strcmp(name, "language") == 0)
		json_array_append_new(fields, form_language(form));
	else if (strcmp(name, "option") == 0)
		json_array_append_new(fields, form_option(form));
	else if (strcmp(name, "sessions") == 0)
		form_sessions(form, fields);
	else if (strcmp(name, "share_regional") == 0)
		form_share(form, fields);
	else if (strcmp(name, "guardian") == 0)
		form_guardian(form, fields);
	else if (strcmp(name, "required questions") == 0)
		form_questions(form, TRUE, fields);
	else if (strcmp(name, "other questions") == 0)
		form_questions(form, FALSE, fields);
	for (guint i = 0; i < G_N_ELEMENTS(asked); i++)
		if (strcmp(asked[i].name, name) == 0)
			json_array_append_new(fields, ask(form, &asked[i]));
}

static const FormSection sections[] = {
	{ "section_you", NULL, { "name", "contact", "email", "phone" } },
	{ "section_from", NULL, { "region", "delegation" } },
	{ "section_option", NULL, { "option", "sessions" } },
	{ "section_questions", NULL, { "required questions" } },
	{ "section_person", NULL, { "age_band", "guardian", "photo" } },
};

static const FormSection more[] = {
	{ "section_language", NULL, { "interpretation" } },
	{ "section_food", "section_food_note", { "meal", "access", "access_text" } },
	{ "section_children", NULL, { "childcare" } },
	{ "section_place", "section_place_note",
	        { "county", "zip", "assembly_district", "senate_district" } },
	{ "section_emergency", "section_emergency_note", { "emergency_name", "emergency_phone" } },
	{ "section_questions", NULL, { "first_time", "other questions" } },
	{ "section_touch", NULL, { "keep_informed", "share_regional" } },
};

json_t *
form_make_sections(const Form *form, const FormSection *table, guint n)
{
	json_t *made = json_array();
	for (guint i = 0; i < n; i++) {
		json_t *fields = json_array();
		for (guint j = 0; j < G_N_ELEMENTS(table[i].fields) && table[i].fields[j] != NULL;
		        j++)
			if (form_asks(form, table[i].fields[j]))
				form_append(form, table[i].fields[j], fields);
		if (json_array_size(fields) == 0) {
			json_decref(fields);
			continue;
		}
		g_autofree char *note = form_section_note(form, table[i].note);
		json_t *section = json_object();
		json_object_set_new(section, "heading",
		        json_string(locale_text(form->locale, table[i].heading)));
		json_object_set_new(section, "note", text_or_null(note));
		json_object_set_new(section, "fields", fields);
		json_array_append_new(made, section);
	}
	return made;
}

/* Where a link from the list of faults leads: to the field, or to the first answer to choose. */
static const char *
target_of(const json_t *field)
{
	size_t i, j;
	json_t *group, *choice;
	if (!json_is_true(json_object_get(field, "is_choices")))
		return json_string_value(json_object_get(field, "id"));
	json_array_foreach (json_object_get(field, "groups"), i, group)
		json_array_foreach (json_object_get(group, "choices"), j, choice)
			if (!json_is_true(json_object_get(choice, "disabled")))
				return json_string_value(json_object_get(choice, "key"));
	return json_string_value(json_object_get(field, "id"));
}

gboolean
form_list_field_faults(const Form *form, const json_t *fields, const char *person, json_t *faults)
{
	size_t i, before = json_array_size(faults);
	json_t *field;
	json_array_foreach (fields, i, field) {
		const char *text = json_string_value(json_object_get(field, "fault"));
		if (text == NULL)
			continue;
		g_autofree char *whose = person == NULL
		        ? NULL
		        : locale_format(form->locale, "fault_of_person", "number", person, "fault",
		                  text, NULL);
		json_t *fault = json_object();
		json_object_set_new(fault, "target", json_string(target_of(field)));
		json_object_set_new(fault, "text", json_string(whose != NULL ? whose : text));
		json_array_append_new(faults, fault);
	}
	return json_array_size(faults) > before;
}

gboolean
form_list_faults(const json_t *made, json_t *faults)
{
	size_t i;
	json_t *section;
	gboolean any = FALSE;
	json_array_foreach (made, i, section)
		any |= form_list_field_faults(
		        NULL, json_object_get(section, "fields"), NULL, faults);
	return any;
}

/* ---- all of it ---- */

/* Was anything typed into the part that is folded away? */
static gboolean
more_was_typed(const Form *form)
{
	for (guint i = 0; i < G_N_ELEMENTS(more); i++)
		for (guint j = 0; j < G_N_ELEMENTS(more[i].fields) && more[i].fields[j] != NULL;
		        j++) {
			const char *typed = form_typed(form, more[i].fields[j]);
			if (typed != NULL && *typed != '\0')
				return TRUE;
		}
	for (guint i = 0; i < form->event->questions->len; i++) {
		const EventQuestion *question = g_ptr_array_index(form->event->questions, i);
		g_autofree char *name = g_strconcat("question_", question->code, NULL);
		const char *typed = form_typed(form, name);
		if (!question->required && typed != NULL && *typed != '\0')
			return TRUE;
	}
	return FALSE;
}

json_t *
form_data(const Form *form)
{
	json_t *data = json_object();
	json_t *faults = json_array();
	json_t *shown = form_make_sections(form, sections, G_N_ELEMENTS(sections));
	json_t *folded = form_make_sections(form, more, G_N_ELEMENTS(more));
	form_list_faults(shown, faults);
	json_t *people = form_people(form, faults);
	gboolean folded_fault = form_list_faults(folded, faults);
	gint64 n = (gint64)json_array_size(faults);
	g_autofree char *title = locale_plural(form->locale, "fault_title", n, NULL);
	json_object_set_new(data, "sections", shown);
	json_object_set_new(data, "more", folded);
	json_object_set_new(data, "more_open", json_boolean(folded_fault || more_was_typed(form)));
	json_object_set_new(data, "people", people);
	json_object_set_new(data, "can_add", json_boolean(form_can_add(form)));
	json_object_set_new(data, "add_focus", json_boolean(form->press.remove != 0));
	json_object_set_new(data, "has_faults", json_boolean(n > 0 && form->refused == NULL));
	json_object_set_new(data, "faults_title", json_string(title));
	json_object_set_new(data, "faults", faults);
	return data;
}

/* What is said of @room is the same from here on. */
static int
room_shown(int room)
{
	return room == NO_CAPACITY || room > FEW_LEFT ? FEW_LEFT + 1 : room;
}

char *
form_state(const Form *form)
{
	const Event *event = form->event;
	g_autoptr(GString) state = g_string_new(NULL);
	for (guint i = 0; i < event->options->len; i++) {
		const EventOption *option = g_ptr_array_index(event->options, i);
		gint64 opens = option->opens != NO_TIME ? option->opens : event->opens;
		char open = !event_option_open(event, option, form->now)
		        ? (form->now < opens ? 'e' : 'c')
		        : places_has_list(event, option->no, 0, form->now) ? 'w'
		                                                           : 'o';
		g_string_append_printf(state, " %c%d", open, room_shown(form->room->options[i]));
	}
	for (guint i = 0; i < event->sessions->len; i++) {
		const EventSession *session = g_ptr_array_index(event->sessions, i);
		g_string_append_printf(state, " %c%d",
		        session->ends <= form->now                                  ? 'x'
		                : places_has_list(event, 0, session->no, form->now) ? 'w'
		                                                                    : 's',
		        room_shown(form->room->sessions[i]));
		for (guint j = 0; j < session->stops->len; j++) {
			const EventStop *stop = g_ptr_array_index(session->stops, j);
			g_string_append_printf(state, ",%d",
			        room_shown(room_at_stop(form->room, session->no, stop->no)));
		}
	}
	return g_string_free(g_steal_pointer(&state), FALSE);
}

gboolean
form_is_open(const Event *event, gint64 now)
{
	for (guint i = 0; i < event->options->len; i++)
		if (event_option_open(event, g_ptr_array_index(event->options, i), now))
			return TRUE;
	return FALSE;
}

/* The number at the end of @name when it is what was asked about @group: "session_bus_2"; 1 for "session_bus". */
static guint
person_of_group(const char *name, const char *group)
{
	const char *rest = name + strlen("session_");
	const gsize length = strlen(group);
	if (strncmp(rest, group, length) != 0)
		return 0;
	return rest[length] == '\0' ? 1 : rest[length] == '_' ? form_person_of(name) : 0;
}

/* What was chosen beside the adults of the form may be named in the field beside it. */
static const char *
named_guardian(const Form *form, const char *name, const char *chosen)
{
	g_autofree char *beside = g_strconcat("guardian_name", name + strlen("guardian"), NULL);
	if (chosen != NULL && *chosen != '\0' && strcmp(chosen, GUARDIAN_NAMED) != 0)
		return chosen;
	return fields_get(form->typed, beside);
}

const char *
form_get(gpointer data, const char *name, guint nth)
{
	const Form *form = data;
	const char *typed = fields_nth(form->typed, name, nth);
	if (nth == 0 && strncmp(name, "guardian", strlen("guardian")) == 0)
		return named_guardian(form, name, typed);
	const char *group = form->stop_group;
	if (typed != NULL || nth > 0 || group == NULL || !g_str_has_prefix(name, "session_"))
		return typed;
	const guint person = person_of_group(name, group);
	if (person == 0)
		return NULL;
	const Form theirs = { .person = person };
	g_autofree char *field = form_name(&theirs, "stop");
	const char *stop = fields_get(form->typed, field);
	const char *slash = stop != NULL ? strrchr(stop, '/') : NULL;
	if (slash == NULL)
		return stop != NULL && strcmp(stop, INTAKE_NONE) == 0 ? stop : NULL;
	g_autofree char *code = g_strndup(stop, slash - stop);
	const EventSession *session = event_session_by_code(form->event, code);
	return session != NULL ? session->code : NULL;
}
