/*
 * The real program on a data folder of its own: made, loaded with an event, served, paired with a
 * device, taken down.
 */
#pragma once

#include <glib.h>
#include <sys/types.h>

typedef struct {
	char *program;  /* build/turnout */
	char *dir;      /* temporary, removed by stage_close() */
	char *log;      /* what the server says on stderr, in @dir */
	char *database; /* nullable: postgresql://…, an empty database */
	char *mail;     /* nullable: smtp://…, where letters go once it serves */
	int cpu;        /* -1: any */
	pid_t pid;      /* 0 while it doesn't serve */
	guint16 port;
	double start_ms; /* from fork to "listening on" */
} Stage;

/* Makes the folder and loads @definition with its first day some four months ahead. */
gboolean stage_open(Stage *ret, const char *program, const char *definition, const char *database,
        int cpu, GError **error);
gboolean stage_start(Stage *stage, GError **error);
void stage_stop(Stage *stage); /* SIGTERM, and waits */
void stage_close(Stage *stage);

/* The CPU time that a process has used so far, in seconds; 0 when it is gone. */
double process_cpu_s(pid_t pid);
/* Its resident memory in MB. */
double process_rss_mb(pid_t pid);

typedef struct {
	char *session; /* its code */
	char *device;  /* 16 hex digits */
	char *token;
	gint64 checkpoint;
} StageDevice;
/* A device of role `scan` for @session, paired over HTTP. */
gboolean
stage_pair(Stage *stage, const char *event, const char *session, StageDevice *ret, GError **error);
void stage_device_clear(StageDevice *device);
