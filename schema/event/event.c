#include "schema/event.h"

#include <string.h>

#include "schema/text.h"

/* Look-ups; keys and values are lent by the event. */
struct EventIndex {
	GHashTable *regions, *sessions, *options, *delegations, *checkpoints; /* by number */
	GHashTable *region_codes, *session_codes, *option_codes;
	GHashTable *delegation_codes; /* by code in lower case, owned */
	GHashTable *counties;         /* by folded name, owned */
};

static const char *const kind_names[SESSION_KINDS] = {
	[SESSION_DAY] = "day",
	[SESSION_TRAINING] = "training",
	[SESSION_BUS] = "bus",
	[SESSION_MEAL] = "meal",
	[SESSION_VISIT] = "visit",
	[SESSION_SHIFT] = "shift",
};

const char *
session_kind_name(SessionKind kind)
{
	g_return_val_if_fail(kind < SESSION_KINDS, NULL);
	return kind_names[kind];
}

/* ---- parts ---- */

static void
region_free(gpointer data)
{
	EventRegion *region = data;

	g_free(region->code);
	json_decref(region->name);
	g_strfreev(region->counties);
	g_free(region);
}

gpointer
event_region_new(void)
{
	EventRegion *region = g_new0(EventRegion, 1);

	region->counties = g_new0(char *, 1);
	return region;
}

static void
stop_free(gpointer data)
{
	EventStop *stop = data;

	json_decref(stop->place);
	g_free(stop);
}

gpointer
event_stop_new(void)
{
	EventStop *stop = g_new0(EventStop, 1);

	stop->departs = NO_TIME;
	stop->capacity = NO_CAPACITY;
	return stop;
}

static void
session_free(gpointer data)
{
	EventSession *session = data;

	g_free(session->code);
	json_decref(session->title);
	json_decref(session->place);
	g_ptr_array_unref(session->stops);
	g_free(session);
}

gpointer
event_session_new(void)
{
	EventSession *session = g_new0(EventSession, 1);

	session->starts = session->ends = NO_TIME;
	session->capacity = NO_CAPACITY;
	session->stops = g_ptr_array_new_with_free_func(stop_free);
	return session;
}

static void
checkpoint_free(gpointer data)
{
	EventCheckpoint *checkpoint = data;

	g_free(checkpoint->name);
	g_free(checkpoint);
}

gpointer
event_checkpoint_new(void)
{
	return g_new0(EventCheckpoint, 1);
}

static void
choice_free(gpointer data)
{
	EventChoice *choice = data;

	g_free(choice->code);
	g_array_unref(choice->sessions);
	g_free(choice);
}

gpointer
event_choice_new(void)
{
	EventChoice *choice = g_new0(EventChoice, 1);

	choice->sessions = g_array_new(FALSE, FALSE, sizeof(guint16));
	return choice;
}

static void
option_free(gpointer data)
{
	EventOption *option = data;

	g_free(option->code);
	json_decref(option->title);
	g_array_unref(option->includes);
	g_ptr_array_unref(option->choices);
	g_free(option->fee_currency);
	json_decref(option->fee_text);
	g_free(option);
}

gpointer
event_option_new(void)
{
	EventOption *option = g_new0(EventOption, 1);

	option->includes = g_array_new(FALSE, FALSE, sizeof(guint16));
	option->choices = g_ptr_array_new_with_free_func(choice_free);
	option->capacity = NO_CAPACITY;
	option->opens = option->closes = NO_TIME;
	return option;
}

static void
delegation_free(gpointer data)
{
	EventDelegation *delegation = data;

	g_free(delegation->code);
	g_free(delegation->name);
	g_free(delegation);
}

gpointer
event_delegation_new(void)
{
	EventDelegation *delegation = g_new0(EventDelegation, 1);

	delegation->expected = -1;
	return delegation;
}

static void
question_free(gpointer data)
{
	EventQuestion *question = data;

	g_free(question->code);
	g_free(question->type);
	json_decref(question->label);
	json_decref(question->choices);
	json_decref(question->purpose);
	json_decref(question->seen_by);
	g_free(question);
}

gpointer
event_question_new(void)
{
	return g_new0(EventQuestion, 1);
}

static void
partner_free(gpointer data)
{
	EventPartner *partner = data;

	json_decref(partner->name);
	g_free(partner);
}

gpointer
event_partner_new(void)
{
	return g_new0(EventPartner, 1);
}

static void
link_free(gpointer data)
{
	EventLink *link = data;

	json_decref(link->title);
	g_free(link->url);
	g_free(link);
}

gpointer
event_link_new(void)
{
	return g_new0(EventLink, 1);
}

/* ---- the whole ---- */

static void
index_free(EventIndex *index)
{
	g_hash_table_unref(index->regions);
	g_hash_table_unref(index->sessions);
	g_hash_table_unref(index->options);
	g_hash_table_unref(index->delegations);
	g_hash_table_unref(index->checkpoints);
	g_hash_table_unref(index->region_codes);
	g_hash_table_unref(index->session_codes);
	g_hash_table_unref(index->option_codes);
	g_hash_table_unref(index->delegation_codes);
	g_hash_table_unref(index->counties);
	g_free(index);
}

void
event_ticket_new(
        const Event *event, VaultEvent *keys, TicketClass class, gint64 now, TicketIdentity *ret)
{
	SigningKey key;

	vault_signing_key_at_most(keys, event->key_no, &key);
	ticket_identity_new(event->salt, class, key.no, key.created, now, ret);
}

Event *
event_new(void)
{
	Event *event = g_new0(Event, 1);

	g_atomic_ref_count_init(&event->references);
	event->starts = event->ends = event->opens = event->closes = NO_TIME;
	event->key_no = 1;
	event->offer_hours = OFFER_HOURS_DEFAULT;
	event->regions = g_ptr_array_new_with_free_func(region_free);
	event->sessions = g_ptr_array_new_with_free_func(session_free);
	event->checkpoints = g_ptr_array_new_with_free_func(checkpoint_free);
	event->options = g_ptr_array_new_with_free_func(option_free);
	event->delegations = g_ptr_array_new_with_free_func(delegation_free);
	event->questions = g_ptr_array_new_with_free_func(question_free);
	event->links = g_ptr_array_new_with_free_func(link_free);
	event->partners = g_ptr_array_new_with_free_func(partner_free);
	event->languages = g_new0(char *, 1);
	return event;
}

Event *
event_ref(Event *event)
{
	g_atomic_ref_count_inc(&event->references);
	return event;
}

void
event_unref(Event *event)
{
	if (event == NULL || !g_atomic_ref_count_dec(&event->references))
		return;
	g_clear_pointer(&event->index, index_free);
	g_free(event->slug);
	g_free(event->zone);
	g_clear_pointer(&event->time_zone, g_time_zone_unref);
	json_decref(event->title);
	json_decref(event->text);
	g_free(event->contact);
	g_ptr_array_unref(event->regions);
	g_ptr_array_unref(event->sessions);
	g_ptr_array_unref(event->checkpoints);
	g_ptr_array_unref(event->options);
	g_ptr_array_unref(event->delegations);
	g_ptr_array_unref(event->questions);
	g_ptr_array_unref(event->links);
	g_ptr_array_unref(event->partners);
	g_strfreev(event->languages);
	g_free(event->regions_from);
	g_free(event);
}

/* ---- look-ups ---- */

/* One list of the event: where its parts keep number and code. */
static void
index_list(GPtrArray *parts, gsize no_at, GHashTable **ret_numbers, gsize code_at,
        GHashTable **ret_codes)
{
	*ret_numbers = g_hash_table_new(g_direct_hash, g_direct_equal);
	if (ret_codes != NULL)
		*ret_codes = g_hash_table_new(g_str_hash, g_str_equal);
	for (guint i = 0; i < parts->len; i++) {
		gpointer part = g_ptr_array_index(parts, i);
		guint16 no = G_STRUCT_MEMBER(guint16, part, no_at);

		g_hash_table_insert(*ret_numbers, GUINT_TO_POINTER(no), part);
		if (ret_codes != NULL)
			g_hash_table_insert(
			        *ret_codes, G_STRUCT_MEMBER(char *, part, code_at), part);
	}
}

static void
index_counties(EventIndex *index, GPtrArray *regions)
{
	index->counties = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (guint i = 0; i < regions->len; i++) {
		EventRegion *region = g_ptr_array_index(regions, i);

		for (char **county = region->counties; *county != NULL; county++) {
			g_autofree char *folded = text_fold(*county);
			if (folded != NULL)
				g_hash_table_insert(
				        index->counties, g_steal_pointer(&folded), region);
		}
	}
}

void
event_index(Event *event)
{
	EventIndex *index = g_new0(EventIndex, 1);

	g_clear_pointer(&event->index, index_free);
	index_list(event->regions, G_STRUCT_OFFSET(EventRegion, no), &index->regions,
	        G_STRUCT_OFFSET(EventRegion, code), &index->region_codes);
	index_list(event->sessions, G_STRUCT_OFFSET(EventSession, no), &index->sessions,
	        G_STRUCT_OFFSET(EventSession, code), &index->session_codes);
	index_list(event->options, G_STRUCT_OFFSET(EventOption, no), &index->options,
	        G_STRUCT_OFFSET(EventOption, code), &index->option_codes);
	index_list(event->checkpoints, G_STRUCT_OFFSET(EventCheckpoint, no), &index->checkpoints, 0,
	        NULL);
	index_list(event->delegations, G_STRUCT_OFFSET(EventDelegation, no), &index->delegations, 0,
	        NULL);
	index->delegation_codes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (guint i = 0; i < event->delegations->len; i++) {
		EventDelegation *delegation = g_ptr_array_index(event->delegations, i);
		g_hash_table_insert(
		        index->delegation_codes, g_ascii_strdown(delegation->code, -1), delegation);
	}
	index_counties(index, event->regions);
	event->index = index;
}

const char *
event_text_lang(const Event *event, const json_t *texts, const char *lang)
{
	const char *key;
	json_t *value;

	if (lang != NULL && json_is_string(json_object_get(texts, lang)))
		return lang;
	if (event->languages[0] != NULL &&
	        json_is_string(json_object_get(texts, event->languages[0])))
		return event->languages[0];
	json_object_foreach ((json_t *)texts, key, value)
		if (json_is_string(value))
			return key;
	return NULL;
}

const char *
event_text(const Event *event, const json_t *texts, const char *lang)
{
	const char *found = event_text_lang(event, texts, lang);

	return found != NULL ? json_string_value(json_object_get(texts, found)) : "";
}

static gconstpointer
by_number(GHashTable *numbers, guint16 no)
{
	return g_hash_table_lookup(numbers, GUINT_TO_POINTER(no));
}

static gconstpointer
by_code(GHashTable *codes, const char *code)
{
	return code != NULL ? g_hash_table_lookup(codes, code) : NULL;
}

const EventRegion *
event_region(const Event *event, guint16 no)
{
	return by_number(event->index->regions, no);
}

const EventRegion *
event_region_by_code(const Event *event, const char *code)
{
	return by_code(event->index->region_codes, code);
}

const EventRegion *
event_region_of_county(const Event *event, const char *county)
{
	g_autofree char *folded = county != NULL ? text_fold(county) : NULL;

	return by_code(event->index->counties, folded);
}

const EventSession *
event_session(const Event *event, guint16 no)
{
	return by_number(event->index->sessions, no);
}

const EventSession *
event_session_by_code(const Event *event, const char *code)
{
	return by_code(event->index->session_codes, code);
}

gboolean
event_is_return(const Event *event, guint16 session_no)
{
	for (guint i = 0; i < event->sessions->len; i++) {
		const EventSession *session = g_ptr_array_index(event->sessions, i);
		if (session->return_no == session_no)
			return TRUE;
	}
	return FALSE;
}

void
event_each_choice(const Event *event, EventEachChoice each, gpointer data)
{
	for (guint i = 0; i < event->options->len; i++) {
		const EventOption *option = g_ptr_array_index(event->options, i);
		for (guint j = 0; j < option->choices->len; j++)
			each(event, g_ptr_array_index(option->choices, j), data);
	}
}

const EventStop *
event_stop(const EventSession *session, guint16 no)
{
	for (guint i = 0; i < session->stops->len; i++) {
		const EventStop *stop = g_ptr_array_index(session->stops, i);
		if (stop->no == no)
			return stop;
	}
	return NULL;
}

const EventOption *
event_option(const Event *event, guint16 no)
{
	return by_number(event->index->options, no);
}

const EventOption *
event_option_by_code(const Event *event, const char *code)
{
	return by_code(event->index->option_codes, code);
}

const EventDelegation *
event_delegation(const Event *event, guint16 no)
{
	return by_number(event->index->delegations, no);
}

const EventDelegation *
event_delegation_by_code(const Event *event, const char *code)
{
	g_autofree char *lower = code != NULL ? g_ascii_strdown(code, -1) : NULL;
	const EventDelegation *found = by_code(event->index->delegation_codes, lower);

	return found != NULL && found->merged_no != 0 ? event_delegation(event, found->merged_no)
	                                              : found;
}

const EventCheckpoint *
event_checkpoint(const Event *event, guint16 no)
{
	return by_number(event->index->checkpoints, no);
}

const EventCheckpoint *
event_first_checkpoint(const Event *event, guint16 session_no)
{
	for (guint i = 0; i < event->checkpoints->len; i++) {
		const EventCheckpoint *checkpoint = g_ptr_array_index(event->checkpoints, i);
		if (checkpoint->session_no == session_no)
			return checkpoint;
	}
	return NULL;
}

gint64
event_option_opens(const Event *event, const EventOption *option)
{
	return option->opens != NO_TIME ? option->opens : event->opens;
}

gint64
event_option_closes(const Event *event, const EventOption *option)
{
	return option->closes != NO_TIME ? option->closes : event->closes;
}

gboolean
event_option_open(const Event *event, const EventOption *option, gint64 now)
{
	return now >= event_option_opens(event, option) && now < event_option_closes(event, option);
}

gboolean
event_has_fees(const Event *event)
{
	for (guint i = 0; i < event->options->len; i++)
		if (((const EventOption *)g_ptr_array_index(event->options, i))->fee_amount > 0)
			return TRUE;
	return FALSE;
}

const EventPartner *
event_partner(const Event *event, guint16 region_no)
{
	const EventPartner *any = NULL;

	for (guint i = 0; i < event->partners->len; i++) {
		const EventPartner *partner = g_ptr_array_index(event->partners, i);
		if (partner->region_no == region_no)
			return partner;
		if (partner->region_no == 0)
			any = partner;
	}
	return any;
}

const EventQuestion *
event_question_by_code(const Event *event, const char *code)
{
	for (guint i = 0; i < event->questions->len; i++) {
		const EventQuestion *question = g_ptr_array_index(event->questions, i);
		if (strcmp(question->code, code) == 0)
			return question;
	}
	return NULL;
}

gboolean
event_question_seen_by(const EventQuestion *question, const char *reader)
{
	size_t i;
	json_t *one;

	json_array_foreach (question->seen_by, i, one)
		if (g_strcmp0(json_string_value(one), reader) == 0)
			return TRUE;
	return FALSE;
}
