#include "tests/bench/crowd.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "schema/id.h"
#include "schema/person.h"
#include "schema/registration.h"
#include "schema/scan.h"

#define ROWS_A_COMMIT 20000

typedef struct {
	Db *db;
	const Event *event;
	VaultEvent *keys;
	guint16 days[2];
	gint64 now_ms;
	gint64 seq;
} Crowd;

/* The registration of the @i-th person, with a sealed name; the ticket's mark in @ret_mark. */
static Registration *
make_registration(const Crowd *crowd, gint64 id, guint i, gint64 *ret_mark, GError **error)
{
	const Event *event = crowd->event;
	const EventRegion *region = event->regions->pdata[i % event->regions->len];
	const EventOption *option = event_option_by_code(event, "general");
	g_autoptr(Registration) registration = registration_new();
	registration->id = id;
	random_bytes(registration->submission, SUBMISSION_BYTES);
	for (guint byte = 0; byte < 6; byte++) /* in the order of time */
		registration->submission[byte] =
		        (guint8)((guint64)(crowd->now_ms + i) >> (40 - 8 * byte));
	random_bytes(registration->content_hash, HASH_BYTES);
	g_strlcpy(registration->lang, "es", sizeof registration->lang);

	g_autoptr(Person) person = person_new();
	person->name = g_strdup_printf("María Guadalupe %u", i);
	person->email = g_strdup_printf("maria.%u@example.org", i);
	Place place = { .id = id,
		.region_no = region->no,
		.option_no = option != NULL ? option->no
		                            : ((EventOption *)event->options->pdata[0])->no };
	ticket_identity_new(event->salt, TICKET_ATTENDEE, 1, vault_key_created(crowd->keys),
	        crowd->now_ms / 1000, &place.ticket);
	place.sealed[SEALED_IDENTITY] = person_seal(person, crowd->keys, SEALED_IDENTITY, id);
	if (place.sealed[SEALED_IDENTITY] == NULL) {
		g_set_error(
		        error, TURNOUT_ERROR, TURNOUT_ERROR_BUG, "crowd: a name was not sealed");
		return NULL;
	}
	g_array_append_val(registration->places, place);
	*ret_mark = place.ticket.mark;
	return g_steal_pointer(&registration);
}

static gboolean
add_scan(Crowd *crowd, gint64 id, gint64 mark, guint16 session_no, GError **error)
{
	const EventCheckpoint *checkpoint = event_first_checkpoint(crowd->event, session_no);
	gint64 seq = ++crowd->seq;
	ScanRow row = { .device = 1,
		.epoch = 1,
		.seq = seq,
		.session_no = session_no,
		.checkpoint_no = checkpoint->no,
		.has_mark = TRUE,
		.mark = mark,
		.decision = "admit",
		.wall = crowd->now_ms + seq,
		.mono = seq,
		.manifest_version = 1,
		.online = TRUE };
	gboolean fresh, first;
	return scan_raise_version(crowd->db, crowd->event, &row.arrival, error) &&
	        scan_add(crowd->db, crowd->event, crowd->keys, &row, &fresh, error) &&
	        presence_take(crowd->db, crowd->event, id, &row, &first, error);
}

/* One person, who comes on the first day; every other one comes on the second too. */
static gboolean
add_person(Crowd *crowd, guint i, GError **error)
{
	gint64 id = ((crowd->now_ms + i) << 20) | (i & 0xfffff), mark = 0;
	g_autoptr(Registration) registration = make_registration(crowd, id, i, &mark, error);
	PlaceAnswer answer;
	if (registration == NULL ||
	        !registration_take_place(crowd->db, crowd->event, registration,
	                crowd->now_ms / 1000, &answer, error))
		return FALSE;
	if (answer.outcome != PLACE_TAKEN) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "crowd: no place for person %u (outcome %d)", i, answer.outcome);
		return FALSE;
	}
	return add_scan(crowd, id, mark, crowd->days[0], error) &&
	        (i % 2 == 0 || add_scan(crowd, id, mark, crowd->days[1], error));
}

gboolean
crowd_fill(const char *url, const Event *event, VaultEvent *keys, guint people, GError **error)
{
	g_autoptr(Db) db = db_open(url, DB_WRITE, error);
	if (db == NULL)
		return FALSE;
	Crowd crowd = {
		.db = db, .event = event, .keys = keys, .now_ms = g_get_real_time() / 1000
	};
	guint days = 0;
	for (guint i = 0; i < event->sessions->len && days < 2; i++) {
		const EventSession *session = event->sessions->pdata[i];
		if (session->kind == SESSION_DAY)
			crowd.days[days++] = session->no;
	}
	if (days < 2) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "crowd: the event has fewer than two days");
		return FALSE;
	}
	for (guint i = 0; i < people;) {
		if (!db_begin(db, error))
			return FALSE;
		for (guint end = MIN(people, i + ROWS_A_COMMIT); i < end; i++)
			if (!add_person(&crowd, i, error))
				return FALSE;
		if (!db_commit(db, error))
			return FALSE;
	}
	return db_checkpoint(db, error);
}

/* Runs a command with its answer in @out. */
static gboolean
take_time(const char *const *line, const char *out, Spent *ret, GError **error)
{
	gint64 before = g_get_monotonic_time();
	pid_t pid = fork();
	if (pid == 0) {
		int fd = open(out, O_CREAT | O_TRUNC | O_WRONLY, 0600);
		if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0)
			_exit(127);
		execvp(line[0], (char **)line);
		_exit(127);
	}
	int status = -1;
	struct rusage used = { 0 };
	if (pid > 0)
		wait4(pid, &status, 0, &used);
	if (status != 0) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD,
		        "crowd: %s ended with status %d", line[0],
		        WIFEXITED(status) ? WEXITSTATUS(status) : -1);
		return FALSE;
	}
	*ret = (Spent){ .wall_s = (double)(g_get_monotonic_time() - before) / G_USEC_PER_SEC,
		.cpu_s = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
		        (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6,
		.most_mb = (double)used.ru_maxrss / 1024.0 };
	return TRUE;
}

static gboolean
compare(const char *const *turnout, const char *const *floor, const char *out, guint rounds,
        Volume *volume, GError **error)
{
	for (guint round = 0; round < rounds; round++) {
		Spent a, b, b2, a2;
		if (!take_time(floor, "/dev/null", &a, error) ||
		        !take_time(turnout, out, &b, error) ||
		        !take_time(turnout, out, &b2, error) ||
		        !take_time(floor, "/dev/null", &a2, error))
			return FALSE;
		volume_add(volume, &a, &b);
		volume_add(volume, &a2, &b2);
	}
	return TRUE;
}

gboolean
crowd_measure(const Stage *stage, const char *event, guint people, guint rounds, Figures *figures,
        GError **error)
{
	g_autofree char *db = g_build_filename(stage->dir, "turnout.db", NULL);
	g_autofree char *csv = g_build_filename(stage->dir, "roster.csv", NULL);
	g_autofree char *copy = g_build_filename(stage->dir, "roster.db", NULL);
	const char *const attendance[] = { stage->program, "report", "attendance", "--event", event,
		"--format", "csv", "--data", stage->dir, NULL };
	const char *const one_pass[] = { "sqlite3", "-csv", "-readonly", db,
		"SELECT region_no, option_no, count(*) FROM attendee WHERE state = 'active'"
		" GROUP BY region_no, option_no;"
		"SELECT a.region_no, p.session_no, count(*) FROM presence p"
		" JOIN attendee a ON a.id = p.attendee GROUP BY a.region_no, p.session_no",
		NULL };
	if (!compare(attendance, one_pass, "/dev/null", rounds,
	            figures_volume(figures, "attendance by region and session, CSV",
	                    "one pass of SQL over the same data", people, 1.1, 0),
	            error))
		return FALSE;

	const char *const roster[] = { stage->program, "report", "roster", "--event", event,
		"--format", "csv", "--data", stage->dir, NULL };
	g_autofree char *import = g_strdup_printf(".import --csv %s roster", csv);
	const char *const prepare[] = { "sqlite3", copy, import, NULL };
	const char *const rows[] = { "sqlite3", "-csv", "-readonly", copy, "SELECT * FROM roster",
		NULL };
	Spent once;
	gboolean ok = take_time(roster, csv, &once, error) &&
	        take_time(prepare, "/dev/null", &once, error) &&
	        compare(roster, rows, "/dev/null", rounds,
	                figures_volume(figures, "roster of them, unsealed, CSV",
	                        "sqlite3 -csv of the same rows", people, 0, 0.5),
	                error);
	g_unlink(csv);
	g_unlink(copy);
	return ok;
}
