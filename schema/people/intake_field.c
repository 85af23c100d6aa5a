#include "schema/people/intake_field.h"

#include <string.h>

#include "schema/text.h"

/* A character that people see may be made of several; a bound in bytes keeps a heap of accents out. */
#define BYTES_A_CHARACTER 8

void
intake_name(const IntakeReader *reader, const char *field, char ret_name[FIELD_NAME_MAX])
{
	if (reader->person <= 1)
		g_strlcpy(ret_name, field, FIELD_NAME_MAX);
	else
		g_snprintf(ret_name, FIELD_NAME_MAX, "%s_%u", field, reader->person);
}

static gboolean
is_blank(const char *text)
{
	while (g_ascii_isspace(*text))
		text++;
	return *text == '\0';
}

const char *
intake_raw(IntakeReader *reader, const char *name, guint nth)
{
	const char *value = reader->asked->get(reader->asked->data, name, nth);
	return value == NULL || is_blank(value) ? NULL : value;
}

void
intake_fault(IntakeReader *reader, const char *name, IntakeCode code, gint64 least, gint64 most)
{
	for (guint i = 0; i < reader->faults->len; i++)
		if (strcmp(g_array_index(reader->faults, IntakeFault, i).field, name) == 0)
			return;
	IntakeFault fault = { .code = code, .least = least, .most = most };
	g_strlcpy(fault.field, name, sizeof fault.field);
	g_array_append_val(reader->faults, fault);
}

void
intake_remember(IntakeReader *reader, const char *name, const char *value)
{
	g_string_append_len(reader->content, name, (gssize)strlen(name) + 1);
	g_string_append_len(reader->content, value, (gssize)strlen(value) + 1);
}

char *
intake_text(IntakeReader *reader, const char *name, guint most)
{
	const char *typed = intake_raw(reader, name, 0);
	if (typed == NULL)
		return NULL;
	if (strlen(typed) > (gsize)most * BYTES_A_CHARACTER) {
		intake_fault(reader, name, INTAKE_TOO_LONG, 0, most);
		return NULL;
	}
	g_autofree char *text = text_tidy(typed);
	if (text == NULL) {
		intake_fault(reader, name, INTAKE_NOT_TEXT, 0, 0);
		return NULL;
	}
	if (*text == '\0')
		return NULL;
	/* a character has a byte at least, so most texts need no counting */
	if (strlen(text) > most && text_length(text) > most) {
		intake_fault(reader, name, INTAKE_TOO_LONG, 0, most);
		return NULL;
	}
	intake_remember(reader, name, text);
	return g_steal_pointer(&text);
}

char *
intake_text_required(IntakeReader *reader, const char *name, guint most)
{
	char *text = intake_text(reader, name, most);
	if (text == NULL) /* no second fault, when it was too long */
		intake_fault(reader, name, INTAKE_MISSING, 0, 0);
	return text;
}

static const char *
code_of(const char *const *codes, const char *typed)
{
	for (guint i = 0; codes[i] != NULL; i++) /* as our own form sends it */
		if (strcmp(codes[i], typed) == 0)
			return codes[i];
	g_autofree char *tidy = text_tidy(typed);
	for (guint i = 0; tidy != NULL && codes[i] != NULL; i++)
		if (g_ascii_strcasecmp(codes[i], tidy) == 0)
			return codes[i];
	return NULL;
}

const char *
intake_choice(IntakeReader *reader, const char *name, const char *const *codes, const char *absent)
{
	const char *typed = intake_raw(reader, name, 0);
	if (typed == NULL)
		return absent;
	const char *code = code_of(codes, typed);
	if (code == NULL) {
		intake_fault(reader, name, INTAKE_UNKNOWN, 0, 0);
		return absent;
	}
	intake_remember(reader, name, code);
	return code;
}

char **
intake_choices(IntakeReader *reader, const char *name, const char *const *codes)
{
	guint most = 0, n = 0;
	while (codes[most] != NULL)
		most++;
	g_auto(GStrv) chosen = g_new0(char *, most + 1);
	const char *typed;
	for (guint nth = 0; (typed = reader->asked->get(reader->asked->data, name, nth)) != NULL;
	        nth++) {
		if (nth > 2 * most) {
			intake_fault(reader, name, INTAKE_TOO_MANY, 0, most);
			return NULL;
		}
		if (is_blank(typed))
			continue;
		const char *code = code_of(codes, typed);
		if (code == NULL) {
			intake_fault(reader, name, INTAKE_UNKNOWN, 0, 0);
			return NULL;
		}
		if (g_strv_contains((const char *const *)chosen, code))
			continue;
		intake_remember(reader, name, code);
		chosen[n++] = g_strdup(code);
	}
	return n > 0 ? g_steal_pointer(&chosen) : NULL;
}

gboolean
intake_yes(IntakeReader *reader, const char *name)
{
	static const char *const words[] = { "yes", "on", "1", "true", "no", "off", "0", "false",
		NULL };
	const char *typed = intake_raw(reader, name, 0);
	if (typed == NULL)
		return FALSE;
	for (guint i = 0; words[i] != NULL; i++)
		if (words[i] == code_of(words, typed)) {
			gboolean yes = i < 4;
			if (yes)
				intake_remember(reader, name, "yes");
			return yes;
		}
	intake_fault(reader, name, INTAKE_UNKNOWN, 0, 0);
	return FALSE;
}

/* Arabic, Persian, full-width … digits as ASCII ones. */
static char *
ascii_digits(const char *typed)
{
	g_autofree char *text = text_tidy(typed);
	if (text == NULL)
		return NULL;
	GString *plain = g_string_new(NULL);
	for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);
		int digit = g_unichar_digit_value(c);
		if (digit >= 0)
			g_string_append_c(plain, (char)('0' + digit));
		else
			g_string_append_unichar(plain, c);
	}
	return g_string_free(plain, FALSE);
}

char *
intake_number(IntakeReader *reader, const char *name, gint64 least, gint64 most)
{
	const char *typed = intake_raw(reader, name, 0);
	gint64 number;
	if (typed == NULL)
		return NULL;
	g_autofree char *plain = strlen(typed) > 100 ? NULL : ascii_digits(typed);
	if (plain == NULL || !g_ascii_string_to_signed(plain, 10, least, most, &number, NULL)) {
		intake_fault(reader, name, INTAKE_NOT_NUMBER, least, most);
		return NULL;
	}
	char *text = g_strdup_printf("%" G_GINT64_FORMAT, number);
	intake_remember(reader, name, text);
	return text;
}

char *
intake_phone(IntakeReader *reader, const char *name)
{
	const char *typed = intake_raw(reader, name, 0);
	guint digits = 0;
	if (typed == NULL)
		return NULL;
	g_autofree char *plain = strlen(typed) > 100 ? NULL : ascii_digits(typed);
	for (guint i = 0; plain != NULL && plain[i] != '\0'; i++) {
		gboolean digit = g_ascii_isdigit(plain[i]);
		digits += digit ? 1 : 0;
		if (!digit && strchr("()-./ ", plain[i]) == NULL && !(plain[i] == '+' && i == 0))
			digits = PHONE_DIGITS_MAX + 1;
		if (digits > PHONE_DIGITS_MAX)
			break;
	}
	if (digits < PHONE_DIGITS_MIN || digits > PHONE_DIGITS_MAX) {
		intake_fault(reader, name, INTAKE_NOT_PHONE, PHONE_DIGITS_MIN, PHONE_DIGITS_MAX);
		return NULL;
	}
	intake_remember(reader, name, plain);
	return g_steal_pointer(&plain);
}

char *
intake_zip(IntakeReader *reader, const char *name)
{
	const char *typed = intake_raw(reader, name, 0);
	if (typed == NULL)
		return NULL;
	g_autofree char *plain = strlen(typed) > 100 ? NULL : ascii_digits(typed);
	gsize length = plain == NULL ? 0 : strlen(plain);
	gboolean is_zip = length == 5 || (length == 10 && plain[5] == '-');
	for (gsize i = 0; is_zip && i < length; i++)
		is_zip = i == 5 || g_ascii_isdigit(plain[i]);
	if (!is_zip) {
		intake_fault(reader, name, INTAKE_NOT_ZIP, 0, 0);
		return NULL;
	}
	intake_remember(reader, name, plain);
	return g_steal_pointer(&plain);
}
