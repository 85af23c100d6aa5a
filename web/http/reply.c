/*
 * Replies: what a page says, before http/server.c turns it into bytes of HTTP.
 */
#include <string.h>

#include "web/assets.h"
#include "web/http/contact.h"
#include "web/http/private.h"
#include "web/templates.h"

#define TYPE_PAGE "text/html; charset=utf-8"

static Reply *
reply_new(ReplyKind kind, int status)
{
	Reply *reply = g_new0(Reply, 1);
	reply->kind = kind;
	reply->status = status;
	return reply;
}

void
reply_free(Reply *reply)
{
	if (reply == NULL)
		return;
	if (reply->bytes != NULL)
		g_bytes_unref(reply->bytes);
	for (guint i = 0; i < reply->headers_n; i++)
		g_free(reply->headers[i].value);
	g_free(reply->type_owned);
	g_free(reply->etag);
	prepared_unref(reply->prepared);
	if (reply->destroy != NULL)
		reply->destroy(reply->data);
	g_free(reply);
}

/* ---- pages ---- */

static json_t *
languages_of(const Locale *current, LocaleSet among)
{
	json_t *languages = json_array();
	guint n = 0;
	const Locale *const *all = locales_all(&n);
	for (guint i = 0; i < n; i++) {
		if (!locale_among(all[i], among))
			continue;
		json_t *language = json_object();
		json_object_set_new(language, "code", json_string(locale_code(all[i])));
		json_object_set_new(language, "name", json_string(locale_name(all[i])));
		json_object_set_new(
		        language, "dir", json_string(locale_right_to_left(all[i]) ? "rtl" : "ltr"));
		json_object_set_new(language, "current", json_boolean(all[i] == current));
		json_array_append_new(languages, language);
	}
	return languages;
}

static json_t *
assets_named(void)
{
	json_t *named = json_object();
	for (const Asset *asset = assets; asset->name != NULL; asset++) {
		g_autofree char *name = g_strdup(asset->name);
		g_strdelimit(name, ".-", '_');
		json_object_set_new(named, name, json_string(asset->path));
	}
	return named;
}

/* What every page of a language is given that offers those @among, made once by each worker. */
static json_t *
frame_of(Worker *worker, const Locale *locale, LocaleSet among)
{
	if (worker->frames == NULL)
		worker->frames = g_hash_table_new_full(
		        g_str_hash, g_str_equal, g_free, (GDestroyNotify)json_decref);
	char key[64];
	g_snprintf(key, sizeof key, "%x %s", among, locale_code(locale));
	json_t *frame = g_hash_table_lookup(worker->frames, key);
	if (frame != NULL)
		return frame;
	frame = json_object();
	json_object_set(frame, "_", locale_catalogue(locale));
	json_object_set_new(frame, "lang", json_string(locale_code(locale)));
	json_object_set_new(
	        frame, "dir", json_string(locale_right_to_left(locale) ? "rtl" : "ltr"));
	json_object_set_new(frame, "languages", languages_of(locale, among));
	json_object_set_new(frame, "base", json_string(worker->server->base_url));
	json_object_set_new(frame, "assets", assets_named());
	g_hash_table_insert(worker->frames, g_strdup(key), frame);
	return frame;
}

/* NULL when there is no such template. */
GBytes *
page_bytes(Request *request, const char *name, json_t *data)
{
	json_auto_t *mine = data ? data : json_object();
	const Template *template = template_find(web_templates, name);
	if (template == NULL)
		return NULL;
	const Locale *locale = request_locale(request);
	json_t *frame = frame_of(request->worker, locale, request_locales(request));
	if (json_array_size(json_object_get(frame, "languages")) < 2)
		json_object_set_new(mine, "has_languages", json_false());
	const char *contact = json_string_value(json_object_get(mine, "contact"));
	if (contact != NULL)
		json_object_set_new(mine, "contact_parts", contact_parts(contact));
	json_object_update_missing(mine, frame);
	GString *page = g_string_sized_new(16 * 1024);
	template_render(template, mine, page);
	return g_string_free_to_bytes(page);
}

Reply *
reply_page(Request *request, int status, const char *name, json_t *data)
{
	GBytes *bytes = page_bytes(request, name, data);
	if (bytes == NULL) {
		GError *error = NULL;
		g_set_error(&error, TURNOUT_ERROR, TURNOUT_ERROR_BUG, "there is no template \"%s\"",
		        name);
		return reply_error(request, error);
	}
	Reply *reply = reply_new(REPLY_BODY, status);
	reply->type = TYPE_PAGE;
	reply->is_page = TRUE;
	reply->bytes = bytes;
	return reply;
}

Reply *
reply_see_other(Request *request, const char *url)
{
	Reply *reply = reply_new(REPLY_BODY, 303);
	reply_header(reply, "Location", url);
	return reply;
}

Reply *
reply_json(Request *request, int status, json_t *json)
{
	Reply *reply = reply_new(REPLY_BODY, status);
	char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
	json_decref(json);
	reply->type = "application/json";
	reply->bytes = g_bytes_new_with_free_func(text, strlen(text), free, text);
	return reply;
}

Reply *
reply_bytes(Request *request, int status, const char *type, GBytes *bytes)
{
	Reply *reply = reply_new(REPLY_BODY, status);
	reply->type = reply->type_owned = g_strdup(type);
	reply->bytes = bytes;
	return reply;
}

Reply *
reply_after(Request *request, DbWork work, ReplyThen then, gpointer data, GDestroyNotify destroy)
{
	Reply *reply = reply_new(REPLY_WAITING, 0);
	reply->work = work;
	reply->then = then;
	reply->data = data;
	reply->destroy = destroy;
	return reply;
}

Reply *
reply_slow(Request *request, gboolean alone, SlowWork work, ReplyThen then, gpointer data,
        GDestroyNotify destroy)
{
	Reply *reply = reply_new(REPLY_SLOW, 0);
	reply->slow = work;
	reply->alone = alone;
	reply->then = then;
	reply->data = data;
	reply->destroy = destroy;
	return reply;
}

Reply *
reply_stream(
        Request *request, const char *type, ReplyRead read, gpointer data, GDestroyNotify destroy)
{
	Reply *reply = reply_new(REPLY_STREAM, 200);
	reply->type = reply->type_owned = g_strdup(type);
	reply->read = read;
	reply->data = data;
	reply->destroy = destroy;
	return reply;
}

void
reply_compress(Reply *reply)
{
	reply->compress = TRUE;
}

void
reply_header(Reply *reply, const char *name, const char *value)
{
	g_assert(reply->headers_n < REPLY_HEADERS_MAX);
	reply->headers[reply->headers_n].name = g_intern_string(name);
	reply->headers[reply->headers_n].value = g_strdup(value);
	reply->headers_n++;
}

void
reply_cache(Reply *reply, const char *etag, int seconds)
{
	g_free(reply->etag);
	reply->etag = g_strdup(etag);
	reply->seconds = seconds;
	reply->cached = TRUE;
}

/* ---- prepared ones ---- */

char *
cache_control(int seconds)
{
	if (seconds <= 0)
		return g_strdup("no-cache");
	return g_strdup_printf(
	        "public, max-age=%d%s", seconds, seconds >= ASSET_SECONDS ? ", immutable" : "");
}

static char *
etag_of(GBytes *bytes)
{
	gsize length = 0;
	gconstpointer data = g_bytes_get_data(bytes, &length);
	guint8 hash[32];
	hash_sha256(data, length, hash);
	GString *etag = g_string_new("\"");
	for (guint i = 0; i < 8; i++)
		g_string_append_printf(etag, "%02x", hash[i]);
	g_string_append_c(etag, '"');
	return g_string_free(etag, FALSE);
}

Prepared *
prepared_new(const char *type, const char *lang, GBytes *raw, GBytes *gzip, const char *etag,
        int seconds)
{
	Prepared *prepared = g_new0(Prepared, 1);
	g_ref_count_init(&prepared->references);
	prepared->type = g_strdup(type);
	prepared->lang = g_strdup(lang);
	prepared->etag = etag ? g_strdup(etag) : etag_of(raw);
	prepared->cache_control = cache_control(seconds);
	prepared->raw = raw;
	prepared->gzip = gzip;
	return prepared;
}

Prepared *
prepared_packed(const char *type, GBytes *gzip, gsize raw_length, const char *etag, int seconds)
{
	Prepared *prepared = prepared_new(type, NULL, NULL, gzip, etag, seconds);
	prepared->raw_length = raw_length;
	return prepared;
}

static gboolean
shrinks(const char *type)
{
	return g_str_has_prefix(type, "text/") || g_str_has_prefix(type, "application/json") ||
	        g_str_has_prefix(type, "image/svg");
}

Prepared *
prepared_bytes(Request *request, const char *type, const char *lang, GBytes *bytes, int seconds)
{
	gsize length = 0;
	gconstpointer data = g_bytes_get_data(bytes, &length);
	GBytes *gzip = NULL;
	if (shrinks(type) && length >= COMPRESS_MIN)
		gzip = gzip_pack(&request->worker->gzip, GZIP_SHARED, data, length);
	return prepared_new(type, lang, bytes, gzip, NULL, seconds);
}

Prepared *
prepared_page(Request *request, const char *name, json_t *data, int seconds)
{
	GBytes *bytes = page_bytes(request, name, data);
	if (bytes == NULL)
		g_error("there is no template \"%s\"", name);
	return prepared_bytes(
	        request, TYPE_PAGE, locale_code(request_locale(request)), bytes, seconds);
}

void
prepared_unref(Prepared *prepared)
{
	if (prepared == NULL || !g_ref_count_dec(&prepared->references))
		return;
	prepared_forms_free(prepared);
	if (prepared->raw != NULL)
		g_bytes_unref(prepared->raw);
	if (prepared->gzip != NULL)
		g_bytes_unref(prepared->gzip);
	g_free(prepared->type);
	g_free(prepared->lang);
	g_free(prepared->etag);
	g_free(prepared->cache_control);
	g_free(prepared);
}

Prepared *
request_kept(Request *request, const char *key)
{
	GHashTable *kept = request->worker->kept;
	return kept ? g_hash_table_lookup(kept, key) : NULL;
}

Prepared *
request_keep(Request *request, const char *key, Prepared *prepared)
{
	Worker *worker = request->worker;
	if (worker->kept == NULL)
		worker->kept = g_hash_table_new_full(
		        g_str_hash, g_str_equal, g_free, (GDestroyNotify)prepared_unref);
	if (g_hash_table_size(worker->kept) >= KEPT_MAX)
		g_hash_table_remove_all(worker->kept);
	g_hash_table_replace(worker->kept, g_strdup(key), prepared);
	return prepared;
}

Reply *
reply_prepared(Request *request, Prepared *prepared)
{
	Reply *reply = reply_new(REPLY_PREPARED, 200);
	g_ref_count_inc(&prepared->references);
	reply->prepared = prepared;
	return reply;
}

static void
fill_in(char *text, gsize length, const Filling *filling)
{
	const gsize word = strlen(filling->word);
	g_assert(word > 0 && word == strlen(filling->stand_in));
	for (char *at = text;
	        (at = memmem(at, text + length - at, filling->stand_in, word)) != NULL; at += word)
		memcpy(at, filling->word, word);
}

Reply *
reply_filled(Request *request, Prepared *prepared, const Filling *fillings, guint n)
{
	gsize length = 0;
	gconstpointer made = g_bytes_get_data(prepared->raw, &length);
	char *text = g_memdup2(made, length);
	for (guint i = 0; i < n; i++)
		fill_in(text, length, &fillings[i]);
	Reply *reply = reply_new(REPLY_BODY, 200);
	reply->type = TYPE_PAGE;
	reply->is_page = TRUE;
	reply->bytes = g_bytes_new_take(text, length);
	return reply;
}

/* ---- what the client takes ---- */

/* Is @token in the comma-separated @list, with a weight above zero? */
static gboolean
list_has(const char *list, const char *token)
{
	const gsize length = strlen(token);
	for (const char *at = list; at != NULL && *at != '\0';) {
		at += strspn(at, ", \t");
		const gsize item = strcspn(at, ",");
		if (item >= length && g_ascii_strncasecmp(at, token, length) == 0 &&
		        strchr(";, \t", at[length]) != NULL) {
			const char *weight = memchr(at, '=', item);
			return weight == NULL || g_ascii_strtod(weight + 1, NULL) > 0;
		}
		at += item;
	}
	return FALSE;
}

gboolean
request_takes_gzip(const Request *request)
{
	return request->accept_encoding != NULL && list_has(request->accept_encoding, "gzip");
}

gboolean
request_has(const Request *request, const char *etag)
{
	const char *known = etag ? request_header(request, "If-None-Match") : NULL;
	if (known == NULL)
		return FALSE;
	return strcmp(known, "*") == 0 || strstr(known, etag) != NULL;
}
