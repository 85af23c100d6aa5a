/*
 * Languages: catalogues (web/locales/LANG.json, i18next keys, plural suffixes _zero _one _two _few _many
 * _other, placeholders {{name}}), plural rules, dates and numbers by ICU. locales/locale.c is the one
 * file of web/ that knows ICU.
 *
 * A Locale is immutable and may be read by any thread; formatters are kept per thread inside.
 * A catalogue's "_meta" says its own name, direction, and whether a person has checked it.
 */
#pragma once

#include <jansson.h>
#include "schema/event.h"

typedef struct Locale Locale;

/* All catalogues, once, at start. */
gboolean locales_load(GError **error);
const Locale *locale_find(const char *lang);    /* exact code, NULL when there is none */
const Locale *locale_default(void);             /* English */
const Locale *const *locales_all(guint *ret_n); /* in the catalogue's order */
/* Some of the languages: a bit for each. */
typedef guint32 LocaleSet;
#define LOCALES_ALL (~(LocaleSet)0)
gboolean locale_among(const Locale *locale, LocaleSet set);
/* Those with the texts of the staff's room. */
LocaleSet locales_staff(void);
/* Those that @event is open in: what its definition says, its own among them; where that says nothing,
 * the languages of its title and those whose catalogue a person has checked. */
LocaleSet locales_of_event(const Event *event);
/* The best of those by an Accept-Language header (RFC 9110, 12.5.4; look-up of RFC 4647), or NULL. */
const Locale *locale_accept(const char *header, LocaleSet among);

const char *locale_code(const Locale *locale);
const char *locale_name(const Locale *locale); /* its own name: "Español" */
gboolean locale_right_to_left(const Locale *locale);
json_t *locale_catalogue(const Locale *locale); /* lent: what templates find under "_" */

/* A text by key, lent; English where the language lacks it, the key itself when that does too (and a
 * test fails on that). */
const char *locale_text(const Locale *locale, const char *key);
/* With placeholders filled: pairs of name and value, NULL at the end. Owned by the caller. */
char *locale_format(const Locale *locale, const char *key, ...) G_GNUC_NULL_TERMINATED;
/* The plural form for @count of @key (as {{count}}, in the language's digits), more pairs after. */
char *
locale_plural(const Locale *locale, const char *key, gint64 count, ...) G_GNUC_NULL_TERMINATED;

char *locale_number(const Locale *locale, gint64 number);
/* "Tuesday, April 6, 2027" in @event's zone. */
char *locale_long_date(const Locale *locale, const Event *event, gint64 time);
/* The same with the time: "Tuesday, April 6, 2027 at 8:00 AM". */
char *locale_date_time(const Locale *locale, const Event *event, gint64 time);
/* The text @key with {{when}} filled by @time; only the day when it is midnight. For what begins. */
char *locale_begin(const Locale *locale, const Event *event, const char *key, gint64 time);
/* The text @key with {{when}} filled by @time, at which it ends; when that is midnight, the text
 * @key_day with the last day before. */
char *locale_end(const Locale *locale, const Event *event, const char *key, gint64 time);
/* "April 6 – 7, 2027", the shortest way to say it; one day when both are on it. */
char *locale_date_range(const Locale *locale, const Event *event, gint64 from, gint64 to);
/* "8:00 AM – 5:00 PM"; with dates when it isn't one day. */
char *locale_time_range(const Locale *locale, const Event *event, gint64 from, gint64 to);
/* "8:00 AM", with a no-break space */
char *locale_time(const Locale *locale, const Event *event, gint64 time);
/* The money of a fee: amount in the smallest unit, ISO 4217 code. */
char *locale_money(const Locale *locale, gint64 amount, const char *currency);
/* "A, B, and C"; @items ends with NULL. */
char *locale_list(const Locale *locale, const char *const *items, guint n);
/* "A, B, or C" */
char *locale_list_or(const Locale *locale, const char *const *items, guint n);
