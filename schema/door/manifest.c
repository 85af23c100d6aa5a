#include "schema/manifest.h"

#include <stdlib.h>
#include <string.h>

#define MERGES_MAX 16

/* ---- entries ---- */

/* Of an attendee a, with the booking b at session $2 and the sealed logistics s. */
#define ENTRY_COLUMNS                                                                              \
	" a.id, a.no, a.delegation_no, a.option_no, a.option_state, a.state, a.merged_into,"       \
	" a.lang, a.age_band, a.fee_state, b.state, s.value"
#define ENTRY_JOINS                                                                                \
	" LEFT JOIN booking b ON b.attendee = a.id AND b.session_no = $2"                          \
	" LEFT JOIN sealed s ON s.owner = a.id AND s.class = 1 AND a.state <> 'deleted'"
G_STATIC_ASSERT(SEALED_LOGISTICS == 1);

typedef struct {
	Db *db;
	const Event *event;
	VaultEvent *keys;
	guint16 session_no;
	ManifestLanguage language;
	GByteArray *entries;
} Manifest;

static guint8
hint_of(const Manifest *manifest, DbRows *row)
{
	gsize length = 0;
	gconstpointer value = db_column_bytes(row, 12, &length);
	g_autoptr(GBytes) logistics = value ? g_bytes_new_static(value, length) : NULL;
	gboolean photo_no, headset;

	holder_wishes(manifest->keys, db_column_int(row, 1), logistics, &photo_no, &headset);
	return (guint8)(manifest->language(db_column_text(row, 8)) << 4 | (photo_no ? 8u : 0) |
	        (headset ? 4u : 0) | (db_column_int(row, 9) != 0 ? 2u : 0) |
	        (g_strcmp0(db_column_text(row, 10), "due") == 0 ? 1u : 0));
}

/* @row: a mark, then ENTRY_COLUMNS. */
static void
add_entry(const Manifest *manifest, gint64 mark, gboolean replaced, DbRows *row)
{
	guint8 entry[MANIFEST_ENTRY_BYTES];
	const guint32 no = (guint32)db_column_int(row, 2);
	const guint16 delegation = (guint16)db_column_int(row, 3);

	mark_to_bytes(mark, entry);
	entry[8] = (guint8)(no >> 16);
	entry[9] = (guint8)(no >> 8);
	entry[10] = (guint8)no;
	entry[11] = (guint8)(delegation >> 8);
	entry[12] = (guint8)delegation;
	entry[13] = replaced ? HOLDER_REVOKED
	                     : (guint8)holder_state(manifest->event, manifest->session_no,
	                               db_column_text(row, 6), (guint16)db_column_int(row, 4),
	                               db_column_text(row, 5), db_column_text(row, 11));
	entry[14] = hint_of(manifest, row);
	g_byte_array_append(manifest->entries, entry, sizeof entry);
}

/* A ticket of someone who was merged into @attendee speaks of that one. */
static gboolean
add_merged(
        const Manifest *manifest, gint64 mark, gboolean replaced, gint64 attendee, GError **error)
{
	for (guint i = 0; i < MERGES_MAX; i++) {
		g_autoptr(DbRows) row = db_query(manifest->db,
		        "SELECT a.mark," ENTRY_COLUMNS " FROM attendee a" ENTRY_JOINS
		        " WHERE a.id = $1",
		        DB_ARGS(db_int(attendee), db_int(manifest->session_no)), error);
		if (row == NULL)
			return FALSE;
		DbStep step = db_next(row, error);
		if (step != DB_ROW)
			return step == DB_NO_ROW; /* nobody: then the ticket is of no use */
		attendee = db_column_int(row, 7);
		if (attendee == 0) {
			add_entry(manifest, mark, replaced, row);
			return TRUE;
		}
	}
	return TRUE;
}

static gboolean
add_all(const Manifest *manifest, DbRows *given, gboolean replaced, GError **error)
{
	g_autoptr(DbRows) rows = given;
	DbStep step;

	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		gint64 mark = db_column_int(rows, 0), merged = db_column_int(rows, 7);
		if (merged == 0)
			add_entry(manifest, mark, replaced, rows);
		else if (!add_merged(manifest, mark, replaced, merged, error))
			return FALSE;
	}
	return step == DB_NO_ROW;
}

static int
by_mark(const void *a, const void *b)
{
	return memcmp(a, b, MARK_BYTES);
}

gboolean
manifest_read(Db *db, const Event *event, VaultEvent *keys, guint16 session_no, gint64 since,
        ManifestLanguage language, GByteArray *ret_entries, GError **error)
{
	const Manifest manifest = { db, event, keys, session_no, language, ret_entries };

	if (!add_all(&manifest,
	            db_query(db,
	                    "SELECT a.mark," ENTRY_COLUMNS " FROM attendee a" ENTRY_JOINS
	                    " WHERE a.event = $1 AND a.changed > $3",
	                    DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(session_no),
	                            db_int(since)),
	                    error),
	            FALSE, error) ||
	        !add_all(&manifest,
	                db_query(db,
	                        "SELECT o.mark," ENTRY_COLUMNS " FROM old_ticket o"
	                        " JOIN attendee a ON a.id = o.attendee" ENTRY_JOINS
	                        " WHERE o.event = $1 AND o.changed > $3",
	                        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(session_no),
	                                db_int(since)),
	                        error),
	                TRUE, error))
		return FALSE;
	if (ret_entries->len > 0) /* empty ones have no memory, and qsort() wants some */
		qsort(ret_entries->data, ret_entries->len / MANIFEST_ENTRY_BYTES,
		        MANIFEST_ENTRY_BYTES, by_mark);
	return TRUE;
}

/* ---- who is in ---- */

gboolean
known_read(Db *db, const Event *event, guint16 session_no, gint64 since, GArray *ret_known,
        GError **error)
{
	DbStep step;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT a.no, p.first_at, p.checkpoint_no, 1 FROM presence p"
	        " JOIN attendee a ON a.id = p.attendee"
	        " WHERE p.event = $1 AND p.session_no = $2 AND p.version > $3"
	        " UNION ALL SELECT a.no, 0, 0, CASE WHEN a.merged_into IS NOT NULL"
	        " OR a.state = 'deleted' THEN 2 ELSE 0 END FROM presence_gone g"
	        " JOIN attendee a ON a.id = g.attendee"
	        " LEFT JOIN presence p ON p.event = g.event AND p.session_no = g.session_no"
	        " AND p.attendee = g.attendee"
	        " WHERE g.event = $1 AND g.session_no = $2 AND g.version > $3"
	        " AND p.attendee IS NULL",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(session_no), db_int(since)),
	        error);
	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		const KnownEntry entry = {
			.holder = (guint32)db_column_int(rows, 0),
			.minute = db_column_int(rows, 1) / 60000,
			.checkpoint_no = (guint16)db_column_int(rows, 2),
			.in = db_column_int(rows, 3) == 1,
			.gone = db_column_int(rows, 3) == 2,
		};
		g_array_append_val(ret_known, entry);
	}
	return step == DB_NO_ROW;
}
