/*
 * A request's first line and header: "METHOD PATH [1.0]", then "name: value" lines. What could be read in two ways is
 * refused and the connection closed; what is let through has a route, and its parts are text.
 */
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/speak.h"
#include "web/http/private.h"

static gint64
no_time(void)
{
	return 0;
}

static Server *
server(void)
{
	static Server made = { .now_ms = no_time };

	fuzz_speak();
	if (made.routes == NULL)
		made.routes = route_index_new(web_tables);
	return &made;
}

/* Lines of the header, kept until the request is freed. */
static GPtrArray *
take_lines(Request *request, const guint8 *data, gsize length)
{
	GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);

	while (length > 0) {
		char *line = fuzz_line(&data, &length);
		char *colon = strchr(line, ':');
		g_ptr_array_add(lines, line);
		if (colon == NULL)
			continue;
		*colon = '\0';
		if (!request_take_header(request, line, colon + 1 + strspn(colon + 1, " \t")))
			break;
	}
	return lines;
}

static guint
count(const Request *request, const char *name)
{
	guint n = 0;

	for (guint i = 0; i < request->headers_n; i++)
		n += g_ascii_strcasecmp(request->headers[i].name, name) == 0;
	return n;
}

/* Proxies and we would see other ends, or other hosts. */
static gboolean
can_be_read_in_two_ways(const Request *request)
{
	const guint lengths = count(request, "Content-Length");
	const guint codings = count(request, "Transfer-Encoding");

	return lengths + codings > 1 || count(request, "Host") > 1 ||
	        count(request, "Content-Type") > 1 || count(request, "Origin") > 1;
}

static void
must_be_sound(Request *request, gboolean http_1_0)
{
	const Route *route = request->match.route;

	fuzz_holds(route != NULL && route->audience != FOR_NOBODY);
	fuzz_holds(!can_be_read_in_two_ways(request));
	fuzz_holds(request->host != NULL || http_1_0);
	fuzz_holds(request->content_length <= request->body_max);
	fuzz_holds(request->uri[0] == '/' && strpbrk(request->uri, " \r\n\t?") == NULL);
	for (guint i = 0; i < request->match.params_n; i++) {
		const char *text = request->params[i];
		gsize named = 0;
		fuzz_holds(text != NULL && *text != '\0' && g_utf8_validate(text, -1, NULL));
		fuzz_holds(memchr(request->match.params[i].text, '/',
		                   request->match.params[i].length) == NULL);
		fuzz_holds(route_param_name(route, i, &named) != NULL && named > 0);
	}
	const Fields *query = request_query(request);
	for (guint i = 0; i < fields_count(query); i++) {
		const char *name, *value;
		fields_at(query, i, &name, &value);
		fuzz_holds(g_utf8_validate(name, -1, NULL) && g_utf8_validate(value, -1, NULL));
	}
	fuzz_holds(request_locale(request) != NULL);
	request_cookie(request, "lang");
	request_takes_gzip(request);
	request_has(request, "\"x\"");
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize length)
{
	g_autofree char *line = fuzz_line(&data, &length);
	g_auto(GStrv) words = g_strsplit(line, " ", 3);
	const guint n = g_strv_length(words);
	const gboolean http_1_0 = n > 2 && strcmp(words[2], "1.0") == 0;

	if (n < 2)
		return 0;
	Request *request = request_new(server(), words[1]);
	GPtrArray *lines = take_lines(request, data, length);
	request_begin(request, words[0], http_1_0);
	if (request->refusal == 0)
		must_be_sound(request, http_1_0);
	else
		fuzz_holds(request->refusal >= 400 && request->refusal < 600);
	if (can_be_read_in_two_ways(request))
		fuzz_holds(request->refusal != 0 && request->close);
	request_free(request);
	g_ptr_array_unref(lines);
	return 0;
}
