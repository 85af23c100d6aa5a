/* gzip by zlib; http/gzip.c is the one file that knows it. */
#pragma once

#include <glib.h>

/* A compressor that is used again and again by one thread: making one costs more than a page. */
typedef struct Gzip Gzip;
typedef enum {
	GZIP_ONCE,   /* for one answer: a third of the time, a tenth more bytes */
	GZIP_SHARED, /* for many */
} GzipEffort;
/* @data as gzip, or NULL when that wouldn't be smaller. *@gzip is made at first use. */
GBytes *gzip_pack(Gzip **gzip, GzipEffort effort, gconstpointer data, gsize length);
/* The @unpacked bytes that @data holds as gzip; NULL when it doesn't hold just those. */
GBytes *gzip_unpack(gconstpointer data, gsize length, gsize unpacked);
void gzip_free(Gzip *gzip); /* NULL is fine */
