/*
 * reports/table: what a spreadsheet, a script and a terminal get to see.
 */
#include <string.h>
#include <sys/resource.h>

#include "reports/table.h"
#include "tests/fixtures/memory.h"

typedef struct {
	const Cell *cells;
	guint columns, rows, at;
	gboolean fails; /* after the last row */
} Given;

static gboolean
given_next(gpointer data, Cell *cells, gboolean *ret_row, GError **error)
{
	Given *given = data;
	if (given->at == given->rows) {
		*ret_row = FALSE;
		if (given->fails)
			g_set_error_literal(error, DB_ERROR, DB_ERROR_UNAVAILABLE, "gone");
		return !given->fails;
	}
	memcpy(cells, given->cells + given->at++ * given->columns, given->columns * sizeof *cells);
	*ret_row = TRUE;
	return TRUE;
}

static char *
print_table(const Table *table, TableFormat format, GError **error)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	gboolean printed = table_print(table, format, out, error);
	fclose(out);
	if (!printed)
		g_clear_pointer(&text, free);
	return text;
}

static void
assert_prints(const Column *columns, guint columns_n, const Cell *cells, guint rows,
        GTimeZone *zone, TableFormat format, const char *expected)
{
	Given given = { .cells = cells, .columns = columns_n, .rows = rows };
	Table table = { columns, columns_n, zone, given_next, &given };
	g_autoptr(GError) error = NULL;
	char *text = print_table(&table, format, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(text, ==, expected);
	free(text);
}

#define TEXT(x)                                                                                    \
	{                                                                                          \
		.text = (x)                                                                        \
	}
#define NUMBER(x)                                                                                  \
	{                                                                                          \
		.number = (x)                                                                      \
	}
#define ABSENT                                                                                     \
	{                                                                                          \
		.absent = TRUE                                                                     \
	}

static const Column name_and_number[] = { { "name", COLUMN_TEXT }, { "came", COLUMN_NUMBER } };

static void
csv_quotes_what_needs_it(void)
{
	const Cell cells[] = { TEXT("Ana, María"), NUMBER(1), TEXT("the \"north\""), NUMBER(-2),
		TEXT("two\nlines"), NUMBER(G_MAXINT64), TEXT("plain"), ABSENT, TEXT(NULL),
		NUMBER(G_MININT64) };
	assert_prints(name_and_number, 2, cells, 5, NULL, FORMAT_CSV,
	        "name,came\r\n\"Ana, María\",1\r\n\"the \"\"north\"\"\",-2\r\n\"two\nlines\","
	        "9223372036854775807\r\nplain,\r\n,-9223372036854775808\r\n");
}

static void
a_spreadsheet_computes_nothing(void)
{
	const Cell cells[] = { TEXT("=1+1"), NUMBER(-5), TEXT("+1 555-0100"), NUMBER(5), TEXT("-x"),
		NUMBER(0), TEXT("@SUM(A1)"), NUMBER(0), TEXT("\tx"), NUMBER(0), TEXT("\rx"),
		NUMBER(0), TEXT("=HYPERLINK(\"//x\",\"y\")"), NUMBER(0), TEXT("＝1"), NUMBER(0),
		TEXT("a=1"), NUMBER(0), TEXT("'=1"), NUMBER(0) };
	assert_prints(name_and_number, 2, cells, 10, NULL, FORMAT_CSV,
	        "name,came\r\n'=1+1,-5\r\n'+1 "
	        "555-0100,5\r\n'-x,0\r\n'@SUM(A1),0\r\n'\tx,0\r\n\"'\rx\",0"
	        "\r\n\"'=HYPERLINK(\"\"//x\"\",\"\"y\"\")\",0\r\n'＝1,0\r\na=1,0\r\n'=1,0\r\n");
}

static void
json_is_one_object_a_line(void)
{
	const Cell cells[] = { TEXT("Zoë \"Z\" \\ \x01"), NUMBER(3), TEXT("=1"), ABSENT };
	assert_prints(name_and_number, 2, cells, 2, NULL, FORMAT_JSON,
	        "[\n{\"name\":\"Zoë \\\"Z\\\" \\\\ \\u0001\",\"came\":3},\n"
	        "{\"name\":\"=1\",\"came\":null}\n]\n");
	assert_prints(name_and_number, 2, NULL, 0, NULL, FORMAT_JSON, "[\n]\n");
}

static void
json_stays_json_when_text_is_broken(void)
{
	const Cell cells[] = { TEXT("a\xff"), NUMBER(0) };
	assert_prints(name_and_number, 2, cells, 1, NULL, FORMAT_JSON,
	        "[\n{\"name\":\"a\uFFFD\",\"came\":0}\n]\n");
}

static void
columns_stand_under_each_other_in_every_script(void)
{
	const Cell cells[] = { TEXT("Ana"), NUMBER(7), TEXT("王小明"), NUMBER(12),
		TEXT("Nguye\u0302\u0303n"), NUMBER(1234) };
	assert_prints(name_and_number, 2, cells, 3, NULL, FORMAT_TABLE,
	        "name    came\n------  ----\nAna        7\n王小明    12\nNguye\u0302\u0303n  "
	        "1234\n");
}

static void
a_name_cannot_command_the_terminal(void)
{
	const Cell cells[] = { TEXT("a\x1b[2Jb\u202e\nc"), NUMBER(0) };
	assert_prints(name_and_number, 2, cells, 1, NULL, FORMAT_TABLE,
	        "name      came\n--------  ----\na [2Jb c     0\n");
}

static void
an_empty_table_says_so(void)
{
	assert_prints(name_and_number, 2, NULL, 0, NULL, FORMAT_TABLE,
	        "name  came\n----  ----\nno rows\n");
	assert_prints(name_and_number, 2, NULL, 0, NULL, FORMAT_CSV, "name,came\r\n");
}

static void
times_are_those_of_the_event(void)
{
	static const Column columns[] = { { "first_at", COLUMN_TIME } };
	/* before and after the clocks go forward on 14 March 2027, and before 1970 */
	const Cell cells[] = { NUMBER(1805017500), NUMBER(1805018400), ABSENT, NUMBER(-1) };
	g_autoptr(GTimeZone) zone = g_time_zone_new_identifier("America/Los_Angeles");
	assert_prints(columns, 1, cells, 4, zone, FORMAT_CSV,
	        "first_at\r\n2027-03-14T01:45:00-08:00\r\n2027-03-14T03:00:00-07:00\r\n\r\n"
	        "1969-12-31T15:59:59-08:00\r\n");
	assert_prints(columns, 1, cells, 1, NULL, FORMAT_JSON,
	        "[\n{\"first_at\":\"2027-03-14T09:45:00Z\"}\n]\n");
}

static void
a_read_that_fails_is_not_an_end(void)
{
	for (guint format = 0; format < FORMATS; format++) {
		const Cell cells[] = { TEXT("Ana"), NUMBER(1) };
		Given given = { .cells = cells, .columns = 2, .rows = 1, .fails = TRUE };
		Table table = { name_and_number, 2, NULL, given_next, &given };
		g_autoptr(GError) error = NULL;
		g_assert_null(print_table(&table, (TableFormat)format, &error));
		g_assert_error(error, DB_ERROR, DB_ERROR_UNAVAILABLE);
	}
}

static void
a_full_disk_is_told(void)
{
	for (guint format = 0; format < FORMATS; format++) {
		const Cell cells[] = { TEXT("Ana"), NUMBER(1) };
		Given given = { .cells = cells, .columns = 2, .rows = 1 };
		Table table = { name_and_number, 2, NULL, given_next, &given };
		g_autoptr(GError) error = NULL;
		FILE *out = fopen("/dev/full", "w");
		g_assert_false(table_print(&table, (TableFormat)format, out, &error));
		g_assert_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD);
		fclose(out);
	}
}

static gboolean
many_next(gpointer data, Cell *cells, gboolean *ret_row, GError **error)
{
	guint *left = data;
	*ret_row = *left > 0;
	if (*left > 0) {
		(*left)--;
		cells[0].text = "Ana";
		cells[1].number = *left;
	}
	return TRUE;
}

static long
memory_of_rows(TableFormat format, guint rows)
{
	struct rusage usage;
	Table table = { name_and_number, 2, NULL, many_next, &rows };
	g_autoptr(GError) error = NULL;
	FILE *out = fopen("/dev/null", "w");
	g_assert_true(table_print(&table, format, out, &error));
	fclose(out);
	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

static void
a_million_rows_need_no_memory(void)
{
	for (guint format = 0; format <= FORMAT_JSON; format++) {
		long few = memory_of_rows((TableFormat)format, 10000);
		g_assert_cmpint(memory_of_rows((TableFormat)format, 1000000), <, few + 4096);
	}
}

typedef struct {
	guint left, early_at;
	size_t early, late; /* what was taken after 500 rows, and before the last */
} Watched;

static gboolean
watched_next(gpointer data, Cell *cells, gboolean *ret_row, GError **error)
{
	Watched *watched = data;
	if (watched->left == watched->early_at)
		watched->early = memory_taken();
	if (watched->left == 1)
		watched->late = memory_taken();
	return many_next(&watched->left, cells, ret_row, error);
}

/* Rows are not gathered on the way; the whole workbook, zipped, is in memory at the end. */
static void
a_long_workbook_and_a_long_print_need_little(void)
{
	static const guint rows[FORMATS] = { [FORMAT_XLSX] = 60000, [FORMAT_PDF] = 4000 };
	for (guint format = FORMAT_XLSX; format < FORMATS; format++) {
		Watched watched = { .left = rows[format], .early_at = rows[format] - 500 };
		Table table = { name_and_number, 2, NULL, watched_next, &watched };
		g_autoptr(GError) error = NULL;
		FILE *out = fopen("/dev/null", "w");
		g_assert_true(table_print(&table, (TableFormat)format, out, &error));
		fclose(out);
		g_assert_cmpuint(watched.late, <, watched.early + 512 * 1024);
	}
}

static void
formats_are_known_by_their_words(void)
{
	TableFormat format = FORMAT_TABLE;
	g_assert_true(table_format_parse("csv", &format));
	g_assert_cmpint(format, ==, FORMAT_CSV);
	g_assert_true(table_format_parse("json", &format));
	g_assert_cmpint(format, ==, FORMAT_JSON);
	g_assert_true(table_format_parse("xlsx", &format));
	g_assert_cmpint(format, ==, FORMAT_XLSX);
	g_assert_true(table_format_parse("pdf", &format));
	g_assert_false(table_format_parse("ods", &format));
	g_assert_false(table_format_parse("CSV", &format));
	g_assert_cmpint(format, ==, FORMAT_PDF);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/table/csv_quotes_what_needs_it", csv_quotes_what_needs_it);
	g_test_add_func("/table/a_spreadsheet_computes_nothing", a_spreadsheet_computes_nothing);
	g_test_add_func("/table/json_is_one_object_a_line", json_is_one_object_a_line);
	g_test_add_func(
	        "/table/json_stays_json_when_text_is_broken", json_stays_json_when_text_is_broken);
	g_test_add_func("/table/columns_stand_under_each_other_in_every_script",
	        columns_stand_under_each_other_in_every_script);
	g_test_add_func(
	        "/table/a_name_cannot_command_the_terminal", a_name_cannot_command_the_terminal);
	g_test_add_func("/table/an_empty_table_says_so", an_empty_table_says_so);
	g_test_add_func("/table/times_are_those_of_the_event", times_are_those_of_the_event);
	g_test_add_func("/table/a_read_that_fails_is_not_an_end", a_read_that_fails_is_not_an_end);
	g_test_add_func("/table/a_full_disk_is_told", a_full_disk_is_told);
	g_test_add_func("/table/a_million_rows_need_no_memory", a_million_rows_need_no_memory);
	g_test_add_func("/table/a_long_workbook_and_a_long_print_need_little",
	        a_long_workbook_and_a_long_print_need_little);
	g_test_add_func(
	        "/table/formats_are_known_by_their_words", formats_are_known_by_their_words);
	return g_test_run();
}
