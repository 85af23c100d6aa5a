/* What is due, event by event: cancelled people, classes of sealed values and their keys. */
#include "schema/forget/expire_private.h"

#include <string.h>

#include "schema/asked.h"
#include "schema/audit.h"
#include "schema/erase_private.h"
#include "schema/find.h"
#include "schema/hold.h"
#include "schema/places_private.h"

#define PAGE      1000
#define CANCELLED 500 /* a transaction */
#define DAY_S     (24 * 60 * 60)

gint64
expire_due(const Event *event, SealedClass class)
{
	const gint64 identity = event->ends + (gint64)event->identity_days * DAY_S;

	/* nothing is kept of somebody who is nobody any more */
	switch (class) {
	case SEALED_LOGISTICS:
		return MIN(identity, event->ends + (gint64)event->logistics_days * DAY_S);
	case SEALED_EMERGENCY:
		return MIN(identity, event->ends + EXPIRE_SHORT_S);
	case SEALED_IDENTITY:
		break;
	}
	return identity;
}

/* ---- markers ---- */

gboolean
expiry_marker(Db *db, const Event *event, gint64 part, ExpiryMarker *ret, GError **error)
{
	g_autoptr(DbRows) row =
	        db_query(db, "SELECT key_no, at FROM expiry WHERE event = $1 AND part = $2",
	                DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(part)), error);
	if (row == NULL)
		return FALSE;
	DbStep step = db_next(row, error);
	*ret = (ExpiryMarker){ .there = step == DB_ROW };
	if (step == DB_ROW) {
		ret->key_no = db_column_int(row, 0);
		ret->at = db_column_int(row, 1);
	}
	return step != DB_ERROR_ROW;
}

gboolean
expiry_mark(Db *db, const Event *event, gint64 part, gint64 key_no, gint64 at, GError **error)
{
	return db_run(db,
	        "INSERT INTO expiry (event, part, key_no, at) VALUES ($1, $2, $3, $4)"
	        " ON CONFLICT (event, part) DO UPDATE SET key_no = excluded.key_no,"
	        " at = excluded.at",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(part), db_int(key_no),
	                db_int(at)),
	        NULL, error);
}

/* ---- whom holds keep ---- */

static void
keep(GHashTable *kept, gint64 id)
{
	if (!g_hash_table_contains(kept, &id))
		g_hash_table_add(kept, g_memdup2(&id, sizeof id));
}

/* Whoever was merged with somebody who is kept, in any depth. */
static gboolean
keep_merged(Db *db, const Event *event, GHashTable *kept, GError **error)
{
	g_autoptr(GArray) pairs = g_array_new(FALSE, FALSE, 2 * sizeof(gint64));
	DbStep step;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT id, merged_into FROM attendee WHERE event = $1 AND merged_into IS NOT NULL",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES)), error);
	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		const gint64 pair[2] = { db_column_int(rows, 0), db_column_int(rows, 1) };
		g_array_append_vals(pairs, pair, 1);
	}
	for (guint before = 0; before != g_hash_table_size(kept);) {
		before = g_hash_table_size(kept);
		for (guint i = 0; i < pairs->len; i++) {
			const gint64 *pair = (const gint64 *)(gpointer)pairs->data + 2 * (gsize)i;
			if (g_hash_table_contains(kept, &pair[0]) ||
			        g_hash_table_contains(kept, &pair[1])) {
				keep(kept, pair[0]);
				keep(kept, pair[1]);
			}
		}
	}
	return step == DB_NO_ROW;
}

GHashTable *
expire_kept(Db *db, const Event *event, GError **error)
{
	g_autoptr(GHashTable) kept =
	        g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
	gboolean any = FALSE;

	if (!hold_any(db, event->id, &any, error))
		return NULL;
	if (!any)
		return g_steal_pointer(&kept);
	if (!erase_ids(
	            db_query(db, "SELECT a.id FROM attendee a WHERE a.event = $1 AND " HOLD_KEEPS_A,
	                    DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES)), error),
	            ids, error))
		return NULL;
	for (guint i = 0; i < ids->len; i++)
		keep(kept, g_array_index(ids, gint64, i));
	return keep_merged(db, event, kept, error) ? g_steal_pointer(&kept) : NULL;
}

/* ---- pages ---- */

typedef struct {
	const Event *event;
	ExpireStretch stretch;
	gpointer data;
	gint64 last; /* id of the page before */
	/* the answer */
	gint64 next, n;
	gboolean ended;
} Page;

static gboolean
do_stretches(Db *db, Page *page, const GArray *ids, GHashTable *kept, GError **error)
{
	for (guint i = 0; i < ids->len; i++) {
		const gint64 first = g_array_index(ids, gint64, i);
		gint64 last = first;
		if (g_hash_table_contains(kept, &first))
			continue;
		while (i + 1 < ids->len &&
		        !g_hash_table_contains(kept, &g_array_index(ids, gint64, i + 1)))
			last = g_array_index(ids, gint64, ++i);
		if (!page->stretch(db, page->event, first, last, page->data, &page->n, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean
page_work(Db *db, gpointer data, GError **error)
{
	Page *page = data;
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
	gint64 version, last_no, edition;

	if (!places_raise(db, page->event, 0, &version, &last_no, &edition, error) ||
	        !erase_ids(db_query(db,
	                           "SELECT id FROM attendee WHERE id > $2"
	                           " AND coalesce(event, event) = $1 ORDER BY id LIMIT $3",
	                           DB_ARGS(db_bytes(page->event->id, EVENT_ID_BYTES),
	                                   db_int(page->last), db_int(PAGE)),
	                           error),
	                ids, error))
		return FALSE;
	g_autoptr(GHashTable) kept = expire_kept(db, page->event, error);
	page->n = 0;
	if (kept == NULL || !do_stretches(db, page, ids, kept, error))
		return FALSE;
	page->ended = ids->len < PAGE;
	page->next = ids->len > 0 ? g_array_index(ids, gint64, ids->len - 1) : page->last;
	return TRUE;
}

gboolean
expire_pages(Record *record, const Event *event, ExpireStretch stretch, gpointer data,
        gint64 *ret_n, GError **error)
{
	Page page = { .event = event, .stretch = stretch, .data = data };

	while (!page.ended) {
		if (!writer_run(record_writer(record), page_work, &page, error))
			return FALSE;
		page.last = page.next;
		*ret_n += page.n;
	}
	return TRUE;
}

/* ---- people who cancelled ---- */

typedef struct {
	const Event *event;
	gint64 now;
	gint64 n; /* the answer */
} Cancelled;

static gboolean
erase_cancelled(Db *db, gpointer data, GError **error)
{
	Cancelled *cancelled = data;
	const Event *event = cancelled->event;
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
	EraseAnswer answer = { 0 };
	gint64 version, last_no, edition;

	if (!places_raise(db, event, 0, &version, &last_no, &edition, error) ||
	        !erase_ids(db_query(db,
	                           "SELECT a.id FROM attendee a WHERE a.event = $1"
	                           " AND a.state = 'cancelled' AND a.merged_into IS NULL"
	                           " AND NOT " HOLD_KEEPS_A " ORDER BY a.id LIMIT $2",
	                           DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(CANCELLED)),
	                           error),
	                ids, error))
		return FALSE;
	/* one look at all letters, and not one for each */
	if (ids->len > 0 &&
	        !db_run(db,
	                "DELETE FROM outbox WHERE event = $1 AND attendee IN (SELECT a.id FROM"
	                " attendee a WHERE a.event = $1 AND a.state = 'cancelled' AND "
	                "NOT " HOLD_KEEPS_A ")",
	                DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES)), NULL, error))
		return FALSE;
	for (guint i = 0; i < ids->len; i++)
		if (!erase_root(db, event, NULL, g_array_index(ids, gint64, i), NULL, version,
		            cancelled->now, &answer, error))
			return FALSE;
	cancelled->n = answer.n;
	if (answer.n == 0)
		return TRUE;
	g_autofree char *detail = g_strdup_printf("%u people who had cancelled", answer.n);
	return audit_add(db, event->id, AUDIT_OPERATOR, "expire", detail, cancelled->now, error);
}

/* Costs a look when there is nobody. */
static gboolean
expire_cancelled(
        Record *record, const Event *event, gint64 now, ExpireCounts *counts, GError **error)
{
	gint64 any = 0;
	g_autoptr(Db) db = record_reader(record, error);

	if (db == NULL || !db_begin(db, error))
		return FALSE;
	gboolean asked = db_ask_int(db,
	        "SELECT 1 FROM attendee a WHERE a.event = $1 AND a.state = 'cancelled'"
	        " AND a.merged_into IS NULL AND NOT " HOLD_KEEPS_A " LIMIT 1",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES)), 0, &any, error);
	db_rollback(db);
	if (!asked)
		return FALSE;
	while (any != 0) {
		Cancelled cancelled = { .event = event, .now = now };
		if (!writer_run(record_writer(record), erase_cancelled, &cancelled, error))
			return FALSE;
		counts->cancelled += cancelled.n;
		any = cancelled.n;
	}
	return TRUE;
}

/* ---- all of it ---- */

/* The slugs of events that may have something to expire. */
static GPtrArray *
read_due(Record *record, const char *slug, gint64 now, GError **error)
{
	DbStep step = DB_ERROR_ROW;
	g_autoptr(GPtrArray) slugs = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(Db) db = record_reader(record, error);

	if (db == NULL || !db_begin(db, error))
		return NULL;
	DbRows *rows = db_query(db,
	        "SELECT e.slug FROM event e WHERE e.ends + $1 <= $2"
	        " AND (CAST($3 AS TEXT) IS NULL OR e.slug = $3)"
	        " AND (EXISTS (SELECT 1 FROM attendee a WHERE a.event = e.id)"
	        " OR NOT EXISTS (SELECT 1 FROM expiry x WHERE x.event = e.id AND x.part = 3"
	        " AND x.at > 0)) ORDER BY e.slug",
	        DB_ARGS(db_int(DAY_S), db_int(now), db_text(slug)),
	        error); /* the shortest of all */
	while (rows != NULL && (step = db_next(rows, error)) == DB_ROW)
		g_ptr_array_add(slugs, g_strdup(db_column_text(rows, 0)));
	db_rows_free(rows);
	db_rollback(db);
	return step == DB_NO_ROW ? g_steal_pointer(&slugs) : NULL;
}

/* A hold of the whole event keeps all of it. */
static gboolean
whole_is_held(Record *record, const Event *event, gboolean *ret_held, GError **error)
{
	gint64 held = 0;
	g_autoptr(Db) db = record_reader(record, error);

	if (db == NULL || !db_begin(db, error))
		return FALSE;
	gboolean asked = db_ask_int(db,
	        "SELECT 1 FROM hold WHERE event = $1 AND released IS NULL AND scope = 'event' "
	        "LIMIT 1",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES)), 0, &held, error);
	db_rollback(db);
	*ret_held = held != 0;
	return asked;
}

static gboolean
expire_event(Record *record, const Event *event, gint64 now, ExpireCounts *counts, GError **error)
{
	static const SealedClass order[] = { SEALED_EMERGENCY, SEALED_LOGISTICS, SEALED_IDENTITY };
	gboolean held = FALSE;

	if (!whole_is_held(record, event, &held, error))
		return FALSE;
	if (held)
		return TRUE;
	if (event->ends + EXPIRE_SHORT_S <= now &&
	        !expire_cancelled(record, event, now, counts, error))
		return FALSE;
	for (guint i = 0; i < G_N_ELEMENTS(order); i++)
		if (expire_due(event, order[i]) <= now &&
		        !expire_class(record, event, order[i], now, counts, error))
			return FALSE;
	/* before the people go: a roll that was cut short leaves keys that open under either master */
	if (!vault_roll(record_vault(record), error))
		return FALSE;
	return expire_due(event, SEALED_IDENTITY) > now ||
	        expire_people(record, event, now, counts, error);
}

static void
add(ExpireCounts *sum, const ExpireCounts *counts)
{
	gint64 done = counts->cancelled + counts->people + counts->scans + counts->keys;

	for (guint class = 0; class < SEALED_CLASSES; class ++) {
		done += counts->values[class];
		sum->values[class] += counts->values[class];
	}
	sum->events += done > 0;
	sum->cancelled += counts->cancelled;
	sum->people += counts->people;
	sum->scans += counts->scans;
	sum->held += counts->held;
	sum->keys += counts->keys;
}

gboolean
expire_run(Record *record, const char *slug, gint64 now, ExpireCounts *ret, GError **error)
{
	g_autoptr(GPtrArray) slugs = NULL;
	g_autoptr(GError) first = NULL;
	ExpireCounts all = { 0 };

	if (!vault_refresh(record_vault(record), error) ||
	        !vault_roll(record_vault(record), error) || /* one that was cut short */
	        !(slugs = read_due(record, slug, now, error)))
		return FALSE;
	for (guint i = 0; i < slugs->len; i++) {
		ExpireCounts counts = { 0 };
		g_autoptr(GError) trouble = NULL;
		g_autoptr(Event) event = asked_event(record, g_ptr_array_index(slugs, i), &trouble);
		/* one event's trouble keeps no other from expiring */
		if ((event == NULL || !expire_event(record, event, now, &counts, &trouble)) &&
		        first == NULL) {
			g_prefix_error(&trouble, "event %s: ", (char *)g_ptr_array_index(slugs, i));
			first = g_steal_pointer(&trouble);
		}
		add(&all, &counts);
		add(ret, &counts);
	}
	if (first != NULL) {
		g_propagate_error(error, g_steal_pointer(&first));
		return FALSE;
	}
	if (all.events == 0)
		return TRUE;
	find_forget();
	return erase_settle(record, now, NULL, error) &&
	        writer_cut_log(record_writer(record), error);
}
