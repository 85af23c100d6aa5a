/*
 * Signing in and out. Name, password and code are asked for at once, so a wrong one of them is one answer, in one time:
 * nobody learns which, nor who has a code. The password is compared on the slow pool, one at a time.
 */
#include <string.h>

#include "schema/staff_code.h"
#include "web/routes.h"
#include "web/staff_page.h"
#include "web/throttle.h"

/* ---- the form ---- */

static Reply *
show_form(Request *request, int status, const char *fault_key, const char *name, int wait_s)
{
	const Locale *locale = request_locale(request);
	json_t *data = json_pack("{s:s, s:s, s:b, s:s}", "page_title",
	        locale_text(locale, "staff_sign_in"), "title", locale_text(locale, "staff_sign_in"),
	        "has_languages", TRUE, "name", name);
	json_object_set_new(data, "fault",
	        fault_key ? json_string(locale_text(locale, fault_key)) : json_null());
	Reply *reply = reply_page(request, status, "staff_sign_in", data);
	if (wait_s > 0) {
		g_autofree char *seconds = g_strdup_printf("%d", wait_s);
		reply_header(reply, "Retry-After", seconds);
	}
	return reply;
}

static Reply *
sign_in_page(Request *request)
{
	return show_form(request, 200, NULL, "", 0);
}

/* ---- signing in ---- */

typedef struct {
	char *asked; /* the name as it was typed, tidied; what is throttled */
	char *password;
	StaffKnown known;
	gboolean matches;
	char token[TOKEN_TEXT_LENGTH + 1];
	StaffBegin begin;
} SignIn;

static void
sign_in_free(gpointer data)
{
	SignIn *in = data;

	if (in == NULL)
		return;
	g_free(in->asked);
	password_wipe(in->password);
	staff_known_clear(&in->known);
	explicit_bzero(in->token, sizeof in->token);
	g_free(in);
}

/* On the writer's thread; the answer doesn't wait for it, or its time would tell that the password was right. */
static void
refused(gpointer data, const GError *error)
{
	StaffRefused *note = data;

	if (error != NULL)
		g_warning("a wrong code is not in the audit: %s", error->message);
	g_free(note->name);
	g_free(note);
}

static void
note_refused(Request *request, const SignIn *in)
{
	StaffRefused *note = g_new(StaffRefused, 1);

	*note = (StaffRefused){
		.staff = in->known.id, .name = g_strdup(in->known.name), .now = request_now(request)
	};
	writer_submit(record_writer(request_record(request)), staff_proof_refused, refused, note);
}

/* Between two waits the sign-in is handed on: each wait frees only its holder. */
typedef struct {
	SignIn *in;
} Holder;

static void
holder_free(gpointer data)
{
	Holder *holder = data;

	sign_in_free(holder->in);
	g_free(holder);
}

static Holder *
hold(SignIn *in)
{
	Holder *holder = g_new(Holder, 1);

	holder->in = in;
	return holder;
}

static void
compare(gpointer data)
{
	SignIn *in = ((Holder *)data)->in;

	in->matches = password_matches(in->known.password, in->password);
}

static gboolean
begin(Db *db, gpointer data, GError **error)
{
	return staff_session_begin(db, &((Holder *)data)->in->begin, error);
}

static Reply *
begun(Request *request, gpointer data, const GError *error)
{
	const SignIn *in = ((Holder *)data)->in;

	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	if (!in->begin.begun) /* no role is left, the password has just changed, the code was just used */
		return show_form(request, 422, "staff_sign_in_wrong", in->asked, 0);
	Reply *reply = reply_see_other(request, "/staff");
	reply_staff_cookie(request, reply, in->token);
	return reply;
}

static Reply *
compared(Request *request, gpointer data, const GError *error)
{
	Holder *holder = data;
	SignIn *in = holder->in;

	const gboolean right = in->matches && in->begin.proof.kind != PROOF_WRONG;
	throttle_end(request, in->asked, error == NULL && right);
	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	if (in->matches && !right)
		note_refused(request, in);
	if (!right)
		return show_form(request, 422, "staff_sign_in_wrong", in->asked, 0);
	token_new(in->token);
	in->begin = (StaffBegin){ .staff = in->known.id,
		.name = in->known.name,
		.password = in->known.password,
		.proof = in->begin.proof,
		.now = request_now(request) };
	token_hash(in->token, in->begin.id_hash);
	return reply_after(request, begin, begun, hold(g_steal_pointer(&holder->in)), holder_free);
}

static Reply *
sign_in(Request *request)
{
	const char *name = fields_get(request_form(request), "name");
	const char *password = fields_get(request_form(request), "password");
	const char *code = fields_get(request_form(request), "code");
	GError *error = NULL;
	int wait_s = 0;
	if (name == NULL || password == NULL || strlen(password) > PASSWORD_MAX)
		return show_form(request, 422, "staff_sign_in_wrong", "", 0);
	g_autofree char *folded = staff_name_fold(name);
	if (folded == NULL)
		return show_form(request, 422, "staff_sign_in_wrong", "", 0);
	Db *db = request_db(request, &error);
	if (db == NULL)
		return reply_error(request, error);
	if (!throttle_begin(request, folded, &wait_s))
		return show_form(request, 429, "staff_sign_in_wait", folded, wait_s);
	SignIn *in = g_new0(SignIn, 1);
	if (!staff_find(db, folded, &in->known, &error) ||
	        !staff_proof_check(db, record_vault(request_record(request)), &in->known,
	                code ? code : "", request_now(request), &in->begin.proof, &error)) {
		throttle_end(request, folded, FALSE);
		sign_in_free(in);
		return reply_error(request, error);
	}
	in->asked = g_steal_pointer(&folded);
	in->password = g_strdup(password);
	return reply_slow(request, TRUE, compare, compared, hold(in), holder_free);
}

/* ---- signing out, and another event ---- */

typedef struct {
	StaffChange change;
	char *name;
} Changing;

static void
changing_free(gpointer data)
{
	g_free(((Changing *)data)->name);
	g_free(data);
}

static Changing *
changing_new(Request *request)
{
	const StaffSession *session = request_staff(request);
	Changing *changing = g_new0(Changing, 1);

	changing->name = g_strdup(session->name);
	changing->change.name = changing->name;
	changing->change.now = request_now(request);
	memcpy(changing->change.id_hash, session->id_hash, TOKEN_HASH_BYTES);
	memcpy(changing->change.event, session->event, EVENT_ID_BYTES);
	return changing;
}

static Reply *
signed_out(Request *request, gpointer data, const GError *error)
{
	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	Reply *reply = reply_see_other(request, "/staff/sign-in");
	reply_staff_cookie(request, reply, NULL);
	return reply;
}

static Reply *
sign_out(Request *request)
{
	return reply_after(
	        request, staff_session_end, signed_out, changing_new(request), changing_free);
}

static Reply *
event_chosen(Request *request, gpointer data, const GError *error)
{
	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	return reply_see_other(request, "/staff");
}

static Reply *
events_page(Request *request)
{
	GError *error = NULL;
	g_autoptr(GPtrArray) slugs = NULL;
	Db *db = request_db(request, &error);
	const Event *event = db ? staff_event(request, &error) : NULL;
	if (event == NULL || !staff_events(db, request_staff(request)->staff, &slugs, &error))
		return reply_error(request, error);
	json_t *data = staff_frame(request, event, "staff_events", "/staff/events");
	json_t *events = json_array();
	for (guint i = 0; i < slugs->len; i++)
		json_array_append_new(events,
		        json_pack("{s:s, s:b}", "slug", g_ptr_array_index(slugs, i), "current",
		                g_str_equal(g_ptr_array_index(slugs, i), event->slug)));
	json_object_set_new(data, "events", events);
	return staff_reply(request, 200, "staff_events", data);
}

/* An event of theirs; the work looks whether it is. */
static Reply *
choose_event(Request *request)
{
	const char *slug = fields_get(request_form(request), "event");
	GError *error = NULL;
	Db *db = request_db(request, &error);
	g_autoptr(Event) event = db ? event_read(db, slug ? slug : "", &error) : NULL;
	if (event == NULL)
		return reply_error(request, error);
	Changing *changing = changing_new(request);
	memcpy(changing->change.event, event->id, EVENT_ID_BYTES);
	return reply_after(request, staff_session_choose, event_chosen, changing, changing_free);
}

const Route staff_routes[] = {
	{ HTTP_GET, "/staff/sign-in", FOR_ANYONE, sign_in_page },
	{ HTTP_POST, "/staff/sign-in", FOR_SIGN_IN, sign_in, .body_max = 4096 },
	{ HTTP_POST, "/staff/sign-out", FOR_STAFF, sign_out, .roles = ROLES_ALL,
	        .without_code = TRUE },
	{ HTTP_GET, "/staff/events", FOR_STAFF, events_page, .roles = ROLES_ALL },
	{ HTTP_POST, "/staff/events", FOR_STAFF, choose_event, .roles = ROLES_ALL },
	{ 0 },
};
