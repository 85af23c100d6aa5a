#include "web/staff/desk.h"

#include <string.h>

#include "schema/id.h"
#include "web/done.h"

/* ---- whose ---- */

gboolean
desk_open(Request *request, Desk *ret, Reply **ret_refused)
{
	GError *error = NULL;
	const Event *event = staff_event(request, &error);
	VaultEvent *keys = event
	        ? vault_event(record_vault(request_record(request)), event->id, &error)
	        : NULL;
	Db *db = keys ? request_db(request, &error) : NULL;

	if (db == NULL) {
		*ret_refused = reply_error(request, error);
		return FALSE;
	}
	*ret = (Desk){ .event = event,
		.keys = keys,
		.db = db,
		.region_no = request_staff(request)->region_no };
	return TRUE;
}

gboolean
desk_open_person(Request *request, Desk *ret, Reply **ret_refused)
{
	GError *error = NULL;
	guint64 no = 0;
	gboolean found = FALSE;

	if (!desk_open(request, ret, ret_refused))
		return FALSE;
	if (g_ascii_string_to_unsigned(request_param(request, "no"), 10, 1, 0xffffff, &no, NULL) &&
	        !desk_person_by_no(ret->db, ret->event, ret->region_no, (guint32)no, &ret->person,
	                &found, &error)) {
		*ret_refused = reply_error(request, error);
		return FALSE;
	}
	if (!found)
		*ret_refused = reply_status(request, 404);
	return found;
}

HolderAct
desk_act(Request *request, const Desk *desk)
{
	return (HolderAct){ desk->event, desk->keys, request_staff(request)->name,
		request_now(request) };
}

/* ---- works ---- */

DeskJob *
desk_job_new(Request *request, const Desk *desk, DbWork work, gint64 mark)
{
	DeskJob *job = g_new0(DeskJob, 1);

	job->bound = (RegionWork){ .work = work,
		.data = &job->reissue,
		.event = desk->event,
		.region_no = desk->region_no,
		.marks = { mark },
		.marks_n = 1 };
	job->no = desk->person.no;
	return job;
}

void
desk_job_free(gpointer data)
{
	DeskJob *job = data;

	for (guint i = 0; i < SEALED_CLASSES; i++)
		g_clear_pointer(&job->sealed[i], g_bytes_unref);
	g_free(job);
}

Reply *
desk_job_failed(Request *request, const DeskJob *job, const GError *error)
{
	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	return job->bound.refused ? reply_status(request, 404) : NULL;
}

/* ---- what was done ---- */

static const Done words[] = {
	{ "checked-in", "desk_done_checked_in", TRUE },
	{ "admitted", "desk_done_admitted", TRUE },
	{ "was-in", "desk_done_was_in", TRUE },
	{ "used", "desk_done_used", FALSE },
	{ "not-listed", "desk_done_not_listed", FALSE },
	{ "not-valid", "desk_done_not_valid", FALSE },
	{ "undone", "desk_done_undone", TRUE },
	{ "joined", "desk_done_joined", TRUE },
	{ "not-joined", "desk_done_not_joined", TRUE },
	{ "nothing", "desk_done_nothing", FALSE },
	{ "attached", "desk_done_attached", TRUE },
	{ "merged", "desk_done_merged", TRUE },
	{ "same", "desk_done_same", FALSE },
	{ "no-code", "desk_done_no_code", FALSE },
	{ "no-spare", "desk_done_no_spare", FALSE },
	{ "reissued", "desk_done_reissued", TRUE },
	{ "walked-in", "desk_done_walked_in", TRUE },
	{ "cancelled", "desk_done_cancelled", TRUE },
	{ "cancelled-before", "desk_done_cancelled_before", FALSE },
	{ "event-changed", "desk_fault_changed", FALSE },
	{ "changed", "desk_done_changed", TRUE },
	{ "waits", "desk_done_waits", TRUE },
	{ "fee-set", "desk_done_fee", TRUE },
	{ "fee-same", "desk_done_fee_same", FALSE },
	{ "new-link", "desk_done_link", TRUE },
	{ "link-same", "desk_done_link_same", FALSE },
	{ "released", "alarm_done_released", TRUE },
	{ "looked-at", "alarm_done_looked_at", TRUE },
	{ "voided", "alarm_done_voided", TRUE },
};

Reply *
desk_see(Request *request, guint32 no, const char *done)
{
	g_autofree char *url = g_strdup_printf("/staff/people/%u?done=%s", no, done);

	return reply_see_other(request, url);
}

json_t *
desk_notice(Request *request)
{
	return done_notice(request, words, G_N_ELEMENTS(words));
}

json_t *
desk_fault(const Locale *locale, const char *key)
{
	return json_pack("{s:s, s:b}", "text", locale_text(locale, key), "good", FALSE);
}

/* ---- looks ---- */

typedef struct {
	AuditWork work; /* first: it is what the writer is given */
	char *detail;
	const char *template_name;
	json_t *data;
} LookJob;

static void
look_job_free(gpointer data)
{
	LookJob *job = data;

	g_free(job->detail);
	json_decref(job->data);
	g_free(job);
}

static Reply *
looked(Request *request, gpointer data, const GError *error)
{
	LookJob *job = data;

	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	return staff_reply(request, 200, job->template_name, g_steal_pointer(&job->data));
}

Reply *
desk_look(Request *request, const Desk *desk, const char *deed, char *detail,
        const char *template_name, json_t *data)
{
	LookJob *job = g_new0(LookJob, 1);

	job->detail = detail;
	job->template_name = template_name;
	job->data = data;
	job->work = (AuditWork){ .act = desk_act(request, desk), .deed = deed, .detail = detail };
	return reply_after(request, audit_work, looked, job, look_job_free);
}

/* ---- small things ---- */

gint64
desk_number(void)
{
	gint64 number = 0;

	while (number == 0)
		random_bytes(&number, sizeof number);
	return number;
}

gint64
desk_number_of_form(Request *request)
{
	const char *given = fields_get(request_form(request), "act");
	gint64 number = 0;

	return given != NULL && id_from_hex(given, &number) && number != 0 ? number : desk_number();
}

json_t *
desk_number_json(void)
{
	char hex[ID_HEX_LENGTH + 1];

	id_to_hex(desk_number(), hex);
	return json_string(hex);
}

json_t *
desk_code_json(const char *typed_code)
{
	char shown[TYPED_CODE_SHOWN_LENGTH + 1];

	typed_code_show(typed_code, shown);
	return json_string(shown);
}

json_t *
desk_regions(Request *request, const Desk *desk, guint16 chosen)
{
	const char *lang = locale_code(request_locale(request));
	json_t *list = json_array();

	for (guint i = 0; i < desk->event->regions->len; i++) {
		const EventRegion *region = g_ptr_array_index(desk->event->regions, i);
		if (desk->region_no != 0 && region->no != desk->region_no)
			continue;
		json_array_append_new(list,
		        json_pack("{s:s, s:s, s:b}", "code", region->code, "text",
		                event_text(desk->event, region->name, lang), "checked",
		                region->no == chosen));
	}
	return list;
}
