/*
 * A request: what came in, checked before anything else looks at it, and what pages ask of it.
 */
#include "web/http/private.h"

#include <string.h>

#define EVENT_KEPT_MS   250 /* so that a busy page opens no transaction just to look at the shelf */
#define EVENTS_KEPT_MAX 64
#define HEADERS_STEP    8 /* as many as a phone sends */

typedef struct {
	Event *event;
	LocaleSet speaks; /* its languages */
	gint64 taken_ms;
} KnownEvent;

static void
known_event_free(gpointer data)
{
	KnownEvent *known = data;
	event_unref(known->event);
	g_free(known);
}

/* ---- the worker ---- */

Worker *
worker_new(Server *server)
{
	Worker *worker = g_new0(Worker, 1);
	worker->server = server;
	worker->events = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, known_event_free);
	return worker;
}

void
worker_free(Worker *worker)
{
	if (worker == NULL)
		return;
	if (worker->reading)
		db_rollback(worker->db);
	db_free(worker->db);
	g_hash_table_destroy(worker->events);
	if (worker->devices != NULL)
		g_hash_table_destroy(worker->devices);
	if (worker->kept != NULL)
		g_hash_table_destroy(worker->kept);
	if (worker->frames != NULL)
		g_hash_table_destroy(worker->frames);
	gzip_free(worker->gzip);
	g_free(worker);
}

/* ---- made and freed ---- */

static void
write_id(char ret_id[9])
{
	static guint count;
	/* an odd factor keeps ids of neighbours far apart, and each once in 2^32 */
	guint32 id = (__atomic_add_fetch(&count, 1, __ATOMIC_RELAXED) +
	                     (guint32)g_get_monotonic_time()) *
	        2654435761u;
	for (guint i = 0; i < 8; i++, id <<= 4)
		ret_id[i] = "0123456789abcdef"[id >> 28];
	ret_id[8] = '\0';
}

/* Only visible ASCII, and no encoded NUL: by %00 other readers would see a shorter path. */
static gboolean
uri_is_clean(const char *uri)
{
	for (const guchar *at = (const guchar *)uri; *at != '\0'; at++)
		if (*at <= ' ' || *at >= 0x7f || (at[0] == '%' && at[1] == '0' && at[2] == '0'))
			return FALSE;
	return TRUE;
}

Request *
request_new(Server *server, const char *uri)
{
	Request *request = g_new0(Request, 1);
	request->server = server;
	write_id(request->id);
	request->now_ms = server->now_ms();
	if (strnlen(uri, URI_MAX + 1) > URI_MAX) {
		request->refusal = 414;
		request->close = TRUE;
		uri = "/";
	} else if (!uri_is_clean(uri)) {
		request->refusal = 400;
		request->close = TRUE;
		uri = "/";
	}
	request->uri = g_strdup(uri);
	char *query = strchr(request->uri, '?');
	if (query != NULL) {
		*query = '\0';
		request->query_text = query + 1;
	}
	request->api = g_str_has_prefix(request->uri, "/api/");
	return request;
}

void
request_free(Request *request)
{
	if (request == NULL)
		return;
	if (request->waiting != NULL)
		reply_free(request->waiting);
	g_clear_error(&request->outcome);
	for (guint i = 0; i < PARAMS_MAX; i++)
		g_free(request->params[i]);
	if (request->body != NULL) {
		explicit_bzero(request->body->data, request->body->len);
		g_byte_array_free(request->body, TRUE);
	}
	fields_free(request->query);
	fields_free(request->form);
	fields_free(request->cookies);
	g_slist_free_full(request->events, (GDestroyNotify)event_unref);
	g_free(request->device);
	staff_session_free(request->staff);
	explicit_bzero(request->staff_csrf, sizeof request->staff_csrf);
	g_free(request->headers);
	g_free(request->uri);
	g_free(request);
}

/* ---- the header ---- */

gboolean
request_take_header(Request *request, const char *name, const char *value)
{
	request->headers_too_many = request->headers_n == HEADERS_MAX;
	if (request->headers_too_many)
		return FALSE;
	if (request->headers_n % HEADERS_STEP == 0)
		request->headers =
		        g_renew(Header, request->headers, request->headers_n + HEADERS_STEP);
	request->headers[request->headers_n++] = (Header){ .name = name, .value = value };
	return TRUE;
}

/* ---- the body ---- */

gboolean
request_take_body(Request *request, const char *data, gsize length)
{
	if (request->refusal == 0 &&
	        (request->body ? request->body->len : 0) + length > request->body_max)
		request->refusal = 413;
	if (request->refusal != 0) {
		request->drained += length;
		return request->drained <= DRAIN_MAX;
	}
	if (request->body == NULL)
		request->body = g_byte_array_sized_new(
		        (guint)MIN(MAX(request->content_length, length), ROUTE_BODY_MAX));
	g_byte_array_append(request->body, (const guint8 *)data, (guint)length);
	return TRUE;
}

/* ---- the way through ---- */

Reply *
request_answer(Request *request)
{
	if (request->refusal != 0)
		return error_reply(request, request->refusal, NULL);
	Reply *refused = guard_after_body(request);
	if (refused != NULL)
		return refused;
	return request->match.route->page(request);
}

Reply *
request_then(Request *request)
{
	Reply *waiting = request->waiting;
	return waiting->then(request, waiting->data, request->outcome);
}

void
request_rest(Request *request)
{
	Worker *worker = request->worker;
	if (worker == NULL || !worker->reading)
		return;
	db_rollback(worker->db); /* it read only */
	worker->reading = FALSE;
}

/* ---- what pages ask ---- */

const char *
request_param(const Request *request, const char *name)
{
	for (guint i = 0; i < request->match.params_n; i++) {
		gsize length = 0;
		const char *declared = route_param_name(request->match.route, i, &length);
		if (strlen(name) == length && memcmp(name, declared, length) == 0)
			return request->params[i];
	}
	return NULL;
}

const char *
request_path(const Request *request)
{
	return request->uri;
}

const Fields *
request_query(Request *request)
{
	if (request->query == NULL && request->query_text != NULL)
		request->query = fields_parse(request->query_text, strlen(request->query_text));
	if (request->query == NULL)
		request->query = fields_new();
	return request->query;
}

const Fields *
request_form(Request *request)
{
	if (request->form == NULL)
		request->form = fields_new(); /* the guard parsed it, when there is one */
	return request->form;
}

const char *
request_body(const Request *request, gsize *ret_length)
{
	*ret_length = request->body ? request->body->len : 0;
	return request->body ? (const char *)request->body->data : "";
}

const char *
request_header(const Request *request, const char *name)
{
	for (guint i = 0; i < request->headers_n; i++)
		if (g_ascii_strcasecmp(request->headers[i].name, name) == 0)
			return request->headers[i].value;
	return NULL;
}

const char *
request_file(const Request *request, gsize *ret_length)
{
	*ret_length = request->file.length;
	return request->file.bytes;
}

static Fields *
parse_cookies(const char *header)
{
	g_autoptr(Fields) cookies = fields_new();
	if (header == NULL)
		return g_steal_pointer(&cookies);
	g_auto(GStrv) pairs = g_strsplit(header, ";", HEADERS_MAX);
	for (guint i = 0; pairs[i] != NULL; i++) {
		char *equals = strchr(pairs[i], '=');
		if (equals == NULL)
			continue;
		*equals = '\0';
		fields_add(cookies, g_strstrip(pairs[i]), g_strstrip(equals + 1));
	}
	return g_steal_pointer(&cookies);
}

const char *
request_cookie(const Request *request, const char *name)
{
	if (request->cookie == NULL)
		return NULL;
	Request *mine = (Request *)request; /* it only remembers what it read */
	if (mine->cookies == NULL)
		mine->cookies = parse_cookies(request->cookie);
	return fields_get(mine->cookies, name);
}

const char *
request_id(const Request *request)
{
	return request->id;
}

/* The languages that this request may be answered in: those of its event. The staff's room is not in
 * every language; a page of neither is in all. */
LocaleSet
request_locales(const Request *request)
{
	const Route *route = request->match.route;
	if (route != NULL && g_str_has_prefix(route->path, "/staff"))
		return locales_staff();
	return request->speaks != 0 ? request->speaks : LOCALES_ALL;
}

static const Locale *
asked_locale(Request *request)
{
	const char *lang = NULL;
	if (!request->api && request->form != NULL)
		lang = fields_get(request->form, "lang");
	if (lang == NULL && request->query_text != NULL)
		lang = fields_get(request_query(request), "lang");
	return lang ? locale_find(lang) : NULL;
}

static const Locale *
find_locale(Request *request)
{
	const LocaleSet among = request_locales(request);
	const Locale *locale = asked_locale(request);
	if (locale != NULL && locale_among(locale, among)) {
		request->set_lang = TRUE;
		return locale;
	}
	const char *cookie = request_cookie(request, "lang");
	if (cookie != NULL && (locale = locale_find(cookie)) != NULL && locale_among(locale, among))
		return locale;
	const char *accept = request_header(request, "Accept-Language");
	if (accept != NULL && (locale = locale_accept(accept, among)) != NULL)
		return locale;
	if (request->own != NULL && locale_among(request->own, among))
		return request->own;
	return locale_default();
}

const Locale *
request_locale(const Request *request)
{
	Request *mine = (Request *)request; /* it only remembers what it found */
	if (mine->locale == NULL)
		mine->locale = find_locale(mine);
	return mine->locale;
}

gint64
request_now(const Request *request)
{
	return request->now_ms / 1000;
}

gint64
request_now_ms(const Request *request)
{
	return request->now_ms;
}

const Settings *
request_settings(const Request *request)
{
	return request->server->settings;
}

EventShelf *
request_shelf(const Request *request)
{
	return request->server->shelf;
}

NumbersKept *
request_numbers(const Request *request)
{
	return request->server->numbers;
}

void
request_hurry_minutes(const Request *request)
{
	minutes_hurry(request->server->minutes);
}

Record *
request_record(const Request *request)
{
	return request->server->record;
}

Db *
request_db(Request *request, GError **error)
{
	Worker *worker = request->worker;
	if (worker->db == NULL &&
	        (worker->db = record_reader(request->server->record, error)) == NULL)
		return NULL;
	if (!worker->reading && !db_begin(worker->db, error))
		return NULL;
	worker->reading = TRUE;
	return worker->db;
}

/* Keeps @event (taken) until the request ends. */
static const Event *
hold(Request *request, Event *event)
{
	request->events = g_slist_prepend(request->events, event);
	return event;
}

static const KnownEvent *
remember(Worker *worker, Event *event, gint64 now_ms)
{
	if (g_hash_table_size(worker->events) >= EVENTS_KEPT_MAX)
		g_hash_table_remove_all(worker->events);
	KnownEvent *known = g_new(KnownEvent, 1);
	*known = (KnownEvent){
		.event = event_ref(event), .speaks = locales_of_event(event), .taken_ms = now_ms
	};
	g_hash_table_replace(worker->events, g_strdup(event->slug), known);
	return known;
}

/* The first event that a request asks for is the one whose languages its page may be in. */
static const Event *
speak_of(Request *request, const KnownEvent *known)
{
	if (request->speaks == 0) {
		request->speaks = known->speaks;
		request->own = locale_find(known->event->languages[0]);
		request->locale = NULL;
		request->set_lang = FALSE;
	}
	return hold(request, event_ref(known->event));
}

static gboolean
is_fresh(const Request *request, const KnownEvent *known)
{
	return ABS(request->now_ms - known->taken_ms) < EVENT_KEPT_MS;
}

const Event *
request_event(Request *request, GError **error)
{
	if (request->event != NULL)
		return request->event;
	Worker *worker = request->worker;
	const char *slug = request_param(request, "event");
	KnownEvent *known = g_hash_table_lookup(worker->events, slug);
	if (known != NULL && is_fresh(request, known))
		return request->event = speak_of(request, known);
	Db *db = request_db(request, error);
	if (db == NULL)
		return NULL;
	g_autoptr(Event) event =
	        event_shelf_take(request->server->shelf, db, slug, request_now(request), error);
	if (event == NULL)
		return NULL;
	return request->event = speak_of(request, remember(worker, event, request->now_ms));
}

const Event *
request_event_by_id(Request *request, const guint8 id[EVENT_ID_BYTES], GError **error)
{
	for (GSList *at = request->events; at != NULL; at = at->next)
		if (memcmp(((Event *)at->data)->id, id, EVENT_ID_BYTES) == 0)
			return at->data;
	GHashTableIter all;
	KnownEvent *known;
	g_hash_table_iter_init(&all, request->worker->events);
	while (g_hash_table_iter_next(&all, NULL, (gpointer *)&known))
		if (is_fresh(request, known) && memcmp(known->event->id, id, EVENT_ID_BYTES) == 0)
			return speak_of(request, known);
	Db *db = request_db(request, error);
	if (db == NULL)
		return NULL;
	g_autoptr(Event) event =
	        event_shelf_take_by_id(request->server->shelf, db, id, request_now(request), error);
	if (event == NULL)
		return NULL;
	return speak_of(request, remember(request->worker, event, request->now_ms));
}

/* Where the number of the text is kept; NULL when there are too many languages. */
static gint64 *
consent_kept(const Request *request, ConsentKind kind)
{
	guint n = 0;
	const Locale *const *all = locales_all(&n);
	for (guint i = 0; i < MIN(n, LOCALES_MAX); i++)
		if (all[i] == request_locale(request))
			return &request->server->consents[i][kind];
	return NULL;
}

ConsentShown
request_consent(const Request *request, ConsentKind kind)
{
	static const char *const keys[CONSENT_KINDS] = {
		[CONSENT_KEEP_INFORMED] = "field_keep_informed",
	};
	gint64 *kept = consent_kept(request, kind);
	return (ConsentShown){ .text = locale_text(request_locale(request), keys[kind]),
		.version = kept != NULL ? __atomic_load_n(kept, __ATOMIC_RELAXED) : 0 };
}

void
request_keep_consent(const Request *request, ConsentKind kind, gint64 version)
{
	gint64 *kept = consent_kept(request, kind);
	if (kept != NULL && version != 0)
		__atomic_store_n(kept, version, __ATOMIC_RELAXED);
}

gboolean
request_robots(const Request *request)
{
	const char *robots = settings_get(request->server->settings, SETTING_WEB_ROBOTS);
	return g_strcmp0(robots, "off") != 0;
}

const char *
request_base_url(const Request *request)
{
	return request->server->base_url;
}

CsrfState
request_csrf(const Request *request)
{
	return request->csrf;
}

const Device *
request_device(const Request *request)
{
	return request->device;
}
