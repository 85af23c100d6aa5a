/* Keys that are destroyed, and the master key that is rolled for it: what was closed stays closed, whenever it is cut short. */
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "schema/vault.h"

static const guint8 event[EVENT_ID_BYTES] = "the first event.";
static const guint8 other_event[EVENT_ID_BYTES] = "the other event.";
#define EVENT_FOLDER "746865206669727374206576656e742e"
#define KILLS        12

typedef struct {
	char *dir;
	Vault *vault;
	VaultEvent *keys, *other;
	GBytes *values[SEALED_CLASSES]; /* of the event, owner 7 */
} Fixture;

static void
open_again(Fixture *f)
{
	g_autoptr(GError) error = NULL;

	g_clear_pointer(&f->vault, vault_unref);
	f->vault = vault_open(f->dir, NULL, &error);
	g_assert_no_error(error);
	f->keys = vault_event(f->vault, event, &error);
	g_assert_no_error(error);
	f->other = vault_event(f->vault, other_event, &error);
	g_assert_no_error(error);
}

static void
set_up(Fixture *f, gconstpointer data)
{
	g_autoptr(GError) error = NULL;

	f->dir = g_dir_make_tmp("turnout-roll-XXXXXX", NULL);
	g_assert_true(vault_create(f->dir, NULL, &error));
	f->vault = vault_open(f->dir, NULL, &error);
	g_assert_true(vault_create_event(f->vault, event, 1000, &error));
	g_assert_true(vault_create_event(f->vault, other_event, 2000, &error));
	open_again(f);
	for (guint class = 0; class < SEALED_CLASSES; class ++)
		f->values[class] = vault_seal(f->keys, (SealedClass) class, 7, "{\"said\":1}");
}

static void
tear_down(Fixture *f, gconstpointer data)
{
	char *command[] = { (char *)"rm", (char *)"-r", f->dir, NULL };

	vault_unref(f->vault);
	for (guint class = 0; class < SEALED_CLASSES; class ++)
		g_bytes_unref(f->values[class]);
	g_assert_true(g_spawn_sync(
	        NULL, command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL));
	g_free(f->dir);
}

static gboolean
opens(const Fixture *f, SealedClass class)
{
	gsize length = 0;
	gconstpointer value = g_bytes_get_data(f->values[class], &length);
	char *text = vault_unseal(f->keys, class, 7, value, length, NULL);
	const gboolean opened = text != NULL;

	sealed_text_free(text);
	return opened;
}

static void
destroys(Fixture *f, SealedClass class, guint16 keep, guint n)
{
	g_autoptr(GError) error = NULL;
	guint destroyed = 0;

	vault_destroy_class_keys(f->keys, class, keep, &destroyed, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(destroyed, ==, n);
}

static void
rolls(Fixture *f)
{
	g_autoptr(GError) error = NULL;

	vault_roll(f->vault, &error);
	g_assert_no_error(error);
}

static void
a_destroyed_key_opens_nothing_the_others_go_on(Fixture *f, gconstpointer data)
{
	guint8 signature[SIGNATURE_BYTES], again[SIGNATURE_BYTES];

	vault_sign(f->keys, 1, event, sizeof event, signature);
	destroys(f, SEALED_EMERGENCY, 0, 1);
	rolls(f);
	for (guint i = 0; i < 2; i++) {
		g_assert_false(opens(f, SEALED_EMERGENCY));
		g_assert_null(vault_seal(f->keys, SEALED_EMERGENCY, 7, "{}"));
		g_assert_true(opens(f, SEALED_IDENTITY));
		g_assert_true(opens(f, SEALED_LOGISTICS));
		open_again(f);
	}
	vault_sign(f->keys, 1, event, sizeof event, again);
	g_assert_cmpmem(signature, sizeof signature, again, sizeof again);
	destroys(f, SEALED_EMERGENCY, 0, 0);
}

static void
a_removed_key_s_file_opens_with_no_master_that_is_left(Fixture *f, gconstpointer data)
{
	g_autofree char *file = g_build_filename(f->dir, "keys", EVENT_FOLDER, "identity-1", NULL);
	g_autofree char *kept = NULL;
	gsize length = 0;

	g_assert_true(g_file_get_contents(file, &kept, &length, NULL));
	destroys(f, SEALED_IDENTITY, 0, 1);
	g_assert_false(g_file_test(file, G_FILE_TEST_EXISTS));
	rolls(f);
	/* as if the disk had it still */
	g_assert_true(g_file_set_contents(file, kept, (gssize)length, NULL));
	g_autoptr(GError) error = NULL;
	g_autoptr(Vault) vault = vault_open(f->dir, NULL, &error);
	g_assert_no_error(error);
	g_assert_null(vault_event(vault, event, &error));
	g_assert_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT);
}

static void
held_values_go_on_under_a_fresh_key(Fixture *f, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	guint16 no = 0;

	g_assert_true(vault_add_class_key(f->keys, SEALED_IDENTITY, &no, &error));
	g_assert_cmpuint(no, ==, 2);
	GBytes *old = f->values[SEALED_IDENTITY];
	f->values[SEALED_IDENTITY] = vault_seal(f->keys, SEALED_IDENTITY, 7, "{\"said\":1}");
	gsize length = 0;
	gconstpointer value = g_bytes_get_data(f->values[SEALED_IDENTITY], &length);
	g_assert_cmpuint(vault_sealed_key_no(value, length), ==, 2);
	destroys(f, SEALED_IDENTITY, 2, 1);
	rolls(f);
	open_again(f);
	g_assert_true(opens(f, SEALED_IDENTITY));
	value = g_bytes_get_data(old, &length);
	g_assert_null(vault_unseal(f->keys, SEALED_IDENTITY, 7, value, length, NULL));
	g_bytes_unref(old);
}

/* A process that destroys and rolls is killed a little later each time; whoever comes next opens all that should open. */
static void
whenever_a_roll_is_killed_every_key_opens(Fixture *f, gconstpointer data)
{
	for (guint i = 0; i < KILLS; i++) {
		guint16 no = 0;
		g_assert_true(vault_add_class_key(f->keys, SEALED_LOGISTICS, &no, NULL));
		g_bytes_unref(f->values[SEALED_LOGISTICS]);
		f->values[SEALED_LOGISTICS] =
		        vault_seal(f->keys, SEALED_LOGISTICS, 7, "{\"said\":1}");
		const pid_t child = fork();
		if (child == 0) {
			guint n = 0;
			vault_destroy_class_keys(f->keys, SEALED_LOGISTICS, no, &n, NULL);
			vault_roll(f->vault, NULL);
			_exit(0);
		}
		g_assert_cmpint(child, >, 0);
		g_usleep(400 * i);
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		open_again(f);
		for (guint class = 0; class < SEALED_CLASSES; class ++)
			g_assert_true(opens(f, (SealedClass) class));
		if (i % 2 == 0)
			rolls(f);
	}
	guint destroyed = 0;
	g_autoptr(GArray) numbers = vault_class_keys(f->keys, SEALED_LOGISTICS);
	guint16 newest = 0;
	for (guint i = 0; i < numbers->len; i++)
		newest = MAX(newest, g_array_index(numbers, guint16, i));
	g_assert_true(
	        vault_destroy_class_keys(f->keys, SEALED_LOGISTICS, newest, &destroyed, NULL));
	rolls(f);
	g_autofree char *next = g_build_filename(f->dir, "keys", "master.next", NULL);
	g_assert_false(g_file_test(next, G_FILE_TEST_EXISTS));
	open_again(f);
	for (guint class = 0; class < SEALED_CLASSES; class ++)
		g_assert_true(opens(f, (SealedClass) class));
}

static void
a_new_event_s_keys_survive_a_roll_by_another_process(Fixture *f, gconstpointer data)
{
	static const guint8 third[EVENT_ID_BYTES] = "the third event!";
	g_autoptr(GError) error = NULL;
	g_autoptr(Vault) other = vault_open(f->dir, NULL, &error);

	destroys(f, SEALED_EMERGENCY, 0, 1);
	rolls(f);
	/* it knows the old master key only, until it looks */
	g_assert_true(vault_create_event(other, third, 3000, &error));
	g_assert_no_error(error);
	open_again(f);
	g_assert_nonnull(vault_event(f->vault, third, &error));
	g_assert_no_error(error);
}

static void
another_secret_ends_links_and_hashes(Fixture *f, gconstpointer data)
{
	char token[LINK_TOKEN_LENGTH + 1];
	g_autoptr(GError) error = NULL;

	vault_link(f->keys, LINK_TICKET, 7, 1, token);
	g_assert_true(vault_link_holds(f->keys, LINK_TICKET, token, 1));
	g_assert_true(vault_replace_secret(f->keys, &error));
	g_assert_false(vault_link_holds(f->keys, LINK_TICKET, token, 1));
	vault_link(f->keys, LINK_TICKET, 7, 1, token);
	g_assert_true(vault_replace_secret(f->keys, &error)); /* once */
	open_again(f);
	g_assert_true(vault_link_holds(f->keys, LINK_TICKET, token, 1));
	g_assert_true(opens(f, SEALED_IDENTITY));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add("/roll/" #name, Fixture, NULL, set_up, name, tear_down)
	TEST(a_destroyed_key_opens_nothing_the_others_go_on);
	TEST(a_removed_key_s_file_opens_with_no_master_that_is_left);
	TEST(held_values_go_on_under_a_fresh_key);
	TEST(whenever_a_roll_is_killed_every_key_opens);
	TEST(a_new_event_s_keys_survive_a_roll_by_another_process);
	TEST(another_secret_ends_links_and_hashes);
	return g_test_run();
}
