/*
 * Row ids and their text.
 *
 * An id is 63 bits: 43 of milliseconds since 1970, 20 random; so rows made one after another lie
 * side by side in an index. In JSON it is 16 hex digits.
 *
 * One process never makes an id twice and makes each greater than the one before. Two processes
 * that make one in the same millisecond collide once in a million: the key's CONSTRAINT tells, and the
 * whole is prepared again.
 */
#pragma once

#include <glib.h>

gint64 id_new(gint64 now_ms);
/* The next ones are its maker's too: a registration's attendees have id + 1, id + 2 …. */
#define ID_RUN 32

#define ID_HEX_LENGTH 16
void id_to_hex(gint64 id, char ret_hex[ID_HEX_LENGTH + 1]);
gboolean id_from_hex(const char *hex, gint64 *ret_id);

/* A submission's id, made with the form: 6 bytes of milliseconds (big-endian), 10 random; as text
 * 22 characters of base64url (RFC 4648, section 5, no padding, spare bits zero). */
#define SUBMISSION_BYTES       16
#define SUBMISSION_TEXT_LENGTH 22
void submission_new(gint64 now_ms, char ret_text[SUBMISSION_TEXT_LENGTH + 1]);
/* FALSE for anything that submission_new() could not have made. */
gboolean submission_parse(const char *text, guint8 ret_bytes[SUBMISSION_BYTES]);
