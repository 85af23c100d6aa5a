/*
 * Templates: what template.c prints is what mustache.js prints, and what the build refuses.
 */
#include <string.h>

#include <glib/gstdio.h>

#include "reports/template.h"

extern const Template test_templates[];

static void
page_is_what_mustache_prints(gconstpointer data)
{
	json_t *one = (json_t *)data;
	g_autoptr(GString) page = g_string_new(NULL);
	template_render(template_find(test_templates, "all"), json_object_get(one, "data"), page);
	g_assert_cmpstr(page->str, ==, json_string_value(json_object_get(one, "expected")));
}

static void
a_template_that_is_not_there_is_not_found(void)
{
	g_assert_null(template_find(test_templates, "none"));
	g_assert_cmpstr(template_find(test_templates, "row")->name, ==, "row");
}

static void
markup_in_a_name_is_shown_as_it_was_typed(void)
{
	g_autoptr(GString) out = g_string_new("[");
	html_escape(out, "<i>\"O'Neil\" & c", 11);
	g_assert_cmpstr(out->str, ==, "[&lt;i&gt;&quot;O&#39;Neil&quot;");
}

/* Runs templates.mjs on @source, with a partial "part" beside it; its stderr, NULL when it went well. */
static char *
build(const char *source, const char *part)
{
	g_autofree char *dir = g_dir_make_tmp("turnout-XXXXXX", NULL);
	g_autofree char *page = g_build_filename(dir, "page.mustache", NULL);
	g_autofree char *other = g_build_filename(dir, "part.mustache", NULL);
	g_autofree char *output = g_build_filename(dir, "out.c", NULL);
	g_assert_true(g_file_set_contents(page, source, -1, NULL));
	g_assert_true(g_file_set_contents(other, part, -1, NULL));
	char *argv[] = { (char *)g_getenv("NODE"), (char *)g_getenv("TEMPLATES_MJS"), "--table",
		"made", "--output", output, page, other, NULL };
	g_autofree char *complaint = NULL;
	int status;
	g_autoptr(GError) error = NULL;
	g_spawn_sync(
	        NULL, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, &complaint, &status, &error);
	g_assert_no_error(error);
	gboolean good = g_spawn_check_wait_status(status, NULL);
	g_assert_cmpint(good, ==, g_file_test(output, G_FILE_TEST_EXISTS));
	g_unlink(page);
	g_unlink(other);
	g_unlink(output);
	g_rmdir(dir);
	return good ? NULL : g_steal_pointer(&complaint);
}

static void
a_broken_template_breaks_the_build(void)
{
	static const struct {
		const char *source, *part, *complaint;
	} cases[] = {
		{ "a {{{name}}}", "", "page.mustache:1: text that is not escaped" },
		{ "a\n{{& name}}", "", "page.mustache:2: text that is not escaped" },
		{ "{{#a}} never closed", "", "Unclosed section \"a\"" },
		{ "{{#a}}{{/b}}", "", "Unclosed section \"a\"" },
		{ "{{name", "", "Unclosed tag" },
		{ "{{> nobody}}", "", "there is no template \"nobody\"" },
		{ "{{> part}}", "{{> part}}", "would put in itself" },
		{ "{{> part}}", "{{{x}}}", "part.mustache:1: text that is not escaped" },
		{ "{{=<% %>=}}", "", "other delimiters" },
		{ "<a href={{x}}>", "", "an attribute without quotes" },
		{ "<p style=\"color: red\">", "", "a style attribute" },
		{ "<p onclick=\"x()\">", "", "a script attribute" },
	};
	g_assert_null(build("{{> part}} {{name}}", "good"));
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *complaint = build(cases[i].source, cases[i].part);
		g_assert_nonnull(complaint);
		if (strstr(complaint, cases[i].complaint) == NULL)
			g_error("\"%s\": %s", cases[i].source, complaint);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	json_error_t trouble;
	json_t *cases = json_load_file(argv[1], 0, &trouble);
	if (cases == NULL)
		g_error("%s: %s", argv[1], trouble.text);
	size_t i;
	json_t *one;
	json_array_foreach (cases, i, one) {
		g_autofree char *path = g_strconcat("/template/as_mustache_prints/",
		        json_string_value(json_object_get(one, "says")), NULL);
		g_test_add_data_func(path, one, page_is_what_mustache_prints);
	}
	g_test_add_func("/template/a_template_that_is_not_there_is_not_found",
	        a_template_that_is_not_there_is_not_found);
	g_test_add_func("/template/markup_in_a_name_is_shown_as_it_was_typed",
	        markup_in_a_name_is_shown_as_it_was_typed);
	g_test_add_func(
	        "/template/a_broken_template_breaks_the_build", a_broken_template_breaks_the_build);
	int status = g_test_run();
	json_decref(cases);
	return status;
}
