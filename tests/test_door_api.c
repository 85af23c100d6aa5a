/* What a phone asks the server: pairing and scanning, over HTTP, on both engines. */
#include <jansson.h>
#include <string.h>

#include "schema/id.h"
#include "tests/client.h"
#include "web/locale.h"
#include "web/server.h"

#include "tests/door_fixture.h"

static gint64 clock_ms = ENGINE_NOW * 1000;

static gint64
now_ms(void)
{
	return clock_ms;
}

static const Route *const tables[] = { door_routes, NULL };

typedef struct {
	Door door;
	Settings *settings;
	Server *server;
	char token[TOKEN_TEXT_LENGTH + 1];
	char device[ID_HEX_LENGTH + 1];
} Api;

static void
api_start(Api *api, Engine *engine)
{
	char *words[] = { (char *)"web", (char *)"--data", (char *)engine->place.dir,
		(char *)"--listen", (char *)"127.0.0.1:0", NULL };
	char **argv = words;
	int argc = 5;
	g_autoptr(GError) error = NULL;

	memset(api, 0, sizeof *api);
	clock_ms = ENGINE_NOW * 1000;
	door_open(&api->door, engine, "door");
	api->settings = settings_take(&argc, &argv, NULL, "", TRUE, &error);
	g_assert_no_error(error);
	const ServerOptions options = {
		.record = api->door.record,
		.settings = api->settings,
		.routes = tables,
		.now_ms = now_ms,
	};
	api->server = server_start(&options, &error);
	g_assert_no_error(error);
}

static void
api_stop(Api *api)
{
	g_assert_true(server_stop(api->server));
	settings_free(api->settings);
	door_close(&api->door);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Api, api_stop)

/* Posts @body; returns the answer's JSON, @ret_status its status. */
static json_t *
post_text(const Api *api, const char *path, const char *token, const char *body, gsize length,
        int *ret_status)
{
	g_autoptr(GString) asked = g_string_new(NULL);

	g_string_append_printf(asked,
	        "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
	        "Content-Length: %zu\r\n",
	        path, length);
	if (token != NULL)
		g_string_append_printf(asked, "Authorization: Bearer %s\r\n", token);
	g_string_append(asked, "Connection: close\r\n\r\n");
	g_string_append_len(asked, body, (gssize)length);
	Answered answered = client_ask(server_url(api->server), asked->str, asked->len);
	json_t *answer = json_loads(answered.body, 0, NULL);
	*ret_status = answered.status;
	g_assert_nonnull(answer);
	answered_clear(&answered);
	return answer;
}

/* The same with a JSON body, whose reference is taken. */
static json_t *
post(const Api *api, const char *path, const char *token, json_t *body, int *ret_status)
{
	char *text = json_dumps(body, JSON_COMPACT);
	json_t *answer = post_text(api, path, token, text, strlen(text), ret_status);

	free(text);
	json_decref(body);
	return answer;
}

static const char *
text_of(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

static char *
add_device(const Api *api, const char *session, const char *role)
{
	g_autoptr(GError) error = NULL;
	json_auto_t *asked = json_pack("{s:s, s:s, s:s, s:s}", "name", "Door B", "event", "door",
	        "session", session, "role", role);
	json_auto_t *answer =
	        device_operation_add(api->door.record, asked, clock_ms / 1000, &error);

	g_assert_no_error(error);
	return g_strdup(text_of(answer, "code"));
}

static void
must_pair(Api *api, const char *session, const char *role)
{
	g_autofree char *code = add_device(api, session, role);
	int status = 0;
	json_auto_t *answer = post(api, "/api/v1/door/pair", NULL,
	        json_pack("{s:s, s:s}", "code", code, "device_name", "Phone"), &status);

	g_assert_cmpint(status, ==, 201);
	g_strlcpy(api->token, text_of(answer, "token"), sizeof api->token);
	g_strlcpy(api->device, text_of(answer, "device"), sizeof api->device);
}

static json_t *
record(const Api *api, const char *session, gint64 mark, gint64 seq)
{
	char hex[ID_HEX_LENGTH + 1];

	id_to_hex(mark, hex);
	return json_pack("{s:i, s:s, s:s, s:I, s:i, s:s, s:i, s:s, s:I, s:i, s:i, s:i, s:i, s:b}",
	        "v", 1, "device", api->device, "epoch", "fedcba9876543210", "seq", (json_int_t)seq,
	        "rev", 0, "session", session, "checkpoint", door_checkpoint(&api->door, session, 0),
	        "mark", hex, "wall", (json_int_t)clock_ms, "mono", 17, "skew", -20, "skew_error", 9,
	        "manifest_version", 0, "online", TRUE);
}

static json_t *
scan(const Api *api, const char *session, gint64 mark, gint64 seq)
{
	int status = 0;
	json_t *answer = post(
	        api, "/api/v1/door/scan", api->token, record(api, session, mark, seq), &status);

	g_assert_cmpint(status, ==, 200);
	return answer;
}

/* ---- pairing ---- */

static void
a_phone_learns_where_it_scans(Engine *engine, gconstpointer data)
{
	g_auto(Api) api = { 0 };
	api_start(&api, engine);
	g_autofree char *code = add_device(&api, "lunch", "supervisor");
	g_autofree char *typed = g_ascii_strdown(code, -1);
	int status = 0;
	json_auto_t *answer = post(&api, "/api/v1/door/pair", NULL,
	        json_pack("{s:s, s:s, s:s}", "code", typed, "device_name", "  Lunch   phone ",
	                "nonce", "n1"),
	        &status);

	g_assert_cmpint(status, ==, 201);
	g_assert_cmpuint(strlen(text_of(answer, "token")), ==, TOKEN_TEXT_LENGTH);
	g_assert_cmpuint(strlen(text_of(answer, "device")), ==, ID_HEX_LENGTH);
	g_assert_cmpstr(text_of(answer, "role"), ==, "supervisor");
	const json_t *event = json_object_get(answer, "event");
	g_assert_cmpstr(text_of(event, "slug"), ==, "door");
	g_assert_cmpstr(text_of(event, "title"), ==, "Event door");
	g_assert_cmpstr(text_of(event, "zone"), ==, "America/Los_Angeles");
	g_assert_cmpuint(strlen(text_of(event, "id")), ==, 2 * EVENT_ID_BYTES);
	const json_t *checkpoints = json_object_get(answer, "checkpoints");
	g_assert_cmpuint(json_array_size(checkpoints), ==, 2);
	const json_t *first = json_array_get(checkpoints, 0);
	g_assert_cmpint(json_integer_value(json_object_get(first, "no")), ==,
	        door_checkpoint(&api.door, "lunch", 0));
	g_assert_cmpstr(text_of(first, "name"), ==, "lunch A");
	const json_t *session = json_object_get(first, "session");
	g_assert_cmpstr(text_of(session, "code"), ==, "lunch");
	g_assert_cmpstr(text_of(session, "kind"), ==, "meal");
	g_assert_cmpstr(text_of(session, "door"), ==, "listed");
	g_assert_cmpstr(text_of(session, "reentry"), ==, "once");
	g_assert_cmpint(json_integer_value(json_object_get(session, "starts")), ==,
	        event_session_by_code(api.door.event, "lunch")->starts);
	g_assert_cmpint(json_integer_value(json_object_get(answer, "now")), ==, clock_ms);
	g_assert_cmpint(
	        engine_ask(engine, "SELECT count(*) FROM device WHERE name = 'Lunch phone'"), ==,
	        1);
}

static void
a_code_that_was_used_is_gone_but_for_the_same_phone(Engine *engine, gconstpointer data)
{
	g_auto(Api) api = { 0 };
	api_start(&api, engine);
	g_autofree char *code = add_device(&api, "day", "scan");
	const struct {
		const char *code, *nonce;
		int status;
	} steps[] = {
		{ code, "one", 201 },
		{ code, "two", 410 },
		{ code, NULL, 410 },
		{ code, "one", 201 },
		{ "0000-0000-0000-0000", "one", 404 },
		{ "what?", "one", 404 },
	};

	for (guint i = 0; i < G_N_ELEMENTS(steps); i++) {
		int status = 0;
		json_auto_t *answer = post(&api, "/api/v1/door/pair", NULL,
		        json_pack("{s:s, s:s, s:s*}", "code", steps[i].code, "device_name", "Phone",
		                "nonce", steps[i].nonce),
		        &status);
		g_assert_cmpint(status, ==, steps[i].status);
		if (status >= 400) {
			const json_t *error = json_object_get(answer, "error");
			g_assert_nonnull(text_of(error, "code"));
			g_assert_nonnull(text_of(error, "message"));
			g_assert_nonnull(text_of(error, "request"));
		}
	}
	clock_ms += 600 * 1000;
	int status = 0;
	json_auto_t *late = post(&api, "/api/v1/door/pair", NULL,
	        json_pack("{s:s, s:s, s:s}", "code", code, "device_name", "Phone", "nonce", "one"),
	        &status);
	g_assert_cmpint(status, ==, 410);
}

/* ---- scanning ---- */

static void
a_guest_is_green_and_then_welcome_back(Engine *engine, gconstpointer data)
{
	g_auto(Api) api = { 0 };
	api_start(&api, engine);
	must_pair(&api, "day", "scan");
	Guest guest = door_guest_who(&api.door, "general", TICKET_ATTENDEE, "yes", "es");

	json_auto_t *first = scan(&api, "day", guest.ticket.mark, 1);
	g_assert_cmpstr(text_of(first, "decision"), ==, "admit");
	g_assert_cmpstr(text_of(first, "shown"), ==, "green");
	g_assert_true(json_is_null(json_object_get(first, "first_at")));
	g_assert_true(json_is_null(json_object_get(first, "place")));
	g_assert_cmpint(json_integer_value(json_object_get(first, "hint")), ==, 4); /* headset */
	g_assert_cmpuint(json_array_size(json_object_get(first, "durable")), ==, 0);
	g_assert_cmpuint(json_object_size(first), ==, 6);
	clock_ms += 5000;
	json_auto_t *second = scan(&api, "day", guest.ticket.mark, 2);
	g_assert_cmpstr(text_of(second, "decision"), ==, "again");
	g_assert_cmpint(json_integer_value(json_object_get(second, "first_at")), ==,
	        ENGINE_NOW * 1000 - 20);
	g_assert_cmpstr(text_of(second, "place"), ==, "day A");
	/* asked once more, since the answer was lost */
	json_auto_t *repeated = scan(&api, "day", guest.ticket.mark, 1);
	g_assert_cmpstr(text_of(repeated, "decision"), ==, "admit");
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM scan"), ==, 2);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM scan WHERE rev = 0"), ==, 2);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM presence"), ==, 1);
}

static void
the_hint_tells_what_the_door_should_know(Engine *engine, gconstpointer data)
{
	static const struct {
		const char *sql;
		gint64 hint;
	} cases[] = {
		{ "UPDATE attendee SET lang = 'en'", 8 }, /* nothing known: no photo */
		{ "UPDATE attendee SET lang = 'es'", 16 + 8 },
		{ "UPDATE attendee SET age_band = 2", 16 + 8 + 2 },
		{ "UPDATE attendee SET fee_state = 'due'", 16 + 8 + 2 + 1 },
		{ "UPDATE attendee SET state = 'cancelled'", 0 },
	};
	g_auto(Api) api = { 0 };
	api_start(&api, engine);
	must_pair(&api, "day", "scan");
	Guest guest = door_guest(&api.door, "general", NULL, TICKET_ATTENDEE);

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		engine_must(engine, cases[i].sql);
		json_auto_t *answer = scan(&api, "day", guest.ticket.mark, i + 1);
		g_assert_cmpint(
		        json_integer_value(json_object_get(answer, "hint")), ==, cases[i].hint);
	}
}

static void
a_mark_that_nobody_has_is_sent_to_the_help_desk(Engine *engine, gconstpointer data)
{
	g_auto(Api) api = { 0 };
	api_start(&api, engine);
	clock_ms += 24 * 3600 * 1000;
	must_pair(&api, "day", "scan");

	json_auto_t *answer = scan(&api, "day", 0x1234567890abcdef, 1);
	g_assert_cmpstr(text_of(answer, "decision"), ==, "reject_revoked");
	g_assert_cmpint(json_integer_value(json_object_get(answer, "hint")), ==, 0);
	/* the phone has read in the ticket that it is new */
	json_t *young = record(&api, "day", 0x1234567890abcdee, 2);
	json_object_set_new(young, "ticket_minute", json_integer(24 * 60 - 5));
	int status = 0;
	json_auto_t *new = post(&api, "/api/v1/door/scan", api.token, young, &status);
	g_assert_cmpint(status, ==, 200);
	g_assert_cmpstr(text_of(new, "decision"), ==, "admit_provisional");
	g_assert_cmpstr(text_of(new, "shown"), ==, "amber");
}

/* One member set to something else (NULL: taken out), and what is said. */
typedef struct {
	const char *member, *value;
	int status;
	const char *words;
} Wrong;

static const Wrong wrong[] = {
	{ "v", NULL, 400, "v:" },
	{ "v", "2", 400, "v:" },
	{ "v", "\"1\"", 400, "v:" },
	{ "device", NULL, 400, "device:" },
	{ "device", "\"12\"", 400, "device:" },
	{ "device", "5", 400, "device:" },
	{ "device", "\"0000000000000005\"", 403, "device" },
	{ "epoch", "\"fedcba987654321g\"", 400, "epoch:" },
	{ "epoch", "\"fedcba98765432100\"", 400, "epoch:" },
	{ "epoch", NULL, 400, "epoch:" },
	{ "seq", "-1", 400, "seq:" },
	{ "seq", "1.5", 400, "seq:" },
	{ "seq", "9007199254740992", 400, "seq:" },
	{ "seq", NULL, 400, "seq:" },
	{ "rev", "1", 400, "rev:" },
	{ "rev", NULL, 400, "rev:" },
	{ "session", "\"dinner\"", 400, "session:" },
	{ "session", NULL, 400, "session:" },
	{ "checkpoint", "0", 400, "checkpoint:" },
	{ "checkpoint", "99", 400, "checkpoint:" },
	{ "checkpoint", "\"1\"", 400, "checkpoint:" },
	{ "checkpoint", NULL, 400, "checkpoint:" },
	{ "mark", "\"\"", 400, "mark:" },
	{ "mark", "null", 400, "mark:" },
	{ "mark", NULL, 400, "mark:" },
	{ "wall", "\"now\"", 400, "wall:" },
	{ "wall", NULL, 400, "wall:" },
	{ "mono", "-1", 400, "mono:" },
	{ "mono", NULL, 400, "mono:" },
	{ "skew", "1e99", 400, "skew:" },
	{ "skew", NULL, 400, "skew:" },
	{ "skew_error", "-1", 400, "skew_error:" },
	{ "skew_error", NULL, 400, "skew_error:" },
	{ "manifest_version", "[]", 400, "manifest_version:" },
	{ "manifest_version", NULL, 400, "manifest_version:" },
	{ "online", "1", 400, "online:" },
	{ "online", NULL, 400, "online:" },
	{ "region", "\"west\"", 400, "region:" },
	{ "region", "7", 400, "region:" },
	{ "waiting", "[{}]", 400, "waiting:" },
	{ "waiting", "{}", 400, "waiting:" },
	{ "leaving", "\"yes\"", 400, "leaving:" },
	{ "override", "\"Because I say so\"", 400, "override:" },
	{ "override", "\"speaker\"", 403, "override" },
	{ "ticket_class", "16", 400, "ticket_class:" },
	{ "ticket_minute", "1048576", 400, "ticket_minute:" },
	{ "decision", "\"admit\"", 400, "decision:" },
	{ "reason", "null", 400, "reason:" },
	{ "void_of", "{}", 400, "void_of:" },
};

static void
each_wrong_member_is_told_by_name(Engine *engine, gconstpointer data)
{
	g_auto(Api) api = { 0 };
	api_start(&api, engine);
	must_pair(&api, "day", "scan");
	Guest guest = door_guest(&api.door, "general", NULL, TICKET_ATTENDEE);

	for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
		json_t *body = record(&api, "day", guest.ticket.mark, 1);
		int status = 0;
		json_object_del(body, wrong[i].member);
		if (wrong[i].value != NULL)
			json_object_set_new(body, wrong[i].member,
			        json_loads(wrong[i].value, JSON_DECODE_ANY, NULL));
		json_auto_t *answer = post(&api, "/api/v1/door/scan", api.token, body, &status);
		const json_t *error = json_object_get(answer, "error");
		const char *message = text_of(error, "message");
		if (status != wrong[i].status || message == NULL ||
		        !g_str_has_prefix(message, wrong[i].words))
			g_error("%s = %s: %d %s", wrong[i].member, wrong[i].value, status, message);
		g_assert_nonnull(text_of(error, "code"));
		g_assert_nonnull(text_of(error, "request"));
	}
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM scan"), ==, 0);
	json_auto_t *answer = scan(&api, "day", guest.ticket.mark, 1);
	g_assert_cmpstr(text_of(answer, "decision"), ==, "admit");
}

static void
what_is_no_record_is_told(Engine *engine, gconstpointer data)
{
	static const char *const bodies[] = { "", "{", "[]", "null", "5", "\"a\"",
		"{\"v\":1,\"v\":1}", "{\"v\":\"\xff\"}", "{\"v\":1}{}", "{\"a\\u0000b\":1}" };
	g_auto(Api) api = { 0 };
	api_start(&api, engine);
	must_pair(&api, "day", "scan");

	for (guint i = 0; i < G_N_ELEMENTS(bodies); i++)
		for (guint route = 0; route < 2; route++) {
			int status = 0;
			json_auto_t *answer = post_text(&api,
			        route ? "/api/v1/door/scan" : "/api/v1/door/pair",
			        route ? api.token : NULL, bodies[i], strlen(bodies[i]), &status);
			g_assert_cmpint(status, ==, 400);
			g_assert_nonnull(text_of(json_object_get(answer, "error"), "message"));
		}
	g_autofree char *deep = g_strnfill(50000, '[');
	int status = 0;
	json_auto_t *answer =
	        post_text(&api, "/api/v1/door/scan", api.token, deep, strlen(deep), &status);
	g_assert_cmpint(status, ==, 400);
}

static void
a_device_scans_only_with_its_token_and_at_its_place(Engine *engine, gconstpointer data)
{
	g_auto(Api) api = { 0 };
	api_start(&api, engine);
	must_pair(&api, "lunch", "scan");
	Guest guest = door_guest(&api.door, "full", NULL, TICKET_ATTENDEE);
	char other[TOKEN_TEXT_LENGTH + 1];
	int status = 0;

	json_auto_t *elsewhere = post(&api, "/api/v1/door/scan", api.token,
	        record(&api, "day", guest.ticket.mark, 1), &status);
	g_assert_cmpint(status, ==, 403);
	token_new(other);
	json_auto_t *unknown = post(&api, "/api/v1/door/scan", other,
	        record(&api, "lunch", guest.ticket.mark, 1), &status);
	g_assert_cmpint(status, ==, 401);
	json_auto_t *none = post(&api, "/api/v1/door/scan", NULL,
	        record(&api, "lunch", guest.ticket.mark, 1), &status);
	g_assert_cmpint(status, ==, 401);
	json_auto_t *good = scan(&api, "lunch", guest.ticket.mark, 1);
	g_assert_cmpstr(text_of(good, "decision"), ==, "admit");
	json_auto_t *other_scan = post(&api, "/api/v1/door/scan", api.token,
	        record(&api, "lunch", guest.ticket.mark ^ 1, 1), &status);
	g_assert_cmpint(status, ==, 409);
	json_auto_t *asked = json_pack("{s:s}", "device", api.device);
	json_auto_t *revoked = device_operation_revoke(api.door.record, asked, ENGINE_NOW, NULL);
	g_assert_nonnull(revoked);
	clock_ms += 6000; /* within five seconds it is known everywhere */
	json_auto_t *after = post(&api, "/api/v1/door/scan", api.token,
	        record(&api, "lunch", guest.ticket.mark, 2), &status);
	g_assert_cmpint(status, ==, 401);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM scan"), ==, 1);
}

static void
a_supervisor_s_phone_may_override_and_anyone_may_leave(Engine *engine, gconstpointer data)
{
	g_auto(Api) api = { 0 };
	api_start(&api, engine);
	must_pair(&api, "lunch", "supervisor");
	Guest guest = door_guest(&api.door, "general", NULL, TICKET_ATTENDEE);
	json_t *body = record(&api, "lunch", guest.ticket.mark, 1);
	int status = 0;

	json_auto_t *refused = post(&api, "/api/v1/door/scan", api.token, body, &status);
	g_assert_cmpstr(text_of(refused, "decision"), ==, "reject_not_booked");
	body = record(&api, "lunch", guest.ticket.mark, 2);
	json_object_set_new(body, "override", json_string("speaker"));
	json_object_set_new(body, "waiting", json_array());
	json_auto_t *admitted = post(&api, "/api/v1/door/scan", api.token, body, &status);
	g_assert_cmpstr(text_of(admitted, "decision"), ==, "admit_override");
	body = record(&api, "lunch", guest.ticket.mark, 3);
	json_object_set_new(body, "leaving", json_true());
	json_auto_t *gone = post(&api, "/api/v1/door/scan", api.token, body, &status);
	g_assert_cmpstr(text_of(gone, "decision"), ==, "leave");
	g_assert_cmpstr(text_of(gone, "shown"), ==, "blue");
}

#define API_TEST(name) engine_add_test("door_api/" #name, name)

int
main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;

	g_test_init(&argc, &argv, NULL);
	locales_load(&error);
	g_assert_no_error(error);
	API_TEST(a_phone_learns_where_it_scans);
	API_TEST(a_code_that_was_used_is_gone_but_for_the_same_phone);
	API_TEST(a_guest_is_green_and_then_welcome_back);
	API_TEST(the_hint_tells_what_the_door_should_know);
	API_TEST(a_mark_that_nobody_has_is_sent_to_the_help_desk);
	API_TEST(each_wrong_member_is_told_by_name);
	API_TEST(what_is_no_record_is_told);
	API_TEST(a_device_scans_only_with_its_token_and_at_its_place);
	API_TEST(a_supervisor_s_phone_may_override_and_anyone_may_leave);
	return engine_run();
}
