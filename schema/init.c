#include "schema/init.h"

#include "schema/record.h"
#include "schema/settings.h"

#include <stdio.h>

int
init_command(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Settings) settings = settings_take(&argc, &argv, NULL,
	        "makes the data folder, its keys and the database; refuses to overwrite", FALSE,
	        &error);
	if (settings == NULL)
		return error_report(error);
	if (argc > 1) {
		fprintf(stderr, "turnout: init takes no words, only options: \"%s\"\n", argv[1]);
		return EXIT_STATUS_USE;
	}
	const RecordPlace place = settings_place(settings);
	if (!record_create(&place, &error))
		return error_report(error);
	printf("made %s\n", place.dir);
	return 0;
}
