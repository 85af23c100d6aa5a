/* `turnout schema backup | backup-keys | restore`. */
#include "schema/backup.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "schema/password.h"
#include "schema/settings.h"
#include "schema/vault_copy.h"

#define LINE_MAX_BYTES 1024

static gint64
time_now(void)
{
	return g_get_real_time() / G_USEC_PER_SEC;
}

/* ---- passphrases ---- */

/* One line of stdin, without showing it when a person types; wiped and freed by password_wipe(). */
static char *
read_line(const char *prompt, GError **error)
{
	char line[LINE_MAX_BYTES];
	struct termios before, quiet;
	const gboolean person = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &before) == 0;

	if (person) {
		fputs(prompt, stderr);
		quiet = before;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	}
	const gboolean read = fgets(line, sizeof line, stdin) != NULL;
	if (person) {
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
		fputc('\n', stderr);
	}
	if (!read) {
		g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "no passphrase came in: one line of the standard input");
		return NULL;
	}
	line[strcspn(line, "\r\n")] = '\0';
	char *text = g_strdup(line);
	explicit_bzero(line, sizeof line);
	return text;
}

/* Twice when a person types it. */
static char *
read_new_passphrase(gboolean from_stdin, GError **error)
{
	char *first = read_line("Passphrase: ", error);

	if (first == NULL || from_stdin || !isatty(STDIN_FILENO))
		return first;
	char *second = read_line("Once more: ", error);
	const gboolean same = second != NULL && strcmp(first, second) == 0;
	if (second != NULL && !same)
		g_set_error_literal(
		        error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT, "the two passphrases differ");
	password_wipe(second);
	if (same)
		return first;
	password_wipe(first);
	return NULL;
}

/* ---- backup ---- */

static void
tell_copy(Vault *vault)
{
	gint64 made = 0;

	switch (vault_copy_state(vault, &made)) {
	case VAULT_COPY_CURRENT:
		return;
	case VAULT_COPY_NONE:
		fputs("A backup opens no names without its keys: turnout schema backup-keys makes "
		      "a "
		      "copy of them.\n",
		        stderr);
		return;
	case VAULT_COPY_OLD:
		fputs("Keys or deletions have changed since the copy of the keys was made: make it "
		      "anew (turnout schema backup-keys) and destroy the old one.\n",
		        stderr);
	}
}

int
backup_command(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Settings) settings = settings_take(&argc, &argv, NULL,
	        "backup FILE: all rows of this moment, beside a running server; no keys", FALSE,
	        &error);
	if (settings == NULL)
		return error_report(error);
	if (argc != 2) {
		g_set_error_literal(&error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT, "say backup FILE");
		return error_report(error);
	}
	const RecordPlace place = settings_place(settings);
	g_autoptr(Record) record = record_open(&place, RECORD_READ, &error);
	if (record == NULL || !backup_write(record, argv[1], &error))
		return error_report(error);
	printf("%s: everything but the keys\n", argv[1]);
	tell_copy(record_vault(record));
	return 0;
}

int
backup_keys_command(int argc, char **argv)
{
	gboolean from_stdin = FALSE;
	const GOptionEntry entries[] = {
		{ "passphrase-stdin", 0, 0, G_OPTION_ARG_NONE, &from_stdin,
		        "the passphrase is the first line of the standard input", NULL },
		{ NULL },
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(Settings) settings = settings_take(&argc, &argv, entries,
	        "backup-keys FILE: the keys and the list of deletions, under a passphrase", FALSE,
	        &error);
	if (settings == NULL)
		return error_report(error);
	if (argc != 2) {
		g_set_error_literal(&error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "say backup-keys FILE [--passphrase-stdin]");
		return error_report(error);
	}
	const RecordPlace place = settings_place(settings);
	g_autoptr(Vault) vault = vault_open(place.dir, place.master_file, &error);
	char *passphrase = vault ? read_new_passphrase(from_stdin, &error) : NULL;
	const gboolean written = passphrase != NULL &&
	        vault_copy_write(vault, argv[1], passphrase, time_now(), &error);
	password_wipe(passphrase);
	if (!written)
		return error_report(error);
	printf("%s: keep it apart from the backups, and destroy older copies: they open what was "
	       "closed since\n",
	        argv[1]);
	return 0;
}

/* ---- restore ---- */

static void
print_restored(const RecordPlace *place, const RestoreCounts *counts)
{
	printf("restored to %s\n", place->dir);
	printf("%8" G_GINT64_FORMAT " people deleted again (%" G_GINT64_FORMAT
	       " of them hidden by a legal hold)\n",
	        counts->erased, counts->hidden);
	printf("%8" G_GINT64_FORMAT " legal holds of after the backup\n", counts->holds);
	printf("%8" G_GINT64_FORMAT " sealed values whose days are over\n", counts->expired);
	printf("%8" G_GINT64_FORMAT
	       " letters that waited then, given up: they may have gone out since\n",
	        counts->letters);
	fputs("Phones hand in their whole log again by themselves.\n", stdout);
	fputs("Make the copy of the keys anew (turnout schema backup-keys) and destroy the old "
	      "one.\n",
	        stderr);
}

int
restore_command(int argc, char **argv)
{
	g_autofree char *keys = NULL;
	gboolean from_stdin = FALSE;
	const GOptionEntry entries[] = {
		{ "keys", 0, 0, G_OPTION_ARG_FILENAME, &keys,
		        "a copy made by backup-keys, or a keys folder that survived", "PATH" },
		{ "passphrase-stdin", 0, 0, G_OPTION_ARG_NONE, &from_stdin,
		        "the passphrase is the first line of the standard input", NULL },
		{ NULL },
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(Settings) settings = settings_take(&argc, &argv, entries,
	        "restore FILE --keys PATH: makes a data folder of a backup and the keys", FALSE,
	        &error);
	if (settings == NULL)
		return error_report(error);
	if (argc != 2 || keys == NULL) {
		g_set_error_literal(&error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "say restore FILE --keys PATH [--passphrase-stdin]");
		return error_report(error);
	}
	const RecordPlace place = settings_place(settings);
	RestoreCounts counts = { 0 };
	char *passphrase = NULL;
	if (!g_file_test(keys, G_FILE_TEST_IS_DIR) &&
	        (passphrase = read_line("Passphrase: ", &error)) == NULL)
		return error_report(error);
	const gboolean restored =
	        backup_restore(&place, argv[1], keys, passphrase, time_now(), &counts, &error);
	password_wipe(passphrase);
	if (!restored)
		return error_report(error);
	print_restored(&place, &counts);
	return 0;
}
