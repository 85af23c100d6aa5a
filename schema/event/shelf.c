#include "schema/event.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

/* A clock that was set back by more than this makes the shelf look again; smaller steps are threads
 * that ask with a time taken a moment ago. */
#define CLOCK_BACK_SECONDS 5

struct EventShelf {
	pthread_rwlock_t lock; /* of the tables: held for a look-up or a swap, never for a query */
	GHashTable *by_slug;   /* of Event, owned */
	GHashTable *by_id;     /* the same, lent; keys are their ids */

	pthread_mutex_t looking; /* one thread asks the database, the others use what is there */
	_Atomic gint64 looked_at;
	_Atomic guint forgotten;
	_Atomic guint64 looks;
	_Atomic gboolean filled;
};

static guint
id_hash(gconstpointer id)
{
	guint hash;

	memcpy(&hash, id, sizeof hash); /* ids are random */
	return hash;
}

static gboolean
id_equal(gconstpointer a, gconstpointer b)
{
	return memcmp(a, b, EVENT_ID_BYTES) == 0;
}

static void
unref(gpointer event)
{
	event_unref(event);
}

EventShelf *
event_shelf_new(void)
{
	EventShelf *shelf = g_new0(EventShelf, 1);

	pthread_rwlock_init(&shelf->lock, NULL);
	pthread_mutex_init(&shelf->looking, NULL);
	shelf->by_slug = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, unref);
	shelf->by_id = g_hash_table_new(id_hash, id_equal);
	atomic_init(&shelf->looked_at, G_MININT64);
	return shelf;
}

void
event_shelf_free(EventShelf *shelf)
{
	if (shelf == NULL)
		return;
	g_hash_table_unref(shelf->by_id);
	g_hash_table_unref(shelf->by_slug);
	pthread_mutex_destroy(&shelf->looking);
	pthread_rwlock_destroy(&shelf->lock);
	g_free(shelf);
}

/* ---- looking ---- */

/* Whether the one on the shelf, if any, is older. Only who looks changes the tables. */
static gboolean
is_newer(EventShelf *shelf, const guint8 id[EVENT_ID_BYTES], gint64 edition, gint64 group_version)
{
	const Event *event = g_hash_table_lookup(shelf->by_id, id);

	return event == NULL || edition > event->edition || group_version > event->group_version;
}

/* The ids of events that are newer in the database. A transaction may see older ones than another did
 * before it: those stay. */
static GPtrArray *
newer_ids(EventShelf *shelf, Db *db, GError **error)
{
	g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(DbRows) rows =
	        db_query(db, "SELECT id, edition, group_version FROM event", DB_NO_ARGS, error);
	DbStep step;

	if (rows == NULL)
		return NULL;
	while ((step = db_next(rows, error)) == DB_ROW) {
		gsize length = 0;
		gconstpointer id = db_column_bytes(rows, 0, &length);
		if (length == EVENT_ID_BYTES &&
		        is_newer(shelf, id, db_column_int(rows, 1), db_column_int(rows, 2)))
			g_ptr_array_add(ids, g_memdup2(id, EVENT_ID_BYTES));
	}
	return step == DB_NO_ROW ? g_steal_pointer(&ids) : NULL;
}

static void
put(EventShelf *shelf, Event *event)
{
	const Event *before;

	pthread_rwlock_wrlock(&shelf->lock);
	before = g_hash_table_lookup(shelf->by_id, event->id);
	if (before != NULL) {
		g_hash_table_remove(shelf->by_id, event->id);
		g_hash_table_remove(shelf->by_slug, before->slug);
	}
	g_hash_table_replace(shelf->by_slug, event->slug, event);
	g_hash_table_replace(shelf->by_id, event->id, event);
	pthread_rwlock_unlock(&shelf->lock);
}

static gboolean
look(EventShelf *shelf, Db *db, gint64 now, GError **error)
{
	guint forgotten = atomic_load(&shelf->forgotten);
	g_autoptr(GPtrArray) ids = newer_ids(shelf, db, error);

	atomic_fetch_add(&shelf->looks, 1);
	if (ids == NULL)
		return FALSE;
	for (guint i = 0; i < ids->len; i++) {
		g_autoptr(GError) trouble = NULL;
		Event *event = event_read_by_id(db, g_ptr_array_index(ids, i), &trouble);
		if (event != NULL) {
			put(shelf, event);
		} else if (!g_error_matches(trouble, DB_ERROR, DB_ERROR_BROKEN)) {
			g_propagate_error(error, g_steal_pointer(&trouble));
			return FALSE;
		} /* one that can't be read is told to who asks for it, and stops no other */
	}
	if (forgotten == atomic_load(&shelf->forgotten))
		atomic_store(&shelf->looked_at, now);
	atomic_store(&shelf->filled, TRUE);
	return TRUE;
}

static gboolean
is_due(EventShelf *shelf, gint64 now)
{
	gint64 looked_at = atomic_load(&shelf->looked_at);

	return looked_at == G_MININT64 || now > looked_at || now < looked_at - CLOCK_BACK_SECONDS;
}

static gboolean
refresh(EventShelf *shelf, Db *db, gint64 now, GError **error)
{
	gboolean done = TRUE;

	if (!is_due(shelf, now))
		return TRUE;
	if (!atomic_load(&shelf->filled))
		pthread_mutex_lock(&shelf->looking);
	else if (pthread_mutex_trylock(&shelf->looking) != 0)
		return TRUE; /* another thread looks: what is there is a second old at most */
	if (is_due(shelf, now))
		done = look(shelf, db, now, error);
	pthread_mutex_unlock(&shelf->looking);
	return done;
}

/* ---- taking ---- */

static Event *
take(EventShelf *shelf, GHashTable *table, gconstpointer key)
{
	Event *event;

	pthread_rwlock_rdlock(&shelf->lock);
	event = g_hash_table_lookup(table, key);
	if (event != NULL)
		event_ref(event);
	pthread_rwlock_unlock(&shelf->lock);
	return event;
}

Event *
event_shelf_take(EventShelf *shelf, Db *db, const char *slug, gint64 now, GError **error)
{
	if (!refresh(shelf, db, now, error))
		return NULL;
	Event *event = take(shelf, shelf->by_slug, slug);
	return event != NULL ? event : event_read(db, slug, error); /* which says why */
}

Event *
event_shelf_take_by_id(
        EventShelf *shelf, Db *db, const guint8 id[EVENT_ID_BYTES], gint64 now, GError **error)
{
	if (!refresh(shelf, db, now, error))
		return NULL;
	Event *event = take(shelf, shelf->by_id, id);
	return event != NULL ? event : event_read_by_id(db, id, error);
}

static int
compare_starts(gconstpointer a, gconstpointer b)
{
	const Event *left = *(const Event *const *)a, *right = *(const Event *const *)b;

	if (left->starts != right->starts)
		return left->starts < right->starts ? -1 : 1;
	return strcmp(left->slug, right->slug);
}

GPtrArray *
event_shelf_list(EventShelf *shelf, Db *db, gint64 now, GError **error)
{
	GHashTableIter iter;
	gpointer event;

	if (!refresh(shelf, db, now, error))
		return NULL;
	GPtrArray *list = g_ptr_array_new_with_free_func(unref);
	pthread_rwlock_rdlock(&shelf->lock);
	g_hash_table_iter_init(&iter, shelf->by_slug);
	while (g_hash_table_iter_next(&iter, NULL, &event))
		g_ptr_array_add(list, event_ref(event));
	pthread_rwlock_unlock(&shelf->lock);
	g_ptr_array_sort(list, compare_starts);
	return list;
}

void
event_shelf_forget(EventShelf *shelf)
{
	atomic_fetch_add(&shelf->forgotten, 1);
	atomic_store(&shelf->looked_at, G_MININT64);
}

guint64
event_shelf_looks(EventShelf *shelf)
{
	return atomic_load(&shelf->looks);
}
