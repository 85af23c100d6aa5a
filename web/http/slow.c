#include "web/http/slow.h"

#include <pthread.h>

#include "schema/error.h"

typedef struct {
	SlowRun run;
	SlowDone done;
	gpointer data;
	gboolean alone;
} Job;

struct Slow {
	pthread_t threads[SLOW_THREADS];
	pthread_mutex_t lock;
	pthread_cond_t more;
	GQueue jobs;           /* of Job */
	gboolean one_is_alone; /* such a one runs */
	gboolean ending;
};

/* The first that may run now; NULL when there is none. Under the lock. */
static Job *
take_job(Slow *slow)
{
	for (GList *at = slow->jobs.head; at != NULL; at = at->next) {
		Job *job = at->data;
		if (job->alone && slow->one_is_alone)
			continue;
		g_queue_delete_link(&slow->jobs, at);
		return job;
	}
	return NULL;
}

static void *
work(void *data)
{
	Slow *slow = data;

	pthread_mutex_lock(&slow->lock);
	for (;;) {
		Job *job = take_job(slow);
		if (job == NULL && slow->ending)
			break;
		if (job == NULL) {
			pthread_cond_wait(&slow->more, &slow->lock);
			continue;
		}
		slow->one_is_alone = slow->one_is_alone || job->alone;
		pthread_mutex_unlock(&slow->lock);
		job->run(job->data);
		pthread_mutex_lock(&slow->lock);
		if (job->alone)
			slow->one_is_alone = FALSE;
		pthread_cond_broadcast(&slow->more);
		pthread_mutex_unlock(&slow->lock);
		job->done(job->data, NULL);
		g_free(job);
		pthread_mutex_lock(&slow->lock);
	}
	pthread_mutex_unlock(&slow->lock);
	return NULL;
}

Slow *
slow_new(void)
{
	Slow *slow = g_new0(Slow, 1);

	pthread_mutex_init(&slow->lock, NULL);
	pthread_cond_init(&slow->more, NULL);
	g_queue_init(&slow->jobs);
	for (guint i = 0; i < SLOW_THREADS; i++)
		if (pthread_create(&slow->threads[i], NULL, work, slow) != 0)
			g_error("no thread for slow works can be started");
	return slow;
}

void
slow_free(Slow *slow)
{
	if (slow == NULL)
		return;
	pthread_mutex_lock(&slow->lock);
	slow->ending = TRUE;
	pthread_cond_broadcast(&slow->more);
	pthread_mutex_unlock(&slow->lock);
	for (guint i = 0; i < SLOW_THREADS; i++)
		pthread_join(slow->threads[i], NULL);
	pthread_cond_destroy(&slow->more);
	pthread_mutex_destroy(&slow->lock);
	g_free(slow);
}

void
slow_submit(Slow *slow, gboolean alone, SlowRun run, SlowDone done, gpointer data)
{
	pthread_mutex_lock(&slow->lock);
	const gboolean full = slow->jobs.length >= SLOW_WAITING_MAX;
	if (!full) {
		Job *job = g_new(Job, 1);
		*job = (Job){ .run = run, .done = done, .data = data, .alone = alone };
		g_queue_push_tail(&slow->jobs, job);
		pthread_cond_broadcast(&slow->more);
	}
	pthread_mutex_unlock(&slow->lock);
	if (!full)
		return;
	g_autoptr(GError) busy = g_error_new_literal(
	        DB_ERROR, DB_ERROR_UNAVAILABLE, "too many slow works wait already");
	done(data, busy);
}
