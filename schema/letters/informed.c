#include "schema/informed.h"

#include <jansson.h>
#include <string.h>

#include "schema/registration.h"
#include "schema/vault_files.h"

#define LIST_FILE "list"  /* that of forget/erase_list.c, which reads no line of ours */
#define LEFT_WORD "left " /* before the id */

#define COLUMNS " id, sealed, lang, region, source, text_version, text_lang, asked, confirmed"

/* "stay-informed", in bytes; an event's id is random. */
const guint8 informed_list[EVENT_ID_BYTES] = "stay-informed\0\0";

static const char *const source_names[INFORMED_SOURCES] = {
	[INFORMED_FORM] = "form",
	[INFORMED_REGISTRATION] = "registration",
};

const char *
informed_source_name(InformedSource source)
{
	g_return_val_if_fail((guint)source < INFORMED_SOURCES, NULL);
	return source_names[source];
}

/* ---- keys ---- */

VaultEvent *
informed_keys(Vault *vault, GError **error)
{
	return vault_event(vault, informed_list, error);
}

VaultEvent *
informed_keys_make(Vault *vault, gint64 now, GError **error)
{
	g_autoptr(GError) failure = NULL;
	VaultEvent *keys = informed_keys(vault, &failure);

	if (keys != NULL)
		return keys;
	if (!g_error_matches(failure, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT)) {
		g_propagate_error(error, g_steal_pointer(&failure));
		return NULL;
	}
	/* another thread or process may have been quicker */
	g_clear_error(&failure);
	if (!vault_create_event(vault, informed_list, now, &failure) &&
	        !g_error_matches(failure, TURNOUT_ERROR, TURNOUT_ERROR_INPUT)) {
		g_propagate_error(error, g_steal_pointer(&failure));
		return NULL;
	}
	return informed_keys(vault, error);
}

static GBytes *
seal(VaultEvent *keys, gint64 id, const char *folded)
{
	json_t *object = json_pack("{s:s}", "email", folded);
	char *text = json_dumps(object, JSON_COMPACT);
	GBytes *sealed = vault_seal(keys, SEALED_IDENTITY, id, text);

	explicit_bzero(text, strlen(text));
	free(text);
	json_decref(object);
	return sealed;
}

/* NULL when it can't be opened, which is logged nowhere: the row is told as one without an address. */
static char *
unseal(VaultEvent *keys, gint64 id, DbRows *row, guint column)
{
	gsize length = 0;
	gconstpointer value = db_column_bytes(row, column, &length);
	char *text = vault_unseal(keys, SEALED_IDENTITY, id, value, length, NULL);
	json_t *object = text != NULL ? json_loads(text, 0, NULL) : NULL;
	char *email = g_strdup(json_string_value(json_object_get(object, "email")));

	json_decref(object);
	sealed_text_free(text);
	return email;
}

InformedAsk *
informed_ask_new(VaultEvent *keys, const char *folded, gint64 id)
{
	InformedAsk *ask = g_new0(InformedAsk, 1);

	ask->id = id;
	ask->text_version = INFORMED_TEXT_VERSION;
	vault_hash_email(keys, folded, ask->hash);
	ask->sealed = seal(keys, id, folded);
	return ask;
}

void
informed_ask_free(InformedAsk *ask)
{
	if (ask == NULL)
		return;
	g_clear_pointer(&ask->sealed, g_bytes_unref);
	g_free(ask);
}

/* ---- asking ---- */

typedef struct {
	gboolean there;
	gint64 id, told, confirmed;
} Known;

static gboolean
find(Db *db, const guint8 hash[EMAIL_HASH_BYTES], Known *ret, GError **error)
{
	g_autoptr(DbRows) rows =
	        db_query(db, "SELECT id, told, confirmed FROM informed WHERE email_hash = $1",
	                DB_ARGS(db_bytes(hash, EMAIL_HASH_BYTES)), error);
	DbStep step = rows != NULL ? db_next(rows, error) : DB_ERROR_ROW;

	*ret = (Known){ .there = step == DB_ROW };
	if (step == DB_ROW) {
		ret->id = db_column_int(rows, 0);
		ret->told = db_column_int(rows, 1);
		ret->confirmed = db_column_int(rows, 2);
	}
	return step != DB_ERROR_ROW;
}

/* As it was asked now; @confirmed 0: not yet. */
static gboolean
insert(Db *db, const InformedAsk *ask, gint64 confirmed, GError **error)
{
	gsize length = 0;
	gconstpointer sealed = g_bytes_get_data(ask->sealed, &length);

	return db_run(db,
	        "INSERT INTO informed (id, email_hash, sealed, lang, region, source, text_version,"
	        " text_lang, asked, told, confirmed)"
	        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
	        DB_ARGS(db_int(ask->id), db_bytes(ask->hash, EMAIL_HASH_BYTES),
	                db_bytes(sealed, length), db_text(ask->lang), db_text(ask->region),
	                db_text(source_names[ask->source]), db_int(ask->text_version),
	                db_text(ask->text_lang), db_int(ask->asked), db_int(ask->now),
	                confirmed != 0 ? db_int(confirmed) : db_null()),
	        NULL, error);
}

/* The address and its seal stay as they are: they are the same. */
static gboolean
update(Db *db, const InformedAsk *ask, gint64 id, gint64 told, gint64 confirmed, GError **error)
{
	return db_run(db,
	        "UPDATE informed SET lang = $2, region = $3, source = $4, text_version = $5,"
	        " text_lang = $6, asked = $7, told = $8, confirmed = $9 WHERE id = $1",
	        DB_ARGS(db_int(id), db_text(ask->lang), db_text(ask->region),
	                db_text(source_names[ask->source]), db_int(ask->text_version),
	                db_text(ask->text_lang), db_int(ask->asked), db_int(told),
	                confirmed != 0 ? db_int(confirmed) : db_null()),
	        NULL, error);
}

/* The outbox asks nothing of an event but its id. */
static gboolean
cause_letter(Db *db, OutboxKind kind, gint64 id, gint64 now, GError **error)
{
	Event list = { 0 };
	char hex[ID_HEX_LENGTH + 1];

	memcpy(list.id, informed_list, EVENT_ID_BYTES);
	id_to_hex(id, hex);
	g_autofree char *cause = g_strdup_printf("informed:%s:%" G_GINT64_FORMAT, hex, now);
	return outbox_add_as(db, &list, kind, OUTBOX_WAITING, id, cause, now, error);
}

gboolean
informed_ask_work(Db *db, gpointer data, GError **error)
{
	const InformedAsk *ask = data;
	Known known;

	if (!find(db, ask->hash, &known, error))
		return FALSE;
	if (!known.there)
		return insert(db, ask, 0, error) &&
		        cause_letter(db, OUTBOX_INFORMED_ASK, ask->id, ask->now, error);
	gint64 pause = known.confirmed != 0 ? INFORMED_KNOWN_S : INFORMED_AGAIN_S;
	gboolean tell = ask->now - known.told >= pause;
	if (known.confirmed == 0 &&
	        !update(db, ask, known.id, tell ? ask->now : known.told, 0, error))
		return FALSE;
	if (!tell)
		return TRUE;
	if (known.confirmed != 0 &&
	        !db_run(db, "UPDATE informed SET told = $2 WHERE id = $1",
	                DB_ARGS(db_int(known.id), db_int(ask->now)), NULL, error))
		return FALSE;
	return cause_letter(db, known.confirmed != 0 ? OUTBOX_INFORMED_KNOWN : OUTBOX_INFORMED_ASK,
	        known.id, ask->now, error);
}

gboolean
informed_join_work(Db *db, gpointer data, GError **error)
{
	InformedAsk *ask = data;
	Known known;

	if (!find(db, ask->hash, &known, error))
		return FALSE;
	if (!known.there)
		return insert(db, ask, ask->now, error);
	ask->id = known.id;
	return known.confirmed != 0 || update(db, ask, known.id, known.told, ask->now, error);
}

/* ---- reading ---- */

void
informed_clear(Informed *informed)
{
	if (informed->email != NULL)
		explicit_bzero(informed->email, strlen(informed->email));
	g_clear_pointer(&informed->email, g_free);
	g_clear_pointer(&informed->lang, g_free);
	g_clear_pointer(&informed->region, g_free);
	g_clear_pointer(&informed->text_lang, g_free);
}

static void
take(VaultEvent *keys, DbRows *row, Informed *ret)
{
	gint64 id = db_column_int(row, 0);

	*ret = (Informed){
		.id = id,
		.email = unseal(keys, id, row, 1),
		.lang = g_strdup(db_column_text(row, 2)),
		.region = g_strdup(db_column_text(row, 3)),
		.source = g_str_equal(db_column_text(row, 4), "form") ? INFORMED_FORM
		                                                      : INFORMED_REGISTRATION,
		.text_version = db_column_int(row, 5),
		.text_lang = g_strdup(db_column_text(row, 6)),
		.asked = db_column_int(row, 7),
		.confirmed = db_column_int(row, 8),
	};
}

gboolean
informed_read(
        Db *db, VaultEvent *keys, gint64 id, Informed *ret, gboolean *ret_found, GError **error)
{
	g_autoptr(DbRows) rows = db_query(
	        db, "SELECT" COLUMNS " FROM informed WHERE id = $1", DB_ARGS(db_int(id)), error);
	DbStep step = rows != NULL ? db_next(rows, error) : DB_ERROR_ROW;

	if (step == DB_ROW)
		take(keys, rows, ret);
	*ret_found = step == DB_ROW;
	return step != DB_ERROR_ROW;
}

void
informed_link(VaultEvent *keys, gint64 id, char ret_token[LINK_TOKEN_LENGTH + 1])
{
	vault_link(keys, LINK_INFORMED, id, INFORMED_LINK_NO, ret_token);
}

gboolean
informed_read_link(Db *db, VaultEvent *keys, const char *token, Informed *ret, gboolean *ret_found,
        GError **error)
{
	gint64 id = 0;

	*ret_found = FALSE;
	if (!link_id(token, &id) || !vault_link_holds(keys, LINK_INFORMED, token, INFORMED_LINK_NO))
		return TRUE;
	return informed_read(db, keys, id, ret, ret_found, error);
}

/* ---- confirming and leaving ---- */

gboolean
informed_confirm(Db *db, gint64 id, gint64 now, gboolean *ret_there, GError **error)
{
	gint64 changed = 0;

	if (!db_run(db, "UPDATE informed SET confirmed = COALESCE(confirmed, $2) WHERE id = $1",
	            DB_ARGS(db_int(id), db_int(now)), &changed, error))
		return FALSE;
	*ret_there = changed > 0;
	return TRUE;
}

static gboolean
leave_work(Db *db, gpointer data, GError **error)
{
	const gint64 id = *(const gint64 *)data;

	return db_run(db, "DELETE FROM informed WHERE id = $1", DB_ARGS(db_int(id)), NULL, error) &&
	        outbox_forget(db, id, error);
}

static char *
list_path(const Record *record)
{
	return g_build_filename(record_dir(record), "keys", LIST_FILE, NULL);
}

/* Noted before it is done: who dies between the two is made up for at the next start. */
gboolean
informed_leave(Record *record, gint64 id, GError **error)
{
	g_autofree char *path = list_path(record);
	char hex[ID_HEX_LENGTH + 1];

	id_to_hex(id, hex);
	/* after what a process that died may have begun */
	g_autofree char *line = g_strdup_printf("\n" LEFT_WORD "%s\n", hex);
	return key_file_append(path, line, strlen(line), error) &&
	        writer_run(record_writer(record), leave_work, &id, error);
}

gboolean
informed_leave_address(Record *record, const char *folded, gboolean *ret_there, GError **error)
{
	g_autoptr(GError) none = NULL;
	VaultEvent *keys = informed_keys(record_vault(record), &none);
	guint8 hash[EMAIL_HASH_BYTES];
	Known known = { 0 };

	*ret_there = FALSE;
	if (keys == NULL) {
		if (g_error_matches(none, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT))
			return TRUE;
		g_propagate_error(error, g_steal_pointer(&none));
		return FALSE;
	}
	vault_hash_email(keys, folded, hash);
	g_autoptr(Db) db = record_reader(record, error);
	gboolean asked = db != NULL && db_begin(db, error) && find(db, hash, &known, error);
	if (db != NULL)
		db_rollback(db);
	if (!asked || (known.there && !informed_leave(record, known.id, error)))
		return FALSE;
	*ret_there = known.there;
	return TRUE;
}

/* @data is the ids, as a GArray of gint64. */
static gboolean
settle_work(Db *db, gpointer data, GError **error)
{
	const GArray *ids = data;

	for (guint i = 0; i < ids->len; i++)
		if (!leave_work(db, &g_array_index(ids, gint64, i), error))
			return FALSE;
	return TRUE;
}

gboolean
informed_settle(Record *record, GError **error)
{
	g_autofree char *path = list_path(record), *text = NULL;
	g_autoptr(GError) trouble = NULL;
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));

	if (!g_file_get_contents(path, &text, NULL, &trouble)) {
		if (g_error_matches(trouble, G_FILE_ERROR, G_FILE_ERROR_NOENT))
			return TRUE;
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD, "%s", trouble->message);
		return FALSE;
	}
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (guint i = 0; lines[i] != NULL; i++) {
		gint64 id;
		if (g_str_has_prefix(lines[i], LEFT_WORD) &&
		        id_from_hex(lines[i] + strlen(LEFT_WORD), &id))
			g_array_append_val(ids, id);
	}
	return ids->len == 0 || writer_run(record_writer(record), settle_work, ids, error);
}

gboolean
informed_sweep_work(Db *db, gpointer data, GError **error)
{
	const gint64 before = *(const gint64 *)data - INFORMED_ASK_S;

	return db_run(db,
	               "DELETE FROM outbox WHERE attendee IN"
	               " (SELECT id FROM informed WHERE confirmed IS NULL AND asked <= $1)",
	               DB_ARGS(db_int(before)), NULL, error) &&
	        db_run(db, "DELETE FROM informed WHERE confirmed IS NULL AND asked <= $1",
	                DB_ARGS(db_int(before)), NULL, error);
}

/* ---- for staff ---- */

gboolean
informed_count(Db *db, const char *region, gint64 *ret, GError **error)
{
	return db_ask_int(db,
	        "SELECT count(*) FROM informed WHERE confirmed IS NOT NULL"
	        " AND (CAST($1 AS TEXT) IS NULL OR region = $1)",
	        DB_ARGS(db_text(region)), 0, ret, error);
}

static void
clear_one(gpointer data)
{
	informed_clear(data);
}

GArray *
informed_array_new(void)
{
	GArray *array = g_array_new(FALSE, TRUE, sizeof(Informed));

	g_array_set_clear_func(array, clear_one);
	return array;
}

gboolean
informed_list_next(Db *db, VaultEvent *keys, const char *region, gint64 after, guint limit,
        GArray *ret, GError **error)
{
	DbStep step;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT" COLUMNS " FROM informed WHERE confirmed IS NOT NULL AND id > $1"
	        " AND (CAST($2 AS TEXT) IS NULL OR region = $2) ORDER BY id LIMIT $3",
	        DB_ARGS(db_int(after), db_text(region), db_int(limit)), error);

	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		Informed one;
		take(keys, rows, &one);
		g_array_append_val(ret, one);
	}
	return step == DB_NO_ROW;
}

gboolean
informed_wish(Db *db, gint64 registration, InformedWish *ret, gboolean *ret_found, GError **error)
{
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT c.attendee, c.at, c.text_version, c.lang, a.region_no FROM attendee a"
	        " JOIN consent c ON c.attendee = a.id AND c.kind = $2 AND c.given = 1"
	        " WHERE a.registration = $1 AND a.state <> 'deleted' ORDER BY a.no LIMIT 1",
	        DB_ARGS(db_int(registration), db_int(CONSENT_KEEP_INFORMED)), error);
	DbStep step = rows != NULL ? db_next(rows, error) : DB_ERROR_ROW;

	*ret_found = step == DB_ROW;
	if (step == DB_ROW) {
		*ret = (InformedWish){ .attendee = db_column_int(rows, 0),
			.at = db_column_int(rows, 1),
			.text_version = db_column_int(rows, 2),
			.region_no = (guint16)db_column_int(rows, 4) };
		g_strlcpy(ret->lang, db_column_text(rows, 3), sizeof ret->lang);
	}
	return step != DB_ERROR_ROW;
}
