/*
 * What belongs to no event: the first page, health, assets.
 */
#include "web/assets.h"
#include "web/page.h"
#include "web/routes.h"

/* Registration has begun and the event isn't over. */
static gboolean
is_open(const Event *event, gint64 now)
{
	return event->opens <= now && now < event->ends;
}

static char *
event_path(const Event *event)
{
	return g_strdup_printf("/e/%s", event->slug);
}

/* "Tuesday, April 6, 2027", and to when, where that is another day. */
static char *
event_dates(const Locale *locale, const Event *event)
{
	g_autofree char *from = locale_long_date(locale, event, event->starts);
	g_autofree char *to = locale_long_date(locale, event, event->ends - 1);
	if (g_str_equal(from, to))
		return g_steal_pointer(&from);
	return g_strdup_printf("%s – %s", from, to);
}

static Reply *
home_page(Request *request)
{
	GError *error = NULL;
	Db *db = request_db(request, &error);
	g_autoptr(GPtrArray) events = db
	        ? event_shelf_list(request_shelf(request), db, request_now(request), &error)
	        : NULL;
	if (events == NULL)
		return reply_error(request, error);

	const Locale *locale = request_locale(request);
	json_t *shown = json_array();
	for (guint i = 0; i < events->len; i++) {
		const Event *event = g_ptr_array_index(events, i);
		if (!is_open(event, request_now(request)))
			continue;
		g_autofree char *path = event_path(event);
		g_autofree char *dates = event_dates(locale, event);
		json_array_append_new(shown,
		        json_pack("{s:s,s:s,s:s}", "url", path, "title",
		                event_text(event, event->title, locale_code(locale)), "dates",
		                dates));
	}
	if (json_array_size(shown) == 1) {
		Reply *reply = reply_see_other(request,
		        json_string_value(json_object_get(json_array_get(shown, 0), "url")));
		json_decref(shown);
		return reply;
	}
	return reply_page(request, 200, "home",
	        json_pack("{s:s,s:b,s:b,s:o}", "page_title", locale_text(locale, "home_title"),
	                "public", TRUE, "has_languages", TRUE, "events", shown));
}

/* ---- /healthz: the database answers a question, and the writer commits ---- */

static Reply *
unwell(Request *request, const char *reason)
{
	return reply_json(
	        request, 503, json_pack("{s:s,s:s}", "status", "unwell", "reason", reason));
}

static gboolean
write_nothing(Db *db, gpointer data, GError **error)
{
	return TRUE;
}

static Reply *
health_told(Request *request, gpointer data, const GError *error)
{
	if (error != NULL)
		return unwell(request, error->message);
	const WriterCounts counts = writer_counts(record_writer(request_record(request)));
	return reply_json(request, 200,
	        json_pack("{s:s,s:s,s:i}", "status", "well", "version", TURNOUT_VERSION, "waiting",
	                (int)counts.waiting));
}

static Reply *
health_page(Request *request)
{
	g_autoptr(GError) error = NULL;
	Db *db = request_db(request, &error);
	g_autoptr(Event) none = db ? event_read(db, "", &error) : NULL;
	if (!g_error_matches(error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT))
		return unwell(request, error ? error->message : "an event without a name");
	return reply_after(request, write_nothing, health_told, NULL, NULL);
}

const Route site_routes[] = {
	{ HTTP_GET, "/", FOR_ANYONE, home_page },
	{ HTTP_GET, "/healthz", FOR_OPERATOR, health_page },
	{ HTTP_GET, "/a/:hash/:name", FOR_ANYONE, asset_page },
	{ 0 },
};
