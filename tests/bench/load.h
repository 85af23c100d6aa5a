/*
 * A small load client: one thread, one epoll, N connections kept alive, each with one request
 * under way at a time. Unlike wrk it asks for every request anew, so that each registration has a
 * submission of its own.
 *
 * It reads answers that say their Content-Length, which all of turnout's do.
 */
#pragma once

#include <glib.h>

#define LOAD_REQUEST_MAX 4096
#define LOAD_ANSWER_MAX  (256 * 1024)
#define LOAD_CONNECTIONS 256 /* at most */
#define LOAD_PATIENCE_S  20  /* no answer at all for so long ends the run */

typedef struct {
	guint16 port; /* on 127.0.0.1 */
	guint connections;
	double seconds;   /* begins no request after so long; what is under way is waited for */
	guint64 requests; /* nor after so many; 0: no such bound */
	int expected;     /* the status that counts */
	/* Writes request @i whole into @buffer (LOAD_REQUEST_MAX) and returns its length. */
	gsize (*write_request)(gpointer data, guint64 i, char *buffer);
	/* Nullable. Each expected answer: all of it, ended by NUL. */
	void (*answered)(gpointer data, guint64 i, const char *answer);
	gpointer data;
} LoadPlan;

typedef struct {
	guint64 answered; /* with the expected status */
	guint64 other;    /* with another one */
	int other_status; /* the last such */
	double seconds;   /* from the first request to the last answer */
	double p50_ms, p99_ms, most_ms;
} LoadResult;

/* FALSE with @error when the server could not be reached, closed a connection, or fell silent. */
gboolean load_run(const LoadPlan *plan, LoadResult *ret, GError **error);
