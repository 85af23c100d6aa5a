/* What `turnout schema verify` finds, and what it leaves alone. */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "schema/definition.h"
#include "schema/roster.h"
#include "schema/scan.h"
#include "schema/verify.h"
#include "tests/fixtures/engine.h"

static const char definition[] =
        "{ 'slug': 'day', 'zone': 'America/Los_Angeles', 'title': {'en': 'Day'},"
        " 'text': {}, 'contact': 'hello@example.org', 'starts': '2027-04-06T08:00',"
        " 'ends': '2027-04-07T20:00',"
        " 'registration': {'opens': '2026-10-01T00:00', 'closes': '2027-04-06T00:00'},"
        " 'retention': {'logistics_days': 7, 'identity_days': 30},"
        " 'regions': [{'code': 'bay', 'name': {'en': 'Bay'}, 'counties': []}],"
        " 'sessions': ["
        "  {'code': 'action', 'kind': 'day', 'title': {'en': 'Action'}, 'place': {'en': 'Capitol'},"
        "   'starts': '2027-04-07T08:00', 'ends': '2027-04-07T16:00', 'door': 'open',"
        "   'reentry': 'again', 'capacity': 9, 'checkpoints': [{'name': 'A'}, {'name': 'B'}]},"
        "  {'code': 'bus', 'kind': 'bus', 'title': {'en': 'Bus'}, 'place': {'en': 'Oakland'},"
        "   'starts': '2027-04-07T05:00', 'ends': '2027-04-07T08:00', 'door': 'listed',"
        "   'reentry': 'once', 'capacity': 5, 'checkpoints': [{'name': 'Bus'}], 'stops': ["
        "   {'no': 1, 'place': {'en': 'Oakland'}, 'departs': '2027-04-07T05:00', 'capacity': 5}]}],"
        " 'options': ["
        "  {'code': 'travel', 'title': {'en': 'Travel'}, 'includes': ['action'], 'capacity': 4,"
        "   'choose': [{'code': 'bus', 'of': ['bus'], 'min': 1, 'max': 1}]},"
        "  {'code': 'general', 'title': {'en': 'General'}, 'includes': ['action']}],"
        " 'delegations': [], 'questions': [], 'links': [] }";

#define ROSTER "name,region,option\nAna,bay,travel\nBen,bay,travel\nEva,bay,general\n"
#define PHONE  11 /* device ids */
#define LAPTOP 12 /* a supervisor's */

static Event *
prepare(Engine *engine)
{
	g_autoptr(GPtrArray) faults = faults_new();
	g_autoptr(GError) error = NULL;
	g_autofree char *json = g_strdelimit(g_strdup(definition), "'", '"');
	DefinitionStored stored;
	g_autoptr(Event) event = definition_parse(json, strlen(json), NULL, faults);
	faults_none(faults, "definition", &error);
	g_assert_no_error(error);
	Record *record = engine_record(engine);
	definition_store(record, event, ENGINE_NOW, &stored, &error);
	g_assert_no_error(error);
	FILE *file = fmemopen((void *)ROSTER, strlen(ROSTER), "r");
	json_t *asked = roster_parse(file, "list.csv", &error);
	fclose(file);
	json_object_set_new(asked, "event", json_string("day"));
	json_decref(roster_import(record, asked, ENGINE_NOW, &error));
	json_decref(asked);
	g_assert_no_error(error);
	engine_must(engine,
	        "INSERT INTO device (id, event, name, role, expires)"
	        " SELECT 11, id, 'Door', 'scan', ends FROM event");
	engine_must(engine,
	        "INSERT INTO device (id, event, name, role, expires)"
	        " SELECT 12, id, 'Desk', 'supervisor', ends FROM event");
	return event_read(engine_reader(engine), "day", &error);
}

/* ---- the log, as the door writes it ---- */

typedef struct {
	const Event *event;
	VaultEvent *keys;
	ScanRow row;
	gint64 attendee; /* 0: nobody is put in */
} Line;

static gboolean
line_work(Db *db, gpointer data, GError **error)
{
	Line *line = data;
	gboolean new, first;
	if (!scan_raise_version(db, line->event, &line->row.arrival, error) ||
	        !scan_add(db, line->event, line->keys, &line->row, &new, error))
		return FALSE;
	g_assert_true(new);
	return line->attendee == 0 ||
	        presence_take(db, line->event, line->attendee, &line->row, &first, error);
}

static gint64
holder(Engine *engine, int no)
{
	g_autofree char *sql = g_strdup_printf("SELECT id FROM attendee WHERE no = %d", no);
	return engine_ask(engine, sql);
}

static gint64
mark(Engine *engine, int no)
{
	g_autofree char *sql = g_strdup_printf("SELECT mark FROM attendee WHERE no = %d", no);
	return engine_ask(engine, sql);
}

/* A scan of person @no's ticket at the first session; @in puts them in by it. */
static ScanRow
scan(Engine *engine, int no, gint64 seq, guint8 rev, const char *decision)
{
	return (ScanRow){ .device = PHONE,
		.epoch = -5,
		.seq = seq,
		.rev = rev,
		.session_no = 1,
		.checkpoint_no = 1,
		.has_mark = TRUE,
		.mark = mark(engine, no),
		.decision = decision,
		.wall = 1000 * seq,
		.skew = 7 };
}

static void
add(Engine *engine, const Event *event, ScanRow row, int in)
{
	g_autoptr(GError) error = NULL;
	Record *record = engine_record(engine);
	Line line = { .event = event,
		.row = row,
		.attendee = in ? holder(engine, in) : 0,
		.keys = vault_event(record_vault(record), event->id, &error) };
	writer_run(record_writer(record), line_work, &line, &error);
	g_assert_no_error(error);
}

/* ---- what is found ---- */

static GPtrArray *
verify(Engine *engine, VerifyCounts *ret_counts)
{
	g_autoptr(GError) error = NULL;
	GPtrArray *found = faults_new();
	verify_record(engine_record(engine), found, ret_counts, &error);
	g_assert_no_error(error);
	return found;
}

static void
all_holds(Engine *engine)
{
	VerifyCounts counts;
	g_autoptr(GPtrArray) found = verify(engine, &counts);
	if (found->len > 0) {
		const Fault *fault = g_ptr_array_index(found, 0);
		g_error("%s: %s", fault->where, fault->what);
	}
}

/* One thing is found, at a place that has @where in it, and @what is said of it. */
static void
finds(Engine *engine, const char *where, const char *what)
{
	VerifyCounts counts;
	g_autoptr(GPtrArray) found = verify(engine, &counts);
	g_assert_cmpuint(found->len, ==, 1);
	const Fault *fault = g_ptr_array_index(found, 0);
	if (strstr(fault->where, where) == NULL || strstr(fault->what, what) == NULL)
		g_error("%s: %s", fault->where, fault->what);
}

static void
a_sound_record_holds(Engine *engine, gconstpointer data)
{
	VerifyCounts counts;
	g_autoptr(Event) event = prepare(engine);
	add(engine, event, scan(engine, 1, 1, 0, "admit"), 1);
	add(engine, event, scan(engine, 2, 2, 0, "admit"), 2);
	add(engine, event, scan(engine, 1, 3, 0, "again"), 0);
	g_autoptr(GPtrArray) found = verify(engine, &counts);
	g_assert_cmpuint(found->len, ==, 0);
	g_assert_cmpint(counts.events, ==, 1);
	g_assert_cmpint(counts.sealed, ==, 6);
	g_assert_cmpint(counts.scans, ==, 3);
	g_assert_cmpint(counts.presences, ==, 2);
	g_assert_cmpint(counts.counts, ==, 4);
}

static gboolean
flip_work(Db *db, gpointer data, GError **error)
{
	gint64 *owner = data;
	g_autofree guint8 *value = NULL;
	gsize length;
	{
		g_autoptr(DbRows) rows =
		        db_query(db, "SELECT value FROM sealed WHERE owner = $1 AND class = 1",
		                DB_ARGS(db_int(*owner)), error);
		g_assert_cmpint(db_next(rows, error), ==, DB_ROW);
		gconstpointer bytes = db_column_bytes(rows, 0, &length);
		value = g_memdup2(bytes, length);
	}
	value[length - 1] ^= 1;
	return db_run(db, "UPDATE sealed SET value = $2 WHERE owner = $1 AND class = 1",
	        DB_ARGS(db_int(*owner), db_bytes(value, length)), NULL, error);
}

static void
a_changed_sealed_value_is_found(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Event) event = prepare(engine);
	gint64 ben = holder(engine, 2);
	g_autofree char *where =
	        g_strdup_printf("attendee %016" G_GINT64_MODIFIER "x, class logistics", ben);
	writer_run(record_writer(engine_record(engine)), flip_work, &ben, &error);
	g_assert_no_error(error);
	finds(engine, where, "was changed");
}

static void
sealed_values_that_changed_places_are_found(Engine *engine, gconstpointer data)
{
	VerifyCounts counts;
	g_autoptr(Event) event = prepare(engine);
	engine_must(engine,
	        "UPDATE sealed SET owner = (SELECT id FROM attendee WHERE no = 1) + 100"
	        " WHERE class = 0 AND owner = (SELECT id FROM attendee WHERE no = 1)");
	g_autoptr(GPtrArray) found = verify(engine, &counts);
	g_assert_cmpuint(found->len, ==, 2); /* one belongs to nobody, and Ana has none */
	engine_must(engine,
	        "UPDATE sealed SET owner = owner - 100 WHERE class = 0 AND owner ="
	        " (SELECT id FROM attendee WHERE no = 1) + 100");
	all_holds(engine);
	engine_must(engine,
	        "UPDATE sealed SET value = (SELECT s.value FROM sealed s"
	        " JOIN attendee a ON a.id = s.owner WHERE a.no = 2 AND s.class = 0)"
	        " WHERE class = 0 AND owner = (SELECT id FROM attendee WHERE no = 1)");
	finds(engine, "class identity", "another person");
}

static void
a_changed_presence_is_found(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = prepare(engine);
	add(engine, event, scan(engine, 1, 1, 0, "admit"), 1);
	g_autofree char *where = g_strdup_printf("presence of attendee %016" G_GINT64_MODIFIER
	                                         "x at session 1 of event day",
	        holder(engine, 1));
	engine_must(engine, "UPDATE presence SET first_at = first_at - 1");
	finds(engine, where, "is not by the line");
	engine_must(engine, "UPDATE presence SET first_at = first_at + 1, checkpoint_no = 2");
	finds(engine, where, "is not by the line");
	engine_must(engine, "DELETE FROM presence");
	finds(engine, where, "is missing");
}

static void
a_presence_that_nobody_scanned_is_found(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = prepare(engine);
	engine_must(engine,
	        "INSERT INTO presence (event, session_no, attendee, first_at, checkpoint_no, "
	        "device,"
	        " epoch, seq, version) SELECT event, 1, id, 1, 1, 11, 1, 1, 1 FROM attendee"
	        " WHERE no = 3");
	finds(engine, "presence of attendee", "has no admitting line");
}

static void
a_changed_line_of_the_log_is_found(Engine *engine, gconstpointer data)
{
	static const char *const changes[][2] = {
		{ "UPDATE scan SET wall = wall + 1 WHERE seq = 2",
		        "UPDATE scan SET wall = wall - 1 WHERE seq = 2" },
		{ "UPDATE scan SET mark = mark - 1 WHERE seq = 2",
		        "UPDATE scan SET mark = mark + 1 WHERE seq = 2" },
		{ "UPDATE scan SET decision = 'reject_revoked' WHERE seq = 2",
		        "UPDATE scan SET decision = 'reject_used' WHERE seq = 2" },
		{ "UPDATE scan SET reason = '' WHERE seq = 2",
		        "UPDATE scan SET reason = NULL WHERE seq = 2" },
		{ "UPDATE scan SET region_no = 1 WHERE seq = 2",
		        "UPDATE scan SET region_no = NULL WHERE seq = 2" },
		{ "UPDATE scan SET check_value = check_value + 1 WHERE seq = 2",
		        "UPDATE scan SET check_value = check_value - 1 WHERE seq = 2" },
	};
	g_autoptr(Event) event = prepare(engine);
	add(engine, event, scan(engine, 1, 1, 0, "admit"), 1);
	add(engine, event, scan(engine, 1, 2, 0, "reject_used"), 0);
	all_holds(engine);
	for (guint i = 0; i < G_N_ELEMENTS(changes); i++) {
		engine_must(engine, changes[i][0]);
		finds(engine,
		        "scan log of event day, device 000000000000000b, epoch fffffffffffffffb,"
		        " seq 2, rev 0",
		        "was changed");
		engine_must(engine, changes[i][1]);
	}
	all_holds(engine);
}

static void
a_removed_line_of_the_log_is_found_by_its_presence(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = prepare(engine);
	add(engine, event, scan(engine, 1, 1, 0, "admit"), 1);
	engine_must(engine, "DELETE FROM scan");
	finds(engine, "presence of attendee", "has no admitting line");
}

static void
a_changed_migration_is_found(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = prepare(engine);
	engine_must(engine, "UPDATE schema_version SET checksum = 'x' WHERE no = 1");
	finds(engine, "schema_version", "0001");
}

static void
a_count_that_is_off_is_found(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = prepare(engine);
	engine_must(engine, "UPDATE option SET taken = taken + 1 WHERE code = 'travel'");
	finds(engine, "option travel of event day", "3 places are taken, and 2");
	engine_must(engine, "UPDATE option SET taken = taken - 1 WHERE code = 'travel'");
	engine_must(engine, "UPDATE session SET taken = taken - 1 WHERE code = 'action'");
	finds(engine, "session action of event day", "2 places are taken, and 3");
	engine_must(engine, "UPDATE session SET taken = taken + 1 WHERE code = 'action'");
	engine_must(engine, "UPDATE stop SET taken = 0");
	finds(engine, "stop bus/1 of event day", "0 places are taken, and 2");
}

static void
an_event_that_lost_its_keys_is_found(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = prepare(engine);
	char hex[2 * EVENT_ID_BYTES + 1];
	for (guint i = 0; i < EVENT_ID_BYTES; i++)
		g_snprintf(hex + 2 * i, 3, "%02x", event->id[i]);
	g_autofree char *folder =
	        g_build_filename(record_dir(engine_record(engine)), "keys", hex, NULL);
	g_autofree char *away = g_strconcat(folder, ".away", NULL);
	g_assert_cmpint(g_rename(folder, away), ==, 0);
	engine_close(engine);
	finds(engine, "keys of event day", "cannot read");
	g_assert_cmpint(g_rename(away, folder), ==, 0);
	engine_close(engine);
	all_holds(engine);
}

static void
a_destroyed_key_is_a_loss_before_the_end_only(Engine *engine, gconstpointer data)
{
	VerifyCounts counts;
	g_autoptr(Event) event = prepare(engine);
	char hex[2 * EVENT_ID_BYTES + 1];
	for (guint i = 0; i < EVENT_ID_BYTES; i++)
		g_snprintf(hex + 2 * i, 3, "%02x", event->id[i]);
	g_autofree char *key = g_build_filename(
	        record_dir(engine_record(engine)), "keys", hex, "identity-1", NULL);
	g_assert_cmpint(g_unlink(key), ==, 0);
	engine_close(engine);
	g_autoptr(GPtrArray) found = verify(engine, &counts);
	g_assert_cmpuint(found->len, ==, 3);
	engine_must(engine, "UPDATE event SET state = 'expired'");
	all_holds(engine);
}

/* ---- what the log says ---- */

static void
what_the_phone_showed_counts_for_more_than_what_it_was_told(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = prepare(engine);
	add(engine, event, scan(engine, 1, 1, 0, "admit"), 1);
	add(engine, event, scan(engine, 1, 1, 1, "interrupted"), 0);
	finds(engine, "presence of attendee", "has no admitting line");
	/* unless that was put in quarantine */
	engine_must(engine,
	        "INSERT INTO verdict (device, epoch, seq, rev, no, event, verdict,"
	        " reason, at) SELECT 11, -5, 1, 1, 0, id, 'quarantined', 'revoked', 0"
	        " FROM event");
	all_holds(engine);
	engine_must(engine,
	        "INSERT INTO verdict (device, epoch, seq, rev, no, event, verdict,"
	        " reason, who, at) SELECT 11, -5, 1, 1, 1, id, 'accepted', 'found',"
	        " 'Rosa', 0 FROM event");
	finds(engine, "presence of attendee", "has no admitting line");
}

static void
only_a_supervisor_takes_a_scan_back(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = prepare(engine);
	add(engine, event, scan(engine, 1, 1, 0, "admit"), 1);
	ScanRow back = { .device = PHONE,
		.epoch = 1,
		.seq = 1,
		.rev = 1,
		.session_no = 1,
		.checkpoint_no = 1,
		.decision = "void",
		.has_void = TRUE,
		.void_device = PHONE,
		.void_epoch = -5,
		.void_seq = 1 };
	add(engine, event, back, 0);
	all_holds(engine);
	back.device = LAPTOP;
	add(engine, event, back, 0);
	finds(engine, "presence of attendee", "has no admitting line");
}

static void
practice_puts_nobody_in(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = prepare(engine);
	ScanRow practice = scan(engine, 1, 1, 0, "admit");
	practice.reason = SCAN_REASON_PRACTICE;
	add(engine, event, practice, 0);
	all_holds(engine);
	add(engine, event, scan(engine, 1, 2, 0, "admit"), 0);
	finds(engine, "presence of attendee", "is missing");
}

static void
the_first_is_the_earliest_by_corrected_time(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = prepare(engine);
	ScanRow early = scan(engine, 1, 9, 1, "admit");
	early.wall = 10;
	early.skew = 0;
	add(engine, event, scan(engine, 1, 1, 1, "again"), 0);
	add(engine, event, early, 1);
	add(engine, event, scan(engine, 1, 2, 1, "again"), 0);
	all_holds(engine);
	early.epoch = 5; /* smaller than -5, as unsigned numbers are */
	add(engine, event, early, 0);
	finds(engine, "presence of attendee", "is not by the line");
}

static void
a_merged_person_is_in_by_either_ticket(Engine *engine, gconstpointer data)
{
	g_autoptr(Event) event = prepare(engine);
	engine_must(engine,
	        "UPDATE attendee SET merged_into = (SELECT id FROM attendee WHERE no = 1)"
	        " WHERE no = 3");
	engine_must(engine, "UPDATE session SET taken = taken - 1 WHERE code = 'action'");
	add(engine, event, scan(engine, 3, 1, 0, "admit"), 1);
	all_holds(engine);
}

/* ---- the command ---- */

/* Runs `turnout schema verify` on the test's folder; what it prints, and its exit status. */
static char *
command(Engine *engine, int *ret_status)
{
	const char *url = engine->engine == DB_POSTGRES ? engine->url : NULL;
	char *argv[] = { (char *)"schema verify", (char *)"--data", (char *)engine->place.dir,
		url ? (char *)"--database" : NULL, (char *)url, NULL };
	char *printed = NULL;
	g_autofree char *path = g_build_filename(engine->dir, "printed", NULL);
	engine_close(engine);
	fflush(stdout);
	int kept = dup(STDOUT_FILENO);
	int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	g_assert_cmpint(dup2(file, STDOUT_FILENO), >=, 0);
	*ret_status = verify_command((int)g_strv_length(argv), argv);
	fflush(stdout);
	g_assert_cmpint(dup2(kept, STDOUT_FILENO), >=, 0);
	close(kept);
	close(file);
	g_assert_true(g_file_get_contents(path, &printed, NULL, NULL));
	return printed;
}

static void
the_command_names_each_tampering(Engine *engine, gconstpointer data)
{
	static const char *const tamperings[][3] = {
		{ "UPDATE sealed SET value = (SELECT s.value FROM sealed s JOIN attendee a ON a.id "
		  "="
		  " s.owner WHERE a.no = 2 AND s.class = 1) WHERE class = 1 AND owner ="
		  " (SELECT id FROM attendee WHERE no = 3)",
		        "sealed value of attendee ", "class logistics: " },
		{ "UPDATE presence SET first_at = 1", "presence of attendee ",
		        "session 1 of event day: " },
		{ "UPDATE scan SET skew = skew + 1 WHERE seq = 2", "scan log of event day, ",
		        "seq 2, rev 0: " },
		{ "UPDATE schema_version SET checksum = 'x'", "0001.sql", "checksum" },
	};
	int status;
	g_autoptr(Event) event = prepare(engine);
	add(engine, event, scan(engine, 1, 1, 0, "admit"), 1);
	add(engine, event, scan(engine, 1, 2, 0, "reject_used"), 0);
	g_autofree char *sound = command(engine, &status);
	g_assert_cmpstr(sound, ==,
	        "all holds: events 1, sealed values 6, scans 2, presences 1, counts 4, audit lines "
	        "0\n");
	g_assert_cmpint(status, ==, 0);
	for (guint i = 0; i < G_N_ELEMENTS(tamperings); i++) {
		engine_must(engine, tamperings[i][0]);
		g_autofree char *told = command(engine, &status);
		g_assert_cmpint(status, ==, EXIT_STATUS_NO);
		g_assert_nonnull(strstr(told, tamperings[i][1]));
		g_assert_nonnull(strstr(told, tamperings[i][2]));
		g_assert_null(strstr(told, "Ana"));
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	engine_add_test("verify/a_sound_record_holds", a_sound_record_holds);
	engine_add_test("verify/a_changed_sealed_value_is_found", a_changed_sealed_value_is_found);
	engine_add_test("verify/sealed_values_that_changed_places_are_found",
	        sealed_values_that_changed_places_are_found);
	engine_add_test("verify/a_changed_presence_is_found", a_changed_presence_is_found);
	engine_add_test("verify/a_presence_that_nobody_scanned_is_found",
	        a_presence_that_nobody_scanned_is_found);
	engine_add_test(
	        "verify/a_changed_line_of_the_log_is_found", a_changed_line_of_the_log_is_found);
	engine_add_test("verify/a_removed_line_of_the_log_is_found_by_its_presence",
	        a_removed_line_of_the_log_is_found_by_its_presence);
	engine_add_test("verify/a_changed_migration_is_found", a_changed_migration_is_found);
	engine_add_test("verify/a_count_that_is_off_is_found", a_count_that_is_off_is_found);
	engine_add_test("verify/an_event_that_lost_its_keys_is_found",
	        an_event_that_lost_its_keys_is_found);
	engine_add_test("verify/a_destroyed_key_is_a_loss_before_the_end_only",
	        a_destroyed_key_is_a_loss_before_the_end_only);
	engine_add_test("verify/what_the_phone_showed_counts_for_more_than_what_it_was_told",
	        what_the_phone_showed_counts_for_more_than_what_it_was_told);
	engine_add_test(
	        "verify/only_a_supervisor_takes_a_scan_back", only_a_supervisor_takes_a_scan_back);
	engine_add_test("verify/practice_puts_nobody_in", practice_puts_nobody_in);
	engine_add_test("verify/the_first_is_the_earliest_by_corrected_time",
	        the_first_is_the_earliest_by_corrected_time);
	engine_add_test("verify/a_merged_person_is_in_by_either_ticket",
	        a_merged_person_is_in_by_either_ticket);
	engine_add_test(
	        "verify/the_command_names_each_tampering", the_command_names_each_tampering);
	return engine_run();
}
