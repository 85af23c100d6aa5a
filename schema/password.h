/*
 * Passwords of the people who sign in: argon2id, 64 MiB, by libsodium (vault/password.c). Which
 * are refused: shorter than PASSWORD_MIN, and those that everybody knows (data/common-passwords.txt),
 * also with digits and signs around them, turned about or repeated.
 */
#pragma once

#include "schema/error.h"

#define PASSWORD_MIN      12
#define PASSWORD_MAX      200 /* bytes */
#define PASSWORD_HASH_MAX 128

/* INPUT when it may not be one; the message says why and never holds it. @name: whose. */
gboolean password_check(const char *password, const char *name, GError **error);

/* Takes 64 MiB and a tenth of a second. WORLD when there is no memory. */
gboolean password_hash(const char *password, char ret_hash[PASSWORD_HASH_MAX], GError **error);
/* The same cost, whatever the answer. @hash NULL: of nobody, and the answer is no. */
gboolean password_matches(const char *hash, const char *password);
/* Could @hash come from password_hash()? */
gboolean password_hash_looks_right(const char *hash);
void password_wipe(char *password); /* and frees it; NULL is fine */

/* A keyed hash for what is remembered in memory only (names of who failed to sign in). */
#define MEMORY_KEY_BYTES 32
void memory_hash(const guint8 key[MEMORY_KEY_BYTES], const char *text, guint64 *ret_hash);
