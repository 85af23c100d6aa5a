/*
 * When the time has come (product.md, privacy): emergency contacts and cancelled people 48 hours after the event's end,
 * logistics and identity after the days that the event's definition says. Then
 *
 *   cancelled people are deleted as if they had asked for it (schema/erase.h);
 *   of a class of sealed values first the rows go, then its key is destroyed, and the master key is rolled, so that
 *       what lies in free pages, old logs and older backups of the database can't be read any more;
 *   with identity the people become counts ("counted"): attendee, booking, ticket, scan and letter rows go, a page of people a
 *       transaction, so that the reports' numbers are the same at each moment. Late scans are a number
 *       of their own from then on. At last the event's secret is replaced, so that nobody can try addresses or links against an older backup.
 *
 * What a legal hold keeps (schema/hold.h) stays: a held person's values are sealed anew with a fresh key before the
 * class's is destroyed. When it is released they go the same way.
 *
 * Whatever is cut short (a kill in the middle) is taken up by the next run; a run with nothing to do changes nothing.
 */
#pragma once

#include "schema/event.h"
#include "schema/record.h"

#define EXPIRE_SHORT_S (48 * 60 * 60)

/* When the values of @class are due, in UTC seconds: no class outlives identity. */
gint64 expire_due(const Event *event, SealedClass class);

typedef struct {
	gint64 events;                 /* that something was done to */
	gint64 cancelled;              /* people who had cancelled and are deleted now */
	gint64 values[SEALED_CLASSES]; /* sealed values deleted, by class */
	gint64 people;                 /* who became counts */
	gint64 scans;                  /* lines of the log deleted */
	gint64 held;                   /* values that holds keep, of what is due */
	guint keys;                    /* destroyed */
} ExpireCounts;

/* Does what is due by @now; @slug NULL: of all events. Adds to @ret, which says also what was done before
 * an error. The same for several processes at once is safe. */
gboolean
expire_run(Record *record, const char *slug, gint64 now, ExpireCounts *ret, GError **error);

json_t *expire_operation(Record *record, const json_t *asked, gint64 now, GError **error);
int expire_command(int argc, char **argv);
