/*
 * Delegations: an organisation's group from one region, with a captain.
 *
 * A definition lists those that are known beforehand; organisations and staff make others while the event runs, and edit
 * any of them. What was made or edited by hand stands in the table alone: loading a definition again leaves it as it
 * is, whatever the file says of it or doesn't. Each change raises the event's group_version and no edition, so that
 * nobody who is just filling a form in is sent back.
 *
 * Who joins by the code of a group that has a captain is asked for: until the captain says yes they are not of the delegation
 * (attendee.asked_no, and delegation_no NULL), so no manifest, count or group pass has them in it. Whom the captain, the
 * staff or the desk at the door enter is of it at once, and so is who joins a group that has no captain.
 *
 * The captain holds a link (/g/…, LINK_GROUP) that nothing stores, and a ticket of the captain's class. Works are rows only,
 * inside the writer's transaction, and may run twice; the captain's are bound to their delegation, and to the link's
 * number, so that a link that was re-issued meanwhile does nothing.
 */
#pragma once

#include "schema/places.h"

#define DELEGATION_NAME_MAX     120 /* characters */
#define DELEGATION_CODE_MAX     40
#define DELEGATION_EXPECTED_MAX 5000
#define DELEGATIONS_OWN_MAX     2000 /* that organisations make by themselves, of one event */

/* Adds to @event what the table knows of its delegations and the definition doesn't. For event_read() alone. */
gboolean delegations_apply(Db *db, Event *event, GError **error);
/* The event as it is now, when a delegation was changed since @event was read; else NULL without @error. */
Event *delegations_newer(Db *db, const Event *event, GError **error);

/* For registration_take_place() alone. Who of @asked has to ask to join; @ret_open FALSE: nobody joins that delegation any
 * more. And: who comes with a captain's ticket is the captain, unless there is one. */
gboolean delegations_settle(
        Db *db, const Event *event, Registration *asked, gboolean *ret_open, GError **error);
gboolean delegation_add_captain(Db *db, const Event *event, const Place *place, GError **error);

/* ---- what staff and captain see ---- */

typedef struct {
	guint16 no, region_no, merged_no;
	char *code, *name;
	int expected; /* -1: not said */
	gboolean listed, closed;
	gboolean own;    /* the organisation made it by itself */
	gboolean unseen; /* and no staff has looked at it */
	gint64 link_no;
	gint64 captain; /* an attendee who is coming; 0: none */
	/* people of it */
	guint confirmed, waitlisted, came;
	guint asked; /* who want to join */
} Delegation;
void delegation_free(Delegation *delegation); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Delegation, delegation_free)

/* Of Delegation, by name; @region_no: of that region alone (0: of any); @no: that one alone (0: all). @event must be as new as
 * the database (delegations_newer()). */
GPtrArray *
delegations_read(Db *db, const Event *event, guint16 region_no, guint16 no, GError **error);

/* The captain's link is of nobody's row: the id in it is made of the event's id and the delegation's number. */
gint64 delegation_link_id(const Event *event, guint16 no);
void delegation_link(const Event *event, VaultEvent *keys, guint16 no, gint64 link_no,
        char ret_token[LINK_TOKEN_LENGTH + 1]);
/* Whose link @token is, among @events; NULL, without @error, for one that doesn't hold, and for that of a closed delegation.
 * A reference of the caller's own. */
Event *delegation_of_link(Db *db, Vault *vault, const GPtrArray *events, const char *token,
        guint16 *ret_no, gint64 *ret_link_no, GError **error);

/* Somebody of a delegation, or who asks to be. */
typedef struct {
	Attendee *attendee; /* with the name opened, and confirmed bookings */
	gint64 registration, link_no;
	char lang[12];
	gboolean asked; /* and not of it yet */
	gboolean captain;
	gboolean
	        own_contact; /* gave an e-mail address or phone of their own: their data are theirs to change */
	gboolean entered; /* by a captain or the staff, and not by themselves */
	gboolean fee_due;
	gboolean waits_for_session;
	GArray *in; /* of guint16: sessions at which they are in */
	GPtrArray *
	        answers; /* [code, answer, …] to the event's questions that say that a captain sees them; of who
	                     * only asks to join: none */
} Member;
/* Of Member, by name in @lang's order, those who ask first; nobody who cancelled. */
GPtrArray *delegation_members(
        Db *db, const Event *event, VaultEvent *keys, guint16 no, const char *lang, GError **error);
/* What @member answered to the question @code, of those that a captain sees; NULL. Lent. */
const char *member_answer(const Member *member, const char *code);
const Member *delegation_member(const GPtrArray *members, guint32 no); /* by holder number; NULL */

/* ---- what staff and organisations do ---- */

typedef enum {
	DELEGATION_DONE,
	DELEGATION_NOBODY, /* no such delegation or person: another's, closed, gone, or the link is an old one */
	DELEGATION_CODE_TAKEN,
	DELEGATION_TOO_MANY, /* that were made by themselves */
	DELEGATION_SAME,     /* nothing to do */
	DELEGATION_FULL,     /* nothing was written: @full says what is full */
	DELEGATION_CLOSED_OPTION,
	DELEGATION_EVENT_CHANGED, /* the definition was loaded anew meanwhile */
} DelegationOutcome;

typedef struct {
	const Event *event; /* lent until the work is done */
	VaultEvent *keys;
	const char *who;   /* for the audit */
	guint16 region_no; /* of who does it; 0: of any */
	gint64 now;
	guint16 no; /* of the delegation; made: the answer */
	/* make and edit */
	const char *code, *name; /* code NULL: as it is; made: one is drawn */
	guint16 in_region;
	int expected;
	gboolean listed;
	guint16 into;    /* merge */
	gboolean closed; /* close, or open again */
	/* the answer */
	DelegationOutcome outcome;
	gint64 link_no;
} DelegationWork;
gboolean delegation_make_work(Db *db, gpointer data, GError **error);
gboolean delegation_edit_work(Db *db, gpointer data, GError **error);
gboolean delegation_seen_work(Db *db, gpointer data, GError **error);
gboolean delegation_close_work(Db *db, gpointer data, GError **error);
/* All people of @no are @into's; so is the code, for who joins. The link of @no stops. */
gboolean delegation_merge_work(Db *db, gpointer data, GError **error);
gboolean
delegation_link_work(Db *db, gpointer data, GError **error); /* another link; the old one stops */

/* An organisation makes its own group: the delegation, and @asked (one place), who is its captain. Asked twice, the
 * first answer holds. */
typedef struct {
	DelegationWork delegation;
	PlaceWork place;
} DelegationFoundWork;
gboolean delegation_found_work(Db *db, gpointer data, GError **error);

/* Staff say yes or no for the captain to who asks to join; SAME: they ask (no longer). A line of the audit. */
typedef struct {
	const Event *event;
	const char *who; /* for the audit; lent */
	gint64 attendee;
	gboolean yes;
	gint64 now;
	DelegationOutcome outcome;
} AskedWork;
gboolean delegation_asked_work(Db *db, gpointer data, GError **error);

/* ---- what a captain does ---- */

typedef struct {
	const Event *event;
	VaultEvent *keys;
	guint16 no; /* theirs, and the number of their link */
	gint64 link_no;
	gint64 now;
	gint64 attendee;
	/* edit: what is there is written */
	GBytes *sealed[SEALED_CLASSES];
	AgeBand age_band;
	/* the answer */
	DelegationOutcome outcome;
} CaptainWork;
gboolean captain_approve_work(Db *db, gpointer data, GError **error); /* attendee 0: all who ask */
gboolean captain_refuse_work(Db *db, gpointer data, GError **error);
gboolean captain_release_work(
        Db *db, gpointer data, GError **error); /* out of the group, with their place */
gboolean captain_cancel_work(Db *db, gpointer data, GError **error);
/* Deletes them at once, everywhere; erase_acknowledge() is to follow (schema/erase.h). */
gboolean captain_erase_work(Db *db, gpointer data, GError **error);
gboolean captain_edit_work(Db *db, gpointer data, GError **error);
/* Another option, other sessions, as places_change() has it, for who was entered: NOTHING for who isn't (any more) of the
 * group, or registered themselves. The places' "who" names registration and attendee. */
typedef struct {
	CaptainWork captain;
	PlacesWork places;
} CaptainChangeWork;
gboolean captain_change_work(Db *db, gpointer data, GError **error);
/* @attendee is the captain from now on: both get other tickets, and the link another number. */
gboolean captain_hand_over_work(Db *db, gpointer data, GError **error);

/* Many people at once, all or none. Each is a Registration of one person, with the submission that
 * captain_submission() gives; one that is there and of the group already is counted, and nothing is added; who was deleted is left out, unless they agreed anew. */
typedef struct {
	Registration *asked;
	const char *folded;   /* the name, as text_fold() has it */
	guint nth;            /* of that name in the group, from 1 */
	gboolean agreed_anew; /* taken in though they were deleted (schema/forgotten.h) */
	PlaceAnswer answer;
	gboolean already, left_out;
} CaptainRow;
typedef struct {
	CaptainWork captain;
	GArray *rows; /* of CaptainRow */
	guint added, already, anew;
} CaptainAddWork;
gboolean captain_add_work(Db *db, gpointer data, GError **error);
void captain_submission(VaultEvent *keys, guint16 no, const char *folded, guint nth,
        guint8 ret_submission[SUBMISSION_BYTES]);
