/* Devices: added, paired once, known by their token, revoked. On both engines. */
#include <string.h>

#include "schema/device.h"
#include "schema/id.h"

#include "tests/fixtures/door_fixture.h"

/* Adds a device by the operation that the command calls; returns its code, @ret_id (nullable) its id. */
static char *
add(const Door *door, const char *session, const char *checkpoint, const char *role, gint64 *ret_id)
{
	g_autoptr(GError) error = NULL;
	json_auto_t *asked = json_pack("{s:s, s:s, s:s, s:s*, s:s}", "name", "Door B-2", "event",
	        door->event->slug, "session", session, "checkpoint", checkpoint, "role", role);
	json_auto_t *answer = device_operation_add(door->record, asked, ENGINE_NOW, &error);

	g_assert_no_error(error);
	if (ret_id != NULL)
		g_assert_true(
		        id_from_hex(json_string_value(json_object_get(answer, "device")), ret_id));
	return g_strdup(json_string_value(json_object_get(answer, "code")));
}

static DevicePairing
pair(const Door *door, const char *code, const char *nonce, gint64 now,
        char token[TOKEN_TEXT_LENGTH + 1])
{
	g_autoptr(GError) error = NULL;
	DevicePairing pairing = { .name = "Phone 1", .nonce = nonce, .now = now };

	g_assert_true(pairing_code_hash(code, pairing.code_hash));
	token_new(token);
	token_hash(token, pairing.token_hash);
	writer_run(record_writer(door->record), device_pair, &pairing, &error);
	g_assert_no_error(error);
	return pairing;
}

static gboolean
known(const Door *door, const char *token, gint64 now, Device *ret)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Db) db = record_reader(door->record, &error);
	guint8 hash[TOKEN_HASH_BYTES];
	gboolean found = FALSE;

	g_assert_true(db_begin(db, &error));
	token_hash(token, hash);
	device_by_token(db, hash, now, ret, &found, &error);
	g_assert_no_error(error);
	return found;
}

static void
a_phone_is_paired_once(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	door_open(&door, engine, "door");
	gint64 id = 0;
	g_autofree char *code = add(&door, "lunch", NULL, "scan", &id);
	char token[TOKEN_TEXT_LENGTH + 1], other[TOKEN_TEXT_LENGTH + 1];
	Device device;

	DevicePairing first = pair(&door, code, NULL, ENGINE_NOW + 5, token);
	g_assert_cmpint(first.outcome, ==, PAIRING_DONE);
	g_assert_cmpint(first.device.id, ==, id);
	g_assert_true(known(&door, token, ENGINE_NOW + 6, &device));
	g_assert_cmpint(device.id, ==, id);
	g_assert_cmpmem(device.event, EVENT_ID_BYTES, door.event->id, EVENT_ID_BYTES);
	g_assert_false(device.supervisor || device.revoked || device.expired);
	g_assert_cmpuint(device.checkpoints_n, ==, 2); /* all of the session */
	g_assert_true(device_may_scan_at(&device, door_checkpoint(&door, "lunch", 0)));
	g_assert_true(device_may_scan_at(&device, door_checkpoint(&door, "lunch", 1)));
	g_assert_false(device_may_scan_at(&device, door_checkpoint(&door, "day", 0)));
	DevicePairing second = pair(&door, code, NULL, ENGINE_NOW + 7, other);
	g_assert_cmpint(second.outcome, ==, PAIRING_GONE);
	g_assert_false(known(&door, other, ENGINE_NOW + 8, &device));
	g_assert_true(known(&door, token, ENGINE_NOW + 8, &device));
}

static void
the_same_phone_may_ask_again_when_the_answer_was_lost(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	door_open(&door, engine, "door");
	g_autofree char *code = add(&door, "day", "2", "supervisor", NULL);
	char first[TOKEN_TEXT_LENGTH + 1], second[TOKEN_TEXT_LENGTH + 1],
	        third[TOKEN_TEXT_LENGTH + 1];
	Device device;

	g_assert_cmpint(pair(&door, code, "nonce-1", ENGINE_NOW, first).outcome, ==, PAIRING_DONE);
	g_assert_cmpint(pair(&door, code, "nonce-2", ENGINE_NOW, third).outcome, ==, PAIRING_GONE);
	g_assert_cmpint(pair(&door, code, NULL, ENGINE_NOW, third).outcome, ==, PAIRING_GONE);
	g_assert_cmpint(pair(&door, code, "nonce-1", ENGINE_NOW, second).outcome, ==, PAIRING_DONE);
	g_assert_false(known(&door, first, ENGINE_NOW, &device));
	g_assert_false(known(&door, third, ENGINE_NOW, &device));
	g_assert_true(known(&door, second, ENGINE_NOW, &device));
	g_assert_true(device.supervisor);
	g_assert_cmpuint(device.checkpoints_n, ==, 1);
	g_assert_cmpuint(device.checkpoints[0], ==, 2);
}

static void
a_code_is_good_for_ten_minutes(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	door_open(&door, engine, "door");
	g_autofree char *code = add(&door, "day", NULL, "scan", NULL);
	g_autofree char *other = add(&door, "day", NULL, "scan", NULL);
	char token[TOKEN_TEXT_LENGTH + 1];

	g_assert_cmpint(pair(&door, code, NULL, ENGINE_NOW + 600, token).outcome, ==, PAIRING_GONE);
	g_assert_cmpint(
	        pair(&door, other, NULL, ENGINE_NOW + 599, token).outcome, ==, PAIRING_DONE);
	g_assert_cmpint(pair(&door, "0000-0000-0000-0000", NULL, ENGINE_NOW, token).outcome, ==,
	        PAIRING_UNKNOWN);
}

static void
a_revoked_device_is_known_as_revoked(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	g_autoptr(GError) error = NULL;
	door_open(&door, engine, "door");
	gint64 id = 0;
	g_autofree char *code = add(&door, "day", NULL, "scan", &id);
	char token[TOKEN_TEXT_LENGTH + 1], hex[ID_HEX_LENGTH + 1];
	Device device;

	pair(&door, code, "n", ENGINE_NOW, token);
	id_to_hex(id, hex);
	json_auto_t *asked = json_pack("{s:s}", "device", hex);
	json_auto_t *answer = device_operation_revoke(door.record, asked, ENGINE_NOW + 9, &error);
	g_assert_no_error(error);
	g_assert_nonnull(answer);
	g_assert_true(known(&door, token, ENGINE_NOW + 10, &device));
	g_assert_true(device.revoked);
	/* the first revocation stands, and the code is dead with the device */
	json_auto_t *again = device_operation_revoke(door.record, asked, ENGINE_NOW + 99, &error);
	g_assert_nonnull(again);
	g_assert_cmpint(engine_ask(engine, "SELECT revoked_at FROM device"), ==, ENGINE_NOW + 9);
	g_assert_cmpint(pair(&door, code, "n", ENGINE_NOW + 10, token).outcome, ==, PAIRING_GONE);
}

static void
a_device_ends_with_its_event(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	door_open(&door, engine, "door");
	g_autofree char *code = add(&door, "day", NULL, "scan", NULL);
	char token[TOKEN_TEXT_LENGTH + 1];
	gint64 end = door.event->ends + DEVICE_AFTER_S;
	Device device;

	pair(&door, code, NULL, ENGINE_NOW, token);
	g_assert_true(known(&door, token, end - 1, &device));
	g_assert_false(device.expired);
	g_assert_true(known(&door, token, end, &device));
	g_assert_true(device.expired);
}

static void
secrets_are_kept_as_hashes(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	door_open(&door, engine, "door");
	g_autofree char *code = add(&door, "day", NULL, "scan", NULL);
	char token[TOKEN_TEXT_LENGTH + 1];

	pair(&door, code, NULL, ENGINE_NOW, token);
	g_assert_cmpint(engine_ask(engine,
	                        "SELECT count(*) FROM device WHERE length(token_hash) = 32"
	                        " AND length(pairing_hash) = 32"),
	        ==, 1);
}

static void
what_is_wrong_with_a_new_device_is_said(Engine *engine, gconstpointer data)
{
	static const struct {
		const char *name, *event, *session, *checkpoint, *role, *words;
		TurnoutErrorCode code;
	} cases[] = {
		{ "", "door", "day", NULL, "scan", "after its place", TURNOUT_ERROR_INPUT },
		{ "a", "nowhere", "day", NULL, "scan", "nowhere", TURNOUT_ERROR_ABSENT },
		{ "a", "door", "dinner", NULL, "scan", "dinner", TURNOUT_ERROR_ABSENT },
		{ "a", "door", "day", "99", "scan", "it has 1 (day A), 2 (day B)",
		        TURNOUT_ERROR_INPUT },
		{ "a", "door", "day", "lunch A", "scan", "lunch A", TURNOUT_ERROR_INPUT },
		{ "a", "door", "day", NULL, "owner", "--role", TURNOUT_ERROR_INPUT },
	};
	g_auto(Door) door = { 0 };
	door_open(&door, engine, "door");

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		json_auto_t *asked = json_pack("{s:s, s:s, s:s, s:s*, s:s}", "name", cases[i].name,
		        "event", cases[i].event, "session", cases[i].session, "checkpoint",
		        cases[i].checkpoint, "role", cases[i].role);
		g_assert_null(device_operation_add(door.record, asked, ENGINE_NOW, &error));
		g_assert_error(error, TURNOUT_ERROR, (gint)cases[i].code);
		g_assert_nonnull(strstr(error->message, cases[i].words));
	}
	g_autoptr(GError) error = NULL;
	json_auto_t *late = json_pack("{s:s, s:s, s:s, s:s}", "name", "a", "event", "door",
	        "session", "day", "role", "scan");
	g_assert_null(
	        device_operation_add(door.record, late, door.event->ends + DEVICE_AFTER_S, &error));
	g_assert_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM device"), ==, 0);
	g_clear_error(&error);
	json_auto_t *nothing = json_object(); /* whatever comes over the socket */
	g_assert_null(device_operation_add(door.record, nothing, ENGINE_NOW, &error));
	g_clear_error(&error);
	g_assert_null(device_operation_revoke(door.record, nothing, ENGINE_NOW, &error));
	g_clear_error(&error);
	json_auto_t *unknown = json_pack("{s:s}", "device", "0000000000000099");
	g_assert_null(device_operation_revoke(door.record, unknown, ENGINE_NOW, &error));
	g_assert_error(error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT);
}

static void
a_checkpoint_is_named_by_number_or_by_name(Engine *engine, gconstpointer data)
{
	g_auto(Door) door = { 0 };
	door_open(&door, engine, "door");
	const EventSession *lunch = event_session_by_code(door.event, "lunch");
	const guint16 second = door_checkpoint(&door, "lunch", 1);
	g_autofree char *number = g_strdup_printf("%u", second);

	g_assert_cmpint(checkpoint_find(door.event, lunch, NULL, NULL)->no, ==,
	        door_checkpoint(&door, "lunch", 0));
	g_assert_cmpint(checkpoint_find(door.event, lunch, "LUNCH b", NULL)->no, ==, second);
	g_assert_cmpint(checkpoint_find(door.event, lunch, number, NULL)->no, ==, second);
	g_assert_null(checkpoint_find(door.event, lunch, "", NULL));
}

static void
a_code_is_read_as_people_type_it(void)
{
	char code[PAIRING_CODE_LENGTH + 1];
	guint8 right[TOKEN_HASH_BYTES], typed[TOKEN_HASH_BYTES];

	for (guint i = 0; i < 100; i++) {
		pairing_code_new(code);
		g_assert_cmpuint(strlen(code), ==, PAIRING_CODE_LENGTH);
		g_assert_true(pairing_code_hash(code, right));
		g_autofree char *small = g_ascii_strdown(code, -1);
		g_strdelimit(small, "-", ' ');
		g_strdelimit(small, "0", 'o');
		g_strdelimit(small, "1", 'l');
		g_autofree char *around = g_strdup_printf(" %s\n", small);
		g_assert_true(pairing_code_hash(around, typed));
		g_assert_cmpmem(right, sizeof right, typed, sizeof typed);
		code[0] = code[0] == 'A' ? 'B' : 'A';
		g_assert_true(pairing_code_hash(code, typed));
		g_assert_true(memcmp(right, typed, sizeof right) != 0);
	}
	static const char *const bad[] = { "", "0000-0000-0000-000", "0000-0000-0000-00000",
		"0000-0000-0000-000U", "0000_0000_0000_0000", "\xc3\xa9" };
	for (guint i = 0; i < G_N_ELEMENTS(bad); i++)
		g_assert_false(pairing_code_hash(bad[i], typed));
}

#define DEVICE_TEST(name) engine_add_test("device/" #name, name)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	DEVICE_TEST(a_phone_is_paired_once);
	DEVICE_TEST(the_same_phone_may_ask_again_when_the_answer_was_lost);
	DEVICE_TEST(a_code_is_good_for_ten_minutes);
	DEVICE_TEST(a_revoked_device_is_known_as_revoked);
	DEVICE_TEST(a_device_ends_with_its_event);
	DEVICE_TEST(secrets_are_kept_as_hashes);
	DEVICE_TEST(what_is_wrong_with_a_new_device_is_said);
	DEVICE_TEST(a_checkpoint_is_named_by_number_or_by_name);
	g_test_add_func(
	        "/device/a_code_is_read_as_people_type_it", a_code_is_read_as_people_type_it);
	return engine_run();
}
