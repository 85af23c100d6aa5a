/*
 * Migrations: migrations/NNNN.sql, applied once each, in order, all that are missing in one
 * transaction. The table schema_version holds their numbers and checksums (SHA-256, hex).
 */
#pragma once

#include "schema/db.h"
#include "schema/embed.h"

/* Brings the database up to date; an empty one gets everything. INPUT when it is newer than the
 * program; BROKEN when a migration that it has differs from the program's, or when it holds tables
 * that are not ours. */
gboolean migrate(Db *db, GError **error);

/* Whether the database is as this program needs it, writing nothing. INPUT when it is newer or
 * older, ABSENT when it is empty. */
gboolean migrate_check(Db *db, GError **error);

/* Adds each migration whose checksum differs to @found. */
gboolean migrate_verify(Db *db, Faults *found, GError **error);

/* The same with other migrations than the program's own, for tests. */
gboolean migrate_with(Db *db, const Embedded *migrations, GError **error);
