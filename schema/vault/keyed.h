/* What the files of the vault share; for vault/vault.c, vault/hash.c and vault/signing.c alone. */
#pragma once

#include <string.h>

#include "schema/vault.h"

/* Numbers of the subkeys of an event's secret. Never renumber: stored hashes depend on them. */
typedef enum {
	SUBKEY_EMAIL = 0,
	SUBKEY_LINK = 1,
	SUBKEY_CSRF = 2,
	SUBKEY_CONTENT = 3,
	SUBKEY_SUBMISSION = 4,
	SUBKEY_LOG = 5,
	SUBKEY_PAIRING = 6,
	SUBKEY_FORGOTTEN = 7,
#define SUBKEYS 8
} Subkey;

/* BLAKE2b under the subkey. */
void vault_keyed(const VaultEvent *keys, Subkey subkey, gconstpointer data, gsize length,
        guint8 *ret_hash, gsize hash_length);
const guint8 *vault_event_id(const VaultEvent *keys);

/* The signing keys that were read so far. */
typedef struct Signing Signing;
Signing *vault_event_signing(const VaultEvent *keys);
Signing *signing_new(void);
void signing_free(Signing *signing); /* NULL is fine */
/* What a signing key's file holds: when it was made, and the seed. */
#define SIGNING_PLAIN (8 + 32)
void signing_draw(gint64 now, guint8 ret_plain[SIGNING_PLAIN]);
/* "signing" of the first, "signing-2" … */
char *signing_file(guint16 no);
/* Reads the file of key @no, when it was not read yet; the vault's lock is not needed. */
gboolean signing_read(VaultEvent *keys, guint16 no, GError **error);
/* NAME in the event's folder, wrapped by the master key. */
gboolean vault_event_read(
        const VaultEvent *keys, const char *name, guint8 *ret_plain, gsize length, GError **error);
gboolean vault_event_write(const VaultEvent *keys, const char *name, gconstpointer plain,
        gsize length, GError **error);

static inline void
put_be64(guint8 *at, gint64 number)
{
	guint64 bits = GUINT64_TO_BE((guint64)number);
	memcpy(at, &bits, 8);
}

static inline gint64
get_be64(const guint8 *at)
{
	guint64 bits;
	memcpy(&bits, at, 8);
	return (gint64)GUINT64_FROM_BE(bits);
}
