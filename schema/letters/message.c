#include "schema/message.h"

#include <string.h>

#include "schema/audit.h"

const char *const message_to_names[] = { "active", "confirmed", "waitlisted", "cancelled", NULL };
const char *const message_came_names[] = { "any", "came", "not-came", NULL };

#define COLUMNS " id, who, filter, sealed, made, late_until, seen, told, event"
#define CAUSE   "message:"

/* ---- words and filter ---- */

GBytes *
message_seal(VaultEvent *keys, gint64 id, const json_t *words)
{
	char *text = json_dumps(words, JSON_COMPACT);
	GBytes *sealed = vault_seal(keys, SEALED_IDENTITY, id, text);

	explicit_bzero(text, strlen(text));
	free(text);
	return sealed;
}

static json_t *
unseal(VaultEvent *keys, gint64 id, gconstpointer value, gsize length)
{
	char *text = vault_unseal(keys, SEALED_IDENTITY, id, value, length, NULL);
	json_t *words = text != NULL ? json_loads(text, 0, NULL) : NULL;

	sealed_text_free(text);
	return words;
}

static char *
filter_text(const MessageFilter *filter)
{
	return g_strdup_printf("%d %d %u %u %u %u", filter->to, filter->came, filter->region_no,
	        filter->session_no, filter->option_no, filter->delegation_no);
}

void
message_filter_parse(const char *text, MessageFilter *ret)
{
	g_auto(GStrv) words = g_strsplit(text, " ", 0);
	guint64 numbers[6] = { 0 };

	for (guint i = 0; i < G_N_ELEMENTS(numbers) && words[i] != NULL; i++)
		g_ascii_string_to_unsigned(words[i], 10, 0, G_MAXUINT16, &numbers[i], NULL);
	*ret = (MessageFilter){ .to = (MessageTo)MIN(numbers[0], MESSAGE_TOS - 1),
		.came = (MessageCame)MIN(numbers[1], MESSAGE_CAMES - 1),
		.region_no = (guint16)numbers[2],
		.session_no = (guint16)numbers[3],
		.option_no = (guint16)numbers[4],
		.delegation_no = (guint16)numbers[5] };
}

/* ---- adding ---- */

gboolean
message_add_work(Db *db, gpointer data, GError **error)
{
	MessageWork *work = data;
	gsize length = 0;
	gconstpointer sealed = g_bytes_get_data(work->sealed, &length);
	g_autofree char *filter = filter_text(&work->filter);
	gint64 added = 0;

	if (!db_run(db,
	            "INSERT INTO message (id, event, submission, who, region_no, filter, sealed,"
	            " made, late_until) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
	            " ON CONFLICT (event, submission) DO NOTHING",
	            DB_ARGS(db_int(work->id), db_bytes(work->event->id, EVENT_ID_BYTES),
	                    db_bytes(work->submission, SUBMISSION_BYTES), db_text(work->who),
	                    db_int(work->filter.region_no), db_text(filter),
	                    db_bytes(sealed, length), db_int(work->now), db_int(work->late_until)),
	            &added, error))
		return FALSE;
	work->added = added > 0;
	if (!work->added)
		return TRUE;
	char hex[ID_HEX_LENGTH + 1];
	id_to_hex(work->id, hex);
	g_autofree char *detail = g_strdup_printf("%s to %s, %s, region %u session %u option %u"
	                                          " delegation %u",
	        hex, message_to_names[work->filter.to], message_came_names[work->filter.came],
	        work->filter.region_no, work->filter.session_no, work->filter.option_no,
	        work->filter.delegation_no);
	return audit_add(db, work->event->id, work->who, "message", detail, work->now, error);
}

/* ---- reading ---- */

void
message_free(gpointer data)
{
	Message *message = data;

	if (message == NULL)
		return;
	g_free(message->who);
	json_decref(message->words);
	g_free(message);
}

static Message *
take(VaultEvent *keys, DbRows *row)
{
	Message *message = g_new0(Message, 1);
	gsize length = 0;
	gconstpointer sealed = db_column_bytes(row, 3, &length);

	message->id = db_column_int(row, 0);
	message->who = g_strdup(db_column_text(row, 1));
	message_filter_parse(db_column_text(row, 2), &message->filter);
	message->words = unseal(keys, message->id, sealed, length);
	message->made = db_column_int(row, 4);
	message->late_until = db_column_int(row, 5);
	message->done = !db_column_is_null(row, 6);
	message->told = db_column_int(row, 7);
	return message;
}

GPtrArray *
message_list(Db *db, VaultEvent *keys, const guint8 event[EVENT_ID_BYTES], guint16 region_no,
        guint most, GError **error)
{
	g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(message_free);
	DbStep step;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT" COLUMNS " FROM message WHERE event = $1 AND ($2 = 0 OR region_no = $2)"
	        " ORDER BY id DESC LIMIT $3",
	        DB_ARGS(db_bytes(event, EVENT_ID_BYTES), db_int(region_no), db_int(most)), error);

	if (rows == NULL)
		return NULL;
	while ((step = db_next(rows, error)) == DB_ROW)
		g_ptr_array_add(list, take(keys, rows));
	return step == DB_NO_ROW ? g_steal_pointer(&list) : NULL;
}

Message *
message_of_cause(Db *db, VaultEvent *keys, const char *cause, GError **error)
{
	char hex[ID_HEX_LENGTH + 1];
	gint64 id = 0;

	if (!g_str_has_prefix(cause, CAUSE) ||
	        g_strlcpy(hex, cause + strlen(CAUSE), sizeof hex) < ID_HEX_LENGTH ||
	        !id_from_hex(hex, &id))
		return NULL;
	g_autoptr(DbRows) rows = db_query(
	        db, "SELECT" COLUMNS " FROM message WHERE id = $1", DB_ARGS(db_int(id)), error);
	if (rows == NULL || db_next(rows, error) != DB_ROW)
		return NULL;
	Message *message = take(keys, rows);
	if (message->words == NULL)
		g_clear_pointer(&message, message_free);
	return message;
}
