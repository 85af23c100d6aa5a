/*
 * Adding people: names that were typed, or a file; a preview of every line with its faults, which are mended right there;
 * then all of them or nobody. What is not finished travels in the form, so nothing of it is stored.
 */
#include <string.h>

#include "schema/id.h"
#include "web/captain.h"
#include "web/routes.h"
#include "web/page.h"
#include "web/staff_page.h"

/* The lines, as the form has them: the fields of an open one are r{i}_{field}. */
typedef struct {
	GPtrArray *lines;
	const char *title_key; /* of the notice on top; nullable */
	CaptainFileSaid said;  /* of the file */
} Draft;

static void
draft_clear(Draft *draft)
{
	g_clear_pointer(&draft->lines, g_ptr_array_unref);
	g_clear_pointer(&draft->said.unused, g_free);
	g_clear_pointer(&draft->said.left, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Draft, draft_clear)

/* ---- the preview ---- */

static const IntakeFault *
fault_of(const CaptainLine *line, const char *field)
{
	for (guint i = 0; i < line->faults->len; i++) {
		const IntakeFault *fault = &g_array_index(line->faults, IntakeFault, i);
		if (strcmp(fault->field, field) == 0)
			return fault;
	}
	return NULL;
}

/* A field is asked for when something is wrong with it, when it has a value, or when it is one of the usual ones. */
static gboolean
is_asked(const CaptainLine *line, const char *field)
{
	const char *age = captain_line_get(line, "age_band");

	if (fault_of(line, field) != NULL || captain_line_get(line, field) != NULL)
		return TRUE;
	if (strcmp(field, "guardian") == 0)
		return age != NULL && strcmp(age, "adult") != 0;
	return strcmp(field, "email") != 0 && strcmp(field, "phone") != 0;
}

static json_t *
line_fields(const Captain *captain, const CaptainLine *line, guint i, json_t *faults)
{
	g_auto(GStrv) fields = captain_fields(captain->event);
	g_autofree char *number = locale_number(captain->locale, line->line);
	json_t *list = json_array();

	for (guint j = 0; fields[j] != NULL; j++) {
		const IntakeFault *fault = fault_of(line, fields[j]);
		const char *value = captain_line_get(line, fields[j]);
		g_autofree char *id = g_strdup_printf("r%u_%s", i, fields[j]);
		g_autofree char *text = fault ? captain_fault(captain->locale, fault) : NULL;
		if (!is_asked(line, fields[j]))
			continue;
		json_t *field = captain_field(captain, fields[j], id, id, value, text);
		/* what the file said and no choice says is told */
		json_object_set_new(field, "said",
		        fault != NULL && value != NULL &&
		                        json_is_true(json_object_get(field, "has_choices"))
		                ? staff_taken(locale_format(
		                          captain->locale, "captain_said", "text", value, NULL))
		                : json_null());
		json_array_append_new(list, field);
		if (fault != NULL)
			json_array_append_new(faults,
			        json_pack("{s:s, s:o}", "id", id, "text",
			                staff_taken(
			                        locale_format(captain->locale, "captain_fault_line",
			                                "line", number, "fault", text, NULL))));
	}
	return list;
}

/* What they come to, and where they board. Owned. */
static char *
option_shown(const Captain *captain, const CaptainLine *line)
{
	const char *code = captain_line_get(line, "option"), *stop = captain_line_get(line, "stop");
	const EventOption *option = code ? event_option_by_code(captain->event, code) : NULL;
	const char *place = stop ? captain_stop_place(captain, stop) : NULL;

	return g_strdup_printf("%s%s%s",
	        option ? event_text(captain->event, option->title, locale_code(captain->locale))
	               : "",
	        place ? " · " : "", place ? place : "");
}

/* What the page says beside a line. */
static const char *
remark_key(const CaptainLine *line)
{
	return line->refused    ? line->refused
	        : line->already ? "captain_row_already"
	        : line->gone    ? "captain_row_gone"
	        : line->twin    ? "captain_row_twin"
	        : line->another ? "captain_row_another"
	                        : NULL;
}

static json_t *
line_json(const Captain *captain, const CaptainLine *line, guint i, json_t *faults)
{
	const char *name = captain_line_get(line, "name"),
	           *age = captain_line_get(line, "age_band");
	const char *remark = remark_key(line);
	g_autofree char *number = locale_number(captain->locale, line->line);
	g_autofree char *option = option_shown(captain, line);
	g_autofree char *age_key = g_strconcat("age_", age != NULL ? age : "adult", NULL);

	return json_pack("{s:i, s:o, s:s, s:s, s:s, s:s?, s:b, s:b, s:b, s:b, s:b, s:b, s:b, s:o}",
	        "i", (int)i, "line",
	        staff_taken(locale_format(captain->locale, "captain_line", "line", number, NULL)),
	        "who", name ? name : "", "age",
	        fault_of(line, "age_band") ? age : locale_text(captain->locale, age_key), "option",
	        option, "remark", remark ? locale_text(captain->locale, remark) : NULL, "wrong",
	        line->faults->len > 0 || line->refused != NULL, "already", line->already, "gone",
	        line->gone || line->anew, "anew", line->anew, "left_out", line->gone, "another",
	        line->another, "is_open", line->open, "fields",
	        line->open ? line_fields(captain, line, i, faults) : json_array());
}

static void
add_counts(const Captain *captain, const Draft *draft, guint wrong, json_t *data)
{
	guint already = 0, gone = 0;

	for (guint i = 0; i < draft->lines->len; i++) {
		const CaptainLine *line = g_ptr_array_index(draft->lines, i);
		already += line->already;
		gone += line->gone;
	}
	const guint fresh = draft->lines->len - already - gone;
	json_object_set_new(data, "lead",
	        staff_taken(locale_plural(captain->locale, "captain_rows_lead", fresh, NULL)));
	json_object_set_new(data, "already_text",
	        already > 0 ? staff_taken(locale_plural(
	                              captain->locale, "captain_rows_already", already, NULL))
	                    : json_null());
	json_object_set_new(data, "faults_title",
	        wrong > 0 ? staff_taken(locale_plural(
	                            captain->locale, "captain_rows_wrong", wrong, NULL))
	                  : json_null());
	json_object_set_new(data, "save",
	        staff_taken(locale_plural(captain->locale, "captain_rows_save", fresh, NULL)));
	json_object_set_new(data, "nobody", json_boolean(fresh == 0));
}

static json_t *
left_out(const Captain *captain, const Draft *draft)
{
	g_autoptr(GString) numbers = g_string_new(NULL);

	if (draft->said.left == NULL || draft->said.left->len == 0)
		return json_null();
	for (guint i = 0; i < draft->said.left->len; i++) {
		g_autofree char *number =
		        locale_number(captain->locale, g_array_index(draft->said.left, guint, i));
		g_string_append_printf(numbers, "%s%s", i > 0 ? ", " : "", number);
	}
	return staff_taken(
	        locale_format(captain->locale, "captain_rows_left", "lines", numbers->str, NULL));
}

static Reply *
preview(Request *request, int status, const Captain *captain, const Draft *draft, guint wrong)
{
	json_t *data = captain_frame(captain, locale_text(captain->locale, "captain_rows_title"));
	json_t *opened = json_array(), *others = json_array(), *faults = json_array();
	guint open = 0;

	for (guint i = 0; i < draft->lines->len; i++) {
		CaptainLine *line = g_ptr_array_index(draft->lines, i);
		line->open = (line->open || line->faults->len > 0) && !line->already &&
		        open < CAPTAIN_OPEN_MAX;
		open += line->open;
		json_array_append_new(
		        line->open ? opened : others, line_json(captain, line, i, faults));
	}
	add_counts(captain, draft, wrong, data);
	json_object_set_new(data, "has_faults", json_boolean(json_array_size(faults) > 0));
	json_object_set_new(data, "faults", faults);
	json_object_set_new(data, "has_others", json_boolean(json_array_size(others) > 0));
	json_object_set_new(data, "opened", opened);
	json_object_set_new(data, "others", others);
	json_object_set_new(data, "rows", staff_taken(captain_lines_json(draft->lines)));
	json_object_set_new(data, "guessed", json_boolean(draft->said.guessed));
	json_object_set_new(data, "unused",
	        draft->said.unused != NULL
	                ? staff_taken(locale_format(captain->locale, "captain_rows_unused",
	                          "columns", draft->said.unused, NULL))
	                : json_null());
	json_object_set_new(data, "left", left_out(captain, draft));
	json_object_set_new(data, "word",
	        draft->title_key ? json_string(locale_text(captain->locale, draft->title_key))
	                         : json_null());
	/* another language would ask for the page anew, and lose the list */
	json_object_set_new(data, "has_languages", json_false());
	return reply_page(request, status, "captain_rows", data);
}

/* ---- writing ---- */

typedef struct {
	char *token;
	Event *event;
	Draft draft;
	GPtrArray *registrations;
	CaptainAddWork work;
} Adding;

static void
adding_free(gpointer data)
{
	Adding *adding = data;

	draft_clear(&adding->draft);
	g_ptr_array_unref(adding->registrations);
	g_array_unref(adding->work.rows);
	g_clear_pointer(&adding->event, event_unref);
	g_free(adding->token);
	g_free(adding);
}

static gboolean
add_work(Db *db, gpointer data, GError **error)
{
	return captain_add_work(db, &((Adding *)data)->work, error);
}

/* Which lines found no place; the others wait with them. */
static void
mark_refused(Adding *adding)
{
	guint row = 0;

	for (guint i = 0; i < adding->draft.lines->len; i++) {
		CaptainLine *line = g_ptr_array_index(adding->draft.lines, i);
		if (line->already || line->gone)
			continue;
		const CaptainRow *one = &g_array_index(adding->work.rows, CaptainRow, row++);
		if (one->answer.outcome == PLACE_FULL || one->answer.outcome == PLACE_CLOSED) {
			line->refused = one->answer.outcome == PLACE_FULL ? "captain_row_full"
			                                                  : "captain_row_closed";
			line->open = TRUE;
		}
	}
}

static Reply *
not_added(Request *request, Adding *adding)
{
	g_auto(Captain) captain = { 0 };
	GError *error = NULL;
	Reply *refused = NULL;
	if (!captain_open(request, FALSE, &captain, &refused))
		return refused;
	mark_refused(adding);
	const guint wrong = captain_lines_check(&captain, adding->draft.lines, &error);
	if (error != NULL)
		return reply_error(request, error);
	adding->draft.title_key = adding->work.captain.outcome == DELEGATION_FULL
	        ? "captain_rows_full"
	        : adding->work.captain.outcome == DELEGATION_CLOSED_OPTION ? "captain_rows_shut"
	                                                                   : "notice_changed_text";
	return preview(request, 409, &captain, &adding->draft, wrong);
}

static Reply *
added(Request *request, gpointer data, const GError *error)
{
	Adding *adding = data;

	if (g_error_matches(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT) &&
	        adding->work.captain.outcome != DELEGATION_DONE)
		return not_added(request, adding);
	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	g_autofree char *path = captain_path(adding->token,
	        adding->work.captain.outcome != DELEGATION_DONE || adding->work.added == 0
	                ? "nothing"
	                : "added");
	return reply_see_other(request, path);
}

/* Seals and signs, and hands all of them to the writer. Takes what @draft has. */
static Reply *
add_all(Request *request, const Captain *captain, Draft *draft)
{
	GError *error = NULL;
	Adding *adding = g_new0(Adding, 1);
	adding->token = g_strdup(captain->token);
	adding->event = event_ref(captain->event);
	adding->draft = *draft;
	*draft = (Draft){ 0 };
	adding->registrations = g_ptr_array_new_with_free_func((GDestroyNotify)registration_free);
	adding->work.rows = g_array_new(FALSE, TRUE, sizeof(CaptainRow));
	adding->work.captain = (CaptainWork){ .event = adding->event,
		.keys = captain->keys,
		.no = captain->no,
		.link_no = captain->link_no,
		.now = captain->now };
	for (guint i = 0; i < adding->draft.lines->len; i++) {
		const CaptainLine *line = g_ptr_array_index(adding->draft.lines, i);
		g_autoptr(GArray) faults = intake_faults_new();
		if (line->already || line->gone)
			continue;
		CaptainRow row = { .asked = captain_line_prepare(captain, line,
			                   id_new(request_now_ms(request)), FALSE, faults, &error),
			.folded = line->folded,
			.nth = line->nth,
			.agreed_anew = line->anew };
		if (row.asked == NULL) {
			adding_free(adding);
			return error != NULL ? reply_error(request, error)
			                     : reply_status(request, 409);
		}
		g_ptr_array_add(adding->registrations, row.asked);
		g_array_append_val(adding->work.rows, row);
	}
	return reply_after(request, add_work, added, adding, adding_free);
}

/* ---- what came in ---- */

/* What is the same for all stands in each line that says nothing else. */
static void
spread_common(Request *request, const Captain *captain, GPtrArray *lines)
{
	g_auto(GStrv) fields = captain_fields(captain->event);

	for (guint i = 0; fields[i] != NULL; i++) {
		const char *value = fields_get(request_form(request), fields[i]);
		if (value == NULL || *value == '\0' || strcmp(fields[i], "name") == 0)
			continue;
		for (guint j = 0; j < lines->len; j++) {
			CaptainLine *line = g_ptr_array_index(lines, j);
			if (captain_line_get(line, fields[i]) == NULL)
				captain_line_set(line, fields[i], value);
		}
	}
}

static const char *
file_key(CaptainFile what)
{
	switch (what) {
	case FILE_READ:
		return NULL;
	case FILE_EMPTY:
		return "captain_file_empty";
	case FILE_WORKBOOK:
		return "captain_file_workbook";
	case FILE_NOT_TEXT:
		return "captain_file_not_text";
	case FILE_NO_NAMES:
		return "captain_file_no_names";
	case FILE_TOO_MANY:
		return "captain_file_many";
	}
	g_return_val_if_reached(NULL);
}

/* Nothing can be shown of it: the page says why, and asks once more. */
static Reply *
no_list(Request *request, const Captain *captain, const char *key)
{
	g_auto(GStrv) fields = captain_fields(captain->event);
	json_t *data = captain_frame(captain, locale_text(captain->locale, "captain_rows_title"));
	json_t *list = json_array();
	const char *names = fields_get(request_form(request), "names");

	for (guint i = 0; fields[i] != NULL; i++) {
		if (strcmp(fields[i], "option") != 0 && strcmp(fields[i], "stop") != 0 &&
		        !g_str_has_prefix(fields[i], "session_"))
			continue;
		g_autofree char *id = g_strconcat("all-", fields[i], NULL);
		json_array_append_new(list,
		        captain_field(captain, fields[i], id, fields[i],
		                fields_get(request_form(request), fields[i]), NULL));
	}
	json_object_set_new(data, "fields", list);
	json_object_set_new(data, "names", json_string(names != NULL ? names : ""));
	json_object_set_new(data, "fault", json_string(locale_text(captain->locale, key)));
	json_object_set_new(data, "has_languages", json_false());
	return reply_page(request, 422, "captain_again", data);
}

static Reply *
captain_add(Request *request)
{
	g_auto(Captain) captain = { 0 };
	g_auto(Draft) draft = { .lines = captain_lines_new() };
	GError *error = NULL;
	gsize length = 0;
	Reply *refused = NULL;
	if (!captain_open(request, TRUE, &captain, &refused))
		return refused;
	const char *file = request_file(request, &length);
	const char *names = fields_get(request_form(request), "names");
	const gboolean has_file = file != NULL && length > 0;
	if (has_file) {
		draft.said.left = g_array_new(FALSE, FALSE, sizeof(guint));
		const char *key = file_key(
		        captain_file_read(captain.event, file, length, draft.lines, &draft.said));
		if (key != NULL)
			return no_list(request, &captain, key);
	}
	if (names != NULL && !captain_lines_of_names(draft.lines, names))
		return no_list(request, &captain, "captain_file_many");
	if (draft.lines->len == 0)
		return no_list(request, &captain, "captain_file_empty");
	if (draft.lines->len > CAPTAIN_ROWS_MAX)
		return no_list(request, &captain, "captain_file_many");
	spread_common(request, &captain, draft.lines);
	guint wrong = captain_lines_check(&captain, draft.lines, &error);
	if (error != NULL)
		return reply_error(request, error);
	/* a name or two that leave no question are in at once */
	gboolean question = has_file || wrong > 0;
	for (guint i = 0; !question && i < draft.lines->len; i++) {
		const CaptainLine *line = g_ptr_array_index(draft.lines, i);
		question = line->already || line->twin || line->gone;
	}
	return question ? preview(request, 200, &captain, &draft, wrong)
	                : add_all(request, &captain, &draft);
}

/* ---- the preview that was sent ---- */

/* What the open fields say; a line that is to be left out goes. */
static void
take_edits(Request *request, const Captain *captain, GPtrArray *lines)
{
	const Fields *form = request_form(request);
	g_auto(GStrv) fields = captain_fields(captain->event);
	g_autofree gboolean *out = g_new0(gboolean, lines->len + 1);

	for (guint i = 0; i < lines->len; i++) {
		CaptainLine *line = g_ptr_array_index(lines, i);
		g_autofree char *another = g_strdup_printf("r%u_another", i);
		g_autofree char *anew = g_strdup_printf("r%u_anew", i);
		g_autofree char *gone = g_strdup_printf("r%u_out", i);
		for (guint j = 0; fields[j] != NULL; j++) {
			g_autofree char *id = g_strdup_printf("r%u_%s", i, fields[j]);
			const char *typed = fields_get(form, id);
			if (typed == NULL)
				continue;
			captain_line_set(line, fields[j], typed);
			line->open = TRUE;
		}
		line->another = line->another || fields_get(form, another) != NULL;
		line->anew = fields_get(form, anew) !=
		        NULL; /* every page has it, ticked when it is so */
		out[i] = fields_get(form, gone) != NULL;
	}
	for (guint i = lines->len; i > 0; i--)
		if (out[i - 1])
			g_ptr_array_remove_index(lines, i - 1);
}

static Reply *
captain_rows(Request *request)
{
	g_auto(Captain) captain = { 0 };
	g_auto(Draft) draft = { .lines = captain_lines_new() };
	GError *error = NULL;
	Reply *refused = NULL;
	guint64 opened = 0;
	if (!captain_open(request, TRUE, &captain, &refused))
		return refused;
	const Fields *form = request_form(request);
	const char *rows = fields_get(form, "rows"), *edit = fields_get(form, "edit");
	const gboolean save = fields_get(form, "save") != NULL;
	if (rows == NULL || !captain_lines_parse(draft.lines, rows))
		return reply_status(request, 400);
	if (edit != NULL &&
	        g_ascii_string_to_unsigned(edit, 10, 0, draft.lines->len, &opened, NULL) &&
	        opened < draft.lines->len)
		((CaptainLine *)g_ptr_array_index(draft.lines, opened))->open = TRUE;
	take_edits(request, &captain, draft.lines);
	guint wrong = captain_lines_check(&captain, draft.lines, &error);
	if (error != NULL)
		return reply_error(request, error);
	if (!save)
		return preview(request, 200, &captain, &draft, wrong);
	if (wrong > 0)
		return preview(request, 422, &captain, &draft, wrong);
	return add_all(request, &captain, &draft);
}

const Route captain_rows_routes[] = {
	{ HTTP_POST, "/g/:token/add", FOR_CAPTAIN, captain_add, .body_max = CAPTAIN_FILE_MAX,
	        .upload = TRUE },
	{ HTTP_POST, "/g/:token/rows", FOR_CAPTAIN, captain_rows, .body_max = 3 * 1024 * 1024 },
	{ 0 },
};
