/*
 * The stored form of a record (schema/scan.h) and the form that the meaning of the log is computed
 * on (checkin/log.h), one into the other.
 */
#pragma once

#include "checkin/log.h"
#include "schema/scan.h"

/* FALSE when the row's decision is no word of the log; an unknown reason is LOG_REASON_OTHER. */
gboolean log_record_of_row(const ScanRow *row, LogRecord *ret);
/* Decision and reason are constants. FALSE when the record's decision is none. `arrival` is 0. */
gboolean log_record_to_row(const LogRecord *record, ScanRow *ret);
/* The reason of this name (nullable: LOG_REASON_NONE); LOG_REASON_OTHER when there is none such. */
LogReason log_reason_of(const char *name);
