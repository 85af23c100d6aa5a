#include "checkin/t1.h"

#define PREFIX_LENGTH 2
#define BODY_LENGTH   (T1_TEXT_LENGTH - PREFIX_LENGTH)

/* Crockford's alphabet, without I, L, O and U. His readers take O for 0 and I and L for 1; here that
 * would make two texts of one ticket, so they are refused. */
static const char alphabet[33] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* The 5 bits of @c, or -1. */
static int
value_of(char c)
{
	if (c >= 'a' && c <= 'z')
		c = (char)(c - 'a' + 'A');
	for (int i = 0; i < 32; i++)
		if (alphabet[i] == c)
			return i;
	return -1;
}

static int
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Takes 5 bits a character, high bit first; the last character has two bits left over. */
static int
unpack(const char *body, uint8_t ret_bytes[T1_BYTES])
{
	uint32_t bits = 0;
	unsigned held = 0, at = 0;

	for (unsigned i = 0; i < BODY_LENGTH; i++) {
		int value = value_of(body[i]);
		if (value < 0)
			return 0;
		bits = (bits << 5 | (uint32_t)value) & 0xfff;
		held += 5;
		if (held >= 8) {
			held -= 8;
			ret_bytes[at++] = (uint8_t)(bits >> held);
		}
	}
	return (bits & ((1u << held) - 1)) == 0;
}

int
t1_parse(const char *text, size_t length, T1 *ret)
{
	uint8_t bytes[T1_BYTES];

	while (length > 0 && is_blank(*text)) {
		text++;
		length--;
	}
	while (length > 0 && is_blank(text[length - 1]))
		length--;
	if (length != T1_TEXT_LENGTH || (text[0] != 'T' && text[0] != 't') || text[1] != '1')
		return 0;
	if (!unpack(text + PREFIX_LENGTH, bytes))
		return 0;
	ret->key_hint = bytes[0];
	for (unsigned i = 0; i < sizeof ret->id; i++)
		ret->id[i] = bytes[1 + i];
	ret->class = bytes[9] >> 4;
	ret->minute = (uint32_t)(bytes[9] & 0x0f) << 16 | (uint32_t)bytes[10] << 8 | bytes[11];
	for (unsigned i = 0; i < sizeof ret->signature; i++)
		ret->signature[i] = bytes[T1_SIGNED_BYTES + i];
	return 1;
}

/* The first T1_SIGNED_BYTES. */
static void
write_head(const T1 *ticket, uint8_t *ret_bytes)
{
	ret_bytes[0] = ticket->key_hint;
	for (unsigned i = 0; i < sizeof ticket->id; i++)
		ret_bytes[1 + i] = ticket->id[i];
	ret_bytes[9] = (uint8_t)(ticket->class << 4 | (ticket->minute >> 16 & 0x0f));
	ret_bytes[10] = (uint8_t)(ticket->minute >> 8);
	ret_bytes[11] = (uint8_t)ticket->minute;
}

void
t1_write(const T1 *ticket, char ret_text[T1_TEXT_LENGTH + 1])
{
	uint8_t bytes[T1_BYTES];
	uint32_t bits = 0;
	unsigned held = 0, at = 0;

	write_head(ticket, bytes);
	for (unsigned i = 0; i < sizeof ticket->signature; i++)
		bytes[T1_SIGNED_BYTES + i] = ticket->signature[i];
	ret_text[at++] = 'T';
	ret_text[at++] = '1';
	for (unsigned i = 0; i < T1_BYTES; i++) {
		bits = (bits << 8 | bytes[i]) & 0xfff;
		held += 8;
		while (held >= 5) {
			held -= 5;
			ret_text[at++] = alphabet[bits >> held & 0x1f];
		}
	}
	ret_text[at++] = alphabet[bits << (5 - held) & 0x1f];
	ret_text[at] = '\0';
}

void
t1_message(const T1 *ticket, const uint8_t event[16], uint8_t ret_message[T1_MESSAGE_BYTES])
{
	static const char domain[11] = "turnout-T1"; /* its NUL is signed too */

	for (unsigned i = 0; i < sizeof domain; i++)
		ret_message[i] = (uint8_t)domain[i];
	for (unsigned i = 0; i < 16; i++)
		ret_message[sizeof domain + i] = event[i];
	write_head(ticket, ret_message + sizeof domain + 16);
}
