/* A class of sealed values whose time has come: its rows, then its key. */
#include "schema/forget/expire_private.h"

#include <string.h>

#include "schema/audit.h"
#include "schema/erase_private.h"
#include "schema/places_private.h"

typedef struct {
	gint64 owner;
	guint16 key_no;
	GBytes *value, *fresh;
	gboolean lost; /* no key opens it */
} Kept;

static void
kept_clear(gpointer data)
{
	Kept *kept = data;
	g_clear_pointer(&kept->value, g_bytes_unref);
	g_clear_pointer(&kept->fresh, g_bytes_unref);
}

typedef struct {
	Record *record;
	const Event *event;
	VaultEvent *keys;
	SealedClass class;
	gint64 now;
	guint16 want;  /* the number of the key that is to stay; 0: none */
	gint64 free_n; /* values that nobody keeps */
	GArray *kept;  /* of Kept: held people's values */
	ExpiryMarker marker;
	gint64 deleted;
} ClassExpiry;

/* ---- what there is ---- */

static gboolean
read_values(Db *db, ClassExpiry *expiry, GError **error)
{
	g_autoptr(GHashTable) kept = expire_kept(db, expiry->event, error);
	if (kept == NULL)
		return FALSE;
	DbStep step;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT s.owner, s.value FROM attendee a JOIN sealed s ON s.owner = a.id"
	        " AND s.class = $2 WHERE a.event = $1",
	        DB_ARGS(db_bytes(expiry->event->id, EVENT_ID_BYTES), db_int(expiry->class)), error);
	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		gsize length = 0;
		gint64 owner = db_column_int(rows, 0);
		gconstpointer value = db_column_bytes(rows, 1, &length);
		if (!g_hash_table_contains(kept, &owner)) {
			expiry->free_n++;
			continue;
		}
		Kept one = { .owner = owner,
			.key_no = vault_sealed_key_no(value, length),
			.value = g_bytes_new(value, length) };
		g_array_append_val(expiry->kept, one);
	}
	return step == DB_NO_ROW;
}

static gboolean
look(ClassExpiry *expiry, GError **error)
{
	g_autoptr(Db) db = record_reader(expiry->record, error);

	if (db == NULL || !db_begin(db, error))
		return FALSE;
	gboolean read = expiry_marker(db, expiry->event, expiry->class, &expiry->marker, error) &&
	        read_values(db, expiry, error);
	db_rollback(db);
	return read;
}

static gboolean
all_under(const ClassExpiry *expiry, gint64 key_no)
{
	for (guint i = 0; i < expiry->kept->len; i++)
		if (g_array_index(expiry->kept, Kept, i).key_no != key_no)
			return FALSE;
	return TRUE;
}

/* ---- the rows ---- */

static gboolean
delete_values(Db *db, const Event *event, gint64 first, gint64 last, gpointer data, gint64 *ret_n,
        GError **error)
{
	const ClassExpiry *expiry = data;
	gint64 n = 0;

	if (!db_run(db,
	            "DELETE FROM sealed WHERE class = $4 AND owner IN (SELECT id FROM attendee"
	            " WHERE coalesce(event, event) = $1 AND id >= $2 AND id <= $3)",
	            DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(first), db_int(last),
	                    db_int(expiry->class)),
	            &n, error))
		return FALSE;
	*ret_n += n;
	return TRUE;
}

/* Held people's values sealed with the fresh key, which is written already. */
static gboolean
seal_anew(ClassExpiry *expiry, GError **error)
{
	for (guint i = 0; i < expiry->kept->len; i++) {
		Kept *kept = &g_array_index(expiry->kept, Kept, i);
		gsize length = 0;
		gconstpointer value = g_bytes_get_data(kept->value, &length);
		g_autoptr(GError) trouble = NULL;
		char *text = vault_unseal(
		        expiry->keys, expiry->class, kept->owner, value, length, &trouble);
		if (text == NULL && g_error_matches(trouble, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT)) {
			kept->lost = TRUE; /* of a backup from before its key was destroyed */
			continue;
		}
		if (text == NULL) {
			g_propagate_error(error, g_steal_pointer(&trouble));
			return FALSE;
		}
		kept->fresh = vault_seal(expiry->keys, expiry->class, kept->owner, text);
		sealed_text_free(text);
	}
	return TRUE;
}

static gboolean
write_kept(Db *db, const ClassExpiry *expiry, GError **error)
{
	for (guint i = 0; i < expiry->kept->len; i++) {
		const Kept *kept = &g_array_index(expiry->kept, Kept, i);
		gsize length = 0, old_length = 0;
		if (kept->lost &&
		        !db_run(db, "DELETE FROM sealed WHERE owner = $1 AND class = $2",
		                DB_ARGS(db_int(kept->owner), db_int(expiry->class)), NULL, error))
			return FALSE;
		if (kept->fresh == NULL)
			continue;
		gconstpointer value = g_bytes_get_data(kept->fresh, &length);
		gconstpointer old = g_bytes_get_data(kept->value, &old_length);
		if (!db_run(db,
		            "UPDATE sealed SET value = $3 WHERE owner = $1 AND class = $2"
		            " AND value = $4",
		            DB_ARGS(db_int(kept->owner), db_int(expiry->class),
		                    db_bytes(value, length), db_bytes(old, old_length)),
		            NULL, error))
			return FALSE;
	}
	return TRUE;
}

/* Nothing may be left that the keys which go now have sealed: not of who was put under a hold, or
 * corrected, since it was read. */
static gboolean
demand_none_left(Db *db, const ClassExpiry *expiry, gint64 *ret_held, GError **error)
{
	DbStep step;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT s.value FROM attendee a JOIN sealed s ON s.owner = a.id AND s.class = $2"
	        " WHERE a.event = $1",
	        DB_ARGS(db_bytes(expiry->event->id, EVENT_ID_BYTES), db_int(expiry->class)), error);
	if (rows == NULL)
		return FALSE;
	*ret_held = 0;
	while ((step = db_next(rows, error)) == DB_ROW) {
		gsize length = 0;
		gconstpointer value = db_column_bytes(rows, 0, &length);
		(*ret_held)++;
		if (vault_sealed_key_no(value, length) == expiry->want)
			continue;
		g_set_error_literal(error, DB_ERROR, DB_ERROR_UNAVAILABLE,
		        "somebody's sealed values changed while the rest expired: run it again");
		return FALSE;
	}
	return step == DB_NO_ROW;
}

static gboolean
finish_rows(Db *db, gpointer data, GError **error)
{
	const ClassExpiry *expiry = data;
	gint64 version, last_no, edition, held = 0;

	if (!places_raise(db, expiry->event, 0, &version, &last_no, &edition, error) ||
	        !write_kept(db, expiry, error) || !demand_none_left(db, expiry, &held, error) ||
	        !expiry_mark(db, expiry->event, expiry->class, expiry->want, expiry->now, error))
		return FALSE;
	g_autofree char *detail =
	        g_strdup_printf("%s: %" G_GINT64_FORMAT " values, %" G_GINT64_FORMAT " held",
	                sealed_class_name(expiry->class), expiry->deleted, held);
	return audit_add(
	        db, expiry->event->id, AUDIT_OPERATOR, "expire", detail, expiry->now, error);
}

/* ---- the keys ---- */

/* Which key is to stay, made when there has to be a fresh one. @ret_done: it is all done already. */
static gboolean
choose_key(ClassExpiry *expiry, gboolean *ret_done, GError **error)
{
	g_autoptr(GArray) numbers = vault_class_keys(expiry->keys, expiry->class);
	const ExpiryMarker *marker = &expiry->marker;

	if (expiry->kept->len > 0) {
		gboolean sealed = marker->there && marker->key_no != 0 && expiry->free_n == 0 &&
		        all_under(expiry, marker->key_no);
		expiry->want = (guint16)marker->key_no;
		if (!sealed &&
		        (!vault_add_class_key(expiry->keys, expiry->class, &expiry->want, error) ||
		                !seal_anew(expiry, error)))
			return FALSE;
	}
	*ret_done = marker->there && marker->key_no == expiry->want && expiry->free_n == 0 &&
	        numbers->len == (expiry->want != 0);
	return TRUE;
}

static gboolean
expire(ClassExpiry *expiry, ExpireCounts *counts, GError **error)
{
	gboolean done = FALSE;
	guint destroyed = 0;

	if (!look(expiry, error) || !choose_key(expiry, &done, error))
		return FALSE;
	counts->held += expiry->kept->len;
	if (done)
		return TRUE;
	const gboolean rows = !expiry->marker.there || expiry->marker.key_no != expiry->want ||
	        expiry->free_n > 0;
	if (expiry->free_n > 0 &&
	        !expire_pages(expiry->record, expiry->event, delete_values, expiry,
	                &expiry->deleted, error))
		return FALSE;
	counts->values[expiry->class] += expiry->deleted;
	if (rows && !writer_run(record_writer(expiry->record), finish_rows, expiry, error))
		return FALSE;
	if (!vault_destroy_class_keys(expiry->keys, expiry->class, expiry->want, &destroyed, error))
		return FALSE;
	counts->keys += destroyed;
	return TRUE;
}

gboolean
expire_class(Record *record, const Event *event, SealedClass class, gint64 now,
        ExpireCounts *counts, GError **error)
{
	ClassExpiry expiry = { .record = record, .event = event, .class = class, .now = now };

	expiry.keys = vault_event(record_vault(record), event->id, error);
	if (expiry.keys == NULL)
		return FALSE;
	expiry.kept = g_array_new(FALSE, FALSE, sizeof(Kept));
	g_array_set_clear_func(expiry.kept, kept_clear);
	gboolean done = expire(&expiry, counts, error);
	g_array_unref(expiry.kept);
	return done;
}
