/*
 * /staff/holds: legal holds of the event: what must not be deleted, why, and how many people each keeps. The owner sets and
 * releases them; what they keep is taken out by a command alone (`turnout schema hold export`).
 */
#include <string.h>

#include "schema/erase.h"
#include "schema/hold.h"
#include "schema/id.h"
#include "schema/text.h"
#include "web/done.h"
#include "web/log.h"
#include "web/routes.h"
#include "web/staff_page.h"

#define ROOM       "/staff/holds"
#define REGION     "region:"
#define DELEGATION "delegation:"

static const Done words[] = {
	{ "set", "staff_hold_done_set", TRUE },
	{ "released", "staff_hold_done_released", TRUE },
	{ "was", "staff_hold_done_was", FALSE },
	{ "reason", "staff_hold_fault_reason", FALSE },
	{ "scope", "staff_hold_fault_scope", FALSE },
};

/* ---- the page ---- */

static json_t *
scope_json(const Locale *locale, const Event *event, const Hold *hold)
{
	const EventRegion *region = event_region(event, (guint16)hold->no);
	const EventDelegation *group = event_delegation(event, (guint16)hold->no);
	g_autofree char *number = locale_number(locale, hold->no);

	if (strcmp(hold->scope, "region") == 0)
		return json_string(region != NULL
		                ? event_text(event, region->name, locale_code(locale))
		                : number);
	if (strcmp(hold->scope, "delegation") == 0)
		return json_string(group != NULL ? group->name : number);
	if (strcmp(hold->scope, "person") == 0)
		return staff_taken(
		        locale_format(locale, "staff_hold_scope_person", "number", number, NULL));
	return json_string(locale_text(locale, "staff_hold_scope_event"));
}

static json_t *
hold_json(const Locale *locale, const Event *event, const Hold *hold)
{
	char hex[ID_HEX_LENGTH + 1];

	id_to_hex(hold->id, hex);
	return json_pack("{s:s, s:o, s:s, s:o, s:o, s:o, s:o}", "id", hex, "scope",
	        scope_json(locale, event, hold), "reason", hold->reason, "set",
	        staff_taken(locale_date_time(locale, event, hold->made)), "released",
	        hold->released != 0 ? staff_taken(locale_date_time(locale, event, hold->released))
	                            : json_null(),
	        "kept", staff_taken(locale_plural(locale, "staff_hold_kept", hold->kept, NULL)),
	        "waiting",
	        hold->waiting > 0 ? staff_taken(locale_plural(
	                                    locale, "staff_hold_waiting", hold->waiting, NULL))
	                          : json_null());
}

static void
add_scope(json_t *list, const char *prefix, const char *code, const char *text)
{
	json_array_append_new(list, json_pack("{s:s+, s:s}", "code", prefix, code, "text", text));
}

static json_t *
scopes_json(const Locale *locale, const Event *event)
{
	json_t *regions = json_array(), *groups = json_array();

	for (guint i = 0; i < event->regions->len; i++) {
		const EventRegion *region = g_ptr_array_index(event->regions, i);
		add_scope(regions, REGION, region->code,
		        event_text(event, region->name, locale_code(locale)));
	}
	for (guint i = 0; i < event->delegations->len; i++) {
		const EventDelegation *group = g_ptr_array_index(event->delegations, i);
		add_scope(groups, DELEGATION, group->code, group->name);
	}
	return json_pack("[{s:s, s:o}, {s:s, s:o}]", "title", locale_text(locale, "staff_region"),
	        "scopes", regions, "title", locale_text(locale, "desk_delegation"), "scopes",
	        groups);
}

static Reply *
holds_page(Request *request)
{
	GError *error = NULL;
	const Locale *locale = request_locale(request);
	const Event *event = staff_event(request, &error);
	Db *db = event ? request_db(request, &error) : NULL;
	g_autoptr(GPtrArray) holds = db ? hold_list(db, event, &error) : NULL;

	if (holds == NULL)
		return reply_error(request, error);
	json_t *data = staff_frame(request, event, "staff_room_holds", ROOM);
	json_t *held = json_array(), *released = json_array();
	for (guint i = 0; i < holds->len; i++) {
		const Hold *hold = g_ptr_array_index(holds, i);
		json_array_append_new(
		        hold->released != 0 ? released : held, hold_json(locale, event, hold));
	}
	json_object_set_new(data, "has_held", json_boolean(json_array_size(held) > 0));
	json_object_set_new(data, "has_released", json_boolean(json_array_size(released) > 0));
	json_object_set_new(data, "held", held);
	json_object_set_new(data, "released", released);
	json_object_set_new(data, "groups_of_scopes", scopes_json(locale, event));
	json_object_set_new(data, "notice", done_notice(request, words, G_N_ELEMENTS(words)));
	return staff_reply(request, 200, "staff_holds", data);
}

/* ---- set and released ---- */

typedef struct {
	HoldWork work; /* first: it is what the writer is given */
	Event *event;
	char *who, *reason;
	const char *done;
} Job;

static void
job_free(gpointer data)
{
	Job *job = data;

	g_clear_pointer(&job->event, event_unref);
	g_free(job->who);
	g_free(job->reason);
	g_free(job);
}

static Reply *
job_done(Request *request, gpointer data, const GError *error)
{
	const Job *job = data;
	g_autoptr(GError) trouble = NULL;

	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	/* who waited is deleted within the minute, and so is this done when it fails */
	if (!erase_acknowledge(request_record(request), &trouble))
		log_line(LOG_LEVEL_WARNING, "the list of holds waits: %s", trouble->message);
	g_autofree char *url = g_strconcat(ROOM "?done=", job->work.done ? job->done : "was", NULL);
	return reply_see_other(request, url);
}

static Job *
job_new(Request *request, const Event *event, const char *done)
{
	Job *job = g_new0(Job, 1);

	job->event = event_ref((Event *)event);
	job->who = g_strdup(request_staff(request)->name);
	job->done = done;
	job->work = (HoldWork){ .event = job->event, .who = job->who, .now = request_now(request) };
	return job;
}

/* FALSE: the form names nothing of the event's. */
static gboolean
take_scope(Db *db, const Fields *form, HoldWork *work, gboolean *ret_named, GError **error)
{
	const char *scope = fields_get(form, "scope"), *typed = fields_get(form, "person");
	const Event *event = work->event;
	gboolean there = FALSE;
	guint64 no = 0;

	*ret_named = TRUE;
	if (scope != NULL && g_str_has_prefix(scope, REGION)) {
		const EventRegion *region = event_region_by_code(event, scope + strlen(REGION));
		work->scope = "region";
		work->no = region != NULL ? region->no : 0;
	} else if (scope != NULL && g_str_has_prefix(scope, DELEGATION)) {
		const EventDelegation *group =
		        event_delegation_by_code(event, scope + strlen(DELEGATION));
		work->scope = "delegation";
		work->no = group != NULL ? group->no : 0;
	} else if (g_strcmp0(scope, "person") == 0) {
		work->scope = "person";
		if (typed != NULL &&
		        g_ascii_string_to_unsigned(typed, 10, 1, G_MAXINT32, &no, NULL) &&
		        !hold_has_person(db, event, (gint64)no, &there, error))
			return FALSE;
		work->no = there ? (gint64)no : 0;
	} else {
		work->scope = "event";
		*ret_named = g_strcmp0(scope, "event") == 0;
		return TRUE;
	}
	*ret_named = work->no != 0;
	return TRUE;
}

static Reply *
hold_set(Request *request)
{
	GError *error = NULL;
	const Fields *form = request_form(request);
	const Event *event = staff_event(request, &error);
	Db *db = event ? request_db(request, &error) : NULL;
	const char *given = fields_get(form, "reason");
	gboolean named = FALSE;

	if (db == NULL)
		return reply_error(request, error);
	Job *job = job_new(request, event, "set");
	job->reason = given ? text_tidy(given) : NULL;
	job->work.id = id_new(request_now_ms(request));
	job->work.reason = job->reason;
	if (!take_scope(db, form, &job->work, &named, &error)) {
		job_free(job);
		return reply_error(request, error);
	}
	const gboolean has_reason = job->reason != NULL && *job->reason != '\0' &&
	        text_length(job->reason) <= HOLD_REASON_MAX;
	if (!named || !has_reason) {
		job_free(job);
		return reply_see_other(request, named ? ROOM "?done=reason" : ROOM "?done=scope");
	}
	return reply_after(request, hold_set_work, job_done, job, job_free);
}

static Reply *
hold_release(Request *request)
{
	GError *error = NULL;
	const Event *event = staff_event(request, &error);
	gint64 id = 0;

	if (event == NULL)
		return reply_error(request, error);
	if (!id_from_hex(request_param(request, "hold"), &id))
		return reply_status(request, 404);
	Job *job = job_new(request, event, "released");
	job->work.id = id;
	return reply_after(request, hold_release_work, job_done, job, job_free);
}

const Route staff_holds_routes[] = {
	{ HTTP_GET, ROOM, FOR_STAFF, holds_page, .roles = ROLE_OWNER },
	{ HTTP_POST, ROOM, FOR_STAFF, hold_set, .body_max = 4096, .roles = ROLE_OWNER },
	{ HTTP_POST, ROOM "/:hold/release", FOR_STAFF, hold_release, .body_max = 4096,
	        .roles = ROLE_OWNER },
	{ 0 },
};
