/*
 * From trouble to an answer. Three culprits are never mixed: the client gets a polite answer and
 * makes no noise in the log; the world is told to come back later; ours is told loudly. One log
 * line, here and nowhere below, with the id that the person sees.
 *
 * Pages are the template "error" with {status, page_title, title, text, back, id}: texts of the
 * catalogue "error_STATUS_title" and "error_STATUS_text", STATUS as told in the table.
 */
#include "web/log.h"
#include "web/http/private.h"

static const struct {
	int status;
	int told;            /* whose texts of the catalogue a page shows */
	const char *code;    /* in JSON */
	const char *message; /* in JSON, when nothing better is known */
} statuses[] = {
	{ 400, 400, "malformed", "the request is malformed" },
	{ 401, 403, "unauthorized", "the token is missing or not valid" },
	{ 403, 403, "forbidden", "this is not allowed" },
	{ 404, 404, "absent", "there is nothing here" },
	{ 405, 405, "method", "this address has another method" },
	{ 409, 409, "conflict", "this contradicts what is there" },
	{ 410, 404, "gone", "this was used or taken away" },
	{ 413, 413, "large", "the body is too large" },
	{ 414, 400, "malformed", "the address is too long" },
	{ 415, 400, "media_type", "the body has the wrong Content-Type" },
	{ 422, 400, "invalid", "something in the request is wrong" },
	{ 429, 429, "slow_down", "too many requests; wait" },
	{ 431, 400, "malformed", "the header is too large" },
	{ 500, 500, "ours", "this is a fault of the server" },
	{ 501, 405, "method", "this method is not known" },
	{ 503, 503, "later", "not available now; come back in a moment" },
};

static guint
find_status(int status)
{
	for (guint i = 0; i < G_N_ELEMENTS(statuses); i++)
		if (statuses[i].status == status)
			return i;
	return find_status(500);
}

static Reply *
error_json(Request *request, guint i, const char *message)
{
	return reply_json(request, statuses[i].status,
	        json_pack("{s:{s:s,s:s,s:s}}", "error", "code", statuses[i].code, "message",
	                message ? message : statuses[i].message, "request", request->id));
}

static Reply *
error_page(Request *request, guint i)
{
	const Locale *locale = request_locale(request);
	g_autofree char *title_key = g_strdup_printf("error_%d_title", statuses[i].told);
	g_autofree char *text_key = g_strdup_printf("error_%d_text", statuses[i].told);
	const char *title = locale_text(locale, title_key);
	return reply_page(request, statuses[i].status, "error",
	        json_pack("{s:i,s:s,s:s,s:s,s:s,s:s}", "status", statuses[i].status, "page_title",
	                title, "title", title, "text", locale_text(locale, text_key), "back", "/",
	                "id", request->id));
}

Reply *
error_reply(Request *request, int status, const char *message)
{
	const guint i = find_status(status);
	Reply *reply = request->api ? error_json(request, i, message) : error_page(request, i);
	if (statuses[i].status == 405 && request->allow != NULL)
		reply_header(reply, "Allow", request->allow);
	if (statuses[i].status == 401)
		reply_header(reply, "WWW-Authenticate", "Bearer");
	if (statuses[i].status == 503 || statuses[i].status == 429)
		reply_header(reply, "Retry-After", RETRY_AFTER_S);
	return reply;
}

Reply *
reply_status(Request *request, int status)
{
	return error_reply(request, status, NULL);
}

static int
status_of(const GError *error)
{
	if (error->domain == DB_ERROR) {
		switch ((DbErrorCode)error->code) {
		case DB_ERROR_UNAVAILABLE:
		case DB_ERROR_CONFLICT: /* it ran again as often as it may */
		case DB_ERROR_UNCERTAIN:
			return 503;
		case DB_ERROR_CONSTRAINT:
		case DB_ERROR_BROKEN:
			return 500;
		}
	}
	if (error->domain == TURNOUT_ERROR) {
		switch ((TurnoutErrorCode)error->code) {
		case TURNOUT_ERROR_INPUT:
			return 400;
		case TURNOUT_ERROR_ABSENT:
			return 404;
		case TURNOUT_ERROR_WORLD:
			return 503;
		case TURNOUT_ERROR_BUG:
			return 500;
		}
	}
	return 500;
}

Reply *
reply_error(Request *request, GError *taken)
{
	g_autoptr(GError) error = taken;
	const int status = status_of(error);
	const Route *route = request->match.route;
	if (status >= 500)
		log_line(status == 503 ? LOG_LEVEL_WARNING : LOG_LEVEL_ERROR,
		        "%s request=%s route=%s status=%d", error->message, request->id,
		        route ? route->path : "-", status);
	return error_reply(request, status, status == 400 ? error->message : NULL);
}
