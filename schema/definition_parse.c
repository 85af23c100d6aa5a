#include "schema/definition.h"

#include <string.h>

#include "schema/definition_forbidden.h"
#include "schema/definition_reader.h"
#include "schema/definition_rules.h"
#include "schema/regions.h"

#define TITLE_MAX       200
#define PASSAGE_MAX     4000
#define URL_MAX         500
#define CAPACITY_MAX    1000000
#define LIST_MAX        1000
#define DELEGATIONS_MAX 20000
#define STOPS_MAX       50
#define DAYS_MAX        90
#define AMOUNT_MAX      (100 * 1000 * 1000)

#define MEMBER(type, member) G_STRUCT_OFFSET(type, member)

/* ---- fields of their own kind ---- */

static void
read_slug(DefinitionReader *reader, const DefinitionField *field, json_t *value, gpointer target)
{
	const char *slug = json_string_value(value);

	if (slug != NULL && strstr(slug, "--") != NULL)
		reader_fault(reader, "must not have two hyphens in a row");
	else
		read_code(reader, field, value, target);
}

/* An IANA name; GLib also takes offsets, rules and paths, which we don't. */
static gboolean
zone_name_is_plain(const char *name)
{
	if (strcmp(name, "UTC") == 0)
		return TRUE;
	if (!g_ascii_isalpha(name[0]) || strchr(name, '/') == NULL || strstr(name, "//") != NULL)
		return FALSE;
	for (; *name != '\0'; name++)
		if (!g_ascii_isalnum(*name) && strchr("/_+-", *name) == NULL)
			return FALSE;
	return TRUE;
}

static GTimeZone *
zone_find(const char *name)
{
	return name != NULL && zone_name_is_plain(name) ? g_time_zone_new_identifier(name) : NULL;
}

static void
read_zone(DefinitionReader *reader, const DefinitionField *field, json_t *value, gpointer target)
{
	Event *event = target;

	event->time_zone = zone_find(json_string_value(value));
	if (event->time_zone == NULL)
		reader_fault(reader, "must be a time zone's name like \"America/Los_Angeles\"");
	else
		event->zone = g_strdup(json_string_value(value));
}

static void
read_title(DefinitionReader *reader, const DefinitionField *field, json_t *value, gpointer target)
{
	Event *event = target;
	g_autoptr(GPtrArray) languages = g_ptr_array_new();
	const char *lang;
	json_t *text;

	if (!reader_check_texts(reader, value, TITLE_MAX, FALSE))
		return;
	event->title = json_incref(value);
	json_object_foreach (value, lang, text)
		g_ptr_array_add(languages, g_strdup(lang));
	g_ptr_array_add(languages, NULL);
	g_strfreev(event->languages);
	event->languages = (char **)g_ptr_array_steal(languages, NULL);
}

static void
read_passage(DefinitionReader *reader, const DefinitionField *field, json_t *value, gpointer target)
{
	json_t **text = &G_STRUCT_MEMBER(json_t *, target, field->offset);

	if (reader_check_texts(reader, value, PASSAGE_MAX, TRUE))
		json_object_set(*text, field->name, value);
}

static const DefinitionField passages[] = {
	{ "what", FALSE, read_passage, MEMBER(Event, text) },
	{ "when", FALSE, read_passage, MEMBER(Event, text) },
	{ "where", FALSE, read_passage, MEMBER(Event, text) },
	{ "safe", FALSE, read_passage, MEMBER(Event, text) },
	{ "id", FALSE, read_passage, MEMBER(Event, text) },
	{ "rights", FALSE, read_passage, MEMBER(Event, text) },
	{ NULL },
};

static const DefinitionField registration_fields[] = {
	{ "opens", TRUE, read_time, MEMBER(Event, opens) },
	{ "closes", TRUE, read_time, MEMBER(Event, closes) },
	{ NULL },
};

static const DefinitionField retention_fields[] = {
	{ "logistics_days", FALSE, read_int, MEMBER(Event, logistics_days), 1, DAYS_MAX },
	{ "identity_days", FALSE, read_int, MEMBER(Event, identity_days), 1, DAYS_MAX },
	{ NULL },
};

static void
read_currency(
        DefinitionReader *reader, const DefinitionField *field, json_t *value, gpointer target)
{
	const char *code = json_string_value(value);

	if (code == NULL || strlen(code) != 3 || !g_ascii_isupper(code[0]) ||
	        !g_ascii_isupper(code[1]) || !g_ascii_isupper(code[2]))
		reader_fault(reader, "must be a currency's code like \"USD\"");
	else
		G_STRUCT_MEMBER(char *, target, field->offset) = g_strdup(code);
}

static const DefinitionField fee_fields[] = {
	{ "amount", TRUE, read_amount, MEMBER(EventOption, fee_amount), 1, AMOUNT_MAX },
	{ "currency", TRUE, read_currency, MEMBER(EventOption, fee_currency) },
	{ "text", FALSE, read_texts, MEMBER(EventOption, fee_text), 1, TITLE_MAX },
	{ NULL },
};

/* An object whose members lie in the struct around it. */
static void
read_nested(DefinitionReader *reader, const DefinitionField *field, json_t *value, gpointer target)
{
	reader_object(reader, field->detail, value, target);
}

/* ---- regions ---- */

/* A NULL-terminated list of names (char **). */
static void
read_names(DefinitionReader *reader, const DefinitionField *field, json_t *value, gpointer target)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	gsize index;
	json_t *name;

	if (!json_is_array(value) || (gint64)json_array_size(value) > field->most) {
		reader_fault(reader, "must be a list of at most %d names", (int)field->most);
		return;
	}
	json_array_foreach (value, index, name) {
		gsize before = reader_enter_item(reader, index);
		if (reader_check_text(reader, name, 1, TITLE_MAX, FALSE))
			g_ptr_array_add(names, g_strdup(json_string_value(name)));
		reader_leave(reader, before);
	}
	g_ptr_array_add(names, NULL);
	g_strfreev(G_STRUCT_MEMBER(char **, target, field->offset));
	G_STRUCT_MEMBER(char **, target, field->offset) = (char **)g_ptr_array_steal(names, NULL);
}

static const DefinitionField region_fields[] = {
	{ "code", TRUE, read_code, MEMBER(EventRegion, code) },
	{ "name", TRUE, read_texts, MEMBER(EventRegion, name), 1, TITLE_MAX },
	{ "counties", TRUE, read_names, MEMBER(EventRegion, counties), 0, LIST_MAX },
	{ NULL },
};

static const DefinitionPart region_part = { event_region_new, region_fields,
	MEMBER(EventRegion, no), MEMBER(EventRegion, code) };

static void
read_regions(DefinitionReader *reader, const DefinitionField *field, json_t *value, gpointer target)
{
	Event *event = target;
	const char *name = json_string_value(value);

	if (name == NULL)
		read_list(reader, field, value, target);
	else if (regions_add(event->regions, name))
		event->regions_from = g_strdup(name);
	else
		reader_fault(
		        reader, "must be \"%s\" or a list of regions", REGIONS_CALIFORNIA_2020);
}

/* ---- sessions ---- */

static const char *const kinds[] = { "day", "training", "bus", "meal", "visit", "shift", NULL };
static const char *const doors[] = { "open", "listed", NULL };
static const char *const reentries[] = { "again", "once", NULL };
G_STATIC_ASSERT(G_N_ELEMENTS(kinds) == SESSION_KINDS + 1);

static const DefinitionField stop_fields[] = {
	{ "no", FALSE, read_no, MEMBER(EventStop, no), 1, 999 },
	{ "place", TRUE, read_place, MEMBER(EventStop, place), 1, TITLE_MAX },
	{ "departs", TRUE, read_time, MEMBER(EventStop, departs) },
	{ "capacity", FALSE, read_int, MEMBER(EventStop, capacity), 0, CAPACITY_MAX },
	{ NULL },
};

static const DefinitionPart stop_part = { event_stop_new, stop_fields, MEMBER(EventStop, no), -1 };

static const DefinitionField checkpoint_fields[] = {
	{ "name", TRUE, read_text, MEMBER(EventCheckpoint, name), 1, TITLE_MAX },
	{ "stop", FALSE, read_no, MEMBER(EventCheckpoint, stop_no), 1, 999 },
	{ NULL },
};

/* Of a session, into the event's list; a plain text is a name. */
static void
read_checkpoints(
        DefinitionReader *reader, const DefinitionField *field, json_t *value, gpointer target)
{
	GPtrArray *list = reader->event->checkpoints;
	gsize index;
	json_t *item;

	if (!json_is_array(value) || (gint64)json_array_size(value) > field->most) {
		reader_fault(reader, "must be a list of at most %d checkpoints", (int)field->most);
		return;
	}
	json_array_foreach (value, index, item) {
		EventCheckpoint *checkpoint = event_checkpoint_new();
		gsize before = reader_enter_item(reader, index);

		g_ptr_array_add(list, checkpoint);
		checkpoint->no = (guint16)list->len;
		checkpoint->session_no = ((const EventSession *)target)->no;
		if (json_is_string(item))
			checkpoint_fields[0].read(reader, &checkpoint_fields[0], item, checkpoint);
		else
			reader_object(reader, checkpoint_fields, item, checkpoint);
		reader_leave(reader, before);
	}
}

static const DefinitionField session_fields[] = {
	{ "code", TRUE, read_code, MEMBER(EventSession, code) },
	{ "kind", TRUE, read_word, MEMBER(EventSession, kind), .detail = kinds },
	{ "title", TRUE, read_texts, MEMBER(EventSession, title), 1, TITLE_MAX },
	{ "starts", TRUE, read_time, MEMBER(EventSession, starts) },
	{ "ends", TRUE, read_time, MEMBER(EventSession, ends) },
	{ "place", TRUE, read_place, MEMBER(EventSession, place), 1, TITLE_MAX },
	{ "region", FALSE, read_region, MEMBER(EventSession, region_no) },
	{ "capacity", FALSE, read_int, MEMBER(EventSession, capacity), 0, CAPACITY_MAX },
	{ "door", TRUE, read_word, MEMBER(EventSession, door), .detail = doors },
	{ "reentry", TRUE, read_word, MEMBER(EventSession, reentry), .detail = reentries },
	{ "return", FALSE, read_session, MEMBER(EventSession, return_no) },
	{ "stops", FALSE, read_list, MEMBER(EventSession, stops), 0, STOPS_MAX, &stop_part },
	{ "checkpoints", TRUE, read_checkpoints, 0, 0, SESSION_CHECKPOINTS_MAX },
	{ NULL },
};

static const DefinitionPart session_part = { event_session_new, session_fields,
	MEMBER(EventSession, no), MEMBER(EventSession, code) };

/* ---- options ---- */

static const DefinitionField choice_fields[] = {
	{ "code", TRUE, read_code, MEMBER(EventChoice, code) },
	{ "of", TRUE, read_sessions, MEMBER(EventChoice, sessions), 1, LIST_MAX },
	{ "min", TRUE, read_int, MEMBER(EventChoice, min), 0, LIST_MAX },
	{ "max", TRUE, read_int, MEMBER(EventChoice, max), 1, LIST_MAX },
	{ NULL },
};

static const DefinitionPart choice_part = { event_choice_new, choice_fields, -1,
	MEMBER(EventChoice, code) };

static const DefinitionField option_fields[] = {
	{ "code", TRUE, read_code, MEMBER(EventOption, code) },
	{ "title", TRUE, read_texts, MEMBER(EventOption, title), 1, TITLE_MAX },
	{ "includes", TRUE, read_sessions, MEMBER(EventOption, includes), 0, LIST_MAX },
	{ "choose", FALSE, read_list, MEMBER(EventOption, choices), 0, LIST_MAX, &choice_part },
	{ "capacity", FALSE, read_int, MEMBER(EventOption, capacity), 0, CAPACITY_MAX },
	{ "opens", FALSE, read_time, MEMBER(EventOption, opens) },
	{ "closes", FALSE, read_time, MEMBER(EventOption, closes) },
	{ "fee", FALSE, read_nested, 0, .detail = fee_fields },
	{ NULL },
};

static const DefinitionPart option_part = { event_option_new, option_fields,
	MEMBER(EventOption, no), MEMBER(EventOption, code) };

/* ---- delegations, questions, links ---- */

static const DefinitionField delegation_fields[] = {
	{ "code", TRUE, read_code, MEMBER(EventDelegation, code), .detail = "any case" },
	{ "name", TRUE, read_text, MEMBER(EventDelegation, name), 1, TITLE_MAX },
	{ "region", TRUE, read_region, MEMBER(EventDelegation, region_no) },
	{ "expected", FALSE, read_int, MEMBER(EventDelegation, expected), 0, CAPACITY_MAX },
	{ "listed", FALSE, read_boolean, MEMBER(EventDelegation, listed) },
	{ NULL },
};

static const DefinitionPart delegation_part = { event_delegation_new, delegation_fields,
	MEMBER(EventDelegation, no), MEMBER(EventDelegation, code) };

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

static const DefinitionPart question_part = { event_question_new, question_fields, -1,
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

static const DefinitionPart link_part = { event_link_new, link_fields, -1, -1 };

/* ---- the whole ---- */

static const DefinitionField event_fields[] = {
	{ "slug", TRUE, read_slug, MEMBER(Event, slug) },
	{ "zone", TRUE, read_zone, 0 },
	{ "title", TRUE, read_title, 0 },
	{ "text", FALSE, read_nested, 0, .detail = passages },
	{ "contact", TRUE, read_text, MEMBER(Event, contact), 1, TITLE_MAX },
	{ "starts", TRUE, read_time, MEMBER(Event, starts) },
	{ "ends", TRUE, read_time, MEMBER(Event, ends) },
	{ "registration", TRUE, read_nested, 0, .detail = registration_fields },
	{ "retention", FALSE, read_nested, 0, .detail = retention_fields },
	{ "regions", FALSE, read_regions, MEMBER(Event, regions), 1, LIST_MAX, &region_part },
	{ "sessions", TRUE, read_list, MEMBER(Event, sessions), 1, LIST_MAX, &session_part },
	{ "options", TRUE, read_list, MEMBER(Event, options), 1, LIST_MAX, &option_part },
	{ "delegations", FALSE, read_list, MEMBER(Event, delegations), 0, DELEGATIONS_MAX,
	        &delegation_part },
	{ "questions", FALSE, read_list, MEMBER(Event, questions), 0, LIST_MAX, &question_part },
	{ "links", FALSE, read_list, MEMBER(Event, links), 0, LIST_MAX, &link_part },
	{ NULL },
};

static json_t *
load_json(const char *json, gsize length, Faults *faults)
{
	json_error_t error;
	json_t *root;

	if (length > DEFINITION_MAX) {
		faults_add(faults, "$", "is larger than %d MiB", DEFINITION_MAX / (1024 * 1024));
		return NULL;
	}
	if (length >= 3 && memcmp(json, "\xef\xbb\xbf", 3) == 0) { /* some editors put it there */
		json += 3;
		length -= 3;
	}
	root = json_loadb(json, length, JSON_REJECT_DUPLICATES, &error);
	if (root == NULL) {
		g_autofree char *where =
		        g_strdup_printf("line %d, column %d", error.line, error.column);
		faults_add(faults, where, "is not JSON: %s", error.text);
	}
	return root;
}

/* What the reading of everything else depends on. */
static void
reader_begin(DefinitionReader *reader, json_t *root, const char *starts)
{
	json_t *title = json_object_get(root, "title");
	const char *first = json_string_value(json_object_get(root, "starts"));
	GTimeZone *zone = zone_find(json_string_value(json_object_get(root, "zone")));
	GDate from, to;

	reader->zone = zone != NULL ? zone : g_time_zone_new_utc();
	if (json_object_size(title) > 0) {
		const char *lang = json_object_iter_key(json_object_iter(title));
		reader->language = language_known(lang) ? lang : NULL;
	}
	if (starts == NULL)
		return;
	reader->event->moved = TRUE;
	if (strlen(starts) != 10 || !date_parse(starts, &to))
		faults_add(reader->faults, "--starts", "must be a date like 2027-04-06");
	else if (first != NULL && date_parse(first, &from))
		reader->shift = (int)g_date_get_julian(&to) - (int)g_date_get_julian(&from);
}

static void
reference_free(gpointer data)
{
	Reference *reference = data;

	g_free(reference->code);
	g_free(reference->path);
	g_free(reference);
}

static Event *
parse_object(json_t *root, const char *starts, Faults *faults)
{
	g_autoptr(Event) event = event_new();
	DefinitionReader reader = { .faults = faults, .path = g_string_new("$"), .event = event };

	reader.references = g_ptr_array_new_with_free_func(reference_free);
	event->text = json_object();
	event->logistics_days = 7;
	event->identity_days = 30;
	reader_begin(&reader, root, starts);
	reader_object(&reader, event_fields, root, event);
	if (json_object_get(root, "regions") == NULL) {
		regions_add(event->regions, REGIONS_CALIFORNIA_2020);
		event->regions_from = g_strdup(REGIONS_CALIFORNIA_2020);
	}
	reader_follow_references(&reader);
	definition_check_rules(&reader);
	g_time_zone_unref(reader.zone);
	g_ptr_array_unref(reader.references);
	g_string_free(reader.path, TRUE);
	if (faults->len > 0)
		return NULL;
	event_index(event);
	return g_steal_pointer(&event);
}

Event *
definition_parse(const char *json, gsize length, const char *starts, Faults *faults)
{
	g_autoptr(GPtrArray) found = faults_new();
	json_t *root = load_json(json, length, found);
	Event *event = root != NULL ? parse_object(root, starts, found) : NULL;

	json_decref(root);
	g_ptr_array_extend_and_steal(faults, g_steal_pointer(&found));
	return event;
}
