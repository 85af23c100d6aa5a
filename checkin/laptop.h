/*
 * A laptop as a paired device: the memory of device.h with its disk (device_store.h) and its server
 * (remote.h). It does what the memory says, in the order that device.h asks for; it shows nothing that isn't
 * strictly durable.
 *
 * Online first: a scan asks the server and waits DEVICE_WAIT_MS; without an answer, or without a network,
 * the laptop decides by itself. Beside that it keeps in step with the server every few seconds, while
 * laptop_wait() waits for the next ticket. One thread.
 */
#pragma once

#include <jansson.h>

#include "schema/error.h"

typedef struct Laptop Laptop;

typedef struct {
	const char *server, *ca_file, *token_file; /* ca_file nullable */
	const char *event, *session, *checkpoint;  /* nullable: the only one, the first one */
	const char *region; /* where spare tickets are counted; NULL: where they were printed for */
	gint64 (*now_ms)(void);
} LaptopOptions;

/* Pairs by @code: writes the token file and what is known of the device. @name: how it is called from now on. INPUT when the
 * token file is there already or the code is no good. The same call may be made again after any failure. @ret_said is a
 * line about it. */
gboolean laptop_pair(const LaptopOptions *options, const char *code, const char *name,
        char **ret_said, GError **error);

/* Ready to scan: who it is, its own log, and the list of tickets, kept or asked for. WORLD when there is no list and no
 * server. Options are lent until laptop_free(). */
Laptop *laptop_open(const LaptopOptions *options, GError **error);
void laptop_free(Laptop *laptop); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Laptop, laptop_free)

/* The answer to what was scanned: {shown, decision, first_at, place, words}. When there can be no colour, shown and
 * decision are null, and `trouble` is "not-saved", "full" or "too-often"; @ret_error (nullable) says why it wasn't saved. */
json_t *laptop_scan(Laptop *laptop, const char *line, gsize length, GError **ret_why);

/*
 * What is typed beside tickets. NULL when @line is none of it; else the answer, as above, where `decision` is
 * "count", "void", "group" or "admit", or `trouble` also "misused" or "forbidden".
 *
 *   +N [REGION|group]          N people without a ticket, of a region or of the group
 *   group                      the delegation of the captain's ticket scanned last: who is here, who is missing
 *   group in [-NUMBER …]       lets all in that are missing, but for those
 *   undo [double|wrong|other] [TICKET]   takes back: what was done last, or that holder's scans at this session; a
 *                              supervisor's laptop only. Other devices' scans too, when the server can be asked
 */
json_t *laptop_act(Laptop *laptop, const char *line, gsize length, GError **ret_why);

/* Keeps in step until @fd can be read (TRUE) or @limit_ms have passed. */
gboolean laptop_wait(Laptop *laptop, int fd, gint64 limit_ms);
/* One whole round with the server now, @limit_ms at most. FALSE when it did not go through. */
gboolean laptop_sync(Laptop *laptop, gint64 limit_ms);
/* The same for every session that it may scan at; nothing may be under way. @said: a line for each, appended. */
gboolean laptop_sync_all(Laptop *laptop, GString *said);

typedef struct {
	const char *place, *event; /* checkpoint's name, event's title; lent */
	guint let_in;              /* by this laptop at this session */
	guint waiting, quarantined, tickets;
	guint damaged;    /* places of its log that can't be read */
	gint64 last_sync; /* wall clock, ms; 0: never */
	gboolean online;
	int refused; /* the status with which the server refuses this device; 0: it doesn't */
} LaptopState;
void laptop_state(const Laptop *laptop, LaptopState *ret);

/* All that the laptop of this token file has recorded, as the phone hands it out: {event, device, records}. Beside one
 * that scans, too. */
json_t *laptop_file(const char *token_file, GError **error);
