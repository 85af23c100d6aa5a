#include "checkin/lines.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

LineState
lines_next(Lines *lines, const char **ret_line, gsize *ret_length)
{
	memmove(lines->bytes, lines->bytes + lines->given, lines->length - lines->given);
	lines->length -= lines->given;
	lines->given = 0;
	const char *end = memchr(lines->bytes, '\n', lines->length);
	if (end != NULL || (lines->ended && lines->length > 0)) {
		const gsize length = end ? (gsize)(end - lines->bytes) : lines->length;
		lines->given = length + (end != NULL);
		*ret_line = lines->bytes;
		*ret_length = lines->cut ? 0 : length;
		lines->cut = FALSE;
		return LINE_READY;
	}
	if (lines->ended)
		return LINE_END;
	if (lines->length == sizeof lines->bytes) {
		lines->cut = TRUE;
		lines->length = 1; /* it goes on, and is still a line when it ends at once */
	}
	return LINE_NONE;
}

gboolean
lines_read(Lines *lines, GError **error)
{
	gssize n =
	        read(lines->fd, lines->bytes + lines->length, sizeof lines->bytes - lines->length);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return TRUE;
	if (n < 0) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD,
		        "the standard input can't be read: %s", g_strerror(errno));
		return FALSE;
	}
	lines->ended = n == 0;
	lines->length += (gsize)n;
	return TRUE;
}
