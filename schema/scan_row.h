/* A line of the scan log as the database gives it: the one reader of its columns. For door/ and backup/verify_log.c. */
#pragma once

#include "schema/scan.h"

/* Of scan as s, first in a SELECT. */
#define SCAN_ROW_COLUMNS                                                                           \
	"s.device, s.epoch, s.seq, s.rev, s.session_no, s.checkpoint_no, s.mark, s.decision,"      \
	" s.reason, s.wall, s.mono, s.skew, s.skew_error, s.manifest_version, s.online,"           \
	" s.region_no, s.delegation_no, s.void_device, s.void_epoch, s.void_seq, s.count,"         \
	" s.arrival"
#define SCAN_ROW_N 22 /* the column after them */

/* The texts of @ret, decision and reason, are lent until the next row. */
void scan_row_read(DbRows *row, ScanRow *ret);
