/* What a captain fills in for a person: labels, choices, what is usual, what was meant. */
#include <string.h>

#include "schema/text.h"
#include "web/captain.h"

/* ---- groups to choose from ---- */

static const EventSession *
choice_session(const Event *event, const EventChoice *choice, guint i)
{
	return event_session(event, g_array_index(choice->sessions, guint16, i));
}

/* One at most, and each has stops: then the stop says all. */
static gboolean
is_by_stop(const Event *event, const EventChoice *choice)
{
	for (guint i = 0; i < choice->sessions->len; i++)
		if (choice_session(event, choice, i)->stops->len == 0)
			return FALSE;
	return choice->max == 1;
}

static void
add_choice_field(const Event *event, const EventChoice *choice, gpointer data)
{
	GPtrArray *fields = data;
	g_autofree char *name = is_by_stop(event, choice)
	        ? g_strdup("stop")
	        : g_strconcat("session_", choice->code, NULL);

	for (guint i = 0; i < fields->len; i++)
		if (g_str_equal(g_ptr_array_index(fields, i), name))
			return;
	g_ptr_array_add(fields, g_steal_pointer(&name));
}

char **
captain_fields(const Event *event)
{
	static const char *const first[] = { "name", "age_band", "guardian", "email", "phone",
		"option" };
	GPtrArray *fields = g_ptr_array_new();

	for (guint i = 0; i < G_N_ELEMENTS(first); i++)
		g_ptr_array_add(fields, g_strdup(first[i]));
	event_each_choice(event, add_choice_field, fields);
	g_ptr_array_add(fields, NULL);
	return (char **)g_ptr_array_free(fields, FALSE);
}

typedef struct {
	const char *group; /* NULL: those by stop */
	gboolean has_stop; /* some group is by stop */
	GArray *sessions;  /* of guint16 */
	int max;
} Collected;

static void
collect(const Event *event, const EventChoice *choice, gpointer data)
{
	Collected *collected = data;
	const gboolean by_stop = is_by_stop(event, choice);

	if (collected->group == NULL ? !by_stop
	                             : by_stop || strcmp(collected->group, choice->code) != 0)
		return;
	collected->max = MAX(collected->max, choice->max);
	for (guint i = 0; i < choice->sessions->len; i++) {
		const guint16 no = g_array_index(choice->sessions, guint16, i);
		gboolean has = FALSE;
		for (guint j = 0; j < collected->sessions->len; j++)
			has = has || g_array_index(collected->sessions, guint16, j) == no;
		if (!has)
			g_array_append_val(collected->sessions, no);
	}
}

/* The sessions that the field is about. */
static GArray *
sessions_of(const Event *event, const char *field, int *ret_max)
{
	Collected collected = { .group = g_str_has_prefix(field, "session_") ? field + 8 : NULL,
		.sessions = g_array_new(FALSE, FALSE, sizeof(guint16)) };

	event_each_choice(event, collect, &collected);
	*ret_max = collected.max;
	return collected.sessions;
}

/* ---- choices ---- */

static void
add_choice(json_t *field, const char *code, const char *text, const char *value)
{
	json_array_append_new(json_object_get(field, "choices"),
	        json_pack("{s:s, s:s, s:b}", "code", code, "text", text, "checked",
	                g_strcmp0(code, value != NULL ? value : "") == 0));
}

static void
add_options(const Captain *captain, json_t *field, const char *value)
{
	const Event *event = captain->event;

	/* a browser would choose the first by itself */
	if (value == NULL || event_option_by_code(event, value) == NULL)
		add_choice(field, "", locale_text(captain->locale, "form_choose"), "");
	for (guint i = 0; i < event->options->len; i++) {
		const EventOption *option = g_ptr_array_index(event->options, i);
		if (event_option_open(event, option, captain->now) ||
		        g_strcmp0(option->code, value) == 0)
			add_choice(field, option->code,
			        event_text(event, option->title, locale_code(captain->locale)),
			        value);
	}
}

static void
add_stops(const Captain *captain, json_t *field, const char *value)
{
	const Event *event = captain->event;
	int max = 0;
	g_autoptr(GArray) sessions = sessions_of(event, "stop", &max);

	add_choice(field, "", locale_text(captain->locale, "captain_no_bus"), value);
	for (guint i = 0; i < sessions->len; i++) {
		const EventSession *session =
		        event_session(event, g_array_index(sessions, guint16, i));
		for (guint j = 0; j < session->stops->len; j++) {
			const EventStop *stop = g_ptr_array_index(session->stops, j);
			g_autofree char *code = g_strdup_printf("%s/%u", session->code, stop->no);
			g_autofree char *when =
			        locale_date_time(captain->locale, event, stop->departs);
			g_autofree char *text = g_strdup_printf("%s · %s",
			        event_text(event, stop->place, locale_code(captain->locale)), when);
			add_choice(field, code, text, value);
		}
	}
}

static void
add_sessions(const Captain *captain, json_t *field, const char *name, const char *value)
{
	const Event *event = captain->event;
	int max = 0;
	g_autoptr(GArray) sessions = sessions_of(event, name, &max);

	add_choice(field, "", locale_text(captain->locale, "field_choose_none"), value);
	for (guint i = 0; i < sessions->len; i++) {
		const EventSession *session =
		        event_session(event, g_array_index(sessions, guint16, i));
		g_autofree char *when = locale_date_time(captain->locale, event, session->starts);
		g_autofree char *text = g_strdup_printf("%s · %s",
		        event_text(event, session->title, locale_code(captain->locale)), when);
		add_choice(field, session->code, text, value);
	}
}

static const char *
label_of(const Captain *captain, const char *field)
{
	static const char *const labels[][2] = { { "name", "captain_name" },
		{ "age_band", "captain_age" }, { "guardian", "captain_guardian" },
		{ "email", "captain_email" }, { "phone", "captain_phone" },
		{ "option", "captain_option" }, { "stop", "captain_stop" } };
	static const char *const kinds[SESSION_KINDS] = { [SESSION_DAY] = "captain_day",
		[SESSION_TRAINING] = "captain_training",
		[SESSION_BUS] = "captain_bus",
		[SESSION_MEAL] = "captain_meal",
		[SESSION_VISIT] = "captain_visit",
		[SESSION_SHIFT] = "captain_shift" };
	int max = 0;

	for (guint i = 0; i < G_N_ELEMENTS(labels); i++)
		if (strcmp(labels[i][0], field) == 0)
			return locale_text(captain->locale, labels[i][1]);
	g_autoptr(GArray) sessions = sessions_of(captain->event, field, &max);
	if (sessions->len == 0)
		return field;
	const EventSession *session =
	        event_session(captain->event, g_array_index(sessions, guint16, 0));
	return locale_text(captain->locale, kinds[session->kind]);
}

json_t *
captain_field(const Captain *captain, const char *field, const char *id, const char *name,
        const char *value, const char *fault)
{
	const gboolean email = strcmp(field, "email") == 0, phone = strcmp(field, "phone") == 0;
	json_t *data = json_pack("{s:s, s:s, s:s, s:s, s:s?, s:s, s:s, s:i, s:[]}", "id", id,
	        "name", name, "label", label_of(captain, field), "value",
	        value != NULL ? value : "", "fault", fault, "type",
	        email           ? "email"
	                : phone ? "tel"
	                        : "text",
	        "runs", email || phone ? "ltr" : "auto", "maxlength",
	        email ? 254 : NAME_MAX_CHARACTERS, "choices");

	if (strcmp(field, "age_band") == 0) {
		for (guint i = 0; intake_age_bands[i] != NULL; i++) {
			g_autofree char *key = g_strconcat("age_", intake_age_bands[i], NULL);
			add_choice(data, intake_age_bands[i], locale_text(captain->locale, key),
			        value != NULL && *value != '\0' ? value : intake_age_bands[0]);
		}
	} else if (strcmp(field, "option") == 0) {
		add_options(captain, data, value);
	} else if (strcmp(field, "stop") == 0) {
		add_stops(captain, data, value);
	} else if (g_str_has_prefix(field, "session_")) {
		add_sessions(captain, data, field, value);
	}
	json_object_set_new(data, "has_choices",
	        json_boolean(json_array_size(json_object_get(data, "choices")) > 0));
	return data;
}

/* ---- what is usual ---- */

/* How @member has it: as a value of the field; NULL when they have none. */
static char *
value_of(const Event *event, const Member *member, const char *field)
{
	const Attendee *attendee = member->attendee;
	int max = 0;

	if (strcmp(field, "option") == 0) {
		const EventOption *option = event_option(event, attendee->option_no);
		return option != NULL ? g_strdup(option->code) : NULL;
	}
	if (strcmp(field, "stop") != 0 && !g_str_has_prefix(field, "session_"))
		return NULL;
	g_autoptr(GArray) sessions = sessions_of(event, field, &max);
	for (guint i = 0; i < attendee->bookings_n; i++)
		for (guint j = 0; j < sessions->len; j++) {
			const ChosenSession *chosen = &attendee->bookings[i];
			const EventSession *session = event_session(event, chosen->session_no);
			if (g_array_index(sessions, guint16, j) != chosen->session_no)
				continue;
			return strcmp(field, "stop") == 0
			        ? g_strdup_printf("%s/%u", session->code, chosen->stop_no)
			        : g_strdup(session->code);
		}
	return NULL;
}

/* To begin with: what is free and asks for nothing more, else what asks for nothing more. */
static const char *
easy_option(const Captain *captain)
{
	const EventOption *easy = NULL;

	for (guint i = 0; i < captain->event->options->len; i++) {
		const EventOption *option = g_ptr_array_index(captain->event->options, i);
		gboolean asks = !event_option_open(captain->event, option, captain->now);
		for (guint j = 0; j < option->choices->len; j++)
			asks = asks ||
			        ((const EventChoice *)g_ptr_array_index(option->choices, j))->min >
			                0;
		if (!asks && (easy == NULL || (easy->fee_amount > 0 && option->fee_amount == 0)))
			easy = option;
	}
	return easy != NULL ? easy->code : NULL;
}

char *
captain_usual(const Captain *captain, const char *field)
{
	g_autoptr(GHashTable) counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	const char *best = NULL;
	guint most = 0;

	for (guint i = 0; i < captain->members->len; i++) {
		const Member *member = g_ptr_array_index(captain->members, i);
		g_autofree char *value = value_of(captain->event, member, field);
		const EventOption *option =
		        event_option(captain->event, member->attendee->option_no);
		if (value == NULL || member->asked || option == NULL ||
		        !event_option_open(captain->event, option, captain->now))
			continue;
		const guint n = GPOINTER_TO_UINT(g_hash_table_lookup(counts, value)) + 1;
		g_hash_table_insert(counts, g_strdup(value), GUINT_TO_POINTER(n));
		if (n > most) {
			most = n;
			g_hash_table_lookup_extended(counts, value, (gpointer *)&best, NULL);
		}
	}
	if (best != NULL)
		return g_strdup(best);
	return strcmp(field, "option") == 0 ? g_strdup(easy_option(captain)) : NULL;
}

/* ---- what was meant ---- */

/* Whether @typed is @texts in any language. */
static gboolean
says(const json_t *texts, const char *folded)
{
	const char *lang;
	json_t *text;

	json_object_foreach ((json_t *)texts, lang, text) {
		g_autofree char *own = text_fold(json_string_value(text));
		if (g_strcmp0(own, folded) == 0)
			return TRUE;
	}
	return FALSE;
}

static char *
age_code(const char *typed, const char *folded)
{
	guint n = 0;
	const Locale *const *locales = locales_all(&n);
	guint64 years = 0;

	for (guint i = 0; intake_age_bands[i] != NULL; i++) {
		g_autofree char *key = g_strconcat("age_", intake_age_bands[i], NULL);
		if (g_ascii_strcasecmp(intake_age_bands[i], typed) == 0)
			return g_strdup(intake_age_bands[i]);
		for (guint j = 0; j < n; j++) {
			g_autofree char *own = text_fold(locale_text(locales[j], key));
			if (g_strcmp0(own, folded) == 0)
				return g_strdup(intake_age_bands[i]);
		}
	}
	if (!g_ascii_string_to_unsigned(typed, 10, 0, 130, &years, NULL))
		return NULL;
	return g_strdup(intake_age_bands[years >= 18 ? AGE_ADULT
	                : years >= 16                ? AGE_16_17
	                                             : AGE_UNDER_16]);
}

/* "No", in any of our languages, or a dash: no bus. */
static gboolean
is_no(const char *typed, const char *folded)
{
	guint n = 0;
	const Locale *const *locales = locales_all(&n);

	if (strcmp(typed, "-") == 0 || strcmp(folded, INTAKE_NONE) == 0)
		return TRUE;
	for (guint i = 0; i < n; i++) {
		g_autofree char *no = text_fold(locale_text(locales[i], "form_no"));
		if (g_strcmp0(no, folded) == 0)
			return TRUE;
	}
	return FALSE;
}

const char *
captain_stop_place(const Captain *captain, const char *value)
{
	const Event *event = captain->event;
	int max = 0;
	g_autoptr(GArray) sessions = sessions_of(event, "stop", &max);

	for (guint i = 0; i < sessions->len; i++) {
		const EventSession *session =
		        event_session(event, g_array_index(sessions, guint16, i));
		for (guint j = 0; j < session->stops->len; j++) {
			const EventStop *stop = g_ptr_array_index(session->stops, j);
			g_autofree char *code = g_strdup_printf("%s/%u", session->code, stop->no);
			if (strcmp(code, value) == 0)
				return event_text(event, stop->place, locale_code(captain->locale));
		}
	}
	return NULL;
}

static char *
stop_code(const Event *event, const char *typed, const char *folded)
{
	int max = 0;
	g_autoptr(GArray) sessions = sessions_of(event, "stop", &max);

	if (is_no(typed, folded))
		return g_strdup(INTAKE_NONE);
	for (guint i = 0; i < sessions->len; i++) {
		const EventSession *session =
		        event_session(event, g_array_index(sessions, guint16, i));
		for (guint j = 0; j < session->stops->len; j++) {
			const EventStop *stop = g_ptr_array_index(session->stops, j);
			g_autofree char *code = g_strdup_printf("%s/%u", session->code, stop->no);
			if (g_ascii_strcasecmp(code, typed) == 0 || says(stop->place, folded))
				return g_steal_pointer(&code);
		}
	}
	return NULL;
}

char *
captain_code(const Event *event, const char *field, const char *typed)
{
	g_autofree char *folded = text_fold(typed);
	int max = 0;

	if (folded == NULL)
		return NULL;
	if (strcmp(field, "age_band") == 0)
		return age_code(typed, folded);
	if (strcmp(field, "stop") == 0)
		return stop_code(event, typed, folded);
	for (guint i = 0; strcmp(field, "option") == 0 && i < event->options->len; i++) {
		const EventOption *option = g_ptr_array_index(event->options, i);
		if (g_ascii_strcasecmp(option->code, typed) == 0 || says(option->title, folded))
			return g_strdup(option->code);
	}
	if (!g_str_has_prefix(field, "session_"))
		return NULL;
	g_autoptr(GArray) sessions = sessions_of(event, field, &max);
	for (guint i = 0; i < sessions->len; i++) {
		const EventSession *session =
		        event_session(event, g_array_index(sessions, guint16, i));
		if (g_ascii_strcasecmp(session->code, typed) == 0 || says(session->title, folded))
			return g_strdup(session->code);
	}
	return NULL;
}

char *
captain_fault(const Locale *locale, const IntakeFault *fault)
{
	static const char *const keys[INTAKE_CODES] = {
		[INTAKE_MISSING] = "captain_fault_missing",
		[INTAKE_TOO_LONG] = "captain_fault_long",
		[INTAKE_NOT_TEXT] = "captain_fault_text",
		[INTAKE_NOT_EMAIL] = "captain_fault_email",
		[INTAKE_NOT_PHONE] = "captain_fault_phone",
		[INTAKE_NOT_NUMBER] = "captain_fault_unknown",
		[INTAKE_NOT_ZIP] = "captain_fault_unknown",
		[INTAKE_UNKNOWN] = "captain_fault_unknown",
		[INTAKE_OPTION_CLOSED] = "captain_fault_closed",
		[INTAKE_CHOOSE_AT_LEAST] = "captain_fault_choose",
		[INTAKE_CHOOSE_AT_MOST] = "captain_fault_many",
		[INTAKE_STOP_MISSING] = "captain_fault_stop",
		[INTAKE_GUARDIAN_MISSING] = "captain_fault_guardian",
		[INTAKE_NO_PAPER] = "captain_fault_paper",
		[INTAKE_TOO_MANY] = "captain_fault_many",
	};

	g_return_val_if_fail(fault->code < INTAKE_CODES, NULL);
	return g_strdup(locale_text(locale, keys[fault->code]));
}
