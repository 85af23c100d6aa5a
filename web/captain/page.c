/*
 * /g/{token}: how the group stands, who asks to join, its people, ways to add some, the packet, the role; and
 * /g/{token}/{no}: one of them.
 */
#include <string.h>

#include "schema/erase.h"
#include "schema/holder.h"
#include "web/captain.h"
#include "web/done.h"
#include "web/routes.h"
#include "web/page.h"
#include "web/staff_page.h"

/* ---- what was done ---- */

static const Done words[] = {
	{ "added", "captain_done_added", TRUE },
	{ "approved", "captain_done_approved", TRUE },
	{ "refused", "captain_done_refused", TRUE },
	{ "released", "captain_done_released", TRUE },
	{ "cancelled", "captain_done_cancelled", TRUE },
	{ "erased", "captain_done_erased", TRUE },
	{ "changed", "captain_done_changed", TRUE },
	{ "nothing", "captain_done_nothing", FALSE },
	{ "full", "captain_done_full", FALSE },
	{ "again", "notice_changed_text", FALSE },
	{ "stale", "notice_stale_text", FALSE },
	{ "new", "captain_done_new", TRUE },
};

/* ---- the group ---- */

static json_t *
session_json(const Captain *captain, const EventSession *session, guint16 chosen)
{
	guint expected = 0, in = 0;

	for (guint i = 0; i < captain->members->len; i++) {
		const Member *member = g_ptr_array_index(captain->members, i);
		if (member->asked)
			continue;
		expected += captain_is_expected(captain, member, session->no);
		in += captain_is_in(member, session->no);
	}
	if (expected == 0 && in == 0)
		return NULL;
	g_autofree char *of = locale_number(captain->locale, expected);
	g_autofree char *came = locale_number(captain->locale, in);
	return json_pack("{s:s, s:s, s:o, s:o, s:i, s:b}", "code", session->code, "title",
	        event_text(captain->event, session->title, locale_code(captain->locale)), "when",
	        staff_taken(locale_date_time(captain->locale, captain->event, session->starts)),
	        "count",
	        staff_taken(locale_format(
	                captain->locale, "captain_in_of", "in", came, "expected", of, NULL)),
	        "percent", expected > 0 ? (int)MIN(100, in * 100 / expected) : 0, "chosen",
	        session->no == chosen);
}

static void
add_people(const Captain *captain, Request *request, json_t *data)
{
	const char *code = fields_get(request_query(request), "session");
	const EventSession *session = code ? event_session_by_code(captain->event, code) : NULL;
	json_t *asks = json_array(), *people = json_array(), *sessions = json_array();

	for (guint i = 0; i < captain->event->sessions->len; i++) {
		json_t *one = session_json(captain, g_ptr_array_index(captain->event->sessions, i),
		        session ? session->no : 0);
		if (one != NULL)
			json_array_append_new(sessions, one);
	}
	for (guint i = 0; i < captain->members->len; i++) {
		const Member *member = g_ptr_array_index(captain->members, i);
		if (member->asked)
			json_array_append_new(asks, captain_member_json(captain, member, 0));
		else if (session == NULL || captain_is_in(member, session->no) ||
		        captain_is_expected(captain, member, session->no))
			json_array_append_new(people,
			        captain_member_json(captain, member, session ? session->no : 0));
	}
	json_object_set_new(data, "has_asks", json_boolean(json_array_size(asks) > 0));
	json_object_set_new(data, "several_ask", json_boolean(json_array_size(asks) > 1));
	json_object_set_new(data, "has_people", json_boolean(json_array_size(people) > 0));
	json_object_set_new(data, "has_sessions", json_boolean(json_array_size(sessions) > 0));
	json_object_set_new(data, "asks", asks);
	json_object_set_new(data, "people", people);
	json_object_set_new(data, "sessions", sessions);
	json_object_set_new(data, "at",
	        session ? json_string(event_text(
	                          captain->event, session->title, locale_code(captain->locale)))
	                : json_null());
}

static void
add_numbers(const Captain *captain, json_t *data)
{
	const Delegation *group = captain->delegation;
	const guint all = group->confirmed + group->waitlisted;
	const struct {
		const char *key;
		guint n;
		gboolean always;
	} numbers[] = {
		{ "captain_n_confirmed", group->confirmed, TRUE },
		{ "captain_n_waits", group->waitlisted, FALSE },
		{ "captain_n_asks", group->asked, FALSE },
		{ "captain_n_missing",
		        group->expected > (int)all ? (guint)group->expected - all : 0, FALSE },
		{ "captain_n_came", group->came, TRUE },
	};
	json_t *list = json_array();

	for (guint i = 0; i < G_N_ELEMENTS(numbers); i++)
		if (numbers[i].n > 0 || numbers[i].always)
			json_array_append_new(list,
			        json_pack("{s:s, s:o}", "label",
			                locale_text(captain->locale, numbers[i].key), "n",
			                staff_taken(locale_number(captain->locale, numbers[i].n))));
	json_object_set_new(data, "numbers", list);
	g_autofree char *have = locale_number(captain->locale, all);
	g_autofree char *want = locale_number(captain->locale, group->expected);
	json_object_set_new(data, "size",
	        group->expected > 0 ? staff_taken(locale_format(captain->locale, "captain_size",
	                                      "have", have, "expected", want, NULL))
	                            : json_null());
	json_object_set_new(data, "percent",
	        json_integer(group->expected > 0 ? MIN(100, (json_int_t)all * 100 / group->expected)
	                                         : 0));
}

/* What is the same for all who are added, preset as most of the group have it. */
static json_t *
common_fields(const Captain *captain)
{
	g_auto(GStrv) fields = captain_fields(captain->event);
	json_t *list = json_array();

	for (guint i = 0; fields[i] != NULL; i++) {
		if (strcmp(fields[i], "option") != 0 && strcmp(fields[i], "stop") != 0 &&
		        !g_str_has_prefix(fields[i], "session_"))
			continue;
		g_autofree char *usual = captain_usual(captain, fields[i]);
		g_autofree char *id = g_strconcat("all-", fields[i], NULL);
		json_array_append_new(
		        list, captain_field(captain, fields[i], id, fields[i], usual, NULL));
	}
	return list;
}

/* Who can be the captain: adults who can be reached. */
static json_t *
heirs(const Captain *captain)
{
	json_t *list = json_array();

	for (guint i = 0; i < captain->members->len; i++) {
		const Member *member = g_ptr_array_index(captain->members, i);
		if (!member->asked && !member->captain && member->own_contact &&
		        member->attendee->age_band == AGE_ADULT)
			json_array_append_new(list,
			        json_pack("{s:i, s:o}", "no", (int)member->attendee->no, "who",
			                staff_taken(captain_member_name(captain, member))));
	}
	return list;
}

static Reply *
captain_page(Request *request)
{
	g_auto(Captain) captain = { 0 };
	Reply *refused = NULL;
	if (!captain_open(request, FALSE, &captain, &refused))
		return refused;
	const EventRegion *region = event_region(captain.event, captain.delegation->region_no);
	json_t *data = captain_frame(&captain, captain.delegation->name);
	add_numbers(&captain, data);
	add_people(&captain, request, data);
	json_t *list = heirs(&captain);
	json_object_set_new(data, "has_heirs", json_boolean(json_array_size(list) > 0));
	json_object_set_new(data, "heirs", list);
	json_object_set_new(data, "fields", common_fields(&captain));
	json_object_set_new(data, "open", json_boolean(captain.now < captain.event->ends));
	json_object_set_new(data, "code", json_string(captain.delegation->code));
	json_object_set_new(data, "join_url",
	        staff_taken(g_strdup_printf("%s/e/%s/register?delegation=%s",
	                request_base_url(request), captain.event->slug, captain.delegation->code)));
	json_object_set_new(data, "region",
	        region ? json_string(event_text(
	                         captain.event, region->name, locale_code(captain.locale)))
	               : json_null());
	json_object_set_new(data, "has_tickets",
	        json_boolean(captain.delegation->confirmed + captain.delegation->waitlisted > 0));
	json_object_set_new(data, "notice", done_notice(request, words, G_N_ELEMENTS(words)));
	return reply_page(request, 200, "captain", data);
}

/* ---- acts ---- */

typedef struct {
	char *token, *done; /* of the page that comes next, when all went well */
	Event *event;
	DbWork work;
	CaptainWork captain;
} Act;

static void
act_free(gpointer data)
{
	Act *act = data;

	for (guint i = 0; i < SEALED_CLASSES; i++)
		g_clear_pointer(&act->captain.sealed[i], g_bytes_unref);
	g_clear_pointer(&act->event, event_unref);
	g_free(act->token);
	g_free(act->done);
	g_free(act);
}

static gboolean
act_work(Db *db, gpointer data, GError **error)
{
	Act *act = data;

	return act->work(db, &act->captain, error);
}

static Reply *
handed_over(Request *request, const Act *act)
{
	const Locale *locale = request_locale(request);

	return reply_page(request, 200, "captain_over",
	        json_pack("{s:s, s:s, s:b, s:s?, s:n}", "page_title",
	                locale_text(locale, "captain_title"), "title",
	                locale_text(locale, "captain_over_title"), "has_languages", FALSE,
	                "contact", act->event->contact, "home"));
}

static Reply *
acted(Request *request, gpointer data, const GError *error)
{
	const Act *act = data;
	const char *done = act->done;

	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	switch (act->captain.outcome) {
	case DELEGATION_DONE:
		if (act->work == captain_hand_over_work)
			return handed_over(request, act);
		/* before anybody is told that they are gone; what fails is made up for within the minute */
		if (act->work == captain_erase_work)
			erase_acknowledge(request_record(request), NULL);
		break;
	case DELEGATION_EVENT_CHANGED:
		done = "again";
		break;
	case DELEGATION_FULL:
	case DELEGATION_CLOSED_OPTION:
		done = "full";
		break;
	case DELEGATION_NOBODY:
	case DELEGATION_CODE_TAKEN:
	case DELEGATION_TOO_MANY:
	case DELEGATION_SAME:
		done = "nothing";
		break;
	}
	g_autofree char *path = captain_path(act->token, done);
	return reply_see_other(request, path);
}

static Act *
act_new(const Captain *captain, DbWork work, gint64 attendee, const char *done)
{
	Act *act = g_new0(Act, 1);

	act->token = g_strdup(captain->token);
	act->done = g_strdup(done);
	act->event = event_ref(captain->event);
	act->work = work;
	act->captain = (CaptainWork){ .event = act->event,
		.keys = captain->keys,
		.no = captain->no,
		.link_no = captain->link_no,
		.now = captain->now,
		.attendee = attendee };
	return act;
}

/* Whom the form's "no" names; NULL when it is nobody of the group. */
static const Member *
member_of_form(Request *request, const Captain *captain)
{
	const char *typed = fields_get(request_form(request), "no");
	guint64 no = 0;

	return typed != NULL && g_ascii_string_to_unsigned(typed, 10, 1, G_MAXUINT32, &no, NULL)
	        ? delegation_member(captain->members, (guint32)no)
	        : NULL;
}

/* One form of the page: what it does is its button. */
static Reply *
captain_act(Request *request)
{
	static const struct {
		const char *button, *done;
		DbWork work;
	} acts[] = {
		{ "approve", "approved", captain_approve_work },
		{ "refuse", "refused", captain_refuse_work },
		{ "release", "released", captain_release_work },
		{ "cancel", "cancelled", captain_cancel_work },
		{ "erase", "erased", captain_erase_work },
		{ "hand_over", "nothing", captain_hand_over_work },
	};
	g_auto(Captain) captain = { 0 };
	Reply *refused = NULL;
	if (!captain_open(request, TRUE, &captain, &refused))
		return refused;
	if (fields_get(request_form(request), "approve_all") != NULL)
		return reply_after(request, act_work, acted,
		        act_new(&captain, captain_approve_work, 0, "approved"), act_free);
	const Member *member = member_of_form(request, &captain);
	for (guint i = 0; i < G_N_ELEMENTS(acts); i++) {
		if (fields_get(request_form(request), acts[i].button) == NULL)
			continue;
		if (member == NULL ||
		        ((acts[i].work == captain_cancel_work ||
		                 acts[i].work == captain_erase_work) &&
		                member->own_contact) ||
		        (acts[i].work == captain_hand_over_work && !member->own_contact)) {
			g_autofree char *path = captain_path(captain.token, "nothing");
			return reply_see_other(request, path);
		}
		return reply_after(request, act_work, acted,
		        act_new(&captain, acts[i].work, member->attendee->id, acts[i].done),
		        act_free);
	}
	return reply_status(request, 400);
}

/* ---- one person ---- */

/* The person of the path; NULL when they are none of the group. */
static const Member *
member_of_path(Request *request, const Captain *captain)
{
	guint64 no = 0;

	return g_ascii_string_to_unsigned(
	               request_param(request, "no"), 10, 1, G_MAXUINT32, &no, NULL)
	        ? delegation_member(captain->members, (guint32)no)
	        : NULL;
}

static void
add_sessions(const Captain *captain, const Member *member, json_t *data)
{
	g_autoptr(GArray) sessions = attendee_sessions(captain->event, member->attendee);
	const char *lang = locale_code(captain->locale);
	json_t *list = json_array();

	for (guint i = 0; i < sessions->len; i++) {
		const ChosenSession *chosen = &g_array_index(sessions, ChosenSession, i);
		const EventSession *session = event_session(captain->event, chosen->session_no);
		const EventStop *stop = event_stop(session, chosen->stop_no);
		const gint64 from = stop != NULL ? stop->departs : session->starts;
		json_array_append_new(list,
		        json_pack("{s:s, s:o, s:s, s:b}", "title",
		                event_text(captain->event, session->title, lang), "when",
		                staff_taken(
		                        locale_date_time(captain->locale, captain->event, from)),
		                "place",
		                event_text(
		                        captain->event, stop ? stop->place : session->place, lang),
		                "here", captain_is_in(member, session->no)));
	}
	json_object_set_new(data, "sessions", list);
}

static Reply *
person_page(Request *request, int status, const Captain *captain, const Member *member,
        const CaptainLine *typed)
{
	static const char *const asked[] = { "name", "age_band", "guardian" };
	json_t *data = captain_frame(captain, "");
	json_t *fields = json_array(), *shown = captain_member_json(captain, member, 0);

	json_object_set(data, "title", json_object_get(shown, "who"));
	json_object_update_new(data, shown);
	for (guint i = 0; i < G_N_ELEMENTS(asked); i++) {
		const char *value = typed != NULL ? captain_line_get(typed, asked[i])
		        : i == 0                  ? member->attendee->person->name
		        : i == 1                  ? intake_age_bands[member->attendee->age_band]
		        : member->attendee->age_band == 0 ? NULL
		                                          : member->attendee->person->guardian_note;
		g_autofree char *fault = NULL;
		for (guint j = 0; typed != NULL && j < typed->faults->len; j++) {
			const IntakeFault *one = &g_array_index(typed->faults, IntakeFault, j);
			if (fault == NULL && strcmp(one->field, asked[i]) == 0)
				fault = captain_fault(captain->locale, one);
		}
		json_array_append_new(
		        fields, captain_field(captain, asked[i], asked[i], asked[i], value, fault));
	}
	json_object_set_new(data, "fields", fields);
	json_object_set_new(data, "own", json_boolean(member->own_contact));
	json_object_set_new(data, "asked", json_boolean(member->asked));
	json_object_set_new(data, "is_captain", json_boolean(member->captain));
	/* who has no address of their own has their page by the captain */
	json_object_set_new(data, "ticket", json_null());
	if (!member->own_contact && !member->asked && member->registration != 0) {
		char token[LINK_TOKEN_LENGTH + 1];
		vault_link(
		        captain->keys, LINK_TICKET, member->registration, member->link_no, token);
		json_object_set_new(data, "ticket", staff_taken(g_strconcat("/t/", token, NULL)));
	}
	add_sessions(captain, member, data);
	return reply_page(request, status, "captain_person", data);
}

static Reply *
captain_person(Request *request)
{
	g_auto(Captain) captain = { 0 };
	Reply *refused = NULL;
	if (!captain_open(request, FALSE, &captain, &refused))
		return refused;
	const Member *member = member_of_path(request, &captain);
	return member != NULL ? person_page(request, 200, &captain, member, NULL)
	                      : reply_status(request, 404);
}

/* Seals the person anew, with what the form changed; what it doesn't ask for stays. */
static gboolean
reseal(const Captain *captain, const Member *member, const CaptainLine *typed, CaptainWork *work,
        GError **error)
{
	g_auto(HolderPerson) known = { 0 };
	const char *age = captain_line_get(typed, "age_band");
	const char *guardian = captain_line_get(typed, "guardian");

	if (!holder_person(captain->db, captain->keys, member->attendee->id, &known, error))
		return FALSE;
	while (age != NULL && work->age_band < AGE_UNDER_16 &&
	        strcmp(intake_age_bands[work->age_band], age) != 0)
		work->age_band++;
	g_free(known.person->name);
	known.person->name = g_strdup(captain_line_get(typed, "name"));
	g_free(known.person->guardian_note);
	known.person->guardian_note = work->age_band == AGE_ADULT
	        ? NULL
	        : g_strdup(guardian != NULL ? guardian : GUARDIAN_DELEGATION);
	work->sealed[SEALED_IDENTITY] =
	        person_seal(known.person, captain->keys, SEALED_IDENTITY, member->attendee->id);
	work->sealed[SEALED_LOGISTICS] =
	        person_seal(known.person, captain->keys, SEALED_LOGISTICS, member->attendee->id);
	return TRUE;
}

static Reply *
captain_person_edit(Request *request)
{
	static const char *const asked[] = { "name", "age_band", "guardian" };
	g_auto(Captain) captain = { 0 };
	g_autoptr(GPtrArray) lines = captain_lines_new();
	GError *error = NULL;
	Reply *refused = NULL;
	if (!captain_open(request, TRUE, &captain, &refused))
		return refused;
	const Member *member = member_of_path(request, &captain);
	if (member == NULL || member->own_contact || member->asked)
		return reply_status(request, 404);
	CaptainLine *typed = captain_lines_add(lines, 1);
	for (guint i = 0; i < G_N_ELEMENTS(asked); i++) {
		const char *value = fields_get(request_form(request), asked[i]);
		if (value != NULL)
			captain_line_set(typed, asked[i], value);
	}
	/* their option is not asked for here */
	g_autoptr(Registration) checked =
	        captain_line_prepare(&captain, typed, 1, TRUE, typed->faults, &error);
	if (error != NULL)
		return reply_error(request, error);
	for (guint i = 0; i < typed->faults->len; i++)
		if (g_strv_contains((const char *const[]){ "name", "age_band", "guardian", NULL },
		            g_array_index(typed->faults, IntakeFault, i).field))
			return person_page(request, 422, &captain, member, typed);
	Act *act = act_new(&captain, captain_edit_work, member->attendee->id, "changed");
	if (!reseal(&captain, member, typed, &act->captain, &error)) {
		act_free(act);
		return reply_error(request, error);
	}
	return reply_after(request, act_work, acted, act, act_free);
}

const Route captain_routes[] = {
	{ HTTP_GET, "/g/:token", FOR_CAPTAIN, captain_page },
	{ HTTP_POST, "/g/:token", FOR_CAPTAIN, captain_act, .body_max = 4096 },
	{ HTTP_GET, "/g/:token/tickets.pdf", FOR_CAPTAIN, captain_tickets },
	{ HTTP_GET, "/g/:token/names.csv", FOR_CAPTAIN, captain_names },
	{ HTTP_GET, "/g/:token/:no", FOR_CAPTAIN, captain_person },
	{ 0 },
};
const Route captain_person_routes[] = {
	{ HTTP_POST, "/g/:token/:no", FOR_CAPTAIN, captain_person_edit, .body_max = 16384 },
	{ 0 },
};
