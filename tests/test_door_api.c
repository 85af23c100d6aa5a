/* What a phone asks the server: pairing and scanning, over HTTP, on both engines. */
#include <string.h>

#include "tests/fixtures/client.h"
#include "web/locale.h"

#include "tests/fixtures/door_api.h"

/* ---- pairing ---- */

static void
a_phone_learns_where_it_scans(Engine *engine, gconstpointer data)
{
	g_auto(Api) api = { 0 };
	api_start(&api, engine);
	g_autofree char *code = api_add_device(&api, "lunch", "supervisor");
	g_autofree char *typed = g_ascii_strdown(code, -1);
	int status = 0;
	json_auto_t *answer = api_post(&api, "/api/v1/door/pair", NULL,
	        json_pack("{s:s, s:s, s:s}", "code", typed, "device_name", "  Lunch   phone ",
	                "nonce", "n1"),
	        &status);

	g_assert_cmpint(status, ==, 201);
	g_assert_cmpuint(strlen(api_text(answer, "token")), ==, TOKEN_TEXT_LENGTH);
	g_assert_cmpuint(strlen(api_text(answer, "device")), ==, ID_HEX_LENGTH);
	g_assert_cmpstr(api_text(answer, "role"), ==, "supervisor");
	const json_t *event = json_object_get(answer, "event");
	g_assert_cmpstr(api_text(event, "slug"), ==, "door");
	g_assert_cmpstr(api_text(event, "title"), ==, "Event door");
	g_assert_cmpstr(api_text(event, "zone"), ==, "America/Los_Angeles");
	g_assert_cmpuint(strlen(api_text(event, "id")), ==, 2 * EVENT_ID_BYTES);
	const json_t *checkpoints = json_object_get(answer, "checkpoints");
	g_assert_cmpuint(json_array_size(checkpoints), ==, 2);
	const json_t *first = json_array_get(checkpoints, 0);
	g_assert_cmpint(json_integer_value(json_object_get(first, "no")), ==,
	        door_checkpoint(&api.door, "lunch", 0));
	g_assert_cmpstr(api_text(first, "name"), ==, "lunch A");
	const json_t *session = json_object_get(first, "session");
	g_assert_cmpstr(api_text(session, "code"), ==, "lunch");
	g_assert_cmpstr(api_text(session, "kind"), ==, "meal");
	g_assert_cmpstr(api_text(session, "door"), ==, "listed");
	g_assert_cmpstr(api_text(session, "reentry"), ==, "once");
	g_assert_cmpint(json_integer_value(json_object_get(session, "starts")), ==,
	        event_session_by_code(api.door.event, "lunch")->starts);
	g_assert_cmpint(json_integer_value(json_object_get(answer, "now")), ==, api_clock_ms);
	g_assert_cmpint(
	        engine_ask(engine, "SELECT count(*) FROM device WHERE name = 'Lunch phone'"), ==,
	        1);
}

static void
a_code_that_was_used_is_gone_but_for_the_same_phone(Engine *engine, gconstpointer data)
{
	g_auto(Api) api = { 0 };
	api_start(&api, engine);
	g_autofree char *code = api_add_device(&api, "day", "scan");
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
		json_auto_t *answer = api_post(&api, "/api/v1/door/pair", NULL,
		        json_pack("{s:s, s:s, s:s*}", "code", steps[i].code, "device_name", "Phone",
		                "nonce", steps[i].nonce),
		        &status);
		g_assert_cmpint(status, ==, steps[i].status);
		if (status >= 400) {
			const json_t *error = json_object_get(answer, "error");
			g_assert_nonnull(api_text(error, "code"));
			g_assert_nonnull(api_text(error, "message"));
			g_assert_nonnull(api_text(error, "request"));
		}
	}
	api_clock_ms += 600 * 1000;
	int status = 0;
	json_auto_t *late = api_post(&api, "/api/v1/door/pair", NULL,
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
	api_pair(&api, "day", "scan");
	Guest guest = door_guest_who(&api.door, "general", TICKET_ATTENDEE, "yes", "es");

	json_auto_t *first = api_scan(&api, "day", guest.ticket.mark, 1);
	g_assert_cmpstr(api_text(first, "decision"), ==, "admit");
	g_assert_cmpstr(api_text(first, "shown"), ==, "green");
	g_assert_true(json_is_null(json_object_get(first, "first_at")));
	g_assert_true(json_is_null(json_object_get(first, "place")));
	g_assert_cmpint(json_integer_value(json_object_get(first, "hint")), ==, 4); /* headset */
	g_assert_cmpuint(json_array_size(json_object_get(first, "durable")), ==, 0);
	g_assert_cmpuint(json_object_size(first), ==, 6);
	api_clock_ms += 5000;
	json_auto_t *second = api_scan(&api, "day", guest.ticket.mark, 2);
	g_assert_cmpstr(api_text(second, "decision"), ==, "again");
	g_assert_cmpint(json_integer_value(json_object_get(second, "first_at")), ==,
	        ENGINE_NOW * 1000 - 20);
	g_assert_cmpstr(api_text(second, "place"), ==, "day A");
	/* asked once more, since the answer was lost */
	json_auto_t *repeated = api_scan(&api, "day", guest.ticket.mark, 1);
	g_assert_cmpstr(api_text(repeated, "decision"), ==, "admit");
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
	api_pair(&api, "day", "scan");
	Guest guest = door_guest(&api.door, "general", NULL, TICKET_ATTENDEE);

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		engine_must(engine, cases[i].sql);
		json_auto_t *answer = api_scan(&api, "day", guest.ticket.mark, i + 1);
		g_assert_cmpint(
		        json_integer_value(json_object_get(answer, "hint")), ==, cases[i].hint);
	}
}

static void
a_mark_that_nobody_has_is_sent_to_the_help_desk(Engine *engine, gconstpointer data)
{
	g_auto(Api) api = { 0 };
	api_start(&api, engine);
	api_clock_ms += 24 * 3600 * 1000;
	api_pair(&api, "day", "scan");

	json_auto_t *answer = api_scan(&api, "day", 0x1234567890abcdef, 1);
	g_assert_cmpstr(api_text(answer, "decision"), ==, "reject_revoked");
	g_assert_cmpint(json_integer_value(json_object_get(answer, "hint")), ==, 0);
	/* the phone has read in the ticket that it is new */
	json_t *young = api_record(&api, "day", 0x1234567890abcdee, 2);
	json_object_set_new(young, "ticket_minute", json_integer(24 * 60 - 5));
	int status = 0;
	json_auto_t *new = api_post(&api, "/api/v1/door/scan", api.token, young, &status);
	g_assert_cmpint(status, ==, 200);
	g_assert_cmpstr(api_text(new, "decision"), ==, "admit_provisional");
	g_assert_cmpstr(api_text(new, "shown"), ==, "amber");
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
	{ "waiting", "5", 400, "waiting:" },
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
	api_pair(&api, "day", "scan");
	Guest guest = door_guest(&api.door, "general", NULL, TICKET_ATTENDEE);

	for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
		json_t *body = api_record(&api, "day", guest.ticket.mark, 1);
		int status = 0;
		json_object_del(body, wrong[i].member);
		if (wrong[i].value != NULL)
			json_object_set_new(body, wrong[i].member,
			        json_loads(wrong[i].value, JSON_DECODE_ANY, NULL));
		json_auto_t *answer = api_post(&api, "/api/v1/door/scan", api.token, body, &status);
		const json_t *error = json_object_get(answer, "error");
		const char *message = api_text(error, "message");
		if (status != wrong[i].status || message == NULL ||
		        !g_str_has_prefix(message, wrong[i].words))
			g_error("%s = %s: %d %s", wrong[i].member, wrong[i].value, status, message);
		g_assert_nonnull(api_text(error, "code"));
		g_assert_nonnull(api_text(error, "request"));
	}
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM scan"), ==, 0);
	json_auto_t *answer = api_scan(&api, "day", guest.ticket.mark, 1);
	g_assert_cmpstr(api_text(answer, "decision"), ==, "admit");
}

static void
what_is_no_record_is_told(Engine *engine, gconstpointer data)
{
	static const char *const bodies[] = { "", "{", "[]", "null", "5", "\"a\"",
		"{\"v\":1,\"v\":1}", "{\"v\":\"\xff\"}", "{\"v\":1}{}", "{\"a\\u0000b\":1}" };
	g_auto(Api) api = { 0 };
	api_start(&api, engine);
	api_pair(&api, "day", "scan");

	for (guint i = 0; i < G_N_ELEMENTS(bodies); i++)
		for (guint route = 0; route < 2; route++) {
			int status = 0;
			json_auto_t *answer = api_post_text(&api,
			        route ? "/api/v1/door/scan" : "/api/v1/door/pair",
			        route ? api.token : NULL, bodies[i], strlen(bodies[i]), &status);
			g_assert_cmpint(status, ==, 400);
			g_assert_nonnull(api_text(json_object_get(answer, "error"), "message"));
		}
	g_autofree char *deep = g_strnfill(50000, '[');
	int status = 0;
	json_auto_t *answer =
	        api_post_text(&api, "/api/v1/door/scan", api.token, deep, strlen(deep), &status);
	g_assert_cmpint(status, ==, 400);
}

static void
a_device_scans_only_with_its_token_and_at_its_place(Engine *engine, gconstpointer data)
{
	g_auto(Api) api = { 0 };
	api_start(&api, engine);
	api_pair(&api, "lunch", "scan");
	Guest guest = door_guest(&api.door, "full", NULL, TICKET_ATTENDEE);
	char other[TOKEN_TEXT_LENGTH + 1];
	int status = 0;

	json_auto_t *elsewhere = api_post(&api, "/api/v1/door/scan", api.token,
	        api_record(&api, "day", guest.ticket.mark, 1), &status);
	g_assert_cmpint(status, ==, 403);
	token_new(other);
	json_auto_t *unknown = api_post(&api, "/api/v1/door/scan", other,
	        api_record(&api, "lunch", guest.ticket.mark, 1), &status);
	g_assert_cmpint(status, ==, 401);
	json_auto_t *none = api_post(&api, "/api/v1/door/scan", NULL,
	        api_record(&api, "lunch", guest.ticket.mark, 1), &status);
	g_assert_cmpint(status, ==, 401);
	json_auto_t *good = api_scan(&api, "lunch", guest.ticket.mark, 1);
	g_assert_cmpstr(api_text(good, "decision"), ==, "admit");
	json_auto_t *other_scan = api_post(&api, "/api/v1/door/scan", api.token,
	        api_record(&api, "lunch", guest.ticket.mark ^ 1, 1), &status);
	g_assert_cmpint(status, ==, 409);
	json_auto_t *asked = json_pack("{s:s}", "device", api.device);
	json_auto_t *revoked = device_operation_revoke(api.door.record, asked, ENGINE_NOW, NULL);
	g_assert_nonnull(revoked);
	api_clock_ms += 6000; /* within five seconds it is known everywhere */
	json_auto_t *after = api_post(&api, "/api/v1/door/scan", api.token,
	        api_record(&api, "lunch", guest.ticket.mark, 2), &status);
	g_assert_cmpint(status, ==, 401);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM scan"), ==, 1);
}

static void
a_supervisor_s_phone_may_override_and_anyone_may_leave(Engine *engine, gconstpointer data)
{
	g_auto(Api) api = { 0 };
	api_start(&api, engine);
	api_pair(&api, "lunch", "supervisor");
	Guest guest = door_guest(&api.door, "general", NULL, TICKET_ATTENDEE);
	json_t *body = api_record(&api, "lunch", guest.ticket.mark, 1);
	int status = 0;

	json_auto_t *refused = api_post(&api, "/api/v1/door/scan", api.token, body, &status);
	g_assert_cmpstr(api_text(refused, "decision"), ==, "reject_not_booked");
	body = api_record(&api, "lunch", guest.ticket.mark, 2);
	json_object_set_new(body, "override", json_string("speaker"));
	json_object_set_new(body, "waiting", json_array());
	json_auto_t *admitted = api_post(&api, "/api/v1/door/scan", api.token, body, &status);
	g_assert_cmpstr(api_text(admitted, "decision"), ==, "admit_override");
	body = api_record(&api, "lunch", guest.ticket.mark, 3);
	json_object_set_new(body, "leaving", json_true());
	json_auto_t *gone = api_post(&api, "/api/v1/door/scan", api.token, body, &status);
	g_assert_cmpstr(api_text(gone, "decision"), ==, "leave");
	g_assert_cmpstr(api_text(gone, "shown"), ==, "blue");
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
