/* What a scanning device remembers, queues and deletes: checkin/device.h, step by step. */
#include <string.h>

#include "tests/fixtures/phone_fixture.h"
#include "schema/mark.h"

#define ANA     G_GUINT64_CONSTANT(0x9000000000000001)
#define BEN     G_GUINT64_CONSTANT(0x1000000000000002)
#define CAM     G_GUINT64_CONSTANT(0x5000000000000003)
#define UNKNOWN G_GUINT64_CONSTANT(0x7777777777777777)

typedef struct {
	Desk desk;
	Hand boss, hand; /* a supervisor's, a volunteer's */
} Fixture;

static void
set_up(Fixture *f, gconstpointer data)
{
	desk_begin(&f->desk);
	desk_guest(&f->desk, ANA, 1, DOOR_ENTRY_BOOKED);
	desk_guest(&f->desk, BEN, 2, DOOR_ENTRY_WAITLISTED);
	desk_guest(&f->desk, CAM, 3, DOOR_ENTRY_CANCELLED);
	hand_begin(&f->boss, 1, FALSE);
	hand_begin(&f->hand, 2, FALSE);
	hand_lists(&f->boss, &f->desk);
	hand_lists(&f->hand, &f->desk);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
	hand_end(&f->boss);
	hand_end(&f->hand);
}

static DeviceItem
scanned(Hand *hand, const DeviceScan *scan, DeviceOutcome expected)
{
	DeviceItem item = { 0 };

	g_assert_cmpint(device_scan(hand->memory, scan, &item), ==, expected);
	return item;
}

/* ---- a colour ---- */

static void
nothing_is_shown_before_the_phones_own_record_is_stored(Fixture *f, gconstpointer data)
{
	DeviceScan scan = hand_scan_of(&f->hand, ANA, TRUE);
	DeviceItem intent = scanned(&f->hand, &scan, DEVICE_ASK), item;
	DeviceAnswer answer;
	DeviceReply reply = { .decision = DOOR_ADMIT, .hint = 9 };

	g_assert_cmpint(intent.state, ==, DEVICE_INTENT);
	g_assert_cmpint(intent.record.decision, ==, DOOR_INTERRUPTED);
	g_assert_false(device_stored(f->hand.memory, &intent, &answer));
	/* nobody else meanwhile: no double fire */
	scanned(&f->hand, &scan, DEVICE_BUSY);
	g_assert_true(device_answered(f->hand.memory, 1, &reply, &item));
	/* the intent's write is done only now: that is not the record */
	g_assert_false(device_stored(f->hand.memory, &intent, &answer));
	g_assert_cmpuint(device_batch(f->hand.memory, &(LogRecord){ 0 }, 1), ==, 0);
	scanned(&f->hand, &scan, DEVICE_BUSY);
	g_assert_true(device_stored(f->hand.memory, &item, &answer));
	g_assert_cmpint(answer.shown, ==, DOOR_SHOWN_GREEN);
	g_assert_cmpint(answer.hint, ==, 9);
	g_assert_true(answer.online);
	g_assert_false(device_stored(f->hand.memory, &item, &answer)); /* once */
}

static void
what_cant_be_stored_lets_nobody_in_and_is_told_later(Fixture *f, gconstpointer data)
{
	DeviceScan scan = hand_scan_of(&f->hand, ANA, FALSE);
	DeviceItem item = scanned(&f->hand, &scan, DEVICE_DECIDED), again;
	DeviceAnswer answer;

	device_not_stored(f->hand.memory, &item);
	g_assert_false(device_is_in(f->hand.memory, ANA));
	g_assert_false(device_stored(f->hand.memory, &item, &answer));
	g_assert_true(device_recover(f->hand.memory, &again));
	g_assert_cmpint(again.record.decision, ==, DOOR_INTERRUPTED);
	g_assert_cmpuint(again.record.seq, ==, 1);
	device_not_stored(f->hand.memory, &again); /* the disk is still full */
	g_assert_true(device_recover(f->hand.memory, &again));
	g_assert_null(hand_store(&f->hand, &again));
	g_assert_false(device_recover(f->hand.memory, &again));
	g_assert_cmpint(hand_scan(&f->hand, ANA).decision, ==, DOOR_ADMIT);
	g_assert_cmpuint(f->hand.disk[1].record.seq, ==, 2);
	g_assert_cmpuint(hand_waiting(&f->hand), ==, 2);
}

static void
a_void_that_cant_be_stored_voids_nothing(Fixture *f, gconstpointer data)
{
	DeviceClock clock = { .wall = 5 };
	DeviceItem item, again;

	hand_scan(&f->boss, ANA);
	g_assert_cmpint(device_undo(f->boss.memory, &clock, ANA, LOG_REASON_DOUBLE, &item), ==,
	        DEVICE_DECIDED);
	g_assert_false(device_is_in(f->boss.memory, ANA));
	device_not_stored(f->boss.memory, &item);
	g_assert_true(device_is_in(f->boss.memory, ANA));
	g_assert_true(device_recover(f->boss.memory, &again));
	g_assert_null(hand_store(&f->boss, &again));
	hand_upload(&f->boss, &f->desk);
	g_assert_cmpuint(f->desk.aside_n, ==, 0); /* what is told of it is well formed */
	g_assert_true(desk_presence(&f->desk, 1).present);
}

/* ---- what is decided ---- */

static void
by_itself_the_phone_says_what_the_table_says(Fixture *f, gconstpointer data)
{
	static const struct {
		guint64 mark;
		guint8 signature, class, leaving, listed, decision, shown;
	} cases[] = {
		{ ANA, DOOR_SIGNATURE_HOLDS, 0, 0, 0, DOOR_ADMIT, DOOR_SHOWN_GREEN },
		{ ANA, DOOR_SIGNATURE_HOLDS, 0, 0, 0, DOOR_AGAIN, DOOR_SHOWN_GREEN },
		{ ANA, DOOR_SIGNATURE_HOLDS, 0, 1, 0, DOOR_LEAVE, DOOR_SHOWN_BLUE },
		{ ANA, DOOR_SIGNATURE_NONE, 0, 0, 0, DOOR_REJECT_SIGNATURE, DOOR_SHOWN_RED },
		{ ANA, DOOR_SIGNATURE_ELSEWHERE, 0, 0, 0, DOOR_REJECT_ELSEWHERE, DOOR_SHOWN_RED },
		{ CAM, DOOR_SIGNATURE_HOLDS, 0, 0, 0, DOOR_REJECT_REVOKED, DOOR_SHOWN_RED },
		{ BEN, DOOR_SIGNATURE_HOLDS, 0, 0, 1, DOOR_REJECT_NOT_BOOKED, DOOR_SHOWN_AMBER },
		{ BEN, DOOR_SIGNATURE_HOLDS, 0, 0, 0, DOOR_ADMIT, DOOR_SHOWN_GREEN },
		{ UNKNOWN, DOOR_SIGNATURE_HOLDS, 0, 0, 0, DOOR_REJECT_REVOKED, DOOR_SHOWN_RED },
		{ ANA, DOOR_SIGNATURE_HOLDS, TICKET_PRACTICE, 0, 0, DOOR_ADMIT, DOOR_SHOWN_GREEN },
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		DeviceScan scan = hand_scan_of(&f->hand, cases[i].mark, FALSE);
		f->hand.place.session_listed = cases[i].listed;
		g_assert_true(device_move(f->hand.memory, &f->hand.place));
		scan.signature = cases[i].signature;
		scan.ticket_class = cases[i].class;
		scan.leaving = cases[i].leaving;
		DeviceItem item = scanned(&f->hand, &scan, DEVICE_DECIDED);
		const DeviceAnswer *answer = hand_store(&f->hand, &item);
		g_assert_cmpint(answer->decision, ==, cases[i].decision);
		g_assert_cmpint(answer->shown, ==, cases[i].shown);
		/* what has no known signature leaves no mark */
		g_assert_cmpint(
		        item.record.has_mark, ==, cases[i].signature == DOOR_SIGNATURE_HOLDS);
		g_assert_cmpint(item.record.reason, ==,
		        cases[i].class == TICKET_PRACTICE ? LOG_REASON_PRACTICE : LOG_REASON_NONE);
		LogFacts facts = { .device_known = 1, .device_own = 1, .place_known = 1 };
		g_assert_cmpint(log_judge(&item.record, &facts), ==, LOG_ACCEPT);
	}
}

static void
a_new_ticket_is_admitted_before_the_list_knows_it(Fixture *f, gconstpointer data)
{
	DeviceScan scan = hand_scan_of(&f->hand, UNKNOWN, FALSE);

	scan.ticket_minute = 0xfffff;
	DeviceItem item = scanned(&f->hand, &scan, DEVICE_DECIDED);
	g_assert_cmpint(hand_store(&f->hand, &item)->decision, ==, DOOR_ADMIT_PROVISIONAL);
	/* known by its mark alone, and by its person once the list has come */
	g_assert_true(device_is_in(f->hand.memory, UNKNOWN));
	desk_guest(&f->desk, UNKNOWN, 1, DOOR_ENTRY_BOOKED);
	hand_upload(&f->hand, &f->desk);
	hand_lists(&f->hand, &f->desk);
	g_assert_true(device_is_in(f->hand.memory, ANA));
}

static void
a_spare_asks_for_its_region_first(Fixture *f, gconstpointer data)
{
	DeviceScan scan = hand_scan_of(&f->hand, ANA, TRUE);

	scan.ticket_class = TICKET_SPARE;
	scanned(&f->hand, &scan, DEVICE_ASK_REGION);
	scan.region = 7;
	DeviceItem item = scanned(&f->hand, &scan, DEVICE_ASK);
	g_assert_cmpint(item.record.region, ==, 7);
	g_assert_true(device_alone(f->hand.memory, 1, &item));
	g_assert_cmpint(item.record.reason, ==, LOG_REASON_SPARE);
	g_assert_cmpint(item.record.online, ==, 0);
	g_assert_false(device_alone(f->hand.memory, 1, &item));
	hand_store(&f->hand, &item);
	scan.region = 0; /* who is in is asked nothing */
	item = scanned(&f->hand, &scan, DEVICE_DECIDED);
	g_assert_cmpint(item.record.decision, ==, DOOR_AGAIN);
}

static void
an_override_is_a_supervisors(Fixture *f, gconstpointer data)
{
	DeviceScan scan = hand_scan_of(&f->hand, BEN, FALSE);

	scan.override = LOG_REASON_SUPERVISOR;
	scanned(&f->hand, &scan, DEVICE_FORBIDDEN);
	f->boss.place.session_listed = 1;
	g_assert_true(device_move(f->boss.memory, &f->boss.place));
	DeviceItem item = scanned(&f->boss, &scan, DEVICE_DECIDED);
	g_assert_cmpint(item.record.decision, ==, DOOR_ADMIT_OVERRIDE);
	g_assert_cmpint(item.record.reason, ==, LOG_REASON_SUPERVISOR);
}

static void
nonsense_from_the_server_counts_as_no_answer(Fixture *f, gconstpointer data)
{
	DeviceScan scan = hand_scan_of(&f->hand, ANA, TRUE);
	DeviceItem item = scanned(&f->hand, &scan, DEVICE_ASK);
	DeviceReply reply = { .decision = DOOR_VOID };

	g_assert_false(device_answered(f->hand.memory, 2, &reply, &item));
	g_assert_true(device_answered(f->hand.memory, 1, &reply, &item));
	g_assert_cmpint(item.record.decision, ==, DOOR_ADMIT);
	g_assert_cmpint(item.record.online, ==, 0);
}

static void
a_full_log_admits_nobody(Fixture *f, gconstpointer data)
{
	DeviceClock clock = { 0 };
	DeviceItem item;

	for (guint i = 0; i < 96; i++)
		hand_scan(&f->hand, ANA);
	DeviceScan scan = hand_scan_of(&f->hand, BEN, FALSE);
	scanned(&f->hand, &scan, DEVICE_FULL);
	g_assert_cmpint(device_count(f->hand.memory, &clock, 1, 0, 1, &item), ==, DEVICE_FULL);
	g_assert_cmpuint(hand_waiting(&f->hand), ==, 96);
	g_assert_cmpuint(hand_upload(&f->hand, &f->desk), ==, 96);
}

/* ---- tally, group ---- */

static void
people_without_tickets_are_counted(Fixture *f, gconstpointer data)
{
	DeviceClock clock = { 0 };
	DeviceItem item;

	g_assert_cmpint(device_count(f->boss.memory, &clock, 4, 0, 10, &item), ==, DEVICE_DECIDED);
	g_assert_cmpint(device_count(f->boss.memory, &clock, 4, 0, 1, &item), ==, DEVICE_BUSY);
	g_assert_nonnull(hand_store(&f->boss, &item));
	g_assert_cmpint(device_count(f->boss.memory, &clock, 0, 2, 1, &item), ==, DEVICE_DECIDED);
	g_assert_nonnull(hand_store(&f->boss, &item));
	g_assert_cmpint(item.record.delegation, ==, 2);
	g_assert_cmpint(device_tally(f->boss.memory), ==, 11);
	g_assert_cmpint(device_count(f->boss.memory, &clock, 4, 0, 0, &item), ==, DEVICE_NOTHING);
	g_assert_cmpint(device_count(f->boss.memory, &clock, 4, 0, LOG_COUNT_MAX + 1, &item), ==,
	        DEVICE_NOTHING);
	DeviceVoid what = { .device = 1, .epoch = 100, .seq = 1, .reason = LOG_REASON_OTHER };
	g_assert_cmpint(device_void(f->boss.memory, &what, &item), ==, DEVICE_DECIDED);
	g_assert_nonnull(hand_store(&f->boss, &item));
	g_assert_cmpint(device_tally(f->boss.memory), ==, 1);
	hand_upload(&f->boss, &f->desk);
	g_assert_cmpint(log_tally(f->desk.rows, f->desk.rows_n), ==, 1);
}

static void
a_captain_brings_the_group_in_with_one_tap(Fixture *f, gconstpointer data)
{
	DeviceMember members[4];
	DeviceItem items[2];

	for (guint i = 0; i < f->desk.guests_n; i++)
		f->desk.guests[i].delegation = 5;
	desk_guest(&f->desk, UNKNOWN, 1, DOOR_ENTRY_BOOKED); /* Ana's second ticket */
	f->desk.guests[f->desk.guests_n - 1].delegation = 5;
	hand_lists(&f->hand, &f->desk);
	/* Cam has cancelled; Ana is one person */
	g_assert_cmpuint(device_group(f->hand.memory, 5, members, 1), ==, 2);
	g_assert_cmpuint(device_group(f->hand.memory, 5, members, 4), ==, 2);
	g_assert_cmpuint(device_group(f->hand.memory, 6, members, 4), ==, 0);
	g_assert_cmpuint(device_group(f->hand.memory, 0, members, 4), ==, 0);
	for (guint i = 0; i < 2; i++) {
		DeviceScan scan = hand_scan_of(&f->hand, members[i].mark, TRUE);
		g_assert_false(members[i].in);
		scan.group = 1;
		items[i] = scanned(&f->hand, &scan, DEVICE_DECIDED);
		g_assert_cmpint(items[i].record.reason, ==, LOG_REASON_GROUP);
	}
	for (guint i = 0; i < 2; i++)
		g_assert_cmpint(hand_store(&f->hand, &items[i])->decision, ==, DOOR_ADMIT);
	device_group(f->hand.memory, 5, members, 4);
	g_assert_true(members[0].in && members[1].in);
}

/* ---- lists ---- */

static DeviceHead
head_of(const Fixture *f, const Hand *hand, gint64 since)
{
	DeviceStatus status;

	device_status(hand->memory, &status);
	return (DeviceHead){ .history = f->desk.history,
		.version = f->desk.version,
		.since = since,
		.issued = 1,
		.question = status.question,
		.session = 1,
		.full = since == 0 };
}

static void
differences_come_in_order_or_not_at_all(Fixture *f, gconstpointer data)
{
	guint8 entries[2 * MANIFEST_ENTRY_BYTES] = { 0 };
	DeviceStatus status;
	guint64 gone = BEN;

	device_status(f->hand.memory, &status);
	g_assert_cmpuint(status.tickets, ==, 3);
	f->desk.version += 5;
	/* one before all, one after */
	entries[7] = 1;
	entries[10] = 8;
	entries[MANIFEST_ENTRY_BYTES] = 0xff;
	entries[MANIFEST_ENTRY_BYTES + 10] = 9;
	DeviceHead head = head_of(f, &f->hand, status.manifest_version);
	g_assert_cmpint(device_take_manifest(f->hand.memory, &head, entries, 2, &gone, 1), ==,
	        DEVICE_TAKEN);
	device_status(f->hand.memory, &status);
	g_assert_cmpuint(status.tickets, ==, 4);
	g_assert_cmpint(status.manifest_version, ==, f->desk.version);
	g_assert_cmpuint(device_manifest(f->hand.memory)[7], ==, 1);
	g_assert_cmpuint(device_manifest(f->hand.memory)[3 * MANIFEST_ENTRY_BYTES], ==, 0xff);
	/* one that was overtaken */
	head.version--;
	g_assert_cmpint(
	        device_take_manifest(f->hand.memory, &head, entries, 2, NULL, 0), ==, DEVICE_STALE);
	/* one that doesn't follow */
	head.since = f->desk.version + 1;
	head.version = f->desk.version + 2;
	g_assert_cmpint(device_take_manifest(f->hand.memory, &head, entries, 2, NULL, 0), ==,
	        DEVICE_WANT_FULL);
	/* not sorted; of another session */
	head = head_of(f, &f->hand, 0);
	entries[0] = 0xff;
	g_assert_cmpint(device_take_manifest(f->hand.memory, &head, entries, 2, NULL, 0), ==,
	        DEVICE_MALFORMED);
	head.session = 2;
	g_assert_cmpint(
	        device_take_manifest(f->hand.memory, &head, entries, 1, NULL, 0), ==, DEVICE_STALE);
}

static void
more_tickets_than_there_is_room_change_nothing(Fixture *f, gconstpointer data)
{
	guint8 entries[65 * MANIFEST_ENTRY_BYTES] = { 0 };
	DeviceHead head = head_of(f, &f->hand, 0);
	DeviceStatus status;

	for (guint i = 0; i < 65; i++)
		entries[i * MANIFEST_ENTRY_BYTES + 7] = (guint8)i;
	g_assert_cmpint(device_take_manifest(f->hand.memory, &head, entries, 65, NULL, 0), ==,
	        DEVICE_NO_ROOM);
	device_status(f->hand.memory, &status);
	g_assert_cmpuint(status.tickets, ==, 3);
	g_assert_cmpint(device_take_manifest(f->hand.memory, &head, entries, 64, NULL, 0), ==,
	        DEVICE_TAKEN);
}

static void
numbers_of_another_history_are_nobodys(Fixture *f, gconstpointer data)
{
	DeviceKnown known = { .holder = 1, .in = DEVICE_IN, .minute = 5 };
	DeviceHead head;

	hand_scan(&f->boss, ANA);
	hand_upload(&f->boss, &f->desk);
	hand_lists(&f->hand, &f->desk);
	g_assert_true(device_is_in(f->hand.memory, ANA));
	f->desk.history++;
	/* the known list first: it can't say whose the numbers are */
	head = head_of(f, &f->hand, 0);
	g_assert_cmpint(
	        device_take_known(f->hand.memory, &head, &known, 1), ==, DEVICE_WANT_MANIFEST);
	g_assert_true(device_is_in(f->hand.memory, ANA)); /* who was in was in */
	desk_guest(&f->desk, ANA, 9, DOOR_ENTRY_BOOKED);
	desk_guest(&f->desk, BEN, 1, DOOR_ENTRY_BOOKED);
	f->desk.rows_n = 0;
	hand_lists(&f->hand, &f->desk);
	g_assert_false(device_is_in(f->hand.memory, BEN));
}

static void
after_a_merge_an_older_list_overrules_nobody(Fixture *f, gconstpointer data)
{
	DeviceKnown out = { .holder = 1, .in = DEVICE_OUT };
	DeviceStatus status;

	hand_scan(&f->hand, BEN);
	hand_upload(&f->hand, &f->desk);
	/* Ana was voided long ago; Ben turns out to be Ana */
	f->desk.version++;
	DeviceHead head = head_of(f, &f->hand, 0);
	g_assert_cmpint(device_take_known(f->hand.memory, &head, &out, 1), ==, DEVICE_TAKEN);
	guint8 entry[MANIFEST_ENTRY_BYTES] = { 0x10, 0, 0, 0, 0, 0, 0, 2, 0, 0, 1 };
	device_status(f->hand.memory, &status);
	f->desk.version++;
	head = head_of(f, &f->hand, status.manifest_version);
	g_assert_cmpint(
	        device_take_manifest(f->hand.memory, &head, entry, 1, NULL, 0), ==, DEVICE_TAKEN);
	g_assert_true(device_is_in(f->hand.memory, BEN));
	device_status(f->hand.memory, &status);
	g_assert_cmpint(status.known_version, ==, 0); /* to be asked whole */
	/* asked anew it says what the server thinks, now of the same person */
	head = head_of(f, &f->hand, 0);
	g_assert_cmpint(device_take_known(f->hand.memory, &head, &out, 1), ==, DEVICE_TAKEN);
	g_assert_false(device_is_in(f->hand.memory, BEN));
	out.in = DEVICE_GONE;
	head = head_of(f, &f->hand, head.version);
	g_assert_cmpint(device_take_known(f->hand.memory, &head, &out, 1), ==, DEVICE_TAKEN);
	g_assert_true(device_is_in(f->hand.memory, BEN));
	g_assert_false(device_known(f->hand.memory, 0, &out));
}

/* ---- storage ---- */

static void
what_was_shown_is_there_after_a_restart(Fixture *f, gconstpointer data)
{
	DeviceItem other;

	hand_scan(&f->hand, ANA);
	hand_upload(&f->hand, &f->desk);
	hand_scan(&f->hand, BEN);
	hand_restart(&f->hand, 201);
	g_assert_cmpuint(hand_waiting(&f->hand), ==, 1); /* Ana's was named durable */
	/* without a list, too */
	g_assert_cmpint(hand_scan(&f->hand, ANA).decision, ==, DOOR_AGAIN);
	hand_lists(&f->hand, &f->desk);
	g_assert_cmpint(hand_scan(&f->hand, ANA).decision, ==, DOOR_AGAIN);
	/* an item of this start's own epoch, or none at all, was stored by nobody */
	other = f->hand.disk[0];
	other.record.epoch = 201;
	g_assert_false(device_restore(f->hand.memory, &other));
	other = f->hand.disk[0];
	other.state = 9;
	g_assert_false(device_restore(f->hand.memory, &other));
}

static void
a_block_that_is_too_small_is_refused(Fixture *f, gconstpointer data)
{
	DeviceRoom room = { 4, 4, 4 }, huge = { G_MAXUINT32, 1, 1 };
	g_autofree guint64 *block = g_new0(guint64, device_size(&room) / 8 + 2);

	g_assert_nonnull(device_new(block, device_size(&room), &room, 1, 2, &f->hand.place));
	g_assert_null(device_new(block, device_size(&room) - 1, &room, 1, 2, &f->hand.place));
	g_assert_null(device_new(
	        (guint8 *)block + 4, device_size(&room) + 8, &room, 1, 2, &f->hand.place));
	g_assert_cmpuint(device_size(&huge), ==, 0);
}

/* ---- typed codes ---- */

static void
a_typed_code_is_found_without_a_network(Fixture *f, gconstpointer data)
{
	char code[TYPED_CODE_LENGTH + 1], shown[TYPED_CODE_SHOWN_LENGTH + 1];
	DeviceMemory *memory = f->hand.memory;
	guint64 mark = 0;

	typed_code_of((gint64)ANA, code);
	typed_code_show(code, shown);
	g_autofree char *low = g_ascii_strdown(shown, -1);
	g_assert_cmpint(device_find_code(memory, code, 10, 0, &mark), ==, DEVICE_CODE_FOUND);
	g_assert_cmpuint(mark, ==, ANA);
	g_assert_cmpint(device_find_code(memory, low, TYPED_CODE_SHOWN_LENGTH, 0, &mark), ==,
	        DEVICE_CODE_FOUND);
	code[0] = code[0] == '4' ? '5' : '4';
	g_assert_cmpint(device_find_code(memory, code, 10, 0, &mark), ==, DEVICE_CODE_NONE);
	g_assert_cmpint(device_find_code(memory, "", 0, 0, &mark), ==, DEVICE_CODE_NONE);
	/* guessing is slowed, reading is not */
	typed_code_of((gint64)UNKNOWN, code);
	for (guint i = 0; i < DEVICE_CODE_TRIES; i++)
		g_assert_cmpint(device_find_code(memory, code, 10, 1000 + i, &mark), ==,
		        DEVICE_CODE_UNKNOWN);
	g_assert_cmpint(device_find_code(memory, code, 10, 2000, &mark), ==, DEVICE_CODE_TOO_OFTEN);
	g_assert_cmpint(device_find_code(memory, code, 10, 1000 + DEVICE_CODE_WINDOW_MS, &mark), ==,
	        DEVICE_CODE_UNKNOWN);
}

static void
codes_are_read_as_the_server_reads_them(Fixture *f, gconstpointer data)
{
	DeviceMemory *memory = f->hand.memory;

	for (guint i = 0; i < 2000; i++) {
		char code[TYPED_CODE_LENGTH + 1], parsed[TYPED_CODE_LENGTH + 1];
		guint64 mark = (guint64)g_test_rand_int() << 32 | (guint32)g_test_rand_int(),
		        found = 0;
		guint8 entry[MANIFEST_ENTRY_BYTES] = { 0 };
		for (guint j = 0; j < 8; j++)
			entry[j] = (guint8)(mark >> (56 - 8 * j));
		DeviceHead head = head_of(f, &f->hand, 0);
		g_assert_cmpint(
		        device_take_manifest(memory, &head, entry, 1, NULL, 0), ==, DEVICE_TAKEN);
		typed_code_of((gint64)mark, code);
		if (i % 2)
			code[i % 10] =
			        "0123456789ABCDEFGHJKMNPQRSTVWXYZ"[g_test_rand_int_range(0, 32)];
		gboolean is_one = typed_code_parse(code, parsed);
		DeviceCode answer =
		        device_find_code(memory, code, 10, 100000 * (gint64)(i + 1), &found);
		g_assert_cmpint(answer != DEVICE_CODE_NONE, ==, is_one);
		if (i % 2 == 0)
			g_assert_cmpuint(found, ==, mark);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define CASE(name) g_test_add("/phone/" #name, Fixture, NULL, set_up, name, tear_down)
	CASE(nothing_is_shown_before_the_phones_own_record_is_stored);
	CASE(what_cant_be_stored_lets_nobody_in_and_is_told_later);
	CASE(a_void_that_cant_be_stored_voids_nothing);
	CASE(by_itself_the_phone_says_what_the_table_says);
	CASE(a_new_ticket_is_admitted_before_the_list_knows_it);
	CASE(a_spare_asks_for_its_region_first);
	CASE(an_override_is_a_supervisors);
	CASE(nonsense_from_the_server_counts_as_no_answer);
	CASE(a_full_log_admits_nobody);
	CASE(people_without_tickets_are_counted);
	CASE(a_captain_brings_the_group_in_with_one_tap);
	CASE(differences_come_in_order_or_not_at_all);
	CASE(more_tickets_than_there_is_room_change_nothing);
	CASE(numbers_of_another_history_are_nobodys);
	CASE(after_a_merge_an_older_list_overrules_nobody);
	CASE(what_was_shown_is_there_after_a_restart);
	CASE(a_block_that_is_too_small_is_refused);
	CASE(a_typed_code_is_found_without_a_network);
	CASE(codes_are_read_as_the_server_reads_them);
	return g_test_run();
}
