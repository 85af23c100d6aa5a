/* The list of who wants to stay informed: nobody is on it who hasn't confirmed, and who leaves is gone. */
#include <string.h>

#include "schema/id.h"
#include "schema/informed.h"
#include "tests/fixtures/engine.h"

#define HOUR (60 * 60)
#define ANA  "zzyzx-ana@example.org"
#define BEN  "zzyzx-ben@example.org"

static VaultEvent *
keys_of(Engine *engine)
{
	g_autoptr(GError) error = NULL;
	VaultEvent *keys =
	        informed_keys_make(record_vault(engine_record(engine)), ENGINE_NOW, &error);

	g_assert_no_error(error);
	return keys;
}

static gint64
ask_as(Engine *engine, const char *email, const char *region, DbWork work, gint64 now)
{
	static gint64 ms = ENGINE_NOW * 1000;
	g_autoptr(GError) error = NULL;
	g_autoptr(InformedAsk) ask = informed_ask_new(keys_of(engine), email, id_new(ms++));

	g_strlcpy(ask->lang, "es", sizeof ask->lang);
	g_strlcpy(ask->text_lang, "en", sizeof ask->text_lang);
	g_strlcpy(ask->region, region, sizeof ask->region);
	ask->asked = ask->now = now;
	writer_run(record_writer(engine_record(engine)), work, ask, &error);
	g_assert_no_error(error);
	return ask->id;
}

static void
ask(Engine *engine, const char *email, gint64 now)
{
	ask_as(engine, email, "4", informed_ask_work, now);
}

static gint64
id_of(Engine *engine)
{
	return engine_ask(engine, "SELECT max(id) FROM informed");
}

static gboolean
read_one(Engine *engine, gint64 id, Informed *ret)
{
	g_autoptr(GError) error = NULL;
	gboolean found = FALSE;
	Db *db = engine_reader(engine);

	g_assert_true(db_begin(db, &error));
	informed_read(db, keys_of(engine), id, ret, &found, &error);
	g_assert_no_error(error);
	db_rollback(db);
	return found;
}

typedef struct {
	gint64 id, now;
	gboolean there;
} Act;

static gboolean
confirm_work(Db *db, gpointer data, GError **error)
{
	Act *act = data;

	return informed_confirm(db, act->id, act->now, &act->there, error);
}

static void
run(Engine *engine, DbWork work, gpointer data)
{
	g_autoptr(GError) error = NULL;

	writer_run(record_writer(engine_record(engine)), work, data, &error);
	g_assert_no_error(error);
}

static gint64
letters(Engine *engine, const char *kind)
{
	g_autofree char *sql =
	        g_strdup_printf("SELECT count(*) FROM outbox WHERE kind = '%s'", kind);

	return engine_ask(engine, sql);
}

static void
nobody_is_on_the_list_who_has_not_confirmed(Engine *engine, gconstpointer data)
{
	g_auto(Informed) ana = { 0 };
	g_autoptr(GError) error = NULL;
	gint64 n = 0;

	g_assert_null(informed_keys(record_vault(engine_record(engine)), NULL));
	ask(engine, ANA, ENGINE_NOW);
	g_assert_true(read_one(engine, id_of(engine), &ana));
	g_assert_cmpstr(ana.email, ==, ANA);
	g_assert_cmpint(ana.confirmed, ==, 0);
	Db *db = engine_reader(engine);
	g_assert_true(db_begin(db, &error));
	g_assert_true(informed_count(db, NULL, &n, &error));
	g_autoptr(GArray) list = informed_array_new();
	g_assert_true(informed_list_next(db, keys_of(engine), NULL, 0, 9, list, &error));
	db_rollback(db);
	g_assert_cmpint(n, ==, 0);
	g_assert_cmpuint(list->len, ==, 0);

	Act act = { .id = ana.id, .now = ENGINE_NOW + HOUR };
	run(engine, confirm_work, &act);
	g_assert_true(act.there);
	act.now += HOUR; /* the first time counts */
	run(engine, confirm_work, &act);
	g_assert_true(db_begin(db, &error));
	g_assert_true(informed_count(db, "4", &n, &error));
	g_assert_cmpint(n, ==, 1);
	g_assert_true(informed_count(db, "5", &n, &error));
	g_assert_cmpint(n, ==, 0);
	g_assert_true(informed_list_next(db, keys_of(engine), "5", 0, 9, list, &error));
	g_assert_cmpuint(list->len, ==, 0);
	g_assert_true(informed_list_next(db, keys_of(engine), "4", 0, 9, list, &error));
	db_rollback(db);
	g_assert_cmpuint(list->len, ==, 1);
	const Informed *one = &g_array_index(list, Informed, 0);
	g_assert_cmpstr(one->email, ==, ANA);
	g_assert_cmpstr(one->lang, ==, "es");
	g_assert_cmpstr(one->text_lang, ==, "en");
	g_assert_cmpint(one->text_version, ==, INFORMED_TEXT_VERSION);
	g_assert_cmpint(one->asked, ==, ENGINE_NOW);
	g_assert_cmpint(one->confirmed, ==, ENGINE_NOW + HOUR);
}

static void
asking_again_and_again_brings_a_letter_an_hour_and_then_one_a_day(
        Engine *engine, gconstpointer data)
{
	for (guint i = 0; i < 5; i++)
		ask(engine, ANA, ENGINE_NOW + i * HOUR / 3);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM informed"), ==, 1);
	g_assert_cmpint(letters(engine, "informed-ask"), ==, 2);

	Act act = { .id = id_of(engine), .now = ENGINE_NOW + 2 * HOUR };
	run(engine, confirm_work, &act);
	for (guint i = 0; i < 30; i++)
		ask(engine, ANA, ENGINE_NOW + (4 + i) * HOUR);
	g_assert_cmpint(letters(engine, "informed-ask"), ==, 2);
	g_assert_cmpint(letters(engine, "informed-known"), ==, 1);
	g_assert_cmpint(engine_ask(engine, "SELECT confirmed FROM informed"), ==, act.now);
}

static void
who_does_not_confirm_is_forgotten_after_two_days(Engine *engine, gconstpointer data)
{
	gint64 now = ENGINE_NOW + INFORMED_ASK_S;

	ask(engine, ANA, ENGINE_NOW);
	Act act = { .id = id_of(engine), .now = ENGINE_NOW };
	run(engine, confirm_work, &act);
	ask(engine, BEN, ENGINE_NOW + 1);
	run(engine, informed_sweep_work, &now);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM informed"), ==, 2);
	now++;
	run(engine, informed_sweep_work, &now);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM informed"), ==, 1);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM outbox"), ==, 1);
	g_assert_cmpint(id_of(engine), ==, act.id);
}

static void
who_leaves_is_gone_and_may_come_again(Engine *engine, gconstpointer data)
{
	g_auto(Informed) nobody = { 0 };
	char token[LINK_TOKEN_LENGTH + 1];
	g_autoptr(GError) error = NULL;
	gboolean found = TRUE;

	ask(engine, ANA, ENGINE_NOW);
	Act act = { .id = id_of(engine), .now = ENGINE_NOW };
	run(engine, confirm_work, &act);
	informed_link(keys_of(engine), act.id, token);
	for (guint i = 0; i < 2; i++) { /* leaving twice is leaving */
		informed_leave(engine_record(engine), act.id, &error);
		g_assert_no_error(error);
		g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM informed"), ==, 0);
		g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM outbox"), ==, 0);
	}
	Db *db = engine_reader(engine);
	g_assert_true(db_begin(db, &error));
	g_assert_true(informed_read_link(db, keys_of(engine), token, &nobody, &found, &error));
	db_rollback(db);
	g_assert_false(found);
	run(engine, confirm_work, &act);
	g_assert_false(act.there);

	ask(engine, ANA, ENGINE_NOW + 1);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM informed"), ==, 1);
	g_assert_cmpint(letters(engine, "informed-ask"), ==, 1);
	Record *record = engine_record(engine);
	g_assert_true(informed_leave_address(record, BEN, &found, &error));
	g_assert_false(found);
	g_assert_true(informed_leave_address(record, ANA, &found, &error));
	g_assert_true(found);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM informed"), ==, 0);
}

/* As restoring it does: the row is back, and the folder of keys is today's. */
static void
an_older_backup_brings_nobody_back_who_has_left(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) error = NULL;

	ask(engine, ANA, ENGINE_NOW);
	gint64 ana = id_of(engine);
	ask(engine, BEN, ENGINE_NOW);
	engine_must(engine, "CREATE TABLE backup AS SELECT * FROM informed");
	informed_leave(engine_record(engine), ana, &error);
	g_assert_no_error(error);
	engine_must(engine, "DELETE FROM informed");
	engine_must(engine, "INSERT INTO informed SELECT * FROM backup");
	informed_settle(engine_record(engine), &error);
	g_assert_no_error(error);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM informed"), ==, 1);
	g_assert_cmpint(id_of(engine), !=, ana);
}

static void
a_link_is_its_own_persons_alone(Engine *engine, gconstpointer data)
{
	g_auto(Informed) found_one = { 0 };
	g_autoptr(GError) error = NULL;
	char token[LINK_TOKEN_LENGTH + 1], other[LINK_TOKEN_LENGTH + 1];
	gboolean found = FALSE;

	ask(engine, ANA, ENGINE_NOW);
	gint64 ana = id_of(engine);
	ask(engine, BEN, ENGINE_NOW);
	informed_link(keys_of(engine), ana, token);
	informed_link(keys_of(engine), id_of(engine), other);
	Db *db = engine_reader(engine);
	g_assert_true(db_begin(db, &error));
	g_assert_true(informed_read_link(db, keys_of(engine), token, &found_one, &found, &error));
	g_assert_true(found);
	g_assert_cmpstr(found_one.email, ==, ANA);
	memcpy(other, token, ID_HEX_LENGTH); /* Ana's id with Ben's word for it */
	g_auto(Informed) nobody = { 0 };
	g_assert_true(informed_read_link(db, keys_of(engine), other, &nobody, &found, &error));
	g_assert_false(found);
	vault_link(keys_of(engine), LINK_TICKET, ana, INFORMED_LINK_NO, other);
	g_assert_true(informed_read_link(db, keys_of(engine), other, &nobody, &found, &error));
	g_assert_false(found);
	db_rollback(db);
}

static void
who_has_shown_that_the_address_is_theirs_is_on_the_list_at_once(Engine *engine, gconstpointer data)
{
	gint64 first, again;

	first = ask_as(engine, ANA, "5", informed_join_work, ENGINE_NOW);
	again = ask_as(engine, ANA, "6", informed_join_work, ENGINE_NOW + HOUR);
	g_assert_cmpint(first, ==, again); /* one address, one row; the first time counts */
	g_assert_cmpint(engine_ask(engine, "SELECT confirmed FROM informed"), ==, ENGINE_NOW);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM outbox"), ==, 0);
	ask(engine, BEN, ENGINE_NOW);
	ask_as(engine, BEN, "5", informed_join_work, ENGINE_NOW + HOUR);
	g_assert_cmpint(
	        engine_ask(engine, "SELECT count(*) FROM informed WHERE confirmed IS NULL"), ==, 0);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM informed"), ==, 2);
}

static void
no_address_is_in_the_database(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) error = NULL;

	ask(engine, ANA, ENGINE_NOW);
	engine_close(engine);
	if (engine->engine != DB_SQLITE)
		return;
	GDir *dir = g_dir_open(engine->place.dir, 0, &error);
	g_assert_no_error(error);
	for (const char *name; (name = g_dir_read_name(dir)) != NULL;) {
		g_autofree char *path = g_build_filename(engine->place.dir, name, NULL);
		g_autofree char *text = NULL;
		gsize length = 0;
		if (g_file_get_contents(path, &text, &length, NULL))
			g_assert_null(memmem(text, length, "zzyzx", strlen("zzyzx")));
	}
	g_dir_close(dir);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define TEST(name) engine_add_test("informed/" #name, name)
	TEST(nobody_is_on_the_list_who_has_not_confirmed);
	TEST(asking_again_and_again_brings_a_letter_an_hour_and_then_one_a_day);
	TEST(who_does_not_confirm_is_forgotten_after_two_days);
	TEST(who_leaves_is_gone_and_may_come_again);
	TEST(an_older_backup_brings_nobody_back_who_has_left);
	TEST(a_link_is_its_own_persons_alone);
	TEST(who_has_shown_that_the_address_is_theirs_is_on_the_list_at_once);
	TEST(no_address_is_in_the_database);
	return engine_run();
}
