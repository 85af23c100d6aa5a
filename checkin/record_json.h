/*
 * A record of the log as the door's API has it (JSON), and what the API's answers say of records: the same as
 * the phone makes (web/door/records.ts).
 */
#pragma once

#include <jansson.h>

#include "checkin/device.h"
#include "schema/error.h"

/* The codes that a device's own numbers stand for; lent. */
typedef struct {
	const json_t *sessions; /* of text: number 1 is the first */
	const json_t *regions;  /* of {no, code} */
} RecordNames;

/* The number of a session's code, or of a region's; 0 when there is none such. */
guint16 record_session_no(const RecordNames *names, const char *code);
guint16 record_region_no(const RecordNames *names, const char *code);
const char *record_session_code(const RecordNames *names, guint16 no); /* "" when none */

/* To upload, or to hand out as a file. */
json_t *record_json(const LogRecord *record, const RecordNames *names);
/* To ask the server: rev 0, with what was set and what the ticket's text says of itself. */
json_t *
record_question_json(const LogRecord *record, const RecordNames *names, const DeviceScan *scan);

/* The acknowledgements in an answer to an upload; of DeviceAck. */
GArray *record_acks(const json_t *answer);
/* A number of 16 hex digits; 0 when it is none. */
guint64 record_id(const json_t *value);
/* The decision of this word; DOOR_DECISIONS for any other. */
guint8 record_decision(const char *word);
