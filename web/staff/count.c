#include "web/staff/count.h"

#include <pthread.h>
#include <string.h>

#include "web/page.h"

typedef struct {
	gatomicrefcount references;
	guint8 event[EVENT_ID_BYTES]; /* the key */
	Numbers numbers;
	gint64 version, taken_ms;
} Kept;

struct NumbersKept {
	pthread_mutex_t lock;     /* of the table */
	pthread_mutex_t counting; /* one counts at a time, and has the connection */
	GHashTable *events;       /* of Kept */
	Db *db;
};

typedef struct {
	NumbersKept *all;
	Record *record;
	Event *event;
	gint64 now_ms;
	NumbersThen then;
	Kept *kept; /* the answer */
	GError *error;
} Asking;

static void
kept_unref(gpointer data)
{
	Kept *kept = data;

	if (kept == NULL || !g_atomic_ref_count_dec(&kept->references))
		return;
	if (kept->numbers.counts != NULL)
		g_array_unref(kept->numbers.counts);
	g_free(kept);
}

static guint
hash_of_event(gconstpointer event)
{
	guint hash;

	memcpy(&hash, event, sizeof hash);
	return hash;
}

static gboolean
events_are_equal(gconstpointer a, gconstpointer b)
{
	return memcmp(a, b, EVENT_ID_BYTES) == 0;
}

NumbersKept *
numbers_kept_new(void)
{
	NumbersKept *all = g_new0(NumbersKept, 1);

	pthread_mutex_init(&all->lock, NULL);
	pthread_mutex_init(&all->counting, NULL);
	all->events = g_hash_table_new_full(hash_of_event, events_are_equal, NULL, kept_unref);
	return all;
}

void
numbers_kept_free(NumbersKept *all)
{
	if (all == NULL)
		return;
	g_hash_table_destroy(all->events);
	db_free(all->db);
	pthread_mutex_destroy(&all->lock);
	pthread_mutex_destroy(&all->counting);
	g_free(all);
}

/* What is kept of @event and still holds; a reference, or NULL. @version -1: not looked up. */
static Kept *
find_kept(NumbersKept *all, const guint8 *event, gint64 version, gint64 now_ms)
{
	pthread_mutex_lock(&all->lock);
	Kept *kept = g_hash_table_lookup(all->events, event);
	if (kept != NULL && kept->version != version && ABS(now_ms - kept->taken_ms) >= NUMBERS_MS)
		kept = NULL;
	if (kept != NULL)
		g_atomic_ref_count_inc(&kept->references);
	pthread_mutex_unlock(&all->lock);
	return kept;
}

/* Inside a reading transaction. */
static gboolean
count(Db *db, const Event *event, Kept *kept, GError **error)
{
	return counts_version(db, event, &kept->version, error) &&
	        counts_attendance(db, event, &kept->numbers.counts, error) &&
	        alarms_count(db, event->id, &kept->numbers.alarms, error);
}

static gboolean
count_anew(Asking *asking, GError **error)
{
	NumbersKept *all = asking->all;
	Kept *kept = g_new0(Kept, 1);

	g_atomic_ref_count_init(&kept->references);
	memcpy(kept->event, asking->event->id, EVENT_ID_BYTES);
	kept->taken_ms = asking->now_ms;
	if (all->db == NULL)
		all->db = record_reader(asking->record, error);
	if (all->db == NULL || !db_begin(all->db, error)) {
		kept_unref(kept);
		return FALSE;
	}
	const gboolean counted = count(all->db, asking->event, kept, error);
	db_rollback(all->db);
	if (!counted) {
		kept_unref(kept);
		return FALSE;
	}
	g_atomic_ref_count_inc(&kept->references);
	pthread_mutex_lock(&all->lock);
	g_hash_table_replace(all->events, kept->event, kept);
	pthread_mutex_unlock(&all->lock);
	asking->kept = kept;
	return TRUE;
}

/* On a thread of the slow pool. Who waited for another's count takes that. */
static void
ask(gpointer data)
{
	Asking *asking = data;

	pthread_mutex_lock(&asking->all->counting);
	asking->kept = find_kept(asking->all, asking->event->id, -1, asking->now_ms);
	if (asking->kept == NULL)
		count_anew(asking, &asking->error);
	pthread_mutex_unlock(&asking->all->counting);
}

static Reply *
asked(Request *request, gpointer data, const GError *error)
{
	Asking *asking = data;

	if (error != NULL || asking->error != NULL)
		return reply_error(request, g_error_copy(error ? error : asking->error));
	return asking->then(request, &asking->kept->numbers);
}

static void
asking_free(gpointer data)
{
	Asking *asking = data;

	event_unref(asking->event);
	kept_unref(asking->kept);
	g_clear_error(&asking->error);
	g_free(asking);
}

Reply *
numbers_ask(Request *request, const Event *event, NumbersThen then)
{
	NumbersKept *all = request_numbers(request);
	GError *error = NULL;
	gint64 version = 0;
	Db *db = request_db(request, &error);

	if (db == NULL || !counts_version(db, event, &version, &error))
		return reply_error(request, error);
	Kept *kept = find_kept(all, event->id, version, request_now_ms(request));
	if (kept != NULL) {
		Reply *reply = then(request, &kept->numbers);
		kept_unref(kept);
		return reply;
	}
	Asking *asking = g_new0(Asking, 1);
	*asking = (Asking){ .all = all,
		.record = request_record(request),
		.event = event_ref((Event *)event),
		.now_ms = request_now_ms(request),
		.then = then };
	return reply_slow(request, FALSE, ask, asked, asking, asking_free);
}
