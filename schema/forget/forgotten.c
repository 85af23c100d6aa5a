/* What lists may know deleted people by. */
#include "schema/forgotten.h"

#include <string.h>

#include "schema/text.h"

/* What a hash is of: never renumber, since stored ones depend on it. */
typedef enum {
	AS_NAME_EMAIL = 1,
	AS_NAME_PHONE = 2,
	AS_NAME_GROUP = 3,
	AS_NAME_REGION = 4,
	AS_EMAIL = 5,
	AS_ROW = 6,
} KnownAs;

static void
hash_of(VaultEvent *keys, KnownAs as, const char *name, gconstpointer more, gsize length,
        guint8 ret[KNOWN_AS_BYTES])
{
	g_autoptr(GByteArray) text = g_byte_array_new();
	const guint8 kind = (guint8)as;

	g_byte_array_append(text, &kind, 1);
	g_byte_array_append(text, (const guint8 *)name, (guint)strlen(name) + 1);
	g_byte_array_append(text, more, (guint)length);
	vault_hash_forgotten(keys, text->data, text->len, ret);
	explicit_bzero(text->data, text->len);
}

/* However it is written, with the country's 1 or without. Owned. */
static char *
phone_digits(const char *phone)
{
	GString *digits = g_string_new(NULL);

	for (const char *at = phone; *at != '\0'; at++)
		if (g_ascii_isdigit(*at))
			g_string_append_c(digits, *at);
	if (digits->len == 11 && digits->str[0] == '1')
		g_string_erase(digits, 0, 1);
	return g_string_free(digits, FALSE);
}

guint
forgotten_known_as(VaultEvent *keys, const Person *person, guint16 delegation_no, guint16 region_no,
        guint8 ret[KNOWN_AS_MAX][KNOWN_AS_BYTES])
{
	g_autofree char *name = person->name != NULL ? text_fold(person->name) : NULL;
	g_autofree char *email = person->email != NULL ? text_fold_email(person->email) : NULL;
	g_autofree char *phone = person->phone != NULL ? phone_digits(person->phone) : NULL;
	guint n = 0;

	if (name == NULL || *name == '\0')
		return 0;
	if (email != NULL)
		hash_of(keys, AS_NAME_EMAIL, name, email, strlen(email), ret[n++]);
	if (phone != NULL)
		hash_of(keys, AS_NAME_PHONE, name, phone, strlen(phone), ret[n++]);
	if (delegation_no != 0)
		hash_of(keys, AS_NAME_GROUP, name, &delegation_no, sizeof delegation_no, ret[n++]);
	if (n == 0)
		hash_of(keys, AS_NAME_REGION, name, &region_no, sizeof region_no, ret[n++]);
	explicit_bzero(name, strlen(name));
	if (email != NULL)
		explicit_bzero(email, strlen(email));
	if (phone != NULL)
		explicit_bzero(phone, strlen(phone));
	return n;
}

/* ---- kept ---- */

static gboolean
keep(Db *db, const Event *event, const guint8 hash[KNOWN_AS_BYTES], GError **error)
{
	return db_run(db,
	        "INSERT INTO forgotten (event, hash) VALUES ($1, $2)"
	        " ON CONFLICT (event, hash) DO NOTHING",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_bytes(hash, KNOWN_AS_BYTES)), NULL,
	        error);
}

/* Whose keys are gone is known by nothing any more. */
static gboolean
keep_person(Db *db, const Event *event, VaultEvent *keys, gint64 attendee, guint16 delegation_no,
        guint16 region_no, GError **error)
{
	g_autoptr(GError) closed = NULL;
	g_autoptr(Person) person = person_new();
	guint8 known[KNOWN_AS_MAX][KNOWN_AS_BYTES];
	gsize length = 0;
	g_autoptr(DbRows) row =
	        db_query(db, "SELECT value FROM sealed WHERE owner = $1 AND class = $2",
	                DB_ARGS(db_int(attendee), db_int(SEALED_IDENTITY)), error);

	if (row == NULL)
		return FALSE;
	DbStep step = db_next(row, error);
	if (step != DB_ROW)
		return step == DB_NO_ROW;
	gconstpointer value = db_column_bytes(row, 0, &length);
	if (!person_unseal(person, keys, SEALED_IDENTITY, attendee, value, length, &closed)) {
		if (g_error_matches(closed, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT))
			return TRUE;
		g_propagate_error(error, g_steal_pointer(&closed));
		return FALSE;
	}
	g_clear_pointer(&row, db_rows_free);
	const guint n = forgotten_known_as(keys, person, delegation_no, region_no, known);
	for (guint i = 0; i < n; i++)
		if (!keep(db, event, known[i], error))
			return FALSE;
	return TRUE;
}

static gboolean
keep_row(Db *db, const Event *event, VaultEvent *keys, DbRows *row, GError **error)
{
	guint8 hash[KNOWN_AS_BYTES];
	gsize length = 0;
	gconstpointer bytes = db_column_bytes(row, 2, &length);

	if (bytes != NULL && length > 0) { /* it is the first one's */
		hash_of(keys, AS_EMAIL, "", bytes, length, hash);
		if (!keep(db, event, hash, error))
			return FALSE;
	}
	bytes = db_column_bytes(row, 3, &length);
	if (bytes == NULL || length == 0)
		return TRUE;
	hash_of(keys, AS_ROW, "", bytes, length, hash);
	return keep(db, event, hash, error);
}

gboolean
forgotten_note(Db *db, const Event *event, VaultEvent *keys, gint64 attendee, GError **error)
{
	g_autoptr(DbRows) row = db_query(db,
	        "SELECT coalesce(a.delegation_no, 0), a.region_no,"
	        " CASE WHEN EXISTS (SELECT 1 FROM attendee b WHERE b.registration = r.id"
	        " AND b.no < a.no) THEN NULL ELSE r.email_hash END,"
	        " CASE WHEN r.entered = 1 THEN r.submission ELSE NULL END"
	        " FROM attendee a LEFT JOIN registration r ON r.id = a.registration"
	        " WHERE a.id = $1 AND a.event = $2",
	        DB_ARGS(db_int(attendee), db_bytes(event->id, EVENT_ID_BYTES)), error);

	if (row == NULL)
		return FALSE;
	DbStep step = db_next(row, error);
	if (step != DB_ROW)
		return step == DB_NO_ROW;
	const guint16 delegation_no = (guint16)db_column_int(row, 0),
	              region_no = (guint16)db_column_int(row, 1);
	return keep_row(db, event, keys, row, error) &&
	        keep_person(db, event, keys, attendee, delegation_no, region_no, error);
}

/* ---- asked for ---- */

GHashTable *
forgotten_read(Db *db, const Event *event, GError **error)
{
	DbStep step;
	g_autoptr(GHashTable) set = g_hash_table_new_full(
	        g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
	g_autoptr(DbRows) rows = db_query(db, "SELECT hash FROM forgotten WHERE event = $1",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES)), error);

	if (rows == NULL)
		return NULL;
	while ((step = db_next(rows, error)) == DB_ROW) {
		gsize length = 0;
		gconstpointer hash = db_column_bytes(rows, 0, &length);
		g_hash_table_add(set, g_bytes_new(hash, length));
	}
	return step == DB_NO_ROW ? g_steal_pointer(&set) : NULL;
}

static gboolean
has(GHashTable *forgotten, const guint8 hash[KNOWN_AS_BYTES])
{
	g_autoptr(GBytes) key = g_bytes_new_static(hash, KNOWN_AS_BYTES);

	return g_hash_table_contains(forgotten, key);
}

static gboolean
is_known(VaultEvent *keys, GHashTable *forgotten, const Registration *asked, gboolean within_group)
{
	const Place *first = &g_array_index(asked->places, Place, 0);
	guint8 row[KNOWN_AS_BYTES];

	/* the group's is the last */
	for (guint i = within_group ? MAX(first->known_as_n, 1) - 1 : 0; i < first->known_as_n; i++)
		if (has(forgotten, first->known_as[i]))
			return TRUE;
	hash_of(keys, AS_ROW, "", asked->submission, SUBMISSION_BYTES, row);
	return has(forgotten, row);
}

gboolean
forgotten_is(Db *db, const Event *event, VaultEvent *keys, GHashTable *forgotten,
        const Registration *asked, gboolean within_group, gboolean *ret_is, GError **error)
{
	const DbValue of = db_bytes(event->id, EVENT_ID_BYTES);
	guint8 address[KNOWN_AS_BYTES];
	gint64 there = 0;

	*ret_is = FALSE;
	if (g_hash_table_size(forgotten) == 0 || asked->places->len == 0)
		return TRUE;
	gboolean is = is_known(keys, forgotten, asked, within_group);
	if (!is && !within_group && asked->has_email) {
		hash_of(keys, AS_EMAIL, "", asked->email_hash, EMAIL_HASH_BYTES, address);
		is = has(forgotten, address);
		if (is &&
		        !db_ask_int(db,
		                "SELECT 1 FROM registration r JOIN attendee a"
		                " ON a.registration = r.id WHERE r.event = $1"
		                " AND r.email_hash = $2 AND a.state = 'active' LIMIT 1",
		                DB_ARGS(of, db_bytes(asked->email_hash, EMAIL_HASH_BYTES)), 0,
		                &there, error))
			return FALSE;
		is = is && there == 0;
	}
	there = 0;
	if (is &&
	        !db_ask_int(db, "SELECT 1 FROM registration WHERE event = $1 AND submission = $2",
	                DB_ARGS(of, db_bytes(asked->submission, SUBMISSION_BYTES)), 0, &there,
	                error))
		return FALSE;
	*ret_is = is && there == 0;
	return TRUE;
}
