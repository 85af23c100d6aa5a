/*
 * The text of a ticket, T1 (door.md in short): "T1", then 76 bytes in Crockford's base 32,
 * high bit first, 122 characters, the two left-over bits of the last one zero.
 *
 *   byte 0       key hint: first byte of SHA-256(event's public key)
 *   bytes 1–8    ticket id
 *   bytes 9–11   class (4 bits), minutes since the event's key was made (20 bits), big-endian
 *   bytes 12–75  Ed25519 (RFC 8032) over "turnout-T1\0", the event id and bytes 0–11
 *
 * Freestanding C: no allocation, no clock, no library; compiled for the server and to WebAssembly.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define T1_BYTES         76
#define T1_SIGNED_BYTES  12
#define T1_TEXT_LENGTH   124
#define T1_MESSAGE_BYTES (11 + 16 + T1_SIGNED_BYTES)

typedef struct {
	uint8_t key_hint;
	uint8_t id[8];
	uint8_t class; /* enum TicketClass of schema/mark.h */
	uint32_t minute;
	uint8_t signature[64];
} T1;

/* Any case is read, blanks and line ends around it too; nothing else. Returns 1 when it is a T1. */
int t1_parse(const char *text, size_t length, T1 *ret);
/* Writes T1_TEXT_LENGTH characters and a NUL. */
void t1_write(const T1 *ticket, char ret_text[T1_TEXT_LENGTH + 1]);
/* What is signed. */
void t1_message(const T1 *ticket, const uint8_t event[16], uint8_t ret_message[T1_MESSAGE_BYTES]);
