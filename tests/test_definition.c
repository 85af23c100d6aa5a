#include "schema/definition.h"

#include <string.h>

#include "schema/embed.h"
#include "schema/definition_forbidden.h"

/* ---- the example, and changes to it ---- */

static json_t *
example(void)
{
	json_error_t error;
	json_t *root = json_load_file(EXAMPLE, JSON_REJECT_DUPLICATES, &error);

	if (root == NULL)
		g_error("%s: %s", EXAMPLE, error.text);
	return root;
}

static Event *
parse_text(const char *text, const char *starts, Faults **ret_faults)
{
	*ret_faults = faults_new();
	return definition_parse(text, strlen(text), starts, *ret_faults);
}

static Event *
parse(json_t *root, const char *starts, Faults **ret_faults)
{
	char *text = json_dumps(root, 0);
	Event *event = parse_text(text, starts, ret_faults);

	free(text);
	return event;
}

/* What must be an event is one; else the test ends and tells the faults. */
static Event *
must_parse(json_t *root, const char *starts)
{
	g_autoptr(GPtrArray) faults = NULL;
	g_autoptr(GError) error = NULL;
	Event *event = parse(root, starts, &faults);

	faults_none(faults, "definition", &error);
	g_assert_no_error(error);
	g_assert_nonnull(event);
	return event;
}

/* Follows "$.sessions[2].title" but its last step; that is a key or an index. */
static json_t *
parent_of(json_t *root, const char *path, char **ret_key, gssize *ret_index)
{
	json_t *at = root;
	const char *rest = path + 1;

	*ret_key = NULL;
	*ret_index = -1;
	while (*rest != '\0') {
		if (*ret_key != NULL)
			at = json_object_get(at, *ret_key);
		else if (*ret_index >= 0)
			at = json_array_get(at, (gsize)*ret_index);
		g_clear_pointer(ret_key, g_free);
		*ret_index = -1;
		if (*rest == '.') {
			gsize length = strcspn(rest + 1, ".[");
			*ret_key = g_strndup(rest + 1, length);
			rest += 1 + length;
		} else {
			*ret_index = (gssize)g_ascii_strtoull(rest + 1, (char **)&rest, 10);
			rest++; /* the bracket */
		}
	}
	return at;
}

/* Puts @value (taken; NULL removes) in the place of what is at @path. */
static void
put(json_t *root, const char *path, json_t *value)
{
	g_autofree char *key = NULL;
	gssize index;
	json_t *parent = parent_of(root, path, &key, &index);

	if (key == NULL && value == NULL)
		g_assert_cmpint(json_array_remove(parent, (gsize)index), ==, 0);
	else if (key == NULL && (gsize)index == json_array_size(parent))
		json_array_append_new(parent, value);
	else if (key == NULL)
		g_assert_cmpint(json_array_set_new(parent, (gsize)index, value), ==, 0);
	else if (value == NULL)
		g_assert_cmpint(json_object_del(parent, key), ==, 0);
	else
		json_object_set_new(parent, key, value);
}

static json_t *
at(json_t *root, const char *path)
{
	g_autofree char *key = NULL;
	gssize index;
	json_t *parent = parent_of(root, path, &key, &index);

	return key != NULL ? json_object_get(parent, key) : json_array_get(parent, (gsize)index);
}

static const Fault *
fault_at(const Faults *faults, const char *where, const char *what)
{
	for (guint i = 0; i < faults->len; i++) {
		const Fault *fault = g_ptr_array_index(faults, i);
		if (strcmp(fault->where, where) == 0 && strstr(fault->what, what) != NULL)
			return fault;
	}
	return NULL;
}

static void
must_tell(json_t *root, const char *starts, const char *where, const char *what)
{
	g_autoptr(GPtrArray) faults = NULL;
	g_autoptr(Event) event = parse(root, starts, &faults);

	g_assert_null(event);
	if (fault_at(faults, where, what) != NULL)
		return;
	for (guint i = 0; i < faults->len; i++) {
		const Fault *fault = g_ptr_array_index(faults, i);
		g_test_message("told: %s: %s", fault->where, fault->what);
	}
	g_error("not told: %s: …%s…", where, what);
}

/* ---- what is right ---- */

static void
the_example_is_read_whole(void)
{
	json_t *root = example();
	g_autoptr(Event) event = must_parse(root, NULL);
	const EventSession *lunch = event_session_by_code(event, "lunch");
	const EventSession *bus = event_session_by_code(event, "bus-south");
	const EventOption *travel = event_option_by_code(event, "travel-lunch");

	g_assert_cmpstr(event->slug, ==, "immigrant-day-of-action");
	g_assert_cmpstr(event->languages[0], ==, "en");
	g_assert_cmpstr(event->languages[1], ==, "es");
	g_assert_null(event->languages[2]);
	g_assert_cmpint(event->starts, ==, 1807023600); /* 15:00 UTC, 6 April 2027 */
	g_assert_cmpuint(event->regions->len, ==, 12);
	g_assert_cmpint(lunch->kind, ==, SESSION_MEAL);
	g_assert_cmpint(lunch->door, ==, DOOR_LISTED);
	g_assert_cmpint(lunch->reentry, ==, REENTRY_ONCE);
	g_assert_cmpstr(event_text(event, lunch->title, "es"), ==, "Almuerzo en el jardín");
	g_assert_cmpstr(event_text(event, lunch->title, "ko"), ==, "Lunch on the lawn");
	g_assert_cmpstr(event_session(event, bus->return_no)->code, ==, "bus-south-return");
	g_assert_cmpuint(bus->stops->len, ==, 2);
	g_assert_cmpint(event_stop(bus, 1)->capacity, ==, NO_CAPACITY);
	g_assert_cmpint(event_stop(bus, 2)->capacity, ==, 110);
	g_assert_null(event_stop(bus, 3));
	g_assert_cmpint(travel->fee_amount, ==, 1500);
	g_assert_cmpuint(travel->includes->len, ==, 3);
	g_assert_cmpuint(travel->choices->len, ==, 3);
	g_assert_cmpuint(event->delegations->len, ==, 21);
	json_decref(root);
}

/* Every text is there in both languages. */
static void
the_example_speaks_english_and_spanish_throughout(void)
{
	json_t *root = example();
	g_autoptr(GPtrArray) waiting = g_ptr_array_new();
	guint texts = 0;

	g_ptr_array_add(waiting, root);
	while (waiting->len > 0) {
		json_t *node = g_ptr_array_steal_index(waiting, waiting->len - 1), *child;
		const char *key;
		gsize index;

		if (json_object_get(node, "en") != NULL || json_object_get(node, "es") != NULL) {
			g_assert_nonnull(json_object_get(node, "en"));
			g_assert_nonnull(json_object_get(node, "es"));
			texts++;
		}
		json_object_foreach (node, key, child)
			g_ptr_array_add(waiting, child);
		json_array_foreach (node, index, child)
			g_ptr_array_add(waiting, child);
	}
	g_assert_cmpuint(texts, >, 60);
	json_decref(root);
}

static void
every_region_of_the_example_has_a_delegation(void)
{
	json_t *root = example();
	g_autoptr(Event) event = must_parse(root, NULL);
	guint served[13] = { 0 };

	for (guint i = 0; i < event->delegations->len; i++) {
		const EventDelegation *delegation = g_ptr_array_index(event->delegations, i);
		served[delegation->region_no]++;
	}
	for (guint i = 1; i <= 10; i++)
		g_assert_cmpuint(served[i], >=, 1);
	json_decref(root);
}

static void
california_has_58_counties_in_ten_regions(void)
{
	json_t *root = example();
	g_autoptr(Event) event = must_parse(root, NULL);
	guint counties = 0;

	for (guint i = 0; i < event->regions->len; i++) {
		const EventRegion *region = g_ptr_array_index(event->regions, i);
		counties += g_strv_length(region->counties);
		g_assert_cmpint(g_strv_length(region->counties) > 0, ==, i < 10);
	}
	g_assert_cmpuint(counties, ==, 58);
	g_assert_cmpstr(event_region_of_county(event, "los ANGELES")->code, ==, "8");
	g_assert_cmpstr(event_region_of_county(event, "Yuba")->code, ==, "1");
	g_assert_null(event_region_of_county(event, "Washoe"));
	g_assert_null(event_region_of_county(event, NULL));
	g_assert_cmpstr(event_text(event, event_region_by_code(event, "outside")->name, "es"), ==,
	        "Fuera de California");
	json_decref(root);
}

static void
what_is_exported_is_what_was_loaded(void)
{
	json_t *root = example();
	g_autoptr(Event) event = must_parse(root, NULL);
	json_t *exported = definition_export(event);
	char *text = json_dumps(exported, JSON_INDENT(2));
	g_autofree char *file = NULL, *with_end = g_strconcat(text, "\n", NULL);

	g_assert_true(g_file_get_contents(EXAMPLE, &file, NULL, NULL));
	g_assert_cmpstr(with_end, ==, file);
	free(text);
	json_decref(exported);
	json_decref(root);
}

/* The least that is an event, with every shorthand. */
static const char minimal[] =
        "\xef\xbb\xbf{ \"slug\": \"picnic\", \"zone\": \"UTC\", \"title\": {\"es\": \"Picnic\"},"
        " \"contact\": \"call 555 0100\", \"starts\": \"2027-06-01T10:00\","
        " \"ends\": \"2027-06-01T18:00:30\","
        " \"registration\": {\"opens\": \"2027-05-01T00:00\", \"closes\": \"2027-06-01T18:00\"},"
        " \"regions\": [{\"code\": \"here\", \"name\": {\"es\": \"Aquí\"}, \"counties\": []}],"
        " \"sessions\": [{\"code\": \"day\", \"kind\": \"day\", \"title\": {\"es\": \"Día\"},"
        " \"starts\": \"2027-06-01T10:00\", \"ends\": \"2027-06-01T18:00\", \"place\": \"Parque\","
        " \"door\": \"open\", \"reentry\": \"again\", \"checkpoints\": [\"Puerta\"]}],"
        " \"options\": [{\"code\": \"all\", \"title\": {\"es\": \"Todo\"},"
        " \"includes\": [\"day\"]}] }";

static void
a_short_definition_exports_and_loads_again(void)
{
	g_autoptr(GPtrArray) faults = NULL;
	g_autoptr(Event) event = parse_text(minimal, NULL, &faults);

	g_assert_nonnull(event);
	g_assert_cmpint(event->logistics_days, ==, 7);
	g_assert_cmpint(event->identity_days, ==, 30);
	g_assert_cmpstr(event_text(event, event_session(event, 1)->place, "en"), ==, "Parque");
	g_assert_cmpstr(event_first_checkpoint(event, 1)->name, ==, "Puerta");
	g_assert_null(event_first_checkpoint(event, 2));
	json_t *exported = definition_export(event);
	g_autoptr(Event) again = must_parse(exported, NULL);
	json_t *exported_again = definition_export(again);
	g_assert_true(json_equal(exported, exported_again));
	g_assert_cmpstr(json_string_value(at(exported, "$.ends")), ==, "2027-06-01T18:00:30");
	json_decref(exported);
	json_decref(exported_again);
}

static void
the_regions_are_californias_when_none_are_given(void)
{
	json_t *root = example();

	put(root, "$.regions", NULL);
	g_autoptr(Event) event = must_parse(root, NULL);
	g_assert_cmpuint(event->regions->len, ==, 12);
	json_decref(root);
}

static void
a_code_that_people_type_is_found_in_any_case(void)
{
	json_t *root = example();
	g_autoptr(Event) event = must_parse(root, NULL);

	g_assert_nonnull(event_delegation_by_code(event, "puentes"));
	g_assert_true(event_delegation_by_code(event, "puentes") ==
	        event_delegation_by_code(event, "PuenTes"));
	g_assert_null(event_delegation_by_code(event, "puente"));
	g_assert_null(event_delegation_by_code(event, NULL));
	json_decref(root);
}

static void
the_first_option_is_open_from_200_to_20_days_before(void)
{
	json_t *root = example();
	g_autoptr(Event) event = must_parse(root, NULL);
	const EventOption *first = event_option_by_code(event, "travel-lunch");
	const EventOption *general = event_option_by_code(event, "general");
	const EventOption *late = event_option_by_code(event, "late");
	const gint64 day = 24 * 60 * 60;

	g_assert_true(event_option_open(event, first, event->starts - 200 * day));
	g_assert_true(event_option_open(event, first, event->starts - 20 * day));
	g_assert_false(event_option_open(event, first, event->starts - 19 * day));
	g_assert_true(event_option_open(event, general, event->opens));
	g_assert_false(event_option_open(event, general, event->opens - 1));
	/* late opens in the very second in which general closes */
	g_assert_cmpint(late->opens, ==, general->closes);
	g_assert_true(event_option_open(event, general, general->closes - 1));
	g_assert_false(event_option_open(event, late, general->closes - 1));
	g_assert_false(event_option_open(event, general, general->closes));
	g_assert_true(event_option_open(event, late, general->closes));
	json_decref(root);
}

/* ---- moving it ---- */

static void
last_years_definition_serves_this_year(void)
{
	json_t *root = example();
	g_autoptr(Event) event = must_parse(root, "2028-04-11");
	json_t *moved = definition_export(event);

	g_assert_true(event->moved);
	g_assert_cmpstr(json_string_value(at(moved, "$.starts")), ==, "2028-04-11T08:00");
	g_assert_cmpstr(json_string_value(at(moved, "$.ends")), ==, "2028-04-12T23:30");
	/* 371 days, over a 29 February */
	g_assert_cmpstr(
	        json_string_value(at(moved, "$.registration.opens")), ==, "2027-10-07T00:00");
	g_assert_cmpstr(json_string_value(at(moved, "$.sessions[3].stops[0].departs")), ==,
	        "2028-04-10T22:30");
	json_decref(moved);
	json_decref(root);
}

static void
every_wall_clock_stays_when_the_event_moves_into_winter(void)
{
	json_t *root = example();
	g_autoptr(Event) summer = must_parse(root, NULL);
	g_autoptr(Event) winter = must_parse(root, "2027-12-07");
	json_t *before = definition_export(summer), *after = definition_export(winter);

	/* 245 days and the hour that the clocks went back */
	g_assert_cmpint(winter->starts - summer->starts, ==, 245 * 24 * 60 * 60 + 60 * 60);
	for (guint i = 0; i < summer->sessions->len; i++) {
		g_autofree char *path = g_strdup_printf("$.sessions[%u].starts", i);
		g_assert_cmpstr(json_string_value(at(before, path)) + 10, ==,
		        json_string_value(at(after, path)) + 10);
	}
	g_assert_cmpstr(json_string_value(at(after, "$.starts")), ==, "2027-12-07T08:00");
	json_decref(before);
	json_decref(after);
	json_decref(root);
}

static void
moving_there_and_back_gives_the_same_event(void)
{
	static const char *const dates[] = { "2026-11-01", "2027-03-14", "2027-11-07", "2040-02-29",
		"2000-10-10" };
	json_t *root = example();

	for (guint i = 0; i < G_N_ELEMENTS(dates); i++) {
		g_autoptr(Event) moved = must_parse(root, dates[i]);
		json_t *exported = definition_export(moved);
		g_autoptr(Event) back = must_parse(exported, "2027-04-06");
		json_t *again = definition_export(back);

		g_assert_true(json_equal(root, again));
		json_decref(exported);
		json_decref(again);
	}
	json_decref(root);
}

static void
a_time_that_clocks_skip_is_a_fault(void)
{
	json_t *root = example();

	put(root, "$.sessions[5].stops[0].departs", json_string("2027-04-06T02:30"));
	put(root, "$.sessions[5].starts", json_string("2027-04-06T02:00"));
	must_tell(root, "2027-03-14", "$.sessions[5].stops[0].departs", "clocks go forward");
	must_tell(root, "2027-03-14", "$.sessions[5].starts", "clocks go forward");
	g_autoptr(Event) event = must_parse(root, "2027-03-15");
	json_decref(root);
}

static void
a_time_that_comes_twice_is_the_later_one(void)
{
	json_t *root = example();

	/* 01:30 on 7 November 2027, when clocks go back at 2 */
	put(root, "$.sessions[5].starts", json_string("2027-04-06T01:30"));
	g_autoptr(Event) event = must_parse(root, "2027-11-07");
	const EventSession *bus = g_ptr_array_index(event->sessions, 5);
	g_assert_cmpint(bus->starts, ==, 1825579800); /* 09:30 UTC: standard time */
	json_t *exported = definition_export(event);
	g_assert_cmpstr(
	        json_string_value(at(exported, "$.sessions[5].starts")), ==, "2027-11-07T01:30");
	json_decref(exported);
	json_decref(root);
}

static void
a_start_that_is_no_date_is_told(void)
{
	static const char *const wrong[] = { "", "tomorrow", "2027-02-29", "2027-4-6", "06-04-2027",
		"2027-04-06T08:00", "1999-12-31", "2200-01-01", "2027-04-06 ", "２０２７-04-06" };
	json_t *root = example();

	for (guint i = 0; i < G_N_ELEMENTS(wrong); i++)
		must_tell(root, wrong[i], "--starts", "must be a date");
	/* a date whose other times would leave the calendar */
	must_tell(root, "2000-01-01", "$.registration.opens", "in the years");
	json_decref(root);
}

/* ---- what is wrong: one thing at a time ---- */

typedef struct {
	const char *name;
	const char *put;   /* path */
	const char *value; /* JSON; NULL removes */
	const char *where; /* NULL: as put */
	const char *what;
} FaultCase;

#define AS_PUT NULL

static const FaultCase fault_cases[] = {
	{ "slug-in-upper-case", "$.slug", "\"Day\"", AS_PUT, "lower case" },
	{ "slug-with-a-slash", "$.slug", "\"a/b\"", AS_PUT, "must be a code" },
	{ "slug-with-dots", "$.slug", "\"..\"", AS_PUT, "must be a code" },
	{ "slug-empty", "$.slug", "\"\"", AS_PUT, "must be a code" },
	{ "slug-ends-with-hyphen", "$.slug", "\"day-\"", AS_PUT, "must be a code" },
	{ "slug-two-hyphens", "$.slug", "\"day--two\"", AS_PUT, "two hyphens" },
	{ "zone-unknown", "$.zone", "\"America/Fresno\"", AS_PUT, "time zone" },
	{ "zone-offset", "$.zone", "\"-08:00\"", AS_PUT, "time zone" },
	{ "zone-rule", "$.zone", "\"PST8PDT,M3.2.0,M11.1.0\"", AS_PUT, "time zone" },
	{ "zone-path", "$.zone", "\"../../../etc/passwd\"", AS_PUT, "time zone" },
	{ "zone-absolute", "$.zone", "\"/etc/localtime\"", AS_PUT, "time zone" },
	{ "title-without-language", "$.title", "{}", AS_PUT, "one language at least" },
	{ "title-unknown-language", "$.title.xx", "\"x\"", AS_PUT, "not a language we have" },
	{ "title-empty", "$.title.es", "\"\"", AS_PUT, "must not be empty" },
	{ "title-blank", "$.title.es", "\" \\u00a0\"", AS_PUT, "must not be empty" },
	{ "title-with-line-break", "$.title.es", "\"a\\nb\"", AS_PUT, "control characters" },
	{ "text-with-escape", "$.text.what.en", "\"a\\u001b[1m\"", AS_PUT, "control characters" },
	{ "text-unknown-passage", "$.text.parking", "{\"en\": \"x\"}", AS_PUT, "not known" },
	{ "text-not-in-first-language", "$.text.safe.en", NULL, "$.text.safe", "in en, the first" },
	{ "contact-missing", "$.contact", NULL, AS_PUT, "is missing" },
	{ "starts-no-time", "$.starts", "\"2027-04-06\"", AS_PUT, "must be a date and time" },
	{ "starts-with-offset", "$.starts", "\"2027-04-06T08:00Z\"", AS_PUT, "must be a date and" },
	{ "starts-no-such-day", "$.starts", "\"2027-02-30T08:00\"", AS_PUT, "must be a date and" },
	{ "starts-no-such-hour", "$.starts", "\"2027-04-06T24:00\"", AS_PUT, "must be a date and" },
	{ "starts-skipped", "$.starts", "\"2027-03-14T02:30\"", AS_PUT, "clocks go forward" },
	{ "starts-long-ago", "$.starts", "\"1850-04-06T08:00\"", AS_PUT, "in the years" },
	{ "ends-before-start", "$.ends", "\"2027-04-06T07:59\"", AS_PUT, "after the start" },
	{ "ends-at-start", "$.ends", "\"2027-04-06T08:00\"", AS_PUT, "after the start" },
	{ "closes-before-opening", "$.registration.closes", "\"2026-09-30T00:00\"", AS_PUT,
	        "after registration opens" },
	{ "closes-after-the-event", "$.registration.closes", "\"2027-04-09T00:00\"", AS_PUT,
	        "not be after the event" },
	{ "retention-too-long", "$.retention.identity_days", "91", AS_PUT, "from 1 to 90" },
	{ "retention-none", "$.retention.logistics_days", "0", AS_PUT, "from 1 to 90" },
	{ "retention-upside-down", "$.retention.logistics_days", "31", AS_PUT,
	        "30 days that identity" },
	{ "regions-of-another-state", "$.regions", "\"nevada\"", AS_PUT, "california-2020" },
	{ "regions-none", "$.regions", "[]", AS_PUT, "at least 1" },
	{ "region-code-twice", "$.regions",
	        "[{\"code\":\"8\",\"name\":{\"en\":\"a\"},\"counties\":[]},"
	        "{\"code\":\"8\",\"name\":{\"en\":\"b\"},\"counties\":[]}]",
	        "$.regions[1].code", "number 1 of this list" },
	{ "county-twice", "$.regions",
	        "[{\"code\":\"8\",\"name\":{\"en\":\"a\"},\"counties\":[\"Yolo\"]},"
	        "{\"code\":\"9\",\"name\":{\"en\":\"b\"},\"counties\":[\"Kern\",\"YOLO\"]}]",
	        "$.regions[1].counties[1]", "already" },
	{ "no-sessions", "$.sessions", "[]", AS_PUT, "at least 1" },
	{ "session-code-twice", "$.sessions[2].code", "\"action\"", AS_PUT, "number 2 of this" },
	{ "session-code-in-upper-case", "$.sessions[2].code", "\"Lunch\"", AS_PUT, "lower case" },
	{ "session-of-no-kind", "$.sessions[0].kind", "\"party\"", AS_PUT,
	        "one of: day, training" },
	{ "session-of-no-door", "$.sessions[0].door", "\"shut\"", AS_PUT, "one of: open, listed" },
	{ "session-of-no-reentry", "$.sessions[0].reentry", "\"never\"", AS_PUT, "again, once" },
	{ "session-ends-first", "$.sessions[0].ends", "\"2027-04-06T07:00\"", AS_PUT,
	        "after the start" },
	{ "session-outlives-event", "$.sessions[0].ends", "\"2027-04-08T07:00\"", AS_PUT,
	        "not be after the event" },
	{ "capacity-negative", "$.sessions[2].capacity", "-1", AS_PUT, "from 0 to" },
	{ "capacity-huge", "$.sessions[2].capacity", "1000001", AS_PUT, "from 0 to" },
	{ "capacity-wraps", "$.sessions[2].capacity", "4294967296", AS_PUT, "from 0 to" },
	{ "capacity-half", "$.sessions[2].capacity", "10.5", AS_PUT, "whole number" },
	{ "capacity-text", "$.sessions[2].capacity", "\"10\"", AS_PUT, "whole number" },
	{ "capacity-null", "$.sessions[2].capacity", "null", AS_PUT, "whole number" },
	{ "session-of-no-region", "$.sessions[3].region", "\"11\"", AS_PUT, "no region \"11\"" },
	{ "return-unknown", "$.sessions[3].return", "\"walk\"", AS_PUT, "no session \"walk\"" },
	{ "return-of-itself", "$.sessions[3].return", "\"bus-south\"", AS_PUT, "own return" },
	{ "return-no-bus", "$.sessions[3].return", "\"lunch\"", AS_PUT, "only a bus" },
	{ "return-of-a-meal", "$.sessions[2].return", "\"bus-bay-return\"", AS_PUT, "only a bus" },
	{ "return-of-two", "$.sessions[5].return", "\"bus-south-return\"", AS_PUT, "another bus" },
	{ "return-of-return", "$.sessions[4].return", "\"bus-valley-return\"",
	        "$.sessions[3].return", "no return of its own" },
	{ "return-too-early", "$.sessions[4].starts", "\"2027-04-06T06:00\"",
	        "$.sessions[3].return", "before the way there" },
	{ "stops-of-a-meal", "$.sessions[2].stops",
	        "[{\"place\":\"x\",\"departs\":\"2027-04-07T12:00\"}]", AS_PUT, "only a bus" },
	{ "stop-number-twice", "$.sessions[3].stops[1].no", "1", AS_PUT, "same number" },
	{ "stop-after-arrival", "$.sessions[3].stops[1].departs", "\"2027-04-06T09:00\"", AS_PUT,
	        "between" },
	{ "stop-number-0", "$.sessions[3].stops[1].no", "0", AS_PUT, "from 1 to 999" },
	{ "stop-number-65537", "$.sessions[3].stops[1].no", "65537", AS_PUT, "from 1 to 999" },
	{ "checkpoint-twice", "$.sessions[0].checkpoints[1]",
	        "\"Convention Center, J Street doors\"", AS_PUT, "same name" },
	{ "checkpoint-empty", "$.sessions[0].checkpoints[1]", "\"\"", AS_PUT, "not be empty" },
	{ "checkpoint-of-no-stop", "$.sessions[3].checkpoints[0].stop", "7", AS_PUT, "no stop" },
	{ "option-code-twice", "$.options[3].code", "\"general\"", AS_PUT, "number 3 of this" },
	{ "option-without-title", "$.options[3].title", NULL, AS_PUT, "is missing" },
	{ "includes-unknown", "$.options[0].includes[1]", "\"dinner\"", AS_PUT, "no session" },
	{ "includes-twice", "$.options[0].includes[1]", "\"conference\"", AS_PUT, "already" },
	{ "includes-a-return", "$.options[0].includes[3]", "\"bus-bay-return\"",
	        "$.options[0].includes", "comes with it" },
	{ "includes-what-is-chosen", "$.options[0].includes[3]", "\"bus-bay\"",
	        "$.options[0].choose[0].of", "already" },
	{ "choose-from-nothing", "$.options[0].choose[0].of", "[]", AS_PUT, "at least 1" },
	{ "choose-code-twice", "$.options[0].choose[1].code", "\"bus\"", AS_PUT, "number 1" },
	{ "choose-more-than-there-is", "$.options[0].choose[0].max", "4", AS_PUT, "more than" },
	{ "choose-least-over-most", "$.options[0].choose[0].min", "2", "$.options[0].choose[0].max",
	        "less than min" },
	{ "choose-negative", "$.options[0].choose[0].min", "-1", AS_PUT, "from 0" },
	{ "option-closes-first", "$.options[0].closes", "\"2026-09-17T00:00\"", AS_PUT,
	        "close before it opens" },
	{ "option-opens-last", "$.options[3].opens", "\"2027-04-07T17:00\"", AS_PUT,
	        "close before it opens" },
	{ "option-outlives-event", "$.options[0].closes", "\"2027-05-01T00:00\"", AS_PUT,
	        "not be after the event" },
	{ "fee-of-nothing", "$.options[0].fee.amount", "0", AS_PUT, "from 1" },
	{ "fee-with-cents", "$.options[0].fee.amount", "15.00", AS_PUT, "whole number" },
	{ "fee-without-currency", "$.options[0].fee.currency", NULL, AS_PUT, "is missing" },
	{ "fee-in-dollars", "$.options[0].fee.currency", "\"usd\"", AS_PUT, "currency" },
	{ "delegation-code-twice", "$.delegations[1].code", "\"sierra\"", AS_PUT, "number 1" },
	{ "delegation-of-no-region", "$.delegations[1].region", "\"x\"", AS_PUT, "no region" },
	{ "delegation-expects-less-than-none", "$.delegations[1].expected", "-1", AS_PUT,
	        "from 0" },
	{ "delegation-listed-perhaps", "$.delegations[1].listed", "1", AS_PUT, "true or false" },
	{ "question-of-no-type", "$.questions[0].type", "\"date\"", AS_PUT, "one of: text" },
	{ "question-without-choices", "$.questions[1].choices", NULL, AS_PUT, "is missing" },
	{ "question-with-one-choice", "$.questions[1].choices",
	        "[{\"code\":\"a\",\"label\":{\"en\":\"A\"}}]", AS_PUT, "2 to 100" },
	{ "question-choice-twice", "$.questions[1].choices[1].code", "\"health\"",
	        "$.questions[1].choices[1]", "given twice" },
	{ "question-with-needless-choices", "$.questions[0].choices",
	        "[{\"code\":\"a\",\"label\":{\"en\":\"A\"}},{\"code\":\"b\",\"label\":{\"en\":"
	        "\"B\"}}]",
	        AS_PUT, "only for types" },
	{ "question-without-purpose", "$.questions[0].purpose", NULL, AS_PUT, "is missing" },
	{ "question-seen-by-nobody", "$.questions[0].seen_by", "[]", AS_PUT, "who may see" },
	{ "question-seen-by-the-press", "$.questions[0].seen_by[0]", "\"press\"", AS_PUT,
	        "one of" },
	{ "question-seen-by-one-twice", "$.questions[0].seen_by[1]", "\"staff\"", AS_PUT,
	        "already" },
	{ "question-kept-too-long", "$.questions[0].days_kept", "31", AS_PUT, "identity_days" },
	{ "question-kept-forever", "$.questions[0].days_kept", "365", AS_PUT, "from 1 to 90" },
	{ "question-forbidden", "$.questions[0].label.en", "\"Are you a U.S. citizen?\"", AS_PUT,
	        "asks for citizenship" },
	{ "question-forbidden-in-an-answer", "$.questions[1].choices[0].label.es",
	        "\"Residente permanente\"", AS_PUT, "immigration status" },
	{ "question-forbidden-in-its-purpose", "$.questions[4].purpose.en",
	        "\"To know your date of birth\"", AS_PUT, "date of birth" },
	{ "question-forbidden-in-its-code", "$.questions[4].code", "\"passport\"", AS_PUT,
	        "an ID number" },
	{ "question-forbidden-in-another-language", "$.questions[0].label.ko",
	        "\"영주권이 있습니까?\"", AS_PUT, "immigration status" },
	{ "link-that-is-a-script", "$.links[0].url", "\"javascript:alert(1)\"", AS_PUT,
	        "https://" },
	{ "link-that-is-data", "$.links[0].url", "\"data:text/html,x\"", AS_PUT, "https://" },
	{ "link-with-a-password", "$.links[0].url", "\"https://a:b@c.org/\"", AS_PUT, "https://" },
	{ "link-without-a-host", "$.links[0].url", "\"https:///x\"", AS_PUT, "https://" },
	{ "link-with-a-quote", "$.links[0].url", "\"https://a.org/\\\"x\"", AS_PUT, "https://" },
	{ "link-relative", "$.links[0].url", "\"/e/other\"", AS_PUT, "https://" },
};

static void
one_thing_wrong_is_told_where_it_is(gconstpointer data)
{
	const FaultCase *this = data;
	json_t *root = example();
	json_t *value = NULL;

	if (this->value != NULL) {
		json_error_t error;
		value = json_loads(this->value, JSON_DECODE_ANY, &error);
		g_assert_nonnull(value);
	}
	put(root, this->put, value);
	must_tell(root, NULL, this->where != NULL ? this->where : this->put, this->what);
	json_decref(root);
}

static void
all_faults_are_told_at_once(void)
{
	json_t *root = example();
	g_autoptr(GPtrArray) faults = NULL;

	put(root, "$.slug", json_string("NO"));
	put(root, "$.zone", json_string("Nowhere/Town"));
	put(root, "$.sessions[0].capacity", json_integer(-5));
	put(root, "$.sessions[1].ends", json_string("2027-04-07T07:00"));
	put(root, "$.options[1].includes[0]", json_string("ghost"));
	put(root, "$.surplus", json_true());
	put(root, "$.sessions[2].we ird", json_true());
	g_autoptr(Event) event = parse(root, NULL, &faults);
	g_assert_null(event);
	g_assert_nonnull(fault_at(faults, "$.slug", "lower case"));
	g_assert_nonnull(fault_at(faults, "$.zone", "time zone"));
	g_assert_nonnull(fault_at(faults, "$.sessions[0].capacity", "from 0"));
	g_assert_nonnull(fault_at(faults, "$.sessions[1].ends", "after the start"));
	g_assert_nonnull(fault_at(faults, "$.options[1].includes[0]", "no session"));
	g_assert_nonnull(fault_at(faults, "$.surplus", "not known"));
	g_assert_nonnull(fault_at(faults, "$.sessions[2][\"we ird\"]", "not known"));
	g_assert_cmpuint(faults->len, ==, 7);
	json_decref(root);
}

static void
an_option_leads_to_32_bookings_at_most(void)
{
	json_t *root = example();

	/* it has two already */
	for (guint i = 0; i < 30; i++) {
		g_autofree char *code = g_strdup_printf("extra-%u", i);
		json_t *session = json_deep_copy(at(root, "$.sessions[0]"));
		json_object_set_new(session, "code", json_string(code));
		json_array_append_new(at(root, "$.sessions"), session);
		json_array_append_new(at(root, "$.options[3].includes"), json_string(code));
	}
	g_autoptr(Event) event = must_parse(root, NULL);
	json_array_append_new(at(root, "$.options[3].includes"), json_string("lunch"));
	must_tell(root, NULL, "$.options[3].includes", "at most 32");
	/* and a bus counts with its return */
	put(root, "$.options[3].includes[31]", NULL);
	put(root, "$.options[3].includes[30]", json_string("bus-bay"));
	must_tell(root, NULL, "$.options[3].includes", "at most 32");
	json_decref(root);
}

/* ---- every place in turn ---- */

typedef void (*Visit)(json_t *root, const char *path, gpointer data);

/* Calls @visit for every node below @node; of long lists the first two and the last. */
static void
walk(json_t *root, json_t *node, const char *path, Visit visit, gpointer data)
{
	g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func(g_free);
	gsize size = json_array_size(node);
	const char *key;
	json_t *child;

	json_object_foreach (node, key, child)
		g_ptr_array_add(keys, g_strdup(key));
	for (guint i = 0; i < keys->len; i++) {
		g_autofree char *below =
		        g_strdup_printf("%s.%s", path, (char *)g_ptr_array_index(keys, i));
		walk(root, at(root, below), below, visit, data);
		visit(root, below, data);
	}
	for (gsize i = 0; i < size; i++) {
		g_autofree char *below = g_strdup_printf("%s[%" G_GSIZE_FORMAT "]", path, i);
		if (i > 1 && i + 1 < size)
			continue;
		walk(root, at(root, below), below, visit, data);
		visit(root, below, data);
	}
}

static gboolean
fault_within(const Faults *faults, const char *path)
{
	for (guint i = 0; i < faults->len; i++) {
		const Fault *fault = g_ptr_array_index(faults, i);
		if (g_str_has_prefix(fault->where, path))
			return TRUE;
	}
	return FALSE;
}

static gboolean
is_shorthand(const char *path, const json_t *value)
{
	return json_is_string(value) && *json_string_value(value) != '\0' &&
	        (g_str_has_suffix(path, ".place") ||
	                g_regex_match_simple("checkpoints\\[\\d+\\]$", path, 0, 0));
}

static void
put_each_wrong_type(json_t *root, const char *path, gpointer data)
{
	static const char *const wrong[] = { "null", "true", "-7", "1e300", "\"\"", "\"x\"", "[]",
		"{}", "[[null]]", "{\"x\": {\"x\": []}}" };
	json_t *right = json_incref(at(root, path));
	guint *tried = data;

	for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
		json_t *value = json_loads(wrong[i], JSON_DECODE_ANY, NULL);
		gboolean same = json_typeof(value) == json_typeof(right);

		put(root, path, json_incref(value));
		g_autoptr(GPtrArray) faults = NULL;
		g_autoptr(Event) event = parse(root, NULL, &faults);
		g_assert_true((event == NULL) == (faults->len > 0));
		if (!same && !(json_is_boolean(value) && json_is_boolean(right)) &&
		        !is_shorthand(path, value) && !fault_within(faults, path))
			g_error("%s: %s was not told", path, wrong[i]);
		json_decref(value);
		(*tried)++;
	}
	put(root, path, right);
}

static void
a_wrong_type_anywhere_is_told_there(void)
{
	json_t *root = example();
	guint tried = 0;

	walk(root, root, "$", put_each_wrong_type, &tried);
	g_assert_cmpuint(tried, >, 2000);
	json_t *untouched = example();
	g_assert_true(json_equal(root, untouched));
	json_decref(untouched);
	json_decref(root);
}

static void
put_nothing(json_t *root, const char *path, gpointer data)
{
	json_t *right = json_incref(at(root, path));
	guint *missed = data;

	if (!g_str_has_suffix(path, "]")) {
		put(root, path, NULL);
		g_autoptr(GPtrArray) faults = NULL;
		g_autoptr(Event) event = parse(root, NULL, &faults);
		g_assert_true((event == NULL) == (faults->len > 0));
		*missed += fault_at(faults, path, "is missing") != NULL;
		put(root, path, right);
	} else {
		json_decref(right);
	}
}

static void
a_missing_key_is_told_or_has_a_meaning(void)
{
	json_t *root = example();
	guint missed = 0;

	walk(root, root, "$", put_nothing, &missed);
	g_assert_cmpuint(missed, >, 100);
	json_decref(root);
}

static void
put_more(json_t *root, const char *path, gpointer data)
{
	g_autofree char *below = g_strconcat(path, ".surplus", NULL);

	if (!json_is_object(at(root, path)))
		return;
	put(root, below, json_string("x"));
	g_autoptr(GPtrArray) faults = NULL;
	g_autoptr(Event) event = parse(root, NULL, &faults);
	g_assert_null(event);
	if (fault_at(faults, below, "is not") == NULL)
		g_error("%s was not told", below);
	put(root, below, NULL);
}

static void
an_unknown_key_anywhere_is_told(void)
{
	json_t *root = example();

	walk(root, root, "$", put_more, NULL);
	json_decref(root);
}

/* ---- what is not even JSON ---- */

static const struct {
	const char *name, *text;
} broken[] = {
	{ "nothing", "" },
	{ "blanks", "  \n" },
	{ "cut", "{\"slug\": \"x\"" },
	{ "no-object", "[]" },
	{ "two-values", "{} {}" },
	{ "comment", "{ // slug\n}" },
	{ "key-twice", "{\"slug\": \"a\", \"slug\": \"b\"}" },
	{ "not-utf-8", "{\"slug\": \"\xff\xfe\"}" },
	{ "lone-surrogate", "{\"slug\": \"\\ud800\"}" },
	{ "zero-character", "{\"slug\": \"a\\u0000b\"}" },
	{ "number-too-large", "{\"slug\": 99999999999999999999999}" },
	{ "single-quotes", "{'slug': 'x'}" },
};

static void
what_is_no_json_is_told_by_line_and_column(gconstpointer data)
{
	g_autoptr(GPtrArray) faults = NULL;
	g_autoptr(Event) event = parse_text(data, NULL, &faults);
	const Fault *fault;

	g_assert_null(event);
	g_assert_cmpuint(faults->len, >=, 1);
	fault = g_ptr_array_index(faults, 0);
	g_assert_true(g_str_has_prefix(fault->where, "line ") || fault->where[0] == '$');
}

static void
nesting_without_end_is_refused(void)
{
	static const char *const openings[] = { "[", "{\"a\":", "{\"sessions\":[" };

	for (guint i = 0; i < G_N_ELEMENTS(openings); i++) {
		g_autoptr(GString) text = g_string_new(NULL);
		g_autoptr(GPtrArray) faults = NULL;

		for (guint j = 0; j < 200000; j++)
			g_string_append(text, openings[i]);
		g_autoptr(Event) event = parse_text(text->str, NULL, &faults);
		g_assert_null(event);
		g_assert_cmpuint(faults->len, ==, 1);
	}
}

static void
a_file_that_is_too_large_is_refused_unread(void)
{
	g_autofree char *text = g_strnfill(DEFINITION_MAX + 1, '{');
	g_autoptr(GPtrArray) faults = NULL;
	g_autoptr(Event) event = parse_text(text, NULL, &faults);

	g_assert_null(event);
	g_assert_nonnull(fault_at(faults, "$", "larger than 4 MiB"));
}

static void
faults_without_number_are_kept_within_bounds(void)
{
	g_autoptr(GString) text = g_string_new("{");
	g_autoptr(GPtrArray) faults = NULL;

	for (guint i = 0; i < 100000; i++)
		g_string_append_printf(text, "%s\"k%u\":1", i ? "," : "", i);
	g_string_append_c(text, '}');
	g_autoptr(Event) event = parse_text(text->str, NULL, &faults);
	g_assert_null(event);
	g_assert_cmpuint(faults->len, ==, FAULTS_KEPT);
	/* and a full list of faults never lets a wrong definition pass */
	g_assert_null(definition_parse("{}", 2, NULL, faults));
}

static void
a_file_that_was_cut_or_scratched_never_crashes(void)
{
	g_autofree char *file = NULL;
	gsize length;
	g_autoptr(GRand) random = g_rand_new_with_seed(2027);

	g_assert_true(g_file_get_contents(EXAMPLE, &file, &length, NULL));
	for (gsize cut = 0; cut < length; cut += 211) {
		g_autoptr(GPtrArray) faults = faults_new();
		g_assert_null(definition_parse(file, cut, NULL, faults));
	}
	for (guint i = 0; i < 400; i++) {
		g_autofree char *scratched = g_memdup2(file, length + 1);
		g_autoptr(GPtrArray) faults = faults_new();
		for (guint j = 0; j < 3; j++)
			scratched[g_rand_int_range(random, 0, (gint32)length)] =
			        "{}[]\",:0-9aZ \n"[g_rand_int_range(random, 0, 14)];
		g_autoptr(Event) event = definition_parse(scratched, length, NULL, faults);
		g_assert_true((event == NULL) == (faults->len > 0));
		if (event == NULL)
			continue;
		json_t *exported = definition_export(event);
		g_autoptr(Event) again = must_parse(exported, NULL);
		json_decref(exported);
	}
}

/* ---- what is never asked ---- */

static const struct {
	const char *lang, *question, *topic;
} never_asked[] = {
	{ "en", "What is your immigration status?", "immigration status" },
	{ "en", "Are you UNDOCUMENTED?", "immigration status" },
	{ "en", "Do you have a green-card", "immigration status" },
	{ "en", "Are you a naturalized citizen?", "citizenship" },
	{ "en", "Your Nationality:", "citizenship" },
	{ "en", "In which country of birth", "country of birth or origin" },
	{ "en", "Where were you born?", "country of birth or origin" },
	{ "en", "Type of visa", "visa" },
	{ "en", "Last four digits of your Social  Security number", "an ID number" },
	{ "en", "SSN", "an ID number" },
	{ "en", "ITIN or taxpayer number", "an ID number" },
	{ "en", "Alien number (A-number)", "an ID number" },
	{ "en", "Driver’s license", "an ID number" },
	{ "en", "Passport no.", "an ID number" },
	{ "en", "D.O.B.", "date of birth" },
	{ "en", "When is your birthday?", "date of birth" },
	{ "en", "Are you registered to vote?", "voter registration" },
	{ "es", "¿Cuál es su estatus migratorio?", "immigration status" },
	{ "es", "¿Es usted ciudadana?", "citizenship" },
	{ "es", "PAÍS DE ORIGEN", "country of birth or origin" },
	{ "es", "¿Dónde nació?", "country of birth or origin" },
	{ "es", "¿Tiene visa?", "visa" },
	{ "es", "Número de seguro social", "an ID number" },
	{ "es", "Fecha de nacimiento", "date of birth" },
	{ "es", "¿Está registrado para votar?", "voter registration" },
	{ "zh-Hans", "您的移民身份是什么？", "immigration status" },
	{ "zh-Hans", "您是美国公民吗？", "citizenship" },
	{ "zh-Hans", "您的出生日期", "date of birth" },
	{ "zh-Hant", "您有綠卡嗎？", "immigration status" },
	{ "zh-Hant", "社會安全號碼", "an ID number" },
	{ "zh-Hant", "您的簽證種類", "visa" },
	{ "vi", "Quốc tịch của bạn là gì?", "citizenship" },
	{ "vi", "Bạn sinh ra ở đâu?", "country of birth or origin" },
	{ "vi", "So an sinh xa hoi", "an ID number" },
	{ "tl", "Ano ang iyong katayuan sa imigrasyon?", "immigration status" },
	{ "tl", "Petsa ng kapanganakan", "date of birth" },
	{ "tl", "Saan ka ipinanganak?", "country of birth or origin" },
	{ "ko", "시민권이 있으신가요?", "citizenship" },
	{ "ko", "비자 종류", "visa" },
	{ "ko", "생년월일을 적어 주세요", "date of birth" },
	{ "hy", "Դուք քաղաքացի՞ եք", "citizenship" },
	{ "hy", "Ձեր ծննդյան ամսաթիվը", "date of birth" },
	{ "fa", "وضعیت مهاجرتی شما چیست؟", "immigration status" },
	{ "fa", "تاریخ تولد", "date of birth" },
	{ "fa", "شماره‌ی گذرنامه", "an ID number" },
	{ "ar", "ما هي جنسيتك؟", "citizenship" },
	{ "ar", "تاريخ الميلاد", "date of birth" },
	{ "ar", "هل لديك تأشيرة؟", "visa" },
};

static void
what_is_never_asked_is_refused_in_every_language(void)
{
	g_autoptr(GHashTable) spoken = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < G_N_ELEMENTS(never_asked); i++) {
		const char *topic = NULL, *word = NULL;

		if (!forbidden_found(never_asked[i].question, &topic, &word))
			g_error("would be asked: %s", never_asked[i].question);
		g_assert_cmpstr(topic, ==, never_asked[i].topic);
		g_assert_true(language_known(never_asked[i].lang));
		g_hash_table_add(spoken, (char *)never_asked[i].lang);
	}
	g_assert_cmpuint(g_hash_table_size(spoken), ==, 10);
}

static void
what_may_be_asked_is_not_refused(void)
{
	static const char *const fine[] = {
		"Which stop is yours: Visalia, Tulare or Fresno?",
		"How many people come with you?",
		"Would you like to help with the banner?",
		"Can you drive a van?",
		"¿En qué idioma prefiere hablar?",
		"¿Necesita cuidado de niños?",
		"¿Puede revisar su correo?",
		"¿Qué talla de camiseta usa?",
		"您需要翻译吗？",
		"您喜歡吃什麼？",
		"Bạn muốn nhận tin nhắn không?",
		"Bạn cần chỗ ngồi nào?",
		"Gusto mo bang kumain?",
		"소비자 단체에 속해 있나요?",
		"몇 명이 오시나요?",
		"Քանի՞ հոգի եք գալիս",
		"چند نفر هستید؟",
		"كم عدد الأشخاص معك؟",
		"A number of people to feed",
		"Citrus allergies",
		"What are your plans?",
		"Do you want to speak at the rally?",
		"",
	};

	for (guint i = 0; i < G_N_ELEMENTS(fine); i++) {
		const char *topic = NULL, *word = NULL;
		if (forbidden_found(fine[i], &topic, &word))
			g_error("refused for \"%s\" (%s): %s", word, topic, fine[i]);
	}
}

/* Each word of the data finds itself: none was written in a way that never matches. */
static void
each_forbidden_word_is_found(void)
{
	const Embedded *file = embedded_find(embedded_data, "forbidden-questions.json");
	json_t *data = json_loadb(file->text, file->length, JSON_REJECT_DUPLICATES, NULL);
	json_t *english = json_object_get(data, "en");
	const char *lang, *topic;
	json_t *topics, *list, *word;
	gsize index;

	g_assert_cmpuint(json_object_size(data), ==, 10);
	json_object_foreach (data, lang, topics) {
		g_assert_cmpuint(json_object_size(topics), ==, json_object_size(english));
		json_object_foreach (topics, topic, list) {
			g_assert_nonnull(json_object_get(english, topic));
			json_array_foreach (list, index, word) {
				g_auto(GStrv) parts = g_strsplit(json_string_value(word), "*", -1);
				g_autofree char *plain = g_strjoinv("", parts);
				g_autofree char *asked = g_strdup_printf("¿%s?", plain);
				const char *found_topic = NULL, *found = NULL;
				if (!forbidden_found(asked, &found_topic, &found))
					g_error("%s: %s is never found", lang, plain);
				/* a star anywhere but at the ends has no meaning */
				g_assert_cmpuint(g_strv_length(parts), <=, 3);
				if (g_strv_length(parts) == 3)
					g_assert_true(*parts[0] == '\0' && *parts[2] == '\0');
			}
		}
	}
	json_decref(data);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(test) g_test_add_func("/definition/" #test, test)
	ADD(the_example_is_read_whole);
	ADD(the_example_speaks_english_and_spanish_throughout);
	ADD(every_region_of_the_example_has_a_delegation);
	ADD(california_has_58_counties_in_ten_regions);
	ADD(what_is_exported_is_what_was_loaded);
	ADD(a_short_definition_exports_and_loads_again);
	ADD(the_regions_are_californias_when_none_are_given);
	ADD(a_code_that_people_type_is_found_in_any_case);
	ADD(the_first_option_is_open_from_200_to_20_days_before);
	ADD(last_years_definition_serves_this_year);
	ADD(every_wall_clock_stays_when_the_event_moves_into_winter);
	ADD(moving_there_and_back_gives_the_same_event);
	ADD(a_time_that_clocks_skip_is_a_fault);
	ADD(a_time_that_comes_twice_is_the_later_one);
	ADD(a_start_that_is_no_date_is_told);
	ADD(all_faults_are_told_at_once);
	ADD(an_option_leads_to_32_bookings_at_most);
	ADD(a_wrong_type_anywhere_is_told_there);
	ADD(a_missing_key_is_told_or_has_a_meaning);
	ADD(an_unknown_key_anywhere_is_told);
	ADD(nesting_without_end_is_refused);
	ADD(a_file_that_is_too_large_is_refused_unread);
	ADD(faults_without_number_are_kept_within_bounds);
	ADD(a_file_that_was_cut_or_scratched_never_crashes);
	ADD(what_is_never_asked_is_refused_in_every_language);
	ADD(what_may_be_asked_is_not_refused);
	ADD(each_forbidden_word_is_found);
#undef ADD
	for (guint i = 0; i < G_N_ELEMENTS(fault_cases); i++) {
		g_autofree char *name =
		        g_strconcat("/definition/fault/", fault_cases[i].name, NULL);
		g_test_add_data_func(name, &fault_cases[i], one_thing_wrong_is_told_where_it_is);
	}
	for (guint i = 0; i < G_N_ELEMENTS(broken); i++) {
		g_autofree char *name = g_strconcat("/definition/broken/", broken[i].name, NULL);
		g_test_add_data_func(
		        name, broken[i].text, what_is_no_json_is_told_by_line_and_column);
	}
	return g_test_run();
}
