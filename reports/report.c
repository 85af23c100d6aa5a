#include "reports/report.h"

#include <string.h>

const Report reports[] = {
	{ "attendance", "who was expected and who came, per region and session",
	        BY_REGION | BY_SESSION, attendance_open, attendance_close },
	{ "roster", "everybody by name, with what they are expected at and came to", 0, roster_open,
	        roster_close },
	{ "fees", "who owes, has paid, need not pay: how many and how much, per region and option",
	        BY_REGION | BY_OPTION, fees_open, fees_close },
	{ "arrivals", "who came when, per session, region and quarter of an hour", 0, arrivals_open,
	        arrivals_close },
	{ "no-shows", "who was expected and did not come, by name", 0, no_shows_open,
	        no_shows_close },
	{ "stay-informed", "who wants the organisation's e-mails, with proof of consent", 0,
	        informed_open, informed_close },
	{ "scans", "every line of the scan log", 0, scans_open, scans_close },
	{ "shared-tickets", "tickets that two people may have used", 0, shared_open, shared_close },
	{ NULL },
};

const Report *
report_find(const char *name)
{
	for (const Report *report = reports; report->name != NULL; report++)
		if (strcmp(report->name, name) == 0)
			return report;
	return NULL;
}

gboolean
report_by_parse(const Report *report, const char *words, guint *ret_by, GError **error)
{
	static const struct {
		const char *word;
		ReportBy by;
	} known[] = { { "region", BY_REGION }, { "session", BY_SESSION }, { "option", BY_OPTION } };
	guint by = 0;
	g_auto(GStrv) parts = g_strsplit(words, ",", 0);
	for (char **part = parts; *part != NULL; part++) {
		guint one = 0;
		for (guint i = 0; i < G_N_ELEMENTS(known); i++)
			if (strcmp(*part, known[i].word) == 0)
				one = known[i].by;
		if ((one & report->by) == 0) {
			g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
			        "--by %s: the report %s %s", words, report->name,
			        report->by == 0 ? "has a row per person"
			                : report->by & BY_OPTION
			                ? "knows region, option, or both with a comma between"
			                : "knows region, session, or both with a comma between");
			return FALSE;
		}
		by |= one;
	}
	*ret_by = by;
	return TRUE;
}
