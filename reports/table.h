/*
 * The one form that all outputs print: columns, then rows that come one at a time, so that a
 * million of them need no memory.
 */
#pragma once

#include <stdio.h>
#include "schema/error.h"

typedef enum {
	COLUMN_TEXT,
	COLUMN_NUMBER,
	COLUMN_TIME, /* UTC seconds, printed in the table's zone as ISO 8601 */
} ColumnType;

typedef struct {
	const char *name;  /* one name in every format */
	ColumnType type;
} Column;

typedef struct {
	const char *text; /* lent until the next row; NULL prints as nothing (null in JSON) */
	gint64 number;
	gboolean absent;
} Cell;

typedef struct {
	const Column *columns;
	guint columns_n;
	GTimeZone *zone; /* nullable: UTC */
	/* Fills @cells (columns_n of them): TRUE with *ret_row for a row, TRUE without at the end. */
	gboolean (*next)(gpointer data, Cell *cells, gboolean *ret_row, GError **error);
	gpointer data;
} Table;

typedef enum {
	FORMAT_TABLE, /* for a terminal: aligned columns */
	FORMAT_CSV,   /* RFC 4180, UTF-8, CRLF; cells that a spreadsheet would compute are made text */
	FORMAT_JSON,  /* an array of objects, one a line */
#define FORMATS 3
} TableFormat;

gboolean table_format_parse(const char *word, TableFormat *ret);

/* Prints @table to @out; WORLD when it can't be written. */
gboolean table_print(const Table *table, TableFormat format, FILE *out, GError **error);
