/*
 * A registration's tickets as a PDF: for /t/{token}/{n}.pdf and all.pdf, and for who sends them along. What stands on
 * them beside name and code is what the event's "paper" lets.
 */
#pragma once

#include "reports/paper.h"
#include "schema/registration.h"
#include "web/page.h"

typedef struct TicketPaper TicketPaper;

/* Takes what is printed of @page's holders, or of @only (nullable) alone; who has cancelled is left out. Signs the
 * tickets. Keeps nothing of @page and @keys. NULL when nobody is left. @now: in the file's own description. */
TicketPaper *ticket_paper_new(const Event *event, VaultEvent *keys, const Locale *locale,
        const RegistrationPage *page, const Attendee *only, gint64 now);
/* The same for who sends them by letter: of who has a place, numbered as they stand, and nothing beside the codes,
 * whatever the event's "paper" lets: no name, no title. */
TicketPaper *ticket_paper_new_neutral(const Event *event, VaultEvent *keys, const Locale *locale,
        const RegistrationPage *page, gint64 now);
void ticket_paper_free(TicketPaper *paper); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TicketPaper, ticket_paper_free)
/* A packet of many, which ticket_paper_add() fills, each in their own language; its cover names @group when the event's paper
 * lets. */
TicketPaper *
ticket_paper_new_packet(const Event *event, const Locale *locale, const char *group, gint64 now);
void
ticket_paper_add(TicketPaper *paper, VaultEvent *keys, const Attendee *attendee, const char *lang);
/* By default one a page, on the event's size of paper. */
void ticket_paper_lay_out(TicketPaper *paper, PaperLayout layout, PdfSize size);
/* On any thread; some ten milliseconds a page, and more the first time. */
GBytes *ticket_paper_pdf(const TicketPaper *paper, GError **error);

/* As ticket_paper_reply(); takes @paper. */
Reply *ticket_paper_send(Request *request, TicketPaper *paper);
/* Answers with the PDF, made on the slow pool; ?layout=pages|sheet|badges&size=letter|a4. 404 when nobody holds a ticket,
 * or for words that are none. */
Reply *ticket_paper_reply(Request *request, const Event *event, VaultEvent *keys,
        const RegistrationPage *page, const Attendee *only);
