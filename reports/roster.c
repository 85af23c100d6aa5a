/*
 * roster: everybody, a row each, with the codes of the sessions that they are expected at and came to.
 * With a session, those who are expected there or came. No contact and no answer: those have exports of
 * their own.
 */
#include "reports/report.h"
#include "schema/roster_rows.h"

typedef struct {
	const Event *event;
	RosterRows *rows;
	GString *expected, *came; /* of the row that is being printed */
} Roster;

static const Column columns[] = {
	{ "no", COLUMN_NUMBER },
	{ "name", COLUMN_TEXT },
	{ "region_code", COLUMN_TEXT },
	{ "region", COLUMN_TEXT },
	{ "delegation", COLUMN_TEXT },
	{ "option", COLUMN_TEXT },
	{ "state", COLUMN_TEXT },
	{ "age_band", COLUMN_TEXT },
	{ "lang", COLUMN_TEXT },
	{ "expected_at", COLUMN_TEXT },
	{ "came_to", COLUMN_TEXT },
};

static const char *
state_word(const PeopleRow *person)
{
	if (person->state == PEOPLE_CANCELLED)
		return "cancelled";
	if (person->option_no == 0)
		return "no-option";
	return person->waitlisted ? "waitlisted" : "confirmed";
}

static const char *
age_word(AgeBand band)
{
	switch (band) {
	case AGE_16_17:
		return "16-17";
	case AGE_UNDER_16:
		return "under-16";
	case AGE_ADULT:
		break;
	}
	return "adult";
}

/* Codes hold no blanks. */
static const char *
codes(const Event *event, const guint8 *flags, GString *text)
{
	g_string_truncate(text, 0);
	for (guint i = 0; i < event->sessions->len; i++) {
		if (!flags[i])
			continue;
		if (text->len > 0)
			g_string_append_c(text, ' ');
		g_string_append(
		        text, ((const EventSession *)g_ptr_array_index(event->sessions, i))->code);
	}
	return text->str;
}

static gboolean
next(gpointer data, Cell *cells, gboolean *ret_row, GError **error)
{
	Roster *roster = data;
	const Event *event = roster->event;
	const RosterRow *row = NULL;
	if (!roster_rows_next(roster->rows, &row, error))
		return FALSE;
	*ret_row = row != NULL;
	if (row == NULL)
		return TRUE;
	const PeopleRow *person = row->person;
	const EventRegion *region = event_region(event, person->region_no);
	const EventDelegation *delegation = event_delegation(event, person->delegation_no);
	const EventOption *option = event_option(event, person->option_no);
	(cells++)->number = person->no;
	(cells++)->text = row->name;
	(cells++)->text = region ? region->code : NULL;
	(cells++)->text = region ? event_text(event, region->name, event->languages[0]) : NULL;
	(cells++)->text = delegation ? delegation->code : NULL;
	(cells++)->text = option ? option->code : NULL;
	(cells++)->text = state_word(person);
	(cells++)->text = age_word(person->age_band);
	(cells++)->text = person->lang;
	(cells++)->text = codes(event, row->expected, roster->expected);
	(cells++)->text = codes(event, row->came, roster->came);
	return TRUE;
}

gboolean
roster_open(const ReportAsked *asked, Table *ret, GError **error)
{
	RosterRows *rows = roster_rows_open(asked->db, asked->event, record_vault(asked->record),
	        asked->session_no, asked->region_no, error);
	if (rows == NULL)
		return FALSE;
	Roster *roster = g_new0(Roster, 1);
	roster->event = asked->event;
	roster->rows = rows;
	roster->expected = g_string_new(NULL);
	roster->came = g_string_new(NULL);
	*ret = (Table){ .columns = columns,
		.columns_n = G_N_ELEMENTS(columns),
		.zone = asked->event->time_zone,
		.next = next,
		.data = roster };
	return TRUE;
}

void
roster_close(Table *table)
{
	Roster *roster = table->data;
	roster_rows_free(roster->rows);
	g_string_free(roster->expected, TRUE);
	g_string_free(roster->came, TRUE);
	g_free(roster);
}
