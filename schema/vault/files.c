#include "schema/vault_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A wrapped file is this word, a nonce, and the sealed content with its tag. */
#define WRAPPED_MAGIC "turnkey1"
#define PLAIN_MAGIC   "turnpln1"
#define MAGIC_LENGTH  8
#define NONCE_BYTES   crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_BYTES     crypto_aead_xchacha20poly1305_ietf_ABYTES
#define WRAPPED_MAX   (MAGIC_LENGTH + NONCE_BYTES + KEY_PLAIN_MAX + TAG_BYTES)

/* What a secret file may hold: random bytes or text, long enough not to be guessed. */
#define SECRET_MIN 32
#define SECRET_MAX 4096

G_STATIC_ASSERT(KEY_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

static gboolean
world_failed(GError **error, const char *what, const char *path)
{
	int code = errno;
	g_set_error(error, TURNOUT_ERROR,
	        code == ENOENT ? TURNOUT_ERROR_ABSENT : TURNOUT_ERROR_WORLD, "%s %s: %s", what,
	        path, g_strerror(code));
	return FALSE;
}

gboolean
key_folder_make(const char *path, GError **error)
{
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return world_failed(error, "cannot make the folder", path);
	return TRUE;
}

gboolean
key_folder_flush(const char *path, GError **error)
{
	int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return world_failed(error, "cannot open the folder", path);
	gboolean flushed = fsync(folder) == 0;
	if (!flushed)
		world_failed(error, "cannot flush the folder", path);
	close(folder);
	return flushed;
}

void
key_folder_remove(const char *path)
{
	GDir *folder = g_dir_open(path, 0, NULL);
	if (folder == NULL)
		return;
	for (const char *name; (name = g_dir_read_name(folder)) != NULL;) {
		g_autofree char *file = g_build_filename(path, name, NULL);
		unlink(file);
	}
	g_dir_close(folder);
	rmdir(path);
}

static gboolean
write_whole(int file, const guint8 *bytes, gsize length)
{
	while (length > 0) {
		ssize_t written = write(file, bytes, length);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return FALSE;
		bytes += written;
		length -= (gsize)written;
	}
	return fsync(file) == 0;
}

gboolean
key_file_write(
        const char *folder, const char *name, gconstpointer bytes, gsize length, GError **error)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	g_autofree char *fresh = g_strconcat(path, ".new", NULL);
	unlink(fresh); /* left by a process that died here */
	int file = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (file < 0)
		return world_failed(error, "cannot write", fresh);
	gboolean written = write_whole(file, bytes, length);
	if (!written)
		world_failed(error, "cannot write", fresh);
	if (close(file) != 0 && written)
		written = world_failed(error, "cannot write", fresh);
	/* link() and not rename(): a key that is there is never written over */
	if (written && link(fresh, path) != 0) {
		written = FALSE;
		if (errno == EEXIST)
			g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
			        "%s is there already and is not written over", path);
		else
			world_failed(error, "cannot write", path);
	}
	unlink(fresh);
	return written && key_folder_flush(folder, error);
}

gboolean
key_file_read(const char *path, guint8 *ret_bytes, gsize max, gsize *ret_length, GError **error)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return world_failed(error, "cannot read", path);
	gsize length = 0;
	ssize_t got = 0;
	guint8 beyond;
	while (length < max) {
		got = read(file, ret_bytes + length, max - length);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		length += (gsize)got;
	}
	if (got >= 0 && length == max)
		got = read(file, &beyond, 1);
	int code = errno;
	close(file);
	errno = code;
	if (got < 0)
		return world_failed(error, "cannot read", path);
	if (got > 0) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "%s is longer than %zu bytes", path, max);
		return FALSE;
	}
	*ret_length = length;
	return TRUE;
}

gboolean
key_file_append(const char *path, gconstpointer bytes, gsize length, GError **error)
{
	g_autofree char *folder = g_path_get_dirname(path);
	int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (file < 0)
		return world_failed(error, "cannot write", path);
	gboolean written = write_whole(file, bytes, length);
	if (!written)
		world_failed(error, "cannot write", path);
	if (close(file) != 0 && written)
		written = world_failed(error, "cannot write", path);
	return written && key_folder_flush(folder, error);
}

gboolean
key_file_write_wrapped(const char *folder, const char *name, const char *label,
        const guint8 key[KEY_BYTES], gconstpointer plain, gsize length, GError **error)
{
	guint8 wrapped[WRAPPED_MAX];
	g_return_val_if_fail(length <= KEY_PLAIN_MAX, FALSE);
	memcpy(wrapped, WRAPPED_MAGIC, MAGIC_LENGTH);
	guint8 *nonce = wrapped + MAGIC_LENGTH;
	randombytes_buf(nonce, NONCE_BYTES);
	crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + NONCE_BYTES, NULL, plain, length,
	        (const guint8 *)label, strlen(label), NULL, nonce, key);
	return key_file_write(
	        folder, name, wrapped, MAGIC_LENGTH + NONCE_BYTES + length + TAG_BYTES, error);
}

gboolean
key_file_read_wrapped(const char *path, const char *label, const guint8 key[KEY_BYTES],
        guint8 *ret_plain, gsize length, GError **error)
{
	guint8 wrapped[WRAPPED_MAX];
	guint8 plain[KEY_PLAIN_MAX];
	gsize got;
	g_return_val_if_fail(length <= KEY_PLAIN_MAX, FALSE);
	if (!key_file_read(path, wrapped, sizeof wrapped, &got, error))
		return FALSE;
	const guint8 *nonce = wrapped + MAGIC_LENGTH;
	if (got != MAGIC_LENGTH + NONCE_BYTES + length + TAG_BYTES ||
	        memcmp(wrapped, WRAPPED_MAGIC, MAGIC_LENGTH) != 0 ||
	        crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, nonce + NONCE_BYTES,
	                length + TAG_BYTES, (const guint8 *)label, strlen(label), nonce,
	                key) != 0) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "%s does not open: it was changed, or belongs to another place or master "
		        "key",
		        path);
		return FALSE;
	}
	memcpy(ret_plain, plain, length);
	sodium_memzero(plain, sizeof plain);
	return TRUE;
}

void
key_file_wipe(int file)
{
	guint8 noise[WRAPPED_MAX];
	struct stat about;

	if (fstat(file, &about) != 0 || about.st_size > (off_t)sizeof noise)
		return;
	randombytes_buf(noise, sizeof noise);
	/* what can't be written over is wrapped by a master key that goes, too */
	if (lseek(file, 0, SEEK_SET) == 0 && !write_whole(file, noise, (gsize)about.st_size))
		g_debug("a removed key's file could not be written over: %s", g_strerror(errno));
}

gboolean
key_file_replace_wrapped(const char *folder, const char *name, const char *label,
        const guint8 key[KEY_BYTES], gconstpointer plain, gsize length, GError **error)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	g_autofree char *fresh_name = g_strconcat(name, ".fresh", NULL);
	g_autofree char *fresh = g_build_filename(folder, fresh_name, NULL);

	unlink(fresh); /* left by a process that died here */
	if (!key_file_write_wrapped(folder, fresh_name, label, key, plain, length, error))
		return FALSE;
	const int old = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
	gboolean placed = rename(fresh, path) == 0;
	if (!placed)
		world_failed(error, "cannot write", path);
	if (old >= 0) {
		if (placed)
			key_file_wipe(old);
		close(old);
	}
	return placed;
}

gboolean
key_file_rewrap(const char *folder, const char *name, const char *label,
        const guint8 from[KEY_BYTES], const guint8 to[KEY_BYTES], GError **error)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	g_autoptr(GError) refused = NULL;
	guint8 wrapped[WRAPPED_MAX], plain[KEY_PLAIN_MAX];
	gsize length;

	if (!key_file_read(path, wrapped, sizeof wrapped, &length, error))
		return FALSE;
	const gsize around = MAGIC_LENGTH + NONCE_BYTES + TAG_BYTES;
	length = length > around ? length - around : 0;
	if (!key_file_read_wrapped(path, label, from, plain, length, &refused)) {
		gboolean done = g_error_matches(refused, TURNOUT_ERROR, TURNOUT_ERROR_INPUT) &&
		        key_file_read_wrapped(path, label, to, plain, length, NULL);
		sodium_memzero(plain, sizeof plain);
		if (!done)
			g_propagate_error(error, g_steal_pointer(&refused));
		return done;
	}
	gboolean done = key_file_replace_wrapped(folder, name, label, to, plain, length, error);
	sodium_memzero(plain, sizeof plain);
	return done;
}

/* A systemd credential shows as root's file that its group may read (an access list does it). */
static gboolean
secret_is_private(const struct stat *file)
{
	mode_t others = file->st_mode & 0077;
	return others == 0 || (others == 0040 && file->st_uid == 0 && geteuid() != 0);
}

/* The key that a secret file stands for. */
static gboolean
secret_read(const char *master_file, guint8 ret_key[KEY_BYTES], GError **error)
{
	struct stat about;
	if (stat(master_file, &about) != 0)
		return world_failed(
		        error, "cannot read the secret of [keys] master_file,", master_file);
	if (!secret_is_private(&about)) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "%s may be read by others: give it mode 0400", master_file);
		return FALSE;
	}
	guint8 secret[SECRET_MAX];
	gsize length;
	if (!key_file_read(master_file, secret, sizeof secret, &length, error))
		return FALSE;
	while (length > 0 && (secret[length - 1] == '\n' || secret[length - 1] == '\r'))
		length--;
	gboolean enough = length >= SECRET_MIN;
	if (enough)
		crypto_generichash(ret_key, KEY_BYTES, secret, length,
		        (const guint8 *)"turnout master secret", 21);
	else
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "%s holds fewer than %d bytes: too easy to guess", master_file, SECRET_MIN);
	sodium_memzero(secret, sizeof secret);
	return enough;
}

gboolean
key_master_write(const char *keys_folder, const char *name, const char *master_file,
        const guint8 master[KEY_BYTES], GError **error)
{
	if (master_file != NULL) {
		guint8 secret[KEY_BYTES];
		if (!secret_read(master_file, secret, error))
			return FALSE;
		gboolean written = key_file_write_wrapped(
		        keys_folder, name, "master", secret, master, KEY_BYTES, error);
		sodium_memzero(secret, sizeof secret);
		return written;
	}
	guint8 plain[MAGIC_LENGTH + KEY_BYTES];
	memcpy(plain, PLAIN_MAGIC, MAGIC_LENGTH);
	memcpy(plain + MAGIC_LENGTH, master, KEY_BYTES);
	gboolean written = key_file_write(keys_folder, name, plain, sizeof plain, error);
	sodium_memzero(plain, sizeof plain);
	return written;
}

static gboolean
master_unwrap(
        const char *path, const char *master_file, guint8 ret_master[KEY_BYTES], GError **error)
{
	guint8 secret[KEY_BYTES];
	g_autoptr(GError) refused = NULL;
	if (!secret_read(master_file, secret, error))
		return FALSE;
	gboolean opened =
	        key_file_read_wrapped(path, "master", secret, ret_master, KEY_BYTES, &refused);
	sodium_memzero(secret, sizeof secret);
	if (!opened && g_error_matches(refused, TURNOUT_ERROR, TURNOUT_ERROR_INPUT))
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "the secret in %s does not open %s: it is not the one that wrapped it",
		        master_file, path);
	else if (!opened)
		g_propagate_error(error, g_steal_pointer(&refused));
	return opened;
}

gboolean
key_master_read(const char *keys_folder, const char *name, const char *master_file,
        guint8 ret_master[KEY_BYTES], GError **error)
{
	g_autofree char *path = g_build_filename(keys_folder, name, NULL);
	guint8 file[WRAPPED_MAX];
	gsize length;
	if (!key_file_read(path, file, sizeof file, &length, error))
		return FALSE;
	gboolean plain =
	        length == MAGIC_LENGTH + KEY_BYTES && memcmp(file, PLAIN_MAGIC, MAGIC_LENGTH) == 0;
	gboolean taken = FALSE;
	if (plain && master_file == NULL) {
		memcpy(ret_master, file + MAGIC_LENGTH, KEY_BYTES);
		taken = TRUE;
	} else if (plain) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "%s is not wrapped by any secret, though [keys] master_file names %s", path,
		        master_file);
	} else if (master_file == NULL) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "%s is wrapped by a secret: name its file by [keys] master_file", path);
	} else {
		taken = master_unwrap(path, master_file, ret_master, error);
	}
	sodium_memzero(file, sizeof file);
	return taken;
}
