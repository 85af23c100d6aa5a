/*
 * Figures of a bench: pairs kept, medians and spread, printed as a table or as JSON.
 */
#pragma once

#include <glib.h>

typedef struct {
	double cpu_us; /* of the server, for one request */
	double rate;   /* requests a second */
	double p50_ms, p99_ms;
} Measured;

typedef struct {
	const char *work, *floor;
	guint connections;
	double cpu_target, rate_target; /* 0: none */
	GArray *floors, *reals;         /* of Measured, pair by pair */
} Comparison;

typedef struct {
	const char *work;
	Measured measured;
	double flush_p50_ms, flush_p99_ms;
	double p50_target, p99_target;
} Alone;

/* A command that ran to its end. */
typedef struct {
	double wall_s, cpu_s, most_mb;
} Spent;

typedef struct {
	const char *work, *floor;
	guint rows;
	double time_target;     /* at most so many times the floor's time; 0: none */
	double rate_target;     /* at least this part of its rows a second; 0: none */
	GArray *floors, *reals; /* of Spent, pair by pair */
} Volume;

#define FIGURES_MAX 8

typedef struct {
	Comparison comparisons[FIGURES_MAX];
	guint comparisons_n;
	Alone alone[FIGURES_MAX];
	guint alone_n;
	Volume volumes[FIGURES_MAX];
	guint volumes_n;
	double start_ms, idle_mb, loaded_mb, size_mb;
	guint64 registrations, scans, admitted, letters;
	gboolean pinned;
} Figures;

Comparison *figures_compare(Figures *figures, const char *work, const char *floor,
        guint connections, double cpu_target, double rate_target);
void comparison_add(Comparison *comparison, const Measured *floor, const Measured *real);
void figures_alone(Figures *figures, const Alone *alone);
Volume *figures_volume(Figures *figures, const char *work, const char *floor, guint rows,
        double time_target, double rate_target);
void volume_add(Volume *volume, const Spent *floor, const Spent *real);
void figures_print(const Figures *figures, gboolean json);
void figures_clear(Figures *figures);
