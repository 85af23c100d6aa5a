/*
 * A paired laptop's bad moments, each with its answer.   test_laptop_trouble TURNOUT
 * The program itself, a real server, and a network that spoils answers. On both engines.
 */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/fixtures/laptop_fixture.h"

static void
wait_until_spoilt(const Desk *desk, guint n)
{
	for (guint i = 0; relay_spoilt(desk->relay) < n; i++) {
		g_assert_cmpuint(i, <, 2000);
		g_usleep(10000);
	}
}

static gsize
size_of(const char *path)
{
	struct stat now;

	g_assert_cmpint(stat(path, &now), ==, 0);
	return (gsize)now.st_size;
}

/* ---- the server ---- */

static void
a_server_that_does_not_answer_is_waited_for_once(Engine *engine, gconstpointer data)
{
	g_auto(Desk) desk = { 0 };
	desk_open(&desk, engine, "lunch");
	Process laptop = desk_scan_at(&desk, "lunch");
	process_must_answer(&laptop, desk.tickets[0], "green admit Welcome");
	relay_set(desk.relay, RELAY_MUTE, NULL);

	for (guint i = 1; i < 4; i++)
		process_must_answer(&laptop, desk.tickets[i], "green admit Welcome");
	g_assert_cmpint(process_finish(&laptop), ==, 0);
	relay_set(desk.relay, RELAY_PASS, NULL);
	g_assert_cmpint(desk_sync(&desk), ==, 0);
	g_assert_cmpint(desk_lines(engine), ==, 4);
	g_assert_cmpint(
	        engine_ask(engine, "SELECT count(*) FROM scan WHERE online = 0 AND rev = 1"), >=,
	        3);
	g_assert_cmpint(desk_present(engine), ==, 4);
	desk_put_away(&desk);
}

static void
answer_is_spoilt(Desk *desk, RelayMode mode)
{
	Engine *engine = desk->door.engine;
	Process laptop = desk_scan_at(desk, "lunch");

	relay_set(desk->relay, mode, "door/scan HTTP");
	process_must_answer(&laptop, desk->tickets[mode], "green admit Welcome");
	wait_until_spoilt(desk, 1);
	relay_set(desk->relay, RELAY_PASS, NULL);
	g_assert_cmpint(process_finish(&laptop), ==, 0);
	g_assert_cmpint(desk_sync(desk), ==, 0);
	/* the server had let them in, and so did the laptop: one person */
	g_assert_cmpint(engine_ask(engine,
	                        "SELECT count(*) FROM scan WHERE rev = 0 AND decision = 'admit'"),
	        ==, desk_lines(engine));
	g_assert_cmpint(desk_present(engine), ==, desk_lines(engine));
}

static void
an_answer_that_is_lost_after_the_commit_counts_once(Engine *engine, gconstpointer data)
{
	g_auto(Desk) desk = { 0 };
	desk_open(&desk, engine, "lunch");
	answer_is_spoilt(&desk, RELAY_SWALLOW);
	answer_is_spoilt(&desk, RELAY_HALF);
	g_assert_cmpint(desk_lines(engine), ==, 2);
	desk_put_away(&desk);
}

static void
the_same_batch_five_times_is_stored_once(Engine *engine, gconstpointer data)
{
	g_auto(Desk) desk = { 0 };
	desk_open(&desk, engine, "lunch");
	g_assert_cmpint(desk_sync(&desk), ==, 0);
	relay_set(desk.relay, RELAY_DEAD, NULL);
	Process laptop = desk_scan_at(&desk, "lunch");
	for (guint i = 0; i < 6; i++)
		process_must_answer(&laptop, desk.tickets[i], "green admit Welcome");
	g_assert_cmpint(process_finish(&laptop), ==, 0);

	for (guint i = 0; i < 5; i++) {
		relay_set(desk.relay, i % 2 ? RELAY_HALF : RELAY_SWALLOW, "door/scans");
		g_assert_cmpint(desk_sync(&desk), ==, 3);
		g_assert_cmpuint(relay_spoilt(desk.relay), >, 0);
		g_assert_cmpint(desk_lines(engine), ==, 6); /* it had them the first time */
	}
	relay_set(desk.relay, RELAY_PASS, NULL);
	g_assert_cmpint(desk_sync(&desk), ==, 0);
	g_assert_cmpint(desk_lines(engine), ==, 6);
	g_assert_cmpint(desk_present(engine), ==, 6);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM quarantine"), ==, 0);
	desk_put_away(&desk);
}

static void
a_revoked_laptop_loses_no_scan(Engine *engine, gconstpointer data)
{
	g_auto(Desk) desk = { 0 };
	desk_open(&desk, engine, "lunch");
	Process laptop = desk_scan_at(&desk, "lunch");
	process_must_answer(&laptop, desk.tickets[0], "green admit Welcome");
	g_assert_cmpint(process_finish(&laptop), ==, 0);
	relay_set(desk.relay, RELAY_DEAD, NULL);
	laptop = desk_scan_at(&desk, "lunch");
	process_must_answer(&laptop, desk.tickets[1], "green admit Welcome");
	g_assert_cmpint(process_finish(&laptop), ==, 0);

	desk_put_away(&desk);
	engine_must(engine, "UPDATE device SET revoked_at = 1");
	engine_close(engine);
	desk_serve(&desk);
	relay_set(desk.relay, RELAY_PASS, NULL);
	g_assert_cmpint(desk_sync(&desk), ==, 1); /* the server says no */
	g_assert_cmpint(desk_present(engine), ==, 1);
	g_assert_cmpint(engine_ask(engine,
	                        "SELECT count(*) FROM verdict WHERE verdict = 'quarantined'"
	                        " AND reason = 'revoked'"),
	        ==, 1);
	g_assert_cmpuint(desk_file(&desk), ==, 2);
	desk_put_away(&desk);
}

/* Its data are those of an hour ago, and its history another. */
static void
a_server_from_an_old_backup_gets_everything_again(Engine *engine, gconstpointer data)
{
	g_auto(Desk) desk = { 0 };
	desk_open(&desk, engine, "lunch");
	Process laptop = desk_scan_at(&desk, "lunch");
	for (guint i = 0; i < 3; i++)
		process_must_answer(&laptop, desk.tickets[i], "green admit Welcome");
	g_assert_cmpint(process_finish(&laptop), ==, 0);
	g_assert_cmpint(desk_lines(engine), ==, 3);
	desk_put_away(&desk);
	engine_must(engine, "DELETE FROM scan");
	engine_must(engine, "DELETE FROM presence");
	engine_must(engine, "UPDATE event SET history = history + 1, version = version - 2");
	engine_close(engine);
	desk_serve(&desk);

	g_assert_cmpint(desk_sync(&desk), ==, 0);
	g_assert_cmpint(desk_lines(engine), ==, 3);
	g_assert_cmpint(desk_present(engine), ==, 3);
	laptop = desk_scan_at(&desk, "lunch");
	process_must_answer(&laptop, desk.tickets[0], "red reject_used *");
	g_assert_cmpint(process_finish(&laptop), ==, 1);
	desk_put_away(&desk);
}

/* ---- the laptop ---- */

static void
killed_right_after_green_no_admission_is_lost(Engine *engine, gconstpointer data)
{
	g_auto(Desk) desk = { 0 };
	desk_open(&desk, engine, "lunch");
	g_assert_cmpint(desk_sync(&desk), ==, 0);

	for (guint i = 0; i < TICKETS; i++) {
		/* half of them without a network */
		relay_set(desk.relay, i % 2 ? RELAY_DEAD : RELAY_PASS, NULL);
		Process laptop = desk_scan_at(&desk, "lunch");
		process_must_answer(&laptop, desk.tickets[i], "green admit Welcome");
		process_kill(&laptop);
	}
	relay_set(desk.relay, RELAY_PASS, NULL);
	g_assert_cmpint(desk_sync(&desk), ==, 0);
	g_assert_cmpint(desk_lines(engine), ==, TICKETS);
	g_assert_cmpint(desk_present(engine), ==, TICKETS);
	g_assert_cmpint(engine_ask(engine, "SELECT count(DISTINCT epoch) FROM scan"), ==, TICKETS);
	desk_put_away(&desk);
}

static void
killed_while_it_asks_nobody_is_let_in_by_it(Engine *engine, gconstpointer data)
{
	g_auto(Desk) desk = { 0 };
	desk_open(&desk, engine, "lunch");
	g_autofree char *scans = desk_path(&desk, "scans");
	g_assert_cmpint(desk_sync(&desk), ==, 0);
	relay_set(desk.relay, RELAY_MUTE, "door/scan HTTP");
	Process laptop = desk_scan_at(&desk, "lunch");
	process_say(&laptop, desk.tickets[0]);
	wait_until_spoilt(&desk, 1);
	/* the question is under way, and the intent is on the disk */
	for (guint i = 0; size_of(scans) == 0; i++) {
		g_assert_cmpuint(i, <, 2000);
		g_usleep(1000);
	}
	process_kill(&laptop);

	relay_set(desk.relay, RELAY_PASS, NULL);
	g_assert_cmpint(desk_sync(&desk), ==, 0);
	const gint64 interrupted = engine_ask(
	        engine, "SELECT count(*) FROM scan WHERE decision = 'interrupted' AND rev = 1");
	/* or it had given up asking, and decided, just before */
	g_assert_cmpint(interrupted + desk_present(engine), ==, 1);
	desk_put_away(&desk);
}

static void
copy_folder(const char *from, const char *to)
{
	const char *cp[] = { "cp", "-a", from, to, NULL };
	int status = -1;

	g_assert_true(g_spawn_sync(NULL, (char **)cp, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
	        NULL, &status, NULL));
	g_assert_cmpint(status, ==, 0);
}

static void
a_folder_restored_from_an_old_copy_uses_no_number_twice(Engine *engine, gconstpointer data)
{
	g_auto(Desk) desk = { 0 };
	desk_open(&desk, engine, "lunch");
	g_autofree char *folder = g_strconcat(desk.token_file, ".d", NULL);
	g_autofree char *copy = g_strconcat(folder, ".copy", NULL);
	g_autofree char *aside = g_strconcat(folder, ".aside", NULL);
	g_assert_cmpint(desk_sync(&desk), ==, 0);
	relay_set(desk.relay, RELAY_DEAD, NULL);
	Process laptop = desk_scan_at(&desk, "lunch");
	process_must_answer(&laptop, desk.tickets[0], "green admit Welcome");
	copy_folder(folder, copy);
	process_must_answer(&laptop, desk.tickets[1], "green admit Welcome");
	g_assert_cmpint(process_finish(&laptop), ==, 0);
	relay_set(desk.relay, RELAY_PASS, NULL);
	g_assert_cmpint(desk_sync(&desk), ==, 0);

	g_assert_cmpint(g_rename(folder, aside), ==, 0);
	g_assert_cmpint(g_rename(copy, folder), ==, 0);
	laptop = desk_scan_at(&desk, "lunch");
	process_must_answer(&laptop, desk.tickets[1], "red reject_used *"); /* the server knows */
	process_must_answer(&laptop, desk.tickets[2], "green admit Welcome");
	g_assert_cmpint(process_finish(&laptop), ==, 1);
	g_assert_cmpint(desk_sync(&desk), ==, 0);
	g_assert_cmpint(desk_lines(engine), ==, 4);
	g_assert_cmpint(desk_present(engine), ==, 3);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM quarantine"), ==, 0);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM verdict"), ==, 0);
	desk_put_away(&desk);
}

static void
limit_files(const Process *process, rlim_t bytes)
{
	const struct rlimit limit = { bytes, RLIM_INFINITY };

	g_assert_cmpint(prlimit(process->pid, RLIMIT_FSIZE, &limit, NULL), ==, 0);
}

static void
with_a_full_disk_nobody_is_let_in_and_nothing_is_lost(Engine *engine, gconstpointer data)
{
	g_auto(Desk) desk = { 0 };
	desk_open(&desk, engine, "lunch");
	g_autofree char *scans = desk_path(&desk, "scans");
	g_assert_cmpint(desk_sync(&desk), ==, 0);

	for (guint online = 0; online < 2; online++) {
		relay_set(desk.relay, online ? RELAY_PASS : RELAY_DEAD, NULL);
		Process laptop = desk_scan_at(&desk, "lunch");
		const char *full = desk.tickets[3 * online + 1];
		process_must_answer(&laptop, desk.tickets[3 * online], "green admit Welcome");
		limit_files(&laptop, size_of(scans) + 60); /* in the middle of a record */
		process_must_answer(&laptop, full, "none not-saved *");
		process_must_answer(&laptop, full, "none not-saved *");
		limit_files(&laptop, RLIM_INFINITY);
		/* the server, if it was asked, is told that nothing was shown before it is asked again */
		process_must_answer(&laptop, full, "green admit Welcome");
		process_must_answer(&laptop, desk.tickets[3 * online + 2], "green admit Welcome");
		g_assert_cmpint(process_finish(&laptop), ==, 3); /* lines without an answer */
	}
	g_assert_cmpint(desk_sync(&desk), ==, 0);
	g_assert_cmpint(desk_present(engine), ==, 6);
	g_assert_cmpint(
	        engine_ask(engine, "SELECT count(*) FROM scan WHERE decision = 'interrupted'"), ==,
	        4);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM quarantine"), ==, 0);
	desk_put_away(&desk);
}

static void
spoil(const char *path, off_t at, const char *bytes, gsize length)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	g_assert_cmpint(pwrite(fd, bytes, length, at), ==, (gssize)length);
	close(fd);
}

static void
what_a_crash_tears_off_is_cut_and_a_bad_place_costs_itself_alone(Engine *engine, gconstpointer data)
{
	g_auto(Desk) desk = { 0 };
	desk_open(&desk, engine, "lunch");
	g_autofree char *scans = desk_path(&desk, "scans");
	g_assert_cmpint(desk_sync(&desk), ==, 0);
	relay_set(desk.relay, RELAY_DEAD, NULL);
	Process laptop = desk_scan_at(&desk, "lunch");
	for (guint i = 0; i < 3; i++)
		process_must_answer(&laptop, desk.tickets[i], "green admit Welcome");
	g_assert_cmpint(process_finish(&laptop), ==, 0);
	const gsize whole = size_of(scans);

	spoil(scans, (off_t)whole, "torn off in the middle of a record", 34);
	laptop = desk_scan_at(&desk, "lunch");
	process_must_answer(&laptop, desk.tickets[0], "red reject_used *");
	g_assert_cmpint(process_finish(&laptop), ==, 1);
	g_assert_cmpuint(size_of(scans), ==, whole / 3 * 4);
	spoil(scans, (off_t)(whole / 3) + 20, "?", 1);
	laptop = desk_scan_at(&desk, "lunch");
	process_must_answer(&laptop, desk.tickets[2], "red reject_used *");
	g_assert_cmpint(process_finish(&laptop), ==, 1);
	relay_set(desk.relay, RELAY_PASS, NULL);
	g_assert_cmpint(desk_sync(&desk), ==, 0);
	g_assert_cmpint(desk_lines(engine), ==, 4);
	g_assert_cmpint(desk_present(engine), ==, 2);
}

static void
one_folder_has_one_scanner(Engine *engine, gconstpointer data)
{
	g_auto(Desk) desk = { 0 };
	desk_open(&desk, engine, "lunch");
	Process laptop = desk_scan_at(&desk, "lunch");
	process_must_answer(&laptop, desk.tickets[0], "green admit Welcome");
	Process second = desk_scan_at(&desk, "lunch");
	g_assert_null(process_hear(&second));
	g_assert_cmpint(process_finish(&second), ==, 3);
	g_assert_cmpuint(desk_file(&desk), ==, 1); /* handing out works beside it */
	process_must_answer(&laptop, desk.tickets[1], "green admit Welcome");
	g_assert_cmpint(process_finish(&laptop), ==, 0);
}

static void
a_token_that_was_never_given_is_refused_before_the_first_guest(Engine *engine, gconstpointer data)
{
	g_auto(Desk) desk = { 0 };
	desk_open(&desk, engine, "lunch");
	g_autofree char *folder = g_strconcat(desk.token_file, ".d", NULL);
	g_autofree char *aside = g_strconcat(folder, ".aside", NULL);
	g_assert_cmpint(g_rename(folder, aside), ==, 0);
	g_assert_true(g_file_set_contents(
	        desk.token_file, "0000000000000000000000000000000000000000000\n", -1, NULL));
	Process laptop = desk_scan_at(&desk, "lunch");
	g_assert_null(process_hear(&laptop));
	g_assert_cmpint(process_finish(&laptop), ==, 2);
	g_assert_true(g_file_set_contents(desk.token_file, "no token\n", -1, NULL));
	laptop = desk_scan_at(&desk, "lunch");
	g_assert_cmpint(process_finish(&laptop), ==, 2);
}

#define LAPTOP_TEST(name) engine_add_test("laptop/" #name, name)
/* the server's database has no part in it */
#define LAPTOP_ONLY_TEST(name) engine_add_test_on(DB_SQLITE, "laptop/" #name, name)

int
main(int argc, char **argv)
{
	desk_tests(argc, argv);
	LAPTOP_TEST(a_server_that_does_not_answer_is_waited_for_once);
	LAPTOP_TEST(an_answer_that_is_lost_after_the_commit_counts_once);
	LAPTOP_TEST(the_same_batch_five_times_is_stored_once);
	LAPTOP_TEST(a_revoked_laptop_loses_no_scan);
	LAPTOP_TEST(a_server_from_an_old_backup_gets_everything_again);
	LAPTOP_TEST(killed_right_after_green_no_admission_is_lost);
	LAPTOP_ONLY_TEST(killed_while_it_asks_nobody_is_let_in_by_it);
	LAPTOP_TEST(a_folder_restored_from_an_old_copy_uses_no_number_twice);
	LAPTOP_TEST(with_a_full_disk_nobody_is_let_in_and_nothing_is_lost);
	LAPTOP_ONLY_TEST(what_a_crash_tears_off_is_cut_and_a_bad_place_costs_itself_alone);
	LAPTOP_ONLY_TEST(one_folder_has_one_scanner);
	LAPTOP_ONLY_TEST(a_token_that_was_never_given_is_refused_before_the_first_guest);
	return engine_run();
}
