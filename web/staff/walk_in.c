#include "web/walk_in.h"

#include "schema/holder.h"
#include "schema/id.h"
#include "schema/intake.h"
#include "schema/text.h"

static gboolean
includes(const EventOption *option, guint16 session_no)
{
	for (guint i = 0; i < option->includes->len; i++)
		if (g_array_index(option->includes, guint16, i) == session_no)
			return TRUE;
	return FALSE;
}

const EventOption *
walk_in_option(const Event *event, guint16 session_no, gint64 now)
{
	const EventOption *best = NULL;
	guint best_fit = 0;

	for (guint i = 0; i < event->options->len; i++) {
		const EventOption *option = g_ptr_array_index(event->options, i);
		guint fit = 1 + (includes(option, session_no) ? 8 : 0) +
		        (option->fee_amount == 0 ? 4 : 0) +
		        (event_option_open(event, option, now) ? 2 : 0) +
		        (option->capacity == NO_CAPACITY ? 1 : 0);
		if (fit > best_fit) {
			best = option;
			best_fit = fit;
		}
	}
	return best;
}

gboolean
walk_in_seal(VaultEvent *keys, const WalkInSaid *said, gint64 attendee, GBytes *ret[SEALED_CLASSES],
        GError **error)
{
	g_autoptr(Person) person = person_new();

	person->name = said->name ? text_tidy(said->name) : NULL;
	if (said->name != NULL &&
	        (person->name == NULL || text_length(person->name) > NAME_MAX_CHARACTERS)) {
		g_set_error_literal(
		        error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT, "name: is no text or too long");
		return FALSE;
	}
	for (guint i = 0; i < SEALED_CLASSES; i++)
		ret[i] = person_seal(person, keys, (SealedClass)i, attendee);
	return TRUE;
}

gint64
walk_in_attendee(gint64 registration)
{
	return registration + 1;
}

Registration *
walk_in_prepare(Request *request, const Event *event, VaultEvent *keys, const WalkInSaid *said,
        const EventOption *option, GError **error)
{
	g_autoptr(Registration) asked = registration_new();

	asked->id = id_new(request_now_ms(request));
	asked->walk_in = TRUE;
	g_strlcpy(asked->lang, said->lang ? said->lang : event->languages[0], sizeof asked->lang);
	Place place = { .id = walk_in_attendee(asked->id),
		.option_no = option->no,
		.region_no = said->region_no ? said->region_no : holder_region_default(event) };
	event_ticket_new(event, keys, TICKET_ATTENDEE, request_now(request), &place.ticket);
	if (!walk_in_seal(keys, said, place.id, place.sealed, error))
		return NULL;
	g_array_append_val(asked->places, place);
	return g_steal_pointer(&asked);
}
