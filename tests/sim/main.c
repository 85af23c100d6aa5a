/*
 * sim [--seeds N] [--first S] [--seed K] [--jobs J]
 *
 * Runs N seeds from S on (10,000 from 1), in J processes (2), and tells which broke which
 * invariant. --seed runs one, with a trace. Exits 0 only when every seed held.
 */
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim.h"

#define FAILURES_SHOWN 20

static Sim *sim;

typedef struct {
	uint64_t failed, steps, shown, restored;
} Total;

static void
tell_failure(uint64_t seed)
{
	printf("seed %" G_GUINT64_FORMAT ": invariant %d: %s\n", seed, sim->invariant, sim->what);
	fflush(stdout);
}

static Total
run_share(uint64_t first, uint64_t seeds, unsigned job, unsigned jobs)
{
	Total total = { 0 };

	for (uint64_t i = job; i < seeds; i += jobs) {
		if (sim_run(sim, first + i, 0) != 0 && total.failed++ < FAILURES_SHOWN)
			tell_failure(first + i);
		total.steps += sim->steps;
		total.shown += sim->shown_n;
		total.restored += sim->restored_n;
	}
	return total;
}

/* Each job tells its total through a pipe. */
static int
run_all(uint64_t first, uint64_t seeds, unsigned jobs)
{
	Total sum = { 0 };
	int ends[2], broken = 0;
	gint64 began = g_get_monotonic_time();

	if (pipe(ends) != 0)
		return 3;
	fflush(stdout);
	for (unsigned job = 0; job < jobs; job++) {
		pid_t child = fork();
		if (child < 0)
			return 3;
		if (child == 0) {
			Total total = run_share(first, seeds, job, jobs);
			if (write(ends[1], &total, sizeof total) != sizeof total)
				_exit(3);
			_exit(0);
		}
	}
	for (unsigned job = 0; job < jobs; job++) {
		Total total = { 0 };
		int status = 0;
		if (wait(&status) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
			broken = 1;
			continue;
		}
		if (read(ends[0], &total, sizeof total) != sizeof total)
			broken = 1;
		sum.failed += total.failed;
		sum.steps += total.steps;
		sum.shown += total.shown;
		sum.restored += total.restored;
	}
	double seconds = (double)(g_get_monotonic_time() - began) / 1e6;
	printf("%" G_GUINT64_FORMAT " seeds from %" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT
	       " steps, %" G_GUINT64_FORMAT " answers shown, %" G_GUINT64_FORMAT
	       " restores, %" G_GUINT64_FORMAT " failed, %.1f s\n",
	        seeds, first, sum.steps, sum.shown, sum.restored, sum.failed, seconds);
	return broken ? 3 : sum.failed != 0;
}

static int
run_one(uint64_t seed)
{
	if (sim_run(sim, seed, 1) != 0) {
		tell_failure(seed);
		return 1;
	}
	printf("seed %" G_GUINT64_FORMAT " held: %" G_GUINT64_FORMAT
	       " steps, %d phones, %" G_GUINT64_FORMAT " answers shown\n",
	        seed, sim->steps, sim->phones_n, sim->shown_n);
	return 0;
}

int
main(int argc, char **argv)
{
	gint64 seeds = 10000, first = 1, jobs = 2;
	g_autofree char *seed = NULL;
	GOptionEntry entries[] = {
		{ "seeds", 0, 0, G_OPTION_ARG_INT64, &seeds, "how many", "N" },
		{ "first", 0, 0, G_OPTION_ARG_INT64, &first, "the first of them", "S" },
		{ "seed", 0, 0, G_OPTION_ARG_STRING, &seed, "one, with a trace", "K" },
		{ "jobs", 0, 0, G_OPTION_ARG_INT64, &jobs, "processes", "J" },
		{ NULL },
	};
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	g_autoptr(GError) error = NULL;
	guint64 one = 0;

	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argc, &argv, &error) || argc > 1 || seeds < 1 ||
	        first < 0 || jobs < 1 || jobs > 64 ||
	        (seed != NULL &&
	                !g_ascii_string_to_unsigned(seed, 10, 0, G_MAXUINT64, &one, &error))) {
		g_printerr("sim: %s\n", error ? error->message : "see --help");
		return 2;
	}
	sim = g_new0(Sim, 1);
	int status =
	        seed ? run_one(one) : run_all((uint64_t)first, (uint64_t)seeds, (unsigned)jobs);
	g_free(sim);
	return status;
}
