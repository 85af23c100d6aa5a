/* A definition that is right: read, exported, moved. */
#include "schema/definition.h"

#include <string.h>

#include "tests/fixtures/example.h"

/* ---- what is right ---- */

static void
the_example_is_read_whole(void)
{
	json_t *root = example_json();
	g_autoptr(Event) event = example_parse(root, NULL);
	const EventSession *lunch = event_session_by_code(event, "lunch");
	const EventSession *bus = event_session_by_code(event, "bus-south");
	const EventOption *travel = event_option_by_code(event, "travel-lunch");

	g_assert_cmpstr(event->slug, ==, "immigrant-day-of-action");
	g_assert_cmpstr(event->languages[0], ==, "en");
	g_assert_cmpuint(g_strv_length(event->languages), ==, 10);
	g_assert_cmpint(event->starts, ==, 1807023600); /* 15:00 UTC, 6 April 2027 */
	g_assert_cmpuint(event->regions->len, ==, 12);
	g_assert_cmpint(lunch->kind, ==, SESSION_MEAL);
	g_assert_cmpint(lunch->door, ==, DOOR_LISTED);
	g_assert_cmpint(lunch->reentry, ==, REENTRY_ONCE);
	g_assert_cmpstr(event_text(event, lunch->title, "es"), ==, "Almuerzo en el jardín");
	g_assert_cmpstr(event_text(event, lunch->title, "fr"), ==, "Lunch on the lawn");
	g_assert_cmpstr(event_text_lang(event, lunch->title, "fr"), ==, "en");
	g_assert_cmpstr(event_text_lang(event, lunch->title, "ko"), ==, "ko");
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

static void
assert_open_in(const char *title, const char *languages, const char *expected)
{
	json_t *root = example_json();

	if (title != NULL)
		example_put(root, "$.title", json_loads(title, 0, NULL));
	example_put(root, "$.languages", languages ? json_loads(languages, 0, NULL) : NULL);
	g_autoptr(Event) event = example_parse(root, NULL);
	g_autofree char *open = g_strjoinv(" ", event->languages);
	g_assert_cmpstr(open, ==, expected);
	g_assert_cmpint(event->languages_said, ==, languages != NULL);

	json_t *exported = definition_export(event);
	g_autoptr(Event) again = example_parse(exported, NULL);
	g_autofree char *open_again = g_strjoinv(" ", again->languages);
	g_assert_cmpstr(open_again, ==, expected);
	json_decref(exported);
	json_decref(root);
}

static void
an_owner_says_which_languages_are_open(void)
{
	assert_open_in(NULL, "[\"en\", \"vi\"]", "en vi");
	assert_open_in(NULL, "[\"vi\", \"es\", \"en\"]", "en vi es"); /* its own stands first */
	assert_open_in("{\"en\": \"Day\", \"ko\": \"날\"}", NULL, "en ko");
	assert_open_in("{\"en\": \"Day\", \"ko\": \"날\"}", "[\"en\"]", "en");
}

/* Every text is there in each of its languages. */
static void
the_example_speaks_all_its_languages_throughout(void)
{
	json_t *root = example_json();
	json_t *languages = json_object_get(root, "languages");
	g_autoptr(GPtrArray) waiting = g_ptr_array_new();
	guint texts = 0;

	g_ptr_array_add(waiting, root);
	while (waiting->len > 0) {
		json_t *node = g_ptr_array_steal_index(waiting, waiting->len - 1), *child;
		const char *key;
		gsize index;

		if (json_object_get(node, "en") != NULL || json_object_get(node, "es") != NULL) {
			json_t *lang;
			json_array_foreach (languages, index, lang)
				g_assert_nonnull(json_object_get(node, json_string_value(lang)));
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
what_a_language_lacks_is_named(void)
{
	json_t *root = example_json_short();
	example_put(root, "$.sessions[2].title", json_pack("{s:s}", "en", "Training"));
	example_put(root, "$.sessions[0].place", json_string("Main hall"));
	g_autoptr(Event) event = example_parse(root, NULL);
	g_autoptr(GPtrArray) lacking = definition_untold(event, "es");
	g_autoptr(GPtrArray) nothing = definition_untold(event, "en");

	g_assert_cmpuint(nothing->len, ==, 0);
	g_assert_cmpuint(lacking->len, ==, 2);
	g_assert_cmpstr(g_ptr_array_index(lacking, 0), ==, "$.sessions[0].place");
	g_assert_cmpstr(g_ptr_array_index(lacking, 1), ==, "$.sessions[2].title");
	json_decref(root);
}

/* What a small organisation begins with. */
static void
the_small_example_is_whole_and_told_in_both_its_languages(void)
{
	g_autofree char *folder = g_path_get_dirname(EXAMPLE);
	g_autofree char *path = g_build_filename(folder, "two-days.json", NULL);
	g_autofree char *text = NULL;
	Faults *faults = NULL;

	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	g_autoptr(Event) event = example_try_text(text, NULL, &faults);
	g_assert_cmpuint(faults->len, ==, 0);
	g_ptr_array_unref(faults);
	json_auto_t *exported = definition_export(event);
	g_autofree char *again = json_dumps(exported, JSON_INDENT(2));
	g_autofree char *line = g_strconcat(again, "\n", NULL);
	g_assert_cmpstr(line, ==, text);
	g_autoptr(GPtrArray) lacking = definition_untold(event, "es");
	g_assert_cmpuint(lacking->len, ==, 0);
}

static void
every_region_of_the_example_has_a_delegation(void)
{
	json_t *root = example_json();
	g_autoptr(Event) event = example_parse(root, NULL);
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
	json_t *root = example_json();
	g_autoptr(Event) event = example_parse(root, NULL);
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
	json_t *root = example_json();
	g_autoptr(Event) event = example_parse(root, NULL);
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
	g_autoptr(Event) event = example_try_text(minimal, NULL, &faults);

	g_assert_nonnull(event);
	g_assert_cmpint(event->logistics_days, ==, 7);
	g_assert_cmpint(event->identity_days, ==, 30);
	g_assert_cmpstr(event_text(event, event_session(event, 1)->place, "en"), ==, "Parque");
	g_assert_cmpstr(event_first_checkpoint(event, 1)->name, ==, "Puerta");
	g_assert_null(event_first_checkpoint(event, 2));
	json_t *exported = definition_export(event);
	g_autoptr(Event) again = example_parse(exported, NULL);
	json_t *exported_again = definition_export(again);
	g_assert_true(json_equal(exported, exported_again));
	g_assert_cmpstr(
	        json_string_value(example_at(exported, "$.ends")), ==, "2027-06-01T18:00:30");
	json_decref(exported);
	json_decref(exported_again);
}

static void
the_regions_are_californias_when_none_are_given(void)
{
	json_t *root = example_json();

	example_put(root, "$.regions", NULL);
	g_autoptr(Event) event = example_parse(root, NULL);
	g_assert_cmpuint(event->regions->len, ==, 12);
	json_decref(root);
}

static void
a_code_that_people_type_is_found_in_any_case(void)
{
	json_t *root = example_json();
	g_autoptr(Event) event = example_parse(root, NULL);

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
	json_t *root = example_json();
	g_autoptr(Event) event = example_parse(root, NULL);
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
	json_t *root = example_json();
	g_autoptr(Event) event = example_parse(root, "2028-04-11");
	json_t *moved = definition_export(event);

	g_assert_true(event->moved);
	g_assert_cmpstr(json_string_value(example_at(moved, "$.starts")), ==, "2028-04-11T08:00");
	g_assert_cmpstr(json_string_value(example_at(moved, "$.ends")), ==, "2028-04-12T23:30");
	/* 371 days, over a 29 February */
	g_assert_cmpstr(json_string_value(example_at(moved, "$.registration.opens")), ==,
	        "2027-10-07T00:00");
	g_assert_cmpstr(json_string_value(example_at(moved, "$.sessions[3].stops[0].departs")), ==,
	        "2028-04-10T22:30");
	json_decref(moved);
	json_decref(root);
}

static void
every_wall_clock_stays_when_the_event_moves_into_winter(void)
{
	json_t *root = example_json();
	g_autoptr(Event) summer = example_parse(root, NULL);
	g_autoptr(Event) winter = example_parse(root, "2027-12-07");
	json_t *before = definition_export(summer), *after = definition_export(winter);

	/* 245 days and the hour that the clocks went back */
	g_assert_cmpint(winter->starts - summer->starts, ==, 245 * 24 * 60 * 60 + 60 * 60);
	for (guint i = 0; i < summer->sessions->len; i++) {
		g_autofree char *path = g_strdup_printf("$.sessions[%u].starts", i);
		g_assert_cmpstr(json_string_value(example_at(before, path)) + 10, ==,
		        json_string_value(example_at(after, path)) + 10);
	}
	g_assert_cmpstr(json_string_value(example_at(after, "$.starts")), ==, "2027-12-07T08:00");
	json_decref(before);
	json_decref(after);
	json_decref(root);
}

static void
moving_there_and_back_gives_the_same_event(void)
{
	static const char *const dates[] = { "2026-11-01", "2027-03-14", "2027-11-07", "2040-02-29",
		"2000-10-10" };
	json_t *root = example_json();

	for (guint i = 0; i < G_N_ELEMENTS(dates); i++) {
		g_autoptr(Event) moved = example_parse(root, dates[i]);
		json_t *exported = definition_export(moved);
		g_autoptr(Event) back = example_parse(exported, "2027-04-06");
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
	json_t *root = example_json();

	example_put(root, "$.sessions[5].stops[0].departs", json_string("2027-04-06T02:30"));
	example_put(root, "$.sessions[5].starts", json_string("2027-04-06T02:00"));
	example_must_tell(
	        root, "2027-03-14", "$.sessions[5].stops[0].departs", "clocks go forward");
	example_must_tell(root, "2027-03-14", "$.sessions[5].starts", "clocks go forward");
	g_autoptr(Event) event = example_parse(root, "2027-03-15");
	json_decref(root);
}

static void
a_time_that_comes_twice_is_the_later_one(void)
{
	json_t *root = example_json();

	/* 01:30 on 7 November 2027, when clocks go back at 2 */
	example_put(root, "$.sessions[5].starts", json_string("2027-04-06T01:30"));
	g_autoptr(Event) event = example_parse(root, "2027-11-07");
	const EventSession *bus = g_ptr_array_index(event->sessions, 5);
	g_assert_cmpint(bus->starts, ==, 1825579800); /* 09:30 UTC: standard time */
	json_t *exported = definition_export(event);
	g_assert_cmpstr(json_string_value(example_at(exported, "$.sessions[5].starts")), ==,
	        "2027-11-07T01:30");
	json_decref(exported);
	json_decref(root);
}

static void
a_start_that_is_no_date_is_told(void)
{
	static const char *const wrong[] = { "", "tomorrow", "2027-02-29", "2027-4-6", "06-04-2027",
		"2027-04-06T08:00", "1999-12-31", "2200-01-01", "2027-04-06 ", "２０２７-04-06" };
	json_t *root = example_json();

	for (guint i = 0; i < G_N_ELEMENTS(wrong); i++)
		example_must_tell(root, wrong[i], "--starts", "must be a date");
	/* a date whose other times would leave the calendar */
	example_must_tell(root, "2000-01-01", "$.registration.opens", "in the years");
	json_decref(root);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(test) g_test_add_func("/definition/" #test, test)
	ADD(the_example_is_read_whole);
	ADD(an_owner_says_which_languages_are_open);
	ADD(the_example_speaks_all_its_languages_throughout);
	ADD(the_small_example_is_whole_and_told_in_both_its_languages);
	ADD(what_a_language_lacks_is_named);
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
#undef ADD
	return g_test_run();
}
