/* Any wrong thing at any place of a definition, and what is not even JSON. */
#include "schema/definition.h"

#include <string.h>

#include "tests/fixtures/example.h"

/* ---- every place in turn ---- */

typedef void (*Visit)(json_t *root, const char *path, gpointer data);

/* Calls @visit for every node below @node; of long lists the first two and the last. */
static void
walk(json_t *root, json_t *node, const char *path, Visit visit, gpointer data)
{
	g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func(g_free);
	gsize size = json_array_size(node);
	const char *key;
	json_t *child;

	json_object_foreach (node, key, child)
		g_ptr_array_add(keys, g_strdup(key));
	for (guint i = 0; i < keys->len; i++) {
		g_autofree char *below =
		        g_strdup_printf("%s.%s", path, (char *)g_ptr_array_index(keys, i));
		walk(root, example_at(root, below), below, visit, data);
		visit(root, below, data);
	}
	for (gsize i = 0; i < size; i++) {
		g_autofree char *below = g_strdup_printf("%s[%" G_GSIZE_FORMAT "]", path, i);
		if (i > 1 && i + 1 < size)
			continue;
		walk(root, example_at(root, below), below, visit, data);
		visit(root, below, data);
	}
}

static gboolean
fault_within(const Faults *faults, const char *path)
{
	for (guint i = 0; i < faults->len; i++) {
		const Fault *fault = g_ptr_array_index(faults, i);
		if (g_str_has_prefix(fault->where, path))
			return TRUE;
	}
	return FALSE;
}

static gboolean
is_shorthand(const char *path, const json_t *value)
{
	return json_is_string(value) && *json_string_value(value) != '\0' &&
	        (g_str_has_suffix(path, ".place") ||
	                g_regex_match_simple("checkpoints\\[\\d+\\]$", path, 0, 0));
}

static void
put_each_wrong_type(json_t *root, const char *path, gpointer data)
{
	static const char *const wrong[] = { "null", "true", "-7", "1e300", "\"\"", "\"x\"", "[]",
		"{}", "[[null]]", "{\"x\": {\"x\": []}}" };
	json_t *right = json_incref(example_at(root, path));
	guint *tried = data;

	for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
		json_t *value = json_loads(wrong[i], JSON_DECODE_ANY, NULL);
		gboolean same = json_typeof(value) == json_typeof(right);

		example_put(root, path, json_incref(value));
		g_autoptr(GPtrArray) faults = NULL;
		g_autoptr(Event) event = example_try(root, NULL, &faults);
		g_assert_true((event == NULL) == (faults->len > 0));
		if (!same && !(json_is_boolean(value) && json_is_boolean(right)) &&
		        !is_shorthand(path, value) && !fault_within(faults, path))
			g_error("%s: %s was not told", path, wrong[i]);
		json_decref(value);
		(*tried)++;
	}
	example_put(root, path, right);
}

static void
a_wrong_type_anywhere_is_told_there(void)
{
	json_t *root = example_json_short();
	guint tried = 0;

	walk(root, root, "$", put_each_wrong_type, &tried);
	g_assert_cmpuint(tried, >, 2000);
	json_t *untouched = example_json_short();
	g_assert_true(json_equal(root, untouched));
	json_decref(untouched);
	json_decref(root);
}

static void
put_nothing(json_t *root, const char *path, gpointer data)
{
	json_t *right = json_incref(example_at(root, path));
	guint *missed = data;

	if (!g_str_has_suffix(path, "]")) {
		example_put(root, path, NULL);
		g_autoptr(GPtrArray) faults = NULL;
		g_autoptr(Event) event = example_try(root, NULL, &faults);
		g_assert_true((event == NULL) == (faults->len > 0));
		*missed += example_fault(faults, path, "is missing") != NULL;
		example_put(root, path, right);
	} else {
		json_decref(right);
	}
}

static void
a_missing_key_is_told_or_has_a_meaning(void)
{
	json_t *root = example_json_short();
	guint missed = 0;

	walk(root, root, "$", put_nothing, &missed);
	g_assert_cmpuint(missed, >, 100);
	json_decref(root);
}

static void
put_more(json_t *root, const char *path, gpointer data)
{
	g_autofree char *below = g_strconcat(path, ".surplus", NULL);

	if (!json_is_object(example_at(root, path)))
		return;
	example_put(root, below, json_string("x"));
	g_autoptr(GPtrArray) faults = NULL;
	g_autoptr(Event) event = example_try(root, NULL, &faults);
	g_assert_null(event);
	if (example_fault(faults, below, "is not") == NULL)
		g_error("%s was not told", below);
	example_put(root, below, NULL);
}

static void
an_unknown_key_anywhere_is_told(void)
{
	json_t *root = example_json_short();

	walk(root, root, "$", put_more, NULL);
	json_decref(root);
}

/* ---- what is not even JSON ---- */

static const struct {
	const char *name, *text;
} broken[] = {
	{ "nothing", "" },
	{ "blanks", "  \n" },
	{ "cut", "{\"slug\": \"x\"" },
	{ "no-object", "[]" },
	{ "two-values", "{} {}" },
	{ "comment", "{ // slug\n}" },
	{ "key-twice", "{\"slug\": \"a\", \"slug\": \"b\"}" },
	{ "not-utf-8", "{\"slug\": \"\xff\xfe\"}" },
	{ "lone-surrogate", "{\"slug\": \"\\ud800\"}" },
	{ "zero-character", "{\"slug\": \"a\\u0000b\"}" },
	{ "number-too-large", "{\"slug\": 99999999999999999999999}" },
	{ "single-quotes", "{'slug': 'x'}" },
};

static void
what_is_no_json_is_told_by_line_and_column(gconstpointer data)
{
	g_autoptr(GPtrArray) faults = NULL;
	g_autoptr(Event) event = example_try_text(data, NULL, &faults);
	const Fault *fault;

	g_assert_null(event);
	g_assert_cmpuint(faults->len, >=, 1);
	fault = g_ptr_array_index(faults, 0);
	g_assert_true(g_str_has_prefix(fault->where, "line ") || fault->where[0] == '$');
}

/* The second of two would win unseen. */
static void
a_key_that_is_given_twice_is_told(void)
{
	g_autofree char *file = NULL, *twice = NULL;
	g_autoptr(GPtrArray) faults = NULL;

	g_assert_true(g_file_get_contents(EXAMPLE, &file, NULL, NULL));
	twice = g_strconcat("{\"contact\": \"me@other.example\",", file + 1, NULL);
	g_autoptr(Event) event = example_try_text(twice, NULL, &faults);
	g_assert_null(event);
	g_assert_cmpuint(faults->len, ==, 1);
	g_assert_nonnull(strstr(((Fault *)g_ptr_array_index(faults, 0))->what, "duplicate"));
}

static void
nesting_without_end_is_refused(void)
{
	static const char *const openings[] = { "[", "{\"a\":", "{\"sessions\":[" };

	for (guint i = 0; i < G_N_ELEMENTS(openings); i++) {
		g_autoptr(GString) text = g_string_new(NULL);
		g_autoptr(GPtrArray) faults = NULL;

		for (guint j = 0; j < 200000; j++)
			g_string_append(text, openings[i]);
		g_autoptr(Event) event = example_try_text(text->str, NULL, &faults);
		g_assert_null(event);
		g_assert_cmpuint(faults->len, ==, 1);
	}
}

static void
a_file_that_is_too_large_is_refused_unread(void)
{
	g_autofree char *text = g_strnfill(DEFINITION_MAX + 1, '{');
	g_autoptr(GPtrArray) faults = NULL;
	g_autoptr(Event) event = example_try_text(text, NULL, &faults);

	g_assert_null(event);
	g_assert_nonnull(example_fault(faults, "$", "larger than 4 MiB"));
}

static void
faults_without_number_are_kept_within_bounds(void)
{
	g_autoptr(GString) text = g_string_new("{");
	g_autoptr(GPtrArray) faults = NULL;

	for (guint i = 0; i < 100000; i++)
		g_string_append_printf(text, "%s\"k%u\":1", i ? "," : "", i);
	g_string_append_c(text, '}');
	g_autoptr(Event) event = example_try_text(text->str, NULL, &faults);
	g_assert_null(event);
	g_assert_cmpuint(faults->len, ==, FAULTS_KEPT);
	/* and a full list of faults never lets a wrong definition pass */
	g_assert_null(definition_parse("{}", 2, NULL, faults));
}

static void
a_file_that_was_cut_or_scratched_never_crashes(void)
{
	g_autofree char *file = NULL;
	gsize length;
	g_autoptr(GRand) random = g_rand_new_with_seed(2027);

	g_assert_true(g_file_get_contents(EXAMPLE, &file, &length, NULL));
	for (gsize cut = 0; cut < length; cut += 211) {
		g_autoptr(GPtrArray) faults = faults_new();
		g_assert_null(definition_parse(file, cut, NULL, faults));
	}
	for (guint i = 0; i < 400; i++) {
		g_autofree char *scratched = g_memdup2(file, length + 1);
		g_autoptr(GPtrArray) faults = faults_new();
		for (guint j = 0; j < 3; j++)
			scratched[g_rand_int_range(random, 0, (gint32)length)] =
			        "{}[]\",:0-9aZ \n"[g_rand_int_range(random, 0, 14)];
		g_autoptr(Event) event = definition_parse(scratched, length, NULL, faults);
		g_assert_true((event == NULL) == (faults->len > 0));
		if (event == NULL)
			continue;
		json_t *exported = definition_export(event);
		g_autoptr(Event) again = example_parse(exported, NULL);
		json_decref(exported);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(test) g_test_add_func("/naughty/" #test, test)
	ADD(a_wrong_type_anywhere_is_told_there);
	ADD(a_missing_key_is_told_or_has_a_meaning);
	ADD(an_unknown_key_anywhere_is_told);
	ADD(a_key_that_is_given_twice_is_told);
	ADD(nesting_without_end_is_refused);
	ADD(a_file_that_is_too_large_is_refused_unread);
	ADD(faults_without_number_are_kept_within_bounds);
	ADD(a_file_that_was_cut_or_scratched_never_crashes);
#undef ADD
	for (guint i = 0; i < G_N_ELEMENTS(broken); i++) {
		g_autofree char *name = g_strconcat("/naughty/broken/", broken[i].name, NULL);
		g_test_add_data_func(
		        name, broken[i].text, what_is_no_json_is_told_by_line_and_column);
	}
	return g_test_run();
}
