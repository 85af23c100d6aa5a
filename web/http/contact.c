#include "web/http/contact.h"

#include <string.h>

/* An e-mail address, or a number of seven digits and more as people write them. */
#define REACHED                                                                                    \
	"([^\\s<>,;:()\"]+@[^\\s<>,;:()\"]+\\.[A-Za-z]{2,})|(\\+?[(]?[0-9](?:[ "                   \
	"().-]{0,2}[0-9]){6,14})"

static const GRegex *
reached(void)
{
	static gsize made = 0;
	/* not optimised: that would be machine code made at run time, which the unit's sandbox forbids */
	if (g_once_init_enter(&made))
		g_once_init_leave(&made, (gsize)g_regex_new(REACHED, 0, 0, NULL));
	return (const GRegex *)made;
}

static void
add_part(json_t *parts, const char *text, gsize length, const char *href)
{
	if (length > 0)
		json_array_append_new(
		        parts, json_pack("{s:s%, s:s?}", "text", text, length, "href", href));
}

static char *
address_of(const char *match, gboolean mail)
{
	if (mail)
		return g_strconcat("mailto:", match, NULL);
	g_autoptr(GString) number = g_string_new("tel:");
	for (; *match != '\0'; match++)
		if (g_ascii_isdigit(*match) || *match == '+')
			g_string_append_c(number, *match);
	return g_string_free(g_steal_pointer(&number), FALSE);
}

json_t *
contact_parts(const char *contact)
{
	g_autoptr(GMatchInfo) match = NULL;
	json_t *parts = json_array();
	int at = 0, begins, ends;
	g_regex_match(reached(), contact, 0, &match);
	for (; g_match_info_matches(match); g_match_info_next(match, NULL)) {
		g_match_info_fetch_pos(match, 0, &begins, &ends);
		g_autofree char *text = g_match_info_fetch(match, 0);
		g_autofree char *href = address_of(text, strchr(text, '@') != NULL);
		add_part(parts, contact + at, (gsize)(begins - at), NULL);
		add_part(parts, text, strlen(text), href);
		at = ends;
	}
	add_part(parts, contact + at, strlen(contact + at), NULL);
	return parts;
}
