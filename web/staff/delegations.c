/*
 * /staff/delegations: the groups, how many of them are expected and how many there are; one made, edited, closed, merged; its
 * captain's link. A region lead has their own region's groups: others are not found, and no work is done about
 * them.
 */
#include <string.h>

#include "schema/text.h"
#include "web/captain.h"
#include "web/done.h"
#include "web/routes.h"
#include "web/page.h"
#include "web/staff/desk.h"

#define ROOM "/staff/delegations"

/* ---- what is shown ---- */

static const Done words[] = {
	{ "made", "staff_group_made", TRUE },
	{ "edited", "staff_group_edited", TRUE },
	{ "closed", "staff_group_closed", TRUE },
	{ "opened", "staff_group_opened", TRUE },
	{ "merged", "staff_group_merged", TRUE },
	{ "link", "staff_group_link_new", TRUE },
	{ "nothing", "staff_group_nothing", FALSE },
	{ "code", "staff_group_code_taken", FALSE },
	{ "name", "staff_group_no_name", FALSE },
	{ "approved", "captain_done_approved", TRUE },
};

typedef struct {
	Desk desk;
	Event *event;    /* as new as the database */
	GPtrArray *list; /* of Delegation */
} Groups;

static void
groups_clear(Groups *groups)
{
	g_clear_pointer(&groups->list, g_ptr_array_unref);
	g_clear_pointer(&groups->event, event_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Groups, groups_clear)

static gboolean
groups_open(Request *request, Groups *ret, Reply **ret_refused)
{
	g_autoptr(GError) error = NULL;

	*ret = (Groups){ 0 };
	if (!desk_open(request, &ret->desk, ret_refused))
		return FALSE;
	ret->event = delegations_newer(ret->desk.db, ret->desk.event, &error);
	if (ret->event == NULL && error == NULL)
		ret->event = event_ref((Event *)ret->desk.event);
	if (error == NULL)
		ret->list =
		        delegations_read(ret->desk.db, ret->event, ret->desk.region_no, 0, &error);
	if (error != NULL)
		*ret_refused = reply_error(request, g_steal_pointer(&error));
	return ret->list != NULL;
}

/* The group of the path; NULL: none of those that who looks may see. */
static const Delegation *
group_of(Request *request, const Groups *groups)
{
	guint64 no = 0;

	if (!g_ascii_string_to_unsigned(
	            request_param(request, "no"), 10, 1, G_MAXUINT16, &no, NULL))
		return NULL;
	for (guint i = 0; i < groups->list->len; i++) {
		const Delegation *group = g_ptr_array_index(groups->list, i);
		if (group->no == no)
			return group;
	}
	return NULL;
}

static json_t *
number(const Locale *locale, gint64 n)
{
	return staff_taken(locale_number(locale, n));
}

static const char *
region_name(const Locale *locale, const Event *event, guint16 no)
{
	const EventRegion *region = event_region(event, no);

	return region ? event_text(event, region->name, locale_code(locale)) : "";
}

static json_t *
group_json(const Locale *locale, const Event *event, const Delegation *group)
{
	const guint all = group->confirmed + group->waitlisted;

	return json_pack(
	        "{s:i, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:i, s:b, s:b, s:b, s:b, s:b}", "no",
	        (int)group->no, "code", group->code, "name", group->name, "region",
	        region_name(locale, event, group->region_no), "expected",
	        group->expected >= 0 ? number(locale, group->expected) : json_null(), "confirmed",
	        number(locale, group->confirmed), "waitlisted", number(locale, group->waitlisted),
	        "came", number(locale, group->came), "asked", number(locale, group->asked),
	        "percent",
	        group->expected > 0 ? (int)MIN(100, all * 100 / (guint)group->expected) : 0,
	        "has_captain", group->captain != 0, "fresh", group->unseen, "closed", group->closed,
	        "listed", group->listed, "some_ask", group->asked > 0);
}

static Reply *
groups_page(Request *request)
{
	const Locale *locale = request_locale(request);
	g_auto(Groups) groups = { 0 };
	Reply *refused = NULL;
	if (!groups_open(request, &groups, &refused))
		return refused;
	json_t *open = json_array(), *closed = json_array();
	for (guint i = 0; i < groups.list->len; i++) {
		const Delegation *group = g_ptr_array_index(groups.list, i);
		json_array_append_new(
		        group->closed ? closed : open, group_json(locale, groups.event, group));
	}
	json_t *data = staff_frame(request, groups.event, "staff_room_delegations", ROOM);
	json_object_set_new(data, "has_groups", json_boolean(json_array_size(open) > 0));
	json_object_set_new(data, "has_closed", json_boolean(json_array_size(closed) > 0));
	json_object_set_new(data, "groups", open);
	json_object_set_new(data, "fees", json_boolean(event_has_fees(groups.event)));
	json_object_set_new(data, "closed_groups", closed);
	json_object_set_new(data, "regions", desk_regions(request, &groups.desk, 0));
	json_object_set_new(data, "public_url",
	        staff_taken(g_strdup_printf(
	                "%s/e/%s/delegation", request_base_url(request), groups.event->slug)));
	json_object_set_new(data, "notice", done_notice(request, words, G_N_ELEMENTS(words)));
	return staff_reply(request, 200, "staff_delegations", data);
}

/* Others that it can be merged into. */
static json_t *
others_json(const Groups *groups, const Delegation *group)
{
	json_t *list = json_array();

	for (guint i = 0; i < groups->list->len; i++) {
		const Delegation *other = g_ptr_array_index(groups->list, i);
		if (other->no != group->no && !other->closed)
			json_array_append_new(list,
			        json_pack("{s:i, s:o}", "no", (int)other->no, "text",
			                staff_taken(g_strdup_printf(
			                        "%s (%s)", other->name, other->code))));
	}
	return list;
}

static Reply *
group_page(Request *request)
{
	const Locale *locale = request_locale(request);
	g_auto(Groups) groups = { 0 };
	Reply *refused = NULL;
	char token[LINK_TOKEN_LENGTH + 1];
	if (!groups_open(request, &groups, &refused))
		return refused;
	const Delegation *group = group_of(request, &groups);
	if (group == NULL)
		return reply_status(request, 404);
	json_t *data = staff_frame(request, groups.event, "staff_room_delegations", ROOM);
	json_object_set_new(data, "title", json_string(group->name));
	json_object_update_new(data, group_json(locale, groups.event, group));
	json_object_set_new(data, "fees", json_boolean(event_has_fees(groups.event)));
	json_object_set_new(data, "regions", desk_regions(request, &groups.desk, group->region_no));
	json_object_set_new(data, "others", others_json(&groups, group));
	json_object_set_new(data, "size",
	        group->expected >= 0 ? staff_taken(g_strdup_printf("%d", group->expected))
	                             : json_string(""));
	delegation_link(groups.event, groups.desk.keys, group->no, group->link_no, token);
	json_object_set_new(data, "link",
	        group->closed ? json_null()
	                      : staff_taken(g_strdup_printf(
	                                "%s/g/%s", request_base_url(request), token)));
	json_object_set_new(data, "notice", done_notice(request, words, G_N_ELEMENTS(words)));
	return desk_look(request, &groups.desk, "delegation.look",
	        g_strdup_printf("delegation %u", group->no), "staff_delegation", data);
}

/* ---- works ---- */

typedef struct {
	Event *event;
	char *who, *name, *code;
	const char *done; /* the word when all went well */
	DbWork run;
	DelegationWork work;
	guint16 no; /* whose page comes next; 0: the one that was made */
} Job;

static void
job_free(gpointer data)
{
	Job *job = data;

	g_clear_pointer(&job->event, event_unref);
	g_free(job->who);
	g_free(job->name);
	g_free(job->code);
	g_free(job);
}

static gboolean
job_work(Db *db, gpointer data, GError **error)
{
	Job *job = data;

	return job->run(db, &job->work, error);
}

static Reply *
job_done(Request *request, gpointer data, const GError *error)
{
	const Job *job = data;

	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	event_shelf_forget(request_shelf(request));
	const gboolean done = job->work.outcome == DELEGATION_DONE;
	const guint16 no = done ? (job->work.into ? job->work.into : job->work.no) : job->no;
	const char *word = done                              ? job->done
	        : job->work.outcome == DELEGATION_CODE_TAKEN ? "code"
	                                                     : "nothing";
	g_autofree char *url = no != 0 ? g_strdup_printf(ROOM "/%u?done=%s", no, word)
	                               : g_strdup_printf(ROOM "?done=%s", word);
	return reply_see_other(request, url);
}

static Job *
job_new(Request *request, const Groups *groups, DbWork run, guint16 no, const char *done)
{
	Job *job = g_new0(Job, 1);

	job->event = event_ref(groups->event);
	job->who = g_strdup(request_staff(request)->name);
	job->run = run;
	job->no = no;
	job->done = done;
	job->work = (DelegationWork){ .event = job->event,
		.keys = groups->desk.keys,
		.who = job->who,
		.region_no = groups->desk.region_no,
		.now = request_now(request),
		.no = no };
	return job;
}

static gboolean
is_code(const char *text)
{
	return strlen(text) <= DELEGATION_CODE_MAX &&
	        g_regex_match_simple("^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$", text, 0, 0);
}

/* What the form says of a group; the word of what is wrong, or NULL. */
static const char *
take_group(Request *request, const Groups *groups, Job *job)
{
	const Fields *form = request_form(request);
	const char *name = fields_get(form, "name"), *code = fields_get(form, "code");
	const char *region = fields_get(form, "region"), *size = fields_get(form, "expected");
	const EventRegion *in = region ? event_region_by_code(groups->event, region) : NULL;
	guint64 expected = 0;

	job->name = name ? text_tidy(name) : NULL;
	if (job->name == NULL || *job->name == '\0' ||
	        text_length(job->name) > DELEGATION_NAME_MAX || in == NULL ||
	        (groups->desk.region_no != 0 && in->no != groups->desk.region_no))
		return "name";
	job->code = code ? g_strstrip(g_strdup(code)) : NULL;
	if (job->code != NULL && *job->code != '\0' && !is_code(job->code))
		return "code";
	job->work.name = job->name;
	job->work.code = job->code != NULL && *job->code != '\0' ? job->code : NULL;
	job->work.in_region = in->no;
	job->work.listed = fields_get(form, "listed") != NULL;
	job->work.expected = -1;
	if (size != NULL && *size != '\0') {
		if (!g_ascii_string_to_unsigned(
		            size, 10, 0, DELEGATION_EXPECTED_MAX, &expected, NULL))
			return "name";
		job->work.expected = (int)expected;
	}
	return NULL;
}

static Reply *
group_make(Request *request)
{
	g_auto(Groups) groups = { 0 };
	Reply *refused = NULL;
	if (!groups_open(request, &groups, &refused))
		return refused;
	Job *job = job_new(request, &groups, delegation_make_work, 0, "made");
	const char *wrong = take_group(request, &groups, job);
	if (wrong != NULL) {
		g_autofree char *url = g_strdup_printf(ROOM "?done=%s", wrong);
		job_free(job);
		return reply_see_other(request, url);
	}
	return reply_after(request, job_work, job_done, job, job_free);
}

static Reply *
group_act(Request *request, DbWork run, const char *done)
{
	g_auto(Groups) groups = { 0 };
	Reply *refused = NULL;
	if (!groups_open(request, &groups, &refused))
		return refused;
	const Delegation *group = group_of(request, &groups);
	if (group == NULL)
		return reply_status(request, 404);
	Job *job = job_new(request, &groups, run, group->no, done);
	const char *into = fields_get(request_form(request), "into");
	guint64 no = 0;
	job->work.closed = run == delegation_close_work && !group->closed;
	if (run == delegation_close_work && group->closed)
		job->done = "opened";
	if (run == delegation_merge_work) {
		if (into == NULL ||
		        !g_ascii_string_to_unsigned(into, 10, 1, G_MAXUINT16, &no, NULL)) {
			job_free(job);
			return reply_status(request, 400);
		}
		job->work.into = (guint16)no;
	}
	const char *wrong = run == delegation_edit_work ? take_group(request, &groups, job) : NULL;
	if (wrong != NULL) {
		g_autofree char *url = g_strdup_printf(ROOM "/%u?done=%s", group->no, wrong);
		job_free(job);
		return reply_see_other(request, url);
	}
	return reply_after(request, job_work, job_done, job, job_free);
}

static Reply *
group_edit(Request *request)
{
	return group_act(request, delegation_edit_work, "edited");
}

static Reply *
group_close(Request *request)
{
	return group_act(request, delegation_close_work, "closed");
}

static Reply *
group_merge(Request *request)
{
	return group_act(request, delegation_merge_work, "merged");
}

static Reply *
group_link(Request *request)
{
	return group_act(request, delegation_link_work, "link");
}

static Reply *
group_seen(Request *request)
{
	return group_act(request, delegation_seen_work, "edited");
}

#define GROUP_POST(tail, page)                                                                     \
	{                                                                                          \
		HTTP_POST, ROOM tail, FOR_STAFF, page, .body_max = 8192, .roles = ROLES_DESK       \
	}
const Route staff_delegations_routes[] = {
	{ HTTP_GET, ROOM, FOR_STAFF, groups_page, .roles = ROLES_DESK },
	{ HTTP_GET, ROOM "/:no", FOR_STAFF, group_page, .roles = ROLES_DESK },
	GROUP_POST("", group_make),
	GROUP_POST("/:no", group_edit),
	GROUP_POST("/:no/close", group_close),
	GROUP_POST("/:no/merge", group_merge),
	GROUP_POST("/:no/link", group_link),
	GROUP_POST("/:no/seen", group_seen),
	{ 0 },
};
