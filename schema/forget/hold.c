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

/* ---- set ---- */

typedef struct {
	const Event *event;
	gint64 id;
	const char *scope;
	gint64 no;
	const char *reason;
	gint64 now;
	gboolean found;
} Holding;

/* The reason is the owner's own words, which the audit doesn't repeat. */
static gboolean
told(Db *db, const guint8 event[EVENT_ID_BYTES], const char *act, gint64 id, const char *scope,
        gint64 no, gint64 now, GError **error)
{
	char hex[ID_HEX_LENGTH + 1];

	id_to_hex(id, hex);
	g_autofree char *detail = g_strdup_printf("hold %s: %s %" G_GINT64_FORMAT, hex, scope, no);
	return audit_add(db, event, AUDIT_OPERATOR, act, detail, now, error);
}

static gboolean
add_hold(Db *db, gpointer data, GError **error)
{
	const Holding *holding = data;

	return db_run(db,
	               "INSERT INTO hold (id, event, scope, no, reason, made)"
	               " VALUES ($1, $2, $3, $4, $5, $6)",
	               DB_ARGS(db_int(holding->id), db_bytes(holding->event->id, EVENT_ID_BYTES),
	                       db_text(holding->scope), db_int(holding->no),
	                       db_text(holding->reason), db_int(holding->now)),
	               NULL, error) &&
	        told(db, holding->event->id, "hold.add", holding->id, holding->scope, holding->no,
	                holding->now, error);
}

static gboolean
no_such(GError **error, const char *what, const char *code)
{
	g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT, "the event has no %s \"%s\"", what,
	        code);
	return FALSE;
}

static gboolean
find_person(Db *db, Holding *holding, json_int_t no, GError **error)
{
	gint64 there = 0;
	g_autofree char *code = g_strdup_printf("%" JSON_INTEGER_FORMAT, no);

	if (!db_ask_int(db, "SELECT 1 FROM attendee WHERE event = $1 AND no = $2",
	            DB_ARGS(db_bytes(holding->event->id, EVENT_ID_BYTES), db_int(no)), 0, &there,
	            error))
		return FALSE;
	holding->scope = "person";
	holding->no = no;
	return there != 0 || no_such(error, "holder with the number", code);
}

static gboolean
find_scope(Db *db, Holding *holding, const json_t *asked, GError **error)
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
read_scope(Record *record, Holding *holding, const json_t *asked, GError **error)
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
	Holding holding = { .reason = reason, .now = now };
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
		if (writer_run(record_writer(record), add_hold, &holding, &trouble))
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

static gboolean
release_hold(Db *db, gpointer data, GError **error)
{
	Holding *holding = data;
	guint8 event[EVENT_ID_BYTES];
	gsize length = 0;
	g_autoptr(DbRows) row = db_query(db,
	        "UPDATE hold SET released = $2, listed = 0 WHERE id = $1 AND released IS NULL"
	        " RETURNING event, scope, no",
	        DB_ARGS(db_int(holding->id), db_int(holding->now)), error);

	if (row == NULL)
		return FALSE;
	DbStep step = db_next(row, error);
	holding->found = step == DB_ROW;
	if (step != DB_ROW)
		return step == DB_NO_ROW;
	gconstpointer bytes = db_column_bytes(row, 0, &length);
	memcpy(event, bytes, MIN(length, sizeof event));
	g_autofree char *scope = g_strdup(db_column_text(row, 1));
	const gint64 no = db_column_int(row, 2);
	g_clear_pointer(&row, db_rows_free);
	return told(db, event, "hold.release", holding->id, scope, no, holding->now, error);
}

json_t *
hold_operation_release(Record *record, const json_t *asked, gint64 now, GError **error)
{
	const char *hex = json_string_value(json_object_get(asked, "hold"));
	Holding holding = { .now = now };
	guint erased = 0;

	if (hex == NULL || !id_from_hex(hex, &holding.id)) {
		g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "a hold is named by its id, as hold list shows it");
		return NULL;
	}
	if (!writer_run(record_writer(record), release_hold, &holding, error))
		return NULL;
	if (!holding.found) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT,
		        "there is no hold %s, or it was released before", hex);
		return NULL;
	}
	if (!erase_settle(record, now, &erased, error))
		return NULL;
	return json_pack("{s:i}", "erased", (int)erased);
}
