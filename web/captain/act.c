/* What a captain does, as one work of the writer that is bound to group and link; and the page that says so. */
#include "schema/erase.h"
#include "web/captain.h"

void
captain_act_free(gpointer data)
{
	CaptainAct *act = data;

	for (guint i = 0; i < SEALED_CLASSES; i++)
		g_clear_pointer(&act->captain.sealed[i], g_bytes_unref);
	g_clear_pointer(&act->event, event_unref);
	g_free(act->token);
	g_free(act->done);
	g_free(act);
}

static gboolean
act_work(Db *db, gpointer data, GError **error)
{
	CaptainAct *act = data;

	return act->work(db, &act->captain, error);
}

static Reply *
handed_over(Request *request, const CaptainAct *act)
{
	const Locale *locale = request_locale(request);

	return reply_page(request, 200, "captain_over",
	        json_pack("{s:s, s:s, s:b, s:s?, s:n}", "page_title",
	                locale_text(locale, "captain_title"), "title",
	                locale_text(locale, "captain_over_title"), "has_languages", FALSE,
	                "contact", act->event->contact, "home"));
}

static Reply *
acted(Request *request, gpointer data, const GError *error)
{
	const CaptainAct *act = data;
	const char *done = act->done;

	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	switch (act->captain.outcome) {
	case DELEGATION_DONE:
		if (act->work == captain_hand_over_work)
			return handed_over(request, act);
		/* before anybody is told that they are gone; what fails is made up for within the minute */
		if (act->work == captain_erase_work)
			erase_acknowledge(request_record(request), NULL);
		break;
	case DELEGATION_EVENT_CHANGED:
		done = "again";
		break;
	case DELEGATION_FULL:
	case DELEGATION_CLOSED_OPTION:
		done = "full";
		break;
	case DELEGATION_NOBODY:
	case DELEGATION_CODE_TAKEN:
	case DELEGATION_TOO_MANY:
	case DELEGATION_SAME:
		done = "nothing";
		break;
	}
	g_autofree char *path = captain_path(act->token, done);
	return reply_see_other(request, path);
}

CaptainWork
captain_work(const Captain *captain, gint64 attendee)
{
	return (CaptainWork){ .event = captain->event,
		.keys = captain->keys,
		.no = captain->no,
		.link_no = captain->link_no,
		.now = captain->now,
		.attendee = attendee };
}

CaptainAct *
captain_act_new(const Captain *captain, DbWork work, gint64 attendee, const char *done)
{
	CaptainAct *act = g_new0(CaptainAct, 1);

	act->token = g_strdup(captain->token);
	act->done = g_strdup(done);
	act->event = event_ref(captain->event);
	act->work = work;
	act->captain = captain_work(captain, attendee);
	return act;
}

Reply *
captain_act_do(Request *request, CaptainAct *act)
{
	return reply_after(request, act_work, acted, act, captain_act_free);
}
