#include "web/ready.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "web/log.h"

/* A path, or a name after "@", which stands for a zero byte. */
static gboolean
address_of(const char *name, struct sockaddr_un *ret_address, socklen_t *ret_length)
{
	const gsize length = strlen(name);

	*ret_address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if ((name[0] != '/' && name[0] != '@') || length < 2 ||
	        length >= sizeof ret_address->sun_path)
		return FALSE;
	memcpy(ret_address->sun_path, name, length);
	if (name[0] == '@')
		ret_address->sun_path[0] = '\0';
	*ret_length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
	return TRUE;
}

void
ready_tell(const char *state)
{
	const char *name = g_getenv("NOTIFY_SOCKET");
	struct sockaddr_un address;
	socklen_t length = 0;

	if (name == NULL)
		return;
	const gboolean known = address_of(name, &address, &length);
	const int fd = known ? socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;
	errno = known ? errno : EINVAL;
	if (fd < 0 ||
	        sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&address,
	                length) < 0)
		log_line(LOG_LEVEL_WARNING, "the service manager was not told %s: %s", state,
		        g_strerror(errno));
	if (fd >= 0)
		close(fd);
}
