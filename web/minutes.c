/*
 * What the server does each minute by its own clock: offers that ran out go to the next in line, who asked to stay informed
 * and didn't confirm is forgotten. Rows only, through the
 * writer; what fails is tried again a minute later.
 */
#include <pthread.h>

#include "schema/informed.h"
#include "schema/places.h"
#include "web/log.h"
#include "web/server_private.h"

#define MINUTE_S 60

struct Minutes {
	Server *server;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t ended;
	gboolean ending;
};

static gboolean
sweep_event(Server *server, const Event *event, gint64 now, GError **error)
{
	PlacesWork work = { .event = event, .now = now };

	return writer_run(record_writer(server->record), places_sweep_work, &work, error);
}

static gboolean
sweep_all(Server *server, Db *db, gint64 now, GError **error)
{
	if (!db_begin(db, error))
		return FALSE;
	g_autoptr(GPtrArray) events = event_shelf_list(server->shelf, db, now, error);
	db_rollback(db);
	for (guint i = 0; events != NULL && i < events->len; i++)
		if (!sweep_event(server, g_ptr_array_index(events, i), now, error))
			return FALSE;
	return events != NULL &&
	        writer_run(record_writer(server->record), informed_sweep_work, &now, error);
}

static void
minute(struct Minutes *minutes)
{
	Server *server = minutes->server;
	g_autoptr(GError) error = NULL;
	g_autoptr(Db) db = record_reader(server->record, &error);

	if (db == NULL || !sweep_all(server, db, server->now_ms() / 1000, &error))
		log_line(LOG_LEVEL_WARNING, "what the minute brings is done a minute later: %s",
		        error->message);
}

static gpointer
run(gpointer data)
{
	struct Minutes *minutes = data;
	struct timespec next;

	/* at the start there are people to serve first */
	clock_gettime(CLOCK_MONOTONIC, &next);
	next.tv_sec += MINUTE_S;
	pthread_mutex_lock(&minutes->lock);
	while (!minutes->ending) {
		struct timespec now;
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec >= next.tv_sec) {
			next.tv_sec = now.tv_sec + MINUTE_S;
			pthread_mutex_unlock(&minutes->lock);
			minute(minutes);
			pthread_mutex_lock(&minutes->lock);
			continue;
		}
		pthread_cond_timedwait(&minutes->ended, &minutes->lock, &next);
	}
	pthread_mutex_unlock(&minutes->lock);
	return NULL;
}

struct Minutes *
minutes_new(Server *server)
{
	struct Minutes *minutes = g_new0(struct Minutes, 1);
	pthread_condattr_t attributes;

	minutes->server = server;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&minutes->ended, &attributes);
	pthread_condattr_destroy(&attributes);
	pthread_mutex_init(&minutes->lock, NULL);
	if (pthread_create(&minutes->thread, NULL, run, minutes) != 0)
		g_error("no thread can be started");
	return minutes;
}

void
minutes_free(struct Minutes *minutes)
{
	if (minutes == NULL)
		return;
	pthread_mutex_lock(&minutes->lock);
	minutes->ending = TRUE;
	pthread_cond_signal(&minutes->ended);
	pthread_mutex_unlock(&minutes->lock);
	pthread_join(minutes->thread, NULL);
	pthread_cond_destroy(&minutes->ended);
	pthread_mutex_destroy(&minutes->lock);
	g_free(minutes);
}
