/*
 * What people/registration.c and the room places/ share: the counters of an event, how a person stands, and the line.
 */
#pragma once

#include "schema/outbox.h"
#include "schema/places.h"

/* ---- counters (places/count.c) ---- */

/* A list of what is to be counted, each with how many; what has no capacity is not in it. */
GArray *counters_new(void);
/* One more person in the option, and at each session that it includes. */
void counters_add_option(GArray *counters, const Event *event, guint16 option_no);
/* At the session, the stop (0: none) and the paired way back. */
void
counters_add_booking(GArray *counters, const Event *event, guint16 session_no, guint16 stop_no);
/* At the session alone; at the stop alone. */
void counters_add_session(GArray *counters, const Event *event, guint16 session_no);
void counters_add_stop(GArray *counters, const Event *event, guint16 session_no, guint16 stop_no);
/* Takes all, or none: then @ret says what is full, and @ret_room is FALSE. In the order option, session, stop. */
gboolean counters_take(Db *db, const Event *event, GArray *counters, PlacesAnswer *ret,
        gboolean *ret_room, GError **error);
gboolean counters_give(Db *db, const Event *event, GArray *counters, GError **error);

/* ---- how somebody stands (places/standing.c) ---- */

#define BOOKINGS_MAX (2 * ATTENDEE_SESSIONS_MAX)

typedef struct {
	guint16 session_no, stop_no;
	gboolean confirmed;
	gint64 queue; /* 0: in no line */
	gint64 offer; /* until when; 0: none */
} StandingBooking;

typedef struct {
	gint64 id, registration;
	gboolean active;    /* and nobody else by a merge */
	gboolean has_email; /* can be written to */
	guint16 option_no;  /* 0: none */
	gboolean option_confirmed;
	gint64 option_queue, option_offer; /* as of a booking */
	char fee[8];
	gint64 changed;
	StandingBooking bookings[BOOKINGS_MAX]; /* returns too, whose queue is always 0 */
	guint bookings_n;
} Standing;

static inline gboolean
standing_holds_option(const Standing *standing)
{
	return standing->option_no != 0 &&
	        (standing->option_confirmed || standing->option_offer != 0);
}

static inline gboolean
booking_is_held(const StandingBooking *booking)
{
	return booking->confirmed || booking->offer != 0;
}

StandingBooking *standing_booking(Standing *standing, guint16 session_no); /* or NULL */
gboolean standing_read(Db *db, const Event *event, gint64 attendee, Standing *ret,
        gboolean *ret_found, GError **error);
/* Writes the option with its state, the fee, and the bookings that are in it; raises attendee.changed. */
gboolean standing_write(
        Db *db, const Event *event, const Standing *standing, gint64 version, GError **error);
/* Adds what they hold: each place once, though a session be both included and booked. */
void standing_count(const Standing *standing, const Event *event, GArray *counters);

/* A letter about @standing, named "WHAT:HEX(attendee):NUMBER"; a place that got free is a call for who has no address,
 * the other kinds tell them nothing that their page doesn't. */
gboolean standing_tell(Db *db, const Event *event, const Standing *standing, OutboxKind kind,
        const char *what, gint64 number, gint64 now, GError **error);

/* The event's row is the lock of the event on PostgreSQL, so raising it comes first: whoever holds it sees all that is
 * committed. Takes @numbers holder numbers, too. */
gboolean places_raise(Db *db, const Event *event, gint64 numbers, gint64 *ret_version,
        gint64 *ret_last_no, gint64 *ret_edition, GError **error);

/* ---- the line (places/fill.c) ---- */

/* The @i-th place in line that a transaction gives out. */
#define QUEUE_RUN 32
G_STATIC_ASSERT(REGISTRATION_ATTENDEES_MAX <= QUEUE_RUN);
static inline gint64
queue_number(gint64 version, guint i)
{
	return version * QUEUE_RUN + i;
}

/* From when on the line of an option (session_no 0) or a session stands still. */
gint64 places_limit(const Event *event, guint16 session_no);
/* Until when an offer of now lasts. */
gint64 places_until(const Event *event, guint16 session_no, gboolean told, gint64 now);
