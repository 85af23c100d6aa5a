/* The control socket: a frame is read whole or not at all, one after the other; what is read, written again, reads as the same. */
#include <sys/socket.h>
#include <unistd.h>

#include "schema/control/wire.h"
#include "tests/fuzz/fuzz.h"

#define READ_MAX 65536 /* what a socket holds without a reader */

static void
write_again(const json_t *message)
{
	int ends[2];
	g_autoptr(GError) error = NULL;

	fuzz_holds(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	if (!wire_write(ends[0], message, &error))
		g_error("%s", error->message);
	json_auto_t *again = wire_read(ends[1], &error);
	fuzz_holds(json_equal(message, again));
	close(ends[0]);
	close(ends[1]);
}

static void
try_error(const json_t *message)
{
	g_autoptr(GError) error = NULL;

	wire_unpack_error(message, &error);
	fuzz_holds(error != NULL && error->message != NULL);
	json_auto_t *packed = wire_pack_error(error);
	fuzz_holds(packed != NULL);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize length)
{
	int ends[2];

	if (length > READ_MAX)
		return 0;
	fuzz_holds(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	fuzz_holds(length == 0 || send(ends[0], data, length, 0) == (gssize)length);
	close(ends[0]);
	for (;;) {
		g_autoptr(GError) error = NULL;
		json_auto_t *message = wire_read(ends[1], &error);
		fuzz_holds(message == NULL || error == NULL);
		if (message == NULL)
			break;
		write_again(message);
		try_error(json_object_get(message, "error"));
	}
	close(ends[1]);
	return 0;
}
