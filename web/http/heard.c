#include "web/heard.h"

#include <pthread.h>

#include "schema/device_room.h"
#include "web/http/private.h"

#define HEARD_MAX   4096
#define WAITING_MAX 1000000

typedef struct {
	gint64 device; /* the key */
	gint64 seen_ms, written_ms, waiting;
} One;

struct Heard {
	pthread_mutex_t lock;
	GHashTable *devices; /* of One */
};

struct Heard *
heard_new(void)
{
	struct Heard *heard = g_new0(struct Heard, 1);

	pthread_mutex_init(&heard->lock, NULL);
	heard->devices = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
	return heard;
}

void
heard_free(struct Heard *heard)
{
	if (heard == NULL)
		return;
	pthread_mutex_destroy(&heard->lock);
	g_hash_table_destroy(heard->devices);
	g_free(heard);
}

/* On the writer's thread. A line that wasn't written is written with the next minute. */
static void
written(gpointer data, const GError *error)
{
	g_free(data);
}

/* Under the lock. */
static One *
find_one(struct Heard *heard, gint64 device)
{
	One *one = g_hash_table_lookup(heard->devices, &device);

	if (one != NULL)
		return one;
	if (g_hash_table_size(heard->devices) >= HEARD_MAX)
		g_hash_table_remove_all(heard->devices);
	one = g_new0(One, 1);
	one->device = device;
	g_hash_table_replace(heard->devices, &one->device, one);
	return one;
}

void
heard_note(Request *request, gint64 device)
{
	struct Heard *heard = request->server->heard;
	const char *said = request_header(request, HEARD_WAITING);
	guint64 waiting = 0;
	const gboolean told = said != NULL &&
	        g_ascii_string_to_unsigned(said, 10, 0, WAITING_MAX, &waiting, NULL);
	DeviceSeen *seen = NULL;

	pthread_mutex_lock(&heard->lock);
	One *one = find_one(heard, device);
	one->seen_ms = request_now_ms(request);
	if (told)
		one->waiting = (gint64)waiting;
	if (ABS(one->seen_ms - one->written_ms) >= HEARD_WRITE_MS) {
		one->written_ms = one->seen_ms;
		seen = g_new(DeviceSeen, 1);
		*seen = (DeviceSeen){ device, one->seen_ms / 1000, one->waiting };
	}
	pthread_mutex_unlock(&heard->lock);
	if (seen != NULL)
		writer_submit(
		        record_writer(request_record(request)), device_room_seen, written, seen);
}

gboolean
heard_of(Request *request, gint64 device, gint64 *ret_seen, gint64 *ret_waiting)
{
	struct Heard *heard = request->server->heard;

	pthread_mutex_lock(&heard->lock);
	const One *one = g_hash_table_lookup(heard->devices, &device);
	const gboolean known = one != NULL;
	if (known) {
		*ret_seen = one->seen_ms / 1000;
		*ret_waiting = one->waiting;
	}
	pthread_mutex_unlock(&heard->lock);
	return known;
}
