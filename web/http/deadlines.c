/*
 * Deadlines of connections. libmicrohttpd knows inactivity only, by which one byte a second lives
 * on for ever; and when the last bytes and the end come together, it doesn't notice the end. So a
 * thread of ours looks four times a second, and shuts the socket of who is late or gone.
 */
#include <pthread.h>
#include <sys/socket.h>

#include "web/http/private.h"

#define SWEEP_MS 250

struct Deadlines {
	pthread_mutex_t lock;
	pthread_cond_t ended;
	pthread_t sweeper;
	gboolean ending;
	Connection *first;
};

static gint64
clock_ms(void)
{
	return g_get_monotonic_time() / 1000;
}

static void
hang_up(Connection *connection)
{
	shutdown(connection->fd, SHUT_RDWR); /* its own thread closes it */
	__atomic_store_n(&connection->until, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&connection->reads, 0, __ATOMIC_RELAXED);
}

/* Did the client end what it was about to say? Twice in a row, since its thread may have read all
 * of a request just now and not come to it yet. */
static gboolean
is_gone(Connection *connection)
{
	char byte;
	if (__atomic_load_n(&connection->reads, __ATOMIC_RELAXED) &&
	        recv(connection->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
		connection->silent++;
	else
		connection->silent = 0;
	return connection->silent > 1;
}

static void
sweep(Deadlines *deadlines)
{
	const gint64 now = clock_ms();
	for (Connection *at = deadlines->first; at != NULL; at = at->next) {
		const gint64 until = __atomic_load_n(&at->until, __ATOMIC_RELAXED);
		if ((until != 0 && until < now) || is_gone(at))
			hang_up(at);
	}
}

static gpointer
run_sweeper(gpointer data)
{
	Deadlines *deadlines = data;
	pthread_mutex_lock(&deadlines->lock);
	while (!deadlines->ending) {
		struct timespec until;
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_nsec += SWEEP_MS * 1000000L;
		until.tv_sec += until.tv_nsec / 1000000000L;
		until.tv_nsec %= 1000000000L;
		pthread_cond_timedwait(&deadlines->ended, &deadlines->lock, &until);
		sweep(deadlines);
	}
	pthread_mutex_unlock(&deadlines->lock);
	return NULL;
}

Deadlines *
deadlines_new(void)
{
	Deadlines *deadlines = g_new0(Deadlines, 1);
	pthread_condattr_t attributes;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&deadlines->ended, &attributes);
	pthread_condattr_destroy(&attributes);
	pthread_mutex_init(&deadlines->lock, NULL);
	if (pthread_create(&deadlines->sweeper, NULL, run_sweeper, deadlines) != 0)
		g_error("no thread can be started");
	return deadlines;
}

void
deadlines_free(Deadlines *deadlines)
{
	if (deadlines == NULL)
		return;
	pthread_mutex_lock(&deadlines->lock);
	deadlines->ending = TRUE;
	pthread_cond_signal(&deadlines->ended);
	pthread_mutex_unlock(&deadlines->lock);
	pthread_join(deadlines->sweeper, NULL);
	pthread_cond_destroy(&deadlines->ended);
	pthread_mutex_destroy(&deadlines->lock);
	g_free(deadlines);
}

Connection *
deadlines_add(Deadlines *deadlines, int fd, gint64 milliseconds)
{
	Connection *connection = g_new0(Connection, 1);
	connection->fd = fd;
	connection_reads(connection, milliseconds);
	pthread_mutex_lock(&deadlines->lock);
	connection->next = deadlines->first;
	if (connection->next != NULL)
		connection->next->before = connection;
	deadlines->first = connection;
	pthread_mutex_unlock(&deadlines->lock);
	return connection;
}

void
deadlines_remove(Deadlines *deadlines, Connection *connection)
{
	pthread_mutex_lock(&deadlines->lock);
	if (connection->before != NULL)
		connection->before->next = connection->next;
	else
		deadlines->first = connection->next;
	if (connection->next != NULL)
		connection->next->before = connection->before;
	pthread_mutex_unlock(&deadlines->lock);
	g_free(connection);
}

static void
set_until(Connection *connection, gint64 milliseconds)
{
	const gint64 until = milliseconds > 0 ? clock_ms() + milliseconds : 0;
	__atomic_store_n(&connection->until, until, __ATOMIC_RELAXED);
}

void
connection_reads(Connection *connection, gint64 milliseconds)
{
	set_until(connection, milliseconds);
	__atomic_store_n(&connection->reads, 1, __ATOMIC_RELAXED);
}

void
connection_works(Connection *connection, gint64 milliseconds)
{
	set_until(connection, milliseconds);
	__atomic_store_n(&connection->reads, 0, __ATOMIC_RELAXED);
}

/* Waits until @count was zero for @quiet_us; FALSE when it wasn't by then. */
gboolean
wait_for_none(const gint *count, gint64 quiet_us, gint64 until_us)
{
	gint64 quiet_since = g_get_monotonic_time();
	for (;;) {
		const gint64 now = g_get_monotonic_time();
		if (__atomic_load_n(count, __ATOMIC_SEQ_CST) > 0)
			quiet_since = now;
		else if (now - quiet_since >= quiet_us)
			return TRUE;
		if (now > until_us)
			return FALSE;
		g_usleep(2000);
	}
}
