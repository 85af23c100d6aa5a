/*
 * `turnout report NAME --event E …`: opens the record for reading, beside a running server too, and
 * prints one report.
 */
#include "reports/report.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "schema/settings.h"

typedef struct {
	char *event, *session, *region, *by, *format, *output;
} Words;

static void
words_clear(Words *words)
{
	g_free(words->event);
	g_free(words->session);
	g_free(words->region);
	g_free(words->by);
	g_free(words->format);
	g_free(words->output);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Words, words_clear)

static char *
summary_new(void)
{
	g_autoptr(GString) text =
	        g_string_new("turnout report NAME --event E: numbers and files\n\nReports:\n");
	for (const Report *report = reports; report->name != NULL; report++)
		g_string_append_printf(text, "  %-12s %s\n", report->name, report->summary);
	g_string_truncate(text, text->len - 1);
	return g_string_free(g_steal_pointer(&text), FALSE);
}

static char *
report_names(void)
{
	g_autoptr(GString) names = g_string_new(NULL);
	for (const Report *report = reports; report->name != NULL; report++)
		g_string_append_printf(names, "%s%s", names->len ? ", " : "", report->name);
	return g_string_free(g_steal_pointer(&names), FALSE);
}

static const Report *
report_named(int argc, char **argv, GError **error)
{
	g_autofree char *names = report_names();
	if (argc != 2) {
		g_set_error(
		        error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT, "name one report: %s", names);
		return NULL;
	}
	const Report *report = report_find(argv[1]);
	if (report == NULL)
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "there is no report \"%s\"; there are: %s", argv[1], names);
	return report;
}

static Event *
read_event(Db *db, const char *slug, GError **error)
{
	if (slug == NULL) {
		g_set_error_literal(
		        error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT, "say which event: --event SLUG");
		return NULL;
	}
	if (!db_begin(db, error))
		return NULL;
	g_autoptr(Event) event = event_read(db, slug, error);
	if (event == NULL) {
		db_rollback(db);
		return NULL;
	}
	return db_commit(db, error) ? g_steal_pointer(&event) : NULL;
}

static gboolean
find_session(const Event *event, const char *code, guint16 *ret_no, GError **error)
{
	const EventSession *session = code ? event_session_by_code(event, code) : NULL;
	if (code != NULL && session == NULL) {
		g_autoptr(GString) codes = g_string_new(NULL);
		for (guint i = 0; i < event->sessions->len; i++) {
			const EventSession *other = g_ptr_array_index(event->sessions, i);
			g_string_append_printf(codes, "%s%s", i ? ", " : "", other->code);
		}
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "%s has no session \"%s\"; it has: %s", event->slug, code, codes->str);
		return FALSE;
	}
	*ret_no = session ? session->no : 0;
	return TRUE;
}

static gboolean
find_region(const Event *event, const char *code, guint16 *ret_no, GError **error)
{
	const EventRegion *region = code ? event_region_by_code(event, code) : NULL;
	if (code != NULL && region == NULL) {
		g_autoptr(GString) codes = g_string_new(NULL);
		for (guint i = 0; i < event->regions->len; i++) {
			const EventRegion *other = g_ptr_array_index(event->regions, i);
			g_string_append_printf(codes, "%s%s (%s)", i ? ", " : "", other->code,
			        event_text(event, other->name, event->languages[0]));
		}
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "%s has no region \"%s\"; it has: %s", event->slug, code, codes->str);
		return FALSE;
	}
	*ret_no = region ? region->no : 0;
	return TRUE;
}

static gboolean
output_failed(const char *path, GError **error)
{
	g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD, "%s can't be written: %s", path,
	        g_strerror(errno));
	return FALSE;
}

/* Prints to @fd, which is closed whatever happens. */
static gboolean
print_to_fd(const Table *table, TableFormat format, int fd, const char *path, GError **error)
{
	FILE *out = fdopen(fd, "w");
	if (out == NULL) {
		close(fd);
		return output_failed(path, error);
	}
	gboolean printed = table_print(table, format, out, error);
	gboolean kept = !printed || fsync(fd) == 0 || errno == EINVAL || errno == EROFS;
	if (printed && !kept)
		output_failed(path, error);
	if (fclose(out) != 0 && printed && kept)
		kept = output_failed(path, error);
	return printed && kept;
}

/* A file appears under its name when it is whole: it is written beside, for its owner only, and
 * renamed. What is there and no file (a device, a pipe, a link) is written to as it is. */
static gboolean
print_to_file(const Table *table, TableFormat format, const char *path, GError **error)
{
	struct stat there;
	if (lstat(path, &there) == 0 && !S_ISREG(there.st_mode)) {
		int fd = g_open(path, O_WRONLY | O_TRUNC | O_CLOEXEC, 0);
		return fd < 0 ? output_failed(path, error)
		              : print_to_fd(table, format, fd, path, error);
	}
	g_autofree char *part = g_strconcat(path, ".XXXXXX", NULL);
	int fd = g_mkstemp_full(part, O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0)
		return output_failed(path, error);
	gboolean whole = print_to_fd(table, format, fd, path, error);
	if (whole && g_rename(part, path) != 0)
		whole = output_failed(path, error);
	if (!whole)
		g_unlink(part);
	return whole;
}

static gboolean
print_report(const Report *report, const ReportAsked *asked, TableFormat format, const char *output,
        GError **error)
{
	Table table = { 0 };
	if (!report->open(asked, &table, error))
		return FALSE;
	table.title = report->name;
	table.made = asked->now;
	gboolean printed = output != NULL ? print_to_file(&table, format, output, error)
	                                  : table_print(&table, format, stdout, error);
	report->close(&table);
	return printed;
}

static gboolean
answer(const Report *report, const Words *words, const RecordPlace *place, GError **error)
{
	TableFormat format = FORMAT_TABLE;
	if (words->format != NULL && !table_format_parse(words->format, &format)) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "--format %s: it is one of table, csv, json, xlsx, pdf", words->format);
		return FALSE;
	}
	ReportAsked asked = { .now = g_get_real_time() / G_USEC_PER_SEC };
	if (words->by != NULL && !report_by_parse(report, words->by, &asked.by, error))
		return FALSE;
	g_autoptr(Record) record = record_open(place, RECORD_READ, error);
	g_autoptr(Db) db = record ? record_reader(record, error) : NULL;
	g_autoptr(Event) event = db ? read_event(db, words->event, error) : NULL;
	if (event == NULL || !find_session(event, words->session, &asked.session_no, error) ||
	        !find_region(event, words->region, &asked.region_no, error))
		return FALSE;
	asked.record = record;
	asked.db = db;
	asked.event = event;
	return print_report(report, &asked, format, words->output, error);
}

int
report_command(int argc, char **argv)
{
	g_auto(Words) words = { 0 };
	g_autoptr(GError) error = NULL;
	const GOptionEntry entries[] = {
		{ "event", 0, 0, G_OPTION_ARG_STRING, &words.event, "of which event", "SLUG" },
		{ "session", 0, 0, G_OPTION_ARG_STRING, &words.session, "of this session only",
		        "CODE" },
		{ "region", 0, 0, G_OPTION_ARG_STRING, &words.region, "of this home region only",
		        "CODE" },
		{ "by", 0, 0, G_OPTION_ARG_STRING, &words.by, "what rows are kept apart by",
		        "region,session" },
		{ "format", 0, 0, G_OPTION_ARG_STRING, &words.format, "how it is printed",
		        "table|csv|json|xlsx|pdf" },
		{ "output", 0, 0, G_OPTION_ARG_FILENAME, &words.output,
		        "where to, in place of here", "FILE" },
		{ NULL },
	};
	g_autofree char *summary = summary_new();
	g_autoptr(Settings) settings = settings_take(&argc, &argv, entries, summary, FALSE, &error);
	if (settings == NULL)
		return error_report(error);
	const Report *report = report_named(argc, argv, &error);
	const RecordPlace place = settings_place(settings);
	if (report == NULL || !answer(report, &words, &place, &error))
		return error_report(error);
	return 0;
}
