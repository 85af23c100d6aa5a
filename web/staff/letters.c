/*
 * /staff/letters: what waits to be sent, what was sent, what was given up and why; trying again.
 */
#include "web/staff/letters.h"

#include <string.h>

#include "schema/audit.h"
#include "web/routes.h"
#include "web/page.h"
#include "web/staff_page.h"

#define ROWS_SHOWN 50

LetterDesk
staff_letter_desk(Request *request, Db *db)
{
	return (LetterDesk){ .db = db,
		.vault = record_vault(request_record(request)),
		.shelf = request_shelf(request),
		.base_url = request_base_url(request),
		.domain = "",
		.now = request_now(request) };
}

char *
staff_tel(const char *phone)
{
	GString *number = g_string_new(*phone == '+' ? "tel:+" : "tel:");

	for (; *phone != '\0'; phone++)
		if (g_ascii_isdigit(*phone))
			g_string_append_c(number, *phone);
	return g_string_free(number, FALSE);
}

char *
staff_phone_shown(const char *phone)
{
	GString *shown = g_string_new(phone);

	g_string_replace(shown, " ", "\302\240", 0);     /* no-break space */
	g_string_replace(shown, "-", "\342\200\221", 0); /* no-break hyphen */
	return g_string_free(shown, FALSE);
}

/* ---- words ---- */

/* What the last attempt met, "refused 550", in words. */
static char *
trouble_shown(const Locale *locale, const char *trouble)
{
	static const struct {
		const char *word, *key;
	} known[] = {
		{ "unreachable", "letters_trouble_unreachable" },
		{ "tls", "letters_trouble_tls" },
		{ "sign-in", "letters_trouble_sign_in" },
		{ "server", "letters_trouble_server" },
		{ "refused", "letters_trouble_refused" },
		{ "later", "letters_trouble_later" },
		{ "broken-off", "letters_trouble_broken" },
		{ "no-answer", "letters_trouble_broken" },
		{ "restored", "staff_letters_trouble_restored" },
	};
	const gsize word = strcspn(trouble, " ");

	for (guint i = 0; i < G_N_ELEMENTS(known); i++)
		if (strlen(known[i].word) == word && strncmp(known[i].word, trouble, word) == 0)
			return g_strdup_printf(
			        "%s%s", locale_text(locale, known[i].key), trouble + word);
	return g_strdup(trouble);
}

static json_t *
row_data(Request *request, const OutboxRow *row)
{
	const Locale *locale = request_locale(request);
	const gint64 now = request_now(request);

	return json_pack("{s:s, s:s, s:o, s:o, s:o}", "cause", row->cause, "kind",
	        letter_kind_text(locale, row->kind), "made",
	        staff_taken(staff_ago(locale, row->made, now)), "tries",
	        staff_taken(locale_number(locale, row->tries)), "trouble",
	        staff_taken(trouble_shown(locale, row->trouble)));
}

static json_t *
waiting_data(Request *request, const GArray *rows)
{
	json_t *list = json_array();

	for (guint i = 0; i < rows->len; i++)
		json_array_append_new(list, row_data(request, &g_array_index(rows, OutboxRow, i)));
	return list;
}

/* Whose it was: somebody has to find out how to reach them. NULL with @error. */
static json_t *
given_up_data(Request *request, Db *db, const GArray *rows, GError **error)
{
	const LetterDesk desk = staff_letter_desk(request, db);
	json_auto_t *list = json_array();

	for (guint i = 0; i < rows->len; i++) {
		const OutboxRow *row = &g_array_index(rows, OutboxRow, i);
		g_autoptr(LetterCall) call = NULL;
		if (!letter_call(&desk, row, &call, error))
			return NULL;
		json_t *data = row_data(request, row);
		json_object_set_new(data, "name",
		        json_string(call != NULL && call->name != NULL ? call->name : "–"));
		json_object_set_new(data, "email",
		        call != NULL && call->email != NULL ? json_string(call->email)
		                                            : json_null());
		gboolean has_phone = call != NULL && call->phone != NULL;
		json_object_set_new(data, "phone",
		        has_phone ? staff_taken(staff_phone_shown(call->phone)) : json_null());
		json_object_set_new(
		        data, "tel", has_phone ? staff_taken(staff_tel(call->phone)) : json_null());
		json_array_append_new(list, data);
	}
	return json_incref(list);
}

/* ---- the page ---- */

static void
set_counts(Request *request, json_t *data, const OutboxCounts *counts)
{
	const Locale *locale = request_locale(request);

	json_object_set_new(data, "waiting_n",
	        staff_taken(
	                locale_plural(locale, "letters_waiting", counts->n[OUTBOX_WAITING], NULL)));
	json_object_set_new(data, "sent_n",
	        staff_taken(locale_plural(locale, "letters_sent", counts->n[OUTBOX_SENT], NULL)));
	json_object_set_new(data, "given_up_n",
	        staff_taken(locale_plural(
	                locale, "letters_given_up", counts->n[OUTBOX_GIVEN_UP], NULL)));
	json_object_set_new(data, "calls_n",
	        staff_taken(locale_plural(locale, "letters_calls", counts->n[OUTBOX_CALL], NULL)));
	json_object_set_new(data, "alarming", json_boolean(counts->n[OUTBOX_GIVEN_UP] > 0));
	json_object_set_new(data, "has_waiting", json_boolean(counts->n[OUTBOX_WAITING] > 0));
	json_object_set_new(data, "has_given_up", json_boolean(counts->n[OUTBOX_GIVEN_UP] > 0));
	json_object_set_new(data, "nothing",
	        json_boolean(counts->n[OUTBOX_WAITING] + counts->n[OUTBOX_GIVEN_UP] == 0));
}

static Reply *
letters_page(Request *request)
{
	GError *error = NULL;
	OutboxCounts counts;
	g_autoptr(GArray) waiting = g_array_new(FALSE, FALSE, sizeof(OutboxRow));
	g_autoptr(GArray) given_up = g_array_new(FALSE, FALSE, sizeof(OutboxRow));
	const Event *event = staff_event(request, &error);
	Db *db = event ? request_db(request, &error) : NULL;
	if (db == NULL || !outbox_counts(db, event->id, &counts, &error) ||
	        !outbox_list(db, event->id, OUTBOX_WAITING, ROWS_SHOWN, waiting, &error) ||
	        !outbox_list(db, event->id, OUTBOX_GIVEN_UP, ROWS_SHOWN, given_up, &error))
		return reply_error(request, error);
	json_t *whose = given_up_data(request, db, given_up, &error);
	if (whose == NULL)
		return reply_error(request, error);
	json_t *data = staff_frame(request, event, "staff_room_letters", "/staff/letters");
	set_counts(request, data, &counts);
	json_object_set_new(data, "given_up", whose);
	json_object_set_new(data, "waiting", waiting_data(request, waiting));
	json_object_set_new(data, "no_server",
	        json_boolean(settings_get(request_settings(request), SETTING_MAIL_URL) == NULL));
	return staff_reply(request, 200, "staff_letters", data);
}

/* ---- again ---- */

typedef struct {
	guint8 event[EVENT_ID_BYTES];
	char *cause, *who;
	gint64 now, changed;
} Retry;

static void
retry_free(gpointer data)
{
	Retry *retry = data;

	g_free(retry->cause);
	g_free(retry->who);
	g_free(retry);
}

static gboolean
retry_work(Db *db, gpointer data, GError **error)
{
	Retry *retry = data;

	if (!outbox_retry(db, retry->event, retry->cause, retry->now, &retry->changed, error))
		return FALSE;
	g_autofree char *detail = g_strdup_printf("%" G_GINT64_FORMAT, retry->changed);
	return retry->changed == 0 ||
	        audit_add(db, retry->event, retry->who, "letters again", detail, retry->now, error);
}

static Reply *
retried(Request *request, gpointer data, const GError *error)
{
	return error != NULL ? reply_error(request, g_error_copy(error))
	                     : reply_see_other(request, "/staff/letters");
}

static Reply *
letters_retry(Request *request)
{
	const StaffSession *session = request_staff(request);
	const char *cause = fields_get(request_form(request), "cause");
	Retry *retry = g_new0(Retry, 1);

	memcpy(retry->event, session->event, EVENT_ID_BYTES);
	retry->cause = cause != NULL && *cause != '\0' ? g_strdup(cause) : NULL;
	retry->who = g_strdup(session->name);
	retry->now = request_now(request);
	return reply_after(request, retry_work, retried, retry, retry_free);
}

const Route staff_letters_routes[] = {
	{ HTTP_GET, "/staff/letters", FOR_STAFF, letters_page, .roles = ROLES_CENTRE },
	{ HTTP_POST, "/staff/letters/again", FOR_STAFF, letters_retry, .body_max = 4096,
	        .roles = ROLES_CENTRE },
	{ 0 },
};
