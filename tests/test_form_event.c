/* What an event has no use for isn't asked, and how long an answer is kept is what the event says. */
#include <string.h>

#include "schema/definition.h"
#include "web/form.h"
#include "web/form_private.h"
#include "web/templates.h"

#define OPEN_AT 1800000000 /* 15 January 2027 */

static Event *
read_example(void)
{
	g_autoptr(GPtrArray) found = faults_new();
	g_autofree char *json = NULL;
	gsize length;
	g_assert_true(g_file_get_contents(EXAMPLE, &json, &length, NULL));
	Event *event = definition_parse(json, length, NULL, found);
	g_assert_cmpuint(found->len, ==, 0);
	return event;
}

static char *
sections(const Event *event, const char *lang)
{
	Form form = { .event = event, .locale = locale_find(lang), .now = OPEN_AT };
	static const FormSection table[] = {
		{ "section_food", "section_food_note", { "meal" } },
		{ "section_place", "section_place_note",
		        { "county", "zip", "assembly_district", "senate_district" } },
	};
	json_auto_t *made = form_make_sections(&form, table, G_N_ELEMENTS(table));
	char *text = json_dumps(made, JSON_COMPACT);
	char *owned = g_strdup(text);
	free(text);
	return owned;
}

static void
where_nobody_is_visited_no_district_is_asked_for(void)
{
	g_autoptr(Event) event = read_example();
	g_autofree char *visited = sections(event, "en");
	for (guint i = 0; i < event->sessions->len; i++) {
		EventSession *session = g_ptr_array_index(event->sessions, i);
		if (session->kind == SESSION_VISIT)
			session->kind = SESSION_SHIFT;
	}
	g_autofree char *unvisited = sections(event, "en");
	static const char *const parts[] = { "\"zip\"", "\"assembly_district\"",
		"\"senate_district\"", "your own legislators" };
	for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
		g_assert_nonnull(strstr(visited, parts[i]));
		g_assert_null(strstr(unvisited, parts[i]));
	}
	g_assert_nonnull(strstr(unvisited, "\"county\""));
}

static void
needs_are_deleted_when_the_event_says_so(void)
{
	g_autoptr(Event) event = read_example();
	g_autofree char *week = sections(event, "en");
	event->logistics_days = 45;
	g_autofree char *long_time = sections(event, "es");
	g_assert_nonnull(
	        strstr(week, "arrange it see this. It is deleted 7 days after the event."));
	g_assert_nonnull(strstr(long_time, "que lo organizan. Se borra 45 d"));
}

/* On an Arabic page a question mark would jump to the wrong end of an English sentence. */
static void
what_the_event_says_in_another_language_keeps_its_own_direction(void)
{
	json_auto_t *field = json_pack("{s:b, s:s, s:s, s:s, s:[{s:s, s:[{s:s, s:s, s:[s]}]}]}",
	        "is_choices", 1, "id", "sing", "name", "question_sing", "label", "Will you sing?",
	        "groups", "heading", "A choir.", "choices", "code", "yes", "text", "Yes!", "notes",
	        "All of it.");
	g_autoptr(GString) page = g_string_new(NULL);
	static const char *const parts[] = { "<bdi>Will you sing?</bdi>", "<bdi>A choir.</bdi>",
		"<span><bdi>Yes!</bdi></span>", "<small>All of it.</small>" };

	template_render(template_find(web_templates, "field"), field, page);
	for (guint i = 0; i < G_N_ELEMENTS(parts); i++)
		if (strstr(page->str, parts[i]) == NULL)
			g_error("there is no \"%s\" in %s", parts[i], page->str);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_autoptr(GError) error = NULL;
	if (!locales_load(&error))
		g_error("%s", error->message);
	g_test_add_func("/form-event/where_nobody_is_visited_no_district_is_asked_for",
	        where_nobody_is_visited_no_district_is_asked_for);
	g_test_add_func("/form-event/needs_are_deleted_when_the_event_says_so",
	        needs_are_deleted_when_the_event_says_so);
	g_test_add_func(
	        "/form-event/what_the_event_says_in_another_language_keeps_its_own_direction",
	        what_the_event_says_in_another_language_keeps_its_own_direction);
	return g_test_run();
}
