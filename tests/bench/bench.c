/*
 * build/tests/bench: what turnout's work costs, as ratios to floors that are measured in the same run.
 *
 * The server (turnout, then the bare one) sits on one core, the client on the other; runs go
 * A B B A; a ratio is the median over the pairs, with the least and the most beside it. CPU for
 * a request is the server process's own time, which the client cannot spoil.
 */
#include <locale.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/crowd.h"
#include "tests/bench/figures.h"
#include "tests/bench/floor.h"
#include "tests/bench/mail.h"
#include "tests/bench/served.h"
#include "tests/bench/works.h"

#define FLUSH_PAGES 5
#define FLUSH_TIMES 300
#define STARTS      5

typedef struct {
	double seconds;
	int rounds;
	int people; /* of the reports; 0: no reports */
	gboolean json, mail;
	char *program, *definition, *database;
} Options;

typedef struct {
	Options options;
	Served served;
	pid_t floor_pid;
	guint16 floor_port;
	Figures figures;
} Bench;

static const Work event_page = { "event page, GET", "bare GET of 4 KiB", work_event_page, NULL, 200,
	200, 64, 2.0, 0 };
static const Work scan = { "online scan, POST until durable", "bare POST of the same body",
	work_scan, work_scanned, 200, 303, 64, 5.0, 0.16 };

static void
say(const char *what)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "bench: %s\n", what);
}

/* One run against turnout or the floor. */
static gboolean
measure(Bench *bench, const Work *work, gboolean real, double seconds, guint connections,
        Measured *ret, GError **error)
{
	const WorkRun run = { .pid = real ? bench->served.stage.pid : bench->floor_pid,
		.port = real ? bench->served.stage.port : bench->floor_port,
		.real = real,
		.seconds = seconds,
		.connections = connections };
	return work_measure(work, &bench->served.works, &run, ret, error);
}

/* Floor, turnout, turnout, floor; as often as there are rounds. */
static gboolean
compare(Bench *bench, const Work *work, GError **error)
{
	say(work->name);
	Comparison *comparison = figures_compare(&bench->figures, work->name, work->floor,
	        work->connections, work->cpu_target, work->rate_target);
	Measured warm;
	double seconds = bench->options.seconds;
	for (int real = 0; real < 2; real++)
		if (!measure(bench, work, real != 0, seconds / 4, work->connections, &warm, error))
			return FALSE;
	for (int round = 0; round < bench->options.rounds; round++) {
		Measured a, b, b2, a2;
		if (!measure(bench, work, FALSE, seconds, work->connections, &a, error) ||
		        !measure(bench, work, TRUE, seconds, work->connections, &b, error) ||
		        !measure(bench, work, TRUE, seconds, work->connections, &b2, error) ||
		        !measure(bench, work, FALSE, seconds, work->connections, &a2, error))
			return FALSE;
		comparison_add(comparison, &a, &b);
		comparison_add(comparison, &a2, &b2);
	}
	return TRUE;
}

/* One connection: how long a person waits, beside one raw flush. */
static gboolean
wait_alone(Bench *bench, const Work *work, double p50_target, double p99_target, GError **error)
{
	Alone alone = { .work = work->name, .p50_target = p50_target, .p99_target = p99_target };
	double before50, before99, after50, after99;
	if (!floor_flush(bench->served.stage.dir, FLUSH_PAGES, FLUSH_TIMES, &before50, &before99,
	            error) ||
	        !measure(bench, work, TRUE, bench->options.seconds, 1, &alone.measured, error) ||
	        !floor_flush(bench->served.stage.dir, FLUSH_PAGES, FLUSH_TIMES, &after50, &after99,
	                error))
		return FALSE;
	alone.flush_p50_ms = (before50 + after50) / 2;
	alone.flush_p99_ms = (before99 + after99) / 2;
	figures_alone(&bench->figures, &alone);
	return TRUE;
}

/* A device for each day of the event. */
static gboolean
pair_devices(Bench *bench, GError **error)
{
	Works *works = &bench->served.works;
	for (guint i = 0;
	        i < bench->served.event->sessions->len && works->devices_n < WORKS_DEVICES; i++) {
		const EventSession *session = bench->served.event->sessions->pdata[i];
		if (session->kind != SESSION_DAY)
			continue;
		if (!stage_pair(&bench->served.stage, bench->served.event->slug, session->code,
		            &works->devices[works->devices_n], error))
			return FALSE;
		works->devices_n++;
	}
	return TRUE;
}

static int
compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static gboolean
measure_starts(Bench *bench, GError **error)
{
	say("start to serving");
	double starts[STARTS];
	for (int i = 0; i < STARTS; i++) {
		stage_stop(&bench->served.stage);
		if (!stage_start(&bench->served.stage, error))
			return FALSE;
		starts[i] = bench->served.stage.start_ms;
	}
	qsort(starts, STARTS, sizeof *starts, compare_doubles);
	bench->figures.start_ms = starts[STARTS / 2];
	bench->figures.idle_mb = process_rss_mb(bench->served.stage.pid);
	return TRUE;
}

/* The program without its symbols, in MB; 0 where there is no strip(1). */
static double
stripped_mb(const char *program, const char *dir)
{
	g_autofree char *out = g_build_filename(dir, "stripped", NULL);
	const char *const line[] = { "strip", "-o", out, program, NULL };
	struct stat found;
	double size = 0;
	if (g_spawn_sync(NULL, (char **)line, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL,
	            NULL, NULL) &&
	        stat(out, &found) == 0)
		size = (double)found.st_size / 1e6;
	unlink(out);
	return size;
}

/* In a folder of its own: the first one is full of the load's people. */
static gboolean
measure_reports(Bench *bench, GError **error)
{
	const Options *options = &bench->options;
	say("filling a record for the reports");
	served_close(&bench->served);
	if (!served_open(&bench->served, options->program, options->definition, NULL, -1, error))
		return FALSE;
	if (!crowd_fill(record_database_url(bench->served.record), bench->served.event,
	            bench->served.works.keys, (guint)options->people, error))
		return FALSE;
	say("reports");
	return crowd_measure(&bench->served.stage, bench->served.event->slug,
	        (guint)options->people, (guint)options->rounds, &bench->figures, error);
}

static gboolean
measure_all(Bench *bench, GError **error)
{
	const Options *options = &bench->options;
	if (options->mail)
		return mail_measure(
		        &(MailPlan){ options->program, options->definition, bench->served.stage.cpu,
		                options->seconds, options->rounds },
		        &bench->figures, error);
	if (!stage_start(&bench->served.stage, error) || !pair_devices(bench, error))
		return FALSE;
	if (!compare(bench, &event_page, error) || !compare(bench, &work_registering, error) ||
	        !wait_alone(bench, &work_registering, 1.0, 3.0, error))
		return FALSE;
	say("reading the tickets' marks");
	if (!works_read_marks(&bench->served.works, bench->served.reader,
	            record_vault(bench->served.record), error))
		return FALSE;
	if (!compare(bench, &scan, error) || !wait_alone(bench, &scan, 0.9, 2.0, error))
		return FALSE;
	Figures *figures = &bench->figures;
	figures->loaded_mb = process_rss_mb(bench->served.stage.pid);
	figures->registrations = bench->served.works.marks->len;
	figures->scans = bench->served.works.scanned;
	figures->admitted = bench->served.works.admitted;
	figures->size_mb = stripped_mb(options->program, bench->served.stage.dir);
	if (!measure_starts(bench, error))
		return FALSE;
	if (options->people == 0)
		return TRUE;
	return measure_reports(bench, error);
}

static void
bench_clear(Bench *bench)
{
	if (bench->floor_pid > 0)
		floor_stop(bench->floor_pid);
	served_close(&bench->served);
	figures_clear(&bench->figures);
	g_free(bench->options.program);
	g_free(bench->options.definition);
	g_free(bench->options.database);
}

/* Beside this program: build/tests/bench knows build/turnout and the tree above it. */
static char *
beside(const char *relative)
{
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *dir = g_path_get_dirname(self == NULL ? "." : self);
	return g_build_filename(dir, relative, NULL);
}

static gboolean
take_options(Options *ret, int *argc, char ***argv, GError **error)
{
	Options o = { .seconds = 3, .rounds = 2 };
	const GOptionEntry entries[] = {
		{ "seconds", 0, 0, G_OPTION_ARG_DOUBLE, &o.seconds, "length of one run (3)", "S" },
		{ "rounds", 0, 0, G_OPTION_ARG_INT, &o.rounds, "A B B A so often (2)", "N" },
		{ "people", 0, 0, G_OPTION_ARG_INT, &o.people,
		        "reports over so many people too (1000000 takes minutes; SQLite)", "N" },
		{ "mail", 0, 0, G_OPTION_ARG_NONE, &o.mail,
		        "instead of all that: registration beside mail servers in trouble", NULL },
		{ "json", 0, 0, G_OPTION_ARG_NONE, &o.json, "print JSON", NULL },
		{ "program", 0, 0, G_OPTION_ARG_FILENAME, &o.program, "turnout to measure",
		        "FILE" },
		{ "definition", 0, 0, G_OPTION_ARG_FILENAME, &o.definition, "event to load",
		        "FILE" },
		{ "database", 0, 0, G_OPTION_ARG_STRING, &o.database,
		        "an empty PostgreSQL database instead of SQLite", "URL" },
		{ NULL },
	};
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	g_option_context_set_summary(
	        context, "Measures turnout against floors: bare libmicrohttpd, and a raw flush.");
	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, argc, argv, error))
		return FALSE;
	if (o.seconds <= 0 || o.rounds < 1) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "--seconds and --rounds want to be more than 0");
		return FALSE;
	}
	if (o.program == NULL)
		o.program = beside("../turnout");
	if (o.definition == NULL)
		o.definition = beside("../../schema/examples/immigrant-day-of-action.json");
	*ret = o;
	return TRUE;
}

int
main(int argc, char **argv)
{
	setlocale(LC_CTYPE, "");
	signal(SIGPIPE, SIG_IGN);
	Bench bench = { 0 };
	g_autoptr(GError) error = NULL;
	if (!take_options(&bench.options, &argc, &argv, &error)) {
		fprintf(stderr, "bench: %s\n", error->message);
		return EXIT_STATUS_USE;
	}
	cpu_set_t set;
	int server_cpu = -1, client_cpu = -1;
	if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 1)
		for (int cpu = 0; cpu < CPU_SETSIZE && client_cpu < 0; cpu++)
			if (CPU_ISSET((gsize)cpu, &set))
				*(server_cpu < 0 ? &server_cpu : &client_cpu) = cpu;
	if (client_cpu < 0)
		server_cpu = -1; /* one core: both share it, and the figures say so */
	bench.figures.pinned = client_cpu >= 0;

	gboolean ok = floor_start(server_cpu, &bench.floor_pid, &bench.floor_port, &error) &&
	        served_open(&bench.served, bench.options.program, bench.options.definition,
	                bench.options.database, server_cpu, &error);
	if (ok && client_cpu >= 0) {
		CPU_ZERO(&set);
		CPU_SET((gsize)client_cpu, &set);
		sched_setaffinity(0, sizeof set, &set);
	}
	ok = ok && measure_all(&bench, &error);
	if (ok)
		figures_print(&bench.figures, bench.options.json);
	else
		fprintf(stderr, "bench: %s\n", error->message);
	bench_clear(&bench);
	return ok ? 0 : EXIT_STATUS_WORLD;
}
