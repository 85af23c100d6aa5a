#include "schema/mark.h"

#include <string.h>

#include "schema/vault.h"

static const char crockford[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

#define CODE_DIGITS (TYPED_CODE_LENGTH - 1) /* without the check character */

void
ticket_identity_redraw(const guint8 salt[SALT_BYTES], TicketIdentity *ticket)
{
	random_bytes(ticket->id, sizeof ticket->id);
	ticket->mark = mark_of(salt, ticket->id);
	typed_code_of(ticket->mark, ticket->typed_code);
}

void
ticket_identity_new(const guint8 salt[SALT_BYTES], TicketClass class, guint16 key_no,
        gint64 key_created, gint64 now, TicketIdentity *ret)
{
	ticket_identity_redraw(salt, ret);
	ret->class = class;
	ret->key_no = key_no;
	ret->minute = (guint32)CLAMP((now - key_created) / 60, 0, TICKET_MINUTE_MAX);
}

gint64
mark_of(const guint8 salt[SALT_BYTES], const guint8 ticket_id[TICKET_ID_BYTES])
{
	guint8 salted[SALT_BYTES + TICKET_ID_BYTES];
	guint8 hash[32];
	memcpy(salted, salt, SALT_BYTES);
	memcpy(salted + SALT_BYTES, ticket_id, TICKET_ID_BYTES);
	hash_sha256(salted, sizeof salted, hash);
	return mark_from_bytes(hash);
}

void
mark_to_bytes(gint64 mark, guint8 ret_bytes[MARK_BYTES])
{
	guint64 bits = GUINT64_TO_BE((guint64)mark);
	memcpy(ret_bytes, &bits, MARK_BYTES);
}

gint64
mark_from_bytes(const guint8 bytes[MARK_BYTES])
{
	guint64 bits;
	memcpy(&bits, bytes, MARK_BYTES);
	return (gint64)GUINT64_FROM_BE(bits);
}

/* The check digit of Luhn's scheme to the base 32: from the right, every second digit is doubled,
 * beginning with the last; a doubled one counts as the sum of its two digits to the base 32. */
static guint
check_digit(const guint8 digits[CODE_DIGITS])
{
	guint sum = 0;
	for (guint i = 0; i < CODE_DIGITS; i++) {
		guint addend = digits[CODE_DIGITS - 1 - i] * (i % 2 == 0 ? 2u : 1u);
		sum += addend / 32 + addend % 32;
	}
	return (32 - sum % 32) % 32;
}

void
typed_code_of(gint64 mark, char ret_code[TYPED_CODE_LENGTH + 1])
{
	guint8 digits[CODE_DIGITS];
	for (guint i = 0; i < CODE_DIGITS; i++) {
		digits[i] = ((guint64)mark >> (64 - 5 * (i + 1))) & 31;
		ret_code[i] = crockford[digits[i]];
	}
	ret_code[CODE_DIGITS] = crockford[check_digit(digits)];
	ret_code[TYPED_CODE_LENGTH] = '\0';
}

void
typed_code_show(const char *code, char ret_shown[TYPED_CODE_SHOWN_LENGTH + 1])
{
	guint length = 0;
	for (guint i = 0; i < TYPED_CODE_LENGTH && code[i] != '\0'; i++) {
		if (i == 4 || i == 8)
			ret_shown[length++] = '-';
		ret_shown[length++] = code[i];
	}
	ret_shown[length] = '\0';
}

/* The value of a character as people type it, or -1. */
static int
digit_of(char typed)
{
	char upper = g_ascii_toupper(typed);
	if (upper == 'O')
		upper = '0';
	if (upper == 'I' || upper == 'L')
		upper = '1';
	const char *found = upper == '\0' ? NULL : strchr(crockford, upper);
	return found == NULL ? -1 : (int)(found - crockford);
}

gboolean
typed_code_parse(const char *typed, char ret_code[TYPED_CODE_LENGTH + 1])
{
	guint8 digits[TYPED_CODE_LENGTH];
	guint n = 0;
	for (; *typed != '\0'; typed++) {
		if (*typed == '-' || g_ascii_isspace(*typed))
			continue;
		int digit = digit_of(*typed);
		if (digit < 0 || n == TYPED_CODE_LENGTH)
			return FALSE;
		digits[n++] = (guint8)digit;
	}
	if (n != TYPED_CODE_LENGTH || digits[CODE_DIGITS] != check_digit(digits))
		return FALSE;
	for (guint i = 0; i < TYPED_CODE_LENGTH; i++)
		ret_code[i] = crockford[digits[i]];
	ret_code[TYPED_CODE_LENGTH] = '\0';
	return TRUE;
}

gint64
typed_code_bits(const char *code)
{
	guint64 mark = 0;
	for (guint i = 0; i < CODE_DIGITS; i++)
		mark |= (guint64)(digit_of(code[i]) & 31) << (64 - 5 * (i + 1));
	return (gint64)mark >> TYPED_CODE_SHIFT;
}
