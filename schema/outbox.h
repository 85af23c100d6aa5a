/*
 * Letters that wait to be sent, and calls that wait to be made: written in the transaction of what causes them.
 *
 * A row names ids only; words and addresses are made when the letter goes, from the sealed person. It is named by
 * its cause ("confirm:HEX(registration)", "offer:HEX(attendee):QUEUE"), so that a repeat adds nothing. For a person
 * without an e-mail address it is a call for a volunteer instead.
 *
 * Who sends claims rows: a claim lasts OUTBOX_LEASE_S, then the row is due again, whoever died with it in hand. Only
 * the claim that a row has now settles it. So a letter goes out twice only when a process dies, or an answer is lost,
 * between the mail server's "accepted" and the commit of OUTBOX_SENT; both then bear the same Message-ID.
 */
#pragma once

#include "schema/event.h"
#include "schema/id.h"

typedef enum {
	OUTBOX_CONFIRMATION,
	OUTBOX_WAITLISTED,
	OUTBOX_PLACE_FREE,
	OUTBOX_CHANGED,
	OUTBOX_CANCELLED,
	OUTBOX_REMINDER,
	OUTBOX_LINK_AGAIN,
	OUTBOX_STAFF_MESSAGE,
	OUTBOX_INFORMED_ASK,   /* of the list of schema/informed.h: please confirm */
	OUTBOX_INFORMED_KNOWN, /* you are on it already */
#define OUTBOX_KINDS 10
} OutboxKind;
const char *outbox_kind_name(OutboxKind kind); /* "confirmation" … as the table has it */

typedef enum {
	OUTBOX_WAITING,
	OUTBOX_SENT,
	OUTBOX_GIVEN_UP, /* after OUTBOX_PATIENCE_S, or refused for good; staff may try again */
	OUTBOX_CALL,     /* for a volunteer to make */
	OUTBOX_CALLED,
	OUTBOX_DROPPED, /* nobody to write to any more: cancelled, deleted or expired meanwhile */
#define OUTBOX_STATES 6
} OutboxState;
const char *outbox_state_name(OutboxState state); /* "waiting" … */

#define OUTBOX_CAUSE_MAX  120                /* bytes; letters, digits, ':', '-', '.' and '_' */
#define OUTBOX_LEASE_S    300                /* longer than an attempt may take */
#define OUTBOX_PATIENCE_S (4 * 24 * 60 * 60) /* from the first attempt on (RFC 5321, 4.5.4.1) */
#define OUTBOX_CLAIM_MAX  64

/* Adds the letter for @attendee, inside the work that causes it; a call when their registration has no e-mail
 * address. Nothing when @cause is there already. */
gboolean outbox_add(Db *db, const Event *event, OutboxKind kind, gint64 attendee, const char *cause,
        gint64 now, GError **error);
/* As outbox_add_as(), and says whether it was new. */
gboolean outbox_add_new(Db *db, const Event *event, OutboxKind kind, OutboxState state,
        gint64 attendee, const char *cause, gint64 now, gboolean *ret_added, GError **error);
/* The same for who knows already whether there is an address: no look at the registration. @state is OUTBOX_WAITING or
 * OUTBOX_CALL. */
gboolean outbox_add_as(Db *db, const Event *event, OutboxKind kind, OutboxState state,
        gint64 attendee, const char *cause, gint64 now, GError **error);
/* A letter with the link for each registration of @event that was made with this address, the OUTBOX_AGAIN_MAX newest
 * of them; at most one in OUTBOX_AGAIN_S for each, however often it is asked. */
#define OUTBOX_AGAIN_MAX 5
#define OUTBOX_AGAIN_S   (60 * 60)
gboolean outbox_add_link_again(Db *db, const Event *event,
        const guint8 email_hash[EMAIL_HASH_BYTES], gint64 now, GError **error);
/* All that waits or is remembered for a person who is deleted. */
gboolean outbox_forget(Db *db, gint64 attendee, GError **error);

typedef struct {
	char cause[OUTBOX_CAUSE_MAX + 1];
	guint8 event[EVENT_ID_BYTES];
	OutboxKind kind;
	OutboxState state;
	gint64 attendee;               /* 0: none */
	gint64 made, due, begun, done; /* 0: not yet */
	gint64 tries;
	char trouble[64]; /* of the last attempt: what and a reply code, never an address */
} OutboxRow;

/* Takes at most @most rows that are due, those longest due first, for @claim (random, not 0) until @now +
 * OUTBOX_LEASE_S; each counts as a try. Adds them to @ret_rows (of OutboxRow). Several processes may ask at once. */
gboolean
outbox_claim(Db *db, gint64 claim, guint most, gint64 now, GArray *ret_rows, GError **error);

/* What became of an attempt. */
typedef struct {
	const char *cause;
	gint64 claim;
	OutboxState
	        state; /* WAITING (again from @due on), SENT, GIVEN_UP, DROPPED, CALL (has no address after all) */
	gint64 due;
	gboolean
	        untried; /* WAITING: was not attempted after all, so it counts as no try, and its days don't run */
	const char *trouble; /* nullable */
	gint64 now;
} OutboxEnd;
/* @ret_held FALSE: @claim has it no longer; nothing was changed. */
gboolean outbox_settle(Db *db, const OutboxEnd *end, gboolean *ret_held, GError **error);

/* When the next row is due; G_MAXINT64 when none waits. */
gboolean outbox_next_due(Db *db, gint64 *ret_due, GError **error);

/* For the staff's pages. */
typedef struct {
	gint64 n[OUTBOX_STATES];
	gint64 oldest_waiting; /* when it was made; 0: none waits */
} OutboxCounts;
gboolean
outbox_counts(Db *db, const guint8 event[EVENT_ID_BYTES], OutboxCounts *ret, GError **error);
/* How many were given up: for a page that is asked for every second. */
gboolean outbox_given_up(Db *db, const guint8 event[EVENT_ID_BYTES], gint64 *ret_n, GError **error);
/* Adds at most @most rows of @state, the oldest first (SENT and CALLED: the newest), to @ret_rows (of OutboxRow). */
gboolean outbox_list(Db *db, const guint8 event[EVENT_ID_BYTES], OutboxState state, guint most,
        GArray *ret_rows, GError **error);
/* One row of @event. @ret_found FALSE: there is none. */
gboolean outbox_read(Db *db, const guint8 event[EVENT_ID_BYTES], const char *cause, OutboxRow *ret,
        gboolean *ret_found, GError **error);

/* A letter that waits or was given up is due now, and its days begin anew; unless a process has it in hand. @cause NULL: all of them. */
gboolean outbox_retry(Db *db, const guint8 event[EVENT_ID_BYTES], const char *cause, gint64 now,
        gint64 *ret_changed, GError **error);
/* The calls to make for people of @region_no (0: of every region), the oldest first; at most @most, and how many there
 * are in all. */
gboolean outbox_calls(Db *db, const guint8 event[EVENT_ID_BYTES], guint16 region_no, guint most,
        GArray *ret_rows, gint64 *ret_all, GError **error);
/* @who has made the call, to somebody of @region_no (0: of any). @ret_changed FALSE: it was no call that waits there. An
 * offer's time runs from the row's done. */
gboolean outbox_call_done(Db *db, const guint8 event[EVENT_ID_BYTES], guint16 region_no,
        const char *cause, const char *who, gint64 now, gboolean *ret_changed, GError **error);

/* A call that was marked by mistake, at most OUTBOX_UNDO_S ago, is to be made again. @ret_changed FALSE: it is none of those.
 * @ret_told: another such call about a free place of theirs stands, so their offers' time goes on. */
#define OUTBOX_UNDO_S (60 * 60)
gboolean outbox_call_undo(Db *db, const guint8 event[EVENT_ID_BYTES], guint16 region_no,
        const char *cause, gint64 now, gboolean *ret_changed, gboolean *ret_told, GError **error);
/* Those that could be, the newest first. */
gboolean outbox_calls_made(Db *db, const guint8 event[EVENT_ID_BYTES], guint16 region_no,
        gint64 now, guint most, GArray *ret_rows, GError **error);
