/*
 * PDF pages: text in any script, codes, rules. pdf.c, with pdf_glyphs.c beneath it, is what knows cairo and pango; who lays out a page
 * (paper.c, table_pdf.c) speaks in boxes, in points (1/72 inch) from the top left of the page.
 *
 * A text never leaves its box: it wraps, then shrinks as far as its style lets it, and what is still too long ends
 * in "…"; marks heaped upon a letter are cut off at the box's edge. Each text is laid out in its own direction, whatever
 * the page's. Fonts are embedded. A document is written as its pages are made, so five hundred take no more memory than
 * one; the same calls give the same bytes.
 */
#pragma once

#include <glib.h>

typedef enum {
	PDF_LETTER, /* 8.5 × 11 inches */
	PDF_A4,
} PdfSize;

typedef struct {
	double x, y, width, height;
} PdfBox;

typedef enum {
	PDF_START, /* the page's left; its right in a document that is read from right to left */
	PDF_CENTRE,
	PDF_END,
} PdfAlign;

typedef struct {
	double size;     /* points */
	double size_min; /* how far it may shrink; 0: not at all */
	guint32 colour;  /* 0xRRGGBB */
	gboolean bold;
	gboolean
	        spaced; /* letters apart, as of a code that is read out; always from left to right */
	gboolean middle; /* in the middle of the box's height, not at its top */
	gboolean one_line;
	PdfAlign align;
	const char *lang; /* of the text; NULL: the document's */
} PdfStyle;

/* How a text came to lie. */
typedef struct {
	double size;          /* points, at last */
	double width, height; /* of what was laid out */
	double y;             /* where it begins on the page; of pdf_text() */
	guint lines;
	gboolean cut;  /* ends in "…" */
	guint missing; /* characters that no font has */
} PdfFit;

typedef struct {
	const char *title; /* in the file's own description: neutral ("Ticket") */
	const char *lang;  /* of the document, BCP 47 */
	gboolean right_to_left, landscape;
	PdfSize size;
	gint64 made; /* UTC seconds, in the file's own description */
} PdfAsked;

typedef struct Pdf Pdf;

/* Bytes are appended to @out, which the caller may empty between two calls, and which lives until pdf_free(). */
Pdf *pdf_new(const PdfAsked *asked, GString *out);
void pdf_free(Pdf *pdf); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pdf, pdf_free)

/* The whole page. */
PdfBox pdf_page(const Pdf *pdf);
/* What pdf_text() would do. */
PdfFit pdf_measure(Pdf *pdf, const char *text, const PdfBox *box, const PdfStyle *style);
PdfFit pdf_text(Pdf *pdf, const char *text, const PdfBox *box, const PdfStyle *style);
void pdf_fill(Pdf *pdf, const PdfBox *box, guint32 colour);
/* A line around @box, dashed: to cut along. */
void pdf_cut_line(Pdf *pdf, const PdfBox *box);
/* A square to tick off. */
void pdf_tick_box(Pdf *pdf, const PdfBox *box);
/* A QR code of @side × @side modules, a byte each in rows, 1 dark; @quiet modules of white around it. All of it in
 * @box, which is a square. */
void pdf_modules(Pdf *pdf, const guint8 *modules, guint side, guint quiet, const PdfBox *box);
/* Ends the page; the next thing drawn is on a new one. */
void pdf_end_page(Pdf *pdf);
/* The end of the document. WORLD when memory ran out or a font was unreadable on the way: then what was written is no
 * document. */
gboolean pdf_end(Pdf *pdf, GError **error);

/* For tests: is told of each text that is drawn, and of each code (@text and @fit NULL); pages count from 1. */
typedef void (*PdfWatch)(
        gpointer data, guint page, const char *text, const PdfBox *box, const PdfFit *fit);
void pdf_watch(Pdf *pdf, PdfWatch watch, gpointer data);
