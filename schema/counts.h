/*
 * Attendance: who was expected, who came, by home region and session.
 *
 *   expected  as schema/people.h says; a shift is never expected
 *   came      people whom a scan made present, walk-ins included
 *   walk_in   came without being expected
 *   tally     people counted at a door without a ticket; never mixed with the others
 *
 * Tickets of class practice never count. no_show is expected - (came - walk_in).
 */
#pragma once

#include "schema/event.h"

typedef struct {
	guint16 region_no; /* 0: a region that the event does not have, or none was tapped */
	guint16 session_no;
	gint64 expected, came, walk_in, tally;
} AttendanceCount;

#define COUNTS_PAGE 16384 /* people in memory at once */

/* What the counts depend on is changed with this number: the event's version. */
gboolean counts_version(Db *db, const Event *event, gint64 *ret_version, GError **error);

/* One pass over the event's people. @db is inside a reading transaction. @ret is an array of
 * AttendanceCount, a row per region × session in the event's order, also when all is zero; rows of region 0
 * come last, and only when there is somebody in them. */
gboolean counts_attendance(Db *db, const Event *event, GArray **ret, GError **error);
