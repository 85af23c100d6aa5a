/*
 * /staff/audit and /staff/alarms: who did what, and what of the scan log asks for a person's eye.
 */
#include <string.h>

#include "schema/alarms.h"
#include "schema/audit.h"
#include "schema/id.h"
#include "web/routes.h"
#include "web/staff_page.h"

#define LINES_SHOWN  200
#define ALARMS_SHOWN 200

typedef struct {
	const Locale *locale;
	const Event *event;
	json_t *list;
} Listing;

/* ---- audit ---- */

static void
add_line(const AuditLine *line, gpointer data)
{
	const Listing *listing = data;
	json_array_append_new(listing->list,
	        json_pack("{s:I, s:o, s:s, s:s, s:s}", "no", (json_int_t)line->no, "at",
	                staff_taken(locale_date_time(listing->locale, listing->event, line->at)),
	                "who", line->who, "act", line->act, "detail", line->detail));
}

static Reply *
audit_page(Request *request)
{
	GError *error = NULL;
	const Event *event = staff_event(request, &error);
	Db *db = event ? request_db(request, &error) : NULL;
	json_auto_t *lines = json_array();
	Listing listing = { request_locale(request), event, lines };
	if (db == NULL || !audit_list(db, event->id, LINES_SHOWN, add_line, &listing, &error))
		return reply_error(request, error);
	json_t *data = staff_frame(request, event, "staff_room_audit", "/staff/audit");
	json_object_set(data, "lines", lines);
	return staff_reply(request, 200, "staff_audit", data);
}

/* ---- alarms ---- */

/* The reasons that have words of their own; others are shown as they are kept. */
static char *
reason_shown(const Locale *locale, const char *reason)
{
	g_autofree char *key = g_strconcat("alarm_reason_", reason, NULL);
	g_strdelimit(key, "- ", '_');
	const char *text = locale_text(locale, key);
	return g_strdup(g_str_equal(text, key) ? reason : text);
}

static void
add_alarm(const Alarm *alarm, gpointer data)
{
	const Listing *listing = data;
	const EventSession *session = event_session(listing->event, alarm->session_no);
	json_array_append_new(listing->list,
	        json_pack("{s:o, s:s, s:s, s:o, s:I}", "at",
	                staff_taken(locale_date_time(listing->locale, listing->event, alarm->at)),
	                "device",
	                alarm->device_name ? alarm->device_name
	                                   : locale_text(listing->locale, "alarm_no_device"),
	                "session",
	                session ? event_text(listing->event, session->title,
	                                  locale_code(listing->locale))
	                        : "",
	                "reason", staff_taken(reason_shown(listing->locale, alarm->reason)), "seq",
	                (json_int_t)alarm->seq));
}

static Reply *
alarms_page(Request *request)
{
	GError *error = NULL;
	AlarmCounts counts = { 0 };
	const Event *event = staff_event(request, &error);
	Db *db = event ? request_db(request, &error) : NULL;
	const Locale *locale = request_locale(request);
	json_auto_t *alarms = json_array();
	Listing listing = { locale, event, alarms };
	if (db == NULL || !alarms_count(db, event->id, &counts, &error) ||
	        !alarms_list(db, event->id, ALARMS_SHOWN, add_alarm, &listing, &error))
		return reply_error(request, error);
	json_t *data = staff_frame(request, event, "staff_room_alarms", "/staff/alarms");
	json_object_set(data, "alarms", alarms);
	json_object_set_new(data, "has_alarms", json_boolean(json_array_size(alarms) > 0));
	json_object_set_new(data, "unreadable",
	        staff_taken(locale_plural(locale, "alarm_unreadable", counts.unreadable, NULL)));
	json_object_set_new(data, "gaps",
	        staff_taken(locale_plural(locale, "staff_missing", counts.gaps, NULL)));
	return staff_reply(request, 200, "staff_alarms", data);
}

const Route staff_audit_routes[] = {
	{ HTTP_GET, "/staff/audit", FOR_STAFF, audit_page, .roles = ROLE_OWNER },
	{ HTTP_GET, "/staff/alarms", FOR_STAFF, alarms_page, .roles = ROLES_CENTRE },
	{ 0 },
};
