#include "schema/find.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#include "schema/person.h"
#include "schema/text.h"

typedef struct {
	gint64 attendee;
	guint16 region_no;
	char *name; /* folded; NULL when there is none, or they are not active */
} Name;

/* The names of one event, as of a version. */
typedef struct {
	guint8 event[EVENT_ID_BYTES];
	gint64 version, history;
	GHashTable *names; /* &attendee -> Name */
} Names;

static struct {
	pthread_mutex_t lock;
	pthread_cond_t used;
	GPtrArray *events; /* of Names */
	gint64 used_at;    /* monotonic, us */
	gboolean wiper;    /* its thread runs */
} held = { .lock = PTHREAD_MUTEX_INITIALIZER, .used = PTHREAD_COND_INITIALIZER };

static void
name_free(gpointer data)
{
	Name *name = data;
	if (name->name != NULL)
		explicit_bzero(name->name, strlen(name->name));
	g_free(name->name);
	g_free(name);
}

static void
names_free(gpointer data)
{
	Names *names = data;
	g_hash_table_unref(names->names);
	g_free(names);
}

/* ---- wiping ---- */

static void
forget_locked(void)
{
	g_clear_pointer(&held.events, g_ptr_array_unref);
}

static void *
wipe_when_idle(void *unused)
{
	pthread_mutex_lock(&held.lock);
	while (held.events != NULL) {
		const gint64 until = held.used_at + FIND_KEPT_S * G_USEC_PER_SEC;
		if (g_get_monotonic_time() >= until) {
			forget_locked();
			break;
		}
		/* GLib's monotonic time is this clock's (g_get_monotonic_time) */
		struct timespec then = { .tv_sec = until / G_USEC_PER_SEC + 1 };
		pthread_cond_clockwait(&held.used, &held.lock, CLOCK_MONOTONIC, &then);
	}
	held.wiper = FALSE;
	pthread_mutex_unlock(&held.lock);
	return NULL;
}

static void
start_wiper(void)
{
	pthread_t thread;

	if (!held.wiper && pthread_create(&thread, NULL, wipe_when_idle, NULL) == 0) {
		pthread_detach(thread);
		held.wiper = TRUE;
	}
}

void
find_forget(void)
{
	pthread_mutex_lock(&held.lock);
	forget_locked();
	pthread_cond_broadcast(&held.used);
	pthread_mutex_unlock(&held.lock);
}

guint
find_held(void)
{
	guint n = 0;

	pthread_mutex_lock(&held.lock);
	for (guint i = 0; held.events != NULL && i < held.events->len; i++)
		n += g_hash_table_size(((Names *)g_ptr_array_index(held.events, i))->names);
	pthread_mutex_unlock(&held.lock);
	return n;
}

/* ---- reading ---- */

static Names *
names_of(const Event *event)
{
	if (held.events == NULL)
		held.events = g_ptr_array_new_with_free_func(names_free);
	for (guint i = 0; i < held.events->len; i++) {
		Names *names = g_ptr_array_index(held.events, i);
		if (memcmp(names->event, event->id, EVENT_ID_BYTES) == 0)
			return names;
	}
	Names *fresh = g_new0(Names, 1);
	memcpy(fresh->event, event->id, EVENT_ID_BYTES);
	fresh->names = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, name_free);
	g_ptr_array_add(held.events, fresh);
	return fresh;
}

static char *
open_name(VaultEvent *keys, gint64 attendee, gconstpointer value, gsize length)
{
	g_autoptr(Person) person = person_new();

	/* one that can't be opened is found by `turnout schema verify`, not at the door */
	if (value == NULL ||
	        !person_unseal(person, keys, SEALED_IDENTITY, attendee, value, length, NULL) ||
	        person->name == NULL)
		return NULL;
	return text_fold(person->name);
}

static gboolean
read_changed(
        Names *names, Db *db, const Event *event, VaultEvent *keys, gint64 version, GError **error)
{
	DbStep step;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT a.id, CASE WHEN a.state = 'active' AND a.merged_into IS NULL THEN 1 ELSE 0"
	        " END, s.value, a.region_no FROM attendee a LEFT JOIN sealed s ON s.owner = a.id"
	        " AND s.class = 0 WHERE a.event = $1 AND a.changed > $2",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(names->version)), error);
	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		gsize length = 0;
		gconstpointer value = db_column_bytes(rows, 2, &length);
		Name *name = g_new0(Name, 1);
		name->attendee = db_column_int(rows, 0);
		name->region_no = (guint16)db_column_int(rows, 3);
		if (db_column_int(rows, 1) != 0)
			name->name = open_name(keys, name->attendee, value, length);
		g_hash_table_replace(names->names, &name->attendee, name);
	}
	if (step == DB_NO_ROW)
		names->version = version;
	return step == DB_NO_ROW;
}

static gboolean
refresh(Names *names, Db *db, const Event *event, VaultEvent *keys, GError **error)
{
	g_autoptr(DbRows) row = db_query(db, "SELECT version, history FROM event WHERE id = $1",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES)), error);
	if (row == NULL)
		return FALSE;
	DbStep step = db_next(row, error);
	if (step != DB_ROW)
		return step == DB_NO_ROW;
	const gint64 version = db_column_int(row, 0), history = db_column_int(row, 1);
	if (history != names->history || version < names->version) {
		g_hash_table_remove_all(names->names);
		names->version = -1;
		names->history = history;
	}
	return version == names->version || read_changed(names, db, event, keys, version, error);
}

/* ---- looking ---- */

typedef struct {
	gint64 attendee;
	guint missed; /* words of the query that begin no word of the name */
	const char *name;
} Hit;

static gboolean
begins_word(const char *name, const char *at)
{
	return at == name || at[-1] == ' ' || at[-1] == '-' || at[-1] == '\'';
}

/* FALSE when a word is nowhere in the name. */
static gboolean
look(const char *name, char *const *words, guint *ret_missed)
{
	*ret_missed = 0;
	for (guint i = 0; words[i] != NULL; i++) {
		const char *at = strstr(name, words[i]);
		gboolean begins = FALSE;
		if (at == NULL)
			return FALSE;
		for (; at != NULL && !begins; at = strstr(at + 1, words[i]))
			begins = begins_word(name, at);
		*ret_missed += !begins;
	}
	return TRUE;
}

static gint
by_fit(gconstpointer a, gconstpointer b)
{
	const Hit *one = a, *other = b;
	if (one->missed != other->missed)
		return one->missed < other->missed ? -1 : 1;
	gint order = strcmp(one->name, other->name);
	return order != 0 ? order
	                  : (one->attendee > other->attendee) - (one->attendee < other->attendee);
}

/* The words to look for; NULL when they would find half the event. */
static char **
words_of(const char *query)
{
	g_autofree char *tidy = text_tidy(query);
	g_autofree char *folded = tidy ? text_fold(tidy) : NULL;

	if (folded == NULL || *folded == '\0' || strlen(folded) < 2)
		return NULL;
	return g_strsplit(folded, " ", 8);
}

gboolean
find_people(Db *db, const Event *event, VaultEvent *keys, guint16 region_no, const char *query,
        GArray *ret_attendees, GError **error)
{
	g_auto(GStrv) words = words_of(query);
	g_autoptr(GArray) hits = g_array_new(FALSE, FALSE, sizeof(Hit));
	GHashTableIter each;
	gpointer value;

	if (words == NULL)
		return TRUE;
	pthread_mutex_lock(&held.lock);
	Names *names = names_of(event);
	held.used_at = g_get_monotonic_time();
	start_wiper();
	gboolean read = refresh(names, db, event, keys, error);
	g_hash_table_iter_init(&each, names->names);
	while (read && g_hash_table_iter_next(&each, NULL, &value)) {
		const Name *name = value;
		Hit hit = { .attendee = name->attendee, .name = name->name };
		if (name->name != NULL && (region_no == 0 || name->region_no == region_no) &&
		        look(name->name, words, &hit.missed))
			g_array_append_val(hits, hit);
	}
	g_array_sort(hits, by_fit);
	for (guint i = 0; i < MIN(hits->len, FIND_MAX); i++)
		g_array_append_val(ret_attendees, g_array_index(hits, Hit, i).attendee);
	pthread_mutex_unlock(&held.lock);
	return read;
}
