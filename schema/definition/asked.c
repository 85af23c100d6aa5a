/* Questions, links and partners of a definition. */
#include "schema/definition/parts.h"

#include <string.h>

static const char *const types[] = { "text", "choice", "choices", "yes-no", "number", NULL };
static const char *const readers[] = { "owner", "staff", "region", "viewer", "supervisor",
	"captain", NULL };

static void
read_type(DefinitionReader *reader, const DefinitionField *field, json_t *value, gpointer target)
{
	const char *type = json_string_value(value);

	if (type != NULL && g_strv_contains(types, type)) {
		G_STRUCT_MEMBER(char *, target, field->offset) = g_strdup(type);
		return;
	}
	g_autofree char *listed = g_strjoinv(", ", (char **)types);
	reader_fault(reader, "must be one of: %s", listed);
}

/* Answers to choose from: each a code and texts. Kept as JSON. */
static void
read_answers(DefinitionReader *reader, const DefinitionField *field, json_t *value, gpointer target)
{
	typedef struct {
		char *code;
		json_t *label;
	} Answer;
	static const DefinitionField answer_fields[] = {
		{ "code", TRUE, read_code, MEMBER(Answer, code) },
		{ "label", TRUE, read_texts, MEMBER(Answer, label), 1, TITLE_MAX },
		{ NULL },
	};
	g_autoptr(GHashTable) codes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	gsize index;
	json_t *item;

	if (!json_is_array(value) || json_array_size(value) < 2 ||
	        (gint64)json_array_size(value) > field->most) {
		reader_fault(reader, "must be a list of 2 to %d answers", (int)field->most);
		return;
	}
	json_array_foreach (value, index, item) {
		Answer answer = { NULL, NULL };
		gsize before = reader_enter_item(reader, index);

		reader_object(reader, answer_fields, item, &answer);
		if (answer.code != NULL && g_hash_table_contains(codes, answer.code))
			reader_fault(reader, "the code \"%s\" is given twice", answer.code);
		if (answer.code != NULL)
			g_hash_table_add(codes, answer.code);
		json_decref(answer.label);
		reader_leave(reader, before);
	}
	G_STRUCT_MEMBER(json_t *, target, field->offset) = json_incref(value);
}

static void
read_seen_by(DefinitionReader *reader, const DefinitionField *field, json_t *value, gpointer target)
{
	gsize index;
	json_t *item;
	guint seen = 0;

	if (!json_is_array(value) || json_array_size(value) == 0) {
		reader_fault(reader, "must be a list of who may see the answers");
		return;
	}
	json_array_foreach (value, index, item) {
		guint which = G_N_ELEMENTS(readers);
		const DefinitionField word = { .name = "", .read = read_word, .detail = readers };
		gsize before = reader_enter_item(reader, index);

		word.read(reader, &word, item, &which);
		if (which < G_N_ELEMENTS(readers) && (seen & 1u << which) != 0)
			reader_fault(reader, "\"%s\" is in this list already", readers[which]);
		if (which < G_N_ELEMENTS(readers))
			seen |= 1u << which;
		reader_leave(reader, before);
	}
	G_STRUCT_MEMBER(json_t *, target, field->offset) = json_incref(value);
}

static const DefinitionField question_fields[] = {
	{ "code", TRUE, read_code, MEMBER(EventQuestion, code) },
	{ "type", TRUE, read_type, MEMBER(EventQuestion, type) },
	{ "label", TRUE, read_texts, MEMBER(EventQuestion, label), 1, TITLE_MAX },
	{ "choices", FALSE, read_answers, MEMBER(EventQuestion, choices), 2, 100 },
	{ "required", FALSE, read_boolean, MEMBER(EventQuestion, required) },
	{ "purpose", TRUE, read_texts, MEMBER(EventQuestion, purpose), 1, TITLE_MAX },
	{ "seen_by", TRUE, read_seen_by, MEMBER(EventQuestion, seen_by) },
	{ "days_kept", TRUE, read_int, MEMBER(EventQuestion, days_kept), 1, DAYS_MAX },
	{ NULL },
};

const DefinitionPart question_part = { event_question_new, question_fields, -1,
	MEMBER(EventQuestion, code) };

static void
read_url(DefinitionReader *reader, const DefinitionField *field, json_t *value, gpointer target)
{
	const char *text = json_string_value(value);
	g_autoptr(GUri) uri = NULL;

	if (!reader_check_text(reader, value, 1, field->most, FALSE))
		return;
	uri = g_uri_parse(text, G_URI_FLAGS_ENCODED, NULL);
	if (uri == NULL || strpbrk(text, " \"<>\\") != NULL || g_uri_get_userinfo(uri) != NULL ||
	        g_strcmp0(g_uri_get_host(uri), "") <= 0 ||
	        (g_strcmp0(g_uri_get_scheme(uri), "https") != 0 &&
	                g_strcmp0(g_uri_get_scheme(uri), "http") != 0)) {
		reader_fault(reader, "must be an address that begins with https:// or http://");
		return;
	}
	G_STRUCT_MEMBER(char *, target, field->offset) = g_strdup(text);
}

static const DefinitionField link_fields[] = {
	{ "title", TRUE, read_texts, MEMBER(EventLink, title), 1, TITLE_MAX },
	{ "url", TRUE, read_url, MEMBER(EventLink, url), 1, URL_MAX },
	{ NULL },
};

const DefinitionPart link_part = { event_link_new, link_fields, -1, -1 };

static const DefinitionField partner_fields[] = {
	{ "region", FALSE, read_region, MEMBER(EventPartner, region_no) },
	{ "name", TRUE, read_texts, MEMBER(EventPartner, name), 1, TITLE_MAX },
	{ NULL },
};

const DefinitionPart partner_part = { event_partner_new, partner_fields, -1, -1 };
