#include "web/form_private.h"

#include <string.h>

#include "schema/places.h"

/* theme.css has a rule for each: what an option has no use for steps aside. */
#define OPTIONS_STYLED 8

/* Groups of the same code are one question, whichever option they belong to. */
typedef struct {
	const char *code;
	GArray *sessions; /* of guint16 */
	int min, max;
	gboolean options[OPTIONS_STYLED]; /* which options have it */
	gboolean plain;                   /* an option has it that theme.css has no rule for */
} Group;

static void
group_free(gpointer data)
{
	Group *group = data;
	g_array_unref(group->sessions);
	g_free(group);
}

static gboolean
group_has(const Group *group, guint16 no)
{
	for (guint i = 0; i < group->sessions->len; i++)
		if (g_array_index(group->sessions, guint16, i) == no)
			return TRUE;
	return FALSE;
}

static Group *
group_of(GPtrArray *groups, const EventChoice *choice)
{
	for (guint i = 0; i < groups->len; i++) {
		Group *group = g_ptr_array_index(groups, i);
		if (strcmp(group->code, choice->code) == 0)
			return group;
	}
	Group *group = g_new0(Group, 1);
	group->code = choice->code;
	group->sessions = g_array_new(FALSE, FALSE, sizeof(guint16));
	group->min = choice->min;
	group->max = choice->max;
	g_ptr_array_add(groups, group);
	return group;
}

static GPtrArray *
collect_groups(const Event *event)
{
	GPtrArray *groups = g_ptr_array_new_with_free_func(group_free);
	for (guint i = 0; i < event->options->len; i++) {
		const EventOption *option = g_ptr_array_index(event->options, i);
		for (guint j = 0; j < option->choices->len; j++) {
			const EventChoice *choice = g_ptr_array_index(option->choices, j);
			Group *group = group_of(groups, choice);
			group->min = MIN(group->min, choice->min);
			group->max = MAX(group->max, choice->max);
			if (i < OPTIONS_STYLED)
				group->options[i] = TRUE;
			else
				group->plain = TRUE;
			for (guint k = 0; k < choice->sessions->len; k++) {
				guint16 no = g_array_index(choice->sessions, guint16, k);
				if (!group_has(group, no))
					g_array_append_val(group->sessions, no);
			}
		}
	}
	return groups;
}

static const EventSession *
group_session(const Event *event, const Group *group, guint i)
{
	return event_session(event, g_array_index(group->sessions, guint16, i));
}

/* One session at most, and each has stops: then the stop says all. */
static gboolean
is_by_stop(const Event *event, const Group *group)
{
	for (guint i = 0; i < group->sessions->len; i++)
		if (group_session(event, group, i)->stops->len == 0)
			return FALSE;
	return group->max == 1;
}

/* The first of them only: a second one would be the same question again. */
static const char *
find_stop_group(const Event *event, const GPtrArray *groups)
{
	for (guint i = 0; i < groups->len; i++)
		if (is_by_stop(event, g_ptr_array_index(groups, i)))
			return ((const Group *)g_ptr_array_index(groups, i))->code;
	return NULL;
}

const char *
form_stop_group(const Event *event)
{
	g_autoptr(GPtrArray) groups = collect_groups(event);
	return find_stop_group(event, groups);
}

static int
session_room(const Form *form, const EventSession *session)
{
	for (guint i = 0; i < form->event->sessions->len; i++)
		if (g_ptr_array_index(form->event->sessions, i) == session)
			return form->room->sessions[i];
	return NO_CAPACITY;
}

/* Is there anything left of it to choose? */
static gboolean
group_is_over(const Form *form, const Group *group)
{
	for (guint i = 0; i < group->sessions->len; i++)
		if (group_session(form->event, group, i)->ends > form->now)
			return FALSE;
	return TRUE;
}

static void
set_when(json_t *field, const Group *group)
{
	g_autoptr(GString) class = g_string_new("when-option");
	if (group->plain)
		return;
	for (guint i = 0; i < OPTIONS_STYLED; i++)
		if (group->options[i])
			g_string_append_printf(class, " o%u", i + 1);
	json_object_set_new(field, "class", json_string(class->str));
}

static const char *
group_label(const Form *form, const Group *group)
{
	static const char *const keys[SESSION_KINDS] = {
		[SESSION_DAY] = "field_choose_day",
		[SESSION_TRAINING] = "field_choose_training",
		[SESSION_BUS] = "field_choose_bus",
		[SESSION_MEAL] = "field_choose_meal",
		[SESSION_VISIT] = "field_choose_visit",
		[SESSION_SHIFT] = "field_choose_shift",
	};
	SessionKind kind = group_session(form->event, group, 0)->kind;
	for (guint i = 1; i < group->sessions->len; i++)
		if (group_session(form->event, group, i)->kind != kind)
			return locale_text(form->locale, "field_choose");
	return locale_text(form->locale, keys[kind]);
}

static gboolean
was_typed(const Form *form, const char *name)
{
	return form->typed != NULL && fields_get(form->typed, name) != NULL;
}

/* A further person's silence would mean the first one's choice. */
static void
add_none(const Form *form, json_t *field, const char *key, gboolean checked)
{
	const char *code = form->person > 1 ? INTAKE_NONE : "";
	form_choice(
	        field, &(FormChoice){ code, locale_text(form->locale, key), .checked = checked });
}

static gboolean
none_is_typed(const Form *form, const char *name)
{
	return form_typed_has(form, name, "") || form_typed_has(form, name, INTAKE_NONE);
}

static void
add_sessions(const Form *form, const Group *group, json_t *field, const char *name)
{
	int left_to_preset = was_typed(form, name) ? 0 : group->min;
	for (guint i = 0; i < group->sessions->len; i++) {
		const EventSession *session = group_session(form->event, group, i);
		if (session->ends <= form->now)
			continue;
		int room = session_room(form, session);
		g_autoptr(GString) note = g_string_new(NULL);
		g_autofree char *date =
		        locale_long_date(form->locale, form->event, session->starts);
		g_autofree char *time = locale_time_range(
		        form->locale, form->event, session->starts, session->ends);
		gboolean has_list = places_has_list(form->event, 0, session->no, form->now);
		g_autofree char *left = form_left_or_list_text(form, room, has_list);
		form_add_line(note, date);
		form_add_line(note, time);
		form_add_line(note, form_event_text(form, session->place));
		form_add_line(note, left);
		gboolean preset = left_to_preset > 0 && room != 0;
		left_to_preset -= preset;
		form_choice(field,
		        &(FormChoice){ session->code, form_event_text(form, session->title),
		                note->str,
		                .checked = preset || form_typed_has(form, name, session->code),
		                .disabled = room == 0 && !has_list });
	}
	if (group->max == 1 && group->min == 0)
		add_none(form, field, "field_choose_none",
		        !was_typed(form, name) || none_is_typed(form, name));
}

/* Sessions that have stops, but are not chosen by them: each with a list of its own. */
static void
add_stop_lists(const Form *form, const Group *group, json_t *fields)
{
	g_autofree char *name = form_name(form, "stop"), *chosen = form_chosen_name(form, "stop");
	for (guint i = 0; i < group->sessions->len; i++) {
		const EventSession *session = group_session(form->event, group, i);
		gboolean has_list = places_has_list(form->event, 0, session->no, form->now);
		if (session->stops->len < 2 || session->ends <= form->now)
			continue;
		g_autofree char *id = g_strconcat(name, "-", session->code, NULL);
		g_autofree char *label =
		        g_strdup_printf("%s: %s", form_event_text(form, session->title),
		                locale_text(form->locale, "field_stop"));
		json_t *field = form_field(form, FIELD_SELECT, name, label, NULL);
		json_object_set_new(field, "id", json_string(id));
		json_object_set_new(field, "described", json_null());
		form_choice(field, &(FormChoice){ "", locale_text(form->locale, "form_choose") });
		for (guint j = 0; j < session->stops->len; j++) {
			const EventStop *stop = g_ptr_array_index(session->stops, j);
			g_autofree char *code = g_strdup_printf("%s/%u", session->code, stop->no);
			g_autofree char *time =
			        locale_time(form->locale, form->event, stop->departs);
			g_autofree char *shown =
			        g_strdup_printf("%s, %s", form_event_text(form, stop->place), time);
			form_choice(field,
			        &(FormChoice){ code, shown,
			                .checked = form_typed_has(form, chosen, code),
			                .disabled = !has_list &&
			                        room_at_stop(form->room, session->no, stop->no) ==
			                                0 });
		}
		set_when(field, group);
		json_array_append_new(fields, field);
	}
}

/* "session_GROUP", with what was typed under either name. */
static gboolean
stop_is_typed(const Form *form, const char *stop_name, const char *group_name,
        const EventSession *session, const char *code)
{
	return form_typed_has(form, stop_name, code) ||
	        (!was_typed(form, stop_name) && session->stops->len == 1 &&
	                form_typed_has(form, group_name, session->code));
}

static void
add_stops(const Form *form, const Group *group, json_t *field, const char *group_name)
{
	g_autofree char *stop_name = form_chosen_name(form, "stop");
	gboolean typed = was_typed(form, stop_name) || was_typed(form, group_name);
	gboolean to_preset = !typed && group->min > 0;
	for (guint i = 0; i < group->sessions->len; i++) {
		const EventSession *session = group_session(form->event, group, i);
		if (session->ends <= form->now)
			continue;
		int room = session_room(form, session);
		gboolean has_list = places_has_list(form->event, 0, session->no, form->now);
		g_autofree char *date =
		        locale_long_date(form->locale, form->event, session->starts);
		g_autofree char *heading =
		        g_strdup_printf("%s · %s", form_event_text(form, session->title), date);
		form_group(field, heading);
		for (guint j = 0; j < session->stops->len; j++) {
			const EventStop *stop = g_ptr_array_index(session->stops, j);
			int at_stop = room_at_stop(form->room, session->no, stop->no);
			int least = room == NO_CAPACITY  ? at_stop
			        : at_stop == NO_CAPACITY ? room
			                                 : MIN(room, at_stop);
			g_autofree char *code = g_strdup_printf("%s/%u", session->code, stop->no);
			g_autofree char *left = form_left_or_list_text(form, least, has_list);
			g_autofree char *time =
			        locale_time(form->locale, form->event, stop->departs);
			gboolean preset = to_preset && least != 0;
			to_preset = to_preset && !preset;
			form_choice(field,
			        &(FormChoice){ code, form_event_text(form, stop->place), left, time,
			                .checked = preset ||
			                        stop_is_typed(
			                                form, stop_name, group_name, session, code),
			                .disabled = least == 0 && !has_list });
		}
	}
	if (group->min == 0) {
		form_group(field, NULL);
		add_none(form, field, "field_choose_no_bus",
		        !typed || none_is_typed(form, stop_name));
	}
}

static void
add_group(const Form *form, const Group *group, gboolean by_stop, json_t *fields)
{
	g_autofree char *plain = g_strconcat("session_", group->code, NULL);
	g_autofree char *name = form_name(form, plain), *chosen = form_chosen_name(form, plain);
	g_autofree char *stop = form_name(form, "stop");
	g_autofree char *most = NULL;
	if (group->max > 1 && (guint)group->max < group->sessions->len) {
		g_autofree char *number = locale_number(form->locale, group->max);
		most = locale_format(form->locale, "field_choose_most", "count", number, NULL);
	}
	const char *label =
	        by_stop ? locale_text(form->locale, "field_stop") : group_label(form, group);
	/* a fault of the session is told at the stop that stands for it */
	gboolean told_at_stop = form_fault(form, stop) != NULL || form_refusal(form, stop) != NULL;
	json_t *field = form_field(form, group->max == 1 ? FIELD_RADIO : FIELD_CHECK,
	        by_stop && told_at_stop ? stop : name, label, most);
	json_object_set_new(field, "name", json_string(by_stop ? stop : name));
	set_when(field, group);
	if (by_stop)
		add_stops(form, group, field, chosen);
	else
		add_sessions(form, group, field, chosen);
	/* with boxes alone nobody could say none */
	if (form->person > 1 && group->max > 1)
		json_object_set_new(field, "none", json_string(INTAKE_NONE));
	json_array_append_new(fields, field);
	if (!by_stop)
		add_stop_lists(form, group, fields);
}

void
form_sessions(const Form *form, json_t *fields)
{
	g_autoptr(GPtrArray) groups = collect_groups(form->event);
	const char *stops = find_stop_group(form->event, groups);
	for (guint i = 0; i < groups->len; i++) {
		const Group *group = g_ptr_array_index(groups, i);
		if (!group_is_over(form, group))
			add_group(form, group, g_strcmp0(group->code, stops) == 0, fields);
	}
}
