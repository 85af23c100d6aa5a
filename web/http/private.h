/*
 * What the server's own files share: http/server.c (libmicrohttpd), http/request.c, http/reply.c, http/guard.c,
 * http/routes.c, http/errors.c, http/deadlines.c, http/listen.c. Pages see page.h only.
 *
 * A request's way: http/server.c takes the headers in, request_begin() refuses what is malformed and
 * finds the route, http/server.c collects the body, request_answer() runs guard and page, http/server.c
 * sends the Reply. A Reply that waits for the writer suspends the connection; when the writer is
 * done, request_then() makes the answer on the worker's thread.
 */
#pragma once

#include <netinet/in.h>

#include "schema/registration.h"
#include "web/http/gzip.h"
#include "web/lane.h"
#include "web/http/multipart.h"
#include "web/page.h"
#include "web/routes.h"
#include "web/server.h"
#include "web/http/slow.h"

/* ---- bounds; each is tested ---- */
#define URI_MAX                     8192        /* bytes of path and query: 414 */
#define HEADERS_MAX                 64          /* lines of the header: 431 */
#define PARAMS_MAX                  4           /* of a route's pattern */
#define CONNECTION_MEMORY           (16 * 1024) /* for the header, and the body in pieces: 431 */
#define CONNECTIONS_MAX             4000
#define CONNECTIONS_PER_ADDRESS_MAX 1000 /* without a proxy; a venue shares one address */
#define DRAIN_MAX                   (256 * 1024) /* of a refused body that is read, so that the answer arrives */
#define THREADS                     2
#define HEADER_DEADLINE_MS          10000 /* from the connection to the end of the first header */
#define IDLE_DEADLINE_MS            40000 /* from an answer to the end of the next header */
#define IDLE_TIMEOUT_S              30    /* without a byte */
#define BODY_DEADLINE_MS            30000
#define SEND_DEADLINE_MS            60000 /* for the answer, and 1 s more for each SEND_BYTES_PER_S */
#define SEND_BYTES_PER_S            4096
#define COMPRESS_MIN                1024     /* smaller answers travel as they are */
#define ASSET_SECONDS               31536000 /* a year: what has a hash in its path */
#define DEVICE_KEPT_MS              5000     /* how long a device's token needs no look-up */
#define DRAIN_QUIET_US              100000   /* without a request under way, before the end */
#define RETRY_AFTER_S               "5"
#define LOCALES_MAX                 32

/* ---- routes ---- */
typedef struct {
	const char *text; /* of the path, lent; percent-encoded */
	gsize length;
} Segment;

#define SEGMENTS_MAX 12

typedef struct {
	const Route *route;
	Segment params[PARAMS_MAX];
	guint params_n;
} RouteMatch;

typedef struct RouteIndex RouteIndex;
RouteIndex *route_index_new(const Route *const *tables);
void route_index_free(RouteIndex *index);
/* The route of @method and @path. When only the method is wrong, @ret->route is NULL and
 * @ret_allow is what Allow says (static text); both NULL: there is no such path. */
gboolean route_find(const RouteIndex *index, HttpMethod method, const char *path, RouteMatch *ret,
        const char **ret_allow);
/* The name of the @i-th param of @route's pattern and its length. */
const char *route_param_name(const Route *route, guint i, gsize *ret_length);

/* ---- server and worker ---- */
typedef struct {
	const char *name, *value;
} Header;

struct Server {
	Record *record;
	const Settings *settings;
	gint64 (*now_ms)(void);
	RouteIndex *routes;
	EventShelf *shelf;
	gint64 header_ms, body_ms;
	char *url;         /* "http://127.0.0.1:8080" */
	char *base_url;    /* public_url, else url */
	char *origin;      /* of public_url, NULL without one */
	gboolean tls;      /* this server's own */
	gboolean secure;   /* what the browser sees: https */
	gboolean proxied;  /* trusted_proxies are set */
	GArray *proxies;   /* of struct in6_addr; NULL: none */
	Header headers[8]; /* of every answer */
	guint headers_n;
	struct Transport *transport; /* http/server.c's own */
	Slow *slow;
	struct Throttle *throttle; /* of signing in */
	Lane *lane;                /* of registering */
	struct Heard *heard;       /* devices, as they were last heard of */
	gint64 consents[LOCALES_MAX]
	               [CONSENT_KINDS]; /* numbers of their texts, atomic; 0: not known yet */
	NumbersKept *numbers;           /* of the dashboard */
	struct Minutes *minutes;        /* once it serves */
};

/* What belongs to one thread: no lock is needed. */
typedef struct {
	Server *server;
	Db *db;              /* opened by the first request that asks */
	gboolean reading;    /* a read transaction is open */
	GHashTable *events;  /* slug to KnownEvent */
	GHashTable *devices; /* token hash to KnownDevice */
	GHashTable *kept;    /* key to Prepared */
	GHashTable *frames;  /* "SET LANG" to what each of its pages is given */
	Gzip *gzip;
} Worker;

Worker *worker_new(Server *server);
void worker_free(Worker *worker);

/* ---- request ---- */
struct Request {
	Server *server;
	Worker *worker;                /* whose thread runs it now */
	struct Connection *connection; /* its socket's deadline */
	char id[9];
	gint64 now_ms;
	char *uri;              /* copy: path, NUL, query */
	const char *query_text; /* NULL without "?" */
	HttpMethod method;
	gboolean head;
	gboolean api;    /* answers are JSON */
	Header *headers; /* lent by the transport */
	guint headers_n;
	gboolean headers_too_many;
	const char *origin, *host, *content_type, *cookie, *accept_encoding;
	gsize content_length;
	gboolean has_content_length, chunked;
	gboolean local; /* the peer is on this machine */
	gboolean has_peer;
	struct in6_addr peer; /* for http/lane.c alone; it is never written anywhere */

	RouteMatch match;
	char *params[PARAMS_MAX]; /* decoded */
	const char *allow;        /* of a 405 */
	int refusal;              /* a status that is the answer, whatever the body says */
	gboolean close;           /* after the answer */
	gsize body_max;

	GByteArray *body;
	gsize drained;
	Fields *query, *form, *cookies;
	MultipartFile file; /* of the form; lent by the body */
	LocaleSet speaks;   /* the languages of its event; 0: it has asked for none yet */
	const Locale *own;  /* that event's own language */
	const Locale *locale;
	gboolean set_lang; /* ?lang= named a language: remember it */
	GSList *events;    /* held until the end */
	const Event *event;
	CsrfState csrf;
	Device *device;
	StaffSession *staff;
	char staff_csrf[2 * TOKEN_HASH_BYTES + 1];

	Reply *waiting; /* for the writer */
	gint waited;    /* atomic: the writer is done */
	GError *outcome;
};

Request *request_new(Server *server, const char *uri);
void request_free(Request *request);
/* A line of the header; both texts are lent by the transport. FALSE for one too many. */
gboolean request_take_header(Request *request, const char *name, const char *value);
/* After the header (http/header.c): refuses, finds the route, says how much body may come. */
void request_begin(Request *request, const char *method, gboolean http_1_0);
/* A piece of the body; FALSE when the connection must be closed. */
gboolean request_take_body(Request *request, const char *data, gsize length);
/* After the body: guard, page. Never NULL. */
Reply *request_answer(Request *request);
/* After the writer: what the page made of it. */
Reply *request_then(Request *request);
/* Ends the read transaction of the worker. */
void request_rest(Request *request);

/* The languages that its answer may be in. */
LocaleSet request_locales(const Request *request);

/* ---- guard ---- */
/* NULL lets the request pass; else the answer that refuses it. Before the body: what needs none. */
int guard_before_body(Request *request); /* a status, or 0 */
Reply *guard_after_body(Request *request);
Reply *guard_device(Request *request); /* of an /api/ request's token */
Reply *guard_staff(Request *request);  /* of a session's cookie; after the form was read */

/* ---- reply ---- */
typedef enum {
	REPLY_BODY,
	REPLY_PREPARED,
	REPLY_WAITING,
	REPLY_SLOW,   /* waits, too, for the slow pool */
	REPLY_STREAM, /* comes in pieces */
} ReplyKind;

#define REPLY_HEADERS_MAX 12

struct Reply {
	ReplyKind kind;
	int status;
	const char *type; /* static, or owned by type_owned */
	char *type_owned;
	GBytes *bytes;     /* NULL: empty */
	gboolean is_page;  /* depends on language */
	gboolean compress; /* travels as gzip, where it is of some size */
	struct {
		const char *name;
		char *value;
	} headers[REPLY_HEADERS_MAX];
	guint headers_n;
	char *etag;
	int seconds;
	gboolean cached;
	Prepared *prepared;
	DbWork work;
	SlowWork slow;
	gboolean alone;
	ReplyRead read;
	ReplyThen then;
	gpointer data;
	GDestroyNotify destroy;
};

void reply_free(Reply *reply);

/* The forms of a prepared reply: as it is, as gzip, and "you have it". */
typedef enum {
	FORM_RAW,
	FORM_GZIP,
	FORM_SAME,
#define FORMS 3
} Form;

struct Prepared {
	grefcount references;
	char *type, *lang, *etag;
	char *cache_control;
	GBytes *raw;           /* NULL: not unpacked yet, see prepared_form() */
	gsize raw_length;      /* of what is to be unpacked */
	GBytes *gzip;          /* NULL: not worth it */
	gpointer forms[FORMS]; /* http/server.c's, made at first use */
};
Prepared *prepared_new(const char *type, const char *lang, GBytes *raw, GBytes *gzip,
        const char *etag, int seconds); /* takes @raw and @gzip; @etag NULL: a hash of @raw */
/* Of what is there as gzip only, in no language; @raw_length: once it is unpacked. */
Prepared *
prepared_packed(const char *type, GBytes *gzip, gsize raw_length, const char *etag, int seconds);
char *cache_control(int seconds);
/* Of http/server.c. */
void prepared_forms_free(Prepared *prepared);

/* Does @request's If-None-Match name @etag? */
gboolean request_has(const Request *request, const char *etag);
gboolean request_takes_gzip(const Request *request);

/* ---- answer: what goes over the wire; all of it lent by request and reply but what clear frees ---- */
#define ANSWER_HEADERS_MAX 32
#define ANSWER_OWNED_MAX   4

typedef struct {
	int status;
	GBytes *bytes; /* lent; NULL: empty */
	Header headers[ANSWER_HEADERS_MAX];
	guint headers_n;
	GBytes *packed;
	char *owned[ANSWER_OWNED_MAX];
	guint owned_n;
} Answer;

void server_set_headers(Server *server); /* those of every answer */
void answer_body(Request *request, const Reply *reply, gboolean closing, Answer *ret);
Form prepared_form_for(const Request *request, const Prepared *prepared);
/* The bytes of @form, lent; NULL: none. What came as gzip only is unpacked for the first client who
 * takes no gzip, and kept. */
GBytes *prepared_form(Prepared *prepared, Form form);
/* A form that many requests share. */
void answer_prepared(const Server *server, Prepared *prepared, Form form, Answer *ret);
/* The same with what only @request is told. */
void answer_prepared_once(Request *request, Prepared *prepared, gboolean closing, Answer *ret);
void answer_clear(Answer *answer);

/* ---- errors ---- */
/* A status's page or JSON; @message (nullable) goes into JSON only. */
Reply *error_reply(Request *request, int status, const char *message);

/* ---- transport: http/server.c's, for http/server_stream.c too ---- */
/* One more connection is suspended; FALSE when the server begins nothing more. */
gboolean transport_hold(struct Transport *transport);
void transport_let_go(struct Transport *transport);

/* ---- streams (http/server_stream.c) ---- */
#define STREAMS_MAX 16 /* at once; more are told to come back */
struct MHD_Connection;
struct MHD_Response;
/* The response of @reply, whose data it takes over; NULL when there are too many, or no memory. */
struct MHD_Response *
stream_response(Request *request, struct MHD_Connection *connection, Reply *reply);
/* What every answer's header holds, into @ret, whose status and bytes are set. */
void answer_head(Request *request, const Reply *reply, gboolean closing, Answer *ret);

/* ---- devices heard of (http/heard.c) ---- */
struct Heard *heard_new(void);
void heard_free(struct Heard *heard);

/* ---- addresses (http/lane.c) ---- */
/* IPv4 as mapped into IPv6. FALSE: it is none. */
gboolean address_parse(const char *text, struct in6_addr *ret);

/* ---- throttle (http/throttle.c) ---- */
struct Throttle *throttle_new(void);
void throttle_free(struct Throttle *throttle);

/* ---- each minute (http/minutes.c) ---- */
/* Starts the thread; it looks at once, then each minute of the monotonic clock. */
struct Minutes *minutes_new(Server *server);
void minutes_hurry(struct Minutes *minutes); /* now, and not at the next minute; NULL is fine */
void minutes_free(struct Minutes *minutes);  /* NULL is fine */

/* ---- deadlines ---- */
typedef struct Deadlines Deadlines;
typedef struct Connection {
	int fd;
	gint64 until; /* monotonic milliseconds, atomic; 0: none */
	gint reads;   /* atomic: the client is to say something */
	guint silent; /* the sweeper's: how often it found the client gone */
	struct Connection *next, *before;
} Connection;
Deadlines *deadlines_new(void); /* starts the sweeper's thread */
void deadlines_free(Deadlines *deadlines);
Connection *deadlines_add(Deadlines *deadlines, int fd, gint64 milliseconds);
void deadlines_remove(Deadlines *deadlines, Connection *connection); /* before @fd is closed */
/* The client is to say something, within @milliseconds from now. */
void connection_reads(Connection *connection, gint64 milliseconds);
/* It is our turn; the client has to take the answer within @milliseconds from now. 0: none. */
void connection_works(Connection *connection, gint64 milliseconds);

/* Waits until @count (atomic) was zero for @quiet_us; FALSE when it wasn't by @until_us. */
gboolean wait_for_none(const gint *count, gint64 quiet_us, gint64 until_us);

/* ---- listening ---- */
/* Binds "host:port", "[::1]:port"; @ret_url without a scheme ("127.0.0.1:8080"). -1 with @error. */
int listen_open(const char *address, char **ret_host, gboolean *ret_loopback,
        gboolean *ret_wildcard, GError **error);

/* Is it this machine's own? */
struct sockaddr;
gboolean address_is_local(const struct sockaddr *address);
/* IPv4 as mapped into IPv6. FALSE: it is of another kind. */
gboolean address_of(const struct sockaddr *address, struct in6_addr *ret);

/* ---- setup ---- */
typedef struct {
	char *cert, *key;         /* of TLS, as PEM */
	int listening;            /* the socket; -1: none */
	gboolean limit_addresses; /* CONNECTIONS_PER_ADDRESS_MAX holds */
} Setup;
/* Reads the settings into @server and @setup, which setup_clear() frees (not the socket). */
gboolean setup_make(Server *server, Setup *setup, GError **error);
void setup_clear(Setup *setup);
