#include <sodium.h>
#include <string.h>

#include "schema/password.h"

#define MEMORY (64 * 1024 * 1024)
#define PASSES crypto_pwhash_OPSLIMIT_INTERACTIVE

G_STATIC_ASSERT(PASSWORD_HASH_MAX >= crypto_pwhash_STRBYTES);

gboolean
password_hash(const char *password, char ret_hash[PASSWORD_HASH_MAX], GError **error)
{
	if (crypto_pwhash_str_alg(ret_hash, password, strlen(password), PASSES, MEMORY,
	            crypto_pwhash_ALG_ARGON2ID13) == 0)
		return TRUE;
	g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD,
	        "a password takes 64 MiB of memory for a moment, and they are not there");
	return FALSE;
}

/* What nobody's password is compared with, so that a name that isn't known takes as long. */
static const char *
nobodys_hash(void)
{
	static char *hash;

	if (g_once_init_enter(&hash)) {
		char bytes[33], *made = g_malloc(PASSWORD_HASH_MAX);
		randombytes_buf(bytes, sizeof bytes);
		bytes[32] = '\0';
		if (crypto_pwhash_str_alg(
		            made, bytes, 32, PASSES, MEMORY, crypto_pwhash_ALG_ARGON2ID13) != 0)
			made[0] = '\0';
		g_once_init_leave(&hash, made);
	}
	return hash;
}

gboolean
password_matches(const char *hash, const char *password)
{
	const char *nobodys = nobodys_hash(); /* always, or the first one asked for would show */
	const char *compared = hash ? hash : nobodys;

	return crypto_pwhash_str_verify(compared, password, strlen(password)) == 0 && hash != NULL;
}

gboolean
password_hash_looks_right(const char *hash)
{
	return g_str_has_prefix(hash, crypto_pwhash_STRPREFIX) &&
	        strlen(hash) < crypto_pwhash_STRBYTES &&
	        crypto_pwhash_str_needs_rehash(hash, PASSES, MEMORY) == 0;
}

void
password_wipe(char *password)
{
	if (password == NULL)
		return;
	sodium_memzero(password, strlen(password));
	g_free(password);
}

void
memory_hash(const guint8 key[MEMORY_KEY_BYTES], const char *text, guint64 *ret_hash)
{
	guint8 hash[crypto_generichash_BYTES_MIN];

	crypto_generichash(
	        hash, sizeof hash, (const guint8 *)text, strlen(text), key, MEMORY_KEY_BYTES);
	memcpy(ret_hash, hash, sizeof *ret_hash);
}
