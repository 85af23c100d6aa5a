/* What a phone uploads and what it is told to work by itself, over HTTP and on both engines. */
#include <string.h>

#include "tests/fixtures/client.h"
#include "web/locale.h"

#include "tests/fixtures/door_api.h"

#define SCANS "/api/v1/door/scans"

/* ---- what a phone says ---- */

/* Rev 1, as it is uploaded. */
static json_t *
shown(const Api *api, const char *session, gint64 mark, gint64 seq, const char *decision)
{
	json_t *record = api_record(api, session, mark, seq);

	json_object_set_new(record, "rev", json_integer(1));
	json_object_set_new(record, "decision", json_string(decision));
	json_object_set_new(record, "reason", json_null());
	return record;
}

/* Takes the reference of @records. */
static json_t *
upload(const Api *api, json_t *records, int *ret_status)
{
	return api_post(api, SCANS, api->token, json_pack("{s:o}", "records", records), ret_status);
}

static gsize
named(const json_t *answer, const char *list)
{
	return json_array_size(json_object_get(answer, list));
}

static json_t *
get(const Api *api, const char *call, gint64 since, const char *history, int *ret_status)
{
	g_autofree char *path = g_strdup_printf("/api/v1/door/%s&since=%" G_GINT64_FORMAT "%s%s",
	        call, since, history ? "&history=" : "", history ? history : "");

	return api_get(api, path, ret_status);
}

static gint64
number(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

/* ---- uploading ---- */

static void
every_place_of_a_batch_is_in_one_of_the_two_lists(Engine *engine, gconstpointer data)
{
	g_auto(Api) api = { 0 };
	api_start(&api, engine);
	api_pair(&api, "day", "scan");
	Guest ana = door_guest(&api.door, "full", NULL, TICKET_ATTENDEE);
	Guest ben = door_guest(&api.door, "full", NULL, TICKET_ATTENDEE);

	for (guint time = 0; time < 5; time++) {
		json_t *records = json_array();
		int status = 0;
		json_array_append_new(records, shown(&api, "day", ana.ticket.mark, 1, "admit"));
		json_array_append_new(records, json_string("half a rec"));
		json_array_append_new(records, shown(&api, "day", ben.ticket.mark, 4, "admit"));
		json_t *later = shown(&api, "day", ben.ticket.mark, 5, "admit");
		json_object_set_new(later, "mood", json_string("good"));
		json_array_append_new(records, later);
		json_t *elsewhere = shown(&api, "day", ben.ticket.mark, 6, "admit");
		json_object_set_new(elsewhere, "session", json_string("dinner"));
		json_array_append_new(records, elsewhere);
		json_auto_t *answer = upload(&api, records, &status);
		g_assert_cmpint(status, ==, 202);
		g_assert_cmpuint(named(answer, "durable"), ==, 2);
		g_assert_cmpuint(named(answer, "quarantined"), ==, 3);
		const json_t *durable = json_array_get(json_object_get(answer, "durable"), 1);
		g_assert_cmpint(number(durable, "index"), ==, 2);
		g_assert_cmpint(number(durable, "seq"), ==, 4);
		g_assert_cmpint(number(durable, "rev"), ==, 1);
		g_assert_cmpstr(api_text(durable, "device"), ==, api.device);
		g_assert_cmpstr(api_text(durable, "epoch"), ==, "fedcba9876543210");
		const json_t *gaps = json_object_get(answer, "gaps");
		g_assert_cmpuint(json_array_size(gaps), ==, 1);
		g_assert_cmpint(number(json_array_get(gaps, 0), "from"), ==, 2);
		g_assert_cmpint(number(json_array_get(gaps, 0), "to"), ==, 3);
		g_assert_nonnull(api_text(answer, "history"));
	}
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM scan"), ==, 2);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM presence"), ==, 2);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM quarantine"), ==, 3);
}

static void
a_body_that_broke_off_is_kept_and_names_nothing(Engine *engine, gconstpointer data)
{
	static const char *const bodies[] = { "{\"records\":[{\"v\":1,\"dev", "", "[]",
		"{\"records\":5}", "\xff\xfe" };
	g_auto(Api) api = { 0 };
	api_start(&api, engine);
	api_pair(&api, "day", "scan");

	for (guint i = 0; i < G_N_ELEMENTS(bodies); i++) {
		int status = 0;
		json_auto_t *answer = api_post_text(
		        &api, SCANS, api.token, bodies[i], strlen(bodies[i]), &status);
		g_assert_cmpint(status, ==, 202);
		g_assert_cmpuint(named(answer, "durable"), ==, 0);
		g_assert_cmpuint(named(answer, "quarantined"), ==, 0);
	}
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM quarantine"), ==,
	        (gint64)G_N_ELEMENTS(bodies));
}

static void
more_than_a_batch_is_sent_back_to_be_halved(Engine *engine, gconstpointer data)
{
	g_auto(Api) api = { 0 };
	api_start(&api, engine);
	api_pair(&api, "day", "scan");
	Guest ana = door_guest(&api.door, "full", NULL, TICKET_ATTENDEE);

	for (guint n = 501; n >= 500; n--) {
		json_t *records = json_array();
		int status = 0;
		for (guint i = 0; i < n; i++)
			json_array_append_new(records,
			        shown(&api, "day", ana.ticket.mark, i + 1, i ? "again" : "admit"));
		json_auto_t *answer = upload(&api, records, &status);
		g_assert_cmpint(status, ==, n == 501 ? 413 : 202);
		g_assert_cmpuint(named(answer, "durable"), ==, n == 501 ? 0 : 500);
	}
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM scan"), ==, 500);
	g_autofree char *huge = g_strnfill(600 * 1024, ' ');
	int status = 0;
	json_auto_t *answer = api_post_text(&api, SCANS, api.token, huge, strlen(huge), &status);
	g_assert_cmpint(status, ==, 413);
}

static void
a_phone_that_was_revoked_or_whose_day_is_over_is_listened_to(Engine *engine, gconstpointer data)
{
	g_auto(Api) api = { 0 };
	api_start(&api, engine);
	api_pair(&api, "day", "scan");
	Guest ana = door_guest(&api.door, "full", NULL, TICKET_ATTENDEE);
	Guest ben = door_guest(&api.door, "full", NULL, TICKET_ATTENDEE);
	char other[TOKEN_TEXT_LENGTH + 1];
	int status = 0;

	api_clock_ms += G_GINT64_CONSTANT(1000) * 3600 * 1000; /* expired: judged as usual */
	json_auto_t *expired = upload(
	        &api, json_pack("[o]", shown(&api, "day", ana.ticket.mark, 1, "admit")), &status);
	g_assert_cmpint(status, ==, 202);
	g_assert_cmpuint(named(expired, "durable"), ==, 1);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM presence"), ==, 1);
	engine_must(engine, "UPDATE device SET revoked_at = 1");
	json_auto_t *revoked = upload(
	        &api, json_pack("[o]", shown(&api, "day", ben.ticket.mark, 2, "admit")), &status);
	g_assert_cmpint(status, ==, 202);
	g_assert_cmpstr(
	        api_text(json_array_get(json_object_get(revoked, "quarantined"), 0), "reason"), ==,
	        "revoked");
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM presence"), ==, 1);
	token_new(other);
	json_auto_t *never = api_post(&api, SCANS, other, json_pack("{s:[]}", "records"), &status);
	g_assert_cmpint(status, ==, 401);
	g_assert_nonnull(never);
}

static void
what_waits_rides_along_with_a_question(Engine *engine, gconstpointer data)
{
	g_auto(Api) api = { 0 };
	api_start(&api, engine);
	api_pair(&api, "lunch", "scan");
	Guest ana = door_guest(&api.door, "full", NULL, TICKET_ATTENDEE);
	json_t *asked = api_record(&api, "lunch", ana.ticket.mark, 2);
	int status = 0;

	json_object_set_new(asked, "waiting",
	        json_pack("[o]", shown(&api, "lunch", ana.ticket.mark, 1, "admit")));
	json_auto_t *answer = api_post(&api, "/api/v1/door/scan", api.token, asked, &status);
	g_assert_cmpint(status, ==, 200);
	g_assert_cmpstr(api_text(answer, "decision"), ==, "reject_used");
	g_assert_cmpuint(named(answer, "durable"), ==, 1);
	/* whose word it is: else the phone may not let go of it */
	g_assert_cmpuint(strlen(api_text(answer, "history")), ==, 16);
	g_assert_cmpint(json_integer_value(json_object_get(answer, "version")), >, 0);
}

/* ---- the lists ---- */

static void
a_new_phone_gets_the_whole_manifest_and_then_what_changed(Engine *engine, gconstpointer data)
{
	g_auto(Api) api = { 0 };
	api_start(&api, engine);
	api_pair(&api, "lunch", "scan");
	Guest ana = door_guest_who(&api.door, "full", TICKET_ATTENDEE, "yes", "es");
	Guest ben = door_guest(&api.door, "general", NULL, TICKET_ATTENDEE);
	gint64 fresh = door_reissue(&api.door, &ben);
	int status = 0;

	json_auto_t *whole = get(&api, "manifest?session=lunch", 0, NULL, &status);
	g_assert_cmpint(status, ==, 200);
	g_assert_true(json_is_true(json_object_get(whole, "full")));
	gsize length = 0;
	g_autofree guchar *entries = g_base64_decode(api_text(whole, "entries"), &length);
	g_assert_cmpuint(length, ==, 3 * 15);
	const gint64 marks[] = { ana.ticket.mark, ben.ticket.mark, fresh };
	static const guint8 states[] = { 1, 4, 0 }, hints[] = { 4, 8, 8 };
	for (guint i = 0; i < 3; i++) {
		guint8 mark[MARK_BYTES];
		guint at = 0;
		mark_to_bytes(marks[i], mark);
		while (at < 3 && memcmp(entries + at * 15, mark, sizeof mark) != 0)
			at++;
		g_assert_cmpuint(at, <, 3);
		g_assert_cmpuint(entries[at * 15 + 13], ==, states[i]);
		g_assert_cmpuint(entries[at * 15 + 14], ==, hints[i]);
		g_assert_cmpuint(entries[at * 15 + 10], ==, i == 0 ? 1 : 2);
		g_assert_true(at == 0 || memcmp(entries + (at - 1) * 15, mark, 8) < 0);
	}
	g_assert_cmpuint(strlen(api_text(whole, "event")), ==, 32);
	g_assert_cmpuint(strlen(api_text(whole, "salt")), ==, 32);
	const json_t *key = json_array_get(json_object_get(whole, "keys"), 0);
	g_assert_cmpuint(strlen(api_text(key, "key")), ==, 43);
	g_assert_cmpstr(api_text(key, "event"), ==, api_text(whole, "event"));
	g_assert_cmpint(number(whole, "expires"), ==, api.door.event->ends + 12 * 3600);

	const char *history = api_text(whole, "history");
	gint64 version = number(whole, "version");
	g_assert_null(get(&api, "manifest?session=lunch", version, history, &status));
	g_assert_cmpint(status, ==, 304);
	Guest eva = door_guest(&api.door, "full", NULL, TICKET_ATTENDEE);
	json_auto_t *more = get(&api, "manifest?session=lunch", version, history, &status);
	g_assert_true(json_is_false(json_object_get(more, "full")));
	g_autofree guchar *added = g_base64_decode(api_text(more, "entries"), &length);
	g_assert_cmpuint(length, ==, 15);
	g_assert_cmpint(mark_from_bytes(added), ==, eva.ticket.mark);
	/* a server that was restored: all of it, whatever the phone has */
	engine_must(engine, "UPDATE event SET history = history + 1");
	json_auto_t *anew = get(&api, "manifest?session=lunch", version, history, &status);
	g_assert_true(json_is_true(json_object_get(anew, "full")));
	g_assert_cmpstr(api_text(anew, "history"), !=, history);
}

static void
a_phone_is_told_who_came_elsewhere_and_who_was_taken_back(Engine *engine, gconstpointer data)
{
	g_auto(Api) api = { 0 };
	api_start(&api, engine);
	api_pair(&api, "lunch", "supervisor");
	Guest ana = door_guest(&api.door, "full", NULL, TICKET_ATTENDEE);
	int status = 0;

	json_auto_t *nobody = get(&api, "known?session=lunch", 0, NULL, &status);
	g_assert_cmpint(status, ==, 200);
	g_assert_cmpuint(named(nobody, "known"), ==, 0);
	const char *history = api_text(nobody, "history");
	json_auto_t *admitted = api_scan(&api, "lunch", ana.ticket.mark, 1);
	g_assert_cmpstr(api_text(admitted, "decision"), ==, "admit");
	json_auto_t *one =
	        get(&api, "known?session=lunch", number(nobody, "version"), history, &status);
	g_assert_cmpuint(named(one, "known"), ==, 1);
	const json_t *in = json_array_get(json_object_get(one, "known"), 0);
	g_assert_cmpint(number(in, "holder"), ==, 1);
	g_assert_cmpint(number(in, "minute"), ==, (ENGINE_NOW * 1000 - 20) / 60000);
	g_assert_cmpint(number(in, "checkpoint"), ==, door_checkpoint(&api.door, "lunch", 0));
	g_assert_true(json_is_true(json_object_get(in, "in")));
	g_assert_null(get(&api, "known?session=lunch", number(one, "version"), history, &status));
	g_assert_cmpint(status, ==, 304);

	json_t *undone = shown(&api, "lunch", ana.ticket.mark, 2, "void");
	json_object_set_new(undone, "reason", json_string("wrong_person"));
	json_object_set_new(undone, "void_of",
	        json_pack("{s:s, s:s, s:i}", "device", api.device, "epoch", "fedcba9876543210",
	                "seq", 1));
	json_auto_t *taken = upload(&api, json_pack("[o]", undone), &status);
	g_assert_cmpuint(named(taken, "durable"), ==, 1);
	json_auto_t *back =
	        get(&api, "known?session=lunch", number(one, "version"), history, &status);
	g_assert_cmpuint(named(back, "known"), ==, 1);
	g_assert_true(json_is_false(
	        json_object_get(json_array_get(json_object_get(back, "known"), 0), "in")));
	/* the whole list says so too, to a phone that was not there in between */
	json_auto_t *whole = get(&api, "known?session=lunch", 0, NULL, &status);
	g_assert_cmpuint(named(whole, "known"), ==, 1);
	json_auto_t *anew = api_scan(&api, "lunch", ana.ticket.mark, 3);
	g_assert_cmpstr(api_text(anew, "decision"), ==, "admit");
	json_auto_t *again =
	        get(&api, "known?session=lunch", number(back, "version"), history, &status);
	g_assert_cmpuint(named(again, "known"), ==, 1);
	g_assert_true(json_is_true(
	        json_object_get(json_array_get(json_object_get(again, "known"), 0), "in")));
}

static void
a_phone_asks_only_for_where_it_scans(Engine *engine, gconstpointer data)
{
	static const struct {
		const char *path;
		int status;
	} cases[] = {
		{ "manifest?session=lunch", 200 },
		{ "known?session=lunch&since=abc&history=zz", 200 },
		{ "manifest?session=day", 403 },
		{ "known?session=day", 403 },
		{ "known?session=dinner", 404 },
		{ "manifest", 404 },
	};
	g_auto(Api) api = { 0 };
	api_start(&api, engine);
	api_pair(&api, "lunch", "scan");

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *path = g_strconcat("/api/v1/door/", cases[i].path, NULL);
		int status = 0;
		json_decref(api_get(&api, path, &status));
		g_assert_cmpint(status, ==, cases[i].status);
	}
}

static void
ten_thousand_tickets_travel_in_160_kilobytes(Engine *engine, gconstpointer data)
{
	g_auto(Api) api = { 0 };
	api_start(&api, engine);
	api_pair(&api, "lunch", "scan");
	Guest ana = door_guest(&api.door, "full", NULL, TICKET_ATTENDEE);
	/* hashes of numbers: as little to be packed as marks are */
	g_autoptr(GString) sql = g_string_new(NULL);
	g_autoptr(GRand) rand = g_rand_new_with_seed(10000);
	for (guint chunk = 0; chunk < 20; chunk++) {
		g_string_assign(sql,
		        "INSERT INTO attendee (id, event, no, region_no, option_no, option_state,"
		        " lang, age_band, fee_state, state, changed, mark, typed_code, ticket_id,"
		        " ticket_class, ticket_minute) SELECT v.column1, a.event, v.column2,"
		        " a.region_no, a.option_no, a.option_state, a.lang, a.age_band, "
		        "a.fee_state,"
		        " a.state, a.changed, v.column3, CAST(v.column2 AS TEXT), a.ticket_id, 0, 0"
		        " FROM attendee a, (VALUES ");
		for (guint i = 0; i < 500; i++) {
			guint no = chunk * 500 + i + 2;
			gint64 mark = (gint64)((guint64)g_rand_int(rand) << 32 | g_rand_int(rand));
			g_string_append_printf(sql, "%s(%u, %u, %" G_GINT64_FORMAT ")",
			        i ? "," : "", no, no, mark);
		}
		g_string_append_printf(sql, ") v WHERE a.id = %" G_GINT64_FORMAT, ana.id);
		engine_must(engine, sql->str);
	}
	g_autofree char *header =
	        g_strdup_printf("Authorization: Bearer %s\r\nAccept-Encoding: gzip\r\n", api.token);
	Answered answered =
	        client_get(server_url(api.server), "/api/v1/door/manifest?session=lunch", header);
	g_assert_cmpint(answered.status, ==, 200);
	g_assert_cmpstr(answered_header(&answered, "Content-Encoding"), ==, "gzip");
	g_test_message("%zu bytes", answered.body_length);
	g_assert_cmpuint(answered.body_length, <=, 160000);
	g_assert_cmpuint(answered.body_length, >, 100000);
	answered_clear(&answered);
}

#define LOG_TEST(name) engine_add_test("door_log/" #name, name)

int
main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;

	g_test_init(&argc, &argv, NULL);
	locales_load(&error);
	g_assert_no_error(error);
	LOG_TEST(every_place_of_a_batch_is_in_one_of_the_two_lists);
	LOG_TEST(a_body_that_broke_off_is_kept_and_names_nothing);
	LOG_TEST(more_than_a_batch_is_sent_back_to_be_halved);
	LOG_TEST(a_phone_that_was_revoked_or_whose_day_is_over_is_listened_to);
	LOG_TEST(what_waits_rides_along_with_a_question);
	LOG_TEST(a_new_phone_gets_the_whole_manifest_and_then_what_changed);
	LOG_TEST(a_phone_is_told_who_came_elsewhere_and_who_was_taken_back);
	LOG_TEST(a_phone_asks_only_for_where_it_scans);
	LOG_TEST(ten_thousand_tickets_travel_in_160_kilobytes);
	return engine_run();
}
