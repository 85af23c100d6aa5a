/* Joining a delegation by the way of all registrations. */
#include "schema/delegation.h"

/* Looks at the one that is joined: with a captain, who has to say yes. @ret_open FALSE: nobody joins it any more. */
static gboolean
delegation_settle(Db *db, const Event *event, const Registration *asked, Place *place,
        gboolean *ret_open, GError **error)
{
	g_autoptr(DbRows) rows = NULL;

	if (!db_query_row(db,
	            "SELECT d.closed, c.id FROM delegation d LEFT JOIN attendee c"
	            " ON c.id = d.captain AND c.state = 'active' AND c.delegation_no = d.no"
	            " WHERE d.event = $1 AND d.no = $2",
	            DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(place->delegation_no)),
	            &rows, error))
		return FALSE;
	if (rows == NULL) {
		*ret_open = FALSE;
		return TRUE;
	}
	*ret_open = db_column_is_null(rows, 0);
	place->asks = !asked->approved && !asked->walk_in && !db_column_is_null(rows, 1);
	return TRUE;
}

gboolean
delegations_settle(
        Db *db, const Event *event, Registration *asked, gboolean *ret_open, GError **error)
{
	*ret_open = TRUE;
	for (guint i = 0; *ret_open && i < asked->places->len; i++) {
		Place *place = &g_array_index(asked->places, Place, i);
		const Place *first = &g_array_index(asked->places, Place, 0);
		place->asks = FALSE;
		if (place->delegation_no == 0)
			continue;
		if (i > 0 && place->delegation_no == first->delegation_no)
			place->asks = first->asks;
		else if (!delegation_settle(db, event, asked, place, ret_open, error))
			return FALSE;
	}
	return TRUE;
}

gboolean
delegation_add_captain(Db *db, const Event *event, const Place *place, GError **error)
{
	if (place->ticket.class != TICKET_CAPTAIN || place->delegation_no == 0)
		return TRUE;
	return db_run(db,
	        "UPDATE delegation SET captain = $3 WHERE event = $1 AND no = $2"
	        " AND NOT EXISTS (SELECT 1 FROM attendee c WHERE c.id = delegation.captain"
	        "  AND c.state = 'active' AND c.delegation_no = $2)",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(place->delegation_no),
	                db_int(place->id)),
	        NULL, error);
}
