/*
 * The vault's files: written anew, flushed, renamed, the folder flushed; mode 0600 in folders of
 * mode 0700. For the room vault/ and the list beside the keys (forget/erase_list.c).
 */
#pragma once

#include "schema/error.h"

#define KEY_BYTES     32
#define KEY_PLAIN_MAX 64 /* the longest content of a wrapped file */

/* Makes a folder of mode 0700; one that is there already is fine. */
gboolean key_folder_make(const char *path, GError **error);
/* Flushes a folder, so that the names in it are durable. */
gboolean key_folder_flush(const char *path, GError **error);
/* Removes a folder and the files in it; for clearing up what was not finished. */
void key_folder_remove(const char *path);

/* Writes FOLDER/NAME; INPUT when it is there already. */
gboolean key_file_write(
        const char *folder, const char *name, gconstpointer bytes, gsize length, GError **error);
/* Reads PATH, at most @max bytes. ABSENT when there is none. */
gboolean
key_file_read(const char *path, guint8 *ret_bytes, gsize max, gsize *ret_length, GError **error);

/* Adds @bytes to the end of PATH, made when it is not there, flushed. */
gboolean key_file_append(const char *path, gconstpointer bytes, gsize length, GError **error);

/* The same for content wrapped by @key; @label (the file's place under keys/) is its associated
 * data, so files can't be swapped. Unwrapping something else is INPUT. */
gboolean key_file_write_wrapped(const char *folder, const char *name, const char *label,
        const guint8 key[KEY_BYTES], gconstpointer plain, gsize length, GError **error);
gboolean key_file_read_wrapped(const char *path, const char *label, const guint8 key[KEY_BYTES],
        guint8 *ret_plain, gsize length, GError **error);

/* Puts another content in the place of FOLDER/NAME; not flushed before the folder is, and the old file's blocks are written over. */
gboolean key_file_replace_wrapped(const char *folder, const char *name, const char *label,
        const guint8 key[KEY_BYTES], gconstpointer plain, gsize length, GError **error);
/* FOLDER/NAME, wrapped by @from, is wrapped by @to; when it is so already, nothing. The caller flushes the folder. */
gboolean key_file_rewrap(const char *folder, const char *name, const char *label,
        const guint8 from[KEY_BYTES], const guint8 to[KEY_BYTES], GError **error);
/* Writes random bytes over all of an open file, as well as the disk lets. */
void key_file_wipe(int file);

/* DIR/keys/NAME, a master key: wrapped by the secret in @master_file, or plain when that is NULL. */
gboolean key_master_write(const char *keys_folder, const char *name, const char *master_file,
        const guint8 master[KEY_BYTES], GError **error);
gboolean key_master_read(const char *keys_folder, const char *name, const char *master_file,
        guint8 ret_master[KEY_BYTES], GError **error);
