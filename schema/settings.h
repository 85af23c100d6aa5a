/*
 * Settings and the common options: flag, then environment, then DIR/turnout.conf, then default.
 * Unknown keys are errors; all complaints at once.
 */
#pragma once

#include "schema/record.h"

typedef enum {
	SETTING_WEB_LISTEN, /* 127.0.0.1:8080 */
	SETTING_WEB_PUBLIC_URL,
	SETTING_WEB_TRUSTED_PROXIES,
	SETTING_WEB_TLS_CERT,
	SETTING_WEB_TLS_KEY,
	SETTING_WEB_ROBOTS, /* on, off */
	SETTING_MAIL_URL, /* smtps://HOST[:PORT], or smtp:// (STARTTLS demanded, but for loopback) */
	SETTING_MAIL_FROM,
	SETTING_MAIL_REPLY_TO,
	SETTING_MAIL_USER,
	SETTING_MAIL_PASSWORD_FILE,
	SETTING_MAIL_CA_FILE,     /* certificates to believe in place of the system's */
	SETTING_STAFF_CODE_ROLES, /* "owner, staff": who has to sign in with a code as well */
	SETTING_DATABASE_URL,     /* the common --database */
	SETTING_KEYS_MASTER_FILE,
#define SETTINGS 15
} Setting;

typedef struct Settings Settings;

/* Takes the common options (--data, --database, --help, --version and, where @with_web, a flag for
 * every setting) and the command's own @entries out of the command line, anywhere in it. What
 * remains in @argv are the positional words. INPUT when something is wrong; every complaint about
 * flags, environment and file in one message. */
Settings *settings_take(int *argc, char ***argv, const GOptionEntry *entries, const char *summary,
        gboolean with_web, GError **error);
void settings_free(Settings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Settings, settings_free)

const char *settings_get(const Settings *settings, Setting which); /* NULL when not set */
RecordPlace settings_place(const Settings *settings);              /* lent by @settings */
