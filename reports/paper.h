/*
 * Tickets on paper: one a page, eight a sheet, badges to hang about one's neck, and the cover of a delegation's packet.
 * What stands on it is what the caller hands in, and nothing else: who asks for no event's name and no delegation's
 * gets none.
 *
 * A ticket is drawn when it is added, so a packet of five hundred takes no more memory than one page.
 */
#pragma once

#include "reports/pdf.h"

typedef enum {
	PAPER_PAGES,  /* one a page, with what its holder is booked for */
	PAPER_SHEET,  /* eight a page, to be cut */
	PAPER_BADGES, /* six a page, 4 × 3 inches, to be cut */
#define PAPER_LAYOUTS 3
} PaperLayout;

/* "pages", "sheet", "badges". */
gboolean paper_layout_parse(const char *word, PaperLayout *ret);
/* "letter", "a4". */
gboolean paper_size_parse(const char *word, PdfSize *ret);

/* What is printed around the tickets, in one language. Everything is lent while the paper lives. */
typedef struct {
	const char *lang;
	gboolean right_to_left;
	const char *title;   /* neutral, in the file's own description and on top: "Ticket" */
	const char *heading; /* the event's title, only when its organizers said so; else NULL */
	const char *typed;   /* before the code that is read out: "Or say this code" */
	const char *show;    /* how it is used */
	const char *help;    /* and what when it is lost */
} PaperWords;

/* A QR code as its maker gives it: a byte a module, in rows, 1 dark. */
typedef struct {
	const guint8 *modules;
	guint side;
} PaperCode;

/* Something that a ticket's holder is booked for. */
typedef struct {
	const char *what, *when; /* "Bus from Fresno"; "Tuesday, April 6, 2027, 5:30 AM" */
	const char *where;       /* nullable */
} PaperLine;

typedef struct {
	const char *name;  /* as the person wrote it */
	const char *lang;  /* of the person; nullable */
	const char *group; /* the delegation's name, only when the organizers said so; else NULL */
	const char *note;  /* what its holder must know ("You are on the waiting list"); nullable */
	const char *typed; /* the code that is read out */
	PaperCode code;
	const PaperLine *lines; /* PAPER_PAGES alone prints them; what finds no room goes on */
	guint lines_n;
} PaperTicket;

typedef struct {
	const char *title;        /* "Tickets of a group" */
	const char *group;        /* as in a ticket */
	const char *count;        /* "30 tickets" */
	const char *note;         /* what the captain does with them; nullable */
	const char *const *names; /* to tick off, in the order of the tickets */
	guint names_n;
} PaperCover;

typedef struct Paper Paper;

/* Bytes are appended to @out, which the caller may empty between two calls. @made: UTC seconds, in the file's own
 * description. */
Paper *
paper_new(PaperLayout layout, PdfSize size, const PaperWords *words, gint64 made, GString *out);
void paper_free(Paper *paper); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Paper, paper_free)
/* Before the first ticket: the cover and the list of names, as many pages as it takes. */
void paper_cover(Paper *paper, const PaperCover *cover);
void paper_add(Paper *paper, const PaperTicket *ticket);
gboolean paper_end(Paper *paper, GError **error); /* as pdf_end() */
Pdf *paper_pdf(Paper *paper);                     /* for tests */
