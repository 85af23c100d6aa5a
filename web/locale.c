/*
 * Catalogues by jansson; plural rules, dates, numbers and money by ICU. The one file of web/ that
 * knows ICU.
 *
 * Opening a formatter of ICU costs some 0.3 ms, and one may not be used by two threads at once: each
 * thread keeps its own, made when first asked for, closed when the thread ends.
 */
#include "web/locale.h"

#include <string.h>
#include <unicode/ucurr.h>
#include <unicode/udat.h>
#include <unicode/udateintervalformat.h>
#include <unicode/ulistformatter.h>
#include <unicode/uloc.h>
#include <unicode/unum.h>
#include <unicode/upluralrules.h>
#include <unicode/ustring.h>

#include "schema/error.h"

#define LOCALES_MAX   16   /* the manifest numbers languages in four bits */
#define ACCEPT_MAX    1024 /* bytes of an Accept-Language header that are looked at */
#define ACCEPT_RANGES 32
#define LIKELY_LENGTH 64
#define FORMATTED_MAX 256 /* of a date, number or sum of money */
#define LIST_MAX      32  /* things in one sentence */
#define ZONE_MAX      96  /* UTF-16 units of a zone name */

struct Locale {
	guint index;
	char *code;
	char *icu;    /* "es_US": dates and numbers as people here write them */
	char *likely; /* "es_Latn": language and script, to match what a browser asks for */
	const char *name;
	gboolean right_to_left;
	json_t *catalogue;
};

/* Made by web/locales.mjs. */
extern const struct LocaleSource {
	const char *code;
	const char *json;
} locale_sources[];

static Locale *locales[LOCALES_MAX];
static guint locales_n;

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

/* ---- loading ---- */

/* "es-MX" is es_Latn, "zh-TW" is zh_Hant: CLDR's likely subtags know. FALSE for what is no language tag. */
static gboolean
likely_of(const char *tag, char ret_likely[LIKELY_LENGTH])
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
	g_snprintf(ret_likely, LIKELY_LENGTH, "%s_%s", language, script);
	return TRUE;
}

static const char *
meta_text(const json_t *catalogue, const char *key)
{
	return json_string_value(json_object_get(json_object_get(catalogue, "_meta"), key));
}

static Locale *
load(const struct LocaleSource *source, guint index, GError **error)
{
	json_error_t trouble;
	json_t *catalogue = json_loads(source->json, JSON_REJECT_DUPLICATES, &trouble);
	if (catalogue == NULL) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_BUG, "catalogue %s: %s",
		        source->code, trouble.text);
		return NULL;
	}
	const char *name = meta_text(catalogue, "name");
	const char *icu = meta_text(catalogue, "icu");
	char likely[LIKELY_LENGTH];
	if (name == NULL || icu == NULL || !likely_of(source->code, likely)) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_BUG,
		        "catalogue %s: \"_meta\" lacks its name or its ICU locale", source->code);
		json_decref(catalogue);
		return NULL;
	}
	Locale *locale = g_new0(Locale, 1);
	locale->index = index;
	locale->code = g_strdup(source->code);
	locale->icu = g_strdup(icu);
	locale->likely = g_strdup(likely);
	locale->name = name;
	locale->right_to_left = g_strcmp0(meta_text(catalogue, "dir"), "rtl") == 0;
	locale->catalogue = catalogue;
	return locale;
}

gboolean
locales_load(GError **error)
{
	if (locales_n > 0)
		return TRUE;
	guint n = 0;
	for (; locale_sources[n].code != NULL && n < LOCALES_MAX; n++) {
		locales[n] = load(&locale_sources[n], n, error);
		if (locales[n] == NULL)
			return FALSE;
		if (plural_rules(locales[n]) == NULL || number_format(locales[n]) == NULL ||
		        money_format(locales[n]) == NULL) {
			g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD,
			        "ICU has no data for \"%s\": install the whole of libicu",
			        locales[n]->icu);
			return FALSE;
		}
	}
	locales_n = n;
	return TRUE;
}

const Locale *
locale_find(const char *lang)
{
	for (guint i = 0; i < locales_n; i++)
		if (g_strcmp0(locales[i]->code, lang) == 0)
			return locales[i];
	return NULL;
}

const Locale *
locale_default(void)
{
	return locales[0];
}

const Locale *const *
locales_all(guint *ret_n)
{
	*ret_n = locales_n;
	return (const Locale *const *)locales;
}

/* ---- what a browser asks for ---- */

/* The weight of "es-MX;q=0.8" in thousandths; cuts the parameters off. 0 when it makes no sense. */
static int
take_weight(char *range)
{
	char *parameters = strchr(range, ';');
	if (parameters == NULL)
		return 1000;
	*parameters++ = '\0';
	g_strstrip(parameters);
	if (g_ascii_strncasecmp(parameters, "q=", 2) != 0)
		return 0;
	char *end;
	double weight = g_ascii_strtod(parameters + 2, &end);
	if (end == parameters + 2 || *end != '\0' || !(weight > 0 && weight <= 1))
		return 0;
	return (int)(weight * 1000);
}

static const Locale *
find_likely(const char *tag)
{
	char likely[LIKELY_LENGTH];
	if (!likely_of(tag, likely))
		return NULL;
	for (guint i = 0; i < locales_n; i++)
		if (strcmp(locales[i]->likely, likely) == 0)
			return locales[i];
	return NULL;
}

const Locale *
locale_accept(const char *header)
{
	if (header == NULL)
		return NULL;
	g_autofree char *bounded = g_strndup(header, ACCEPT_MAX);
	g_auto(GStrv) ranges = g_strsplit(bounded, ",", ACCEPT_RANGES);
	const Locale *best = NULL;
	int best_weight = 0;
	for (guint i = 0; ranges[i] != NULL; i++) {
		int weight = take_weight(ranges[i]);
		g_strstrip(ranges[i]);
		if (weight <= best_weight)
			continue; /* of equal ones, the first */
		const Locale *found = find_likely(ranges[i]);
		if (found != NULL) {
			best = found;
			best_weight = weight;
		}
	}
	return best;
}

/* ---- texts ---- */

const char *
locale_code(const Locale *locale)
{
	return locale->code;
}

const char *
locale_name(const Locale *locale)
{
	return locale->name;
}

gboolean
locale_right_to_left(const Locale *locale)
{
	return locale->right_to_left;
}

json_t *
locale_catalogue(const Locale *locale)
{
	return locale->catalogue;
}

const char *
locale_text(const Locale *locale, const char *key)
{
	const char *text = json_string_value(json_object_get(locale->catalogue, key));
	return text != NULL ? text : key;
}

/* Appends the value of "{{name}}" that @at begins with and returns where it ends; NULL when it is none. */
static const char *
fill(const char *at, const char *const *pairs, GString *out)
{
	if (!g_str_has_prefix(at, "{{"))
		return NULL;
	const char *name = at + 2;
	const char *end = strstr(name, "}}");
	if (end == NULL)
		return NULL;
	for (; pairs[0] != NULL; pairs += 2) {
		gsize length = strlen(pairs[0]);
		if ((gsize)(end - name) == length && memcmp(name, pairs[0], length) == 0) {
			g_string_append(out, pairs[1]);
			return end + 2;
		}
	}
	return NULL;
}

static char *
fill_all(const char *text, const char *const *pairs)
{
	g_autoptr(GString) out = g_string_sized_new(strlen(text) + 64);
	while (*text != '\0') {
		const char *after = fill(text, pairs, out);
		if (after != NULL)
			text = after;
		else
			g_string_append_c(out, *text++);
	}
	return g_string_free(g_steal_pointer(&out), FALSE);
}

#define PAIRS_MAX 8

/* A name whose value is NULL ends the list too, as G_GNUC_NULL_TERMINATED would have it. */
static void
take_pairs(va_list arguments, const char *pairs[2 * PAIRS_MAX + 1], guint n)
{
	while (n < PAIRS_MAX) {
		pairs[2 * n] = va_arg(arguments, const char *);
		if (pairs[2 * n] == NULL)
			return;
		pairs[2 * n + 1] = va_arg(arguments, const char *);
		if (pairs[2 * n + 1] == NULL)
			pairs[2 * n + 1] = "";
		n++;
	}
	pairs[2 * n] = NULL;
}

char *
locale_format(const Locale *locale, const char *key, ...)
{
	const char *pairs[2 * PAIRS_MAX + 1];
	va_list arguments;
	va_start(arguments, key);
	take_pairs(arguments, pairs, 0);
	va_end(arguments);
	return fill_all(locale_text(locale, key), pairs);
}

/* The text of @key for @count: key_one, key_few … and key_other for all that is not there. */
static const char *
plural_text(const Locale *locale, const char *key, gint64 count)
{
	UChar form16[16];
	char form[16] = "other";
	UErrorCode status = U_ZERO_ERROR;
	int32_t length = uplrules_select(
	        plural_rules(locale), (double)count, form16, G_N_ELEMENTS(form16), &status);
	if (U_SUCCESS(status) && length < (int32_t)sizeof form)
		u_UCharsToChars(form16, form, length + 1);
	g_autofree char *exact = g_strconcat(key, "_", form, NULL);
	const char *text = json_string_value(json_object_get(locale->catalogue, exact));
	if (text != NULL)
		return text;
	g_autofree char *other = g_strconcat(key, "_other", NULL);
	text = json_string_value(json_object_get(locale->catalogue, other));
	return text != NULL ? text : key;
}

char *
locale_plural(const Locale *locale, const char *key, gint64 count, ...)
{
	g_autofree char *number = locale_number(locale, count);
	const char *pairs[2 * PAIRS_MAX + 1] = { "count", number };
	va_list arguments;
	va_start(arguments, count);
	take_pairs(arguments, pairs, 1);
	va_end(arguments);
	return fill_all(plural_text(locale, key, count), pairs);
}

/* ---- numbers, dates, money ---- */

/* UTF-8 of what ICU wrote; NULL when it could not. CLDR's thin spaces are missing in many
 * of the fonts that cheap phones have: the common one stands for it. */
static char *
formatted(const UChar *text, int32_t length, UErrorCode status)
{
	if (U_FAILURE(status) || length > FORMATTED_MAX)
		return NULL;
	UChar copy[FORMATTED_MAX];
	for (int32_t i = 0; i < length; i++)
		copy[i] = text[i] == 0x202f || text[i] == 0x2009 ? 0x00a0 : text[i];
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
