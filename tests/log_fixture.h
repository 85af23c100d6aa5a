/*
 * What tests of the log at the server say: a day with two phones and a supervisor's, their records, and
 * the server that takes them.
 */
#pragma once

#include "checkin/merge.h"

#include "tests/door_fixture.h"

#define PHONE      71
#define OTHER      72
#define SUPERVISOR 73
#define EPOCH      G_GUINT64_CONSTANT(0xfedcba9876543210)

void open_day(Door *door, Engine *engine);
LogRecord record(const Door *door, gint64 device, guint64 seq, const char *session, gint64 mark,
        DoorDecision decision);
LogRecord
void_of(const Door *door, gint64 device, guint64 seq, const LogRecord *named, LogReason reason);
void
take(const Door *door, gint64 token, const LogRecord *records, guint n, LogVerdict *ret_verdicts);
LogVerdict take_one(const Door *door, gint64 token, LogRecord one);
/* The other derivation agrees with all that was written. */
void verified(const Door *door);
gint64 first_at(const Door *door);
