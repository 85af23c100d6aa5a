/* Legal holds, and whom they keep. */
#include "schema/hold.h"

#include <string.h>

#include "schema/audit.h"
#include "schema/erase_private.h"
#include "schema/id.h"
#include "schema/text.h"

#define ID_DRAWS 4

/* ---- whom they keep ---- */

gboolean
hold_keeps(Db *db, const Event *event, gint64 attendee, gboolean *ret_kept, GError **error)
{
	gint64 kept = 0;

	if (!db_ask_int(db,
	            "SELECT 1 FROM attendee a WHERE a.event = $1 AND a.id = $2 AND " HOLD_KEEPS_A,
	            DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(attendee)), 0, &kept,
	            error))
		return FALSE;
	*ret_kept = kept != 0;
	return TRUE;
}

gboolean
hold_any(Db *db, const guint8 event[EVENT_ID_BYTES], gboolean *ret_any, GError **error)
{
	gint64 any = 0;

	if (!db_ask_int(db, "SELECT 1 FROM hold WHERE event = $1 AND released IS NULL LIMIT 1",
	            DB_ARGS(db_bytes(event, EVENT_ID_BYTES)), 0, &any, error))
		return FALSE;
	*ret_any = any != 0;
	return TRUE;
}

/* ---- listed ---- */

#define KEPT(more)                                                                                 \
	"(SELECT count(*) FROM attendee a LEFT JOIN erasure x ON x.attendee = a.id"                \
	" WHERE a.event = h.event AND a.merged_into IS NULL AND x.done IS NULL" more               \
	" AND (h.scope = 'event' OR (h.scope = 'region' AND h.no = a.region_no)"                   \
	" OR (h.scope = 'delegation' AND h.no = a.delegation_no)"                                  \
	" OR (h.scope = 'person' AND h.no = a.no)))"

void
hold_free(Hold *hold)
{
	if (hold != NULL)
		g_free(hold->reason);
	g_free(hold);
}

static GPtrArray *
read_holds(Db *db, const char *where, DbValue is, guint8 ret_event[EVENT_ID_BYTES], GError **error)
{
	DbStep step;
	g_autoptr(GPtrArray) holds = g_ptr_array_new_with_free_func((GDestroyNotify)hold_free);
	g_autoptr(DbRows) rows = db_query(db, where, DB_ARGS(is), error);

	if (rows == NULL)
		return NULL;
	while ((step = db_next(rows, error)) == DB_ROW) {
		Hold *hold = g_new0(Hold, 1);
		gsize length = 0;
		hold->id = db_column_int(rows, 0);
		g_strlcpy(hold->scope, db_column_text(rows, 1), sizeof hold->scope);
		hold->no = db_column_int(rows, 2);
		hold->reason = g_strdup(db_column_text(rows, 3));
		hold->made = db_column_int(rows, 4);
		hold->released = db_column_int(rows, 5);
		hold->kept = db_column_int(rows, 6);
		hold->waiting = db_column_int(rows, 7);
		gconstpointer event = db_column_bytes(rows, 8, &length);
		memcpy(ret_event, event, MIN(length, EVENT_ID_BYTES));
		g_ptr_array_add(holds, hold);
	}
	return step == DB_NO_ROW ? g_steal_pointer(&holds) : NULL;
}

#define HOLDS                                                                                      \
	"SELECT h.id, h.scope, h.no, h.reason, h.made, coalesce(h.released, 0), " KEPT(            \
	        "") ", " KEPT(" AND x.attendee IS NOT NULL") ", h.event FROM hold h"

GPtrArray *
hold_list(Db *db, const Event *event, GError **error)
{
	guint8 of[EVENT_ID_BYTES];

	return read_holds(db, HOLDS " WHERE h.event = $1 ORDER BY h.id DESC",
	        db_bytes(event->id, EVENT_ID_BYTES), of, error);
}

gboolean
hold_read(Db *db, gint64 id, Hold **ret, guint8 ret_event[EVENT_ID_BYTES], GError **error)
{
	g_autoptr(GPtrArray) holds =
	        read_holds(db, HOLDS " WHERE h.id = $1", db_int(id), ret_event, error);

	if (holds == NULL)
		return FALSE;
	*ret = holds->len > 0 ? g_ptr_array_steal_index(holds, 0) : NULL;
	return TRUE;
}

/* ---- set ---- */

/* The reason is the owner's own words, which the audit doesn't repeat. */
static gboolean
told(Db *db, const guint8 event[EVENT_ID_BYTES], const char *who, const char *act, gint64 id,
        const char *scope, gint64 no, gint64 now, GError **error)
{
	char hex[ID_HEX_LENGTH + 1];

	id_to_hex(id, hex);
	g_autofree char *detail = g_strdup_printf("hold %s: %s %" G_GINT64_FORMAT, hex, scope, no);
	return audit_add(db, event, who, act, detail, now, error);
}

gboolean
hold_set_work(Db *db, gpointer data, GError **error)
{
	HoldWork *work = data;
	gint64 added = 0;

	work->done = db_run(db,
	                     "INSERT INTO hold (id, event, scope, no, reason, made)"
	                     " VALUES ($1, $2, $3, $4, $5, $6)",
	                     DB_ARGS(db_int(work->id), db_bytes(work->event->id, EVENT_ID_BYTES),
	                             db_text(work->scope), db_int(work->no), db_text(work->reason),
	                             db_int(work->now)),
	                     &added, error) &&
	        told(db, work->event->id, work->who, "hold.add", work->id, work->scope, work->no,
	                work->now, error);
	return work->done;
}

static gboolean
no_such(GError **error, const char *what, const char *code)
{
	g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT, "the event has no %s \"%s\"", what,
	        code);
	return FALSE;
}

gboolean
hold_has_person(Db *db, const Event *event, gint64 no, gboolean *ret_has, GError **error)
{
	gint64 there = 0;

	if (!db_ask_int(db, "SELECT 1 FROM attendee WHERE event = $1 AND no = $2",
	            DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(no)), 0, &there, error))
		return FALSE;
	*ret_has = there != 0;
	return TRUE;
}

static gboolean
find_person(Db *db, HoldWork *holding, json_int_t no, GError **error)
{
	gboolean there = FALSE;
	g_autofree char *code = g_strdup_printf("%" JSON_INTEGER_FORMAT, no);

	if (!hold_has_person(db, holding->event, no, &there, error))
		return FALSE;
	holding->scope = "person";
	holding->no = no;
	return there || no_such(error, "holder with the number", code);
}

static gboolean
find_scope(Db *db, HoldWork *holding, const json_t *asked, GError **error)
{
	const char *region = json_string_value(json_object_get(asked, "region"));
	const char *delegation = json_string_value(json_object_get(asked, "delegation"));
	const json_t *person = json_object_get(asked, "person");

	if (person != NULL)
		return find_person(db, holding, json_integer_value(person), error);
	if (region != NULL) {
		const EventRegion *found = event_region_by_code(holding->event, region);
		holding->scope = "region";
		holding->no = found ? found->no : 0;
		return found != NULL || no_such(error, "region", region);
	}
	if (delegation != NULL) {
		const EventDelegation *found = event_delegation_by_code(holding->event, delegation);
		holding->scope = "delegation";
		holding->no = found ? found->no : 0;
		return found != NULL || no_such(error, "delegation", delegation);
	}
	holding->scope = "event";
	return TRUE;
}

static Event *
read_scope(Record *record, HoldWork *holding, const json_t *asked, GError **error)
{
	g_autoptr(Db) db = record_reader(record, error);
	const char *slug = json_string_value(json_object_get(asked, "event"));

	if (db == NULL || !db_begin(db, error))
		return NULL;
	g_autoptr(Event) event = event_read(db, slug ? slug : "", error);
	holding->event = event;
	gboolean found = event != NULL && find_scope(db, holding, asked, error);
	db_rollback(db);
	return found ? g_steal_pointer(&event) : NULL;
}

json_t *
hold_operation_add(Record *record, const json_t *asked, gint64 now, GError **error)
{
	const char *given = json_string_value(json_object_get(asked, "reason"));
	g_autofree char *reason = given ? text_tidy(given) : NULL;
	HoldWork holding = { .reason = reason, .who = AUDIT_OPERATOR, .now = now };
	char hex[ID_HEX_LENGTH + 1];

	if (reason == NULL || *reason == '\0' || text_length(reason) > HOLD_REASON_MAX) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "a hold has a reason, in 1 to %d characters: --reason TEXT",
		        HOLD_REASON_MAX);
		return NULL;
	}
	g_autoptr(Event) event = read_scope(record, &holding, asked, error);
	if (event == NULL)
		return NULL;
	for (guint draw = 0;; draw++) {
		g_autoptr(GError) trouble = NULL;
		holding.id = id_new(now * 1000);
		if (writer_run(record_writer(record), hold_set_work, &holding, &trouble))
			break;
		if (draw + 1 < ID_DRAWS && g_error_matches(trouble, DB_ERROR, DB_ERROR_CONSTRAINT))
			continue;
		g_propagate_error(error, g_steal_pointer(&trouble));
		return NULL;
	}
	if (!erase_settle(record, now, NULL, error))
		return NULL;
	id_to_hex(holding.id, hex);
	return json_pack("{s:s}", "hold", hex);
}

/* ---- released ---- */

gboolean
hold_release_work(Db *db, gpointer data, GError **error)
{
	HoldWork *work = data;
	guint8 event[EVENT_ID_BYTES];
	gsize length = 0;
	g_autoptr(DbRows) row = db_query(db,
	        "UPDATE hold SET released = $2, listed = 0 WHERE id = $1 AND released IS NULL"
	        " AND ($3 = 0 OR event = $4) RETURNING event, scope, no",
	        DB_ARGS(db_int(work->id), db_int(work->now), db_int(work->event != NULL),
	                db_bytes(work->event ? work->event->id : NULL, EVENT_ID_BYTES)),
	        error);

	if (row == NULL)
		return FALSE;
	DbStep step = db_next(row, error);
	work->done = step == DB_ROW;
	if (step != DB_ROW)
		return step == DB_NO_ROW;
	gconstpointer bytes = db_column_bytes(row, 0, &length);
	memcpy(event, bytes, MIN(length, sizeof event));
	g_autofree char *scope = g_strdup(db_column_text(row, 1));
	const gint64 no = db_column_int(row, 2);
	g_clear_pointer(&row, db_rows_free);
	return told(db, event, work->who, "hold.release", work->id, scope, no, work->now, error);
}

json_t *
hold_operation_release(Record *record, const json_t *asked, gint64 now, GError **error)
{
	const char *hex = json_string_value(json_object_get(asked, "hold"));
	HoldWork holding = { .who = AUDIT_OPERATOR, .now = now };
	guint erased = 0;

	if (hex == NULL || !id_from_hex(hex, &holding.id)) {
		g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "a hold is named by its id, as hold list shows it");
		return NULL;
	}
	if (!writer_run(record_writer(record), hold_release_work, &holding, error))
		return NULL;
	if (!holding.done) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT,
		        "there is no hold %s, or it was released before", hex);
		return NULL;
	}
	if (!erase_settle(record, now, &erased, error))
		return NULL;
	return json_pack("{s:i}", "erased", (int)erased);
}
