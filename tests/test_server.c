/*
 * The server on a real record and real sockets: what it answers, what it refuses, how long it
 * waits, and that it goes on after all of it.
 */
#include <string.h>
#include <unistd.h>

#include "tests/client.h"
#include "web/server.h"
#include "tests/engine.h"

/* ---- a small house of its own ---- */

static gint pages_run; /* atomic */

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

#define PREPARED_TEXT_REPEATED 400

static Reply *
prepared_reply(Request *request)
{
	Prepared *prepared = request_kept(request, "prepared");
	if (prepared == NULL) {
		g_autoptr(GString) text = g_string_new(NULL);
		for (guint i = 0; i < PREPARED_TEXT_REPEATED; i++)
			g_string_append(text, "many words ");
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

/* The gate holds the writer's thread, as a slow disk does. */
static gint gate_shut; /* atomic */

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

typedef struct {
	Server *server;
	Settings *settings;
	const char *url;
} Running;

static Running
start(Engine *engine, const char *option, const char *value)
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

static void
stop(Running *running)
{
	g_assert_true(server_stop(running->server));
	settings_free(running->settings);
}

static void
must_live(const Running *running)
{
	Answered answered = client_get(running->url, "/hello", NULL);
	g_assert_cmpint(answered.status, ==, 200);
	g_assert_cmpstr(answered.body, ==, "hello");
	answered_clear(&answered);
}

static int
status_of(const Running *running, const char *bytes)
{
	Answered answered = client_ask(running->url, bytes, strlen(bytes));
	const int status = answered.status;
	answered_clear(&answered);
	return status;
}

/* ---- what is asked, and what is answered ---- */

#define H    "Host: x\r\n"
#define FORM "Content-Type: application/x-www-form-urlencoded\r\n"

static const struct {
	const char *name, *bytes;
	int status; /* 0: closed without a word */
} asked[] = {
	{ "page", "GET /hello HTTP/1.1\r\n" H "\r\n", 200 },
	{ "absolute", "GET http://x/hello HTTP/1.1\r\n" H "\r\n", 200 },
	{ "http-1.0", "GET /hello HTTP/1.0\r\n\r\n", 200 },
	{ "form", "POST /echo HTTP/1.1\r\n" H FORM "Content-Length: 6\r\n\r\nsaid=a", 200 },
	{ "form-in-chunks",
	        "POST /echo HTTP/1.1\r\n" H FORM
	        "Transfer-Encoding: chunked\r\n\r\n3\r\nsai\r\n3\r\nd=a\r\n0\r\n\r\n",
	        200 },
	{ "form-with-charset",
	        "POST /echo HTTP/1.1\r\n" H
	        "Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\n"
	        "Content-Length: 6\r\n\r\nsaid=a",
	        200 },
	{ "own-origin", "POST /echo HTTP/1.1\r\n" H "Origin: http://x\r\nContent-Length: 0\r\n\r\n",
	        200 },
	{ "operator-here", "GET /operator HTTP/1.1\r\n" H "\r\n", 200 },
	{ "pairing",
	        "POST /api/v1/pair HTTP/1.1\r\n" H
	        "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
	        200 },

	{ "form-is-none", "POST /echo HTTP/1.1\r\n" H FORM "Content-Length: 3\r\n\r\n%zz", 400 },
	{ "no-host", "GET /hello HTTP/1.1\r\n\r\n", 400 },
	{ "two-hosts", "GET /hello HTTP/1.1\r\n" H "Host: y\r\n\r\n", 400 },
	{ "empty-host", "GET /hello HTTP/1.1\r\nHost: \r\n\r\n", 400 },
	{ "host-with-path", "GET /hello HTTP/1.1\r\nHost: x/y\r\n\r\n", 400 },
	{ "absolute-of-another", "GET http://y/hello HTTP/1.1\r\n" H "\r\n", 400 },
	{ "nul-in-path", "GET /hello%00 HTTP/1.1\r\n" H "\r\n", 400 },
	{ "nul-in-query", "GET /hello?a=%00 HTTP/1.1\r\n" H "\r\n", 400 },
	{ "byte-over-ascii", "GET /hell\xc3\xb6 HTTP/1.1\r\n" H "\r\n", 400 },
	{ "two-lengths",
	        "POST /echo HTTP/1.1\r\n" H FORM
	        "Content-Length: 6\r\nContent-Length: 6\r\n\r\nsaid=a",
	        400 },
	{ "two-lengths-that-differ",
	        "POST /echo HTTP/1.1\r\n" H FORM
	        "Content-Length: 6\r\nContent-Length: 1\r\n\r\nsaid=a",
	        400 },
	{ "length-and-chunks",
	        "POST /echo HTTP/1.1\r\n" H FORM
	        "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	        400 },
	{ "unknown-coding",
	        "POST /echo HTTP/1.1\r\n" H FORM "Transfer-Encoding: gzip\r\n\r\n0\r\n\r\n", 400 },
	{ "length-is-no-number",
	        "POST /echo HTTP/1.1\r\n" H FORM "Content-Length: 6a\r\n\r\nsaid=a", 400 },
	{ "length-below-zero", "POST /echo HTTP/1.1\r\n" H FORM "Content-Length: -6\r\n\r\nsaid=a",
	        400 },
	{ "length-with-plus", "POST /echo HTTP/1.1\r\n" H FORM "Content-Length: +6\r\n\r\nsaid=a",
	        400 },
	{ "blank-before-colon", "GET /hello HTTP/1.1\r\n" H "Accept : a\r\n\r\n", 400 },
	{ "bell-in-a-header", "GET /hello HTTP/1.1\r\n" H "Accept: \a\r\n\r\n", 400 },
	{ "two-types", "POST /echo HTTP/1.1\r\n" H FORM FORM "Content-Length: 6\r\n\r\nsaid=a",
	        400 },

	{ "no-token", "GET /api/v1/me HTTP/1.1\r\n" H "\r\n", 401 },
	{ "short-token", "GET /api/v1/me HTTP/1.1\r\n" H "Authorization: Bearer abc\r\n\r\n", 401 },
	{ "unknown-token",
	        "GET /api/v1/me HTTP/1.1\r\n" H
	        "Authorization: Bearer AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n\r\n",
	        401 },
	{ "foreign-origin",
	        "POST /echo HTTP/1.1\r\n" H "Origin: http://y\r\nContent-Length: 0\r\n\r\n", 403 },
	{ "other-scheme",
	        "POST /echo HTTP/1.1\r\n" H "Origin: https://x\r\nContent-Length: 0\r\n\r\n", 403 },
	{ "null-origin", "POST /echo HTTP/1.1\r\n" H "Origin: null\r\nContent-Length: 0\r\n\r\n",
	        403 },
	{ "absent", "GET /nothing HTTP/1.1\r\n" H "\r\n", 404 },
	{ "absent-post", "POST /nothing HTTP/1.1\r\n" H "Content-Length: 0\r\n\r\n", 404 },
	{ "slash-at-the-end", "GET /hello/ HTTP/1.1\r\n" H "\r\n", 404 },
	{ "for-nobody", "GET /forgotten HTTP/1.1\r\n" H "\r\n", 404 },
	{ "operator-elsewhere", "GET /operator HTTP/1.1\r\n" H "X-Forwarded-For: 192.0.2.7\r\n\r\n",
	        404 },
	{ "no-event", "POST /form/none HTTP/1.1\r\n" H FORM "Content-Length: 6\r\n\r\nsaid=a",
	        404 },
	{ "param-not-utf-8", "GET /param/%ff HTTP/1.1\r\n" H "\r\n", 404 },
	{ "get-of-a-post", "GET /echo HTTP/1.1\r\n" H "\r\n", 405 },
	{ "post-of-a-get", "POST /hello HTTP/1.1\r\n" H "Content-Length: 0\r\n\r\n", 405 },
	{ "put", "PUT /hello HTTP/1.1\r\n" H "Content-Length: 1\r\n\r\na", 405 },
	{ "delete", "DELETE /hello HTTP/1.1\r\n" H "\r\n", 405 },
	{ "options", "OPTIONS /hello HTTP/1.1\r\n" H "\r\n", 405 },
	{ "get-with-a-body", "GET /hello HTTP/1.1\r\n" H "Content-Length: 1\r\n\r\na", 413 },
	{ "json-to-a-page",
	        "POST /echo HTTP/1.1\r\n" H
	        "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
	        415 },
	{ "multipart",
	        "POST /echo HTTP/1.1\r\n" H
	        "Content-Type: multipart/form-data; boundary=a\r\nContent-Length: 2\r\n\r\n--",
	        415 },
	{ "no-type", "POST /echo HTTP/1.1\r\n" H "Content-Length: 6\r\n\r\nsaid=a", 415 },
	{ "form-to-the-api", "POST /api/v1/pair HTTP/1.1\r\n" H FORM "Content-Length: 3\r\n\r\na=b",
	        415 },
	{ "unknown-method", "BREW /hello HTTP/1.1\r\n" H "\r\n", 501 },
};

static void
each_request_gets_its_answer_and_the_next_one_too(Engine *engine, gconstpointer data)
{
	Running running = start(engine, NULL, NULL);
	for (guint i = 0; i < G_N_ELEMENTS(asked); i++) {
		const int status = status_of(&running, asked[i].bytes);
		if (status != asked[i].status) {
			g_test_message("%s: %d, not %d", asked[i].name, status, asked[i].status);
			g_test_fail();
		}
		must_live(&running);
	}
	stop(&running);
}

/* ---- sizes ---- */

static int
status_of_body(const Running *running, const char *path, gsize length, gboolean chunked)
{
	g_autoptr(GString) bytes = g_string_new(NULL);
	g_string_printf(bytes, "POST %s HTTP/1.1\r\n" H FORM, path);
	if (chunked)
		g_string_append_printf(bytes, "Transfer-Encoding: chunked\r\n\r\n%zx\r\n", length);
	else
		g_string_append_printf(bytes, "Content-Length: %zu\r\n\r\n", length);
	for (gsize i = 0; i < length; i++)
		g_string_append_c(bytes, 'a');
	if (chunked)
		g_string_append(bytes, "\r\n0\r\n\r\n");
	return status_of(running, bytes->str);
}

static void
a_body_over_the_bound_is_told_so(Engine *engine, gconstpointer data)
{
	Running running = start(engine, NULL, NULL);
	g_assert_cmpint(status_of_body(&running, "/echo", 1000, FALSE), ==, 200);
	g_assert_cmpint(status_of_body(&running, "/echo", 1001, FALSE), ==, 413);
	g_assert_cmpint(status_of_body(&running, "/echo", 1000, TRUE), ==, 200);
	g_assert_cmpint(status_of_body(&running, "/echo", 1001, TRUE), ==, 413);
	g_assert_cmpint(status_of_body(&running, "/note", ROUTE_BODY_MAX, FALSE), ==, 303);
	g_assert_cmpint(status_of_body(&running, "/note", ROUTE_BODY_MAX + 1, FALSE), ==, 413);
	/* what is announced as far too large is refused before it comes */
	g_assert_cmpint(
	        status_of(&running,
	                "POST /echo HTTP/1.1\r\n" H FORM "Content-Length: 99999999999\r\n\r\n"),
	        ==, 413);
	g_assert_cmpint(status_of(&running,
	                        "POST /echo HTTP/1.1\r\n" H FORM
	                        "Content-Length: 5000\r\nExpect: 100-continue\r\n\r\n"),
	        ==, 413);
	must_live(&running);
	stop(&running);
}

static void
a_header_over_the_bound_is_told_so(Engine *engine, gconstpointer data)
{
	Running running = start(engine, NULL, NULL);
	g_autofree char *long_text = g_strnfill(9000, 'a');
	g_autofree char *long_path =
	        g_strdup_printf("GET /param/%s HTTP/1.1\r\n" H "\r\n", long_text);
	g_assert_cmpint(status_of(&running, long_path), ==, 414);

	g_autoptr(GString) many = g_string_new("GET /hello HTTP/1.1\r\n" H);
	for (guint i = 0; i < 100; i++)
		g_string_append_printf(many, "X-%u: a\r\n", i);
	g_string_append(many, "\r\n");
	g_assert_cmpint(status_of(&running, many->str), ==, 431);

	g_autofree char *huge_text = g_strnfill(200 * 1024, 'a');
	g_autofree char *huge =
	        g_strdup_printf("GET /hello HTTP/1.1\r\n" H "X-Long: %s\r\n\r\n", huge_text);
	const int status = status_of(&running, huge);
	g_assert_true(status == 431 || status == 0);
	must_live(&running);
	stop(&running);
}

/* ---- time ---- */

/* Sends a byte each 100 ms until the server closes or @seconds are over. */
static gboolean
drip_until_closed(int fd, double seconds)
{
	for (guint i = 0; i < seconds * 10; i++) {
		client_send(fd, "a", 1);
		if (client_is_closed(fd, 0.1))
			return TRUE;
	}
	return FALSE;
}

static const struct {
	const char *name, *begin;
	gboolean drip;
	double seconds; /* by then it must be closed */
} slow[] = {
	{ "says-nothing", "", FALSE, 2 },
	{ "stops-in-the-header", "GET /hello HTTP/1.1\r\nHost:", FALSE, 2 },
	{ "drips-a-header", "GET /hello HTTP/1.1\r\nHost: ", TRUE, 2 },
	{ "stops-in-the-body", "POST /echo HTTP/1.1\r\n" H FORM "Content-Length: 900\r\n\r\na",
	        FALSE, 3 },
	{ "drips-a-body", "POST /echo HTTP/1.1\r\n" H FORM "Content-Length: 900\r\n\r\na", TRUE,
	        3 },
	{ "drips-a-refused-body", "POST /no HTTP/1.1\r\n" H FORM "Content-Length: 900\r\n\r\na",
	        TRUE, 3 },
};

static void
who_is_slow_is_hung_up_on_and_others_are_served(Engine *engine, gconstpointer data)
{
	Running running = start(engine, NULL, NULL);
	__atomic_store_n(&pages_run, 0, __ATOMIC_SEQ_CST);
	for (guint i = 0; i < G_N_ELEMENTS(slow); i++) {
		g_test_message("%s", slow[i].name);
		const int fd = client_connect(running.url);
		client_send(fd, slow[i].begin, strlen(slow[i].begin));
		g_assert_cmpint(status_of(&running, asked[0].bytes), ==, 200);
		g_assert_true(slow[i].drip ? drip_until_closed(fd, slow[i].seconds)
		                           : client_is_closed(fd, slow[i].seconds));
		close(fd);
	}
	/* only those of others ran */
	g_assert_cmpint(__atomic_load_n(&pages_run, __ATOMIC_SEQ_CST), ==, G_N_ELEMENTS(slow));
	stop(&running);
}

static void
a_patient_visitor_may_take_until_the_deadline(Engine *engine, gconstpointer data)
{
	Running running = start(engine, NULL, NULL);
	const int fd = client_connect(running.url);
	client_send(fd, "GET /hello HTTP/1.1\r\n", 21);
	g_usleep(400000);
	client_send(fd, H "\r\n", strlen(H "\r\n"));
	Answered answered = client_read(fd, FALSE);
	g_assert_cmpint(answered.status, ==, 200);
	answered_clear(&answered);
	/* and may think before the next one */
	g_assert_false(client_is_closed(fd, 1.5));
	client_send(fd, asked[0].bytes, strlen(asked[0].bytes));
	answered = client_read(fd, FALSE);
	g_assert_cmpint(answered.status, ==, 200);
	answered_clear(&answered);
	close(fd);
	stop(&running);
}

/* ---- connections ---- */

static void
three_requests_at_once_are_answered_in_order(Engine *engine, gconstpointer data)
{
	Running running = start(engine, NULL, NULL);
	static const char bytes[] =
	        "GET /param/one HTTP/1.1\r\n" H "\r\n"
	        "POST /note HTTP/1.1\r\n" H FORM "Content-Length: 9\r\n\r\nsaid=/two"
	        "GET /param/three HTTP/1.1\r\n" H "\r\n";
	const int fd = client_connect(running.url);
	client_send(fd, bytes, strlen(bytes));
	Answered one = client_read(fd, FALSE), two = client_read(fd, FALSE),
	         three = client_read(fd, FALSE);
	g_assert_cmpstr(one.body, ==, "one");
	g_assert_cmpint(two.status, ==, 303);
	g_assert_cmpstr(answered_header(&two, "Location"), ==, "/two");
	g_assert_cmpstr(three.body, ==, "three");
	answered_clear(&one);
	answered_clear(&two);
	answered_clear(&three);
	close(fd);
	stop(&running);
}

static void
half_a_form_does_nothing(Engine *engine, gconstpointer data)
{
	Running running = start(engine, NULL, NULL);
	__atomic_store_n(&pages_run, 0, __ATOMIC_SEQ_CST);
	for (guint i = 0; i < 50; i++) {
		static const char half[] =
		        "POST /echo HTTP/1.1\r\n" H FORM "Content-Length: 100\r\n\r\nsaid=a";
		const int fd = client_connect(running.url);
		client_send(fd, half, strlen(half));
		close(fd);
	}
	must_live(&running);
	g_assert_cmpint(__atomic_load_n(&pages_run, __ATOMIC_SEQ_CST), ==, 1);
	stop(&running);
}

static void
who_leaves_while_the_writer_works_does_no_harm(Engine *engine, gconstpointer data)
{
	Running running = start(engine, NULL, NULL);
	__atomic_store_n(&gate_shut, 1, __ATOMIC_SEQ_CST);
	for (guint i = 0; i < 30; i++) {
		static const char whole[] =
		        "POST /note HTTP/1.1\r\n" H FORM "Content-Length: 6\r\n\r\nsaid=a";
		const int fd = client_connect(running.url);
		client_send(fd, whole, strlen(whole));
		if (i == 29)
			g_usleep(100000);
		close(fd);
	}
	must_live(&running); /* a page that writes nothing isn't held up */
	__atomic_store_n(&gate_shut, 0, __ATOMIC_SEQ_CST);
	must_live(&running);
	stop(&running);
}

static void
head_says_what_get_would_without_the_body(Engine *engine, gconstpointer data)
{
	Running running = start(engine, NULL, NULL);
	const int fd = client_connect(running.url);
	static const char bytes[] =
	        "HEAD /hello HTTP/1.1\r\n" H "\r\nGET /hello HTTP/1.1\r\n" H "\r\n";
	client_send(fd, bytes, strlen(bytes));
	Answered head = client_read(fd, TRUE), get = client_read(fd, FALSE);
	g_assert_cmpint(head.status, ==, 200);
	g_assert_cmpstr(answered_header(&head, "Content-Length"), ==, "5");
	g_assert_cmpint(get.status, ==, 200);
	g_assert_cmpstr(get.body, ==, "hello");
	answered_clear(&head);
	answered_clear(&get);
	close(fd);
	stop(&running);
}

/* ---- headers ---- */

static const char *const always[] = { "Content-Security-Policy", "X-Content-Type-Options",
	"Referrer-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy",
	"Permissions-Policy", "Cache-Control" };

static void
every_answer_carries_the_safe_headers(Engine *engine, gconstpointer data)
{
	Running running = start(engine, NULL, NULL);
	static const char *const requests[] = {
		"GET /hello HTTP/1.1\r\n" H "\r\n",
		"GET /prepared HTTP/1.1\r\n" H "\r\n",
		"GET /prepared HTTP/1.1\r\n" H "If-None-Match: *\r\n\r\n",
		"GET /nothing HTTP/1.1\r\n" H "\r\n",
		"GET /api/v1/me HTTP/1.1\r\n" H "\r\n",
		"GET /error/bug HTTP/1.1\r\n" H "\r\n",
		"GET /hello%00 HTTP/1.1\r\n" H "\r\n",
		"POST /note HTTP/1.1\r\n" H "Content-Length: 0\r\n\r\n",
	};
	for (guint i = 0; i < G_N_ELEMENTS(requests); i++) {
		Answered answered = client_ask(running.url, requests[i], strlen(requests[i]));
		g_test_message("%.20s %d", requests[i], answered.status);
		for (guint n = 0; n < G_N_ELEMENTS(always); n++)
			g_assert_nonnull(answered_header(&answered, always[n]));
		g_assert_null(answered_header(&answered, "Server"));
		g_assert_null(answered_header(&answered, "Strict-Transport-Security"));
		answered_clear(&answered);
	}
	stop(&running);

	running = start(engine, "--public-url", "https://tickets.example.org");
	Answered answered = client_get(running.url, "/hello", NULL);
	g_assert_nonnull(answered_header(&answered, "Strict-Transport-Security"));
	answered_clear(&answered);
	/* then only that origin is ours */
	g_assert_cmpint(status_of(&running,
	                        "POST /echo HTTP/1.1\r\n" H
	                        "Origin: https://tickets.example.org\r\nContent-Length: 0\r\n\r\n"),
	        ==, 200);
	g_assert_cmpint(status_of(&running,
	                        "POST /echo HTTP/1.1\r\n" H
	                        "Origin: http://x\r\nContent-Length: 0\r\n\r\n"),
	        ==, 403);
	stop(&running);
}

static void
a_wrong_method_is_told_the_right_ones(Engine *engine, gconstpointer data)
{
	Running running = start(engine, NULL, NULL);
	Answered answered = client_get(running.url, "/echo", NULL);
	g_assert_cmpint(answered.status, ==, 405);
	g_assert_cmpstr(answered_header(&answered, "Allow"), ==, "POST");
	answered_clear(&answered);
	stop(&running);
}

static void
what_was_prepared_travels_small_and_is_asked_for_once(Engine *engine, gconstpointer data)
{
	Running running = start(engine, NULL, NULL);
	const gsize length = strlen("many words ") * PREPARED_TEXT_REPEATED;
	Answered plain = client_get(running.url, "/prepared", NULL);
	g_assert_cmpuint(plain.body_length, ==, length);
	g_assert_null(answered_header(&plain, "Content-Encoding"));
	g_assert_cmpstr(answered_header(&plain, "Content-Language"), ==, "en");
	g_assert_cmpstr(answered_header(&plain, "Cache-Control"), ==, "public, max-age=60");
	g_autofree char *etag = g_strdup(answered_header(&plain, "ETag"));
	answered_clear(&plain);

	Answered small = client_get(running.url, "/prepared", "Accept-Encoding: br, gzip\r\n");
	g_assert_cmpstr(answered_header(&small, "Content-Encoding"), ==, "gzip");
	g_assert_cmpuint(small.body_length, <, length / 10);
	answered_clear(&small);

	Answered refused = client_get(running.url, "/prepared", "Accept-Encoding: gzip;q=0\r\n");
	g_assert_cmpuint(refused.body_length, ==, length);
	answered_clear(&refused);

	g_autofree char *known = g_strdup_printf("If-None-Match: %s\r\n", etag);
	Answered same = client_get(running.url, "/prepared", known);
	g_assert_cmpint(same.status, ==, 304);
	g_assert_cmpuint(same.body_length, ==, 0);
	g_assert_cmpstr(answered_header(&same, "ETag"), ==, etag);
	answered_clear(&same);
	stop(&running);
}

static const struct {
	const char *path, *header, *lang;
	gboolean remembered;
} languages[] = {
	{ "/error/absent", NULL, "en", FALSE },
	{ "/error/absent", "Accept-Language: es-MX,es;q=0.9\r\n", "es", FALSE },
	{ "/error/absent", "Cookie: a=b; lang=es\r\n", "es", FALSE },
	{ "/error/absent", "Cookie: lang=xx\r\nAccept-Language: es\r\n", "es", FALSE },
	{ "/error/absent?lang=es", NULL, "es", TRUE },
	{ "/error/absent?lang=en", "Cookie: lang=es\r\n", "en", TRUE },
	{ "/error/absent?lang=xx%0d%0aa:b", "Cookie: lang=es\r\n", "es", FALSE },
	{ "/prepared?lang=en", NULL, "en", TRUE },
};

static void
a_page_speaks_the_language_that_was_asked_for(Engine *engine, gconstpointer data)
{
	Running running = start(engine, NULL, NULL);
	for (guint i = 0; i < G_N_ELEMENTS(languages); i++) {
		g_test_message("%s", languages[i].path);
		Answered answered = client_get(running.url, languages[i].path, languages[i].header);
		g_assert_cmpstr(
		        answered_header(&answered, "Content-Language"), ==, languages[i].lang);
		const char *cookie = answered_header(&answered, "Set-Cookie");
		g_assert_cmpint(cookie != NULL, ==, languages[i].remembered);
		if (cookie != NULL) {
			g_assert_true(g_str_has_prefix(cookie, "lang="));
			g_assert_nonnull(strstr(cookie, "HttpOnly"));
			g_assert_nonnull(strstr(cookie, "SameSite=Lax"));
		}
		answered_clear(&answered);
	}
	stop(&running);
}

/* ---- errors ---- */

static void
each_culprit_has_its_own_answer(Engine *engine, gconstpointer data)
{
	Running running = start(engine, NULL, NULL);
	Answered world = client_get(running.url, "/error/unavailable", NULL);
	g_assert_cmpint(world.status, ==, 503);
	g_assert_nonnull(answered_header(&world, "Retry-After"));
	g_assert_null(strstr(world.body, "disk"));
	Answered ours = client_get(running.url, "/error/bug", NULL);
	g_assert_cmpint(ours.status, ==, 500);
	g_assert_null(strstr(ours.body, "a bug"));
	Answered client = client_get(running.url, "/error/absent", NULL);
	g_assert_cmpint(client.status, ==, 404);
	Answered device = client_get(running.url, "/api/v1/me", NULL);
	g_assert_cmpint(device.status, ==, 401);
	g_assert_cmpstr(answered_header(&device, "Content-Type"), ==, "application/json");
	g_assert_nonnull(answered_header(&device, "WWW-Authenticate"));
	json_t *json = json_loads(device.body, 0, NULL);
	const char *code = NULL, *message = NULL, *id = NULL;
	g_assert_cmpint(json_unpack(json, "{s:{s:s,s:s,s:s!}!}", "error", "code", &code, "message",
	                        &message, "request", &id),
	        ==, 0);
	g_assert_cmpstr(code, ==, "unauthorized");
	g_assert_cmpuint(strlen(id), ==, 8);
	json_decref(json);
	answered_clear(&world);
	answered_clear(&ours);
	answered_clear(&client);
	answered_clear(&device);
	stop(&running);
}

/* ---- the writer ---- */

#define WRITERS 64

static gpointer
write_notes(gpointer data)
{
	const Running *running = data;
	const int fd = client_connect(running->url);
	for (guint i = 0; i < 20; i++) {
		static const char bytes[] =
		        "POST /note HTTP/1.1\r\n" H FORM "Content-Length: 7\r\n\r\nsaid=/a";
		client_send(fd, bytes, strlen(bytes));
		Answered answered = client_read(fd, FALSE);
		g_assert_cmpint(answered.status, ==, 303);
		answered_clear(&answered);
	}
	close(fd);
	return NULL;
}

static void
many_that_write_at_once_share_their_commits(Engine *engine, gconstpointer data)
{
	Running running = start(engine, NULL, NULL);
	const WriterCounts before = writer_counts(record_writer(engine_record(engine)));
	GThread *threads[WRITERS];
	for (guint i = 0; i < WRITERS; i++)
		threads[i] = g_thread_new("client", write_notes, &running);
	for (guint i = 0; i < WRITERS; i++)
		g_thread_join(threads[i]);
	const WriterCounts after = writer_counts(record_writer(engine_record(engine)));
	g_assert_cmpuint(after.works - before.works, ==, WRITERS * 20);
	g_assert_cmpuint(after.commits - before.commits, <, WRITERS * 20 / 2);
	stop(&running);
}

static void
a_write_that_failed_is_not_called_done(Engine *engine, gconstpointer data)
{
	Running running = start(engine, NULL, NULL);
	g_assert_cmpint(
	        status_of(&running,
	                "POST /note HTTP/1.1\r\n" H FORM "Content-Length: 9\r\n\r\nsaid=fail"),
	        ==, 503);
	must_live(&running);
	stop(&running);
}

static gpointer
stop_in_a_thread(gpointer data)
{
	return GINT_TO_POINTER(server_stop(((Running *)data)->server));
}

static void
who_waits_when_the_server_stops_gets_the_answer(Engine *engine, gconstpointer data)
{
	Running running = start(engine, NULL, NULL);
	g_autofree char *url = g_strdup(running.url);
	static const char bytes[] =
	        "POST /note HTTP/1.1\r\n" H FORM "Content-Length: 7\r\n\r\nsaid=/a";
	static const char half[] = "POST /note HTTP/1.1\r\n" H FORM "Content-Length: 7\r\n\r\nsa";
	int waiting[20];
	__atomic_store_n(&gate_shut, 1, __ATOMIC_SEQ_CST);
	for (guint i = 0; i < G_N_ELEMENTS(waiting); i++) {
		waiting[i] = client_connect(url);
		client_send(waiting[i], bytes, strlen(bytes));
	}
	const int slow_fd = client_connect(url), idle_fd = client_connect(url);
	client_send(slow_fd, half, strlen(half));
	g_usleep(200000);

	GThread *stopper = g_thread_new("stop", stop_in_a_thread, &running);
	g_usleep(200000);
	client_send(slow_fd, "id=/a", 5);
	g_usleep(100000);
	__atomic_store_n(&gate_shut, 0, __ATOMIC_SEQ_CST);
	for (guint i = 0; i < G_N_ELEMENTS(waiting); i++) {
		Answered answered = client_read(waiting[i], FALSE);
		g_assert_cmpint(answered.status, ==, 303);
		g_assert_true(client_is_closed(waiting[i], 2));
		answered_clear(&answered);
		close(waiting[i]);
	}
	Answered late = client_read(slow_fd, FALSE);
	g_assert_cmpint(late.status, ==, 303);
	answered_clear(&late);
	g_assert_true(client_is_closed(idle_fd, 5));
	g_assert_true(GPOINTER_TO_INT(g_thread_join(stopper)));
	close(slow_fd);
	close(idle_fd);
	settings_free(running.settings);
}

/* ---- noise ---- */

static gsize
resident_bytes(void)
{
	g_autofree char *text = NULL;
	gsize pages = 0;
	g_assert_true(g_file_get_contents("/proc/self/statm", &text, NULL, NULL));
	const char *second = strchr(text, ' ');
	pages = (gsize)g_ascii_strtoull(second, NULL, 10);
	return pages * (gsize)sysconf(_SC_PAGESIZE);
}

/* A sanitizer keeps what was freed for a while. */
static gboolean
under_sanitizer(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	return TRUE;
#else
	return FALSE;
#endif
}

/* One of the requests of the table with some bytes changed, dropped or doubled. */
static GString *
spoil(GRand *noise, guint i)
{
	GString *bytes = g_string_new(asked[i % G_N_ELEMENTS(asked)].bytes);
	const gint changes = g_rand_int_range(noise, 1, 6);
	for (gint n = 0; n < changes && bytes->len > 1; n++) {
		const gssize at = g_rand_int_range(noise, 0, (gint32)bytes->len);
		switch (g_rand_int_range(noise, 0, 4)) {
		case 0:
			bytes->str[at] = (char)g_rand_int_range(noise, 0, 256);
			break;
		case 1:
			g_string_erase(bytes, at, 1);
			break;
		case 2:
			g_string_insert_c(bytes, at, bytes->str[at]);
			break;
		default:
			g_string_truncate(bytes, (gsize)at);
			break;
		}
	}
	return bytes;
}

static void
ten_thousand_spoilt_requests_leave_it_as_it_was(Engine *engine, gconstpointer data)
{
	Running running = start(engine, NULL, NULL);
	g_autoptr(GRand) noise = g_rand_new_with_seed(11);
	gsize before = 0;
	for (guint i = 0; i < 10000; i++) {
		g_autoptr(GString) bytes = spoil(noise, i);
		const int fd = client_connect(running.url);
		client_send(fd, bytes->str, bytes->len);
		close(fd);
		if (i % 1000 == 999) {
			must_live(&running);
			g_usleep(800000); /* the halves among them end at their deadline */
		}
		if (i == 1999)
			before = resident_bytes();
	}
	must_live(&running);
	if (!under_sanitizer())
		g_assert_cmpuint(resident_bytes(), <, before + 16 * 1024 * 1024);
	stop(&running);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	GError *error = NULL;
	g_assert_true(locales_load(&error));
#define TEST(name) engine_add_test("server/" #name, name)
	TEST(each_request_gets_its_answer_and_the_next_one_too);
	TEST(a_body_over_the_bound_is_told_so);
	TEST(a_header_over_the_bound_is_told_so);
	TEST(who_is_slow_is_hung_up_on_and_others_are_served);
	TEST(a_patient_visitor_may_take_until_the_deadline);
	TEST(three_requests_at_once_are_answered_in_order);
	TEST(half_a_form_does_nothing);
	TEST(who_leaves_while_the_writer_works_does_no_harm);
	TEST(head_says_what_get_would_without_the_body);
	TEST(every_answer_carries_the_safe_headers);
	TEST(a_wrong_method_is_told_the_right_ones);
	TEST(what_was_prepared_travels_small_and_is_asked_for_once);
	TEST(a_page_speaks_the_language_that_was_asked_for);
	TEST(each_culprit_has_its_own_answer);
	TEST(many_that_write_at_once_share_their_commits);
	TEST(a_write_that_failed_is_not_called_done);
	TEST(who_waits_when_the_server_stops_gets_the_answer);
	TEST(ten_thousand_spoilt_requests_leave_it_as_it_was);
	return engine_run();
}
