/*
 * /staff/people/walk-in: who stands at the desk and is not registered, in half a minute: a name if they like, and all else is
 * preset. And a ticket on the screen, of a walk-in or in place of a lost one.
 */
#include <string.h>

#include "checkin/qr.h"
#include "checkin/ticket.h"
#include "schema/id.h"
#include "web/routes.h"
#include "web/staff/desk.h"
#include "web/walk_in.h"

/* ---- the form ---- */

/* What goes on now, else what comes next, else the last. */
static const EventSession *
session_now(const Event *event, gint64 now)
{
	const EventSession *best = NULL;
	gint64 best_wait = G_MAXINT64;

	for (guint i = 0; i < event->sessions->len; i++) {
		const EventSession *session = g_ptr_array_index(event->sessions, i);
		if (event_first_checkpoint(event, session->no) == NULL)
			continue;
		const gint64 wait = session->starts > now ? session->starts - now
		        : session->ends > now             ? 0
		                                          : G_MAXINT64 - 1;
		const gboolean day_first = wait == best_wait && session->kind == SESSION_DAY &&
		        best != NULL && best->kind != SESSION_DAY;
		if (wait < best_wait || day_first) {
			best = session;
			best_wait = wait;
		}
	}
	return best;
}

static json_t *
sessions_data(const Locale *locale, const Event *event, const char *chosen)
{
	json_t *list = json_array();

	for (guint i = 0; i < event->sessions->len; i++) {
		const EventSession *session = g_ptr_array_index(event->sessions, i);
		if (event_first_checkpoint(event, session->no) == NULL)
			continue;
		json_array_append_new(list,
		        json_pack("{s:s, s:s, s:b}", "code", session->code, "text",
		                event_text(event, session->title, locale_code(locale)), "checked",
		                g_strcmp0(session->code, chosen) == 0));
	}
	return list;
}

static json_t *
languages_data(const Event *event, const char *chosen)
{
	json_t *list = json_array();

	for (char **lang = event->languages; *lang != NULL; lang++) {
		const Locale *locale = locale_find(*lang);
		json_array_append_new(list,
		        json_pack("{s:s, s:s, s:b}", "code", *lang, "text",
		                locale ? locale_name(locale) : *lang, "checked",
		                g_strcmp0(*lang, chosen) == 0));
	}
	return list;
}

/* The form, as it came or preset. */
static Reply *
show_form(Request *request, const Desk *desk, int status, const char *fault_key)
{
	const Fields *form = request_form(request);
	const Locale *locale = request_locale(request);
	const char *name = fields_get(form, "name"), *session_code = fields_get(form, "session");
	const char *region_code = fields_get(form, "region"), *lang = fields_get(form, "language");
	const char *submission = fields_get(form, "submission");
	const EventRegion *region =
	        region_code ? event_region_by_code(desk->event, region_code) : NULL;
	const EventSession *now = session_now(desk->event, request_now(request));
	char fresh[SUBMISSION_TEXT_LENGTH + 1];
	json_t *data = staff_frame(request, desk->event, "desk_walk_in", "/staff/people");

	submission_new(request_now_ms(request), fresh);
	json_object_set_new(
	        data, "submission", json_string(fault_key && submission ? submission : fresh));
	json_object_set_new(data, "act", desk_number_json());
	json_object_set_new(data, "name", json_string(name ? name : ""));
	json_object_set_new(data, "sessions",
	        sessions_data(locale, desk->event,
	                session_code  ? session_code
	                        : now ? now->code
	                              : NULL));
	json_object_set_new(data, "languages_asked",
	        languages_data(desk->event, lang ? lang : locale_code(locale)));
	json_object_set_new(data, "regions",
	        desk_regions(request, desk,
	                region                    ? region->no
	                        : desk->region_no ? desk->region_no
	                                          : holder_region_default(desk->event)));
	json_object_set_new(data, "stay", json_boolean(fields_get(form, "stay") != NULL));
	json_object_set_new(
	        data, "notice", fault_key ? desk_fault(locale, fault_key) : json_null());
	return staff_reply(request, status, "staff_walk_in", data);
}

static Reply *
walk_in_page(Request *request)
{
	Desk desk;
	Reply *refused = NULL;
	if (!desk_open(request, &desk, &refused))
		return refused;
	return show_form(request, &desk, 200, NULL);
}

/* ---- registering ---- */

typedef struct {
	DeskWalkIn work; /* first: it is what the writer is given */
	Desk desk;
	Registration *asked;
} WalkIn;

static void
walk_in_free(gpointer data)
{
	WalkIn *walk_in = data;

	registration_free(walk_in->asked);
	g_free(walk_in);
}

static Reply *
walked_in(Request *request, gpointer data, const GError *error)
{
	const WalkIn *walk_in = data;

	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	switch (walk_in->work.place.answer.outcome) {
	case PLACE_TAKEN:
	case PLACE_WAITLISTED: /* who walks in never waits */
	case PLACE_TAKEN_BEFORE: {
		g_autofree char *url =
		        g_strdup_printf("/staff/people/%" G_GINT64_FORMAT "/ticket?done=walked-in",
		                walk_in->work.no);
		return reply_see_other(request, url);
	}
	case PLACE_FULL:
		return show_form(request, &walk_in->desk, 409, "desk_fault_full");
	case PLACE_OTHER:
	case PLACE_CLOSED:
	case PLACE_CHANGED:
		break;
	}
	return show_form(request, &walk_in->desk, 409, "desk_fault_changed");
}

/* What was asked for, so that the same form sent twice is known and another one too. */
static void
hash_content(Request *request, VaultEvent *keys, guint8 ret_hash[HASH_BYTES])
{
	static const char *const members[] = { "name", "session", "region", "language", "stay" };
	g_autoptr(GString) content = g_string_new("desk");

	for (guint i = 0; i < G_N_ELEMENTS(members); i++) {
		const char *value = fields_get(request_form(request), members[i]);
		g_string_append_printf(content, "\n%s=%s", members[i], value ? value : "");
	}
	vault_hash_content(keys, content->str, content->len, ret_hash);
	explicit_bzero(content->str, content->len);
}

/* NULL when the form can't be meant so. */
static WalkIn *
take_walk_in(Request *request, const Desk *desk, GError **error)
{
	const Fields *form = request_form(request);
	const char *name = fields_get(form, "name"), *lang = fields_get(form, "language");
	const char *code = fields_get(form, "session"), *region_code = fields_get(form, "region");
	const EventSession *session = code ? event_session_by_code(desk->event, code) : NULL;
	const EventRegion *region =
	        region_code ? event_region_by_code(desk->event, region_code) : NULL;
	const EventOption *option =
	        walk_in_option(desk->event, session ? session->no : 0, request_now(request));
	const char *submission = fields_get(form, "submission");
	guint8 bytes[SUBMISSION_BYTES];

	if (session == NULL || option == NULL || region == NULL || submission == NULL ||
	        (desk->region_no != 0 && region->no != desk->region_no) ||
	        !submission_parse(submission, bytes)) {
		g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT, "the form");
		return NULL;
	}
	const WalkInSaid said = { .name = name && *name ? name : NULL,
		.lang = lang && g_strv_contains((const char *const *)desk->event->languages, lang)
		        ? lang
		        : NULL,
		.region_no = region->no };
	g_autoptr(Registration) asked =
	        walk_in_prepare(request, desk->event, desk->keys, &said, option, error);
	if (asked == NULL)
		return NULL;
	memcpy(asked->submission, bytes, sizeof bytes);
	hash_content(request, desk->keys, asked->content_hash);
	const HolderAct act = desk_act(request, desk);
	WalkIn *walk_in = g_new0(WalkIn, 1);
	walk_in->desk = *desk;
	walk_in->work = (DeskWalkIn){ .act = act,
		.place = { .event = desk->event, .asked = asked, .now = act.now },
		.check_in = { .act = act } };
	walk_in->asked = g_steal_pointer(&asked);
	const EventCheckpoint *place = event_first_checkpoint(desk->event, session->no);
	if (place != NULL && fields_get(form, "stay") == NULL)
		walk_in->work.check_in.scan = (ScanWork){ .event = desk->event,
			.keys = desk->keys,
			.row = desk_row(
			        desk_number_of_form(request), place, 0, request_now_ms(request)),
			.signature = DOOR_SIGNATURE_HOLDS,
			.override = "supervisor", /* who walks in is let in */
			.now = act.now };
	return walk_in;
}

static Reply *
walk_in_submit(Request *request)
{
	g_autoptr(GError) error = NULL;
	Desk desk;
	Reply *refused = NULL;
	if (!desk_open(request, &desk, &refused))
		return refused;
	WalkIn *walk_in = take_walk_in(request, &desk, &error);
	if (walk_in != NULL)
		return reply_after(
		        request, desk_walk_in_work, walked_in, &walk_in->work, walk_in_free);
	if (g_error_matches(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT))
		return show_form(request, &desk, 422, "desk_fault_form");
	return reply_error(request, g_steal_pointer(&error));
}

/* ---- a ticket on the screen ---- */

static Reply *
ticket_page(Request *request)
{
	char text[T1_TEXT_LENGTH + 1];
	Desk desk;
	Reply *refused = NULL;
	if (!desk_open_person(request, &desk, &refused))
		return refused;
	ticket_text(desk.event, desk.keys, &desk.person.ticket, text);
	json_t *data = staff_frame(request, desk.event, "desk_ticket", "/staff/people");
	json_object_set_new(data, "no", json_integer(desk.person.no));
	json_object_set_new(data, "code", desk_code_json(desk.person.ticket.typed_code));
	json_object_set_new(data, "ticket", json_string(text));
	json_object_set_new(data, "cancelled", json_boolean(desk.person.cancelled));
	json_object_set_new(data, "notice", desk_notice(request));
	return desk_look(request, &desk, "ticket.show",
	        g_strdup_printf("holder %u", desk.person.no), "staff_ticket", data);
}

static Reply *
ticket_picture(Request *request)
{
	char text[T1_TEXT_LENGTH + 1];
	GError *error = NULL;
	Desk desk;
	Reply *refused = NULL;
	if (!desk_open_person(request, &desk, &refused))
		return refused;
	ticket_text(desk.event, desk.keys, &desk.person.ticket, text);
	GBytes *picture = qr_svg(text, NULL, &error);
	return picture ? reply_bytes(request, 200, "image/svg+xml", picture)
	               : reply_error(request, error);
}

const Route staff_walk_in_routes[] = {
	{ HTTP_GET, "/staff/people/walk-in", FOR_STAFF, walk_in_page, .roles = ROLES_DESK },
	{ HTTP_POST, "/staff/people/walk-in", FOR_STAFF, walk_in_submit, .body_max = 4096,
	        .roles = ROLES_DESK },
	{ HTTP_GET, "/staff/people/:no/ticket", FOR_STAFF, ticket_page, .roles = ROLES_DESK },
	{ HTTP_GET, "/staff/people/:no/ticket.svg", FOR_STAFF, ticket_picture,
	        .roles = ROLES_DESK },
	{ 0 },
};
