#include "web/form_private.h"

#include <string.h>

#include "schema/places.h"
#include "schema/text.h"

#define RADIOS_MAX 8 /* more answers to one question are a list to open */

const char *
form_event_text(const Form *form, const json_t *texts)
{
	return event_text(form->event, texts, locale_code(form->locale));
}

void
form_add_line(GString *lines, const char *line)
{
	if (line == NULL || *line == '\0')
		return;
	if (lines->len > 0)
		g_string_append_c(lines, '\n');
	g_string_append(lines, line);
}

char *
form_left_text(const Form *form, int room)
{
	if (room == 0)
		return g_strdup(locale_text(form->locale, "option_full"));
	if (room == NO_CAPACITY || room > FEW_LEFT)
		return NULL;
	return locale_plural(form->locale, "option_left", room, NULL);
}

char *
form_left_or_list_text(const Form *form, int room, gboolean has_list)
{
	return room == 0 && has_list ? g_strdup(locale_text(form->locale, "option_full_list"))
	                             : form_left_text(form, room);
}

/* ---- region and county ---- */

json_t *
form_region(const Form *form)
{
	const GPtrArray *regions = form->event->regions;
	json_t *field =
	        form_field(form, FIELD_SELECT, "region", locale_text(form->locale, "field_region"),
	                locale_text(form->locale, "field_region_hint"));
	json_object_set_new(field, "required", json_true());
	if (regions->len > 1)
		form_choice(field, &(FormChoice){ "", locale_text(form->locale, "form_choose") });
	for (guint i = 0; i < regions->len; i++) {
		const EventRegion *region = g_ptr_array_index(regions, i);
		form_choice(field,
		        &(FormChoice){ region->code, form_event_text(form, region->name),
		                .checked = form_typed_has(form, "region", region->code) });
	}
	return field;
}

static int
compare_counties(gconstpointer a, gconstpointer b, gpointer lang)
{
	return text_compare(lang, *(const char *const *)a, *(const char *const *)b);
}

json_t *
form_county(const Form *form)
{
	g_autoptr(GPtrArray) counties = g_ptr_array_new();
	json_t *field =
	        form_field(form, FIELD_SELECT, "county", locale_text(form->locale, "field_county"),
	                locale_text(form->locale, "field_county_hint"));
	for (guint i = 0; i < form->event->regions->len; i++) {
		const EventRegion *region = g_ptr_array_index(form->event->regions, i);
		for (guint j = 0; region->counties != NULL && region->counties[j] != NULL; j++)
			g_ptr_array_add(counties, region->counties[j]);
	}
	g_ptr_array_sort_with_data(counties, compare_counties, (gpointer)locale_code(form->locale));
	form_choice(field, &(FormChoice){ "", locale_text(form->locale, "form_no_answer") });
	/* what was typed stays, though it is none of the list */
	const char *typed = form_typed(form, "county");
	gboolean listed = FALSE;
	for (guint i = 0; i < counties->len; i++) {
		const char *county = g_ptr_array_index(counties, i);
		gboolean checked = form_typed_has(form, "county", county);
		listed = listed || checked;
		form_choice(field, &(FormChoice){ county, county, .checked = checked });
	}
	if (typed != NULL && *typed != '\0' && !listed)
		form_choice(field, &(FormChoice){ typed, typed, .checked = TRUE });
	return field;
}

/* ---- option ---- */

static gint64
closing_of(const Event *event, const EventOption *option)
{
	return option->closes != NO_TIME ? option->closes : event->closes;
}

static char *
includes_text(const Form *form, const EventOption *option)
{
	g_autoptr(GPtrArray) titles = g_ptr_array_new();
	for (guint i = 0; i < option->includes->len; i++) {
		const EventSession *session =
		        event_session(form->event, g_array_index(option->includes, guint16, i));
		if (session != NULL)
			g_ptr_array_add(titles, (gpointer)form_event_text(form, session->title));
	}
	guint n = titles->len;
	g_ptr_array_add(titles, NULL);
	return locale_list(form->locale, (const char *const *)titles->pdata, n);
}

gboolean
form_option_open(const Form *form, const EventOption *option)
{
	return form->by_staff || event_option_open(form->event, option, form->now);
}

/* Why it can't be chosen, or until when it can. */
static char *
option_state(const Form *form, const EventOption *option, int room)
{
	gint64 opens = option->opens != NO_TIME ? option->opens : form->event->opens;
	gint64 closes = closing_of(form->event, option);
	gboolean open = form_option_open(form, option);
	gboolean has_list = open && places_has_list(form->event, option->no, 0, form->now);
	if (room == 0 && !has_list)
		return form_left_text(form, room);
	g_autofree char *state = form->now < opens && !open
	        ? locale_begin(form->locale, form->event, "option_opens", opens)
	        : open ? locale_end(form->locale, form->event, "option_open_until", closes)
	               : locale_begin(form->locale, form->event, "option_closed", closes);
	g_autofree char *left = open ? form_left_or_list_text(form, room, has_list) : NULL;
	if (left == NULL)
		return g_steal_pointer(&state);
	return g_strdup_printf("%s\n%s", left, state);
}

/* The option of the person whose fields are being made; of a further one who said nothing, the first one's. */
static gboolean
option_is_typed(const Form *form, const EventOption *option)
{
	g_autofree char *own = form_name(form, "option");
	const char *typed = form_typed(form, own);
	if (form->person > 1 && typed != NULL && *typed == '\0')
		return form_typed_has(form, "option", option->code);
	return form_typed_has(form, own, option->code);
}

static gboolean
option_is_preset(const Form *form, const EventOption *option, guint available)
{
	if (form->typed == NULL && form->preset != NULL &&
	        g_strcmp0(fields_get(form->preset, "option"), option->code) == 0)
		return TRUE;
	return available == 1 && !form->registered; /* what has one choice is preset */
}

static gboolean
option_is_available(const Form *form, guint i)
{
	return form_option_open(form, g_ptr_array_index(form->event->options, i)) &&
	        form->room->options[i] != 0;
}

/* Full, and who chooses it waits for it. */
static gboolean
option_is_waited_for(const Form *form, guint i)
{
	const EventOption *option = g_ptr_array_index(form->event->options, i);
	return form_option_open(form, option) && form->room->options[i] == 0 &&
	        places_has_list(form->event, option->no, 0, form->now);
}

/* What the event says in a language that runs the other way keeps its own direction. Owned; NULL for none. */
static char *
apart(const Form *form, const char *text)
{
	return text == NULL || *text == '\0' || !locale_right_to_left(form->locale)
	        ? g_strdup(text)
	        : g_strconcat("\u2068", text, "\u2069", NULL);
}

static void
add_option(const Form *form, json_t *field, guint i, guint available)
{
	const EventOption *option = g_ptr_array_index(form->event->options, i);
	g_autoptr(GString) note = g_string_new(NULL);
	g_autofree char *includes = includes_text(form, option);
	g_autofree char *state = option_state(form, option, form->room->options[i]);
	g_autofree char *fee = option->fee_amount > 0
	        ? locale_money(form->locale, option->fee_amount, option->fee_currency)
	        : g_strdup(locale_text(form->locale, "option_free"));
	g_autofree char *name = form_name(form, "option");
	g_autofree char *id = g_strdup_printf("%s-%u", name, i + 1);
	g_autofree char *paid = option->fee_amount > 0
	        ? apart(form, form_event_text(form, option->fee_text))
	        : NULL;
	form_add_line(note, includes);
	form_add_line(note, paid);
	form_add_line(note, state);
	form_choice(field,
	        &(FormChoice){ option->code, form_event_text(form, option->title), note->str, fee,
	                .checked = option_is_typed(form, option) ||
	                        (option_is_available(form, i) &&
	                                option_is_preset(form, option, available)),
	                .disabled =
	                        !option_is_available(form, i) && !option_is_waited_for(form, i) });
	/* theme.css knows options by their place, not by their code */
	json_t *choices =
	        json_object_get(json_array_get(json_object_get(field, "groups"), 0), "choices");
	json_t *choice = json_array_get(choices, json_array_size(choices) - 1);
	json_object_set_new(choice, "key", json_string(id));
	json_object_set_new(choice, "place", json_integer(i + 1));
}

json_t *
form_option(const Form *form)
{
	guint n = form->event->options->len, available = 0;
	g_autofree char *name = form_name(form, "option");
	const char *label = form->person > 1 ? "people_option" : "field_option";
	json_t *field = form_field(form, FIELD_RADIO, name, locale_text(form->locale, label), NULL);
	for (guint i = 0; i < n; i++)
		available += option_is_available(form, i);
	/* what is open is offered first, then what can be waited for */
	for (guint i = 0; i < n; i++)
		if (option_is_available(form, i))
			add_option(form, field, i, available);
	for (guint i = 0; i < n; i++)
		if (option_is_waited_for(form, i))
			add_option(form, field, i, available);
	for (guint i = 0; i < n; i++)
		if (!option_is_available(form, i) && !option_is_waited_for(form, i))
			add_option(form, field, i, available);
	return field;
}

/* ---- the event's own questions ---- */

static FieldKind
question_kind(const EventQuestion *question)
{
	if (strcmp(question->type, "choices") == 0)
		return FIELD_CHECK;
	if (strcmp(question->type, "choice") == 0)
		return json_array_size(question->choices) > RADIOS_MAX ? FIELD_SELECT : FIELD_RADIO;
	if (strcmp(question->type, "yes-no") == 0)
		return FIELD_RADIO;
	return strcmp(question->type, "number") == 0 ? FIELD_INPUT : FIELD_TEXT;
}

static void
add_answers(const Form *form, const EventQuestion *question, json_t *field, const char *name)
{
	size_t i;
	json_t *choice;
	if (json_is_true(json_object_get(field, "is_select")))
		form_choice(field, &(FormChoice){ "", locale_text(form->locale, "form_choose") });
	json_array_foreach (question->choices, i, choice) {
		const char *code = json_string_value(json_object_get(choice, "code"));
		form_choice(field,
		        &(FormChoice){ code,
		                form_event_text(form, json_object_get(choice, "label")),
		                .checked = form_typed_has(form, name, code) });
	}
	if (strcmp(question->type, "yes-no") == 0) {
		form_choice(field,
		        &(FormChoice){ "yes", locale_text(form->locale, "form_yes"),
		                .checked = form_typed_has(form, name, "yes") });
		form_choice(field,
		        &(FormChoice){ "no", locale_text(form->locale, "form_no"),
		                .checked = form_typed_has(form, name, "no") });
	}
}

/* As long as the class is kept that the answer goes into. */
static int
days_kept(const Event *event, const EventQuestion *question)
{
	return question->days_kept > event->logistics_days ? event->identity_days
	                                                   : event->logistics_days;
}

/* Who may see the answer, in the words of the page. */
static char *
seen_by_text(const Form *form, const EventQuestion *question)
{
	static const struct {
		const char *code, *key;
	} readers[] = {
		{ "owner", "seen_by_owner" },
		{ "staff", "seen_by_staff" },
		{ "region", "seen_by_region" },
		{ "viewer", "seen_by_viewer" },
		{ "supervisor", "seen_by_supervisor" },
		{ "captain", "seen_by_captain" },
	};
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	for (guint i = 0; i < G_N_ELEMENTS(readers); i++)
		if (event_question_seen_by(question, readers[i].code) ||
		        (form->captain_sees && strcmp(readers[i].code, "captain") == 0))
			g_ptr_array_add(names, (gpointer)locale_text(form->locale, readers[i].key));
	guint n = names->len;
	g_ptr_array_add(names, NULL);
	g_autofree char *list = locale_list(form->locale, (const char *const *)names->pdata, n);
	return n == 0 ? NULL
	              : locale_format(form->locale, "field_question_seen", "who", list, NULL);
}

/* What not to write, why it is asked, who sees it, how long it is kept: a line each. */
static char *
question_hint(const Form *form, const EventQuestion *question, FieldKind kind)
{
	g_autoptr(GString) lines = g_string_new(NULL);
	g_autofree char *why = locale_format(form->locale, "field_question_why", "purpose",
	        form_event_text(form, question->purpose), NULL);
	g_autofree char *seen = seen_by_text(form, question);
	g_autofree char *kept = locale_plural(
	        form->locale, "field_question_kept", days_kept(form->event, question), NULL);
	if (kind == FIELD_TEXT)
		form_add_line(lines, locale_text(form->locale, "form_no_status"));
	form_add_line(lines, why);
	form_add_line(lines, seen);
	form_add_line(lines, kept);
	return g_string_free(g_steal_pointer(&lines), FALSE);
}

static void
add_question(const Form *form, const EventQuestion *question, json_t *fields)
{
	g_autofree char *code = g_strconcat("question_", question->code, NULL);
	g_autofree char *name = form_name(form, code);
	FieldKind kind = question_kind(question);
	g_autofree char *hint = question_hint(form, question, kind);
	const char *typed = form_typed(form, name);
	json_t *field = form_field(form, kind, name, form_event_text(form, question->label), hint);
	if (question->required)
		json_object_set_new(field, "required", json_true());
	json_object_set_new(field, "value", json_string(typed != NULL ? typed : ""));
	json_object_set_new(
	        field, "maxlength", json_integer(kind == FIELD_TEXT ? ANSWER_MAX_CHARACTERS : 12));
	if (kind == FIELD_INPUT)
		json_object_set_new(field, "inputmode", json_string("numeric"));
	add_answers(form, question, field, name);
	json_array_append_new(fields, field);
}

void
form_questions(const Form *form, gboolean required, json_t *fields)
{
	for (guint i = 0; i < form->event->questions->len; i++) {
		const EventQuestion *question = g_ptr_array_index(form->event->questions, i);
		if (question->required == required)
			add_question(form, question, fields);
	}
}

static const char *
choice_text(const Event *event, const EventQuestion *question, const char *code, const char *lang)
{
	size_t i;
	json_t *choice;
	json_array_foreach (question->choices, i, choice)
		if (g_strcmp0(json_string_value(json_object_get(choice, "code")), code) == 0)
			return event_text(event, json_object_get(choice, "label"), lang);
	return code;
}

char *
form_answer_text(
        const Locale *locale, const Event *event, const EventQuestion *question, const char *answer)
{
	if (strcmp(question->type, "yes-no") == 0)
		return g_strdup(
		        locale_text(locale, strcmp(answer, "yes") == 0 ? "form_yes" : "form_no"));
	if (question->choices == NULL)
		return g_strdup(answer);
	g_auto(GStrv) codes = g_strsplit(answer, ",", -1);
	g_autoptr(GPtrArray) texts = g_ptr_array_new();
	for (guint i = 0; codes[i] != NULL; i++)
		g_ptr_array_add(texts,
		        (gpointer)choice_text(event, question, codes[i], locale_code(locale)));
	guint n = texts->len;
	g_ptr_array_add(texts, NULL);
	return locale_list(locale, (const char *const *)texts->pdata, n);
}

/* ---- what an event has a use for ---- */

static gboolean
has_visits(const Event *event)
{
	for (guint i = 0; i < event->sessions->len; i++)
		if (((const EventSession *)g_ptr_array_index(event->sessions, i))->kind ==
		        SESSION_VISIT)
			return TRUE;
	return FALSE;
}

gboolean
form_asks(const Form *form, const char *field)
{
	static const char *const for_visits[] = { "zip", "assembly_district", "senate_district",
		NULL };
	return !g_strv_contains(for_visits, field) || has_visits(form->event);
}

char *
form_section_note(const Form *form, const char *key)
{
	g_autoptr(GString) note = g_string_new(NULL);
	if (key == NULL || (strcmp(key, "section_place_note") == 0 && !has_visits(form->event)))
		return NULL;
	form_add_line(note, locale_text(form->locale, key));
	if (strcmp(key, "section_food_note") == 0) {
		g_autofree char *kept = locale_plural(
		        form->locale, "field_question_kept", form->event->logistics_days, NULL);
		g_string_append_printf(note, " %s", kept);
	}
	return g_string_free(g_steal_pointer(&note), FALSE);
}
