/*
 * Devices as the staff's room has them: listed, paired one after another, heard of, revoked.
 *
 * The pairing code that a page shows follows from the device and the end of its ten minutes under a key
 * of the event, so nothing has to be kept for showing it; the table holds its hash only, as of any.
 */
#pragma once

#include "schema/device.h"

/* The code of @device that ends at @expires. */
void device_room_code(
        VaultEvent *keys, gint64 device, gint64 expires, char ret_code[PAIRING_CODE_LENGTH + 1]);

typedef enum {
	DEVICE_TO_BE_PAIRED,
	DEVICE_CODE_EXPIRED,
	DEVICE_PAIRED,
	DEVICE_EXPIRED,
	DEVICE_REVOKED,
} DeviceState;

typedef struct {
	gint64 id;
	char *name;
	gboolean supervisor;
	DeviceState state;
	gint64 pairing_expires;
	gint64 seen;    /* UTC seconds; 0: never */
	gint64 waiting; /* scans that it said it holds */
	guint16 checkpoints[DEVICE_CHECKPOINTS_MAX];
	guint checkpoints_n;
} DeviceListed;
void device_listed_free(DeviceListed *device);

/* The devices of an event, the newest first; of DeviceListed, owned. @only: that device alone, or 0. */
gboolean device_room_list(Db *db, const guint8 event[EVENT_ID_BYTES], gint64 only, gint64 now,
        GPtrArray **ret, GError **error);

/* ---- works of the writer ---- */
/* Adds a device (device_add() of @asked) with a line in the audit. */
typedef struct {
	DeviceAsked asked;
	char *who, *name; /* owned */
} DeviceRoomAdd;
gboolean device_room_add(Db *db, gpointer data, GError **error);

/* Acts on one device of @event: gives it ten more minutes under a new code, or revokes it; with a line in the
 * audit. Nothing happens to a device that isn't there, or is past it. */
typedef struct {
	gint64 device;
	guint8 event[EVENT_ID_BYTES];
	guint8 code_hash[TOKEN_HASH_BYTES]; /* of a renewal */
	gint64 expires;
	char *who; /* owned */
	gint64 now;
	gboolean done;
} DeviceRoomAct;
gboolean device_room_renew(Db *db, gpointer data, GError **error);
gboolean device_room_revoke(Db *db, gpointer data, GError **error);

/* Writes down when a device was last heard of. */
typedef struct {
	gint64 device, seen, waiting;
} DeviceSeen;
gboolean device_room_seen(Db *db, gpointer data, GError **error);
