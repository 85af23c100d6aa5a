/*
 * The key that signs tickets is rotated between registration and door, on both engines: what is out stays valid
 * as it is, what is new has the new key, and phones know it beforehand.
 */
#include <glib/gstdio.h>
#include <string.h>

#include "checkin/ticket.h"
#include "schema/intake.h"
#include "schema/rotate.h"
#include "schema/spare.h"
#include "schema/verify.h"
#include "web/locale.h"

#include "tests/fixtures/door_api.h"

/* ---- what is done ---- */

static void
read_again(Door *door)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Db) db = record_reader(door->record, &error);

	g_assert_no_error(error);
	event_unref(door->event);
	door->event = event_read(db, "door", &error);
	g_assert_no_error(error);
}

static void
rotate(Door *door, int key_no, int earlier)
{
	g_autoptr(GError) error = NULL;
	json_auto_t *asked = json_pack("{s:s}", "event", "door");
	json_auto_t *answer = rotate_operation(door->record, asked, ENGINE_NOW + 600, &error);

	g_assert_no_error(error);
	g_assert_cmpint(json_integer_value(json_object_get(answer, "key_no")), ==, key_no);
	g_assert_cmpint(json_integer_value(json_object_get(answer, "earlier")), ==, earlier);
	read_again(door);
	g_assert_cmpint(door->event->key_no, ==, key_no);
}

/* As the program does it when it starts anew. */
static void
open_again(Door *door)
{
	g_autoptr(GError) error = NULL;

	engine_close(door->engine);
	door->record = engine_record(door->engine);
	door->keys = vault_event(record_vault(door->record), door->event->id, &error);
	g_assert_no_error(error);
}

static char *
text_of(const Door *door, const TicketIdentity *ticket)
{
	char text[T1_TEXT_LENGTH + 1];

	ticket_text(door->event, door->keys, ticket, text);
	return g_strdup(text);
}

static char *
key_file(const Door *door, const char *name)
{
	g_autoptr(GString) hex = g_string_new(NULL);

	for (guint i = 0; i < EVENT_ID_BYTES; i++)
		g_string_append_printf(hex, "%02x", door->event->id[i]);
	return g_build_filename(door->engine->place.dir, "keys", hex->str, name, NULL);
}

/* The ticket that the record keeps of @attendee. */
static TicketIdentity
kept(const Door *door, gint64 attendee)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Db) db = record_reader(door->record, &error);
	TicketIdentity ticket = { 0 };
	gboolean found = FALSE;

	g_assert_true(holder_ticket(db, door->event, attendee, &ticket, &found, &error));
	g_assert_true(found);
	return ticket;
}

static GArray *
spares(const Door *door, const char *ref, guint n)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Db) db = record_reader(door->record, &error);
	GArray *tickets = NULL;

	if (n > 0) {
		json_auto_t *asked =
		        json_pack("{s:s, s:i, s:s}", "event", "door", "n", (int)n, "ref", ref);
		json_decref(spare_operation_make(door->record, asked, ENGINE_NOW, &error));
		g_assert_no_error(error);
	}
	g_assert_true(spare_tickets(db, door->event, ref, &tickets, &error));
	return tickets;
}

static gboolean
is_ours(const Door *door, const char *text, T1 *ret)
{
	return ticket_check(door->event, door->keys, text, strlen(text), ret, NULL) == TICKET_OURS;
}

static void
verified(const Door *door, const char *fault)
{
	g_autoptr(GPtrArray) found = faults_new();
	g_autoptr(GError) error = NULL;
	VerifyCounts counts;

	verify_record(door->record, found, &counts, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(found->len, ==, fault ? 1 : 0);
	if (fault != NULL)
		g_assert_nonnull(strstr(((const Fault *)g_ptr_array_index(found, 0))->what, fault));
}

/* ---- tickets ---- */

static void
a_printed_ticket_stays_what_it_is(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	T1 read;
	door_open(&door, engine, "door");
	Guest before = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	g_autofree char *printed = text_of(&door, &before.ticket);
	g_autoptr(GArray) sheet = spares(&door, "sheet", 2);
	g_autofree char *spare = text_of(&door, &g_array_index(sheet, SpareTicket, 0).ticket);

	rotate(&door, 2, 3);
	Guest after = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	g_autoptr(GArray) later = spares(&door, "later", 1);
	open_again(&door);
	const TicketIdentity old = kept(&door, before.id), new = kept(&door, after.id);
	g_assert_cmpint(old.key_no, ==, 1);
	g_assert_cmpint(new.key_no, ==, 2);
	g_assert_cmpint(g_array_index(later, SpareTicket, 0).ticket.key_no, ==, 2);
	g_autofree char *again = text_of(&door, &old), *fresh = text_of(&door, &new);
	g_assert_cmpstr(again, ==, printed);
	g_autoptr(GArray) reprinted = spares(&door, "sheet", 0);
	g_autofree char *respare = text_of(&door, &g_array_index(reprinted, SpareTicket, 0).ticket);
	g_assert_cmpstr(respare, ==, spare);

	g_assert_true(is_ours(&door, printed, &read));
	g_assert_true(is_ours(&door, spare, &read));
	g_assert_true(is_ours(&door, fresh, &read));
	g_assert_cmpint(read.class, ==, TICKET_ATTENDEE);
	g_assert_cmpstr(door_scan(&door, "lunch", old.mark, 1), ==, "admit");
	g_assert_cmpstr(door_scan(&door, "lunch", new.mark, 2), ==, "admit");
	g_assert_cmpint(
	        engine_ask(engine, "SELECT count(*) FROM audit WHERE act = 'key.rotate'"), ==, 1);
	verified(&door, NULL);
}

static void
a_ticket_s_age_is_told_whatever_its_key(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	const gint64 made = ENGINE_NOW + 30 * 60;
	g_autoptr(GError) error = NULL;
	TicketIdentity ticket;
	T1 read;

	door_open(&door, engine, "door");
	/* the third key is made with the second rotation, ten minutes after the event */
	rotate(&door, 2, 0);
	rotate(&door, 3, 0);
	event_ticket_new(door.event, door.keys, TICKET_GUEST, made, &ticket);
	g_assert_cmpint(ticket.key_no, ==, 3);
	g_autofree char *text = text_of(&door, &ticket);
	g_assert_true(is_ours(&door, text, &read));
	g_assert_cmpint(read.minute, ==, (made - vault_key_created(door.keys)) / 60);
	g_assert_cmpint(ticket.minute, ==, read.minute - 10);
}

/* ---- bad moments ---- */

static void
a_rotation_cut_between_file_and_row_leaves_a_working_event(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	g_autoptr(GError) error = NULL;
	door_open(&door, engine, "door");
	/* cut before its row was written, and once in the middle of a file */
	g_assert_true(vault_make_signing_key(door.keys, 3, ENGINE_NOW, &error));
	g_autofree char *half = key_file(&door, "signing-4.new");
	g_assert_true(g_file_set_contents(half, "turnkey1 half", -1, &error));
	open_again(&door);
	Guest guest = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	g_assert_cmpint(guest.ticket.key_no, ==, 1);
	g_autofree char *text = text_of(&door, &guest.ticket);
	g_assert_true(is_ours(&door, text, NULL));
	verified(&door, NULL);

	rotate(&door, 2, 1);
	rotate(&door, 3, 1);
	rotate(&door, 4, 1);
	g_assert_true(is_ours(&door, text, NULL));
	verified(&door, NULL);
}

static void
two_rotations_at_once_are_one(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	g_autoptr(GError) error = NULL;
	door_open(&door, engine, "door");
	RotateWork work = {
		.event = door.event, .who = "ruth", .now = ENGINE_NOW, .from = 1, .to = 2
	};
	rotate(&door, 2, 0);
	work.event = door.event;
	g_assert_true(writer_run(record_writer(door.record), rotate_work, &work, &error));
	g_assert_false(work.moved);
	read_again(&door);
	g_assert_cmpint(door.event->key_no, ==, 2);
	g_assert_cmpint(
	        engine_ask(engine, "SELECT count(*) FROM audit WHERE act = 'key.rotate'"), ==, 1);
}

/* Keys of an older backup beside a newer record: what can go on goes on, and verify says what is missing. */
static void
a_lost_key_keeps_nobody_out_who_comes_new(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	door_open(&door, engine, "door");
	rotate(&door, 2, 0);
	Guest guest = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	g_autofree char *printed = text_of(&door, &guest.ticket);
	for (guint no = 2; no <= 3; no++) {
		g_autofree char *name = g_strdup_printf("signing-%u", no);
		g_autofree char *file = key_file(&door, name);
		g_assert_cmpint(g_remove(file), ==, 0);
	}
	open_again(&door);
	g_assert_false(is_ours(&door, printed, NULL));
	verified(&door, "signing key 2 is not there");
	g_autofree char *again = text_of(&door, &guest.ticket);
	g_assert_true(is_ours(&door, again, NULL)); /* printed anew, it is good */
	Guest later = door_guest(&door, "full", NULL, TICKET_ATTENDEE);
	g_assert_cmpint(later.ticket.key_no, ==, 1);
}

static void
an_event_from_before_there_were_next_keys_gets_one(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	SigningKey key;
	door_open(&door, engine, "door");
	g_autofree char *file = key_file(&door, "signing-2");
	g_assert_cmpint(g_remove(file), ==, 0);
	open_again(&door);
	verified(&door, NULL);
	rotate(&door, 2, 0);
	g_assert_true(vault_signing_key(door.keys, 3, &key));
	g_assert_cmpint(key.created, ==, ENGINE_NOW + 600);
}

static void
an_event_that_is_not_there_is_said(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	g_autoptr(GError) error = NULL;
	json_auto_t *asked = json_pack("{s:s}", "event", "other");
	door_open(&door, engine, "door");
	g_assert_null(rotate_operation(door.record, asked, ENGINE_NOW, &error));
	g_assert_error(error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT);
}

/* ---- phones ---- */

static json_t *
manifest(const Api *api, const json_t *before, int wanted)
{
	g_autofree char *path = before == NULL
	        ? g_strdup("/api/v1/door/manifest?session=lunch")
	        : g_strdup_printf("/api/v1/door/manifest?session=lunch&since=%" JSON_INTEGER_FORMAT
	                          "&history=%s",
	                  json_integer_value(json_object_get(before, "version")),
	                  api_text(before, "history"));
	int status = 0;
	json_t *answer = api_get(api, path, &status);

	g_assert_cmpint(status, ==, wanted);
	return answer;
}

static gsize
keys_in(const json_t *list)
{
	return json_array_size(json_object_get(list, "keys"));
}

static const json_t *
key_in(const json_t *list, gsize i)
{
	return json_array_get(json_object_get(list, "keys"), i);
}

static void
phones_know_the_next_key_before_it_signs(Engine *engine, gconstpointer data)
{
	g_auto(Api) api = { 0 };
	api_start(&api, engine);
	api_pair(&api, "lunch", "supervisor");
	door_guest(&api.door, "full", NULL, TICKET_ATTENDEE);
	json_auto_t *before = manifest(&api, NULL, 200);
	g_assert_cmpuint(keys_in(before), ==, 2);
	g_assert_null(manifest(&api, before, 304));

	rotate(&api.door, 2, 1);
	/* a difference without a ticket in it: the keys alone */
	json_auto_t *after = manifest(&api, before, 200);
	g_assert_false(json_is_true(json_object_get(after, "full")));
	g_assert_cmpstr(api_text(after, "entries"), ==, "");
	g_assert_cmpuint(keys_in(after), ==, 3);
	g_assert_true(json_equal(key_in(after, 0), key_in(before, 0)));
	g_assert_true(json_equal(key_in(after, 1), key_in(before, 1)));
	g_assert_null(manifest(&api, after, 304));

	/* the server that was serving all the while signs with it */
	char submission[SUBMISSION_TEXT_LENGTH + 1];
	api_clock_ms += 2000;
	submission_new(api_clock_ms, submission);
	int status = 0;
	json_auto_t *made = api_post(&api, "/api/v1/door/walkin", api.token,
	        json_pack("{s:s, s:s, s:s, s:s}", "submission", submission, "session", "lunch",
	                "name", "Ruth", "region", "south"),
	        &status);
	g_assert_cmpint(status, ==, 201);
	T1 ticket;
	const char *text = api_text(made, "ticket");
	g_assert_true(t1_parse(text, strlen(text), &ticket));
	g_assert_cmpint(json_integer_value(json_object_get(key_in(before, 1), "hint")), ==,
	        ticket.key_hint);
	g_assert_true(is_ours(&api.door, text, NULL));
	json_auto_t *then = manifest(&api, after, 200);
	g_assert_cmpstr(api_text(then, "entries"), !=, "");
	verified(&api.door, NULL);
}

int
main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;

	g_test_init(&argc, &argv, NULL);
	locales_load(&error);
	g_assert_no_error(error);
#define ADD(test) engine_add_test("rotate/" #test, test)
	ADD(a_printed_ticket_stays_what_it_is);
	ADD(a_ticket_s_age_is_told_whatever_its_key);
	ADD(a_rotation_cut_between_file_and_row_leaves_a_working_event);
	ADD(two_rotations_at_once_are_one);
	ADD(a_lost_key_keeps_nobody_out_who_comes_new);
	ADD(an_event_from_before_there_were_next_keys_gets_one);
	ADD(an_event_that_is_not_there_is_said);
	ADD(phones_know_the_next_key_before_it_signs);
#undef ADD
	return engine_run();
}
