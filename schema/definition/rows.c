#include "schema/definition/change.h"

static DbValue
event_id(const DefinitionChange *change)
{
	return db_bytes(change->event->id, EVENT_ID_BYTES);
}

static DbValue
number_or_null(gint64 number, gint64 absent)
{
	return number != absent ? db_int(number) : db_null();
}

/* ---- parts; capacities come later, when it is known what is taken ---- */

static gboolean
write_regions(DefinitionChange *change, GError **error)
{
	const GPtrArray *regions = change->event->regions;

	if (!db_run(change->db, "DELETE FROM county WHERE event = $1", DB_ARGS(event_id(change)),
	            NULL, error))
		return FALSE;
	for (guint i = 0; i < regions->len; i++) {
		const EventRegion *region = g_ptr_array_index(regions, i);

		if (!db_run(change->db,
		            "INSERT INTO region (event, no, code) VALUES ($1, $2, $3)"
		            " ON CONFLICT (event, no) DO UPDATE SET code = excluded.code",
		            DB_ARGS(event_id(change), db_int(region->no), db_text(region->code)),
		            NULL, error))
			return FALSE;
		for (char **county = region->counties; *county != NULL; county++)
			if (!db_run(change->db,
			            "INSERT INTO county (event, name, region_no)"
			            " VALUES ($1, $2, $3)",
			            DB_ARGS(event_id(change), db_text(*county), db_int(region->no)),
			            NULL, error))
				return FALSE;
	}
	return TRUE;
}

static gboolean
write_stops(DefinitionChange *change, const EventSession *session, GError **error)
{
	for (guint i = 0; i < session->stops->len; i++) {
		const EventStop *stop = g_ptr_array_index(session->stops, i);

		if (!db_run(change->db,
		            "INSERT INTO stop (event, session_no, no, departs)"
		            " VALUES ($1, $2, $3, $4) ON CONFLICT (event, session_no, no)"
		            " DO UPDATE SET departs = excluded.departs, capacity = NULL, taken = 0",
		            DB_ARGS(event_id(change), db_int(session->no), db_int(stop->no),
		                    db_int(stop->departs)),
		            NULL, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean
write_sessions(DefinitionChange *change, GError **error)
{
	const GPtrArray *sessions = change->event->sessions;

	for (guint i = 0; i < sessions->len; i++) {
		const EventSession *session = g_ptr_array_index(sessions, i);

		if (!db_run(change->db,
		            "INSERT INTO session (event, no, code, kind, door, reentry, starts, "
		            "ends,"
		            " region_no, return_no) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, "
		            "$10)"
		            " ON CONFLICT (event, no) DO UPDATE SET code = excluded.code,"
		            " kind = excluded.kind, door = excluded.door, reentry = "
		            "excluded.reentry,"
		            " starts = excluded.starts, ends = excluded.ends,"
		            " region_no = excluded.region_no, return_no = excluded.return_no,"
		            " capacity = NULL, taken = 0",
		            DB_ARGS(event_id(change), db_int(session->no), db_text(session->code),
		                    db_text(session_kind_name(session->kind)),
		                    db_text(session->door == DOOR_LISTED ? "listed" : "open"),
		                    db_text(session->reentry == REENTRY_ONCE ? "once" : "again"),
		                    db_int(session->starts), db_int(session->ends),
		                    number_or_null(session->region_no, 0),
		                    number_or_null(session->return_no, 0)),
		            NULL, error) ||
		        !write_stops(change, session, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean
write_option_session(DefinitionChange *change, const EventOption *option, guint16 session_no,
        guint choose, GError **error)
{
	return db_run(change->db,
	        "INSERT INTO option_session (event, option_no, session_no, choose)"
	        " VALUES ($1, $2, $3, $4)",
	        DB_ARGS(event_id(change), db_int(option->no), db_int(session_no), db_int(choose)),
	        NULL, error);
}

static gboolean
write_option_sessions(DefinitionChange *change, const EventOption *option, GError **error)
{
	for (guint i = 0; i < option->includes->len; i++)
		if (!write_option_session(
		            change, option, g_array_index(option->includes, guint16, i), 0, error))
			return FALSE;
	for (guint i = 0; i < option->choices->len; i++) {
		const EventChoice *choice = g_ptr_array_index(option->choices, i);
		for (guint j = 0; j < choice->sessions->len; j++)
			if (!write_option_session(change, option,
			            g_array_index(choice->sessions, guint16, j), i + 1, error))
				return FALSE;
	}
	return TRUE;
}

static gboolean
write_options(DefinitionChange *change, GError **error)
{
	const Event *event = change->event;

	if (!db_run(change->db, "DELETE FROM option_session WHERE event = $1",
	            DB_ARGS(event_id(change)), NULL, error))
		return FALSE;
	for (guint i = 0; i < event->options->len; i++) {
		const EventOption *option = g_ptr_array_index(event->options, i);

		if (!db_run(change->db,
		            "INSERT INTO option (event, no, code, opens, closes)"
		            " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (event, no) DO UPDATE SET"
		            " code = excluded.code, opens = excluded.opens,"
		            " closes = excluded.closes, capacity = NULL, taken = 0",
		            DB_ARGS(event_id(change), db_int(option->no), db_text(option->code),
		                    db_int(event_option_opens(event, option)),
		                    db_int(event_option_closes(event, option))),
		            NULL, error) ||
		        !write_option_sessions(change, option, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean
write_delegations(DefinitionChange *change, GError **error)
{
	const GPtrArray *delegations = change->event->delegations;

	for (guint i = 0; i < delegations->len; i++) {
		const EventDelegation *delegation = g_ptr_array_index(delegations, i);

		if (!db_run(change->db,
		            "INSERT INTO delegation (event, no, code, region_no, expected, listed)"
		            " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (event, no) DO UPDATE SET"
		            " code = excluded.code, region_no = excluded.region_no,"
		            " expected = excluded.expected, listed = excluded.listed"
		            " WHERE delegation.by_hand = 0",
		            DB_ARGS(event_id(change), db_int(delegation->no),
		                    db_text(delegation->code), db_int(delegation->region_no),
		                    number_or_null(delegation->expected, -1),
		                    db_int(delegation->listed ? 1 : 0)),
		            NULL, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean
write_checkpoints(DefinitionChange *change, GError **error)
{
	const GPtrArray *checkpoints = change->event->checkpoints;

	for (guint i = 0; i < checkpoints->len; i++) {
		const EventCheckpoint *checkpoint = g_ptr_array_index(checkpoints, i);

		if (!db_run(change->db,
		            "INSERT INTO checkpoint (event, no, session_no, stop_no, name)"
		            " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (event, no) DO UPDATE SET"
		            " session_no = excluded.session_no, stop_no = excluded.stop_no,"
		            " name = excluded.name",
		            DB_ARGS(event_id(change), db_int(checkpoint->no),
		                    db_int(checkpoint->session_no),
		                    number_or_null(checkpoint->stop_no, 0),
		                    db_text(checkpoint->name)),
		            NULL, error))
			return FALSE;
	}
	return TRUE;
}

/* ---- capacities ---- */

/* Nobody is in a new event. */
static gboolean
capacity_fits(DefinitionChange *change, gint64 taken, int capacity, const char *path)
{
	if (taken <= capacity)
		return TRUE;
	faults_add(change->faults, path,
	        "%d is less than the %" G_GINT64_FORMAT " places that people hold", capacity,
	        taken);
	return FALSE;
}

static gboolean
write_option_capacity(DefinitionChange *change, const EventOption *option, guint i, GError **error)
{
	g_autofree char *path = g_strdup_printf("$.options[%u].capacity", i);
	gint64 taken = 0;

	if (option->capacity == NO_CAPACITY)
		return TRUE;
	if (!change->fresh && !definition_count_option(change, option->no, &taken, error))
		return FALSE;
	return !capacity_fits(change, taken, option->capacity, path) ||
	        db_run(change->db,
	                "UPDATE option SET capacity = $3, taken = $4 WHERE event = $1 AND no = $2",
	                DB_ARGS(event_id(change), db_int(option->no), db_int(option->capacity),
	                        db_int(taken)),
	                NULL, error);
}

static gboolean
write_stop_capacity(
        DefinitionChange *change, const EventSession *session, guint i, guint j, GError **error)
{
	const EventStop *stop = g_ptr_array_index(session->stops, j);
	g_autofree char *path = g_strdup_printf("$.sessions[%u].stops[%u].capacity", i, j);
	gint64 taken = 0;

	if (stop->capacity == NO_CAPACITY)
		return TRUE;
	if (!change->fresh && !definition_count_stop(change, session->no, stop->no, &taken, error))
		return FALSE;
	return !capacity_fits(change, taken, stop->capacity, path) ||
	        db_run(change->db,
	                "UPDATE stop SET capacity = $4, taken = $5"
	                " WHERE event = $1 AND session_no = $2 AND no = $3",
	                DB_ARGS(event_id(change), db_int(session->no), db_int(stop->no),
	                        db_int(stop->capacity), db_int(taken)),
	                NULL, error);
}

static gboolean
write_session_capacity(
        DefinitionChange *change, const EventSession *session, guint i, GError **error)
{
	g_autofree char *path = g_strdup_printf("$.sessions[%u].capacity", i);
	gint64 taken = 0;

	for (guint j = 0; j < session->stops->len; j++)
		if (!write_stop_capacity(change, session, i, j, error))
			return FALSE;
	if (session->capacity == NO_CAPACITY)
		return TRUE;
	if (!change->fresh && !definition_count_session(change, session->no, &taken, error))
		return FALSE;
	return !capacity_fits(change, taken, session->capacity, path) ||
	        db_run(change->db,
	                "UPDATE session SET capacity = $3, taken = $4 WHERE event = $1 AND no = $2",
	                DB_ARGS(event_id(change), db_int(session->no), db_int(session->capacity),
	                        db_int(taken)),
	                NULL, error);
}

static gboolean
write_capacities(DefinitionChange *change, GError **error)
{
	const Event *event = change->event;

	for (guint i = 0; i < event->options->len; i++)
		if (!write_option_capacity(change, g_ptr_array_index(event->options, i), i, error))
			return FALSE;
	for (guint i = 0; i < event->sessions->len; i++)
		if (!write_session_capacity(
		            change, g_ptr_array_index(event->sessions, i), i, error))
			return FALSE;
	return TRUE;
}

/* ---- what is gone ---- */

static gboolean
delete_checkpoint(guint16 no, const char *name, gpointer data, GError **error)
{
	DefinitionChange *change = data;

	return db_run(change->db, "DELETE FROM checkpoint WHERE event = $1 AND no = $2",
	        DB_ARGS(event_id(change), db_int(no)), NULL, error);
}

static gboolean
delete_option(guint16 no, const char *name, gpointer data, GError **error)
{
	DefinitionChange *change = data;

	return db_run(change->db, "DELETE FROM option WHERE event = $1 AND no = $2",
	        DB_ARGS(event_id(change), db_int(no)), NULL, error);
}

static gboolean
delete_session(guint16 no, const char *name, gpointer data, GError **error)
{
	DefinitionChange *change = data;

	return db_run(change->db, "DELETE FROM stop WHERE event = $1 AND session_no = $2",
	               DB_ARGS(event_id(change), db_int(no)), NULL, error) &&
	        db_run(change->db, "DELETE FROM session WHERE event = $1 AND no = $2",
	                DB_ARGS(event_id(change), db_int(no)), NULL, error);
}

static gboolean
delete_delegation(guint16 no, const char *name, gpointer data, GError **error)
{
	DefinitionChange *change = data;

	return db_run(change->db,
	        "DELETE FROM delegation WHERE event = $1 AND no = $2 AND by_hand = 0",
	        DB_ARGS(event_id(change), db_int(no)), NULL, error);
}

static gboolean
delete_region(guint16 no, const char *name, gpointer data, GError **error)
{
	DefinitionChange *change = data;

	return db_run(change->db, "DELETE FROM region WHERE event = $1 AND no = $2",
	        DB_ARGS(event_id(change), db_int(no)), NULL, error);
}

/* A stop has no number of the event's own: those of a session that stays are deleted here. */
static gboolean
delete_stops(DefinitionChange *change, GError **error)
{
	const GPtrArray *sessions = change->event->sessions;

	for (guint i = 0; i < sessions->len; i++) {
		const EventSession *session = g_ptr_array_index(sessions, i);

		for (gint64 after = 0, no = 0;; after = no) {
			if (!db_ask_int(change->db,
			            "SELECT min(no) FROM stop"
			            " WHERE event = $1 AND session_no = $2 AND no > $3",
			            DB_ARGS(event_id(change), db_int(session->no), db_int(after)),
			            0, &no, error))
				return FALSE;
			if (no == 0)
				break;
			if (event_stop(session, (guint16)no) == NULL &&
			        !db_run(change->db,
			                "DELETE FROM stop"
			                " WHERE event = $1 AND session_no = $2 AND no = $3",
			                DB_ARGS(event_id(change), db_int(session->no), db_int(no)),
			                NULL, error))
				return FALSE;
		}
	}
	return TRUE;
}

static gboolean
delete_gone(DefinitionChange *change, GError **error)
{
	const EventNumbers *numbers = change->numbers;

	return delete_stops(change, error) &&
	        event_numbers_unused(numbers, PART_CHECKPOINT, delete_checkpoint, change, error) &&
	        event_numbers_unused(numbers, PART_OPTION, delete_option, change, error) &&
	        event_numbers_unused(numbers, PART_SESSION, delete_session, change, error) &&
	        event_numbers_unused(numbers, PART_DELEGATION, delete_delegation, change, error) &&
	        event_numbers_unused(numbers, PART_REGION, delete_region, change, error);
}

gboolean
definition_write_rows(DefinitionChange *change, GError **error)
{
	return write_regions(change, error) && write_sessions(change, error) &&
	        write_options(change, error) && write_delegations(change, error) &&
	        write_checkpoints(change, error) && write_capacities(change, error) &&
	        (change->fresh || delete_gone(change, error));
}
