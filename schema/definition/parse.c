#include "schema/definition.h"

#include <string.h>

#include "schema/definition/forbidden.h"
#include "schema/definition/parts.h"
#include "schema/definition/rules.h"
#include "schema/regions.h"

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
take_languages(Event *event, GPtrArray *languages)
{
	g_ptr_array_add(languages, NULL);
	g_strfreev(event->languages);
	event->languages = (char **)g_ptr_array_steal(languages, NULL);
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
	if (event->languages_said) /* and read before the title */
		return;
	json_object_foreach (value, lang, text)
		g_ptr_array_add(languages, g_strdup(lang));
	take_languages(event, languages);
}

/* The event's own language goes to the front, wherever it stands in the list. */
static void
read_languages(
        DefinitionReader *reader, const DefinitionField *field, json_t *value, gpointer target)
{
	Event *event = target;
	g_autoptr(GPtrArray) languages = g_ptr_array_new_with_free_func(g_free);
	guint faults = reader->faults->len;
	gsize index;
	json_t *item;

	if (!reader_check_list(reader, field, value))
		return;
	json_array_foreach (value, index, item) {
		const char *lang = json_string_value(item);
		gsize before = reader_enter_item(reader, index);
		if (lang == NULL || !language_known(lang))
			reader_fault(reader, "is not a language we have (%s)", languages_listed());
		else if (g_ptr_array_find_with_equal_func(languages, lang, g_str_equal, NULL))
			reader_fault(reader, "is in this list already");
		else
			g_ptr_array_insert(languages,
			        g_strcmp0(lang, reader->language) == 0 ? 0 : -1, g_strdup(lang));
		reader_leave(reader, before);
	}
	if (reader->faults->len == faults && reader->language != NULL &&
	        g_strcmp0(g_ptr_array_index(languages, 0), reader->language) != 0)
		reader_fault(reader, "needs %s, the first language of the event's title",
		        reader->language);
	if (reader->faults->len > faults)
		return;
	event->languages_said = TRUE;
	g_ptr_array_set_free_func(languages, NULL);
	take_languages(event, languages);
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

static const char *const paper_sizes[] = { "letter", "a4", NULL };

static const DefinitionField paper_fields[] = {
	{ "title", FALSE, read_boolean, MEMBER(Event, paper.title) },
	{ "sessions", FALSE, read_boolean, MEMBER(Event, paper.sessions) },
	{ "delegation", FALSE, read_boolean, MEMBER(Event, paper.delegation) },
	{ "size", FALSE, read_word, MEMBER(Event, paper.size), .detail = paper_sizes },
	{ NULL },
};

void
read_nested(DefinitionReader *reader, const DefinitionField *field, json_t *value, gpointer target)
{
	reader_object(reader, field->detail, value, target);
}

/* ---- the whole ---- */

static const DefinitionField event_fields[] = {
	{ "slug", TRUE, read_slug, MEMBER(Event, slug) },
	{ "zone", TRUE, read_zone, 0 },
	{ "title", TRUE, read_title, 0 },
	{ "languages", FALSE, read_languages, 0, 1, LIST_MAX },
	{ "text", FALSE, read_nested, 0, .detail = passages },
	{ "contact", TRUE, read_text, MEMBER(Event, contact), 1, TITLE_MAX },
	{ "starts", TRUE, read_time, MEMBER(Event, starts) },
	{ "ends", TRUE, read_time, MEMBER(Event, ends) },
	{ "registration", TRUE, read_nested, 0, .detail = registration_fields },
	{ "retention", FALSE, read_nested, 0, .detail = retention_fields },
	{ "paper", FALSE, read_nested, 0, .detail = paper_fields },
	{ "reminder_days", FALSE, read_int, MEMBER(Event, reminder_days), 1, REMINDER_DAYS_MAX },
	{ "offer_hours", FALSE, read_int, MEMBER(Event, offer_hours), 1, OFFER_HOURS_MAX },
	{ "regions", FALSE, read_regions, MEMBER(Event, regions), 1, LIST_MAX, &region_part },
	{ "sessions", TRUE, read_list, MEMBER(Event, sessions), 1, LIST_MAX, &session_part },
	{ "options", TRUE, read_list, MEMBER(Event, options), 1, LIST_MAX, &option_part },
	{ "delegations", FALSE, read_list, MEMBER(Event, delegations), 0, DELEGATIONS_MAX,
	        &delegation_part },
	{ "questions", FALSE, read_list, MEMBER(Event, questions), 0, LIST_MAX, &question_part },
	{ "partners", FALSE, read_list, MEMBER(Event, partners), 0, LIST_MAX, &partner_part },
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
