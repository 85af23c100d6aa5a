/* Keyed hashes, and what is made of them: links and tokens of forms. */
#include "schema/vault/keyed.h"

#include <sodium.h>

void
vault_hash_email(VaultEvent *keys, const char *folded, guint8 ret_hash[EMAIL_HASH_BYTES])
{
	vault_keyed(keys, SUBKEY_EMAIL, folded, strlen(folded), ret_hash, EMAIL_HASH_BYTES);
}

void
vault_hash_content(
        VaultEvent *keys, gconstpointer content, gsize length, guint8 ret_hash[CONTENT_HASH_BYTES])
{
	vault_keyed(keys, SUBKEY_CONTENT, content, length, ret_hash, CONTENT_HASH_BYTES);
}

void
vault_derive_submission(
        VaultEvent *keys, gconstpointer content, gsize length, guint8 ret_submission[16])
{
	vault_keyed(keys, SUBKEY_SUBMISSION, content, length, ret_submission, 16);
}

void
vault_hash_forgotten(VaultEvent *keys, gconstpointer known, gsize length, guint8 ret_hash[16])
{
	vault_keyed(keys, SUBKEY_FORGOTTEN, known, length, ret_hash, 16);
}

gint64
vault_log_check(VaultEvent *keys, gconstpointer line, gsize length)
{
	guint8 hash[crypto_generichash_BYTES_MIN];
	vault_keyed(keys, SUBKEY_LOG, line, length, hash, sizeof hash);
	return get_be64(hash);
}

/* Writes the MAC over @message as 22 characters of base64url and a NUL. */
#define MAC_TEXT_LENGTH 22
static void
mac_text(const VaultEvent *keys, Subkey subkey, gconstpointer message, gsize length,
        char ret_text[MAC_TEXT_LENGTH + 1])
{
	guint8 mac[MAC_BYTES];
	vault_keyed(keys, subkey, message, length, mac, sizeof mac);
	sodium_bin2base64(ret_text, MAC_TEXT_LENGTH + 1, mac, sizeof mac,
	        sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

void
vault_link(VaultEvent *keys, LinkPurpose purpose, gint64 id, gint64 link_no,
        char ret_token[LINK_TOKEN_LENGTH + 1])
{
	guint8 message[17];
	put_be64(message, id);
	message[8] = (guint8)purpose;
	put_be64(message + 9, link_no);
	sodium_bin2hex(ret_token, 17, message, 8);
	ret_token[16] = '-';
	mac_text(keys, SUBKEY_LINK, message, sizeof message, ret_token + 17);
}

/* The value of @digits lower-case hex digits, or FALSE. */
static gboolean
read_hex(const char *text, guint digits, guint64 *ret_number)
{
	guint64 number = 0;
	for (guint i = 0; i < digits; i++) {
		char c = text[i];
		if (!g_ascii_isdigit(c) && !(c >= 'a' && c <= 'f'))
			return FALSE;
		number = number << 4 | (guint64)g_ascii_xdigit_value(c);
	}
	*ret_number = number;
	return TRUE;
}

gboolean
link_id(const char *token, gint64 *ret_id)
{
	guint64 id;
	if (strlen(token) != LINK_TOKEN_LENGTH || token[16] != '-' || !read_hex(token, 16, &id))
		return FALSE;
	*ret_id = (gint64)id;
	return TRUE;
}

gboolean
vault_link_holds(VaultEvent *keys, LinkPurpose purpose, const char *token, gint64 link_no)
{
	char ours[LINK_TOKEN_LENGTH + 1];
	gint64 id;
	if (!link_id(token, &id))
		return FALSE;
	vault_link(keys, purpose, id, link_no, ours);
	return sodium_memcmp(ours, token, LINK_TOKEN_LENGTH) == 0;
}

void
vault_pairing_bits(
        VaultEvent *keys, gint64 device, gint64 expires, guint8 ret_bits[VAULT_PAIRING_BYTES])
{
	guint8 message[16], hash[crypto_generichash_BYTES_MIN];
	put_be64(message, device);
	put_be64(message + 8, expires);
	vault_keyed(keys, SUBKEY_PAIRING, message, sizeof message, hash, sizeof hash);
	memcpy(ret_bits, hash, VAULT_PAIRING_BYTES);
}

static void
csrf_of_hour(VaultEvent *keys, const guint8 submission[16], guint32 hour,
        char ret_token[CSRF_TEXT_LENGTH + 1])
{
	guint8 message[16 + EVENT_ID_BYTES + 4];
	guint32 bits = GUINT32_TO_BE(hour);
	memcpy(message, submission, 16);
	memcpy(message + 16, vault_event_id(keys), EVENT_ID_BYTES);
	memcpy(message + 16 + EVENT_ID_BYTES, &bits, 4);
	sodium_bin2hex(ret_token, 9, message + 16 + EVENT_ID_BYTES, 4);
	mac_text(keys, SUBKEY_CSRF, message, sizeof message, ret_token + 8);
}

void
vault_csrf(VaultEvent *keys, const guint8 submission[16], gint64 now,
        char ret_token[CSRF_TEXT_LENGTH + 1])
{
	csrf_of_hour(keys, submission, (guint32)(now / 3600), ret_token);
}

CsrfState
vault_csrf_check(VaultEvent *keys, const guint8 submission[16], const char *token, gint64 now)
{
	char ours[CSRF_TEXT_LENGTH + 1];
	guint64 hour;
	if (strlen(token) != CSRF_TEXT_LENGTH || !read_hex(token, 8, &hour))
		return CSRF_FALSE;
	csrf_of_hour(keys, submission, (guint32)hour, ours);
	if (sodium_memcmp(ours, token, CSRF_TEXT_LENGTH) != 0)
		return CSRF_FALSE;
	gint64 age = now / 3600 - (gint64)hour;
	return age >= -1 && age <= CSRF_HOURS ? CSRF_HOLDS
	                                      : CSRF_STALE; /* clocks differ a little */
}

void
token_new(char ret_token[TOKEN_TEXT_LENGTH + 1])
{
	guint8 bits[32];
	randombytes_buf(bits, sizeof bits);
	sodium_bin2base64(ret_token, TOKEN_TEXT_LENGTH + 1, bits, sizeof bits,
	        sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	sodium_memzero(bits, sizeof bits);
}

void
token_hash(const char *token, guint8 ret_hash[TOKEN_HASH_BYTES])
{
	hash_sha256(token, strlen(token), ret_hash);
}

void
random_bytes(gpointer ret, gsize length)
{
	randombytes_buf(ret, length);
}

void
hash_sha256(gconstpointer data, gsize length, guint8 ret_hash[32])
{
	crypto_hash_sha256(ret_hash, data, length);
}
