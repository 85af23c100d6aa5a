/*
 * The reminder before the event, as staff see it: when it goes or went, to how many; and what they do about it. It is given out by
 * message_spread() (message.h), by itself when its time has come, or since somebody pressed so.
 *
 * It is a row of the event's start, once there is something to say: how many were told, or one of the two words below. Who did it
 * stands in the audit.
 */
#pragma once

#include "schema/event.h"

/* In the place of how many were told. */
#define REMINDER_IS_STOPPED (-1)
#define REMINDER_IS_ASKED   (-2) /* it goes now, to who was registered then */

typedef enum {
	REMINDER_NEVER,   /* the definition plans none */
	REMINDER_PLANNED, /* @at: when it goes */
	REMINDER_STOPPED, /* since @at */
	REMINDER_ASKED,   /* since @at: it is under way */
	REMINDER_GONE,    /* @at, to @told registrations */
	REMINDER_OVER,    /* the event has begun, and it did not go */
} ReminderState;
typedef struct {
	ReminderState state;
	gint64 at, told;
	gint64 letters,
	        calls; /* registrations that it would go to as things are: a place, and there before its time */
} Reminder;
/* @region_no: those of that region alone are counted (0: all). Inside a reading transaction. */
gboolean reminder_read(
        Db *db, const Event *event, guint16 region_no, gint64 now, Reminder *ret, GError **error);

/* What is known without counting: @ret_at and @ret_told of the row; FALSE in @ret_there without one. */
gboolean reminder_row(Db *db, const Event *event, gboolean *ret_there, gint64 *ret_at,
        gint64 *ret_told, GError **error);
/* When it goes by itself; 0: never. */
gint64 reminder_time(const Event *event);

typedef enum {
	REMINDER_SEND,   /* now, also when it was stopped or never planned */
	REMINDER_STOP,   /* what is in the outbox already goes */
	REMINDER_RESUME, /* as if it had not been stopped: at its time, or now when that is over */
} ReminderAct;
typedef struct {
	const Event *event;
	ReminderAct act;
	const char *who; /* for the audit; lent */
	gint64 now;
	gboolean done; /* FALSE: it has gone already, or there was nothing to do */
} ReminderWork;
gboolean reminder_work(Db *db, gpointer data, GError **error); /* DbWork */
