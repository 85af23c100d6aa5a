#include "schema/definition/rules.h"

#include <string.h>

#include "schema/definition/forbidden.h"
#include "schema/text.h"

/* Tells a fault at a path of its own. */
static void fault_at(DefinitionReader *reader, const char *path, const char *format, ...)
        G_GNUC_PRINTF(3, 4);

static void
fault_at(DefinitionReader *reader, const char *path, const char *format, ...)
{
	g_autofree char *what = NULL;
	va_list arguments;

	va_start(arguments, format);
	what = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_string_assign(reader->path, path);
	reader_fault(reader, "%s", what);
	g_string_assign(reader->path, "$");
}

#define FAULT_AT(reader, what, ...)                                                                \
	do {                                                                                       \
		g_autofree char *path_ = g_strdup_printf(__VA_ARGS__);                             \
		fault_at(reader, path_, "%s", what);                                               \
	} while (0)

static gboolean
is_later(gint64 a, gint64 b)
{
	return a != NO_TIME && b != NO_TIME && a > b;
}

static gboolean
is_not_later(gint64 a, gint64 b)
{
	return a != NO_TIME && b != NO_TIME && a <= b;
}

static void
check_event(DefinitionReader *reader)
{
	const Event *event = reader->event;

	if (is_not_later(event->ends, event->starts))
		fault_at(reader, "$.ends", "must be after the start");
	if (is_not_later(event->closes, event->opens))
		fault_at(reader, "$.registration.closes", "must be after registration opens");
	if (is_later(event->closes, event->ends))
		fault_at(reader, "$.registration.closes", "must not be after the event's end");
	if (event->logistics_days > event->identity_days)
		fault_at(reader, "$.retention.logistics_days",
		        "must not be more than the %d days that identity is kept",
		        event->identity_days);
}

static void
check_counties(DefinitionReader *reader)
{
	const Event *event = reader->event;
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < event->regions->len; i++) {
		const EventRegion *region = g_ptr_array_index(event->regions, i);

		for (guint j = 0; region->counties[j] != NULL; j++) {
			char *folded = text_fold(region->counties[j]);
			if (!g_hash_table_add(seen, folded))
				FAULT_AT(reader, "is in the list of regions already",
				        "$.regions[%u].counties[%u]", i, j);
		}
	}
}

/* ---- sessions ---- */

static void
check_stops(DefinitionReader *reader, const EventSession *session, guint i)
{
	if (session->kind != SESSION_BUS && session->stops->len > 0)
		FAULT_AT(reader, "only a bus has stops", "$.sessions[%u].stops", i);
	for (guint j = 0; j < session->stops->len; j++) {
		const EventStop *stop = g_ptr_array_index(session->stops, j);

		if (event_stop(session, stop->no) != stop)
			FAULT_AT(reader, "two stops of this bus have the same number",
			        "$.sessions[%u].stops[%u].no", i, j);
		if (is_later(session->starts, stop->departs) ||
		        is_later(stop->departs, session->ends))
			FAULT_AT(reader, "must lie between the start and the end of its bus",
			        "$.sessions[%u].stops[%u].departs", i, j);
	}
}

static void
check_checkpoints(DefinitionReader *reader, const EventSession *session, guint i)
{
	const GPtrArray *all = reader->event->checkpoints;
	g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
	guint j = 0;

	for (guint k = 0; k < all->len; k++) {
		EventCheckpoint *checkpoint = g_ptr_array_index(all, k);

		if (checkpoint->session_no != session->no)
			continue;
		if (checkpoint->name != NULL && !g_hash_table_add(names, checkpoint->name))
			FAULT_AT(reader, "two checkpoints of this session have the same name",
			        "$.sessions[%u].checkpoints[%u]", i, j);
		if (checkpoint->stop_no != 0 && event_stop(session, checkpoint->stop_no) == NULL)
			FAULT_AT(reader, "the session has no stop of this number",
			        "$.sessions[%u].checkpoints[%u].stop", i, j);
		j++;
	}
}

/* The session of a provisional number. */
static const EventSession *
session_of(const DefinitionReader *reader, guint16 no)
{
	return no != 0 ? g_ptr_array_index(reader->event->sessions, no - 1) : NULL;
}

/* The first session whose return is that of number @no. */
static const EventSession *
way_out_of(const DefinitionReader *reader, guint16 no)
{
	for (guint i = 0; i < reader->event->sessions->len; i++) {
		const EventSession *session = g_ptr_array_index(reader->event->sessions, i);
		if (session->return_no == no)
			return session;
	}
	return NULL;
}

static void
check_return(DefinitionReader *reader, const EventSession *session, guint i)
{
	const EventSession *back = session_of(reader, session->return_no);
	const char *what = NULL;

	if (back == NULL)
		return;
	if (back == session)
		what = "a bus is not its own return";
	else if (session->kind != SESSION_BUS || back->kind != SESSION_BUS)
		what = "only a bus has a return, which is a bus too";
	else if (back->return_no != 0)
		what = "a return has no return of its own";
	else if (way_out_of(reader, back->no) != session)
		what = "is another bus's return already";
	else if (is_later(session->ends, back->starts))
		what = "must not start before the way there has ended";
	if (what != NULL)
		FAULT_AT(reader, what, "$.sessions[%u].return", i);
}

static void
check_sessions(DefinitionReader *reader)
{
	const Event *event = reader->event;

	for (guint i = 0; i < event->sessions->len; i++) {
		const EventSession *session = g_ptr_array_index(event->sessions, i);

		if (is_not_later(session->ends, session->starts))
			FAULT_AT(reader, "must be after the start", "$.sessions[%u].ends", i);
		if (is_later(session->ends, event->ends))
			FAULT_AT(reader, "must not be after the event's end", "$.sessions[%u].ends",
			        i);
		check_stops(reader, session, i);
		check_checkpoints(reader, session, i);
		check_return(reader, session, i);
	}
}

/* ---- options ---- */

/* A session that an option offers, once; and never a return, since it comes with its bus. */
static void
check_offered(DefinitionReader *reader, guint8 *offered, guint16 no, const char *path, guint *ret_n)
{
	const EventSession *session = session_of(reader, no);
	const EventSession *out = way_out_of(reader, no);

	if (offered[no] != 0)
		fault_at(reader, path, "this option offers \"%s\" already", session->code);
	if (out != NULL)
		fault_at(reader, path, "\"%s\" is the return of \"%s\" and comes with it",
		        session->code, out->code != NULL ? out->code : "");
	offered[no] = 1;
	*ret_n = session->return_no != 0 ? 2 : 1;
}

/* Returns how many bookings a choice can lead to. */
static guint
check_choice(DefinitionReader *reader, guint8 *offered, const EventChoice *choice, guint i, guint j)
{
	guint most = 1;

	if (choice->min > choice->max)
		FAULT_AT(reader, "must not be less than min", "$.options[%u].choose[%u].max", i, j);
	if (choice->sessions->len > 0 && choice->max > (int)choice->sessions->len)
		FAULT_AT(reader, "must not be more than there is to choose from",
		        "$.options[%u].choose[%u].max", i, j);
	for (guint k = 0; k < choice->sessions->len; k++) {
		g_autofree char *path = g_strdup_printf("$.options[%u].choose[%u].of", i, j);
		guint n = 0;

		check_offered(
		        reader, offered, g_array_index(choice->sessions, guint16, k), path, &n);
		most = MAX(most, n);
	}
	return most * (guint)CLAMP(choice->max, 0, OPTION_BOOKINGS_MAX + 1);
}

static void
check_option_times(DefinitionReader *reader, const EventOption *option, guint i)
{
	const Event *event = reader->event;
	gint64 opens = event_option_opens(event, option);
	gint64 closes = event_option_closes(event, option);

	if ((option->opens != NO_TIME || option->closes != NO_TIME) && is_not_later(closes, opens))
		FAULT_AT(reader, "the option would close before it opens", "$.options[%u].%s", i,
		        option->closes != NO_TIME ? "closes" : "opens");
	if (is_later(option->closes, event->ends))
		FAULT_AT(reader, "must not be after the event's end", "$.options[%u].closes", i);
}

static void
check_options(DefinitionReader *reader)
{
	const Event *event = reader->event;

	for (guint i = 0; i < event->options->len; i++) {
		const EventOption *option = g_ptr_array_index(event->options, i);
		g_autofree guint8 *offered = g_new0(guint8, event->sessions->len + 1);
		g_autofree char *path = g_strdup_printf("$.options[%u].includes", i);
		guint bookings = 0, n = 0;

		for (guint j = 0; j < option->includes->len; j++) {
			check_offered(reader, offered, g_array_index(option->includes, guint16, j),
			        path, &n);
			bookings += n;
		}
		for (guint j = 0; j < option->choices->len; j++)
			bookings += check_choice(
			        reader, offered, g_ptr_array_index(option->choices, j), i, j);
		if (bookings > OPTION_BOOKINGS_MAX)
			fault_at(reader, path,
			        "the option leads to %u bookings with what it leaves to choose;"
			        " at most %d are allowed",
			        bookings, OPTION_BOOKINGS_MAX);
		check_option_times(reader, option, i);
	}
}

/* ---- questions ---- */

static void
check_asked(DefinitionReader *reader, const char *text, const char *path)
{
	const char *topic, *word;

	if (text != NULL && forbidden_found(text, &topic, &word))
		fault_at(reader, path, "asks for %s, which is never asked (found \"%s\")", topic,
		        word);
}

static void
check_asked_texts(DefinitionReader *reader, const json_t *texts, const char *path)
{
	const char *lang;
	json_t *text;

	json_object_foreach ((json_t *)texts, lang, text) {
		g_autofree char *at = g_strdup_printf("%s.%s", path, lang);
		check_asked(reader, json_string_value(text), at);
	}
}

static void
check_questions(DefinitionReader *reader)
{
	const Event *event = reader->event;

	for (guint i = 0; i < event->questions->len; i++) {
		const EventQuestion *question = g_ptr_array_index(event->questions, i);
		g_autofree char *code = g_strdup_printf("$.questions[%u].code", i);
		g_autofree char *label = g_strdup_printf("$.questions[%u].label", i);
		g_autofree char *purpose = g_strdup_printf("$.questions[%u].purpose", i);
		gboolean offers =
		        question->type != NULL && g_str_has_prefix(question->type, "choice");

		if (offers && question->choices == NULL)
			FAULT_AT(reader, "is missing", "$.questions[%u].choices", i);
		if (!offers && question->type != NULL && question->choices != NULL)
			FAULT_AT(reader, "is only for types choice and choices",
			        "$.questions[%u].choices", i);
		if (question->days_kept > event->identity_days)
			FAULT_AT(reader, "must not be more than retention.identity_days",
			        "$.questions[%u].days_kept", i);
		check_asked(reader, question->code, code);
		check_asked_texts(reader, question->label, label);
		check_asked_texts(reader, question->purpose, purpose);
		for (gsize j = 0; j < json_array_size(question->choices); j++) {
			g_autofree char *path =
			        g_strdup_printf("$.questions[%u].choices[%u].label", i, (guint)j);
			check_asked_texts(reader,
			        json_object_get(json_array_get(question->choices, j), "label"),
			        path);
		}
	}
}

/* ---- partners ---- */

static void
check_partners(DefinitionReader *reader)
{
	const Event *event = reader->event;
	g_autoptr(GHashTable) seen = g_hash_table_new(g_direct_hash, g_direct_equal);

	for (guint i = 0; i < event->partners->len; i++) {
		const EventPartner *partner = g_ptr_array_index(event->partners, i);
		if (g_hash_table_add(seen, GUINT_TO_POINTER(partner->region_no)))
			continue;
		if (partner->region_no != 0)
			FAULT_AT(reader, "this region has a partner already",
			        "$.partners[%u].region", i);
		else
			FAULT_AT(reader,
			        "there is a partner of all other regions already: name the region "
			        "of this one",
			        "$.partners[%u]", i);
	}
}

void
definition_check_rules(DefinitionReader *reader)
{
	check_event(reader);
	check_counties(reader);
	check_sessions(reader);
	check_options(reader);
	check_questions(reader);
	check_partners(reader);
}
