#include "schema/verify.h"

#include <stdio.h>

#include "schema/settings.h"

static int
print_found(const Faults *found)
{
	for (guint i = 0; i < found->len; i++) {
		const Fault *fault = g_ptr_array_index(found, i);
		printf("%s: %s\n", fault->where, fault->what);
	}
	printf("%u found\n", found->len);
	return EXIT_STATUS_NO;
}

/* A record that does not even open is a finding when it is not ours any more; a disk or a server
 * that can't be had is none. */
static int
report_unopened(const GError *error)
{
	if (!g_error_matches(error, DB_ERROR, DB_ERROR_BROKEN))
		return error_report(error);
	printf("database: %s\n1 found\n", error->message);
	return EXIT_STATUS_NO;
}

int
verify_command(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) found = faults_new();
	VerifyCounts counts;
	g_autoptr(Settings) settings = settings_take(&argc, &argv, NULL,
	        "checks database, keys, sealed values, scan log, presence, counts and audit", FALSE,
	        &error);
	if (settings == NULL)
		return error_report(error);
	if (argc > 1) {
		fprintf(stderr, "turnout: verify takes no words, only options: \"%s\"\n", argv[1]);
		return EXIT_STATUS_USE;
	}
	RecordPlace place = settings_place(settings);
	g_autoptr(Record) record = record_open(&place, RECORD_READ, &error);
	if (record == NULL || !verify_record(record, found, &counts, &error))
		return report_unopened(error);
	if (found->len > 0)
		return print_found(found);
	printf("all holds: events %" G_GINT64_FORMAT ", sealed values %" G_GINT64_FORMAT
	       ", scans %" G_GINT64_FORMAT ", presences %" G_GINT64_FORMAT
	       ", counts %" G_GINT64_FORMAT ", audit lines %" G_GINT64_FORMAT "\n",
	        counts.events, counts.sealed, counts.scans, counts.presences, counts.counts,
	        counts.audit);
	return 0;
}
