#include "schema/control/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* An address holds 107 bytes: a folder with a longer path is named by its descriptor. */
static gboolean
address_of(const char *dir, struct sockaddr_un *ret, int *ret_folder, GError **error)
{
	int folder = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD, "%s: %s", dir,
		        g_strerror(errno));
		return FALSE;
	}
	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(dir) + sizeof "/" CONTROL_SOCKET <= sizeof ret->sun_path)
		g_snprintf(ret->sun_path, sizeof ret->sun_path, "%s/" CONTROL_SOCKET, dir);
	else
		g_snprintf(ret->sun_path, sizeof ret->sun_path, "/proc/self/fd/%d/" CONTROL_SOCKET,
		        folder);
	*ret_folder = folder;
	return TRUE;
}

static int
fail(int fd, const char *dir, GError **error)
{
	g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD, "%s/" CONTROL_SOCKET ": %s", dir,
	        g_strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

int
wire_bind(const char *dir, GError **error)
{
	struct sockaddr_un address;
	int folder;

	if (!address_of(dir, &address, &folder, error))
		return -1;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	unlinkat(folder, CONTROL_SOCKET, 0);
	/* nobody can connect before listen(), so the mode is right from the first moment */
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
	        fchmodat(folder, CONTROL_SOCKET, 0600, 0) != 0)
		fd = fail(fd, dir, error);
	close(folder);
	return fd;
}

int
wire_connect(const char *dir, GError **error)
{
	struct sockaddr_un address;
	int folder;

	if (!address_of(dir, &address, &folder, error))
		return -1;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
		fd = fail(fd, dir, error);
	close(folder);
	return fd;
}

/* Waits until @socket is ready for @events; FALSE with @error when @deadline (monotonic, 0: none)
 * passes. */
static gboolean
wait_for(int socket, short events, gint64 deadline, GError **error)
{
	struct pollfd one = { .fd = socket, .events = events };

	for (;;) {
		gint64 left = deadline ? (deadline - g_get_monotonic_time()) / 1000 : -1;
		if (deadline != 0 && left <= 0) {
			g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD,
			        "the other side of the control socket is silent in the middle of a "
			        "message");
			return FALSE;
		}
		if (poll(&one, 1, (int)left) > 0)
			return TRUE;
	}
}

/* Reads all of @length. 0: the other side ended before the first byte; -1 with @error. */
static int
read_all(int socket, guint8 *to, gsize length, gint64 *deadline, GError **error)
{
	gsize done = 0;

	while (done < length) {
		if (!wait_for(socket, POLLIN, *deadline, error))
			return -1;
		gssize n = recv(socket, to + done, length - done, MSG_DONTWAIT);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n == 0 && done == 0 && *deadline == 0)
			return 0;
		if (n <= 0) {
			g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD,
			        "the other side of the control socket went away");
			return -1;
		}
		done += (gsize)n;
		if (*deadline == 0)
			*deadline = g_get_monotonic_time() + CONTROL_FRAME_MS * 1000;
	}
	return 1;
}

static gboolean
write_all(int socket, const void *from, gsize length, gint64 deadline, GError **error)
{
	const guint8 *bytes = from;

	while (length > 0) {
		if (!wait_for(socket, POLLOUT, deadline, error))
			return FALSE;
		gssize n = send(socket, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0) {
			g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD,
			        "the other side of the control socket went away");
			return FALSE;
		}
		bytes += n;
		length -= (gsize)n;
	}
	return TRUE;
}

json_t *
wire_read(int socket, GError **error)
{
	gint64 deadline = 0;
	guint8 head[4];

	if (read_all(socket, head, sizeof head, &deadline, error) <= 0)
		return NULL;
	gsize length = (gsize)head[0] << 24 | (gsize)head[1] << 16 | (gsize)head[2] << 8 | head[3];
	if (length > CONTROL_MESSAGE_MAX) {
		g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "a message on the control socket is too long");
		return NULL;
	}
	g_autofree char *text = g_try_malloc(length + 1);
	if (text == NULL) {
		g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD, "out of memory");
		return NULL;
	}
	if (length > 0 && read_all(socket, (guint8 *)text, length, &deadline, error) <= 0)
		return NULL;
	json_error_t why;
	json_t *message = json_loadb(text, length, JSON_REJECT_DUPLICATES, &why);
	if (message == NULL)
		g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "a message on the control socket is no JSON");
	return message;
}

gboolean
wire_write(int socket, const json_t *message, GError **error)
{
	gint64 deadline = g_get_monotonic_time() + CONTROL_FRAME_MS * 1000;
	char *text = json_dumps(message, JSON_COMPACT);
	gsize length = text ? strlen(text) : 0;
	gboolean sent = FALSE;

	if (text == NULL || length > CONTROL_MESSAGE_MAX) {
		g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "a message is too long for the control socket: give less at a time");
	} else {
		const guint8 head[4] = { (guint8)(length >> 24), (guint8)(length >> 16),
			(guint8)(length >> 8), (guint8)length };
		sent = write_all(socket, head, sizeof head, deadline, error) &&
		        write_all(socket, text, length, deadline, error);
	}
	free(text);
	return sent;
}

json_t *
wire_pack_error(const GError *error)
{
	return json_pack("{s:{s:s, s:i, s:s}}", "error", "domain", g_quark_to_string(error->domain),
	        "code", error->code, "message", error->message);
}

void
wire_unpack_error(const json_t *packed, GError **error)
{
	const char *domain = NULL, *message = NULL;
	GQuark quark = TURNOUT_ERROR;
	int code = TURNOUT_ERROR_BUG;

	if (json_unpack((json_t *)packed, "{s:s, s:i, s:s}", "domain", &domain, "code", &code,
	            "message", &message) != 0)
		message = "the server's answer can't be read";
	else if (g_str_equal(domain, g_quark_to_string(DB_ERROR)))
		quark = DB_ERROR;
	else if (!g_str_equal(domain, g_quark_to_string(TURNOUT_ERROR)))
		code = TURNOUT_ERROR_WORLD; /* of a library: its numbers say nothing to callers */
	g_set_error_literal(error, quark, code, message);
}
