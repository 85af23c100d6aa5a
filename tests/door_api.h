/*
 * The door's API as a phone meets it: a server on a port of its own, with the small event of door_fixture.h,
 * and one paired device.
 */
#pragma once

#include <jansson.h>

#include "schema/id.h"
#include "web/server.h"

#include "tests/door_fixture.h"

typedef struct {
	Door door;
	Settings *settings;
	Server *server;
	char token[TOKEN_TEXT_LENGTH + 1]; /* of the device paired last */
	char device[ID_HEX_LENGTH + 1];
} Api;

/* The server's clock; set by api_start() to ENGINE_NOW. */
extern gint64 api_clock_ms;

void api_start(Api *api, Engine *engine);
/* The same with these tables of routes. */
void api_start_with(Api *api, Engine *engine, const Route *const *tables);
void api_stop(Api *api);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Api, api_stop)

/* Posts @body; returns the answer's JSON, @ret_status its status. @token may be NULL. */
json_t *api_post_text(const Api *api, const char *path, const char *token, const char *body,
        gsize length, int *ret_status);
/* The same with a JSON body, whose reference is taken. */
json_t *
api_post(const Api *api, const char *path, const char *token, json_t *body, int *ret_status);
/* Gets with api->token; NULL for an answer without a body. */
json_t *api_get(const Api *api, const char *path, int *ret_status);
const char *api_text(const json_t *object, const char *name);

/* Adds a device for @session; returns its pairing code. */
char *api_add_device(const Api *api, const char *session, const char *role);
void api_pair(Api *api, const char *session, const char *role);

/* A question, rev 0, of the paired device at the session's first checkpoint. */
json_t *api_record(const Api *api, const char *session, gint64 mark, gint64 seq);
/* Asked; the answer, which must be a 200. */
json_t *api_scan(const Api *api, const char *session, gint64 mark, gint64 seq);
