#include "schema/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static gint64
read_holder(int file)
{
	char text[24] = { 0 };

	if (pread(file, text, sizeof text - 1, 0) <= 0)
		return 0;
	return g_ascii_strtoll(text, NULL, 10);
}

static void
write_holder(int file)
{
	char text[24];
	gint length = g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT "\n", (gint64)getpid());

	/* only for the message of who comes next: a full disk must not keep the folder shut */
	if (ftruncate(file, 0) != 0 || pwrite(file, text, (gsize)length, 0) != length)
		g_debug("the lock does not say who holds it: %s", g_strerror(errno));
}

int
lock_take(const char *dir, GError **error)
{
	g_autofree char *path = g_build_filename(dir, "lock", NULL);
	/* of the open file, not of the process: two records of one process exclude each other too */
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (file < 0) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD, "%s: %s", path,
		        g_strerror(errno));
		return -1;
	}
	if (fcntl(file, F_OFD_SETLK, &whole) == 0) {
		write_holder(file);
		return file;
	}
	if (errno == EAGAIN || errno == EACCES)
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD,
		        "%s is in use by process %" G_GINT64_FORMAT ": stop that one first", dir,
		        read_holder(file));
	else
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD, "%s: %s", path,
		        g_strerror(errno));
	close(file);
	return -1;
}

gboolean
lock_held(const char *dir, gint64 *ret_holder)
{
	g_autofree char *path = g_build_filename(dir, "lock", NULL);
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	int file = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (file < 0)
		return FALSE;
	gboolean held = fcntl(file, F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
	if (held && ret_holder != NULL)
		*ret_holder = read_holder(file);
	close(file);
	return held;
}
