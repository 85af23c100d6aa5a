#include "schema/people.h"

#include <string.h>

guint
people_session_index(const Event *event, gint64 session_no)
{
	for (guint i = 0; i < event->sessions->len; i++)
		if (((const EventSession *)g_ptr_array_index(event->sessions, i))->no == session_no)
			return i;
	return event->sessions->len;
}

static gboolean
is_shift(const Event *event, guint session)
{
	return ((const EventSession *)g_ptr_array_index(event->sessions, session))->kind ==
	        SESSION_SHIFT;
}

void
people_init(People *people, const Event *event)
{
	guint n = event->sessions->len;
	*people = (People){
		.event = event,
		.rows = g_array_new(FALSE, TRUE, sizeof(PeopleRow)),
		.sessions_n = n,
		.expected = g_byte_array_new(),
		.came = g_byte_array_new(),
		.included = g_byte_array_new(),
	};
	g_byte_array_set_size(people->included, event->options->len * n);
	if (people->included->len > 0)
		memset(people->included->data, 0, people->included->len);
	for (guint i = 0; i < event->options->len; i++) {
		const EventOption *option = g_ptr_array_index(event->options, i);
		for (guint k = 0; k < option->includes->len; k++) {
			guint16 no = g_array_index(option->includes, guint16, k);
			guint session = people_session_index(event, no);
			if (session < n && !is_shift(event, session))
				people->included->data[i * n + session] = 1;
		}
	}
}

void
people_clear(People *people)
{
	if (people->rows == NULL)
		return;
	g_array_unref(people->rows);
	g_byte_array_unref(people->expected);
	g_byte_array_unref(people->came);
	g_byte_array_unref(people->included);
	people->rows = NULL;
}

static PeopleState
state_of(const char *word)
{
	switch (word[0]) {
	case 'a':
		return PEOPLE_ACTIVE;
	case 'c':
		return PEOPLE_CANCELLED;
	default:
		return PEOPLE_DELETED;
	}
}

/* coalesce() keeps the planners from an index on the event and a lookup per row: the table is read as it
 * lies, from the last page's end. */
static gboolean
read_rows(People *people, Db *db, guint limit, GError **error)
{
	g_autoptr(DbRows) found = db_query(db,
	        "SELECT id, no, region_no, delegation_no, option_no, option_state, state, age_band,"
	        "  lang, ticket_class, merged_into, registration"
	        " FROM attendee WHERE id > $2 AND coalesce(event, event) = $1 ORDER BY id LIMIT $3",
	        DB_ARGS(db_bytes(people->event->id, EVENT_ID_BYTES), db_int(people->last_id),
	                db_int(limit)),
	        error);
	if (found == NULL)
		return FALSE;
	DbStep step;
	while ((step = db_next(found, error)) == DB_ROW) {
		const char *option_state = db_column_text(found, 5);
		people->last_id = db_column_int(found, 0);
		PeopleRow row = {
			.id = people->last_id,
			.registration = db_column_int(found, 11),
			.no = (guint32)db_column_int(found, 1),
			.region_no = (guint16)db_column_int(found, 2),
			.delegation_no = (guint16)db_column_int(found, 3),
			.option_no = (guint16)db_column_int(found, 4),
			.waitlisted = option_state != NULL && option_state[0] == 'w',
			.state = db_column_is_null(found, 10) ? state_of(db_column_text(found, 6))
			                                      : PEOPLE_DELETED,
			.age_band = (AgeBand)db_column_int(found, 7),
			.class = (TicketClass)db_column_int(found, 9),
		};
		g_strlcpy(row.lang, db_column_text(found, 8), sizeof row.lang);
		g_array_append_val(people->rows, row);
	}
	people->ended = people->rows->len < limit;
	return step == DB_NO_ROW;
}

gssize
people_find(const People *people, gint64 id, guint *finger)
{
	const PeopleRow *rows = (const PeopleRow *)(gpointer)people->rows->data;
	guint n = people->rows->len;
	for (guint step = 0; step < 2 && *finger < n; step++, ++*finger)
		if (rows[*finger].id == id)
			return *finger;
	guint from = 0, to = n;
	while (from < to) {
		guint middle = from + (to - from) / 2;
		if (rows[middle].id < id)
			from = middle + 1;
		else
			to = middle;
	}
	*finger = from;
	return from < n && rows[from].id == id ? (gssize)from : -1;
}

/* Sets a flag for each (person, session) that @sql finds between the page's first and last id ($1, $2).
 * Who is between them without being of this event is passed over. */
static gboolean
read_flags(People *people, Db *db, const char *sql, guint values, GByteArray *flags, GError **error)
{
	const DbValue all[] = {
		db_int(people_row(people, 0)->id),
		db_int(people_row(people, people->rows->len - 1)->id),
		db_bytes(people->event->id, EVENT_ID_BYTES),
	};
	g_autoptr(DbRows) found = db_query(db, sql, all, values, error);
	if (found == NULL)
		return FALSE;
	guint finger = 0;
	gint64 last_no = -1;
	guint session = 0;
	DbStep step;
	while ((step = db_next(found, error)) == DB_ROW) {
		gint64 no = db_column_int(found, 1);
		if (no != last_no)
			session = people_session_index(people->event, no);
		last_no = no;
		gssize row = people_find(people, db_column_int(found, 0), &finger);
		if (row >= 0 && session < people->sessions_n)
			flags->data[(gsize)row * people->sessions_n + session] = 1;
	}
	return step == DB_NO_ROW;
}

static void
zero(GByteArray *flags, gsize n)
{
	g_byte_array_set_size(flags, (guint)n);
	if (n > 0)
		memset(flags->data, 0, n);
}

/* After the bookings: who cancelled is expected nowhere, nobody at a shift. */
static void
settle_expected(People *people)
{
	const Event *event = people->event;
	guint n = people->sessions_n;
	for (guint i = 0; i < people->rows->len; i++) {
		const PeopleRow *row = people_row(people, i);
		guint8 *expected = people->expected->data + (gsize)i * n;
		if (row->state == PEOPLE_CANCELLED) {
			memset(expected, 0, n);
			continue;
		}
		for (guint k = 0; k < event->options->len && !row->waitlisted; k++) {
			const EventOption *option = g_ptr_array_index(event->options, k);
			if (option->no == row->option_no)
				for (guint session = 0; session < n; session++)
					expected[session] |=
					        people->included->data[k * n + session];
		}
		const guint8 *came = people->came->data + (gsize)i * n;
		for (guint session = 0; session < n; session++)
			if (expected[session] &&
			        (is_shift(event, session) ||
			                (row->state == PEOPLE_DELETED && !came[session])))
				expected[session] = 0;
	}
}

gboolean
people_next(People *people, Db *db, guint limit, GError **error)
{
	g_array_set_size(people->rows, 0);
	if (people->ended)
		return TRUE;
	if (!read_rows(people, db, limit, error))
		return FALSE;
	gsize flags = (gsize)people->rows->len * people->sessions_n;
	zero(people->expected, flags);
	zero(people->came, flags);
	if (flags == 0)
		return TRUE;
	/* CROSS holds SQLite to this order: a range of each session's presence, not all of it */
	if (!read_flags(people, db,
	            "SELECT attendee, session_no FROM booking"
	            " WHERE attendee >= $1 AND attendee <= $2 AND state = 'confirmed'",
	            2, people->expected, error) ||
	        !read_flags(people, db,
	                "SELECT p.attendee, p.session_no FROM session s"
	                " CROSS JOIN presence p"
	                " WHERE s.event = $3 AND p.event = s.event AND p.session_no = s.no"
	                " AND p.attendee >= $1 AND p.attendee <= $2",
	                3, people->came, error))
		return FALSE;
	settle_expected(people);
	return TRUE;
}
