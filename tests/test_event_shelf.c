/* Events on a shelf: read once a process, by many threads. */
#include <stdatomic.h>
#include <string.h>

#include "tests/fixtures/picnic.h"

static Event *
shelf_take(EventShelf *shelf, Db *db, const char *slug, gint64 now)
{
	g_autoptr(GError) error = NULL;

	g_assert_true(db_begin(db, NULL));
	Event *event = event_shelf_take(shelf, db, slug, now, &error);
	db_rollback(db);
	if (event == NULL)
		g_assert_error(error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT);
	return event;
}

static gint64
shelf_edition(EventShelf *shelf, Db *db, gint64 now)
{
	g_autoptr(Event) event = shelf_take(shelf, db, "picnic", now);

	return event != NULL ? event->edition : 0;
}

/* A change that is none but in the title. */
static void
rename_picnic(Engine *engine, guint nth)
{
	json_t *root = picnic_json();
	g_autofree char *title = g_strdup_printf("Picnic %u", nth);

	json_object_set_new(root, "title", json_pack("{s:s}", "en", title));
	picnic_must_load(engine, root);
}

static void
the_shelf_looks_once_a_second(Engine *engine, gconstpointer data)
{
	g_autoptr(EventShelf) shelf = event_shelf_new();
	Db *db;

	picnic_must_load(engine, picnic_json());
	db = engine_reader(engine);
	for (guint i = 0; i < 100; i++)
		g_assert_cmpint(shelf_edition(shelf, db, ENGINE_NOW), ==, 1);
	g_assert_cmpuint(event_shelf_looks(shelf), ==, 1);
	g_assert_null(shelf_take(shelf, db, "picnics", ENGINE_NOW));
	/* a thread that took its time a little before the other */
	g_assert_cmpint(shelf_edition(shelf, db, ENGINE_NOW - 1), ==, 1);
	g_assert_cmpuint(event_shelf_looks(shelf), ==, 1);
	rename_picnic(engine, 2);
	g_assert_cmpint(shelf_edition(shelf, db, ENGINE_NOW), ==, 1);
	g_assert_cmpint(shelf_edition(shelf, db, ENGINE_NOW + 1), ==, 2);
	g_assert_cmpuint(event_shelf_looks(shelf), ==, 2);
	/* a clock that was set back by an hour does not blind it */
	rename_picnic(engine, 3);
	g_assert_cmpint(shelf_edition(shelf, db, ENGINE_NOW - 3600), ==, 3);
}

static void
who_stores_and_forgets_sees_it_at_once(Engine *engine, gconstpointer data)
{
	g_autoptr(EventShelf) shelf = event_shelf_new();
	Db *db;

	picnic_must_load(engine, picnic_json());
	db = engine_reader(engine);
	g_autoptr(Event) old = shelf_take(shelf, db, "picnic", ENGINE_NOW);
	rename_picnic(engine, 2);
	event_shelf_forget(shelf);
	g_assert_cmpint(shelf_edition(shelf, db, ENGINE_NOW), ==, 2);
	/* who still holds the old one may go on with it */
	g_assert_cmpint(old->edition, ==, 1);
	g_assert_cmpstr(event_text(old, old->title, "en"), ==, "Picnic");
}

static void
the_shelf_lists_events_by_their_start(Engine *engine, gconstpointer data)
{
	static const char *const slugs[][2] = { { "zebra", "2027-06-01" }, { "late", "2027-08-01" },
		{ "early", "2027-05-01" }, { "ant", "2027-06-01" } };
	static const char *const order[] = { "early", "ant", "zebra", "late" };
	g_autoptr(EventShelf) shelf = event_shelf_new();
	g_autoptr(GError) error = NULL;
	Db *db;

	for (guint i = 0; i < G_N_ELEMENTS(slugs); i++) {
		json_t *root = picnic_json();
		json_object_set_new(root, "slug", json_string(slugs[i][0]));
		g_autoptr(Event) event = picnic_parse(root, slugs[i][1]);
		picnic_must_store(engine, event);
	}
	db = engine_reader(engine);
	g_assert_true(db_begin(db, NULL));
	g_autoptr(GPtrArray) list = event_shelf_list(shelf, db, ENGINE_NOW, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(list->len, ==, 4);
	for (guint i = 0; i < list->len; i++) {
		Event *event = g_ptr_array_index(list, i);
		g_assert_cmpstr(event->slug, ==, order[i]);
		g_autoptr(Event) by_id =
		        event_shelf_take_by_id(shelf, db, event->id, ENGINE_NOW, &error);
		g_assert_true(by_id == event);
	}
	db_rollback(db);
}

static void
an_event_that_cannot_be_read_stops_no_other(Engine *engine, gconstpointer data)
{
	g_autoptr(EventShelf) shelf = event_shelf_new();
	g_autoptr(GError) error = NULL;
	json_t *root = picnic_json();
	Db *db;

	json_object_set_new(root, "slug", json_string("ruin"));
	picnic_must_load(engine, root);
	picnic_must_load(engine, picnic_json());
	engine_must(engine,
	        "UPDATE definition SET text = '{}' WHERE event = (SELECT id FROM event WHERE slug "
	        "= 'ruin')");
	db = engine_reader(engine);
	g_assert_cmpint(shelf_edition(shelf, db, ENGINE_NOW), ==, 1);
	g_assert_true(db_begin(db, NULL));
	g_assert_null(event_shelf_take(shelf, db, "ruin", ENGINE_NOW, &error));
	g_assert_error(error, DB_ERROR, DB_ERROR_BROKEN);
	g_assert_nonnull(strstr(error->message, "$.slug"));
	db_rollback(db);
}

typedef struct {
	EventShelf *shelf;
	Record *record;
	_Atomic gint64 *now;
	_Atomic gboolean *stop;
	gint64 taken;
} Taker;

/* Takes as fast as it can: an edition never goes back. */
static gpointer
take_all_the_time(gpointer data)
{
	Taker *taker = data;
	g_autoptr(GError) error = NULL;
	g_autoptr(Db) db = record_reader(taker->record, &error);
	gint64 edition = 0;

	g_assert_no_error(error);
	while (!atomic_load(taker->stop)) {
		gint64 now = atomic_load(taker->now);
		gint64 seen = shelf_edition(taker->shelf, db, now);
		g_assert_cmpint(seen, >=, edition);
		edition = seen;
		taker->taken++;
	}
	return NULL;
}

static void
many_threads_take_from_one_shelf(Engine *engine, gconstpointer data)
{
	g_autoptr(EventShelf) shelf = event_shelf_new();
	_Atomic gint64 now = ENGINE_NOW;
	_Atomic gboolean stop = FALSE;
	Taker takers[6];
	GThread *threads[G_N_ELEMENTS(takers)];
	const guint seconds = 12;

	picnic_must_load(engine, picnic_json());
	for (guint i = 0; i < G_N_ELEMENTS(takers); i++) {
		takers[i] = (Taker){ shelf, engine->record, &now, &stop, 0 };
		threads[i] = g_thread_new("take", take_all_the_time, &takers[i]);
	}
	for (guint i = 1; i <= seconds; i++) {
		rename_picnic(engine, i);
		atomic_fetch_add(&now, 1);
		g_usleep(20 * 1000);
	}
	atomic_store(&stop, TRUE);
	for (guint i = 0; i < G_N_ELEMENTS(takers); i++) {
		g_thread_join(threads[i]);
		g_assert_cmpint(takers[i].taken, >, 0);
	}
	g_assert_cmpuint(event_shelf_looks(shelf), <=, seconds + 1);
	g_assert_cmpint(shelf_edition(shelf, engine_reader(engine), ENGINE_NOW + seconds + 1), ==,
	        seconds + 1);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(test) engine_add_test(#test, test)
	ADD(the_shelf_looks_once_a_second);
	ADD(who_stores_and_forgets_sees_it_at_once);
	ADD(the_shelf_lists_events_by_their_start);
	ADD(an_event_that_cannot_be_read_stops_no_other);
	ADD(many_threads_take_from_one_shelf);
#undef ADD
	return engine_run();
}
