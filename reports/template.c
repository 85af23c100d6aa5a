/*
 * Walks token tables with a JSON value, as mustache.js would (tests/templates compares the two).
 */
#include "reports/template.h"

#include <string.h>

/* Deeper than any page of ours; a bound all the same. */
#define DEPTH_MAX       32
#define NAME_MAX_LENGTH 128

/* The values of the sections around, the innermost last. */
typedef struct {
	json_t *values[DEPTH_MAX];
	guint n;
} Context;

const Template *
template_find(const Template *table, const char *name)
{
	for (const Template *entry = table; entry->name != NULL; entry++)
		if (strcmp(entry->name, name) == 0)
			return entry;
	return NULL;
}

void
html_escape(GString *out, const char *text, gsize length)
{
	const char *end = text + length;
	const char *plain = text;
	for (const char *at = text; at < end; at++) {
		const char *entity;
		switch (*at) {
		case '&':
			entity = "&amp;";
			break;
		case '<':
			entity = "&lt;";
			break;
		case '>':
			entity = "&gt;";
			break;
		case '"':
			entity = "&quot;";
			break;
		case '\'':
			entity = "&#39;";
			break;
		default:
			continue;
		}
		g_string_append_len(out, plain, at - plain);
		g_string_append(out, entity);
		plain = at + 1;
	}
	g_string_append_len(out, plain, end - plain);
}

/* "a.b.c" from @value downward. A null that is there is found; NULL when the last step is not. */
static json_t *
descend(json_t *value, const char *path)
{
	while (value != NULL) {
		const char *dot = strchr(path, '.');
		if (dot == NULL)
			return json_object_get(value, path);
		char step[NAME_MAX_LENGTH];
		gsize length = dot - path;
		if (length >= sizeof step)
			return NULL;
		memcpy(step, path, length);
		step[length] = '\0';
		value = json_object_get(value, step);
		path = dot + 1;
	}
	return NULL;
}

static json_t *
look_up(const Context *context, const char *name)
{
	if (strcmp(name, ".") == 0)
		return context->values[context->n - 1];
	for (guint i = context->n; i > 0; i--) {
		json_t *value = descend(context->values[i - 1], name);
		if (value != NULL)
			return value;
	}
	return NULL;
}

static gboolean
is_empty(const json_t *value)
{
	if (value == NULL)
		return TRUE;
	switch (json_typeof(value)) {
	case JSON_ARRAY:
		return json_array_size(value) == 0;
	case JSON_STRING:
		return json_string_length(value) == 0;
	case JSON_INTEGER:
		return json_integer_value(value) == 0;
	case JSON_REAL:
		return json_real_value(value) == 0;
	case JSON_FALSE:
	case JSON_NULL:
		return TRUE;
	case JSON_OBJECT:
	case JSON_TRUE:
		break;
	}
	return FALSE;
}

static void
print_value(const json_t *value, GString *out)
{
	char number[G_ASCII_DTOSTR_BUF_SIZE];
	if (value == NULL)
		return;
	switch (json_typeof(value)) {
	case JSON_STRING:
		html_escape(out, json_string_value(value), json_string_length(value));
		break;
	case JSON_INTEGER:
		g_string_append_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		break;
	case JSON_REAL:
		/* coordinates of charts: never in the exponent's form at this size */
		g_string_append(out,
		        g_ascii_formatd(number, sizeof number, "%.6g", json_real_value(value)));
		break;
	case JSON_TRUE:
		g_string_append(out, "true");
		break;
	case JSON_FALSE:
		g_string_append(out, "false");
		break;
	case JSON_OBJECT:
	case JSON_ARRAY:
	case JSON_NULL:
		break;
	}
}

static void render(const Template *template, guint from, guint to, Context *context, GString *out);

static void
render_with(const Template *template, guint from, guint to, json_t *value, Context *context,
        GString *out)
{
	if (context->n == DEPTH_MAX)
		return;
	context->values[context->n++] = value;
	render(template, from, to, context, out);
	context->n--;
}

static void
render_section(const Template *template, guint at, Context *context, GString *out)
{
	const TemplateToken *token = &template->tokens[at];
	json_t *value = look_up(context, token->text);
	if (is_empty(value))
		return;
	if (json_is_true(value)) {
		render(template, at + 1, token->end, context, out);
	} else if (json_is_array(value)) {
		size_t i;
		json_t *item;
		json_array_foreach (value, i, item)
			render_with(template, at + 1, token->end, item, context, out);
	} else {
		render_with(template, at + 1, token->end, value, context, out);
	}
}

static void
render(const Template *template, guint from, guint to, Context *context, GString *out)
{
	guint at = from;
	while (at < to) {
		const TemplateToken *token = &template->tokens[at];
		switch ((TemplateTokenKind)token->kind) {
		case TEMPLATE_TEXT:
			g_string_append_len(out, token->text, token->length);
			at++;
			break;
		case TEMPLATE_NAME:
			print_value(look_up(context, token->text), out);
			at++;
			break;
		case TEMPLATE_SECTION:
			render_section(template, at, context, out);
			at = token->end;
			break;
		case TEMPLATE_INVERTED:
			if (is_empty(look_up(context, token->text)))
				render(template, at + 1, token->end, context, out);
			at = token->end;
			break;
		}
	}
}

void
template_render(const Template *template, json_t *data, GString *out)
{
	Context context = { .values = { data }, .n = 1 };
	render(template, 0, template->tokens_n, &context, out);
}
