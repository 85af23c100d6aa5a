/*
 * /staff/calls: people who can't get a letter, for a volunteer: call, text or share, with the words ready in their
 * language; then mark it as done. A region lead sees their own region's.
 */
#include <string.h>

#include "schema/places.h"
#include "schema/audit.h"
#include "web/routes.h"
#include "web/staff/letters.h"
#include "web/staff_page.h"

#define CALLS_SHOWN 30
#define MADE_SHOWN  10
#define ROLES_CALL  (ROLE_OWNER | ROLE_STAFF | ROLE_REGION)

static void
set_phone(json_t *data, const LetterCall *call)
{
	json_object_set_new(data, "phone", json_null());
	if (call->phone == NULL)
		return;
	g_autofree char *tel = staff_tel(call->phone);
	g_autofree char *words = g_uri_escape_string(call->words, NULL, FALSE);
	json_object_set_new(data, "phone", staff_taken(staff_phone_shown(call->phone)));
	json_object_set_new(data, "tel", json_string(tel));
	json_object_set_new(data, "sms",
	        staff_taken(g_strconcat("sms:", tel + strlen("tel:"), "?body=", words, NULL)));
}

static json_t *
call_data(Request *request, const Event *event, const OutboxRow *row, const LetterCall *call)
{
	const Locale *locale = request_locale(request);
	const char *lang = locale_code(locale);
	const EventRegion *region = event_region(event, call->region_no);
	const EventDelegation *delegation = event_delegation(event, call->delegation_no);
	json_t *data = json_pack("{s:s, s:s, s:s, s:o, s:s, s:s, s:s, s:s}", "cause", row->cause,
	        "name", call->name != NULL ? call->name : "–", "kind",
	        letter_kind_text(locale, row->kind), "made",
	        staff_taken(staff_ago(locale, row->made, request_now(request))), "words",
	        call->words, "lang", locale_code(call->locale), "dir",
	        locale_right_to_left(call->locale) ? "rtl" : "ltr", "language",
	        locale_name(call->locale));
	json_object_set_new(data, "region",
	        region != NULL ? json_string(event_text(event, region->name, lang)) : json_null());
	json_object_set_new(data, "delegation",
	        delegation != NULL ? json_string(delegation->name) : json_null());
	set_phone(data, call);
	return data;
}

/* NULL with @error. Who is gone meanwhile is left out. */
static json_t *
calls_data(Request *request, const Event *event, Db *db, const GArray *rows, GError **error)
{
	const LetterDesk desk = staff_letter_desk(request, db);
	json_auto_t *list = json_array();

	for (guint i = 0; i < rows->len; i++) {
		const OutboxRow *row = &g_array_index(rows, OutboxRow, i);
		g_autoptr(LetterCall) call = NULL;
		if (!letter_call(&desk, row, &call, error))
			return NULL;
		if (call != NULL)
			json_array_append_new(list, call_data(request, event, row, call));
	}
	return json_incref(list);
}

static Reply *
calls_page(Request *request)
{
	GError *error = NULL;
	gint64 all = 0;
	g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(OutboxRow));
	g_autoptr(GArray) made_rows = g_array_new(FALSE, FALSE, sizeof(OutboxRow));
	const guint16 region_no = request_staff(request)->region_no;
	const Event *event = staff_event(request, &error);
	Db *db = event ? request_db(request, &error) : NULL;
	if (db == NULL ||
	        !outbox_calls(db, event->id, region_no, CALLS_SHOWN, rows, &all, &error) ||
	        !outbox_calls_made(db, event->id, region_no, request_now(request), MADE_SHOWN,
	                made_rows, &error))
		return reply_error(request, error);
	json_t *calls = calls_data(request, event, db, rows, &error);
	json_t *made = calls != NULL ? calls_data(request, event, db, made_rows, &error) : NULL;
	if (made == NULL) {
		json_decref(calls);
		return reply_error(request, error);
	}
	json_t *data = staff_frame(request, event, "staff_room_calls", "/staff/calls");
	json_object_set_new(data, "has_calls", json_boolean(json_array_size(calls) > 0));
	json_object_set_new(data, "calls", calls);
	json_object_set_new(data, "has_made", json_boolean(json_array_size(made) > 0));
	json_object_set_new(data, "made", made);
	json_object_set_new(data, "calls_n",
	        staff_taken(locale_plural(request_locale(request), "letters_calls", all, NULL)));
	return staff_reply(request, 200, "staff_calls", data);
}

/* ---- done ---- */

typedef struct {
	Event *event;
	guint16 region_no;
	char *cause, *who;
	gint64 now;
	gboolean changed;
} Done;

static void
done_free(gpointer data)
{
	Done *done = data;

	g_clear_pointer(&done->event, event_unref);
	g_free(done->cause);
	g_free(done->who);
	g_free(done);
}

/* Whom the call told of a place that is free for them, or didn't after all: its time begins now, or goes back. */
static gboolean
set_offer(Db *db, const Done *done, gboolean told, GError **error)
{
	OutboxRow row;
	PlacesAnswer answer;
	gboolean found = FALSE;

	if (!outbox_read(db, done->event->id, done->cause, &row, &found, error))
		return FALSE;
	if (!found || row.kind != OUTBOX_PLACE_FREE)
		return TRUE;
	if (!(told ? places_told : places_untold)(
	            db, done->event, row.attendee, done->now, &answer, error))
		return FALSE;
	if (answer.outcome == PLACES_EVENT_CHANGED)
		g_set_error_literal(error, DB_ERROR, DB_ERROR_CONFLICT,
		        "the event's definition was loaded anew");
	return answer.outcome != PLACES_EVENT_CHANGED;
}

static gboolean
done_work(Db *db, gpointer data, GError **error)
{
	Done *done = data;

	return outbox_call_done(db, done->event->id, done->region_no, done->cause, done->who,
	               done->now, &done->changed, error) &&
	        (!done->changed || set_offer(db, done, TRUE, error));
}

/* Another who was quicker is no trouble: the call is made. When the definition was loaded this second, it stands in the
 * list still. */
static Reply *
marked(Request *request, gpointer data, const GError *error)
{
	return error != NULL && !g_error_matches(error, DB_ERROR, DB_ERROR_CONFLICT)
	        ? reply_error(request, g_error_copy(error))
	        : reply_see_other(request, "/staff/calls");
}

/* Who undid it stands in the audit, since it lengthens an offer. */
static gboolean
undo_work(Db *db, gpointer data, GError **error)
{
	Done *done = data;
	gboolean told = FALSE;

	if (!outbox_call_undo(db, done->event->id, done->region_no, done->cause, done->now,
	            &done->changed, &told, error))
		return FALSE;
	return !done->changed ||
	        ((told || set_offer(db, done, FALSE, error)) &&
	                audit_add(db, done->event->id, done->who, "call.undo", done->cause,
	                        done->now, error));
}

static Reply *
mark(Request *request, DbWork work)
{
	GError *error = NULL;
	const StaffSession *session = request_staff(request);
	const char *cause = fields_get(request_form(request), "cause");
	const Event *event = staff_event(request, &error);
	if (event == NULL)
		return reply_error(request, error);
	if (cause == NULL)
		return reply_status(request, 400);
	Done *done = g_new0(Done, 1);
	done->event = event_ref((Event *)event);
	done->region_no = session->region_no;
	done->cause = g_strdup(cause);
	done->who = g_strdup(session->name);
	done->now = request_now(request);
	return reply_after(request, work, marked, done, done_free);
}

static Reply *
calls_done(Request *request)
{
	return mark(request, done_work);
}

static Reply *
calls_undo(Request *request)
{
	return mark(request, undo_work);
}

const Route staff_calls_routes[] = {
	{ HTTP_GET, "/staff/calls", FOR_STAFF, calls_page, .roles = ROLES_CALL },
	{ HTTP_POST, "/staff/calls/done", FOR_STAFF, calls_done, .body_max = 4096,
	        .roles = ROLES_CALL },
	{ HTTP_POST, "/staff/calls/undo", FOR_STAFF, calls_undo, .body_max = 4096,
	        .roles = ROLES_CALL },
	{ 0 },
};
