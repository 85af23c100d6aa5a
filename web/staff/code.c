/*
 * /staff/code: somebody's own second step. What they do here wants their password again, since a session that was left
 * open is not they. Secret and codes on paper are answers to a POST and stand on no page that can be asked for again.
 */
#include <string.h>

#include "checkin/qr.h"
#include "schema/staff_code.h"
#include "web/routes.h"
#include "web/staff_page.h"
#include "web/throttle.h"

#define PAGE "/staff/code"

typedef enum {
	ACT_NONE,
	ACT_START,
	ACT_PAPER,
	ACT_OFF,
} Act;

/* ---- pages ---- */

static Reply *
show(Request *request, int status, const char *fault_key)
{
	const Locale *locale = request_locale(request);
	const StaffSession *session = request_staff(request);
	GError *error = NULL;
	gint64 left = 0;
	Db *db = request_db(request, &error);
	const Event *event = db ? staff_event(request, &error) : NULL;
	if (event == NULL || !staff_paper_left(db, session->staff, &left, &error))
		return reply_error(request, error);
	const char *done = fields_get(request_query(request), "done");
	const gboolean off = g_strcmp0(done, "off") == 0 && !session->has_code;
	const gboolean wanted = staff_code_wanted(request);
	json_t *data = staff_frame(request, event, "staff_code_title", PAGE);
	json_object_set_new(data, "on", json_boolean(session->has_code));
	json_object_set_new(data, "wanted", json_boolean(wanted && !session->has_code));
	json_object_set_new(data, "wanted_of_role", json_boolean(wanted));
	json_object_set_new(
	        data, "left", staff_taken(locale_plural(locale, "staff_code_left", left, NULL)));
	json_object_set_new(data, "fault",
	        fault_key ? json_string(locale_text(locale, fault_key)) : json_null());
	json_object_set_new(data, "notice",
	        off ? json_string(locale_text(locale, "staff_code_is_off")) : json_null());
	return staff_reply(request, status, "staff_code", data);
}

static Reply *
code_page(Request *request)
{
	return show(request, 200, NULL);
}

/* "ABCD EFGH …", as it is typed. */
static char *
in_groups(const char *text, guint each)
{
	GString *groups = g_string_new(NULL);

	for (guint i = 0; text[i] != '\0'; i++) {
		if (i > 0 && i % each == 0)
			g_string_append_c(groups, ' ');
		g_string_append_c(groups, text[i]);
	}
	return g_string_free(groups, FALSE);
}

/* The picture stands in the page itself: it has no address of its own. */
static char *
picture_of(const char *name, const char *secret, GError **error)
{
	g_autofree char *escaped = g_uri_escape_string(name, NULL, FALSE);
	char *link = g_strdup_printf(
	        "otpauth://totp/turnout:%s?secret=%s&issuer=turnout", escaped, secret);
	g_autoptr(GBytes) svg = qr_svg_link(link, error);
	gsize length = 0;

	sealed_text_free(link);
	if (svg == NULL)
		return NULL;
	const guchar *bytes = g_bytes_get_data(svg, &length);
	g_autofree char *text = g_base64_encode(bytes, length);
	return g_strconcat("data:image/svg+xml;base64,", text, NULL);
}

/* @secret with @setup, the text that brings it back. */
static Reply *
show_new(Request *request, int status, const char *secret, const char *setup, const char *fault_key)
{
	const Locale *locale = request_locale(request);
	GError *error = NULL;
	const Event *event = staff_event(request, &error);
	char *picture = event ? picture_of(request_staff(request)->name, secret, &error) : NULL;
	if (picture == NULL)
		return reply_error(request, error);
	json_t *data = staff_frame(request, event, "staff_code_new_title", PAGE);
	json_object_set_new(data, "picture", staff_taken(picture));
	json_object_set_new(data, "secret", staff_taken(in_groups(secret, 4)));
	json_object_set_new(data, "setup", json_string(setup));
	json_object_set_new(data, "fault",
	        fault_key ? json_string(locale_text(locale, fault_key)) : json_null());
	return staff_reply(request, status, "staff_code_new", data);
}

static Reply *
show_paper(Request *request, const StaffPaper *paper, gboolean set)
{
	GError *error = NULL;
	const Event *event = staff_event(request, &error);
	if (event == NULL)
		return reply_error(request, error);
	json_t *data = staff_frame(request, event, "staff_code_paper_title", PAGE);
	json_t *codes = json_array();
	for (guint i = 0; i < STAFF_PAPER_CODES; i++)
		json_array_append_new(codes,
		        json_pack("{s:o}", "code", staff_taken(in_groups(paper->codes[i], 4))));
	json_object_set_new(data, "codes", codes);
	json_object_set_new(data, "set", json_boolean(set));
	return staff_reply(request, 200, "staff_code_paper", data);
}

/* ---- what is done ---- */

typedef struct {
	Act act;
	char *password; /* as it was typed */
	StaffKnown known;
	gboolean matches;
	GBytes *sealed;
	StaffPaper paper;
	StaffCodeChange change;
} Job;

/* Between two waits the job is handed on: each wait frees only its holder. */
typedef struct {
	Job *job;
} Holder;

static void
job_free(Job *job)
{
	if (job == NULL)
		return;
	password_wipe(job->password);
	staff_known_clear(&job->known);
	g_clear_pointer(&job->sealed, g_bytes_unref);
	explicit_bzero(&job->paper, sizeof job->paper);
	g_free(job);
}

static void
holder_free(gpointer data)
{
	Holder *holder = data;

	job_free(holder->job);
	g_free(holder);
}

static Holder *
hold(Job *job)
{
	Holder *holder = g_new(Holder, 1);

	holder->job = job;
	return holder;
}

static gboolean
change(Db *db, gpointer data, GError **error)
{
	return staff_code_change(db, &((Holder *)data)->job->change, error);
}

static Reply *
changed(Request *request, gpointer data, const GError *error)
{
	const Job *job = ((Holder *)data)->job;

	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	if (!job->change.done)
		return reply_see_other(request, PAGE);
	if (job->change.act == STAFF_CODE_OFF)
		return reply_see_other(request, PAGE "?done=off");
	return show_paper(request, &job->paper, job->change.act == STAFF_CODE_SET);
}

/* Takes @job, whose @change says what; what isn't said follows from who asks. */
static Reply *
hand_to_writer(Request *request, Job *job)
{
	const StaffSession *session = request_staff(request);
	Vault *vault = record_vault(request_record(request));
	GError *error = NULL;

	job->change.staff = job->known.id;
	job->change.name = job->known.name;
	job->change.password = job->known.password;
	job->change.paper = &job->paper;
	job->change.now = request_now(request);
	memcpy(job->change.session, session->id_hash, TOKEN_HASH_BYTES);
	memcpy(job->change.event, session->event, EVENT_ID_BYTES);
	if (job->change.act != STAFF_CODE_OFF &&
	        !staff_paper_new(vault, job->known.id, job->change.now, &job->paper, &error)) {
		job_free(job);
		return reply_error(request, error);
	}
	return reply_after(request, change, changed, hold(job), holder_free);
}

static Reply *
start(Request *request)
{
	const gint64 staff = request_staff(request)->staff, now = request_now(request);
	char secret[STAFF_SECRET_TEXT + 1];
	GError *error = NULL;

	staff_secret_new(secret);
	g_autofree char *setup =
	        staff_setup_text(record_vault(request_record(request)), staff, secret, now, &error);
	Reply *reply = setup != NULL ? show_new(request, 200, secret, setup, NULL)
	                             : reply_error(request, error);
	explicit_bzero(secret, sizeof secret);
	return reply;
}

static void
compare(gpointer data)
{
	Job *job = ((Holder *)data)->job;

	job->matches = password_matches(job->known.password, job->password);
}

static Reply *
compared(Request *request, gpointer data, const GError *error)
{
	Holder *holder = data;
	Job *job = holder->job;

	throttle_end(request, job->known.name, error == NULL && job->matches);
	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	if (!job->matches)
		return show(request, 422, "staff_code_wrong_password");
	if (job->act == ACT_START)
		return start(request);
	job->change.act = job->act == ACT_OFF ? STAFF_CODE_OFF : STAFF_CODE_PAPER;
	return hand_to_writer(request, g_steal_pointer(&holder->job));
}

static Act
act_of(const char *word)
{
	return g_strcmp0(word, "start") == 0    ? ACT_START
	        : g_strcmp0(word, "paper") == 0 ? ACT_PAPER
	        : g_strcmp0(word, "off") == 0   ? ACT_OFF
	                                        : ACT_NONE;
}

/* The person who is signed in, as they are now; NULL with @error. */
static Job *
job_new(Request *request, GError **error)
{
	Db *db = request_db(request, error);
	Job *job = g_new0(Job, 1);

	if (db != NULL && staff_find(db, request_staff(request)->name, &job->known, error) &&
	        job->known.found)
		return job;
	job_free(job);
	if (error != NULL && *error == NULL) /* disabled this moment */
		g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT, "nobody");
	return NULL;
}

static Reply *
ask(Request *request)
{
	const StaffSession *session = request_staff(request);
	const char *password = fields_get(request_form(request), "password");
	const Act act = act_of(fields_get(request_form(request), "act"));
	GError *error = NULL;
	int wait_s = 0;
	if (act == ACT_NONE || (act != ACT_START && !session->has_code))
		return reply_see_other(request, PAGE);
	if (act == ACT_OFF && staff_code_wanted(request))
		return reply_status(request, 403);
	if (password == NULL || strlen(password) > PASSWORD_MAX)
		return show(request, 422, "staff_code_wrong_password");
	Job *job = job_new(request, &error);
	if (job == NULL)
		return reply_error(request, error);
	if (!throttle_begin(request, job->known.name, &wait_s)) {
		job_free(job);
		return show(request, 429, "staff_sign_in_wait");
	}
	job->act = act;
	job->password = g_strdup(password);
	return reply_slow(request, TRUE, compare, compared, hold(job), holder_free);
}

/* The first code of a new secret shows that the app has it. */
static Reply *
confirm(Request *request)
{
	Vault *vault = record_vault(request_record(request));
	const char *setup = fields_get(request_form(request), "setup");
	const char *code = fields_get(request_form(request), "code");
	const gint64 now = request_now(request);
	GError *error = NULL;
	char *secret = setup != NULL
	        ? staff_setup_secret(vault, request_staff(request)->staff, setup, now)
	        : NULL;
	if (secret == NULL)
		return show(request, 422, "staff_code_setup_over");
	const gint64 step = staff_code_step(secret, code ? code : "", now, 0);
	if (step == 0) {
		Reply *again = show_new(request, 422, secret, setup, "staff_code_wrong");
		sealed_text_free(secret);
		return again;
	}
	Job *job = job_new(request, &error);
	if (job != NULL)
		job->sealed = staff_secret_seal(vault, job->known.id, secret, now, &error);
	sealed_text_free(secret);
	if (job == NULL || job->sealed == NULL) {
		job_free(job);
		return reply_error(request, error);
	}
	job->change =
	        (StaffCodeChange){ .act = STAFF_CODE_SET, .sealed = job->sealed, .step = step };
	return hand_to_writer(request, job);
}

const Route staff_code_routes[] = {
	{ HTTP_GET, PAGE, FOR_STAFF, code_page, .roles = ROLES_ALL, .without_code = TRUE },
	{ HTTP_POST, PAGE, FOR_STAFF, ask, .body_max = 4096, .roles = ROLES_ALL,
	        .without_code = TRUE },
	{ HTTP_POST, PAGE "/confirm", FOR_STAFF, confirm, .body_max = 4096, .roles = ROLES_ALL,
	        .without_code = TRUE },
	{ 0 },
};
