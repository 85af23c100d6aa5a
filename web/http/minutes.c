/*
 * What the server does each minute by its own clock: offers that ran out go to the next in line; who asked to stay informed
 * and didn't confirm is forgotten; messages and reminders go into the outbox; what follows a deletion is made up for; what
 * has been kept for its days expires. Rows go through the writer; what fails is tried again a minute later.
 */
#include <pthread.h>

#include "schema/erase.h"
#include "schema/expire.h"
#include "schema/informed.h"
#include "schema/message.h"
#include "schema/places.h"
#include "web/log.h"
#include "web/http/private.h"

#define MINUTE_S 60

struct Minutes {
	Server *server;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t ended;
	gboolean ending, hurry;
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
		if (!sweep_event(server, g_ptr_array_index(events, i), now, error) ||
		        !message_spread(
		                server->record, db, g_ptr_array_index(events, i), now, error))
			return FALSE;
	return events != NULL &&
	        writer_run(record_writer(server->record), informed_sweep_work, &now, error);
}

static void
forget(Server *server, gint64 now)
{
	g_autoptr(GError) error = NULL;
	ExpireCounts counts = { 0 };
	guint n = 0;

	if (!erase_settle(server->record, now, &n, &error) ||
	        !expire_run(server->record, NULL, now, &counts, &error)) {
		log_line(LOG_LEVEL_WARNING,
		        "what is to be forgotten is looked at a minute later: %s", error->message);
		return;
	}
	if (n > 0)
		log_line(LOG_LEVEL_INFO, "%u people deleted whom a hold kept until now", n);
	if (counts.events > 0)
		log_line(LOG_LEVEL_INFO,
		        "expired: %" G_GINT64_FORMAT " people who had cancelled, %" G_GINT64_FORMAT
		        " sealed values, %u keys, %" G_GINT64_FORMAT " people who are counts now",
		        counts.cancelled,
		        counts.values[SEALED_EMERGENCY] + counts.values[SEALED_LOGISTICS] +
		                counts.values[SEALED_IDENTITY],
		        counts.keys, counts.people);
}

static void
minute(struct Minutes *minutes)
{
	Server *server = minutes->server;
	g_autoptr(GError) error = NULL;
	g_autoptr(Db) db = record_reader(server->record, &error);
	const gint64 now = server->now_ms() / 1000;

	if (db == NULL || !sweep_all(server, db, now, &error))
		log_line(LOG_LEVEL_WARNING, "what the minute brings is done a minute later: %s",
		        error->message);
	forget(server, now);
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
		if (now.tv_sec >= next.tv_sec || minutes->hurry) {
			minutes->hurry = FALSE;
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
minutes_hurry(struct Minutes *minutes)
{
	if (minutes == NULL)
		return;
	pthread_mutex_lock(&minutes->lock);
	minutes->hurry = TRUE;
	pthread_cond_signal(&minutes->ended);
	pthread_mutex_unlock(&minutes->lock);
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
