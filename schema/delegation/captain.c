/* What a captain does with their own group; and with no other. */
#include "schema/delegation.h"

#include <string.h>

#include "schema/audit.h"
#include "schema/erase.h"
#include "schema/forgotten.h"
#include "schema/holder.h"
#include "schema/outbox.h"
#include "schema/scan.h"

#define NTH_TRIES 32 /* people of one name who came and went */
#define DRAWS     4

static DbValue
event_id(const CaptainWork *work)
{
	return db_bytes(work->event->id, EVENT_ID_BYTES);
}

/* The event's row first, as of every work that touches who is who; then whether the link is still theirs. */
static gboolean
begin(Db *db, CaptainWork *work, gint64 *ret_version, gboolean *ret_holds, GError **error)
{
	gint64 link_no = 0;

	work->outcome = DELEGATION_NOBODY;
	if (!scan_raise_version(db, work->event, ret_version, error) ||
	        !db_ask_int(db,
	                "SELECT link_no FROM delegation WHERE event = $1 AND no = $2"
	                " AND closed IS NULL",
	                DB_ARGS(event_id(work), db_int(work->no)), 0, &link_no, error))
		return FALSE;
	*ret_holds = link_no == work->link_no && link_no != 0;
	return TRUE;
}

/* Whether @attendee is of the group. */
static gboolean
is_member(Db *db, const CaptainWork *work, gboolean *ret_is, GError **error)
{
	gint64 n = 0;

	if (!db_ask_int(db,
	            "SELECT 1 FROM attendee WHERE id = $3 AND event = $1 AND delegation_no = $2"
	            " AND state = 'active' AND merged_into IS NULL",
	            DB_ARGS(event_id(work), db_int(work->no), db_int(work->attendee)), 0, &n,
	            error))
		return FALSE;
	*ret_is = n != 0;
	return TRUE;
}

static gboolean
tell(Db *db, const Event *event, gint64 attendee, const char *what, gint64 version, gint64 now,
        GError **error)
{
	char hex[ID_HEX_LENGTH + 1];

	id_to_hex(attendee, hex);
	g_autofree char *cause = g_strdup_printf("%s:%s:%" G_GINT64_FORMAT, what, hex, version);
	return outbox_add(db, event, OUTBOX_CHANGED, attendee, cause, now, error);
}

static gboolean
tell_change(Db *db, const CaptainWork *work, gint64 attendee, const char *what, gint64 version,
        GError **error)
{
	return tell(db, work->event, attendee, what, version, work->now, error);
}

/* ---- who asks to join ---- */

static GArray *
asking(Db *db, const CaptainWork *work, GError **error)
{
	DbStep step;
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT id FROM attendee WHERE event = $1 AND asked_no = $2 AND ($3 = 0 OR id = $3)"
	        " AND state = 'active' AND merged_into IS NULL ORDER BY id",
	        DB_ARGS(event_id(work), db_int(work->no), db_int(work->attendee)), error);

	if (rows == NULL)
		return NULL;
	while ((step = db_next(rows, error)) == DB_ROW) {
		const gint64 id = db_column_int(rows, 0);
		g_array_append_val(ids, id);
	}
	return step == DB_NO_ROW ? g_steal_pointer(&ids) : NULL;
}

/* Who asks to join is of the delegation @no from now on; or on their own (0). */
static gboolean
settle(Db *db, const Event *event, gint64 attendee, guint16 no, gint64 version, gint64 now,
        GError **error)
{
	return db_run(db,
	               "UPDATE attendee SET delegation_no = $2, asked_no = NULL, changed = $3"
	               " WHERE id = $1",
	               DB_ARGS(db_int(attendee), no != 0 ? db_int(no) : db_null(), db_int(version)),
	               NULL, error) &&
	        tell(db, event, attendee, no != 0 ? "joined" : "not-joined", version, now, error);
}

gboolean
delegation_asked_work(Db *db, gpointer data, GError **error)
{
	AskedWork *work = data;
	const DbValue event = db_bytes(work->event->id, EVENT_ID_BYTES);
	gint64 version = 0, asked = 0, no = 0;

	work->outcome = DELEGATION_SAME;
	if (!scan_raise_version(db, work->event, &version, error) ||
	        !db_ask_int(db,
	                "SELECT coalesce(asked_no, 0) FROM attendee WHERE id = $2 AND event = $1"
	                " AND state = 'active' AND merged_into IS NULL",
	                DB_ARGS(event, db_int(work->attendee)), 0, &asked, error))
		return FALSE;
	if (asked == 0)
		return TRUE;
	if (!settle(db, work->event, work->attendee, work->yes ? (guint16)asked : 0, version,
	            work->now, error) ||
	        !holder_no(db, work->attendee, &no, error))
		return FALSE;
	work->outcome = DELEGATION_DONE;
	g_autofree char *detail = g_strdup_printf(
	        "holder %" G_GINT64_FORMAT ", delegation %" G_GINT64_FORMAT, no, asked);
	return audit_add(db, work->event->id, work->who,
	        work->yes ? "delegation.approve" : "delegation.refuse", detail, work->now, error);
}

static gboolean
answer(Db *db, CaptainWork *work, gboolean yes, GError **error)
{
	gint64 version = 0;
	gboolean holds = FALSE;

	if (!begin(db, work, &version, &holds, error))
		return FALSE;
	if (!holds)
		return TRUE;
	g_autoptr(GArray) ids = asking(db, work, error);
	if (ids == NULL)
		return FALSE;
	for (guint i = 0; i < ids->len; i++) {
		const gint64 id = g_array_index(ids, gint64, i);
		if (!settle(db, work->event, id, yes ? work->no : 0, version, work->now, error))
			return FALSE;
	}
	work->outcome = ids->len > 0 ? DELEGATION_DONE : DELEGATION_SAME;
	return TRUE;
}

gboolean
captain_approve_work(Db *db, gpointer data, GError **error)
{
	return answer(db, data, TRUE, error);
}

gboolean
captain_refuse_work(Db *db, gpointer data, GError **error)
{
	return ((CaptainWork *)data)->attendee != 0 && answer(db, data, FALSE, error);
}

/* ---- one of the group ---- */

/* As begin(), and @ret_is: @attendee is of the group. */
static gboolean
begin_member(Db *db, CaptainWork *work, gint64 *ret_version, gboolean *ret_is, GError **error)
{
	*ret_is = FALSE;
	return begin(db, work, ret_version, ret_is, error) &&
	        (!*ret_is || is_member(db, work, ret_is, error));
}

gboolean
captain_release_work(Db *db, gpointer data, GError **error)
{
	CaptainWork *work = data;
	gint64 version = 0;
	gboolean is = FALSE;

	if (!begin_member(db, work, &version, &is, error))
		return FALSE;
	if (!is)
		return TRUE;
	work->outcome = DELEGATION_DONE;
	return db_run(db, "UPDATE attendee SET delegation_no = NULL, changed = $2 WHERE id = $1",
	               DB_ARGS(db_int(work->attendee), db_int(version)), NULL, error) &&
	        tell_change(db, work, work->attendee, "released", version, error);
}

gboolean
captain_cancel_work(Db *db, gpointer data, GError **error)
{
	CaptainWork *work = data;
	const PlacesWho who = { .attendee = work->attendee };
	PlacesAnswer cancelled = { 0 };
	gint64 version = 0;
	gboolean is = FALSE;

	if (!begin_member(db, work, &version, &is, error))
		return FALSE;
	if (!is)
		return TRUE;
	if (!places_cancel(db, work->event, &who, work->now, &cancelled, error))
		return FALSE;
	work->outcome = cancelled.outcome == PLACES_EVENT_CHANGED ? DELEGATION_EVENT_CHANGED
	                                                          : DELEGATION_DONE;
	return TRUE;
}

gboolean
captain_erase_work(Db *db, gpointer data, GError **error)
{
	CaptainWork *work = data;
	EraseAnswer erased = { 0 };
	gint64 version = 0;
	gboolean is = FALSE;

	if (!begin_member(db, work, &version, &is, error))
		return FALSE;
	if (!is)
		return TRUE;
	if (!erase_person(db, work->event, work->keys, work->attendee, "captain", work->now,
	            &erased, error))
		return FALSE;
	work->outcome = erased.outcome == ERASE_EVENT_CHANGED ? DELEGATION_EVENT_CHANGED
	        : erased.outcome == ERASE_NOBODY              ? DELEGATION_NOBODY
	                                                      : DELEGATION_DONE;
	return TRUE;
}

gboolean
captain_edit_work(Db *db, gpointer data, GError **error)
{
	CaptainWork *work = data;
	gint64 version = 0;
	gboolean is = FALSE;

	if (!begin_member(db, work, &version, &is, error))
		return FALSE;
	if (!is)
		return TRUE;
	work->outcome = DELEGATION_DONE;
	for (guint class = 0; class < SEALED_CLASSES; class ++) {
		gsize length = 0;
		gconstpointer value = work->sealed[class] != NULL
		        ? g_bytes_get_data(work->sealed[class], &length)
		        : NULL;
		if (value != NULL &&
		        !db_run(db, "UPDATE sealed SET value = $3 WHERE owner = $1 AND class = $2",
		                DB_ARGS(db_int(work->attendee), db_int(class),
		                        db_bytes(value, length)),
		                NULL, error))
			return FALSE;
	}
	return db_run(db, "UPDATE attendee SET age_band = $2, changed = $3 WHERE id = $1",
	        DB_ARGS(db_int(work->attendee), db_int(work->age_band), db_int(version)), NULL,
	        error);
}

gboolean
captain_change_work(Db *db, gpointer data, GError **error)
{
	CaptainChangeWork *work = data;
	gint64 version = 0, entered = 0;
	gboolean is = FALSE;

	work->places.answer = (PlacesAnswer){ .outcome = PLACES_NOTHING };
	work->captain.attendee = work->places.who.attendee;
	if (!begin_member(db, &work->captain, &version, &is, error) ||
	        !db_ask_int(db, "SELECT entered FROM registration WHERE id = $1",
	                DB_ARGS(db_int(work->places.who.registration)), 0, &entered, error))
		return FALSE;
	return !is || entered == 0 || places_change_work(db, &work->places, error);
}

/* ---- the role ---- */

static gboolean
give_ticket(Db *db, const CaptainWork *work, gint64 attendee, TicketClass class, gint64 version,
        GError **error)
{
	TicketIdentity fresh;
	gboolean free = FALSE;

	for (guint draw = 0; draw < DRAWS && !free; draw++) {
		event_ticket_new(work->event, work->keys, class, work->now, &fresh);
		if (!holder_replace_ticket(
		            db, work->event, attendee, &fresh, version, work->now, &free, error))
			return FALSE;
	}
	if (!free)
		g_set_error_literal(error, DB_ERROR, DB_ERROR_BROKEN, "no ticket is free");
	return free && tell_change(db, work, attendee, "captain", version, error);
}

gboolean
captain_hand_over_work(Db *db, gpointer data, GError **error)
{
	CaptainWork *work = data;
	gint64 version = 0, before = 0;
	gboolean is = FALSE;

	if (!begin_member(db, work, &version, &is, error) ||
	        !db_ask_int(db,
	                "SELECT c.id FROM delegation d JOIN attendee c ON c.id = d.captain"
	                " WHERE d.event = $1 AND d.no = $2 AND c.state = 'active'"
	                " AND c.delegation_no = d.no",
	                DB_ARGS(event_id(work), db_int(work->no)), 0, &before, error))
		return FALSE;
	if (!is)
		return TRUE;
	work->outcome = before == work->attendee ? DELEGATION_SAME : DELEGATION_DONE;
	if (work->outcome == DELEGATION_SAME)
		return TRUE;
	if ((before != 0 && !give_ticket(db, work, before, TICKET_ATTENDEE, version, error)) ||
	        !give_ticket(db, work, work->attendee, TICKET_CAPTAIN, version, error) ||
	        !db_run(db,
	                "UPDATE delegation SET captain = $3, link_no = link_no + 1"
	                " WHERE event = $1 AND no = $2",
	                DB_ARGS(event_id(work), db_int(work->no), db_int(work->attendee)), NULL,
	                error) ||
	        !db_run(db, "UPDATE event SET group_version = group_version + 1 WHERE id = $1",
	                DB_ARGS(event_id(work)), NULL, error))
		return FALSE;
	g_autofree char *detail = g_strdup_printf("delegation %u", work->no);
	return audit_add(
	        db, work->event->id, "captain", "delegation.hand_over", detail, work->now, error);
}

/* ---- many at once ---- */

void
captain_submission(VaultEvent *keys, guint16 no, const char *folded, guint nth,
        guint8 ret_submission[SUBMISSION_BYTES])
{
	g_autofree char *content = g_strdup_printf("group\n%u\n%u\n%s", no, nth, folded);
	const gsize length = strlen(content);

	vault_derive_submission(keys, content, length, ret_submission);
	explicit_bzero(content, length);
}

/* Whether the registration that has this row's submission is of somebody who is of the group now. */
static gboolean
is_of_group(Db *db, const CaptainWork *work, gint64 registration, gboolean *ret_is, GError **error)
{
	gint64 n = 0;

	if (!db_ask_int(db,
	            "SELECT 1 FROM attendee WHERE registration = $3 AND event = $1"
	            " AND delegation_no = $2 AND state = 'active'",
	            DB_ARGS(event_id(work), db_int(work->no), db_int(registration)), 0, &n, error))
		return FALSE;
	*ret_is = n != 0;
	return TRUE;
}

static void
claim(GHashTable *claimed, const CaptainRow *row)
{
	const gint64 *registration = &row->answer.registration;

	g_hash_table_add(claimed, g_memdup2(registration, sizeof *registration));
}

/* One of them. Who was in the group by this name and left makes room for the next of that name; @claimed holds the
 * registrations that other rows of the list are. */
static gboolean
add_row(Db *db, CaptainWork *work, CaptainRow *row, GHashTable *claimed, GError **error)
{
	row->already = FALSE;
	for (guint i = 0; i < NTH_TRIES; i++) {
		captain_submission(
		        work->keys, work->no, row->folded, row->nth + i, row->asked->submission);
		if (!registration_take_place(
		            db, work->event, row->asked, work->now, &row->answer, error))
			return FALSE;
		if (row->answer.outcome != PLACE_TAKEN_BEFORE &&
		        row->answer.outcome != PLACE_OTHER) {
			claim(claimed, row);
			return TRUE;
		}
		if (g_hash_table_contains(claimed, &row->answer.registration))
			continue;
		if (!is_of_group(db, work, row->answer.registration, &row->already, error))
			return FALSE;
		if (row->already) {
			claim(claimed, row);
			return TRUE;
		}
	}
	g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT, "too many of one name");
	return FALSE;
}

/* Whether they are to be left out: deleted, also while the captain was looking at the list. */
static gboolean
look_up(Db *db, CaptainAddWork *work, CaptainRow *row, GHashTable *forgotten, GError **error)
{
	const CaptainWork *captain = &work->captain;
	gboolean gone = FALSE;

	captain_submission(
	        captain->keys, captain->no, row->folded, row->nth, row->asked->submission);
	if (!forgotten_is(
	            db, captain->event, captain->keys, forgotten, row->asked, TRUE, &gone, error))
		return FALSE;
	row->left_out = gone && !row->agreed_anew;
	work->anew += gone && row->agreed_anew;
	return TRUE;
}

/* That they were taken in all the same. */
static gboolean
tell_anew(Db *db, const CaptainAddWork *work, GError **error)
{
	g_autofree char *detail =
	        g_strdup_printf("delegation %u: %u people who had been deleted and agreed anew",
	                work->captain.no, work->anew);

	return work->anew == 0 ||
	        audit_add(db, work->captain.event->id, "captain", "import.anew", detail,
	                work->captain.now, error);
}

gboolean
captain_add_work(Db *db, gpointer data, GError **error)
{
	CaptainAddWork *work = data;
	gint64 version = 0;
	gboolean holds = FALSE, refused = FALSE;
	g_autoptr(GHashTable) claimed =
	        g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);

	work->added = work->already = work->anew = 0;
	if (!begin(db, &work->captain, &version, &holds, error))
		return FALSE;
	if (!holds)
		return TRUE;
	work->captain.outcome = DELEGATION_DONE;
	g_autoptr(GHashTable) forgotten = forgotten_read(db, work->captain.event, error);
	if (forgotten == NULL)
		return FALSE;
	for (guint i = 0; i < work->rows->len; i++) {
		CaptainRow *row = &g_array_index(work->rows, CaptainRow, i);
		Place *place = &g_array_index(row->asked->places, Place, 0);
		row->asked->approved = row->asked->entered = TRUE;
		place->delegation_no = work->captain.no;
		if (!look_up(db, work, row, forgotten, error) ||
		        (!row->left_out && !add_row(db, &work->captain, row, claimed, error)))
			return FALSE;
		if (row->left_out)
			continue;
		switch (row->answer.outcome) {
		case PLACE_TAKEN:
		case PLACE_WAITLISTED:
			work->added++;
			break;
		case PLACE_TAKEN_BEFORE:
		case PLACE_OTHER:
			work->already++;
			break;
		case PLACE_FULL:
			work->captain.outcome = DELEGATION_FULL;
			refused = TRUE;
			break;
		case PLACE_CLOSED:
			work->captain.outcome = DELEGATION_CLOSED_OPTION;
			refused = TRUE;
			break;
		case PLACE_CHANGED:
			work->captain.outcome = DELEGATION_EVENT_CHANGED;
			refused = TRUE;
			break;
		}
	}
	/* all or nothing: what was taken is undone with the savepoint */
	if (refused)
		g_set_error_literal(
		        error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT, "not all of them have a place");
	return !refused && tell_anew(db, work, error);
}
