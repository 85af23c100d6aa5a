/*
 * The reports by name, for the command and for the staff's pages.
 */
#pragma once

#include "reports/table.h"
#include "schema/event.h"
#include "schema/record.h"

typedef struct {
	Record *record;
	Db *db;       /* inside a reading transaction */
	const Event *event;
	guint16 session_no; /* 0: all */
	guint16 region_no;  /* 0: all */
	gint64 now;
} ReportAsked;

typedef struct {
	const char *name; /* "attendance" */
	const char *summary;
	/* Opens the report as a table; @ret's data is freed by @close. */
	gboolean (*open)(const ReportAsked *asked, Table *ret, GError **error);
	void (*close)(Table *table);
} Report;

extern const Report reports[]; /* ends with { NULL } */
const Report *report_find(const char *name);

int report_command(int argc, char **argv);
