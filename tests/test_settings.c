#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/settings.h"

typedef struct {
	char *dir;
} Fixture;

static void
set_up(Fixture *f, gconstpointer data)
{
	f->dir = g_dir_make_tmp("turnout-settings-XXXXXX", NULL);
	g_unsetenv("TURNOUT_DATA");
}

static void
tear_down(Fixture *f, gconstpointer data)
{
	g_autofree char *file = g_build_filename(f->dir, "turnout.conf", NULL);
	g_unlink(file);
	g_rmdir(f->dir);
	g_free(f->dir);
}

static void
write_file(Fixture *f, const char *text)
{
	g_autofree char *file = g_build_filename(f->dir, "turnout.conf", NULL);
	g_assert_true(g_file_set_contents(file, text, -1, NULL));
}

/* Takes a command line of words with blanks between them, after "web --data DIR". */
static Settings *
take(Fixture *f, const char *line, const GOptionEntry *entries, char *ret_left[16], GError **error)
{
	g_autofree char *whole =
	        g_strdup_printf("web --data %s%s%s", f->dir, *line ? " " : "", line);
	g_auto(GStrv) words = g_strsplit(whole, " ", -1);
	char *given[32];
	int argc = (int)g_strv_length(words);
	char **argv = given;

	memcpy(given, words, sizeof *given * ((gsize)argc + 1));
	Settings *settings = settings_take(&argc, &argv, entries, "serves", TRUE, error);
	for (int i = 0; ret_left != NULL && i <= argc && i < 16; i++)
		ret_left[i] = g_strdup(argv[i]);
	return settings;
}

static void
flag_beats_environment_beats_file_beats_default(Fixture *f, gconstpointer data)
{
	static const struct {
		const char *flag, *environment, *file, *listens;
	} cases[] = {
		{ "", NULL, "", "127.0.0.1:8080" },
		{ "", NULL, "[web]\nlisten = 127.0.0.1:1\n", "127.0.0.1:1" },
		{ "", "127.0.0.1:2", "[web]\nlisten = 127.0.0.1:1\n", "127.0.0.1:2" },
		{ "--listen 127.0.0.1:3", "127.0.0.1:2", "[web]\nlisten = 127.0.0.1:1\n",
		        "127.0.0.1:3" },
		{ "--listen=[::1]:0", NULL, "", "[::1]:0" },
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		write_file(f, cases[i].file);
		if (cases[i].environment)
			g_setenv("TURNOUT_WEB_LISTEN", cases[i].environment, TRUE);
		g_autoptr(Settings) settings = take(f, cases[i].flag, NULL, NULL, &error);
		g_unsetenv("TURNOUT_WEB_LISTEN");
		g_assert_no_error(error);
		g_assert_cmpstr(settings_get(settings, SETTING_WEB_LISTEN), ==, cases[i].listens);
		g_assert_cmpstr(settings_place(settings).dir, ==, f->dir);
		g_assert_null(settings_place(settings).database);
	}
}

static void
every_setting_has_a_flag_a_variable_and_a_line(Fixture *f, gconstpointer data)
{
	static const struct {
		Setting which;
		const char *flag, *variable, *group, *key, *value;
	} cases[] = {
		{ SETTING_WEB_LISTEN, "listen", "WEB_LISTEN", "web", "listen", "127.0.0.1:99" },
		{ SETTING_WEB_PUBLIC_URL, "public-url", "WEB_PUBLIC_URL", "web", "public_url",
		        "https://example.org" },
		{ SETTING_WEB_TRUSTED_PROXIES, "trusted-proxies", "WEB_TRUSTED_PROXIES", "web",
		        "trusted_proxies", "127.0.0.1,::1" },
		{ SETTING_WEB_ROBOTS, "robots", "WEB_ROBOTS", "web", "robots", "off" },
		{ SETTING_MAIL_URL, "mail-url", "MAIL_URL", "mail", "url",
		        "smtps://mail.example.org" },
		{ SETTING_MAIL_FROM, "mail-from", "MAIL_FROM", "mail", "from", "a@example.org" },
		{ SETTING_MAIL_REPLY_TO, "mail-reply-to", "MAIL_REPLY_TO", "mail", "reply_to",
		        "b@example.org" },
		{ SETTING_MAIL_USER, "mail-user", "MAIL_USER", "mail", "user", "turnout" },
		{ SETTING_MAIL_PASSWORD_FILE, "mail-password-file", "MAIL_PASSWORD_FILE", "mail",
		        "password_file", "/run/credentials/mail" },
		{ SETTING_MAIL_CA_FILE, "mail-ca-file", "MAIL_CA_FILE", "mail", "ca_file",
		        "/etc/ssl/own.pem" },
		{ SETTING_STAFF_CODE_ROLES, "staff-code-roles", "STAFF_CODE_ROLES", "staff",
		        "code_roles", "owner,staff" },
		{ SETTING_DATABASE_URL, "database", "DATABASE_URL", "database", "url",
		        "postgresql:///x" },
		{ SETTING_KEYS_MASTER_FILE, "master-file", "KEYS_MASTER_FILE", "keys",
		        "master_file", "/run/secret" },
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
		for (guint source = 0; source < 3; source++) {
			g_autoptr(GError) error = NULL;
			g_autofree char *flag =
			        g_strdup_printf("--%s %s", cases[i].flag, cases[i].value);
			g_autofree char *variable =
			        g_strconcat("TURNOUT_", cases[i].variable, NULL);
			g_autofree char *line = g_strdup_printf(
			        "[%s]\n%s = %s\n", cases[i].group, cases[i].key, cases[i].value);
			write_file(f, source == 2 ? line : "");
			if (source == 1)
				g_setenv(variable, cases[i].value, TRUE);
			g_autoptr(Settings) settings =
			        take(f, source == 0 ? flag : "", NULL, NULL, &error);
			g_unsetenv(variable);
			g_assert_no_error(error);
			g_assert_cmpstr(settings_get(settings, cases[i].which), ==, cases[i].value);
		}
}

static void
all_complaints_come_at_once_and_repeat_no_secret(Fixture *f, gconstpointer data)
{
	static const char *const told[] = { "--listen", "--no-such", "TURNOUT_MAIL_FORM",
		"TURNOUT_WEB_ROBOTS",
		"[web] lisen: there is no such setting; there are listen, public_url", "[mail] url",
		"[wbe]: there is no such group; there are [web], [mail], ",
		"[mail] from: an e-mail address alone, without a name, is wanted", "tls_cert" };
	g_autoptr(GError) error = NULL;

	write_file(f,
	        "[web]\nlisen = 1\n[mail]\nurl = secret\nfrom = Us <us@example.org>\n[wbe]\nx = "
	        "y\n");
	g_setenv("TURNOUT_MAIL_FORM", "x", TRUE);
	g_setenv("TURNOUT_WEB_ROBOTS", "maybe", TRUE);
	g_assert_null(take(f, "--listen nowhere --no-such --tls-cert /c word", NULL, NULL, &error));
	g_unsetenv("TURNOUT_MAIL_FORM");
	g_unsetenv("TURNOUT_WEB_ROBOTS");
	g_assert_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT);
	g_assert_cmpint(error_exit_status(error), ==, EXIT_STATUS_USE);
	for (guint i = 0; i < G_N_ELEMENTS(told); i++)
		if (strstr(error->message, told[i]) == NULL)
			g_error("%s is not in: %s", told[i], error->message);
	g_assert_null(strstr(error->message, "secret"));
}

static void
an_address_may_end_as_a_browser_shows_it(Fixture *f, gconstpointer data)
{
	g_autoptr(GError) error = NULL, wrong = NULL;

	write_file(f, "");
	g_autoptr(Settings) settings =
	        take(f, "--public-url https://day.example.org/", NULL, NULL, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(
	        settings_get(settings, SETTING_WEB_PUBLIC_URL), ==, "https://day.example.org");
	g_assert_null(take(f, "--public-url https://day.example.org/day/", NULL, NULL, &wrong));
	g_assert_error(wrong, TURNOUT_ERROR, TURNOUT_ERROR_INPUT);
}

static void
words_stay_and_options_go_anywhere(Fixture *f, gconstpointer data)
{
	g_autofree char *event = NULL;
	gboolean dry = FALSE;
	const GOptionEntry entries[] = { { "event", 0, 0, G_OPTION_ARG_STRING, &event, "", "E" },
		{ "dry-run", 0, 0, G_OPTION_ARG_NONE, &dry, "", NULL }, { NULL } };
	static const char *const want[] = { "web", "one", "-", "two", "--event", "--", NULL };
	g_autoptr(GError) error = NULL;
	char *left[16] = { 0 };

	g_autoptr(Settings) settings =
	        take(f, "one --event day - --dry-run two -- --event --", entries, left, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(event, ==, "day");
	g_assert_true(dry);
	for (guint i = 0; i < G_N_ELEMENTS(want); i++) {
		g_assert_cmpstr(left[i], ==, want[i]);
		g_free(left[i]);
	}
}

static void
the_data_folder_comes_from_the_environment_too(Fixture *f, gconstpointer data)
{
	char *words[] = { (char *)"init", NULL };
	char **argv = words;
	int argc = 1;
	g_autoptr(GError) error = NULL;

	g_setenv("TURNOUT_DATA", f->dir, TRUE);
	g_autoptr(Settings) there = settings_take(&argc, &argv, NULL, "", FALSE, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(settings_place(there).dir, ==, f->dir);
	g_unsetenv("TURNOUT_DATA");
	g_autoptr(Settings) here = settings_take(&argc, &argv, NULL, "", FALSE, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(settings_place(here).dir, ==, "data");
}

static void
a_command_does_not_mind_the_servers_settings(Fixture *f, gconstpointer data)
{
	char *words[] = { (char *)"init", (char *)"--data", f->dir, NULL };
	char **argv = words;
	int argc = 3;
	g_autoptr(GError) error = NULL;

	write_file(f, "[web]\nlisten = nonsense\n");
	g_autoptr(Settings) settings = settings_take(&argc, &argv, NULL, "", FALSE, &error);
	g_assert_no_error(error);
	g_assert_null(strchr(settings_place(settings).dir, ' '));
}

static void
help_tells_every_flag(void)
{
	if (g_test_subprocess()) {
		char *words[] = { (char *)"web", (char *)"--help", NULL };
		char **argv = words;
		int argc = 2;
		settings_take(&argc, &argv, NULL, "serves pages", TRUE, NULL);
		exit(9);
	}
	g_test_trap_subprocess(NULL, 0, 0);
	g_test_trap_assert_passed();
	g_test_trap_assert_stdout("*turnout web*serves pages*--data=DIR*--listen*--database*");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add("/settings/" #name, Fixture, NULL, set_up, name, tear_down)
	TEST(flag_beats_environment_beats_file_beats_default);
	TEST(every_setting_has_a_flag_a_variable_and_a_line);
	TEST(all_complaints_come_at_once_and_repeat_no_secret);
	TEST(an_address_may_end_as_a_browser_shows_it);
	TEST(words_stay_and_options_go_anywhere);
	TEST(the_data_folder_comes_from_the_environment_too);
	TEST(a_command_does_not_mind_the_servers_settings);
	g_test_add_func("/settings/help_tells_every_flag", help_tells_every_flag);
	return g_test_run();
}
