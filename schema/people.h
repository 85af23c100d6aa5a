/*
 * Everybody of an event, in pages by id (ids are in time's order), with the sessions that each is expected at and
 * came to. What counts and lists of people are made of: every table is read once, by ranges of
 * its keys, and only one page is held.
 *
 *   expected  active people whose confirmed option includes the session (not: leaves it to choose), or
 *             who have a confirmed booking; nobody is expected at a shift. Who was deleted stays
 *             expected where they came, so that what was reported stays so (schema/erase.h)
 *   came      a scan made them present
 */
#pragma once

#include "schema/event.h"
#include "schema/registration.h"

typedef enum {
	PEOPLE_ACTIVE,
	PEOPLE_CANCELLED,
	PEOPLE_DELETED, /* merged ones too */
} PeopleState;

typedef struct {
	gint64 id, registration;                     /* registration 0: a spare ticket's holder */
	guint32 no;                                  /* holder number */
	guint16 region_no, delegation_no, option_no; /* 0: none */
	PeopleState state;
	gboolean waitlisted; /* for the option */
	AgeBand age_band;
	TicketClass class;
	char lang[12];
} PeopleRow;

typedef struct {
	const Event *event; /* lent */
	GArray *rows;       /* of PeopleRow, by id */
	guint sessions_n;
	/* sessions_n for each row, 0 or 1, in the order of event->sessions */
	GByteArray *expected, *came;
	/* how the next page is found */
	gint64 last_id;
	gboolean ended;
	GByteArray *included; /* by option, sessions_n each */
} People;

void people_init(People *people, const Event *event);
void people_clear(People *people);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(People, people_clear)

/* Reads the next @limit people (fewer at the end, none after it). @db is inside a reading
 * transaction: one for all pages gives one state of the event, one a page holds nobody up. */
gboolean people_next(People *people, Db *db, guint limit, GError **error);

static inline const PeopleRow *
people_row(const People *people, guint i)
{
	return &g_array_index(people->rows, PeopleRow, i);
}

static inline const guint8 *
people_expected(const People *people, guint i)
{
	return people->expected->data + (gsize)i * people->sessions_n;
}

static inline const guint8 *
people_came(const People *people, guint i)
{
	return people->came->data + (gsize)i * people->sessions_n;
}

/* Where a session stands in event->sessions; their number when it does not. */
guint people_session_index(const Event *event, gint64 session_no);

/* The row of @id, or -1; quick when asked in the order of ids, from where *@finger is left. */
gssize people_find(const People *people, gint64 id, guint *finger);
