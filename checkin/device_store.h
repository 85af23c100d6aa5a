/*
 * What a paired laptop keeps on its disk, beside the file F that holds its token:
 *
 *   F             the token, one line, mode 0600
 *   F.d/lock      held by the one process that scans with it
 *   F.d/scans     the scan log's items (device.h), appended: 144 bytes as phones store them and a check of 8, the first
 *                 of their SHA-256. Of a key the last one counts. Nothing is deleted.
 *   F.d/NAME.json who it is, and its lists by session: written anew, flushed, renamed
 *
 * An append-only file and no database: an item is one write and one flush, what a crash tears off is told
 * by its check, and the folder can be handed over as it is. After a write that failed the file is cut
 * to what it was, so that nothing is found later that was told as not stored.
 */
#pragma once

#include <jansson.h>

#include "checkin/device.h"
#include "schema/vault.h"

typedef struct DeviceStore DeviceStore;

/* @writing: holds the lock, makes the folder; else what is there can be read beside the one that scans.
 * WORLD when another process holds it, ABSENT when there is no token file (@writing FALSE: no folder). */
DeviceStore *device_store_open(const char *token_file, gboolean writing, GError **error);
void device_store_free(DeviceStore *store); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DeviceStore, device_store_free)

/* The token; ABSENT when there is no token file, INPUT when it holds none. Wiped by who took it. */
char *device_store_token(const DeviceStore *store, GError **error);
/* Writes the token file, which must not be there: INPUT. Durable when TRUE. */
gboolean device_store_set_token(DeviceStore *store, const char *token, GError **error);

/* The last item of each key, in the order in which the keys came; of DeviceItem. @ret_damaged: how many places hold none
 * that can be read, but for those that a crash left at the end. */
gboolean
device_store_items(DeviceStore *store, GArray **ret_items, guint *ret_damaged, GError **error);
/* Strictly durable when TRUE, all of them; else as if it had not been asked. After device_store_items(). */
gboolean device_store_append(DeviceStore *store, const DeviceItem *items, guint n, GError **error);

/* A thing of @name (letters, digits, hyphens); NULL without @error when there is none, or none that
 * can be read. */
json_t *device_store_get(DeviceStore *store, const char *name, GError **error);
gboolean
device_store_set(DeviceStore *store, const char *name, const json_t *value, GError **error);
