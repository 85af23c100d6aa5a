/*
 * The staff's pages over HTTP: people who are signed in without a password having been compared, and what
 * their browser sends.
 */
#pragma once

#include "schema/staff.h"
#include "tests/client.h"
#include "tests/door_api.h"

typedef struct {
	char token[TOKEN_TEXT_LENGTH + 1];
	char csrf[2 * TOKEN_HASH_BYTES + 1];
} SignedIn;

/* Adds @name with @role (in @region, nullable) to the event of @slug, and signs them in. */
SignedIn staff_enters(
        const Api *api, const char *slug, const char *name, const char *role, const char *region);

Answered staff_get(const Api *api, const SignedIn *who, const char *path);
/* The form's fields, urlencoded, without csrf. */
Answered staff_post(const Api *api, const SignedIn *who, const char *path, const char *form);
/* A file as a browser sends it. */
Answered staff_send_file(
        const Api *api, const SignedIn *who, const char *path, const char *bytes, gsize length);
/* A request as it stands: @method, @path, header lines (nullable), and a body with its type (nullable). */
Answered staff_ask(const Api *api, const char *method, const char *path, const char *headers,
        const char *type, const char *body, gsize length);
