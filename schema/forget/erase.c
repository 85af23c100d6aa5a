/* What is done to the rows of a person who is deleted. */
#include "schema/erase.h"

#include "schema/audit.h"
#include "schema/erase_private.h"
#include "schema/forgotten.h"
#include "schema/hold.h"
#include "schema/places_private.h"

#define MERGES_MAX 16

/* ---- who it is ---- */

gboolean
erase_ids(DbRows *given, GArray *ret_ids, GError **error)
{
	g_autoptr(DbRows) rows = given;
	DbStep step;

	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		gint64 id = db_column_int(rows, 0);
		g_array_append_val(ret_ids, id);
	}
	return step == DB_NO_ROW;
}

/* Whoever @attendee was merged into in the end; 0 when there is no such one in the event. */
static gboolean
root_of(Db *db, const Event *event, gint64 attendee, gint64 *ret_root, GError **error)
{
	gint64 next = 0;

	if (!db_ask_int(db, "SELECT id FROM attendee WHERE id = $1 AND event = $2",
	            DB_ARGS(db_int(attendee), db_bytes(event->id, EVENT_ID_BYTES)), 0, &next,
	            error))
		return FALSE;
	for (guint i = 0; next != 0 && i < MERGES_MAX; i++) {
		attendee = next;
		if (!db_ask_int(db, "SELECT merged_into FROM attendee WHERE id = $1",
		            DB_ARGS(db_int(attendee)), 0, &next, error))
			return FALSE;
		*ret_root = attendee;
	}
	return TRUE;
}

/* @root and everybody who was merged into them, in any depth. */
static gboolean
all_of(Db *db, gint64 root, GArray *ret_ids, GError **error)
{
	return erase_ids(
	        db_query(db,
	                "WITH RECURSIVE who (id) AS (SELECT CAST($1 AS BIGINT)"
	                " UNION SELECT a.id FROM attendee a JOIN who ON a.merged_into = who.id)"
	                " SELECT id FROM who ORDER BY id",
	                DB_ARGS(db_int(root)), error),
	        ret_ids, error);
}

/* The people that are asked for, each once, by their number. */
static gboolean
roots_of(Db *db, const Event *event, const PlacesWho *who, GArray *ret_roots, GError **error)
{
	g_autoptr(GArray) asked = g_array_new(FALSE, FALSE, sizeof(gint64));

	if (!erase_ids(db_query(db,
	                       "SELECT id FROM attendee WHERE event = $1"
	                       " AND ($2 = 0 OR registration = $2) AND ($3 = 0 OR id = $3)"
	                       " AND ($2 <> 0 OR $3 <> 0) ORDER BY no",
	                       DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES),
	                               db_int(who->registration), db_int(who->attendee)),
	                       error),
	            asked, error))
		return FALSE;
	for (guint i = 0; i < asked->len; i++) {
		gint64 root = 0;
		gboolean there = FALSE;
		if (!root_of(db, event, g_array_index(asked, gint64, i), &root, error))
			return FALSE;
		for (guint k = 0; k < ret_roots->len; k++)
			there = there || g_array_index(ret_roots, gint64, k) == root;
		if (!there && root != 0)
			g_array_append_val(ret_roots, root);
	}
	return TRUE;
}

/* ---- rows ---- */

/* Of where they are in stays that they were expected there; a session that the option brought has no row yet. */
static gboolean
keep_expected(Db *db, const Event *event, gint64 attendee, GError **error)
{
	const DbValue id = db_int(attendee), of = db_bytes(event->id, EVENT_ID_BYTES);

	return db_run(db,
	               "INSERT INTO booking (attendee, session_no, event, state)"
	               " SELECT a.id, os.session_no, a.event, 'confirmed' FROM attendee a"
	               " JOIN option_session os ON os.event = a.event AND os.option_no = "
	               "a.option_no"
	               " AND os.choose = 0"
	               " JOIN presence p ON p.event = a.event AND p.session_no = os.session_no"
	               " AND p.attendee = a.id"
	               " WHERE a.id = $1 AND a.event = $2 AND a.option_state = 'confirmed'"
	               " ON CONFLICT (attendee, session_no) DO UPDATE SET state = excluded.state",
	               DB_ARGS(id, of), NULL, error) &&
	        db_run(db,
	                "DELETE FROM booking WHERE attendee = $1 AND (state <> 'confirmed'"
	                " OR NOT EXISTS (SELECT 1 FROM presence p WHERE p.event = $2"
	                " AND p.session_no = booking.session_no AND p.attendee = $1))",
	                DB_ARGS(id, of), NULL, error) &&
	        db_run(db,
	                "UPDATE booking SET stop_no = NULL, role = NULL, queue = NULL,"
	                " offer = NULL WHERE attendee = $1",
	                DB_ARGS(id), NULL, error);
}

/* The registration goes with its last person. Its address is its first person's. */
static gboolean
leave_registration(Db *db, gint64 attendee, GError **error)
{
	gint64 registration = 0, first = 0;

	if (!db_ask_int(db, "SELECT registration FROM attendee WHERE id = $1",
	            DB_ARGS(db_int(attendee)), 0, &registration, error))
		return FALSE;
	if (registration == 0)
		return TRUE;
	if (!db_ask_int(db, "SELECT id FROM attendee WHERE registration = $1 ORDER BY no LIMIT 1",
	            DB_ARGS(db_int(registration)), 0, &first, error) ||
	        (first == attendee &&
	                !db_run(db, "UPDATE registration SET email_hash = NULL WHERE id = $1",
	                        DB_ARGS(db_int(registration)), NULL, error)))
		return FALSE;
	return db_run(db,
	               "UPDATE attendee SET guardian = NULL WHERE registration = $2"
	               " AND guardian = $1",
	               DB_ARGS(db_int(attendee), db_int(registration)), NULL, error) &&
	        db_run(db, "UPDATE attendee SET registration = NULL WHERE id = $1",
	                DB_ARGS(db_int(attendee)), NULL, error) &&
	        db_run(db,
	                "DELETE FROM registration WHERE id = $1 AND NOT EXISTS"
	                " (SELECT 1 FROM attendee WHERE registration = $1)",
	                DB_ARGS(db_int(registration)), NULL, error);
}

/* Replaced tickets that no line of the log speaks of; the others are refused at the door for as long as there is one. */
static gboolean
drop_old_tickets(Db *db, const Event *event, gint64 attendee, GError **error)
{
	return db_run(db,
	        "DELETE FROM old_ticket WHERE attendee = $1 AND NOT EXISTS"
	        " (SELECT 1 FROM session x CROSS JOIN scan s WHERE x.event = $2"
	        " AND s.event = x.event AND s.session_no = x.no AND s.mark = old_ticket.mark)",
	        DB_ARGS(db_int(attendee), db_bytes(event->id, EVENT_ID_BYTES)), NULL, error);
}

static gboolean
strip(Db *db, const Event *event, gint64 attendee, gint64 version, GError **error)
{
	static const guint8 no_ticket[TICKET_ID_BYTES];
	const DbValue id = db_int(attendee);

	return keep_expected(db, event, attendee, error) &&
	        db_run(db, "DELETE FROM sealed WHERE owner = $1", DB_ARGS(id), NULL, error) &&
	        db_run(db, "DELETE FROM consent WHERE attendee = $1", DB_ARGS(id), NULL, error) &&
	        leave_registration(db, attendee, error) &&
	        drop_old_tickets(db, event, attendee, error) &&
	        db_run(db,
	                "UPDATE attendee SET state = 'deleted', delegation_no = NULL,"
	                " asked_no = NULL,"
	                " option_no = NULL, option_state = NULL, option_queue = NULL,"
	                " option_offer = NULL, spare_region_no = NULL, lang = $2, age_band = 0, "
	                "guardian = NULL,"
	                " fee_state = 'free', ticket_id = $3, changed = $4 WHERE id = $1",
	                DB_ARGS(id, db_text(event->languages[0]),
	                        db_bytes(no_ticket, sizeof no_ticket), db_int(version)),
	                NULL, error);
}

/* ---- one person ---- */

/* Who had cancelled was expected nowhere, and is not now. */
static gboolean
expect_no_cancelled(Db *db, gint64 attendee, GError **error)
{
	return db_run(db,
	               "UPDATE booking SET state = 'waitlisted' WHERE attendee = $1 AND EXISTS"
	               " (SELECT 1 FROM attendee a WHERE a.id = $1 AND a.state = 'cancelled')",
	               DB_ARGS(db_int(attendee)), NULL, error) &&
	        db_run(db,
	                "UPDATE attendee SET option_state = 'waitlisted' WHERE id = $1"
	                " AND state = 'cancelled' AND option_state IS NOT NULL",
	                DB_ARGS(db_int(attendee)), NULL, error);
}

/* A captain's link is not theirs any more, and a group that they asked to join is not asked. */
static gboolean
leave_groups(Db *db, const Event *event, gint64 attendee, GError **error)
{
	return db_run(db,
	               "UPDATE delegation SET captain = NULL, link_no = link_no + 1"
	               " WHERE event = $1 AND captain = $2",
	               DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(attendee)), NULL,
	               error) &&
	        db_run(db, "UPDATE attendee SET asked_no = NULL WHERE id = $1",
	                DB_ARGS(db_int(attendee)), NULL, error);
}

/* Their places are free again; no page, letter or door has them from now on. */
static gboolean
hide(Db *db, const Event *event, GArray *ids, gboolean letters, gint64 version, GError **error)
{
	for (guint i = 0; i < ids->len; i++) {
		gint64 id = g_array_index(ids, gint64, i);
		if (!places_release(db, event, id, error) ||
		        (letters && !outbox_forget(db, id, error)) ||
		        !expect_no_cancelled(db, id, error) ||
		        !leave_groups(db, event, id, error) ||
		        !db_run(db,
		                "UPDATE attendee SET state = 'deleted', changed = $2 WHERE id = $1",
		                DB_ARGS(db_int(id), db_int(version)), NULL, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean
note(Db *db, const Event *event, gint64 attendee, gboolean done, gint64 now, GError **error)
{
	return db_run(db,
	        "INSERT INTO erasure (attendee, event, asked, done) VALUES ($1, $2, $3, $4)"
	        " ON CONFLICT (attendee) DO UPDATE SET done = excluded.done",
	        DB_ARGS(db_int(attendee), db_bytes(event->id, EVENT_ID_BYTES), db_int(now),
	                done ? db_int(now) : db_null()),
	        NULL, error);
}

/* Whether a hold keeps one of them. */
static gboolean
any_kept(Db *db, const Event *event, GArray *ids, gboolean *ret_kept, GError **error)
{
	*ret_kept = FALSE;
	for (guint i = 0; i < ids->len && !*ret_kept; i++)
		if (!hold_keeps(db, event, g_array_index(ids, gint64, i), ret_kept, error))
			return FALSE;
	return TRUE;
}

static gboolean
is_done(Db *db, gint64 attendee, gboolean *ret_asked, gboolean *ret_done, GError **error)
{
	gint64 state = 0;

	if (!db_ask_int(db,
	            "SELECT CASE WHEN done IS NULL THEN 1 ELSE 2 END FROM erasure"
	            " WHERE attendee = $1",
	            DB_ARGS(db_int(attendee)), 0, &state, error))
		return FALSE;
	*ret_asked = state != 0;
	*ret_done = state == 2;
	return TRUE;
}

static gboolean
told(Db *db, const Event *event, gint64 root, const char *by, const char *act, gint64 now,
        GError **error)
{
	gint64 no = 0;

	if (!db_ask_int(db, "SELECT no FROM attendee WHERE id = $1", DB_ARGS(db_int(root)), 0, &no,
	            error))
		return FALSE;
	g_autofree char *detail = g_strdup_printf("holder %" G_GINT64_FORMAT, no);
	return audit_add(db, event->id, by, act, detail, now, error);
}

gboolean
erase_root(Db *db, const Event *event, VaultEvent *keys, gint64 root, const char *by,
        gint64 version, gint64 now, EraseAnswer *answer, GError **error)
{
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
	gboolean asked = FALSE, done = FALSE, kept = FALSE;

	if (!is_done(db, root, &asked, &done, error))
		return FALSE;
	if (done)
		return TRUE;
	if (!all_of(db, root, ids, error) || !any_kept(db, event, ids, &kept, error))
		return FALSE;
	if (asked && kept) /* hidden before */
		return TRUE;
	answer->n++;
	answer->held += kept;
	for (guint i = 0; keys != NULL && !asked && i < ids->len; i++)
		if (!forgotten_note(db, event, keys, g_array_index(ids, gint64, i), error))
			return FALSE;
	if (!hide(db, event, ids, by != NULL, version, error))
		return FALSE;
	for (guint i = 0; i < ids->len; i++) {
		gint64 id = g_array_index(ids, gint64, i);
		if (!note(db, event, id, !kept, now, error) ||
		        (!kept && !strip(db, event, id, version, error)))
			return FALSE;
	}
	return by == NULL ||
	        told(db, event, root, by, kept ? "person.hide" : "person.erase", now, error);
}

/* ---- what is asked for ---- */

gboolean
erase_people(Db *db, const Event *event, VaultEvent *keys, const PlacesWho *who, const char *by,
        gint64 now, EraseAnswer *ret, GError **error)
{
	g_autoptr(GArray) roots = g_array_new(FALSE, FALSE, sizeof(gint64));
	EraseAnswer answer = { .outcome = ERASE_NOBODY };
	gint64 version, last_no, edition;

	if (!places_raise(db, event, 0, &version, &last_no, &edition, error))
		return FALSE;
	if (edition != event->edition) {
		answer.outcome = ERASE_EVENT_CHANGED;
		*ret = answer;
		return TRUE;
	}
	if (!roots_of(db, event, who, roots, error))
		return FALSE;
	for (guint i = 0; i < roots->len; i++)
		if (!erase_root(db, event, keys, g_array_index(roots, gint64, i), by, version, now,
		            &answer, error))
			return FALSE;
	if (answer.n > 0) {
		answer.outcome = answer.held > 0 ? ERASE_HELD : ERASE_DONE;
		if (!places_fill(db, event, version, now, error))
			return FALSE;
	}
	*ret = answer;
	return TRUE;
}

gboolean
erase_person(Db *db, const Event *event, VaultEvent *keys, gint64 attendee, const char *by,
        gint64 now, EraseAnswer *ret, GError **error)
{
	const PlacesWho who = { 0, attendee };

	return erase_people(db, event, keys, &who, by, now, ret, error);
}

gboolean
erase_work(Db *db, gpointer data, GError **error)
{
	EraseWork *work = data;

	return erase_people(
	        db, work->event, work->keys, &work->who, work->by, work->now, &work->answer, error);
}
