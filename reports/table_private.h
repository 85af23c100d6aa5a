/*
 * What the formats of a table share. Private to reports/.
 */
#pragma once

#include "reports/table.h"

typedef enum {
	NEXT_ERROR,
	NEXT_END,
	NEXT_ROW,
} Next;

/* The next row of @table, in @cells. */
Next table_next(const Table *table, Cell *cells, GError **error);

/* What a person may be shown of a cell: valid UTF-8, control characters blanks, nothing that turns the rest of a line
 * around. Appended to @text; nothing when it is absent. */
void table_append_shown(const Table *table, ColumnType type, const Cell *cell, GString *text);

/* How far @table's zone is from UTC at @time, in seconds. */
gint32 table_zone_offset(const Table *table, gint64 time);

/* Writes all of @bytes; WORLD when it can't be done. */
gboolean table_write(FILE *out, const char *bytes, gsize length, GError **error);
gboolean table_flush(FILE *out, GError **error);

/* xlsx.c: a workbook with one sheet; the only file that knows libxlsxwriter. */
gboolean table_print_xlsx(const Table *table, FILE *out, GError **error);
/* table_pdf.c: for paper, the head on each page. */
gboolean table_print_pdf(const Table *table, FILE *out, GError **error);
