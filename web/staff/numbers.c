/*
 * /staff: who is expected and who came, per session and region, as a page and, for its script, as JSON of the same
 * texts. A region lead sees their own region, and sums of that alone.
 */
#include <string.h>

#include "schema/device_room.h"
#include "schema/outbox.h"
#include "web/heard.h"
#include "web/routes.h"
#include "web/staff/count.h"
#include "web/staff/desk.h"
#include "web/staff_page.h"

#define HEARD_LATELY_S (5 * 60)

typedef struct {
	gint64 expected, came, walk_in, tally;
} Sum;

static void
add(Sum *sum, const AttendanceCount *count)
{
	sum->expected += count->expected;
	sum->came += count->came;
	sum->walk_in += count->walk_in;
	sum->tally += count->tally;
}

static gboolean
is_nothing(const Sum *sum)
{
	return sum->expected == 0 && sum->came == 0 && sum->tally == 0;
}

/* How long the bar is, in hundredths: of those expected, who came. */
static int
percent(const Sum *sum)
{
	const gint64 there = sum->came - sum->walk_in;
	return sum->expected > 0 ? (int)(MIN(there, sum->expected) * 100 / sum->expected) : 0;
}

static json_t *
row_data(const Locale *locale, const char *key, const char *title, const Sum *sum)
{
	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:i}", "key", key, "title", title,
	        "expected", staff_taken(locale_number(locale, sum->expected)), "came",
	        staff_taken(locale_number(locale, sum->came)), "walk_in",
	        staff_taken(locale_number(locale, sum->walk_in)), "tally",
	        staff_taken(locale_number(locale, sum->tally)), "percent", percent(sum));
}

typedef struct {
	Request *request;
	const Event *event;
	const Locale *locale;
	const Numbers *numbers;
	guint16 region_no; /* 0: all */
} Shown;

static const char *
region_title(const Shown *shown, guint16 no)
{
	const EventRegion *region = event_region(shown->event, no);
	return region ? event_text(shown->event, region->name, locale_code(shown->locale))
	              : locale_text(shown->locale, "staff_no_region");
}

/* A session: its sum, and a row a region in which there is somebody. */
static json_t *
session_data(const Shown *shown, const EventSession *session)
{
	Sum all = { 0 };
	json_t *regions = json_array();
	g_autofree char *key = g_strdup_printf("s%u", session->no);
	for (guint i = 0; i < shown->numbers->counts->len; i++) {
		const AttendanceCount *count =
		        &g_array_index(shown->numbers->counts, AttendanceCount, i);
		Sum one = { 0 };
		if (count->session_no != session->no ||
		        (shown->region_no != 0 && count->region_no != shown->region_no))
			continue;
		add(&one, count);
		add(&all, count);
		g_autofree char *row = g_strdup_printf("s%ur%u", session->no, count->region_no);
		json_t *data =
		        row_data(shown->locale, row, region_title(shown, count->region_no), &one);
		json_object_set_new(data, "nothing", json_boolean(is_nothing(&one)));
		json_array_append_new(regions, data);
	}
	json_t *data = row_data(shown->locale, key,
	        event_text(shown->event, session->title, locale_code(shown->locale)), &all);
	json_object_set_new(data, "when",
	        staff_taken(locale_date_time(shown->locale, shown->event, session->starts)));
	json_object_set_new(data, "nothing", json_boolean(is_nothing(&all)));
	json_object_set_new(data, "regions", regions);
	return data;
}

static json_t *
sessions_data(const Shown *shown)
{
	json_t *sessions = json_array();
	gboolean open = TRUE; /* the first with anybody shows its regions, the others when asked */

	for (guint i = 0; i < shown->event->sessions->len; i++) {
		json_t *data = session_data(shown, g_ptr_array_index(shown->event->sessions, i));
		const gboolean nothing = json_is_true(json_object_get(data, "nothing"));
		json_object_set_new(data, "open", json_boolean(open && !nothing));
		open = open && nothing;
		json_array_append_new(sessions, data);
	}
	return sessions;
}

/* ---- what else asks for an eye ---- */

typedef struct {
	gint64 paired, lately, waiting;
} DeviceSum;

static gboolean
sum_devices(Request *request, const Event *event, DeviceSum *ret, GError **error)
{
	g_autoptr(GPtrArray) devices = NULL;
	const gint64 now = request_now(request);
	Db *db = request_db(request, error);
	if (db == NULL || !device_room_list(db, event->id, 0, now, &devices, error))
		return FALSE;
	*ret = (DeviceSum){ 0 };
	for (guint i = 0; i < devices->len; i++) {
		const DeviceListed *device = g_ptr_array_index(devices, i);
		gint64 seen = device->seen, waiting = device->waiting;
		if (device->state != DEVICE_PAIRED)
			continue;
		heard_of(request, device->id, &seen, &waiting);
		ret->paired++;
		ret->lately += now - seen <= HEARD_LATELY_S;
		ret->waiting += waiting;
	}
	return TRUE;
}

static json_t *
notes_data(const Shown *shown, const DeviceSum *devices, gint64 given_up)
{
	const AlarmCounts *alarms = &shown->numbers->alarms;
	const Locale *locale = shown->locale;
	g_autofree char *lately = locale_number(locale, devices->lately);
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:b}", "devices",
	        staff_taken(locale_plural(
	                locale, "staff_devices_paired", devices->paired, "lately", lately, NULL)),
	        "waiting",
	        staff_taken(locale_plural(locale, "staff_scans_waiting", devices->waiting, NULL)),
	        "alarms",
	        staff_taken(locale_plural(
	                locale, "staff_put_aside", alarms->quarantined + alarms->unreadable, NULL)),
	        "gaps", staff_taken(locale_plural(locale, "staff_missing", alarms->gaps, NULL)),
	        "letters",
	        staff_taken(locale_plural(locale, "staff_letters_given_up", given_up, NULL)),
	        "alarming", alarms->quarantined + alarms->unreadable + alarms->gaps + given_up > 0);
}

/* Sessions, and for who isn't bound to a region the notes; NULL with @error. */
static json_t *
numbers_data(Request *request, const Numbers *numbers, const Event **ret_event, GError **error)
{
	const StaffSession *session = request_staff(request);
	const Event *event = staff_event(request, error);
	DeviceSum devices = { 0 };
	gint64 given_up = 0;
	Db *db = event != NULL ? request_db(request, error) : NULL;
	if (db == NULL || !sum_devices(request, event, &devices, error) ||
	        !outbox_given_up(db, event->id, &given_up, error))
		return NULL;
	const Shown shown = { request, event, request_locale(request), numbers,
		session->region_no };
	json_t *data = json_pack("{s:o}", "sessions", sessions_data(&shown));
	if (session->region_no == 0)
		json_object_set_new(data, "notes", notes_data(&shown, &devices, given_up));
	*ret_event = event;
	return data;
}

static Reply *
show_numbers(Request *request, const Numbers *numbers)
{
	GError *error = NULL;
	const Event *event = NULL;
	json_t *data = numbers_data(request, numbers, &event, &error);
	if (data == NULL)
		return reply_error(request, error);
	const Locale *locale = request_locale(request);
	json_t *frame = staff_frame(request, event, "staff_room_numbers", "/staff");
	json_object_update_new(frame, data);
	json_object_set_new(
	        frame, "time", staff_taken(locale_time(locale, event, request_now(request))));
	json_object_set_new(
	        frame, "may_see_alarms", json_boolean(request_staff(request)->role & ROLES_CENTRE));
	json_object_set_new(frame, "fees",
	        json_boolean(request_staff(request)->role & ROLES_DESK && event_has_fees(event)));
	return staff_reply(request, 200, "staff_numbers", frame);
}

static Reply *
tell_numbers(Request *request, const Numbers *numbers)
{
	GError *error = NULL;
	const Event *event = NULL;
	json_auto_t *data = numbers_data(request, numbers, &event, &error);
	if (data == NULL)
		return reply_error(request, error);
	char *text = json_dumps(data, JSON_COMPACT | JSON_SORT_KEYS);
	guint8 hash[32];
	hash_sha256(text, strlen(text), hash);
	g_autoptr(GString) etag = g_string_new("\"");
	for (guint i = 0; i < 8; i++)
		g_string_append_printf(etag, "%02x", hash[i]);
	g_string_append_c(etag, '"');
	Reply *reply = reply_bytes(request, 200, "application/json",
	        g_bytes_new_with_free_func(text, strlen(text), free, text));
	reply_cache(reply, etag->str, 0);
	return reply;
}

static Reply *
ask(Request *request, NumbersThen then)
{
	GError *error = NULL;
	const Event *event = staff_event(request, &error);
	if (event == NULL)
		return reply_error(request, error);
	return numbers_ask(request, event, then);
}

static Reply *
numbers_page(Request *request)
{
	return ask(request, show_numbers);
}

static Reply *
numbers_json(Request *request)
{
	return ask(request, tell_numbers);
}

const Route staff_numbers_routes[] = {
	{ HTTP_GET, "/staff", FOR_STAFF, numbers_page, .roles = ROLES_ALL },
	{ HTTP_GET, "/staff/numbers.json", FOR_STAFF, numbers_json, .roles = ROLES_ALL,
	        .quiet = TRUE },
	{ 0 },
};
