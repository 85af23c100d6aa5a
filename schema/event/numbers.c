#include "schema/event_numbers.h"

typedef struct {
	guint16 no;
	char *name;
	gboolean used;
} Number;

struct EventNumbers {
	GHashTable *parts[PARTS]; /* of Number, by key */
	guint last[PARTS];
};

static void
number_free(gpointer data)
{
	Number *number = data;

	g_free(number->name);
	g_free(number);
}

static char *
key_of(EventPart part, guint16 session_no, const char *name)
{
	switch (part) {
	case PART_DELEGATION:
		return g_ascii_strdown(name, -1);
	case PART_CHECKPOINT:
		return g_strdup_printf("%u/%s", session_no, name);
	default:
		return g_strdup(name);
	}
}

static Number *
number_add(EventNumbers *numbers, EventPart part, guint16 session_no, const char *name, guint no)
{
	Number *number = g_new0(Number, 1);

	number->no = (guint16)no;
	number->name = g_strdup(name);
	numbers->last[part] = MAX(numbers->last[part], no);
	g_hash_table_insert(numbers->parts[part], key_of(part, session_no, name), number);
	return number;
}

static DbRows *
part_query(Db *db, const guint8 id[EVENT_ID_BYTES], EventPart part, GError **error)
{
	DbValue event = db_bytes(id, EVENT_ID_BYTES);

	switch (part) {
	case PART_REGION:
		return db_query(
		        db, "SELECT no, code, 0 FROM region WHERE event = $1", &event, 1, error);
	case PART_SESSION:
		return db_query(
		        db, "SELECT no, code, 0 FROM session WHERE event = $1", &event, 1, error);
	case PART_OPTION:
		return db_query(
		        db, "SELECT no, code, 0 FROM option WHERE event = $1", &event, 1, error);
	case PART_DELEGATION:
		return db_query(db, "SELECT no, code, 0 FROM delegation WHERE event = $1", &event,
		        1, error);
	case PART_CHECKPOINT:
		return db_query(db, "SELECT no, name, session_no FROM checkpoint WHERE event = $1",
		        &event, 1, error);
	}
	g_return_val_if_reached(NULL);
}

static gboolean
part_read(EventNumbers *numbers, Db *db, const guint8 id[EVENT_ID_BYTES], EventPart part,
        GError **error)
{
	g_autoptr(DbRows) rows = part_query(db, id, part, error);
	DbStep step;

	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW)
		number_add(numbers, part, (guint16)db_column_int(rows, 2), db_column_text(rows, 1),
		        (guint)db_column_int(rows, 0));
	return step == DB_NO_ROW;
}

EventNumbers *
event_numbers_read(Db *db, const guint8 id[EVENT_ID_BYTES], GError **error)
{
	g_autoptr(EventNumbers) numbers = g_new0(EventNumbers, 1);

	for (guint part = 0; part < PARTS; part++)
		numbers->parts[part] =
		        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, number_free);
	for (guint part = 0; part < PARTS; part++)
		if (!part_read(numbers, db, id, part, error))
			return NULL;
	return g_steal_pointer(&numbers);
}

void
event_numbers_free(EventNumbers *numbers)
{
	if (numbers == NULL)
		return;
	for (guint part = 0; part < PARTS; part++)
		g_hash_table_unref(numbers->parts[part]);
	g_free(numbers);
}

/* ---- into an event ---- */

typedef struct {
	EventNumbers *numbers;
	gboolean give;
	GError *error; /* the first */
} Apply;

/* The number of a part; 0 with the error set when there is none to have. */
static guint16
take(Apply *apply, EventPart part, guint16 session_no, const char *name)
{
	g_autofree char *key = key_of(part, session_no, name);
	Number *number = g_hash_table_lookup(apply->numbers->parts[part], key);

	if (number == NULL && apply->give && apply->numbers->last[part] < G_MAXUINT16)
		number = number_add(
		        apply->numbers, part, session_no, name, apply->numbers->last[part] + 1);
	if (number == NULL) {
		if (apply->error == NULL)
			apply->error = apply->give
			        ? g_error_new(TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
			                  "the event has used up its numbers; no room for \"%s\"",
			                  name)
			        : g_error_new(DB_ERROR, DB_ERROR_BROKEN,
			                  "\"%s\" is in an event's definition and not in its "
			                  "tables",
			                  name);
		return 0;
	}
	number->used = TRUE;
	return number->no;
}

/* From the numbers that the references of an event are in to those they shall be in. */
static guint16
translate(const guint16 *table, guint16 no)
{
	return no != 0 ? table[no] : 0;
}

static void
translate_list(const guint16 *table, GArray *list)
{
	for (guint i = 0; i < list->len; i++) {
		guint16 *no = &g_array_index(list, guint16, i);
		*no = translate(table, *no);
	}
}

static void
apply_regions_and_sessions(Apply *apply, Event *event, guint16 *regions, guint16 *sessions)
{
	for (guint i = 0; i < event->regions->len; i++) {
		EventRegion *region = g_ptr_array_index(event->regions, i);
		guint16 no = take(apply, PART_REGION, 0, region->code);
		regions[region->no] = no;
		region->no = no;
	}
	for (guint i = 0; i < event->sessions->len; i++) {
		EventSession *session = g_ptr_array_index(event->sessions, i);
		guint16 no = take(apply, PART_SESSION, 0, session->code);
		sessions[session->no] = no;
		session->no = no;
		session->region_no = translate(regions, session->region_no);
	}
	for (guint i = 0; i < event->sessions->len; i++) {
		EventSession *session = g_ptr_array_index(event->sessions, i);
		session->return_no = translate(sessions, session->return_no);
	}
}

static void
apply_rest(Apply *apply, Event *event, const guint16 *regions, const guint16 *sessions)
{
	for (guint i = 0; i < event->checkpoints->len; i++) {
		EventCheckpoint *checkpoint = g_ptr_array_index(event->checkpoints, i);
		checkpoint->session_no = translate(sessions, checkpoint->session_no);
		checkpoint->no =
		        take(apply, PART_CHECKPOINT, checkpoint->session_no, checkpoint->name);
	}
	for (guint i = 0; i < event->options->len; i++) {
		EventOption *option = g_ptr_array_index(event->options, i);
		option->no = take(apply, PART_OPTION, 0, option->code);
		translate_list(sessions, option->includes);
		for (guint j = 0; j < option->choices->len; j++) {
			EventChoice *choice = g_ptr_array_index(option->choices, j);
			translate_list(sessions, choice->sessions);
		}
	}
	for (guint i = 0; i < event->delegations->len; i++) {
		EventDelegation *delegation = g_ptr_array_index(event->delegations, i);
		delegation->no = take(apply, PART_DELEGATION, 0, delegation->code);
		delegation->region_no = translate(regions, delegation->region_no);
	}
	for (guint i = 0; i < event->partners->len; i++) {
		EventPartner *partner = g_ptr_array_index(event->partners, i);
		partner->region_no = translate(regions, partner->region_no);
	}
}

gboolean
event_numbers_apply(EventNumbers *numbers, Event *event, gboolean give, GError **error)
{
	g_autofree guint16 *regions = g_new0(guint16, G_MAXUINT16 + 1);
	g_autofree guint16 *sessions = g_new0(guint16, G_MAXUINT16 + 1);
	Apply apply = { .numbers = numbers, .give = give };

	apply_regions_and_sessions(&apply, event, regions, sessions);
	apply_rest(&apply, event, regions, sessions);
	if (apply.error != NULL) {
		g_propagate_error(error, apply.error);
		return FALSE;
	}
	event_index(event);
	return TRUE;
}

gboolean
event_numbers_unused(const EventNumbers *numbers, EventPart part, EventNumberEach each,
        gpointer data, GError **error)
{
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init(&iter, numbers->parts[part]);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const Number *number = value;
		if (!number->used && !each(number->no, number->name, data, error))
			return FALSE;
	}
	return TRUE;
}
