/*
 * A million people in the record, and reports over them against sqlite3 over the same rows.
 * SQLite only.
 */
#pragma once

#include "schema/event.h"
#include "tests/bench/figures.h"
#include "tests/bench/stage.h"

/* Registers @people with sealed names, spread over the event's regions, and lets one and a half
 * times as many scans put them in at the event's days. No server may run. */
gboolean
crowd_fill(const char *url, const Event *event, VaultEvent *keys, guint people, GError **error);

/* Attendance and roster as CSV, by command: each against sqlite3(1), A B B A. */
gboolean crowd_measure(const Stage *stage, const char *event, guint people, guint rounds,
        Figures *figures, GError **error);
