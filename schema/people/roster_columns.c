#include "schema/people/roster_columns.h"

#include <string.h>

#include "schema/intake.h"

#define CODES_TOLD 24 /* a longer list helps nobody in one line */

static const char *const fields[] = { "name", "contact", "email", "phone", "lang", "region",
	"county", "delegation", "captain", "option", "stop", "age_band", "guardian", "photo",
	"interpretation", "meal", "access", "access_text", "childcare", "zip", "assembly_district",
	"senate_district", "first_time", "emergency_name", "emergency_phone", "keep_informed",
	"share_regional", "ref", NULL };

/* ---- which there are ---- */

static const EventQuestion *
find_question(const Event *event, const char *name)
{
	for (guint i = 0; g_str_has_prefix(name, "question_") && i < event->questions->len; i++) {
		const EventQuestion *question = g_ptr_array_index(event->questions, i);
		if (strcmp(question->code, name + strlen("question_")) == 0)
			return question;
	}
	return NULL;
}

static void
add_once(GPtrArray *names, char *name)
{
	if (g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
		g_free(name);
	else
		g_ptr_array_add(names, name);
}

static void
add_group(const Event *event, const EventChoice *choice, gpointer data)
{
	add_once(data, g_strconcat("session_", choice->code, NULL));
}

static GPtrArray *
names_of(const Event *event)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; fields[i] != NULL; i++)
		g_ptr_array_add(names, g_strdup(fields[i]));
	event_each_choice(event, add_group, names);
	for (guint i = 0; i < event->questions->len; i++) {
		const EventQuestion *question = g_ptr_array_index(event->questions, i);
		g_ptr_array_add(names, g_strconcat("question_", question->code, NULL));
	}
	return names;
}

gboolean
roster_is_column(const Event *event, const char *name)
{
	g_autoptr(GPtrArray) names = names_of(event);
	return g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL);
}

gboolean
roster_is_list(const Event *event, const char *name)
{
	const EventQuestion *question = find_question(event, name);
	return g_str_has_prefix(name, "session_") || strcmp(name, "access") == 0 ||
	        strcmp(name, "stop") == 0 ||
	        (question != NULL && strcmp(question->type, "choices") == 0);
}

/* ---- as text ---- */

static char *
joined(const GPtrArray *names, guint most)
{
	GString *text = g_string_new(NULL);
	for (guint i = 0; i < names->len && i < most; i++)
		g_string_append_printf(
		        text, "%s%s", i > 0 ? ", " : "", (char *)g_ptr_array_index(names, i));
	if (names->len > most)
		g_string_append(text, " …");
	return g_string_free(text, FALSE);
}

char *
roster_columns(const Event *event)
{
	g_autoptr(GPtrArray) names = names_of(event);
	return joined(names, G_MAXUINT);
}

/* ---- what may stand in one ---- */

typedef struct {
	const char *group; /* NULL: of all, the stops */
	GPtrArray *codes;
} Collected;

static void
collect(const Event *event, const EventChoice *choice, gpointer data)
{
	const Collected *collected = data;
	if (collected->group != NULL && strcmp(collected->group, choice->code) != 0)
		return;
	for (guint i = 0; i < choice->sessions->len; i++) {
		const EventSession *session =
		        event_session(event, g_array_index(choice->sessions, guint16, i));
		if (collected->group != NULL)
			add_once(collected->codes, g_strdup(session->code));
		for (guint j = 0; collected->group == NULL && j < session->stops->len; j++)
			add_once(collected->codes,
			        g_strdup_printf("%s/%u", session->code,
			                ((EventStop *)g_ptr_array_index(session->stops, j))->no));
	}
}

static void
add_answers(const EventQuestion *question, GPtrArray *codes)
{
	gsize i;
	json_t *choice;
	json_array_foreach (question->choices, i, choice)
		g_ptr_array_add(
		        codes, g_strdup(json_string_value(json_object_get(choice, "code"))));
}

static const char *const *
fixed_codes(const char *name)
{
	static const struct {
		const char *name;
		const char *const *codes;
	} known[] = { { "contact", intake_contacts }, { "age_band", intake_age_bands },
		{ "photo", intake_photos }, { "interpretation", intake_interpretations },
		{ "meal", intake_meals }, { "access", intake_access } };
	for (guint i = 0; i < G_N_ELEMENTS(known); i++)
		if (strcmp(known[i].name, name) == 0)
			return known[i].codes;
	return NULL;
}

char *
roster_choices(const Event *event, const char *name)
{
	g_autoptr(GPtrArray) codes = g_ptr_array_new_with_free_func(g_free);
	const char *const *fixed = fixed_codes(name);
	const EventQuestion *question = find_question(event, name);
	for (guint i = 0; fixed != NULL && fixed[i] != NULL; i++)
		g_ptr_array_add(codes, g_strdup(fixed[i]));
	for (guint i = 0; strcmp(name, "region") == 0 && i < event->regions->len; i++)
		g_ptr_array_add(codes,
		        g_strdup(((EventRegion *)g_ptr_array_index(event->regions, i))->code));
	for (guint i = 0; strcmp(name, "option") == 0 && i < event->options->len; i++)
		g_ptr_array_add(codes,
		        g_strdup(((EventOption *)g_ptr_array_index(event->options, i))->code));
	if (question != NULL)
		add_answers(question, codes);
	if (strcmp(name, "stop") == 0)
		event_each_choice(event, collect, &(Collected){ NULL, codes });
	else if (g_str_has_prefix(name, "session_"))
		event_each_choice(event, collect, &(Collected){ name + strlen("session_"), codes });
	return codes->len > 0 ? joined(codes, CODES_TOLD) : NULL;
}
