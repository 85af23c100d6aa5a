/* Correcting what was said, the letter again, another link. */
#include "schema/self.h"

#include <string.h>

#include "schema/people/consent.h"
#include "schema/audit.h"
#include "schema/places_private.h"

#define SECONDS_A_DAY  (24 * 60 * 60)
#define EMERGENCY_DAYS 2

/* ---- what is known ---- */

/* What is kept, as bytes one after another: their hash is what a page has seen. */
static void
see(GByteArray *all, gint64 number)
{
	gint64 bytes = GINT64_TO_BE(number);

	g_byte_array_append(all, (const guint8 *)&bytes, sizeof bytes);
}

static gboolean
read_row(Db *db, gint64 attendee, SelfPerson *self, GByteArray *all, GError **error)
{
	g_autoptr(DbRows) row = NULL;

	if (!db_query_row(db,
	            "SELECT a.age_band, a.region_no, a.delegation_no, r.lang FROM attendee a"
	            " JOIN registration r ON r.id = a.registration"
	            " WHERE a.id = $1 AND a.state <> 'deleted'",
	            DB_ARGS(db_int(attendee)), &row, error))
		return FALSE;
	if (row == NULL) {
		g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT, "nobody's id");
		return FALSE;
	}
	self->age_band = (AgeBand)db_column_int(row, 0);
	self->region_no = (guint16)db_column_int(row, 1);
	self->delegation_no = (guint16)db_column_int(row, 2);
	g_strlcpy(self->lang, db_column_text(row, 3), sizeof self->lang);
	see(all, self->age_band);
	see(all, self->region_no);
	see(all, self->delegation_no);
	g_byte_array_append(all, (const guint8 *)self->lang, strlen(self->lang) + 1);
	return TRUE;
}

static gboolean
read_consents(Db *db, gint64 attendee, SelfPerson *self, GByteArray *all, GError **error)
{
	DbStep step;
	g_autoptr(DbRows) rows =
	        db_query(db, "SELECT kind, given FROM consent WHERE attendee = $1 ORDER BY kind",
	                DB_ARGS(db_int(attendee)), error);
	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		gint64 kind = db_column_int(rows, 0), given = db_column_int(rows, 1);
		see(all, kind);
		see(all, given);
		if (given != 0)
			self->consents |= (guint8)(1u << kind);
	}
	return step == DB_NO_ROW;
}

gboolean
self_consent_words(Db *db, gint64 attendee, ConsentKind kind, char ret_lang[12], char **ret_words,
        GError **error)
{
	*ret_lang = '\0';
	*ret_words = NULL;
	g_autoptr(DbRows) rows = NULL;

	if (!db_query_row(db,
	            "SELECT t.lang, t.words FROM consent c JOIN consent_text t ON t.kind = c.kind"
	            " AND t.lang = c.lang AND t.version = c.text_version"
	            " WHERE c.attendee = $1 AND c.kind = $2 AND c.given = 1",
	            DB_ARGS(db_int(attendee), db_int(kind)), &rows, error))
		return FALSE;
	if (rows == NULL)
		return TRUE;
	g_strlcpy(ret_lang, db_column_text(rows, 0), 12);
	*ret_words = g_strdup(db_column_text(rows, 1));
	return TRUE;
}

/* @keys NULL: nothing is opened, for who wants to know what is there. */
static gboolean
read_sealed(Db *db, VaultEvent *keys, gint64 attendee, SelfPerson *self, GByteArray *all,
        GError **error)
{
	DbStep step;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT class, value, expires FROM sealed WHERE owner = $1 ORDER BY class",
	        DB_ARGS(db_int(attendee)), error);
	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		g_autoptr(GError) closed = NULL;
		gsize length = 0;
		gint64 class = db_column_int(rows, 0);
		gconstpointer value = db_column_bytes(rows, 1, &length);
		see(all, class);
		g_byte_array_append(all, value, (guint)length);
		if (class >= 0 && class < SEALED_CLASSES)
			self->expires[class] = db_column_int(rows, 2);
		if (keys == NULL ||
		        person_unseal(self->person, keys, (SealedClass) class, attendee, value,
		                length, &closed) ||
		        g_error_matches(closed, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT))
			continue;
		g_propagate_error(error, g_steal_pointer(&closed));
		return FALSE;
	}
	return step == DB_NO_ROW;
}

static gboolean
read_self(Db *db, VaultEvent *keys, gint64 attendee, SelfPerson *ret, GError **error)
{
	g_autoptr(GByteArray) all = g_byte_array_new();
	g_auto(SelfPerson) self = { .person = person_new() };
	guint8 hash[32];

	if (!read_row(db, attendee, &self, all, error) ||
	        !read_consents(db, attendee, &self, all, error) ||
	        !read_sealed(db, keys, attendee, &self, all, error))
		return FALSE;
	hash_sha256(all->data, all->len, hash);
	memcpy(self.seen, hash, SELF_SEEN_BYTES);
	*ret = self;
	self.person = NULL; /* given away */
	return TRUE;
}

gboolean
self_person(Db *db, VaultEvent *keys, gint64 attendee, SelfPerson *ret, GError **error)
{
	return read_self(db, keys, attendee, ret, error);
}

void
self_person_clear(SelfPerson *self)
{
	g_clear_pointer(&self->person, person_free);
}

/* ---- correcting ---- */

static gint64
expires_of(const Event *event, SealedClass class)
{
	switch (class) {
	case SEALED_IDENTITY:
		return event->ends + (gint64)event->identity_days * SECONDS_A_DAY;
	case SEALED_LOGISTICS:
		return event->ends + (gint64)event->logistics_days * SECONDS_A_DAY;
	case SEALED_EMERGENCY:
		break;
	}
	return event->ends + (gint64)EMERGENCY_DAYS * SECONDS_A_DAY;
}

/* What is there keeps its time. */
static gboolean
write_sealed(Db *db, const SelfCorrection *correction, GError **error)
{
	const DbValue owner = db_int(correction->attendee);

	for (guint class = 0; class < SEALED_CLASSES; class ++) {
		gsize length = 0;
		gconstpointer value = NULL;
		if (correction->sealed[class] == NULL) {
			if (!db_run(db, "DELETE FROM sealed WHERE owner = $1 AND class = $2",
			            DB_ARGS(owner, db_int(class)), NULL, error))
				return FALSE;
			continue;
		}
		value = g_bytes_get_data(correction->sealed[class], &length);
		if (!db_run(db,
		            "INSERT INTO sealed (owner, class, expires, value)"
		            " VALUES ($1, $2, $3, $4)"
		            " ON CONFLICT (owner, class) DO UPDATE SET value = excluded.value",
		            DB_ARGS(owner, db_int(class),
		                    db_int(expires_of(correction->event, (SealedClass) class)),
		                    db_bytes(value, length)),
		            NULL, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean
write_consents(Db *db, const SelfCorrection *correction, guint8 before, GError **error)
{
	const guint8 changed =
	        (before ^ correction->contact->consents) | correction->contact->renewed;

	for (guint kind = CONSENT_KEEP_INFORMED; kind <= CONSENT_SHARE_REGIONAL; kind++) {
		ConsentShown shown = correction->shown[kind];
		gint64 version = 0;

		if ((changed & (1u << kind)) == 0)
			continue;
		if (!consent_version(db, (ConsentKind)kind, correction->page_lang, &shown,
		            correction->now, &version, error) ||
		        !db_run(db,
		                "INSERT INTO consent (attendee, kind, given, at, text_version, "
		                "lang)"
		                " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (attendee, kind)"
		                " DO UPDATE SET given = excluded.given, at = excluded.at,"
		                " text_version = excluded.text_version, lang = excluded.lang",
		                DB_ARGS(db_int(correction->attendee), db_int(kind),
		                        db_int((correction->contact->consents >> kind) & 1),
		                        db_int(correction->now), db_int(version),
		                        db_text(correction->page_lang)),
		                NULL, error))
			return FALSE;
	}
	return TRUE;
}

/* The address: *@ret_new is whether there is one that wasn't the registration's. */
static gboolean
write_address(Db *db, const SelfCorrection *correction, gboolean *ret_new, GError **error)
{
	const SelfContact *contact = correction->contact;
	const DbValue hash =
	        contact->has_email ? db_bytes(contact->email_hash, EMAIL_HASH_BYTES) : db_null();
	gint64 same = 0;

	*ret_new = FALSE;
	if (contact->has_email) {
		if (!db_ask_int(db, "SELECT 1 FROM registration WHERE id = $1 AND email_hash = $2",
		            DB_ARGS(db_int(correction->registration), hash), 0, &same, error))
			return FALSE;
		*ret_new = same == 0;
	}
	return db_run(db, "UPDATE registration SET email_hash = $2, lang = $3 WHERE id = $1",
	        DB_ARGS(db_int(correction->registration), hash, db_text(contact->lang)), NULL,
	        error);
}

static gboolean
write_contact(Db *db, const SelfCorrection *correction, guint8 consents_before, gint64 version,
        GError **error)
{
	const SelfContact *contact = correction->contact;
	gboolean new_address = FALSE;
	char id[ID_HEX_LENGTH + 1];

	if (!write_address(db, correction, &new_address, error) ||
	        !write_consents(db, correction, consents_before, error) ||
	        !db_run(db,
	                "UPDATE attendee SET lang = $2, changed = $3, region_no = CASE WHEN $4 = 0"
	                " OR delegation_no IS NOT NULL THEN region_no ELSE $4 END"
	                " WHERE registration = $1 AND state = 'active'",
	                DB_ARGS(db_int(correction->registration), db_text(contact->lang),
	                        db_int(version), db_int(contact->region_no)),
	                NULL, error))
		return FALSE;
	if (!new_address)
		return TRUE;
	id_to_hex(correction->attendee, id);
	g_autofree char *cause = g_strdup_printf("contact:%s:%" G_GINT64_FORMAT, id, version);
	return outbox_add_as(db, correction->event, OUTBOX_CHANGED, OUTBOX_WAITING,
	        correction->attendee, cause, correction->now, error);
}

static gboolean
is_active(Db *db, const SelfCorrection *correction, gboolean *ret, GError **error)
{
	gint64 one = 0;

	if (!db_ask_int(db,
	            "SELECT 1 FROM attendee WHERE id = $1 AND registration = $2 AND event = $3"
	            " AND state = 'active' AND merged_into IS NULL",
	            DB_ARGS(db_int(correction->attendee), db_int(correction->registration),
	                    db_bytes(correction->event->id, EVENT_ID_BYTES)),
	            0, &one, error))
		return FALSE;
	*ret = one != 0;
	return TRUE;
}

gboolean
self_correct(Db *db, SelfCorrection *correction, GError **error)
{
	gint64 version, last_no, edition;
	gboolean active = FALSE;
	g_auto(SelfPerson) now = { 0 };

	if (!places_raise(db, correction->event, 0, &version, &last_no, &edition, error) ||
	        !is_active(db, correction, &active, error))
		return FALSE;
	if (!active) {
		correction->outcome = SELF_NOBODY;
		return TRUE;
	}
	if (!read_self(db, NULL, correction->attendee, &now, error))
		return FALSE;
	if (memcmp(now.seen, correction->seen, SELF_SEEN_BYTES) != 0) {
		correction->outcome = SELF_MEANWHILE;
		return TRUE;
	}
	correction->outcome = SELF_DONE;
	return write_sealed(db, correction, error) &&
	        db_run(db, "UPDATE attendee SET age_band = $2, changed = $3 WHERE id = $1",
	                DB_ARGS(db_int(correction->attendee), db_int(correction->age_band),
	                        db_int(version)),
	                NULL, error) &&
	        (correction->contact == NULL ||
	                write_contact(db, correction, now.consents, version, error));
}

gboolean
self_correct_work(Db *db, gpointer data, GError **error)
{
	return self_correct(db, data, error);
}

/* ---- letters and links ---- */

gboolean
self_has_email(Db *db, gint64 registration, gboolean *ret_has_email, GError **error)
{
	gint64 one = 0;

	if (!db_ask_int(db, "SELECT 1 FROM registration WHERE id = $1 AND email_hash IS NOT NULL",
	            DB_ARGS(db_int(registration)), 0, &one, error))
		return FALSE;
	*ret_has_email = one != 0;
	return TRUE;
}

gboolean
self_link_of(Db *db, gint64 attendee, gint64 *ret_registration, gint64 *ret_link_no,
        gboolean *ret_found, GError **error)
{
	g_autoptr(DbRows) row = db_query(db,
	        "SELECT r.id, r.link_no FROM attendee a JOIN registration r ON r.id = "
	        "a.registration"
	        " WHERE a.id = $1 AND a.state <> 'deleted'",
	        DB_ARGS(db_int(attendee)), error);
	if (row == NULL)
		return FALSE;
	DbStep step = db_next(row, error);
	*ret_found = step == DB_ROW;
	if (step == DB_ROW) {
		*ret_registration = db_column_int(row, 0);
		*ret_link_no = db_column_int(row, 1);
	}
	return step != DB_ERROR_ROW;
}

/* A letter with the link; *@ret_outcome is DONE when it is a new one. */
static gboolean
write_letter(Db *db, const Event *event, gint64 registration, const char *what, gint64 number,
        gint64 now, SelfOutcome *ret_outcome, GError **error)
{
	char id[ID_HEX_LENGTH + 1];
	gint64 attendee = 0, there = 0;
	gboolean has_email = FALSE;

	id_to_hex(registration, id);
	g_autofree char *cause = g_strdup_printf("%s:%s:%" G_GINT64_FORMAT, what, id, number);
	if (!self_has_email(db, registration, &has_email, error) ||
	        !db_ask_int(db,
	                "SELECT min(id) FROM attendee WHERE registration = $1"
	                " AND state <> 'deleted'",
	                DB_ARGS(db_int(registration)), 0, &attendee, error) ||
	        !db_ask_int(db, "SELECT 1 FROM outbox WHERE cause = $1", DB_ARGS(db_text(cause)), 0,
	                &there, error))
		return FALSE;
	*ret_outcome = !has_email || attendee == 0 ? SELF_NOBODY
	        : there != 0                       ? SELF_MEANWHILE
	                                           : SELF_DONE;
	return *ret_outcome != SELF_DONE ||
	        outbox_add_as(
	                db, event, OUTBOX_LINK_AGAIN, OUTBOX_WAITING, attendee, cause, now, error);
}

gboolean
self_letter_work(Db *db, gpointer data, GError **error)
{
	SelfLetter *letter = data;

	/* the cause of a lost link's letter: both together are one an hour */
	return write_letter(db, letter->event, letter->registration, "again",
	        letter->now / OUTBOX_AGAIN_S, letter->now, &letter->outcome, error);
}

gboolean
self_link_work(Db *db, gpointer data, GError **error)
{
	SelfLink *link = data;
	SelfOutcome told;
	gint64 changed = 0;

	if (!db_run(db,
	            "UPDATE registration SET link_no = link_no + 1 WHERE id = $1 AND event = $2"
	            " AND link_no = $3",
	            DB_ARGS(db_int(link->registration), db_bytes(link->event->id, EVENT_ID_BYTES),
	                    db_int(link->link_no)),
	            &changed, error))
		return FALSE;
	link->outcome = changed == 1 ? SELF_DONE : SELF_MEANWHILE;
	if (changed != 1)
		return TRUE;
	if (link->staff != NULL) {
		char id[ID_HEX_LENGTH + 1];
		id_to_hex(link->registration, id);
		g_autofree char *detail = g_strdup_printf("registration %s", id);
		if (!audit_add(
		            db, link->event->id, link->staff, "link.new", detail, link->now, error))
			return FALSE;
	}
	return write_letter(db, link->event, link->registration, "link", link->link_no + 1,
	        link->now, &told, error);
}
