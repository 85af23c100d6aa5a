/* What staff do from their pages, over HTTP and on both engines: people at the desk, what was put aside, files
 * of scans, spare tickets. */
#include <string.h>

#include "schema/find.h"
#include "schema/spare.h"
#include "schema/verify.h"
#include "web/locale.h"
#include "web/routes.h"
#include "tests/fixtures/staff_fixture.h"

typedef struct {
	Api api;
	Guest ana;
	SignedIn owner;
} Desk;

static void
desk_open(Desk *desk, Engine *engine)
{
	find_forget();
	memset(desk, 0, sizeof *desk);
	api_start_with(&desk->api, engine, web_tables);
	desk->ana = door_guest(&desk->api.door, "general", NULL, TICKET_ATTENDEE);
	door_rename(&desk->api.door, &desk->ana, "Ana Núñez");
	desk->owner = staff_enters(&desk->api, "door", "olga", "owner", NULL);
}

/* Presence and log say the same, whatever was done. */
static void
desk_close(Desk *desk)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) found = faults_new();
	VerifyCounts counts = { 0 };

	verify_record(desk->api.door.record, found, &counts, &error);
	g_assert_no_error(error);
	for (guint i = 0; i < found->len; i++)
		g_printerr("%s\n", ((const Fault *)g_ptr_array_index(found, i))->what);
	g_assert_cmpuint(found->len, ==, 0);
	api_stop(&desk->api);
}

/* The page of a post, which must answer @status; owned. */
static char *
post(const Desk *desk, const SignedIn *who, const char *path, const char *form, int status)
{
	Answered answered = staff_post(&desk->api, who, path, form);
	const char *where = answered_header(&answered, "Location");
	char *said = g_strdup(where ? where : answered.body);

	if (answered.status != status)
		g_error("%s with %s: %d, %.800s", path, form, answered.status, said);
	answered_clear(&answered);
	return said;
}

static char *
get(const Desk *desk, const SignedIn *who, const char *path, int status)
{
	Answered answered = staff_get(&desk->api, who, path);
	char *body = g_strdup(answered.body);

	if (answered.status != status)
		g_error("%s: %d, %.800s", path, answered.status, body);
	answered_clear(&answered);
	return body;
}

static void
leads_to(const Desk *desk, const char *path, const char *form, const char *where)
{
	g_autofree char *said = post(desk, &desk->owner, path, form, 303);

	g_assert_cmpstr(said, ==, where);
}

static gint64
asked(const Desk *desk, const char *sql)
{
	return engine_ask(desk->api.door.engine, sql);
}

/* ---- people ---- */

static void
somebody_is_found_let_in_by_name_once_and_out_again(Engine *engine, gconstpointer data)
{
	const char *in = "session=day&act=00000000000000ab";
	Desk desk;

	desk_open(&desk, engine);
	g_autofree char *found = post(&desk, &desk.owner, "/staff/people", "q=nunez", 200);
	g_assert_nonnull(strstr(found, "Ana Núñez"));
	g_assert_nonnull(strstr(found, "North"));
	leads_to(&desk, "/staff/people/1/check-in", in, "/staff/people/1?done=checked-in");
	/* pressed twice */
	leads_to(&desk, "/staff/people/1/check-in", in, "/staff/people/1?done=checked-in");
	g_assert_cmpint(door_lines(&desk.api.door), ==, 1);
	g_assert_cmpint(door_present(&desk.api.door, "day"), ==, 1);
	leads_to(&desk, "/staff/people/1/check-in", "session=day", "/staff/people/1?done=was-in");
	leads_to(&desk, "/staff/people/1/undo", "session=day&why=wrong_person",
	        "/staff/people/1?done=undone");
	g_assert_cmpint(door_present(&desk.api.door, "day"), ==, 0);
	leads_to(&desk, "/staff/people/1/undo", "session=day&why=double",
	        "/staff/people/1?done=nothing");
	leads_to(&desk, "/staff/people/1/check-in", "session=day",
	        "/staff/people/1?done=checked-in");
	g_assert_cmpint(door_present(&desk.api.door, "day"), ==, 1);
	/* each is told, in the name of who did it; nobody is named */
	g_assert_cmpint(asked(&desk,
	                        "SELECT count(*) FROM audit WHERE who = 'olga' AND detail LIKE"
	                        " 'holder 1, day%' AND (act = 'presence.check_in' OR act ="
	                        " 'presence.undo')"),
	        ==, 4);
	g_assert_cmpint(
	        asked(&desk, "SELECT count(*) FROM audit WHERE detail LIKE '%Ana%'"), ==, 0);
	desk_close(&desk);
}

static void
what_the_phone_let_in_is_undone_too(Engine *engine, gconstpointer data)
{
	Desk desk;

	desk_open(&desk, engine);
	api_pair(&desk.api, "day", "scan");
	json_decref(api_scan(&desk.api, "day", desk.ana.ticket.mark, 1));
	g_assert_cmpint(door_present(&desk.api.door, "day"), ==, 1);
	leads_to(&desk, "/staff/people/1/undo", "session=day&why=other",
	        "/staff/people/1?done=undone");
	g_assert_cmpint(door_present(&desk.api.door, "day"), ==, 0);
	desk_close(&desk);
}

static void
who_is_not_on_the_list_is_admitted_with_a_reason(Engine *engine, gconstpointer data)
{
	Desk desk;

	desk_open(&desk, engine);
	leads_to(&desk, "/staff/people/1/check-in", "session=lunch",
	        "/staff/people/1?done=not-listed");
	g_assert_cmpint(door_present(&desk.api.door, "lunch"), ==, 0);
	g_autofree char *no = post(
	        &desk, &desk.owner, "/staff/people/1/admit", "session=lunch&why=I+say+so", 400);
	leads_to(&desk, "/staff/people/1/admit", "session=lunch&why=place_free",
	        "/staff/people/1?done=admitted");
	g_assert_cmpint(door_present(&desk.api.door, "lunch"), ==, 1);
	leads_to(&desk, "/staff/people/1/check-in", "session=lunch", "/staff/people/1?done=used");
	g_assert_cmpint(asked(&desk,
	                        "SELECT count(*) FROM audit WHERE act = 'presence.admit' AND"
	                        " detail = 'holder 1, lunch: place_free'"),
	        ==, 1);
	desk_close(&desk);
}

static char *
walk_in_form(const char *name, const char *region)
{
	char submission[SUBMISSION_TEXT_LENGTH + 1];

	submission_new(api_clock_ms, submission);
	return g_strdup_printf("submission=%s&session=day&language=en&region=%s&name=%s",
	        submission, region, name);
}

static void
a_walk_in_without_a_name_is_in_at_once_and_once(Engine *engine, gconstpointer data)
{
	Desk desk;

	desk_open(&desk, engine);
	g_autofree char *form = walk_in_form("", "south");
	leads_to(&desk, "/staff/people/walk-in", form, "/staff/people/2/ticket?done=walked-in");
	leads_to(&desk, "/staff/people/walk-in", form, "/staff/people/2/ticket?done=walked-in");
	g_assert_cmpint(asked(&desk, "SELECT count(*) FROM attendee WHERE walk_in = 1"), ==, 1);
	g_assert_cmpint(door_present(&desk.api.door, "day"), ==, 1);
	g_autofree char *page = get(&desk, &desk.owner, "/staff/people/2/ticket", 200);
	g_assert_nonnull(strstr(page, "/staff/people/2/ticket.svg"));
	g_autofree char *named = walk_in_form("Bo+Li", "north");
	leads_to(&desk, "/staff/people/walk-in", named, "/staff/people/3/ticket?done=walked-in");
	g_autofree char *found = post(&desk, &desk.owner, "/staff/people", "q=bo", 200);
	g_assert_nonnull(strstr(found, "Bo Li"));
	g_assert_cmpint(
	        asked(&desk, "SELECT count(*) FROM audit WHERE act = 'person.walk_in'"), ==, 2);
	desk_close(&desk);
}

static void
a_lost_ticket_is_replaced_and_its_holder_stays_in(Engine *engine, gconstpointer data)
{
	char shown[TYPED_CODE_SHOWN_LENGTH + 1];
	Desk desk;

	desk_open(&desk, engine);
	leads_to(&desk, "/staff/people/1/check-in", "session=day",
	        "/staff/people/1?done=checked-in");
	leads_to(&desk, "/staff/people/1/reissue", "", "/staff/people/1/ticket?done=reissued");
	typed_code_show(desk.ana.ticket.typed_code, shown);
	g_autofree char *ticket = get(&desk, &desk.owner, "/staff/people/1/ticket", 200);
	g_assert_null(strstr(ticket, shown));
	g_autofree char *page = get(&desk, &desk.owner, "/staff/people/1", 200);
	g_assert_nonnull(strstr(page, shown)); /* told as replaced */
	g_assert_cmpint(door_present(&desk.api.door, "day"), ==, 1);
	/* the old code finds its holder */
	g_autofree char *query = g_strdup_printf("q=%s", shown);
	g_autofree char *found = post(&desk, &desk.owner, "/staff/people", query, 200);
	g_assert_nonnull(strstr(found, "Ana Núñez"));
	desk_close(&desk);
}

/* A spare ticket of region north; its shown code. */
static void
make_spare(const Desk *desk, char ret_code[TYPED_CODE_SHOWN_LENGTH + 1])
{
	g_autoptr(GError) error = NULL;
	const Door *door = &desk->api.door;
	g_autoptr(SpareWork) work =
	        spare_work_new(door->event, door->keys, "operator", NULL, 1, 1, ENGINE_NOW);

	writer_run(record_writer(door->record), spare_work, work, &error);
	g_assert_no_error(error);
	typed_code_show(work->tickets[0].typed_code, ret_code);
}

static void
a_spare_ticket_gets_a_person_new_or_known(Engine *engine, gconstpointer data)
{
	char code[TYPED_CODE_SHOWN_LENGTH + 1];
	Desk desk;

	desk_open(&desk, engine);
	make_spare(&desk, code);
	leads_to(&desk, "/staff/people/2/check-in", "session=day",
	        "/staff/people/2?done=checked-in");
	leads_to(&desk, "/staff/people/2/attach", "name=Carla&region=south",
	        "/staff/people/2?done=attached");
	g_autofree char *found = post(&desk, &desk.owner, "/staff/people", "q=carla", 200);
	g_assert_nonnull(strstr(found, "South"));
	leads_to(&desk, "/staff/people/2/attach", "name=Dora&region=south",
	        "/staff/people/2?done=no-spare");

	make_spare(&desk, code);
	leads_to(&desk, "/staff/people/3/check-in", "session=day",
	        "/staff/people/3?done=checked-in");
	g_autofree char *form = g_strdup_printf("code=%s", code);
	leads_to(&desk, "/staff/people/1/merge", form, "/staff/people/1?done=merged");
	g_assert_cmpint(
	        door_present(&desk.api.door, "day"), ==, 2); /* Carla, and Ana by the spare */
	leads_to(&desk, "/staff/people/1/merge", form, "/staff/people/1?done=same");
	leads_to(&desk, "/staff/people/1/merge", "code=0000-0000-00",
	        "/staff/people/1?done=no-code");
	desk_close(&desk);
}

static void
two_people_are_made_one_only_when_somebody_is_sure(Engine *engine, gconstpointer data)
{
	char shown[TYPED_CODE_SHOWN_LENGTH + 1];
	Desk desk;

	desk_open(&desk, engine);
	Guest twice = door_guest(&desk.api.door, "full", NULL, TICKET_ATTENDEE);
	door_rename(&desk.api.door, &twice, "Anna Nunez");
	typed_code_show(twice.ticket.typed_code, shown);
	g_autofree char *form = g_strdup_printf("code=%s", shown);
	g_autofree char *page = post(&desk, &desk.owner, "/staff/people/1/merge", form, 200);
	g_assert_nonnull(strstr(page, "Anna Nunez"));
	g_assert_cmpint(
	        asked(&desk, "SELECT count(*) FROM attendee WHERE merged_into IS NOT NULL"), ==, 0);
	g_autofree char *sure = g_strdup_printf("code=%s&sure=yes", shown);
	leads_to(&desk, "/staff/people/1/merge", sure, "/staff/people/1?done=merged");
	/* the number that was theirs leads to who they are now */
	g_autofree char *old = get(&desk, &desk.owner, "/staff/people/2", 200);
	g_assert_nonnull(strstr(old, "Ana Núñez"));
	desk_close(&desk);
}

static void
a_region_lead_has_their_own_people_alone(Engine *engine, gconstpointer data)
{
	Desk desk;

	desk_open(&desk, engine);
	SignedIn north = staff_enters(&desk.api, "door", "nora", "region", "north");
	SignedIn south = staff_enters(&desk.api, "door", "sara", "region", "south");
	g_autofree char *theirs = post(&desk, &north, "/staff/people", "q=ana", 200);
	g_assert_nonnull(strstr(theirs, "/staff/people/1"));
	g_autofree char *code = g_strdup_printf("q=%s", desk.ana.ticket.typed_code);
	g_autofree char *none = post(&desk, &south, "/staff/people", "q=ana", 200);
	g_autofree char *none_by_code = post(&desk, &south, "/staff/people", code, 200);
	g_assert_null(strstr(none, "/staff/people/1"));
	g_assert_null(strstr(none_by_code, "/staff/people/1"));
	/* who moves is not found any more */
	engine_must(engine, "UPDATE event SET version = version + 1");
	engine_must(engine,
	        "UPDATE attendee SET region_no = 2, changed = (SELECT max(version) FROM event)");
	g_autofree char *gone = post(&desk, &north, "/staff/people", "q=ana", 200);
	g_autofree char *come = post(&desk, &south, "/staff/people", "q=ana", 200);
	g_assert_null(strstr(gone, "/staff/people/1"));
	g_assert_nonnull(strstr(come, "/staff/people/1"));
	/* a walk-in is of their own region, or nobody's */
	g_autofree char *foreign = walk_in_form("", "south");
	g_autofree char *refused = post(&desk, &north, "/staff/people/walk-in", foreign, 422);
	/* and a spare of the north is not theirs to give away */
	char spare[TYPED_CODE_SHOWN_LENGTH + 1];
	make_spare(&desk, spare);
	g_autofree char *form = g_strdup_printf("code=%s", spare);
	g_autofree char *said = post(&desk, &south, "/staff/people/1/merge", form, 303);
	g_assert_cmpstr(said, ==, "/staff/people/1?done=no-code");
	desk_close(&desk);
}

/* ---- what was put aside ---- */

/* A phone that was revoked before its two scans came. */
static void
scan_after_revocation(Desk *desk)
{
	int status = 0;
	g_autoptr(GError) error = NULL;

	api_pair(&desk->api, "day", "scan");
	json_auto_t *asked_for = json_pack("{s:s}", "device", desk->api.device);
	json_decref(device_operation_revoke(
	        desk->api.door.record, asked_for, api_clock_ms / 1000, &error));
	g_assert_no_error(error);
	json_t *records = json_array();
	for (gint64 seq = 1; seq <= 3; seq += 2) {
		json_t *record = api_record(&desk->api, "day", desk->ana.ticket.mark, seq);
		json_object_set_new(record, "rev", json_integer(1));
		json_object_set_new(record, "decision", json_string(seq == 1 ? "admit" : "again"));
		json_array_append_new(records, record);
	}
	json_array_append_new(records, json_string("no record"));
	json_decref(api_post(&desk->api, "/api/v1/door/scans", desk->api.token,
	        json_pack("{s:o}", "records", records), &status));
	g_assert_cmpint(status, ==, 202);
}

static void
a_lost_phone_s_scans_are_counted_by_who_vouches_for_them(Engine *engine, gconstpointer data)
{
	Desk desk;

	desk_open(&desk, engine);
	scan_after_revocation(&desk);
	g_assert_cmpint(door_present(&desk.api.door, "day"), ==, 0);
	g_autofree char *page = get(&desk, &desk.owner, "/staff/alarms", 200);
	g_assert_nonnull(strstr(page, "the device was revoked before these arrived"));
	g_assert_nonnull(strstr(page, "what came is no scan"));
	g_assert_nonnull(strstr(page, "<td>2</td>")); /* the number that never arrived */
	g_autofree char *release = g_strdup_printf("/staff/alarms/%s/release", desk.api.device);
	leads_to(&desk, release, "reason=role", "/staff/alarms?done=released");
	g_assert_cmpint(door_present(&desk.api.door, "day"), ==, 0); /* none was of that kind */
	leads_to(&desk, release, "reason=revoked", "/staff/alarms?done=released");
	g_assert_cmpint(door_present(&desk.api.door, "day"), ==, 1);
	g_assert_cmpint(asked(&desk, "SELECT count(*) FROM verdict WHERE who = 'olga'"), ==, 2);
	g_autofree char *look = g_strdup_printf("/staff/alarms/%s/look", desk.api.device);
	leads_to(&desk, look, "reason=garbled", "/staff/alarms?done=looked-at");
	g_autofree char *after = get(&desk, &desk.owner, "/staff/alarms", 200);
	g_assert_null(strstr(after, "the device was revoked before these arrived"));
	g_assert_null(strstr(after, "what came is no scan"));
	desk_close(&desk);
}

static void
what_was_scanned_for_trial_is_made_void_in_one_act(Engine *engine, gconstpointer data)
{
	Desk desk;

	desk_open(&desk, engine);
	api_pair(&desk.api, "day", "scan");
	json_decref(api_scan(&desk.api, "day", desk.ana.ticket.mark, 1));
	Guest later = door_guest(&desk.api.door, "general", NULL, TICKET_ATTENDEE);
	json_decref(api_scan(&desk.api, "day", later.ticket.mark, 9));
	g_autofree char *scans = g_strdup_printf("/staff/alarms/%s", desk.api.device);
	g_autofree char *page = get(&desk, &desk.owner, scans, 200);
	g_assert_nonnull(strstr(page, "fedcba9876543210"));
	g_autofree char *trial = g_strconcat(scans, "/trial", NULL);
	g_autofree char *done = g_strconcat(scans, "?done=voided", NULL);
	leads_to(&desk, trial, "epoch=fedcba9876543210&seq=5", done);
	g_assert_cmpint(door_present(&desk.api.door, "day"), ==, 1);
	g_autofree char *none =
	        post(&desk, &desk.owner, trial, "epoch=00000000000000ff&seq=5", 404);
	desk_close(&desk);
}

/* ---- a file ---- */

static char *
file_of(const Desk *desk, const char *event, guint n)
{
	json_auto_t *file = json_pack(
	        "{s:s, s:s, s:[]}", "event", event, "device", desk->api.device, "records");

	for (guint i = 1; i <= n; i++) {
		json_t *record = api_record(&desk->api, "day", desk->ana.ticket.mark, i);
		json_object_set_new(record, "rev", json_integer(1));
		json_object_set_new(record, "decision", json_string(i == 1 ? "admit" : "again"));
		json_array_append_new(json_object_get(file, "records"), record);
	}
	char *text = json_dumps(file, JSON_INDENT(1)), *owned = g_strdup(text);
	free(text);
	return owned;
}

static char *
send_file(const Desk *desk, const char *text, gsize length, int status)
{
	Answered answered = staff_send_file(&desk->api, &desk->owner, "/staff/scans", text, length);
	char *body = g_strdup(answered.body);

	if (answered.status != status)
		g_error("a file of %zu bytes: %d, %.600s", length, answered.status, body);
	answered_clear(&answered);
	return body;
}

static void
a_file_of_scans_is_taken_in_and_does_no_harm_twice(Engine *engine, gconstpointer data)
{
	Desk desk;

	desk_open(&desk, engine);
	api_pair(&desk.api, "day", "scan");
	/* more than one batch */
	g_autofree char *file = file_of(&desk, "door", 700);
	g_autofree char *first = send_file(&desk, file, strlen(file), 200);
	g_assert_nonnull(strstr(first, "700 scans are new"));
	g_assert_nonnull(strstr(first, "0 were put aside"));
	g_assert_cmpint(door_present(&desk.api.door, "day"), ==, 1);
	g_assert_cmpint(door_lines(&desk.api.door), ==, 700);
	g_autofree char *again = send_file(&desk, file, strlen(file), 200);
	g_assert_nonnull(strstr(again, "0 scans are new"));
	g_assert_nonnull(strstr(again, "700 were here already"));
	g_assert_cmpint(door_lines(&desk.api.door), ==, 700);
	g_assert_cmpint(
	        asked(&desk, "SELECT count(*) FROM audit WHERE act = 'log.take_in'"), ==, 4);
	desk_close(&desk);
}

static void
what_is_no_file_of_this_event_is_told_and_what_is_no_scan_put_aside(
        Engine *engine, gconstpointer data)
{
	Desk desk;

	desk_open(&desk, engine);
	api_pair(&desk.api, "day", "scan");
	g_autofree char *foreign = file_of(&desk, "other", 1);
	g_autofree char *of_another = send_file(&desk, foreign, strlen(foreign), 422);
	g_assert_nonnull(strstr(of_another, "another event"));
	g_autofree char *no_file = send_file(&desk, "PK\0\3", 4, 422);
	g_autofree char *empty = send_file(&desk, "{\"records\":[]}", 14, 422);
	/* a record in the name of these pages, one of a device that nobody knows, and no record */
	static const char forged[] =
	        "[{\"v\":1,\"device\":\"0000000000000002\",\"epoch\":\"00000000000000aa\","
	        "\"seq\":1,\"rev\":1,\"session\":\"day\",\"checkpoint\":1,\"decision\":\"void\","
	        "\"void_of\":{\"device\":\"0000000000000001\",\"epoch\":\"00000000000000aa\","
	        "\"seq\":1},\"wall\":1,\"mono\":1,\"skew\":0,\"skew_error\":0,"
	        "\"manifest_version\":0,\"online\":true},"
	        "{\"v\":1,\"device\":\"00000000000000ff\",\"epoch\":\"00000000000000aa\","
	        "\"seq\":1,\"rev\":1,\"session\":\"day\",\"checkpoint\":1,\"decision\":\"admit\","
	        "\"mark\":\"00000000000000aa\",\"wall\":1,\"mono\":1,\"skew\":0,"
	        "\"skew_error\":0,\"manifest_version\":0,\"online\":true}, 7]";
	g_autofree char *aside = send_file(&desk, forged, strlen(forged), 200);
	g_assert_nonnull(strstr(aside, "0 scans are new"));
	g_assert_nonnull(strstr(aside, "3 were put aside"));
	g_assert_cmpint(door_lines(&desk.api.door), ==, 0);
	desk_close(&desk);
}

/* ---- spare tickets ---- */

static void
a_sheet_is_printed_without_the_event_s_name_and_without_what_is_out(
        Engine *engine, gconstpointer data)
{
	Desk desk;

	desk_open(&desk, engine);
	leads_to(&desk, "/staff/spares", "n=13&region=south", "/staff/spares/1-13");
	g_autofree char *page = get(&desk, &desk.owner, "/staff/spares/1-13", 200);
	const char *tickets = strstr(page, "class=\"sheet\"");
	g_assert_nonnull(tickets);
	g_assert_null(strstr(tickets, "Event door"));
	g_assert_nonnull(strstr(tickets, "No. 13"));
	g_autofree char *labelled =
	        get(&desk, &desk.owner, "/staff/spares/1-13?label=Day&paper=a4", 200);
	g_assert_nonnull(strstr(labelled, "class=\"sheet a4\""));
	g_assert_nonnull(strstr(labelled, "No. 13 · Day"));
	/* Ana is number 1, the spares are 2 to 14 */
	leads_to(&desk, "/staff/people/14/check-in", "session=day",
	        "/staff/people/14?done=checked-in");
	g_autofree char *less = get(&desk, &desk.owner, "/staff/spares/1-13", 200);
	g_assert_null(strstr(less, "No. 13"));
	g_autofree char *list = get(&desk, &desk.owner, "/staff/spares", 200);
	g_assert_nonnull(strstr(list, "<td class=\"number\">12</td><td class=\"number\">1</td>"));
	desk_close(&desk);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_true(locales_load(NULL));
#define TEST(name) engine_add_test("desk/" #name, name)
	TEST(somebody_is_found_let_in_by_name_once_and_out_again);
	TEST(what_the_phone_let_in_is_undone_too);
	TEST(who_is_not_on_the_list_is_admitted_with_a_reason);
	TEST(a_walk_in_without_a_name_is_in_at_once_and_once);
	TEST(a_lost_ticket_is_replaced_and_its_holder_stays_in);
	TEST(a_spare_ticket_gets_a_person_new_or_known);
	TEST(two_people_are_made_one_only_when_somebody_is_sure);
	TEST(a_region_lead_has_their_own_people_alone);
	TEST(a_lost_phone_s_scans_are_counted_by_who_vouches_for_them);
	TEST(what_was_scanned_for_trial_is_made_void_in_one_act);
	TEST(a_file_of_scans_is_taken_in_and_does_no_harm_twice);
	TEST(what_is_no_file_of_this_event_is_told_and_what_is_no_scan_put_aside);
	TEST(a_sheet_is_printed_without_the_event_s_name_and_without_what_is_out);
	return engine_run();
}
