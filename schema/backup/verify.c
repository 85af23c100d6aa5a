#include "schema/verify.h"

#include <string.h>

#include "schema/audit.h"
#include "schema/id.h"
#include "schema/staff_code.h"
#include "schema/backup/verify_database.h"
#include "schema/backup/verify_parts.h"

static void
event_clear(gpointer data)
{
	VerifiedEvent *event = data;
	g_free(event->slug);
}

static const VerifiedEvent *
event_of(const GArray *events, gconstpointer id)
{
	for (guint i = 0; id != NULL && i < events->len; i++) {
		const VerifiedEvent *event = &g_array_index(events, VerifiedEvent, i);
		if (memcmp(event->event, id, EVENT_ID_BYTES) == 0)
			return event;
	}
	return NULL;
}

/* ---- keys ---- */

/* Each key that has signed tickets: without it their texts can't be made again, nor verified. */
static void
check_signing(const VerifiedEvent *event, guint16 key_no, Faults *found)
{
	SigningKey key;

	for (guint no = 1; no <= key_no; no++)
		if (!vault_signing_key(event->keys, (guint16)no, &key)) {
			g_autofree char *where = g_strdup_printf("keys of event %s", event->slug);
			faults_add(
			        found, where, "signing key %u is not there, or does not open", no);
		}
}

/* All events with their keys; one whose keys don't open is told and has none. */
static GArray *
read_events(Db *db, Vault *vault, Faults *found, GError **error)
{
	DbStep step;
	g_autoptr(GArray) events = g_array_new(FALSE, TRUE, sizeof(VerifiedEvent));
	g_array_set_clear_func(events, event_clear);
	g_autoptr(DbRows) rows = db_query(
	        db, "SELECT id, slug, state, key_no FROM event ORDER BY slug", DB_NO_ARGS, error);
	if (rows == NULL)
		return NULL;
	while ((step = db_next(rows, error)) == DB_ROW) {
		g_autoptr(GError) refused = NULL;
		VerifiedEvent event = { .slug = g_strdup(db_column_text(rows, 1)),
			.expired = g_strcmp0(db_column_text(rows, 2), "expired") == 0 };
		gsize length;
		gconstpointer id = db_column_bytes(rows, 0, &length);
		memcpy(event.event, id, MIN(length, EVENT_ID_BYTES));
		event.keys = vault_event(vault, event.event, &refused);
		if (event.keys == NULL) {
			g_autofree char *where = g_strdup_printf("keys of event %s", event.slug);
			faults_add(found, where, "%s", refused->message);
		} else {
			check_signing(&event, (guint16)db_column_int(rows, 3), found);
		}
		g_array_append_val(events, event);
	}
	return step == DB_NO_ROW ? g_steal_pointer(&events) : NULL;
}

/* ---- sealed values ---- */

static void
sealed_fault(Faults *found, gint64 owner, gint64 class, const char *what)
{
	char hex[ID_HEX_LENGTH + 1];
	id_to_hex(owner, hex);
	g_autofree char *where = g_strdup_printf("sealed value of attendee %s, class %s", hex,
	        class >= 0 && class < SEALED_CLASSES ? sealed_class_name((SealedClass) class)
	                                             : "?");
	faults_add(found, where, "%s", what);
}

static void
check_sealed(DbRows *row, const GArray *events, Faults *found)
{
	g_autoptr(GError) refused = NULL;
	gint64 owner = db_column_int(row, 0), class = db_column_int(row, 1);
	gsize length, event_length;
	gconstpointer value = db_column_bytes(row, 2, &length);
	const VerifiedEvent *event = event_of(events, db_column_bytes(row, 3, &event_length));
	if (event == NULL) {
		sealed_fault(found, owner, class, "belongs to nobody");
		return;
	}
	if (event->keys == NULL) /* told already */
		return;
	char *text = vault_unseal(event->keys, (SealedClass) class, owner, value, length, &refused);
	gboolean destroyed = g_error_matches(refused, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT);
	if (text == NULL && !(destroyed && event->expired))
		sealed_fault(found, owner, class, refused->message);
	sealed_text_free(text);
}

static gboolean
verify_sealed(Db *db, const GArray *events, Faults *found, gint64 *ret_sealed, GError **error)
{
	DbStep step;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT s.owner, s.class, s.value, a.event FROM sealed s"
	        " LEFT JOIN attendee a ON a.id = s.owner ORDER BY s.owner, s.class",
	        DB_NO_ARGS, error);
	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		check_sealed(rows, events, found);
		(*ret_sealed)++;
	}
	return step == DB_NO_ROW;
}

/* Whoever registered has a name, until it is forgotten; who walked in may have none. */
static gboolean
verify_named(Db *db, Faults *found, GError **error)
{
	DbStep step;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT a.id FROM attendee a JOIN event e ON e.id = a.event"
	        " WHERE a.registration IS NOT NULL AND a.walk_in = 0 AND a.state = 'active'"
	        " AND e.state <> 'expired' AND NOT EXISTS"
	        " (SELECT 1 FROM sealed s WHERE s.owner = a.id AND s.class = 0) ORDER BY a.id",
	        DB_NO_ARGS, error);
	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW)
		sealed_fault(found, db_column_int(rows, 0), SEALED_IDENTITY, "is not there");
	return step == DB_NO_ROW;
}

/* ---- all of it ---- */

static gboolean
verify_rows(Db *db, Vault *vault, Faults *found, VerifyCounts *counts, GError **error)
{
	g_autoptr(GArray) events = read_events(db, vault, found, error);
	if (events == NULL || !verify_sealed(db, events, found, &counts->sealed, error) ||
	        !verify_named(db, found, error))
		return FALSE;
	counts->events = events->len;
	for (guint i = 0; i < events->len; i++) {
		const VerifiedEvent *event = &g_array_index(events, VerifiedEvent, i);
		if (!verify_log(db, event, found, &counts->scans, &counts->presences, error))
			return FALSE;
	}
	return verify_counts(db, found, &counts->counts, error) &&
	        staff_codes_verify(db, vault, found, error) &&
	        audit_verify(db, found, &counts->audit, error);
}

gboolean
verify_record(Record *record, Faults *found, VerifyCounts *ret, GError **error)
{
	VerifyCounts counts = { 0 };
	if (!verify_database(record, found, error))
		return FALSE;
	g_autoptr(Db) db = record_reader(record, error);
	if (db == NULL || !db_begin(db, error))
		return FALSE;
	gboolean answered = verify_rows(db, record_vault(record), found, &counts, error);
	db_rollback(db);
	if (answered)
		*ret = counts;
	return answered;
}
