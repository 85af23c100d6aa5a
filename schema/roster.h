/*
 * A list of people registered at once, all or nothing: `turnout schema import`.
 *
 * The file is CSV (RFC 4180, UTF-8, commas). Its first line names form fields (interface.md), and besides
 * them `ref`, `lang` and `captain`. Every row is one person. Fields that may come several times
 * (session_…, stop, access, a question with several answers) hold them separated by ";". `contact`
 * may be left out: it follows from e-mail, phone and delegation.
 *
 * A row that was imported before is known by its `ref`, else by its content, and is left alone. Two
 * rows of one file that are the same without a `ref` are a fault: nobody can know whether they
 * are two people.
 */
#pragma once

#include <jansson.h>
#include <stdio.h>
#include "schema/record.h"

#define ROSTER_ROWS_MAX    200000
#define ROSTER_COLUMNS_MAX 200
#define ROSTER_BYTES_MAX   (32 * 1024 * 1024)

/* Reads @file to its end: {"header": [name …], "rows": [[line, cell …] …]}, rows without any text
 * left out, every row as long as the header. NULL with all faults by line and column (INPUT). */
json_t *roster_parse(FILE *file, const char *source, GError **error);

/* Any list that a spreadsheet wrote, read leniently: UTF-8 without a byte order mark, cells cut by @separator, lines that end
 * as they like. [[line, cell …] …], cells trimmed, lines without any text left out; at most @rows_max, and *ret_more when
 * there are more. Owned by the caller. */
json_t *
roster_cells(const char *text, gsize length, char separator, guint rows_max, gboolean *ret_more);

#define ROSTER_OPERATION "schema.import"
/* The operation: what roster_parse() gave, with "event" (slug), "source" (the
 * file's name, for messages) and "dry_run" and "agreed_anew". Answers {"registered", "already", "anew", "left_out": [line …]}: rows of people who were
 * deleted (schema/forgotten.h) are left out, or with "agreed_anew" taken in and counted as "anew" among the registered. On any fault nothing
 * is registered and all faults are told by line and column (INPUT). A dry run finds the same
 * faults, counts the same, and registers nobody. */
json_t *roster_import(Record *record, const json_t *asked, gint64 now, GError **error);

/* `turnout schema import ROSTER.csv --event E [--dry-run] [--agreed-anew]`. Returns the exit status. */
int roster_command(int argc, char **argv);
