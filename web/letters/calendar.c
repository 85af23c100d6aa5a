#include "web/calendar.h"

#include <libical/ical.h>
#include <string.h>

static struct icaltimetype
in_utc(gint64 time)
{
	return icaltime_from_timet_with_zone((time_t)time, 0, icaltimezone_get_utc_timezone());
}

static icalcomponent *
entry_of(const EventSession *session, guint16 stop_no, const char *title, const char *uid,
        gint64 now)
{
	const EventStop *stop = event_stop(session, stop_no);
	gint64 from = stop != NULL ? stop->departs : session->starts;
	g_autofree char *own = g_strdup_printf("%u-%s", session->no, uid);

	return icalcomponent_vanew(ICAL_VEVENT_COMPONENT, icalproperty_new_uid(own),
	        icalproperty_new_dtstamp(in_utc(now)), icalproperty_new_dtstart(in_utc(from)),
	        icalproperty_new_dtend(in_utc(MAX(session->ends, from))),
	        icalproperty_new_summary(title), icalproperty_new_class(ICAL_CLASS_PRIVATE),
	        (void *)NULL);
}

GBytes *
calendar_make(
        const Event *event, const GArray *sessions, const char *title, const char *uid, gint64 now)
{
	guint n = 0;
	icalcomponent *calendar = icalcomponent_vanew(ICAL_VCALENDAR_COMPONENT,
	        icalproperty_new_version("2.0"), icalproperty_new_prodid("-//turnout//EN"),
	        icalproperty_new_method(ICAL_METHOD_PUBLISH), (void *)NULL);

	for (guint i = 0; i < sessions->len; i++) {
		const ChosenSession *chosen = &g_array_index(sessions, ChosenSession, i);
		const EventSession *session = event_session(event, chosen->session_no);
		if (session == NULL)
			continue;
		icalcomponent_add_component(
		        calendar, entry_of(session, chosen->stop_no, title, uid, now));
		n++;
	}
	char *text = n > 0 ? icalcomponent_as_ical_string_r(calendar) : NULL;
	GBytes *bytes = text != NULL ? g_bytes_new(text, strlen(text)) : NULL;
	icalmemory_free_buffer(text);
	icalcomponent_free(calendar);
	return bytes;
}
