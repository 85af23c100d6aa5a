#include "web/door_api/record.h"

#include <string.h>

#include "schema/id.h"

#define RECORD_VERSION 1

Reply *
door_refuse(Request *request, int status, const char *code, const char *message)
{
	return reply_json(request, status,
	        json_pack("{s:{s:s, s:s, s:s}}", "error", "code", code, "message", message,
	                "request", request_id(request)));
}

/* ---- members ---- */

static gboolean
wrong(GError **error, const char *name, const char *what)
{
	g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT, "%s: %s", name, what);
	return FALSE;
}

json_t *
door_body(Request *request, GError **error)
{
	gsize length = 0;
	const char *body = request_body(request, &length);
	json_error_t at;
	json_auto_t *object = json_loadb(body ? body : "", length, JSON_REJECT_DUPLICATES, &at);

	if (object == NULL) {
		/* jansson's text may quote what was sent; its place is enough */
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "the body is not JSON (line %d, column %d)", at.line, at.column);
		return NULL;
	}
	if (!json_is_object(object)) {
		wrong(error, "the body", "must be a JSON object");
		return NULL;
	}
	return json_incref(object);
}

gboolean
door_members_known(const json_t *object, const char *const *known, GError **error)
{
	const char *name;
	json_t *value;

	json_object_foreach ((json_t *)object, name, value) {
		if (!g_strv_contains(known, name)) {
			g_autofree char *shown = g_strndup(name, 40);
			return wrong(error, shown, "is not known here");
		}
	}
	return TRUE;
}

gboolean
door_text(const json_t *object, const char *name, gboolean required, gsize max,
        const char **ret_text, GError **error)
{
	const json_t *value = json_object_get(object, name);

	if (value == NULL || json_is_null(value)) {
		if (required)
			return wrong(error, name, "is missing");
		*ret_text = NULL;
		return TRUE;
	}
	if (!json_is_string(value))
		return wrong(error, name, "must be a text");
	if (json_string_length(value) == 0 || json_string_length(value) > max)
		return wrong(error, name, "is empty or too long");
	*ret_text = json_string_value(value);
	return TRUE;
}

static gboolean
take_number(
        const json_t *object, const char *name, gint64 min, gint64 max, gint64 *ret, GError **error)
{
	const json_t *value = json_object_get(object, name);

	if (value == NULL)
		return wrong(error, name, "is missing");
	if (!json_is_integer(value))
		return wrong(error, name, "must be a whole number");
	gint64 number = json_integer_value(value);
	if (number < min || number > max)
		return wrong(error, name, "is out of range");
	*ret = number;
	return TRUE;
}

/* The same, @ret left alone when it is absent. */
static gboolean
take_number_if_there(
        const json_t *object, const char *name, gint64 min, gint64 max, gint64 *ret, GError **error)
{
	return json_object_get(object, name) == NULL ||
	        take_number(object, name, min, max, ret, error);
}

gboolean
door_hex(const json_t *object, const char *name, gint64 *ret, GError **error)
{
	const char *text = NULL;

	if (!door_text(object, name, TRUE, ID_HEX_LENGTH, &text, error))
		return FALSE;
	g_autofree char *small = g_ascii_strdown(text, -1);
	return id_from_hex(small, ret) || wrong(error, name, "must be 16 hex digits");
}

static gboolean
take_flag(const json_t *object, const char *name, gboolean required, gboolean *ret, GError **error)
{
	const json_t *value = json_object_get(object, name);

	if (value == NULL)
		return !required || wrong(error, name, "is missing");
	if (!json_is_boolean(value))
		return wrong(error, name, "must be true or false");
	*ret = json_is_true(value);
	return TRUE;
}

/* ---- the record ---- */

/* A number of the record and where it goes. */
typedef struct {
	const char *name;
	gint64 min, max;
	gsize offset;
} Number;

static const Number numbers[] = {
	{ "seq", 0, DOOR_NUMBER_MAX, G_STRUCT_OFFSET(ScanRow, seq) },
	{ "wall", 0, DOOR_NUMBER_MAX, G_STRUCT_OFFSET(ScanRow, wall) },
	{ "mono", 0, DOOR_NUMBER_MAX, G_STRUCT_OFFSET(ScanRow, mono) },
	{ "skew", -DOOR_NUMBER_MAX, DOOR_NUMBER_MAX, G_STRUCT_OFFSET(ScanRow, skew) },
	{ "skew_error", 0, DOOR_NUMBER_MAX, G_STRUCT_OFFSET(ScanRow, skew_error) },
	{ "manifest_version", 0, DOOR_NUMBER_MAX, G_STRUCT_OFFSET(ScanRow, manifest_version) },
};

static gboolean
take_numbers(const json_t *body, ScanRow *row, GError **error)
{
	for (guint i = 0; i < G_N_ELEMENTS(numbers); i++)
		if (!take_number(body, numbers[i].name, numbers[i].min, numbers[i].max,
		            G_STRUCT_MEMBER_P(row, numbers[i].offset), error))
			return FALSE;
	return TRUE;
}

/* Session by code, checkpoint by number, region by code. */
static gboolean
take_place(const json_t *body, const Event *event, ScanRow *row, GError **error)
{
	const char *session_code = NULL, *region_code = NULL;
	gint64 checkpoint_no = 0;

	if (!door_text(body, "session", TRUE, 100, &session_code, error) ||
	        !take_number(body, "checkpoint", 1, G_MAXUINT16, &checkpoint_no, error) ||
	        !door_text(body, "region", FALSE, 100, &region_code, error))
		return FALSE;
	const EventSession *session = event_session_by_code(event, session_code);
	if (session == NULL)
		return wrong(error, "session", "the event has no such session");
	const EventCheckpoint *checkpoint = event_checkpoint(event, (guint16)checkpoint_no);
	if (checkpoint == NULL || checkpoint->session_no != session->no)
		return wrong(error, "checkpoint", "the session has no such checkpoint");
	const EventRegion *region = region_code ? event_region_by_code(event, region_code) : NULL;
	if (region_code != NULL && region == NULL)
		return wrong(error, "region", "the event has no such region");
	row->session_no = session->no;
	row->checkpoint_no = checkpoint->no;
	row->region_no = region ? region->no : 0;
	return TRUE;
}

static gboolean
is_reason_code(const char *text)
{
	return text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-")] == '\0';
}

/* What the volunteer has set, and what the ticket's text says of itself. */
static gboolean
take_set(const json_t *body, DoorAsked *asked, GError **error)
{
	gint64 class = 0, minute = 0;

	if (!take_flag(body, "leaving", FALSE, &asked->leaving, error) ||
	        !door_text(body, "override", FALSE, DOOR_REASON_MAX, &asked->override, error) ||
	        !take_number_if_there(body, "ticket_class", 0, 15, &class, error) ||
	        !take_number_if_there(body, "ticket_minute", 0, TICKET_MINUTE_MAX, &minute, error))
		return FALSE;
	if (asked->override != NULL && !is_reason_code(asked->override))
		return wrong(error, "override", "must be a reason code: a-z, 0-9, _ and -");
	asked->ticket_class = (TicketClass) class;
	asked->ticket_minute = (guint32)minute;
	return TRUE;
}

/* They ride along: judged as any upload, so nothing of them is refused here but their number. */
static gboolean
take_waiting(const json_t *body, const json_t **ret, GError **error)
{
	const json_t *waiting = json_object_get(body, "waiting");

	if (waiting != NULL && !json_is_array(waiting))
		return wrong(error, "waiting", "must be a list");
	if (json_array_size(waiting) > DOOR_WAITING_MAX)
		return wrong(error, "waiting", "is too long: upload them by themselves");
	*ret = waiting;
	return TRUE;
}

gboolean
door_asked_read(const json_t *body, const Event *event, DoorAsked *ret, GError **error)
{
	static const char *const known[] = { "v", "device", "epoch", "seq", "rev", "session",
		"checkpoint", "mark", "wall", "mono", "skew", "skew_error", "manifest_version",
		"online", "region", "waiting", "leaving", "override", "ticket_class",
		"ticket_minute", NULL };
	DoorAsked asked = { .row.has_mark = TRUE };
	gint64 version = 0, rev = 0;

	if (!door_members_known(body, known, error) ||
	        !take_number(body, "v", RECORD_VERSION, RECORD_VERSION, &version, error) ||
	        !take_number(body, "rev", 0, 0, &rev, error) ||
	        !door_hex(body, "device", &asked.row.device, error) ||
	        !door_hex(body, "epoch", &asked.row.epoch, error) ||
	        !door_hex(body, "mark", &asked.row.mark, error) ||
	        !take_numbers(body, &asked.row, error) ||
	        !take_flag(body, "online", TRUE, &asked.row.online, error) ||
	        !take_place(body, event, &asked.row, error) || !take_set(body, &asked, error) ||
	        !take_waiting(body, &asked.waiting, error))
		return FALSE;
	*ret = asked;
	return TRUE;
}
