/* The code of an app beside the password: RFC 6238's own numbers, once each, clocks that differ, codes on paper, who
 * lost both. On both engines. */
#include <string.h>

#include "schema/audit.h"
#include "schema/staff_code.h"
#include "schema/verify.h"

#include "tests/fixtures/small_event.h"

/* "12345678901234567890", the secret of RFC 6238's appendix B. */
#define RFC_SECRET "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

static void
codes_are_those_of_rfc_6238(Engine *engine, gconstpointer data)
{
	/* the last six of the eight digits of appendix B, SHA-1 */
	static const struct {
		gint64 at;
		const char *code;
	} vectors[] = {
		{ 59, "287082" },
		{ 1111111109, "081804" },
		{ 1111111111, "050471" },
		{ 1234567890, "005924" },
		{ 2000000000, "279037" },
		{ G_GINT64_CONSTANT(20000000000), "353130" },
	};

	for (guint i = 0; i < G_N_ELEMENTS(vectors); i++) {
		const gint64 step = vectors[i].at / 30;
		g_assert_cmpint(
		        staff_code_step(RFC_SECRET, vectors[i].code, vectors[i].at, 0), ==, step);
		/* half a minute early and late, and no more than that */
		for (gint64 off = -2; off <= 2; off++)
			g_assert_cmpint(staff_code_step(RFC_SECRET, vectors[i].code,
			                        step * 30 + 30 * off, 0),
			        ==, ABS(off) <= 1 ? step : 0);
		g_assert_cmpint(
		        staff_code_step(RFC_SECRET, vectors[i].code, vectors[i].at, step), ==, 0);
	}
	g_assert_cmpint(staff_code_step(RFC_SECRET, " 287 082 ", 59, 0), ==, 1);
	static const char *const wrong[] = { "", "28708", "2870820", "28708a", "287082\n", "-",
		"００００００", "287083", "94287082" };
	for (guint i = 0; i < G_N_ELEMENTS(wrong); i++)
		g_assert_cmpint(staff_code_step(RFC_SECRET, wrong[i], 59, 0), ==, 0);
}

static void
secrets_are_twenty_random_bytes_that_apps_can_read(Engine *engine, gconstpointer data)
{
	char one[STAFF_SECRET_TEXT + 1], other[STAFF_SECRET_TEXT + 1];

	staff_secret_new(one);
	staff_secret_new(other);
	g_assert_cmpstr(one, !=, other);
	g_assert_cmpuint(strlen(one), ==, STAFF_SECRET_TEXT);
	g_assert_cmpuint(strspn(one, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"), ==, STAFF_SECRET_TEXT);
}

/* ---- a person with a code ---- */

typedef struct {
	Engine *engine;
	Vault *vault;
	StaffKnown known;
	StaffPaper paper;
	guint8 session[TOKEN_HASH_BYTES];
} Person;

static void
person_clear(Person *person)
{
	staff_known_clear(&person->known);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Person, person_clear)

static void
look(Person *person)
{
	g_autoptr(GError) error = NULL;
	Db *db = engine_reader(person->engine);

	staff_known_clear(&person->known);
	g_assert_true(db_begin(db, NULL));
	staff_find(db, "ana", &person->known, &error);
	db_rollback(db);
	g_assert_no_error(error);
	g_assert_true(person->known.found);
}

static void
change(Person *person, StaffCodeAct act, gint64 step)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) sealed = act == STAFF_CODE_SET
	        ? staff_secret_seal(person->vault, person->known.id, RFC_SECRET, ENGINE_NOW, &error)
	        : NULL;

	g_assert_no_error(error);
	staff_paper_new(person->vault, person->known.id, ENGINE_NOW, &person->paper, &error);
	StaffCodeChange wanted = { .act = act,
		.staff = person->known.id,
		.step = step,
		.now = ENGINE_NOW,
		.name = "ana",
		.password = person->known.password,
		.sealed = sealed,
		.paper = &person->paper };
	memcpy(wanted.session, person->session, TOKEN_HASH_BYTES);
	g_assert_no_error(error);
	writer_run(
	        record_writer(engine_record(person->engine)), staff_code_change, &wanted, &error);
	g_assert_no_error(error);
	g_assert_true(wanted.done);
	look(person);
}

static void
meet(Engine *engine, Person *person)
{
	g_autoptr(GError) error = NULL;
	char hash[PASSWORD_HASH_MAX];

	small_event_define(engine, "day");
	g_assert_true(password_hash("violet anchor teapot nine", hash, NULL));
	json_auto_t *asked = json_pack("{s:s, s:s, s:s, s:s}", "name", "ana", "role", "owner",
	        "event", "day", "password", hash);
	json_auto_t *answer = staff_operation_add(engine_record(engine), asked, ENGINE_NOW, &error);
	g_assert_no_error(error);
	g_assert_nonnull(answer);
	*person = (Person){ .engine = engine, .vault = record_vault(engine_record(engine)) };
	look(person);
}

static StaffProof
proof(const Person *person, const char *typed, gint64 now)
{
	g_autoptr(GError) error = NULL;
	StaffProof found;
	Db *db = engine_reader(person->engine);

	g_assert_true(db_begin(db, NULL));
	staff_proof_check(db, person->vault, &person->known, typed, now, &found, &error);
	db_rollback(db);
	g_assert_no_error(error);
	return found;
}

static gboolean
begin_with(Person *person, const StaffProof *with, gint64 now)
{
	g_autoptr(GError) error = NULL;
	char token[TOKEN_TEXT_LENGTH + 1];

	token_new(token);
	token_hash(token, person->session);
	StaffBegin begin = { .staff = person->known.id,
		.name = "ana",
		.password = person->known.password,
		.proof = *with,
		.now = now };
	memcpy(begin.id_hash, person->session, TOKEN_HASH_BYTES);
	writer_run(
	        record_writer(engine_record(person->engine)), staff_session_begin, &begin, &error);
	g_assert_no_error(error);
	return begin.begun;
}

/* As the page does it: looked at, then spent. */
static gboolean
enter(Person *person, const char *typed, gint64 now)
{
	look(person);
	const StaffProof with = proof(person, typed, now);
	return with.kind != PROOF_WRONG && begin_with(person, &with, now);
}

#define AT 1234567890 /* whose code is 005924 */

static void
who_has_a_code_gets_in_with_it_once(Engine *engine, gconstpointer data)
{
	g_auto(Person) ana = { 0 };

	meet(engine, &ana);
	g_assert_true(enter(&ana, "whatever", AT)); /* none is asked */
	change(&ana, STAFF_CODE_SET, 5);
	g_assert_false(enter(&ana, "", AT));
	g_assert_false(enter(&ana, "005925", AT));
	g_assert_true(enter(&ana, "005924", AT + 30));
	g_assert_false(enter(&ana, "005924", AT));
	g_assert_false(enter(&ana, "005924", AT + 30));
	/* a session is no way past it: what was looked at before the code was set doesn't count */
	const StaffProof none = { .kind = PROOF_NOT_ASKED };
	g_assert_false(begin_with(&ana, &none, AT));
	change(&ana, STAFF_CODE_OFF, 0);
	g_assert_true(enter(&ana, "", AT));
}

static void
of_two_who_come_with_one_code_one_gets_in(Engine *engine, gconstpointer data)
{
	g_auto(Person) ana = { 0 };

	meet(engine, &ana);
	change(&ana, STAFF_CODE_SET, 5);
	/* both were looked at before either was spent */
	const StaffProof app = proof(&ana, "005924", AT),
	                 paper = proof(&ana, ana.paper.codes[3], AT);
	g_assert_cmpint(app.kind, ==, PROOF_CODE);
	g_assert_cmpint(paper.kind, ==, PROOF_PAPER);
	g_assert_true(begin_with(&ana, &app, AT));
	g_assert_false(begin_with(&ana, &app, AT));
	g_assert_true(begin_with(&ana, &paper, AT));
	g_assert_false(begin_with(&ana, &paper, AT));
	g_assert_cmpint(
	        engine_ask(engine, "SELECT count(*) FROM audit WHERE act = 'sign-in'"), ==, 2);
}

static void
each_code_on_paper_is_good_once_and_fresh_ones_end_the_old(Engine *engine, gconstpointer data)
{
	g_auto(Person) ana = { 0 };

	meet(engine, &ana);
	change(&ana, STAFF_CODE_SET, 5);
	for (guint i = 0; i < STAFF_PAPER_CODES; i++) {
		g_assert_cmpuint(strspn(ana.paper.codes[i], "0123456789"), ==, STAFF_PAPER_DIGITS);
		for (guint k = 0; k < i; k++)
			g_assert_cmpstr(ana.paper.codes[i], !=, ana.paper.codes[k]);
	}
	g_autofree char *spaced = g_strdup_printf(
	        "%.4s %.4s-%s", ana.paper.codes[0], ana.paper.codes[0] + 4, ana.paper.codes[0] + 8);
	g_assert_true(enter(&ana, spaced, AT));
	g_assert_false(enter(&ana, spaced, AT));
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM staff_recovery"), ==, 9);
	g_autofree char *old = g_strdup(ana.paper.codes[1]);
	change(&ana, STAFF_CODE_PAPER, 0);
	g_assert_false(enter(&ana, old, AT));
	g_assert_true(enter(&ana, ana.paper.codes[9], AT));
	change(&ana, STAFF_CODE_OFF, 0);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM staff_recovery"), ==, 0);
}

static void
a_change_ends_all_other_sessions_and_is_in_the_audit(Engine *engine, gconstpointer data)
{
	g_auto(Person) ana = { 0 };

	meet(engine, &ana);
	for (guint i = 0; i < 3; i++)
		g_assert_true(enter(&ana, "", AT));
	change(&ana, STAFF_CODE_SET, 5); /* in the third */
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM staff_session"), ==, 1);
	g_assert_true(enter(&ana, ana.paper.codes[0], AT));
	change(&ana, STAFF_CODE_OFF, 0);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM staff_session"), ==, 1);
	g_assert_cmpint(engine_ask(engine,
	                        "SELECT count(*) FROM audit WHERE who = 'ana' AND act IN"
	                        " ('code.on', 'code.off')"),
	        ==, 2);
}

static void
the_operator_takes_a_code_off_for_who_lost_it(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) error = NULL, nobody = NULL;
	g_auto(Person) ana = { 0 };
	json_auto_t *asked = json_pack("{s:s}", "name", "Ana");
	json_auto_t *other = json_pack("{s:s}", "name", "ben");

	meet(engine, &ana);
	change(&ana, STAFF_CODE_SET, 5);
	g_assert_true(enter(&ana, "005924", AT));
	json_auto_t *done =
	        staff_operation_reset_code(engine_record(engine), asked, ENGINE_NOW, &error);
	g_assert_no_error(error);
	g_assert_nonnull(done);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM staff_session"), ==, 0);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM staff_recovery"), ==, 0);
	g_assert_cmpint(engine_ask(engine,
	                        "SELECT count(*) FROM audit WHERE who = 'operator'"
	                        " AND act = 'code.reset' AND detail = 'ana'"),
	        ==, 1);
	g_assert_true(enter(&ana, "", AT));
	g_assert_null(
	        staff_operation_reset_code(engine_record(engine), other, ENGINE_NOW, &nobody));
	g_assert_error(nobody, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT);
}

/* ---- how it is kept ---- */

static void
the_secret_is_sealed_and_what_was_changed_is_found(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) found = faults_new(), tampered = faults_new();
	g_auto(Person) ana = { 0 };
	gsize length = 0;
	VerifyCounts counts;

	meet(engine, &ana);
	change(&ana, STAFF_CODE_SET, 5);
	gconstpointer kept = g_bytes_get_data(ana.known.totp, &length);
	g_assert_null(memmem(kept, length, RFC_SECRET, 8));
	g_assert_null(memmem(kept, length, "1234567890", 10));
	/* opens for its own person only */
	g_assert_null(staff_secret_open(ana.vault, ana.known.id + 1, ana.known.totp, NULL));
	char *secret = staff_secret_open(ana.vault, ana.known.id, ana.known.totp, &error);
	g_assert_cmpstr(secret, ==, RFC_SECRET);
	sealed_text_free(secret);

	g_assert_true(verify_record(engine_record(engine), found, &counts, &error));
	g_assert_cmpuint(found->len, ==, 0);
	engine_must(engine,
	        "INSERT INTO staff (id, name, password, totp_sealed, made)"
	        " SELECT id + 1, 'eve', password, totp_sealed, made FROM staff");
	g_assert_true(verify_record(engine_record(engine), tampered, &counts, &error));
	g_assert_no_error(error);
	g_assert_cmpuint(tampered->len, ==, 1);
	const Fault *fault = g_ptr_array_index(tampered, 0);
	g_assert_cmpstr(fault->where, ==, "code of staff eve");
}

static void
what_is_set_up_comes_back_in_a_quarter_of_an_hour_to_its_person(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	g_auto(Person) ana = { 0 };

	meet(engine, &ana);
	g_autofree char *text =
	        staff_setup_text(ana.vault, ana.known.id, RFC_SECRET, ENGINE_NOW, &error);
	g_assert_no_error(error);
	g_assert_null(strstr(text, RFC_SECRET));
	static const struct {
		gint64 id_off, late;
		gboolean comes;
	} cases[] = { { 0, 0, TRUE }, { 0, STAFF_SETUP_S, TRUE }, { 0, STAFF_SETUP_S + 1, FALSE },
		{ 0, -1, FALSE }, { 1, 0, FALSE } };
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		char *secret = staff_setup_secret(ana.vault, ana.known.id + cases[i].id_off, text,
		        ENGINE_NOW + cases[i].late);
		g_assert_cmpstr(secret, ==, cases[i].comes ? RFC_SECRET : NULL);
		sealed_text_free(secret);
	}
	static const char *const wrong[] = { "", "AAAA", "not base64!" };
	for (guint i = 0; i < G_N_ELEMENTS(wrong); i++)
		g_assert_null(staff_setup_secret(ana.vault, ana.known.id, wrong[i], ENGINE_NOW));
	/* neither passes for the other, a secret that is set up for one that is kept */
	gsize text_length = 0;
	g_autofree guchar *bytes = g_base64_decode(text, &text_length);
	g_autoptr(GBytes) set_up = g_bytes_new(bytes, text_length);
	g_assert_null(staff_secret_open(ana.vault, ana.known.id, set_up, NULL));
	g_autoptr(GBytes) sealed =
	        staff_secret_seal(ana.vault, ana.known.id, RFC_SECRET, ENGINE_NOW, &error);
	gsize length = 0;
	gconstpointer value = g_bytes_get_data(sealed, &length);
	g_autofree char *kept = g_base64_encode(value, length);
	g_assert_null(staff_setup_secret(ana.vault, ana.known.id, kept, ENGINE_NOW));
}

static void
a_rolled_master_key_and_a_restart_leave_it_as_it_is(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	g_auto(Person) ana = { 0 };
	guint8 id[EVENT_ID_BYTES] = { 7 };
	guint n = 0;

	meet(engine, &ana);
	change(&ana, STAFF_CODE_SET, 5);
	/* some event's class key goes, as at its expiry, and the master key is rolled after it */
	g_assert_true(vault_create_event(ana.vault, id, ENGINE_NOW, &error));
	VaultEvent *keys = vault_event(ana.vault, id, &error);
	g_assert_true(vault_destroy_class_keys(keys, SEALED_LOGISTICS, 0, &n, &error));
	g_assert_true(vault_roll(ana.vault, &error));
	g_assert_no_error(error);
	engine_close(engine);
	ana.vault = record_vault(engine_record(engine));
	g_assert_true(enter(&ana, "005924", AT));
	g_assert_true(enter(&ana, ana.paper.codes[0], AT));
}

#define CODE_TEST(name) engine_add_test("staff_code/" #name, name)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	CODE_TEST(codes_are_those_of_rfc_6238);
	CODE_TEST(secrets_are_twenty_random_bytes_that_apps_can_read);
	CODE_TEST(who_has_a_code_gets_in_with_it_once);
	CODE_TEST(of_two_who_come_with_one_code_one_gets_in);
	CODE_TEST(each_code_on_paper_is_good_once_and_fresh_ones_end_the_old);
	CODE_TEST(a_change_ends_all_other_sessions_and_is_in_the_audit);
	CODE_TEST(the_operator_takes_a_code_off_for_who_lost_it);
	CODE_TEST(the_secret_is_sealed_and_what_was_changed_is_found);
	CODE_TEST(what_is_set_up_comes_back_in_a_quarter_of_an_hour_to_its_person);
	CODE_TEST(a_rolled_master_key_and_a_restart_leave_it_as_it_is);
	return engine_run();
}
