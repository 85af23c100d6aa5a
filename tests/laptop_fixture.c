#include "tests/laptop_fixture.h"

#include <signal.h>
#include <string.h>

#include "checkin/ticket.h"

void
desk_tests(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_cmpint(argc, ==, 2);
	process_program = argv[1];
	signal(SIGPIPE, SIG_IGN);
}

gint64
desk_lines(Engine *engine)
{
	return engine_ask(engine, "SELECT count(*) FROM scan WHERE rev = 1");
}

gint64
desk_present(Engine *engine)
{
	return engine_ask(engine, "SELECT count(*) FROM presence");
}

void
desk_wait_until_present(Engine *engine, gint64 n)
{
	for (guint i = 0; desk_present(engine) < n; i++) {
		g_assert_cmpuint(i, <, 2000);
		g_usleep(10000);
	}
}

void
desk_serve(Desk *desk)
{
	g_autofree char *url = NULL;

	desk->server = process_start_server(desk->door.engine, &url);
	desk->serving = TRUE;
	relay_lead_to(desk->relay, url);
}

void
desk_unplug(Desk *desk)
{
	process_kill(&desk->server);
	desk->serving = FALSE;
}

void
desk_put_away(Desk *desk)
{
	kill(desk->server.pid, SIGTERM);
	g_assert_cmpint(process_finish(&desk->server), ==, 0);
	desk->serving = FALSE;
	process_must_verify(desk->door.engine);
}

char *
desk_code(const Desk *desk, const char *session)
{
	const char *add[] = { "schema", "device", "add", "Laptop", "--event", "door", "--session",
		session, "--role", desk->role, NULL };
	Process process = process_start(desk->door.engine, add);
	g_autofree char *first = process_hear(&process);
	char *code = process_hear(&process);

	g_assert_cmpint(process_finish(&process), ==, 0);
	return code;
}

Process
desk_checkin(const Desk *desk, const char *const *more)
{
	g_autoptr(GPtrArray) words = g_ptr_array_new();

	g_ptr_array_add(words, (gpointer) "checkin");
	for (; *more != NULL; more++)
		g_ptr_array_add(words, (gpointer)*more);
	g_ptr_array_add(words, (gpointer) "--server");
	g_ptr_array_add(words, (gpointer)relay_url(desk->relay));
	g_ptr_array_add(words, (gpointer) "--token-file");
	g_ptr_array_add(words, desk->token_file);
	g_ptr_array_add(words, NULL);
	return process_start(desk->door.engine, (const char *const *)words->pdata);
}

Process
desk_scan_at(const Desk *desk, const char *session)
{
	const char *words[] = { "--event", "door", "--session", session, NULL };

	return desk_checkin(desk, words);
}

int
desk_sync(const Desk *desk)
{
	const char *words[] = { "sync", NULL };
	Process sync = desk_checkin(desk, words);

	return process_finish(&sync);
}

gsize
desk_file(const Desk *desk)
{
	const char *words[] = { "file", NULL };
	g_autoptr(GString) text = g_string_new(NULL);
	Process file = desk_checkin(desk, words);

	for (char *line; (line = process_hear(&file)) != NULL; g_free(line))
		g_string_append(text, line);
	g_assert_cmpint(process_finish(&file), ==, 0);
	json_auto_t *json = json_loads(text->str, 0, NULL);
	g_assert_cmpstr(json_string_value(json_object_get(json, "event")), ==, "door");
	return json_array_size(json_object_get(json, "records"));
}

char *
desk_path(const Desk *desk, const char *name)
{
	return g_strconcat(desk->token_file, ".d/", name, NULL);
}

static void
pair(const Desk *desk, const char *session)
{
	g_autofree char *code = desk_code(desk, session);
	const char *words[] = { "pair", code, "--name", "Laptop of the tent", NULL };
	Process process = desk_checkin(desk, words);

	g_assert_cmpint(process_finish(&process), ==, 0);
}

void
desk_open(Desk *desk, Engine *engine, const char *session)
{
	desk_open_as(desk, engine, session, "scan");
}

void
desk_open_as(Desk *desk, Engine *engine, const char *session, const char *role)
{
	*desk = (Desk){ .relay = relay_new(),
		.role = role,
		.token_file = g_build_filename(engine->dir, "laptop", NULL) };
	door_open(&desk->door, engine, "door");
	for (guint i = 0; i < TICKETS; i++) {
		char text[T1_TEXT_LENGTH + 1], code[TYPED_CODE_SHOWN_LENGTH + 1];
		Guest guest = door_guest(&desk->door, "full", NULL, TICKET_ATTENDEE);
		ticket_text(desk->door.event, desk->door.keys, &guest.ticket, text);
		typed_code_show(guest.ticket.typed_code, code);
		desk->tickets[i] = g_strdup(text);
		desk->codes[i] = g_strdup(code);
	}
	engine_close(engine);
	desk->door.record = NULL;
	desk->door.keys = NULL;
	desk_serve(desk);
	pair(desk, session);
}

void
desk_close(Desk *desk)
{
	if (desk->serving)
		desk_unplug(desk);
	relay_free(desk->relay);
	for (guint i = 0; i < TICKETS; i++) {
		g_free(desk->tickets[i]);
		g_free(desk->codes[i]);
	}
	g_free(desk->token_file);
	door_close(&desk->door);
}
