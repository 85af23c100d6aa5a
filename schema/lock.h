/*
 * DIR/lock: held by the process that writes to this folder's record (SQLite) or serves its control
 * socket (either engine). A process that dies gives it back by that alone.
 */
#pragma once

#include "schema/error.h"

/* Returns a descriptor that holds the lock until it is closed, or -1. WORLD, in one line that names
 * the holder's process, when it is held. */
int lock_take(const char *dir, GError **error);

/* Whether somebody holds it now. @ret_holder (nullable): the process, 0 when it did not say. */
gboolean lock_held(const char *dir, gint64 *ret_holder);
