/* People as lines of a list: what each says, what is wrong with it, and who of them is in the group already. */
#include <stdlib.h>
#include <string.h>

#include "schema/forgotten.h"
#include "schema/text.h"
#include "web/captain.h"

#define VALUE_MAX 4000 /* bytes of a cell */

static void
line_free(gpointer data)
{
	CaptainLine *line = data;

	g_hash_table_unref(line->values);
	g_array_unref(line->faults);
	g_free(line->folded);
	g_free(line);
}

GPtrArray *
captain_lines_new(void)
{
	return g_ptr_array_new_with_free_func(line_free);
}

CaptainLine *
captain_lines_add(GPtrArray *lines, guint number)
{
	CaptainLine *line = g_new0(CaptainLine, 1);

	line->line = number;
	line->values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	line->faults = intake_faults_new();
	g_ptr_array_add(lines, line);
	return line;
}

void
captain_line_set(CaptainLine *line, const char *field, const char *text)
{
	g_autofree char *tidy = text_tidy(text);

	if (tidy == NULL || *tidy == '\0' || strlen(tidy) > VALUE_MAX)
		g_hash_table_remove(line->values, field);
	else
		g_hash_table_insert(line->values, g_strdup(field), g_steal_pointer(&tidy));
}

const char *
captain_line_get(const CaptainLine *line, const char *field)
{
	return g_hash_table_lookup(line->values, field);
}

gboolean
captain_lines_of_names(GPtrArray *lines, const char *names)
{
	g_auto(GStrv) each = g_strsplit_set(names, "\r\n", -1);
	guint number = 0;

	for (guint i = 0; each[i] != NULL; i++) {
		g_autofree char *tidy = text_tidy(each[i]);
		if (tidy == NULL || *tidy == '\0')
			continue;
		if (++number > CAPTAIN_ROWS_MAX)
			return FALSE;
		captain_line_set(captain_lines_add(lines, number), "name", tidy);
	}
	return TRUE;
}

/* ---- along with the form ---- */

char *
captain_lines_json(const GPtrArray *lines)
{
	json_auto_t *list = json_array();
	GHashTableIter iter;
	gpointer field, text;

	for (guint i = 0; i < lines->len; i++) {
		const CaptainLine *line = g_ptr_array_index(lines, i);
		json_t *values = json_object();
		g_hash_table_iter_init(&iter, line->values);
		while (g_hash_table_iter_next(&iter, &field, &text))
			json_object_set_new(values, field, json_string(text));
		json_array_append_new(
		        list, json_pack("[i, o, b]", (int)line->line, values, line->another));
	}
	char *made = json_dumps(list, JSON_COMPACT | JSON_SORT_KEYS);
	char *text_of = g_strdup(made);
	free(made);
	return text_of;
}

gboolean
captain_lines_parse(GPtrArray *lines, const char *text)
{
	json_auto_t *list = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	gsize i;
	json_t *each, *value;

	if (!json_is_array(list) || json_array_size(list) > CAPTAIN_ROWS_MAX)
		return FALSE;
	json_array_foreach (list, i, each) {
		const char *field;
		json_t *values = json_array_get(each, 1);
		const json_int_t number = json_integer_value(json_array_get(each, 0));
		if (!json_is_object(values) || number < 1 || number > G_MAXINT)
			return FALSE;
		CaptainLine *line = captain_lines_add(lines, (guint)number);
		line->another = json_is_true(json_array_get(each, 2));
		json_object_foreach (values, field, value) {
			if (!json_is_string(value) || strlen(field) > 60)
				return FALSE;
			captain_line_set(line, field, json_string_value(value));
		}
	}
	return TRUE;
}

/* ---- looking ---- */

typedef struct {
	const Captain *captain;
	const CaptainLine *line;
} Asking;

static const char *
line_field(gpointer data, const char *name, guint nth)
{
	const Asking *asking = data;
	const CaptainLine *line = asking->line;
	const char *stop = captain_line_get(line, "stop");

	if (nth > 0)
		return NULL;
	if (strcmp(name, "delegation") == 0)
		return asking->captain->delegation->code;
	if (strcmp(name, "contact") == 0)
		return captain_line_get(line, "email")    ? "email"
		        : captain_line_get(line, "phone") ? "phone"
		                                          : "captain";
	if (strcmp(name, "region") == 0 || strcmp(name, "county") == 0 ||
	        strcmp(name, "captain") == 0)
		return NULL;
	const char *value = captain_line_get(line, name);
	if (g_str_has_prefix(name, "session_") && stop != NULL) {
		const EventSession *session =
		        intake_session_of_stop(asking->captain->event, name, stop);
		if (session != NULL)
			return session->code;
	}
	return value;
}

Registration *
captain_line_prepare(const Captain *captain, const CaptainLine *line, gint64 first_id,
        gboolean check_only, GArray *faults, GError **error)
{
	static const guint8 no_submission[SUBMISSION_BYTES]; /* the work gives it */
	Asking asking = { captain, line };
	const char *lang = captain_line_get(line, "lang");
	const IntakeAsked asked = { .event = captain->event,
		.keys = captain->keys,
		.get = line_field,
		.data = &asking,
		.lang = lang != NULL && locale_find(lang) != NULL ? lang
		                                                  : locale_code(captain->locale),
		.submission = no_submission,
		.first_id = first_id,
		.now = captain->now,
		.check_only = check_only,
		.from_list = TRUE };

	return intake_take(&asked, faults, error);
}

/* How many of the group have each name. */
static GHashTable *
names_of_group(const Captain *captain)
{
	GHashTable *names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < captain->members->len; i++) {
		const Member *member = g_ptr_array_index(captain->members, i);
		const char *name = member->attendee->person->name;
		char *folded = name != NULL && !member->asked ? text_fold(name) : NULL;
		if (folded == NULL)
			continue;
		const guint n = GPOINTER_TO_UINT(g_hash_table_lookup(names, folded));
		g_hash_table_insert(names, folded, GUINT_TO_POINTER(n + 1));
	}
	return names;
}

/* Words become the codes that they mean; what can't be told stays, and is a fault. */
static void
take_codes(const Captain *captain, CaptainLine *line)
{
	GHashTableIter iter;
	gpointer field, text;
	g_autoptr(GPtrArray) codes = g_ptr_array_new_with_free_func(g_free);

	g_hash_table_iter_init(&iter, line->values);
	while (g_hash_table_iter_next(&iter, &field, &text)) {
		char *code = captain_code(captain->event, field, text);
		if (code == NULL)
			continue;
		g_ptr_array_add(codes, g_strdup(field));
		g_ptr_array_add(codes, code);
	}
	for (guint i = 0; i < codes->len; i += 2)
		captain_line_set(
		        line, g_ptr_array_index(codes, i), g_ptr_array_index(codes, i + 1));
}

/* Whether they were deleted, and it isn't said that they agreed anew. */
static gboolean
look_up(const Captain *captain, CaptainLine *line, Registration *checked, GHashTable *forgotten,
        GError **error)
{
	gboolean gone = FALSE;

	line->gone = FALSE;
	if (checked == NULL || line->already || line->anew)
		return TRUE;
	captain_submission(
	        captain->keys, captain->no, line->folded, line->nth, checked->submission);
	if (!forgotten_is(captain->db, captain->event, captain->keys, forgotten, checked, TRUE,
	            &gone, error))
		return FALSE;
	line->gone = gone;
	return TRUE;
}

guint
captain_lines_check(const Captain *captain, GPtrArray *lines, GError **error)
{
	g_autoptr(GHashTable) group = names_of_group(captain);
	g_autoptr(GHashTable) list = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GHashTable) others = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GHashTable) forgotten = forgotten_read(captain->db, captain->event, error);
	guint wrong = 0;

	for (guint i = 0; forgotten != NULL && i < lines->len; i++) {
		CaptainLine *line = g_ptr_array_index(lines, i);
		const char *name = captain_line_get(line, "name");
		g_autoptr(GError) trouble = NULL;
		take_codes(captain, line);
		g_array_set_size(line->faults, 0);
		g_autoptr(Registration) checked =
		        captain_line_prepare(captain, line, 1, TRUE, line->faults, &trouble);
		if (trouble != NULL) {
			g_propagate_error(error, g_steal_pointer(&trouble));
			return 0;
		}
		wrong += line->faults->len > 0;
		g_free(line->folded);
		line->folded = name != NULL ? text_fold(name) : NULL;
		if (line->folded == NULL)
			continue;
		const guint there = GPOINTER_TO_UINT(g_hash_table_lookup(group, line->folded));
		GHashTable *counted = line->another ? others : list;
		const guint n = GPOINTER_TO_UINT(g_hash_table_lookup(counted, line->folded)) + 1;
		g_hash_table_insert(counted, g_strdup(line->folded), GUINT_TO_POINTER(n));
		line->nth = line->another ? there + n : n;
		line->already = !line->another && n <= there;
		line->twin = !line->already && n > 1;
		if (!look_up(captain, line, checked, forgotten, error))
			return 0;
	}
	return wrong;
}
