/*
 * The check value of a line of the scan log: 64 bits that only the event's keys can make, over all
 * the line says. It is stored beside the line (scan.check_value) by who adds it, and computed again by
 * `turnout schema verify`, so that a line changed in place is found.
 */
#pragma once

#include "schema/scan.h"

/* Every member of @row must be final, its arrival too. */
gint64 scan_row_check(VaultEvent *keys, const guint8 event[EVENT_ID_BYTES], const ScanRow *row);
