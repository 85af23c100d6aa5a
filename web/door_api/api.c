/*
 * What a paired device asks: to be paired, and for a scan's answer. JSON in, JSON out; no name
 * is in any answer.
 */
#include <string.h>

#include "checkin/scan.h"
#include "schema/id.h"
#include "schema/text.h"
#include "web/door_api/lists.h"
#include "web/door_log.h"
#include "web/door_api/record.h"
#include "web/door_api/supervisor.h"
#include "web/routes.h"

#define CODE_MAX 64 /* bytes of a pairing code as it may be typed, with blanks and hyphens */

/* ---- pairing ---- */

typedef struct {
	DevicePairing pairing; /* first: it is what the writer and the free function are given */
	char *name, *nonce;
	char token[TOKEN_TEXT_LENGTH + 1];
} PairJob;

static void
pair_job_free(gpointer data)
{
	PairJob *job = data;
	g_free(job->name);
	g_free(job->nonce);
	memset(job->token, 0, sizeof job->token);
	g_free(job);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PairJob, pair_job_free)

static PairJob *
pair_job_new(const json_t *body, gint64 now, GError **error)
{
	static const char *const known[] = { "code", "device_name", "nonce", NULL };
	const char *code = NULL, *name = NULL, *nonce = NULL;
	g_autoptr(PairJob) job = g_new0(PairJob, 1);

	if (!door_members_known(body, known, error) ||
	        !door_text(body, "code", TRUE, CODE_MAX, &code, error) ||
	        !door_text(body, "device_name", TRUE, 8 * DEVICE_NAME_MAX, &name, error) ||
	        !door_text(body, "nonce", FALSE, DEVICE_NONCE_MAX, &nonce, error))
		return NULL;
	job->name = text_tidy(name);
	if (job->name == NULL || *job->name == '\0' || text_length(job->name) > DEVICE_NAME_MAX) {
		g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "device_name: is empty or too long");
		return NULL;
	}
	job->nonce = g_strdup(nonce);
	job->pairing.name = job->name;
	job->pairing.nonce = job->nonce;
	job->pairing.now = now;
	/* what can't be a code is as unknown as a wrong one */
	if (!pairing_code_hash(code, job->pairing.code_hash))
		memset(job->pairing.code_hash, 0, sizeof job->pairing.code_hash);
	token_new(job->token);
	token_hash(job->token, job->pairing.token_hash);
	return g_steal_pointer(&job);
}

static json_t *
session_json(const Event *event, const EventSession *session, const char *lang)
{
	/* "titles": a phone changes its language after it was paired, without a network */
	return json_pack("{s:s, s:s, s:o, s:s, s:s, s:s, s:I, s:I}", "code", session->code, "title",
	        event_text(event, session->title, lang), "titles", json_deep_copy(session->title),
	        "kind", session_kind_name(session->kind), "door",
	        session->door == DOOR_LISTED ? "listed" : "open", "reentry",
	        session->reentry == REENTRY_ONCE ? "once" : "again", "starts",
	        (json_int_t)session->starts, "ends", (json_int_t)session->ends);
}

static json_t *
checkpoints_json(const Event *event, const Device *device, const char *lang)
{
	json_t *list = json_array();

	for (guint i = 0; i < device->checkpoints_n; i++) {
		const EventCheckpoint *checkpoint = event_checkpoint(event, device->checkpoints[i]);
		const EventSession *session =
		        checkpoint ? event_session(event, checkpoint->session_no) : NULL;
		if (session == NULL)
			continue; /* a later definition has it no more */
		json_array_append_new(list,
		        json_pack("{s:i, s:s, s:o}", "no", checkpoint->no, "name", checkpoint->name,
		                "session", session_json(event, session, lang)));
	}
	return list;
}

/* Who a device is, and where it may scan. @token is told once, when it is made; NULL: it isn't. */
static Reply *
device_answer(Request *request, int status, const Device *device, const char *token)
{
	GError *error = NULL;
	const Event *event = request_event_by_id(request, device->event, &error);
	if (event == NULL)
		return reply_error(request, error);
	const char *lang = locale_code(request_locale(request));
	char hex[ID_HEX_LENGTH + 1], event_hex[2 * EVENT_ID_BYTES + 1];

	id_to_hex(device->id, hex);
	for (guint i = 0; i < EVENT_ID_BYTES; i++)
		g_snprintf(event_hex + 2 * i, 3, "%02x", event->id[i]);
	return reply_json(request, status,
	        json_pack("{s:s, s:s*, s:s, s:{s:s, s:s, s:s, s:s}, s:o, s:I}", "device", hex,
	                "token", token, "role", device->supervisor ? "supervisor" : "scan", "event",
	                "slug", event->slug, "id", event_hex, "title",
	                event_text(event, event->title, lang), "zone", event->zone, "checkpoints",
	                checkpoints_json(event, device, lang), "now",
	                (json_int_t)request_now_ms(request)));
}

static Reply *
door_self(Request *request)
{
	return device_answer(request, 200, request_device(request), NULL);
}

static Reply *
paired(Request *request, gpointer data, const GError *error)
{
	const PairJob *job = data;

	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	switch (job->pairing.outcome) {
	case PAIRING_DONE:
		return device_answer(request, 201, &job->pairing.device, job->token);
	case PAIRING_GONE:
		return door_refuse(request, 410, "gone",
		        "this pairing code was used, or is too old; ask for a new one");
	case PAIRING_UNKNOWN:
		break;
	}
	return door_refuse(
	        request, 404, "absent", "there is no such pairing code; look for a typing mistake");
}

static Reply *
door_pair(Request *request)
{
	GError *error = NULL;
	json_auto_t *body = door_body(request, &error);
	if (body == NULL)
		return reply_error(request, error);
	PairJob *job = pair_job_new(body, request_now(request), &error);
	if (job == NULL)
		return reply_error(request, error);
	return reply_after(request, device_pair, paired, &job->pairing, pair_job_free);
}

/* ---- scanning ---- */

typedef struct {
	ScanWork work; /* first: it is what the writer and the free function are given */
	MergeWork waiting;
	char *override;
} ScanJob;

static void
scan_job_free(gpointer data)
{
	ScanJob *job = data;
	g_clear_pointer(&job->work.logistics, g_bytes_unref);
	merge_work_clear(&job->waiting);
	g_free(job->override);
	g_free(job);
}

/* The hint of door.md for someone who is let in: language, photo no, headset, minor, see the desk. 0
 * for who is not. */
static int
hint_of(const ScanWork *work)
{
	const Holder *holder = &work->holder;
	gboolean photo_no, headset;

	if (!door_decision_admits(work->answer.decision) || holder->attendee == 0)
		return 0;
	holder_wishes(work->keys, holder->attendee, work->logistics, &photo_no, &headset);
	return (int)(door_language(holder->lang) << 4 | (photo_no ? 8u : 0) | (headset ? 4u : 0) |
	        (holder->minor ? 2u : 0) | (holder->fee_due ? 1u : 0));
}

static Reply *
scanned(Request *request, gpointer data, const GError *error)
{
	const ScanWork *work = data;
	const EventCheckpoint *place = event_checkpoint(work->event, work->first_checkpoint);
	gint64 first_at = work->answer.first_at_ms;

	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	if (work->outcome == SCAN_OTHER)
		return door_refuse(request, 409, "conflict",
		        "this device, epoch and seq were used for another scan");
	json_t *answer = json_pack("{s:s, s:s, s:o, s:s?, s:i, s:o}", "decision",
	        door_decision_name(work->answer.decision), "shown",
	        door_shown_name(work->answer.shown), "first_at",
	        first_at ? json_integer(first_at) : json_null(), "place",
	        place ? place->name : NULL, "hint", hint_of(work), "durable",
	        work->waiting ? door_durable(work->waiting) : json_array());
	/* whose word `durable` is: without it the phone may not forget what rode along */
	if (work->waiting != NULL) {
		char history[ID_HEX_LENGTH + 1];
		id_to_hex(work->waiting->history, history);
		json_object_set_new(answer, "history", json_string(history));
		json_object_set_new(answer, "version", json_integer(work->waiting->version));
	}
	return reply_json(request, 200, answer);
}

/* What the device may not do; NULL when all is well. */
static const char *
forbidden(const Device *device, const DoorAsked *asked)
{
	if (device->revoked || device->expired)
		return "this device may not scan any more";
	if (asked->row.device != device->id)
		return "device: the token is another device's";
	if (!device_may_scan_at(device, asked->row.checkpoint_no))
		return "checkpoint: this device scans elsewhere";
	if (asked->override != NULL && !device->supervisor)
		return "override: only a supervisor admits who is not on the list";
	return NULL;
}

static Reply *
door_scan(Request *request)
{
	const Device *device = request_device(request);
	GError *error = NULL;
	DoorAsked asked = { 0 };

	json_auto_t *body = door_body(request, &error);
	if (body == NULL)
		return reply_error(request, error);
	const Event *event = request_event_by_id(request, device->event, &error);
	if (event == NULL || !door_asked_read(body, event, &asked, &error))
		return reply_error(request, error);
	const char *no = forbidden(device, &asked);
	if (no != NULL)
		return door_refuse(request, 403, "forbidden", no);
	VaultEvent *keys = vault_event(record_vault(request_record(request)), event->id, &error);
	if (keys == NULL)
		return reply_error(request, error);
	ScanJob *job = g_new0(ScanJob, 1);
	job->override = g_strdup(asked.override);
	job->work = (ScanWork){
		.event = event,
		.keys = keys,
		.row = asked.row,
		.signature = DOOR_SIGNATURE_HOLDS, /* the phone has verified it */
		.ticket_class = asked.ticket_class,
		.ticket_minute = asked.ticket_minute,
		.leaving = asked.leaving,
		.override = job->override,
		.now = request_now(request),
		.wants_logistics = TRUE,
	};
	if (json_array_size(asked.waiting) > 0) {
		job->waiting = (MergeWork){ .event = event,
			.keys = keys,
			.device = device->id,
			.items = merge_items_new(),
			.now = request_now(request) };
		door_records_read(asked.waiting, event, device->id, job->waiting.items);
		job->work.waiting = &job->waiting;
	}
	return reply_after(request, scan_work, scanned, &job->work, scan_job_free);
}

const Route door_routes[] = {
	{ HTTP_POST, "/api/v1/door/pair", FOR_PAIRING, door_pair },
	{ HTTP_GET, "/api/v1/door/self", FOR_DEVICE, door_self },
	{ HTTP_GET, "/api/v1/door/manifest", FOR_DEVICE, door_manifest },
	{ HTTP_GET, "/api/v1/door/known", FOR_DEVICE, door_known },
	{ HTTP_GET, "/api/v1/door/delegations", FOR_DEVICE, door_delegations },
	{ HTTP_GET, "/api/v1/door/person", FOR_DEVICE, door_person },
	{ HTTP_GET, "/api/v1/door/search", FOR_SUPERVISOR, door_search },
	{ HTTP_POST, "/api/v1/door/void", FOR_SUPERVISOR, door_void, DOOR_SCANS_BODY_MAX },
	{ HTTP_POST, "/api/v1/door/walkin", FOR_SUPERVISOR, door_walkin },
	{ HTTP_POST, "/api/v1/door/reissue", FOR_SUPERVISOR, door_new_ticket },
	{ HTTP_POST, "/api/v1/door/attach", FOR_SUPERVISOR, door_attach },
	{ HTTP_POST, "/api/v1/door/scan", FOR_DEVICE, door_scan },
	{ HTTP_POST, "/api/v1/door/scans", FOR_ANY_DEVICE, door_scans, DOOR_SCANS_BODY_MAX },
	{ 0 },
};
