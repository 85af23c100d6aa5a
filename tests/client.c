#include "tests/client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int
client_try(const char *url)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	const char *port = strrchr(url, ':');
	at.sin_port = htons((guint16)g_ascii_strtoull(port + 1, NULL, 10));
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	g_assert_cmpint(fd, >=, 0);
	if (connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0)
		return fd;
	close(fd);
	return -1;
}

int
client_connect(const char *url)
{
	const int fd = client_try(url);
	g_assert_cmpint(fd, >=, 0);
	return fd;
}

void
client_send(int fd, const char *bytes, gsize length)
{
	while (length > 0) {
		const ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
		if (sent <= 0)
			return; /* the server closed: what it said is still to be read */
		bytes += sent;
		length -= (gsize)sent;
	}
}

void
answered_clear(Answered *answered)
{
	g_free(answered->header);
	g_free(answered->body);
}

const char *
answered_header(const Answered *answered, const char *name)
{
	static __thread char value[4096];
	const gsize length = strlen(name);
	for (const char *line = strstr(answered->header, "\r\n"); line != NULL;
	        line = strstr(line, "\r\n")) {
		line += 2;
		if (g_ascii_strncasecmp(line, name, length) != 0 || line[length] != ':')
			continue;
		g_strlcpy(value, line + length + 2,
		        MIN(sizeof(value), strcspn(line + length + 2, "\r") + 1));
		return value;
	}
	return NULL;
}

/* One byte at a time up to the blank line, so that a pipelined answer stays for the next call. */
static gboolean
receive_header(int fd, GString *header)
{
	while (!g_str_has_suffix(header->str, "\r\n\r\n")) {
		struct pollfd ready = { .fd = fd, .events = POLLIN };
		char byte;
		if (poll(&ready, 1, CLIENT_PATIENCE_S * 1000) != 1 || recv(fd, &byte, 1, 0) != 1)
			return FALSE;
		g_string_append_c(header, byte);
	}
	return TRUE;
}

Answered
client_read(int fd, gboolean head)
{
	Answered answered = { 0 };
	GString *header = g_string_new(NULL), *body = g_string_new(NULL);
	const gboolean whole = receive_header(fd, header);
	answered.header = g_string_free(header, FALSE);
	if (whole && g_str_has_prefix(answered.header, "HTTP/1.1 "))
		answered.status = (int)g_ascii_strtoll(answered.header + 9, NULL, 10);
	if (answered.status == 100) {
		answered_clear(&answered);
		g_string_free(body, TRUE);
		return client_read(fd, head);
	}
	const char *length = answered_header(&answered, "Content-Length");
	gsize left = length ? (gsize)g_ascii_strtoull(length, NULL, 10) : 0;
	if (head || answered.status == 304)
		left = 0;
	while (whole && left > 0) {
		char bytes[16384];
		const ssize_t n = recv(fd, bytes, MIN(left, sizeof(bytes)), 0);
		if (n <= 0)
			break;
		g_string_append_len(body, bytes, n);
		left -= (gsize)n;
	}
	answered.body_length = body->len;
	answered.body = g_string_free(body, FALSE);
	return answered;
}

gboolean
client_is_closed(int fd, double seconds)
{
	const gint64 until = g_get_monotonic_time() + (gint64)(seconds * G_USEC_PER_SEC);
	for (;;) {
		const gint64 left = until - g_get_monotonic_time();
		struct pollfd ready = { .fd = fd, .events = POLLIN };
		char bytes[4096];
		if (left <= 0 || poll(&ready, 1, (int)(left / 1000) + 1) != 1)
			return FALSE;
		if (recv(fd, bytes, sizeof(bytes), 0) <= 0)
			return TRUE;
	}
}

Answered
client_ask(const char *url, const char *bytes, gsize length)
{
	const int fd = client_connect(url);
	client_send(fd, bytes, length);
	Answered answered = client_read(fd, g_str_has_prefix(bytes, "HEAD "));
	close(fd);
	return answered;
}

Answered
client_get(const char *url, const char *path, const char *more_headers)
{
	g_autofree char *bytes = g_strdup_printf(
	        "GET %s HTTP/1.1\r\nHost: x\r\n%s\r\n", path, more_headers ? more_headers : "");
	return client_ask(url, bytes, strlen(bytes));
}
