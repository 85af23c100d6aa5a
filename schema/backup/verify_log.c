/*
 * The scan log line by line, and the presence that follows from it.
 *
 * Of each key (device, epoch, seq) the line of the highest accepted rev counts. A line is accepted
 * unless its last verdict says otherwise. Admitting lines put the ticket's holder in, at the least
 * (wall + skew, device, epoch, seq), unless an accepted void of a supervisor names the key, or the reason
 * says that nobody was meant (practice, rehearsal).
 */
#include "schema/backup/verify_parts.h"

#include <string.h>

#include "schema/id.h"
#include "schema/scan.h"
#include "schema/scan_check.h"
#include "schema/scan_row.h"

#define MERGES_MAX 16

typedef struct {
	gint64 device, epoch, seq;
} ScanKey;

/* A holder's presence at a session; key first, so that a hash table can look at it alone. */
typedef struct {
	gint64 attendee;
	gint64 session_no;
	gint64 first_at;
	ScanKey by;
	guint16 checkpoint_no;
} Present;

typedef struct {
	Db *db;
	const VerifiedEvent *event;
	Faults *found;
	GHashTable *holders;  /* mark -> attendee, after merges */
	GHashTable *voided;   /* set of ScanKey */
	GHashTable *trials;   /* ScanKey of seq 0 -> the highest seq that a trial's void names */
	GHashTable *verdicts; /* "key and rev" -> whether the last verdict accepts */
	GHashTable *present;  /* set of Present */
	GHashTable *counted;  /* "session region delegation" -> gint64, of the tally */
	gint64 highest_arrival;
} LogCheck;

/* ---- hash tables of wide keys ---- */

static guint
mix(guint64 a, guint64 b, guint64 c)
{
	guint64 mixed = a * G_GUINT64_CONSTANT(0x9e3779b97f4a7c15) ^
	        b * G_GUINT64_CONSTANT(0xc2b2ae3d27d4eb4f) ^
	        c * G_GUINT64_CONSTANT(0x165667b19e3779f9);
	return (guint)(mixed ^ mixed >> 32);
}

static guint
scan_key_hash(gconstpointer data)
{
	const ScanKey *key = data;
	return mix((guint64)key->device, (guint64)key->epoch, (guint64)key->seq);
}

static gboolean
scan_key_equal(gconstpointer a, gconstpointer b)
{
	return memcmp(a, b, sizeof(ScanKey)) == 0;
}

static guint
present_hash(gconstpointer data)
{
	const Present *present = data;
	return mix((guint64)present->attendee, (guint64)present->session_no, 0);
}

static gboolean
present_equal(gconstpointer a, gconstpointer b)
{
	const Present *one = a, *other = b;
	return one->attendee == other->attendee && one->session_no == other->session_no;
}

static gint
compare_unsigned(gint64 a, gint64 b)
{
	return ((guint64)a > (guint64)b) - ((guint64)a < (guint64)b);
}

/* door.md: first is the least (corrected time, device, epoch, seq), ids as unsigned numbers. */
static gboolean
comes_before(const Present *one, const Present *other)
{
	if (one->first_at != other->first_at)
		return one->first_at < other->first_at;
	gint order = compare_unsigned(one->by.device, other->by.device);
	if (order == 0)
		order = compare_unsigned(one->by.epoch, other->by.epoch);
	if (order == 0)
		order = compare_unsigned(one->by.seq, other->by.seq);
	return order < 0;
}

/* ---- whose a ticket is ---- */

static gint64 *
number_new(gint64 number)
{
	gint64 *copy = g_new(gint64, 1);
	*copy = number;
	return copy;
}

static gint64
after_merges(GHashTable *merges, gint64 attendee)
{
	for (guint i = 0; i < MERGES_MAX; i++) {
		const gint64 *into = g_hash_table_lookup(merges, &attendee);
		if (into == NULL)
			return attendee;
		attendee = *into;
	}
	return attendee;
}

static gboolean
read_holders(LogCheck *check, GError **error)
{
	DbStep step;
	GHashTableIter each;
	gpointer holder;
	g_autoptr(GHashTable) merges =
	        g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
	g_autoptr(DbRows) rows = db_query(check->db,
	        "SELECT mark, id, merged_into FROM attendee WHERE event = $1"
	        " UNION ALL SELECT mark, attendee, NULL FROM old_ticket WHERE event = $1",
	        DB_ARGS(db_bytes(check->event->event, EVENT_ID_BYTES)), error);
	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		gint64 mark = db_column_int(rows, 0), attendee = db_column_int(rows, 1);
		g_hash_table_insert(check->holders, number_new(mark), number_new(attendee));
		if (!db_column_is_null(rows, 2))
			g_hash_table_insert(
			        merges, number_new(attendee), number_new(db_column_int(rows, 2)));
	}
	g_hash_table_iter_init(&each, check->holders);
	while (g_hash_table_iter_next(&each, NULL, &holder))
		*(gint64 *)holder = after_merges(merges, *(gint64 *)holder);
	return step == DB_NO_ROW;
}

/* ---- what doesn't count ---- */

/* A key with its rev in the seq's place is no key of another line: seq stays under 2^62. */
static ScanKey
line_key(gint64 device, gint64 epoch, gint64 seq, gint64 rev)
{
	return (ScanKey){ device, epoch, (gint64)((guint64)seq << 1 | (rev != 0)) };
}

static gboolean
read_verdicts(LogCheck *check, GError **error)
{
	DbStep step;
	g_autoptr(DbRows) rows = db_query(check->db,
	        "SELECT device, epoch, seq, rev, verdict FROM verdict WHERE event = $1"
	        " ORDER BY device, epoch, seq, rev, no",
	        DB_ARGS(db_bytes(check->event->event, EVENT_ID_BYTES)), error);
	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		ScanKey key = line_key(db_column_int(rows, 0), db_column_int(rows, 1),
		        db_column_int(rows, 2), db_column_int(rows, 3));
		gboolean accepted = g_strcmp0(db_column_text(rows, 4), "accepted") == 0;
		g_hash_table_insert(
		        check->verdicts, g_memdup2(&key, sizeof key), GINT_TO_POINTER(accepted));
	}
	return step == DB_NO_ROW;
}

static gboolean
is_accepted(const LogCheck *check, const ScanRow *row)
{
	ScanKey key = line_key(row->device, row->epoch, row->seq, row->rev);
	gpointer accepted;
	return !g_hash_table_lookup_extended(check->verdicts, &key, NULL, &accepted) ||
	        GPOINTER_TO_INT(accepted);
}

/* A trial's void names a stretch: all numbers up to its own. */
static void
add_trial(LogCheck *check, const ScanKey *up_to)
{
	const ScanKey stretch = { up_to->device, up_to->epoch, 0 };
	const gint64 *there = g_hash_table_lookup(check->trials, &stretch);

	if (there == NULL || *there < up_to->seq)
		g_hash_table_replace(check->trials, g_memdup2(&stretch, sizeof stretch),
		        g_memdup2(&up_to->seq, sizeof up_to->seq));
}

static gboolean
is_voided(const LogCheck *check, const ScanKey *key)
{
	const ScanKey stretch = { key->device, key->epoch, 0 };
	const gint64 *up_to = g_hash_table_lookup(check->trials, &stretch);

	return (up_to != NULL && key->seq <= *up_to) || g_hash_table_contains(check->voided, key);
}

/* Voids come first: a void counts whether it came before or after what it voids. */
static gboolean
read_voids(LogCheck *check, GError **error)
{
	DbStep step;
	g_autoptr(DbRows) rows = db_query(check->db,
	        "SELECT s.device, s.epoch, s.seq, s.rev, s.void_device, s.void_epoch, s.void_seq,"
	        " s.reason FROM scan s LEFT JOIN device d ON d.id = s.device"
	        " WHERE s.event = $1 AND s.decision = 'void' AND s.void_seq IS NOT NULL"
	        " AND (d.role = 'supervisor' OR s.device = 2)", /* DEVICE_STAFF */
	        DB_ARGS(db_bytes(check->event->event, EVENT_ID_BYTES)), error);
	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		ScanRow row = { .device = db_column_int(rows, 0),
			.epoch = db_column_int(rows, 1),
			.seq = db_column_int(rows, 2),
			.rev = (guint8)db_column_int(rows, 3) };
		ScanKey voided = { db_column_int(rows, 4), db_column_int(rows, 5),
			db_column_int(rows, 6) };
		if (!is_accepted(check, &row))
			continue;
		if (g_strcmp0(db_column_text(rows, 7), "trial") == 0)
			add_trial(check, &voided);
		else
			g_hash_table_add(check->voided, g_memdup2(&voided, sizeof voided));
	}
	return step == DB_NO_ROW;
}

/* ---- the log ---- */

static void
line_fault(LogCheck *check, const ScanRow *row, const char *what)
{
	char device[ID_HEX_LENGTH + 1], epoch[ID_HEX_LENGTH + 1];
	id_to_hex(row->device, device);
	id_to_hex(row->epoch, epoch);
	g_autofree char *where = g_strdup_printf("scan log of event %s, device %s, epoch %s,"
	                                         " seq %" G_GINT64_FORMAT ", rev %u",
	        check->event->slug, device, epoch, row->seq, row->rev);
	faults_add(check->found, where, "%s", what);
}

static gboolean
admits(const ScanRow *row)
{
	static const char *const words[] = { "admit", "again", "admit_provisional",
		"admit_override", NULL };
	return g_strv_contains(words, row->decision) &&
	        g_strcmp0(row->reason, SCAN_REASON_PRACTICE) != 0 &&
	        g_strcmp0(row->reason, SCAN_REASON_REHEARSAL) != 0;
}

/* ---- the tally ---- */

static void
add_counted(LogCheck *check, gint64 session, gint64 region, gint64 delegation, gint64 count)
{
	char *cell = g_strdup_printf("session %" G_GINT64_FORMAT ", region %" G_GINT64_FORMAT
	                             ", delegation %" G_GINT64_FORMAT,
	        session, region, delegation);
	gint64 *sum = g_hash_table_lookup(check->counted, cell);

	if (sum != NULL) {
		*sum += count;
		g_free(cell);
	} else {
		g_hash_table_insert(check->counted, cell, g_memdup2(&count, sizeof count));
	}
}

/* What the table says is taken from what the log says: nothing may be left. */
static gboolean
verify_tally(LogCheck *check, GError **error)
{
	DbStep step;
	GHashTableIter each;
	gpointer cell, sum;
	g_autoptr(DbRows) rows = db_query(check->db,
	        "SELECT session_no, region_no, delegation_no, counted FROM tally WHERE event = $1",
	        DB_ARGS(db_bytes(check->event->event, EVENT_ID_BYTES)), error);
	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW)
		add_counted(check, db_column_int(rows, 0), db_column_int(rows, 1),
		        db_column_int(rows, 2), -db_column_int(rows, 3));
	g_hash_table_iter_init(&each, check->counted);
	while (step == DB_NO_ROW && g_hash_table_iter_next(&each, &cell, &sum)) {
		if (*(gint64 *)sum == 0)
			continue;
		g_autofree char *where =
		        g_strdup_printf("tally of event %s, %s", check->event->slug, (char *)cell);
		faults_add(check->found, where, "is not what the scan log has counted");
	}
	return step == DB_NO_ROW;
}

/* One key's effective line. */
static void
take_effective(LogCheck *check, const ScanRow *row)
{
	ScanKey key = { row->device, row->epoch, row->seq };
	const gint64 *holder =
	        row->has_mark ? g_hash_table_lookup(check->holders, &row->mark) : NULL;
	if (is_voided(check, &key))
		return;
	if (strcmp(row->decision, "count") == 0)
		add_counted(check, row->session_no, row->region_no, row->delegation_no, row->count);
	if (!admits(row) || holder == NULL)
		return;
	Present fresh = { .attendee = *holder,
		.session_no = row->session_no,
		.first_at = row->wall + row->skew,
		.by = key,
		.checkpoint_no = row->checkpoint_no };
	Present *there = g_hash_table_lookup(check->present, &fresh);
	if (there == NULL)
		g_hash_table_add(check->present, g_memdup2(&fresh, sizeof fresh));
	else if (comes_before(&fresh, there))
		*there = fresh;
}

/* Lines come by key, the highest rev first, so the first accepted one of a key is the effective. */
static gboolean
read_log(LogCheck *check, gint64 *ret_scans, GError **error)
{
	DbStep step;
	ScanKey done = { 0 };
	gboolean any = FALSE;
	g_autoptr(DbRows) rows = db_query(check->db,
	        "SELECT " SCAN_ROW_COLUMNS ", s.check_value FROM scan s WHERE s.event = $1"
	        " ORDER BY s.device, s.epoch, s.seq, s.rev DESC",
	        DB_ARGS(db_bytes(check->event->event, EVENT_ID_BYTES)), error);
	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		ScanRow row;
		scan_row_read(rows, &row);
		const ScanKey key = { row.device, row.epoch, row.seq };
		(*ret_scans)++;
		check->highest_arrival = MAX(check->highest_arrival, row.arrival);
		/* a late line may be older than the secret that took the first one's place */
		if (check->event->keys != NULL && !(check->event->expired && !row.has_mark) &&
		        scan_row_check(check->event->keys, check->event->event, &row) !=
		                db_column_int(rows, SCAN_ROW_N))
			line_fault(check, &row, "was changed since it was written");
		if ((any && scan_key_equal(&key, &done)) || !is_accepted(check, &row))
			continue;
		any = TRUE;
		done = key;
		take_effective(check, &row);
	}
	return step == DB_NO_ROW;
}

/* ---- presence ---- */

static void
presence_fault(LogCheck *check, const Present *present, const char *what)
{
	char hex[ID_HEX_LENGTH + 1];
	id_to_hex(present->attendee, hex);
	g_autofree char *where = g_strdup_printf(
	        "presence of attendee %s at session %" G_GINT64_FORMAT " of event %s", hex,
	        present->session_no, check->event->slug);
	faults_add(check->found, where, "%s", what);
}

static void
compare_presence(LogCheck *check, const Present *stored)
{
	Present *derived = g_hash_table_lookup(check->present, stored);
	if (derived == NULL) {
		presence_fault(check, stored, "has no admitting line in the scan log");
		return;
	}
	if (derived->first_at != stored->first_at ||
	        derived->checkpoint_no != stored->checkpoint_no ||
	        !scan_key_equal(&derived->by, &stored->by))
		presence_fault(check, stored, "is not by the line that the scan log has first");
	g_hash_table_remove(check->present, stored);
}

static gboolean
verify_presence(LogCheck *check, gint64 *ret_presences, GError **error)
{
	DbStep step;
	GHashTableIter each;
	gpointer missing;
	g_autoptr(DbRows) rows = db_query(check->db,
	        "SELECT attendee, session_no, first_at, device, epoch, seq, checkpoint_no"
	        " FROM presence WHERE event = $1 ORDER BY session_no, attendee",
	        DB_ARGS(db_bytes(check->event->event, EVENT_ID_BYTES)), error);
	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		Present stored = { .attendee = db_column_int(rows, 0),
			.session_no = db_column_int(rows, 1),
			.first_at = db_column_int(rows, 2),
			.by = { db_column_int(rows, 3), db_column_int(rows, 4),
			        db_column_int(rows, 5) },
			.checkpoint_no = (guint16)db_column_int(rows, 6) };
		(*ret_presences)++;
		compare_presence(check, &stored);
	}
	g_hash_table_iter_init(&each, check->present);
	while (step == DB_NO_ROW && g_hash_table_iter_next(&each, &missing, NULL))
		presence_fault(check, missing, "is missing, and the scan log has them in");
	return step == DB_NO_ROW;
}

static gboolean
verify_version(const LogCheck *check, GError **error)
{
	gint64 version;
	if (!db_ask_int(check->db, "SELECT version FROM event WHERE id = $1",
	            DB_ARGS(db_bytes(check->event->event, EVENT_ID_BYTES)), 0, &version, error))
		return FALSE;
	if (version < check->highest_arrival) {
		g_autofree char *where = g_strdup_printf("event %s", check->event->slug);
		faults_add(check->found, where,
		        "its version %" G_GINT64_FORMAT
		        " is older than its scan log's %" G_GINT64_FORMAT,
		        version, check->highest_arrival);
	}
	return TRUE;
}

gboolean
verify_log(Db *db, const VerifiedEvent *event, Faults *found, gint64 *ret_scans,
        gint64 *ret_presences, GError **error)
{
	LogCheck check = { .db = db,
		.event = event,
		.found = found,
		.holders = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free),
		.voided = g_hash_table_new_full(scan_key_hash, scan_key_equal, g_free, NULL),
		.verdicts = g_hash_table_new_full(scan_key_hash, scan_key_equal, g_free, NULL),
		.trials = g_hash_table_new_full(scan_key_hash, scan_key_equal, g_free, g_free),
		.present = g_hash_table_new_full(present_hash, present_equal, g_free, NULL),
		.counted = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free) };
	gboolean answered = read_holders(&check, error) && read_verdicts(&check, error) &&
	        read_voids(&check, error) && read_log(&check, ret_scans, error) &&
	        verify_presence(&check, ret_presences, error) &&
	        /* of lines that went with the people the tally stays as a number */
	        (event->expired || verify_tally(&check, error)) && verify_version(&check, error);
	g_hash_table_unref(check.holders);
	g_hash_table_unref(check.voided);
	g_hash_table_unref(check.trials);
	g_hash_table_unref(check.verdicts);
	g_hash_table_unref(check.present);
	g_hash_table_unref(check.counted);
	return answered;
}
