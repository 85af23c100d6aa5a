/* With whom somebody's name and contact are shared, when they agree: named on the page, and in what is kept of it. */
#include "web/form_private.h"

#include <string.h>

/* "Bay Area: Welcome Network" */
static char *
of_region(const Locale *locale, const Event *event, const EventPartner *partner)
{
	const EventRegion *region = event_region(event, partner->region_no);
	const char *lang = locale_code(locale);

	return locale_format(locale, "field_share_of", "region",
	        region != NULL ? event_text(event, region->name, lang)
	                       : locale_text(locale, "field_share_others"),
	        "partner", event_text(event, partner->name, lang), NULL);
}

char *
form_share_text(const Locale *locale, const Event *event)
{
	const GPtrArray *partners = event->partners;
	g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);

	if (partners->len == 0)
		return NULL;
	const EventPartner *first = g_ptr_array_index(partners, 0);
	if (partners->len == 1 && first->region_no == 0)
		return locale_format(locale, "field_share_partner", "partner",
		        event_text(event, first->name, locale_code(locale)), NULL);
	for (guint i = 0; i < partners->len; i++)
		g_ptr_array_add(texts, of_region(locale, event, g_ptr_array_index(partners, i)));
	g_ptr_array_add(texts, NULL);
	g_autofree char *list = g_strjoinv("; ", (char **)texts->pdata);
	return locale_format(locale, "field_share_partners", "partners", list, NULL);
}

/* The same in every language, and another when somebody else is named. */
static char *
partners_mark(const Event *event)
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);

	for (guint i = 0; i < event->partners->len; i++) {
		const EventPartner *partner = g_ptr_array_index(event->partners, i);
		const guint16 no = partner->region_no;
		char *name = json_dumps(partner->name, JSON_COMPACT | JSON_SORT_KEYS);
		g_checksum_update(sum, (const guchar *)&no, sizeof no);
		g_checksum_update(sum, (const guchar *)name, (gssize)strlen(name));
		free(name);
	}
	return g_strndup(g_checksum_get_string(sum), 16);
}

gboolean
form_share_is_old(const Event *event, const Fields *typed)
{
	const char *shown = fields_get(typed, "share_regional_shown");

	/* first, since the mark costs as much as a third of a registration */
	if (fields_get(typed, "share_regional") == NULL || shown == NULL)
		return FALSE;
	g_autofree char *mark = partners_mark(event);
	return strcmp(shown, mark) != 0;
}

void
form_share(const Form *form, json_t *fields)
{
	g_autofree char *text = form_share_text(form->locale, form->event);
	if (text == NULL)
		return;
	g_autofree char *mark = partners_mark(form->event);
	json_t *field = form_field(form, FIELD_CONSENT, "share_regional", text, NULL);
	const gboolean old = form->typed != NULL && form_share_is_old(form->event, form->typed);

	json_object_set_new(field, "value", json_string("yes"));
	json_object_set_new(field, "shown", json_string(mark));
	json_object_set_new(field, "checked",
	        json_boolean(!old && form_typed_has(form, "share_regional", "yes")));
	json_array_append_new(fields, field);
}
