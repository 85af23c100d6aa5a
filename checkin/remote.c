/* The one file of this folder that knows libcurl. */
#include "checkin/remote.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <string.h>

#define CLOCK_KEPT_MS    (10 * 60000) /* then a worse measure than the best one may replace it */
#define CLOCK_UNKNOWN_MS 86400000
#define SECOND_MS        1000 /* a date names a second: the server's clock is somewhere in it */
#define CONNECT_MS       5000

struct Remote {
	CURLM *multi;
	char *base, *ca_file, *authorization;
	gboolean same_machine;
	gint64 (*now_ms)(void);
	gboolean reachable;
	gint64 skew, skew_error, measured; /* ms */
};

struct RemoteCall {
	Remote *remote;
	CURL *easy;
	struct curl_slist *headers;
	char *sent;
	GString *received;
	json_t *body;
	int status;
	gboolean done, too_long;
	gint64 asked_wall, asked; /* ms */
	gint64 date;              /* of the answer, UTC seconds; 0: none */
};

static gint64
mono_ms(void)
{
	return g_get_monotonic_time() / 1000;
}

/* ---- the address ---- */

static gboolean
is_same_machine(const char *host)
{
	struct in_addr at;

	/* "127.0.0.1.example.org" is anybody's name */
	return strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
	        (inet_pton(AF_INET, host, &at) == 1 && ntohl(at.s_addr) >> 24 == 127);
}

static char *
part_of(CURLU *url, CURLUPart part)
{
	char *text = NULL;

	if (curl_url_get(url, part, &text, 0) != CURLUE_OK)
		return NULL;
	char *ours = g_strdup(text);
	curl_free(text);
	return ours;
}

static gboolean
take_address(Remote *remote, const char *text, GError **error)
{
	CURLU *url = curl_url();
	const gboolean read = curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK;
	g_autofree char *scheme = read ? part_of(url, CURLUPART_SCHEME) : NULL;
	g_autofree char *host = read ? part_of(url, CURLUPART_HOST) : NULL;
	g_autofree char *query = read ? part_of(url, CURLUPART_QUERY) : NULL;
	g_autofree char *user = read ? part_of(url, CURLUPART_USER) : NULL;

	curl_url_cleanup(url);
	const gboolean secure = g_strcmp0(scheme, "https") == 0;
	if (host == NULL || query != NULL || user != NULL ||
	        (!secure && g_strcmp0(scheme, "http") != 0)) {
		g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "--server is an address like https://door.example.org");
		return FALSE;
	}
	remote->same_machine = is_same_machine(host);
	if (!secure && !remote->same_machine) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "--server must begin with https:// (plain http is for the same machine "
		        "only, not for %s)",
		        host);
		return FALSE;
	}
	remote->base = g_strdup(text);
	while (g_str_has_suffix(remote->base, "/"))
		remote->base[strlen(remote->base) - 1] = '\0';
	return TRUE;
}

Remote *
remote_new(const char *url, const char *ca_file, gint64 (*now_ms)(void), GError **error)
{
	static gsize begun = 0;

	if (g_once_init_enter(&begun)) {
		curl_global_init(CURL_GLOBAL_DEFAULT);
		g_once_init_leave(&begun, 1);
	}
	g_autoptr(Remote) remote = g_new0(Remote, 1);
	remote->multi = curl_multi_init();
	remote->now_ms = now_ms;
	remote->ca_file = g_strdup(ca_file);
	remote->reachable = TRUE;
	remote->skew_error = CLOCK_UNKNOWN_MS;
	return take_address(remote, url, error) ? g_steal_pointer(&remote) : NULL;
}

void
remote_free(Remote *remote)
{
	if (remote == NULL)
		return;
	curl_multi_cleanup(remote->multi);
	if (remote->authorization != NULL)
		explicit_bzero(remote->authorization, strlen(remote->authorization));
	g_free(remote->authorization);
	g_free(remote->base);
	g_free(remote->ca_file);
	g_free(remote);
}

void
remote_set_token(Remote *remote, const char *token)
{
	g_free(remote->authorization);
	remote->authorization = g_strdup_printf("Authorization: Bearer %s", token);
}

/* ---- a call ---- */

static size_t
receive(char *bytes, size_t size, size_t n, void *data)
{
	RemoteCall *call = data;

	call->too_long |= call->received->len + size * n > REMOTE_ANSWER_MAX;
	if (call->too_long)
		return 0;
	g_string_append_len(call->received, bytes, (gssize)(size * n));
	return size * n;
}

static size_t
receive_header(char *bytes, size_t size, size_t n, void *data)
{
	static const char date[] = "Date:";
	RemoteCall *call = data;

	if (size * n > sizeof date && g_ascii_strncasecmp(bytes, date, sizeof date - 1) == 0) {
		g_autofree char *value =
		        g_strndup(bytes + sizeof date - 1, size * n - (sizeof date - 1));
		time_t at = curl_getdate(value, NULL);
		call->date = at > 0 ? at : 0;
	}
	return size * n;
}

static void
add_header(RemoteCall *call, const char *line)
{
	call->headers = curl_slist_append(call->headers, line);
}

static void
set_up(RemoteCall *call, const char *url, gint64 limit_ms)
{
	const Remote *remote = call->remote;
	CURL *easy = call->easy;

	add_header(call, "Accept: application/json");
	if (remote->authorization != NULL)
		add_header(call, remote->authorization);
	if (call->sent != NULL) {
		add_header(call, "Content-Type: application/json");
		add_header(call, "Expect:"); /* it would cost a round trip */
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call->sent);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(call->sent));
	}
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, call->headers);
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)limit_ms);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)MIN(limit_ms, CONNECT_MS));
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "turnout/" TURNOUT_VERSION);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, receive_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
	if (remote->same_machine)
		curl_easy_setopt(easy, CURLOPT_PROXY, "");
	if (remote->ca_file != NULL) {
		curl_easy_setopt(easy, CURLOPT_CAINFO, remote->ca_file);
		curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	}
}

RemoteCall *
remote_ask(Remote *remote, const char *path, json_t *body, gint64 limit_ms)
{
	RemoteCall *call = g_new0(RemoteCall, 1);
	g_autofree char *url = g_strdup_printf("%s/api/v1/door/%s", remote->base, path);
	int running = 0;

	call->remote = remote;
	call->received = g_string_new(NULL);
	call->easy = curl_easy_init();
	call->sent = body ? json_dumps(body, JSON_COMPACT) : NULL;
	json_decref(body);
	call->asked_wall = remote->now_ms();
	call->asked = mono_ms();
	set_up(call, url, limit_ms);
	curl_multi_add_handle(remote->multi, call->easy);
	curl_multi_perform(remote->multi, &running);
	return call;
}

void
remote_call_free(RemoteCall *call)
{
	if (call == NULL)
		return;
	curl_multi_remove_handle(call->remote->multi, call->easy);
	curl_easy_cleanup(call->easy);
	curl_slist_free_all(call->headers);
	if (!call->done) /* it was given up: the server didn't answer in time */
		call->remote->reachable = FALSE;
	free(call->sent);
	g_string_free(call->received, TRUE);
	json_decref(call->body);
	g_free(call);
}

gboolean
remote_call_done(const RemoteCall *call)
{
	return call->done;
}

int
remote_call_status(const RemoteCall *call)
{
	return call->status;
}

const json_t *
remote_call_body(const RemoteCall *call)
{
	return call->body;
}

/* ---- what came ---- */

static void
measure(Remote *remote, const RemoteCall *call)
{
	const gint64 now = mono_ms(), half = (now - call->asked) / 2;
	const gint64 error = SECOND_MS / 2 + half;

	if (call->date == 0 ||
	        (error > remote->skew_error && now - remote->measured < CLOCK_KEPT_MS))
		return;
	remote->skew = call->date * 1000 + SECOND_MS / 2 - (call->asked_wall + half);
	remote->skew_error = error;
	remote->measured = now;
}

static void
finish(RemoteCall *call, CURLcode result)
{
	Remote *remote = call->remote;
	long status = 0;

	call->done = TRUE;
	if (result == CURLE_OK)
		curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
	if (call->received->len > 0)
		call->body = json_loadb(call->received->str, call->received->len, 0, NULL);
	if (call->body != NULL || status == 304)
		call->status = (int)status;
	remote->reachable = call->status > 0 && call->status < 500;
	if (call->status > 0)
		measure(remote, call);
}

static gboolean
finish_those_that_ended(Remote *remote)
{
	CURLMsg *message;
	int left;
	gboolean any = FALSE;

	while ((message = curl_multi_info_read(remote->multi, &left)) != NULL) {
		RemoteCall *call = NULL;
		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
		finish(call, message->data.result);
		any = TRUE;
	}
	return any;
}

gboolean
remote_wait(Remote *remote, int fd, gint64 limit_ms)
{
	const gint64 until = mono_ms() + limit_ms;
	int running = 0;

	for (;;) {
		struct curl_waitfd in = { .fd = fd, .events = CURL_WAIT_POLLIN };
		curl_multi_perform(remote->multi, &running);
		const gboolean ended = finish_those_that_ended(remote);
		const gint64 left = ended ? 0 : MAX(until - mono_ms(), 0);
		curl_multi_poll(remote->multi, &in, fd >= 0 ? 1 : 0, (int)MIN(left, 60000), NULL);
		if (in.revents != 0)
			return TRUE;
		if (left == 0)
			return FALSE;
	}
}

gboolean
remote_reachable(const Remote *remote)
{
	return remote->reachable;
}

void
remote_clock(const Remote *remote, DeviceClock *ret)
{
	*ret = (DeviceClock){ .wall = remote->now_ms(),
		.mono = mono_ms(),
		.skew = remote->skew,
		.skew_error = remote->skew_error };
}
