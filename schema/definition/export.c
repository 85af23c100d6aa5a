#include "schema/definition.h"

/* Wall clock of the event's zone; seconds only where there are some. */
static json_t *
time_json(const Event *event, gint64 time)
{
	g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(time);
	g_autoptr(GDateTime) local = g_date_time_to_timezone(utc, event->time_zone);
	g_autofree char *text = g_date_time_format(
	        local, g_date_time_get_second(local) == 0 ? "%Y-%m-%dT%H:%M" : "%Y-%m-%dT%H:%M:%S");

	return json_string(text);
}

/* Each adds a member only when there is something to say. */
static void
add_time(json_t *object, const char *key, const Event *event, gint64 time)
{
	if (time != NO_TIME)
		json_object_set_new(object, key, time_json(event, time));
}

static void
add_number(json_t *object, const char *key, gint64 number, gint64 absent)
{
	if (number != absent)
		json_object_set_new(object, key, json_integer(number));
}

static void
add_true(json_t *object, const char *key, gboolean value)
{
	if (value)
		json_object_set_new(object, key, json_true());
}

static void
add_copy(json_t *object, const char *key, const json_t *value)
{
	if (value != NULL)
		json_object_set_new(object, key, json_deep_copy(value));
}

static void
add_text(json_t *object, const char *key, const char *text)
{
	if (text != NULL)
		json_object_set_new(object, key, json_string(text));
}

static const char *
session_code(const Event *event, guint16 no)
{
	const EventSession *session = event_session(event, no);

	return session != NULL ? session->code : NULL;
}

static const char *
region_code(const Event *event, guint16 no)
{
	const EventRegion *region = event_region(event, no);

	return region != NULL ? region->code : NULL;
}

static json_t *
session_codes(const Event *event, const GArray *numbers)
{
	json_t *codes = json_array();

	for (guint i = 0; i < numbers->len; i++)
		json_array_append_new(codes,
		        json_string(session_code(event, g_array_index(numbers, guint16, i))));
	return codes;
}

static json_t *
regions_json(const Event *event)
{
	if (event->regions_from != NULL)
		return json_string(event->regions_from);
	json_t *list = json_array();
	for (guint i = 0; i < event->regions->len; i++) {
		const EventRegion *region = g_ptr_array_index(event->regions, i);
		json_t *object = json_object(), *counties = json_array();

		add_text(object, "code", region->code);
		add_copy(object, "name", region->name);
		for (char **county = region->counties; *county != NULL; county++)
			json_array_append_new(counties, json_string(*county));
		json_object_set_new(object, "counties", counties);
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *
stops_json(const Event *event, const EventSession *session)
{
	json_t *list = json_array();

	for (guint i = 0; i < session->stops->len; i++) {
		const EventStop *stop = g_ptr_array_index(session->stops, i);
		json_t *object = json_object();

		add_number(object, "no", stop->no, 0);
		add_copy(object, "place", stop->place);
		add_time(object, "departs", event, stop->departs);
		add_number(object, "capacity", stop->capacity, NO_CAPACITY);
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *
checkpoints_json(const Event *event, const EventSession *session)
{
	json_t *list = json_array();

	for (guint i = 0; i < event->checkpoints->len; i++) {
		const EventCheckpoint *checkpoint = g_ptr_array_index(event->checkpoints, i);
		json_t *object;

		if (checkpoint->session_no != session->no)
			continue;
		object = json_object();
		add_text(object, "name", checkpoint->name);
		add_number(object, "stop", checkpoint->stop_no, 0);
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *
session_json(const Event *event, const EventSession *session)
{
	json_t *object = json_object();

	add_text(object, "code", session->code);
	add_text(object, "kind", session_kind_name(session->kind));
	add_copy(object, "title", session->title);
	add_time(object, "starts", event, session->starts);
	add_time(object, "ends", event, session->ends);
	add_copy(object, "place", session->place);
	add_text(object, "region", region_code(event, session->region_no));
	add_number(object, "capacity", session->capacity, NO_CAPACITY);
	add_true(object, "waitlist", session->waitlist);
	add_text(object, "door", session->door == DOOR_LISTED ? "listed" : "open");
	add_text(object, "reentry", session->reentry == REENTRY_ONCE ? "once" : "again");
	add_text(object, "return", session_code(event, session->return_no));
	if (session->stops->len > 0)
		json_object_set_new(object, "stops", stops_json(event, session));
	json_object_set_new(object, "checkpoints", checkpoints_json(event, session));
	return object;
}

static json_t *
choices_json(const Event *event, const EventOption *option)
{
	json_t *list = json_array();

	for (guint i = 0; i < option->choices->len; i++) {
		const EventChoice *choice = g_ptr_array_index(option->choices, i);

		json_array_append_new(list,
		        json_pack("{s:s, s:o, s:i, s:i}", "code", choice->code, "of",
		                session_codes(event, choice->sessions), "min", choice->min, "max",
		                choice->max));
	}
	return list;
}

static json_t *
option_json(const Event *event, const EventOption *option)
{
	json_t *object = json_object();

	add_text(object, "code", option->code);
	add_copy(object, "title", option->title);
	json_object_set_new(object, "includes", session_codes(event, option->includes));
	if (option->choices->len > 0)
		json_object_set_new(object, "choose", choices_json(event, option));
	add_number(object, "capacity", option->capacity, NO_CAPACITY);
	add_true(object, "waitlist", option->waitlist);
	add_time(object, "opens", event, option->opens);
	add_time(object, "closes", event, option->closes);
	if (option->fee_amount > 0) {
		json_t *fee = json_object();
		add_number(fee, "amount", option->fee_amount, 0);
		add_text(fee, "currency", option->fee_currency);
		add_copy(fee, "text", option->fee_text);
		json_object_set_new(object, "fee", fee);
	}
	return object;
}

static json_t *
delegation_json(const Event *event, const EventDelegation *delegation)
{
	json_t *object = json_object();

	add_text(object, "code", delegation->code);
	add_text(object, "name", delegation->name);
	add_text(object, "region", region_code(event, delegation->region_no));
	add_number(object, "expected", delegation->expected, -1);
	add_true(object, "listed", delegation->listed);
	return object;
}

/* Without those that nobody joins any more: who loads this elsewhere has no people of theirs. */
static json_t *
delegations_json(const Event *event)
{
	json_t *list = json_array();

	for (guint i = 0; i < event->delegations->len; i++) {
		const EventDelegation *delegation = g_ptr_array_index(event->delegations, i);
		if (!delegation->closed)
			json_array_append_new(list, delegation_json(event, delegation));
	}
	return list;
}

static json_t *
question_json(const Event *event, const EventQuestion *question)
{
	json_t *object = json_object();

	add_text(object, "code", question->code);
	add_text(object, "type", question->type);
	add_copy(object, "label", question->label);
	add_copy(object, "choices", question->choices);
	json_object_set_new(object, "required", json_boolean(question->required));
	add_copy(object, "purpose", question->purpose);
	add_copy(object, "seen_by", question->seen_by);
	add_number(object, "days_kept", question->days_kept, 0);
	return object;
}

static json_t *
link_json(const Event *event, const EventLink *link)
{
	json_t *object = json_object();

	add_copy(object, "title", link->title);
	add_text(object, "url", link->url);
	return object;
}

static json_t *
partner_json(const Event *event, const EventPartner *partner)
{
	json_t *object = json_object();

	add_text(object, "region", region_code(event, partner->region_no));
	add_copy(object, "name", partner->name);
	return object;
}

/* A list of what @to_json makes of each part. */
#define LIST_JSON(list, Type, to_json)                                                             \
	({                                                                                         \
		json_t *list_ = json_array();                                                      \
		for (guint i_ = 0; i_ < (list)->len; i_++)                                         \
			json_array_append_new(                                                     \
			        list_, to_json(event, (const Type *)g_ptr_array_index(list, i_))); \
		list_;                                                                             \
	})

/* NULL when all is as it is without. */
static json_t *
paper_json(const Event *event)
{
	const EventPaper *paper = &event->paper;
	if (!paper->title && !paper->sessions && !paper->delegation &&
	        paper->size == EVENT_PAPER_LETTER)
		return NULL;
	return json_pack("{s:b, s:b, s:b, s:s}", "title", paper->title, "sessions", paper->sessions,
	        "delegation", paper->delegation, "size",
	        paper->size == EVENT_PAPER_A4 ? "a4" : "letter");
}

static json_t *
languages_json(const Event *event)
{
	json_t *list = json_array();
	for (char **lang = event->languages; *lang != NULL; lang++)
		json_array_append_new(list, json_string(*lang));
	return list;
}

json_t *
definition_export(const Event *event)
{
	json_t *object = json_object();

	add_text(object, "slug", event->slug);
	add_text(object, "zone", event->zone);
	add_copy(object, "title", event->title);
	if (event->languages_said)
		json_object_set_new(object, "languages", languages_json(event));
	add_copy(object, "text", event->text);
	add_text(object, "contact", event->contact);
	add_time(object, "starts", event, event->starts);
	add_time(object, "ends", event, event->ends);
	json_object_set_new(object, "registration",
	        json_pack("{s:o, s:o}", "opens", time_json(event, event->opens), "closes",
	                time_json(event, event->closes)));
	json_object_set_new(object, "retention",
	        json_pack("{s:i, s:i}", "logistics_days", event->logistics_days, "identity_days",
	                event->identity_days));
	json_t *paper = paper_json(event);
	if (paper != NULL)
		json_object_set_new(object, "paper", paper);
	add_number(object, "reminder_days", event->reminder_days, 0);
	add_number(object, "offer_hours", event->offer_hours, OFFER_HOURS_DEFAULT);
	json_object_set_new(object, "regions", regions_json(event));
	json_object_set_new(
	        object, "sessions", LIST_JSON(event->sessions, EventSession, session_json));
	json_object_set_new(object, "options", LIST_JSON(event->options, EventOption, option_json));
	json_object_set_new(object, "delegations", delegations_json(event));
	json_object_set_new(
	        object, "questions", LIST_JSON(event->questions, EventQuestion, question_json));
	if (event->partners->len > 0)
		json_object_set_new(
		        object, "partners", LIST_JSON(event->partners, EventPartner, partner_json));
	json_object_set_new(object, "links", LIST_JSON(event->links, EventLink, link_json));
	return object;
}
