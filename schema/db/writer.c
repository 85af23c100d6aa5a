#include "schema/writer.h"

#include <pthread.h>
#include <string.h>

#define GROUP_TRIES    3  /* of a group whose transaction was lost or met a conflict as a whole */
#define CAREFUL_GROUPS 64 /* that get savepoints from the start after a work has failed */

typedef struct {
	DbWork work;
	WriterDone done;
	gpointer data;
	gint64 since;
} Waiting;

typedef enum {
	ANSWER_DONE,  /* with its error, if it has one */
	ANSWER_AGAIN, /* met a conflict: runs alone, after the group */
} Answer;

struct Writer {
	pthread_t thread;
	pthread_mutex_t lock; /* over all up to the line */
	pthread_cond_t wake;
	gboolean sleeping, ending;
	gboolean cut;         /* the log is to be cut after the group */
	GError *not_cut;      /* why it was not */
	guint first, waiting; /* in the ring */
	GArray *refused;      /* of Waiting: came when the ring was full */
	guint64 commits, works;
	/* ---- the thread's own */
	Db *db;
	Waiting group[WRITER_GROUP];
	Answer answers[WRITER_GROUP];
	GError *errors[WRITER_GROUP];
	guint careful; /* groups to come that get savepoints */
	Waiting ring[WRITER_WAITING_MAX];
};

/* How a try at a group's transaction ended. */
typedef enum {
	GROUP_COMMITTED,
	GROUP_ALONE,  /* nothing happened: each is to run alone */
	GROUP_AGAIN,  /* nothing happened, and another try may do better */
	GROUP_FAILED, /* with one error for all */
} GroupEnd;

static void
answer(const Waiting *one, const GError *error)
{
	one->done(one->data, error);
}

static void
answer_refused(Writer *writer)
{
	g_autoptr(GArray) refused = NULL;
	g_autoptr(GError) error = NULL;

	pthread_mutex_lock(&writer->lock);
	if (writer->refused->len > 0) {
		refused = writer->refused;
		writer->refused = g_array_new(FALSE, FALSE, sizeof(Waiting));
	}
	pthread_mutex_unlock(&writer->lock);
	if (refused == NULL)
		return;
	g_set_error(&error, DB_ERROR, DB_ERROR_UNAVAILABLE, "more than %d writes are waiting",
	        WRITER_WAITING_MAX);
	for (guint i = 0; i < refused->len; i++)
		answer(&g_array_index(refused, Waiting, i), error);
}

/* Runs one work in its savepoint. FALSE: the transaction itself is lost, with @error why. */
static gboolean
run_one(Writer *writer, guint i, GError **error)
{
	Db *db = writer->db;
	const Waiting *one = &writer->group[i];

	g_clear_error(&writer->errors[i]);
	writer->answers[i] = ANSWER_DONE;
	for (guint tries = 1;; tries++) {
		g_autoptr(GError) trouble = NULL;
		if (!db_savepoint(db, error))
			return FALSE;
		if (one->work(db, one->data, &trouble))
			return db_release(db, error);
		if (trouble == NULL)
			g_set_error_literal(&trouble, TURNOUT_ERROR, TURNOUT_ERROR_BUG,
			        "a work failed without saying why");
		if (!db_undo(db, NULL)) {
			g_propagate_error(error, g_steal_pointer(&trouble));
			return FALSE;
		}
		if (!g_error_matches(trouble, DB_ERROR, DB_ERROR_CONFLICT)) {
			writer->errors[i] = g_steal_pointer(&trouble);
			return TRUE;
		}
		/* once more here, which is enough for a drawn number that exists; what two sessions
		 * hold against each other needs this transaction to end first */
		if (tries == 2) {
			writer->answers[i] = ANSWER_AGAIN;
			return TRUE;
		}
	}
}

/* Runs one work without a savepoint: SQLite copies each page that one touches, and few fail. */
static gboolean
run_boldly(Writer *writer, guint i)
{
	const Waiting *one = &writer->group[i];
	g_autoptr(GError) trouble = NULL;

	writer->answers[i] = ANSWER_DONE;
	return one->work(writer->db, one->data, &trouble);
}

static GroupEnd
try_group(Writer *writer, guint n, guint tries, GError **error)
{
	g_autoptr(GError) trouble = NULL;
	gboolean whole = db_begin(writer->db, &trouble);

	if (!whole) {
		g_propagate_error(error, g_steal_pointer(&trouble));
		return GROUP_FAILED;
	}
	for (guint i = 0; whole && i < n; i++) {
		if (writer->careful > 0) {
			whole = run_one(writer, i, &trouble);
		} else if (!run_boldly(writer, i)) {
			db_rollback(writer->db);
			writer->careful = CAREFUL_GROUPS;
			return try_group(writer, n, tries, error); /* carefully */
		}
	}
	if (whole && db_commit(writer->db, &trouble))
		return GROUP_COMMITTED;
	db_rollback(writer->db);
	/* before the commit nothing happened: a server that went away may be back, once */
	gboolean again = g_error_matches(trouble, DB_ERROR, DB_ERROR_CONFLICT)
	        ? tries < GROUP_TRIES
	        : !whole && tries < 2 && g_error_matches(trouble, DB_ERROR, DB_ERROR_UNAVAILABLE);
	if (again)
		return GROUP_AGAIN;
	if (g_error_matches(trouble, DB_ERROR, DB_ERROR_CONFLICT)) {
		for (guint i = 0; i < n; i++)
			writer->answers[i] = ANSWER_AGAIN;
		return GROUP_ALONE;
	}
	g_propagate_error(error, g_steal_pointer(&trouble));
	return GROUP_FAILED;
}

static void
count_group(Writer *writer, guint commits, guint works)
{
	pthread_mutex_lock(&writer->lock);
	writer->commits += commits;
	writer->works += works;
	pthread_mutex_unlock(&writer->lock);
}

/* Those that a conflict put aside, each in a transaction of its own. */
static void
run_alone(Writer *writer, guint n)
{
	for (guint i = 0; i < n; i++) {
		if (writer->answers[i] != ANSWER_AGAIN)
			continue;
		const Waiting *one = &writer->group[i];
		g_autoptr(GError) error = NULL;
		if (db_transact(writer->db, one->work, one->data, &error))
			count_group(writer, 1, 1);
		answer(one, error);
	}
}

static void
run_group(Writer *writer, guint n)
{
	g_autoptr(GError) failed = NULL;
	GroupEnd end = GROUP_AGAIN;
	guint done = 0;

	for (guint tries = 1; end == GROUP_AGAIN; tries++)
		end = try_group(writer, n, tries, &failed);
	if (end == GROUP_FAILED) {
		for (guint i = 0; i < n; i++)
			answer(&writer->group[i], failed);
	} else {
		for (guint i = 0; i < n; i++)
			done += writer->answers[i] == ANSWER_DONE && writer->errors[i] == NULL;
		count_group(writer, end == GROUP_COMMITTED, done);
		for (guint i = 0; i < n; i++)
			if (writer->answers[i] == ANSWER_DONE)
				answer(&writer->group[i], writer->errors[i]);
		run_alone(writer, n);
	}
	for (guint i = 0; i < n; i++)
		g_clear_error(&writer->errors[i]);
	if (writer->careful > 0)
		writer->careful--;
}

/* Moves those of the group that waited too long out of it, and answers them. */
static guint
drop_impatient(Writer *writer, guint n)
{
	gint64 now = g_get_monotonic_time();
	guint kept = 0;

	for (guint i = 0; i < n; i++) {
		if (now - writer->group[i].since <= WRITER_PATIENCE_US) {
			if (kept != i)
				writer->group[kept] = writer->group[i];
			kept++;
			continue;
		}
		g_autoptr(GError) error = g_error_new(DB_ERROR, DB_ERROR_UNAVAILABLE,
		        "a write waited longer than %d seconds",
		        (int)(WRITER_PATIENCE_US / G_USEC_PER_SEC));
		answer(&writer->group[i], error);
	}
	return kept;
}

static struct timespec
idle_until(void)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += WRITER_IDLE_CHECKPOINT_US / G_USEC_PER_SEC;
	return until;
}

/* Waits for works and takes at most a group of them. 0 with @ret_idle: nothing came for a while;
 * 0 without: it is over. */
static guint
take(Writer *writer, gboolean may_idle, gboolean *ret_idle)
{
	struct timespec until = idle_until();
	guint n;

	*ret_idle = FALSE;
	pthread_mutex_lock(&writer->lock);
	while (writer->waiting == 0 && !writer->ending && !*ret_idle) {
		writer->sleeping = TRUE;
		if (!may_idle)
			pthread_cond_wait(&writer->wake, &writer->lock);
		else if (pthread_cond_timedwait(&writer->wake, &writer->lock, &until) != 0)
			*ret_idle = writer->waiting == 0;
		writer->sleeping = FALSE;
	}
	n = MIN(writer->waiting, WRITER_GROUP);
	guint to_end = MIN(n, WRITER_WAITING_MAX - writer->first);
	memcpy(writer->group, writer->ring + writer->first, to_end * sizeof(Waiting));
	memcpy(writer->group + to_end, writer->ring, (n - to_end) * sizeof(Waiting));
	writer->first = (writer->first + n) % WRITER_WAITING_MAX;
	writer->waiting -= n;
	pthread_mutex_unlock(&writer->lock);
	return n;
}

static void
checkpoint(Writer *writer, gboolean idle)
{
	g_autoptr(GError) error = NULL;
	gint64 pages = db_wal_pages(writer->db);
	gboolean done = TRUE;

	/* a reader that stays on an old state keeps the log growing: in the end it is waited for */
	if (pages >= WRITER_CHECKPOINT_PAGES_MAX)
		done = db_checkpoint_whole(writer->db, &error);
	else if (pages >= WRITER_CHECKPOINT_PAGES || (idle && pages > 0))
		done = db_checkpoint(writer->db, &error);
	if (!done)
		g_warning("the write-ahead log stays as it is: %s", error->message);
}

/* When it was asked for: the log is moved and its file emptied. */
static void
cut(Writer *writer)
{
	g_autoptr(GError) error = NULL;

	pthread_mutex_lock(&writer->lock);
	gboolean wanted = writer->cut;
	writer->cut = FALSE;
	pthread_mutex_unlock(&writer->lock);
	if (!wanted || db_checkpoint_cut(writer->db, &error))
		return;
	pthread_mutex_lock(&writer->lock);
	g_clear_error(&writer->not_cut);
	writer->not_cut = g_steal_pointer(&error);
	pthread_mutex_unlock(&writer->lock);
}

static gpointer
write_until_ended(gpointer data)
{
	Writer *writer = data;
	gboolean idle, settled = FALSE;

	for (;;) {
		guint n = take(writer, !settled, &idle);
		answer_refused(writer);
		if (n == 0 && !idle)
			break;
		n = drop_impatient(writer, n);
		if (n > 0)
			run_group(writer, n);
		checkpoint(writer, idle);
		cut(writer);
		settled = idle; /* sleeps without a clock once the log is moved */
	}
	return NULL;
}

static void *
thread(void *data)
{
	return write_until_ended(data);
}

static void
make_lock(Writer *writer)
{
	pthread_condattr_t monotonic;

	pthread_mutex_init(&writer->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&writer->wake, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

Writer *
writer_new(const char *url, GError **error)
{
	g_autoptr(Db) db = db_open(url, DB_WRITE, error);

	if (db == NULL)
		return NULL;
	Writer *writer = g_malloc(sizeof *writer); /* the ring's pages come when they are used */
	memset(writer, 0, G_STRUCT_OFFSET(Writer, ring));
	make_lock(writer);
	writer->refused = g_array_new(FALSE, FALSE, sizeof(Waiting));
	writer->db = g_steal_pointer(&db);
	int status = pthread_create(&writer->thread, NULL, thread, writer);
	if (status == 0)
		return writer;
	g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD, "no thread to write with: %s",
	        g_strerror(status));
	writer->thread = 0;
	writer_free(writer);
	return NULL;
}

void
writer_free(Writer *writer)
{
	if (writer == NULL)
		return;
	if (writer->thread != 0) {
		pthread_mutex_lock(&writer->lock);
		writer->ending = TRUE;
		pthread_cond_signal(&writer->wake);
		pthread_mutex_unlock(&writer->lock);
		pthread_join(writer->thread, NULL);
	}
	db_free(writer->db);
	pthread_cond_destroy(&writer->wake);
	pthread_mutex_destroy(&writer->lock);
	g_array_unref(writer->refused);
	g_clear_error(&writer->not_cut);
	g_free(writer);
}

void
writer_submit(Writer *writer, DbWork work, WriterDone done, gpointer data)
{
	Waiting one = { work, done, data, g_get_monotonic_time() };

	pthread_mutex_lock(&writer->lock);
	if (writer->waiting < WRITER_WAITING_MAX)
		writer->ring[(writer->first + writer->waiting++) % WRITER_WAITING_MAX] = one;
	else
		g_array_append_val(writer->refused, one);
	gboolean wake = writer->sleeping;
	writer->sleeping = FALSE; /* one signal is enough */
	pthread_mutex_unlock(&writer->lock);
	if (wake)
		pthread_cond_signal(&writer->wake);
}

typedef struct {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	gboolean answered;
	GError *error;
} Asked;

typedef struct {
	Asked asked;
	DbWork work;
	gpointer data;
} Run;

static gboolean
run_work(Db *db, gpointer data, GError **error)
{
	Run *run = data;

	return run->work(db, run->data, error);
}

static void
run_done(gpointer data, const GError *error)
{
	Run *run = data;

	pthread_mutex_lock(&run->asked.lock);
	run->asked.answered = TRUE;
	run->asked.error = error ? g_error_copy(error) : NULL;
	pthread_cond_signal(&run->asked.wake);
	pthread_mutex_unlock(&run->asked.lock);
}

gboolean
writer_run(Writer *writer, DbWork work, gpointer data, GError **error)
{
	Run run = {
		.asked = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, FALSE, NULL },
		.work = work,
		.data = data,
	};

	writer_submit(writer, run_work, run_done, &run);
	pthread_mutex_lock(&run.asked.lock);
	while (!run.asked.answered)
		pthread_cond_wait(&run.asked.wake, &run.asked.lock);
	pthread_mutex_unlock(&run.asked.lock);
	pthread_cond_destroy(&run.asked.wake);
	pthread_mutex_destroy(&run.asked.lock);
	if (run.asked.error == NULL)
		return TRUE;
	g_propagate_error(error, run.asked.error);
	return FALSE;
}

WriterCounts
writer_counts(Writer *writer)
{
	pthread_mutex_lock(&writer->lock);
	WriterCounts counts = { writer->waiting, writer->commits, writer->works };
	pthread_mutex_unlock(&writer->lock);
	return counts;
}

static gboolean
nothing(Db *db, gpointer data, GError **error)
{
	return TRUE;
}

gboolean
writer_cut_log(Writer *writer, GError **error)
{
	pthread_mutex_lock(&writer->lock);
	writer->cut = TRUE;
	g_clear_error(&writer->not_cut);
	pthread_mutex_unlock(&writer->lock);
	/* the log is cut after the first one's group, so before the second one's */
	if (!writer_run(writer, nothing, NULL, error) || !writer_run(writer, nothing, NULL, error))
		return FALSE;
	pthread_mutex_lock(&writer->lock);
	GError *trouble = g_steal_pointer(&writer->not_cut);
	pthread_mutex_unlock(&writer->lock);
	if (trouble == NULL)
		return TRUE;
	g_propagate_error(error, trouble);
	return FALSE;
}
