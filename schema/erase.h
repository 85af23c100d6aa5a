/*
 * Deleting people: at once, from every table, and from what an older backup would bring back.
 *
 * What is left of somebody is their ticket's mark under a holder number that nobody is: phones have to refuse it, and the
 * scan log goes on to hold, so that late records and voids are counted as before. Of a session where a scan
 * has them in stays that they came, and whether they were expected; so no report's number moves. Gone are: all
 * sealed values, answers about consent, letters and calls, places (which go to who waits), the registration
 * once its last person is gone, e-mail hash (with the registration's first person, whose address it is), delegation,
 * option, language, age band, guardian, the ticket's id (nobody can sign that ticket again).
 *
 * Under a legal hold (schema/hold.h) a person is hidden at once (their state is "deleted", so no page, list, letter or door
 * has them), and the rest is done when the hold is released.
 *
 * In order:
 *   1. erase_people() in a work of the writer; or erase_work() as the work;
 *   2. erase_acknowledge() after the commit, before anybody is told that it is done: it writes the ids to the list
 *      beside the keys, which restoring an older backup applies, and wipes the names held for the search.
 * A process that dies between the two is made up for by erase_settle(), which the server calls each minute.
 */
#pragma once

#include "schema/places.h"
#include "schema/record.h"

typedef enum {
	ERASE_DONE,
	ERASE_HELD, /* hidden, all of them or some (@held): a legal hold keeps the rest until it is released */
	ERASE_NOBODY,        /* nobody of this kind (any more) */
	ERASE_EVENT_CHANGED, /* the definition was loaded anew meanwhile: take it from the shelf again */
} EraseOutcome;

typedef struct {
	EraseOutcome outcome;
	guint n;    /* people gone or hidden now */
	guint held; /* of them, hidden only */
} EraseAnswer;

/* In place of a name that signs in, for the audit's line: who did it by their own link. */
#define ERASE_BY_LINK "link"

/* Rows only, inside the writer's transaction; raises the event's version. @who is one attendee (all that were merged into
 * one go together), or with attendee 0 everybody of a registration, whatever their state. @by is who did it, for the audit: a name that signs in,
 * AUDIT_OPERATOR or ERASE_BY_LINK. What a list may know them by is kept (schema/forgotten.h), unless @keys is NULL: they are gone. With TRUE nothing has to be undone, whatever the outcome. */
gboolean erase_people(Db *db, const Event *event, VaultEvent *keys, const PlacesWho *who,
        const char *by, gint64 now, EraseAnswer *ret, GError **error);
/* The same of one. */
gboolean erase_person(Db *db, const Event *event, VaultEvent *keys, gint64 attendee, const char *by,
        gint64 now, EraseAnswer *ret, GError **error);

/* As a DbWork; @data is an EraseWork. */
typedef struct {
	const Event *event; /* lent until the work is done */
	VaultEvent *keys;   /* of the event */
	PlacesWho who;
	const char *by; /* lent */
	gint64 now;
	EraseAnswer answer;
} EraseWork;
gboolean erase_work(Db *db, gpointer data, GError **error);

/* After the commit: the ids of whoever was deleted and isn't in the list yet go there, flushed; held names are wiped. On any
 * thread but the writer's; takes some milliseconds. What fails here is done by erase_settle(). */
gboolean erase_acknowledge(Record *record, GError **error);

/* Each minute, and after a command: acknowledges, carries out what no hold keeps any more, and moves the
 * write-ahead log into the database and cuts it, so that no old page of it lies about. @ret_n (nullable) is how many it carried out.
 * Costs one read when there is nothing to do. */
gboolean erase_settle(Record *record, gint64 now, guint *ret_n, GError **error);

/* For the operation "person.erase" and its command, `turnout schema erase`. */
json_t *erase_operation(Record *record, const json_t *asked, gint64 now, GError **error);
int erase_command(int argc, char **argv);
