#include "web/log.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_BYTES 2048

static const char *const level_names[] = {
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_WARNING] = "warning",
	[LOG_LEVEL_ERROR] = "error",
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static gint64 second; /* of the lines counted */
static guint lines, left_out;

/* TRUE when a line may be written now; @ret_left_out is what must be told before it. */
static gboolean
take_turn(gint64 now, guint *ret_left_out)
{
	pthread_mutex_lock(&lock);
	if (now != second) {
		second = now;
		lines = 0;
	}
	const gboolean mine = lines < LOG_LINES_PER_SECOND;
	if (mine) {
		lines++;
		*ret_left_out = left_out;
		left_out = 0;
	} else {
		left_out++;
	}
	pthread_mutex_unlock(&lock);
	return mine;
}

/* One line is one write, so that lines of several threads never mix. */
static void
write_line(const char *line, gsize length)
{
	while (length > 0) {
		ssize_t wrote = write(STDERR_FILENO, line, length);
		if (wrote <= 0)
			return; /* nobody is left to be told */
		line += wrote;
		length -= (gsize)wrote;
	}
}

void
log_line(LogLevel level, const char *format, ...)
{
	const time_t now = time(NULL);
	guint untold = 0;
	if (!take_turn(now, &untold))
		return;

	struct tm utc;
	gmtime_r(&now, &utc);
	char line[LINE_MAX_BYTES];
	gsize length = strftime(line, sizeof(line), "%Y-%m-%dT%H:%M:%SZ ", &utc);
	length +=
	        (gsize)g_snprintf(line + length, sizeof(line) - length, "%s ", level_names[level]);
	if (untold > 0)
		length += (gsize)g_snprintf(
		        line + length, sizeof(line) - length, "(%u lines left out) ", untold);
	va_list arguments;
	va_start(arguments, format);
	g_vsnprintf(line + length, sizeof(line) - length - 1, format, arguments);
	va_end(arguments);

	/* an error's message may have lines of its own */
	length = strlen(line);
	for (gsize i = 0; i < length; i++)
		if ((guchar)line[i] < 0x20)
			line[i] = ' ';
	line[length++] = '\n';
	write_line(line, length);
}
