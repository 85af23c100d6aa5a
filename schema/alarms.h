/*
 * What of the scan log asks for a person's eye: records that the server could not accept (quarantined and not
 * released), what arrived and could not be read, and numbers that a device gave to scans which never
 * arrived.
 */
#pragma once

#include "schema/event.h"

typedef struct {
	gint64 quarantined, unreadable, gaps;
} AlarmCounts;
gboolean alarms_count(Db *db, const guint8 event[EVENT_ID_BYTES], AlarmCounts *ret, GError **error);

/* One quarantined record, the newest first. Texts are lent until the next. */
typedef struct {
	gint64 device, epoch, seq;
	int rev;
	const char *reason, *device_name; /* the name is NULL for a device that isn't known */
	guint16 session_no;
	gint64 at;
} Alarm;
typedef void (*AlarmSeen)(const Alarm *alarm, gpointer data);
/* @most of those that a line of the log stands for. */
gboolean alarms_list(Db *db, const guint8 event[EVENT_ID_BYTES], guint most, AlarmSeen seen,
        gpointer data, GError **error);
