#include "schema/command.h"

#include "schema/backup.h"
#include "schema/definition_command.h"
#include "schema/device.h"
#include "schema/erase.h"
#include "schema/error.h"
#include "schema/expire.h"
#include "schema/hold.h"
#include "schema/init.h"
#include "schema/roster.h"
#include "schema/rotate.h"
#include "schema/spare.h"
#include "schema/staff.h"
#include "schema/verify.h"

#include <stdio.h>
#include <string.h>

/* Each in the file of its owner. argv[0] is the whole name, as usage lines show it. */
static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *whole_name;
	const char *summary;
} commands[] = {
	{ "init", init_command, "schema init", "make the data folder, its keys and the database" },
	{ "load", load_command, "schema load", "make or update an event from its definition" },
	{ "export", export_command, "schema export", "print an event's definition" },
	{ "import", roster_command, "schema import", "register a list of people from a CSV file" },
	{ "verify", verify_command, "schema verify",
	        "check database, keys, sealed values, scan log, presence, counts and audit" },
	{ "device", device_command, "schema device",
	        "add, revoke or list phones and laptops that scan" },
	{ "spare", spare_command, "schema spare",
	        "make or list spare tickets, to be printed in advance" },
	{ "backup", backup_command, "schema backup",
	        "write all rows to a file, beside a running server; no keys" },
	{ "backup-keys", backup_keys_command, "schema backup-keys",
	        "write the keys to a file, under a passphrase" },
	{ "restore", restore_command, "schema restore",
	        "make a data folder of a backup and the keys" },
	{ "erase", erase_command, "schema erase", "delete a person from everywhere" },
	{ "expire", expire_command, "schema expire",
	        "delete what has been kept for its days, and destroy its keys" },
	{ "hold", hold_command, "schema hold",
	        "set, release or list legal holds, which stop deletion" },
	{ "rotate-key", rotate_command, "schema rotate-key",
	        "another key for new tickets; those that are out stay valid" },
	{ "staff", staff_command, "schema staff", "add, disable or list people who sign in" },
};

static void
print_help(FILE *out)
{
	fputs("turnout schema: the record of events, people and scans\n\n"
	      "usage: turnout schema COMMAND … (turnout schema COMMAND --help says more)\n\n",
	        out);
	for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
		fprintf(out, "  %-11s %s\n", commands[i].name, commands[i].summary);
}

int
schema_command(int argc, char **argv)
{
	if (argc < 2) {
		print_help(stderr);
		return EXIT_STATUS_USE;
	}
	for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
		if (strcmp(argv[1], commands[i].name) == 0) {
			argv[1] = (char *)commands[i].whole_name;
			return commands[i].run(argc - 1, argv + 1);
		}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		print_help(stdout);
		return 0;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("turnout " TURNOUT_VERSION);
		return 0;
	}
	fprintf(stderr,
	        "turnout: there is no command \"schema %s\"; turnout schema --help lists them\n",
	        argv[1]);
	return EXIT_STATUS_USE;
}
