#include "checkin/laptop_private.h"

#include <string.h>

#include "checkin/t1.h"
#include "checkin/words.h"
#include "schema/mark.h"

#define SYNC_ROUNDS    3
#define RIDE_ALONG_MAX 20

static const char *
text_in(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

/* ---- storing ---- */

/* What was not stored in time is handed out once more, as `interrupted`. */
static void
recover(Laptop *laptop)
{
	DeviceAnswer nothing;
	DeviceItem item;

	laptop->lost = FALSE;
	while (!laptop->lost && device_recover(laptop->memory, &item)) {
		if (device_store_append(laptop->store, &item, 1, NULL)) {
			device_stored(laptop->memory, &item, &nothing);
			continue;
		}
		device_not_stored(laptop->memory, &item);
		laptop->lost = TRUE;
	}
}

gboolean
laptop_store(
        Laptop *laptop, const DeviceItem *items, guint n, DeviceAnswer *ret_answers, GError **error)
{
	if (!device_store_append(laptop->store, items, n, error)) {
		for (guint i = n; i-- > 0;)
			device_not_stored(laptop->memory, &items[i]);
		laptop->lost = TRUE;
		return FALSE;
	}
	for (guint i = 0; i < n; i++) {
		DeviceAnswer answer = { 0 };
		device_stored(laptop->memory, &items[i], &answer);
		if (ret_answers != NULL)
			ret_answers[i] = answer;
	}
	return TRUE;
}

/* ---- what was scanned ---- */

typedef struct {
	DeviceScan scan;
	const char *elsewhere; /* title of the neighbouring event; lent by the manifest's head */
	gboolean too_often;
} Read;

static gboolean
hex_bytes(const char *hex, guint8 *ret, gsize length)
{
	if (strlen(hex) != 2 * length)
		return FALSE;
	for (gsize i = 0; i < length; i++) {
		const int high = g_ascii_xdigit_value(hex[2 * i]),
		          low = g_ascii_xdigit_value(hex[2 * i + 1]);
		if (high < 0 || low < 0)
			return FALSE;
		ret[i] = (guint8)(high << 4 | low);
	}
	return TRUE;
}

static gboolean
key_bytes(const json_t *key, guint8 ret[PUBLIC_KEY_BYTES])
{
	g_autofree char *text = g_strconcat(text_in(key, "key"), "=", NULL);
	gsize length = 0;

	g_strdelimit(text, "-", '+');
	g_strdelimit(text, "_", '/');
	g_autofree guint8 *bytes = g_base64_decode(text, &length);
	if (length != PUBLIC_KEY_BYTES)
		return FALSE;
	memcpy(ret, bytes, PUBLIC_KEY_BYTES);
	return TRUE;
}

static gboolean
key_verifies(const json_t *key, const T1 *ticket)
{
	guint8 public[PUBLIC_KEY_BYTES], event[EVENT_ID_BYTES], message[T1_MESSAGE_BYTES];

	if (json_integer_value(json_object_get(key, "hint")) != ticket->key_hint ||
	        !key_bytes(key, public) || !hex_bytes(text_in(key, "event"), event, sizeof event))
		return FALSE;
	t1_message(ticket, event, message);
	return vault_verify(public, message, sizeof message, ticket->signature);
}

static const char *
title_of(const json_t *key)
{
	const json_t *title = json_object_get(key, "title");
	const char *english = json_string_value(json_object_get(title, "en"));
	void *first = json_object_iter((json_t *)title);

	return english ? english : json_string_value(json_object_iter_value(first));
}

/* A ticket that @key verifies: this event's, or a neighbour's. */
static void
take_ticket(const Laptop *laptop, const json_t *key, const T1 *ticket, Read *ret)
{
	guint8 salt[SALT_BYTES];

	if (strcmp(text_in(key, "event"), text_in(laptop->head, "event")) != 0) {
		ret->scan.signature = DOOR_SIGNATURE_ELSEWHERE;
		ret->elsewhere = title_of(key);
		return;
	}
	if (!hex_bytes(text_in(laptop->head, "salt"), salt, sizeof salt))
		return;
	/* minutes are counted from when the event's first key was made */
	const gint64 later =
	        (json_integer_value(json_object_get(key, "created")) - laptop->place.key_created) /
	        60;
	ret->scan.signature = DOOR_SIGNATURE_HOLDS;
	ret->scan.mark = (guint64)mark_of(salt, ticket->id);
	ret->scan.ticket_class = ticket->class;
	ret->scan.ticket_minute = (guint32)MAX(later + ticket->minute, 0);
}

static void
take_code(Laptop *laptop, const char *line, gsize length, Read *ret)
{
	uint64_t mark = 0;

	switch (device_find_code(
	        laptop->memory, line, (guint32)length, ret->scan.clock.mono, &mark)) {
	case DEVICE_CODE_FOUND:
		ret->scan.signature = DOOR_SIGNATURE_HOLDS;
		ret->scan.mark = mark;
		return;
	case DEVICE_CODE_TOO_OFTEN:
		ret->too_often = TRUE;
		return;
	case DEVICE_CODE_NONE:
	case DEVICE_CODE_UNKNOWN:
		return;
	}
}

static void
read_line(Laptop *laptop, const char *line, gsize length, Read *ret)
{
	char code[TYPED_CODE_LENGTH + 1];
	g_autofree char *typed = g_strndup(line, length);
	gsize i;
	json_t *key;
	T1 ticket;

	*ret = (Read){ .scan = { .signature = DOOR_SIGNATURE_NONE,
		               .region = laptop->region ? laptop->region : DEVICE_REGION_PRINTED,
		               .online =
		                       remote_reachable(laptop->remote) && laptop->refused == 0 } };
	remote_clock(laptop->remote, &ret->scan.clock);
	if (t1_parse(line, length, &ticket)) {
		json_array_foreach (json_object_get(laptop->head, "keys"), i, key)
			if (key_verifies(key, &ticket)) {
				take_ticket(laptop, key, &ticket, ret);
				return;
			}
		return;
	}
	if (strlen(typed) == length && typed_code_parse(typed, code))
		take_code(laptop, code, strlen(code), ret);
}

gboolean
laptop_mark(Laptop *laptop, const char *line, gsize length, guint64 *ret_mark)
{
	Read read;

	read_line(laptop, line, length, &read);
	*ret_mark = read.scan.mark;
	return read.scan.signature == DOOR_SIGNATURE_HOLDS;
}

/* ---- the answer ---- */

static json_t *
trouble_json(const char *trouble, const char *words)
{
	return json_pack("{s:n, s:n, s:n, s:n, s:s, s:s}", "shown", "decision", "first_at", "place",
	        "trouble", trouble, "words", words);
}

static const char *
checkpoint_name(const Laptop *laptop, guint16 no)
{
	gsize i;
	json_t *each;

	json_array_foreach (json_object_get(laptop->self, "checkpoints"), i, each)
		if (json_integer_value(json_object_get(each, "no")) == no)
			return text_in(each, "name");
	return NULL;
}

static gboolean
offers_group(const Read *read, const DeviceAnswer *answer)
{
	return answer->delegation != 0 && read->scan.ticket_class == TICKET_CAPTAIN;
}

static json_t *
answer_json(const Laptop *laptop, const Read *read, const DeviceAnswer *answer,
        const char *server_place)
{
	const char *place =
	        server_place ? server_place : checkpoint_name(laptop, answer->first_checkpoint);
	g_autofree char *words = door_words(&(DoorWords){ .decision = answer->decision,
	        .spare = answer->decision == DOOR_ADMIT && read->scan.ticket_class == TICKET_SPARE,
	        .practice = answer->practice,
	        .first_at_ms = answer->first_at_ms,
	        .place = place,
	        .elsewhere = read->elsewhere,
	        .zone = laptop->zone });
	if (offers_group(read, answer)) {
		g_autofree char *group = laptop_group_words(laptop);
		char *both = g_strdup_printf("%s; group: %s", words, group);
		g_free(words);
		words = both;
	}

	return json_pack("{s:s, s:s, s:o, s:s?, s:s}", "shown", door_shown_name(answer->shown),
	        "decision", door_decision_name(answer->decision), "first_at",
	        answer->first_at_ms ? json_integer(answer->first_at_ms) : json_null(), "place",
	        place ? place : read->elsewhere, "words", words);
}

/* ---- asking the server ---- */

static RemoteCall *
begin_question(Laptop *laptop, const DeviceItem *intent, const DeviceScan *scan, GArray *riding)
{
	json_t *question = record_question_json(&intent->record, &laptop->names, scan);
	json_t *waiting = json_array();

	g_array_set_size(riding, RIDE_ALONG_MAX);
	g_array_set_size(riding,
	        device_batch(laptop->memory, (LogRecord *)(void *)riding->data, RIDE_ALONG_MAX));
	for (guint i = 0; i < riding->len; i++)
		json_array_append_new(
		        waiting, record_json(&g_array_index(riding, LogRecord, i), &laptop->names));
	if (riding->len > 0)
		json_object_set(question, "waiting", waiting);
	json_decref(waiting);
	return remote_ask(laptop->remote, "scan", question, DEVICE_WAIT_MS);
}

/* The intent is written while the server is asked; its answer, or none in time, makes @item rev 1. @ret_place: the name that
 * the server has for where they came in; owned. FALSE when the intent could not be stored. */
static gboolean
ask_server(
        Laptop *laptop, const DeviceScan *scan, DeviceItem *item, char **ret_place, GError **error)
{
	const gint64 until = g_get_monotonic_time() / 1000 + DEVICE_WAIT_MS;
	const guint64 seq = item->record.seq;
	g_autoptr(GArray) riding = g_array_new(FALSE, FALSE, sizeof(LogRecord));
	DeviceStatus status;

	device_status(laptop->memory, &status);
	g_autoptr(RemoteCall) call = begin_question(laptop, item, scan, riding);
	if (!laptop_store(laptop, item, 1, NULL, error))
		return FALSE;
	while (!remote_call_done(call) && g_get_monotonic_time() / 1000 < until)
		remote_wait(laptop->remote, -1, until - g_get_monotonic_time() / 1000);
	const json_t *body = remote_call_body(call);
	if (remote_call_status(call) != 200)
		return device_alone(laptop->memory, seq, item) != 0;
	if (json_object_get(body, "history") != NULL)
		laptop_acknowledge(laptop, riding, body, status.question);
	*ret_place = g_strdup(json_string_value(json_object_get(body, "place")));
	const DeviceReply reply = {
		.decision = record_decision(text_in(body, "decision")),
		.first_at_ms = json_integer_value(json_object_get(body, "first_at")),
		.hint = (guint8)json_integer_value(json_object_get(body, "hint")),
	};
	return device_answered(laptop->memory, seq, &reply, item) != 0;
}

static gboolean
is_first(const DeviceAnswer *answer)
{
	return door_decision_admits(answer->decision) && answer->decision != DOOR_AGAIN &&
	        !answer->practice;
}

static json_t *
settle(Laptop *laptop, const Read *read, DeviceOutcome outcome, DeviceItem *item, GError **error)
{
	g_autofree char *place = NULL;
	DeviceAnswer answer = { 0 };

	if (outcome != DEVICE_DECIDED && outcome != DEVICE_ASK)
		return trouble_json(
		        "full", "This laptop's log is full: hand its scans out and pair it anew");
	if ((outcome == DEVICE_ASK && !ask_server(laptop, &read->scan, item, &place, error)) ||
	        !laptop_store(laptop, item, 1, &answer, error))
		return trouble_json("not-saved", "Not saved, nobody was let in: scan again");
	laptop->let_in += is_first(&answer) != 0;
	laptop_last_scan(laptop, read->scan.mark, door_decision_admits(answer.decision) != 0);
	if (offers_group(read, &answer))
		laptop->group = answer.delegation;
	laptop->sync.due = MIN(laptop->sync.due, g_get_monotonic_time() / 1000 + 300);
	return answer_json(laptop, read, &answer, place);
}

json_t *
laptop_scan(Laptop *laptop, const char *line, gsize length, GError **ret_why)
{
	DeviceItem item;
	Read read;

	if (laptop->lost)
		recover(laptop);
	read_line(laptop, line, length, &read);
	if (read.too_often)
		return trouble_json(
		        "too-often", "Too many typed codes: scan the ticket, or wait a minute");
	const DeviceOutcome outcome = device_scan(laptop->memory, &read.scan, &item);
	return settle(laptop, &read, outcome, &item, ret_why);
}

/* ---- beside scanning ---- */

gboolean
laptop_wait(Laptop *laptop, int fd, gint64 limit_ms)
{
	const gint64 until = g_get_monotonic_time() / 1000 + limit_ms;

	for (;;) {
		sync_step(laptop);
		const gint64 now = g_get_monotonic_time() / 1000;
		gint64 left = MAX(until - now, 0);
		if (laptop->sync.step == STEP_REST)
			left = MIN(left, MAX(laptop->sync.due - now, 0));
		if (remote_wait(laptop->remote, fd, left))
			return TRUE;
		if (g_get_monotonic_time() / 1000 >= until)
			return FALSE;
	}
}

static gboolean
run_to_rest(Laptop *laptop, gint64 until)
{
	while (laptop->sync.step != STEP_REST) {
		const gint64 left = until - g_get_monotonic_time() / 1000;
		if (left <= 0) {
			sync_clear(&laptop->sync);
			laptop->sync.failed = TRUE;
			return FALSE;
		}
		/* its call may have ended while a scan was waited for */
		if (!remote_call_done(laptop->sync.call))
			remote_wait(laptop->remote, -1, left);
		sync_step(laptop);
	}
	return TRUE;
}

gboolean
laptop_sync(Laptop *laptop, gint64 limit_ms)
{
	const gint64 until = g_get_monotonic_time() / 1000 + limit_ms;

	if (laptop->lost)
		recover(laptop);
	/* a round that is under way does not have what came since */
	if (!run_to_rest(laptop, until))
		return FALSE;
	for (guint i = 0; i < SYNC_ROUNDS; i++) {
		DeviceStatus status;
		laptop->sync.due = 0;
		sync_step(laptop);
		if (!run_to_rest(laptop, until) || laptop->sync.failed)
			return FALSE;
		device_status(laptop->memory, &status);
		if (status.waiting == 0)
			break; /* else the server turned out to be another, and wants all of it */
	}
	return TRUE;
}

void
laptop_state(const Laptop *laptop, LaptopState *ret)
{
	DeviceStatus status;

	device_status(laptop->memory, &status);
	*ret = (LaptopState){
		.place = text_in(laptop->checkpoint, "name"),
		.event = text_in(json_object_get(laptop->self, "event"), "title"),
		.let_in = laptop->let_in,
		.waiting = status.waiting,
		.quarantined = status.quarantined,
		.tickets = status.tickets,
		.damaged = laptop->damaged,
		.last_sync = laptop->last_sync,
		.online = remote_reachable(laptop->remote),
		.refused = laptop->refused,
	};
}
