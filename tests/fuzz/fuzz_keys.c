/*
 * A copy of the keys, as restore reads it. The first byte says which part: a file as it is, or what a file of ours holds
 * (sealed here, with the cheapest passphrase). Nothing is ever written outside the folder keys/.
 */
#include <glib/gstdio.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "schema/vault_copy.h"
#include "tests/fuzz/fuzz.h"

#define PASSPHRASE "a passphrase of four words"
#define HEADER     (8 + 8 + 8 + crypto_pwhash_SALTBYTES + NONCE)
#define NONCE      crypto_aead_xchacha20poly1305_ietf_NPUBBYTES

static void
put_be64(guint8 *to, guint64 number)
{
	for (guint i = 0; i < 8; i++)
		to[i] = (guint8)(number >> (56 - 8 * i));
}

/* As vault_copy.h says. */
static GByteArray *
sealed(const guint8 *text, gsize length)
{
	GByteArray *file = g_byte_array_new();
	guint8 head[HEADER] = "turncopy", key[32];
	unsigned long long n = 0;

	put_be64(head + 8, crypto_pwhash_OPSLIMIT_MIN);
	put_be64(head + 16, crypto_pwhash_MEMLIMIT_MIN);
	fuzz_holds(crypto_pwhash(key, sizeof key, PASSPHRASE, strlen(PASSPHRASE), head + 24,
	                   crypto_pwhash_OPSLIMIT_MIN, crypto_pwhash_MEMLIMIT_MIN,
	                   crypto_pwhash_ALG_ARGON2ID13) == 0);
	g_byte_array_append(file, head, sizeof head);
	g_byte_array_set_size(
	        file, (guint)(HEADER + length + crypto_aead_xchacha20poly1305_ietf_ABYTES));
	crypto_aead_xchacha20poly1305_ietf_encrypt(file->data + HEADER, &n, text, length,
	        file->data, HEADER, NULL, file->data + HEADER - NONCE, key);
	return file;
}

static gint64
get_be64(const guint8 *from)
{
	guint64 number = 0;

	for (guint i = 0; i < 8; i++)
		number = number << 8 | from[i];
	return (gint64)number;
}

/* A header that asks for as much work as may be asked is not ours to wait for. */
static gboolean
is_work(const guint8 *data, gsize length)
{
	if (length < 24)
		return FALSE;
	const gint64 passes = get_be64(data + 8), memory = get_be64(data + 16);
	return passes > 0 && passes <= 100 && memory > 0 && memory <= 1 << 30 &&
	        (passes > 3 || memory > 65536);
}

/* Removes all; returns how many files and folders there were. */
static guint
clear(const char *path)
{
	g_autoptr(GDir) open = g_dir_open(path, 0, NULL);
	guint n = 1;

	for (const char *name; open != NULL && (name = g_dir_read_name(open)) != NULL;) {
		g_autofree char *below = g_build_filename(path, name, NULL);
		n += clear(below);
	}
	g_remove(path);
	return n;
}

static void
restore(const guint8 *bytes, gsize length)
{
	g_autofree char *outer = g_dir_make_tmp("turnout-fuzz-XXXXXX", NULL);
	g_autofree char *dir = g_build_filename(outer, "data", NULL);
	g_autofree char *keys = g_build_filename(dir, "keys", NULL);
	g_autofree char *path = g_build_filename(outer, "copy", NULL);
	g_autoptr(GError) error = NULL;

	fuzz_holds(outer != NULL && g_mkdir(dir, 0700) == 0);
	fuzz_holds(g_file_set_contents_full(
	        path, (const char *)bytes, (gssize)length, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
	const gboolean restored = vault_copy_restore(dir, NULL, path, PASSPHRASE, &error);
	fuzz_holds(restored == (error == NULL));
	clear(keys);
	fuzz_holds(g_rmdir(dir) == 0); /* nothing else lies there, */
	g_unlink(path);
	fuzz_holds(g_rmdir(outer) == 0); /* nor above it */
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize length)
{
	if (length == 0)
		return 0;
	if (data[0] == 'f') {
		if (!is_work(data + 1, length - 1))
			restore(data + 1, length - 1);
		return 0;
	}
	g_autoptr(GByteArray) file = sealed(data + 1, length - 1);
	restore(file->data, file->len);
	return 0;
}
