/*
 * `turnout web`: opens the record for writing, listens for commands and for browsers, and serves
 * until it is told to stop.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checkin/scan.h"
#include "schema/informed.h"
#include "schema/control.h"
#include "schema/settings.h"
#include "web/letters.h"
#include "web/locale.h"
#include "web/log.h"
#include "web/ready.h"
#include "web/sandbox.h"
#include "web/server.h"

static const char summary[] = "serves pages, tickets, door and staff";

const Route *const web_tables[] = {
	site_routes,
	event_routes,
	registration_routes,
	ticket_change_routes, /* before the tickets: "data" is no file of theirs */
	ticket_correct_routes,
	ticket_cancel_routes,
	ticket_data_routes,
	ticket_delete_routes,
	ticket_link_routes,
	ticket_routes,
	captain_routes,
	captain_rows_routes,
	captain_person_routes,
	delegation_routes,
	lost_link_routes,
	informed_routes,
	ticket_places_routes,
	door_routes,
	staff_routes,
	staff_code_routes,
	staff_numbers_routes,
	staff_devices_routes,
	staff_reports_routes,
	staff_audit_routes,
	staff_holds_routes,
	staff_letters_routes,
	staff_calls_routes,
	staff_messages_routes,
	staff_reminder_routes,
	staff_alarms_routes,
	staff_scans_routes,
	staff_spares_routes,
	staff_delegations_routes,
	staff_walk_in_routes, /* before people: "walk-in" is no number */
	staff_people_routes,
	staff_person_routes,
	staff_places_routes,
	staff_fees_routes,
	door_app_routes,
	NULL,
};

static const ControlEntry *const operations[] = {
	schema_operations,
	checkin_operations,
	NULL,
};

/* No core dump shows keys or names, no file of ours is for others. */
static void
close_curtains(void)
{
	umask(077);
	const struct rlimit none = { 0, 0 };
	setrlimit(RLIMIT_CORE, &none);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) /* they look into themselves */
	prctl(PR_SET_DUMPABLE, 0);
#endif
}

static void
raise_open_files(void)
{
	struct rlimit files;
	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return;
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
}

/* Before any thread starts, so that all inherit it: signals are waited for, not caught. */
static void
hold_signals(sigset_t *ret_stop)
{
	sigemptyset(ret_stop);
	sigaddset(ret_stop, SIGTERM);
	sigaddset(ret_stop, SIGINT);
	pthread_sigmask(SIG_BLOCK, ret_stop, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static gboolean
serve(Record *record, const Settings *settings, Sandbox sandbox, const sigset_t *stop,
        GError **error)
{
	g_autoptr(Control) control = control_listen(record, operations, error);
	if (control == NULL)
		return FALSE;
	const ServerOptions options = {
		.record = record,
		.settings = settings,
		.routes = web_tables,
	};
	Server *server = server_start(&options, error);
	if (server == NULL)
		return FALSE;
	Letters *letters = NULL;
	if (!letters_start(record, settings, server_base_url(server), &letters, error)) {
		server_stop(server);
		return FALSE;
	}
	printf("listening on %s\n", server_url(server));
	fflush(stdout);
	log_line(LOG_LEVEL_INFO, "serving version=%s sandbox=%s", TURNOUT_VERSION,
	        sandbox == SANDBOX_ON ? "on" : "off");

	ready_tell("READY=1");

	int signal_number = 0;
	sigwait(stop, &signal_number);
	log_line(LOG_LEVEL_INFO, "stopping");
	ready_tell("STOPPING=1");
	letters_stop(letters); /* while the writer still writes */
	if (!server_stop(server))
		_exit(EXIT_STATUS_WORLD); /* a thread is stuck: nothing can be freed below it */
	return TRUE;
}

int
web_command(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Settings) settings = settings_take(&argc, &argv, NULL, summary, TRUE, &error);
	if (settings == NULL)
		return error_report(error);
	if (argc > 1) {
		fprintf(stderr, "turnout: web takes no words, only options: \"%s\"\n", argv[1]);
		return EXIT_STATUS_USE;
	}
	sigset_t stop;
	close_curtains();
	raise_open_files();
	hold_signals(&stop);
	if (!locales_load(&error))
		return error_report(error);
	Sandbox sandbox = SANDBOX_OFF;
	if (!sandbox_enter(settings, &sandbox, &error))
		return error_report(error);
	const RecordPlace place = settings_place(settings);
	g_autoptr(Record) record = record_open(&place, RECORD_WRITE, &error);
	if (record == NULL || !informed_settle(record, &error) ||
	        !serve(record, settings, sandbox, &stop, &error))
		return error_report(error);
	log_line(LOG_LEVEL_INFO, "stopped");
	return 0;
}
