#include "schema/rotate.h"

#include "schema/asked.h"
#include "schema/audit.h"

gboolean
rotate_work(Db *db, gpointer data, GError **error)
{
	RotateWork *work = data;
	gint64 changed = 0;

	/* the edition is what other processes look at: within the second they sign with the new key, and what
	 * was prepared with the old one is prepared again */
	if (!db_run(db,
	            "UPDATE event SET key_no = $2, edition = edition + 1, version = version + 1,"
	            " key_version = version + 1 WHERE id = $1 AND key_no = $3",
	            DB_ARGS(db_bytes(work->event->id, EVENT_ID_BYTES), db_int(work->to),
	                    db_int(work->from)),
	            &changed, error))
		return FALSE;
	work->moved = changed == 1;
	if (!work->moved)
		return TRUE;
	g_autofree char *detail = g_strdup_printf("key %u", work->to);
	return audit_add(db, work->event->id, work->who, "key.rotate", detail, work->now, error);
}

static gboolean
count_earlier(Record *record, const RotateWork *work, gint64 *ret, GError **error)
{
	g_autoptr(Db) db = record_reader(record, error);

	return db != NULL &&
	        db_ask_int(db, "SELECT COUNT(*) FROM attendee WHERE event = $1 AND key_no < $2",
	                DB_ARGS(db_bytes(work->event->id, EVENT_ID_BYTES), db_int(work->to)), 0,
	                ret, error);
}

json_t *
rotate_operation(Record *record, const json_t *asked, gint64 now, GError **error)
{
	g_autoptr(Event) event = asked_event(record, asked_text_or_empty(asked, "event"), error);
	VaultEvent *keys = event ? vault_event(record_vault(record), event->id, error) : NULL;
	gint64 earlier = 0;

	if (keys == NULL)
		return NULL;
	RotateWork work = { .event = event,
		.who = AUDIT_OPERATOR,
		.now = now,
		.from = event->key_no,
		.to = (guint16)(event->key_no + 1) };
	if (!vault_make_signing_key(keys, work.to, now, error) ||
	        !vault_make_signing_key(keys, (guint16)(work.to + 1), now, error) ||
	        !writer_run(record_writer(record), rotate_work, &work, error))
		return NULL;
	if (!work.moved) {
		g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "another rotation came between: nothing was changed by this one");
		return NULL;
	}
	if (!count_earlier(record, &work, &earlier, error))
		return NULL;
	return json_pack("{s:s, s:i, s:I}", "event", event->slug, "key_no", (int)work.to, "earlier",
	        (json_int_t)earlier);
}
