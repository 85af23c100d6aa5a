/*
 * Attendance and roster: who counts where, against people put into the tables one by one.
 */
#include <stdio.h>
#include <string.h>

#include "reports/report.h"
#include "schema/counts.h"
#include "schema/definition.h"
#include "schema/roster_rows.h"
#include "engine.h"

/* Two regions; a day, a lunch, a bus, a training, a shift. Numbers by place, from 1. */
enum { NORTH = 1, SOUTH = 2 };
enum { DAY = 1, LUNCH, BUS, TRAINING, SHIFT, SESSIONS_END };
enum { FULL = 1, PLAIN = 2 };

#define SESSION(code, kind, door, reentry)                                                         \
	"{\"code\":\"" code "\",\"kind\":\"" kind "\",\"title\":{\"en\":\"" code                   \
	"\"},\"starts\":\"2027-04-06T08:00\",\"ends\":\"2027-04-06T18:00\","                       \
	"\"place\":{\"en\":\"Hall\"},\"door\":\"" door "\",\"reentry\":\"" reentry                 \
	"\",\"checkpoints\":[{\"name\":\"" code " door\"}]}"

#define DEFINITION(slug)                                                                           \
	"{\"slug\":\"" slug "\",\"zone\":\"America/Los_Angeles\",\"title\":{\"en\":\"Day\"},"      \
	"\"text\":{},\"contact\":\"a@example.org\",\"starts\":\"2027-04-06T08:00\","               \
	"\"ends\":\"2027-04-06T18:00\","                                                           \
	"\"registration\":{\"opens\":\"2026-10-01T00:00\",\"closes\":\"2027-04-06T12:00\"},"       \
	"\"retention\":{\"logistics_days\":7,\"identity_days\":30},"                               \
	"\"regions\":[{\"code\":\"north\",\"name\":{\"en\":\"The North\"},\"counties\":[]},"       \
	"{\"code\":\"south\",\"name\":{\"en\":\"The South\"},\"counties\":[]}],"                   \
	"\"sessions\":[" SESSION("day", "day", "open", "again") "," SESSION(                       \
	        "lunch", "meal", "listed", "once") "," SESSION("bus", "bus", "listed",             \
	        "again") "," SESSION("training", "training", "open", "again") "," SESSION("shift", \
	        "shift", "listed", "again") "],"                                                   \
	                                    "\"options\":[{\"code\":\"full\",\"title\":{\"en\":"   \
	                                    "\"Full\"},\"includes\":[\"day\",\"lunch\"],"          \
	                                    "\"choose\":[{\"code\":\"bus\",\"of\":[\"bus\","       \
	                                    "\"training\"],\"min\":0,\"max\":2}]},"                \
	                                    "{\"code\":\"plain\",\"title\":{\"en\":\"Plain\"},"    \
	                                    "\"includes\":[\"day\"]}],"                            \
	                                    "\"delegations\":[{\"code\":\"RIVER\",\"name\":"       \
	                                    "\"River\",\"region\":\"north\"}],"                    \
	                                    "\"questions\":[],\"links\":[]}"

/* ---- people, as rows ---- */

typedef struct {
	const char *slug; /* NULL: "day" */
	guint16 region;
	guint16 option;           /* 0: none */
	const char *option_state; /* NULL: confirmed */
	const char *state;        /* NULL: active */
	int class;
	guint booked, waiting, came; /* bits 1 << session */
	const char *name;            /* NULL: nothing is sealed */
	int age_band;
	guint16 delegation;
} Somebody;

static gint64
id_of(guint no)
{
	return G_GINT64_CONSTANT(0x1000000000) + (gint64)no * 7;
}

static void
seal_name(Engine *engine, const char *slug, guint no, const char *name)
{
	g_autoptr(GError) error = NULL;
	Record *record = engine_record(engine);
	g_autoptr(Db) db = record_reader(record, &error);
	g_assert_no_error(error);
	g_assert_true(db_begin(db, &error));
	g_autoptr(Event) event = event_read(db, slug, &error);
	g_assert_no_error(error);
	db_rollback(db);
	VaultEvent *keys = vault_event(record_vault(record), event->id, &error);
	g_assert_no_error(error);
	g_autoptr(Person) person = person_new();
	person->name = g_strdup(name);
	g_autoptr(GBytes) value = person_seal(person, keys, SEALED_IDENTITY, id_of(no));
	g_autoptr(GString) hex = g_string_new(NULL);
	gsize length = 0;
	const guint8 *bytes = g_bytes_get_data(value, &length);
	for (gsize i = 0; i < length; i++)
		g_string_append_printf(hex, "%02x", bytes[i]);
	g_autofree char *sql = g_strdup_printf(engine->engine == DB_SQLITE
	                ? "INSERT INTO sealed (owner, class, expires, value)"
	                  " VALUES (%" G_GINT64_FORMAT ", 0, 0, x'%s')"
	                : "INSERT INTO sealed (owner, class, expires, value)"
	                  " VALUES (%" G_GINT64_FORMAT ", 0, 0, decode('%s', 'hex'))",
	        id_of(no), hex->str);
	engine_must(engine, sql);
}

/* Rows of people that are entered together: one statement a table. */
typedef struct {
	GString *attendees, *bookings, *presences;
} Rows;

static void
append_row(GString *rows, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_string_append(rows, rows->len > 0 ? ", (" : "(");
	g_string_append_vprintf(rows, format, arguments);
	g_string_append_c(rows, ')');
	va_end(arguments);
}

static void
append_sessions(Rows *rows, const char *event, guint no, const Somebody *who)
{
	for (guint session = DAY; session < SESSIONS_END; session++) {
		const char *state = who->booked & 1u << session ? "confirmed"
		        : who->waiting & 1u << session          ? "waitlisted"
		                                                : NULL;
		if (state != NULL)
			append_row(rows->bookings, "%" G_GINT64_FORMAT ", %s, %u, '%s'", id_of(no),
			        event, session, state);
		if (who->came & 1u << session)
			append_row(rows->presences,
			        "%s, %u, %" G_GINT64_FORMAT ", 0, 1, 1, 1, %u, 1", event, session,
			        id_of(no), no);
	}
}

static void
append_person(Rows *rows, guint no, const Somebody *who)
{
	g_autofree char *event = g_strdup_printf(
	        "(SELECT id FROM event WHERE slug = '%s')", who->slug ? who->slug : "day");
	g_autofree char *option = who->option
	        ? g_strdup_printf("%u, '%s'", who->option,
	                  who->option_state ? who->option_state : "confirmed")
	        : g_strdup("NULL, NULL");
	g_autofree char *delegation =
	        who->delegation ? g_strdup_printf("%u", who->delegation) : g_strdup("NULL");
	append_row(rows->attendees,
	        "%" G_GINT64_FORMAT ", %s, %u, %u, %s, 'es', %d, 'free', '%s', 1, %u, 'CODE%u',"
	        " (SELECT salt FROM event WHERE slug = 'day'), %d, 1, %s",
	        id_of(no), event, no, who->region, option, who->age_band,
	        who->state ? who->state : "active", no, no, who->class, delegation);
	append_sessions(rows, event, no, who);
}

static void
rows_enter(Engine *engine, Rows *rows)
{
	struct {
		const char *into;
		GString *values;
	} tables[] = {
		{ "attendee (id, event, no, region_no, option_no, option_state, lang, age_band, "
		  "fee_state,"
		  " state, changed, mark, typed_code, ticket_id, ticket_class, ticket_minute,"
		  " delegation_no)",
		        rows->attendees },
		{ "booking (attendee, event, session_no, state)", rows->bookings },
		{ "presence (event, session_no, attendee, first_at, checkpoint_no, device, epoch, "
		  "seq,"
		  " version)",
		        rows->presences },
	};
	for (guint i = 0; i < G_N_ELEMENTS(tables); i++) {
		g_autofree char *sql = g_strdup_printf(
		        "INSERT INTO %s VALUES %s", tables[i].into, tables[i].values->str);
		if (tables[i].values->len > 0)
			engine_must(engine, sql);
		g_string_free(tables[i].values, TRUE);
	}
}

static Rows
rows_new(void)
{
	return (Rows){ g_string_new(NULL), g_string_new(NULL), g_string_new(NULL) };
}

static void
enter(Engine *engine, guint no, const Somebody *who)
{
	Rows rows = rows_new();
	append_person(&rows, no, who);
	rows_enter(engine, &rows);
	if (who->name != NULL)
		seal_name(engine, who->slug ? who->slug : "day", no, who->name);
}

static void
define(Engine *engine, const char *definition)
{
	g_autoptr(GPtrArray) faults = faults_new();
	g_autoptr(GError) error = NULL;
	g_autoptr(Event) event = definition_parse(definition, strlen(definition), NULL, faults);
	faults_none(faults, "definition", &error);
	g_assert_no_error(error);
	DefinitionStored stored;
	definition_store(engine_record(engine), event, ENGINE_NOW, &stored, &error);
	g_assert_no_error(error);
}

/* ---- asking ---- */

typedef struct {
	Record *record;
	Db *db;
	Event *event;
} Asking;

static void
asking_begin(Engine *engine, const char *slug, Asking *ret)
{
	g_autoptr(GError) error = NULL;
	ret->record = engine_record(engine);
	ret->db = record_reader(ret->record, &error);
	g_assert_no_error(error);
	g_assert_true(db_begin(ret->db, &error));
	ret->event = event_read(ret->db, slug, &error);
	g_assert_no_error(error);
	db_rollback(ret->db);
}

static void
asking_end(Asking *asking)
{
	event_unref(asking->event);
	db_free(asking->db);
}

/* The report as CSV, without carriage returns. */
static char *
ask(Engine *engine, const char *name, guint16 session_no, guint16 region_no, guint by)
{
	g_autoptr(GError) error = NULL;
	Asking asking;
	asking_begin(engine, "day", &asking);
	const Report *report = report_find(name);
	const ReportAsked asked = { .record = asking.record,
		.db = asking.db,
		.event = asking.event,
		.session_no = session_no,
		.region_no = region_no,
		.by = by,
		.now = ENGINE_NOW };
	Table table = { 0 };
	report->open(&asked, &table, &error);
	g_assert_no_error(error);
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	table_print(&table, FORMAT_CSV, out, &error);
	g_assert_no_error(error);
	fclose(out);
	report->close(&table);
	asking_end(&asking);
	g_auto(GStrv) lines = g_strsplit(text, "\r\n", 0);
	free(text);
	return g_strjoinv("\n", lines);
}

static void
assert_row(const char *csv, const char *row)
{
	g_autofree char *line = g_strdup_printf("\n%s\n", row);
	if (strstr(csv, line) == NULL)
		g_error("no row \"%s\" in:\n%s", row, csv);
}

/* ---- attendance ---- */

static void
every_region_has_every_session_also_at_zero(Engine *engine, gconstpointer data)
{
	define(engine, DEFINITION("day"));
	g_autofree char *csv = ask(engine, "attendance", 0, 0, 0);
	g_assert_cmpstr(csv, ==,
	        "region_code,region,session,expected,came,no_show,walk_in,tally\n"
	        "north,The North,day,0,0,0,0,0\nnorth,The North,lunch,0,0,0,0,0\n"
	        "north,The North,bus,0,0,0,0,0\nnorth,The North,training,0,0,0,0,0\n"
	        "north,The North,shift,0,0,0,0,0\n"
	        "south,The South,day,0,0,0,0,0\nsouth,The South,lunch,0,0,0,0,0\n"
	        "south,The South,bus,0,0,0,0,0\nsouth,The South,training,0,0,0,0,0\n"
	        "south,The South,shift,0,0,0,0,0\n");
}

static void
an_option_expects_people_where_it_takes_them(Engine *engine, gconstpointer data)
{
	define(engine, DEFINITION("day"));
	enter(engine, 1, &(Somebody){ .region = NORTH, .option = FULL, .booked = 1 << BUS });
	enter(engine, 2, &(Somebody){ .region = NORTH, .option = FULL });
	enter(engine, 3, &(Somebody){ .region = NORTH, .option = PLAIN });
	enter(engine, 4,
	        &(Somebody){ .region = SOUTH, .option = PLAIN, .option_state = "waitlisted" });
	g_autofree char *csv = ask(engine, "attendance", 0, 0, 0);
	assert_row(csv, "north,The North,day,3,0,3,0,0");
	assert_row(csv, "north,The North,lunch,2,0,2,0,0");
	assert_row(csv, "north,The North,bus,1,0,1,0,0"); /* left to choose: who chose it */
	assert_row(csv, "north,The North,training,0,0,0,0,0");
	assert_row(csv, "south,The South,day,0,0,0,0,0");
}

static void
a_booking_beside_the_option_counts_once(Engine *engine, gconstpointer data)
{
	define(engine, DEFINITION("day"));
	enter(engine, 1,
	        &(Somebody){
	                .region = SOUTH, .option = FULL, .booked = 1 << DAY, .came = 1 << DAY });
	g_autofree char *csv = ask(engine, "attendance", 0, 0, 0);
	assert_row(csv, "south,The South,day,1,1,0,0,0");
}

static void
who_comes_unexpected_is_a_walk_in(Engine *engine, gconstpointer data)
{
	define(engine, DEFINITION("day"));
	enter(engine, 1,
	        &(Somebody){ .region = NORTH, .option = PLAIN, .came = 1 << DAY | 1 << LUNCH });
	enter(engine, 2, &(Somebody){ .region = NORTH, .option = FULL }); /* stays at home */
	enter(engine, 3, &(Somebody){ .region = NORTH, .came = 1 << DAY });
	enter(engine, 4,
	        &(Somebody){
	                .region = NORTH, .option = PLAIN, .state = "cancelled", .came = 1 << DAY });
	enter(engine, 5,
	        &(Somebody){ .region = NORTH,
	                .option = FULL,
	                .option_state = "waitlisted",
	                .waiting = 1 << BUS,
	                .came = 1 << BUS | 1 << DAY });
	g_autofree char *csv = ask(engine, "attendance", 0, 0, 0);
	assert_row(csv, "north,The North,day,2,4,1,3,0");
	assert_row(csv, "north,The North,lunch,1,1,1,1,0");
	assert_row(csv, "north,The North,bus,0,1,0,1,0");
}

static void
people_count_where_they_live(Engine *engine, gconstpointer data)
{
	define(engine, DEFINITION("day"));
	enter(engine, 1, &(Somebody){ .region = SOUTH, .option = PLAIN, .came = 1 << DAY });
	g_autofree char *csv = ask(engine, "attendance", DAY, SOUTH, 0);
	g_assert_cmpstr(csv, ==,
	        "region_code,region,session,expected,came,no_show,walk_in,tally\n"
	        "south,The South,day,1,1,0,0,0\n");
}

static void
practice_tickets_never_count(Engine *engine, gconstpointer data)
{
	define(engine, DEFINITION("day"));
	enter(engine, 1,
	        &(Somebody){ .region = NORTH,
	                .option = FULL,
	                .class = TICKET_PRACTICE,
	                .booked = 1 << BUS,
	                .came = 1 << DAY | 1 << BUS });
	g_autofree char *csv = ask(engine, "attendance", 0, 0, BY_SESSION);
	g_assert_cmpstr(csv, ==,
	        "session,expected,came,no_show,walk_in,tally\nday,0,0,0,0,0\nlunch,0,0,0,0,0\n"
	        "bus,0,0,0,0,0\ntraining,0,0,0,0,0\nshift,0,0,0,0,0\n");
}

static void
nobody_is_expected_at_a_shift(Engine *engine, gconstpointer data)
{
	define(engine, DEFINITION("day"));
	enter(engine, 1, &(Somebody){ .region = NORTH, .booked = 1 << SHIFT, .came = 1 << SHIFT });
	enter(engine, 2, &(Somebody){ .region = NORTH, .booked = 1 << SHIFT });
	g_autofree char *csv = ask(engine, "attendance", SHIFT, NORTH, 0);
	assert_row(csv, "north,The North,shift,0,1,0,1,0");
}

static void
the_tally_stands_apart(Engine *engine, gconstpointer data)
{
	define(engine, DEFINITION("day"));
	enter(engine, 1, &(Somebody){ .region = NORTH, .option = PLAIN, .came = 1 << DAY });
	engine_must(engine,
	        "INSERT INTO tally (event, session_no, region_no, delegation_no, counted)"
	        " SELECT id, 1, 1, 0, 12 FROM event");
	engine_must(engine,
	        "INSERT INTO tally (event, session_no, region_no, delegation_no, counted)"
	        " SELECT id, 1, 1, 1, 30 FROM event");
	g_autofree char *csv = ask(engine, "attendance", 0, 0, 0);
	assert_row(csv, "north,The North,day,1,1,0,0,42");
}

static void
a_tally_without_a_region_is_not_lost(Engine *engine, gconstpointer data)
{
	define(engine, DEFINITION("day"));
	engine_must(engine,
	        "INSERT INTO tally (event, session_no, region_no, delegation_no, counted)"
	        " SELECT id, 1, 0, 0, 5 FROM event");
	g_autofree char *csv = ask(engine, "attendance", DAY, 0, 0);
	assert_row(csv, "south,The South,day,0,0,0,0,0");
	assert_row(csv, ",,day,0,0,0,0,5");
}

static void
another_event_counts_its_own(Engine *engine, gconstpointer data)
{
	define(engine, DEFINITION("day"));
	define(engine, DEFINITION("other"));
	enter(engine, 1, &(Somebody){ .region = NORTH, .option = PLAIN, .came = 1 << DAY });
	enter(engine, 2,
	        &(Somebody){ .slug = "other",
	                .region = NORTH,
	                .option = FULL,
	                .booked = 1 << BUS,
	                .came = 1 << DAY | 1 << BUS });
	g_autofree char *csv = ask(engine, "attendance", 0, NORTH, 0);
	assert_row(csv, "north,The North,day,1,1,0,0,0");
	assert_row(csv, "north,The North,lunch,0,0,0,0,0");
	assert_row(csv, "north,The North,bus,0,0,0,0,0");
}

/* By hand, one person at a time: the rule as the header says it. */
static void
count_by_hand(const Somebody *who, AttendanceCount counts[3][SESSIONS_END])
{
	gboolean active = who->state == NULL || strcmp(who->state, "active") == 0;
	gboolean confirmed = who->option && who->option_state == NULL;
	if (who->class == TICKET_PRACTICE)
		return;
	for (guint session = DAY; session < SESSIONS_END; session++) {
		AttendanceCount *count = &counts[who->region][session];
		gboolean included =
		        confirmed && (session == DAY || (session == LUNCH && who->option == FULL));
		gboolean expected = active && session != SHIFT &&
		        (included || (who->booked & 1u << session) != 0);
		gboolean came = (who->came & 1u << session) != 0;
		count->expected += expected;
		count->came += came;
		count->walk_in += came && !expected;
	}
}

static void
the_counts_are_those_of_counting_by_hand(Engine *engine, gconstpointer data)
{
	static const char *const states[] = { NULL, NULL, NULL, NULL, "cancelled", "deleted" };
	g_autoptr(GError) error = NULL;
	AttendanceCount by_hand[3][SESSIONS_END] = { 0 };
	Rows rows = rows_new();
	define(engine, DEFINITION("day"));
	for (guint no = 1; no <= 400; no++) {
		Somebody who = {
			.region = (guint16)g_test_rand_int_range(NORTH, SOUTH + 1),
			.option = (guint16)g_test_rand_int_range(0, PLAIN + 1),
			.option_state = g_test_rand_int_range(0, 5) ? NULL : "waitlisted",
			.state = states[g_test_rand_int_range(0, G_N_ELEMENTS(states))],
			.class = g_test_rand_int_range(0, 8),
			.booked = (guint)g_test_rand_int_range(0, 1 << SESSIONS_END),
			.waiting = (guint)g_test_rand_int_range(0, 1 << SESSIONS_END),
			.came = (guint)g_test_rand_int_range(0, 1 << SESSIONS_END),
		};
		append_person(&rows, no, &who);
		count_by_hand(&who, by_hand);
	}
	rows_enter(engine, &rows);

	Asking asking;
	asking_begin(engine, "day", &asking);
	g_autoptr(GArray) counts = NULL;
	g_assert_true(db_begin(asking.db, &error));
	g_assert_true(counts_attendance(asking.db, asking.event, &counts, &error));
	g_assert_cmpuint(counts->len, ==, 2 * (SESSIONS_END - 1));
	for (guint i = 0; i < counts->len; i++) {
		const AttendanceCount *count = &g_array_index(counts, AttendanceCount, i);
		const AttendanceCount *hand = &by_hand[count->region_no][count->session_no];
		g_assert_cmpint(count->expected, ==, hand->expected);
		g_assert_cmpint(count->came, ==, hand->came);
		g_assert_cmpint(count->walk_in, ==, hand->walk_in);
		g_assert_cmpint(count->walk_in, <=, count->came);
		g_assert_cmpint(count->came - count->walk_in, <=, count->expected);
	}
	db_rollback(asking.db);
	asking_end(&asking);
}

static void
regions_can_be_put_together(Engine *engine, gconstpointer data)
{
	define(engine, DEFINITION("day"));
	enter(engine, 1, &(Somebody){ .region = NORTH, .option = PLAIN, .came = 1 << DAY });
	enter(engine, 2, &(Somebody){ .region = SOUTH, .option = PLAIN });
	g_autofree char *csv = ask(engine, "attendance", 0, 0, BY_SESSION);
	assert_row(csv, "day,2,1,1,0,0");
	g_autofree char *by_region = ask(engine, "attendance", DAY, 0, BY_REGION);
	g_assert_cmpstr(by_region, ==,
	        "region_code,region,expected,came,no_show,walk_in,tally\n"
	        "north,The North,1,1,0,0,0\nsouth,The South,1,0,1,0,0\n");
}

static void
sessions_are_never_added_up(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	Asking asking;
	Table table = { 0 };
	define(engine, DEFINITION("day"));
	asking_begin(engine, "day", &asking);
	const ReportAsked asked = {
		.record = asking.record, .db = asking.db, .event = asking.event, .by = BY_REGION
	};
	g_assert_false(report_find("attendance")->open(&asked, &table, &error));
	g_assert_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT);
	asking_end(&asking);
}

/* ---- roster ---- */

#define ROSTER_HEAD                                                                                \
	"no,name,region_code,region,delegation,option,state,age_band,lang,expected_at,came_to\n"

static void
the_roster_names_people_and_their_sessions(Engine *engine, gconstpointer data)
{
	define(engine, DEFINITION("day"));
	enter(engine, 1,
	        &(Somebody){ .region = NORTH,
	                .option = FULL,
	                .name = "Ana Pérez",
	                .delegation = 1,
	                .booked = 1 << BUS | 1 << SHIFT,
	                .came = 1 << DAY | 1 << SHIFT });
	enter(engine, 2,
	        &(Somebody){ .region = SOUTH,
	                .option = PLAIN,
	                .option_state = "waitlisted",
	                .name = "=1+1",
	                .age_band = 1 });
	enter(engine, 3,
	        &(Somebody){
	                .region = SOUTH, .option = PLAIN, .state = "cancelled", .name = "王小明" });
	enter(engine, 4, &(Somebody){ .region = SOUTH, .came = 1 << DAY, .age_band = 2 });
	g_autofree char *csv = ask(engine, "roster", 0, 0, 0);
	g_assert_cmpstr(csv, ==,
	        ROSTER_HEAD "1,Ana Pérez,north,The North,RIVER,full,confirmed,adult,es,day lunch "
	                    "bus,day shift\n"
	                    "2,'=1+1,south,The South,,plain,waitlisted,16-17,es,,\n"
	                    "3,王小明,south,The South,,plain,cancelled,adult,es,,\n"
	                    "4,,south,The South,,,no-option,under-16,es,,day\n");
}

static void
deleted_people_practice_and_unused_spares_are_not_listed(Engine *engine, gconstpointer data)
{
	define(engine, DEFINITION("day"));
	enter(engine, 1, &(Somebody){ .region = NORTH, .option = PLAIN, .state = "deleted" });
	enter(engine, 2,
	        &(Somebody){ .region = NORTH, .class = TICKET_PRACTICE, .came = 1 << DAY });
	enter(engine, 3, &(Somebody){ .region = NORTH, .class = TICKET_SPARE });
	enter(engine, 4, &(Somebody){ .region = NORTH, .class = TICKET_SPARE, .came = 1 << DAY });
	enter(engine, 5, &(Somebody){ .region = NORTH, .class = TICKET_SPARE, .name = "Ben" });
	g_autofree char *csv = ask(engine, "roster", 0, 0, 0);
	g_assert_cmpstr(csv, ==,
	        ROSTER_HEAD "4,,north,The North,,,no-option,adult,es,,day\n"
	                    "5,Ben,north,The North,,,no-option,adult,es,,\n");
}

static void
a_session_lists_who_is_expected_or_came(Engine *engine, gconstpointer data)
{
	define(engine, DEFINITION("day"));
	enter(engine, 1, &(Somebody){ .region = NORTH, .option = FULL, .booked = 1 << BUS });
	enter(engine, 2, &(Somebody){ .region = NORTH, .option = FULL, .waiting = 1 << BUS });
	enter(engine, 3, &(Somebody){ .region = SOUTH, .option = FULL, .came = 1 << BUS });
	g_autofree char *csv = ask(engine, "roster", BUS, 0, 0);
	g_assert_cmpstr(csv, ==,
	        ROSTER_HEAD "1,,north,The North,,full,confirmed,adult,es,day lunch bus,\n"
	                    "3,,south,The South,,full,confirmed,adult,es,day lunch,bus\n");
	g_autofree char *south = ask(engine, "roster", BUS, SOUTH, 0);
	g_assert_cmpstr(south, ==,
	        ROSTER_HEAD "3,,south,The South,,full,confirmed,adult,es,day lunch,bus\n");
}

/* Over several pages, with ids that run against the numbers. */
static void
everybody_is_listed_once_in_order(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	const guint n = 2 * ROSTER_PAGE + 3;
	define(engine, DEFINITION("day"));
	g_autofree char *sql = g_strdup_printf(
	        "INSERT INTO attendee (id, event, no, region_no, option_no, option_state, lang, "
	        "age_band,"
	        " fee_state, state, changed, mark, typed_code, ticket_id, ticket_class, "
	        "ticket_minute)"
	        " WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE "
	        "n < %u)"
	        " SELECT 100000 - n, id, n, 1, 2, 'confirmed', 'es', 0, 'free', 'active', 1, n,"
	        "  'CODE' || n, salt, 0, 1 FROM number, event",
	        n);
	engine_must(engine, sql);
	engine_must(engine,
	        "INSERT INTO presence (event, session_no, attendee, first_at, checkpoint_no,"
	        " device, epoch, seq, version)"
	        " SELECT event, 1, id, 0, 1, 1, 1, 1, 1 FROM attendee WHERE no % 3 = 0");
	Asking asking;
	asking_begin(engine, "day", &asking);
	g_autoptr(RosterRows) rows = roster_rows_open(
	        asking.db, asking.event, record_vault(asking.record), 0, 0, &error);
	g_assert_no_error(error);
	const RosterRow *row = NULL;
	for (guint no = 1; no <= n; no++) {
		g_assert_true(roster_rows_next(rows, &row, &error));
		g_assert_nonnull(row);
		g_assert_cmpuint(row->person->no, ==, no);
		g_assert_cmpint(row->came[0], ==, no % 3 == 0 ? 1 : 0);
		g_assert_true(row->expected[0]);
		g_assert_false(row->expected[1]);
	}
	g_assert_true(roster_rows_next(rows, &row, &error));
	g_assert_null(row);
	asking_end(&asking);
}

static void
a_tampered_name_stops_the_roster(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	define(engine, DEFINITION("day"));
	enter(engine, 1, &(Somebody){ .region = NORTH, .option = PLAIN, .name = "Ana" });
	enter(engine, 2, &(Somebody){ .region = NORTH, .option = PLAIN });
	g_autofree char *sql =
	        g_strdup_printf("UPDATE sealed SET owner = %" G_GINT64_FORMAT, id_of(2));
	engine_must(engine, sql);
	Asking asking;
	asking_begin(engine, "day", &asking);
	g_autoptr(RosterRows) rows = roster_rows_open(
	        asking.db, asking.event, record_vault(asking.record), 0, 0, &error);
	const RosterRow *row = NULL;
	g_assert_false(roster_rows_next(rows, &row, &error));
	g_assert_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT);
	g_assert_nonnull(strstr(error->message, "number 2"));
	asking_end(&asking);
}

/* ---- the table of reports ---- */

static void
every_report_is_found_by_its_name(void)
{
	for (const Report *report = reports; report->name != NULL; report++) {
		g_assert_true(report_find(report->name) == report);
		g_assert_nonnull(report->summary);
		g_assert_nonnull(report->open);
		g_assert_nonnull(report->close);
	}
	g_assert_null(report_find("funder"));
	g_assert_null(report_find(""));
}

static void
by_takes_what_the_report_knows(void)
{
	g_autoptr(GError) error = NULL;
	guint by = 0;
	g_assert_true(report_by_parse(report_find("attendance"), "session,region", &by, &error));
	g_assert_cmpuint(by, ==, BY_REGION | BY_SESSION);
	g_assert_false(report_by_parse(report_find("attendance"), "county", &by, &error));
	g_assert_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT);
	g_clear_error(&error);
	g_assert_false(report_by_parse(report_find("attendance"), "region,", &by, &error));
	g_clear_error(&error);
	g_assert_false(report_by_parse(report_find("roster"), "region", &by, &error));
	g_assert_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT);
}

#define ENGINE(test) engine_add_test("reports/" #test, test)
#define PURE(test)   g_test_add_func("/reports/" #test, test)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ENGINE(every_region_has_every_session_also_at_zero);
	ENGINE(an_option_expects_people_where_it_takes_them);
	ENGINE(a_booking_beside_the_option_counts_once);
	ENGINE(who_comes_unexpected_is_a_walk_in);
	ENGINE(people_count_where_they_live);
	ENGINE(practice_tickets_never_count);
	ENGINE(nobody_is_expected_at_a_shift);
	ENGINE(the_tally_stands_apart);
	ENGINE(a_tally_without_a_region_is_not_lost);
	ENGINE(another_event_counts_its_own);
	ENGINE(the_counts_are_those_of_counting_by_hand);
	ENGINE(regions_can_be_put_together);
	ENGINE(sessions_are_never_added_up);
	ENGINE(the_roster_names_people_and_their_sessions);
	ENGINE(deleted_people_practice_and_unused_spares_are_not_listed);
	ENGINE(a_session_lists_who_is_expected_or_came);
	ENGINE(everybody_is_listed_once_in_order);
	ENGINE(a_tampered_name_stops_the_roster);
	PURE(every_report_is_found_by_its_name);
	PURE(by_takes_what_the_report_knows);
	return engine_run();
}
