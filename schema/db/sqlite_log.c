/* Beside db/sqlite.c the only file that knows SQLite. */
#include "schema/db/sqlite_log.h"

#include <glib.h>
#include <sqlite3.h>
#include <string.h>

#define VFS_NAME   "turnout"
#define GATHER_MAX (128 * 1024 - 1) /* the longest write that SQLite's own files take */

/* A log. The file that truly is there lies behind it in the memory that SQLite gives. */
typedef struct {
	sqlite3_file base;
	sqlite3_int64 at; /* where in the file the waiting bytes belong */
	int waiting;
	guint8 *bytes; /* GATHER_MAX, from the first write on */
} Log;

static sqlite3_file *
real_of(sqlite3_file *file)
{
	return (sqlite3_file *)((Log *)file + 1);
}

/* Writes what waits. What could not be written waits no more: SQLite gives the commit up. */
static int
write_waiting(sqlite3_file *file)
{
	Log *log = (Log *)file;
	sqlite3_file *real = real_of(file);
	const int n = log->waiting;

	log->waiting = 0;
	return n > 0 ? real->pMethods->xWrite(real, log->bytes, n, log->at) : SQLITE_OK;
}

static int
log_write(sqlite3_file *file, const void *bytes, int n, sqlite3_int64 at)
{
	Log *log = (Log *)file;
	sqlite3_file *real = real_of(file);
	const gboolean follows = log->waiting > 0 && at == log->at + log->waiting;

	if (!follows || n > GATHER_MAX - log->waiting) {
		int status = write_waiting(file);
		if (status != SQLITE_OK)
			return status;
		log->at = at;
	}
	if (n > GATHER_MAX)
		return real->pMethods->xWrite(real, bytes, n, at);
	if (log->bytes == NULL && (log->bytes = sqlite3_malloc(GATHER_MAX)) == NULL)
		return SQLITE_NOMEM;
	memcpy(log->bytes + log->waiting, bytes, (gsize)n);
	log->waiting += n;
	return SQLITE_OK;
}

static int
log_sync(sqlite3_file *file, int flags)
{
	sqlite3_file *real = real_of(file);
	int status = write_waiting(file);

	return status == SQLITE_OK ? real->pMethods->xSync(real, flags) : status;
}

static int
log_read(sqlite3_file *file, void *ret, int n, sqlite3_int64 at)
{
	sqlite3_file *real = real_of(file);
	int status = write_waiting(file);

	return status == SQLITE_OK ? real->pMethods->xRead(real, ret, n, at) : status;
}

static int
log_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	sqlite3_file *real = real_of(file);
	int status = write_waiting(file);

	return status == SQLITE_OK ? real->pMethods->xTruncate(real, size) : status;
}

static int
log_size(sqlite3_file *file, sqlite3_int64 *ret)
{
	sqlite3_file *real = real_of(file);
	int status = write_waiting(file);

	return status == SQLITE_OK ? real->pMethods->xFileSize(real, ret) : status;
}

static int
log_close(sqlite3_file *file)
{
	Log *log = (Log *)file;
	sqlite3_file *real = real_of(file);
	int status = write_waiting(file);

	sqlite3_free(log->bytes);
	int closed = real->pMethods->xClose(real);
	return status == SQLITE_OK ? closed : status;
}

/* ---- handed through ---- */

static int
log_lock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int
log_unlock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int
log_reserved(sqlite3_file *file, int *ret)
{
	return real_of(file)->pMethods->xCheckReservedLock(real_of(file), ret);
}

static int
log_control(sqlite3_file *file, int what, void *data)
{
	return real_of(file)->pMethods->xFileControl(real_of(file), what, data);
}

static int
log_sector(sqlite3_file *file)
{
	return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int
log_characteristics(sqlite3_file *file)
{
	return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static const sqlite3_io_methods log_methods = {
	.iVersion = 1, /* the log has no shared memory and is not mapped: the database has */
	.xClose = log_close,
	.xRead = log_read,
	.xWrite = log_write,
	.xTruncate = log_truncate,
	.xSync = log_sync,
	.xFileSize = log_size,
	.xLock = log_lock,
	.xUnlock = log_unlock,
	.xCheckReservedLock = log_reserved,
	.xFileControl = log_control,
	.xSectorSize = log_sector,
	.xDeviceCharacteristics = log_characteristics,
};

/* ---- the file system ---- */

static sqlite3_vfs *
system_vfs(void)
{
	static sqlite3_vfs *found; /* SQLite's own, before ours was made */

	if (found == NULL)
		found = sqlite3_vfs_find(NULL);
	return found;
}

/* Files that are no log are the system's own. */
static int
open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *ret_flags)
{
	sqlite3_vfs *real = system_vfs();

	if ((flags & SQLITE_OPEN_WAL) == 0)
		return real->xOpen(real, name, file, flags, ret_flags);
	*(Log *)file = (Log){ 0 };
	int status = real->xOpen(real, name, real_of(file), flags, ret_flags);
	if (status == SQLITE_OK)
		file->pMethods = &log_methods;
	return status;
}

const char *
db_sqlite_log_vfs(void)
{
	static sqlite3_vfs ours;

	ours = *system_vfs(); /* the rest goes by its functions */
	ours.zName = VFS_NAME;
	ours.szOsFile += (int)sizeof(Log);
	ours.pNext = NULL;
	ours.xOpen = open_file;
	return sqlite3_vfs_register(&ours, 0) == SQLITE_OK ? VFS_NAME : NULL;
}
