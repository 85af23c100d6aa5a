/*
 * The guard stands between route and page: audience, kind of body, origin, CSRF token, device. It
 * reads the route's row and nothing of the page.
 */
#include <string.h>

#include "schema/id.h"
#include "web/http/private.h"

#define TYPE_FORM "application/x-www-form-urlencoded"
#define TYPE_JSON "application/json"
#define TYPE_FILE "multipart/form-data"

/* Is the media type of @header @type, whatever its parameters? */
static gboolean
is_type(const char *header, const char *type)
{
	const gsize length = strlen(type);
	return header != NULL && g_ascii_strncasecmp(header, type, length) == 0 &&
	        strchr("; \t", header[length]) != NULL;
}

/* An operator is on this machine, and no proxy speaks for someone else. */
static gboolean
is_operator(const Request *request)
{
	return request->local && !request->server->proxied &&
	        request_header(request, "X-Forwarded-For") == NULL &&
	        request_header(request, "Forwarded") == NULL &&
	        request_header(request, "X-Real-IP") == NULL;
}

/* A form comes from our own page: a browser's Origin says so. What isn't a browser sends none. */
static gboolean
origin_holds(const Request *request)
{
	const Server *server = request->server;
	if (request->origin == NULL)
		return TRUE;
	if (server->origin != NULL)
		return g_ascii_strcasecmp(request->origin, server->origin) == 0;
	const char *scheme = server->tls ? "https://" : "http://";
	const gsize length = strlen(scheme);
	return request->host != NULL && g_ascii_strncasecmp(request->origin, scheme, length) == 0 &&
	        g_ascii_strcasecmp(request->origin + length, request->host) == 0;
}

int
guard_before_body(Request *request)
{
	const Route *route = request->match.route;
	switch (route->audience) {
	case FOR_NOBODY:
		return 404;
	case FOR_OPERATOR:
		if (!is_operator(request))
			return 404;
		break;
	case FOR_DEVICE: /* by its token: guard_device() */
	case FOR_SUPERVISOR:
	case FOR_ANY_DEVICE:
	case FOR_ANYONE:
	case FOR_HOLDER:
	case FOR_CAPTAIN:
	case FOR_PAIRING:
	case FOR_STAFF: /* by their cookie: guard_staff() */
	case FOR_SIGN_IN:
	case FOR_ASKING:
	case FOR_ONE_CLICK:
		break;
	}
	if (route->method != HTTP_POST)
		return 0;
	const gboolean has_body = request->content_length > 0 || request->chunked;
	if (has_body && !is_type(request->content_type, request->api ? TYPE_JSON : TYPE_FORM) &&
	        !(route->upload && is_type(request->content_type, TYPE_FILE)))
		return 415;
	if (!request->api && route->audience != FOR_ONE_CLICK && !origin_holds(request))
		return 403;
	return 0;
}

static Reply *
guard_csrf(Request *request)
{
	GError *error = NULL;
	const Event *event = request_event(request, &error);
	if (event == NULL)
		return reply_error(request, error);
	VaultEvent *keys = vault_event(record_vault(request_record(request)), event->id, &error);
	if (keys == NULL)
		return reply_error(request, error);
	const char *submission = fields_get(request->form, "submission");
	const char *token = fields_get(request->form, "csrf");
	guint8 bytes[SUBMISSION_BYTES];
	request->csrf = CSRF_FALSE;
	if (submission != NULL && token != NULL && submission_parse(submission, bytes))
		request->csrf = vault_csrf_check(keys, bytes, token, request_now(request));
	return request->csrf == CSRF_FALSE ? error_reply(request, 403, NULL) : NULL;
}

Reply *
guard_after_body(Request *request)
{
	const Route *route = request->match.route;
	if (route->audience == FOR_DEVICE || route->audience == FOR_SUPERVISOR ||
	        route->audience == FOR_ANY_DEVICE) {
		Reply *refused = guard_device(request);
		if (refused != NULL)
			return refused;
	}
	if (route->method != HTTP_POST || request->api)
		return route->audience == FOR_STAFF ? guard_staff(request) : NULL;
	gsize length = 0;
	const char *body = request_body(request, &length);
	request->form = route->upload && is_type(request->content_type, TYPE_FILE)
	        ? multipart_parse(request->content_type, body, length, &request->file)
	        : fields_parse(body, length);
	if (request->form == NULL)
		return error_reply(request, 400, NULL);
	if (route->audience == FOR_STAFF)
		return guard_staff(request);
	return route->audience == FOR_ANYONE ? guard_csrf(request) : NULL;
}
