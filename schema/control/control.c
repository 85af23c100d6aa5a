/* The server's side of the control socket. */
#include "schema/control.h"
#include "schema/control/wire.h"
#include "schema/lock.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct Caller Caller;

struct Control {
	Record *record;
	const ControlEntry *const *tables;
	int listening; /* -1: another process on this folder has the socket */
	int lock;      /* -1: the record's own */
	pthread_t thread;
	pthread_mutex_t lock_callers;
	pthread_cond_t gone;
	Caller *callers;
	guint callers_n;
	gboolean ending;
};

struct Caller {
	Control *control;
	int socket;
	Caller *next;
};

static const ControlEntry *
find_entry(const Control *control, const char *name)
{
	for (guint i = 0; control->tables[i] != NULL; i++)
		for (const ControlEntry *entry = control->tables[i]; entry->name != NULL; entry++)
			if (strcmp(entry->name, name) == 0)
				return entry;
	return NULL;
}

static json_t *
run_operation(const Control *control, const json_t *message, GError **error)
{
	const char *name = json_string_value(json_object_get(message, "operation"));
	const json_t *asked = json_object_get(message, "asked");
	const json_t *now = json_object_get(message, "now");

	if (name == NULL || !json_is_object(asked) || !json_is_integer(now)) {
		g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "a message on the control socket lacks operation, asked or now");
		return NULL;
	}
	const ControlEntry *entry = find_entry(control, name);
	if (entry == NULL) {
		g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT,
		        "the running server has no such operation: it is another version of "
		        "turnout");
		return NULL;
	}
	return entry->operation(control->record, asked, json_integer_value(now), error);
}

static json_t *
answer_to(const Control *control, const json_t *message)
{
	g_autoptr(GError) error = NULL;
	json_t *answer = run_operation(control, message, &error);

	if (answer != NULL)
		return json_pack("{s:o}", "answer", answer);
	if (error == NULL)
		g_set_error_literal(&error, TURNOUT_ERROR, TURNOUT_ERROR_BUG,
		        "an operation failed without saying why");
	return wire_pack_error(error);
}

static void
forget_caller(Caller *caller)
{
	Control *control = caller->control;

	pthread_mutex_lock(&control->lock_callers);
	for (Caller **at = &control->callers; *at != NULL; at = &(*at)->next)
		if (*at == caller) {
			*at = caller->next;
			break;
		}
	close(caller->socket); /* under the lock: nobody shuts a number down that is another's */
	control->callers_n--;
	pthread_cond_signal(&control->gone);
	pthread_mutex_unlock(&control->lock_callers);
	g_free(caller);
}

static void *
serve_caller(void *data)
{
	Caller *caller = data;
	gboolean good = TRUE;

	while (good) {
		g_autoptr(GError) error = NULL;
		json_t *message = wire_read(caller->socket, &error);
		json_t *answer = NULL;
		if (message != NULL)
			answer = answer_to(caller->control, message);
		else if (error != NULL)
			answer = wire_pack_error(error); /* and no more of that caller's */
		good = answer != NULL && wire_write(caller->socket, answer, NULL) &&
		        message != NULL;
		json_decref(answer);
		json_decref(message);
	}
	forget_caller(caller);
	return NULL;
}

/* The socket's mode keeps others out; this does where the file system knows no modes. */
static gboolean
is_ours(int socket)
{
	struct ucred who;
	socklen_t size = sizeof who;

	return getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0 &&
	        (who.uid == geteuid() || who.uid == 0);
}

static void
refuse(int socket)
{
	g_autoptr(GError) error = g_error_new(TURNOUT_ERROR, TURNOUT_ERROR_WORLD,
	        "%d commands are at work on this folder already: try again when one has ended",
	        CONTROL_CALLERS_MAX);
	json_t *answer = wire_pack_error(error);

	wire_write(socket, answer, NULL);
	json_decref(answer);
	close(socket);
}

static void
welcome(Control *control, int socket)
{
	pthread_attr_t detached;
	pthread_t thread;

	pthread_mutex_lock(&control->lock_callers);
	gboolean room = !control->ending && control->callers_n < CONTROL_CALLERS_MAX;
	Caller *caller = NULL;
	if (room) {
		caller = g_new0(Caller, 1);
		*caller = (Caller){ control, socket, control->callers };
		control->callers = caller;
		control->callers_n++;
	}
	pthread_mutex_unlock(&control->lock_callers);
	if (!room) {
		refuse(socket);
		return;
	}
	pthread_attr_init(&detached);
	pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	if (pthread_create(&thread, &detached, serve_caller, caller) != 0)
		forget_caller(caller);
	pthread_attr_destroy(&detached);
}

static void *
accept_callers(void *data)
{
	Control *control = data;
	gboolean ending = FALSE;

	while (!ending) {
		int socket = accept4(control->listening, NULL, NULL, SOCK_CLOEXEC);
		pthread_mutex_lock(&control->lock_callers);
		ending = control->ending;
		pthread_mutex_unlock(&control->lock_callers);
		if (socket >= 0 && (ending || !is_ours(socket)))
			close(socket);
		else if (socket >= 0)
			welcome(control, socket);
		else if (!ending)
			g_usleep(G_USEC_PER_SEC / 20); /* out of descriptors, most likely */
	}
	return NULL;
}

Control *
control_listen(Record *record, const ControlEntry *const tables[], GError **error)
{
	Control *control = g_new0(Control, 1);

	*control = (Control){ .record = record, .tables = tables, .listening = -1, .lock = -1 };
	pthread_mutex_init(&control->lock_callers, NULL);
	pthread_cond_init(&control->gone, NULL);
	if (record_engine(record) == DB_POSTGRES) {
		/* several servers may share a folder: the first has the socket */
		control->lock = lock_take(record_dir(record), NULL);
		if (control->lock < 0)
			return control;
	}
	control->listening = wire_bind(record_dir(record), error);
	if (control->listening < 0) {
		control_free(control);
		return NULL;
	}
	int status = listen(control->listening, CONTROL_CALLERS_MAX) == 0
	        ? pthread_create(&control->thread, NULL, accept_callers, control)
	        : EIO;
	if (status == 0)
		return control;
	g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD, "the control socket: %s",
	        g_strerror(status));
	close(control->listening);
	control->listening = -1;
	control_free(control);
	return NULL;
}

void
control_free(Control *control)
{
	if (control == NULL)
		return;
	if (control->listening >= 0) {
		g_autofree char *path =
		        g_build_filename(record_dir(control->record), CONTROL_SOCKET, NULL);
		unlink(path);
		pthread_mutex_lock(&control->lock_callers);
		control->ending = TRUE;
		shutdown(control->listening, SHUT_RDWR);
		/* what a caller asked is answered, and nothing more is read */
		for (Caller *caller = control->callers; caller != NULL; caller = caller->next)
			shutdown(caller->socket, SHUT_RD);
		pthread_mutex_unlock(&control->lock_callers);
		pthread_join(control->thread, NULL);
		pthread_mutex_lock(&control->lock_callers);
		while (control->callers_n > 0)
			pthread_cond_wait(&control->gone, &control->lock_callers);
		pthread_mutex_unlock(&control->lock_callers);
		close(control->listening);
	}
	if (control->lock >= 0)
		close(control->lock);
	pthread_cond_destroy(&control->gone);
	pthread_mutex_destroy(&control->lock_callers);
	g_free(control);
}
