/* Backups and the way back: from either engine, to either, without whoever was deleted since. */
#include "schema/backup.h"
#include "schema/db_driver.h"
#include "schema/erase.h"
#include "schema/expire.h"
#include "schema/hold.h"
#include "schema/informed.h"
#include "schema/vault_copy.h"
#include "schema/verify.h"

#include <glib/gstdio.h>
#include <string.h>

#include "tests/fixtures/log_fixture.h"

#define DAY    G_GINT64_CONSTANT(86400)
#define PHRASE "correct horse battery"

typedef struct {
	Door door;
	Guest ana, ben, cai;
	char *rows, *keys, *folder; /* the backup, the copy of the keys, the keys themselves */
} Story;

static void
story_clear(Story *story)
{
	door_close(&story->door);
	g_free(story->rows);
	g_free(story->keys);
	g_free(story->folder);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Story, story_clear)

/* Three people; ana came. Then the backup. */
static void
story_open(Story *story, Engine *engine)
{
	g_autoptr(GError) error = NULL;

	open_day(&story->door, engine);
	story->ana = door_guest(&story->door, "full", "bus", TICKET_ATTENDEE);
	story->ben = door_guest(&story->door, "full", NULL, TICKET_ATTENDEE);
	story->cai = door_guest(&story->door, "general", NULL, TICKET_ATTENDEE);
	take_one(&story->door, PHONE,
	        record(&story->door, PHONE, 1, "day", story->ana.ticket.mark, DOOR_ADMIT));
	engine_must(engine,
	        "INSERT INTO outbox (cause, event, kind, attendee, made, due, state)"
	        " SELECT 'confirm:1', event, 'confirmation', id, 1, 1, 'waiting'"
	        " FROM attendee WHERE no = 2");
	story->rows = g_build_filename(engine->dir, "rows.db", NULL);
	story->keys = g_build_filename(engine->dir, "keys.copy", NULL);
	story->folder = g_build_filename(engine->place.dir, "keys", NULL);
	backup_write(story->door.record, story->rows, &error);
	g_assert_no_error(error);
}

static void
story_copy_keys(const Story *story)
{
	g_autoptr(GError) error = NULL;

	vault_copy_write(record_vault(story->door.record), story->keys, PHRASE, ENGINE_NOW, &error);
	g_assert_no_error(error);
}

static void
erases(const Story *story, const Guest *guest)
{
	g_autoptr(GError) error = NULL;
	EraseWork work = { .event = story->door.event,
		.keys = story->door.keys,
		.who = { 0, guest->id },
		.by = ERASE_BY_LINK,
		.now = ENGINE_NOW };

	writer_run(record_writer(story->door.record), erase_work, &work, &error);
	g_assert_no_error(error);
	erase_acknowledge(story->door.record, &error);
	g_assert_no_error(error);
}

/* A record that was restored, in a SQLite file whatever the engine is. */
typedef struct {
	char *dir;
	Record *record;
	Event *event;
	RestoreCounts counts;
} Restored;

static void
restored_clear(Restored *restored)
{
	g_clear_pointer(&restored->event, event_unref);
	g_clear_pointer(&restored->record, record_free);
	g_free(restored->dir);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Restored, restored_clear)

static void
restored_open(Restored *restored, const char *database)
{
	g_autoptr(GError) error = NULL;
	const RecordPlace place = { .dir = restored->dir, .database = database };

	restored->record = record_open(&place, RECORD_WRITE, &error);
	g_assert_no_error(error);
	g_autoptr(Db) db = record_reader(restored->record, &error);
	g_assert_true(db_begin(db, &error));
	restored->event = event_read(db, "door", &error);
	g_assert_no_error(error);
	db_rollback(db);
}

static void
restores(const Story *story, const char *keys, const char *passphrase, gint64 now, Restored *ret)
{
	g_autoptr(GError) error = NULL;

	ret->dir = g_build_filename(story->door.engine->dir, "restored", NULL);
	const RecordPlace place = { .dir = ret->dir };
	backup_restore(&place, story->rows, keys, passphrase, now, &ret->counts, &error);
	g_assert_no_error(error);
	restored_open(ret, NULL);
}

static gint64
asks(const Restored *restored, const char *sql)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Db) db = record_reader(restored->record, &error);
	gint64 number = 0;

	g_assert_true(db_begin(db, &error));
	g_assert_true(db_ask_int(db, sql, DB_NO_ARGS, -1, &number, &error));
	db_rollback(db);
	return number;
}

static gint64
asks_of(const Restored *restored, const char *what, const Guest *guest)
{
	g_autofree char *sql = g_strdup_printf("%s %" G_GINT64_FORMAT, what, guest->id);
	return asks(restored, sql);
}

static void
restored_verified(const Restored *restored)
{
	const Door door = { .record = restored->record, .event = restored->event };
	verified(&door);
}

static void
what_is_restored_is_what_was_there(Engine *engine, gconstpointer data)
{
	g_auto(Story) story = { 0 };
	g_auto(Restored) back = { 0 };
	g_autoptr(GError) error = NULL;
	story_open(&story, engine);
	story_copy_keys(&story);
	restores(&story, story.keys, PHRASE, ENGINE_NOW, &back);
	g_assert_cmpint(asks(&back, "SELECT count(*) FROM sealed"), ==, 3);
	g_assert_cmpint(asks(&back, "SELECT count(*) FROM presence"), ==, 1);
	g_assert_cmpint(asks(&back, "SELECT count(*) FROM scan"), ==, 1);
	/* every value is opened, every line of log and audit checked */
	restored_verified(&back);
	/* phones hear that it is older than they are */
	g_assert_cmpint(back.event->history, !=, story.door.event->history);
	/* nothing goes out twice */
	g_assert_cmpint(back.counts.letters, ==, 1);
	g_assert_cmpint(asks(&back,
	                        "SELECT count(*) FROM outbox WHERE state = 'given-up'"
	                        " AND trouble = 'restored'"),
	        ==, 1);

	/* the door goes on: who is in is in, who comes is welcome */
	VaultEvent *keys = vault_event(record_vault(back.record), back.event->id, &error);
	g_assert_no_error(error);
	const Door door = {
		.engine = engine, .record = back.record, .event = back.event, .keys = keys
	};
	g_assert_cmpstr(door_scan(&door, "day", story.ana.ticket.mark, 5), ==, "again");
	g_assert_cmpstr(door_scan(&door, "day", story.ben.ticket.mark, 6), ==, "admit");
	restored_verified(&back);
}

static void
who_was_deleted_since_doesn_t_come_back(Engine *engine, gconstpointer data)
{
	g_auto(Story) story = { 0 };
	g_auto(Restored) back = { 0 };
	g_autoptr(GError) error = NULL;
	story_open(&story, engine);
	json_auto_t *asked =
	        json_pack("{s:s, s:s, s:i}", "event", "door", "reason", "Case 12", "person", 2);
	json_auto_t *hold = hold_operation_add(story.door.record, asked, ENGINE_NOW, &error);
	g_assert_no_error(error);
	g_assert_nonnull(hold);
	erases(&story, &story.ana);
	erases(&story, &story.ben); /* held */

	/* a copy made before the deletions knows nothing of them; the folder does */
	restores(&story, story.folder, NULL, ENGINE_NOW, &back);
	g_assert_cmpint(back.counts.erased, ==, 2);
	g_assert_cmpint(back.counts.hidden, ==, 1);
	g_assert_cmpint(back.counts.holds, ==, 1);
	g_assert_cmpint(
	        asks_of(&back, "SELECT count(*) FROM sealed WHERE owner =", &story.ana), ==, 0);
	g_assert_cmpint(
	        asks_of(&back, "SELECT count(*) FROM sealed WHERE owner =", &story.ben), ==, 1);
	g_assert_cmpint(asks(&back, "SELECT count(*) FROM attendee WHERE state = 'active'"), ==, 1);
	g_assert_cmpint(asks(&back, "SELECT count(*) FROM presence"), ==, 1);
	restored_verified(&back);
}

static void
who_left_the_list_of_the_informed_since_doesn_t_come_back(Engine *engine, gconstpointer data)
{
	g_auto(Story) story = { 0 };
	g_auto(Restored) back = { 0 };
	g_autoptr(GError) error = NULL;
	open_day(&story.door, engine);
	for (guint id = 77; id <= 78; id++) {
		g_autofree char *sql = g_strdup_printf(
		        "INSERT INTO informed (id, email_hash, sealed, lang, region, source,"
		        " text_version, text_lang, asked, told, confirmed)"
		        " SELECT %u, %s, salt, 'en', '1', 'form', 1, 'en', 1, 1, 2 FROM event",
		        id, id == 77 ? "salt" : "id");
		engine_must(engine, sql);
	}
	story.rows = g_build_filename(engine->dir, "rows.db", NULL);
	story.folder = g_build_filename(engine->place.dir, "keys", NULL);
	g_assert_true(backup_write(story.door.record, story.rows, &error));
	g_assert_true(informed_leave(story.door.record, 77, &error));
	g_assert_no_error(error);
	restores(&story, story.folder, NULL, ENGINE_NOW, &back);
	g_assert_cmpint(asks(&back, "SELECT id FROM informed"), ==, 78);
}

static void
a_copy_of_the_keys_tells_of_deletions_too(Engine *engine, gconstpointer data)
{
	g_auto(Story) story = { 0 };
	g_auto(Restored) back = { 0 };
	gint64 made = 0;
	story_open(&story, engine);
	Vault *vault = record_vault(story.door.record);
	g_assert_cmpint(vault_copy_state(vault, &made), ==, VAULT_COPY_NONE);
	story_copy_keys(&story);
	g_assert_cmpint(vault_copy_state(vault, &made), ==, VAULT_COPY_CURRENT);
	erases(&story, &story.ana);
	/* the program says that it has to be made anew */
	g_assert_cmpint(vault_copy_state(vault, &made), ==, VAULT_COPY_OLD);
	g_assert_cmpint(made, ==, ENGINE_NOW);
	g_unlink(story.keys);
	story_copy_keys(&story);
	restores(&story, story.keys, PHRASE, ENGINE_NOW, &back);
	g_assert_cmpint(back.counts.erased, ==, 1);
	g_assert_cmpint(
	        asks_of(&back, "SELECT count(*) FROM sealed WHERE owner =", &story.ana), ==, 0);
	restored_verified(&back);
}

static void
after_expiry_an_older_backup_brings_nobody_back(Engine *engine, gconstpointer data)
{
	g_auto(Story) story = { 0 };
	g_auto(Restored) back = { 0 };
	g_autoptr(GError) error = NULL;
	ExpireCounts counts = { 0 };
	story_open(&story, engine);
	const gint64 now = story.door.event->ends + 30 * DAY;
	expire_run(story.door.record, NULL, now, &counts, &error);
	g_assert_no_error(error);
	g_assert_cmpint(counts.people, ==, 3);
	restores(&story, story.folder, NULL, now, &back);
	g_assert_cmpint(asks(&back, "SELECT count(*) FROM attendee"), ==, 0);
	g_assert_cmpint(asks(&back, "SELECT count(*) FROM sealed"), ==, 0);
	g_assert_cmpint(asks(&back, "SELECT sum(came) FROM counted WHERE session_no > 0"), ==, 1);
	restored_verified(&back);

	/* read by hand, with the keys that are left, it says nothing either */
	g_autofree char *url = g_strconcat("sqlite:", story.rows, NULL);
	g_autoptr(Db) old = db_open(url, DB_READ, &error);
	g_assert_no_error(error);
	VaultEvent *keys =
	        vault_event(record_vault(story.door.record), story.door.event->id, &error);
	g_assert_true(db_begin(old, &error));
	g_autoptr(DbRows) rows =
	        db_query(old, "SELECT owner, class, value FROM sealed", DB_NO_ARGS, &error);
	guint n = 0;
	while (db_next(rows, &error) == DB_ROW) {
		g_autoptr(GError) closed = NULL;
		gsize length = 0;
		gconstpointer value = db_column_bytes(rows, 2, &length);
		g_assert_null(vault_unseal(keys, (SealedClass)db_column_int(rows, 1),
		        db_column_int(rows, 0), value, length, &closed));
		g_assert_error(closed, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT);
		n++;
	}
	g_assert_cmpuint(n, ==, 3);
	g_clear_pointer(&rows, db_rows_free);
	db_rollback(old);
}

static void
a_wrong_passphrase_or_a_changed_copy_makes_nothing(Engine *engine, gconstpointer data)
{
	g_auto(Story) story = { 0 };
	g_autofree char *dir = NULL, *text = NULL;
	RestoreCounts counts;
	gsize length = 0;
	story_open(&story, engine);
	story_copy_keys(&story);
	dir = g_build_filename(engine->dir, "restored", NULL);
	const RecordPlace place = { .dir = dir };
	{
		g_autoptr(GError) error = NULL;
		g_assert_false(backup_restore(&place, story.rows, story.keys,
		        "correct horse batterY", ENGINE_NOW, &counts, &error));
		g_assert_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT);
	}
	g_assert_true(g_file_get_contents(story.keys, &text, &length, NULL));
	for (gsize at = 0; at < length; at += length / 3) {
		g_autoptr(GError) error = NULL;
		text[at] ^= 1;
		g_assert_true(g_file_set_contents(story.keys, text, (gssize)length, NULL));
		g_assert_false(backup_restore(
		        &place, story.rows, story.keys, PHRASE, ENGINE_NOW, &counts, &error));
		g_assert_nonnull(error);
		text[at] ^= 1;
	}
	g_autoptr(GDir) names = g_dir_open(dir, 0, NULL);
	g_assert_null(names ? g_dir_read_name(names) : NULL);
	g_autofree char *left = g_strconcat(dir, ".restoring", NULL);
	g_assert_false(g_file_test(left, G_FILE_TEST_EXISTS));
	g_autoptr(GError) guessed = NULL;
	g_unlink(story.keys);
	g_assert_false(vault_copy_write(
	        record_vault(story.door.record), story.keys, "short", ENGINE_NOW, &guessed));
	g_assert_error(guessed, TURNOUT_ERROR, TURNOUT_ERROR_INPUT);
}

static void
what_is_there_is_not_written_over(Engine *engine, gconstpointer data)
{
	g_auto(Story) story = { 0 };
	g_autoptr(GError) again = NULL, used = NULL;
	RestoreCounts counts;
	story_open(&story, engine);
	g_assert_false(backup_write(story.door.record, story.rows, &again));
	g_assert_error(again, TURNOUT_ERROR, TURNOUT_ERROR_INPUT);
	g_assert_false(backup_restore(
	        &engine->place, story.rows, story.folder, NULL, ENGINE_NOW, &counts, &used));
	g_assert_error(used, TURNOUT_ERROR, TURNOUT_ERROR_INPUT);
	verified(&story.door);
}

static void
a_backup_holds_no_key_and_nobody_who_is_signed_in(Engine *engine, gconstpointer data)
{
	g_auto(Story) story = { 0 };
	g_autoptr(GError) error = NULL;
	story_open(&story, engine);
	g_autofree char *url = g_strconcat("sqlite:", story.rows, NULL);
	g_autoptr(Db) old = db_open(url, DB_READ, &error);
	gint64 n = -1;
	g_assert_true(db_begin(old, &error));
	g_assert_true(
	        db_ask_int(old, "SELECT count(*) FROM staff_session", DB_NO_ARGS, -1, &n, &error));
	db_rollback(old);
	g_assert_cmpint(n, ==, 0);
	g_autofree char *file = NULL;
	gsize length = 0;
	g_assert_true(g_file_get_contents(story.rows, &file, &length, NULL));
	g_assert_null(memmem(file, length, "turnkey1", 8));
	g_assert_null(memmem(file, length, "turnpln1", 8));
}

static void
rows_go_from_postgresql_to_a_file_and_back(Engine *engine, gconstpointer data)
{
	g_auto(Story) story = { 0 };
	g_auto(Restored) back = { .dir = g_build_filename(engine->dir, "restored", NULL) };
	g_autoptr(GError) error = NULL;
	story_open(&story, engine);
	story_copy_keys(&story);
	engine_close(engine);
	story.door.record = NULL;
	{
		g_autoptr(Db) db = db_open(engine->url, DB_WRITE, &error);
		g_assert_no_error(error);
		/* as an empty database */
		g_assert_true(db_script(db,
		        "DO $$ DECLARE mine text := current_schema(); BEGIN"
		        " EXECUTE format('DROP SCHEMA %I CASCADE', mine);"
		        " EXECUTE format('CREATE SCHEMA %I', mine); END $$",
		        &error));
	}
	const RecordPlace place = { .dir = back.dir, .database = engine->url };
	backup_restore(&place, story.rows, story.keys, PHRASE, ENGINE_NOW, &back.counts, &error);
	g_assert_no_error(error);
	restored_open(&back, engine->url);
	g_assert_cmpint(asks(&back, "SELECT count(*) FROM sealed"), ==, 3);
	restored_verified(&back);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define TEST(name) engine_add_test(#name, name)
	TEST(what_is_restored_is_what_was_there);
	TEST(who_was_deleted_since_doesn_t_come_back);
	TEST(who_left_the_list_of_the_informed_since_doesn_t_come_back);
	TEST(a_copy_of_the_keys_tells_of_deletions_too);
	TEST(after_expiry_an_older_backup_brings_nobody_back);
	TEST(what_is_there_is_not_written_over);
	TEST(a_backup_holds_no_key_and_nobody_who_is_signed_in);
	engine_add_test_on(DB_SQLITE, "a_wrong_passphrase_or_a_changed_copy_makes_nothing",
	        a_wrong_passphrase_or_a_changed_copy_makes_nothing);
	engine_add_test_on(DB_POSTGRES, "rows_go_from_postgresql_to_a_file_and_back",
	        rows_go_from_postgresql_to_a_file_and_back);
	return engine_run();
}
