#include "tests/door_api.h"

#include <string.h>

#include "schema/device.h"
#include "tests/client.h"

gint64 api_clock_ms = ENGINE_NOW * 1000;

static gint64
now_ms(void)
{
	return api_clock_ms;
}

static const Route *const door_tables[] = { door_routes, NULL };

void
api_start(Api *api, Engine *engine)
{
	api_start_with(api, engine, door_tables);
}

void
api_start_with(Api *api, Engine *engine, const Route *const *tables)
{
	char *words[] = { (char *)"web", (char *)"--data", (char *)engine->place.dir,
		(char *)"--listen", (char *)"127.0.0.1:0", NULL };
	char **argv = words;
	int argc = 5;
	g_autoptr(GError) error = NULL;

	memset(api, 0, sizeof *api);
	api_clock_ms = ENGINE_NOW * 1000;
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

void
api_stop(Api *api)
{
	g_assert_true(server_stop(api->server));
	settings_free(api->settings);
	door_close(&api->door);
}

json_t *
api_post_text(const Api *api, const char *path, const char *token, const char *body, gsize length,
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

json_t *
api_post(const Api *api, const char *path, const char *token, json_t *body, int *ret_status)
{
	char *text = json_dumps(body, JSON_COMPACT);
	json_t *answer = api_post_text(api, path, token, text, strlen(text), ret_status);

	free(text);
	json_decref(body);
	return answer;
}

const char *
api_text(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

char *
api_add_device(const Api *api, const char *session, const char *role)
{
	g_autoptr(GError) error = NULL;
	json_auto_t *asked = json_pack("{s:s, s:s, s:s, s:s}", "name", "Door B", "event", "door",
	        "session", session, "role", role);
	json_auto_t *answer =
	        device_operation_add(api->door.record, asked, api_clock_ms / 1000, &error);

	g_assert_no_error(error);
	return g_strdup(api_text(answer, "code"));
}

void
api_pair(Api *api, const char *session, const char *role)
{
	g_autofree char *code = api_add_device(api, session, role);
	int status = 0;
	json_auto_t *answer = api_post(api, "/api/v1/door/pair", NULL,
	        json_pack("{s:s, s:s}", "code", code, "device_name", "Phone"), &status);

	g_assert_cmpint(status, ==, 201);
	g_strlcpy(api->token, api_text(answer, "token"), sizeof api->token);
	g_strlcpy(api->device, api_text(answer, "device"), sizeof api->device);
}

json_t *
api_record(const Api *api, const char *session, gint64 mark, gint64 seq)
{
	char hex[ID_HEX_LENGTH + 1];

	id_to_hex(mark, hex);
	return json_pack("{s:i, s:s, s:s, s:I, s:i, s:s, s:i, s:s, s:I, s:i, s:i, s:i, s:i, s:b}",
	        "v", 1, "device", api->device, "epoch", "fedcba9876543210", "seq", (json_int_t)seq,
	        "rev", 0, "session", session, "checkpoint", door_checkpoint(&api->door, session, 0),
	        "mark", hex, "wall", (json_int_t)api_clock_ms, "mono", 17, "skew", -20,
	        "skew_error", 9, "manifest_version", 0, "online", TRUE);
}

json_t *
api_scan(const Api *api, const char *session, gint64 mark, gint64 seq)
{
	int status = 0;
	json_t *answer = api_post(
	        api, "/api/v1/door/scan", api->token, api_record(api, session, mark, seq), &status);

	g_assert_cmpint(status, ==, 200);
	return answer;
}

json_t *
api_get(const Api *api, const char *path, int *ret_status)
{
	g_autofree char *header = g_strdup_printf("Authorization: Bearer %s\r\n", api->token);
	Answered answered = client_get(server_url(api->server), path, header);
	json_t *answer = json_loads(answered.body, 0, NULL);

	*ret_status = answered.status;
	answered_clear(&answered);
	return answer;
}
