/* Who signs in: roles, sessions that end, passwords, and the audit that shows when it was touched. On both
 * engines. */
#include <string.h>

#include "schema/audit.h"
#include "schema/staff.h"
#include "schema/verify.h"

#include "tests/fixtures/small_event.h"

/* What password_hash() makes of "violet anchor teapot nine", once. */
static const char *
a_hash(void)
{
	static char hash[PASSWORD_HASH_MAX];

	if (hash[0] == '\0')
		g_assert_true(password_hash("violet anchor teapot nine", hash, NULL));
	return hash;
}

static gboolean
try_add(Engine *engine, const char *name, const char *role, const char *region, GError **error)
{
	json_auto_t *asked = json_pack("{s:s, s:s, s:s*, s:s, s:s}", "name", name, "role", role,
	        "region", region, "event", "day", "password", a_hash());
	json_auto_t *answer = staff_operation_add(engine_record(engine), asked, ENGINE_NOW, error);

	return answer != NULL;
}

static void
add(Engine *engine, const char *name, const char *role, const char *region)
{
	g_autoptr(GError) error = NULL;

	try_add(engine, name, role, region, &error);
	g_assert_no_error(error);
}

/* Signs @name in at @now; FALSE when there is no such person, or no role is left. */
static gboolean
sign_in(Engine *engine, const char *name, gint64 now, guint8 ret_hash[TOKEN_HASH_BYTES])
{
	g_autoptr(GError) error = NULL;
	StaffKnown known = { 0 };
	char token[TOKEN_TEXT_LENGTH + 1];
	Db *db = engine_reader(engine);

	g_assert_true(db_begin(db, NULL));
	staff_find(db, name, &known, &error);
	db_rollback(db);
	g_assert_no_error(error);
	token_new(token);
	token_hash(token, ret_hash);
	StaffBegin begin = {
		.staff = known.id, .name = known.name, .password = known.password, .now = now
	};
	memcpy(begin.id_hash, ret_hash, TOKEN_HASH_BYTES);
	if (known.found)
		writer_run(
		        record_writer(engine_record(engine)), staff_session_begin, &begin, &error);
	g_assert_no_error(error);
	staff_known_clear(&known);
	return begin.begun;
}

static StaffSession *
session(Engine *engine, const guint8 hash[TOKEN_HASH_BYTES], gint64 now)
{
	g_autoptr(GError) error = NULL;
	StaffSession *found = NULL;
	Db *db = engine_reader(engine);

	g_assert_true(db_begin(db, NULL));
	staff_session_read(db, hash, now, &found, &error);
	db_rollback(db);
	g_assert_no_error(error);
	return found;
}

static gboolean
holds(Engine *engine, const guint8 hash[TOKEN_HASH_BYTES], gint64 now)
{
	g_autoptr(StaffSession) found = session(engine, hash, now);

	return found != NULL;
}

static void
touch(Engine *engine, const guint8 hash[TOKEN_HASH_BYTES], gint64 now)
{
	StaffChange change = { .now = now };

	memcpy(change.id_hash, hash, TOKEN_HASH_BYTES);
	g_assert_true(writer_run(
	        record_writer(engine_record(engine)), staff_session_touch, &change, NULL));
}

static void
a_session_has_the_role_and_the_region_of_its_person(Engine *engine, gconstpointer data)
{
	guint8 hash[TOKEN_HASH_BYTES], other[TOKEN_HASH_BYTES] = { 1 };

	small_event_define(engine, "day");
	add(engine, "Ana", "owner", NULL);
	add(engine, "bea", "region", "south");
	g_assert_true(sign_in(engine, "BEA", ENGINE_NOW, hash));
	g_autoptr(StaffSession) bea = session(engine, hash, ENGINE_NOW);
	g_assert_cmpint(bea->role, ==, ROLE_REGION);
	g_assert_cmpuint(bea->region_no, ==, SOUTH);
	g_assert_cmpstr(bea->name, ==, "bea");
	g_assert_true(sign_in(engine, "ana", ENGINE_NOW, hash));
	g_autoptr(StaffSession) ana = session(engine, hash, ENGINE_NOW);
	g_assert_cmpint(ana->role, ==, ROLE_OWNER);
	g_assert_cmpuint(ana->region_no, ==, 0);
	g_assert_false(holds(engine, other, ENGINE_NOW));
	g_assert_false(sign_in(engine, "carla", ENGINE_NOW, hash));
}

static void
a_region_lead_without_a_region_sees_nothing_rather_than_everything(
        Engine *engine, gconstpointer data)
{
	guint8 hash[TOKEN_HASH_BYTES];

	small_event_define(engine, "day");
	add(engine, "bea", "region", "south");
	g_assert_true(sign_in(engine, "bea", ENGINE_NOW, hash));
	engine_must(engine, "UPDATE staff_role SET region_no = NULL");
	g_assert_false(holds(engine, hash, ENGINE_NOW));
}

static void
a_session_ends_when_idle_and_after_twelve_hours_in_any_case(Engine *engine, gconstpointer data)
{
	guint8 hash[TOKEN_HASH_BYTES];
	gint64 now = ENGINE_NOW;

	small_event_define(engine, "day");
	add(engine, "ana", "owner", NULL);
	g_assert_true(sign_in(engine, "ana", now, hash));
	g_assert_true(holds(engine, hash, now + STAFF_IDLE_S - 1));
	g_assert_false(holds(engine, hash, now + STAFF_IDLE_S));
	while ((now += STAFF_IDLE_S - 60) < ENGINE_NOW + STAFF_SESSION_S) {
		g_assert_true(holds(engine, hash, now));
		touch(engine, hash, now);
	}
	g_assert_false(holds(engine, hash, ENGINE_NOW + STAFF_SESSION_S));
}

static void
who_changes_or_is_disabled_is_signed_out_with_the_same_commit(Engine *engine, gconstpointer data)
{
	guint8 hash[TOKEN_HASH_BYTES];
	json_auto_t *asked = json_pack("{s:s}", "name", "Ana");

	small_event_define(engine, "day");
	add(engine, "ana", "owner", NULL);
	g_assert_true(sign_in(engine, "ana", ENGINE_NOW, hash));
	add(engine, "ana", "viewer", NULL);
	g_assert_false(holds(engine, hash, ENGINE_NOW));
	g_assert_true(sign_in(engine, "ana", ENGINE_NOW, hash));
	json_auto_t *done = staff_operation_disable(engine_record(engine), asked, ENGINE_NOW, NULL);
	g_assert_nonnull(done);
	g_assert_false(holds(engine, hash, ENGINE_NOW));
	g_assert_false(sign_in(engine, "ana", ENGINE_NOW, hash));
}

static gboolean
was_there(Engine *engine, const char *name)
{
	g_autoptr(GError) error = NULL;
	json_auto_t *asked = json_pack("{s:s, s:s, s:s, s:s}", "name", name, "role", "viewer",
	        "event", "day", "password", a_hash());
	json_auto_t *answer = staff_operation_add(engine_record(engine), asked, ENGINE_NOW, &error);

	g_assert_no_error(error);
	return json_is_true(json_object_get(answer, "was_there"));
}

static void
who_takes_a_name_that_is_taken_is_told(Engine *engine, gconstpointer data)
{
	small_event_define(engine, "day");
	g_assert_false(was_there(engine, "bo"));
	g_assert_true(was_there(engine, "Bo"));
	g_assert_false(was_there(engine, "bob"));
}

static void
what_is_wrong_with_a_new_person_is_said(Engine *engine, gconstpointer data)
{
	static const struct {
		const char *name, *role, *region, *words;
	} cases[] = {
		{ "", "owner", NULL, "letters" },
		{ "ana maria", "owner", NULL, "letters" },
		{ "ana", "boss", NULL, "--role" },
		{ "ana", "region", NULL, "--region" },
		{ "ana", "region", "nowhere", "south" },
		{ "ana", "staff", "south", "--role region only" },
	};

	small_event_define(engine, "day");
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_assert_false(
		        try_add(engine, cases[i].name, cases[i].role, cases[i].region, &error));
		g_assert_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT);
		g_assert_nonnull(strstr(error->message, cases[i].words));
	}
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM staff"), ==, 0);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM audit"), ==, 0);
}

/* ---- the audit ---- */

static guint
faults_after(Engine *engine, const char *sql)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) found = faults_new();
	gint64 lines = 0;
	Db *db = engine_reader(engine);

	if (sql != NULL)
		engine_must(engine, sql);
	g_assert_true(db_begin(db, NULL));
	audit_verify(db, found, &lines, &error);
	db_rollback(db);
	g_assert_no_error(error);
	return found->len;
}

static void
fill_audit(Engine *engine)
{
	guint8 hash[TOKEN_HASH_BYTES];

	small_event_define(engine, "day");
	add(engine, "ana", "owner", NULL);
	for (guint i = 0; i < 5; i++)
		g_assert_true(sign_in(engine, "ana", ENGINE_NOW + i, hash));
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM audit"), ==, 6);
	g_assert_cmpuint(faults_after(engine, NULL), ==, 0);
}

static void
a_touched_audit_is_seen(Engine *engine, gconstpointer data)
{
	fill_audit(engine);
	g_assert_cmpuint(faults_after(engine, data), >, 0);
}

static void
a_work_that_is_undone_leaves_no_line_and_no_gap(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) error = NULL;

	fill_audit(engine);
	g_assert_false(try_add(engine, "bea", "region", NULL, &error));
	add(engine, "bea", "viewer", NULL);
	g_assert_cmpint(engine_ask(engine, "SELECT max(no) FROM audit"), ==, 7);
	g_assert_cmpuint(faults_after(engine, NULL), ==, 0);
}

/* ---- passwords ---- */

static void
passwords_that_everybody_tries_are_refused(void)
{
	static const char *const bad[] = { "", "elevenchars", "passwordpassword", "Password2027!",
		"P@ssw0rd!!!!", "qwertyuiopas", "aaaaaaaaaaaaa", "abcdefghijkl", "987654321098",
		"1qaz2wsx1qaz2wsx", "sisepuede2027!!", "ILoveYouForever", "letmein letmein",
		"  password  ", "\xff\xfe not utf-8 at all" };
	static const char *const good[] = { "violet anchor teapot nine", "k7#Vq2!mZx9p",
		"niebla-cafe-trompeta", "3847 pelicanos verdes" };

	for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) error = NULL;
		g_test_message("%s", bad[i]);
		g_assert_false(password_check(bad[i], "ana", &error));
		g_assert_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT);
	}
	for (guint i = 0; i < G_N_ELEMENTS(good); i++)
		g_assert_true(password_check(good[i], "ana", NULL));
	g_assert_false(password_check("guadalupe-2027", "Guadalupe", NULL));
}

static void
a_password_is_kept_as_argon2id_with_64_mib(void)
{
	g_assert_true(g_str_has_prefix(a_hash(), "$argon2id$v=19$m=65536,"));
	g_assert_true(password_hash_looks_right(a_hash()));
	g_assert_false(password_hash_looks_right("violet anchor teapot nine"));
	g_assert_true(password_matches(a_hash(), "violet anchor teapot nine"));
	g_assert_false(password_matches(a_hash(), "violet anchor teapot ninf"));
	g_assert_false(password_matches(NULL, "violet anchor teapot nine"));
}

#define STAFF_TEST(name) engine_add_test("staff/" #name, name)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	STAFF_TEST(a_session_has_the_role_and_the_region_of_its_person);
	STAFF_TEST(a_region_lead_without_a_region_sees_nothing_rather_than_everything);
	STAFF_TEST(a_session_ends_when_idle_and_after_twelve_hours_in_any_case);
	STAFF_TEST(who_changes_or_is_disabled_is_signed_out_with_the_same_commit);
	STAFF_TEST(who_takes_a_name_that_is_taken_is_told);
	STAFF_TEST(what_is_wrong_with_a_new_person_is_said);
	engine_add_data_test("audit/a_changed_line_is_seen", a_touched_audit_is_seen,
	        "UPDATE audit SET detail = 'x' WHERE no = 3");
	engine_add_data_test("audit/a_line_of_another_person_is_seen", a_touched_audit_is_seen,
	        "UPDATE audit SET who = 'bea' WHERE no = 6");
	engine_add_data_test("audit/a_missing_line_is_seen", a_touched_audit_is_seen,
	        "DELETE FROM audit WHERE no = 4");
	engine_add_data_test("audit/a_cut_end_is_seen", a_touched_audit_is_seen,
	        "DELETE FROM audit WHERE no > 4");
	engine_add_data_test(
	        "audit/a_lost_head_is_seen", a_touched_audit_is_seen, "DELETE FROM audit_head");
	engine_add_test("audit/a_work_that_is_undone_leaves_no_line_and_no_gap",
	        a_work_that_is_undone_leaves_no_line_and_no_gap);
	g_test_add_func("/password/those_that_everybody_tries_are_refused",
	        passwords_that_everybody_tries_are_refused);
	g_test_add_func("/password/kept_as_argon2id_with_64_mib",
	        a_password_is_kept_as_argon2id_with_64_mib);
	return engine_run();
}
