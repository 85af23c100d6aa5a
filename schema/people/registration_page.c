/* The registration that a ticket page shows, by its link. */
#include "schema/registration.h"

#include <string.h>

static void
attendee_free(gpointer data)
{
	Attendee *attendee = data;
	person_free(attendee->person);
	g_free(attendee);
}

void
registration_page_free(RegistrationPage *page)
{
	if (page == NULL)
		return;
	g_clear_pointer(&page->attendees, g_ptr_array_unref);
	g_free(page->lang);
	g_free(page);
}

static void
set_absent(GError **error)
{
	g_set_error_literal(
	        error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT, "no registration has this link");
}

/* The registration's own row. ABSENT when there is none. */
static RegistrationPage *
page_of(Db *db, gint64 id, GError **error)
{
	gsize length = 0;
	gconstpointer event;
	g_autoptr(DbRows) rows = NULL;

	if (!db_query_row(db,
	            "SELECT event, link_no, lang, entered FROM registration WHERE id = $1",
	            DB_ARGS(db_int(id)), &rows, error))
		return NULL;
	if (rows == NULL) {
		set_absent(error);
		return NULL;
	}
	event = db_column_bytes(rows, 0, &length);
	if (length != EVENT_ID_BYTES) {
		g_set_error_literal(
		        error, DB_ERROR, DB_ERROR_BROKEN, "an event id of a wrong length");
		return NULL;
	}
	RegistrationPage *page = g_new0(RegistrationPage, 1);
	page->id = id;
	memcpy(page->event, event, EVENT_ID_BYTES);
	page->link_no = db_column_int(rows, 1);
	page->lang = g_strdup(db_column_text(rows, 2));
	page->entered = db_column_int(rows, 3) != 0;
	page->attendees = g_ptr_array_new_with_free_func(attendee_free);
	return page;
}

/* Finds the row that @token names and checks the token by the keys of its event. */
static RegistrationPage *
page_find(Db *db, Vault *vault, LinkPurpose purpose, const char *token, VaultEvent **ret_keys,
        GError **error)
{
	gint64 id = 0;

	if (!link_id(token, &id)) {
		set_absent(error);
		return NULL;
	}
	g_autoptr(RegistrationPage) page = page_of(db, id, error);
	VaultEvent *keys = page != NULL ? vault_event(vault, page->event, error) : NULL;
	if (keys == NULL)
		return NULL;
	if (!vault_link_holds(keys, purpose, token, page->link_no)) {
		set_absent(error);
		return NULL;
	}
	*ret_keys = keys;
	return g_steal_pointer(&page);
}

/* Opens the names, unless their key was destroyed: then the ticket goes on without them. */
static gboolean
person_open(VaultEvent *keys, gint64 owner, gconstpointer value, gsize length, Person **ret,
        GError **error)
{
	g_autoptr(Person) person = g_new0(Person, 1);
	g_autoptr(GError) trouble = NULL;

	if (value == NULL) {
		*ret = NULL;
		return TRUE;
	}
	if (person_unseal(person, keys, SEALED_IDENTITY, owner, value, length, &trouble)) {
		*ret = g_steal_pointer(&person);
		return TRUE;
	}
	if (g_error_matches(trouble, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT)) {
		*ret = NULL;
		return TRUE;
	}
	g_propagate_error(error, g_steal_pointer(&trouble));
	return FALSE;
}

static Attendee *
attendee_of_row(DbRows *rows, VaultEvent *keys, GError **error)
{
	Attendee *attendee = g_new0(Attendee, 1);
	gsize length = 0;
	gconstpointer bytes;

	attendee->id = db_column_int(rows, 0);
	attendee->no = (guint32)db_column_int(rows, 1);
	attendee->region_no = (guint16)db_column_int(rows, 2);
	attendee->option_no = (guint16)db_column_int(rows, 3);
	attendee->delegation_no = (guint16)db_column_int(rows, 4);
	attendee->option_waitlisted = g_strcmp0(db_column_text(rows, 5), "waitlisted") == 0;
	attendee->cancelled = g_strcmp0(db_column_text(rows, 6), "active") != 0;
	attendee->age_band = (AgeBand)db_column_int(rows, 7);
	attendee->ticket.mark = db_column_int(rows, 8);
	g_strlcpy(attendee->ticket.typed_code, db_column_text(rows, 9),
	        sizeof attendee->ticket.typed_code);
	bytes = db_column_bytes(rows, 10, &length);
	memcpy(attendee->ticket.id, bytes, MIN(length, TICKET_ID_BYTES));
	attendee->ticket.class = (TicketClass)db_column_int(rows, 11);
	attendee->ticket.minute = (guint32)db_column_int(rows, 12);
	attendee->ticket.key_no = (guint16)db_column_int(rows, 14);
	g_strlcpy(attendee->fee, db_column_text(rows, 16), sizeof attendee->fee);
	bytes = db_column_bytes(rows, 13, &length);
	attendee->asked_no = (guint16)db_column_int(rows, 15);
	if (!person_open(keys, attendee->id, bytes, length, &attendee->person, error)) {
		attendee_free(attendee);
		return NULL;
	}
	return attendee;
}

static gboolean
attendees_read(Db *db, VaultEvent *keys, RegistrationPage *page, GError **error)
{
	DbStep step;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT a.id, a.no, a.region_no, a.option_no, a.delegation_no, a.option_state,"
	        " a.state, a.age_band, a.mark, a.typed_code, a.ticket_id, a.ticket_class,"
	        " a.ticket_minute, s.value, a.key_no, a.asked_no, a.fee_state"
	        " FROM attendee a LEFT JOIN sealed s ON s.owner = a.id AND s.class = $2"
	        " WHERE a.registration = $1 AND a.state <> 'deleted' ORDER BY a.no",
	        DB_ARGS(db_int(page->id), db_int(SEALED_IDENTITY)), error);
	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		Attendee *attendee = attendee_of_row(rows, keys, error);
		if (attendee == NULL)
			return FALSE;
		g_ptr_array_add(page->attendees, attendee);
	}
	return step == DB_NO_ROW;
}

static gboolean
bookings_read(Db *db, Attendee *attendee, GError **error)
{
	DbStep step;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT session_no, stop_no FROM booking WHERE attendee = $1 AND state = "
	        "'confirmed'"
	        " ORDER BY session_no",
	        DB_ARGS(db_int(attendee->id)), error);
	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW)
		if (attendee->bookings_n < G_N_ELEMENTS(attendee->bookings))
			attendee->bookings[attendee->bookings_n++] = (ChosenSession){
				.session_no = (guint16)db_column_int(rows, 0),
				.stop_no = (guint16)db_column_int(rows, 1),
			};
	return step == DB_NO_ROW;
}

/* Everybody of @page; ABSENT when all were deleted. */
static gboolean
page_fill(Db *db, VaultEvent *keys, RegistrationPage *page, GError **error)
{
	if (!attendees_read(db, keys, page, error))
		return FALSE;
	for (guint i = 0; i < page->attendees->len; i++)
		if (!bookings_read(db, g_ptr_array_index(page->attendees, i), error))
			return FALSE;
	if (page->attendees->len == 0) {
		set_absent(error);
		return FALSE;
	}
	return TRUE;
}

RegistrationPage *
registration_read_linked(
        Db *db, Vault *vault, LinkPurpose purpose, const char *token, GError **error)
{
	VaultEvent *keys = NULL;
	g_autoptr(RegistrationPage) page = page_find(db, vault, purpose, token, &keys, error);

	if (page == NULL || !page_fill(db, keys, page, error))
		return NULL;
	return g_steal_pointer(&page);
}

RegistrationPage *
registration_read(Db *db, Vault *vault, const char *token, GError **error)
{
	return registration_read_linked(db, vault, LINK_TICKET, token, error);
}

RegistrationPage *
registration_read_of(Db *db, Vault *vault, gint64 attendee, GError **error)
{
	gint64 id = 0;

	if (!db_ask_int(db, "SELECT registration FROM attendee WHERE id = $1",
	            DB_ARGS(db_int(attendee)), 0, &id, error))
		return NULL;
	g_autoptr(RegistrationPage) page = page_of(db, id, error);
	VaultEvent *keys = page != NULL ? vault_event(vault, page->event, error) : NULL;
	if (keys == NULL || !page_fill(db, keys, page, error))
		return NULL;
	return g_steal_pointer(&page);
}

const Person *
registration_contact(const RegistrationPage *page)
{
	const Person *with_phone = NULL, *any = NULL;

	for (guint i = 0; i < page->attendees->len; i++) {
		const Person *person =
		        ((const Attendee *)g_ptr_array_index(page->attendees, i))->person;
		if (person == NULL)
			continue;
		if (person->email != NULL)
			return person;
		if (with_phone == NULL && person->phone != NULL)
			with_phone = person;
		if (any == NULL)
			any = person;
	}
	return with_phone != NULL ? with_phone : any;
}

static gint
compare_starts(gconstpointer a, gconstpointer b, gpointer event)
{
	const EventSession *one = event_session(event, ((const ChosenSession *)a)->session_no);
	const EventSession *other = event_session(event, ((const ChosenSession *)b)->session_no);
	return (one->starts > other->starts) - (one->starts < other->starts);
}

static void
add_session(const Event *event, GArray *sessions, guint16 session_no, guint16 stop_no)
{
	ChosenSession one = { session_no, stop_no };

	if (event_session(event, session_no) == NULL)
		return;
	for (guint i = 0; i < sessions->len; i++)
		if (g_array_index(sessions, ChosenSession, i).session_no == session_no)
			return;
	g_array_append_val(sessions, one);
}

GArray *
attendee_sessions(const Event *event, const Attendee *attendee)
{
	const EventOption *option = event_option(event, attendee->option_no);
	GArray *sessions = g_array_new(FALSE, FALSE, sizeof(ChosenSession));

	for (guint i = 0; i < attendee->bookings_n; i++)
		add_session(event, sessions, attendee->bookings[i].session_no,
		        attendee->bookings[i].stop_no);
	for (guint i = 0; option != NULL && i < option->includes->len; i++)
		add_session(event, sessions, g_array_index(option->includes, guint16, i), 0);
	g_array_sort_with_data(sessions, compare_starts, (gpointer)event);
	return sessions;
}
