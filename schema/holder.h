/*
 * What is done to a holder at the door and by staff: another ticket, two who are one, a spare ticket that gets its person.
 * Rows only, inside the writer's transaction, after scan_raise_version(); presence is derived anew by the
 * works of checkin/holders.h.
 */
#pragma once

#include "schema/event.h"
#include "schema/person.h"

/* The holder number of an attendee; 0 for nobody. */
gboolean holder_no(Db *db, gint64 attendee, gint64 *ret_no, GError **error);

/* The current ticket, to be signed again; @ret_found FALSE when there is no such attendee of the event. */
gboolean holder_ticket(Db *db, const Event *event, gint64 attendee, TicketIdentity *ret,
        gboolean *ret_found, GError **error);

/* Gives @attendee the ticket @fresh, whose class becomes that of the old one; the old one moves to the replaced
 * ones. @ret_free FALSE: the event has that mark or code already, nothing was changed. */
gboolean holder_replace_ticket(Db *db, const Event *event, gint64 attendee, TicketIdentity *fresh,
        gint64 version, gint64 now, gboolean *ret_free, GError **error);

/* All that is @from's is @into's from now on: tickets, scans; places that @from held are free again, for who waits for
 * one. Both are holders (merged into nobody) of the event. */
gboolean holder_merge_rows(Db *db, const Event *event, gint64 from, gint64 into, gint64 version,
        gint64 now, GError **error);

/* Whether @attendee is a spare ticket's and nobody's yet. */
gboolean spare_is_bare(Db *db, gint64 attendee, gboolean *ret_bare, GError **error);
/* Where who has not said it is counted: the region "unsaid", else the event's last. */
guint16 holder_region_default(const Event *event);

/* A spare ticket's attendee becomes a person of @region_no. @sealed is made for this attendee. @ret_spare FALSE when it is
 * none (any more). */
gboolean spare_fill_rows(Db *db, const Event *event, gint64 attendee, guint16 region_no,
        const char *lang, GBytes *const sealed[SEALED_CLASSES], gint64 version, gboolean *ret_spare,
        GError **error);

/* An anonymous attendee with the spare @ticket, for region @region_no until another is tapped. @ret_free FALSE: the event has
 * that mark or code already, nothing was added. schema/spare.h makes sheets of them. */
gboolean spare_add_rows(Db *db, const Event *event, gint64 id, guint16 region_no,
        const TicketIdentity *ticket, gint64 no, gint64 version, gboolean *ret_free,
        GError **error);

/* What is known of a person (identity and logistics opened; a key that is gone leaves nothing) and their group. */
typedef struct {
	guint16 delegation_no, region_no;
	gboolean minor, fee_due;
	char lang[12];
	Person *person; /* never NULL */
} HolderPerson;
gboolean
holder_person(Db *db, VaultEvent *keys, gint64 attendee, HolderPerson *ret, GError **error);
void holder_person_clear(HolderPerson *person);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(HolderPerson, holder_person_clear)
