/*
 * Answers that come in pieces: each piece is made on the slow pool while the connection is suspended,
 * so that neither a slow client nor a long report keeps a worker.
 */
#include <microhttpd.h>
#include <string.h>

#include "web/log.h"
#include "web/http/private.h"

#define STREAM_BLOCK ((gsize)32 * 1024)

typedef struct {
	Server *server;
	struct MHD_Connection *connection;
	Connection *socket;
	char request[9]; /* its id, for the log */
	ReplyRead read;
	gpointer data;
	GDestroyNotify destroy;
	GString *piece;
	gsize at; /* what of the piece was sent */
	gboolean held;
	gboolean end, failed;
} Stream;

static gint streams; /* atomic */

/* On a thread of the slow pool. */
static void
fill(gpointer data)
{
	Stream *stream = data;
	g_autoptr(GError) error = NULL;

	g_string_truncate(stream->piece, 0);
	stream->at = 0;
	while (stream->piece->len == 0 && !stream->end && !stream->failed) {
		if (stream->read(stream->data, stream->piece, &stream->end, &error))
			continue;
		log_line(LOG_LEVEL_WARNING, "%s request=%s", error->message, stream->request);
		stream->failed = TRUE;
	}
}

static void
filled(gpointer data, const GError *error)
{
	Stream *stream = data;

	if (error != NULL)
		stream->failed = TRUE;
	/* from here on the stream may be gone */
	MHD_resume_connection(stream->connection);
}

static ssize_t
give(void *data, uint64_t position, char *into, size_t most)
{
	Stream *stream = data;

	if (stream->held) { /* libmicrohttpd asks again after the resume only */
		stream->held = FALSE;
		transport_let_go(stream->server->transport);
	}
	if (stream->failed)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (stream->at < stream->piece->len) {
		const gsize length = MIN(most, stream->piece->len - stream->at);
		memcpy(into, stream->piece->str + stream->at, length);
		stream->at += length;
		connection_works(stream->socket, SEND_DEADLINE_MS);
		return (ssize_t)length;
	}
	if (stream->end)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (!transport_hold(stream->server->transport))
		return MHD_CONTENT_READER_END_WITH_ERROR;
	stream->held = TRUE;
	connection_works(stream->socket, 0);
	MHD_suspend_connection(stream->connection);
	slow_submit(stream->server->slow, FALSE, fill, filled, stream);
	return 0;
}

static void
free_stream(void *data)
{
	Stream *stream = data;

	if (stream->held) /* the client left while it was filled */
		transport_let_go(stream->server->transport);
	if (stream->destroy != NULL)
		stream->destroy(stream->data);
	explicit_bzero(stream->piece->str, stream->piece->allocated_len);
	g_string_free(stream->piece, TRUE);
	g_free(stream);
	__atomic_sub_fetch(&streams, 1, __ATOMIC_SEQ_CST);
}

struct MHD_Response *
stream_response(Request *request, struct MHD_Connection *connection, Reply *reply)
{
	if (__atomic_add_fetch(&streams, 1, __ATOMIC_SEQ_CST) > STREAMS_MAX) {
		__atomic_sub_fetch(&streams, 1, __ATOMIC_SEQ_CST);
		return NULL;
	}
	Stream *stream = g_new0(Stream, 1);
	stream->server = request->server;
	stream->connection = connection;
	stream->socket = request->connection;
	g_strlcpy(stream->request, request->id, sizeof stream->request);
	stream->read = reply->read;
	stream->data = g_steal_pointer(&reply->data);
	stream->destroy = reply->destroy;
	reply->destroy = NULL;
	stream->piece = g_string_sized_new(STREAM_BLOCK);
	struct MHD_Response *response = MHD_create_response_from_callback(
	        MHD_SIZE_UNKNOWN, STREAM_BLOCK, give, stream, free_stream);
	if (response == NULL)
		free_stream(stream);
	return response;
}
