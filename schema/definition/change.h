/*
 * A definition on its way into the tables. Private to definition/store.c, definition/holds.c and
 * definition/rows.c; all run on the writer's thread, inside its transaction.
 */
#pragma once

#include "schema/definition.h"
#include "schema/event_numbers.h"

typedef struct {
	Db *db;
	const Event *event; /* with the numbers that it will have */
	const EventNumbers *numbers;
	gboolean fresh; /* the event has no rows yet */
	Faults *faults; /* what people hold and would lose */
} DefinitionChange;

/* Looks for what the change would take away: regions, sessions, stops, options, delegations and
 * checkpoints that are in use and no longer there, and sessions that an option no longer gives to
 * those who have it; and for answers that would be shown to more readers than the form said when they were given. FALSE only
 * when the database failed. */
gboolean definition_find_losses(DefinitionChange *change, GError **error);

/* Writes all parts, and takes away those that are gone. Capacities are written with what is taken now,
 * counted anew; one that is too small for it is told, and the transaction is not to be committed
 * then. */
gboolean definition_write_rows(DefinitionChange *change, GError **error);

/* How many people hold a confirmed place of each kind now. */
gboolean
definition_count_option(DefinitionChange *change, guint16 option_no, gint64 *ret_n, GError **error);
gboolean definition_count_session(
        DefinitionChange *change, guint16 session_no, gint64 *ret_n, GError **error);
gboolean definition_count_stop(DefinitionChange *change, guint16 session_no, guint16 stop_no,
        gint64 *ret_n, GError **error);
