/* Events that are changed under people who hold something. */
#include <string.h>
#include <glib/gstdio.h>

#include "tests/fixtures/picnic.h"

/* Three people come with everything, from stop 1, with the choir; two more by the free option. */
static void
fill(Engine *engine)
{
	picnic_must_load(engine, picnic_json());
	for (guint i = 0; i < 3; i++)
		g_assert_cmpint(picnic_take(engine, "all", 1, "CHOIR"), ==, PLACE_TAKEN);
	for (guint i = 0; i < 2; i++)
		g_assert_cmpint(picnic_take(engine, "free", 0, NULL), ==, PLACE_TAKEN);
}

/* Things that people hold, taken away. Each parses by itself; that is the point. */
static void
lose_option(json_t *root)
{
	picnic_remove(root, "options", "free");
}

static void
lose_bus(json_t *root)
{
	json_object_del(picnic_part(root, "options", "all"), "choose");
	picnic_remove(root, "sessions", "bus");
}

static void
lose_return(json_t *root)
{
	json_object_del(picnic_part(root, "sessions", "bus"), "return");
	picnic_remove(root, "sessions", "bus-back");
}

static void
lose_stop(json_t *root)
{
	json_t *bus = picnic_part(root, "sessions", "bus");

	json_array_remove(json_object_get(bus, "stops"), 0);
	json_array_clear(json_object_get(bus, "checkpoints"));
}

static void
lose_region(json_t *root)
{
	json_object_set_new(
	        picnic_part(root, "delegations", "CHOIR"), "region", json_string("south"));
	picnic_remove(root, "regions", "north");
}

static void
lose_delegation(json_t *root)
{
	picnic_remove(root, "delegations", "CHOIR");
}

static void
lose_lunch(json_t *root)
{
	json_array_remove(json_object_get(picnic_part(root, "options", "all"), "includes"), 1);
}

static void
lose_lunch_altogether(json_t *root)
{
	lose_lunch(root);
	picnic_remove(root, "sessions", "lunch");
}

static void
lose_choice_of_bus(json_t *root)
{
	json_object_del(picnic_part(root, "options", "all"), "choose");
}

static void
lose_sure_lunch(json_t *root)
{
	json_t *option = picnic_part(root, "options", "all");

	lose_lunch(root);
	json_array_append_new(json_object_get(option, "choose"),
	        json_pack("{s:s, s:[s], s:i, s:i}", "code", "meal", "of", "lunch", "min", 0, "max",
	                1));
}

static void
narrow_option(json_t *root)
{
	json_object_set_new(picnic_part(root, "options", "all"), "capacity", json_integer(2));
}

static void
narrow_lunch(json_t *root)
{
	json_object_set_new(picnic_part(root, "sessions", "lunch"), "capacity", json_integer(2));
}

static void
narrow_return(json_t *root)
{
	json_object_set_new(picnic_part(root, "sessions", "bus-back"), "capacity", json_integer(2));
}

static void
narrow_day(json_t *root)
{
	json_object_set_new(picnic_part(root, "sessions", "day"), "capacity", json_integer(4));
}

static void
narrow_stop(json_t *root)
{
	json_t *stops = json_object_get(picnic_part(root, "sessions", "bus"), "stops");

	json_object_set_new(json_array_get(stops, 0), "capacity", json_integer(2));
}

static json_t *
question(const char *reader)
{
	return json_pack("[{s:s, s:s, s:{s:s}, s:{s:s}, s:[s, s], s:i}]", "code", "shirt", "type",
	        "text", "label", "en", "Shirt", "purpose", "en", "To have enough", "seen_by",
	        "staff", reader, "days_kept", 7);
}

static json_t *
with_question(const char *reader)
{
	json_t *root = picnic_json();

	json_object_set_new(root, "questions", question(reader));
	return root;
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
	g_autoptr(Event) before = picnic_read(engine, "picnic");
	g_autofree char *definition = picnic_export(before);

	for (guint i = 0; i < G_N_ELEMENTS(losses); i++) {
		json_t *root = picnic_json();
		losses[i].change(root);
		picnic_must_refuse(engine, root, NULL,
		        (const char *const[]){ losses[i].where, losses[i].what, NULL });
	}
	/* two at once are told at once, and nothing was changed */
	json_t *root = picnic_json();
	lose_option(root);
	lose_delegation(root);
	picnic_must_refuse(
	        engine, root, NULL, (const char *const[]){ "\"free\"", "\"CHOIR\"", NULL });
	g_autoptr(Event) after = picnic_read(engine, "picnic");
	g_autofree char *definition_after = picnic_export(after);
	g_assert_cmpstr(definition, ==, definition_after);
	g_assert_cmpint(after->edition, ==, 1);
	g_assert_cmpint(
	        engine_ask(engine, "SELECT taken FROM session WHERE code = 'lunch'"), ==, 3);
}

static void
nobody_more_sees_what_was_answered(Engine *engine, gconstpointer data)
{
	picnic_must_load(engine, with_question("region"));
	picnic_must_load(engine, with_question("captain")); /* nobody has answered yet */
	g_assert_cmpint(picnic_take(engine, "free", 0, NULL), ==, PLACE_TAKEN);
	picnic_must_refuse(engine, with_question("region"), NULL,
	        (const char *const[]){ "$.questions[0].seen_by",
	                "\"region\" can't see the answers to \"shirt\"", NULL });
	/* fewer may, and another question is another */
	json_t *root = with_question("captain");
	json_t *list = json_object_get(root, "questions");
	json_array_remove(json_object_get(json_array_get(list, 0), "seen_by"), 1);
	json_t *other = question("region");
	json_object_set_new(json_array_get(other, 0), "code", json_string("other"));
	json_array_extend(list, other);
	json_decref(other);
	picnic_must_load(engine, root);
	picnic_must_refuse(engine, with_question("captain"), NULL,
	        (const char *const[]){ "\"captain\" can't see", NULL });
}

static void
who_cancelled_holds_nothing(Engine *engine, gconstpointer data)
{
	json_t *root = picnic_json();

	fill(engine);
	engine_must(engine, "UPDATE attendee SET state = 'cancelled' WHERE no = 1");
	narrow_option(root);
	narrow_lunch(root);
	narrow_stop(root);
	narrow_return(root);
	picnic_must_load(engine, root);
	g_assert_cmpint(
	        engine_ask(engine, "SELECT taken FROM session WHERE code = 'lunch'"), ==, 2);
	g_assert_cmpint(engine_ask(engine, "SELECT taken FROM option WHERE code = 'all'"), ==, 2);
	g_assert_cmpint(engine_ask(engine, "SELECT taken FROM stop WHERE no = 1"), ==, 2);
}

static void
an_event_with_people_is_not_moved(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) empty = picnic_parse(picnic_json(), "2027-06-08");

	picnic_must_load(engine, picnic_json());
	g_assert_true(picnic_must_store(engine, empty).changed);
	picnic_must_load(engine, picnic_json());
	g_assert_cmpint(picnic_take(engine, "free", 0, NULL), ==, PLACE_TAKEN);
	picnic_must_refuse(engine, picnic_json(), "2027-06-08",
	        (const char *const[]){ "--starts", "1 people in it", "another slug", NULL });
	/* a time that is changed by hand is the organiser's own word */
	json_t *root = picnic_json();
	json_object_set_new(root, "starts", json_string("2027-06-01T09:00"));
	g_assert_true(picnic_must_load(engine, root).changed);
}

static void
a_capacity_that_comes_later_counts_who_is_there(Engine *engine, gconstpointer data)
{
	json_t *root = picnic_json();

	fill(engine);
	json_object_set_new(picnic_part(root, "sessions", "day"), "capacity", json_integer(6));
	json_object_set_new(picnic_part(root, "sessions", "bus-back"), "capacity", json_integer(3));
	picnic_must_load(engine, root);
	g_assert_cmpint(engine_ask(engine, "SELECT taken FROM session WHERE code = 'day'"), ==, 5);
	g_assert_cmpint(
	        engine_ask(engine, "SELECT taken FROM session WHERE code = 'bus-back'"), ==, 3);
	g_assert_cmpint(engine_ask(engine, "SELECT taken FROM session WHERE code = 'bus'"), ==, 3);
	g_assert_cmpint(engine_ask(engine, "SELECT taken FROM stop WHERE no = 1"), ==, 3);
	g_assert_cmpint(engine_ask(engine, "SELECT taken FROM option WHERE code = 'all'"), ==, 3);
	/* the bus back is full, so nobody rides there; one place is left for the day */
	g_assert_cmpint(picnic_take(engine, "all", 1, NULL), ==, PLACE_FULL);
	g_assert_cmpint(picnic_take(engine, "free", 0, NULL), ==, PLACE_TAKEN);
	g_assert_cmpint(picnic_take(engine, "free", 0, NULL), ==, PLACE_FULL);
}

static void
who_chose_a_session_that_is_now_included_is_counted_once(Engine *engine, gconstpointer data)
{
	json_t *root = picnic_json();
	json_t *option = picnic_part(root, "options", "all");

	fill(engine);
	g_assert_cmpint(picnic_take(engine, "all", 0, NULL), ==, PLACE_TAKEN);
	json_object_del(option, "choose");
	json_array_append_new(json_object_get(option, "includes"), json_string("bus"));
	picnic_must_load(engine, root);
	/* three had booked it; the fourth has it by the option now */
	g_assert_cmpint(engine_ask(engine, "SELECT taken FROM session WHERE code = 'bus'"), ==, 4);
}

static void
a_checkpoint_where_a_device_scans_stays(Engine *engine, gconstpointer data)
{
	json_t *root = picnic_json();

	picnic_must_load(engine, picnic_json());
	engine_must(engine,
	        "INSERT INTO device (id, event, name, role, expires)"
	        " SELECT 7, id, 'Gate', 'scan', 1 FROM event;"
	        "INSERT INTO device_checkpoint (device, event, checkpoint_no)"
	        " SELECT 7, event, no FROM checkpoint WHERE name = 'Gate'");
	json_array_remove(json_object_get(picnic_part(root, "sessions", "day"), "checkpoints"), 0);
	picnic_must_refuse(engine, json_deep_copy(root), NULL,
	        (const char *const[]){ "checkpoint \"Gate\" can't be taken away", NULL });
	engine_must(engine, "UPDATE device SET revoked_at = 1");
	g_assert_true(picnic_must_load(engine, root).changed);
}

static void
what_is_sealed_expires_by_the_new_end(Engine *engine, gconstpointer data)
{
	json_t *root = picnic_json();

	fill(engine);
	/* the one of this event moves with it, that of somebody else does not */
	engine_must(engine,
	        "INSERT INTO sealed (owner, class, expires, value)"
	        " SELECT id, 1, 5, ticket_id FROM attendee WHERE no = 1;"
	        "INSERT INTO sealed (owner, class, expires, value)"
	        " SELECT 99, 1, 5, ticket_id FROM attendee WHERE no = 1");
	json_object_set_new(root, "retention", json_pack("{s:i}", "logistics_days", 3));
	picnic_must_load(engine, root);
	g_assert_cmpint(engine_ask(engine, "SELECT expires FROM sealed WHERE owner <> 99"), ==,
	        1811898000 + 3 * 24 * 60 * 60);
	g_assert_cmpint(engine_ask(engine, "SELECT expires FROM sealed WHERE owner = 99"), ==, 5);
}

static void
without_keys_there_is_no_event(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = picnic_parse(picnic_json(), NULL);
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
	g_assert_true(picnic_must_store(engine, event).created);
}

/* Two who load the same new event at once make one, and the later is told that it is there. */
static gpointer
load_at_once(gpointer data)
{
	Engine *engine = data;
	g_autoptr(Event) event = picnic_parse(picnic_json(), NULL);
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
	g_autoptr(Event) event = picnic_read(engine, "picnic");
	g_assert_cmpint(event->edition, ==, 1);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(test) engine_add_test(#test, test)
	ADD(what_people_hold_is_not_taken_away);
	ADD(nobody_more_sees_what_was_answered);
	ADD(who_cancelled_holds_nothing);
	ADD(an_event_with_people_is_not_moved);
	ADD(a_capacity_that_comes_later_counts_who_is_there);
	ADD(who_chose_a_session_that_is_now_included_is_counted_once);
	ADD(a_checkpoint_where_a_device_scans_stays);
	ADD(what_is_sealed_expires_by_the_new_end);
	ADD(without_keys_there_is_no_event);
	ADD(an_event_that_is_made_by_four_at_once_is_made_once);
#undef ADD
	return engine_run();
}
