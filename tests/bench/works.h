/*
 * The works that are measured, as requests: the event page, a registration, an online scan.
 */
#pragma once

#include "schema/event.h"
#include "tests/bench/figures.h"
#include "tests/bench/load.h"
#include "tests/bench/stage.h"

#define WORKS_DEVICES 4

typedef struct {
	const Event *event;
	VaultEvent *keys;
	guint16 port;       /* for Host and Origin */
	gboolean real;      /* against turnout: tokens of registrations are kept */
	guint64 registered; /* counts names and addresses up */
	GPtrArray *tokens;  /* of registrations, for their marks */
	GArray *marks;      /* of gint64 */
	StageDevice devices[WORKS_DEVICES];
	guint devices_n;
	guint64 scanned; /* walks over devices and marks */
	guint64 seq;
	char epoch[17];
	guint64 admitted; /* scans that put somebody in */
} Works;

typedef gsize (*WorkWriter)(gpointer works, guint64 i, char *buffer);

gsize work_event_page(gpointer works, guint64 i, char *buffer);
gsize work_registration(gpointer works, guint64 i, char *buffer);
gsize work_scan(gpointer works, guint64 i, char *buffer);

/* What is learnt from answers. */
void work_registered(gpointer works, guint64 i, const char *answer);
void work_scanned(gpointer works, guint64 i, const char *answer);

void works_init(Works *ret, const Event *event, VaultEvent *keys);
typedef struct {
	const char *name;
	const char *floor;
	WorkWriter write_request;
	void (*answered)(gpointer works, guint64 i, const char *answer);
	int expected, floor_expected;
	guint connections;
	double cpu_target;  /* at most so many times the floor's; 0: none */
	double rate_target; /* at least this part of the floor's; 0: none */
} Work;

extern const Work work_registering;

typedef struct {
	pid_t pid; /* whose CPU is counted */
	guint16 port;
	gboolean real; /* turnout, not a floor */
	double seconds;
	guint connections;
} WorkRun;
/* Asks @work of a server again and again. FALSE with @error when it answered anything else than it should. */
gboolean
work_measure(const Work *work, Works *works, const WorkRun *run, Measured *ret, GError **error);

/* The marks of all tickets that were registered since the last call. */
gboolean works_read_marks(Works *works, Db *db, Vault *vault, GError **error);
void works_clear(Works *works);
