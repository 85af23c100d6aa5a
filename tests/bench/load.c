#include "tests/bench/load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "schema/error.h"

typedef struct {
	int fd;
	guint64 i; /* the request under way */
	gint64 asked_us;
	char request[LOAD_REQUEST_MAX];
	gsize request_length, sent;
	char *answer; /* LOAD_ANSWER_MAX and a NUL */
	gsize got;
	gsize whole; /* length of the answer, 0 while its head isn't complete */
} Connection;

typedef struct {
	const LoadPlan *plan;
	Connection *connections;
	int epoll;
	guint64 begun;
	guint under_way;
	gint64 start_us, last_us;
	GArray *latencies; /* of guint32, µs */
	LoadResult result;
} Load;

static gboolean
fail(GError **error, const char *what)
{
	int saved = errno;
	g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD, "load client: %s: %s", what,
	        saved == 0 ? "the server closed the connection" : g_strerror(saved));
	return FALSE;
}

static int
dial(guint16 port)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int on = 1;
	if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0 ||
	        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* The kernel's buffer takes a whole request of ours unless the server has stopped reading. */
static gboolean
send_request(Connection *c, GError **error)
{
	while (c->sent < c->request_length) {
		errno = 0;
		ssize_t n = send(
		        c->fd, c->request + c->sent, c->request_length - c->sent, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return fail(error, "sending");
		c->sent += (gsize)n;
	}
	return TRUE;
}

static gboolean
begin(Load *load, Connection *c, GError **error)
{
	const LoadPlan *plan = load->plan;
	gint64 now = g_get_monotonic_time();
	if ((plan->requests != 0 && load->begun >= plan->requests) ||
	        (double)(now - load->start_us) >= plan->seconds * G_USEC_PER_SEC)
		return TRUE;
	c->i = load->begun++;
	c->request_length = plan->write_request(plan->data, c->i, c->request);
	c->sent = c->got = c->whole = 0;
	c->asked_us = g_get_monotonic_time();
	load->under_way++;
	return send_request(c, error);
}

/* The length of the whole answer once its head is there; 0 before; FALSE when it doesn't say. */
static gboolean
measure(Connection *c, GError **error)
{
	char *end = strstr(c->answer, "\r\n\r\n");
	if (end == NULL)
		return TRUE;
	gsize head = (gsize)(end - c->answer) + 4;
	char *field = strcasestr(c->answer, "\r\ncontent-length:");
	if (field == NULL || field > end) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_BUG,
		        "load client: an answer without Content-Length");
		return FALSE;
	}
	guint64 length = g_ascii_strtoull(field + strlen("\r\ncontent-length:"), NULL, 10);
	if (length > LOAD_ANSWER_MAX - head) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_BUG,
		        "load client: an answer of %" G_GUINT64_FORMAT " bytes", length);
		return FALSE;
	}
	c->whole = head + length;
	return TRUE;
}

static void
count(Load *load, Connection *c)
{
	gint64 now = g_get_monotonic_time();
	guint32 latency = (guint32)(now - c->asked_us);
	int status = 0;
	if (g_str_has_prefix(c->answer, "HTTP/1.1 "))
		status = (int)g_ascii_strtoull(c->answer + 9, NULL, 10);
	load->last_us = now;
	load->under_way--;
	if (status != load->plan->expected) {
		load->result.other++;
		load->result.other_status = status;
		return;
	}
	load->result.answered++;
	g_array_append_val(load->latencies, latency);
	if (load->plan->answered != NULL)
		load->plan->answered(load->plan->data, c->i, c->answer);
}

static gboolean
receive(Load *load, Connection *c, GError **error)
{
	errno = 0;
	ssize_t n = recv(c->fd, c->answer + c->got, LOAD_ANSWER_MAX - c->got, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return TRUE;
	if (n <= 0)
		return fail(error, "receiving");
	c->got += (gsize)n;
	c->answer[c->got] = '\0';
	if (c->whole == 0 && !measure(c, error))
		return FALSE;
	if (c->whole == 0 || c->got < c->whole)
		return TRUE;
	count(load, c);
	return begin(load, c, error);
}

static gboolean
open_connections(Load *load, GError **error)
{
	for (guint n = 0; n < load->plan->connections; n++) {
		Connection *c = &load->connections[n];
		errno = 0;
		c->fd = dial(load->plan->port);
		if (c->fd < 0)
			return fail(error, "connecting");
		c->answer = g_malloc(LOAD_ANSWER_MAX + 1);
		struct epoll_event event = { .events = EPOLLIN, .data.ptr = c };
		if (epoll_ctl(load->epoll, EPOLL_CTL_ADD, c->fd, &event) != 0)
			return fail(error, "epoll");
	}
	return TRUE;
}

static gboolean
turn(Load *load, GError **error)
{
	load->start_us = load->last_us = g_get_monotonic_time();
	for (guint n = 0; n < load->plan->connections; n++)
		if (!begin(load, &load->connections[n], error))
			return FALSE;
	while (load->under_way > 0) {
		struct epoll_event events[64];
		int n = epoll_wait(
		        load->epoll, events, G_N_ELEMENTS(events), LOAD_PATIENCE_S * 1000);
		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			errno = ETIMEDOUT;
		if (n <= 0)
			return fail(error, "waiting for an answer");
		for (int i = 0; i < n; i++)
			if (!receive(load, events[i].data.ptr, error))
				return FALSE;
	}
	return TRUE;
}

static gint
compare_latencies(gconstpointer a, gconstpointer b)
{
	guint32 x = *(const guint32 *)a, y = *(const guint32 *)b;
	return (x > y) - (x < y);
}

static double
percentile_ms(const GArray *sorted, guint percent)
{
	if (sorted->len == 0)
		return 0;
	guint at = (guint)((guint64)(sorted->len - 1) * percent / 100);
	return g_array_index(sorted, guint32, at) / 1000.0;
}

gboolean
load_run(const LoadPlan *plan, LoadResult *ret, GError **error)
{
	g_return_val_if_fail(plan->connections > 0 && plan->connections <= LOAD_CONNECTIONS, FALSE);
	Load load = { .plan = plan, .epoll = epoll_create1(EPOLL_CLOEXEC) };
	load.connections = g_new0(Connection, plan->connections);
	for (guint n = 0; n < plan->connections; n++)
		load.connections[n].fd = -1;
	load.latencies = g_array_new(FALSE, FALSE, sizeof(guint32));

	gboolean ok = open_connections(&load, error) && turn(&load, error);

	for (guint n = 0; n < plan->connections; n++) {
		if (load.connections[n].fd >= 0)
			close(load.connections[n].fd);
		g_free(load.connections[n].answer);
	}
	g_free(load.connections);
	close(load.epoll);
	g_array_sort(load.latencies, compare_latencies);
	load.result.seconds = (double)(load.last_us - load.start_us) / G_USEC_PER_SEC;
	load.result.p50_ms = percentile_ms(load.latencies, 50);
	load.result.p99_ms = percentile_ms(load.latencies, 99);
	load.result.most_ms = percentile_ms(load.latencies, 100);
	g_array_free(load.latencies, TRUE);
	if (ok)
		*ret = load.result;
	return ok;
}
