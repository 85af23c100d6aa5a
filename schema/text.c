#include "schema/text.h"

#include <string.h>
#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/ucol.h>
#include <unicode/ucurr.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utext.h>

#define EMAIL_MAX       254
#define EMAIL_LOCAL_MAX 64
#define LABEL_MAX       63

/* What a thread keeps, since opening one costs some 0.2 ms. */
typedef struct {
	char *lang;
	UCollator *collator;
	UBreakIterator *clusters;
} ThreadTools;

static void
thread_tools_free(gpointer data)
{
	ThreadTools *tools = data;
	g_free(tools->lang);
	ucol_close(tools->collator);
	ubrk_close(tools->clusters);
	g_free(tools);
}

static GPrivate thread_tools = G_PRIVATE_INIT(thread_tools_free);

static ThreadTools *
tools_of_thread(void)
{
	ThreadTools *tools = g_private_get(&thread_tools);
	if (tools == NULL) {
		tools = g_new0(ThreadTools, 1);
		g_private_set(&thread_tools, tools);
	}
	return tools;
}

static gboolean
is_plain_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		if ((guchar)*text >= 0x80)
			return FALSE;
	return TRUE;
}

/* UTF-16 of valid UTF-8, @ret_length units. Owned by the caller. */
static UChar *
to_utf16(const char *text, int32_t *ret_length)
{
	gsize bytes = strlen(text);
	g_return_val_if_fail(bytes < G_MAXINT32 / 8, NULL);
	UErrorCode status = U_ZERO_ERROR;
	UChar *units = g_new(UChar, bytes + 1);
	u_strFromUTF8(units, (int32_t)bytes + 1, ret_length, text, (int32_t)bytes, &status);
	return units;
}

static char *
to_utf8(const UChar *units, int32_t length)
{
	UErrorCode status = U_ZERO_ERROR;
	int32_t room = length * 3 + 1, bytes = 0;
	char *text = g_malloc((gsize)room);
	u_strToUTF8(text, room, &bytes, units, length, &status);
	text[U_SUCCESS(status) ? bytes : 0] = '\0';
	return text;
}

/* @units in @form. A canonical form is at most 18 times as long (UAX 15); most are not longer. */
static UChar *
normalize(const UNormalizer2 *form, const UChar *units, int32_t length, int32_t *ret_length)
{
	int32_t room = length + 16;
	for (;;) {
		UErrorCode status = U_ZERO_ERROR;
		UChar *normal = g_new(UChar, (gsize)room);
		int32_t needed = unorm2_normalize(form, units, length, normal, room, &status);
		if (status != U_BUFFER_OVERFLOW_ERROR) {
			*ret_length = U_SUCCESS(status) ? needed : 0;
			return normal;
		}
		g_free(normal);
		room = needed + 1;
	}
}

/* Marks of direction and joiners, which some names need; other invisible ones are removed. */
static gboolean
is_wanted_invisible(UChar32 c)
{
	return (c >= 0x200c && c <= 0x200f) || c == 0x061c;
}

/* In place: white space single and none at the ends, controls gone. */
static int32_t
squeeze(UChar *units, int32_t length)
{
	int32_t to = 0;
	gboolean space = FALSE;
	for (int32_t from = 0; from < length;) {
		UChar32 c;
		int32_t start = from;
		U16_NEXT(units, from, length, c);
		if (u_isUWhiteSpace(c)) {
			space = to > 0;
			continue;
		}
		int8_t type = u_charType(c);
		if (type == U_CONTROL_CHAR || (type == U_FORMAT_CHAR && !is_wanted_invisible(c)))
			continue;
		if (space)
			units[to++] = ' ';
		space = FALSE;
		while (start < from)
			units[to++] = units[start++];
	}
	return to;
}

static char *
tidy_ascii(const char *text)
{
	char *tidy = g_malloc(strlen(text) + 1), *to = tidy;
	gboolean space = FALSE;
	for (; *text != '\0'; text++) {
		if (*text == ' ' || (*text >= '\t' && *text <= '\r')) {
			space = to > tidy;
			continue;
		}
		if (g_ascii_iscntrl(*text))
			continue;
		if (space)
			*to++ = ' ';
		space = FALSE;
		*to++ = *text;
	}
	*to = '\0';
	return tidy;
}

char *
text_tidy(const char *text)
{
	if (is_plain_ascii(text))
		return tidy_ascii(text);
	if (!g_utf8_validate(text, -1, NULL))
		return NULL;
	UErrorCode status = U_ZERO_ERROR;
	int32_t length, normal_length;
	g_autofree UChar *units = to_utf16(text, &length);
	length = squeeze(units, length);
	g_autofree UChar *normal =
	        normalize(unorm2_getNFCInstance(&status), units, length, &normal_length);
	return to_utf8(normal, normal_length);
}

/* Letters with a stroke, which no decomposition takes apart, and the Turkish dotless i. */
static UChar
plain_letter(UChar unit)
{
	switch (unit) {
	case 0x0111: /* đ */
		return 'd';
	case 0x0142: /* ł */
		return 'l';
	case 0x00f8: /* ø */
		return 'o';
	case 0x0131: /* ı */
		return 'i';
	default:
		return unit;
	}
}

char *
text_fold(const char *text)
{
	if (is_plain_ascii(text))
		return g_ascii_strdown(text, -1);
	if (!g_utf8_validate(text, -1, NULL))
		return NULL;
	UErrorCode status = U_ZERO_ERROR;
	int32_t length, apart_length, folded_length, kept = 0;
	g_autofree UChar *units = to_utf16(text, &length);
	g_autofree UChar *apart =
	        normalize(unorm2_getNFKDInstance(&status), units, length, &apart_length);
	for (int32_t i = 0; i < apart_length;) {
		UChar32 c;
		int32_t start = i;
		U16_NEXT(apart, i, apart_length, c);
		while (u_charType(c) != U_NON_SPACING_MARK && start < i)
			apart[kept++] = apart[start++];
	}
	int32_t room = kept * 3 + 1; /* one unit folds to at most three */
	g_autofree UChar *folded = g_new(UChar, (gsize)room);
	folded_length = u_strFoldCase(folded, room, apart, kept, U_FOLD_CASE_DEFAULT, &status);
	if (U_FAILURE(status))
		return NULL;
	for (int32_t i = 0; i < folded_length; i++)
		folded[i] = plain_letter(folded[i]);
	g_autofree UChar *whole =
	        normalize(unorm2_getNFCInstance(&status), folded, folded_length, &length);
	return to_utf8(whole, length);
}

static gboolean
is_local_part(const char *local, gsize length)
{
	if (length == 0 || length > EMAIL_LOCAL_MAX)
		return FALSE;
	for (gsize i = 0; i < length; i++) {
		char c = local[i];
		gboolean dot = c == '.';
		if (!g_ascii_isalnum(c) && !dot && strchr("!#$%&'*+-/=?^_`{|}~", c) == NULL)
			return FALSE;
		if (dot && (i == 0 || i == length - 1 || local[i + 1] == '.'))
			return FALSE;
	}
	return TRUE;
}

static gboolean
is_domain(const char *domain)
{
	guint labels = 0;
	gboolean letter = FALSE; /* in the last label: an address of numbers is none */
	while (TRUE) {
		gsize length = strcspn(domain, ".");
		if (length == 0 || length > LABEL_MAX || domain[0] == '-' ||
		        domain[length - 1] == '-')
			return FALSE;
		letter = FALSE;
		for (gsize i = 0; i < length; i++) {
			if (!g_ascii_isalnum(domain[i]) && domain[i] != '-')
				return FALSE;
			letter = letter || g_ascii_isalpha(domain[i]);
		}
		labels++;
		if (domain[length] == '\0')
			return labels >= 2 && letter;
		domain += length + 1;
	}
}

char *
text_fold_email(const char *email)
{
	while (g_ascii_isspace(*email))
		email++;
	gsize length = strlen(email);
	while (length > 0 && g_ascii_isspace(email[length - 1]))
		length--;
	const char *at = memchr(email, '@', length);
	if (at == NULL || length > EMAIL_MAX || !is_local_part(email, (gsize)(at - email)))
		return NULL;
	g_autofree char *folded = g_ascii_strdown(email, (gssize)length);
	return is_domain(folded + (at - email) + 1) ? g_steal_pointer(&folded) : NULL;
}

char *
text_plain(const char *text, gboolean lines)
{
	g_autofree char *valid =
	        g_utf8_validate(text, -1, NULL) ? g_strdup(text) : g_utf8_make_valid(text, -1);
	GString *plain = g_string_new(NULL);

	for (const char *c = valid; *c != '\0'; c = g_utf8_next_char(c)) {
		const gunichar letter = g_utf8_get_char(c);
		const gboolean moves =
		        g_unichar_iscntrl(letter) || letter == 0x2028 || letter == 0x2029;
		g_string_append_unichar(plain, moves && !(lines && letter == '\n') ? '?' : letter);
	}
	return g_string_free(plain, FALSE);
}

gsize
text_length(const char *text)
{
	if (is_plain_ascii(text))
		return strlen(text);
	UErrorCode status = U_ZERO_ERROR;
	ThreadTools *tools = tools_of_thread();
	if (tools->clusters == NULL)
		tools->clusters = ubrk_open(UBRK_CHARACTER, "", NULL, 0, &status);
	UText *utf8 = utext_openUTF8(NULL, text, -1, &status);
	ubrk_setUText(tools->clusters, utf8, &status);
	gsize length = 0;
	while (U_SUCCESS(status) && ubrk_next(tools->clusters) != UBRK_DONE)
		length++;
	utext_close(utf8);
	return U_SUCCESS(status) ? length : strlen(text);
}

int
text_compare(const char *lang, const char *a, const char *b)
{
	UErrorCode status = U_ZERO_ERROR;
	ThreadTools *tools = tools_of_thread();
	if (tools->collator == NULL || strcmp(tools->lang, lang) != 0) {
		ucol_close(tools->collator);
		g_free(tools->lang);
		tools->lang = g_strdup(lang);
		tools->collator = ucol_open(lang, &status);
	}
	int order = ucol_strcollUTF8(tools->collator, a, -1, b, -1, &status);
	return U_SUCCESS(status) && order != 0 ? order : strcmp(a, b);
}

guint8
text_currency_decimals(const char *currency)
{
	UErrorCode status = U_ZERO_ERROR;
	UChar wide[4] = { 0 };

	u_uastrncpy(wide, currency, 3);
	const int digits = ucurr_getDefaultFractionDigits(wide, &status);
	return U_SUCCESS(status) ? (guint8)CLAMP(digits, 0, 4) : 2;
}
