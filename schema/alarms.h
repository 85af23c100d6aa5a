/*
 * What of the scan log asks for a person's eye: records that the server could not accept (quarantined and not
 * released), what arrived and could not be read, and numbers that a device gave to scans which never
 * arrived. And the stretches of a device's scans, each from a start of its app to the next.
 */
#pragma once

#include "schema/event.h"

typedef struct {
	gint64 quarantined, unreadable, gaps; /* unreadable: that nobody has looked at yet */
} AlarmCounts;
gboolean alarms_count(Db *db, const guint8 event[EVENT_ID_BYTES], AlarmCounts *ret, GError **error);

/* What was set aside of one device for one reason, the newest first. Texts are lent until the next. */
typedef struct {
	gint64 device;                    /* 0: not known */
	const char *reason, *device_name; /* the name is NULL for a device that isn't known */
	gboolean device_revoked;
	gint64 n, first, last; /* when they arrived, UTC seconds */
} AlarmGroup;
typedef void (*AlarmSeen)(const AlarmGroup *group, gpointer data);
/* Lines of the log with a verdict: they can be released (checkin/holders.h). */
gboolean alarms_set_aside(Db *db, const guint8 event[EVENT_ID_BYTES], guint most, AlarmSeen seen,
        gpointer data, GError **error);
/* What could not be a line, and was not looked at yet. */
gboolean alarms_unreadable(Db *db, const guint8 event[EVENT_ID_BYTES], guint most, AlarmSeen seen,
        gpointer data, GError **error);

/* Somebody has looked at what could not be read of a device; a DbWork, with a line in the audit. */
typedef struct {
	guint8 event[EVENT_ID_BYTES];
	gint64 device;            /* 0: of those that aren't known */
	const char *reason, *who; /* lent until the work is done */
	gint64 now, looked_at;    /* the answer: how many */
} AlarmLook;
gboolean alarms_look(Db *db, gpointer data, GError **error);

/* The scans of a device between two starts of its app. Texts are lent until the next. */
typedef struct {
	gint64 device, epoch;
	const char *device_name;  /* NULL for one that has no name */
	gint64 n, last_seq;       /* scans that arrived; the highest number */
	gint64 first_at, last_at; /* corrected, ms */
	gint64 void_to;           /* scanned for trial: void up to this number; 0: nothing is */
} AlarmStretch;
typedef void (*AlarmStretchSeen)(const AlarmStretch *stretch, gpointer data);
/* Those with numbers that never arrived. */
gboolean alarms_gaps(Db *db, const guint8 event[EVENT_ID_BYTES], guint most, AlarmStretchSeen seen,
        gpointer data, GError **error);
/* All of one device, the newest first. */
gboolean alarms_stretches(Db *db, const guint8 event[EVENT_ID_BYTES], gint64 device, guint most,
        AlarmStretchSeen seen, gpointer data, GError **error);
