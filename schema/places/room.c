/* What the form can offer. */
#include "schema/registration.h"

static int *
no_limits(guint n)
{
	int *room = g_new(int, MAX(n, 1));
	for (guint i = 0; i < n; i++)
		room[i] = NO_CAPACITY;
	return room;
}

/* A place of the event that is counted: of @kind 1 an option, 2 a session, 3 a stop. */
static void
set_room(Room *room, const Event *event, gint64 kind, guint16 no, guint16 stop_no, int left)
{
	if (kind == 1) {
		for (guint i = 0; i < event->options->len; i++)
			if (((EventOption *)g_ptr_array_index(event->options, i))->no == no)
				room->options[i] = left;
	} else if (kind == 2) {
		for (guint i = 0; i < event->sessions->len; i++)
			if (((EventSession *)g_ptr_array_index(event->sessions, i))->no == no)
				room->sessions[i] = left;
	} else {
		g_hash_table_insert(room->stops, room_stop_key(no, stop_no), GINT_TO_POINTER(left));
	}
}

Room *
room_read(Db *db, const Event *event, GError **error)
{
	g_autoptr(Room) room = g_new0(Room, 1);
	DbStep step;

	room->options = no_limits(event->options->len);
	room->sessions = no_limits(event->sessions->len);
	room->stops = g_hash_table_new(NULL, NULL);

	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT 1, no, 0, capacity - taken FROM option"
	        " WHERE event = $1 AND capacity IS NOT NULL"
	        " UNION ALL SELECT 2, no, 0, capacity - taken FROM session"
	        " WHERE event = $1 AND capacity IS NOT NULL"
	        " UNION ALL SELECT 3, session_no, no, capacity - taken FROM stop"
	        " WHERE event = $1 AND capacity IS NOT NULL",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES)), error);
	if (rows == NULL)
		return NULL;
	while ((step = db_next(rows, error)) == DB_ROW)
		set_room(room, event, db_column_int(rows, 0), (guint16)db_column_int(rows, 1),
		        (guint16)db_column_int(rows, 2), (int)db_column_int(rows, 3));
	return step == DB_NO_ROW ? g_steal_pointer(&room) : NULL;
}

int
room_at_stop(const Room *room, guint16 session_no, guint16 stop_no)
{
	gpointer left = NULL;
	if (!g_hash_table_lookup_extended(
	            room->stops, room_stop_key(session_no, stop_no), NULL, &left))
		return NO_CAPACITY;
	return GPOINTER_TO_INT(left);
}

void
room_free(Room *room)
{
	if (room == NULL)
		return;
	g_free(room->options);
	g_free(room->sessions);
	g_clear_pointer(&room->stops, g_hash_table_unref);
	g_free(room);
}
