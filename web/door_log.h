/*
 * Records of the log as devices upload them: JSON of interface.md, read leniently, since nothing that
 * arrives is refused: what is no record goes to quarantine as it came.
 */
#pragma once

#include "checkin/merge.h"
#include "web/page.h"

/* Adds each member of @records to @items. @device is whose token they came with. */
void door_records_read(const json_t *records, const Event *event, gint64 device, GArray *items);

/* {durable[], quarantined[], gaps[], version, history}; a new reference. */
json_t *door_merge_answer(const MergeWork *work);
/* Of the above, `durable` alone. */
json_t *door_durable(const MergeWork *work);

/* POST /api/v1/door/scans */
Reply *door_scans(Request *request);
#define DOOR_SCANS_BODY_MAX (512 * 1024)
