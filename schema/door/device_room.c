#include "schema/device_room.h"

#include <string.h>

#include "schema/audit.h"
#include "schema/id.h"

void
device_room_code(
        VaultEvent *keys, gint64 device, gint64 expires, char ret_code[PAIRING_CODE_LENGTH + 1])
{
	guint8 bits[PAIRING_BITS_BYTES];

	vault_pairing_bits(keys, device, expires, bits);
	pairing_code_show(bits, ret_code);
}

void
device_listed_free(DeviceListed *device)
{
	g_free(device->name);
	g_free(device);
}

static DeviceState
state_of(DbRows *row, gint64 now)
{
	if (!db_column_is_null(row, 5))
		return DEVICE_REVOKED;
	if (db_column_int(row, 4) <= now)
		return DEVICE_EXPIRED;
	if (!db_column_is_null(row, 6))
		return DEVICE_PAIRED;
	return db_column_int(row, 3) > now ? DEVICE_TO_BE_PAIRED : DEVICE_CODE_EXPIRED;
}

static DeviceListed *
listed(DbRows *row, gint64 now)
{
	DeviceListed *device = g_new0(DeviceListed, 1);

	device->id = db_column_int(row, 0);
	device->name = g_strdup(db_column_text(row, 1));
	device->supervisor = g_strcmp0(db_column_text(row, 2), "supervisor") == 0;
	device->state = state_of(row, now);
	device->pairing_expires = db_column_int(row, 3);
	device->seen = db_column_int(row, 7);
	device->waiting = db_column_int(row, 8);
	return device;
}

gboolean
device_room_list(Db *db, const guint8 event[EVENT_ID_BYTES], gint64 only, gint64 now,
        GPtrArray **ret, GError **error)
{
	g_autoptr(GPtrArray) devices =
	        g_ptr_array_new_with_free_func((GDestroyNotify)device_listed_free);
	DeviceListed *device = NULL;
	DbStep step = DB_ERROR_ROW;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT d.id, d.name, d.role, d.pairing_expires, d.expires, d.revoked_at,"
	        " d.paired_at, COALESCE(s.seen, d.paired_at, 0), COALESCE(s.waiting, 0),"
	        " c.checkpoint_no"
	        " FROM device d LEFT JOIN device_seen s ON s.device = d.id"
	        " LEFT JOIN device_checkpoint c ON c.device = d.id"
	        " WHERE d.event = $1 AND ($2 = 0 OR d.id = $2)"
	        " ORDER BY d.id DESC, c.checkpoint_no",
	        DB_ARGS(db_bytes(event, EVENT_ID_BYTES), db_int(only)), error);

	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		if (device == NULL || device->id != db_column_int(rows, 0)) {
			device = listed(rows, now);
			g_ptr_array_add(devices, device);
		}
		if (!db_column_is_null(rows, 9) && device->checkpoints_n < DEVICE_CHECKPOINTS_MAX)
			device->checkpoints[device->checkpoints_n++] =
			        (guint16)db_column_int(rows, 9);
	}
	if (step != DB_NO_ROW)
		return FALSE;
	*ret = g_steal_pointer(&devices);
	return TRUE;
}

gboolean
device_room_add(Db *db, gpointer data, GError **error)
{
	DeviceRoomAdd *add = data;

	return device_add(db, &add->asked, error) &&
	        audit_add(db, add->asked.event->id, add->who, "device-add", add->asked.name,
	                add->asked.now, error);
}

static gboolean
note(Db *db, const DeviceRoomAct *act, const char *what, GError **error)
{
	char hex[ID_HEX_LENGTH + 1];

	id_to_hex(act->device, hex);
	return audit_add(db, act->event, act->who, what, hex, act->now, error);
}

gboolean
device_room_renew(Db *db, gpointer data, GError **error)
{
	DeviceRoomAct *act = data;
	gint64 changed = 0;

	if (!db_run(db,
	            "UPDATE device SET pairing_hash = $3, pairing_expires = $4, pairing_nonce = "
	            "NULL"
	            " WHERE id = $1 AND event = $2 AND paired_at IS NULL AND revoked_at IS NULL",
	            DB_ARGS(db_int(act->device), db_bytes(act->event, EVENT_ID_BYTES),
	                    db_bytes(act->code_hash, TOKEN_HASH_BYTES), db_int(act->expires)),
	            &changed, error))
		return FALSE;
	act->done = changed == 1;
	return !act->done || note(db, act, "device-renew", error);
}

gboolean
device_room_revoke(Db *db, gpointer data, GError **error)
{
	DeviceRoomAct *act = data;
	gint64 changed = 0;

	/* the first revocation stands: what arrived since then was judged by it */
	if (!db_run(db,
	            "UPDATE device SET revoked_at = $3"
	            " WHERE id = $1 AND event = $2 AND revoked_at IS NULL",
	            DB_ARGS(db_int(act->device), db_bytes(act->event, EVENT_ID_BYTES),
	                    db_int(act->now)),
	            &changed, error))
		return FALSE;
	act->done = changed == 1;
	return !act->done || note(db, act, "device-revoke", error);
}

gboolean
device_room_seen(Db *db, gpointer data, GError **error)
{
	const DeviceSeen *seen = data;

	return db_run(db,
	        "INSERT INTO device_seen (device, seen, waiting)"
	        " SELECT id, CAST($2 AS BIGINT), CAST($3 AS BIGINT) FROM device WHERE id = $1"
	        " ON CONFLICT (device) DO UPDATE SET seen = excluded.seen,"
	        " waiting = excluded.waiting WHERE device_seen.seen <= excluded.seen",
	        DB_ARGS(db_int(seen->device), db_int(seen->seen), db_int(seen->waiting)), NULL,
	        error);
}
