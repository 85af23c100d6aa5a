/*
 * /staff/people/:no/…: cancel somebody, take another option or other sessions for them whatever the option's times say, take
 * down their fee, show their link or make a new one. A region lead does so for their own region's people. Each is a line
 * of the audit; a look at the link too.
 */
#include "web/staff/places.h"

#include <string.h>

#include "checkin/qr.h"
#include "web/routes.h"
#include "web/ticket_change.h"
#include "web/ticket_own.h"

#define ACT_BODY_MAX 4096

/* ---- what the page says ---- */

static json_t *
wait_data(const Locale *locale, const Event *event, const PlacesOwn *own, const PlacesWait *wait,
        gint64 now)
{
	const EventSession *session =
	        wait->session_no ? event_session(event, wait->session_no) : NULL;
	const EventOption *option = event_option(event, own->option_no);
	const char *title = session != NULL ? event_text(event, session->title, locale_code(locale))
	        : option != NULL            ? event_text(event, option->title, locale_code(locale))
	                                    : "";
	g_autofree char *number = locale_number(locale, (gint64)wait->ahead + 1);
	g_autofree char *text = wait->offer > now
	        ? locale_end(locale, event, "desk_wait_offered", wait->offer)
	        : wait->queue != 0
	        ? locale_format(locale, "desk_wait_in_line", "number", number, NULL)
	        : g_strdup(locale_text(locale, "desk_wait_left"));

	return json_pack("{s:s, s:s}", "title", title, "text", text);
}

static json_t *
fee_data(const Locale *locale, const Event *event, const PlacesOwn *own)
{
	const EventOption *option = event_option(event, own->option_no);

	if (strcmp(own->fee, "free") == 0)
		return json_null();
	g_autofree char *money = option != NULL && option->fee_amount > 0
	        ? locale_money(locale, option->fee_amount, option->fee_currency)
	        : NULL;
	return json_pack("{s:s, s:s, s:b, s:b, s:b}", "money", money != NULL ? money : "", "state",
	        own_fee_text(locale, own->fee), "not_due", strcmp(own->fee, "due") != 0, "not_paid",
	        strcmp(own->fee, "paid") != 0, "not_waived", strcmp(own->fee, "waived") != 0);
}

gboolean
staff_places_add(Request *request, const Desk *desk, json_t *data, GError **error)
{
	const Locale *locale = request_locale(request);
	g_auto(PlacesOwn) own = { 0 };
	json_auto_t *list = json_array();

	if (!places_own(desk->db, desk->event, desk->person.id, &own, error))
		return FALSE;
	g_autoptr(GArray) waits = own.registration != 0
	        ? places_waits(desk->db, desk->event, own.registration, error)
	        : g_array_new(FALSE, FALSE, sizeof(PlacesWait));
	if (waits == NULL)
		return FALSE;
	for (guint i = 0; i < waits->len; i++) {
		const PlacesWait *wait = &g_array_index(waits, PlacesWait, i);
		if (wait->attendee == desk->person.id)
			json_array_append_new(list,
			        wait_data(locale, desk->event, &own, wait, request_now(request)));
	}
	json_object_set_new(data, "places",
	        json_pack("{s:b, s:O, s:o, s:b}", "active", own.active && !desk->person.spare,
	                "waits", list, "fee",
	                own.active ? fee_data(locale, desk->event, &own) : json_null(), "has_link",
	                own.registration != 0));
	return TRUE;
}

/* ---- cancelling, the fee ---- */

static Reply *
cancelled(Request *request, gpointer data, const GError *error)
{
	const DeskJob *job = data;
	Reply *failed = desk_job_failed(request, job, error);

	if (failed != NULL)
		return failed;
	switch (job->places.answer.outcome) {
	case PLACES_DONE:
		return desk_see(request, job->no, "cancelled");
	case PLACES_EVENT_CHANGED:
		return desk_see(request, job->no, "event-changed");
	case PLACES_WAITLISTED:
	case PLACES_NOTHING:
	case PLACES_FULL:
	case PLACES_CLOSED:
	case PLACES_CHOICE:
	case PLACES_MEANWHILE:
		break;
	}
	return desk_see(request, job->no, "cancelled-before");
}

static Reply *
person_cancel(Request *request)
{
	Desk desk;
	Reply *refused = NULL;
	if (!desk_open_person(request, &desk, &refused))
		return refused;
	DeskJob *job = desk_job_new(request, &desk, places_cancel_work, desk.person.ticket.mark);
	job->places = (PlacesWork){ .event = desk.event,
		.who = { 0, desk.person.id },
		.staff = request_staff(request)->name,
		.now = request_now(request) };
	return reply_after(request, region_work, cancelled, job, desk_job_free);
}

static Reply *
fee_set(Request *request, gpointer data, const GError *error)
{
	const DeskJob *job = data;
	Reply *failed = desk_job_failed(request, job, error);

	return failed ? failed
	              : desk_see(request, job->no,
	                        job->fee.answer.outcome == PLACES_DONE ? "fee-set" : "fee-same");
}

static Reply *
person_fee(Request *request)
{
	const char *word = fields_get(request_form(request), "state");
	Desk desk;
	Reply *refused = NULL;
	guint state = 0;
	while (fee_states[state] != NULL && g_strcmp0(fee_states[state], word) != 0)
		state++;
	if (fee_states[state] == NULL)
		return reply_status(request, 400);
	if (!desk_open_person(request, &desk, &refused))
		return refused;
	DeskJob *job = desk_job_new(request, &desk, places_fee_work, desk.person.ticket.mark);
	job->fee = (PlacesFee){ .event = desk.event,
		.attendee = desk.person.id,
		.state = (FeeState)state,
		.who = request_staff(request)->name,
		.now = request_now(request) };
	return reply_after(request, region_work, fee_set, job, desk_job_free);
}

/* ---- another option, other sessions ---- */

static Reply *
show_change(Request *request, const Desk *desk, int status, const Fields *typed, GArray *faults,
        const PlacesAnswer *refused)
{
	GError *error = NULL;
	g_auto(HolderPerson) known = { 0 };
	gboolean active = FALSE;
	const Changing changing = { .event = desk->event,
		.db = desk->db,
		.attendee = desk->person.id,
		.by_staff = TRUE,
		.typed = typed,
		.faults = faults,
		.refused = refused };

	if (!holder_person(desk->db, desk->keys, desk->person.id, &known, &error))
		return reply_error(request, error);
	json_t *data = staff_frame(request, desk->event, "desk_change_title", "/staff/people");
	json_object_set_new(data, "notice", json_null());
	if (!changing_add(request, &changing, data, &active, &error)) {
		json_decref(data);
		return reply_error(request, error);
	}
	if (!active) {
		json_decref(data);
		return desk_see(request, desk->person.no, "cancelled-before");
	}
	json_object_set_new(data, "no", json_integer(desk->person.no));
	json_object_set_new(data, "who",
	        known.person->name != NULL ? json_string(known.person->name) : json_null());
	return staff_reply(request, status, "staff_change", data);
}

static Reply *
person_change_form(Request *request)
{
	Desk desk;
	Reply *refused = NULL;

	return desk_open_person(request, &desk, &refused)
	        ? show_change(request, &desk, 200, NULL, NULL, NULL)
	        : refused;
}

static Reply *
person_changed(Request *request, gpointer data, const GError *error)
{
	const DeskJob *job = data;
	Reply *failed = desk_job_failed(request, job, error), *refused = NULL;
	Desk desk;

	if (failed != NULL)
		return failed;
	switch (job->places.answer.outcome) {
	case PLACES_DONE:
		return desk_see(request, job->no, "changed");
	case PLACES_WAITLISTED:
		return desk_see(request, job->no, "waits");
	case PLACES_NOTHING:
		return desk_see(request, job->no, "cancelled-before");
	case PLACES_FULL:
	case PLACES_CLOSED:
	case PLACES_CHOICE:
	case PLACES_EVENT_CHANGED:
	case PLACES_MEANWHILE:
		break;
	}
	if (!desk_open_person(request, &desk, &refused))
		return refused;
	return show_change(request, &desk, 409, request_form(request), NULL, &job->places.answer);
}

static Reply *
person_change(Request *request)
{
	g_autoptr(GArray) faults = intake_faults_new();
	PlacesWish wish;
	Desk desk;
	Reply *refused = NULL;
	if (!desk_open_person(request, &desk, &refused))
		return refused;
	const Changing changing = { .event = desk.event, .db = desk.db, .by_staff = TRUE };
	if (!changing_take(request, &changing, desk.keys, &wish, faults))
		return show_change(request, &desk, 422, request_form(request), faults, NULL);
	/* bound to the region, the work raises the event's version itself: their page was made from what they have */
	DeskJob *job = desk_job_new(request, &desk, places_change_work, desk.person.ticket.mark);
	wish.who = request_staff(request)->name;
	job->places = (PlacesWork){ .event = desk.event,
		.who = { 0, desk.person.id },
		.wish = wish,
		.now = request_now(request) };
	return reply_after(request, region_work, person_changed, job, desk_job_free);
}

/* ---- the link ---- */

/* Whose registration; 404 for who has none (a walk-in without a form has one; a spare ticket has not). */
static gboolean
link_of(Request *request, const Desk *desk, gint64 *ret_registration, gint64 *ret_link_no,
        Reply **ret_refused)
{
	GError *error = NULL;
	gboolean found = FALSE;

	if (!self_link_of(desk->db, desk->person.id, ret_registration, ret_link_no, &found, &error))
		*ret_refused = reply_error(request, error);
	else if (!found)
		*ret_refused = reply_status(request, 404);
	return found;
}

static Reply *
person_link_page(Request *request)
{
	GError *error = NULL;
	gint64 registration = 0, link_no = 0;
	char token[LINK_TOKEN_LENGTH + 1], seen[ID_HEX_LENGTH + 1];
	Desk desk;
	Reply *refused = NULL;
	if (!desk_open_person(request, &desk, &refused) ||
	        !link_of(request, &desk, &registration, &link_no, &refused))
		return refused;
	vault_link(desk.keys, LINK_TICKET, registration, link_no, token);
	g_autofree char *link = g_strdup_printf("%s/t/%s", request_base_url(request), token);
	g_autoptr(GBytes) picture = qr_svg_link(link, &error);
	if (picture == NULL)
		return reply_error(request, error);
	gsize length = 0;
	const guint8 *bytes = g_bytes_get_data(picture, &length);
	g_autofree char *text = g_base64_encode(bytes, length);
	g_autofree char *source = g_strdup_printf("data:image/svg+xml;base64,%s", text);
	json_t *data = staff_frame(request, desk.event, "desk_link_title", "/staff/people");
	id_to_hex(link_no, seen);
	json_object_set_new(data, "no", json_integer(desk.person.no));
	json_object_set_new(data, "link", json_string(link));
	json_object_set_new(data, "picture", json_string(source));
	json_object_set_new(data, "seen", json_string(seen));
	json_object_set_new(data, "notice", desk_notice(request));
	return desk_look(request, &desk, "link.look", g_strdup_printf("holder %u", desk.person.no),
	        "staff_link", data);
}

static Reply *
person_linked(Request *request, gpointer data, const GError *error)
{
	const DeskJob *job = data;
	Reply *failed = desk_job_failed(request, job, error);

	if (failed != NULL)
		return failed;
	g_autofree char *url = g_strdup_printf("/staff/people/%u/link?done=%s", job->no,
	        job->link.outcome == SELF_DONE ? "new-link" : "link-same");
	return reply_see_other(request, url);
}

static Reply *
person_link(Request *request)
{
	const char *seen = fields_get(request_form(request), "seen");
	gint64 registration = 0, link_no = 0, link_seen = 0;
	Desk desk;
	Reply *refused = NULL;
	if (!desk_open_person(request, &desk, &refused) ||
	        !link_of(request, &desk, &registration, &link_no, &refused))
		return refused;
	if (seen == NULL || !id_from_hex(seen, &link_seen))
		return reply_status(request, 400);
	DeskJob *job = desk_job_new(request, &desk, self_link_work, desk.person.ticket.mark);
	job->link = (SelfLink){ .event = desk.event,
		.registration = registration,
		.link_no = link_seen,
		.staff = request_staff(request)->name,
		.now = request_now(request) };
	return reply_after(request, region_work, person_linked, job, desk_job_free);
}

const Route staff_places_routes[] = {
	{ HTTP_POST, "/staff/people/:no/fee", FOR_STAFF, person_fee, .body_max = ACT_BODY_MAX,
	        .roles = ROLES_DESK },
	{ HTTP_GET, "/staff/people/:no/change", FOR_STAFF, person_change_form,
	        .roles = ROLES_DESK },
	{ HTTP_POST, "/staff/people/:no/change", FOR_STAFF, person_change, .roles = ROLES_DESK },
	{ HTTP_GET, "/staff/people/:no/link", FOR_STAFF, person_link_page, .roles = ROLES_DESK },
	{ HTTP_POST, "/staff/people/:no/link", FOR_STAFF, person_link, .body_max = ACT_BODY_MAX,
	        .roles = ROLES_DESK },
	{ HTTP_POST, "/staff/people/:no/cancel", FOR_STAFF, person_cancel, .body_max = ACT_BODY_MAX,
	        .roles = ROLES_DESK },
	{ 0 },
};
