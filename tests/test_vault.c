/* Keys on disk, sealed values, signatures, links and tokens. */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schema/vault.h"

static const guint8 event[EVENT_ID_BYTES] = "the first event.";
static const guint8 other_event[EVENT_ID_BYTES] = "the other event.";
#define EVENT_FOLDER "746865206669727374206576656e742e"

typedef struct {
	char *dir;
	Vault *vault;
	VaultEvent *keys, *other;
} Fixture;

static void
set_up(Fixture *f, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	f->dir = g_dir_make_tmp("turnout-vault-XXXXXX", NULL);
	g_assert_true(vault_create(f->dir, NULL, &error));
	f->vault = vault_open(f->dir, NULL, &error);
	g_assert_no_error(error);
	g_assert_true(vault_create_event(f->vault, event, 1000, &error));
	g_assert_true(vault_create_event(f->vault, other_event, 2000, &error));
	f->keys = vault_event(f->vault, event, &error);
	f->other = vault_event(f->vault, other_event, &error);
	g_assert_no_error(error);
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
open_again(Fixture *f)
{
	vault_unref(f->vault);
	f->vault = vault_open(f->dir, NULL, NULL);
	g_assert_nonnull(f->vault);
	f->keys = vault_event(f->vault, event, NULL);
}

static void
from_hex(const char *hex, guint8 *ret_bytes)
{
	for (; *hex != '\0'; hex += 2)
		*ret_bytes++ =
		        (guint8)(g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1]));
}

/* ---- signatures ---- */

/* RFC 8032, section 7.1: TEST 2 and TEST 3. */
static const struct {
	const char *key, *message, *signature;
} rfc8032[] = {
	{ "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
	        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
	        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00" },
	{ "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
	        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
	        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a" },
};

static void
signatures_are_those_of_rfc_8032(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(rfc8032); i++) {
		guint8 key[PUBLIC_KEY_BYTES], signature[SIGNATURE_BYTES], message[8];
		gsize length = strlen(rfc8032[i].message) / 2;
		from_hex(rfc8032[i].key, key);
		from_hex(rfc8032[i].message, message);
		from_hex(rfc8032[i].signature, signature);
		g_assert_true(vault_verify(key, message, length, signature));
		for (guint bit = 0; bit < SIGNATURE_BYTES * 8; bit++) {
			signature[bit / 8] ^= (guint8)(1 << bit % 8);
			g_assert_false(vault_verify(key, message, length, signature));
			signature[bit / 8] ^= (guint8)(1 << bit % 8);
		}
		message[0] ^= 1;
		g_assert_false(vault_verify(key, message, length, signature));
	}
}

static void
an_event_signs_the_same_way_after_a_restart(Fixture *f, gconstpointer data)
{
	guint8 before[SIGNATURE_BYTES], after[SIGNATURE_BYTES];
	const guint8 *message = (const guint8 *)"ticket";
	SigningKey key;
	vault_sign(f->keys, 1, message, 6, before);
	g_assert_true(vault_signing_key(f->keys, 1, &key));
	g_assert_true(vault_verify(key.public_key, message, 6, before));
	g_assert_true(vault_signing_key(f->other, 1, &key));
	g_assert_false(vault_verify(key.public_key, message, 6, before));
	open_again(f);
	vault_sign(f->keys, 1, message, 6, after);
	g_assert_cmpmem(before, sizeof before, after, sizeof after);
	g_assert_cmpint(vault_key_created(f->keys), ==, 1000);
}

static void
an_event_has_a_next_key_and_makes_others(Fixture *f, gconstpointer data)
{
	guint8 first[SIGNATURE_BYTES], third[SIGNATURE_BYTES], again[SIGNATURE_BYTES];
	const guint8 *message = (const guint8 *)"ticket";
	g_autoptr(GError) error = NULL;
	g_autoptr(GError) many = NULL;
	SigningKey key;
	g_assert_true(vault_signing_key(f->keys, 2, &key));
	g_assert_cmpint(key.created, ==, 1000);
	g_assert_false(vault_signing_key(f->keys, 3, &key));
	vault_signing_key_at_most(f->keys, 3, &key);
	g_assert_cmpint(key.no, ==, 2);

	g_assert_true(vault_make_signing_key(f->keys, 3, 5000, &error));
	g_assert_true(vault_make_signing_key(f->keys, 3, 6000, &error));
	g_assert_no_error(error);
	g_assert_true(vault_signing_key(f->keys, 3, &key));
	g_assert_cmpint(key.created, ==, 5000);
	vault_sign(f->keys, 1, message, 6, first);
	vault_sign(f->keys, 3, message, 6, third);
	g_assert_true(vault_verify(key.public_key, message, 6, third));
	g_assert_false(vault_verify(key.public_key, message, 6, first));
	open_again(f);
	vault_sign(f->keys, 3, message, 6, again);
	g_assert_cmpmem(third, sizeof third, again, sizeof again);
	g_assert_false(vault_signing_key(f->keys, 0, &key));
	g_assert_false(vault_signing_key(f->keys, SIGNING_KEYS_MAX + 1, &key));
	g_assert_false(vault_make_signing_key(f->keys, SIGNING_KEYS_MAX + 1, 5000, &many));
	g_assert_error(many, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT);
}

static void
a_key_that_another_process_made_is_read(Fixture *f, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	Vault *other = vault_open(f->dir, NULL, &error);
	SigningKey theirs, ours;
	g_assert_false(vault_signing_key(f->keys, 3, &ours));
	g_assert_true(vault_make_signing_key(vault_event(other, event, &error), 3, 9, &error));
	g_assert_no_error(error);
	g_assert_true(vault_signing_key(vault_event(other, event, &error), 3, &theirs));
	g_assert_true(vault_signing_key(f->keys, 3, &ours));
	g_assert_cmpmem(ours.public_key, PUBLIC_KEY_BYTES, theirs.public_key, PUBLIC_KEY_BYTES);
	vault_unref(other);
}

/* ---- sealed values ---- */

#define SECRET_TEXT "{\"name\":\"María López\"}"

static char *
unseal(VaultEvent *keys, SealedClass class, gint64 owner, GBytes *value, GError **error)
{
	gsize length;
	gconstpointer bytes = g_bytes_get_data(value, &length);
	return vault_unseal(keys, class, owner, bytes, length, error);
}

static void
refused(VaultEvent *keys, SealedClass class, gint64 owner, GBytes *value)
{
	g_autoptr(GError) error = NULL;
	g_assert_null(unseal(keys, class, owner, value, &error));
	g_assert_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT);
	g_assert_null(strstr(error->message, "López"));
}

static void
a_sealed_value_opens_and_does_not_show_its_length(Fixture *f, gconstpointer data)
{
	static const char *const texts[] = { "", "{}", SECRET_TEXT,
		"0123456789012345678901234567890", "01234567890123456789012345678901", "\x80\x80" };
	for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GBytes) value = vault_seal(f->keys, SEALED_IDENTITY, 5, texts[i]);
		gsize around = 1 + 2 + 24 + 16;
		g_assert_cmpuint((g_bytes_get_size(value) - around) % 32, ==, 0);
		g_assert_cmpuint(g_bytes_get_size(value) - around, >, strlen(texts[i]));
		char *text = unseal(f->keys, SEALED_IDENTITY, 5, value, NULL);
		g_assert_cmpstr(text, ==, texts[i]);
		sealed_text_free(text);
	}
	g_autoptr(GBytes) one = vault_seal(f->keys, SEALED_IDENTITY, 5, "{}");
	g_autoptr(GBytes) two = vault_seal(f->keys, SEALED_IDENTITY, 5, "{}");
	g_assert_false(g_bytes_equal(one, two));
}

static void
a_value_cannot_be_moved_to_another_person_class_or_event(Fixture *f, gconstpointer data)
{
	g_autoptr(GBytes) value = vault_seal(f->keys, SEALED_IDENTITY, 5, SECRET_TEXT);
	refused(f->keys, SEALED_IDENTITY, 6, value);
	refused(f->keys, SEALED_LOGISTICS, 5, value);
	refused(f->keys, SEALED_EMERGENCY, 5, value);
	refused(f->other, SEALED_IDENTITY, 5, value);
}

static void
one_flipped_bit_is_seen(Fixture *f, gconstpointer data)
{
	g_autoptr(GBytes) value = vault_seal(f->keys, SEALED_IDENTITY, 5, SECRET_TEXT);
	gsize length = g_bytes_get_size(value);
	g_autofree guint8 *bytes = g_memdup2(g_bytes_get_data(value, NULL), length);
	for (gsize bit = 0; bit < length * 8; bit++) {
		g_autoptr(GError) error = NULL;
		bytes[bit / 8] ^= (guint8)(1 << bit % 8);
		g_assert_null(vault_unseal(f->keys, SEALED_IDENTITY, 5, bytes, length, &error));
		/* bits 8 to 23 are the key's number: that key is not there */
		gboolean absent = bit / 8 == 1 || bit / 8 == 2;
		g_assert_cmpint(
		        error->code, ==, absent ? TURNOUT_ERROR_ABSENT : TURNOUT_ERROR_INPUT);
		bytes[bit / 8] ^= (guint8)(1 << bit % 8);
	}
	for (gsize shorter = 0; shorter < length; shorter++)
		g_assert_null(vault_unseal(f->keys, SEALED_IDENTITY, 5, bytes, shorter, NULL));
}

static void
a_destroyed_key_is_told_apart(Fixture *f, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) value = vault_seal(f->keys, SEALED_LOGISTICS, 5, SECRET_TEXT);
	g_autoptr(GBytes) kept = vault_seal(f->keys, SEALED_IDENTITY, 5, SECRET_TEXT);
	g_autofree char *path = g_build_filename(f->dir, "keys", EVENT_FOLDER, "logistics-1", NULL);
	g_assert_cmpint(g_unlink(path), ==, 0);
	open_again(f);
	g_assert_null(unseal(f->keys, SEALED_LOGISTICS, 5, value, &error));
	g_assert_error(error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT);
	g_assert_null(vault_seal(f->keys, SEALED_LOGISTICS, 5, SECRET_TEXT));
	char *text = unseal(f->keys, SEALED_IDENTITY, 5, kept, NULL);
	g_assert_cmpstr(text, ==, SECRET_TEXT);
	sealed_text_free(text);
}

/* ---- files ---- */

static void
keys_are_for_their_owner_only(Fixture *f, gconstpointer data)
{
	static const char *const files[] = { "master", EVENT_FOLDER "/signing",
		EVENT_FOLDER "/signing-2", EVENT_FOLDER "/secret", EVENT_FOLDER "/identity-1",
		EVENT_FOLDER "/logistics-1", EVENT_FOLDER "/emergency-1" };
	struct stat about;
	for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *path = g_build_filename(f->dir, "keys", files[i], NULL);
		g_assert_cmpint(stat(path, &about), ==, 0);
		g_assert_cmpint(about.st_mode & 0777, ==, 0600);
	}
	g_autofree char *folder = g_build_filename(f->dir, "keys", EVENT_FOLDER, NULL);
	g_assert_cmpint(stat(folder, &about), ==, 0);
	g_assert_cmpint(about.st_mode & 0777, ==, 0700);
}

static void
keys_are_never_written_over(Fixture *f, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GError) again = NULL;
	SigningKey before, after;
	g_assert_true(vault_signing_key(f->keys, 1, &before));
	g_assert_false(vault_create(f->dir, NULL, &error));
	g_assert_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT);
	g_assert_false(vault_create_event(f->vault, event, 3000, &again));
	g_assert_error(again, TURNOUT_ERROR, TURNOUT_ERROR_INPUT);
	open_again(f);
	g_assert_true(vault_signing_key(f->keys, 1, &after));
	g_assert_cmpmem(before.public_key, PUBLIC_KEY_BYTES, after.public_key, PUBLIC_KEY_BYTES);
	/* nothing half-made is left behind */
	g_autofree char *keys = g_build_filename(f->dir, "keys", NULL);
	GDir *names = g_dir_open(keys, 0, NULL);
	guint n = 0;
	while (g_dir_read_name(names) != NULL)
		n++;
	g_dir_close(names);
	g_assert_cmpuint(n, ==, 4); /* master, the lock, two events */
}

static void
an_event_without_keys_is_absent(Fixture *f, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	g_assert_null(vault_event(f->vault, (const guint8 *)"never made event", &error));
	g_assert_error(error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT);
	g_autoptr(GError) nothing = NULL;
	g_assert_null(vault_open("/nonexistent", NULL, &nothing));
	g_assert_error(nothing, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT);
}

static void
key_files_cannot_be_swapped_or_changed(Fixture *f, gconstpointer data)
{
	g_autofree char *identity =
	        g_build_filename(f->dir, "keys", EVENT_FOLDER, "identity-1", NULL);
	g_autofree char *logistics =
	        g_build_filename(f->dir, "keys", EVENT_FOLDER, "logistics-1", NULL);
	g_autofree char *bytes = NULL;
	gsize length;
	g_autoptr(GError) error = NULL;
	g_assert_true(g_file_get_contents(logistics, &bytes, &length, NULL));
	g_assert_true(g_file_set_contents(identity, bytes, (gssize)length, NULL));
	vault_unref(f->vault);
	f->vault = vault_open(f->dir, NULL, NULL);
	g_assert_null(vault_event(f->vault, event, &error));
	g_assert_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT);
	g_assert_nonnull(strstr(error->message, "identity-1"));
	g_assert_nonnull(vault_event(f->vault, other_event, NULL));
}

/* ---- the secret that wraps the master key ---- */

static char *
secret_file(Fixture *f, const char *name, const char *content)
{
	char *path = g_build_filename(f->dir, name, NULL);
	g_assert_true(
	        g_file_set_contents_full(path, content, -1, G_FILE_SET_CONTENTS_NONE, 0400, NULL));
	return path;
}

static void
opening_is_refused(const char *dir, const char *master_file, const char *because)
{
	g_autoptr(GError) error = NULL;
	g_assert_null(vault_open(dir, master_file, &error));
	g_assert_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT);
	g_assert_nonnull(strstr(error->message, because));
}

static void
only_the_right_secret_opens_a_wrapped_master_key(Fixture *f, gconstpointer data)
{
	g_autofree char *right =
	        secret_file(f, "right", "correct horse battery staple, and more\n");
	g_autofree char *wrong =
	        secret_file(f, "wrong", "incorrect horse battery staple, and more");
	g_autofree char *guess = secret_file(f, "short", "password");
	g_autofree char *open = secret_file(f, "open", "correct horse battery staple, and more");
	g_autofree char *dir = g_build_filename(f->dir, "wrapped", NULL);
	g_autoptr(GError) error = NULL;
	g_assert_cmpint(g_mkdir(dir, 0700), ==, 0);
	g_assert_false(vault_create(dir, guess, &error));
	g_assert_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT);
	g_assert_true(vault_create(dir, right, NULL));
	g_autoptr(Vault) vault = vault_open(dir, right, NULL);
	g_assert_nonnull(vault);
	g_assert_true(vault_create_event(vault, event, 1, NULL));
	g_assert_nonnull(vault_event(vault, event, NULL));
	opening_is_refused(dir, wrong, "is not the one that wrapped it");
	opening_is_refused(dir, NULL, "master_file");
	opening_is_refused(f->dir, right, "is not wrapped");
	g_assert_cmpint(g_chmod(open, 0444), ==, 0);
	opening_is_refused(dir, open, "0400");
	/* the secret itself is not in the keys */
	g_autofree char *master = g_build_filename(dir, "keys", "master", NULL);
	g_autofree char *bytes = NULL;
	gsize length;
	g_assert_true(g_file_get_contents(master, &bytes, &length, NULL));
	g_assert_null(memmem(bytes, length, "horse", 5));
}

/* ---- hashes, links, tokens ---- */

static void
hashes_differ_by_event_and_by_use(Fixture *f, gconstpointer data)
{
	guint8 email[EMAIL_HASH_BYTES], again[EMAIL_HASH_BYTES], elsewhere[EMAIL_HASH_BYTES],
	        content[CONTENT_HASH_BYTES], submission[16];
	vault_hash_email(f->keys, "ana@example.org", email);
	vault_hash_email(f->other, "ana@example.org", elsewhere);
	vault_hash_content(f->keys, "ana@example.org", 15, content);
	vault_derive_submission(f->keys, "ana@example.org", 15, submission);
	g_assert_true(memcmp(email, elsewhere, sizeof email) != 0);
	g_assert_true(memcmp(email, content, sizeof email) != 0);
	g_assert_true(memcmp(content, submission, sizeof submission) != 0);
	gint64 check = vault_log_check(f->keys, "line", 4);
	g_assert_cmpint(check, !=, vault_log_check(f->keys, "lime", 4));
	g_assert_cmpint(check, !=, vault_log_check(f->other, "line", 4));
	open_again(f);
	vault_hash_email(f->keys, "ana@example.org", again);
	g_assert_cmpmem(email, sizeof email, again, sizeof again);
	g_assert_cmpint(check, ==, vault_log_check(f->keys, "line", 4));
}

static void
a_link_holds_for_what_it_was_made_for_only(Fixture *f, gconstpointer data)
{
	char token[LINK_TOKEN_LENGTH + 1], wrong[LINK_TOKEN_LENGTH + 1];
	const gint64 id = G_GINT64_CONSTANT(0x19a2b3c4d5e6f708);
	gint64 read = 0;
	vault_link(f->keys, LINK_TICKET, id, 3, token);
	g_assert_cmpuint(strlen(token), ==, LINK_TOKEN_LENGTH);
	g_assert_true(link_id(token, &read));
	g_assert_cmpint(read, ==, id);
	g_assert_true(vault_link_holds(f->keys, LINK_TICKET, token, 3));
	g_assert_false(vault_link_holds(f->keys, LINK_TICKET, token, 4));
	g_assert_false(vault_link_holds(f->keys, LINK_GROUP, token, 3));
	g_assert_false(vault_link_holds(f->other, LINK_TICKET, token, 3));
	for (guint i = 0; i < LINK_TOKEN_LENGTH; i++)
		for (const char *c = "0aAfz_-."; *c != '\0'; c++) {
			g_strlcpy(wrong, token, sizeof wrong);
			wrong[i] = *c;
			if (strcmp(wrong, token) != 0)
				g_assert_false(vault_link_holds(f->keys, LINK_TICKET, wrong, 3));
		}
	g_assert_false(vault_link_holds(f->keys, LINK_TICKET, "", 3));
	g_assert_false(link_id("short", &read));
	vault_link(f->keys, LINK_TICKET, -2, 3, token);
	g_assert_true(link_id(token, &read));
	g_assert_cmpint(read, ==, -2);
}

static void
a_form_holds_for_a_day(Fixture *f, gconstpointer data)
{
	const guint8 submission[16] = { 1, 2, 3 }, other[16] = { 1, 2, 4 };
	const gint64 now = 1800000000, hour = 3600;
	char token[CSRF_TEXT_LENGTH + 1], wrong[CSRF_TEXT_LENGTH + 1];
	vault_csrf(f->keys, submission, now, token);
	g_assert_cmpuint(strlen(token), ==, CSRF_TEXT_LENGTH);
	g_assert_cmpint(vault_csrf_check(f->keys, submission, token, now), ==, CSRF_HOLDS);
	g_assert_cmpint(vault_csrf_check(f->keys, submission, token, now + CSRF_HOURS * hour), ==,
	        CSRF_HOLDS);
	g_assert_cmpint(vault_csrf_check(f->keys, submission, token, now + (CSRF_HOURS + 1) * hour),
	        ==, CSRF_STALE);
	g_assert_cmpint(
	        vault_csrf_check(f->keys, submission, token, now - 3 * hour), ==, CSRF_STALE);
	g_assert_cmpint(vault_csrf_check(f->keys, other, token, now), ==, CSRF_FALSE);
	g_assert_cmpint(vault_csrf_check(f->other, submission, token, now), ==, CSRF_FALSE);
	g_assert_cmpint(vault_csrf_check(f->keys, submission, "", now), ==, CSRF_FALSE);
	for (guint i = 0; i < CSRF_TEXT_LENGTH; i++) {
		g_strlcpy(wrong, token, sizeof wrong);
		wrong[i] = wrong[i] == '1' ? '2' : '1';
		g_assert_cmpint(vault_csrf_check(f->keys, submission, wrong, now), ==, CSRF_FALSE);
	}
}

static void
tokens_are_random_and_stored_hashed(void)
{
	char one[TOKEN_TEXT_LENGTH + 1], two[TOKEN_TEXT_LENGTH + 1];
	guint8 hash[TOKEN_HASH_BYTES], expected[TOKEN_HASH_BYTES];
	token_new(one);
	token_new(two);
	g_assert_cmpuint(strlen(one), ==, TOKEN_TEXT_LENGTH);
	g_assert_cmpstr(one, !=, two);
	/* FIPS 180-2, appendix B.1 */
	from_hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", expected);
	token_hash("abc", hash);
	g_assert_cmpmem(hash, sizeof hash, expected, sizeof expected);
}

/* ---- threads ---- */

static gpointer
use_all(gpointer data)
{
	Fixture *f = data;
	g_autoptr(Vault) vault = vault_ref(f->vault);
	for (guint i = 0; i < 200; i++) {
		VaultEvent *keys = vault_event(vault, i % 2 ? event : other_event, NULL);
		g_autoptr(GBytes) value = vault_seal(keys, SEALED_IDENTITY, i, SECRET_TEXT);
		char *text = unseal(keys, SEALED_IDENTITY, i, value, NULL);
		g_assert_cmpstr(text, ==, SECRET_TEXT);
		sealed_text_free(text);
		char token[LINK_TOKEN_LENGTH + 1];
		vault_link(keys, LINK_TICKET, i, 1, token);
		g_assert_true(vault_link_holds(keys, LINK_TICKET, token, 1));
	}
	return NULL;
}

static void
threads_share_the_keys(Fixture *f, gconstpointer data)
{
	GThread *threads[8];
	vault_unref(f->vault);
	f->vault =
	        vault_open(f->dir, NULL, NULL); /* nothing read yet: they race for the first time */
	for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
		threads[i] = g_thread_new(NULL, use_all, f);
	for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
		g_thread_join(threads[i]);
}

#define ADD(name) g_test_add("/vault/" #name, Fixture, NULL, set_up, name, tear_down)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func(
	        "/vault/signatures_are_those_of_rfc_8032", signatures_are_those_of_rfc_8032);
	ADD(an_event_signs_the_same_way_after_a_restart);
	ADD(an_event_has_a_next_key_and_makes_others);
	ADD(a_key_that_another_process_made_is_read);
	ADD(a_sealed_value_opens_and_does_not_show_its_length);
	ADD(a_value_cannot_be_moved_to_another_person_class_or_event);
	ADD(one_flipped_bit_is_seen);
	ADD(a_destroyed_key_is_told_apart);
	ADD(keys_are_for_their_owner_only);
	ADD(keys_are_never_written_over);
	ADD(an_event_without_keys_is_absent);
	ADD(key_files_cannot_be_swapped_or_changed);
	ADD(only_the_right_secret_opens_a_wrapped_master_key);
	ADD(hashes_differ_by_event_and_by_use);
	ADD(a_link_holds_for_what_it_was_made_for_only);
	ADD(a_form_holds_for_a_day);
	g_test_add_func(
	        "/vault/tokens_are_random_and_stored_hashed", tokens_are_random_and_stored_hashed);
	ADD(threads_share_the_keys);
	return g_test_run();
}
