#include "tests/process.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_MS 20000

const char *process_program;

Process
process_start(const Engine *engine, const char *const *words)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	g_autoptr(GError) error = NULL;
	Process process;

	g_ptr_array_add(argv, (gpointer)process_program);
	for (guint i = 0; words[i] != NULL; i++)
		g_ptr_array_add(argv, (gpointer)words[i]);
	g_ptr_array_add(argv, (gpointer) "--data");
	g_ptr_array_add(argv, (gpointer)engine->place.dir);
	if (engine->place.database != NULL) {
		g_ptr_array_add(argv, (gpointer) "--database");
		g_ptr_array_add(argv, (gpointer)engine->place.database);
	}
	g_ptr_array_add(argv, NULL);
	g_spawn_async_with_pipes(NULL, (char **)argv->pdata, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL,
	        NULL, &process.pid, &process.in, &process.out, NULL, &error);
	g_assert_no_error(error);
	return process;
}

void
process_shut_input(Process *process)
{
	if (process->in >= 0)
		close(process->in);
	process->in = -1;
}

int
process_finish(Process *process)
{
	int status = 0;

	process_shut_input(process);
	while (waitpid(process->pid, &status, 0) < 0 && errno == EINTR)
		;
	close(process->out);
	g_spawn_close_pid(process->pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

void
process_say(Process *process, const char *line)
{
	g_autofree char *whole = g_strconcat(line, "\n", NULL);
	gsize length = strlen(whole), done = 0;

	while (done < length) {
		gssize n = write(process->in, whole + done, length - done);
		g_assert_cmpint(n, >, 0);
		done += (gsize)n;
	}
}

char *
process_hear(Process *process)
{
	g_autoptr(GString) line = g_string_new(NULL);

	for (;;) {
		struct pollfd out = { .fd = process->out, .events = POLLIN };
		char c;
		g_assert_cmpint(poll(&out, 1, PATIENCE_MS), ==, 1);
		gssize n = read(process->out, &c, 1);
		g_assert_cmpint(n, >=, 0);
		if (n == 0)
			return line->len ? g_string_free(g_steal_pointer(&line), FALSE) : NULL;
		if (c == '\n')
			return g_string_free(g_steal_pointer(&line), FALSE);
		g_string_append_c(line, c);
	}
}

void
process_must_answer(Process *process, const char *line, const char *expected)
{
	process_say(process, line);
	g_autofree char *answer = process_hear(process);
	if (!g_pattern_match_simple(expected, answer))
		g_error("%s: %s, expected %s", line, answer, expected);
}

Process
process_start_server(const Engine *engine, char **ret_url)
{
	const char *words[] = { "web", "--listen", "127.0.0.1:0", NULL };
	Process server = process_start(engine, words);
	g_autofree char *line = process_hear(&server);

	g_assert_true(g_str_has_prefix(line, "listening on http://"));
	if (ret_url != NULL)
		*ret_url = g_strdup(line + strlen("listening on "));
	return server;
}

void
process_kill(Process *server)
{
	kill(server->pid, SIGKILL);
	g_assert_cmpint(process_finish(server), ==, -SIGKILL);
}

void
process_must_verify(const Engine *engine)
{
	const char *words[] = { "schema", "verify", NULL };
	Process verify = process_start(engine, words);
	g_autofree char *line = process_hear(&verify);

	g_assert_true(g_str_has_prefix(line, "all holds"));
	g_assert_cmpint(process_finish(&verify), ==, 0);
}
