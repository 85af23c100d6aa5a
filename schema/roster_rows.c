#include "schema/roster_rows.h"
#include "schema/counts.h"

#include <string.h>

/* A person of the page that is being given out; flags of sessions stand in RosterRows. */
typedef struct {
	gint64 id;
	RosterRow row;
	char *name;
	char *lang;
	gboolean has_name_sealed;
} Member;

struct RosterRows {
	Db *db;
	Event *event;
	VaultEvent *keys; /* lent by the vault; NULL when the event's keys are gone */
	guint16 session_no, region_no;
	GArray *page;      /* of Member */
	GHashTable *by_id; /* id to index in @page + 1 */
	GArray *expected;  /* of gboolean, sessions_n for each member */
	GArray *came;
	guint at;
	gint64 last_no;
	gboolean ended;
};

static void
member_clear(gpointer data)
{
	Member *member = data;
	if (member->name != NULL)
		explicit_bzero(member->name, strlen(member->name));
	g_free(member->name);
	g_free(member->lang);
}

RosterRows *
roster_rows_open(Db *db, const Event *event, Vault *vault, guint16 session_no, guint16 region_no,
        GError **error)
{
	g_autoptr(GError) no_keys = NULL;
	VaultEvent *keys = vault_event(vault, event->id, &no_keys);
	if (keys == NULL && !g_error_matches(no_keys, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT)) {
		g_propagate_error(error, g_steal_pointer(&no_keys));
		return NULL;
	}
	RosterRows *rows = g_new0(RosterRows, 1);
	rows->db = db;
	rows->event = event_ref((Event *)event);
	rows->keys = keys;
	rows->session_no = session_no;
	rows->region_no = region_no;
	rows->page = g_array_new(FALSE, TRUE, sizeof(Member));
	g_array_set_clear_func(rows->page, member_clear);
	rows->by_id = g_hash_table_new(g_int64_hash, g_int64_equal);
	rows->expected = g_array_new(FALSE, TRUE, sizeof(gboolean));
	rows->came = g_array_new(FALSE, TRUE, sizeof(gboolean));
	return rows;
}

void
roster_rows_free(RosterRows *rows)
{
	if (rows == NULL)
		return;
	event_unref(rows->event);
	g_array_unref(rows->page);
	g_hash_table_unref(rows->by_id);
	g_array_unref(rows->expected);
	g_array_unref(rows->came);
	g_free(rows);
}

/* @value is what is sealed of the person, or NULL. A name that can't be opened any more is no name. */
static gboolean
open_name(RosterRows *rows, Member *member, gconstpointer value, gsize length, GError **error)
{
	member->has_name_sealed = value != NULL;
	if (value == NULL || rows->keys == NULL)
		return TRUE;
	g_autoptr(Person) person = person_new();
	g_autoptr(GError) closed = NULL;
	if (!person_unseal(
	            person, rows->keys, SEALED_IDENTITY, member->id, value, length, &closed)) {
		if (g_error_matches(closed, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT))
			return TRUE;
		g_propagate_prefixed_error(
		        error, g_steal_pointer(&closed), "person number %u: ", member->row.no);
		return FALSE;
	}
	member->name = g_strdup(person->name);
	return TRUE;
}

static gboolean
read_people(RosterRows *rows, GError **error)
{
	g_autoptr(DbRows) found = db_query(rows->db,
	        "SELECT a.no, a.id, a.region_no, a.delegation_no, a.option_no, a.option_state, "
	        "a.state,"
	        "  a.age_band, a.lang, a.ticket_class, s.value"
	        " FROM attendee a LEFT JOIN sealed s ON s.owner = a.id AND s.class = 0"
	        " WHERE a.event = $1 AND a.no > $2 AND a.merged_into IS NULL"
	        " ORDER BY a.no LIMIT $3",
	        DB_ARGS(db_bytes(rows->event->id, EVENT_ID_BYTES), db_int(rows->last_no),
	                db_int(ROSTER_PAGE)),
	        error);
	if (found == NULL)
		return FALSE;
	DbStep step;
	guint seen = 0;
	while ((step = db_next(found, error)) == DB_ROW) {
		seen++;
		rows->last_no = db_column_int(found, 0);
		const char *state = db_column_text(found, 6);
		const char *option_state = db_column_text(found, 5);
		Member member = { .id = db_column_int(found, 1) };
		member.row.no = (guint32)rows->last_no;
		member.row.region_no = (guint16)db_column_int(found, 2);
		member.row.delegation_no = (guint16)db_column_int(found, 3);
		member.row.option_no = (guint16)db_column_int(found, 4);
		member.row.waitlisted = g_strcmp0(option_state, "waitlisted") == 0;
		member.row.cancelled = strcmp(state, "cancelled") == 0;
		member.row.age_band = (AgeBand)db_column_int(found, 7);
		member.row.class = (TicketClass)db_column_int(found, 9);
		if (strcmp(state, "deleted") == 0 || member.row.class == TICKET_PRACTICE ||
		        (rows->region_no != 0 && member.row.region_no != rows->region_no))
			continue;
		gsize length = 0;
		gconstpointer value = db_column_bytes(found, 10, &length);
		if (!open_name(rows, &member, value, length, error))
			return FALSE;
		member.lang = g_strdup(db_column_text(found, 8));
		g_array_append_val(rows->page, member);
	}
	rows->ended = step == DB_NO_ROW && seen < ROSTER_PAGE;
	return step != DB_ERROR_ROW;
}

/* Sets the flag of a person of the page for a session; others are passed over. */
static void
set_flag(RosterRows *rows, GArray *flags, gint64 id, gint64 session_no)
{
	guint index = GPOINTER_TO_UINT(g_hash_table_lookup(rows->by_id, &id));
	guint session = counts_session_index(rows->event, session_no);
	if (index == 0 || session == rows->event->sessions->len)
		return;
	g_array_index(flags, gboolean, (index - 1) * rows->event->sessions->len + session) = TRUE;
}

/* Both read by ranges of ids: people of neighbouring numbers have neighbouring ids, more or less, and
 * whoever is in the range without being of the page is passed over. */
static gboolean
read_flags(RosterRows *rows, GArray *flags, const char *sql, gint64 from, gint64 to, GError **error)
{
	g_autoptr(DbRows) found = db_query(rows->db, sql,
	        DB_ARGS(db_bytes(rows->event->id, EVENT_ID_BYTES), db_int(from), db_int(to)),
	        error);
	if (found == NULL)
		return FALSE;
	DbStep step;
	while ((step = db_next(found, error)) == DB_ROW)
		set_flag(rows, flags, db_column_int(found, 0), db_column_int(found, 1));
	return step == DB_NO_ROW;
}

static gboolean
read_bookings(RosterRows *rows, gint64 from, gint64 to, GError **error)
{
	return read_flags(rows, rows->expected,
	        "SELECT attendee, session_no FROM booking"
	        " WHERE attendee >= $2 AND attendee <= $3 AND event = $1 AND state = 'confirmed'",
	        from, to, error);
}

static gboolean
read_presence(RosterRows *rows, gint64 from, gint64 to, GError **error)
{
	return read_flags(rows, rows->came,
	        "SELECT p.attendee, p.session_no FROM session s"
	        " JOIN presence p ON p.event = s.event AND p.session_no = s.no"
	        " WHERE s.event = $1 AND p.attendee >= $2 AND p.attendee <= $3",
	        from, to, error);
}

static void
expect_by_option(RosterRows *rows, const Member *member)
{
	const EventOption *option = event_option(rows->event, member->row.option_no);
	if (option == NULL || member->row.waitlisted)
		return;
	for (guint i = 0; i < option->includes->len; i++)
		set_flag(rows, rows->expected, member->id,
		        g_array_index(option->includes, guint16, i));
}

/* Whoever cancelled is expected nowhere; nobody is expected at a shift. */
static void
unexpect(RosterRows *rows, const Member *member, gboolean *expected)
{
	for (guint i = 0; i < rows->event->sessions->len; i++) {
		const EventSession *session = g_ptr_array_index(rows->event->sessions, i);
		if (member->row.cancelled || session->kind == SESSION_SHIFT)
			expected[i] = FALSE;
	}
}

static gboolean
read_sessions(RosterRows *rows, GError **error)
{
	gint64 from = G_MAXINT64, to = G_MININT64;
	guint n = rows->event->sessions->len;
	g_array_set_size(rows->expected, 0);
	g_array_set_size(rows->came, 0);
	g_array_set_size(rows->expected, rows->page->len * n);
	g_array_set_size(rows->came, rows->page->len * n);
	for (guint i = 0; i < rows->page->len; i++) {
		Member *member = &g_array_index(rows->page, Member, i);
		g_hash_table_insert(rows->by_id, &member->id, GUINT_TO_POINTER(i + 1));
		from = MIN(from, member->id);
		to = MAX(to, member->id);
	}
	if (rows->page->len == 0)
		return TRUE;
	if (!read_bookings(rows, from, to, error) || !read_presence(rows, from, to, error))
		return FALSE;
	for (guint i = 0; i < rows->page->len; i++) {
		Member *member = &g_array_index(rows->page, Member, i);
		gboolean *expected = &g_array_index(rows->expected, gboolean, i * n);
		expect_by_option(rows, member);
		unexpect(rows, member, expected);
		member->row.expected = expected;
		member->row.came = &g_array_index(rows->came, gboolean, i * n);
		member->row.name = member->name;
		member->row.lang = member->lang;
	}
	return TRUE;
}

static gboolean
read_page(RosterRows *rows, GError **error)
{
	rows->at = 0;
	g_hash_table_remove_all(rows->by_id);
	g_array_set_size(rows->page, 0);
	if (!db_begin(rows->db, error))
		return FALSE;
	if (!read_people(rows, error) || !read_sessions(rows, error)) {
		db_rollback(rows->db);
		return FALSE;
	}
	return db_commit(rows->db, error);
}

static gboolean
anywhere(const gboolean *flags, guint n)
{
	for (guint i = 0; i < n; i++)
		if (flags[i])
			return TRUE;
	return FALSE;
}

static gboolean
wanted(const RosterRows *rows, const Member *member)
{
	guint n = rows->event->sessions->len;
	if (member->row.class == TICKET_SPARE && !member->has_name_sealed &&
	        !anywhere(member->row.came, n))
		return FALSE;
	if (rows->session_no == 0)
		return TRUE;
	guint session = counts_session_index(rows->event, rows->session_no);
	return session < n && (member->row.expected[session] || member->row.came[session]);
}

gboolean
roster_rows_next(RosterRows *rows, const RosterRow **ret, GError **error)
{
	for (;;) {
		while (rows->at < rows->page->len) {
			const Member *member = &g_array_index(rows->page, Member, rows->at++);
			if (wanted(rows, member)) {
				*ret = &member->row;
				return TRUE;
			}
		}
		if (rows->ended) {
			*ret = NULL;
			return TRUE;
		}
		if (!read_page(rows, error))
			return FALSE;
	}
}
