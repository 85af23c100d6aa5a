/* The database's part of `turnout schema verify`. */
#pragma once

#include "schema/record.h"

/* Adds what is wrong with the database as such to @found: pages, indexes and references as the
 * engine checks them, and migrations whose checksum is not this program's. FALSE with @error when
 * the question went unanswered. */
gboolean verify_database(Record *record, Faults *found, GError **error);
