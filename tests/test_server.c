/*
 * What the server answers and what it refuses, on a real record and real sockets.
 */
#include <string.h>

#include "tests/fixtures/server_house.h"

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
	Running running = house_open(engine, NULL, NULL);
	for (guint i = 0; i < G_N_ELEMENTS(asked); i++) {
		const int status = status_of(&running, asked[i].bytes);
		if (status != asked[i].status) {
			g_test_message("%s: %d, not %d", asked[i].name, status, asked[i].status);
			g_test_fail();
		}
		must_live(&running);
	}
	house_close(&running);
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
	Running running = house_open(engine, NULL, NULL);
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
	house_close(&running);
}

static void
a_header_over_the_bound_is_told_so(Engine *engine, gconstpointer data)
{
	Running running = house_open(engine, NULL, NULL);
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
	house_close(&running);
}

static void
head_says_what_get_would_without_the_body(Engine *engine, gconstpointer data)
{
	Running running = house_open(engine, NULL, NULL);
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
	house_close(&running);
}

/* ---- headers ---- */

static const char *const always[] = { "Content-Security-Policy", "X-Content-Type-Options",
	"Referrer-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy",
	"Permissions-Policy", "Cache-Control" };

static void
every_answer_carries_the_safe_headers(Engine *engine, gconstpointer data)
{
	Running running = house_open(engine, NULL, NULL);
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
	house_close(&running);

	running = house_open(engine, "--public-url", "https://tickets.example.org");
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
	house_close(&running);
}

static void
a_wrong_method_is_told_the_right_ones(Engine *engine, gconstpointer data)
{
	Running running = house_open(engine, NULL, NULL);
	Answered answered = client_get(running.url, "/echo", NULL);
	g_assert_cmpint(answered.status, ==, 405);
	g_assert_cmpstr(answered_header(&answered, "Allow"), ==, "POST");
	answered_clear(&answered);
	house_close(&running);
}

static void
what_was_prepared_travels_small_and_is_asked_for_once(Engine *engine, gconstpointer data)
{
	Running running = house_open(engine, NULL, NULL);
	const gsize length = strlen(PREPARED_TEXT) * PREPARED_TEXT_REPEATED;
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
	house_close(&running);
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
	Running running = house_open(engine, NULL, NULL);
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
	house_close(&running);
}

/* ---- errors ---- */

static void
each_culprit_has_its_own_answer(Engine *engine, gconstpointer data)
{
	Running running = house_open(engine, NULL, NULL);
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
	house_close(&running);
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
	TEST(head_says_what_get_would_without_the_body);
	TEST(every_answer_carries_the_safe_headers);
	TEST(a_wrong_method_is_told_the_right_ones);
	TEST(what_was_prepared_travels_small_and_is_asked_for_once);
	TEST(a_page_speaks_the_language_that_was_asked_for);
	TEST(each_culprit_has_its_own_answer);
	return engine_run();
}
