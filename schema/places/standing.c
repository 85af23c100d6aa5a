/* How somebody stands: the option and the bookings that they hold or wait for. */
#include "schema/event_now.h"
#include "schema/places_private.h"

StandingBooking *
standing_booking(Standing *standing, guint16 session_no)
{
	for (guint i = 0; i < standing->bookings_n; i++)
		if (standing->bookings[i].session_no == session_no)
			return &standing->bookings[i];
	return NULL;
}

/* Reads the person and frees @given. */
static gboolean
take_person(DbRows *given, Standing *standing, gboolean *ret_found, GError **error)
{
	g_autoptr(DbRows) row = given;
	if (row == NULL)
		return FALSE;
	DbStep step = db_next(row, error);
	*ret_found = step == DB_ROW;
	if (step != DB_ROW)
		return step == DB_NO_ROW;
	standing->id = db_column_int(row, 0);
	standing->registration = db_column_int(row, 1);
	standing->option_no = (guint16)db_column_int(row, 2);
	standing->option_confirmed = g_strcmp0(db_column_text(row, 3), "confirmed") == 0;
	standing->option_queue = db_column_int(row, 4);
	standing->option_offer = db_column_int(row, 5);
	g_strlcpy(standing->fee, db_column_text(row, 6), sizeof standing->fee);
	standing->active =
	        g_strcmp0(db_column_text(row, 7), "active") == 0 && db_column_is_null(row, 8);
	standing->has_email = db_column_int(row, 9) != 0;
	standing->changed = db_column_int(row, 10);
	return TRUE;
}

static gboolean
read_bookings(Db *db, Standing *standing, GError **error)
{
	DbStep step;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT session_no, stop_no, state, queue, offer FROM booking WHERE attendee = $1"
	        " ORDER BY session_no",
	        DB_ARGS(db_int(standing->id)), error);
	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		if (standing->bookings_n == BOOKINGS_MAX) {
			g_set_error_literal(error, DB_ERROR, DB_ERROR_BROKEN,
			        "somebody is booked more often than can be");
			return FALSE;
		}
		standing->bookings[standing->bookings_n++] = (StandingBooking){
			.session_no = (guint16)db_column_int(rows, 0),
			.stop_no = (guint16)db_column_int(rows, 1),
			.confirmed = g_strcmp0(db_column_text(rows, 2), "confirmed") == 0,
			.queue = db_column_int(rows, 3),
			.offer = db_column_int(rows, 4),
		};
	}
	return step == DB_NO_ROW;
}

gboolean
standing_read(Db *db, const Event *event, gint64 attendee, Standing *ret, gboolean *ret_found,
        GError **error)
{
	Standing standing = { 0 };

	if (!take_person(
	            db_query(db,
	                    "SELECT a.id, a.registration, a.option_no, a.option_state,"
	                    " a.option_queue, a.option_offer, a.fee_state, a.state,"
	                    " a.merged_into, CASE WHEN r.email_hash IS NULL THEN 0 ELSE 1 END,"
	                    " a.changed"
	                    " FROM attendee a LEFT JOIN registration r ON r.id = a.registration"
	                    " WHERE a.id = $1 AND a.event = $2",
	                    DB_ARGS(db_int(attendee), db_bytes(event->id, EVENT_ID_BYTES)), error),
	            &standing, ret_found, error) ||
	        (*ret_found && !read_bookings(db, &standing, error)))
		return FALSE;
	*ret = standing;
	return TRUE;
}

static DbValue
number_or_null(gint64 number)
{
	return number != 0 ? db_int(number) : db_null();
}

static gboolean
write_booking(
        Db *db, const Event *event, gint64 attendee, const StandingBooking *booking, GError **error)
{
	return db_run(db,
	        "INSERT INTO booking (attendee, event, session_no, stop_no, state, queue, offer)"
	        " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (attendee, session_no)"
	        " DO UPDATE SET stop_no = excluded.stop_no, state = excluded.state,"
	        " queue = excluded.queue, offer = excluded.offer",
	        DB_ARGS(db_int(attendee), db_bytes(event->id, EVENT_ID_BYTES),
	                db_int(booking->session_no), number_or_null(booking->stop_no),
	                db_text(booking->confirmed ? "confirmed" : "waitlisted"),
	                number_or_null(booking->queue), number_or_null(booking->offer)),
	        NULL, error);
}

gboolean
standing_write(Db *db, const Event *event, const Standing *standing, gint64 version, GError **error)
{
	const char *state = standing->option_no == 0 ? NULL
	        : standing->option_confirmed         ? "confirmed"
	                                             : "waitlisted";

	for (guint i = 0; i < standing->bookings_n; i++)
		if (!write_booking(db, event, standing->id, &standing->bookings[i], error))
			return FALSE;
	return db_run(db,
	        "UPDATE attendee SET option_no = $2, option_state = $3, option_queue = $4,"
	        " option_offer = $5, fee_state = $6, changed = $7 WHERE id = $1",
	        DB_ARGS(db_int(standing->id), number_or_null(standing->option_no), db_text(state),
	                number_or_null(standing->option_queue),
	                number_or_null(standing->option_offer), db_text(standing->fee),
	                db_int(version)),
	        NULL, error);
}

static gboolean
option_includes(const EventOption *option, guint16 session_no)
{
	for (guint i = 0; i < option->includes->len; i++)
		if (g_array_index(option->includes, guint16, i) == session_no)
			return TRUE;
	return FALSE;
}

void
standing_count(const Standing *standing, const Event *event, GArray *counters)
{
	const EventOption *held =
	        standing_holds_option(standing) ? event_option(event, standing->option_no) : NULL;

	if (held != NULL)
		counters_add_option(counters, event, held->no);
	for (guint i = 0; i < standing->bookings_n; i++) {
		const StandingBooking *booking = &standing->bookings[i];
		if (!booking_is_held(booking))
			continue;
		if (held == NULL || !option_includes(held, booking->session_no))
			counters_add_session(counters, event, booking->session_no);
		counters_add_stop(counters, event, booking->session_no, booking->stop_no);
	}
}

gboolean
standing_tell(Db *db, const Event *event, const Standing *standing, OutboxKind kind,
        const char *what, gint64 number, gint64 now, GError **error)
{
	char id[ID_HEX_LENGTH + 1];

	if (!standing->has_email && kind != OUTBOX_PLACE_FREE)
		return TRUE;
	id_to_hex(standing->id, id);
	g_autofree char *cause = g_strdup_printf("%s:%s:%" G_GINT64_FORMAT, what, id, number);
	return outbox_add_as(db, event, kind, standing->has_email ? OUTBOX_WAITING : OUTBOX_CALL,
	        standing->id, cause, now, error);
}

gboolean
places_raise(Db *db, const Event *event, gint64 numbers, gint64 *ret_version, gint64 *ret_last_no,
        gint64 *ret_edition, GError **error)
{
	EventNow now;

	if (!event_now_raise(db, event, numbers, &now, error))
		return FALSE;
	*ret_version = now.version;
	*ret_last_no = now.last_no;
	*ret_edition = now.edition;
	return TRUE;
}
