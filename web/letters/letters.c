#include "web/letters.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#include "schema/outbox.h"
#include "schema/writer.h"
#include "web/log.h"
#include "web/letters/mailer.h"

#define SETTLE_EVERY_MS 500 /* how long a letter's outcome waits for the database to come back */

struct Letters {
	Record *record;
	Mailer *mailer;
	const char *base_url;
	EventShelf *shelf;

	pthread_t thread;
	pthread_mutex_t lock; /* of stop */
	pthread_cond_t wake;
	gboolean stop;

	/* the thread's own */
	Db *db;
	guint troubles; /* in a row, of the server */
};

/* ---- time ---- */

static gint64
now_s(void)
{
	return g_get_real_time() / G_USEC_PER_SEC;
}

/* Goes on while the machine sleeps, as a lease does. */
static gint64
boot_s(void)
{
	struct timespec at;

	clock_gettime(CLOCK_BOOTTIME, &at);
	return at.tv_sec;
}

/* Waits, at most @ms; TRUE when the thread has to end. */
static gboolean
doze(Letters *letters, gint64 ms)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&letters->lock);
	while (!letters->stop &&
	        pthread_cond_timedwait(&letters->wake, &letters->lock, &until) == 0)
		;
	gboolean stop = letters->stop;
	pthread_mutex_unlock(&letters->lock);
	return stop;
}

/* @first doubled for each of @times before, at most @most, and up to half as much more by chance, so that letters and
 * processes that failed together don't come together again. */
static gint64
back_off_ms(gint64 first, gint64 times, gint64 most)
{
	gint64 seconds = first;
	guint16 chance;

	for (gint64 i = 0; i < times && seconds < most; i++)
		seconds *= 2;
	random_bytes(&chance, sizeof chance);
	seconds = MIN(seconds, most);
	return seconds * 1000 + seconds * 500 * chance / G_MAXUINT16;
}

/* ---- the outbox ---- */

typedef struct {
	gint64 claim, now;
	GArray *rows;
} Claiming;

static gboolean
claim_work(Db *db, gpointer data, GError **error)
{
	Claiming *claiming = data;

	g_array_set_size(claiming->rows, 0); /* it may run twice */
	return outbox_claim(
	        db, claiming->claim, LETTERS_BATCH, claiming->now, claiming->rows, error);
}

typedef struct {
	OutboxEnd end;
	gboolean held;
} Settling;

static gboolean
settle_work(Db *db, gpointer data, GError **error)
{
	Settling *settling = data;

	return outbox_settle(db, &settling->end, &settling->held, error);
}

/* Until it is written down, or the lease is over: what was sent must not go again for a moment's trouble. */
static void
settle(Letters *letters, OutboxEnd end, gint64 until)
{
	Writer *writer = record_writer(letters->record);

	do {
		Settling settling = { .end = end };
		if (writer_run(writer, settle_work, &settling, NULL))
			return;
	} while (!doze(letters, SETTLE_EVERY_MS) && boot_s() < until);
	log_line(LOG_LEVEL_WARNING, "a letter's outcome could not be written state=%s",
	        outbox_state_name(end.state));
}

static MailOutcome
try_letter(Letters *letters, const OutboxRow *row)
{
	const LetterDesk desk = { .db = letters->db,
		.vault = record_vault(letters->record),
		.shelf = letters->shelf,
		.base_url = letters->base_url,
		.domain = mailer_domain(letters->mailer),
		.answered = mailer_answered(letters->mailer),
		.now = now_s() };
	MailOutcome outcome = { .state = OUTBOX_DROPPED };
	LetterOutcome made = LETTER_NOBODY;
	g_autoptr(Letter) letter = NULL;
	g_autoptr(GError) error = NULL;

	gboolean known =
	        db_begin(letters->db, &error) && letter_make(&desk, row, &letter, &made, &error);
	db_rollback(letters->db);
	if (!known) {
		log_line(LOG_LEVEL_ERROR, "a letter could not be made kind=%s: %s",
		        outbox_kind_name(row->kind), error->message);
		return (MailOutcome){ .state = OUTBOX_WAITING, .trouble = "not-made" };
	}
	if (made == LETTER_NO_ADDRESS)
		outcome.state = OUTBOX_CALL;
	return made == LETTER_MADE ? mailer_send(letters->mailer, letter) : outcome;
}

static void
tell(Letters *letters, const OutboxRow *row, const MailOutcome *outcome, gint64 pause_ms)
{
	if (outcome->state == OUTBOX_GIVEN_UP)
		log_line(LOG_LEVEL_WARNING, "a letter was given up kind=%s trouble=%s",
		        outbox_kind_name(row->kind), outcome->trouble);
	if (outcome->server && letters->troubles == 1)
		log_line(LOG_LEVEL_WARNING, "the mail server: %s; letters wait, next try in %.1f s",
		        outcome->trouble, (double)pause_ms / 1000);
	if (outcome->state == OUTBOX_SENT && letters->troubles > 0)
		log_line(LOG_LEVEL_INFO, "the mail server takes letters again");
}

/* Returns how long all letters wait for the server, in ms; 0: go on. */
static gint64
handle(Letters *letters, gint64 claim, const OutboxRow *row, gint64 until)
{
	MailOutcome outcome = try_letter(letters, row);
	gint64 pause_ms = 0, now = now_s();

	if (outcome.server)
		pause_ms = back_off_ms(LETTERS_FIRST_S, letters->troubles++, LETTERS_PAUSE_MAX_S);
	tell(letters, row, &outcome, pause_ms);
	if (outcome.state == OUTBOX_SENT)
		letters->troubles = 0;
	gint64 later_ms = outcome.untried
	        ? pause_ms
	        : back_off_ms(LETTERS_FIRST_S, row->tries - 1, LETTERS_LATER_MAX_S);
	if (outcome.state == OUTBOX_WAITING && !outcome.untried &&
	        now - row->begun > OUTBOX_PATIENCE_S) {
		outcome.state = OUTBOX_GIVEN_UP;
		tell(letters, row, &outcome, 0);
	}
	settle(letters,
	        (OutboxEnd){ .cause = row->cause,
	                .claim = claim,
	                .state = outcome.state,
	                .due = now + later_ms / 1000,
	                .untried = outcome.untried,
	                .trouble = *outcome.trouble != '\0' ? outcome.trouble : NULL,
	                .now = now },
	        until);
	return pause_ms;
}

static void
give_back(Letters *letters, gint64 claim, const OutboxRow *row, gint64 due, gint64 until)
{
	settle(letters,
	        (OutboxEnd){ .cause = row->cause,
	                .claim = claim,
	                .state = OUTBOX_WAITING,
	                .due = due,
	                .untried = TRUE,
	                .trouble = *row->trouble != '\0' ? row->trouble : NULL,
	                .now = now_s() },
	        until);
}

static gboolean
stops(Letters *letters)
{
	pthread_mutex_lock(&letters->lock);
	gboolean stop = letters->stop;
	pthread_mutex_unlock(&letters->lock);
	return stop;
}

/* Takes what is due and sends it. Returns how long to wait before the next look, in ms. */
static gint64
send_due(Letters *letters)
{
	g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(OutboxRow));
	Claiming claiming = { .now = now_s(), .rows = rows };
	gint64 begun = boot_s(), due = G_MAXINT64, pause_ms = 0;

	gboolean asked = db_begin(letters->db, NULL) && outbox_next_due(letters->db, &due, NULL);
	db_rollback(letters->db);
	if (!asked || due > claiming.now)
		return LETTERS_POLL_MS;
	do
		random_bytes(&claiming.claim, sizeof claiming.claim);
	while (claiming.claim == 0);
	if (!writer_run(record_writer(letters->record), claim_work, &claiming, NULL))
		return LETTERS_POLL_MS;
	for (guint i = 0; i < rows->len; i++) {
		const OutboxRow *row = &g_array_index(rows, OutboxRow, i);
		gboolean late = boot_s() - begun > OUTBOX_LEASE_S - 2 * MAILER_LETTER_S;
		if (pause_ms > 0 || late || stops(letters))
			give_back(letters, claiming.claim, row, now_s() + pause_ms / 1000,
			        begun + OUTBOX_LEASE_S);
		else
			pause_ms = handle(letters, claiming.claim, row, begun + OUTBOX_LEASE_S);
	}
	return rows->len == LETTERS_BATCH ? pause_ms : MAX(pause_ms, LETTERS_POLL_MS);
}

static void *
run(void *data)
{
	Letters *letters = data;
	gint64 wait_ms = 0;

	while (!doze(letters, wait_ms)) {
		wait_ms = send_due(letters);
		if (wait_ms > 0) /* no connection is held while nothing is to be sent */
			mailer_hang_up(letters->mailer);
	}
	return NULL;
}

/* ---- start and end ---- */

static void
letters_free(Letters *letters)
{
	g_clear_pointer(&letters->mailer, mailer_free);
	g_clear_pointer(&letters->shelf, event_shelf_free);
	g_clear_pointer(&letters->db, db_free);
	pthread_cond_destroy(&letters->wake);
	pthread_mutex_destroy(&letters->lock);
	g_free(letters);
}

gboolean
letters_start(Record *record, const Settings *settings, const char *base_url, Letters **ret,
        GError **error)
{
	g_autoptr(Mailer) mailer = NULL;
	pthread_condattr_t monotonic;

	*ret = NULL;
	if (!mailer_new(settings, &mailer, error))
		return FALSE;
	if (mailer == NULL)
		return TRUE;
	Letters *letters = g_new0(Letters, 1);
	letters->record = record;
	letters->base_url = base_url;
	letters->mailer = g_steal_pointer(&mailer);
	pthread_mutex_init(&letters->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&letters->wake, &monotonic);
	pthread_condattr_destroy(&monotonic);
	letters->shelf = event_shelf_new();
	letters->db = record_reader(record, error);
	if (letters->db == NULL) {
		letters_free(letters);
		return FALSE;
	}
	if (pthread_create(&letters->thread, NULL, run, letters) != 0) {
		g_set_error_literal(
		        error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD, "letters: no thread for them");
		letters_free(letters);
		return FALSE;
	}
	*ret = letters;
	return TRUE;
}

void
letters_stop(Letters *letters)
{
	if (letters == NULL)
		return;
	mailer_break_off(letters->mailer, LETTERS_STOP_S * G_USEC_PER_SEC);
	pthread_mutex_lock(&letters->lock);
	letters->stop = TRUE;
	pthread_cond_signal(&letters->wake);
	pthread_mutex_unlock(&letters->lock);
	pthread_join(letters->thread, NULL);
	letters_free(letters);
}
