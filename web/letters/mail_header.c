#include "web/letters/mail_header.h"

#include <string.h>

#define WORD_BYTES 45 /* 60 characters of base64; with "=?UTF-8?B?" and "?=" 72 */

gboolean
mail_value_is_fit(const char *value)
{
	if (!g_utf8_validate(value, -1, NULL))
		return FALSE;
	for (const char *at = value; *at != '\0'; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);
		if (g_unichar_iscntrl(c) || c == 0x2028 || c == 0x2029)
			return FALSE;
	}
	return TRUE;
}

gboolean
mail_address_is_fit(const char *address)
{
	const char *at = strrchr(address, '@');

	return mail_value_is_fit(address) && at != NULL && at != address && at[1] != '\0' &&
	        address[0] != '-' && strpbrk(address, "<>()[],;:\\\" ") == NULL &&
	        strchr(address, '@') == at;
}

static gboolean
is_plain(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text < 0x20 || *text > 0x7e)
			return FALSE;
	return TRUE;
}

char *
mail_text(const char *text)
{
	if (is_plain(text) && strstr(text, "=?") == NULL && strlen(text) <= 70)
		return g_strdup(text);
	GString *words = g_string_new(NULL);
	while (*text != '\0') {
		gsize length = 0;
		while (text[length] != '\0') { /* whole characters in each word */
			gsize next = g_utf8_next_char(text + length) - text;
			if (next > WORD_BYTES)
				break;
			length = next;
		}
		g_autofree char *coded = g_base64_encode((const guchar *)text, length);
		g_string_append_printf(
		        words, "%s=?UTF-8?B?%s?=", words->len > 0 ? "\r\n " : "", coded);
		text += length;
	}
	return g_string_free(words, FALSE);
}

char *
mail_date(gint64 time)
{
	static const char days[][4] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug",
		"Sep", "Oct", "Nov", "Dec" };
	g_autoptr(GDateTime) at = g_date_time_new_from_unix_utc(time);

	return g_strdup_printf("%s, %d %s %04d %02d:%02d:%02d +0000",
	        days[g_date_time_get_day_of_week(at) - 1], g_date_time_get_day_of_month(at),
	        months[g_date_time_get_month(at) - 1], g_date_time_get_year(at),
	        g_date_time_get_hour(at), g_date_time_get_minute(at), g_date_time_get_second(at));
}
