/*
 * Places after the registration: waiting lists, offers, cancelling, changing, fees.
 *
 * There is one waiting list for each option and each session that can be chosen. A place in the line is a number made of
 * the event's version: whoever came later has a higher one, whatever ids and clocks say. Somebody
 * waits for
 *   an option: for its own place and one at each session that it includes, all together. What they chose of the
 *              option waits with it, and is taken together with it where there is room, else
 *              goes on waiting, in the same place of that line;
 *   a session: for its own place, one at their stop, and one on the paired way back, all together.
 *
 * Whenever a place gets free (cancelled, changed, an offer ran out or was declined, a capacity was raised), the
 * same transaction offers it to the first in line who can use it. So in no committed state is there room that somebody who
 * waits could use, and who comes new never passes the line. An offered place counts as taken;
 * the state stays "waitlisted" until it is confirmed. An offer lasts Event.offer_hours, and never
 * beyond the start of the event, or of a session that starts before it; from then on that line stands still, and what gets
 * free goes to who asks. Who can't be written to has that last moment as their time, until places_told() says that somebody
 * called them.
 *
 * An offer that ran out or was declined leaves the person out of the line: not cancelled, without a place,
 * and free to go to the end of the line.
 *
 * All of these are rows only, inside the writer's transaction. What is asked twice is told PLACES_NOTHING. Whatever changes
 * a person raises their attendee.changed, so that phones at the door hear of it. With TRUE nothing has to be
 * undone, whatever the outcome.
 */
#pragma once

#include "schema/registration.h"

typedef enum {
	PLACES_DONE,
	PLACES_WAITLISTED, /* a change that put them on a waiting list */
	PLACES_NOTHING,    /* nobody of this kind, or nothing to answer (any more) */
	PLACES_FULL,       /* nothing was changed; full_… says what is full */
	PLACES_CLOSED,     /* the option is not open: nothing was changed */
	PLACES_CHOICE,     /* what was chosen is not what the option leaves to choose */
	PLACES_EVENT_CHANGED, /* the definition was loaded anew meanwhile: take it from the shelf again */
	PLACES_MEANWHILE, /* they stand otherwise than the wish has seen: look again */
} PlacesOutcome;

typedef struct {
	PlacesOutcome outcome;
	guint n;                                      /* how many people it was about */
	guint16 full_option, full_session, full_stop; /* FULL: which (0: not this) */
	gboolean may_wait;                            /* FULL: it has a waiting list */
} PlacesAnswer;

/* Whom it is about: an attendee of the registration; attendee 0: all of it; registration 0: whosever it is. */
typedef struct {
	gint64 registration, attendee;
} PlacesWho;

/* Whether who finds the option (session_no 0) or the session (option_no 0) full now may wait for it. */
gboolean places_has_list(const Event *event, guint16 option_no, guint16 session_no, gint64 now);

/* What the people of a registration wait for, or left: by their number, the option first. What hangs on an option that is not
 * theirs yet is told with it. */
typedef struct {
	gint64 attendee;
	guint16 session_no; /* 0: the option */
	gint64 queue;       /* 0: out of the line */
	gint64 offer;       /* until when it is theirs to confirm; 0: none */
	guint ahead;        /* how many wait in the same line before them */
} PlacesWait;
/* Of PlacesWait; inside a reading transaction. */
GArray *places_waits(Db *db, const Event *event, gint64 registration, GError **error);

/* What somebody has or waits for, and the room there is for them: what is free, and what is theirs. */
typedef struct {
	gboolean active;
	gint64 registration;                         /* 0: none */
	guint16 option_no;                           /* 0: none */
	gboolean option_held;                        /* or offered */
	ChosenSession chosen[ATTENDEE_SESSIONS_MAX]; /* without ways back */
	guint chosen_n;
	gint64 changed; /* another number when anything of it is another */
	char fee[8];
	Room *room;
} PlacesOwn;
gboolean places_own(Db *db, const Event *event, gint64 attendee, PlacesOwn *ret, GError **error);
void places_own_clear(PlacesOwn *own);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PlacesOwn, places_own_clear)

/* Gives back all that they hold and takes them out of every line. Their sealed data expire as those of who was there,
 * but 48 hours after the event's end at the latest. */
gboolean places_cancel(Db *db, const Event *event, const PlacesWho *who, gint64 now,
        PlacesAnswer *ret, GError **error);
/* The same of one attendee by staff: with a line of the audit with the name @staff. */
gboolean places_cancel_by(Db *db, const Event *event, const PlacesWho *who, const char *staff,
        gint64 now, PlacesAnswer *ret, GError **error);

/* Another option, other sessions: all or nothing. What stays the same is kept, with its place in the line. The
 * option must be open, unless @by_staff. Something new that is full refuses the whole, unless @may_wait and it has a waiting
 * list: then they wait for it, and what it replaces is given back. */
typedef struct {
	guint16 option_no;
	ChosenSession chosen[ATTENDEE_SESSIONS_MAX];
	guint chosen_n;
	gboolean may_wait, by_staff;
	gint64 seen;     /* PlacesOwn.changed of what the wish was made from; 0: whatever it is */
	const char *who; /* by staff: a line of the audit with this name; lent, nullable */
} PlacesWish;
gboolean places_change(Db *db, const Event *event, const PlacesWho *who, const PlacesWish *wish,
        gint64 now, PlacesAnswer *ret, GError **error);

/* The answer to an offer of @session_no, or of the option (0) with what was taken of it: NOTHING when there is none, or
 * its time is over. REJOIN: from out of the line to its end. LEAVE also who only waits, out of the line. */
typedef enum {
	PLACES_CONFIRM,
	PLACES_LEAVE,
	PLACES_REJOIN,
} PlacesReply;
gboolean places_answer(Db *db, const Event *event, const PlacesWho *who, guint16 session_no,
        PlacesReply reply, gint64 now, PlacesAnswer *ret, GError **error);

/* Somebody without e-mail was told of the offers that they have: their time begins now. */
gboolean places_told(
        Db *db, const Event *event, gint64 attendee, gint64 now, PlacesAnswer *ret, GError **error);

/* They were not told after all: their offers that still stand have as long as before. For a call that was marked by mistake,
 * a short while ago: each time lengthens an offer by no more than that while. */
gboolean places_untold(
        Db *db, const Event *event, gint64 attendee, gint64 now, PlacesAnswer *ret, GError **error);

/* Offers that ran out by @now go to the next in line; @ret->n is how many ran out. Costs one read when there is
 * none. The server does it each minute. */
gboolean places_sweep(Db *db, const Event *event, gint64 now, PlacesAnswer *ret, GError **error);

/* Offers what is free to those who wait, in their order. For whoever frees a place by other ways, in the same transaction,
 * which has raised the event's version to @version first. */
gboolean places_fill(Db *db, const Event *event, gint64 version, gint64 now, GError **error);

/* Gives back what @attendee holds and takes them out of every line, without cancelling; no fill. */
gboolean places_release(Db *db, const Event *event, gint64 attendee, GError **error);

/* What a fee can be. Staff set it, for one person or for all of a delegation who are active and owe one (DUE); each time is a
 * line of the audit with @who. Nobody is ever refused for it. */
typedef enum {
	FEE_DUE,
	FEE_PAID,
	FEE_WAIVED,
#define FEE_STATES 3
} FeeState;
extern const char *const fee_states[]; /* "due", "paid", "waived", NULL: by FeeState */
gboolean places_set_fee(Db *db, const Event *event, gint64 attendee, guint16 delegation_no,
        FeeState state, const char *who, gint64 now, PlacesAnswer *ret, GError **error);

/* How many who are active owe, have paid, or don't have to, by delegation (0: on their own, last); only where there is a
 * fee. Of PlacesFees; @region_no: of that region alone, 0: of any. */
typedef struct {
	guint16 delegation_no;
	gint64 n[FEE_STATES]; /* by FeeState */
} PlacesFees;
GArray *places_fees(Db *db, const Event *event, guint16 region_no, GError **error);

/* The same by home region and option, where the option has a fee or somebody there owes one, in the event's order. @sum is what
 * they make by the fee that the option has now, in the smallest unit. Of PlacesFeeCount. */
typedef struct {
	guint16 region_no, option_no;
	gint64 n[FEE_STATES], sum[FEE_STATES]; /* by FeeState */
} PlacesFeeCount;
GArray *places_fee_counts(Db *db, const Event *event, guint16 region_no, GError **error);

/* As a DbWork. */
typedef struct {
	const Event *event;
	gint64 attendee;       /* 0: those of the delegation */
	guint16 delegation_no; /* 0: the attendee */
	FeeState state;
	const char *who; /* lent */
	gint64 now;
	PlacesAnswer answer;
} PlacesFee;
gboolean places_fee_work(Db *db, gpointer data, GError **error);

/* Each as a DbWork for the writer; @data is a PlacesWork. */
typedef struct {
	const Event *event;
	PlacesWho who;
	PlacesWish wish;    /* change */
	guint16 session_no; /* answer */
	PlacesReply reply;  /* answer */
	const char *staff;  /* cancel: who of the staff; NULL: they themselves */
	gint64 now;
	PlacesAnswer answer;
} PlacesWork;
gboolean places_cancel_work(Db *db, gpointer data, GError **error);
gboolean places_change_work(Db *db, gpointer data, GError **error);
gboolean places_answer_work(Db *db, gpointer data, GError **error);
gboolean places_told_work(Db *db, gpointer data, GError **error); /* who.attendee */
gboolean places_sweep_work(Db *db, gpointer data, GError **error);
