/* What the scan log means, and which verdict the server gives. */
#include <glib.h>
#include <string.h>

#include "checkin/log.h"
#include "checkin/log_rows.h"

#define MARK G_GUINT64_CONSTANT(0xfedcba9876543210)

/* A record of device 7 in its epoch 9. */
static LogRecord
record(guint64 seq, guint8 rev, guint8 decision)
{
	return (LogRecord){ .device = 7,
		.epoch = 9,
		.seq = seq,
		.rev = rev,
		.decision = decision,
		.has_mark = 1,
		.mark = MARK,
		.session = 2,
		.checkpoint = 3,
		.wall = 1000 * (gint64)seq };
}

static LogEntry
taken(LogRecord of)
{
	return (LogEntry){ .record = of, .accepted = 1 };
}

static LogEntry
voiding(guint64 seq, guint64 what, guint8 reason)
{
	LogRecord of = record(seq, 1, DOOR_VOID);

	of.device = 8;
	of.has_void = 1;
	of.void_device = 7;
	of.void_epoch = 9;
	of.void_seq = what;
	of.reason = reason;
	return (LogEntry){ .record = of, .accepted = 1, .by_supervisor = 1 };
}

static LogPresence
derived(const LogEntry *entries, guint n)
{
	LogPresence ret;

	memset(&ret, 0xaa, sizeof ret);
	log_derive(entries, n, &ret);
	return ret;
}

/* ---- what a set of records means ---- */

static void
somebody_scanned_is_present(void)
{
	LogEntry entries[] = { taken(record(1, 1, DOOR_ADMIT)) };
	LogPresence presence = derived(entries, 1);

	g_assert_cmpint(presence.present, ==, 1);
	g_assert_cmpint(presence.first_at, ==, 1000);
	g_assert_cmpint((gint64)presence.seq, ==, 1);
	g_assert_cmpint(presence.checkpoint, ==, 3);
	g_assert_cmpint(derived(entries, 0).present, ==, 0);
}

static void
only_admitting_words_let_anybody_in(void)
{
	for (guint8 decision = 0; decision < DOOR_DECISIONS; decision++) {
		LogEntry entry = taken(record(1, 1, decision));
		gboolean admits = decision == DOOR_ADMIT || decision == DOOR_AGAIN ||
		        decision == DOOR_ADMIT_PROVISIONAL || decision == DOOR_ADMIT_OVERRIDE;
		g_assert_cmpint(derived(&entry, 1).present, ==, admits);
	}
}

static void
practice_and_rehearsal_let_nobody_in(void)
{
	for (guint8 reason = 0; reason < LOG_REASONS; reason++) {
		LogEntry entry = taken(record(1, 1, DOOR_ADMIT));
		entry.record.reason = reason;
		g_assert_cmpint(derived(&entry, 1).present, ==,
		        reason != LOG_REASON_PRACTICE && reason != LOG_REASON_REHEARSAL);
	}
}

static void
what_the_phone_showed_overrules_the_servers_answer(void)
{
	LogEntry in[] = { taken(record(1, 0, DOOR_REJECT_USED)), taken(record(1, 1, DOOR_ADMIT)) };
	LogEntry out[] = { taken(record(1, 0, DOOR_ADMIT)),
		taken(record(1, 1, DOOR_REJECT_NOT_BOOKED)) };
	LogEntry gone[] = { taken(record(1, 0, DOOR_ADMIT)),
		taken(record(1, 1, DOOR_INTERRUPTED)) };

	g_assert_cmpint(derived(in, 2).present, ==, 1);
	g_assert_cmpint(derived(in, 2).records, ==, 1);
	g_assert_cmpint(derived(out, 2).present, ==, 0);
	g_assert_cmpint(derived(gone, 2).present, ==, 0);
	/* one in quarantine overrules nothing */
	out[1].accepted = 0;
	g_assert_cmpint(derived(out, 2).present, ==, 1);
}

static void
a_void_takes_all_revs_of_a_key_whenever_they_come(void)
{
	LogEntry entries[] = { voiding(1, 5, LOG_REASON_DOUBLE), taken(record(5, 0, DOOR_ADMIT)),
		taken(record(5, 1, DOOR_ADMIT)), taken(record(6, 1, DOOR_AGAIN)) };

	g_assert_cmpint(derived(entries, 2).present, ==, 0);
	g_assert_cmpint(derived(entries, 3).present, ==, 0);
	/* another scan of the person stands */
	g_assert_cmpint(derived(entries, 4).present, ==, 1);
	g_assert_cmpint((gint64)derived(entries, 4).seq, ==, 6);
	g_assert_false(log_counts(entries, 4, 2));
	g_assert_true(log_counts(entries, 4, 3));
}

static void
a_volunteers_void_counts_for_nothing(void)
{
	LogEntry entries[] = { voiding(1, 5, LOG_REASON_DOUBLE), taken(record(5, 1, DOOR_ADMIT)) };

	entries[0].by_supervisor = 0;
	g_assert_cmpint(derived(entries, 2).present, ==, 1);
	entries[0].by_supervisor = 1;
	entries[0].accepted = 0;
	g_assert_cmpint(derived(entries, 2).present, ==, 1);
}

static void
a_void_cant_be_voided(void)
{
	LogEntry entries[] = { taken(record(5, 1, DOOR_ADMIT)), voiding(1, 5, LOG_REASON_DOUBLE),
		voiding(2, 1, LOG_REASON_OTHER) };

	entries[2].record.void_device = 8; /* the first void */
	g_assert_cmpint(derived(entries, 3).present, ==, 0);
}

static void
a_trial_is_void_up_to_its_last_scan(void)
{
	LogEntry entries[] = { voiding(1, 5, LOG_REASON_TRIAL), taken(record(3, 1, DOOR_ADMIT)),
		taken(record(5, 1, DOOR_AGAIN)), taken(record(6, 1, DOOR_AGAIN)) };

	g_assert_cmpint(derived(entries, 3).present, ==, 0);
	g_assert_cmpint(derived(entries, 4).present, ==, 1);
	/* of that start of the phone only */
	entries[1].record.epoch = 10;
	g_assert_cmpint(derived(entries, 3).present, ==, 1);
}

static void
first_is_the_least_and_ids_are_unsigned(void)
{
	LogEntry entries[3] = { taken(record(1, 1, DOOR_ADMIT)), taken(record(2, 1, DOOR_ADMIT)),
		taken(record(3, 1, DOOR_ADMIT)) };

	for (guint i = 0; i < 3; i++)
		entries[i].record.wall = 500;
	entries[0].record.device = G_MAXUINT64; /* below 0 if it were signed */
	entries[1].record.device = 2;
	entries[2].record.device = G_GUINT64_CONSTANT(1) << 63;
	g_assert_cmpuint(derived(entries, 3).device, ==, 2);
	entries[0].record.skew = -1; /* the corrected time comes before the device */
	g_assert_cmpuint(derived(entries, 3).device, ==, G_MAXUINT64);
	for (guint i = 0; i < 3; i++) {
		entries[i].record.device = 1;
		entries[i].record.skew = 0;
	}
	entries[0].record.epoch = G_MAXUINT64;
	entries[1].record.epoch = 3;
	entries[2].record.epoch = 3;
	g_assert_cmpuint(derived(entries, 3).seq, ==, 2);
	/* a clock beyond all bounds stays at its end */
	entries[1].record.wall = G_MININT64;
	entries[1].record.skew = -1;
	g_assert_cmpint(derived(entries, 3).first_at, ==, G_MININT64);
	g_assert_cmpint(log_compare_first(&entries[0].record, &entries[0].record), ==, 0);
}

/* All orders of some records with both revs, voids, a repetition and one in quarantine. */
static void
no_order_changes_what_the_records_mean(void)
{
	LogEntry all[7] = { taken(record(1, 0, DOOR_ADMIT)), taken(record(1, 1, DOOR_REJECT_USED)),
		taken(record(2, 1, DOOR_ADMIT)), taken(record(2, 1, DOOR_ADMIT)),
		voiding(1, 3, LOG_REASON_DOUBLE), taken(record(3, 1, DOOR_AGAIN)),
		taken(record(4, 1, DOOR_ADMIT)) };
	guint at[7] = { 0 };
	all[6].accepted = 0;
	LogPresence once = derived(all, 7);
	guint orders = 1;

	g_assert_cmpint(once.present, ==, 1);
	g_assert_cmpuint(once.records, ==, 1);
	/* Heap's algorithm */
	for (guint i = 1; i < 7;) {
		if (at[i] >= i) {
			at[i++] = 0;
			continue;
		}
		guint from = i % 2 ? at[i] : 0;
		LogEntry other = all[from];
		all[from] = all[i];
		all[i] = other;
		LogPresence again = derived(all, 7);
		g_assert_cmpmem(&again, sizeof again, &once, sizeof once);
		orders++;
		at[i]++;
		i = 1;
	}
	g_assert_cmpuint(orders, ==, 5040);
}

static void
the_tally_is_the_sum_of_the_counts_that_stand(void)
{
	LogEntry entries[] = { taken(record(1, 1, DOOR_COUNT)), taken(record(2, 1, DOOR_COUNT)),
		voiding(1, 2, LOG_REASON_DOUBLE), taken(record(3, 1, DOOR_ADMIT)) };

	entries[0].record.count = 10;
	entries[1].record.count = 3;
	entries[3].record.count = 100;
	g_assert_cmpint(log_tally(entries, 4), ==, 10);
	g_assert_cmpint(log_tally(entries, 2), ==, 13);
}

/* ---- the verdict ---- */

static const LogFacts known = { .device_known = 1, .device_own = 1, .place_known = 1 };

static LogVerdict
judged(LogRecord of, LogFacts facts)
{
	return log_judge(&of, &facts);
}

static void
an_honest_record_is_accepted_and_a_repeated_one_known(void)
{
	LogRecord of = record(1, 1, DOOR_ADMIT), other = of;
	LogFacts facts = known;

	g_assert_cmpint(judged(of, facts), ==, LOG_ACCEPT);
	facts.same = &other;
	g_assert_cmpint(judged(of, facts), ==, LOG_REPEAT);
	facts.device_revoked = 1; /* what was taken is durable, whatever became of the device */
	g_assert_cmpint(judged(of, facts), ==, LOG_REPEAT);
	other.wall++;
	facts.device_revoked = 0;
	g_assert_cmpint(judged(of, facts), ==, LOG_QUARANTINE_CONFLICT);
}

static void
a_record_of_tomorrow_is_as_good_as_any(void)
{
	LogRecord of = record(1, 1, DOOR_ADMIT);

	of.wall = LOG_NUMBER_MAX;
	g_assert_cmpint(judged(of, known), ==, LOG_ACCEPT);
	of.wall = -LOG_NUMBER_MAX;
	g_assert_cmpint(judged(of, known), ==, LOG_ACCEPT);
}

static void
each_member_that_cant_be_is_garbled(void)
{
	LogRecord good = record(1, 1, DOOR_ADMIT), of[20];
	guint n = 0;

#define WITH(member, value) (of[n] = good, of[n++].member = (value))
	WITH(rev, 0); /* rev 0 is the server's */
	WITH(rev, 2);
	WITH(decision, DOOR_DECISIONS);
	WITH(reason, LOG_REASONS);
	WITH(seq, 0);
	WITH(seq, LOG_NUMBER_MAX + 1);
	WITH(wall, LOG_NUMBER_MAX + 1);
	WITH(mono, -LOG_NUMBER_MAX - 1);
	WITH(skew, G_MININT64);
	WITH(skew_error, -1);
	WITH(manifest_version, -1);
	WITH(has_mark, 0);
	WITH(has_mark, 2);
	WITH(has_void, 1);
	WITH(online, 2);
	WITH(count, 1);
	WITH(decision, DOOR_VOID);
	WITH(decision, DOOR_COUNT);
#undef WITH
	for (guint i = 0; i < n; i++)
		g_assert_cmpint(judged(of[i], known), ==, LOG_QUARANTINE_GARBLED);
	good.decision = DOOR_COUNT;
	good.count = LOG_COUNT_MAX;
	g_assert_cmpint(judged(good, known), ==, LOG_ACCEPT);
	good.count++;
	g_assert_cmpint(judged(good, known), ==, LOG_QUARANTINE_GARBLED);
}

static void
what_cant_be_placed_is_set_aside(void)
{
	LogRecord of = record(1, 1, DOOR_ADMIT);
	LogFacts facts = known;

	facts.place_known = 0;
	g_assert_cmpint(judged(of, facts), ==, LOG_QUARANTINE_PLACE);
	facts.device_own = 0;
	g_assert_cmpint(judged(of, facts), ==, LOG_QUARANTINE_DEVICE);
	facts = known;
	facts.device_known = 0;
	g_assert_cmpint(judged(of, facts), ==, LOG_QUARANTINE_DEVICE);
	facts = known;
	facts.device_revoked = 1;
	g_assert_cmpint(judged(of, facts), ==, LOG_QUARANTINE_REVOKED);
	/* voids and overrides are a supervisor's */
	of.decision = DOOR_ADMIT_OVERRIDE;
	g_assert_cmpint(judged(of, known), ==, LOG_QUARANTINE_ROLE);
	of = voiding(1, 5, LOG_REASON_DOUBLE).record;
	g_assert_cmpint(judged(of, known), ==, LOG_QUARANTINE_ROLE);
	facts = known;
	facts.device_supervisor = 1;
	g_assert_cmpint(judged(of, facts), ==, LOG_ACCEPT);
}

static void
two_revs_of_one_key_speak_of_one_scan(void)
{
	LogRecord of = record(1, 1, DOOR_REJECT_USED), other = record(1, 0, DOOR_ADMIT);
	LogFacts facts = known;

	facts.other = &other;
	g_assert_cmpint(judged(of, facts), ==, LOG_ACCEPT);
	other.mark++;
	g_assert_cmpint(judged(of, facts), ==, LOG_QUARANTINE_OTHER_REV);
	other.mark--;
	other.session++;
	g_assert_cmpint(judged(of, facts), ==, LOG_QUARANTINE_OTHER_REV);
}

static void
after_rev_1_the_server_writes_no_rev_0(void)
{
	LogRecord of = record(1, 0, DOOR_ADMIT), other = record(1, 1, DOOR_ADMIT);
	LogFacts facts = known;

	facts.from_server = 1;
	g_assert_cmpint(judged(of, facts), ==, LOG_ACCEPT);
	facts.other = &other;
	g_assert_cmpint(judged(of, facts), ==, LOG_LATE_REV_0);
}

static void
after_the_people_became_counts_nothing_is_counted(void)
{
	LogRecord of = record(1, 1, DOOR_ADMIT);
	LogFacts facts = known;

	facts.collapsed = 1;
	g_assert_cmpint(judged(of, facts), ==, LOG_LATE);
	facts.device_revoked = 1;
	g_assert_cmpint(judged(of, facts), ==, LOG_QUARANTINE_REVOKED);
}

static void
missing_numbers_are_told(void)
{
	static const guint64 seqs[] = { 2, 3, 7, 8, 10 };
	LogGap gaps[3] = { 0 };

	g_assert_cmpuint(log_gaps(seqs, 5, gaps, 2), ==, 3);
	g_assert_cmpuint(gaps[0].from, ==, 1);
	g_assert_cmpuint(gaps[0].to, ==, 1);
	g_assert_cmpuint(gaps[1].from, ==, 4);
	g_assert_cmpuint(gaps[1].to, ==, 6);
	g_assert_cmpuint(gaps[2].from, ==, 0); /* there was room for two */
	g_assert_cmpuint(log_gaps(seqs, 0, gaps, 3), ==, 0);
}

/* ---- words and rows ---- */

static void
every_word_has_a_name_of_its_own(void)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint8 i = 0; i < LOG_VERDICTS; i++)
		g_assert_true(g_hash_table_add(seen, (gpointer)log_verdict_name(i)));
	for (guint8 i = 1; i < LOG_REASONS; i++) {
		g_assert_true(g_hash_table_add(seen, (gpointer)log_reason_name(i)));
		g_assert_cmpint(log_reason_of(log_reason_name(i)), ==, i);
	}
	g_assert_null(log_verdict_name(LOG_VERDICTS));
	g_assert_null(log_reason_name(LOG_REASONS));
	g_assert_null(log_reason_name(LOG_REASON_NONE));
	g_assert_cmpint(log_reason_of(NULL), ==, LOG_REASON_NONE);
	g_assert_cmpint(log_reason_of("of_a_later_version"), ==, LOG_REASON_OTHER);
	g_assert_true(log_is_quarantine(LOG_QUARANTINE_ROLE));
	g_assert_false(log_is_quarantine(LOG_LATE));
	g_assert_false(log_is_quarantine(LOG_VERDICTS));
}

static void
a_record_comes_back_from_its_row_as_it_was(void)
{
	for (guint8 decision = 0; decision < DOOR_DECISIONS; decision++) {
		LogRecord of = record(G_GUINT64_CONSTANT(1) << 52, 1, decision), again;
		ScanRow row;
		of.device = G_MAXUINT64;
		of.reason = decision % LOG_REASONS;
		of.region = 65535;
		if (decision == DOOR_VOID) {
			of.has_void = 1;
			of.void_device = G_MAXUINT64 - 1;
			of.void_epoch = 1;
			of.void_seq = 2;
		}
		of.count = decision == DOOR_COUNT ? 10 : 0;
		of.online = decision % 2;
		g_assert_true(log_record_to_row(&of, &row));
		g_assert_true(log_record_of_row(&row, &again));
		g_assert_true(log_same_content(&of, &again));
	}
	ScanRow row = { .decision = "perhaps" };
	LogRecord of = { .decision = DOOR_DECISIONS };
	g_assert_false(log_record_of_row(&row, &of));
	g_assert_false(log_record_to_row(&of, &row));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define CASE(name) g_test_add_func("/log/" #name, name)
	CASE(somebody_scanned_is_present);
	CASE(only_admitting_words_let_anybody_in);
	CASE(practice_and_rehearsal_let_nobody_in);
	CASE(what_the_phone_showed_overrules_the_servers_answer);
	CASE(a_void_takes_all_revs_of_a_key_whenever_they_come);
	CASE(a_volunteers_void_counts_for_nothing);
	CASE(a_void_cant_be_voided);
	CASE(a_trial_is_void_up_to_its_last_scan);
	CASE(first_is_the_least_and_ids_are_unsigned);
	CASE(no_order_changes_what_the_records_mean);
	CASE(the_tally_is_the_sum_of_the_counts_that_stand);
	CASE(an_honest_record_is_accepted_and_a_repeated_one_known);
	CASE(a_record_of_tomorrow_is_as_good_as_any);
	CASE(each_member_that_cant_be_is_garbled);
	CASE(what_cant_be_placed_is_set_aside);
	CASE(two_revs_of_one_key_speak_of_one_scan);
	CASE(after_rev_1_the_server_writes_no_rev_0);
	CASE(after_the_people_became_counts_nothing_is_counted);
	CASE(missing_numbers_are_told);
	CASE(every_word_has_a_name_of_its_own);
	CASE(a_record_comes_back_from_its_row_as_it_was);
	return g_test_run();
}
