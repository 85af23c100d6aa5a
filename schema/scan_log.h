/*
 * The scan log, read back by what it is about, and the presence that follows from it. What the lines
 * mean is decided in checkin/ (log.h, merge.h there), whose works call these inside the writer's transaction.
 */
#pragma once

#include "schema/scan.h"

#define SCAN_REASON_BYTES 33

/* A line with what became of it. */
typedef struct {
	ScanRow row; /* its reason is below, and no pointer, so that entries can lie in an array */
	char reason[SCAN_REASON_BYTES]; /* "": none */
	gboolean accepted;              /* by the last verdict */
	gboolean by_supervisor;         /* the device is a supervisor's, or the staff's own */
} ScanEntry;

/* Both revs of a key, at most. */
gboolean scan_lines_of_key(
        Db *db, gint64 device, gint64 epoch, gint64 seq, GArray *ret_entries, GError **error);
/* Every line of the keys that speak of a ticket of @attendee (current, replaced, or of someone merged into them)
 * at a session, and every void that may name one. A key's other rev may speak of something else. */
gboolean scan_lines_of_holder(Db *db, const Event *event, guint16 session_no, gint64 attendee,
        GArray *ret_entries, GError **error);
/* The marks of the above, added to @ret_marks (of gint64). */
gboolean scan_marks_of_holder(
        Db *db, const Event *event, gint64 attendee, GArray *ret_marks, GError **error);
/* Every count of one cell of the tally (0: nobody's), and every void that may name one. */
gboolean scan_lines_of_tally(Db *db, const Event *event, guint16 session_no, guint16 region_no,
        guint16 delegation_no, GArray *ret_entries, GError **error);

/* The next @limit lines by key after @last (NULL: from the first), at a session (0: all). */
gboolean scan_lines_after(Db *db, const Event *event, guint16 session_no, const ScanRow *last,
        gint64 limit, GArray *ret_entries, GError **error);
/* Lines of one ticket at a session. */
gboolean scan_lines_of_mark(Db *db, const Event *event, guint16 session_no, gint64 mark,
        GArray *ret_entries, GError **error);
/* Lines of a device whose last verdict is quarantine; @epoch and @seq narrow it, 0 for all, and @reason,
 * NULL for any. */
gboolean scan_lines_quarantined(Db *db, const Event *event, gint64 device, gint64 epoch, gint64 seq,
        const char *reason, GArray *ret_entries, GError **error);
/* All lines of (device, epoch) up to @seq. */
gboolean scan_lines_of_stretch(Db *db, const Event *event, gint64 device, gint64 epoch, gint64 seq,
        GArray *ret_entries, GError **error);

/* Whose ticket a mark is, after merges; 0 for nobody's. */
gboolean
scan_holder_id(Db *db, const Event *event, gint64 mark, gint64 *ret_attendee, GError **error);

/* The sessions that a line of one of @marks speaks of, or where @attendee is present, added to
 * @ret_sessions (a set of GUINT_TO_POINTER). */
gboolean scan_sessions_of(Db *db, const Event *event, GArray *marks, gint64 attendee,
        GHashTable *ret_sessions, GError **error);

/* What a void touches: the lines that it names. */
typedef struct {
	guint16 session_no;
	gboolean has_mark;
	gint64 mark;
	gboolean is_count;
	guint16 region_no, delegation_no;
} ScanTouched;
/* Lines of (device, epoch, seq), or up to that seq with @stretch; once each. @ret of ScanTouched. */
gboolean scan_lines_named(Db *db, const Event *event, gint64 device, gint64 epoch, gint64 seq,
        gboolean stretch, GArray *ret_touched, GError **error);
/* Whether an accepted void of a supervisor names the key already. */
gboolean scan_is_voided(
        Db *db, gint64 device, gint64 epoch, gint64 seq, gboolean *ret_voided, GError **error);

/* A verdict that is not simple acceptance, or a release (@who not NULL). Grow-only. */
gboolean verdict_add(Db *db, const Event *event, const ScanRow *row, gboolean accepted,
        const char *reason, const char *who, gint64 now, GError **error);

/* What can't be a line: kept as it came, once, whatever is sent how often. @id is made by the caller; @device 0:
 * not known. */
gboolean quarantine_add(Db *db, const Event *event, gint64 id, gint64 device, const guint8 hash[32],
        const char *content, const char *reason, gint64 now, GError **error);
/* One more of "late, not counted". */
gboolean late_scan_add(Db *db, const Event *event, guint16 session_no, GError **error);

/* Writes what the log says of a holder at a session; @by NULL: not present. @was_there: somebody who ever
 * scanned them in must be told when they are not. @version is the event's. */
typedef struct {
	gint64 first_at, device, epoch, seq;
	guint16 checkpoint_no;
} PresenceBy;
gboolean presence_write(Db *db, const Event *event, guint16 session_no, gint64 attendee,
        const PresenceBy *by, gboolean was_there, gint64 version, GError **error);
/* A spare ticket's region: @region_no, or 0: the one that it was printed for. Nobody else's. */
gboolean
spare_region_write(Db *db, gint64 attendee, guint16 region_no, gint64 version, GError **error);
gboolean tally_write(Db *db, const Event *event, guint16 session_no, guint16 region_no,
        guint16 delegation_no, gint64 counted, GError **error);

/* Stretches of numbers of (device, epoch) that no line has, quarantined ones counted as there; of ScanGap. */
typedef struct {
	gint64 device, epoch, from, to;
} ScanGap;
#define SCAN_GAPS_MAX 100
gboolean scan_gaps(Db *db, gint64 device, gint64 epoch, GArray *ret_gaps, GError **error);
