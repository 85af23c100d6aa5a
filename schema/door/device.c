#include "schema/device.h"

#include <string.h>

#include "schema/id.h"

#define CODE_CHARACTERS 16
#define CODE_BYTES      PAIRING_BITS_BYTES /* 80 bits, 5 a character */

static const char alphabet[33] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* ---- the pairing code ---- */

/* The 16 characters in fours. */
static void
code_show(const char bare[CODE_CHARACTERS], char ret_code[PAIRING_CODE_LENGTH + 1])
{
	guint at = 0;

	for (guint i = 0; i < CODE_CHARACTERS; i++) {
		if (i > 0 && i % 4 == 0)
			ret_code[at++] = '-';
		ret_code[at++] = bare[i];
	}
	ret_code[at] = '\0';
}

void
pairing_code_show(const guint8 bytes[PAIRING_BITS_BYTES], char ret_code[PAIRING_CODE_LENGTH + 1])
{
	char bare[CODE_CHARACTERS];
	guint bits = 0, held = 0, at = 0;

	for (guint i = 0; i < CODE_CHARACTERS; i++) {
		if (held < 5) {
			bits = (bits << 8 | bytes[at++]) & 0xfff;
			held += 8;
		}
		held -= 5;
		bare[i] = alphabet[bits >> held & 31];
	}
	code_show(bare, ret_code);
}

void
pairing_code_new(char ret_code[PAIRING_CODE_LENGTH + 1])
{
	guint8 bytes[CODE_BYTES];

	random_bytes(bytes, sizeof bytes);
	pairing_code_show(bytes, ret_code);
}

/* As it is hashed: capital, look-alikes read as the digits they look like. 0 for no such character. */
static char
code_character(char c)
{
	c = g_ascii_toupper(c);
	if (c == 'O')
		return '0';
	if (c == 'I' || c == 'L')
		return '1';
	return c != '\0' && strchr(alphabet, c) ? c : 0;
}

gboolean
pairing_code_hash(const char *code, guint8 ret_hash[TOKEN_HASH_BYTES])
{
	char bare[CODE_CHARACTERS];
	guint n = 0;

	for (; *code != '\0'; code++) {
		if (*code == '-' || g_ascii_isspace(*code))
			continue;
		char c = code_character(*code);
		if (c == 0 || n == CODE_CHARACTERS)
			return FALSE;
		bare[n++] = c;
	}
	if (n != CODE_CHARACTERS)
		return FALSE;
	hash_sha256(bare, sizeof bare, ret_hash);
	return TRUE;
}

/* ---- whose token ---- */

/* Reads the rows (id, event, role, expires, revoked_at, checkpoint_no) of one device. */
static gboolean
take_device(DbRows *given, gint64 now, Device *ret, gboolean *ret_found, GError **error)
{
	g_autoptr(DbRows) rows = given;
	Device device = { 0 };
	DbStep step = DB_ERROR_ROW;

	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		gsize length = 0;
		gconstpointer event = db_column_bytes(rows, 1, &length);
		if (length != EVENT_ID_BYTES) {
			g_set_error_literal(
			        error, DB_ERROR, DB_ERROR_BROKEN, "a device without an event");
			return FALSE;
		}
		memcpy(device.event, event, EVENT_ID_BYTES);
		device.id = db_column_int(rows, 0);
		device.supervisor = g_strcmp0(db_column_text(rows, 2), "supervisor") == 0;
		device.expired = db_column_int(rows, 3) <= now;
		device.revoked = !db_column_is_null(rows, 4);
		if (!db_column_is_null(rows, 5) && device.checkpoints_n < DEVICE_CHECKPOINTS_MAX)
			device.checkpoints[device.checkpoints_n++] =
			        (guint16)db_column_int(rows, 5);
	}
	if (step == DB_ERROR_ROW)
		return FALSE;
	*ret_found = device.id != 0;
	if (device.id != 0)
		*ret = device;
	return TRUE;
}

gboolean
device_by_token(Db *db, const guint8 hash[TOKEN_HASH_BYTES], gint64 now, Device *ret,
        gboolean *ret_found, GError **error)
{
	return take_device(db_query(db,
	                           "SELECT d.id, d.event, d.role, d.expires, d.revoked_at,"
	                           " c.checkpoint_no FROM device d"
	                           " LEFT JOIN device_checkpoint c ON c.device = d.id"
	                           " WHERE d.token_hash = $1 ORDER BY c.checkpoint_no",
	                           DB_ARGS(db_bytes(hash, TOKEN_HASH_BYTES)), error),
	        now, ret, ret_found, error);
}

gboolean
device_standing(Db *db, gint64 id, const guint8 event[EVENT_ID_BYTES], gboolean *ret_known,
        gboolean *ret_supervisor, gboolean *ret_revoked, GError **error)
{
	if (id == DEVICE_LOCAL || id == DEVICE_STAFF) {
		*ret_known = TRUE;
		*ret_supervisor = id == DEVICE_STAFF;
		*ret_revoked = FALSE;
		return TRUE;
	}
	g_autoptr(DbRows) row =
	        db_query(db, "SELECT role, revoked_at FROM device WHERE id = $1 AND event = $2",
	                DB_ARGS(db_int(id), db_bytes(event, EVENT_ID_BYTES)), error);
	if (row == NULL)
		return FALSE;
	DbStep step = db_next(row, error);
	if (step == DB_ERROR_ROW)
		return FALSE;
	*ret_known = step == DB_ROW;
	*ret_supervisor = step == DB_ROW && g_strcmp0(db_column_text(row, 0), "supervisor") == 0;
	*ret_revoked = step == DB_ROW && !db_column_is_null(row, 1);
	return TRUE;
}

gboolean
device_may_scan_at(const Device *device, guint16 checkpoint_no)
{
	for (guint i = 0; i < device->checkpoints_n; i++)
		if (device->checkpoints[i] == checkpoint_no)
			return TRUE;
	return FALSE;
}

/* ---- adding and pairing ---- */

gboolean
device_add(Db *db, gpointer data, GError **error)
{
	const DeviceAsked *asked = data;
	gint64 changed = 0;

	if (!db_run(db,
	            "INSERT INTO device (id, event, name, role, pairing_hash, pairing_expires,"
	            " expires) VALUES ($1, $2, $3, $4, $5, $6, $7)",
	            DB_ARGS(db_int(asked->id), db_bytes(asked->event->id, EVENT_ID_BYTES),
	                    db_text(asked->name),
	                    db_text(asked->supervisor ? "supervisor" : "scan"),
	                    db_bytes(asked->code_hash, TOKEN_HASH_BYTES),
	                    db_int(asked->now + DEVICE_PAIRING_S),
	                    db_int(asked->event->ends + DEVICE_AFTER_S)),
	            &changed, error))
		return FALSE;
	for (guint i = 0; i < asked->checkpoints_n; i++)
		if (!db_run(db,
		            "INSERT INTO device_checkpoint (device, event, checkpoint_no)"
		            " VALUES ($1, $2, $3)",
		            DB_ARGS(db_int(asked->id), db_bytes(asked->event->id, EVENT_ID_BYTES),
		                    db_int(asked->checkpoints[i])),
		            NULL, error))
			return FALSE;
	return TRUE;
}

/* Takes the code if it may be taken; the guard is in the write, so one phone gets it. */
static gboolean
take_code(Db *db, const DevicePairing *pairing, gboolean *ret_taken, GError **error)
{
	gint64 changed = 0;

	if (!db_run(db,
	            "UPDATE device SET token_hash = $2, pairing_nonce = $3, paired_at = $4,"
	            " name = COALESCE($5, name)"
	            " WHERE pairing_hash = $1 AND pairing_expires > $4 AND expires > $4"
	            " AND revoked_at IS NULL"
	            " AND (token_hash IS NULL OR pairing_nonce = $3)",
	            DB_ARGS(db_bytes(pairing->code_hash, TOKEN_HASH_BYTES),
	                    db_bytes(pairing->token_hash, TOKEN_HASH_BYTES),
	                    db_text(pairing->nonce), db_int(pairing->now), db_text(pairing->name)),
	            &changed, error))
		return FALSE;
	*ret_taken = changed == 1;
	return TRUE;
}

gboolean
device_pair(Db *db, gpointer data, GError **error)
{
	DevicePairing *pairing = data;
	gboolean taken = FALSE, found = FALSE;

	if (!take_code(db, pairing, &taken, error))
		return FALSE;
	if (!take_device(db_query(db,
	                         "SELECT d.id, d.event, d.role, d.expires, d.revoked_at,"
	                         " c.checkpoint_no FROM device d"
	                         " LEFT JOIN device_checkpoint c ON c.device = d.id"
	                         " WHERE d.pairing_hash = $1 ORDER BY c.checkpoint_no",
	                         DB_ARGS(db_bytes(pairing->code_hash, TOKEN_HASH_BYTES)), error),
	            pairing->now, &pairing->device, &found, error))
		return FALSE;
	pairing->outcome = taken ? PAIRING_DONE : found ? PAIRING_GONE : PAIRING_UNKNOWN;
	return TRUE;
}

/* ---- checkpoints by word ---- */

static const EventCheckpoint *
checkpoint_named(const Event *event, const EventSession *session, const char *text)
{
	guint64 no = 0;
	gboolean is_number = g_ascii_string_to_unsigned(text, 10, 1, G_MAXUINT16, &no, NULL);
	g_autofree char *wanted = g_utf8_casefold(text, -1);

	for (guint i = 0; i < event->checkpoints->len; i++) {
		const EventCheckpoint *checkpoint = g_ptr_array_index(event->checkpoints, i);
		g_autofree char *name = g_utf8_casefold(checkpoint->name, -1);
		if (checkpoint->session_no != session->no)
			continue;
		if ((is_number && checkpoint->no == no) || strcmp(name, wanted) == 0)
			return checkpoint;
	}
	return NULL;
}

const EventCheckpoint *
checkpoint_find(const Event *event, const EventSession *session, const char *text, GError **error)
{
	const EventCheckpoint *found = text == NULL ? event_first_checkpoint(event, session->no)
	                                            : checkpoint_named(event, session, text);

	if (found != NULL)
		return found;
	g_autoptr(GString) known = g_string_new(NULL);
	for (guint i = 0; i < event->checkpoints->len; i++) {
		const EventCheckpoint *checkpoint = g_ptr_array_index(event->checkpoints, i);
		if (checkpoint->session_no == session->no)
			g_string_append_printf(known, "%s%u (%s)", known->len ? ", " : "",
			        checkpoint->no, checkpoint->name);
	}
	if (known->len == 0)
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "session %s has no checkpoint; add one to the event's definition",
		        session->code);
	else
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "session %s has no checkpoint \"%s\"; it has %s", session->code, text,
		        known->str);
	return NULL;
}
