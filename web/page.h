/*
 * What a page is given and what it gives back. A page reads downward: take, refuse early, ask
 * once, reply. It returns a Reply, so it can't answer twice.
 */
#pragma once

#include <jansson.h>
#include "schema/device.h"
#include "schema/event.h"
#include "schema/record.h"
#include "schema/registration.h"
#include "schema/settings.h"
#include "schema/staff.h"
#include "web/fields.h"
#include "web/locale.h"
#include "web/numbers.h"

typedef struct Request Request;
typedef struct Reply Reply;
typedef Reply *(*Page)(Request *request);

/* ---- of the request; everything is lent until the reply was sent ---- */
const char *request_param(const Request *request,
        const char *name); /* ":event" of the path; never NULL for a declared one */
const char *request_path(const Request *request);
const Fields *request_query(Request *request);
const Fields *request_form(Request *request); /* urlencoded body; empty when there is none */
/* The file of a form on a route that takes one; NULL when there is none. */
const char *request_file(const Request *request, gsize *ret_length);
const char *request_body(const Request *request, gsize *ret_length);
const char *request_header(const Request *request, const char *name); /* NULL when absent */
const char *request_cookie(const Request *request, const char *name);
const char *request_id(const Request *request); /* 8 hex digits, in log lines and error pages */
const Locale *
request_locale(const Request *request);        /* ?lang=, cookie, Accept-Language, the event's */
gint64 request_now(const Request *request);    /* UTC seconds */
gint64 request_now_ms(const Request *request); /* UTC milliseconds */
Record *request_record(const Request *request);
const Settings *request_settings(const Request *request);
EventShelf *request_shelf(const Request *request); /* every event; request_event() has the path's */
NumbersKept *request_numbers(const Request *request);
/* What the server does each minute is done at once. */
void request_hurry_minutes(const Request *request);
/* The worker's own read connection, in one transaction per request. */
Db *request_db(Request *request, GError **error);
/* The event of the path (":event"), from the shelf; NULL with @error (ABSENT: the page is 404). */
const Event *request_event(Request *request, GError **error);
const Event *request_event_by_id(Request *request, const guint8 id[EVENT_ID_BYTES], GError **error);
/* What stands beside the box KEEP_INFORMED in the page's language, with its number where a registration before has found
 * it; what is shared with whom is the event's (form_share_text()). */
ConsentShown request_consent(const Request *request, ConsentKind kind);
/* The number that was found. */
void request_keep_consent(const Request *request, ConsentKind kind, gint64 version);
/* Do forms look for robots? ([web] robots) */
gboolean request_robots(const Request *request);
/* "https://host" that links begin with. */
const char *request_base_url(const Request *request);
/* What the guard found of a form's csrf (FOR_ANYONE, POST): HOLDS, or STALE, then the page answers 422
 * with the form kept and a fresh one. FALSE never reaches a page: it is 403. */
CsrfState request_csrf(const Request *request);
/* The paired device of an /api/ request, after the guard let it in. */
const Device *request_device(const Request *request);
/* Who signed in, for a page FOR_STAFF: their role is one of the route's, and event and region are
 * theirs, whatever the request says. */
const StaffSession *request_staff(const Request *request);
/* What a form of the session carries as "csrf". */
const char *request_staff_csrf(const Request *request);
/* Whether [staff] code_roles asks a code of the role of who is signed in. */
gboolean staff_code_wanted(const Request *request);
/* The cookie's name, and the header that sets it to @token (NULL: takes it away). */
const char *request_staff_cookie(const Request *request);
void reply_staff_cookie(Request *request, Reply *reply, const char *token);

/* ---- the reply; each takes over what it is given ---- */
/* The template @name with @data (reference taken; gets "_", "lang", "dir", "languages", "base"). */
Reply *reply_page(Request *request, int status, const char *name, json_t *data);
/* What reply_page() would send; NULL when there is no such template. */
GBytes *page_bytes(Request *request, const char *name, json_t *data);
Reply *reply_see_other(Request *request, const char *url); /* 303 */
Reply *reply_json(Request *request, int status, json_t *json);
Reply *reply_bytes(Request *request, int status, const char *type, GBytes *bytes);
/* Turns @error (taken) into status, page or JSON, and one log line where it is ours or the world's. */
Reply *reply_error(Request *request, GError *error);
/* The page of a status by itself: 400, 403, 404, 405, 409, 413, 429, 500, 503. */
Reply *reply_status(Request *request, int status);
/* Lets a JSON answer travel as gzip: for what echoes nothing that a stranger could have put in. */
void reply_compress(Reply *reply);
void reply_header(Reply *reply, const char *name, const char *value);
/* Cacheable by anyone for @seconds with this ETag; without this, replies are no-store. */
void reply_cache(Reply *reply, const char *etag, int seconds);

/*
 * A reply that is made once and sent many times: headers, gzip form and ETag are ready, so it costs
 * little more than the look-up. It holds nothing personal. Its ETag is a hash of what it says, so
 * If-None-Match answers 304.
 */
typedef struct Prepared Prepared;
/* @status 200. @lang (nullable) is what the text is in: caches are then told that the answer
 * depends on language. @seconds: how long anyone may keep it; 0: ask each time (by ETag). */
Prepared *
prepared_bytes(Request *request, const char *type, const char *lang, GBytes *bytes, int seconds);
/* The template @name with @data (reference taken), as reply_page() would render it. */
Prepared *prepared_page(Request *request, const char *name, json_t *data, int seconds);
void prepared_unref(Prepared *prepared);
/* What this worker keeps under @key ("event SLUG LANG EDITION"), lent until the request ends; NULL when
 * it keeps nothing of that name. */
Prepared *request_kept(Request *request, const char *key);
/* Keeps @prepared (taken) under @key, at most KEPT_MAX of them, and lends it back. */
#define KEPT_MAX 512
Prepared *request_keep(Request *request, const char *key, Prepared *prepared);
Reply *reply_prepared(Request *request, Prepared *prepared);
/* A page that is the same for all but for a few words, as a form's own id: @prepared was made with
 * stand-ins, and each is replaced wherever it stands by a word of the same length. Never cached outside. */
typedef struct {
	const char *stand_in, *word;
} Filling;
Reply *reply_filled(Request *request, Prepared *prepared, const Filling *fillings, guint n);

/* Hands @work to the writer; when its group has committed, @then turns the outcome into the answer, on
 * a worker thread (@error lent, NULL when done). @data is freed by @destroy after @then. */
typedef Reply *(*ReplyThen)(Request *request, gpointer data, const GError *error);
Reply *
reply_after(Request *request, DbWork work, ReplyThen then, gpointer data, GDestroyNotify destroy);

/* Runs @work on the slow pool, then @then on a worker thread. @alone: at most one such runs at a time (what takes
 * much memory). @then's error is set when too many wait. */
typedef void (*SlowWork)(gpointer data);
Reply *reply_slow(Request *request, gboolean alone, SlowWork work, ReplyThen then, gpointer data,
        GDestroyNotify destroy);

/* An answer of unknown length, that comes in pieces: @read appends one to @into, on the slow pool, until
 * it sets *ret_end. When it fails, the connection breaks off, so that nobody takes a part for the
 * whole. */
typedef gboolean (*ReplyRead)(gpointer data, GString *into, gboolean *ret_end, GError **error);
Reply *reply_stream(
        Request *request, const char *type, ReplyRead read, gpointer data, GDestroyNotify destroy);
