/*
 * The floor: what libmicrohttpd costs by itself, with the flags of web/http/server.c. GET answers 4 KiB
 * that never change; POST reads the body to its end and answers 303. Nothing is parsed, looked
 * up, or kept.
 */
#pragma once

#include <glib.h>
#include <sys/types.h>

/* Forks a process that serves on a port of its own, on @cpu (-1: any). Call it before the
 * program has threads. */
gboolean floor_start(int cpu, pid_t *ret_pid, guint16 *ret_port, GError **error);
void floor_stop(pid_t pid);

/*
 * The floor of one durable answer: writes @pages frames of a write-ahead log (24 + 4096 bytes each)
 * to a file in @dir and flushes, @times times.
 */
gboolean floor_flush(const char *dir, guint pages, guint times, double *ret_p50_ms,
        double *ret_p99_ms, GError **error);
