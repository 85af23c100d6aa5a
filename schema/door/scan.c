#include "schema/scan.h"

#include <string.h>

#include "schema/event_now.h"
#include "schema/person.h"
#include "schema/scan_check.h"
#include "schema/scan_row.h"

#define MERGES_MAX 16 /* merges of merges that are followed; more is a ring */

gboolean
scan_raise_version(Db *db, const Event *event, gint64 *ret_version, GError **error)
{
	EventNow now;

	if (!event_now_raise(db, event, 0, &now, error))
		return FALSE;
	*ret_version = now.version;
	return TRUE;
}

/* ---- the holder ---- */

/* The columns of both look-ups below, in this order. */
#define HOLDER_COLUMNS                                                                             \
	"SELECT a.id, a.no, a.region_no, a.option_no, a.option_state, a.state, a.merged_into,"     \
	" a.age_band, a.fee_state, a.lang, a.ticket_class, a.ticket_minute, b.state,"              \
	" p.first_at, p.checkpoint_no, p.device, p.epoch, p.seq"                                   \
	" FROM attendee a"                                                                         \
	" LEFT JOIN booking b ON b.attendee = a.id AND b.session_no = $2"                          \
	" LEFT JOIN presence p ON p.event = $1 AND p.session_no = $2 AND p.attendee = a.id"
enum {
	COLUMN_ID,
	COLUMN_NO,
	COLUMN_REGION,
	COLUMN_OPTION,
	COLUMN_OPTION_STATE,
	COLUMN_STATE,
	COLUMN_MERGED,
	COLUMN_AGE_BAND,
	COLUMN_FEE_STATE,
	COLUMN_LANG,
	COLUMN_CLASS,
	COLUMN_MINUTE,
	COLUMN_BOOKING,
	COLUMN_FIRST_AT,
	COLUMN_CHECKPOINT,
	COLUMN_DEVICE,
	COLUMN_EPOCH,
	COLUMN_SEQ,
};

static gboolean
option_includes(const Event *event, guint16 option_no, guint16 session_no)
{
	const EventOption *option = option_no ? event_option(event, option_no) : NULL;

	for (guint i = 0; option != NULL && i < option->includes->len; i++)
		if (g_array_index(option->includes, guint16, i) == session_no)
			return TRUE;
	return FALSE;
}

HolderState
holder_state(const Event *event, guint16 session_no, const char *state, guint16 option_no,
        const char *option_state, const char *booking)
{
	const char *option = NULL;

	if (g_strcmp0(state, "active") != 0)
		return HOLDER_CANCELLED;
	if (option_includes(event, option_no, session_no))
		option = option_state;
	if (g_strcmp0(option, "confirmed") == 0 || g_strcmp0(booking, "confirmed") == 0)
		return HOLDER_BOOKED;
	return option != NULL || booking != NULL ? HOLDER_WAITLISTED : HOLDER_NOT_BOOKED;
}

static void
take_presence(DbRows *row, Holder *ret)
{
	ret->in = !db_column_is_null(row, COLUMN_FIRST_AT);
	ret->first_at = db_column_int(row, COLUMN_FIRST_AT);
	ret->first_checkpoint = (guint16)db_column_int(row, COLUMN_CHECKPOINT);
	ret->first_device = db_column_int(row, COLUMN_DEVICE);
	ret->first_epoch = db_column_int(row, COLUMN_EPOCH);
	ret->first_seq = db_column_int(row, COLUMN_SEQ);
}

/* Reads one attendee and frees @rows. @ret_merged is whom they were merged into, 0 for nobody. */
static gboolean
take_holder(DbRows *given, const Event *event, guint16 session_no, Holder *ret, gint64 *ret_merged,
        gboolean *ret_found, GError **error)
{
	g_autoptr(DbRows) row = given;
	if (row == NULL)
		return FALSE;
	switch (db_next(row, error)) {
	case DB_ERROR_ROW:
		return FALSE;
	case DB_NO_ROW:
		*ret_found = FALSE;
		return TRUE;
	case DB_ROW:
		break;
	}
	ret->state = holder_state(event, session_no, db_column_text(row, COLUMN_STATE),
	        (guint16)db_column_int(row, COLUMN_OPTION),
	        db_column_text(row, COLUMN_OPTION_STATE), db_column_text(row, COLUMN_BOOKING));
	ret->attendee = db_column_int(row, COLUMN_ID);
	ret->no = (guint32)db_column_int(row, COLUMN_NO);
	ret->region_no = (guint16)db_column_int(row, COLUMN_REGION);
	ret->class = (TicketClass)db_column_int(row, COLUMN_CLASS);
	ret->ticket_minute = (guint32)db_column_int(row, COLUMN_MINUTE);
	ret->minor = db_column_int(row, COLUMN_AGE_BAND) != 0;
	ret->fee_due = g_strcmp0(db_column_text(row, COLUMN_FEE_STATE), "due") == 0;
	g_strlcpy(ret->lang, db_column_text(row, COLUMN_LANG), sizeof ret->lang);
	take_presence(row, ret);
	*ret_merged = db_column_int(row, COLUMN_MERGED);
	*ret_found = TRUE;
	return TRUE;
}

static gboolean
holder_by_id(Db *db, const Event *event, guint16 session_no, gint64 id, Holder *ret,
        gint64 *ret_merged, GError **error)
{
	gboolean found = FALSE;

	/* with a plain a.mark SQLite would put its value into the term before, and the index, which is
	 * on that term, were of no use */
	if (!take_holder(db_query(db, HOLDER_COLUMNS " WHERE a.id = $3",
	                         DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(session_no),
	                                 db_int(id)),
	                         error),
	            event, session_no, ret, ret_merged, &found, error))
		return FALSE;
	if (found)
		return TRUE;
	g_set_error_literal(error, DB_ERROR, DB_ERROR_BROKEN, "a ticket's attendee is not there");
	return FALSE;
}

/* Whose a replaced ticket was; 0: it is none. */
static gboolean
owner_of_old_ticket(Db *db, const Event *event, gint64 mark, gint64 *ret_attendee, GError **error)
{
	return db_ask_int(db, "SELECT attendee FROM old_ticket WHERE event = $1 AND mark = $2",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(mark)), 0, ret_attendee, error);
}

gboolean
scan_holder(
        Db *db, const Event *event, guint16 session_no, gint64 mark, Holder *ret, GError **error)
{
	Holder holder = { .state = HOLDER_ABSENT };
	gboolean current = FALSE;
	gint64 next = 0;

	/* with a plain a.mark SQLite would put its value into the term before, and find no index */
	if (!take_holder(
	            db_query(db,
	                    HOLDER_COLUMNS " WHERE a.event = $1 AND (a.mark >> 19) = ($3 >> 19)"
	                                   " AND +a.mark = $3",
	                    DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(session_no),
	                            db_int(mark)),
	                    error),
	            event, session_no, &holder, &next, &current, error))
		return FALSE;
	TicketClass class = holder.class;
	guint32 minute = holder.ticket_minute;
	if (!current && !owner_of_old_ticket(db, event, mark, &next, error))
		return FALSE;
	for (guint i = 0; next != 0; i++) {
		if (i == MERGES_MAX) {
			g_set_error_literal(error, DB_ERROR, DB_ERROR_BROKEN,
			        "attendees are merged into each other in a ring");
			return FALSE;
		}
		if (!holder_by_id(db, event, session_no, next, &holder, &next, error))
			return FALSE;
		if (!current)
			holder.state = HOLDER_REVOKED;
	}
	/* who takes over another's attendee keeps their own ticket's class and age out of it */
	holder.class = class;
	holder.ticket_minute = minute;
	*ret = holder;
	return TRUE;
}

gboolean
holder_logistics(Db *db, gint64 attendee, GBytes **ret, GError **error)
{
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT s.value FROM sealed s JOIN attendee a ON a.id = s.owner"
	        " AND a.state <> 'deleted' WHERE s.owner = $1 AND s.class = $2",
	        DB_ARGS(db_int(attendee), db_int(SEALED_LOGISTICS)), error);
	if (rows == NULL)
		return FALSE;
	DbStep step = db_next(rows, error);
	if (step == DB_ERROR_ROW)
		return FALSE;
	gsize length = 0;
	gconstpointer value = step == DB_ROW ? db_column_bytes(rows, 0, &length) : NULL;
	*ret = value ? g_bytes_new(value, length) : NULL;
	return TRUE;
}

void
holder_wishes(VaultEvent *keys, gint64 attendee, GBytes *logistics, gboolean *ret_photo_no,
        gboolean *ret_headset)
{
	gsize length = 0;
	gconstpointer value = logistics ? g_bytes_get_data(logistics, &length) : NULL;
	PersonWishes wishes = { 0 };

	if (value != NULL)
		person_unseal_wishes(keys, attendee, value, length, &wishes);
	*ret_photo_no = !wishes.photo_allowed;
	*ret_headset = wishes.headset;
}

gboolean
scan_mark_of_code(Db *db, const Event *event, const char *code, gint64 *ret_mark,
        gboolean *ret_found, GError **error)
{
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT mark FROM attendee WHERE event = $1 AND (mark >> 19) = $3 AND typed_code = "
	        "$2"
	        " UNION ALL SELECT mark FROM old_ticket WHERE event = $1 AND typed_code = $2",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_text(code),
	                db_int(typed_code_bits(code))),
	        error);
	if (rows == NULL)
		return FALSE;
	DbStep step = db_next(rows, error);
	if (step == DB_ERROR_ROW)
		return FALSE;
	*ret_found = step == DB_ROW;
	if (step == DB_ROW)
		*ret_mark = db_column_int(rows, 0);
	return TRUE;
}

/* ---- the log ---- */

static DbValue
some(gboolean there, gint64 number)
{
	return there ? db_int(number) : db_null();
}

gboolean
scan_add(Db *db, const Event *event, VaultEvent *keys, const ScanRow *row, gboolean *ret_new,
        GError **error)
{
	gint64 changed = 0;
	gint64 check = scan_row_check(keys, event->id, row);

	if (!db_run(db,
	            "INSERT INTO scan (device, epoch, seq, rev, event, session_no, checkpoint_no,"
	            " mark, decision, reason, wall, mono, skew, skew_error, manifest_version,"
	            " online, region_no, void_device, void_epoch, void_seq, count, arrival,"
	            " check_value, delegation_no) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,"
	            " $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)"
	            " ON CONFLICT (device, epoch, seq, rev) DO NOTHING",
	            DB_ARGS(db_int(row->device), db_int(row->epoch), db_int(row->seq),
	                    db_int(row->rev), db_bytes(event->id, EVENT_ID_BYTES),
	                    db_int(row->session_no), db_int(row->checkpoint_no),
	                    some(row->has_mark, row->mark), db_text(row->decision),
	                    db_text(row->reason), db_int(row->wall), db_int(row->mono),
	                    db_int(row->skew), db_int(row->skew_error),
	                    db_int(row->manifest_version), db_int(row->online ? 1 : 0),
	                    some(row->region_no != 0, row->region_no),
	                    some(row->has_void, row->void_device),
	                    some(row->has_void, row->void_epoch),
	                    some(row->has_void, row->void_seq), some(row->count != 0, row->count),
	                    db_int(row->arrival), db_int(check),
	                    some(row->delegation_no != 0, row->delegation_no)),
	            &changed, error))
		return FALSE;
	*ret_new = changed == 1;
	return TRUE;
}

const char *
scan_word(const char *word)
{
	static const char *const words[] = { "admit", "again", "admit_provisional",
		"admit_override", "leave", "reject_signature", "reject_elsewhere", "reject_revoked",
		"reject_used", "reject_not_booked", "void", "count", "interrupted" };

	for (guint i = 0; i < G_N_ELEMENTS(words); i++)
		if (g_strcmp0(words[i], word) == 0)
			return words[i];
	return NULL;
}

void
scan_row_read(DbRows *row, ScanRow *ret)
{
	*ret = (ScanRow){
		.device = db_column_int(row, 0),
		.epoch = db_column_int(row, 1),
		.seq = db_column_int(row, 2),
		.rev = (guint8)db_column_int(row, 3),
		.session_no = (guint16)db_column_int(row, 4),
		.checkpoint_no = (guint16)db_column_int(row, 5),
		.has_mark = !db_column_is_null(row, 6),
		.mark = db_column_int(row, 6),
		.decision = db_column_text(row, 7),
		.reason = db_column_text(row, 8),
		.wall = db_column_int(row, 9),
		.mono = db_column_int(row, 10),
		.skew = db_column_int(row, 11),
		.skew_error = db_column_int(row, 12),
		.manifest_version = db_column_int(row, 13),
		.online = db_column_int(row, 14) != 0,
		.region_no = (guint16)db_column_int(row, 15),
		.delegation_no = (guint16)db_column_int(row, 16),
		.has_void = !db_column_is_null(row, 17),
		.void_device = db_column_int(row, 17),
		.void_epoch = db_column_int(row, 18),
		.void_seq = db_column_int(row, 19),
		.count = db_column_int(row, 20),
		.arrival = db_column_int(row, 21),
	};
}

gboolean
scan_find(Db *db, gint64 device, gint64 epoch, gint64 seq, guint8 rev, ScanRow *ret,
        gboolean *ret_found, GError **error)
{
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT " SCAN_ROW_COLUMNS " FROM scan s"
	        " WHERE s.device = $1 AND s.epoch = $2 AND s.seq = $3 AND s.rev >= $4"
	        " ORDER BY s.rev DESC",
	        DB_ARGS(db_int(device), db_int(epoch), db_int(seq), db_int(rev)), error);
	if (rows == NULL)
		return FALSE;
	DbStep step = db_next(rows, error);
	if (step == DB_ERROR_ROW)
		return FALSE;
	*ret_found = step == DB_ROW;
	if (step == DB_NO_ROW)
		return TRUE;
	ScanRow found;
	scan_row_read(rows, &found);
	found.decision = scan_word(found.decision);
	found.reason = NULL; /* is lent no longer than the rows */
	if (found.decision == NULL) {
		g_set_error_literal(error, DB_ERROR, DB_ERROR_BROKEN,
		        "the scan log holds a decision that is no word of it");
		return FALSE;
	}
	*ret = found;
	return TRUE;
}

/* ---- presence ---- */

gboolean
presence_take(Db *db, const Event *event, gint64 attendee, const ScanRow *by, gboolean *ret_first,
        GError **error)
{
	gint64 changed = 0;

	if (!db_run(db,
	            "INSERT INTO presence (event, session_no, attendee, first_at, checkpoint_no,"
	            " device, epoch, seq, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
	            " ON CONFLICT (event, session_no, attendee) DO NOTHING",
	            DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(by->session_no),
	                    db_int(attendee), db_int(by->wall + by->skew),
	                    db_int(by->checkpoint_no), db_int(by->device), db_int(by->epoch),
	                    db_int(by->seq), db_int(by->arrival)),
	            &changed, error))
		return FALSE;
	*ret_first = changed == 1;
	return TRUE;
}

/* Whether @by comes before the line that put @holder in. */
static gboolean
comes_first(const Holder *holder, const ScanRow *by)
{
	gint64 at = by->wall + by->skew;
	const guint64 ours[] = { (guint64)by->device, (guint64)by->epoch, (guint64)by->seq };
	const guint64 theirs[] = { (guint64)holder->first_device, (guint64)holder->first_epoch,
		(guint64)holder->first_seq };

	if (at != holder->first_at)
		return at < holder->first_at;
	for (guint i = 0; i < G_N_ELEMENTS(ours); i++)
		if (ours[i] != theirs[i])
			return ours[i] < theirs[i];
	return FALSE;
}

gboolean
presence_lower(Db *db, const Event *event, const Holder *holder, const ScanRow *by, GError **error)
{
	if (!comes_first(holder, by))
		return TRUE;
	return db_run(db,
	        "UPDATE presence SET first_at = $4, checkpoint_no = $5, device = $6, epoch = $7,"
	        " seq = $8, version = $9 WHERE event = $1 AND session_no = $2 AND attendee = $3",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(by->session_no),
	                db_int(holder->attendee), db_int(by->wall + by->skew),
	                db_int(by->checkpoint_no), db_int(by->device), db_int(by->epoch),
	                db_int(by->seq), db_int(by->arrival)),
	        NULL, error);
}
