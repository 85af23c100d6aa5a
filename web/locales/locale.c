/*
 * Plural rules, dates, numbers, money and lists by ICU: the one file of web/ that knows it. The texts are
 * locales/catalogue.c's.
 *
 * Opening a formatter of ICU costs some 0.3 ms, and one may not be used by two threads at once: each
 * thread keeps its own, made when first asked for, closed when the thread ends.
 */
#include "web/locales/locale_private.h"

#include <string.h>
#include <unicode/uchar.h>
#include <unicode/ucurr.h>
#include <unicode/udat.h>
#include <unicode/udateintervalformat.h>
#include <unicode/ulistformatter.h>
#include <unicode/uloc.h>
#include <unicode/unum.h>
#include <unicode/upluralrules.h>
#include <unicode/ustring.h>

#define FORMATTED_MAX 256 /* of a date, number or sum of money */
#define LIST_MAX      32  /* things in one sentence */
#define ZONE_MAX      96  /* UTF-16 units of a zone name */

/* ---- formatters, kept per thread ---- */

typedef struct {
	UPluralRules *plural;
	UNumberFormat *number;
	UNumberFormat *money;
	UListFormatter *lists[2]; /* and, or */
	GHashTable *dates;        /* "STYLE STYLE ZONE" to UDateFormat */
	GHashTable *ranges;       /* "SKELETON ZONE" to UDateIntervalFormat */
} Formatters;

static void
formatters_free(gpointer data)
{
	Formatters *all = data;
	for (guint i = 0; i < LOCALES_MAX; i++) {
		if (all[i].plural != NULL)
			uplrules_close(all[i].plural);
		if (all[i].number != NULL)
			unum_close(all[i].number);
		if (all[i].money != NULL)
			unum_close(all[i].money);
		for (guint j = 0; j < G_N_ELEMENTS(all[i].lists); j++)
			if (all[i].lists[j] != NULL)
				ulistfmt_close(all[i].lists[j]);
		g_clear_pointer(&all[i].dates, g_hash_table_unref);
		g_clear_pointer(&all[i].ranges, g_hash_table_unref);
	}
	g_free(all);
}

static GPrivate thread_formatters = G_PRIVATE_INIT(formatters_free);

static Formatters *
formatters_of(const Locale *locale)
{
	Formatters *all = g_private_get(&thread_formatters);
	if (all == NULL) {
		all = g_new0(Formatters, LOCALES_MAX);
		g_private_set(&thread_formatters, all);
	}
	return &all[locale->index];
}

static UPluralRules *
plural_rules(const Locale *locale)
{
	Formatters *mine = formatters_of(locale);
	UErrorCode status = U_ZERO_ERROR;
	if (mine->plural == NULL)
		mine->plural = uplrules_open(locale->icu, &status);
	return mine->plural;
}

static UNumberFormat *
number_format(const Locale *locale)
{
	Formatters *mine = formatters_of(locale);
	UErrorCode status = U_ZERO_ERROR;
	if (mine->number == NULL)
		mine->number = unum_open(UNUM_DECIMAL, NULL, 0, locale->icu, NULL, &status);
	return mine->number;
}

static UNumberFormat *
money_format(const Locale *locale)
{
	Formatters *mine = formatters_of(locale);
	UErrorCode status = U_ZERO_ERROR;
	if (mine->money == NULL)
		mine->money = unum_open(UNUM_CURRENCY, NULL, 0, locale->icu, NULL, &status);
	return mine->money;
}

static UDateFormat *
date_format(const Locale *locale, UDateFormatStyle date, UDateFormatStyle time, const char *zone)
{
	Formatters *mine = formatters_of(locale);
	if (mine->dates == NULL)
		mine->dates = g_hash_table_new_full(
		        g_str_hash, g_str_equal, g_free, (GDestroyNotify)udat_close);
	char key[128];
	g_snprintf(key, sizeof key, "%d %d %s", date, time, zone);
	UDateFormat *format = g_hash_table_lookup(mine->dates, key);
	if (format == NULL) {
		UChar zone16[ZONE_MAX];
		UErrorCode status = U_ZERO_ERROR;
		u_strFromUTF8(zone16, ZONE_MAX, NULL, zone, -1, &status);
		format = udat_open(time, date, locale->icu, zone16, -1, NULL, 0, &status);
		if (format != NULL)
			g_hash_table_insert(mine->dates, g_strdup(key), format);
	}
	return format;
}

static UDateIntervalFormat *
range_format(const Locale *locale, const char *skeleton, const char *zone)
{
	Formatters *mine = formatters_of(locale);
	if (mine->ranges == NULL)
		mine->ranges = g_hash_table_new_full(
		        g_str_hash, g_str_equal, g_free, (GDestroyNotify)udtitvfmt_close);
	char key[128];
	g_snprintf(key, sizeof key, "%s %s", skeleton, zone);
	UDateIntervalFormat *format = g_hash_table_lookup(mine->ranges, key);
	if (format == NULL) {
		UChar zone16[ZONE_MAX], skeleton16[16];
		UErrorCode status = U_ZERO_ERROR;
		u_strFromUTF8(zone16, ZONE_MAX, NULL, zone, -1, &status);
		u_uastrncpy(skeleton16, skeleton, G_N_ELEMENTS(skeleton16));
		format = udtitvfmt_open(locale->icu, skeleton16, -1, zone16, -1, &status);
		if (format != NULL)
			g_hash_table_insert(mine->ranges, g_strdup(key), format);
	}
	return format;
}

/* ---- languages ---- */

gboolean
locale_likely(const char *tag, char ret_likely[LIKELY_LENGTH])
{
	UErrorCode status = U_ZERO_ERROR;
	char parsed[ULOC_FULLNAME_CAPACITY], full[ULOC_FULLNAME_CAPACITY];
	char language[ULOC_LANG_CAPACITY], script[ULOC_SCRIPT_CAPACITY];
	int32_t used = 0;
	uloc_forLanguageTag(tag, parsed, sizeof parsed, &used, &status);
	if (U_FAILURE(status) || used == 0 || used != (int32_t)strlen(tag))
		return FALSE;
	uloc_addLikelySubtags(parsed, full, sizeof full, &status);
	uloc_getLanguage(full, language, sizeof language, &status);
	uloc_getScript(full, script, sizeof script, &status);
	if (U_FAILURE(status) || language[0] == '\0')
		return FALSE;
	/* Tagalog and Filipino: one language, two codes */
	g_snprintf(ret_likely, LIKELY_LENGTH, "%s_%s",
	        g_str_equal(language, "tl") ? "fil" : language, script);
	return TRUE;
}

void
locale_plural_form(const Locale *locale, gint64 count, char ret_form[PLURAL_FORM_MAX])
{
	UChar form[PLURAL_FORM_MAX];
	UErrorCode status = U_ZERO_ERROR;
	int32_t length = uplrules_select(
	        plural_rules(locale), (double)count, form, PLURAL_FORM_MAX, &status);
	if (U_SUCCESS(status) && length < PLURAL_FORM_MAX)
		u_UCharsToChars(form, ret_form, length + 1);
	else
		g_strlcpy(ret_form, "other", PLURAL_FORM_MAX);
}

/* Whether a letter of @value runs to the left, or to the right. */
static gboolean
runs(const char *value, gboolean to_left)
{
	for (; *value != '\0'; value = g_utf8_next_char(value)) {
		const UCharDirection way = u_charDirection((UChar32)g_utf8_get_char(value));
		const gboolean left = way == U_RIGHT_TO_LEFT || way == U_RIGHT_TO_LEFT_ARABIC;
		if (left == to_left && (left || way == U_LEFT_TO_RIGHT))
			return TRUE;
	}
	return FALSE;
}

gboolean
locale_runs_against(const Locale *locale, const char *value)
{
	if (!locale->right_to_left && g_str_is_ascii(value))
		return FALSE;
	return runs(value, !locale->right_to_left);
}

gboolean
locale_runs_with(const Locale *locale, const char *value)
{
	return runs(value, locale->right_to_left);
}

gboolean
locale_has_data(const Locale *locale)
{
	return plural_rules(locale) != NULL && number_format(locale) != NULL &&
	        money_format(locale) != NULL;
}

/* ---- numbers, dates, money ---- */

/* Whether a clock ("4:00") ends before @i, or begins at it. */
static gboolean
is_clock_before(const UChar *text, int32_t i)
{
	return i >= 4 && u_isdigit(text[i - 1]) && u_isdigit(text[i - 2]) && text[i - 3] == ':';
}

static gboolean
is_clock_at(const UChar *text, int32_t length, int32_t i)
{
	return (i + 3 < length && u_isdigit(text[i]) && text[i + 1] == ':') ||
	        (i + 4 < length && u_isdigit(text[i]) && u_isdigit(text[i + 1]) &&
	                text[i + 2] == ':');
}

/* The space at @i as a page shows it. CLDR's thin ones are missing in many of the fonts that cheap
 * phones have. No line breaks between a clock and the half of the day, which stands after it ("4:00 م") or
 * before ("오후 4:00": letters without capitals); one may after a dash, which is a place to break at, and then
 * no space begins the next line. */
static UChar
shown_space(const UChar *text, int32_t length, int32_t i)
{
	if (i > 0 && text[i - 1] == 0x2013)
		return ' ';
	if (text[i] != ' ' || is_clock_before(text, i))
		return 0x00a0;
	return i > 0 && u_charType(text[i - 1]) == U_OTHER_LETTER &&
	                is_clock_at(text, length, i + 1)
	        ? 0x00a0
	        : ' ';
}

/* UTF-8 of what ICU wrote; NULL when it could not. */
static char *
formatted(const UChar *text, int32_t length, UErrorCode status)
{
	if (U_FAILURE(status) || length > FORMATTED_MAX)
		return NULL;
	UChar copy[FORMATTED_MAX];
	for (int32_t i = 0; i < length; i++)
		copy[i] = text[i] == 0x202f || text[i] == 0x2009 || text[i] == ' '
		        ? shown_space(text, length, i)
		        : text[i];
	char utf8[3 * FORMATTED_MAX + 1];
	u_strToUTF8(utf8, sizeof utf8, NULL, copy, length, &status);
	return U_SUCCESS(status) ? g_strdup(utf8) : NULL;
}

char *
locale_number(const Locale *locale, gint64 number)
{
	UNumberFormat *format = number_format(locale);
	UErrorCode status = U_ZERO_ERROR;
	UChar text[FORMATTED_MAX];
	int32_t length = unum_formatInt64(format, number, text, FORMATTED_MAX, NULL, &status);
	char *shown = formatted(text, length, status);
	return shown != NULL ? shown : g_strdup_printf("%" G_GINT64_FORMAT, number);
}

/* What stands there when ICU could not: never seen with a whole ICU. */
static char *
plain_time(const Event *event, gint64 time)
{
	g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(time);
	if (utc == NULL)
		return g_strdup("");
	g_autoptr(GDateTime) local = g_date_time_to_timezone(utc, event->time_zone);
	return g_date_time_format(local, "%F %R");
}

static char *
format_time(const Locale *locale, const Event *event, gint64 time, UDateFormatStyle date_style,
        UDateFormatStyle time_style)
{
	UDateFormat *format = date_format(locale, date_style, time_style, event->zone);
	UErrorCode status = U_ZERO_ERROR;
	UChar text[FORMATTED_MAX];
	int32_t length = 0;
	if (format != NULL)
		length =
		        udat_format(format, (UDate)time * 1000, text, FORMATTED_MAX, NULL, &status);
	char *shown = format != NULL ? formatted(text, length, status) : NULL;
	return shown != NULL ? shown : plain_time(event, time);
}

char *
locale_long_date(const Locale *locale, const Event *event, gint64 time)
{
	return format_time(locale, event, time, UDAT_FULL, UDAT_NONE);
}

char *
locale_time(const Locale *locale, const Event *event, gint64 time)
{
	return format_time(locale, event, time, UDAT_NONE, UDAT_SHORT);
}

char *
locale_date_time(const Locale *locale, const Event *event, gint64 time)
{
	return format_time(locale, event, time, UDAT_FULL, UDAT_SHORT);
}

static gboolean
is_midnight(const Event *event, gint64 time)
{
	g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(time);
	g_autoptr(GDateTime) local =
	        utc != NULL ? g_date_time_to_timezone(utc, event->time_zone) : NULL;
	return local != NULL && g_date_time_get_hour(local) == 0 &&
	        g_date_time_get_minute(local) == 0;
}

char *
locale_begin(const Locale *locale, const Event *event, const char *key, gint64 time)
{
	g_autofree char *when = is_midnight(event, time) ? locale_long_date(locale, event, time)
	                                                 : locale_date_time(locale, event, time);
	return locale_format(locale, key, "when", when, NULL);
}

char *
locale_end(const Locale *locale, const Event *event, const char *key, gint64 time)
{
	if (!is_midnight(event, time))
		return locale_begin(locale, event, key, time);
	g_autofree char *day_key = g_strconcat(key, "_day", NULL);
	g_autofree char *day = locale_long_date(locale, event, time - 1);
	return locale_format(locale, day_key, "when", day, NULL);
}

static char *
format_range(const Locale *locale, const Event *event, gint64 from, gint64 to, const char *skeleton)
{
	UDateIntervalFormat *format = range_format(locale, skeleton, event->zone);
	UErrorCode status = U_ZERO_ERROR;
	UChar text[FORMATTED_MAX];
	int32_t length = 0;
	if (format != NULL)
		length = udtitvfmt_format(format, (UDate)from * 1000, (UDate)to * 1000, text,
		        FORMATTED_MAX, NULL, &status);
	char *shown = format != NULL ? formatted(text, length, status) : NULL;
	return shown != NULL ? shown : plain_time(event, from);
}

char *
locale_date_range(const Locale *locale, const Event *event, gint64 from, gint64 to)
{
	return format_range(locale, event, from, to, "yMMMMd");
}

char *
locale_time_range(const Locale *locale, const Event *event, gint64 from, gint64 to)
{
	return format_range(locale, event, from, to, "jm");
}

char *
locale_money(const Locale *locale, gint64 amount, const char *currency)
{
	UChar code[4] = { 0 }, text[FORMATTED_MAX];
	UErrorCode status = U_ZERO_ERROR;
	UNumberFormat *format = money_format(locale);
	u_charsToUChars(currency, code, (int32_t)strnlen(currency, 3));
	int digits = ucurr_getDefaultFractionDigits(code, &status);
	gint64 unit = 1;
	for (int i = 0; i < digits; i++)
		unit *= 10;
	/* "$15", but "$15.50"; setting the currency sets the digits, so it comes first */
	unum_setTextAttribute(format, UNUM_CURRENCY_CODE, code, 3, &status);
	/* "$", not "US$": nobody here means another dollar */
	int32_t symbol_length;
	const UChar *symbol =
	        ucurr_getName(code, "en", UCURR_NARROW_SYMBOL_NAME, NULL, &symbol_length, &status);
	if (U_SUCCESS(status))
		unum_setSymbol(format, UNUM_CURRENCY_SYMBOL, symbol, symbol_length, &status);
	int shown_digits = amount % unit == 0 ? 0 : digits;
	unum_setAttribute(format, UNUM_MIN_FRACTION_DIGITS, shown_digits);
	unum_setAttribute(format, UNUM_MAX_FRACTION_DIGITS, shown_digits);
	int32_t length = unum_formatDouble(
	        format, (double)amount / (double)unit, text, FORMATTED_MAX, NULL, &status);
	char *shown = formatted(text, length, status);
	return shown != NULL ? shown : g_strdup_printf("%" G_GINT64_FORMAT " %s", amount, currency);
}

static char *
format_list(const Locale *locale, const char *const *items, guint n, UListFormatterType type)
{
	Formatters *mine = formatters_of(locale);
	g_autofree char *plain = g_strjoinv(", ", (char **)items);
	const UChar *items16[LIST_MAX];
	int32_t lengths[LIST_MAX];
	UChar text[LIST_MAX * 64];
	UErrorCode status = U_ZERO_ERROR;
	if (n == 0 || n > LIST_MAX)
		return g_steal_pointer(&plain);
	UListFormatter **format = &mine->lists[type == ULISTFMT_TYPE_OR];
	if (*format == NULL)
		*format = ulistfmt_openForType(locale->icu, type, ULISTFMT_WIDTH_WIDE, &status);
	for (guint i = 0; i < n; i++) {
		glong length;
		items16[i] = (UChar *)g_utf8_to_utf16(items[i], -1, NULL, &length, NULL);
		lengths[i] = (int32_t)length;
	}
	int32_t length = ulistfmt_format(
	        *format, items16, lengths, (int32_t)n, text, G_N_ELEMENTS(text), &status);
	g_autofree char *shown =
	        U_SUCCESS(status) ? g_utf16_to_utf8(text, length, NULL, NULL, NULL) : NULL;
	for (guint i = 0; i < n; i++)
		g_free((gpointer)items16[i]);
	return shown != NULL ? g_steal_pointer(&shown) : g_steal_pointer(&plain);
}

char *
locale_list(const Locale *locale, const char *const *items, guint n)
{
	return format_list(locale, items, n, ULISTFMT_TYPE_AND);
}

char *
locale_list_or(const Locale *locale, const char *const *items, guint n)
{
	return format_list(locale, items, n, ULISTFMT_TYPE_OR);
}
