#include "schema/roster_rows.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#define HELPERS_MAX   7
#define VALUES_A_TURN 64

/* A sealed value of the page, in RosterRows.bytes. */
typedef struct {
	guint row;
	gsize at, length;
} Value;

struct RosterRows {
	Db *db;
	Event *event;
	VaultEvent *keys; /* lent by the vault; NULL when the event's keys are gone */
	guint16 session_no, region_no;
	People people;    /* the page that is being given out */
	GPtrArray *names; /* of its rows; NULL where there is none */
	guint8 *sealed;   /* of its rows: whether anything of their identity is kept */
	GArray *values;   /* of Value */
	GByteArray *bytes;
	atomic_uint next_value; /* whose turn it is to be opened */
	pthread_mutex_t trouble_lock;
	GError *trouble; /* of the lowest row that can't be opened */
	guint trouble_row;
	guint at;
	RosterRow row;
};

static void
name_free(gpointer name)
{
	if (name != NULL)
		explicit_bzero(name, strlen(name));
	g_free(name);
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
	rows->names = g_ptr_array_new_with_free_func(name_free);
	rows->sealed = g_new0(guint8, ROSTER_PAGE);
	rows->values = g_array_new(FALSE, FALSE, sizeof(Value));
	rows->bytes = g_byte_array_new();
	pthread_mutex_init(&rows->trouble_lock, NULL);
	people_init(&rows->people, event);
	return rows;
}

void
roster_rows_free(RosterRows *rows)
{
	if (rows == NULL)
		return;
	people_clear(&rows->people);
	event_unref(rows->event);
	g_ptr_array_unref(rows->names);
	g_free(rows->sealed);
	g_array_unref(rows->values);
	g_byte_array_unref(rows->bytes);
	pthread_mutex_destroy(&rows->trouble_lock);
	g_clear_error(&rows->trouble);
	g_free(rows);
}

/* ---- names: opened by as many threads as there are processors, the reader's among them ---- */

static void
open_failed(RosterRows *rows, guint row, GError *error)
{
	pthread_mutex_lock(&rows->trouble_lock);
	if (rows->trouble == NULL || row < rows->trouble_row) {
		g_clear_error(&rows->trouble);
		rows->trouble_row = row;
		rows->trouble = error;
	} else {
		g_error_free(error);
	}
	pthread_mutex_unlock(&rows->trouble_lock);
}

/* A name whose key is gone is no name. */
static void
open_name(RosterRows *rows, const Value *value)
{
	g_autoptr(Person) opened = person_new();
	g_autoptr(GError) closed = NULL;
	const PeopleRow *person = people_row(&rows->people, value->row);
	if (person_unseal(opened, rows->keys, SEALED_IDENTITY, person->id,
	            rows->bytes->data + value->at, value->length, &closed)) {
		rows->names->pdata[value->row] = g_steal_pointer(&opened->name);
		return;
	}
	if (g_error_matches(closed, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT))
		return;
	g_prefix_error(&closed, "person number %u: ", person->no);
	open_failed(rows, value->row, g_steal_pointer(&closed));
}

static void *
open_some(void *data)
{
	RosterRows *rows = data;
	for (;;) {
		guint from = atomic_fetch_add(&rows->next_value, VALUES_A_TURN);
		if (from >= rows->values->len)
			return NULL;
		for (guint i = from; i < MIN(rows->values->len, from + VALUES_A_TURN); i++)
			open_name(rows, &g_array_index(rows->values, Value, i));
	}
}

static gboolean
open_names(RosterRows *rows, GError **error)
{
	pthread_t helpers[HELPERS_MAX];
	guint n = 0;
	guint wanted = MIN(
	        MIN(g_get_num_processors() - 1, HELPERS_MAX), rows->values->len / VALUES_A_TURN);
	if (rows->keys == NULL)
		return TRUE;
	atomic_store(&rows->next_value, 0);
	while (n < wanted && pthread_create(&helpers[n], NULL, open_some, rows) == 0)
		n++;
	open_some(rows);
	while (n > 0)
		pthread_join(helpers[--n], NULL);
	if (rows->trouble == NULL)
		return TRUE;
	g_propagate_error(error, g_steal_pointer(&rows->trouble));
	return FALSE;
}

static gboolean
read_values(RosterRows *rows, GError **error)
{
	const People *people = &rows->people;
	g_autoptr(DbRows) found = db_query(rows->db,
	        "SELECT owner, value FROM sealed WHERE owner >= $1 AND owner <= $2 AND class = 0",
	        DB_ARGS(db_int(people_row(people, 0)->id),
	                db_int(people_row(people, people->rows->len - 1)->id)),
	        error);
	if (found == NULL)
		return FALSE;
	guint finger = 0;
	DbStep step;
	while ((step = db_next(found, error)) == DB_ROW) {
		gsize length = 0;
		gssize row = people_find(people, db_column_int(found, 0), &finger);
		const guint8 *bytes = db_column_bytes(found, 1, &length);
		if (row < 0)
			continue;
		Value value = { (guint)row, rows->bytes->len, length };
		g_byte_array_append(rows->bytes, bytes, (guint)length);
		g_array_append_val(rows->values, value);
		rows->sealed[row] = 1;
	}
	return step == DB_NO_ROW;
}

static gboolean
read_page(RosterRows *rows, GError **error)
{
	rows->at = 0;
	g_ptr_array_set_size(rows->names, 0);
	g_array_set_size(rows->values, 0);
	g_byte_array_set_size(rows->bytes, 0);
	memset(rows->sealed, 0, ROSTER_PAGE);
	if (!db_begin(rows->db, error))
		return FALSE;
	gboolean read = people_next(&rows->people, rows->db, ROSTER_PAGE, error);
	g_ptr_array_set_size(rows->names, (int)rows->people.rows->len);
	if (!read || (rows->people.rows->len > 0 && !read_values(rows, error))) {
		db_rollback(rows->db);
		return FALSE;
	}
	return db_commit(rows->db, error) && open_names(rows, error);
}

static gboolean
wanted(const RosterRows *rows, guint i)
{
	const PeopleRow *person = people_row(&rows->people, i);
	const guint8 *expected = people_expected(&rows->people, i);
	const guint8 *came = people_came(&rows->people, i);
	guint n = rows->people.sessions_n;
	if (person->state == PEOPLE_DELETED || person->class == TICKET_PRACTICE ||
	        (rows->region_no != 0 && person->region_no != rows->region_no))
		return FALSE;
	if (person->class == TICKET_SPARE && !rows->sealed[i] && memchr(came, 1, n) == NULL)
		return FALSE;
	if (rows->session_no == 0)
		return TRUE;
	guint session = people_session_index(rows->event, rows->session_no);
	return session < n && (expected[session] || came[session]);
}

gboolean
roster_rows_next(RosterRows *rows, const RosterRow **ret, GError **error)
{
	for (;;) {
		for (; rows->at < rows->people.rows->len; rows->at++) {
			if (!wanted(rows, rows->at))
				continue;
			rows->row = (RosterRow){
				.person = people_row(&rows->people, rows->at),
				.name = g_ptr_array_index(rows->names, rows->at),
				.expected = people_expected(&rows->people, rows->at),
				.came = people_came(&rows->people, rows->at),
			};
			rows->at++;
			*ret = &rows->row;
			return TRUE;
		}
		if (!read_page(rows, error))
			return FALSE;
		if (rows->people.rows->len == 0) {
			*ret = NULL;
			return TRUE;
		}
	}
}
