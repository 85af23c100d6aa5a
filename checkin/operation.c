/*
 * What the terminal scanner asks of the record: one place to scan at, then one answer a line. Runs in
 * the server, or in the command itself when no server holds the folder (schema/control.h).
 */
#include <string.h>

#include "checkin/scan.h"
#include "checkin/ticket.h"
#include "schema/asked.h"
#include "schema/device.h"
#include "schema/id.h"

/* Where the terminal stands. */
typedef struct {
	Event *event;
	const EventSession *session;
	const EventCheckpoint *checkpoint;
	VaultEvent *keys;
} Place;

static void
place_clear(Place *place)
{
	g_clear_pointer(&place->event, event_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Place, place_clear)

static gboolean
place_find(Record *record, Db *db, const json_t *asked, Place *ret, GError **error)
{
	const char *session = asked_text_or_empty(asked, "session");
	const char *checkpoint = json_string_value(json_object_get(asked, "checkpoint"));
	g_auto(Place)
	        place = { .event = event_read(db, asked_text_or_empty(asked, "event"), error) };

	if (place.event == NULL)
		return FALSE;
	place.session = event_session_by_code(place.event, session);
	if (place.session == NULL) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT,
		        "event %s has no session \"%s\"", place.event->slug, session);
		return FALSE;
	}
	place.checkpoint = checkpoint_find(place.event, place.session, checkpoint, error);
	if (place.checkpoint == NULL)
		return FALSE;
	place.keys = vault_event(record_vault(record), place.event->id, error);
	if (place.keys == NULL)
		return FALSE;
	*ret = place;
	place.event = NULL; /* given away */
	return TRUE;
}

/* A reading connection in a transaction; freeing it ends both. */
static Db *
reader_begin(Record *record, GError **error)
{
	g_autoptr(Db) db = record_reader(record, error);

	if (db == NULL || !db_begin(db, error))
		return NULL;
	return g_steal_pointer(&db);
}

static json_t *
operation_place(Record *record, const json_t *asked, gint64 now, GError **error)
{
	g_autoptr(Db) db = reader_begin(record, error);
	g_auto(Place) place = { 0 };

	if (db == NULL || !place_find(record, db, asked, &place, error))
		return NULL;
	return json_pack("{s:s, s:i, s:s}", "session", place.session->code, "checkpoint",
	        place.checkpoint->no, "place", place.checkpoint->name);
}

/* The other event of this record whose ticket this is, as its title; NULL when there is none. */
static gboolean
find_elsewhere(Record *record, Db *db, const Place *place, const char *text, gint64 now,
        char **ret_title, GError **error)
{
	g_autoptr(EventShelf) shelf = event_shelf_new();
	g_autoptr(GPtrArray) events = event_shelf_list(shelf, db, now, error);

	if (events == NULL)
		return FALSE;
	for (guint i = 0; i < events->len; i++) {
		const Event *event = g_ptr_array_index(events, i);
		VaultEvent *keys = vault_event(record_vault(record), event->id, NULL);
		if (keys == NULL || memcmp(event->id, place->event->id, EVENT_ID_BYTES) == 0)
			continue;
		if (ticket_check(event, keys, text, strlen(text), NULL, NULL) != TICKET_OURS)
			continue;
		*ret_title = g_strdup(event_text(event, event->title, "en"));
		return TRUE;
	}
	return TRUE;
}

/* What the text is: a ticket of this event, of another, a typed code, or nothing. */
static gboolean
read_text(Record *record, Db *db, const Place *place, const char *text, gint64 now, ScanWork *work,
        char **ret_elsewhere, GError **error)
{
	char code[TYPED_CODE_LENGTH + 1];
	gboolean found = FALSE;
	T1 ticket;

	work->signature = DOOR_SIGNATURE_NONE;
	if (ticket_check(place->event, place->keys, text, strlen(text), &ticket, &work->row.mark) ==
	        TICKET_OURS) {
		work->signature = DOOR_SIGNATURE_HOLDS;
		work->row.has_mark = TRUE;
		work->ticket_class = (TicketClass)ticket.class;
		work->ticket_minute = ticket.minute;
		return TRUE;
	}
	if (t1_parse(text, strlen(text), &ticket)) {
		if (!find_elsewhere(record, db, place, text, now, ret_elsewhere, error))
			return FALSE;
		if (*ret_elsewhere != NULL)
			work->signature = DOOR_SIGNATURE_ELSEWHERE;
		return TRUE;
	}
	if (!typed_code_parse(text, code))
		return TRUE;
	if (!scan_mark_of_code(db, place->event, code, &work->row.mark, &found, error))
		return FALSE;
	/* the record itself vouches for a code that it has given out */
	work->row.has_mark = found;
	if (found)
		work->signature = DOOR_SIGNATURE_HOLDS;
	return TRUE;
}

static json_t *
answer_json(const ScanWork *work, const char *elsewhere)
{
	const EventCheckpoint *first = event_checkpoint(work->event, work->first_checkpoint);
	gint64 first_at = work->answer.first_at_ms;
	g_autofree char *words =
	        scan_words(work->event, &work->answer, work->first_checkpoint, elsewhere);

	return json_pack("{s:s, s:s, s:o, s:s?, s:s}", "shown", door_shown_name(work->answer.shown),
	        "decision", door_decision_name(work->answer.decision), "first_at",
	        first_at ? json_integer(first_at) : json_null(), "place",
	        first ? first->name : elsewhere, "words", words);
}

static gint64
number_of(const json_t *asked, const char *name)
{
	return json_integer_value(json_object_get(asked, name));
}

static json_t *
operation_scan(Record *record, const json_t *asked, gint64 now, GError **error)
{
	g_autoptr(Db) db = reader_begin(record, error);
	g_auto(Place) place = { 0 };
	g_autofree char *elsewhere = NULL;
	ScanWork work = { .now = now };

	if (db == NULL || !place_find(record, db, asked, &place, error))
		return NULL;
	work.event = place.event;
	work.keys = place.keys;
	work.row = (ScanRow){
		.device = DEVICE_LOCAL,
		.seq = number_of(asked, "seq"),
		.rev = 1,
		.session_no = place.session->no,
		.checkpoint_no = place.checkpoint->no,
		.wall = number_of(asked, "wall"),
		.mono = number_of(asked, "mono"),
		.manifest_version = -1, /* that of the work */
		.online = TRUE,
	};
	if (!id_from_hex(asked_text_or_empty(asked, "epoch"), &work.row.epoch) ||
	        work.row.seq < 1) {
		g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "a scan needs its epoch and seq");
		return NULL;
	}
	if (!read_text(record, db, &place, asked_text_or_empty(asked, "text"), now, &work,
	            &elsewhere, error))
		return NULL;
	db_rollback(db); /* nothing is read any more, and a checkpoint need not wait for us */
	if (!writer_run(record_writer(record), scan_work, &work, error))
		return NULL;
	if (work.outcome == SCAN_OTHER) {
		g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_BUG,
		        "this epoch and seq were used for another scan");
		return NULL;
	}
	return answer_json(&work, elsewhere);
}

const ControlEntry checkin_operations[] = {
	{ "checkin.place", operation_place },
	{ "checkin.scan", operation_scan },
	{ NULL },
};
