/*
 * The decision, over every input that means something. The table of the design is written down a
 * second time here, as conditions in their order, and must say the same.
 */
#include <glib.h>
#include <string.h>

#include "checkin/door.h"
#include "schema/mark.h"

#define KEY_CREATED     1790000000
#define MANIFEST_ISSUED (KEY_CREATED + 100 * 60)
/* a ticket of this minute was made exactly DOOR_MANIFEST_SLACK_S before the manifest */
#define LIMIT_MINUTE 90

static gboolean
ours(const DoorQuestion *q)
{
	return q->signature == DOOR_SIGNATURE_HOLDS;
}

static gboolean
absent(const DoorQuestion *q)
{
	return q->entry >= DOOR_ENTRY_ABSENT;
}

static gboolean
not_ours(const DoorQuestion *q)
{
	return !ours(q) && q->signature != DOOR_SIGNATURE_ELSEWHERE;
}

static gboolean
elsewhere(const DoorQuestion *q)
{
	return q->signature == DOOR_SIGNATURE_ELSEWHERE;
}

static gboolean
revoked(const DoorQuestion *q)
{
	return ours(q) && (q->entry == DOOR_ENTRY_REVOKED || q->entry == DOOR_ENTRY_CANCELLED);
}

static gboolean
leaving(const DoorQuestion *q)
{
	return ours(q) && q->leaving;
}

static gboolean
in_again(const DoorQuestion *q)
{
	return ours(q) && q->holder_in && !q->session_once;
}

static gboolean
in_once(const DoorQuestion *q)
{
	return ours(q) && q->holder_in && q->session_once;
}

static gboolean
gone(const DoorQuestion *q)
{
	return ours(q) && absent(q) && q->ticket_minute < LIMIT_MINUTE;
}

static gboolean
spare(const DoorQuestion *q)
{
	return ours(q) && q->ticket_class == TICKET_SPARE;
}

static gboolean
new_ticket(const DoorQuestion *q)
{
	return ours(q) && absent(q) && q->ticket_minute >= LIMIT_MINUTE && !q->session_listed;
}

static gboolean
welcome(const DoorQuestion *q)
{
	return ours(q) && (q->entry == DOOR_ENTRY_BOOKED || !q->session_listed);
}

static gboolean
not_on_the_list(const DoorQuestion *q)
{
	return ours(q) && q->session_listed && q->entry != DOOR_ENTRY_BOOKED;
}

static gboolean
supervisor_admits(const DoorQuestion *q)
{
	return not_on_the_list(q) && q->override;
}

/* In the order of the design's table. */
static const struct {
	gboolean (*holds)(const DoorQuestion *question);
	DoorRow row;
	DoorDecision decision;
	DoorShown shown;
} table[] = {
	{ not_ours, DOOR_ROW_SIGNATURE, DOOR_REJECT_SIGNATURE, DOOR_SHOWN_RED },
	{ elsewhere, DOOR_ROW_ELSEWHERE, DOOR_REJECT_ELSEWHERE, DOOR_SHOWN_RED },
	{ revoked, DOOR_ROW_REVOKED, DOOR_REJECT_REVOKED, DOOR_SHOWN_RED },
	{ leaving, DOOR_ROW_LEAVING, DOOR_LEAVE, DOOR_SHOWN_BLUE },
	{ in_again, DOOR_ROW_AGAIN, DOOR_AGAIN, DOOR_SHOWN_GREEN },
	{ in_once, DOOR_ROW_USED, DOOR_REJECT_USED, DOOR_SHOWN_RED },
	{ gone, DOOR_ROW_GONE, DOOR_REJECT_REVOKED, DOOR_SHOWN_RED },
	{ spare, DOOR_ROW_SPARE, DOOR_ADMIT, DOOR_SHOWN_GREEN },
	{ new_ticket, DOOR_ROW_NEW, DOOR_ADMIT_PROVISIONAL, DOOR_SHOWN_AMBER },
	{ welcome, DOOR_ROW_WELCOME, DOOR_ADMIT, DOOR_SHOWN_GREEN },
	{ supervisor_admits, DOOR_ROW_OVERRIDE, DOOR_ADMIT_OVERRIDE, DOOR_SHOWN_AMBER },
	{ not_on_the_list, DOOR_ROW_NOT_LISTED, DOOR_REJECT_NOT_BOOKED, DOOR_SHOWN_AMBER },
};

static const guint8 signatures[] = { 0, 1, 2, 3, 255 };
static const guint8 entries[] = { 0, 1, 2, 3, 4, 5, 6, 255 };
static const guint8 classes[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 15 };
static const guint32 minutes[] = { 0, LIMIT_MINUTE - 1, LIMIT_MINUTE, LIMIT_MINUTE + 1,
	TICKET_MINUTE_MAX };

typedef void (*Visit)(const DoorQuestion *question, const DoorAnswer *answer, gpointer data);

/* The @i-th of all questions; every digit of @i, in mixed bases, is one thing that they ask. */
static DoorQuestion
question_of(guint i)
{
	guint bits = i % 128, minute = i / 128;
	guint class = minute / G_N_ELEMENTS(minutes), entry = class / G_N_ELEMENTS(classes);

	return (DoorQuestion){
		.signature = signatures[entry / G_N_ELEMENTS(entries)],
		.entry = entries[entry % G_N_ELEMENTS(entries)],
		.ticket_class = classes[class % G_N_ELEMENTS(classes)],
		.ticket_minute = minutes[minute % G_N_ELEMENTS(minutes)],
		.holder_in = bits & 1,
		.session_listed = bits >> 1 & 1,
		.session_once = bits >> 2 & 1,
		.leaving = bits >> 3 & 1,
		.override = bits >> 4 & 1,
		.spare_region = bits >> 5 & 1 ? 7 : 0,
		.first_at_ms = bits >> 6 & 1 ? 500 : 0,
		.key_created = KEY_CREATED,
		.manifest_issued = MANIFEST_ISSUED,
		.now_ms = 1000 + bits,
	};
}

/* Asks every question: 5 × 8 × 10 × 5 × 2^7 of them. */
static void
ask_all(Visit visit, gpointer data)
{
	const guint n = 128 * G_N_ELEMENTS(minutes) * G_N_ELEMENTS(classes) *
	        G_N_ELEMENTS(entries) * G_N_ELEMENTS(signatures);

	for (guint i = 0; i < n; i++) {
		DoorQuestion question = question_of(i);
		DoorAnswer answer;
		memset(&answer, 0xaa, sizeof answer);
		door_decide(&question, &answer);
		visit(&question, &answer, data);
	}
}

static void
check_against_table(const DoorQuestion *q, const DoorAnswer *a, gpointer data)
{
	guint *counts = data;
	guint i = 0;

	while (i < G_N_ELEMENTS(table) && !table[i].holds(q))
		i++;
	g_assert_cmpuint(i, <, G_N_ELEMENTS(table));
	g_assert_cmpint(a->row, ==, table[i].row);
	g_assert_cmpint(a->decision, ==, table[i].decision);
	g_assert_cmpint(a->shown, ==, table[i].shown);
	g_assert_cmpint(door_decision_shown(a->decision), ==, a->shown);
	counts[a->row]++;
}

static void
every_row_of_the_table_is_reached(void)
{
	guint counts[DOOR_ROWS] = { 0 };

	ask_all(check_against_table, counts);
	for (guint row = 0; row < DOOR_ROWS; row++) {
		g_test_message("row %u: %u inputs", row, counts[row]);
		g_assert_cmpuint(counts[row], >, 0);
	}
}

static void
count_contests(const DoorQuestion *q, const DoorAnswer *a, gpointer data)
{
	guint(*contests)[DOOR_ROWS] = data;

	for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
		if (table[i].row == a->row)
			continue;
		if (table[i].holds(q))
			contests[a->row][table[i].row]++;
	}
}

/* Where two rows both hold for some input, only ever the earlier one is answered. */
static void
an_earlier_row_wins_over_a_later_one(void)
{
	guint contests[DOOR_ROWS][DOOR_ROWS] = { 0 };
	guint contested = 0;

	ask_all(count_contests, contests);
	for (guint i = 0; i < G_N_ELEMENTS(table); i++)
		for (guint j = i + 1; j < G_N_ELEMENTS(table); j++) {
			g_assert_cmpuint(contests[table[j].row][table[i].row], ==, 0);
			contested += contests[table[i].row][table[j].row] > 0;
		}
	/* the order matters for many pairs: revoked before leaving, in before gone, spare before new … */
	g_assert_cmpuint(contested, >, 20);
	g_assert_cmpuint(contests[DOOR_ROW_REVOKED][DOOR_ROW_LEAVING], >, 0);
	g_assert_cmpuint(contests[DOOR_ROW_LEAVING][DOOR_ROW_USED], >, 0);
	g_assert_cmpuint(contests[DOOR_ROW_AGAIN][DOOR_ROW_GONE], >, 0);
	g_assert_cmpuint(contests[DOOR_ROW_GONE][DOOR_ROW_SPARE], >, 0);
	g_assert_cmpuint(contests[DOOR_ROW_SPARE][DOOR_ROW_NEW], >, 0);
	g_assert_cmpuint(contests[DOOR_ROW_NEW][DOOR_ROW_WELCOME], >, 0);
	g_assert_cmpuint(contests[DOOR_ROW_OVERRIDE][DOOR_ROW_NOT_LISTED], >, 0);
}

static void
check_carried(const DoorQuestion *q, const DoorAnswer *a, gpointer data)
{
	gboolean was_in = a->decision == DOOR_AGAIN || a->decision == DOOR_REJECT_USED;

	g_assert_cmpint(a->now_ms, ==, q->now_ms);
	g_assert_cmpint(a->first_at_ms, ==, was_in ? q->first_at_ms : 0);
	g_assert_cmpint(a->practice, ==, ours(q) && q->ticket_class == TICKET_PRACTICE);
	g_assert_cmpint(a->ask_region, ==, a->row == DOOR_ROW_SPARE && q->spare_region == 0);
}

static void
an_answer_says_since_when_a_guest_is_in(void)
{
	ask_all(check_carried, NULL);
}

static void
check_clock(const DoorQuestion *q, const DoorAnswer *a, gpointer data)
{
	static const gint64 clocks[] = { 0, -1, G_MAXINT64, G_MININT64, 1800000000000 };

	for (guint i = 0; i < G_N_ELEMENTS(clocks); i++) {
		DoorQuestion other = *q;
		DoorAnswer answer;
		other.now_ms = clocks[i];
		door_decide(&other, &answer);
		g_assert_cmpint(answer.row, ==, a->row);
		g_assert_cmpint(answer.decision, ==, a->decision);
	}
}

static void
no_clock_changes_an_answer(void)
{
	ask_all(check_clock, NULL);
}

static void
times_at_the_end_of_the_scale_do_no_harm(void)
{
	static const gint64 ends[] = { G_MININT64, G_MININT64 + 1, 0, G_MAXINT64 - 1, G_MAXINT64 };

	for (guint k = 0; k < G_N_ELEMENTS(ends); k++)
		for (guint m = 0; m < G_N_ELEMENTS(ends); m++) {
			DoorQuestion question = {
				.signature = DOOR_SIGNATURE_HOLDS,
				.entry = DOOR_ENTRY_ABSENT,
				.ticket_minute = G_MAXUINT32,
				.key_created = ends[k],
				.manifest_issued = ends[m],
			};
			/* exact, in floating point wide enough for the comparison at these ends */
			gboolean before = (long double)ends[k] + (long double)G_MAXUINT32 * 60 <
			        (long double)ends[m] - DOOR_MANIFEST_SLACK_S;
			DoorAnswer answer;
			door_decide(&question, &answer);
			g_assert_cmpint(answer.row, ==, before ? DOOR_ROW_GONE : DOOR_ROW_NEW);
		}
}

static void
every_word_of_the_log_has_a_name(void)
{
	static const char *const admitting[] = { "admit", "again", "admit_provisional",
		"admit_override" };
	guint admits = 0;

	for (guint8 decision = 0; decision < DOOR_DECISIONS; decision++) {
		const char *name = door_decision_name(decision);
		g_assert_nonnull(name);
		for (guint8 other = 0; other < decision; other++)
			g_assert_cmpstr(name, !=, door_decision_name(other));
		gboolean expected = FALSE;
		for (guint i = 0; i < G_N_ELEMENTS(admitting); i++)
			expected |= strcmp(name, admitting[i]) == 0;
		g_assert_cmpint(!!door_decision_admits(decision), ==, expected);
		admits += expected;
	}
	g_assert_cmpuint(admits, ==, G_N_ELEMENTS(admitting));
	g_assert_null(door_decision_name(DOOR_DECISIONS));
	g_assert_null(door_decision_name(255));
	g_assert_cmpstr(door_shown_name(DOOR_SHOWN_GREEN), ==, "green");
	g_assert_cmpstr(door_shown_name(DOOR_SHOWN_AMBER), ==, "amber");
	g_assert_cmpstr(door_shown_name(DOOR_SHOWN_RED), ==, "red");
	g_assert_cmpstr(door_shown_name(DOOR_SHOWN_BLUE), ==, "blue");
	g_assert_null(door_shown_name(4));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func(
	        "/door/every_row_of_the_table_is_reached", every_row_of_the_table_is_reached);
	g_test_add_func(
	        "/door/an_earlier_row_wins_over_a_later_one", an_earlier_row_wins_over_a_later_one);
	g_test_add_func("/door/an_answer_says_since_when_a_guest_is_in",
	        an_answer_says_since_when_a_guest_is_in);
	g_test_add_func("/door/no_clock_changes_an_answer", no_clock_changes_an_answer);
	g_test_add_func("/door/times_at_the_end_of_the_scale_do_no_harm",
	        times_at_the_end_of_the_scale_do_no_harm);
	g_test_add_func("/door/every_word_of_the_log_has_a_name", every_word_of_the_log_has_a_name);
	return g_test_run();
}
