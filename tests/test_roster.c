/* A list of people from a CSV file: all of them or none, every fault by line and column. */
#include <string.h>

#include "schema/definition.h"
#include "schema/registration.h"
#include "schema/roster.h"
#include "tests/fixtures/engine.h"

static const char definition[] =
        "{ 'slug': 'day', 'zone': 'America/Los_Angeles', 'title': {'en': 'Day', 'es': 'Día'},"
        " 'text': {}, 'contact': 'hello@example.org', 'starts': '2027-04-06T08:00',"
        " 'ends': '2027-04-07T20:00',"
        " 'registration': {'opens': '2026-10-01T00:00', 'closes': '2027-04-06T00:00'},"
        " 'retention': {'logistics_days': 7, 'identity_days': 30},"
        " 'regions': [{'code': 'bay', 'name': {'en': 'Bay'}, 'counties': ['Alameda', 'Marin']},"
        "  {'code': 'south', 'name': {'en': 'South'}, 'counties': ['San Diego']}],"
        " 'sessions': ["
        "  {'code': 'action', 'kind': 'day', 'title': {'en': 'Action'}, 'place': {'en': 'Capitol'},"
        "   'starts': '2027-04-07T08:00', 'ends': '2027-04-07T16:00', 'door': 'open',"
        "   'reentry': 'again', 'checkpoints': [{'name': 'Door'}]},"
        "  {'code': 'bus', 'kind': 'bus', 'title': {'en': 'Bus'}, 'place': {'en': 'Oakland'},"
        "   'starts': '2027-04-07T05:00', 'ends': '2027-04-07T08:00', 'door': 'listed',"
        "   'reentry': 'once', 'capacity': 2, 'checkpoints': [{'name': 'Bus'}], 'stops': ["
        "   {'no': 1, 'place': {'en': 'Oakland'}, 'departs': '2027-04-07T05:00'},"
        "   {'no': 2, 'place': {'en': 'Vallejo'}, 'departs': '2027-04-07T06:00'}]},"
        "  {'code': 'talk-a', 'kind': 'visit', 'title': {'en': 'A'}, 'place': {'en': 'Capitol'},"
        "   'starts': '2027-04-07T09:00', 'ends': '2027-04-07T10:00', 'door': 'open',"
        "   'reentry': 'again', 'checkpoints': [{'name': 'A'}]},"
        "  {'code': 'talk-b', 'kind': 'visit', 'title': {'en': 'B'}, 'place': {'en': 'Capitol'},"
        "   'starts': '2027-04-07T10:00', 'ends': '2027-04-07T11:00', 'door': 'open',"
        "   'reentry': 'again', 'checkpoints': [{'name': 'B'}]}],"
        " 'options': ["
        "  {'code': 'travel', 'title': {'en': 'Travel'}, 'includes': ['action'],"
        "   'choose': [{'code': 'bus', 'of': ['bus'], 'min': 1, 'max': 1},"
        "    {'code': 'talk', 'of': ['talk-a', 'talk-b'], 'min': 0, 'max': 2}]},"
        "  {'code': 'shuttle', 'title': {'en': 'Shuttle'}, 'includes': ['action'],"
        "   'choose': [{'code': 'bus', 'of': ['bus'], 'min': 0, 'max': 1}]},"
        "  {'code': 'general', 'title': {'en': 'General'}, 'includes': ['action']},"
        "  {'code': 'early', 'title': {'en': 'Early'}, 'includes': ['action'],"
        "   'closes': '2027-01-01T00:00'}],"
        " 'delegations': [{'code': 'choir', 'name': 'A choir', 'region': 'south'}],"
        " 'questions': [], 'links': [] }";

static void
load(Engine *engine)
{
	g_autoptr(GPtrArray) faults = faults_new();
	g_autoptr(GError) error = NULL;
	g_autofree char *json = g_strdelimit(g_strdup(definition), "'", '"');
	DefinitionStored stored;
	g_autoptr(Event) event = definition_parse(json, strlen(json), NULL, faults);
	faults_none(faults, "definition", &error);
	g_assert_no_error(error);
	definition_store(engine_record(engine), event, ENGINE_NOW, &stored, &error);
	g_assert_no_error(error);
}

/* As the command does it; "" when all went well, else what is told. */
static char *
import_bytes(Engine *engine, const char *csv, gsize length, gboolean dry_run,
        gint64 *ret_registered, gint64 *ret_already)
{
	g_autoptr(GError) error = NULL;
	FILE *file = fmemopen((void *)csv, length, "r");
	json_t *asked = roster_parse(file, "list.csv", &error);
	fclose(file);
	json_t *answer = NULL;
	if (asked != NULL) {
		json_object_set_new(asked, "event", json_string("day"));
		json_object_set_new(asked, "source", json_string("list.csv"));
		json_object_set_new(asked, "dry_run", json_boolean(dry_run));
		answer = roster_import(engine_record(engine), asked, ENGINE_NOW, &error);
	}
	g_assert_true((answer == NULL) == (error != NULL));
	*ret_registered = json_integer_value(json_object_get(answer, "registered"));
	*ret_already = json_integer_value(json_object_get(answer, "already"));
	json_decref(asked);
	json_decref(answer);
	if (error == NULL)
		return g_strdup("");
	g_assert_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT);
	return g_strdup(error->message);
}

static void
imported(Engine *engine, const char *csv, gint64 registered, gint64 already)
{
	gint64 new, before;
	g_autofree char *told = import_bytes(engine, csv, strlen(csv), FALSE, &new, &before);
	g_assert_cmpstr(told, ==, "");
	g_assert_cmpint(new, ==, registered);
	g_assert_cmpint(before, ==, already);
}

static void
refused(Engine *engine, const char *csv, const char *expected)
{
	gint64 new, before, people = engine_ask(engine, "SELECT count(*) FROM attendee");
	g_autofree char *told = import_bytes(engine, csv, strlen(csv), FALSE, &new, &before);
	g_assert_cmpstr(told, ==, expected);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM attendee"), ==, people);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM registration"), ==, people);
}

#define LIST                                                                                       \
	"name,email,phone,region,delegation,option,session_bus,stop,session_talk,captain,lang,"    \
	"access\n"                                                                                 \
	"María López,maria@example.org,,bay,,travel,bus,bus/2,talk-a; talk-b,,es,asl;captions\n" \
	"Ben,,510 555 0100,bay,,general,,,,,,\n"                                                   \
	"\"Chor, Chorus\",,,,Choir,general,,,,yes,,\n"

static void
a_list_is_registered_at_once(Engine *engine, gconstpointer data)
{
	load(engine);
	imported(engine, LIST, 3, 0);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM attendee"), ==, 3);
	g_assert_cmpint(
	        engine_ask(engine, "SELECT count(*) FROM attendee WHERE region_no = 1"), ==, 2);
	g_assert_cmpint(engine_ask(engine,
	                        "SELECT count(*) FROM attendee WHERE region_no = 2"
	                        " AND delegation_no = 1 AND ticket_class = 1"),
	        ==, 1);
	g_assert_cmpint(
	        engine_ask(engine, "SELECT count(*) FROM attendee WHERE lang = 'es'"), ==, 1);
	g_assert_cmpint(
	        engine_ask(engine, "SELECT count(*) FROM attendee WHERE lang = 'en'"), ==, 2);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM booking"), ==, 3);
	g_assert_cmpint(
	        engine_ask(engine, "SELECT stop_no FROM booking WHERE session_no = 2"), ==, 2);
	g_assert_cmpint(engine_ask(engine, "SELECT taken FROM session WHERE code = 'bus'"), ==, 1);
	g_assert_cmpint(engine_ask(engine,
	                        "SELECT count(*) FROM registration WHERE email_hash IS NOT NULL"),
	        ==, 1);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM sealed"), ==, 6);
}

static void
the_same_list_again_registers_nobody(Engine *engine, gconstpointer data)
{
	load(engine);
	imported(engine, LIST, 3, 0);
	imported(engine, LIST, 0, 3);
	/* other columns in front, other quotes, a further person */
	imported(engine,
	        "\xef\xbb\xbf"
	        "Phone,NAME,region,option\r\n"
	        "510 555 0100,\"Ben\",bay,general\r\n"
	        "\r\n"
	        "510 555 0199,Ben,bay,general\r\n",
	        1, 1);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM attendee"), ==, 4);
	g_assert_cmpint(engine_ask(engine, "SELECT last_no FROM event"), ==, 4);
}

static void
a_reference_tells_two_of_one_name_apart(Engine *engine, gconstpointer data)
{
	load(engine);
	imported(engine, "ref,name,region,option\n1,Ana,bay,general\n2,Ana,bay,general\n", 2, 0);
	imported(engine, "ref,name,region,option\n2,Ana,bay,general\n3,Ana,bay,general\n", 1, 1);
	refused(engine, "ref,name,region,option\n4,Eva,bay,general\n2,Ana,south,general\n",
	        "list.csv: line 3, column 1 (ref): was imported before with other content: change "
	        "it"
	        " on its own page");
	refused(engine, "ref,name,region,option\n5,Eva,bay,general\n5,Ida,bay,general\n",
	        "list.csv: line 3, column 1 (ref): is that of line 2 already");
	refused(engine, "name,region,option\nEva,bay,general\nEva , bay,general\n",
	        "list.csv: line 3, column 1 (name): and all else is as in line 2: if they are two"
	        " people, give each a ref");
}

static void
every_bad_row_is_told_with_line_and_column(Engine *engine, gconstpointer data)
{
	load(engine);
	refused(engine,
	        "name,email,option,session_bus,lang,region\n"
	        "Ana,ana@example.org,general,,,bay\n"
	        ",ben,general,,,bay\n"
	        "\"Carla\nof two lines\",,travel,,spanish!,bay\n"
	        "Dora,,flying,,,\n",
	        "list.csv: line 3, column 1 (name): is missing\n"
	        "list.csv: line 3, column 2 (email): is not an e-mail address\n"
	        "list.csv: line 4, column 5 (lang): is no language, as in \"es\"\n"
	        "list.csv: line 4: stop is missing: say where to board, as SESSION/NO\n"
	        "list.csv: line 6, column 6 (region): is missing\n"
	        "list.csv: line 6, column 3 (option): is not one of the choices: travel, shuttle,"
	        " general, early");
}

static void
a_header_that_names_no_field_is_told(Engine *engine, gconstpointer data)
{
	load(engine);
	refused(engine, "name,shoe size,region,region,session_boat,name_2\nAna,38,bay,bay,,\n",
	        "list.csv: line 1, column 2: names no field of this event's form\n"
	        "list.csv: line 1, column 4: names a field that an earlier column names\n"
	        "list.csv: line 1, column 5: names no field of this event's form\n"
	        "list.csv: line 1, column 6: names no field of this event's form\n"
	        "list.csv: line 1: a column can be called name, contact, email, phone, lang, "
	        "region,"
	        " county, delegation, captain, option, stop, age_band, guardian, photo,"
	        " interpretation, meal, access, access_text, childcare, zip, assembly_district,"
	        " senate_district, first_time, emergency_name, emergency_phone, keep_informed,"
	        " share_regional, ref, session_bus, session_talk");
	refused(engine, "email,region\na@example.org,bay\n",
	        "list.csv: line 1: there is no column \"name\"");
}

static void
a_file_that_is_no_list_is_told(Engine *engine, gconstpointer data)
{
	gint64 new, before;
	load(engine);
	refused(engine, " \n\n", "list.csv: line 1: the file is empty");
	refused(engine, "name;region\nAna;bay\n",
	        "list.csv: line 1, column 1: has no comma: save the file with commas between the"
	        " columns");
	refused(engine, "name,region\nAna,bay\nBen\nEva,bay,x\n,\n",
	        "list.csv: line 3: has 1 columns, and the header 2\n"
	        "list.csv: line 4: has 3 columns, and the header 2");
	refused(engine, "name,region\nAna,bay\nJos\xe9,bay\n",
	        "list.csv: line 3, column 1: is not UTF-8: save the file as \"CSV UTF-8\"");
	refused(engine, "name,region\nAna,bay\n\"Ben,bay\nEva,bay\n",
	        "list.csv: line 3: a quotation mark is opened here and not closed");
	refused(engine, "name,region\nAna,bay\n\"Ben\" x,bay\n",
	        "list.csv: line 3, column 1: a quotation mark stands where none may");
	g_autofree char *told =
	        import_bytes(engine, "name,region\nA\0a,bay\n", 20, FALSE, &new, &before);
	g_assert_cmpstr(told, ==, "list.csv: line 2, column 1: holds a NUL character");
}

/* As some spreadsheets still write them: no cell may be taken for another column's. */
static void
lines_that_end_with_a_carriage_return_alone_are_lines(Engine *engine, gconstpointer data)
{
	load(engine);
	imported(engine, "name,region,option\rAna,bay,general\r\"Ben\rof two lines\",bay,general\r",
	        2, 0);
	refused(engine, "name,region,option\nEva,bay,general\rx,Ida,bay,general\nUma,bay\r",
	        "list.csv: line 3: has 4 columns, and the header 3\n"
	        "list.csv: line 4: has 2 columns, and the header 3");
}

static void
who_is_given_a_stop_has_a_seat_there(Engine *engine, gconstpointer data)
{
	load(engine);
	imported(
	        engine, "name,region,option,stop\nAna,bay,shuttle,bus/2\nBen,bay,shuttle,\n", 2, 0);
	g_assert_cmpint(engine_ask(engine, "SELECT taken FROM session WHERE code = 'bus'"), ==, 1);
	g_assert_cmpint(
	        engine_ask(engine, "SELECT stop_no FROM booking WHERE session_no = 2"), ==, 2);
	refused(engine,
	        "name,region,option,stop\nEva,bay,shuttle,Vallejo\nIda,bay,shuttle,bus/3\n"
	        "Joe,bay,general,bus/1\nKim,bay,shuttle,bus/1; bus\n",
	        "list.csv: line 2, column 4 (stop): is not one of the choices: bus/1, bus/2\n"
	        "list.csv: line 3, column 4 (stop): is not one of the choices: bus/1, bus/2\n"
	        "list.csv: line 4, column 4 (stop): is of no session that this person comes to\n"
	        "list.csv: line 5, column 4 (stop): is not one of the choices: bus/1, bus/2");
}

static void
who_finds_no_seat_keeps_all_others_out(Engine *engine, gconstpointer data)
{
	load(engine);
	refused(engine,
	        "name,region,option,stop\nAna,bay,travel,bus/1\nBen,bay,travel,bus/1\n"
	        "Eva,bay,travel,bus/1\nIda,bay,early,\n",
	        "list.csv: line 4, column 3 (option): is full: session bus\n"
	        "list.csv: line 5, column 3 (option): is not open now");
	g_assert_cmpint(engine_ask(engine, "SELECT taken FROM session WHERE code = 'bus'"), ==, 0);
	g_assert_cmpint(engine_ask(engine, "SELECT last_no FROM event"), ==, 0);
	imported(engine, "name,region,option,stop\nAna,bay,travel,bus/1\nBen,bay,travel,bus/1\n", 2,
	        0);
}

static void
a_dry_run_tells_all_and_registers_nobody(Engine *engine, gconstpointer data)
{
	gint64 new, before;
	const char *full = "name,region,option,stop\nAna,bay,travel,bus/1\nBen,bay,travel,bus/1\n"
	                   "Eva,bay,travel,bus/1\n";
	load(engine);
	g_autofree char *told = import_bytes(engine, LIST, strlen(LIST), TRUE, &new, &before);
	g_assert_cmpstr(told, ==, "");
	g_assert_cmpint(new, ==, 3);
	g_assert_cmpint(before, ==, 0);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM registration"), ==, 0);
	g_autofree char *fault = import_bytes(engine, full, strlen(full), TRUE, &new, &before);
	g_assert_cmpstr(fault, ==, "list.csv: line 4, column 3 (option): is full: session bus");
}

static void
what_crosses_the_socket_is_looked_at(Engine *engine, gconstpointer data)
{
	static const char *const wrong[] = { "{}", "[]",
		"{\"event\":\"day\",\"header\":[],\"rows\":[]}",
		"{\"event\":\"day\",\"header\":[\"name\"],\"rows\":[[1]]}",
		"{\"event\":\"day\",\"header\":[\"name\"],\"rows\":[7]}",
		"{\"event\":\"day\",\"header\":[7],\"rows\":[[2,\"Ana\"]]}" };
	load(engine);
	for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_autoptr(GError) error = NULL;
		json_t *asked = json_loads(wrong[i], 0, NULL);
		g_assert_null(roster_import(engine_record(engine), asked, ENGINE_NOW, &error));
		g_assert_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT);
		json_decref(asked);
	}
	g_autoptr(GError) absent = NULL;
	json_t *asked =
	        json_loads("{\"event\":\"other\",\"header\":[\"name\"],\"rows\":[]}", 0, NULL);
	g_assert_null(roster_import(engine_record(engine), asked, ENGINE_NOW, &absent));
	g_assert_error(absent, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT);
	json_decref(asked);
}

static void
a_thousand_and_four_hundred_come_at_once(Engine *engine, gconstpointer data)
{
	g_autoptr(GString) list = g_string_new("name,contact,region,option\n");
	load(engine);
	for (guint i = 0; i < 1400; i++)
		g_string_append_printf(
		        list, "Person %u,none,%s,general\n", i, i % 3 ? "bay" : "south");
	imported(engine, list->str, 1400, 0);
	imported(engine, list->str, 0, 1400);
	g_assert_cmpint(engine_ask(engine, "SELECT count(DISTINCT mark) FROM attendee"), ==, 1400);
}

/* Whatever bytes a file holds, it is a list or it is told why not. */
static void
no_noise_in_a_file_breaks_the_reader(void)
{
	static const char bits[] = { '"', ',', '\n', '\r', '\0', ';', '\xff', ' ', 'x' };
	guint lists = 0;
	for (guint i = 0; i < 4000; i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *noise = g_memdup2(LIST, sizeof LIST);
		gsize length = (gsize)g_test_rand_int_range(1, sizeof LIST);
		for (int changes = g_test_rand_int_range(0, 5); changes > 0; changes--)
			noise[g_test_rand_int_range(0, (gint32)length)] =
			        bits[g_test_rand_int_range(0, sizeof bits)];
		FILE *file = fmemopen(noise, length, "r");
		json_t *roster = roster_parse(file, "noise.csv", &error);
		fclose(file);
		g_assert_true((roster == NULL) == (error != NULL));
		gsize columns = json_array_size(json_object_get(roster, "header"));
		gsize at;
		json_t *row;
		json_array_foreach (json_object_get(roster, "rows"), at, row)
			g_assert_cmpuint(json_array_size(row), ==, columns + 1);
		lists += roster != NULL ? 1 : 0;
		json_decref(roster);
	}
	g_assert_cmpuint(lists, >, 100); /* both answers were given */
	g_assert_cmpuint(lists, <, 3900);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/roster/no_noise_in_a_file_breaks_the_reader",
	        no_noise_in_a_file_breaks_the_reader);
	engine_add_test("roster/a_list_is_registered_at_once", a_list_is_registered_at_once);
	engine_add_test("roster/lines_that_end_with_a_carriage_return_alone_are_lines",
	        lines_that_end_with_a_carriage_return_alone_are_lines);
	engine_add_test("roster/the_same_list_again_registers_nobody",
	        the_same_list_again_registers_nobody);
	engine_add_test("roster/a_reference_tells_two_of_one_name_apart",
	        a_reference_tells_two_of_one_name_apart);
	engine_add_test("roster/every_bad_row_is_told_with_line_and_column",
	        every_bad_row_is_told_with_line_and_column);
	engine_add_test("roster/a_header_that_names_no_field_is_told",
	        a_header_that_names_no_field_is_told);
	engine_add_test("roster/a_file_that_is_no_list_is_told", a_file_that_is_no_list_is_told);
	engine_add_test("roster/who_is_given_a_stop_has_a_seat_there",
	        who_is_given_a_stop_has_a_seat_there);
	engine_add_test("roster/who_finds_no_seat_keeps_all_others_out",
	        who_finds_no_seat_keeps_all_others_out);
	engine_add_test("roster/a_dry_run_tells_all_and_registers_nobody",
	        a_dry_run_tells_all_and_registers_nobody);
	engine_add_test("roster/what_crosses_the_socket_is_looked_at",
	        what_crosses_the_socket_is_looked_at);
	engine_add_test("roster/a_thousand_and_four_hundred_come_at_once",
	        a_thousand_and_four_hundred_come_at_once);
	return engine_run();
}
