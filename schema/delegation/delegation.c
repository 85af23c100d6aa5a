/* Delegations for the staff: how they stand, and what staff and organisations do to them. */
#include "schema/delegation.h"

#include <string.h>

#include "schema/audit.h"
#include "schema/scan.h"
#include "schema/text.h"

#define CODE_LENGTH 6
#define CODE_DRAWS  8

static DbValue
event_id(const Event *event)
{
	return db_bytes(event->id, EVENT_ID_BYTES);
}

void
delegation_free(Delegation *delegation)
{
	if (delegation == NULL)
		return;
	g_free(delegation->code);
	g_free(delegation->name);
	g_free(delegation);
}

/* ---- how they stand ---- */

static gint
compare_names(gconstpointer a, gconstpointer b)
{
	const Delegation *one = *(const Delegation *const *)a,
	                 *other = *(const Delegation *const *)b;
	const int order = text_compare("en", one->name, other->name);

	return order != 0 ? order : (one->no > other->no) - (one->no < other->no);
}

static GPtrArray *
rows_read(Db *db, const Event *event, guint16 region_no, guint16 no, GError **error)
{
	DbStep step;
	g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)delegation_free);
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT d.no, d.code, d.region_no, d.expected, d.listed, d.link_no, d.own, d.seen,"
	        " d.closed, d.merged_no, c.id FROM delegation d LEFT JOIN attendee c"
	        " ON c.id = d.captain AND c.state = 'active' AND c.delegation_no = d.no"
	        " WHERE d.event = $1 AND ($2 = 0 OR d.region_no = $2) AND ($3 = 0 OR d.no = $3)",
	        DB_ARGS(event_id(event), db_int(region_no), db_int(no)), error);

	if (rows == NULL)
		return NULL;
	while ((step = db_next(rows, error)) == DB_ROW) {
		Delegation *delegation = g_new0(Delegation, 1);
		const EventDelegation *known =
		        event_delegation(event, (guint16)db_column_int(rows, 0));
		delegation->no = (guint16)db_column_int(rows, 0);
		delegation->code = g_strdup(db_column_text(rows, 1));
		delegation->name = g_strdup(known != NULL ? known->name : delegation->code);
		delegation->region_no = (guint16)db_column_int(rows, 2);
		delegation->expected =
		        db_column_is_null(rows, 3) ? -1 : (int)db_column_int(rows, 3);
		delegation->listed = db_column_int(rows, 4) != 0;
		delegation->link_no = db_column_int(rows, 5);
		delegation->own = db_column_int(rows, 6) != 0;
		delegation->unseen = delegation->own && db_column_is_null(rows, 7);
		delegation->closed = !db_column_is_null(rows, 8);
		delegation->merged_no = (guint16)db_column_int(rows, 9);
		delegation->captain = db_column_int(rows, 10);
		g_ptr_array_add(list, delegation);
	}
	g_ptr_array_sort(list, compare_names);
	return step == DB_NO_ROW ? g_steal_pointer(&list) : NULL;
}

typedef enum {
	COUNT_CONFIRMED,
	COUNT_WAITLISTED,
	COUNT_ASKED,
	COUNT_CAME,
} CountKind;

/* Rows of a delegation's number, a CountKind and how many. */
static gboolean
counts_take(DbRows *taken, GHashTable *by_no, GError **error)
{
	DbStep step;
	g_autoptr(DbRows) rows = taken;

	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		Delegation *delegation =
		        g_hash_table_lookup(by_no, GINT_TO_POINTER((int)db_column_int(rows, 0)));
		const guint n = (guint)db_column_int(rows, 2);
		if (delegation == NULL)
			continue;
		switch ((CountKind)db_column_int(rows, 1)) {
		case COUNT_CONFIRMED:
			delegation->confirmed = n;
			break;
		case COUNT_WAITLISTED:
			delegation->waitlisted = n;
			break;
		case COUNT_ASKED:
			delegation->asked = n;
			break;
		case COUNT_CAME:
			delegation->came = n;
			break;
		}
	}
	return step == DB_NO_ROW;
}

GPtrArray *
delegations_read(Db *db, const Event *event, guint16 region_no, guint16 no, GError **error)
{
	g_autoptr(GPtrArray) list = rows_read(db, event, region_no, no, error);
	g_autoptr(GHashTable) by_no = g_hash_table_new(NULL, NULL);
	const DbValue values[] = { event_id(event), db_int(no) };

	if (list == NULL)
		return NULL;
	for (guint i = 0; i < list->len; i++) {
		Delegation *delegation = g_ptr_array_index(list, i);
		g_hash_table_insert(by_no, GINT_TO_POINTER((int)delegation->no), delegation);
	}
	if (!counts_take(db_query(db,
	                         "SELECT delegation_no, CASE option_state WHEN 'waitlisted' THEN 1 "
	                         "ELSE 0 END AS kind, count(*) FROM attendee WHERE event = $1"
	                         " AND delegation_no IS NOT NULL AND ($2 = 0 OR delegation_no = $2)"
	                         " AND state = 'active' AND merged_into IS NULL"
	                         " GROUP BY 1, 2",
	                         values, 2, error),
	            by_no, error) ||
	        !counts_take(db_query(db,
	                             "SELECT asked_no, 2, count(*) FROM attendee WHERE event = $1"
	                             " AND asked_no IS NOT NULL AND ($2 = 0 OR asked_no = $2)"
	                             " AND state = 'active' AND merged_into IS NULL"
	                             " GROUP BY asked_no",
	                             values, 2, error),
	                by_no, error) ||
	        !counts_take(
	                db_query(db,
	                        "SELECT a.delegation_no, 3, count(DISTINCT a.id) FROM attendee a"
	                        " JOIN presence p ON p.event = a.event AND p.attendee = a.id"
	                        " WHERE a.event = $1 AND a.delegation_no IS NOT NULL"
	                        " AND ($2 = 0 OR a.delegation_no = $2) AND a.state = 'active'"
	                        " AND a.merged_into IS NULL GROUP BY a.delegation_no",
	                        values, 2, error),
	                by_no, error))
		return NULL;
	return g_steal_pointer(&list);
}

/* ---- works ---- */

/* The event's row first: it is the lock of all that is done to its delegations. */
static gboolean
lock(Db *db, const Event *event, GError **error)
{
	return db_run(db, "UPDATE event SET group_version = group_version + 1 WHERE id = $1",
	        DB_ARGS(event_id(event)), NULL, error);
}

/* Whether there is such a delegation of the region of who asks. @open: and somebody could join it. */
static gboolean
find(Db *db, const DelegationWork *work, guint16 no, gboolean open, gint64 *ret_link_no,
        GError **error)
{
	return db_ask_int(db,
	        "SELECT link_no FROM delegation WHERE event = $1 AND no = $2"
	        " AND ($3 = 0 OR region_no = $3) AND ($4 = 0 OR closed IS NULL)",
	        DB_ARGS(event_id(work->event), db_int(no), db_int(work->region_no), db_int(open)),
	        0, ret_link_no, error);
}

static gboolean
tell(Db *db, const DelegationWork *work, const char *deed, guint16 other, GError **error)
{
	const EventDelegation *into = event_delegation(work->event, other);
	g_autofree char *detail = g_strdup_printf(
	        "delegation %u%s%s", work->no, into ? " into " : "", into ? into->code : "");

	return audit_add(db, work->event->id, work->who, deed, detail, work->now, error);
}

static gboolean
code_is_taken(Db *db, const DelegationWork *work, const char *code, gboolean *ret, GError **error)
{
	DbStep step;
	g_autofree char *wanted = g_ascii_strdown(code, -1);
	g_autoptr(DbRows) rows =
	        db_query(db, "SELECT code FROM delegation WHERE event = $1 AND no <> $2",
	                DB_ARGS(event_id(work->event), db_int(work->no)), error);

	*ret = FALSE;
	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW)
		*ret = *ret || g_ascii_strcasecmp(db_column_text(rows, 0), wanted) == 0;
	return step == DB_NO_ROW;
}

/* Letters and digits that nobody mixes up when it is told by phone. */
static void
code_draw(char ret_code[CODE_LENGTH + 1])
{
	static const char letters[] = "23456789ABCDEFGHJKMNPQRSTVWXYZ";
	guint8 bytes[CODE_LENGTH];

	random_bytes(bytes, sizeof bytes);
	for (guint i = 0; i < CODE_LENGTH; i++)
		ret_code[i] = letters[bytes[i] % (sizeof letters - 1)];
	ret_code[CODE_LENGTH] = '\0';
}

/* The code that was asked for, or one that is free. @ret_free FALSE: it is taken. */
static gboolean
code_take(Db *db, const DelegationWork *work, char ret_code[DELEGATION_CODE_MAX + 1],
        gboolean *ret_free, GError **error)
{
	gboolean taken = TRUE;

	if (work->code != NULL) {
		g_strlcpy(ret_code, work->code, DELEGATION_CODE_MAX + 1);
		if (!code_is_taken(db, work, ret_code, &taken, error))
			return FALSE;
	}
	for (guint i = 0; work->code == NULL && taken && i < CODE_DRAWS; i++) {
		code_draw(ret_code);
		if (!code_is_taken(db, work, ret_code, &taken, error))
			return FALSE;
	}
	*ret_free = !taken;
	return TRUE;
}

/* Once it was made by hand, a number is nobody else's, also when a definition's is deleted: so one more than all. */
static gboolean
insert(Db *db, DelegationWork *work, const char *code, gboolean own, GError **error)
{
	gint64 no = 0;

	if (!db_ask_int(db, "SELECT COALESCE(MAX(no), 0) + 1 FROM delegation WHERE event = $1",
	            DB_ARGS(event_id(work->event)), 0, &no, error))
		return FALSE;
	if (no > G_MAXUINT16) {
		work->outcome = DELEGATION_TOO_MANY;
		return TRUE;
	}
	work->no = (guint16)no;
	work->link_no = 1;
	return db_run(db,
	        "INSERT INTO delegation (event, no, code, region_no, expected, listed, name,"
	        " by_hand, made, own) VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, $9)",
	        DB_ARGS(event_id(work->event), db_int(no), db_text(code), db_int(work->in_region),
	                work->expected >= 0 ? db_int(work->expected) : db_null(),
	                db_int(work->listed ? 1 : 0), db_text(work->name), db_int(work->now),
	                db_int(own ? 1 : 0)),
	        NULL, error);
}

static gboolean
make(Db *db, DelegationWork *work, gboolean own, GError **error)
{
	char code[DELEGATION_CODE_MAX + 1];
	gboolean free = FALSE;

	work->no = 0;
	work->outcome = DELEGATION_DONE;
	if (!code_take(db, work, code, &free, error))
		return FALSE;
	if (!free) {
		work->outcome = DELEGATION_CODE_TAKEN;
		return TRUE;
	}
	return insert(db, work, code, own, error);
}

gboolean
delegation_make_work(Db *db, gpointer data, GError **error)
{
	DelegationWork *work = data;

	return lock(db, work->event, error) && make(db, work, FALSE, error) &&
	        (work->outcome != DELEGATION_DONE || tell(db, work, "delegation.make", 0, error));
}

gboolean
delegation_edit_work(Db *db, gpointer data, GError **error)
{
	DelegationWork *work = data;
	char code[DELEGATION_CODE_MAX + 1];
	gboolean free = TRUE;
	gint64 version = 0;

	work->outcome = DELEGATION_NOBODY;
	if (work->region_no != 0 && work->region_no != work->in_region)
		return TRUE;
	if (!lock(db, work->event, error) ||
	        !scan_raise_version(db, work->event, &version, error) ||
	        !find(db, work, work->no, FALSE, &work->link_no, error))
		return FALSE;
	if (work->link_no == 0)
		return TRUE;
	if (work->code != NULL && !code_take(db, work, code, &free, error))
		return FALSE;
	work->outcome = free ? DELEGATION_DONE : DELEGATION_CODE_TAKEN;
	if (!free)
		return TRUE;
	/* a delegation gives its people their region */
	return db_run(db,
	               "UPDATE attendee SET region_no = $3, changed = $4 WHERE event = $1"
	               " AND (delegation_no = $2 OR asked_no = $2) AND region_no <> $3"
	               " AND region_no = (SELECT d.region_no FROM delegation d WHERE d.event = $1"
	               " AND d.no = $2)",
	               DB_ARGS(event_id(work->event), db_int(work->no), db_int(work->in_region),
	                       db_int(version)),
	               NULL, error) &&
	        db_run(db,
	                "UPDATE delegation SET code = COALESCE($3, code), name = $4, region_no = "
	                "$5,"
	                " expected = $6, listed = $7, by_hand = 1, seen = COALESCE(seen, $8)"
	                " WHERE event = $1 AND no = $2",
	                DB_ARGS(event_id(work->event), db_int(work->no),
	                        db_text(work->code != NULL ? code : NULL), db_text(work->name),
	                        db_int(work->in_region),
	                        work->expected >= 0 ? db_int(work->expected) : db_null(),
	                        db_int(work->listed ? 1 : 0), db_int(work->now)),
	                NULL, error) &&
	        tell(db, work, "delegation.edit", 0, error);
}

gboolean
delegation_seen_work(Db *db, gpointer data, GError **error)
{
	DelegationWork *work = data;

	work->outcome = DELEGATION_DONE;
	return db_run(db,
	        "UPDATE delegation SET seen = $4 WHERE event = $1 AND no = $2 AND seen IS NULL"
	        " AND ($3 = 0 OR region_no = $3)",
	        DB_ARGS(event_id(work->event), db_int(work->no), db_int(work->region_no),
	                db_int(work->now)),
	        NULL, error);
}

/* The name that the definition gave goes along, in case that its next edition has it no more. */
static gboolean
close_row(Db *db, const DelegationWork *work, gboolean closed, guint16 into, GError **error)
{
	const EventDelegation *known = event_delegation(work->event, work->no);

	return db_run(db,
	        "UPDATE delegation SET closed = $3, merged_no = $4, by_hand = 1,"
	        " name = COALESCE(name, $5), seen = COALESCE(seen, $6), link_no = link_no + 1"
	        " WHERE event = $1 AND no = $2",
	        DB_ARGS(event_id(work->event), db_int(work->no),
	                closed ? db_int(work->now) : db_null(), into ? db_int(into) : db_null(),
	                db_text(known != NULL ? known->name : NULL), db_int(work->now)),
	        NULL, error);
}

gboolean
delegation_close_work(Db *db, gpointer data, GError **error)
{
	DelegationWork *work = data;
	gint64 version = 0, changed = 0;

	work->outcome = DELEGATION_NOBODY;
	if (!lock(db, work->event, error) ||
	        !scan_raise_version(db, work->event, &version, error) ||
	        !find(db, work, work->no, FALSE, &work->link_no, error))
		return FALSE;
	if (work->link_no == 0)
		return TRUE;
	work->outcome = DELEGATION_DONE;
	work->link_no++;
	/* who asked gets no answer any more: they come on their own */
	return (!work->closed ||
	               db_run(db,
	                       "UPDATE attendee SET asked_no = NULL, changed = $3 WHERE event = $1"
	                       " AND asked_no = $2",
	                       DB_ARGS(event_id(work->event), db_int(work->no), db_int(version)),
	                       &changed, error)) &&
	        close_row(db, work, work->closed, 0, error) &&
	        tell(db, work, work->closed ? "delegation.close" : "delegation.open", 0, error);
}

gboolean
delegation_merge_work(Db *db, gpointer data, GError **error)
{
	DelegationWork *work = data;
	gint64 version = 0, into_link = 0;
	const DbValue values[] = { event_id(work->event), db_int(work->no), db_int(work->into),
		db_int(0) };

	work->outcome = DELEGATION_NOBODY;
	if (!lock(db, work->event, error) ||
	        !scan_raise_version(db, work->event, &version, error) ||
	        !find(db, work, work->no, TRUE, &work->link_no, error) ||
	        !find(db, work, work->into, TRUE, &into_link, error))
		return FALSE;
	if (work->link_no == 0 || into_link == 0 || work->no == work->into)
		return TRUE;
	work->outcome = DELEGATION_DONE;
	work->link_no++;
	DbValue changed[] = { values[0], values[1], values[2], db_int(version) };
	return db_run(db,
	               "UPDATE attendee SET delegation_no = $3, changed = $4 WHERE event = $1"
	               " AND delegation_no = $2",
	               changed, 4, NULL, error) &&
	        db_run(db,
	                "UPDATE attendee SET asked_no = $3, changed = $4 WHERE event = $1"
	                " AND asked_no = $2",
	                changed, 4, NULL, error) &&
	        db_run(db,
	                "UPDATE delegation SET captain = (SELECT f.captain FROM delegation f"
	                " WHERE f.event = $1 AND f.no = $2) WHERE event = $1 AND no = $3"
	                " AND captain IS NULL",
	                values, 3, NULL, error) &&
	        db_run(db,
	                "UPDATE delegation SET merged_no = $3 WHERE event = $1 AND merged_no = $2",
	                values, 3, NULL, error) &&
	        close_row(db, work, TRUE, work->into, error) &&
	        tell(db, work, "delegation.merge", work->into, error);
}

gboolean
delegation_link_work(Db *db, gpointer data, GError **error)
{
	DelegationWork *work = data;

	work->outcome = DELEGATION_NOBODY;
	if (!lock(db, work->event, error) || !find(db, work, work->no, TRUE, &work->link_no, error))
		return FALSE;
	if (work->link_no == 0)
		return TRUE;
	work->outcome = DELEGATION_DONE;
	work->link_no++;
	return db_run(db,
	               "UPDATE delegation SET link_no = link_no + 1 WHERE event = $1 AND no = $2",
	               DB_ARGS(event_id(work->event), db_int(work->no)), NULL, error) &&
	        tell(db, work, "delegation.link", 0, error);
}

/* ---- an organisation by itself ---- */

static gboolean
found_before(Db *db, DelegationFoundWork *work, gboolean *ret_before, GError **error)
{
	gint64 no = 0;

	if (!db_ask_int(db,
	            "SELECT a.delegation_no FROM registration r JOIN attendee a"
	            " ON a.registration = r.id WHERE r.event = $1 AND r.submission = $2"
	            " AND a.delegation_no IS NOT NULL",
	            DB_ARGS(event_id(work->delegation.event),
	                    db_bytes(work->place.asked->submission, SUBMISSION_BYTES)),
	            0, &no, error))
		return FALSE;
	*ret_before = no != 0;
	if (no == 0)
		return TRUE;
	work->delegation.no = (guint16)no;
	work->delegation.outcome = DELEGATION_SAME;
	return find(db, &work->delegation, (guint16)no, FALSE, &work->delegation.link_no, error);
}

gboolean
delegation_found_work(Db *db, gpointer data, GError **error)
{
	DelegationFoundWork *work = data;
	gboolean before = FALSE;
	gint64 made = 0;

	if (!lock(db, work->delegation.event, error) || !found_before(db, work, &before, error))
		return FALSE;
	if (before)
		return TRUE;
	if (!db_ask_int(db, "SELECT count(*) FROM delegation WHERE event = $1 AND own = 1",
	            DB_ARGS(event_id(work->delegation.event)), 0, &made, error))
		return FALSE;
	if (made >= DELEGATIONS_OWN_MAX) {
		work->delegation.outcome = DELEGATION_TOO_MANY;
		return TRUE;
	}
	if (!make(db, &work->delegation, TRUE, error))
		return FALSE;
	if (work->delegation.outcome != DELEGATION_DONE)
		return TRUE;
	work->place.asked->approved = TRUE;
	g_array_index(work->place.asked->places, Place, 0).delegation_no = work->delegation.no;
	if (!registration_work(db, &work->place, error))
		return FALSE;
	if (work->place.answer.outcome == PLACE_TAKEN ||
	        work->place.answer.outcome == PLACE_WAITLISTED)
		return tell(db, &work->delegation, "delegation.make", 0, error);
	/* without a captain there is no group */
	return db_run(db, "DELETE FROM delegation WHERE event = $1 AND no = $2",
	        DB_ARGS(event_id(work->delegation.event), db_int(work->delegation.no)), NULL,
	        error);
}
