/* The plain rows about a person, for who asks what is kept of them. */
#include "schema/self.h"

#include <string.h>

static GArray *
list_of(gsize size)
{
	return g_array_new(FALSE, TRUE, (guint)size);
}

static void
consent_clear(gpointer data)
{
	g_free(((SelfConsent *)data)->text);
}

void
self_kept_clear(SelfKept *kept)
{
	g_clear_pointer(&kept->bookings, g_array_unref);
	g_clear_pointer(&kept->scans, g_array_unref);
	g_clear_pointer(&kept->consents, g_array_unref);
	g_clear_pointer(&kept->letters, g_array_unref);
}

static gboolean
read_row(Db *db, gint64 attendee, SelfKept *kept, GError **error)
{
	g_autoptr(DbRows) row = db_query(db,
	        "SELECT r.made, a.option_state FROM attendee a"
	        " LEFT JOIN registration r ON r.id = a.registration WHERE a.id = $1",
	        DB_ARGS(db_int(attendee)), error);
	if (row == NULL)
		return FALSE;
	DbStep step = db_next(row, error);
	if (step == DB_ROW) {
		kept->made = db_column_int(row, 0);
		kept->option_waitlisted = g_strcmp0(db_column_text(row, 1), "waitlisted") == 0;
	}
	return step != DB_ERROR_ROW;
}

static gboolean
read_bookings(Db *db, gint64 attendee, GArray *bookings, GError **error)
{
	DbStep step;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT session_no, stop_no, state, offer FROM booking WHERE attendee = $1"
	        " ORDER BY session_no",
	        DB_ARGS(db_int(attendee)), error);
	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		SelfBooking booking = { .session_no = (guint16)db_column_int(rows, 0),
			.stop_no = (guint16)db_column_int(rows, 1),
			.confirmed = strcmp(db_column_text(rows, 2), "confirmed") == 0,
			.offer = db_column_int(rows, 3) };
		g_array_append_val(bookings, booking);
	}
	return step == DB_NO_ROW;
}

/* Of every ticket that they have or had, in the last word about each scan; of a ticket that became theirs by a merge, too. */
static gboolean
read_scans(Db *db, const Event *event, gint64 attendee, GArray *scans, GError **error)
{
	DbStep step;
	g_autoptr(DbRows) rows = db_query(db,
	        "WITH theirs AS (SELECT id, mark FROM attendee WHERE event = $1"
	        " AND (id = $2 OR merged_into = $2)),"
	        " marks AS (SELECT mark FROM theirs UNION SELECT o.mark FROM old_ticket o"
	        " JOIN theirs t ON t.id = o.attendee WHERE o.event = $1)"
	        " SELECT s.session_no, s.checkpoint_no, s.wall + s.skew, s.decision FROM scan s"
	        " WHERE s.event = $1 AND s.mark IN (SELECT mark FROM marks)"
	        " AND NOT EXISTS (SELECT 1 FROM scan l WHERE l.device = s.device"
	        " AND l.epoch = s.epoch AND l.seq = s.seq AND l.rev > s.rev)"
	        " ORDER BY 3, 1",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(attendee)), error);
	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		SelfScan scan = { .session_no = (guint16)db_column_int(rows, 0),
			.checkpoint_no = (guint16)db_column_int(rows, 1),
			.at = db_column_int(rows, 2) };
		g_strlcpy(scan.decision, db_column_text(rows, 3), sizeof scan.decision);
		g_array_append_val(scans, scan);
	}
	return step == DB_NO_ROW;
}

static gboolean
read_consents(Db *db, gint64 attendee, GArray *consents, GError **error)
{
	DbStep step;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT c.kind, c.given, c.at, c.text_version, c.lang, t.words FROM consent c"
	        " LEFT JOIN consent_text t ON t.kind = c.kind AND t.lang = c.lang"
	        " AND t.version = c.text_version WHERE c.attendee = $1 ORDER BY c.kind",
	        DB_ARGS(db_int(attendee)), error);
	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		SelfConsent consent = { .kind = (ConsentKind)db_column_int(rows, 0),
			.given = db_column_int(rows, 1) != 0,
			.at = db_column_int(rows, 2),
			.text_version = db_column_int(rows, 3),
			.text = g_strdup(db_column_text(rows, 5)) };
		g_strlcpy(consent.lang, db_column_text(rows, 4), sizeof consent.lang);
		g_array_append_val(consents, consent);
	}
	return step == DB_NO_ROW;
}

static gboolean
kind_of(const char *name, OutboxKind *ret)
{
	for (guint i = 0; i < OUTBOX_KINDS; i++)
		if (strcmp(outbox_kind_name((OutboxKind)i), name) == 0) {
			*ret = (OutboxKind)i;
			return TRUE;
		}
	return FALSE;
}

static OutboxState
state_of(const char *name)
{
	guint i = 0;

	while (i + 1 < OUTBOX_STATES && strcmp(outbox_state_name((OutboxState)i), name) != 0)
		i++;
	return (OutboxState)i;
}

static gboolean
read_letters(Db *db, gint64 attendee, GArray *letters, GError **error)
{
	DbStep step;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT kind, state, made FROM outbox WHERE attendee = $1 ORDER BY made, cause",
	        DB_ARGS(db_int(attendee)), error);
	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		SelfLetterKept letter = { .state = state_of(db_column_text(rows, 1)),
			.made = db_column_int(rows, 2) };
		if (kind_of(db_column_text(rows, 0), &letter.kind))
			g_array_append_val(letters, letter);
	}
	return step == DB_NO_ROW;
}

gboolean
self_kept(Db *db, const Event *event, gint64 attendee, SelfKept *ret, GError **error)
{
	g_auto(SelfKept) kept = { .bookings = list_of(sizeof(SelfBooking)),
		.scans = list_of(sizeof(SelfScan)),
		.consents = list_of(sizeof(SelfConsent)),
		.letters = list_of(sizeof(SelfLetterKept)) };

	g_array_set_clear_func(kept.consents, consent_clear);
	if (!read_row(db, attendee, &kept, error) ||
	        !read_bookings(db, attendee, kept.bookings, error) ||
	        !read_scans(db, event, attendee, kept.scans, error) ||
	        !read_consents(db, attendee, kept.consents, error) ||
	        !read_letters(db, attendee, kept.letters, error))
		return FALSE;
	*ret = kept;
	kept = (SelfKept){ 0 };
	return TRUE;
}
