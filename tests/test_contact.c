/* Whom to write to or call: what can be tapped leads there, and nothing else does. */
#include <string.h>

#include "web/http/contact.h"

static const struct {
	const char *contact, *parts;
} cases[] = {
	{ "help@day.example", "help@day.example>mailto:help@day.example" },
	{ "(916) 555-0100", "(916) 555-0100>tel:9165550100" },
	{ "+52 55 1234 5678", "+52 55 1234 5678>tel:+525512345678" },
	{ "help@day.example or 509 555 0100, from 9 to 5",
	        "help@day.example>mailto:help@day.example| or |509 555 0100>tel:5095550100|"
	        ", from 9 to 5" },
	{ "Ana <ana@day.example>", "Ana <|ana@day.example>mailto:ana@day.example|>" },
	{ "the office, 12 Main Street", "the office, 12 Main Street" },
	{ "ayuda@día.example.org.", "ayuda@día.example.org>mailto:ayuda@día.example.org|." },
	{ "@everybody", "@everybody" },
};

static void
what_can_be_tapped_leads_there(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GString) told = g_string_new(NULL);
		json_auto_t *parts = contact_parts(cases[i].contact);
		gsize j;
		json_t *part;
		json_array_foreach (parts, j, part) {
			const char *href = json_string_value(json_object_get(part, "href"));
			g_string_append_printf(told, "%s%s%s%s", j > 0 ? "|" : "",
			        json_string_value(json_object_get(part, "text")), href ? ">" : "",
			        href ? href : "");
		}
		g_assert_cmpstr(told->str, ==, cases[i].parts);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/contact/what_can_be_tapped_leads_there", what_can_be_tapped_leads_there);
	return g_test_run();
}
