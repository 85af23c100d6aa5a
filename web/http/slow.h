/*
 * The slow pool: SLOW_THREADS threads for what would keep the workers from everybody else (passwords,
 * reports). Of the works that want to be alone, one runs at a time.
 */
#pragma once

#include <glib.h>

#define SLOW_THREADS     2
#define SLOW_WAITING_MAX 64

typedef struct Slow Slow;
Slow *slow_new(void);
/* Waits for what runs; nothing may wait any more. NULL is fine. */
void slow_free(Slow *slow);

typedef void (*SlowRun)(gpointer data);
/* Called once, on the thread that ran it, or on the caller's with @error (lent, UNAVAILABLE) when
 * SLOW_WAITING_MAX wait already. */
typedef void (*SlowDone)(gpointer data, const GError *error);
void slow_submit(Slow *slow, gboolean alone, SlowRun run, SlowDone done, gpointer data);
