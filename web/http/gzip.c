#include "web/http/gzip.h"

#include <zlib.h>

static const int levels[] = { [GZIP_ONCE] = 1, [GZIP_SHARED] = 8 };
#define WINDOW_GZIP (15 + 16) /* zlib's way to say: the largest window, with gzip's header */
#define MEMORY      8         /* zlib's default */

struct Gzip {
	z_stream stream;
	int level;
};

static Gzip *
gzip_new(void)
{
	Gzip *gzip = g_new0(Gzip, 1);
	gzip->level = levels[GZIP_ONCE];
	if (deflateInit2(&gzip->stream, levels[GZIP_ONCE], Z_DEFLATED, WINDOW_GZIP, MEMORY,
	            Z_DEFAULT_STRATEGY) == Z_OK)
		return gzip;
	g_free(gzip);
	return NULL;
}

void
gzip_free(Gzip *gzip)
{
	if (gzip == NULL)
		return;
	deflateEnd(&gzip->stream);
	g_free(gzip);
}

GBytes *
gzip_pack(Gzip **gzip, GzipEffort effort, gconstpointer data, gsize length)
{
	if (*gzip == NULL && (*gzip = gzip_new()) == NULL)
		return NULL;
	z_stream *stream = &(*gzip)->stream;
	if (deflateReset(stream) != Z_OK)
		return NULL;
	if ((*gzip)->level != levels[effort] &&
	        deflateParams(stream, levels[effort], Z_DEFAULT_STRATEGY) != Z_OK)
		return NULL;
	(*gzip)->level = levels[effort];
	guint8 *packed = g_malloc(length);
	stream->next_in = (Bytef *)data;
	stream->avail_in = (uInt)length;
	stream->next_out = packed;
	stream->avail_out = (uInt)length; /* no more room: it isn't smaller */
	if (deflate(stream, Z_FINISH) != Z_STREAM_END) {
		g_free(packed);
		return NULL;
	}
	return g_bytes_new_take(packed, length - stream->avail_out);
}

GBytes *
gzip_unpack(gconstpointer data, gsize length, gsize unpacked)
{
	z_stream stream = { .next_in = (Bytef *)data, .avail_in = (uInt)length };
	if (inflateInit2(&stream, WINDOW_GZIP) != Z_OK)
		return NULL;
	guint8 *raw = g_malloc(unpacked);
	stream.next_out = raw;
	stream.avail_out = (uInt)unpacked;
	const gboolean whole = inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_out == 0;
	inflateEnd(&stream);
	if (whole)
		return g_bytes_new_take(raw, unpacked);
	g_free(raw);
	return NULL;
}
