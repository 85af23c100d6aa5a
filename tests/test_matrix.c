/*
 * Who may what: every route of every table, asked by everybody. What is right stands in the table below, by hand, and is
 * not read from the routes; a route that is not in it fails the test. Who is refused changes nothing and reads no
 * name; a form without its token, with somebody else's, or from another site does nothing either.
 */
#include <string.h>

#include "schema/find.h"
#include "schema/spare.h"
#include "web/locale.h"
#include "web/routes.h"
#include "tests/fixtures/staff_fixture.h"

enum {
	NOBODY,
	VIEWER,
	LEAD,       /* of the guest's region */
	LEAD_SOUTH, /* of another */
	STAFF,
	OWNER,
	OWNER_ELSEWHERE, /* of another event */
	SCAN,            /* devices: */
	SUPERVISOR,
	REVOKED,
	ELSEWHERE, /* a supervisor's of another event */
	IDENTITIES,
};
static const char *const names[IDENTITIES] = { "nobody", "viewer", "lead", "lead-south", "staff",
	"owner", "owner-elsewhere", "scan", "supervisor", "revoked", "elsewhere" };

#define BIT(identity)  (1u << (identity))
#define EVERYBODY      (BIT(IDENTITIES) - 1)
#define OWNERS         (BIT(OWNER) | BIT(OWNER_ELSEWHERE))
#define CENTRE         (BIT(STAFF) | OWNERS)
#define DESK           (CENTRE | BIT(LEAD) | BIT(LEAD_SOUTH))
#define SIGNED_IN      (DESK | BIT(VIEWER))
#define SUPERVISORS    (BIT(SUPERVISOR) | BIT(ELSEWHERE))
#define DEVICES        (SUPERVISORS | BIT(SCAN))
#define MAY_READ_NAMES (BIT(LEAD) | BIT(STAFF) | BIT(OWNER) | BIT(SCAN) | BIT(SUPERVISOR))
#define NAME           "Zzyzx"
#define GUEST_NO       "12"
#define GUEST          "/staff/people/" GUEST_NO
#define NO_TOKEN       "0000000000000000-AAAAAAAAAAAAAAAAAAAAAA"
#define NO_LINK        "/t/" NO_TOKEN
#define NOT_ON_LIST    "/stay-informed/" NO_TOKEN

/* $D a device to be paired, $S the scanning phone, $P its scans' number, $M the guest's mark, $V the asking device's own id,
 * $U a submission. @away: what those of another region or event get, who are let in but have no such
 * person or device; 0: the same. */
static const struct Row {
	HttpMethod method;
	const char *path; /* as in the route */
	guint may;
	int status;
	const char *to, *body;
	int away, away_region;
} rows[] = {
	/* everybody's */
	{ HTTP_GET, "/", EVERYBODY, 200, "/" },
	{ HTTP_GET, "/healthz", EVERYBODY, 200, "/healthz" }, /* on this machine */
	{ HTTP_GET, "/a/:hash/:name", EVERYBODY, 404, "/a/0/turnout.css" },
	{ HTTP_GET, "/e/:event", EVERYBODY, 200, "/e/door" },
	{ HTTP_GET, "/e/:event/register", EVERYBODY, 200, "/e/door/register" },
	{ HTTP_POST, "/e/:event/register", EVERYBODY, 403, "/e/door/register", "name=x" },
	{ HTTP_GET, "/t/:token", EVERYBODY, 404, "/t/0000000000000000-AAAAAAAAAAAAAAAAAAAAAA" },
	{ HTTP_GET, "/t/:token/:file", EVERYBODY, 404, NO_LINK "/1.svg" },
	{ HTTP_POST, "/t/:token/place", EVERYBODY, 404, NO_LINK "/place", "act=confirm" },
	{ HTTP_GET, "/t/:token/change/:no", EVERYBODY, 404, NO_LINK "/change/1" },
	{ HTTP_POST, "/t/:token/change/:no", EVERYBODY, 404, NO_LINK "/change/1", "option=a" },
	{ HTTP_GET, "/t/:token/correct/:no", EVERYBODY, 404, NO_LINK "/correct/1" },
	{ HTTP_POST, "/t/:token/correct/:no", EVERYBODY, 404, NO_LINK "/correct/1", "name=x" },
	{ HTTP_GET, "/t/:token/contact", EVERYBODY, 404, NO_LINK "/contact" },
	{ HTTP_POST, "/t/:token/contact", EVERYBODY, 404, NO_LINK "/contact", "contact=none" },
	{ HTTP_GET, "/t/:token/cancel", EVERYBODY, 404, NO_LINK "/cancel" },
	{ HTTP_POST, "/t/:token/cancel", EVERYBODY, 404, NO_LINK "/cancel", "sure=yes" },
	{ HTTP_GET, "/t/:token/data", EVERYBODY, 404, NO_LINK "/data" },
	{ HTTP_GET, "/t/:token/data.json", EVERYBODY, 404, NO_LINK "/data.json" },
	{ HTTP_GET, "/t/:token/event.ics", EVERYBODY, 404, NO_LINK "/event.ics" },
	{ HTTP_GET, "/t/:token/delete", EVERYBODY, 404, NO_LINK "/delete" },
	{ HTTP_POST, "/t/:token/delete", EVERYBODY, 404, NO_LINK "/delete", "sure=yes" },
	{ HTTP_GET, "/deleted", EVERYBODY, 200, "/deleted" },
	{ HTTP_POST, "/t/:token/send", EVERYBODY, 404, NO_LINK "/send", "x=" },
	{ HTTP_GET, "/t/:token/link", EVERYBODY, 404, NO_LINK "/link" },
	{ HTTP_POST, "/t/:token/link", EVERYBODY, 404, NO_LINK "/link", "sure=yes" },
	{ HTTP_GET, "/g/:token", EVERYBODY, 404, "/g/" NO_TOKEN },
	{ HTTP_POST, "/g/:token", EVERYBODY, 404, "/g/" NO_TOKEN, "approve=yes" },
	{ HTTP_GET, "/g/:token/tickets.pdf", EVERYBODY, 404, "/g/" NO_TOKEN "/tickets.pdf" },
	{ HTTP_GET, "/g/:token/names.csv", EVERYBODY, 404, "/g/" NO_TOKEN "/names.csv" },
	{ HTTP_GET, "/g/:token/:no", EVERYBODY, 404, "/g/" NO_TOKEN "/1" },
	{ HTTP_POST, "/g/:token/:no", EVERYBODY, 404, "/g/" NO_TOKEN "/1", "name=x" },
	{ HTTP_GET, "/g/:token/:no/change", EVERYBODY, 404, "/g/" NO_TOKEN "/1/change" },
	{ HTTP_POST, "/g/:token/:no/change", EVERYBODY, 404, "/g/" NO_TOKEN "/1/change", "x=" },
	{ HTTP_POST, "/g/:token/add", EVERYBODY, 404, "/g/" NO_TOKEN "/add", "names=x" },
	{ HTTP_POST, "/g/:token/rows", EVERYBODY, 404, "/g/" NO_TOKEN "/rows", "rows=x" },
	{ HTTP_GET, "/e/:event/delegation", EVERYBODY, 200, "/e/door/delegation" },
	{ HTTP_POST, "/e/:event/delegation", EVERYBODY, 403, "/e/door/delegation", "org=x" },
	{ HTTP_GET, "/door", EVERYBODY, 303, "/door" },
	{ HTTP_GET, "/door/", EVERYBODY, 200, "/door/" },
	{ HTTP_GET, "/door/manifest.webmanifest", EVERYBODY, 200, "/door/manifest.webmanifest" },
	{ HTTP_GET, "/door/scanner.js", EVERYBODY, 200, "/door/scanner.js" },
	{ HTTP_GET, "/door/sw.js", EVERYBODY, 200, "/door/sw.js" },
	{ HTTP_GET, "/staff/sign-in", EVERYBODY, 200, "/staff/sign-in" },
	{ HTTP_POST, "/staff/sign-in", EVERYBODY, 422, "/staff/sign-in", "name=" },
	{ HTTP_GET, "/lost-link", EVERYBODY, 200, "/lost-link" },
	{ HTTP_POST, "/lost-link", EVERYBODY, 422, "/lost-link", "email=x" },
	{ HTTP_GET, "/stay-informed", EVERYBODY, 200, "/stay-informed" },
	{ HTTP_POST, "/stay-informed", EVERYBODY, 422, "/stay-informed", "email=x" },
	{ HTTP_GET, "/stay-informed/from/:token", EVERYBODY, 404, "/stay-informed/from/" NO_TOKEN },
	{ HTTP_POST, "/stay-informed/from/:token", EVERYBODY, 404, "/stay-informed/from/" NO_TOKEN,
	        "" },
	{ HTTP_GET, "/stay-informed/:token", EVERYBODY, 404, NOT_ON_LIST },
	{ HTTP_GET, "/stay-informed/:token/leave", EVERYBODY, 200, NOT_ON_LIST "/leave" },
	{ HTTP_POST, "/stay-informed/:token/confirm", EVERYBODY, 404, NOT_ON_LIST "/confirm", "" },
	{ HTTP_POST, "/stay-informed/:token/leave", EVERYBODY, 200, NOT_ON_LIST "/leave",
	        "List-Unsubscribe=One-Click" },
	{ HTTP_POST, "/api/v1/door/pair", EVERYBODY, 404, "/api/v1/door/pair",
	        "{\"code\":\"0000-0000-0000-0000\",\"device_name\":\"x\"}" },
	{ HTTP_GET, "/api/v1/door/manifest", DEVICES, 200, "/api/v1/door/manifest?session=day" },
	{ HTTP_GET, "/api/v1/door/known", DEVICES, 200, "/api/v1/door/known?session=day" },
	{ HTTP_GET, "/api/v1/door/delegations", DEVICES, 200, "/api/v1/door/delegations" },
	{ HTTP_GET, "/api/v1/door/self", DEVICES, 200, "/api/v1/door/self" },
	{ HTTP_GET, "/api/v1/door/person", DEVICES, 200, "/api/v1/door/person?mark=$M", NULL, 404 },
	{ HTTP_GET, "/api/v1/door/search", SUPERVISORS, 200, "/api/v1/door/search?q=" NAME },
	{ HTTP_POST, "/api/v1/door/void", SUPERVISORS, 200, "/api/v1/door/void",
	        "{\"session\":\"day\",\"mark\":\"$M\"}" },
	{ HTTP_POST, "/api/v1/door/walkin", SUPERVISORS, 201, "/api/v1/door/walkin",
	        "{\"submission\":\"$U\",\"session\":\"day\"}" },
	{ HTTP_POST, "/api/v1/door/attach", SUPERVISORS, 409, "/api/v1/door/attach",
	        "{\"mark\":\"$M\",\"name\":\"x\"}", 404 },
	{ HTTP_POST, "/api/v1/door/reissue", SUPERVISORS, 200, "/api/v1/door/reissue",
	        "{\"mark\":\"$M\"}", 404 },
	{ HTTP_POST, "/api/v1/door/scan", DEVICES, 200, "/api/v1/door/scan",
	        "{\"v\":1,\"device\":\"$V\",\"epoch\":\"00000000000000aa\",\"seq\":1,\"rev\":0,"
	        "\"session\":\"day\",\"checkpoint\":1,\"mark\":\"$M\",\"wall\":1,\"mono\":1,"
	        "\"skew\":0,\"skew_error\":0,\"manifest_version\":0,\"online\":true}" },
	{ HTTP_POST, "/api/v1/door/scans", DEVICES | BIT(REVOKED), 202, "/api/v1/door/scans",
	        "{\"records\":[]}" },
	/* the staff's */
	{ HTTP_GET, "/staff", SIGNED_IN, 200, "/staff" },
	{ HTTP_GET, "/staff/numbers.json", SIGNED_IN, 200, "/staff/numbers.json?region=north" },
	{ HTTP_GET, "/staff/events", SIGNED_IN, 200, "/staff/events" },
	{ HTTP_POST, "/staff/events", SIGNED_IN, 303, "/staff/events", "event=door" },
	{ HTTP_POST, "/staff/sign-out", SIGNED_IN, 303, "/staff/sign-out", "" },
	{ HTTP_GET, "/staff/code", SIGNED_IN, 200, "/staff/code" },
	{ HTTP_POST, "/staff/code", SIGNED_IN, 422, "/staff/code", "act=start&password=wrong" },
	{ HTTP_POST, "/staff/code/confirm", SIGNED_IN, 422, "/staff/code/confirm", "code=000000" },
	{ HTTP_GET, "/staff/reports", SIGNED_IN, 200, "/staff/reports" },
	{ HTTP_GET, "/staff/reports/fees.csv", DESK, 200, "/staff/reports/fees.csv" },
	{ HTTP_GET, "/staff/reports/attendance.csv", SIGNED_IN, 200,
	        "/staff/reports/attendance.csv?region=north" },
	{ HTTP_GET, "/staff/reports/arrivals.csv", SIGNED_IN, 200, "/staff/reports/arrivals.csv" },
	{ HTTP_POST, "/staff/reports/no-shows.csv", DESK, 200, "/staff/reports/no-shows.csv",
	        "reason=a+test+of+who+may&region=north&event=door" },
	{ HTTP_POST, "/staff/reports/roster.csv", DESK, 200, "/staff/reports/roster.csv",
	        "reason=a+test+of+who+may&region=north&event=door" },
	{ HTTP_POST, "/staff/reports/stay-informed.csv", DESK, 200,
	        "/staff/reports/stay-informed.csv", "reason=a+test+of+who+may&region=north" },
	{ HTTP_POST, "/staff/reports/stay-informed/leave", CENTRE, 303,
	        "/staff/reports/stay-informed/leave", "email=nobody@example.org" },
	{ HTTP_GET, "/staff/audit", OWNERS, 200, "/staff/audit" },
	{ HTTP_GET, "/staff/holds", OWNERS, 200, "/staff/holds" },
	{ HTTP_POST, "/staff/holds", OWNERS, 303, "/staff/holds", "scope=event&reason=" },
	{ HTTP_POST, "/staff/holds/:hold/release", OWNERS, 303, "/staff/holds/$S/release", "" },
	{ HTTP_GET, "/staff/devices", CENTRE, 200, "/staff/devices" },
	{ HTTP_POST, "/staff/devices", CENTRE, 303, "/staff/devices", "name=X&place=s1&role=scan" },
	{ HTTP_GET, "/staff/devices/:device/pair", CENTRE, 200, "/staff/devices/$D/pair", NULL,
	        404 },
	{ HTTP_GET, "/staff/devices/:device/qr.svg", CENTRE, 200, "/staff/devices/$D/qr.svg", NULL,
	        404 },
	{ HTTP_GET, "/staff/devices/:device/state.json", CENTRE, 200,
	        "/staff/devices/$D/state.json", NULL, 404 },
	{ HTTP_POST, "/staff/devices/:device/next", CENTRE, 303, "/staff/devices/$D/next", "",
	        404 },
	{ HTTP_POST, "/staff/devices/:device/renew", CENTRE, 303, "/staff/devices/$D/renew", "",
	        404 },
	{ HTTP_POST, "/staff/devices/:device/revoke", CENTRE, 303, "/staff/devices/$D/revoke", "",
	        404 },
	{ HTTP_GET, "/staff/alarms", CENTRE, 200, "/staff/alarms" },
	{ HTTP_GET, "/staff/alarms/:device", CENTRE, 200, "/staff/alarms/$S", NULL, 404 },
	{ HTTP_POST, "/staff/alarms/:device/release", CENTRE, 303, "/staff/alarms/$S/release",
	        "reason=revoked" },
	{ HTTP_POST, "/staff/alarms/:device/look", CENTRE, 303, "/staff/alarms/$S/look",
	        "reason=garbled" },
	{ HTTP_POST, "/staff/alarms/:device/trial", CENTRE, 303, "/staff/alarms/$S/trial",
	        "epoch=$P&seq=1", 404 },
	{ HTTP_GET, "/staff/letters", CENTRE, 200, "/staff/letters" },
	{ HTTP_POST, "/staff/letters/again", CENTRE, 303, "/staff/letters/again", "cause=x" },
	{ HTTP_GET, "/staff/messages", DESK, 200, "/staff/messages" },
	{ HTTP_POST, "/staff/messages", DESK, 422, "/staff/messages", "subject_en=x" },
	{ HTTP_POST, "/staff/messages/reminder", CENTRE, 303, "/staff/messages/reminder",
	        "stop=y" },
	{ HTTP_POST, "/staff/messages/send", DESK, 400, "/staff/messages/send", "subject_en=x" },
	{ HTTP_GET, "/staff/calls", DESK, 200, "/staff/calls" },
	{ HTTP_POST, "/staff/calls/undo", DESK, 303, "/staff/calls/undo", "cause=x" },
	{ HTTP_POST, "/staff/calls/done", DESK, 303, "/staff/calls/done", "cause=x" },
	{ HTTP_GET, "/staff/scans", CENTRE, 200, "/staff/scans" },
	{ HTTP_POST, "/staff/scans", CENTRE, 422, "/staff/scans", "file=x" },
	{ HTTP_GET, "/staff/spares", CENTRE, 200, "/staff/spares" },
	{ HTTP_POST, "/staff/spares", CENTRE, 303, "/staff/spares", "n=2&region=north" },
	{ HTTP_GET, "/staff/spares/:sheet", CENTRE, 200, "/staff/spares/Door%20A", NULL, 404 },
	{ HTTP_GET, "/staff/delegations", DESK, 200, "/staff/delegations" },
	{ HTTP_POST, "/staff/delegations", DESK, 303, "/staff/delegations",
	        "name=X&region=north&expected=9" },
	{ HTTP_GET, "/staff/delegations/:no", DESK, 404, "/staff/delegations/999" },
	{ HTTP_POST, "/staff/delegations/:no", DESK, 404, "/staff/delegations/999",
	        "name=X&region=north" },
	{ HTTP_POST, "/staff/delegations/:no/close", DESK, 404, "/staff/delegations/999/close",
	        "" },
	{ HTTP_POST, "/staff/delegations/:no/merge", DESK, 404, "/staff/delegations/999/merge",
	        "into=1" },
	{ HTTP_POST, "/staff/delegations/:no/link", DESK, 404, "/staff/delegations/999/link", "" },
	{ HTTP_POST, "/staff/delegations/:no/seen", DESK, 404, "/staff/delegations/999/seen", "" },
	{ HTTP_GET, "/staff/fees", DESK, 200, "/staff/fees" },
	{ HTTP_POST, "/staff/fees", DESK, 404, "/staff/fees", "delegation=nobody&state=paid" },
	{ HTTP_GET, "/staff/people", DESK, 200, "/staff/people" },
	{ HTTP_POST, "/staff/people", DESK, 200, "/staff/people", "q=" NAME },
	{ HTTP_GET, "/staff/people/walk-in", DESK, 200, "/staff/people/walk-in" },
	{ HTTP_POST, "/staff/people/walk-in", DESK, 303, "/staff/people/walk-in",
	        "submission=$U&session=day&region=north&language=en", 0, 422 },
	{ HTTP_GET, "/staff/people/:no", DESK, 200, GUEST, NULL, 404, 404 },
	{ HTTP_GET, "/staff/people/:no/ticket", DESK, 200, GUEST "/ticket", NULL, 404, 404 },
	{ HTTP_GET, "/staff/people/:no/ticket.svg", DESK, 200, GUEST "/ticket.svg", NULL, 404,
	        404 },
	{ HTTP_GET, "/staff/people/:no/change", DESK, 200, GUEST "/change", NULL, 404, 404 },
	{ HTTP_POST, "/staff/people/:no/change", DESK, 422, GUEST "/change", "option=none", 404,
	        404 },
	{ HTTP_POST, "/staff/people/:no/fee", DESK, 303, GUEST "/fee", "state=paid", 404, 404 },
	{ HTTP_GET, "/staff/people/:no/link", DESK, 200, GUEST "/link", NULL, 404, 404 },
	{ HTTP_POST, "/staff/people/:no/link", DESK, 303, GUEST "/link", "seen=0000000000000000",
	        404, 404 },
	{ HTTP_POST, "/staff/people/:no/check-in", DESK, 303, GUEST "/check-in", "session=day", 404,
	        404 },
	{ HTTP_POST, "/staff/people/:no/admit", DESK, 303, GUEST "/admit",
	        "session=lunch&why=place_free", 404, 404 },
	{ HTTP_POST, "/staff/people/:no/undo", DESK, 303, GUEST "/undo", "session=day&why=double",
	        404, 404 },
	{ HTTP_POST, "/staff/people/:no/reissue", DESK, 303, GUEST "/reissue", "", 404, 404 },
	{ HTTP_POST, "/staff/people/:no/attach", DESK, 303, GUEST "/attach", "name=x&region=north",
	        404, 404 },
	{ HTTP_POST, "/staff/people/:no/asked", DESK, 303, GUEST "/asked", "approve=yes", 404,
	        404 },
	{ HTTP_POST, "/staff/people/:no/merge", DESK, 303, GUEST "/merge", "code=nobody", 404,
	        404 },
	{ HTTP_POST, "/staff/people/:no/cancel", DESK, 303, GUEST "/cancel", "", 404, 404 },
};

static const struct Row *
row_of(const Route *route)
{
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
		if (rows[i].method == route->method && g_str_equal(rows[i].path, route->path))
			return &rows[i];
	g_error("say in tests/test_matrix.c who may %s %s",
	        route->method == HTTP_GET ? "GET" : "POST", route->path);
}

/* ---- everybody ---- */

typedef struct {
	Api api;
	Door other;
	Guest guest;
	SignedIn staff[IDENTITIES];
	struct {
		char token[TOKEN_TEXT_LENGTH + 1];
		char id[ID_HEX_LENGTH + 1];
	} devices[IDENTITIES];
} World;

static void
enter(World *world, guint who)
{
	static const struct {
		const char *event, *role, *region;
	} as[IDENTITIES] = { [VIEWER] = { "door", "viewer", NULL },
		[LEAD] = { "door", "region", "north" },
		[LEAD_SOUTH] = { "door", "region", "south" },
		[STAFF] = { "door", "staff", NULL },
		[OWNER] = { "door", "owner", NULL },
		[OWNER_ELSEWHERE] = { "other", "owner", NULL } };

	if (as[who].role != NULL)
		world->staff[who] = staff_enters(
		        &world->api, as[who].event, names[who], as[who].role, as[who].region);
}

static json_t *
add_device(const World *world, const char *event, const char *role)
{
	g_autoptr(GError) error = NULL;
	json_auto_t *asked = json_pack("{s:s, s:s, s:s, s:s}", "name", "Door", "event", event,
	        "session", "day", "role", role);
	json_t *answer = device_operation_add(world->api.door.record, asked, ENGINE_NOW, &error);

	g_assert_no_error(error);
	return answer;
}

static void
pair(World *world, guint who, const char *event, const char *role)
{
	json_auto_t *added = add_device(world, event, role);
	int status = 0;
	json_auto_t *answer = api_post(&world->api, "/api/v1/door/pair", NULL,
	        json_pack("{s:s, s:s}", "code", api_text(added, "code"), "device_name", names[who]),
	        &status);

	g_assert_cmpint(status, ==, 201);
	g_strlcpy(world->devices[who].token, api_text(answer, "token"),
	        sizeof world->devices[who].token);
	g_strlcpy(
	        world->devices[who].id, api_text(answer, "device"), sizeof world->devices[who].id);
}

static void
revoke_device(World *world, guint who)
{
	g_autoptr(GError) error = NULL;
	json_auto_t *asked = json_pack("{s:s}", "device", world->devices[who].id);
	json_auto_t *done =
	        device_operation_revoke(world->api.door.record, asked, ENGINE_NOW, &error);

	g_assert_no_error(error);
	g_assert_nonnull(done);
}

/* A scan that the trial row makes void, and the sheet of spares that is looked at. */
static void
prepare(World *world)
{
	g_autoptr(GError) error = NULL;
	const Door *door = &world->api.door;

	g_strlcpy(world->api.token, world->devices[SCAN].token, sizeof world->api.token);
	g_strlcpy(world->api.device, world->devices[SCAN].id, sizeof world->api.device);
	json_decref(api_scan(&world->api, "day", world->guest.ticket.mark, 1));
	g_autoptr(SpareWork) spares =
	        spare_work_new(door->event, door->keys, "operator", "Door A", 1, 2, ENGINE_NOW);
	writer_run(record_writer(door->record), spare_work, spares, &error);
	g_assert_no_error(error);
}

static void
open_world(World *world, Engine *engine)
{
	find_forget();
	memset(world, 0, sizeof *world);
	api_start_with(&world->api, engine, web_tables);
	door_open(&world->other, engine, "other");
	for (guint no = 1; no <= 12; no++)
		world->guest = door_guest(&world->api.door, "general", NULL, TICKET_ATTENDEE);
	door_rename(&world->api.door, &world->guest, NAME " Quux");
	for (guint who = 0; who < IDENTITIES; who++)
		enter(world, who);
	pair(world, SCAN, "door", "scan");
	pair(world, SUPERVISOR, "door", "supervisor");
	pair(world, REVOKED, "door", "supervisor");
	pair(world, ELSEWHERE, "other", "supervisor");
	revoke_device(world, REVOKED);
	prepare(world);
}

static void
close_world(World *world)
{
	door_close(&world->other);
	api_stop(&world->api);
}

/* ---- asking ---- */

static gint64
guest_mark(const World *world)
{
	g_autofree char *sql = g_strdup_printf(
	        "SELECT mark FROM attendee WHERE id = %" G_GINT64_FORMAT, world->guest.id);
	return engine_ask(world->api.door.engine, sql);
}

static char *
filled(const World *world, guint who, const char *text)
{
	g_autoptr(GString) whole = g_string_new(text);
	char hex[ID_HEX_LENGTH + 1], submission[SUBMISSION_TEXT_LENGTH + 1];

	if (strstr(text, "$D") != NULL) {
		json_auto_t *added = add_device(world, "door", "scan");
		g_string_replace(whole, "$D", api_text(added, "device"), 0);
	}
	id_to_hex(guest_mark(world), hex);
	submission_new(api_clock_ms, submission);
	g_string_replace(whole, "$M", hex, 0);
	g_string_replace(whole, "$S", world->devices[SCAN].id, 0);
	g_string_replace(whole, "$P", "fedcba9876543210", 0);
	g_string_replace(whole, "$V", world->devices[who].id, 0);
	g_string_replace(whole, "$U", submission, 0);
	return g_strdup(whole->str);
}

static Answered
ask(const World *world, guint who, const struct Row *row, const char *csrf, const char *origin)
{
	g_autofree char *to = filled(world, who, row->to);
	g_autofree char *body = row->body ? filled(world, who, row->body) : NULL;
	g_autoptr(GString) headers = g_string_new(NULL);
	const gboolean api = g_str_has_prefix(row->path, "/api/");

	if (world->staff[who].token[0] != '\0')
		g_string_append_printf(headers, "Cookie: session=%s\r\n", world->staff[who].token);
	if (world->devices[who].token[0] != '\0')
		g_string_append_printf(
		        headers, "Authorization: Bearer %s\r\n", world->devices[who].token);
	if (origin != NULL)
		g_string_append_printf(headers, "Origin: %s\r\n", origin);
	g_autofree char *form =
	        api || body == NULL ? g_strdup(body) : g_strdup_printf("csrf=%s&%s", csrf, body);
	return staff_ask(&world->api, row->method == HTTP_GET ? "GET" : "POST", to, headers->str,
	        api ? "application/json" : "application/x-www-form-urlencoded", form,
	        form ? strlen(form) : 0);
}

/* What must not move when somebody is refused. */
static gint64
state_of(const World *world)
{
	return engine_ask(world->api.door.engine,
	        "SELECT (SELECT sum(version) FROM event) + 1000 * (SELECT count(*) FROM audit)"
	        " + 1000000 * (SELECT count(*) FROM scan) + 100000000 * (SELECT count(*) FROM"
	        " device WHERE revoked_at IS NOT NULL)");
}

static int
expected(const struct Row *row, guint who)
{
	const gboolean device = g_str_has_prefix(row->path, "/api/");
	const gboolean elsewhere = who == OWNER_ELSEWHERE || who == ELSEWHERE;

	if (row->may & BIT(who)) {
		if (elsewhere && row->away != 0)
			return row->away;
		return who == LEAD_SOUTH && row->away_region ? row->away_region : row->status;
	}
	if (device) /* a scanning phone is one, but no supervisor's */
		return who == SCAN || who == SUPERVISOR || who == ELSEWHERE ? 403 : 401;
	return who >= VIEWER && who <= OWNER_ELSEWHERE ? 403 : 303;
}

static void
check_headers(const struct Row *row, const Answered *answered)
{
	g_assert_cmpstr(answered_header(answered, "X-Content-Type-Options"), ==, "nosniff");
	g_assert_cmpstr(answered_header(answered, "Referrer-Policy"), ==, "same-origin");
	g_assert_nonnull(answered_header(answered, "Content-Security-Policy"));
	g_assert_true(g_str_has_prefix(
	        answered_header(answered, "Content-Security-Policy"), "default-src 'none'"));
	g_assert_nonnull(answered_header(answered, "Permissions-Policy"));
	g_assert_nonnull(answered_header(answered, "Cross-Origin-Opener-Policy"));
	g_assert_nonnull(answered_header(answered, "Cross-Origin-Resource-Policy"));
	/* what is not everybody's is kept by nobody; the numbers are asked for again each time */
	if (row->may != EVERYBODY && !g_str_equal(row->path, "/staff/numbers.json")) {
		const char *cache = answered_header(answered, "Cache-Control");
		if (cache == NULL || strstr(cache, "no-store") == NULL)
			g_error("%s may be kept: %s", row->path, answered->header);
	}
}

static void
check(World *world, guint who, const struct Row *row)
{
	g_test_message("%s asks %s", names[who], row->path);
	/* a device or person to be asked about is made before, and is no change */
	const gboolean may = (row->may & BIT(who)) != 0;
	const gint64 before = may ? 0 : state_of(world);
	Answered answered = ask(world, who, row, world->staff[who].csrf, NULL);

	if (answered.status != expected(row, who))
		g_error("%s, %s %s: %d and not %d\n%.600s", names[who],
		        row->method == HTTP_GET ? "GET" : "POST", row->path, answered.status,
		        expected(row, who), answered.body);
	if (!may && answered.status == 303)
		g_assert_cmpstr(answered_header(&answered, "Location"), ==, "/staff/sign-in");
	if ((MAY_READ_NAMES & BIT(who)) == 0 && !g_str_equal(row->path, "/staff/people"))
		g_assert_null(strstr(answered.body, NAME));
	if (g_str_equal(row->path, "/staff/people") && row->method == HTTP_POST)
		/* what was typed comes back; their page's link does not */
		g_assert_cmpint(strstr(answered.body, GUEST) != NULL, ==,
		        may && (MAY_READ_NAMES & BIT(who)) != 0);
	check_headers(row, &answered);
	if (!may && strstr(row->to, "$D") == NULL)
		g_assert_cmpint(state_of(world), ==, before);
	answered_clear(&answered);
	if (may && g_str_equal(row->path, "/staff/sign-out"))
		enter(world, who);
}

static void
everybody_gets_what_is_theirs_and_nothing_else(Engine *engine, gconstpointer data)
{
	World world;
	guint routes = 0;

	open_world(&world, engine);
	for (guint i = 0; web_tables[i] != NULL; i++)
		for (const Route *route = web_tables[i]; route->path != NULL; route++, routes++)
			for (guint who = 0; who < IDENTITIES; who++)
				check(&world, who, row_of(route));
	g_assert_cmpuint(routes, ==, G_N_ELEMENTS(rows)); /* none stands here for nothing */
	close_world(&world);
}

/* ---- forms ---- */

static void
must_be_refused(World *world, const struct Row *row, const char *csrf, const char *origin)
{
	const gboolean makes = strstr(row->to, "$D") != NULL;
	const gint64 before = state_of(world);
	Answered answered = ask(world, OWNER, row, csrf, origin);

	if (answered.status != 403)
		g_error("%s with csrf \"%s\" and origin %s: %d", row->path, csrf,
		        origin ? origin : "none", answered.status);
	answered_clear(&answered);
	if (!makes)
		g_assert_cmpint(state_of(world), ==, before);
}

static void
no_form_does_anything_without_its_token_or_from_another_site(Engine *engine, gconstpointer data)
{
	World world;

	open_world(&world, engine);
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		if (rows[i].method != HTTP_POST || !g_str_has_prefix(rows[i].path, "/staff/") ||
		        g_str_equal(rows[i].path, "/staff/sign-in"))
			continue;
		const char *csrf = world.staff[OWNER].csrf;
		must_be_refused(&world, &rows[i], "", NULL);
		must_be_refused(&world, &rows[i], world.staff[STAFF].csrf, NULL);
		must_be_refused(&world, &rows[i], csrf, "http://evil.example");
		must_be_refused(&world, &rows[i], csrf, "null");
		must_be_refused(&world, &rows[i], csrf, "https://x"); /* another scheme */
	}
	Answered signing = ask(&world, NOBODY, row_of(&staff_routes[1]), "", "http://evil.example");
	g_assert_cmpint(signing.status, ==, 403);
	answered_clear(&signing);
	close_world(&world);
}

/* ---- sessions that end ---- */

static int
status_of(const World *world, guint who)
{
	Answered answered = staff_get(&world->api, &world->staff[who], "/staff/people");
	const int status = answered.status;

	answered_clear(&answered);
	/* the sign of life is written behind the answer, before this */
	engine_must(world->api.door.engine, "UPDATE event SET version = version");
	return status;
}

static void
a_session_ends_when_idle_after_twelve_hours_and_with_the_role(Engine *engine, gconstpointer data)
{
	World world;

	open_world(&world, engine);
	g_assert_cmpint(status_of(&world, STAFF), ==, 200);
	api_clock_ms += (STAFF_IDLE_S + 1) * 1000;
	g_assert_cmpint(status_of(&world, STAFF), ==, 303);
	enter(&world, STAFF);
	for (gint64 passed = 0; passed < STAFF_SESSION_S - 1200; passed += 1200) {
		api_clock_ms += 1200 * 1000;
		g_assert_cmpint(status_of(&world, STAFF), ==, 200);
	}
	api_clock_ms += 1200 * 1000;
	g_assert_cmpint(status_of(&world, STAFF), ==, 303);
	enter(&world, OWNER);
	const SignedIn was_owner = world.staff[OWNER];
	staff_enters(&world.api, "door", names[OWNER], "viewer", NULL);
	Answered answered = staff_get(&world.api, &was_owner, "/staff");
	g_assert_cmpint(answered.status, ==, 303);
	answered_clear(&answered);
	close_world(&world);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_true(locales_load(NULL));
#define TEST(name) engine_add_test("matrix/" #name, name)
	TEST(everybody_gets_what_is_theirs_and_nothing_else);
	TEST(no_form_does_anything_without_its_token_or_from_another_site);
	TEST(a_session_ends_when_idle_after_twelve_hours_and_with_the_role);
	return engine_run();
}
