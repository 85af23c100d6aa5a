/* `turnout schema staff add | disable | reset-code | list`. */
#include "schema/staff.h"

#include <stdio.h>
#include <string.h>

#include "schema/asked.h"
#include "schema/audit.h"
#include "schema/id.h"
#include "schema/settings.h"
#include "schema/staff_code.h"

/* ---- add ---- */

typedef struct {
	gint64 id; /* of a new person */
	const char *name, *password;
	StaffRole role;
	const Event *event;
	guint16 region_no;
	gint64 now;
	gboolean was_there; /* somebody signs in by that name already */
} Adding;

/* The person's row: a new one, or the password of the one who is there; @ret_id whose it is. */
static gboolean
write_person(Db *db, Adding *adding, gint64 *ret_id, GError **error)
{
	gint64 there = 0;

	if (!db_ask_int(db, "SELECT count(*) FROM staff WHERE name = $1",
	            DB_ARGS(db_text(adding->name)), 0, &there, error))
		return FALSE;
	adding->was_there = there > 0;
	return db_run(db,
	               "INSERT INTO staff (id, name, password, made) VALUES ($1, $2, $3, $4)"
	               " ON CONFLICT (name) DO UPDATE SET password = excluded.password,"
	               " disabled = 0",
	               DB_ARGS(db_int(adding->id), db_text(adding->name), db_text(adding->password),
	                       db_int(adding->now)),
	               NULL, error) &&
	        db_ask_int(db, "SELECT id FROM staff WHERE name = $1",
	                DB_ARGS(db_text(adding->name)), 0, ret_id, error);
}

static gboolean
sign_out_everywhere(Db *db, gint64 staff, GError **error)
{
	return db_run(db, "DELETE FROM staff_session WHERE staff = $1", DB_ARGS(db_int(staff)),
	        NULL, error);
}

static gboolean
add_person(Db *db, gpointer data, GError **error)
{
	Adding *adding = data;
	const EventRegion *region = event_region(adding->event, adding->region_no);
	gint64 id = 0;

	if (!write_person(db, adding, &id, error) || !sign_out_everywhere(db, id, error))
		return FALSE;
	if (!db_run(db,
	            "INSERT INTO staff_role (staff, event, role, region_no) VALUES ($1, $2, $3, $4)"
	            " ON CONFLICT (staff, event) DO UPDATE SET role = excluded.role,"
	            " region_no = excluded.region_no",
	            DB_ARGS(db_int(id), db_bytes(adding->event->id, EVENT_ID_BYTES),
	                    db_text(staff_role_name(adding->role)),
	                    region ? db_int(region->no) : db_null()),
	            NULL, error))
		return FALSE;
	g_autofree char *detail = g_strdup_printf("%s: %s%s%s", adding->name,
	        staff_role_name(adding->role), region ? " " : "", region ? region->code : "");
	return audit_add(db, adding->event->id, AUDIT_OPERATOR, "role", detail, adding->now, error);
}

static gboolean
find_region(const Event *event, StaffRole role, const char *code, guint16 *ret_no, GError **error)
{
	*ret_no = 0;
	if (role == ROLE_REGION) {
		const EventRegion *region = asked_region(event, code, error);
		*ret_no = region ? region->no : 0;
		return region != NULL;
	}
	if (code == NULL)
		return TRUE;
	g_set_error_literal(
	        error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT, "--region goes with --role region only");
	return FALSE;
}

static char *
take_name(const json_t *asked, GError **error)
{
	const char *given = asked_text(asked, "name");
	char *name = given ? staff_name_fold(given) : NULL;

	if (name == NULL)
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "a name to sign in with has letters, digits and . _ - @, at most %d",
		        STAFF_NAME_MAX);
	return name;
}

json_t *
staff_operation_add(Record *record, const json_t *asked, gint64 now, GError **error)
{
	g_autofree char *name = take_name(asked, error);
	g_autoptr(Event) event =
	        name ? asked_event_or_only(record, asked_text(asked, "event"), error) : NULL;
	Adding adding = { .id = id_new(now * 1000),
		.name = name,
		.password = asked_text(asked, "password"),
		.role = staff_role_parse(asked_text(asked, "role")),
		.event = event,
		.now = now };

	if (event == NULL)
		return NULL;
	if (adding.role == ROLE_NOBODY) {
		g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "--role is owner, staff, region or viewer");
		return NULL;
	}
	if (adding.password == NULL || !password_hash_looks_right(adding.password)) {
		g_set_error_literal(
		        error, TURNOUT_ERROR, TURNOUT_ERROR_BUG, "a password comes as its hash");
		return NULL;
	}
	if (!find_region(
	            event, adding.role, asked_text(asked, "region"), &adding.region_no, error) ||
	        !writer_run(record_writer(record), add_person, &adding, error))
		return NULL;
	return json_pack("{s:s, s:s, s:s, s:b}", "name", name, "event", event->slug, "role",
	        staff_role_name(adding.role), "was_there", adding.was_there);
}

/* ---- disable ---- */

typedef struct {
	const char *name;
	gint64 now;
	gboolean found;
} Disabling;

static gboolean
disable_person(Db *db, gpointer data, GError **error)
{
	Disabling *disabling = data;
	gint64 id = 0;

	if (!db_ask_int(db, "SELECT id FROM staff WHERE name = $1",
	            DB_ARGS(db_text(disabling->name)), 0, &id, error))
		return FALSE;
	disabling->found = id != 0;
	if (id == 0)
		return TRUE;
	return db_run(db, "UPDATE staff SET disabled = 1 WHERE id = $1", DB_ARGS(db_int(id)), NULL,
	               error) &&
	        sign_out_everywhere(db, id, error) &&
	        audit_add(db, NULL, AUDIT_OPERATOR, "disable", disabling->name, disabling->now,
	                error);
}

/* @work on the person who is asked for by name; ABSENT when there is none. */
static json_t *
change_known(Record *record, const json_t *asked, DbWork work, gint64 now, GError **error)
{
	g_autofree char *name = take_name(asked, error);
	Disabling disabling = { .name = name, .now = now };

	if (name == NULL || !writer_run(record_writer(record), work, &disabling, error))
		return NULL;
	if (!disabling.found) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT, "nobody signs in as \"%s\"",
		        name);
		return NULL;
	}
	return json_object();
}

json_t *
staff_operation_disable(Record *record, const json_t *asked, gint64 now, GError **error)
{
	return change_known(record, asked, disable_person, now, error);
}

/* ---- reset-code ---- */

static gboolean
reset_code(Db *db, gpointer data, GError **error)
{
	Disabling *resetting = data;
	gint64 id = 0;

	if (!db_ask_int(db, "SELECT id FROM staff WHERE name = $1",
	            DB_ARGS(db_text(resetting->name)), 0, &id, error))
		return FALSE;
	resetting->found = id != 0;
	if (id == 0)
		return TRUE;
	return db_run(db, "UPDATE staff SET totp_sealed = NULL WHERE id = $1", DB_ARGS(db_int(id)),
	               NULL, error) &&
	        db_run(db, "DELETE FROM staff_recovery WHERE staff = $1", DB_ARGS(db_int(id)), NULL,
	                error) &&
	        sign_out_everywhere(db, id, error) &&
	        audit_add(db, NULL, AUDIT_OPERATOR, "code.reset", resetting->name, resetting->now,
	                error);
}

json_t *
staff_operation_reset_code(Record *record, const json_t *asked, gint64 now, GError **error)
{
	return change_known(record, asked, reset_code, now, error);
}

/* ---- list ---- */

static gboolean
print_list(Db *db, GError **error)
{
	DbStep step = DB_ERROR_ROW;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT p.name, p.disabled, e.slug, r.role, g.code,"
	        " CASE WHEN p.totp_sealed IS NULL THEN 0 ELSE 1 END"
	        " FROM staff p LEFT JOIN staff_role r ON r.staff = p.id"
	        " LEFT JOIN event e ON e.id = r.event"
	        " LEFT JOIN region g ON g.event = r.event AND g.no = r.region_no"
	        " ORDER BY p.name, e.slug",
	        DB_NO_ARGS, error);

	if (rows == NULL)
		return FALSE;
	puts("name\tstate\tevent\trole\tregion\tcode");
	while ((step = db_next(rows, error)) == DB_ROW) {
		const char *event = db_column_text(rows, 2), *role = db_column_text(rows, 3),
		           *region = db_column_text(rows, 4);
		printf("%s\t%s\t%s\t%s\t%s\t%s\n", db_column_text(rows, 0),
		        db_column_int(rows, 1) ? "disabled" : "active", event ? event : "-",
		        role ? role : "-", region ? region : "-",
		        db_column_int(rows, 5) ? "yes" : "no");
	}
	return step == DB_NO_ROW;
}

static gboolean
list(const RecordPlace *place, GError **error)
{
	g_autoptr(Record) record = record_open(place, RECORD_READ, error);
	g_autoptr(Db) db = record ? record_reader(record, error) : NULL;

	if (db == NULL || !db_begin(db, error))
		return FALSE;
	gboolean ok = print_list(db, error);
	db_rollback(db);
	return ok;
}

/* ---- the command ---- */

/* The first line of what comes in, without its end. */
static char *
read_password(GError **error)
{
	char line[PASSWORD_MAX + 3];

	if (fgets(line, sizeof line, stdin) == NULL) {
		g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "no password came in: --password-stdin reads one line");
		return NULL;
	}
	char *password = g_strndup(line, strcspn(line, "\r\n"));
	explicit_bzero(line, sizeof line);
	return password;
}

/* The password stays in this process: its hash goes to the server. */
static gboolean
add(const RecordPlace *place, json_t *given, gint64 now, GError **error)
{
	json_auto_t *asked = given;
	char hash[PASSWORD_HASH_MAX];
	char *password = read_password(error);
	const gboolean taken = password != NULL &&
	        password_check(password, asked_text(asked, "name"), error) &&
	        password_hash(password, hash, error);

	password_wipe(password);
	if (!taken)
		return FALSE;
	json_object_set_new(asked, "password", json_string(hash));
	const ControlEntry entry = { "staff.add", staff_operation_add };
	json_auto_t *answer = control_call(place, &entry, json_incref(asked), now, error);
	if (answer == NULL)
		return FALSE;
	printf("%s signs in to %s as %s%s\n", asked_text(answer, "name"),
	        asked_text(answer, "event"), asked_text(answer, "role"),
	        json_is_true(json_object_get(answer, "was_there"))
	                ? "; somebody signed in by that name: password and role are the new ones"
	                : "");
	return TRUE;
}

static gboolean
change(const RecordPlace *place, const ControlEntry *entry, const char *name, gint64 now,
        GError **error)
{
	json_auto_t *answer =
	        control_call(place, entry, json_pack("{s:s}", "name", name), now, error);

	return answer != NULL;
}

static gboolean
misused(GError **error)
{
	g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
	        "say staff add NAME --role owner|staff|region|viewer [--region R] [--event E] "
	        "--password-stdin, staff disable NAME, staff reset-code NAME, or staff list");
	return FALSE;
}

int
staff_command(int argc, char **argv)
{
	g_autofree char *role = NULL, *region = NULL, *event = NULL;
	gboolean password_stdin = FALSE;
	const GOptionEntry entries[] = {
		{ "role", 0, 0, G_OPTION_ARG_STRING, &role, "what they may do",
		        "owner|staff|region|viewer" },
		{ "region", 0, 0, G_OPTION_ARG_STRING, &region, "a region lead's region", "CODE" },
		{ "event", 0, 0, G_OPTION_ARG_STRING, &event,
		        "in which event (else the only one there is)", "SLUG" },
		{ "password-stdin", 0, 0, G_OPTION_ARG_NONE, &password_stdin,
		        "the password is the first line of the standard input", NULL },
		{ NULL },
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(Settings) settings = settings_take(&argc, &argv, entries,
	        "staff add NAME | disable NAME | reset-code NAME | list: people who sign in", FALSE,
	        &error);
	if (settings == NULL)
		return error_report(error);
	RecordPlace place = settings_place(settings);
	gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	const char *verb = argc > 1 ? argv[1] : "";
	const ControlEntry disabling = { "staff.disable", staff_operation_disable };
	const ControlEntry resetting = { "staff.reset-code", staff_operation_reset_code };
	gboolean ok;

	if (strcmp(verb, "add") == 0 && argc == 3 && role && password_stdin)
		ok = add(&place,
		        json_pack("{s:s, s:s, s:s*, s:s*}", "name", argv[2], "role", role, "region",
		                region, "event", event),
		        now, &error);
	else if (strcmp(verb, "disable") == 0 && argc == 3)
		ok = change(&place, &disabling, argv[2], now, &error);
	else if (strcmp(verb, "reset-code") == 0 && argc == 3)
		ok = change(&place, &resetting, argv[2], now, &error);
	else if (strcmp(verb, "list") == 0 && argc == 2)
		ok = list(&place, &error);
	else
		ok = misused(&error);
	return ok ? 0 : error_report(error);
}
