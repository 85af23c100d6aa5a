#include "web/staff_page.h"

#define STAFF_POLICY                                                                               \
	"default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; "          \
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

/* The doors of the rooms. Whether somebody may enter is the route's to say; this only shows them. */
static const struct {
	const char *path, *key;
	guint roles;
} rooms[] = {
	{ "/staff", "staff_room_numbers", ROLES_ALL },
	{ "/staff/people", "staff_room_people", ROLES_CENTRE | ROLE_REGION },
	{ "/staff/delegations", "staff_room_delegations", ROLES_CENTRE | ROLE_REGION },
	{ "/staff/devices", "staff_room_devices", ROLES_CENTRE },
	{ "/staff/alarms", "staff_room_alarms", ROLES_CENTRE },
	{ "/staff/letters", "staff_room_letters", ROLES_CENTRE },
	{ "/staff/messages", "staff_room_messages", ROLES_CENTRE | ROLE_REGION },
	{ "/staff/calls", "staff_room_calls", ROLE_OWNER | ROLE_STAFF | ROLE_REGION },
	{ "/staff/spares", "staff_room_spares", ROLES_CENTRE },
	{ "/staff/reports", "staff_room_reports", ROLES_ALL },
	{ "/staff/holds", "staff_room_holds", ROLE_OWNER },
	{ "/staff/audit", "staff_room_audit", ROLE_OWNER },
};

const Event *
staff_event(Request *request, GError **error)
{
	return request_event_by_id(request, request_staff(request)->event, error);
}

json_t *
staff_taken(char *text)
{
	json_t *value = text != NULL && *text != '\0' ? json_string(text) : json_null();
	g_free(text);
	return value;
}

static json_t *
rooms_data(const Locale *locale, StaffRole role, const char *here)
{
	json_t *list = json_array();
	for (guint i = 0; i < G_N_ELEMENTS(rooms); i++)
		if (rooms[i].roles & role)
			json_array_append_new(list,
			        json_pack("{s:s, s:s, s:b}", "url", rooms[i].path, "title",
			                locale_text(locale, rooms[i].key), "current",
			                g_strcmp0(rooms[i].path, here) == 0));
	return list;
}

/* "Region lead, Bay Area" */
static char *
role_shown(const Locale *locale, const Event *event, const StaffSession *session)
{
	g_autofree char *key = g_strconcat("staff_role_", staff_role_name(session->role), NULL);
	const EventRegion *region = event_region(event, session->region_no);
	return g_strdup_printf("%s%s%s", locale_text(locale, key), region ? ", " : "",
	        region ? event_text(event, region->name, locale_code(locale)) : "");
}

json_t *
staff_frame(Request *request, const Event *event, const char *title_key, const char *room)
{
	const Locale *locale = request_locale(request);
	const StaffSession *session = request_staff(request);
	const char *title = locale_text(locale, title_key);
	return json_pack("{s:s, s:s, s:b, s:{s:s, s:s}, s:o, s:s, s:o, s:s, s:b}", "page_title",
	        title, "title", title, "has_languages", TRUE, "home", "url", "/staff", "title",
	        event_text(event, event->title, locale_code(locale)), "rooms",
	        rooms_data(locale, session->role, room), "who", session->name, "role",
	        staff_taken(role_shown(locale, event, session)), "csrf",
	        request_staff_csrf(request), "has_events", session->roles > 1);
}

Reply *
staff_reply(Request *request, int status, const char *template_name, json_t *data)
{
	Reply *reply = reply_page(request, status, template_name, data);
	reply_header(reply, "Content-Security-Policy", STAFF_POLICY);
	return reply;
}

char *
staff_ago(const Locale *locale, gint64 then, gint64 now)
{
	const gint64 minutes = MAX(now - then, 0) / 60;
	if (then == 0)
		return g_strdup(locale_text(locale, "staff_never"));
	if (minutes == 0)
		return g_strdup(locale_text(locale, "staff_just_now"));
	if (minutes < 120)
		return locale_plural(locale, "staff_minutes_ago", minutes, NULL);
	if (minutes < 48 * 60)
		return locale_plural(locale, "staff_hours_ago", minutes / 60, NULL);
	return locale_plural(locale, "staff_days_ago", minutes / (24 * 60), NULL);
}
