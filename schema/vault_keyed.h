/* What the two files of the vault share; for vault.c and vault_hash.c alone. */
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
#define SUBKEYS 7
} Subkey;

/* BLAKE2b under the subkey. */
void vault_keyed(const VaultEvent *keys, Subkey subkey, gconstpointer data, gsize length,
        guint8 *ret_hash, gsize hash_length);
const guint8 *vault_event_id(const VaultEvent *keys);

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
