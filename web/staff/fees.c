/*
 * /staff/fees: who owes what, by delegation, and all of a delegation at once taken down as paid or waived, as when a captain pays
 * for the group. A region lead sees and does so for their own region's. Each is a line of the audit.
 */
#include <string.h>

#include "schema/places.h"
#include "web/routes.h"
#include "web/staff/desk.h"
#include "web/staff_page.h"

static json_t *
row_data(const Locale *locale, const Event *event, const PlacesFees *fees)
{
	const EventDelegation *delegation = event_delegation(event, fees->delegation_no);
	g_autofree char *due = locale_number(locale, fees->n[FEE_DUE]);
	g_autofree char *paid = locale_number(locale, fees->n[FEE_PAID]);
	g_autofree char *waived = locale_number(locale, fees->n[FEE_WAIVED]);
	g_autofree char *id = g_strdup_printf("d%u", fees->delegation_no);

	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:b}", "id", id, "name",
	        delegation != NULL                 ? delegation->name
	                : fees->delegation_no == 0 ? locale_text(locale, "staff_fees_alone")
	                                           : id,
	        "code", delegation != NULL ? delegation->code : "", "due", due, "paid", paid,
	        "waived", waived, "may", delegation != NULL && fees->n[FEE_DUE] > 0);
}

/* "3 · $45.00"; nothing for nobody. */
static json_t *
count_text(const Locale *locale, const EventOption *option, gint64 n, gint64 sum)
{
	g_autofree char *number = locale_number(locale, n);
	g_autofree char *money = n > 0 && option != NULL && option->fee_amount > 0
	        ? locale_money(locale, sum, option->fee_currency)
	        : NULL;

	return json_pack("{s:s, s:s?}", "n", number, "sum", money);
}

/* By region and option, where there is somebody. */
static json_t *
counts_data(const Locale *locale, const Event *event, const GArray *counts)
{
	json_t *rows = json_array();

	for (guint i = 0; i < counts->len; i++) {
		const PlacesFeeCount *count = &g_array_index(counts, PlacesFeeCount, i);
		const EventRegion *region = event_region(event, count->region_no);
		const EventOption *option = event_option(event, count->option_no);
		json_t *states = json_array();
		gint64 all = 0;
		for (guint j = 0; j < FEE_STATES; j++) {
			all += count->n[j];
			json_array_append_new(
			        states, count_text(locale, option, count->n[j], count->sum[j]));
		}
		if (all > 0)
			json_array_append_new(rows,
			        json_pack("{s:s, s:s, s:O}", "region",
			                region ? event_text(
			                                 event, region->name, locale_code(locale))
			                       : "",
			                "option",
			                option ? event_text(
			                                 event, option->title, locale_code(locale))
			                       : "",
			                "states", states));
		json_decref(states);
	}
	return rows;
}

static Reply *
fees_page(Request *request)
{
	GError *error = NULL;
	const Locale *locale = request_locale(request);
	const Event *event = staff_event(request, &error);
	Db *db = event != NULL ? request_db(request, &error) : NULL;
	g_autoptr(GArray) fees = db != NULL
	        ? places_fees(db, event, request_staff(request)->region_no, &error)
	        : NULL;
	g_autoptr(GArray) counts = fees != NULL
	        ? places_fee_counts(db, event, request_staff(request)->region_no, &error)
	        : NULL;
	if (counts == NULL)
		return reply_error(request, error);
	json_t *data = staff_frame(request, event, "staff_fees_title", "/staff/people");
	json_t *rows = json_array();
	for (guint i = 0; i < fees->len; i++)
		json_array_append_new(
		        rows, row_data(locale, event, &g_array_index(fees, PlacesFees, i)));
	json_object_set_new(data, "has_rows", json_boolean(fees->len > 0));
	json_object_set_new(data, "rows", rows);
	json_object_set_new(data, "counts", counts_data(locale, event, counts));
	json_object_set_new(data, "notice", desk_notice(request));
	return staff_reply(request, 200, "staff_fees", data);
}

typedef struct {
	PlacesFee fee; /* first: it is what the writer is given */
	Event *event;
	char *who;
} Job;

static void
job_free(gpointer data)
{
	Job *job = data;

	g_clear_pointer(&job->event, event_unref);
	g_free(job->who);
	g_free(job);
}

static Reply *
fees_done(Request *request, gpointer data, const GError *error)
{
	const Job *job = data;

	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	return reply_see_other(request,
	        job->fee.answer.outcome == PLACES_DONE ? "/staff/fees?done=fee-set"
	                                               : "/staff/fees?done=fee-same");
}

static Reply *
fees_set(Request *request)
{
	GError *error = NULL;
	const StaffSession *session = request_staff(request);
	const char *code = fields_get(request_form(request), "delegation");
	const char *word = fields_get(request_form(request), "state");
	const Event *event = staff_event(request, &error);
	if (event == NULL)
		return reply_error(request, error);
	const EventDelegation *delegation =
	        code != NULL ? event_delegation_by_code(event, code) : NULL;
	const gboolean paid = g_strcmp0(word, fee_states[FEE_PAID]) == 0;
	if (!paid && g_strcmp0(word, fee_states[FEE_WAIVED]) != 0)
		return reply_status(request, 400);
	if (delegation == NULL ||
	        (session->region_no != 0 && delegation->region_no != session->region_no))
		return reply_status(request, 404);
	Job *job = g_new0(Job, 1);
	job->event = event_ref((Event *)event);
	job->who = g_strdup(session->name);
	job->fee = (PlacesFee){ .event = job->event,
		.delegation_no = delegation->no,
		.state = paid ? FEE_PAID : FEE_WAIVED,
		.who = job->who,
		.now = request_now(request) };
	return reply_after(request, places_fee_work, fees_done, job, job_free);
}

const Route staff_fees_routes[] = {
	{ HTTP_GET, "/staff/fees", FOR_STAFF, fees_page, .roles = ROLES_DESK },
	{ HTTP_POST, "/staff/fees", FOR_STAFF, fees_set, .body_max = 4096, .roles = ROLES_DESK },
	{ 0 },
};
