/* The people of an event become counts, a page a transaction: what reports say is the same at each moment. */
#include "schema/forget/expire_private.h"

#include <string.h>

#include "schema/audit.h"
#include "schema/people.h"
#include "schema/places_private.h"

#define WINDOW        500  /* versions of the scan log a transaction */
#define REGISTRATIONS 2000 /* a transaction */

/* ---- counting ---- */

typedef struct {
	guint16 session_no, region_no, delegation_no;
	gint64 expected, came, walk_in;
} Cell;

static Cell *
cell_of(GArray *cells, guint16 session_no, const PeopleRow *row)
{
	for (guint i = 0; i < cells->len; i++) {
		Cell *cell = &g_array_index(cells, Cell, i);
		if (cell->session_no == session_no && cell->region_no == row->region_no &&
		        cell->delegation_no == row->delegation_no)
			return cell;
	}
	const Cell fresh = { .session_no = session_no,
		.region_no = row->region_no,
		.delegation_no = row->delegation_no };
	g_array_append_val(cells, fresh);
	return &g_array_index(cells, Cell, cells->len - 1);
}

static void
count_row(const People *people, guint i, GArray *cells)
{
	const PeopleRow *row = people_row(people, i);
	const guint8 *expected = people_expected(people, i), *came = people_came(people, i);
	gboolean ever = FALSE;

	if (row->class == TICKET_PRACTICE)
		return;
	for (guint session = 0; session < people->sessions_n; session++) {
		const EventSession *at = g_ptr_array_index(people->event->sessions, session);
		if (!expected[session] && !came[session])
			continue;
		Cell *cell = cell_of(cells, at->no, row);
		cell->expected += expected[session];
		cell->came += came[session];
		cell->walk_in += came[session] & !expected[session];
		ever = ever || came[session];
	}
	if (row->state == PEOPLE_ACTIVE || ever) {
		Cell *all = cell_of(cells, 0, row);
		all->expected += row->state == PEOPLE_ACTIVE;
		all->came += ever;
	}
}

static gboolean
write_cells(Db *db, const Event *event, const GArray *cells, GError **error)
{
	for (guint i = 0; i < cells->len; i++) {
		const Cell *cell = &g_array_index(cells, Cell, i);
		if (!db_run(db,
		            "INSERT INTO counted (event, session_no, region_no, delegation_no,"
		            " expected, came, walk_in) VALUES ($1, $2, $3, $4, $5, $6, $7)"
		            " ON CONFLICT (event, session_no, region_no, delegation_no) DO UPDATE"
		            " SET expected = counted.expected + excluded.expected,"
		            " came = counted.came + excluded.came,"
		            " walk_in = counted.walk_in + excluded.walk_in",
		            DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(cell->session_no),
		                    db_int(cell->region_no), db_int(cell->delegation_no),
		                    db_int(cell->expected), db_int(cell->came),
		                    db_int(cell->walk_in)),
		            NULL, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean
count_stretch(Db *db, const Event *event, gint64 first, gint64 last, GError **error)
{
	g_auto(People) people = { 0 };
	g_autoptr(GArray) cells = g_array_new(FALSE, FALSE, sizeof(Cell));
	gint64 n = 0;

	if (!db_ask_int(db,
	            "SELECT count(*) FROM attendee WHERE coalesce(event, event) = $1"
	            " AND id >= $2 AND id <= $3",
	            DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(first), db_int(last)), 0,
	            &n, error))
		return FALSE;
	people_init(&people, event);
	people.last_id = first - 1;
	if (!people_next(&people, db, (guint)n, error))
		return FALSE;
	for (guint i = 0; i < people.rows->len && people.sessions_n > 0; i++)
		count_row(&people, i, cells);
	return write_cells(db, event, cells, error) &&
	        db_run(db,
	                "INSERT INTO counted_arrival (event, session_no, region_no, slot, came)"
	                " SELECT p.event, p.session_no, a.region_no, p.first_at / 900000, count(*)"
	                " FROM session s CROSS JOIN presence p JOIN attendee a ON a.id = p.attendee"
	                " WHERE s.event = $1 AND p.event = s.event AND p.session_no = s.no"
	                " AND p.attendee >= $2 AND p.attendee <= $3"
	                " GROUP BY p.event, p.session_no, a.region_no, p.first_at / 900000"
	                " ON CONFLICT (event, session_no, region_no, slot)"
	                " DO UPDATE SET came = counted_arrival.came + excluded.came",
	                DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(first), db_int(last)),
	                NULL, error);
}

/* ---- the rows of people ---- */

#define OF_STRETCH "IN (SELECT id FROM attendee WHERE event = $1 AND id >= $2 AND id <= $3)"
#define AT_SESSIONS                                                                                \
	" WHERE event = $1 AND session_no IN (SELECT no FROM session WHERE event = $1)"            \
	" AND attendee >= $2 AND attendee <= $3"

static gboolean
collapse_stretch(Db *db, const Event *event, gint64 first, gint64 last, gpointer data,
        gint64 *ret_n, GError **error)
{
	static const char *const statements[] = {
		"DELETE FROM presence" AT_SESSIONS,
		"DELETE FROM presence_gone" AT_SESSIONS,
		"DELETE FROM booking WHERE attendee >= $2 AND attendee <= $3 AND event = $1",
		"DELETE FROM old_ticket WHERE attendee >= $2 AND attendee <= $3 AND event = $1",
		"DELETE FROM erasure WHERE attendee >= $2 AND attendee <= $3 AND event = $1",
		"DELETE FROM consent WHERE attendee " OF_STRETCH,
		"DELETE FROM sealed WHERE owner " OF_STRETCH,
		"DELETE FROM attendee WHERE id >= $2 AND id <= $3 AND coalesce(event, event) = $1",
	};
	gint64 n = 0;

	if (!count_stretch(db, event, first, last, error))
		return FALSE;
	for (guint i = 0; i < G_N_ELEMENTS(statements); i++)
		if (!db_run(db, statements[i],
		            DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(first),
		                    db_int(last)),
		            &n, error))
			return FALSE;
	*ret_n += n; /* of the last one */
	return TRUE;
}

/* ---- what hangs on people who are there no more ---- */

typedef struct {
	Record *record;
	const Event *event;
	gint64 now;
	ExpiryMarker marker;
	gint64 after;   /* version of the log */
	gboolean voids; /* the second time over the log */
	gint64 n;       /* the answer */
	gint64 people, scans;
} Collapse;

/* Lines of before the collapse whose ticket is nobody's any more; the second time voids that name no line any more. */
static gboolean
delete_scans(Db *db, gpointer data, GError **error)
{
	Collapse *collapse = data;
	const DbValue values[] = { db_bytes(collapse->event->id, EVENT_ID_BYTES),
		db_int(collapse->after),
		db_int(MIN(collapse->after + WINDOW, collapse->marker.key_no)) };

	if (collapse->voids)
		return db_run(db,
		        "DELETE FROM scan WHERE event = $1 AND arrival > $2 AND arrival <= $3"
		        " AND decision = 'void' AND NOT EXISTS (SELECT 1 FROM scan n"
		        " WHERE n.device = scan.void_device AND n.epoch = scan.void_epoch"
		        " AND n.seq <= scan.void_seq AND n.decision <> 'void')",
		        values, G_N_ELEMENTS(values), &collapse->n, error);
	return db_run(db,
	        "DELETE FROM scan WHERE event = $1 AND arrival > $2 AND arrival <= $3"
	        " AND decision <> 'void' AND NOT EXISTS (SELECT 1 FROM attendee a"
	        " WHERE a.event = $1 AND (a.mark >> 19) = (scan.mark >> 19)"
	        " AND a.mark = scan.mark) AND NOT EXISTS (SELECT 1 FROM old_ticket o"
	        " WHERE o.event = $1 AND o.mark = scan.mark)",
	        values, G_N_ELEMENTS(values), &collapse->n, error);
}

static gboolean
next_arrival(const Collapse *collapse, gint64 *ret_arrival, GError **error)
{
	g_autoptr(Db) db = record_reader(collapse->record, error);

	if (db == NULL || !db_begin(db, error))
		return FALSE;
	gboolean asked = db_ask_int(db,
	        "SELECT arrival FROM scan WHERE event = $1 AND arrival > $2 AND arrival <= $3"
	        " ORDER BY arrival LIMIT 1",
	        DB_ARGS(db_bytes(collapse->event->id, EVENT_ID_BYTES), db_int(collapse->after),
	                db_int(collapse->marker.key_no)),
	        -1, ret_arrival, error);
	db_rollback(db);
	return asked;
}

static gboolean
collapse_scans(Collapse *collapse, GError **error)
{
	for (guint i = 0; i < 2; i++) {
		gint64 arrival = 0;
		collapse->voids = i == 1;
		collapse->after = -1;
		for (;;) {
			if (!next_arrival(collapse, &arrival, error))
				return FALSE;
			if (arrival < 0)
				break;
			collapse->after = arrival - 1;
			if (!writer_run(
			            record_writer(collapse->record), delete_scans, collapse, error))
				return FALSE;
			collapse->scans += collapse->n;
			collapse->after += WINDOW;
		}
	}
	return TRUE;
}

static gboolean
delete_registrations(Db *db, gpointer data, GError **error)
{
	Collapse *collapse = data;

	return db_run(db,
	        "DELETE FROM registration WHERE id IN (SELECT r.id FROM registration r"
	        " WHERE r.event = $1 AND NOT EXISTS (SELECT 1 FROM attendee a"
	        " WHERE a.registration = r.id) LIMIT $2)",
	        DB_ARGS(db_bytes(collapse->event->id, EVENT_ID_BYTES), db_int(REGISTRATIONS)),
	        &collapse->n, error);
}

/* ---- begin and end ---- */

/* From here on what phones bring late adds to a number of its own. */
static gboolean
begin(Db *db, gpointer data, GError **error)
{
	Collapse *collapse = data;
	gint64 version, last_no, edition;

	if (!places_raise(db, collapse->event, 0, &version, &last_no, &edition, error) ||
	        !expiry_marker(db, collapse->event, EXPIRY_PEOPLE, &collapse->marker, error))
		return FALSE;
	if (!collapse->marker.there)
		collapse->marker.key_no = version;
	return expiry_mark(db, collapse->event, EXPIRY_PEOPLE, collapse->marker.key_no, 0, error) &&
	        db_run(db, "UPDATE event SET state = 'expired' WHERE id = $1",
	                DB_ARGS(db_bytes(collapse->event->id, EVENT_ID_BYTES)), NULL, error);
}

static gboolean
end(Db *db, gpointer data, GError **error)
{
	const Collapse *collapse = data;
	const DbValue event = db_bytes(collapse->event->id, EVENT_ID_BYTES);
	gint64 version, last_no, edition;

	if (!places_raise(db, collapse->event, 0, &version, &last_no, &edition, error) ||
	        !db_run(db,
	                "DELETE FROM outbox WHERE event = $1 AND NOT EXISTS"
	                " (SELECT 1 FROM attendee a WHERE a.id = outbox.attendee)",
	                DB_ARGS(event), NULL, error) ||
	        !db_run(db,
	                "DELETE FROM verdict WHERE event = $1 AND NOT EXISTS (SELECT 1 FROM scan s"
	                " WHERE s.device = verdict.device AND s.epoch = verdict.epoch"
	                " AND s.seq = verdict.seq AND s.rev = verdict.rev)",
	                DB_ARGS(event), NULL, error) ||
	        !db_run(db,
	                "UPDATE delegation SET captain = NULL WHERE event = $1 AND NOT EXISTS"
	                " (SELECT 1 FROM attendee a WHERE a.id = delegation.captain)",
	                DB_ARGS(event), NULL, error) ||
	        !db_run(db, "DELETE FROM forgotten WHERE event = $1", DB_ARGS(event), NULL,
	                error) ||
	        !db_run(db, "DELETE FROM quarantine WHERE event = $1", DB_ARGS(event), NULL,
	                error) ||
	        !expiry_mark(db, collapse->event, EXPIRY_PEOPLE, collapse->marker.key_no,
	                collapse->now, error))
		return FALSE;
	g_autofree char *detail = g_strdup_printf(
	        "%" G_GINT64_FORMAT " people into counts, %" G_GINT64_FORMAT " lines of the log",
	        collapse->people, collapse->scans);
	return audit_add(
	        db, collapse->event->id, AUDIT_OPERATOR, "expire", detail, collapse->now, error);
}

/* ---- all of it ---- */

/* Whether there is anybody whom no hold keeps, or it was begun and not ended; and anybody at all. */
static gboolean
look(Record *record, const Event *event, gboolean *ret_due, gint64 *ret_n, GError **error)
{
	ExpiryMarker marker = { 0 };
	g_autoptr(GHashTable) kept = NULL;
	g_autoptr(Db) db = record_reader(record, error);

	if (db == NULL || !db_begin(db, error))
		return FALSE;
	gboolean read = expiry_marker(db, event, EXPIRY_PEOPLE, &marker, error) &&
	        db_ask_int(db, "SELECT count(*) FROM attendee WHERE event = $1",
	                DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES)), 0, ret_n, error) &&
	        (kept = expire_kept(db, event, error)) != NULL;
	db_rollback(db);
	if (read)
		*ret_due = marker.at == 0 || *ret_n > (gint64)g_hash_table_size(kept);
	return read;
}

gboolean
expire_people(Record *record, const Event *event, gint64 now, ExpireCounts *counts, GError **error)
{
	Collapse collapse = { .record = record, .event = event, .now = now };
	Writer *writer = record_writer(record);
	VaultEvent *keys = vault_event(record_vault(record), event->id, error);
	gboolean due = FALSE;
	gint64 left = 0;

	if (keys == NULL || !look(record, event, &due, &left, error))
		return FALSE;
	if (!due)
		return TRUE;
	gboolean gone = writer_run(writer, begin, &collapse, error) &&
	        expire_pages(record, event, collapse_stretch, NULL, &collapse.people, error);
	counts->people += collapse.people;
	gone = gone && collapse_scans(&collapse, error);
	counts->scans += collapse.scans;
	do {
		collapse.n = 0;
		gone = gone && writer_run(writer, delete_registrations, &collapse, error);
	} while (gone && collapse.n > 0);
	if (!gone || !look(record, event, &due, &left, error))
		return FALSE;
	if (left == 0 && !vault_replace_secret(keys, error))
		return FALSE;
	return writer_run(writer, end, &collapse, error);
}
