/*
 * The works that are measured, as requests: the event page, a registration, an online scan.
 */
#pragma once

#include "schema/event.h"
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
/* The marks of all tickets that were registered since the last call. */
gboolean works_read_marks(Works *works, Db *db, Vault *vault, GError **error);
void works_clear(Works *works);
