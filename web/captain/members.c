/* One of the group, as the pages show them. */
#include "web/captain.h"
#include "web/form.h"
#include "web/staff_page.h"

char *
captain_member_name(const Captain *captain, const Member *member)
{
	const char *name = member->attendee->person->name;
	g_autofree char *number = locale_number(captain->locale, member->attendee->no);

	return name != NULL
	        ? g_strdup(name)
	        : locale_format(captain->locale, "ticket_unnamed", "number", number, NULL);
}

static const char *
state_of(const Captain *captain, const Member *member)
{
	return locale_text(captain->locale,
	        member->asked                                 ? "captain_state_asks"
	                : member->attendee->option_waitlisted ? "captain_state_waits"
	                                                      : "captain_state_confirmed");
}

gboolean
captain_is_in(const Member *member, guint16 session_no)
{
	for (guint i = 0; i < member->in->len; i++)
		if (session_no == 0 || g_array_index(member->in, guint16, i) == session_no)
			return TRUE;
	return FALSE;
}

gboolean
captain_is_expected(const Captain *captain, const Member *member, guint16 session_no)
{
	g_autoptr(GArray) sessions = attendee_sessions(captain->event, member->attendee);

	for (guint i = 0; i < sessions->len && !member->attendee->option_waitlisted; i++)
		if (g_array_index(sessions, ChosenSession, i).session_no == session_no)
			return TRUE;
	return FALSE;
}

/* Age and role, as one line; NULL when there is nothing to say. */
static char *
remark_of(const Captain *captain, const Member *member)
{
	const char *parts[4];
	guint n = 0;
	g_autofree char *age =
	        g_strconcat("age_", intake_age_bands[member->attendee->age_band], NULL);

	if (member->captain)
		parts[n++] = locale_text(captain->locale, "captain_is");
	if (member->attendee->age_band != AGE_ADULT)
		parts[n++] = locale_text(captain->locale, age);
	if (member->fee_due)
		parts[n++] = locale_text(captain->locale, "captain_fee_due");
	if (member->waits_for_session && !member->attendee->option_waitlisted)
		parts[n++] = locale_text(captain->locale, "captain_waits_for_session");
	parts[n] = NULL;
	return n > 0 ? locale_list(captain->locale, parts, n) : NULL;
}

gboolean
captain_may_cancel(const Member *member)
{
	return member->entered || !member->own_contact;
}

/* The question and the answer to it, one after the other; NULL when there is none. */
static char *
said_of(const Captain *captain, const Member *member)
{
	g_autoptr(GString) line = g_string_new(NULL);

	for (guint i = 0; i < captain->event->questions->len; i++) {
		const EventQuestion *question = g_ptr_array_index(captain->event->questions, i);
		const char *said = member_answer(member, question->code);
		if (said == NULL)
			continue;
		g_autofree char *answer =
		        form_answer_text(captain->locale, captain->event, question, said);
		g_autofree char *both = locale_format(captain->locale, "captain_said_answer",
		        "question",
		        event_text(captain->event, question->label, locale_code(captain->locale)),
		        "answer", answer, NULL);
		g_string_append_printf(line, "%s%s", line->len > 0 ? " · " : "", both);
	}
	return line->len > 0 ? g_string_free(g_steal_pointer(&line), FALSE) : NULL;
}

json_t *
captain_member_json(const Captain *captain, const Member *member, guint16 session_no)
{
	const EventOption *option = event_option(captain->event, member->attendee->option_no);

	return json_pack("{s:i, s:o, s:s, s:s, s:b, s:o, s:o, s:o}", "no",
	        (int)member->attendee->no, "who", staff_taken(captain_member_name(captain, member)),
	        "option",
	        option ? event_text(captain->event, option->title, locale_code(captain->locale))
	               : "",
	        "state", state_of(captain, member), "here", captain_is_in(member, session_no),
	        "presence",
	        json_string(locale_text(captain->locale,
	                captain_is_in(member, session_no) ? "captain_here" : "captain_not_here")),
	        "remark", staff_taken(remark_of(captain, member)), "said",
	        staff_taken(said_of(captain, member)));
}
