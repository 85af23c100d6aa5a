#include "schema/holder.h"

#include <string.h>

#include "schema/places.h"

/* ---- numbers ---- */

gboolean
holder_no(Db *db, gint64 attendee, gint64 *ret_no, GError **error)
{
	return db_ask_int(db, "SELECT no FROM attendee WHERE id = $1", DB_ARGS(db_int(attendee)), 0,
	        ret_no, error);
}

/* ---- tickets ---- */

gboolean
holder_ticket(Db *db, const Event *event, gint64 attendee, TicketIdentity *ret, gboolean *ret_found,
        GError **error)
{
	g_autoptr(DbRows) row = db_query(db,
	        "SELECT ticket_id, mark, typed_code, ticket_class, ticket_minute, key_no"
	        " FROM attendee"
	        " WHERE id = $1 AND event = $2",
	        DB_ARGS(db_int(attendee), db_bytes(event->id, EVENT_ID_BYTES)), error);
	if (row == NULL)
		return FALSE;
	DbStep step = db_next(row, error);
	if (step == DB_ERROR_ROW)
		return FALSE;
	*ret_found = FALSE;
	if (step == DB_NO_ROW)
		return TRUE;
	gsize length = 0;
	gconstpointer id = db_column_bytes(row, 0, &length);
	if (length != TICKET_ID_BYTES) {
		g_set_error_literal(error, DB_ERROR, DB_ERROR_BROKEN, "a ticket without an id");
		return FALSE;
	}
	memcpy(ret->id, id, TICKET_ID_BYTES);
	ret->mark = db_column_int(row, 1);
	g_strlcpy(ret->typed_code, db_column_text(row, 2), sizeof ret->typed_code);
	ret->class = (TicketClass)db_column_int(row, 3);
	ret->minute = (guint32)db_column_int(row, 4);
	ret->key_no = (guint16)db_column_int(row, 5);
	*ret_found = TRUE;
	return TRUE;
}

static gboolean
ticket_is_free(
        Db *db, const Event *event, const TicketIdentity *ticket, gboolean *ret, GError **error)
{
	gint64 taken = 0;

	if (!db_ask_int(db,
	            /* a code is the mark's upper 45 bits */
	            "SELECT 1 FROM attendee WHERE event = $1 AND (mark >> 19) = ($2 >> 19)"
	            " UNION ALL SELECT 1 FROM old_ticket"
	            " WHERE event = $1 AND (mark = $2 OR typed_code = $3)",
	            DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(ticket->mark),
	                    db_text(ticket->typed_code)),
	            0, &taken, error))
		return FALSE;
	*ret = taken == 0;
	return TRUE;
}

gboolean
holder_replace_ticket(Db *db, const Event *event, gint64 attendee, TicketIdentity *fresh,
        gint64 version, gint64 now, gboolean *ret_free, GError **error)
{
	if (!ticket_is_free(db, event, fresh, ret_free, error))
		return FALSE;
	if (!*ret_free)
		return TRUE;
	return db_run(db,
	               "INSERT INTO old_ticket (event, mark, typed_code, attendee, revoked, "
	               "changed)"
	               " SELECT event, mark, typed_code, id, $2, $3 FROM attendee WHERE id = $1",
	               DB_ARGS(db_int(attendee), db_int(now), db_int(version)), NULL, error) &&
	        db_run(db,
	                "UPDATE attendee SET mark = $2, typed_code = $3, ticket_id = $4,"
	                " ticket_class = $5, ticket_minute = $6, changed = $7, key_no = $8"
	                " WHERE id = $1",
	                DB_ARGS(db_int(attendee), db_int(fresh->mark), db_text(fresh->typed_code),
	                        db_bytes(fresh->id, TICKET_ID_BYTES), db_int(fresh->class),
	                        db_int(fresh->minute), db_int(version), db_int(fresh->key_no)),
	                NULL, error);
}

/* ---- two who are one ---- */

/* Places are counted by what the event says: by what it says now. */
static gboolean
same_edition(Db *db, const Event *event, GError **error)
{
	gint64 edition = 0;

	if (!db_ask_int(db, "SELECT edition FROM event WHERE id = $1",
	            DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES)), 0, &edition, error))
		return FALSE;
	if (edition != event->edition)
		g_set_error_literal(error, DB_ERROR, DB_ERROR_CONFLICT,
		        "the event's definition was loaded anew");
	return edition == event->edition;
}

gboolean
holder_merge_rows(Db *db, const Event *event, gint64 from, gint64 into, gint64 version, gint64 now,
        GError **error)
{
	return same_edition(db, event, error) && places_release(db, event, from, error) &&
	        db_run(db,
	                "UPDATE attendee SET merged_into = $2, changed = $3, spare_region_no = NULL"
	                " WHERE id = $1",
	                DB_ARGS(db_int(from), db_int(into), db_int(version)), NULL, error) &&
	        /* whose tickets they are stands in the manifest */
	        db_run(db, "UPDATE attendee SET changed = $2 WHERE merged_into = $1",
	                DB_ARGS(db_int(from), db_int(version)), NULL, error) &&
	        db_run(db,
	                "UPDATE old_ticket SET changed = $2 WHERE attendee = $1 OR attendee IN"
	                " (SELECT id FROM attendee WHERE merged_into = $1)",
	                DB_ARGS(db_int(from), db_int(version)), NULL, error) &&
	        places_fill(db, event, version, now, error);
}

/* ---- spare tickets ---- */

gboolean
spare_is_bare(Db *db, gint64 attendee, gboolean *ret_bare, GError **error)
{
	gint64 bare = 0;

	if (!db_ask_int(db,
	            "SELECT 1 FROM attendee WHERE id = $1 AND spare_region_no IS NOT NULL"
	            " AND merged_into IS NULL",
	            DB_ARGS(db_int(attendee)), 0, &bare, error))
		return FALSE;
	*ret_bare = bare != 0;
	return TRUE;
}

guint16
holder_region_default(const Event *event)
{
	const EventRegion *unsaid = event_region_by_code(event, "unsaid");

	if (unsaid == NULL)
		unsaid = g_ptr_array_index(event->regions, event->regions->len - 1);
	return unsaid->no;
}

static gboolean
sealed_add(Db *db, const Event *event, gint64 attendee, GBytes *const sealed[SEALED_CLASSES],
        GError **error)
{
	const gint64 day = 24 * 60 * 60;
	const gint64 kept[SEALED_CLASSES] = { event->identity_days * day,
		event->logistics_days * day, 2 * day };

	for (guint class = 0; class < SEALED_CLASSES; class ++) {
		if (sealed[class] == NULL)
			continue;
		gsize length = 0;
		gconstpointer value = g_bytes_get_data(sealed[class], &length);
		if (!db_run(db,
		            "INSERT INTO sealed (owner, class, expires, value) VALUES ($1, $2, $3, "
		            "$4)"
		            " ON CONFLICT (owner, class) DO UPDATE SET value = $4, expires = $3",
		            DB_ARGS(db_int(attendee), db_int(class),
		                    db_int(event->ends + kept[class]), db_bytes(value, length)),
		            NULL, error))
			return FALSE;
	}
	return TRUE;
}

gboolean
spare_fill_rows(Db *db, const Event *event, gint64 attendee, guint16 region_no, const char *lang,
        GBytes *const sealed[SEALED_CLASSES], gint64 version, gboolean *ret_spare, GError **error)
{
	gint64 changed = 0;

	if (!db_run(db,
	            "UPDATE attendee SET spare_region_no = NULL,"
	            " region_no = CASE WHEN $2 = 0 THEN region_no ELSE $2 END, lang = $3,"
	            " changed = $4 WHERE id = $1 AND spare_region_no IS NOT NULL"
	            " AND merged_into IS NULL",
	            DB_ARGS(db_int(attendee), db_int(region_no), db_text(lang), db_int(version)),
	            &changed, error))
		return FALSE;
	*ret_spare = changed == 1;
	return changed == 0 || sealed_add(db, event, attendee, sealed, error);
}

gboolean
spare_add_rows(Db *db, const Event *event, gint64 id, guint16 region_no,
        const TicketIdentity *ticket, gint64 no, gint64 version, gboolean *ret_free, GError **error)
{
	if (!ticket_is_free(db, event, ticket, ret_free, error))
		return FALSE;
	return !*ret_free ||
	        db_run(db,
	                "INSERT INTO attendee (id, event, no, region_no, spare_region_no, lang,"
	                " age_band, walk_in, fee_state, state, changed, mark, typed_code,"
	                " ticket_id, ticket_class, ticket_minute, key_no)"
	                " VALUES ($1, $2, $3, $4, $4, $5, 0, 1, 'free', 'active', $6, $7, $8, $9,"
	                " $10, $11, $12)",
	                DB_ARGS(db_int(id), db_bytes(event->id, EVENT_ID_BYTES), db_int(no),
	                        db_int(region_no), db_text(event->languages[0]), db_int(version),
	                        db_int(ticket->mark), db_text(ticket->typed_code),
	                        db_bytes(ticket->id, TICKET_ID_BYTES), db_int(ticket->class),
	                        db_int(ticket->minute), db_int(ticket->key_no)),
	                NULL, error);
}

/* ---- who it is ---- */

void
holder_person_clear(HolderPerson *person)
{
	g_clear_pointer(&person->person, person_free);
}

static gboolean
open_sealed(Db *db, VaultEvent *keys, gint64 attendee, Person *person, GError **error)
{
	DbStep step;
	g_autoptr(DbRows) rows =
	        db_query(db, "SELECT class, value FROM sealed WHERE owner = $1 AND class IN (0, 1)",
	                DB_ARGS(db_int(attendee)), error);
	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		g_autoptr(GError) closed = NULL;
		gsize length = 0;
		gconstpointer value = db_column_bytes(rows, 1, &length);
		if (person_unseal(person, keys, (SealedClass)db_column_int(rows, 0), attendee,
		            value, length, &closed) ||
		        g_error_matches(closed, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT))
			continue;
		g_propagate_error(error, g_steal_pointer(&closed));
		return FALSE;
	}
	return step == DB_NO_ROW;
}

gboolean
holder_person(Db *db, VaultEvent *keys, gint64 attendee, HolderPerson *ret, GError **error)
{
	g_auto(HolderPerson) holder = { .person = person_new() };
	g_autoptr(DbRows) row = db_query(db,
	        /* nothing is known of who was deleted, though a hold keeps it */
	        "SELECT delegation_no, region_no, age_band, fee_state, lang FROM attendee"
	        " WHERE id = $1 AND state <> 'deleted'",
	        DB_ARGS(db_int(attendee)), error);
	if (row == NULL)
		return FALSE;
	DbStep step = db_next(row, error);
	if (step == DB_ERROR_ROW)
		return FALSE;
	if (step == DB_ROW) {
		holder.delegation_no = (guint16)db_column_int(row, 0);
		holder.region_no = (guint16)db_column_int(row, 1);
		holder.minor = db_column_int(row, 2) != 0;
		holder.fee_due = g_strcmp0(db_column_text(row, 3), "due") == 0;
		g_strlcpy(holder.lang, db_column_text(row, 4), sizeof holder.lang);
	}
	if (step == DB_ROW && !open_sealed(db, keys, attendee, holder.person, error))
		return FALSE;
	*ret = holder;
	holder.person = NULL; /* given away */
	return TRUE;
}
