/*
 * What goes over DIR/control.sock: 4 bytes of length (big-endian), then JSON.
 */
#pragma once

#include "schema/control.h"

#define CONTROL_SOCKET "control.sock"
#define CONTROL_FRAME_MS                                                                           \
	30000 /* a frame that was begun is there by then, or the caller is cut off */

/* A socket of the folder's, bound or connected; -1 with WORLD. A bound one replaces what a dead
 * server left, is of mode 0600 and does not listen yet. */
int wire_bind(const char *dir, GError **error);
int wire_connect(const char *dir, GError **error);

/* Waits for the next frame, as long as it takes, and reads it. NULL without @error:
 * the other side ended, between two frames. */
json_t *wire_read(int socket, GError **error);
gboolean wire_write(int socket, const json_t *message, GError **error);

/* {"error": …} of an error, and back. */
json_t *wire_pack_error(const GError *error);
void wire_unpack_error(const json_t *packed, GError **error);
