#include "web/throttle.h"

#include <pthread.h>

#include "schema/password.h"
#include "web/http/private.h"

/* A bucket of tries that fills again by one each THROTTLE_EACH_MS. */
typedef struct {
	guint64 hash; /* the key */
	double tries; /* that are left */
	gint64 at_ms;
} Tried;

struct Throttle {
	pthread_mutex_t lock;
	guint8 key[MEMORY_KEY_BYTES];
	GHashTable *names; /* of Tried */
	guint waiting;
};

struct Throttle *
throttle_new(void)
{
	struct Throttle *throttle = g_new0(struct Throttle, 1);

	pthread_mutex_init(&throttle->lock, NULL);
	random_bytes(throttle->key, sizeof throttle->key);
	throttle->names = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
	return throttle;
}

void
throttle_free(struct Throttle *throttle)
{
	if (throttle == NULL)
		return;
	pthread_mutex_destroy(&throttle->lock);
	g_hash_table_destroy(throttle->names);
	g_free(throttle);
}

static guint64
hash_of(const struct Throttle *throttle, const char *name)
{
	guint64 hash = 0;

	memory_hash(throttle->key, name, &hash);
	return hash;
}

static gboolean
is_full_again(gpointer key, gpointer value, gpointer data)
{
	const Tried *tried = value;
	const gint64 now_ms = *(gint64 *)data;

	return now_ms - tried->at_ms > (gint64)THROTTLE_FREE * THROTTLE_EACH_MS;
}

/* Room for one more: those that count no more go, and else all: then everybody has their free tries again. */
static void
make_room(struct Throttle *throttle, gint64 now_ms)
{
	if (g_hash_table_size(throttle->names) < THROTTLE_NAMES)
		return;
	g_hash_table_foreach_remove(throttle->names, is_full_again, &now_ms);
	if (g_hash_table_size(throttle->names) >= THROTTLE_NAMES)
		g_hash_table_remove_all(throttle->names);
}

static Tried *
find_tried(struct Throttle *throttle, guint64 hash, gint64 now_ms)
{
	Tried *tried = g_hash_table_lookup(throttle->names, &hash);

	if (tried == NULL) {
		make_room(throttle, now_ms);
		tried = g_new(Tried, 1);
		*tried = (Tried){ .hash = hash, .tries = THROTTLE_FREE, .at_ms = now_ms };
		g_hash_table_replace(throttle->names, &tried->hash, tried);
		return tried;
	}
	const gint64 passed = MAX(now_ms - tried->at_ms, 0);
	tried->tries = MIN(tried->tries + (double)passed / THROTTLE_EACH_MS, THROTTLE_FREE);
	tried->at_ms = now_ms;
	return tried;
}

gboolean
throttle_begin(Request *request, const char *name, int *ret_wait_s)
{
	struct Throttle *throttle = request->server->throttle;
	gboolean may = FALSE;

	pthread_mutex_lock(&throttle->lock);
	Tried *tried = find_tried(throttle, hash_of(throttle, name), request_now_ms(request));
	if (throttle->waiting >= SIGN_INS_WAITING) {
		*ret_wait_s = 2;
	} else if (tried->tries < 1) {
		*ret_wait_s = 1 + (int)((1 - tried->tries) * THROTTLE_EACH_MS / 1000);
	} else {
		tried->tries -= 1;
		throttle->waiting++;
		may = TRUE;
	}
	pthread_mutex_unlock(&throttle->lock);
	return may;
}

void
throttle_end(Request *request, const char *name, gboolean right)
{
	struct Throttle *throttle = request->server->throttle;
	const guint64 hash = hash_of(throttle, name);

	pthread_mutex_lock(&throttle->lock);
	throttle->waiting--;
	if (right)
		g_hash_table_remove(throttle->names, &hash);
	pthread_mutex_unlock(&throttle->lock);
}
