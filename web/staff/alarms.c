/*
 * /staff/alarms: what of the scan log asks for a person's eye. What was set aside, in words, and released by who vouches for it;
 * what could not be read; numbers that never arrived; tickets that two people may share. And the scans of
 * one device, of which a stretch that was scanned for trial is made void in one act.
 */
#include <string.h>

#include "checkin/holders.h"
#include "schema/alarms.h"
#include "schema/device_room.h"
#include "schema/id.h"
#include "schema/scan_report.h"
#include "web/routes.h"
#include "web/staff/desk.h"

#define SHOWN 200

typedef struct {
	const Locale *locale;
	const Event *event;
	Db *db;
	json_t *list;
	GArray *stretches; /* of ScanGap: where to look for gaps */
} Listing;

static json_t *
hex_json(gint64 id)
{
	char hex[ID_HEX_LENGTH + 1];

	id_to_hex(id, hex);
	return json_string(hex);
}

static const char *
device_shown(const Locale *locale, gint64 device, const char *name)
{
	if (device == DEVICE_LOCAL)
		return locale_text(locale, "alarm_local");
	if (device == DEVICE_STAFF)
		return locale_text(locale, "alarm_staff");
	return name ? name : locale_text(locale, "alarm_no_device");
}

/* ---- what was set aside ---- */

/* The verdicts of checkin/log.h in people's words; one of a later release is shown as it is kept. */
static const char *
reason_shown(const Locale *locale, const char *reason)
{
	static const char *const keys[][2] = { { "garbled", "alarm_reason_garbled" },
		{ "device", "alarm_reason_device" }, { "revoked", "alarm_reason_revoked" },
		{ "place", "alarm_reason_place" }, { "conflict", "alarm_reason_conflict" },
		{ "other_rev", "alarm_reason_other_rev" }, { "role", "alarm_reason_role" },
		{ "late", "alarm_reason_late" } };

	for (guint i = 0; i < G_N_ELEMENTS(keys); i++)
		if (g_str_equal(keys[i][0], reason))
			return locale_text(locale, keys[i][1]);
	return reason;
}

static void
add_group(const AlarmGroup *group, gpointer data)
{
	const Listing *listing = data;
	const Locale *locale = listing->locale;
	const gboolean late = g_str_equal(group->reason, "late");

	json_array_append_new(listing->list,
	        json_pack("{s:o, s:s, s:b, s:s, s:s, s:o, s:o, s:b}", "device_id",
	                hex_json(group->device), "device",
	                device_shown(locale, group->device, group->device_name), "revoked",
	                group->device_revoked, "reason_code", group->reason, "reason",
	                reason_shown(locale, group->reason), "n",
	                staff_taken(locale_number(locale, group->n)), "last",
	                staff_taken(locale_date_time(locale, listing->event, group->last)),
	                "may_release", !late));
}

/* ---- gaps ---- */

static void
note_stretch(const AlarmStretch *stretch, gpointer data)
{
	const Listing *listing = data;
	g_autofree char *started =
	        locale_date_time(listing->locale, listing->event, stretch->first_at / 1000);
	const ScanGap of = { .device = stretch->device, .epoch = stretch->epoch };

	g_array_append_val(listing->stretches, of);
	json_array_append_new(listing->list,
	        json_pack("{s:o, s:s, s:s}", "device_id", hex_json(stretch->device), "device",
	                device_shown(listing->locale, stretch->device, stretch->device_name),
	                "started", started));
}

/* "12–14, 20" */
static json_t *
numbers_missing(const Locale *locale, const GArray *gaps)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; i < gaps->len; i++) {
		const ScanGap *gap = &g_array_index(gaps, ScanGap, i);
		g_autofree char *from = locale_number(locale, gap->from);
		g_autofree char *to = locale_number(locale, gap->to);
		g_string_append_printf(text, "%s%s%s%s", i ? ", " : "", from,
		        gap->to > gap->from ? "–" : "", gap->to > gap->from ? to : "");
	}
	return json_string(text->str);
}

static gboolean
list_gaps(Listing *listing, GError **error)
{
	g_autoptr(GArray) stretches = g_array_new(FALSE, FALSE, sizeof(ScanGap));

	listing->stretches = stretches;
	if (!alarms_gaps(listing->db, listing->event->id, SHOWN, note_stretch, listing, error))
		return FALSE;
	for (guint i = 0; i < stretches->len; i++) {
		const ScanGap *of = &g_array_index(stretches, ScanGap, i);
		g_autoptr(GArray) gaps = g_array_new(FALSE, FALSE, sizeof(ScanGap));
		if (!scan_gaps(listing->db, of->device, of->epoch, gaps, error))
			return FALSE;
		json_object_set_new(json_array_get(listing->list, i), "numbers",
		        numbers_missing(listing->locale, gaps));
	}
	return TRUE;
}

/* ---- shared tickets ---- */

static json_t *
shared_at(const Listing *listing, const SharedTicket *shared, guint which)
{
	const EventCheckpoint *place =
	        event_checkpoint(listing->event, shared->checkpoint_no[which]);
	g_autofree char *when =
	        locale_date_time(listing->locale, listing->event, shared->at[which] / 1000);

	return staff_taken(locale_format(listing->locale, "alarm_shared_at", "when", when, "place",
	        place ? place->name : "", NULL));
}

static gboolean
list_shared(Listing *listing, GError **error)
{
	g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(SharedTicket));

	if (!shared_tickets_read(listing->db, listing->event, all, error))
		return FALSE;
	for (guint i = 0; i < MIN(all->len, SHOWN); i++) {
		const SharedTicket *shared = &g_array_index(all, SharedTicket, i);
		const EventSession *session = event_session(listing->event, shared->session_no);
		json_array_append_new(listing->list,
		        json_pack("{s:I, s:s, s:o, s:o}", "no", (json_int_t)shared->holder,
		                "session",
		                session ? event_text(listing->event, session->title,
		                                  locale_code(listing->locale))
		                        : "",
		                "first", shared_at(listing, shared, 0), "second",
		                shared_at(listing, shared, 1)));
	}
	return TRUE;
}

/* ---- the page ---- */

static gboolean
add_lists(const Locale *locale, const Event *event, Db *db, json_t *data, GError **error)
{
	Listing aside = { locale, event, db, json_array(), NULL }, unreadable = aside, gaps = aside,
	        shared = aside;

	unreadable.list = json_array();
	gaps.list = json_array();
	shared.list = json_array();
	json_object_set_new(data, "aside", aside.list);
	json_object_set_new(data, "unreadable", unreadable.list);
	json_object_set_new(data, "gaps", gaps.list);
	json_object_set_new(data, "shared", shared.list);
	if (!alarms_set_aside(db, event->id, SHOWN, add_group, &aside, error) ||
	        !alarms_unreadable(db, event->id, SHOWN, add_group, &unreadable, error) ||
	        !list_gaps(&gaps, error) || !list_shared(&shared, error))
		return FALSE;
	json_object_set_new(data, "has_aside", json_boolean(json_array_size(aside.list) > 0));
	json_object_set_new(
	        data, "has_unreadable", json_boolean(json_array_size(unreadable.list) > 0));
	json_object_set_new(data, "has_gaps", json_boolean(json_array_size(gaps.list) > 0));
	json_object_set_new(data, "has_shared", json_boolean(json_array_size(shared.list) > 0));
	return TRUE;
}

static Reply *
alarms_page(Request *request)
{
	GError *error = NULL;
	const Event *event = staff_event(request, &error);
	Db *db = event ? request_db(request, &error) : NULL;
	if (db == NULL)
		return reply_error(request, error);
	json_t *data = staff_frame(request, event, "staff_room_alarms", "/staff/alarms");
	if (!add_lists(request_locale(request), event, db, data, &error)) {
		json_decref(data);
		return reply_error(request, error);
	}
	json_object_set_new(data, "notice", desk_notice(request));
	return staff_reply(request, 200, "staff_alarms", data);
}

/* ---- releasing, and looking at ---- */

typedef struct {
	union {
		ReleaseWork release;
		AlarmLook look;
		TrialWork trial;
	}; /* first: it is what the writer is given */
	char *reason;
	char back[ID_HEX_LENGTH + 32];
} Job;

static void
job_free(gpointer data)
{
	Job *job = data;

	g_free(job->reason);
	g_free(job);
}

static gboolean
device_of_path(Request *request, gint64 *ret_device)
{
	return id_from_hex(request_param(request, "device"), ret_device);
}

static Reply *
see_alarms(Request *request, gpointer data, const GError *error)
{
	return error != NULL ? reply_error(request, g_error_copy(error))
	                     : reply_see_other(request, ((Job *)data)->back);
}

/* A job on what is of the path's device; NULL with the answer. */
static Job *
job_new(Request *request, gint64 *ret_device, Desk *ret_desk, Reply **ret_refused)
{
	const char *reason = fields_get(request_form(request), "reason");

	if (!device_of_path(request, ret_device)) {
		*ret_refused = reply_status(request, 404);
		return NULL;
	}
	if (!desk_open(request, ret_desk, ret_refused))
		return NULL;
	Job *job = g_new0(Job, 1);
	job->reason = g_strdup(reason ? reason : "");
	return job;
}

static Reply *
alarms_release(Request *request)
{
	gint64 device = 0;
	Desk desk;
	Reply *refused = NULL;
	Job *job = job_new(request, &device, &desk, &refused);
	if (job == NULL)
		return refused;
	job->release = (ReleaseWork){
		.act = desk_act(request, &desk), .device = device, .reason = job->reason
	};
	g_strlcpy(job->back, "/staff/alarms?done=released", sizeof job->back);
	return reply_after(request, release_work, see_alarms, job, job_free);
}

static Reply *
alarms_looked_at(Request *request)
{
	gint64 device = 0;
	Desk desk;
	Reply *refused = NULL;
	Job *job = job_new(request, &device, &desk, &refused);
	if (job == NULL)
		return refused;
	job->look = (AlarmLook){ .device = device,
		.reason = job->reason,
		.who = request_staff(request)->name,
		.now = request_now(request) };
	memcpy(job->look.event, desk.event->id, EVENT_ID_BYTES);
	g_strlcpy(job->back, "/staff/alarms?done=looked-at", sizeof job->back);
	return reply_after(request, alarms_look, see_alarms, job, job_free);
}

/* ---- the scans of one device ---- */

static void
add_stretch(const AlarmStretch *stretch, gpointer data)
{
	const Listing *listing = data;
	const Locale *locale = listing->locale;

	json_array_append_new(listing->list,
	        json_pack("{s:o, s:o, s:o, s:o, s:I, s:o}", "epoch", hex_json(stretch->epoch),
	                "first",
	                staff_taken(
	                        locale_date_time(locale, listing->event, stretch->first_at / 1000)),
	                "last",
	                staff_taken(
	                        locale_date_time(locale, listing->event, stretch->last_at / 1000)),
	                "n", staff_taken(locale_number(locale, stretch->n)), "last_seq",
	                (json_int_t)stretch->last_seq, "void_to",
	                stretch->void_to ? staff_taken(locale_number(locale, stretch->void_to))
	                                 : json_null()));
}

static Reply *
device_page(Request *request)
{
	GError *error = NULL;
	gint64 device = 0;
	g_autoptr(GPtrArray) devices = NULL;
	Desk desk;
	Reply *refused = NULL;
	if (!device_of_path(request, &device) || device == 0)
		return reply_status(request, 404);
	if (!desk_open(request, &desk, &refused))
		return refused;
	const Locale *locale = request_locale(request);
	json_auto_t *list = json_array();
	Listing listing = { locale, desk.event, desk.db, list, NULL };
	if (!device_room_list(
	            desk.db, desk.event->id, device, request_now(request), &devices, &error) ||
	        !alarms_stretches(
	                desk.db, desk.event->id, device, SHOWN, add_stretch, &listing, &error))
		return reply_error(request, error);
	const DeviceListed *known = devices->len ? g_ptr_array_index(devices, 0) : NULL;
	if (known == NULL && json_array_size(list) == 0)
		return reply_status(request, 404);
	json_t *data = staff_frame(request, desk.event, "alarm_scans", "/staff/alarms");
	json_object_set_new(data, "device_id", hex_json(device));
	json_object_set_new(data, "device",
	        json_string(device_shown(locale, device, known ? known->name : NULL)));
	json_object_set(data, "stretches", list);
	json_object_set_new(data, "has_stretches", json_boolean(json_array_size(list) > 0));
	json_object_set_new(data, "notice", desk_notice(request));
	return staff_reply(request, 200, "staff_device_scans", data);
}

static Reply *
trial_voided(Request *request, gpointer data, const GError *error)
{
	const Job *job = data;

	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	return job->trial.outcome == HOLDER_DONE ? reply_see_other(request, job->back)
	                                         : reply_status(request, 404);
}

static Reply *
device_trial(Request *request)
{
	const char *hex = fields_get(request_form(request), "epoch");
	const char *number = fields_get(request_form(request), "seq");
	gint64 device = 0, epoch = 0, seq = 0;
	Desk desk;
	Reply *refused = NULL;
	if (hex == NULL || !id_from_hex(hex, &epoch) || number == NULL ||
	        !g_ascii_string_to_signed(number, 10, 1, LOG_NUMBER_MAX, &seq, NULL))
		return reply_status(request, 400);
	Job *job = job_new(request, &device, &desk, &refused);
	if (job == NULL)
		return refused;
	job->trial = (TrialWork){ .act = desk_act(request, &desk),
		.device = device,
		.epoch = epoch,
		.seq = seq,
		.void_epoch = desk_number() };
	g_snprintf(job->back, sizeof job->back, "/staff/alarms/%s?done=voided",
	        request_param(request, "device"));
	return reply_after(request, trial_work, trial_voided, job, job_free);
}

#define ACT FOR_STAFF, .body_max = 4096, .roles = ROLES_CENTRE
const Route staff_alarms_routes[] = {
	{ HTTP_GET, "/staff/alarms", FOR_STAFF, alarms_page, .roles = ROLES_CENTRE },
	{ HTTP_GET, "/staff/alarms/:device", FOR_STAFF, device_page, .roles = ROLES_CENTRE },
	{ HTTP_POST, "/staff/alarms/:device/release", ACT, .page = alarms_release },
	{ HTTP_POST, "/staff/alarms/:device/look", ACT, .page = alarms_looked_at },
	{ HTTP_POST, "/staff/alarms/:device/trial", ACT, .page = device_trial },
	{ 0 },
};
