#include "web/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of later kernels than Debian 12's headers know. */
#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif

#define READING (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITING                                                                                    \
	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |                           \
	        LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |                     \
	        LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK)
/* Denied everywhere: nothing of it is ever needed. */
#define NEVER                                                                                      \
	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR |                               \
	        LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |                     \
	        LANDLOCK_ACCESS_FS_MAKE_SYM)

/* Libraries, zones, fonts, certificates, names of hosts, the machine's own state. */
static const char *const system_places[] = { "/usr", "/lib", "/lib64", "/etc", "/run", "/proc",
	"/sys", "/dev/null", "/dev/urandom", "/var/cache/fontconfig" };

/* Where libpq looks for a password and certificates. */
static const char *const postgres_places[] = { ".pgpass", ".postgresql", ".pg_service.conf" };

static int
landlock_version(void)
{
	return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

static guint64
handled_by(int version)
{
	guint64 handled = READING | WRITING | NEVER;
	if (version >= 2)
		handled |= LANDLOCK_ACCESS_FS_REFER;
	if (version >= 3)
		handled |= LANDLOCK_ACCESS_FS_TRUNCATE;
	return handled;
}

/* Lets @path be used, when it is there; the rights that make no sense for a file are left out. */
static gboolean
allow(int ruleset, const char *path, guint64 access)
{
	const int fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return TRUE;
	if (!g_file_test(path, G_FILE_TEST_IS_DIR))
		access &= LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE |
		        LANDLOCK_ACCESS_FS_TRUNCATE;
	const struct landlock_path_beneath_attr beneath = {
		.allowed_access = access,
		.parent_fd = fd,
	};
	const gboolean done = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH,
	                              &beneath, 0) == 0;
	close(fd);
	return done;
}

static gboolean
allow_named(int ruleset, const Settings *settings)
{
	static const Setting files[] = { SETTING_WEB_TLS_CERT, SETTING_WEB_TLS_KEY,
		SETTING_KEYS_MASTER_FILE, SETTING_MAIL_PASSWORD_FILE, SETTING_MAIL_CA_FILE };
	for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
		const char *file = settings_get(settings, files[i]);
		if (file != NULL && !allow(ruleset, file, READING))
			return FALSE;
	}
	if (settings_place(settings).database == NULL)
		return TRUE;
	for (guint i = 0; i < G_N_ELEMENTS(postgres_places); i++) {
		g_autofree char *path =
		        g_build_filename(g_get_home_dir(), postgres_places[i], NULL);
		if (!allow(ruleset, path, READING))
			return FALSE;
	}
	const char *passwords = g_getenv("PGPASSFILE");
	return passwords == NULL || allow(ruleset, passwords, READING);
}

static gboolean
enter(int ruleset, guint64 handled, const Settings *settings)
{
	for (guint i = 0; i < G_N_ELEMENTS(system_places); i++)
		if (!allow(ruleset, system_places[i], READING))
			return FALSE;
	return allow(ruleset, "/dev/null", READING | LANDLOCK_ACCESS_FS_WRITE_FILE) &&
	        allow_named(ruleset, settings) &&
	        allow(ruleset, settings_place(settings).dir, handled & ~(guint64)NEVER) &&
	        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	        syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
}

gboolean
sandbox_enter(const Settings *settings, Sandbox *ret, GError **error)
{
	const int version = landlock_version();
	if (version < 1 || !g_file_test(settings_place(settings).dir, G_FILE_TEST_IS_DIR)) {
		*ret = SANDBOX_OFF;
		return TRUE;
	}
	const guint64 handled = handled_by(version);
	const struct landlock_ruleset_attr attributes = { .handled_access_fs = handled };
	const int ruleset =
	        (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof(attributes), 0);
	const gboolean done = ruleset >= 0 && enter(ruleset, handled, settings);
	const int failure = errno;
	if (ruleset >= 0)
		close(ruleset);
	if (!done) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD,
		        "the kernel's sandbox (Landlock) refuses: %s", g_strerror(failure));
		return FALSE;
	}
	*ret = SANDBOX_ON;
	return TRUE;
}
