/*
 * The scan log as lists for staff: its lines, arrivals by the quarter of an hour, tickets that two people may
 * share. Marks and numbers, no names. What counts is what checkin/log.h says: effective, accepted, not voided.
 */
#pragma once

#include "schema/scan_log.h"

#define SCAN_REPORT_PAGE 1000

/* Lines in the order of their keys, in pages: each a short read, so a slow reader holds nothing up. */
typedef struct {
	ScanEntry entry;
	char device_name[200]; /* "" when it has none */
	guint32 holder;        /* number; 0 for nobody's */
} ScanReportRow;
typedef struct {
	const Event *event; /* lent */
	guint16 session_no; /* 0: all */
	GArray *rows;       /* of ScanReportRow: the page */
	gboolean begun, ended;
} ScanReport;
void scan_report_init(ScanReport *report, const Event *event, guint16 session_no);
void scan_report_clear(ScanReport *report);
/* Reads the next page (none at the end). @db is inside a reading transaction. */
gboolean scan_report_next(ScanReport *report, Db *db, GError **error);

#define ARRIVALS_S (15 * 60)
typedef struct {
	guint16 session_no, region_no;
	gint64 from; /* UTC seconds, a multiple of ARRIVALS_S */
	gint64 came;
} ArrivalCount;
/* By session, region and time; of ArrivalCount. */
gboolean arrivals_read(Db *db, const Event *event, GArray *ret_counts, GError **error);

/* Two lines that let one ticket in on two devices without a supervisor: both as a first welcome, or within
 * SHARED_TOO_SHORT_MS of each other. The earlier is the first. */
#define SHARED_TOO_SHORT_MS (2 * 60 * 1000)
typedef struct {
	guint16 session_no, checkpoint_no[2];
	gint64 mark, at[2], device[2]; /* at: corrected, ms */
	gboolean online[2];
	guint32 holder;
} SharedTicket;
gboolean shared_tickets_read(Db *db, const Event *event, GArray *ret_shared, GError **error);
