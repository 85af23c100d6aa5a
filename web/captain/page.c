/* /g/{token}: how the group stands, who asks to join, its people, ways to add some, the packet, the role. */
#include <string.h>

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
	{ "waits", "captain_done_waits", TRUE },
	{ "gone", "captain_done_gone", FALSE },
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

/* Who registered themselves looks after their own answers; who can't be reached but by the captain is cancelled by them. */
static gboolean
may_act(const Member *member, DbWork work)
{
	if (work == captain_cancel_work)
		return captain_may_cancel(member);
	if (work == captain_erase_work)
		return member->entered;
	return work != captain_hand_over_work || member->own_contact;
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
		return captain_act_do(
		        request, captain_act_new(&captain, captain_approve_work, 0, "approved"));
	const Member *member = member_of_form(request, &captain);
	for (guint i = 0; i < G_N_ELEMENTS(acts); i++) {
		if (fields_get(request_form(request), acts[i].button) == NULL)
			continue;
		if (member == NULL || !may_act(member, acts[i].work)) {
			g_autofree char *path = captain_path(captain.token, "nothing");
			return reply_see_other(request, path);
		}
		return captain_act_do(request,
		        captain_act_new(
		                &captain, acts[i].work, member->attendee->id, acts[i].done));
	}
	return reply_status(request, 400);
}

const Route captain_routes[] = {
	{ HTTP_GET, "/g/:token", FOR_CAPTAIN, captain_page },
	{ HTTP_POST, "/g/:token", FOR_CAPTAIN, captain_act, .body_max = 4096 },
	{ HTTP_GET, "/g/:token/tickets.pdf", FOR_CAPTAIN, captain_tickets },
	{ HTTP_GET, "/g/:token/names.csv", FOR_CAPTAIN, captain_names },
	{ 0 },
};
