/*
 * Fuzz targets: one program for each reader of foreign bytes. A target is one function that takes any bytes and
 * returns; what must not happen it asserts, and the sanitizers see the rest. Two drivers call it: driver.c, for an
 * ordinary test (what was kept in corpus/, and some thousand changes of that), and clang's libFuzzer, for hours
 * (tests/fuzz/hours).
 */
#pragma once

#include <glib.h>

/* @data lies in memory of its own, exactly as long, so that a read past its end is seen. Returns 0. */
int LLVMFuzzerTestOneInput(const guint8 *data, gsize length);

/* The next line of *@data, without its end, as a text that is cut at a NUL; "" after the last. Owned. */
static inline char *
fuzz_line(const guint8 **data, gsize *length)
{
	const guint8 *end = *length > 0 ? memchr(*data, '\n', *length) : NULL;
	const gsize taken = end != NULL ? (gsize)(end - *data) : *length;
	char *line = g_strndup((const char *)*data, taken);

	*data += taken + (end != NULL);
	*length -= taken + (end != NULL);
	return line;
}

/* Like g_assert_true(), in words of the target. */
#define fuzz_holds(condition)                                                                      \
	do {                                                                                       \
		if (!(condition))                                                                  \
			g_error("%s:%d: does not hold: %s", __FILE__, __LINE__, #condition);       \
	} while (0)
