/*
 * A paired laptop's way to its server: JSON over HTTP(S) with the device's token. The one file of this
 * folder that knows libcurl. Nothing blocks but remote_wait().
 *
 * https is required, its certificate verified; plain http is for the same machine only. No redirect is
 * followed. An answer that isn't JSON (a portal's page) is no answer. The answers' dates say how wrong this
 * machine's clock is.
 */
#pragma once

#include <jansson.h>

#include "checkin/device.h"
#include "schema/error.h"

#define REMOTE_LIMIT_MS   15000
#define REMOTE_ANSWER_MAX (32 * 1024 * 1024)

typedef struct Remote Remote;
typedef struct RemoteCall RemoteCall;

/* @ca_file (nullable): a certificate to trust beside none else, for a server with its own. @now_ms: the wall clock.
 * INPUT when the address is none, or plain http to another machine. */
Remote *remote_new(const char *url, const char *ca_file, gint64 (*now_ms)(void), GError **error);
void remote_free(Remote *remote); /* NULL is fine; after its calls */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Remote, remote_free)
void remote_set_token(Remote *remote, const char *token);

/* Begins to ask @path ("manifest?session=day") below /api/v1/door/. @body is taken; NULL: a GET. */
RemoteCall *remote_ask(Remote *remote, const char *path, json_t *body, gint64 limit_ms);
/* Ends it too, when it is under way: what the server did of it is not known then. NULL is fine. */
void remote_call_free(RemoteCall *call);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RemoteCall, remote_call_free)
gboolean remote_call_done(const RemoteCall *call);
int remote_call_status(const RemoteCall *call);         /* of HTTP; 0: no answer */
const json_t *remote_call_body(const RemoteCall *call); /* NULL when there is none; lent */

/* Goes on with all calls until one ends, @fd (-1: none) can be read, or @limit_ms have passed. TRUE when @fd
 * can be read. */
gboolean remote_wait(Remote *remote, int fd, gint64 limit_ms);

/* Whether the last question got an answer; before the first it is hoped for. */
gboolean remote_reachable(const Remote *remote);
/* This machine's clocks now, and how wrong its wall clock is. */
void remote_clock(const Remote *remote, DeviceClock *ret);
