/*
 * /staff/scans: a file of scans that a phone or laptop handed out, since it had no network, or was revoked, or is about to be
 * wiped. Taking in is a union: the same file again changes nothing. The page tells how many were new, known, and set
 * aside; each batch is a line in the audit.
 */
#include <string.h>

#include "checkin/merge.h"
#include "schema/audit.h"
#include "schema/device.h"
#include "web/door_log.h"
#include "web/routes.h"
#include "web/staff/desk.h"

#define FILE_MAX    (8 * 1024 * 1024)
#define RECORDS_MAX 20000

static Reply *
show_scans(Request *request, int status, const Event *event, const char *fault_key, json_t *told)
{
	json_t *data = staff_frame(request, event, "scans_title", "/staff/alarms");

	json_object_set_new(data, "told", told ? told : json_null());
	json_object_set_new(data, "notice",
	        fault_key ? desk_fault(request_locale(request), fault_key) : json_null());
	return staff_reply(request, status, "staff_scans", data);
}

static Reply *
scans_page(Request *request)
{
	GError *error = NULL;
	const Event *event = staff_event(request, &error);

	return event ? show_scans(request, 200, event, NULL, NULL) : reply_error(request, error);
}

/* ---- taking in ---- */

typedef struct {
	MergeWork merge;
	HolderAct act;
	json_t *file; /* owned; its records are taken in batches */
	gsize at;
	gint64 new, known, aside;
} Intake;

/* Between two batches the intake is handed on: each wait frees only its holder. */
typedef struct {
	Intake *intake;
} InHand;

static void
holder_free(gpointer data)
{
	InHand *holder = data;

	if (holder->intake != NULL) {
		merge_work_clear(&holder->intake->merge);
		json_decref(holder->intake->file);
		g_free(holder->intake);
	}
	g_free(holder);
}

static const json_t *
records_of(const json_t *file)
{
	return json_is_array(file) ? file : json_object_get(file, "records");
}

static gboolean
take_batch(Db *db, gpointer data, GError **error)
{
	Intake *intake = ((InHand *)data)->intake;
	g_autofree char *detail = g_strdup_printf("%u records", intake->merge.items->len);

	return merge_work(db, &intake->merge, error) &&
	        audit_add(db, intake->act.event->id, intake->act.who, "log.take_in", detail,
	                intake->act.now, error);
}

/* What the staff's pages do themselves comes from no file. */
static void
refuse_our_own(GArray *items)
{
	for (guint i = 0; i < items->len; i++) {
		MergeItem *item = &g_array_index(items, MergeItem, i);
		if (item->readable && item->record.device == DEVICE_STAFF)
			item->readable = FALSE;
	}
}

static Reply *taken(Request *request, gpointer data, const GError *error);

static Reply *
next_batch(Request *request, Intake *intake)
{
	const json_t *records = records_of(intake->file);
	const gsize n = MIN(json_array_size(records) - intake->at, MERGE_ITEMS_MAX);
	json_auto_t *batch = json_array();

	for (gsize i = 0; i < n; i++)
		json_array_append(batch, json_array_get(records, intake->at + i));
	intake->at += n;
	merge_work_clear(&intake->merge);
	intake->merge = (MergeWork){ .event = intake->act.event,
		.keys = intake->act.keys,
		.items = merge_items_new(),
		.now = intake->act.now };
	door_records_read(batch, intake->act.event, 0, intake->merge.items);
	refuse_our_own(intake->merge.items);
	InHand *holder = g_new(InHand, 1);
	holder->intake = intake;
	return reply_after(request, take_batch, taken, holder, holder_free);
}

static json_t *
told(const Locale *locale, const Intake *intake)
{
	return json_pack("{s:o, s:o, s:o, s:b}", "fresh",
	        staff_taken(locale_plural(locale, "scans_new", intake->new, NULL)), "known",
	        staff_taken(locale_plural(locale, "scans_known", intake->known, NULL)), "aside",
	        staff_taken(locale_plural(locale, "scans_aside", intake->aside, NULL)), "alarming",
	        intake->aside > 0);
}

static Reply *
taken(Request *request, gpointer data, const GError *error)
{
	InHand *holder = data;
	Intake *intake = holder->intake;

	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	for (guint i = 0; i < intake->merge.items->len; i++) {
		const LogVerdict verdict = g_array_index(intake->merge.items, MergeItem, i).verdict;
		if (log_is_quarantine((guint8)verdict))
			intake->aside++;
		else if (verdict == LOG_REPEAT || verdict == LOG_LATE_REV_0)
			intake->known++;
		else
			intake->new ++;
	}
	if (intake->at < json_array_size(records_of(intake->file)))
		return next_batch(request, g_steal_pointer(&holder->intake));
	return show_scans(
	        request, 200, intake->act.event, NULL, told(request_locale(request), intake));
}

/* ---- the file ---- */

/* Why the file can't be taken in, as a key of the catalogue; NULL when it can. */
static const char *
fault_of(const json_t *file, const Event *event)
{
	const char *slug = json_string_value(json_object_get(file, "event"));
	const json_t *records = records_of(file);

	if (!json_is_array(records))
		return "scans_fault_file";
	if (slug != NULL && !g_str_equal(slug, event->slug))
		return "scans_fault_event";
	if (json_array_size(records) == 0)
		return "scans_fault_empty";
	return json_array_size(records) > RECORDS_MAX ? "scans_fault_long" : NULL;
}

static Reply *
scans_take(Request *request)
{
	gsize length = 0;
	const char *bytes = request_file(request, &length);
	Desk desk;
	Reply *refused = NULL;
	if (!desk_open(request, &desk, &refused))
		return refused;
	json_auto_t *file = bytes ? json_loadb(bytes, length, JSON_REJECT_DUPLICATES, NULL) : NULL;
	const char *fault = fault_of(file, desk.event);
	if (fault != NULL)
		return show_scans(request, 422, desk.event, fault, NULL);
	Intake *intake = g_new0(Intake, 1);
	intake->act = desk_act(request, &desk);
	intake->file = json_incref(file);
	return next_batch(request, intake);
}

const Route staff_scans_routes[] = {
	{ HTTP_GET, "/staff/scans", FOR_STAFF, scans_page, .roles = ROLES_CENTRE },
	{ HTTP_POST, "/staff/scans", FOR_STAFF, scans_take, .body_max = FILE_MAX,
	        .roles = ROLES_CENTRE, .upload = TRUE },
	{ 0 },
};
