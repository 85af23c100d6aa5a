/*
 * The listening socket.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "web/http/private.h"

#define BACKLOG 1024

static gboolean
split(const char *address, char **ret_host, char **ret_port)
{
	const char *colon = strrchr(address, ':');
	if (colon == NULL || colon[1] == '\0')
		return FALSE;
	const gsize length = (gsize)(colon - address);
	if (address[0] == '[') {
		if (length < 3 || colon[-1] != ']')
			return FALSE;
		*ret_host = g_strndup(address + 1, length - 2);
	} else {
		if (length == 0 || memchr(address, ':', length) != NULL)
			return FALSE;
		*ret_host = g_strndup(address, length);
	}
	*ret_port = g_strdup(colon + 1);
	return TRUE;
}

static gboolean
is_loopback(const struct sockaddr_storage *at)
{
	if (at->ss_family == AF_INET)
		return ntohl(((const struct sockaddr_in *)at)->sin_addr.s_addr) >> 24 == 127;
	return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)at)->sin6_addr);
}

static gboolean
is_wildcard(const struct sockaddr_storage *at)
{
	if (at->ss_family == AF_INET)
		return ((const struct sockaddr_in *)at)->sin_addr.s_addr == htonl(INADDR_ANY);
	return IN6_IS_ADDR_UNSPECIFIED(&((const struct sockaddr_in6 *)at)->sin6_addr);
}

static gboolean
name_of(int fd, const char *host, char **ret_host, gboolean *ret_loopback, gboolean *ret_wildcard)
{
	struct sockaddr_storage at = { 0 };
	socklen_t length = sizeof(at);
	if (getsockname(fd, (struct sockaddr *)&at, &length) != 0)
		return FALSE;
	const guint port = ntohs(at.ss_family == AF_INET ? ((struct sockaddr_in *)&at)->sin_port
	                                                 : ((struct sockaddr_in6 *)&at)->sin6_port);
	*ret_host = g_strdup_printf(strchr(host, ':') ? "[%s]:%u" : "%s:%u", host, port);
	*ret_loopback = is_loopback(&at);
	*ret_wildcard = is_wildcard(&at);
	return TRUE;
}

static int
open_at(const struct addrinfo *at)
{
	const int fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	const int on = 1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, at->ai_addr, at->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	const int failure = errno;
	close(fd);
	errno = failure;
	return -1;
}

int
listen_open(const char *address, char **ret_host, gboolean *ret_loopback, gboolean *ret_wildcard,
        GError **error)
{
	g_autofree char *host = NULL, *port = NULL;
	if (!split(address, &host, &port)) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "listen: \"%s\" is not HOST:PORT; say 127.0.0.1:8080 or [::1]:8080",
		        address);
		return -1;
	}
	const struct addrinfo hints = {
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_PASSIVE | AI_NUMERICSERV,
	};
	struct addrinfo *found = NULL;
	const int failure = getaddrinfo(host, port, &hints, &found);
	if (failure != 0) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT, "listen: \"%s\": %s",
		        address, gai_strerror(failure));
		return -1;
	}
	int fd = open_at(found);
	freeaddrinfo(found);
	if (fd < 0 || !name_of(fd, host, ret_host, ret_loopback, ret_wildcard)) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD,
		        "cannot listen on %s: %s; choose another with --listen", address,
		        g_strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

gboolean
address_is_local(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET) {
		const struct sockaddr_in *at = (const struct sockaddr_in *)address;
		return ntohl(at->sin_addr.s_addr) >> 24 == 127;
	}
	const struct in6_addr *at = &((const struct sockaddr_in6 *)address)->sin6_addr;
	return IN6_IS_ADDR_LOOPBACK(at) || (IN6_IS_ADDR_V4MAPPED(at) && at->s6_addr[12] == 127);
}

gboolean
address_of(const struct sockaddr *address, struct in6_addr *ret)
{
	if (address->sa_family == AF_INET6) {
		*ret = ((const struct sockaddr_in6 *)address)->sin6_addr;
		return TRUE;
	}
	if (address->sa_family != AF_INET)
		return FALSE;
	memset(ret, 0, sizeof *ret);
	ret->s6_addr[10] = ret->s6_addr[11] = 0xff;
	memcpy(ret->s6_addr + 12, &((const struct sockaddr_in *)address)->sin_addr, 4);
	return TRUE;
}
