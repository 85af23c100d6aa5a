/*
 * The one thread of a process that writes (group commit).
 *
 * It takes the works that wait, at most WRITER_GROUP, runs them in one transaction, commits once,
 * and then answers all of them: one flush serves many. Nothing is answered, nor refused, before that
 * commit. On PostgreSQL a session's row lock is held once for the group.
 *
 * Works run without savepoints at first: with one, SQLite copies each page that a work touches. When a
 * work fails, its group is rolled back and runs again, each work in a savepoint, and so do the
 * next groups for a while.
 *
 * A work that meets a CONFLICT runs once more in its savepoint, and then alone after the group, at
 * most DB_TRIES times; a group that loses its transaction before the commit runs once more; one
 * whose commit meets a CONFLICT runs again, each work alone at the last try. UNCERTAIN goes to every
 * work of the group; each repeats under the id that its caller made.
 */
#pragma once

#include "schema/db.h"

#define WRITER_GROUP                256
#define WRITER_WAITING_MAX          20000 /* more are answered UNAVAILABLE before the next group */
#define WRITER_PATIENCE_US          (10 * G_USEC_PER_SEC) /* a work that waited longer is not begun */
#define WRITER_CHECKPOINT_PAGES     16000
#define WRITER_CHECKPOINT_PAGES_MAX 64000 /* from here on readers are waited for */
#define WRITER_IDLE_CHECKPOINT_US   G_USEC_PER_SEC

typedef struct Writer Writer;

/* Opens its own DB_WRITE connection to @url, on its own thread. */
Writer *writer_new(const char *url, GError **error);
/* Finishes what waits, checkpoints, ends the thread. */
void writer_free(Writer *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Writer, writer_free)

/* Called once, on the writer's thread, after the commit (@error NULL) or when the work was not
 * done (@error lent). It must not wait, and must not submit. */
typedef void (*WriterDone)(gpointer data, const GError *error);

/* Never blocks. @data is lent until @done was called. */
void writer_submit(Writer *writer, DbWork work, WriterDone done, gpointer data);

/* Submits and waits for the answer. Not on the writer's thread. */
gboolean writer_run(Writer *writer, DbWork work, gpointer data, GError **error);

/* Moves the write-ahead log into the database and cuts its file to nothing, so that no page of before can be read there;
 * after all that was submitted earlier. UNAVAILABLE when a reader stays on an old state for longer than DB_BUSY_MS.
 * Nothing on PostgreSQL. Not on the writer's thread. */
gboolean writer_cut_log(Writer *writer, GError **error);

/* Works waiting now; commits and works done since the start (for /metrics and tests). */
typedef struct {
	guint waiting;
	guint64 commits;
	guint64 works;
} WriterCounts;
WriterCounts writer_counts(Writer *writer);
