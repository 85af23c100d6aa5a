/*
 * The native twin of door.wasm: draws random questions and texts of tickets, answers them with
 * the same C code compiled for this machine, and writes both, so that tests/door-wasm.mjs can ask the
 * WebAssembly the same.
 *
 *   door-native decide N SEED   N × (DoorQuestion, DoorAnswer), as they lie in memory
 *   door-native t1 N SEED       N × (length, text padded to TEXT_MAX, is it a T1, T1, its text again,
 *                               what is signed)
 */
#include <glib.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "checkin/door.h"
#include "checkin/t1.h"

#define TEXT_MAX 135

_Static_assert(sizeof(T1) == 80 && offsetof(T1, minute) == 12 && offsetof(T1, signature) == 16,
        "door-wasm.mjs reads it by place");

static guint64 state;

/* SplitMix64: a seed gives the same questions on every machine. */
static guint64
draw(void)
{
	guint64 z = state += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static guint
below(guint n)
{
	return (guint)(draw() % n);
}

/* So that each row of the table gets its share: a plain draw of bytes would hardly ever pass the
 * first. One question in 16 is any bits at all. */
static void
draw_question(DoorQuestion *ret)
{
	memset(ret, 0, sizeof *ret);
	if (below(16) == 0) {
		guint64 bits[sizeof *ret / 8];
		for (guint i = 0; i < G_N_ELEMENTS(bits); i++)
			bits[i] = draw();
		memcpy(ret, bits, sizeof *ret);
		ret->signature = (guint8)below(4);
		return;
	}
	ret->signature = below(8) ? DOOR_SIGNATURE_HOLDS : (guint8)below(3);
	ret->entry = below(3) ? (guint8)below(6) : DOOR_ENTRY_ABSENT;
	ret->ticket_class = (guint8)below(8);
	ret->holder_in = below(4) == 0;
	ret->session_listed = (guint8)below(2);
	ret->session_once = (guint8)below(2);
	ret->leaving = below(8) == 0;
	ret->override = (guint8)below(2);
	ret->spare_region = below(2) ? (guint16)below(12) : 0;
	ret->ticket_minute = below(200);
	ret->key_created = 1790000000;
	ret->manifest_issued = ret->key_created + 60 * (gint64)below(200) + below(60);
	ret->now_ms = 1800000000000 + (gint64)below(1000000);
	ret->first_at_ms = below(2) ? 1799999999999 : 0;
}

static void
decide(guint64 n)
{
	for (guint64 i = 0; i < n; i++) {
		DoorQuestion question;
		DoorAnswer answer;
		memset(&answer, 0, sizeof answer);
		draw_question(&question);
		door_decide(&question, &answer);
		fwrite(&question, sizeof question, 1, stdout);
		fwrite(&answer, sizeof answer, 1, stdout);
	}
}

/* A good text, or one with a character changed, cut, or surrounded. */
static guint
draw_text(char ret_text[TEXT_MAX])
{
	static const char alphabet[] =
	        "0123456789ABCDEFGHJKMNPQRSTVWXYZabcdefghijklmnopqrstuvwxyz \t\r\n-O";
	guint length = 0;

	memset(ret_text, 0, TEXT_MAX);
	while (below(4) == 0 && length < 5)
		ret_text[length++] = " \t\r\n"[below(4)];
	guint start = length;
	ret_text[length++] = below(8) ? 'T' : 't';
	ret_text[length++] = '1';
	for (guint i = 0; i < 121; i++)
		ret_text[length++] = alphabet[below(32)];
	ret_text[length++] = alphabet[below(8) * 4];
	switch (below(5)) {
	case 0:
		ret_text[start + below(T1_TEXT_LENGTH)] = alphabet[below(sizeof alphabet - 1)];
		break;
	case 1:
		ret_text[start + below(T1_TEXT_LENGTH)] = (char)below(256);
		break;
	case 2:
		length -= below(3);
		break;
	default:
		break;
	}
	while (below(4) == 0 && length < TEXT_MAX)
		ret_text[length++] = " \t\r\n"[below(4)];
	return length;
}

static void
read_and_write(guint64 n)
{
	for (guint64 i = 0; i < n; i++) {
		char text[TEXT_MAX], again[T1_TEXT_LENGTH + 1];
		guint8 length = (guint8)draw_text(text), event[16], message[T1_MESSAGE_BYTES];
		T1 ticket;
		memset(&ticket, 0, sizeof ticket);
		guint8 is_one = (guint8)t1_parse(text, length, &ticket);
		t1_write(&ticket, again);
		memcpy(event, text, sizeof event);
		t1_message(&ticket, event, message);
		fwrite(&length, 1, 1, stdout);
		fwrite(text, sizeof text, 1, stdout);
		fwrite(&is_one, 1, 1, stdout);
		fwrite(&ticket, sizeof ticket, 1, stdout);
		fwrite(again, T1_TEXT_LENGTH, 1, stdout);
		fwrite(message, sizeof message, 1, stdout);
	}
}

int
main(int argc, char **argv)
{
	guint64 n;

	if (argc != 4 || !g_ascii_string_to_unsigned(argv[2], 10, 0, 100000000, &n, NULL) ||
	        !g_ascii_string_to_unsigned(argv[3], 10, 0, G_MAXUINT64, &state, NULL)) {
		fputs("usage: door-native decide|t1 N SEED\n", stderr);
		return 2;
	}
	if (strcmp(argv[1], "decide") == 0)
		decide(n);
	else if (strcmp(argv[1], "t1") == 0)
		read_and_write(n);
	else
		return 2;
	return fflush(stdout) == 0 ? 0 : 3;
}
