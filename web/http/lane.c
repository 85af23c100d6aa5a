#include "web/lane.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <string.h>

#include "schema/password.h"
#include "schema/vault.h"
#include "web/http/private.h"

/* When this address would have caught up with what came from it, had all of it been LANE_EACH_MS apart. */
typedef struct {
	guint64 hash; /* the key */
	gint64 even_ms;
} Sender;

struct Lane {
	pthread_mutex_t lock;
	guint8 key[MEMORY_KEY_BYTES];
	GHashTable *senders; /* of Sender */
};

Lane *
lane_new(void)
{
	Lane *lane = g_new0(Lane, 1);

	pthread_mutex_init(&lane->lock, NULL);
	random_bytes(lane->key, sizeof lane->key);
	lane->senders = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
	return lane;
}

void
lane_free(Lane *lane)
{
	if (lane == NULL)
		return;
	pthread_mutex_destroy(&lane->lock);
	g_hash_table_destroy(lane->senders);
	explicit_bzero(lane->key, sizeof lane->key);
	g_free(lane);
}

guint
lane_addresses(Lane *lane)
{
	pthread_mutex_lock(&lane->lock);
	guint n = g_hash_table_size(lane->senders);
	pthread_mutex_unlock(&lane->lock);
	return n;
}

/* ---- the proof: "DUE.HASH" ---- */

static void
write_proof(const Lane *lane, const char *submission, gint64 due_ms, char ret_proof[LANE_PROOF_MAX])
{
	guint64 hash = 0;
	g_autofree char *said =
	        g_strdup_printf("%s %" G_GINT64_MODIFIER "x", submission, (guint64)due_ms);
	memory_hash(lane->key, said, &hash);
	g_snprintf(ret_proof, LANE_PROOF_MAX, "%" G_GINT64_MODIFIER "x.%016" G_GINT64_MODIFIER "x",
	        (guint64)due_ms, hash);
}

/* When the form @submission is due, by what it carries; 0 when that is nothing of ours. */
static gint64
read_proof(const Lane *lane, const char *submission, const char *proof)
{
	char right[LANE_PROOF_MAX];
	guint64 due_ms = 0;
	const char *dot = proof != NULL ? strchr(proof, '.') : NULL;
	if (dot == NULL || dot - proof > 15)
		return 0;
	g_autofree char *number = g_strndup(proof, dot - proof);
	if (!g_ascii_string_to_unsigned(number, 16, 1, G_MAXINT64, &due_ms, NULL))
		return 0;
	write_proof(lane, submission, (gint64)due_ms, right);
	return strcmp(right, proof) == 0 ? (gint64)due_ms : 0;
}

/* ---- who came how often ---- */

static gboolean
counts_no_more(gpointer key, gpointer value, gpointer data)
{
	return ((const Sender *)value)->even_ms <= *(const gint64 *)data;
}

static Sender *
find_sender(Lane *lane, guint64 hash, gint64 now_ms)
{
	Sender *sender = g_hash_table_lookup(lane->senders, &hash);

	if (sender != NULL)
		return sender;
	if (g_hash_table_size(lane->senders) >= LANE_ADDRESSES)
		g_hash_table_foreach_remove(lane->senders, counts_no_more, &now_ms);
	if (g_hash_table_size(lane->senders) >= LANE_ADDRESSES)
		g_hash_table_remove_all(lane->senders);
	sender = g_new(Sender, 1);
	*sender = (Sender){ .hash = hash, .even_ms = now_ms };
	g_hash_table_replace(lane->senders, &sender->hash, sender);
	return sender;
}

/* How long who comes now has to wait; it counts. */
static gint64
count(Lane *lane, guint64 hash, gint64 now_ms)
{
	const gint64 free_ms = (gint64)(LANE_FREE - 1) * LANE_EACH_MS;
	Sender *sender = find_sender(lane, hash, now_ms);
	/* never beyond the longest wait, so that nobody pays for what others did an hour ago */
	const gint64 even_ms = CLAMP(sender->even_ms, now_ms, now_ms + free_ms + LANE_WAIT_MAX_MS);

	sender->even_ms = even_ms + LANE_EACH_MS;
	return MAX(even_ms - now_ms - free_ms, 0);
}

gboolean
lane_enter(Lane *lane, const char *address, const char *submission, const char *proof,
        gint64 now_ms, gint64 *ret_wait_ms, char ret_proof[LANE_PROOF_MAX])
{
	guint64 hash = 0;
	gint64 due_ms = read_proof(lane, submission, proof);

	if (due_ms == 0) {
		memory_hash(lane->key, address, &hash);
		pthread_mutex_lock(&lane->lock);
		due_ms = now_ms + count(lane, hash, now_ms);
		pthread_mutex_unlock(&lane->lock);
	}
	if (due_ms <= now_ms)
		return TRUE;
	*ret_wait_ms = due_ms - now_ms;
	write_proof(lane, submission, due_ms, ret_proof);
	return FALSE;
}

/* ---- whose address it is ---- */

static gboolean
is_trusted(const Server *server, const struct in6_addr *address)
{
	for (guint i = 0; server->proxies != NULL && i < server->proxies->len; i++)
		if (memcmp(&g_array_index(server->proxies, struct in6_addr, i), address,
		            sizeof *address) == 0)
			return TRUE;
	return FALSE;
}

gboolean
address_parse(const char *text, struct in6_addr *ret)
{
	g_autofree char *plain = g_strstrip(g_strdup(text));
	g_autofree char *mapped = g_strconcat("::ffff:", plain, NULL);
	return inet_pton(AF_INET6, plain, ret) == 1 || inet_pton(AF_INET6, mapped, ret) == 1;
}

/* The last address of the list that none of our proxies has; lists of several lines are one list. */
static gboolean
forwarded_for(const Request *request, struct in6_addr *ret)
{
	for (guint i = request->headers_n; i-- > 0;) {
		if (g_ascii_strcasecmp(request->headers[i].name, "X-Forwarded-For") != 0)
			continue;
		g_auto(GStrv) parts = g_strsplit(request->headers[i].value, ",", -1);
		for (guint j = g_strv_length(parts); j-- > 0;) {
			if (!address_parse(parts[j], ret))
				return FALSE;
			if (!is_trusted(request->server, ret))
				return TRUE;
		}
	}
	return FALSE;
}

gboolean
lane_request(Request *request, const char *submission, const char *proof, gint64 *ret_wait_ms,
        char ret_proof[LANE_PROOF_MAX])
{
	struct in6_addr from;
	char text[INET6_ADDRSTRLEN];

	if (!request->has_peer)
		return TRUE;
	from = request->peer;
	if (is_trusted(request->server, &from) && !forwarded_for(request, &from))
		return TRUE;
	if (!IN6_IS_ADDR_V4MAPPED(&from))
		memset(from.s6_addr + 8, 0, 8);
	if (inet_ntop(AF_INET6, &from, text, sizeof text) == NULL)
		return TRUE;
	gboolean enters = lane_enter(request->server->lane, text, submission, proof,
	        request_now_ms(request), ret_wait_ms, ret_proof);
	explicit_bzero(text, sizeof text);
	return enters;
}
