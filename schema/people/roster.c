#include "schema/roster.h"

#include <string.h>

#include "schema/asked.h"
#include "schema/audit.h"
#include "schema/forgotten.h"
#include "schema/intake.h"
#include "schema/people/roster_columns.h"

#define TRIES 3 /* with an event that is loaded anew meanwhile */

typedef struct {
	const Event *event;
	VaultEvent *keys;
	const char *source;
	const json_t *header, *rows;
	gint64 now, first_id;
	gboolean dry_run, agreed_anew;
	GHashTable *columns; /* name -> index from 1 */
	Faults *faults;
	gint64 registered, already, anew;
	GHashTable *forgotten; /* while it is written */
	json_t *left_out;      /* lines of people who were deleted */
	gboolean changed;      /* the event's definition was loaded anew meanwhile */
} Import;

/* ---- one row as fields ---- */

typedef struct {
	const Import *import;
	const json_t *cells; /* line, cell … */
	GHashTable *lists;   /* name -> GStrv of a cell that was taken apart */
	const char *contact; /* derived */
} Row;

static const char *
row_cell(const Row *row, const char *name)
{
	gpointer column = g_hash_table_lookup(row->import->columns, name);
	if (column == NULL)
		return NULL;
	const char *text = json_string_value(json_array_get(row->cells, GPOINTER_TO_UINT(column)));
	return text == NULL || *text == '\0' ? NULL : text;
}

static const char *row_get(gpointer data, const char *name, guint nth);

/* The stop says which bus: who gives no session of a group has the @nth that their stops are of. */
static const char *
session_of_stop(Row *row, const char *field, guint nth)
{
	const char *typed;
	for (guint i = 0; (typed = row_get(row, "stop", i)) != NULL; i++) {
		const EventSession *session =
		        intake_session_of_stop(row->import->event, field, typed);
		if (session != NULL && nth-- == 0)
			return session->code;
	}
	return NULL;
}

static const char *
row_get(gpointer data, const char *name, guint nth)
{
	Row *row = data;
	const char *text = row_cell(row, name);
	if (text == NULL && g_str_has_prefix(name, "session_"))
		return session_of_stop(row, name, nth);
	if (text == NULL)
		return nth == 0 && strcmp(name, "contact") == 0 ? row->contact : NULL;
	if (!roster_is_list(row->import->event, name))
		return nth == 0 ? text : NULL;
	char **list = g_hash_table_lookup(row->lists, name);
	if (list == NULL) {
		list = g_strsplit(text, ";", 0);
		g_hash_table_insert(row->lists, g_strdup(name), list);
	}
	return nth < g_strv_length(list) ? list[nth] : NULL;
}

static void
row_begin(Row *row, const Import *import, gsize i)
{
	row->import = import;
	row->cells = json_array_get(import->rows, i);
	row->lists =
	        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_strfreev);
	row->contact = row_cell(row, "email") ? "email"
	        : row_cell(row, "phone")      ? "phone"
	        : row_cell(row, "delegation") ? "captain"
	                                      : "none";
}

static gint64
row_line(const json_t *cells)
{
	return json_integer_value(json_array_get(cells, 0));
}

/* ---- faults ---- */

static void
fault_at(const Import *import, gint64 line, const char *field, const char *what)
{
	gpointer column = g_hash_table_lookup(import->columns, field);
	g_autofree char *where = column == NULL
	        ? g_strdup_printf("line %" G_GINT64_FORMAT, line)
	        : g_strdup_printf("line %" G_GINT64_FORMAT ", column %u (%s)", line,
	                  GPOINTER_TO_UINT(column), field);
	if (column == NULL)
		faults_add(import->faults, where, "%s %s", field, what);
	else
		faults_add(import->faults, where, "%s", what);
}

static void
intake_fault_at(const Import *import, gint64 line, const IntakeFault *fault)
{
	g_autofree char *what = intake_fault_text(fault);
	g_autofree char *choices =
	        fault->code == INTAKE_UNKNOWN ? roster_choices(import->event, fault->field) : NULL;
	g_autofree char *all = choices == NULL ? NULL : g_strdup_printf("%s: %s", what, choices);
	fault_at(import, line, fault->field, all != NULL ? all : what);
}

/* ---- the header ---- */

static void
header_fault(const Import *import, gsize column, const char *what)
{
	g_autofree char *where = g_strdup_printf("line 1, column %zu", column);
	faults_add(import->faults, where, "%s", what);
}

static void
check_header(Import *import)
{
	gboolean unknown = FALSE;
	gsize i;
	json_t *cell;
	json_array_foreach (import->header, i, cell) {
		const char *name = json_string_value(cell);
		gboolean known = name != NULL && roster_is_column(import->event, name);
		unknown = unknown || !known;
		/* its text is not told: where a header is missing it is somebody's name */
		if (!known)
			header_fault(import, i + 1, "names no field of this event's form");
		else if (!g_hash_table_insert(
		                 import->columns, (gpointer)name, GUINT_TO_POINTER(i + 1)))
			header_fault(import, i + 1, "names a field that an earlier column names");
	}
	if (!g_hash_table_contains(import->columns, "name"))
		faults_add(import->faults, "line 1", "there is no column \"name\"");
	if (unknown) {
		g_autofree char *columns = roster_columns(import->event);
		faults_add(import->faults, "line 1", "a column can be called %s", columns);
	}
}

/* ---- one row as a registration ---- */

/* A language tag that can be stored; whether there are texts in it is no matter. */
static const char *
row_lang(const Import *import, const Row *row)
{
	const char *lang = row_cell(row, "lang");
	if (lang == NULL)
		return import->event->languages[0];
	if (strlen(lang) < sizeof((Registration *)NULL)->lang &&
	        g_regex_match_simple("^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", lang, 0, 0))
		return lang;
	fault_at(import, row_line(row->cells), "lang", "is no language, as in \"es\"");
	return import->event->languages[0];
}

/* What makes the row known when it comes again. */
static void
derive_submission(const Import *import, const Row *row, Registration *registration)
{
	const char *ref = row_cell(row, "ref");
	g_autoptr(GByteArray) content = g_byte_array_new();
	g_byte_array_append(content, (const guint8 *)(ref != NULL ? "ref" : "row"), 4);
	if (ref != NULL)
		g_byte_array_append(content, (const guint8 *)ref, (guint)strlen(ref));
	else
		g_byte_array_append(content, registration->content_hash, HASH_BYTES);
	vault_derive_submission(
	        import->keys, content->data, content->len, registration->submission);
}

/* Who is given a stop has a seat there: on a list nobody sees that it came to nothing. */
static void
check_stops(const Import *import, Row *row, const Registration *registration)
{
	const Place *place = &g_array_index(registration->places, Place, 0);
	const char *typed;
	for (guint nth = 0; (typed = row_get(row, "stop", nth)) != NULL; nth++) {
		while (g_ascii_isspace(*typed))
			typed++;
		gboolean booked = *typed == '\0' || strcmp(typed, INTAKE_NONE) == 0;
		for (guint i = 0; i < place->chosen_n && !booked; i++) {
			const EventSession *session =
			        event_session(import->event, place->chosen[i].session_no);
			gsize length = strlen(session->code);
			booked = strncmp(typed, session->code, length) == 0 && typed[length] == '/';
		}
		if (!booked) {
			fault_at(import, row_line(row->cells), "stop",
			        "is of no session that this person comes to");
			return;
		}
	}
}

/* NULL with a fault told, or with @error. */
static Registration *
take_row(const Import *import, gsize i, gboolean check_only, GError **error)
{
	static const guint8 no_submission[SUBMISSION_BYTES];
	Row row;
	guint before = import->faults->len;
	g_autoptr(GArray) faults = intake_faults_new();
	row_begin(&row, import, i);
	IntakeAsked asked = { .event = import->event,
		.keys = import->keys,
		.get = row_get,
		.data = &row,
		.lang = row_lang(import, &row),
		.submission = no_submission,
		.first_id = import->first_id + (gint64)i,
		.now = import->now,
		.check_only = check_only,
		.by_staff = TRUE,
		.from_list = TRUE };
	g_autoptr(Registration) registration = intake_take(&asked, faults, error);
	for (guint j = 0; j < faults->len; j++) {
		const IntakeFault *fault = &g_array_index(faults, IntakeFault, j);
		intake_fault_at(import, row_line(row.cells), fault);
	}
	if (registration != NULL) {
		check_stops(import, &row, registration);
		registration->approved = registration->entered = TRUE;
		derive_submission(import, &row, registration);
	}
	g_hash_table_unref(row.lists);
	return import->faults->len > before ? NULL : g_steal_pointer(&registration);
}

/* ---- all rows, before any is written ---- */

static void
check_unique(Import *import, GHashTable *seen, gsize i, const Registration *registration)
{
	const json_t *cells = json_array_get(import->rows, i);
	Row row = { .import = import, .cells = cells };
	gint64 line = row_line(cells);
	g_autoptr(GBytes) submission = g_bytes_new(registration->submission, SUBMISSION_BYTES);
	gpointer first = g_hash_table_lookup(seen, submission);
	if (first == NULL) {
		g_hash_table_insert(
		        seen, g_steal_pointer(&submission), GSIZE_TO_POINTER((gsize)line));
		return;
	}
	gboolean by_ref = row_cell(&row, "ref") != NULL;
	g_autofree char *what = g_strdup_printf(by_ref
	                ? "is that of line %zu already"
	                : "and all else is as in line %zu: if they are two people, give each a ref",
	        GPOINTER_TO_SIZE(first));
	fault_at(import, line, by_ref ? "ref" : "name", what);
}

static gboolean
check_rows(Import *import, GError **error)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(
	        g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
	for (gsize i = 0; i < json_array_size(import->rows); i++) {
		g_autoptr(GError) failed = NULL;
		g_autoptr(Registration) registration = take_row(import, i, TRUE, &failed);
		if (failed != NULL) {
			g_propagate_error(error, g_steal_pointer(&failed));
			return FALSE;
		}
		if (registration != NULL)
			check_unique(import, seen, i, registration);
	}
	return TRUE;
}

/* ---- the work ---- */

static void
full_fault(Import *import, gint64 line, const PlaceAnswer *answer)
{
	const EventSession *session = event_session(import->event, answer->full_session);
	if (answer->full_option != 0) {
		fault_at(import, line, "option", "is full");
		return;
	}
	g_autofree char *what = g_strdup_printf("is full%s: session %s",
	        answer->full_stop != 0 ? " at that stop" : "",
	        session != NULL ? session->code : "?");
	fault_at(import, line, answer->full_stop != 0 ? "stop" : "option", what);
}

static void
note_answer(Import *import, gint64 line, const PlaceAnswer *answer)
{
	switch (answer->outcome) {
	case PLACE_TAKEN:
	case PLACE_WAITLISTED:
		import->registered++;
		break;
	case PLACE_TAKEN_BEFORE:
		import->already++;
		break;
	case PLACE_OTHER:
		fault_at(import, line, "ref",
		        "was imported before with other content: change it on its own page");
		break;
	case PLACE_FULL:
		full_fault(import, line, answer);
		break;
	case PLACE_CLOSED:
		fault_at(import, line, "option", "is not open now");
		break;
	case PLACE_CHANGED:
		import->changed = TRUE;
		break;
	}
}

/* Nobody is deleted between the look at who was and the rows: whoever deletes waits for the event's row. */
static gboolean
begin_work(Db *db, Import *import, GError **error)
{
	g_clear_pointer(&import->forgotten, g_hash_table_unref);
	if (!db_run(db, "UPDATE event SET last_no = last_no WHERE id = $1",
	            DB_ARGS(db_bytes(import->event->id, EVENT_ID_BYTES)), NULL, error))
		return FALSE;
	import->forgotten = forgotten_read(db, import->event, error);
	return import->forgotten != NULL;
}

static gboolean
tell_anew(Db *db, const Import *import, GError **error)
{
	g_autofree char *detail = g_strdup_printf(
	        "%" G_GINT64_FORMAT " people who had been deleted and agreed anew", import->anew);

	return audit_add(
	        db, import->event->id, AUDIT_OPERATOR, "import.anew", detail, import->now, error);
}

/* Every row again, sealed this time and one at a time, so that a long list costs no memory. What
 * this writes stays only when it returns TRUE. */
static gboolean
import_work(Db *db, gpointer data, GError **error)
{
	Import *import = data;
	import->registered = import->already = import->anew = 0;
	json_array_clear(import->left_out);
	if (!begin_work(db, import, error))
		return FALSE;
	import->first_id = id_new(import->now * 1000); /* another one, when an id was taken */
	import->changed = FALSE;
	g_ptr_array_set_size(import->faults, 0);
	for (gsize i = 0; i < json_array_size(import->rows) && !import->changed; i++) {
		PlaceAnswer answer;
		g_autoptr(Registration) registration = take_row(import, i, FALSE, error);
		if (registration == NULL) {
			if (error != NULL && *error == NULL)
				g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_BUG,
				        "row %zu was right and is wrong now", i);
			return FALSE;
		}
		const gint64 line = row_line(json_array_get(import->rows, i));
		gboolean gone = FALSE;
		if (!forgotten_is(db, import->event, import->keys, import->forgotten, registration,
		            FALSE, &gone, error))
			return FALSE;
		if (gone && !import->agreed_anew) {
			json_array_append_new(import->left_out, json_integer(line));
			continue;
		}
		import->anew += gone;
		if (!registration_take_place(
		            db, import->event, registration, import->now, &answer, error))
			return FALSE;
		note_answer(import, line, &answer);
	}
	if (import->changed || import->dry_run || import->faults->len > 0) {
		g_set_error_literal(
		        error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT, "nothing is to be written");
		return FALSE;
	}
	return import->anew == 0 || tell_anew(db, import, error);
}

/* ---- the operation ---- */

static gboolean
import_once(Record *record, Import *import, GError **error)
{
	g_autoptr(GError) failed = NULL;
	check_header(import);
	if (import->faults->len == 0 && !check_rows(import, error))
		return FALSE;
	if (!faults_none(import->faults, import->source, error))
		return FALSE;
	if (writer_run(record_writer(record), import_work, import, &failed))
		return TRUE;
	if (!g_error_matches(failed, TURNOUT_ERROR, TURNOUT_ERROR_INPUT)) {
		g_propagate_error(error, g_steal_pointer(&failed));
		return FALSE;
	}
	return faults_none(import->faults, import->source, error);
}

static gboolean
is_roster(const json_t *asked)
{
	const json_t *rows = json_object_get(asked, "rows");
	gsize columns = json_array_size(json_object_get(asked, "header"));
	gsize i;
	json_t *row;
	if (!json_is_string(json_object_get(asked, "event")) || !json_is_array(rows) ||
	        columns == 0 || columns > ROSTER_COLUMNS_MAX ||
	        json_array_size(rows) > ROSTER_ROWS_MAX)
		return FALSE;
	json_array_foreach (rows, i, row)
		if (json_array_size(row) != columns + 1)
			return FALSE;
	return TRUE;
}

static gboolean
import_event(Record *record, const json_t *asked, const Event *event, gint64 now, json_t *left_out,
        Import *ret, GError **error)
{
	const char *source = json_string_value(json_object_get(asked, "source"));
	Import import = { .event = event,
		.now = now,
		.first_id = id_new(now * 1000),
		.source = source != NULL ? source : "roster",
		.header = json_object_get(asked, "header"),
		.rows = json_object_get(asked, "rows"),
		.dry_run = json_is_true(json_object_get(asked, "dry_run")),
		.agreed_anew = json_is_true(json_object_get(asked, "agreed_anew")),
		.left_out = left_out };
	import.keys = vault_event(record_vault(record), event->id, error);
	if (import.keys == NULL)
		return FALSE;
	import.columns = g_hash_table_new(g_str_hash, g_str_equal);
	import.faults = faults_new();
	gboolean done = import_once(record, &import, error);
	g_hash_table_unref(import.columns);
	g_ptr_array_unref(import.faults);
	g_clear_pointer(&import.forgotten, g_hash_table_unref);
	*ret = import;
	return done;
}

json_t *
roster_import(Record *record, const json_t *asked, gint64 now, GError **error)
{
	if (!is_roster(asked)) {
		g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "what is to be imported is no list of rows under a header");
		return NULL;
	}
	const char *slug = json_string_value(json_object_get(asked, "event"));
	json_auto_t *left_out = json_array();
	for (guint i = 0; i < TRIES; i++) {
		Import import;
		g_autoptr(Event) event = asked_event(record, slug, error);
		if (event == NULL ||
		        !import_event(record, asked, event, now, left_out, &import, error))
			return NULL;
		if (!import.changed)
			return json_pack("{s:I, s:I, s:I, s:O}", "registered",
			        (json_int_t)import.registered, "already",
			        (json_int_t)import.already, "anew", (json_int_t)import.anew,
			        "left_out", left_out);
	}
	g_set_error_literal(
	        error, DB_ERROR, DB_ERROR_CONFLICT, "the event is being loaded anew: try again");
	return NULL;
}
