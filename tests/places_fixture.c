#include "schema/verify_parts.h"

#include <stdlib.h>
#include <string.h>

#include "tests/places_fixture.h"

static void
set_capacity(json_t *root, const char *list, guint i, int capacity)
{
	json_object_set_new(
	        json_array_get(json_object_get(root, list), i), "capacity", json_integer(capacity));
}

static char *
definition_of(const char *slug, const Capacities *c)
{
	json_error_t trouble;
	json_t *root = json_load_file(FEW_PLACES, 0, &trouble);

	g_assert_nonnull(root);
	json_object_set_new(root, "slug", json_string(slug));
	const int sessions[] = { c->lunch, c->bus, c->home, c->van, c->car };
	for (guint i = 0; i < G_N_ELEMENTS(sessions); i++)
		set_capacity(root, "sessions", i, sessions[i]);
	set_capacity(root, "options", OPTION_A - 1, c->a);
	set_capacity(root, "options", OPTION_C - 1, c->c);
	json_t *bus = json_array_get(json_object_get(root, "sessions"), BUS - 1);
	set_capacity(bus, "stops", 1, c->stop);
	char *text = json_dumps(root, 0);
	json_decref(root);
	return text;
}

gboolean
places_store(Engine *engine, const char *slug, const Capacities *capacities, gint64 now)
{
	char *json = definition_of(slug, capacities);
	g_autoptr(GPtrArray) faults = faults_new();
	g_autoptr(GError) error = NULL;
	g_autoptr(Event) parsed = definition_parse(json, strlen(json), NULL, faults);
	DefinitionStored stored;

	free(json);
	faults_none(faults, slug, &error);
	g_assert_no_error(error);
	if (definition_store(engine_record(engine), parsed, now, &stored, &error))
		return TRUE;
	g_assert_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT);
	return FALSE;
}

Event *
places_event(Engine *engine, const char *slug)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Db) db = record_reader(engine_record(engine), &error);
	g_assert_no_error(error);
	g_assert_true(db_begin(db, &error));
	Event *event = event_read(db, slug, &error);
	g_assert_no_error(error);
	db_rollback(db);
	return event;
}

Registration *
places_registration(gint64 now, gboolean has_email)
{
	Registration *asked = registration_new();

	asked->id = id_new(now * 1000);
	random_bytes(asked->submission, SUBMISSION_BYTES);
	asked->has_email = has_email;
	g_strlcpy(asked->lang, "en", sizeof asked->lang);
	return asked;
}

Place *
places_add_person(const Event *event, Registration *asked, guint16 option_no, gint64 now)
{
	Place place = { .region_no = 1, .option_no = option_no };

	place.id = asked->id + 1 + asked->places->len;
	ticket_identity_new(event->salt, TICKET_ATTENDEE, 1, ENGINE_NOW, now, &place.ticket);
	g_array_append_val(asked->places, place);
	return &g_array_index(asked->places, Place, asked->places->len - 1);
}

void
places_choose(Place *place, guint16 session_no, guint16 stop_no)
{
	place->chosen[place->chosen_n++] =
	        (ChosenSession){ .session_no = session_no, .stop_no = stop_no };
}

PlaceAnswer
places_take(Engine *engine, const Event *event, Registration *asked, gint64 now)
{
	PlaceWork work = { .event = event, .asked = asked, .now = now };
	g_autoptr(GError) error = NULL;

	writer_run(record_writer(engine_record(engine)), registration_work, &work, &error);
	g_assert_no_error(error);
	return work.answer;
}

void
places_run(Engine *engine, DbWork work, PlacesWork *asked)
{
	g_autoptr(GError) error = NULL;

	writer_run(record_writer(engine_record(engine)), work, asked, &error);
	g_assert_no_error(error);
}

void
places_verified(Engine *engine)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) found = faults_new();
	g_autoptr(Db) db = record_reader(engine_record(engine), &error);
	gint64 counts = 0;

	g_assert_no_error(error);
	g_assert_true(db_begin(db, &error));
	verify_counts(db, found, &counts, &error);
	g_assert_no_error(error);
	db_rollback(db);
	for (guint i = 0; i < found->len; i++) {
		const Fault *fault = g_ptr_array_index(found, i);
		g_test_message("%s: %s", fault->where, fault->what);
	}
	g_assert_cmpuint(found->len, ==, 0);
}

gint64
places_version(Engine *engine, const Event *event)
{
	g_autofree char *sql =
	        g_strdup_printf("SELECT version FROM event WHERE slug = '%s'", event->slug);
	return engine_ask(engine, sql);
}
