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
	                " AND fee_state <> 'free' AND fee_state <> $4"
	                " AND ($3 = 0 OR fee_state = 'due')",
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

GArray *
places_fees(Db *db, const Event *event, guint16 region_no, GError **error)
{
	DbStep step;
	g_autoptr(GArray) fees = g_array_new(FALSE, TRUE, sizeof(PlacesFees));
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT CASE WHEN delegation_no IS NULL THEN 1 ELSE 0 END,"
	        " coalesce(delegation_no, 0), fee_state, count(*) FROM attendee"
	        " WHERE event = $1 AND state = 'active' AND merged_into IS NULL"
	        " AND fee_state <> 'free' AND ($2 = 0 OR region_no = $2)"
	        " GROUP BY 1, 2, 3 ORDER BY 1, 2",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(region_no)), error);
	if (rows == NULL)
		return NULL;
	while ((step = db_next(rows, error)) == DB_ROW) {
		guint16 no = (guint16)db_column_int(rows, 1);
		if (fees->len == 0 ||
		        g_array_index(fees, PlacesFees, fees->len - 1).delegation_no != no) {
			PlacesFees fresh = { .delegation_no = no };
			g_array_append_val(fees, fresh);
		}
		PlacesFees *last = &g_array_index(fees, PlacesFees, fees->len - 1);
		for (guint i = 0; i < FEE_STATES; i++)
			if (g_strcmp0(db_column_text(rows, 2), fee_states[i]) == 0)
				last->n[i] = db_column_int(rows, 3);
	}
	return step == DB_NO_ROW ? g_steal_pointer(&fees) : NULL;
}

/* ---- by region and option ---- */

static PlacesFeeCount *
count_of(GArray *counts, guint16 region_no, guint16 option_no)
{
	for (guint i = 0; i < counts->len; i++) {
		PlacesFeeCount *count = &g_array_index(counts, PlacesFeeCount, i);
		if (count->region_no == region_no && count->option_no == option_no)
			return count;
	}
	const PlacesFeeCount fresh = { .region_no = region_no, .option_no = option_no };
	g_array_append_val(counts, fresh);
	return &g_array_index(counts, PlacesFeeCount, counts->len - 1);
}

static GArray *
counts_of(const Event *event, guint16 region_no)
{
	GArray *counts = g_array_new(FALSE, TRUE, sizeof(PlacesFeeCount));

	for (guint i = 0; i < event->regions->len; i++) {
		const EventRegion *region = g_ptr_array_index(event->regions, i);
		for (guint j = 0; j < event->options->len; j++) {
			const EventOption *option = g_ptr_array_index(event->options, j);
			if (option->fee_amount > 0 && (region_no == 0 || region->no == region_no))
				count_of(counts, region->no, option->no);
		}
	}
	return counts;
}

GArray *
places_fee_counts(Db *db, const Event *event, guint16 region_no, GError **error)
{
	DbStep step;
	g_autoptr(GArray) counts = counts_of(event, region_no);
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT region_no, coalesce(option_no, 0), fee_state, count(*) FROM attendee"
	        " WHERE event = $1 AND state = 'active' AND merged_into IS NULL"
	        " AND fee_state <> 'free' AND ($2 = 0 OR region_no = $2)"
	        " GROUP BY 1, 2, 3 ORDER BY 1, 2",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(region_no)), error);
	if (rows == NULL)
		return NULL;
	while ((step = db_next(rows, error)) == DB_ROW) {
		const guint16 option_no = (guint16)db_column_int(rows, 1);
		const EventOption *option = event_option(event, option_no);
		const gint64 n = db_column_int(rows, 3);
		PlacesFeeCount *count =
		        count_of(counts, (guint16)db_column_int(rows, 0), option_no);
		for (guint i = 0; i < FEE_STATES; i++) {
			if (g_strcmp0(db_column_text(rows, 2), fee_states[i]) != 0)
				continue;
			count->n[i] = n;
			count->sum[i] = option != NULL ? n * option->fee_amount : 0;
		}
	}
	return step == DB_NO_ROW ? g_steal_pointer(&counts) : NULL;
}
