#include "tests/staff_fixture.h"

#include <string.h>

#include "schema/password.h"

#define BOUNDARY "----cut4711"

/* What password_hash() makes of a password, once for all: comparing it is what takes long. */
static const char *
a_hash(void)
{
	static char hash[PASSWORD_HASH_MAX];

	if (hash[0] == '\0')
		g_assert_true(password_hash("violet anchor teapot nine", hash, NULL));
	return hash;
}

static void
begin_session(const Api *api, const char *name, SignedIn *in)
{
	g_autoptr(GError) error = NULL;
	StaffKnown known = { 0 };
	StaffBegin begin = { .now = api_clock_ms / 1000 };
	Db *db = engine_reader(api->door.engine);

	g_assert_true(db_begin(db, NULL));
	staff_find(db, name, &known, &error);
	db_rollback(db);
	g_assert_no_error(error);
	g_assert_true(known.found);
	token_new(in->token);
	begin.staff = known.id;
	begin.name = known.name;
	begin.password = known.password;
	token_hash(in->token, begin.id_hash);
	writer_run(record_writer(api->door.record), staff_session_begin, &begin, &error);
	g_assert_no_error(error);
	g_assert_true(begin.begun);
	staff_known_clear(&known);
}

SignedIn
staff_enters(
        const Api *api, const char *slug, const char *name, const char *role, const char *region)
{
	g_autoptr(GError) error = NULL;
	SignedIn in;
	guint8 hash[TOKEN_HASH_BYTES];
	json_auto_t *asked = json_pack("{s:s, s:s, s:s*, s:s, s:s}", "name", name, "role", role,
	        "region", region, "event", slug, "password", a_hash());
	json_auto_t *answer =
	        staff_operation_add(api->door.record, asked, api_clock_ms / 1000, &error);

	g_assert_no_error(error);
	g_assert_nonnull(answer);
	begin_session(api, name, &in);
	/* what guard_staff.c makes of the session's secret */
	g_autofree char *text = g_strconcat("csrf ", in.token, NULL);
	token_hash(text, hash);
	for (guint i = 0; i < sizeof hash; i++)
		g_snprintf(in.csrf + 2 * i, 3, "%02x", hash[i]);
	return in;
}

Answered
staff_ask(const Api *api, const char *method, const char *path, const char *headers,
        const char *type, const char *body, gsize length)
{
	g_autoptr(GString) asked = g_string_new(NULL);

	g_string_append_printf(
	        asked, "%s %s HTTP/1.1\r\nHost: x\r\n%s", method, path, headers ? headers : "");
	if (body != NULL)
		g_string_append_printf(
		        asked, "Content-Type: %s\r\nContent-Length: %zu\r\n", type, length);
	g_string_append(asked, "Connection: close\r\n\r\n");
	if (body != NULL)
		g_string_append_len(asked, body, (gssize)length);
	return client_ask(server_url(api->server), asked->str, asked->len);
}

static char *
cookie_of(const SignedIn *who)
{
	return g_strdup_printf("Cookie: session=%s\r\n", who->token);
}

Answered
staff_get(const Api *api, const SignedIn *who, const char *path)
{
	g_autofree char *cookie = cookie_of(who);

	return staff_ask(api, "GET", path, cookie, NULL, NULL, 0);
}

Answered
staff_post(const Api *api, const SignedIn *who, const char *path, const char *form)
{
	g_autofree char *cookie = cookie_of(who);
	g_autofree char *body = g_strdup_printf("csrf=%s&%s", who->csrf, form);

	return staff_ask(
	        api, "POST", path, cookie, "application/x-www-form-urlencoded", body, strlen(body));
}

Answered
staff_send_file(
        const Api *api, const SignedIn *who, const char *path, const char *bytes, gsize length)
{
	g_autofree char *cookie = cookie_of(who);
	g_autoptr(GString) body = g_string_new(NULL);

	g_string_append_printf(body,
	        "--" BOUNDARY "\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n%s\r\n"
	        "--" BOUNDARY "\r\nContent-Disposition: form-data; name=\"file\";"
	        " filename=\"scans.json\"\r\nContent-Type: application/json\r\n\r\n",
	        who->csrf);
	g_string_append_len(body, bytes, (gssize)length);
	g_string_append(body, "\r\n--" BOUNDARY "--\r\n");
	return staff_ask(api, "POST", path, cookie, "multipart/form-data; boundary=" BOUNDARY,
	        body->str, body->len);
}
