/* Fees: what staff have taken down, for one person or a whole delegation. */
#include "schema/audit.h"
#include "schema/places_private.h"

const char *const fee_states[] = { "due", "paid", "waived", NULL };

/* One line for all of them: numbers within the event, no names. */
static gboolean
tell(Db *db, const Event *event, gint64 attendee, guint16 delegation_no, FeeState state, gint64 n,
        const char *who, gint64 now, GError **error)
{
	g_autofree char *detail = NULL;
	gint64 no = 0;

	if (attendee == 0) {
		const EventDelegation *delegation = event_delegation(event, delegation_no);
		detail = g_strdup_printf("%s, %" G_GINT64_FORMAT " people of delegation %s",
		        fee_states[state], n, delegation != NULL ? delegation->code : "?");
	} else {
		if (!db_ask_int(db, "SELECT no FROM attendee WHERE id = $1",
		            DB_ARGS(db_int(attendee)), 0, &no, error))
			return FALSE;
		detail = g_strdup_printf("%s, holder %" G_GINT64_FORMAT, fee_states[state], no);
	}
	return audit_add(db, event->id, who, "fee.set", detail, now, error);
}

gboolean
places_set_fee(Db *db, const Event *event, gint64 attendee, guint16 delegation_no, FeeState state,
        const char *who, gint64 now, PlacesAnswer *ret, GError **error)
{
	PlacesAnswer answer = { .outcome = PLACES_NOTHING };
	gint64 version, last_no, edition, changed = 0;

	g_return_val_if_fail((attendee == 0) != (delegation_no == 0), FALSE);
	/* "free" owes nothing, so nothing is set */
	if (!places_raise(db, event, 0, &version, &last_no, &edition, error) ||
	        !db_run(db,
	                "UPDATE attendee SET fee_state = $4, changed = $5 WHERE event = $1"
	                " AND ($2 = 0 OR id = $2) AND ($3 = 0 OR delegation_no = $3)"
	                " AND state = 'active' AND merged_into IS NULL"
	                " AND fee_state <> 'free' AND fee_state <> $4",
	                DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(attendee),
	                        db_int(delegation_no), db_text(fee_states[state]), db_int(version)),
	                &changed, error))
		return FALSE;
	if (changed > 0) {
		answer = (PlacesAnswer){ .outcome = PLACES_DONE, .n = (guint)changed };
		if (!tell(db, event, attendee, delegation_no, state, changed, who, now, error))
			return FALSE;
	}
	*ret = answer;
	return TRUE;
}

gboolean
places_fee_work(Db *db, gpointer data, GError **error)
{
	PlacesFee *fee = data;

	return places_set_fee(db, fee->event, fee->attendee, fee->delegation_no, fee->state,
	        fee->who, fee->now, &fee->answer, error);
}
