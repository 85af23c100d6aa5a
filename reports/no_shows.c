/*
 * no-shows: who was expected at a session and did not come, a row per person and session, by name: for the calls
 * afterwards.
 */
#include "reports/report.h"
#include "schema/roster_rows.h"

typedef struct {
	const Event *event;
	RosterRows *rows;
	const RosterRow *row; /* whose sessions are being given out */
	guint16 session_no;   /* 0: all */
	guint session;        /* index of the next one */
} NoShows;

static const Column columns[] = {
	{ "no", COLUMN_NUMBER },
	{ "name", COLUMN_TEXT },
	{ "region_code", COLUMN_TEXT },
	{ "delegation", COLUMN_TEXT },
	{ "session", COLUMN_TEXT },
};

/* The next session that the person of the row missed; the number of sessions when there is none. */
static guint
next_missed(NoShows *no_shows)
{
	const Event *event = no_shows->event;

	for (guint i = no_shows->session; i < event->sessions->len; i++) {
		const EventSession *session = g_ptr_array_index(event->sessions, i);
		if (no_shows->row->expected[i] && !no_shows->row->came[i] &&
		        (no_shows->session_no == 0 || session->no == no_shows->session_no))
			return i;
	}
	return event->sessions->len;
}

static gboolean
next(gpointer data, Cell *cells, gboolean *ret_row, GError **error)
{
	NoShows *no_shows = data;
	const Event *event = no_shows->event;
	guint missed = event->sessions->len;

	while (no_shows->row == NULL || (missed = next_missed(no_shows)) == event->sessions->len) {
		if (!roster_rows_next(no_shows->rows, &no_shows->row, error))
			return FALSE;
		no_shows->session = 0;
		*ret_row = no_shows->row != NULL;
		if (no_shows->row == NULL)
			return TRUE;
	}
	no_shows->session = missed + 1;
	const PeopleRow *person = no_shows->row->person;
	const EventRegion *region = event_region(event, person->region_no);
	const EventDelegation *delegation = event_delegation(event, person->delegation_no);
	*ret_row = TRUE;
	(cells++)->number = person->no;
	(cells++)->text = no_shows->row->name;
	(cells++)->text = region ? region->code : NULL;
	(cells++)->text = delegation ? delegation->code : NULL;
	(cells++)->text = ((const EventSession *)g_ptr_array_index(event->sessions, missed))->code;
	return TRUE;
}

gboolean
no_shows_open(const ReportAsked *asked, Table *ret, GError **error)
{
	RosterRows *rows = roster_rows_open(asked->db, asked->event, record_vault(asked->record),
	        asked->session_no, asked->region_no, error);
	if (rows == NULL)
		return FALSE;
	NoShows *no_shows = g_new0(NoShows, 1);
	no_shows->event = asked->event;
	no_shows->rows = rows;
	no_shows->session_no = asked->session_no;
	*ret = (Table){ .columns = columns,
		.columns_n = G_N_ELEMENTS(columns),
		.zone = asked->event->time_zone,
		.next = next,
		.data = no_shows };
	return TRUE;
}

void
no_shows_close(Table *table)
{
	NoShows *no_shows = table->data;
	roster_rows_free(no_shows->rows);
	g_free(no_shows);
}
