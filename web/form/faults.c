#include "web/form_private.h"

#include <string.h>

/* Where one word for all fields would not help. */
static const struct {
	IntakeCode code;
	const char *field;
	const char *key;
} special[] = {
	{ INTAKE_MISSING, "name", "fault_missing_name" },
	{ INTAKE_MISSING, "contact", "fault_missing_contact" },
	{ INTAKE_MISSING, "email", "fault_missing_email" },
	{ INTAKE_MISSING, "phone", "fault_missing_phone" },
	{ INTAKE_MISSING, "region", "fault_missing_region" },
	{ INTAKE_MISSING, "delegation", "fault_missing_delegation" },
	{ INTAKE_MISSING, "option", "fault_missing_option" },
	{ INTAKE_UNKNOWN, "delegation", "fault_unknown_delegation" },
	{ INTAKE_UNKNOWN, "county", "fault_unknown_county" },
	{ INTAKE_UNKNOWN, "guardian", "fault_unknown_guardian" },
};

/* The same of a further person. */
static const struct {
	IntakeCode code;
	const char *field;
	const char *key;
} special_of_others[] = {
	{ INTAKE_MISSING, "name", "fault_missing_person_name" },
	{ INTAKE_GUARDIAN_MISSING, "guardian", "fault_guardian_missing_person" },
	{ INTAKE_UNKNOWN, "guardian", "fault_unknown_guardian" },
};

/* By IntakeCode. */
static const char *const general[INTAKE_CODES] = {
	[INTAKE_MISSING] = "fault_missing",
	[INTAKE_TOO_LONG] = "fault_too_long",
	[INTAKE_NOT_TEXT] = "fault_not_text",
	[INTAKE_NOT_EMAIL] = "fault_not_email",
	[INTAKE_NOT_PHONE] = "fault_not_phone",
	[INTAKE_NOT_NUMBER] = "fault_not_number_between",
	[INTAKE_NOT_ZIP] = "fault_not_zip",
	[INTAKE_UNKNOWN] = "fault_unknown",
	[INTAKE_OPTION_CLOSED] = "fault_option_closed",
	[INTAKE_CHOOSE_AT_LEAST] = "fault_choose_at_least",
	[INTAKE_CHOOSE_AT_MOST] = "fault_choose_at_most",
	[INTAKE_STOP_MISSING] = "fault_stop_missing",
	[INTAKE_GUARDIAN_MISSING] = "fault_guardian_missing",
	[INTAKE_NO_PAPER] = "fault_no_paper",
	[INTAKE_TOO_MANY] = "fault_too_many",
};

const IntakeFault *
form_fault(const Form *form, const char *name)
{
	for (guint i = 0; form->faults != NULL && i < form->faults->len; i++) {
		const IntakeFault *fault = &g_array_index(form->faults, IntakeFault, i);
		if (strcmp(fault->field, name) == 0)
			return fault;
	}
	return NULL;
}

static const char *
fault_key(const IntakeFault *fault)
{
	if (fault->code == INTAKE_NOT_NUMBER && fault->least == 0 && fault->most == 0)
		return "fault_not_number";
	if (form_person_of(fault->field) != 0) {
		const gsize length = strrchr(fault->field, '_') - fault->field;
		for (guint i = 0; i < G_N_ELEMENTS(special_of_others); i++)
			if (special_of_others[i].code == fault->code &&
			        strlen(special_of_others[i].field) == length &&
			        strncmp(special_of_others[i].field, fault->field, length) == 0)
				return special_of_others[i].key;
	}
	for (guint i = 0; i < G_N_ELEMENTS(special); i++)
		if (special[i].code == fault->code && strcmp(special[i].field, fault->field) == 0)
			return special[i].key;
	return general[fault->code];
}

char *
form_fault_text(const Form *form, const IntakeFault *fault)
{
	const char *key = fault_key(fault);
	if (fault->code == INTAKE_CHOOSE_AT_LEAST)
		return locale_plural(form->locale, key, fault->least, NULL);
	if (fault->code == INTAKE_CHOOSE_AT_MOST)
		return locale_plural(form->locale, key, fault->most, NULL);
	g_autofree char *least = locale_number(form->locale, fault->least);
	g_autofree char *most = locale_number(form->locale, fault->most);
	return locale_format(form->locale, key, "least", least, "most", most, NULL);
}

/* Is @name where the session @no was chosen? */
static gboolean
is_group_of(const Event *event, const char *name, gsize length, guint16 no)
{
	if (!g_str_has_prefix(name, "session_"))
		return FALSE;
	name += strlen("session_");
	length -= strlen("session_");
	for (guint i = 0; i < event->options->len; i++) {
		const EventOption *option = g_ptr_array_index(event->options, i);
		for (guint j = 0; j < option->choices->len; j++) {
			const EventChoice *choice = g_ptr_array_index(option->choices, j);
			for (guint k = 0; k < choice->sessions->len; k++)
				if (g_array_index(choice->sessions, guint16, k) == no &&
				        strlen(choice->code) == length &&
				        strncmp(choice->code, name, length) == 0)
					return TRUE;
		}
	}
	return FALSE;
}

static gboolean
is_called(const char *name, gsize length, const char *field)
{
	return strlen(field) == length && strncmp(name, field, length) == 0;
}

const char *
form_refusal(const Form *form, const char *name)
{
	const PlaceAnswer *refused = form->refused;
	if (refused == NULL)
		return NULL;
	const gsize length =
	        form_person_of(name) == 0 ? strlen(name) : (gsize)(strrchr(name, '_') - name);
	if (refused->outcome == PLACE_CLOSED)
		return is_called(name, length, "option")
		        ? locale_text(form->locale, "fault_option_closed")
		        : NULL;
	gboolean about = (refused->full_stop != 0 && is_called(name, length, "stop")) ||
	        (refused->full_session != 0 &&
	                is_group_of(form->event, name, length, refused->full_session)) ||
	        (refused->full_option != 0 && is_called(name, length, "option"));
	return about ? locale_text(form->locale, "fault_full") : NULL;
}

const char *
form_refused_title(const Form *form)
{
	const PlaceAnswer *refused = form->refused;
	const char *lang = locale_code(form->locale);
	const EventOption *option = event_option(form->event,
	        refused->outcome == PLACE_CLOSED ? refused->closed_option : refused->full_option);
	const EventSession *session = event_session(form->event, refused->full_session);
	const EventStop *stop = session != NULL ? event_stop(session, refused->full_stop) : NULL;
	if (stop != NULL)
		return event_text(form->event, stop->place, lang);
	if (session != NULL)
		return event_text(form->event, session->title, lang);
	return option != NULL ? event_text(form->event, option->title, lang) : "";
}
