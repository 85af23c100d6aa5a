#include "web/door_api/supervisor.h"

#include <string.h>

#include "checkin/holders.h"
#include "schema/desk.h"
#include "schema/find.h"
#include "schema/id.h"
#include "web/door_log.h"
#include "web/door_api/record.h"

/* ---- what all of them take ---- */

/* The device's event and its keys. */
static const Event *
take_event(Request *request, VaultEvent **ret_keys, GError **error)
{
	const Event *event = request_event_by_id(request, request_device(request)->event, error);
	if (event == NULL)
		return NULL;
	*ret_keys = vault_event(record_vault(request_record(request)), event->id, error);
	return *ret_keys ? event : NULL;
}

static char *
who_is(const Request *request)
{
	char hex[ID_HEX_LENGTH + 1];

	id_to_hex(request_device(request)->id, hex);
	return g_strdup_printf("device %s", hex);
}

/* ---- a look, told to the audit before it is answered ---- */

typedef struct {
	AuditWork work; /* first: it is what the writer is given */
	char *who, *detail;
	json_t *answer;
} LookJob;

static void
look_job_free(gpointer data)
{
	LookJob *job = data;
	g_free(job->who);
	g_free(job->detail);
	json_decref(job->answer);
	g_free(job);
}

static Reply *
looked(Request *request, gpointer data, const GError *error)
{
	LookJob *job = data;

	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	return reply_json(request, 200, g_steal_pointer(&job->answer));
}

/* Takes @detail and @answer. */
static Reply *
look(Request *request, const Event *event, const char *deed, char *detail, json_t *answer)
{
	LookJob *job = g_new0(LookJob, 1);

	job->who = who_is(request);
	job->detail = detail;
	job->answer = answer;
	job->work = (AuditWork){
		.act = { .event = event, .who = job->who, .now = request_now(request) },
		.deed = deed,
		.detail = job->detail
	};
	return reply_after(request, audit_work, looked, &job->work, look_job_free);
}

/* ---- searching ---- */

static const char *
state_name(HolderState state)
{
	static const char *const names[] = { [HOLDER_NOT_BOOKED] = "not_booked",
		[HOLDER_BOOKED] = "booked",
		[HOLDER_WAITLISTED] = "waitlisted",
		[HOLDER_CANCELLED] = "cancelled",
		[HOLDER_REVOKED] = "revoked",
		[HOLDER_ABSENT] = "absent" };
	return names[state];
}

static gboolean
add_found(json_t *list, Db *db, const Event *event, VaultEvent *keys, const EventSession *session,
        gint64 attendee, GError **error)
{
	TicketIdentity ticket;
	Holder holder;
	g_auto(HolderPerson) known = { 0 };
	char mark[ID_HEX_LENGTH + 1], code[TYPED_CODE_SHOWN_LENGTH + 1];
	gboolean found = FALSE;

	if (!holder_ticket(db, event, attendee, &ticket, &found, error))
		return FALSE;
	if (!found)
		return TRUE;
	if (!scan_holder(db, event, session ? session->no : 0, ticket.mark, &holder, error) ||
	        !holder_person(db, keys, attendee, &known, error))
		return FALSE;
	const EventDelegation *delegation = event_delegation(event, known.delegation_no);
	const EventRegion *region = event_region(event, known.region_no);
	id_to_hex(ticket.mark, mark);
	typed_code_show(ticket.typed_code, code);
	json_array_append_new(list,
	        json_pack("{s:s, s:s, s:s?, s:s?, s:s?, s:s, s:b}", "mark", mark, "code", code,
	                "name", known.person->name, "delegation",
	                delegation ? delegation->name : NULL, "region",
	                region ? region->code : NULL, "state", state_name(holder.state), "in",
	                holder.in));
	return TRUE;
}

Reply *
door_search(Request *request)
{
	const char *query = fields_get(request_query(request), "q");
	const char *code = fields_get(request_query(request), "session");
	g_autoptr(GArray) attendees = g_array_new(FALSE, FALSE, sizeof(gint64));
	VaultEvent *keys = NULL;
	GError *error = NULL;

	if (query == NULL || strlen(query) > FIND_QUERY_MAX)
		return door_refuse(request, 400, "input", "q: is missing or too long");
	const Event *event = take_event(request, &keys, &error);
	Db *db = event ? request_db(request, &error) : NULL;
	if (db == NULL || !desk_find(db, event, keys, 0, query, attendees, &error))
		return reply_error(request, error);
	const EventSession *session = code ? event_session_by_code(event, code) : NULL;
	json_t *list = json_array();
	for (guint i = 0; i < attendees->len; i++) {
		if (!add_found(list, db, event, keys, session, g_array_index(attendees, gint64, i),
		            &error)) {
			json_decref(list);
			return reply_error(request, error);
		}
	}
	return look(request, event, "person.search",
	        g_strdup_printf("%zu found", json_array_size(list)),
	        json_pack("{s:o}", "people", list));
}

/* ---- one person ---- */

static json_t *
flags_of(const HolderPerson *known)
{
	const Person *person = known->person;
	json_t *flags = json_array();

	for (char **need = person->access; need != NULL && *need != NULL; need++)
		json_array_append_new(flags, json_string(*need));
	if (known->minor)
		json_array_append_new(flags, json_string("minor"));
	if (known->fee_due)
		json_array_append_new(flags, json_string("fee_due"));
	if (person->photo == NULL || strcmp(person->photo, "no") == 0)
		json_array_append_new(flags, json_string("photo_no"));
	if (person->interpretation != NULL && *person->interpretation != '\0')
		json_array_append_new(
		        flags, json_sprintf("interpretation_%s", person->interpretation));
	return flags;
}

Reply *
door_person(Request *request)
{
	const char *hex = fields_get(request_query(request), "mark");
	g_auto(HolderPerson) known = { 0 };
	VaultEvent *keys = NULL;
	gint64 mark = 0, attendee = 0, no = 0;
	GError *error = NULL;

	if (hex == NULL || !id_from_hex(hex, &mark))
		return door_refuse(request, 400, "input", "mark: must be 16 hex digits");
	const Event *event = take_event(request, &keys, &error);
	Db *db = event ? request_db(request, &error) : NULL;
	if (db == NULL || !scan_holder_id(db, event, mark, &attendee, &error))
		return reply_error(request, error);
	if (attendee == 0)
		return door_refuse(request, 404, "absent", "nobody has this ticket");
	if (!holder_no(db, attendee, &no, &error) ||
	        !holder_person(db, keys, attendee, &known, &error))
		return reply_error(request, error);
	const EventDelegation *delegation = event_delegation(event, known.delegation_no);
	return look(request, event, "person.look", g_strdup_printf("holder %" G_GINT64_FORMAT, no),
	        json_pack("{s:s?, s:s?, s:o}", "name", known.person->name, "delegation",
	                delegation ? delegation->name : NULL, "flags", flags_of(&known)));
}

/* ---- undo ---- */

static void
undo_job_free(gpointer data)
{
	UndoWork *work = data;
	undo_work_clear(work);
	g_free(work);
}

static Reply *
undone(Request *request, gpointer data, const GError *error)
{
	const UndoWork *work = data;

	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	json_t *voids = json_array();
	for (guint i = 0; i < work->named->len; i++) {
		const LogRecord *record = &g_array_index(work->named, LogRecord, i);
		char device[ID_HEX_LENGTH + 1], epoch[ID_HEX_LENGTH + 1];
		id_to_hex((gint64)record->device, device);
		id_to_hex((gint64)record->epoch, epoch);
		json_array_append_new(voids,
		        json_pack("{s:s, s:s, s:I}", "device", device, "epoch", epoch, "seq",
		                (json_int_t)record->seq));
	}
	json_t *answer = door_merge_answer(&work->merge);
	json_object_set_new(answer, "voids", voids);
	return reply_json(request, 200, answer);
}

Reply *
door_void(Request *request)
{
	static const char *const known[] = { "session", "mark", "records", NULL };
	const char *code = NULL;
	VaultEvent *keys = NULL;
	gint64 mark = 0;
	GError *error = NULL;

	json_auto_t *body = door_body(request, &error);
	if (body == NULL || !door_members_known(body, known, &error) ||
	        !door_text(body, "session", TRUE, 100, &code, &error) ||
	        !door_hex(body, "mark", &mark, &error))
		return reply_error(request, error);
	const json_t *records = json_object_get(body, "records");
	if (json_array_size(records) > MERGE_ITEMS_MAX)
		return door_refuse(request, 413, "too-large", "at most 500 records at once");
	const Event *event = take_event(request, &keys, &error);
	if (event == NULL)
		return reply_error(request, error);
	const EventSession *session = event_session_by_code(event, code);
	if (session == NULL)
		return door_refuse(request, 404, "absent", "session: the event has none such");
	UndoWork *work = g_new0(UndoWork, 1);
	work->session_no = session->no;
	work->mark = mark;
	work->merge = (MergeWork){ .event = event,
		.keys = keys,
		.device = request_device(request)->id,
		.items = merge_items_new(),
		.now = request_now(request) };
	door_records_read(records, event, work->merge.device, work->merge.items);
	return reply_after(request, undo_work, undone, work, undo_job_free);
}
