#include "schema/definition/change.h"

static DbValue
event_id(const DefinitionChange *change)
{
	return db_bytes(change->event->id, EVENT_ID_BYTES);
}

/* ---- counts ---- */

gboolean
definition_count_option(DefinitionChange *change, guint16 option_no, gint64 *ret_n, GError **error)
{
	return db_ask_int(change->db,
	        "SELECT count(*) FROM attendee WHERE event = $1 AND option_no = $2"
	        " AND (option_state = 'confirmed' OR option_offer IS NOT NULL) AND state = 'active'"
	        " AND merged_into IS NULL",
	        DB_ARGS(event_id(change), db_int(option_no)), 0, ret_n, error);
}

/* By the option, or by name; who has both holds one place. */
gboolean
definition_count_session(
        DefinitionChange *change, guint16 session_no, gint64 *ret_n, GError **error)
{
	return db_ask_int(change->db,
	        "SELECT count(*) FROM attendee a WHERE a.event = $1 AND a.state = 'active'"
	        " AND a.merged_into IS NULL"
	        " AND (((a.option_state = 'confirmed' OR a.option_offer IS NOT NULL) AND EXISTS "
	        "(SELECT 1 FROM option_session o"
	        "   WHERE o.event = $1 AND o.option_no = a.option_no AND o.session_no = $2"
	        "   AND o.choose = 0))"
	        "  OR EXISTS (SELECT 1 FROM booking b WHERE b.attendee = a.id AND b.session_no = $2"
	        "   AND (b.state = 'confirmed' OR b.offer IS NOT NULL)))",
	        DB_ARGS(event_id(change), db_int(session_no)), 0, ret_n, error);
}

gboolean
definition_count_stop(DefinitionChange *change, guint16 session_no, guint16 stop_no, gint64 *ret_n,
        GError **error)
{
	return db_ask_int(change->db,
	        "SELECT count(*) FROM booking b JOIN attendee a ON a.id = b.attendee"
	        " WHERE b.event = $1 AND b.session_no = $2 AND b.stop_no = $3"
	        " AND (b.state = 'confirmed' OR b.offer IS NOT NULL) AND a.state = 'active'"
	        " AND a.merged_into IS NULL",
	        DB_ARGS(event_id(change), db_int(session_no), db_int(stop_no)), 0, ret_n, error);
}

/* ---- parts that are gone ---- */

static gboolean
region_gone(guint16 no, const char *name, gpointer data, GError **error)
{
	DefinitionChange *change = data;
	gint64 uses;

	if (!db_ask_int(change->db,
	            "SELECT (SELECT count(*) FROM attendee WHERE event = $1 AND region_no = $2)"
	            " + (SELECT count(*) FROM scan WHERE event = $1 AND region_no = $2)"
	            " + (SELECT count(*) FROM tally WHERE event = $1 AND region_no = $2)"
	            " + (SELECT count(*) FROM staff_role WHERE event = $1 AND region_no = $2)"
	            " + (SELECT count(*) FROM spare_sheet WHERE event = $1 AND region_no = $2)"
	            " + (SELECT count(*) FROM delegation WHERE event = $1 AND region_no = $2"
	            "   AND by_hand = 1)",
	            DB_ARGS(event_id(change), db_int(no)), 0, &uses, error))
		return FALSE;
	if (uses > 0)
		faults_add(change->faults, "$.regions",
		        "region \"%s\" can't be taken away: people, scans, staff or groups belong "
		        "to it",
		        name);
	return TRUE;
}

static gboolean
session_gone(guint16 no, const char *name, gpointer data, GError **error)
{
	DefinitionChange *change = data;
	gint64 uses;

	if (!db_ask_int(change->db,
	            "SELECT (SELECT count(*) FROM booking WHERE event = $1 AND session_no = $2)"
	            " + (SELECT count(*) FROM scan WHERE event = $1 AND session_no = $2)"
	            " + (SELECT count(*) FROM tally WHERE event = $1 AND session_no = $2)",
	            DB_ARGS(event_id(change), db_int(no)), 0, &uses, error))
		return FALSE;
	if (uses > 0)
		faults_add(change->faults, "$.sessions",
		        "session \"%s\" can't be taken away: people are booked or were scanned "
		        "there",
		        name);
	return TRUE;
}

static gboolean
option_gone(guint16 no, const char *name, gpointer data, GError **error)
{
	DefinitionChange *change = data;
	gint64 uses;

	if (!db_ask_int(change->db,
	            "SELECT count(*) FROM attendee WHERE event = $1 AND option_no = $2",
	            DB_ARGS(event_id(change), db_int(no)), 0, &uses, error))
		return FALSE;
	if (uses > 0)
		faults_add(change->faults, "$.options",
		        "option \"%s\" can't be taken away: %" G_GINT64_FORMAT
		        " people chose it (close it instead)",
		        name, uses);
	return TRUE;
}

static gboolean
delegation_gone(guint16 no, const char *name, gpointer data, GError **error)
{
	DefinitionChange *change = data;
	gint64 uses;

	if (!db_ask_int(change->db,
	            "SELECT (SELECT count(*) FROM attendee WHERE event = $1"
	            "   AND (delegation_no = $2 OR asked_no = $2))"
	            " + (SELECT count(*) FROM tally WHERE event = $1 AND delegation_no = $2)"
	            " FROM delegation WHERE event = $1 AND no = $2 AND by_hand = 0",
	            DB_ARGS(event_id(change), db_int(no)), 0, &uses, error))
		return FALSE;
	if (uses > 0)
		faults_add(change->faults, "$.delegations",
		        "delegation \"%s\" can't be taken away: people belong to it", name);
	return TRUE;
}

static gboolean
checkpoint_gone(guint16 no, const char *name, gpointer data, GError **error)
{
	DefinitionChange *change = data;
	gint64 uses;

	if (!db_ask_int(change->db,
	            "SELECT (SELECT count(*) FROM scan WHERE event = $1 AND checkpoint_no = $2)"
	            " + (SELECT count(*) FROM device_checkpoint c JOIN device d ON d.id = c.device"
	            "   WHERE c.event = $1 AND c.checkpoint_no = $2 AND d.revoked_at IS NULL)",
	            DB_ARGS(event_id(change), db_int(no)), 0, &uses, error))
		return FALSE;
	if (uses > 0)
		faults_add(change->faults, "$.sessions",
		        "checkpoint \"%s\" can't be taken away: devices scan or have scanned there",
		        name);
	return TRUE;
}

/* ---- stops ---- */

static gboolean
stop_gone(DefinitionChange *change, const EventSession *session, guint16 stop_no, GError **error)
{
	gint64 uses;

	if (!db_ask_int(change->db,
	            "SELECT count(*) FROM booking WHERE event = $1 AND session_no = $2"
	            " AND stop_no = $3",
	            DB_ARGS(event_id(change), db_int(session->no), db_int(stop_no)), 0, &uses,
	            error))
		return FALSE;
	if (uses > 0)
		faults_add(change->faults, "$.sessions",
		        "stop %u of \"%s\" can't be taken away: %" G_GINT64_FORMAT
		        " people board there",
		        stop_no, session->code, uses);
	return TRUE;
}

typedef struct {
	guint16 a, b, c;
} Triple;

/* Rows of three small numbers, read before the next question is asked. */
static GArray *
triples_read(DbRows *taken, GError **error)
{
	g_autoptr(DbRows) rows = taken;
	g_autoptr(GArray) triples = g_array_new(FALSE, FALSE, sizeof(Triple));
	DbStep step;

	if (rows == NULL)
		return NULL;
	while ((step = db_next(rows, error)) == DB_ROW) {
		Triple triple = { (guint16)db_column_int(rows, 0), (guint16)db_column_int(rows, 1),
			(guint16)db_column_int(rows, 2) };
		g_array_append_val(triples, triple);
	}
	return step == DB_NO_ROW ? g_steal_pointer(&triples) : NULL;
}

static gboolean
find_stops(DefinitionChange *change, GError **error)
{
	g_autoptr(GArray) stops = triples_read(
	        db_query(change->db, "SELECT session_no, no, 0 FROM stop WHERE event = $1",
	                DB_ARGS(event_id(change)), error),
	        error);

	for (guint i = 0; stops != NULL && i < stops->len; i++) {
		const Triple *row = &g_array_index(stops, Triple, i);
		const EventSession *session = event_session(change->event, row->a);

		if (session != NULL && event_stop(session, row->b) == NULL &&
		        !stop_gone(change, session, row->b, error))
			return FALSE;
	}
	return stops != NULL;
}

/* ---- what an option gives ---- */

/* 0: included; from 1: in that group to choose from; -1: not given. */
static int
choose_of(const EventOption *option, guint16 session_no)
{
	for (guint i = 0; i < option->includes->len; i++)
		if (g_array_index(option->includes, guint16, i) == session_no)
			return 0;
	for (guint i = 0; i < option->choices->len; i++) {
		const EventChoice *choice = g_ptr_array_index(option->choices, i);
		for (guint j = 0; j < choice->sessions->len; j++)
			if (g_array_index(choice->sessions, guint16, j) == session_no)
				return (int)i + 1;
	}
	return -1;
}

/* How many lose a session that their option no longer gives, or no longer without choosing. */
static gboolean
losers(DefinitionChange *change, const Triple *row, gint64 *ret_n, GError **error)
{
	if (row->c == 0)
		return db_ask_int(change->db,
		        "SELECT count(*) FROM attendee WHERE event = $1 AND option_no = $2"
		        " AND state = 'active'",
		        DB_ARGS(event_id(change), db_int(row->a)), 0, ret_n, error);
	return db_ask_int(change->db,
	        "SELECT count(*) FROM attendee a JOIN booking b ON b.attendee = a.id"
	        " WHERE a.event = $1 AND a.option_no = $2 AND a.state = 'active'"
	        " AND b.session_no = $3",
	        DB_ARGS(event_id(change), db_int(row->a), db_int(row->b)), 0, ret_n, error);
}

static gboolean
find_option_sessions(DefinitionChange *change, GError **error)
{
	g_autoptr(GArray) rows = triples_read(
	        db_query(change->db,
	                "SELECT option_no, session_no, choose FROM option_session WHERE event = $1",
	                DB_ARGS(event_id(change)), error),
	        error);

	for (guint i = 0; rows != NULL && i < rows->len; i++) {
		const Triple *row = &g_array_index(rows, Triple, i);
		const EventOption *option = event_option(change->event, row->a);
		const EventSession *session = event_session(change->event, row->b);
		gint64 n;
		int choose = option != NULL ? choose_of(option, row->b) : 0;

		if (choose == 0 || (choose > 0 && row->c > 0))
			continue;
		if (!losers(change, row, &n, error))
			return FALSE;
		if (n > 0)
			faults_add(change->faults, "$.options",
			        "option \"%s\" can't stop giving %s%s%s: %" G_GINT64_FORMAT
			        " people have it by that",
			        option->code, session != NULL ? "\"" : "a session that is ",
			        session != NULL ? session->code : "gone",
			        session != NULL ? "\"" : "", n);
	}
	return rows != NULL;
}

/* ---- what people were told ---- */

static void
compare_readers(DefinitionChange *change, guint at, json_t *before)
{
	const EventQuestion *question = g_ptr_array_index(change->event->questions, at);
	const EventQuestion was = { .seen_by = json_object_get(before, "seen_by") };
	gsize i;
	json_t *reader;

	json_array_foreach (question->seen_by, i, reader) {
		g_autofree char *path = g_strdup_printf("$.questions[%u].seen_by", at);
		if (!event_question_seen_by(&was, json_string_value(reader)))
			faults_add(change->faults, path,
			        "\"%s\" can't see the answers to \"%s\": who answered was told who "
			        "sees them (ask it anew, with another code)",
			        json_string_value(reader), question->code);
	}
}

static gboolean
find_new_readers(DefinitionChange *change, GError **error)
{
	gint64 people = 0;
	gsize i;
	json_t *question;

	if (!db_ask_int(change->db, "SELECT count(*) FROM attendee WHERE event = $1",
	            DB_ARGS(event_id(change)), 0, &people, error))
		return FALSE;
	if (people == 0)
		return TRUE;
	g_autoptr(DbRows) rows = db_query(change->db,
	        "SELECT text FROM definition WHERE event = $1", DB_ARGS(event_id(change)), error);
	if (rows == NULL || db_next(rows, error) == DB_ERROR_ROW)
		return FALSE;
	const char *text = db_column_text(rows, 0);
	json_t *before = text != NULL ? json_loads(text, 0, NULL) : NULL;
	json_array_foreach (json_object_get(before, "questions"), i, question)
		for (guint j = 0; j < change->event->questions->len; j++) {
			const EventQuestion *now = g_ptr_array_index(change->event->questions, j);
			if (g_strcmp0(now->code,
			            json_string_value(json_object_get(question, "code"))) == 0)
				compare_readers(change, j, question);
		}
	json_decref(before);
	return TRUE;
}

gboolean
definition_find_losses(DefinitionChange *change, GError **error)
{
	const EventNumbers *numbers = change->numbers;

	if (change->fresh)
		return TRUE;
	return event_numbers_unused(numbers, PART_REGION, region_gone, change, error) &&
	        event_numbers_unused(numbers, PART_SESSION, session_gone, change, error) &&
	        event_numbers_unused(numbers, PART_OPTION, option_gone, change, error) &&
	        event_numbers_unused(numbers, PART_DELEGATION, delegation_gone, change, error) &&
	        event_numbers_unused(numbers, PART_CHECKPOINT, checkpoint_gone, change, error) &&
	        find_stops(change, error) && find_option_sessions(change, error) &&
	        find_new_readers(change, error);
}
