/*
 * The reminder on /staff/messages: when it goes or went, to how many; owners and staff stop it, let it go, or send it now.
 */
#include "schema/reminder.h"
#include "web/routes.h"
#include "web/staff/messages.h"
#include "web/staff_page.h"

#define PATH "/staff/messages"

static const char *
state_key(ReminderState state)
{
	switch (state) {
	case REMINDER_PLANNED:
		return "staff_reminder_planned";
	case REMINDER_STOPPED:
		return "staff_reminder_stopped";
	case REMINDER_ASKED:
		return "staff_reminder_asked";
	case REMINDER_GONE:
		return "staff_reminder_gone";
	case REMINDER_OVER:
		return "staff_reminder_over";
	case REMINDER_NEVER:
		break;
	}
	return "staff_reminder_never";
}

/* "412 letters · 30 calls", or to how many it went; of one region it isn't known to how many it went. */
static char *
numbers(const Locale *locale, const Reminder *reminder, gboolean one_region)
{
	g_autofree char *letters =
	        locale_plural(locale, "staff_message_letters", reminder->letters, NULL);
	g_autofree char *calls =
	        locale_plural(locale, "staff_message_calls", reminder->calls, NULL);

	if (reminder->state == REMINDER_GONE)
		return one_region
		        ? NULL
		        : locale_plural(locale, "staff_message_told", reminder->told, NULL);
	return reminder->state == REMINDER_OVER ? NULL : g_strdup_printf("%s · %s", letters, calls);
}

gboolean
staff_reminder_add(Request *request, Db *db, const Event *event, json_t *data, GError **error)
{
	const Locale *locale = request_locale(request);
	const StaffSession *session = request_staff(request);
	Reminder reminder;

	if (!reminder_read(db, event, session->region_no, request_now(request), &reminder, error))
		return FALSE;
	const ReminderState state = reminder.state;
	const gboolean may = (session->role & ROLES_CENTRE) != 0;
	const gboolean send = may &&
	        (state == REMINDER_NEVER || state == REMINDER_PLANNED || state == REMINDER_STOPPED);
	const gboolean stop = may && (state == REMINDER_PLANNED || state == REMINDER_ASKED);
	const gboolean resume = may && state == REMINDER_STOPPED && event->reminder_days > 0;
	g_autofree char *when = locale_date_time(locale, event, reminder.at);
	json_object_set_new(data, "reminder",
	        json_pack("{s:o, s:o, s:b, s:b, s:b, s:b}", "text",
	                staff_taken(locale_format(locale, state_key(state), "when", when, NULL)),
	                "numbers", staff_taken(numbers(locale, &reminder, session->region_no != 0)),
	                "may_act", send || stop || resume, "may_send", send, "may_stop", stop,
	                "may_resume", resume));
	return TRUE;
}

/* ---- acts ---- */

typedef struct {
	ReminderWork work; /* first: it is what the writer is given */
	Event *event;
	char *who;
} Job;

static void
job_free(gpointer data)
{
	Job *job = data;

	event_unref(job->event);
	g_free(job->who);
	g_free(job);
}

static Reply *
acted(Request *request, gpointer data, const GError *error)
{
	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	request_hurry_minutes(request);
	return reply_see_other(request, PATH "#reminder");
}

static Reply *
reminder_act(Request *request)
{
	static const char *const buttons[] = {
		[REMINDER_SEND] = "send", [REMINDER_STOP] = "stop", [REMINDER_RESUME] = "resume"
	};
	GError *error = NULL;
	guint act = 0;
	while (act < G_N_ELEMENTS(buttons) &&
	        fields_get(request_form(request), buttons[act]) == NULL)
		act++;
	if (act == G_N_ELEMENTS(buttons))
		return reply_status(request, 400);
	const Event *event = staff_event(request, &error);
	if (event == NULL)
		return reply_error(request, error);
	Job *job = g_new0(Job, 1);
	job->event = event_ref((Event *)event);
	job->who = g_strdup(request_staff(request)->name);
	job->work = (ReminderWork){ .event = job->event,
		.act = (ReminderAct)act,
		.who = job->who,
		.now = request_now(request) };
	return reply_after(request, reminder_work, acted, job, job_free);
}

const Route staff_reminder_routes[] = {
	{ HTTP_POST, PATH "/reminder", FOR_STAFF, reminder_act, .body_max = 4096,
	        .roles = ROLES_CENTRE },
	{ 0 },
};
