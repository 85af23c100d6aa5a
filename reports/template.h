/*
 * Mustache templates, parsed at build time by reports/templates.mjs (npm's mustache) into constant
 * token tables; C only walks them with a JSON value. Escaped by default; `{{{` and `{{&` break
 * the build.
 *
 * Names are looked up as mustache does: from the innermost section outward; "a.b" goes into objects;
 * "." is the item itself. Numbers print as decimal integers. `{{_.key}}` is a text of the catalogue that the
 * caller put under "_".
 */
#pragma once

#include <glib.h>
#include <jansson.h>

typedef enum {
	TEMPLATE_TEXT,     /* text as it stands */
	TEMPLATE_NAME,     /* {{name}}, HTML-escaped */
	TEMPLATE_SECTION,  /* {{#name}} … to @end */
	TEMPLATE_INVERTED, /* {{^name}} … to @end */
} TemplateTokenKind;       /* partials are put in place by the build */

typedef struct {
	guint8 kind;
	guint32 length;   /* of @text */
	const char *text; /* the text, or the name */
	guint32 end;      /* sections: index after the last token inside */
} TemplateToken;

typedef struct {
	const char *name;
	const TemplateToken *tokens;
	guint tokens_n;
} Template;

/* Of the table that the build made; NULL when there is none. */
const Template *template_find(const Template *table, const char *name);

/* Appends the page. */
void template_render(const Template *template, json_t *data, GString *out);

/* Appends @text with & < > " ' escaped for HTML. */
void html_escape(GString *out, const char *text, gsize length);
