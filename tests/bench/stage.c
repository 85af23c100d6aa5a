#include "tests/bench/stage.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <jansson.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "schema/error.h"
#include "tests/bench/load.h"

#define START_PATIENCE_MS 20000
#define DAYS_AHEAD        120

static gboolean
world(GError **error, const char *what, const char *detail)
{
	g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD, "stage: %s: %s", what, detail);
	return FALSE;
}

/* In the child, between fork and exec: calls that are safe there only. */
static void
settle_child(gpointer data)
{
	const Stage *stage = data;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	int log = open(stage->log, O_CREAT | O_APPEND | O_WRONLY, 0600);
	if (log >= 0)
		dup2(log, STDERR_FILENO);
	if (stage->cpu >= 0) {
		cpu_set_t set;
		CPU_ZERO(&set);
		CPU_SET((gsize)stage->cpu, &set);
		sched_setaffinity(0, sizeof set, &set);
	}
}

/* The command line of `turnout WORDS…` with the folder and the database. */
static char **
command(const Stage *stage, const char *const *words)
{
	g_autoptr(GPtrArray) line = g_ptr_array_new();
	g_ptr_array_add(line, g_strdup(stage->program));
	for (gsize i = 0; words[i] != NULL; i++)
		g_ptr_array_add(line, g_strdup(words[i]));
	g_ptr_array_add(line, g_strdup("--data"));
	g_ptr_array_add(line, g_strdup(stage->dir));
	if (stage->database != NULL) {
		g_ptr_array_add(line, g_strdup("--database"));
		g_ptr_array_add(line, g_strdup(stage->database));
	}
	g_ptr_array_add(line, NULL);
	return (char **)g_ptr_array_free(g_steal_pointer(&line), FALSE);
}

static gboolean
run(const Stage *stage, const char *const *words, char **ret_out, GError **error)
{
	g_auto(GStrv) line = command(stage, words);
	g_autofree char *out = NULL, *err = NULL;
	int status = 0;
	if (!g_spawn_sync(NULL, line, NULL, 0, NULL, NULL, &out, &err, &status, error))
		return FALSE;
	if (status != 0) {
		g_autofree char *what = g_strjoinv(" ", (char **)words);
		return world(error, what, g_strstrip(err));
	}
	if (ret_out != NULL)
		*ret_out = g_steal_pointer(&out);
	return TRUE;
}

gboolean
stage_open(Stage *ret, const char *program, const char *definition, const char *database, int cpu,
        GError **error)
{
	Stage stage = { .cpu = cpu };
	stage.dir = g_dir_make_tmp("turnout-bench-XXXXXX", error);
	if (stage.dir == NULL)
		return FALSE;
	stage.log = g_build_filename(stage.dir, "log", NULL);
	stage.program = g_strdup(program);
	stage.database = g_strdup(database);

	g_autoptr(GDateTime) today = g_date_time_new_now_utc();
	g_autoptr(GDateTime) first = g_date_time_add_days(today, DAYS_AHEAD);
	g_autofree char *starts = g_date_time_format(first, "%F");
	const char *const init[] = { "schema", "init", NULL };
	const char *const load[] = { "schema", "load", definition, "--starts", starts, NULL };
	if (!run(&stage, init, NULL, error) || !run(&stage, load, NULL, error)) {
		stage_close(&stage);
		return FALSE;
	}
	*ret = stage;
	return TRUE;
}

/* Reads "listening on http://HOST:PORT". */
static gboolean
read_port(int fd, guint16 *ret_port, GError **error)
{
	g_autoptr(GString) line = g_string_new(NULL);
	while (strchr(line->str, '\n') == NULL) {
		struct pollfd wait = { .fd = fd, .events = POLLIN };
		char some[256];
		ssize_t n =
		        poll(&wait, 1, START_PATIENCE_MS) == 1 ? read(fd, some, sizeof some) : -1;
		if (n <= 0)
			return world(error, "turnout web", "did not say that it listens");
		g_string_append_len(line, some, n);
	}
	const char *colon = strrchr(line->str, ':');
	*ret_port = colon == NULL ? 0 : (guint16)g_ascii_strtoull(colon + 1, NULL, 10);
	return *ret_port != 0 || world(error, "turnout web", "listens at no port");
}

gboolean
stage_start(Stage *stage, GError **error)
{
	const char *const words[] = { "web", "--listen", "127.0.0.1:0", NULL };
	g_auto(GStrv) line = command(stage, words);
	g_auto(GStrv) environment =
	        g_environ_setenv(g_get_environ(), "TURNOUT_WEB_ROBOTS", "off", TRUE);
	if (stage->mail != NULL) {
		environment = g_environ_setenv(environment, "TURNOUT_MAIL_URL", stage->mail, TRUE);
		environment = g_environ_setenv(
		        environment, "TURNOUT_MAIL_FROM", "tickets@coalition.example", TRUE);
	}
	gint64 before = g_get_monotonic_time();
	GPid pid = 0;
	int out = -1;
	if (!g_spawn_async_with_pipes(NULL, line, environment, G_SPAWN_DO_NOT_REAP_CHILD,
	            settle_child, stage, &pid, NULL, &out, NULL, error))
		return FALSE;
	stage->pid = pid;
	gboolean ok = read_port(out, &stage->port, error);
	close(out);
	stage->start_ms = (double)(g_get_monotonic_time() - before) / 1000.0;
	if (!ok)
		stage_stop(stage);
	return ok;
}

void
stage_stop(Stage *stage)
{
	if (stage->pid == 0)
		return;
	kill(stage->pid, SIGTERM);
	waitpid(stage->pid, NULL, 0);
	stage->pid = 0;
}

static void
remove_tree(const char *path)
{
	GDir *dir = g_dir_open(path, 0, NULL);
	for (const char *name; dir != NULL && (name = g_dir_read_name(dir)) != NULL;) {
		g_autofree char *inner = g_build_filename(path, name, NULL);
		if (g_file_test(inner, G_FILE_TEST_IS_DIR) &&
		        !g_file_test(inner, G_FILE_TEST_IS_SYMLINK))
			remove_tree(inner);
		else
			g_unlink(inner);
	}
	if (dir != NULL)
		g_dir_close(dir);
	g_rmdir(path);
}

void
stage_close(Stage *stage)
{
	stage_stop(stage);
	if (stage->dir != NULL)
		remove_tree(stage->dir);
	g_clear_pointer(&stage->dir, g_free);
	g_clear_pointer(&stage->log, g_free);
	g_clear_pointer(&stage->program, g_free);
	g_clear_pointer(&stage->database, g_free);
	g_clear_pointer(&stage->mail, g_free);
}

double
process_cpu_s(pid_t pid)
{
	clockid_t clock;
	struct timespec used;
	if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0)
		return 0;
	return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

double
process_rss_mb(pid_t pid)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/status", (int)pid);
	g_autofree char *text = NULL;
	if (!g_file_get_contents(path, &text, NULL, NULL))
		return 0;
	const char *at = strstr(text, "VmRSS:");
	return at == NULL ? 0 : (double)g_ascii_strtoull(at + strlen("VmRSS:"), NULL, 10) / 1024.0;
}

typedef struct {
	const char *body;
	char *answer;
} Pairing;

static gsize
write_pairing(gpointer data, guint64 i, char *buffer)
{
	const Pairing *pairing = data;
	return (gsize)g_snprintf(buffer, LOAD_REQUEST_MAX,
	        "POST /api/v1/door/pair HTTP/1.1\r\nHost: 127.0.0.1\r\n"
	        "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
	        strlen(pairing->body), pairing->body);
}

static void
keep_answer(gpointer data, guint64 i, const char *answer)
{
	Pairing *pairing = data;
	pairing->answer = g_strdup(strstr(answer, "\r\n\r\n") + 4);
}

static char *
string_of(const json_t *json, const char *key)
{
	return g_strdup(json_string_value(json_object_get(json, key)));
}

static gboolean
read_pairing(const char *answer, StageDevice *ret)
{
	json_t *json = json_loads(answer, 0, NULL);
	const json_t *checkpoint = json_array_get(json_object_get(json, "checkpoints"), 0);
	ret->device = string_of(json, "device");
	ret->token = string_of(json, "token");
	ret->checkpoint = json_integer_value(json_object_get(checkpoint, "no"));
	json_decref(json);
	return ret->device != NULL && ret->token != NULL && ret->checkpoint > 0;
}

gboolean
stage_pair(Stage *stage, const char *event, const char *session, StageDevice *ret, GError **error)
{
	const char *const words[] = { "schema", "device", "add", "Bench door", "--event", event,
		"--session", session, "--role", "scan", NULL };
	g_autofree char *out = NULL;
	if (!run(stage, words, &out, error))
		return FALSE;
	char *last = strrchr(g_strstrip(out), '\n');
	g_autofree char *body = g_strdup_printf(
	        "{\"code\":\"%s\",\"device_name\":\"Bench door\"}", last == NULL ? out : last + 1);

	Pairing pairing = { .body = body };
	LoadPlan plan = { .port = stage->port,
		.connections = 1,
		.requests = 1,
		.seconds = 10,
		.expected = 201,
		.write_request = write_pairing,
		.answered = keep_answer,
		.data = &pairing };
	LoadResult result = { 0 };
	if (!load_run(&plan, &result, error))
		return FALSE;
	g_autofree char *answer = pairing.answer;
	StageDevice device = { 0 };
	if (answer == NULL || !read_pairing(answer, &device)) {
		stage_device_clear(&device);
		g_autofree char *status = g_strdup_printf("status %d", result.other_status);
		return world(error, "pairing a device", answer == NULL ? status : "odd answer");
	}
	device.session = g_strdup(session);
	*ret = device;
	return TRUE;
}

void
stage_device_clear(StageDevice *device)
{
	g_free(device->session);
	g_free(device->device);
	g_free(device->token);
	*device = (StageDevice){ 0 };
}
