/*
 * /e/{event}/delegation: an organisation registers its own group, and works at once: its captain has a ticket and the group's
 * page. Groups that agreed to be seen are listed there, with the way to ask whether one may join.
 */
#include <string.h>

#include "schema/id.h"
#include "schema/text.h"
#include "web/captain.h"
#include "web/routes.h"
#include "web/page.h"
#include "web/staff_page.h"

#define TRAP_MS 2000 /* nobody reads and answers the form this fast */

typedef struct {
	const Event *event;
	const Locale *locale;
	const Fields *typed; /* NULL: a fresh form */
	gint64 now;
} Look;

/* ---- the form ---- */

static json_t *
field_json(const Look *look, const char *field, const char *name, const char *label_key,
        const char *type, const GArray *faults)
{
	const char *value = look->typed != NULL ? fields_get(look->typed, name) : NULL;
	const Captain as = {
		.locale = look->locale, .event = (Event *)look->event, .now = look->now
	};
	g_autofree char *fault = NULL;

	for (guint i = 0; faults != NULL && i < faults->len; i++) {
		const IntakeFault *one = &g_array_index(faults, IntakeFault, i);
		if (fault == NULL && strcmp(one->field, name) == 0)
			fault = captain_fault(look->locale, one);
	}
	json_t *data = captain_field(&as, field, name, name, value, fault);
	if (label_key != NULL)
		json_object_set_new(
		        data, "label", json_string(locale_text(look->locale, label_key)));
	if (type != NULL)
		json_object_set_new(data, "type", json_string(type));
	if (g_strcmp0(type, "number") == 0)
		json_object_set_new(data, "maxlength", json_null());
	return data;
}

static json_t *
region_field(const Look *look, const GArray *faults)
{
	json_t *data = field_json(look, "region", "region", "delegation_region", NULL, faults);
	json_t *choices = json_array();
	const char *value = look->typed != NULL ? fields_get(look->typed, "region") : NULL;

	json_array_append_new(choices,
	        json_pack("{s:s, s:s, s:b}", "code", "", "text",
	                locale_text(look->locale, "form_choose"), "checked", value == NULL));
	for (guint i = 0; i < look->event->regions->len; i++) {
		const EventRegion *region = g_ptr_array_index(look->event->regions, i);
		json_array_append_new(choices,
		        json_pack("{s:s, s:s, s:b}", "code", region->code, "text",
		                event_text(look->event, region->name, locale_code(look->locale)),
		                "checked", g_strcmp0(region->code, value) == 0));
	}
	json_object_set_new(data, "choices", choices);
	json_object_set_new(data, "has_choices", json_true());
	return data;
}

static json_t *
form_fields(const Look *look, const GArray *faults)
{
	g_auto(GStrv) fields = captain_fields(look->event);
	json_t *list = json_array();

	json_array_append_new(
	        list, field_json(look, "name", "org", "delegation_org", NULL, faults));
	json_array_append_new(list, region_field(look, faults));
	json_array_append_new(list,
	        field_json(look, "name", "expected", "delegation_expected", "number", faults));
	json_array_append_new(
	        list, field_json(look, "name", "name", "delegation_captain", NULL, faults));
	json_array_append_new(
	        list, field_json(look, "email", "email", "delegation_email", "email", faults));
	json_array_append_new(
	        list, field_json(look, "phone", "phone", "delegation_phone", "tel", faults));
	for (guint i = 0; fields[i] != NULL; i++)
		if (strcmp(fields[i], "option") == 0 || strcmp(fields[i], "stop") == 0 ||
		        g_str_has_prefix(fields[i], "session_"))
			json_array_append_new(
			        list, field_json(look, fields[i], fields[i], NULL, NULL, faults));
	return list;
}

static json_t *
listed_groups(const Look *look)
{
	json_t *list = json_array();

	for (guint i = 0; i < look->event->delegations->len; i++) {
		const EventDelegation *group = g_ptr_array_index(look->event->delegations, i);
		const EventRegion *region = event_region(look->event, group->region_no);
		if (!group->listed || group->closed)
			continue;
		json_array_append_new(list,
		        json_pack("{s:s, s:s, s:o}", "name", group->name, "region",
		                region ? event_text(look->event, region->name,
		                                 locale_code(look->locale))
		                       : "",
		                "url",
		                staff_taken(g_strdup_printf("/e/%s/register?delegation=%s",
		                        look->event->slug, group->code))));
	}
	return list;
}

static json_t *
fault_links(const json_t *fields)
{
	json_t *list = json_array();
	gsize i;
	json_t *field;

	json_array_foreach (fields, i, field)
		if (json_is_string(json_object_get(field, "fault")))
			json_array_append_new(list,
			        json_pack("{s:O, s:o}", "id", json_object_get(field, "id"), "text",
			                staff_taken(g_strdup_printf("%s: %s",
			                        json_string_value(json_object_get(field, "label")),
			                        json_string_value(
			                                json_object_get(field, "fault"))))));
	return list;
}

static gboolean
any_open(const Look *look)
{
	for (guint i = 0; i < look->event->options->len; i++)
		if (event_option_open(
		            look->event, g_ptr_array_index(look->event->options, i), look->now))
			return TRUE;
	return FALSE;
}

/* @word_key: on top, nullable. */
static Reply *
show(Request *request, int status, const Look *look, const GArray *faults, const char *word_key)
{
	GError *error = NULL;
	char submission[SUBMISSION_TEXT_LENGTH + 1], csrf[CSRF_TEXT_LENGTH + 1];
	guint8 bytes[SUBMISSION_BYTES];
	VaultEvent *keys =
	        vault_event(record_vault(request_record(request)), look->event->id, &error);
	if (keys == NULL)
		return reply_error(request, error);
	const char *kept = look->typed != NULL ? fields_get(look->typed, "submission") : NULL;
	if (kept != NULL && submission_parse(kept, bytes))
		g_strlcpy(submission, kept, sizeof submission);
	else
		submission_new(request_now_ms(request), submission);
	submission_parse(submission, bytes);
	vault_csrf(keys, bytes, look->now, csrf);
	json_t *fields = form_fields(look, faults), *groups = listed_groups(look);
	json_t *wrong = fault_links(fields);
	g_autofree char *action = g_strdup_printf("/e/%s/delegation", look->event->slug);
	json_t *data = json_pack(
	        "{s:s, s:s, s:b, s:{s:o, s:s}, s:s?, s:s, s:s, s:s, s:b, s:b, s:b}", "page_title",
	        locale_text(look->locale, "delegation_title"), "title",
	        locale_text(look->locale, "delegation_title"), "has_languages", TRUE, "home", "url",
	        staff_taken(g_strdup_printf("/e/%s", look->event->slug)), "title",
	        event_text(look->event, look->event->title, locale_code(look->locale)), "contact",
	        look->event->contact, "action", action, "submission", submission, "csrf", csrf,
	        "open", any_open(look), "listed",
	        look->typed != NULL && fields_get(look->typed, "listed") != NULL, "again",
	        word_key != NULL);
	json_object_set_new(data, "has_faults", json_boolean(json_array_size(wrong) > 0));
	json_object_set_new(data, "faults", wrong);
	json_object_set_new(data, "fields", fields);
	json_object_set_new(data, "has_groups", json_boolean(json_array_size(groups) > 0));
	json_object_set_new(data, "groups", groups);
	json_object_set_new(data, "word",
	        word_key ? json_string(locale_text(look->locale, word_key)) : json_null());
	return reply_page(request, status, "delegation", data);
}

static Reply *
delegation_form(Request *request)
{
	GError *error = NULL;
	const Event *event = request_event(request, &error);
	if (event == NULL)
		return reply_error(request, error);
	const Look look = { event, request_locale(request), NULL, request_now(request) };
	return show(request, 200, &look, NULL, NULL);
}

/* ---- what was sent ---- */

typedef struct {
	Event *event;
	VaultEvent *keys;
	char *name;
	Registration *asked;
	DelegationFoundWork work;
} Founding;

static void
founding_free(gpointer data)
{
	Founding *founding = data;

	registration_free(founding->asked);
	g_clear_pointer(&founding->event, event_unref);
	g_free(founding->name);
	g_free(founding);
}

static gboolean
found_work(Db *db, gpointer data, GError **error)
{
	return delegation_found_work(db, &((Founding *)data)->work, error);
}

static Reply *
founded(Request *request, gpointer data, const GError *error)
{
	const Founding *founding = data;
	const DelegationWork *made = &founding->work.delegation;
	const PlaceAnswer *place = &founding->work.place.answer;
	const Look look = { founding->event, request_locale(request), request_form(request),
		request_now(request) };
	char token[LINK_TOKEN_LENGTH + 1];

	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	event_shelf_forget(request_shelf(request));
	if (made->outcome == DELEGATION_TOO_MANY)
		return show(request, 409, &look, NULL, "delegation_too_many");
	if (made->outcome == DELEGATION_DONE && place->outcome != PLACE_TAKEN &&
	        place->outcome != PLACE_WAITLISTED)
		return show(request, 409, &look, NULL,
		        place->outcome == PLACE_FULL ? "captain_rows_full" : "notice_changed_text");
	delegation_link(founding->event, founding->keys, made->no, made->link_no, token);
	g_autofree char *path = captain_path(token, "new");
	return reply_see_other(request, path);
}

static const char *
form_value(gpointer data, const char *name, guint nth)
{
	const Look *look = data;
	const char *value = fields_nth(look->typed, name, nth);

	if (strcmp(name, "contact") == 0 && nth == 0) {
		const char *email = fields_get(look->typed, "email");
		const char *phone = fields_get(look->typed, "phone");
		return email != NULL && *email != '\0'    ? "email"
		        : phone != NULL && *phone != '\0' ? "phone"
		                                          : "email"; /* one of the two has to be */
	}
	if (strcmp(name, "captain") == 0)
		return nth == 0 ? "yes" : NULL;
	if (strcmp(name, "delegation") == 0 || strcmp(name, "county") == 0)
		return NULL;
	const char *stop = nth == 0 ? fields_get(look->typed, "stop") : NULL;
	const EventSession *session =
	        stop != NULL ? intake_session_of_stop(look->event, name, stop) : NULL;
	return session != NULL ? session->code : value;
}

static void
add_fault(GArray *faults, const char *field, IntakeCode code)
{
	IntakeFault fault = { .code = code };

	g_strlcpy(fault.field, field, sizeof fault.field);
	g_array_append_val(faults, fault);
}

/* The group's own fields; the rest is the captain's, as of everybody. */
static void
take_group(const Look *look, Founding *founding, GArray *faults)
{
	const char *org = fields_get(look->typed, "org"),
	           *size = fields_get(look->typed, "expected");
	const char *code = fields_get(look->typed, "region");
	const EventRegion *region = code != NULL ? event_region_by_code(look->event, code) : NULL;
	guint64 expected = 0;

	founding->name = text_tidy(org != NULL ? org : "");
	if (founding->name == NULL || *founding->name == '\0')
		add_fault(faults, "org", INTAKE_MISSING);
	else if (text_length(founding->name) > DELEGATION_NAME_MAX)
		add_fault(faults, "org", INTAKE_TOO_LONG);
	founding->work.delegation.expected = -1;
	if (size != NULL && *size != '\0') {
		if (g_ascii_string_to_unsigned(
		            size, 10, 1, DELEGATION_EXPECTED_MAX, &expected, NULL))
			founding->work.delegation.expected = (int)expected;
		else
			add_fault(faults, "expected", INTAKE_NOT_NUMBER);
	}
	founding->work.delegation.in_region = region != NULL ? region->no : 0;
	founding->work.delegation.listed = fields_get(look->typed, "listed") != NULL;
}

/* As of the registration's form: it may as well be a person, so the second time it counts. */
static gboolean
seems_robot(Request *request, const Look *look, const guint8 bytes[SUBMISSION_BYTES])
{
	const char *website = fields_get(look->typed, "website");
	const char *again = fields_get(look->typed, "again");
	gint64 made_ms = 0;

	if (!request_robots(request) || (again != NULL && *again != '\0'))
		return FALSE;
	for (guint i = 0; i < 6; i++)
		made_ms = made_ms << 8 | bytes[i];
	const gint64 age_ms = request_now_ms(request) - made_ms;
	return (website != NULL && *website != '\0') || (age_ms >= 0 && age_ms < TRAP_MS);
}

static Reply *
delegation_submit(Request *request)
{
	GError *error = NULL;
	guint8 bytes[SUBMISSION_BYTES];
	const Event *event = request_event(request, &error);
	VaultEvent *keys = event != NULL
	        ? vault_event(record_vault(request_record(request)), event->id, &error)
	        : NULL;
	if (keys == NULL)
		return reply_error(request, error);
	Look look = { event, request_locale(request), request_form(request), request_now(request) };
	submission_parse(fields_get(look.typed, "submission"), bytes);
	if (request_csrf(request) == CSRF_STALE)
		return show(request, 422, &look, NULL, "notice_stale_text");
	if (seems_robot(request, &look, bytes))
		return show(request, 422, &look, NULL, "notice_again_text");
	Founding *founding = g_new0(Founding, 1);
	g_autoptr(GArray) faults = intake_faults_new();
	founding->event = event_ref((Event *)event);
	founding->keys = keys;
	take_group(&look, founding, faults);
	const IntakeAsked asked = { .event = founding->event,
		.keys = keys,
		.get = form_value,
		.data = &look,
		.lang = locale_code(look.locale),
		.submission = bytes,
		.first_id = id_new(request_now_ms(request)),
		.now = look.now,
		.by_staff = TRUE };
	founding->asked = intake_take(&asked, faults, &error);
	if (error != NULL || faults->len > 0) {
		founding_free(founding);
		return error != NULL ? reply_error(request, error)
		                     : show(request, 422, &look, faults, NULL);
	}
	DelegationWork *work = &founding->work.delegation;
	work->event = founding->event;
	work->keys = keys;
	work->who = "captain";
	work->now = look.now;
	work->name = founding->name;
	founding->work.place =
	        (PlaceWork){ .event = founding->event, .asked = founding->asked, .now = look.now };
	return reply_after(request, found_work, founded, founding, founding_free);
}

const Route delegation_routes[] = {
	{ HTTP_GET, "/e/:event/delegation", FOR_ANYONE, delegation_form },
	{ HTTP_POST, "/e/:event/delegation", FOR_ANYONE, delegation_submit },
	{ 0 },
};
