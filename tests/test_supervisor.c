/* What a supervisor's phone asks beside scanning, over HTTP and on both engines. */
#include <string.h>

#include "checkin/ticket.h"
#include "schema/audit.h"
#include "schema/find.h"
#include "schema/intake.h"
#include "tests/fixtures/client.h"
#include "web/locale.h"

#include "tests/fixtures/door_api.h"

#define DOOR_PATH "/api/v1/door/"

static json_t *
ask(const Api *api, const char *call, json_t *body, int wanted)
{
	g_autofree char *path = g_strconcat(DOOR_PATH, call, NULL);
	int status = 0;
	json_t *answer = api_post(api, path, api->token, body, &status);

	if (status != wanted)
		g_error("%s: %d, %s", call, status,
		        api_text(json_object_get(answer, "error"), "message"));
	return answer;
}

static json_t *
find(const Api *api, const char *query, int wanted)
{
	g_autofree char *escaped = g_uri_escape_string(query, NULL, FALSE);
	g_autofree char *path = g_strconcat(DOOR_PATH "search?session=lunch&q=", escaped, NULL);
	int status = 0;
	json_t *answer = api_get(api, path, &status);

	g_assert_cmpint(status, ==, wanted);
	return answer;
}

static const json_t *
hit(const json_t *found, gsize n)
{
	return json_array_get(json_object_get(found, "people"), n);
}

static gsize
hits(const json_t *found)
{
	return json_array_size(json_object_get(found, "people"));
}

static char *
mark_of_guest(const Guest *guest)
{
	char hex[ID_HEX_LENGTH + 1];
	id_to_hex(guest->ticket.mark, hex);
	return g_strdup(hex);
}

static void
open_desk(Api *api, Engine *engine)
{
	find_forget();
	api_start(api, engine);
	api_pair(api, "lunch", "supervisor");
}

/* ---- by name ---- */

static const struct {
	const char *name, *query;
	gboolean found;
} names[] = {
	{ "Nguyễn Thị Hoa", "Nguyen", TRUE },
	{ "José García", "jose", TRUE },
	{ "José García", "GARCIA jo", TRUE },
	{ "王小明", "小明", TRUE },
	{ "فاطمة الزهراء", "فاطمة", TRUE },
	{ "Ղազար Պետրոսյան", "պետրոս", TRUE },
	{ "김민수", "김민", TRUE },
	{ "Ana López", "Anna", FALSE },
	{ "Ana López", "a", FALSE }, /* would be half the event */
	{ "Ana López", "", FALSE },
	{ "Ana López", "ana zzz", FALSE },
};

static void
people_are_found_across_scripts_and_accents(Engine *engine, gconstpointer data)
{
	g_auto(Api) api = { 0 };
	open_desk(&api, engine);
	Guest guest = door_guest(&api.door, "full", NULL, TICKET_ATTENDEE);
	Guest other = door_guest(&api.door, "full", NULL, TICKET_ATTENDEE);
	door_rename(&api.door, &other, "Zoë Quux");

	for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
		door_rename(&api.door, &guest, names[i].name);
		json_auto_t *found = find(&api, names[i].query, 200);
		if (hits(found) != (names[i].found ? 1 : 0))
			g_error("%s by %s: %zu", names[i].name, names[i].query, hits(found));
		if (names[i].found)
			g_assert_cmpstr(api_text(hit(found, 0), "name"), ==, names[i].name);
	}
	g_assert_cmpuint(find_held(), ==, 2);
	find_forget();
	g_assert_cmpuint(find_held(), ==, 0);
	/* who looked is told, not for whom */
	g_assert_cmpint(engine_ask(engine,
	                        "SELECT count(*) FROM audit WHERE act = 'person.search'"
	                        " AND detail LIKE '% found' AND who LIKE 'device %'"),
	        ==, (gint64)G_N_ELEMENTS(names));
}

static void
a_found_person_can_be_told_from_others_and_let_in(Engine *engine, gconstpointer data)
{
	g_auto(Api) api = { 0 };
	open_desk(&api, engine);
	Guest guest = door_guest(&api.door, "general", NULL, TICKET_ATTENDEE);
	door_rename(&api.door, &guest, "Eva Lund");
	g_autofree char *mark = mark_of_guest(&guest);

	json_auto_t *found = find(&api, "lund", 200);
	g_assert_cmpuint(hits(found), ==, 1);
	g_assert_cmpstr(api_text(hit(found, 0), "mark"), ==, mark);
	g_assert_cmpstr(api_text(hit(found, 0), "region"), ==, "north");
	g_assert_cmpstr(api_text(hit(found, 0), "state"), ==, "not_booked");
	g_assert_true(json_is_false(json_object_get(hit(found, 0), "in")));
	json_t *asked = api_record(&api, "lunch", guest.ticket.mark, 1);
	json_object_set_new(asked, "override", json_string("supervisor"));
	json_auto_t *answer = ask(&api, "scan", asked, 200);
	g_assert_cmpstr(api_text(answer, "decision"), ==, "admit_override");
	/* by the code under the ticket too */
	json_auto_t *by_code = find(&api, guest.ticket.typed_code, 200);
	g_assert_cmpuint(hits(by_code), ==, 1);
	g_assert_true(json_is_true(json_object_get(hit(by_code, 0), "in")));
}

static void
a_tap_for_the_name_is_remembered(Engine *engine, gconstpointer data)
{
	g_auto(Api) api = { 0 };
	open_desk(&api, engine);
	Guest guest = door_guest_who(&api.door, "full", TICKET_ATTENDEE, "no", "es");
	g_autofree char *mark = mark_of_guest(&guest);
	g_autofree char *path = g_strconcat(DOOR_PATH "person?mark=", mark, NULL);
	int status = 0;

	json_auto_t *answer = api_get(&api, path, &status);
	g_assert_cmpint(status, ==, 200);
	g_assert_cmpstr(api_text(answer, "name"), ==, "Guest");
	json_t *flags = json_object_get(answer, "flags");
	g_assert_cmpuint(json_array_size(flags), ==, 2);
	g_assert_cmpstr(json_string_value(json_array_get(flags, 0)), ==, "photo_no");
	g_assert_cmpint(engine_ask(engine,
	                        "SELECT count(*) FROM audit WHERE act = 'person.look'"
	                        " AND detail = 'holder 1'"),
	        ==, 1);
	json_decref(api_get(&api, DOOR_PATH "person?mark=0123456789abcdef", &status));
	g_assert_cmpint(status, ==, 404);
	json_decref(api_get(&api, DOOR_PATH "person?mark=1", &status));
	g_assert_cmpint(status, ==, 400);
}

static void
a_volunteer_s_phone_is_no_supervisor_s(Engine *engine, gconstpointer data)
{
	static const char *const posts[] = { "void", "walkin", "reissue", "attach" };
	g_auto(Api) api = { 0 };
	api_start(&api, engine);
	api_pair(&api, "lunch", "scan");

	json_decref(find(&api, "ana", 403));
	for (guint i = 0; i < G_N_ELEMENTS(posts); i++)
		json_decref(ask(&api, posts[i], json_object(), 403));
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM audit"), ==, 0);
}

/* ---- who stands there ---- */

static json_t *
walkin(const char *name)
{
	char submission[SUBMISSION_TEXT_LENGTH + 1];
	submission_new(api_clock_ms, submission);
	return json_pack("{s:s, s:s, s:s*, s:s}", "submission", submission, "session", "lunch",
	        "name", name, "region", "south");
}

static void
a_walk_in_gets_a_ticket_that_scans(Engine *engine, gconstpointer data)
{
	g_auto(Api) api = { 0 };
	open_desk(&api, engine);
	T1 ticket;
	gint64 mark = 0;

	json_auto_t *made = ask(&api, "walkin", walkin("Ruth"), 201);
	const char *text = api_text(made, "ticket");
	g_assert_cmpint(
	        ticket_check(api.door.event, api.door.keys, text, strlen(text), &ticket, &mark), ==,
	        TICKET_OURS);
	json_auto_t *scanned = api_scan(&api, "lunch", mark, 1);
	g_assert_cmpstr(api_text(scanned, "decision"), ==, "admit");
	json_auto_t *found = find(&api, "ruth", 200);
	g_assert_cmpuint(hits(found), ==, 1);
	g_assert_cmpstr(api_text(hit(found, 0), "region"), ==, "south");
	/* nobody has to give a name, and pressing twice registers once */
	json_t *twice = walkin(NULL);
	json_auto_t *once = ask(&api, "walkin", json_incref(twice), 201);
	json_auto_t *again = ask(&api, "walkin", json_incref(twice), 200);
	g_assert_cmpstr(api_text(once, "ticket"), ==, api_text(again, "ticket"));
	g_assert_nonnull(strstr(api_text(again, "svg"), "<svg"));
	json_object_set_new(twice, "name", json_string("Ida"));
	json_decref(ask(&api, "walkin", twice, 409));
	g_assert_cmpint(
	        engine_ask(engine, "SELECT count(*) FROM attendee WHERE walk_in = 1"), ==, 2);
	json_t *wrong = walkin("Ida");
	json_object_set_new(wrong, "region", json_string("west"));
	json_decref(ask(&api, "walkin", wrong, 400));
}

static void
a_lost_ticket_is_worth_nothing_once_another_is_made(Engine *engine, gconstpointer data)
{
	g_auto(Api) api = { 0 };
	open_desk(&api, engine);
	Guest guest = door_guest(&api.door, "full", NULL, TICKET_ATTENDEE);
	g_autofree char *mark = mark_of_guest(&guest);
	json_auto_t *first = api_scan(&api, "lunch", guest.ticket.mark, 1);
	g_assert_cmpstr(api_text(first, "decision"), ==, "admit");

	json_auto_t *made = ask(&api, "reissue", json_pack("{s:s}", "mark", mark), 200);
	const char *text = api_text(made, "ticket");
	gint64 fresh = 0;
	g_assert_cmpint(
	        ticket_check(api.door.event, api.door.keys, text, strlen(text), NULL, &fresh), ==,
	        TICKET_OURS);
	g_assert_cmpint(fresh, !=, guest.ticket.mark);
	json_auto_t *old = api_scan(&api, "lunch", guest.ticket.mark, 2);
	g_assert_cmpstr(api_text(old, "decision"), ==, "reject_revoked");
	json_auto_t *new = api_scan(&api, "lunch", fresh, 3);
	g_assert_cmpstr(api_text(new, "decision"), ==, "reject_used"); /* no second lunch */
	json_decref(ask(&api, "reissue", json_pack("{s:s}", "mark", "0123456789abcdef"), 404));
}

static Guest
add_spare(const Api *api)
{
	Guest spare = door_guest(&api->door, "full", NULL, TICKET_SPARE);
	g_autofree char *bare = g_strdup_printf(
	        "UPDATE attendee SET option_no = NULL, option_state = NULL, walk_in = 1,"
	        " spare_region_no = region_no WHERE id = %" G_GINT64_FORMAT,
	        spare.id);
	engine_must(api->door.engine, bare);
	return spare;
}

static void
a_spare_ticket_is_counted_where_it_was_tapped_and_gets_its_person_later(
        Engine *engine, gconstpointer data)
{
	g_auto(Api) api = { 0 };
	open_desk(&api, engine);
	Guest one = add_spare(&api), two = add_spare(&api);
	Guest known = door_guest(&api.door, "full", NULL, TICKET_ATTENDEE);
	g_autofree char *one_mark = mark_of_guest(&one), *two_mark = mark_of_guest(&two);
	g_autofree char *known_mark = mark_of_guest(&known);
	json_t *tapped = api_record(&api, "lunch", one.ticket.mark, 1);
	json_object_set_new(tapped, "region", json_string("south"));

	json_auto_t *admitted = ask(&api, "scan", tapped, 200);
	g_assert_cmpstr(api_text(admitted, "decision"), ==, "admit");
	g_autofree char *region = g_strdup_printf(
	        "SELECT region_no FROM attendee WHERE id = %" G_GINT64_FORMAT, one.id);
	g_assert_cmpint(
	        engine_ask(engine, region), ==, event_region_by_code(api.door.event, "south")->no);
	json_auto_t *second = api_scan(&api, "lunch", two.ticket.mark, 2);
	g_assert_cmpstr(api_text(second, "decision"), ==, "admit");

	json_decref(ask(
	        &api, "attach", json_pack("{s:s, s:s}", "mark", one_mark, "name", "Noor"), 200));
	json_auto_t *found = find(&api, "noor", 200);
	g_assert_cmpuint(hits(found), ==, 1);
	g_assert_cmpstr(api_text(hit(found, 0), "region"), ==, "south");
	json_decref(ask(
	        &api, "attach", json_pack("{s:s, s:s}", "mark", one_mark, "name", "Other"), 409));

	json_decref(ask(&api, "attach",
	        json_pack("{s:s, s:s}", "mark", two_mark, "into", known_mark), 200));
	json_auto_t *again = api_scan(&api, "lunch", known.ticket.mark, 3);
	g_assert_cmpstr(api_text(again, "decision"), ==, "reject_used");
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM presence"), ==, 2);
	json_decref(ask(&api, "attach",
	        json_pack("{s:s, s:s}", "mark", known_mark, "into", one_mark), 409));
}

static void
an_undo_is_told_what_other_phones_scanned(Engine *engine, gconstpointer data)
{
	g_auto(Api) api = { 0 };
	open_desk(&api, engine);
	Guest guest = door_guest(&api.door, "full", NULL, TICKET_ATTENDEE);
	g_autofree char *mark = mark_of_guest(&guest);
	door_scan(&api.door, "lunch", guest.ticket.mark, 5); /* another device */

	json_auto_t *answer =
	        ask(&api, "void", json_pack("{s:s, s:s}", "session", "lunch", "mark", mark), 200);
	g_assert_cmpuint(json_array_size(json_object_get(answer, "voids")), ==, 1);
	const json_t *named = json_array_get(json_object_get(answer, "voids"), 0);
	g_assert_cmpint(json_integer_value(json_object_get(named, "seq")), ==, 5);
	json_t *record = api_record(&api, "lunch", guest.ticket.mark, 1);
	json_object_set_new(record, "rev", json_integer(1));
	json_object_set_new(record, "decision", json_string("void"));
	json_object_set_new(record, "reason", json_string("wrong_person"));
	json_object_set_new(record, "void_of", json_deep_copy(named));
	json_auto_t *done = ask(&api, "void",
	        json_pack("{s:s, s:s, s:[o]}", "session", "lunch", "mark", mark, "records", record),
	        200);
	g_assert_cmpuint(json_array_size(json_object_get(done, "voids")), ==, 0);
	g_assert_cmpuint(json_array_size(json_object_get(done, "durable")), ==, 1);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM presence"), ==, 0);
}

#define DESK_TEST(name) engine_add_test("supervisor/" #name, name)

int
main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;

	g_test_init(&argc, &argv, NULL);
	locales_load(&error);
	g_assert_no_error(error);
	DESK_TEST(people_are_found_across_scripts_and_accents);
	DESK_TEST(a_found_person_can_be_told_from_others_and_let_in);
	DESK_TEST(a_tap_for_the_name_is_remembered);
	DESK_TEST(a_volunteer_s_phone_is_no_supervisor_s);
	DESK_TEST(a_walk_in_gets_a_ticket_that_scans);
	DESK_TEST(a_lost_ticket_is_worth_nothing_once_another_is_made);
	DESK_TEST(a_spare_ticket_is_counted_where_it_was_tapped_and_gets_its_person_later);
	DESK_TEST(an_undo_is_told_what_other_phones_scanned);
	return engine_run();
}
