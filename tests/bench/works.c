#include "tests/bench/works.h"

#include <stdio.h>
#include <string.h>

#include "schema/registration.h"
#include "schema/vault.h"

#define TOKENS_MAX 400000

void
works_init(Works *ret, const Event *event, VaultEvent *keys)
{
	*ret = (Works){ .event = event, .keys = keys };
	ret->tokens = g_ptr_array_new_with_free_func(g_free);
	ret->marks = g_array_new(FALSE, FALSE, sizeof(gint64));
	gint64 epoch = 0;
	random_bytes(&epoch, sizeof epoch);
	id_to_hex(epoch & G_MAXINT64, ret->epoch);
}

void
works_clear(Works *works)
{
	for (guint i = 0; i < works->devices_n; i++)
		stage_device_clear(&works->devices[i]);
	g_clear_pointer(&works->tokens, g_ptr_array_unref);
	g_clear_pointer(&works->marks, g_array_unref);
}

gsize
work_event_page(gpointer data, guint64 i, char *buffer)
{
	const Works *works = data;
	return (gsize)g_snprintf(buffer, LOAD_REQUEST_MAX,
	        "GET /e/%s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n"
	        "Accept: text/html\r\nAccept-Language: en\r\n\r\n",
	        works->event->slug, works->port);
}

/* "general" of the example; of another event its first. */
static const EventOption *
plain_option(const Event *event)
{
	const EventOption *general = event_option_by_code(event, "general");
	return general != NULL ? general : event->options->pdata[0];
}

gsize
work_registration(gpointer data, guint64 i, char *buffer)
{
	Works *works = data;
	guint64 n = works->registered++;
	gint64 now_ms = g_get_real_time() / 1000;
	char submission[SUBMISSION_TEXT_LENGTH + 1], csrf[CSRF_TEXT_LENGTH + 1];
	guint8 bytes[SUBMISSION_BYTES];
	submission_new(now_ms, submission);
	submission_parse(submission, bytes);
	vault_csrf(works->keys, bytes, now_ms / 1000, csrf);

	const EventRegion *region = works->event->regions->pdata[n % works->event->regions->len];
	char body[LOAD_REQUEST_MAX - 512];
	int length = g_snprintf(body, sizeof body,
	        "submission=%s&csrf=%s&name=Mar%%C3%%ADa+Guadalupe+%" G_GUINT64_FORMAT
	        "&contact=email&email=maria.%" G_GUINT64_FORMAT "%%40example.org&phone="
	        "&interpretation=&region=%s&county=&zip=95814&assembly_district=&senate_district="
	        "&delegation=&option=%s&age_band=adult&guardian=&photo=no&meal=vegetarian"
	        "&access=captions&access_text=&childcare=&first_time=yes&emergency_name="
	        "&emergency_phone=&keep_informed=yes",
	        submission, csrf, n, n, region->code, plain_option(works->event)->code);
	return (gsize)g_snprintf(buffer, LOAD_REQUEST_MAX,
	        "POST /e/%s/register HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n"
	        "Origin: http://127.0.0.1:%u\r\nAccept-Language: es\r\n"
	        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s",
	        works->event->slug, works->port, works->port, length, body);
}

void
work_registered(gpointer data, guint64 i, const char *answer)
{
	Works *works = data;
	const char *at = strstr(answer, "/t/");
	if (works->real && at != NULL && works->tokens->len < TOKENS_MAX)
		g_ptr_array_add(works->tokens, g_strndup(at + 3, LINK_TOKEN_LENGTH));
}

gboolean
works_read_marks(Works *works, Db *db, Vault *vault, GError **error)
{
	if (!db_begin(db, error))
		return FALSE;
	gboolean ok = TRUE;
	for (guint i = 0; ok && i < works->tokens->len; i++) {
		g_autoptr(RegistrationPage) page =
		        registration_read(db, vault, works->tokens->pdata[i], error);
		ok = page != NULL;
		for (guint n = 0; ok && n < page->attendees->len; n++) {
			const Attendee *attendee = page->attendees->pdata[n];
			g_array_append_val(works->marks, attendee->ticket.mark);
		}
	}
	db_rollback(db); /* it only read */
	g_ptr_array_set_size(works->tokens, 0);
	return ok;
}

gsize
work_scan(gpointer data, guint64 i, char *buffer)
{
	Works *works = data;
	guint64 n = works->real ? works->scanned++ : i; /* the floor uses no ticket up */
	const StageDevice *device = &works->devices[n / works->marks->len % works->devices_n];
	char mark[ID_HEX_LENGTH + 1];
	g_snprintf(mark, sizeof mark, "%016" G_GINT64_MODIFIER "x",
	        (guint64)g_array_index(works->marks, gint64, n % works->marks->len));
	gint64 now_ms = g_get_real_time() / 1000;

	char body[1024];
	int length = g_snprintf(body, sizeof body,
	        "{\"v\":1,\"device\":\"%s\",\"epoch\":\"%s\",\"seq\":%" G_GUINT64_FORMAT
	        ",\"rev\":0,\"session\":\"%s\",\"checkpoint\":%" G_GINT64_FORMAT
	        ",\"mark\":\"%s\",\"wall\":%" G_GINT64_FORMAT ",\"mono\":%" G_GINT64_FORMAT
	        ",\"skew\":0,\"skew_error\":20,\"manifest_version\":1,\"online\":true}",
	        device->device, works->epoch, ++works->seq, device->session, device->checkpoint,
	        mark, now_ms, g_get_monotonic_time() / 1000);
	return (gsize)g_snprintf(buffer, LOAD_REQUEST_MAX,
	        "POST /api/v1/door/scan HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n"
	        "Authorization: Bearer %s\r\nContent-Type: application/json\r\n"
	        "Content-Length: %d\r\n\r\n%s",
	        works->port, device->token, length, body);
}

void
work_scanned(gpointer data, guint64 i, const char *answer)
{
	Works *works = data;
	if (works->real && strstr(answer, "\"admit\"") != NULL)
		works->admitted++;
}

const Work work_registering = { "registration, POST until durable", "bare POST of the same body",
	work_registration, work_registered, 303, 303, 64, 9.0, 0.10 };

gboolean
work_measure(const Work *work, Works *works, const WorkRun *run, Measured *ret, GError **error)
{
	works->real = run->real;
	works->port = run->port;
	LoadPlan plan = { .port = run->port,
		.connections = run->connections,
		.seconds = run->seconds,
		.expected = run->real ? work->expected : work->floor_expected,
		.write_request = work->write_request,
		.answered = work->answered,
		.data = works };
	LoadResult result;
	double before = process_cpu_s(run->pid);
	if (!load_run(&plan, &result, error))
		return FALSE;
	double used = process_cpu_s(run->pid) - before;
	if (result.other > 0 || result.answered == 0) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_BUG,
		        "%s: %" G_GUINT64_FORMAT " answers with status %d instead of %d",
		        work->name, result.other, result.other_status, plan.expected);
		return FALSE;
	}
	*ret = (Measured){ .cpu_us = used * 1e6 / (double)result.answered,
		.rate = (double)result.answered / result.seconds,
		.p50_ms = result.p50_ms,
		.p99_ms = result.p99_ms };
	return TRUE;
}
