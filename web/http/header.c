/*
 * The header of a request: what is malformed or could be read in two ways is refused here, before
 * anything else looks at it; then its route is found.
 */
#include <string.h>

#include "web/http/private.h"

static int
refuse(Request *request, int status)
{
	if (request->refusal == 0)
		request->refusal = status;
	return status;
}

/* The bytes can't be trusted to end where both sides think: answer and close. */
static void
refuse_framing(Request *request, int status)
{
	request->refusal = status;
	request->close = TRUE;
}

static gboolean
is_token(const char *text)
{
	if (*text == '\0')
		return FALSE;
	for (; *text != '\0'; text++)
		if (!g_ascii_isalnum(*text) && strchr("!#$%&'*+-.^_`|~", *text) == NULL)
			return FALSE;
	return TRUE;
}

static gboolean
is_field_value(const char *text)
{
	for (const guchar *at = (const guchar *)text; *at != '\0'; at++)
		if ((*at < ' ' && *at != '\t') || *at == 0x7f)
			return FALSE;
	return TRUE;
}

static gboolean
is_host(const char *text)
{
	return *text != '\0' &&
	        strspn(text,
	                "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                "0123456789.-_~:[]%") == strlen(text);
}

/* The first of a header that may come once; a second is a framing fault. */
static void
take_once(Request *request, const char **ret, const char *value)
{
	if (*ret != NULL)
		refuse_framing(request, 400);
	else
		*ret = value;
}

static void
take_length(Request *request, const char *value)
{
	gchar *end = NULL;
	if (request->has_content_length || !g_ascii_isdigit(*value)) {
		refuse_framing(request, 400);
		return;
	}
	const guint64 length = g_ascii_strtoull(value, &end, 10);
	if (*end != '\0')
		refuse_framing(request, 400);
	request->has_content_length = TRUE;
	request->content_length = length;
}

static void
take_header(Request *request, const Header *header)
{
	const char *name = header->name, *value = header->value;
	if (!is_token(name) || !is_field_value(value)) {
		refuse_framing(request, 400);
		return;
	}
	switch (g_ascii_tolower(name[0])) {
	case 'a':
		if (g_ascii_strcasecmp(name, "Accept-Encoding") == 0)
			request->accept_encoding = value;
		break;
	case 'c':
		if (g_ascii_strcasecmp(name, "Content-Length") == 0)
			take_length(request, value);
		else if (g_ascii_strcasecmp(name, "Content-Type") == 0)
			take_once(request, &request->content_type, value);
		else if (g_ascii_strcasecmp(name, "Cookie") == 0 && request->cookie == NULL)
			request->cookie = value;
		break;
	case 'h':
		if (g_ascii_strcasecmp(name, "Host") == 0) {
			take_once(request, &request->host, value);
			if (!is_host(value))
				refuse_framing(request, 400);
		}
		break;
	case 'o':
		if (g_ascii_strcasecmp(name, "Origin") == 0)
			take_once(request, &request->origin, value);
		break;
	case 't':
		if (g_ascii_strcasecmp(name, "Transfer-Encoding") == 0) {
			if (request->chunked || g_ascii_strcasecmp(value, "chunked") != 0)
				refuse_framing(request, 400);
			request->chunked = TRUE;
		}
		break;
	default:
		break;
	}
}

/* "GET http://host/path": the authority must be the Host's, then only the path counts. */
static void
take_absolute_form(Request *request)
{
	static const char *const schemes[] = { "http://", "https://" };
	for (guint i = 0; i < G_N_ELEMENTS(schemes); i++) {
		const gsize length = strlen(schemes[i]);
		if (g_ascii_strncasecmp(request->uri, schemes[i], length) != 0)
			continue;
		const char *authority = request->uri + length;
		const gsize authority_length = strcspn(authority, "/");
		if (request->host == NULL || strlen(request->host) != authority_length ||
		        g_ascii_strncasecmp(authority, request->host, authority_length) != 0) {
			refuse_framing(request, 400);
			return;
		}
		const char *path = authority + authority_length;
		memmove(request->uri, *path ? path : "/", *path ? strlen(path) + 1 : 2);
		request->api = g_str_has_prefix(request->uri, "/api/");
		return;
	}
}

static void
take_headers(Request *request, gboolean http_1_0)
{
	if (request->headers_too_many)
		refuse_framing(request, 431);
	for (guint i = 0; i < request->headers_n; i++)
		take_header(request, &request->headers[i]);
	if (request->host == NULL && !http_1_0)
		refuse_framing(request, 400);
	if (request->chunked && (request->has_content_length || http_1_0))
		refuse_framing(request, 400);
	if (request->refusal == 0)
		take_absolute_form(request);
}

static gboolean
take_method(Request *request, const char *method)
{
	static const char *const others[] = { "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE",
		"CONNECT" };
	if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0) {
		request->method = HTTP_GET;
		request->head = method[0] == 'H';
		return TRUE;
	}
	if (strcmp(method, "POST") == 0) {
		request->method = HTTP_POST;
		return TRUE;
	}
	for (guint i = 0; i < G_N_ELEMENTS(others); i++)
		if (strcmp(method, others[i]) == 0)
			return TRUE; /* known, and no route has it */
	return FALSE;
}

static gboolean
take_params(Request *request)
{
	for (guint i = 0; i < request->match.params_n; i++) {
		const Segment *segment = &request->match.params[i];
		char *text = g_uri_unescape_segment(
		        segment->text, segment->text + segment->length, NULL);
		request->params[i] = text;
		if (text == NULL || !g_utf8_validate(text, -1, NULL))
			return FALSE;
	}
	return TRUE;
}

void
request_begin(Request *request, const char *method, gboolean http_1_0)
{
	take_headers(request, http_1_0);
	if (request->refusal != 0)
		return;
	if (!take_method(request, method)) {
		refuse(request, 501);
		return;
	}
	if (!route_find(request->server->routes, request->method, request->uri, &request->match,
	            &request->allow)) {
		refuse(request, request->allow ? 405 : 404);
		return;
	}
	if (!take_params(request)) {
		refuse(request, 404);
		return;
	}
	const Route *route = request->match.route;
	if (route->method == HTTP_POST)
		request->body_max = route->body_max ? route->body_max : ROUTE_BODY_MAX;
	const int status = guard_before_body(request);
	if (status != 0)
		refuse(request, status);
	else if (request->content_length > request->body_max)
		refuse(request, 413);
}
