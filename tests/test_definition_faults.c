/* A definition that is wrong: one thing at a time, and all at once. */
#include "schema/definition.h"

#include <string.h>

#include "tests/fixtures/example.h"

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
	{ "languages-no-list", "$.languages", "\"en\"", AS_PUT, "list" },
	{ "languages-none", "$.languages", "[]", AS_PUT, "" },
	{ "languages-unknown", "$.languages", "[\"en\", \"xx\"]", "$.languages[1]",
	        "not a language we have" },
	{ "languages-no-text", "$.languages", "[\"en\", 7]", "$.languages[1]",
	        "not a language we have" },
	{ "languages-twice", "$.languages", "[\"en\", \"es\", \"es\"]", "$.languages[2]",
	        "in this list already" },
	{ "languages-not-its-own", "$.languages", "[\"es\", \"vi\"]", AS_PUT,
	        "needs en, the first" },
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
	{ "paper-title-no-boolean", "$.paper", "{\"title\": \"yes\"}", "$.paper.title",
	        "true or false" },
	{ "paper-size-unknown", "$.paper", "{\"size\": \"a5\"}", "$.paper.size", "letter, a4" },
	{ "paper-with-more", "$.paper", "{\"place\": true}", "$.paper.place", "" },
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
	{ "partner-without-name", "$.partners[0].name", NULL, AS_PUT, "is missing" },
	{ "partner-of-no-region", "$.partners[0].region", "\"moon\"", AS_PUT, "no region" },
	{ "partner-twice-in-a-region", "$.partners[1].region", "\"3\"", AS_PUT,
	        "has a partner already" },
	{ "partner-twice-of-the-rest", "$.partners",
	        "[{\"name\": {\"en\": \"A\"}}, {\"name\": {\"en\": \"B\"}}]", "$.partners[1]",
	        "of all other regions already" },
	{ "partner-not-in-first-language", "$.partners[0].name.en", NULL, "$.partners[0].name",
	        "in en, the first" },
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
	json_t *root = example_json();
	json_t *value = NULL;

	if (this->value != NULL) {
		json_error_t error;
		value = json_loads(this->value, JSON_DECODE_ANY, &error);
		g_assert_nonnull(value);
	}
	example_put(root, this->put, value);
	example_must_tell(root, NULL, this->where != NULL ? this->where : this->put, this->what);
	json_decref(root);
}

static void
all_faults_are_told_at_once(void)
{
	json_t *root = example_json();
	g_autoptr(GPtrArray) faults = NULL;

	example_put(root, "$.slug", json_string("NO"));
	example_put(root, "$.zone", json_string("Nowhere/Town"));
	example_put(root, "$.sessions[0].capacity", json_integer(-5));
	example_put(root, "$.sessions[1].ends", json_string("2027-04-07T07:00"));
	example_put(root, "$.options[1].includes[0]", json_string("ghost"));
	example_put(root, "$.surplus", json_true());
	example_put(root, "$.sessions[2].we ird", json_true());
	g_autoptr(Event) event = example_try(root, NULL, &faults);
	g_assert_null(event);
	g_assert_nonnull(example_fault(faults, "$.slug", "lower case"));
	g_assert_nonnull(example_fault(faults, "$.zone", "time zone"));
	g_assert_nonnull(example_fault(faults, "$.sessions[0].capacity", "from 0"));
	g_assert_nonnull(example_fault(faults, "$.sessions[1].ends", "after the start"));
	g_assert_nonnull(example_fault(faults, "$.options[1].includes[0]", "no session"));
	g_assert_nonnull(example_fault(faults, "$.surplus", "not known"));
	g_assert_nonnull(example_fault(faults, "$.sessions[2][\"we ird\"]", "not known"));
	g_assert_cmpuint(faults->len, ==, 7);
	json_decref(root);
}

static void
an_option_leads_to_32_bookings_at_most(void)
{
	json_t *root = example_json();

	/* it has two already */
	for (guint i = 0; i < 30; i++) {
		g_autofree char *code = g_strdup_printf("extra-%u", i);
		json_t *session = json_deep_copy(example_at(root, "$.sessions[0]"));
		json_object_set_new(session, "code", json_string(code));
		json_array_append_new(example_at(root, "$.sessions"), session);
		json_array_append_new(example_at(root, "$.options[3].includes"), json_string(code));
	}
	g_autoptr(Event) event = example_parse(root, NULL);
	json_array_append_new(example_at(root, "$.options[3].includes"), json_string("lunch"));
	example_must_tell(root, NULL, "$.options[3].includes", "at most 32");
	/* and a bus counts with its return, included or chosen */
	example_put(root, "$.options[3].includes[31]", NULL);
	example_put(root, "$.options[3].includes[30]", json_string("bus-bay"));
	example_must_tell(root, NULL, "$.options[3].includes", "at most 32");
	example_put(root, "$.options[3].includes[30]", NULL);
	example_put(root, "$.options[3].choose",
	        json_pack("[{s:s, s:[s], s:i, s:i}]", "code", "bus", "of", "bus-bay", "min", 0,
	                "max", 1));
	example_must_tell(root, NULL, "$.options[3].includes", "33 bookings");
	json_decref(root);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(test) g_test_add_func("/faults/" #test, test)
	ADD(all_faults_are_told_at_once);
	ADD(an_option_leads_to_32_bookings_at_most);
#undef ADD
	for (guint i = 0; i < G_N_ELEMENTS(fault_cases); i++) {
		g_autofree char *name = g_strconcat("/faults/", fault_cases[i].name, NULL);
		g_test_add_data_func(name, &fault_cases[i], one_thing_wrong_is_told_where_it_is);
	}
	return g_test_run();
}
