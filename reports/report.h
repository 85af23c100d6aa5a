/*
 * The reports by name, for the command and for the staff's pages.
 *
 * A column has one name in every format; codes, not titles, stand where a script looks; digits are
 * ASCII; there are no total rows.
 */
#pragma once

#include "reports/table.h"
#include "schema/event.h"
#include "schema/record.h"

/* What the rows of a report are kept apart by. */
typedef enum {
	BY_REGION = 1 << 0,
	BY_SESSION = 1 << 1,
	BY_OPTION = 1 << 2,
} ReportBy;

typedef struct {
	Record *record;
	Db *db; /* a read connection, outside a transaction: a report begins its own */
	const Event *event;
	guint16 session_no; /* 0: all */
	guint16 region_no;  /* 0: all */
	guint by;           /* of ReportBy; 0: as the report does by itself */
	gint64 now;
	const char *base_url; /* that links begin with; nullable */
} ReportAsked;

typedef struct {
	const char *name; /* "attendance" */
	const char *summary;
	guint by; /* of ReportBy: what --by may name */
	/* Opens the report as a table; INPUT when @asked makes no sense for it. What @asked points to is
	 * lent until @close, which frees the table's data. */
	gboolean (*open)(const ReportAsked *asked, Table *ret, GError **error);
	void (*close)(Table *table);
} Report;

extern const Report reports[];               /* ends with { NULL } */
const Report *report_find(const char *name); /* NULL when there is none */

/* "region,session" or "region,option" in any order; INPUT when @report can't keep rows apart so. */
gboolean report_by_parse(const Report *report, const char *words, guint *ret_by, GError **error);

/* One file each. */
gboolean attendance_open(const ReportAsked *asked, Table *ret, GError **error);
void attendance_close(Table *table);
gboolean roster_open(const ReportAsked *asked, Table *ret, GError **error);
void roster_close(Table *table);
gboolean no_shows_open(const ReportAsked *asked, Table *ret, GError **error);
void no_shows_close(Table *table);
gboolean informed_open(const ReportAsked *asked, Table *ret, GError **error);
void informed_close(Table *table);
gboolean fees_open(const ReportAsked *asked, Table *ret, GError **error);
void fees_close(Table *table);
/* scan_lists.c */
gboolean scans_open(const ReportAsked *asked, Table *ret, GError **error);
void scans_close(Table *table);
gboolean arrivals_open(const ReportAsked *asked, Table *ret, GError **error);
void arrivals_close(Table *table);
gboolean shared_open(const ReportAsked *asked, Table *ret, GError **error);
void shared_close(Table *table);

/* `turnout report`. Returns the exit status. */
int report_command(int argc, char **argv);
