#include "tests/relay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HALF_BYTES 40

struct Relay {
	int listening;
	char *url;
	pthread_t thread;
	pthread_mutex_t lock;
	GPtrArray *pumps; /* of pthread_t * */
	guint16 port;     /* of the server */
	RelayMode mode;
	const char *only;
	guint spoilt;
	atomic_bool ended;
};

typedef struct {
	Relay *relay;
	int client;
} Pump;

static guint16
port_of(const char *url)
{
	return (guint16)g_ascii_strtoull(strrchr(url, ':') + 1, NULL, 10);
}

static int
dial(guint16 port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (port != 0 && connect(fd, (struct sockaddr *)&at, sizeof at) == 0)
		return fd;
	close(fd);
	return -1;
}

static void
send_all(int fd, const char *bytes, gssize n)
{
	while (n > 0) {
		gssize sent = send(fd, bytes, (gsize)n, MSG_NOSIGNAL);
		if (sent <= 0)
			return;
		bytes += sent;
		n -= sent;
	}
}

/* What is to be done with the request that begins so. */
static RelayMode
mode_of(Relay *relay, const char *bytes, gssize n)
{
	g_autofree char *head = g_strndup(bytes, (gsize)MIN(n, 200));

	head[strcspn(head, "\r\n")] = '\0';
	pthread_mutex_lock(&relay->lock);
	const RelayMode mode =
	        relay->only == NULL || strstr(head, relay->only) ? relay->mode : RELAY_PASS;
	if (mode == RELAY_MUTE)
		relay->spoilt++;
	pthread_mutex_unlock(&relay->lock);
	return mode;
}

static void
count_spoilt(Relay *relay)
{
	pthread_mutex_lock(&relay->lock);
	relay->spoilt++;
	pthread_mutex_unlock(&relay->lock);
}

/* One step from client to server or back; FALSE when the connection is over. */
static gboolean
step(Relay *relay, int *ends_client, int server, RelayMode *mode)
{
	const int client = *ends_client;
	struct pollfd ends[] = { { client, POLLIN, 0 }, { server, POLLIN, 0 } };
	char bytes[16384];

	if (poll(ends, 2, 50) <= 0)
		return TRUE;
	if (ends[0].revents != 0) {
		gssize n = recv(client, bytes, sizeof bytes, 0);
		if (n <= 0 && *mode != RELAY_SWALLOW && *mode != RELAY_HALF)
			return FALSE;
		if (n <= 0) { /* it waits no more, but the server is at it */
			close(client);
			*ends_client = -1;
			return TRUE;
		}
		if (memchr("GP", bytes[0], 2) != NULL)
			*mode = mode_of(relay, bytes, n);
		if (*mode == RELAY_DEAD)
			return FALSE;
		if (*mode != RELAY_MUTE)
			send_all(server, bytes, n);
	}
	if (ends[1].revents != 0) {
		gssize n = recv(server, bytes, sizeof bytes, 0);
		if (n <= 0)
			return FALSE;
		if (*mode == RELAY_HALF && client >= 0)
			send_all(client, bytes, MIN(n, HALF_BYTES));
		if (*mode == RELAY_HALF || *mode == RELAY_SWALLOW) {
			count_spoilt(relay);
			return FALSE;
		}
		send_all(client, bytes, n);
	}
	return TRUE;
}

static void *
pump(void *data)
{
	Pump *ends = data;
	Relay *relay = ends->relay;
	RelayMode mode = RELAY_PASS;

	pthread_mutex_lock(&relay->lock);
	const guint16 port = relay->port;
	const gboolean dead = relay->mode == RELAY_DEAD;
	pthread_mutex_unlock(&relay->lock);
	int server = dead ? -1 : dial(port);
	while (server >= 0 && !relay->ended && step(relay, &ends->client, server, &mode))
		;
	if (server >= 0)
		close(server);
	if (ends->client >= 0)
		close(ends->client);
	g_free(ends);
	return NULL;
}

static void *
listen_on(void *data)
{
	Relay *relay = data;

	while (!relay->ended) {
		struct pollfd in = { relay->listening, POLLIN, 0 };
		if (poll(&in, 1, 50) <= 0)
			continue;
		int client = accept(relay->listening, NULL, NULL);
		if (client < 0)
			continue;
		Pump *ends = g_new0(Pump, 1);
		*ends = (Pump){ relay, client };
		pthread_t *thread = g_new(pthread_t, 1);
		g_assert_cmpint(pthread_create(thread, NULL, pump, ends), ==, 0);
		g_ptr_array_add(relay->pumps, thread);
	}
	return NULL;
}

Relay *
relay_new(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t length = sizeof at;
	Relay *relay = g_new0(Relay, 1);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	relay->listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	g_assert_cmpint(bind(relay->listening, (struct sockaddr *)&at, sizeof at), ==, 0);
	g_assert_cmpint(listen(relay->listening, 16), ==, 0);
	g_assert_cmpint(getsockname(relay->listening, (struct sockaddr *)&at, &length), ==, 0);
	relay->url = g_strdup_printf("http://127.0.0.1:%u", ntohs(at.sin_port));
	relay->pumps = g_ptr_array_new_with_free_func(g_free);
	pthread_mutex_init(&relay->lock, NULL);
	g_assert_cmpint(pthread_create(&relay->thread, NULL, listen_on, relay), ==, 0);
	return relay;
}

void
relay_free(Relay *relay)
{
	relay->ended = TRUE;
	pthread_join(relay->thread, NULL);
	for (guint i = 0; i < relay->pumps->len; i++)
		pthread_join(*(pthread_t *)g_ptr_array_index(relay->pumps, i), NULL);
	close(relay->listening);
	pthread_mutex_destroy(&relay->lock);
	g_ptr_array_unref(relay->pumps);
	g_free(relay->url);
	g_free(relay);
}

const char *
relay_url(const Relay *relay)
{
	return relay->url;
}

void
relay_lead_to(Relay *relay, const char *url)
{
	pthread_mutex_lock(&relay->lock);
	relay->port = port_of(url);
	pthread_mutex_unlock(&relay->lock);
}

void
relay_set(Relay *relay, RelayMode mode, const char *only)
{
	pthread_mutex_lock(&relay->lock);
	relay->mode = mode;
	relay->only = only;
	relay->spoilt = 0;
	pthread_mutex_unlock(&relay->lock);
}

guint
relay_spoilt(Relay *relay)
{
	pthread_mutex_lock(&relay->lock);
	const guint spoilt = relay->spoilt;
	pthread_mutex_unlock(&relay->lock);
	return spoilt;
}
