/* An event's signing keys: read when they are first asked for, never changed. */
#include "schema/vault/keyed.h"

#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>

G_STATIC_ASSERT(SIGNING_PLAIN == 8 + crypto_sign_SEEDBYTES);

/* In memory that is locked, guarded, and read-only once it is filled. */
typedef struct {
	SigningKey key;
	guint8 secret[crypto_sign_SECRETKEYBYTES];
} SigningPair;

struct Signing {
	pthread_mutex_t lock;                           /* of reading a file */
	_Atomic(SigningPair *) pairs[SIGNING_KEYS_MAX]; /* by number - 1; once there they stay */
};

Signing *
signing_new(void)
{
	Signing *signing = g_new0(Signing, 1);
	pthread_mutex_init(&signing->lock, NULL);
	return signing;
}

void
signing_free(Signing *signing)
{
	if (signing == NULL)
		return;
	for (guint i = 0; i < SIGNING_KEYS_MAX; i++)
		sodium_free(atomic_load(&signing->pairs[i]));
	pthread_mutex_destroy(&signing->lock);
	g_free(signing);
}

void
signing_draw(gint64 now, guint8 ret_plain[SIGNING_PLAIN])
{
	put_be64(ret_plain, now);
	randombytes_buf(ret_plain + 8, crypto_sign_SEEDBYTES);
}

char *
signing_file(guint16 no)
{
	return no == 1 ? g_strdup("signing") : g_strdup_printf("signing-%u", no);
}

static SigningPair *
read_pair(const VaultEvent *keys, guint16 no, GError **error)
{
	guint8 plain[SIGNING_PLAIN];
	g_autofree char *name = signing_file(no);
	if (!vault_event_read(keys, name, plain, sizeof plain, error))
		return NULL;
	SigningPair *pair = sodium_malloc(sizeof *pair);
	if (pair == NULL)
		g_error("no memory for keys");
	pair->key.no = no;
	pair->key.created = get_be64(plain);
	crypto_sign_seed_keypair(pair->key.public_key, pair->secret, plain + 8);
	sodium_memzero(plain, sizeof plain);
	sodium_mprotect_readonly(pair);
	return pair;
}

/* NULL when there is none. */
static const SigningPair *
find_pair(VaultEvent *keys, guint16 no, GError **error)
{
	Signing *signing = vault_event_signing(keys);
	if (no < 1 || no > SIGNING_KEYS_MAX) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT,
		        "signing keys have numbers from 1 to %d", SIGNING_KEYS_MAX);
		return NULL;
	}
	SigningPair *pair = atomic_load(&signing->pairs[no - 1]);
	if (pair != NULL)
		return pair;
	pthread_mutex_lock(&signing->lock);
	pair = atomic_load(&signing->pairs[no - 1]);
	if (pair == NULL && (pair = read_pair(keys, no, error)) != NULL)
		atomic_store(&signing->pairs[no - 1], pair);
	pthread_mutex_unlock(&signing->lock);
	return pair;
}

static const SigningPair *
find_pair_at_most(VaultEvent *keys, guint16 no)
{
	const SigningPair *pair = NULL;
	while (no > 1 && (pair = find_pair(keys, no, NULL)) == NULL)
		no--;
	return pair != NULL ? pair : find_pair(keys, 1, NULL); /* read when the event was opened */
}

gboolean
signing_read(VaultEvent *keys, guint16 no, GError **error)
{
	return find_pair(keys, no, error) != NULL;
}

gboolean
vault_signing_key(VaultEvent *keys, guint16 no, SigningKey *ret)
{
	const SigningPair *pair = find_pair(keys, no, NULL);
	if (pair != NULL)
		*ret = pair->key;
	return pair != NULL;
}

void
vault_signing_key_at_most(VaultEvent *keys, guint16 no, SigningKey *ret)
{
	*ret = find_pair_at_most(keys, no)->key;
}

gint64
vault_key_created(VaultEvent *keys)
{
	return find_pair_at_most(keys, 1)->key.created;
}

gboolean
vault_make_signing_key(VaultEvent *keys, guint16 no, gint64 now, GError **error)
{
	g_autoptr(GError) trouble = NULL;
	guint8 plain[SIGNING_PLAIN];
	if (find_pair(keys, no, &trouble) != NULL)
		return TRUE;
	if (no < 1 || no > SIGNING_KEYS_MAX ||
	        !g_error_matches(trouble, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT)) {
		g_propagate_error(error, g_steal_pointer(&trouble));
		return FALSE;
	}
	g_autofree char *name = signing_file(no);
	signing_draw(now, plain);
	gboolean written = vault_event_write(keys, name, plain, sizeof plain, error);
	sodium_memzero(plain, sizeof plain);
	return written && signing_read(keys, no, error);
}

void
vault_sign(VaultEvent *keys, guint16 no, const guint8 *message, gsize length,
        guint8 ret_signature[SIGNATURE_BYTES])
{
	crypto_sign_detached(
	        ret_signature, NULL, message, length, find_pair_at_most(keys, no)->secret);
}

gboolean
vault_verify(const guint8 key[PUBLIC_KEY_BYTES], const guint8 *message, gsize length,
        const guint8 signature[SIGNATURE_BYTES])
{
	return crypto_sign_verify_detached(signature, message, length, key) == 0;
}
