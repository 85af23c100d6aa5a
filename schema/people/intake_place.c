#include "schema/people/intake_place.h"

#include <string.h>

#define CODE_MAX_CHARACTERS 64
#define STOPS_READ          ATTENDEE_SESSIONS_MAX

/* ---- home ---- */

static const EventDelegation *
take_delegation(IntakeReader *reader)
{
	g_autofree char *code = intake_text(reader, "delegation", CODE_MAX_CHARACTERS);
	const EventDelegation *delegation =
	        code == NULL ? NULL : event_delegation_by_code(reader->asked->event, code);
	if (code == NULL || (delegation != NULL && !delegation->closed))
		return delegation;
	intake_fault(reader, "delegation", INTAKE_UNKNOWN, 0, 0);
	return NULL;
}

static const EventRegion *
take_region(IntakeReader *reader)
{
	g_autofree char *code = intake_text(reader, "region", CODE_MAX_CHARACTERS);
	return code == NULL ? NULL : event_region_by_code(reader->asked->event, code);
}

void
intake_take_home(IntakeReader *reader, Person *person, Home *ret_home)
{
	const Event *event = reader->asked->event;
	const EventRegion *region = take_region(reader);
	person->county = intake_text(reader, "county", COUNTY_MAX_CHARACTERS);
	const EventRegion *of_county =
	        person->county == NULL ? NULL : event_region_of_county(event, person->county);
	person->zip = intake_zip(reader, "zip");
	person->assembly_district =
	        intake_number(reader, "assembly_district", 1, ASSEMBLY_DISTRICTS);
	person->senate_district = intake_number(reader, "senate_district", 1, SENATE_DISTRICTS);
	const EventDelegation *delegation = take_delegation(reader);

	/* the closer one counts: what was chosen in the list may be left from before */
	if (delegation != NULL) {
		ret_home->delegation_no = delegation->no;
		ret_home->region_no = delegation->region_no;
	} else if (of_county != NULL) {
		ret_home->region_no = of_county->no;
	} else if (region != NULL) {
		ret_home->region_no = region->no;
	} else if (intake_raw(reader, "region", 0) != NULL) {
		intake_fault(reader, "region", INTAKE_UNKNOWN, 0, 0);
	} else if (event->regions->len == 1) {
		ret_home->region_no = ((EventRegion *)g_ptr_array_index(event->regions, 0))->no;
	} else if (person->county != NULL) {
		intake_fault(reader, "county", INTAKE_UNKNOWN, 0, 0);
	} else {
		intake_fault(reader, "region", INTAKE_MISSING, 0, 0);
	}
}

/* ---- option ---- */

/* The one that is open, when no other is. */
static const EventOption *
only_open_option(const IntakeAsked *asked, guint *ret_open)
{
	const EventOption *found = NULL;
	*ret_open = 0;
	for (guint i = 0; i < asked->event->options->len; i++) {
		const EventOption *option = g_ptr_array_index(asked->event->options, i);
		if (!asked->walk_in && !event_option_open(asked->event, option, asked->now))
			continue;
		found = option;
		(*ret_open)++;
	}
	return *ret_open == 1 ? found : NULL;
}

static const EventOption *
take_option(IntakeReader *reader, const Place *first)
{
	const IntakeAsked *asked = reader->asked;
	char name[FIELD_NAME_MAX];
	guint open = 0;
	intake_name(reader, "option", name);
	g_autofree char *code = intake_text(reader, name, CODE_MAX_CHARACTERS);
	if (code != NULL) {
		const EventOption *option = event_option_by_code(asked->event, code);
		if (option == NULL)
			intake_fault(reader, name, INTAKE_UNKNOWN, 0, 0);
		return option;
	}
	if (intake_raw(reader, name, 0) != NULL) /* at fault already */
		return NULL;
	if (first != NULL)
		return event_option(asked->event, first->option_no);
	const EventOption *only = only_open_option(asked, &open);
	if (only == NULL)
		intake_fault(reader, name, open == 0 ? INTAKE_OPTION_CLOSED : INTAKE_MISSING, 0, 0);
	return only;
}

/* ---- sessions ---- */

static gboolean
has_session(const Place *place, guint16 session_no)
{
	for (guint i = 0; i < place->chosen_n; i++)
		if (place->chosen[i].session_no == session_no)
			return TRUE;
	return FALSE;
}

static gboolean
choice_has(const EventChoice *choice, guint16 session_no)
{
	for (guint i = 0; i < choice->sessions->len; i++)
		if (g_array_index(choice->sessions, guint16, i) == session_no)
			return TRUE;
	return FALSE;
}

/* Whether a group of that name has the session, in any option. */
static gboolean
group_has(const Event *event, const char *group, guint16 session_no)
{
	for (guint i = 0; i < event->options->len; i++) {
		const EventOption *option = g_ptr_array_index(event->options, i);
		for (guint j = 0; j < option->choices->len; j++) {
			const EventChoice *choice = g_ptr_array_index(option->choices, j);
			if (strcmp(choice->code, group) == 0 && choice_has(choice, session_no))
				return TRUE;
		}
	}
	return FALSE;
}

static void
choose(IntakeReader *reader, const char *name, Place *place, guint16 session_no)
{
	if (has_session(place, session_no))
		return;
	if (place->chosen_n == ATTENDEE_SESSIONS_MAX)
		intake_fault(reader, name, INTAKE_TOO_MANY, 0, ATTENDEE_SESSIONS_MAX);
	else
		place->chosen[place->chosen_n++].session_no = session_no;
}

/* What was typed for a group, or FALSE when nothing was. */
static gboolean
choose_typed(IntakeReader *reader, const EventChoice *choice, const char *name, Place *place)
{
	const IntakeAsked *asked = reader->asked;
	const char *typed;
	gboolean any = FALSE;
	for (guint nth = 0; (typed = asked->get(asked->data, name, nth)) != NULL; nth++) {
		if (nth > 4 * ATTENDEE_SESSIONS_MAX) {
			intake_fault(reader, name, INTAKE_TOO_MANY, 0, ATTENDEE_SESSIONS_MAX);
			return TRUE;
		}
		g_autofree char *code = g_strstrip(g_strdup(typed));
		if (*code == '\0')
			continue;
		const EventSession *session = event_session_by_code(asked->event, code);
		if (session == NULL && strcmp(code, INTAKE_NONE) == 0) {
			any = TRUE;
			intake_remember(reader, name, INTAKE_NONE);
			continue;
		}
		if (session != NULL && choice_has(choice, session->no)) {
			any = TRUE;
			intake_remember(reader, name, session->code);
			choose(reader, name, place, session->no);
		} else if (session ==
		                NULL || /* a page without JavaScript shows the groups of all options: then it is not for us */
		        !group_has(asked->event, choice->code, session->no)) {
			intake_fault(reader, name, INTAKE_UNKNOWN, 0, 0);
			return TRUE;
		}
	}
	return any;
}

static void
take_group(IntakeReader *reader, const EventChoice *choice, const Place *first, Place *place)
{
	char name[FIELD_NAME_MAX];
	g_autofree char *field = g_strconcat("session_", choice->code, NULL);
	guint before = place->chosen_n;
	gboolean same_option = first != NULL && first->option_no == place->option_no;
	intake_name(reader, field, name);
	if (!choose_typed(reader, choice, name, place)) {
		gboolean one_way = choice->min > 0 && choice->sessions->len == (guint)choice->min;
		for (guint i = 0; i < choice->sessions->len; i++) {
			guint16 session_no = g_array_index(choice->sessions, guint16, i);
			if (one_way || (same_option && has_session(first, session_no)))
				choose(reader, name, place, session_no);
		}
	}
	guint chosen = place->chosen_n - before;
	if (chosen < (guint)choice->min)
		intake_fault(reader, name, INTAKE_CHOOSE_AT_LEAST, choice->min, choice->max);
	else if (chosen > (guint)choice->max)
		intake_fault(reader, name, INTAKE_CHOOSE_AT_MOST, choice->min, choice->max);
}

/* ---- stops ---- */

/* What is typed as CODE/NO; NULL when there is no such session or stop. */
static const EventSession *
stop_parse(const Event *event, const char *typed, guint16 *ret_no)
{
	g_autofree char *code = g_strstrip(g_strdup(typed));
	char *slash = strrchr(code, '/');
	guint64 no = 0;
	if (slash == NULL || !g_ascii_string_to_unsigned(slash + 1, 10, 1, G_MAXUINT16, &no, NULL))
		return NULL;
	*slash = '\0';
	const EventSession *session = event_session_by_code(event, code);
	*ret_no = (guint16)no;
	return session != NULL && event_stop(session, *ret_no) != NULL ? session : NULL;
}

const EventSession *
intake_session_of_stop(const Event *event, const char *field, const char *typed)
{
	guint16 no = 0;
	const EventSession *session =
	        g_str_has_prefix(field, "session_") ? stop_parse(event, typed, &no) : NULL;
	return session != NULL && group_has(event, field + strlen("session_"), session->no)
	        ? session
	        : NULL;
}

/* A stop that there is, but of a session that isn't chosen, is what a page without JavaScript sends of another option. */
static void
check_stops(IntakeReader *reader)
{
	const IntakeAsked *asked = reader->asked;
	char name[FIELD_NAME_MAX];
	const char *typed;
	guint16 no = 0;
	intake_name(reader, "stop", name);
	for (guint nth = 0;
	        nth < STOPS_READ && (typed = asked->get(asked->data, name, nth)) != NULL; nth++) {
		g_autofree char *code = g_strstrip(g_strdup(typed));
		if (*code != '\0' && strcmp(code, INTAKE_NONE) != 0 &&
		        stop_parse(asked->event, code, &no) == NULL) {
			intake_fault(reader, name, INTAKE_UNKNOWN, 0, 0);
			return;
		}
	}
}

static guint16
first_stop(const Place *first, guint16 session_no)
{
	for (guint i = 0; first != NULL && i < first->chosen_n; i++)
		if (first->chosen[i].session_no == session_no)
			return first->chosen[i].stop_no;
	return 0;
}

/* The stop that was typed for @session as CODE/NO; 0 when none was. */
static guint16
typed_stop(IntakeReader *reader, const EventSession *session, const char *name)
{
	const IntakeAsked *asked = reader->asked;
	gsize length = strlen(session->code);
	const char *typed;
	for (guint nth = 0;
	        nth < STOPS_READ && (typed = asked->get(asked->data, name, nth)) != NULL; nth++) {
		guint64 no;
		while (g_ascii_isspace(*typed))
			typed++;
		if (strncmp(typed, session->code, length) != 0 || typed[length] != '/')
			continue;
		if (!g_ascii_string_to_unsigned(
		            typed + length + 1, 10, 1, G_MAXUINT16, &no, NULL) ||
		        event_stop(session, (guint16)no) == NULL) {
			intake_fault(reader, name, INTAKE_UNKNOWN, 0, 0);
			return 0;
		}
		intake_remember(reader, name, typed);
		return (guint16)no;
	}
	return 0;
}

static void
take_stop(IntakeReader *reader, const Place *first, ChosenSession *chosen)
{
	const EventSession *session = event_session(reader->asked->event, chosen->session_no);
	char name[FIELD_NAME_MAX];
	if (session->stops->len == 0)
		return;
	intake_name(reader, "stop", name);
	chosen->stop_no = typed_stop(reader, session, name);
	if (chosen->stop_no == 0)
		chosen->stop_no = first_stop(first, session->no);
	if (chosen->stop_no == 0 && session->stops->len == 1)
		chosen->stop_no = ((EventStop *)g_ptr_array_index(session->stops, 0))->no;
	if (chosen->stop_no == 0)
		intake_fault(reader, name, INTAKE_STOP_MISSING, 0, 0);
}

void
intake_take_option(IntakeReader *reader, const Place *first, Place *place)
{
	const EventOption *option = take_option(reader, first);
	if (option == NULL)
		return;
	place->option_no = option->no;
	for (guint i = 0; i < option->choices->len; i++)
		take_group(reader, g_ptr_array_index(option->choices, i), first, place);
	check_stops(reader);
	for (guint i = 0; i < place->chosen_n; i++)
		take_stop(reader, first, &place->chosen[i]);
}
