/*
 * Bad moments of the server: who is slow, who leaves, what the writer does meanwhile, stopping,
 * noise. It goes on after all of it.
 */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/fixtures/server_house.h"

static const char hello[] = "GET /hello HTTP/1.1\r\n" H "\r\n";

/* ---- time ---- */

static const struct {
	const char *name, *begin;
	gboolean drip; /* a byte each 100 ms */
} slow[] = {
	{ "says-nothing", "", FALSE },
	{ "stops-in-the-header", "GET /hello HTTP/1.1\r\nHost:", FALSE },
	{ "drips-a-header", "GET /hello HTTP/1.1\r\nHost: ", TRUE },
	{ "stops-in-the-body", "POST /echo HTTP/1.1\r\n" H FORM "Content-Length: 900\r\n\r\na",
	        FALSE },
	{ "drips-a-body", "POST /echo HTTP/1.1\r\n" H FORM "Content-Length: 900\r\n\r\na", TRUE },
	{ "drips-a-refused-body", "POST /no HTTP/1.1\r\n" H FORM "Content-Length: 900\r\n\r\na",
	        TRUE },
};

static void
who_is_slow_is_hung_up_on_and_others_are_served(Engine *engine, gconstpointer data)
{
	Running running = house_open(engine, NULL, NULL);
	int sockets[G_N_ELEMENTS(slow)];
	__atomic_store_n(&pages_run, 0, __ATOMIC_SEQ_CST);
	for (guint i = 0; i < G_N_ELEMENTS(slow); i++) {
		sockets[i] = client_connect(running.url);
		client_send(sockets[i], slow[i].begin, strlen(slow[i].begin));
	}
	guint open = G_N_ELEMENTS(slow), served = 0;
	for (guint tick = 0; tick < 30 && open > 0; tick++, served++) {
		must_live(&running);
		for (guint i = 0; i < G_N_ELEMENTS(slow); i++) {
			if (sockets[i] < 0)
				continue;
			if (slow[i].drip)
				client_send(sockets[i], "a", 1);
			if (!client_is_closed(sockets[i], 0.02))
				continue;
			g_test_message("%s is closed after %u ticks", slow[i].name, tick);
			g_assert_cmpuint(tick, >, 2); /* not at once */
			close(sockets[i]);
			sockets[i] = -1;
			open--;
		}
	}
	g_assert_cmpuint(open, ==, 0);
	/* only the pages of others ran */
	g_assert_cmpuint((guint)__atomic_load_n(&pages_run, __ATOMIC_SEQ_CST), ==, served);
	house_close(&running);
}

static void
a_patient_visitor_may_take_until_the_deadline(Engine *engine, gconstpointer data)
{
	Running running = house_open(engine, NULL, NULL);
	const int fd = client_connect(running.url);
	client_send(fd, "GET /hello HTTP/1.1\r\n", 21);
	g_usleep(400000);
	client_send(fd, H "\r\n", strlen(H "\r\n"));
	Answered answered = client_read(fd, FALSE);
	g_assert_cmpint(answered.status, ==, 200);
	answered_clear(&answered);
	/* and may think before the next one */
	g_assert_false(client_is_closed(fd, 1.5));
	client_send(fd, hello, strlen(hello));
	answered = client_read(fd, FALSE);
	g_assert_cmpint(answered.status, ==, 200);
	answered_clear(&answered);
	close(fd);
	house_close(&running);
}

/* ---- connections ---- */

static void
three_requests_at_once_are_answered_in_order(Engine *engine, gconstpointer data)
{
	Running running = house_open(engine, NULL, NULL);
	static const char bytes[] =
	        "GET /param/one HTTP/1.1\r\n" H "\r\n"
	        "POST /note HTTP/1.1\r\n" H FORM "Content-Length: 9\r\n\r\nsaid=/two"
	        "GET /param/three HTTP/1.1\r\n" H "\r\n";
	const int fd = client_connect(running.url);
	client_send(fd, bytes, strlen(bytes));
	Answered one = client_read(fd, FALSE), two = client_read(fd, FALSE),
	         three = client_read(fd, FALSE);
	g_assert_cmpstr(one.body, ==, "one");
	g_assert_cmpint(two.status, ==, 303);
	g_assert_cmpstr(answered_header(&two, "Location"), ==, "/two");
	g_assert_cmpstr(three.body, ==, "three");
	answered_clear(&one);
	answered_clear(&two);
	answered_clear(&three);
	close(fd);
	house_close(&running);
}

static void
half_a_form_does_nothing(Engine *engine, gconstpointer data)
{
	Running running = house_open(engine, NULL, NULL);
	__atomic_store_n(&pages_run, 0, __ATOMIC_SEQ_CST);
	for (guint i = 0; i < 50; i++) {
		static const char half[] =
		        "POST /echo HTTP/1.1\r\n" H FORM "Content-Length: 100\r\n\r\nsaid=a";
		const int fd = client_connect(running.url);
		client_send(fd, half, strlen(half));
		close(fd);
	}
	must_live(&running);
	g_assert_cmpint(__atomic_load_n(&pages_run, __ATOMIC_SEQ_CST), ==, 1);
	house_close(&running);
}

static void
who_left_in_the_middle_holds_nothing_up(Engine *engine, gconstpointer data)
{
	Running running = house_open(engine, NULL, NULL);
	static const char half[] =
	        "POST /echo HTTP/1.1\r\n" H FORM "Content-Length: 100\r\n\r\nsaid=a";
	const int fd = client_connect(running.url);
	client_send(fd, half, strlen(half));
	g_usleep(50000);
	shutdown(fd, SHUT_WR);
	const gint64 began = g_get_monotonic_time();
	g_assert_true(client_is_closed(fd, 5));
	g_assert_cmpint(
	        g_get_monotonic_time() - began, <, 1200000); /* before the body's deadline */
	close(fd);
	/* who only ends its side after a whole request gets the answer, however long it takes */
	const int patient_fd = client_connect(running.url);
	static const char whole[] =
	        "POST /note HTTP/1.1\r\n" H FORM "Content-Length: 7\r\n\r\nsaid=/a";
	__atomic_store_n(&gate_shut, 1, __ATOMIC_SEQ_CST);
	client_send(patient_fd, whole, strlen(whole));
	shutdown(patient_fd, SHUT_WR);
	g_usleep(1000000);
	__atomic_store_n(&gate_shut, 0, __ATOMIC_SEQ_CST);
	Answered answered = client_read(patient_fd, FALSE);
	g_assert_cmpint(answered.status, ==, 303);
	answered_clear(&answered);
	close(patient_fd);
	house_close(&running);
}

static void
who_leaves_while_the_writer_works_does_no_harm(Engine *engine, gconstpointer data)
{
	Running running = house_open(engine, NULL, NULL);
	__atomic_store_n(&gate_shut, 1, __ATOMIC_SEQ_CST);
	for (guint i = 0; i < 30; i++) {
		static const char whole[] =
		        "POST /note HTTP/1.1\r\n" H FORM "Content-Length: 6\r\n\r\nsaid=a";
		const int fd = client_connect(running.url);
		client_send(fd, whole, strlen(whole));
		if (i == 29)
			g_usleep(100000);
		close(fd);
	}
	must_live(&running); /* a page that writes nothing isn't held up */
	__atomic_store_n(&gate_shut, 0, __ATOMIC_SEQ_CST);
	must_live(&running);
	house_close(&running);
}

/* ---- the writer ---- */

#define WRITERS 64

static gpointer
write_notes(gpointer data)
{
	const Running *running = data;
	const int fd = client_connect(running->url);
	for (guint i = 0; i < 20; i++) {
		static const char bytes[] =
		        "POST /note HTTP/1.1\r\n" H FORM "Content-Length: 7\r\n\r\nsaid=/a";
		client_send(fd, bytes, strlen(bytes));
		Answered answered = client_read(fd, FALSE);
		g_assert_cmpint(answered.status, ==, 303);
		answered_clear(&answered);
	}
	close(fd);
	return NULL;
}

static void
many_that_write_at_once_share_their_commits(Engine *engine, gconstpointer data)
{
	Running running = house_open(engine, NULL, NULL);
	const WriterCounts before = writer_counts(record_writer(engine_record(engine)));
	GThread *threads[WRITERS];
	for (guint i = 0; i < WRITERS; i++)
		threads[i] = g_thread_new("client", write_notes, &running);
	for (guint i = 0; i < WRITERS; i++)
		g_thread_join(threads[i]);
	const WriterCounts after = writer_counts(record_writer(engine_record(engine)));
	g_assert_cmpuint(after.works - before.works, ==, WRITERS * 20);
	g_assert_cmpuint(after.commits - before.commits, <, WRITERS * 20 / 2);
	house_close(&running);
}

static void
a_write_that_failed_is_not_called_done(Engine *engine, gconstpointer data)
{
	Running running = house_open(engine, NULL, NULL);
	g_assert_cmpint(
	        status_of(&running,
	                "POST /note HTTP/1.1\r\n" H FORM "Content-Length: 9\r\n\r\nsaid=fail"),
	        ==, 503);
	must_live(&running);
	house_close(&running);
}

static gpointer
stop_in_a_thread(gpointer data)
{
	return GINT_TO_POINTER(server_stop(((Running *)data)->server));
}

static void
who_waits_when_the_server_stops_gets_the_answer(Engine *engine, gconstpointer data)
{
	Running running = house_open(engine, NULL, NULL);
	g_autofree char *url = g_strdup(running.url);
	static const char bytes[] =
	        "POST /note HTTP/1.1\r\n" H FORM "Content-Length: 7\r\n\r\nsaid=/a";
	static const char half[] = "POST /note HTTP/1.1\r\n" H FORM "Content-Length: 7\r\n\r\nsa";
	int waiting[20];
	__atomic_store_n(&gate_shut, 1, __ATOMIC_SEQ_CST);
	for (guint i = 0; i < G_N_ELEMENTS(waiting); i++) {
		waiting[i] = client_connect(url);
		client_send(waiting[i], bytes, strlen(bytes));
	}
	const int slow_fd = client_connect(url), idle_fd = client_connect(url);
	client_send(slow_fd, half, strlen(half));
	g_usleep(200000);

	GThread *stopper = g_thread_new("stop", stop_in_a_thread, &running);
	g_usleep(200000);
	client_send(slow_fd, "id=/a", 5);
	g_usleep(100000);
	__atomic_store_n(&gate_shut, 0, __ATOMIC_SEQ_CST);
	for (guint i = 0; i < G_N_ELEMENTS(waiting); i++) {
		Answered answered = client_read(waiting[i], FALSE);
		g_assert_cmpint(answered.status, ==, 303);
		g_assert_true(client_is_closed(waiting[i], 2));
		answered_clear(&answered);
		close(waiting[i]);
	}
	Answered late = client_read(slow_fd, FALSE);
	g_assert_cmpint(late.status, ==, 303);
	answered_clear(&late);
	g_assert_true(client_is_closed(idle_fd, 5));
	g_assert_true(GPOINTER_TO_INT(g_thread_join(stopper)));
	close(slow_fd);
	close(idle_fd);
	settings_free(running.settings);
}

typedef struct {
	const char *url;
	gint over; /* atomic */
} Rush;

/* Comes, asks, reads what there is, and comes again; who finds the door shut just leaves. */
static gpointer
come_and_go(gpointer data)
{
	static const char bytes[] = "GET /hello HTTP/1.1\r\n" H "Connection: close\r\n\r\n";
	Rush *rush = data;
	char heard[4096];
	while (!__atomic_load_n(&rush->over, __ATOMIC_SEQ_CST)) {
		const int fd = client_try(rush->url);
		if (fd < 0)
			continue;
		client_send(fd, bytes, strlen(bytes));
		while (recv(fd, heard, sizeof(heard), 0) > 0)
			;
		close(fd);
	}
	return NULL;
}

static void
a_server_ends_well_while_people_go_on_coming(Engine *engine, gconstpointer data)
{
	GThread *people[4];
	for (guint stops = 0; stops < 20; stops++) {
		Running running = house_open(engine, NULL, NULL);
		g_autofree char *url = g_strdup(running.url);
		Rush rush = { .url = url };
		for (guint i = 0; i < G_N_ELEMENTS(people); i++)
			people[i] = g_thread_new("people", come_and_go, &rush);
		g_usleep(20000);
		house_close(&running);
		g_assert_cmpint(client_try(url), <, 0); /* nobody listens there any more */
		__atomic_store_n(&rush.over, 1, __ATOMIC_SEQ_CST);
		for (guint i = 0; i < G_N_ELEMENTS(people); i++)
			g_thread_join(people[i]);
	}
}

/* ---- noise ---- */

static gsize
resident_bytes(void)
{
	g_autofree char *text = NULL;
	gsize pages = 0;
	g_assert_true(g_file_get_contents("/proc/self/statm", &text, NULL, NULL));
	const char *second = strchr(text, ' ');
	pages = (gsize)g_ascii_strtoull(second, NULL, 10);
	return pages * (gsize)sysconf(_SC_PAGESIZE);
}

static const char *const whole_requests[] = {
	"GET /hello HTTP/1.1\r\n" H "Accept-Encoding: gzip\r\nCookie: lang=es; a=b\r\n\r\n",
	"GET /param/%C3%B1?lang=es&a=%20 HTTP/1.1\r\n" H "If-None-Match: \"a\"\r\n\r\n",
	"GET http://x/prepared HTTP/1.1\r\n" H "\r\n",
	"GET /api/v1/me HTTP/1.1\r\n" H "Authorization: Bearer AAAA\r\n\r\n",
	"HEAD /hello HTTP/1.0\r\n\r\n",
	"POST /echo HTTP/1.1\r\n" H FORM "Content-Length: 6\r\n\r\nsaid=a",
	"POST /note HTTP/1.1\r\n" H FORM "Content-Length: 7\r\n\r\nsaid=/a",
	"POST /echo HTTP/1.1\r\n" H FORM
	"Transfer-Encoding: chunked\r\n\r\n3\r\nsai\r\n3\r\nd=a\r\n0\r\n\r\n",
	"POST /api/v1/pair HTTP/1.1\r\n" H
	"Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
};

/* A sanitizer keeps what was freed for a while. */
static gboolean
under_sanitizer(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	return TRUE;
#else
	return FALSE;
#endif
}

/* One of whole_requests with some bytes changed, dropped or doubled. */
static GString *
spoil(GRand *noise, guint i)
{
	GString *bytes = g_string_new(whole_requests[i % G_N_ELEMENTS(whole_requests)]);
	const gint changes = g_rand_int_range(noise, 1, 6);
	for (gint n = 0; n < changes && bytes->len > 1; n++) {
		const gssize at = g_rand_int_range(noise, 0, (gint32)bytes->len);
		switch (g_rand_int_range(noise, 0, 4)) {
		case 0:
			bytes->str[at] = (char)g_rand_int_range(noise, 0, 256);
			break;
		case 1:
			g_string_erase(bytes, at, 1);
			break;
		case 2:
			g_string_insert_c(bytes, at, bytes->str[at]);
			break;
		default:
			g_string_truncate(bytes, (gsize)at);
			break;
		}
	}
	return bytes;
}

static void
ten_thousand_spoilt_requests_leave_it_as_it_was(Engine *engine, gconstpointer data)
{
	Running running = house_open(engine, NULL, NULL);
	g_autoptr(GRand) noise = g_rand_new_with_seed(11);
	gsize before = 0;
	for (guint i = 0; i < 10000; i++) {
		g_autoptr(GString) bytes = spoil(noise, i);
		const int fd = client_connect(running.url);
		client_send(fd, bytes->str, bytes->len);
		close(fd);
		if (i % 2500 == 2499) {
			must_live(&running);
			g_usleep(800000); /* the halves among them end at their deadline */
		}
		if (i == 4999)
			before = resident_bytes();
	}
	must_live(&running);
	if (!under_sanitizer())
		g_assert_cmpuint(resident_bytes(), <, before + 16 * 1024 * 1024);
	house_close(&running);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	GError *error = NULL;
	g_assert_true(locales_load(&error));
#define TEST(name) engine_add_test("server/" #name, name)
	TEST(who_is_slow_is_hung_up_on_and_others_are_served);
	TEST(a_patient_visitor_may_take_until_the_deadline);
	TEST(three_requests_at_once_are_answered_in_order);
	TEST(half_a_form_does_nothing);
	TEST(who_left_in_the_middle_holds_nothing_up);
	TEST(who_leaves_while_the_writer_works_does_no_harm);
	TEST(many_that_write_at_once_share_their_commits);
	TEST(a_write_that_failed_is_not_called_done);
	TEST(who_waits_when_the_server_stops_gets_the_answer);
	engine_add_test_on(DB_SQLITE, "server/a_server_ends_well_while_people_go_on_coming",
	        a_server_ends_well_while_people_go_on_coming);
	TEST(ten_thousand_spoilt_requests_leave_it_as_it_was);
	return engine_run();
}
