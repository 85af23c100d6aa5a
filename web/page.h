/*
 * What a page is given and what it gives back. A page reads downward: take, refuse early, ask
 * once, reply. It returns a Reply, so it can't answer twice.
 */
#pragma once

#include <jansson.h>
#include "schema/event.h"
#include "schema/record.h"
#include "web/fields.h"
#include "web/locale.h"

typedef struct Request Request;
typedef struct Reply Reply;
typedef Reply *(*Page)(Request *request);

/* ---- of the request; everything is lent until the reply was sent ---- */
const char *request_param(const Request *request, const char *name); /* ":event" of the path; never NULL for a declared one */
const char *request_path(const Request *request);
const Fields *request_query(Request *request);
const Fields *request_form(Request *request); /* urlencoded body; empty when there is none */
const char *request_body(const Request *request, gsize *ret_length);
const char *request_header(const Request *request, const char *name); /* NULL when absent */
const char *request_cookie(const Request *request, const char *name);
const char *request_id(const Request *request); /* 8 hex digits, in log lines and error pages */
const Locale *request_locale(const Request *request); /* ?lang=, cookie, Accept-Language, the event's */
gint64 request_now(const Request *request);    /* UTC seconds */
gint64 request_now_ms(const Request *request); /* UTC milliseconds */
Record *request_record(const Request *request);
/* The worker's own read connection, in one transaction per request. */
Db *request_db(Request *request, GError **error);
/* The event of the path (":event"), from the shelf; NULL with @error (ABSENT: the page is 404). */
const Event *request_event(Request *request, GError **error);
const Event *request_event_by_id(Request *request, const guint8 id[EVENT_ID_BYTES], GError **error);
/* "https://host" that links begin with. */
const char *request_base_url(const Request *request);
/* The paired device of an /api/ request, after the guard let it in. */
typedef struct {
	gint64 id;
	guint8 event[EVENT_ID_BYTES];
	gboolean supervisor;
	gboolean revoked, expired;
	guint16 checkpoints[64]; /* that it may scan at */
	guint checkpoints_n;
} Device;
const Device *request_device(const Request *request);

/* ---- the reply; each takes over what it is given ---- */
/* The template @name with @data (reference taken; gets "_", "lang", "dir", "languages", "base"). */
Reply *reply_page(Request *request, int status, const char *name, json_t *data);
Reply *reply_see_other(Request *request, const char *url); /* 303 */
Reply *reply_json(Request *request, int status, json_t *json);
Reply *reply_bytes(Request *request, int status, const char *type, GBytes *bytes);
/* Turns @error (taken) into status, page or JSON, and one log line where it is ours or the world's. */
Reply *reply_error(Request *request, GError *error);
/* The page of a status by itself: 400, 403, 404, 405, 409, 413, 429, 500, 503. */
Reply *reply_status(Request *request, int status);
void reply_header(Reply *reply, const char *name, const char *value);
/* Cacheable by anyone for @seconds with this ETag; without this, replies are no-store. */
void reply_cache(Reply *reply, const char *etag, int seconds);

/* Hands @work to the writer; when its group has committed, @then turns the outcome into the answer, on
 * a worker thread (@error lent, NULL when done). @data is freed by @destroy after @then. */
typedef Reply *(*ReplyThen)(Request *request, gpointer data, const GError *error);
Reply *reply_after(Request *request, DbWork work, ReplyThen then, gpointer data,
	GDestroyNotify destroy);
