/*
 * The write-ahead log's writes, gathered. SQLite writes each frame of a commit by itself, its head
 * of 24 bytes and its page, which made seven system calls of one registration. Here they wait in memory
 * until the log is flushed, and go out as one.
 *
 * Nothing waits across a flush: xSync() writes first, and fails when that fails. A commit is told to
 * readers after that flush only, since all that write do so with synchronous=FULL.
 */
#pragma once

/* The name of a VFS that gathers, for sqlite3_open_v2(). Once, before any database is opened. */
const char *db_sqlite_log_vfs(void);
