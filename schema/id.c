#include "schema/id.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/random.h>

#define RANDOM_BITS 20
#define TIME_BITS   43
#define STEP        256 /* at most, between the runs of two ids of one millisecond */

static const char digits[] = "0123456789abcdef";
static const char base64url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* Ids are no secrets, but must not repeat: the kernel's randomness, some of it in stock so that an id
 * costs no system call. */
static void
draw(guint8 *ret, gsize length)
{
	static __thread guint8 stock[256];
	static __thread gsize left;

	if (left < length) {
		gsize filled = 0;
		while (filled < sizeof stock) {
			gssize n = getrandom(stock + filled, sizeof stock - filled, 0);
			if (n > 0)
				filled += (gsize)n;
			else if (n < 0 && errno != EINTR)
				g_error("the kernel gives no random bytes: %s", g_strerror(errno));
		}
		left = sizeof stock;
	}
	left -= length;
	memcpy(ret, stock + left, length);
}

gint64
id_new(gint64 now_ms)
{
	static _Atomic gint64 last;
	guint32 random;
	gint64 id, before = last;

	draw((guint8 *)&random, sizeof random);
	do {
		id = (now_ms & ((G_GINT64_CONSTANT(1) << TIME_BITS) - 1)) << RANDOM_BITS |
		        (random & ((1U << RANDOM_BITS) - 1));
		/* several in one millisecond, or a clock that went back: a step on from the last */
		if (id < before + ID_RUN)
			id = before + ID_RUN + (random & (STEP - 1));
	} while (!atomic_compare_exchange_weak(&last, &before, id));
	return id;
}

void
id_to_hex(gint64 id, char ret_hex[ID_HEX_LENGTH + 1])
{
	guint64 bits = (guint64)id;

	for (int i = ID_HEX_LENGTH - 1; i >= 0; i--, bits >>= 4)
		ret_hex[i] = digits[bits & 15];
	ret_hex[ID_HEX_LENGTH] = '\0';
}

gboolean
id_from_hex(const char *hex, gint64 *ret_id)
{
	guint64 bits = 0;

	for (guint i = 0; i < ID_HEX_LENGTH; i++) {
		const char *digit = hex[i] ? strchr(digits, hex[i]) : NULL;
		if (digit == NULL)
			return FALSE;
		bits = bits << 4 | (guint64)(digit - digits);
	}
	if (hex[ID_HEX_LENGTH] != '\0')
		return FALSE;
	*ret_id = (gint64)bits;
	return TRUE;
}

void
submission_new(gint64 now_ms, char ret_text[SUBMISSION_TEXT_LENGTH + 1])
{
	guint8 bytes[SUBMISSION_BYTES + 2] = { 0 }; /* two more, for the last group of three */

	for (guint i = 0; i < 6; i++)
		bytes[i] = (guint8)(now_ms >> (40 - 8 * i));
	draw(bytes + 6, SUBMISSION_BYTES - 6);
	for (guint i = 0; i < SUBMISSION_TEXT_LENGTH; i++) {
		guint three = (guint)bytes[i / 4 * 3] << 16 | (guint)bytes[i / 4 * 3 + 1] << 8 |
		        bytes[i / 4 * 3 + 2];
		ret_text[i] = base64url[three >> (18 - 6 * (i % 4)) & 63];
	}
	ret_text[SUBMISSION_TEXT_LENGTH] = '\0';
}

gboolean
submission_parse(const char *text, guint8 ret_bytes[SUBMISSION_BYTES])
{
	guint8 bytes[SUBMISSION_BYTES];
	guint bits = 0, held = 0, n = 0;

	for (guint i = 0; i < SUBMISSION_TEXT_LENGTH; i++) {
		const char *letter = text[i] ? strchr(base64url, text[i]) : NULL;
		if (letter == NULL)
			return FALSE;
		bits = bits << 6 | (guint)(letter - base64url);
		held += 6;
		if (held >= 8) {
			held -= 8;
			bytes[n++] = (guint8)(bits >> held);
			bits &= (1U << held) - 1;
		}
	}
	if (bits != 0 || text[SUBMISSION_TEXT_LENGTH] != '\0')
		return FALSE;
	memcpy(ret_bytes, bytes, sizeof bytes);
	return TRUE;
}
