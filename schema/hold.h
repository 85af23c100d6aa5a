/*
 * Legal holds: what a court or a lawyer forbids to delete. A hold has a scope (the event, a region, a delegation, a person)
 * and a reason, is set and released by the owner's command, and stops inside its scope both deletion (schema/erase.h)
 * and expiry (schema/expire.h).
 *
 *   turnout schema hold add --event E [--region R | --delegation D | --person NO] --reason TEXT
 *   turnout schema hold list [--event E]
 *   turnout schema hold release ID
 *   turnout schema hold export --hold ID --output FILE [--format json|csv]
 */
#pragma once

#include "schema/event.h"
#include "schema/record.h"

#define HOLD_REASON_MAX 200 /* characters */

/* Whether a hold keeps @attendee now: of the event, of their region or delegation, or of themselves. Inside a transaction. */
gboolean
hold_keeps(Db *db, const Event *event, gint64 attendee, gboolean *ret_kept, GError **error);
/* Whether there is any hold in the event. */
gboolean hold_any(Db *db, const guint8 event[EVENT_ID_BYTES], gboolean *ret_any, GError **error);

/* A condition on attendee a, for statements whose $1 is the event: TRUE when a hold keeps them. */
#define HOLD_KEEPS_A                                                                               \
	"EXISTS (SELECT 1 FROM hold h WHERE h.event = $1 AND h.released IS NULL"                   \
	" AND (h.scope = 'event' OR (h.scope = 'region' AND h.no = a.region_no)"                   \
	" OR (h.scope = 'delegation' AND h.no = a.delegation_no)"                                  \
	" OR (h.scope = 'person' AND h.no = a.no)))"

/* ---- what owners do at /staff/holds, as commands do ---- */

typedef struct {
	gint64 id, no;  /* no: of the region or delegation, a person's holder number; 0 */
	char scope[12]; /* event, region, delegation, person */
	char *reason;
	gint64 made, released; /* released 0: it holds */
	gint64 kept; /* people in its scope of whom something is there: what it keeps, alone or with others */
	gint64 waiting; /* of them, who asked to be deleted */
} Hold;
/* Those of the event, the newest first; of Hold, owned. Inside a transaction. */
GPtrArray *hold_list(Db *db, const Event *event, GError **error);
/* The one with this id, of any event; @ret_event its event's id. *ret NULL: there is none. */
gboolean hold_read(Db *db, gint64 id, Hold **ret, guint8 ret_event[EVENT_ID_BYTES], GError **error);
void hold_free(Hold *hold); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Hold, hold_free)

/* Whether the event has a holder of this number. */
gboolean hold_has_person(Db *db, const Event *event, gint64 no, gboolean *ret_has, GError **error);

/* As DbWork. erase_acknowledge() is to follow: it writes the list beside the keys; who waited is deleted by erase_settle(). */
typedef struct {
	const Event *event; /* lent; only its holds are released; NULL: any event's */
	const char *who;    /* lent */
	gint64 now;
	gint64 id;                  /* from id_new(); release: which */
	const char *scope, *reason; /* set: lent */
	gint64 no;
	gboolean done; /* the answer: it was set, or held until now */
} HoldWork;
gboolean hold_set_work(Db *db, gpointer data, GError **error);
gboolean hold_release_work(Db *db, gpointer data, GError **error);

/* Everything that is there of the people whom @hold keeps, opened: {no, state, asked_to_be_deleted, region, delegation, option, fee,
 * language, age_band, walk_in, merged_into, sessions: [{code, came}], consents: [{kind, given, at}], identity …}, one after the other to @each. */
typedef gboolean (*HoldPerson)(json_t *person, gpointer data, GError **error);
gboolean hold_people(Db *db, const Event *event, VaultEvent *keys, const Hold *hold,
        HoldPerson each, gpointer data, GError **error);

json_t *hold_operation_export(Record *record, const json_t *asked, gint64 now, GError **error);
int hold_export_command(const RecordPlace *place, const char *hold, const char *output,
        const char *format, gint64 now);
json_t *hold_operation_add(Record *record, const json_t *asked, gint64 now, GError **error);
json_t *hold_operation_release(Record *record, const json_t *asked, gint64 now, GError **error);
int hold_command(int argc, char **argv);
