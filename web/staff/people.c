/*
 * /staff/people: somebody is found by name or by the code under a ticket, across scripts and accents; and their page. What
 * is looked for is sent as a form, so that no name stands in an address; each look is a line in the
 * audit. A region lead finds their own region's people.
 */
#include <string.h>

#include "schema/find.h"
#include "schema/holder.h"
#include "schema/text.h"
#include "web/routes.h"
#include "web/staff/desk.h"
#include "web/staff/places.h"

/* ---- finding ---- */

static const char *
region_shown(const Locale *locale, const Event *event, guint16 no)
{
	const EventRegion *region = event_region(event, no);
	return region ? event_text(event, region->name, locale_code(locale))
	              : locale_text(locale, "staff_no_region");
}

/* "Ana López", or what they are called who gave no name. */
static char *
name_shown(const Locale *locale, const DeskPerson *person, const HolderPerson *known)
{
	if (known->person->name != NULL)
		return g_strdup(known->person->name);
	g_autofree char *number = locale_number(locale, person->no);
	return locale_format(locale, person->spare ? "desk_spare_no" : "desk_nameless_no", "number",
	        number, NULL);
}

/* "Conference, Lunch" */
static json_t *
in_at(const Locale *locale, const Desk *desk, gint64 attendee, GError **error)
{
	g_autoptr(GArray) sessions = g_array_new(FALSE, FALSE, sizeof(guint16));
	g_autoptr(GPtrArray) titles = g_ptr_array_new();

	if (!desk_in_at(desk->db, desk->event, attendee, sessions, error))
		return NULL;
	for (guint i = 0; i < sessions->len; i++) {
		const EventSession *session =
		        event_session(desk->event, g_array_index(sessions, guint16, i));
		if (session != NULL)
			g_ptr_array_add(titles,
			        (gpointer)event_text(
			                desk->event, session->title, locale_code(locale)));
	}
	const guint n = titles->len;
	g_ptr_array_add(titles, NULL);
	return n == 0 ? json_null()
	              : staff_taken(locale_list(locale, (const char *const *)titles->pdata, n));
}

/* Adds one of those who were found; nobody when they are another region's by now. */
static gboolean
add_found(Request *request, const Desk *desk, gint64 attendee, json_t *list, GError **error)
{
	const Locale *locale = request_locale(request);
	g_auto(HolderPerson) known = { 0 };
	DeskPerson person;
	gboolean found = FALSE;

	if (!desk_person_by_id(
	            desk->db, desk->event, desk->region_no, attendee, &person, &found, error))
		return FALSE;
	if (!found)
		return TRUE;
	if (!holder_person(desk->db, desk->keys, attendee, &known, error))
		return FALSE;
	json_t *in = in_at(locale, desk, attendee, error);
	if (in == NULL)
		return FALSE;
	const EventDelegation *delegation = event_delegation(desk->event, person.delegation_no);
	json_array_append_new(list,
	        json_pack("{s:I, s:o, s:s, s:s, s:o, s:o, s:b}", "no", (json_int_t)person.no,
	                "name", staff_taken(name_shown(locale, &person, &known)), "delegation",
	                delegation ? delegation->name : "", "region",
	                region_shown(locale, desk->event, person.region_no), "code",
	                desk_code_json(person.ticket.typed_code), "in", in, "cancelled",
	                person.cancelled));
	return TRUE;
}

static json_t *
people_data(Request *request, const Desk *desk, const char *query)
{
	json_t *data = staff_frame(request, desk->event, "staff_room_people", "/staff/people");
	json_object_set_new(data, "q", json_string(query));
	json_object_set_new(data, "own_region",
	        desk->region_no ? json_string(region_shown(
	                                  request_locale(request), desk->event, desk->region_no))
	                        : json_null());
	return data;
}

static Reply *
people_page(Request *request)
{
	Desk desk;
	Reply *refused = NULL;
	if (!desk_open(request, &desk, &refused))
		return refused;
	return staff_reply(request, 200, "staff_people", people_data(request, &desk, ""));
}

static Reply *
people_find(Request *request)
{
	const char *query = fields_get(request_form(request), "q");
	g_autoptr(GArray) attendees = g_array_new(FALSE, FALSE, sizeof(gint64));
	g_autoptr(GError) error = NULL;
	Desk desk;
	Reply *refused = NULL;
	if (query == NULL || strlen(query) > FIND_QUERY_MAX)
		return reply_status(request, 400);
	if (!desk_open(request, &desk, &refused))
		return refused;
	json_auto_t *list = json_array();
	gboolean read =
	        desk_find(desk.db, desk.event, desk.keys, desk.region_no, query, attendees, &error);
	for (guint i = 0; read && i < attendees->len; i++)
		read = add_found(request, &desk, g_array_index(attendees, gint64, i), list, &error);
	if (!read)
		return reply_error(request, g_steal_pointer(&error));
	const gsize n = json_array_size(list);
	json_t *data = people_data(request, &desk, query);
	json_object_set_new(data, "searched", json_true());
	json_object_set(data, "people", list);
	json_object_set_new(data, "has_people", json_boolean(n > 0));
	json_object_set_new(data, "found",
	        staff_taken(locale_plural(request_locale(request), "desk_found", (gint64)n, NULL)));
	json_object_set_new(data, "many", json_boolean(attendees->len >= FIND_MAX));
	return desk_look(request, &desk, "person.search", g_strdup_printf("%zu found", n),
	        "staff_people", data);
}

/* ---- one person ---- */

static void
add_flag(json_t *flags, const Locale *locale, const char *prefix, const char *code)
{
	g_autofree char *key = g_strconcat(prefix, code, NULL);
	const char *text = locale_text(locale, key);
	json_array_append_new(flags, json_string(g_str_equal(text, key) ? code : text));
}

/* What the desk should know of them, in words. */
static json_t *
flags_data(const Locale *locale, const DeskPerson *who, const HolderPerson *known)
{
	const Person *person = known->person;
	json_t *flags = json_array();

	if (who->cancelled)
		add_flag(flags, locale, "desk_flag_", "cancelled");
	if (who->walk_in && !who->spare)
		add_flag(flags, locale, "desk_flag_", "walk_in");
	if (known->minor)
		add_flag(flags, locale, "desk_flag_", "minor");
	if (known->fee_due)
		add_flag(flags, locale, "desk_flag_", "fee_due");
	for (char **need = person->access; need != NULL && *need != NULL; need++)
		add_flag(flags, locale, "access_", *need);
	if (person->interpretation != NULL && *person->interpretation != '\0')
		add_flag(flags, locale, "interpretation_", person->interpretation);
	if (!who->spare && (person->photo == NULL || strcmp(person->photo, "yes") != 0))
		add_flag(flags, locale, "desk_flag_",
		        g_strcmp0(person->photo, "ask") == 0 ? "photo_ask" : "photo_no");
	return flags;
}

static const char *
state_key(HolderState state)
{
	switch (state) {
	case HOLDER_BOOKED:
		return "desk_state_booked";
	case HOLDER_WAITLISTED:
		return "desk_state_waitlisted";
	case HOLDER_CANCELLED:
	case HOLDER_REVOKED:
		return "desk_state_cancelled";
	case HOLDER_NOT_BOOKED:
	case HOLDER_ABSENT:
		break;
	}
	return "desk_state_not_booked";
}

/* "In since Tuesday, 8:02 AM, North entrance" */
static json_t *
since(const Locale *locale, const Event *event, const Holder *holder)
{
	const EventCheckpoint *place = event_checkpoint(event, holder->first_checkpoint);
	g_autofree char *when = locale_date_time(locale, event, holder->first_at / 1000);

	return staff_taken(locale_format(
	        locale, "desk_in_since", "when", when, "place", place ? place->name : "", NULL));
}

static json_t *
session_data(
        const Locale *locale, const Event *event, const EventSession *session, const Holder *holder)
{
	const gboolean may = holder->state == HOLDER_BOOKED ||
	        (session->door == DOOR_OPEN && holder->state != HOLDER_CANCELLED);
	g_autofree char *id = g_strdup_printf("s%u", session->no);
	const char *state = session->door == DOOR_OPEN && holder->state == HOLDER_NOT_BOOKED
	        ? "desk_state_open"
	        : state_key(holder->state);

	return json_pack("{s:s, s:s, s:s, s:o, s:s, s:o, s:b, s:b, s:o}", "id", id, "code",
	        session->code, "title", event_text(event, session->title, locale_code(locale)),
	        "when", staff_taken(locale_date_time(locale, event, session->starts)), "state",
	        locale_text(locale, state), "in",
	        holder->in ? since(locale, event, holder) : json_null(), "may_in",
	        !holder->in && may, "may_admit",
	        !holder->in && !may && holder->state != HOLDER_CANCELLED, "act",
	        desk_number_json());
}

/* Every session that has a checkpoint: those they have to do with, and the others. */
static gboolean
add_sessions(const Locale *locale, const Desk *desk, json_t *data, GError **error)
{
	json_t *near = json_array(), *far = json_array();
	gboolean read = TRUE;

	for (guint i = 0; read && i < desk->event->sessions->len; i++) {
		const EventSession *session = g_ptr_array_index(desk->event->sessions, i);
		Holder holder;
		if (event_first_checkpoint(desk->event, session->no) == NULL)
			continue;
		read = scan_holder(desk->db, desk->event, session->no, desk->person.ticket.mark,
		        &holder, error);
		if (!read)
			break;
		const gboolean close = holder.in || holder.state == HOLDER_BOOKED ||
		        holder.state == HOLDER_WAITLISTED || session->kind == SESSION_DAY;
		json_array_append_new(
		        close ? near : far, session_data(locale, desk->event, session, &holder));
	}
	json_object_set_new(data, "has_others", json_boolean(json_array_size(far) > 0));
	json_object_set_new(data, "sessions", near);
	json_object_set_new(data, "others", far);
	return read;
}

static gboolean
add_tickets(const Locale *locale, const Desk *desk, json_t *data, GError **error)
{
	g_autoptr(GArray) tickets = g_array_new(FALSE, FALSE, sizeof(DeskTicket));
	json_t *list = json_array();

	json_object_set_new(data, "code", desk_code_json(desk->person.ticket.typed_code));
	json_object_set_new(data, "tickets", list);
	if (!desk_other_tickets(desk->db, desk->event, desk->person.id, tickets, error))
		return FALSE;
	for (guint i = 0; i < tickets->len; i++) {
		const DeskTicket *ticket = &g_array_index(tickets, DeskTicket, i);
		g_autofree char *when = ticket->revoked
		        ? locale_date_time(locale, desk->event, ticket->revoked)
		        : NULL;
		json_array_append_new(list,
		        json_pack("{s:o, s:o}", "code", desk_code_json(ticket->typed_code), "state",
		                staff_taken(when ? locale_format(locale, "desk_ticket_replaced",
		                                           "when", when, NULL)
		                                 : g_strdup(locale_text(
		                                           locale, "desk_ticket_merged")))));
	}
	return TRUE;
}

static void
add_person(Request *request, const Desk *desk, const HolderPerson *known, json_t *data)
{
	const Locale *locale = request_locale(request), *theirs = locale_find(desk->person.lang);
	const DeskPerson *person = &desk->person;
	const EventDelegation *delegation = event_delegation(desk->event, person->delegation_no);
	const EventOption *option = event_option(desk->event, person->option_no);
	char *name = name_shown(locale, person, known);

	json_object_set_new(data, "page_title", json_string(locale_text(locale, "desk_person")));
	json_object_set_new(data, "title", staff_taken(name));
	json_object_set_new(data, "no", json_integer(person->no));
	json_object_set_new(data, "spare", json_boolean(person->spare));
	json_object_set_new(
	        data, "delegation", delegation ? json_string(delegation->name) : json_null());
	const EventDelegation *asked =
	        person->cancelled ? NULL : event_delegation(desk->event, person->asked_no);
	json_object_set_new(data, "asks", asked ? json_string(asked->name) : json_null());
	json_object_set_new(
	        data, "region", json_string(region_shown(locale, desk->event, person->region_no)));
	json_object_set_new(data, "option",
	        option ? json_string(event_text(desk->event, option->title, locale_code(locale)))
	               : json_null());
	json_object_set_new(data, "waitlisted", json_boolean(person->waitlisted));
	json_object_set_new(
	        data, "language", json_string(theirs ? locale_name(theirs) : person->lang));
	json_t *flags = flags_data(locale, person, known);
	json_object_set_new(data, "has_flags", json_boolean(json_array_size(flags) > 0));
	json_object_set_new(data, "flags", flags);
	json_object_set_new(data, "regions", desk_regions(request, desk, person->region_no));
}

static Reply *
person_page(Request *request)
{
	g_auto(HolderPerson) known = { 0 };
	GError *error = NULL;
	Desk desk;
	Reply *refused = NULL;
	if (!desk_open_person(request, &desk, &refused))
		return refused;
	if (!holder_person(desk.db, desk.keys, desk.person.id, &known, &error))
		return reply_error(request, error);
	json_t *data = staff_frame(request, desk.event, "desk_person", "/staff/people");
	add_person(request, &desk, &known, data);
	if (!add_sessions(request_locale(request), &desk, data, &error) ||
	        !add_tickets(request_locale(request), &desk, data, &error) ||
	        !staff_places_add(request, &desk, data, &error)) {
		json_decref(data);
		return reply_error(request, error);
	}
	json_object_set_new(data, "notice", desk_notice(request));
	return desk_look(request, &desk, "person.look",
	        g_strdup_printf("holder %u", desk.person.no), "staff_person", data);
}

const Route staff_people_routes[] = {
	{ HTTP_GET, "/staff/people", FOR_STAFF, people_page, .roles = ROLES_DESK },
	{ HTTP_POST, "/staff/people", FOR_STAFF, people_find, .body_max = 4096,
	        .roles = ROLES_DESK },
	{ HTTP_GET, "/staff/people/:no", FOR_STAFF, person_page, .roles = ROLES_DESK },
	{ 0 },
};
