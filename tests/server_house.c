#include "tests/server_house.h"

#include <string.h>

gint pages_run, gate_shut;

static Reply *
hello_page(Request *request)
{
	__atomic_add_fetch(&pages_run, 1, __ATOMIC_SEQ_CST);
	return reply_bytes(request, 200, "text/plain", g_bytes_new_static("hello", 5));
}

static Reply *
echo_page(Request *request)
{
	__atomic_add_fetch(&pages_run, 1, __ATOMIC_SEQ_CST);
	const char *said = fields_get(request_form(request), "said");
	return reply_bytes(request, 200, "text/plain",
	        said ? g_bytes_new(said, strlen(said)) : g_bytes_new_static("", 0));
}

static Reply *
param_page(Request *request)
{
	const char *name = request_param(request, "name");
	return reply_bytes(request, 200, "text/plain", g_bytes_new(name, strlen(name)));
}

static Reply *
api_page(Request *request)
{
	return reply_json(request, 200, json_pack("{s:b}", "here", TRUE));
}

static Reply *
prepared_reply(Request *request)
{
	Prepared *prepared = request_kept(request, "prepared");
	if (prepared == NULL) {
		g_autoptr(GString) text = g_string_new(NULL);
		for (guint i = 0; i < PREPARED_TEXT_REPEATED; i++)
			g_string_append(text, PREPARED_TEXT);
		prepared = request_keep(request, "prepared",
		        prepared_bytes(request, "text/plain", locale_code(request_locale(request)),
		                g_bytes_new(text->str, text->len), 60));
	}
	return reply_prepared(request, prepared);
}

static Reply *
error_page(Request *request)
{
	GError *error = NULL;
	const char *which = request_param(request, "name");
	if (g_str_equal(which, "unavailable"))
		g_set_error_literal(&error, DB_ERROR, DB_ERROR_UNAVAILABLE, "the disk is full");
	else if (g_str_equal(which, "absent"))
		g_set_error_literal(&error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT, "no such thing");
	else
		g_set_error_literal(&error, TURNOUT_ERROR, TURNOUT_ERROR_BUG, "a bug");
	return reply_error(request, error);
}

typedef struct {
	char said[64];
	gboolean done;
} Note;

static gboolean
note_work(Db *db, gpointer data, GError **error)
{
	Note *note = data;
	while (__atomic_load_n(&gate_shut, __ATOMIC_SEQ_CST))
		g_usleep(1000);
	if (g_str_equal(note->said, "fail")) {
		g_set_error_literal(error, DB_ERROR, DB_ERROR_UNAVAILABLE, "the disk is full");
		return FALSE;
	}
	note->done = TRUE;
	return TRUE;
}

static Reply *
note_written(Request *request, gpointer data, const GError *error)
{
	const Note *note = data;
	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	g_assert_true(note->done);
	return reply_see_other(request, note->said);
}

static Reply *
note_page(Request *request)
{
	Note *note = g_new0(Note, 1);
	const char *said = fields_get(request_form(request), "said");
	g_strlcpy(note->said, said ? said : "", sizeof(note->said));
	return reply_after(request, note_work, note_written, note, g_free);
}

static const Route house[] = {
	{ HTTP_GET, "/hello", FOR_ANYONE, hello_page },
	{ HTTP_GET, "/param/:name", FOR_ANYONE, param_page },
	{ HTTP_POST, "/echo", FOR_HOLDER, echo_page, 1000 },
	{ HTTP_POST, "/form/:event", FOR_ANYONE, echo_page },
	{ HTTP_POST, "/note", FOR_HOLDER, note_page },
	{ HTTP_GET, "/prepared", FOR_ANYONE, prepared_reply },
	{ HTTP_GET, "/error/:name", FOR_ANYONE, error_page },
	{ HTTP_GET, "/operator", FOR_OPERATOR, hello_page },
	{ HTTP_GET, "/forgotten", FOR_NOBODY, hello_page },
	{ HTTP_GET, "/api/v1/me", FOR_DEVICE, api_page },
	{ HTTP_POST, "/api/v1/pair", FOR_PAIRING, api_page, 100 },
	{ 0 },
};

static const Route *const tables[] = { house, NULL };

Running
house_open(Engine *engine, const char *option, const char *value)
{
	char *words[] = { "web", "--data", (char *)engine->place.dir, "--listen", "127.0.0.1:0",
		(char *)option, (char *)value, NULL };
	char **argv = words;
	int argc = option ? 7 : 5;
	GError *error = NULL;
	Running running = { 0 };
	running.settings = settings_take(&argc, &argv, NULL, "", TRUE, &error);
	g_assert_no_error(error);
	const ServerOptions options = {
		.record = engine_record(engine),
		.settings = running.settings,
		.routes = tables,
		.header_ms = 700,
		.body_ms = 1500,
	};
	running.server = server_start(&options, &error);
	g_assert_no_error(error);
	running.url = server_url(running.server);
	return running;
}

void
house_close(Running *running)
{
	g_assert_true(server_stop(running->server));
	settings_free(running->settings);
}

void
must_live(const Running *running)
{
	Answered answered = client_get(running->url, "/hello", NULL);
	g_assert_cmpint(answered.status, ==, 200);
	g_assert_cmpstr(answered.body, ==, "hello");
	answered_clear(&answered);
}

int
status_of(const Running *running, const char *bytes)
{
	Answered answered = client_ask(running->url, bytes, strlen(bytes));
	const int status = answered.status;
	answered_clear(&answered);
	return status;
}
