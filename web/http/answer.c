/*
 * From a page's Reply to what goes over the wire: status, headers, bytes. http/server.c hands it on.
 */
#include <string.h>

#include "web/http/private.h"

#define VARY_PAGE "Accept-Encoding, Accept-Language, Cookie"

static void
say(Answer *answer, const char *name, const char *value)
{
	g_assert(answer->headers_n < ANSWER_HEADERS_MAX);
	answer->headers[answer->headers_n++] = (Header){ .name = name, .value = value };
}

static void
say_owned(Answer *answer, const char *name, char *value)
{
	g_assert(answer->owned_n < ANSWER_OWNED_MAX);
	answer->owned[answer->owned_n++] = value;
	say(answer, name, value);
}

void
answer_clear(Answer *answer)
{
	for (guint i = 0; i < answer->owned_n; i++)
		g_free(answer->owned[i]);
	if (answer->packed != NULL)
		g_bytes_unref(answer->packed);
}

void
server_set_headers(Server *server)
{
	const Header always[] = {
		{ "Content-Security-Policy",
		        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action "
		        "'self'; "
		        "base-uri 'none'; frame-ancestors 'none'" },
		{ "X-Content-Type-Options", "nosniff" },
		{ "Referrer-Policy", "same-origin" },
		{ "Cross-Origin-Opener-Policy", "same-origin" },
		{ "Cross-Origin-Resource-Policy", "same-origin" },
		{ "Permissions-Policy",
		        "camera=(), geolocation=(), microphone=(), payment=(), usb=()" },
	};
	for (guint i = 0; i < G_N_ELEMENTS(always); i++)
		server->headers[server->headers_n++] = always[i];
	if (server->secure)
		server->headers[server->headers_n++] =
		        (Header){ "Strict-Transport-Security", "max-age=31536000" };
}

/* What this request alone is told. */
static void
say_own(Request *request, gboolean closing, Answer *answer)
{
	if (request->set_lang)
		say_owned(answer, "Set-Cookie",
		        g_strdup_printf(
		                "lang=%s; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly%s",
		                locale_code(request->locale),
		                request->server->secure ? "; Secure" : ""));
	if (closing)
		say(answer, "Connection", "close");
}

/* ---- prepared replies ---- */

Form
prepared_form_for(const Request *request, const Prepared *prepared)
{
	if (request_has(request, prepared->etag))
		return FORM_SAME;
	return prepared->gzip != NULL && request_takes_gzip(request) ? FORM_GZIP : FORM_RAW;
}

GBytes *
prepared_form(Prepared *prepared, Form form)
{
	if (form == FORM_SAME)
		return NULL;
	if (form == FORM_GZIP)
		return prepared->gzip;
	if (prepared->raw == NULL) {
		gsize length = 0;
		gconstpointer packed = g_bytes_get_data(prepared->gzip, &length);
		prepared->raw = gzip_unpack(packed, length, prepared->raw_length);
		if (prepared->raw == NULL) /* the build packed it */
			g_error("what was packed can't be unpacked");
	}
	return prepared->raw;
}

void
answer_prepared(const Server *server, Prepared *prepared, Form form, Answer *ret)
{
	*ret = (Answer){ .status = form == FORM_SAME ? 304 : 200 };
	ret->bytes = prepared_form(prepared, form);
	for (guint i = 0; i < server->headers_n; i++)
		say(ret, server->headers[i].name, server->headers[i].value);
	if (form != FORM_SAME)
		say(ret, "Content-Type", prepared->type);
	if (form == FORM_GZIP)
		say(ret, "Content-Encoding", "gzip");
	if (prepared->lang != NULL)
		say(ret, "Content-Language", prepared->lang);
	say(ret, "Vary", prepared->lang != NULL ? VARY_PAGE : "Accept-Encoding");
	say(ret, "ETag", prepared->etag);
	say(ret, "Cache-Control", prepared->cache_control);
}

void
answer_prepared_once(Request *request, Prepared *prepared, gboolean closing, Answer *ret)
{
	answer_prepared(request->server, prepared, prepared_form_for(request, prepared), ret);
	say_own(request, closing, ret);
}

/* ---- replies of one request ---- */

static gboolean
says(const Reply *reply, const char *name)
{
	for (guint i = 0; i < reply->headers_n; i++)
		if (g_ascii_strcasecmp(reply->headers[i].name, name) == 0)
			return TRUE;
	return FALSE;
}

static void
say_caching(const Reply *reply, Answer *answer)
{
	if (!reply->cached) {
		if (!says(reply, "Cache-Control"))
			say(answer, "Cache-Control", "no-store");
		return;
	}
	say_owned(answer, "Cache-Control", cache_control(reply->seconds));
	if (reply->etag != NULL)
		say(answer, "ETag", reply->etag);
}

/* Pages of some size travel as gzip; what a POST echoes does not, so that its length tells nothing. */
static GBytes *
pack(const Request *request, const Reply *reply)
{
	if (!(reply->is_page || reply->compress) || request->method != HTTP_GET ||
	        g_bytes_get_size(reply->bytes) < COMPRESS_MIN || !request_takes_gzip(request))
		return NULL;
	gsize length = 0;
	gconstpointer data = g_bytes_get_data(reply->bytes, &length);
	return gzip_pack(&request->worker->gzip, GZIP_ONCE, data, length);
}

void
answer_head(Request *request, const Reply *reply, gboolean closing, Answer *ret)
{
	const Server *server = request->server;
	for (guint i = 0; i < server->headers_n; i++)
		if (!says(reply, server->headers[i].name))
			say(ret, server->headers[i].name, server->headers[i].value);
	for (guint i = 0; i < reply->headers_n; i++)
		say(ret, reply->headers[i].name, reply->headers[i].value);
	if ((ret->bytes != NULL || reply->kind == REPLY_STREAM) && reply->type != NULL)
		say(ret, "Content-Type", reply->type);
	if (ret->packed != NULL)
		say(ret, "Content-Encoding", "gzip");
	if (reply->is_page) {
		say(ret, "Vary", VARY_PAGE);
		say(ret, "Content-Language", locale_code(request_locale(request)));
	}
	say_caching(reply, ret);
	say_own(request, closing, ret);
}

void
answer_body(Request *request, const Reply *reply, gboolean closing, Answer *ret)
{
	const gboolean same = reply->cached && request_has(request, reply->etag);
	*ret = (Answer){ .status = same ? 304 : reply->status };
	if (!same) {
		ret->packed = pack(request, reply);
		ret->bytes = ret->packed ? ret->packed : reply->bytes;
	}
	answer_head(request, reply, closing, ret);
}
