/*
 * One person as the staff's desk has them: whose they are, their tickets, where they are in. Numbers and codes; what
 * is sealed is opened by holder_person(). Who may see one region alone is told of no other's people: the query
 * leaves them out.
 */
#pragma once

#include "schema/event.h"
#include "schema/scan.h"

typedef struct {
	gint64 id;
	guint32 no; /* holder number */
	guint16 region_no, delegation_no, option_no;
	guint16 asked_no;    /* the delegation that they ask to join; 0: none */
	gboolean waitlisted; /* for the option */
	gboolean cancelled;
	gboolean walk_in;
	gboolean spare; /* a spare ticket that has no person yet */
	char lang[12];
	TicketIdentity ticket;
} DeskPerson;

/* The holder of the number @no, after merges; @region_no: of that region alone, 0: of any. */
gboolean desk_person_by_no(Db *db, const Event *event, guint16 region_no, guint32 no,
        DeskPerson *ret, gboolean *ret_found, GError **error);
/* The same by an attendee's id, which is nobody's who was merged into another. */
gboolean desk_person_by_id(Db *db, const Event *event, guint16 region_no, gint64 id,
        DeskPerson *ret, gboolean *ret_found, GError **error);

/* By name (schema/find.h), or, when @query is one, by the code under a ticket, old or new; ids of attendees are added to
 * @ret_attendees. */
gboolean desk_find(Db *db, const Event *event, VaultEvent *keys, guint16 region_no,
        const char *query, GArray *ret_attendees, GError **error);
/* The sessions at which they are in, by number, added to @ret_sessions (of guint16). */
gboolean
desk_in_at(Db *db, const Event *event, gint64 attendee, GArray *ret_sessions, GError **error);

/* Another ticket of theirs: replaced, or of someone merged into them (which still works). */
typedef struct {
	char typed_code[TYPED_CODE_LENGTH + 1];
	gint64 revoked; /* UTC seconds; 0: it works */
} DeskTicket;
/* Of DeskTicket, added to @ret_tickets. */
gboolean desk_other_tickets(
        Db *db, const Event *event, gint64 attendee, GArray *ret_tickets, GError **error);

/* Whether the holder of @mark, after merges, is of region @region_no (0: any holder is). Inside the writer's
 * transaction it stays so until the commit. */
gboolean desk_is_of_region(Db *db, const Event *event, gint64 mark, guint16 region_no,
        gboolean *ret_is, GError **error);

/* The holder number of the first attendee of a registration; 0 when there is none. */
gboolean desk_no_of_registration(Db *db, gint64 registration, gint64 *ret_no, GError **error);
