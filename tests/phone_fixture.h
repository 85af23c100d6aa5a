/*
 * Phones and a server for tests, all in memory: a phone is the shipped checkin/device.c with a
 * storage; the server is an array of rows judged by log_judge() and read by log_derive(). Nothing
 * happens by itself: a test says what is stored, sent and lost, step by step.
 */
#pragma once

#include <glib.h>

#include "checkin/device.h"
#include "checkin/log.h"

#define STORE_MAX 128

/* Who has which ticket; a row of the manifest. */
typedef struct {
	guint64 mark;
	guint32 holder;
	guint16 delegation;
	guint8 entry, hint;
} Guest;

typedef struct {
	guint64 history;
	gint64 version;
	LogEntry rows[STORE_MAX];
	guint8 verdicts[STORE_MAX];
	guint rows_n;
	LogRecord aside[STORE_MAX]; /* what can't be a row */
	guint aside_n, late;
	Guest guests[32];
	guint guests_n;
	guint64 revoked; /* device; 0 none */
	gboolean collapsed;
} Desk;

typedef struct {
	DeviceMemory *memory;
	gpointer block;
	guint64 device;
	DevicePlace place;
	DeviceItem disk[STORE_MAX];
	guint disk_n;
	gint64 now; /* ms; each act takes a second */
} Hand;

/* The session is number 1, its doors are open and may be entered again unless @once; device 1 … are
 * supervisors when their number is odd. */
void desk_begin(Desk *desk);
void desk_guest(Desk *desk, guint64 mark, guint32 holder, guint8 entry);
LogVerdict desk_put(Desk *desk, const LogRecord *record, guint64 token, gboolean from_server);
/* The server's answer to an asked record, written as its rev 0. */
DeviceReply desk_answer(Desk *desk, const LogRecord *asked);
LogPresence desk_presence(const Desk *desk, guint32 holder);
/* Releases the row of this key and rev. */
void desk_release(Desk *desk, const LogRecord *of);

void hand_begin(Hand *hand, guint64 device, gboolean once);
void hand_end(Hand *hand);
/* Starts the app anew, with what its storage holds. */
void hand_restart(Hand *hand, guint64 epoch);
DeviceScan hand_scan_of(Hand *hand, guint64 mark, gboolean online);
/* The item becomes durable; what is shown, or NULL when nothing is. */
const DeviceAnswer *hand_store(Hand *hand, const DeviceItem *item);
/* Scanned without a network, stored, shown. */
DeviceAnswer hand_scan(Hand *hand, guint64 mark);
/* Scanned, the server asked, its answer taken. */
DeviceAnswer hand_ask(Hand *hand, Desk *desk, guint64 mark);
/* Undo by a supervisor, stored; how many records were voided. */
guint hand_undo(Hand *hand, guint64 mark);
/* Uploads what waits and takes the answer; how many left the queue. */
guint hand_upload(Hand *hand, Desk *desk);
/* Takes manifest and known list, as differences when it has them. */
void hand_lists(Hand *hand, Desk *desk);
guint hand_waiting(Hand *hand);
