/*
 * A client of raw bytes, for tests of the server: it sends what no browser would.
 */
#pragma once

#include <glib.h>

typedef struct {
	int status;          /* 0: the connection was closed without an answer */
	char *header, *body; /* "" when there is none; the header with its blank line */
	gsize body_length;
} Answered;

void answered_clear(Answered *answered);
/* A header's value, or NULL; lent. @n: of those of that name. */
const char *answered_header(const Answered *answered, const char *name);

int client_connect(const char *url); /* "http://127.0.0.1:PORT" */
int client_try(const char *url);     /* -1 when nobody listens there */
void client_send(int fd, const char *bytes, gsize length);
/* The next answer on @fd; waits CLIENT_PATIENCE_S at most. @head: it has no body. */
#define CLIENT_PATIENCE_S 20
Answered client_read(int fd, gboolean head);
/* TRUE when the server closes within @seconds; drops what it says until then. */
gboolean client_is_closed(int fd, double seconds);
/* Connects, sends, reads one answer, closes. */
Answered client_ask(const char *url, const char *bytes, gsize length);
Answered client_get(const char *url, const char *path, const char *more_headers);
