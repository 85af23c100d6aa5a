/*
 * Catalogues: finding the language of a page, and its texts with their blanks filled.
 */
#include "web/locales/locale_private.h"

#include <string.h>

#include "schema/error.h"

#define STAFF_KEY       "staff_sign_in" /* who has this has the texts of the staff's room */
#define ACCEPT_MAX      1024            /* bytes of an Accept-Language header that are looked at */
#define ACCEPT_RANGES   32
#define ACCEPT_KEPT     64 /* headers that a thread remembers, of at most so many bytes: */
#define ACCEPT_KEPT_MAX 128

/* Made by web/locales/locales.mjs. */
extern const struct LocaleSource {
	const char *code;
	const char *json;
} locale_sources[];

static Locale *locales[LOCALES_MAX];
static guint locales_n;

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
	if (name == NULL || icu == NULL || !locale_likely(source->code, likely)) {
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
	locale->checked =
	        json_is_true(json_object_get(json_object_get(catalogue, "_meta"), "checked"));
	locale->staff = json_object_get(catalogue, STAFF_KEY) != NULL;
	locale->catalogue = catalogue;
	return locale;
}

/* What a language lacks is said in English. Its plural forms are its own business: plural_text(). */
static void
borrow(json_t *catalogue, const json_t *english)
{
	const char *key;
	json_t *text;
	json_object_foreach ((json_t *)english, key, text) {
		const char *form = strrchr(key, '_');
		g_autofree char *other =
		        g_strdup_printf("%.*s_other", (int)(form != NULL ? form - key : 0), key);
		if (json_object_get(catalogue, key) == NULL &&
		        json_object_get(catalogue, other) == NULL)
			json_object_set(catalogue, key, text);
	}
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
		if (!locale_has_data(locales[n])) {
			g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD,
			        "ICU has no data for \"%s\": install the whole of libicu",
			        locales[n]->icu);
			return FALSE;
		}
	}
	for (guint i = 1; i < n; i++)
		borrow(locales[i]->catalogue, locales[0]->catalogue);
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

gboolean
locale_among(const Locale *locale, LocaleSet set)
{
	return (set >> locale->index & 1) != 0;
}

LocaleSet
locales_staff(void)
{
	LocaleSet set = 0;
	for (guint i = 0; i < locales_n; i++)
		if (locales[i]->staff)
			set |= (LocaleSet)1 << i;
	return set;
}

LocaleSet
locales_of_event(const Event *event)
{
	LocaleSet set = 0;
	for (guint i = 0; i < locales_n; i++)
		if ((locales[i]->checked && !event->languages_said) ||
		        g_strv_contains((const char *const *)event->languages, locales[i]->code))
			set |= (LocaleSet)1 << i;
	return set != 0 ? set : (LocaleSet)1 << locale_default()->index;
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
find_likely(const char *tag, LocaleSet among)
{
	char likely[LIKELY_LENGTH];
	if (!locale_likely(tag, likely))
		return NULL;
	for (guint i = 0; i < locales_n; i++)
		if (locale_among(locales[i], among) && strcmp(locales[i]->likely, likely) == 0)
			return locales[i];
	return NULL;
}

static const Locale *
read_header(const char *header, LocaleSet among)
{
	g_autofree char *bounded = g_strndup(header, ACCEPT_MAX);
	g_auto(GStrv) ranges = g_strsplit(bounded, ",", ACCEPT_RANGES);
	const Locale *best = NULL;
	int best_weight = 0;
	for (guint i = 0; ranges[i] != NULL; i++) {
		int weight = take_weight(ranges[i]);
		g_strstrip(ranges[i]);
		if (weight <= best_weight)
			continue; /* of equal ones, the first */
		const Locale *found = find_likely(ranges[i], among);
		if (found != NULL) {
			best = found;
			best_weight = weight;
		}
	}
	return best;
}

/* What the last headers asked for, per thread: browsers send the same few, and asking ICU for likely
 * subtags costs more than the rest of a small page. */
static GPrivate accepted = G_PRIVATE_INIT((GDestroyNotify)g_hash_table_unref);

const Locale *
locale_accept(const char *header, LocaleSet among)
{
	if (header == NULL)
		return NULL;
	if (strlen(header) > ACCEPT_KEPT_MAX)
		return read_header(header, among);
	char asked[ACCEPT_KEPT_MAX + 16];
	g_snprintf(asked, sizeof asked, "%x %s", among, header);
	GHashTable *kept = g_private_get(&accepted);
	if (kept == NULL) {
		kept = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
		g_private_set(&accepted, kept);
	}
	gpointer found;
	if (g_hash_table_lookup_extended(kept, asked, NULL, &found))
		return found;
	if (g_hash_table_size(kept) >= ACCEPT_KEPT)
		g_hash_table_remove_all(kept);
	const Locale *locale = read_header(header, among);
	g_hash_table_insert(kept, g_strdup(asked), (gpointer)locale);
	return locale;
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

/* A value that runs against its sentence is kept apart from it (Unicode's first strong isolate), or it
 * would put the words around it out of order. One of both directions runs as the sentence does: an address that
 * begins with an English name is still Arabic. */
static void
append_value(const Locale *locale, const char *value, GString *out)
{
	const gboolean apart = locale_runs_against(locale, value);
	const gboolean mixed = apart && locale->right_to_left && locale_runs_with(locale, value);
	g_string_append(out, mixed ? "\u2067" : apart ? "\u2068" : "");
	g_string_append(out, value);
	g_string_append(out, apart ? "\u2069" : "");
}

/* Appends the value of "{{name}}" that @at begins with and returns where it ends; NULL when it is none. */
static const char *
fill(const Locale *locale, const char *at, const char *const *pairs, GString *out)
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
			append_value(locale, pairs[1], out);
			return end + 2;
		}
	}
	return NULL;
}

static char *
fill_all(const Locale *locale, const char *text, const char *const *pairs)
{
	g_autoptr(GString) out = g_string_sized_new(strlen(text) + 64);
	while (*text != '\0') {
		const char *after = fill(locale, text, pairs, out);
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
	return fill_all(locale, locale_text(locale, key), pairs);
}

/* The text of @key for @count: key_one, key_few … and key_other for all that is not there. */
static const char *
plural_text(const Locale *locale, const char *key, gint64 count)
{
	char form[PLURAL_FORM_MAX];
	locale_plural_form(locale, count, form);
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
	return fill_all(locale, plural_text(locale, key, count), pairs);
}
