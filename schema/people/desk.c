#include "schema/desk.h"

#include <string.h>

#include "schema/find.h"
#include "schema/scan_log.h"

#define MERGES_MAX 16

#define PERSON                                                                                     \
	"SELECT id, no, region_no, delegation_no, option_no, option_state, state, walk_in,"        \
	" spare_region_no, lang, ticket_id, mark, typed_code, ticket_class, ticket_minute, "       \
	"key_no,"                                                                                  \
	" asked_no"                                                                                \
	" FROM attendee WHERE event = $1 AND ($2 = 0 OR region_no = $2) AND merged_into IS NULL"   \
	" AND state <> 'deleted'"

static gboolean
take_person(DbRows *given, DeskPerson *ret, gboolean *ret_found, GError **error)
{
	g_autoptr(DbRows) row = given;

	if (row == NULL)
		return FALSE;
	const DbStep step = db_next(row, error);
	if (step == DB_ERROR_ROW)
		return FALSE;
	*ret_found = step == DB_ROW;
	if (step != DB_ROW)
		return TRUE;
	gsize length = 0;
	gconstpointer id = db_column_bytes(row, 10, &length);
	if (length != TICKET_ID_BYTES) {
		g_set_error_literal(error, DB_ERROR, DB_ERROR_BROKEN, "a ticket without an id");
		return FALSE;
	}
	*ret = (DeskPerson){
		.id = db_column_int(row, 0),
		.no = (guint32)db_column_int(row, 1),
		.region_no = (guint16)db_column_int(row, 2),
		.delegation_no = (guint16)db_column_int(row, 3),
		.option_no = (guint16)db_column_int(row, 4),
		.asked_no = (guint16)db_column_int(row, 16),
		.waitlisted = g_strcmp0(db_column_text(row, 5), "waitlisted") == 0,
		.cancelled = g_strcmp0(db_column_text(row, 6), "active") != 0,
		.walk_in = db_column_int(row, 7) != 0,
		.spare = !db_column_is_null(row, 8),
		.ticket = { .mark = db_column_int(row, 11),
		        .class = (TicketClass)db_column_int(row, 13),
		        .minute = (guint32)db_column_int(row, 14),
		        .key_no = (guint16)db_column_int(row, 15) },
	};
	memcpy(ret->ticket.id, id, TICKET_ID_BYTES);
	g_strlcpy(ret->ticket.typed_code, db_column_text(row, 12), sizeof ret->ticket.typed_code);
	g_strlcpy(ret->lang, db_column_text(row, 9), sizeof ret->lang);
	return TRUE;
}

gboolean
desk_person_by_id(Db *db, const Event *event, guint16 region_no, gint64 id, DeskPerson *ret,
        gboolean *ret_found, GError **error)
{
	return take_person(
	        db_query(db, PERSON " AND id = $3",
	                DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(region_no), db_int(id)),
	                error),
	        ret, ret_found, error);
}

gboolean
desk_person_by_no(Db *db, const Event *event, guint16 region_no, guint32 no, DeskPerson *ret,
        gboolean *ret_found, GError **error)
{
	gint64 id = 0, next = 0;

	*ret_found = FALSE;
	if (!db_ask_int(db, "SELECT id FROM attendee WHERE event = $1 AND no = $2",
	            DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(no)), 0, &next, error))
		return FALSE;
	for (guint i = 0; next != 0 && i < MERGES_MAX; i++) {
		id = next;
		if (!db_ask_int(db, "SELECT merged_into FROM attendee WHERE id = $1",
		            DB_ARGS(db_int(id)), 0, &next, error))
			return FALSE;
	}
	return id == 0 || desk_person_by_id(db, event, region_no, id, ret, ret_found, error);
}

gboolean
desk_find(Db *db, const Event *event, VaultEvent *keys, guint16 region_no, const char *query,
        GArray *ret_attendees, GError **error)
{
	char code[TYPED_CODE_LENGTH + 1];
	gint64 mark = 0, attendee = 0;
	gboolean found = FALSE, is = FALSE;

	if (typed_code_parse(query, code) &&
	        !scan_mark_of_code(db, event, code, &mark, &found, error))
		return FALSE;
	if (!found)
		return find_people(db, event, keys, region_no, query, ret_attendees, error);
	if (!scan_holder_id(db, event, mark, &attendee, error) ||
	        !desk_is_of_region(db, event, mark, region_no, &is, error))
		return FALSE;
	if (is)
		g_array_append_val(ret_attendees, attendee);
	return TRUE;
}

gboolean
desk_in_at(Db *db, const Event *event, gint64 attendee, GArray *ret_sessions, GError **error)
{
	DbStep step;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT s.no FROM session s JOIN presence p ON p.event = s.event"
	        " AND p.session_no = s.no AND p.attendee = $2 WHERE s.event = $1 ORDER BY s.no",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(attendee)), error);
	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		const guint16 no = (guint16)db_column_int(rows, 0);
		g_array_append_val(ret_sessions, no);
	}
	return step == DB_NO_ROW;
}

gboolean
desk_other_tickets(Db *db, const Event *event, gint64 attendee, GArray *ret_tickets, GError **error)
{
	DbStep step;
	g_autoptr(DbRows) rows = db_query(db,
	        "WITH RECURSIVE who (id) AS (SELECT CAST($2 AS BIGINT)"
	        " UNION SELECT a.id FROM attendee a JOIN who ON a.merged_into = who.id)"
	        " SELECT a.typed_code, 0 FROM who JOIN attendee a ON a.id = who.id"
	        " WHERE a.event = $1 AND a.id <> $2"
	        " UNION ALL SELECT o.typed_code, o.revoked FROM who JOIN old_ticket o"
	        " ON o.attendee = who.id WHERE o.event = $1 ORDER BY 2, 1",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(attendee)), error);
	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		DeskTicket ticket = { .revoked = db_column_int(rows, 1) };
		g_strlcpy(ticket.typed_code, db_column_text(rows, 0), sizeof ticket.typed_code);
		g_array_append_val(ret_tickets, ticket);
	}
	return step == DB_NO_ROW;
}

gboolean
desk_is_of_region(Db *db, const Event *event, gint64 mark, guint16 region_no, gboolean *ret_is,
        GError **error)
{
	gint64 attendee = 0, is = 0;

	if (!scan_holder_id(db, event, mark, &attendee, error) ||
	        !db_ask_int(db,
	                "SELECT 1 FROM attendee WHERE id = $1 AND event = $2"
	                " AND ($3 = 0 OR region_no = $3)",
	                DB_ARGS(db_int(attendee), db_bytes(event->id, EVENT_ID_BYTES),
	                        db_int(region_no)),
	                0, &is, error))
		return FALSE;
	*ret_is = is != 0;
	return TRUE;
}

gboolean
desk_no_of_registration(Db *db, gint64 registration, gint64 *ret_no, GError **error)
{
	return db_ask_int(db, "SELECT no FROM attendee WHERE registration = $1 ORDER BY no LIMIT 1",
	        DB_ARGS(db_int(registration)), 0, ret_no, error);
}
