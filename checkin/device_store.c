#include "checkin/device_store.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schema/lock.h"

#define CHECK_BYTES   8
#define ENTRY_BYTES   (sizeof(DeviceItem) + CHECK_BYTES)
#define TOKEN_MAX     200
#define JSON_SIZE_MAX (32 * 1024 * 1024)

struct DeviceStore {
	char *token_file, *dir;
	int lock, scans; /* -1: none */
	gint64 end;      /* of the entries that count, in bytes */
	gboolean broken; /* what a write left could not be cut off: nothing is written any more */
};

static gboolean
trouble(GError **error, const char *path)
{
	const int code = errno;

	g_set_error(error, TURNOUT_ERROR,
	        code == ENOENT ? TURNOUT_ERROR_ABSENT : TURNOUT_ERROR_WORLD, "%s: %s", path,
	        g_strerror(code));
	return FALSE;
}

static gboolean
flush_dir(const char *dir, GError **error)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const gboolean ok = fd >= 0 && fsync(fd) == 0;

	if (!ok)
		trouble(error, dir);
	if (fd >= 0)
		close(fd);
	return ok;
}

static gboolean
flush_parent(const char *path, GError **error)
{
	g_autofree char *dir = g_path_get_dirname(path);

	return flush_dir(dir, error);
}

/* ---- to open ---- */

static gboolean
make_dir(const DeviceStore *store, GError **error)
{
	if (mkdir(store->dir, 0700) == 0)
		return flush_parent(store->dir, error);
	return errno == EEXIST || trouble(error, store->dir);
}

static gboolean
open_scans(DeviceStore *store, gboolean writing, GError **error)
{
	g_autofree char *path = g_build_filename(store->dir, "scans", NULL);
	const int flags = writing ? O_RDWR | O_CREAT : O_RDONLY;

	store->scans = open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (store->scans < 0)
		return trouble(error, path);
	return !writing || flush_dir(store->dir, error);
}

DeviceStore *
device_store_open(const char *token_file, gboolean writing, GError **error)
{
	g_autoptr(DeviceStore) store = g_new0(DeviceStore, 1);

	store->token_file = g_strdup(token_file);
	store->dir = g_strconcat(token_file, ".d", NULL);
	store->lock = store->scans = -1;
	if (writing && !make_dir(store, error))
		return NULL;
	if (writing) {
		store->lock = lock_take(store->dir, error);
		if (store->lock < 0)
			return NULL;
	}
	return open_scans(store, writing, error) ? g_steal_pointer(&store) : NULL;
}

void
device_store_free(DeviceStore *store)
{
	if (store == NULL)
		return;
	if (store->scans >= 0)
		close(store->scans);
	if (store->lock >= 0)
		close(store->lock);
	g_free(store->token_file);
	g_free(store->dir);
	g_free(store);
}

/* ---- the token ---- */

char *
device_store_token(const DeviceStore *store, GError **error)
{
	char text[TOKEN_MAX + 1] = { 0 };
	int fd = open(store->token_file, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, text, TOKEN_MAX) < 0) {
		trouble(error, store->token_file);
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	close(fd);
	g_strstrip(text);
	char *token = strlen(text) == TOKEN_TEXT_LENGTH ? g_strdup(text) : NULL;
	explicit_bzero(text, sizeof text);
	if (token == NULL)
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "%s holds no token: `turnout checkin pair` writes it", store->token_file);
	return token;
}

/* Writes @length bytes to a fresh file; it is durable when TRUE. */
static gboolean
write_file(const char *path, int more_flags, const char *bytes, gsize length, GError **error)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | more_flags, 0600);
	gsize done = 0;

	if (fd < 0)
		return trouble(error, path);
	while (done < length) {
		gssize n = write(fd, bytes + done, length - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		done += (gsize)n;
	}
	const gboolean ok = done == length && fsync(fd) == 0;
	if (!ok)
		trouble(error, path);
	close(fd);
	if (!ok)
		unlink(path);
	return ok;
}

gboolean
device_store_set_token(DeviceStore *store, const char *token, GError **error)
{
	g_autofree char *line = g_strconcat(token, "\n", NULL);
	const gboolean ok = write_file(store->token_file, O_EXCL, line, strlen(line), error) &&
	        flush_parent(store->token_file, error);

	explicit_bzero(line, strlen(line));
	return ok;
}

/* ---- items ---- */

static void
check_of(const DeviceItem *item, guint8 ret_check[CHECK_BYTES])
{
	guint8 hash[32];

	hash_sha256(item, sizeof *item, hash);
	memcpy(ret_check, hash, CHECK_BYTES);
}

static gboolean
read_all(DeviceStore *store, guint8 **ret_bytes, gsize *ret_length, GError **error)
{
	struct stat now;
	gsize done = 0;

	if (fstat(store->scans, &now) != 0)
		return trouble(error, store->dir);
	g_autofree guint8 *bytes = g_malloc((gsize)now.st_size + 1);
	while (done < (gsize)now.st_size) {
		gssize n =
		        pread(store->scans, bytes + done, (gsize)now.st_size - done, (off_t)done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return trouble(error, store->dir);
		if (n == 0)
			break;
		done += (gsize)n;
	}
	*ret_bytes = g_steal_pointer(&bytes);
	*ret_length = done;
	return TRUE;
}

static guint
key_hash(gconstpointer data)
{
	const DeviceItem *item = data;

	return (guint)(item->record.epoch ^ item->record.epoch >> 32) * 31u +
	        (guint)item->record.seq;
}

static gboolean
key_equal(gconstpointer a, gconstpointer b)
{
	return log_same_key(&((const DeviceItem *)a)->record, &((const DeviceItem *)b)->record) !=
	        0;
}

/* Cuts off what counts no more; durable. */
static gboolean
cut(DeviceStore *store)
{
	return ftruncate(store->scans, store->end) == 0 && fdatasync(store->scans) == 0;
}

gboolean
device_store_items(DeviceStore *store, GArray **ret_items, guint *ret_damaged, GError **error)
{
	g_autoptr(GHashTable) places = g_hash_table_new_full(key_hash, key_equal, g_free, NULL);
	g_autoptr(GArray) items = g_array_new(FALSE, FALSE, sizeof(DeviceItem));
	g_autofree guint8 *bytes = NULL;
	gsize length = 0;
	guint bad = 0, bad_before_last = 0;

	if (!read_all(store, &bytes, &length, error))
		return FALSE;
	store->end = 0;
	for (gsize at = 0; at + ENTRY_BYTES <= length; at += ENTRY_BYTES) {
		DeviceItem item;
		guint8 check[CHECK_BYTES];
		memcpy(&item, bytes + at, sizeof item);
		check_of(&item, check);
		if (memcmp(check, bytes + at + sizeof item, CHECK_BYTES) != 0) {
			bad++;
			continue;
		}
		bad_before_last = bad;
		store->end = (gint64)(at + ENTRY_BYTES);
		gpointer place = g_hash_table_lookup(places, &item);
		if (place != NULL) {
			g_array_index(items, DeviceItem, GPOINTER_TO_UINT(place) - 1) = item;
			continue;
		}
		g_array_append_val(items, item);
		g_hash_table_insert(
		        places, g_memdup2(&item, sizeof item), GUINT_TO_POINTER(items->len));
	}
	if (store->lock >= 0 && length > (gsize)store->end && !cut(store))
		return trouble(error, store->dir);
	*ret_items = g_steal_pointer(&items);
	*ret_damaged = bad_before_last;
	return TRUE;
}

static gboolean
write_at_end(DeviceStore *store, const guint8 *bytes, gsize length)
{
	gsize done = 0;

	while (done < length) {
		gssize n = pwrite(store->scans, bytes + done, length - done,
		        (off_t)(store->end + (gint64)done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return FALSE;
		done += (gsize)n;
	}
	return fdatasync(store->scans) == 0;
}

gboolean
device_store_append(DeviceStore *store, const DeviceItem *items, guint n, GError **error)
{
	g_autofree guint8 *bytes = g_malloc(n * ENTRY_BYTES + 1);

	if (store->broken) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD,
		        "%s could not be written to before: start again when its disk is well",
		        store->dir);
		return FALSE;
	}
	for (guint i = 0; i < n; i++) {
		memcpy(bytes + i * ENTRY_BYTES, &items[i], sizeof items[i]);
		check_of(&items[i], bytes + i * ENTRY_BYTES + sizeof items[i]);
	}
	if (write_at_end(store, bytes, n * ENTRY_BYTES)) {
		store->end += (gint64)(n * ENTRY_BYTES);
		return TRUE;
	}
	trouble(error, store->dir);
	store->broken = !cut(store);
	return FALSE;
}

/* ---- named things ---- */

static char *
path_of(const DeviceStore *store, const char *name, const char *end)
{
	g_autofree char *file = g_strconcat(name, end, NULL);

	for (const char *c = name; *c != '\0'; c++)
		if (!g_ascii_isalnum(*c) && *c != '-')
			return NULL;
	return g_build_filename(store->dir, file, NULL);
}

json_t *
device_store_get(DeviceStore *store, const char *name, GError **error)
{
	g_autofree char *path = path_of(store, name, ".json");
	g_autofree char *text = NULL;
	g_autoptr(GError) unread = NULL;
	gsize length = 0;

	if (path == NULL || !g_file_get_contents(path, &text, &length, &unread)) {
		if (unread != NULL && !g_error_matches(unread, G_FILE_ERROR, G_FILE_ERROR_NOENT))
			g_set_error(
			        error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD, "%s", unread->message);
		return NULL;
	}
	/* what can't be read is asked for again */
	return length <= JSON_SIZE_MAX ? json_loadb(text, length, 0, NULL) : NULL;
}

gboolean
device_store_set(DeviceStore *store, const char *name, const json_t *value, GError **error)
{
	g_autofree char *path = path_of(store, name, ".json");
	g_autofree char *fresh = path_of(store, name, ".new");
	char *text = json_dumps(value, JSON_COMPACT);
	gboolean ok = FALSE;

	if (path == NULL || text == NULL)
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "the server names something that can't be stored");
	else
		ok = write_file(fresh, O_TRUNC, text, strlen(text), error) &&
		        (g_rename(fresh, path) == 0 || trouble(error, path)) &&
		        flush_dir(store->dir, error);
	free(text);
	return ok;
}
