/* `turnout schema load FILE [--starts DATE]` and `turnout schema export --event E`. */
#pragma once

#include "schema/control.h"

int load_command(int argc, char **argv);
int export_command(int argc, char **argv);

/* {definition: its text, source: what faults call it, starts?} → {event: slug, created, changed,
 * edition, sessions, options, delegations}; INPUT with all faults. */
json_t *definition_operation_load(Record *record, const json_t *asked, gint64 now, GError **error);
