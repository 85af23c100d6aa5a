#include "schema/roster.h"

#include <csv.h>
#include <errno.h>
#include <string.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

typedef struct {
	Faults *faults;
	json_t *header; /* NULL before the first record */
	json_t *rows;
	json_t *record; /* of the record under way: its line, then its cells */
	guint64 line;   /* physical, from 1 */
	gboolean open;  /* a record has begun and not ended */
	guint64 record_line;
	gboolean has_text; /* some cell of the record does */
} Reading;

static void
fault_at(Reading *reading, gsize column, const char *what)
{
	g_autofree char *where = column == 0
	        ? g_strdup_printf("line %" G_GUINT64_FORMAT, reading->record_line)
	        : g_strdup_printf(
	                  "line %" G_GUINT64_FORMAT ", column %zu", reading->record_line, column);
	faults_add(reading->faults, where, "%s", what);
}

static void
cell_ended(void *bytes, size_t length, void *data)
{
	Reading *reading = data;
	gsize column = json_array_size(reading->record);
	json_t *cell;
	if (column > ROSTER_COLUMNS_MAX) /* told when the record ends */
		return;
	if (length > 0 && memchr(bytes, '\0', length) != NULL) {
		fault_at(reading, column, "holds a NUL character");
		cell = json_string("");
	} else if (!g_utf8_validate_len(bytes == NULL ? "" : bytes, length, NULL)) {
		fault_at(reading, column, "is not UTF-8: save the file as \"CSV UTF-8\"");
		cell = json_string("");
	} else {
		g_autofree char *text = g_strstrip(g_strndup(bytes == NULL ? "" : bytes, length));
		reading->has_text = reading->has_text || *text != '\0';
		cell = json_string(text);
	}
	json_array_append_new(reading->record, cell);
}

static void
take_header(Reading *reading)
{
	json_t *names = json_array();
	for (gsize i = 1; i < json_array_size(reading->record); i++) {
		const char *cell = json_string_value(json_array_get(reading->record, i));
		g_autofree char *name = g_ascii_strdown(cell, -1);
		json_array_append_new(names, json_string(name));
	}
	const char *first = json_string_value(json_array_get(names, 0));
	if (json_array_size(names) == 1 && strpbrk(first, ";\t") != NULL)
		fault_at(reading, 1, "has no comma: save the file with commas between the columns");
	reading->header = names;
}

static void
take_row(Reading *reading)
{
	gsize columns = json_array_size(reading->header);
	gsize cells = json_array_size(reading->record) - 1;
	if (!reading->has_text)
		return;
	if (cells != columns) {
		g_autofree char *what =
		        g_strdup_printf("has %zu columns, and the header %zu", cells, columns);
		fault_at(reading, 0, what);
	} else if (json_array_size(reading->rows) == ROSTER_ROWS_MAX) {
		fault_at(reading, 0, "is beyond what is imported at once: split the file");
	} else {
		json_array_append(reading->rows, reading->record);
	}
}

static void
record_ended(int terminator, void *data)
{
	Reading *reading = data;
	if (json_array_size(reading->record) > ROSTER_COLUMNS_MAX + 1)
		fault_at(reading, 0, "has too many columns");
	else if (reading->header == NULL)
		take_header(reading);
	else
		take_row(reading);
	json_decref(reading->record);
	reading->record = json_array();
	reading->open = FALSE;
	reading->has_text = FALSE;
}

static gboolean
is_blank_line(const char *text, gsize length)
{
	for (gsize i = 0; i < length; i++)
		if (!g_ascii_isspace(text[i]))
			return FALSE;
	return TRUE;
}

/* Feeds line by line, so that every record's first line is known. FALSE: no more of it makes sense. */
static gboolean
feed_line(Reading *reading, struct csv_parser *parser, const char *text, gsize length)
{
	reading->line++;
	if (reading->line == 1 && length >= 3 && memcmp(text, BYTE_ORDER_MARK, 3) == 0) {
		text += 3;
		length -= 3;
	}
	if (!reading->open) {
		if (is_blank_line(text, length))
			return TRUE;
		reading->open = TRUE;
		reading->record_line = reading->line;
		json_array_append_new(reading->record, json_integer((json_int_t)reading->line));
	}
	if (csv_parse(parser, text, length, cell_ended, record_ended, reading) == length)
		return TRUE;
	reading->record_line = reading->line;
	fault_at(reading, json_array_size(reading->record),
	        "a quotation mark stands where none may");
	return FALSE;
}

/* What getline() calls a line may be several: a lone CR ends one as well, here and for libcsv. */
static gboolean
feed_lines(Reading *reading, struct csv_parser *parser, const char *text, gsize length)
{
	gsize n;

	for (; length > 0; text += n, length -= n) {
		for (n = 0; n < length && text[n] != '\r' && text[n] != '\n';)
			n++;
		n += n < length && text[n] == '\r';
		n += n < length && text[n] == '\n';
		if (!feed_line(reading, parser, text, n))
			return FALSE;
	}
	return TRUE;
}

static gboolean
read_all(
        Reading *reading, struct csv_parser *parser, FILE *file, const char *source, GError **error)
{
	char *line = NULL;
	size_t room = 0;
	guint64 bytes = 0;
	ssize_t length = 0;
	gboolean sound = TRUE;
	errno = 0;
	while (sound && reading->faults->len < FAULTS_SHOWN &&
	        (length = getline(&line, &room, file)) >= 0) {
		bytes += (guint64)length;
		sound = bytes <= ROSTER_BYTES_MAX &&
		        feed_lines(reading, parser, line, (gsize)length);
	}
	int code = errno;
	g_free(line);
	if (length < 0 && ferror(file)) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD, "cannot read %s: %s", source,
		        g_strerror(code));
		return FALSE;
	}
	if (bytes > ROSTER_BYTES_MAX) {
		reading->record_line = reading->line;
		fault_at(reading, 0, "the file is too long: split it");
	} else if (sound && csv_fini(parser, cell_ended, record_ended, reading) != 0) {
		fault_at(reading, 0, "a quotation mark is opened here and not closed");
	}
	return TRUE;
}

json_t *
roster_parse(FILE *file, const char *source, GError **error)
{
	struct csv_parser parser;
	Reading reading = { .faults = faults_new(), .rows = json_array(), .record = json_array() };
	json_t *roster = NULL;
	if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
		g_error("libcsv does not start");
	gboolean read = read_all(&reading, &parser, file, source, error);
	csv_free(&parser);
	if (read && reading.header == NULL && reading.faults->len == 0)
		faults_add(reading.faults, "line 1", "the file is empty");
	if (read && faults_none(reading.faults, source, error))
		roster = json_pack("{s:O, s:O}", "header", reading.header, "rows", reading.rows);
	json_decref(reading.header);
	json_decref(reading.rows);
	json_decref(reading.record);
	g_ptr_array_unref(reading.faults);
	return roster;
}

/* ---- any list ---- */

typedef struct {
	json_t *rows, *row; /* row: under way, NULL before its first cell */
	guint64 line;       /* that is being fed */
	guint rows_max;
	gboolean has_text, more;
} Cells;

static void
loose_cell(void *bytes, size_t length, void *data)
{
	Cells *cells = data;
	g_autofree char *text = g_utf8_make_valid(bytes != NULL ? bytes : "", (gssize)length);

	if (cells->row == NULL)
		cells->row = json_pack("[I]", (json_int_t)cells->line);
	g_strstrip(text);
	cells->has_text = cells->has_text || *text != '\0';
	if (json_array_size(cells->row) <= ROSTER_COLUMNS_MAX)
		json_array_append_new(cells->row, json_string(text));
}

static void
loose_end(int terminator, void *data)
{
	Cells *cells = data;

	if (cells->has_text && json_array_size(cells->rows) < cells->rows_max)
		json_array_append(cells->rows, cells->row);
	else
		cells->more = cells->more || cells->has_text;
	json_decref(cells->row);
	cells->row = NULL;
	cells->has_text = FALSE;
}

json_t *
roster_cells(const char *text, gsize length, char separator, guint rows_max, gboolean *ret_more)
{
	struct csv_parser parser;
	Cells cells = { .rows = json_array(), .rows_max = rows_max };
	const char *end = text + length;

	if (csv_init(&parser, CSV_APPEND_NULL) != 0)
		g_error("libcsv does not start");
	csv_set_delim(&parser, (unsigned char)separator);
	/* line by line, so that every row's line is known; a lone CR ends a line as well */
	while (text < end && !cells.more) {
		gsize n = 0;
		while (text + n < end && text[n] != '\n' && text[n] != '\r')
			n++;
		n += text + n < end && text[n] == '\r';
		n += text + n < end && text[n] == '\n';
		cells.line++;
		csv_parse(&parser, text, n, loose_cell, loose_end, &cells);
		text += n;
	}
	csv_fini(&parser, loose_cell, loose_end, &cells);
	csv_free(&parser);
	*ret_more = cells.more;
	return cells.rows;
}
