/* What a USB scanner types: lines as they were sent, of those that are too long an empty one. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "checkin/lines.h"
#include "tests/fuzz/fuzz.h"

#define PIPE_MAX 60000 /* what a pipe holds without a reader */

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize length)
{
	int ends[2];
	g_autofree Lines *lines = g_new0(Lines, 1);
	const char *line = NULL;
	gsize line_length = 0, told = 0;
	LineState state;

	if (length > PIPE_MAX)
		return 0;
	fuzz_holds(pipe(ends) == 0);
	fuzz_holds(length == 0 || write(ends[1], data, length) == (gssize)length);
	close(ends[1]);
	lines->fd = ends[0];
	while ((state = lines_next(lines, &line, &line_length)) != LINE_END) {
		if (state == LINE_NONE) {
			fuzz_holds(lines_read(lines, NULL));
			continue;
		}
		fuzz_holds(told < length);
		const guint8 *end = memchr(data + told, '\n', length - told);
		const gsize sent = end != NULL ? (gsize)(end - data) - told : length - told;
		fuzz_holds(line_length == sent || (line_length == 0 && sent >= LINES_MAX));
		fuzz_holds(memcmp(line, data + told, line_length) == 0);
		told += sent + (end != NULL);
	}
	fuzz_holds(told == length);
	close(ends[0]);
	return 0;
}
