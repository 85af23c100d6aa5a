/*
 * /staff/reports: files to take home. What holds names asks for a reason; every file is a line in the audit. A region
 * lead's files hold their own region alone. Files come in pieces, each a short read.
 */
#include <string.h>

#include "reports/report.h"
#include "schema/informed.h"
#include "schema/text.h"
#include "web/routes.h"
#include "web/staff_page.h"

#define PIECE_BYTES  ((gsize)64 * 1024)
#define REASON_MIN   5
#define REASON_MAX   200
#define ROLES_ROSTER (ROLES_CENTRE | ROLE_REGION)

/* ---- a file ---- */

typedef struct {
	char *name; /* of the report */
	StaffNote note;
	Record *record;
	Event *event;
	guint16 region_no;
	gint64 now;
	char *base_url;
	Db *db;
	const Report *report;
	gboolean open, head_told;
	Table table;
	ReportAsked asked;
} Export;

static void
export_free(gpointer data)
{
	Export *export = data;

	if (export == NULL)
		return;
	if (export->open)
		export->report->close(&export->table);
	db_free(export->db);
	event_unref(export->event);
	g_free(export->note.who);
	g_free(export->note.detail);
	g_free(export->name);
	g_free(export->base_url);
	g_free(export);
}

/* Between writing the audit's line and sending, the export is handed on. */
typedef struct {
	Export *export;
} Holder;

static void
holder_free(gpointer data)
{
	export_free(((Holder *)data)->export);
	g_free(data);
}

static gboolean
open_export(Export *export, GError **error)
{
	export->db = record_reader(export->record, error);
	if (export->db == NULL)
		return FALSE;
	export->asked = (ReportAsked){ .record = export->record,
		.db = export->db,
		.event = export->event,
		.region_no = export->region_no,
		.now = export->now,
		.base_url = export->base_url };
	export->open = export->report->open(&export->asked, &export->table, error);
	return export->open;
}

/* On the slow pool, again and again. */
static gboolean
read_export(gpointer data, GString *into, gboolean *ret_end, GError **error)
{
	Export *export = data;
	if (!export->open && !open_export(export, error))
		return FALSE;
	const gboolean first = !export->head_told;
	export->head_told = TRUE;
	return table_csv_piece(&export->table, first, PIECE_BYTES, into, ret_end, error);
}

static gboolean
note_export(Db *db, gpointer data, GError **error)
{
	return staff_note(db, &((Holder *)data)->export->note, error);
}

static Reply *
send_export(Request *request, gpointer data, const GError *error)
{
	Holder *holder = data;
	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	g_autofree char *disposition =
	        g_strdup_printf("attachment; filename=\"%s.csv\"", holder->export->name);
	Reply *reply = reply_stream(request, "text/csv; charset=utf-8", read_export,
	        g_steal_pointer(&holder->export), export_free);
	reply_header(reply, "Content-Disposition", disposition);
	return reply;
}

static Reply *
export_report(Request *request, const char *name, const char *reason)
{
	GError *error = NULL;
	const StaffSession *session = request_staff(request);
	const Event *event = staff_event(request, &error);
	if (event == NULL)
		return reply_error(request, error);
	const EventRegion *region = event_region(event, session->region_no);
	Export *export = g_new0(Export, 1);
	export->name = g_strdup(name);
	export->report = report_find(name);
	export->record = request_record(request);
	export->event = event_ref((Event *)event);
	export->region_no = session->region_no;
	export->now = request_now(request);
	export->base_url = g_strdup(request_base_url(request));
	export->note = (StaffNote){ .who = g_strdup(session->name),
		.act = (char *)"export",
		.detail = g_strdup_printf("%s%s%s%s%s", name, region ? ", region " : "",
		        region ? region->code : "", reason ? ": " : "", reason ? reason : ""),
		.now = export->now };
	memcpy(export->note.event, session->event, EVENT_ID_BYTES);
	Holder *holder = g_new(Holder, 1);
	holder->export = export;
	return reply_after(request, note_export, send_export, holder, holder_free);
}

/* ---- the page ---- */

/* A file with names asks for a reason. @asked: the one that was asked for, without a fit reason; nullable. */
static json_t *
named_data(Request *request, const char *name, const char *asked)
{
	const char *reason = fields_get(request_form(request), "reason");
	const gboolean wrong = g_strcmp0(name, asked) == 0;

	return json_pack("{s:s, s:s, s:o}", "id", name, "reason",
	        wrong && reason != NULL ? reason : "", "fault",
	        wrong ? json_string(locale_text(request_locale(request), "reports_fault_reason"))
	              : json_null());
}

static Reply *
show_reports(Request *request, int status, const char *asked)
{
	GError *error = NULL;
	gint64 informed = 0;
	const Locale *locale = request_locale(request);
	const Event *event = staff_event(request, &error);
	Db *db = event ? request_db(request, &error) : NULL;
	const EventRegion *region =
	        event ? event_region(event, request_staff(request)->region_no) : NULL;
	if (db == NULL || !informed_count(db, region ? region->code : NULL, &informed, &error))
		return reply_error(request, error);
	json_t *data = staff_frame(request, event, "staff_room_reports", "/staff/reports");
	json_object_set_new(
	        data, "may_names", json_boolean(request_staff(request)->role & ROLES_ROSTER));
	json_object_set_new(data, "own_region", json_boolean(request_staff(request)->region_no));
	json_object_set_new(data, "roster", named_data(request, "roster", asked));
	json_object_set_new(data, "no_shows", named_data(request, "no-shows", asked));
	json_object_set_new(data, "informed", named_data(request, "stay-informed", asked));
	const char *left = fields_get(request_query(request), "left");
	json_object_set_new(
	        data, "may_take_off", json_boolean(request_staff(request)->role & ROLES_CENTRE));
	json_object_set_new(data, "left",
	        left != NULL
	                ? json_string(locale_text(locale,
	                          *left == '1' ? "staff_informed_left" : "staff_informed_absent"))
	                : json_null());
	json_object_set_new(data, "informed_n",
	        staff_taken(locale_plural(locale, "staff_informed", informed, NULL)));
	return staff_reply(request, status, "staff_reports", data);
}

static Reply *
reports_page(Request *request)
{
	return show_reports(request, 200, NULL);
}

static Reply *
attendance_file(Request *request)
{
	return export_report(request, "attendance", NULL);
}

static Reply *
fees_file(Request *request)
{
	return export_report(request, "fees", NULL);
}

static Reply *
arrivals_file(Request *request)
{
	return export_report(request, "arrivals", NULL);
}

static Reply *
named_file(Request *request, const char *name)
{
	const char *given = fields_get(request_form(request), "reason");
	g_autofree char *reason = given ? text_tidy(given) : NULL;
	const gsize length = reason ? text_length(reason) : 0;
	if (length < REASON_MIN || length > REASON_MAX)
		return show_reports(request, 422, name);
	return export_report(request, name, reason);
}

static Reply *
roster_file(Request *request)
{
	return named_file(request, "roster");
}

static Reply *
no_shows_file(Request *request)
{
	return named_file(request, "no-shows");
}

/* The organisation's own list; a region lead's holds who chose their region. */
static Reply *
informed_file(Request *request)
{
	return named_file(request, "stay-informed");
}

/* ---- an address leaves the list ---- */

typedef struct {
	Record *record;
	char *folded;
	StaffNote note;
	gboolean there;
	GError *error;
} Leaving;

static void
leaving_free(gpointer data)
{
	Leaving *leaving = data;

	explicit_bzero(leaving->folded, strlen(leaving->folded));
	g_free(leaving->folded);
	g_free(leaving->note.who);
	g_clear_error(&leaving->error);
	g_free(leaving);
}

/* Nobody's address stands in the audit. */
static void
leave(gpointer data)
{
	Leaving *leaving = data;

	if (informed_leave_address(
	            leaving->record, leaving->folded, &leaving->there, &leaving->error) &&
	        leaving->there)
		writer_run(record_writer(leaving->record), staff_note, &leaving->note,
		        &leaving->error);
}

static Reply *
left(Request *request, gpointer data, const GError *error)
{
	Leaving *leaving = data;

	if (error != NULL || leaving->error != NULL)
		return reply_error(
		        request, error ? g_error_copy(error) : g_steal_pointer(&leaving->error));
	return reply_see_other(
	        request, leaving->there ? "/staff/reports?left=1" : "/staff/reports?left=0");
}

static Reply *
informed_take_off(Request *request)
{
	const StaffSession *session = request_staff(request);
	const char *email = fields_get(request_form(request), "email");
	g_autofree char *folded = email != NULL ? text_fold_email(email) : NULL;
	if (folded == NULL)
		return reply_see_other(request, "/staff/reports?left=0");
	Leaving *leaving = g_new0(Leaving, 1);
	leaving->record = request_record(request);
	leaving->folded = g_steal_pointer(&folded);
	leaving->note = (StaffNote){ .who = g_strdup(session->name),
		.act = (char *)"stay-informed",
		.detail = (char *)"an address was taken off the list",
		.now = request_now(request) };
	memcpy(leaving->note.event, session->event, EVENT_ID_BYTES);
	return reply_slow(request, FALSE, leave, left, leaving, leaving_free);
}

const Route staff_reports_routes[] = {
	{ HTTP_GET, "/staff/reports", FOR_STAFF, reports_page, .roles = ROLES_ALL },
	{ HTTP_GET, "/staff/reports/attendance.csv", FOR_STAFF, attendance_file,
	        .roles = ROLES_ALL },
	{ HTTP_GET, "/staff/reports/fees.csv", FOR_STAFF, fees_file, .roles = ROLES_ROSTER },
	{ HTTP_GET, "/staff/reports/arrivals.csv", FOR_STAFF, arrivals_file, .roles = ROLES_ALL },
	{ HTTP_POST, "/staff/reports/no-shows.csv", FOR_STAFF, no_shows_file,
	        .roles = ROLES_ROSTER },
	{ HTTP_POST, "/staff/reports/roster.csv", FOR_STAFF, roster_file, .roles = ROLES_ROSTER },
	{ HTTP_POST, "/staff/reports/stay-informed.csv", FOR_STAFF, informed_file,
	        .roles = ROLES_ROSTER },
	{ HTTP_POST, "/staff/reports/stay-informed/leave", FOR_STAFF, informed_take_off,
	        .body_max = 4096, .roles = ROLES_CENTRE },
	{ 0 },
};
