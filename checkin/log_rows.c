#include "checkin/log_rows.h"

#include <string.h>

LogReason
log_reason_of(const char *name)
{
	if (name == NULL)
		return LOG_REASON_NONE;
	for (guint8 reason = 1; reason < LOG_REASONS; reason++)
		if (strcmp(name, log_reason_name(reason)) == 0)
			return (LogReason)reason;
	return LOG_REASON_OTHER;
}

gboolean
log_record_of_row(const ScanRow *row, LogRecord *ret)
{
	guint8 decision = 0;

	while (decision < DOOR_DECISIONS &&
	        g_strcmp0(row->decision, door_decision_name(decision)) != 0)
		decision++;
	if (decision == DOOR_DECISIONS)
		return FALSE;
	*ret = (LogRecord){
		.device = (guint64)row->device,
		.epoch = (guint64)row->epoch,
		.seq = (guint64)row->seq,
		.rev = row->rev,
		.has_mark = row->has_mark != 0,
		.mark = row->has_mark ? (guint64)row->mark : 0,
		.session = row->session_no,
		.checkpoint = row->checkpoint_no,
		.decision = decision,
		.reason = (guint8)log_reason_of(row->reason),
		.wall = row->wall,
		.mono = row->mono,
		.skew = row->skew,
		.skew_error = row->skew_error,
		.manifest_version = row->manifest_version,
		.online = row->online != 0,
		.region = row->region_no,
		.delegation = row->delegation_no,
		.has_void = row->has_void != 0,
		.void_device = row->has_void ? (guint64)row->void_device : 0,
		.void_epoch = row->has_void ? (guint64)row->void_epoch : 0,
		.void_seq = row->has_void ? (guint64)row->void_seq : 0,
		.count = row->count,
	};
	return TRUE;
}

gboolean
log_record_to_row(const LogRecord *record, ScanRow *ret)
{
	const char *decision = door_decision_name(record->decision);

	if (decision == NULL)
		return FALSE;
	*ret = (ScanRow){
		.device = (gint64)record->device,
		.epoch = (gint64)record->epoch,
		.seq = (gint64)record->seq,
		.rev = record->rev,
		.has_mark = record->has_mark != 0,
		.mark = (gint64)record->mark,
		.session_no = record->session,
		.checkpoint_no = record->checkpoint,
		.decision = decision,
		.reason = log_reason_name(record->reason),
		.wall = record->wall,
		.mono = record->mono,
		.skew = record->skew,
		.skew_error = record->skew_error,
		.manifest_version = record->manifest_version,
		.online = record->online != 0,
		.region_no = record->region,
		.delegation_no = record->delegation,
		.has_void = record->has_void != 0,
		.void_device = (gint64)record->void_device,
		.void_epoch = (gint64)record->void_epoch,
		.void_seq = (gint64)record->void_seq,
		.count = record->count,
	};
	return TRUE;
}
