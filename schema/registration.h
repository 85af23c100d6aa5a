/*
 * Taking a place: one submission of the form, or one row of a roster.
 *
 * Everything costly (parsing, sealing, hashing, drawing the ticket) is done before, by whoever
 * prepares the Registration; registration_take_place() does nothing but rows, inside the
 * writer's transaction.
 */
#pragma once

#include "schema/event.h"
#include "schema/id.h"
#include "schema/person.h"

#define REGISTRATION_ATTENDEES_MAX 20
#define ATTENDEE_SESSIONS_MAX      32
#define HASH_BYTES                 32
#define KNOWN_AS_MAX               3
#define KNOWN_AS_BYTES             16

typedef enum {
	AGE_ADULT = 0,
	AGE_16_17 = 1,
	AGE_UNDER_16 = 2,
} AgeBand;

typedef struct {
	guint16 session_no;
	guint16 stop_no; /* 0: none */
} ChosenSession;

typedef enum {
	CONSENT_KEEP_INFORMED = 1,
	CONSENT_SHARE_REGIONAL = 2,
#define CONSENT_KINDS 3
} ConsentKind;

/* What stood beside the box that was ticked (people/consent.h). */
typedef struct {
	const char *
	        text; /* lent, in the registration's language; NULL: it was told elsewhere, as for a roster */
	gint64 version; /* 0: not known to the caller */
	gint64 found;   /* by registration_take_place(), when there is a text: for the next time */
} ConsentShown;

typedef struct {
	gint64 id; /* made by the caller; sealed values are bound to it */
	guint16 region_no, option_no, delegation_no; /* delegation 0: on their own */
	AgeBand age_band;
	TicketIdentity ticket;
	ChosenSession
	        chosen[ATTENDEE_SESSIONS_MAX]; /* of the option's choices, without its includes */
	guint chosen_n;
	GBytes *sealed[SEALED_CLASSES]; /* NULL: nothing of that class */
	guint8 consents;                /* bits 1 << ConsentKind */
	/* set when the place is taken: who waits for the option waits for all of it */
	gboolean option_waits;
	guint32 sessions_wait; /* bits 1 << index in chosen */
	gboolean asks;         /* the delegation's captain has to say yes first */
	/* of a list's row: what somebody who was deleted could be known by (schema/forgotten.h) */
	guint8 known_as[KNOWN_AS_MAX][KNOWN_AS_BYTES];
	guint known_as_n;
} Place;
G_STATIC_ASSERT(ATTENDEE_SESSIONS_MAX <= 32);

typedef struct {
	gint64 id;
	guint8 submission[SUBMISSION_BYTES];
	guint8 content_hash
	        [HASH_BYTES]; /* of what was asked: the same submission with other content is told */
	gboolean has_email, has_phone;
	guint8 email_hash[EMAIL_HASH_BYTES];
	char lang[12];
	gboolean walk_in;
	gboolean approved;                 /* nobody has to be asked whether they join */
	gboolean entered;                  /* by a captain or the staff, and not by themselves */
	ConsentShown shown[CONSENT_KINDS]; /* by ConsentKind */
	GArray *places;                    /* of Place */
} Registration;

Registration *registration_new(void);
void registration_free(Registration *registration); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Registration, registration_free)

typedef enum {
	PLACE_TAKEN, /* all places taken now */
	PLACE_WAITLISTED, /* all are registered, and somebody waits for something; full_… says for what */
	PLACE_TAKEN_BEFORE, /* this submission was here already, with the same content */
	PLACE_OTHER,        /* this submission was here already, with other content */
	PLACE_FULL,         /* nothing was taken; @full says what is full */
	PLACE_CLOSED,       /* an option is not open at this time; @closed_option says which */
	PLACE_CHANGED, /* the event's definition was loaded anew meanwhile, or the delegation was closed: take it
	                   * from the shelf and prepare again */
} PlaceOutcome;

typedef struct {
	PlaceOutcome outcome;
	gint64 registration; /* TAKEN, WAITLISTED, TAKEN_BEFORE, OTHER: whose page to show */
	gint64 link_no;
	guint16 full_option, full_session, full_stop; /* FULL, WAITLISTED: which (0: not this) */
	guint16 closed_option;
} PlaceAnswer;

/*
 * Takes a place for every attendee of @asked, all or none. @submission makes asking twice safe: a
 * repeat is looked for before anything else, so an option that closed or filled since does not
 * take the first answer back.
 *
 * A place is the option's, and each session's that the option includes or that was chosen of it,
 * and the paired return of a chosen bus; each attendee counts once per session. Counts
 * move only while there is room, in the order option, session, stop, so that two last guests cannot
 * both win; what is not counted (no capacity) costs no statement. A chosen session and its return
 * get a booking row; an included one needs none, the option is its booking.
 *
 * When something is full that has a waiting list (places.h), each person, in the form's order, takes what there is
 * and waits for the rest: for the option with all that it brings, or for a session of it. Without a list for
 * what is full, nobody of the registration is taken.
 *
 * Who joins a delegation that has a captain asks to join, unless @asked is approved or a walk-in (delegation.h).
 *
 * A walk-in is taken whatever the option's times say, and never waits.
 *
 * A ticket whose mark or typed code the event has already is drawn anew in @asked. CONFLICT when the id
 * of a registration or attendee is taken: prepare again.
 *
 * FALSE with @error: the question went unanswered; the caller's transaction or savepoint must be
 * undone. With TRUE nothing has to be, whatever the outcome.
 */
gboolean registration_take_place(Db *db, const Event *event, Registration *asked, gint64 now,
        PlaceAnswer *ret, GError **error);

/* The same as a DbWork for the writer; @data is a PlaceWork. */
typedef struct {
	const Event *event;
	Registration *asked;
	gint64 now;
	PlaceAnswer answer;
} PlaceWork;
gboolean registration_work(Db *db, gpointer data, GError **error);

/* What the form can offer: room left, NO_CAPACITY where nothing is counted. One query. */
typedef struct {
	int *options;      /* by index in event->options */
	int *sessions;     /* by index in event->sessions */
	GHashTable *stops; /* counted stops only: see room_at_stop() */
} Room;
Room *room_read(Db *db, const Event *event, GError **error);
int room_at_stop(const Room *room, guint16 session_no, guint16 stop_no);
void room_free(Room *room); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Room, room_free)

static inline gpointer
room_stop_key(guint16 session_no, guint16 stop_no)
{
	return GUINT_TO_POINTER((guint)session_no << 16 | stop_no);
}

/* The registration that a ticket page shows. */
typedef struct {
	gint64 id;
	guint32 no; /* holder number */
	guint16 region_no, option_no, delegation_no;
	guint16 asked_no; /* the delegation whose captain has not said yes yet; 0: none */
	gboolean option_waitlisted, cancelled;
	AgeBand age_band;
	TicketIdentity ticket;
	ChosenSession bookings[2 * ATTENDEE_SESSIONS_MAX]; /* chosen ones and paired returns */
	guint bookings_n;
	char fee[8];    /* "free", "due", "paid", "waived" */
	Person *person; /* identity opened; NULL when its key is gone */
} Attendee;

typedef struct {
	gint64 id;
	guint8 event[EVENT_ID_BYTES];
	gint64 link_no;
	gboolean entered; /* by a captain or the staff, and not by themselves */
	char *lang;
	GPtrArray *attendees; /* of Attendee */
} RegistrationPage;

/* By the token of /t/…: finds, checks the MAC, opens the names. ABSENT for any token that does not
 * hold (no difference between unknown and forged). */
RegistrationPage *registration_read(Db *db, Vault *vault, const char *token, GError **error);
/* The same by another kind of link. */
RegistrationPage *registration_read_linked(
        Db *db, Vault *vault, LinkPurpose purpose, const char *token, GError **error);
/* The registration that @attendee came by, for who writes to them. ABSENT when there is none (any more). */
RegistrationPage *registration_read_of(Db *db, Vault *vault, gint64 attendee, GError **error);
/* Whom to write to: who has an e-mail address, else a phone, else anybody; NULL when nobody can be opened. Lent. */
const Person *registration_contact(const RegistrationPage *page);
/* Where @attendee is expected, by start: chosen sessions, returns, and what the option includes. Of ChosenSession. */
GArray *attendee_sessions(const Event *event, const Attendee *attendee);
void registration_page_free(RegistrationPage *page);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RegistrationPage, registration_page_free)
