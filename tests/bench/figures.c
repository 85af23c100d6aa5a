#include "tests/bench/figures.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define START_TARGET_MS 200
#define IDLE_TARGET_MB  40
#define SIZE_TARGET_MB  5

typedef struct {
	double median, least, most;
} Spread;

Comparison *
figures_compare(Figures *figures, const char *work, const char *floor, guint connections,
        double cpu_target, double rate_target)
{
	g_return_val_if_fail(figures->comparisons_n < FIGURES_MAX, NULL);
	Comparison *comparison = &figures->comparisons[figures->comparisons_n++];
	*comparison = (Comparison){ work, floor, connections, cpu_target, rate_target,
		g_array_new(FALSE, FALSE, sizeof(Measured)),
		g_array_new(FALSE, FALSE, sizeof(Measured)) };
	return comparison;
}

void
comparison_add(Comparison *comparison, const Measured *floor, const Measured *real)
{
	g_array_append_vals(comparison->floors, floor, 1);
	g_array_append_vals(comparison->reals, real, 1);
}

void
figures_alone(Figures *figures, const Alone *alone)
{
	g_return_if_fail(figures->alone_n < FIGURES_MAX);
	figures->alone[figures->alone_n++] = *alone;
}

Volume *
figures_volume(Figures *figures, const char *work, const char *floor, guint rows,
        double time_target, double rate_target)
{
	g_return_val_if_fail(figures->volumes_n < FIGURES_MAX, NULL);
	Volume *volume = &figures->volumes[figures->volumes_n++];
	*volume = (Volume){ work, floor, rows, time_target, rate_target,
		g_array_new(FALSE, FALSE, sizeof(Spent)),
		g_array_new(FALSE, FALSE, sizeof(Spent)) };
	return volume;
}

void
volume_add(Volume *volume, const Spent *floor, const Spent *real)
{
	g_array_append_vals(volume->floors, floor, 1);
	g_array_append_vals(volume->reals, real, 1);
}

static int
compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double
field(const GArray *measured, guint i, gsize offset)
{
	gsize size = g_array_get_element_size((GArray *)measured);
	return *(const double *)(measured->data + i * size + offset);
}

/* Over all runs of one side, or (@under given) over the ratios of pairs. */
static Spread
spread(const GArray *measured, const GArray *under, gsize offset)
{
	guint n = measured->len;
	g_autofree double *values = g_new(double, n);
	for (guint i = 0; i < n; i++)
		values[i] =
		        field(measured, i, offset) / (under == NULL ? 1 : field(under, i, offset));
	qsort(values, n, sizeof *values, compare_doubles);
	double median = n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
	return (Spread){ median, values[0], values[n - 1] };
}

#define CPU  G_STRUCT_OFFSET(Measured, cpu_us)
#define RATE G_STRUCT_OFFSET(Measured, rate)
#define P50  G_STRUCT_OFFSET(Measured, p50_ms)
#define P99  G_STRUCT_OFFSET(Measured, p99_ms)
#define WALL G_STRUCT_OFFSET(Spent, wall_s)
#define USED G_STRUCT_OFFSET(Spent, cpu_s)
#define MOST G_STRUCT_OFFSET(Spent, most_mb)

static const char *
verdict(gboolean held)
{
	return held ? "held" : "missed";
}

static void
print_comparison(const Comparison *c)
{
	Spread ratio = spread(c->reals, c->floors, CPU), rate = spread(c->reals, c->floors, RATE);
	printf("%s, %u connections (floor: %s)\n", c->work, c->connections, c->floor);
	printf("  CPU a request %7.1f us, floor %6.1f us: %5.2f x (%.2f to %.2f)",
	        spread(c->reals, NULL, CPU).median, spread(c->floors, NULL, CPU).median,
	        ratio.median, ratio.least, ratio.most);
	if (c->cpu_target > 0)
		printf(", target at most %.2f: %s", c->cpu_target,
		        verdict(ratio.median <= c->cpu_target));
	printf("\n  a second      %7.0f,    floor %6.0f:    %5.3f x (%.3f to %.3f)",
	        spread(c->reals, NULL, RATE).median, spread(c->floors, NULL, RATE).median,
	        rate.median, rate.least, rate.most);
	if (c->rate_target > 0)
		printf(", target at least %.2f: %s", c->rate_target,
		        verdict(rate.median >= c->rate_target));
	printf("\n  wait          p50 %.2f ms, p99 %.2f ms; floor p50 %.2f ms, p99 %.2f ms\n\n",
	        spread(c->reals, NULL, P50).median, spread(c->reals, NULL, P99).median,
	        spread(c->floors, NULL, P50).median, spread(c->floors, NULL, P99).median);
}

static void
print_volume(const Volume *v)
{
	Spread ratio = spread(v->reals, v->floors, WALL);
	double real = spread(v->reals, NULL, WALL).median,
	       floor = spread(v->floors, NULL, WALL).median;
	printf("%s, %u rows (floor: %s)\n", v->work, v->rows, v->floor);
	printf("  %.2f s (CPU %.2f s), floor %.2f s (CPU %.2f s): %.2f x (%.2f to %.2f)", real,
	        spread(v->reals, NULL, USED).median, floor, spread(v->floors, NULL, USED).median,
	        ratio.median, ratio.least, ratio.most);
	if (v->time_target > 0)
		printf(", target at most %.2f: %s", v->time_target,
		        verdict(ratio.median <= v->time_target));
	if (v->rate_target > 0)
		printf("\n  %.0f rows a second, floor %.0f: %.2f x, target at least %.2f: %s",
		        v->rows / real, v->rows / floor, 1 / ratio.median, v->rate_target,
		        verdict(1 / ratio.median >= v->rate_target));
	printf("\n  memory at most %.1f MB\n\n", spread(v->reals, NULL, MOST).most);
}

static void
print_program(const Figures *f)
{
	printf("start to serving %.0f ms, target at most %d: %s\n", f->start_ms, START_TARGET_MS,
	        verdict(f->start_ms <= START_TARGET_MS));
	printf("idle memory %.1f MB, target at most %d: %s (after the load above %.1f MB)\n",
	        f->idle_mb, IDLE_TARGET_MB, verdict(f->idle_mb <= IDLE_TARGET_MB), f->loaded_mb);
	if (f->size_mb > 0)
		printf("program, stripped %.2f MB, target at most %d: %s\n", f->size_mb,
		        SIZE_TARGET_MB, verdict(f->size_mb <= SIZE_TARGET_MB));
	printf("%" G_GUINT64_FORMAT " people registered; %" G_GUINT64_FORMAT
	       " scans, %" G_GUINT64_FORMAT " of them put somebody in\n",
	        f->registrations, f->scans, f->admitted);
}

static void
print_table(const Figures *f)
{
	printf("%s\n\n",
	        f->pinned ? "The server on one core, the client on another."
	                  : "One core: server and client share it.");
	for (guint i = 0; i < f->comparisons_n; i++)
		print_comparison(&f->comparisons[i]);
	for (guint i = 0; i < f->alone_n; i++) {
		const Alone *a = &f->alone[i];
		printf("%s, one connection\n"
		       "  p50 %.2f ms, target at most %.2f: %s; p99 %.2f ms, target at most %.2f: "
		       "%s\n"
		       "  one raw flush: p50 %.2f ms, p99 %.2f ms\n\n",
		        a->work, a->measured.p50_ms, a->p50_target,
		        verdict(a->measured.p50_ms <= a->p50_target), a->measured.p99_ms,
		        a->p99_target, verdict(a->measured.p99_ms <= a->p99_target),
		        a->flush_p50_ms, a->flush_p99_ms);
	}
	for (guint i = 0; i < f->volumes_n; i++)
		print_volume(&f->volumes[i]);
	if (f->letters > 0)
		printf("%" G_GUINT64_FORMAT " letters were taken\n", f->letters);
	if (f->start_ms > 0)
		print_program(f);
}

static json_t *
spread_json(Spread spread)
{
	return json_pack("{s:f, s:f, s:f}", "median", spread.median, "least", spread.least, "most",
	        spread.most);
}

static json_t *
side_json(const GArray *side)
{
	return json_pack("{s:o, s:o, s:o, s:o}", "cpu_us", spread_json(spread(side, NULL, CPU)),
	        "rate", spread_json(spread(side, NULL, RATE)), "p50_ms",
	        spread_json(spread(side, NULL, P50)), "p99_ms",
	        spread_json(spread(side, NULL, P99)));
}

static json_t *
volumes_json(const Figures *f)
{
	json_t *volumes = json_array();
	for (guint i = 0; i < f->volumes_n; i++) {
		const Volume *v = &f->volumes[i];
		json_array_append_new(volumes,
		        json_pack("{s:s, s:s, s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:f, s:f}", "work",
		                v->work, "floor", v->floor, "rows", (int)v->rows, "turnout_s",
		                spread_json(spread(v->reals, NULL, WALL)), "floor_s",
		                spread_json(spread(v->floors, NULL, WALL)), "turnout_cpu_s",
		                spread_json(spread(v->reals, NULL, USED)), "floor_cpu_s",
		                spread_json(spread(v->floors, NULL, USED)), "time_ratio",
		                spread_json(spread(v->reals, v->floors, WALL)), "memory_mb",
		                spread_json(spread(v->reals, NULL, MOST)), "time_target",
		                v->time_target, "rate_target", v->rate_target));
	}
	return volumes;
}

static void
print_json(const Figures *f)
{
	json_t *works = json_array(), *alone = json_array();
	for (guint i = 0; i < f->comparisons_n; i++) {
		const Comparison *c = &f->comparisons[i];
		json_array_append_new(works,
		        json_pack("{s:s, s:s, s:i, s:i, s:o, s:o, s:o, s:f, s:o, s:f}", "work",
		                c->work, "floor", c->floor, "connections", (int)c->connections,
		                "pairs", (int)c->reals->len, "turnout", side_json(c->reals), "bare",
		                side_json(c->floors), "cpu_ratio",
		                spread_json(spread(c->reals, c->floors, CPU)), "cpu_target",
		                c->cpu_target, "rate_ratio",
		                spread_json(spread(c->reals, c->floors, RATE)), "rate_target",
		                c->rate_target));
	}
	for (guint i = 0; i < f->alone_n; i++) {
		const Alone *a = &f->alone[i];
		json_array_append_new(alone,
		        json_pack("{s:s, s:f, s:f, s:f, s:f, s:f, s:f}", "work", a->work, "p50_ms",
		                a->measured.p50_ms, "p99_ms", a->measured.p99_ms, "flush_p50_ms",
		                a->flush_p50_ms, "flush_p99_ms", a->flush_p99_ms, "p50_target",
		                a->p50_target, "p99_target", a->p99_target));
	}
	json_t *all = json_pack("{s:b, s:o, s:o, s:o, s:f, s:f, s:f, s:f, s:I, s:I, s:I, s:I}",
	        "pinned", f->pinned, "works", works, "one_connection", alone, "volumes",
	        volumes_json(f), "start_ms", f->start_ms, "idle_mb", f->idle_mb, "loaded_mb",
	        f->loaded_mb, "size_mb", f->size_mb, "registrations", (json_int_t)f->registrations,
	        "scans", (json_int_t)f->scans, "admitted", (json_int_t)f->admitted, "letters",
	        (json_int_t)f->letters);
	json_dumpf(all, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
	putchar('\n');
	json_decref(all);
}

void
figures_print(const Figures *figures, gboolean json)
{
	if (json)
		print_json(figures);
	else
		print_table(figures);
}

void
figures_clear(Figures *figures)
{
	for (guint i = 0; i < figures->comparisons_n; i++) {
		g_array_unref(figures->comparisons[i].floors);
		g_array_unref(figures->comparisons[i].reals);
	}
	for (guint i = 0; i < figures->volumes_n; i++) {
		g_array_unref(figures->volumes[i].floors);
		g_array_unref(figures->volumes[i].reals);
	}
	*figures = (Figures){ 0 };
}
