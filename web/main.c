/*
 * The program: `turnout web | checkin | report | schema`. Each command is its folder's.
 */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "checkin/scan.h"
#include "reports/report.h"
#include "schema/command.h"
#include "web/server.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
} commands[] = {
	{ "web", web_command, "serve pages, tickets, door and staff" },
	{ "schema", schema_command, "the record: init, load, import, device, verify, export" },
	{ "checkin", checkin_command, "scan lines from a USB scanner or a pipe" },
	{ "report", report_command, "numbers and files" },
};

static void
print_help(FILE *out)
{
	fputs("turnout: registers people for a day of action, checks them in, tells who came\n\n"
	      "usage: turnout COMMAND … (turnout COMMAND --help says more)\n\n",
	        out);
	for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
		fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].summary);
}

int
main(int argc, char **argv)
{
	setlocale(LC_CTYPE, "");
	if (argc < 2) {
		print_help(stderr);
		return EXIT_STATUS_USE;
	}
	for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
		print_help(stdout);
		return 0;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("turnout " TURNOUT_VERSION);
		return 0;
	}
	fprintf(stderr, "turnout: there is no command \"%s\"; turnout --help lists them\n",
	        argv[1]);
	return EXIT_STATUS_USE;
}
