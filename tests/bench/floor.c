#include "tests/bench/floor.h"

#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "schema/error.h"

#define PAGE_BYTES  4096
#define THREADS     2
#define FRAME_BYTES (24 + 4096)

static struct MHD_Response *page, *see_other;

static enum MHD_Result
answer(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
        const char *version, const char *body, size_t *body_length, void **state)
{
	static int seen;
	if (*state == NULL) { /* the head alone */
		*state = &seen;
		return MHD_YES;
	}
	if (*body_length > 0) {
		*body_length = 0;
		return MHD_YES;
	}
	if (strcmp(method, "POST") == 0)
		return MHD_queue_response(connection, MHD_HTTP_SEE_OTHER, see_other);
	return MHD_queue_response(connection, MHD_HTTP_OK, page);
}

static guint16
serve(void)
{
	static char text[PAGE_BYTES];
	memset(text, 'x', sizeof text);
	page = MHD_create_response_from_buffer(sizeof text, text, MHD_RESPMEM_PERSISTENT);
	MHD_add_response_header(page, "Content-Type", "text/html; charset=utf-8");
	see_other = MHD_create_response_from_buffer(0, text, MHD_RESPMEM_PERSISTENT);
	MHD_add_response_header(
	        see_other, "Location", "/t/0123456789abcdef-0123456789abcdefghijkl");

	struct sockaddr_in on = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct MHD_Daemon *daemon =
	        MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL,
	                NULL, answer, NULL, MHD_OPTION_SOCK_ADDR, &on, MHD_OPTION_THREAD_POOL_SIZE,
	                (unsigned)THREADS, MHD_OPTION_END);
	if (daemon == NULL)
		return 0;
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
	return info == NULL ? 0 : info->port;
}

static void G_GNUC_NORETURN
live(int cpu, int tell)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (cpu >= 0) {
		cpu_set_t set;
		CPU_ZERO(&set);
		CPU_SET((gsize)cpu, &set);
		sched_setaffinity(0, sizeof set, &set);
	}
	guint16 port = serve();
	if (write(tell, &port, sizeof port) != sizeof port)
		_exit(1);
	for (;;)
		pause();
}

gboolean
floor_start(int cpu, pid_t *ret_pid, guint16 *ret_port, GError **error)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) != 0) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD, "floor: pipe: %s",
		        g_strerror(errno));
		return FALSE;
	}
	pid_t pid = fork();
	if (pid == 0)
		live(cpu, ends[1]);
	close(ends[1]);
	guint16 port = 0;
	gboolean told = pid > 0 && read(ends[0], &port, sizeof port) == sizeof port && port != 0;
	close(ends[0]);
	if (!told) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD,
		        "floor: the bare server did not start");
		if (pid > 0)
			floor_stop(pid);
		return FALSE;
	}
	*ret_pid = pid;
	*ret_port = port;
	return TRUE;
}

void
floor_stop(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static gint
compare_times(gconstpointer a, gconstpointer b)
{
	gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
	return (x > y) - (x < y);
}

static gboolean
flush_once(int fd, const char *frames, gsize length, off_t at)
{
	return pwrite(fd, frames, length, at) == (ssize_t)length && fdatasync(fd) == 0;
}

gboolean
floor_flush(const char *dir, guint pages, guint times, double *ret_p50_ms, double *ret_p99_ms,
        GError **error)
{
	g_autofree char *path = g_build_filename(dir, "flush-floor", NULL);
	gsize length = (gsize)pages * FRAME_BYTES;
	g_autofree char *frames = g_malloc(length);
	memset(frames, 0x5a, length);
	g_autoptr(GArray) took = g_array_new(FALSE, FALSE, sizeof(gint64));

	int fd = open(path, O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600);
	/* written once before, as a log that is used again after its checkpoint */
	gboolean ok = fd >= 0;
	for (guint i = 0; ok && i < times; i++)
		ok = pwrite(fd, frames, length, (off_t)(i * length)) == (ssize_t)length;
	ok = ok && fsync(fd) == 0;
	for (guint i = 0; ok && i < times; i++) {
		gint64 before = g_get_monotonic_time();
		ok = flush_once(fd, frames, length, (off_t)(i * length));
		gint64 us = g_get_monotonic_time() - before;
		g_array_append_val(took, us);
	}
	if (!ok)
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD, "flush floor: %s: %s", path,
		        g_strerror(errno));
	if (fd >= 0)
		close(fd);
	unlink(path);
	if (!ok)
		return FALSE;
	g_array_sort(took, compare_times);
	*ret_p50_ms = (double)g_array_index(took, gint64, took->len / 2) / 1000.0;
	*ret_p99_ms = (double)g_array_index(took, gint64, took->len * 99 / 100) / 1000.0;
	return TRUE;
}
