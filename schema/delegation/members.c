/* The people of a delegation, as their captain sees them. */
#include "schema/delegation.h"

#include <string.h>

#include "schema/text.h"

static void
member_free(gpointer data)
{
	Member *member = data;

	if (member->attendee != NULL)
		person_free(member->attendee->person);
	g_free(member->attendee);
	g_array_unref(member->in);
	g_ptr_array_unref(member->answers);
	g_free(member);
}

/* Those answers that a captain may see; the others are not kept at all. */
static void
keep_answers(const Event *event, Member *member, char **answers)
{
	for (guint i = 0; answers != NULL && answers[i] != NULL && answers[i + 1] != NULL; i += 2) {
		const EventQuestion *question = event_question_by_code(event, answers[i]);
		if (question == NULL || !event_question_seen_by(question, "captain"))
			continue;
		g_ptr_array_add(member->answers, g_strdup(answers[i]));
		g_ptr_array_add(member->answers, g_strdup(answers[i + 1]));
	}
}

/* A key that is gone leaves nobody's name; one that was tampered with is told. */
static gboolean
open_name(VaultEvent *keys, DbRows *rows, Attendee *attendee, GError **error)
{
	gsize length = 0;
	gconstpointer value = db_column_bytes(rows, 13, &length);
	g_autoptr(Person) person = person_new();
	g_autoptr(GError) trouble = NULL;

	if (value != NULL &&
	        !person_unseal(
	                person, keys, SEALED_IDENTITY, attendee->id, value, length, &trouble) &&
	        !g_error_matches(trouble, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT)) {
		g_propagate_error(error, g_steal_pointer(&trouble));
		return FALSE;
	}
	attendee->person = g_steal_pointer(&person);
	return TRUE;
}

static gboolean
member_of(DbRows *rows, VaultEvent *keys, guint16 no, Member *member, GError **error)
{
	Attendee *attendee = member->attendee;
	gsize length = 0;

	attendee->id = db_column_int(rows, 0);
	attendee->no = (guint32)db_column_int(rows, 1);
	attendee->region_no = (guint16)db_column_int(rows, 2);
	attendee->option_no = (guint16)db_column_int(rows, 3);
	attendee->delegation_no = (guint16)db_column_int(rows, 4);
	attendee->asked_no = (guint16)db_column_int(rows, 5);
	attendee->option_waitlisted = g_strcmp0(db_column_text(rows, 6), "waitlisted") == 0;
	attendee->age_band = (AgeBand)db_column_int(rows, 7);
	attendee->ticket.mark = db_column_int(rows, 8);
	g_strlcpy(attendee->ticket.typed_code, db_column_text(rows, 9),
	        sizeof attendee->ticket.typed_code);
	gconstpointer id = db_column_bytes(rows, 10, &length);
	memcpy(attendee->ticket.id, id, MIN(length, TICKET_ID_BYTES));
	attendee->ticket.class = (TicketClass)db_column_int(rows, 11);
	attendee->ticket.minute = (guint32)db_column_int(rows, 12);
	attendee->ticket.key_no = (guint16)db_column_int(rows, 19);
	if (!open_name(keys, rows, attendee, error))
		return FALSE;
	g_strlcpy(member->lang, db_column_text(rows, 14), sizeof member->lang);
	member->fee_due = g_strcmp0(db_column_text(rows, 15), "due") == 0;
	member->registration = db_column_int(rows, 16);
	member->link_no = db_column_int(rows, 17);
	member->captain = db_column_int(rows, 18) != 0;
	member->entered = db_column_int(rows, 20) != 0;
	member->asked = attendee->asked_no == no;
	member->own_contact = attendee->person->email != NULL || attendee->person->phone != NULL;
	return TRUE;
}

static gboolean
people_read(Db *db, const Event *event, VaultEvent *keys, guint16 no, GPtrArray *members,
        GHashTable *by_id, GError **error)
{
	DbStep step;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT a.id, a.no, a.region_no, a.option_no, a.delegation_no, a.asked_no,"
	        " a.option_state, a.age_band, a.mark, a.typed_code, a.ticket_id, a.ticket_class,"
	        " a.ticket_minute, s.value, a.lang, a.fee_state, r.id, r.link_no,"
	        " CASE WHEN d.captain = a.id THEN 1 ELSE 0 END, a.key_no, r.entered"
	        " FROM attendee a JOIN delegation d ON d.event = a.event AND d.no = $2"
	        " LEFT JOIN registration r ON r.id = a.registration"
	        " LEFT JOIN sealed s ON s.owner = a.id AND s.class = $3"
	        " WHERE a.event = $1 AND (a.delegation_no = $2 OR a.asked_no = $2)"
	        " AND a.state = 'active' AND a.merged_into IS NULL",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(no), db_int(SEALED_IDENTITY)),
	        error);

	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		Member *member = g_new0(Member, 1);
		member->attendee = g_new0(Attendee, 1);
		member->in = g_array_new(FALSE, FALSE, sizeof(guint16));
		member->answers = g_ptr_array_new_with_free_func(g_free);
		g_ptr_array_add(members, member);
		if (!member_of(rows, keys, no, member, error))
			return FALSE;
		g_hash_table_insert(by_id, &member->attendee->id, member);
		if (!member->asked)
			keep_answers(
			        event, member, member->attendee->person->answers[SEALED_IDENTITY]);
	}
	return step == DB_NO_ROW;
}

/* Answers that are kept for a week lie in another class than names; it is opened only for a question that the captain sees. */
static gboolean
answers_read(
        Db *db, const Event *event, VaultEvent *keys, guint16 no, GHashTable *by_id, GError **error)
{
	DbStep step;
	gboolean any = FALSE;

	for (guint i = 0; i < event->questions->len && !any; i++)
		any = event_question_seen_by(g_ptr_array_index(event->questions, i), "captain");
	if (!any)
		return TRUE;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT s.owner, s.value FROM attendee a"
	        " JOIN sealed s ON s.owner = a.id AND s.class = $3"
	        " WHERE a.event = $1 AND a.delegation_no = $2 AND a.state = 'active'",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(no), db_int(SEALED_LOGISTICS)),
	        error);
	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		const gint64 id = db_column_int(rows, 0);
		gsize length = 0;
		gconstpointer value = db_column_bytes(rows, 1, &length);
		Member *member = g_hash_table_lookup(by_id, &id);
		g_autoptr(Person) person = person_new();
		g_autoptr(GError) trouble = NULL;
		if (member == NULL)
			continue;
		if (!person_unseal(person, keys, SEALED_LOGISTICS, id, value, length, &trouble) &&
		        !g_error_matches(trouble, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT)) {
			g_propagate_error(error, g_steal_pointer(&trouble));
			return FALSE;
		}
		keep_answers(event, member, person->answers[SEALED_LOGISTICS]);
	}
	return step == DB_NO_ROW;
}

static gboolean
bookings_read(Db *db, const Event *event, guint16 no, GHashTable *by_id, GError **error)
{
	DbStep step;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT b.attendee, b.session_no, b.stop_no, b.state FROM attendee a"
	        " JOIN booking b ON b.attendee = a.id"
	        " WHERE a.event = $1 AND (a.delegation_no = $2 OR a.asked_no = $2)"
	        " AND a.state = 'active' ORDER BY b.attendee, b.session_no",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(no)), error);

	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		const gint64 id = db_column_int(rows, 0);
		Member *member = g_hash_table_lookup(by_id, &id);
		Attendee *attendee = member != NULL ? member->attendee : NULL;
		if (attendee == NULL)
			continue;
		if (g_strcmp0(db_column_text(rows, 3), "confirmed") != 0)
			member->waits_for_session = TRUE;
		else if (attendee->bookings_n < G_N_ELEMENTS(attendee->bookings))
			attendee->bookings[attendee->bookings_n++] =
			        (ChosenSession){ (guint16)db_column_int(rows, 1),
				        (guint16)db_column_int(rows, 2) };
	}
	return step == DB_NO_ROW;
}

static gboolean
presence_read(Db *db, const Event *event, guint16 no, GHashTable *by_id, GError **error)
{
	DbStep step;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT p.attendee, p.session_no FROM attendee a"
	        " JOIN presence p ON p.event = a.event AND p.attendee = a.id"
	        " WHERE a.event = $1 AND (a.delegation_no = $2 OR a.asked_no = $2)"
	        " AND a.state = 'active'",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(no)), error);

	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		const gint64 id = db_column_int(rows, 0);
		Member *member = g_hash_table_lookup(by_id, &id);
		const guint16 session_no = (guint16)db_column_int(rows, 1);
		if (member != NULL)
			g_array_append_val(member->in, session_no);
	}
	return step == DB_NO_ROW;
}

static gint
compare_members(gconstpointer a, gconstpointer b, gpointer lang)
{
	const Member *one = *(const Member *const *)a, *other = *(const Member *const *)b;
	const char *name = one->attendee->person->name, *its = other->attendee->person->name;

	if (one->asked != other->asked)
		return one->asked ? -1 : 1;
	const int order = text_compare(lang, name != NULL ? name : "", its != NULL ? its : "");
	return order != 0 ? order
	                  : (one->attendee->no > other->attendee->no) -
	                (one->attendee->no < other->attendee->no);
}

GPtrArray *
delegation_members(
        Db *db, const Event *event, VaultEvent *keys, guint16 no, const char *lang, GError **error)
{
	g_autoptr(GPtrArray) members = g_ptr_array_new_with_free_func(member_free);
	g_autoptr(GHashTable) by_id = g_hash_table_new(g_int64_hash, g_int64_equal);

	if (!people_read(db, event, keys, no, members, by_id, error) ||
	        !answers_read(db, event, keys, no, by_id, error) ||
	        !bookings_read(db, event, no, by_id, error) ||
	        !presence_read(db, event, no, by_id, error))
		return NULL;
	g_ptr_array_sort_with_data(members, compare_members, (gpointer)lang);
	return g_steal_pointer(&members);
}

const char *
member_answer(const Member *member, const char *code)
{
	for (guint i = 0; i + 1 < member->answers->len; i += 2)
		if (strcmp(g_ptr_array_index(member->answers, i), code) == 0)
			return g_ptr_array_index(member->answers, i + 1);
	return NULL;
}

const Member *
delegation_member(const GPtrArray *members, guint32 no)
{
	for (guint i = 0; i < members->len; i++) {
		const Member *member = g_ptr_array_index(members, i);
		if (member->attendee->no == no)
			return member;
	}
	return NULL;
}
