#include "tests/bench/mail.h"

#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "schema/error.h"

#define SLOW_US     500000 /* before each answer */
#define CPU_TARGET  1.05   /* of the same with no mail server */
#define RATE_TARGET 0.95

typedef enum {
	MAIL_DOWN,    /* nobody listens */
	MAIL_HANGS,   /* accepts, and never says a word */
	MAIL_SLOW,    /* half a second for each answer */
	MAIL_REFUSES, /* is too busy for anybody */
	MAIL_DIES,    /* in the middle of the letter */
	MAIL_TAKES,   /* all is well */
} Manner;

static const struct {
	Manner manner;
	const char *work;
} manners[] = {
	{ MAIL_DOWN, "registration, mail server down" },
	{ MAIL_HANGS, "registration, mail server hangs" },
	{ MAIL_SLOW, "registration, mail server slow" },
	{ MAIL_REFUSES, "registration, mail server refuses" },
	{ MAIL_DIES, "registration, mail server dies in mid-letter" },
	/* no target: each letter is a ticket drawn and set, beside the registrations */
	{ MAIL_TAKES, "registration, mail server takes all" },
};

/* ---- the mail server: one thread, one connection at a time, as our program has one ---- */

typedef struct {
	Manner manner;
	int listening;
	guint16 port;
	guint taken; /* letters, atomic */
	GThread *thread;
} MailServer;

static void
answer(const MailServer *server, int fd, const char *line)
{
	if (server->manner == MAIL_HANGS)
		return;
	if (server->manner == MAIL_SLOW)
		g_usleep(SLOW_US);
	dprintf(fd, "%s\r\n", line);
}

/* Reads one line of the dialogue, or of the letter; FALSE ends the connection. */
static gboolean
take_line(MailServer *server, int fd, const char *line, gboolean *letter)
{
	if (*letter) {
		if (server->manner == MAIL_DIES)
			return FALSE;
		if (strcmp(line, ".\r\n") != 0)
			return TRUE;
		*letter = FALSE;
		__atomic_add_fetch(&server->taken, 1, __ATOMIC_SEQ_CST);
		answer(server, fd, "250 taken");
	} else if (g_ascii_strncasecmp(line, "DATA", 4) == 0) {
		*letter = TRUE;
		answer(server, fd, "354 go on");
	} else if (g_ascii_strncasecmp(line, "QUIT", 4) == 0) {
		answer(server, fd, "221 bye");
		return FALSE;
	} else {
		answer(server, fd, "250 yes");
	}
	return TRUE;
}

static void
talk(MailServer *server, int fd)
{
	FILE *in = fdopen(fd, "r");
	char *line = NULL;
	size_t room = 0;
	gboolean letter = FALSE;

	if (in == NULL) {
		close(fd);
		return;
	}
	answer(server, fd, server->manner == MAIL_REFUSES ? "421 too busy" : "220 bench");
	while (server->manner != MAIL_REFUSES && getline(&line, &room, in) > 0)
		if (!take_line(server, fd, line, &letter))
			break;
	free(line);
	fclose(in);
}

static gpointer
serve(gpointer data)
{
	MailServer *server = data;
	int fd;
	while ((fd = accept(server->listening, NULL, NULL)) >= 0)
		talk(server, fd);
	return NULL;
}

/* No program may have a connection left. */
static void
server_close(MailServer *server)
{
	if (server->listening < 0)
		return;
	shutdown(server->listening, SHUT_RDWR);
	if (server->thread != NULL)
		g_thread_join(server->thread);
	close(server->listening);
	server->listening = -1;
}

static gboolean
server_open(MailServer *server, Manner manner, GError **error)
{
	struct sockaddr_in on = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof on;

	*server = (MailServer){ .manner = manner };
	server->listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (server->listening < 0 ||
	        bind(server->listening, (struct sockaddr *)&on, sizeof on) != 0 ||
	        getsockname(server->listening, (struct sockaddr *)&on, &length) != 0 ||
	        (manner != MAIL_DOWN && listen(server->listening, 8) != 0)) {
		g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD,
		        "mail: no port for a mail server");
		return FALSE;
	}
	server->port = ntohs(on.sin_port);
	if (manner != MAIL_DOWN)
		server->thread = g_thread_new("mail server", serve, server);
	return TRUE;
}

/* ---- the comparison ---- */

/* One run, while the other program stands still. */
static gboolean
measure(Served *served, const Served *other, double seconds, Measured *ret, GError **error)
{
	const WorkRun run = { .pid = served->stage.pid,
		.port = served->stage.port,
		.real = TRUE,
		.seconds = seconds,
		.connections = work_registering.connections };
	kill(other->stage.pid, SIGSTOP);
	gboolean ok = work_measure(&work_registering, &served->works, &run, ret, error);
	kill(other->stage.pid, SIGCONT);
	return ok;
}

/* Without, with, with, without; as often as there are rounds. */
static gboolean
compare(const MailPlan *plan, Served *plain, Served *mailing, Comparison *comparison,
        GError **error)
{
	Measured warm, a, b, b2, a2;
	if (!measure(plain, mailing, plan->seconds / 4, &warm, error) ||
	        !measure(mailing, plain, plan->seconds / 4, &warm, error))
		return FALSE;
	for (int round = 0; round < plan->rounds; round++) {
		if (!measure(plain, mailing, plan->seconds, &a, error) ||
		        !measure(mailing, plain, plan->seconds, &b, error) ||
		        !measure(mailing, plain, plan->seconds, &b2, error) ||
		        !measure(plain, mailing, plan->seconds, &a2, error))
			return FALSE;
		comparison_add(comparison, &a, &b);
		comparison_add(comparison, &a2, &b2);
	}
	return TRUE;
}

static gboolean
compare_with(const MailPlan *plan, const MailServer *server, Comparison *comparison, GError **error)
{
	Served plain = { 0 }, mailing = { 0 };
	gboolean ok =
	        served_open(&plain, plan->program, plan->definition, NULL, plan->cpu, error) &&
	        served_open(&mailing, plan->program, plan->definition, NULL, plan->cpu, error);
	if (ok) {
		mailing.stage.mail = g_strdup_printf("smtp://127.0.0.1:%u", server->port);
		ok = stage_start(&plain.stage, error) && stage_start(&mailing.stage, error) &&
		        compare(plan, &plain, &mailing, comparison, error);
	}
	served_close(&plain);
	served_close(&mailing);
	return ok;
}

gboolean
mail_measure(const MailPlan *plan, Figures *figures, GError **error)
{
	for (guint i = 0; i < G_N_ELEMENTS(manners); i++) {
		const gboolean well = manners[i].manner == MAIL_TAKES;
		MailServer server;
		Comparison *comparison = figures_compare(figures, manners[i].work,
		        "the same with no mail server", work_registering.connections,
		        well ? 0 : CPU_TARGET, well ? 0 : RATE_TARGET);
		gboolean ok = server_open(&server, manners[i].manner, error) &&
		        compare_with(plan, &server, comparison, error);
		server_close(&server);
		figures->letters += server.taken;
		if (!ok)
			return FALSE;
	}
	return TRUE;
}
