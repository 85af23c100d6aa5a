/*
 * /staff/audit: who did what, the newest first.
 */
#include "schema/audit.h"
#include "web/routes.h"
#include "web/staff_page.h"

#define LINES_SHOWN 200

typedef struct {
	const Locale *locale;
	const Event *event;
	json_t *list;
} Listing;

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

const Route staff_audit_routes[] = {
	{ HTTP_GET, "/staff/audit", FOR_STAFF, audit_page, .roles = ROLE_OWNER },
	{ 0 },
};
