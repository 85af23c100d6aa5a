/* What vault/vault.c, vault/keys.c and vault/roll.c share. */
#pragma once

#include <pthread.h>
#include <sys/stat.h>

#include "schema/vault_files.h"
#include "schema/vault/keyed.h"

#define EVENT_HEX      (2 * EVENT_ID_BYTES)
#define CLASS_KEYS_MAX 64         /* of one event, all classes together */
#define KDF_CONTEXT    "turnout1" /* crypto_kdf_CONTEXTBYTES */
#define MASTER_FILE    "master"
#define NEXT_FILE      "master.next" /* takes the master's place when all files are wrapped by it */

typedef struct {
	SealedClass class;
	guint16 number;
	guint8 key[KEY_BYTES];
} ClassKey;

/* In memory that is locked, guarded, and read-only once it is filled. */
typedef struct {
	guint8 subkeys[SUBKEYS][KEY_BYTES];
	ClassKey classes[CLASS_KEYS_MAX];
	guint classes_n;
	const ClassKey *current[SEALED_CLASSES]; /* of the highest number; NULL when destroyed */
} EventSecrets;

struct VaultEvent {
	guint8 event[EVENT_ID_BYTES];
	Vault *vault;          /* which outlives it */
	EventSecrets *secrets; /* under the vault's use */
	Signing *signing;
};

/* The master key, and the one that is to take its place while it is rolled. */
typedef struct {
	guint8 master[KEY_BYTES], next[KEY_BYTES];
	gboolean rolling;
	struct stat file; /* of the master, as it was read */
} Masters;

struct Vault {
	grefcount references;
	char *folder; /* DIR/keys */
	char *master_file;
	pthread_mutex_t lock; /* of events; taken before use */
	GHashTable *events;   /* GBytes of the id -> VaultEvent */
	/* Over masters and every event's secrets: whoever takes another's place holds it alone. */
	pthread_rwlock_t use;
	Masters *masters;
};

/* ---- vault/keys.c ---- */

gpointer secret_memory(gsize length); /* zero; freed by sodium_free() */
void event_to_hex(const guint8 event[EVENT_ID_BYTES], char ret_hex[EVENT_HEX + 1]);
/* All files of a new event, in a folder that is not yet in its place. */
gboolean
write_event_keys(Vault *vault, const char *folder, const char *hex, gint64 now, GError **error);
/* The secret's subkeys and the class keys, as the files are now; NULL with @error. */
EventSecrets *event_secrets_read(VaultEvent *keys, GError **error);

/* ---- vault/roll.c ---- */

/* Reads the master key, and the next one when there is one, in place of those that are known. */
gboolean vault_read_masters(Vault *vault, GError **error);
/* The file PATH, by whichever master key opens it; what another process changed meanwhile is seen. */
gboolean vault_read_wrapped(Vault *vault, const char *path, const char *label, guint8 *ret_plain,
        gsize length, GError **error);
/* Keeps other processes from writing keys (@alone), or from rolling the master key; what is known of the
 * masters is fresh then. -1 with @error. */
int vault_lock_files(Vault *vault, gboolean alone, GError **error);
void vault_unlock_files(int lock);
