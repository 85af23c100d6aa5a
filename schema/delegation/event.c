/* Delegations as parts of an event: what the table says beyond the definition, and the captain's link. */
#include "schema/delegation.h"

#include <string.h>

/* What the definition has under this number; a new one when it has none. */
static EventDelegation *
part_of(Event *event, guint16 no)
{
	for (guint i = 0; i < event->delegations->len; i++) {
		EventDelegation *delegation = g_ptr_array_index(event->delegations, i);
		if (delegation->no == no)
			return delegation;
	}
	EventDelegation *added = event_delegation_new();
	added->no = no;
	g_ptr_array_add(event->delegations, added);
	return added;
}

gboolean
delegations_apply(Db *db, Event *event, GError **error)
{
	DbStep step;
	guint n = 0;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT no, code, name, region_no, expected, listed, closed, merged_no FROM "
	        "delegation"
	        " WHERE event = $1 AND by_hand = 1 ORDER BY no",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES)), error);

	if (rows == NULL)
		return FALSE;
	for (; (step = db_next(rows, error)) == DB_ROW; n++) {
		EventDelegation *delegation = part_of(event, (guint16)db_column_int(rows, 0));
		g_free(delegation->code);
		delegation->code = g_strdup(db_column_text(rows, 1));
		if (db_column_text(rows, 2) != NULL || delegation->name == NULL) {
			g_free(delegation->name);
			delegation->name =
			        g_strdup(db_column_text(rows, db_column_text(rows, 2) ? 2 : 1));
		}
		delegation->region_no = (guint16)db_column_int(rows, 3);
		delegation->expected =
		        db_column_is_null(rows, 4) ? -1 : (int)db_column_int(rows, 4);
		delegation->listed = db_column_int(rows, 5) != 0;
		delegation->by_hand = TRUE;
		delegation->closed = !db_column_is_null(rows, 6);
		delegation->merged_no = (guint16)db_column_int(rows, 7);
	}
	if (n > 0)
		event_index(event);
	return step == DB_NO_ROW;
}

Event *
delegations_newer(Db *db, const Event *event, GError **error)
{
	gint64 newer = 0;

	if (!db_ask_int(db,
	            "SELECT 1 FROM event WHERE id = $1 AND (group_version > $2 OR edition > $3)",
	            DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(event->group_version),
	                    db_int(event->edition)),
	            0, &newer, error) ||
	        newer == 0)
		return NULL;
	return event_read_by_id(db, event->id, error);
}

/* ---- the link ---- */

#define NO_BITS 16

gint64
delegation_link_id(const Event *event, guint16 no)
{
	guint64 id = 0;

	for (guint i = 0; i < 6; i++)
		id = id << 8 | event->id[i];
	return (gint64)((id << NO_BITS | no) & G_MAXINT64);
}

void
delegation_link(const Event *event, VaultEvent *keys, guint16 no, gint64 link_no,
        char ret_token[LINK_TOKEN_LENGTH + 1])
{
	vault_link(keys, LINK_GROUP, delegation_link_id(event, no), link_no, ret_token);
}

static gboolean
link_no_of(Db *db, const Event *event, guint16 no, gint64 *ret_link_no, GError **error)
{
	return db_ask_int(db,
	        "SELECT link_no FROM delegation WHERE event = $1 AND no = $2 AND closed IS NULL",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(no)), 0, ret_link_no, error);
}

Event *
delegation_of_link(Db *db, Vault *vault, const GPtrArray *events, const char *token,
        guint16 *ret_no, gint64 *ret_link_no, GError **error)
{
	gint64 id = 0;

	if (!link_id(token, &id))
		return NULL;
	const guint16 no = (guint16)id;
	for (guint i = 0; i < events->len; i++) {
		Event *event = g_ptr_array_index(events, i);
		gint64 link_no = 0;
		if (delegation_link_id(event, no) != id)
			continue;
		if (!link_no_of(db, event, no, &link_no, error))
			return NULL;
		g_autoptr(GError) gone = NULL;
		VaultEvent *keys = link_no != 0 ? vault_event(vault, event->id, &gone) : NULL;
		if (keys == NULL || !vault_link_holds(keys, LINK_GROUP, token, link_no))
			continue;
		*ret_no = no;
		*ret_link_no = link_no;
		return event_ref(event);
	}
	return NULL;
}
