/* Events in their tables: stored and read. */
#include "tests/fixtures/picnic.h"

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
	DefinitionStored stored = picnic_must_store(engine, event);
	g_assert_true(stored.created && stored.changed);
	g_assert_cmpint(stored.edition, ==, 1);

	g_autoptr(Event) read = picnic_read(engine, "immigrant-day-of-action");
	g_autofree char *before = picnic_export(event), *after = picnic_export(read);
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

	picnic_must_load(engine, picnic_json());
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

	picnic_must_load(engine, picnic_json());
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
	DefinitionStored first = picnic_must_load(engine, picnic_json());
	DefinitionStored second = picnic_must_load(engine, picnic_json());
	g_autoptr(Event) moved = picnic_parse(picnic_json(), "2027-06-01");
	DefinitionStored third;

	g_assert_false(second.created || second.changed);
	g_assert_cmpint(second.edition, ==, 1);
	g_assert_cmpmem(first.id, EVENT_ID_BYTES, second.id, EVENT_ID_BYTES);
	/* not even by a move of no days, with people in it */
	g_assert_cmpint(picnic_take(engine, "all", 0, NULL), ==, PLACE_TAKEN);
	third = picnic_must_store(engine, moved);
	g_assert_false(third.changed);
	g_assert_cmpint(third.edition, ==, 1);
}

static void
numbers_stay_with_their_codes(Engine *engine, gconstpointer data)
{
	json_t *root = picnic_json();
	json_t *sessions = json_object_get(root, "sessions"), *dance;

	picnic_must_load(engine, picnic_json());
	g_autoptr(Event) before = picnic_read(engine, "picnic");
	/* the list is turned round, and one comes in at its head */
	for (gsize i = 0; i < 5; i++) {
		json_t *last = json_incref(json_array_get(sessions, 4));
		json_array_remove(sessions, 4);
		json_array_insert_new(sessions, i, last);
	}
	dance = json_deep_copy(picnic_part(root, "sessions", "day"));
	json_object_set_new(dance, "code", json_string("dance"));
	json_array_insert_new(sessions, 0, dance);
	json_object_set_new(picnic_part(root, "delegations", "BAND"), "code", json_string("band"));
	picnic_remove(root, "regions", "east");
	DefinitionStored stored = picnic_must_load(engine, root);
	g_assert_true(stored.changed && !stored.created);
	g_assert_cmpint(stored.edition, ==, 2);

	g_autoptr(Event) after = picnic_read(engine, "picnic");
	g_assert_cmpint(after->edition, ==, 2);
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
a_stop_where_nobody_boards_can_be_taken_away(Engine *engine, gconstpointer data)
{
	json_t *root = picnic_json();

	picnic_must_load(engine, picnic_json());
	g_assert_cmpint(picnic_take(engine, "all", 1, NULL), ==, PLACE_TAKEN);
	json_array_remove(json_object_get(picnic_part(root, "sessions", "bus"), "stops"), 1);
	picnic_must_load(engine, root);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM stop"), ==, 1);
	g_assert_cmpint(engine_ask(engine, "SELECT no FROM stop"), ==, 1);
}

static void
what_nobody_holds_can_be_taken_away(Engine *engine, gconstpointer data)
{
	json_t *root = picnic_json();

	picnic_must_load(engine, picnic_json());
	g_assert_cmpint(picnic_take(engine, "free", 0, "CHOIR"), ==, PLACE_TAKEN);
	json_object_del(picnic_part(root, "options", "all"), "choose");
	json_object_del(picnic_part(root, "sessions", "bus"), "return");
	for (guint i = 0; i < 3; i++)
		picnic_remove(
		        root, "sessions", (const char *const[]){ "bus", "bus-back", "visit" }[i]);
	picnic_remove(root, "delegations", "BAND");
	picnic_remove(root, "regions", "south");
	json_array_remove(json_object_get(picnic_part(root, "sessions", "day"), "checkpoints"), 1);
	picnic_must_load(engine, root);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM session"), ==, 2);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM stop"), ==, 0);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM checkpoint"), ==, 2);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM region"), ==, 2);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM delegation"), ==, 1);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM county"), ==, 1);
	g_autoptr(Event) event = picnic_read(engine, "picnic");
	g_assert_cmpuint(event->sessions->len, ==, 2);
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
	ADD(a_stop_where_nobody_boards_can_be_taken_away);
	ADD(what_nobody_holds_can_be_taken_away);
#undef ADD
	return engine_run();
}
