#include <errno.h>
#include <glib/gstdio.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schema/control.h"
#include "schema/control/wire.h"
#include "tests/fixtures/engine.h"

/* ---- operations of the test's own ---- */

static gboolean
count_up(Db *db, gpointer data, GError **error)
{
	return db_ask_int(db, "UPDATE counter SET n = n + 1 WHERE id = 1 RETURNING n", DB_NO_ARGS,
	        -1, data, error);
}

static json_t *
count(Record *record, const json_t *asked, gint64 now, GError **error)
{
	gint64 n;

	if (!writer_run(record_writer(record), count_up, &n, error))
		return NULL;
	return json_pack(
	        "{s:I, s:I, s:O}", "n", (json_int_t)n, "now", (json_int_t)now, "echo", asked);
}

static json_t *
refuse(Record *record, const json_t *asked, gint64 now, GError **error)
{
	g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT, "no such thing");
	return NULL;
}

static json_t *
be_slow(Record *record, const json_t *asked, gint64 now, GError **error)
{
	g_usleep(300000);
	return json_pack("{s:b}", "slow", 1);
}

static const ControlEntry operations[] = {
	{ "test.count", count },
	{ "test.refuse", refuse },
	{ "test.slow", be_slow },
	{ NULL },
};
static const ControlEntry unknown = { "test.unknown", count };
static const ControlEntry *const tables[] = { schema_operations, operations, NULL };

static Control *
serve(Engine *engine)
{
	g_autoptr(GError) error = NULL;

	engine_record(engine);
	engine_must(engine,
	        "CREATE TABLE IF NOT EXISTS counter (id DB_ID NOT NULL PRIMARY KEY, n BIGINT);"
	        "INSERT INTO counter (id, n) VALUES (1, 0) ON CONFLICT (id) DO NOTHING");
	Control *control = control_listen(engine->record, tables, &error);
	g_assert_no_error(error);
	return control;
}

static json_int_t
call_count(Engine *engine, json_int_t tag)
{
	g_autoptr(GError) error = NULL;
	json_t *answer = control_call(
	        &engine->place, &operations[0], json_pack("{s:I}", "tag", tag), ENGINE_NOW, &error);

	g_assert_no_error(error);
	g_assert_cmpint(json_integer_value(json_object_get(answer, "now")), ==, ENGINE_NOW);
	g_assert_cmpint(json_integer_value(json_object_get(json_object_get(answer, "echo"), "tag")),
	        ==, tag);
	json_int_t n = json_integer_value(json_object_get(answer, "n"));
	json_decref(answer);
	return n;
}

/* ---- what is seen ---- */

static void
a_command_works_with_and_without_a_server(Engine *engine, gconstpointer data)
{
	g_autofree char *path = g_build_filename(engine->place.dir, CONTROL_SOCKET, NULL);
	GStatBuf what;

	g_autoptr(Control) control = serve(engine);
	g_assert_cmpint(g_stat(path, &what), ==, 0);
	g_assert_cmpint(what.st_mode & 0777, ==, 0600);
	g_assert_cmpint(call_count(engine, 11), ==, 1);
	control_free(g_steal_pointer(&control));
	engine_close(engine);
	g_assert_cmpint(
	        call_count(engine, 12), ==, 2); /* nobody serves: it opens the folder itself */
	g_autoptr(Control) again = serve(engine);
	g_assert_cmpint(call_count(engine, 13), ==, 3);
}

static void
a_left_over_socket_stops_nobody(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) error = NULL;

	g_autoptr(Control) control = serve(engine);
	control_free(g_steal_pointer(&control));
	engine_close(engine);
	int left_over = wire_bind(engine->place.dir, &error);
	g_assert_no_error(error);
	close(left_over);
	g_assert_cmpint(call_count(engine, 1), ==, 1);
	g_autoptr(Control) again = serve(engine);
	g_assert_cmpint(call_count(engine, 1), ==, 2);
}

static void
a_refusal_crosses_the_socket_as_it_is(Engine *engine, gconstpointer data)
{
	g_autoptr(Control) control = serve(engine);
	g_autoptr(GError) absent = NULL, strange = NULL;

	g_assert_null(control_call(&engine->place, &operations[1], json_object(), 1, &absent));
	g_assert_error(absent, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT);
	g_assert_cmpstr(absent->message, ==, "no such thing");
	g_assert_null(control_call(&engine->place, &unknown, json_object(), 1, &strange));
	g_assert_error(strange, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT);
}

static void
a_line_carries_many_calls(Engine *engine, gconstpointer data)
{
	g_autoptr(Control) control = serve(engine);
	g_autoptr(GError) error = NULL;
	g_autoptr(ControlLine) line = control_line_open(&engine->place, &error);

	g_assert_no_error(error);
	for (json_int_t i = 1; i <= 50; i++) {
		json_t *answer = control_line_call(line, &operations[0], json_object(), i, &error);
		g_assert_no_error(error);
		g_assert_cmpint(json_integer_value(json_object_get(answer, "n")), ==, i);
		json_decref(answer);
	}
}

static void *
call_twenty(void *data)
{
	for (guint i = 0; i < 20; i++)
		call_count(data, i);
	return NULL;
}

static void
callers_at_once_are_each_answered(Engine *engine, gconstpointer data)
{
	g_autoptr(Control) control = serve(engine);
	pthread_t threads[8];

	for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
		g_assert_cmpint(pthread_create(&threads[i], NULL, call_twenty, engine), ==, 0);
	for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
		pthread_join(threads[i], NULL);
	g_assert_cmpint(engine_ask(engine, "SELECT n FROM counter"), ==, 160);
}

static void
one_caller_too_many_is_told_so(Engine *engine, gconstpointer data)
{
	g_autoptr(Control) control = serve(engine);
	ControlLine *lines[CONTROL_CALLERS_MAX];
	g_autoptr(GError) full = NULL, error = NULL;

	for (guint i = 0; i < CONTROL_CALLERS_MAX; i++) {
		lines[i] = control_line_open(&engine->place, &error);
		g_assert_no_error(error);
		json_decref(control_line_call(lines[i], &operations[0], json_object(), 1, &error));
		g_assert_no_error(error);
	}
	g_assert_null(control_call(&engine->place, &operations[0], json_object(), 1, &full));
	g_assert_true(full->domain == TURNOUT_ERROR || full->domain == DB_ERROR);
	for (guint i = 0; i < CONTROL_CALLERS_MAX; i++)
		control_line_free(lines[i]);
	for (guint tries = 0;; tries++) { /* the threads notice in their own time */
		g_autoptr(GError) still = NULL;
		json_t *answer =
		        control_call(&engine->place, &operations[0], json_object(), 1, &still);
		json_decref(answer);
		if (answer != NULL)
			break;
		g_assert_cmpint(tries, <, 100);
		g_usleep(20000);
	}
}

typedef struct {
	Engine *engine;
	gboolean answered;
} Slow;

static void *
call_slow(void *data)
{
	Slow *slow = data;
	g_autoptr(GError) error = NULL;

	json_t *answer =
	        control_call(&slow->engine->place, &operations[2], json_object(), 1, &error);
	slow->answered = answer != NULL;
	json_decref(answer);
	return NULL;
}

static void
a_stopping_server_answers_what_is_under_way(Engine *engine, gconstpointer data)
{
	g_autoptr(Control) control = serve(engine);
	g_autoptr(GError) error = NULL;
	g_autoptr(ControlLine) idle = control_line_open(&engine->place, &error);
	Slow slow = { engine, FALSE };
	pthread_t thread;

	g_assert_cmpint(pthread_create(&thread, NULL, call_slow, &slow), ==, 0);
	g_usleep(100000);
	control_free(g_steal_pointer(&control));
	pthread_join(thread, NULL);
	g_assert_true(slow.answered);
	/* and who only waited finds it gone */
	g_assert_null(control_line_call(idle, &operations[0], json_object(), 1, &error));
	g_assert_nonnull(error);
}

static void
nonsense_on_the_socket_is_refused_and_harms_nobody(Engine *engine, gconstpointer data)
{
	static const struct {
		const char *bytes;
		gsize length;
		gboolean told;
	} cases[] = {
		{ "\0\0\0\2{}", 6, TRUE },                      /* nothing asked */
		{ "\0\0\0\4nope", 8, TRUE },                    /* no JSON */
		{ "\377\377\377\377", 4, TRUE },                /* too long */
		{ "\0\0\0\0", 4, TRUE },                        /* empty */
		{ "\0\0\0\22{\"operation\":\"a\"}", 22, TRUE }, /* half asked */
		{ "\0\0\0\20[[[[[[[[[[[[[[[[", 20, TRUE },      /* no end */
		{ "\0\0", 2, FALSE },                           /* goes away */
		{ "\0\0\0\100{\"operation\":", 17, FALSE },     /* goes away later */
	};
	g_autoptr(Control) control = serve(engine);

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		int fd = wire_connect(engine->place.dir, &error);
		g_assert_no_error(error);
		g_assert_cmpint(send(fd, cases[i].bytes, cases[i].length, MSG_NOSIGNAL), ==,
		        cases[i].length);
		if (cases[i].told) {
			json_t *answer = wire_read(fd, &error);
			g_assert_no_error(error);
			g_assert_nonnull(json_object_get(answer, "error"));
			json_decref(answer);
		}
		close(fd);
	}
	g_assert_cmpint(call_count(engine, 1), ==, 1);
}

static void
the_folder_may_have_a_long_name(Engine *engine, gconstpointer data)
{
	g_autofree char *name = g_strnfill(120, 'd');
	char *dir = g_build_filename(engine->dir, name, NULL);

	g_free((char *)engine->place.dir);
	engine->place.dir = dir;
	if (engine->engine == DB_SQLITE) {
		g_free(engine->url);
		engine->url = g_strdup_printf("sqlite:%s/turnout.db", dir);
	}
	g_autoptr(Control) control = serve(engine);
	g_assert_cmpint(call_count(engine, 1), ==, 1);
}

static void
a_holder_without_a_socket_is_named(Engine *engine, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *pid = g_strdup_printf("process %d", (int)getpid());

	engine_record(engine);
	g_assert_null(control_call(&engine->place, &operations[0], json_object(), 1, &error));
	g_assert_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD);
	g_assert_nonnull(strstr(error->message, pid));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define TEST(name) engine_add_test(#name, name)
	TEST(a_command_works_with_and_without_a_server);
	TEST(a_left_over_socket_stops_nobody);
	TEST(a_refusal_crosses_the_socket_as_it_is);
	TEST(a_line_carries_many_calls);
	TEST(callers_at_once_are_each_answered);
	TEST(one_caller_too_many_is_told_so);
	TEST(a_stopping_server_answers_what_is_under_way);
	TEST(nonsense_on_the_socket_is_refused_and_harms_nobody);
	TEST(the_folder_may_have_a_long_name);
	engine_add_test_on(DB_SQLITE, "a_holder_without_a_socket_is_named",
	        a_holder_without_a_socket_is_named);
	return engine_run();
}
