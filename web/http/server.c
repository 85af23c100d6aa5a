/*
 * HTTP by libmicrohttpd: the one file that knows it.
 *
 * Facts that shape it, each tried with 0.9.75 (a test keeps every one of them):
 *   two Content-Lengths, one with Transfer-Encoding, no Host   are let in: http/request.c refuses them
 *   "%00" would end a URL early                                 refused by the text as it came
 *   timeouts count inactivity only                              http/deadlines.c shuts who is late
 *   MHD_stop_daemon() aborts while a connection is suspended    server_stop() waits for them first
 *   a reader of a stream may suspend and give nothing           http/server_stream.c fills it elsewhere
 *   MHD_quiesce_daemon() races with its threads, which abort    let_in() turns newcomers away instead
 */
#include <microhttpd.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <unistd.h>

#include "web/log.h"
#include "web/http/private.h"

typedef enum {
	STATE_OPEN,
	STATE_DRAINING, /* answers what is under way, and closes each connection after it */
	STATE_CLOSED,   /* begins nothing more */
} State;

typedef struct Transport {
	struct MHD_Daemon *daemon;
	Deadlines *deadlines;
	int listening;
	State state;    /* atomic */
	gint in_flight; /* atomic: requests whose header was read and whose answer was not sent */
	gint suspended; /* atomic */
	pthread_mutex_t lock;
	GPtrArray *workers;
	struct MHD_Response *broken; /* when there is no memory for any other */
	Header headers[12];          /* of every answer */
	guint headers_n;
} Transport;

/* How far a request is, as libmicrohttpd calls the handler again and again. */
typedef enum {
	STEP_HEADER,
	STEP_BODY,
	STEP_WAITING, /* for the writer */
	STEP_ANSWERED,
} Step;

typedef struct {
	Request *request;
	Step step;
	gboolean counted; /* in in_flight */
	struct MHD_Connection *connection;
	Transport *transport;
} Exchange;

static __thread Worker *this_worker;

static Worker *
worker_of_thread(Server *server)
{
	if (this_worker != NULL && this_worker->server == server)
		return this_worker;
	Worker *worker = worker_new(server);
	pthread_mutex_lock(&server->transport->lock);
	g_ptr_array_add(server->transport->workers, worker);
	pthread_mutex_unlock(&server->transport->lock);
	return this_worker = worker;
}

static State
state_of(const Transport *transport)
{
	return __atomic_load_n(&transport->state, __ATOMIC_SEQ_CST);
}

/* ---- answers ---- */

static void
unref_bytes(void *data)
{
	g_bytes_unref(data);
}

/* @bytes (nullable) is shared with the response, not copied. */
static struct MHD_Response *
response_of_bytes(GBytes *bytes)
{
	if (bytes == NULL)
		return MHD_create_response_from_buffer(0, (void *)"", MHD_RESPMEM_PERSISTENT);
	gsize length = 0;
	gconstpointer data = g_bytes_get_data(bytes, &length);
	return MHD_create_response_from_buffer_with_free_callback_cls(
	        length, (void *)data, unref_bytes, g_bytes_ref(bytes));
}

static struct MHD_Response *
response_of(const Answer *answer)
{
	struct MHD_Response *response = response_of_bytes(answer->bytes);
	if (response == NULL)
		return NULL;
	for (guint i = 0; i < answer->headers_n; i++)
		MHD_add_response_header(
		        response, answer->headers[i].name, answer->headers[i].value);
	return response;
}

static enum MHD_Result
send_response(Exchange *exchange, int status, struct MHD_Response *response, gsize length)
{
	exchange->step = STEP_ANSWERED;
	connection_works(exchange->request->connection,
	        SEND_DEADLINE_MS + (gint64)(length / SEND_BYTES_PER_S) * 1000);
	return MHD_queue_response(exchange->connection, (guint)status, response);
}

/* Clears @answer. */
static enum MHD_Result
send_answer(Exchange *exchange, Answer *answer)
{
	struct MHD_Response *response = response_of(answer);
	const gsize length = answer->bytes ? g_bytes_get_size(answer->bytes) : 0;
	enum MHD_Result result = response != NULL
	        ? send_response(exchange, answer->status, response, length)
	        : send_response(exchange, 503, exchange->transport->broken, 0);
	if (response != NULL)
		MHD_destroy_response(response);
	answer_clear(answer);
	return result;
}

void
prepared_forms_free(Prepared *prepared)
{
	for (guint i = 0; i < FORMS; i++)
		if (prepared->forms[i] != NULL)
			MHD_destroy_response(prepared->forms[i]);
}

static enum MHD_Result
send_shared(Exchange *exchange, Prepared *prepared)
{
	const Form form = prepared_form_for(exchange->request, prepared);
	if (prepared->forms[form] == NULL) {
		Answer answer;
		answer_prepared(exchange->request->server, prepared, form, &answer);
		prepared->forms[form] = response_of(&answer);
		answer_clear(&answer);
		if (prepared->forms[form] == NULL)
			return send_response(exchange, 503, exchange->transport->broken, 0);
	}
	GBytes *bytes = prepared_form(prepared, form);
	return send_response(exchange, form == FORM_SAME ? 304 : 200, prepared->forms[form],
	        bytes ? g_bytes_get_size(bytes) : 0);
}

/* ---- waiting for the writer ---- */

/* On the writer's thread. */
static void
written(gpointer data, const GError *error)
{
	Exchange *exchange = data;
	struct MHD_Connection *connection = exchange->connection;
	if (error != NULL)
		exchange->request->outcome = g_error_copy(error);
	__atomic_store_n(&exchange->request->waited, 1, __ATOMIC_RELEASE);
	/* from here on the exchange may be gone */
	MHD_resume_connection(connection);
}

/* A DbWork, on the writer's thread. */
static gboolean
write_waiting(Db *db, gpointer data, GError **error)
{
	const Reply *waiting = ((Exchange *)data)->request->waiting;
	return waiting->work(db, waiting->data, error);
}

static enum MHD_Result send_reply(Exchange *exchange, Reply *reply);

gboolean
transport_hold(Transport *transport)
{
	__atomic_add_fetch(&transport->suspended, 1, __ATOMIC_SEQ_CST);
	if (state_of(transport) != STATE_CLOSED)
		return TRUE;
	transport_let_go(transport);
	return FALSE;
}

void
transport_let_go(Transport *transport)
{
	__atomic_sub_fetch(&transport->suspended, 1, __ATOMIC_SEQ_CST);
}

/* On a thread of the slow pool. */
static void
run_slow(gpointer data)
{
	const Reply *waiting = ((Exchange *)data)->request->waiting;
	waiting->slow(waiting->data);
}

/* For the writer, or the slow pool. */
static enum MHD_Result
wait_for_others(Exchange *exchange, Reply *reply)
{
	Request *request = exchange->request;
	Server *server = request->server;
	if (!transport_hold(exchange->transport)) {
		reply_free(reply);
		return send_reply(exchange, error_reply(request, 503, NULL));
	}
	exchange->step = STEP_WAITING;
	request->waiting = reply;
	connection_works(request->connection, 0);
	MHD_suspend_connection(exchange->connection);
	if (reply->kind == REPLY_SLOW)
		slow_submit(server->slow, reply->alone, run_slow, written, exchange);
	else
		writer_submit(record_writer(server->record), write_waiting, written, exchange);
	return MHD_YES;
}

static enum MHD_Result
after_writer(Exchange *exchange)
{
	Request *request = exchange->request;
	if (!__atomic_load_n(&request->waited, __ATOMIC_ACQUIRE))
		return MHD_YES;
	transport_let_go(exchange->transport);
	request->worker = worker_of_thread(request->server);
	Reply *reply = request_then(request);
	reply_free(g_steal_pointer(&request->waiting));
	__atomic_store_n(&request->waited, 0, __ATOMIC_RELEASE);
	g_clear_error(&request->outcome);
	return send_reply(exchange, reply);
}

static enum MHD_Result
send_stream(Exchange *exchange, Reply *reply, gboolean closing)
{
	Answer answer = { .status = reply->status };
	struct MHD_Response *response =
	        stream_response(exchange->request, exchange->connection, reply);
	if (response == NULL)
		return send_response(exchange, 503, exchange->transport->broken, 0);
	answer_head(exchange->request, reply, closing, &answer);
	for (guint i = 0; i < answer.headers_n; i++)
		MHD_add_response_header(response, answer.headers[i].name, answer.headers[i].value);
	enum MHD_Result result = send_response(exchange, reply->status, response, 0);
	MHD_destroy_response(response);
	answer_clear(&answer);
	return result;
}

/* Takes @reply. */
static enum MHD_Result
send_reply(Exchange *exchange, Reply *reply)
{
	Request *request = exchange->request;
	if (reply->kind == REPLY_WAITING || reply->kind == REPLY_SLOW) {
		request_rest(request); /* the thread goes on with others */
		return wait_for_others(exchange, reply);
	}
	const gboolean closing = request->close || state_of(exchange->transport) != STATE_OPEN;
	enum MHD_Result result = MHD_NO;
	if (reply->kind == REPLY_PREPARED && !closing && !request->set_lang) {
		result = send_shared(exchange, reply->prepared);
	} else if (reply->kind == REPLY_STREAM) {
		result = send_stream(exchange, reply, closing);
	} else {
		Answer answer;
		if (reply->kind == REPLY_PREPARED)
			answer_prepared_once(request, reply->prepared, closing, &answer);
		else
			answer_body(request, reply, closing, &answer);
		result = send_answer(exchange, &answer);
	}
	request_rest(request);
	reply_free(reply);
	return result;
}

/* ---- a request comes in ---- */

static enum MHD_Result
take_header_line(void *data, enum MHD_ValueKind kind, const char *key, gsize key_size,
        const char *value, gsize value_size)
{
	return request_take_header(data, key, value ? value : "") ? MHD_YES : MHD_NO;
}

static void
take_peer(struct MHD_Connection *connection, Request *request)
{
	const union MHD_ConnectionInfo *info =
	        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	if (info == NULL || info->client_addr == NULL)
		return;
	request->local = address_is_local(info->client_addr);
	request->has_peer = address_of(info->client_addr, &request->peer);
}

static Connection *
socket_of(struct MHD_Connection *connection)
{
	return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
	        ->socket_context;
}

static void
free_exchange(Exchange *exchange)
{
	request_free(exchange->request);
	g_free(exchange);
}

static void *
begin_exchange(void *data, const char *uri, struct MHD_Connection *connection)
{
	Server *server = data;
	Exchange *exchange = g_new0(Exchange, 1);
	exchange->request = request_new(server, uri);
	exchange->request->connection = socket_of(connection);
	exchange->connection = connection;
	exchange->transport = server->transport;
	return exchange;
}

static enum MHD_Result
after_header(Exchange *exchange, const char *method, const char *version)
{
	Request *request = exchange->request;
	struct MHD_Connection *connection = exchange->connection;
	__atomic_add_fetch(&exchange->transport->in_flight, 1, __ATOMIC_SEQ_CST);
	exchange->counted = TRUE;
	if (state_of(exchange->transport) == STATE_CLOSED)
		return MHD_NO;
	request->worker = worker_of_thread(request->server);
	take_peer(connection, request);
	MHD_get_connection_values_n(connection, MHD_HEADER_KIND, take_header_line, request);
	request_begin(request, method, strcmp(version, "HTTP/1.1") != 0);
	exchange->step = STEP_BODY;

	const gboolean has_body = request->content_length > 0 || request->chunked;
	if (has_body)
		connection_reads(request->connection, request->server->body_ms);
	else
		connection_works(request->connection, 0);
	if (request->refusal == 0)
		return MHD_YES;
	/* A small body is read and dropped first, so that the client hears the answer. */
	if (request->close || request->content_length > DRAIN_MAX ||
	        (has_body && request_header(request, "Expect") != NULL)) {
		request->close = TRUE;
		return send_reply(exchange, error_reply(request, request->refusal, NULL));
	}
	return MHD_YES;
}

static enum MHD_Result
handle(void *data, struct MHD_Connection *connection, const char *url, const char *method,
        const char *version, const char *upload, gsize *upload_size, void **context)
{
	Exchange *exchange = *context;
	switch (exchange->step) {
	case STEP_HEADER:
		return after_header(exchange, method, version);
	case STEP_BODY:
		if (*upload_size > 0) {
			gboolean taken = request_take_body(exchange->request, upload, *upload_size);
			*upload_size = 0;
			return taken ? MHD_YES : MHD_NO;
		}
		connection_works(exchange->request->connection, 0);
		return send_reply(exchange, request_answer(exchange->request));
	case STEP_WAITING:
		return after_writer(exchange);
	case STEP_ANSWERED:
		break;
	}
	return MHD_YES;
}

static void
end_exchange(void *data, struct MHD_Connection *connection, void **context,
        enum MHD_RequestTerminationCode how)
{
	Exchange *exchange = *context;
	if (exchange == NULL)
		return;
	*context = NULL;
	connection_reads(exchange->request->connection, IDLE_DEADLINE_MS);
	/* who left while the writer worked is only noticed now */
	if (exchange->step == STEP_WAITING)
		transport_let_go(exchange->transport);
	if (exchange->counted)
		__atomic_sub_fetch(&exchange->transport->in_flight, 1, __ATOMIC_SEQ_CST);
	free_exchange(exchange);
}

static void
connection_comes_or_goes(void *data, struct MHD_Connection *connection, void **context,
        enum MHD_ConnectionNotificationCode what)
{
	const Server *server = data;
	Transport *transport = server->transport;
	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		const int fd =
		        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)
		                ->connect_fd;
		*context = deadlines_add(transport->deadlines, fd, server->header_ms);
	} else if (*context != NULL) {
		deadlines_remove(transport->deadlines, *context);
		*context = NULL;
	}
}

/* Paths and queries are cut before they are decoded, by us. */
static gsize
leave_escaped(void *data, struct MHD_Connection *connection, char *text)
{
	return strlen(text);
}

/* libmicrohttpd says much about clients, which is no event of ours; what the machine lacks is. */
static void
be_told(void *data, const char *format, va_list arguments)
{
	static const char *const lacks[] = { "accept", "resource", "create", "epoll" };
	for (guint i = 0; i < G_N_ELEMENTS(lacks); i++) {
		if (strstr(format, lacks[i]) == NULL)
			continue;
		log_line(LOG_LEVEL_WARNING, "libmicrohttpd: %.*s", (int)strcspn(format, "%\n"),
		        format);
		return;
	}
}

/* ---- start and stop ---- */

/* Who comes while the server stops is closed on at once. */
static enum MHD_Result
let_in(void *data, const struct sockaddr *address, socklen_t length)
{
	return state_of(((Server *)data)->transport) == STATE_OPEN ? MHD_YES : MHD_NO;
}

static gboolean
start_daemon(Server *server, const Setup *setup, GError **error)
{
	Transport *transport = server->transport;
	guint flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC |
	        MHD_USE_ERROR_LOG;
	struct sockaddr_storage at = { 0 };
	socklen_t at_length = sizeof(at);
	if (getsockname(setup->listening, (struct sockaddr *)&at, &at_length) == 0 &&
	        at.ss_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	struct MHD_OptionItem more[8] = { { MHD_OPTION_END, 0, NULL } };
	guint n = 0;
	if (setup->limit_addresses)
		more[n++] = (struct MHD_OptionItem){ MHD_OPTION_PER_IP_CONNECTION_LIMIT,
			CONNECTIONS_PER_ADDRESS_MAX, NULL };
	if (server->tls) {
		flags |= MHD_USE_TLS;
		more[n++] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_CERT, 0, setup->cert };
		more[n++] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_KEY, 0, setup->key };
		more[n++] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_PRIORITIES, 0,
			(void *)"SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2" };
	}
	more[n] = (struct MHD_OptionItem){ MHD_OPTION_END, 0, NULL };
	transport->daemon = MHD_start_daemon(flags, 0, let_in, server, handle, server,
	        MHD_OPTION_EXTERNAL_LOGGER, be_told, server, MHD_OPTION_LISTEN_SOCKET,
	        setup->listening, MHD_OPTION_THREAD_POOL_SIZE, (unsigned int)THREADS,
	        MHD_OPTION_CONNECTION_LIMIT, (unsigned int)CONNECTIONS_MAX,
	        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
	        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)IDLE_TIMEOUT_S,
	        MHD_OPTION_URI_LOG_CALLBACK, begin_exchange, server, MHD_OPTION_NOTIFY_COMPLETED,
	        end_exchange, server, MHD_OPTION_NOTIFY_CONNECTION, connection_comes_or_goes,
	        server, MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL, MHD_OPTION_ARRAY, more,
	        MHD_OPTION_END);
	if (transport->daemon != NULL)
		return TRUE;
	g_set_error_literal(error, TURNOUT_ERROR,
	        server->tls ? TURNOUT_ERROR_INPUT : TURNOUT_ERROR_WORLD,
	        server->tls ? "the server can't start: is the TLS certificate the key's?"
	                    : "the server can't start: are there too many threads or open files?");
	return FALSE;
}

static gint64
wall_clock_ms(void)
{
	return g_get_real_time() / 1000;
}

static void
server_free(Server *server)
{
	Transport *transport = server->transport;
	deadlines_free(transport->deadlines);
	g_ptr_array_free(transport->workers, TRUE);
	if (transport->broken != NULL)
		MHD_destroy_response(transport->broken);
	pthread_mutex_destroy(&transport->lock);
	if (transport->listening >= 0)
		close(transport->listening);
	g_free(transport);
	route_index_free(server->routes);
	event_shelf_free(server->shelf);
	slow_free(server->slow);
	throttle_free(server->throttle);
	lane_free(server->lane);
	g_clear_pointer(&server->proxies, g_array_unref);
	heard_free(server->heard);
	numbers_kept_free(server->numbers);
	g_free(server->url);
	g_free(server->base_url);
	g_free(server->origin);
	g_free(server);
}

static Server *
server_new(const ServerOptions *options)
{
	Server *server = g_new0(Server, 1);
	server->record = options->record;
	server->settings = options->settings;
	server->now_ms = options->now_ms ? options->now_ms : wall_clock_ms;
	server->header_ms = options->header_ms ? options->header_ms : HEADER_DEADLINE_MS;
	server->body_ms = options->body_ms ? options->body_ms : BODY_DEADLINE_MS;
	server->routes = route_index_new(options->routes);
	server->shelf = event_shelf_new();
	server->slow = slow_new();
	server->throttle = throttle_new();
	server->lane = lane_new();
	server->heard = heard_new();
	server->numbers = numbers_kept_new();
	Transport *transport = server->transport = g_new0(Transport, 1);
	transport->listening = -1;
	pthread_mutex_init(&transport->lock, NULL);
	transport->workers = g_ptr_array_new_with_free_func((GDestroyNotify)worker_free);
	transport->broken = MHD_create_response_from_buffer(0, (void *)"", MHD_RESPMEM_PERSISTENT);
	transport->deadlines = deadlines_new();
	return server;
}

Server *
server_start(const ServerOptions *options, GError **error)
{
	Server *server = server_new(options);
	Setup setup = { .listening = -1 };
	gboolean started = setup_make(server, &setup, error);
	server->transport->listening = setup.listening;
	started = started && start_daemon(server, &setup, error);
	setup_clear(&setup);
	if (started) {
		server->minutes = minutes_new(server);
		return server;
	}
	server_free(server);
	return NULL;
}

gboolean
server_stop(Server *server)
{
	if (server == NULL)
		return TRUE;
	Transport *transport = server->transport;
	const gint64 until = g_get_monotonic_time() + SERVER_DRAIN_S * G_USEC_PER_SEC;
	__atomic_store_n(&transport->state, STATE_DRAINING, __ATOMIC_SEQ_CST);
	/* quiet for a moment, since a request may lie in a socket's buffer unread */
	if (!wait_for_none(&transport->in_flight, DRAIN_QUIET_US, until))
		log_line(LOG_LEVEL_WARNING, "some requests got no answer within %d s",
		        SERVER_DRAIN_S);
	__atomic_store_n(&transport->state, STATE_CLOSED, __ATOMIC_SEQ_CST);
	/* the writer answers or gives up within its patience */
	if (!wait_for_none(
	            &transport->suspended, 0, g_get_monotonic_time() + 2 * WRITER_PATIENCE_US)) {
		log_line(LOG_LEVEL_ERROR, "the writer does not answer; leaving without it");
		return FALSE;
	}
	MHD_stop_daemon(transport->daemon);
	transport->listening = -1; /* closed with it */
	g_clear_pointer(&server->minutes, minutes_free);
	server_free(server);
	return TRUE;
}
