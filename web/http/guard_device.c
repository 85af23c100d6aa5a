/*
 * Who a device is: by its bearer token. A scan is the server's hottest path, so what the database
 * said is kept by each worker for DEVICE_KEPT_MS; a device that was revoked is refused after that.
 */
#include <string.h>

#include "schema/device.h"
#include "web/heard.h"
#include "web/http/private.h"

#define DEVICES_KEPT_MAX 1024

typedef struct {
	guint8 hash[TOKEN_HASH_BYTES]; /* the key */
	Device device;
	gint64 read_ms;
} KnownDevice;

static guint
hash_of_key(gconstpointer key)
{
	guint hash;
	memcpy(&hash, key, sizeof(hash));
	return hash;
}

static gboolean
keys_are_equal(gconstpointer a, gconstpointer b)
{
	return memcmp(a, b, TOKEN_HASH_BYTES) == 0;
}

static const KnownDevice *
find_known(Request *request, const guint8 hash[TOKEN_HASH_BYTES])
{
	GHashTable *devices = request->worker->devices;
	const KnownDevice *known = devices ? g_hash_table_lookup(devices, hash) : NULL;
	if (known == NULL || ABS(request->now_ms - known->read_ms) > DEVICE_KEPT_MS)
		return NULL;
	return known;
}

static void
remember(Request *request, const guint8 hash[TOKEN_HASH_BYTES], const Device *device)
{
	Worker *worker = request->worker;
	if (worker->devices == NULL)
		worker->devices = g_hash_table_new_full(hash_of_key, keys_are_equal, NULL, g_free);
	if (g_hash_table_size(worker->devices) >= DEVICES_KEPT_MAX)
		g_hash_table_remove_all(worker->devices);
	KnownDevice *known = g_new(KnownDevice, 1);
	memcpy(known->hash, hash, TOKEN_HASH_BYTES);
	known->device = *device;
	known->read_ms = request->now_ms;
	g_hash_table_replace(worker->devices, known->hash, known);
}

/* FALSE with @ret_refused: the answer. */
static gboolean
look_up(Request *request, const char *token, Device *ret, Reply **ret_refused)
{
	guint8 hash[TOKEN_HASH_BYTES];
	token_hash(token, hash);
	const KnownDevice *known = find_known(request, hash);
	if (known != NULL) {
		*ret = known->device;
		return TRUE;
	}
	GError *error = NULL;
	gboolean found = FALSE;
	Db *db = request_db(request, &error);
	if (db == NULL || !device_by_token(db, hash, request_now(request), ret, &found, &error)) {
		*ret_refused = reply_error(request, error);
		return FALSE;
	}
	if (!found) {
		*ret_refused = error_reply(request, 401, NULL);
		return FALSE;
	}
	remember(request, hash, ret);
	return TRUE;
}

Reply *
guard_device(Request *request)
{
	const char *given = request_header(request, "Authorization");
	if (given == NULL || g_ascii_strncasecmp(given, "Bearer ", 7) != 0 ||
	        strlen(given + 7) != TOKEN_TEXT_LENGTH)
		return error_reply(request, 401, NULL);
	Device device;
	Reply *refused = NULL;
	if (!look_up(request, given + 7, &device, &refused))
		return refused;
	const gboolean any = request->match.route->audience == FOR_ANY_DEVICE;
	if (device.revoked && !any)
		return error_reply(request, 401, "this device was revoked");
	if (device.expired && !any)
		return error_reply(request, 401, "this device's pairing has ended");
	if (request->match.route->audience == FOR_SUPERVISOR && !device.supervisor)
		return error_reply(request, 403, "only a supervisor's device may do this");
	request->device = g_memdup2(&device, sizeof(device));
	heard_note(request, device.id);
	return NULL;
}
