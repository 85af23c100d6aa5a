#include "tests/door_fixture.h"

#include <string.h>

#include "schema/definition.h"
#include "schema/id.h"

#define SESSION(code, kind, door, reentry)                                                         \
	"{\"code\":\"" code "\",\"kind\":\"" kind "\",\"title\":{\"en\":\"" code                   \
	"\"},\"starts\":\"2027-02-01T08:00\",\"ends\":\"2027-02-01T20:00\","                       \
	"\"place\":{\"en\":\"Here\"},\"door\":\"" door "\",\"reentry\":\"" reentry "\","           \
	"\"checkpoints\":[{\"name\":\"" code " A\"},{\"name\":\"" code " B\"}]}"

static const char definition[] =
        "{\"slug\":\"SLUG\",\"zone\":\"America/Los_Angeles\",\"title\":{\"en\":\"Event SLUG\"},"
        "\"text\":{},\"contact\":\"hello@door.example\",\"starts\":\"2027-02-01T08:00\","
        "\"ends\":\"2027-02-01T20:00\",\"registration\":{\"opens\":\"2026-01-01T00:00\","
        "\"closes\":\"2027-02-01T20:00\"},"
        "\"retention\":{\"logistics_days\":7,\"identity_days\":30},"
        "\"regions\":[{\"code\":\"north\",\"name\":{\"en\":\"North\"},\"counties\":[]},"
        "{\"code\":\"south\",\"name\":{\"en\":\"South\"},\"counties\":[]}],"
        "\"sessions\":[" SESSION("day", "day", "open", "again") "," SESSION("training", "training",
                "open", "once") "," SESSION("lunch", "meal", "listed", "once") "," SESSION("bus",
                "bus", "listed",
                "again") "],"
                         "\"options\":[{\"code\":\"full\",\"title\":{\"en\":\"Full\"},\"includes\":"
                         "[\"day\",\"lunch\"],"
                         "\"choose\":[{\"code\":\"bus\",\"of\":[\"bus\"],\"min\":0,\"max\":1}]},"
                         "{\"code\":\"general\",\"title\":{\"en\":\"General\"},\"includes\":["
                         "\"day\"]}],"
                         "\"delegations\":[],\"questions\":[],\"links\":[]}";

void
door_open(Door *door, Engine *engine, const char *slug)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) faults = faults_new();
	g_autoptr(GString) json = g_string_new(definition);
	DefinitionStored stored;

	g_string_replace(json, "SLUG", slug, 0);
	g_autoptr(Event) event = definition_parse(json->str, json->len, NULL, faults);
	faults_none(faults, "definition", &error);
	g_assert_no_error(error);
	*door = (Door){ .engine = engine, .record = engine_record(engine) };
	definition_store(door->record, event, ENGINE_NOW, &stored, &error);
	g_assert_no_error(error);
	g_autoptr(Db) db = record_reader(door->record, &error);
	g_assert_no_error(error);
	g_assert_true(db_begin(db, &error));
	door->event = event_read(db, slug, &error);
	g_assert_no_error(error);
	door->keys = vault_event(record_vault(door->record), door->event->id, &error);
	g_assert_no_error(error);
}

void
door_close(Door *door)
{
	g_clear_pointer(&door->event, event_unref);
}

guint16
door_session(const Door *door, const char *code)
{
	const EventSession *session = event_session_by_code(door->event, code);

	g_assert_nonnull(session);
	return session->no;
}

guint16
door_checkpoint(const Door *door, const char *session, guint nth)
{
	guint16 session_no = door_session(door, session);

	for (guint i = 0; i < door->event->checkpoints->len; i++) {
		const EventCheckpoint *each = g_ptr_array_index(door->event->checkpoints, i);
		if (each->session_no == session_no && nth-- == 0)
			return each->no;
	}
	g_assert_not_reached();
}

static Guest
take_place(
        const Door *door, const char *option, const char *chosen, TicketClass class, Person *person)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Registration) asked = registration_new();
	/* a millisecond each, or two of a crowd may draw the same id */
	static gint64 moment = ENGINE_NOW * 1000;
	Place place = { .id = id_new(++moment) };
	PlaceWork work = { .event = door->event, .asked = asked, .now = ENGINE_NOW };

	place.region_no = event_region_by_code(door->event, "north")->no;
	place.option_no = event_option_by_code(door->event, option)->no;
	if (chosen != NULL)
		place.chosen[place.chosen_n++].session_no = door_session(door, chosen);
	person->name = g_strdup("Guest");
	for (guint i = 0; i < SEALED_CLASSES; i++)
		place.sealed[i] = person_seal(person, door->keys, (SealedClass)i, place.id);
	event_ticket_new(door->event, door->keys, class, ENGINE_NOW, &place.ticket);
	asked->id = id_new(moment);
	random_bytes(asked->submission, sizeof asked->submission);
	random_bytes(asked->content_hash, sizeof asked->content_hash);
	g_strlcpy(asked->lang, "en", sizeof asked->lang);
	g_array_append_val(asked->places, place);
	writer_run(record_writer(door->record), registration_work, &work, &error);
	g_assert_no_error(error);
	g_assert_cmpint(work.answer.outcome, ==, PLACE_TAKEN);
	return (Guest){ place.id, g_array_index(asked->places, Place, 0).ticket };
}

Guest
door_guest(const Door *door, const char *option, const char *chosen, TicketClass class)
{
	g_autoptr(Person) person = person_new();

	return take_place(door, option, chosen, class, person);
}

Guest
door_guest_who(const Door *door, const char *option, TicketClass class, const char *photo,
        const char *interpretation)
{
	g_autoptr(Person) person = person_new();

	person->photo = g_strdup(photo);
	person->interpretation = g_strdup(interpretation);
	return take_place(door, option, NULL, class, person);
}

void
door_rename(const Door *door, const Guest *guest, const char *name)
{
	g_autoptr(Person) person = person_new();
	person->name = g_strdup(name);
	g_autoptr(GBytes) sealed = person_seal(person, door->keys, SEALED_IDENTITY, guest->id);
	g_autoptr(GString) sql = g_string_new("UPDATE sealed SET value = ");
	gsize length = 0;
	const guint8 *bytes = g_bytes_get_data(sealed, &length);

	g_string_append(sql, door->engine->engine == DB_SQLITE ? "x'" : "'\\x");
	for (gsize i = 0; i < length; i++)
		g_string_append_printf(sql, "%02x", bytes[i]);
	g_string_append_printf(
	        sql, "' WHERE owner = %" G_GINT64_FORMAT " AND class = 0", guest->id);
	engine_must(door->engine, sql->str);
	g_autofree char *changed =
	        g_strdup_printf("UPDATE attendee SET changed = (SELECT max(version) + 1 FROM event)"
	                        " WHERE id = %" G_GINT64_FORMAT,
	                guest->id);
	engine_must(door->engine, changed);
	engine_must(door->engine, "UPDATE event SET version = version + 1");
}

/* ---- scans ---- */

ScanWork
door_question(const Door *door, const char *session, gint64 mark, gint64 seq)
{
	return (ScanWork){
		.event = door->event,
		.keys = door->keys,
		.row = { .device = 7,
		        .epoch = (gint64)0xfedcba9876543210u, /* above what a signed number holds */
		        .seq = seq,
		        .session_no = door_session(door, session),
		        .checkpoint_no = door_checkpoint(door, session, 0),
		        .has_mark = TRUE,
		        .mark = mark,
		        .wall = DOOR_WALL + seq,
		        .mono = seq,
		        .skew = 5,
		        .skew_error = 2,
		        .manifest_version = 3,
		        .online = TRUE },
		.signature = DOOR_SIGNATURE_HOLDS,
		.now = ENGINE_NOW,
	};
}

void
door_ask(const Door *door, ScanWork *work)
{
	g_autoptr(GError) error = NULL;

	writer_run(record_writer(door->record), scan_work, work, &error);
	g_assert_no_error(error);
}

const char *
door_scan(const Door *door, const char *session, gint64 mark, gint64 seq)
{
	ScanWork work = door_question(door, session, mark, seq);

	door_ask(door, &work);
	g_assert_cmpint(work.outcome, ==, SCAN_DECIDED);
	g_assert_cmpstr(work.row.decision, ==, door_decision_name(work.answer.decision));
	return work.row.decision;
}

gint64
door_present(const Door *door, const char *session)
{
	g_autofree char *sql = g_strdup_printf(
	        "SELECT count(*) FROM presence WHERE session_no = %u", door_session(door, session));

	return engine_ask(door->engine, sql);
}

gint64
door_lines(const Door *door)
{
	return engine_ask(door->engine, "SELECT count(*) FROM scan");
}

gint64
door_reissue(const Door *door, const Guest *guest)
{
	const gint64 mark = guest->ticket.mark ^ 0x5555;
	g_autofree char *aside = g_strdup_printf(
	        "INSERT INTO old_ticket (event, mark, typed_code, attendee, revoked, changed)"
	        " SELECT event, mark, typed_code, id, 1, 1 FROM attendee WHERE id = "
	        "%" G_GINT64_FORMAT,
	        guest->id);
	g_autofree char *fresh =
	        g_strdup_printf("UPDATE attendee SET mark = %" G_GINT64_FORMAT
	                        ", typed_code = 'FRESH' WHERE id = %" G_GINT64_FORMAT,
	                mark, guest->id);

	engine_must(door->engine, aside);
	engine_must(door->engine, fresh);
	return mark;
}
