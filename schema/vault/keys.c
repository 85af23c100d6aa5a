/* The files of an event's keys. */
#include "schema/vault/private.h"

#include <sodium.h>

gpointer
secret_memory(gsize length)
{
	gpointer memory = sodium_malloc(length);
	if (memory == NULL)
		g_error("no memory for keys");
	sodium_memzero(memory, length);
	return memory;
}

void
event_to_hex(const guint8 event[EVENT_ID_BYTES], char ret_hex[EVENT_HEX + 1])
{
	sodium_bin2hex(ret_hex, EVENT_HEX + 1, event, EVENT_ID_BYTES);
}

static gboolean
write_event_key(Vault *vault, const char *folder, const char *hex, const char *name,
        gconstpointer plain, gsize length, GError **error)
{
	g_autofree char *label = g_strdup_printf("%s/%s", hex, name);
	pthread_rwlock_rdlock(&vault->use);
	gboolean written = key_file_write_wrapped(
	        folder, name, label, vault->masters->master, plain, length, error);
	pthread_rwlock_unlock(&vault->use);
	return written;
}

gboolean
write_event_keys(Vault *vault, const char *folder, const char *hex, gint64 now, GError **error)
{
	guint8 plain[SIGNING_PLAIN];
	gboolean written = TRUE;
	for (guint16 no = 1; written && no <= 2; no++) { /* the next one is known beforehand */
		g_autofree char *name = signing_file(no);
		signing_draw(now, plain);
		written = write_event_key(vault, folder, hex, name, plain, SIGNING_PLAIN, error);
	}
	randombytes_buf(plain, sizeof plain);
	written = written && write_event_key(vault, folder, hex, "secret", plain, KEY_BYTES, error);
	for (int class = 0; written && class < SEALED_CLASSES; class ++) {
		g_autofree char *name = g_strdup_printf("%s-1", sealed_class_name(class));
		randombytes_buf(plain, sizeof plain);
		written = write_event_key(vault, folder, hex, name, plain, KEY_BYTES, error);
	}
	sodium_memzero(plain, sizeof plain);
	return written;
}

/* Reads NAME of the event's folder if it is a data key ("identity-1"); other names are not ours. */
static gboolean
read_class_key(Vault *vault, const char *folder, const char *hex, const char *name,
        EventSecrets *secrets, GError **error)
{
	for (int class = 0; class < SEALED_CLASSES; class ++) {
		const char *word = sealed_class_name(class);
		gsize length = strlen(word);
		guint64 number;
		if (strncmp(name, word, length) != 0 || name[length] != '-' ||
		        !g_ascii_string_to_unsigned(
		                name + length + 1, 10, 1, G_MAXUINT16, &number, NULL))
			continue;
		if (secrets->classes_n == CLASS_KEYS_MAX) {
			g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
			        "%s holds more than %d data keys", folder, CLASS_KEYS_MAX);
			return FALSE;
		}
		ClassKey *key = &secrets->classes[secrets->classes_n];
		g_autofree char *path = g_build_filename(folder, name, NULL);
		g_autofree char *label = g_strdup_printf("%s/%s", hex, name);
		if (!vault_read_wrapped(vault, path, label, key->key, KEY_BYTES, error))
			return FALSE;
		key->class = (SealedClass) class;
		key->number = (guint16)number;
		secrets->classes_n++;
		if (secrets->current[class] == NULL || secrets->current[class]->number < number)
			secrets->current[class] = key;
	}
	return TRUE;
}

static gboolean
read_class_keys(
        Vault *vault, const char *folder, const char *hex, EventSecrets *secrets, GError **error)
{
	GDir *names = g_dir_open(folder, 0, NULL);
	if (names == NULL) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD, "cannot read the folder %s",
		        folder);
		return FALSE;
	}
	gboolean read = TRUE;
	for (const char *name; read && (name = g_dir_read_name(names)) != NULL;)
		read = read_class_key(vault, folder, hex, name, secrets, error);
	g_dir_close(names);
	return read;
}

static gboolean
read_event_key(Vault *vault, const char *folder, const char *hex, const char *name,
        guint8 *ret_plain, gsize length, GError **error)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	g_autofree char *label = g_strdup_printf("%s/%s", hex, name);
	return vault_read_wrapped(vault, path, label, ret_plain, length, error);
}

EventSecrets *
event_secrets_read(VaultEvent *keys, GError **error)
{
	char hex[EVENT_HEX + 1];
	guint8 plain[KEY_BYTES];
	EventSecrets *secrets = secret_memory(sizeof *secrets);
	event_to_hex(keys->event, hex);
	g_autofree char *folder = g_build_filename(keys->vault->folder, hex, NULL);
	gboolean read = read_event_key(keys->vault, folder, hex, "secret", plain, KEY_BYTES, error);
	if (read)
		for (guint i = 0; i < SUBKEYS; i++)
			crypto_kdf_derive_from_key(
			        secrets->subkeys[i], KEY_BYTES, i + 1, KDF_CONTEXT, plain);
	sodium_memzero(plain, sizeof plain);
	if (!read || !read_class_keys(keys->vault, folder, hex, secrets, error)) {
		sodium_free(secrets);
		return NULL;
	}
	sodium_mprotect_readonly(secrets);
	return secrets;
}

gboolean
vault_event_read(
        const VaultEvent *keys, const char *name, guint8 *ret_plain, gsize length, GError **error)
{
	char hex[EVENT_HEX + 1];
	event_to_hex(keys->event, hex);
	g_autofree char *folder = g_build_filename(keys->vault->folder, hex, NULL);
	return read_event_key(keys->vault, folder, hex, name, ret_plain, length, error);
}

gboolean
vault_event_write(
        const VaultEvent *keys, const char *name, gconstpointer plain, gsize length, GError **error)
{
	char hex[EVENT_HEX + 1];
	event_to_hex(keys->event, hex);
	g_autofree char *folder = g_build_filename(keys->vault->folder, hex, NULL);
	const int lock = vault_lock_files(keys->vault, FALSE, error);
	if (lock < 0)
		return FALSE;
	gboolean written = write_event_key(keys->vault, folder, hex, name, plain, length, error);
	vault_unlock_files(lock);
	return written;
}
