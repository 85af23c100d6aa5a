/*
 * What staff tell many: a message to whom a filter chooses, and the reminder before the event.
 *
 * A registration gets it once, whatever number of its people match, by its cause in the outbox ("message:ID:REGISTRATION"):
 * a process that dies amid it is made up for a minute later, and nobody gets it twice. Who has no e-mail
 * address becomes a call. Who comes to match later (registers, moves, comes in at the door) gets it too until late_until.
 *
 * The words are sealed with the event's identity key, so they go when the people go.
 */
#pragma once

#include "schema/event.h"
#include "schema/outbox.h"
#include "schema/record.h"

#define MESSAGE_SUBJECT_MAX 120  /* characters */
#define MESSAGE_BODY_MAX    4000 /* characters */
#define MESSAGE_CHUNK       200  /* registrations in one work of the writer */

typedef enum {
	MESSAGE_TO_ACTIVE, /* with a place or waiting */
	MESSAGE_TO_CONFIRMED,
	MESSAGE_TO_WAITLISTED, /* for the option */
	MESSAGE_TO_CANCELLED,
#define MESSAGE_TOS 4
} MessageTo;
extern const char *const message_to_names[]; /* "active" …, NULL */

typedef enum {
	MESSAGE_WHETHER,  /* they came or not */
	MESSAGE_CAME,     /* to the session, or to any when none is named */
	MESSAGE_NOT_CAME, /* though expected there, or anywhere */
#define MESSAGE_CAMES 3
} MessageCame;
extern const char *const message_came_names[]; /* "any" …, NULL */

typedef struct {
	MessageTo to;
	MessageCame came;
	guint16 region_no, session_no, option_no,
	        delegation_no; /* 0: any; session: expected there, unless came says */
} MessageFilter;

/* As the table has it: numbers. */
void message_filter_parse(const char *text, MessageFilter *ret);

typedef struct {
	gint64 registration, attendee, made;
	gboolean has_email;
} MessageTarget;
/* Whom @filter chooses, each registration once, by its first person who matches; adds to @ret (of MessageTarget). Inside a
 * reading transaction. */
gboolean message_targets(
        Db *db, const Event *event, const MessageFilter *filter, GArray *ret, GError **error);

/* @words: {"en": {"subject", "body"}, …}. */
typedef struct {
	gint64 id; /* by id_new() */
	const Event *event;
	guint8 submission[SUBMISSION_BYTES];
	const char *who;
	MessageFilter filter;
	GBytes *sealed; /* message_seal() */
	gint64 late_until, now;
	gboolean added; /* FALSE: this submission was there already */
} MessageWork;
GBytes *message_seal(VaultEvent *keys, gint64 id, const json_t *words);
/* DbWork; adds the message and a line of the audit. message_spread() carries it out. */
gboolean message_add_work(Db *db, gpointer data, GError **error);

/* Puts into the outbox what messages and the reminder of @event have to tell now; waits for the writer. @db is a reading
 * connection outside a transaction. Costs two reads when there is nothing to do. */
gboolean message_spread(Record *record, Db *db, const Event *event, gint64 now, GError **error);

typedef struct {
	gint64 id, made, late_until, told;
	gboolean done; /* everybody has it; else it is under way */
	char *who;
	MessageFilter filter;
	json_t *words; /* NULL: they have expired */
} Message;
void message_free(gpointer message);
/* The newest first, of Message; of @region_no alone (0: all). */
GPtrArray *message_list(Db *db, VaultEvent *keys, const guint8 event[EVENT_ID_BYTES],
        guint16 region_no, guint most, GError **error);
/* Of the letter's cause. NULL without @error: there is none, or its words have expired. */
Message *message_of_cause(Db *db, VaultEvent *keys, const char *cause, GError **error);
