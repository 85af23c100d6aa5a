/*
 * The copy of the keys: everything under DIR/keys that opens values and links, and the list of who must not come back, under a
 * passphrase. A file of it:
 *
 *   "turncopy"  passes (8)  memory (8)  salt (16)  nonce (24)    all numbers big-endian
 *   XChaCha20-Poly1305 over JSON, with what stands before it as associated data; the key is argon2id of the passphrase
 *
 * One copy is to be kept. After a deletion, an expiry or a rotation it is made anew and the older one destroyed: it
 * opens what was to be closed for good.
 */
#pragma once

#include "schema/vault.h"

#define VAULT_PASSPHRASE_MIN 12 /* characters */

/* Writes PATH, which must not be there. Ends a roll that was cut short first. */
gboolean vault_copy_write(
        Vault *vault, const char *path, const char *passphrase, gint64 now, GError **error);
/* Makes DIR/keys of it; @master_file wraps the master key, as in vault_create(). INPUT for a wrong passphrase or a
 * changed file. */
gboolean vault_copy_restore(const char *dir, const char *master_file, const char *path,
        const char *passphrase, GError **error);
/* The same from a keys folder that survived, wrapped by the same @master_file. */
gboolean
vault_copy_folder(const char *dir, const char *master_file, const char *folder, GError **error);

typedef enum {
	VAULT_COPY_NONE, /* never made of this folder */
	VAULT_COPY_OLD,  /* keys or the list changed since */
	VAULT_COPY_CURRENT,
} VaultCopyState;
/* @ret_made: when the last one was. */
VaultCopyState vault_copy_state(Vault *vault, gint64 *ret_made);
