#include "schema/vault.h"

#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/vault_files.h"
#include "schema/vault/private.h"

#define SEALED_VERSION 1
#define SEALED_HEADER  3 /* version, key number */
#define SEALED_PADDING 32
#define NONCE_BYTES    crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_BYTES      crypto_aead_xchacha20poly1305_ietf_ABYTES
#define BOUND_BYTES    (SEALED_HEADER + 8 + 1 + EVENT_ID_BYTES)

/* Before main(), so that no thread can come first and no call has to ask. */
__attribute__((constructor)) static void
sodium_ready(void)
{
	/* seeded by the kernel once a thread, and not asked of it for each number */
	randombytes_set_implementation(&randombytes_internal_implementation);
	if (sodium_init() < 0) {
		fputs("turnout: libsodium does not start: no random numbers\n", stderr);
		abort();
	}
}

const char *
sealed_class_name(SealedClass class)
{
	static const char *const names[SEALED_CLASSES] = { "identity", "logistics", "emergency" };
	return names[class];
}

static void
event_free(gpointer data)
{
	VaultEvent *keys = data;
	signing_free(keys->signing);
	sodium_free(keys->secrets);
	g_free(keys);
}

gboolean
vault_create(const char *dir, const char *master_file, GError **error)
{
	g_autofree char *folder = g_build_filename(dir, "keys", NULL);
	if (!key_folder_make(folder, error) || !key_folder_flush(dir, error))
		return FALSE;
	guint8 master[KEY_BYTES];
	randombytes_buf(master, sizeof master);
	gboolean written = key_master_write(folder, MASTER_FILE, master_file, master, error);
	sodium_memzero(master, sizeof master);
	return written;
}

Vault *
vault_open(const char *dir, const char *master_file, GError **error)
{
	Vault *vault = g_new0(Vault, 1);
	g_ref_count_init(&vault->references);
	vault->folder = g_build_filename(dir, "keys", NULL);
	vault->master_file = g_strdup(master_file);
	pthread_mutex_init(&vault->lock, NULL);
	pthread_rwlock_init(&vault->use, NULL);
	vault->events = g_hash_table_new_full(
	        g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, event_free);
	if (vault_read_masters(vault, error))
		return vault;
	vault_unref(vault);
	return NULL;
}

Vault *
vault_ref(Vault *vault)
{
	pthread_mutex_lock(&vault->lock);
	g_ref_count_inc(&vault->references);
	pthread_mutex_unlock(&vault->lock);
	return vault;
}

void
vault_unref(Vault *vault)
{
	if (vault == NULL)
		return;
	pthread_mutex_lock(&vault->lock);
	gboolean last = g_ref_count_dec(&vault->references);
	pthread_mutex_unlock(&vault->lock);
	if (!last)
		return;
	g_hash_table_unref(vault->events);
	pthread_mutex_destroy(&vault->lock);
	pthread_rwlock_destroy(&vault->use);
	sodium_free(vault->masters);
	g_free(vault->master_file);
	g_free(vault->folder);
	g_free(vault);
}

static gboolean
create_event(Vault *vault, const guint8 event[EVENT_ID_BYTES], gint64 now, GError **error)
{
	char hex[EVENT_HEX + 1];
	event_to_hex(event, hex);
	g_autofree char *folder = g_build_filename(vault->folder, hex, NULL);
	g_autofree char *fresh = g_strconcat(folder, ".new", NULL);
	key_folder_remove(fresh);
	if (!key_folder_make(fresh, error))
		return FALSE;
	if (!write_event_keys(vault, fresh, hex, now, error)) {
		key_folder_remove(fresh);
		return FALSE;
	}
	/* all keys come into their place at once; a folder with files in it refuses to be replaced */
	if (rename(fresh, folder) != 0) {
		int code = errno;
		key_folder_remove(fresh);
		gboolean there = code == ENOTEMPTY || code == EEXIST;
		g_set_error(error, TURNOUT_ERROR, there ? TURNOUT_ERROR_INPUT : TURNOUT_ERROR_WORLD,
		        "cannot make the keys %s: %s", folder,
		        there ? "they are there already" : g_strerror(code));
		return FALSE;
	}
	return key_folder_flush(vault->folder, error);
}

gboolean
vault_create_event(Vault *vault, const guint8 event[EVENT_ID_BYTES], gint64 now, GError **error)
{
	const int lock = vault_lock_files(vault, FALSE, error);
	if (lock < 0)
		return FALSE;
	gboolean made = create_event(vault, event, now, error);
	vault_unlock_files(lock);
	return made;
}

static VaultEvent *
event_open(Vault *vault, const guint8 event[EVENT_ID_BYTES], GError **error)
{
	VaultEvent *keys = g_new0(VaultEvent, 1);
	memcpy(keys->event, event, EVENT_ID_BYTES);
	keys->vault = vault;
	keys->signing = signing_new();
	keys->secrets = signing_read(keys, 1, error) ? event_secrets_read(keys, error) : NULL;
	if (keys->secrets == NULL) {
		event_free(keys);
		return NULL;
	}
	return keys;
}

VaultEvent *
vault_event(Vault *vault, const guint8 event[EVENT_ID_BYTES], GError **error)
{
	g_autoptr(GBytes) id = g_bytes_new_static(event, EVENT_ID_BYTES);
	pthread_mutex_lock(&vault->lock);
	VaultEvent *keys = g_hash_table_lookup(vault->events, id);
	if (keys == NULL && (keys = event_open(vault, event, error)) != NULL)
		g_hash_table_insert(
		        vault->events, g_bytes_new_static(keys->event, EVENT_ID_BYTES), keys);
	pthread_mutex_unlock(&vault->lock);
	return keys;
}

/* What a sealed value is bound to: its header, owner, class, event. */
static void
sealed_bound(const VaultEvent *keys, SealedClass class, gint64 owner,
        const guint8 header[SEALED_HEADER], guint8 ret_bound[BOUND_BYTES])
{
	memcpy(ret_bound, header, SEALED_HEADER);
	put_be64(ret_bound + SEALED_HEADER, owner);
	ret_bound[SEALED_HEADER + 8] = (guint8) class;
	memcpy(ret_bound + SEALED_HEADER + 9, keys->event, EVENT_ID_BYTES);
}

static GBytes *
seal(const VaultEvent *keys, SealedClass class, gint64 owner, const char *json)
{
	const ClassKey *key = keys->secrets->current[class];
	if (key == NULL)
		return NULL;
	gsize length = strlen(json);
	gsize padded = (length / SEALED_PADDING + 1) * SEALED_PADDING;
	gsize whole = SEALED_HEADER + NONCE_BYTES + padded + TAG_BYTES;
	guint8 *value = g_malloc(whole);
	value[0] = SEALED_VERSION;
	value[1] = key->number >> 8;
	value[2] = key->number & 0xff;
	guint8 *nonce = value + SEALED_HEADER;
	randombytes_buf(nonce, NONCE_BYTES);
	guint8 *text = nonce + NONCE_BYTES;
	memcpy(text, json, length);
	text[length] = 0x80;
	memset(text + length + 1, 0, padded - length - 1);
	guint8 bound[BOUND_BYTES];
	sealed_bound(keys, class, owner, value, bound);
	crypto_aead_xchacha20poly1305_ietf_encrypt(
	        text, NULL, text, padded, bound, sizeof bound, NULL, nonce, key->key);
	return g_bytes_new_take(value, whole);
}

GBytes *
vault_seal(VaultEvent *keys, SealedClass class, gint64 owner, const char *json)
{
	pthread_rwlock_rdlock(&keys->vault->use);
	GBytes *value = seal(keys, class, owner, json);
	pthread_rwlock_unlock(&keys->vault->use);
	return value;
}

guint16
vault_sealed_key_no(gconstpointer value, gsize length)
{
	const guint8 *header = value;
	return length < SEALED_HEADER ? 0 : (guint16)(header[1] << 8 | header[2]);
}

static const ClassKey *
class_key(const EventSecrets *secrets, SealedClass class, guint16 number)
{
	for (guint i = 0; i < secrets->classes_n; i++)
		if (secrets->classes[i].class == class && secrets->classes[i].number == number)
			return &secrets->classes[i];
	return NULL;
}

static char *
unseal_refused(GError **error)
{
	g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
	        "the sealed value was changed, or belongs to another person, class or event");
	return NULL;
}

static char *
unseal(const VaultEvent *keys, SealedClass class, gint64 owner, gconstpointer value, gsize length,
        GError **error)
{
	const gsize around = SEALED_HEADER + NONCE_BYTES + TAG_BYTES;
	const guint8 *header = value;
	if (length < around + SEALED_PADDING || (length - around) % SEALED_PADDING != 0 ||
	        header[0] != SEALED_VERSION)
		return unseal_refused(error);
	guint16 number = vault_sealed_key_no(value, length);
	const ClassKey *key = class_key(keys->secrets, class, number);
	if (key == NULL) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT,
		        "the key %s-%u of the sealed value is not there any more",
		        sealed_class_name(class), number);
		return NULL;
	}
	const guint8 *nonce = header + SEALED_HEADER;
	gsize padded = length - around;
	char *text = g_malloc(padded + 1);
	guint8 bound[BOUND_BYTES];
	sealed_bound(keys, class, owner, header, bound);
	gboolean opened = crypto_aead_xchacha20poly1305_ietf_decrypt((guint8 *)text, NULL, NULL,
	                          nonce + NONCE_BYTES, padded + TAG_BYTES, bound, sizeof bound,
	                          nonce, key->key) == 0;
	gsize end = padded;
	while (opened && end > 0 && text[end - 1] == '\0')
		end--;
	if (!opened || end == 0 || (guint8)text[end - 1] != 0x80) {
		sodium_memzero(text, padded);
		g_free(text);
		return unseal_refused(error);
	}
	text[end - 1] = '\0';
	return text;
}

char *
vault_unseal(VaultEvent *keys, SealedClass class, gint64 owner, gconstpointer value, gsize length,
        GError **error)
{
	pthread_rwlock_rdlock(&keys->vault->use);
	char *text = unseal(keys, class, owner, value, length, error);
	pthread_rwlock_unlock(&keys->vault->use);
	return text;
}

void
sealed_text_free(char *text)
{
	if (text == NULL)
		return;
	sodium_memzero(text, strlen(text));
	g_free(text);
}

void
vault_keyed(const VaultEvent *keys, Subkey subkey, gconstpointer data, gsize length,
        guint8 *ret_hash, gsize hash_length)
{
	pthread_rwlock_rdlock(&keys->vault->use);
	crypto_generichash(
	        ret_hash, hash_length, data, length, keys->secrets->subkeys[subkey], KEY_BYTES);
	pthread_rwlock_unlock(&keys->vault->use);
}

Signing *
vault_event_signing(const VaultEvent *keys)
{
	return keys->signing;
}

const guint8 *
vault_event_id(const VaultEvent *keys)
{
	return keys->event;
}
