#include "schema/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/staff.h"

#define CONFIG_FILE      "turnout.conf"
#define ENVIRONMENT      "TURNOUT_"
#define ENVIRONMENT_DATA ENVIRONMENT "DATA"
#define ENVIRONMENT_TEST ENVIRONMENT "TEST_" /* for tests, not for us */

typedef gboolean (*Check)(const char *value);

static gboolean check_listen(const char *value);
static gboolean check_public_url(const char *value);
static gboolean check_proxies(const char *value);
static gboolean check_robots(const char *value);
static gboolean check_mail_url(const char *value);
static gboolean check_address(const char *value);
static gboolean check_user(const char *value);
static gboolean check_roles(const char *value);
static gboolean check_database(const char *value);
static gboolean check_path(const char *value);

typedef struct {
	const char *group, *key; /* in the file; TURNOUT_GROUP_KEY in the environment */
	const char *flag;
	const char *preset;
	gboolean common; /* every command has the flag; the others are the server's */
	Check check;
	const char *wanted; /* what @check wants, for the complaint */
	const char *argument, *help;
} Row;

static const Row rows[SETTINGS] = {
	[SETTING_WEB_LISTEN] = { "web", "listen", "listen", "127.0.0.1:8080", FALSE, check_listen,
	        "ADDRESS:PORT, as 127.0.0.1:8080 or [::1]:8080", "ADDRESS:PORT", "where to serve" },
	[SETTING_WEB_PUBLIC_URL] = { "web", "public_url", "public-url", NULL, FALSE,
	        check_public_url, "https://HOST, without a path", "URL",
	        "the address that people see" },
	[SETTING_WEB_TRUSTED_PROXIES] = { "web", "trusted_proxies", "trusted-proxies", NULL, FALSE,
	        check_proxies, "addresses with commas between them", "ADDRESSES",
	        "whose forwarded address counts" },
	[SETTING_WEB_TLS_CERT] = { "web", "tls_cert", "tls-cert", NULL, FALSE, check_path, "a file",
	        "FILE", "certificate chain (PEM)" },
	[SETTING_WEB_TLS_KEY] = { "web", "tls_key", "tls-key", NULL, FALSE, check_path, "a file",
	        "FILE", "its key (PEM)" },
	[SETTING_WEB_ROBOTS] = { "web", "robots", "robots", "on", FALSE, check_robots, "on or off",
	        "on|off", "whether forms look for robots" },
	[SETTING_MAIL_URL] = { "mail", "url", "mail-url", NULL, FALSE, check_mail_url,
	        "smtps://HOST or smtp://HOST, without a path or a name", "URL", "the mail server" },
	[SETTING_MAIL_FROM] = { "mail", "from", "mail-from", NULL, FALSE, check_address,
	        "an e-mail address alone, without a name,", "ADDRESS", "who letters come from" },
	[SETTING_MAIL_REPLY_TO] = { "mail", "reply_to", "mail-reply-to", NULL, FALSE, check_address,
	        "an e-mail address alone, without a name,", "ADDRESS", "where answers go" },
	[SETTING_MAIL_USER] = { "mail", "user", "mail-user", NULL, FALSE, check_user,
	        "a name on one line", "NAME", "who signs in to the mail server" },
	[SETTING_MAIL_PASSWORD_FILE] = { "mail", "password_file", "mail-password-file", NULL, FALSE,
	        check_path, "a file", "FILE", "the file with their password" },
	[SETTING_MAIL_CA_FILE] = { "mail", "ca_file", "mail-ca-file", NULL, FALSE, check_path,
	        "a file", "FILE", "certificates (PEM) to believe in place of the system's" },
	[SETTING_STAFF_CODE_ROLES] = { "staff", "code_roles", "staff-code-roles", NULL, FALSE,
	        check_roles, "owner, staff, region, viewer: some, with commas between them",
	        "ROLES", "who has to sign in with a code as well" },
	[SETTING_DATABASE_URL] = { "database", "url", "database", NULL, TRUE, check_database,
	        "postgresql://…", "URL", "PostgreSQL in place of SQLite in the data folder" },
	[SETTING_KEYS_MASTER_FILE] = { "keys", "master_file", "master-file", NULL, TRUE, check_path,
	        "a file", "FILE", "the secret that wraps the master key" },
};

struct Settings {
	char *dir;
	char *config; /* --config */
	char *values[SETTINGS];
};

static gboolean
check_listen(const char *value)
{
	g_autofree char *host = g_strdup(value);
	char *colon = strrchr(host, ':');
	guint64 port;

	if (colon == NULL || !g_ascii_string_to_unsigned(colon + 1, 10, 0, 65535, &port, NULL))
		return FALSE;
	*colon = '\0';
	gsize length = strlen(host);
	if (host[0] == '[' && length > 2 && host[length - 1] == ']') {
		host[length - 1] = '\0';
		return g_hostname_is_ip_address(host + 1);
	}
	return g_hostname_is_ip_address(host) && strchr(host, ':') == NULL;
}

static gboolean
check_public_url(const char *value)
{
	g_autoptr(GUri) uri = g_uri_parse(value, G_URI_FLAGS_NONE, NULL);

	return uri != NULL && g_uri_get_host(uri) != NULL && *g_uri_get_host(uri) != '\0' &&
	        (g_str_equal(g_uri_get_scheme(uri), "https") ||
	                g_str_equal(g_uri_get_scheme(uri), "http")) &&
	        (*g_uri_get_path(uri) == '\0' || g_str_equal(g_uri_get_path(uri), "/")) &&
	        g_uri_get_query(uri) == NULL && g_uri_get_fragment(uri) == NULL &&
	        g_uri_get_userinfo(uri) == NULL;
}

static gboolean
check_proxies(const char *value)
{
	g_auto(GStrv) parts = g_strsplit(value, ",", -1);

	for (guint i = 0; parts[i] != NULL; i++)
		if (!g_hostname_is_ip_address(g_strstrip(parts[i])))
			return FALSE;
	return parts[0] != NULL;
}

static gboolean
check_robots(const char *value)
{
	return g_str_equal(value, "on") || g_str_equal(value, "off");
}

static gboolean
check_mail_url(const char *value)
{
	g_autoptr(GUri) uri = g_uri_parse(value, G_URI_FLAGS_HAS_PASSWORD, NULL);

	/* a password belongs into its file */
	return uri != NULL && g_uri_get_host(uri) != NULL && *g_uri_get_host(uri) != '\0' &&
	        *g_uri_get_path(uri) == '\0' && g_uri_get_query(uri) == NULL &&
	        g_uri_get_fragment(uri) == NULL && g_uri_get_userinfo(uri) == NULL &&
	        (g_str_equal(g_uri_get_scheme(uri), "smtps") ||
	                g_str_equal(g_uri_get_scheme(uri), "smtp"));
}

static gboolean
check_address(const char *value)
{
	const char *at = strchr(value, '@');

	return at != NULL && at != value && at[1] != '\0' && strpbrk(value, "\r\n<>,; \t") == NULL;
}

static gboolean
check_user(const char *value)
{
	return *value != '\0' && strpbrk(value, "\r\n") == NULL;
}

static gboolean
check_roles(const char *value)
{
	g_auto(GStrv) words = g_strsplit(value, ",", -1);

	for (guint i = 0; words[i] != NULL; i++)
		if (staff_role_parse(g_strstrip(words[i])) == ROLE_NOBODY)
			return FALSE;
	return words[0] != NULL;
}

static gboolean
check_database(const char *value)
{
	return g_str_has_prefix(value, "postgresql://") || g_str_has_prefix(value, "postgres://");
}

static gboolean
check_path(const char *value)
{
	return *value != '\0';
}

/* Takes @value, unless a stronger source gave one already. @where is how a complaint names it. */
static void
take_value(Settings *settings, Setting which, const char *value, const char *where, Faults *faults)
{
	if (settings->values[which] != NULL)
		return;
	/* what is wrong may hold a password: it is not repeated */
	if (!rows[which].check(value))
		faults_add(faults, where, "%s is wanted", rows[which].wanted);
	settings->values[which] = g_strdup(value);
	/* as it is copied from a browser: links begin with it and bring a slash of their own */
	if (which == SETTING_WEB_PUBLIC_URL && g_str_has_suffix(value, "/"))
		settings->values[which][strlen(value) - 1] = '\0';
}

static char *
environment_name(Setting which)
{
	g_autofree char *name =
	        g_strdup_printf(ENVIRONMENT "%s_%s", rows[which].group, rows[which].key);

	return g_ascii_strup(name, -1);
}

static void
take_environment(Settings *settings, gboolean with_web, Faults *faults)
{
	g_auto(GStrv) names = g_listenv();
	gboolean known;

	for (guint i = 0; names[i] != NULL; i++) {
		if (!g_str_has_prefix(names[i], ENVIRONMENT) ||
		        g_str_has_prefix(names[i], ENVIRONMENT_TEST) ||
		        g_str_equal(names[i], ENVIRONMENT_DATA))
			continue;
		known = FALSE;
		for (Setting which = 0; which < SETTINGS; which++) {
			g_autofree char *name = environment_name(which);
			if (!g_str_equal(name, names[i]))
				continue;
			known = TRUE;
			if (with_web || rows[which].common)
				take_value(settings, which, g_getenv(name), name, faults);
		}
		if (!known)
			faults_add(faults, names[i], "there is no such setting");
	}
}

static gboolean
find_key(const char *group, const char *key, Setting *ret)
{
	for (Setting which = 0; which < SETTINGS; which++)
		if (g_str_equal(rows[which].group, group) &&
		        (key == NULL || g_str_equal(rows[which].key, key))) {
			*ret = which;
			return TRUE;
		}
	return FALSE;
}

/* The settings of @group as a file names them, or with NULL the groups. Owned. */
static char *
known_names(const char *group)
{
	g_autoptr(GString) names = g_string_new(NULL);
	for (Setting which = 0; which < SETTINGS; which++) {
		gboolean again = group == NULL && which > 0 &&
		        g_str_equal(rows[which].group, rows[which - 1].group);
		if (again || (group != NULL && !g_str_equal(rows[which].group, group)))
			continue;
		g_string_append_printf(names, group == NULL ? "%s[%s]" : "%s%s",
		        names->len > 0 ? ", " : "",
		        group == NULL ? rows[which].group : rows[which].key);
	}
	return g_string_free(g_steal_pointer(&names), FALSE);
}

static void
take_group(Settings *settings, GKeyFile *file, const char *group, const char *path,
        gboolean with_web, Faults *faults)
{
	g_auto(GStrv) keys = g_key_file_get_keys(file, group, NULL, NULL);
	Setting which;

	for (guint i = 0; keys != NULL && keys[i] != NULL; i++) {
		g_autofree char *where = g_strdup_printf("%s: [%s] %s", path, group, keys[i]);
		if (!find_key(group, keys[i], &which)) {
			g_autofree char *known = known_names(group);
			faults_add(faults, where, "there is no such setting; there are %s", known);
			continue;
		}
		g_autofree char *value = g_key_file_get_string(file, group, keys[i], NULL);
		if (value == NULL)
			faults_add(faults, where, "this is no text");
		else if (with_web || rows[which].common)
			take_value(settings, which, value, where, faults);
	}
}

static void
take_file(Settings *settings, gboolean with_web, Faults *faults)
{
	g_autofree char *path = settings->config
	        ? g_strdup(settings->config)
	        : g_build_filename(settings->dir, CONFIG_FILE, NULL);
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autoptr(GError) trouble = NULL;
	Setting which;

	if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, &trouble)) {
		gboolean absent = g_error_matches(trouble, G_FILE_ERROR, G_FILE_ERROR_NOENT);
		if (!absent || settings->config != NULL)
			faults_add(faults, path, "%s", trouble->message);
		return;
	}
	g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);
	for (guint i = 0; groups[i] != NULL; i++) {
		g_autofree char *where = g_strdup_printf("%s: [%s]", path, groups[i]);
		g_autofree char *known = known_names(NULL);
		if (!find_key(groups[i], NULL, &which))
			faults_add(faults, where, "there is no such group; there are %s", known);
		else
			take_group(settings, file, groups[i], path, with_web, faults);
	}
}

static void
take_defaults(Settings *settings, gboolean with_web, Faults *faults)
{
	for (Setting which = 0; which < SETTINGS; which++)
		if (settings->values[which] == NULL)
			settings->values[which] = g_strdup(rows[which].preset);
	if (with_web &&
	        !settings->values[SETTING_WEB_TLS_CERT] != !settings->values[SETTING_WEB_TLS_KEY])
		faults_add(faults, "tls_cert, tls_key", "both are needed, or neither");
}

/* The flags of the command line, as GOption fills them in. */
typedef struct {
	char *dir, *config;
	char *values[SETTINGS];
	gboolean help, version;
} Flags;

static void
flags_clear(Flags *flags)
{
	g_free(flags->dir);
	g_free(flags->config);
	for (Setting which = 0; which < SETTINGS; which++)
		g_free(flags->values[which]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Flags, flags_clear)

static GArray *
flag_entries(Flags *flags, gboolean with_web)
{
	GArray *entries = g_array_new(TRUE, TRUE, sizeof(GOptionEntry));
	const GOptionEntry common[] = {
		{ "data", 0, 0, G_OPTION_ARG_FILENAME, &flags->dir,
		        "the data folder ($" ENVIRONMENT_DATA ", else ./data)", "DIR" },
		{ "help", 'h', 0, G_OPTION_ARG_NONE, &flags->help, "tells what there is", NULL },
		{ "version", 0, 0, G_OPTION_ARG_NONE, &flags->version,
		        "tells which turnout this is", NULL },
		{ "config", 0, with_web ? 0 : G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_FILENAME,
		        &flags->config, "the settings' file (DIR/" CONFIG_FILE ")", "FILE" },
	};

	g_array_append_vals(entries, common, G_N_ELEMENTS(common));
	for (Setting which = 0; which < SETTINGS; which++) {
		GOptionEntry entry = { rows[which].flag, 0, 0, G_OPTION_ARG_FILENAME,
			&flags->values[which], rows[which].help, rows[which].argument };
		if (with_web || rows[which].common)
			g_array_append_val(entries, entry);
	}
	return entries;
}

static void
print_help(GOptionContext *context, const char *command)
{
	g_autofree char *name = g_strconcat("turnout ", command, NULL);

	g_set_prgname(name);
	g_autofree char *help = g_option_context_get_help(context, TRUE, NULL);
	fputs(help, stdout);
}

/* Takes the flags out of @words, which ends with NULL; what is left are positional words, and flags that
 * nobody knows. */
static gboolean
parse_flags(Flags *flags, GStrv *words, const GOptionEntry *entries, const char *summary,
        gboolean with_web, GError **error)
{
	g_autoptr(GOptionContext) context = g_option_context_new("");
	g_autoptr(GArray) common = flag_entries(flags, with_web);
	g_autofree char *command = g_strdup((*words)[0]);

	g_option_context_set_help_enabled(context, FALSE);
	g_option_context_set_ignore_unknown_options(context, TRUE);
	g_option_context_set_summary(context, summary);
	if (entries != NULL)
		g_option_context_add_main_entries(context, entries, NULL);
	g_option_context_add_main_entries(context, (const GOptionEntry *)common->data, NULL);
	if (!g_option_context_parse_strv(context, words, error))
		return FALSE;
	if (flags->help)
		print_help(context, command);
	if (flags->version)
		puts("turnout " TURNOUT_VERSION);
	if (flags->help || flags->version) {
		fflush(stdout);
		exit(0);
	}
	return TRUE;
}

/* GOption would stop at the first flag it does not know: it gets the words before "--", and what it
 * leaves is looked through. */
static gboolean
take_flags(Settings *settings, int *argc, char ***argv, const GOptionEntry *entries,
        const char *summary, gboolean with_web, Faults *faults, GError **error)
{
	g_auto(Flags) flags = { 0 };
	g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
	int before = 0, left = 0;

	for (; before < *argc && (before == 0 || !g_str_equal((*argv)[before], "--")); before++)
		g_strv_builder_add(builder, (*argv)[before]);
	g_auto(GStrv) words = g_strv_builder_end(builder);
	if (!parse_flags(&flags, &words, entries, summary, with_web, error))
		return FALSE;
	/* the words that are left keep their places in the caller's memory */
	for (int from = 0, word = 0; words[word] != NULL && from < before; from++) {
		if (!g_str_equal((*argv)[from], words[word]))
			continue;
		word++;
		if (from > 0 && (*argv)[from][0] == '-' && (*argv)[from][1] != '\0')
			faults_add(faults, (*argv)[from], "there is no such option");
		else
			(*argv)[left++] = (*argv)[from];
	}
	for (int from = before + 1; from < *argc; from++)
		(*argv)[left++] = (*argv)[from];
	(*argv)[left] = NULL;
	*argc = left;
	settings->dir = g_strdup(flags.dir ?: g_getenv(ENVIRONMENT_DATA) ?: "data");
	settings->config = g_steal_pointer(&flags.config);
	for (Setting which = 0; which < SETTINGS; which++) {
		g_autofree char *where = g_strconcat("--", rows[which].flag, NULL);
		if (flags.values[which] != NULL)
			take_value(settings, which, flags.values[which], where, faults);
	}
	return TRUE;
}

Settings *
settings_take(int *argc, char ***argv, const GOptionEntry *entries, const char *summary,
        gboolean with_web, GError **error)
{
	g_autoptr(Settings) settings = g_new0(Settings, 1);
	g_autoptr(GPtrArray) faults = faults_new();

	if (!take_flags(settings, argc, argv, entries, summary, with_web, faults, error))
		return NULL;
	take_environment(settings, with_web, faults);
	take_file(settings, with_web, faults);
	take_defaults(settings, with_web, faults);
	if (!faults_none(faults, "settings", error))
		return NULL;
	return g_steal_pointer(&settings);
}

void
settings_free(Settings *settings)
{
	if (settings == NULL)
		return;
	for (Setting which = 0; which < SETTINGS; which++)
		g_free(settings->values[which]);
	g_free(settings->dir);
	g_free(settings->config);
	g_free(settings);
}

const char *
settings_get(const Settings *settings, Setting which)
{
	return settings->values[which];
}

RecordPlace
settings_place(const Settings *settings)
{
	return (RecordPlace){
		.dir = settings->dir,
		.database = settings->values[SETTING_DATABASE_URL],
		.master_file = settings->values[SETTING_KEYS_MASTER_FILE],
	};
}
