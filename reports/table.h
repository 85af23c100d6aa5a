/*
 * The one form that all outputs print: columns, then rows that come one at a time, so that a
 * million of them need no memory.
 *
 * As a table for a terminal, widths are those of the first TABLE_SAMPLE rows; a wider cell further
 * down pushes its own row aside and no other. Control characters never reach a terminal.
 */
#pragma once

#include <stdio.h>
#include "schema/error.h"

typedef enum {
	COLUMN_TEXT,
	COLUMN_NUMBER,
	COLUMN_MONEY, /* in the smallest unit of a currency, printed with its decimals: 15.00 */
	COLUMN_TIME,  /* UTC seconds, printed in the table's zone as ISO 8601 with its offset */
} ColumnType;

typedef struct {
	const char *name; /* one name in every format */
	ColumnType type;
} Column;

typedef struct {
	const char *text; /* COLUMN_TEXT: lent until the next row; NULL is absent */
	gint64 number;    /* the other types */
	guint8 decimals;  /* COLUMN_MONEY: of the currency */
	gboolean absent;  /* prints as nothing (null in JSON) */
} Cell;

typedef struct {
	const Column *columns;
	guint columns_n;
	GTimeZone *zone; /* nullable: UTC */
	/* Fills @cells (columns_n of them, zeroed): TRUE with *ret_row for a row, TRUE without at the
	 * end. */
	gboolean (*next)(gpointer data, Cell *cells, gboolean *ret_row, GError **error);
	gpointer data;
	const char *title; /* of a sheet and of a page: the report's name; nullable */
	gint64 made;       /* UTC seconds, for the files that say when they were made */
} Table;

typedef enum {
	FORMAT_TABLE, /* for a terminal: aligned columns */
	FORMAT_CSV, /* RFC 4180, UTF-8, CRLF; text that a spreadsheet would compute gets a ' before it */
	FORMAT_JSON, /* an array of objects, one a line */
	FORMAT_XLSX, /* a workbook: text is text, numbers are numbers, times are times of the zone */
	FORMAT_PDF,  /* for paper: columns that fit, the head on each page, pages numbered */
#define FORMATS 5
} TableFormat;

#define TABLE_SAMPLE 200

/* Do its cells stand to the right? */
static inline gboolean
column_is_counted(const Column *column)
{
	return column->type == COLUMN_NUMBER || column->type == COLUMN_MONEY;
}

/* "table", "csv", "json", "xlsx", "pdf". */
gboolean table_format_parse(const char *word, TableFormat *ret);

/* Prints @table to @out and flushes it; WORLD when it can't be written. What was printed before an
 * error stays. */
gboolean table_print(const Table *table, TableFormat format, FILE *out, GError **error);

/* The CSV of @table in pieces, with the head before the @first: appends rows to @text until it holds @enough
 * bytes, or sets *ret_end. */
gboolean table_csv_piece(const Table *table, gboolean first, gsize enough, GString *text,
        gboolean *ret_end, GError **error);

/* How many columns @text takes on a terminal. */
guint text_width(const char *text);
