/* The packet of a group: a cover with the names, then everybody's ticket; and the names as a list. */
#include "reports/table.h"
#include "web/captain.h"
#include "web/ticket_paper.h"

Reply *
captain_tickets(Request *request)
{
	g_auto(Captain) captain = { 0 };
	guint n = 0;
	Reply *refused = NULL;
	if (!captain_open(request, FALSE, &captain, &refused))
		return refused;
	g_autoptr(TicketPaper) paper = ticket_paper_new_packet(
	        captain.event, captain.locale, captain.delegation->name, captain.now);
	for (guint i = 0; i < captain.members->len; i++) {
		const Member *member = g_ptr_array_index(captain.members, i);
		if (member->asked)
			continue;
		ticket_paper_add(paper, captain.keys, member->attendee, member->lang);
		n++;
	}
	return n > 0 ? ticket_paper_send(request, g_steal_pointer(&paper))
	             : reply_status(request, 404);
}

/* ---- names ---- */

typedef struct {
	const Captain *captain;
	guint i;
} Names;

static gboolean
next_name(gpointer data, Cell *cells, gboolean *ret_row, GError **error)
{
	Names *names = data;
	const Captain *captain = names->captain;

	*ret_row = names->i < captain->members->len;
	if (!*ret_row)
		return TRUE;
	const Member *member = g_ptr_array_index(captain->members, names->i++);
	const EventOption *option = event_option(captain->event, member->attendee->option_no);
	cells[0].text = member->attendee->person->name;
	cells[1].text = intake_age_bands[member->attendee->age_band];
	cells[2].text = option != NULL ? option->code : NULL;
	cells[3].text = member->asked                 ? "asks"
	        : member->attendee->option_waitlisted ? "waitlisted"
	                                              : "confirmed";
	cells[4].text = member->in->len > 0 ? "yes" : "no";
	return TRUE;
}

/* The columns are those of a list that is added, so it can be used for one. */
Reply *
captain_names(Request *request)
{
	static const Column columns[] = { { "name", COLUMN_TEXT }, { "age_band", COLUMN_TEXT },
		{ "option", COLUMN_TEXT }, { "state", COLUMN_TEXT }, { "came", COLUMN_TEXT } };
	g_auto(Captain) captain = { 0 };
	g_autoptr(GString) text = g_string_new("\xef\xbb\xbf"); /* without it Excel guesses */
	gboolean end = FALSE;
	GError *error = NULL;
	Reply *refused = NULL;
	if (!captain_open(request, FALSE, &captain, &refused))
		return refused;
	Names names = { &captain, 0 };
	const Table table = { .columns = columns,
		.columns_n = G_N_ELEMENTS(columns),
		.next = next_name,
		.data = &names,
		.made = captain.now };
	for (gboolean first = TRUE; !end; first = FALSE)
		if (!table_csv_piece(&table, first, G_MAXSSIZE, text, &end, &error))
			return reply_error(request, error);
	Reply *reply = reply_bytes(request, 200, "text/csv; charset=utf-8",
	        g_string_free_to_bytes(g_steal_pointer(&text)));
	reply_header(reply, "Content-Disposition", "attachment; filename=\"list.csv\"");
	return reply;
}
