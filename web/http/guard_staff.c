/*
 * Who signed in: by the session's cookie. Deny by default: a route names its roles; the event and the region
 * are the session's, never the request's.
 */
#include <string.h>

#include "web/http/private.h"

#define SIGN_IN     "/staff/sign-in"
#define SET_UP_CODE "/staff/code"

static const char *
cookie_name(const Server *server)
{
	/* browsers take "__Host-" over https only */
	return server->secure ? "__Host-session" : "session";
}

const char *
request_staff_cookie(const Request *request)
{
	return cookie_name(request->server);
}

void
reply_staff_cookie(Request *request, Reply *reply, const char *token)
{
	g_autofree char *cookie = g_strdup_printf("%s=%s; Path=/; HttpOnly; SameSite=Lax%s%s",
	        cookie_name(request->server), token ? token : "", token ? "" : "; Max-Age=0",
	        request->server->secure ? "; Secure" : "");
	reply_header(reply, "Set-Cookie", cookie);
}

const StaffSession *
request_staff(const Request *request)
{
	return request->staff;
}

const char *
request_staff_csrf(const Request *request)
{
	return request->staff_csrf;
}

/* A hash over the session's secret: who knows one doesn't know the other. */
static void
csrf_of(const char *token, char ret_csrf[2 * TOKEN_HASH_BYTES + 1])
{
	guint8 hash[TOKEN_HASH_BYTES];
	g_autofree char *text = g_strconcat("csrf ", token, NULL);
	token_hash(text, hash);
	explicit_bzero(text, strlen(text));
	for (guint i = 0; i < sizeof hash; i++)
		g_snprintf(ret_csrf + 2 * i, 3, "%02x", hash[i]);
}

/* In a time that tells nothing of where they differ. */
static gboolean
csrf_holds(const Request *request)
{
	const char *given = request->form ? fields_get(request->form, "csrf") : NULL;
	guint8 differs = 0;
	if (given == NULL || strlen(given) != 2 * TOKEN_HASH_BYTES)
		return FALSE;
	for (guint i = 0; i < 2 * TOKEN_HASH_BYTES; i++)
		differs |= (guint8)(given[i] ^ request->staff_csrf[i]);
	return differs == 0;
}

gboolean
staff_code_wanted(const Request *request)
{
	const char *roles = settings_get(request->server->settings, SETTING_STAFF_CODE_ROLES);
	g_auto(GStrv) words = g_strsplit(roles ? roles : "", ",", -1);

	for (guint i = 0; words[i] != NULL; i++)
		if (staff_role_parse(g_strstrip(words[i])) == request->staff->role)
			return TRUE;
	return FALSE;
}

/* On the writer's thread. What wasn't written is with the next request. */
static void
touched(gpointer data, const GError *error)
{
	g_free(data);
}

static void
touch(Request *request)
{
	const StaffSession *session = request->staff;
	if (request->match.route->quiet || request_now(request) - session->seen < STAFF_TOUCH_S)
		return;
	StaffChange *change = g_new0(StaffChange, 1);
	memcpy(change->id_hash, session->id_hash, TOKEN_HASH_BYTES);
	change->now = request_now(request);
	writer_submit(record_writer(request_record(request)), staff_session_touch, touched, change);
}

Reply *
guard_staff(Request *request)
{
	const Route *route = request->match.route;
	const char *token = request_cookie(request, cookie_name(request->server));
	GError *error = NULL;
	guint8 hash[TOKEN_HASH_BYTES];
	if (token == NULL || strlen(token) != TOKEN_TEXT_LENGTH)
		return reply_see_other(request, SIGN_IN);
	token_hash(token, hash);
	Db *db = request_db(request, &error);
	if (db == NULL ||
	        !staff_session_read(db, hash, request_now(request), &request->staff, &error))
		return reply_error(request, error);
	if (request->staff == NULL)
		return reply_see_other(request, SIGN_IN);
	csrf_of(token, request->staff_csrf);
	if ((route->roles & request->staff->role) == 0)
		return error_reply(request, 403, NULL);
	if (route->method == HTTP_POST && !csrf_holds(request))
		return error_reply(request, 403, NULL);
	if (!route->without_code && !request->staff->has_code && staff_code_wanted(request))
		return reply_see_other(request, SET_UP_CODE);
	touch(request);
	return NULL;
}
