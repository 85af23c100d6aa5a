/*
 * Spare tickets: made in advance and printed as sheets, each with an anonymous attendee from then on.
 * Who comes without a ticket gets one; it is scanned and counted, by region with one tap; a person is attached later,
 * or never (schema/holder.h).
 *
 * A sheet is what was made at once, under a reference, so that asking twice makes it once. Spares are numbered
 * through the event from 1: that number is printed on them. A ticket's text isn't stored; ticket_text() of
 * checkin/ticket.h signs it again, whenever it is printed.
 */
#pragma once

#include "schema/control.h"
#include "schema/holder.h"

#define SPARES_MAX    1000 /* of one sheet */
#define SPARE_REF_MAX 40   /* bytes of a reference */

typedef enum {
	SPARE_MADE,
	SPARE_MADE_BEFORE, /* this sheet was here already: it is told again */
	SPARE_OTHER,       /* the reference is that of a sheet with another number or region */
	SPARE_TOO_MANY,    /* the event has no more holder numbers */
} SpareOutcome;

/* To make a sheet. Drawn by its maker, before the writer has it. */
typedef struct {
	const Event *event; /* lent until the work is done */
	VaultEvent *keys;
	char *who; /* for the audit */
	char *ref; /* NULL: it is called by its numbers ("101-200") */
	gint64 now;
	guint16 region_no; /* where its tickets count until a region is tapped */
	guint n;
	gint64 *ids;             /* n, in order */
	TicketIdentity *tickets; /* n; one that is taken is drawn anew by the work */
	/* the answer */
	SpareOutcome outcome;
	gint64 first_no; /* the sheet's tickets are numbered from here */
	char *made_ref;  /* how the sheet is called; when MADE or MADE_BEFORE */
} SpareWork;

/* A reference as it may be given: letters, digits, inner blanks and . _ -, the first a letter. INPUT
 * when it is none. */
gboolean spare_ref_check(const char *ref, GError **error);
/* @region_no 0: where who has not said it is counted. @n is 1 to SPARES_MAX, @ref (nullable) a checked one. */
SpareWork *spare_work_new(const Event *event, VaultEvent *keys, const char *who, const char *ref,
        guint16 region_no, guint n, gint64 now);
void spare_work_free(SpareWork *work); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SpareWork, spare_work_free)
/* A DbWork; @data is a SpareWork. CONSTRAINT when another process drew the same id: make the work anew. */
gboolean spare_work(Db *db, gpointer data, GError **error);

typedef struct {
	char *ref;
	guint16 region_no;
	guint n;
	gint64 first_no;   /* its tickets are first_no to first_no + n - 1 */
	gint64 made;       /* UTC seconds */
	guint free;        /* neither seen at a door nor a person's */
	guint with_person; /* a person was attached */
} SpareSheet;
void spare_sheet_free(SpareSheet *sheet);

/* The event's sheets in the order of their numbers; of SpareSheet, owned. */
gboolean spare_sheets(Db *db, const Event *event, GPtrArray **ret, GError **error);

typedef enum {
	SPARE_FREE,        /* to be printed and handed out */
	SPARE_USED,        /* was let in somewhere, and is nobody's yet */
	SPARE_WITH_PERSON, /* filled in, or merged into somebody */
} SpareState;

typedef struct {
	gint64 no; /* as printed */
	gint64 attendee;
	guint16 region_no; /* where it counts now */
	SpareState state;
	TicketIdentity ticket;
} SpareTicket;

/* The tickets of a sheet, in the order of their numbers; of SpareTicket. Empty when there is no such sheet. */
gboolean spare_tickets(Db *db, const Event *event, const char *ref, GArray **ret, GError **error);

/* `turnout schema spare make | list`; the first word of @argv is "schema spare". */
int spare_command(int argc, char **argv);
json_t *spare_operation_make(Record *record, const json_t *asked, gint64 now, GError **error);
