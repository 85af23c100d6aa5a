#include "web/letters/mailer.h"

#include <curl/curl.h>
#include <stdatomic.h>
#include <string.h>

#include "web/letters/mail_header.h"

#define PASSWORD_MAX 1024

/* How far the talk with the server came. */
typedef enum {
	STAGE_BEFORE, /* connecting, TLS, sign-in, sender */
	STAGE_LETTER, /* the recipient was named */
} Stage;

struct Mailer {
	char *url; /* with the name that we greet with behind it */
	char *from, *reply_to, *user, *password, *ca_file;
	const char *domain;          /* of from, lent */
	gboolean clear;              /* to this machine: no TLS */
	_Atomic gint64 break_off_at; /* monotonic µs, 0: go on */
	CURL *curl;
	Stage stage;
};

const char *
mailer_domain(const Mailer *mailer)
{
	return mailer->domain;
}

gboolean
mailer_answered(const Mailer *mailer)
{
	return mailer->reply_to != NULL;
}

void
mailer_hang_up(Mailer *mailer)
{
	g_clear_pointer(&mailer->curl, curl_easy_cleanup);
}

void
mailer_break_off(Mailer *mailer, gint64 after_us)
{
	atomic_store(&mailer->break_off_at, g_get_monotonic_time() + after_us);
}

/* ---- one letter to the server ---- */

static void
set_trouble(MailOutcome *outcome, const char *what, long reply)
{
	if (reply >= 400)
		g_snprintf(outcome->trouble, sizeof outcome->trouble, "%s %ld", what, reply);
	else
		g_strlcpy(outcome->trouble, what, sizeof outcome->trouble);
}

static const char *
server_trouble(CURLcode code)
{
	switch (code) {
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_USE_SSL_FAILED:
		return "tls";
	case CURLE_LOGIN_DENIED:
		return "sign-in";
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT:
	case CURLE_OPERATION_TIMEDOUT:
		return "unreachable";
	default:
		return "server";
	}
}

static MailOutcome
judge(CURLcode code, long reply, Stage stage)
{
	MailOutcome outcome = { .state = OUTBOX_WAITING };

	if (code == CURLE_OK) {
		outcome.state = OUTBOX_SENT;
	} else if (stage == STAGE_BEFORE) {
		outcome.server = outcome.untried = TRUE;
		set_trouble(&outcome, server_trouble(code), reply);
	} else if (reply >= 500) {
		outcome.state = OUTBOX_GIVEN_UP;
		set_trouble(&outcome, "refused", reply);
	} else if (reply >= 400) {
		outcome.server = reply == 421; /* closing down */
		set_trouble(&outcome, "later", reply);
	} else {
		outcome.server = TRUE;
		set_trouble(
		        &outcome, code == CURLE_OPERATION_TIMEDOUT ? "no-answer" : "broken-off", 0);
	}
	return outcome;
}

/* Sees what is said to the server, to know how far it came; none of it is kept. */
static int
listen_in(CURL *curl, curl_infotype type, char *said, size_t length, void *data)
{
	Mailer *mailer = data;

	if (type == CURLINFO_HEADER_OUT && length >= 7 &&
	        g_ascii_strncasecmp(said, "RCPT TO", 7) == 0)
		mailer->stage = STAGE_LETTER;
	return 0;
}

static int
may_go_on(void *data, curl_off_t down_all, curl_off_t down, curl_off_t up_all, curl_off_t up)
{
	Mailer *mailer = data;
	gint64 at = atomic_load(&mailer->break_off_at);

	return at != 0 && g_get_monotonic_time() >= at;
}

static gboolean
add_line(struct curl_slist **lines, const char *name, const char *value)
{
	g_autofree char *line = g_strconcat(name, ": ", value, NULL);
	struct curl_slist *longer = curl_slist_append(*lines, line);

	if (longer != NULL)
		*lines = longer;
	return longer != NULL;
}

/* RFC 2369 and RFC 8058. */
static gboolean
add_way_out(struct curl_slist **lines, const char *url)
{
	g_autofree char *link = g_strdup_printf("<%s>", url);

	return add_line(lines, "List-Unsubscribe", link) &&
	        add_line(lines, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
}

/* NULL when a value would begin a line of its own. */
static struct curl_slist *
head_of(const Mailer *mailer, const Letter *letter, gint64 now)
{
	struct curl_slist *lines = NULL;
	g_autofree char *from = g_strdup_printf("<%s>", mailer->from);
	g_autofree char *to = g_strdup_printf("<%s>", letter->to);
	g_autofree char *id = g_strdup_printf("<%s>", letter->message_id);
	g_autofree char *subject = mail_text(letter->subject);
	g_autofree char *date = mail_date(now);

	if (!mail_value_is_fit(from) || !mail_value_is_fit(to) || !mail_value_is_fit(id) ||
	        !mail_value_is_fit(letter->subject) ||
	        (letter->leave_url != NULL && !mail_value_is_fit(letter->leave_url)))
		return NULL;
	gboolean done = add_line(&lines, "Date", date) && add_line(&lines, "From", from) &&
	        add_line(&lines, "To", to) && add_line(&lines, "Subject", subject) &&
	        add_line(&lines, "Message-ID", id) &&
	        add_line(&lines, "Auto-Submitted", "auto-generated") &&
	        (mailer->reply_to == NULL || add_line(&lines, "Reply-To", mailer->reply_to)) &&
	        (letter->leave_url == NULL || add_way_out(&lines, letter->leave_url));
	if (!done)
		g_clear_pointer(&lines, curl_slist_free_all);
	return lines;
}

static void
add_text(curl_mime *into, const char *text, const char *type)
{
	curl_mimepart *part = curl_mime_addpart(into);

	curl_mime_data(part, text, CURL_ZERO_TERMINATED);
	curl_mime_type(part, type);
	curl_mime_encoder(part, "quoted-printable");
}

static void
add_picture(curl_mime *into, const LetterPicture *picture)
{
	curl_mimepart *part = curl_mime_addpart(into);
	gsize length = 0;
	gconstpointer data = g_bytes_get_data(picture->png, &length);
	g_autofree char *id = g_strdup_printf("Content-ID: <%s>", picture->id);
	g_autofree char *shown =
	        g_strdup_printf("Content-Disposition: inline; filename=\"%s\"", picture->file);
	struct curl_slist *lines = curl_slist_append(NULL, id);

	lines = curl_slist_append(lines, shown);
	curl_mime_data(part, data, length);
	curl_mime_type(part, "image/png");
	curl_mime_encoder(part, "base64");
	curl_mime_headers(part, lines, 1);
}

static void
add_file(curl_mime *into, GBytes *bytes, const char *type, const char *file)
{
	curl_mimepart *part = curl_mime_addpart(into);
	gsize length = 0;
	gconstpointer data = g_bytes_get_data(bytes, &length);

	curl_mime_data(part, data, length);
	curl_mime_type(part, type);
	curl_mime_filename(part, file);
	curl_mime_encoder(part, "base64");
}

/* mixed( alternative( text, related( html, pictures ) ), tickets, calendar ) */
static curl_mime *
body_of(CURL *curl, const Letter *letter)
{
	curl_mime *mixed = curl_mime_init(curl), *either = curl_mime_init(curl),
	          *related = curl_mime_init(curl);

	add_text(either, letter->text, "text/plain; charset=utf-8");
	add_text(related, letter->html, "text/html; charset=utf-8");
	for (guint i = 0; i < letter->pictures->len; i++)
		add_picture(related, g_ptr_array_index(letter->pictures, i));
	curl_mimepart *part = curl_mime_addpart(either);
	curl_mime_subparts(part, related);
	curl_mime_type(part, "multipart/related");
	part = curl_mime_addpart(mixed);
	curl_mime_subparts(part, either);
	curl_mime_type(part, "multipart/alternative");
	if (letter->paper != NULL)
		add_file(mixed, letter->paper, "application/pdf", letter->paper_file);
	if (letter->calendar != NULL)
		add_file(mixed, letter->calendar, "text/calendar; charset=utf-8; method=PUBLISH",
		        letter->calendar_file);
	return mixed;
}

/* The handle keeps its connection from one letter to the next. */
static void
prepare(Mailer *mailer)
{
	CURL *curl = mailer->curl;

	curl_easy_reset(curl);
	curl_easy_setopt(curl, CURLOPT_URL, mailer->url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(
	        curl, CURLOPT_USE_SSL, (long)(mailer->clear ? CURLUSESSL_NONE : CURLUSESSL_ALL));
	curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (mailer->ca_file != NULL)
		curl_easy_setopt(curl, CURLOPT_CAINFO, mailer->ca_file);
	if (mailer->user != NULL) {
		curl_easy_setopt(curl, CURLOPT_USERNAME, mailer->user);
		curl_easy_setopt(curl, CURLOPT_PASSWORD, mailer->password);
	}
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)MAILER_CONNECT_S);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)MAILER_LETTER_S);
	curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, listen_in);
	curl_easy_setopt(curl, CURLOPT_DEBUGDATA, mailer);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, may_go_on);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, mailer);
}

MailOutcome
mailer_send(Mailer *mailer, const Letter *letter)
{
	struct curl_slist *head = head_of(mailer, letter, g_get_real_time() / G_USEC_PER_SEC);
	g_autofree char *from = g_strdup_printf("<%s>", mailer->from);
	g_autofree char *to = g_strdup_printf("<%s>", letter->to);
	struct curl_slist *recipients = curl_slist_append(NULL, to);
	MailOutcome outcome = { .state = head != NULL ? OUTBOX_WAITING : OUTBOX_GIVEN_UP,
		.trouble = "unfit" };
	long reply = 0;

	if (mailer->curl == NULL)
		mailer->curl = curl_easy_init();
	if (head != NULL && mailer->curl != NULL) {
		prepare(mailer);
		curl_mime *body = body_of(mailer->curl, letter);
		curl_easy_setopt(mailer->curl, CURLOPT_MAIL_FROM, from);
		curl_easy_setopt(mailer->curl, CURLOPT_MAIL_RCPT, recipients);
		curl_easy_setopt(mailer->curl, CURLOPT_HTTPHEADER, head);
		curl_easy_setopt(mailer->curl, CURLOPT_MIMEPOST, body);
		mailer->stage = STAGE_BEFORE;
		CURLcode code = curl_easy_perform(mailer->curl);
		curl_easy_getinfo(mailer->curl, CURLINFO_RESPONSE_CODE, &reply);
		outcome = judge(code, reply, mailer->stage);
		curl_easy_setopt(mailer->curl, CURLOPT_MIMEPOST, NULL);
		curl_mime_free(body);
	}
	curl_slist_free_all(recipients);
	curl_slist_free_all(head);
	return outcome;
}

/* ---- start and end ---- */

static gboolean
is_this_machine(const char *host)
{
	return g_ascii_strcasecmp(host, "localhost") == 0 || g_str_equal(host, "::1") ||
	        (g_hostname_is_ip_address(host) && g_str_has_prefix(host, "127."));
}

static gboolean
take_password(Mailer *mailer, const char *file, GError **error)
{
	g_autoptr(GError) failure = NULL;
	gsize length = 0;

	if ((mailer->user == NULL) != (file == NULL)) {
		g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "mail: user and password_file belong together: one of them is missing");
		return FALSE;
	}
	if (file == NULL)
		return TRUE;
	if (!g_file_get_contents(file, &mailer->password, &length, &failure)) {
		g_set_error(
		        error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD, "mail: %s", failure->message);
		return FALSE;
	}
	mailer->password[strcspn(mailer->password, "\r\n")] = '\0';
	if (*mailer->password == '\0' || length > PASSWORD_MAX) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "mail: %s holds no password on its first line", file);
		return FALSE;
	}
	return TRUE;
}

static gboolean
take_settings(Mailer *mailer, const Settings *settings, GError **error)
{
	const char *url = settings_get(settings, SETTING_MAIL_URL);
	const char *from = settings_get(settings, SETTING_MAIL_FROM);
	const char *reply_to = settings_get(settings, SETTING_MAIL_REPLY_TO);
	g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_NONE, error);

	if (uri == NULL)
		return FALSE;
	if (from == NULL || !mail_address_is_fit(from) ||
	        (reply_to != NULL && !mail_address_is_fit(reply_to))) {
		g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "mail: a server needs from, the address that letters come from;"
		        " reply_to, where it is set, must be one plain address too");
		return FALSE;
	}
	mailer->from = g_strdup(from);
	mailer->domain = strrchr(mailer->from, '@') + 1;
	mailer->url = g_strdup_printf("%s/%s", url, mailer->domain);
	mailer->clear =
	        g_str_equal(g_uri_get_scheme(uri), "smtp") && is_this_machine(g_uri_get_host(uri));
	mailer->reply_to = g_strdup(reply_to);
	mailer->user = g_strdup(settings_get(settings, SETTING_MAIL_USER));
	mailer->ca_file = g_strdup(settings_get(settings, SETTING_MAIL_CA_FILE));
	return take_password(mailer, settings_get(settings, SETTING_MAIL_PASSWORD_FILE), error);
}

void
mailer_free(Mailer *mailer)
{
	if (mailer == NULL)
		return;
	mailer_hang_up(mailer);
	g_free(mailer->url);
	g_free(mailer->from);
	g_free(mailer->reply_to);
	g_free(mailer->user);
	if (mailer->password != NULL)
		explicit_bzero(mailer->password, strlen(mailer->password));
	g_free(mailer->password);
	g_free(mailer->ca_file);
	g_free(mailer);
	curl_global_cleanup();
}

gboolean
mailer_new(const Settings *settings, Mailer **ret, GError **error)
{
	*ret = NULL;
	if (settings_get(settings, SETTING_MAIL_URL) == NULL)
		return TRUE;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD,
		        "mail: libcurl can't be made ready");
		return FALSE;
	}
	g_autoptr(Mailer) mailer = g_new0(Mailer, 1);
	if (!take_settings(mailer, settings, error))
		return FALSE;
	*ret = g_steal_pointer(&mailer);
	return TRUE;
}
