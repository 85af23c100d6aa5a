/*
 * /staff/spares: spare tickets are made in advance, a sheet at a time, and printed from the browser: A4 or US Letter, twelve a
 * page, each with its QR code, the code to type and its number. Nothing on paper names the event unless whoever
 * prints asks for it.
 */
#include <string.h>

#include "checkin/qr.h"
#include "checkin/ticket.h"
#include "schema/spare.h"
#include "web/routes.h"
#include "web/staff_page.h"

#define TICKETS_A_PAGE 12
#define LABEL_MAX      60

/* ---- the sheets ---- */

static json_t *
sheet_data(const Locale *locale, const Event *event, const SpareSheet *sheet)
{
	const EventRegion *region = event_region(event, sheet->region_no);
	const gint64 used = (gint64)sheet->n - sheet->free - sheet->with_person;

	return json_pack("{s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:i, s:i}", "ref", sheet->ref, "made",
	        staff_taken(locale_date_time(locale, event, sheet->made)), "region",
	        region ? event_text(event, region->name, locale_code(locale)) : "", "n",
	        staff_taken(locale_number(locale, sheet->n)), "free",
	        staff_taken(locale_number(locale, sheet->free)), "used",
	        staff_taken(locale_number(locale, used)), "with_person",
	        staff_taken(locale_number(locale, sheet->with_person)), "all", (int)sheet->n,
	        "gone", (int)(sheet->n - sheet->free));
}

typedef struct {
	guint16 region_no;
	gint64 n, free, with_person;
} RegionSum;

/* How many are out, by the region for which they were printed. */
static json_t *
sums_data(const Locale *locale, const Event *event, const GPtrArray *sheets)
{
	json_t *list = json_array();

	for (guint i = 0; i < event->regions->len; i++) {
		const EventRegion *region = g_ptr_array_index(event->regions, i);
		RegionSum sum = { 0 };
		for (guint k = 0; k < sheets->len; k++) {
			const SpareSheet *sheet = g_ptr_array_index(sheets, k);
			if (sheet->region_no != region->no)
				continue;
			sum.n += sheet->n;
			sum.free += sheet->free;
			sum.with_person += sheet->with_person;
		}
		if (sum.n == 0)
			continue;
		json_array_append_new(list,
		        json_pack("{s:s, s:o, s:o, s:o, s:o}", "region",
		                event_text(event, region->name, locale_code(locale)), "n",
		                staff_taken(locale_number(locale, sum.n)), "free",
		                staff_taken(locale_number(locale, sum.free)), "used",
		                staff_taken(
		                        locale_number(locale, sum.n - sum.free - sum.with_person)),
		                "with_person",
		                staff_taken(locale_number(locale, sum.with_person))));
	}
	return list;
}

static json_t *
regions_data(const Locale *locale, const Event *event)
{
	const guint16 preset = holder_region_default(event);
	json_t *list = json_array();

	for (guint i = 0; i < event->regions->len; i++) {
		const EventRegion *region = g_ptr_array_index(event->regions, i);
		json_array_append_new(list,
		        json_pack("{s:s, s:s, s:b}", "code", region->code, "text",
		                event_text(event, region->name, locale_code(locale)), "checked",
		                region->no == preset));
	}
	return list;
}

static Reply *
show_spares(Request *request, int status, const char *fault_key)
{
	GError *error = NULL;
	g_autoptr(GPtrArray) sheets = NULL;
	const Locale *locale = request_locale(request);
	const Event *event = staff_event(request, &error);
	Db *db = event ? request_db(request, &error) : NULL;
	if (db == NULL || !spare_sheets(db, event, &sheets, &error))
		return reply_error(request, error);
	json_t *data = staff_frame(request, event, "staff_room_spares", "/staff/spares");
	json_t *list = json_array();
	for (guint i = 0; i < sheets->len; i++)
		json_array_append_new(
		        list, sheet_data(locale, event, g_ptr_array_index(sheets, i)));
	json_object_set_new(data, "has_sheets", json_boolean(sheets->len > 0));
	json_object_set_new(data, "sheets", list);
	json_object_set_new(data, "sums", sums_data(locale, event, sheets));
	json_object_set_new(data, "regions", regions_data(locale, event));
	json_object_set_new(data, "fault",
	        fault_key ? json_string(locale_text(locale, fault_key)) : json_null());
	return staff_reply(request, status, "staff_spares", data);
}

static Reply *
spares_page(Request *request)
{
	return show_spares(request, 200, NULL);
}

/* ---- making one ---- */

static void
work_free(gpointer data)
{
	spare_work_free(data);
}

static Reply *
made(Request *request, gpointer data, const GError *error)
{
	const SpareWork *work = data;

	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	if (work->outcome != SPARE_MADE && work->outcome != SPARE_MADE_BEFORE)
		return show_spares(request, 409, "spare_fault_no_numbers");
	g_autofree char *ref = g_uri_escape_string(work->made_ref, NULL, FALSE);
	g_autofree char *url = g_strdup_printf("/staff/spares/%s", ref);
	return reply_see_other(request, url);
}

static Reply *
spares_make(Request *request)
{
	const char *count = fields_get(request_form(request), "n");
	const char *code = fields_get(request_form(request), "region");
	GError *error = NULL;
	guint64 n = 0;
	const Event *event = staff_event(request, &error);
	VaultEvent *keys = event
	        ? vault_event(record_vault(request_record(request)), event->id, &error)
	        : NULL;
	if (keys == NULL)
		return reply_error(request, error);
	const EventRegion *region = code ? event_region_by_code(event, code) : NULL;
	if (count == NULL || region == NULL ||
	        !g_ascii_string_to_unsigned(count, 10, 1, SPARES_MAX, &n, NULL))
		return show_spares(request, 422, "spare_fault_n");
	SpareWork *work = spare_work_new(event, keys, request_staff(request)->name, NULL,
	        region->no, (guint)n, request_now(request));
	return reply_after(request, spare_work, made, work, work_free);
}

/* ---- a sheet, to be printed ---- */

/* The tickets of the path's sheet, owned; NULL with the answer. */
static GArray *
open_sheet(Request *request, const Event **ret_event, Reply **ret_refused)
{
	GError *error = NULL;
	g_autoptr(GArray) tickets = NULL;
	const Event *event = staff_event(request, &error);
	Db *db = event ? request_db(request, &error) : NULL;
	if (db == NULL ||
	        !spare_tickets(db, event, request_param(request, "sheet"), &tickets, &error)) {
		*ret_refused = reply_error(request, error);
		return NULL;
	}
	if (tickets->len == 0) {
		*ret_refused = reply_status(request, 404);
		return NULL;
	}
	*ret_event = event;
	return g_steal_pointer(&tickets);
}

/* The QR code lies in the page itself, so that a printer never waits for a thousand of them. */
static json_t *
ticket_data(const Locale *locale, const Event *event, VaultEvent *keys, const SpareTicket *ticket,
        GError **error)
{
	char code[TYPED_CODE_SHOWN_LENGTH + 1], text[T1_TEXT_LENGTH + 1];
	gsize length = 0;

	typed_code_show(ticket->ticket.typed_code, code);
	ticket_text(event, keys, &ticket->ticket, text);
	g_autoptr(GBytes) picture = qr_svg(text, NULL, error);
	if (picture == NULL)
		return NULL;
	const guchar *bytes = g_bytes_get_data(picture, &length);
	g_autofree char *base64 = g_base64_encode(bytes, length);
	return json_pack("{s:o, s:s, s:o}", "number",
	        staff_taken(locale_number(locale, ticket->no)), "code", code, "picture",
	        json_sprintf("data:image/svg+xml;base64,%s", base64));
}

/* Pages of TICKETS_A_PAGE. A ticket that is out already is not printed again: two papers would be one ticket. */
static json_t *
pages_data(const Locale *locale, const Event *event, VaultEvent *keys, const GArray *tickets,
        GError **error)
{
	json_auto_t *pages = json_array();
	json_t *page = NULL;

	for (guint i = 0; i < tickets->len; i++) {
		const SpareTicket *ticket = &g_array_index(tickets, SpareTicket, i);
		if (ticket->state != SPARE_FREE)
			continue;
		if (page == NULL || json_array_size(page) == TICKETS_A_PAGE) {
			page = json_array();
			json_array_append_new(pages, json_pack("{s:o}", "tickets", page));
		}
		json_t *data = ticket_data(locale, event, keys, ticket, error);
		if (data == NULL)
			return NULL;
		json_array_append_new(page, data);
	}
	return json_incref(pages);
}

static Reply *
sheet_page(Request *request)
{
	const Locale *locale = request_locale(request);
	const char *sheet = request_param(request, "sheet");
	const char *label = fields_get(request_query(request), "label");
	const char *paper = fields_get(request_query(request), "paper");
	GError *error = NULL;
	const Event *event = NULL;
	Reply *refused = NULL;
	g_autoptr(GArray) tickets = open_sheet(request, &event, &refused);
	if (tickets == NULL)
		return refused;
	VaultEvent *keys = vault_event(record_vault(request_record(request)), event->id, &error);
	json_t *pages = keys ? pages_data(locale, event, keys, tickets, &error) : NULL;
	if (pages == NULL)
		return reply_error(request, error);
	json_t *data = staff_frame(request, event, "spare_sheet", "/staff/spares");
	json_object_set_new(data, "ref", json_string(sheet));
	json_object_set_new(data, "has_pages", json_boolean(json_array_size(pages) > 0));
	json_object_set_new(data, "pages", pages);
	json_object_set_new(data, "label",
	        label && *label && g_utf8_strlen(label, -1) <= LABEL_MAX ? json_string(label)
	                                                                 : json_null());
	json_object_set_new(data, "a4", json_boolean(g_strcmp0(paper, "a4") == 0));
	return staff_reply(request, 200, "staff_spares_sheet", data);
}

const Route staff_spares_routes[] = {
	{ HTTP_GET, "/staff/spares", FOR_STAFF, spares_page, .roles = ROLES_CENTRE },
	{ HTTP_POST, "/staff/spares", FOR_STAFF, spares_make, .body_max = 4096,
	        .roles = ROLES_CENTRE },
	{ HTTP_GET, "/staff/spares/:sheet", FOR_STAFF, sheet_page, .roles = ROLES_CENTRE },
	{ 0 },
};
