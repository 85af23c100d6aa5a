/*
 * The numbers of an event's row: what goes on while Event, which is its definition, stays.
 *
 * `version` is raised by each change of people, scans or keys; lists that devices keep are told by it. Raising it comes first
 * in a work: on PostgreSQL the row is the event's lock, so whoever holds it sees all that is committed, and what is read
 * after it stays true until the commit.
 */
#pragma once

#include "schema/event.h"

typedef struct {
	gint64 version;
	gint64 last_no;            /* the highest holder number that was taken */
	gint64 edition;            /* another than Event.edition: the definition was loaded anew */
	gint64 history;            /* another one after a restore */
	gint64 definition_version; /* version at the last load */
	gint64 key_version;        /* version at the last rotation */
	guint16 key_no;            /* Event.key_no, as of this version */
	gboolean collapsed;        /* its people have become counts */
} EventNow;

/* ABSENT when the event is gone. */
gboolean event_now_read(Db *db, const Event *event, EventNow *ret, GError **error);
/* Raises the version, takes @numbers holder numbers (up to last_no), and reads. */
gboolean event_now_raise(Db *db, const Event *event, gint64 numbers, EventNow *ret, GError **error);
