/* Regions, sessions, options and delegations of a definition. */
#include "schema/definition/parts.h"

#include <string.h>

#include "schema/regions.h"

#define STOPS_MAX  50
#define AMOUNT_MAX (100 * 1000 * 1000)

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

const DefinitionPart region_part = { event_region_new, region_fields, MEMBER(EventRegion, no),
	MEMBER(EventRegion, code) };

void
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
	{ "waitlist", FALSE, read_boolean, MEMBER(EventSession, waitlist) },
	{ "door", TRUE, read_word, MEMBER(EventSession, door), .detail = doors },
	{ "reentry", TRUE, read_word, MEMBER(EventSession, reentry), .detail = reentries },
	{ "return", FALSE, read_session, MEMBER(EventSession, return_no) },
	{ "stops", FALSE, read_list, MEMBER(EventSession, stops), 0, STOPS_MAX, &stop_part },
	{ "checkpoints", TRUE, read_checkpoints, 0, 0, SESSION_CHECKPOINTS_MAX },
	{ NULL },
};

const DefinitionPart session_part = { event_session_new, session_fields, MEMBER(EventSession, no),
	MEMBER(EventSession, code) };

/* ---- options ---- */

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
	{ "waitlist", FALSE, read_boolean, MEMBER(EventOption, waitlist) },
	{ "opens", FALSE, read_time, MEMBER(EventOption, opens) },
	{ "closes", FALSE, read_time, MEMBER(EventOption, closes) },
	{ "fee", FALSE, read_nested, 0, .detail = fee_fields },
	{ NULL },
};

const DefinitionPart option_part = { event_option_new, option_fields, MEMBER(EventOption, no),
	MEMBER(EventOption, code) };

/* ---- delegations ---- */

static const DefinitionField delegation_fields[] = {
	{ "code", TRUE, read_code, MEMBER(EventDelegation, code), .detail = "any case" },
	{ "name", TRUE, read_text, MEMBER(EventDelegation, name), 1, TITLE_MAX },
	{ "region", TRUE, read_region, MEMBER(EventDelegation, region_no) },
	{ "expected", FALSE, read_int, MEMBER(EventDelegation, expected), 0, CAPACITY_MAX },
	{ "listed", FALSE, read_boolean, MEMBER(EventDelegation, listed) },
	{ NULL },
};

const DefinitionPart delegation_part = { event_delegation_new, delegation_fields,
	MEMBER(EventDelegation, no), MEMBER(EventDelegation, code) };
