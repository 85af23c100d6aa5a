#include "tests/example.h"

#include <string.h>

json_t *
example_json(void)
{
	json_error_t error;
	json_t *root = json_load_file(EXAMPLE, JSON_REJECT_DUPLICATES, &error);

	if (root == NULL)
		g_error("%s: %s", EXAMPLE, error.text);
	return root;
}

static void
keep_two_languages(json_t *node)
{
	json_t *english = json_object_get(node, "en"), *spanish = json_object_get(node, "es");
	const char *key;
	json_t *child;
	gsize index;

	if (english != NULL) {
		json_incref(english);
		json_incref(spanish);
		json_object_clear(node);
		json_object_set_new(node, "en", english);
		json_object_set_new(node, "es", spanish);
		return;
	}
	json_object_foreach (node, key, child)
		keep_two_languages(child);
	json_array_foreach (node, index, child)
		keep_two_languages(child);
}

json_t *
example_json_short(void)
{
	json_t *root = example_json();

	keep_two_languages(root);
	json_object_set_new(root, "languages", json_pack("[s, s]", "en", "es"));
	return root;
}

Event *
example_try_text(const char *text, const char *starts, Faults **ret_faults)
{
	*ret_faults = faults_new();
	return definition_parse(text, strlen(text), starts, *ret_faults);
}

Event *
example_try(json_t *root, const char *starts, Faults **ret_faults)
{
	char *text = json_dumps(root, 0);
	Event *event = example_try_text(text, starts, ret_faults);

	free(text);
	return event;
}

/* What must be an event is one; else the test ends and tells the faults. */
Event *
example_parse(json_t *root, const char *starts)
{
	g_autoptr(GPtrArray) faults = NULL;
	g_autoptr(GError) error = NULL;
	Event *event = example_try(root, starts, &faults);

	faults_none(faults, "definition", &error);
	g_assert_no_error(error);
	g_assert_nonnull(event);
	return event;
}

/* Follows "$.sessions[2].title" but its last step; that is a key or an index. */
static json_t *
parent_of(json_t *root, const char *path, char **ret_key, gssize *ret_index)
{
	json_t *at = root;
	const char *rest = path + 1;

	*ret_key = NULL;
	*ret_index = -1;
	while (*rest != '\0') {
		if (*ret_key != NULL)
			at = json_object_get(at, *ret_key);
		else if (*ret_index >= 0)
			at = json_array_get(at, (gsize)*ret_index);
		g_clear_pointer(ret_key, g_free);
		*ret_index = -1;
		if (*rest == '.') {
			gsize length = strcspn(rest + 1, ".[");
			*ret_key = g_strndup(rest + 1, length);
			rest += 1 + length;
		} else {
			*ret_index = (gssize)g_ascii_strtoull(rest + 1, (char **)&rest, 10);
			rest++; /* the bracket */
		}
	}
	return at;
}

/* Puts @value (taken; NULL removes) in the place of what is at @path. */
void
example_put(json_t *root, const char *path, json_t *value)
{
	g_autofree char *key = NULL;
	gssize index;
	json_t *parent = parent_of(root, path, &key, &index);

	if (key == NULL && value == NULL)
		g_assert_cmpint(json_array_remove(parent, (gsize)index), ==, 0);
	else if (key == NULL && (gsize)index == json_array_size(parent))
		json_array_append_new(parent, value);
	else if (key == NULL)
		g_assert_cmpint(json_array_set_new(parent, (gsize)index, value), ==, 0);
	else if (value == NULL)
		g_assert_cmpint(json_object_del(parent, key), ==, 0);
	else
		json_object_set_new(parent, key, value);
}

json_t *
example_at(json_t *root, const char *path)
{
	g_autofree char *key = NULL;
	gssize index;
	json_t *parent = parent_of(root, path, &key, &index);

	return key != NULL ? json_object_get(parent, key) : json_array_get(parent, (gsize)index);
}

const Fault *
example_fault(const Faults *faults, const char *where, const char *what)
{
	for (guint i = 0; i < faults->len; i++) {
		const Fault *fault = g_ptr_array_index(faults, i);
		if (strcmp(fault->where, where) == 0 && strstr(fault->what, what) != NULL)
			return fault;
	}
	return NULL;
}

void
example_must_tell(json_t *root, const char *starts, const char *where, const char *what)
{
	g_autoptr(GPtrArray) faults = NULL;
	g_autoptr(Event) event = example_try(root, starts, &faults);

	g_assert_null(event);
	if (example_fault(faults, where, what) != NULL)
		return;
	for (guint i = 0; i < faults->len; i++) {
		const Fault *fault = g_ptr_array_index(faults, i);
		g_test_message("told: %s: %s", fault->where, fault->what);
	}
	g_error("not told: %s: …%s…", where, what);
}
