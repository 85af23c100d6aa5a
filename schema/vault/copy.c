#include "schema/vault_copy.h"

#include <glib/gstdio.h>
#include <jansson.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "schema/vault/private.h"

#define COPY_MAGIC   "turncopy"
#define MAGIC_LENGTH 8
#define PASSES       4
#define MEMORY       (128 * 1024 * 1024)
#define MEMORY_MOST  (G_GINT64_CONSTANT(1024) * 1024 * 1024)
#define SALT_LENGTH  crypto_pwhash_SALTBYTES
#define NONCE_BYTES  crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_BYTES    crypto_aead_xchacha20poly1305_ietf_ABYTES
#define HEADER_BYTES (MAGIC_LENGTH + 8 + 8 + SALT_LENGTH + NONCE_BYTES)
#define LIST_FILE    "list"
#define STATE_FILE   "copied" /* when the last copy was made, and of what */

/* ---- what is in it ---- */

static gboolean
is_event_folder(const char *name)
{
	return strlen(name) == EVENT_HEX && strspn(name, "0123456789abcdef") == EVENT_HEX;
}

static gint
by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names of a folder, in order; those with a dot were left by who died. */
static GPtrArray *
names_of(const char *folder)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	GDir *open = g_dir_open(folder, 0, NULL);

	for (const char *name; open != NULL && (name = g_dir_read_name(open)) != NULL;)
		if (strchr(name, '.') == NULL)
			g_ptr_array_add(names, g_strdup(name));
	if (open != NULL)
		g_dir_close(open);
	g_ptr_array_sort(names, by_name);
	return names;
}

static gboolean
add_file(json_t *files, const char *folder, const char *event, const char *name, GError **error)
{
	g_autofree char *path = g_build_filename(folder, event, name, NULL);
	g_autofree char *label = g_strconcat(event, "/", name, NULL);
	guint8 bytes[256];
	char hex[2 * sizeof bytes + 1];
	gsize length = 0;

	if (!key_file_read(path, bytes, sizeof bytes, &length, error))
		return FALSE;
	sodium_bin2hex(hex, sizeof hex, bytes, length);
	json_object_set_new(files, label, json_string(hex));
	return TRUE;
}

/* Every event's files, as they are wrapped. */
static json_t *
read_files(const char *folder, GError **error)
{
	json_t *files = json_object();
	g_autoptr(GPtrArray) events = names_of(folder);

	for (guint i = 0; i < events->len; i++) {
		const char *event = g_ptr_array_index(events, i);
		g_autofree char *path = g_build_filename(folder, event, NULL);
		if (!is_event_folder(event))
			continue;
		g_autoptr(GPtrArray) names = names_of(path);
		for (guint k = 0; k < names->len; k++)
			if (!add_file(files, folder, event, g_ptr_array_index(names, k), error)) {
				json_decref(files);
				return NULL;
			}
	}
	return files;
}

static char *
read_list(const char *folder)
{
	g_autofree char *path = g_build_filename(folder, LIST_FILE, NULL);
	char *text = NULL;

	return g_file_get_contents(path, &text, NULL, NULL) ? text : g_strdup("");
}

/* Of all that a copy holds. */
static char *
fingerprint(const json_t *files, const char *list)
{
	g_autofree char *text = json_dumps(files, JSON_COMPACT | JSON_SORT_KEYS);
	g_autofree char *all = g_strconcat(text, list, NULL);

	return g_compute_checksum_for_string(G_CHECKSUM_SHA256, all, -1);
}

VaultCopyState
vault_copy_state(Vault *vault, gint64 *ret_made)
{
	g_autofree char *path = g_build_filename(vault->folder, STATE_FILE, NULL), *text = NULL;
	g_autofree char *list = read_list(vault->folder);
	json_auto_t *files = read_files(vault->folder, NULL);

	*ret_made = 0;
	if (files == NULL || !g_file_get_contents(path, &text, NULL, NULL))
		return VAULT_COPY_NONE;
	g_auto(GStrv) words = g_strsplit(text, " ", 2);
	g_autofree char *now = fingerprint(files, list);
	*ret_made = words[0] ? g_ascii_strtoll(words[0], NULL, 10) : 0;
	return g_strcmp0(words[1], now) == 0 ? VAULT_COPY_CURRENT : VAULT_COPY_OLD;
}

/* ---- written ---- */

static gboolean
derive(const char *passphrase, guint64 passes, guint64 memory, const guint8 *salt,
        guint8 ret_key[KEY_BYTES], GError **error)
{
	if (crypto_pwhash(ret_key, KEY_BYTES, passphrase, strlen(passphrase), salt, passes,
	            (size_t)memory, crypto_pwhash_ALG_ARGON2ID13) == 0)
		return TRUE;
	g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD,
	        "a passphrase takes 128 MiB of memory for a moment, and they are not there");
	return FALSE;
}

static gboolean
write_sealed(const char *path, const char *passphrase, const char *text, GError **error)
{
	const gsize length = strlen(text), whole = HEADER_BYTES + length + TAG_BYTES;
	g_autofree guint8 *file = g_malloc(whole);
	guint8 key[KEY_BYTES];

	memcpy(file, COPY_MAGIC, MAGIC_LENGTH);
	put_be64(file + MAGIC_LENGTH, PASSES);
	put_be64(file + MAGIC_LENGTH + 8, MEMORY);
	guint8 *salt = file + MAGIC_LENGTH + 16, *nonce = salt + SALT_LENGTH;
	randombytes_buf(salt, SALT_LENGTH + NONCE_BYTES);
	if (!derive(passphrase, PASSES, MEMORY, salt, key, error))
		return FALSE;
	crypto_aead_xchacha20poly1305_ietf_encrypt(file + HEADER_BYTES, NULL, (const guint8 *)text,
	        length, file, HEADER_BYTES, NULL, nonce, key);
	sodium_memzero(key, sizeof key);
	g_autofree char *folder = g_path_get_dirname(path), *name = g_path_get_basename(path);
	return key_file_write(folder, name, file, whole, error);
}

static gboolean
passphrase_will_do(const char *passphrase, GError **error)
{
	if (g_utf8_validate(passphrase, -1, NULL) &&
	        g_utf8_strlen(passphrase, -1) >= VAULT_PASSPHRASE_MIN)
		return TRUE;
	g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
	        "the passphrase has fewer than %d characters: whoever guesses it has every name",
	        VAULT_PASSPHRASE_MIN);
	return FALSE;
}

static gboolean
write_copy(Vault *vault, const char *path, const char *passphrase, gint64 now, GError **error)
{
	g_autofree char *list = read_list(vault->folder);
	g_autofree char *state = g_build_filename(vault->folder, STATE_FILE, NULL);
	char master[2 * KEY_BYTES + 1];
	json_t *files = read_files(vault->folder, error);

	if (files == NULL)
		return FALSE;
	g_autofree char *of = fingerprint(files, list);
	pthread_rwlock_rdlock(&vault->use);
	sodium_bin2hex(master, sizeof master, vault->masters->master, KEY_BYTES);
	pthread_rwlock_unlock(&vault->use);
	json_auto_t *copy = json_pack("{s:s, s:o, s:s, s:I}", "master", master, "files", files,
	        "list", list, "made", (json_int_t)now);
	char *text = json_dumps(copy, JSON_COMPACT);
	gboolean written = write_sealed(path, passphrase, text, error);
	sodium_memzero(master, sizeof master);
	sealed_text_free(text);
	if (!written)
		return FALSE;
	g_autofree char *note = g_strdup_printf("%" G_GINT64_FORMAT " %s", now, of);
	return g_file_set_contents(state, note, -1, error);
}

gboolean
vault_copy_write(Vault *vault, const char *path, const char *passphrase, gint64 now, GError **error)
{
	if (!passphrase_will_do(passphrase, error) || !vault_roll(vault, error))
		return FALSE;
	const int lock = vault_lock_files(vault, FALSE, error);
	if (lock < 0)
		return FALSE;
	gboolean written = write_copy(vault, path, passphrase, now, error);
	vault_unlock_files(lock);
	return written;
}

/* ---- and back ---- */

static gboolean
no_copy(GError **error, const char *path, const char *why)
{
	g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT, "%s %s", path, why);
	return FALSE;
}

/* The text in @file; wiped and freed by sealed_text_free(). */
static char *
open_sealed(
        const char *path, const char *passphrase, const guint8 *file, gsize length, GError **error)
{
	guint8 key[KEY_BYTES];

	if (length < HEADER_BYTES + TAG_BYTES || memcmp(file, COPY_MAGIC, MAGIC_LENGTH) != 0) {
		no_copy(error, path, "is no copy of keys");
		return NULL;
	}
	const gint64 passes = get_be64(file + MAGIC_LENGTH),
	             memory = get_be64(file + MAGIC_LENGTH + 8);
	const guint8 *salt = file + MAGIC_LENGTH + 16, *nonce = salt + SALT_LENGTH;
	if (passes < (gint64)crypto_pwhash_OPSLIMIT_MIN || passes > 100 ||
	        memory < (gint64)crypto_pwhash_MEMLIMIT_MIN || memory > MEMORY_MOST) {
		no_copy(error, path, "was changed, or is of a later program");
		return NULL;
	}
	if (!derive(passphrase, (guint64)passes, (guint64)memory, salt, key, error))
		return NULL;
	const gsize sealed = length - HEADER_BYTES;
	char *text = g_malloc0(sealed - TAG_BYTES + 1);
	gboolean opened = crypto_aead_xchacha20poly1305_ietf_decrypt((guint8 *)text, NULL, NULL,
	                          file + HEADER_BYTES, sealed, file, HEADER_BYTES, nonce, key) == 0;
	sodium_memzero(key, sizeof key);
	if (opened)
		return text;
	sealed_text_free(text);
	no_copy(error, path, "does not open: another passphrase, or it was changed");
	return NULL;
}

static gboolean
put_file(const char *folder, const char *label, const char *hex, GError **error)
{
	guint8 bytes[256];
	size_t length = 0;
	g_auto(GStrv) parts = g_strsplit(label, "/", 3);

	if (g_strv_length(parts) != 2 || !is_event_folder(parts[0]) || strchr(parts[1], '.') ||
	        hex == NULL ||
	        sodium_hex2bin(bytes, sizeof bytes, hex, strlen(hex), NULL, &length, NULL) != 0)
		return no_copy(error, label, "in the copy is no key");
	g_autofree char *event = g_build_filename(folder, parts[0], NULL);
	return key_folder_make(event, error) &&
	        key_file_write(event, parts[1], bytes, length, error);
}

static gboolean
put_all(const char *dir, const char *master_file, const char *path, json_t *copy, GError **error)
{
	const char *master = json_string_value(json_object_get(copy, "master"));
	const char *list = json_string_value(json_object_get(copy, "list"));
	json_t *files = json_object_get(copy, "files"), *hex;
	const char *label;
	guint8 key[KEY_BYTES];
	size_t length = 0;
	g_autofree char *folder = g_build_filename(dir, "keys", NULL);
	g_autofree char *list_path = g_build_filename(folder, LIST_FILE, NULL);

	if (master == NULL || list == NULL || files == NULL ||
	        sodium_hex2bin(key, sizeof key, master, strlen(master), NULL, &length, NULL) != 0 ||
	        length != sizeof key)
		return no_copy(error, path, "holds no keys");
	gboolean put = key_folder_make(folder, error) &&
	        key_master_write(folder, MASTER_FILE, master_file, key, error);
	sodium_memzero(key, sizeof key);
	json_object_foreach (files, label, hex)
		put = put && put_file(folder, label, json_string_value(hex), error);
	return put && (*list == '\0' || key_file_append(list_path, list, strlen(list), error));
}

gboolean
vault_copy_restore(const char *dir, const char *master_file, const char *path,
        const char *passphrase, GError **error)
{
	g_autofree char *file = NULL;
	g_autoptr(GError) trouble = NULL;
	gsize length = 0;

	if (!g_file_get_contents(path, &file, &length, &trouble)) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD, "%s", trouble->message);
		return FALSE;
	}
	char *text = open_sealed(path, passphrase, (const guint8 *)file, length, error);
	if (text == NULL)
		return FALSE;
	json_auto_t *copy = json_loads(text, 0, NULL);
	sealed_text_free(text);
	return put_all(dir, master_file, path, copy, error);
}

gboolean
vault_copy_folder(const char *dir, const char *master_file, const char *folder, GError **error)
{
	guint8 key[KEY_BYTES];
	char hex[2 * KEY_BYTES + 1];
	g_autofree char *next = g_build_filename(folder, NEXT_FILE, NULL);
	g_autofree char *list = read_list(folder);

	if (g_access(next, F_OK) == 0)
		return no_copy(error, folder,
		        "is in the middle of a roll of its master key: run turnout schema expire "
		        "there "
		        "first");
	if (!key_master_read(folder, MASTER_FILE, master_file, key, error))
		return FALSE;
	sodium_bin2hex(hex, sizeof hex, key, sizeof key);
	sodium_memzero(key, sizeof key);
	json_t *files = read_files(folder, error);
	if (files == NULL)
		return FALSE;
	json_auto_t *copy =
	        json_pack("{s:s, s:o, s:s}", "master", hex, "files", files, "list", list);
	sodium_memzero(hex, sizeof hex);
	return put_all(dir, master_file, folder, copy, error);
}
