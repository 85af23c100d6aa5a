#include "tests/picnic.h"

#include <string.h>

static const char small[] =
        "{ \"slug\": \"picnic\", \"zone\": \"America/Los_Angeles\", \"title\": {\"en\": "
        "\"Picnic\"},"
        " \"contact\": \"hello@picnic.example\", \"starts\": \"2027-06-01T10:00\","
        " \"ends\": \"2027-06-01T18:00\","
        " \"registration\": {\"opens\": \"2027-01-01T00:00\", \"closes\": \"2027-06-01T18:00\"},"
        " \"regions\": [{\"code\": \"north\", \"name\": {\"en\": \"North\"}, \"counties\": "
        "[\"Yolo\"]},"
        "  {\"code\": \"south\", \"name\": {\"en\": \"South\"}, \"counties\": [\"Kern\", "
        "\"Inyo\"]},"
        "  {\"code\": \"east\", \"name\": {\"en\": \"East\"}, \"counties\": []}],"
        " \"sessions\": ["
        "  {\"code\": \"day\", \"kind\": \"day\", \"title\": {\"en\": \"Day\"}, \"place\": "
        "\"Park\","
        "   \"starts\": \"2027-06-01T10:00\", \"ends\": \"2027-06-01T18:00\", \"door\": \"open\","
        "   \"reentry\": \"again\", \"checkpoints\": [\"Gate\", \"Back gate\"]},"
        "  {\"code\": \"lunch\", \"kind\": \"meal\", \"title\": {\"en\": \"Lunch\"}, \"place\": "
        "\"Tent\","
        "   \"starts\": \"2027-06-01T12:00\", \"ends\": \"2027-06-01T14:00\", \"capacity\": 9,"
        "   \"door\": \"listed\", \"reentry\": \"once\", \"checkpoints\": [\"Tent\"]},"
        "  {\"code\": \"bus\", \"kind\": \"bus\", \"title\": {\"en\": \"Bus\"}, \"place\": "
        "\"Town\","
        "   \"starts\": \"2027-06-01T07:00\", \"ends\": \"2027-06-01T09:30\", \"capacity\": 5,"
        "   \"door\": \"listed\", \"reentry\": \"again\", \"return\": \"bus-back\", \"stops\": ["
        "    {\"no\": 1, \"place\": \"Church\", \"departs\": \"2027-06-01T07:00\", \"capacity\": "
        "4},"
        "    {\"no\": 2, \"place\": \"School\", \"departs\": \"2027-06-01T07:30\"}],"
        "   \"checkpoints\": [{\"name\": \"Bus, church\", \"stop\": 1}]},"
        "  {\"code\": \"bus-back\", \"kind\": \"bus\", \"title\": {\"en\": \"Bus\"}, \"place\": "
        "\"Park\","
        "   \"starts\": \"2027-06-01T16:00\", \"ends\": \"2027-06-01T18:00\","
        "   \"door\": \"listed\", \"reentry\": \"again\", \"checkpoints\": []},"
        "  {\"code\": \"visit\", \"kind\": \"visit\", \"title\": {\"en\": \"Visit\"}, \"place\": "
        "\"Hall\","
        "   \"starts\": \"2027-06-01T14:00\", \"ends\": \"2027-06-01T15:00\","
        "   \"door\": \"listed\", \"reentry\": \"again\", \"checkpoints\": []}],"
        " \"options\": ["
        "  {\"code\": \"all\", \"title\": {\"en\": \"All\"}, \"includes\": [\"day\", \"lunch\"],"
        "   \"choose\": [{\"code\": \"bus\", \"of\": [\"bus\"], \"min\": 0, \"max\": 1}],"
        "   \"capacity\": 8},"
        "  {\"code\": \"free\", \"title\": {\"en\": \"Free\"}, \"includes\": [\"day\"]}],"
        " \"delegations\": [{\"code\": \"CHOIR\", \"name\": \"Choir\", \"region\": \"north\","
        "   \"expected\": 12, \"listed\": true},"
        "  {\"code\": \"BAND\", \"name\": \"Band\", \"region\": \"south\"}] }";

json_t *
picnic_json(void)
{
	json_t *root = json_loads(small, JSON_REJECT_DUPLICATES, NULL);

	g_assert_nonnull(root);
	return root;
}

/* Takes @root. */
Event *
picnic_parse(json_t *root, const char *starts)
{
	g_autoptr(GPtrArray) faults = faults_new();
	g_autoptr(GError) error = NULL;
	char *text = json_dumps(root, 0);
	Event *event = definition_parse(text, strlen(text), starts, faults);

	faults_none(faults, "definition", &error);
	g_assert_no_error(error);
	free(text);
	json_decref(root);
	return event;
}

json_t *
picnic_part(json_t *root, const char *list, const char *code)
{
	json_t *item;
	gsize index;

	json_array_foreach (json_object_get(root, list), index, item)
		if (g_strcmp0(json_string_value(json_object_get(item, "code")), code) == 0)
			return item;
	g_error("%s has no %s", list, code);
}

void
picnic_remove(json_t *root, const char *list, const char *code)
{
	json_t *item;
	gsize index;

	json_array_foreach (json_object_get(root, list), index, item) {
		if (g_strcmp0(json_string_value(json_object_get(item, "code")), code) == 0) {
			json_array_remove(json_object_get(root, list), index);
			return;
		}
	}
	g_error("%s has no %s", list, code);
}

DefinitionStored
picnic_must_store(Engine *engine, const Event *event)
{
	g_autoptr(GError) error = NULL;
	DefinitionStored stored = { 0 };

	definition_store(engine_record(engine), event, ENGINE_NOW, &stored, &error);
	g_assert_no_error(error);
	return stored;
}

/* Takes @root. */
DefinitionStored
picnic_must_load(Engine *engine, json_t *root)
{
	g_autoptr(Event) event = picnic_parse(root, NULL);

	return picnic_must_store(engine, event);
}

/* Takes @root. Demands that it is refused, and that each of the NULL-terminated @told is said. */
void
picnic_must_refuse(Engine *engine, json_t *root, const char *starts, const char *const *told)
{
	g_autoptr(Event) event = picnic_parse(root, starts);
	g_autoptr(GError) error = NULL;
	DefinitionStored stored;

	g_assert_false(definition_store(engine_record(engine), event, ENGINE_NOW, &stored, &error));
	g_assert_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT);
	for (; *told != NULL; told++)
		if (strstr(error->message, *told) == NULL)
			g_error("not told: %s\ntold: %s", *told, error->message);
}

Event *
picnic_read(Engine *engine, const char *slug)
{
	g_autoptr(GError) error = NULL;
	Db *db = engine_reader(engine);

	g_assert_true(db_begin(db, &error));
	Event *event = event_read(db, slug, &error);
	db_rollback(db);
	g_assert_no_error(error);
	return event;
}

char *
picnic_export(const Event *event)
{
	json_t *definition = definition_export(event);
	char *dumped = json_dumps(definition, 0);
	char *text = g_strdup(dumped);

	free(dumped);
	json_decref(definition);
	return text;
}

typedef struct {
	Registration *asked;
	const Event *event;
	PlaceAnswer answer;
} Taking;

static gboolean
take_work(Db *db, gpointer data, GError **error)
{
	Taking *taking = data;

	return registration_take_place(
	        db, taking->event, taking->asked, ENGINE_NOW, &taking->answer, error);
}

/* One person of region "north" takes an option, and with @stop_no the bus from there. */
PlaceOutcome
picnic_take(Engine *engine, const char *option, guint16 stop_no, const char *delegation)
{
	static gint64 made = 0;
	g_autoptr(Event) event = picnic_read(engine, "picnic");
	g_autoptr(Registration) asked = registration_new();
	g_autoptr(GError) error = NULL;
	const EventDelegation *group = event_delegation_by_code(event, delegation);
	Taking taking = { asked, event, { 0 } };
	Place place = { 0 };

	made += 10;
	asked->id = id_new(ENGINE_NOW * 1000 + made);
	random_bytes(asked->submission, SUBMISSION_BYTES);
	g_strlcpy(asked->lang, "en", sizeof asked->lang);
	place.id = id_new(ENGINE_NOW * 1000 + made + 1);
	place.region_no = event_region_by_code(event, "north")->no;
	place.option_no = event_option_by_code(event, option)->no;
	place.delegation_no = group != NULL ? group->no : 0;
	ticket_identity_new(event->salt, TICKET_ATTENDEE, 1, ENGINE_NOW, ENGINE_NOW, &place.ticket);
	if (stop_no != 0)
		place.chosen[place.chosen_n++] =
		        (ChosenSession){ event_session_by_code(event, "bus")->no, stop_no };
	g_array_append_val(asked->places, place);
	writer_run(record_writer(engine_record(engine)), take_work, &taking, &error);
	g_assert_no_error(error);
	return taking.answer.outcome;
}
