/* A line of the scan log can't be changed without its check value showing it. */
#include "schema/scan_check.h"

static const guint8 event[EVENT_ID_BYTES] = "the first event.";
static const guint8 other_event[EVENT_ID_BYTES] = "the other event.";

typedef struct {
	char *dir;
	Vault *vault;
	VaultEvent *keys;
	ScanRow row;
	gint64 check;
} Fixture;

static void
set_up(Fixture *f, gconstpointer data)
{
	f->dir = g_dir_make_tmp("turnout-log-XXXXXX", NULL);
	g_assert_true(vault_create(f->dir, NULL, NULL));
	f->vault = vault_open(f->dir, NULL, NULL);
	g_assert_true(vault_create_event(f->vault, event, 1000, NULL));
	f->keys = vault_event(f->vault, event, NULL);
	f->row = (ScanRow){ .device = 1,
		.epoch = 2,
		.seq = 3,
		.rev = 1,
		.session_no = 4,
		.checkpoint_no = 5,
		.has_mark = TRUE,
		.mark = -6,
		.decision = "admit",
		.reason = "practice",
		.wall = 7,
		.mono = 8,
		.skew = 9,
		.skew_error = 10,
		.manifest_version = 11,
		.online = TRUE,
		.region_no = 12,
		.has_void = TRUE,
		.void_device = 13,
		.void_epoch = 14,
		.void_seq = 15,
		.count = 16,
		.arrival = 17 };
	f->check = scan_row_check(f->keys, event, &f->row);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
	vault_unref(f->vault);
	char *command[] = { (char *)"rm", (char *)"-r", f->dir, NULL };
	g_assert_true(g_spawn_sync(
	        NULL, command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL));
	g_free(f->dir);
}

static void
the_same_line_has_the_same_check(Fixture *f, gconstpointer data)
{
	g_assert_cmpint(scan_row_check(f->keys, event, &f->row), ==, f->check);
	f->row.has_mark = FALSE;
	f->row.has_void = FALSE;
	gint64 without = scan_row_check(f->keys, event, &f->row);
	f->row.mark = 99; /* says nothing, when there is none */
	f->row.void_seq = 99;
	g_assert_cmpint(scan_row_check(f->keys, event, &f->row), ==, without);
	g_assert_cmpint(without, !=, f->check);
}

#define CHANGED(member, value)                                                                     \
	do {                                                                                       \
		ScanRow changed = f->row;                                                          \
		changed.member = value;                                                            \
		g_assert_cmpint(scan_row_check(f->keys, event, &changed), !=, f->check);           \
	} while (0)

static void
every_member_counts(Fixture *f, gconstpointer data)
{
	CHANGED(device, 99);
	CHANGED(epoch, 99);
	CHANGED(seq, 99);
	CHANGED(rev, 0);
	CHANGED(session_no, 99);
	CHANGED(checkpoint_no, 99);
	CHANGED(has_mark, FALSE);
	CHANGED(mark, 6);
	CHANGED(decision, "again");
	CHANGED(decision, "admitpractice");
	CHANGED(reason, NULL);
	CHANGED(reason, "");
	CHANGED(reason, "practicf");
	CHANGED(wall, 99);
	CHANGED(mono, 99);
	CHANGED(skew, 99);
	CHANGED(skew_error, 99);
	CHANGED(manifest_version, 99);
	CHANGED(online, FALSE);
	CHANGED(region_no, 99);
	CHANGED(has_void, FALSE);
	CHANGED(void_device, 99);
	CHANGED(void_epoch, 99);
	CHANGED(void_seq, 99);
	CHANGED(count, 99);
	CHANGED(arrival, 99);
	g_assert_cmpint(scan_row_check(f->keys, other_event, &f->row), !=, f->check);
}

#define ADD(name) g_test_add("/scan_check/" #name, Fixture, NULL, set_up, name, tear_down)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD(the_same_line_has_the_same_check);
	ADD(every_member_counts);
	return g_test_run();
}
