/*
 * Words as people write them (ICU): fold for search and comparison, order for lists.
 * text.c is the one file of schema/ that knows ICU.
 */
#pragma once

#include "schema/error.h"

/* NFC, trimmed, inner white space single, controls removed (bidi marks and joiners stay: some
 * names need them). NULL when @text is not UTF-8. */
char *text_tidy(const char *text);
/* Case folded, accents removed: "José" and "JOSE" fold to one. */
char *text_fold(const char *text);
/* Lower case ASCII domain and local part, trimmed; NULL when it cannot be an address (RFC 5321:
 * something@something.something, at most 254 bytes, no white space or controls). */
char *text_fold_email(const char *email);
/* As it may stand on a terminal: what moves the cursor is a "?", what is no UTF-8 a U+FFFD; with @lines line ends stay. Owned. */
char *text_plain(const char *text, gboolean lines);
/* As many user-perceived characters (grapheme clusters). */
gsize text_length(const char *text);
/* strcmp-like, in the order that @lang's readers expect; thread-safe. */
int text_compare(const char *lang, const char *a, const char *b);
/* Of the currency (ISO 4217), behind the point: 2 of "USD". */
guint8 text_currency_decimals(const char *currency);
