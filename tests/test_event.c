/* Events in their tables: stored, read, changed under people who hold something, kept on a shelf. */
#include "schema/definition.h"
#include "schema/registration.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <glib/gstdio.h>

#include "tests/engine.h"

/* ---- definitions ---- */

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

static json_t *
small_definition(void)
{
	json_t *root = json_loads(small, JSON_REJECT_DUPLICATES, NULL);

	g_assert_nonnull(root);
	return root;
}

/* Takes @root. */
static Event *
parse(json_t *root, const char *starts)
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

static json_t *
part(json_t *root, const char *list, const char *code)
{
	json_t *item;
	gsize index;

	json_array_foreach (json_object_get(root, list), index, item)
		if (g_strcmp0(json_string_value(json_object_get(item, "code")), code) == 0)
			return item;
	g_error("%s has no %s", list, code);
}

static void
remove_part(json_t *root, const char *list, const char *code)
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

/* ---- storing and reading ---- */

static DefinitionStored
must_store(Engine *engine, const Event *event)
{
	g_autoptr(GError) error = NULL;
	DefinitionStored stored = { 0 };

	definition_store(engine_record(engine), event, ENGINE_NOW, &stored, &error);
	g_assert_no_error(error);
	return stored;
}

/* Takes @root. */
static DefinitionStored
must_load(Engine *engine, json_t *root)
{
	g_autoptr(Event) event = parse(root, NULL);

	return must_store(engine, event);
}

/* Takes @root. Demands that it is refused, and that each of the NULL-terminated @told is said. */
static void
must_refuse(Engine *engine, json_t *root, const char *starts, const char *const *told)
{
	g_autoptr(Event) event = parse(root, starts);
	g_autoptr(GError) error = NULL;
	DefinitionStored stored;

	g_assert_false(definition_store(engine_record(engine), event, ENGINE_NOW, &stored, &error));
	g_assert_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT);
	for (; *told != NULL; told++)
		if (strstr(error->message, *told) == NULL)
			g_error("not told: %s\ntold: %s", *told, error->message);
}

static Event *
read_event(Engine *engine, const char *slug)
{
	g_autoptr(GError) error = NULL;
	Db *db = engine_reader(engine);

	g_assert_true(db_begin(db, &error));
	Event *event = event_read(db, slug, &error);
	db_rollback(db);
	g_assert_no_error(error);
	return event;
}

static char *
exported(const Event *event)
{
	json_t *definition = definition_export(event);
	char *dumped = json_dumps(definition, 0);
	char *text = g_strdup(dumped);

	free(dumped);
	json_decref(definition);
	return text;
}

/* ---- people ---- */

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
static PlaceOutcome
take(Engine *engine, const char *option, guint16 stop_no, const char *delegation)
{
	static gint64 made = 0;
	g_autoptr(Event) event = read_event(engine, "picnic");
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
	ticket_identity_new(event->salt, TICKET_ATTENDEE, ENGINE_NOW, ENGINE_NOW, &place.ticket);
	if (stop_no != 0)
		place.chosen[place.chosen_n++] =
		        (ChosenSession){ event_session_by_code(event, "bus")->no, stop_no };
	g_array_append_val(asked->places, place);
	writer_run(record_writer(engine_record(engine)), take_work, &taking, &error);
	g_assert_no_error(error);
	return taking.answer.outcome;
}

/* ---- the tests ---- */

static void
an_event_is_read_as_it_was_stored(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *file = NULL;
	g_autoptr(GPtrArray) faults = faults_new();
	gsize length;

	g_assert_true(g_file_get_contents(EXAMPLE, &file, &length, NULL));
	g_autoptr(Event) event = definition_parse(file, length, "2028-02-29", faults);
	g_assert_nonnull(event);
	DefinitionStored stored = must_store(engine, event);
	g_assert_true(stored.created && stored.changed);
	g_assert_cmpint(stored.edition, ==, 1);

	g_autoptr(Event) read = read_event(engine, "immigrant-day-of-action");
	g_autofree char *before = exported(event), *after = exported(read);
	g_assert_cmpstr(before, ==, after);
	g_assert_cmpmem(read->id, EVENT_ID_BYTES, stored.id, EVENT_ID_BYTES);
	g_assert_cmpint(read->edition, ==, 1);
	g_assert_cmpint(read->history, !=, 0);
	g_assert_false(read->moved);
	/* its keys are there */
	g_assert_nonnull(vault_event(record_vault(engine->record), read->id, &error));
	g_assert_no_error(error);

	g_assert_true(db_begin(engine_reader(engine), &error));
	g_autoptr(Event) by_id = event_read_by_id(engine_reader(engine), stored.id, &error);
	db_rollback(engine_reader(engine));
	g_assert_no_error(error);
	g_assert_cmpstr(by_id->slug, ==, read->slug);
}

static void
every_table_has_its_rows(Engine *engine, gconstpointer data)
{
	static const struct {
		const char *sql;
		gint64 answer;
	} asked[] = {
		{ "SELECT count(*) FROM region", 3 },
		{ "SELECT count(*) FROM county WHERE region_no = 2", 2 },
		{ "SELECT count(*) FROM session", 5 },
		{ "SELECT capacity FROM session WHERE code = 'bus'", 5 },
		{ "SELECT count(*) FROM session WHERE capacity IS NULL", 3 },
		{ "SELECT o.no FROM session o JOIN session b ON b.return_no = o.no", 4 },
		{ "SELECT count(*) FROM stop", 2 },
		{ "SELECT capacity FROM stop WHERE no = 1", 4 },
		{ "SELECT departs FROM stop WHERE no = 2", 1811860200 },
		{ "SELECT capacity FROM option WHERE code = 'all'", 8 },
		{ "SELECT count(*) FROM option_session", 4 },
		{ "SELECT choose FROM option_session WHERE session_no = 3", 1 },
		{ "SELECT opens FROM option WHERE code = 'free'", 1798790400 },
		{ "SELECT expected FROM delegation WHERE code = 'CHOIR'", 12 },
		{ "SELECT count(*) FROM delegation WHERE listed = 1", 1 },
		{ "SELECT count(*) FROM checkpoint", 4 },
		{ "SELECT stop_no FROM checkpoint WHERE name = 'Bus, church'", 1 },
		{ "SELECT sum(taken) FROM session", 0 },
		{ "SELECT length(salt) FROM event", 16 },
	};

	must_load(engine, small_definition());
	for (guint i = 0; i < G_N_ELEMENTS(asked); i++) {
		gint64 answer = engine_ask(engine, asked[i].sql);
		if (answer != asked[i].answer)
			g_error("%s: %" G_GINT64_FORMAT, asked[i].sql, answer);
	}
}

static void
an_event_that_is_not_there_is_absent(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) error = NULL, by_id = NULL;
	const guint8 id[EVENT_ID_BYTES] = { 1 };
	Db *db;

	must_load(engine, small_definition());
	db = engine_reader(engine);
	g_assert_true(db_begin(db, NULL));
	g_assert_null(event_read(db, "picnics", &error));
	g_assert_error(error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT);
	g_assert_null(event_read_by_id(db, id, &by_id));
	g_assert_error(by_id, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT);
	db_rollback(db);
}

static void
the_same_definition_again_changes_nothing(Engine *engine, gconstpointer data)
{
	DefinitionStored first = must_load(engine, small_definition());
	DefinitionStored second = must_load(engine, small_definition());
	g_autoptr(Event) moved = parse(small_definition(), "2027-06-01");
	DefinitionStored third;

	g_assert_false(second.created || second.changed);
	g_assert_cmpint(second.edition, ==, 1);
	g_assert_cmpmem(first.id, EVENT_ID_BYTES, second.id, EVENT_ID_BYTES);
	/* not even by a move of no days, with people in it */
	g_assert_cmpint(take(engine, "all", 0, NULL), ==, PLACE_TAKEN);
	third = must_store(engine, moved);
	g_assert_false(third.changed);
	g_assert_cmpint(third.edition, ==, 1);
}

static void
numbers_stay_with_their_codes(Engine *engine, gconstpointer data)
{
	json_t *root = small_definition();
	json_t *sessions = json_object_get(root, "sessions"), *dance;

	must_load(engine, small_definition());
	g_autoptr(Event) before = read_event(engine, "picnic");
	/* the list is turned round, and one comes in at its head */
	for (gsize i = 0; i < 5; i++) {
		json_t *last = json_incref(json_array_get(sessions, 4));
		json_array_remove(sessions, 4);
		json_array_insert_new(sessions, i, last);
	}
	dance = json_deep_copy(part(root, "sessions", "day"));
	json_object_set_new(dance, "code", json_string("dance"));
	json_array_insert_new(sessions, 0, dance);
	json_object_set_new(part(root, "delegations", "BAND"), "code", json_string("band"));
	remove_part(root, "regions", "east");
	DefinitionStored stored = must_load(engine, root);
	g_assert_true(stored.changed && !stored.created);
	g_assert_cmpint(stored.edition, ==, 2);

	g_autoptr(Event) after = read_event(engine, "picnic");
	g_assert_cmpint(event_session_by_code(after, "dance")->no, ==, 6);
	for (guint i = 0; i < before->sessions->len; i++) {
		const EventSession *session = g_ptr_array_index(before->sessions, i);
		const EventSession *now = event_session_by_code(after, session->code);
		g_assert_cmpint(now->no, ==, session->no);
		g_assert_cmpint(now->return_no, ==, session->return_no);
	}
	g_assert_cmpint(event_delegation_by_code(after, "band")->no, ==,
	        event_delegation_by_code(before, "band")->no);
	g_assert_cmpint(
	        event_checkpoint(after, event_checkpoint(before, 3)->no)->session_no, ==, 2);
	/* the dance's gates have the same names and numbers of their own */
	g_assert_cmpuint(after->checkpoints->len, ==, 6);
	g_assert_cmpint(event_first_checkpoint(after, 6)->no, >, 4);
	g_assert_cmpmem(before->salt, SALT_BYTES, after->salt, SALT_BYTES);
	g_assert_cmpint(before->history, ==, after->history);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM region"), ==, 2);
}

static void
what_nobody_holds_can_be_taken_away(Engine *engine, gconstpointer data)
{
	json_t *root = small_definition();

	must_load(engine, small_definition());
	g_assert_cmpint(take(engine, "free", 0, "CHOIR"), ==, PLACE_TAKEN);
	json_object_del(part(root, "options", "all"), "choose");
	json_object_del(part(root, "sessions", "bus"), "return");
	for (guint i = 0; i < 3; i++)
		remove_part(
		        root, "sessions", (const char *const[]){ "bus", "bus-back", "visit" }[i]);
	remove_part(root, "delegations", "BAND");
	remove_part(root, "regions", "south");
	json_array_remove(json_object_get(part(root, "sessions", "day"), "checkpoints"), 1);
	must_load(engine, root);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM session"), ==, 2);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM stop"), ==, 0);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM checkpoint"), ==, 2);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM region"), ==, 2);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM delegation"), ==, 1);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM county"), ==, 1);
	g_autoptr(Event) event = read_event(engine, "picnic");
	g_assert_cmpuint(event->sessions->len, ==, 2);
}

/* ---- changes under people ---- */

/* Three people come with everything, from stop 1, with the choir; two more by the free option. */
static void
fill(Engine *engine)
{
	must_load(engine, small_definition());
	for (guint i = 0; i < 3; i++)
		g_assert_cmpint(take(engine, "all", 1, "CHOIR"), ==, PLACE_TAKEN);
	for (guint i = 0; i < 2; i++)
		g_assert_cmpint(take(engine, "free", 0, NULL), ==, PLACE_TAKEN);
}

/* Things that people hold, taken away. Each parses by itself; that is the point. */
static void
lose_option(json_t *root)
{
	remove_part(root, "options", "free");
}

static void
lose_bus(json_t *root)
{
	json_object_del(part(root, "options", "all"), "choose");
	remove_part(root, "sessions", "bus");
}

static void
lose_return(json_t *root)
{
	json_object_del(part(root, "sessions", "bus"), "return");
	remove_part(root, "sessions", "bus-back");
}

static void
lose_stop(json_t *root)
{
	json_t *bus = part(root, "sessions", "bus");

	json_array_remove(json_object_get(bus, "stops"), 0);
	json_array_clear(json_object_get(bus, "checkpoints"));
}

static void
lose_region(json_t *root)
{
	json_object_set_new(part(root, "delegations", "CHOIR"), "region", json_string("south"));
	remove_part(root, "regions", "north");
}

static void
lose_delegation(json_t *root)
{
	remove_part(root, "delegations", "CHOIR");
}

static void
lose_lunch(json_t *root)
{
	json_array_remove(json_object_get(part(root, "options", "all"), "includes"), 1);
}

static void
lose_lunch_altogether(json_t *root)
{
	lose_lunch(root);
	remove_part(root, "sessions", "lunch");
}

static void
lose_choice_of_bus(json_t *root)
{
	json_object_del(part(root, "options", "all"), "choose");
}

static void
lose_sure_lunch(json_t *root)
{
	json_t *option = part(root, "options", "all");

	lose_lunch(root);
	json_array_append_new(json_object_get(option, "choose"),
	        json_pack("{s:s, s:[s], s:i, s:i}", "code", "meal", "of", "lunch", "min", 0, "max",
	                1));
}

static void
narrow_option(json_t *root)
{
	json_object_set_new(part(root, "options", "all"), "capacity", json_integer(2));
}

static void
narrow_lunch(json_t *root)
{
	json_object_set_new(part(root, "sessions", "lunch"), "capacity", json_integer(2));
}

static void
narrow_return(json_t *root)
{
	json_object_set_new(part(root, "sessions", "bus-back"), "capacity", json_integer(2));
}

static void
narrow_day(json_t *root)
{
	json_object_set_new(part(root, "sessions", "day"), "capacity", json_integer(4));
}

static void
narrow_stop(json_t *root)
{
	json_t *stops = json_object_get(part(root, "sessions", "bus"), "stops");

	json_object_set_new(json_array_get(stops, 0), "capacity", json_integer(2));
}

static const struct {
	const char *name;
	void (*change)(json_t *root);
	const char *where, *what;
} losses[] = {
	{ "option", lose_option, "$.options", "\"free\" can't be taken away: 2 people" },
	{ "session", lose_bus, "$.sessions", "\"bus\" can't be taken away" },
	{ "return", lose_return, "$.sessions", "\"bus-back\" can't be taken away" },
	{ "stop", lose_stop, "$.sessions", "stop 1 of \"bus\" can't be taken away: 3 people" },
	{ "region", lose_region, "$.regions", "\"north\" can't be taken away" },
	{ "delegation", lose_delegation, "$.delegations", "\"CHOIR\" can't be taken away" },
	{ "included", lose_lunch, "$.options", "\"all\" can't stop giving \"lunch\": 3 people" },
	{ "included-gone", lose_lunch_altogether, "$.options", "a session that is gone: 3 people" },
	{ "chosen", lose_choice_of_bus, "$.options",
	        "\"all\" can't stop giving \"bus\": 3 people" },
	{ "sure", lose_sure_lunch, "$.options", "can't stop giving \"lunch\": 3 people" },
	{ "option-capacity", narrow_option, "$.options[0].capacity", "2 is less than the 3" },
	{ "session-capacity", narrow_lunch, "$.sessions[1].capacity", "2 is less than the 3" },
	{ "stop-capacity", narrow_stop, "$.sessions[2].stops[0].capacity", "2 is less than the 3" },
	{ "new-capacity", narrow_return, "$.sessions[3].capacity", "2 is less than the 3" },
	{ "new-capacity-of-all", narrow_day, "$.sessions[0].capacity", "4 is less than the 5" },
};

static void
what_people_hold_is_not_taken_away(Engine *engine, gconstpointer data)
{
	fill(engine);
	g_autoptr(Event) before = read_event(engine, "picnic");
	g_autofree char *definition = exported(before);

	for (guint i = 0; i < G_N_ELEMENTS(losses); i++) {
		json_t *root = small_definition();
		losses[i].change(root);
		must_refuse(engine, root, NULL,
		        (const char *const[]){ losses[i].where, losses[i].what, NULL });
	}
	/* two at once are told at once, and nothing was changed */
	json_t *root = small_definition();
	lose_option(root);
	lose_delegation(root);
	must_refuse(engine, root, NULL, (const char *const[]){ "\"free\"", "\"CHOIR\"", NULL });
	g_autoptr(Event) after = read_event(engine, "picnic");
	g_autofree char *definition_after = exported(after);
	g_assert_cmpstr(definition, ==, definition_after);
	g_assert_cmpint(after->edition, ==, 1);
	g_assert_cmpint(
	        engine_ask(engine, "SELECT taken FROM session WHERE code = 'lunch'"), ==, 3);
}

static void
an_event_with_people_is_not_moved(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) empty = parse(small_definition(), "2027-06-08");

	must_load(engine, small_definition());
	g_assert_true(must_store(engine, empty).changed);
	must_load(engine, small_definition());
	g_assert_cmpint(take(engine, "free", 0, NULL), ==, PLACE_TAKEN);
	must_refuse(engine, small_definition(), "2027-06-08",
	        (const char *const[]){ "--starts", "1 people in it", "another slug", NULL });
	/* a time that is changed by hand is the organiser's own word */
	json_t *root = small_definition();
	json_object_set_new(root, "starts", json_string("2027-06-01T09:00"));
	g_assert_true(must_load(engine, root).changed);
}

static void
a_capacity_that_comes_later_counts_who_is_there(Engine *engine, gconstpointer data)
{
	json_t *root = small_definition();

	fill(engine);
	json_object_set_new(part(root, "sessions", "day"), "capacity", json_integer(6));
	json_object_set_new(part(root, "sessions", "bus-back"), "capacity", json_integer(3));
	must_load(engine, root);
	g_assert_cmpint(engine_ask(engine, "SELECT taken FROM session WHERE code = 'day'"), ==, 5);
	g_assert_cmpint(
	        engine_ask(engine, "SELECT taken FROM session WHERE code = 'bus-back'"), ==, 3);
	g_assert_cmpint(engine_ask(engine, "SELECT taken FROM session WHERE code = 'bus'"), ==, 3);
	g_assert_cmpint(engine_ask(engine, "SELECT taken FROM stop WHERE no = 1"), ==, 3);
	g_assert_cmpint(engine_ask(engine, "SELECT taken FROM option WHERE code = 'all'"), ==, 3);
	/* the bus back is full, so nobody rides there; one place is left for the day */
	g_assert_cmpint(take(engine, "all", 1, NULL), ==, PLACE_FULL);
	g_assert_cmpint(take(engine, "free", 0, NULL), ==, PLACE_TAKEN);
	g_assert_cmpint(take(engine, "free", 0, NULL), ==, PLACE_FULL);
}

static void
who_chose_a_session_that_is_now_included_is_counted_once(Engine *engine, gconstpointer data)
{
	json_t *root = small_definition();
	json_t *option = part(root, "options", "all");

	fill(engine);
	g_assert_cmpint(take(engine, "all", 0, NULL), ==, PLACE_TAKEN);
	json_object_del(option, "choose");
	json_array_append_new(json_object_get(option, "includes"), json_string("bus"));
	must_load(engine, root);
	/* three had booked it; the fourth has it by the option now */
	g_assert_cmpint(engine_ask(engine, "SELECT taken FROM session WHERE code = 'bus'"), ==, 4);
}

static void
a_checkpoint_where_a_device_scans_stays(Engine *engine, gconstpointer data)
{
	json_t *root = small_definition();

	must_load(engine, small_definition());
	engine_must(engine,
	        "INSERT INTO device (id, event, name, role, expires)"
	        " SELECT 7, id, 'Gate', 'scan', 1 FROM event;"
	        "INSERT INTO device_checkpoint (device, event, checkpoint_no)"
	        " SELECT 7, event, no FROM checkpoint WHERE name = 'Gate'");
	json_array_remove(json_object_get(part(root, "sessions", "day"), "checkpoints"), 0);
	must_refuse(engine, json_deep_copy(root), NULL,
	        (const char *const[]){ "checkpoint \"Gate\" can't be taken away", NULL });
	engine_must(engine, "UPDATE device SET revoked_at = 1");
	g_assert_true(must_load(engine, root).changed);
}

static void
what_is_sealed_expires_by_the_new_end(Engine *engine, gconstpointer data)
{
	json_t *root = small_definition();

	fill(engine);
	/* the one of this event moves with it, that of somebody else does not */
	engine_must(engine,
	        "INSERT INTO sealed (owner, class, expires, value)"
	        " SELECT id, 1, 5, ticket_id FROM attendee WHERE no = 1;"
	        "INSERT INTO sealed (owner, class, expires, value)"
	        " SELECT 99, 1, 5, ticket_id FROM attendee WHERE no = 1");
	json_object_set_new(root, "retention", json_pack("{s:i}", "logistics_days", 3));
	must_load(engine, root);
	g_assert_cmpint(engine_ask(engine, "SELECT expires FROM sealed WHERE owner <> 99"), ==,
	        1811898000 + 3 * 24 * 60 * 60);
	g_assert_cmpint(engine_ask(engine, "SELECT expires FROM sealed WHERE owner = 99"), ==, 5);
}

static void
without_keys_there_is_no_event(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = parse(small_definition(), NULL);
	g_autoptr(GError) error = NULL;
	DefinitionStored stored;
	g_autofree char *keys = NULL, *away = NULL;

	keys = g_build_filename(record_dir(engine_record(engine)), "keys", NULL);
	away = g_strconcat(keys, "-away", NULL);
	g_assert_cmpint(g_rename(keys, away), ==, 0);
	g_assert_false(definition_store(engine_record(engine), event, ENGINE_NOW, &stored, &error));
	g_assert_nonnull(error);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM event"), ==, 0);
	g_assert_cmpint(g_rename(away, keys), ==, 0);
	g_assert_true(must_store(engine, event).created);
}

/* Two who load the same new event at once make one, and the later is told that it is there. */
static gpointer
load_at_once(gpointer data)
{
	Engine *engine = data;
	g_autoptr(Event) event = parse(small_definition(), NULL);
	g_autoptr(GError) error = NULL;
	DefinitionStored stored = { 0 };

	definition_store(engine->record, event, ENGINE_NOW, &stored, &error);
	g_assert_no_error(error);
	return GINT_TO_POINTER(stored.created ? 1 : 0);
}

static void
an_event_that_is_made_by_four_at_once_is_made_once(Engine *engine, gconstpointer data)
{
	GThread *threads[4];
	int made = 0;

	engine_record(engine);
	for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
		threads[i] = g_thread_new("load", load_at_once, engine);
	for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
		made += GPOINTER_TO_INT(g_thread_join(threads[i]));
	g_assert_cmpint(made, ==, 1);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM event"), ==, 1);
	g_autoptr(Event) event = read_event(engine, "picnic");
	g_assert_cmpint(event->edition, ==, 1);
}

/* ---- the shelf ---- */

static Event *
shelf_take(EventShelf *shelf, Db *db, const char *slug, gint64 now)
{
	g_autoptr(GError) error = NULL;

	g_assert_true(db_begin(db, NULL));
	Event *event = event_shelf_take(shelf, db, slug, now, &error);
	db_rollback(db);
	if (event == NULL)
		g_assert_error(error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT);
	return event;
}

static gint64
shelf_edition(EventShelf *shelf, Db *db, gint64 now)
{
	g_autoptr(Event) event = shelf_take(shelf, db, "picnic", now);

	return event != NULL ? event->edition : 0;
}

/* A change that is none but in the title. */
static void
rename_picnic(Engine *engine, guint nth)
{
	json_t *root = small_definition();
	g_autofree char *title = g_strdup_printf("Picnic %u", nth);

	json_object_set_new(root, "title", json_pack("{s:s}", "en", title));
	must_load(engine, root);
}

static void
the_shelf_looks_once_a_second(Engine *engine, gconstpointer data)
{
	g_autoptr(EventShelf) shelf = event_shelf_new();
	Db *db;

	must_load(engine, small_definition());
	db = engine_reader(engine);
	for (guint i = 0; i < 100; i++)
		g_assert_cmpint(shelf_edition(shelf, db, ENGINE_NOW), ==, 1);
	g_assert_cmpuint(event_shelf_looks(shelf), ==, 1);
	g_assert_null(shelf_take(shelf, db, "picnics", ENGINE_NOW));
	/* a thread that took its time a little before the other */
	g_assert_cmpint(shelf_edition(shelf, db, ENGINE_NOW - 1), ==, 1);
	g_assert_cmpuint(event_shelf_looks(shelf), ==, 1);
	rename_picnic(engine, 2);
	g_assert_cmpint(shelf_edition(shelf, db, ENGINE_NOW), ==, 1);
	g_assert_cmpint(shelf_edition(shelf, db, ENGINE_NOW + 1), ==, 2);
	g_assert_cmpuint(event_shelf_looks(shelf), ==, 2);
	/* a clock that was set back by an hour does not blind it */
	rename_picnic(engine, 3);
	g_assert_cmpint(shelf_edition(shelf, db, ENGINE_NOW - 3600), ==, 3);
}

static void
who_stores_and_forgets_sees_it_at_once(Engine *engine, gconstpointer data)
{
	g_autoptr(EventShelf) shelf = event_shelf_new();
	Db *db;

	must_load(engine, small_definition());
	db = engine_reader(engine);
	g_autoptr(Event) old = shelf_take(shelf, db, "picnic", ENGINE_NOW);
	rename_picnic(engine, 2);
	event_shelf_forget(shelf);
	g_assert_cmpint(shelf_edition(shelf, db, ENGINE_NOW), ==, 2);
	/* who still holds the old one may go on with it */
	g_assert_cmpint(old->edition, ==, 1);
	g_assert_cmpstr(event_text(old, old->title, "en"), ==, "Picnic");
}

static void
the_shelf_lists_events_by_their_start(Engine *engine, gconstpointer data)
{
	static const char *const slugs[][2] = { { "zebra", "2027-06-01" }, { "late", "2027-08-01" },
		{ "early", "2027-05-01" }, { "ant", "2027-06-01" } };
	static const char *const order[] = { "early", "ant", "zebra", "late" };
	g_autoptr(EventShelf) shelf = event_shelf_new();
	g_autoptr(GError) error = NULL;
	Db *db;

	for (guint i = 0; i < G_N_ELEMENTS(slugs); i++) {
		json_t *root = small_definition();
		json_object_set_new(root, "slug", json_string(slugs[i][0]));
		g_autoptr(Event) event = parse(root, slugs[i][1]);
		must_store(engine, event);
	}
	db = engine_reader(engine);
	g_assert_true(db_begin(db, NULL));
	g_autoptr(GPtrArray) list = event_shelf_list(shelf, db, ENGINE_NOW, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(list->len, ==, 4);
	for (guint i = 0; i < list->len; i++) {
		Event *event = g_ptr_array_index(list, i);
		g_assert_cmpstr(event->slug, ==, order[i]);
		g_autoptr(Event) by_id =
		        event_shelf_take_by_id(shelf, db, event->id, ENGINE_NOW, &error);
		g_assert_true(by_id == event);
	}
	db_rollback(db);
}

typedef struct {
	EventShelf *shelf;
	Record *record;
	_Atomic gint64 *now;
	_Atomic gboolean *stop;
	gint64 taken;
} Taker;

/* Takes as fast as it can: an edition never goes back. */
static gpointer
take_all_the_time(gpointer data)
{
	Taker *taker = data;
	g_autoptr(GError) error = NULL;
	g_autoptr(Db) db = record_reader(taker->record, &error);
	gint64 edition = 0;

	g_assert_no_error(error);
	while (!atomic_load(taker->stop)) {
		gint64 now = atomic_load(taker->now);
		gint64 seen = shelf_edition(taker->shelf, db, now);
		g_assert_cmpint(seen, >=, edition);
		edition = seen;
		taker->taken++;
	}
	return NULL;
}

static void
many_threads_take_from_one_shelf(Engine *engine, gconstpointer data)
{
	g_autoptr(EventShelf) shelf = event_shelf_new();
	_Atomic gint64 now = ENGINE_NOW;
	_Atomic gboolean stop = FALSE;
	Taker takers[6];
	GThread *threads[G_N_ELEMENTS(takers)];
	const guint seconds = 12;

	must_load(engine, small_definition());
	for (guint i = 0; i < G_N_ELEMENTS(takers); i++) {
		takers[i] = (Taker){ shelf, engine->record, &now, &stop, 0 };
		threads[i] = g_thread_new("take", take_all_the_time, &takers[i]);
	}
	for (guint i = 1; i <= seconds; i++) {
		rename_picnic(engine, i);
		atomic_fetch_add(&now, 1);
		g_usleep(20 * 1000);
	}
	atomic_store(&stop, TRUE);
	for (guint i = 0; i < G_N_ELEMENTS(takers); i++) {
		g_thread_join(threads[i]);
		g_assert_cmpint(takers[i].taken, >, 0);
	}
	g_assert_cmpuint(event_shelf_looks(shelf), <=, seconds + 1);
	g_assert_cmpint(shelf_edition(shelf, engine_reader(engine), ENGINE_NOW + seconds + 1), ==,
	        seconds + 1);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(test) engine_add_test(#test, test)
	ADD(an_event_is_read_as_it_was_stored);
	ADD(every_table_has_its_rows);
	ADD(an_event_that_is_not_there_is_absent);
	ADD(the_same_definition_again_changes_nothing);
	ADD(numbers_stay_with_their_codes);
	ADD(what_nobody_holds_can_be_taken_away);
	ADD(what_people_hold_is_not_taken_away);
	ADD(an_event_with_people_is_not_moved);
	ADD(a_capacity_that_comes_later_counts_who_is_there);
	ADD(who_chose_a_session_that_is_now_included_is_counted_once);
	ADD(a_checkpoint_where_a_device_scans_stays);
	ADD(what_is_sealed_expires_by_the_new_end);
	ADD(without_keys_there_is_no_event);
	ADD(an_event_that_is_made_by_four_at_once_is_made_once);
	ADD(the_shelf_looks_once_a_second);
	ADD(who_stores_and_forgets_sees_it_at_once);
	ADD(the_shelf_lists_events_by_their_start);
	ADD(many_threads_take_from_one_shelf);
#undef ADD
	return engine_run();
}
