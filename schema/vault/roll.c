/*
 * The master key rolled, class keys made and destroyed.
 *
 * Rolling: the next master key is written first (master.next), then every file is wrapped anew by it, each by a rename,
 * then it takes the master's place. Whatever is cut short, each file opens by the one or the other, and the next
 * run goes on. Before a key is destroyed the next master key is there, so a roll always follows: what
 * the disk may keep of a removed file is wrapped by a master key that is nowhere any more.
 */
#include "schema/vault/private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define LOCK_FILE "lock"
#define OVER_FILE "over" /* the event's secret is another one since its people are counts */

/* ---- the master keys ---- */

static char *
path_of(const Vault *vault, const char *name)
{
	return g_build_filename(vault->folder, name, NULL);
}

gboolean
vault_read_masters(Vault *vault, GError **error)
{
	g_autofree char *path = path_of(vault, MASTER_FILE);
	g_autoptr(GError) trouble = NULL;
	Masters *fresh = secret_memory(sizeof *fresh);
	/* the file's numbers first: of one that changes meanwhile they are old, and it is read again */
	if (stat(path, &fresh->file) != 0)
		memset(&fresh->file, 0, sizeof fresh->file);
	gboolean read = key_master_read(
	        vault->folder, MASTER_FILE, vault->master_file, fresh->master, error);
	if (read) {
		fresh->rolling = key_master_read(
		        vault->folder, NEXT_FILE, vault->master_file, fresh->next, &trouble);
		if (!fresh->rolling &&
		        !g_error_matches(trouble, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT)) {
			g_propagate_error(error, g_steal_pointer(&trouble));
			read = FALSE;
		}
	}
	if (!read) {
		sodium_free(fresh);
		return FALSE;
	}
	sodium_mprotect_readonly(fresh);
	pthread_rwlock_wrlock(&vault->use);
	Masters *old = vault->masters;
	vault->masters = fresh;
	pthread_rwlock_unlock(&vault->use);
	sodium_free(old);
	return TRUE;
}

/* Whether the files are as they were read. */
static gboolean
masters_are_fresh(Vault *vault)
{
	g_autofree char *path = path_of(vault, MASTER_FILE), *next = path_of(vault, NEXT_FILE);
	struct stat now;
	gboolean there = stat(path, &now) == 0, rolling = g_access(next, F_OK) == 0;

	pthread_rwlock_rdlock(&vault->use);
	const struct stat *then = &vault->masters->file;
	gboolean same = there && now.st_ino == then->st_ino &&
	        now.st_mtim.tv_sec == then->st_mtim.tv_sec &&
	        now.st_mtim.tv_nsec == then->st_mtim.tv_nsec && rolling == vault->masters->rolling;
	pthread_rwlock_unlock(&vault->use);
	return same;
}

static gboolean
is_rolling(Vault *vault)
{
	pthread_rwlock_rdlock(&vault->use);
	gboolean rolling = vault->masters->rolling;
	pthread_rwlock_unlock(&vault->use);
	return rolling;
}

static gboolean
read_by_known(Vault *vault, const char *path, const char *label, guint8 *ret_plain, gsize length,
        GError **error)
{
	g_autoptr(GError) refused = NULL;

	pthread_rwlock_rdlock(&vault->use);
	const Masters *masters = vault->masters;
	gboolean read =
	        key_file_read_wrapped(path, label, masters->master, ret_plain, length, &refused);
	if (!read && masters->rolling &&
	        g_error_matches(refused, TURNOUT_ERROR, TURNOUT_ERROR_INPUT)) {
		g_clear_error(&refused);
		read = key_file_read_wrapped(
		        path, label, masters->next, ret_plain, length, &refused);
	}
	pthread_rwlock_unlock(&vault->use);
	if (!read)
		g_propagate_error(error, g_steal_pointer(&refused));
	return read;
}

gboolean
vault_read_wrapped(Vault *vault, const char *path, const char *label, guint8 *ret_plain,
        gsize length, GError **error)
{
	g_autoptr(GError) refused = NULL;

	for (guint tries = 0;; tries++) {
		g_clear_error(&refused);
		if (read_by_known(vault, path, label, ret_plain, length, &refused))
			return TRUE;
		if (tries == 3 || !g_error_matches(refused, TURNOUT_ERROR, TURNOUT_ERROR_INPUT) ||
		        masters_are_fresh(vault))
			break;
		if (!vault_read_masters(vault, error))
			return FALSE;
	}
	g_propagate_error(error, g_steal_pointer(&refused));
	return FALSE;
}

int
vault_lock_files(Vault *vault, gboolean alone, GError **error)
{
	g_autofree char *path = path_of(vault, LOCK_FILE);
	int lock = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	while (lock >= 0 && flock(lock, alone ? LOCK_EX : LOCK_SH) != 0)
		if (errno != EINTR) {
			close(lock);
			lock = -1;
		}
	if (lock < 0) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD, "cannot lock %s: %s", path,
		        g_strerror(errno));
		return -1;
	}
	if (masters_are_fresh(vault) || vault_read_masters(vault, error))
		return lock;
	close(lock);
	return -1;
}

void
vault_unlock_files(int lock)
{
	close(lock);
}

/* ---- an event's secrets, read again ---- */

static gboolean
event_read_again(VaultEvent *keys, GError **error)
{
	EventSecrets *fresh = event_secrets_read(keys, error);

	if (fresh == NULL)
		return FALSE;
	pthread_rwlock_wrlock(&keys->vault->use);
	EventSecrets *old = keys->secrets;
	keys->secrets = fresh;
	pthread_rwlock_unlock(&keys->vault->use);
	sodium_free(old);
	return TRUE;
}

gboolean
vault_refresh(Vault *vault, GError **error)
{
	GHashTableIter each;
	gpointer keys;
	gboolean read = TRUE;

	if (masters_are_fresh(vault))
		return TRUE;
	if (!vault_read_masters(vault, error))
		return FALSE;
	pthread_mutex_lock(&vault->lock);
	g_hash_table_iter_init(&each, vault->events);
	while (read && g_hash_table_iter_next(&each, NULL, &keys))
		read = event_read_again(keys, error);
	pthread_mutex_unlock(&vault->lock);
	return read;
}

/* ---- rolling ---- */

static gboolean
write_next(Vault *vault, GError **error)
{
	guint8 next[KEY_BYTES];

	randombytes_buf(next, sizeof next);
	gboolean written =
	        key_master_write(vault->folder, NEXT_FILE, vault->master_file, next, error);
	sodium_memzero(next, sizeof next);
	return written && vault_read_masters(vault, error);
}

/* All files of the folder of an event, HEX. */
static gboolean
rewrap_event(Vault *vault, const char *hex, GError **error)
{
	g_autofree char *folder = path_of(vault, hex);
	g_autoptr(GDir) names = g_dir_open(folder, 0, NULL);
	gboolean done = TRUE;

	if (names == NULL) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD, "cannot read the folder %s",
		        folder);
		return FALSE;
	}
	for (const char *name; done && (name = g_dir_read_name(names)) != NULL;) {
		g_autofree char *label = g_strdup_printf("%s/%s", hex, name);
		if (strchr(name, '.') != NULL || strcmp(name, OVER_FILE) == 0)
			continue; /* left by who died, or nothing secret */
		pthread_rwlock_rdlock(&vault->use);
		done = key_file_rewrap(
		        folder, name, label, vault->masters->master, vault->masters->next, error);
		pthread_rwlock_unlock(&vault->use);
	}
	return done && key_folder_flush(folder, error);
}

static gboolean
is_event_folder(const char *name)
{
	return strlen(name) == EVENT_HEX && strspn(name, "0123456789abcdef") == EVENT_HEX;
}

static gboolean
rewrap_all(Vault *vault, GError **error)
{
	g_autoptr(GDir) names = g_dir_open(vault->folder, 0, NULL);
	gboolean done = names != NULL;

	if (!done)
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD, "cannot read the folder %s",
		        vault->folder);
	for (const char *name; done && (name = g_dir_read_name(names)) != NULL;)
		if (is_event_folder(name))
			done = rewrap_event(vault, name, error);
	return done;
}

/* The next master key takes the master's place; the old file's content is written over, then it is gone. */
static gboolean
put_next_in_place(Vault *vault, GError **error)
{
	g_autofree char *master = path_of(vault, MASTER_FILE), *next = path_of(vault, NEXT_FILE);
	const int old = open(master, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);

	gboolean placed = rename(next, master) == 0;
	if (!placed)
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD, "cannot write %s: %s",
		        master, g_strerror(errno));
	placed = placed && key_folder_flush(vault->folder, error);
	if (old >= 0) {
		if (placed)
			key_file_wipe(old);
		close(old);
	}
	return placed;
}

gboolean
vault_roll(Vault *vault, GError **error)
{
	g_autofree char *next = path_of(vault, NEXT_FILE);

	if (g_access(next, F_OK) != 0)
		return TRUE;
	const int lock = vault_lock_files(vault, TRUE, error);
	if (lock < 0)
		return FALSE;
	gboolean done = !is_rolling(vault) || /* another process was first */
	        (rewrap_all(vault, error) && put_next_in_place(vault, error) &&
	                vault_read_masters(vault, error));
	vault_unlock_files(lock);
	return done;
}

/* ---- class keys ---- */

GArray *
vault_class_keys(VaultEvent *keys, SealedClass class)
{
	GArray *numbers = g_array_new(FALSE, FALSE, sizeof(guint16));

	pthread_rwlock_rdlock(&keys->vault->use);
	for (guint i = 0; i < keys->secrets->classes_n; i++)
		if (keys->secrets->classes[i].class == class)
			g_array_append_val(numbers, keys->secrets->classes[i].number);
	pthread_rwlock_unlock(&keys->vault->use);
	return numbers;
}

gboolean
vault_add_class_key(VaultEvent *keys, SealedClass class, guint16 *ret_no, GError **error)
{
	g_autoptr(GArray) numbers = vault_class_keys(keys, class);
	guint8 key[KEY_BYTES];
	guint16 no = 0;

	for (guint i = 0; i < numbers->len; i++)
		no = MAX(no, g_array_index(numbers, guint16, i));
	g_autofree char *name = g_strdup_printf("%s-%u", sealed_class_name(class), no + 1u);
	randombytes_buf(key, sizeof key);
	gboolean written = vault_event_write(keys, name, key, sizeof key, error);
	sodium_memzero(key, sizeof key);
	if (!written || !event_read_again(keys, error))
		return FALSE;
	*ret_no = no + 1;
	return TRUE;
}

static gboolean
destroy_file(const char *folder, const char *name, GError **error)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	const int file = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);

	if (unlink(path) != 0 && errno != ENOENT) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD, "cannot remove %s: %s", path,
		        g_strerror(errno));
		if (file >= 0)
			close(file);
		return FALSE;
	}
	/* after it has gone: a file half written over would keep the others from being read */
	if (file >= 0) {
		key_file_wipe(file);
		close(file);
	}
	return TRUE;
}

static gboolean
destroy_keys(VaultEvent *keys, SealedClass class, guint16 keep, guint *ret_n, GError **error)
{
	Vault *vault = keys->vault;
	g_autoptr(GArray) numbers = vault_class_keys(keys, class);
	char hex[EVENT_HEX + 1];
	gboolean done = TRUE;
	guint n = 0;

	event_to_hex(keys->event, hex);
	g_autofree char *folder = path_of(vault, hex);
	for (guint i = 0; done && i < numbers->len; i++) {
		const guint16 no = g_array_index(numbers, guint16, i);
		g_autofree char *name = g_strdup_printf("%s-%u", sealed_class_name(class), no);
		if (no == keep)
			continue;
		done = (n > 0 || is_rolling(vault) || write_next(vault, error)) &&
		        destroy_file(folder, name, error);
		n++;
	}
	*ret_n = n;
	return done && (n == 0 || key_folder_flush(folder, error)) &&
	        (n == 0 || event_read_again(keys, error));
}

gboolean
vault_destroy_class_keys(
        VaultEvent *keys, SealedClass class, guint16 keep, guint *ret_n, GError **error)
{
	const int lock = vault_lock_files(keys->vault, TRUE, error);

	if (lock < 0)
		return FALSE;
	gboolean done = destroy_keys(keys, class, keep, ret_n, error);
	vault_unlock_files(lock);
	return done;
}

/* ---- the secret ---- */

static gboolean
replace_secret(VaultEvent *keys, GError **error)
{
	Vault *vault = keys->vault;
	char hex[EVENT_HEX + 1];
	guint8 secret[KEY_BYTES];

	event_to_hex(keys->event, hex);
	g_autofree char *folder = path_of(vault, hex);
	g_autofree char *over = g_build_filename(folder, OVER_FILE, NULL);
	g_autofree char *label = g_strconcat(hex, "/secret", NULL);
	if (g_access(over, F_OK) == 0)
		return TRUE;
	randombytes_buf(secret, sizeof secret);
	pthread_rwlock_rdlock(&vault->use);
	gboolean done = key_file_replace_wrapped(folder, "secret", label,
	        vault->masters->rolling ? vault->masters->next : vault->masters->master, secret,
	        sizeof secret, error);
	pthread_rwlock_unlock(&vault->use);
	sodium_memzero(secret, sizeof secret);
	return done && key_file_write(folder, OVER_FILE, "", 0, error) &&
	        event_read_again(keys, error);
}

gboolean
vault_replace_secret(VaultEvent *keys, GError **error)
{
	const int lock = vault_lock_files(keys->vault, TRUE, error);

	if (lock < 0)
		return FALSE;
	gboolean done = replace_secret(keys, error);
	vault_unlock_files(lock);
	return done;
}
